//! The forward discrete cosine transform of 8 × 8 samples, two blocks at once. Pure.
//!
//! The one-dimensional transform is that of C. Loeffler, A. Ligtenberg and G. S. Moschytz,
//! "Practical fast 1-D DCT algorithms with 11 multiplications", ICASSP 1989, with each rotation as
//! four multiplications: in 16 bits that is more exact than the form with three.

use crate::lanes::Lanes;
use crate::quantization::{FRACTION, Quantization};

/// Two blocks' coefficients, quantized and transposed, side by side as in [`Lanes`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pair {
    pub(crate) coefficients: [[i16; 16]; 8],
    /// Which are not 0, by their place in the zig-zag order.
    pub(crate) nonzero: [u64; 2],
}

impl Pair {
    pub(crate) const EMPTY: Self = Self { coefficients: [[0; 16]; 8], nonzero: [0; 2] };
}

/// Transforms and quantizes two blocks. `rows` are their samples, with [`FRACTION`] bits after the
/// point, from -128 up to 128.
#[inline(always)]
pub(crate) fn transform<V: Lanes>(rows: [V; 8], quantization: &Quantization, pair: &mut Pair) {
    // A pass multiplies by √8. The first takes up to 12 bits to 15; what leaves the second has the
    // scale of T.81, with FRACTION bits after the point, if the first's is divided by 8.
    const { assert!(FRACTION == 4) };
    let columns = V::transpose(pass(rows));
    let four = V::splat(4);
    let [c0, c1, c2, c3, c4, c5, c6, c7] = columns;
    let coefficients = pass([
        c0.add(four).shift_right::<3>(),
        c1.add(four).shift_right::<3>(),
        c2.add(four).shift_right::<3>(),
        c3.add(four).shift_right::<3>(),
        c4.add(four).shift_right::<3>(),
        c5.add(four).shift_right::<3>(),
        c6.add(four).shift_right::<3>(),
        c7.add(four).shift_right::<3>(),
    ]);
    coefficients[0].store(&mut pair.coefficients[0]);
    let dc = [pair.coefficients[0][0], pair.coefficients[0][8]];
    let mut quantized = coefficients;
    for n in 0..8 {
        quantized[n] = coefficients[n].mul_round(V::load(&quantization.reciprocals[n]));
        quantized[n].store(&mut pair.coefficients[n]);
    }
    pair.coefficients[0][0] = quantization.dc(dc[0]);
    pair.coefficients[0][8] = quantization.dc(dc[1]);
    pair.nonzero = V::nonzero(&quantized);
}

/// `value` times 2^15, to the nearest.
const fn fixed(value: f64) -> i16 {
    (value * 32768.0 + 0.5) as i16
}

/// Cosines of multiples of π/16.
const C1: f64 = 0.980_785_280_403_230_4;
const C2: f64 = 0.923_879_532_511_286_7;
const C3: f64 = 0.831_469_612_302_545_2;
const C5: f64 = 0.555_570_233_019_602_2;
const C6: f64 = 0.382_683_432_365_089_8;
const C7: f64 = 0.195_090_322_016_128_27;
const SQRT_2: f64 = std::f64::consts::SQRT_2;

