//! RGB to Y'CbCr as in JFIF (the full range of ITU-R BT.601), and chroma averaged over the pixels
//! that share a sample. Pure.
//!
//! Samples are from -128 up to 128 and keep [`FRACTION`] bits after the point: rounding
//! them to whole numbers first would cost more than quantization at a quality of 100.

use crate::lanes::{Lanes, Pixels};
use crate::quantization::FRACTION;

/// `value` times 2^15, to the nearest.
const fn fixed(value: f64) -> i16 {
    (value * 32768.0 + if value < 0.0 { -0.5 } else { 0.5 }) as i16
}

/// Factors of red and blue, and of green and 128: the last are for rounding and, in Y', for the 128 that
/// is taken from it. Each set's sum is exact, so that white and grey have no color.
const LUMA: [[i16; 2]; 2] = [[fixed(0.299), fixed(0.114)], [fixed(0.587), -32768 + ROUNDING]];
const CB: [[i16; 2]; 2] = [[-5529, 16384], [-10855, ROUNDING]];
const CR: [[i16; 2]; 2] = [[16384, -2664], [-13720, ROUNDING]];
/// Half a step, as a multiple of 128.
const ROUNDING: i16 = 1 << (15 - FRACTION - 1 - 7);

const SHIFT: i32 = 15 - FRACTION as i32;
/// As [`SHIFT`], of two or four pixels' sum.
const SHIFT_OF_2: i32 = SHIFT + 1;
const SHIFT_OF_4: i32 = SHIFT + 2;

#[inline(always)]
fn weighted<V: Lanes>(red_blue: V, green_one: V, by: [[i16; 2]; 2]) -> V::Wide {
    let red_blue = red_blue.multiply_pairs(V::splat_pairs(by[0][0], by[0][1]));
    V::add_wide(red_blue, green_one.multiply_pairs(V::splat_pairs(by[1][0], by[1][1])))
}

/// One component of 16 pixels.
#[inline(always)]
fn component<V: Lanes>(pixels: &Pixels<V>, by: [[i16; 2]; 2]) -> V {
    let [red_blue_a, red_blue_b] = pixels.red_blue;
    let [green_one_a, green_one_b] = pixels.green_one;
    V::narrow_pixels(
        V::shift_right_wide::<SHIFT>(weighted(red_blue_a, green_one_a, by)),
        V::shift_right_wide::<SHIFT>(weighted(red_blue_b, green_one_b, by)),
    )
}

/// Y' of 16 pixels.
#[inline(always)]
pub(crate) fn luma<V: Lanes>(pixels: &Pixels<V>) -> V {
    component(pixels, LUMA)
}

/// Cb and Cr of 16 pixels.
#[inline(always)]
pub(crate) fn chroma<V: Lanes>(pixels: &Pixels<V>) -> [V; 2] {
    [component(pixels, CB), component(pixels, CR)]
}

/// Sums of pixels: each lane pair is one of 8 sums.
#[derive(Clone, Copy)]
pub(crate) struct Sums<V> {
    red_blue: V,
    green_one: V,
}

/// Sums of two neighbours in a row, of 16 pixels.
#[inline(always)]
pub(crate) fn sums_of_2<V: Lanes>(pixels: &Pixels<V>) -> Sums<V> {
    Sums {
        red_blue: V::add_neighbours(pixels.red_blue),
        green_one: V::add_neighbours(pixels.green_one),
    }
}

/// Sums of four neighbours, of 16 pixels in each of two rows.
#[inline(always)]
pub(crate) fn sums_of_4<V: Lanes>(above: &Pixels<V>, below: &Pixels<V>) -> Sums<V> {
    let [a, b] = above.red_blue;
    let [c, d] = below.red_blue;
    let [e, f] = above.green_one;
    let [g, h] = below.green_one;
    sums_of_2(&Pixels { red_blue: [a.add(c), b.add(d)], green_one: [e.add(g), f.add(h)] })
}

/// Cb and Cr of 16 sums of two pixels.
#[inline(always)]
pub(crate) fn chroma_of_2<V: Lanes>(first: &Sums<V>, second: &Sums<V>) -> [V; 2] {
    [of_sums::<V, SHIFT_OF_2>(first, second, CB), of_sums::<V, SHIFT_OF_2>(first, second, CR)]
}

