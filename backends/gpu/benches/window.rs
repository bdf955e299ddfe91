//! What it costs to show pictures in the local window: read back, or by the GPU itself.
//!
//! ```sh
//! xvfb-run -s '-screen 0 2048x1200x24' cargo bench --manifest-path backends/gpu/Cargo.toml --bench window
//! ```

mod measure;

use std::thread;
use std::time::{Duration, Instant};

use framecast::window::{WindowBackend, WindowOptions};
use framecast::{Canvas, NullBackend, NullRemote, UpdateMode};
use framecast_gpu::{CanvasGpu, GpuSettings, wgpu};
use measure::{cpu, measure, run};

const FRAMES: u32 = 600;

fn main() {
    // `cargo test --benches` passes nothing, `cargo bench` does.
    let frames = if std::env::args().any(|arg| arg == "--bench") { FRAMES } else { 3 };
    if !framecast::window::display_available() {
        eprintln!("there is no display: nothing is measured");
        return;
    }
    for format in [wgpu::TextureFormat::Rgba8UnormSrgb, wgpu::TextureFormat::Bgra8UnormSrgb] {
        for (width, height) in [(1280, 720), (1920, 1080)] {
            println!("{width}x{height}, {format:?}");
            for (what, direct, viewer) in [
                ("read back", false, false),
                ("by the GPU", true, false),
                ("and a viewer", true, true),
            ] {
                let settings = GpuSettings::new().format(format).window(direct);
                show(what, (width, height), settings, viewer, frames);
            }
        }
    }
}

/// A viewer who takes at most 30 pictures a second, until the end of the canvas.
fn look(viewer: &NullRemote) {
    while !viewer.is_closed() {
        let next = Instant::now() + Duration::from_secs(1) / 30;
        let presented = viewer.presented();
        viewer.set_demand(true);
        while viewer.presented() == presented && !viewer.is_closed() {
            thread::sleep(Duration::from_micros(500));
        }
        viewer.set_demand(false);
        thread::sleep(next.saturating_duration_since(Instant::now()));
    }
}

/// Shows frames 60 times a second.
fn show(
    what: &str,
    (width, height): (u32, u32),
    settings: GpuSettings,
    with_viewer: bool,
    frames: u32,
) {
    let (backend, viewer) = NullBackend::new();
    let canvas = Canvas::builder("bench")
        .size((f64::from(width), f64::from(height)))
        .update_mode(UpdateMode::Continuous)
        .max_fps(60.0)
        .backend(WindowBackend::new(WindowOptions::default()))
        .backend(backend)
        .open()
        .expect("there is a display");
    let mut gpu = canvas.gpu_with(settings).expect("there is a GPU");
    run(&canvas, &mut gpu, 30.min(frames));
    if with_viewer {
        let viewer = viewer.clone();
        thread::spawn(move || look(&viewer));
    }
    let server = server();
    let (before, read) = (cpu(&server), gpu.stats().read);
    let cost = measure(frames, || run(&canvas, &mut gpu, frames));
    let (stats, ms) = (gpu.stats(), |time: Duration| time.as_secs_f64() * 1000.0);
    println!(
        "  {what:12} {:5.2} ms a frame; CPU {:5.2} ms here and {:5.2} ms in the X server; {} shown, {} read",
        ms(cost.wall),
        ms(cost.cpu),
        ms((cpu(&server) - before) / frames),
        stats.shown,
        stats.read - read,
    );
}

/// The process of the X server, as its lock file tells.
fn server() -> String {
    let display = std::env::var("DISPLAY").unwrap_or_default();
    let number = display.trim_start_matches(':').split('.').next().unwrap_or_default().to_owned();
    let lock = std::fs::read_to_string(format!("/tmp/.X{number}-lock")).unwrap_or_default();
    lock.trim().to_owned()
}
