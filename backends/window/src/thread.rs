//! The window on a thread of its own, so that a display that blocks delays nobody.

use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use framecast_api::{BackendEvent, ClientId, Context, Error, Result};
use framecast_local::{Host, Hosted, Panicked, View, ViewChanges};

use crate::backend::{CLIENT, WindowOptions};
use crate::display;
use crate::pane::Pane;

/// How long closing waits for the window to go; a thread that is blocked for longer is left
/// behind, and ends with the process if not before.
pub(crate) const CLOSING: Duration = Duration::from_millis(500);

/// The engine's side of the window thread.
pub(crate) type WindowThread = Hosted<Pane>;

/// Opens a window on a thread of its own.
pub(crate) fn open(options: WindowOptions, context: Context) -> Result<WindowThread> {
    if let Some(reason) = display::no_display_named() {
        return Err(Error::failed(reason));
    }
    Hosted::open(options, context, ViewChanges::default(), Thread::unpark)
}

impl View for Pane {
    const THREAD: &'static str = "framecast-window";
    const CLIENT: ClientId = CLIENT;
    const OPENING: Duration = Duration::from_secs(5);
    type Options = WindowOptions;
    type Handle = ();

    fn open(options: WindowOptions, context: &Context, host: &Host<Self>) -> Result<Self> {
        #[cfg(all(unix, not(target_os = "macos")))]
        crate::xlib::survive_display({
            let host = host.clone();
            move || {
                host.fail(
                    Error::failed(display::died_while_opening()),
                    Error::failed("the window is gone: the X11 display died"),
                );
            }
        });
        #[cfg(not(all(unix, not(target_os = "macos"))))]
        let _ = host;
        Pane::open(&options, context.clock, &context.title, context.size)
    }

    fn announce(&mut self, sink: &mut dyn FnMut(BackendEvent)) {
        Pane::announce(self, sink);
    }

    fn handle(&self) {}

    /// Ticks until the engine closes the window.
    fn run(&mut self, host: &Host<Self>) -> Result<()> {
        let mut inputs = Vec::new();
        loop {
            let start = Instant::now();
            let (frame, changes) = {
                let mut state = host.lock();
                if state.closing {
                    return Ok(());
                }
                (state.frame.take(), std::mem::take(&mut state.changes))
            };
            if frame.is_some() {
                // Demand rises: the next frame can be drawn while this one is shown.
                host.wake_engine();
            }
            self.apply(changes);
            let tick = self.tick(frame, &mut |input| inputs.push(input));
            let wake = {
                let mut state = host.lock();
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
                host.wake_engine();
            }
            let again = tick?.again;
            if let Some(rest) = again.checked_sub(start.elapsed()).filter(|rest| !rest.is_zero()) {
                thread::park_timeout(rest);
            }
        }
    }

    fn too_slow() -> Error {
        Error::failed(format!(
            "{} does not answer (is it stopped? leave the window out, as in --backend http)",
            display::named_displays()
        ))
    }

    fn panicked(what: &str) -> Panicked {
        let error =
            |fate: &str| Error::failed(format!("{fate}: the window library failed: {what}"));
        Panicked { opening: error("it cannot be opened"), open: error("the window is gone") }
    }
}
