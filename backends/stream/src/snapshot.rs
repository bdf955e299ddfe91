//! Snapshots: the newest frame as one picture, on request. Pure: which frame a request gets is
//! decided here, and when; encoding it takes time and is done by the program that drives the hub.

use std::collections::BTreeMap;
use std::time::Instant;

use bytes::Bytes;
use framecast_api::{Frame, Role};
use framecast_jpeg::Sampling;

use crate::decoded::DecodedFrames;
use crate::newest::Newest;
use crate::{limits, whole_encode};

/// For one picture that is looked at for a while, and not one of many.
const QUALITY: u8 = 95;
const SAMPLING: Sampling = Sampling::Full;

/// How a snapshot is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SnapshotFormat {
    /// PNG, with exactly the frame's colors.
    Png,
    /// JPEG, quality 95, 4:4:4.
    Jpeg,
}

/// Why there is no snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoSnapshot {
    /// Too many requests wait for a snapshot, or are still receiving one.
    Busy,
    /// The application has not drawn a frame, even after this request.
    NoFrame,
    /// The canvas was closed.
    Closed,
    /// The frame cannot be encoded in this format.
    NotEncoded,
}

/// Who waits for a frame, or is still reading what came of it.
#[derive(Debug, Default)]
pub(crate) struct SnapshotRequests {
    requests: BTreeMap<u64, SnapshotRequest>,
    last: u64,
}

#[derive(Debug)]
struct SnapshotRequest {
    /// This frame, by its `Newest::number`, may be old: nobody wanted a newer one. `None`: somebody did.
    old: Option<u64>,
    asked: Instant,
    served: bool,
    watches: bool,
}

impl SnapshotRequest {
    /// Whether `newest` is new enough. `fed`: it was decoded from tiles.
    fn takes(&self, newest: &Newest, fed: Option<&DecodedFrames>) -> bool {
        match fed {
            None => self.old.is_none_or(|old| newest.number > old),
            // Where nobody looked, the tiles may be old, too.
            Some(fed) => {
                !fed.is_behind() && (self.old.is_none() || fed.has_heard_since(self.asked))
            }
        }
    }
}

/// The state of a snapshot request.
#[derive(Debug)]
pub enum SnapshotLook {
    /// The frame to encode, and its number.
    Frame(Frame, u64),
    /// Look again at this time, or when woken.
    Wait(Instant),
    /// There is no snapshot, and there will be none.
    Missing(NoSnapshot),
}

impl SnapshotRequests {
    /// Somebody with `role` wants a picture; its number, unless there are too many: some places are
    /// kept for those who may drive. `demanded`: somebody has
    /// room for a frame newer than `newest` already, so that one that is due would be drawn.
    pub(crate) fn ask(
        &mut self,
        newest: Option<&Newest>,
        demanded: bool,
        role: Role,
        now: Instant,
    ) -> Option<u64> {
        let watches = role == Role::Watch;
        let watching = self.requests.values().filter(|request| request.watches).count();
        let full = watches && watching >= limits::for_watchers(limits::SNAPSHOTS);
        if full || self.requests.len() >= limits::SNAPSHOTS {
            return None;
        }
        self.last += 1;
        let old = (!demanded).then(|| newest.map_or(0, |newest| newest.number));
        self.requests
            .insert(self.last, SnapshotRequest { old, asked: now, served: false, watches });
        Some(self.last)
    }

    /// The requester of `request` has its picture, or is gone.
    pub(crate) fn end(&mut self, request: u64) {
        self.requests.remove(&request);
    }

    /// How many wait for a frame.
    pub(crate) fn waiting(&self) -> usize {
        self.requests.values().filter(|request| !request.served).count()
    }

    /// Whether somebody waits for a frame that is to be drawn. `fed`: frames are decoded from tiles.
    pub(crate) fn want_frame(&self, fed: Option<&DecodedFrames>) -> bool {
        fed.is_none_or(DecodedFrames::is_behind) && self.waiting() > 0
    }

