//! The picture that parts of updates add up to.

use std::io::Cursor;

use framecast_api::{Error, PhysicalSize, Result};
use framecast_stream::{PictureEncoding, ReadPart, TileUpdate};
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

/// The most pixels in the picture file of one part: 64 MiB of RGBA. Those that are written have a tenth of it.
const MAX_PART: u64 = 1 << 24;

/// A picture in RGBA that parts are drawn into.
#[derive(Debug, Default)]
pub struct Picture {
    size: Option<PhysicalSize>,
    ratio: f64,
    pixels: Vec<[u8; 4]>,
    /// What is decoded, before it is cut into tiles.
    decoded: Vec<u8>,
}

impl Picture {
    /// Creates a picture without pixels.
    #[must_use]
    pub fn new() -> Self {
        Self { ratio: 1.0, ..Self::default() }
    }

    /// Returns the size in physical pixels; `None` before the first part.
    #[must_use]
    pub fn size(&self) -> Option<PhysicalSize> {
        self.size
    }

    /// Returns the physical pixels per logical pixel.
    #[must_use]
    pub fn ratio(&self) -> f64 {
        self.ratio
    }

    /// Returns the pixels, RGBA, row by row.
    #[must_use]
    pub fn pixels(&self) -> &[[u8; 4]] {
        &self.pixels
    }

    /// Draws the tiles of `part`. A part of another size begins anew, in black.
    ///
    /// # Errors
    /// "Failed" if its picture cannot be decoded, or is not as large as the part says. The tiles then stay as they
    /// were.
    pub fn draw(&mut self, part: &ReadPart<'_>) -> Result<()> {
        if part.picture_size().area() > MAX_PART {
            return Err(Error::failed("a part of the picture is too large"));
        }
        if self.size != Some(part.size) {
            let pixels = part.size.bytes()? / 4;
            self.pixels.clear();
            self.pixels.resize(pixels, [0, 0, 0, 255]);
            self.size = Some(part.size);
        }
        self.ratio = part.ratio;
        let mut decoded = std::mem::take(&mut self.decoded);
        let drawn = match part.encoding {
            PictureEncoding::Jpeg => jpeg(part, &mut decoded),
            PictureEncoding::Png => png(part, &mut decoded),
            _ => Err(Error::failed("a part of the picture has an unknown encoding")),
        };
        if drawn.is_ok() {
            self.blit(part, &decoded);
        }
        self.decoded = decoded;
        drawn
    }

    /// Draws the tiles of `update`; see [`draw`](Self::draw).
    ///
    /// # Errors
    /// The first error of a part. The other parts are drawn all the same.
    pub fn draw_update(&mut self, update: TileUpdate) -> Result<()> {
        let mut drawn = Ok(());
        for message in update.messages(0, false) {
            let part = ReadPart::parse(&message).map_err(|error| Error::failed(error.to_string()));
            drawn = drawn.and(part.and_then(|part| self.draw(&part)));
        }
        drawn
    }

    /// Copies the tiles out of the decoded RGBA.
    fn blit(&mut self, part: &ReadPart<'_>, decoded: &[u8]) {
        let (width, height) = (usize::from(part.tile_size.0), usize::from(part.tile_size.1));
        let (frame_width, frame_height) = (part.size.width as usize, part.size.height as usize);
        let columns = frame_width.div_ceil(width);
        let (source, _) = decoded.as_chunks::<4>();
        for (index, tile) in part.tiles.iter().enumerate() {
            let (x, y) =
                (usize::from(*tile) % columns * width, usize::from(*tile) / columns * height);
            let (inside_x, inside_y) = (width.min(frame_width - x), height.min(frame_height - y));
            for row in 0..inside_y {
                let from = (index * height + row) * width;
                let to = (y + row) * frame_width + x;
                self.pixels[to..to + inside_x].copy_from_slice(&source[from..from + inside_x]);
            }
        }
    }
}

fn jpeg(part: &ReadPart<'_>, decoded: &mut Vec<u8>) -> Result<()> {
    let size = part.picture_size();
    let options = DecoderOptions::default()
        .set_max_width(size.width as usize)
        .set_max_height(size.height as usize)
        .set_strict_mode(true)
        .jpeg_set_out_colorspace(ColorSpace::RGBA);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(part.picture), options);
    let failed = |error: zune_jpeg::errors::DecodeErrors| {
        Error::failed(format!("a JPEG in the recording cannot be decoded: {error}"))
    };
    decoder.decode_headers().map_err(failed)?;
    let (width, height) = decoder.dimensions().unwrap_or_default();
    is_size(size, width as u64, height as u64)?;
    decoded.resize(width * height * 4, 0);
    decoder.decode_into(decoded).map_err(failed)
}

fn png(part: &ReadPart<'_>, decoded: &mut Vec<u8>) -> Result<()> {
    let size = part.picture_size();
    let failed = |error: png::DecodingError| {
        Error::failed(format!("a PNG in the recording cannot be decoded: {error}"))
    };
    let limits = png::Limits { bytes: 4 * MAX_PART as usize };
    let mut decoder = png::Decoder::new_with_limits(Cursor::new(part.picture), limits);
    decoder.set_transformations(png::Transformations::IDENTITY);
    let mut reader = decoder.read_info().map_err(failed)?;
    let info = reader.info();
    is_size(size, info.width.into(), info.height.into())?;
    if (info.color_type, info.bit_depth, info.interlaced)
        != (png::ColorType::Rgb, png::BitDepth::Eight, false)
    {
        return Err(Error::failed("a PNG in the recording is not of 8-bit RGB"));
    }
    decoded.clear();
    decoded.reserve(size.area() as usize * 4);
    while let Some(row) = reader.next_row().map_err(failed)? {
        let (pixels, _) = row.data().as_chunks::<3>();
        decoded.extend(pixels.iter().flat_map(|[red, green, blue]| [*red, *green, *blue, 255]));
    }
    if decoded.len() as u64 != size.area() * 4 {
        return Err(Error::failed("a PNG in the recording has too few rows"));
    }
    Ok(())
}

fn is_size(size: PhysicalSize, width: u64, height: u64) -> Result<()> {
    if (width, height) == (size.width.into(), size.height.into()) {
        return Ok(());
    }
    Err(Error::failed(format!(
        "a picture in the recording has {width}x{height} pixels instead of {size}"
    )))
}
