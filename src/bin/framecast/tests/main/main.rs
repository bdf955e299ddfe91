//! One integration binary: the framecast program, and programs in a terminal, seen from outside.
//!
//! - `edge`: canvases that are published, and edges
//! - `files`: where the system gives few open files
//! - `kitty`: a recording in a terminal that shows every pixel
//! - `links`: `--link-file`, and links in the environment
//! - `log`: `--log`
//! - `pipes`: programs in other languages
//! - `play`: recordings
//! - `program`: run as a person would
//! - `shell`: completions and the manual page
//! - `systemd`: a socket that systemd hands over
//! - `terminal`: programs in a terminal: what they show there, and how they leave it
//! - `tls`: a certificate that is kept
//! - `tmux`: pictures through tmux to the terminal around it

#[cfg(feature = "relay")]
mod edge;
#[cfg(all(target_os = "linux", feature = "http"))]
mod files;
#[cfg(all(unix, feature = "terminal", feature = "http"))]
mod kitty;
#[cfg(feature = "http")]
mod links;
#[cfg(feature = "http")]
mod log;
#[cfg(unix)]
mod pipes;
mod play;
mod program;
mod shell;
#[cfg(all(target_os = "linux", feature = "http"))]
mod systemd;
#[cfg(all(unix, feature = "terminal", feature = "http"))]
mod terminal;
#[cfg(feature = "tls")]
mod tls;
#[cfg(all(target_os = "linux", feature = "terminal", feature = "http"))]
mod tmux;

use std::time::Duration;

/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);
