//! How large the picture is, and where in it the mouse is. Pure.

use framecast_api::{CanvasSize, LogicalSize, PhysicalSize};

use crate::draw::{Area, Method, Placement};

/// Pixels that a cell is taken to have where the terminal does not say.
const CELL: (u16, u16) = (8, 16);
/// Pixels of the canvas for the height of a cell, where it is painted with characters: enough for
/// the finest of them, and for smooth reduction.
const CELL_PIXELS: f64 = 8.0;
/// From one zoom step to the next.
const ZOOM: f64 = 1.25;
/// Below this many rows the status line gives its row to the picture.
const STATUS_ROWS: u16 = 4;
/// A larger cell is nonsense, in pixels.
const MAX_CELL: u16 = 512;

/// The terminal's window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Window {
    pub(crate) columns: u16,
    pub(crate) rows: u16,
    /// Of a cell in pixels; 0 if unknown.
    pub(crate) cell: (u16, u16),
}

impl Window {
    /// From what the system says: cells, and pixels, which are often 0.
    pub(crate) fn new(columns: u16, rows: u16, pixels: (u16, u16)) -> Self {
        let cell = (pixels.0 / columns.max(1), pixels.1 / rows.max(1));
        Self { columns, rows, cell: (0, 0) }.with_cell(cell.0.into(), cell.1.into())
    }

    /// With what the terminal says of a cell, if that makes sense.
    pub(crate) fn with_cell(self, width: u32, height: u32) -> Self {
        let side = |side: u32| u16::try_from(side).ok().filter(|it| (1..=MAX_CELL).contains(it));
        match (side(width), side(height)) {
            (Some(width), Some(height)) => Self { cell: (width, height), ..self },
            _ => self,
        }
    }

    /// With what the terminal says of the whole text area.
    pub(crate) fn with_area(self, width: u32, height: u32) -> Self {
        self.with_cell(width / u32::from(self.columns.max(1)), height / u32::from(self.rows.max(1)))
    }

    fn cell_or_usual(self) -> (u16, u16) {
        if self.cell.0 == 0 { CELL } else { self.cell }
    }
}

/// What of the window shows the picture, and at what scale.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct View {
    pub(crate) window: Window,
    method: Method,
    /// Pixels of the canvas per logical pixel.
    ratio: f64,
    /// What it was at first.
    usual: f64,
}

impl View {
    /// `ratio`: the user's choice. Without one it is 1 for pictures, and ½ for characters, so that
    /// a cell counts as about 8 × 16 logical pixels and layouts made for windows fit.
    pub(crate) fn new(window: Window, method: Method, ratio: Option<f64>) -> Self {
        let usual = ratio.unwrap_or(if method == Method::Cells { 0.5 } else { 1.0 });
        Self { window, method, ratio: usual, usual }
    }

    /// How the picture is painted.
    pub(crate) fn method(&self) -> Method {
        self.method
    }

    /// Everything larger, by `steps`, or smaller.
    pub(crate) fn zoom(&mut self, steps: i32) {
        let ratio = self.ratio * ZOOM.powi(steps);
        self.ratio = ratio.clamp(*CanvasSize::RATIOS.start(), *CanvasSize::RATIOS.end());
    }

    /// As at first.
    pub(crate) fn zoom_usual(&mut self) {
        self.ratio = self.usual;
    }

    /// The part of the screen for the picture.
    pub(crate) fn area(&self) -> Area {
        let Window { columns, rows, cell } = self.window;
        let rows = if self.status_row().is_some() { rows - 1 } else { rows };
        Area { column: 0, row: 0, columns, rows, cell_width: cell.0, cell_height: cell.1 }
    }

    /// The row of the status line, 0-based, if there is room for one.
    pub(crate) fn status_row(&self) -> Option<u16> {
        (self.window.rows >= STATUS_ROWS).then(|| self.window.rows - 1)
    }

    /// The logical size that fills the area, and the pixel ratio.
    pub(crate) fn size(&self) -> (LogicalSize, f64) {
        let area = self.area();
        let (width, height) = self.window.cell_or_usual();
        let (width, height) = (f64::from(width), f64::from(height));
        let scale = if self.method == Method::Cells { CELL_PIXELS / height } else { 1.0 };
        let side = |cells: u16, pixels: f64| {
            (f64::from(cells) * pixels * scale).round().max(1.0) / self.ratio
        };
        (LogicalSize::new(side(area.columns, width), side(area.rows, height)), self.ratio)
    }

