//! Shapes and text in logical pixels on a frame of physical ones.

use framecast::FrameBuffer;
use tiny_skia::{
    FillRule, LineCap, LineJoin, Paint, Path, PathBuilder, PixmapMut, Stroke, Transform,
};

use super::text::{Face, Style, Text};

/// Red, green, blue, opacity.
pub(crate) type Color = [u8; 4];

/// A rectangle in logical pixels.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Area {
    /// Left edge.
    pub(crate) x: f32,
    /// Top edge.
    pub(crate) y: f32,
    /// From left to right; a negative width is empty.
    pub(crate) width: f32,
    /// From top to bottom; a negative height is empty.
    pub(crate) height: f32,
}

impl Area {
    /// The area from `x`, `y` of `width` × `height`.
    pub(crate) const fn new(x: f32, y: f32, width: f32, height: f32) -> Self {
        Self { x, y, width, height }
    }

    /// The right edge.
    pub(crate) fn right(&self) -> f32 {
        self.x + self.width
    }

    /// The lower edge.
    pub(crate) fn bottom(&self) -> f32 {
        self.y + self.height
    }

    /// Smaller by `by` on every side.
    pub(crate) fn inset(&self, by: f32) -> Self {
        Self::new(self.x + by, self.y + by, self.width - 2.0 * by, self.height - 2.0 * by)
    }

    /// Whether the point lies in it.
    pub(crate) fn contains(&self, x: f32, y: f32) -> bool {
        x >= self.x && x < self.right() && y >= self.y && y < self.bottom()
    }

    /// The physical pixels it touches.
    pub(crate) fn damage(&self, ratio: f32) -> framecast::Rect {
        // A cast from a float saturates, so an area off the frame becomes an empty one.
        let (x, y) = ((self.x * ratio).floor() as u32, (self.y * ratio).floor() as u32);
        let right = (self.right() * ratio).ceil() as u32;
        let bottom = (self.bottom() * ratio).ceil() as u32;
        framecast::Rect::new(x, y, right.saturating_sub(x), bottom.saturating_sub(y))
    }
}

/// Which point of a text the position means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Anchor {
    /// Its start.
    Left,
    /// Its middle.
    Middle,
    /// Its end.
    Right,
}

/// Draws on one frame.
pub(crate) struct Pen<'a> {
    target: PixmapMut<'a>,
    text: &'a mut Text,
    ratio: f32,
}

impl<'a> Pen<'a> {
    /// Draws on `frame`, whose logical pixels are `ratio` physical ones wide.
    pub(crate) fn new(frame: &'a mut FrameBuffer, ratio: f64, text: &'a mut Text) -> Self {
        let (width, height) = (frame.width(), frame.height());
        let target = PixmapMut::from_bytes(frame.bytes_mut(), width, height)
            .expect("a frame is never empty and has four bytes a pixel");
        Self { target, text, ratio: ratio as f32 }
    }

    /// Logical pixels from left to right.
    pub(crate) fn width(&self) -> f32 {
        self.target.width() as f32 / self.ratio
    }

    /// Logical pixels from top to bottom.
    pub(crate) fn height(&self) -> f32 {
        self.target.height() as f32 / self.ratio
    }

    /// Paints everything.
    pub(crate) fn clear(&mut self, color: [u8; 3]) {
        let [r, g, b] = color;
        self.target.data_mut().as_chunks_mut::<4>().0.fill([r, g, b, 255]);
    }

