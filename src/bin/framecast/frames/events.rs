//! The thread that writes events to a program.

use std::io::{ErrorKind, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use framecast::{Canvas, Event, EventKind, Resize, Result, print_notice};

use super::outbox::Outbox;
use super::spawn;

/// Events on their way to a program. No method waits for the program.
pub(crate) struct Events {
    shared: Arc<Shared>,
    thread: JoinHandle<()>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    outbox: Outbox,
    /// The last line was written, or nobody reads any more.
    done: bool,
    warned: bool,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // Every change is whole when it is made.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Events {
    /// Writes to what `open` opens, on a thread of its own. `name` is the reader's, for messages.
    ///
    /// # Errors
    /// If there can be no more threads.
    pub(crate) fn start<W: Write>(
        name: String,
        open: impl FnOnce() -> std::io::Result<W> + Send + 'static,
    ) -> Result<Self> {
        let shared = Arc::new(Shared::default());
        let writer = Arc::clone(&shared);
        let thread = spawn("framecast-events", move || {
            let end = open().and_then(|output| write(&writer, output));
            writer.lock().done = true;
            writer.changed.notify_all();
            match end {
                // Who reads no events needs none.
                Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                    print_notice(&format!("cannot write events to {name}: {error}"));
                }
                _ => {}
            }
        })?;
        Ok(Self { shared, thread })
    }

    /// Says how large the canvas is. The first event.
    pub(crate) fn tell_size(&self, canvas: &Canvas) {
        let size = EventKind::Resize(Resize::from(canvas.size()));
        self.push(Event::new(size, canvas.clock().now(), None));
    }

    /// Adds an event; `close` is the last one.
    pub(crate) fn push(&self, event: Event) {
        let mut state = self.shared.lock();
        let lost = !state.done && state.outbox.push(event);
        let warn = lost && !std::mem::replace(&mut state.warned, true);
        drop(state);
        self.shared.changed.notify_all();
        if warn {
            print_notice("the program does not read its events; some are lost");
        }
    }

    /// Says to draw.
    pub(crate) fn draw(&self, timestamp: f64) {
        self.shared.lock().outbox.draw(timestamp);
        self.shared.changed.notify_all();
    }

    /// Waits until the last line is written, for `patience` at most: nobody may ever read it.
    pub(crate) fn finish(self, patience: Duration) {
        let state = self.shared.lock();
        let waited = self.shared.changed.wait_timeout_while(state, patience, |it| !it.done);
        let done = waited.unwrap_or_else(PoisonError::into_inner).0.done;
        if done {
            let _ = self.thread.join();
        }
    }
}

/// Writes until the last line was, and closes `output` then.
fn write(shared: &Shared, mut output: impl Write) -> std::io::Result<()> {
    loop {
        let (lines, done) = {
            let mut state = shared.lock();
            loop {
                let lines = state.outbox.take();
                let done = state.outbox.is_done();
                if !lines.is_empty() || done {
                    break (lines, done);
                }
                state = shared.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
        };
        output.write_all(lines.as_bytes())?;
        output.flush()?;
        if done {
            return Ok(());
        }
    }
}
