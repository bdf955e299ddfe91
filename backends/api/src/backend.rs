use std::fmt;
use std::sync::Arc;
use std::task::Waker;
use std::time::Duration;

use crate::accessibility::Tree;
use crate::{
    ClientId, Clock, ControlRequest, ControlState, Cursor, DirectPicture, Error, EventKind, Frame,
    LogicalSize, NativeWindow, Result, Role, TextInput, ViewInfo,
};

/// What a backend has sent to all of its clients together.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Pictures that were sent. A picture counts once for each client that it was sent to.
    pub updates: u64,
    /// Pictures that clients have acknowledged as painted.
    pub painted: u64,
    /// Bytes of the pictures that were sent.
    pub bytes: u64,
}

/// An address under which a person can see a canvas.
///
/// `Debug` leaves out the fragment of the address, because it holds a secret and debug output ends up
/// in logs.
#[non_exhaustive]
#[derive(Clone, PartialEq, Eq)]
pub struct ViewLink {
    /// The name of the link: "drive", "desk".
    pub name: String,
    /// The role of everybody who has the link.
    pub role: Role,
    /// The address: `http://127.0.0.1:60649/#token=…`. Everybody who has it has the role.
    pub url: String,
}

impl ViewLink {
    /// Creates a link.
    #[must_use]
    pub fn new(name: impl Into<String>, role: Role, url: impl Into<String>) -> Self {
        Self { name: name.into(), role, url: url.into() }
    }
}

impl fmt::Debug for ViewLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let public = self.url.split('#').next().unwrap_or_default();
        f.debug_struct("ViewLink")
            .field("name", &self.name)
            .field("role", &self.role)
            .field("url", &public)
            .finish()
    }
}

/// Presents frames to an audience and reports its input.
///
/// The engine owns its backends and calls them from one thread, the one that runs the canvas. It
/// calls `open` first, then `poll`, `wants_frame`, `present` and `apply` in any order, and `close`
/// once. A backend never calls the canvas that it belongs to.
///
/// No method may wait for an audience. A backend that needs a runtime or a blocking call keeps it on
/// a named thread of its own and talks to it through channels.
///
/// After an error from `open`, the backend is dropped. After "failed" from `present`, it is closed
/// and dropped, and the other backends go on. "Not supported" is ignored everywhere.
///
/// ```
/// use framecast_api::{Backend, Context, Frame, Result, conformance};
///
/// /// Counts frames, and wants the next one while it is open.
/// #[derive(Default)]
/// struct Counter {
///     is_open: bool,
///     frames: u64,
/// }
///
/// impl Backend for Counter {
///     fn name(&self) -> &str {
///         "counter"
///     }
///
///     fn open(&mut self, _: Context) -> Result<()> {
///         self.is_open = true;
///         Ok(())
///     }
///
///     fn wants_frame(&self) -> bool {
///         self.is_open
///     }
///
///     fn present(&mut self, _: &Frame) -> Result<()> {
///         self.frames += 1;
///         Ok(())
///     }
///
///     fn close(&mut self) {
///         self.is_open = false;
///     }
/// }
///
/// conformance::check(|| Box::new(Counter::default()));
/// ```
pub trait Backend {
    /// Returns the name that the user knows it by: "window", "http". Lower case, and constant.
    fn name(&self) -> &str;

    /// Returns what the backend can do. Constant once it is open.
    fn capabilities(&self) -> Capabilities {
        Capabilities::default()
    }

    /// Starts presenting. Called once, before all other methods but `name`. May take a few seconds.
    ///
    /// # Errors
    /// One line that says why this backend cannot run here and what the user can do. The other
    /// backends go on.
    fn open(&mut self, context: Context) -> Result<()>;

    /// Returns the links under which it can be seen, once it is open; the first one is for the user.
    /// Empty for a view that the user sees anyway.
    fn links(&self) -> Vec<ViewLink> {
        Vec::new()
    }

    /// Returns what it has sent to its audience since it was opened; `None` if it sends nothing.
    fn traffic(&self) -> Option<Traffic> {
        None
    }

