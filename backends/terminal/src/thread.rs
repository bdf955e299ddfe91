//! The terminal on a thread of its own, so that one that reads slowly delays nobody.

use std::io::Write;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

use framecast_api::{BackendEvent, ClientId, Context, Error, Frame, Result, Traffic};
use framecast_local::{Host, Hosted, Panicked, View, ViewChanges};

use crate::backend::{CLIENT, TerminalOptions};
use crate::owed;
use crate::screen::{LEAVING, Screen};
use crate::terminal::Terminal;

/// How long closing waits for the terminal's thread, besides what leaving may take.
const CLOSING: Duration = Duration::from_secs(1);

/// The engine's side of the terminal's thread.
pub(crate) struct TerminalThread {
    hosted: Hosted<Terminal>,
    /// How long leaving may take.
    leaving: Duration,
    pub(crate) pointer_shapes: bool,
}

/// What the thread starts with.
pub(crate) struct Start {
    options: TerminalOptions,
    /// Can be read when something changed.
    woken: UnixStream,
    engine: ThreadId,
}

/// What the thread tells once it is open.
pub(crate) struct Opened {
    pointer_shapes: bool,
    screen: Arc<Screen>,
}

impl TerminalThread {
    pub(crate) fn open(options: TerminalOptions, context: Context) -> Result<Self> {
        let failed = |error: std::io::Error| {
            Error::failed(format!("cannot start its thread: {error}")).with_source(error)
        };
        let (wake, woken) = UnixStream::pair().map_err(failed)?;
        wake.set_nonblocking(true).map_err(failed)?;
        woken.set_nonblocking(true).map_err(failed)?;
        let leaving = LEAVING + options.patience.unwrap_or(owed::LIMIT);
        let title = Some(context.title.clone());
        let changes = ViewChanges { title, ..ViewChanges::default() };
        let start = Start { options, woken, engine: thread::current().id() };
        let hosted = Hosted::<Terminal>::open(start, context, changes, move |_| {
            // Full: it has been woken.
            let _ = (&wake).write(&[0]);
        })?;
        let pointer_shapes = hosted.handle().pointer_shapes;
        Ok(Self { hosted, leaving, pointer_shapes })
    }

    pub(crate) fn poll(&self, sink: &mut dyn FnMut(BackendEvent)) {
        self.hosted.poll(sink);
    }

    pub(crate) fn wants_frame(&self) -> bool {
        self.hosted.wants_frame()
    }

    pub(crate) fn traffic(&self) -> Traffic {
        self.hosted.traffic()
    }

    pub(crate) fn present(&self, frame: &Frame) {
        self.hosted.present(frame);
    }

    pub(crate) fn apply(&self, changes: ViewChanges) {
        self.hosted.apply(changes);
    }

    pub(crate) fn close(self) {
        let screen = Arc::clone(&self.hosted.handle().screen);
        if !self.hosted.close(self.leaving + CLOSING) {
            screen.leave_in_a_hurry();
        }
    }
}

impl View for Terminal {
    const THREAD: &'static str = "framecast-terminal";
    const CLIENT: ClientId = CLIENT;
    /// Less than the answers may take, and a busy machine.
    const OPENING: Duration = Duration::from_secs(5);
    type Options = Start;
    type Handle = Opened;

    fn open(start: Start, context: &Context, _: &Host<Self>) -> Result<Self> {
        Terminal::open(&start.options, context, start.woken, start.engine)
    }

    fn announce(&mut self, sink: &mut dyn FnMut(BackendEvent)) {
        self.session.announce(self.info, Instant::now(), sink);
    }

    fn handle(&self) -> Opened {
        Opened { pointer_shapes: self.pointer_shapes, screen: Arc::clone(&self.screen) }
    }

    fn run(&mut self, host: &Host<Self>) -> Result<()> {
        // First, so that the message is not kept from the user.
        Terminal::run(self, host).inspect_err(|_| self.screen.leave())
    }

    fn presented(opened: &Opened) {
        // The canvas lives on, whatever panicked.
        opened.screen.forget_rescue();
    }

    fn too_slow() -> Error {
        Error::failed("the terminal does not take what is written to it")
    }

    fn panicked(what: &str) -> Panicked {
        Panicked {
            opening: Error::failed(format!("it cannot be opened: {what}")),
            open: Error::failed(format!("its thread failed: {what}")),
        }
    }
}
