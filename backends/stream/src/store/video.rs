//! Video: for each rung that somebody is on, one encoder and its newest pictures. Each picture is encoded once for
//! all clients of the rung. Pure: jobs are handed out and their results taken back.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use framecast_api::Frame;

use super::membership::Membership;
use super::tiles::{Current, TileStore};
use crate::budget::SLOW_VIDEO;
use crate::tile_update::PictureInfo;
use crate::tiles::Grid;
use crate::video::{VideoCodec, VideoEncoder, VideoMode, VideoPicture, VideoRung, VideoSettings};

/// Encoders at a time: those that watchers share, and the presenter's. Each costs the time of a picture.
const MOST_RUNGS: usize = 7;
/// Pictures that are kept for clients of a rung that are a little slower than its first: 0.4 s. A client that is
/// further behind needs a keyframe.
const KEPT: usize = 24;
/// On the slow rung, the next picture is encoded when all of its clients have the one before, and after this time at
/// the latest.
const SLOWEST: Duration = Duration::from_millis(125);
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
    /// When the last keyframe was of those that are gone. A client that leaves a rung and comes back gets no more of
    /// them.
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
    /// The version of the newest frame that was begun, and when.
    begun: u64,
    begun_at: Instant,
    /// How many clients wait for a picture that goes on from the one before.
    waiting: usize,
    wants_keyframe: bool,
    last_keyframe: Option<Instant>,
    pictures: VecDeque<Arc<StoredPicture>>,
    /// The number of the next picture.
    next: u64,
}

/// An encoded picture of a rung.
#[derive(Debug)]
pub(crate) struct StoredPicture {
    /// Pictures of a rung have numbers without gaps, and no two rungs have the same.
    pub(crate) number: u64,
    pub(crate) shows: ShownFrame,
    /// When it was encoded, in seconds.
    pub(crate) encoded: f64,
    pub(crate) picture: VideoPicture,
}

/// The frame that a picture shows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ShownFrame {
    /// The version of the tiles, and the one from which on their grid holds.
    pub(crate) version: u64,
    pub(crate) grid_since: u64,
    pub(crate) info: PictureInfo,
    pub(crate) grid: Grid,
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
    shows: ShownFrame,
}

/// What became of it.
#[derive(Debug)]
pub(crate) struct Outcome {
    id: u32,
    /// `None`: there is no encoder, or the frame cannot be encoded.
    encoded: Option<(Box<dyn VideoEncoder>, VideoPicture)>,
    shows: ShownFrame,
}

impl Job {
    /// Encodes the frame.
    pub(crate) fn run(self) -> Outcome {
        let Self { id, shows, .. } = self;
        let encoder = self.encoder.map_or_else(|| self.codec.encoder(self.rung), Ok);
        let encoded = encoder.ok().and_then(|mut encoder| {
            let picture = encoder.encode(&self.frame, self.keyframe, self.time).ok()?;
            Some((encoder, picture))
        });
        Outcome { id, encoded, shows }
    }

    /// The result where it could not be run.
    pub(crate) fn failure(&self) -> Outcome {
        Outcome { id: self.id, encoded: None, shows: self.shows }
    }
}

/// What clients wait for, by rung: how many for the next picture, and whether somebody for a keyframe.
#[derive(Debug, Default)]
pub(crate) struct WantedVideo(BTreeMap<VideoRung, (usize, bool)>);

impl WantedVideo {
    pub(crate) fn add(&mut self, rung: VideoRung, keyframe: bool) {
        let (waiting, key) = self.0.entry(rung).or_default();
        *waiting += usize::from(!keyframe);
        *key |= keyframe;
    }
}

/// The next picture for a client.
#[derive(Debug)]
pub(crate) enum NextVideo {
    Picture(Arc<StoredPicture>),
    /// It is not encoded yet.
    Missing,
    /// It has to be a keyframe, which is not encoded yet.
    MissingKeyframe,
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

