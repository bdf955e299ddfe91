//! The renderer on a GPU: `egui-wgpu` on a frame of `framecast-gpu`.

use std::fmt;

use egui_wgpu::{Renderer, RendererOptions, ScreenDescriptor};
use framecast_gpu::{GpuFrame, wgpu};

use crate::painting::Painting;
use crate::textures::Textures;

/// Draws on a GPU, through `egui-wgpu`.
///
/// Gradients are not dithered: noise costs every view that compresses pictures more than it gives.
#[derive(Default)]
pub struct GpuRenderer {
    /// What was made on the device that draws now.
    renderer: Option<Renderer>,
    textures: Textures,
}

impl GpuRenderer {
    /// A renderer without textures. It must be given every painting of one [`EguiCanvas`](crate::EguiCanvas), because
    /// textures come with them.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Draws on `frame`, after `load`: over what is there, or over one color. Submits its commands.
    ///
    /// egui's colors are in sRGB. Frames of the format `Rgba8Unorm` show them as egui means them; in an sRGB format,
    /// transparent parts look a little different.
    pub fn draw(
        &mut self,
        frame: &GpuFrame<'_>,
        load: wgpu::LoadOp<wgpu::Color>,
        painting: &Painting,
    ) {
        let (device, queue) = (frame.device(), frame.queue());
        for (id, delta) in &painting.textures.set {
            self.textures.set(*id, delta);
        }
        // A device that was opened in the place of a lost one knows no texture.
        let renderer = if let Some(renderer) = self.renderer.as_mut().filter(|_| !frame.is_first())
        {
            for (id, delta) in &painting.textures.set {
                renderer.update_texture(device, queue, *id, delta);
            }
            renderer
        } else {
            let options = RendererOptions { dithering: false, ..RendererOptions::default() };
            let renderer = self.renderer.insert(Renderer::new(device, frame.format(), options));
            for (id, texture) in self.textures.iter() {
                let image = std::sync::Arc::clone(&texture.image);
                let whole = egui::epaint::ImageDelta::full(image, texture.options);
                renderer.update_texture(device, queue, id, &whole);
            }
            renderer
        };
        let size = frame.size();
        let screen = ScreenDescriptor {
            size_in_pixels: [size.width, size.height],
            pixels_per_point: painting.pixels_per_point,
        };
        let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        let primitives = &painting.primitives;
        let mut commands =
            renderer.update_buffers(device, queue, &mut encoder, primitives, &screen);
        let pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
            label: Some("egui"),
            color_attachments: &[Some(frame.color_attachment(load))],
            ..Default::default()
        });
        renderer.render(&mut pass.forget_lifetime(), primitives, &screen);
        commands.push(encoder.finish());
        queue.submit(commands);
        for id in &painting.textures.free {
            self.textures.free(*id);
            renderer.free_texture(id);
        }
    }

    /// Returns the renderer of `egui-wgpu`, for [paint callbacks](egui::PaintCallback) and textures of the program's own;
    /// `None` before the first frame. A lost device takes with it what was registered.
    pub fn renderer_mut(&mut self) -> Option<&mut Renderer> {
        self.renderer.as_mut()
    }
}

impl fmt::Debug for GpuRenderer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GpuRenderer").finish_non_exhaustive()
    }
}
