//! Video: for each rung that somebody is on, one encoder and its newest pictures. Each picture is encoded once for
//! all clients of the rung. Pure: jobs are handed out and their results taken back.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use framecast_api::Frame;

use super::tiles::{Current, TileStore};
use crate::tile_update::PictureInfo;
use crate::tiles::Grid;
use crate::video::{VideoCodec, VideoEncoder, VideoMode, VideoPicture, VideoRung, VideoSettings};

/// Encoders at a time. Each costs the time of a whole picture.
const MOST_RUNGS: usize = 5;
/// Pictures that are kept for clients of a rung that are a little slower than its first. Whoever is further behind
/// needs a keyframe.
const KEPT: usize = 8;
/// Between two keyframes of a rung, at least, however many clients ask for one.
const KEYFRAME_EVERY: Duration = Duration::from_secs(1);
/// After an encoder failed there is no video for this long, or until frames have another size.
const FAILED: Duration = Duration::from_secs(30);

/// The video of one canvas.
#[derive(Debug, Default)]
pub(crate) struct VideoStore {
    settings: VideoSettings,
    /// At most [`MOST_RUNGS`].
    rungs: Vec<Rung>,
    /// How many there were, whatever the settings: what is still being encoded belongs to none of those that follow.
    made: u32,
    /// When the last keyframe was of those that are gone. Whoever leaves a rung and comes back gets no more of them.
    left: BTreeMap<VideoRung, Instant>,
    /// When an encoder failed, and for which grid.
    failed: Option<(Instant, u64)>,
    pub(crate) counts: VideoCounts,
}

/// What was encoded so far.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct VideoCounts {
    pub(crate) pictures: u64,
    pub(crate) keyframes: u64,
    pub(crate) bytes: u64,
}

#[derive(Debug)]
struct Rung {
    /// Its own; numbers of its pictures begin with it.
    id: u32,
    setting: VideoRung,
    created: Instant,
    /// How many clients are on it.
    members: usize,
    /// `None`: it is being used, or there is none yet.
    encoder: Option<Box<dyn VideoEncoder>>,
    /// The setting was changed while it was being used.
    retarget: bool,
    /// A picture is being encoded, and whether as a keyframe.
    running: Option<bool>,
    /// The version of the newest frame that was begun.
    begun: u64,
    wants_picture: bool,
    wants_keyframe: bool,
    last_keyframe: Option<Instant>,
    /// When somebody wanted a picture last.
    used: Instant,
    pictures: VecDeque<Arc<StoredPicture>>,
    /// The number of the next picture.
    next: u64,
}

/// An encoded picture of a rung.
#[derive(Debug)]
pub(crate) struct StoredPicture {
    /// Pictures of a rung have numbers without gaps, and no two rungs have the same.
    pub(crate) number: u64,
    /// The version of the tiles that it shows, and the one from which on its grid holds.
    pub(crate) version: u64,
    pub(crate) grid_since: u64,
    pub(crate) info: PictureInfo,
    pub(crate) grid: Grid,
    /// When it was encoded, in seconds.
    pub(crate) encoded: f64,
    pub(crate) picture: VideoPicture,
}

/// What an encoder's thread is to do.
#[derive(Debug)]
pub(crate) struct Job {
    id: u32,
    rung: VideoRung,
    codec: Arc<dyn VideoCodec>,
    encoder: Option<Box<dyn VideoEncoder>>,
    frame: Frame,
    keyframe: bool,
    /// Since the rung began.
    time: Duration,
    version: u64,
    grid_since: u64,
    info: PictureInfo,
    grid: Grid,
}

/// What became of it.
#[derive(Debug)]
pub(crate) struct Outcome {
    id: u32,
    /// `None`: there is no encoder, or the frame cannot be encoded.
    encoded: Option<(Box<dyn VideoEncoder>, VideoPicture)>,
    version: u64,
    grid_since: u64,
    info: PictureInfo,
    grid: Grid,
}

impl Job {
    /// Encodes the frame.
    pub(crate) fn run(self) -> Outcome {
        let Self { id, version, grid_since, info, grid, .. } = self;
        let encoder = self.encoder.map_or_else(|| self.codec.encoder(self.rung), Ok);
        let encoded = encoder.ok().and_then(|mut encoder| {
            let picture = encoder.encode(&self.frame, self.keyframe, self.time).ok()?;
            Some((encoder, picture))
        });
        Outcome { id, encoded, version, grid_since, info, grid }
    }

    /// The result where it could not be run.
    pub(crate) fn failure(&self) -> Outcome {
        let Self { id, version, grid_since, info, grid, .. } = *self;
        Outcome { id, encoded: None, version, grid_since, info, grid }
    }
}

