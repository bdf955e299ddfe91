//! GIF: its size, its frames one row at a time, and how often they are played.

use std::io::Cursor;

use framecast::{Error, Result};
use gif::{ColorOutput, DecodeOptions, Decoder, DisposalMethod, MemoryLimit, Repeat};
use image::RgbaImage;

use super::animation::{Animation, Frames};
use super::budget::Budget;
use super::color::{Channels, Converter, Depth, Space};
use super::compositor::{Blend, Compositor, Dispose, Rect};
use super::{Bytes, Opened};

/// A frame of more pixels than so many canvases is none, unless it is of so few.
const BEYOND: u64 = 16;
const SMALL: u64 = 1 << 22;

/// Decoders for one file.
type Reader = Decoder<Cursor<Bytes>>;

/// What the headers of all frames say.
struct Survey {
    size: (u32, u32),
    frames: u32,
    /// Whether a frame brings back what it covered.
    previous: bool,
    /// What is wrong from some frame on.
    damage: Option<String>,
}

/// Opens a GIF.
pub(super) fn open(bytes: &Bytes, budget: Budget) -> Result<Opened> {
    let survey = survey(bytes)?;
    // Frames are decoded by rows; what one covered may be kept.
    budget.check_animation(survey.size, 0, survey.previous)?;
    let mut frames = GifFrames::new(bytes).map_err(Error::failed)?;
    let mut notices = Vec::new();
    if let Some(profile) = frames.reader.icc_profile() {
        let space = Space::Icc(profile.to_vec());
        let (converter, notice) = Converter::new(Channels::Rgb, Depth::Eight, &space);
        frames.converter = (!converter.keeps()).then_some(converter);
        notices.extend(notice);
    }
    let mut canvas = RgbaImage::new(survey.size.0, survey.size.1);
    let delay = match frames.next(&mut canvas) {
        Ok(Some(delay)) => delay,
        Ok(None) => return Err(Error::failed("a GIF without a frame")),
        Err(error) if frames.rows == 0 => return Err(Error::failed(error)),
        Err(error) => {
            notices.push(super::damaged(&error));
            return Ok(Opened { pixels: canvas, animation: None, notices });
        }
    };
    notices.extend(survey.damage.as_deref().map(super::damaged));
    // The number is how often the frames come again after the first time, as Chromium takes it.
    let plays = match frames.reader.repeat() {
        Repeat::Infinite => None,
        Repeat::Finite(again) => Some(u32::from(again) + 1),
    };
    let animation = (survey.frames > 1).then(|| Animation::new(Box::new(frames), plays, delay));
    Ok(Opened { pixels: canvas, animation, notices })
}

fn options() -> DecodeOptions {
    let mut options = DecodeOptions::new();
    options.set_color_output(ColorOutput::Indexed);
    // No more than the file's own size is kept, and only of its metadata.
    options.set_memory_limit(MemoryLimit::Unlimited);
    options.allow_unknown_blocks(true);
    options
}

/// Reads all headers and no pixels.
fn survey(bytes: &Bytes) -> Result<Survey> {
    let mut options = options();
    options.skip_frame_decoding(true);
    let mut reader = options
        .read_info(Cursor::new(bytes.as_ref()))
        .map_err(|error| Error::failed(error.to_string()))?;
    let (mut width, mut height) = (u32::from(reader.width()), u32::from(reader.height()));
    // Without a size of its own it is as large as its frames, as in browsers.
    let sized = width > 0 && height > 0;
    let mut survey = Survey { size: (0, 0), frames: 0, previous: false, damage: None };
    loop {
        match reader.next_frame_info() {
            Ok(Some(frame)) => {
                if !sized || survey.frames == 0 {
                    width = width.max(u32::from(frame.left) + u32::from(frame.width));
                    height = height.max(u32::from(frame.top) + u32::from(frame.height));
                }
                survey.previous |= frame.dispose == DisposalMethod::Previous;
                survey.frames = survey.frames.saturating_add(1);
            }
            Ok(None) => break,
            Err(error) => {
                survey.damage = Some(error.to_string());
                break;
            }
        }
    }
    if survey.frames == 0 {
        let why = survey.damage.unwrap_or_else(|| "a GIF without a frame".into());
        return Err(Error::failed(why));
    }
    if width == 0 || height == 0 {
        return Err(Error::failed("a GIF without pixels"));
    }
    survey.size = (width, height);
    Ok(survey)
}

struct GifFrames {
    bytes: Bytes,
    reader: Reader,
    compositor: Compositor,
    /// For the palettes, if they are not in sRGB.
    converter: Option<Converter>,
    /// Rows of the last frame that were read.
    rows: u32,
    indices: Vec<u8>,
    row: Vec<u8>,
}

