//! One canvas, many audiences.
//!
//! An application draws RGBA frames on a [`Canvas`]. Backends present them: a local window,
//! browsers over HTTP, several at once. One view is the *presenter* and drives; everybody else
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
//!             let shade = (frame.timestamp() * 60.0) as u8;
//!             frame.fill([shade, 40, 90, 255]);
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
//! [`Canvas::next_async`] for those that await. Several canvases share a [`Loop`].
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
//! **Control.** [`CanvasBuilder::control`] or `--control` says who drives ([`ControlPolicy`]); the
//! application sees `control_changed` and may decide otherwise ([`Canvas::give_control`]). A
//! [`Role`] comes with a link and is a right: who may only watch never drives.
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
//! | `http` | yes | browsers over HTTP and WebSocket (smol, async-h1, async-tungstenite) |
//! | `program` | yes | the `framecast` program; libraries turn it off with `default-features = false` |

mod audience;
mod builder;
mod canvas;
mod control;
mod drawing;
mod engine;
mod event_loop;
mod events;
mod handle;
mod held;
mod interrupt;
mod notice;
mod offscreen;
mod options;
mod schedule;
mod select;
mod signal;
mod stats;
mod timer;

pub use framecast_api::*;

pub use crate::audience::Viewer;
pub use crate::builder::CanvasBuilder;
pub use crate::canvas::Canvas;
pub use crate::control::ControlPolicy;
pub use crate::drawing::Drawing;
pub use crate::event_loop::{Loop, Step};
pub use crate::handle::CanvasHandle;
pub use crate::offscreen::Offscreen;
pub use crate::options::{
    BackendKind, BackendList, DrawDemand, FpsArg, LinkArg, ListenArg, Options, SizeArg, TimeoutArg,
};
pub use crate::schedule::UpdateMode;
pub use crate::stats::{BackendStats, Stats};

/// Compiles the README's program.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
