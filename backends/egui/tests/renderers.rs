//! The two renderers draw the same.
#![cfg(all(feature = "software", feature = "wgpu", feature = "fonts"))]

use std::sync::Arc;

use framecast_egui::egui::{self, Color32, ColorImage, TextureHandle, TextureOptions, Ui, vec2};
use framecast_egui::framecast::{Canvas, Event, EventKind, Frame, Offscreen, Pointer};
use framecast_egui::framecast_gpu::{CanvasGpu, Gpu, GpuSettings, wgpu};
use framecast_egui::{EguiCanvas, GpuRenderer, Painting, SoftwareRenderer};

/// Draws what egui painted with one of the renderers.
trait Draw {
    fn draw(&mut self, canvas: &Offscreen, painting: &Painting) -> Frame;
}

impl Draw for SoftwareRenderer {
    fn draw(&mut self, canvas: &Offscreen, painting: &Painting) -> Frame {
        let mut drawing = canvas.begin_frame().unwrap();
        drawing.fill([27, 27, 27, 255]);
        SoftwareRenderer::draw(self, &mut drawing, painting);
        drawing.into_frame()
    }
}

struct OnGpu {
    gpu: Gpu,
    renderer: GpuRenderer,
}

impl OnGpu {
    fn new(canvas: &Canvas) -> Self {
        let settings = GpuSettings::new().format(wgpu::TextureFormat::Rgba8Unorm);
        Self { gpu: canvas.gpu_with(settings).unwrap(), renderer: GpuRenderer::new() }
    }
}

impl Draw for OnGpu {
    fn draw(&mut self, canvas: &Offscreen, painting: &Painting) -> Frame {
        let frame = self.gpu.begin(canvas.begin_frame().unwrap()).unwrap();
        let dark = 27.0 / 255.0;
        let color = wgpu::Color { r: dark, g: dark, b: dark, a: 1.0 };
        self.renderer.draw(&frame, wgpu::LoadOp::Clear(color), painting);
        frame.read().unwrap().into_frame()
    }
}

/// An interface, drawn for some frames, with a renderer of its own.
struct Shown<D> {
    egui: EguiCanvas,
    draw: D,
    textures: Vec<TextureHandle>,
    time: f64,
}

impl<D: Draw> Shown<D> {
    fn new(canvas: &Canvas, draw: D) -> Self {
        Self { egui: EguiCanvas::new(canvas), draw, textures: Vec::new(), time: 0.0 }
    }

    fn next(&mut self, canvas: &Offscreen) -> Frame {
        let Self { egui, draw, textures, time } = self;
        *time += 1.0;
        let size = canvas.size();
        let context = egui.context().clone();
        let painting = egui.run(size.physical(), size.ratio(), *time, |ui| {
            if textures.is_empty() {
                textures.extend(pictures(&context));
            }
            interface(ui, textures);
        });
        draw.draw(canvas, &painting)
    }
}

/// One picture, shown in every way that textures can be shown.
fn pictures(context: &egui::Context) -> Vec<TextureHandle> {
    let pixels = (0..16 * 16).map(|n: u32| {
        let (x, y) = (n % 16, n / 16);
        let alpha = if (x / 4 + y / 4) % 2 == 0 { 255 } else { 120 };
        Color32::from_rgba_unmultiplied((x * 16) as u8, (y * 16) as u8, 120, alpha)
    });
    let image = Arc::new(ColorImage::new([16, 16], pixels.collect()));
    let repeat = egui::TextureWrapMode::MirroredRepeat;
    [
        TextureOptions::LINEAR,
        TextureOptions::NEAREST,
        TextureOptions::LINEAR_REPEAT,
        TextureOptions { wrap_mode: repeat, ..TextureOptions::NEAREST },
    ]
    .map(|options| context.load_texture("picture", Arc::clone(&image), options))
    .into()
}

