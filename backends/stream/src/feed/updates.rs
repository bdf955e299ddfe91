//! Updates for nobody in particular: what a recorder or another hub takes. Pure.

use std::time::Instant;

use super::tiles::TileFeed;
use super::{EncodeTarget, Feed, Next, Update};
use crate::ledger::Times;
use crate::message::Message;
use crate::pacing::Pacing;
use crate::store::pictures::{Pictures, Source};
use crate::store::tiles::Missing;

/// Has tiles encoded as a client does, and hands out whatever is newer than the last time.
#[derive(Debug, Default)]
pub(super) struct UpdateFeed {
    tiles: TileFeed,
    revision: u64,
    number: u32,
}

impl Feed for UpdateFeed {
    fn name(&self) -> &'static str {
        "updates"
    }

    fn source(&self, _: &Pictures) -> Source {
        Source::Tiles
    }

    fn version(&self) -> Option<u64> {
        self.tiles.version()
    }

    fn due_at(&self, pictures: &Pictures, pacing: &Pacing, now: Instant) -> Option<Instant> {
        // Others have had tiles made exact.
        let behind = pictures.tiles.handed_up_to() != self.revision;
        if behind { Some(now) } else { self.tiles.due_at(pictures, pacing, now) }
    }

    fn plan(&self, pictures: &Pictures, target: EncodeTarget, now: Instant, missing: &mut Missing) {
        self.tiles.plan(pictures, target, now, missing);
        // Others had it encoded, and it was dropped since.
        pictures.tiles.plan_since(self.revision, target.fidelity, missing);
    }

    fn next(
        &mut self,
        pictures: &Pictures,
        target: EncodeTarget,
        pacing: &Pacing,
        now: Instant,
    ) -> Next {
        let store = &pictures.tiles;
        let update = loop {
            let has_more = match self.tiles.next(pictures, target, pacing, now) {
                Next::Missing => return Next::Missing,
                // It is handed over, and so painted.
                Next::Update(update) => {
                    self.tiles.painted(update.number, now);
                    true
                }
                Next::Nothing => false,
            };
            let Some(update) = store.update_since(self.revision) else {
                return if store.lacks_since(self.revision) {
                    Next::Missing
                } else {
                    Next::Nothing
                };
            };
            self.revision = update.revision;
            if !update.tiles.is_empty() {
                break update;
            }
            // What it was just sent was handed over before.
            if !has_more {
                return Next::Nothing;
            }
        };
        self.number = self.number.wrapping_add(1);
        let picture = update.picture;
        let (bytes, tiles) = (update.bytes(), update.tiles());
        Next::Update(Update {
            number: self.number,
            messages: [Message::Update(update)].into(),
            bytes,
            tiles,
            times: Some(Times {
                drawn: picture.drawn,
                presented: Some(picture.presented),
                ..Times::default()
            }),
            earlier: Vec::new(),
            canvas: None,
        })
    }

    fn refresh(&mut self) {
        self.tiles.refresh();
        self.revision = 0;
    }
}
