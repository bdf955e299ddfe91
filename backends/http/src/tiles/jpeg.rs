//! Tiles as restart intervals of a baseline JPEG (ITU-T T.81): each is encoded on its own, and a
//! picture is a header, the tiles' entropy-coded segments and RSTn markers between them.
//!
//! 4:2:0 is out of the question: decoders smooth chroma over the tiles' joints.

use std::cell::RefCell;
use std::sync::Arc;

use framecast_api::{Error, Frame, Result};
use framecast_jpeg::{Encoder, Pixels, Sampling, TileSize};

use super::Grid;
use super::encode::Encoded;
use super::grid::Area;

const SAMPLING: Sampling = Sampling::Half;

thread_local! {
    /// Every thread that encodes has its own, for the memory it computes in.
    static ENCODER: RefCell<Encoder> = RefCell::new(Encoder::new(80, SAMPLING));
}

/// Encodes this area of `frame`, a tile of the grid. What the frame's edge cuts off is made up by
/// repeating the last pixels.
pub(super) fn encode(frame: &Frame, area: Area, grid: &Grid, quality: u8) -> Result<Encoded> {
    let stride = frame.width() as usize * 4;
    let start = area.y * stride + area.x * 4;
    let mut segment = Vec::new();
    let encoded = ENCODER.with_borrow_mut(|encoder| {
        let tile = Pixels::new(&frame.bytes()[start..], area.width, area.height, stride)?;
        encoder.set_quality(quality);
        encoder.encode_tile(&tile, size(grid)?, &mut segment)
    });
    encoded.map_err(|error| {
        Error::failed(format!("cannot encode a tile as JPEG: {error}")).with_source(error)
    })?;
    Ok(Encoded::jpeg(quality, segment))
}

/// Appends a JPEG of these tiles to `out`: at least one, and no more than one picture can hold.
pub(super) fn compose(grid: &Grid, quality: u8, tiles: &[Arc<Encoded>], out: &mut Vec<u8>) {
    let segments: Vec<&[u8]> = tiles.iter().map(|tile| &*tile.bytes).collect();
    let encoder = Encoder::new(quality, SAMPLING);
    let composed = size(grid).and_then(|size| encoder.compose(size, &segments, out));
    debug_assert!(composed.is_ok(), "{composed:?}");
}

fn size(grid: &Grid) -> std::result::Result<TileSize, framecast_jpeg::Error> {
    let (width, height) = grid.tile_size();
    TileSize::new(width, height, SAMPLING)
}
