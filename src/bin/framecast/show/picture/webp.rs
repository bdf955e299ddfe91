//! WebP: stills, and animations frame by frame.
//!
//! image-webp decodes stills. Of animations it ignores how frames are disposed of, so each frame
//! becomes a still for it, and the canvas is ours.

use framecast::{Error, Result};
use image::RgbaImage;
use image_webp::WebPDecoder;

use super::animation::{Animation, Frames};
use super::budget::Budget;
use super::color::{Channels, Converter, Depth, Space};
use super::compositor::{Blend, Compositor, Dispose, Rect};
use super::riff::{Bitstream, Chunks, Frame, Header, Parts};
use super::{Bytes, Opened, orientation, vp8l};

/// Bytes a pixel while a frame is decoded: the result, luma and chroma, and alpha, which is
/// decoded as if it were a lossless picture.
const LOSSY: u64 = 4 + 2 + 4 + 1;
/// The same of a lossless one: the result, and a copy if it has no alpha.
const LOSSLESS: u64 = 3 + 4;

/// Opens a WebP.
pub(super) fn open(bytes: &Bytes, budget: Budget) -> Result<Opened> {
    let file = bytes.as_ref();
    let header = Header::read(file).map_err(Error::failed)?;
    let space = header.profile.clone().map(|range| Space::Icc(file[range].to_vec()));
    let space = space.unwrap_or_default();
    if let Some(animation) = header.animation {
        budget.check_animation(animation.size, LOSSY, false)?;
        let (mut frames, notice) = WebpFrames::new(bytes, budget, animation.first, &space);
        let mut notices = Vec::from_iter(notice);
        let mut canvas = RgbaImage::new(animation.size.0, animation.size.1);
        let delay = frames.next(&mut canvas).map_err(Error::failed)?;
        let delay = delay.ok_or_else(|| Error::failed("a WebP without a frame"))?;
        if header.cut {
            notices.push(super::damaged("the file ends early"));
        }
        let plays = (animation.plays > 0).then_some(animation.plays.into());
        let animation = Some(Animation::new(Box::new(frames), plays, delay));
        return Ok(Opened { pixels: canvas, animation, notices });
    }
    let mut image = header.image.ok_or_else(|| Error::failed("a WebP without a picture"))?;
    let decoding = if image.lossless { LOSSLESS } else { LOSSY };
    budget.check_still(image.size, decoding)?;
    image.continue_lossy(file).map_err(Error::failed)?;
    let beside = beside(file, &image).map_err(Error::failed)?;
    budget.check_still_and(image.size, decoding, beside)?;
    let mut notices = Vec::new();
    let mut pixels = if image.cut {
        notices.push(super::damaged("the file ends early"));
        begun(bytes, &image).map_err(Error::failed)?
    } else {
        decode(bytes, &image, 0).map_err(Error::failed)?
    };
    let (mut converter, notice) = Converter::new(Channels::Rgba, Depth::Eight, &space);
    notices.extend(notice);
    if !converter.keeps() {
        let row = pixels.width() as usize * 4;
        pixels.chunks_exact_mut(row).for_each(|row| converter.row_in_place(row));
    }
    let exif = header.exif.map(|range| &file[range]);
    let pixels = orientation::upright(pixels, orientation::read(exif));
    Ok(Opened { pixels, animation: None, notices })
}

/// Bytes that decoding a picture takes, however few pixels it has.
fn beside(file: &[u8], image: &Bitstream) -> std::result::Result<u64, String> {
    let codes = match image.coded_losslessly(file) {
        Some(data) => vp8l::codes(data, image.size)?,
        None => 0,
    };
    Ok(codes + image.copied())
}

