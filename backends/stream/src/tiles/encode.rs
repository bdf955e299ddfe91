//! Which codec a tile is encoded with.

use std::sync::Arc;

use framecast_api::{Frame, Result};
use framecast_jpeg::Sampling;

use super::codec::{Codec, Fidelity};
use super::encoded_tile::EncodedTile;
use super::flat::is_flat;
use super::grid::{Area, Grid};
use super::jpeg::Jpeg;
use super::png::Png;

/// The quality from which on bytes are not short.
const BEST: u8 = 80;
/// Few tiles change if they are at most one in so many.
const FEW: usize = 4;

/// Encodes these tiles of `frame`. JPEGs have this sampling.
///
/// # Errors
/// "Failed" if an encoder fails.
pub(crate) fn encode(
    frame: &Frame,
    grid: &Grid,
    tiles: &[u16],
    fidelity: Fidelity,
    sampling: Sampling,
) -> Result<Vec<Arc<EncodedTile>>> {
    tiles
        .iter()
        .map(|&tile| encode_tile(frame, grid, grid.area(tile), fidelity, sampling))
        .collect()
}

/// How JPEGs are sampled of which so many tiles of a frame are encoded together. Where little changes,
/// colored edges may be as sharp as the rest; where much does, 4:2:2 saves a quarter of the bytes and of
/// the time. So it does for clients that get less than the best quality, as bytes are short there.
pub(crate) fn sampling(fidelity: Fidelity, tiles: usize, grid: &Grid) -> Sampling {
    match fidelity {
        Fidelity::Lossy(quality) if quality >= BEST && tiles * FEW <= grid.len() => Sampling::Full,
        _ => Sampling::Half,
    }
}

fn encode_tile(
    frame: &Frame,
    grid: &Grid,
    area: Area,
    fidelity: Fidelity,
    sampling: Sampling,
) -> Result<Arc<EncodedTile>> {
    let exact = || Png.encode(frame, area, grid).map(Arc::new);
    let Fidelity::Lossy(quality) = fidelity else { return exact() };
    if is_flat(frame, area) {
        let exact = exact()?;
        if exact.len() <= worth(quality) {
            return Ok(exact);
        }
    }
    Jpeg { quality, sampling }.encode(frame, area, grid).map(Arc::new)
}

/// Bytes up to which a flat tile is exact from the first, for somebody who wants this quality:
/// about what a JPEG of text needs. Where the quality is low, every byte counts.
fn worth(quality: u8) -> usize {
    usize::from(quality) * 25
}

#[cfg(test)]
mod tests {
    use super::super::codec::Encoding;
    use super::*;
    use framecast_api::{FramePool, PhysicalSize};

    fn noise(seed: u32, x: u32, y: u32) -> [u8; 4] {
        let n = (x ^ y.rotate_left(16) ^ seed.rotate_left(8)).wrapping_mul(0x9e37_79b9);
        let n = (n ^ (n >> 15)).wrapping_mul(0x85eb_ca6b);
        (n ^ (n >> 13)).to_le_bytes()
    }

    fn soft(seed: u32, x: u32, y: u32) -> [u8; 4] {
        let wave = |n: u32, by: f32| (127.0 + 120.0 * (n as f32 / by + seed as f32).sin()) as u8;
        [wave(x, 31.0), wave(y, 23.0), wave(x + y, 57.0), 0]
    }

    fn frame(width: u32, height: u32, pixel: impl Fn(u32, u32) -> [u8; 4]) -> Frame {
        let mut pool = FramePool::new();
        let mut buffer = pool.lend(PhysicalSize::new(width, height)).unwrap();
        for (y, row) in (0..).zip(buffer.rows_mut()) {
            for (x, out) in (0..).zip(row) {
                *out = pixel(x, y);
            }
        }
        pool.freeze(buffer, 1, 0.0, 1.0)
    }

