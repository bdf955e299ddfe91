//! Reads parts of updates, as the viewer does: what a recording is made of. Pure.

use std::fmt;

use framecast_api::PhysicalSize;

use super::part::{EXACT, LAST, LEAST_HEADER, PART};

const MAX_TILES: usize = 256;
const MIN_TILE: u16 = 8;
const MAX_TILE: u16 = 1024;
/// Physical pixels per logical pixel, at most.
const MAX_RATIO: f64 = 64.0;

/// One binary message, checked: a picture of some tiles. The picture is not decoded.
///
/// Read it with [`parse`](Self::parse). Every number is in the range that `PROTOCOL.md` gives, and the tiles grow and
/// lie in the grid, so that nothing has to be checked again.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq)]
pub struct ReadPart<'a> {
    /// How the picture is encoded.
    pub encoding: PictureEncoding,
    /// The number of the update.
    pub update: u32,
    /// The number of the part within the update, from 0.
    pub part: u16,
    /// Whether the update is complete with this part.
    pub last: bool,
    /// Whether the picture is exactly the frame's after this update.
    pub exact: bool,
    /// The frame's size, in physical pixels.
    pub size: PhysicalSize,
    /// Physical pixels per logical pixel.
    pub ratio: f64,
    /// The frame's sequence number.
    pub sequence: u64,
    /// When the frame was drawn, in seconds on the server's clock.
    pub drawn: f64,
    /// Width and height of each tile, in physical pixels.
    pub tile_size: (u16, u16),
    /// The numbers of the tiles, growing. There are ⌈width ÷ tile width⌉ in a row.
    pub tiles: Vec<u16>,
    /// The picture file: one tile wide, and as many tiles high as there are tiles.
    pub picture: &'a [u8],
}

/// How the picture of a part is encoded.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PictureEncoding {
    /// JPEG: about as the frame.
    Jpeg,
    /// PNG: exactly as the frame.
    Png,
}

/// A message that is no part of an update; the text says why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoPart(&'static str);

impl fmt::Display for NoPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for NoPart {}

impl<'a> ReadPart<'a> {
    /// Reads a message.
    ///
    /// # Errors
    /// If it is no part of an update, or if a number in it is out of range.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, NoPart> {
        if bytes.len() < LEAST_HEADER || bytes[0] != PART {
            return Err(NoPart("no part of an update"));
        }
        let encoding = match bytes[1] {
            1 => PictureEncoding::Jpeg,
            2 => PictureEncoding::Png,
            _ => return Err(NoPart("an unknown encoding")),
        };
        let flags = bytes[10];
        let (last, exact) = (flags & LAST != 0, flags & EXACT != 0);
        if flags & !(LAST | EXACT) != 0 || exact && !last {
            return Err(NoPart("unknown flags"));
        }
        let tile_size = (u16_at(bytes, 14), u16_at(bytes, 16));
        if [tile_size.0, tile_size.1].iter().any(|side| !(MIN_TILE..=MAX_TILE).contains(side)) {
            return Err(NoPart("tiles of an impossible size"));
        }
        let size = PhysicalSize::new(u32_at(bytes, 20), u32_at(bytes, 24));
        if size.bytes().is_err() {
            return Err(NoPart("a frame of an impossible size"));
        }
        let ratio = f64_at(bytes, 32);
        if !(ratio > 0.0 && ratio <= MAX_RATIO) {
            return Err(NoPart("an impossible pixel ratio"));
        }
        let input = f64_at(bytes, 48);
        let times = [56, 64, 72].map(|at| f64_at(bytes, at));
        if input.is_infinite() || times.iter().any(|time| !time.is_finite()) {
            return Err(NoPart("a time that is no number"));
        }
        let (header, count) = (usize::from(u16_at(bytes, 2)), usize::from(u16_at(bytes, 12)));
        if header < LEAST_HEADER || count == 0 || count > MAX_TILES {
            return Err(NoPart("an impossible number of tiles"));
        }
        if count * usize::from(tile_size.1) > PhysicalSize::MAX_SIDE as usize {
            return Err(NoPart("a picture that is too high"));
        }
        let end = header + 2 * count;
        let Some((list, picture)) =
            bytes.get(header..).and_then(|rest| rest.split_at_checked(2 * count))
        else {
            return Err(NoPart("cut short"));
        };
        if bytes.len() <= end {
            return Err(NoPart("no picture"));
        }
        let tiles: Vec<u16> = list.chunks_exact(2).map(|two| u16_at(two, 0)).collect();
        let columns = size.width.div_ceil(tile_size.0.into());
        let all = u64::from(columns) * u64::from(size.height.div_ceil(tile_size.1.into()));
        let grows = tiles.windows(2).all(|two| two[0] < two[1]);
        if !grows || tiles.last().is_some_and(|last| u64::from(*last) >= all) {
            return Err(NoPart("tiles that are not in the frame"));
        }
        Ok(Self {
            encoding,
            update: u32_at(bytes, 4),
            part: u16_at(bytes, 8),
            last,
            exact,
            size,
            ratio,
            sequence: u64::from_le_bytes(array(bytes, 40)),
            drawn: times[0],
            tile_size,
            tiles,
            picture,
        })
    }

    /// Returns the size of the picture file, in pixels.
    #[must_use]
    pub fn picture_size(&self) -> PhysicalSize {
        let (width, height) = self.tile_size;
        PhysicalSize::new(width.into(), u32::from(height) * self.tiles.len() as u32)
    }
}

/// The bytes from `at` on; there are as many.
fn array<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    let mut array = [0; N];
    array.copy_from_slice(&bytes[at..at + N]);
    array
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes(array(bytes, at))
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(array(bytes, at))
}

fn f64_at(bytes: &[u8], at: usize) -> f64 {
    f64::from_le_bytes(array(bytes, at))
}
