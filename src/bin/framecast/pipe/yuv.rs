//! Planar Y'CbCr of 8 bits to RGBA.

/// How many chroma samples there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Chroma {
    /// None: grey.
    None,
    /// One for two by two pixels.
    Quarter,
    /// One for two pixels beside each other.
    Half,
    /// One for every pixel.
    Full,
}

impl Chroma {
    /// Width and height of a chroma plane; odd sizes are rounded up.
    fn plane(self, width: usize, height: usize) -> (usize, usize) {
        match self {
            Chroma::None => (0, 0),
            Chroma::Quarter => (width.div_ceil(2), height.div_ceil(2)),
            Chroma::Half => (width.div_ceil(2), height),
            Chroma::Full => (width, height),
        }
    }

    /// Bytes of a picture.
    pub(crate) fn bytes(self, width: usize, height: usize) -> usize {
        let (chroma_width, chroma_height) = self.plane(width, height);
        width * height + 2 * chroma_width * chroma_height
    }
}

/// Which red, green and blue a luma is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Matrix {
    /// Standard definition.
    Bt601,
    /// High definition.
    Bt709,
}

/// Factors with [`FRACTION`] bits after the point.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Coefficients {
    black: i32,
    luma: i32,
    red_cr: i32,
    green_cb: i32,
    green_cr: i32,
    blue_cb: i32,
}

const FRACTION: u32 = 14;

impl Coefficients {
    /// For `matrix`. `full`: luma is 0 to 255 instead of 16 to 235.
    pub(crate) fn new(matrix: Matrix, full: bool) -> Self {
        let (red, blue): (f64, f64) = match matrix {
            Matrix::Bt601 => (0.299, 0.114),
            Matrix::Bt709 => (0.2126, 0.0722),
        };
        let green = 1.0 - red - blue;
        let (luma_range, chroma_range) = if full { (255.0, 255.0) } else { (219.0, 224.0) };
        let fixed = |factor: f64| (factor * f64::from(1 << FRACTION)).round() as i32;
        let chroma = 255.0 / chroma_range;
        Self {
            black: if full { 0 } else { 16 },
            luma: fixed(255.0 / luma_range),
            red_cr: fixed(chroma * 2.0 * (1.0 - red)),
            green_cb: fixed(chroma * -2.0 * blue * (1.0 - blue) / green),
            green_cr: fixed(chroma * -2.0 * red * (1.0 - red) / green),
            blue_cb: fixed(chroma * 2.0 * (1.0 - blue)),
        }
    }

    /// What the chroma adds to red, green and blue, with the rounding.
    fn tint(&self, cb: u8, cr: u8) -> [i32; 3] {
        let (cb, cr) = (i32::from(cb) - 128, i32::from(cr) - 128);
        let half = 1 << (FRACTION - 1);
        [
            self.red_cr * cr + half,
            self.green_cb * cb + self.green_cr * cr + half,
            self.blue_cb * cb + half,
        ]
    }

    fn pixel(&self, luma: u8, [red, green, blue]: [i32; 3]) -> [u8; 4] {
        let luma = (i32::from(luma) - self.black) * self.luma;
        let byte = |sum: i32| (sum >> FRACTION).clamp(0, 255) as u8;
        [byte(luma + red), byte(luma + green), byte(luma + blue), 255]
    }
}

