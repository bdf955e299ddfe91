//! The newest picture in tiles: when each of them changed last, and its encodings, each made once
//! for everybody. Pure: jobs are handed out and their results taken back.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Instant;

use framecast_api::Frame;
use framecast_jpeg::Sampling;

use super::video::WantedVideo;
use crate::newest::Newest;
use crate::tile_update::PictureInfo;
use crate::tiles::{self, EncodedTile, Fidelity, Grid};

/// Tiles that are encoded by one thread in one go.
const BATCH: usize = 20;
/// Tiles that are compared by one thread in one go.
const BAND: usize = 80;
/// Bytes of encodings that are kept for those who may still need them.
const CACHE_BYTES: usize = 64 * 1024 * 1024;

/// The tiles of one canvas.
#[derive(Debug, Default)]
pub(crate) struct TileStore {
    pub(super) current: Option<Current>,
    pub(super) tiles: Vec<Tile>,
    /// Grows with every frame that changed a tile.
    pub(super) version: u64,
    /// Grows with every tile that changed, or became exact.
    pub(super) revision: u64,
    /// The revision from which on the grid holds.
    pub(super) epoch: u64,
    /// Tiles of this version were encoded: of the others it is not worth asking what is missing.
    is_encoded: bool,
    /// The number of the hub whose tiles these are: this one's own, or that of the hub that sent them. Of
    /// that, revisions begin anew.
    pub(super) stream: u64,
    /// That of the hub that sent tiles before.
    pub(super) last_stream: Option<u64>,
    /// Of the hub that sent the tiles: it has sent everything up to this revision.
    pub(super) complete: u64,
    stage: Stage,
    /// Bytes of all encodings.
    pub(super) held: usize,
    exact_tiles: Average,
    pub(crate) counts: Counts,
}

/// The newest frame that was compared.
#[derive(Debug)]
pub(crate) struct Current {
    /// `None`: the picture comes in tiles.
    pub(super) frame: Option<Frame>,
    /// The newest presented frame that has these pixels.
    pub(super) number: u64,
    /// When it was presented.
    pub(crate) at: Instant,
    pub(crate) picture: PictureInfo,
    pub(crate) grid: Grid,
    /// The version from which on this grid holds.
    pub(crate) grid_since: u64,
    /// When its tiles were encoded, in seconds.
    pub(crate) encoded: f64,
}

impl Current {
    pub(super) fn frame(&self) -> Option<&Frame> {
        self.frame.as_ref()
    }
}

fn info(newest: &Newest) -> PictureInfo {
    PictureInfo {
        size: newest.frame.size(),
        ratio: newest.frame.ratio(),
        sequence: newest.frame.sequence(),
        drawn: newest.frame.timestamp(),
        presented: newest.presented,
        input: newest.input,
    }
}

/// What the store did so far.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Counts {
    pub(crate) compared: u64,
    pub(crate) changed: u64,
    pub(crate) jpeg_tiles: u64,
    pub(crate) exact_tiles: u64,
    pub(crate) encoded_bytes: u64,
}

#[derive(Debug)]
pub(crate) struct Tile {
    /// The version that changed it last.
    pub(crate) version: u64,
    /// The revision that changed it last, or made it exact.
    pub(super) revision: u64,
    /// Since when it is what it is.
    pub(crate) since: Instant,
    /// It cannot be encoded as it is now.
    pub(crate) failed: bool,
    /// By the quality that was asked for.
    pub(super) lossy: Vec<(u8, Arc<EncodedTile>)>,
    pub(super) exact: Option<Arc<EncodedTile>>,
}

impl Tile {
    pub(super) fn new(version: u64, revision: u64, since: Instant) -> Self {
        Self { version, revision, since, failed: false, lossy: Vec::new(), exact: None }
    }

    /// The best there is.
    pub(super) fn best(&self) -> Option<&Arc<EncodedTile>> {
        let best = self.lossy.iter().max_by_key(|(quality, _)| *quality);
        self.exact.as_ref().or_else(|| best.map(|(_, encoded)| encoded))
    }

    /// Its encoding for somebody who asked for `fidelity`; it may be better.
    fn get(&self, fidelity: Fidelity) -> Option<&Arc<EncodedTile>> {
        match fidelity {
            Fidelity::Lossy(wanted) => {
                self.lossy.iter().find(|(quality, _)| *quality == wanted).map(|(_, it)| it)
            }
            Fidelity::Exact => self.exact.as_ref(),
        }
    }

