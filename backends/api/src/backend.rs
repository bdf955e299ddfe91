use std::fmt;
use std::task::Waker;
use std::time::Duration;

use crate::{
    ClientId, Clock, ControlRequest, ControlState, Cursor, Error, EventKind, Frame, LogicalSize,
    Result, Role, TextInput, ViewInfo,
};

/// What a backend has sent to its audience, all clients together.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Pictures that were sent, each counted once for each client.
    pub updates: u64,
    /// Of these, the pictures that a client said it has painted.
    pub painted: u64,
    /// Bytes of pictures.
    pub bytes: u64,
}

/// A way to a backend's frames, for people.
///
/// `Debug` leaves out the fragment of the address, which holds a secret: what is printed for
/// developers ends in logs.
#[non_exhaustive]
#[derive(Clone, PartialEq, Eq)]
pub struct ViewLink {
    /// What it is called: "drive", "desk".
    pub name: String,
    /// What whoever has it may do.
    pub role: Role,
    /// `http://127.0.0.1:60649/#token=…`. Whoever has it has the role.
    pub url: String,
}

impl ViewLink {
    /// A link.
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

/// A way to present frames to an audience and to report its input.
///
/// The engine owns its backends and calls them from one thread only, the one that runs the
/// canvas. The order is `open`, then `poll`, `wants_frame`, `present` and `apply` in any order,
/// then `close` once. A backend never calls the canvas it belongs to. No method may wait for an audience: a backend that needs a runtime or a
/// blocking call keeps it on a named thread of its own and talks to it through channels.
///
/// After an error from `open` the backend is dropped. After a "failed" from `present` it is
/// closed and dropped and the other backends go on; "not supported" is ignored everywhere.
///
/// ```
/// use framecast_api::{Backend, Context, Frame, Result};
///
/// /// Counts frames, and always wants the next.
/// struct Counter(u64);
///
/// impl Backend for Counter {
///     fn name(&self) -> &str { "counter" }
///     fn open(&mut self, _: Context) -> Result<()> { Ok(()) }
///     fn wants_frame(&self) -> bool { true }
///     fn present(&mut self, _: &Frame) -> Result<()> { self.0 += 1; Ok(()) }
///     fn close(&mut self) {}
/// }
/// ```
pub trait Backend {
    /// What the user calls it: "window", "http". Constant.
    fn name(&self) -> &str;

    /// What it can do. Constant once opened.
    fn capabilities(&self) -> Capabilities {
        Capabilities::default()
    }

    /// Starts presenting. Called once, before anything else but `name`; may take a few seconds.
    ///
    /// # Errors
    /// One line that says why this backend cannot run here and what the user can do. The other
    /// backends go on.
    fn open(&mut self, context: Context) -> Result<()>;

    /// Where to look, once opened; the first is the user's own. None: it is seen by itself.
    fn links(&self) -> Vec<ViewLink> {
        Vec::new()
    }

    /// What it has sent to its audience since it was opened, if it sends anything anywhere.
    fn traffic(&self) -> Option<Traffic> {
        None
    }

    /// Hands everything that happened since the last call to `sink`, oldest first. Never blocks.
    fn poll(&mut self, sink: &mut dyn FnMut(BackendEvent)) {
        let _ = sink;
    }

    /// How often `poll` must be called although nobody wakes the loop.
    ///
    /// `None`: the backend wakes the loop whenever `poll` has something to hand over.
    fn poll_interval(&self) -> Option<Duration> {
        None
    }

    /// Demand: whether somebody behind it looks, and is ready for a frame newer than the last
    /// one presented. A level; the backend wakes the loop when it rises.
    fn wants_frame(&self) -> bool;

    /// Takes the newest frame. Must return quickly and never wait for a slow consumer; an older
    /// frame that nobody took yet is dropped. Called for every frame, wanted or not.
    ///
    /// # Errors
    /// "Failed" if this backend cannot present any more; it is then closed.
    fn present(&mut self, frame: &Frame) -> Result<()>;

    /// Changes something about the view.
    ///
    /// # Errors
    /// "Not supported" if this backend has no such thing; "failed" is reported to the caller and
    /// changes nothing.
    fn apply(&mut self, command: &BackendCommand) -> Result<()> {
        Err(Error::not_supported(command.describe()))
    }

