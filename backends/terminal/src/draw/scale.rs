//! Reduces frames to the dots of the screen, again only where they changed.

use std::ops::Range;

use fast_image_resize::images::{CroppedImageMut, Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use framecast_api::{Error, Frame, FrameChanges, Result};

/// Pixels of the dots that a picture is shown as, kept from frame to frame.
#[derive(Default)]
pub(crate) struct Scaler {
    resizer: Resizer,
    dots: Vec<u8>,
    width: u32,
    height: u32,
    /// For every row of dots, the columns that the last update may have changed.
    changed: Vec<Range<u32>>,
}

/// One axis of a reduction.
#[derive(Clone, Copy)]
struct Axis {
    /// Pixels per dot.
    ratio: f64,
    /// Pixels on either side of a dot's centre that count.
    radius: f64,
    pixels: u32,
    dots: u32,
}

impl Axis {
    fn new(pixels: u32, dots: u32, filter: FilterType) -> Self {
        let ratio = f64::from(pixels) / f64::from(dots);
        let support = if matches!(filter, FilterType::Box) { 0.5 } else { 1.0 };
        Self { ratio, radius: support * ratio.max(1.0), pixels, dots }
    }

    /// The pixels that a dot is made of; one more on each side, so that rounding is no matter.
    fn sources(self, dot: u32) -> Range<u32> {
        let centre = (f64::from(dot) + 0.5) * self.ratio;
        let start = (centre - self.radius - 1.0).floor().max(0.0) as u32;
        let end = (centre + self.radius + 1.0).ceil() as u32;
        start..end.min(self.pixels)
    }

    /// The dots that these pixels are part of.
    fn touched(self, pixels: &Range<u32>) -> Range<u32> {
        if pixels.is_empty() {
            return 0..0;
        }
        let dot = |pixel: f64| pixel / self.ratio - 0.5;
        let start = dot(f64::from(pixels.start) - self.radius - 1.0).floor().max(0.0) as u32;
        let end = dot(f64::from(pixels.end) + self.radius + 1.0).ceil() as u32 + 1;
        start..end.min(self.dots)
    }

    /// Where the pixels of these dots begin, and how many they are; never beyond the last pixel.
    fn crop(self, dots: &Range<u32>) -> (f64, f64) {
        let start = f64::from(dots.start) * self.ratio;
        let mut pixels = f64::from(dots.end - dots.start) * self.ratio;
        while start + pixels > f64::from(self.pixels) {
            pixels = pixels.next_down();
        }
        (start, pixels)
    }
}

impl Scaler {
    /// Brings the dots from the last frame to this one, in which only `changes` differ. The first
    /// time, and when the size in dots is another one, `changes` has to be everything.
    ///
    /// Means over whole pixels where a dot is a whole number of them, else Hamming's window, which
    /// is soft enough not to shimmer and sharper than a triangle. (A box of unequal numbers of pixels
    /// would move edges.) sRGB values are mixed as they are, as browsers and players do.
    pub(crate) fn update(
        &mut self,
        frame: &Frame,
        (width, height): (u32, u32),
        changes: &FrameChanges,
    ) -> Result<()> {
        if (self.width, self.height) != (width, height) {
            (self.width, self.height) = (width, height);
            self.dots.clear();
            self.dots.resize(width as usize * height as usize * 4, 0);
        }
        let whole = frame.width().is_multiple_of(width) && frame.height().is_multiple_of(height);
        let filter = if whole { FilterType::Box } else { FilterType::Hamming };
        let across = Axis::new(frame.width(), width, filter);
        let down = Axis::new(frame.height(), height, filter);
        self.changed.clear();
        self.changed
            .extend((0..height).map(|row| across.touched(&changes.within(down.sources(row)))));

        let algorithm = ResizeAlg::Convolution(filter);
        let options = ResizeOptions::new().resize_alg(algorithm).use_alpha(false);
        let failed = |error: &dyn std::fmt::Display| {
            Error::failed(format!("cannot reduce a frame to {width}×{height} dots: {error}"))
        };
        let source = ImageRef::new(frame.width(), frame.height(), frame.bytes(), PixelType::U8x4)
            .map_err(|error| failed(&error))?;
        let mut dots = Image::from_slice_u8(width, height, &mut self.dots, PixelType::U8x4)
            .map_err(|error| failed(&error))?;
        for (rows, columns) in blocks(&self.changed) {
            // The resizer sees the pixels around the part it is given, so that a part comes out as
            // it would in the whole.
            let (left, part_width) = across.crop(&columns);
            let (top, part_height) = down.crop(&rows);
            let options = options.crop(left, top, part_width, part_height);
            let mut part = CroppedImageMut::new(
                &mut dots,
                columns.start,
                rows.start,
                columns.end - columns.start,
                rows.end - rows.start,
            )
            .map_err(|error| failed(&error))?;
            self.resizer.resize(&source, &mut part, &options).map_err(|error| failed(&error))?;
        }
        Ok(())
    }

    /// The dots, row by row.
    pub(crate) fn dots(&self) -> &[[u8; 4]] {
        self.dots.as_chunks().0
    }

    /// The columns of this row of dots that the last update may have changed.
    pub(crate) fn changed(&self, row: u32) -> Range<u32> {
        self.changed[row as usize].clone()
    }
}

/// The smallest range that holds both.
pub(crate) fn union(one: &Range<u32>, other: &Range<u32>) -> Range<u32> {
    match (one.is_empty(), other.is_empty()) {
        (true, _) => other.clone(),
        (_, true) => one.clone(),
        _ => one.start.min(other.start)..one.end.max(other.end),
    }
}

/// Successive rows that changed, and the columns that hold all their changes.
fn blocks(changed: &[Range<u32>]) -> Vec<(Range<u32>, Range<u32>)> {
    let mut blocks: Vec<(Range<u32>, Range<u32>)> = Vec::new();
    for (row, columns) in (0..).zip(changed).filter(|(_, columns)| !columns.is_empty()) {
        match blocks.last_mut() {
            Some((rows, all)) if rows.end == row => {
                rows.end = row + 1;
                *all = union(all, columns);
            }
            _ => blocks.push((row..row + 1, columns.clone())),
        }
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;
    use framecast_api::{FramePool, PhysicalSize};

    fn noise(size: PhysicalSize, seed: u32, mark: Option<(u32, u32, u32)>) -> Frame {
        let mut pool = FramePool::new();
        let mut buffer = pool.lend(size).unwrap();
        let mut state = seed;
        for pixel in buffer.pixels_mut() {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *pixel = (state | 0xff).to_be_bytes();
        }
        if let Some((x, y, side)) = mark {
            for row in y..(y + side).min(size.height) {
                let start = (row * size.width + x) as usize;
                let end = (row * size.width + (x + side).min(size.width)) as usize;
                buffer.pixels_mut()[start..end].fill([0, 255, 0, 255]);
            }
        }
        pool.freeze(buffer, 1, 0.0, 1.0)
    }

    #[test]
    fn reducing_only_what_changed_gives_what_reducing_all_gives() {
        for (pixels, dots) in [
            ((320, 180), (40, 20)),
            ((320, 180), (37, 23)),
            ((64, 64), (64, 32)),
            ((90, 70), (89, 69)),
        ] {
            let size = PhysicalSize::new(pixels.0, pixels.1);
            let before = noise(size, 1, None);
            for (x, y, side) in
                [(0, 0, 1), (31, 40, 9), (60, 60, 40), (pixels.0 - 1, 0, 1), (5, 5, 300)]
            {
                let (mut whole, mut parts) = (Scaler::default(), Scaler::default());
                parts.update(&before, dots, &FrameChanges::all(&before)).unwrap();
                let pool_frame = noise(size, 1, Some((x, y, side)));
                let mut after = FramePool::new();
                let mut buffer = after.lend(size).unwrap();
                buffer.copy_from(&pool_frame);
                let after = after.freeze(buffer, 2, 0.0, 1.0);
                whole.update(&after, dots, &FrameChanges::all(&after)).unwrap();
                parts.update(&after, dots, &FrameChanges::between(&before, &after)).unwrap();
                assert_eq!(
                    whole.dots(),
                    parts.dots(),
                    "{pixels:?} to {dots:?}, {side} at {x}, {y}"
                );
            }
        }
    }

    #[test]
    fn a_dot_of_whole_pixels_is_their_mean() {
        let mut pool = FramePool::new();
        let mut buffer = pool.lend(PhysicalSize::new(4, 2)).unwrap();
        buffer.pixels_mut().copy_from_slice(&[
            [0, 0, 10, 0],
            [100, 0, 10, 0],
            [50, 60, 70, 0],
            [50, 60, 70, 0],
            [100, 0, 10, 0],
            [200, 0, 30, 0],
            [50, 60, 70, 0],
            [50, 60, 70, 0],
        ]);
        let frame = pool.freeze(buffer, 1, 0.0, 1.0);
        let mut scaler = Scaler::default();
        scaler.update(&frame, (2, 1), &FrameChanges::all(&frame)).unwrap();
        assert_eq!(
            scaler.dots().iter().map(|dot| [dot[0], dot[1], dot[2]]).collect::<Vec<_>>(),
            [[100, 0, 15], [50, 60, 70]]
        );
    }
}
