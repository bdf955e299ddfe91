//! One canvas as its clients, its encoders and the engine share it: a lock around plain state.
//!
//! Nothing waits while it holds the lock: pictures are encoded and sent outside of it. Every
//! change ends in `settle`, which wakes whoever has something to do because of it.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::{Duration, Instant};

use framecast_api::{
    ClientId, Clock, ControlRequest, EventKind, Frame, Input, Role, Setting, Traffic,
};
use smol::channel::Sender;

use super::film::Manner;
use super::inputs::Flooded;
use super::kept_out::Identity;
use super::ledger::Painted;
use super::protocol::{Dialect, View};
use super::seat::Seat;
use super::snapshot::{Look, Shelf};
use super::state::{Done, Outgoing, State, Wake, Work};
use super::stats::CanvasStats;
use crate::Resources;

/// Of more jobs than this, every encoder is told.
const MANY: usize = 4;

/// A client that was let in.
#[derive(Debug)]
pub(crate) struct Joining {
    pub(crate) label: String,
    pub(crate) who: Identity,
    pub(crate) dialect: Dialect,
    /// Its view, and the bytes of the message that said so; one that speaks the older protocol
    /// says nothing of the kind.
    pub(crate) hello: Option<(View, usize)>,
    pub(crate) visible: bool,
}

/// One canvas.
#[derive(Debug)]
pub(crate) struct Canvas {
    state: Mutex<State>,
    /// Told when there is something to encode, or at another time than before.
    work: Condvar,
    /// The last snapshots.
    studio: Shelf,
    /// Of its page; `None`: the server's.
    resources: Mutex<Option<Resources>>,
}

