//! What the fuzz target of tests/fuzz, and a test, do with any bytes at all.

use std::io::Read;

use framecast::FramePool;

use super::protocol::Message;
use super::reader::Reader;

/// Frames that are larger are not drawn here.
const MOST_PIXELS: u64 = 1 << 16;

/// Reads `bytes` as what a program writes. Panics if it matters how the bytes arrive, or if pixels outside of the
/// damage change.
pub(crate) fn program(bytes: &[u8]) {
    let whole = read(bytes);
    for step in [1, 7] {
        assert_eq!(read(Chopped { bytes, step }), whole, "in pieces of {step} bytes");
    }
}

/// What is read, and how it ends.
fn read(input: impl Read) -> Vec<String> {
    let mut reader = Reader::new(input, "the program");
    let mut read = Vec::new();
    loop {
        match reader.next() {
            Ok(None) => return read,
            Ok(Some(Message::Frame(header))) if header.size.area() <= MOST_PIXELS => {
                let mut buffer = FramePool::new().lend(header.size).expect("it was checked");
                buffer.fill([1, 2, 3, 4]);
                let outcome = reader.pixels(&header, &mut buffer);
                let is_damaged = |x: u32, y: u32| {
                    header.damage.as_ref().is_none_or(|damage| {
                        damage.iter().any(|it| {
                            (it.x..it.x + it.width).contains(&x)
                                && (it.y..it.y + it.height).contains(&y)
                        })
                    })
                };
                for (y, row) in (0..).zip(buffer.pixels().chunks(header.size.width as usize)) {
                    for (x, pixel) in (0..).zip(row) {
                        assert!(is_damaged(x, y) || *pixel == [1, 2, 3, 4], "{x}, {y} changed");
                    }
                }
                read.push(format!("{header:?} {:?} {outcome:?}", buffer.pixels()));
                if outcome.is_err() {
                    return read;
                }
            }
            Ok(Some(message)) => {
                read.push(format!("{message:?}"));
                if matches!(message, Message::Frame(_)) {
                    return read;
                }
            }
            Err(error) => {
                read.push(error.to_string());
                return read;
            }
        }
    }
}

/// Bytes that come a few at a time.
struct Chopped<'a> {
    bytes: &'a [u8],
    step: usize,
}

impl Read for Chopped<'_> {
    fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
        let count = self.step.min(to.len()).min(self.bytes.len());
        let (now, later) = self.bytes.split_at(count);
        to[..count].copy_from_slice(now);
        self.bytes = later;
        Ok(count)
    }
}

#[cfg(test)]
#[path = "../../../../tests/fuzz/replay.rs"]
mod replay;

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::replay;

    /// Some seconds, unoptimised; see tests/fuzz/README.md for the long run.
    const CASES: u32 = 3000;

    #[test]
    fn whatever_a_program_writes_is_read_the_same_however_it_arrives() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..");
        replay::replay(&root, "program", super::program, CASES);
    }
}
