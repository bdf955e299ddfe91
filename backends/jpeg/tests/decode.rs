//! What another decoder makes of the encoder's files.

use framecast_jpeg::{Encoder, Instructions, Pixels, Sampling, TileSize};
use image::RgbImage;

const SAMPLINGS: [Sampling; 3] = [Sampling::Full, Sampling::Half, Sampling::Quarter];
const INSTRUCTIONS: [Instructions; 4] =
    [Instructions::Scalar, Instructions::Sse2, Instructions::Avx2, Instructions::Neon];

/// Something of everything: soft waves, hard edges, noise, saturated colors.
fn mixed(x: usize, y: usize) -> [u8; 4] {
    let wave = |n: usize, by: f32| (127.0 + 120.0 * (n as f32 / by).sin()) as u8;
    let noise = (x as u32 ^ (y as u32).rotate_left(16)).wrapping_mul(0x9e37_79b9).rotate_left(9);
    match (x / 40 + y / 24) % 4 {
        0 => [wave(x, 31.0), wave(y, 23.0), wave(x + y, 57.0), 0],
        1 => [[255, 0, 0, 1], [0, 0, 255, 2], [255; 4], [0; 4]][(x / 3 + y / 5) % 4],
        2 => noise.to_le_bytes(),
        _ => [240, 240, 235, 255],
    }
}

/// As [`mixed`], without what no JPEG can keep.
fn soft(x: usize, y: usize) -> [u8; 4] {
    let wave = |n: usize, by: f32| (127.0 + 120.0 * (n as f32 / by).sin()) as u8;
    [wave(x, 31.0), wave(y, 23.0), wave(x + y, 57.0), 7]
}

fn picture(width: usize, height: usize, pixel: impl Fn(usize, usize) -> [u8; 4]) -> Vec<u8> {
    (0..width * height).flat_map(|n| pixel(n % width, n / width)).collect()
}

fn encoded(encoder: &mut Encoder, bytes: &[u8], width: usize, height: usize) -> Vec<u8> {
    let mut jpeg = Vec::new();
    encoder.encode(&Pixels::new(bytes, width, height, width * 4).unwrap(), &mut jpeg);
    jpeg
}

fn decoded(jpeg: &[u8]) -> RgbImage {
    image::load_from_memory(jpeg).unwrap().into_rgb8()
}

fn psnr(bytes: &[u8], decoded: &RgbImage) -> f64 {
    let squares: f64 = bytes
        .chunks(4)
        .zip(decoded.pixels())
        .flat_map(|(want, got)| (0..3).map(|n| f64::from(want[n].abs_diff(got.0[n])).powi(2)))
        .sum();
    10.0 * (255.0 * 255.0 * decoded.as_raw().len() as f64 / squares.max(1e-9)).log10()
}

#[test]
fn soft_pictures_of_any_size_come_back() {
    let sizes = [
        (1, 1),
        (7, 9),
        (8, 8),
        (16, 16),
        (17, 15),
        (33, 65),
        (127, 47),
        (128, 48),
        (129, 49),
        (300, 200),
        (1, 300),
        (700, 1),
        (257, 31),
    ];
    for (width, height) in sizes {
        let bytes = picture(width, height, soft);
        for sampling in SAMPLINGS {
            for (quality, least) in [(100, 40.0), (80, 30.0), (20, 22.0), (1, 11.0)] {
                let jpeg = encoded(&mut Encoder::new(quality, sampling), &bytes, width, height);
                let decoded = decoded(&jpeg);
                assert_eq!(decoded.dimensions(), (width as u32, height as u32));
                let psnr = psnr(&bytes, &decoded);
                assert!(psnr > least, "{psnr} dB: {width} × {height}, {quality}, {sampling:?}");
            }
        }
    }
}

#[test]
fn every_processor_gives_the_same_bytes() {
    for (width, height) in [(1, 1), (64, 64), (127, 31), (333, 77), (512, 40)] {
        for bytes in [picture(width, height, mixed), picture(width, height, soft)] {
            for sampling in SAMPLINGS {
                for quality in [1, 10, 35, 50, 80, 95, 100] {
                    let with = |it| Encoder::with_instructions(quality, sampling, it);
                    let reference = with(Instructions::Scalar).unwrap();
                    let reference = encoded(&mut { reference }, &bytes, width, height);
                    for mut encoder in INSTRUCTIONS.into_iter().filter_map(with) {
                        let got = encoded(&mut encoder, &bytes, width, height);
                        assert!(got == reference, "{encoder:?}, {width} × {height}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_tile_looks_the_same_alone_and_among_others() {
    let (width, height) = (128 * 3, 48 * 4);
    let bytes = picture(width, height, mixed);
    for sampling in SAMPLINGS {
        let size = TileSize::new(128, 48, sampling).unwrap();
        let mut encoder = Encoder::new(60, sampling);
        let mut segments = Vec::new();
        for n in 0..12 {
            let start = ((n / 3) * 48 * width + n % 3 * 128) * 4;
            let tile = Pixels::new(&bytes[start..], 128, 48, width * 4).unwrap();
            let mut segment = Vec::new();
            encoder.encode_tile(&tile, size, &mut segment).unwrap();
            segments.push(segment);
        }
        let composed = |segments: &[Vec<u8>]| {
            let mut jpeg = Vec::new();
            encoder.compose(size, segments, &mut jpeg).unwrap();
            decoded(&jpeg)
        };
        let together = composed(&segments);
        assert_eq!(together.dimensions(), (128, 48 * 12));
        for (n, segment) in segments.iter().enumerate() {
            let alone = composed(std::slice::from_ref(segment));
            // With 4:2:0, a decoder that smooths chroma takes in the neighbour's first row.
            let joint = if sampling == Sampling::Quarter { 2 } else { 0 };
            let rows = |picture: &RgbImage, top: usize| {
                let row = 128 * 3;
                picture.as_raw()[(top + joint) * row..(top + 48 - joint) * row].to_vec()
            };
            assert!(rows(&together, n * 48) == rows(&alone, 0), "{n}, {sampling:?}");
        }
    }
}