    pub(super) fn bytes(&self) -> usize {
        let lossy = self.lossy.iter().map(|(_, encoded)| encoded);
        lossy.chain(&self.exact).map(|encoded| encoded.len()).sum()
    }

    /// Takes what was made for somebody who asked for `wanted`.
    pub(super) fn put(&mut self, wanted: Fidelity, encoded: Arc<EncodedTile>) {
        if encoded.encoding().is_exact() {
            self.exact = Some(Arc::clone(&encoded));
        }
        if let Fidelity::Lossy(quality) = wanted {
            // As many as there are qualities: whoever waits for one must find it.
            self.lossy.retain(|(known, _)| *known != quality);
            self.lossy.push((quality, encoded));
        }
    }
}

#[derive(Debug, Default)]
enum Stage {
    #[default]
    Rest,
    Comparing {
        newest: Newest,
        bands: VecDeque<Vec<u16>>,
        running: usize,
        changed: Vec<u16>,
    },
    Encoding {
        batches: VecDeque<(Vec<u16>, Fidelity)>,
        /// Tiles that become JPEGs, of one quality.
        lossy: usize,
        /// How many qualities they have.
        qualities: usize,
        running: usize,
    },
}

/// What an encoder's thread is to do.
#[derive(Debug)]
pub(crate) enum Job {
    Compare { before: Frame, after: Frame, grid: Grid, tiles: Vec<u16> },
    Encode { frame: Frame, grid: Grid, tiles: Vec<u16>, fidelity: Fidelity, sampling: Sampling },
}

/// What became of it.
#[derive(Debug)]
pub(crate) enum Outcome {
    Changed(Vec<u16>),
    Encoded {
        tiles: Vec<u16>,
        fidelity: Fidelity,
        encoded: Vec<Arc<EncodedTile>>,
    },
    /// These tiles cannot be encoded, or not together.
    Failed(Vec<u16>, Fidelity),
}

/// Which tiles are to be encoded, and how; and video.
#[derive(Debug, Default)]
pub(crate) struct Missing {
    tiles: BTreeMap<Fidelity, Vec<bool>>,
    pub(crate) video: WantedVideo,
}

impl Missing {
    /// Of a picture of `tiles` tiles, `tile` is missing.
    pub(crate) fn add(&mut self, fidelity: Fidelity, tile: u16, tiles: usize) {
        self.tiles.entry(fidelity).or_insert_with(|| vec![false; tiles])[usize::from(tile)] = true;
    }

    /// Whether no tile is.
    pub(crate) fn is_empty(&self) -> bool {
        self.tiles.is_empty()
    }

    /// How many tiles are to be JPEGs: of the quality of which most are.
    fn lossy(&self) -> usize {
        let lossy = self.tiles.iter().filter(|(fidelity, _)| **fidelity != Fidelity::Exact);
        let counts = lossy.map(|(_, tiles)| tiles.iter().filter(|is_missing| **is_missing).count());
        counts.max().unwrap_or_default()
    }
}

impl TileStore {
    /// Empty. `stream` is a number that no other hub has.
    pub(crate) fn new(stream: u64) -> Self {
        Self { stream, ..Self::default() }
    }

    pub(crate) fn clear(&mut self) {
        *self = Self { counts: self.counts, stream: self.stream, ..Self::default() };
    }

    pub(crate) fn current(&self) -> Option<&Current> {
        self.current.as_ref()
    }

    pub(crate) fn version(&self) -> u64 {
        self.version
    }

    pub(crate) fn tiles(&self) -> &[Tile] {
        &self.tiles
    }

    /// Nothing is being compared or encoded.
    pub(crate) fn is_resting(&self) -> bool {
        matches!(self.stage, Stage::Rest)
    }

    /// Whether tiles of the current version were encoded, as far as somebody lacked any.
    pub(crate) fn is_encoded(&self) -> bool {
        self.is_encoded || self.is_relayed()
    }

    /// Nobody lacks any.
    pub(crate) fn set_encoded(&mut self) {
        self.is_encoded = true;
    }

