//! One canvas as its clients, its encoder and the engine share it: a lock around plain state.
//!
//! Nothing waits while it holds the lock: pictures are encoded and sent outside of it. Every
//! change ends in `settle`, which wakes whoever has something to do because of it.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::{Duration, Instant};

use framecast_api::{ClientId, Clock, EventKind, Frame, Input, Setting};
use smol::channel::Sender;

use super::inputs::Flooded;
use super::pictures::{Done, Work};
use super::protocol::View;
use super::state::{Outgoing, State};

/// One canvas.
#[derive(Debug)]
pub(crate) struct Canvas {
    state: Mutex<State>,
    /// Told when there is something to encode, or at another time than before.
    work: Condvar,
}

impl Canvas {
    pub(crate) fn new(still_after: Duration) -> Self {
        Self { state: Mutex::new(State::new(still_after)), work: Condvar::new() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Every change is complete before anything in it can panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the state, and wakes whoever has something to do because of it.
    fn change<R>(&self, change: impl FnOnce(&mut State) -> R) -> R {
        let (result, waker) = {
            let mut state = self.lock();
            let result = change(&mut state);
            let (waker, work) = state.settle(Instant::now());
            if work {
                self.work.notify_all();
            }
            (result, waker)
        };
        if let Some(waker) = waker {
            waker.wake();
        }
        result
    }

    pub(crate) fn open(&self, waker: Waker, clock: Clock, title: String) {
        self.change(|state| state.open(waker, clock, title));
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

    pub(crate) fn take_inputs(&self) -> VecDeque<Input> {
        self.lock().take_inputs()
    }

    pub(crate) fn apply(&self, setting: &Setting) {
        self.change(|state| state.apply(setting));
    }

    /// A client said hello, in a message of `bytes` bytes. `wake` wakes its task.
    pub(crate) fn join(
        &self,
        label: String,
        view: View,
        visible: bool,
        bytes: usize,
        wake: Sender<()>,
    ) -> ClientId {
        self.change(|state| state.join(label, view, visible, bytes, wake))
    }

    pub(crate) fn leave(&self, client: ClientId) {
        self.change(|state| state.leave(client));
    }

    pub(crate) fn event(
        &self,
        client: ClientId,
        kind: EventKind,
        bytes: usize,
        now: Instant,
    ) -> Result<(), Flooded> {
        self.change(|state| state.event(client, kind, bytes, now))
    }

    pub(crate) fn resize(&self, client: ClientId, view: View, bytes: usize) -> Result<(), Flooded> {
        self.change(|state| state.resize(client, view, bytes))
    }

    pub(crate) fn reject(&self, client: ClientId) {
        self.change(|state| state.reject(client));
    }

    pub(crate) fn acknowledge(&self, client: ClientId, update: u32, now: Instant) {
        self.change(|state| {
            if let Some(seat) = state.seat(client) {
                // One that is not in flight may be late: after `show`, say.
                seat.pacing.acknowledged(update, now);
            }
        });
    }

    pub(crate) fn ping(&self, client: ClientId, id: f64) {
        self.change(|state| {
            if let Some(seat) = state.seat(client) {
                seat.ping(id);
            }
        });
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

    /// What to send to `client` now. After a picture, [`written`](Self::written) says when it is
    /// out.
    pub(crate) fn next(&self, client: ClientId, now: Instant) -> Option<Outgoing> {
        self.change(|state| state.next(client, now))
    }

    /// Until when nothing is to be sent to `client`, if its task is not woken: asked after
    /// [`next`](Self::next) had nothing.
    pub(crate) fn sleeps_until(&self, client: ClientId) -> Option<Instant> {
        self.lock().seat(client).and_then(|seat| seat.sleeps_until())
    }

    /// The picture from [`next`](Self::next) was written to the connection.
    pub(crate) fn written(&self, client: ClientId) {
        self.change(|state| {
            if let Some(seat) = state.seat(client) {
                seat.sending = false;
            }
        });
    }

    /// Waits for something to encode, in the encoder's thread. Never returns `Work::Wait`.
    pub(super) fn wait_for_work(&self) -> Work {
        let mut state = self.lock();
        loop {
            let now = Instant::now();
            match state.work(now) {
                Work::Wait(None) => {
                    state = self.work.wait(state).unwrap_or_else(PoisonError::into_inner);
                }
                Work::Wait(Some(until)) => {
                    let wait = until.saturating_duration_since(now);
                    let waited = self.work.wait_timeout(state, wait);
                    state = waited.unwrap_or_else(PoisonError::into_inner).0;
                }
                work => {
                    // From here on the engine may draw the next frame.
                    let (waker, _) = state.settle(now);
                    drop(state);
                    if let Some(waker) = waker {
                        waker.wake();
                    }
                    return work;
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

    /// Takes the encoder's result.
    pub(super) fn done(&self, done: Done) {
        self.change(|state| state.done(done));
    }
}

/// Whether nobody could tell the two apart.
pub(super) fn is_same(one: &Frame, other: &Frame) -> bool {
    one.size() == other.size() && one.ratio() == other.ratio() && one.bytes() == other.bytes()
}
