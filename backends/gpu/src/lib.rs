//! Canvases of [`framecast`] that a GPU draws, through [wgpu](https://docs.rs/wgpu).
//!
//! [`CanvasGpu::gpu`] opens a device for a canvas. For each [`Step::Draw`](framecast::Step::Draw),
//! [`Gpu::begin`] returns a texture of the canvas' size; [`GpuFrame::present`] shows it on every backend.
//! Reading the picture back never holds up the canvas: a thread waits for the GPU and presents the pixels, while
//! the next picture is rendered.
//!
//! ```no_run
//! use framecast::{Canvas, Step, UpdateMode};
//! use framecast_gpu::{CanvasGpu, wgpu};
//!
//! let canvas = Canvas::builder("clear").update_mode(UpdateMode::Continuous).open()?;
//! let mut gpu = canvas.gpu()?;
//! while let Some(step) = canvas.next() {
//!     let Step::Draw(drawing) = step else { continue };
//!     let frame = gpu.begin(drawing)?;
//!     let mut encoder = frame.device().create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
//!     let color = wgpu::Color { r: frame.timestamp().sin().abs(), g: 0.2, b: 0.4, a: 1.0 };
//!     encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
//!         color_attachments: &[Some(frame.color_attachment(wgpu::LoadOp::Clear(color)))],
//!         ..Default::default()
//!     });
//!     frame.queue().submit([encoder.finish()]);
//!     frame.present();
//! }
//! canvas.finish()?;
//! # Ok::<(), framecast::Error>(())
//! ```
//!
//! # Which GPU
//!
//! The first that there is, in this order: a discrete GPU, an integrated one, a virtual one, one that is simulated in
//! software; [`GpuSettings::power`] puts the integrated one first. The canvas tells its user which one was taken and
//! why. As in other programs with wgpu, the environment variable `WGPU_ADAPTER_NAME` names a part of another one's name,
//! and `WGPU_BACKEND` the interface (`vulkan`, `dx12`, `metal`, `gl`).
//!
//! A machine without a GPU needs a renderer in software, such as Mesa's lavapipe: `apt install mesa-vulkan-drivers` on
//! Debian and Ubuntu.
//!
//! # The local window
//!
//! Under X11, with Vulkan, the GPU shows its pictures in the local window itself. Nothing is read back
//! then, until somebody else looks: a browser, a terminal, a recording. [`GpuStats::shown`] counts such pictures, and
//! [`BackendStats::direct`](framecast::BackendStats::direct) says where it is so; the canvas tells its user. Frames
//! whose pixels nobody needed are in memory nowhere: [`Canvas::last_frame`](framecast::Canvas::last_frame) is the last one
//! that was read. [`GpuFrame::read`] reads any.
//!
//! The window is filled at the display's pace, without tearing. It is resized, covered and minimised as any other. Where
//! this cannot be, or fails later, the window shows pictures that are read back, and the user is told why: on another system or
//! under Wayland, with OpenGL, with a [device of the program's own](GpuSettings::device), or if the display has no surface for this GPU. A
//! display that stops answering holds up nobody else, but for one moment: while it is handed a picture, the canvas waits with
//! the window until the display answers or is gone.
//!
//! # A lost device
//!
//! A driver that crashes, or a GPU that is unplugged, takes everything with it that was made on the device.
//! [`Gpu::begin`] then opens another one, and the next frame [is the first of its device](GpuFrame::is_first): make
//! pipelines, buffers and textures whenever that is so, and no other code is needed. If that device is lost before it
//! gave a picture, `begin` fails. A device that gives no picture counts as lost, for example because its memory is full.
//!
//! What a program itself does wrong with wgpu panics as in any program with wgpu, unless the program sets
//! [a handler](wgpu::Device::on_uncaptured_error). Making something from what was made on a device that was just lost
//! is such an error, too.
//!
//! # Features
//!
//! | feature | what it brings | default |
//! | --- | --- | --- |
//! | `vulkan`, `metal`, `dx12` | the interface of Linux, Android and Windows; of macOS and iOS; of Windows | yes |
//! | `gles` | OpenGL ES, for machines whose drivers have nothing newer | no |

#![warn(missing_docs)]

mod adapter;
mod blit;
mod changes;
mod device;
mod frame;
mod gpu;
mod health;
mod presenter;
mod readback;
mod settings;
mod stats;
#[cfg(all(unix, not(target_os = "macos")))]
mod surface;
#[cfg(not(all(unix, not(target_os = "macos"))))]
#[path = "surface_unsupported.rs"]
mod surface;
mod target;

pub use wgpu;

pub use crate::frame::GpuFrame;
pub use crate::gpu::{CanvasGpu, Gpu};
pub use crate::settings::{GpuDevice, GpuSettings};
pub use crate::stats::GpuStats;

/// Compiles the README's program.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
