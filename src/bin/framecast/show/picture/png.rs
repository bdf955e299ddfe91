//! PNG and APNG: rows in the file's own depth, its colors, and its frames.

use framecast::{Error, Result};
use image::RgbaImage;
use png::{
    BitDepth, BlendOp, ColorType, DecodeOptions, Decoder, DecodingError, DisposeOp, Info, Limits,
};
use png::{Reader, Transformations};

use super::animation::{Animation, Frames};
use super::budget::Budget;
use super::color::{Channels, Converter, Depth, Space};
use super::compositor::{Blend, Compositor, Dispose, Rect};
use super::png_chunks::{WithoutExif, exif, has};
use super::{Bytes, Opened, orientation};

/// Bytes a pixel of the rows that are held at a time: as they come, as they are, before and after
/// the conversion.
const ROWS: u64 = 64;
/// The most bytes of a profile and the like.
const METADATA: u64 = 16 << 20;

type Failure<T> = std::result::Result<T, String>;

/// Opens a PNG.
pub(super) fn open(bytes: &Bytes, budget: Budget) -> Result<Opened> {
    if let Some(size) = size(bytes.as_ref()) {
        budget.check_still(size, 0)?;
    }
    let mut frames = PngFrames::new(bytes, budget, true).map_err(Error::failed)?;
    let info = frames.reader.info();
    let size = info.size();
    // The whole picture at once only if its rows do not come in their order.
    let whole = if info.interlaced { frames.layout.bytes() as u64 } else { 0 };
    let per_pixel = whole + ROWS / u64::from(size.1.max(1));
    if let Some(control) = info.animation_control().copied()
        && (control.num_frames > 1 || info.frame_control.is_none())
    {
        budget.check_animation(size, per_pixel, true)?;
        if let Some(opened) = animated(frames, control.num_plays) {
            return Ok(opened);
        }
        // Without a whole frame it shows what programs show that know no animations.
        frames = PngFrames::new(bytes, budget, true).map_err(Error::failed)?;
    }
    budget.check_still(size, per_pixel)?;
    let mut pixels = RgbaImage::new(size.0, size.1);
    let mut notices = std::mem::take(&mut frames.notices);
    frames.begin(&mut pixels);
    if let Err(error) = frames.rows(&mut pixels) {
        // Once more, whatever the checksums say; the colors of what is missing are unknown.
        frames = PngFrames::new(bytes, budget, false).map_err(Error::failed)?;
        pixels.fill(0);
        frames.begin(&mut pixels);
        let _ = frames.rows(&mut pixels);
        if frames.done == 0 {
            return Err(Error::failed(error));
        }
        notices.push(super::damaged(&error));
    }
    let pixels = orientation::upright(pixels, orientation::read(exif(bytes.as_ref())));
    Ok(Opened { pixels, animation: None, notices })
}

/// Shows the first frame; `None`: there is no whole one.
fn animated(mut frames: PngFrames, plays: u32) -> Option<Opened> {
    let (width, height) = frames.reader.info().size();
    let mut pixels = RgbaImage::new(width, height);
    frames.reader = frame_reader(&frames.bytes).ok()?;
    let delay = frames.next(&mut pixels).ok()??;
    let mut notices = std::mem::take(&mut frames.notices);
    if !has(frames.bytes.as_ref(), *b"IEND") {
        notices.push(super::damaged("the file ends early"));
    }
    let plays = (plays > 0).then_some(plays);
    let animation = Some(Animation::new(Box::new(frames), plays, delay));
    Some(Opened { pixels, animation, notices })
}

/// How the rows are written once the decoder has expanded palettes and few bits.
#[derive(Clone, Copy)]
struct Samples {
    channels: Channels,
    depth: Depth,
}

impl Samples {
    fn of(reader: &Reader<WithoutExif>) -> Self {
        let (color, depth) = reader.output_color_type();
        let channels = match color {
            ColorType::Grayscale => Channels::Gray,
            ColorType::GrayscaleAlpha => Channels::GrayAlpha,
            ColorType::Rgb | ColorType::Indexed => Channels::Rgb,
            ColorType::Rgba => Channels::Rgba,
        };
        let depth = if depth == BitDepth::Sixteen { Depth::SixteenBig } else { Depth::Eight };
        Self { channels, depth }
    }

    /// Of one pixel.
    fn bytes(self) -> usize {
        self.channels.count() * self.depth.bytes()
    }
}

struct PngFrames {
    bytes: Bytes,
    reader: Reader<WithoutExif>,
    layout: Samples,
    converter: Converter,
    /// What is wrong with its head or its colors.
    notices: Vec<String>,
    compositor: Compositor,
    /// Frames read, or the picture that is none of the animation's.
    read: u32,
    /// Rows of the last frame that were read.
    done: u32,
    samples: Vec<u8>,
    row: Vec<u8>,
}

