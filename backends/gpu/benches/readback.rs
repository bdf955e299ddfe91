//! What it costs to read pictures back from the GPU, beside the usual way: map, and wait.
//!
//! ```sh
//! cargo bench --manifest-path backends/gpu/Cargo.toml
//! ```

mod measure;

use std::time::Duration;

use framecast::{Canvas, DrawDemand, NullBackend, UpdateMode};
use framecast_gpu::{CanvasGpu, Gpu, wgpu};
use measure::{Cost, draw, measure, run};

const FRAMES: u32 = 300;

fn main() {
    // `cargo test --benches` passes nothing, `cargo bench` does.
    let frames = if std::env::args().any(|arg| arg == "--bench") { FRAMES } else { 3 };
    for (width, height) in [(1280, 720), (1920, 1080), (3840, 2160)] {
        println!("{width}x{height}");
        let costs = [
            ("rendered, not read", rendered(width, height, frames)),
            ("map and wait", map_and_wait(width, height, frames)),
            ("framecast-gpu", through_canvas(width, height, frames)),
            ("framecast-gpu at 30 fps", paced(width, height, frames)),
        ];
        for (what, cost) in costs {
            let ms = |time: Duration| time.as_secs_f64() * 1000.0;
            println!(
                "  {what:24} {:6.2} ms, {:6.2} ms of CPU a frame",
                ms(cost.wall),
                ms(cost.cpu)
            );
        }
    }
}

/// A GPU with a canvas of this size, which draws all the time.
fn open(width: u32, height: u32) -> (Canvas, Gpu) {
    let (backend, remote) = NullBackend::new();
    remote.set_demand(true);
    let canvas = Canvas::builder("readback")
        .fixed_size((width, height))
        .draw_demand(DrawDemand::Always)
        .update_mode(UpdateMode::Fastest)
        .backend(backend)
        .open()
        .expect("it opens");
    let gpu = canvas.gpu().expect("there is a GPU");
    (canvas, gpu)
}

/// Frames that nobody sees.
fn rendered(width: u32, height: u32, frames: u32) -> Cost {
    let (canvas, mut gpu) = open(width, height);
    measure(frames, || {
        for number in 0..frames {
            let frame = gpu.begin(canvas.begin_frame().expect("it is open")).expect("it is there");
            draw(&frame, number);
            wait(frame.device());
        }
    })
}

/// The usual way, with one buffer that is kept: copy, map, wait, copy the rows.
fn map_and_wait(width: u32, height: u32, frames: u32) -> Cost {
    let (canvas, mut gpu) = open(width, height);
    let stride = (width * 4).next_multiple_of(wgpu::COPY_BYTES_PER_ROW_ALIGNMENT);
    let buffer = gpu.device().create_buffer(&wgpu::BufferDescriptor {
        label: None,
        size: u64::from(stride) * u64::from(height),
        usage: wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::MAP_READ,
        mapped_at_creation: false,
    });
    measure(frames, || {
        for number in 0..frames {
            let mut picture = canvas.begin_frame().expect("it is open");
            let frame = gpu.begin(canvas.begin_frame().expect("it is open")).expect("it is there");
            draw(&frame, number);
            let mut encoder = frame.device().create_command_encoder(&Default::default());
            encoder.copy_texture_to_buffer(
                frame.texture().as_image_copy(),
                wgpu::TexelCopyBufferInfo {
                    buffer: &buffer,
                    layout: wgpu::TexelCopyBufferLayout {
                        offset: 0,
                        bytes_per_row: Some(stride),
                        rows_per_image: None,
                    },
                },
                frame.texture().size(),
            );
            frame.queue().submit([encoder.finish()]);
            buffer.map_async(wgpu::MapMode::Read, .., |result| result.expect("it is mapped"));
            wait(frame.device());
            let pixels = buffer.get_mapped_range(..);
            picture
                .copy_from_strided(&pixels, stride as usize, framecast::PixelFormat::Rgba8)
                .expect("they fit");
            drop(pixels);
            buffer.unmap();
            picture.present();
        }
    })
}

fn through_canvas(width: u32, height: u32, frames: u32) -> Cost {
    let (canvas, mut gpu) = open(width, height);
    measure(frames, || run(&canvas, &mut gpu, frames))
}

/// As above, 30 times a second, as a program has it that has something else to do.
fn paced(width: u32, height: u32, frames: u32) -> Cost {
    let (canvas, mut gpu) = open(width, height);
    canvas.set_update_mode(UpdateMode::Continuous);
    canvas.set_max_fps(30.0);
    let frames = frames.min(90);
    let cost = measure(frames, || run(&canvas, &mut gpu, frames));
    let readback = gpu.stats().readback.as_secs_f64() * 1000.0;
    println!("  from submission to pixels at 30 fps: {readback:.2} ms");
    cost
}

fn wait(device: &wgpu::Device) {
    device.poll(wgpu::PollType::wait_indefinitely()).expect("the GPU answers");
}
