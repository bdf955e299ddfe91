//! Whole pictures, for clients of the older renderview protocol: the newest that was encoded, made
//! once for all of them. Pure: who wants it is passed in.

use std::time::{Duration, Instant};

use bytes::Bytes;
use framecast_api::{Frame, LogicalSize};

use super::newest::Newest;
use super::pacing::Pacing;

/// However slow its connection, a client is sent the exact picture of what was still for this long.
const EXACT_AFTER: Duration = Duration::from_secs(10);

/// The whole pictures of one canvas.
#[derive(Debug)]
pub(super) struct Whole {
    picture: Option<Picture>,
    /// How many there were.
    contents: u64,
    /// The frame, by its `Newest::number`, that is being encoded for the first time.
    encoding: Option<u64>,
    /// The last frame that cannot be encoded, where there is no picture yet that could stand for it.
    failed: Option<u64>,
    /// An exact picture is being encoded.
    refining: bool,
    lossless: bool,
    still_after: Duration,
}

/// The newest frame that was encoded.
#[derive(Debug)]
struct Picture {
    frame: Frame,
    /// The newest presented frame that has these pixels.
    number: u64,
    /// Since when the pixels are these.
    since: Instant,
    content: u64,
    first: Encoded,
    png: Option<Encoded>,
    /// Whether a PNG of it was tried and cannot be.
    stays_inexact: bool,
}

/// An encoded picture, shared by everybody who is sent it.
#[derive(Debug, Clone)]
pub(super) struct Encoded {
    pub(super) bytes: Bytes,
    /// PNG, or else JPEG.
    pub(super) exact: bool,
}

/// What an encoder's thread is to do.
#[derive(Debug)]
pub(super) enum Job {
    /// A frame that is newer than the picture. `before` has the pixels of the picture.
    First { newest: Newest, before: Option<Frame>, lossless: bool },
    /// The picture's frame, once more and exactly.
    Exact { frame: Frame, content: u64, number: u64 },
}

/// What became of it.
#[derive(Debug)]
pub(super) enum Outcome {
    First {
        newest: Newest,
        encoded: Encoded,
    },
    /// The frame of this number has the pixels of the picture.
    Same {
        number: u64,
    },
    Exact {
        content: u64,
        encoded: Encoded,
    },
    /// The frame of this number cannot be encoded, or not exactly.
    NotFirst {
        number: u64,
        lossless: bool,
    },
    /// This content cannot be sent exactly.
    NotExact {
        content: u64,
    },
    /// The exact picture was given up: there is a newer frame.
    GivenUp,
}

/// Who waits for something to be encoded.
#[derive(Debug, Clone, Copy)]
pub(super) struct Audience {
    /// Somebody has room for a picture.
    pub(super) free: bool,
    /// Somebody has room for an exact one.
    pub(super) takes_exact: bool,
}

impl Whole {
    /// `still_after`: how long a picture must be unchanged to be made once more, exactly.
    pub(super) fn new(still_after: Duration) -> Self {
        Self {
            picture: None,
            contents: 0,
            encoding: None,
            failed: None,
            refining: false,
            lossless: false,
            still_after,
        }
    }

    pub(super) fn set_lossless(&mut self, lossless: bool) {
        if self.lossless != lossless {
            self.lossless = lossless;
            self.clear();
        }
    }

    pub(super) fn clear(&mut self) {
        (self.picture, self.failed) = (None, None);
    }

    /// Whether the presented frame `number` was encoded. What cannot be counts as encoded: it is not
    /// tried over and over.
    pub(super) fn has(&self, number: u64) -> bool {
        self.failed == Some(number)
            || self.picture.as_ref().is_some_and(|picture| picture.number == number)
    }

    /// Whether the presented frame `number` was encoded, or is being.
    pub(super) fn has_begun(&self, number: u64) -> bool {
        self.has(number) || self.encoding == Some(number)
    }

