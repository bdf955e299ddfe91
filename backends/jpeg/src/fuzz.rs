//! What the fuzz target of tests/fuzz, and the tests of this crate, do with any bytes at all. No part
//! of the API.

use crate::quantization::Quantization;
use crate::{Encoder, Instructions, Pixels, Sampling, TileSize, markers};

const INSTRUCTIONS: [Instructions; 4] =
    [Instructions::Scalar, Instructions::Sse2, Instructions::Avx2, Instructions::Neon];
/// More than two runs of the encoder.
const MOST_WIDTH: usize = 300;
const MOST_HEIGHT: usize = 70;
const MOST_TILES: usize = 24;
/// Pixels of a cell's side; a cell is filled by one brush.
const CELL: usize = 8;

/// What a decoder makes of a file. Only Y', which no decoder smooths.
pub struct Luma {
    /// In pixels.
    pub width: usize,
    /// In pixels.
    pub height: usize,
    /// Row by row.
    pub samples: Vec<u8>,
}

/// Encodes the picture that `bytes` describe, and some of its tiles, with all the instructions that the
/// processor has. `decode` reads a file, and panics if it is none: this crate has no decoder.
///
/// Panics if the instructions do not agree, if a tile's segment depends on what is around the tile, if a
/// file is not what the decoder expects, if luma is further from the source than quantization
/// explains, or if a limit of bytes is not kept.
///
/// Bytes 0 to 9 are sampling, quality, width (two bytes, the lower first), height, bytes between rows, a
/// tile's width and height in MCUs, which tiles are encoded, and a limit of bytes. Each four that follow
/// are a brush. Bytes that are missing are 0.
pub fn jpeg(bytes: &[u8], decode: fn(&[u8]) -> Luma) {
    let plan = Plan::read(bytes);
    let frame = plan.frame();
    let picture = Pixels::new(&frame, plan.width, plan.height, plan.stride).expect("it fits");
    let quality = plan.quality.clamp(1, 100);
    let mut encoders: Vec<Encoder> =
        INSTRUCTIONS.into_iter().filter_map(|it| plan.encoder(it)).collect();

    let file = agreed(&mut encoders, |encoder, out| encoder.encode(&picture, out));
    limits_are_kept(&mut encoders[0], &picture, &file, plan.limit);
    let decoded = decode(&file);
    assert_eq!((decoded.width, decoded.height), (plan.width, plan.height));
    is_near(&decoded, quality, |x, y| plan.pixel(x, y));

    let size = plan.tile_size();
    let (tile_width, tile_height) = (usize::from(size.width()), usize::from(size.height()));
    let tiles = plan.tiles(size);
    let mut segments = Vec::new();
    for &(left, top) in &tiles {
        let (width, height) =
            (tile_width.min(plan.width - left), tile_height.min(plan.height - top));
        let within = &frame[top * plan.stride + left * 4..];
        let tile = Pixels::new(within, width, height, plan.stride).expect("it is in the frame");
        let segment = agreed(&mut encoders, |encoder, out| {
            encoder.encode_tile(&tile, size, out).expect("it is no larger than a tile");
        });
        let copied: Vec<u8> =
            (0..height).flat_map(|y| tile.row(y).as_flattened()).copied().collect();
        let copy = Pixels::new(&copied, width, height, width * 4).expect("it fits");
        let mut alone = Vec::new();
        encoders[0].encode_tile(&copy, size, &mut alone).expect("it is no larger than a tile");
        assert_eq!(alone, segment, "the tile at {left}, {top} depends on what is around it");
        is_stuffed(&segment);
        if (width, height) == (tile_width, tile_height) {
            let mut file = Vec::new();
            encoders[0].encode(&copy, &mut file);
            assert!(is_end_of(&file, &[&segment[..], &markers::EOI].concat()));
        }
        segments.push(segment);
    }

    let together = composed(&encoders[0], size, &segments);
    let mut data = Vec::new();
    for (n, segment) in segments.iter().enumerate() {
        if n > 0 {
            data.extend_from_slice(&[0xff, 0xd0 + (n as u8 - 1) % 8]);
        }
        data.extend_from_slice(segment);
    }
    data.extend_from_slice(&markers::EOI);
    assert!(is_end_of(&together, &data), "the segments are not copied as they are");
    let decoded = decode(&together);
    assert_eq!((decoded.width, decoded.height), (tile_width, tile_height * tiles.len()));
    is_near(&decoded, quality, |x, y| {
        let (left, top) = tiles[y / tile_height];
        plan.pixel((left + x).min(plan.width - 1), (top + y % tile_height).min(plan.height - 1))
    });
    let samples = decoded.samples.chunks_exact(tile_width * tile_height);
    for ((segment, samples), at) in segments.iter().zip(samples).zip(&tiles) {
        let alone = decode(&composed(&encoders[0], size, std::slice::from_ref(segment)));
        assert!(alone.samples == samples, "the tile at {at:?} looks different among others");
    }
}

