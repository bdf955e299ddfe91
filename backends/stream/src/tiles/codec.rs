//! What an encoding of tiles has to do, and the table of them.
//!
//! A new one is a file with a [`Codec`], a line in [`Encoding::codec`], a number in PROTOCOL.md and a
//! decoder in the viewer's `core/decode/decoders.js`.

use std::sync::Arc;

use framecast_api::{Frame, Result};

use super::encoded_tile::EncodedTile;
use super::grid::{Area, Grid};
use super::jpeg::Jpeg;
use super::png::Png;

/// Encodes each tile on its own, and composes any tiles that it encoded into one picture.
pub(crate) trait Codec {
    /// What binary messages call it.
    fn number(&self) -> u8;

    /// How like the frame a decoded tile is.
    fn fidelity(&self) -> Fidelity;

    /// Encodes this area of `frame`, a tile of the grid. What the frame's edge cuts off is made up by
    /// repeating the last pixels.
    ///
    /// # Errors
    /// "Failed" if the encoder fails.
    fn encode(&self, frame: &Frame, area: Area, grid: &Grid) -> Result<EncodedTile>;

    /// Appends a picture of these tiles, one below the other, to `out`: at least one tile, and at most as
    /// many as a part of an update may have. All have this encoding.
    fn compose(&self, grid: &Grid, tiles: &[Arc<EncodedTile>], out: &mut Vec<u8>);
}

/// What tiles that are composed into one picture have in common: the codec and its parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Encoding {
    Jpeg(Jpeg),
    Png,
}

impl Encoding {
    /// The table: nothing else tells encodings apart.
    pub(crate) fn codec(&self) -> &dyn Codec {
        match self {
            Self::Jpeg(jpeg) => jpeg,
            Self::Png => &Png,
        }
    }

    pub(crate) fn is_exact(&self) -> bool {
        self.codec().fidelity() == Fidelity::Exact
    }
}

/// How like the frame tiles are to be. What is asked for; a tile's encoding may be better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fidelity {
    /// With this quality of JPEG, 1 to 100.
    Lossy(u8),
    /// Every pixel.
    Exact,
}
