//! The still formats without much to say: BMP, PNM and QOI.

use std::io::Cursor;

use framecast::{Error, Result};
use image::{ColorType, ImageDecoder, ImageFormat, ImageReader, Limits, RgbaImage};

use super::budget::Budget;
use super::color::{Channels, Converter, Depth, Space};
use super::{Bytes, Opened};

/// Where the second header of a BMP begins.
const BMP_INFO: usize = 14;

/// Opens a picture of this format.
pub(super) fn open(bytes: &Bytes, format: ImageFormat, budget: Budget) -> Result<Opened> {
    let fail = |error: image::ImageError| Error::failed(error.to_string());
    let mut reader = ImageReader::with_format(Cursor::new(bytes.as_ref()), format);
    let mut limits = Limits::default();
    (limits.max_image_width, limits.max_image_height) = (None, None);
    limits.max_alloc = Some(budget.bytes());
    reader.limits(limits);
    let decoder = reader.into_decoder().map_err(fail)?;
    let size = decoder.dimensions();
    if size.0 == 0 || size.1 == 0 {
        return Err(Error::failed("a picture without pixels"));
    }
    let color = decoder.color_type();
    let (channels, depth) = match color {
        ColorType::L8 => (Channels::Gray, Depth::Eight),
        ColorType::La8 => (Channels::GrayAlpha, Depth::Eight),
        ColorType::Rgb8 => (Channels::Rgb, Depth::Eight),
        ColorType::Rgba8 => (Channels::Rgba, Depth::Eight),
        ColorType::L16 => (Channels::Gray, Depth::SixteenNative),
        ColorType::La16 => (Channels::GrayAlpha, Depth::SixteenNative),
        ColorType::Rgb16 => (Channels::Rgb, Depth::SixteenNative),
        ColorType::Rgba16 => (Channels::Rgba, Depth::SixteenNative),
        _ => return Err(Error::failed("its kind of samples is not supported")),
    };
    // PNM is read into room of its own before.
    let copies = if format == ImageFormat::Pnm { 2 } else { 1 };
    budget.check_still(size, copies * u64::from(color.bytes_per_pixel()))?;
    let space = match format {
        ImageFormat::Bmp => bmp_profile(bytes.as_ref()).unwrap_or_default(),
        _ => Space::Srgb,
    };
    let mut samples = vec![0; size.0 as usize * size.1 as usize * channels.count() * depth.bytes()];
    let mut notices = Vec::new();
    if let Err(error) = decoder.read_image(&mut samples) {
        if samples.iter().all(|sample| *sample == 0) {
            return Err(fail(error));
        }
        notices.push(super::damaged(&error.to_string()));
    }
    let (mut converter, notice) = Converter::new(channels, depth, &space);
    notices.extend(notice);
    let mut pixels = RgbaImage::new(size.0, size.1);
    let width = size.0 as usize;
    let rows = samples.chunks_exact(width * channels.count() * depth.bytes());
    for (pixels, samples) in pixels.chunks_exact_mut(width * 4).zip(rows) {
        converter.row(samples, pixels);
    }
    Ok(Opened { pixels, animation: None, notices })
}

/// The profile in a BMP whose header is BITMAPV5HEADER.
fn bmp_profile(file: &[u8]) -> Option<Space> {
    let number = |at: usize| {
        let bytes = file.get(BMP_INFO + at..BMP_INFO + at + 4)?;
        Some(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) as usize)
    };
    let embedded = number(0)? >= 124 && number(56)? == 0x4d42_4544;
    let start = BMP_INFO.checked_add(number(112)?)?;
    let end = start.checked_add(number(116)?)?;
    embedded.then_some(Space::Icc(file.get(start..end)?.to_vec()))
}
