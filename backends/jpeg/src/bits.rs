//! Bits to bytes, and the zero that follows each byte 0xff (ITU-T T.81, F.1.2.3). Pure.

use crate::huffman::{Bits, MOST_BITS};
use crate::kernel::MOST_BLOCKS;

/// Bytes that are written before their zeros are put between them: room for a run.
const ROOM: usize = 10 << 10;
/// The most that a block takes: its first coefficient's code and bits, and 63 others'.
const MOST_BITS_OF_A_BLOCK: usize = 11 + 11 + 63 * MOST_BITS as usize;
const _: () = assert!(MOST_BLOCKS * MOST_BITS_OF_A_BLOCK / 8 + 16 <= ROOM);

/// A writer of bits. They wait in a register of 64 bits, whole bytes in `raw`.
pub(crate) struct BitWriter {
    /// The last `waiting` bits are valid.
    register: u64,
    /// Fewer than 8 after [`flush`](Self::flush).
    waiting: u32,
    raw: Box<[u8; ROOM]>,
    written: usize,
}

impl BitWriter {
    pub(crate) fn new() -> Self {
        Self { register: 0, waiting: 0, raw: Box::new([0; ROOM]), written: 0 }
    }

    /// Forgets what was not drained.
    pub(crate) fn reset(&mut self) {
        (self.register, self.waiting, self.written) = (0, 0, 0);
    }

    /// Adds bits to the register. Between two flushes there is room for 57.
    #[inline(always)]
    pub(crate) fn put(&mut self, bits: Bits) {
        self.register = self.register << bits.length() | u64::from(bits.value());
        self.waiting += bits.length();
    }

    /// Writes the register's whole bytes.
    #[inline(always)]
    pub(crate) fn flush(&mut self) {
        debug_assert!(self.waiting <= 64);
        let bytes = (self.register << (64_u32.wrapping_sub(self.waiting) & 63)).to_be_bytes();
        self.raw[self.written..self.written + 8].copy_from_slice(&bytes);
        self.written += (self.waiting / 8) as usize;
        self.waiting %= 8;
    }

    /// Appends the bytes that were written to `out`. Bits that are no whole byte stay.
    pub(crate) fn drain(&mut self, out: &mut Vec<u8>) {
        stuff(&self.raw[..self.written], out);
        self.written = 0;
    }

    /// Fills the last byte with ones, and appends everything to `out`.
    pub(crate) fn finish(&mut self, out: &mut Vec<u8>) {
        let missing = (8 - self.waiting) % 8;
        self.register = self.register << missing | ((1 << missing) - 1);
        self.waiting += missing;
        self.flush();
        self.drain(out);
    }
}

/// Appends `raw` to `out`, with a zero after each 0xff.
fn stuff(raw: &[u8], out: &mut Vec<u8>) {
    out.reserve(raw.len() + raw.len() / 16);
    let (lines, rest) = raw.as_chunks::<32>();
    for line in lines {
        let (words, _) = line.as_chunks::<8>();
        if !words.iter().any(|word| has_ff(u64::from_ne_bytes(*word))) {
            out.extend_from_slice(line);
            continue;
        }
        for word in words {
            if has_ff(u64::from_ne_bytes(*word)) {
                stuff_bytes(word, out);
            } else {
                out.extend_from_slice(word);
            }
        }
    }
    stuff_bytes(rest, out);
}

fn stuff_bytes(raw: &[u8], out: &mut Vec<u8>) {
    for &byte in raw {
        out.push(byte);
        if byte == 0xff {
            out.push(0);
        }
    }
}

/// Whether a byte of it is 0xff: one whose complement is 0 borrows when 1 is taken from it.
const fn has_ff(word: u64) -> bool {
    const ONES: u64 = 0x0101_0101_0101_0101;
    (!word).wrapping_sub(ONES) & word & (ONES << 7) != 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::huffman::LUMA;

    #[test]
    fn bits_come_in_their_order_and_the_last_byte_ends_in_ones() {
        let mut writer = BitWriter::new();
        let mut out = vec![7];
        writer.put(LUMA.dc(0));
        writer.put(LUMA.end());
        writer.put(LUMA.sixteen_zeros());
        writer.flush();
        writer.drain(&mut out);
        // 00 1010 11|111111001
        assert_eq!(out, [7, 0b0010_1011, 0b1111_1100]);
        writer.finish(&mut out);
        assert_eq!(out, [7, 0b0010_1011, 0b1111_1100, 0b1111_1111, 0]);
        let mut nothing = Vec::new();
        BitWriter::new().finish(&mut nothing);
        assert!(nothing.is_empty());
    }

    #[test]
    fn a_register_is_written_however_full_it_is() {
        for count in 0..=16 {
            let (mut writer, mut out) = (BitWriter::new(), Vec::new());
            for _ in 0..count {
                writer.put(LUMA.end());
            }
            writer.flush();
            writer.finish(&mut out);
            let mut bits = "1010".repeat(count);
            while bits.len() % 8 > 0 {
                bits.push('1');
            }
            let expected: Vec<u8> = bits
                .as_bytes()
                .chunks(8)
                .map(|byte| u8::from_str_radix(std::str::from_utf8(byte).unwrap(), 2).unwrap())
                .collect();
            assert_eq!(out, expected, "{count}");
        }
    }

    #[test]
    fn a_zero_follows_each_ff_wherever_it_stands() {
        for length in 0..20 {
            for at in 0..length {
                for byte in [0xff, 0xfe, 0x7f, 0x80, 0, 1] {
                    let mut raw = vec![0x55; length];
                    raw[at] = byte;
                    let mut out = Vec::new();
                    stuff(&raw, &mut out);
                    let mut expected = raw.clone();
                    if byte == 0xff {
                        expected.insert(at + 1, 0);
                    }
                    assert_eq!(out, expected);
                }
            }
        }
        let mut out = Vec::new();
        stuff(&[0xff; 17], &mut out);
        assert_eq!(out, [0xff, 0].repeat(17));
    }
}
