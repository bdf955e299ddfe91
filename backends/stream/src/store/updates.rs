//! The tiles of a picture as updates: handed out, and taken from elsewhere.

use std::sync::Arc;
use std::time::Instant;

use super::tiles::{Current, Tile, TileStore};
use crate::tile_update::{TileUpdate, UpdatedTile};
use crate::tiles::Grid;

impl TileStore {
    /// Whether the picture comes in tiles: there is nothing to encode.
    pub(crate) fn is_relayed(&self) -> bool {
        self.current.as_ref().is_some_and(|current| current.frame.is_none())
    }

    /// Everything newer than the revision `since`; `None` while some of it is not encoded.
    pub(crate) fn update_since(&self, since: u64) -> Option<TileUpdate> {
        let current = self.current.as_ref()?;
        let mut tiles = Vec::new();
        for (tile, number) in self.tiles.iter().zip(0_u16..) {
            if tile.failed || tile.revision <= since && since >= self.epoch {
                continue;
            }
            let encoded = Arc::clone(tile.best()?);
            tiles.push(UpdatedTile { number, revision: tile.revision, encoded });
        }
        Some(TileUpdate {
            since,
            revision: self.revision,
            epoch: self.epoch,
            picture: current.picture,
            encoded: current.encoded,
            tiles,
        })
    }

    /// Takes what changed elsewhere. Whether it was of use, and whether something is missing that
    /// came before it.
    pub(crate) fn take_update(&mut self, update: TileUpdate, now: Instant) -> (bool, bool) {
        let TileUpdate { since, revision, epoch, picture, encoded, tiles } = update;
        let before = self.current.as_ref().filter(|current| current.frame.is_none());
        if before.is_some() && epoch < self.epoch {
            return (false, false);
        }
        let is_new = before.is_none() || epoch > self.epoch;
        if is_new {
            self.version += 1;
            (self.epoch, self.held, self.complete) = (epoch, 0, 0);
            let grid = Grid::new(picture.size);
            // None of them is there yet.
            let blank = || Tile { failed: true, ..Tile::new(self.version, 0, now) };
            self.tiles = std::iter::repeat_with(blank).take(grid.len()).collect();
            self.current = Some(Current {
                frame: None,
                number: 0,
                picture,
                grid,
                grid_since: self.version,
                encoded,
            });
        }
        let mut is_of_use = is_new;
        for UpdatedTile { number, revision, encoded } in tiles {
            let Some(tile) = self.tiles.get_mut(usize::from(number)) else { continue };
            if revision <= tile.revision {
                continue;
            }
            self.held -= tile.bytes();
            if !is_of_use {
                self.version += 1;
                is_of_use = true;
            }
            *tile = Tile::new(self.version, revision, now);
            tile.put(encoded.encoding().codec().fidelity(), encoded);
            self.held += tile.bytes();
        }
        // What begins before its grid does has all tiles of it.
        if since <= self.complete || since < epoch {
            self.complete = self.complete.max(revision);
        }
        if let Some(current) = self.current.as_mut().filter(|_| self.revision <= revision) {
            (current.picture, current.encoded) = (picture, encoded);
        }
        self.revision = self.revision.max(revision);
        (is_of_use, self.complete < self.revision)
    }

    /// Where the picture comes in tiles: it has everything up to this revision.
    pub(crate) fn complete(&self) -> u64 {
        self.complete
    }
}
