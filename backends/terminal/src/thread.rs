//! The terminal on a thread of its own, so that one that reads slowly delays nobody.

use std::io::Write;
use std::os::unix::net::UnixStream;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::thread::{self, JoinHandle, ThreadId};
use std::time::{Duration, Instant};

use framecast_api::{Context, Error, Frame, Input, Result, Traffic};
use framecast_local::InputQueue;

use crate::backend::{CLIENT, TerminalOptions};
use crate::changes::Changes;
use crate::owed;
use crate::screen::{LEAVING, Screen};
use crate::terminal::Terminal;

/// How long opening may take: less than the answers may, and a busy machine.
const OPENING: Duration = Duration::from_secs(5);
/// How long closing waits for the terminal's thread, besides what leaving may take.
const CLOSING: Duration = Duration::from_secs(1);

/// The engine's side of the terminal's thread.
pub(crate) struct TerminalThread {
    shared: Arc<Shared>,
    wake: UnixStream,
    screen: Arc<Screen>,
    thread: JoinHandle<()>,
    /// How long leaving may take.
    leaving: Duration,
    /// Disconnects when the thread is done.
    done: Receiver<()>,
    pub(crate) pointer_shapes: bool,
}

/// What both sides see.
pub(crate) struct Shared {
    state: Mutex<State>,
    pub(crate) waker: Waker,
}

pub(crate) struct State {
    /// The newest frame that the thread has not taken.
    pub(crate) frame: Option<Frame>,
    pub(crate) changes: Changes,
    pub(crate) queue: InputQueue,
    /// The session could send a newer frame than it has.
    pub(crate) ready: bool,
    /// The screen is ours: not suspended.
    pub(crate) visible: bool,
    /// The terminal is there; false for good once it was lost.
    pub(crate) alive: bool,
    /// The engine wants no more.
    pub(crate) closing: bool,
    /// The engine was woken for the demand that there is.
    pub(crate) told_demand: bool,
    pub(crate) traffic: Traffic,
}

impl State {
    pub(crate) fn wants_frame(&self) -> bool {
        self.alive && self.visible && self.ready && self.frame.is_none()
    }
}

impl Shared {
    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        // Every change is a few assignments: a panic elsewhere leaves nothing half-done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The terminal is gone; says so once.
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

/// What the thread tells once it is open.
struct Opened {
    pointer_shapes: bool,
    screen: Arc<Screen>,
}

impl TerminalThread {
    pub(crate) fn open(options: TerminalOptions, context: Context) -> Result<Self> {
        let shared = Arc::new(Shared {
            state: Mutex::new(State {
                frame: None,
                changes: Changes { title: Some(context.title.clone()), ..Changes::default() },
                queue: InputQueue::new(CLIENT),
                ready: true,
                visible: true,
                alive: true,
                closing: false,
                told_demand: false,
                traffic: Traffic::default(),
            }),
            waker: context.waker.clone(),
        });
        let failed = |error: std::io::Error| {
            Error::failed(format!("cannot start its thread: {error}")).with_source(error)
        };
        let (wake, woken) = UnixStream::pair().map_err(failed)?;
        wake.set_nonblocking(true).map_err(failed)?;
        woken.set_nonblocking(true).map_err(failed)?;
        let (opened, opening) = mpsc::channel();
        let (finished, done) = mpsc::channel::<()>();
        let engine = thread::current().id();
        let leaving = LEAVING + options.patience.unwrap_or(owed::LIMIT);
        let thread = thread::Builder::new()
            .name("framecast-terminal".to_owned())
            .spawn({
                let shared = Arc::clone(&shared);
                move || {
                    let _finished = finished;
                    work(&shared, &opened, &options, &context, woken, engine);
                }
            })
            .map_err(failed)?;
        match opening.recv_timeout(OPENING) {
            Ok(Ok(Opened { pointer_shapes, screen })) => {
                Ok(Self { shared, wake, screen, thread, leaving, done, pointer_shapes })
            }
            Ok(Err(error)) => {
                let _ = thread.join();
                Err(error)
            }
            Err(error) => {
                shared.lock().closing = true;
                Err(Error::failed(match error {
                    RecvTimeoutError::Timeout => "the terminal does not take what is written to it",
                    RecvTimeoutError::Disconnected => "its thread failed",
                }))
            }
        }
    }

    /// Makes the thread look at what changed.
    fn wake(&self) {
        // Full: it has been woken.
        let _ = (&self.wake).write(&[0]);
    }

    pub(crate) fn poll(&self, sink: &mut dyn FnMut(Input)) {
        let inputs = self.shared.lock().queue.take();
        inputs.into_iter().for_each(sink);
    }

    pub(crate) fn wants_frame(&self) -> bool {
        self.shared.lock().wants_frame()
    }

    pub(crate) fn traffic(&self) -> Traffic {
        self.shared.lock().traffic
    }

    pub(crate) fn present(&self, frame: &Frame) {
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
        // The canvas lives on, whatever panicked.
        self.screen.forget_rescue();
        self.wake();
    }

    pub(crate) fn apply(&self, changes: Changes) {
        self.shared.lock().changes.add(changes);
        self.wake();
    }

    pub(crate) fn close(self) {
        self.shared.lock().closing = true;
        self.wake();
        if self.done.recv_timeout(self.leaving + CLOSING) == Err(RecvTimeoutError::Disconnected) {
            // It has nothing left to do; a panic was reported as a loss already.
            let _ = self.thread.join();
        } else {
            self.screen.leave_in_a_hurry();
        }
    }
}

/// The thread's life.
fn work(
    shared: &Arc<Shared>,
    opened: &Sender<Result<Opened>>,
    options: &TerminalOptions,
    context: &Context,
    woken: UnixStream,
    engine: ThreadId,
) {
    let run = AssertUnwindSafe(|| {
        let mut terminal = match Terminal::open(options, context, woken, engine) {
            Ok(terminal) => terminal,
            Err(error) => {
                let _ = opened.send(Err(error));
                return;
            }
        };
        {
            let mut state = shared.lock();
            terminal.session.announce(Instant::now(), &mut |input| {
                state.queue.push(input);
            });
        }
        let (pointer_shapes, screen) = (terminal.pointer_shapes, Arc::clone(&terminal.screen));
        let _ = opened.send(Ok(Opened { pointer_shapes, screen }));
        shared.waker.wake_by_ref();
        if let Err(error) = terminal.run(shared) {
            // First, so that the message is not kept from the user.
            terminal.screen.leave();
            shared.lose(error);
        }
    });
    if let Err(panic) = catch_unwind(run) {
        let what = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or("a panic");
        let _ = opened.send(Err(Error::failed(format!("it cannot be opened: {what}"))));
        shared.lose(Error::failed(format!("its thread failed: {what}")));
    }
}