    /// Passes everything that happened since the last call to `sink`, oldest first. Never blocks.
    fn poll(&mut self, sink: &mut dyn FnMut(BackendEvent)) {
        let _ = sink;
    }

    /// Returns how often `poll` must be called even if the loop is not woken.
    ///
    /// `None` if the backend wakes the loop whenever `poll` has something to report.
    fn poll_interval(&self) -> Option<Duration> {
        None
    }

    /// Returns whether somebody looks, and is ready for a frame newer than the last one presented.
    ///
    /// This is a level, not an event: it answers for the present moment. The backend wakes the loop when
    /// the answer becomes true. False before `open` and after `close`.
    fn wants_frame(&self) -> bool;

    /// Takes the newest frame. Called for every frame, wanted or not.
    ///
    /// Returns quickly and never waits for a slow consumer. It drops an older frame that was not
    /// consumed yet.
    ///
    /// # Errors
    /// "Failed" if this backend cannot present any more; the engine then closes it.
    fn present(&mut self, frame: &Frame) -> Result<()>;

    /// Applies a change of the canvas to the view.
    ///
    /// # Errors
    /// "Not supported" if this backend cannot do that; "failed" if it was tried and did not work. Both
    /// leave the view as it was.
    fn apply(&mut self, command: &BackendCommand) -> Result<()> {
        Err(Error::not_supported(command.describe()))
    }

    /// Stops presenting, and restores what the backend changed. Called once; dropping does the same.
    fn close(&mut self);
}

/// A boxed backend is a backend.
impl<B: Backend + ?Sized> Backend for Box<B> {
    fn name(&self) -> &str {
        (**self).name()
    }

    fn capabilities(&self) -> Capabilities {
        (**self).capabilities()
    }

    fn open(&mut self, context: Context) -> Result<()> {
        (**self).open(context)
    }

    fn links(&self) -> Vec<ViewLink> {
        (**self).links()
    }

    fn traffic(&self) -> Option<Traffic> {
        (**self).traffic()
    }

    fn poll(&mut self, sink: &mut dyn FnMut(BackendEvent)) {
        (**self).poll(sink);
    }

    fn poll_interval(&self) -> Option<Duration> {
        (**self).poll_interval()
    }

    fn wants_frame(&self) -> bool {
        (**self).wants_frame()
    }

    fn present(&mut self, frame: &Frame) -> Result<()> {
        (**self).present(frame)
    }

    fn apply(&mut self, command: &BackendCommand) -> Result<()> {
        (**self).apply(command)
    }

    fn close(&mut self) {
        (**self).close();
    }
}

/// What a backend is opened with.
#[non_exhaustive]
#[derive(Debug, Clone)]
pub struct Context {
    /// Wakes the engine's loop. Can be called from any thread.
    pub waker: Waker,
    /// The time base for the timestamps of events.
    pub clock: Clock,
    /// The canvas' title.
    pub title: String,
    /// The canvas' initial size, in logical pixels. The view should start with it.
    pub size: LogicalSize,
}

impl Context {
    /// Creates a context for a canvas with this title and a size in logical pixels.
    #[must_use]
    pub fn new(waker: Waker, clock: Clock, title: impl Into<String>, size: LogicalSize) -> Self {
        Self { waker, clock, title: title.into(), size }
    }
}

/// What a backend can do. All fields are false by default.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// It reports input events.
    pub input: bool,
    /// Its views have a size of their own, which can become the canvas' size.
    pub sizes: bool,
    /// It can show the shape of the cursor.
    pub cursor: bool,
    /// Its audience sits at this machine, and gets control before all remote clients.
    pub local: bool,
}

impl Capabilities {
    /// With [`input`](Self::input).
    #[must_use]
    pub const fn with_input(mut self) -> Self {
        self.input = true;
        self
    }

    /// With [`sizes`](Self::sizes).
    #[must_use]
    pub const fn with_sizes(mut self) -> Self {
        self.sizes = true;
        self
    }