    /// Those for whom there is something.
    pub(crate) fn answerable<'a>(
        &'a self,
        newest: Option<&'a Newest>,
        fed: Option<&'a DecodedFrames>,
    ) -> impl Iterator<Item = u64> + 'a {
        let takes = move |request: &SnapshotRequest| {
            !request.served && newest.is_some_and(|newest| request.takes(newest, fed))
        };
        let requests = self.requests.iter().filter(move |(_, request)| takes(request));
        requests.map(|(number, _)| *number)
    }

    /// All of them.
    pub(crate) fn all(&self) -> impl Iterator<Item = u64> + '_ {
        self.requests.keys().copied()
    }

    /// What there is for `request`. `fed`: frames are decoded from tiles.
    pub(crate) fn look(
        &mut self,
        request: u64,
        newest: Option<&Newest>,
        fed: Option<&DecodedFrames>,
        now: Instant,
    ) -> SnapshotLook {
        let Some(request) = self.requests.get_mut(&request) else {
            return SnapshotLook::Missing(NoSnapshot::Closed);
        };
        let Some(newest) = newest else {
            let until = request.asked + limits::FIRST_FRAME_TIME;
            return if now < until {
                SnapshotLook::Wait(until)
            } else {
                SnapshotLook::Missing(NoSnapshot::NoFrame)
            };
        };
        // An application that has nothing new to draw says nothing.
        let until = request.asked + limits::NEWER_FRAME_TIME;
        if !request.takes(newest, fed) && now < until {
            return SnapshotLook::Wait(until);
        }
        request.served = true;
        SnapshotLook::Frame(newest.frame.clone(), newest.number)
    }
}

/// The last snapshots of a canvas, each encoded once.
#[derive(Debug, Default)]
pub struct SnapshotCache {
    number: u64,
    png: Encoded,
    jpeg: Encoded,
}

/// `None`: not tried yet.
type Encoded = Option<Result<Bytes, NoSnapshot>>;

impl SnapshotCache {
    /// Returns the frame with this number in this format. A frame that cannot be encoded is not tried again for
    /// the next request.
    ///
    /// # Errors
    /// [`NoSnapshot::NotEncoded`].
    pub fn encode(
        &mut self,
        frame: &Frame,
        number: u64,
        format: SnapshotFormat,
    ) -> Result<Bytes, NoSnapshot> {
        if self.number != number {
            *self = Self { number, ..Self::default() };
        }
        let kept = match format {
            SnapshotFormat::Png => &mut self.png,
            SnapshotFormat::Jpeg => &mut self.jpeg,
        };
        let encoded = kept.get_or_insert_with(|| {
            let bytes = match format {
                SnapshotFormat::Png => {
                    whole_encode::png(frame, || false).map(Option::unwrap_or_default)
                }
                SnapshotFormat::Jpeg => jpeg(frame),
            };
            bytes.map(Bytes::from).map_err(|_| NoSnapshot::NotEncoded)
        });
        encoded.clone()
    }
}

