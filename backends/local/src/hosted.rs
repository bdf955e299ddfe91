//! A view on a thread of its own, so that a display that blocks delays nobody.
//!
//! [`Hosted`] is the engine's side, [`Host`] the view's. Between them is one lock, held for a few
//! assignments: neither side ever waits for what the other does.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::thread::{self, JoinHandle, Thread};
use std::time::Duration;

use framecast_api::{BackendEvent, ClientId, Context, Error, Frame, Result, Traffic};

use crate::{InputQueue, ViewChanges};

/// A view that lives on a thread of its own. All methods are called on that thread, unless their documentation
/// says otherwise.
pub trait View: Sized + 'static {
    /// The thread's name.
    const THREAD: &'static str;
    /// The view's one client.
    const CLIENT: ClientId;
    /// How long opening may take.
    const OPENING: Duration;
    /// What the view is opened with.
    type Options: Send + 'static;
    /// What the engine's side needs of an open view.
    type Handle: Send + 'static;

    /// Opens the view. May block.
    ///
    /// # Errors
    /// Why it cannot be opened.
    fn open(options: Self::Options, context: &Context, host: &Host<Self>) -> Result<Self>;

    /// Announces the client; comes after `open`.
    fn announce(&mut self, sink: &mut dyn FnMut(BackendEvent));

    /// What the engine's side needs; comes after `announce`.
    fn handle(&self) -> Self::Handle;

    /// Lives until [`State::closing`] is set.
    ///
    /// # Errors
    /// Why the view is gone; it can still be used when it says so, and is dropped after the engine
    /// was told.
    fn run(&mut self, host: &Host<Self>) -> Result<()>;

    /// Called by the engine when a frame was handed over and the thread is not woken yet.
    fn presented(handle: &Self::Handle) {
        let _ = handle;
    }

    /// What the engine is told when opening takes longer than [`OPENING`](Self::OPENING); called
    /// there.
    fn too_slow() -> Error;

    /// What the engine is told when the view panicked: while it opened, and later.
    fn panicked(what: &str) -> Panicked;
}

/// The errors that the engine gets if a view panics.
#[derive(Debug)]
pub struct Panicked {
    /// If the view was being opened.
    pub opening: Error,
    /// If the view was open.
    pub open: Error,
}

/// The state that the view and the engine's side share.
pub struct State {
    /// The newest frame that the view has not taken.
    pub frame: Option<Frame>,
    /// The changes that the view has not taken.
    pub changes: ViewChanges,
    /// Events that the engine has not polled.
    pub queue: InputQueue,
    /// Whether the view is ready for a newer frame; true at first.
    pub ready: bool,
    /// Whether the view is visible; true at first.
    pub visible: bool,
    /// Whether the engine was woken for the present demand. False again when it presents.
    pub told_demand: bool,
    /// What was sent, for a view that sends bytes.
    pub traffic: Traffic,
    /// Whether the engine is closing the view.
    pub closing: bool,
    /// The view is there; false for good once it was lost.
    alive: bool,
}

impl State {
    /// Returns whether the view wants a newer frame now.
    #[must_use]
    pub fn wants_frame(&self) -> bool {
        self.alive && self.visible && self.ready && self.frame.is_none()
    }
}

struct Shared {
    state: Mutex<State>,
    waker: Waker,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // Every change is a few assignments: a panic elsewhere leaves nothing half-done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The view's side.
pub struct Host<V: View> {
    shared: Arc<Shared>,
    /// Nobody receives once the view is open.
    opened: Sender<Result<V::Handle>>,
}

impl<V: View> Clone for Host<V> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared), opened: self.opened.clone() }
    }
}

impl<V: View> fmt::Debug for Host<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Host of {}", V::THREAD)
    }
}

impl<V: View> Host<V> {
    /// The state that the view and the engine's side share.
    pub fn lock(&self) -> MutexGuard<'_, State> {
        self.shared.lock()
    }

    /// Wakes the engine, so that it looks at the state.
    pub fn wake_engine(&self) {
        self.shared.waker.wake_by_ref();
    }

    /// Reports that the view is gone, although its thread may never return: to the caller who opens it, or else to
    /// the engine, once.
    pub fn fail(&self, while_opening: Error, once_open: Error) {
        let _ = self.opened.send(Err(while_opening));
        self.lose(once_open);
    }

    /// The view is gone; says so once.
    fn lose(&self, error: Error) {
        let mut state = self.lock();
        if !std::mem::take(&mut state.alive) {
            return;
        }
        state.frame = None;
        state.queue.push(BackendEvent::Lost(error));
        drop(state);
        self.wake_engine();
    }

    /// The thread's life.
    fn live(&self, options: V::Options, context: &Context) {
        let life = AssertUnwindSafe(|| {
            let mut view = match V::open(options, context, self) {
                Ok(view) => view,
                Err(error) => {
                    let _ = self.opened.send(Err(error));
                    return;
                }
            };
            view.announce(&mut |input| {
                self.lock().queue.push(input);
            });
            let _ = self.opened.send(Ok(view.handle()));
            self.wake_engine();
            if let Err(error) = view.run(self) {
                self.lose(error);
            }
        });
        if let Err(panic) = catch_unwind(life) {
            let what = panic
                .downcast_ref::<String>()
                .map(String::as_str)
                .or_else(|| panic.downcast_ref::<&str>().copied())
                .unwrap_or("a panic");
            let Panicked { opening, open } = V::panicked(what);
            self.fail(opening, open);
        }
    }
}

