//! Brings frames to the size of the video.

use fast_image_resize::images::{CroppedImageMut, Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use framecast_api::{Error, Frame, PhysicalSize, Rect, Result};

use super::sink::Picture;

/// Scales frames, keeps their shape and centres them on black.
#[derive(Default)]
pub(crate) struct Fitter {
    resizer: Resizer,
    /// Black outside of `place`.
    canvas: Vec<u8>,
    size: Option<PhysicalSize>,
    place: Option<Rect>,
}

impl Fitter {
    /// Returns the picture of `frame` in `size`; the frame's own pixels if that is its size.
    ///
    /// # Errors
    /// If `size` is empty or too large.
    pub(crate) fn fit<'a>(
        &'a mut self,
        frame: &'a Frame,
        size: PhysicalSize,
    ) -> Result<Picture<'a>> {
        if frame.size() == size {
            return Ok(Picture { size, bytes: frame.bytes() });
        }
        let place = placed(frame.size(), size);
        if (self.size, self.place) != (Some(size), Some(place)) {
            self.canvas.clear();
            self.canvas.resize(size.bytes()?, 0);
            for [_, _, _, alpha] in self.canvas.as_chunks_mut::<4>().0 {
                *alpha = 255;
            }
            (self.size, self.place) = (Some(size), Some(place));
        }
        self.scale(frame, size, place).map_err(|error| {
            Error::failed(format!(
                "cannot scale a frame of {} to {size} pixels: {error}",
                frame.size()
            ))
        })?;
        Ok(Picture { size, bytes: &self.canvas })
    }

    fn scale(
        &mut self,
        frame: &Frame,
        size: PhysicalSize,
        place: Rect,
    ) -> Result<(), Box<dyn std::error::Error>> {
        let Rect { x, y, width, height } = place;
        let source = ImageRef::new(frame.width(), frame.height(), frame.bytes(), PixelType::U8x4)?;
        let mut canvas =
            Image::from_slice_u8(size.width, size.height, &mut self.canvas, PixelType::U8x4)?;
        let mut part = CroppedImageMut::new(&mut canvas, x, y, width, height)?;
        let options = ResizeOptions::new()
            .resize_alg(ResizeAlg::Convolution(filter(frame.size(), width, height)))
            .use_alpha(false);
        self.resizer.resize(&source, &mut part, &options)?;
        Ok(())
    }
}

/// Whole numbers of pixels stay sharp; else what is soft enough not to shimmer.
fn filter(from: PhysicalSize, width: u32, height: u32) -> FilterType {
    let is_whole = |from: u32, to: u32| from.is_multiple_of(to) || to.is_multiple_of(from);
    if is_whole(from.width, width) && is_whole(from.height, height) {
        FilterType::Box
    } else if width > from.width {
        FilterType::CatmullRom
    } else {
        FilterType::Hamming
    }
}

/// Where a picture of `from` pixels comes to lie.
fn placed(from: PhysicalSize, to: PhysicalSize) -> Rect {
    let across = u64::from(to.width) * u64::from(from.height);
    let down = u64::from(to.height) * u64::from(from.width);
    let scaled = |side: u32, to: u32, from: u32| {
        let (side, to, from) = (u64::from(side), u64::from(to), u64::from(from));
        ((side * to + from / 2) / from).max(1) as u32
    };
    let (width, height) = if across <= down {
        (to.width, scaled(from.height, to.width, from.width).min(to.height))
    } else {
        (scaled(from.width, to.height, from.height).min(to.width), to.height)
    };
    Rect::new((to.width - width) / 2, (to.height - height) / 2, width, height)
}

/// The largest size of the shape of `size` that is at most `long` by `short` pixels, lying or standing;
/// `size` itself if it is no larger.
#[cfg(any(feature = "mp4", test))]
pub(crate) fn reduced(size: PhysicalSize, long: u32, short: u32) -> PhysicalSize {
    let most = if size.width >= size.height {
        PhysicalSize::new(long, short)
    } else {
        PhysicalSize::new(short, long)
    };
    if size.width <= most.width && size.height <= most.height {
        return size;
    }
    let Rect { width, height, .. } = placed(size, most);
    PhysicalSize::new(width, height)
}

#[cfg(test)]
mod tests {
    use framecast_api::FramePool;

    use super::*;

    fn size(width: u32, height: u32) -> PhysicalSize {
        PhysicalSize::new(width, height)
    }

    #[test]
    fn a_picture_keeps_its_shape_and_is_centred() {
        assert_eq!(placed(size(100, 50), size(200, 200)), Rect::new(0, 50, 200, 100));
        assert_eq!(placed(size(50, 100), size(200, 200)), Rect::new(50, 0, 100, 200));
        assert_eq!(placed(size(1, 65_535), size(16, 16)), Rect::new(7, 0, 1, 16));
        assert_eq!(placed(size(65_535, 65_535), size(3, 3)), Rect::new(0, 0, 3, 3));
    }

    #[test]
    fn what_is_too_large_is_reduced() {
        assert_eq!(reduced(size(1280, 720), 3840, 2160), size(1280, 720));
        assert_eq!(reduced(size(4096, 2160), 3840, 2160), size(3840, 2025));
        assert_eq!(reduced(size(2160, 4096), 3840, 2160), size(2025, 3840));
        assert_eq!(reduced(size(4000, 4000), 3840, 2160), size(2160, 2160));
    }

    #[test]
    fn bars_are_black_after_every_change_of_shape() {
        let mut pool = FramePool::new();
        let mut white = |width, height| {
            let mut buffer = pool.lend(size(width, height)).unwrap();
            buffer.fill([255; 4]);
            pool.freeze(buffer, 1, 0.0, 1.0)
        };
        let (wide, tall) = (white(40, 20), white(20, 40));
        let mut fitter = Fitter::default();
        let column = |picture: Picture<'_>, x: usize| {
            let row = |y: usize| picture.bytes[(y * 40 + x) * 4];
            (row(0), row(20), row(39))
        };
        for _ in 0..2 {
            let picture = fitter.fit(&wide, size(40, 40)).unwrap();
            assert_eq!(column(picture, 0), (0, 255, 0));
            let picture = fitter.fit(&tall, size(40, 40)).unwrap();
            assert_eq!((column(picture, 0), column(picture, 20)), ((0, 0, 0), (255, 255, 255)));
            assert_eq!(picture.bytes[..4], [0, 0, 0, 255]);
        }
    }
}
