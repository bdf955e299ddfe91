//! AVX2: sixteen lanes are one register.
//!
//! Soundness: every function here needs AVX2. They are only reached through `cpu::write_avx2`,
//! which is called where the processor was asked for it. Memory is read and written through references to arrays
//! of the same size as a register, and with instructions that need no alignment.
#![allow(unsafe_code)]
#![allow(clippy::undocumented_unsafe_blocks, reason = "one reason, above, holds for all")]

use std::arch::x86_64::*;

use super::{Lanes, Pixels};
use crate::zigzag::TRANSPOSED;

#[derive(Clone, Copy)]
pub(crate) struct Avx2(__m256i);

/// For [`Lanes::nonzero`]: which byte of part `from` (16 coefficients) of a block goes where in part
/// `to` of the zig-zag order; 0x80: none. Twice, for two blocks.
const fn shuffle(from: usize, to: usize) -> [u8; 32] {
    let mut bytes = [0x80; 32];
    let mut n = 0;
    while n < 16 {
        let at = TRANSPOSED[to * 16 + n] as usize;
        if at / 16 == from {
            bytes[n] = (at % 16) as u8;
            bytes[n + 16] = (at % 16) as u8;
        }
        n += 1;
    }
    bytes
}

static SHUFFLES: [[[u8; 32]; 4]; 4] = {
    let mut all = [[[0; 32]; 4]; 4];
    let mut n = 0;
    while n < 16 {
        all[n / 4][n % 4] = shuffle(n % 4, n / 4);
        n += 1;
    }
    all
};

impl Lanes for Avx2 {
    type Wide = __m256i;

    #[inline(always)]
    fn load(from: &[i16; 16]) -> Self {
        Self(unsafe { _mm256_loadu_si256(from.as_ptr().cast()) })
    }

    #[inline(always)]
    fn store(self, to: &mut [i16; 16]) {
        unsafe { _mm256_storeu_si256(to.as_mut_ptr().cast(), self.0) }
    }

    #[inline(always)]
    fn splat(value: i16) -> Self {
        Self(unsafe { _mm256_set1_epi16(value) })
    }

