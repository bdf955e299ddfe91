//! The network's part of the round trip: how much it carries besides, and with which quality
//! pictures come through it often enough. Pure.
//!
//! What a client spends on decoding and painting, as it says, is left out: fewer bytes do not help
//! a slow computer. What a picture takes longer than the shortest it ever took was spent in a
//! queue, which means that bytes are what limits the rate. Only pictures that filled the window
//! tell: what came rarely or slowly otherwise was the application's doing.

//!
//! Where much of the picture moves and the client can decode it, video takes the place of the lower
//! qualities. Its bit rate follows the rate that was measured. If pictures come too rarely even so, they
//! have half the size.

use std::time::{Duration, Instant};

use crate::video::VideoRung;

/// JPEG qualities, from the best. Each needs about three quarters of the bytes of the one before.
const LADDER: [u8; 5] = [80, 65, 50, 35, 20];
/// The step after which video is better than a lower quality.
const VIDEO_AFTER: usize = 2;
/// Bits a second of video, from the most. Each is about 0.7 of the one before.
const BIT_RATES: [u32; 11] = [
    8_000_000, 5_600_000, 4_000_000, 2_800_000, 2_000_000, 1_400_000, 1_000_000, 700_000, 500_000,
    350_000, 250_000,
];
/// The most.
pub(super) const BEST_VIDEO: VideoRung = VideoRung { bits_per_second: BIT_RATES[0], half: false };
/// The one after tiles were tried in vain.
const AFTER_TILES: usize = 2;
/// From this bit rate on video has half the size.
const HALF_FROM: usize = 8;
/// The part of the measured rate that video may take: some pictures are larger than others.
const SHARE: f64 = 0.85;
/// Pictures that come less often than this are too few: half the size is better.
const RARELY: Duration = Duration::from_millis(66);
/// Moving pictures that come less often than this are not tried with another quality first.
const VERY_RARELY: Duration = Duration::from_millis(72);
/// A picture tells what the link carries if it has so many times the bytes of the one that took the shortest time.
const LARGE: usize = 2;
/// Where less of the picture moves than this, tiles are so few that the best video is left for them without knowing more.
const LITTLE: f64 = 0.25;
/// No time in a queue is known better than this.
const RESOLUTION: Duration = Duration::from_millis(1);
/// A picture that took so much longer than the shortest stood in a queue; with less it did not.
const QUEUE: (Duration, Duration) = (Duration::from_millis(15), Duration::from_millis(30));
/// Pictures that come at least this often need no less quality.
const OFTEN: Duration = Duration::from_millis(24);
/// Between two steps down: what is in flight still has the quality from before.
const STEP_DOWN: Duration = Duration::from_millis(150);
/// How long there must be no queue for a step up: at first, and at most. It doubles with every
/// step up that was too much.
const STEP_UP: (Duration, Duration) = (Duration::from_secs(2), Duration::from_secs(30));
/// A step up was too much if one down follows within this time.
const TOO_MUCH: Duration = Duration::from_secs(4);
/// How long there must be no queue at the best video before tiles are tried without knowing that the link carries them:
/// at first, and at most. It doubles with every attempt that was too much.
const TRY_TILES: (Duration, Duration) = (Duration::from_secs(4), Duration::from_secs(120));
/// How long what is sent besides may delay what changes next.
pub(super) const SLICE: Duration = Duration::from_millis(50);
/// Bytes that may be sent besides: the fewest, at first, and the most.
const SPARE: (usize, usize, usize) = (8 * 1024, 48 * 1024, 256 * 1024);
/// The shortest time is forgotten after this, so that a longer round trip is found out; with the least
/// quality at once, since a picture then takes hardly any time itself, and it can get no worse.
const FORGET: Duration = Duration::from_secs(10);

/// How one picture went through the network.
#[derive(Debug, Clone, Copy)]
pub(super) struct Delivery {
    /// From sending to the acknowledgement, without what the client did with it.
    pub(super) time: Duration,
    pub(super) bytes: usize,
    /// No more were allowed to be in flight.
    pub(super) full: bool,
    /// Nothing else was in flight when it was sent.
    pub(super) alone: bool,
    pub(super) at: Instant,
}

/// How what changes is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    /// With an index into the qualities.
    Tiles(usize),
    /// With an index into the bit rates.
    Video { step: usize, half: bool },
}

