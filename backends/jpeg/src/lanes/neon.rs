//! NEON, which every 64-bit Arm processor has: sixteen lanes are two registers.
//!
//! Soundness: the target aarch64 has NEON. Memory is read and written through references to arrays.
#![allow(unsafe_code)]
#![allow(clippy::undocumented_unsafe_blocks, reason = "one reason, above, holds for all")]

use std::arch::aarch64::*;

use super::{Lanes, Pixels};
use crate::zigzag::TRANSPOSED;

#[derive(Clone, Copy)]
pub(crate) struct Neon(int16x8_t, int16x8_t);

impl Lanes for Neon {
    type Wide = (int32x4_t, int32x4_t);

    #[inline(always)]
    fn load(from: &[i16; 16]) -> Self {
        let (parts, _) = from.as_chunks::<8>();
        unsafe { Self(vld1q_s16(parts[0].as_ptr()), vld1q_s16(parts[1].as_ptr())) }
    }

    #[inline(always)]
    fn store(self, to: &mut [i16; 16]) {
        let (parts, _) = to.as_chunks_mut::<8>();
        unsafe {
            vst1q_s16(parts[0].as_mut_ptr(), self.0);
            vst1q_s16(parts[1].as_mut_ptr(), self.1);
        }
    }

    #[inline(always)]
    fn splat(value: i16) -> Self {
        let lanes = unsafe { vdupq_n_s16(value) };
        Self(lanes, lanes)
    }

    #[inline(always)]
    fn splat_pairs(even: i16, odd: i16) -> Self {
        let pair = i32::from(odd) << 16 | i32::from(even as u16);
        let lanes = unsafe { vreinterpretq_s16_s32(vdupq_n_s32(pair)) };
        Self(lanes, lanes)
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        unsafe { Self(vaddq_s16(self.0, other.0), vaddq_s16(self.1, other.1)) }
    }

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        unsafe { Self(vsubq_s16(self.0, other.0), vsubq_s16(self.1, other.1)) }
    }

    #[inline(always)]
    fn mul_round(self, other: Self) -> Self {
        // It doubles the product and takes the upper half, which is the same shift.
        unsafe { Self(vqrdmulhq_s16(self.0, other.0), vqrdmulhq_s16(self.1, other.1)) }
    }

    #[inline(always)]
    fn shift_right<const BITS: i32>(self) -> Self {
        unsafe { Self(vshrq_n_s16::<BITS>(self.0), vshrq_n_s16::<BITS>(self.1)) }
    }

    #[inline(always)]
    fn multiply_pairs(self, other: Self) -> Self::Wide {
        (multiply_pairs(self.0, other.0), multiply_pairs(self.1, other.1))
    }

    #[inline(always)]
    fn add_wide(a: Self::Wide, b: Self::Wide) -> Self::Wide {
        unsafe { (vaddq_s32(a.0, b.0), vaddq_s32(a.1, b.1)) }
    }

    #[inline(always)]
    fn shift_right_wide<const BITS: i32>(a: Self::Wide) -> Self::Wide {
        unsafe { (vshrq_n_s32::<BITS>(a.0), vshrq_n_s32::<BITS>(a.1)) }
    }

    #[inline(always)]
    fn narrow(a: Self::Wide, b: Self::Wide) -> Self {
        unsafe {
            Self(
                vcombine_s16(vmovn_s32(a.0), vmovn_s32(a.1)),
                vcombine_s16(vmovn_s32(b.0), vmovn_s32(b.1)),
            )
        }
    }

    #[inline(always)]
    fn pixels(from: &[[u8; 4]; 16]) -> Pixels<Self> {
        let (parts, _) = from.as_chunks::<4>();
        let pixels =
            |n: usize| unsafe { vreinterpretq_u16_u8(vld1q_u8(parts[n].as_flattened().as_ptr())) };
        let red_blue =
            |n: usize| unsafe { vreinterpretq_s16_u16(vandq_u16(pixels(n), vdupq_n_u16(0x00ff))) };
        let green_one = |n: usize| unsafe {
            let green = vreinterpretq_u32_u16(vshrq_n_u16::<8>(pixels(n)));
            let green = vandq_u32(green, vdupq_n_u32(0xff));
            vreinterpretq_s16_u32(vorrq_u32(green, vdupq_n_u32(128 << 16)))
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
        [
            nonzero([r0.0, r1.0, r2.0, r3.0, r4.0, r5.0, r6.0, r7.0]),
            nonzero([r0.1, r1.1, r2.1, r3.1, r4.1, r5.1, r6.1, r7.1]),
        ]
    }
}

