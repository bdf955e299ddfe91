//! Where the parts of a lossy WebP are (RFC 6386, 9).

/// Of a frame: its tag with the size of the first partition, a mark, and its size in pixels.
const HEAD: usize = 10;

/// Where the partitions with the pixels start, counted from the frame's start; `None`: it ends
/// before the first of them, or is none.
pub(super) fn partitions(data: &[u8]) -> Option<Vec<u64>> {
    let tag = u32::from_le_bytes([*data.first()?, *data.get(1)?, *data.get(2)?, 0]);
    let end = HEAD + (tag >> 5) as usize;
    let count = 1 << Bools::new(data.get(HEAD..end)?).log_of_partitions();
    // Of all but the last, the sizes come first.
    let sizes = data.get(end..end + 3 * (count - 1))?;
    let mut starts = vec![(end + sizes.len()) as u64];
    for [low, middle, high] in sizes.as_chunks::<3>().0 {
        let size = u32::from_le_bytes([*low, *middle, *high, 0]);
        starts.push(starts[starts.len() - 1] + u64::from(size));
    }
    (data.len() as u64 > starts[0]).then_some(starts)
}

/// Reads bits that are as often 0 as 1 (RFC 6386, 7). Behind the end there are zeros.
struct Bools<'a> {
    data: &'a [u8],
    value: u32,
    range: u32,
    /// How often `value` was shifted since it got a byte.
    shifts: u32,
}

impl<'a> Bools<'a> {
    fn new(data: &'a [u8]) -> Self {
        let mut bools = Self { data, value: 0, range: 255, shifts: 0 };
        bools.value = u32::from(bools.byte()) << 8;
        bools.value |= u32::from(bools.byte());
        bools
    }

    fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.data.split_first() else { return 0 };
        self.data = rest;
        *first
    }

    fn bit(&mut self) -> bool {
        let split = 1 + (((self.range - 1) * 128) >> 8);
        let set = self.value >= split << 8;
        if set {
            self.range -= split;
            self.value -= split << 8;
        } else {
            self.range = split;
        }
        while self.range < 128 {
            self.value <<= 1;
            self.range <<= 1;
            self.shifts += 1;
            if self.shifts == 8 {
                self.shifts = 0;
                self.value |= u32::from(self.byte());
            }
        }
        set
    }

    fn skip(&mut self, count: u32) {
        for _ in 0..count {
            self.bit();
        }
    }

    /// So many values that need not be there.
    fn skip_optional(&mut self, values: u32, bits: u32) {
        for _ in 0..values {
            if self.bit() {
                self.skip(bits);
            }
        }
    }

    /// The frame's header up to the number of partitions (RFC 6386, 19.2).
    fn log_of_partitions(&mut self) -> u32 {
        // Colors and clamping.
        self.skip(2);
        // Segments: their quantizers and filters with signs, and a tree.
        if self.bit() {
            let (map, values) = (self.bit(), self.bit());
            if values {
                self.skip(1);
                self.skip_optional(4, 7 + 1);
                self.skip_optional(4, 6 + 1);
            }
            if map {
                self.skip_optional(3, 8);
            }
        }
        // The filter and what changes it.
        self.skip(1 + 6 + 3);
        if self.bit() && self.bit() {
            self.skip_optional(8, 6 + 1);
        }
        u32::from(self.bit()) << 1 | u32::from(self.bit())
    }
}
