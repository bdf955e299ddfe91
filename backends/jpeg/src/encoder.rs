use std::fmt;
use std::sync::Arc;

use crate::cpu::{self, Instructions};
use crate::kernel::Tables;
use crate::quantization::Quantization;
use crate::sampling::Sampling;
use crate::scan::{Scratch, Task};
use crate::{Error, Pixels, markers};

/// Encodes pictures, or tiles that are composed into pictures later, with one quality and sampling.
///
/// From the first picture on it keeps about 60 KiB of memory to compute in, so use one for many pictures.
/// Cloning it copies only the settings.
pub struct Encoder {
    quality: u8,
    sampling: Sampling,
    instructions: Instructions,
    tables: Arc<Tables>,
    scratch: Option<Scratch>,
}

impl Encoder {
    /// An encoder for this quality, 1 to 100 (others are brought into that range). Qualities are
    /// those of libjpeg: the tables of ITU-T T.81, annex K, scaled.
    pub fn new(quality: u8, sampling: Sampling) -> Self {
        Self::build(quality, sampling, Instructions::best())
    }

    /// As [`new`](Self::new), with other instructions than the quickest. `None`: this processor has
    /// not got them. What is encoded is the same.
    pub fn with_instructions(
        quality: u8,
        sampling: Sampling,
        instructions: Instructions,
    ) -> Option<Self> {
        instructions.are_available().then(|| Self::build(quality, sampling, instructions))
    }

    fn build(quality: u8, sampling: Sampling, instructions: Instructions) -> Self {
        let quality = quality.clamp(1, 100);
        Self { quality, sampling, instructions, tables: tables(quality), scratch: None }
    }

    /// Encodes with another quality from now on, 1 to 100.
    pub fn set_quality(&mut self, quality: u8) {
        let quality = quality.clamp(1, 100);
        if quality != self.quality {
            (self.quality, self.tables) = (quality, tables(quality));
        }
    }

    /// Encodes with another sampling from now on.
    pub fn set_sampling(&mut self, sampling: Sampling) {
        self.sampling = sampling;
    }

    /// 1 to 100.
    pub fn quality(&self) -> u8 {
        self.quality
    }

    /// How many color samples there are.
    pub fn sampling(&self) -> Sampling {
        self.sampling
    }

    /// Appends `picture` as a JPEG file.
    ///
    /// ```
    /// use framecast_jpeg::{Encoder, Pixels, Sampling};
    /// let pixels = vec![200; 640 * 480 * 4];
    /// let mut jpeg = Vec::new();
    /// let picture = Pixels::new(&pixels, 640, 480, 640 * 4)?;
    /// Encoder::new(80, Sampling::Quarter).encode(&picture, &mut jpeg);
    /// assert_eq!((&jpeg[..2], &jpeg[jpeg.len() - 2..]), (&[0xff, 0xd8][..], &[0xff, 0xd9][..]));
    /// # Ok::<(), framecast_jpeg::Error>(())
    /// ```
    pub fn encode(&mut self, picture: &Pixels<'_>, out: &mut Vec<u8>) {
        // A file cannot be longer than memory.
        let _ = self.encode_within(picture, usize::MAX, out);
    }

    /// As [`encode`](Self::encode), if the file has no more than `most` bytes.
    ///
    /// # Errors
    /// If it would have more. It stops there; `out` is as it was.
    pub fn encode_within(
        &mut self,
        picture: &Pixels<'_>,
        most: usize,
        out: &mut Vec<u8>,
    ) -> Result<(), Error> {
        let start = out.len();
        let most_in_all = start.saturating_add(most.saturating_sub(markers::EOI.len()));
        let size = (picture.width() as u16, picture.height() as u16);
        markers::begin(out, size, self.sampling, &self.tables, 0);
        if self.write(picture, (picture.width(), picture.height()), most_in_all, out) {
            out.extend_from_slice(&markers::EOI);
            return Ok(());
        }
        out.truncate(start);
        Err(Error::new(format!(
            "{} × {} pixels as a JPEG of quality {} take more than {most} bytes",
            picture.width(),
            picture.height(),
            self.quality
        )))
    }

    /// Appends the entropy-coded segment of a tile: what stands between two restart markers.
    ///
    /// A tile that is smaller than `size` is continued by repeating its last pixels, so that all
    /// tiles of a picture have one size.
    ///
    /// # Errors
    /// If the tile is larger than `size`.
    pub fn encode_tile(
        &mut self,
        tile: &Pixels<'_>,
        size: TileSize,
        out: &mut Vec<u8>,
    ) -> Result<(), Error> {
        let (width, height) = (usize::from(size.width), usize::from(size.height));
        if tile.width() > width || tile.height() > height {
            return Err(Error::new(format!(
                "a tile of {} × {} pixels is larger than {width} × {height}",
                tile.width(),
                tile.height()
            )));
        }
        self.write(tile, (width, height), usize::MAX, out);
        Ok(())
    }