#[inline(always)]
fn multiply_pairs(a: int16x8_t, b: int16x8_t) -> int32x4_t {
    unsafe {
        let low = vmull_s16(vget_low_s16(a), vget_low_s16(b));
        let high = vmull_high_s16(a, b);
        vpaddq_s32(low, high)
    }
}

#[inline(always)]
fn add_neighbours(a: int16x8_t, b: int16x8_t) -> int16x8_t {
    unsafe {
        let (a, b) = (vreinterpretq_s32_s16(a), vreinterpretq_s32_s16(b));
        let even = vreinterpretq_s16_s32(vuzp1q_s32(a, b));
        let odd = vreinterpretq_s16_s32(vuzp2q_s32(a, b));
        vaddq_s16(even, odd)
    }
}

#[inline(always)]
fn transpose(rows: [int16x8_t; 8]) -> [int16x8_t; 8] {
    let [r0, r1, r2, r3, r4, r5, r6, r7] = rows;
    unsafe {
        let wide = |it: int16x8_t| vreinterpretq_s32_s16(it);
        let widest = |it: int32x4_t| vreinterpretq_s64_s32(it);
        let narrow = |it: int64x2_t| vreinterpretq_s16_s64(it);
        let (a0, a1) = (wide(vtrn1q_s16(r0, r1)), wide(vtrn2q_s16(r0, r1)));
        let (a2, a3) = (wide(vtrn1q_s16(r2, r3)), wide(vtrn2q_s16(r2, r3)));
        let (a4, a5) = (wide(vtrn1q_s16(r4, r5)), wide(vtrn2q_s16(r4, r5)));
        let (a6, a7) = (wide(vtrn1q_s16(r6, r7)), wide(vtrn2q_s16(r6, r7)));
        let (b0, b2) = (widest(vtrn1q_s32(a0, a2)), widest(vtrn2q_s32(a0, a2)));
        let (b1, b3) = (widest(vtrn1q_s32(a1, a3)), widest(vtrn2q_s32(a1, a3)));
        let (b4, b6) = (widest(vtrn1q_s32(a4, a6)), widest(vtrn2q_s32(a4, a6)));
        let (b5, b7) = (widest(vtrn1q_s32(a5, a7)), widest(vtrn2q_s32(a5, a7)));
        [
            narrow(vtrn1q_s64(b0, b4)),
            narrow(vtrn1q_s64(b1, b5)),
            narrow(vtrn1q_s64(b2, b6)),
            narrow(vtrn1q_s64(b3, b7)),
            narrow(vtrn2q_s64(b0, b4)),
            narrow(vtrn2q_s64(b1, b5)),
            narrow(vtrn2q_s64(b2, b6)),
            narrow(vtrn2q_s64(b3, b7)),
        ]
    }
}

#[inline(always)]
fn nonzero(rows: [int16x8_t; 8]) -> u64 {
    let [r0, r1, r2, r3, r4, r5, r6, r7] = rows;
    unsafe {
        // Saturating, so that only 0 becomes 0.
        let bytes = |a: int16x8_t, b: int16x8_t| {
            vreinterpretq_u8_s8(vcombine_s8(vqmovn_s16(a), vqmovn_s16(b)))
        };
        let block = uint8x16x4_t(bytes(r0, r1), bytes(r2, r3), bytes(r4, r5), bytes(r6, r7));
        let weights = vreinterpretq_u8_u64(vdupq_n_u64(0x8040_2010_0804_0201));
        let (order, _) = TRANSPOSED.as_chunks::<16>();
        let part = |n: usize| {
            let ordered = vqtbl4q_u8(block, vld1q_u8(order[n].as_ptr()));
            vandq_u8(vtstq_u8(ordered, ordered), weights)
        };
        let (a, b) = (vpaddq_u8(part(0), part(1)), vpaddq_u8(part(2), part(3)));
        let sums = vpaddq_u8(a, b);
        let sums = vpaddq_u8(sums, sums);
        vgetq_lane_u64::<0>(vreinterpretq_u64_u8(sums))
    }
}
