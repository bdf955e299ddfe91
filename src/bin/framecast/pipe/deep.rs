//! Planar Y'CbCr of 9 to 16 bits, little endian, to RGBA of 8.

use super::yuv::{Matrix, Planes, Sampling};

/// Factors with [`FRACTION`] bits after the point, which bring a sample of 16 bits to a byte without
/// an overflow of 32 bits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DeepCoefficients {
    black: i32,
    grey: i32,
    luma: i32,
    red_cr: i32,
    green_cb: i32,
    green_cr: i32,
    blue_cb: i32,
    /// To a byte.
    shift: u32,
}

const FRACTION: u32 = 12;

impl DeepCoefficients {
    /// For samples of `depth` bits. `full`: luma is all of them instead of 16/256 to 235/256.
    pub(crate) fn new(matrix: Matrix, full: bool, depth: u32) -> Self {
        let (red, blue) = matrix.weights();
        let green = 1.0 - red - blue;
        let unit = f64::from(1 << (depth - 8));
        let all = f64::from((1 << depth) - 1);
        let (luma_range, chroma_range) =
            if full { (all / unit, all / unit) } else { (219.0, 224.0) };
        let fixed = |factor: f64| (factor * f64::from(1 << FRACTION)).round() as i32;
        let chroma = 255.0 / chroma_range;
        Self {
            black: if full { 0 } else { 16 << (depth - 8) },
            grey: 128 << (depth - 8),
            luma: fixed(255.0 / luma_range),
            red_cr: fixed(chroma * 2.0 * (1.0 - red)),
            green_cb: fixed(chroma * -2.0 * blue * (1.0 - blue) / green),
            green_cr: fixed(chroma * -2.0 * red * (1.0 - red) / green),
            blue_cb: fixed(chroma * 2.0 * (1.0 - blue)),
            shift: FRACTION + depth - 8,
        }
    }

    /// What the chroma adds to red, green and blue, with the rounding.
    fn tint(&self, cb: i32, cr: i32) -> [i32; 3] {
        let (cb, cr) = (cb - self.grey, cr - self.grey);
        let half = 1 << (self.shift - 1);
        [
            self.red_cr * cr + half,
            self.green_cb * cb + self.green_cr * cr + half,
            self.blue_cb * cb + half,
        ]
    }

    fn pixel(&self, luma: i32, [red, green, blue]: [i32; 3]) -> [u8; 4] {
        let luma = (luma - self.black) * self.luma;
        let byte = |sum: i32| (sum >> self.shift).clamp(0, 255) as u8;
        [byte(luma + red), byte(luma + green), byte(luma + blue), 255]
    }
}

fn sample(bytes: [u8; 2]) -> i32 {
    u16::from_le_bytes(bytes).into()
}

/// Converts a picture whose samples are of two bytes.
pub(crate) fn convert(
    planes: &[u8],
    width: usize,
    sampling: Sampling,
    coefficients: &DeepCoefficients,
    pixels: &mut [[u8; 4]],
) {
    let planes = Planes::split(planes.as_chunks::<2>().0, width, sampling, pixels.len() / width);
    let rows = pixels.chunks_exact_mut(width).zip(planes.luma.chunks_exact(width));
    for (y, (pixels, luma)) in rows.enumerate() {
        if sampling == Sampling::Grey {
            let tint = coefficients.tint(coefficients.grey, coefficients.grey);
            for (pixel, luma) in pixels.iter_mut().zip(luma) {
                *pixel = coefficients.pixel(sample(*luma), tint);
            }
            continue;
        }
        let (cb, cr) = planes.chroma(y);
        let step = sampling.step();
        let groups = pixels.chunks_mut(step).zip(luma.chunks(step));
        for ((pixels, luma), (cb, cr)) in groups.zip(cb.iter().zip(cr)) {
            let tint = coefficients.tint(sample(*cb), sample(*cr));
            for (pixel, luma) in pixels.iter_mut().zip(luma) {
                *pixel = coefficients.pixel(sample(*luma), tint);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_depth_and_range_is_within_rounding_of_the_standard() {
        for depth in 9..=16_u32 {
            for (matrix, full) in [(Matrix::Bt601, false), (Matrix::Bt709, true)] {
                let coefficients = DeepCoefficients::new(matrix, full, depth);
                let most = (1_i32 << depth) - 1;
                let steps = || (0..=16).map(move |n| most / 16 * n + n.min(most % 16));
                let (red, blue) = matrix.weights();
                let unit = f64::from(1 << (depth - 8));
                for y in steps() {
                    for (cb, cr) in steps().flat_map(|cb| steps().map(move |cr| (cb, cr))) {
                        let got = coefficients.pixel(y, coefficients.tint(cb, cr));
                        let centre = 128.0 * unit;
                        let all = f64::from(most);
                        let (black, luma, chroma) = if full {
                            (0.0, all, all)
                        } else {
                            (16.0 * unit, 219.0 * unit, 224.0 * unit)
                        };
                        let y = (f64::from(y) - black) / luma;
                        let cb = (f64::from(cb) - centre) / chroma;
                        let cr = (f64::from(cr) - centre) / chroma;
                        let r = y + 2.0 * (1.0 - red) * cr;
                        let b = y + 2.0 * (1.0 - blue) * cb;
                        let g = (y - red * r - blue * b) / (1.0 - red - blue);
                        for (got, exact) in got.into_iter().zip([r, g, b]) {
                            let off = f64::from(got) - (exact * 255.0).clamp(0.0, 255.0);
                            assert!(off.abs() < 0.6, "{depth} bits: {off}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn black_and_white_are_exact_at_every_depth() {
        for depth in 9..=16_u32 {
            for full in [false, true] {
                let unit = 1_u16 << (depth - 8);
                let (black, white) =
                    if full { (0, ((1_u32 << depth) - 1) as u16) } else { (16 * unit, 235 * unit) };
                let bytes = [black.to_le_bytes(), white.to_le_bytes()].concat();
                let coefficients = DeepCoefficients::new(Matrix::Bt709, full, depth);
                let mut pixels = [[9; 4]; 2];
                convert(&bytes, 2, Sampling::Grey, &coefficients, &mut pixels);
                assert_eq!(pixels, [[0, 0, 0, 255], [255; 4]], "{depth} bits, full: {full}");
            }
        }
    }

    #[test]
    fn chroma_is_shared_as_with_bytes() {
        // Wherever 8 bits show a color, the same in 10 bits does.
        for sampling in Sampling::ALL {
            let (width, height) = (7, 5);
            let count = sampling.samples(width, height);
            let bytes: Vec<u8> = (0..count).map(|n| 16 + (n * 37 % 220) as u8).collect();
            let deep: Vec<u8> =
                bytes.iter().flat_map(|byte| (u16::from(*byte) << 2).to_le_bytes()).collect();
            let (mut plain, mut converted) = ([[0; 4]; 35], [[1; 4]; 35]);
            let coefficients = crate::pipe::yuv::Coefficients::new(Matrix::Bt601, false);
            crate::pipe::yuv::convert(&bytes, width, sampling, &coefficients, &mut plain);
            let coefficients = DeepCoefficients::new(Matrix::Bt601, false, 10);
            convert(&deep, width, sampling, &coefficients, &mut converted);
            for (a, b) in plain.iter().flatten().zip(converted.iter().flatten()) {
                assert!(a.abs_diff(*b) <= 1, "{sampling:?}: {plain:?} {converted:?}");
            }
        }
    }
}
