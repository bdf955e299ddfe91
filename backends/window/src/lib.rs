//! The local window of a framecast canvas, on Linux, Windows and macOS, through minifb.
//!
//! This crate decides how a frame is scaled to the window ([`WindowBackend`] keeps its shape and
//! its pixels sharp), what the platform's key and pointer levels mean as events, and how often the
//! window is asked for them. It does not decide when to draw, who is the presenter or how large
//! the canvas is: it reports demand, input and the window's size, and the engine decides.
//!
//! On Linux and Windows the window lives on a thread of its own, because its calls can block and a
//! covered window must never delay the engine. On macOS it must live on the main thread, so the
//! engine calls it there.
//!
//! What minifb cannot do, and what follows:
//!
//! - Buttons are levels: a click shorter than the poll interval (7 ms while the window has the
//!   focus or the pointer) is lost.
//! - Keys outside its enum (ö, <) give only [`EventKind::Char`](framecast_api::EventKind::Char),
//!   which comes again while they repeat.
//! - Under Wayland keys do not repeat: there each program has to do that for itself, and minifb
//!   does not.
//! - Under X11 a key's `code` is that of the key which has its letter on a US keyboard.
//! - It has no clipboard: Ctrl+V is a key like any other, and
//!   [`Setting::Clipboard`](framecast_api::Setting::Clipboard) is not supported.
//! - The view's size cannot be set, and the pixel ratio is 1.
//! - Under Wayland the pointer's leaving is not reported, a hidden cursor shows until the pointer
//!   next enters the window or presses a button, and a desktop without server-side decorations
//!   shows the window without a title bar (minifb says so on standard output).

#![warn(missing_docs)]

mod backend;
mod display;
mod inline;
mod keys;
mod names;
mod pace;
mod pane;
mod scale;
mod thread;
mod wheel;
#[cfg(all(unix, not(target_os = "macos")))]
mod xlib;

pub use backend::{WindowBackend, WindowOptions};
pub use display::display_available;
