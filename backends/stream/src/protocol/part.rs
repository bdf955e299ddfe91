//! Pictures of some tiles, as binary messages.

use std::sync::Arc;

use bytes::Bytes;
use framecast_api::PhysicalSize;

use crate::tiles::{EncodedTile, Encoding, Grid};

/// Bytes before the tile list of a part.
pub(super) const HEADER: usize = 88;
/// As many as every header has. What follows came later, and a reader passes over what it does not know.
pub(super) const LEAST_HEADER: usize = 80;
pub(super) const PART: u8 = 2;
pub(super) const LAST: u8 = 1;
pub(super) const EXACT: u8 = 2;
/// What a composed picture needs besides its tiles' bytes: in all, and for each tile.
const ROOM: usize = 1024;
const ROOM_PER_TILE: usize = 32;

/// What stands before the tiles of a part of an update. Times are seconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PartHeader {
    pub(crate) update: u32,
    pub(crate) part: u16,
    pub(crate) last: bool,
    /// With this update the client has the frame's pixels, exactly.
    pub(crate) exact: bool,
    pub(crate) grid: Grid,
    pub(crate) size: PhysicalSize,
    pub(crate) ratio: f64,
    pub(crate) sequence: u64,
    pub(crate) input: Option<f64>,
    pub(crate) drawn: f64,
    pub(crate) presented: f64,
    pub(crate) encoded: f64,
    pub(crate) sent: f64,
}

impl PartHeader {
    /// Writes the header and the tile list.
    pub(crate) fn print(
        &self,
        encoding: Encoding,
        tiles: impl ExactSizeIterator<Item = u16>,
        out: &mut Vec<u8>,
    ) {
        let flags = if self.last { LAST | if self.exact { EXACT } else { 0 } } else { 0 };
        let (width, height) = self.grid.tile_size();
        out.extend_from_slice(&[PART, encoding.codec().number()]);
        out.extend_from_slice(&(HEADER as u16).to_le_bytes());
        out.extend_from_slice(&self.update.to_le_bytes());
        out.extend_from_slice(&self.part.to_le_bytes());
        out.extend_from_slice(&[flags, 0]);
        for number in [tiles.len() as u16, width, height, 0] {
            out.extend_from_slice(&number.to_le_bytes());
        }
        for number in [self.size.width, self.size.height, 0] {
            out.extend_from_slice(&number.to_le_bytes());
        }
        self.print_times(out);
        for tile in tiles {
            out.extend_from_slice(&tile.to_le_bytes());
        }
    }

    /// Writes the ratio, the frame's number and the times.
    pub(super) fn print_times(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.ratio.to_le_bytes());
        out.extend_from_slice(&self.sequence.to_le_bytes());
        let input = self.input.unwrap_or(f64::NAN);
        for time in [input, self.drawn, self.encoded, self.sent, self.presented] {
            out.extend_from_slice(&time.to_le_bytes());
        }
    }
}

/// A tile's number and encoding.
pub(crate) type NumberedTile = (u16, Arc<EncodedTile>);

/// One message of an update: a picture of some tiles.
#[derive(Debug)]
pub struct Part {
    pub(crate) header: PartHeader,
    pub(crate) encoding: Encoding,
    pub(crate) tiles: Vec<(u16, Arc<EncodedTile>)>,
}

impl Part {
    /// The most tiles in one part.
    pub(crate) const MOST_TILES: usize = 256;
    /// Bytes after which another part begins: several are decoded side by side, and no more than this is copied for a
    /// client that stopped reading. It also holds on to the encodings of the parts that are still to be sent, which
    /// others may share.
    const BYTES: usize = 48 * 1024;

    /// Cuts the tiles of an update into parts. Those of one part have one encoding.
    pub(crate) fn cut(
        header: PartHeader,
        mut tiles: Vec<NumberedTile>,
    ) -> impl ExactSizeIterator<Item = Part> {
        tiles.sort_by_key(|(n, encoded)| (encoded.encoding(), *n));
        let mut parts: Vec<(Encoding, Vec<NumberedTile>)> = Vec::new();
        let mut size = 0;
        for (n, encoded) in tiles {
            size += encoded.len();
            match parts.last_mut() {
                Some((encoding, part))
                    if *encoding == encoded.encoding()
                        && part.len() < Self::MOST_TILES
                        && size <= Self::BYTES =>
                {
                    part.push((n, encoded));
                }
                _ => {
                    size = encoded.len();
                    parts.push((encoded.encoding(), vec![(n, encoded)]));
                }
            }
        }
        let last = parts.len().saturating_sub(1);
        parts.into_iter().enumerate().map(move |(number, (encoding, tiles))| {
            let header = PartHeader { part: number as u16, last: number == last, ..header };
            Part { header, encoding, tiles }
        })
    }

    /// Returns the message. This copies the tiles: call it while holding no lock.
    #[must_use]
    pub fn into_bytes(self) -> Bytes {
        let numbers = self.tiles.iter().map(|(n, _)| *n);
        let encoded: Vec<_> = self.tiles.iter().map(|(_, encoded)| Arc::clone(encoded)).collect();
        let bytes: usize = encoded.iter().map(|encoded| encoded.len() + ROOM_PER_TILE).sum();
        let mut message = Vec::with_capacity(HEADER + ROOM + bytes);
        self.header.print(self.encoding, numbers, &mut message);
        self.encoding.codec().compose(&self.header.grid, &encoded, &mut message);
        message.into()
    }
}
