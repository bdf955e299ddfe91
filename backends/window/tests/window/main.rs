//! Real windows on a real X server: every test starts an Xvfb (and a weston) of its own, and runs in a process of
//! its own, because DISPLAY belongs to the whole process.
#![cfg(all(unix, not(target_os = "macos")))]

/// Displays, and hands on them.
#[macro_use]
mod support;
/// A window backend and what it reports.
mod view;

/// Copying and pasting, with another program.
#[cfg(feature = "clipboard")]
mod clipboard;
/// The suite that every backend must pass.
mod contract;
/// Keys, text, pointer, focus, the close button.
mod input;
/// No display, a display that dies, a display that hangs.
mod loss;
/// What is on the screen.
mod pixels;
/// The other program's clipboard.
#[cfg(feature = "clipboard")]
mod selection;
/// The same window as a Wayland client.
mod wayland;
