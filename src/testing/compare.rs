//! Compares two pictures, and draws what differs. Pure.

use std::fmt;

use framecast_api::{Frame, PhysicalSize};

/// What may differ.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tolerance {
    /// How much of 255 a channel may differ.
    pub(super) channel: u8,
    /// How many pixels may differ by more.
    pub(super) pixels: usize,
}

/// A picture of red, green and blue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Picture {
    pub(super) width: u32,
    pub(super) height: u32,
    /// Row by row.
    pub(super) rgb: Vec<[u8; 3]>,
}

/// What differs by more than is tolerated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Difference {
    Size {
        approved: PhysicalSize,
        actual: PhysicalSize,
    },
    Pixels {
        count: usize,
        all: usize,
        /// The first one's place and its colors.
        first: (u32, u32),
        approved: [u8; 3],
        actual: [u8; 3],
        /// The most that a channel differs.
        most: u8,
    },
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let color = |[red, green, blue]: [u8; 3]| format!("#{red:02x}{green:02x}{blue:02x}");
        match *self {
            Difference::Size { approved, actual } => {
                write!(f, "it has {actual} pixels, not {approved}")
            }
            Difference::Pixels { count, all, first: (x, y), approved, actual, most } => write!(
                f,
                "{count} of {all} pixels differ, the first at ({x}, {y}): {}, not {}; a channel differs by up to {most} of 255",
                color(actual),
                color(approved),
            ),
        }
    }
}

impl From<&Frame> for Picture {
    fn from(frame: &Frame) -> Self {
        let rgb = frame.pixels().iter().map(|[r, g, b, _]| [*r, *g, *b]).collect();
        Self { width: frame.width(), height: frame.height(), rgb }
    }
}

impl Picture {
    /// Between the pictures of [`show_difference`](Self::show_difference), in pixels.
    const GAP: u32 = 8;
    /// What differs.
    const MARK: [u8; 3] = [255, 0, 255];
    const BACKGROUND: [u8; 3] = [128, 128, 128];

    /// Reads a PNG of any kind; says what is wrong otherwise. Transparency is left out.
    pub(super) fn from_png(bytes: &[u8]) -> Result<Self, String> {
        let mut decoder = png::Decoder::new(std::io::Cursor::new(bytes));
        decoder.set_transformations(png::Transformations::EXPAND | png::Transformations::STRIP_16);
        let mut reader = decoder.read_info().map_err(|error| error.to_string())?;
        let size = PhysicalSize::new(reader.info().width, reader.info().height);
        size.bytes().map_err(|error| error.to_string())?;
        let length = reader.output_buffer_size().ok_or("it is too large")?;
        let mut samples = vec![0; length];
        let info = reader.next_frame(&mut samples).map_err(|error| error.to_string())?;
        let samples = &samples[..info.buffer_size()];
        let rgb = match info.color_type {
            png::ColorType::Grayscale => samples.iter().map(|gray| [*gray; 3]).collect(),
            png::ColorType::GrayscaleAlpha => samples.chunks(2).map(|it| [it[0]; 3]).collect(),
            _ => {
                samples.chunks(info.color_type.samples()).map(|it| [it[0], it[1], it[2]]).collect()
            }
        };
        Ok(Self { width: info.width, height: info.height, rgb })
    }

    /// What differs in `actual`; `None` if that is tolerated.
    pub(super) fn compare(&self, actual: &Self, tolerance: Tolerance) -> Option<Difference> {
        if self.size() != actual.size() {
            return Some(Difference::Size { approved: self.size(), actual: actual.size() });
        }
        let pairs = || self.rgb.iter().zip(&actual.rgb);
        let by = pairs().map(|(a, b)| distance(*a, *b));
        let count = by.clone().filter(|by| *by > tolerance.channel).count();
        let first = by.clone().position(|by| by > tolerance.channel)?;
        let place = |index: usize| {
            let width = self.width as usize;
            ((index % width) as u32, (index / width) as u32)
        };
        (count > tolerance.pixels).then(|| Difference::Pixels {
            count,
            all: self.rgb.len(),
            first: place(first),
            approved: self.rgb[first],
            actual: actual.rgb[first],
            most: by.max().unwrap_or_default(),
        })
    }

