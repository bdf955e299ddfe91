//! Pixels as others have them: formats, and rows with padding. Pure.

use crate::{Error, PhysicalSize, Result};

/// How the pixels of somebody else's picture lie in memory: the order of the bytes, one byte a channel,
/// sRGB. Alpha is copied, and ignored by every view.
///
/// Names are those of most libraries: the first letter is the byte that comes first in memory. What
/// wgpu calls `Bgra8UnormSrgb`, and Windows' bitmaps have, is [`Bgra8`](Self::Bgra8); a `0RGB` of
/// minifb or softbuffer is [`Bgra8`](Self::Bgra8), too, on little-endian machines.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PixelFormat {
    /// Red, green, blue, alpha: four bytes.
    Rgba8,
    /// Blue, green, red, alpha: four bytes.
    Bgra8,
    /// Red, green, blue: three bytes.
    Rgb8,
    /// Blue, green, red: three bytes.
    Bgr8,
    /// Gray: one byte.
    Gray8,
}

impl PixelFormat {
    /// Bytes of one pixel.
    #[must_use]
    pub const fn bytes_per_pixel(self) -> usize {
        match self {
            PixelFormat::Rgba8 | PixelFormat::Bgra8 => 4,
            PixelFormat::Rgb8 | PixelFormat::Bgr8 => 3,
            PixelFormat::Gray8 => 1,
        }
    }
}

/// Copies a picture of `size` into `to`, which has its number of pixels.
///
/// # Errors
/// If the rows do not fit into `stride`, or the picture into `pixels`.
pub(crate) fn copy(
    to: &mut [[u8; 4]],
    size: PhysicalSize,
    pixels: &[u8],
    stride: usize,
    format: PixelFormat,
) -> Result<()> {
    let (width, height) = (size.width as usize, size.height as usize);
    let row = width * format.bytes_per_pixel();
    if stride < row {
        return Err(Error::invalid_input(format!(
            "a stride of {stride} bytes is too short for rows of {width} pixels of {} bytes; it must be at least {row}",
            format.bytes_per_pixel()
        )));
    }
    // The last row needs no padding.
    let needed = stride.checked_mul(height - 1).and_then(|rows| rows.checked_add(row));
    if needed.is_none_or(|needed| pixels.len() < needed) {
        return Err(Error::invalid_input(format!(
            "{} bytes of pixels are too few for a picture of {size} pixels with a stride of {stride} bytes; {} are needed",
            pixels.len(),
            needed
                .map_or_else(|| "more than can be counted".to_owned(), |needed| needed.to_string())
        )));
    }
    for (to, from) in to.chunks_exact_mut(width).zip(pixels.chunks(stride)) {
        copy_row(to, &from[..row], format);
    }
    Ok(())
}

fn copy_row(to: &mut [[u8; 4]], from: &[u8], format: PixelFormat) {
    match format {
        PixelFormat::Rgba8 => to.as_flattened_mut().copy_from_slice(from),
        PixelFormat::Bgra8 => {
            for (to, &[b, g, r, a]) in to.iter_mut().zip(from.as_chunks().0) {
                *to = [r, g, b, a];
            }
        }
        PixelFormat::Rgb8 => {
            for (to, &[r, g, b]) in to.iter_mut().zip(from.as_chunks().0) {
                *to = [r, g, b, 255];
            }
        }
        PixelFormat::Bgr8 => {
            for (to, &[b, g, r]) in to.iter_mut().zip(from.as_chunks().0) {
                *to = [r, g, b, 255];
            }
        }
        PixelFormat::Gray8 => {
            for (to, &gray) in to.iter_mut().zip(from) {
                *to = [gray, gray, gray, 255];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: PhysicalSize = PhysicalSize::new(2, 2);

    fn copied(pixels: &[u8], stride: usize, format: PixelFormat) -> Result<[[u8; 4]; 4]> {
        let mut to = [[9; 4]; 4];
        copy(&mut to, SIZE, pixels, stride, format).map(|()| to)
    }

    #[test]
    fn every_format_is_read_in_its_order_and_padding_is_left_out() {
        let rgba: Vec<u8> = (0..16).collect();
        let expected = [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11], [12, 13, 14, 15]];
        assert_eq!(copied(&rgba, 8, PixelFormat::Rgba8).unwrap(), expected);
        let bgra: Vec<u8> = expected.iter().flat_map(|&[r, g, b, a]| [b, g, r, a]).collect();
        assert_eq!(copied(&bgra, 8, PixelFormat::Bgra8).unwrap(), expected);
        let opaque = expected.map(|[r, g, b, _]| [r, g, b, 255]);
        // Rows of six bytes, each with two of padding; the last needs none.
        let rgb = [0, 1, 2, 4, 5, 6, 99, 99, 8, 9, 10, 12, 13, 14];
        assert_eq!(copied(&rgb, 8, PixelFormat::Rgb8).unwrap(), opaque);
        let bgr = [2, 1, 0, 6, 5, 4, 99, 10, 9, 8, 14, 13, 12];
        assert_eq!(copied(&bgr, 7, PixelFormat::Bgr8).unwrap(), opaque);
        let gray = [1, 2, 99, 3, 4];
        let shades = [1, 2, 3, 4].map(|it| [it, it, it, 255]);
        assert_eq!(copied(&gray, 3, PixelFormat::Gray8).unwrap(), shades);
    }

    #[test]
    fn a_stride_or_size_that_does_not_fit_is_told_with_what_is_needed() {
        for (length, stride, format, said) in [
            (100, 7, PixelFormat::Rgba8, "at least 8"),
            (100, 0, PixelFormat::Gray8, "at least 2"),
            (15, 8, PixelFormat::Rgba8, "16 are needed"),
            (0, 8, PixelFormat::Bgra8, "16 are needed"),
            (107, 100, PixelFormat::Rgba8, "108 are needed"),
            (100, usize::MAX, PixelFormat::Rgba8, "more than can be counted"),
        ] {
            let error = copied(&vec![0; length], stride, format).unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        }
        assert!(copied(&[0; 16], 8, PixelFormat::Rgba8).is_ok());
        assert!(copied(&[0; 108], 100, PixelFormat::Rgba8).is_ok());
    }
}
