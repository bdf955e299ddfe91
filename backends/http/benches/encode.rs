//! What encoding a picture of 1280 × 720 costs, by kind of picture, quality and chroma sampling:
//! `cargo bench -p framecast-http`. The best of 30; compare lines of one run.

use std::time::Instant;

use framecast_api::{Frame, FramePool, PhysicalSize, Result};
use framecast_http::measure::{SamplingFactor, jpeg, png};

const ROUNDS: u32 = 30;

fn main() -> Result<()> {
    for (name, pixel) in [("photo", photo as fn(u32, u32) -> [u8; 4]), ("page", page)] {
        let frame = frame(pixel)?;
        for (sampling, ratio) in [
            (SamplingFactor::F_1_1, "4:4:4"),
            (SamplingFactor::F_2_1, "4:2:2"),
            (SamplingFactor::F_2_2, "4:2:0"),
        ] {
            for quality in [70, 80, 90] {
                let what = format!("{name} JPEG {ratio} {quality}");
                time(&what, || jpeg(&frame, quality, sampling))?;
            }
        }
        time(&format!("{name} PNG"), || png(&frame))?;
    }
    Ok(())
}

fn time(what: &str, mut encode: impl FnMut() -> Result<usize>) -> Result<()> {
    let mut best = f64::INFINITY;
    let mut bytes = 0;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        bytes = encode()?;
        best = best.min(start.elapsed().as_secs_f64());
    }
    println!("{what:<20} {:6.2} ms {:5} KiB", best * 1e3, bytes / 1024);
    Ok(())
}

fn frame(pixel: fn(u32, u32) -> [u8; 4]) -> Result<Frame> {
    let mut pool = FramePool::new();
    let mut buffer = pool.lend(PhysicalSize::new(1280, 720))?;
    for (y, row) in (0..).zip(buffer.rows_mut()) {
        for (x, out) in (0..).zip(row) {
            *out = pixel(x, y);
        }
    }
    Ok(pool.freeze(buffer, 1, 0.0, 1.0))
}

fn noise(x: u32, y: u32) -> [u8; 4] {
    let n = (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503)).wrapping_mul(2_246_822_519);
    let n = (n ^ (n >> 15)).wrapping_mul(3_266_489_917);
    (n ^ (n >> 13)).to_le_bytes()
}

/// A photograph, as far as an encoder can tell: soft shapes of every colour, and grain.
fn photo(x: u32, y: u32) -> [u8; 4] {
    let wave = |scale: f32, shift: f32| {
        ((x as f32 / scale + shift).sin() + (y as f32 / scale * 1.3 - shift).cos()) * 50.0
    };
    let grain = f32::from(noise(x, y)[0]) / 16.0;
    let level = |value: f32| (value + 128.0 + grain).clamp(0.0, 255.0) as u8;
    let fine = wave(9.0, 0.3) / 3.0;
    [level(wave(170.0, 0.0) + fine), level(wave(90.0, 1.0) + fine), level(wave(230.0, 2.0)), 255]
}

/// A page: flat areas, hard edges, and lines of something as dense as text.
fn page(x: u32, y: u32) -> [u8; 4] {
    let text = x % 400 > 40 && y % 20 > 6 && noise(x / 2, y / 2)[0] > 190;
    match (x / 400 + y / 240) % 3 {
        _ if y % 240 < 30 => [30, 90, 200, 255],
        _ if text => [40, 40, 40, 255],
        0 => [255, 255, 255, 255],
        1 => [245, 240, 220, 255],
        _ => [225, 235, 250, 255],
    }
}