    fn paint(color: Color) -> Paint<'static> {
        let mut paint = Paint::default();
        let [r, g, b, a] = color;
        paint.set_color_rgba8(r, g, b, a);
        paint
    }

    fn scale(&self) -> Transform {
        Transform::from_scale(self.ratio, self.ratio)
    }

    fn fill_path(&mut self, path: Option<Path>, color: Color) {
        if let Some(path) = path {
            let scale = self.scale();
            self.target.fill_path(&path, &Self::paint(color), FillRule::Winding, scale, None);
        }
    }

    /// A rectangle whose edges are rounded to whole physical pixels, so that it is crisp.
    pub(crate) fn rect(&mut self, area: Area, color: Color) {
        let ratio = self.ratio;
        let snap = |at: f32| (at * ratio).round() / ratio;
        let (x, y) = (snap(area.x), snap(area.y));
        let one = 1.0 / ratio;
        let (width, height) = (snap(area.right()) - x, snap(area.bottom()) - y);
        if area.width > 0.0 && area.height > 0.0 {
            let rect = tiny_skia::Rect::from_xywh(x, y, width.max(one), height.max(one));
            self.fill_path(rect.map(PathBuilder::from_rect), color);
        }
    }

    /// A rectangle with round corners.
    pub(crate) fn round_rect(&mut self, area: Area, radius: f32, color: Color) {
        self.fill_path(round_path(area, radius), color);
    }

    /// The outline of a rectangle with round corners.
    pub(crate) fn round_frame(&mut self, area: Area, radius: f32, width: f32, color: Color) {
        self.stroke_path(round_path(area.inset(width / 2.0), radius), width, color);
    }

    /// A disc.
    pub(crate) fn disc(&mut self, x: f32, y: f32, radius: f32, color: Color) {
        self.fill_path(PathBuilder::from_circle(x, y, radius), color);
    }

    /// A circle's line.
    pub(crate) fn ring(&mut self, x: f32, y: f32, radius: f32, width: f32, color: Color) {
        self.stroke_path(PathBuilder::from_circle(x, y, radius), width, color);
    }

    fn stroke_path(&mut self, path: Option<Path>, width: f32, color: Color) {
        if let Some(path) = path {
            let stroke = Stroke {
                width,
                line_cap: LineCap::Round,
                line_join: LineJoin::Round,
                ..Stroke::default()
            };
            let scale = self.scale();
            self.target.stroke_path(&path, &Self::paint(color), &stroke, scale, None);
        }
    }

    /// A line through `points`.
    pub(crate) fn line(
        &mut self,
        points: impl IntoIterator<Item = (f32, f32)>,
        width: f32,
        color: Color,
    ) {
        self.stroke_path(path(points, false), width, color);
    }

    /// The polygon of `points`, filled.
    pub(crate) fn polygon(&mut self, points: impl IntoIterator<Item = (f32, f32)>, color: Color) {
        self.fill_path(path(points, true), color);
    }

    /// A horizontal line that is crisp, and one physical pixel high or more.
    pub(crate) fn rule(&mut self, x: f32, y: f32, width: f32, color: Color) {
        self.rect(Area::new(x, y, width, (self.ratio.round().max(1.0)) / self.ratio), color);
    }

    /// How wide `text` is, in logical pixels.
    pub(crate) fn text_width(&self, face: Face, size: f32, text: &str) -> f32 {
        let style = Style { face, size: size * self.ratio, color: [0; 3] };
        self.text.width(style, text) / self.ratio
    }

    /// Text whose `anchor` is at `x`, on the baseline `y`.
    pub(crate) fn text(
        &mut self,
        at: (f32, f32, Anchor),
        face: Face,
        size: f32,
        color: [u8; 3],
        text: &str,
    ) {
        let (x, y, anchor) = at;
        let x = match anchor {
            Anchor::Left => x,
            Anchor::Middle => x - self.text_width(face, size, text) / 2.0,
            Anchor::Right => x - self.text_width(face, size, text),
        };
        let style = Style { face, size: size * self.ratio, color };
        self.text.draw(&mut self.target, x * self.ratio, y * self.ratio, style, text);
    }
}

fn path(points: impl IntoIterator<Item = (f32, f32)>, closed: bool) -> Option<Path> {
    let mut builder = PathBuilder::new();
    for (x, y) in points {
        if builder.is_empty() {
            builder.move_to(x, y);
        } else {
            builder.line_to(x, y);
        }
    }
    if closed {
        builder.close();
    }
    builder.finish()
}

/// How far a Bézier curve's handles reach to look like a quarter of a circle.
const QUARTER: f32 = 0.552_285;

fn round_path(area: Area, radius: f32) -> Option<Path> {
    if area.width <= 0.0 || area.height <= 0.0 {
        return None;
    }
    let r = radius.min(area.width / 2.0).min(area.height / 2.0).max(0.0);
    let k = r * (1.0 - QUARTER);
    let Area { x: left, y: top, .. } = area;
    let (right, bottom) = (area.right(), area.bottom());
    let mut path = PathBuilder::new();
    path.move_to(left + r, top);
    path.line_to(right - r, top);
    path.cubic_to(right - k, top, right, top + k, right, top + r);
    path.line_to(right, bottom - r);
    path.cubic_to(right, bottom - k, right - k, bottom, right - r, bottom);
    path.line_to(left + r, bottom);
    path.cubic_to(left + k, bottom, left, bottom - k, left, bottom - r);
    path.line_to(left, top + r);
    path.cubic_to(left, top + k, left + k, top, left + r, top);
    path.close();
    path.finish()
}