    /// The rungs that there are, and how many clients are on each, or on their way to it.
    pub(crate) fn members(&self) -> impl Iterator<Item = (VideoRung, usize)> {
        self.rungs.iter().map(|it| (it.setting, it.members))
    }

    /// Whether a picture that somebody waits for is not being encoded yet, though it can be.
    pub(crate) fn is_late(&self) -> bool {
        self.rungs.iter().any(|it| it.waiting > 0 && !it.waits_for_others())
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
        let Some(rung) = self.rungs.iter().find(|it| it.setting == rung) else {
            return NextVideo::MissingKeyframe;
        };
        let is_next = |it: &&Arc<StoredPicture>| match next {
            Some(next) => it.number == next,
            None => it.picture.keyframe && it.shows.version >= version,
        };
        let found = rung.pictures.iter().rev().find(is_next);
        match found.filter(|it| it.shows.grid_since == current.grid_since) {
            Some(picture) => NextVideo::Picture(Arc::clone(picture)),
            None if next == Some(rung.next) => NextVideo::Missing,
            None => NextVideo::MissingKeyframe,
        }
    }

    /// Notes whether the next picture of a client is no longer kept.
    pub(crate) fn note_lateness(&mut self, member: &mut Membership, now: Instant) {
        let oldest = member.on.and_then(|on| self.at(on)?.pictures.front()).map(|it| it.number);
        if oldest.is_some_and(|oldest| member.next.is_some_and(|next| next < oldest)) {
            member.next = None;
            member.slowness.fell_behind(now);
        }
    }

    /// A client is to be on the rung `wanted`, or on tiles. It has been sent everything up to the version `sent`. On
    /// its way to another rung it stays where it is until there is a keyframe to begin with.
    pub(crate) fn steer(
        &mut self,
        member: &mut Membership,
        wanted: Option<VideoRung>,
        sent: u64,
        tiles: &TileStore,
        now: Instant,
    ) {
        if wanted != member.joining.or(member.on) {
            self.leave(member.joining.take());
            match (member.on, wanted) {
                (_, None) => self.end(member),
                (on, Some(to)) if on != wanted => {
                    if on.is_some_and(|from| self.takes_along(from, to)) {
                        member.on = wanted;
                    } else {
                        self.begin_to_join(member, to, now);
                    }
                }
                _ => {}
            }
        }
        member.waits = false;
        let (Some(to), Some(current)) = (member.joining, tiles.current()) else { return };
        if sent == tiles.version() {
            return;
        }
        if let NextVideo::Picture(keyframe) = self.next(to, None, sent, current) {
            self.leave(member.on);
            (member.on, member.joining, member.next) = (Some(to), None, Some(keyframe.number));
        } else if let Some(rung) = self.at(to) {
            rung.wants_keyframe |= rung.running != Some(true);
            member.waits = rung.running == Some(true) || rung.keyframe_at() <= now;
        }
    }

    /// A client is sent no more video.
    pub(crate) fn end(&mut self, member: &mut Membership) {
        self.leave(member.joining.take());
        self.leave(member.on.take());
        (member.next, member.waits) = (None, false);
    }

    /// If nobody else is on either rung, and only the bit rates differ, the encoder goes along without a keyframe.
    /// Returns whether it does.
    fn takes_along(&mut self, from: VideoRung, to: VideoRung) -> bool {
        if from.half != to.half || self.at(to).is_some() {
            return false;
        }
        let Some(rung) = self.at(from).filter(|it| it.members == 1) else { return false };
        rung.setting = to;
        match &mut rung.encoder {
            Some(encoder) => encoder.retarget(to.bits_per_second),
            None => rung.retarget = true,
        }
        true
    }

