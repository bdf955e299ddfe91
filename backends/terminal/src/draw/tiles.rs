//! A picture's tiles: whole cells, of which only those that changed are sent.

use std::ops::Range;

use framecast_api::{Frame, FrameChanges, Rect, Result};

use super::Placement;
use super::scale::Scaler;

/// Columns and rows of a tile where every image has some cost of its own: about 128 × 128 pixels.
pub(super) const LARGE: (u16, u16) = (16, 8);
/// The same where that cost is small: less is sent that did not change.
pub(super) const SMALL: (u16, u16) = (8, 4);

/// A tile: where it is on the screen, and its pixels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tile {
    /// In the order of reading.
    pub(super) number: usize,
    /// The first column on the screen.
    pub(super) column: u16,
    /// The first row on the screen.
    pub(super) row: u16,
    /// Columns of cells, the last of them perhaps in part.
    pub(super) columns: u16,
    /// Rows of cells, the last of them perhaps in part.
    pub(super) rows: u16,
    /// Columns of the picture's pixels.
    pub(super) x: Range<usize>,
    /// Rows of the picture's pixels.
    pub(super) y: Range<usize>,
}

impl Tile {
    pub(super) fn width(&self) -> usize {
        self.x.len()
    }

    pub(super) fn height(&self) -> usize {
        self.y.len()
    }

    /// Its pixels in the picture.
    fn rect(&self) -> Rect {
        let (x, y) = (self.x.start as u32, self.y.start as u32);
        Rect::new(x, y, self.width() as u32, self.height() as u32)
    }

    /// Its quarters, of whole cells as it is; fewer where it has but one column or row of them.
    pub(super) fn quarters(&self, cell: (u16, u16)) -> impl Iterator<Item = Tile> {
        let halves = |count: u16| {
            let half = count.div_ceil(2);
            [(0, half), (half, count - half)].into_iter().filter(|(_, count)| *count > 0)
        };
        let pixels = |all: &Range<usize>, first: u16, count: u16, cell: u16| {
            let start = all.start + usize::from(first) * usize::from(cell);
            start..all.end.min(start + usize::from(count) * usize::from(cell))
        };
        halves(self.rows).flat_map(move |(row, rows)| {
            halves(self.columns).map(move |(column, columns)| Tile {
                number: self.number,
                column: self.column + column,
                row: self.row + row,
                columns,
                rows,
                x: pixels(&self.x, column, columns, cell.0),
                y: pixels(&self.y, row, rows, cell.1),
            })
        })
    }
}

/// Every tile of a picture, of at most so many columns and rows.
pub(super) fn all(place: Placement, size: (u16, u16)) -> Vec<Tile> {
    let (across, down) = (place.columns.div_ceil(size.0), place.rows.div_ceil(size.1));
    let tile = |number: usize| {
        let column = (number % usize::from(across)) as u16 * size.0;
        let row = (number / usize::from(across)) as u16 * size.1;
        let columns = size.0.min(place.columns - column);
        let rows = size.1.min(place.rows - row);
        let pixels = |first: u16, count: u16, cell: u16, end: u32| {
            let start = u32::from(first) * u32::from(cell);
            start as usize..end.min(start + u32::from(count) * u32::from(cell)) as usize
        };
        Tile {
            number,
            column: place.column + column,
            row: place.row + row,
            columns,
            rows,
            x: pixels(column, columns, place.cell.0, place.width),
            y: pixels(row, rows, place.cell.1, place.height),
        }
    };
    (0..usize::from(across) * usize::from(down)).map(tile).collect()
}

/// A picture as it is on the screen: a frame, or one that was reduced.
pub(super) struct Picture<'a> {
    pixels: &'a [[u8; 4]],
    width: usize,
}

impl<'a> Picture<'a> {
    /// Reduces `frame` if it has to be, and finds the tiles that `changes` may have changed. `before`
    /// is the frame that changed.
    pub(super) fn of(
        frame: &'a Frame,
        before: Option<&Frame>,
        (place, size): (Placement, (u16, u16)),
        changes: &FrameChanges,
        scaler: &'a mut Scaler,
    ) -> Result<(Self, Vec<Tile>)> {
        let width = place.width as usize;
        let overlap = |one: &Range<usize>, other: Range<u32>| {
            one.start < other.end as usize && (other.start as usize) < one.end
        };
        let mut tiles = all(place, size);
        if (frame.width(), frame.height()) != (place.width, place.height) {
            scaler.update(frame, (place.width, place.height), changes)?;
            tiles.retain(|tile| {
                tile.y.clone().any(|row| overlap(&tile.x, scaler.changed(row as u32)))
            });
            return Ok((Self { pixels: scaler.dots(), width }, tiles));
        }
        tiles.retain(|tile| {
            let rows = tile.y.start as u32..tile.y.end as u32;
            overlap(&tile.x, changes.within(rows))
                && before.is_none_or(|before| frame.differs_within(before, tile.rect()))
        });
        Ok((Self { pixels: frame.pixels(), width }, tiles))
    }

