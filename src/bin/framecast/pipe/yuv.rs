//! Planar Y'CbCr of 8 bits to RGBA.

/// How many chroma samples there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sampling {
    /// None: grey.
    Grey,
    /// One for four by four pixels, 4:1:0.
    Sixteenth,
    /// One for four pixels beside each other, 4:1:1.
    Fourth,
    /// One for two by two pixels, 4:2:0.
    Quarter,
    /// One for two pixels beside each other, 4:2:2.
    Half,
    /// One for every pixel, 4:4:4.
    Full,
}

impl Sampling {
    #[cfg(test)]
    pub(crate) const ALL: [Self; 6] =
        [Self::Grey, Self::Sixteenth, Self::Fourth, Self::Quarter, Self::Half, Self::Full];

    /// Pixels beside each other that share a sample.
    pub(crate) const fn step(self) -> usize {
        match self {
            Self::Sixteenth | Self::Fourth => 4,
            Self::Quarter | Self::Half => 2,
            Self::Grey | Self::Full => 1,
        }
    }

    /// Rows that share a row of samples.
    const fn rows(self) -> usize {
        match self {
            Self::Sixteenth => 4,
            Self::Quarter => 2,
            _ => 1,
        }
    }

    /// Width and height of a chroma plane; sizes that do not divide are rounded up.
    fn plane(self, width: usize, height: usize) -> (usize, usize) {
        match self {
            Self::Grey => (0, 0),
            _ => (width.div_ceil(self.step()), height.div_ceil(self.rows())),
        }
    }

    /// Samples of a picture.
    pub(crate) fn samples(self, width: usize, height: usize) -> usize {
        let (chroma_width, chroma_height) = self.plane(width, height);
        width * height + 2 * chroma_width * chroma_height
    }
}

/// A picture's samples, `T` each.
pub(crate) struct Planes<'a, T> {
    pub(crate) luma: &'a [T],
    cb: &'a [T],
    cr: &'a [T],
    /// Samples in a row of chroma.
    width: usize,
    rows: usize,
}

impl<'a, T> Planes<'a, T> {
    /// Of a picture of [`Sampling::samples`] samples.
    pub(crate) fn split(samples: &'a [T], width: usize, sampling: Sampling, height: usize) -> Self {
        let (chroma_width, chroma_height) = sampling.plane(width, height);
        let (luma, rest) = samples.split_at(width * height);
        let (cb, cr) = rest.split_at(chroma_width * chroma_height);
        Self { luma, cb, cr, width: chroma_width, rows: sampling.rows() }
    }

