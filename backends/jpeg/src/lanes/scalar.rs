//! Without SIMD, on any processor; the reference for the others.
//!
//! What is inlined is left to the compiler here: inlining all took three times as long to compile, and was
//! no quicker.

use super::{Lanes, Pixels};
use crate::zigzag;

#[derive(Debug, Clone, Copy)]
pub(crate) struct Scalar([i16; 16]);

impl Lanes for Scalar {
    type Wide = [i32; 8];

    #[inline]
    fn load(from: &[i16; 16]) -> Self {
        Self(*from)
    }

    #[inline]
    fn store(self, to: &mut [i16; 16]) {
        *to = self.0;
    }

    #[inline]
    fn splat(value: i16) -> Self {
        Self([value; 16])
    }

    #[inline]
    fn splat_pairs(even: i16, odd: i16) -> Self {
        let mut lanes = [even; 16];
        for lane in lanes.iter_mut().skip(1).step_by(2) {
            *lane = odd;
        }
        Self(lanes)
    }

    #[inline]
    fn add(mut self, other: Self) -> Self {
        for n in 0..16 {
            self.0[n] = self.0[n].wrapping_add(other.0[n]);
        }
        self
    }

    #[inline]
    fn sub(mut self, other: Self) -> Self {
        for n in 0..16 {
            self.0[n] = self.0[n].wrapping_sub(other.0[n]);
        }
        self
    }

    #[inline]
    fn mul_round(mut self, other: Self) -> Self {
        for n in 0..16 {
            let product = i32::from(self.0[n]) * i32::from(other.0[n]);
            self.0[n] = ((product + (1 << 14)) >> 15) as i16;
        }
        self
    }

    #[inline]
    fn shift_right<const BITS: i32>(mut self) -> Self {
        for n in 0..16 {
            self.0[n] >>= BITS;
        }
        self
    }

    #[inline]
    fn multiply_pairs(self, other: Self) -> [i32; 8] {
        let mut sums = [0; 8];
        for (n, sum) in sums.iter_mut().enumerate() {
            let product = |n: usize| i32::from(self.0[n]) * i32::from(other.0[n]);
            *sum = product(2 * n) + product(2 * n + 1);
        }
        sums
    }

    #[inline]
    fn add_wide(mut a: [i32; 8], b: [i32; 8]) -> [i32; 8] {
        for n in 0..8 {
            a[n] = a[n].wrapping_add(b[n]);
        }
        a
    }

    #[inline]
    fn shift_right_wide<const BITS: i32>(mut a: [i32; 8]) -> [i32; 8] {
        for lane in &mut a {
            *lane >>= BITS;
        }
        a
    }

    #[inline]
    fn narrow(a: [i32; 8], b: [i32; 8]) -> Self {
        let mut lanes = [0; 16];
        for n in 0..8 {
            lanes[n] = a[n] as i16;
            lanes[n + 8] = b[n] as i16;
        }
        Self(lanes)
    }

    #[inline]
    fn pixels(from: &[[u8; 4]; 16]) -> Pixels<Self> {
        let mut red_blue = [Self([0; 16]); 2];
        let mut green_one = [Self([128; 16]); 2];
        for (n, [red, green, blue, _]) in from.iter().enumerate() {
            let (half, lane) = (n / 8, n % 8 * 2);
            red_blue[half].0[lane] = i16::from(*red);
            red_blue[half].0[lane + 1] = i16::from(*blue);
            green_one[half].0[lane] = i16::from(*green);
        }
        Pixels { red_blue, green_one }
    }

    #[inline]
    fn narrow_pixels(a: [i32; 8], b: [i32; 8]) -> Self {
        Self::narrow(a, b)
    }

    #[inline]
    fn add_neighbours(halves: [Self; 2]) -> Self {
        let mut sums = [0; 16];
        for (half, sums) in halves.iter().zip(sums.as_chunks_mut::<8>().0) {
            for (four, sum) in half.0.as_chunks::<4>().0.iter().zip(sums.as_chunks_mut::<2>().0) {
                *sum = [four[0].wrapping_add(four[2]), four[1].wrapping_add(four[3])];
            }
        }
        Self(sums)
    }

    #[inline]
    fn transpose(rows: [Self; 8]) -> [Self; 8] {
        let mut columns = [Self([0; 16]); 8];
        for (y, row) in rows.iter().enumerate() {
            for (x, column) in columns.iter_mut().enumerate() {
                column.0[y] = row.0[x];
                column.0[y + 8] = row.0[x + 8];
            }
        }
        columns
    }

    #[inline]
    fn nonzero(rows: &[Self; 8]) -> [u64; 2] {
        let mut masks = [0_u64; 2];
        for (n, row) in rows.iter().enumerate() {
            for (mask, lanes) in masks.iter_mut().zip(row.0.as_chunks::<8>().0) {
                for (bit, lane) in lanes.iter().enumerate() {
                    *mask |= u64::from(*lane != 0) << (n * 8 + bit);
                }
            }
        }
        masks.map(zigzag::scatter)
    }
}
