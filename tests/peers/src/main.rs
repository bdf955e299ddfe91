//! The JPEG encoder that framecast uses (jpeg-encoder) beside libjpeg-turbo, at equal PSNR.
//!
//! `cargo run --release -- FILE…` with PNG or JPEG files, in this folder. Best of 30, one core.

use std::time::Instant;

use jpeg_encoder::{ColorType, SamplingFactor};
use turbojpeg::{Compressor, Image, PixelFormat, Subsamp};

type Error = Box<dyn std::error::Error>;

const ROUNDS: u32 = 30;
const QUALITY: u8 = 80;
const SAMPLINGS: [(&str, SamplingFactor, Subsamp); 3] = [
    ("4:4:4", SamplingFactor::F_1_1, Subsamp::None),
    ("4:2:2", SamplingFactor::F_2_1, Subsamp::Sub2x1),
    ("4:2:0", SamplingFactor::F_2_2, Subsamp::Sub2x2),
];

struct Picture {
    pixels: Vec<u8>,
    width: usize,
    height: usize,
}

struct Encoded {
    ms: f64,
    bytes: usize,
    psnr: f64,
}

fn main() -> Result<(), Error> {
    println!(
        "| picture | chroma | jpeg-encoder q{QUALITY} | libjpeg-turbo, equal PSNR | time | bytes |"
    );
    println!("| --- | --- | --- | --- | ---: | ---: |");
    for file in std::env::args().skip(1) {
        let rgba = image::open(&file)?.into_rgba8();
        let (width, height) = (rgba.width() as usize, rgba.height() as usize);
        let picture = Picture { pixels: rgba.into_raw(), width, height };
        let name = file.rsplit('/').next().unwrap_or(&file);
        for (chroma, factor, subsamp) in SAMPLINGS {
            let ours = measure(&picture, || ours(&picture, factor))?;
            // The lowest quality that is not worse.
            let mut theirs = None;
            for quality in 1..=100 {
                let jpeg = turbo(&picture, quality, subsamp)?;
                if psnr(&picture, &jpeg)? >= ours.psnr {
                    theirs =
                        Some((quality, measure(&picture, || turbo(&picture, quality, subsamp))?));
                    break;
                }
            }
            let (quality, theirs) = theirs.ok_or("no quality of libjpeg-turbo is as good")?;
            let show =
                |it: &Encoded| format!("{:.2} ms, {} KiB, {:.2} dB", it.ms, it.bytes / 1024, it.psnr);
            println!(
                "| {name} | {chroma} | {} | q{quality}: {} | {:.2} × | {:.2} × |",
                show(&ours),
                show(&theirs),
                ours.ms / theirs.ms,
                ours.bytes as f64 / theirs.bytes as f64,
            );
        }
    }
    Ok(())
}

fn ours(picture: &Picture, factor: SamplingFactor) -> Result<Vec<u8>, Error> {
    let mut out = Vec::with_capacity(picture.pixels.len() / 8);
    let mut encoder = jpeg_encoder::Encoder::new(&mut out, QUALITY);
    encoder.set_sampling_factor(factor);
    let (width, height) = (picture.width.try_into()?, picture.height.try_into()?);
    encoder.encode(&picture.pixels, width, height, ColorType::Rgba)?;
    Ok(out)
}

fn turbo(picture: &Picture, quality: i32, subsamp: Subsamp) -> Result<Vec<u8>, Error> {
    let mut compressor = Compressor::new()?;
    compressor.set_quality(quality)?;
    compressor.set_subsamp(subsamp)?;
    let image = Image {
        pixels: &picture.pixels[..],
        width: picture.width,
        pitch: picture.width * 4,
        height: picture.height,
        format: PixelFormat::RGBA,
    };
    Ok(compressor.compress_to_vec(image)?)
}

fn measure(
    picture: &Picture,
    mut encode: impl FnMut() -> Result<Vec<u8>, Error>,
) -> Result<Encoded, Error> {
    let jpeg = encode()?;
    let mut best = f64::INFINITY;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        encode()?;
        best = best.min(start.elapsed().as_secs_f64() * 1e3);
    }
    Ok(Encoded { ms: best, bytes: jpeg.len(), psnr: psnr(picture, &jpeg)? })
}

fn psnr(picture: &Picture, jpeg: &[u8]) -> Result<f64, Error> {
    let decoded = turbojpeg::decompress(jpeg, PixelFormat::RGBA)?;
    let pairs = decoded.pixels.chunks_exact(4).zip(picture.pixels.chunks_exact(4));
    let error: f64 = pairs
        .flat_map(|(got, want)| (0..3).map(|n| f64::from(got[n].abs_diff(want[n])).powi(2)))
        .sum();
    let mean = error / (picture.width * picture.height * 3) as f64;
    Ok(10.0 * (255.0 * 255.0 / mean).log10())
}