impl Canvas {
    pub(crate) fn new(still_after: Duration) -> Self {
        Self {
            state: Mutex::new(State::new(still_after)),
            work: Condvar::new(),
            studio: Shelf::default(),
            resources: Mutex::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Every change is complete before anything in it can panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the state, and wakes whoever has something to do because of it.
    fn change<R>(&self, change: impl FnOnce(&mut State) -> R) -> R {
        let (result, wake) = {
            let mut state = self.lock();
            let result = change(&mut state);
            (result, state.settle(Instant::now()))
        };
        self.wake(wake);
        result
    }

    /// Changes what concerns one client only. `is_awake`: its task asks for the next message in any
    /// case.
    fn change_one<R>(
        &self,
        client: ClientId,
        is_awake: bool,
        change: impl FnOnce(&mut State) -> R,
    ) -> R {
        let (result, wake) = {
            let mut state = self.lock();
            let result = change(&mut state);
            (result, state.settle_one(client, is_awake, Instant::now()))
        };
        self.wake(wake);
        result
    }

    fn change_seat(&self, client: ClientId, change: impl FnOnce(&mut Seat)) {
        self.change_one(client, false, |state| state.seat(client).map(change));
    }

    pub(super) fn wake(&self, wake: Wake) {
        if wake.encoders > MANY {
            self.work.notify_all();
        } else {
            (0..wake.encoders).for_each(|_| self.work.notify_one());
        }
        if let Some(engine) = wake.engine {
            engine.wake();
        }
    }

    pub(crate) fn open(&self, waker: Waker, clock: Clock, title: String) {
        self.change(|state| state.open(waker, clock, title));
    }

    /// Every picture is sent exactly from the first, or not any more.
    pub(crate) fn set_lossless(&self, lossless: bool) {
        self.change(|state| state.set_lossless(lossless));
    }

    /// The files of its page, if it has files of its own.
    pub(crate) fn resources(&self) -> Option<Resources> {
        self.resources.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn set_resources(&self, resources: Resources) {
        *self.resources.lock().unwrap_or_else(PoisonError::into_inner) = Some(resources);
    }

    /// Tells everybody that it is over.
    pub(crate) fn close(&self) {
        self.change(State::close);
    }

    pub(crate) fn is_open(&self) -> bool {
        self.lock().is_open()
    }

    pub(crate) fn present(&self, frame: &Frame, now: Instant) {
        self.change(|state| state.present(frame, now));
    }

    pub(crate) fn wants_frame(&self) -> bool {
        self.lock().wants_frame()
    }

    /// What there is to tell of it, called `name`.
    pub(crate) fn stats(&self, name: &str) -> CanvasStats {
        self.lock().stats(name, Instant::now())
    }

    pub(crate) fn traffic(&self) -> Traffic {
        self.lock().traffic()
    }

    pub(crate) fn take_inputs(&self) -> VecDeque<Input> {
        self.lock().take_inputs()
    }

    pub(crate) fn apply(&self, setting: &Setting) {
        self.change(|state| state.apply(setting));
    }

    /// Has text for the clipboard of `client`; whether it can be told.
    pub(crate) fn set_clipboard(&self, client: ClientId, text: &str) -> bool {
        self.change(|state| state.set_clipboard(client, text))
    }

    /// A client is there; see [`State::join`]. `wake` wakes its task.
    pub(crate) fn join(&self, joining: Joining, wake: Sender<()>) -> Option<ClientId> {
        self.change(|state| state.join(joining, wake, Instant::now()))
    }

    /// Somebody is there who can only read pictures; see [`State::join_film`]. `wake` wakes its task.
    pub(super) fn join_film(
        &self,
        label: String,
        who: Identity,
        manner: Manner,
        wake: Sender<()>,
    ) -> ClientId {
        self.change(|state| state.join_film(label, who, manner, wake))
    }

    /// Whether `client` is here and has been sent away.
    pub(super) fn is_sent_away(&self, client: ClientId) -> bool {
        self.lock().is_sent_away(client)
    }

    /// Whether `who` was sent away, or may be somebody who was.
    pub(crate) fn keeps_out(&self, who: &Identity) -> bool {
        self.lock().keeps_out(who, Instant::now())
    }

    /// Whoever can only read has taken the picture from [`next`](Self::next).
    pub(super) fn taken(&self, client: ClientId, now: Instant) {
        self.change_seat(client, |seat| seat.taken(now));
    }

    /// What the client wants to happen with control.
    pub(crate) fn control(&self, client: ClientId, request: ControlRequest) -> Result<(), Flooded> {
        self.change(|state| state.control(client, request))
    }

    /// The client is gone; the operator's log says why.
    pub(crate) fn leave(&self, client: ClientId, reason: &str) {
        self.change(|state| state.leave(client, reason));
    }

    pub(crate) fn event(
        &self,
        client: ClientId,
        kind: EventKind,
        bytes: usize,
        now: Instant,
    ) -> Result<(), Flooded> {
        self.change_one(client, false, |state| state.event(client, kind, bytes, now))
    }

    pub(crate) fn resize(&self, client: ClientId, view: View, bytes: usize) -> Result<(), Flooded> {
        self.change(|state| state.resize(client, view, bytes))
    }

    pub(crate) fn reject(&self, client: ClientId) {
        self.change(|state| state.reject(client));
    }

    pub(crate) fn acknowledge(
        &self,
        client: ClientId,
        update: u32,
        painted: Painted,
        now: Instant,
    ) {
        self.change_seat(client, |seat| seat.acknowledged(update, painted, now));
    }

    /// The client lost something and is to be sent everything anew.
    pub(crate) fn refresh(&self, client: ClientId, now: Instant) {
        self.change_seat(client, |seat| seat.refresh(now));
    }

    pub(crate) fn ping(&self, client: ClientId, id: f64) {
        self.change_seat(client, |seat| seat.ping(id));
    }

    /// The client's view is seen, or not any more.
    pub(crate) fn set_visible(
        &self,
        client: ClientId,
        visible: bool,
        bytes: usize,
        now: Instant,
    ) -> Result<(), Flooded> {
        self.change(|state| state.set_visible(client, visible, bytes, now))
    }

    /// What to send to `client` now. After a part or a picture,
    /// [`written`](Self::written) says when it is out.
    pub(crate) fn next(&self, client: ClientId, now: Instant) -> Option<Outgoing> {
        self.lock().next(client, now)
    }

    /// The message from [`next`](Self::next) was written to the connection.
    pub(crate) fn written(&self, client: ClientId) {
        let written = |state: &mut State| {
            if let Some(seat) = state.seat(client) {
                seat.writing = false;
            }
        };
        self.change_one(client, true, written);
    }

    /// Somebody wants a snapshot; see [`Askers::ask`](super::snapshot::Askers::ask). `wake` wakes it.
    pub(super) fn ask(&self, role: Role, wake: Sender<()>, now: Instant) -> Option<u64> {
        self.change(|state| state.ask(role, wake, now))
    }

    /// What there is for who wants a snapshot.
    pub(super) fn look(&self, asker: u64, now: Instant) -> Look {
        self.change(|state| state.look(asker, now))
    }

    /// It wants nothing any more.
    pub(super) fn stop_asking(&self, asker: u64) {
        self.change(|state| state.stop_asking(asker));
    }

    pub(super) fn studio(&self) -> &Shelf {
        &self.studio
    }

    /// What there is to encode now.
    pub(super) fn work(&self) -> Work {
        self.change(|state| state.work(Instant::now()))
    }

    /// Waits for something to encode, in an encoder's thread, and tells whom that concerns. Never
    /// returns `Work::Wait`.
    pub(super) fn wait_for_work(&self) -> (Work, Wake) {
        let mut state = self.lock();
        loop {
            let now = Instant::now();
            let before = state.settle(now);
            match state.work(now) {
                Work::Wait(_) if before.engine.is_some() => {
                    // Nobody may be called while the lock is held.
                    drop(state);
                    let wake = Wake { encoders: 0, ..before };
                    let _ = catch_unwind(AssertUnwindSafe(|| self.wake(wake)));
                    state = self.lock();
                }
                Work::Wait(None) => {
                    state = self.work.wait(state).unwrap_or_else(PoisonError::into_inner);
                }
                Work::Wait(Some(until)) => {
                    let wait = until.saturating_duration_since(now);
                    let waited = self.work.wait_timeout(state, wait);
                    state = waited.unwrap_or_else(PoisonError::into_inner).0;
                }
                work => {
                    // From here on the engine may draw the next frame, and somebody else looks
                    // after what is due later.
                    let after = state.settle(now);
                    let later = usize::from(state.is_to_be_looked_at());
                    let encoders = after.encoders.max(later);
                    return (work, Wake { engine: before.engine.or(after.engine), encoders });
                }
            }
        }
    }

    /// Whether the encoder should give up `frame`: it was closed, or there is a newer one with
    /// other pixels. `seen` is the newest number that was compared.
    pub(super) fn is_stale(&self, frame: &Frame, seen: &mut u64) -> bool {
        let newest = {
            let state = self.lock();
            if state.is_closed() {
                return true;
            }
            state.newest().cloned()
        };
        match newest {
            Some(newest) if newest.number > *seen => {
                *seen = newest.number;
                !is_same(frame, &newest.frame)
            }
            _ => false,
        }
    }

    /// Takes an encoder's result.
    pub(super) fn done(&self, done: Done) {
        let now = Instant::now();
        let mut wake = {
            let mut state = self.lock();
            state.done(done, now);
            state.settle(now)
        };
        // The one that is done looks for more itself.
        if wake.encoders < MANY {
            wake.encoders = wake.encoders.saturating_sub(1);
        }
        self.wake(wake);
    }
}

/// Whether nobody could tell the two apart.
pub(super) fn is_same(one: &Frame, other: &Frame) -> bool {
    one.size() == other.size() && one.ratio() == other.ratio() && one.bytes() == other.bytes()
}
