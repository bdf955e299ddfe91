//! A frame that the GPU draws.

use std::fmt;

use framecast::{CanvasSize, Drawing, PhysicalSize, Result};
use wgpu::{
    Adapter, Device, LoadOp, Operations, Queue, RenderPassColorAttachment, StoreOp, Texture,
    TextureFormat, TextureView,
};

use crate::gpu::Gpu;

/// A texture to render the next frame to; made by [`Gpu::begin`].
///
/// Submit commands that render every pixel, then [`present`](Self::present). A frame that is dropped is not shown.
pub struct GpuFrame<'a> {
    gpu: &'a mut Gpu,
    drawing: Drawing,
    first: bool,
}

impl<'a> GpuFrame<'a> {
    pub(crate) fn new(gpu: &'a mut Gpu, drawing: Drawing, first: bool) -> Self {
        Self { gpu, drawing, first }
    }

    /// Shows the frame on every backend, when its pixels are there. Never waits for a viewer.
    ///
    /// If nobody looks ([`Drawing::is_wanted`]) but people in front of a window [that the GPU
    /// fills](crate#the-local-window), nothing is read, and the canvas hands out another draw as soon as somebody does.
    ///
    /// At most [`DetachedDrawing::MOST`](framecast::DetachedDrawing::MOST) frames are under way. A canvas begins no draw
    /// beyond that; if the program itself [begins](framecast::Canvas::begin_frame) more, this waits for the GPU.
    pub fn present(self) {
        let Self { gpu, drawing, .. } = self;
        gpu.present(drawing);
    }

    /// Waits for the GPU, and returns the drawing with the picture in it, to
    /// [present](Drawing::present) it later, to draw over it, or to [keep it](Drawing::into_frame).
    ///
    /// # Errors
    /// "Failed" if the device was lost.
    pub fn read(self) -> Result<Drawing> {
        let Self { gpu, mut drawing, .. } = self;
        gpu.read(&mut drawing)?;
        Ok(drawing)
    }

    /// Returns whether this is the first frame on its device. Make pipelines, buffers and textures then: what was made
    /// on another device cannot be used.
    #[must_use]
    pub fn is_first(&self) -> bool {
        self.first
    }

    /// Returns the adapter: the GPU, and how it is reached. Engines ask for it.
    #[must_use]
    pub fn adapter(&self) -> &Adapter {
        self.gpu.adapter()
    }

    /// Returns the device, to make pipelines, buffers and encoders.
    #[must_use]
    pub fn device(&self) -> &Device {
        self.gpu.device()
    }

    /// Returns the queue, to submit commands.
    #[must_use]
    pub fn queue(&self) -> &Queue {
        self.gpu.queue()
    }

    /// Returns the texture. It holds an older picture, or nothing. The next frame of this size has the same one.
    #[must_use]
    pub fn texture(&self) -> &Texture {
        &self.gpu.target().texture
    }

    /// Returns the view of the texture to render to, in the [format](Self::format) of the settings.
    #[must_use]
    pub fn view(&self) -> &TextureView {
        &self.gpu.target().view
    }

    /// Returns the view as the target of a render pass that begins with `load`.
    #[must_use]
    pub fn color_attachment(&self, load: LoadOp<wgpu::Color>) -> RenderPassColorAttachment<'_> {
        RenderPassColorAttachment {
            view: self.view(),
            depth_slice: None,
            resolve_target: None,
            ops: Operations { load, store: StoreOp::Store },
        }
    }

    /// Returns the format of the texture and of the view.
    #[must_use]
    pub fn format(&self) -> TextureFormat {
        self.gpu.format()
    }

    /// Returns the size of the texture, in physical pixels.
    #[must_use]
    pub fn size(&self) -> PhysicalSize {
        self.gpu.target().size
    }

    /// Returns the canvas' size: logical, physical, and the ratio between them.
    #[must_use]
    pub fn canvas_size(&self) -> CanvasSize {
        self.drawing.canvas_size()
    }

    /// Returns the physical pixels of the picture per logical pixel.
    #[must_use]
    pub fn ratio(&self) -> f64 {
        self.drawing.ratio()
    }

    /// Returns the time at which this draw began, in seconds on the [canvas' clock](framecast::Canvas::clock).
    #[must_use]
    pub fn timestamp(&self) -> f64 {
        self.drawing.timestamp()
    }

    /// Returns the time since the previous draw began, in seconds; 0.0 for the first draw.
    #[must_use]
    pub fn step(&self) -> f64 {
        self.drawing.step()
    }
}

impl fmt::Debug for GpuFrame<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GpuFrame {}", self.size())
    }
}
