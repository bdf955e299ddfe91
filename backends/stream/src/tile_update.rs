//! What changed in a picture, for nobody in particular: what a hub hands out and another takes.

use std::sync::Arc;

use bytes::Bytes;
use framecast_api::PhysicalSize;

use crate::protocol::{Part, PartHeader};
use crate::tiles::{EncodedTile, Grid};

/// The tiles of a picture that changed between two revisions, as they were encoded.
///
/// [`Hub::subscribe`](crate::Hub::subscribe) has a hub hand them out, and
/// [`HubInput::Tiles`](crate::HubInput::Tiles) feeds another with them. Whichever are lost or come
/// late, a hub that is fed knows up to which [`revision`](Self::revision) it has everything, and
/// [`Hub::tiles_since`](crate::Hub::tiles_since) is the rest.
#[derive(Debug, Clone)]
pub struct TileUpdate {
    /// The number of the hub that made it. One that starts anew has another.
    pub(crate) stream: u64,
    pub(crate) since: u64,
    pub(crate) revision: u64,
    /// The revision from which on this grid holds.
    pub(crate) epoch: u64,
    pub(crate) picture: PictureInfo,
    pub(crate) encoded: f64,
    pub(crate) tiles: Vec<UpdatedTile>,
}

/// What there is to know of a picture besides its pixels. Times are seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct PictureInfo {
    pub(crate) size: PhysicalSize,
    pub(crate) ratio: f64,
    pub(crate) sequence: u64,
    pub(crate) drawn: f64,
    pub(crate) presented: f64,
    pub(crate) input: Option<f64>,
}

/// One tile.
#[derive(Debug, Clone)]
pub(crate) struct UpdatedTile {
    pub(crate) number: u16,
    pub(crate) revision: u64,
    pub(crate) encoded: Arc<EncodedTile>,
}

impl TileUpdate {
    /// Returns the number of the hub that made it. A hub that starts anew has another one.
    #[must_use]
    pub fn stream(&self) -> u64 {
        self.stream
    }

    /// Returns the revision from which on the picture has its size. An update that starts from an earlier one has all
    /// tiles.
    #[must_use]
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Returns the number of tiles that a picture of this size has.
    #[must_use]
    pub fn grid_tiles(&self) -> usize {
        Grid::new(self.picture.size).len()
    }

    /// Returns the revision after which this update begins: it has everything that is newer.
    #[must_use]
    pub fn since(&self) -> u64 {
        self.since
    }

    /// Returns the revision up to which a picture is complete once this update is added to [`since`](Self::since).
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Returns the number of tiles.
    #[must_use]
    pub fn tiles(&self) -> usize {
        self.tiles.len()
    }

    /// Returns the number of bytes of all tiles.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.tiles.iter().map(|tile| tile.encoded.len()).sum()
    }

    /// Returns the size of the picture, in physical pixels.
    #[must_use]
    pub fn size(&self) -> PhysicalSize {
        self.picture.size
    }

    /// Returns when the picture was drawn, in seconds on the canvas' clock.
    #[must_use]
    pub fn drawn(&self) -> f64 {
        self.picture.drawn
    }

    /// Returns when the tiles were encoded, in seconds on the canvas' clock.
    #[must_use]
    pub fn encoded(&self) -> f64 {
        self.encoded
    }

    /// Adds `seconds` to all times: from the clock of the canvas where it was drawn to the clock of the canvas where it
    /// is shown.
    pub fn shift_times(&mut self, seconds: f64) {
        self.picture.drawn += seconds;
        self.picture.presented += seconds;
        self.encoded += seconds;
        self.picture.input = self.picture.input.map(|input| input + seconds);
    }

    /// Returns the update as the messages that a page is sent, in order: as update `number`, after which the page has
    /// exactly the frame's pixels if `exact`. This copies the tiles.
    pub fn messages(self, number: u32, exact: bool) -> impl ExactSizeIterator<Item = Bytes> {
        let PictureInfo { size, ratio, sequence, drawn, presented, input } = self.picture;
        let header = PartHeader {
            update: number,
            part: 0,
            last: false,
            exact,
            grid: Grid::new(size),
            size,
            ratio,
            sequence,
            input,
            drawn,
            presented,
            encoded: self.encoded,
            sent: self.encoded,
        };
        let tiles = self.tiles.into_iter().map(|tile| (tile.number, tile.encoded)).collect();
        Part::cut(header, tiles).map(Part::into_bytes)
    }

    /// Whether there can be such a picture, and all of its tiles are in it.
    pub(crate) fn is_consistent(&self) -> bool {
        let PictureInfo { size, ratio, .. } = self.picture;
        if size.bytes().is_err() || size.width == 0 || size.height == 0 {
            return false;
        }
        let tiles = Grid::new(size).len();
        let fits =
            |tile: &UpdatedTile| usize::from(tile.number) < tiles && tile.revision <= self.revision;
        ratio.is_finite()
            && ratio > 0.0
            && self.since <= self.revision
            && self.epoch <= self.revision
            && self.tiles.iter().all(fits)
    }
}
