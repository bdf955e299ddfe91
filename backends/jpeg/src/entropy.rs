//! Coefficients to Huffman codes (ITU-T T.81, F.1.2). Pure.

use crate::bits::BitWriter;
use crate::dct::Pair;
use crate::huffman::{self, Codes};
use crate::kernel::Coefficients;
use crate::sampling::Sampling;
use crate::zigzag::TRANSPOSED;

/// Where a coefficient of the zig-zag order stands in the first block of a [`Pair`].
static PLACES: [u8; 64] = {
    let mut places = [0; 64];
    let mut k = 0;
    while k < 64 {
        places[k] = TRANSPOSED[k] / 8 * 16 + TRANSPOSED[k] % 8;
        k += 1;
    }
    places
};

/// The first coefficients of the last blocks: Y', Cb and Cr.
pub(crate) type Last = [i16; 3];

/// Writes `mcus` MCUs of a run.
#[inline(always)]
pub(crate) fn write(
    coefficients: &Coefficients,
    sampling: Sampling,
    mcus: usize,
    last: &mut Last,
    writer: &mut BitWriter,
) {
    let Coefficients { luma, chroma } = coefficients;
    let [last_luma, last_cb, last_cr] = last;
    for mcu in 0..mcus {
        let (unit, half) = (mcu / 2, mcu % 2);
        match sampling {
            Sampling::Full => block(&luma[0][unit], half, &huffman::LUMA, last_luma, writer),
            Sampling::Half => {
                block(&luma[0][mcu], 0, &huffman::LUMA, last_luma, writer);
                block(&luma[0][mcu], 1, &huffman::LUMA, last_luma, writer);
            }
            Sampling::Quarter => {
                for row in luma {
                    block(&row[mcu], 0, &huffman::LUMA, last_luma, writer);
                    block(&row[mcu], 1, &huffman::LUMA, last_luma, writer);
                }
            }
        }
        block(&chroma[0][unit], half, &huffman::CHROMA, last_cb, writer);
        block(&chroma[1][unit], half, &huffman::CHROMA, last_cr, writer);
    }
}

/// Writes one block of a pair, the first (0) or the second (1).
#[inline(always)]
fn block(pair: &Pair, half: usize, codes: &Codes, last: &mut i16, writer: &mut BitWriter) {
    let coefficients: &[i16] = pair.coefficients.as_flattened();
    let coefficients: &[i16; 128] = coefficients.try_into().expect("8 × 16");
    let first = half * 8;

    let dc = coefficients[first];
    writer.put(codes.dc(i32::from(dc) - i32::from(*last)));
    *last = dc;

    // Only those that are not 0.
    let mut left = pair.nonzero[half] & !1;
    // With a guard above: 64 zeros are no coefficient.
    let mut before = 0;
    while left != 0 {
        let k = left.trailing_zeros();
        left &= left - 1;
        let mut zeros = k - before - 1;
        before = k;
        if zeros >= 16 {
            writer.flush();
            while zeros >= 16 {
                writer.put(codes.sixteen_zeros());
                zeros -= 16;
            }
        }
        let value = coefficients[(usize::from(PLACES[k as usize & 63]) + first) & 127];
        writer.put(codes.ac(zeros, i32::from(value)));
        writer.flush();
    }
    if before != 63 {
        writer.put(codes.end());
    }
    writer.flush();
}