/// What the bytes say.
struct Plan<'a> {
    sampling: Sampling,
    quality: u8,
    width: usize,
    height: usize,
    /// In bytes.
    stride: usize,
    /// In MCUs.
    tile: (u16, u16),
    /// Tile n is encoded if bit n, modulo 8, is 1; the first is in any case.
    which: u8,
    /// A part of 256 of the file.
    limit: u8,
    brushes: &'a [[u8; 4]],
}

impl<'a> Plan<'a> {
    fn read(bytes: &'a [u8]) -> Self {
        let byte = |n: usize| bytes.get(n).copied().unwrap_or_default();
        let width = 1 + usize::from(u16::from_le_bytes([byte(2), byte(3)])) % MOST_WIDTH;
        let (brushes, _) = bytes.get(10..).unwrap_or_default().as_chunks();
        Self {
            sampling: [Sampling::Full, Sampling::Half, Sampling::Quarter][usize::from(byte(0) % 3)],
            quality: byte(1),
            width,
            height: 1 + usize::from(byte(4)) % MOST_HEIGHT,
            stride: width * 4 + usize::from(byte(5)),
            tile: (1 + u16::from(byte(6) % 20), 1 + u16::from(byte(7) % 5)),
            which: byte(8),
            limit: byte(9),
            brushes: if brushes.is_empty() { &[[0; 4]] } else { brushes },
        }
    }

    /// An encoder that was used for something else before, if the processor has the instructions.
    fn encoder(&self, instructions: Instructions) -> Option<Encoder> {
        let other =
            if self.sampling == Sampling::Full { Sampling::Quarter } else { Sampling::Full };
        let mut encoder =
            Encoder::with_instructions(100 - self.quality.min(99), other, instructions)?;
        let pixels = Pixels::new(&[255, 0, 9, 7], 1, 1, 4).expect("it fits");
        encoder.encode(&pixels, &mut Vec::new());
        encoder.set_quality(self.quality);
        encoder.set_sampling(self.sampling);
        Some(encoder)
    }

    /// The picture, which ends where its last row does.
    fn frame(&self) -> Vec<u8> {
        let mut frame = vec![0xa5; self.stride * (self.height - 1) + self.width * 4];
        for (y, row) in frame.chunks_mut(self.stride).enumerate() {
            for (x, pixel) in row.as_chunks_mut().0.iter_mut().enumerate().take(self.width) {
                *pixel = self.pixel(x, y);
            }
        }
        frame
    }

    fn pixel(&self, x: usize, y: usize) -> [u8; 4] {
        let cell = y / CELL * self.width.div_ceil(CELL) + x / CELL;
        paint(self.brushes[cell % self.brushes.len()], (x, y))
    }

    fn tile_size(&self) -> TileSize {
        let (width, height) = self.sampling.mcu();
        TileSize::new(width * self.tile.0, height * self.tile.1, self.sampling).expect("whole MCUs")
    }

    /// Where the tiles are that are encoded.
    fn tiles(&self, size: TileSize) -> Vec<(usize, usize)> {
        let (width, height) = (usize::from(size.width()), usize::from(size.height()));
        let across = self.width.div_ceil(width);
        let chosen = |&n: &usize| n == 0 || self.which >> (n % 8) & 1 == 1;
        let all = 0..across * self.height.div_ceil(height);
        let places = all.filter(chosen).take(MOST_TILES);
        places.map(|n| (n % across * width, n / across * height)).collect()
    }
}

/// A pixel of a cell: what is hard for an encoder, or easy.
fn paint([kind, a, b, c]: [u8; 4], (x, y): (usize, usize)) -> [u8; 4] {
    let (u, v) = (usize::from(a % 8), usize::from(b % 8));
    let (column, row) = (x % CELL, y % CELL);
    let noise = (x as u32 ^ (y as u32).rotate_left(16) ^ u32::from_le_bytes([kind, a, b, c]))
        .wrapping_mul(0x9e37_79b9)
        .rotate_left(9)
        .wrapping_mul(0x85eb_ca6b);
    let two = |first: bool| if first { [c; 4] } else { [!c; 4] };
    match kind % 8 {
        0 => [a, b, c, kind],
        1 if (x + y).is_multiple_of(2) => [a, b, c, kind],
        1 => [!a, !b, !c, kind],
        2 => [a, b, c, kind].map(|it| it.saturating_add((column * 4 + row * 3) as u8)),
        3 => noise.to_le_bytes(),
        4 => noise.to_le_bytes().map(|it| if it < a { 0 } else { 255 }),
        // The signs of a wave: its coefficient is as large as can be.
        5 => two(is_positive(column, u) == is_positive(row, v)),
        6 => two((column, row) == (u, v)),
        _ => two(column < u || row < v),
    }
}

