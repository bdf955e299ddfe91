//! A ribbon between two Bézier curves, drawn with tiny-skia straight into the frame. Drag the ends and
//! the handles of the curves, with a mouse, a pen or a finger.

use framecast::{Canvas, Cursor, EventKind, FrameBuffer, Options, Step};
use tiny_skia::{
    BlendMode, Color, FillRule, GradientStop, LinearGradient, Paint, PathBuilder, PixmapMut, Point,
    SpreadMode, Stroke, Transform,
};

/// In the ribbon, with the first and the last one.
const CURVES: u8 = 32;
/// How far from a point one may take hold of it, in logical pixels.
const REACH: f32 = 22.0;

/// Each row is the start, two handles and the end of a curve: of the first one, then of the last one. They
/// are parts of the canvas' width and height, so they follow its size.
struct Ribbon([Point; 8]);

impl Ribbon {
    #[rustfmt::skip]
    fn new() -> Self {
        Self([
            (0.08, 0.62), (0.30, 0.04), (0.52, 0.66), (0.92, 0.12),
            (0.08, 0.84), (0.42, 0.98), (0.62, 0.10), (0.92, 0.88),
        ].map(Point::from))
    }

    /// The point next to the pointer, if it is within reach.
    fn find(&self, pointer: Point, size: Point) -> Option<usize> {
        let distances = self.0.iter().map(|point| pointer.distance(*point * size)).enumerate();
        let next = distances.min_by(|(_, a), (_, b)| a.total_cmp(b));
        next.and_then(|(index, distance)| (distance < REACH).then_some(index))
    }

    /// Draws it, with `ratio` pixels of the frame to a logical pixel, and one point `lit`.
    fn draw(&self, frame: &mut FrameBuffer, ratio: f32, lit: Option<usize>) {
        let (width, height) = (frame.width(), frame.height());
        // tiny-skia multiplies colors by their alpha, and frames do not. It is the same where all is opaque:
        // the background is, and what is drawn over it stays so.
        let mut pixmap = PixmapMut::from_bytes(frame.bytes_mut(), width, height)
            .expect("a frame has four bytes a pixel");
        pixmap.fill(Color::from_rgba8(12, 13, 24, 255));
        // From here on everything is in logical pixels.
        let scale = Transform::from_scale(ratio, ratio);
        let size = Point::from_xy(width as f32 / ratio, height as f32 / ratio);
        let mut stroke = |points: &[Point], width: f32, paint: &Paint| {
            let mut path = PathBuilder::new();
            path.move_to(points[0].x, points[0].y);
            match points[1..] {
                [a, b, end] => path.cubic_to(a.x, a.y, b.x, b.y, end.x, end.y),
                _ => path.line_to(points[1].x, points[1].y),
            }
            // There is no path if all of its points are one.
            if let Some(path) = path.finish() {
                let stroke = Stroke { width, ..Stroke::default() };
                pixmap.stroke_path(&path, paint, &stroke, scale, None);
            }
        };

        let stops = [(0.1, 40, 220, 235), (0.5, 110, 90, 255), (0.9, 255, 85, 130)]
            .map(|(at, r, g, b)| GradientStop::new(at, Color::from_rgba8(r, g, b, 220)));
        let (pad, unmoved) = (SpreadMode::Pad, Transform::identity());
        let shader = LinearGradient::new(Point::zero(), size, stops.to_vec(), pad, unmoved)
            .expect("a frame is not empty");
        let glow = Paint { shader, blend_mode: BlendMode::Screen, ..Paint::default() };
        let points = self.0.map(|point| point * size);
        for curve in 0..CURVES {
            let part = f32::from(curve) / f32::from(CURVES - 1);
            let mix = |index: usize| {
                points[index] + (points[index + 4] - points[index]) * Point::from((part, part))
            };
            let is_edge = curve % (CURVES - 1) == 0;
            stroke(&[0, 1, 2, 3].map(mix), if is_edge { 3.5 } else { 1.2 }, &glow);
        }

        let mut white = Paint::default();
        white.set_color_rgba8(255, 255, 255, 90);
        for (end, handle) in [(0, 1), (3, 2), (4, 5), (7, 6)] {
            stroke(&[points[end], points[handle]], 1.0, &white);
        }
        for (index, point) in points.into_iter().enumerate() {
            let radius = if index % 4 % 3 == 0 { 6.0 } else { 4.5 };
            let halo = if lit == Some(index) { 14.0 } else { 0.0 };
            for (radius, alpha) in [(halo, 60), (radius, 255)] {
                white.set_color_rgba8(255, 255, 255, alpha);
                if let Some(dot) = PathBuilder::from_circle(point.x, point.y, radius) {
                    pixmap.fill_path(&dot, &white, FillRule::Winding, scale, None);
                }
            }
        }
    }
}

fn main() -> framecast::Result<()> {
    let (mut ribbon, mut lit, mut held) = (Ribbon::new(), None, false);
    let canvas = Canvas::builder("ribbon").options(&Options::from_env()).open()?;
    canvas.run(|canvas, step| match step {
        Step::Event(event) => {
            let (pointer, pressed) = match event.kind {
                EventKind::PointerDown(pointer) => (pointer, true),
                EventKind::PointerMove(pointer) => (pointer, false),
                EventKind::PointerUp(_) => return held = false,
                _ => return,
            };
            let size = canvas.size().logical();
            let size = Point::from_xy(size.width as f32, size.height as f32);
            let at = Point::from_xy(pointer.x as f32, pointer.y as f32);
            if let (true, Some(index)) = (held, lit) {
                let part = |at: f32, side: f32| (at / side).clamp(0.0, 1.0);
                ribbon.0[index] = Point::from_xy(part(at.x, size.x), part(at.y, size.y));
                canvas.request_draw();
            } else if lit != ribbon.find(at, size) {
                lit = ribbon.find(at, size);
                canvas.request_draw();
            }
            held |= pressed && lit.is_some();
            canvas.set_cursor(match lit {
                Some(_) if held => Cursor::Grabbing,
                Some(_) => Cursor::Grab,
                None => Cursor::Default,
            });
        }
        Step::Draw(mut frame) => {
            let ratio = frame.ratio() as f32;
            ribbon.draw(&mut frame, ratio, lit);
            frame.present();
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pixel_is_opaque_at_any_size_and_ratio() -> framecast::Result<()> {
        for (side, ratio) in [(1.0, 1.0), (40.0, 1.0), (300.0, 2.5)] {
            let canvas =
                Canvas::builder("").no_backends().size((side, side)).ratio(ratio).open()?;
            let mut frame = canvas.begin_frame()?;
            Ribbon::new().draw(&mut frame, ratio as f32, Some(0));
            assert!(frame.pixels().iter().all(|pixel| pixel[3] == 255), "{side} at {ratio}");
            assert!(frame.pixels().contains(&[255; 4]), "{side} at {ratio}");
        }
        Ok(())
    }

    #[test]
    fn the_nearest_point_is_found_and_none_out_of_reach() {
        let (ribbon, size) = (Ribbon::new(), Point::from_xy(100.0, 200.0));
        assert_eq!(ribbon.find(Point::from_xy(91.0, 28.0), size), Some(3));
        assert_eq!(ribbon.find(Point::from_xy(91.0, 60.0), size), None);
        // Two are within reach.
        assert_eq!(ribbon.find(Point::from_xy(8.0, 145.0), size), Some(0));
        assert_eq!(ribbon.find(Point::from_xy(8.0, 147.0), size), Some(4));
    }
}