    /// With [`cursor`](Self::cursor).
    #[must_use]
    pub const fn with_cursor(mut self) -> Self {
        self.cursor = true;
        self
    }

    /// With [`local`](Self::local).
    #[must_use]
    pub const fn with_local(mut self) -> Self {
        self.local = true;
        self
    }
}

/// What a backend reports to the engine.
///
/// `Joined` is the first event about a client, and `Left` is the last one.
#[non_exhaustive]
#[derive(Debug)]
pub enum BackendEvent {
    /// A client came: a page was opened, or the window appeared.
    Joined {
        /// The new client.
        client: ClientId,
        /// A name for display: "window", "127.0.0.1:51234".
        label: String,
        /// What the client may do. The backend has checked it.
        role: Role,
    },
    /// A client is called something else from now on.
    Renamed {
        /// The client.
        client: ClientId,
        /// Its new name for display.
        label: String,
    },
    /// The reason why a client leaves, for the operator's log. `Left` follows at once.
    Leaving {
        /// The client.
        client: ClientId,
        /// "closed by the client", "sent away".
        reason: String,
    },
    /// A client left.
    Left {
        /// The client.
        client: ClientId,
    },
    /// Input of a client, checked with [`EventKind::validate`]. The engine drops it unless the client is
    /// the presenter. It notes `Show` and `Hide` of every client; a new client counts as shown.
    Event {
        /// The client.
        client: ClientId,
        /// When it happened, in seconds on [`Context::clock`].
        timestamp: f64,
        /// The event.
        kind: EventKind,
    },
    /// A client's request about control.
    Control {
        /// The client.
        client: ClientId,
        /// The request.
        request: ControlRequest,
    },
    /// A client's view has a new size. While the client is the presenter, the canvas follows it. The
    /// numbers may be anything; the engine checks them.
    Resize {
        /// The client.
        client: ClientId,
        /// The view's size, in logical pixels.
        size: LogicalSize,
        /// Physical pixels per logical pixel.
        ratio: f64,
    },
    /// What is known of the view. Comes after `Joined` and whenever it changes; a backend that knows
    /// nothing does not say it. The engine keeps it, and tells the application while the client is the
    /// presenter.
    ViewInfo {
        /// Whose view.
        client: ClientId,
        /// What is known.
        info: ViewInfo,
    },
    /// A client's view shows the accessibility tree, or does not any more. A backend that never shows one does not
    /// say it.
    AccessibilityWanted {
        /// Whose view.
        client: ClientId,
        /// Whether it does.
        wanted: bool,
    },
    /// The window of a local view, in which the program may show its pictures itself. Said at most once, after
    /// `Joined`. A backend that says it obeys [`BackendCommand::ShownDirectly`].
    NativeWindow {
        /// Whose window.
        client: ClientId,
        /// The window.
        window: NativeWindow,
    },
    /// The view's close button was pressed. A local view ends the application; a remote one only
    /// detaches itself.
    CloseRequested {
        /// The client.
        client: ClientId,
    },
    /// The backend dropped malformed input.
    Rejected {
        /// The client.
        client: ClientId,
        /// The number of messages that were dropped.
        count: u64,
    },
    /// The backend cannot go on, for example because the display died. The user is told, and the engine
    /// closes the backend.
    Lost(Error),
}

