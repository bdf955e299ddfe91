//! The nearest of xterm's 240 fixed colors: a cube of 6 × 6 × 6 and 24 greys.

use super::cell::Color;

/// Levels of the cube's axes.
const LEVELS: [u8; 6] = [0, 95, 135, 175, 215, 255];
/// How much a difference in red, green and blue counts, squared: luma's weights, softened, since
/// hue counts too. That they are constant is what lets the nearest be found axis by axis.
const WEIGHTS: [i32; 3] = [3, 6, 2];

/// Tables that find it.
pub(super) struct Palette {
    /// The nearest level of an axis.
    axis: [u8; 256],
}

impl Palette {
    pub(super) fn new() -> Self {
        let nearest = |n: usize| {
            let distance = |level: &usize| usize::from(LEVELS[*level]).abs_diff(n);
            (0..LEVELS.len()).min_by_key(distance).unwrap_or(0) as u8
        };
        Self { axis: std::array::from_fn(nearest) }
    }

    /// The number of the nearest color, 16 to 255. The nearest of the cube is the nearest on each
    /// axis, the nearest grey that of the weighted mean.
    #[inline]
    pub(super) fn nearest(&self, [r, g, b, _]: [u8; 4]) -> Color {
        let levels = [r, g, b].map(|n| self.axis[usize::from(n)]);
        let cube = levels.map(|level| LEVELS[usize::from(level)]);
        let mean =
            i32::from(r) * WEIGHTS[0] + i32::from(g) * WEIGHTS[1] + i32::from(b) * WEIGHTS[2];
        let mean = mean / WEIGHTS.iter().sum::<i32>();
        let step = ((mean - 3) / 10).clamp(0, 23);
        let grey = [(8 + step * 10) as u8; 3];
        let distance = |other: [u8; 3]| -> i32 {
            let axes = [r, g, b].into_iter().zip(other).zip(WEIGHTS);
            axes.map(|((one, other), weight)| {
                let difference = i32::from(one) - i32::from(other);
                difference * difference * weight
            })
            .sum()
        };
        if distance(grey) < distance(cube) {
            232 + step as u32
        } else {
            let [r, g, b] = levels.map(u32::from);
            16 + 36 * r + 6 * g + b
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn color(number: u32) -> [u8; 3] {
        match number {
            16..232 => {
                let n = number as usize - 16;
                [LEVELS[n / 36], LEVELS[n / 6 % 6], LEVELS[n % 6]]
            }
            _ => [(8 + (number - 232) * 10) as u8; 3],
        }
    }

    #[test]
    fn a_color_of_the_palette_is_itself() {
        let palette = Palette::new();
        for number in 16..256 {
            let [r, g, b] = color(number);
            assert_eq!(color(palette.nearest([r, g, b, 0])), [r, g, b], "{number}");
        }
    }

    #[test]
    fn no_other_color_is_noticeably_nearer() {
        let palette = Palette::new();
        let distance = |one: [u8; 3], other: [u8; 3]| -> i32 {
            (0..3).map(|n| (i32::from(one[n]) - i32::from(other[n])).pow(2) * WEIGHTS[n]).sum()
        };
        for n in (0..1 << 24).step_by(997) {
            let [_, r, g, b] = u32::to_be_bytes(n);
            let found = distance([r, g, b], color(palette.nearest([r, g, b, 0])));
            let best = (16..256).map(|it| distance([r, g, b], color(it))).min().unwrap();
            // The mean is rounded down to a whole number.
            assert!(f64::from(found).sqrt() <= f64::from(best).sqrt() + 1.0, "{r} {g} {b}");
        }
    }
}
