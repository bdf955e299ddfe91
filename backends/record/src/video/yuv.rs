//! RGBA to planar Y'CbCr of 8 bits in the limited range, as video has it.
//!
//! Plain loops over pixels, which the compiler turns into SIMD.

use framecast_api::PhysicalSize;

use super::sink::Picture;

/// Which red, green and blue a luma is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Matrix {
    /// Standard definition.
    Bt601,
    /// High definition.
    Bt709,
}

impl Matrix {
    /// The one that players assume where nothing says it: BT.709 from 1280 pixels across or 720 down on.
    /// `framecast pipe` does so, too.
    pub(crate) fn guessed(size: PhysicalSize) -> Self {
        if size.width >= 1280 || size.height >= 720 { Self::Bt709 } else { Self::Bt601 }
    }

    /// The parts of red and blue.
    const fn weights(self) -> (f64, f64) {
        match self {
            Self::Bt601 => (0.299, 0.114),
            Self::Bt709 => (0.2126, 0.0722),
        }
    }
}

/// Bits after the point. Factors and sums of four samples then fit into 16 bits, and are multiplied as such.
const FRACTION: u32 = 15;

/// Factors of red, green and blue with [`FRACTION`] bits after the point.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Coefficients {
    luma: [i32; 3],
    cb: [i32; 3],
    cr: [i32; 3],
}

impl Coefficients {
    pub(crate) fn new(matrix: Matrix) -> Self {
        let (red, blue) = matrix.weights();
        let green = 1.0 - red - blue;
        let fixed = |factor: f64| (factor * f64::from(1 << FRACTION)).round() as i32;
        let luma = |weight: f64| fixed(weight * 219.0 / 255.0);
        // The three of a chroma add up to nothing, so that grey has none.
        let scale = 224.0 / 255.0;
        let chroma = |own: f64, other: f64| {
            let (own, other) = (fixed(scale / 2.0), fixed(-scale / 2.0 * other / (1.0 - own)));
            (own, -own - other, other)
        };
        let (cb_blue, cb_green, cb_red) = chroma(blue, red);
        let (cr_red, cr_green, cr_blue) = chroma(red, blue);
        Self {
            luma: [luma(red), luma(green), luma(blue)],
            cb: [cb_red, cb_green, cb_blue],
            cr: [cr_red, cr_green, cr_blue],
        }
    }

    fn luma(&self, pixel: [u8; 4]) -> u8 {
        let [red, green, blue] = parts(pixel);
        let [r, g, b] = self.luma;
        let half = (16 << FRACTION) + (1 << (FRACTION - 1));
        ((red * r + green * g + blue * b + half) >> FRACTION) as u8
    }

    /// Of the sums over `1 << SHARED` pixels.
    fn chroma<const SHARED: u32>(&self, [red, green, blue]: [i32; 3]) -> (u8, u8) {
        let fraction = FRACTION + SHARED;
        let half = (128 << fraction) + (1 << (fraction - 1));
        let sample = |[r, g, b]: [i32; 3]| (red * r + green * g + blue * b + half) >> fraction;
        (sample(self.cb) as u8, sample(self.cr) as u8)
    }
}

/// Masks and shifts, which several pixels can go through at once.
fn parts(pixel: [u8; 4]) -> [i32; 3] {
    let pixel = u32::from_le_bytes(pixel);
    [(pixel & 0xff) as i32, (pixel >> 8 & 0xff) as i32, (pixel >> 16 & 0xff) as i32]
}

/// Appends `picture` in 4:4:4: a plane of Y', one of Cb, one of Cr.
pub(crate) fn convert_full(picture: Picture<'_>, coefficients: &Coefficients, out: &mut Vec<u8>) {
    let pixels = picture.bytes.as_chunks::<4>().0;
    out.extend(pixels.iter().map(|pixel| coefficients.luma(*pixel)));
    out.extend(pixels.iter().map(|pixel| coefficients.chroma::<0>(parts(*pixel)).0));
    out.extend(pixels.iter().map(|pixel| coefficients.chroma::<0>(parts(*pixel)).1));
}

/// A picture in 4:2:0, as H.264 has it, of whole blocks of two by two pixels.
#[cfg(any(feature = "mp4", test))]
#[derive(Debug, Default)]
pub(crate) struct Quartered {
    /// Even.
    pub(crate) width: usize,
    /// Even.
    pub(crate) height: usize,
    pub(crate) luma: Vec<u8>,
    pub(crate) cb: Vec<u8>,
    pub(crate) cr: Vec<u8>,
    /// Two rows of an odd width, with one more pixel.
    padded: [Vec<[u8; 4]>; 2],
}

