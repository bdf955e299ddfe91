//! Tiles as pieces of a PNG: each is filtered and deflated on its own, up to a byte boundary, so
//! that a picture's zlib stream (RFC 1950) is its head, the tiles' pieces one after the other, an
//! end and the Adler-32 of all of them, combined from theirs.

use std::cell::RefCell;
use std::sync::Arc;

use flate2::{Compress, Compression, FlushCompress, Status};
use framecast_api::{Error, Frame, Result};

use super::codec::{Codec, Encoding, Fidelity};
use super::encoded_tile::EncodedTile;
use super::grid::{Area, Grid};

/// Effort of deflate, 1 to 9.
const LEVEL: u32 = 1;
const SIGNATURE: [u8; 8] = [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a];
/// Of a 32 KiB window and the least effort.
const ZLIB_HEAD: [u8; 2] = [0x78, 0x01];
/// A last block of fixed codes that holds nothing.
const LAST_BLOCK: [u8; 2] = [0x03, 0x00];
const RGB8: [u8; 5] = [8, 2, 0, 0, 0];
/// Each byte is the difference from the same one of the pixel before.
const FILTER_SUB: u8 = 1;
/// From the pixel above.
const FILTER_UP: u8 = 2;
const ADLER: u32 = 65_521;

/// Deflate's state and the buffers it works on.
struct Scratch {
    compress: Compress,
    raw: Vec<u8>,
}

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::new(Scratch {
        compress: Compress::new(Compression::new(LEVEL), false),
        raw: Vec::new(),
    });
}

/// Every pixel, as 8-bit RGB.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Png;

impl Codec for Png {
    fn number(&self) -> u8 {
        2
    }

    fn fidelity(&self) -> Fidelity {
        Fidelity::Exact
    }

    fn encode(&self, frame: &Frame, area: Area, grid: &Grid) -> Result<EncodedTile> {
        deflate(&Padded::of(frame, area, grid))
    }

    fn compose(&self, grid: &Grid, tiles: &[Arc<EncodedTile>], out: &mut Vec<u8>) {
        compose(grid, tiles, out);
    }
}

fn deflate(tile: &Padded<'_>) -> Result<EncodedTile> {
    SCRATCH.with_borrow_mut(|Scratch { compress, raw }| {
        raw.clear();
        filter(tile, raw);
        compress.reset();
        let mut bytes = Vec::with_capacity(raw.len() / 4 + 64);
        let mut taken = 0;
        loop {
            let before = compress.total_in();
            let left = &raw[taken..];
            let status = compress.compress_vec(left, &mut bytes, FlushCompress::Sync);
            let status = status.map_err(|error| {
                Error::failed(format!("cannot deflate a tile: {error}")).with_source(error)
            })?;
            taken += usize::try_from(compress.total_in() - before).unwrap_or(0);
            // Room to spare: it is all out.
            if taken == raw.len() && bytes.len() < bytes.capacity() {
                break;
            }
            if status == Status::StreamEnd {
                return Err(Error::failed("deflate ended a tile too soon"));
            }
            bytes.reserve(raw.len() / 2 + 64);
        }
        let bytes = bytes.into_boxed_slice();
        Ok(EncodedTile { encoding: Encoding::Png, bytes, adler: adler32(raw) })
    })
}

/// A tile's pixels: rows that end at the frame's edge are continued by repeating their last pixel.
struct Padded<'a> {
    frame: &'a Frame,
    area: Area,
    width: usize,
    height: usize,
}

impl<'a> Padded<'a> {
    fn of(frame: &'a Frame, area: Area, grid: &Grid) -> Self {
        let (width, height) = grid.tile_size();
        Self { frame, area, width: width.into(), height: height.into() }
    }

    /// The pixels of row `y` that are inside the frame, and how many to repeat.
    fn row(&self, y: usize) -> (&'a [[u8; 4]], usize) {
        let y = self.area.y + y.min(self.area.height - 1);
        let start = y * self.frame.width() as usize + self.area.x;
        let inside = &self.frame.pixels()[start..start + self.area.width];
        (inside, self.width - self.area.width)
    }
}

