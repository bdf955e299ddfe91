//! Tiles as restart intervals of a baseline JPEG (ITU-T T.81): each is encoded on its own, and a
//! picture is a header, the tiles' entropy-coded segments and RSTn markers between them.
//!
//! None is 4:2:0: decoders interpolate its colors over the joints of tiles, and at equal size it is no
//! better than 4:2:2 with a lower quality; the figures are in `tests/load`.

use std::cell::RefCell;
use std::sync::Arc;

use framecast_api::{Error, Frame, Result};
use framecast_jpeg::{Encoder, Pixels, Sampling, TileSize};

use super::codec::{Codec, Encoding, Fidelity};
use super::encoded_tile::EncodedTile;
use super::grid::{Area, Grid};

/// What a thread that encodes or composes keeps.
struct Bench {
    encoder: Encoder,
    /// Where a segment grows, so that what is kept of it takes no more memory than it needs.
    segment: Vec<u8>,
}

thread_local! {
    static BENCH: RefCell<Bench> =
        RefCell::new(Bench { encoder: Encoder::new(80, Sampling::Half), segment: Vec::new() });
}

/// JPEG's parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Jpeg {
    /// 1 to 100.
    pub(crate) quality: u8,
    pub(crate) sampling: Sampling,
}

impl Codec for Jpeg {
    fn number(&self) -> u8 {
        1
    }

    fn fidelity(&self) -> Fidelity {
        Fidelity::Lossy(self.quality)
    }

    fn encode(&self, frame: &Frame, area: Area, grid: &Grid) -> Result<EncodedTile> {
        let stride = frame.width() as usize * 4;
        let start = area.y * stride + area.x * 4;
        let segment = BENCH.with_borrow_mut(|Bench { encoder, segment }| {
            let tile = Pixels::new(&frame.bytes()[start..], area.width, area.height, stride)?;
            segment.clear();
            encoder.set_quality(self.quality);
            encoder.set_sampling(self.sampling);
            encoder.encode_tile(&tile, size(grid, self.sampling)?, segment)?;
            Ok(Box::from(&**segment))
        });
        let bytes = segment.map_err(|error: framecast_jpeg::Error| {
            Error::failed(format!("cannot encode a tile as JPEG: {error}")).with_source(error)
        })?;
        Ok(EncodedTile { encoding: Encoding::Jpeg(*self), bytes, adler: 0 })
    }

    fn compose(&self, grid: &Grid, tiles: &[Arc<EncodedTile>], out: &mut Vec<u8>) {
        let segments: Vec<&[u8]> = tiles.iter().map(|tile| &*tile.bytes).collect();
        let composed = BENCH.with_borrow_mut(|Bench { encoder, .. }| {
            encoder.set_quality(self.quality);
            encoder.set_sampling(self.sampling);
            encoder.compose(size(grid, self.sampling)?, &segments, out)
        });
        debug_assert!(composed.is_ok(), "{composed:?}");
    }
}

fn size(grid: &Grid, sampling: Sampling) -> std::result::Result<TileSize, framecast_jpeg::Error> {
    let (width, height) = grid.tile_size();
    TileSize::new(width, height, sampling)
}
