//! Real windows on a real X server: every test starts an Xvfb (and a weston) of its own, and runs in a process of
//! its own, because DISPLAY belongs to the whole process.
#![cfg(all(unix, not(target_os = "macos")))]

#[macro_use]
mod support;

/// The suite that every backend must pass.
mod contract;
/// Keys, text, pointer, focus, the close button.
mod input;
/// No display, a display that dies, a display that hangs.
mod loss;
/// What is on the screen.
mod pixels;
/// The same window as a Wayland client.
mod wayland;
