//! Whether it pays to compare pictures on the GPU and to read only what changed, beside reading everything and comparing
//! on the processor.
//!
//! ```sh
//! cargo bench --manifest-path backends/gpu/Cargo.toml --bench damage
//! ```

#[allow(dead_code, reason = "it is more than this one needs")]
mod measure;

use std::hint::black_box;
use std::time::Duration;

use framecast::{Canvas, DrawDemand, Frame, NullBackend, Rect, Step, UpdateMode};
use framecast_gpu::{CanvasGpu, GpuFrame, GpuSettings, wgpu};
use measure::{draw, measure};

const FRAMES: u32 = 200;
/// How often the ways take turns.
const ROUNDS: u32 = 3;
/// The tiles that browsers are sent, in pixels.
const TILE: (u32, u32) = (128, 48);

/// How much of a picture changes from one to the next.
#[derive(Debug, Clone, Copy)]
enum Scene {
    Nothing,
    Twentieth,
    Everything,
}

#[derive(Clone, Copy)]
enum Way {
    /// Nothing is read.
    Rendered,
    OnProcessor,
    OnGpu,
}

fn main() {
    // `cargo test --benches` passes nothing, `cargo bench` does.
    let measures = std::env::args().any(|arg| arg == "--bench");
    let (frames, rounds) = if measures { (FRAMES, ROUNDS) } else { (3, 1) };
    for (width, height) in [(1280, 720), (1920, 1080)] {
        for scene in [Scene::Nothing, Scene::Twentieth, Scene::Everything] {
            let mut sums = [Duration::ZERO; 3];
            let mut bytes = [0; 3];
            for _ in 0..rounds {
                let ways = [Way::Rendered, Way::OnProcessor, Way::OnGpu];
                for (way, (sum, bytes)) in ways.into_iter().zip(sums.iter_mut().zip(&mut bytes)) {
                    let (cpu, read) = show((width, height), scene, way, frames);
                    *sum += cpu / rounds;
                    *bytes = read / u64::from(frames);
                }
            }
            let [rendered, on_processor, on_gpu] = sums.map(|sum| sum.as_secs_f64() * 1000.0);
            println!(
                "{width}x{height}, {scene:?} changes: {rendered:.2} ms of CPU a frame; read and compared on the \
                 processor {on_processor:.2} ({} bytes), on the GPU {on_gpu:.2} ({} bytes): {:.1} times as much",
                bytes[1],
                bytes[2],
                on_gpu / on_processor,
            );
        }
    }
}

/// Shows frames. Returns the processor's time for each, and the bytes that were read.
fn show((width, height): (u32, u32), scene: Scene, way: Way, frames: u32) -> (Duration, u64) {
    let (backend, remote) = NullBackend::new();
    remote.set_demand(!matches!(way, Way::Rendered));
    let canvas = Canvas::builder("damage")
        .fixed_size((width, height))
        .draw_demand(DrawDemand::Always)
        .update_mode(UpdateMode::Fastest)
        .backend(backend)
        .open()
        .expect("it opens");
    let settings = GpuSettings::new().compare_on_gpu(matches!(way, Way::OnGpu));
    let mut gpu = canvas.gpu_with(settings).expect("there is a GPU");
    let (mut number, mut last) = (0, None);
    let mut turns = |frames: u32| {
        let end = gpu.stats().presented + u64::from(frames);
        while gpu.stats().presented < end {
            if let Some(Step::Draw(drawing)) = canvas.next() {
                let frame = gpu.begin(drawing).expect("it is there");
                change(&frame, scene, number);
                frame.present();
                number += 1;
            }
            let shown = canvas.last_frame();
            if let (Some(before), Some(after)) = (&last, &shown) {
                compare(before, after);
            }
            last = shown;
        }
        gpu.stats().bytes_read
    };
    let before = turns(10);
    let mut after = before;
    let cost = measure(frames, || after = turns(frames));
    (cost.cpu, after - before)
}

/// What is done for browsers.
fn compare(before: &Frame, after: &Frame) {
    if after.trusted_damage(before).is_some() {
        return;
    }
    for y in (0..after.height()).step_by(TILE.1 as usize) {
        for x in (0..after.width()).step_by(TILE.0 as usize) {
            black_box(after.differs_within(before, Rect::new(x, y, TILE.0, TILE.1)));
        }
    }
}

fn change(frame: &GpuFrame, scene: Scene, number: u32) {
    match scene {
        Scene::Nothing if number > 0 => {}
        Scene::Nothing | Scene::Everything => draw(frame, number),
        Scene::Twentieth => {
            let (width, height) = (frame.size().width / 4, frame.size().height / 5);
            let bytes = vec![number as u8; 4 * (width * height) as usize];
            let layout = wgpu::TexelCopyBufferLayout {
                offset: 0,
                bytes_per_row: Some(4 * width),
                rows_per_image: None,
            };
            let size = wgpu::Extent3d { width, height, depth_or_array_layers: 1 };
            frame.queue().write_texture(frame.texture().as_image_copy(), &bytes, layout, size);
        }
    }
}
