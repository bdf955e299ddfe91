//! Whole pictures, for clients of the older renderview protocol: the newest that was encoded, made
//! once for all of them. Pure: who wants it is passed in.

use std::time::{Duration, Instant};

use bytes::Bytes;
use framecast_api::Frame;

use crate::newest::Newest;

/// The whole pictures of one canvas.
#[derive(Debug)]
pub(crate) struct WholeStore {
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
pub(crate) struct Picture {
    pub(crate) frame: Frame,
    /// The newest presented frame that has these pixels.
    number: u64,
    /// Since when the pixels are these.
    pub(crate) since: Instant,
    pub(crate) content: u64,
    pub(crate) first: EncodedPicture,
    pub(crate) png: Option<EncodedPicture>,
    /// Whether a PNG of it was tried and cannot be.
    stays_inexact: bool,
}

/// An encoded picture, shared by everybody who is sent it.
#[derive(Debug, Clone)]
pub(crate) struct EncodedPicture {
    pub(crate) bytes: Bytes,
    /// PNG, or else JPEG.
    pub(crate) exact: bool,
}

/// What an encoder's thread is to do.
#[derive(Debug)]
pub(crate) enum Job {
    /// A frame that is newer than the picture. `before` has the pixels of the picture.
    First { newest: Newest, before: Option<Frame>, lossless: bool },
    /// The picture's frame, once more and exactly.
    Exact { frame: Frame, content: u64, number: u64 },
}

/// What became of it.
#[derive(Debug)]
pub(crate) enum Outcome {
    First {
        newest: Newest,
        encoded: EncodedPicture,
    },
    /// The frame of this number has the pixels of the picture.
    Same {
        number: u64,
    },
    Exact {
        content: u64,
        encoded: EncodedPicture,
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
pub(crate) struct Demand {
    /// Somebody has room for a picture.
    pub(crate) free: bool,
    /// Somebody has room for an exact one.
    pub(crate) takes_exact: bool,
}

impl WholeStore {
    /// `still_after`: how long a picture must be unchanged to be made once more, exactly.
    pub(crate) fn new(still_after: Duration) -> Self {
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

    pub(crate) fn set_lossless(&mut self, lossless: bool) {
        if self.lossless != lossless {
            self.lossless = lossless;
            self.clear();
        }
    }

    pub(crate) fn clear(&mut self) {
        (self.picture, self.failed) = (None, None);
    }

    /// Whether the presented frame `number` was encoded. What cannot be counts as encoded: it is not
    /// tried over and over.
    pub(crate) fn has(&self, number: u64) -> bool {
        self.failed == Some(number)
            || self.picture.as_ref().is_some_and(|picture| picture.number == number)
    }

    /// Whether the presented frame `number` was encoded, or is being.
    pub(crate) fn has_begun(&self, number: u64) -> bool {
        self.has(number) || self.encoding == Some(number)
    }

    /// When there will be something to encode, if nothing else happens.
    pub(crate) fn work_at(&self, newest: Option<&Newest>, audience: Demand) -> Option<Instant> {
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

    pub(crate) fn take_job(
        &mut self,
        newest: Option<&Newest>,
        audience: Demand,
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

    pub(crate) fn done(&mut self, outcome: Outcome) {
        match outcome {
            // It was begun before that changed.
            Outcome::First { encoded: EncodedPicture { exact: lossless, .. }, .. }
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

    /// The newest that was encoded.
    pub(crate) fn picture(&self) -> Option<&Picture> {
        self.picture.as_ref()
    }

    /// Which picture that is.
    pub(crate) fn version(&self) -> Option<u64> {
        self.picture.as_ref().map(|picture| picture.content)
    }

    fn of(&mut self, content: u64) -> Option<&mut Picture> {
        self.picture.as_mut().filter(|picture| picture.content == content)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hub::HubInput;
    use crate::job;
    use crate::protocol::Dialect;
    use crate::scene::Scene;

    fn begin(scene: &mut Scene) -> Job {
        scene.settle();
        match scene.hub.take_job(scene.now) {
            Some(job::Job(job::Work::Whole(job))) => job,
            other => panic!("{other:?}"),
        }
    }

    fn fail(scene: &mut Scene, job: Job) {
        let Job::First { newest, lossless, .. } = job else { panic!("{job:?}") };
        let outcome = Outcome::NotFirst { number: newest.number, lossless };
        scene.handle(HubInput::Done(job::JobResult(job::Outcome::Whole(outcome))));
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
            assert!(scene.hub.take_job(scene.now).is_none() && scene.wait.is_none());
            assert!(scene.wants_frame());
        }
        scene.present_all(3);
        let job = begin(&mut scene);
        scene.handle(HubInput::Done(job::Job(job::Work::Whole(job)).run(|_, _| false)));
        assert!(scene.next(client).is_some());
    }

    #[test]
    fn what_cannot_be_exact_is_tried_where_it_need_not_be() {
        for fails_late in [false, true] {
            let mut scene = Scene::new();
            scene.handle(HubInput::SetLossless(true));
            scene.join_as(Dialect::Whole);
            scene.present_all(1);
            let mut job = Some(begin(&mut scene));
            if !fails_late {
                fail(&mut scene, job.take().unwrap());
            }
            scene.handle(HubInput::SetLossless(false));
            if let Some(job) = job {
                fail(&mut scene, job);
            }
            assert!(matches!(begin(&mut scene), Job::First { lossless: false, .. }));
        }
    }
}
