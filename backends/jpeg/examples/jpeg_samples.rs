//! Writes files of every sampling and of several qualities, for other decoders to read: whole pictures of
//! odd sizes, and tiles composed. `tests/browser/decoders.test.js` has libjpeg-turbo, ffmpeg and Chromium do so.
//!
//! `jpeg_samples FOLDER` leaves JPEG files and their sources (RGB, 8 bits) there. For each file it prints a line
//! of JSON, with the PSNR against the source, in dB, of what zune-jpeg makes of it.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use framecast_jpeg::{Encoder, Pixels, Sampling, TileSize};
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::options::DecoderOptions;

const SAMPLINGS: [(&str, Sampling); 3] =
    [("444", Sampling::Full), ("422", Sampling::Half), ("420", Sampling::Quarter)];
const QUALITIES: [u8; 4] = [1, 35, 80, 100];
const SIZES: [(usize, usize); 4] = [(1, 1), (17, 15), (129, 49), (300, 201)];
/// How large the tiles are into which the last of the pictures is cut; the tiles at its edges are smaller.
const TILE: (usize, usize) = (128, 48);

/// RGBA.
struct Picture {
    pixels: Vec<u8>,
    width: usize,
    height: usize,
}

impl Picture {
    fn new(width: usize, height: usize, pixel: impl Fn(usize, usize) -> [u8; 4]) -> Self {
        let pixels = (0..width * height).flat_map(|n| pixel(n % width, n / width)).collect();
        Self { pixels, width, height }
    }

    fn rgb(&self) -> Vec<u8> {
        self.pixels.chunks(4).flat_map(|pixel| &pixel[..3]).copied().collect()
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("usage: jpeg_samples FOLDER")?);
    for (width, height) in SIZES {
        let picture = Picture::new(width, height, pixel);
        let pixels = Pixels::new(&picture.pixels, width, height, width * 4)?;
        write_all(&folder, &format!("{width}x{height}"), &picture, |encoder, file| {
            encoder.encode(&pixels, file);
            Ok(())
        })?;
    }

    let [.., (width, height)] = SIZES;
    let picture = Picture::new(width, height, pixel);
    let places: Vec<(usize, usize)> = (0..height)
        .step_by(TILE.1)
        .flat_map(|top| (0..width).step_by(TILE.0).map(move |left| (left, top)))
        .collect();
    // As a decoder sees them: one below the other, with the last pixels repeated.
    let stacked = Picture::new(TILE.0, TILE.1 * places.len(), |x, y| {
        let (left, top) = places[y / TILE.1];
        pixel((left + x).min(width - 1), (top + y % TILE.1).min(height - 1))
    });
    write_all(&folder, "tiles", &stacked, |encoder, file| {
        let size = TileSize::new(TILE.0 as u16, TILE.1 as u16, encoder.sampling())?;
        let mut segments = vec![Vec::new(); places.len()];
        for (&(left, top), segment) in places.iter().zip(&mut segments) {
            let start = &picture.pixels[(top * width + left) * 4..];
            let (across, down) = (TILE.0.min(width - left), TILE.1.min(height - top));
            encoder.encode_tile(&Pixels::new(start, across, down, width * 4)?, size, segment)?;
        }
        encoder.compose(size, &segments, file)
    })
}

/// Waves, edges, and a little grain. Colors change slowly, so that it hardly matters how a decoder
/// enlarges chroma, which no standard says.
fn pixel(x: usize, y: usize) -> [u8; 4] {
    let wave = |n: usize, by: f32| 60.0 + 50.0 * (n as f32 / by).sin();
    let grain = (x as u32 ^ (y as u32).rotate_left(16)).wrapping_mul(0x9e37_79b9) >> 28;
    let light = grain as f32 + if (x / 23 + y / 19).is_multiple_of(2) { 90.0 } else { 0.0 };
    [wave(x, 31.0), wave(y, 23.0), wave(x + y, 57.0), 0.0].map(|color| (color + light) as u8)
}

/// Writes `picture`, and a file with every sampling and quality.
fn write_all(
    folder: &Path,
    name: &str,
    picture: &Picture,
    mut encode: impl FnMut(&mut Encoder, &mut Vec<u8>) -> Result<(), framecast_jpeg::Error>,
) -> Result<(), Box<dyn Error>> {
    let source = picture.rgb();
    fs::write(folder.join(format!("{name}.rgb")), &source)?;
    let Picture { width, height, .. } = picture;
    for (chroma, sampling) in SAMPLINGS {
        for quality in QUALITIES {
            let mut file = Vec::new();
            encode(&mut Encoder::new(quality, sampling), &mut file)?;
            let jpeg = format!("{name}-{chroma}-{quality}.jpg");
            fs::write(folder.join(&jpeg), &file)?;
            let options = DecoderOptions::default().set_strict_mode(true);
            let decoded = JpegDecoder::new_with_options(ZCursor::new(&file), options).decode()?;
            println!(
                "{{\"jpeg\":\"{jpeg}\",\"source\":\"{name}.rgb\",\"width\":{width},\"height\":{height},\
                 \"psnr\":{:.3}}}",
                psnr(&source, &decoded)
            );
        }
    }
    Ok(())
}

/// In dB; 99 if they are the same.
fn psnr(a: &[u8], b: &[u8]) -> f64 {
    assert_eq!(a.len(), b.len(), "a decoded picture has another size");
    let squares: u64 = a.iter().zip(b).map(|(a, b)| u64::from(a.abs_diff(*b)).pow(2)).sum();
    if squares == 0 {
        99.0
    } else {
        10.0 * (255.0 * 255.0 * a.len() as f64 / squares as f64).log10()
    }
}
