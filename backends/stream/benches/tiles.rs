//! What the tiles of a picture of 1280 × 720 cost: comparing, encoding, composing, on one core.
//!
//! `cargo bench -p framecast-stream --bench tiles` for made-up pictures; `cargo bench -p framecast-stream --bench tiles -- FILE…`
//! for PNG or JPEG files. The best of 20, as Markdown; compare lines of one run.

use std::time::Instant;

use framecast_api::{Error, Frame, FramePool, PhysicalSize, Result};
use framecast_jpeg::Sampling;
use framecast_stream::measure::{Encodings, compare, encode};

const ROUNDS: u32 = 20;
const CODINGS: [(u8, Sampling); 10] = [
    (80, Sampling::Full),
    (80, Sampling::Half),
    (80, Sampling::Quarter),
    // About as many bytes as 4:2:0 takes with quality 80, of different pictures.
    (76, Sampling::Half),
    (73, Sampling::Half),
    (66, Sampling::Half),
    (65, Sampling::Half),
    (50, Sampling::Half),
    (35, Sampling::Half),
    (20, Sampling::Half),
];

fn main() -> Result<()> {
    // cargo adds --bench.
    let files: Vec<String> = std::env::args().skip(1).filter(|it| !it.starts_with('-')).collect();
    println!("| picture | coding | ms | MP/s | KiB | exact tiles | PSNR, dB | compose, µs |");
    println!("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |");
    if files.is_empty() {
        for (name, pixel) in [("photo", photo as fn(u32, u32) -> [u8; 4]), ("page", page)] {
            report(name, &frame(1280, 720, pixel)?)?;
        }
    }
    for file in files {
        let picture = image::open(&file)
            .map_err(|error| Error::failed(format!("cannot read {file}: {error}")))?
            .into_rgba8();
        let (width, height) = picture.dimensions();
        let name = file.rsplit('/').next().unwrap_or(&file);
        report(name, &frame(width, height, |x, y| picture.get_pixel(x, y).0)?)?;
    }
    Ok(())
}

fn report(name: &str, frame: &Frame) -> Result<()> {
    let same = self::frame(frame.width(), frame.height(), |x, y| {
        frame.pixels()[(y * frame.width() + x) as usize]
    })?;
    let (ms, changed) = best(|| Ok(compare(&same, frame)))?;
    assert_eq!(changed, 0);
    println!("| {name} | compare | {ms:.2} | {:.0} | | | | |", speed(frame, ms));
    for quality in CODINGS.into_iter().map(Some).chain([None]) {
        let (ms, encodings) = best(|| encode(frame, quality))?;
        let (compose, pictures) = best(|| Ok(encodings.compose()))?;
        let coding = quality.map_or("exact".to_owned(), |(quality, sampling)| {
            format!("quality {quality}, {}", name_of(sampling))
        });
        let psnr = psnr(frame, &encodings, &pictures)?;
        let (exact, all) = encodings.exact();
        println!(
            "| {name} | {coding} | {ms:.2} | {:.0} | {} | {exact} of {all} | {psnr:.1} | {:.0} |",
            speed(frame, ms),
            encodings.bytes() / 1024,
            compose * 1e3
        );
    }
    Ok(())
}

fn name_of(sampling: Sampling) -> &'static str {
    match sampling {
        Sampling::Half => "4:2:2",
        Sampling::Quarter => "4:2:0",
        _ => "4:4:4",
    }
}

/// Megapixels a second.
fn speed(frame: &Frame, ms: f64) -> f64 {
    frame.pixels().len() as f64 / 1e3 / ms
}

fn best<T>(mut work: impl FnMut() -> Result<T>) -> Result<(f64, T)> {
    let mut best = f64::INFINITY;
    let mut result = work()?;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        result = work()?;
        best = best.min(start.elapsed().as_secs_f64() * 1e3);
    }
    Ok((best, result))
}

fn psnr(frame: &Frame, encodings: &Encodings, pictures: &[(Vec<u16>, Vec<u8>)]) -> Result<f64> {
    let (columns, width, height) = encodings.grid();
    let mut sum = 0.0;
    for (tiles, picture) in pictures {
        let picture = image::load_from_memory(picture)
            .map_err(|error| Error::failed(format!("cannot decode: {error}")))?
            .into_rgb8();
        for (tile, n) in tiles.iter().zip(0..) {
            let (left, top) = (*tile as u32 % columns * width, *tile as u32 / columns * height);
            for y in 0..height.min(frame.height() - top) {
                for x in 0..width.min(frame.width() - left) {
                    let got = picture.get_pixel(x, n * height + y).0;
                    let want = frame.pixels()[((top + y) * frame.width() + left + x) as usize];
                    for (got, want) in got.iter().zip(want) {
                        sum += f64::from(got.abs_diff(want)).powi(2);
                    }
                }
            }
        }
    }
    Ok(10.0 * (255.0 * 255.0 / (sum / (frame.pixels().len() * 3) as f64)).log10())
}

fn frame(width: u32, height: u32, pixel: impl Fn(u32, u32) -> [u8; 4]) -> Result<Frame> {
    let mut pool = FramePool::new();
    let mut buffer = pool.lend(PhysicalSize::new(width, height))?;
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

/// A photograph, as far as an encoder can tell: soft shapes of every color, and grain.
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
