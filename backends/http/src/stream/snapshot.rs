//! Snapshots: the newest frame as one picture, for whoever asks by plain HTTP.
//!
//! [`Askers`] decides which frame an asker gets, and is pure but for wakers. [`take`] waits for it and
//! has it encoded, on a thread of its own: an asker delays no viewer. Whoever asks for the same frame
//! is given the same bytes.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use framecast_api::{Frame, Result, Role};
use framecast_jpeg::Sampling;
use smol::Timer;
use smol::channel::{Receiver, Sender};
use smol::future::FutureExt;
use smol::lock::Mutex;

use super::canvas::Canvas;
use super::encode;
use super::newest::Newest;
use crate::Limits;
use crate::front::places::for_watchers;

/// For one picture that is looked at for a while, and not one of many.
const QUALITY: u8 = 95;
const SAMPLING: Sampling = Sampling::Full;

/// How a snapshot is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// Exactly the frame's colours.
    Png,
    Jpeg,
}

/// Why there is no snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Missing {
    /// Too many wait for one, or are still reading theirs.
    Busy,
    /// Nothing was ever drawn, also not now that somebody asks.
    NoFrame,
    /// The canvas was closed.
    Closed,
    /// The frame cannot be encoded so.
    NotEncoded,
}

/// Who waits for a frame, or is still reading what came of it.
#[derive(Debug, Default)]
pub(super) struct Askers {
    asking: BTreeMap<u64, Asker>,
    last: u64,
}

#[derive(Debug)]
struct Asker {
    /// This frame, by its `Newest::number`, may be old: nobody wanted a newer one. 0: none may.
    old: u64,
    asked: Instant,
    served: bool,
    watches: bool,
    wake: Sender<()>,
}

/// What there is for an asker.
#[derive(Debug)]
pub(super) enum Look {
    /// The frame of this number.
    Frame(Frame, u64),
    /// Nothing before that time, unless it is woken.
    Wait(Instant),
    Missing(Missing),
}

impl Askers {
    /// Somebody with `role` wants a picture; its number, unless there are too many: some places are
    /// kept for those who may drive. `demanded`: somebody has
    /// room for a frame newer than `newest` already, so that one that is due would be drawn.
    pub(super) fn ask(
        &mut self,
        newest: Option<&Newest>,
        demanded: bool,
        role: Role,
        wake: Sender<()>,
        now: Instant,
    ) -> Option<u64> {
        let watches = role == Role::Watch;
        let watching = self.asking.values().filter(|asker| asker.watches).count();
        let full = watches && watching >= for_watchers(Limits::SNAPSHOTS);
        if full || self.asking.len() >= Limits::SNAPSHOTS {
            return None;
        }
        self.last += 1;
        let old = newest.filter(|_| !demanded).map_or(0, |newest| newest.number);
        self.asking.insert(self.last, Asker { old, asked: now, served: false, watches, wake });
        Some(self.last)
    }

    /// The asker is done with its picture, or has gone.
    pub(super) fn leave(&mut self, asker: u64) {
        self.asking.remove(&asker);
    }

    /// Whether somebody waits for a frame.
    pub(super) fn want_frame(&self) -> bool {
        self.asking.values().any(|asker| !asker.served)
    }

    /// Wakes those for whom there is something.
    pub(super) fn wake(&self, newest: Option<&Newest>, closed: bool) {
        let number = newest.map_or(0, |newest| newest.number);
        for asker in self.asking.values() {
            if closed || !asker.served && number > asker.old {
                // Full: it is awake already. Closed: it is gone.
                let _ = asker.wake.try_send(());
            }
        }
    }

    /// What there is for `asker`.
    pub(super) fn look(&mut self, asker: u64, newest: Option<&Newest>, now: Instant) -> Look {
        let Some(asker) = self.asking.get_mut(&asker) else {
            return Look::Missing(Missing::Closed);
        };
        let Some(newest) = newest else {
            let until = asker.asked + Limits::FIRST_FRAME_TIME;
            return if now < until { Look::Wait(until) } else { Look::Missing(Missing::NoFrame) };
        };
        // An application that has nothing new to draw says nothing.
        let until = asker.asked + Limits::NEWER_FRAME_TIME;
        if newest.number <= asker.old && now < until {
            return Look::Wait(until);
        }
        asker.served = true;
        Look::Frame(newest.frame.clone(), newest.number)
    }
}

/// The last snapshots of a canvas. Whoever encodes has it locked, so that one is encoded at a time.
#[derive(Debug, Default)]
pub(super) struct Studio {
    number: u64,
    png: Developed,
    jpeg: Developed,
}

/// `None`: not tried yet.
type Developed = Option<std::result::Result<Bytes, Missing>>;

