//! RGBA to planar Y'CbCr of 8 bits in the limited range, as video has it: luma from 16 to 235, chroma from 16 to 240.
//!
//! Plain loops over pixels, which the compiler turns into SIMD.

use framecast_api::PhysicalSize;

use crate::Picture;

/// Which red, green and blue a luma is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Matrix {
    /// BT.601: standard definition.
    Bt601,
    /// BT.709: high definition.
    Bt709,
}

impl Matrix {
    /// Returns the one that players assume where nothing says it: BT.709 from 1280 pixels across or 720 down on.
    #[must_use]
    pub fn guessed(size: PhysicalSize) -> Self {
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

/// The luma of black.
const BLACK: i32 = 16;
/// How many steps luma and chroma have.
const STEPS: (f64, f64) = (219.0, 224.0);
/// Bits after the point. Factors and sums of four samples then fit into 16 bits, and are multiplied as such.
const FRACTION: u32 = 15;

/// Factors of red, green and blue with 15 bits after the point.
#[derive(Debug, Clone, Copy)]
pub struct Coefficients {
    luma: [i32; 3],
    cb: [i32; 3],
    cr: [i32; 3],
}

impl Coefficients {
    /// Computes the factors.
    #[must_use]
    pub fn new(matrix: Matrix) -> Self {
        let (luma_steps, chroma_steps) = STEPS;
        let (red, blue) = matrix.weights();
        let green = 1.0 - red - blue;
        let fixed = |factor: f64| (factor * f64::from(1 << FRACTION)).round() as i32;
        let luma = |weight: f64| fixed(weight * luma_steps / 255.0);
        // The three of a chroma add up to nothing, so that grey has none.
        let scale = chroma_steps / 255.0;
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
        let half = (BLACK << FRACTION) + (1 << (FRACTION - 1));
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
///
/// # Panics
/// If the picture has not as many bytes as its size needs.
pub fn convert_444(picture: Picture<'_>, coefficients: &Coefficients, out: &mut Vec<u8>) {
    let pixels = picture.pixels();
    out.extend(pixels.iter().map(|pixel| coefficients.luma(*pixel)));
    out.extend(pixels.iter().map(|pixel| coefficients.chroma::<0>(parts(*pixel)).0));
    out.extend(pixels.iter().map(|pixel| coefficients.chroma::<0>(parts(*pixel)).1));
}

/// A picture in 4:2:0, as H.264 has it: planes of Y', Cb and Cr, of whole blocks of two by two pixels.
///
/// One is converted into again and again, and keeps its memory.
#[derive(Debug, Default)]
pub struct Yuv420 {
    width: usize,
    height: usize,
    luma: Vec<u8>,
    cb: Vec<u8>,
    cr: Vec<u8>,
    /// Two rows that are not in the picture as such: of an odd width, with one more pixel, or halved.
    rows: [Vec<[u8; 4]>; 2],
}

impl Yuv420 {
    /// Returns an empty picture.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the width and height in pixels, which are even.
    #[must_use]
    pub fn size(&self) -> PhysicalSize {
        PhysicalSize::new(self.width as u32, self.height as u32)
    }

    /// Returns the planes of Y', Cb and Cr, without padding. Those of chroma have half the width and height.
    #[must_use]
    pub fn planes(&self) -> [&[u8]; 3] {
        [&self.luma, &self.cb, &self.cr]
    }

    /// Replaces the picture. The last column and row of an odd size are doubled; chroma is the mean of the
    /// pixels that share it.
    ///
    /// # Panics
    /// If `picture` has not as many bytes as its size needs.
    pub fn convert(&mut self, picture: Picture<'_>, coefficients: &Coefficients) {
        let pixels = picture.pixels();
        let (width, height) = (picture.size.width as usize, picture.size.height as usize);
        self.resize(width, height);
        let (padded_width, mut rows) = (self.width, std::mem::take(&mut self.rows));
        for (pair, out) in pixels.chunks(width * 2).zip(self.pairs()) {
            let (upper, lower) = pair.split_at(width);
            let pair = [upper, if lower.is_empty() { upper } else { lower }];
            if padded_width == width {
                convert_rows(pair, out, coefficients);
                continue;
            }
            for (padded, row) in rows.iter_mut().zip(pair) {
                padded.clear();
                padded.extend_from_slice(row);
                padded.extend(row.last());
            }
            convert_rows([&rows[0], &rows[1]], out, coefficients);
        }
        self.rows = rows;
    }

    /// Replaces the picture by one of half the width and height, rounded up: each pixel is the mean of two by two. The
    /// last column and row of an odd size are doubled, before and after.
    ///
    /// # Panics
    /// If `picture` has not as many bytes as its size needs.
    pub fn convert_half(&mut self, picture: Picture<'_>, coefficients: &Coefficients) {
        let pixels = picture.pixels();
        let (width, height) = (picture.size.width as usize, picture.size.height as usize);
        self.resize(width.div_ceil(2), height.div_ceil(2));
        let (padded_width, mut rows) = (self.width, std::mem::take(&mut self.rows));
        for (four, out) in pixels.chunks(width * 4).zip(self.pairs()) {
            let (first, second) = four.split_at(four.len().min(width * 2));
            let [upper, lower] = &mut rows;
            halve(first, width, padded_width, upper);
            if second.is_empty() {
                lower.clone_from(upper);
            } else {
                halve(second, width, padded_width, lower);
            }
            convert_rows([&rows[0], &rows[1]], out, coefficients);
        }
        self.rows = rows;
    }

    fn resize(&mut self, width: usize, height: usize) {
        (self.width, self.height) = (width.next_multiple_of(2), height.next_multiple_of(2));
        let area = self.width * self.height;
        self.luma.resize(area, 0);
        self.cb.resize(area / 4, 0);
        self.cr.resize(area / 4, 0);
    }

    /// The places of every two rows.
    fn pairs(&mut self) -> impl Iterator<Item = Pair<'_>> {
        let half = self.width / 2;
        let chroma = self.cb.chunks_exact_mut(half).zip(self.cr.chunks_exact_mut(half));
        let luma = self.luma.chunks_exact_mut(self.width * 2);
        luma.zip(chroma).map(|(luma, (cb, cr))| Pair { luma, cb, cr })
    }
}

/// Where two rows of pixels go.
struct Pair<'a> {
    luma: &'a mut [u8],
    cb: &'a mut [u8],
    cr: &'a mut [u8],
}

/// Converts two rows of the same, even width.
fn convert_rows(rows: [&[[u8; 4]]; 2], out: Pair<'_>, coefficients: &Coefficients) {
    let (upper, lower) = out.luma.split_at_mut(rows[0].len());
    for (row, luma) in rows.into_iter().zip([upper, lower]) {
        for (pixel, luma) in row.iter().zip(luma) {
            *luma = coefficients.luma(*pixel);
        }
    }
    let [upper, lower] = rows.map(|row| row.as_chunks::<2>().0);
    for ((upper, lower), (cb, cr)) in upper.iter().zip(lower).zip(out.cb.iter_mut().zip(out.cr)) {
        let [one, two, three, four] = [upper[0], upper[1], lower[0], lower[1]].map(parts);
        let sum = |n: usize| one[n] + two[n] + three[n] + four[n];
        (*cb, *cr) = coefficients.chroma::<2>([sum(0), sum(1), sum(2)]);
    }
}

/// Replaces `out` by the means of two by two pixels of one or two rows; what is missing at the end counts twice.
fn halve(rows: &[[u8; 4]], width: usize, padded_width: usize, out: &mut Vec<[u8; 4]>) {
    let (upper, lower) = rows.split_at(width);
    let lower = if lower.is_empty() { upper } else { lower };
    let ((upper, upper_rest), (lower, lower_rest)) = (upper.as_chunks::<2>(), lower.as_chunks());
    out.clear();
    out.extend(upper.iter().zip(lower).map(|([a, b], [c, d])| mean([*a, *b, *c, *d])));
    out.extend(upper_rest.iter().zip(lower_rest).map(|(a, c)| mean([*a, *a, *c, *c])));
    if out.len() < padded_width {
        out.extend(out.last().copied());
    }
}

/// Of each part, four of which fit into 16 bits: two parts are added at once.
fn mean(pixels: [[u8; 4]; 4]) -> [u8; 4] {
    const EVEN: u32 = 0x00ff_00ff;
    let pixels = pixels.map(u32::from_le_bytes);
    let mean = |shift: u32| {
        let sum: u32 = pixels.iter().map(|pixel| pixel >> shift & EVEN).sum();
        (sum + 0x0002_0002) >> 2 & EVEN
    };
    (mean(0) | mean(8) << 8).to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(width: u32, height: u32, bytes: &[u8]) -> Picture<'_> {
        Picture { size: PhysicalSize::new(width, height), bytes }
    }

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
                        let mut full = Vec::new();
                        convert_444(picture(1, 1, &bytes), &coefficients, &mut full);
                        let mut quartered = Yuv420::new();
                        quartered.convert(picture(1, 1, &bytes), &coefficients);
                        let [luma, cb, cr] = quartered.planes();
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
            let mut full = Vec::new();
            convert_444(picture(3, 1, &bytes), &Coefficients::new(matrix), &mut full);
            assert_eq!(full, [[16, 235, 126], [128; 3], [128; 3]].concat());
        }
    }

    #[test]
    fn chroma_is_the_mean_and_odd_edges_are_doubled() {
        let (white, blue) = ([255; 4], [0, 0, 255, 255]);
        let bytes = [white, blue, white, white, white, white, blue, blue, blue].concat();
        let mut quartered = Yuv420::new();
        let coefficients = Coefficients::new(Matrix::Bt709);
        quartered.convert(picture(3, 3, &bytes), &coefficients);
        assert_eq!(quartered.size(), PhysicalSize::new(4, 4));
        let (white, blue) = (235, 32);
        let row = [white, blue, white, white];
        let blues = [blue; 4];
        let [luma, cb, _] = quartered.planes();
        assert_eq!(luma, [row, [white; 4], blues, blues].concat());
        // A quarter of blue, none, and all of it.
        assert_eq!(cb, [156, 128, 240, 240]);
    }

    /// A picture in which every pixel differs.
    fn pattern(width: u32, height: u32) -> Vec<u8> {
        let pixel = |x: u32, y: u32| {
            [(x * 31 + y * 7) as u8, (x * y * 13) as u8, (x * 3 + y * 57) as u8, 255]
        };
        (0..height).flat_map(|y| (0..width).flat_map(move |x| pixel(x, y))).collect()
    }

    #[test]
    fn half_the_size_is_the_mean_of_two_by_two_pixels() {
        let coefficients = Coefficients::new(Matrix::Bt709);
        for (width, height) in [(1, 1), (2, 2), (3, 3), (4, 6), (5, 9), (8, 4), (10, 7), (33, 18)] {
            let bytes = pattern(width, height);
            let (half_width, half_height) = (width.div_ceil(2), height.div_ceil(2));
            let mut halved = Vec::new();
            for y in 0..half_height {
                for x in 0..half_width {
                    for part in 0..4 {
                        let at = |dx: u32, dy: u32| {
                            let x = (x * 2 + dx).min(width - 1);
                            let y = (y * 2 + dy).min(height - 1);
                            u32::from(bytes[(y * width + x) as usize * 4 + part])
                        };
                        halved.push(((at(0, 0) + at(1, 0) + at(0, 1) + at(1, 1) + 2) / 4) as u8);
                    }
                }
            }
            let (mut got, mut wanted) = (Yuv420::new(), Yuv420::new());
            // What was there before does not show.
            got.convert(picture(64, 64, &pattern(64, 64)), &coefficients);
            got.convert_half(picture(width, height, &bytes), &coefficients);
            wanted.convert(picture(half_width, half_height, &halved), &coefficients);
            assert_eq!(got.size(), wanted.size(), "{width}x{height}");
            assert_eq!(got.planes(), wanted.planes(), "{width}x{height}");
        }
    }

    #[test]
    #[should_panic(expected = "2x2 pixels need 16 bytes, not 12")]
    fn a_picture_with_too_few_bytes_is_a_mistake_of_the_caller() {
        let coefficients = Coefficients::new(Matrix::Bt709);
        Yuv420::new().convert(picture(2, 2, &[0; 12]), &coefficients);
    }

    #[test]
    fn the_matrix_is_the_one_that_readers_guess() {
        let matrix = |width, height| Matrix::guessed(PhysicalSize::new(width, height));
        assert_eq!(matrix(1279, 719), Matrix::Bt601);
        assert_eq!(matrix(1280, 2), Matrix::Bt709);
        assert_eq!(matrix(2, 720), Matrix::Bt709);
    }
}