    fn picture(grid: &Grid, tiles: &[Arc<EncodedTile>]) -> image::RgbImage {
        let mut out = vec![1, 2, 3];
        tiles[0].encoding().codec().compose(grid, tiles, &mut out);
        let picture = image::load_from_memory(&out[3..]).unwrap().into_rgb8();
        let (width, height) = grid.tile_size();
        assert_eq!(picture.dimensions(), (width.into(), u32::from(height) * tiles.len() as u32));
        picture
    }

    /// The largest and the mean square difference inside the frame.
    fn difference(
        frame: &Frame,
        grid: &Grid,
        tile: u16,
        picture: &image::RgbImage,
        n: u32,
    ) -> (u8, f64) {
        let area = grid.area(tile);
        let top = n * u32::from(grid.tile_size().1);
        let (mut largest, mut sum) = (0, 0.0);
        for y in 0..area.height {
            for x in 0..area.width {
                let got = picture.get_pixel(x as u32, top + y as u32).0;
                let want = frame.pixels()[(area.y + y) * frame.width() as usize + area.x + x];
                for (got, want) in got.iter().zip(want) {
                    largest = largest.max(got.abs_diff(want));
                    sum += f64::from(got.abs_diff(want)).powi(2);
                }
            }
        }
        (largest, sum / (area.width * area.height * 3) as f64)
    }

    const SIZES: [(u32, u32); 7] =
        [(1, 1), (127, 47), (128, 48), (129, 49), (300, 200), (1, 500), (700, 1)];

    #[test]
    fn exact_tiles_are_exact_in_any_order_and_number() {
        for (width, height) in SIZES {
            for pixel in [noise, soft, |_, _, _| [7, 7, 7, 7]] {
                let frame = frame(width, height, |x, y| pixel(3, x, y));
                let grid = Grid::new(frame.size());
                let tiles: Vec<u16> = grid.all().rev().collect();
                let encoded =
                    encode(&frame, &grid, &tiles, Fidelity::Exact, Sampling::Half).unwrap();
                let shown = picture(&grid, &encoded);
                for (tile, n) in tiles.iter().zip(0..) {
                    let (largest, _) = difference(&frame, &grid, *tile, &shown, n);
                    assert_eq!(largest, 0, "tile {tile} of {width} x {height}");
                }
            }
        }
    }

    #[test]
    fn jpeg_tiles_look_like_the_frame() {
        for (width, height) in SIZES {
            let frame = frame(width, height, |x, y| soft(1, x, y));
            let grid = Grid::new(frame.size());
            let tiles: Vec<u16> = grid.all().collect();
            let encoded =
                encode(&frame, &grid, &tiles, Fidelity::Lossy(80), Sampling::Half).unwrap();
            for (tile, encoded) in tiles.iter().zip(encoded) {
                let shown = picture(&grid, &[encoded]);
                let (largest, error) = difference(&frame, &grid, *tile, &shown, 0);
                assert!(error < 20.0 && largest < 60, "{width} x {height}: {error} {largest}");
            }
        }
    }

    #[test]
    fn a_jpeg_tile_decodes_to_the_same_pixels_wherever_it_stands() {
        let frame = frame(128 * 5, 48 * 5, |x, y| noise(9, x, y));
        let grid = Grid::new(frame.size());
        let tiles: Vec<u16> = (0..25).collect();
        let together = encode(&frame, &grid, &tiles, Fidelity::Lossy(35), Sampling::Half).unwrap();
        let all = picture(&grid, &together);
        let rows = |picture: &image::RgbImage, n: usize| {
            let bytes = 128 * 48 * 3;
            picture.as_raw()[n * bytes..(n + 1) * bytes].to_vec()
        };
        for (n, tile) in together.iter().enumerate() {
            let alone =
                encode(&frame, &grid, &[n as u16], Fidelity::Lossy(35), Sampling::Half).unwrap();
            assert_eq!(alone[0].bytes, tile.bytes, "encoded alone or with others");
            let single = picture(&grid, std::slice::from_ref(tile));
            assert_eq!(rows(&single, 0), rows(&all, n), "{n}");
            // Every phase of the restart markers.
            let mut shifted = vec![Arc::clone(&together[24]); n % 9];
            shifted.push(Arc::clone(tile));
            assert_eq!(rows(&picture(&grid, &shifted), n % 9), rows(&single, 0), "{n}");
        }
    }

