//! Which part of the time the chart shows. Times are in seconds, places in logical pixels.

use std::ops::Range;

pub struct View {
    /// How much is shown.
    span: f64,
    /// Until when; `None` follows the newest value.
    end: Option<f64>,
    /// Where the chart's left and right edges were drawn.
    pub edges: Range<f64>,
}

impl View {
    /// Shows the last `span` seconds.
    pub fn live(span: f64) -> Self {
        Self { span, end: None, edges: 0.0..1.0 }
    }

    pub fn is_live(&self) -> bool {
        self.end.is_none()
    }

    pub fn time(&self, newest: f64) -> Range<f64> {
        let end = self.end.unwrap_or(newest);
        end - self.span..end
    }

    /// Follows the newest value.
    pub fn follow(&mut self) {
        self.end = None;
    }

    /// Moves the chart to the right, back to `oldest` at most. At `newest` it is live again.
    pub fn pan(&mut self, distance: f64, oldest: f64, newest: f64) {
        let end = self.time(newest).end - distance / self.width() * self.span;
        self.end = (end < newest).then_some(end.max(oldest + self.span));
    }

    /// Shows `factor` as much time. What is at `x` stays there; of a live chart, the newest value.
    pub fn zoom(&mut self, factor: f64, x: f64, oldest: f64, newest: f64) {
        let span = (self.span * factor).clamp(5.0, 120.0);
        let right = ((self.edges.end - x) / self.width()).clamp(0.0, 1.0);
        self.end = self.end.map(|end| end + right * (span - self.span));
        self.span = span;
        self.pan(0.0, oldest, newest);
    }

    /// At least a pixel, where the canvas has no room for the chart.
    fn width(&self) -> f64 {
        (self.edges.end - self.edges.start).max(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_is_dragged_into_the_past_as_far_as_there_is_one_and_back() {
        let mut view = View { edges: 100.0..300.0, ..View::live(20.0) };
        assert_eq!(view.time(60.0), 40.0..60.0);
        view.pan(50.0, 0.0, 60.0);
        assert_eq!((view.time(60.0), view.time(99.0)), (35.0..55.0, 35.0..55.0));
        view.pan(900.0, 0.0, 60.0);
        assert_eq!(view.time(60.0), 0.0..20.0);
        view.pan(-400.0, 0.0, 60.0);
        assert!(view.is_live());
    }

    #[test]
    fn what_is_under_the_pointer_stays_there_and_a_live_chart_stays_live() {
        let mut view = View { end: Some(40.0), edges: 100.0..300.0, ..View::live(20.0) };
        // The chart's middle is at 30 seconds.
        view.zoom(0.5, 200.0, 0.0, 60.0);
        assert_eq!(view.time(60.0), 25.0..35.0);
        view.zoom(0.01, 300.0, 0.0, 60.0);
        assert_eq!(view.time(60.0), 30.0..35.0);
        // It does not show what is yet to come.
        view.zoom(100.0, 100.0, 0.0, 60.0);
        assert!(view.is_live());
        let mut live = View::live(20.0);
        live.zoom(2.0, 150.0, 0.0, 60.0);
        assert_eq!(live.time(60.0), 20.0..60.0);
    }
}