impl GifFrames {
    fn new(bytes: &Bytes) -> std::result::Result<Self, String> {
        let reader =
            options().read_info(Cursor::new(bytes.clone())).map_err(|error| error.to_string())?;
        Ok(Self {
            bytes: bytes.clone(),
            reader,
            compositor: Compositor::default(),
            converter: None,
            rows: 0,
            indices: Vec::new(),
            row: Vec::new(),
        })
    }

    /// The color of each index.
    fn palette(&mut self, transparent: Option<u8>) -> [[u8; 4]; 256] {
        let mut colors = [[0; 4]; 256];
        let palette = self.reader.palette().unwrap_or_default();
        let length = palette.len().min(3 * 256) / 3;
        let flat = colors.as_flattened_mut();
        let (samples, pixels) = (&palette[..length * 3], &mut flat[..length * 4]);
        if let Some(converter) = &mut self.converter {
            converter.row(samples, pixels);
        } else {
            let pixels = pixels.as_chunks_mut::<4>().0.iter_mut();
            for (pixel, [r, g, b]) in pixels.zip(samples.as_chunks::<3>().0) {
                *pixel = [*r, *g, *b, 255];
            }
        }
        if let Some(transparent) = transparent {
            colors[usize::from(transparent)] = [0; 4];
        }
        colors
    }
}

impl Frames for GifFrames {
    fn next(&mut self, canvas: &mut RgbaImage) -> std::result::Result<Option<f64>, String> {
        let fail = |error: gif::DecodingError| error.to_string();
        self.rows = 0;
        let Some(frame) = self.reader.next_frame_info().map_err(fail)? else { return Ok(None) };
        let place = Rect {
            x: frame.left.into(),
            y: frame.top.into(),
            width: frame.width.into(),
            height: frame.height.into(),
        };
        let (transparent, interlaced) = (frame.transparent, frame.interlaced);
        let delay = f64::from(frame.delay) * 10.0;
        let dispose = match frame.dispose {
            DisposalMethod::Any | DisposalMethod::Keep => Dispose::Keep,
            DisposalMethod::Background => Dispose::Background,
            DisposalMethod::Previous => Dispose::Previous,
        };
        self.compositor.begin(canvas, place, Blend::Over, dispose);
        // What is beyond the canvas is not even decoded.
        let Some(visible) = place.clipped(canvas.dimensions()) else { return Ok(Some(delay)) };
        let palette = self.palette(transparent);
        self.indices.resize(place.width as usize, 0);
        let needed = needed(place.height, visible.height, interlaced);
        let pixels = u64::from(needed) * u64::from(place.width);
        let (width, height) = canvas.dimensions();
        if pixels > (u64::from(width) * u64::from(height) * BEYOND).max(SMALL) {
            return Err("a frame is much larger than the canvas".into());
        }
        for y in rows(place.height, interlaced).take(needed as usize) {
            match self.reader.fill_buffer(&mut self.indices) {
                Ok(true) => {}
                Ok(false) => return Err("its pixels end early".into()),
                Err(error) => return Err(error.to_string()),
            }
            self.rows += 1;
            self.row.clear();
            let indices = self.indices.iter().take(visible.width as usize);
            self.row.extend(indices.flat_map(|index| palette[usize::from(*index)]));
            self.compositor.row(canvas, y, &self.row);
        }
        Ok(Some(delay))
    }

    fn rewind(&mut self) -> std::result::Result<(), String> {
        let converter = self.converter.take();
        *self = Self::new(&self.bytes)?;
        self.converter = converter;
        Ok(())
    }
}

/// How many rows of a frame come up to the last visible one.
fn needed(height: u32, visible: u32, interlaced: bool) -> u32 {
    if !interlaced {
        return visible;
    }
    let order = (1..).zip(rows(height, true));
    order.filter(|(_, y)| *y < visible).map(|(count, _)| count).max().unwrap_or(0)
}

/// The rows of a frame in the order of the file.
fn rows(height: u32, interlaced: bool) -> impl Iterator<Item = u32> {
    // GIF89a, appendix E.
    let passes: &[(u32, usize)] =
        if interlaced { &[(0, 8), (4, 8), (2, 4), (1, 2)] } else { &[(0, 1)] };
    passes.iter().flat_map(move |(start, step)| (*start..height).step_by(*step))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read_up_to_the_last_visible_one() {
        assert_eq!(needed(30_000, 1, false), 1);
        assert_eq!(needed(30_000, 1, true), 1);
        assert_eq!(needed(16, 16, true), 16);
        // Row 1 is the first of the last pass.
        assert_eq!(needed(16, 2, true), 9);
    }
}
