//! Tiles as restart intervals of a baseline JPEG (ITU-T T.81): each is encoded on its own, and a
//! picture is a header, the tiles' entropy-coded segments and RSTn markers between them.
//!
//! 4:2:0 is out of the question: decoders smooth chroma over the tiles' joints.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use framecast_api::{Error, Result};
use jpeg_encoder::{ColorType, SamplingFactor};

use super::Grid;
use super::encode::{Encoded, Padded};

const SAMPLING: SamplingFactor = SamplingFactor::F_2_1;
/// Pixels of an MCU at this sampling.
const MCU: (usize, usize) = (16, 8);
const RST0: u8 = 0xd0;
const SOS: u8 = 0xda;
const SOF0: u8 = 0xc0;
const EOI: [u8; 2] = [0xff, 0xd9];

/// Encodes these tiles, all of the grid's tile size, in one go.
pub(super) fn encode(tiles: &[Padded<'_>], grid: &Grid, quality: u8) -> Result<Vec<Encoded>> {
    if tiles.is_empty() {
        return Ok(Vec::new());
    }
    let (width, height) = grid.tile_size();
    let mut pixels = Vec::with_capacity(tiles.len() * grid.tile_pixels() * 4);
    for tile in tiles {
        for y in 0..tile.height {
            let (inside, missing) = tile.row(y);
            pixels.extend_from_slice(inside.as_flattened());
            for _ in 0..missing {
                pixels.extend_from_slice(&inside[inside.len() - 1]);
            }
        }
    }
    let picture = encode_whole(&pixels, width, height as usize * tiles.len(), grid, quality)?;
    let segments = segments(&picture).filter(|segments| segments.len() == tiles.len());
    let segments = segments.ok_or_else(|| Error::failed("the JPEG encoder's output is no JPEG"))?;
    Ok(segments.into_iter().map(|segment| Encoded::jpeg(quality, segment)).collect())
}

fn encode_whole(
    pixels: &[u8],
    width: u16,
    height: usize,
    grid: &Grid,
    quality: u8,
) -> Result<Vec<u8>> {
    let mut picture = Vec::with_capacity(pixels.len() / 8);
    let mut encoder = jpeg_encoder::Encoder::new(&mut picture, quality);
    encoder.set_sampling_factor(SAMPLING);
    encoder.set_restart_interval(mcus(grid));
    let height =
        u16::try_from(height).map_err(|_| Error::invalid_input("too many tiles for one JPEG"))?;
    encoder.encode(pixels, width, height, ColorType::Rgba).map_err(|error| {
        Error::failed(format!("cannot encode tiles as JPEG: {error}")).with_source(error)
    })?;
    Ok(picture)
}

/// MCUs of a tile: the restart interval.
fn mcus(grid: &Grid) -> u16 {
    let (width, height) = grid.tile_size();
    ((usize::from(width) / MCU.0) * (usize::from(height) / MCU.1)) as u16
}

/// Where the entropy-coded data begin: after the marker segment SOS.
fn scan_start(picture: &[u8]) -> Option<usize> {
    let mut at = 2;
    loop {
        let [0xff, marker, high, low] = *picture.get(at..at + 4)? else { return None };
        at += 2 + usize::from(u16::from_be_bytes([high, low]));
        if marker == SOS {
            return Some(at);
        }
    }
}

/// The entropy-coded segments, without the markers between and after them.
fn segments(picture: &[u8]) -> Option<Vec<&[u8]>> {
    let data = picture.get(scan_start(picture)?..)?.strip_suffix(&EOI)?;
    let mut segments = Vec::new();
    let mut start = 0;
    let mut at = 0;
    // In entropy-coded data 0xff is followed by 0 (it is data) or by a marker.
    while let Some(found) = data[at..].iter().position(|&byte| byte == 0xff) {
        at += found;
        let marker = *data.get(at + 1)?;
        if marker & 0xf8 == RST0 {
            segments.push(&data[start..at]);
            start = at + 2;
        } else if marker != 0 {
            return None;
        }
        at += 2;
    }
    segments.push(&data[start..]);
    Some(segments)
}

/// Appends a JPEG of these tiles to `out`.
pub(super) fn compose(grid: &Grid, quality: u8, tiles: &[Arc<Encoded>], out: &mut Vec<u8>) {
    let Some(header) = header(grid, quality) else { return };
    let start = out.len();
    out.extend_from_slice(&header.bytes);
    let height = grid.tile_size().1 * tiles.len() as u16;
    out[start + header.height_at..][..2].copy_from_slice(&height.to_be_bytes());
    for (n, tile) in tiles.iter().enumerate() {
        if n > 0 {
            out.extend_from_slice(&[0xff, RST0 + ((n - 1) % 8) as u8]);
        }
        out.extend_from_slice(&tile.bytes);
    }
    out.extend_from_slice(&EOI);
}

/// Everything before the entropy-coded data, with another height.
#[derive(Debug)]
struct Header {
    bytes: Vec<u8>,
    height_at: usize,
}

/// The header of pictures of this quality, as the encoder writes it.
fn header(grid: &Grid, quality: u8) -> Option<Arc<Header>> {
    static KNOWN: Mutex<BTreeMap<u8, Arc<Header>>> = Mutex::new(BTreeMap::new());
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(header) = known.get(&quality) {
        return Some(Arc::clone(header));
    }
    let (width, height) = grid.tile_size();
    let grey = vec![0x80; grid.tile_pixels() * 4];
    let mut bytes = encode_whole(&grey, width, height.into(), grid, quality).ok()?;
    bytes.truncate(scan_start(&bytes)?);
    // Marker, length, precision, and then the height.
    let height_at = frame_header(&bytes)? + 5;
    let header = Arc::new(Header { bytes, height_at });
    known.insert(quality, Arc::clone(&header));
    Some(header)
}

/// Where the marker segment SOF0 is.
fn frame_header(picture: &[u8]) -> Option<usize> {
    let mut at = 2;
    loop {
        let [0xff, marker, high, low] = *picture.get(at..at + 4)? else { return None };
        if marker == SOF0 {
            return Some(at);
        }
        at += 2 + usize::from(u16::from_be_bytes([high, low]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damaged_pictures_have_no_segments() {
        for bad in [
            &[][..],
            &[0xff, 0xd8],
            &[0xff, 0xd8, 0xff, SOS, 0, 2],
            &[0xff, 0xd8, 0xff, SOS, 0, 2, 1, 0xff, 0xd9, 0xff],
            &[0xff, 0xd8, 0xff, SOS, 0, 2, 1, 0xff, 0xc4, 0xff, 0xd9],
            &[0xff, 0xd8, 0xff, SOS, 0xff, 0xff, 1, 0xff, 0xd9],
            &[0xff, 0xd8, 0xff, 0xe0, 0, 0, 0, 0, 0, 0],
        ] {
            assert!(segments(bad).is_none(), "{bad:x?}");
        }
        let good = [0xff, 0xd8, 0xff, SOS, 0, 2, 1, 0xff, 0, 0xff, RST0, 2, 0xff, 0xd9];
        assert_eq!(segments(&good).unwrap(), [&[1, 0xff, 0][..], &[2]]);
    }
}
