//! Whole frames to JPEG and PNG, for clients of the older protocol.
//!
//! JPEG is 4:2:0 at quality 80: about two thirds of the time and five sixths of the bytes of 4:4:4.
//! What it smears, colored text above all, is put right by the PNG that follows.

use std::io::{self, Write};

use framecast_api::{Error, Frame, Result};
use framecast_jpeg::{Encoder, Pixels, Sampling};

use crate::limits;

pub(crate) const QUALITY: u8 = 80;
/// For a JPEG that would be larger than a message may be.
const LEAST_QUALITY: u8 = 20;
const SAMPLING: Sampling = Sampling::Quarter;
/// Rows of a PNG between two looks at whether it is still wanted.
const ROWS: usize = 64;

/// `frame` as a JPEG.
///
/// # Errors
/// "Failed" if the picture is too large even with little quality.
pub(crate) fn jpeg(frame: &Frame) -> Result<Vec<u8>> {
    jpeg_of(frame, limits::PICTURE_BYTES)
}

/// `frame` as a JPEG of at most so many bytes.
fn jpeg_of(frame: &Frame, most: usize) -> Result<Vec<u8>> {
    let jpeg = |quality| jpeg_within(frame, quality, SAMPLING, most);
    jpeg(QUALITY).or_else(|_| jpeg(LEAST_QUALITY))
}

/// `frame` as a JPEG of this quality.
///
/// # Errors
/// "Failed" if the picture is too large.
pub(crate) fn jpeg_with(frame: &Frame, quality: u8, sampling: Sampling) -> Result<Vec<u8>> {
    jpeg_within(frame, quality, sampling, limits::PICTURE_BYTES)
}

fn jpeg_within(frame: &Frame, quality: u8, sampling: Sampling, most: usize) -> Result<Vec<u8>> {
    let (width, height) = (frame.width() as usize, frame.height() as usize);
    let mut message = begin(frame);
    Pixels::new(frame.bytes(), width, height, width * 4)
        .and_then(|pixels| {
            Encoder::new(quality, sampling).encode_within(&pixels, most, &mut message)
        })
        .map_err(|error| {
            Error::failed(format!("cannot encode {frame:?} as JPEG: {error}")).with_source(error)
        })?;
    Ok(message)
}

/// `frame` as a PNG without alpha: exactly its colors. `None` if `is_stale` said
/// so before it was ready.
///
/// # Errors
/// "Failed" if the picture is too large for one message.
pub(crate) fn png(frame: &Frame, is_stale: impl FnMut() -> bool) -> Result<Option<Vec<u8>>> {
    png_within(frame, limits::PICTURE_BYTES, is_stale)
}

fn png_within(
    frame: &Frame,
    most: usize,
    mut is_stale: impl FnMut() -> bool,
) -> Result<Option<Vec<u8>>> {
    let failed = |error: png::EncodingError| {
        Error::failed(format!("cannot encode {frame:?} as PNG: {error}"))
    };
    let mut message = begin(frame);
    let mut encoder =
        png::Encoder::new(Message { bytes: &mut message, most }, frame.width(), frame.height());
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Fast);
    let mut writer = encoder.write_header().map_err(failed)?;
    let mut stream = writer.stream_writer().map_err(failed)?;
    let pixels = frame.width() as usize * ROWS;
    let mut rgb = Vec::with_capacity(pixels.min(frame.pixels().len()) * 3);
    for rows in frame.pixels().chunks(pixels) {
        if is_stale() {
            return Ok(None);
        }
        rgb.clear();
        rgb.extend(rows.iter().flat_map(|[r, g, b, _]| [*r, *g, *b]));
        stream.write_all(&rgb).map_err(|error| failed(error.into()))?;
    }
    stream.finish().map_err(failed)?;
    writer.finish().map_err(failed)?;
    Ok(Some(message))
}

/// A picture that is being encoded. It takes no more than one may have.
struct Message<'a> {
    bytes: &'a mut Vec<u8>,
    most: usize,
}

impl Write for Message<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + bytes.len() > self.most {
            return Err(io::Error::other("it is too large to be sent as one picture"));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// About what an ordinary picture needs, so that the buffer seldom grows.
fn begin(frame: &Frame) -> Vec<u8> {
    Vec::with_capacity(frame.bytes().len() / 16)
}

#[cfg(test)]
mod tests {
    use super::*;
    use framecast_api::{FramePool, PhysicalSize};