    /// Makes the rung if it is missing. If there are too many, a client that has one for itself gives that up first, and
    /// any other stays where it is.
    fn begin_to_join(&mut self, member: &mut Membership, to: VideoRung, now: Instant) {
        if self.at(to).is_none() {
            if self.rungs.len() >= MOST_RUNGS {
                let is_alone = |on| self.at(on).is_some_and(|it| it.members == 1);
                if !member.on.is_some_and(is_alone) {
                    return;
                }
                self.end(member);
            }
            self.made = self.made.wrapping_add(1);
            let last_keyframe = self.left.remove(&to);
            self.rungs.push(Rung { last_keyframe, ..Rung::new(self.made, to, now) });
        }
        if let Some(rung) = self.at(to) {
            rung.members += 1;
            member.joining = Some(to);
        }
    }

    /// A client is no longer on this rung, or on its way to it.
    fn leave(&mut self, rung: Option<VideoRung>) {
        let Some(rung) = rung.and_then(|it| self.at(it)) else { return };
        rung.members -= 1;
        // Those who wait for one say so again.
        rung.wants_keyframe = false;
        for gone in self.rungs.extract_if(.., |it| it.members == 0) {
            self.left.extend(gone.last_keyframe.map(|at| (gone.setting, at)));
        }
    }

    fn at(&mut self, setting: VideoRung) -> Option<&mut Rung> {
        self.rungs.iter_mut().find(|it| it.setting == setting)
    }

    /// Has pictures of the frame with the tiles' version `version` encoded.
    pub(crate) fn want(&mut self, wanted: WantedVideo, version: u64) {
        for (setting, (waiting, keyframe)) in wanted.0 {
            let Some(rung) = self.at(setting) else { continue };
            if rung.begun < version {
                rung.waiting = waiting;
            }
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
        rung.waiting = 0;
        rung.wants_keyframe &= !keyframe;
        rung.running = Some(keyframe);
        if keyframe {
            rung.last_keyframe = Some(now);
        }
        (rung.begun, rung.begun_at) = (tiles.version(), now);
        Some(Job {
            id: rung.id,
            rung: rung.setting,
            codec,
            encoder: rung.encoder.take(),
            frame,
            keyframe,
            time: now.saturating_duration_since(rung.created),
            shows: ShownFrame {
                version: tiles.version(),
                grid_since: current.grid_since,
                info: current.picture,
                grid: current.grid,
            },
        })
    }

    /// Takes the result of a job. `seconds`: now, on the canvas' clock.
    pub(crate) fn done(&mut self, outcome: Outcome, now: Instant, seconds: f64) {
        let Outcome { id, encoded, shows } = outcome;
        // Its clients may have left meanwhile.
        let Some(rung) = self.rungs.iter_mut().find(|it| it.id == id) else { return };
        rung.running = None;
        let Some((mut encoder, picture)) = encoded else {
            self.failed = Some((now, shows.grid_since));
            rung.pictures.clear();
            // Nothing goes on from what was before.
            (rung.next, rung.retarget) = (rung.next + 1, false);
            return;
        };
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
        let stored = StoredPicture { number, shows, encoded: seconds, picture };
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
            begun_at: now,
            waiting: 0,
            wants_keyframe: false,
            last_keyframe: None,
            pictures: VecDeque::new(),
            next: u64::from(id) << 32,
        }
    }

    /// When there may be another keyframe.
    fn keyframe_at(&self) -> Instant {
        self.last_keyframe.map_or(self.created, |at| at + KEYFRAME_EVERY)
    }

    /// Whether the next picture of the slow rung waits until more of its clients have the one before.
    fn waits_for_others(&self) -> bool {
        // A codec may refuse half the size.
        self.setting.bits_per_second == SLOW_VIDEO.bits_per_second && self.waiting < self.members
    }

    fn work_at(&self) -> Option<Instant> {
        // Those who can go on without a keyframe do not wait for the others.
        let next = (self.waiting > 0).then_some(match self.waits_for_others() {
            true => self.begun_at + SLOWEST,
            false => self.created,
        });
        let keyframe = self.wants_keyframe.then(|| self.keyframe_at());
        next.into_iter().chain(keyframe).min().filter(|_| self.running.is_none())
    }
}

#[cfg(test)]
mod tests;
