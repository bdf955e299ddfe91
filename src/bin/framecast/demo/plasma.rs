//! Full motion: folds of colored silk, lit from where the pointer is.
//!
//! The height of the folds and the light on them are worked out on a coarse grid, a sum of sines
//! whose places are themselves bent by sines; between the grid's points they are interpolated.

use std::f32::consts::TAU;

use framecast::{Event, EventKind, FrameBuffer};

use super::stage::{Demo, Reaction};

/// Frames of more pixels than this have folds so wide that a coarser grid will do.
const LARGE: usize = 480_000;
/// How long one palette takes to become the next, in seconds.
const FADE: f64 = 1.2;
/// Colors of a palette.
const COLORS: usize = 2048;

/// Color stops in sRGB, evenly spaced; the last runs into the first.
const PALETTES: [&[[u8; 3]]; 4] = [
    // Dusk.
    &[
        [18, 16, 58],
        [66, 28, 120],
        [150, 36, 136],
        [232, 64, 108],
        [255, 142, 82],
        [255, 222, 160],
        [255, 158, 150],
        [170, 96, 190],
        [62, 96, 204],
        [20, 56, 128],
    ],
    // Lagoon.
    &[
        [4, 26, 48],
        [8, 74, 104],
        [20, 140, 150],
        [110, 208, 180],
        [234, 246, 214],
        [250, 206, 120],
        [226, 120, 72],
        [96, 44, 82],
        [26, 24, 66],
    ],
    // Ember.
    &[
        [20, 8, 12],
        [82, 12, 22],
        [176, 30, 22],
        [240, 96, 20],
        [255, 188, 62],
        [255, 244, 196],
        [190, 130, 110],
        [92, 48, 72],
        [36, 18, 40],
    ],
    // Aurora.
    &[
        [8, 12, 30],
        [14, 44, 66],
        [18, 112, 96],
        [72, 196, 120],
        [206, 246, 150],
        [130, 196, 220],
        [92, 104, 206],
        [100, 46, 150],
        [38, 18, 74],
    ],
];

/// The demo.
pub(crate) struct Plasma {
    sine: Sine,
    palettes: Vec<Palette>,
    /// What the frame is colored with now: one palette, or two mixed.
    colors: Palette,
    /// The palette shown or faded to, and the one faded from.
    shown: (usize, usize),
    /// When the fade began; `None`: none asked for yet, `Some(None)`: at the next frame.
    fade: Option<Option<f64>>,
    /// Where the light is, from −1 to 1 across the canvas; it follows the pointer softly.
    light: (f32, f32),
    /// Where the pointer is, in logical pixels; `None`: the light wanders.
    pointer: Option<(f64, f64)>,
    last: Option<f64>,
    heights: Vec<f32>,
    knots: Vec<Knot>,
}

type Palette = Box<[[u8; 3]; COLORS]>;

/// What one point of the grid looks like; fixed point, 16 bits of fraction.
#[derive(Debug, Clone, Copy, Default)]
struct Knot {
    /// Place in the palette.
    color: i32,
    /// How much of the color comes back, 256 for all.
    diffuse: i32,
    /// White on top, up to 255.
    shine: i32,
}

impl Plasma {
    /// At rest, at time 0.
    pub(crate) fn new() -> Self {
        let palettes: Vec<_> = PALETTES.iter().map(|stops| palette(stops)).collect();
        Self {
            sine: Sine::new(),
            colors: palettes[0].clone(),
            palettes,
            shown: (0, 0),
            fade: None,
            light: (-0.4, -0.5),
            pointer: None,
            last: None,
            heights: Vec::new(),
            knots: Vec::new(),
        }
    }

    /// Mixes the palettes while one fades into the next.
    fn mix(&mut self, time: f64) {
        let Some(start) = self.fade else { return };
        let start = start.unwrap_or(time);
        let part = ((time - start) / FADE).clamp(0.0, 1.0);
        self.fade = (part < 1.0).then_some(Some(start));
        let part = (part * part * (3.0 - 2.0 * part) * 256.0) as i32;
        let (to, from) = (&self.palettes[self.shown.0], &self.palettes[self.shown.1]);
        for ((mixed, to), from) in self.colors.iter_mut().zip(to.iter()).zip(from.iter()) {
            for channel in 0..3 {
                let (to, from) = (i32::from(to[channel]), i32::from(from[channel]));
                mixed[channel] = (from + ((to - from) * part) / 256) as u8;
            }
        }
    }