#[cfg(any(feature = "mp4", test))]
impl Quartered {
    /// Replaces the picture. The last column and row of an odd size are doubled; chroma is the mean of the
    /// pixels that share it.
    pub(crate) fn convert(&mut self, picture: Picture<'_>, coefficients: &Coefficients) {
        let (width, height) = (picture.size.width as usize, picture.size.height as usize);
        (self.width, self.height) = (width.next_multiple_of(2), height.next_multiple_of(2));
        let area = self.width * self.height;
        self.luma.resize(area, 0);
        self.cb.resize(area / 4, 0);
        self.cr.resize(area / 4, 0);
        let pixels = picture.bytes.as_chunks::<4>().0;
        let luma = self.luma.chunks_exact_mut(self.width * 2);
        let half = self.width / 2;
        let chroma = self.cb.chunks_exact_mut(half).zip(self.cr.chunks_exact_mut(half));
        for ((rows, luma), (cb, cr)) in pixels.chunks(width * 2).zip(luma).zip(chroma) {
            let (upper, lower) = rows.split_at(width);
            let mut rows = [upper, if lower.is_empty() { upper } else { lower }];
            if self.width > width {
                for (padded, row) in self.padded.iter_mut().zip(rows) {
                    padded.clear();
                    padded.extend_from_slice(row);
                    padded.extend(row.last());
                }
                rows = [&self.padded[0], &self.padded[1]];
            }
            let (upper, lower) = luma.split_at_mut(self.width);
            for (row, luma) in rows.into_iter().zip([upper, lower]) {
                for (pixel, luma) in row.iter().zip(luma) {
                    *luma = coefficients.luma(*pixel);
                }
            }
            let [upper, lower] = rows.map(|row| row.as_chunks::<2>().0);
            for ((upper, lower), (cb, cr)) in upper.iter().zip(lower).zip(cb.iter_mut().zip(cr)) {
                let [one, two, three, four] = [upper[0], upper[1], lower[0], lower[1]].map(parts);
                let sum = |n: usize| one[n] + two[n] + three[n] + four[n];
                (*cb, *cr) = coefficients.chroma::<2>([sum(0), sum(1), sum(2)]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One pixel by the formula of the standard, in floating point.
    fn exact([red, green, blue]: [u8; 3], matrix: Matrix) -> [f64; 3] {
        let (kr, kb) = matrix.weights();
        let [red, green, blue] = [red, green, blue].map(|part| f64::from(part) / 255.0);
        let luma = kr * red + (1.0 - kr - kb) * green + kb * blue;
        let cb = (blue - luma) / (2.0 * (1.0 - kb));
        let cr = (red - luma) / (2.0 * (1.0 - kr));
        [16.0 + 219.0 * luma, 128.0 + 224.0 * cb, 128.0 + 224.0 * cr]
    }

    #[test]
    fn every_color_is_within_rounding_of_the_standard() {
        let levels = || (0..=255).step_by(15).chain([1, 254]);
        for matrix in [Matrix::Bt601, Matrix::Bt709] {
            let coefficients = Coefficients::new(matrix);
            for red in levels() {
                for green in levels() {
                    for blue in levels() {
                        let bytes = [red, green, blue, 7];
                        let picture = Picture { size: PhysicalSize::new(1, 1), bytes: &bytes };
                        let mut full = Vec::new();
                        convert_full(picture, &coefficients, &mut full);
                        let mut quartered = Quartered::default();
                        quartered.convert(picture, &coefficients);
                        let Quartered { luma, cb, cr, .. } = quartered;
                        assert_eq!(luma, [full[0]; 4]);
                        assert_eq!([cb, cr], [[full[1]], [full[2]]]);
                        for (got, exact) in full.iter().zip(exact([red, green, blue], matrix)) {
                            let off = (f64::from(*got) - exact).abs();
                            assert!(off < 0.52, "{bytes:?}: {full:?}, not {exact}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn black_white_and_grey_are_exact() {
        for matrix in [Matrix::Bt601, Matrix::Bt709] {
            let bytes = [[0, 0, 0, 255], [255; 4], [128, 128, 128, 255]].concat();
            let picture = Picture { size: PhysicalSize::new(3, 1), bytes: &bytes };
            let mut full = Vec::new();
            convert_full(picture, &Coefficients::new(matrix), &mut full);
            assert_eq!(full, [16, 235, 126, 128, 128, 128, 128, 128, 128]);
        }
    }

    #[test]
    fn chroma_is_the_mean_and_odd_edges_are_doubled() {
        let (white, blue) = ([255; 4], [0, 0, 255, 255]);
        let bytes = [white, blue, white, white, white, white, blue, blue, blue].concat();
        let picture = Picture { size: PhysicalSize::new(3, 3), bytes: &bytes };
        let mut quartered = Quartered::default();
        quartered.convert(picture, &Coefficients::new(Matrix::Bt709));
        assert_eq!((quartered.width, quartered.height), (4, 4));
        let (white, blue) = (235, 32);
        let row = [white, blue, white, white];
        let blues = [blue; 4];
        assert_eq!(quartered.luma, [row, [white; 4], blues, blues].concat());
        // A quarter of blue, none, and all of it.
        assert_eq!(quartered.cb, [156, 128, 240, 240]);
    }

    #[test]
    fn the_matrix_is_the_one_that_readers_guess() {
        let matrix = |width, height| Matrix::guessed(PhysicalSize::new(width, height));
        assert_eq!(matrix(1279, 719), Matrix::Bt601);
        assert_eq!(matrix(1280, 2), Matrix::Bt709);
        assert_eq!(matrix(2, 720), Matrix::Bt709);
    }
}