    /// The rows of a tile's pixels.
    pub(super) fn rows(&self, tile: &Tile) -> impl Iterator<Item = &'a [[u8; 4]]> {
        let (pixels, width, x) = (self.pixels, self.width, tile.x.clone());
        tile.y.clone().map(move |y| &pixels[y * width..][x.clone()])
    }

    /// A tile's pixels as bytes in the order r, g, b.
    pub(super) fn rgb(&self, tile: &Tile, out: &mut Vec<u8>) {
        out.resize(tile.width() * tile.height() * 3, 0);
        let mut rest = out.as_chunks_mut().0.iter_mut();
        for row in self.rows(tile) {
            for ([r, g, b, _], out) in row.iter().zip(&mut rest) {
                *out = [*r, *g, *b];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use framecast_api::{FramePool, PhysicalSize};

    const PLACE: Placement = Placement {
        column: 2,
        row: 1,
        columns: 35,
        rows: 11,
        width: 277,
        height: 170,
        cell: (8, 16),
    };

    #[test]
    fn tiles_cover_every_pixel_once() {
        let mut seen = vec![0; 277 * 170];
        for tile in all(PLACE, LARGE) {
            assert_eq!(tile.x.start, usize::from(tile.column - 2) * 8);
            assert_eq!(tile.y.start, usize::from(tile.row - 1) * 16);
            assert_eq!(tile.width().div_ceil(8), tile.columns.into());
            assert_eq!(tile.height().div_ceil(16), tile.rows.into());
            for y in tile.y.clone() {
                for x in tile.x.clone() {
                    seen[y * 277 + x] += 1;
                }
            }
        }
        assert!(seen.iter().all(|count| *count == 1));
    }

    #[test]
    fn quarters_cover_every_pixel_of_a_tile_once() {
        for tile in all(PLACE, LARGE) {
            let mut seen = vec![0; 277 * 170];
            for quarter in tile.quarters(PLACE.cell) {
                assert_eq!(quarter.x.start, usize::from(quarter.column - 2) * 8);
                assert_eq!(quarter.y.start, usize::from(quarter.row - 1) * 16);
                assert_eq!(quarter.width().div_ceil(8), quarter.columns.into());
                assert_eq!(quarter.height().div_ceil(16), quarter.rows.into());
                for y in quarter.y.clone() {
                    for x in quarter.x.clone() {
                        seen[y * 277 + x] += 1;
                    }
                }
            }
            assert_eq!(seen.iter().sum::<usize>(), tile.width() * tile.height());
            let inside = |n: usize| tile.x.contains(&(n % 277)) && tile.y.contains(&(n / 277));
            assert!(seen.iter().enumerate().all(|(n, count)| *count == usize::from(inside(n))));
        }
    }

    #[test]
    fn there_may_be_more_tiles_than_sixteen_bits_count() {
        let (columns, rows, cell) = (4096, 4096, (1, 1));
        let place = Placement { columns, rows, width: 4096, height: 4096, cell, column: 0, row: 0 };
        let tiles = all(place, SMALL);
        assert_eq!(tiles.len(), 512 * 1024);
        let last = tiles.last().unwrap();
        assert_eq!((last.column, last.row), (4088, 4092));
        assert_eq!((last.x.end, last.y.end), (4096, 4096));
    }

    #[test]
    fn one_pixel_changes_one_tile() {
        let mut pool = FramePool::new();
        let mut frame = |sequence, marks: &[usize]| {
            let mut buffer = pool.lend(PhysicalSize::new(277, 170)).unwrap();
            buffer.fill([9; 4]);
            for mark in marks {
                buffer.pixels_mut()[*mark] = [1, 2, 3, 4];
            }
            pool.freeze(buffer, sequence, 0.0, 1.0)
        };
        let before = frame(1, &[]);
        let mut scaler = Scaler::default();
        for at in (0..277 * 170).step_by(1009) {
            let after = frame(2, &[at]);
            let changes = FrameChanges::between(&before, &after);
            let (_, tiles) =
                Picture::of(&after, Some(&before), (PLACE, LARGE), &changes, &mut scaler).unwrap();
            let [tile] = &tiles[..] else { panic!("{tiles:?}") };
            assert!(tile.x.contains(&(at % 277)) && tile.y.contains(&(at / 277)));
        }
        // What lies between two changes does not change.
        let after = frame(2, &[0, 276]);
        let changes = FrameChanges::between(&before, &after);
        let (_, tiles) =
            Picture::of(&after, Some(&before), (PLACE, LARGE), &changes, &mut scaler).unwrap();
        assert_eq!(tiles.iter().map(|tile| tile.number).collect::<Vec<_>>(), [0, 2]);
    }
}
