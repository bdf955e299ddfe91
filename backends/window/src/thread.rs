//! The window on a thread of its own, so that a display that blocks delays nobody.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use framecast_api::{Context, Error, Frame, Input, Result};
use framecast_local::InputQueue;

use crate::backend::{CLIENT, WindowOptions};
use crate::changes::Changes;
use crate::display;
use crate::pane::Pane;

/// How long a display may take to open a window.
const OPENING: Duration = Duration::from_secs(5);
/// How long closing waits for the window to go; a thread that is blocked for longer is left
/// behind, and ends with the process if not before.
const CLOSING: Duration = Duration::from_millis(500);

/// The engine's side of the window thread.
pub(crate) struct WindowThread {
    shared: Arc<Shared>,
    thread: JoinHandle<()>,
    /// Disconnects when the thread is done.
    done: Receiver<()>,
}

/// What both sides see.
struct Shared {
    state: Mutex<State>,
    waker: Waker,
}

struct State {
    /// The newest frame that the window thread has not taken.
    frame: Option<Frame>,
    changes: Changes,
    queue: InputQueue,
    visible: bool,
    /// The window is there; false for good once it was lost.
    alive: bool,
    /// The engine wants no more.
    closing: bool,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // Every change is a few assignments: a panic elsewhere leaves nothing half-done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The window is gone; says so once.
    fn lose(&self, error: Error) {
        let mut state = self.lock();
        if !std::mem::take(&mut state.alive) {
            return;
        }
        state.frame = None;
        state.queue.push(Input::Lost(error));
        drop(state);
        self.waker.wake_by_ref();
    }
}

impl WindowThread {
    pub(crate) fn open(options: WindowOptions, context: Context) -> Result<Self> {
        if let Some(reason) = display::no_display_named() {
            return Err(Error::failed(reason));
        }
        let shared = Arc::new(Shared {
            state: Mutex::new(State {
                frame: None,
                changes: Changes::default(),
                queue: InputQueue::new(CLIENT),
                visible: true,
                alive: true,
                closing: false,
            }),
            waker: context.waker.clone(),
        });
        let (opened, opening) = mpsc::channel();
        let (finished, done) = mpsc::channel::<()>();
        let thread = thread::Builder::new()
            .name("framecast-window".to_owned())
            .spawn({
                let shared = Arc::clone(&shared);
                move || {
                    let _finished = finished;
                    work(&shared, &opened, &options, &context);
                }
            })
            .map_err(|error| {
                Error::failed(format!("cannot start its thread: {error}")).with_source(error)
            })?;
        match opening.recv_timeout(OPENING) {
            Ok(Ok(())) => Ok(Self { shared, thread, done }),
            Ok(Err(error)) => Err(error),
            Err(error) => {
                shared.lock().closing = true;
                Err(Error::failed(match error {
                    RecvTimeoutError::Timeout => format!(
                        "{} does not answer (is it stopped? leave the window out, as in --backend http)",
                        display::named_displays()
                    ),
                    RecvTimeoutError::Disconnected => "the window library failed".to_owned(),
                }))
            }
        }
    }

    pub(crate) fn poll(&self, sink: &mut dyn FnMut(Input)) {
        let inputs = self.shared.lock().queue.take();
        inputs.into_iter().for_each(sink);
    }

    pub(crate) fn wants_frame(&self) -> bool {
        let state = self.shared.lock();
        state.alive && state.visible && state.frame.is_none()
    }

    pub(crate) fn present(&self, frame: &Frame) {
        let older = {
            let mut state = self.shared.lock();
            if !state.alive {
                return;
            }
            state.frame.replace(frame.clone())
        };
        // Outside the lock: it may be the last reference.
        drop(older);
        self.thread.thread().unpark();
    }

    pub(crate) fn apply(&self, changes: Changes) {
        self.shared.lock().changes.add(changes);
        self.thread.thread().unpark();
    }

    pub(crate) fn close(self) {
        self.shared.lock().closing = true;
        self.thread.thread().unpark();
        if self.done.recv_timeout(CLOSING) == Err(RecvTimeoutError::Disconnected) {
            // It has nothing left to do; a panic was reported as a loss already.
            let _ = self.thread.join();
        }
    }
}

/// The window thread's life.
fn work(
    shared: &Arc<Shared>,
    opened: &Sender<Result<()>>,
    options: &WindowOptions,
    context: &Context,
) {
    #[cfg(all(unix, not(target_os = "macos")))]
    crate::xlib::survive_display({
        let (shared, opened) = (Arc::clone(shared), opened.clone());
        move || {
            // Nobody receives once the window is open.
            let _ = opened.send(Err(Error::failed(display::died_while_opening())));
            shared.lose(Error::failed("the window is gone: the X11 display died"));
        }
    });
    let run = AssertUnwindSafe(|| {
        let mut pane = match Pane::open(options, context.clock, &context.title, context.size) {
            Ok(pane) => pane,
            Err(error) => {
                let _ = opened.send(Err(error));
                return;
            }
        };
        pane.announce(&mut |input| {
            shared.lock().queue.push(input);
        });
        let _ = opened.send(Ok(()));
        shared.waker.wake_by_ref();
        if let Err(error) = run(shared, &mut pane) {
            shared.lose(error);
        }
    });
    if let Err(panic) = catch_unwind(run) {
        let what = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or("a panic");
        let error =
            |fate: &str| Error::failed(format!("{fate}: the window library failed: {what}"));
        let _ = opened.send(Err(error("it cannot be opened")));
        shared.lose(error("the window is gone"));
    }
}

/// Ticks until the engine closes the window.
fn run(shared: &Shared, pane: &mut Pane) -> Result<()> {
    let mut inputs = Vec::new();
    loop {
        let start = Instant::now();
        let (frame, changes) = {
            let mut state = shared.lock();
            if state.closing {
                return Ok(());
            }
            (state.frame.take(), std::mem::take(&mut state.changes))
        };
        if frame.is_some() {
            // Demand rises: the next frame can be drawn while this one is shown.
            shared.waker.wake_by_ref();
        }
        pane.apply(changes);
        let tick = pane.tick(frame, &mut |input| inputs.push(input));
        let wake = {
            let mut state = shared.lock();
            let mut wake = false;
            for input in inputs.drain(..) {
                wake |= state.queue.push(input);
            }
            if let Ok(tick) = &tick {
                wake |= tick.visible && !state.visible;
                state.visible = tick.visible;
            }
            wake
        };
        if wake {
            shared.waker.wake_by_ref();
        }
        let again = tick?.again;
        if let Some(rest) = again.checked_sub(start.elapsed()).filter(|rest| !rest.is_zero()) {
            thread::park_timeout(rest);
        }
    }
}