/// Which rungs somebody waits for: for any picture, and for a keyframe.
#[derive(Debug, Default)]
pub(crate) struct WantedVideo(BTreeMap<VideoRung, (bool, bool)>);

impl WantedVideo {
    pub(crate) fn add(&mut self, rung: VideoRung, keyframe: bool) {
        let (picture, key) = self.0.entry(rung).or_default();
        *picture |= !keyframe;
        *key |= keyframe;
    }
}

/// The next picture for a client.
#[derive(Debug)]
pub(crate) enum NextVideo {
    Picture(Arc<StoredPicture>),
    /// It is not encoded yet. `keyframe`: it has to be one.
    Missing {
        keyframe: bool,
    },
}

impl VideoStore {
    pub(crate) fn settings(&self) -> &VideoSettings {
        &self.settings
    }

    /// Whether anybody may be sent video.
    pub(crate) fn is_possible(&self) -> bool {
        self.settings.mode != VideoMode::Never && self.settings.codec.is_some()
    }

    pub(crate) fn set(&mut self, settings: VideoSettings) {
        *self = Self { settings, made: self.made, counts: self.counts, ..Self::default() };
    }

    pub(crate) fn clear(&mut self) {
        let settings = std::mem::take(&mut self.settings);
        self.set(settings);
    }

    /// Whether the tiles' current frame can be sent as video of `rung`.
    pub(crate) fn takes(&self, current: &Current, rung: VideoRung, now: Instant) -> bool {
        let failed = |(at, grid): (Instant, u64)| grid == current.grid_since && now < at + FAILED;
        !self.failed.is_some_and(failed)
            && self.settings.codec.as_ref().is_some_and(|it| it.takes(current.picture.size, rung))
    }

    #[cfg(test)]
    pub(crate) fn rungs(&self) -> usize {
        self.rungs.len()
    }

    /// Whether a picture that somebody waits for is not being encoded yet.
    pub(crate) fn is_late(&self) -> bool {
        self.rungs.iter().any(|it| it.wants_picture)
    }

    /// Whether nothing is being encoded.
    pub(crate) fn is_resting(&self) -> bool {
        self.rungs.iter().all(|it| it.running.is_none())
    }

    /// The picture of `rung` for a client whose next one is `next`; `None`: it has none yet, or lost one. It was sent
    /// everything up to `version`.
    pub(crate) fn next(
        &self,
        rung: VideoRung,
        next: Option<u64>,
        version: u64,
        current: &Current,
    ) -> NextVideo {
        let missing = NextVideo::Missing { keyframe: true };
        let Some(rung) = self.rungs.iter().find(|it| it.setting == rung) else { return missing };
        let is_next = |it: &&Arc<StoredPicture>| match next {
            Some(next) => it.number == next,
            None => it.picture.keyframe && it.version >= version,
        };
        let found = rung.pictures.iter().rev().find(is_next);
        match found.filter(|it| it.grid_since == current.grid_since) {
            Some(picture) => NextVideo::Picture(Arc::clone(picture)),
            None => NextVideo::Missing { keyframe: next != Some(rung.next) },
        }
    }

    /// A client goes from one rung to another. If nobody else is on either, and only the bit rates differ, the encoder
    /// goes with it, without a keyframe.
    pub(crate) fn moved(&mut self, from: Option<VideoRung>, to: Option<VideoRung>, now: Instant) {
        let at = |rungs: &[Rung], setting| rungs.iter().position(|it| Some(it.setting) == setting);
        let (before, after) = (at(&self.rungs, from), at(&self.rungs, to));
        if let (Some(before), Some(to), None) = (before, to, after) {
            let rung = &mut self.rungs[before];
            if rung.members == 1 && rung.setting.half == to.half {
                rung.setting = to;
                match &mut rung.encoder {
                    Some(encoder) => encoder.retarget(to.bits_per_second),
                    None => rung.retarget = true,
                }
                return;
            }
        }
        if let Some(before) = before {
            self.rungs[before].members = self.rungs[before].members.saturating_sub(1);
        }
        if let Some(to) = to {
            self.rung(to, now).members += 1;
        }
        for gone in self.rungs.extract_if(.., |it| it.members == 0) {
            self.left.extend(gone.last_keyframe.map(|at| (gone.setting, at)));
        }
    }