    /// A newer frame is being compared.
    pub(crate) fn is_comparing(&self) -> bool {
        matches!(self.stage, Stage::Comparing { .. })
    }

    /// Whether the presented frame `number` was compared.
    pub(crate) fn has(&self, number: u64) -> bool {
        self.current.as_ref().is_some_and(|current| current.number == number)
    }

    /// Whether the presented frame `number` was compared, or is being.
    pub(crate) fn has_begun(&self, number: u64) -> bool {
        let comparing = match &self.stage {
            Stage::Comparing { newest, .. } => newest.number == number,
            _ => false,
        };
        comparing || self.has(number)
    }

    /// Bytes of an exact tile, about.
    pub(crate) fn exact_bytes(&self) -> usize {
        let grid = self.current.as_ref().map(|current| current.grid);
        self.exact_tiles.value().or_else(|| grid.map(|grid| grid.tile_pixels())).unwrap_or(1).max(1)
    }

    /// Makes `newest` the current frame as soon as it is compared. Only while resting.
    pub(crate) fn compare(&mut self, newest: Newest) {
        self.counts.compared += 1;
        let grid = Grid::new(newest.frame.size());
        let same_grid = self.current.as_ref().is_some_and(|current| {
            let before = &current.picture;
            before.size == newest.frame.size()
                && before.ratio == newest.frame.ratio()
                && current.frame.is_some()
        });
        if !same_grid {
            self.version += 1;
            self.is_encoded = false;
            self.held = 0;
            self.revision += 1;
            self.epoch = self.revision;
            let tile = || Tile::new(self.version, self.revision, newest.at);
            self.tiles = std::iter::repeat_with(tile).take(grid.len()).collect();
            self.counts.changed += 1;
            self.current = Some(Current {
                picture: info(&newest),
                frame: Some(newest.frame),
                number: newest.number,
                at: newest.at,
                grid,
                grid_since: self.version,
                encoded: 0.0,
            });
            return;
        }
        let tiles = newest.damage.as_ref().map(|damage| grid.touched(damage));
        let tiles = tiles.unwrap_or_else(|| grid.all().collect());
        if tiles.is_empty() {
            self.compared(newest, &[]);
            return;
        }
        let bands = tiles.chunks(BAND).map(<[u16]>::to_vec).collect();
        self.stage = Stage::Comparing { newest, bands, running: 0, changed: Vec::new() };
    }

    /// Has these tiles encoded, those of quality `first` before the others. Only while resting.
    pub(crate) fn encode(&mut self, missing: Missing, first: Option<u8>) {
        let lossy = missing.lossy();
        let qualities =
            missing.tiles.keys().filter(|fidelity| **fidelity != Fidelity::Exact).count();
        let batches = missing.tiles.into_iter().flat_map(|(fidelity, tiles)| {
            let tiles = tiles.into_iter().zip(0_u16..).filter_map(|(it, n)| it.then_some(n));
            let tiles: Vec<_> = tiles.collect();
            // Equal shares, so that no thread is left with a small rest at the end.
            let shares = tiles.len().div_ceil(BATCH);
            let size = tiles.len().div_ceil(shares.max(1)).max(1);
            let shares: Vec<_> =
                tiles.chunks(size).map(|tiles| (tiles.to_vec(), fidelity)).collect();
            shares
        });
        let mut batches: Vec<_> = batches.collect();
        batches.sort_by_key(|(_, fidelity)| first.map(Fidelity::Lossy) != Some(*fidelity));
        self.stage = Stage::Encoding { batches: batches.into(), lossy, qualities, running: 0 };
    }

    /// In how many JPEG qualities tiles are being encoded.
    pub(crate) fn qualities(&self) -> usize {
        match &self.stage {
            Stage::Encoding { qualities, .. } => *qualities,
            Stage::Rest | Stage::Comparing { .. } => 0,
        }
    }

    /// How many jobs wait.
    pub(crate) fn jobs(&self) -> usize {
        match &self.stage {
            Stage::Rest => 0,
            Stage::Comparing { bands, .. } => bands.len(),
            Stage::Encoding { batches, .. } => batches.len(),
        }
    }

