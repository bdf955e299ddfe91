//! The zig-zag order of coefficients (ITU-T T.81, figure A.6). Pure.
//!
//! The transform leaves a block transposed: the coefficient of horizontal frequency `u` and
//! vertical frequency `v` stands at `u * 8 + v`. These tables go by that.

/// Where, row by row, the coefficients of the zig-zag order stand.
#[rustfmt::skip]
pub(crate) const ORDER: [u8; 64] = [
     0,  1,  8, 16,  9,  2,  3, 10, 17, 24, 32, 25, 18, 11,  4,  5,
    12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13,  6,  7, 14, 21, 28,
    35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51,
    58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
];

/// Where they stand in a block that is transposed.
pub(crate) const TRANSPOSED: [u8; 64] = {
    let mut order = [0; 64];
    let mut k = 0;
    while k < 64 {
        order[k] = (ORDER[k] % 8) * 8 + ORDER[k] / 8;
        k += 1;
    }
    order
};

/// For every byte of a mask of a transposed block, the bits it sets in the zig-zag order.
static SCATTERED: [[u64; 256]; 8] = {
    let mut table = [[0; 256]; 8];
    let mut k = 0;
    while k < 64 {
        let (byte, bit) = (TRANSPOSED[k] as usize / 8, TRANSPOSED[k] % 8);
        let mut value = 0;
        while value < 256 {
            if value >> bit & 1 == 1 {
                table[byte][value] |= 1 << k;
            }
            value += 1;
        }
        k += 1;
    }
    table
};

/// A mask of a transposed block, in the zig-zag order.
#[inline(always)]
pub(crate) fn scatter(mask: u64) -> u64 {
    let bytes = mask.to_le_bytes();
    let mut scattered = 0;
    for (table, byte) in SCATTERED.iter().zip(bytes) {
        scattered |= table[usize::from(byte)];
    }
    scattered
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_runs_through_the_diagonals() {
        let mut seen = [false; 64];
        for (k, &at) in ORDER.iter().enumerate() {
            assert!(!std::mem::replace(&mut seen[usize::from(at)], true));
            let (x, y) = (at % 8, at / 8);
            if k > 0 {
                let before = ORDER[k - 1];
                let step = (x + y).abs_diff(before % 8 + before / 8);
                assert!(step <= 1 && x.abs_diff(before % 8) <= 1 && y.abs_diff(before / 8) <= 1);
            }
        }
        // Figure A.6: the first step goes to the right.
        assert_eq!((ORDER[1], TRANSPOSED[1], TRANSPOSED[2]), (1, 8, 1));
    }

    #[test]
    fn a_mask_is_scattered_bit_by_bit() {
        for (k, &at) in TRANSPOSED.iter().enumerate() {
            assert_eq!(scatter(1 << at), 1 << k);
        }
        assert_eq!(scatter(u64::MAX), u64::MAX);
        assert_eq!(scatter(0x8000_0000_0000_0101), 1 << 63 | 1 | 2);
    }
}