    /// Stops, and restores what it changed. Called once; dropping must do the same.
    fn close(&mut self);
}

/// A box is as good as what is in it.
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

/// What a backend gets when it is opened.
#[non_exhaustive]
#[derive(Debug, Clone)]
pub struct Context {
    /// Wakes the engine's loop, from any thread.
    pub waker: Waker,
    /// The time base for the stamps of events.
    pub clock: Clock,
    /// The canvas' title.
    pub title: String,
    /// The canvas' initial size; the view should start with it.
    pub size: LogicalSize,
}

impl Context {
    /// A context for a canvas called `title` of `size` logical pixels.
    #[must_use]
    pub fn new(waker: Waker, clock: Clock, title: impl Into<String>, size: LogicalSize) -> Self {
        Self { waker, clock, title: title.into(), size }
    }
}

/// What a backend can do; everything is false by default.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// It reports input events.
    pub input: bool,
    /// Its views have a size of their own, which may size the canvas.
    pub sizes: bool,
    /// It shows a cursor.
    pub cursor: bool,
    /// Its audience sits at this machine: it takes control before any remote client.
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
/// A client is announced by `Joined` before anything else about it, and nothing follows its
/// `Left`.
#[non_exhaustive]
#[derive(Debug)]
pub enum BackendEvent {
    /// Somebody came: a page was opened, the window appeared.
    Joined {
        /// Who, from now on.
        client: ClientId,
        /// For people: "window", "127.0.0.1:51234".
        label: String,
        /// What it may do; the backend has checked it.
        role: Role,
    },
    /// Somebody is about to go: why, for the operator's log. `Left` follows at once.
    Leaving {
        /// Who.
        client: ClientId,
        /// "closed by the client", "sent away".
        reason: String,
    },
    /// Somebody went.
    Left {
        /// Who.
        client: ClientId,
    },
    /// A valid event ([`EventKind::validate`]); the engine drops it unless the client is the
    /// presenter. Of every client it notes `Show` and `Hide`; one that joins counts as shown.
    Event {
        /// Whose.
        client: ClientId,
        /// When, in seconds on [`Context::clock`].
        timestamp: f64,
        /// What.
        kind: EventKind,
    },
    /// What it wants to happen with control.
    Control {
        /// Who.
        client: ClientId,
        /// What.
        request: ControlRequest,
    },
    /// The view has this size now. The engine keeps it, and sizes the canvas by it while the
    /// client is the presenter. Any number may come; the engine checks.
    Resize {
        /// Whose view.
        client: ClientId,
        /// Its size.
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
    /// The view's close button. A local view's ends the application; a remote one's only
    /// detaches that view.
    CloseRequested {
        /// Whose view.
        client: ClientId,
    },
    /// Input that made no sense was dropped.
    Rejected {
        /// Whose.
        client: ClientId,
        /// How many messages.
        count: u64,
    },
    /// The backend cannot go on: the display died. Told to the user once; the engine closes it.
    Lost(Error),
}

/// What the engine tells a backend about the canvas.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq)]
pub enum BackendCommand {
    /// The title: a window's caption, a page's tab. Plain text.
    Title(String),
    /// The cursor's shape over the canvas.
    Cursor(Cursor),
    /// The application asks for a view of this size; the answer comes as [`BackendEvent::Resize`].
    LogicalSize(LogicalSize),
    /// Who is there and who drives now.
    Control(ControlState),
    /// The links to the canvas' other views, for a local view to show: whoever reads one has it.
    Links(Vec<ViewLink>),
    /// This client must go, and must not come back by the same link; see [`LetIn`](Self::LetIn).
    Disconnect(ClientId),
    /// This client was sent away, has left, and may come back.
    LetIn(ClientId),
    /// Text for the clipboard of this client, who drives, and of nobody else. At most
    /// [`MAX_CLIPBOARD`](Self::MAX_CLIPBOARD) bytes.
    Clipboard {
        /// Whose.
        client: ClientId,
        /// What.
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
}

impl BackendCommand {
    /// The longest text for a clipboard, in bytes.
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

    /// What it is, for "not supported: …".
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
            BackendCommand::Clipboard { .. } => "a clipboard",
            BackendCommand::TextInput { .. } => "telling where text is typed",
            BackendCommand::OpenUrl { .. } => "opening an address",
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
