//! The pixels of the paint demo: what is settled, and the stroke being drawn on top.
//!
//! A stroke is the union of discs between its points. Its coverage is kept as a mask of its own, in
//! which the largest wins, so that where its parts overlap the edge stays as smooth as elsewhere.

use super::pen::Area;

/// The paper's color.
pub(crate) const PAPER: [u8; 3] = [251, 250, 246];

/// A point of a stroke, in logical pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Dab {
    /// From the left.
    pub(crate) x: f32,
    /// From the top.
    pub(crate) y: f32,
    /// Of the brush there.
    pub(crate) radius: f32,
}

/// The paper.
#[derive(Default)]
pub(crate) struct Sheet {
    width: usize,
    height: usize,
    ratio: f32,
    /// Everything but the stroke being drawn.
    settled: Vec<[u8; 3]>,
    /// How much of each pixel that stroke covers.
    mask: Vec<u8>,
    /// Where `mask` is not zero; empty: nowhere.
    bounds: Bounds,
    /// All of it changed since the last frame.
    redrawn: bool,
}

/// Pixels from `left`, `top` up to but without `right`, `bottom`.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Bounds {
    left: usize,
    top: usize,
    right: usize,
    bottom: usize,
}

impl Bounds {
    fn is_empty(self) -> bool {
        self.left >= self.right || self.top >= self.bottom
    }

    fn with(self, other: Self) -> Self {
        if self.is_empty() {
            return other;
        }
        if other.is_empty() {
            return self;
        }
        Self {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }
}

impl Sheet {
    /// Takes another size; returns whether everything has to be drawn again.
    pub(crate) fn resize(&mut self, (width, height): (u32, u32), ratio: f32) -> bool {
        let (width, height) = (width as usize, height as usize);
        let same = (self.width, self.height, self.ratio) == (width, height, ratio);
        (self.width, self.height, self.ratio) = (width, height, ratio);
        !same
    }

    /// Leaves only paper.
    pub(crate) fn wipe(&mut self) {
        self.settled.clear();
        self.settled.resize(self.width * self.height, PAPER);
        self.mask.clear();
        self.mask.resize(self.width * self.height, 0);
        self.bounds = Bounds::default();
        self.redrawn = true;
    }

    /// Whether everything changed since the last call.
    pub(crate) fn take_redrawn(&mut self) -> bool {
        std::mem::take(&mut self.redrawn)
    }

    /// Adds the stroke through `dabs`, of which the first `from` are on the sheet already. `ended`:
    /// the last one is the stroke's end. Returns where pixels changed, in logical pixels.
    ///
    /// Between points the stroke runs along curves from middle to middle, bent towards the point;
    /// so a new point changes nothing before the last middle, and the last half piece waits until
    /// the next point or the end tells which way it bends.
    pub(crate) fn ink(&mut self, dabs: &[Dab], from: usize, ended: bool) -> Option<Area> {
        let mut changed = Bounds::default();
        if let ([only], 0) = (dabs, from) {
            changed = self.piece(*only, *only);
        }
        for index in from.max(1)..dabs.len() {
            let (before, here) = (dabs[index - 1], dabs[index]);
            let middle = between(before, here, 0.5);
            let start = if index >= 2 { between(dabs[index - 2], before, 0.5) } else { before };
            changed = changed.with(self.curve(start, before, middle));
        }
        if ended && let [.., before, last] = dabs {
            changed = changed.with(self.piece(between(*before, *last, 0.5), *last));
        }
        self.bounds = self.bounds.with(changed);
        let scale = 1.0 / self.ratio;
        (!changed.is_empty()).then(|| {
            Area::new(
                changed.left as f32 * scale,
                changed.top as f32 * scale,
                (changed.right - changed.left) as f32 * scale,
                (changed.bottom - changed.top) as f32 * scale,
            )
        })
    }

    /// From `start` to `end`, bent towards `corner`.
    fn curve(&mut self, start: Dab, corner: Dab, end: Dab) -> Bounds {
        let length = distance(start, corner) + distance(corner, end);
        let pieces = (length * self.ratio / 4.0).ceil().clamp(1.0, 256.0);
        let mut changed = Bounds::default();
        let mut last = start;
        for piece in 1..=pieces as usize {
            let part = piece as f32 / pieces;
            let next = between(between(start, corner, part), between(corner, end, part), part);
            changed = changed.with(self.piece(last, next));
            last = next;
        }
        changed
    }

