//! Which colors look alike.
//!
//! The measure is the CIE 1976 color difference: the distance in CIELAB, under D65. 2.3 is one that
//! is just noticeable when two patches are side by side (M. Mahy, L. Van Eycken, A. Oosterlinck,
//! "Evaluation of uniform color spaces developed after the adoption of CIELAB and CIELUV", Color
//! Research & Application 19, 1994).

use super::cell::Color;

/// Steps of the table of CIELAB's cube root; between them it is taken to be straight.
const STEPS: usize = 1024;
/// Linear sRGB to X, Y, Z, each as a part of the white's (IEC 61966-2-1, D65).
const MATRIX: [[f32; 3]; 3] = [
    [0.433_953, 0.376_219, 0.189_828],
    [0.212_673, 0.715_152, 0.072_175],
    [0.017_758, 0.109_477, 0.872_765],
];

/// A color, and where it is in CIELAB.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tint {
    pub(super) color: Color,
    lab: [f32; 3],
}

/// How far from its color a dot may be.
pub(super) struct Tolerance {
    /// Squared.
    limit: f32,
    linear: [f32; 256],
    root: Vec<f32>,
}

/// How far a color may be from another: squared, in CIELAB.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Limit(f32);

impl Limit {
    /// Not at all.
    pub(super) const EXACT: Self = Self(0.0);

    /// Whether two colors are alike.
    #[inline]
    pub(super) fn allows(self, one: &Tint, other: &Tint) -> bool {
        one.color == other.color || difference(one, other) < self.0
    }

    /// Whether some color may be alike both of these.
    #[inline]
    pub(super) fn reaches(self, one: &Tint, other: &Tint) -> bool {
        one.color == other.color || difference(one, other) < 4.0 * self.0
    }

    /// The stricter of two limits.
    pub(super) fn min(self, other: Self) -> Self {
        Self(self.0.min(other.0))
    }
}

/// Squared.
#[inline]
fn difference(one: &Tint, other: &Tint) -> f32 {
    let square = |axis: usize| (one.lab[axis] - other.lab[axis]).powi(2);
    square(0) + square(1) + square(2)
}

impl Tolerance {
    /// `tenths` of a CIE 1976 difference.
    pub(super) fn new(tenths: u8) -> Self {
        let linear = std::array::from_fn(|n| {
            let value = n as f32 / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        });
        let root = |n: usize| {
            let value = n as f32 / STEPS as f32;
            if value > 216.0 / 24389.0 {
                value.cbrt()
            } else {
                (24389.0 / 27.0 * value + 16.0) / 116.0
            }
        };
        let root = (0..STEPS + 2).map(root).collect();
        let limit = (f32::from(tenths) / 10.0).powi(2);
        Self { limit, linear, root }
    }

    pub(super) fn limit(&self) -> Limit {
        Limit(self.limit)
    }

    /// The color in the middle of the box, in sRGB, that holds all these.
    pub(super) fn middle(&self, tints: &[Tint]) -> Tint {
        let (mut least, mut most) = ([u8::MAX; 4], [0; 4]);
        for tint in tints {
            let channels = tint.color.to_be_bytes();
            for n in 0..4 {
                least[n] = least[n].min(channels[n]);
                most[n] = most[n].max(channels[n]);
            }
        }
        let middle = std::array::from_fn(|n| least[n].midpoint(most[n]));
        self.tint(Color::from_be_bytes(middle))
    }

    /// A color in CIELAB.
    #[inline]
    pub(super) fn tint(&self, color: Color) -> Tint {
        let [_, r, g, b] = color.to_be_bytes().map(|n| self.linear[usize::from(n)]);
        let [x, y, z] = MATRIX.map(|row| {
            let at = (row[0] * r + row[1] * g + row[2] * b).min(1.0) * STEPS as f32;
            let step = at as usize;
            let (low, high) = (self.root[step], self.root[step + 1]);
            low + (high - low) * (at - step as f32)
        });
        Tint { color, lab: [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colors_are_where_cielab_has_them() {
        // From the definition, in double precision.
        let known = [
            (0x00_00_00, [0.0, 0.0, 0.0]),
            (0xff_ff_ff, [100.0, 0.0, 0.0]),
            (0xff_00_00, [53.24, 80.09, 67.20]),
            (0x00_ff_00, [87.73, -86.18, 83.18]),
            (0x00_00_ff, [32.30, 79.19, -107.86]),
            (0x80_80_80, [53.59, 0.0, 0.0]),
            (0x0a_0a_0a, [2.74, 0.0, 0.0]),
        ];
        let tolerance = Tolerance::new(23);
        for (color, lab) in known {
            let found = tolerance.tint(color).lab;
            for (found, known) in found.into_iter().zip(lab) {
                assert!((found - known).abs() < 0.1, "{color:06x}: {found} is not {known}");
            }
        }
    }

    #[test]
    fn the_limit_is_the_difference_given() {
        let tolerance = Tolerance::new(23);
        let limit = tolerance.limit();
        let grey = tolerance.tint(0x80_80_80);
        // A step of grey is 0.39 there.
        for (color, allowed) in [(0x85_85_85, true), (0x87_87_87, false), (0x80_80_86, false)] {
            let other = tolerance.tint(color);
            assert_eq!(limit.allows(&grey, &other), allowed, "{color:06x}");
            assert!(!Limit::EXACT.allows(&grey, &other));
        }
        assert!(Limit::EXACT.allows(&grey, &tolerance.tint(0x80_80_80)));
    }
}