/// Decodes one picture. What a cut one lacks is taken for bytes of this value.
fn decode(bytes: &Bytes, image: &Bitstream, missing: u8) -> std::result::Result<RgbaImage, String> {
    let fail = |error: image_webp::DecodingError| error.to_string();
    let mut decoder = WebPDecoder::new(Parts::still(bytes, image, missing)).map_err(fail)?;
    let (width, height) = decoder.dimensions();
    if (width, height) != image.size {
        return Err("its sizes contradict each other".into());
    }
    let mut samples = vec![0; decoder.output_buffer_size().ok_or("too large")?];
    decoder.read_image(&mut samples).map_err(fail)?;
    if decoder.has_alpha() {
        return RgbaImage::from_raw(width, height, samples).ok_or_else(|| "too large".into());
    }
    let mut pixels = RgbaImage::new(width, height);
    for (pixel, [r, g, b]) in pixels.pixels_mut().zip(samples.as_chunks::<3>().0) {
        pixel.0 = [*r, *g, *b, 255];
    }
    Ok(pixels)
}

/// The upper rows of a cut picture, which are the same whatever came after the cut.
fn begun(bytes: &Bytes, image: &Bitstream) -> std::result::Result<RgbaImage, String> {
    let width = image.size.0 as usize * 4;
    let mut sums: Vec<u64> = Vec::new();
    {
        let other = decode(bytes, image, 0xff)?;
        sums.extend(other.as_raw().chunks_exact(width).map(sum));
    }
    let mut pixels = decode(bytes, image, 0)?;
    let rows = pixels.as_raw().chunks_exact(width);
    let mut whole = rows.zip(&sums).take_while(|(row, other)| sum(row) == **other).count();
    if !image.lossless && whole < sums.len() {
        // What differs is somewhere in a row of macroblocks; filters reach three rows above it, of
        // colors, too, which have half as many.
        whole = (whole / 16 * 16).saturating_sub(8);
    }
    if whole == 0 {
        return Err("the file ends before the first row of pixels".into());
    }
    pixels.as_mut()[whole * width..].fill(0);
    Ok(pixels)
}

/// Tells rows apart (FNV-1a).
fn sum(row: &[u8]) -> u64 {
    row.iter().fold(0xcbf2_9ce4_8422_2325, |sum, byte| {
        (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

struct WebpFrames {
    bytes: Bytes,
    budget: Budget,
    /// Where the first frame is.
    first: usize,
    chunks: Chunks,
    compositor: Compositor,
    converter: Converter,
}

impl WebpFrames {
    fn new(bytes: &Bytes, budget: Budget, first: usize, space: &Space) -> (Self, Option<String>) {
        let (converter, notice) = Converter::new(Channels::Rgba, Depth::Eight, space);
        let chunks = Chunks::new(first, bytes.as_ref().len());
        let compositor = Compositor::default();
        (Self { bytes: bytes.clone(), budget, first, chunks, compositor, converter }, notice)
    }
}

impl Frames for WebpFrames {
    fn next(&mut self, canvas: &mut RgbaImage) -> std::result::Result<Option<f64>, String> {
        let Some(frame) = Frame::next(self.bytes.as_ref(), &mut self.chunks)? else {
            return Ok(None);
        };
        let (width, height) = frame.image.size;
        let place = Rect { x: frame.x, y: frame.y, width, height };
        // The format allows no frame beyond the canvas, and what is decoded was paid for by that.
        if place.clipped(canvas.dimensions()) != Some(place) {
            return Err("a frame is larger than the canvas".into());
        }
        let beside = beside(self.bytes.as_ref(), &frame.image)?;
        self.budget
            .check_still_and(canvas.dimensions(), LOSSY, beside)
            .map_err(|error| error.to_string())?;
        let mut pixels = decode(&self.bytes, &frame.image, 0)?;
        let blend = if frame.over { Blend::Over } else { Blend::Source };
        let dispose = if frame.clear { Dispose::Background } else { Dispose::Keep };
        self.compositor.begin(canvas, place, blend, dispose);
        for (y, row) in (0..height).zip(pixels.chunks_exact_mut(width as usize * 4)) {
            self.converter.row_in_place(row);
            self.compositor.row(canvas, y, row);
        }
        Ok(Some(f64::from(frame.duration)))
    }

    fn rewind(&mut self) -> std::result::Result<(), String> {
        self.chunks = Chunks::new(self.first, self.bytes.as_ref().len());
        self.compositor = Compositor::default();
        Ok(())
    }
}
