//! What one client was sent of the tiles, and what it is to be sent next: everything newer. So
//! skipping frames, joining late and coming back are the same. Pure.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::ledger::Times;
use super::protocol::{Part, PartHeader};
use super::store::{Missing, Store, Tile};
use crate::tiles::{Coding, Encoded, Form};

/// The most tiles in one picture.
const PART_TILES: usize = 256;
/// Bytes after which another picture begins: several are decoded side by side, and no more than this
/// is copied for a client that stopped reading. It also holds on to the encodings of the parts that
/// are still to be sent, which others may share.
const PART_BYTES: usize = 48 * 1024;
/// While more than one in this many tiles changes, nothing is sent for its exactness.
const BUSY: usize = 4;

/// A client's copy of the tiles.
#[derive(Debug, Default)]
pub(super) struct Feed {
    sent: Vec<Sent>,
    /// Of the store, when it was sent everything.
    version: u64,
    grid_since: u64,
    /// The number of the last update.
    update: u32,
    /// The update with the last exact tiles that were not due to a change, while it is not painted.
    refining: Option<u32>,
    /// When the next of its inexact tiles has been still for long enough.
    rests_at: Option<Instant>,
    inexact: usize,
}

#[derive(Debug, Default, Clone, Copy)]
struct Sent {
    version: u64,
    exact: bool,
}

/// How a client wants its tiles.
#[derive(Debug, Clone, Copy)]
pub(super) struct Taste {
    /// Of what changed.
    pub(super) coding: Coding,
    /// Bytes of exact tiles that may be sent besides.
    pub(super) spare: usize,
    /// How long a tile must be still to be sent exactly.
    pub(super) still_after: Duration,
}

/// A tile's number and encoding.
pub(super) type EncodedTile = (u16, Arc<Encoded>);

/// Tiles that a client is to be sent.
#[derive(Debug, Default)]
struct Wanted {
    changed: Vec<u16>,
    /// Unchanged, but not exact yet.
    resting: Vec<u16>,
}

/// A difference between two states of a client, being sent part by part.
#[derive(Debug)]
pub(crate) struct Update {
    header: PartHeader,
    parts: VecDeque<(Form, Vec<EncodedTile>)>,
    pub(super) bytes: usize,
    pub(super) tiles: usize,
    /// Nothing changed: it only makes exact what was shown already.
    refines: bool,
}

impl Feed {
    /// Whether it was sent everything there is, if not exactly.
    pub(super) fn is_current(&self, store: &Store) -> bool {
        self.version == store.version()
    }

    /// When to look at it again, if nothing else happens.
    pub(super) fn rests_at(&self) -> Option<Instant> {
        self.rests_at.filter(|_| self.refining.is_none())
    }

    /// Everything up to `update` was painted.
    pub(super) fn painted(&mut self, update: u32) {
        // Numbers wrap around.
        if self.refining.is_some_and(|refining| update.wrapping_sub(refining) < u32::MAX / 2) {
            self.refining = None;
        }
    }

    /// Forgets what was sent.
    pub(super) fn reset(&mut self) {
        *self = Self { update: self.update, ..Self::default() };
    }

    fn sent(&self, tile: usize) -> Sent {
        self.sent.get(tile).copied().unwrap_or_default()
    }

    /// Whether there may be something to send.
    fn has_news(&self, store: &Store, now: Instant) -> bool {
        !self.is_current(store) || self.rests_at().is_some_and(|at| at <= now)
    }

    fn wanted(&self, store: &Store, taste: Taste, now: Instant) -> Wanted {
        let mut wanted = Wanted::default();
        let Some(current) = store.current() else { return wanted };
        let other_grid = self.grid_since != current.grid_since;
        let tiles = || store.tiles().iter().zip(0_u16..).filter(|(tile, _)| !tile.failed);
        if !self.is_current(store) {
            let changed =
                tiles().filter(|(tile, n)| other_grid || self.is_behind(tile, usize::from(*n)));
            wanted.changed = changed.map(|(_, n)| n).collect();
        }
        let quiet = wanted.changed.len() * BUSY <= store.tiles().len();
        if quiet && self.rests_at().is_some_and(|at| at <= now) {
            let most = (taste.spare / store.exact_bytes()).clamp(1, PART_TILES);
            let resting = tiles().filter(|(tile, n)| {
                let sent = self.sent(usize::from(*n));
                sent.version == tile.version && !sent.exact && tile.since + taste.still_after <= now
            });
            wanted.resting = resting.map(|(_, n)| n).take(most).collect();
        }
        wanted
    }

    fn is_behind(&self, tile: &Tile, n: usize) -> bool {
        self.sent(n).version < tile.version
    }

