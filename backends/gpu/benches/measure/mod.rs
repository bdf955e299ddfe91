//! What drawing costs.

use std::time::{Duration, Instant};

use framecast::{Canvas, Step};
use framecast_gpu::{Gpu, GpuFrame, wgpu};

/// What the system counts processor time in, on Linux for x86 and Arm.
const TICK: Duration = Duration::from_millis(10);

/// What a frame took.
pub(crate) struct Cost {
    pub(crate) wall: Duration,
    pub(crate) cpu: Duration,
}

pub(crate) fn measure(frames: u32, run: impl FnOnce()) -> Cost {
    let (start, before) = (Instant::now(), cpu("self"));
    run();
    Cost { wall: start.elapsed() / frames, cpu: (cpu("self") - before) / frames }
}

/// CPU time of a process so far; zero where the system does not tell.
pub(crate) fn cpu(process: &str) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // After the name, which is in parentheses, user and system time are the 12th and the 13th.
    let fields = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks = fields.split_whitespace().skip(11).take(2);
    TICK * ticks.filter_map(|ticks| ticks.parse::<u32>().ok()).sum::<u32>()
}

/// Draws until so many frames were presented.
pub(crate) fn run(canvas: &Canvas, gpu: &mut Gpu, frames: u32) {
    let mut number = 0;
    let end = canvas.stats().frames + u64::from(frames);
    while canvas.stats().frames < end {
        if let Some(Step::Draw(drawing)) = canvas.next() {
            number += 1;
            let frame = gpu.begin(drawing).expect("it is there");
            draw(&frame, number);
            frame.present();
        }
    }
}

/// A picture of one color: what rendering costs stays small.
pub(crate) fn draw(frame: &GpuFrame, number: u32) {
    let color = wgpu::Color { r: f64::from(number % 100) / 100.0, g: 0.2, b: 0.4, a: 1.0 };
    let mut encoder =
        frame.device().create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
    encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
        color_attachments: &[Some(frame.color_attachment(wgpu::LoadOp::Clear(color)))],
        ..Default::default()
    });
    frame.queue().submit([encoder.finish()]);
}
