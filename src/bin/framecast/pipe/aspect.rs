//! Pixels that are no squares: how large a picture of them is shown, and resizing it.

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use framecast::PhysicalSize;

use super::stream::check_size;

/// Pixels that are wider than this many times their height, or higher, are nonsense.
const MOST: f64 = 16.0;

/// Reads how wide a pixel is to its height: `64:45`; `0:0` is unknown, and a square then.
pub(crate) fn parse(value: &str) -> Result<f64, ()> {
    let (over, under) = value.split_once(':').ok_or(())?;
    let (over, under): (u32, u32) = (over.parse().map_err(drop)?, under.parse().map_err(drop)?);
    if (over, under) == (0, 0) {
        return Ok(1.0);
    }
    let ratio = f64::from(over) / f64::from(under);
    if (1.0 / MOST..=MOST).contains(&ratio) { Ok(ratio) } else { Err(()) }
}

/// The size in square pixels: no pixel is lost, unless it would be too large.
pub(crate) fn shown(size: PhysicalSize, pixel: f64) -> PhysicalSize {
    let times = |side: u32, factor: f64| (f64::from(side) * factor).round().max(1.0) as u32;
    let wider = PhysicalSize::new(times(size.width, pixel), size.height);
    let higher = PhysicalSize::new(size.width, times(size.height, 1.0 / pixel));
    let (first, second) = if pixel >= 1.0 { (wider, higher) } else { (higher, wider) };
    if check_size(first).is_ok() { first } else { second }
}

/// Brings pictures to the size in which they are shown.
#[derive(Default)]
pub(crate) struct Scaler {
    resizer: Resizer,
    pixels: Vec<[u8; 4]>,
}

impl Scaler {
    /// Has `fill` fill a picture of size `from`, and brings it to `out`, whose size is `to`.
    pub(crate) fn scale(
        &mut self,
        from: PhysicalSize,
        to: PhysicalSize,
        out: &mut [[u8; 4]],
        fill: impl FnOnce(&mut [[u8; 4]]),
    ) {
        self.pixels.resize(from.area() as usize, [0; 4]);
        fill(&mut self.pixels);
        // Video has no alpha worth the time, but for what is wholly opaque or not.
        let options = ResizeOptions::new()
            .resize_alg(ResizeAlg::Convolution(FilterType::Bilinear))
            .use_alpha(false);
        let source =
            ImageRef::new(from.width, from.height, self.pixels.as_flattened(), PixelType::U8x4);
        let target =
            Image::from_slice_u8(to.width, to.height, out.as_flattened_mut(), PixelType::U8x4);
        let (Ok(source), Ok(mut target)) = (source, target) else { return };
        // It refuses sizes that do not occur; what is shown then is the picture before.
        let _ = self.resizer.resize(&source, &mut target, &options);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_of_pixels_are_read_and_nonsense_is_none() {
        assert_eq!(parse("1:1"), Ok(1.0));
        assert_eq!(parse("0:0"), Ok(1.0));
        assert_eq!(parse("64:45"), Ok(64.0 / 45.0));
        for bad in ["", "1", "1:0", "0:1", "-1:1", "17:1", "1:17", "x:y", "1:1:1", "4294967296:1"] {
            assert_eq!(parse(bad), Err(()), "{bad}");
        }
    }

    #[test]
    fn a_picture_grows_one_way_unless_it_would_be_too_large() {
        let size = PhysicalSize::new;
        assert_eq!(shown(size(720, 480), 8.0 / 9.0), size(720, 540));
        assert_eq!(shown(size(16_384, 100), 2.0), size(16_384, 50));
        assert_eq!(shown(size(7680, 4320), 0.5), size(3840, 4320));
        assert_eq!(shown(size(1, 16_384), 1.0 / 16.0), size(1, 16_384));
    }

    #[test]
    fn a_scaled_picture_keeps_its_colors_in_their_places() {
        let (from, to) = (PhysicalSize::new(4, 2), PhysicalSize::new(8, 2));
        let mut out = [[0; 4]; 16];
        let mut scaler = Scaler::default();
        for shade in [200, 90] {
            scaler.scale(from, to, &mut out, |pixels| {
                assert_eq!(pixels.len(), 8);
                for (n, pixel) in pixels.iter_mut().enumerate() {
                    *pixel = [if n % 4 < 2 { 0 } else { shade }, 7, 9, 255];
                }
            });
            for row in out.chunks(8) {
                assert_eq!((row[0], row[7]), ([0, 7, 9, 255], [shade, 7, 9, 255]));
                assert!(row.is_sorted_by_key(|pixel| pixel[0]), "{row:?}");
            }
        }
    }
}
