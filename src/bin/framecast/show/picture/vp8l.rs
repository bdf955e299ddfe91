//! What a lossless WebP asks for before its first pixel (RFC 9649, chapter 3).
//!
//! The decoder makes as many prefix codes as the picture names, whatever its size, and has no
//! limit for them. So they are counted here beforehand, one at a time.

/// Symbols of green and lengths, red, blue, alpha, and distances.
const ALPHABETS: [usize; 5] = [256 + LENGTHS, 256, 256, 256, 40];
/// Symbols of lengths, which follow those of green.
const LENGTHS: usize = 24;
/// In this order come the lengths of the code for code lengths.
const ORDER: [usize; 19] = [17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
/// The longest code.
const LONGEST: usize = 15;
/// image-webp reads so many bits of a code from a table of 4 bytes each …
const TABLE_BITS: usize = 10;
/// … and has two nodes of 16 bytes for each longer code.
const NODES: u64 = 32;
/// What a code takes beside: two allocations.
const CODE: u64 = 32;
/// What a group of codes takes in a list of them that grows.
const GROUP: u64 = 3 * 280;

/// The closest distances (RFC 9649, 4.2.2): rows upwards in the high half of each, and 8 less columns
/// to the left in the low one.
const NEAR: [u8; 120] = [
    0x18, 0x07, 0x17, 0x19, 0x28, 0x06, 0x27, 0x29, 0x16, 0x1a, 0x26, 0x2a, 0x38, 0x05, 0x37, 0x39,
    0x15, 0x1b, 0x36, 0x3a, 0x25, 0x2b, 0x48, 0x04, 0x47, 0x49, 0x14, 0x1c, 0x35, 0x3b, 0x46, 0x4a,
    0x24, 0x2c, 0x58, 0x45, 0x4b, 0x34, 0x3c, 0x03, 0x57, 0x59, 0x13, 0x1d, 0x56, 0x5a, 0x23, 0x2d,
    0x44, 0x4c, 0x55, 0x5b, 0x33, 0x3d, 0x68, 0x02, 0x67, 0x69, 0x12, 0x1e, 0x66, 0x6a, 0x22, 0x2e,
    0x54, 0x5c, 0x43, 0x4d, 0x65, 0x6b, 0x32, 0x3e, 0x78, 0x01, 0x77, 0x79, 0x53, 0x5d, 0x11, 0x1f,
    0x64, 0x6c, 0x42, 0x4e, 0x76, 0x7a, 0x21, 0x2f, 0x75, 0x7b, 0x31, 0x3f, 0x63, 0x6d, 0x52, 0x5e,
    0x00, 0x74, 0x7c, 0x41, 0x4f, 0x10, 0x20, 0x62, 0x6e, 0x30, 0x73, 0x7d, 0x51, 0x5f, 0x40, 0x72,
    0x7e, 0x61, 0x6f, 0x50, 0x71, 0x7f, 0x60, 0x70,
];

/// Why the head cannot be read.
const CUT: &str = "the file ends before the first row of pixels";
const DAMAGED: &str = "its prefix codes are damaged";

type Read<T> = Result<T, &'static str>;

/// The bytes that the codes take of a lossless picture of this size whose own head was read
/// already: beyond those of the first group, which every picture has.
pub(super) fn codes(data: &[u8], size: (u32, u32)) -> Read<u64> {
    Head { data, at: 0 }.codes(size)
}

struct Head<'a> {
    data: &'a [u8],
    /// The next bit.
    at: usize,
}

