//! Where in its area a picture lies.

use framecast_api::PhysicalSize;

use super::{Area, Method, PaintOptions};

/// Pixels that a cell is taken to have where the terminal does not say.
const CELL: (u16, u16) = (8, 16);

/// Where a picture lies on the screen. It covers whole cells with [`Method::Cells`], inside tmux,
/// and where a cell's size is not known; otherwise it begins at a cell's corner and may end within one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Placement {
    /// The first column it covers, from the screen's left edge, 0-based.
    pub(crate) column: u16,
    /// The first row it covers, from the screen's top edge, 0-based.
    pub(crate) row: u16,
    /// Columns it covers, the last of them perhaps in part.
    pub(crate) columns: u16,
    /// Rows it covers, the last of them perhaps in part.
    pub(crate) rows: u16,
    /// The picture's width in dots: pixels, or what glyphs divide a cell into.
    pub(crate) width: u32,
    /// The picture's height in dots.
    pub(crate) height: u32,
    /// Dots from left to right, and from top to bottom, of a cell.
    pub(crate) cell: (u16, u16),
}

impl Placement {
    /// Where on a frame of this size a place of the screen is, in pixels of the frame; the place is
    /// in cells from the screen's top left corner, a cell's centre being at .5. Beyond the picture
    /// the answer lies beyond the frame.
    pub(crate) fn to_frame(self, frame: PhysicalSize, column: f64, row: f64) -> (f64, f64) {
        let x = (column - f64::from(self.column)) * f64::from(self.cell.0) / f64::from(self.width);
        let y = (row - f64::from(self.row)) * f64::from(self.cell.1) / f64::from(self.height);
        (x * f64::from(frame.width), y * f64::from(frame.height))
    }
}

