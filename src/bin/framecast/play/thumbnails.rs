//! Small pictures of what a recording shows at some times.

use std::collections::BTreeMap;
use std::io::{Read, Seek};

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use framecast::FrameBuffer;
use framecast_record::Playback;

/// The longer side of a thumbnail, in logical pixels.
const SIDE: f64 = 180.0;
/// A recording has so many at most: they are made when they are looked at.
const MOST: u64 = 100;

/// A small picture.
pub(crate) struct Thumbnail {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pixels: Vec<[u8; 4]>,
}

impl Thumbnail {
    /// Of these pixels, row by row.
    pub(crate) fn new(width: usize, height: usize, pixels: Vec<[u8; 4]>) -> Self {
        Self { width, height, pixels }
    }

    /// Draws it with its upper left at this physical pixel; what lies outside the frame is cut off.
    pub(crate) fn draw(&self, frame: &mut FrameBuffer, x: usize, y: usize) {
        let (width, height) = (frame.width() as usize, frame.height() as usize);
        let inside = self.width.min(width.saturating_sub(x));
        let rows = self.pixels.chunks_exact(self.width.max(1)).zip(y..height);
        for (row, y) in rows {
            let start = y * width + x;
            frame.pixels_mut()[start..start + inside].copy_from_slice(&row[..inside]);
        }
    }
}

/// The thumbnails of one recording.
pub(crate) struct Thumbnails<R> {
    playback: Playback<R>,
    made: BTreeMap<u64, Thumbnail>,
    resizer: Resizer,
}

impl<R: Read + Seek> Thumbnails<R> {
    /// Of a recording, which is read apart from the one that plays.
    pub(crate) fn new(playback: Playback<R>) -> Self {
        Self { playback, made: BTreeMap::new(), resizer: Resizer::new() }
    }

    /// What is shown about that time; `None` if there is nothing, or it cannot be read.
    pub(crate) fn at(&mut self, time: u64, ratio: f64) -> Option<&Thumbnail> {
        let step = (self.playback.reader().duration() / MOST).max(1);
        let slot = time / step;
        if !self.made.contains_key(&slot) {
            let thumbnail = self.make(slot.saturating_mul(step), ratio)?;
            self.made.insert(slot, thumbnail);
        }
        self.made.get(&slot)
    }

    fn make(&mut self, time: u64, ratio: f64) -> Option<Thumbnail> {
        self.playback.seek(time).ok()?;
        let picture = self.playback.picture();
        let size = picture.size()?;
        let longer = f64::from(size.width.max(size.height));
        let scale = (SIDE * ratio / longer).min(1.0);
        let side = |length: u32| ((f64::from(length) * scale) as u32).max(1);
        let (width, height) = (side(size.width), side(size.height));
        let bytes = picture.pixels().as_flattened();
        let source = ImageRef::new(size.width, size.height, bytes, PixelType::U8x4).ok()?;
        let mut small = Image::new(width, height, PixelType::U8x4);
        let options = ResizeOptions::new()
            .resize_alg(ResizeAlg::Convolution(FilterType::Box))
            .use_alpha(false);
        self.resizer.resize(&source, &mut small, &options).ok()?;
        let pixels = small.into_vec().as_chunks::<4>().0.to_vec();
        Some(Thumbnail::new(width as usize, height as usize, pixels))
    }
}