    #[test]
    fn two_hundred_and_fifty_six_tiles_are_one_picture() {
        let frame = frame(128, 48, |x, y| noise(2, x, y));
        let grid = Grid::new(frame.size());
        for fidelity in [Fidelity::Lossy(80), Fidelity::Exact] {
            let one = encode(&frame, &grid, &[0], fidelity, Sampling::Half).unwrap().remove(0);
            let shown = picture(&grid, &vec![one; 256]);
            let bytes = 128 * 48 * 3;
            assert!(shown.as_raw().chunks(bytes).all(|tile| tile == &shown.as_raw()[..bytes]));
        }
    }

    #[test]
    fn colors_are_sharp_where_little_changes_and_bytes_are_not_short() {
        let grid = Grid::new(PhysicalSize::new(1280, 720));
        let sampling = |quality, tiles| sampling(Fidelity::Lossy(quality), tiles, &grid);
        assert_eq!(grid.len(), 150);
        assert_eq!([sampling(80, 1), sampling(80, 37)], [Sampling::Full; 2]);
        assert_eq!([sampling(80, 38), sampling(80, 150)], [Sampling::Half; 2]);
        assert_eq!([sampling(65, 1), sampling(20, 150)], [Sampling::Half; 2]);
    }

    #[test]
    fn saturated_edges_are_much_more_exact_without_subsampling() {
        // Red on blue, which are alike in luma only.
        let frame = frame(128, 48, |x, y| match (x / 3 + y / 5) % 2 {
            0 => [230, 20, (x % 7) as u8, 255],
            _ => [(y % 7) as u8, 20, 230, 255],
        });
        let grid = Grid::new(frame.size());
        let [sharp, smeared] = [Sampling::Full, Sampling::Half].map(|sampling| {
            let area = grid.area(0);
            let tile =
                Arc::new(Jpeg { quality: 80, sampling }.encode(&frame, area, &grid).unwrap());
            difference(&frame, &grid, 0, &picture(&grid, &[tile]), 0).1
        });
        assert!(sharp * 10.0 < smeared, "mean square errors {sharp:.1} and {smeared:.1}");
    }

    #[test]
    fn text_comes_exactly_and_photographs_do_not() {
        let page = |x: u32, y: u32| {
            // Strokes with soft edges on paper.
            let (letter, line) = (x / 16 % 5 < 4 && x % 16 < 2, y % 22 < 12);
            let shade = if letter && line { 20 + (x * 7 % 3 * 60) as u8 } else { 250 };
            [shade, shade, shade, 255]
        };
        let frame_of = |pixel: &dyn Fn(u32, u32) -> [u8; 4]| frame(128, 48, pixel);
        let form = |frame: &Frame| {
            let grid = Grid::new(frame.size());
            encode(frame, &grid, &[0], Fidelity::Lossy(80), Sampling::Full).unwrap()[0].encoding()
        };
        assert_eq!(form(&frame_of(&page)), Encoding::Png);
        assert_eq!(form(&frame_of(&|_, _| [1, 2, 3, 4])), Encoding::Png);
        let jpeg = Encoding::Jpeg(Jpeg { quality: 80, sampling: Sampling::Full });
        assert_eq!(form(&frame_of(&|x, y| soft(1, x, y))), jpeg);
        assert_eq!(form(&frame_of(&|x, y| noise(1, x, y))), jpeg);
    }
}
