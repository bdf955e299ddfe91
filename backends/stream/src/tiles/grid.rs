//! How a frame is cut into tiles.

use std::ops::Range;

use framecast_api::{PhysicalSize, Rect};

/// The size of a tile in physical pixels; see the README of `tests/load` for how it was chosen.
const WIDTH: u32 = 128;
const HEIGHT: u32 = 48;

/// A frame's tiles: of equal size, numbered row by row from the upper left. Those at the right and
/// the lower edge stick out of the frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Grid {
    size: PhysicalSize,
}

/// The part of a tile that lies inside the frame, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Area {
    pub(super) x: usize,
    pub(super) y: usize,
    pub(super) width: usize,
    pub(super) height: usize,
}

impl Grid {
    pub(crate) const fn new(size: PhysicalSize) -> Self {
        Self { size }
    }

    pub(crate) fn columns(&self) -> u32 {
        self.size.width.div_ceil(WIDTH)
    }

    /// How many tiles there are; fits 16 bits for every size that a frame can have.
    pub(crate) fn len(&self) -> usize {
        self.columns() as usize * self.size.height.div_ceil(HEIGHT) as usize
    }

    /// Width and height of every tile.
    pub(crate) fn tile_size(&self) -> (u16, u16) {
        (WIDTH as u16, HEIGHT as u16)
    }

    pub(crate) fn tile_pixels(&self) -> usize {
        (WIDTH * HEIGHT) as usize
    }

    /// Every tile.
    pub(crate) fn all(&self) -> Range<u16> {
        0..self.len() as u16
    }

    /// The tiles that one of these rectangles touches, growing.
    pub(crate) fn touched(&self, rects: &[Rect]) -> Vec<u16> {
        let mut tiles = Vec::new();
        // A frame's damage lies inside the frame.
        for rect in rects.iter().filter(|rect| rect.width > 0 && rect.height > 0) {
            let columns = rect.x / WIDTH..=(rect.x + rect.width - 1) / WIDTH;
            for row in rect.y / HEIGHT..=(rect.y + rect.height - 1) / HEIGHT {
                tiles.extend(columns.clone().map(|column| (row * self.columns() + column) as u16));
            }
        }
        tiles.retain(|tile| usize::from(*tile) < self.len());
        tiles.sort_unstable();
        tiles.dedup();
        tiles
    }

    pub(super) fn area(&self, tile: u16) -> Area {
        let (column, row) = (u32::from(tile) % self.columns(), u32::from(tile) / self.columns());
        let (x, y) = (column * WIDTH, row * HEIGHT);
        Area {
            x: x as usize,
            y: y as usize,
            width: WIDTH.min(self.size.width - x) as usize,
            height: HEIGHT.min(self.size.height - y) as usize,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_cover_a_frame_once() {
        for (width, height) in [(1, 1), (128, 48), (129, 49), (1280, 720), (500, 333)] {
            let grid = Grid::new(PhysicalSize::new(width, height));
            let mut seen = vec![0_u8; (width * height) as usize];
            for tile in grid.all() {
                let area = grid.area(tile);
                for y in area.y..area.y + area.height {
                    for x in area.x..area.x + area.width {
                        seen[y * width as usize + x] += 1;
                    }
                }
            }
            assert!(seen.iter().all(|&count| count == 1), "{width} x {height}");
        }
    }

    #[test]
    fn rectangles_touch_the_tiles_they_have_a_pixel_in() {
        let grid = Grid::new(PhysicalSize::new(400, 150));
        assert!(grid.touched(&[]).is_empty());
        assert!(grid.touched(&[Rect::new(128, 48, 0, 5), Rect::new(400, 150, 0, 0)]).is_empty());
        assert_eq!(grid.touched(&[Rect::new(127, 47, 1, 1)]), [0]);
        assert_eq!(grid.touched(&[Rect::new(127, 47, 2, 2), Rect::new(0, 0, 1, 1)]), [0, 1, 4, 5]);
        assert_eq!(grid.touched(&[Rect::new(0, 0, 400, 150)]), grid.all().collect::<Vec<_>>());
    }

    #[test]
    fn every_tile_of_the_largest_frames_has_a_number() {
        let (side, area) = (PhysicalSize::MAX_SIDE, PhysicalSize::MAX_AREA);
        for width in (1..=side).step_by(61).chain([side, 16_384, 129]) {
            let height = u32::try_from((area / u64::from(width)).min(side.into())).unwrap();
            let grid = Grid::new(PhysicalSize::new(width, height));
            assert!(grid.len() <= usize::from(u16::MAX), "{width} x {height}: {}", grid.len());
        }
    }
}
