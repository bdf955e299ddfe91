//! Interfaces of [egui](https://docs.rs/egui) on canvases of [`framecast`]: the same program in a window, in browsers,
//! in a terminal and in a recording.
//!
//! [`run`] takes a closure, [`run_app`] an [`App`] as `eframe` has them. A program with a loop of its own uses
//! [`EguiCanvas`] and one of the renderers.
//!
//! ```no_run
//! use framecast_egui::egui;
//!
//! let mut clicks = 0;
//! framecast_egui::run("clicks", |ui, _frame| {
//!     egui::CentralPanel::default().show(ui, |ui| {
//!         if ui.button("Click").clicked() {
//!             clicks += 1;
//!         }
//!         ui.label(format!("{clicks} clicks"));
//!     });
//! })?;
//! # Ok::<(), framecast_egui::framecast::Error>(())
//! ```
//!
//! # When it draws
//!
//! egui runs when there is input, when it asks for a repaint, and when somebody comes to look; never while nobody looks. An
//! interface at rest draws nothing. [`egui::Context::request_repaint`] works from every thread.
//!
//! # Who draws
//!
//! With the features `software` and `wgpu`, which are both defaults, a GPU draws if there is a real one, and the
//! processor otherwise; see [`RendererChoice`].
//!
//! # Features
//!
//! | feature | what it brings | default |
//! | --- | --- | --- |
//! | `software` | the renderer on the processor | yes |
//! | `wgpu` | the renderer on a GPU, through `egui-wgpu` and [`framecast_gpu`] | yes |
//! | `views` | a window with the desktop's clipboard, a terminal, browsers | yes |
//! | `fonts` | egui's fonts | yes |
//!
//! Without a renderer there are [`EguiCanvas`] and [`Painting`], for one of your own.

#![warn(missing_docs)]

mod accessibility;
#[cfg(any(feature = "software", feature = "wgpu"))]
mod app;
mod canvas;
#[cfg(feature = "wgpu")]
mod gpu;
mod input;
mod keys;
mod output;
#[cfg(any(feature = "software", feature = "wgpu"))]
mod painter;
mod painting;
#[cfg(any(feature = "software", feature = "wgpu"))]
mod run;
#[cfg(any(feature = "software", feature = "wgpu"))]
mod settings;
#[cfg(feature = "software")]
mod software;
#[cfg(any(feature = "software", feature = "wgpu"))]
mod textures;

pub use {egui, framecast};
#[cfg(feature = "wgpu")]
pub use {egui_wgpu, framecast_gpu};

#[cfg(any(feature = "software", feature = "wgpu"))]
pub use crate::app::{App, CreationContext, Frame};
pub use crate::canvas::EguiCanvas;
#[cfg(feature = "wgpu")]
pub use crate::gpu::GpuRenderer;
pub use crate::painting::Painting;
#[cfg(any(feature = "software", feature = "wgpu"))]
pub use crate::run::{run, run_app};
#[cfg(any(feature = "software", feature = "wgpu"))]
pub use crate::settings::{EguiSettings, RendererChoice};
#[cfg(feature = "software")]
pub use crate::software::SoftwareRenderer;

/// What most of this crate's functions return.
pub type Result<T = (), E = framecast::Error> = std::result::Result<T, E>;

/// Compiles the README's programs.
#[cfg(all(doctest, feature = "wgpu"))]
#[doc = include_str!("../README.md")]
struct Readme;