    fn move_light(&mut self, frame: &FrameBuffer, ratio: f64, time: f64) {
        let t = time as f32;
        let goal = match self.pointer {
            Some((x, y)) => (
                (2.0 * x * ratio / f64::from(frame.width()) - 1.0).clamp(-1.5, 1.5) as f32,
                (2.0 * y * ratio / f64::from(frame.height()) - 1.0).clamp(-1.5, 1.5) as f32,
            ),
            None => (0.8 * self.sine.at(0.31 * t), 0.7 * self.sine.at(0.23 * t + 1.0)),
        };
        let step = self.last.map_or(0.0, |last| (time - last).clamp(0.0, 1.0)) as f32;
        let part = 1.0 - (-step * 6.0).exp();
        self.light.0 += (goal.0 - self.light.0) * part;
        self.light.1 += (goal.1 - self.light.1) * part;
        self.last = Some(time);
    }

    /// The height of the folds at `u`, `v`; about −3 to 3.
    fn height(&self, u: f32, v: f32, t: f32) -> f32 {
        let sin = |angle: f32| self.sine.at(angle);
        let a = u + 0.55 * sin(1.6 * v + 0.37 * t) + 0.22 * sin(3.1 * v - 0.29 * t + 1.0);
        let b = v + 0.55 * sin(1.4 * u - 0.33 * t) + 0.22 * sin(2.9 * u + 0.23 * t + 2.0);
        let far = (a * a + b * b + 0.6).sqrt();
        sin(1.25 * a + 0.41 * t)
            + sin(1.15 * b - 0.35 * t + 0.5)
            + 0.8 * sin(0.9 * (a + b) + 0.27 * t)
            + 0.9 * sin(1.7 * far - 0.52 * t)
    }

    /// Fills `knots` for a grid of `columns` × `rows`.
    fn shade(
        &mut self,
        (columns, rows): (usize, usize),
        (width, height): (f32, f32),
        cell: f32,
        time: f64,
    ) {
        // The picture shows about the same folds whatever its size and shape.
        let zoom = 7.2 / (width * height).sqrt();
        // Hours later, f32 still has to tell two frames apart.
        let t = (time % 86_400.0) as f32;
        let mut heights = std::mem::take(&mut self.heights);
        heights.clear();
        // One point more on each side, so that every knot has neighbours.
        for row in 0..rows + 2 {
            let v = ((row as f32 - 1.0) * cell - height / 2.0) * zoom;
            heights.extend((0..columns + 2).map(|column| {
                let u = ((column as f32 - 1.0) * cell - width / 2.0) * zoom;
                self.height(u, v, t)
            }));
        }
        let stride = columns + 2;
        let slope = 0.42 / (2.0 * cell * zoom);
        let drift = t * 0.035;
        self.knots.clear();
        for row in 0..rows {
            let y = row as f32 * cell / height * 2.0 - 1.0;
            for column in 0..columns {
                let x = column as f32 * cell / width * 2.0 - 1.0;
                let at = (row + 1) * stride + column + 1;
                let dx = (heights[at + 1] - heights[at - 1]) * slope;
                let dy = (heights[at + stride] - heights[at - stride]) * slope;
                let normal = normalised([-dx, -dy, 1.0]);
                let light = normalised([self.light.0 - x, self.light.1 - y, 0.9]);
                // Half way between the light and the eye, which looks straight down.
                let half = normalised([light[0], light[1], light[2] + 1.0]);
                let facing = dot(normal, light).max(0.0);
                let mirror = dot(normal, half).max(0.0).powi(24);
                let color = heights[at] * 0.14 + drift;
                self.knots.push(Knot {
                    color: ((color - drift.floor()) * COLORS as f32 * 65536.0) as i32,
                    diffuse: ((0.46 + 0.66 * facing) * 256.0 * 65536.0) as i32,
                    shine: (mirror * 84.0 * 65536.0) as i32,
                });
            }
        }
        self.heights = heights;
    }
}