/// The network between us and a client.
#[derive(Debug)]
pub(super) struct Network {
    level: Level,
    /// The rung of the video that is sent.
    sent: Option<VideoRung>,
    /// Video may be sent.
    video: bool,
    /// It may, and tiles would not be many.
    little_moves: bool,
    spare: usize,
    /// The shortest time of a picture, when that was, and the picture's bytes.
    shortest: Option<(Duration, Instant, usize)>,
    /// Bytes of a picture, on average, while the window is full,
    bytes: f64,
    /// and while tiles are sent.
    tile_bytes: f64,
    /// The most bytes a second that a large picture came with since there was a queue.
    carries: f64,
    /// Between acknowledgements, on average, while the window is full.
    every: Duration,
    before: Option<Instant>,
    stepped_down: Option<Instant>,
    stepped_up: Option<Instant>,
    /// How many steps up there were since the last one down.
    steps_up: usize,
    /// Since when there was no queue.
    clear_since: Option<Instant>,
    patience: Duration,
    /// How long there must be no queue before tiles are tried, and whether they were.
    tiles_patience: Duration,
    tries_tiles: bool,
    /// The quality of tiles before video began.
    before_video: usize,
}

impl Network {
    pub(super) fn new() -> Self {
        Self {
            level: Level::Tiles(0),
            sent: None,
            video: false,
            little_moves: false,
            spare: SPARE.1,
            shortest: None,
            bytes: 0.0,
            tile_bytes: 0.0,
            carries: 0.0,
            every: Duration::ZERO,
            before: None,
            stepped_down: None,
            stepped_up: None,
            steps_up: 0,
            clear_since: None,
            patience: STEP_UP.0,
            tiles_patience: TRY_TILES.0,
            tries_tiles: false,
            before_video: VIDEO_AFTER,
        }
    }

    /// JPEG quality of tiles; beside video, few of them change.
    pub(super) fn quality(&self) -> u8 {
        match self.level {
            Level::Tiles(step) => LADDER[step],
            Level::Video { .. } => LADDER[VIDEO_AFTER],
        }
    }

    /// The rung of video; `None`: tiles are better.
    pub(super) fn rung(&self) -> Option<VideoRung> {
        match self.level {
            Level::Tiles(_) => None,
            Level::Video { step, half } => {
                Some(VideoRung { bits_per_second: BIT_RATES[step], half })
            }
        }
    }

    /// Video may be sent: the client can decode it, and this part of the picture moves; `None`: it may not.
    pub(super) fn allow_video(&mut self, moves: Option<f64>) {
        self.video = moves.is_some();
        self.little_moves = moves.is_some_and(|share| share < LITTLE);
        self.tries_tiles &= self.video;
        if !self.video && matches!(self.level, Level::Video { .. }) {
            self.level = Level::Tiles(self.before_video);
        }
    }

    /// Video is sent of this rung: others may be on a lower one with it.
    pub(super) fn set_sent(&mut self, rung: Option<VideoRung>) {
        self.sent = rung;
    }

    pub(super) fn spare(&self) -> usize {
        self.spare
    }

    /// A picture came through.
    pub(super) fn measured(&mut self, delivery: &Delivery) {
        let Delivery { time, at, .. } = *delivery;
        let shortest = match self.shortest {
            Some(shortest) if shortest.0 < time => {
                let old = at.saturating_duration_since(shortest.1) > FORGET;
                let least = self.level == Level::Tiles(LADDER.len() - 1);
                let forget = (old || least) && delivery.alone;
                if forget { (time, at, delivery.bytes) } else { shortest }
            }
            _ => (time, at, delivery.bytes),
        };
        self.shortest = Some(shortest);
        let queue = time - shortest.0;
        let bytes = delivery.bytes as f64;
        if delivery.bytes > LARGE * shortest.2 {
            let more = (delivery.bytes - shortest.2) as f64;
            let carried = more / queue.max(RESOLUTION).as_secs_f64();
            self.carries = self.carries.max(carried);
            if self.tries_tiles && queue > QUEUE.1 && carried < self.needed_for_tiles() {
                self.give_up_tiles(at);
            }
        }
        if let Level::Tiles(_) = self.level {
            self.tile_bytes = average(self.tile_bytes, bytes);
        }
        if let Some(before) = self.before.replace(at)
            && delivery.full
        {
            let gap = at.saturating_duration_since(before).min(Duration::from_secs(1));
            self.every = (self.every * 3 + gap) / 4;
            self.bytes = average(self.bytes, bytes);
        }
        self.adjust_spare(delivery.bytes, queue);
        if queue > QUEUE.1 {
            self.carries = 0.0;
        }
        let queued = queue > QUEUE.1 && delivery.full;
        if queued && self.every > OFTEN {
            self.step_down(at, time);
        } else if queue < QUEUE.0 {
            self.step_up(at);
        } else {
            self.clear_since = None;
        }
    }

    /// A slice that took long is made smaller, one that took no time larger.
    fn adjust_spare(&mut self, bytes: usize, queue: Duration) {
        if queue > SLICE {
            self.spare = (self.spare / 2).max(SPARE.0);
        } else if queue < SLICE / 2 {
            self.spare = self.spare.max(bytes.saturating_mul(2).min(SPARE.2));
        }
    }

