//! Updates for nobody in particular: those that are asked for, and those that are taken.

use std::time::{Duration, Instant};

use super::{Hub, Phase};
use crate::tile_update::TileUpdate;

/// What is late comes within this time, or else is lost.
const REPAIR_AFTER: Duration = Duration::from_millis(100);

impl Hub {
    /// Returns all tiles that are newer than `revision`, as one update; `None` if there are none, or if some of
    /// them are not encoded yet. These are then encoded: call it again when jobs are done. If the hub has
    /// restarted since `revision`, the update has all tiles.
    #[must_use]
    pub fn tiles_since(&mut self, revision: u64) -> Option<TileUpdate> {
        let update = self.pictures.tiles.update_since(revision);
        if update.is_none() && self.is_open() {
            self.asked_since = Some(self.asked_since.map_or(revision, |it| it.min(revision)));
            self.progress += 1;
        }
        update
    }

    /// Takes tiles that another hub handed out.
    pub(super) fn take_update(&mut self, update: TileUpdate, now: Instant) {
        let takes = match self.phase {
            Phase::New => self.pictures.fed.is_some(),
            Phase::Open(_) => self.pictures.fed.is_some() || self.pictures.newest.is_none(),
            Phase::Closed => false,
        };
        if !takes || !update.is_consistent() {
            return;
        }
        let revision = self.pictures.tiles.revision();
        let (stream, newest) = (update.stream, update.revision);
        // Who feeds a hub knows which of two hubs there is to see.
        let in_order = self.pictures.fed.is_some();
        let (is_of_use, is_missing) = self.pictures.tiles.take_update(update, in_order, now);
        if let Some(fed) = &mut self.pictures.fed {
            let heard = self.pictures.tiles.is_at(stream, newest).then_some(now);
            fed.took(self.pictures.tiles.version(), heard);
            self.answer_snapshots();
        }
        if is_of_use {
            self.changed_tiles(now);
        }
        self.subscribers_changed(revision);
        self.repair_at = is_missing.then(|| self.repair_at.unwrap_or(now + REPAIR_AFTER));
    }

    /// Has whoever is handed out what changed looked at, if something did since `revision`.
    pub(super) fn subscribers_changed(&mut self, revision: u64) {
        if self.pictures.tiles.revision() != revision {
            self.subscribers.iter().for_each(|it| self.audience.changed(*it));
        }
    }
}
