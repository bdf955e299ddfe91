//! Follows the frames of a WebSocket byte stream, before the protocol's reader sees it. That tells of
//! whole messages only, but every frame costs time, and a message may have any number of empty ones.
//! And it calls the close code 1014 a violation of the protocol, which IANA's registry has ("Bad
//! Gateway"): so it is shown 1000, with which it answers.

/// Follows frames through a stream, however it is cut into pieces. It judges nothing: what is no
/// WebSocket is found by the reader after it.
#[derive(Debug, Default)]
pub(super) struct Frames {
    state: Inside,
    /// The frame closes the connection.
    closes: bool,
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
    /// Mask and close code of a frame that closes: those bytes that came, and how many are still to
    /// come of it.
    Closing { came: u8, bytes: [u8; CODE_END], left: u64 },
    /// Bytes of mask and payload that are still to come.
    Body(u64),
}

const MASK: u64 = 4;
const CODE_END: usize = MASK as usize + 2;
const OPCODE: u8 = 0x0f;
const CLOSE: u8 = 8;
const BAD_GATEWAY: [u8; 2] = 1014_u16.to_be_bytes();
const NORMAL: [u8; 2] = 1000_u16.to_be_bytes();

impl Frames {
    /// Takes the next bytes, and returns how many frames begin in them. Changes a close code.
    pub(super) fn push(&mut self, mut bytes: &mut [u8]) -> usize {
        let mut begun = 0;
        while !bytes.is_empty() {
            if let Inside::Body(left) = self.state {
                let here = left.min(bytes.len() as u64);
                bytes = &mut bytes[here as usize..];
                self.state = rest_of(left - here);
                continue;
            }
            let Some((first, rest)) = bytes.split_first_mut() else { break };
            self.state = match self.state {
                Inside::Start => {
                    begun += 1;
                    self.closes = *first & OPCODE == CLOSE;
                    Inside::Length
                }
                Inside::Length => {
                    let masked = *first & 0x80 != 0;
                    match *first & 0x7f {
                        126 => Inside::Extended { left: 2, length: 0, masked },
                        127 => Inside::Extended { left: 8, length: 0, masked },
                        length @ 2.. if self.closes && masked => {
                            let left = u64::from(length) + MASK;
                            Inside::Closing { came: 0, bytes: [0; CODE_END], left }
                        }
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
                Inside::Closing { came, mut bytes, left } => {
                    bytes[usize::from(came)] = *first;
                    let [mask @ .., high, low] = bytes;
                    if usize::from(came) + 1 < CODE_END {
                        Inside::Closing { came: came + 1, bytes, left: left - 1 }
                    } else {
                        // Both begin with the same byte, which is gone already.
                        if [high ^ mask[0], low ^ mask[1]] == BAD_GATEWAY {
                            *first = NORMAL[1] ^ mask[1];
                        }
                        rest_of(left - 1)
                    }
                }
                // That was above.
                Inside::Body(left) => Inside::Body(left),
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
            let begun: usize =
                stream.chunks(piece).map(|piece| frames.push(&mut piece.to_vec())).sum();
            assert_eq!(begun, lengths.len(), "in pieces of {piece}");
        }
    }

    #[test]
    fn frames_without_mask_and_absurd_lengths_do_no_harm() {
        let mut frames = Frames::default();
        assert_eq!(frames.push(&mut [0, 0].repeat(1000)), 1000);
        assert_eq!(frames.push(&mut [0xff; 10]), 1);
        assert_eq!(frames.push(&mut [0; 100_000]), 0, "the rest of one endless frame");
    }

    /// A frame under a mask.
    fn masked(opcode: u8, payload: &[u8]) -> Vec<u8> {
        let mask = [0x12, 0x34, 0x56, 0x78];
        let masked = payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask);
        [0x80 | opcode, 0x80 | payload.len() as u8].into_iter().chain(mask).chain(masked).collect()
    }

    #[test]
    fn only_the_close_code_1014_is_changed() {
        const TEXT: u8 = 1;
        let bad_gateway = [&BAD_GATEWAY[..], b"a reason"].concat();
        let normal = [&NORMAL[..], b"a reason"].concat();
        for (opcode, payload, wanted) in [
            (CLOSE, &bad_gateway[..], &normal[..]),
            (CLOSE, &BAD_GATEWAY, &NORMAL),
            (CLOSE, &BAD_GATEWAY[..1], &BAD_GATEWAY[..1]),
            (CLOSE, &[], &[]),
            (CLOSE, &normal, &normal),
            (CLOSE, &[3, 0xf5], &[3, 0xf5]),
            (CLOSE, &[0x12, 0xf6], &[0x12, 0xf6]),
            (TEXT, &bad_gateway, &bad_gateway),
        ] {
            let stream = [masked(TEXT, b"x"), masked(opcode, payload), masked(TEXT, &[3])].concat();
            let wanted = [masked(TEXT, b"x"), masked(opcode, wanted), masked(TEXT, &[3])].concat();
            for piece in [1, 2, 3, 7, stream.len()] {
                let (mut frames, mut changed) = (Frames::default(), stream.clone());
                let begun: usize = changed.chunks_mut(piece).map(|it| frames.push(it)).sum();
                assert_eq!((begun, &changed), (3, &wanted), "{payload:?} in pieces of {piece}");
            }
        }
    }
}
