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
    /// The last update with what changed, while it is not painted,
    unpainted: Option<u32>,
    /// and when the last one was.
    painted_at: Option<Instant>,
    /// That was a picture of a video.
    is_video: bool,
    /// Since when the oldest of its inexact tiles is what it is.
    inexact_since: Option<Instant>,
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

    /// When a tile that is what it is since `since` has been still for long enough: newer frames showed it as it is, or
    /// there was demand and nothing came. While an update is on its way there may be none, so that what moves looks
    /// still.
    fn still_at(
        &self,
        since: Instant,
        store: &TileStore,
        still_after: Duration,
    ) -> Option<Instant> {
        let at = since + still_after;
        let is_shown = store.current().is_some_and(|current| current.at >= at);
        if is_shown && !self.is_video {
            return Some(at);
        }
        let painted = self.painted_at.map_or(at, |painted| at.max(painted + still_after));
        self.unpainted.is_none().then_some(painted)
    }

    /// When there is something to make exact.
    fn rests_at(&self, store: &TileStore, still_after: Duration) -> Option<Instant> {
        let since = self.inexact_since.filter(|_| self.refining.is_none())?;
        self.still_at(since, store, still_after)
    }

    fn sent(&self, tile: usize) -> Sent {
        self.sent.get(tile).copied().unwrap_or_default()
    }

    /// Whether there may be something to send.
    fn has_news(&self, store: &TileStore, still_after: Duration, now: Instant) -> bool {
        !self.is_current(store) || self.rests_at(store, still_after).is_some_and(|at| at <= now)
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
        let rests_at = self.rests_at(store, target.still_after);
        if quiet && rests_at.is_some_and(|at| at <= now) {
            let most = (target.spare / store.exact_bytes()).clamp(1, Part::MOST_TILES);
            let resting = tiles().filter(|(tile, n)| {
                let sent = self.sent(usize::from(*n));
                let still_at = self.still_at(tile.since, store, target.still_after);
                sent.version == tile.version && !sent.exact && still_at.is_some_and(|at| at <= now)
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
        self.settle(store);
        (self.version, self.doubtful) = (version, false);
        (self.unpainted, self.is_video) = (Some(self.update), true);
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

    /// Notes that there is nothing newer, and what is to be made exact.
    fn settle(&mut self, store: &TileStore) {
        self.version = store.version();
        (self.inexact, self.inexact_since) = (0, None);
        for (n, tile) in store.tiles().iter().enumerate() {
            if self.sent(n).exact && !self.is_behind(tile, n) {
                continue;
            }
            self.inexact += 1;
            if !tile.failed && !store.is_relayed() {
                let since = self.inexact_since.map_or(tile.since, |before| before.min(tile.since));
                self.inexact_since = Some(since);
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
        let store = &pictures.tiles;
        if self.is_current(store) { self.rests_at(store, pictures.still_after) } else { Some(now) }
    }

    fn plan(&self, pictures: &Pictures, target: EncodeTarget, now: Instant, missing: &mut Missing) {
        let store = &pictures.tiles;
        if !self.has_news(store, target.still_after, now) {
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
        if !self.has_news(store, target.still_after, now) {
            return Next::Nothing;
        }
        let Some(current) = store.current() else { return Next::Nothing };
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
            self.settle(store);
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
        if changes {
            (self.unpainted, self.is_video) = (Some(self.update), false);
        }
        self.settle(store);
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
        if self.unpainted.take_if(|sent| has(*sent)).is_some() {
            self.painted_at = Some(now);
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
        presented: picture.presented,
        encoded,
        sent: 0.0,
    }
}

/// An update of these tiles. `refines`: nothing changed, it only makes exact what was shown already.
fn update(header: PartHeader, tiles: Vec<NumberedTile>, refines: bool) -> Update {
    let bytes = tiles.iter().map(|(_, encoded)| encoded.len()).sum();
    let count = tiles.len();
    let PartHeader { input, drawn, presented, encoded, .. } = header;
    let times =
        Times { input, drawn, presented: Some(presented), encoded: Some(encoded), sent: 0.0 };
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
