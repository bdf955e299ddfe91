//! The paint demo's toolbar: colors, widths, undo, redo, clear.

use super::pen::{Area, Color, Pen};

/// What to paint with; the first is chosen at first.
pub(crate) const COLORS: [[u8; 3]; 8] = [
    [32, 36, 48],
    [226, 58, 66],
    [242, 140, 40],
    [244, 200, 54],
    [52, 168, 98],
    [44, 120, 230],
    [134, 80, 206],
    [251, 250, 246],
];
/// Widths of the brush, in logical pixels.
pub(crate) const WIDTHS: [f32; 4] = [3.0, 7.0, 16.0, 40.0];

/// Something on the toolbar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tool {
    /// One of [`COLORS`].
    Color(usize),
    /// One of [`WIDTHS`].
    Width(usize),
    /// Takes the last stroke back.
    Undo,
    /// Brings it again.
    Redo,
    /// Starts with new paper.
    Clear,
}

/// Where the tools are.
#[derive(Default)]
pub(crate) struct Toolbar {
    back: Area,
    tools: Vec<(Tool, Area)>,
}

const CELL: f32 = 38.0;
const PADDING: f32 = 7.0;
const INK: Color = [60, 64, 78, 255];
const FAINT: Color = [176, 180, 192, 255];

impl Toolbar {
    /// Lays the tools out on a canvas of this logical size; on one too small there are none.
    pub(crate) fn place(&mut self, width: f32, height: f32) {
        self.tools.clear();
        self.back = Area::default();
        let colors = (0..COLORS.len()).map(Tool::Color);
        let others =
            (0..WIDTHS.len()).map(Tool::Width).chain([Tool::Undo, Tool::Redo, Tool::Clear]);
        let per_row = COLORS.len() + WIDTHS.len() + 3;
        let (rows, columns) =
            if width >= per_row as f32 * CELL + 40.0 { (1, per_row) } else { (2, COLORS.len()) };
        let wide = columns as f32 * CELL + 2.0 * PADDING;
        let high = rows as f32 * CELL + 2.0 * PADDING;
        if width < wide + 8.0 || height < high + 60.0 {
            return;
        }
        let (left, top) = (((width - wide) / 2.0).round(), (height - high - 14.0).round());
        self.back = Area::new(left, top, wide, high);
        for (index, tool) in colors.chain(others).enumerate() {
            let (row, column) = (index / columns, index % columns);
            let x = left + PADDING + column as f32 * CELL;
            let y = top + PADDING + row as f32 * CELL;
            self.tools.push((tool, Area::new(x, y, CELL, CELL)));
        }
    }

    /// The tool at a place; the gaps between count as the nearest, so no stroke starts there.
    pub(crate) fn at(&self, x: f32, y: f32) -> Option<Tool> {
        if !self.back.contains(x, y) {
            return None;
        }
        let far = |area: &Area| {
            let (dx, dy) = (area.x + CELL / 2.0 - x, area.y + CELL / 2.0 - y);
            dx * dx + dy * dy
        };
        self.tools.iter().min_by(|(_, a), (_, b)| far(a).total_cmp(&far(b))).map(|(tool, _)| *tool)
    }

    /// Draws it, with what is chosen and what the pointer is over.
    pub(crate) fn draw(&self, pen: &mut Pen, color: usize, width: usize, over: Option<Tool>) {
        if self.tools.is_empty() {
            return;
        }
        for step in 1..=5 {
            let by = step as f32 * 1.6;
            let mut area = self.back.inset(-by);
            area.y += 3.0;
            pen.round_rect(area, 16.0 + by, [40, 40, 60, 8]);
        }
        pen.round_rect(self.back, 16.0, [255, 255, 255, 250]);
        pen.round_frame(self.back, 16.0, 1.0, [226, 224, 218, 255]);
        for (tool, area) in &self.tools {
            let (x, y) = (area.x + CELL / 2.0, area.y + CELL / 2.0);
            let chosen = *tool == Tool::Color(color) || *tool == Tool::Width(width);
            if over == Some(*tool) || (chosen && matches!(tool, Tool::Width(_))) {
                pen.round_rect(area.inset(2.0), 9.0, [236, 237, 243, 255]);
            }
            match tool {
                Tool::Color(index) => {
                    let [r, g, b] = COLORS[*index];
                    if chosen {
                        pen.ring(x, y, 15.5, 2.0, INK);
                    }
                    pen.disc(x, y, 11.5, [r, g, b, 255]);
                    pen.ring(x, y, 11.0, 1.0, [0, 0, 0, 40]);
                }
                Tool::Width(index) => {
                    let radius = 1.8 + 2.6 * *index as f32;
                    pen.disc(x, y, radius, if chosen { INK } else { FAINT });
                }
                Tool::Undo => arrow(pen, x, y, -1.0),
                Tool::Redo => arrow(pen, x, y, 1.0),
                Tool::Clear => {
                    pen.line([(x - 6.0, y - 6.0), (x + 6.0, y + 6.0)], 2.0, INK);
                    pen.line([(x - 6.0, y + 6.0), (x + 6.0, y - 6.0)], 2.0, INK);
                }
            }
        }
    }
}

/// An arrow bent back to the left (−1) or right (1).
fn arrow(pen: &mut Pen, x: f32, y: f32, side: f32) {
    let bow = (0..=12).map(|step| {
        let angle = std::f32::consts::PI * (step as f32 / 12.0 - 0.5);
        (x - side * 1.5 + -side * angle.cos() * 5.0, y + 1.5 - angle.sin() * -5.0)
    });
    let tip = (x + side * 6.0, y - 3.5);
    pen.line(std::iter::once(tip).chain(bow).chain([(x + side * 4.0, y + 6.5)]), 2.0, INK);
    let (back, high) = (side * 3.6, 3.6);
    pen.line([(tip.0 - back, tip.1 - high), tip, (tip.0 - back, tip.1 + high)], 2.0, INK);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tool_is_found_where_it_is_drawn() {
        for (width, height) in [(1280.0, 720.0), (360.0, 640.0)] {
            let mut toolbar = Toolbar::default();
            toolbar.place(width, height);
            assert_eq!(toolbar.tools.len(), COLORS.len() + WIDTHS.len() + 3);
            for (tool, area) in &toolbar.tools {
                assert!(area.x >= 0.0 && area.right() <= width && area.bottom() <= height);
                assert_eq!(toolbar.at(area.x + 19.0, area.y + 19.0), Some(*tool));
            }
        }
    }

    #[test]
    fn a_tiny_canvas_has_no_toolbar() {
        let mut toolbar = Toolbar::default();
        toolbar.place(100.0, 400.0);
        assert_eq!(toolbar.at(50.0, 380.0), None);
        toolbar.place(1000.0, 60.0);
        assert!(toolbar.tools.is_empty());
    }
}
