//! Which part of a picture is shown, and how large. Pure arithmetic.
//!
//! Places on the canvas are physical pixels here; the caller multiplies by the ratio.

/// The most canvas pixels that one of the picture's may cover, each way.
const MAX_SCALE: f64 = 64.0;
/// The smallest a picture gets, as a part of its fitted size.
const MIN_OF_FIT: f64 = 0.25;

/// How a picture lies on the canvas.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct View {
    /// The picture, in its own pixels.
    picture: (f64, f64),
    /// The canvas.
    canvas: (f64, f64),
    /// Canvas pixels a picture's pixel covers each way; `None`: as many as fit.
    scale: Option<f64>,
    /// The picture's point in the middle of the canvas.
    centre: (f64, f64),
    /// A fitted picture is not enlarged beyond this.
    enlarge: f64,
}

/// Where a picture is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Placed {
    /// Its left edge, which may be off the canvas.
    pub(crate) left: i64,
    /// Its top edge.
    pub(crate) top: i64,
    /// Its width on the canvas, 1 or more.
    pub(crate) width: u64,
    /// Its height on the canvas, 1 or more.
    pub(crate) height: u64,
}

impl View {
    /// All of a picture of `picture` pixels.
    pub(crate) fn new(picture: (u32, u32)) -> Self {
        let picture = (f64::from(picture.0), f64::from(picture.1));
        let centre = (picture.0 / 2.0, picture.1 / 2.0);
        Self { picture, canvas: (1.0, 1.0), scale: None, centre, enlarge: 1.0 }
    }

    /// Takes the canvas' size and ratio.
    pub(crate) fn resize(&mut self, width: u32, height: u32, ratio: f64) {
        self.canvas = (f64::from(width), f64::from(height));
        self.enlarge = ratio.max(1.0);
        self.keep();
    }

    fn fitting(&self) -> f64 {
        let fits = (self.canvas.0 / self.picture.0).min(self.canvas.1 / self.picture.1);
        fits.min(self.enlarge)
    }

    /// Canvas pixels a picture's pixel covers each way.
    pub(crate) fn scale(&self) -> f64 {
        self.scale.unwrap_or_else(|| self.fitting())
    }

    /// Shows all of it.
    pub(crate) fn fit(&mut self) {
        self.scale = None;
        self.keep();
    }

    /// One of the picture's pixels is one of the canvas'.
    pub(crate) fn one_to_one(&mut self) {
        self.scale = Some(1.0);
        self.keep();
    }

    /// Zooms; what is at `x`, `y` on the canvas stays there.
    pub(crate) fn zoom(&mut self, factor: f64, x: f64, y: f64) {
        let (before, off) = (self.scale(), (x - self.canvas.0 / 2.0, y - self.canvas.1 / 2.0));
        let least = (self.fitting() * MIN_OF_FIT).min(1.0);
        let scale = (before * factor).clamp(least, MAX_SCALE);
        let moved = 1.0 / before - 1.0 / scale;
        self.scale = Some(scale);
        self.centre.0 += off.0 * moved;
        self.centre.1 += off.1 * moved;
        self.keep();
    }

    /// Zooms about the canvas' middle.
    pub(crate) fn zoom_middle(&mut self, factor: f64) {
        self.zoom(factor, self.canvas.0 / 2.0, self.canvas.1 / 2.0);
    }

    /// Moves the picture with a pointer that moved by so many canvas pixels.
    pub(crate) fn pan(&mut self, dx: f64, dy: f64) {
        self.centre.0 -= dx / self.scale();
        self.centre.1 -= dy / self.scale();
        self.keep();
    }

    /// Keeps the picture on the canvas: no gap on one side while it is cut on the other, and in
    /// the middle where it has room.
    fn keep(&mut self) {
        let scale = self.scale();
        let along = |centre: f64, picture: f64, canvas: f64| {
            let half = canvas / scale / 2.0;
            if picture <= 2.0 * half { picture / 2.0 } else { centre.clamp(half, picture - half) }
        };
        self.centre.0 = along(self.centre.0, self.picture.0, self.canvas.0);
        self.centre.1 = along(self.centre.1, self.picture.1, self.canvas.1);
    }

    /// Where it is drawn.
    pub(crate) fn placed(&self) -> Placed {
        let scale = self.scale();
        let start = |centre: f64, canvas: f64| (canvas / 2.0 - centre * scale).round() as i64;
        let size = |picture: f64| ((picture * scale).round() as u64).max(1);
        Placed {
            left: start(self.centre.0, self.canvas.0),
            top: start(self.centre.1, self.canvas.1),
            width: size(self.picture.0),
            height: size(self.picture.1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(picture: (u32, u32), canvas: (u32, u32)) -> View {
        let mut view = View::new(picture);
        view.resize(canvas.0, canvas.1, 1.0);
        view
    }

    #[test]
    fn a_large_picture_is_fitted_and_a_small_one_is_not_enlarged() {
        let large = view((2000, 1000), (800, 600)).placed();
        assert_eq!(large, Placed { left: 0, top: 100, width: 800, height: 400 });
        let small = view((20, 10), (800, 600)).placed();
        assert_eq!(small, Placed { left: 390, top: 295, width: 20, height: 10 });
    }

    #[test]
    fn zooming_keeps_the_point_under_the_pointer() {
        let mut view = view((4000, 3000), (800, 600));
        let point = |view: &View, x: f64, y: f64| {
            let placed = view.placed();
            ((x - placed.left as f64) / view.scale(), (y - placed.top as f64) / view.scale())
        };
        let before = point(&view, 600.0, 150.0);
        for _ in 0..10 {
            view.zoom(1.3, 600.0, 150.0);
            let after = point(&view, 600.0, 150.0);
            let off = (after.0 - before.0).hypot(after.1 - before.1) * view.scale();
            assert!(off < 1.5, "{off} canvas pixels");
        }
    }

    #[test]
    fn zoom_and_pan_end_at_their_limits() {
        let mut view = view((100, 100), (800, 600));
        for _ in 0..1000 {
            view.zoom(1e9, 3.0, 3.0);
        }
        assert_eq!(view.scale(), MAX_SCALE);
        view.pan(-1e12, 1e12);
        let placed = view.placed();
        assert_eq!(placed.left + placed.width as i64, 800);
        assert_eq!(placed.top, 0);
        for _ in 0..1000 {
            view.zoom(1e-9, 700.0, 3.0);
        }
        assert!(view.scale() > 0.0 && view.placed().width >= 1);
        assert_eq!(view.placed().left, 388);
    }

    #[test]
    fn a_fitted_picture_stays_fitted_when_the_canvas_changes() {
        let mut view = view((1000, 1000), (500, 900));
        view.resize(1, 1, 1.0);
        assert_eq!(view.placed().width, 1);
        view.resize(250, 400, 1.0);
        assert_eq!(view.placed(), Placed { left: 0, top: 75, width: 250, height: 250 });
        view.one_to_one();
        view.resize(500, 500, 2.0);
        assert_eq!(view.scale(), 1.0);
        view.fit();
        assert_eq!(view.scale(), 0.5);
    }
}