/// Whether the wave `u` of the transform is positive at sample `x`.
fn is_positive(x: usize, u: usize) -> bool {
    // The cosine of a multiple of π/16.
    !(9..24).contains(&((2 * x + 1) * u % 32))
}

/// What every encoder appends.
fn agreed(encoders: &mut [Encoder], encode: impl Fn(&mut Encoder, &mut Vec<u8>)) -> Vec<u8> {
    let [first, others @ ..] = encoders else {
        unreachable!("every processor can do without SIMD")
    };
    let mut expected = Vec::new();
    encode(first, &mut expected);
    for encoder in others {
        let mut out = vec![1, 2, 3];
        encode(encoder, &mut out);
        assert_eq!(out[..3], [1, 2, 3], "{encoder:?} does not append");
        assert!(out[3..] == expected, "{encoder:?} gives other bytes than {first:?}");
    }
    expected
}

fn limits_are_kept(encoder: &mut Encoder, picture: &Pixels<'_>, file: &[u8], limit: u8) {
    let length = file.len();
    for most in [length * usize::from(limit) / 256, length - 1, length, length + 1, usize::MAX] {
        let mut out = vec![7; 5];
        let fits = encoder.encode_within(picture, most, &mut out).is_ok();
        assert_eq!(fits, length <= most, "{length} bytes, and {most} are allowed");
        assert!(out[..5] == [7; 5] && out[5..] == *if fits { file } else { &[] });
    }
}

/// No marker can be found in a segment.
fn is_stuffed(segment: &[u8]) {
    let mut rest = segment;
    while let Some(at) = rest.iter().position(|&byte| byte == 0xff) {
        assert_eq!(rest.get(at + 1), Some(&0), "there is a marker in the segment");
        rest = &rest[at + 2..];
    }
}

/// Whether `data` is all that follows the headers of `file`.
fn is_end_of(file: &[u8], data: &[u8]) -> bool {
    // SOS, the last of the headers.
    const SCAN: [u8; 14] = [0xff, 0xda, 0, 12, 3, 1, 0x00, 2, 0x11, 3, 0x11, 0, 63, 0];
    file.strip_suffix(data).is_some_and(|headers| headers.ends_with(&SCAN))
}

fn composed(encoder: &Encoder, size: TileSize, segments: &[Vec<u8>]) -> Vec<u8> {
    let mut file = Vec::new();
    encoder.compose(size, segments, &mut file).expect("there are tiles, and not too many");
    file
}

/// Compares each block's luma with the source. The transform keeps sums of squares, so what may be lost
/// follows from the quantization table.
fn is_near(decoded: &Luma, quality: u8, source: impl Fn(usize, usize) -> [u8; 4]) {
    // A coefficient is off by half a step, and by less than another quarter and 0.35 because of 16 bits
    // (quantization.rs, dct.rs); a decoder's sample by 1, 64 of them.
    let steps = Quantization::luma(quality).table;
    let squares: f64 = steps.iter().map(|&step| (f64::from(step) * 0.75 + 0.35).powi(2)).sum();
    let most = squares.sqrt() + 8.0;
    for top in (0..decoded.height).step_by(8) {
        for left in (0..decoded.width).step_by(8) {
            let mut squares = 0.0;
            for y in top..decoded.height.min(top + 8) {
                for x in left..decoded.width.min(left + 8) {
                    let [red, green, blue, _] = source(x, y).map(f64::from);
                    let luma = 0.299 * red + 0.587 * green + 0.114 * blue;
                    squares += (f64::from(decoded.samples[y * decoded.width + x]) - luma).powi(2);
                }
            }
            let error = squares.sqrt();
            assert!(
                error <= most,
                "luma is off by {error} at {left}, {top}; at most {most} is lost"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signs_of_a_wave_are_those_of_its_cosine() {
        for u in 0..8 {
            for x in 0..8 {
                let wave = (std::f64::consts::PI * ((2 * x + 1) * u) as f64 / 16.0).cos();
                assert!(wave.abs() < 1e-9 || is_positive(x, u) == (wave > 0.0), "{x}, {u}");
            }
        }
    }

    #[test]
    fn what_is_missing_is_zero() {
        let plan = Plan::read(&[]);
        assert_eq!((plan.width, plan.height, plan.stride, plan.tile), (1, 1, 4, (1, 1)));
        assert_eq!(plan.frame(), [0; 4]);
    }
}