    /// Appends a JPEG file of tiles, one below the other, from their segments: those that
    /// [`encode_tile`](Self::encode_tile) made with the same quality, sampling and size. This only copies.
    ///
    /// ```
    /// use framecast_jpeg::{Encoder, Pixels, Sampling, TileSize};
    /// let pixels = vec![99; 1280 * 720 * 4];
    /// let mut encoder = Encoder::new(80, Sampling::Half);
    /// let size = TileSize::new(128, 48, Sampling::Half)?;
    /// let mut segments = Vec::new();
    /// for column in 0..10 {
    ///     let tile = Pixels::new(&pixels[column * 128 * 4..], 128, 48, 1280 * 4)?;
    ///     let mut segment = Vec::new();
    ///     encoder.encode_tile(&tile, size, &mut segment)?;
    ///     segments.push(segment);
    /// }
    /// let mut jpeg = Vec::new();
    /// encoder.compose(size, &segments, &mut jpeg)?;
    /// let picture = image::load_from_memory(&jpeg).unwrap();
    /// assert_eq!((picture.width(), picture.height()), (128, 48 * 10));
    /// # Ok::<(), framecast_jpeg::Error>(())
    /// ```
    ///
    /// # Errors
    /// If there are no tiles, or so many that the picture would be higher than 65,535 pixels.
    pub fn compose<S: AsRef<[u8]>>(
        &self,
        size: TileSize,
        segments: &[S],
        out: &mut Vec<u8>,
    ) -> Result<(), Error> {
        compose(self.sampling, &self.tables, size, segments, out)
    }

    /// False: `out` became longer than `most`.
    fn write(
        &mut self,
        pixels: &Pixels<'_>,
        size: (usize, usize),
        most: usize,
        out: &mut Vec<u8>,
    ) -> bool {
        let Self { instructions, sampling, tables, scratch, .. } = self;
        let scratch = scratch.get_or_insert_with(Scratch::new);
        let task = Task { pixels: *pixels, size, sampling: *sampling, tables, most };
        cpu::write(*instructions, &task, scratch, out)
    }
}

impl Clone for Encoder {
    fn clone(&self) -> Self {
        Self { tables: Arc::clone(&self.tables), scratch: None, ..*self }
    }
}

impl fmt::Debug for Encoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Encoder")
            .field("quality", &self.quality)
            .field("sampling", &self.sampling)
            .field("instructions", &self.instructions)
            .finish_non_exhaustive()
    }
}

/// How large the tiles of a picture are. They stand one below the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TileSize {
    width: u16,
    height: u16,
    mcus: u16,
}

impl TileSize {
    /// Tiles of so many pixels.
    ///
    /// # Errors
    /// If a side is 0 or no multiple of an MCU's ([`Sampling::mcu`]), or if a tile has more than
    /// 65,535 MCUs.
    pub fn new(width: u16, height: u16, sampling: Sampling) -> Result<Self, Error> {
        let (mcu_width, mcu_height) = sampling.mcu();
        let whole = width.is_multiple_of(mcu_width) && height.is_multiple_of(mcu_height);
        let mcus = u32::from(width / mcu_width) * u32::from(height / mcu_height);
        match u16::try_from(mcus) {
            Ok(mcus) if whole && mcus > 0 => Ok(Self { width, height, mcus }),
            _ => Err(Error::new(format!(
                "tiles cannot be {width} × {height} pixels: each consists of 1 to 65535 MCUs of \
                 {mcu_width} × {mcu_height}"
            ))),
        }
    }

    /// In pixels.
    pub fn width(self) -> u16 {
        self.width
    }

    /// In pixels.
    pub fn height(self) -> u16 {
        self.height
    }
}

fn tables(quality: u8) -> Arc<Tables> {
    Arc::new(Tables { luma: Quantization::luma(quality), chroma: Quantization::chroma(quality) })
}

fn compose<S: AsRef<[u8]>>(
    sampling: Sampling,
    tables: &Tables,
    size: TileSize,
    segments: &[S],
    out: &mut Vec<u8>,
) -> Result<(), Error> {
    let height = segments.len().saturating_mul(usize::from(size.height));
    let height = u16::try_from(height).ok().filter(|&height| height > 0).ok_or_else(|| {
        Error::new(format!(
            "{} tiles, {} pixels high each, are no picture: its height is 1 to 65535 pixels",
            segments.len(),
            size.height
        ))
    })?;
    let bytes: usize = segments.iter().map(|segment| segment.as_ref().len() + 2).sum();
    out.reserve(bytes + 640);
    markers::begin(out, (size.width, height), sampling, tables, size.mcus);
    for (number, segment) in segments.iter().enumerate() {
        if number > 0 {
            out.extend_from_slice(&markers::restart(number));
        }
        out.extend_from_slice(segment.as_ref());
    }
    out.extend_from_slice(&markers::EOI);
    Ok(())
}