    /// The chroma of the picture's row `y`.
    pub(crate) fn chroma(&self, y: usize) -> (&'a [T], &'a [T]) {
        let row = y / self.rows;
        let line = row * self.width..(row + 1) * self.width;
        (&self.cb[line.clone()], &self.cr[line])
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

impl Matrix {
    /// The parts of red and blue.
    pub(crate) const fn weights(self) -> (f64, f64) {
        match self {
            Matrix::Bt601 => (0.299, 0.114),
            Matrix::Bt709 => (0.2126, 0.0722),
        }
    }
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
        let (red, blue) = matrix.weights();
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

/// Converts `planes`, which has [`Sampling::samples`] bytes, to `pixels` in rows of `width`.
///
/// A chroma sample colors all of its pixels alike; players do so by default, and it is fast.
pub(crate) fn convert(
    planes: &[u8],
    width: usize,
    sampling: Sampling,
    coefficients: &Coefficients,
    pixels: &mut [[u8; 4]],
) {
    let planes = Planes::split(planes, width, sampling, pixels.len() / width);
    let rows = pixels.chunks_exact_mut(width).zip(planes.luma.chunks_exact(width));
    for (y, (pixels, luma)) in rows.enumerate() {
        match sampling {
            Sampling::Grey => {
                let tint = coefficients.tint(128, 128);
                for (pixel, luma) in pixels.iter_mut().zip(luma) {
                    *pixel = coefficients.pixel(*luma, tint);
                }
            }
            Sampling::Full => {
                let (cb, cr) = planes.chroma(y);
                let samples = cb.iter().zip(cr);
                for ((pixel, luma), (cb, cr)) in pixels.iter_mut().zip(luma).zip(samples) {
                    *pixel = coefficients.pixel(*luma, coefficients.tint(*cb, *cr));
                }
            }
            Sampling::Half | Sampling::Quarter => {
                shared::<2>(pixels, luma, planes.chroma(y), coefficients);
            }
            Sampling::Fourth | Sampling::Sixteenth => {
                shared::<4>(pixels, luma, planes.chroma(y), coefficients);
            }
        }
    }
}

/// A row in which `STEP` pixels share their chroma.
fn shared<const STEP: usize>(
    pixels: &mut [[u8; 4]],
    luma: &[u8],
    (cb, cr): (&[u8], &[u8]),
    coefficients: &Coefficients,
) {
    let groups = pixels.chunks_mut(STEP).zip(luma.chunks(STEP));
    for ((pixels, luma), (cb, cr)) in groups.zip(cb.iter().zip(cr)) {
        let tint = coefficients.tint(*cb, *cr);
        for (pixel, luma) in pixels.iter_mut().zip(luma) {
            *pixel = coefficients.pixel(*luma, tint);
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
    fn every_color_is_within_rounding_of_the_standard() {
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
            convert(&[black, white], 2, Sampling::Grey, &coefficients, &mut pixels);
            assert_eq!(pixels, [[0, 0, 0, 255], [255; 4]]);
        }
    }

    #[test]
    fn odd_sizes_share_their_chroma_rightly() {
        // 3 × 3 in 4:2:0: the chroma planes are 2 × 2, and only the last sample is red.
        let mut planes = vec![81; 9];
        planes.extend([128, 128, 128, 90]);
        planes.extend([128, 128, 128, 240]);
        assert_eq!(planes.len(), Sampling::Quarter.samples(3, 3));
        let mut pixels = [[0; 4]; 9];
        let coefficients = Coefficients::new(Matrix::Bt601, false);
        convert(&planes, 3, Sampling::Quarter, &coefficients, &mut pixels);
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
        convert(&half, 2, Sampling::Half, &coefficients, &mut pixels);
        assert!(pixels[0][0] == pixels[1][1] && pixels[2][0] > 250 && pixels[3][0] > 250);
        let full = [81, 81, 81, 81, 128, 128, 128, 90, 128, 128, 128, 240];
        convert(&full, 2, Sampling::Full, &coefficients, &mut pixels);
        assert!(pixels[2][0] < 100 && pixels[3][0] > 250 && pixels[3][1] < 3);
    }

    #[test]
    fn four_pixels_share_a_sample_in_411_and_sixteen_in_410() {
        let coefficients = Coefficients::new(Matrix::Bt601, false);
        // 5 × 5: the second sample of the first row of samples is red.
        let mut pixels = [[0; 4]; 25];
        let red = |rows: usize| {
            let mut cb = vec![128; 2 * rows];
            cb[1] = 90;
            let mut cr = vec![128; 2 * rows];
            cr[1] = 240;
            [vec![81; 25], cb, cr].concat()
        };
        let planes = red(5);
        assert_eq!(planes.len(), Sampling::Fourth.samples(5, 5));
        convert(&planes, 5, Sampling::Fourth, &coefficients, &mut pixels);
        let reds = |pixels: &[[u8; 4]]| {
            let red = |(n, pixel): (usize, &[u8; 4])| (pixel[0] > 250).then_some(n);
            pixels.iter().enumerate().filter_map(red).collect::<Vec<_>>()
        };
        assert_eq!(reds(&pixels), [4]);
        let planes = red(2);
        assert_eq!(planes.len(), Sampling::Sixteenth.samples(5, 5));
        convert(&planes, 5, Sampling::Sixteenth, &coefficients, &mut pixels);
        assert_eq!(reds(&pixels), [4, 9, 14, 19]);
    }
}
