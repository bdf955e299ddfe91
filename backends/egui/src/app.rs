//! The application, as in `eframe`.

use std::fmt;

use egui::{Color32, Context, RawInput, Ui, Visuals};
use framecast::Canvas;

use crate::painter::Painter;

/// An application with an interface of egui. The methods are those of `eframe::App`.
///
/// A closure is one, too: `|ui, frame| …`.
pub trait App {
    /// Shows the interface. Called for each picture, while somebody looks; egui may call it more than once.
    ///
    /// `ui` covers the canvas, without a margin or a background: begin with [`egui::CentralPanel`] or another panel.
    fn ui(&mut self, ui: &mut Ui, frame: &mut Frame<'_>);

    /// Called once before each picture, for what is no part of the interface.
    fn logic(&mut self, context: &Context, frame: &mut Frame<'_>) {
        let _ = (context, frame);
    }

    /// Changes input before egui gets it.
    fn raw_input_hook(&mut self, context: &Context, input: &mut RawInput) {
        let _ = (context, input);
    }

    /// Returns the color behind the interface: red, green, blue and alpha in sRGB, from 0 to 1. Alpha does not count,
    /// because pictures are opaque.
    fn clear_color(&self, visuals: &Visuals) -> [f32; 4] {
        visuals.panel_fill.to_normalized_gamma_f32()
    }

    /// Called once when the canvas is closed.
    fn on_exit(&mut self) {}
}

impl<F: FnMut(&mut Ui, &mut Frame<'_>)> App for F {
    fn ui(&mut self, ui: &mut Ui, frame: &mut Frame<'_>) {
        self(ui, frame);
    }
}

/// What an application is made from.
pub struct CreationContext {
    /// egui's context, to set fonts and style.
    pub egui_ctx: Context,
    /// The canvas.
    pub canvas: Canvas,
}

/// What is around an application while it runs.
pub struct Frame<'a> {
    pub(crate) canvas: &'a Canvas,
    pub(crate) painter: &'a mut Painter,
}

impl Frame<'_> {
    /// Returns the canvas: who looks, links, statistics, recordings.
    #[must_use]
    pub fn canvas(&self) -> &Canvas {
        self.canvas
    }

    /// Returns the GPU and the renderer of `egui-wgpu`, for [paint callbacks](egui::PaintCallback) and textures of the
    /// program's own; `None` before the first picture, and if the processor draws.
    #[cfg(feature = "wgpu")]
    pub fn gpu(&mut self) -> Option<(&framecast_gpu::Gpu, &mut egui_wgpu::Renderer)> {
        self.painter.gpu_mut()
    }

    /// Returns whether a GPU draws.
    #[must_use]
    pub fn is_gpu(&self) -> bool {
        self.painter.is_gpu()
    }
}

impl fmt::Debug for CreationContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CreationContext").field("canvas", &self.canvas).finish_non_exhaustive()
    }
}

impl fmt::Debug for Frame<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Frame").field("canvas", &self.canvas).finish_non_exhaustive()
    }
}

/// The color of [`App::clear_color`] as bytes.
pub(crate) fn background(app: &impl App, context: &Context) -> Color32 {
    let [r, g, b, _] = app.clear_color(&context.global_style().visuals);
    let [r, g, b] = [r, g, b].map(|channel| (channel * 255.0).round() as u8);
    Color32::from_rgb(r, g, b)
}
