//! SSE2, which every x86-64 processor has: sixteen lanes are two registers.
//!
//! Soundness: the target x86-64 has SSE2. Memory is read and written through references to arrays,
//! with instructions that need no alignment.
#![allow(unsafe_code)]
#![allow(clippy::undocumented_unsafe_blocks, reason = "one reason, above, holds for all")]

use std::arch::x86_64::*;

use super::{Lanes, Pixels};
use crate::zigzag;

#[derive(Clone, Copy)]
pub(crate) struct Sse2(__m128i, __m128i);

impl Lanes for Sse2 {
    type Wide = (__m128i, __m128i);

    #[inline(always)]
    fn load(from: &[i16; 16]) -> Self {
        let [first, second] = halves(from);
        unsafe {
            Self(_mm_loadu_si128(first.as_ptr().cast()), _mm_loadu_si128(second.as_ptr().cast()))
        }
    }

    #[inline(always)]
    fn store(self, to: &mut [i16; 16]) {
        let (parts, _) = to.as_chunks_mut::<8>();
        unsafe {
            _mm_storeu_si128(parts[0].as_mut_ptr().cast(), self.0);
            _mm_storeu_si128(parts[1].as_mut_ptr().cast(), self.1);
        }
    }

    #[inline(always)]
    fn splat(value: i16) -> Self {
        let lanes = unsafe { _mm_set1_epi16(value) };
        Self(lanes, lanes)
    }

    #[inline(always)]
    fn splat_pairs(even: i16, odd: i16) -> Self {
        let pair = i32::from(odd) << 16 | i32::from(even as u16);
        let lanes = unsafe { _mm_set1_epi32(pair) };
        Self(lanes, lanes)
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        unsafe { Self(_mm_add_epi16(self.0, other.0), _mm_add_epi16(self.1, other.1)) }
    }

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        unsafe { Self(_mm_sub_epi16(self.0, other.0), _mm_sub_epi16(self.1, other.1)) }
    }

    #[inline(always)]
    fn mul_round(self, other: Self) -> Self {
        Self(mul_round(self.0, other.0), mul_round(self.1, other.1))
    }

    #[inline(always)]
    fn shift_right<const BITS: i32>(self) -> Self {
        unsafe { Self(_mm_srai_epi16(self.0, BITS), _mm_srai_epi16(self.1, BITS)) }
    }

    #[inline(always)]
    fn multiply_pairs(self, other: Self) -> Self::Wide {
        unsafe { (_mm_madd_epi16(self.0, other.0), _mm_madd_epi16(self.1, other.1)) }
    }

    #[inline(always)]
    fn add_wide(a: Self::Wide, b: Self::Wide) -> Self::Wide {
        unsafe { (_mm_add_epi32(a.0, b.0), _mm_add_epi32(a.1, b.1)) }
    }

    #[inline(always)]
    fn shift_right_wide<const BITS: i32>(a: Self::Wide) -> Self::Wide {
        unsafe { (_mm_srai_epi32(a.0, BITS), _mm_srai_epi32(a.1, BITS)) }
    }

    #[inline(always)]
    fn narrow(a: Self::Wide, b: Self::Wide) -> Self {
        unsafe { Self(_mm_packs_epi32(a.0, a.1), _mm_packs_epi32(b.0, b.1)) }
    }

    #[inline(always)]
    fn pixels(from: &[[u8; 4]; 16]) -> Pixels<Self> {
        let (parts, _) = from.as_chunks::<4>();
        let pixels = |n: usize| unsafe { _mm_loadu_si128(parts[n].as_flattened().as_ptr().cast()) };
        let red_blue = |n: usize| unsafe { _mm_and_si128(pixels(n), _mm_set1_epi32(0x00ff_00ff)) };
        let green_one = |n: usize| unsafe {
            let green = _mm_and_si128(_mm_srli_epi16(pixels(n), 8), _mm_set1_epi32(0xff));
            _mm_or_si128(green, _mm_set1_epi32(128 << 16))
        };
        Pixels {
            red_blue: [Self(red_blue(0), red_blue(1)), Self(red_blue(2), red_blue(3))],
            green_one: [Self(green_one(0), green_one(1)), Self(green_one(2), green_one(3))],
        }
    }

    #[inline(always)]
    fn narrow_pixels(a: Self::Wide, b: Self::Wide) -> Self {
        Self::narrow(a, b)
    }

    #[inline(always)]
    fn add_neighbours([a, b]: [Self; 2]) -> Self {
        Self(add_neighbours(a.0, a.1), add_neighbours(b.0, b.1))
    }

    #[inline(always)]
    fn transpose(rows: [Self; 8]) -> [Self; 8] {
        let [r0, r1, r2, r3, r4, r5, r6, r7] = rows;
        let first = transpose([r0.0, r1.0, r2.0, r3.0, r4.0, r5.0, r6.0, r7.0]);
        let second = transpose([r0.1, r1.1, r2.1, r3.1, r4.1, r5.1, r6.1, r7.1]);
        let [a0, a1, a2, a3, a4, a5, a6, a7] = first;
        let [b0, b1, b2, b3, b4, b5, b6, b7] = second;
        [
            Self(a0, b0),
            Self(a1, b1),
            Self(a2, b2),
            Self(a3, b3),
            Self(a4, b4),
            Self(a5, b5),
            Self(a6, b6),
            Self(a7, b7),
        ]
    }

    #[inline(always)]
    fn nonzero(rows: &[Self; 8]) -> [u64; 2] {
        let [r0, r1, r2, r3, r4, r5, r6, r7] = rows;
        let first = nonzero([r0.0, r1.0, r2.0, r3.0, r4.0, r5.0, r6.0, r7.0]);
        let second = nonzero([r0.1, r1.1, r2.1, r3.1, r4.1, r5.1, r6.1, r7.1]);
        [zigzag::scatter(first), zigzag::scatter(second)]
    }
}

