//! What one client was sent of the tiles, and what it is to be sent next: everything newer. So
//! skipping frames, joining late and coming back are the same. Pure.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{EncodeTarget, Feed, Next, Update};
use crate::ledger::Times;
use crate::message::Message;
use crate::pacing::Pacing;
use crate::protocol::{self, NumberedTile, Part, PartHeader, SUBPROTOCOL, TileRange};
use crate::store::pictures::{Pictures, Source};
use crate::store::tiles::{Current, Missing, Tile, TileStore};
use crate::tile_update::PictureInfo;
use crate::tiles::{Fidelity, Grid};

/// While more than one in this many tiles changes, nothing is sent for its exactness.
const BUSY: usize = 4;

/// A client's copy of the tiles.
#[derive(Debug, Default)]
pub(super) struct TileFeed {
    sent: Vec<Sent>,
    /// Of the store, when it was sent everything.
    version: u64,
    grid_since: u64,
    /// The number of the last update.
    update: u32,
    /// The update with the last exact tiles that were not due to a change, while it is not painted.
    refining: Option<u32>,
    /// The last picture of a video, while it is not painted, and how long it must be still then.
    video: Option<(u32, Duration)>,
    /// When the next of its inexact tiles has been still for long enough.
    rests_at: Option<Instant>,
    inexact: usize,
    /// It was not told that it has all pixels exactly, because something was known to be missing.
    doubtful: bool,
}

#[derive(Debug, Default, Clone, Copy)]
struct Sent {
    version: u64,
    exact: bool,
}

/// Tiles that a client is to be sent.
#[derive(Debug, Default)]
struct Wanted {
    changed: Vec<u16>,
    /// Unchanged, but not exact yet.
    resting: Vec<u16>,
}

impl TileFeed {
    /// Whether it was sent everything there is, if not exactly.
    pub(super) fn is_current(&self, store: &TileStore) -> bool {
        self.version == store.version()
    }

    /// When there is something to make exact.
    fn rests_at(&self) -> Option<Instant> {
        self.rests_at.filter(|_| self.refining.is_none() && self.video.is_none())
    }

    fn sent(&self, tile: usize) -> Sent {
        self.sent.get(tile).copied().unwrap_or_default()
    }

    /// Whether there may be something to send.
    fn has_news(&self, store: &TileStore, now: Instant) -> bool {
        !self.is_current(store) || self.rests_at().is_some_and(|at| at <= now)
    }

    fn wanted(&self, store: &TileStore, target: EncodeTarget, now: Instant) -> Wanted {
        let mut wanted = Wanted::default();
        let Some(current) = store.current() else { return wanted };
        let other_grid = self.grid_since != current.grid_since;
        let tiles = || store.tiles().iter().zip(0_u16..).filter(|(tile, _)| !tile.failed);
        if !self.is_current(store) {
            let changed =
                tiles().filter(|(tile, n)| other_grid || self.is_behind(tile, usize::from(*n)));
            wanted.changed = changed.map(|(_, n)| n).collect();
        }
        // What comes in tiles becomes exact where it comes from.
        let quiet = !store.is_relayed() && wanted.changed.len() * BUSY <= store.tiles().len();
        if quiet && self.rests_at().is_some_and(|at| at <= now) {
            let most = (target.spare / store.exact_bytes()).clamp(1, Part::MOST_TILES);
            let resting = tiles().filter(|(tile, n)| {
                let sent = self.sent(usize::from(*n));
                sent.version == tile.version
                    && !sent.exact
                    && tile.since + target.still_after <= now
            });
            wanted.resting = resting.map(|(_, n)| n).take(most).collect();
        }
        wanted
    }

    /// Which part of the tiles changed since it was sent them; `None`: it was sent none of this grid.
    pub(super) fn changed_share(&self, store: &TileStore) -> Option<f64> {
        let current = store.current().filter(|it| it.grid_since == self.grid_since)?;
        if self.is_current(store) {
            return None;
        }
        let changed = store.tiles().iter().enumerate().filter(|(n, tile)| self.is_behind(tile, *n));
        Some(changed.count() as f64 / current.grid.len() as f64)
    }

    /// A picture of a video shows all tiles as they were in `version`. What stands before it, and which tiles are
    /// drawn from it: those that were not sent exactly.
    pub(super) fn shown_by_video(
        &mut self,
        store: &TileStore,
        version: u64,
        still_after: Duration,
        (picture, grid, encoded): (PictureInfo, Grid, f64),
    ) -> (PartHeader, Vec<TileRange>) {
        self.begin(store);
        let is_exact = |(n, tile): (usize, &Tile)| self.sent[n].exact && !self.is_behind(tile, n);
        let tiles = store.tiles();
        let listed = tiles.iter().enumerate().filter(|it| !is_exact(*it)).map(|(n, _)| n as u16);
        let ranges = protocol::ranges(listed, tiles.len());
        for n in ranges.iter().flat_map(|(first, count)| *first..*first + *count).map(usize::from) {
            self.sent[n] = Sent { version: tiles[n].version.min(version), exact: false };
        }
        self.settle(store, still_after);
        (self.version, self.doubtful) = (version, false);
        self.video = Some((self.update, still_after));
        (header(self.update, (picture, grid, encoded), false), ranges)
    }

    /// Begins an update.
    fn begin(&mut self, store: &TileStore) {
        self.update = self.update.wrapping_add(1);
        let grid_since = store.current().map_or(0, |current| current.grid_since);
        if self.grid_since != grid_since {
            self.sent = vec![Sent::default(); store.tiles().len()];
            self.grid_since = grid_since;
        }
        self.sent.resize(store.tiles().len(), Sent::default());
    }

    fn is_behind(&self, tile: &Tile, n: usize) -> bool {
        self.sent(n).version < tile.version
    }

