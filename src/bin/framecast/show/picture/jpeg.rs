//! JPEG: what its segments say, and its pixels, also of what cameras leave incomplete.

use framecast::{Error, Result};
use image::RgbaImage;
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::budget::Budget;
use super::color::{Channels, Converter, Depth, Space};
use super::jpeg_segments::Segments;
use super::jpeg_tables::STANDARD_HUFFMAN;
use super::{Bytes, Opened, orientation};

/// Opens a JPEG.
pub(super) fn open(bytes: &Bytes, budget: Budget) -> Result<Opened> {
    let file = bytes.as_ref();
    let segments = Segments::read(file).map_err(Error::failed)?;
    let components = u64::from(segments.components);
    // Samples that have to be widened, and coefficients that wait for more scans.
    let samples = if components == 3 { 3 } else { 1 };
    let waiting = if segments.several_scans() { 2 * components } else { 0 };
    budget.check_still(segments.size, samples + waiting)?;
    let mut notices = Vec::new();
    if segments.cut {
        notices.push(super::damaged("the file ends early"));
    }
    let patched = segments.without_tables().map(|at| {
        // The frames of Motion JPEG leave out the tables that all of them share.
        [&file[..at], &STANDARD_HUFFMAN, &file[at..]].concat()
    });
    let (space, notice) = segments.space(file);
    notices.extend(notice);
    let (pixels, more) =
        decode(patched.as_deref().unwrap_or(file), segments.size, segments.cut, &space)?;
    notices.extend(more);
    let exif = segments.exif.map(|range| &file[range]);
    let pixels = orientation::upright(pixels, orientation::read(exif));
    Ok(Opened { pixels, animation: None, notices })
}

/// Decodes as much as there is. The second value tells what is wrong.
fn decode(
    file: &[u8],
    size: (u32, u32),
    cut: bool,
    space: &Space,
) -> Result<(RgbaImage, Vec<String>)> {
    let fail = |error: zune_jpeg::errors::DecodeErrors| Error::failed(error.to_string());
    let options = DecoderOptions::default()
        .set_strict_mode(false)
        .set_max_width(usize::MAX)
        .set_max_height(usize::MAX);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(file), options);
    decoder.decode_headers().map_err(fail)?;
    if decoder.dimensions() != Some((size.0 as usize, size.1 as usize)) {
        return Err(Error::failed("its sizes contradict each other"));
    }
    let input = decoder.input_colorspace().unwrap_or(ColorSpace::Unknown);
    let (output, channels) = match input {
        ColorSpace::YCbCr | ColorSpace::RGB => (ColorSpace::RGB, Channels::Rgb),
        ColorSpace::Luma => (ColorSpace::Luma, Channels::Gray),
        ColorSpace::CMYK | ColorSpace::YCCK => (input, Channels::Cmyk),
        _ => return Err(Error::failed("its kind of colors is not supported")),
    };
    decoder.set_options(options.jpeg_set_out_colorspace(output));
    let mut notices = Vec::new();
    let (mut converter, notice) = Converter::new(channels, Depth::Eight, space);
    notices.extend(notice);
    let width = size.0 as usize;
    let stride = width * channels.count();
    let mut samples = vec![0; stride * size.1 as usize];
    // What is wrong with the colors takes no pixels away.
    let mut damaged = cut;
    if let Err(error) = decoder.decode_into(&mut samples) {
        if samples.iter().all(|sample| *sample == 0) {
            return Err(fail(error));
        }
        notices.push(super::damaged(&error.to_string()));
        damaged = true;
    }
    let whole = if damaged { whole_rows(&samples, stride) } else { size.1 as usize };
    let rows = samples.chunks_exact_mut(stride).take(whole);
    if channels != Channels::Cmyk {
        let mut pixels = RgbaImage::new(size.0, size.1);
        for (pixels, samples) in pixels.chunks_exact_mut(width * 4).zip(rows) {
            converter.row(samples, pixels);
        }
        return Ok((pixels, notices));
    }
    for row in rows {
        row.as_chunks_mut::<4>().0.iter_mut().for_each(|pixel| *pixel = ink(*pixel, input));
        converter.row_in_place(row);
    }
    samples[whole * stride..].fill(0);
    let pixels = RgbaImage::from_raw(size.0, size.1, samples);
    Ok((pixels.ok_or_else(|| Error::failed("too large"))?, notices))
}

/// Rows before those that the decoder left as they were, or filled with grey for want of data.
fn whole_rows(samples: &[u8], stride: usize) -> usize {
    let missing = |row: &&[u8]| [0, 128].iter().any(|fill| row.iter().all(|at| at == fill));
    let rows = samples.chunks_exact(stride);
    rows.len() - rows.rev().take_while(missing).count()
}

/// The inks of a pixel; JPEG stores what they leave of the light (Adobe Technical Note 5116).
fn ink([a, b, c, light]: [u8; 4], space: ColorSpace) -> [u8; 4] {
    let [r, g, b] = if space == ColorSpace::YCCK {
        // ITU-T T.871, in 65536ths.
        let (y, cb, cr) = (i32::from(a) << 16, i32::from(b) - 128, i32::from(c) - 128);
        let near = |sum: i32| ((sum + 32_768) >> 16).clamp(0, 255) as u8;
        [near(y + 91_881 * cr), near(y - 22_554 * cb - 46_802 * cr), near(y + 116_130 * cb)]
    } else {
        [a, b, c]
    };
    [255 - r, 255 - g, 255 - b, 255 - light]
}