/// Where a frame of this size is shown: as large as the area allows with its aspect kept, in the
/// middle. It is reduced but never enlarged: one pixel of the frame is at most one dot. A frame with
/// exactly as many pixels as the area has dots is shown dot by dot, whatever a dot's shape.
///
/// `None` where there is no room at all.
pub(crate) fn picture_rect(
    options: &PaintOptions,
    frame: PhysicalSize,
    area: Area,
) -> Option<Placement> {
    if area.columns == 0 || area.rows == 0 || frame.width == 0 || frame.height == 0 {
        return None;
    }
    let pixels = if area.is_known() { (area.cell_width, area.cell_height) } else { CELL };
    let cell = match options.method {
        Method::Cells => options.glyphs.dots(),
        _ => pixels,
    };
    // Placeholders and cells of unknown size are filled by what is put into them.
    let whole =
        options.method == Method::Cells || options.tmux_passthrough.is_some() || !area.is_known();
    let across = u32::from(area.columns) * u32::from(cell.0);
    let down = u32::from(area.rows) * u32::from(cell.1);
    let (width, height) = if (frame.width, frame.height) == (across, down) {
        (across, down)
    } else {
        // A dot in pixels of the screen.
        let dot =
            (f64::from(pixels.0) / f64::from(cell.0), f64::from(pixels.1) / f64::from(cell.1));
        let (fw, fh) = (f64::from(frame.width), f64::from(frame.height));
        let fit = (f64::from(across) * dot.0 / fw).min(f64::from(down) * dot.1 / fh);
        let scale = fit.min(dot.0.min(dot.1));
        let dots = |frame: f64, dot: f64, cell: u16, most: u32| {
            let step = if whole { f64::from(cell) } else { 1.0 };
            let dots = (frame * scale / dot / step).round().max(1.0) * step;
            (dots as u32).min(most)
        };
        (dots(fw, dot.0, cell.0, across), dots(fh, dot.1, cell.1, down))
    };
    let columns = width.div_ceil(cell.0.into()) as u16;
    let rows = height.div_ceil(cell.1.into()) as u16;
    Some(Placement {
        column: area.column + (area.columns - columns) / 2,
        row: area.row + (area.rows - rows) / 2,
        columns,
        rows,
        width,
        height,
        cell,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::Glyphs;

    fn area(columns: u16, rows: u16, cell: (u16, u16)) -> Area {
        Area { column: 3, row: 2, columns, rows, cell_width: cell.0, cell_height: cell.1 }
    }

    fn place(method: Method, frame: (u32, u32), area: Area) -> Placement {
        let options = PaintOptions { method, ..PaintOptions::default() };
        picture_rect(&options, PhysicalSize::new(frame.0, frame.1), area).unwrap()
    }

    #[test]
    fn a_wide_frame_lies_in_the_middle_with_bars_above_and_below() {
        let it = place(Method::Cells, (1280, 320), area(120, 40, (8, 16)));
        assert_eq!((it.column, it.row, it.columns, it.rows), (3, 2 + 12, 120, 15));
        assert_eq!((it.width, it.height), (120, 30));
        let it = place(Method::Kitty, (1280, 320), area(120, 40, (8, 16)));
        assert_eq!((it.column, it.row, it.columns, it.rows), (3, 2 + 12, 120, 15));
        assert_eq!((it.width, it.height), (960, 240));
    }

    #[test]
    fn a_frame_of_as_many_pixels_as_dots_is_shown_dot_by_dot() {
        let it = place(Method::Cells, (120, 80), area(120, 40, (9, 20)));
        assert_eq!((it.width, it.height, it.columns, it.rows), (120, 80, 120, 40));
    }

    #[test]
    fn a_small_frame_is_not_enlarged() {
        let it = place(Method::Cells, (60, 40), area(120, 40, (8, 16)));
        assert_eq!((it.width, it.height, it.column, it.row), (60, 40, 33, 12));
        let it = place(Method::Sixel, (100, 50), area(120, 40, (8, 16)));
        assert_eq!((it.width, it.height, it.columns, it.rows), (100, 50, 13, 4));
    }

    #[test]
    fn a_place_on_the_screen_is_a_place_on_the_frame() {
        let it = place(Method::Cells, (1280, 320), area(120, 40, (8, 16)));
        let frame = PhysicalSize::new(1280, 320);
        assert_eq!(it.to_frame(frame, 3.0, 14.0), (0.0, 0.0));
        assert_eq!(it.to_frame(frame, 123.0, 29.0), (1280.0, 320.0));
        assert_eq!(it.to_frame(frame, 63.0, 21.5), (640.0, 160.0));
        assert!(it.to_frame(frame, 63.0, 2.5).1 < 0.0);
    }

    #[test]
    fn there_is_room_for_a_picture_in_any_area_but_an_empty_one() {
        for glyphs in [Glyphs::Half, Glyphs::Quadrant, Glyphs::Sextant, Glyphs::Octant] {
            for method in [Method::Cells, Method::Kitty] {
                let options = PaintOptions { method, glyphs, ..PaintOptions::default() };
                for (columns, rows) in [(1, 1), (1, 500), (500, 1), (7, 3)] {
                    for frame in [(1, 1), (1, 16384), (16384, 1), (1280, 720)] {
                        let area = area(columns, rows, (8, 16));
                        let frame = PhysicalSize::new(frame.0, frame.1);
                        let it = picture_rect(&options, frame, area).unwrap();
                        assert!(it.width > 0 && it.height > 0);
                        assert!((1..=columns).contains(&it.columns), "{it:?}");
                        assert!((1..=rows).contains(&it.rows), "{it:?}");
                        assert!(it.column >= 3 && it.column + it.columns <= 3 + columns);
                        assert!(it.row >= 2 && it.row + it.rows <= 2 + rows);
                    }
                }
                let size = PhysicalSize::new(4, 4);
                assert!(picture_rect(&options, size, area(0, 4, (8, 16))).is_none());
            }
        }
    }
}