/// Converts `planes`, which has [`Chroma::bytes`] bytes, to `pixels` in rows of `width`.
///
/// A chroma sample colours all of its pixels alike; players do so by default, and it is fast.
pub(crate) fn convert(
    planes: &[u8],
    width: usize,
    chroma: Chroma,
    coefficients: &Coefficients,
    pixels: &mut [[u8; 4]],
) {
    let height = pixels.len() / width;
    let (chroma_width, chroma_height) = chroma.plane(width, height);
    let (luma, rest) = planes.split_at(width * height);
    let (cb, cr) = rest.split_at(chroma_width * chroma_height);
    let rows = pixels.chunks_exact_mut(width).zip(luma.chunks_exact(width));
    for (y, (pixels, luma)) in rows.enumerate() {
        let row = if chroma == Chroma::Quarter { y / 2 } else { y };
        let line = row * chroma_width..(row + 1) * chroma_width;
        match chroma {
            Chroma::None => {
                let tint = coefficients.tint(128, 128);
                for (pixel, luma) in pixels.iter_mut().zip(luma) {
                    *pixel = coefficients.pixel(*luma, tint);
                }
            }
            Chroma::Full => {
                let samples = cb[line.clone()].iter().zip(&cr[line]);
                for ((pixel, luma), (cb, cr)) in pixels.iter_mut().zip(luma).zip(samples) {
                    *pixel = coefficients.pixel(*luma, coefficients.tint(*cb, *cr));
                }
            }
            Chroma::Half | Chroma::Quarter => {
                let samples = cb[line.clone()].iter().zip(&cr[line]);
                let pairs = pixels.chunks_mut(2).zip(luma.chunks(2));
                for ((pixels, luma), (cb, cr)) in pairs.zip(samples) {
                    let tint = coefficients.tint(*cb, *cr);
                    for (pixel, luma) in pixels.iter_mut().zip(luma) {
                        *pixel = coefficients.pixel(*luma, tint);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One pixel by the formula of the standard, in floating point.
    fn exact([y, cb, cr]: [u8; 3], matrix: Matrix, full: bool) -> [f64; 3] {
        let (kr, kb) = match matrix {
            Matrix::Bt601 => (0.299, 0.114),
            Matrix::Bt709 => (0.2126, 0.0722),
        };
        let (y, cb, cr) = (f64::from(y), f64::from(cb) - 128.0, f64::from(cr) - 128.0);
        let (y, cb, cr) = if full {
            (y / 255.0, cb / 255.0, cr / 255.0)
        } else {
            ((y - 16.0) / 219.0, cb / 224.0, cr / 224.0)
        };
        let red = y + 2.0 * (1.0 - kr) * cr;
        let blue = y + 2.0 * (1.0 - kb) * cb;
        let green = (y - kr * red - kb * blue) / (1.0 - kr - kb);
        [red, green, blue].map(|part| (part * 255.0).clamp(0.0, 255.0))
    }

    #[test]
    fn every_colour_is_within_rounding_of_the_standard() {
        for matrix in [Matrix::Bt601, Matrix::Bt709] {
            for full in [false, true] {
                let coefficients = Coefficients::new(matrix, full);
                for y in (0..=255).step_by(5) {
                    for cb in (0..=255).step_by(5) {
                        for cr in (0..=255).step_by(5) {
                            let tint = coefficients.tint(cb, cr);
                            let got = coefficients.pixel(y, tint);
                            let exact = exact([y, cb, cr], matrix, full);
                            for channel in 0..3 {
                                let off = (f64::from(got[channel]) - exact[channel]).abs();
                                assert!(off < 0.52, "{y} {cb} {cr}: {got:?} for {exact:?}");
                            }
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn black_and_white_are_exact_in_both_ranges() {
        for (full, black, white) in [(false, 16, 235), (true, 0, 255)] {
            let mut pixels = [[0; 4]; 2];
            let coefficients = Coefficients::new(Matrix::Bt709, full);
            convert(&[black, white], 2, Chroma::None, &coefficients, &mut pixels);
            assert_eq!(pixels, [[0, 0, 0, 255], [255; 4]]);
        }
    }

    #[test]
    fn odd_sizes_share_their_chroma_rightly() {
        // 3 × 3 in 4:2:0: the chroma planes are 2 × 2, and only the last sample is red.
        let mut planes = vec![81; 9];
        planes.extend([128, 128, 128, 90]);
        planes.extend([128, 128, 128, 240]);
        assert_eq!(planes.len(), Chroma::Quarter.bytes(3, 3));
        let mut pixels = [[0; 4]; 9];
        let coefficients = Coefficients::new(Matrix::Bt601, false);
        convert(&planes, 3, Chroma::Quarter, &coefficients, &mut pixels);
        assert!(pixels[..8].iter().all(|[r, g, b, _]| r == g && g == b));
        let [r, g, b, _] = pixels[8];
        assert!(r > 250 && g < 3 && b < 3, "{:?}", pixels[8]);
    }

    #[test]
    fn the_other_subsamplings_are_read_too() {
        let coefficients = Coefficients::new(Matrix::Bt601, false);
        let mut pixels = [[0; 4]; 4];
        // 2 × 2: in 4:2:2 the lower row is red, in 4:4:4 the last pixel.
        let half = [81, 81, 81, 81, 128, 90, 128, 240];
        convert(&half, 2, Chroma::Half, &coefficients, &mut pixels);
        assert!(pixels[0][0] == pixels[1][1] && pixels[2][0] > 250 && pixels[3][0] > 250);
        let full = [81, 81, 81, 81, 128, 128, 128, 90, 128, 128, 128, 240];
        convert(&full, 2, Chroma::Full, &coefficients, &mut pixels);
        assert!(pixels[2][0] < 100 && pixels[3][0] > 250 && pixels[3][1] < 3);
    }
}