impl Head<'_> {
    fn codes(&mut self, (mut width, height): (u32, u32)) -> Read<u64> {
        let mut seen = [false; 4];
        while self.bits(1)? == 1 {
            let kind = self.bits(2)?;
            if std::mem::replace(&mut seen[kind as usize], true) {
                return Err("a transform comes twice");
            }
            match kind {
                // Prediction, and colors by others.
                0 | 1 => drop(self.blocks((width, height), false)?),
                // Green is subtracted.
                2 => {}
                _ => {
                    let colors = self.bits(8)? + 1;
                    self.image((colors, 1), false)?;
                    let shift = match colors {
                        1..=2 => 3,
                        3..=4 => 2,
                        5..=16 => 1,
                        _ => 0,
                    };
                    width = width.div_ceil(1 << shift);
                }
            }
        }
        let colors = self.cache()?.map_or(0, |bits| 1 << bits);
        let mut groups = 1;
        if self.bits(1)? == 1 {
            let entries = self.blocks((width, height), true)?;
            groups += entries.iter().map(|argb| argb >> 8 & 0xffff).max().unwrap_or(0);
        }
        let mut sum = 0;
        for number in 0..groups {
            let cost = self.group(colors)?.iter().map(Code::cost).sum::<u64>() + GROUP;
            sum += if number > 0 { cost } else { 0 };
        }
        Ok(sum)
    }

    /// An image with an entry for each block of pixels.
    fn blocks(&mut self, (width, height): (u32, u32), keep: bool) -> Read<Vec<u32>> {
        let side = 1 << (self.bits(3)? + 2);
        self.image((width.div_ceil(side), height.div_ceil(side)), keep)
    }

    /// An image that belongs to the head. Its entries are given if they are to be kept.
    fn image(&mut self, (width, height): (u32, u32), keep: bool) -> Read<Vec<u32>> {
        let cache_bits = self.cache()?;
        let mut cache = vec![0_u32; cache_bits.map_or(0, |bits| 1 << bits)];
        let [green, red, blue, alpha, distance] = self.group(cache.len())?;
        let count = width as usize * height as usize;
        let mut entries = Vec::with_capacity(if keep { count } else { 0 });
        let put = |entries: &mut Vec<u32>, cache: &mut [u32], argb: u32| {
            if let Some(bits) = cache_bits {
                cache[(0x1e35_a7bd_u32.wrapping_mul(argb) >> (32 - bits)) as usize] = argb;
            }
            entries.push(argb);
        };
        let mut done = 0;
        while done < count {
            let symbol = self.symbol(&green)?;
            if symbol < 256 {
                let (r, b, a) = (self.symbol(&red)?, self.symbol(&blue)?, self.symbol(&alpha)?);
                if keep {
                    let argb = u32::from(a) << 24 | u32::from(r) << 16 | u32::from(symbol) << 8;
                    put(&mut entries, &mut cache, argb | u32::from(b));
                }
                done += 1;
            } else if let Some(index) = usize::from(symbol).checked_sub(256 + LENGTHS) {
                let argb = *cache.get(index).ok_or(DAMAGED)?;
                if keep {
                    put(&mut entries, &mut cache, argb);
                }
                done += 1;
            } else {
                let length = self.distance(symbol - 256)?;
                let code = self.symbol(&distance)?;
                let code = self.distance(code)?;
                let back = match NEAR.get(code - 1) {
                    Some(near) => {
                        let (x, y) = (8 - i64::from(near & 15), i64::from(near >> 4));
                        (y * i64::from(width) + x).max(1) as usize
                    }
                    None => code - NEAR.len(),
                };
                if back > done || length > count - done {
                    return Err(DAMAGED);
                }
                if keep {
                    for at in done..done + length {
                        let argb = entries[at - back];
                        put(&mut entries, &mut cache, argb);
                    }
                }
                done += length;
            }
        }
        Ok(entries)
    }

    /// A length or a distance, 1 or more.
    fn distance(&mut self, symbol: u16) -> Read<usize> {
        let symbol = u32::from(symbol);
        if symbol < 4 {
            return Ok(symbol as usize + 1);
        }
        let extra = (symbol - 2) >> 1;
        let offset = (2 + (symbol & 1)) << extra;
        Ok((offset + self.bits(extra)? + 1) as usize)
    }

    /// How many bits the indices of cached colors have, if there are any.
    fn cache(&mut self) -> Read<Option<u32>> {
        if self.bits(1)? == 0 {
            return Ok(None);
        }
        let bits = self.bits(4)?;
        if (1..=11).contains(&bits) { Ok(Some(bits)) } else { Err(DAMAGED) }
    }

    /// The five codes that pixels are written in if so many colors are cached.
    fn group(&mut self, colors: usize) -> Read<[Code; 5]> {
        let mut codes = <[Code; 5]>::default();
        for (number, (code, alphabet)) in codes.iter_mut().zip(ALPHABETS).enumerate() {
            *code = self.code(if number == 0 { alphabet + colors } else { alphabet })?;
        }
        Ok(codes)
    }

    fn code(&mut self, alphabet: usize) -> Read<Code> {
        if self.bits(1)? == 1 {
            let two = self.bits(1)? == 1;
            let bits = if self.bits(1)? == 1 { 8 } else { 1 };
            let mut symbols = vec![self.bits(bits)? as u16];
            if two {
                symbols.push(self.bits(8)? as u16);
            }
            if symbols.iter().any(|symbol| usize::from(*symbol) >= alphabet) {
                return Err(DAMAGED);
            }
            let mut counts = [0; LONGEST + 1];
            counts[usize::from(two)] = symbols.len() as u16;
            return Ok(Code { counts, symbols });
        }
        let mut lengths = [0; ORDER.len()];
        let count = self.bits(4)? as usize + 4;
        for place in ORDER.get(..count).ok_or(DAMAGED)? {
            lengths[*place] = self.bits(3)? as u8;
        }
        let lengths_code = Code::new(&lengths)?;
        let mut left = alphabet;
        if self.bits(1)? == 1 {
            let bits = 2 + 2 * self.bits(3)?;
            left = self.bits(bits)? as usize + 2;
            if left > alphabet {
                return Err(DAMAGED);
            }
        }
        let mut lengths = Vec::with_capacity(alphabet);
        let mut before = 8;
        while lengths.len() < alphabet && left > 0 {
            left -= 1;
            let (length, times) = match self.symbol(&lengths_code)? as u8 {
                16 => (before, self.bits(2)? + 3),
                17 => (0, self.bits(3)? + 3),
                18 => (0, self.bits(7)? + 11),
                length => (length, 1),
            };
            if length > 0 {
                before = length;
            }
            let end = lengths.len() + times as usize;
            if end > alphabet {
                return Err(DAMAGED);
            }
            lengths.resize(end, length);
        }
        Code::new(&lengths)
    }

    fn symbol(&mut self, code: &Code) -> Read<u16> {
        if code.counts[0] > 0 {
            return Ok(code.symbols[0]);
        }
        let (mut value, mut first, mut index) = (0, 0, 0);
        for count in &code.counts[1..] {
            let count = u32::from(*count);
            value |= self.bits(1)?;
            if value < first + count {
                return code.symbols.get((index + value - first) as usize).copied().ok_or(DAMAGED);
            }
            index += count;
            first = (first + count) << 1;
            value <<= 1;
        }
        Err(DAMAGED)
    }

    /// Up to 18 bits, the lowest first.
    fn bits(&mut self, count: u32) -> Read<u32> {
        let start = self.at / 8;
        let mut value = 0;
        for (number, byte) in self.data.iter().skip(start).take(4).enumerate() {
            value |= u32::from(*byte) << (8 * number);
        }
        let value = value >> (self.at % 8) & ((1 << count) - 1);
        self.at += count as usize;
        if self.at > self.data.len() * 8 { Err(CUT) } else { Ok(value) }
    }
}

