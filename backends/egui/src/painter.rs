//! The renderer of a canvas: which one, and how it shows a picture.

use egui::Color32;
use framecast::{Canvas, Drawing, Result};
#[cfg(feature = "wgpu")]
use framecast_gpu::{CanvasGpu, Gpu, GpuSettings, wgpu};

#[cfg(feature = "wgpu")]
use crate::gpu::GpuRenderer;
use crate::painting::Painting;
use crate::settings::RendererChoice;
#[cfg(feature = "software")]
use crate::software::SoftwareRenderer;

pub(crate) enum Painter {
    #[cfg(feature = "software")]
    Software(SoftwareRenderer),
    #[cfg(feature = "wgpu")]
    Gpu(Box<(Gpu, GpuRenderer)>),
}

impl Painter {
    pub(crate) fn open(canvas: &Canvas, choice: RendererChoice) -> Result<Self> {
        match choice {
            #[cfg(feature = "software")]
            RendererChoice::Software => Ok(Self::Software(SoftwareRenderer::new())),
            #[cfg(feature = "wgpu")]
            RendererChoice::Gpu => Self::gpu(canvas, GpuSettings::new()),
            RendererChoice::Auto => Self::automatic(canvas),
        }
    }

    #[cfg(all(feature = "software", feature = "wgpu"))]
    fn automatic(canvas: &Canvas) -> Result<Self> {
        Ok(Self::gpu(canvas, GpuSettings::new().hardware_only()).unwrap_or_else(|error| {
            canvas.notice(&format!("the processor draws the interface: {error}"));
            Self::Software(SoftwareRenderer::new())
        }))
    }

    #[cfg(all(feature = "software", not(feature = "wgpu")))]
    fn automatic(_canvas: &Canvas) -> Result<Self> {
        Ok(Self::Software(SoftwareRenderer::new()))
    }

    #[cfg(not(feature = "software"))]
    fn automatic(canvas: &Canvas) -> Result<Self> {
        Self::gpu(canvas, GpuSettings::new())
    }

    #[cfg(feature = "wgpu")]
    fn gpu(canvas: &Canvas, settings: GpuSettings) -> Result<Self> {
        let gpu = canvas.gpu_with(settings.format(wgpu::TextureFormat::Rgba8Unorm))?;
        Ok(Self::Gpu(Box::new((gpu, GpuRenderer::new()))))
    }

    /// The longest side of a texture.
    pub(crate) fn max_texture_side(&self) -> usize {
        match self {
            #[cfg(feature = "software")]
            Self::Software(_) => SoftwareRenderer::MAX_TEXTURE_SIDE,
            #[cfg(feature = "wgpu")]
            Self::Gpu(both) => both.0.device().limits().max_texture_dimension_2d as usize,
        }
    }

    /// Shows `painting` over one color.
    pub(crate) fn present(
        &mut self,
        drawing: Drawing,
        painting: &Painting,
        background: Color32,
    ) -> Result<()> {
        let [r, g, b, _] = background.to_array();
        match self {
            #[cfg(feature = "software")]
            Self::Software(renderer) => {
                let mut drawing = drawing;
                drawing.fill([r, g, b, 255]);
                renderer.draw(&mut drawing, painting);
                drawing.present();
            }
            #[cfg(feature = "wgpu")]
            Self::Gpu(both) => {
                let (gpu, renderer) = &mut **both;
                let frame = gpu.begin(drawing)?;
                let [r, g, b] = [r, g, b].map(|channel| f64::from(channel) / 255.0);
                let clear = wgpu::LoadOp::Clear(wgpu::Color { r, g, b, a: 1.0 });
                renderer.draw(&frame, clear, painting);
                frame.present();
            }
        }
        Ok(())
    }

    pub(crate) fn is_gpu(&self) -> bool {
        match self {
            #[cfg(feature = "software")]
            Self::Software(_) => false,
            #[cfg(feature = "wgpu")]
            Self::Gpu(_) => true,
        }
    }

    #[cfg(feature = "wgpu")]
    pub(crate) fn gpu_mut(&mut self) -> Option<(&Gpu, &mut egui_wgpu::Renderer)> {
        match self {
            #[cfg(feature = "software")]
            Self::Software(_) => None,
            Self::Gpu(both) => {
                let (gpu, renderer) = &mut **both;
                Some((gpu, renderer.renderer_mut()?))
            }
        }
    }
}