impl Demo for Plasma {
    fn event(&mut self, event: &Event) -> Reaction {
        match &event.kind {
            EventKind::PointerMove(pointer) | EventKind::PointerEnter(pointer) => {
                self.pointer = Some((pointer.x, pointer.y));
            }
            EventKind::PointerLeave(_) => self.pointer = None,
            EventKind::PointerDown(_) => self.next_palette(),
            EventKind::KeyDown(key) if key.key == " " && !key.repeat => self.next_palette(),
            _ => {}
        }
        Reaction::NONE
    }

    fn draw(&mut self, frame: &mut FrameBuffer, ratio: f64, time: f64) -> bool {
        self.mix(time);
        self.move_light(frame, ratio, time);
        let (width, height) = (frame.width() as usize, frame.height() as usize);
        let shift = if width * height > LARGE { 3 } else { 2 };
        let cell = 1 << shift;
        let columns = width.div_ceil(cell) + 1;
        let rows = height.div_ceil(cell) + 1;
        self.shade((columns, rows), (width as f32, height as f32), cell as f32, time);
        for (y, row) in frame.rows_mut().enumerate() {
            let (above, down) = ((y >> shift) * columns, (y % cell) as i32);
            let upper = &self.knots[above..above + columns];
            let lower = &self.knots[above + columns..above + 2 * columns];
            let mut left = between(upper[0], lower[0], down, shift);
            for (column, pixels) in row.chunks_mut(cell).enumerate() {
                let right = between(upper[column + 1], lower[column + 1], down, shift);
                fill_cell(pixels, left, right, shift, &self.colors);
                left = right;
            }
        }
        true
    }
}

impl Plasma {
    fn next_palette(&mut self) {
        // During a fade another click would jump; it waits its turn instead.
        if self.fade.is_none() {
            self.shown = ((self.shown.0 + 1) % PALETTES.len(), self.shown.0);
            self.fade = Some(None);
        }
    }
}

/// The point `down` pixels below `upper`, in cells of 2^`shift` pixels.
fn between(upper: Knot, lower: Knot, down: i32, shift: u32) -> Knot {
    let mix = |upper: i32, lower: i32| upper + ((lower - upper) >> shift) * down;
    Knot {
        color: mix(upper.color, lower.color),
        diffuse: mix(upper.diffuse, lower.diffuse),
        shine: mix(upper.shine, lower.shine),
    }
}

fn fill_cell(
    pixels: &mut [[u8; 4]],
    left: Knot,
    right: Knot,
    shift: u32,
    colors: &[[u8; 3]; COLORS],
) {
    let step = |left: i32, right: i32| (right - left) >> shift;
    let color_step = step(left.color, right.color);
    let diffuse_step = step(left.diffuse, right.diffuse);
    let shine_step = step(left.shine, right.shine);
    let Knot { mut color, mut diffuse, mut shine } = left;
    for pixel in pixels {
        let [r, g, b] = colors[(color >> 16) as usize % COLORS];
        let (part, white) = (diffuse >> 16, shine >> 16);
        // Less green in the shade, which would turn yellows olive.
        let shade = (256 - part).max(0) >> 3;
        let lit =
            |channel: u8, part: i32| (((i32::from(channel) * part) >> 8) + white).min(255) as u8;
        *pixel = [lit(r, part), lit(g, part - shade), lit(b, part), 255];
        color += color_step;
        diffuse += diffuse_step;
        shine += shine_step;
    }
}

/// The stops, mixed in linear light and smoothly, as `COLORS` colors.
fn palette(stops: &[[u8; 3]]) -> Palette {
    // Gamma 2 is close enough to sRGB's for a mix, and exact both ways.
    let linear = |byte: u8| (f32::from(byte) / 255.0).powi(2);
    let colors: Vec<[u8; 3]> = (0..COLORS)
        .map(|index| {
            let place = index as f32 / COLORS as f32 * stops.len() as f32;
            let (from, to) = (stops[place as usize], stops[(place as usize + 1) % stops.len()]);
            let part = place.fract();
            let part = part * part * (3.0 - 2.0 * part);
            [0, 1, 2].map(|c| {
                let mixed = linear(from[c]) * (1.0 - part) + linear(to[c]) * part;
                (mixed.sqrt() * 255.0).round() as u8
            })
        })
        .collect();
    colors.try_into().expect("COLORS were made")
}

fn dot(a: [f32; 3], b: [f32; 3]) -> f32 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