    /// Adds to `missing` what must be encoded before it can be sent its next update.
    pub(super) fn plan(&self, store: &Store, taste: Taste, now: Instant, missing: &mut Missing) {
        if !self.has_news(store, now) {
            return;
        }
        let wanted = self.wanted(store, taste, now);
        for (tiles, coding) in [(wanted.changed, taste.coding), (wanted.resting, Coding::Exact)] {
            for n in tiles {
                if store.tiles()[usize::from(n)].get(coding).is_none() {
                    missing.add(coding, n, store.tiles().len());
                }
            }
        }
    }

    /// Its next update, if there is any and all of it is encoded. From then on it counts as sent.
    pub(super) fn next(&mut self, store: &Store, taste: Taste, now: Instant) -> Option<Update> {
        let current = store.current().filter(|_| self.has_news(store, now))?;
        let wanted = self.wanted(store, taste, now);
        let get =
            |n: u16, coding| Some((n, Arc::clone(store.tiles()[usize::from(n)].get(coding)?)));
        let changed: Option<Vec<_>> =
            wanted.changed.into_iter().map(|n| get(n, taste.coding)).collect();
        let mut tiles = changed?;
        let mut spare =
            taste.spare.saturating_sub(tiles.iter().map(|(_, encoded)| encoded.len()).sum());
        let (changes, mut refines) = (!tiles.is_empty(), false);
        for (n, encoded) in wanted.resting.into_iter().filter_map(|n| get(n, Coding::Exact)) {
            // One at least: it may be larger than what may be spared at a time.
            if encoded.len() > spare && !tiles.is_empty() {
                break;
            }
            spare = spare.saturating_sub(encoded.len());
            tiles.push((n, encoded));
            refines = true;
        }
        if tiles.is_empty() {
            self.settle(store, taste.still_after);
            return None;
        }
        self.update = self.update.wrapping_add(1);
        if refines {
            self.refining = Some(self.update);
        }
        if self.grid_since != current.grid_since {
            self.sent = vec![Sent::default(); store.tiles().len()];
            self.grid_since = current.grid_since;
        }
        self.sent.resize(store.tiles().len(), Sent::default());
        for (n, encoded) in &tiles {
            let n = usize::from(*n);
            let exact = encoded.form().is_exact();
            self.sent[n] = Sent { version: store.tiles()[n].version, exact };
        }
        self.settle(store, taste.still_after);
        let header = PartHeader::new(self.update, current, self.inexact == 0);
        Some(Update::new(header, tiles, !changes))
    }

    /// Notes that there is nothing newer, and when there will be something to make exact.
    fn settle(&mut self, store: &Store, still_after: Duration) {
        self.version = store.version();
        (self.inexact, self.rests_at) = (0, None);
        for (n, tile) in store.tiles().iter().enumerate() {
            if self.sent(n).exact && !self.is_behind(tile, n) {
                continue;
            }
            self.inexact += 1;
            if !tile.failed {
                let at = tile.since + still_after;
                self.rests_at = Some(self.rests_at.map_or(at, |before| before.min(at)));
            }
        }
    }
}

impl Update {
    fn new(header: PartHeader, mut tiles: Vec<EncodedTile>, refines: bool) -> Self {
        let bytes = tiles.iter().map(|(_, encoded)| encoded.len()).sum();
        let count = tiles.len();
        tiles.sort_by_key(|(n, encoded)| (encoded.form(), *n));
        let mut parts: VecDeque<(Form, Vec<_>)> = VecDeque::new();
        let mut size = 0;
        for (n, encoded) in tiles {
            size += encoded.len();
            match parts.back_mut() {
                Some((form, part))
                    if *form == encoded.form() && part.len() < PART_TILES && size <= PART_BYTES =>
                {
                    part.push((n, encoded));
                }
                _ => {
                    size = encoded.len();
                    parts.push_back((encoded.form(), vec![(n, encoded)]));
                }
            }
        }
        Self { header, parts, bytes, tiles: count, refines }
    }

    pub(super) fn number(&self) -> u32 {
        self.header.update
    }

    /// `sent` in seconds. `None`: it is late on purpose, and says nothing about delays.
    pub(super) fn times(&self, sent: f64) -> Option<Times> {
        let PartHeader { input, drawn, encoded, .. } = self.header;
        (!self.refines).then_some(Times { input, drawn, encoded: Some(encoded), sent })
    }

    /// The next part, to be composed where no lock is held, and whether it is the last. `now` in
    /// seconds.
    pub(super) fn take_part(&mut self, now: f64) -> Option<(Part, bool)> {
        let (form, tiles) = self.parts.pop_front()?;
        let last = self.parts.is_empty();
        let part = Part { header: PartHeader { last, sent: now, ..self.header }, form, tiles };
        self.header.part += 1;
        Some((part, last))
    }
}
