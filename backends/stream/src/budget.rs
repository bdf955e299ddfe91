//! Which JPEG qualities are encoded: a tile is encoded once for each, and so every quality more that
//! somebody wants costs the time of a whole picture. Pure: `now` is passed in.
//!
//! The presenter has the quality that its connection bears. Watchers share few. When the encoders fall
//! behind because several are wanted, watchers take the presenter's; whoever has less bandwidth is then
//! sent fewer pictures instead of worse ones.

use std::time::{Duration, Instant};

use crate::video::VideoRung;

/// The qualities of watchers. Others are lowered to the next of them.
const SHARED: [u8; 3] = [80, 50, 20];
/// The rungs of watchers; likewise. Each has at most three times the bit rate of the one below: a link that carries that
/// one takes no more than three times as long for this one's keyframe, with which an attempt at it begins.
const SHARED_VIDEO: [VideoRung; 5] = [
    VideoRung { bits_per_second: 8_000_000, half: false },
    VideoRung { bits_per_second: 2_800_000, half: false },
    VideoRung { bits_per_second: 1_400_000, half: false },
    VideoRung { bits_per_second: 1_000_000, half: true },
    VideoRung { bits_per_second: 350_000, half: true },
];
/// The rung of watchers who are too slow for these. Nobody else has it, and its pictures come as rarely as the slowest
/// needs, within reason.
pub(crate) const SLOW_VIDEO: VideoRung = VideoRung { bits_per_second: 200_000, half: true };
/// After so many pictures in a row that came late and had several qualities, there is one.
const LATE: u32 = 3;
/// How long there is one: at first, and at most. It doubles each time that several were too many
/// again,
const ALONE: (Duration, Duration) = (Duration::from_secs(4), Duration::from_secs(60));
/// within this time.
const AGAIN: Duration = Duration::from_secs(4);

#[derive(Debug)]
pub(crate) struct EncodeBudget {
    /// The presenter's quality, or the best that is wanted.
    first: u8,
    /// Until then there is one.
    alone_until: Option<Instant>,
    alone: Duration,
    late: u32,
}

impl Default for EncodeBudget {
    fn default() -> Self {
        Self { first: SHARED[0], alone_until: None, alone: ALONE.0, late: 0 }
    }
}

impl EncodeBudget {
    /// The presenter's quality, or the best that was wanted.
    pub(crate) fn first(&self) -> u8 {
        self.first
    }

    /// The presenter's quality, or else the best that is wanted.
    pub(crate) fn set_first(&mut self, quality: u8, now: Instant) {
        self.first = quality;
        if self.alone_until.is_some_and(|until| until + AGAIN <= now) {
            // Several have not been too many.
            (self.alone_until, self.alone) = (None, ALONE.0);
        }
    }

    /// A picture was encoded in `qualities` qualities; `late`: a newer one waits already.
    pub(crate) fn encoded(&mut self, qualities: usize, late: bool, now: Instant) {
        if qualities < 2 {
            // It is late for another reason, or not at all.
            self.late = 0;
            return;
        }
        self.late = if late { self.late + 1 } else { 0 };
        if self.late < LATE {
            return;
        }
        self.late = 0;
        if self.alone_until.is_some() {
            self.alone = (self.alone * 2).min(ALONE.1);
        }
        self.alone_until = Some(now + self.alone);
    }

    /// The rung for a client whose connection bears `borne`. `is_slow`: it does not keep up with others.
    pub(crate) fn rung(&self, borne: VideoRung, presents: bool, is_slow: bool) -> VideoRung {
        if presents {
            return borne;
        }
        if is_slow {
            return SLOW_VIDEO;
        }
        let fits = |shared: &VideoRung| {
            shared.bits_per_second <= borne.bits_per_second && (shared.half || !borne.half)
        };
        SHARED_VIDEO.into_iter().find(fits).unwrap_or(SLOW_VIDEO)
    }