/// With less quality only where it is too large otherwise.
fn jpeg(frame: &Frame) -> framecast_api::Result<Vec<u8>> {
    whole_encode::jpeg_with(frame, QUALITY, SAMPLING).or_else(|_| whole_encode::jpeg(frame))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::grain;
    use framecast_api::{FramePool, PhysicalSize};

    fn newest(number: u64) -> Newest {
        let mut pool = FramePool::new();
        let buffer = pool.lend(PhysicalSize::new(3, 2)).unwrap();
        let frame = pool.freeze(buffer, number, 0.0, 1.0);
        Newest { frame, number, at: Instant::now(), presented: 0.0, damage: None, input: None }
    }

    fn asked(
        requests: &mut SnapshotRequests,
        newest: Option<&Newest>,
        demanded: bool,
        now: Instant,
    ) -> u64 {
        requests.ask(newest, demanded, Role::Drive, now).unwrap()
    }

    fn is_frame(look: &SnapshotLook, number: u64) -> bool {
        matches!(look, SnapshotLook::Frame(_, seen) if *seen == number)
    }

    #[test]
    fn what_somebody_looks_at_already_is_taken_as_it_is() {
        let (mut requests, now) = (SnapshotRequests::default(), Instant::now());
        let asker = asked(&mut requests, Some(&newest(7)), true, now);
        assert!(is_frame(&requests.look(asker, Some(&newest(7)), None, now), 7));
        assert!(!requests.want_frame(None));
    }

    #[test]
    fn where_nobody_looks_a_newer_frame_is_waited_for_but_not_for_ever() {
        let (mut requests, now) = (SnapshotRequests::default(), Instant::now());
        let old = newest(7);
        let asker = asked(&mut requests, Some(&old), false, now);
        let SnapshotLook::Wait(until) = requests.look(asker, Some(&old), None, now) else {
            panic!("too early")
        };
        assert!(requests.want_frame(None));
        assert!(is_frame(&requests.look(asker, Some(&old), None, until), 7), "nothing newer came");
        let asker = asked(&mut requests, Some(&old), false, now);
        assert!(is_frame(&requests.look(asker, Some(&newest(8)), None, now), 8));
    }

    #[test]
    fn the_first_frame_is_waited_for_longer() {
        let (mut requests, now) = (SnapshotRequests::default(), Instant::now());
        let asker = asked(&mut requests, None, false, now);
        let later = now + limits::NEWER_FRAME_TIME;
        let SnapshotLook::Wait(until) = requests.look(asker, None, None, later) else {
            panic!("too early")
        };
        let look = requests.look(asker, None, None, until);
        assert!(matches!(look, SnapshotLook::Missing(NoSnapshot::NoFrame)), "{look:?}");
        let asker = asked(&mut requests, None, false, now);
        assert!(is_frame(&requests.look(asker, Some(&newest(1)), None, now), 1));
    }

    #[test]
    fn no_more_may_ask_at_once_than_there_are_places_for() {
        let (mut requests, now) = (SnapshotRequests::default(), Instant::now());
        for _ in 0..limits::SNAPSHOTS {
            asked(&mut requests, None, false, now);
        }
        let mut ask = |role| requests.ask(None, false, role, now);
        assert_eq!(ask(Role::Drive), None);
        requests.end(1);
        asked(&mut requests, None, false, now);
    }

    #[test]
    fn those_who_watch_leave_a_place_to_those_who_may_drive() {
        let (mut requests, now) = (SnapshotRequests::default(), Instant::now());
        let mut ask = |role| requests.ask(None, false, role, now);
        let watching: Vec<_> = std::iter::from_fn(|| ask(Role::Watch)).collect();
        assert_eq!(watching.len(), limits::SNAPSHOTS - 1);
        let driving = ask(Role::Drive).unwrap();
        assert_eq!((ask(Role::Watch), ask(Role::Drive)), (None, None));
        requests.end(watching[0]);
        let mut ask = |role| requests.ask(None, false, role, now);
        assert!(ask(Role::Drive).is_some());
        assert_eq!(ask(Role::Watch), None, "all are taken");
        requests.end(driving);
        let mut ask = |role| requests.ask(None, false, role, now);
        assert!(ask(Role::Watch).is_some());
    }

    #[test]
    fn those_who_wait_are_woken_by_a_newer_frame_and_by_the_end() {
        let (mut requests, now) = (SnapshotRequests::default(), Instant::now());
        let old = newest(3);
        let request = requests.ask(Some(&old), false, Role::Watch, now).unwrap();
        let answerable =
            |newest: &Newest| requests.answerable(Some(newest), None).collect::<Vec<_>>();
        assert!(answerable(&old).is_empty());
        assert_eq!(answerable(&newest(4)), [request]);
        assert_eq!(requests.all().collect::<Vec<_>>(), [request]);
    }

    #[test]
    fn a_picture_that_is_too_large_is_tried_once() {
        let mut pool = FramePool::new();
        let mut buffer = pool.lend(PhysicalSize::new(4800, 4800)).unwrap();
        for (at, pixel) in buffer.pixels_mut().iter_mut().enumerate() {
            *pixel = grain(1, at);
        }
        let frame = pool.freeze(buffer, 1, 0.0, 1.0);
        let mut cache = SnapshotCache::default();
        assert_eq!(cache.encode(&frame, 1, SnapshotFormat::Png), Err(NoSnapshot::NotEncoded));
        assert_eq!(cache.png, Some(Err(NoSnapshot::NotEncoded)));
        assert!(cache.encode(&frame, 1, SnapshotFormat::Jpeg).is_ok());
        let small = newest(2).frame;
        assert!(cache.encode(&small, 2, SnapshotFormat::Png).is_ok(), "another frame");
    }
}