/// Cb and Cr of 16 sums of four pixels.
#[inline(always)]
pub(crate) fn chroma_of_4<V: Lanes>(first: &Sums<V>, second: &Sums<V>) -> [V; 2] {
    [of_sums::<V, SHIFT_OF_4>(first, second, CB), of_sums::<V, SHIFT_OF_4>(first, second, CR)]
}

#[inline(always)]
fn of_sums<V: Lanes, const SHIFT: i32>(first: &Sums<V>, second: &Sums<V>, by: [[i16; 2]; 2]) -> V {
    V::narrow(
        V::shift_right_wide::<SHIFT>(weighted(first.red_blue, first.green_one, by)),
        V::shift_right_wide::<SHIFT>(weighted(second.red_blue, second.green_one, by)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lanes::scalar::Scalar;

    fn lanes(value: Scalar) -> [f64; 16] {
        let mut lanes = [0; 16];
        value.store(&mut lanes);
        lanes.map(|lane| f64::from(lane) / 16.0)
    }

    fn exact([red, green, blue, _]: [u8; 4]) -> [f64; 3] {
        let (red, green, blue) = (f64::from(red), f64::from(green), f64::from(blue));
        [
            0.299 * red + 0.587 * green + 0.114 * blue - 128.0,
            -0.168_735_892 * red - 0.331_264_108 * green + 0.5 * blue,
            0.5 * red - 0.418_687_589 * green - 0.081_312_411 * blue,
        ]
    }

    #[test]
    fn white_black_and_grey_have_no_color() {
        for shade in 0..=255 {
            let pixels = Scalar::pixels(&[[shade, shade, shade, 3]; 16]);
            assert_eq!(lanes(luma(&pixels)), [f64::from(shade) - 128.0; 16]);
            let sums = sums_of_2(&pixels);
            let more = sums_of_4(&pixels, &pixels);
            for plane in [chroma(&pixels), chroma_of_2(&sums, &sums), chroma_of_4(&more, &more)] {
                assert_eq!(plane.map(lanes), [[0.0; 16]; 2]);
            }
        }
    }

    #[test]
    fn colors_are_those_of_the_standard() {
        let steps = [0, 1, 2, 31, 64, 127, 128, 129, 200, 254, 255];
        for red in steps {
            for green in steps {
                for blue in steps {
                    let pixel = [red, green, blue, 99];
                    let pixels = Scalar::pixels(&[pixel; 16]);
                    let [cb, cr] = chroma(&pixels);
                    for (got, exact) in [luma(&pixels), cb, cr].map(lanes).iter().zip(exact(pixel))
                    {
                        assert!((got[5] - exact).abs() < 0.04, "{pixel:?}: {} {exact}", got[5]);
                        assert!((-128.0..=127.5).contains(&got[5]));
                    }
                }
            }
        }
    }

    #[test]
    fn chroma_is_the_average_of_the_pixels_that_share_it() {
        let pixel = |x: usize, y: usize| {
            let n = (x * 37 + y * 101) as u8;
            [n, n.wrapping_mul(7), n.wrapping_mul(29), 0]
        };
        let row = |x: usize, y: usize| std::array::from_fn(|n| pixel(x + n, y));
        let pixels = |x: usize, y: usize| Scalar::pixels(&row(x, y));
        let of_2 = chroma_of_2(&sums_of_2(&pixels(0, 0)), &sums_of_2(&pixels(16, 0)));
        let of_4 = chroma_of_4(
            &sums_of_4(&pixels(0, 0), &pixels(0, 1)),
            &sums_of_4(&pixels(16, 0), &pixels(16, 1)),
        );
        for n in 0..16 {
            let all: Vec<_> =
                [(0, 0), (1, 0), (0, 1), (1, 1)].map(|(x, y)| exact(pixel(n * 2 + x, y))).into();
            for (plane, component) in [(0, 1), (1, 2)] {
                let average = |count: usize| {
                    all[..count].iter().map(|it| it[component]).sum::<f64>() / count as f64
                };
                assert!((lanes(of_2[plane])[n] - average(2)).abs() < 0.04);
                assert!((lanes(of_4[plane])[n] - average(4)).abs() < 0.04);
            }
        }
    }
}