    /// When there will be something to encode, if nothing else happens.
    pub(super) fn work_at(&self, newest: Option<&Newest>, audience: Audience) -> Option<Instant> {
        let newest = newest?;
        if self.encoding.is_some() || self.refining {
            return None;
        }
        if !self.has(newest.number) {
            return audience.free.then_some(newest.at);
        }
        let picture = self.picture.as_ref()?;
        let exact = picture.first.exact || picture.png.is_some() || picture.stays_inexact;
        (!exact && audience.takes_exact).then_some(picture.since + self.still_after)
    }

    pub(super) fn take_job(
        &mut self,
        newest: Option<&Newest>,
        audience: Audience,
        now: Instant,
    ) -> Option<Job> {
        self.work_at(newest, audience).filter(|at| *at <= now)?;
        let newest = newest?;
        if !self.has(newest.number) {
            self.encoding = Some(newest.number);
            let before = self.picture.as_ref().map(|picture| picture.frame.clone());
            return Some(Job::First { newest: newest.clone(), before, lossless: self.lossless });
        }
        let picture = self.picture.as_ref()?;
        self.refining = true;
        let (content, number) = (picture.content, picture.number);
        Some(Job::Exact { frame: picture.frame.clone(), content, number })
    }

    pub(super) fn done(&mut self, outcome: Outcome) {
        match outcome {
            // It was begun before that changed.
            Outcome::First { encoded: Encoded { exact: lossless, .. }, .. }
            | Outcome::NotFirst { lossless, .. }
                if lossless != self.lossless =>
            {
                self.encoding = None;
            }
            Outcome::First { newest, encoded } => {
                self.encoding = None;
                self.contents += 1;
                self.picture = Some(Picture {
                    frame: newest.frame,
                    number: newest.number,
                    since: newest.at,
                    content: self.contents,
                    first: encoded,
                    png: None,
                    stays_inexact: false,
                });
            }
            Outcome::Same { number } => {
                self.encoding = None;
                if let Some(picture) = &mut self.picture {
                    picture.number = number;
                }
            }
            Outcome::NotFirst { number, .. } => {
                self.encoding = None;
                match &mut self.picture {
                    Some(picture) => picture.number = number,
                    None => self.failed = Some(number),
                }
            }
            Outcome::Exact { content, encoded } => {
                self.refining = false;
                if let Some(picture) = self.of(content) {
                    picture.png = Some(encoded);
                }
            }
            Outcome::NotExact { content } => {
                self.refining = false;
                if let Some(picture) = self.of(content) {
                    picture.stays_inexact = true;
                }
            }
            Outcome::GivenUp => self.refining = false,
        }
    }

    fn of(&mut self, content: u64) -> Option<&mut Picture> {
        self.picture.as_mut().filter(|picture| picture.content == content)
    }
}

/// What one client was sent of the whole pictures.
#[derive(Debug, Default)]
pub(super) struct WholeFeed {
    shown: Option<(u64, bool)>,
    index: u32,
    /// It is sent no exact picture, but this one again at that time.
    again: Option<Instant>,
}

/// A whole picture for one client.
#[derive(Debug)]
pub(super) struct Next {
    pub(super) index: u32,
    pub(super) encoded: Encoded,
    /// It was sent before.
    pub(super) again: bool,
    /// When it was drawn, in seconds.
    pub(super) drawn: f64,
    /// Of the canvas that it shows.
    pub(super) canvas: LogicalSize,
}

impl WholeFeed {
    pub(super) fn is_current(&self, whole: &Whole) -> bool {
        let content = whole.picture.as_ref().map(|picture| picture.content);
        self.shown.map(|(content, _)| content) == content
    }

    /// The number of the last picture.
    pub(super) fn index(&self) -> u32 {
        self.index
    }

    /// From now on it is sent no exact pictures, and the last one again at `at`.
    pub(super) fn send_again(&mut self, at: Instant) {
        self.again = Some(at);
    }

    /// Forgets what was sent.
    pub(super) fn reset(&mut self) {
        self.shown = None;
    }

