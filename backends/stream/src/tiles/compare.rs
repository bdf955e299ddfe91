//! Which tiles of two frames differ.

use framecast_api::{Frame, Rect};

use super::Grid;
use super::grid::Area;

/// Those of these tiles that are not the same in both frames, which have the grid's size.
pub(crate) fn changed(before: &Frame, after: &Frame, grid: &Grid, tiles: &[u16]) -> Vec<u16> {
    let differs = |tile: &u16| {
        let Area { x, y, width, height } = grid.area(*tile);
        let area = Rect::new(x as u32, y as u32, width as u32, height as u32);
        after.differs_within(before, area)
    };
    tiles.iter().copied().filter(differs).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use framecast_api::{FramePool, PhysicalSize};

    #[test]
    fn one_pixel_changes_one_tile_wherever_it_is() {
        let (width, height) = (300, 111);
        let size = PhysicalSize::new(width, height);
        let grid = Grid::new(size);
        let mut pool = FramePool::new();
        let mut frame = |marked: Option<usize>| {
            let mut buffer = pool.lend(size).unwrap();
            buffer.fill([9; 4]);
            if let Some(at) = marked {
                buffer.pixels_mut()[at][2] = 10;
            }
            pool.freeze(buffer, 1, 0.0, 1.0)
        };
        let plain = frame(None);
        let all: Vec<u16> = grid.all().collect();
        assert!(changed(&plain, &frame(None), &grid, &all).is_empty());
        let mut hits = vec![0; grid.len()];
        for at in (0..(width * height) as usize).step_by(7) {
            let found = changed(&plain, &frame(Some(at)), &grid, &all);
            let [tile] = found[..] else { panic!("{found:?}") };
            let area = grid.area(tile);
            let (x, y) = (at % width as usize, at / width as usize);
            assert!((area.x..area.x + area.width).contains(&x));
            assert!((area.y..area.y + area.height).contains(&y));
            hits[usize::from(tile)] += 1;
        }
        assert!(hits.iter().all(|&hits| hits > 0), "{hits:?}");
    }
}
