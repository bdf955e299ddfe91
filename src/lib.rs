//! One canvas, many audiences.
//!
//! An application draws RGBA frames on a [`Canvas`]. Backends present them: a local window, a
//! terminal, browsers over HTTP, several at once. One view is the *presenter* and drives; everybody else
//! observes the same frames. Which backends run is a command-line flag, not a code change.
//!
//! ```no_run
//! use framecast::{Canvas, Options, Step, UpdateMode};
//!
//! fn main() -> framecast::Result<()> {
//!     let canvas = Canvas::builder("hello")
//!         .options(&Options::from_env())
//!         .update_mode(UpdateMode::Continuous)
//!         .open()?;
//!     canvas.run(|_canvas, step| {
//!         if let Step::Draw(mut frame) = step {
//!             let shade = (128.0 + 100.0 * frame.timestamp().sin()) as u8;
//!             frame.fill([shade, 40, 90, 255]); // or write frame.pixels_mut(), as [r, g, b, a]
//!             frame.present();
//!         }
//!     })
//! }
//! ```
//!
//! # Guide
//!
//! **Two shapes over one engine.** [`Canvas::run`] hands every [`Step`] to a closure;
//! [`Canvas::next`] is the same as a pull loop, for programs that own theirs, and
//! [`Canvas::next_async`] for those that await. Several canvases share a [`EventLoop`].
//!
//! **When is it drawn?** The [`UpdateMode`] says: on demand (after [`Canvas::request_draw`] or a
//! new size), continuously, as fast as possible, or by hand. In all but the last nothing is drawn
//! while nobody looks, and a slow viewer slows nobody else. A program whose frames come by their
//! own clock, such as a video, pushes them with [`Canvas::begin_frame`].
//!
//! **Sizes.** Layouts and pointer positions are in *logical* pixels, frames in *physical* ones;
//! [`CanvasSize`] has both and the ratio between them. The presenter's view sizes the canvas
//! unless the application fixes it ([`CanvasBuilder::fixed_size`]).
//!
//! **Input.** Events have the names and units of the renderview specification; see
//! [`EventKind`]. Only the presenter's reach the application. When control changes hands,
//! whatever was held down is released first.
//!
//! **Clipboard.** What the presenter pastes is one event, [`EventKind::Paste`];
//! [`Canvas::set_clipboard`] puts text into the presenter's clipboard.
//!
//! **Control.** [`CanvasBuilder::control`] or `--control` says who drives ([`ControlPolicy`]); the
//! application sees `control_changed` and may decide otherwise ([`Canvas::give_control`]). A
//! [`Role`] comes with a link and is a right: who may only watch never drives.
//!
//! **Others on the network.** The web mirror listens on this machine only. `--listen` with `--tls`
//! or `--tls-cert` shows it to others, encrypted; so does a proxy such as nginx or Caddy:
//! `SECURITY.md` has configurations that were tried, and says what is promised. Whoever has no link
//! gets an empty page.
//!
//! **In a web application.** [`web::HttpService`] serves canvases without a socket, under
//! a path of a larger application and behind its login. With the feature `tower` axum nests it in
//! one line, `.nest_service("/canvas", service)`; see `examples/axum_app.rs`. The viewer's page is
//! at `/canvas/` then, with the slash: axum does not tell what is nested that it was left out.
//!
//! **Pictures to keep.** [`Canvas::snapshot`] is the last frame, to be encoded or saved; the web mirror
//! answers with it at `snapshot.png`.
//!
//! **Your page.** [`CanvasBuilder::resources`] and `--web-root` put files in the place of the
//! viewer's, the page itself among them, or beside them; `--web-sources` lets it use fonts or scripts of
//! other servers; see [`Resources`].
//!
//! **Threads.** A canvas stays on its thread. [`Canvas::handle`] gives a [`CanvasHandle`] that
//! requests draws and posts closures from any other.
//!
//! **Tests.** [`Canvas::offscreen`] runs the same application without any backend, and
//! [`NullBackend`] is one that a script drives.
//!
//! # Features
//!
//! | feature | default | what |
//! | --- | --- | --- |
//! | `window` | yes | a local window (minifb) |
//! | `terminal` | yes | the terminal: kitty graphics, sixels, iTerm2 images, or characters (rustix) |
//! | `http` | yes | browsers over HTTP and WebSocket (smol, async-h1, async-tungstenite) |
//! | `tls` | yes | the same over TLS (rustls with ring) |
//! | `options` | yes | [`Options`] from the command line (argh) |
//! | `clipboard` | no | the desktop's clipboard for the window (arboard) |
//! | `tower` | no | the web mirror as a `tower::Service`, for axum and others on hyper |
//! | `snapshot` | no | [`Canvas::snapshot`]: a frame as PNG (png) |
//! | `signals` | no | [`CanvasBuilder::close_on_interrupt`]: Ctrl-C and SIGTERM close a canvas (ctrlc) |
//! | `open` | no | the flag `--open` (open) |
//! | `qr` | no | the flag `--qr` (qrcode) |
//!
//! The program is another package, `framecast-cli`.
//!
//! # Quiet by itself
//!
//! A canvas prints nothing and catches no signal. What goes wrong is told to the
//! [`log`](https://docs.rs/log) facade with the target `framecast`, and who joins, leaves and drives with
//! `framecast::audience`; [`Canvas::links`] has the links. With [`CanvasBuilder::options`] all of this
//! is printed on standard error for the user instead. [`CanvasBuilder::close_on_interrupt`] catches Ctrl-C.
//! Only a view in a terminal catches signals while it is open, because it must restore the terminal
//! (on Unix).