    pub(crate) fn take_job(&mut self) -> Option<Job> {
        let current = self.current.as_ref()?;
        match &mut self.stage {
            Stage::Rest => None,
            Stage::Comparing { newest, bands, running, .. } => {
                let tiles = bands.pop_front()?;
                *running += 1;
                let (before, after) = (current.frame.clone()?, newest.frame.clone());
                Some(Job::Compare { before, after, grid: current.grid, tiles })
            }
            Stage::Encoding { batches, lossy, running, .. } => {
                let (tiles, fidelity) = batches.pop_front()?;
                *running += 1;
                let frame = current.frame.clone()?;
                let sampling = tiles::sampling(fidelity, *lossy, &current.grid);
                Some(Job::Encode { frame, grid: current.grid, tiles, fidelity, sampling })
            }
        }
    }

    /// Takes the result of a job; returns whether it was the stage's last. `now` in seconds.
    pub(crate) fn done(&mut self, outcome: Outcome, now: f64) -> bool {
        match (&mut self.stage, outcome) {
            (Stage::Comparing { running, changed, .. }, Outcome::Changed(tiles)) => {
                *running -= 1;
                changed.extend(tiles);
            }
            (Stage::Encoding { running, .. }, Outcome::Encoded { tiles, fidelity, encoded }) => {
                *running -= 1;
                self.put(&tiles, fidelity, encoded);
            }
            (Stage::Encoding { running, batches, .. }, Outcome::Failed(tiles, fidelity)) => {
                *running -= 1;
                match tiles[..] {
                    [tile] => self.tiles[usize::from(tile)].failed = true,
                    // One of them spoiled it for the others.
                    _ => batches.extend(tiles.into_iter().map(|tile| (vec![tile], fidelity))),
                }
            }
            // The canvas was closed meanwhile.
            _ => return false,
        }
        match std::mem::take(&mut self.stage) {
            Stage::Comparing { newest, bands, running: 0, changed } if bands.is_empty() => {
                self.compared(newest, &changed);
                true
            }
            Stage::Encoding { batches, running: 0, .. } if batches.is_empty() => {
                if let Some(current) = &mut self.current {
                    current.encoded = now;
                }
                self.is_encoded = true;
                true
            }
            unfinished => {
                self.stage = unfinished;
                false
            }
        }
    }

    fn compared(&mut self, newest: Newest, changed: &[u16]) {
        let Some(current) = &mut self.current else { return };
        if changed.is_empty() {
            // The same picture again: what is shown stays, with the numbers it has.
            (current.number, current.at) = (newest.number, newest.at);
            return;
        }
        self.version += 1;
        self.is_encoded = false;
        self.counts.changed += 1;
        for tile in changed {
            let Some(tile) = self.tiles.get_mut(usize::from(*tile)) else { continue };
            self.held -= tile.bytes();
            self.revision += 1;
            *tile = Tile::new(self.version, self.revision, newest.at);
        }
        current.picture = info(&newest);
        (current.number, current.at) = (newest.number, newest.at);
        current.frame = Some(newest.frame);
    }

    fn put(&mut self, tiles: &[u16], fidelity: Fidelity, encoded: Vec<Arc<EncodedTile>>) {
        for (tile, encoded) in tiles.iter().zip(encoded) {
            self.counts.encoded_bytes += encoded.len() as u64;
            if encoded.encoding().is_exact() {
                self.counts.exact_tiles += 1;
                self.exact_tiles.add(encoded.len());
            } else {
                self.counts.jpeg_tiles += 1;
            }
            let tile = &mut self.tiles[usize::from(*tile)];
            self.held -= tile.bytes();
            if encoded.encoding().is_exact() && tile.exact.is_none() {
                self.revision += 1;
                tile.revision = self.revision;
            }
            tile.put(fidelity, encoded);
            self.held += tile.bytes();
        }
    }

    /// The encoding of `tile` for somebody who asked for `fidelity`. It may be better, and is whatever
    /// there is where the picture comes in tiles.
    pub(crate) fn get(&self, tile: u16, fidelity: Fidelity) -> Option<&Arc<EncodedTile>> {
        let tile = &self.tiles[usize::from(tile)];
        tile.get(fidelity).or_else(|| tile.best().filter(|_| self.is_relayed()))
    }

    /// Grows with every tile that changed, or became exact.
    pub(crate) fn revision(&self) -> u64 {
        self.revision
    }