impl Studio {
    /// The frame of this number in this format. What cannot be is not tried again for the next asker.
    fn develop(
        &mut self,
        frame: &Frame,
        number: u64,
        format: Format,
    ) -> std::result::Result<Bytes, Missing> {
        if self.number != number {
            *self = Self { number, ..Self::default() };
        }
        let kept = match format {
            Format::Png => &mut self.png,
            Format::Jpeg => &mut self.jpeg,
        };
        let developed = kept.get_or_insert_with(|| {
            let bytes = match format {
                Format::Png => encode::png(frame, || false).map(Option::unwrap_or_default),
                Format::Jpeg => jpeg(frame),
            };
            bytes.map(Bytes::from).map_err(|_| Missing::NotEncoded)
        });
        developed.clone()
    }
}

/// With less quality only where it is too large otherwise.
fn jpeg(frame: &Frame) -> Result<Vec<u8>> {
    encode::jpeg_with(frame, QUALITY, SAMPLING).or_else(|_| encode::jpeg(frame))
}

/// An asker's place, given up when dropped: when the picture was sent.
pub(crate) struct Ticket {
    canvas: Arc<Canvas>,
    role: Role,
    asker: u64,
    woken: Receiver<()>,
}

impl Ticket {
    fn new(canvas: &Arc<Canvas>, role: Role) -> Option<Self> {
        let (wake, woken) = smol::channel::bounded(1);
        let asker = canvas.ask(role, wake, Instant::now())?;
        Some(Self { canvas: Arc::clone(canvas), role, asker, woken })
    }

    /// What whoever asked may do.
    pub(crate) fn role(&self) -> Role {
        self.role
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.canvas.stop_asking(self.asker);
    }
}

/// The current picture of `canvas`, for somebody with `role`.
///
/// Where nobody looks nothing is drawn, so the newest frame may be old: then one is asked for, and
/// waited for up to [`Limits::NEWER_FRAME_TIME`], or [`Limits::FIRST_FRAME_TIME`] if there never was one.
pub(crate) async fn take(
    canvas: &Arc<Canvas>,
    format: Format,
    role: Role,
) -> std::result::Result<(Bytes, Ticket), Missing> {
    let ticket = Ticket::new(canvas, role).ok_or(Missing::Busy)?;
    let (frame, number) = loop {
        match canvas.look(ticket.asker, Instant::now()) {
            Look::Frame(frame, number) => break (frame, number),
            Look::Missing(missing) => return Err(missing),
            Look::Wait(until) => {
                let woken = async {
                    let _ = ticket.woken.recv().await;
                };
                let timeout = async {
                    Timer::at(until).await;
                };
                woken.or(timeout).await;
            }
        }
    };
    // The lock goes along, so that who leaves in between does not let another one begin.
    let mut studio = canvas.studio().lock_arc().await;
    let bytes = smol::unblock(move || studio.develop(&frame, number, format)).await?;
    Ok((bytes, ticket))
}

/// Where the last snapshots are kept.
pub(super) type Shelf = Arc<Mutex<Studio>>;

impl fmt::Debug for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ticket({})", self.asker)
    }
}

#[cfg(test)]
mod tests {
    use super::super::scene::grain;
    use super::*;
    use framecast_api::{Clock, FramePool, PhysicalSize};
    use std::task::Waker;
    use std::time::Duration;

    fn newest(number: u64) -> Newest {
        let mut pool = FramePool::new();
        let buffer = pool.lend(PhysicalSize::new(3, 2)).unwrap();
        let frame = pool.freeze(buffer, number, 0.0, 1.0);
        Newest { frame, number, at: Instant::now(), damage: None, input: None }
    }

    fn asked(askers: &mut Askers, newest: Option<&Newest>, demanded: bool, now: Instant) -> u64 {
        askers.ask(newest, demanded, Role::Drive, smol::channel::bounded(1).0, now).unwrap()
    }

    fn is_frame(look: &Look, number: u64) -> bool {
        matches!(look, Look::Frame(_, seen) if *seen == number)
    }

    #[test]
    fn what_somebody_looks_at_already_is_taken_as_it_is() {
        let (mut askers, now) = (Askers::default(), Instant::now());
        let asker = asked(&mut askers, Some(&newest(7)), true, now);
        assert!(is_frame(&askers.look(asker, Some(&newest(7)), now), 7));
        assert!(!askers.want_frame());
    }

    #[test]
    fn where_nobody_looks_a_newer_frame_is_waited_for_but_not_for_ever() {
        let (mut askers, now) = (Askers::default(), Instant::now());
        let old = newest(7);
        let asker = asked(&mut askers, Some(&old), false, now);
        let Look::Wait(until) = askers.look(asker, Some(&old), now) else { panic!("too early") };
        assert!(askers.want_frame());
        assert!(is_frame(&askers.look(asker, Some(&old), until), 7), "nothing newer came");
        let asker = asked(&mut askers, Some(&old), false, now);
        assert!(is_frame(&askers.look(asker, Some(&newest(8)), now), 8));
    }

    #[test]
    fn the_first_frame_is_waited_for_longer() {
        let (mut askers, now) = (Askers::default(), Instant::now());
        let asker = asked(&mut askers, None, false, now);
        let later = now + Limits::NEWER_FRAME_TIME;
        let Look::Wait(until) = askers.look(asker, None, later) else { panic!("too early") };
        let look = askers.look(asker, None, until);
        assert!(matches!(look, Look::Missing(Missing::NoFrame)), "{look:?}");
        let asker = asked(&mut askers, None, false, now);
        assert!(is_frame(&askers.look(asker, Some(&newest(1)), now), 1));
    }