fn normalised(a: [f32; 3]) -> [f32; 3] {
    let length = dot(a, a).sqrt();
    a.map(|part| part / length)
}

/// One turn of the sine, looked up instead of worked out.
struct Sine {
    /// `SIZE` values, and the first again so that the last has a right neighbour.
    table: Box<[f32]>,
}

impl Sine {
    const SIZE: usize = 1024;

    fn new() -> Self {
        let table = (0..=Self::SIZE).map(|i| (i as f32 / Self::SIZE as f32 * TAU).sin()).collect();
        Self { table }
    }

    fn at(&self, angle: f32) -> f32 {
        let place = angle * (Self::SIZE as f32 / TAU);
        let whole = place.floor();
        let index = whole as i32 as usize & (Self::SIZE - 1);
        let (left, right) = (self.table[index], self.table[index + 1]);
        left + (right - left) * (place - whole)
    }
}

#[cfg(test)]
mod tests {
    use framecast::Pointer;

    use super::*;
    use crate::demo::tests::{buffer, event};

    #[test]
    fn the_looked_up_sine_is_a_sine() {
        let sine = Sine::new();
        for step in -5000..5000 {
            let angle = step as f32 * 0.017;
            assert!((sine.at(angle) - angle.sin()).abs() < 2e-5, "{angle}");
        }
    }

    #[test]
    fn every_frame_moves_and_neighbouring_pixels_are_alike() {
        let mut plasma = Plasma::new();
        let (mut one, mut two) = (buffer(320, 200), buffer(320, 200));
        assert!(plasma.draw(&mut one, 1.0, 5.0));
        plasma.draw(&mut two, 1.0, 5.1);
        let changed = one.pixels().iter().zip(two.pixels()).filter(|(a, b)| a != b).count();
        assert!(changed > 320 * 200 / 2, "{changed}");
        let jump = |a: &[u8; 4], b: &[u8; 4]| (0..3).map(|c| a[c].abs_diff(b[c])).max();
        let worst = one.pixels().chunks(320).flat_map(|row| row.windows(2));
        assert!(worst.map(|pair| jump(&pair[0], &pair[1])).max() < Some(Some(40)));
    }

    #[test]
    fn a_held_space_fades_to_the_next_palette_and_no_further() {
        let mut plasma = Plasma::new();
        for turn in 0..3 {
            let mut space = framecast::Key::new(" ");
            space.repeat = turn > 0;
            plasma.event(&event(EventKind::KeyDown(space)));
            let start = 10.0 * f64::from(turn);
            plasma.draw(&mut buffer(8, 8), 1.0, start);
            plasma.draw(&mut buffer(8, 8), 1.0, start + FADE + 0.1);
            assert_eq!(plasma.colors, plasma.palettes[1]);
        }
    }

    #[test]
    fn a_click_fades_to_the_next_palette_and_back_round() {
        let mut plasma = Plasma::new();
        for turn in 0..PALETTES.len() {
            plasma.event(&event(EventKind::PointerDown(Pointer::default())));
            let start = 10.0 * turn as f64;
            plasma.draw(&mut buffer(8, 8), 1.0, start);
            assert_eq!(plasma.colors, plasma.palettes[turn], "nothing jumps");
            plasma.draw(&mut buffer(8, 8), 1.0, start + FADE + 0.1);
            assert_eq!(plasma.colors, plasma.palettes[(turn + 1) % PALETTES.len()]);
        }
    }

    #[test]
    fn the_light_comes_to_the_pointer() {
        let mut plasma = Plasma::new();
        let pointer = Pointer::at(150.0, 50.0);
        plasma.event(&event(EventKind::PointerMove(pointer)));
        for step in 0..50 {
            plasma.draw(&mut buffer(400, 200), 2.0, f64::from(step) * 0.1);
        }
        assert!((plasma.light.0 - 0.5).abs() < 0.01 && (plasma.light.1 - 0.0).abs() < 0.51);
    }

    #[test]
    fn after_days_it_still_moves() {
        let mut plasma = Plasma::new();
        let (mut one, mut two) = (buffer(64, 64), buffer(64, 64));
        plasma.draw(&mut one, 1.0, 1e6);
        plasma.draw(&mut two, 1.0, 1e6 + 0.1);
        assert_ne!(one.pixels(), two.pixels());
    }
}
