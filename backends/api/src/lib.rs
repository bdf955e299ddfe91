//! The contract between a framecast canvas and the backends that present it.
//!
//! This crate decides the words both sides share: [`Frame`], sizes, [`Event`], [`Cursor`],
//! [`BackendCommand`], [`Error`] and the [`Backend`] trait. It knows no runtime, no codec and no
//! operating system, and it validates nothing that comes from a network: a backend turns
//! foreign bytes into valid events, the engine (crate `framecast`) decides which of them the
//! application sees and when it draws.
//!
//! Applications use the `framecast` crate, which re-exports what they need. Use this crate to
//! write a backend of your own; [`NullBackend`] is a complete small one, and
//! [`conformance::check`] tells whether yours keeps the contract.

#![warn(missing_docs)]

pub mod accessibility;
pub mod conformance;
pub mod utc;

mod address;
mod backend;
mod buttons;
mod changes;
mod clock;
mod coalesce;
mod control;
mod cursor;
mod error;
mod event;
mod frame;
mod keyboard;
mod lenient;
mod native_window;
mod null;
mod pixels;
mod pointer;
mod rect;
mod reporter;
mod size;
mod text;
mod text_input;
mod view_info;
mod wheel;

pub use backend::{
    Backend, BackendCommand, BackendEvent, Capabilities, Context, Traffic, ViewLink,
};
pub use buttons::{Button, Buttons, Modifiers};
pub use changes::FrameChanges;
pub use clock::Clock;
pub use control::{ControlRequest, ControlState, Member, RecordingState, Role, SentAway};
pub use cursor::Cursor;
pub use error::{Error, ErrorKind, Result};
pub use event::{ClientId, Event, EventKind, Resize, Source};
pub use frame::{Frame, FrameBuffer, FramePool};
pub use keyboard::{Char, Key};
pub use native_window::{DirectPicture, NativeWindow};
pub use null::{NullBackend, NullRemote};
pub use pixels::PixelFormat;
pub use pointer::{Pointer, PointerType, Touch};
pub use rect::Rect;
pub use reporter::Reporter;
pub use size::{CanvasSize, LogicalSize, PhysicalSize, SizeLimits};
pub use text::{is_unprintable, printable, printable_lines};
pub use text_input::{LogicalRect, TextInput, TextInputKind};
pub use view_info::{ColorScheme, Platform, PrimaryPointer, ViewInfo};
pub use wheel::{Wheel, WheelPhase, WheelUnit};

/// Compiles the README's program.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