    fn step_down(&mut self, now: Instant, time: Duration) {
        self.clear_since = None;
        let wait = STEP_DOWN.max(time);
        if self.stepped_down.is_some_and(|before| now < before + wait) {
            return;
        }
        self.steps_up = 0;
        if std::mem::take(&mut self.tries_tiles) {
            self.tiles_patience = (self.tiles_patience * 2).min(TRY_TILES.1);
        } else if self.stepped_up.take().is_some_and(|up| now < up + TOO_MUCH) {
            self.patience = (self.patience * 2).min(STEP_UP.1);
        }
        self.stepped_down = Some(now);
        self.level = match self.level {
            Level::Tiles(step)
                if self.video && (step >= VIDEO_AFTER || self.every > VERY_RARELY) =>
            {
                let fitting = self.fitting();
                self.before_video = step.max(VIDEO_AFTER);
                Level::Video { step: fitting, half: fitting >= HALF_FROM }
            }
            Level::Tiles(step) => Level::Tiles((step + 1).min(LADDER.len() - 1)),
            Level::Video { step, half } => self.lower(step, half),
        };
    }

    /// Bytes a second with which tiles come often enough.
    fn needed_for_tiles(&self) -> f64 {
        self.tile_bytes / OFTEN.as_secs_f64()
    }

    /// Goes back to video from tiles that were tried. Its bit rate leaves room for what waits in the network.
    fn give_up_tiles(&mut self, now: Instant) {
        self.tries_tiles = false;
        self.tiles_patience = (self.tiles_patience * 2).min(TRY_TILES.1);
        (self.clear_since, self.stepped_up, self.stepped_down) = (None, None, Some(now));
        (self.level, self.steps_up) = (Level::Video { step: AFTER_TILES, half: false }, 0);
    }

    /// The first bit rate that the link carries.
    fn fitting(&self) -> usize {
        let carried = self.bytes / self.every.max(RESOLUTION).as_secs_f64() * 8.0 * SHARE;
        let fits = |rate: &u32| f64::from(*rate) <= carried;
        BIT_RATES.iter().position(fits).unwrap_or(BIT_RATES.len() - 1)
    }

    /// What is below that video. The pictures of the same bit rate may come less often, but not rarely.
    fn lower(&self, step: usize, half: bool) -> Level {
        let fitting = self.fitting();
        let rarely = self.every > RARELY;
        if fitting > step {
            Level::Video { step: fitting, half: half || fitting >= HALF_FROM }
        } else if rarely && !half {
            Level::Video { step, half: true }
        } else if rarely {
            Level::Video { step: (step + 1).min(BIT_RATES.len() - 1), half }
        } else {
            Level::Video { step, half }
        }
    }

    /// What is above that video, after there was no queue for so long.
    fn higher(&mut self, step: usize, half: bool, clear: Duration) -> Option<Level> {
        if half && step < HALF_FROM {
            Some(Level::Video { step, half: false })
        } else if step > 0 {
            // Faster from the third time in a row on: the link has become much wider.
            let steps = self.steps_up.saturating_sub(1).max(1);
            let step = step.saturating_sub(steps);
            Some(Level::Video { step, half: step >= HALF_FROM })
        } else {
            // Where much moves, and it is not known that the link carries so much, rarely.
            let is_known = self.little_moves || self.carries >= self.needed_for_tiles();
            self.tries_tiles = !is_known && clear >= self.tiles_patience;
            (is_known || self.tries_tiles).then_some(Level::Tiles(VIDEO_AFTER))
        }
    }

    fn step_up(&mut self, now: Instant) {
        let clear = now.saturating_duration_since(*self.clear_since.get_or_insert(now));
        if clear < self.patience {
            return;
        }
        let higher = match self.level {
            Level::Tiles(0) => {
                self.patience = (self.patience / 2).max(STEP_UP.0);
                self.clear_since = None;
                None
            }
            Level::Tiles(step) => {
                // Tiles came through for a while.
                (self.tries_tiles, self.tiles_patience) = (false, TRY_TILES.0);
                Some(Level::Tiles(step - 1))
            }
            Level::Video { step, half } => self.higher(step, half, clear),
        };
        if let Some(level) = higher {
            // What was sent of a lower rung says little.
            if self.sent == self.rung() {
                self.steps_up += 1;
                if self.steps_up > 2 {
                    self.patience = (self.patience / 2).max(STEP_UP.0);
                }
            } else {
                self.steps_up = 0;
            }
            self.level = level;
            self.stepped_up = Some(now);
            self.clear_since = None;
        }
    }
}

/// An average that follows what is new.
fn average(before: f64, new: f64) -> f64 {
    if before > 0.0 { before + (new - before) / 4.0 } else { new }
}
