//! How quickly pictures of 1280 × 720 are encoded, with every set of instructions, whole and as
//! tiles of 128 × 48, on one core.
//!
//! `cargo bench -p framecast-jpeg` for made-up pictures; `cargo bench -p framecast-jpeg -- FILE…` for PNG
//! or JPEG files. The best of 40, taken in turn, as Markdown; compare lines of one run.

use std::time::Instant;

use framecast_jpeg::{Encoder, Error, Instructions, Pixels, Sampling, TileSize};

const ROUNDS: u32 = 40;
const QUALITY: u8 = 80;
const INSTRUCTIONS: [Instructions; 4] =
    [Instructions::Avx2, Instructions::Neon, Instructions::Sse2, Instructions::Scalar];

struct Picture {
    name: String,
    pixels: Vec<u8>,
    width: usize,
    height: usize,
}

struct Contender {
    encoder: Encoder,
    instructions: Instructions,
    tiles: bool,
    best: f64,
    bytes: usize,
}

fn main() -> Result<(), Error> {
    // cargo adds --bench.
    let files: Vec<String> = std::env::args().skip(1).filter(|it| !it.starts_with('-')).collect();
    println!("| picture | chroma | instructions | whole or tiles | MP/s | KiB |");
    println!("| --- | --- | --- | --- | ---: | ---: |");
    if files.is_empty() {
        for (name, pixel) in
            [("plasma", plasma as fn(usize, usize) -> [u8; 4]), ("photo", photo), ("page", page)]
        {
            let pixels = (0..1280 * 720).flat_map(|n| pixel(n % 1280, n / 1280)).collect();
            report(&Picture { name: name.to_owned(), pixels, width: 1280, height: 720 })?;
        }
    }
    for file in files {
        match image::open(&file) {
            Ok(picture) => {
                let picture = picture.into_rgba8();
                let (width, height) = (picture.width() as usize, picture.height() as usize);
                let name = file.rsplit('/').next().unwrap_or(&file).to_owned();
                report(&Picture { name, pixels: picture.into_raw(), width, height })?;
            }
            Err(error) => {
                eprintln!("cannot read {file}: {error}");
                std::process::exit(1);
            }
        }
    }
    Ok(())
}

fn report(picture: &Picture) -> Result<(), Error> {
    for (chroma, sampling) in
        [("4:4:4", Sampling::Full), ("4:2:2", Sampling::Half), ("4:2:0", Sampling::Quarter)]
    {
        let mut contenders = Vec::new();
        for instructions in INSTRUCTIONS {
            for tiles in [false, true] {
                let encoder = Encoder::with_instructions(QUALITY, sampling, instructions);
                contenders.extend(encoder.map(|encoder| Contender {
                    encoder,
                    instructions,
                    tiles,
                    best: f64::INFINITY,
                    bytes: 0,
                }));
            }
        }
        let mut out = Vec::new();
        for _ in 0..ROUNDS {
            for contender in &mut contenders {
                out.clear();
                let start = Instant::now();
                if contender.tiles {
                    encode_tiles(&mut contender.encoder, picture, &mut out)?;
                } else {
                    let Picture { pixels, width, height, .. } = picture;
                    let pixels = Pixels::new(pixels, *width, *height, width * 4)?;
                    contender.encoder.encode(&pixels, &mut out);
                }
                contender.best = contender.best.min(start.elapsed().as_secs_f64());
                contender.bytes = out.len();
            }
        }
        for Contender { instructions, tiles, best, bytes, .. } in contenders {
            println!(
                "| {} | {chroma} | {instructions:?} | {} | {:.0} | {:.1} |",
                picture.name,
                if tiles { "tiles" } else { "whole" },
                (picture.width * picture.height) as f64 / 1e6 / best,
                bytes as f64 / 1024.0
            );
        }
    }
    Ok(())
}

/// All tiles' segments, one after the other.
fn encode_tiles(encoder: &mut Encoder, picture: &Picture, out: &mut Vec<u8>) -> Result<(), Error> {
    let size = TileSize::new(128, 48, encoder.sampling())?;
    for top in (0..picture.height).step_by(48) {
        for left in (0..picture.width).step_by(128) {
            let (width, height) = ((picture.width - left).min(128), (picture.height - top).min(48));
            let start = (top * picture.width + left) * 4;
            let tile = Pixels::new(&picture.pixels[start..], width, height, picture.width * 4)?;
            encoder.encode_tile(&tile, size, out)?;
        }
    }
    Ok(())
}

fn noise(x: usize, y: usize) -> [u8; 4] {
    let n = (x as u32).wrapping_mul(2_654_435_761) ^ (y as u32).wrapping_mul(40_503);
    let n = n.wrapping_mul(2_246_822_519);
    let n = (n ^ (n >> 15)).wrapping_mul(3_266_489_917);
    (n ^ (n >> 13)).to_le_bytes()
}

/// Soft shapes of every color.
fn plasma(x: usize, y: usize) -> [u8; 4] {
    let wave = |scale: f32, shift: f32| {
        let (x, y) = (x as f32 / scale, y as f32 / scale * 1.3);
        (128.0 + ((x + shift).sin() + (y - shift).cos()) * 60.0) as u8
    };
    [wave(170.0, 0.0), wave(90.0, 1.0), wave(230.0, 2.0), 255]
}

/// A photograph, as far as an encoder can tell: shapes, fine structure, and grain.
fn photo(x: usize, y: usize) -> [u8; 4] {
    let fine = ((x as f32 / 9.0).sin() + (y as f32 / 7.0).cos()) * 16.0;
    let grain = f32::from(noise(x, y)[0]) / 16.0;
    plasma(x, y).map(|level| (f32::from(level) + fine + grain).clamp(0.0, 255.0) as u8)
}

/// A page: flat areas, hard edges, and lines of something as dense as text.
fn page(x: usize, y: usize) -> [u8; 4] {
    let text = x % 400 > 40 && y % 20 > 6 && noise(x / 2, y / 2)[0] > 190;
    match (x / 400 + y / 240) % 3 {
        _ if y % 240 < 30 => [30, 90, 200, 255],
        _ if text => [40, 40, 40, 255],
        0 => [255, 255, 255, 255],
        1 => [245, 240, 220, 255],
        _ => [225, 235, 250, 255],
    }
}
