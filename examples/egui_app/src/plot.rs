//! The plot: drag to move, turn the wheel to zoom, double-click to see all.

use framecast_egui::egui::{
    self, Align2, Color32, CornerRadius, CursorIcon, FontId, Pos2, Rect, Sense, Shape, Stroke,
    StrokeKind, Ui, pos2, vec2,
};

use crate::signal::Signal;

/// Volts from the middle to the upper edge.
const VOLTS: f64 = 4.0;

/// The part of time that is seen, in seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Span {
    pub(crate) from: f64,
    pub(crate) length: f64,
    /// The time that the pointer holds.
    grip: Option<f64>,
}

impl Default for Span {
    fn default() -> Self {
        Self { from: 0.0, length: 2.0, grip: None }
    }
}

impl Span {
    pub(crate) fn to(self) -> f64 {
        self.from + self.length
    }

    fn zoom(&mut self, factor: f64, around: f64) {
        let length = (self.length * factor).clamp(0.02, 60.0);
        self.from = around - (around - self.from) * length / self.length;
        self.length = length;
    }
}

/// Where numbers are on the screen.
struct Axes {
    rect: Rect,
    span: Span,
}

impl Axes {
    fn x(&self, time: f64) -> f32 {
        let part = (time - self.span.from) / self.span.length;
        self.rect.left() + part as f32 * self.rect.width()
    }

    fn y(&self, volts: f64) -> f32 {
        self.rect.center().y - (volts / VOLTS) as f32 * self.rect.height() / 2.0
    }

    fn time(&self, x: f32) -> f64 {
        let part = f64::from((x - self.rect.left()) / self.rect.width());
        self.span.from + part * self.span.length
    }
}

/// Shows the signals. Returns the time under the pointer, in seconds.
pub(crate) fn show(ui: &mut Ui, span: &mut Span, signals: &[Signal]) -> Option<f64> {
    let (response, painter) = ui.allocate_painter(ui.available_size(), Sense::click_and_drag());
    let visuals = ui.visuals();
    let frame = response.rect;
    painter.rect_filled(frame, CornerRadius::same(8), visuals.extreme_bg_color);
    let rect = Rect::from_min_max(frame.min + vec2(46.0, 14.0), frame.max - vec2(14.0, 26.0));
    let mut axes = Axes { rect, span: *span };

    if response.double_clicked() {
        *span = Span::default();
    }
    let (press, pointer) =
        ui.input(|input| (input.pointer.press_origin(), input.pointer.latest_pos()));
    if let (true, Some(press), Some(pointer)) = (response.dragged(), press, pointer) {
        let grip = *span.grip.get_or_insert_with(|| axes.time(press.x));
        span.from += grip - axes.time(pointer.x);
        ui.set_cursor_icon(CursorIcon::Grabbing);
    } else {
        span.grip = None;
        if response.hovered() {
            ui.set_cursor_icon(CursorIcon::Crosshair);
        }
    }
    if let Some(at) = response.hover_pos() {
        let (scroll, pinch) = ui.input(|input| (input.smooth_scroll_delta().y, input.zoom_delta()));
        let factor = (f64::from(-scroll) / 200.0).exp() / f64::from(pinch);
        if factor != 1.0 {
            span.zoom(factor, axes.time(at.x));
        }
    }
    axes.span = *span;

    let line = Stroke::new(1.0, visuals.widgets.noninteractive.bg_stroke.color.gamma_multiply(0.7));
    let text = visuals.weak_text_color();
    let font = FontId::proportional(11.0);
    for volts in [-4.0, -2.0, 0.0, 2.0, 4.0] {
        let y = axes.y(volts);
        painter.hline(rect.x_range(), y, line);
        let label = if volts == 0.0 { "0 V".to_owned() } else { format!("{volts:+.0} V") };
        painter.text(pos2(rect.left() - 8.0, y), Align2::RIGHT_CENTER, label, font.clone(), text);
    }
    let step = step(span.length, f64::from(rect.width()) / 90.0);
    let first = (span.from / step).ceil() as i64;
    for n in first..=(span.to() / step).floor() as i64 {
        let time = n as f64 * step;
        let x = axes.x(time);
        painter.vline(x, rect.y_range(), line);
        let decimals = (-step.log10().floor()).clamp(0.0, 4.0) as usize;
        let label = format!("{time:.decimals$} s");
        painter.text(pos2(x, rect.bottom() + 8.0), Align2::CENTER_TOP, label, font.clone(), text);
    }

    let inside = painter.with_clip_rect(rect.expand(2.0).intersect(painter.clip_rect()));
    for signal in signals {
        let points = (0..=rect.width() as u32).map(|x| {
            let x = rect.left() + x as f32;
            pos2(x, axes.y(signal.at(axes.time(x))))
        });
        inside.add(Shape::line(points.collect(), Stroke::new(2.0, signal.color)));
    }

    let pointer = response.hover_pos().filter(|at| rect.contains(*at))?;
    let time = axes.time(pointer.x);
    inside.vline(
        pointer.x,
        rect.y_range(),
        Stroke::new(1.0, visuals.text_color().gamma_multiply(0.5)),
    );
    for signal in signals {
        let at = pos2(pointer.x, axes.y(signal.at(time)));
        inside.circle(at, 4.0, signal.color, Stroke::new(1.5, visuals.extreme_bg_color));
    }
    let text = format!("{time:.3} s");
    chip(&inside, rect, pos2(pointer.x, rect.top() + 4.0), text, visuals);
    Some(time)
}

/// A label that stays inside of `rect`.
fn chip(painter: &egui::Painter, rect: Rect, at: Pos2, text: String, visuals: &egui::Visuals) {
    let galley = painter.layout_no_wrap(text, FontId::monospace(12.0), visuals.strong_text_color());
    let size = galley.size() + vec2(14.0, 6.0);
    let left = (at.x - size.x / 2.0).clamp(rect.left(), (rect.right() - size.x).max(rect.left()));
    let place = Rect::from_min_size(pos2(left.round(), at.y.round()), size);
    let edge = Stroke::new(1.0, visuals.widgets.noninteractive.bg_stroke.color);
    painter.rect(place, CornerRadius::same(6), visuals.window_fill, edge, StrokeKind::Inside);
    painter.galley(place.min + vec2(7.0, 3.0), galley, Color32::PLACEHOLDER);
}

/// A round distance of about `length` / `count`: 1, 2 or 5 times a power of ten.
fn step(length: f64, count: f64) -> f64 {
    let rough = length / count.max(1.0);
    let power = 10.0_f64.powf(rough.log10().floor());
    let factor = [1.0, 2.0, 5.0, 10.0].into_iter().find(|factor| factor * power >= rough);
    factor.unwrap_or(10.0) * power
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_stand_at_round_numbers() {
        for (length, count, expected) in
            [(2.0, 10.0, 0.2), (2.0, 7.0, 0.5), (60.0, 10.0, 10.0), (0.02, 10.0, 0.002)]
        {
            assert!((step(length, count) - expected).abs() < 1e-9, "{length}");
        }
    }

    #[test]
    fn a_zoom_keeps_what_is_under_the_pointer() {
        let mut span = Span { from: 1.0, length: 4.0, grip: None };
        span.zoom(0.5, 2.0);
        assert_eq!(span, Span { from: 1.5, length: 2.0, grip: None });
        span.zoom(1e-9, 2.0);
        assert!(span.length >= 0.02 && span.from <= 2.0 && span.to() >= 2.0);
    }
}