    /// This picture, `actual`, and `actual` in dark gray with what differs in a bright color and inside a frame.
    pub(super) fn show_difference(&self, actual: &Self, tolerance: Tolerance) -> Self {
        let (width, height) = (self.width.max(actual.width), self.height.max(actual.height));
        let differs = |x: u32, y: u32| match (self.pixel(x, y), actual.pixel(x, y)) {
            (Some(a), Some(b)) => distance(a, b) > tolerance.channel,
            (a, b) => a.is_some() || b.is_some(),
        };
        let places = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        let mut marked: Option<[u32; 4]> = None;
        for (x, y) in places.filter(|(x, y)| differs(*x, *y)) {
            let [left, top, right, bottom] = marked.unwrap_or([x, y, x, y]);
            marked = Some([left.min(x), top.min(y), right.max(x), bottom.max(y)]);
        }
        // A frame a little outside, so that one pixel is found, too.
        let framed = |x: u32, y: u32| {
            let Some([left, top, right, bottom]) = marked else { return false };
            let (left, top) =
                (left.saturating_sub(Self::GAP / 2), top.saturating_sub(Self::GAP / 2));
            let right = (right + Self::GAP / 2).min(width - 1);
            let bottom = (bottom + Self::GAP / 2).min(height - 1);
            let inside = (left..=right).contains(&x) && (top..=bottom).contains(&y);
            inside && (x == left || x == right || y == top || y == bottom)
        };
        let third = |x: u32, y: u32| {
            if differs(x, y) || framed(x, y) {
                return Self::MARK;
            }
            let gray = |[r, g, b]: [u8; 3]| {
                ((u32::from(r) * 2 + u32::from(g) * 5 + u32::from(b)) / 24) as u8
            };
            actual.pixel(x, y).map_or(Self::BACKGROUND, |color| [gray(color); 3])
        };
        let step = width + Self::GAP;
        let whole = 3 * width + 2 * Self::GAP;
        let mut rgb = Vec::with_capacity(whole as usize * height as usize);
        for y in 0..height {
            for x in 0..whole {
                rgb.push(match x / step {
                    0 => self.pixel(x, y).unwrap_or(Self::BACKGROUND),
                    1 => actual.pixel(x - step, y).unwrap_or(Self::BACKGROUND),
                    _ if x - 2 * step < width => third(x - 2 * step, y),
                    _ => Self::BACKGROUND,
                });
            }
        }
        Self { width: whole, height, rgb }
    }

    fn size(&self) -> PhysicalSize {
        PhysicalSize::new(self.width, self.height)
    }

    fn pixel(&self, x: u32, y: u32) -> Option<[u8; 3]> {
        let inside = x < self.width && y < self.height;
        inside.then(|| self.rgb[y as usize * self.width as usize + x as usize])
    }
}

/// The most that a channel differs.
fn distance(a: [u8; 3], b: [u8; 3]) -> u8 {
    a.iter().zip(b).map(|(a, b)| a.abs_diff(b)).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(width: u32, height: u32, color: [u8; 3]) -> Picture {
        Picture { width, height, rgb: vec![color; (width * height) as usize] }
    }

    #[test]
    fn the_difference_shows_both_pictures_and_marks_what_differs() {
        let approved = plain(40, 20, [0, 0, 240]);
        let mut actual = approved.clone();
        actual.rgb[10 * 40 + 20] = [255, 255, 255];
        let shown = approved.show_difference(&actual, Tolerance::default());
        assert_eq!((shown.width, shown.height), (3 * 40 + 2 * 8, 20));
        let pixel = |part: u32, x: u32, y: u32| shown.pixel(part * 48 + x, y).unwrap();
        assert_eq!((pixel(0, 20, 10), pixel(1, 20, 10)), ([0, 0, 240], [255, 255, 255]));
        assert_eq!(pixel(2, 20, 10), Picture::MARK);
        assert_eq!(pixel(2, 21, 10), [10, 10, 10], "what is the same is dark");
        for (x, y) in [(16, 6), (24, 14), (16, 10), (20, 14)] {
            assert_eq!(pixel(2, x, y), Picture::MARK, "the frame at {x}, {y}");
        }
        assert_eq!(shown.pixel(40, 3), Some(Picture::BACKGROUND), "between");
    }

    #[test]
    fn what_only_one_picture_has_differs() {
        let (approved, actual) = (plain(2, 4, [9; 3]), plain(3, 2, [9; 3]));
        let generous = Tolerance { channel: 255, pixels: 100 };
        let sizes = Difference::Size { approved: approved.size(), actual: actual.size() };
        assert_eq!(approved.compare(&actual, generous), Some(sizes));
        let shown = approved.show_difference(&actual, generous);
        assert_eq!((shown.width, shown.height), (3 * 3 + 2 * 8, 4));
        assert_eq!(shown.pixel(2, 0), Some(Picture::BACKGROUND));
        assert_eq!(shown.pixel(2 * 11 + 2, 0), Some(Picture::MARK));
    }

    #[test]
    fn a_tool_may_have_made_the_picture_smaller_without_changing_it() {
        use png::{BitDepth, ColorType};

        let encode = |color, depth, samples: &[u8]| {
            let mut bytes = Vec::new();
            let mut encoder = png::Encoder::new(&mut bytes, 2, 1);
            encoder.set_color(color);
            encoder.set_depth(depth);
            if color == ColorType::Indexed {
                encoder.set_palette(vec![7, 7, 7, 200, 200, 200]);
            }
            let mut writer = encoder.write_header().unwrap();
            writer.write_image_data(samples).unwrap();
            writer.finish().unwrap();
            Picture::from_png(&bytes).unwrap()
        };
        let expected = Picture { width: 2, height: 1, rgb: vec![[7; 3], [200; 3]] };
        assert_eq!(encode(ColorType::Grayscale, BitDepth::Eight, &[7, 200]), expected);
        assert_eq!(encode(ColorType::GrayscaleAlpha, BitDepth::Eight, &[7, 0, 200, 9]), expected);
        assert_eq!(encode(ColorType::Indexed, BitDepth::One, &[0b0100_0000]), expected);
        let rgba = [7, 7, 7, 255, 200, 200, 200, 0];
        assert_eq!(encode(ColorType::Rgba, BitDepth::Eight, &rgba), expected);
        let sixteen = [7, 0, 200, 99];
        assert_eq!(encode(ColorType::Grayscale, BitDepth::Sixteen, &sixteen), expected);
        assert!(Picture::from_png(b"no picture").is_err());
    }
}