    #[test]
    fn no_more_may_ask_at_once_than_there_are_places_for() {
        let (mut askers, now) = (Askers::default(), Instant::now());
        for _ in 0..Limits::SNAPSHOTS {
            asked(&mut askers, None, false, now);
        }
        let mut ask = |role| askers.ask(None, false, role, smol::channel::bounded(1).0, now);
        assert_eq!(ask(Role::Drive), None);
        askers.leave(1);
        asked(&mut askers, None, false, now);
    }

    #[test]
    fn those_who_watch_leave_a_place_to_those_who_may_drive() {
        let (mut askers, now) = (Askers::default(), Instant::now());
        let mut ask = |role| askers.ask(None, false, role, smol::channel::bounded(1).0, now);
        let watching: Vec<_> = std::iter::from_fn(|| ask(Role::Watch)).collect();
        assert_eq!(watching.len(), Limits::SNAPSHOTS - 1);
        let driving = ask(Role::Drive).unwrap();
        assert_eq!((ask(Role::Watch), ask(Role::Drive)), (None, None));
        askers.leave(watching[0]);
        let mut ask = |role| askers.ask(None, false, role, smol::channel::bounded(1).0, now);
        assert!(ask(Role::Drive).is_some());
        assert_eq!(ask(Role::Watch), None, "all are taken");
        askers.leave(driving);
        let mut ask = |role| askers.ask(None, false, role, smol::channel::bounded(1).0, now);
        assert!(ask(Role::Watch).is_some());
    }

    #[test]
    fn those_who_wait_are_woken_by_a_newer_frame_and_by_the_end() {
        let (mut askers, now) = (Askers::default(), Instant::now());
        let (wake, woken) = smol::channel::bounded(1);
        let old = newest(3);
        askers.ask(Some(&old), false, Role::Watch, wake, now).unwrap();
        askers.wake(Some(&old), false);
        assert!(woken.try_recv().is_err());
        askers.wake(Some(&newest(4)), false);
        assert!(woken.try_recv().is_ok());
        askers.wake(None, true);
        assert!(woken.try_recv().is_ok());
    }

    fn canvas() -> Arc<Canvas> {
        let canvas = Canvas::new(Duration::from_millis(300));
        canvas.open(Waker::noop().clone(), Clock::start(), "a title".into());
        Arc::new(canvas)
    }

    #[test]
    fn a_place_is_kept_until_the_ticket_is_dropped_and_pictures_are_shared() {
        let canvas = canvas();
        let frame = newest(1).frame;
        canvas.present(&frame, Instant::now());
        let all: Vec<_> = (0..Limits::SNAPSHOTS)
            .map(|_| {
                canvas.present(&frame, Instant::now());
                smol::block_on(take(&canvas, Format::Png, Role::Drive)).unwrap()
            })
            .collect();
        let one = smol::block_on(take(&canvas, Format::Png, Role::Drive));
        assert_eq!(one.unwrap_err(), Missing::Busy);
        drop(all);
        let (one, _) = smol::block_on(take(&canvas, Format::Png, Role::Drive)).unwrap();
        let (other, _) = smol::block_on(take(&canvas, Format::Png, Role::Drive)).unwrap();
        assert_eq!(one.as_ptr(), other.as_ptr(), "encoded once");
        let (jpeg, _) = smol::block_on(take(&canvas, Format::Jpeg, Role::Drive)).unwrap();
        assert_eq!(jpeg[..2], [0xff, 0xd8]);
        let png = image::load_from_memory(&one).unwrap().into_rgb8();
        assert!(png.pixels().zip(frame.pixels()).all(|(got, want)| got.0 == want[..3]));
    }

    #[test]
    fn a_picture_that_is_too_large_is_tried_once() {
        let mut pool = FramePool::new();
        let mut buffer = pool.lend(PhysicalSize::new(4800, 4800)).unwrap();
        for (at, pixel) in buffer.pixels_mut().iter_mut().enumerate() {
            *pixel = grain(1, at);
        }
        let frame = pool.freeze(buffer, 1, 0.0, 1.0);
        let mut studio = Studio::default();
        assert_eq!(studio.develop(&frame, 1, Format::Png), Err(Missing::NotEncoded));
        assert_eq!(studio.png, Some(Err(Missing::NotEncoded)));
        assert!(studio.develop(&frame, 1, Format::Jpeg).is_ok());
        let small = newest(2).frame;
        assert!(studio.develop(&small, 2, Format::Png).is_ok(), "another frame");
    }

    #[test]
    fn who_waits_when_the_canvas_closes_is_told() {
        let canvas = canvas();
        let closing = async {
            canvas.close();
            smol::future::pending().await
        };
        let taken = smol::block_on(take(&canvas, Format::Png, Role::Drive).or(closing));
        assert_eq!(taken.unwrap_err(), Missing::Closed);
    }
}