/// The rows of a tile as PNG has them: a filter byte and the differences. The first row does not
/// look at the row above, which is another tile's.
fn filter(tile: &Padded<'_>, raw: &mut Vec<u8>) {
    raw.reserve(tile.height * (1 + tile.width * 3));
    for y in 0..tile.height {
        let (row, missing) = tile.row(y);
        // Repeated pixels differ in nothing.
        if y == 0 {
            raw.push(FILTER_SUB);
            let mut left = [0; 4];
            for pixel in row {
                raw.extend_from_slice(&difference(*pixel, left));
                left = *pixel;
            }
            raw.resize(raw.len() + missing * 3, 0);
        } else if y >= tile.area.height {
            raw.push(FILTER_UP);
            raw.resize(raw.len() + tile.width * 3, 0);
        } else {
            raw.push(FILTER_UP);
            let (above, _) = tile.row(y - 1);
            let differences = row.iter().zip(above).map(|(pixel, up)| difference(*pixel, *up));
            raw.extend(differences.flatten());
            let last = difference(row[row.len() - 1], above[row.len() - 1]);
            raw.extend(std::iter::repeat_n(last, missing).flatten());
        }
    }
}

fn difference([r, g, b, _]: [u8; 4], [r0, g0, b0, _]: [u8; 4]) -> [u8; 3] {
    [r.wrapping_sub(r0), g.wrapping_sub(g0), b.wrapping_sub(b0)]
}

/// Appends a PNG of these tiles to `out`.
fn compose(grid: &Grid, tiles: &[Arc<EncodedTile>], out: &mut Vec<u8>) {
    let (width, height) = grid.tile_size();
    let raw = usize::from(height) * (1 + usize::from(width) * 3);
    out.extend_from_slice(&SIGNATURE);
    chunk(out, *b"IHDR", |out| {
        out.extend_from_slice(&u32::from(width).to_be_bytes());
        out.extend_from_slice(&(u32::from(height) * tiles.len() as u32).to_be_bytes());
        out.extend_from_slice(&RGB8);
    });
    chunk(out, *b"IDAT", |out| {
        out.extend_from_slice(&ZLIB_HEAD);
        let mut adler = 1;
        for tile in tiles {
            out.extend_from_slice(&tile.bytes);
            adler = combine(adler, tile.adler, raw);
        }
        out.extend_from_slice(&LAST_BLOCK);
        out.extend_from_slice(&adler.to_be_bytes());
    });
    chunk(out, *b"IEND", |_| {});
}

fn chunk(out: &mut Vec<u8>, name: [u8; 4], write: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(&name);
    write(out);
    let length = (out.len() - start - 8) as u32;
    out[start..start + 4].copy_from_slice(&length.to_be_bytes());
    let crc = crc32fast::hash(&out[start + 4..]);
    out.extend_from_slice(&crc.to_be_bytes());
}

fn adler32(bytes: &[u8]) -> u32 {
    simd_adler32::adler32(&bytes)
}

/// The Adler-32 of two pieces of data from that of each; `length`: bytes of the second.
///
/// With a the sum of all bytes plus 1 and b the sum of all intermediate values of a, both modulo
/// 65521: the second piece's a starts 1 too low by what the first added, in each of its steps.
fn combine(first: u32, second: u32, length: usize) -> u32 {
    let (a1, b1) = (u64::from(first & 0xffff), u64::from(first >> 16));
    let (a2, b2) = (u64::from(second & 0xffff), u64::from(second >> 16));
    let modulus = u64::from(ADLER);
    let steps = length as u64 % modulus;
    let carried = a1 + modulus - 1;
    let a = (carried + a2) % modulus;
    let b = (b1 + b2 + steps * (carried % modulus)) % modulus;
    (b as u32) << 16 | a as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_combine() {
        let bytes: Vec<u8> =
            (0..200_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        for (bytes, cuts) in [(&bytes[..], vec![0, 1, 77, 65_521, 100_000, 200_000])]
            .into_iter()
            .chain([(&vec![255; 150_000][..], vec![65_520, 65_522, 149_999])])
        {
            for cut in cuts {
                let (first, second) = bytes.split_at(cut);
                let combined = combine(adler32(first), adler32(second), second.len());
                assert_eq!(combined, adler32(bytes), "{cut}");
            }
        }
    }
}
