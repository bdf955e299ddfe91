//! A window of the program's own as a view of its canvas.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;

use framecast_api::{
    Backend, BackendCommand, BackendEvent, CanvasSize, Capabilities, ClientId, Clock, Context,
    ControlRequest, EventKind, Frame, LogicalSize, Result, Role, SizeLimits, ViewInfo,
};
use framecast_local::InputQueue;

const CLIENT: ClientId = ClientId(0);

/// A window that the program opened and draws itself, as a view of its canvas: it drives, is the host,
/// and hands control over, like a window of framecast.
///
/// [`new`](Self::new) makes it together with a backend for [`CanvasBuilder::backend`]. The program reports what
/// happens in its window, and gets it back as events of the canvas while the window drives. So it handles all
/// events in one place, from its own window and from browsers. It draws in the window itself. Dropping an
/// `OwnWindow` removes the window from the audience.
///
/// ```
/// use framecast::{BackendCommand, Canvas, Error, EventKind, Mirror, OwnWindow};
///
/// let (window, backend) = OwnWindow::new("window", |command| match command {
///     BackendCommand::Title(title) => Ok(println!("caption: {title}")), // Set it.
///     other => Err(Error::not_supported(other.describe())),
/// });
/// let mirror = Mirror::open(|| Canvas::builder("own").no_backends().backend(backend))?;
/// let mut events = mirror.events();
/// window.resize((800.0, 600.0), 2.0)?;
/// window.event(EventKind::FocusIn)?;
/// let focus = events.find(|event| event.kind == EventKind::FocusIn).expect("it drives");
/// assert!(focus.source.is_some());
/// assert_eq!(mirror.size().physical().to_string(), "1600x1200");
/// # Ok::<(), framecast::Error>(())
/// ```
///
/// [`CanvasBuilder::backend`]: crate::CanvasBuilder::backend
pub struct OwnWindow {
    shared: Arc<Mutex<Shared>>,
}

struct Shared {
    input: InputQueue,
    /// Present between `open` and `close`.
    context: Option<(Waker, Clock)>,
    closed: bool,
}

/// The canvas' side of it.
struct OwnWindowBackend<F> {
    shared: Arc<Mutex<Shared>>,
    commands: F,
}

impl OwnWindow {
    /// Makes a view that others see as `label`, and its backend.
    ///
    /// `commands` applies what the canvas has for the window: a title, a cursor, text for the clipboard. It is
    /// called on the canvas' thread, must not wait, and returns what [`Backend::apply`] returns: "not supported" for
    /// what the window cannot do. If it panics, the canvas ends.
    ///
    /// The window itself asks for no pictures. On a [`Canvas`](crate::Canvas), which draws only when somebody does,
    /// set [`DrawDemand::Always`](crate::DrawDemand::Always); a [`Mirror`](crate::Mirror) does not need it.
    pub fn new(
        label: impl Into<String>,
        commands: impl FnMut(&BackendCommand) -> Result<()> + Send + 'static,
    ) -> (Self, impl Backend + Send + 'static) {
        let mut input = InputQueue::new(CLIENT);
        input.push(BackendEvent::Joined { client: CLIENT, label: label.into(), role: Role::Drive });
        let shared = Arc::new(Mutex::new(Shared { input, context: None, closed: false }));
        (Self { shared: Arc::clone(&shared) }, OwnWindowBackend { shared, commands })
    }

    fn push(&self, event: impl FnOnce(f64) -> BackendEvent) {
        let mut shared = lock(&self.shared);
        if shared.closed {
            return;
        }
        let now = shared.context.as_ref().map_or(0.0, |(_, clock)| clock.now());
        let wakes = shared.input.push(event(now));
        let waker = shared.context.as_ref().filter(|_| wakes).map(|(waker, _)| waker.clone());
        drop(shared);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Reports input in the window. Positions are in logical pixels of the canvas.
    ///
    /// # Errors
    /// "Invalid input" if a number in it is not finite or too large, a text too long, or only the engine
    /// may make such an event.
    pub fn event(&self, kind: EventKind) -> Result<()> {
        kind.validate()?;
        self.push(|timestamp| BackendEvent::Event { client: CLIENT, timestamp, kind });
        Ok(())
    }

    /// Reports the window's size, in logical pixels, and its physical pixels per logical pixel. While the
    /// window drives, the canvas has this size, unless its size is fixed.
    ///
    /// # Errors
    /// "Invalid input" if a number is not finite or not above zero.
    pub fn resize(&self, size: impl Into<LogicalSize>, ratio: f64) -> Result<()> {
        let size = size.into();
        CanvasSize::clamped(size, ratio, SizeLimits::DEFAULT)?;
        self.push(|_| BackendEvent::Resize { client: CLIENT, size, ratio });
        Ok(())
    }

    /// Reports what is known of the window: dark or light, mouse or finger.
    pub fn info(&self, info: ViewInfo) {
        self.push(|_| BackendEvent::ViewInfo { client: CLIENT, info });
    }

    /// Passes on a request about control: to ask for it, to take it back, to grant it.
    pub fn control(&self, request: ControlRequest) {
        self.push(|_| BackendEvent::Control { client: CLIENT, request });
    }

    /// Reports that the window's close button was pressed: closes the canvas.
    pub fn close(&self) {
        self.push(|_| BackendEvent::CloseRequested { client: CLIENT });
    }
}

impl Drop for OwnWindow {
    fn drop(&mut self) {
        self.push(|_| BackendEvent::Left { client: CLIENT });
    }
}

impl fmt::Debug for OwnWindow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OwnWindow").finish_non_exhaustive()
    }
}

impl<F: FnMut(&BackendCommand) -> Result<()>> Backend for OwnWindowBackend<F> {
    fn name(&self) -> &str {
        "own-window"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::default().with_input().with_sizes().with_cursor().with_local()
    }

    fn open(&mut self, context: Context) -> Result<()> {
        lock(&self.shared).context = Some((context.waker, context.clock));
        // Without a caption it is a view all the same.
        if let Err(error) = (self.commands)(&BackendCommand::Title(context.title))
            && !error.is_not_supported()
        {
            log::warn!(target: "framecast", "own-window: {error}");
        }
        Ok(())
    }

    fn poll(&mut self, sink: &mut dyn FnMut(BackendEvent)) {
        let input = {
            let mut shared = lock(&self.shared);
            if shared.context.is_none() {
                return;
            }
            shared.input.take()
        };
        input.into_iter().for_each(sink);
    }

    /// The program draws when it likes and knows whether its window is seen.
    fn wants_frame(&self) -> bool {
        false
    }

    /// The program shows it itself.
    fn present(&mut self, _: &Frame) -> Result<()> {
        Ok(())
    }

    fn apply(&mut self, command: &BackendCommand) -> Result<()> {
        (self.commands)(command)
    }

    fn close(&mut self) {
        let mut shared = lock(&self.shared);
        shared.closed = true;
        shared.context = None;
        let _ = shared.input.take();
    }
}

fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    // Every change is one assignment or push: a panic elsewhere leaves nothing half-done.
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_backend_keeps_the_contract() {
        let mut windows = Vec::new();
        framecast_api::conformance::check(|| {
            let (window, backend) = OwnWindow::new("own", |_| Ok(()));
            windows.push(window);
            backend
        });
    }
}