/// The size, which stands at the same place in every file.
fn size(file: &[u8]) -> Option<(u32, u32)> {
    let [a, b, c, d, e, f, g, h] = *file.get(16..)?.first_chunk()?;
    Some((u32::from_be_bytes([a, b, c, d]), u32::from_be_bytes([e, f, g, h])))
}

/// Reads up to the pixels. What the decoder takes, which is rows, is held to the budget.
fn reader(bytes: &Bytes, budget: Budget, strict: bool) -> Failure<Reader<WithoutExif>> {
    let mut decoder = decoder(bytes, strict, budget.bytes());
    decoder.set_ignore_iccp_chunk(true);
    decoder.read_info().map_err(|error| match error {
        DecodingError::LimitsExceeded => budget.exceeded(),
        error => error.to_string(),
    })
}

/// The same for an animation: the decoder counts a row for every frame and gives none back, so
/// the limit is no use there. Rows are all that it takes: of the chunks that may be long it skips
/// texts and profiles, and does not see Exif data.
fn frame_reader(bytes: &Bytes) -> Failure<Reader<WithoutExif>> {
    let mut decoder = decoder(bytes, true, u64::MAX);
    decoder.set_ignore_iccp_chunk(true);
    decoder.read_info().map_err(|error| error.to_string())
}

/// The color profile, by a reader of its own, which ends before there are pixels: a large profile
/// is no reason to refuse the picture. `None`: it is damaged or too large.
fn profile(bytes: &Bytes, budget: Budget) -> Option<Vec<u8>> {
    let row = size(bytes.as_ref()).map_or(0, |(width, _)| u64::from(width)).saturating_mul(ROWS);
    // It is copied once.
    let limit = row.saturating_add(METADATA).min(budget.bytes() / 2);
    let reader = decoder(bytes, false, limit).read_info().ok()?;
    reader.info().icc_profile.as_deref().map(<[u8]>::to_vec)
}

fn decoder(bytes: &Bytes, strict: bool, limit: u64) -> Decoder<WithoutExif> {
    let mut options = DecodeOptions::default();
    options.set_ignore_checksums(!strict);
    options.set_ignore_text_chunk(true);
    let mut decoder = Decoder::new_with_options(WithoutExif::new(bytes), options);
    decoder.set_limits(Limits { bytes: usize::try_from(limit).unwrap_or(usize::MAX) });
    decoder.set_transformations(Transformations::EXPAND);
    decoder
}

impl PngFrames {
    fn new(bytes: &Bytes, budget: Budget, strict: bool) -> Failure<Self> {
        let mut notices = Vec::new();
        let reader = match reader(bytes, budget, strict) {
            Err(error) if strict => {
                notices.push(super::damaged(&error));
                reader(bytes, budget, false)?
            }
            reader => reader?,
        };
        let layout = Samples::of(&reader);
        let profile = || has(bytes.as_ref(), *b"iCCP").then(|| profile(bytes, budget));
        let (space, notice) = space(reader.info(), profile);
        notices.extend(notice);
        let (converter, notice) = Converter::new(layout.channels, layout.depth, &space);
        notices.extend(notice);
        Ok(Self {
            bytes: bytes.clone(),
            reader,
            layout,
            converter,
            notices,
            compositor: Compositor::default(),
            read: 0,
            done: 0,
            samples: Vec::new(),
            row: Vec::new(),
        })
    }

    /// Prepares for the rows of a picture that is as large as the canvas.
    fn begin(&mut self, canvas: &mut RgbaImage) {
        let (width, height) = canvas.dimensions();
        let place = Rect { x: 0, y: 0, width, height };
        self.compositor.begin(canvas, place, Blend::Source, Dispose::Keep);
    }

    /// Reads the rows of the frame that was begun.
    fn rows(&mut self, canvas: &mut RgbaImage) -> Failure<()> {
        let fail = |error: DecodingError| error.to_string();
        let (width, height) = match self.reader.info().frame_control() {
            Some(control) => (control.width, control.height),
            None => self.reader.info().size(),
        };
        self.done = 0;
        let length = width as usize * self.layout.bytes();
        self.row.resize(width as usize * 4, 0);
        if self.reader.info().interlaced {
            let whole = self.reader.output_buffer_size().ok_or("too large")?;
            let stride = self.reader.output_line_size(self.reader.info().width);
            let stride = stride.ok_or("too large")?;
            self.samples.clear();
            self.samples.resize(whole, 0);
            let result = self.reader.next_frame(&mut self.samples).map_err(fail).map(|_| ());
            let samples = std::mem::take(&mut self.samples);
            if result.is_ok() || samples.iter().any(|sample| *sample != 0) {
                for line in samples.chunks_exact(stride).take(height as usize) {
                    self.put(canvas, &line[..length]);
                }
            }
            return result;
        }
        let mut samples = std::mem::take(&mut self.samples);
        samples.resize(length, 0);
        let mut result = Ok(());
        for _ in 0..height {
            result = self.reader.read_row(&mut samples).map_err(fail).map(|_| ());
            if result.is_err() {
                break;
            }
            self.put(canvas, &samples);
        }
        self.samples = samples;
        result?;
        // The checksum comes after the last row.
        self.reader.read_row(&mut []).map_err(fail).map(|_| ())
    }

