//! The events of a mirror: blocking, polled and async.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Instant;

use framecast_api::Event;

use super::shared::Shared;
use crate::event_loop::NoStep;

/// The events of a [`Mirror`](super::Mirror), oldest first, in three forms: blocking (it is an iterator),
/// polled and async. It is `Send`.
///
/// While events wait, moves, turns of the wheel and resizes are merged. When 1024 wait, the canvas reads no
/// more input from its views until some are taken, but goes on showing pictures. The last event is
/// [`EventKind::Close`](crate::EventKind::Close), unless the canvas' thread panicked; the backends are closed by
/// then. There is no `animate` and no `before_draw`, because the program draws whenever it likes.
///
/// ```
/// use framecast::{Canvas, EventKind, Mirror};
///
/// let mirror = Mirror::open(|| Canvas::builder("").no_backends())?;
/// let events = mirror.events();
/// let reader = std::thread::spawn(move || events.map(|event| event.kind.name()).collect::<Vec<_>>());
/// mirror.post(|canvas| {
///     let _ = canvas.submit_event(EventKind::FocusIn);
/// });
/// mirror.finish()?;
/// assert_eq!(reader.join().unwrap(), ["focus_in", "close"]);
/// # Ok::<(), framecast::Error>(())
/// ```
pub struct MirrorEvents {
    shared: Arc<Shared>,
}

impl MirrorEvents {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        shared.add_reader();
        Self { shared }
    }

    /// Returns the next event if there is one right now. Does not wait.
    #[must_use]
    pub fn poll(&self) -> Option<Event> {
        self.shared.next_event()
    }

    /// Waits for the next event until `deadline` at most.
    ///
    /// # Errors
    /// [`NoStep::Deadline`] if there is no event before the deadline, [`NoStep::Closed`] after the last one.
    pub fn next_before(&self, deadline: Instant) -> Result<Event, NoStep> {
        self.shared.wait_for_event(Some(deadline))
    }

    /// Waits for the next event, for any executor; `None` after the last one. It may be dropped and called again
    /// at any time, as `select!` does: no event is lost.
    pub fn next_async(&self) -> impl Future<Output = Option<Event>> + Send + '_ {
        self.shared.until_event()
    }
}

/// Waits for the next event; `None` after the last one.
impl Iterator for MirrorEvents {
    type Item = Event;

    fn next(&mut self) -> Option<Event> {
        (&*self).next()
    }
}

/// Waits for the next event; `None` after the last one.
impl Iterator for &MirrorEvents {
    type Item = Event;

    fn next(&mut self) -> Option<Event> {
        self.shared.wait_for_event(None).ok()
    }
}

impl Drop for MirrorEvents {
    fn drop(&mut self) {
        self.shared.remove_reader();
    }
}

impl fmt::Debug for MirrorEvents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MirrorEvents").finish_non_exhaustive()
    }
}
