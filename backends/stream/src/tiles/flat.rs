//! Whether a tile is text or plain areas: then its exact encoding is about as small as a JPEG,
//! looks better and is final.

use framecast_api::Frame;

use super::grid::Area;

/// Of a hundred neighbouring pixels, how many are alike in a flat tile.
const ALIKE: usize = 80;
/// Every so many rows are looked at.
const STEP: usize = 3;

/// Whether most pixels of the tile are exactly like the one to their left.
pub(super) fn is_flat(frame: &Frame, area: Area) -> bool {
    let width = frame.width() as usize;
    let pixels = frame.pixels();
    let rows = area.height.div_ceil(STEP);
    let all = rows * area.width.saturating_sub(1);
    // A photograph is known after a few rows.
    let mut may_differ = all - (all * ALIKE).div_ceil(100);
    for y in (area.y..area.y + area.height).step_by(STEP) {
        let start = y * width + area.x;
        let differing = differing(&pixels[start..start + area.width]);
        if differing > may_differ {
            return false;
        }
        may_differ -= differing;
    }
    true
}

/// How many pixels of a row are not like the one to their left.
fn differing(row: &[[u8; 4]]) -> usize {
    let (Some((_, left)), Some((_, right))) = (row.split_last(), row.split_first()) else {
        return 0;
    };
    let pairs = left.iter().zip(right);
    // Sums of 32 bits, which a processor adds up several at a time.
    let sum: u32 =
        pairs.map(|(a, b)| u32::from(u32::from_ne_bytes(*a) != u32::from_ne_bytes(*b))).sum();
    sum as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use framecast_api::{FramePool, PhysicalSize};

    /// A tile of which every row begins with so many pixels that differ from each other.
    fn is_flat_after(noisy: usize, width: u32) -> bool {
        let mut pool = FramePool::new();
        let mut buffer = pool.lend(PhysicalSize::new(width, 48)).unwrap();
        for row in buffer.rows_mut() {
            row.iter_mut().take(noisy).enumerate().for_each(|(x, it)| *it = [x as u8, 1, 2, 3]);
        }
        let frame = pool.freeze(buffer, 1, 0.0, 1.0);
        is_flat(&frame, Area { x: 0, y: 0, width: width as usize, height: 48 })
    }

    #[test]
    fn a_tile_is_flat_if_four_of_five_neighbours_are_alike() {
        // 100 pairs, of which as many differ as there are noisy pixels.
        assert!(is_flat_after(0, 101));
        assert!(is_flat_after(20, 101));
        assert!(!is_flat_after(21, 101));
        assert!(!is_flat_after(101, 101));
        assert!(is_flat_after(1, 1), "no neighbours");
    }
}