#![warn(missing_docs)]

mod announce;
mod audience;
mod audience_log;
mod builder;
mod canvas;
mod caption;
mod control;
mod departed;
mod drawing;
mod engine;
mod event_loop;
mod events;
#[doc(hidden)]
pub mod fuzz;
mod handle;
mod held;
#[cfg(feature = "signals")]
mod interrupt;
mod log_file;
mod messages;
mod notice;
mod offscreen;
mod options;
mod schedule;
mod select;
mod signal;
#[cfg(feature = "snapshot")]
mod snapshot;
mod stats;
mod timer;
mod virtual_time;

pub use framecast_api::{
    Backend, BackendCommand, BackendEvent, Button, Buttons, CanvasSize, Capabilities, Char,
    ClientId, Clock, ColorScheme, Context, ControlRequest, ControlState, Cursor, Error, ErrorKind,
    Event, EventKind, Frame, FrameBuffer, FrameChanges, FramePool, Key, LogicalRect, LogicalSize,
    Member, Modifiers, NullBackend, NullRemote, PhysicalSize, PixelFormat, Platform, Pointer,
    PointerType, PrimaryPointer, Rect, Resize, Result, Role, SentAway, SizeLimits, Source,
    TextInput, TextInputKind, Touch, Traffic, ViewInfo, ViewLink, Wheel, WheelPhase, WheelUnit,
    conformance, is_unprintable, printable, printable_lines,
};
#[cfg(feature = "http")]
pub use framecast_http::Resources;

/// The web mirror, for programs that set it up themselves or mount it in a larger web application
/// (feature `http`).
#[cfg(feature = "http")]
pub mod web {
    #[cfg(feature = "tower")]
    pub use framecast_http::Body;
    pub use framecast_http::{
        Answer, HttpBackend, HttpServer, HttpService, Limits, Link, LinkInfo, MjpegStream,
        Reporter, Resources, ServerConfig, Tls, Token, Upgrade, Visitor,
    };
}

/// The local window, for programs that set it up themselves (feature `window`).
#[cfg(feature = "window")]
pub mod window {
    pub use framecast_window::{WindowBackend, WindowOptions, display_available};
}

/// The view in a terminal, for programs that set it up themselves (feature `terminal`).
#[cfg(feature = "terminal")]
pub mod terminal {
    pub use framecast_terminal::{TerminalBackend, TerminalOptions, TerminalPicture, restore};
}

pub use crate::audience::Viewer;
pub use crate::builder::CanvasBuilder;
pub use crate::canvas::Canvas;
pub use crate::control::ControlPolicy;
pub use crate::drawing::Drawing;
pub use crate::event_loop::{EventLoop, NoStep, Step};
pub use crate::handle::CanvasHandle;
pub use crate::notice::print_notice;
pub use crate::offscreen::Offscreen;
pub use crate::options::{
    BackendKind, BackendList, DrawDemand, FpsArg, LinkArg, ListenArg, Options, RatioArg, SizeArg,
    TerminalArg, TimeoutArg, TlsArg,
};
pub use crate::schedule::UpdateMode;
#[cfg(feature = "snapshot")]
pub use crate::snapshot::Snapshot;
pub use crate::stats::{BackendStats, Stats};

/// Compiles the README's program.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