    /// Notes that there is nothing newer, and when there will be something to make exact.
    fn settle(&mut self, store: &TileStore, still_after: Duration) {
        self.version = store.version();
        (self.inexact, self.rests_at) = (0, None);
        for (n, tile) in store.tiles().iter().enumerate() {
            if self.sent(n).exact && !self.is_behind(tile, n) {
                continue;
            }
            self.inexact += 1;
            if !tile.failed && !store.is_relayed() {
                let at = tile.since + still_after;
                self.rests_at = Some(self.rests_at.map_or(at, |before| before.min(at)));
            }
        }
    }
}

impl Feed for TileFeed {
    fn name(&self) -> &'static str {
        SUBPROTOCOL
    }

    fn source(&self, _: &Pictures) -> Source {
        Source::Tiles
    }

    fn version(&self) -> Option<u64> {
        Some(self.version)
    }

    fn due_at(&self, pictures: &Pictures, _: &Pacing, now: Instant) -> Option<Instant> {
        if self.is_current(&pictures.tiles) { self.rests_at() } else { Some(now) }
    }

    fn plan(&self, pictures: &Pictures, target: EncodeTarget, now: Instant, missing: &mut Missing) {
        let store = &pictures.tiles;
        if !self.has_news(store, now) {
            return;
        }
        let wanted = self.wanted(store, target, now);
        for (tiles, fidelity) in
            [(wanted.changed, target.fidelity), (wanted.resting, Fidelity::Exact)]
        {
            for n in tiles {
                if store.get(n, fidelity).is_none() {
                    missing.add(fidelity, n, store.tiles().len());
                }
            }
        }
    }

    fn next(
        &mut self,
        pictures: &Pictures,
        target: EncodeTarget,
        _: &Pacing,
        now: Instant,
    ) -> Next {
        let store = &pictures.tiles;
        let Some(current) = store.current().filter(|_| self.has_news(store, now)) else {
            return Next::Nothing;
        };
        let wanted = self.wanted(store, target, now);
        let get = |n: u16, fidelity| Some((n, Arc::clone(store.get(n, fidelity)?)));
        let changed: Option<Vec<_>> =
            wanted.changed.into_iter().map(|n| get(n, target.fidelity)).collect();
        let Some(mut tiles) = changed else { return Next::Missing };
        let mut spare =
            target.spare.saturating_sub(tiles.iter().map(|(_, encoded)| encoded.len()).sum());
        let (changes, mut refines) = (!tiles.is_empty(), false);
        let resting = !wanted.resting.is_empty();
        for (n, encoded) in wanted.resting.into_iter().filter_map(|n| get(n, Fidelity::Exact)) {
            // One at least: it may be larger than what may be spared at a time.
            if encoded.len() > spare && !tiles.is_empty() {
                break;
            }
            spare = spare.saturating_sub(encoded.len());
            tiles.push((n, encoded));
            refines = true;
        }
        if tiles.is_empty() && self.doubtful && store.is_complete() {
            // It has them all. A part has one tile at least.
            tiles.extend((0..store.tiles().len() as u16).find_map(|n| get(n, target.fidelity)));
        }
        if tiles.is_empty() {
            if resting {
                return Next::Missing;
            }
            self.settle(store, target.still_after);
            return Next::Nothing;
        }
        self.begin(store);
        if refines {
            self.refining = Some(self.update);
        }
        for (n, encoded) in &tiles {
            let n = usize::from(*n);
            let exact = encoded.encoding().is_exact();
            self.sent[n] = Sent { version: store.tiles()[n].version, exact };
        }
        self.settle(store, target.still_after);
        self.doubtful = self.inexact == 0 && !store.is_complete();
        let exact = self.inexact == 0 && !self.doubtful;
        let Current { picture, grid, encoded, .. } = current;
        let header = header(self.update, (*picture, *grid, *encoded), exact);
        Next::Update(update(header, tiles, !changes))
    }

    fn painted(&mut self, update: u32, now: Instant) {
        // Numbers wrap around.
        let has = |sent: u32| update.wrapping_sub(sent) < u32::MAX / 2;
        if self.refining.is_some_and(has) {
            self.refining = None;
        }
        if let Some((_, still_after)) = self.video.take_if(|(sent, _)| has(*sent)) {
            // While it was on its way there may have been no demand, so that what moves looked still.
            self.rests_at = self.rests_at.map(|at| at.max(now + still_after));
        }
    }

    fn refresh(&mut self) {
        *self = Self { update: self.update, ..Self::default() };
    }
}

/// What stands before the tiles of update `number`, which shows this picture.
fn header(
    number: u32,
    (picture, grid, encoded): (PictureInfo, Grid, f64),
    exact: bool,
) -> PartHeader {
    PartHeader {
        update: number,
        part: 0,
        last: false,
        exact,
        grid,
        size: picture.size,
        ratio: picture.ratio,
        sequence: picture.sequence,
        input: picture.input,
        drawn: picture.drawn,
        encoded,
        sent: 0.0,
    }
}

/// An update of these tiles. `refines`: nothing changed, it only makes exact what was shown already.
fn update(header: PartHeader, tiles: Vec<NumberedTile>, refines: bool) -> Update {
    let bytes = tiles.iter().map(|(_, encoded)| encoded.len()).sum();
    let count = tiles.len();
    let PartHeader { input, drawn, encoded, .. } = header;
    let times = Times { input, drawn, encoded: Some(encoded), sent: 0.0 };
    Update {
        number: header.update,
        messages: Part::cut(header, tiles).map(Message::Part).collect(),
        bytes,
        tiles: count,
        times: (!refines).then_some(times),
        earlier: Vec::new(),
        canvas: None,
    }
}