/// The engine's side of a view on a thread of its own.
pub struct Hosted<V: View> {
    shared: Arc<Shared>,
    /// Makes the thread look at what changed.
    wake: Box<dyn Fn(&Thread) + Send>,
    thread: JoinHandle<()>,
    /// Disconnects when the thread is done.
    done: Receiver<()>,
    handle: V::Handle,
}

impl<V: View> fmt::Debug for Hosted<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hosted {}", V::THREAD)
    }
}

impl<V: View> Hosted<V> {
    /// Opens a view on a new thread, which takes `changes` first. `wake` makes that thread look at the state
    /// again.
    ///
    /// # Errors
    /// The error of the view if it cannot be opened; "failed" if it does not open in time.
    pub fn open(
        options: V::Options,
        context: Context,
        changes: ViewChanges,
        wake: impl Fn(&Thread) + Send + 'static,
    ) -> Result<Self> {
        let shared = Arc::new(Shared {
            state: Mutex::new(State {
                frame: None,
                changes,
                queue: InputQueue::new(V::CLIENT),
                ready: true,
                visible: true,
                told_demand: false,
                traffic: Traffic::default(),
                closing: false,
                alive: true,
            }),
            waker: context.waker.clone(),
        });
        let (opened, opening) = mpsc::channel();
        let (finished, done) = mpsc::channel::<()>();
        let host = Host::<V> { shared: Arc::clone(&shared), opened };
        let thread = thread::Builder::new()
            .name(V::THREAD.to_owned())
            .spawn(move || {
                let _finished = finished;
                host.live(options, &context);
            })
            .map_err(|error| {
                Error::failed(format!("cannot start its thread: {error}")).with_source(error)
            })?;
        match opening.recv_timeout(V::OPENING) {
            Ok(Ok(handle)) => Ok(Self { shared, wake: Box::new(wake), thread, done, handle }),
            // Not joined: a thread whose display died never returns.
            Ok(Err(error)) => Err(error),
            Err(error) => {
                // If it opens after all, it closes at once.
                shared.lock().closing = true;
                Err(match error {
                    RecvTimeoutError::Timeout => V::too_slow(),
                    RecvTimeoutError::Disconnected => Error::failed("its thread failed"),
                })
            }
        }
    }

    /// Returns what the view reported about itself when it opened.
    #[must_use]
    pub fn handle(&self) -> &V::Handle {
        &self.handle
    }

    /// Passes on what happened since the last call.
    pub fn poll(&self, sink: &mut dyn FnMut(BackendEvent)) {
        let inputs = self.shared.lock().queue.take();
        inputs.into_iter().for_each(sink);
    }

    /// Returns whether the view wants a newer frame now.
    #[must_use]
    pub fn wants_frame(&self) -> bool {
        self.shared.lock().wants_frame()
    }

    /// What was sent, for a view that sends bytes.
    #[must_use]
    pub fn traffic(&self) -> Traffic {
        self.shared.lock().traffic
    }

    /// Shows `frame` instead of one that the view has not taken yet.
    pub fn present(&self, frame: &Frame) {
        let older = {
            let mut state = self.shared.lock();
            if !state.alive {
                return;
            }
            state.told_demand = false;
            state.frame.replace(frame.clone())
        };
        // Outside the lock: it may be the last reference.
        drop(older);
        V::presented(&self.handle);
        self.wake();
    }

    /// Changes something about the view.
    pub fn apply(&self, changes: ViewChanges) {
        self.shared.lock().changes.add(changes);
        self.wake();
    }

    /// Closes the view and waits at most `limit` for its thread. Returns whether the thread has ended. A thread
    /// that has not ended is left behind, and ends with the process at the latest.
    pub fn close(self, limit: Duration) -> bool {
        self.shared.lock().closing = true;
        self.wake();
        let ended = self.done.recv_timeout(limit) == Err(RecvTimeoutError::Disconnected);
        if ended {
            // It has nothing left to do; a panic was reported as a loss already.
            let _ = self.thread.join();
        }
        ended
    }

    fn wake(&self) {
        (self.wake)(self.thread.thread());
    }
}

#[cfg(test)]
mod tests;