    /// When there is something to send, if nothing else happens, and whether it is the exact
    /// picture.
    ///
    /// A new picture waits behind an exact one on its way. So a client is sent the exact one only
    /// when nothing else is on its way, and after the pixels were still for as long as sending it
    /// takes: what changes more often than that never meets it.
    pub(super) fn due(&self, whole: &Whole, pacing: &Pacing) -> Option<(Instant, bool)> {
        let picture = whole.picture.as_ref()?;
        match self.shown {
            Some((content, _)) if content == picture.content && self.again.is_some() => {
                Some((self.again?, false))
            }
            Some((content, exact)) if content == picture.content => {
                let png = picture.png.as_ref().filter(|_| !exact && pacing.is_idle())?;
                let patience = pacing.time_for(png.bytes.len()).unwrap_or_default();
                Some((picture.since + patience.min(EXACT_AFTER), true))
            }
            _ => {
                let small = |png: &Encoded| png.bytes.len() <= picture.first.bytes.len();
                let exact = picture.png.as_ref().is_some_and(small) && self.again.is_none();
                Some((picture.since, exact))
            }
        }
    }

    /// The next picture to send. From then on it counts as sent.
    pub(super) fn next(&mut self, whole: &Whole, pacing: &Pacing, now: Instant) -> Option<Next> {
        let (_, exact) = self.due(whole, pacing).filter(|(at, _)| *at <= now)?;
        let picture = whole.picture.as_ref()?;
        let encoded = if exact { picture.png.clone()? } else { picture.first.clone() };
        let again = self.is_current(whole);
        self.shown = Some((picture.content, encoded.exact));
        self.index = self.index.wrapping_add(1);
        let (size, ratio) = (picture.frame.size(), picture.frame.ratio());
        let logical = |pixels: u32| f64::from(pixels) / ratio;
        let canvas = LogicalSize::new(logical(size.width), logical(size.height));
        let drawn = picture.frame.timestamp();
        Some(Next { index: self.index, encoded, again, drawn, canvas })
    }
}

#[cfg(test)]
mod tests {
    use super::super::encoder;
    use super::super::protocol::Dialect;
    use super::super::scene::Scene;
    use super::super::state::{Done, Work};
    use super::*;

    fn begin(scene: &mut Scene) -> Job {
        scene.settle();
        match scene.state.work(scene.now) {
            Work::Whole(job) => job,
            other => panic!("{other:?}"),
        }
    }

    fn fail(scene: &mut Scene, job: Job) {
        let Job::First { newest, lossless, .. } = job else { panic!("{job:?}") };
        let outcome = Outcome::NotFirst { number: newest.number, lossless };
        scene.state.done(Done::Whole(outcome), scene.now);
        scene.settle();
    }

    #[test]
    fn a_first_frame_that_cannot_be_encoded_is_tried_once_and_the_next_is_wanted() {
        let mut scene = Scene::new();
        let client = scene.join_as(Dialect::Whole);
        for seed in [1, 2] {
            scene.present_all(seed);
            let job = begin(&mut scene);
            fail(&mut scene, job);
            let work = scene.state.work(scene.now);
            assert!(matches!(work, Work::Wait(None)), "{work:?}");
            assert!(scene.state.wants_frame());
        }
        scene.present_all(3);
        let job = begin(&mut scene);
        scene.state.done(encoder::work(Work::Whole(job)).unwrap(), scene.now);
        scene.settle();
        assert!(scene.state.next(client, scene.now).is_some());
    }

    #[test]
    fn what_cannot_be_exact_is_tried_where_it_need_not_be() {
        for fails_late in [false, true] {
            let mut scene = Scene::new();
            scene.state.set_lossless(true);
            scene.join_as(Dialect::Whole);
            scene.present_all(1);
            let mut job = Some(begin(&mut scene));
            if !fails_late {
                fail(&mut scene, job.take().unwrap());
            }
            scene.state.set_lossless(false);
            if let Some(job) = job {
                fail(&mut scene, job);
            }
            assert!(matches!(begin(&mut scene), Job::First { lossless: false, .. }));
        }
    }
}
