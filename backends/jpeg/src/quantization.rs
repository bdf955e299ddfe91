//! Quantization tables: how many steps of a coefficient count as one. Pure.

use crate::zigzag::{ORDER, TRANSPOSED};

/// Bits after the point of a transformed coefficient.
pub(crate) const FRACTION: u32 = 4;

/// Table K.1 of ITU-T T.81, row by row.
#[rustfmt::skip]
const LUMA: [u8; 64] = [
    16, 11, 10, 16,  24,  40,  51,  61,
    12, 12, 14, 19,  26,  58,  60,  55,
    14, 13, 16, 24,  40,  57,  69,  56,
    14, 17, 22, 29,  51,  87,  80,  62,
    18, 22, 37, 56,  68, 109, 103,  77,
    24, 35, 55, 64,  81, 104, 113,  92,
    49, 64, 78, 87, 103, 121, 120, 101,
    72, 92, 95, 98, 112, 100, 103,  99,
];

/// Table K.2 of ITU-T T.81, row by row; what is not here is 99.
#[rustfmt::skip]
const CHROMA: [[u8; 4]; 4] = [
    [17, 18, 24, 47],
    [18, 21, 26, 66],
    [24, 26, 56, 99],
    [47, 66, 99, 99],
];

/// A quantization table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Quantization {
    /// As it stands in the file: in zig-zag order.
    pub(crate) table: [u8; 64],
    /// `1 / step` as 16-bit fractions for coefficients with [`FRACTION`] bits after the point,
    /// transposed, each column twice: for two blocks side by side.
    pub(crate) reciprocals: [[i16; 16]; 8],
    /// The step of the first coefficient.
    dc: u32,
    /// `2^31` divided by that step with [`FRACTION`] bits after the point, rounded up.
    dc_reciprocal: u64,
}

impl Quantization {
    pub(crate) fn luma(quality: u8) -> Self {
        Self::new(&LUMA, quality)
    }

    pub(crate) fn chroma(quality: u8) -> Self {
        let mut rows = [[99; 8]; 8];
        for (row, known) in rows.iter_mut().zip(CHROMA) {
            row[..4].copy_from_slice(&known);
        }
        let mut table = [0; 64];
        table.copy_from_slice(rows.as_flattened());
        Self::new(&table, quality)
    }

    /// `base`: the table of quality 50, row by row. The scale is that of libjpeg.
    fn new(base: &[u8; 64], quality: u8) -> Self {
        let quality = u32::from(quality.clamp(1, 100));
        let percent = if quality < 50 { 5000 / quality } else { 200 - quality * 2 };
        let step = |at: u8| {
            let scaled = (u32::from(base[usize::from(at)]) * percent + 50) / 100;
            scaled.clamp(1, 255)
        };
        let mut table = [0; 64];
        let mut reciprocals = [[0; 16]; 8];
        for ((place, at), transposed) in table.iter_mut().zip(ORDER).zip(TRANSPOSED) {
            let step = step(at);
            *place = step as u8;
            let whole = 1 << (15 - FRACTION);
            let reciprocal = ((whole * 2 + step) / (step * 2)) as i16;
            let (row, column) = (usize::from(transposed / 8), usize::from(transposed % 8));
            reciprocals[row][column] = reciprocal;
            reciprocals[row][column + 8] = reciprocal;
        }
        let dc = step(0);
        let dc_reciprocal = (1_u64 << 31).div_ceil(u64::from(dc << FRACTION));
        Self { table, reciprocals, dc, dc_reciprocal }
    }

    /// The first coefficient, which has [`FRACTION`] bits after the point, in steps, to the nearest.
    #[inline(always)]
    pub(crate) fn dc(&self, coefficient: i16) -> i16 {
        // Exact, because the sum is below 2^15 and the divisor below 2^12.
        let sum = u32::from(coefficient.unsigned_abs()) + (self.dc << (FRACTION - 1));
        let steps = ((u64::from(sum) * self.dc_reciprocal) >> 31) as i16;
        if coefficient < 0 { -steps } else { steps }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_those_of_the_standard_at_50_and_scale_as_those_of_libjpeg() {
        let table = Quantization::luma(50).table;
        assert_eq!((table[0], table[1], table[2], table[63]), (16, 11, 12, 99));
        let table = Quantization::chroma(50).table;
        assert_eq!((table[0], table[2], table[8], table[9]), (17, 18, 26, 47));
        // cjpeg -quality 80 and 10.
        assert_eq!(Quantization::luma(80).table[..6], [6, 4, 5, 6, 5, 4]);
        assert_eq!(Quantization::luma(10).table[..6], [80, 55, 60, 70, 60, 50]);
        assert!(Quantization::luma(100).table.iter().all(|&step| step == 1));
        assert!(Quantization::chroma(1).table.iter().all(|&step| step == 255));
        assert_eq!(Quantization::luma(0), Quantization::luma(1));
        assert_eq!(Quantization::luma(255), Quantization::luma(100));
    }

    #[test]
    fn the_first_coefficient_is_divided_exactly() {
        for quality in 1..=100 {
            let quantization = Quantization::luma(quality);
            let step = f64::from(quantization.table[0]);
            for coefficient in -16384_i16..=16384 {
                let exact = f64::from(coefficient) / 16.0 / step;
                assert_eq!(f64::from(quantization.dc(coefficient)), exact.round());
            }
        }
    }

    #[test]
    fn other_coefficients_are_off_by_less_than_a_quarter_of_a_step() {
        for quality in 1..=100 {
            let quantization = Quantization::luma(quality);
            for (k, at) in TRANSPOSED.map(usize::from).into_iter().enumerate().skip(1) {
                let step = f64::from(quantization.table[k]);
                let reciprocal = f64::from(quantization.reciprocals[at / 8][at % 8]);
                // The largest coefficient that there can be besides the first is 929.
                let error = 929.0 * 16.0 * (reciprocal / 32768.0 - 1.0 / (16.0 * step));
                assert!(error.abs() < 0.25, "{error} at {k}, quality {quality}");
            }
        }
    }
}