    fn frame(width: u32, height: u32, pixel: impl Fn(u32, u32) -> [u8; 4]) -> Frame {
        let mut pool = FramePool::new();
        let mut buffer = pool.lend(PhysicalSize::new(width, height)).unwrap();
        for (y, row) in (0..).zip(buffer.rows_mut()) {
            for (x, out) in (0..).zip(row) {
                *out = pixel(x, y);
            }
        }
        pool.freeze(buffer, 9, 1.5, 2.0)
    }

    fn noise(x: u32, y: u32) -> [u8; 4] {
        let n =
            (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503)).wrapping_mul(2_246_822_519);
        let n = (n ^ (n >> 15)).wrapping_mul(3_266_489_917);
        (n ^ (n >> 13)).to_le_bytes()
    }

    #[test]
    fn a_png_has_exactly_the_colors_of_the_frame() {
        for (width, height) in [(1, 1), (1, 200), (200, 1), (67, 65), (64, 128)] {
            let frame = frame(width, height, noise);
            let message = png(&frame, || false).unwrap().unwrap();
            let picture = image::load_from_memory(&message).unwrap().into_rgb8();
            assert_eq!(picture.dimensions(), (width, height));
            for (got, want) in picture.pixels().zip(frame.pixels()) {
                assert_eq!(got.0, want[..3]);
            }
        }
    }

    #[test]
    fn a_jpeg_looks_like_the_frame() {
        for (width, height) in [(1, 1), (1, 99), (99, 1), (160, 90), (17, 31)] {
            let frame = frame(width, height, |x, y| [x as u8, y as u8, 100, 0]);
            let message = jpeg(&frame).unwrap();
            let picture = image::load_from_memory(&message).unwrap().into_rgb8();
            assert_eq!(picture.dimensions(), (width, height));
            for (got, want) in picture.pixels().zip(frame.pixels()) {
                for (got, want) in got.0.iter().zip(want) {
                    assert!(got.abs_diff(*want) <= 12, "{got} {want} at {width}x{height}");
                }
            }
        }
    }

    #[test]
    fn a_jpeg_may_have_the_longest_side_a_frame_can_have() {
        let frame = frame(PhysicalSize::MAX_SIDE, 1, |_, _| [9, 9, 9, 255]);
        assert!(jpeg(&frame).is_ok());
    }

    #[test]
    fn what_is_too_large_is_made_again_with_less_quality_or_not_at_all() {
        let frame = frame(64, 64, noise);
        let wanted = |quality| jpeg_with(&frame, quality, SAMPLING).unwrap();
        let (best, least) = (wanted(QUALITY), wanted(LEAST_QUALITY));
        assert!(least.len() < best.len());
        assert_eq!(jpeg_of(&frame, best.len()).unwrap(), best);
        assert_eq!(jpeg_of(&frame, best.len() - 1).unwrap(), least);
        let error = jpeg_of(&frame, least.len() - 1).unwrap_err();
        assert!(error.to_string().contains("take more than"), "{error}");

        let exact = png(&frame, || false).unwrap().unwrap();
        assert_eq!(png_within(&frame, exact.len(), || false).unwrap().unwrap(), exact);
        let error = png_within(&frame, exact.len() - 1, || false).unwrap_err();
        assert!(error.to_string().contains("too large"), "{error}");
    }

    #[test]
    fn a_message_takes_no_more_than_it_may_have() {
        let mut bytes = vec![0; 9];
        let mut message = Message { bytes: &mut bytes, most: 10 };
        assert!(message.write_all(&[1]).is_ok());
        assert!(message.write_all(&[1]).is_err());
        assert_eq!(bytes.len(), 10);
    }

    #[test]
    fn a_png_that_nobody_wants_any_more_is_given_up() {
        let frame = frame(8, 1000, noise);
        let mut looks = 0;
        let given_up = png(&frame, || {
            looks += 1;
            looks == 3
        });
        assert!(given_up.unwrap().is_none());
        assert_eq!(looks, 3);
    }
}
