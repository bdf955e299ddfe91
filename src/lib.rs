//! One canvas, many audiences.
//!
//! An application draws RGBA frames on a [`Canvas`]. Backends present them: a local window, a
//! terminal, browsers over HTTP, or several at once. One viewer is the *presenter* and drives; all
//! others watch the same frames live. A command-line flag chooses the backends, not a code change.
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
//! The [`guide`] has a chapter on each subject:
//! [getting started](guide::getting_started), [drawing](guide::drawing),
//! [when it draws](guide::scheduling), [input](guide::input),
//! [control and roles](guide::control), [showing it to others](guide::sharing),
//! [web applications](guide::web_application), [your own page](guide::your_page),
//! [threads and async](guide::threads), [recording](guide::recording), [testing](guide::testing),
//! [backends of your own](guide::backends) and
//! [logging, signals and what is printed](guide::logging).
//!
//! Start reading the API at [`Canvas`], [`Step`] and [`EventKind`], or at [`Mirror`] if your program owns its loop.
//!
//! # Features
//!
//! | feature | default | what it adds |
//! | --- | --- | --- |
//! | `window` | yes | a local window (minifb) |
//! | `terminal` | yes | the terminal: kitty graphics, sixels, iTerm2 images, or characters (rustix) |
//! | `http` | yes | browsers over HTTP and WebSocket (smol, async-h1, async-tungstenite) |
//! | `tls` | yes | TLS for the web mirror (rustls with ring) |
//! | `record` | yes | `--record` and `Canvas::record`: recordings of what is shown |
//! | `options` | yes | `Options::from_env`: flags from the command line (argh) |
//! | `relay` | no | `--publish` and edges: a canvas over NATS for any number of viewers |
//! | `video` | no | recordings as video and pictures: APNG, PNG, Y4M, raw RGBA |
//! | `gif` | no | and as animated GIF |
//! | `mp4` | no | and as H.264 in MP4 (openh264, built from C++) |
//! | `h264` | no | H.264 for browsers on slow connections, `--video` (openh264, built from C++) |
//! | `clipboard` | no | the desktop's clipboard for the window (arboard) |
//! | `tower` | no | the web mirror as a `tower::Service`, for axum and other servers on hyper |
//! | `snapshot` | no | `Canvas::snapshot`: a frame as PNG; `testing`: comparing frames with approved pictures (png) |
//! | `signals` | no | `CanvasBuilder::close_on_interrupt`: Ctrl+C and SIGTERM close a canvas (ctrlc) |
//! | `open` | no | the flag `--open`: starts the browser (open) |
//! | `qr` | no | the flag `--qr`: prints a link as a QR code (qrcode) |
//!
//! The program `framecast` is a package of its own, `framecast-cli`.
//!
//! Without [`CanvasBuilder::options`] the library prints nothing; messages go to the
//! [`log`](https://docs.rs/log) facade. It catches no signal, except for a view in a terminal. See
//! [logging](guide::logging).

#![warn(missing_docs)]

mod announce;
mod audience;
mod audience_log;
mod builder;
mod canvas;
mod caption;
mod control;
mod departed;
mod direct;
mod drawing;
mod engine;
mod event_loop;
mod events;
#[doc(hidden)]
pub mod fuzz;
#[cfg(any(doc, doctest))]
pub mod guide;
mod handle;
mod held;
mod input_log;
#[cfg(feature = "signals")]
mod interrupt;
mod log_file;
mod messages;
mod mirror;
mod notice;
mod offscreen;
mod options;
mod own_window;
mod schedule;
mod select;
mod sessions;
mod signal;
#[cfg(feature = "snapshot")]
mod snapshot;
mod stats;
#[cfg(feature = "snapshot")]
pub mod testing;
mod timer;
mod virtual_time;

pub use framecast_api::accessibility;
pub use framecast_api::{
    Backend, BackendCommand, BackendEvent, Button, Buttons, CanvasSize, Capabilities, Char,
    ClientId, Clock, ColorScheme, Context, ControlRequest, ControlState, Cursor, DirectPicture,
    Error, ErrorKind, Event, EventKind, Frame, FrameBuffer, FrameChanges, FramePool, Key,
    LogicalRect, LogicalSize, Member, Modifiers, NativeWindow, NullBackend, NullRemote,
    PhysicalSize, PixelFormat, Platform, Pointer, PointerType, PrimaryPointer, RecordingState,
    Rect, Resize, Result, Role, SentAway, SizeLimits, Source, TextInput, TextInputKind, Touch,
    Traffic, ViewInfo, ViewLink, Wheel, WheelPhase, WheelUnit, conformance, is_unprintable,
    printable, printable_lines,
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
        Reporter, Resources, ServerConfig, SharedLinks, Tls, Token, Upgrade, VideoMode, Visitor,
        WatchLink, systemd_listener,
    };
}

/// The local window, for programs that set it up themselves (feature `window`).
#[cfg(feature = "window")]
pub mod window {
    pub use framecast_window::{WindowBackend, WindowOptions, display_available};
}

/// Recordings of what a canvas shows (feature `record`).
#[cfg(feature = "record")]
pub mod record {
    #[cfg(feature = "video")]
    pub use framecast_record::video;
    pub use framecast_record::{
        RecordBackend, RecordFormat, RecordSettings, Recorder, RecorderState,
    };
}

/// A canvas over NATS: published once, and served by edges to any number of viewers (feature `relay`).
#[cfg(feature = "relay")]
pub mod relay {
    pub use framecast_relay::{
        Edge, EdgeBackend, EdgePosition, EdgeState, LinkKey, PublicKey, RelayAddress, RelayBackend,
        RelaySettings, WatchLink,
    };
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
pub use crate::direct::DirectWindow;
pub use crate::drawing::{DetachedDrawing, Drawing};
pub use crate::event_loop::{EventLoop, NoStep, Step};
pub use crate::handle::CanvasHandle;
pub use crate::mirror::{Mirror, MirrorEvents};
pub use crate::notice::print_notice;
pub use crate::offscreen::Offscreen;
pub use crate::options::{
    BackendKind, BackendList, DrawDemand, FpsArg, LinkArg, LinkFormat, ListenArg, Options,
    RatioArg, RecordFormatArg, ReplaySpeed, ReplayThen, SizeArg, TerminalArg, TimeoutArg, TlsArg,
    VideoArg,
};
pub use crate::own_window::OwnWindow;
pub use crate::schedule::UpdateMode;
#[cfg(feature = "snapshot")]
pub use crate::snapshot::Snapshot;
pub use crate::stats::{BackendStats, Stats};

/// Compiles the README's program.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
