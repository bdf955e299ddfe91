//! Counts the frames of a WebSocket byte stream. The protocol's reader tells of whole messages
//! only, but every frame costs time, and a message may have any number of empty ones.

/// Follows frames through a stream, however it is cut into pieces. It judges nothing: what is no
/// WebSocket is found by the reader after it.
#[derive(Debug, Default)]
pub(super) struct Frames {
    state: Inside,
}

#[derive(Debug, Default, Clone, Copy)]
enum Inside {
    /// Nothing of the next frame came.
    #[default]
    Start,
    /// Its first byte came.
    Length,
    /// Bytes of the extended length that are still to come, the value so far, and whether a mask
    /// follows.
    Extended { left: u8, length: u64, masked: bool },
    /// Bytes of mask and payload that are still to come.
    Body(u64),
}

const MASK: u64 = 4;

impl Frames {
    /// Takes the next bytes, and returns how many frames begin in them.
    pub(super) fn push(&mut self, mut bytes: &[u8]) -> usize {
        let mut begun = 0;
        while let [first, rest @ ..] = bytes {
            self.state = match self.state {
                Inside::Start => {
                    begun += 1;
                    Inside::Length
                }
                Inside::Length => {
                    let masked = first & 0x80 != 0;
                    match first & 0x7f {
                        126 => Inside::Extended { left: 2, length: 0, masked },
                        127 => Inside::Extended { left: 8, length: 0, masked },
                        length => body(length.into(), masked),
                    }
                }
                Inside::Extended { left, length, masked } => {
                    let length = length << 8 | u64::from(*first);
                    match left - 1 {
                        0 => body(length, masked),
                        left => Inside::Extended { left, length, masked },
                    }
                }
                Inside::Body(left) => {
                    let here = left.min(bytes.len() as u64);
                    bytes = &bytes[here as usize..];
                    self.state = rest_of(left - here);
                    continue;
                }
            };
            bytes = rest;
        }
        begun
    }
}

fn body(length: u64, masked: bool) -> Inside {
    rest_of(length.saturating_add(if masked { MASK } else { 0 }))
}

fn rest_of(left: u64) -> Inside {
    if left == 0 { Inside::Start } else { Inside::Body(left) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A masked frame with a payload of `length` bytes, with the shortest length that can say so.
    fn frame(length: usize) -> Vec<u8> {
        let mut frame = vec![0x81];
        match length {
            0..126 => frame.push(0x80 | length as u8),
            126..0x1_0000 => {
                frame.push(0x80 | 126);
                frame.extend_from_slice(&(length as u16).to_be_bytes());
            }
            _ => {
                frame.push(0x80 | 127);
                frame.extend_from_slice(&(length as u64).to_be_bytes());
            }
        }
        frame.extend(std::iter::repeat_n(0x81, 4 + length));
        frame
    }

    #[test]
    fn frames_are_counted_however_they_are_cut() {
        let lengths = [0, 1, 125, 126, 300, 65_535, 65_536, 0, 0, 70_000, 5];
        let stream: Vec<u8> = lengths.iter().flat_map(|length| frame(*length)).collect();
        for piece in [1, 2, 3, 7, 1000, stream.len()] {
            let mut frames = Frames::default();
            let begun: usize = stream.chunks(piece).map(|piece| frames.push(piece)).sum();
            assert_eq!(begun, lengths.len(), "in pieces of {piece}");
        }
    }

    #[test]
    fn frames_without_mask_and_absurd_lengths_do_no_harm() {
        let mut frames = Frames::default();
        assert_eq!(frames.push(&[0, 0].repeat(1000)), 1000);
        assert_eq!(frames.push(&[0xff; 10]), 1);
        assert_eq!(frames.push(&[0; 100_000]), 0, "the rest of one endless frame");
    }
}
