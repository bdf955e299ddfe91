//! Tiles as restart intervals of a baseline JPEG (ITU-T T.81): each is encoded on its own, and a
//! picture is a header, the tiles' entropy-coded segments and RSTn markers between them.
//!
//! None is 4:2:0: decoders interpolate its colours over the joints of tiles, and at equal size it is no
//! better than 4:2:2 with a lower quality; the figures are in `tests/load`.

use std::cell::RefCell;
use std::sync::Arc;

use framecast_api::{Error, Frame, Result};
use framecast_jpeg::{Encoder, Pixels, Sampling, TileSize};

use super::Grid;
use super::encode::EncodedTile;
use super::grid::Area;

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

/// Encodes this area of `frame`, a tile of the grid. What the frame's edge cuts off is made up by
/// repeating the last pixels.
pub(super) fn encode(
    frame: &Frame,
    area: Area,
    grid: &Grid,
    quality: u8,
    sampling: Sampling,
) -> Result<EncodedTile> {
    let stride = frame.width() as usize * 4;
    let start = area.y * stride + area.x * 4;
    let segment = BENCH.with_borrow_mut(|Bench { encoder, segment }| {
        let tile = Pixels::new(&frame.bytes()[start..], area.width, area.height, stride)?;
        segment.clear();
        encoder.set_quality(quality);
        encoder.set_sampling(sampling);
        encoder.encode_tile(&tile, size(grid, sampling)?, segment)?;
        Ok(Box::from(&**segment))
    });
    let segment = segment.map_err(|error: framecast_jpeg::Error| {
        Error::failed(format!("cannot encode a tile as JPEG: {error}")).with_source(error)
    })?;
    Ok(EncodedTile::jpeg(quality, sampling, segment))
}

/// Appends a JPEG of these tiles to `out`: at least one, and no more than one picture can hold.
pub(super) fn compose(
    grid: &Grid,
    quality: u8,
    sampling: Sampling,
    tiles: &[Arc<EncodedTile>],
    out: &mut Vec<u8>,
) {
    let segments: Vec<&[u8]> = tiles.iter().map(|tile| &*tile.bytes).collect();
    let composed = BENCH.with_borrow_mut(|Bench { encoder, .. }| {
        encoder.set_quality(quality);
        encoder.set_sampling(sampling);
        encoder.compose(size(grid, sampling)?, &segments, out)
    });
    debug_assert!(composed.is_ok(), "{composed:?}");
}

fn size(grid: &Grid, sampling: Sampling) -> std::result::Result<TileSize, framecast_jpeg::Error> {
    let (width, height) = grid.tile_size();
    TileSize::new(width, height, sampling)
}
