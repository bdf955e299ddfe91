//! What a picture of the interface costs with either renderer.
//!
//! ```sh
//! cargo bench --manifest-path examples/egui_app/Cargo.toml
//! ```

use std::time::{Duration, Instant};

use egui_app::Bench;
use framecast_egui::framecast::{
    Canvas, DrawDemand, Drawing, Event, EventKind, NullBackend, Pointer, Step, UpdateMode,
};
use framecast_egui::framecast_gpu::{CanvasGpu, GpuSettings, wgpu};
use framecast_egui::{EguiCanvas, GpuRenderer, Painting, SoftwareRenderer};

const FRAMES: u32 = 300;
/// What the system counts processor time in, on Linux for x86 and Arm.
const TICK: Duration = Duration::from_millis(10);

fn main() {
    // `cargo test --benches` passes nothing, `cargo bench` does.
    let frames = if std::env::args().any(|arg| arg == "--bench") { FRAMES } else { 3 };
    for (width, height) in [(1280, 720), (2560, 1440)] {
        println!("{width}x{height}");
        let mut none = |_: &Canvas, drawing: Drawing, _: &Painting| {
            drawing.present();
        };
        report("the interface, not drawn", measure(width, height, frames, &mut none));
        let mut renderer = SoftwareRenderer::new();
        let mut software = |_: &Canvas, mut drawing: Drawing, painting: &Painting| {
            drawing.fill([27, 27, 27, 255]);
            renderer.draw(&mut drawing, painting);
            drawing.present();
        };
        report("the processor draws", measure(width, height, frames, &mut software));
        let mut gpu = None;
        let mut renderer = GpuRenderer::new();
        let mut on_gpu = |canvas: &Canvas, drawing, painting: &Painting| {
            let gpu = gpu.get_or_insert_with(|| {
                let settings = GpuSettings::new().format(wgpu::TextureFormat::Rgba8Unorm);
                canvas.gpu_with(settings).expect("there is a GPU")
            });
            let frame = gpu.begin(drawing).expect("it is there");
            renderer.draw(&frame, wgpu::LoadOp::Clear(wgpu::Color::BLACK), painting);
            frame.present();
        };
        report("the GPU draws", measure(width, height, frames, &mut on_gpu));
    }
}

fn report(what: &str, (wall, cpu): (Duration, Duration)) {
    let ms = |time: Duration| time.as_secs_f64() * 1000.0;
    println!("  {what:26} {:6.2} ms, {:6.2} ms of CPU a picture", ms(wall), ms(cpu));
}

/// The time and the processor time of a picture, while the pointer moves over the plot.
fn measure(
    width: u32,
    height: u32,
    frames: u32,
    draw: &mut dyn FnMut(&Canvas, Drawing, &Painting),
) -> (Duration, Duration) {
    let (backend, remote) = NullBackend::new();
    remote.set_demand(true);
    let canvas = Canvas::builder("renderers")
        .fixed_size((width, height))
        .draw_demand(DrawDemand::Always)
        .update_mode(UpdateMode::Fastest)
        .backend(backend)
        .open()
        .expect("it opens");
    let mut egui = EguiCanvas::new(&canvas);
    let mut bench = Bench::default();
    let mut drawn = 0;
    // The first pictures make pipelines and letters.
    let warm = frames.min(20);
    let mut start = (Instant::now(), cpu());
    while drawn < frames + warm {
        let Some(step) = canvas.next() else { break };
        let Step::Draw(drawing) = step else { continue };
        let (x, y) = (400.0 + f64::from(drawn % 300) * 2.0, 200.0);
        egui.event(&Event::new(EventKind::PointerMove(Pointer::at(x, y)), 0.0, None));
        let painting = egui.run(drawing.size(), drawing.ratio(), drawing.timestamp(), |ui| {
            bench.show(ui, false);
        });
        draw(&canvas, drawing, &painting);
        drawn += 1;
        if drawn == warm {
            start = (Instant::now(), cpu());
        }
    }
    (start.0.elapsed() / frames, (cpu() - start.1) / frames)
}

/// CPU time of this process so far; zero where the system does not tell.
fn cpu() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // After the name, which is in parentheses, user and system time are the 12th and the 13th.
    let fields = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks = fields.split_whitespace().skip(11).take(2);
    TICK * ticks.filter_map(|ticks| ticks.parse::<u32>().ok()).sum::<u32>()
}