    /// The quality for a client whose connection bears `borne`.
    pub(crate) fn quality(&self, borne: u8, presents: bool, now: Instant) -> u8 {
        if presents {
            borne
        } else if self.alone_until.is_some_and(|until| now < until) {
            self.first
        } else {
            SHARED.into_iter().find(|shared| *shared <= borne).unwrap_or(SHARED[2])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hub::HubInput;
    use crate::job::Job;
    use crate::ledger::Painted;
    use crate::message::Message;
    use crate::protocol::ClientMessage;
    use crate::scene::Scene;
    use framecast_api::{BackendCommand, ClientId, ControlState, Member, Role};

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn watchers_share_few_qualities_and_the_presenter_has_its_own() {
        let (budget, now) = (EncodeBudget::default(), Instant::now());
        let watchers = [80, 65, 50, 35, 20].map(|borne| budget.quality(borne, false, now));
        assert_eq!(watchers, [80, 50, 50, 20, 20]);
        let presenter = [80, 65, 50, 35, 20].map(|borne| budget.quality(borne, true, now));
        assert_eq!(presenter, [80, 65, 50, 35, 20]);
    }

    #[test]
    fn no_rung_of_watchers_is_far_above_the_one_below() {
        for pair in SHARED_VIDEO.windows(2) {
            let [above, below] = [&pair[0], &pair[1]];
            assert!(above.bits_per_second <= 3 * below.bits_per_second, "{above:?}, {below:?}");
        }
    }

    #[test]
    fn when_several_qualities_are_too_many_there_is_one_for_longer_and_longer() {
        let mut now = Instant::now();
        let mut budget = EncodeBudget::default();
        budget.set_first(65, now);
        let late =
            |budget: &mut EncodeBudget, now| (0..LATE).for_each(|_| budget.encoded(2, true, now));
        (0..10).for_each(|_| budget.encoded(1, true, now));
        assert_eq!(budget.quality(20, false, now), 20, "one quality is not too many");
        for expected in [4, 8, 16, 32, 60, 60] {
            late(&mut budget, now);
            let end = now + Duration::from_secs(expected);
            assert_eq!(budget.quality(20, false, end - MS), 65);
            assert_eq!(budget.quality(20, false, end), 20);
            now = end;
        }
        now += Duration::from_secs(64);
        budget.set_first(65, now);
        late(&mut budget, now);
        assert_eq!(budget.quality(20, false, now + ALONE.0), 20, "it is forgotten");
    }

    /// A client at the end of a link of so many bytes a second.
    struct Viewer {
        id: ClientId,
        bytes_per_second: f64,
        /// Until when the link is busy, and what is on its way, by when it was painted.
        busy_until: Instant,
        painted: Vec<(Instant, u32)>,
        pictures: u32,
    }

    /// Two threads that need this long for a tile.
    const PER_TILE: Duration = Duration::from_micros(700);
    const THREADS: usize = 2;
    const FPS: u32 = 60;

    /// Pictures that the presenter was shown, and tiles that were encoded, beside watchers with links
    /// of so many bytes a second, in ten seconds.
    fn play(watchers: &[f64]) -> (u32, u64) {
        let mut scene = Scene::new();
        let start = scene.now;
        let rates = [1e9].into_iter().chain(watchers.iter().copied());
        let mut viewers: Vec<_> = rates
            .map(|bytes_per_second| Viewer {
                id: scene.join(),
                bytes_per_second,
                busy_until: start,
                painted: Vec::new(),
                pictures: 0,
            })
            .collect();
        let member = |(number, viewer): (u64, &Viewer)| {
            Member::new(number, Some(viewer.id), "somebody".into(), Role::Drive)
        };
        let members = (1..).zip(&viewers).map(member).collect();
        scene.set(BackendCommand::Control(ControlState::new(Some(1), None, false, members)));
        let mut working: Vec<(Instant, Job)> = Vec::new();
        let (mut frames, mut next_frame, mut tiles) = (0, start, 0);
        while scene.now < start + Duration::from_secs(10) {
            scene.now += MS / 4;
            let now = scene.now;
            if next_frame <= now && scene.wants_frame() {
                frames += 1;
                scene.present_all(frames);
                next_frame = scene.now + Duration::from_secs(1) / FPS;
            }
            while let Some(at) = working.iter().position(|(done, _)| *done <= now) {
                let job = working.swap_remove(at).1;
                scene.handle(HubInput::Done(job.run(|_, _| false)));
                scene.settle();
            }
            while working.len() < THREADS {
                let Some(job) = scene.hub.take_job(now) else { break };
                let count = job.encodes();
                tiles += count as u64;
                working.push((now + PER_TILE * count as u32, job));
                scene.settle();
            }
            for viewer in &mut viewers {
                while let Some(message) = scene.next(viewer.id) {
                    if let Message::Part(part) = message {
                        let header = part.header;
                        let bytes = part.into_bytes().len() as f64;
                        let time = Duration::from_secs_f64(bytes / viewer.bytes_per_second);
                        viewer.busy_until = viewer.busy_until.max(now) + time;
                        if header.last {
                            viewer.painted.push((viewer.busy_until + 10 * MS, header.update));
                        }
                    }
                    scene.written(viewer.id);
                }
                let painted = viewer.painted.iter().filter(|(at, _)| *at <= now).count();
                for (_, update) in viewer.painted.drain(..painted) {
                    viewer.pictures += 1;
                    let ack = ClientMessage::Ack { update, painted: Painted::default() };
                    scene.receive(viewer.id, ack);
                }
            }
        }
        (viewers[0].pictures, tiles)
    }

    #[test]
    fn slow_watchers_with_links_of_their_own_do_not_cost_the_presenter_its_rate() {
        let (alone, tiles_alone) = play(&[]);
        let (beside, tiles_beside) = play(&[4e5, 8e5, 1.6e6, 3.2e6]);
        let kept = f64::from(beside) / f64::from(alone);
        let cost = |tiles: u64, pictures: u32| tiles as f64 / f64::from(pictures);
        let dearer = cost(tiles_beside, beside) / cost(tiles_alone, alone);
        assert!(kept >= 0.9, "{beside} pictures instead of {alone}; {dearer:.2} times the tiles");
        assert!(dearer <= 1.4, "{dearer:.2} times the tiles for each picture");
    }
}
