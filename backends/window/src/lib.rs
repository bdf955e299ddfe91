//! The local window of a framecast canvas, on Linux, Windows and macOS, through minifb.
//!
//! This crate decides how a frame is scaled to the window ([`WindowBackend`] keeps its shape and
//! its pixels sharp), what the platform tells of keys and pointer means as events, and how often the
//! window is asked for it. It does not decide when to draw, who is the presenter or how large
//! the canvas is: it reports demand, input and the window's size, and the engine decides.
//!
//! On Linux and Windows the window lives on a thread of its own, because its calls can block and a
//! covered window must never delay the engine. On macOS it must live on the main thread, so the
//! engine calls it there.
//!
//! **X11.** Input comes as events of a connection of our own: every press arrives, however short,
//! with the place and time it had; `code` is the key's place and `key` what the layout makes of it;
//! text comes with AltGr, dead keys and the Compose key; held keys repeat. Input methods (`IBus`,
//! Fcitx) do not work in the window; they do in a browser.
//!
//! **Wayland, Windows, macOS.** Input is what minifb tells, and so:
//!
//! - Buttons are levels: a click shorter than the poll interval (7 ms while the window has the
//!   focus or the pointer) is lost.
//! - Keys outside its enum (ö, <) give only [`EventKind::Char`](framecast_api::EventKind::Char),
//!   which comes again while they repeat. Under Wayland those are all keys of a layout without Latin
//!   letters.
//! - Under Wayland keys do not repeat: there each program has to do that for itself, and minifb
//!   does not.
//! - Dead keys, Compose and input methods work where minifb has them.
//!
//! **Clipboard**, with the feature `clipboard` (arboard): Windows, macOS and X11. Under Wayland it is
//! that of Xwayland, which most desktops share with their own. What the application puts there is
//! gone when it ends, unless the desktop has a clipboard manager. The middle button pastes nothing.
//!
//! Everywhere:
//!
//! - The view's size cannot be set, and the pixel ratio is 1.
//! - Under Wayland the pointer's leaving is not reported, a hidden cursor shows until the pointer
//!   next enters the window or presses a button, and a desktop without server-side decorations
//!   shows the window without a title bar (minifb says so on standard output).

#![warn(missing_docs)]

mod backend;
#[cfg(feature = "clipboard")]
mod clipboard;
#[cfg(not(feature = "clipboard"))]
#[path = "clipboard_disabled.rs"]
mod clipboard;
mod display;
mod inline;
mod keys;
mod names;
mod pace;
mod pane;
mod scale;
mod surroundings;
mod thread;
mod wheel;
#[cfg(all(unix, not(target_os = "macos")))]
mod x11;
#[cfg(all(unix, not(target_os = "macos")))]
mod xlib;

pub use backend::{WindowBackend, WindowOptions};
pub use display::display_available;

/// Compiles the README's program.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
