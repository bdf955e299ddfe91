//! The mailbox of a mirror behind a lock, and who waits for what comes into it.

use std::collections::BTreeMap;
use std::future::{Future, poll_fn};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use framecast_api::{CanvasSize, Event, FrameBuffer, PhysicalSize, Result};

use super::mailbox::Mailbox;
use crate::canvas::Canvas;
use crate::engine;
use crate::event_loop::NoStep;
use crate::signal::Signal;

pub(super) struct Shared {
    state: Mutex<State>,
    /// An event came, a picture is wanted, or it is over.
    changed: Condvar,
    pool: engine::Pool,
    /// Wakes the mirror's thread.
    signal: Arc<Signal>,
}

struct State {
    mailbox: Mailbox,
    /// Tasks that wait for a change.
    tasks: BTreeMap<u64, Waker>,
    last_task: u64,
}

impl Shared {
    pub(super) fn new(canvas: &Canvas) -> Arc<Self> {
        let member = canvas.member();
        let engine = member.engine.borrow();
        let wanted = engine.takes_frame(canvas.core().time.now());
        Arc::new(Self {
            state: Mutex::new(State {
                mailbox: Mailbox::new(engine.size(), wanted),
                tasks: BTreeMap::new(),
                last_task: 0,
            }),
            changed: Condvar::new(),
            pool: Arc::clone(engine.pool()),
            signal: Arc::clone(member.remote.signal()),
        })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // No code of others runs while it is held.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wakes who waits for a change; with the lock given back, since dropping a task may come back here.
    fn wake(&self, mut state: MutexGuard<'_, State>) {
        let tasks = std::mem::take(&mut state.tasks);
        drop(state);
        self.changed.notify_all();
        tasks.into_values().for_each(Waker::wake);
    }

    pub(super) fn lend(&self, size: PhysicalSize) -> Result<FrameBuffer> {
        engine::lock(&self.pool).lend(size)
    }

    pub(super) fn put_back(&self, buffer: FrameBuffer) {
        engine::lock(&self.pool).put_back(buffer);
    }

    pub(super) fn present(&self, mut picture: FrameBuffer) {
        picture.clear_damage();
        let unused = self.lock().mailbox.present(picture);
        match unused {
            // The thread knows that one waits.
            Some(unused) => self.put_back(unused),
            None => self.signal.notify(),
        }
    }

    pub(super) fn wanted(&self) -> bool {
        self.lock().mailbox.wanted()
    }

    pub(super) fn size(&self) -> CanvasSize {
        self.lock().mailbox.size()
    }

    pub(super) fn add_reader(&self) {
        self.lock().mailbox.add_reader();
    }

    pub(super) fn remove_reader(&self) {
        self.lock().mailbox.remove_reader();
        self.signal.notify();
    }

    pub(super) fn next_event(&self) -> Option<Event> {
        self.read(&mut self.lock())
    }

    fn read(&self, state: &mut State) -> Option<Event> {
        let had_room = state.mailbox.has_room();
        let event = state.mailbox.next_event();
        if !had_room && state.mailbox.has_room() {
            self.signal.notify();
        }
        event
    }

    /// # Errors
    /// At the deadline, or when nothing comes any more.
    pub(super) fn wait_for_event(
        &self,
        deadline: Option<Instant>,
    ) -> std::result::Result<Event, NoStep> {
        let mut state = self.lock();
        loop {
            if let Some(event) = self.read(&mut state) {
                return Ok(event);
            }
            if state.mailbox.is_ended() {
                return Err(NoStep::Closed);
            }
            let Some(deadline) = deadline else {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(NoStep::Deadline);
            }
            let waited = self.changed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    pub(super) fn wait_until_wanted(&self) -> bool {
        let mut state = self.lock();
        while !state.mailbox.wanted() {
            if state.mailbox.is_ended() {
                return false;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        true
    }

    /// See [`MirrorEvents::next_async`](super::MirrorEvents::next_async).
    pub(super) fn until_event(&self) -> impl Future<Output = Option<Event>> + Send + '_ {
        let mut place = Place { shared: self, key: None };
        poll_fn(move |context| {
            place.poll(context, |shared, state| match shared.read(state) {
                Some(event) => Some(Some(event)),
                None => state.mailbox.is_ended().then_some(None),
            })
        })
    }

    /// See [`Mirror::wait_until_wanted_async`](super::Mirror::wait_until_wanted_async).
    pub(super) fn until_wanted(&self) -> impl Future<Output = bool> + Send + '_ {
        let mut place = Place { shared: self, key: None };
        poll_fn(move |context| {
            place.poll(context, |_, state| {
                let wanted = state.mailbox.wanted();
                (wanted || state.mailbox.is_ended()).then_some(wanted)
            })
        })
    }

    // What the mirror's thread calls.

    pub(super) fn has_room(&self) -> bool {
        self.lock().mailbox.has_room()
    }

    pub(super) fn take(&self) -> Option<FrameBuffer> {
        self.lock().mailbox.take()
    }

    pub(super) fn tell(&self, events: Vec<Event>, demand: bool, size: CanvasSize) {
        let mut state = self.lock();
        let (news, wanted) = (!events.is_empty(), state.mailbox.wanted());
        state.mailbox.tell(events, demand, size);
        if news || (!wanted && state.mailbox.wanted()) {
            self.wake(state);
        }
    }

    pub(super) fn end(&self) {
        let mut state = self.lock();
        // Freed with the lock given back.
        let _picture = state.mailbox.end();
        self.wake(state);
    }
}

/// A task's place among those that wait for a change; given up when it is dropped.
struct Place<'a> {
    shared: &'a Shared,
    key: Option<u64>,
}

impl Place<'_> {
    /// Looks for what is waited for, and has the task woken at the next change if it is not there.
    fn poll<T>(
        &mut self,
        context: &Context<'_>,
        look: impl FnOnce(&Shared, &mut State) -> Option<T>,
    ) -> Poll<T> {
        // A task's waker is code of others, which does not run with the lock held.
        let waker = context.waker().clone();
        let mut state = self.shared.lock();
        if let Some(found) = look(self.shared, &mut state) {
            return Poll::Ready(found);
        }
        let key = *self.key.get_or_insert_with(|| {
            state.last_task += 1;
            state.last_task
        });
        let replaced = state.tasks.insert(key, waker);
        drop(state);
        drop(replaced);
        Poll::Pending
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        if let Some(key) = self.key {
            let task = self.shared.lock().tasks.remove(&key);
            drop(task);
        }
    }
}