    /// The rung of this setting. It is made if it is missing, in place of another where there are too many.
    fn rung(&mut self, setting: VideoRung, now: Instant) -> &mut Rung {
        let at = self.rungs.iter().position(|it| it.setting == setting).unwrap_or_else(|| {
            if self.rungs.len() >= MOST_RUNGS {
                let oldest = (0..self.rungs.len()).min_by_key(|at| self.rungs[*at].used);
                oldest.map(|at| self.rungs.swap_remove(at));
            }
            self.made = self.made.wrapping_add(1);
            let last_keyframe = self.left.remove(&setting);
            self.rungs.push(Rung { last_keyframe, ..Rung::new(self.made, setting, now) });
            self.rungs.len() - 1
        });
        &mut self.rungs[at]
    }

    /// Has pictures of the frame with the tiles' version `version` encoded.
    pub(crate) fn want(&mut self, wanted: WantedVideo, version: u64, now: Instant) {
        for (setting, (picture, keyframe)) in wanted.0 {
            let rung = self.rung(setting, now);
            rung.used = now;
            rung.wants_picture |= picture && rung.begun < version;
            rung.wants_keyframe |= keyframe && rung.running != Some(true);
        }
    }

    /// When a picture can be encoded that somebody waits for, for each rung.
    pub(crate) fn work(&self) -> impl Iterator<Item = Instant> {
        self.rungs.iter().filter_map(Rung::work_at)
    }

    /// How many pictures can be encoded now.
    pub(crate) fn jobs(&self, now: Instant) -> usize {
        self.work().filter(|at| *at <= now).count()
    }

    pub(crate) fn take_job(&mut self, tiles: &TileStore, now: Instant) -> Option<Job> {
        let codec = self.settings.codec.clone()?;
        let current = tiles.current()?;
        let frame = current.frame()?.clone();
        let is_ready = |it: &&mut Rung| it.work_at().is_some_and(|at| at <= now);
        // In turn: whoever has waited the longest.
        let rung = self.rungs.iter_mut().filter(is_ready).min_by_key(|it| it.begun)?;
        let keyframe = rung.wants_keyframe && rung.keyframe_at() <= now;
        rung.wants_picture = false;
        rung.wants_keyframe &= !keyframe;
        rung.running = Some(keyframe);
        if keyframe {
            rung.last_keyframe = Some(now);
        }
        rung.begun = tiles.version();
        Some(Job {
            id: rung.id,
            rung: rung.setting,
            codec,
            encoder: rung.encoder.take(),
            frame,
            keyframe,
            time: now.saturating_duration_since(rung.created),
            version: tiles.version(),
            grid_since: current.grid_since,
            info: current.picture,
            grid: current.grid,
        })
    }

    /// Takes the result of a job. `seconds`: now, on the canvas' clock.
    pub(crate) fn done(&mut self, outcome: Outcome, now: Instant, seconds: f64) {
        let Outcome { id, encoded, version, grid_since, info, grid } = outcome;
        // Its clients may have left meanwhile.
        let Some(at) = self.rungs.iter().position(|it| it.id == id) else { return };
        let Some((mut encoder, picture)) = encoded else {
            self.failed = Some((now, grid_since));
            self.rungs.swap_remove(at);
            return;
        };
        let rung = &mut self.rungs[at];
        rung.running = None;
        if std::mem::take(&mut rung.retarget) {
            encoder.retarget(rung.setting.bits_per_second);
        }
        rung.encoder = Some(encoder);
        if picture.keyframe {
            rung.last_keyframe = Some(now);
            self.counts.keyframes += 1;
        }
        self.counts.pictures += 1;
        self.counts.bytes += picture.bytes.len() as u64;
        let number = rung.next;
        rung.next += 1;
        if rung.pictures.len() == KEPT {
            rung.pictures.pop_front();
        }
        let stored =
            StoredPicture { number, version, grid_since, info, grid, encoded: seconds, picture };
        rung.pictures.push_back(Arc::new(stored));
    }
}

impl Rung {
    fn new(id: u32, setting: VideoRung, now: Instant) -> Self {
        Self {
            id,
            setting,
            created: now,
            members: 0,
            encoder: None,
            retarget: false,
            running: None,
            begun: 0,
            wants_picture: false,
            wants_keyframe: false,
            last_keyframe: None,
            used: now,
            pictures: VecDeque::new(),
            next: u64::from(id) << 32,
        }
    }

    /// When there may be another keyframe.
    fn keyframe_at(&self) -> Instant {
        self.last_keyframe.map_or(self.created, |at| at + KEYFRAME_EVERY)
    }

    fn work_at(&self) -> Option<Instant> {
        let work_at = match (self.wants_picture, self.wants_keyframe) {
            // Those who can go on without a keyframe do not wait for the others.
            (true, _) => Some(self.created),
            (false, true) => Some(self.keyframe_at()),
            (false, false) => None,
        };
        work_at.filter(|_| self.running.is_none())
    }
}
