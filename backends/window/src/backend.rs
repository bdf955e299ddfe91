use std::time::Duration;

use framecast_api::{
    Backend, BackendCommand, BackendEvent, Capabilities, ClientId, Context, Error, Frame, Result,
};
use framecast_local::ViewChanges;

use crate::inline::Inline;
use crate::thread::{self, WindowThread};

/// The one client of a window.
pub(crate) const CLIENT: ClientId = ClientId(0);
/// What people call it.
pub(crate) const LABEL: &str = "window";

/// The settings of a window.
///
/// ```
/// let options = framecast_window::WindowOptions::default().with_resizable(false);
/// let backend = framecast_window::WindowBackend::new(options);
/// # drop(backend);
/// ```
#[derive(Debug, Clone)]
pub struct WindowOptions {
    pub(crate) resizable: bool,
    pub(crate) inline: bool,
}

impl Default for WindowOptions {
    fn default() -> Self {
        Self { resizable: true, inline: cfg!(target_os = "macos") }
    }
}

impl WindowOptions {
    /// Sets whether the user may resize the window; true by default.
    #[must_use]
    pub fn with_resizable(mut self, resizable: bool) -> Self {
        self.resizable = resizable;
        self
    }

    /// Sets whether the window runs on the caller's thread, as it always does on macOS; false by default. For
    /// tests: on other systems a window that blocks then blocks the engine, and a display that dies ends the
    /// process.
    #[doc(hidden)]
    #[must_use]
    pub fn with_inline(mut self, inline: bool) -> Self {
        self.inline = inline || cfg!(target_os = "macos");
        self
    }
}

/// Presents a canvas in a desktop window and reports its input.
///
/// The frame is scaled to fit the window, centered, with its aspect ratio. If the window has the frame's size, its
/// pixels are shown exactly. The window has one client, `ClientId(0)`, called "window".
///
/// The window supports [`BackendCommand::Title`], [`BackendCommand::Cursor`] (the nearest shape that minifb has),
/// [`BackendCommand::ShownDirectly`] and, with the feature `clipboard`, [`BackendCommand::Clipboard`]. It does not
/// support other commands. Under X11 it reports its [native window](BackendEvent::NativeWindow). With that
/// feature, Ctrl+V, Shift+Insert (Command+V on macOS) and a Paste key also report the clipboard's text as
/// [`EventKind::Paste`](framecast_api::EventKind::Paste). If the display goes away, the window reports
/// [`BackendEvent::Lost`] once, and the process goes on.
#[derive(Default)]
pub struct WindowBackend {
    options: WindowOptions,
    state: State,
}

#[derive(Default)]
enum State {
    #[default]
    Closed,
    Thread(WindowThread),
    Inline(Box<Inline>),
}

impl WindowBackend {
    /// Creates a window that [`Backend::open`] will show.
    #[must_use]
    pub fn new(options: WindowOptions) -> Self {
        Self { options, state: State::Closed }
    }
}

impl Backend for WindowBackend {
    fn name(&self) -> &str {
        "window"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::default().with_input().with_sizes().with_cursor().with_local()
    }

    fn open(&mut self, context: Context) -> Result<()> {
        self.state = if self.options.inline {
            State::Inline(Box::new(Inline::open(&self.options, context)?))
        } else {
            State::Thread(thread::open(self.options.clone(), context)?)
        };
        Ok(())
    }

    fn poll(&mut self, sink: &mut dyn FnMut(BackendEvent)) {
        match &mut self.state {
            State::Closed => {}
            State::Thread(thread) => thread.poll(sink),
            State::Inline(inline) => inline.poll(sink),
        }
    }

    fn poll_interval(&self) -> Option<Duration> {
        match &self.state {
            State::Closed | State::Thread(_) => None,
            State::Inline(inline) => Some(inline.poll_interval()),
        }
    }

    fn wants_frame(&self) -> bool {
        match &self.state {
            State::Closed => false,
            State::Thread(thread) => thread.wants_frame(),
            State::Inline(inline) => inline.wants_frame(),
        }
    }

    fn present(&mut self, frame: &Frame) -> Result<()> {
        match &mut self.state {
            State::Closed => {}
            State::Thread(thread) => thread.present(frame),
            State::Inline(inline) => inline.present(frame),
        }
        Ok(())
    }

    fn apply(&mut self, setting: &BackendCommand) -> Result<()> {
        let mut changes = ViewChanges::default();
        match setting {
            BackendCommand::Title(title) => changes.title = Some(title.clone()),
            BackendCommand::Cursor(cursor) => changes.cursor = Some(*cursor),
            BackendCommand::ShownDirectly(picture) => changes.direct = Some(*picture),
            BackendCommand::Clipboard { client: CLIENT, text } if cfg!(feature = "clipboard") => {
                changes.clipboard = Some(text.clone());
            }
            other => return Err(Error::not_supported(other.describe())),
        }
        match &mut self.state {
            State::Closed => {}
            State::Thread(thread) => thread.apply(changes),
            State::Inline(inline) => inline.apply(changes),
        }
        Ok(())
    }

    fn close(&mut self) {
        if let State::Thread(thread) = std::mem::take(&mut self.state) {
            thread.close(thread::CLOSING);
        }
    }
}

impl Drop for WindowBackend {
    fn drop(&mut self) {
        self.close();
    }
}
