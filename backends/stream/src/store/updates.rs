//! The tiles of a picture as updates: handed out, and taken from elsewhere.

use std::sync::Arc;
use std::time::Instant;

use super::tiles::{Current, Missing, Tile, TileStore};
use crate::tile_update::{TileUpdate, UpdatedTile};
use crate::tiles::{Fidelity, Grid};

impl TileStore {
    /// Whether the picture comes in tiles: there is nothing to encode.
    pub(crate) fn is_relayed(&self) -> bool {
        self.current.as_ref().is_some_and(|current| current.frame.is_none())
    }

    /// Up to which revision it can hand everything out. Where the picture comes in tiles, those after a
    /// gap wait until that is filled: so the receiver never sees a gap.
    pub(crate) fn handed_up_to(&self) -> u64 {
        if self.is_relayed() { self.complete } else { self.revision }
    }

    /// The tiles for a receiver that has everything up to the revision `since`.
    fn newer_than(&self, since: u64) -> impl Iterator<Item = (u16, &Tile)> {
        // Of another grid, nothing is of use.
        let since = if since < self.epoch { 0 } else { since };
        let range = since..self.handed_up_to();
        let tiles = self.tiles.iter().zip(0_u16..).map(|(tile, number)| (number, tile));
        tiles.filter(move |(_, tile)| {
            !tile.failed && range.start < tile.revision && tile.revision <= range.end
        })
    }

    /// Whether some of it is not encoded.
    pub(crate) fn lacks_since(&self, since: u64) -> bool {
        self.newer_than(since).any(|(_, tile)| tile.best().is_none())
    }

    /// Adds what of it is not encoded to `missing`.
    pub(crate) fn plan_since(&self, since: u64, fidelity: Fidelity, missing: &mut Missing) {
        if self.is_relayed() {
            return;
        }
        for (number, tile) in self.newer_than(since) {
            if tile.best().is_none() {
                missing.add(fidelity, number, self.tiles.len());
            }
        }
    }

    /// Everything newer than the revision `since`; `None` while some of it is not there.
    pub(crate) fn update_since(&self, since: u64) -> Option<TileUpdate> {
        let current = self.current.as_ref()?;
        let revision = self.handed_up_to();
        if revision < self.epoch {
            return None;
        }
        // Of a time before this hub was there.
        let since = if since > self.revision { 0 } else { since.min(revision) };
        let mut tiles = Vec::new();
        for (number, tile) in self.newer_than(since) {
            let encoded = Arc::clone(tile.best()?);
            tiles.push(UpdatedTile { number, revision: tile.revision, encoded });
        }
        Some(TileUpdate {
            stream: self.stream,
            since,
            revision,
            epoch: self.epoch,
            picture: current.picture,
            encoded: current.encoded,
            tiles,
        })
    }

    /// Takes what changed elsewhere. Whether it was of use, and whether something is missing that
    /// came before it. Unless updates come in order, one of the hub before the last is late.
    pub(crate) fn take_update(
        &mut self,
        update: TileUpdate,
        in_order: bool,
        now: Instant,
    ) -> (bool, bool) {
        let TileUpdate { stream, since, revision, epoch, picture, encoded, tiles } = update;
        let before = self.current.as_ref().filter(|current| current.frame.is_none());
        let is_other = before.is_none() || stream != self.stream;
        let is_late = if is_other {
            !in_order && Some(stream) == self.last_stream
        } else {
            epoch < self.epoch
        };
        let fits = |before: &Current| epoch != self.epoch || before.picture.size == picture.size;
        if is_late || !is_other && !before.is_none_or(fits) {
            return (false, self.complete < self.revision);
        }
        let had_gap = before.is_some() && self.complete < self.revision;
        let is_new = is_other || epoch > self.epoch;
        if is_new {
            self.version += 1;
            (self.epoch, self.held, self.complete) = (epoch, 0, 0);
            if is_other {
                // It started anew, and so did its numbers.
                self.last_stream = before.map(|_| self.stream);
                (self.stream, self.revision) = (stream, 0);
            }
            let grid = Grid::new(picture.size);
            // None of them is there yet.
            let blank = || Tile { failed: true, ..Tile::new(self.version, 0, now) };
            self.tiles = std::iter::repeat_with(blank).take(grid.len()).collect();
            self.current = Some(Current {
                frame: None,
                number: 0,
                at: now,
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
        if had_gap && !is_of_use && self.complete == self.revision {
            // What was missing had come with what followed: clients are to be told that it is all there.
            self.version += 1;
            is_of_use = true;
        }
        (is_of_use, self.complete < self.revision)
    }

    /// Whether nothing of the picture is known to be missing.
    pub(crate) fn is_complete(&self) -> bool {
        !self.is_relayed() || self.complete == self.revision
    }

    /// Whether `revision` of the hub `stream` is the newest that is known, and nothing before it is missing.
    pub(crate) fn is_at(&self, stream: u64, revision: u64) -> bool {
        self.stream == stream && self.revision == revision && self.is_complete()
    }

    /// Where the picture comes in tiles: it has everything up to this revision.
    pub(crate) fn complete(&self) -> u64 {
        self.complete
    }
}