    fn put(&mut self, canvas: &mut RgbaImage, samples: &[u8]) {
        let mut row = std::mem::take(&mut self.row);
        self.converter.row(samples, &mut row);
        self.compositor.row(canvas, self.done, &row);
        self.row = row;
        self.done += 1;
    }
}

impl Frames for PngFrames {
    fn next(&mut self, canvas: &mut RgbaImage) -> Failure<Option<f64>> {
        let count = self.reader.info().animation_control().map_or(0, |control| control.num_frames);
        let fail = |error: DecodingError| error.to_string();
        let first = self.read == 0;
        // A picture without a control of its own is for programs that know no animations.
        let apart = first && self.reader.info().frame_control().is_none();
        if self.read >= count {
            return Ok(None);
        }
        if !first || apart {
            self.reader.next_frame_info().map_err(fail)?;
        }
        self.read += 1;
        let control = *self.reader.info().frame_control().ok_or("a frame without a control")?;
        let place = Rect {
            x: control.x_offset,
            y: control.y_offset,
            width: control.width,
            height: control.height,
        };
        let blend = match control.blend_op {
            BlendOp::Source => Blend::Source,
            BlendOp::Over => Blend::Over,
        };
        let dispose = match control.dispose_op {
            DisposeOp::None => Dispose::Keep,
            DisposeOp::Background => Dispose::Background,
            // There is nothing before the first frame.
            DisposeOp::Previous if first => Dispose::Background,
            DisposeOp::Previous => Dispose::Previous,
        };
        self.compositor.begin(canvas, place, blend, dispose);
        self.rows(canvas)?;
        // The second number counts the first in a second; 0 stands for 100.
        let per_second = if control.delay_den == 0 { 100 } else { control.delay_den };
        Ok(Some(f64::from(control.delay_num) * 1000.0 / f64::from(per_second)))
    }

    fn rewind(&mut self) -> Failure<()> {
        self.reader = frame_reader(&self.bytes)?;
        self.compositor = Compositor::default();
        self.read = 0;
        Ok(())
    }
}

/// What its chunks say about colors, and what is wrong with them; the first that is understood
/// counts (PNG, third edition, 4.3). `profile`: `None` if there is none, and `Some(None)` if it cannot
/// be read.
fn space(
    info: &Info<'_>,
    profile: impl FnOnce() -> Option<Option<Vec<u8>>>,
) -> (Space, Option<String>) {
    if let Some(points) = info.coding_independent_code_points
        && let Some(space) = Space::from_cicp(
            points.color_primaries,
            points.transfer_function,
            points.is_video_full_range_image,
        )
    {
        return (space, None);
    }
    let unreadable = match profile() {
        Some(Some(profile)) => return (Space::Icc(profile), None),
        profile => profile.is_some(),
    };
    let space = if info.srgb.is_some() {
        Space::Srgb
    } else {
        let at = |(x, y): (png::ScaledFloat, png::ScaledFloat)| [x.into_value(), y.into_value()];
        let primaries = info
            .chrm_chunk
            .map(|chunk| [at(chunk.white), at(chunk.red), at(chunk.green), at(chunk.blue)]);
        Space::from_gamma(info.gama_chunk.map(png::ScaledFloat::into_value), primaries)
    };
    let notice = unreadable.then(|| {
        let instead = match space {
            Space::Srgb => "sRGB is assumed",
            _ => "its gamma and primaries are used",
        };
        format!("its color profile cannot be used (damaged or too large); {instead}")
    });
    (space, notice)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::show::picture::tests::png_chunk;

    #[test]
    fn the_decoder_gets_no_exif_data_between_frames() {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, 1, 1);
        encoder.set_animated(3, 1).unwrap();
        let mut writer = encoder.write_header().unwrap();
        for shade in [10, 20, 30] {
            writer.write_image_data(&[shade]).unwrap();
        }
        writer.finish().unwrap();
        let frame = bytes.windows(4).rposition(|name| name == b"fcTL").unwrap() - 4;
        let large = png_chunk(b"eXIf", &vec![0; 1 << 20]);
        let bytes = [&bytes[..frame], &large, &bytes[frame..]].concat();
        let bytes = Bytes(Arc::new(bytes));
        let mut frames = PngFrames::new(&bytes, Budget::of_bytes(4096), true).unwrap();
        frames.reader = frame_reader(&bytes).unwrap();
        let mut canvas = RgbaImage::new(1, 1);
        let mut shades = Vec::new();
        while frames.next(&mut canvas).unwrap().is_some() {
            shades.push(canvas.get_pixel(0, 0)[0]);
        }
        assert_eq!(shades, [10, 20, 30]);
        assert!(frames.reader.info().exif_metadata.is_none());
    }
}
