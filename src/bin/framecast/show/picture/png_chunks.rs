//! The chunks of a PNG (third edition, 5.3), found by their lengths, and the file without some of them.

use std::io::{self, BufRead, Read, Seek, SeekFrom};
use std::ops::Range;

use super::Bytes;

/// What every PNG begins with.
const SIGNATURE: usize = 8;

type Name = [u8; 4];

/// The name and the place of the data of the chunk that begins here. A cut file ends before them.
fn chunk(file: &[u8], at: usize) -> Option<(Name, Range<usize>)> {
    let [a, b, c, d, name @ ..] = *file.get(at..)?.first_chunk::<8>()?;
    let start = at + 8;
    Some((name, start..start.saturating_add(u32::from_be_bytes([a, b, c, d]) as usize)))
}

/// Behind the checksum of a chunk with these data.
fn behind(data: &Range<usize>) -> usize {
    data.end.saturating_add(4)
}

/// The first chunk of this name: the place of its data.
fn find(file: &[u8], name: Name) -> Option<Range<usize>> {
    let mut at = SIGNATURE;
    while let Some((found, data)) = chunk(file, at) {
        if found == name {
            return Some(data);
        }
        if found == *b"IEND" {
            break;
        }
        at = behind(&data);
    }
    None
}

/// Whether there is a chunk of this name.
pub(super) fn has(file: &[u8], name: Name) -> bool {
    find(file, name).is_some()
}

/// The Exif data, wherever they stand.
pub(super) fn exif(file: &[u8]) -> Option<&[u8]> {
    file.get(find(file, *b"eXIf")?)
}

/// Reads a PNG without its Exif data, which may be large and which the decoder would copy; they need
/// no decoder.
pub(super) struct WithoutExif {
    file: Bytes,
    /// What is read next …
    at: usize,
    /// … up to the end of its chunk.
    end: usize,
}

impl WithoutExif {
    pub(super) fn new(file: &Bytes) -> Self {
        Self { file: file.clone(), at: 0, end: SIGNATURE.min(file.as_ref().len()) }
    }
}

impl BufRead for WithoutExif {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let file = self.file.as_ref();
        while self.at == self.end && self.at < file.len() {
            match chunk(file, self.at) {
                None => self.end = file.len(),
                Some((name, data)) => {
                    self.end = behind(&data).min(file.len());
                    if name == *b"eXIf" {
                        self.at = self.end;
                    }
                }
            }
        }
        Ok(&file[self.at..self.end])
    }

    fn consume(&mut self, amount: usize) {
        self.at = (self.at + amount).min(self.end);
    }
}

impl Read for WithoutExif {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        let amount = self.fill_buf()?.read(target)?;
        self.consume(amount);
        Ok(amount)
    }
}

impl Seek for WithoutExif {
    /// The decoder wants that it can be called, and does not call it.
    fn seek(&mut self, _: SeekFrom) -> io::Result<u64> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::show::picture::tests::png_chunk;

    fn file(chunks: &[&[u8]]) -> Vec<u8> {
        [b"\x89PNG\r\n\x1a\n", &chunks.concat()[..]].concat()
    }

    fn read(bytes: Vec<u8>) -> Vec<u8> {
        let mut read = Vec::new();
        WithoutExif::new(&Bytes(Arc::new(bytes))).read_to_end(&mut read).unwrap();
        read
    }

    #[test]
    fn the_file_is_read_without_its_exif_data() {
        let [head, data] = [png_chunk(b"IHDR", &[1; 13]), png_chunk(b"IDAT", &[2; 70])];
        let [exif, end] = [png_chunk(b"eXIf", &[3; 999]), png_chunk(b"IEND", b"")];
        let plain = file(&[&head, &data, &data, &end, b"rubbish that is no chunk"]);
        assert_eq!(read(plain.clone()), plain);
        let with = [&exif, &head, &exif, &exif, &data, &exif, &data, &end];
        let with = file(&[&with.map(|part| &part[..]).concat(), b"rubbish that is no chunk"]);
        assert_eq!(read(with.clone()), plain);
        assert_eq!(super::exif(&with), Some(&[3; 999][..]));
        assert_eq!(super::exif(&plain), None);
        // Wherever it is cut, what is read is a beginning of the same, but for a part of a head.
        for cut in 0..with.len() {
            let read = read(with[..cut].to_vec());
            assert!(plain.starts_with(&read[..read.len().saturating_sub(7)]), "{cut}");
            let _ = super::exif(&with[..cut]);
        }
    }

    #[test]
    fn chunks_behind_the_end_are_none() {
        let [head, end] = [png_chunk(b"IHDR", &[1; 13]), png_chunk(b"IEND", b"")];
        let bytes = file(&[&head, &end, &png_chunk(b"iCCP", b"")]);
        assert!(has(&bytes, *b"IHDR") && has(&bytes, *b"IEND") && !has(&bytes, *b"iCCP"));
    }
}