fn interface(ui: &mut Ui, textures: &[TextureHandle]) {
    egui::CentralPanel::default().show(ui, |ui| {
        ui.heading("Größe, 漢字? ✔ ▶");
        ui.horizontal_wrapped(|ui| {
            ui.label("A line of text, some of it ");
            ui.strong("strong");
            ui.code("let code = 1;");
            ui.hyperlink_to("a link", "https://example.org");
            let _ = ui.button("Button");
            ui.checkbox(&mut true, "Checked");
            let _ = ui.radio(true, "Chosen");
        });
        ui.add(egui::Slider::new(&mut 0.3, 0.0..=1.0).text("slider"));
        ui.add(egui::ProgressBar::new(0.6).show_percentage());
        ui.text_edit_singleline(&mut "a field".to_owned());
        ui.horizontal(|ui| {
            // No pixel's middle is on the border of two texels, which either may take.
            for (texture, side) in textures.iter().zip([16.0, 32.0, 40.5, 32.0]) {
                let whole = egui::Rect::from_min_max(egui::pos2(-0.5, -0.5), egui::pos2(1.7, 1.4));
                ui.add(egui::Image::new((texture.id(), vec2(side, side))));
                ui.add(egui::Image::new((texture.id(), vec2(side, side))).uv(whole));
                ui.add(
                    egui::Image::new((texture.id(), vec2(side, side))).rotate(0.4, vec2(0.5, 0.5)),
                );
            }
        });
        let (rect, _) = ui.allocate_exact_size(vec2(280.0, 60.0), egui::Sense::hover());
        let painter = ui.painter_at(rect.shrink2(vec2(0.0, 5.3)));
        painter.circle_filled(
            rect.center(),
            44.0,
            Color32::from_rgba_unmultiplied(255, 0, 90, 140),
        );
        painter.line_segment([rect.left_top(), rect.right_bottom()], (3.3, Color32::LIGHT_BLUE));
        let wave =
            (0..280).map(|x| rect.min + vec2(x as f32, 30.0 + 25.0 * (x as f32 / 9.0).sin()));
        painter.add(egui::Shape::line(wave.collect(), egui::Stroke::new(1.2, Color32::GOLD)));
        painter.rect_stroke(rect, 12.0, (2.0, Color32::GREEN), egui::StrokeKind::Inside);
        let mut mesh = egui::Mesh::default();
        for (x, y, color) in [
            (200.0, 0.0, Color32::RED),
            (270.0, 10.0, Color32::TRANSPARENT),
            (230.0, 58.0, Color32::BLUE),
        ] {
            mesh.colored_vertex(rect.min + vec2(x, y), color);
        }
        mesh.add_triangle(0, 1, 2);
        painter.add(mesh);
        egui::Window::new("Window").fixed_pos((150.0, 40.0)).show(ui.ctx(), |ui| {
            ui.label("with a shadow");
            egui::color_picker::color_picker_color32(
                ui,
                &mut Color32::ORANGE.clone(),
                egui::color_picker::Alpha::OnlyBlend,
            );
        });
    });
}

/// The largest difference of a channel, and how many pixels differ by more than 2 of 255.
fn difference(one: &Frame, other: &Frame) -> (u8, usize) {
    assert_eq!(one.size(), other.size());
    let pairs = one.pixels().iter().zip(other.pixels());
    let pixels: Vec<_> =
        pairs.map(|(a, b)| (0..3).map(|i| a[i].abs_diff(b[i])).max().unwrap_or_default()).collect();
    let most = pixels.iter().copied().max().unwrap_or_default();
    (most, pixels.iter().filter(|difference| **difference > 2).count())
}

#[test]
fn the_processor_draws_what_a_gpu_draws() {
    for ratio in [1.0, 1.5, 2.0] {
        let canvas = Canvas::offscreen((420.0, 360.0)).unwrap();
        canvas.set_fixed_size(((420.0 * ratio) as u32, (360.0 * ratio) as u32)).unwrap();
        let mut one = Shown::new(&canvas, SoftwareRenderer::new());
        let mut other = Shown::new(&canvas, OnGpu::new(&canvas));
        for shown in [&mut one.egui, &mut other.egui] {
            let at = EventKind::PointerMove(Pointer::at(60.0, 60.0));
            shown.event(&Event::new(at, 0.0, None));
        }
        // What egui shows first it only measures.
        for _ in 0..3 {
            let (software, gpu) = (one.next(&canvas), other.next(&canvas));
            assert_eq!(software.size(), canvas.size().physical());
            let (most, differ) = difference(&software, &gpu);
            // Corners are rounded to parts of a pixel, not always to the same one.
            let few = software.pixels().len() / 10_000;
            assert!(differ <= few, "{differ} pixels differ at {ratio}, by up to {most}");
        }
        let colors: std::collections::HashSet<_> =
            one.next(&canvas).pixels().iter().copied().collect();
        assert!(colors.len() > 500, "{} colors are no interface", colors.len());
    }
}

#[test]
fn a_lost_gpu_gets_its_textures_again() {
    let canvas = Canvas::offscreen((420.0, 360.0)).unwrap();
    let mut shown = Shown::new(&canvas, OnGpu::new(&canvas));
    let _ = (shown.next(&canvas), shown.next(&canvas));
    let before = shown.next(&canvas);
    shown.draw.gpu.device().destroy();
    let _ = shown.draw.gpu.device().poll(wgpu::PollType::Poll);
    let after = shown.next(&canvas);
    assert_eq!(shown.draw.gpu.stats().lost, 1);
    assert_eq!(difference(&before, &after), (0, 0));
}
