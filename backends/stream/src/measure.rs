//! For this crate's benches: what is done with the tiles of a frame. No part of the API.

use std::sync::Arc;

use framecast_api::{Frame, Result};
use framecast_jpeg::Sampling;

use crate::tiles::{self, EncodedTile, Fidelity, Grid};

/// The tiles of a frame that differ from those of another of its size.
#[must_use]
pub fn compare(before: &Frame, after: &Frame) -> usize {
    let grid = Grid::new(after.size());
    tiles::changed(before, after, &grid, &grid.all().collect::<Vec<_>>()).len()
}

/// Every tile of a frame, encoded.
pub struct Encodings {
    grid: Grid,
    tiles: Vec<(u16, Arc<EncodedTile>)>,
}

/// Encodes every tile: for somebody who wants this quality and sampling, or exactly.
///
/// # Errors
/// If a tile cannot be encoded.
pub fn encode(frame: &Frame, quality: Option<(u8, Sampling)>) -> Result<Encodings> {
    let grid = Grid::new(frame.size());
    let fidelity = quality.map_or(Fidelity::Exact, |(quality, _)| Fidelity::Lossy(quality));
    let sampling = quality.map_or(Sampling::Full, |(_, sampling)| sampling);
    let all: Vec<u16> = grid.all().collect();
    let mut tiles = Vec::with_capacity(all.len());
    for batch in all.chunks(20) {
        let encoded = tiles::encode(frame, &grid, batch, fidelity, sampling)?;
        tiles.extend(batch.iter().copied().zip(encoded));
    }
    Ok(Encodings { grid, tiles })
}

impl Encodings {
    /// Bytes of all tiles.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.tiles.iter().map(|(_, encoded)| encoded.len()).sum()
    }

    /// How many of how many tiles are exact.
    #[must_use]
    pub fn exact(&self) -> (usize, usize) {
        let exact = |(_, encoded): &&(u16, Arc<EncodedTile>)| encoded.encoding().is_exact();
        (self.tiles.iter().filter(exact).count(), self.tiles.len())
    }

    /// Columns, and the width and height of a tile.
    #[must_use]
    pub fn grid(&self) -> (u32, u32, u32) {
        let (width, height) = self.grid.tile_size();
        (self.grid.columns(), width.into(), height.into())
    }

    /// Pictures of at most 256 tiles each, and which tiles they hold.
    #[must_use]
    pub fn compose(&self) -> Vec<(Vec<u16>, Vec<u8>)> {
        let mut tiles = self.tiles.clone();
        tiles.sort_by_key(|(_, encoded)| encoded.encoding());
        let parts = tiles.chunk_by(|a, b| a.1.encoding() == b.1.encoding());
        parts
            .flat_map(|part| part.chunks(256))
            .map(|part| {
                let encoded: Vec<_> = part.iter().map(|(_, it)| Arc::clone(it)).collect();
                let mut out = Vec::new();
                part[0].1.encoding().codec().compose(&self.grid, &encoded, &mut out);
                (part.iter().map(|(n, _)| *n).collect(), out)
            })
            .collect()
    }
}
