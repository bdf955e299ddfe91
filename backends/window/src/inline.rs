//! The window on the engine's own thread: macOS allows it nowhere else.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use framecast_api::{BackendEvent, Context, Error, Frame, Result};
use framecast_local::{InputQueue, ViewChanges};

use crate::backend::{CLIENT, WindowOptions};
use crate::pace;
use crate::pane::Pane;

/// Shortest time between two polls, however busy the window is.
const SOONEST: Duration = Duration::from_millis(1);

/// A window that is driven by the engine's polling.
pub(crate) struct Inline {
    /// `None` once it was lost.
    pane: Option<Pane>,
    /// The newest frame, until the next poll.
    frame: Option<Frame>,
    queue: InputQueue,
    interval: Duration,
    visible: bool,
}

impl Inline {
    pub(crate) fn open(options: &WindowOptions, context: Context) -> Result<Self> {
        let Context { clock, title, size, .. } = context;
        if let Some(reason) = crate::display::no_display_named() {
            return Err(Error::failed(reason));
        }
        let mut pane = catch_unwind(AssertUnwindSafe(|| Pane::open(options, clock, &title, size)))
            .map_err(|_| Error::failed("the window library failed"))??;
        let mut queue = InputQueue::new(CLIENT);
        pane.announce(&mut |input| {
            queue.push(input);
        });
        Ok(Self { pane: Some(pane), frame: None, queue, interval: pace::ACTIVE, visible: true })
    }

    pub(crate) fn poll(&mut self, sink: &mut dyn FnMut(BackendEvent)) {
        if let Some(pane) = &mut self.pane {
            let (frame, queue) = (self.frame.take(), &mut self.queue);
            let tick = AssertUnwindSafe(|| {
                pane.tick(frame, &mut |input| {
                    queue.push(input);
                })
            });
            let failed = || Error::failed("the window is gone: the window library failed");
            match catch_unwind(tick).unwrap_or_else(|_| Err(failed())) {
                Ok(tick) => {
                    self.interval = tick.again.max(SOONEST);
                    self.visible = tick.visible;
                }
                Err(error) => {
                    self.pane = None;
                    self.queue.push(BackendEvent::Lost(error));
                }
            }
        }
        self.queue.take().into_iter().for_each(sink);
    }

    pub(crate) fn poll_interval(&self) -> Duration {
        // A waiting frame must not wait for the next look at an idle window.
        if self.frame.is_some() { Duration::ZERO } else { self.interval }
    }

    pub(crate) fn wants_frame(&self) -> bool {
        self.pane.is_some() && self.visible && self.frame.is_none()
    }

    pub(crate) fn present(&mut self, frame: &Frame) {
        if self.pane.is_some() {
            self.frame = Some(frame.clone());
        }
    }

    pub(crate) fn apply(&mut self, changes: ViewChanges) {
        if let Some(pane) = &mut self.pane {
            pane.apply(changes);
        }
    }
}
