//! Axes, curves and bars on a card.

use super::pen::{Anchor, Area, Color, Pen};
use super::text::Face;

const GRID: Color = [232, 235, 243, 255];
const AXIS: Color = [150, 158, 178, 255];

/// A plot's place and ranges.
pub(crate) struct Plot {
    card: Area,
    inner: Area,
    x: (f32, f32),
    y: (f32, f32),
}

impl Plot {
    /// On `card`, from the first to the second number of `x` and `y`.
    pub(crate) fn new(card: Area, x: (f32, f32), y: (f32, f32)) -> Self {
        let tall = card.height > 150.0;
        let (top, bottom) = if tall { (44.0, 48.0) } else { (34.0, 28.0) };
        let height = (card.height - top - bottom).max(1.0);
        let width = (card.width - 44.0 - 20.0).max(1.0);
        Self { card, inner: Area::new(card.x + 44.0, card.y + top, width, height), x, y }
    }

    /// Where the curves are.
    pub(crate) fn inner(&self) -> Area {
        self.inner
    }

    fn place_x(&self, value: f32) -> f32 {
        self.inner.x + (value - self.x.0) / (self.x.1 - self.x.0) * self.inner.width
    }

    /// The height on the canvas of a value.
    pub(crate) fn place_y(&self, value: f32) -> f32 {
        self.inner.bottom() - (value - self.y.0) / (self.y.1 - self.y.0) * self.inner.height
    }

    /// The value at a place on the canvas.
    pub(crate) fn value_x(&self, place: f32) -> f32 {
        self.x.0 + (place - self.inner.x) / self.inner.width * (self.x.1 - self.x.0)
    }

    /// The title, the grid, and numbers at both axes.
    pub(crate) fn axes(
        &self,
        pen: &mut Pen,
        title: &str,
        below: &str,
        ink: [u8; 3],
        soft: [u8; 3],
    ) {
        let Area { x, y, .. } = self.card;
        pen.text((x + 18.0, y + 26.0, Anchor::Left), Face::Sans, 16.0, ink, title);
        let inner = self.inner;
        let rows = (inner.height / 38.0).clamp(1.0, 8.0) as usize;
        for value in ticks(self.y, rows) {
            let y = self.place_y(value);
            pen.rule(inner.x, y, inner.width, GRID);
            let at = (inner.x - 8.0, y + 4.0, Anchor::Right);
            pen.text(at, Face::Sans, 12.0, soft, &number(value, step(self.y.1 - self.y.0, rows)));
        }
        let columns = (inner.width / 70.0).clamp(1.0, 10.0) as usize;
        for value in ticks(self.x, columns) {
            let x = self.place_x(value);
            pen.line([(x, inner.bottom()), (x, inner.bottom() + 4.0)], 1.0, AXIS);
            let at = (x, inner.bottom() + 17.0, Anchor::Middle);
            pen.text(
                at,
                Face::Sans,
                12.0,
                soft,
                &number(value, step(self.x.1 - self.x.0, columns)),
            );
        }
        pen.rule(inner.x, inner.bottom(), inner.width, AXIS);
        if self.card.height > 150.0 {
            let at = (inner.x + inner.width / 2.0, inner.bottom() + 36.0, Anchor::Middle);
            pen.text(at, Face::Sans, 13.0, soft, below);
        }
    }

    /// A dashed line at a value.
    pub(crate) fn level(&self, pen: &mut Pen, value: f32, color: Color) {
        let y = self.place_y(value);
        let mut x = self.inner.x;
        while x < self.inner.right() {
            pen.line([(x, y), ((x + 5.0).min(self.inner.right()), y)], 1.0, color);
            x += 10.0;
        }
    }

    /// `function` over the whole range.
    pub(crate) fn curve(&self, pen: &mut Pen, color: Color, function: impl Fn(f32) -> f32) {
        // A point every logical pixel or so is smooth enough for what bends this little.
        let points = (self.inner.width.ceil() as usize).clamp(2, 4096);
        let line = (0..=points).map(|point| {
            let value = self.x.0 + (self.x.1 - self.x.0) * point as f32 / points as f32;
            (self.place_x(value), self.place_y(function(value)))
        });
        pen.line(line, 2.0, color);
    }

    /// A bar one unit wide, but for a gap, around `x`.
    pub(crate) fn bar(&self, pen: &mut Pen, x: f32, value: f32, color: Color) {
        let (left, right) = (self.place_x(x - 0.4), self.place_x(x + 0.4));
        let left = left.max(self.inner.x);
        let (top, width) = (self.place_y(value), right.min(self.inner.right()) - left);
        let height = self.inner.bottom() - top;
        // A bar of less than a hair would be drawn a pixel high.
        if height > 0.3 {
            pen.rect(Area::new(left, top, width, height), color);
        }
    }
}

/// The round step that divides `range` into about `parts`.
pub(crate) fn step(range: f32, parts: usize) -> f32 {
    let rough = range / parts.max(1) as f32;
    let size = 10.0_f32.powf(rough.log10().floor());
    let round = [1.0, 2.0, 5.0, 10.0].into_iter().find(|round| round * size >= rough * 0.999);
    round.unwrap_or(10.0) * size
}

fn ticks(range: (f32, f32), parts: usize) -> impl Iterator<Item = f32> {
    let step = step(range.1 - range.0, parts);
    let first = (range.0 / step).ceil() as i32;
    let last = (range.1 / step + 0.001).floor() as i32;
    (first..=last).map(move |number| number as f32 * step)
}

fn number(value: f32, step: f32) -> String {
    if step < 1.0 { format!("{value:.1}") } else { format!("{value:.0}") }
}
