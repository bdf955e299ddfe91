//! Moving pictures that are computed: for tests and the benchmark.

use framecast_api::{Frame, FramePool, PhysicalSize, Result};

/// A moving picture; its name and the color of a pixel at a time in seconds.
#[derive(Clone, Copy)]
pub(crate) struct Scene {
    pub(crate) name: &'static str,
    pixel: fn(u32, u32, f32) -> [u8; 3],
}

/// Smooth colors that change everywhere.
pub(crate) const PLASMA: Scene = Scene { name: "plasma", pixel: plasma };
/// A bright disc that circles above a still, flat ground: most of the picture rests.
pub(crate) const DISC: Scene = Scene { name: "disc", pixel: disc };
/// Lines of made-up letters that scroll, a side bar that does not.
pub(crate) const PAGE: Scene = Scene { name: "page", pixel: page };

impl Scene {
    /// The picture at `seconds`.
    pub(crate) fn frame(
        self,
        pool: &mut FramePool,
        size: PhysicalSize,
        seconds: f32,
    ) -> Result<Frame> {
        let mut buffer = pool.lend(size)?;
        for (y, row) in buffer.rows_mut().enumerate() {
            for (x, pixel) in row.iter_mut().enumerate() {
                let [red, green, blue] = (self.pixel)(x as u32, y as u32, seconds);
                *pixel = [red, green, blue, 255];
            }
        }
        let sequence = (seconds * 1e3) as u64 + 1;
        Ok(pool.freeze(buffer, sequence, seconds.into(), 1.0))
    }
}

fn plasma(x: u32, y: u32, seconds: f32) -> [u8; 3] {
    let (x, y) = (x as f32 / 97.0, y as f32 / 71.0);
    let value = (x + seconds).sin() + (y - 1.3 * seconds).sin() + (x + y + 0.7 * seconds).sin();
    let wave = |phase: f32| (127.5 + 127.5 * (value * 1.5 + phase).sin()) as u8;
    [wave(0.0), wave(2.1), wave(4.2)]
}

fn disc(x: u32, y: u32, seconds: f32) -> [u8; 3] {
    let (sin, cos) = (seconds * 2.0).sin_cos();
    let (dx, dy) = (x as f32 - 120.0 - 70.0 * cos, y as f32 - 110.0 - 70.0 * sin);
    let inside = (38.0 - dx.hypot(dy)).clamp(0.0, 1.0);
    let ground = [24.0, 32.0 + (y / 16 % 2) as f32 * 12.0, 48.0 + (x / 16 % 2) as f32 * 12.0];
    let ball = [250.0, 180.0 + dx, 60.0 + dy];
    let mixed = |n: usize| (ground[n] + (ball[n] - ground[n]) * inside) as u8;
    [mixed(0), mixed(1), mixed(2)]
}

fn page(x: u32, y: u32, seconds: f32) -> [u8; 3] {
    if x < 96 {
        return if (y / 24).is_multiple_of(3) { [52, 86, 160] } else { [40, 44, 52] };
    }
    let y = y + (seconds * 120.0) as u32;
    let (column, line) = (x / 8, y / 16);
    let letter = (column.wrapping_mul(2_654_435_761) ^ line.wrapping_mul(40_503)) >> 3;
    let (dot_x, dot_y) = (x % 8, y % 16 / 2);
    let is_space = letter.is_multiple_of(6) || dot_x > 5 || dot_y == 0 || dot_y > 6;
    // Strokes of one or two pixels, as in letters.
    let stroke = letter.rotate_left(dot_x * 5 + dot_y * 3) & 0b101 == 1;
    match (is_space, stroke, line % 9) {
        (true, ..) | (_, false, _) => [250, 250, 248],
        (_, _, 0) => [200, 40, 40],
        _ => [30, 30, 34],
    }
}