    /// A place that the mouse reports, in cells from the top left, a cell's centre being at .5.
    pub(crate) fn place(&self, x: u32, y: u32, pixels: bool) -> (f64, f64) {
        if pixels {
            let (width, height) = self.window.cell_or_usual();
            (f64::from(x) / f64::from(width), f64::from(y) / f64::from(height))
        } else {
            (f64::from(x) - 0.5, f64::from(y) - 0.5)
        }
    }
}

/// A place of the screen in logical pixels of the picture, and whether it is on the picture.
pub(crate) fn on_picture(
    placement: Placement,
    frame: PhysicalSize,
    ratio: f64,
    (column, row): (f64, f64),
) -> (f64, f64, bool) {
    let (x, y) = placement.to_frame(frame, column, row);
    let inside =
        (0.0..f64::from(frame.width)).contains(&x) && (0.0..f64::from(frame.height)).contains(&y);
    (x / ratio, y / ratio, inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_of_characters_is_about_8_by_16_logical_pixels() {
        let view = View::new(Window::new(120, 41, (0, 0)), Method::Cells, None);
        assert_eq!(view.size(), (LogicalSize::new(960.0, 640.0), 0.5));
        assert_eq!((view.area().rows, view.status_row()), (40, Some(40)));
        let tall = View::new(Window::new(120, 41, (1200, 1025)), Method::Cells, None);
        assert_eq!(tall.window.cell, (10, 25));
        assert_eq!(tall.size().0, LogicalSize::new(768.0, 640.0), "the cell's shape is kept");
    }

    #[test]
    fn pictures_have_the_screens_pixels() {
        let window = Window::new(100, 31, (0, 0)).with_cell(9, 18);
        let view = View::new(window, Method::Kitty, None);
        assert_eq!(view.size(), (LogicalSize::new(900.0, 540.0), 1.0));
        let view = View::new(window, Method::Kitty, Some(2.0));
        assert_eq!(view.size(), (LogicalSize::new(450.0, 270.0), 2.0));
    }

    #[test]
    fn zooming_keeps_the_pixels_and_its_limits() {
        let mut view = View::new(Window::new(80, 25, (0, 0)), Method::Cells, None);
        let pixels = |view: &View| view.size().0.width * view.size().1;
        let before = pixels(&view);
        view.zoom(1);
        assert!((view.ratio - 0.625).abs() < 1e-9 && (pixels(&view) - before).abs() < 1e-6);
        view.zoom(100);
        assert_eq!(view.ratio, 8.0);
        view.zoom(-1000);
        assert_eq!(view.ratio, 0.1);
        view.zoom_usual();
        assert_eq!(view.ratio, 0.5);
    }

    #[test]
    fn a_flat_window_has_no_status_line_and_an_absurd_one_a_size() {
        let flat = View::new(Window::new(80, 3, (0, 0)), Method::Cells, None);
        assert_eq!((flat.status_row(), flat.area().rows), (None, 3));
        let none = View::new(Window::default(), Method::Cells, None);
        assert!(none.size().0.width > 0.0 && none.size().0.height > 0.0);
        let absurd = Window::new(1, 1, (60_000, 60_000)).with_cell(u32::MAX, 0);
        assert_eq!(absurd.cell, (0, 0));
    }

    #[test]
    fn a_place_on_the_screen_is_one_on_the_picture() {
        let view = View::new(Window::new(80, 24, (0, 0)), Method::Cells, None);
        let placement = Placement {
            column: 10,
            row: 2,
            columns: 40,
            rows: 20,
            width: 40,
            height: 40,
            cell: (1, 2),
        };
        let frame = PhysicalSize::new(400, 400);
        let at = |x, y| on_picture(placement, frame, 2.0, view.place(x, y, false));
        assert_eq!(at(11, 3), (2.5, 5.0, true), "the middle of the first cell");
        assert_eq!(at(50, 22), (197.5, 195.0, true));
        assert!(!at(10, 3).2 && !at(51, 3).2 && !at(11, 2).2 && !at(11, 23).2);
        let pixels = on_picture(placement, frame, 1.0, view.place(80, 32, true));
        assert_eq!(pixels, (0.0, 0.0, true));
    }
}