/// One pass: the columns' transforms, times √8.
#[inline(always)]
fn pass<V: Lanes>(x: [V; 8]) -> [V; 8] {
    let [x0, x1, x2, x3, x4, x5, x6, x7] = x;
    let times = |value: V, by: f64| value.mul_round(V::splat(fixed(by)));

    let (s0, d0) = (x0.add(x7), x0.sub(x7));
    let (s1, d1) = (x1.add(x6), x1.sub(x6));
    let (s2, d2) = (x2.add(x5), x2.sub(x5));
    let (s3, d3) = (x3.add(x4), x3.sub(x4));

    // The even part. Factors above 1 are 1 and the rest.
    let (e0, e3) = (s0.add(s3), s0.sub(s3));
    let (e1, e2) = (s1.add(s2), s1.sub(s2));
    let y0 = e0.add(e1);
    let y4 = e0.sub(e1);
    let y2 = e3.add(times(e3, SQRT_2 * C2 - 1.0)).add(times(e2, SQRT_2 * C6));
    let y6 = times(e3, SQRT_2 * C6).sub(e2.add(times(e2, SQRT_2 * C2 - 1.0)));

    // The odd part: two rotations, by 3π/16 and π/16.
    let a = times(d3, C3).add(times(d0, C5));
    let b = times(d0, C3).sub(times(d3, C5));
    let c = times(d2, C1).add(times(d1, C7));
    let d = times(d1, C1).sub(times(d2, C7));
    let (sum, difference) = (a.add(d), a.sub(d));
    let (other_sum, other_difference) = (b.add(c), b.sub(c));
    let y1 = other_sum.add(sum);
    let y7 = other_sum.sub(sum);
    let y3 = other_difference.add(times(other_difference, SQRT_2 - 1.0));
    let y5 = difference.add(times(difference, SQRT_2 - 1.0));

    [y0, y1, y2, y3, y4, y5, y6, y7]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lanes::scalar::Scalar;

    /// The transform of T.81, A.3.3, of samples whose scale is 1: `[u][v]`.
    fn exact(samples: &[[f64; 8]; 8]) -> [[f64; 8]; 8] {
        let mut coefficients = [[0.0; 8]; 8];
        for (u, row) in coefficients.iter_mut().enumerate() {
            for (v, coefficient) in row.iter_mut().enumerate() {
                let norm = |n: usize| if n == 0 { 1.0 / SQRT_2 } else { 1.0 };
                let wave = |x: usize, n: usize| {
                    ((2 * x + 1) as f64 * n as f64 * std::f64::consts::PI / 16.0).cos()
                };
                for (y, row) in samples.iter().enumerate() {
                    for (x, sample) in row.iter().enumerate() {
                        *coefficient += sample * wave(x, u) * wave(y, v);
                    }
                }
                *coefficient *= norm(u) * norm(v) / 4.0;
            }
        }
        coefficients
    }

    fn transformed(blocks: [&[[f64; 8]; 8]; 2]) -> Pair {
        let mut rows = [[0; 16]; 8];
        for (y, row) in rows.iter_mut().enumerate() {
            for (x, lane) in row.iter_mut().enumerate() {
                *lane = (blocks[x / 8][y][x % 8] * 16.0) as i16;
            }
        }
        let mut pair = Pair::EMPTY;
        transform(rows.map(|row| Scalar::load(&row)), &Quantization::luma(100), &mut pair);
        pair
    }

    fn random(seed: &mut u64) -> u64 {
        *seed ^= *seed << 13;
        *seed ^= *seed >> 7;
        *seed ^= *seed << 17;
        *seed
    }

    #[test]
    fn coefficients_are_those_of_the_standard_to_the_nearest() {
        let mut seed = 7;
        let (mut worst, mut squares, mut count) = (0.0_f64, 0.0, 0.0);
        for round in 0..400 {
            let mut blocks = [[[0.0; 8]; 8]; 2];
            for sample in blocks.as_flattened_mut().as_flattened_mut() {
                let r = random(&mut seed);
                *sample = match round % 3 {
                    0 => (r % 256) as f64 - 128.0,
                    1 => [-128.0, 127.0][(r >> 20) as usize % 2],
                    _ => (r % 16) as f64 + f64::from(round) / 4.0 - 60.0,
                };
            }
            let pair = transformed([&blocks[0], &blocks[1]]);
            for (n, block) in blocks.iter().enumerate() {
                for (u, column) in exact(block).iter().enumerate() {
                    for (v, exact) in column.iter().enumerate() {
                        let error = (f64::from(pair.coefficients[u][n * 8 + v]) - exact).abs();
                        worst = worst.max(error);
                        squares += error * error;
                        count += 1.0;
                    }
                }
            }
        }
        // Rounding alone: 0.5, and 0.2887 on average.
        assert!(worst < 0.85, "{worst}");
        assert!((squares / count).sqrt() < 0.30, "{}", (squares / count).sqrt());
    }

    #[test]
    fn the_largest_sums_fit_into_sixteen_bits() {
        // For every coefficient, the samples that make it largest and smallest.
        for u in 0..8 {
            for v in 0..8 {
                let mut block = [[0.0; 8]; 8];
                block[0][0] = 1.0;
                for (y, row) in block.iter_mut().enumerate() {
                    for (x, sample) in row.iter_mut().enumerate() {
                        let mut one = [[0.0; 8]; 8];
                        one[y][x] = 1.0;
                        *sample = if exact(&one)[u][v] < 0.0 { -128.0 } else { 127.9375 };
                    }
                }
                let opposite =
                    block.map(|row| row.map(|it| if it < 0.0 { 127.9375 } else { -128.0 }));
                let pair = transformed([&block, &opposite]);
                for (n, block) in [block, opposite].iter().enumerate() {
                    for (u, column) in exact(block).iter().enumerate() {
                        for (v, exact) in column.iter().enumerate() {
                            let error = (f64::from(pair.coefficients[u][n * 8 + v]) - exact).abs();
                            assert!(error < 1.0, "{error} at {u}, {v}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn what_is_not_zero_is_known() {
        let mut seed = 99;
        for _ in 0..200 {
            let mut block = [[0.0; 8]; 8];
            for sample in block.as_flattened_mut() {
                *sample = (random(&mut seed) % 3) as f64;
            }
            let pair = transformed([&block, &[[0.0; 8]; 8]]);
            for (k, &at) in crate::zigzag::TRANSPOSED.iter().enumerate().skip(1) {
                let coefficient = pair.coefficients[usize::from(at) / 8][usize::from(at) % 8];
                assert_eq!(pair.nonzero[0] >> k & 1 == 1, coefficient != 0);
            }
            assert_eq!(pair.nonzero[1] >> 1, 0);
        }
    }
}