#[inline(always)]
fn halves(of: &[i16; 16]) -> [&[i16; 8]; 2] {
    let (parts, _) = of.as_chunks::<8>();
    [&parts[0], &parts[1]]
}

/// There is no such instruction before SSSE3: bits 14 and up of the product, plus 1, halved.
#[inline(always)]
fn mul_round(a: __m128i, b: __m128i) -> __m128i {
    unsafe {
        let (low, high) = (_mm_mullo_epi16(a, b), _mm_mulhi_epi16(a, b));
        let doubled = _mm_add_epi16(high, high);
        // Bit 15 of the product, and bit 14, which rounds.
        let bit_15 = _mm_srli_epi16(low, 15);
        let bit_14 = _mm_and_si128(_mm_srli_epi16(low, 14), _mm_set1_epi16(1));
        _mm_add_epi16(_mm_add_epi16(doubled, bit_15), bit_14)
    }
}

#[inline(always)]
fn add_neighbours(a: __m128i, b: __m128i) -> __m128i {
    unsafe {
        let (a, b) = (_mm_castsi128_ps(a), _mm_castsi128_ps(b));
        let even = _mm_castps_si128(_mm_shuffle_ps(a, b, 0b10_00_10_00));
        let odd = _mm_castps_si128(_mm_shuffle_ps(a, b, 0b11_01_11_01));
        _mm_add_epi16(even, odd)
    }
}

#[inline(always)]
fn transpose(rows: [__m128i; 8]) -> [__m128i; 8] {
    let [r0, r1, r2, r3, r4, r5, r6, r7] = rows;
    unsafe {
        let a0 = _mm_unpacklo_epi16(r0, r1);
        let a1 = _mm_unpackhi_epi16(r0, r1);
        let a2 = _mm_unpacklo_epi16(r2, r3);
        let a3 = _mm_unpackhi_epi16(r2, r3);
        let a4 = _mm_unpacklo_epi16(r4, r5);
        let a5 = _mm_unpackhi_epi16(r4, r5);
        let a6 = _mm_unpacklo_epi16(r6, r7);
        let a7 = _mm_unpackhi_epi16(r6, r7);
        let b0 = _mm_unpacklo_epi32(a0, a2);
        let b1 = _mm_unpackhi_epi32(a0, a2);
        let b2 = _mm_unpacklo_epi32(a1, a3);
        let b3 = _mm_unpackhi_epi32(a1, a3);
        let b4 = _mm_unpacklo_epi32(a4, a6);
        let b5 = _mm_unpackhi_epi32(a4, a6);
        let b6 = _mm_unpacklo_epi32(a5, a7);
        let b7 = _mm_unpackhi_epi32(a5, a7);
        [
            _mm_unpacklo_epi64(b0, b4),
            _mm_unpackhi_epi64(b0, b4),
            _mm_unpacklo_epi64(b1, b5),
            _mm_unpackhi_epi64(b1, b5),
            _mm_unpacklo_epi64(b2, b6),
            _mm_unpackhi_epi64(b2, b6),
            _mm_unpacklo_epi64(b3, b7),
            _mm_unpackhi_epi64(b3, b7),
        ]
    }
}

/// Which coefficients are not 0, in their own order.
#[inline(always)]
fn nonzero(rows: [__m128i; 8]) -> u64 {
    let [r0, r1, r2, r3, r4, r5, r6, r7] = rows;
    let zeros = |a: __m128i, b: __m128i| unsafe {
        // The instruction saturates, so that only 0 becomes 0.
        let zero = _mm_cmpeq_epi8(_mm_packs_epi16(a, b), _mm_setzero_si128());
        _mm_movemask_epi8(zero) as u64
    };
    !(zeros(r0, r1) | zeros(r2, r3) << 16 | zeros(r4, r5) << 32 | zeros(r6, r7) << 48)
}