/// What the engine tells a backend about the canvas.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq)]
pub enum BackendCommand {
    /// The title, as plain text: a window's caption or a page's tab.
    Title(String),
    /// The cursor's shape over the canvas.
    Cursor(Cursor),
    /// The application requests this size, in logical pixels. The view answers with
    /// [`BackendEvent::Resize`].
    LogicalSize(LogicalSize),
    /// The members of the audience and who drives.
    Control(ControlState),
    /// The links to the canvas' other views, for a local view to show. Everybody who can read a link has
    /// its role.
    Links(Vec<ViewLink>),
    /// Disconnect this client, and do not let it in again by the same link until
    /// [`LetIn`](Self::LetIn).
    Disconnect(ClientId),
    /// Let this client in again, which was sent away and has left.
    LetIn(ClientId),
    /// The program shows this picture in the view's [native window](BackendEvent::NativeWindow) itself: the view
    /// draws nothing there, and maps positions by this picture. `None`: the view shows frames again.
    ShownDirectly(Option<DirectPicture>),
    /// Text for the clipboard of this client, the presenter, and of nobody else.
    Clipboard {
        /// The client.
        client: ClientId,
        /// The text, at most [`MAX_CLIPBOARD`](Self::MAX_CLIPBOARD) bytes.
        text: String,
    },
    /// This client, who drives, types text here, or with `None` nowhere any more. It holds until the
    /// next one, and until the client loses control; who gets it is told anew.
    TextInput {
        /// Whose.
        client: ClientId,
        /// Where, and what.
        input: Option<TextInput>,
    },
    /// This client, who drives, is to be asked whether to open this address. Never without asking: an
    /// application may be run by somebody else than who looks at it. The address has been checked
    /// ([`check_url`](Self::check_url)).
    OpenUrl {
        /// Whose.
        client: ClientId,
        /// What: of http or https.
        url: String,
    },
    /// What the canvas shows, for assistive technology of everybody who looks; [checked](Tree::checked). `None`:
    /// the application does not say.
    Accessibility(Option<Arc<Tree>>),
}

impl BackendCommand {
    /// The longest text for a clipboard, in bytes of UTF-8.
    pub const MAX_CLIPBOARD: usize = 64 * 1024;

    /// Checks a text that an application wants in a clipboard.
    ///
    /// # Errors
    /// "Invalid input" if it is longer than [`MAX_CLIPBOARD`](Self::MAX_CLIPBOARD).
    pub fn check_clipboard(text: &str) -> Result<()> {
        if text.len() <= Self::MAX_CLIPBOARD {
            return Ok(());
        }
        Err(Error::invalid_input(format!(
            "a text of {} bytes is too long for the clipboard; at most {}",
            text.len(),
            Self::MAX_CLIPBOARD
        )))
    }

    /// The longest address to open, in bytes.
    pub const MAX_URL: usize = 2048;

    /// Checks an address that an application wants opened: of http or https, in visible ASCII
    /// characters, with a plain host and no user name, at most [`MAX_URL`](Self::MAX_URL) bytes.
    ///
    /// ```
    /// use framecast_api::BackendCommand;
    /// assert!(BackendCommand::check_url("https://example.com/a?b=c").is_ok());
    /// assert!(BackendCommand::check_url("https://good.example@evil.example/").is_err());
    /// ```
    ///
    /// # Errors
    /// "Invalid input" if it is another; the message says why.
    pub fn check_url(url: &str) -> Result<()> {
        crate::address::check(url)
    }

    /// Describes the command in a few words, for the error "not supported: …".
    #[must_use]
    pub fn describe(&self) -> &'static str {
        match self {
            BackendCommand::Title(_) => "setting a title",
            BackendCommand::Cursor(_) => "setting a cursor",
            BackendCommand::LogicalSize(_) => "setting the view's size",
            BackendCommand::Control(_) => "showing who drives",
            BackendCommand::Links(_) => "showing links",
            BackendCommand::Disconnect(_) => "sending a client away",
            BackendCommand::LetIn(_) => "letting a client in again",
            BackendCommand::ShownDirectly(_) => "leaving the showing of pictures to the program",
            BackendCommand::Clipboard { .. } => "a clipboard",
            BackendCommand::TextInput { .. } => "telling where text is typed",
            BackendCommand::OpenUrl { .. } => "opening an address",
            BackendCommand::Accessibility(_) => "an accessibility tree",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_of_a_link_is_no_secret() {
        let link = ViewLink::new("drive", Role::Drive, "http://127.0.0.1:5/#token=secret");
        let shown = format!("{link:?}");
        assert!(shown.contains("http://127.0.0.1:5/") && !shown.contains("secret"), "{shown}");
    }
}