/// A canonical prefix code.
#[derive(Default)]
struct Code {
    /// How many symbols have each length; a single one has none.
    counts: [u16; LONGEST + 1],
    /// In the order of their codes.
    symbols: Vec<u16>,
}

impl Code {
    fn new(lengths: &[u8]) -> Read<Self> {
        let mut counts = [0; LONGEST + 1];
        lengths.iter().filter(|length| **length > 0).for_each(|length| {
            counts[usize::from(*length)] += 1;
        });
        let mut symbols: Vec<u16> = (0..lengths.len() as u16).collect();
        symbols.retain(|symbol| lengths[usize::from(*symbol)] > 0);
        if symbols.len() == 1 {
            counts = [1; LONGEST + 1];
            counts[1..].fill(0);
            return Ok(Self { counts, symbols });
        }
        let space = 1..=LONGEST;
        let used: u32 = space.map(|length| u32::from(counts[length]) << (LONGEST - length)).sum();
        if used != 1 << LONGEST {
            return Err(DAMAGED);
        }
        symbols.sort_by_key(|symbol| lengths[usize::from(*symbol)]);
        Ok(Self { counts, symbols })
    }

    /// The bytes it takes in image-webp.
    fn cost(&self) -> u64 {
        let longest = self.counts.iter().rposition(|count| *count > 0).unwrap_or(0);
        if longest == 0 {
            return 0;
        }
        let table = 4_u64 << longest.min(TABLE_BITS);
        // A code of two symbols has nodes, too.
        let nodes = self.counts[TABLE_BITS + 1..].iter().copied().sum::<u16>().max(2);
        table + u64::from(nodes) * NODES + CODE
    }
}