    #[inline(always)]
    fn splat_pairs(even: i16, odd: i16) -> Self {
        let pair = i32::from(odd) << 16 | i32::from(even as u16);
        Self(unsafe { _mm256_set1_epi32(pair) })
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(unsafe { _mm256_add_epi16(self.0, other.0) })
    }

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self(unsafe { _mm256_sub_epi16(self.0, other.0) })
    }

    #[inline(always)]
    fn mul_round(self, other: Self) -> Self {
        Self(unsafe { _mm256_mulhrs_epi16(self.0, other.0) })
    }

    #[inline(always)]
    fn shift_right<const BITS: i32>(self) -> Self {
        Self(unsafe { _mm256_srai_epi16(self.0, BITS) })
    }

    #[inline(always)]
    fn multiply_pairs(self, other: Self) -> __m256i {
        unsafe { _mm256_madd_epi16(self.0, other.0) }
    }

    #[inline(always)]
    fn add_wide(a: __m256i, b: __m256i) -> __m256i {
        unsafe { _mm256_add_epi32(a, b) }
    }

    #[inline(always)]
    fn shift_right_wide<const BITS: i32>(a: __m256i) -> __m256i {
        unsafe { _mm256_srai_epi32(a, BITS) }
    }

    #[inline(always)]
    fn narrow(a: __m256i, b: __m256i) -> Self {
        // The instruction takes turns between a and b in steps of half a register.
        Self(unsafe { _mm256_permute4x64_epi64(_mm256_packs_epi32(a, b), 0b11_01_10_00) })
    }

    #[inline(always)]
    fn pixels(from: &[[u8; 4]; 16]) -> Pixels<Self> {
        let (parts, _) = from.as_chunks::<4>();
        let part = |n: usize| parts[n].as_flattened().as_ptr().cast();
        // Pixels 0 to 3 and 8 to 11, 4 to 7 and 12 to 15: so `packs` puts them in order.
        let halves = unsafe {
            [_mm256_loadu2_m128i(part(2), part(0)), _mm256_loadu2_m128i(part(3), part(1))]
        };
        let bytes = unsafe { _mm256_set1_epi32(0x00ff_00ff) };
        let one = unsafe { _mm256_set1_epi32(128 << 16) };
        let [a, b] = halves;
        let (red_blue, green_one) = unsafe {
            (
                [_mm256_and_si256(a, bytes), _mm256_and_si256(b, bytes)],
                [
                    _mm256_blend_epi16(_mm256_srli_epi16(a, 8), one, 0b1010_1010),
                    _mm256_blend_epi16(_mm256_srli_epi16(b, 8), one, 0b1010_1010),
                ],
            )
        };
        let [red_blue_a, red_blue_b] = red_blue;
        let [green_one_a, green_one_b] = green_one;
        Pixels {
            red_blue: [Self(red_blue_a), Self(red_blue_b)],
            green_one: [Self(green_one_a), Self(green_one_b)],
        }
    }

    #[inline(always)]
    fn narrow_pixels(a: __m256i, b: __m256i) -> Self {
        Self(unsafe { _mm256_packs_epi32(a, b) })
    }

    #[inline(always)]
    fn add_neighbours([a, b]: [Self; 2]) -> Self {
        unsafe {
            let (a, b) = (_mm256_castsi256_ps(a.0), _mm256_castsi256_ps(b.0));
            let even = _mm256_castps_si256(_mm256_shuffle_ps(a, b, 0b10_00_10_00));
            let odd = _mm256_castps_si256(_mm256_shuffle_ps(a, b, 0b11_01_11_01));
            Self(_mm256_add_epi16(even, odd))
        }
    }

    #[inline(always)]
    fn transpose(rows: [Self; 8]) -> [Self; 8] {
        let [r0, r1, r2, r3, r4, r5, r6, r7] = rows;
        unsafe {
            let a0 = _mm256_unpacklo_epi16(r0.0, r1.0);
            let a1 = _mm256_unpackhi_epi16(r0.0, r1.0);
            let a2 = _mm256_unpacklo_epi16(r2.0, r3.0);
            let a3 = _mm256_unpackhi_epi16(r2.0, r3.0);
            let a4 = _mm256_unpacklo_epi16(r4.0, r5.0);
            let a5 = _mm256_unpackhi_epi16(r4.0, r5.0);
            let a6 = _mm256_unpacklo_epi16(r6.0, r7.0);
            let a7 = _mm256_unpackhi_epi16(r6.0, r7.0);
            let b0 = _mm256_unpacklo_epi32(a0, a2);
            let b1 = _mm256_unpackhi_epi32(a0, a2);
            let b2 = _mm256_unpacklo_epi32(a1, a3);
            let b3 = _mm256_unpackhi_epi32(a1, a3);
            let b4 = _mm256_unpacklo_epi32(a4, a6);
            let b5 = _mm256_unpackhi_epi32(a4, a6);
            let b6 = _mm256_unpacklo_epi32(a5, a7);
            let b7 = _mm256_unpackhi_epi32(a5, a7);
            [
                Self(_mm256_unpacklo_epi64(b0, b4)),
                Self(_mm256_unpackhi_epi64(b0, b4)),
                Self(_mm256_unpacklo_epi64(b1, b5)),
                Self(_mm256_unpackhi_epi64(b1, b5)),
                Self(_mm256_unpacklo_epi64(b2, b6)),
                Self(_mm256_unpackhi_epi64(b2, b6)),
                Self(_mm256_unpacklo_epi64(b3, b7)),
                Self(_mm256_unpackhi_epi64(b3, b7)),
            ]
        }
    }

    #[inline(always)]
    fn nonzero(rows: &[Self; 8]) -> [u64; 2] {
        unsafe {
            // Bytes that are 0 where a coefficient is: the instruction saturates. In each half, 16
            // coefficients of one block.
            let p0 = _mm256_packs_epi16(rows[0].0, rows[1].0);
            let p1 = _mm256_packs_epi16(rows[2].0, rows[3].0);
            let p2 = _mm256_packs_epi16(rows[4].0, rows[5].0);
            let p3 = _mm256_packs_epi16(rows[6].0, rows[7].0);
            let shuffled = |part: __m256i, table: &[u8; 32]| {
                _mm256_shuffle_epi8(part, _mm256_loadu_si256(table.as_ptr().cast()))
            };
            let or = |a: __m256i, b: __m256i| _mm256_or_si256(a, b);
            let [t0, t1, t2, t3] = &SHUFFLES;
            // No coefficient of the last part is among the first 16, nor one of the first among
            // the last 16.
            let z0 = or(or(shuffled(p0, &t0[0]), shuffled(p1, &t0[1])), shuffled(p2, &t0[2]));
            let z1 = or(
                or(shuffled(p0, &t1[0]), shuffled(p1, &t1[1])),
                or(shuffled(p2, &t1[2]), shuffled(p3, &t1[3])),
            );
            let z2 = or(
                or(shuffled(p0, &t2[0]), shuffled(p1, &t2[1])),
                or(shuffled(p2, &t2[2]), shuffled(p3, &t2[3])),
            );
            let z3 = or(or(shuffled(p1, &t3[1]), shuffled(p2, &t3[2])), shuffled(p3, &t3[3]));
            let zeros = |part: __m256i| {
                let zero = _mm256_cmpeq_epi8(part, _mm256_setzero_si256());
                u64::from(_mm256_movemask_epi8(zero) as u32)
            };
            let (m0, m1, m2, m3) = (zeros(z0), zeros(z1), zeros(z2), zeros(z3));
            let (low, high) = (m0 | m1 << 32, m2 | m3 << 32);
            // From each, the lower halves of its 32-bit parts are the first block.
            let squeezed = |it: u64| (it & 0xffff) | (it >> 16 & 0xffff_0000);
            let first = squeezed(low) | squeezed(high) << 32;
            let second = squeezed(low >> 16) | squeezed(high >> 16) << 32;
            [!first, !second]
        }
    }
}