    /// Drops encodings if there are too many: they are made again for clients that need them. Only
    /// before it is planned what to encode.
    pub(crate) fn trim(&mut self) {
        if self.held > CACHE_BYTES && !self.is_relayed() {
            self.drop_encodings();
        }
    }

    pub(crate) fn drop_encodings(&mut self) {
        self.held = 0;
        for tile in &mut self.tiles {
            (tile.lossy, tile.exact) = (Vec::new(), None);
        }
    }
}

/// A running average that follows what is new.
#[derive(Debug, Default)]
struct Average(Option<f64>);

impl Average {
    fn add(&mut self, value: usize) {
        let value = value as f64;
        self.0 = Some(self.0.map_or(value, |before| before + (value - before) / 16.0));
    }

    fn value(&self) -> Option<usize> {
        self.0.map(|value| value as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use framecast_api::{FramePool, PhysicalSize};

    /// Has `tile` encoded, to so many bytes.
    fn encode(store: &mut TileStore, tile: u16, bytes: usize) {
        let mut missing = Missing::default();
        missing.add(Fidelity::Exact, tile, store.tiles().len());
        store.encode(missing, None);
        assert!(matches!(store.take_job(), Some(Job::Encode { .. })));
        let encoded = vec![Arc::new(EncodedTile::of_bytes(bytes))];
        let outcome = Outcome::Encoded { tiles: vec![tile], fidelity: Fidelity::Exact, encoded };
        assert!(store.done(outcome, 0.0));
    }

    /// That of a frame of 400 × 300 pixels.
    fn store() -> TileStore {
        let mut pool = FramePool::new();
        let buffer = pool.lend(PhysicalSize::new(400, 300)).unwrap();
        let frame = pool.freeze(buffer, 1, 0.0, 1.0);
        let mut store = TileStore::default();
        let (number, at) = (1, Instant::now());
        store.compare(Newest { frame, number, at, presented: 0.0, damage: None, input: None });
        store
    }

    #[test]
    fn what_is_encoded_together_is_sampled_alike_by_how_much_it_is() {
        let samplings = |wanted: &[(u8, u16)]| {
            let mut store = store();
            let mut missing = Missing::default();
            for (quality, tiles) in wanted {
                let add = |tile| missing.add(Fidelity::Lossy(*quality), tile, store.tiles().len());
                (0..*tiles).for_each(add);
            }
            store.encode(missing, None);
            let mut samplings = Vec::new();
            while let Some(Job::Encode { fidelity, sampling, .. }) = store.take_job() {
                samplings.push((fidelity, sampling));
            }
            samplings.dedup();
            samplings
        };
        let (best, less) = (Fidelity::Lossy(80), Fidelity::Lossy(50));
        assert_eq!(store().tiles().len(), 28);
        assert_eq!(samplings(&[(80, 7)]), [(best, Sampling::Full)]);
        assert_eq!(samplings(&[(80, 8)]), [(best, Sampling::Half)]);
        assert_eq!(samplings(&[(80, 28)]), [(best, Sampling::Half)]);
        assert_eq!(samplings(&[(50, 7)]), [(less, Sampling::Half)]);
        let both = [(less, Sampling::Half), (best, Sampling::Full)];
        assert_eq!(samplings(&[(80, 7), (50, 7)]), both);
        // Much changes, even if somebody lacks only a little of it.
        let both = [(less, Sampling::Half), (best, Sampling::Half)];
        assert_eq!(samplings(&[(80, 2), (50, 28)]), both);
    }

    #[test]
    fn encodings_are_kept_up_to_a_limit_and_then_made_again() {
        let mut store = store();
        let has = |store: &TileStore, tile: u16| store.get(tile, Fidelity::Exact).is_some();

        encode(&mut store, 0, CACHE_BYTES);
        store.trim();
        assert!(has(&store, 0));
        // One that takes another's place is counted once.
        encode(&mut store, 0, CACHE_BYTES - 1);
        encode(&mut store, 1, 1);
        store.trim();
        assert!(has(&store, 0) && has(&store, 1));
        encode(&mut store, 2, 1);
        store.trim();
        assert!((0..3).all(|tile| !has(&store, tile)));
        encode(&mut store, 0, CACHE_BYTES);
        store.trim();
        assert!(has(&store, 0));
    }
}
