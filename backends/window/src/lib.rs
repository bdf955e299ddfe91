//! Shows a framecast canvas in a local window, on Linux, Windows and macOS, through minifb.
//!
//! This crate decides how a frame is scaled to the window, which events the platform's keys and pointer become,
//! and how often it polls the window. It does not decide when to draw, who is the presenter or how large the
//! canvas is: it reports demand, input and the window's size, and the engine decides.
//!
//! On Linux and Windows the window has a thread of its own, because its calls can block, and a covered window must
//! not delay the engine. On macOS a window must be on the main thread, so the engine calls it there.
//!
//! **X11.** The crate reads input from an X connection of its own. Every press arrives, however short, with its
//! position and time. `code` is the key's place, and `key` is what the layout makes of it. Text arrives with
//! AltGr, dead keys and the Compose key. Held keys repeat. Input methods (`IBus`, Fcitx) do not work in the
//! window; they work in a browser.
//!
//! **Wayland, Windows, macOS.** minifb reports the input, with these limits:
//!
//! - Buttons are polled: a click shorter than the poll interval (7 ms while the window has the focus or
//!   the pointer) is lost.
//! - Keys that minifb has no name for (ö, <) are reported only as
//!   [`EventKind::Char`](framecast_api::EventKind::Char), which is repeated while the key is held. Under
//!   Wayland these are all keys of a layout without Latin letters.
//! - Under Wayland held keys do not repeat: each program has to implement this, and minifb does not.
//! - Dead keys, Compose and input methods work where minifb supports them.
//!
//! **Clipboard**, with the feature `clipboard` (arboard): Windows, macOS and X11. Under Wayland it is the
//! clipboard of Xwayland, which most desktops share with their own. Text that the application puts there is gone
//! when it ends, unless the desktop has a clipboard manager. The middle button does not paste.
//!
//! On every platform:
//!
//! - The view's size cannot be set, and the pixel ratio is 1.
//! - Under Wayland, the window does not report that the pointer left. A hidden cursor stays visible until
//!   the pointer next enters the window or presses a button. On a desktop without server-side decorations
//!   the window has no title bar (minifb says so on standard output).

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