    /// All discs on the way from `from` to `to`.
    fn piece(&mut self, from: Dab, to: Dab) -> Bounds {
        let scaled = |dab: Dab| {
            let Dab { x, y, radius } = dab;
            Dab { x: x * self.ratio, y: y * self.ratio, radius: (radius * self.ratio).max(0.5) }
        };
        let (from, to) = (scaled(from), scaled(to));
        let reach = from.radius.max(to.radius) + 1.0;
        // Casts saturate, so what lies outside becomes empty.
        let bounds = Bounds {
            left: (from.x.min(to.x) - reach) as usize,
            top: (from.y.min(to.y) - reach) as usize,
            right: ((from.x.max(to.x) + reach).ceil() as usize).min(self.width),
            bottom: ((from.y.max(to.y) + reach).ceil() as usize).min(self.height),
        };
        if bounds.is_empty() {
            return Bounds::default();
        }
        let (dx, dy) = (to.x - from.x, to.y - from.y);
        let square = dx * dx + dy * dy;
        let scale = if square > 0.0 { 1.0 / square } else { 0.0 };
        for row in bounds.top..bounds.bottom {
            let y = row as f32 + 0.5 - from.y;
            let line = &mut self.mask[row * self.width..][bounds.left..bounds.right];
            for (column, mask) in (bounds.left..).zip(line) {
                let x = column as f32 + 0.5 - from.x;
                let part = ((x * dx + y * dy) * scale).clamp(0.0, 1.0);
                let (x, y) = (x - dx * part, y - dy * part);
                let radius = from.radius + (to.radius - from.radius) * part;
                let cover = (radius + 0.5 - (x * x + y * y).sqrt()).clamp(0.0, 1.0);
                *mask = (*mask).max((cover * 255.0) as u8);
            }
        }
        bounds
    }

    /// Makes the stroke part of what is settled, in `color`.
    pub(crate) fn settle(&mut self, color: [u8; 3]) {
        let Bounds { left, top, right, bottom } = std::mem::take(&mut self.bounds);
        if left >= right {
            return;
        }
        for row in top..bottom {
            let line = row * self.width + left..row * self.width + right;
            for (under, mask) in self.settled[line.clone()].iter_mut().zip(&mut self.mask[line]) {
                *under = over(*under, color, std::mem::take(mask));
            }
        }
    }

    /// Copies everything to `pixels`, the stroke in `color`.
    pub(crate) fn show(&self, pixels: &mut [[u8; 4]], color: [u8; 3]) {
        for (pixel, [r, g, b]) in pixels.iter_mut().zip(&self.settled) {
            *pixel = [*r, *g, *b, 255];
        }
        let Bounds { left, top, right, bottom } = self.bounds;
        for row in top..bottom {
            let line = row * self.width + left..row * self.width + right;
            let settled = &self.settled[line.clone()];
            let masks = &self.mask[line.clone()];
            for ((pixel, under), mask) in pixels[line].iter_mut().zip(settled).zip(masks) {
                let [r, g, b] = over(*under, color, *mask);
                *pixel = [r, g, b, 255];
            }
        }
    }
}

fn over(under: [u8; 3], color: [u8; 3], cover: u8) -> [u8; 3] {
    let cover = u32::from(cover);
    let mut mixed = under;
    for (mixed, color) in mixed.iter_mut().zip(color) {
        let sum = u32::from(*mixed) * (255 - cover) + u32::from(color) * cover;
        *mixed = ((sum + 127) / 255) as u8;
    }
    mixed
}

fn between(a: Dab, b: Dab, part: f32) -> Dab {
    let mix = |a: f32, b: f32| a + (b - a) * part;
    Dab { x: mix(a.x, b.x), y: mix(a.y, b.y), radius: mix(a.radius, b.radius) }
}

fn distance(a: Dab, b: Dab) -> f32 {
    (a.x - b.x).hypot(a.y - b.y)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet() -> Sheet {
        let mut sheet = Sheet::default();
        assert!(sheet.resize((64, 48), 1.0));
        assert!(!sheet.resize((64, 48), 1.0));
        sheet.wipe();
        sheet
    }

    fn dab(x: f32, y: f32) -> Dab {
        Dab { x, y, radius: 4.0 }
    }

    #[test]
    fn a_single_dab_is_a_disc_with_a_smooth_edge() {
        let mut sheet = sheet();
        sheet.ink(&[dab(20.0, 20.0)], 0, true);
        let covered: f32 = sheet.mask.iter().map(|mask| f32::from(*mask) / 255.0).sum();
        assert!((covered - std::f32::consts::PI * 16.0).abs() < 1.5, "{covered}");
    }

    #[test]
    fn where_a_stroke_crosses_itself_it_is_not_darker() {
        let mut sheet = sheet();
        let dabs = [dab(10.0, 10.0), dab(40.0, 40.0), dab(40.0, 10.0), dab(10.0, 40.0)];
        sheet.ink(&dabs, 0, true);
        sheet.settle([0, 0, 0]);
        assert!(sheet.settled.contains(&[0, 0, 0]));
        assert!(sheet.mask.iter().all(|mask| *mask == 0));
        assert!(sheet.bounds.is_empty());
    }

    #[test]
    fn strokes_outside_the_paper_are_cut_off() {
        let mut sheet = sheet();
        for far in [-1e6, -10.0, 62.0, 1e6] {
            sheet.ink(&[dab(5.0, 5.0), dab(far, far), dab(far, 5.0)], 0, true);
            sheet.settle([1, 2, 3]);
        }
        assert_eq!(sheet.settled.len(), 64 * 48);
    }
}
