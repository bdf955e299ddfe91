//! A triangle, pixel by pixel. Pure.
//!
//! A pixel belongs to a triangle if its center does; centers on an edge belong to the triangle on the right or below, so
//! that triangles that share an edge leave no gap and cover no pixel twice. Corners are rounded to 1/256 of a pixel, as
//! GPUs do. Colors have premultiplied alpha, are mixed as they are, in sRGB, and rounded once.

use egui::Color32;

use super::sample::Sampler;

/// The picture.
pub(super) struct Target<'a> {
    pub(super) pixels: &'a mut [[u8; 4]],
    pub(super) width: usize,
}

/// The pixels that may change; right and bottom are outside.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clip {
    pub(super) left: i32,
    pub(super) top: i32,
    pub(super) right: i32,
    pub(super) bottom: i32,
}

impl Clip {
    pub(super) fn is_empty(self) -> bool {
        self.left >= self.right || self.top >= self.bottom
    }
}

/// A corner.
pub(super) struct Vertex {
    /// Parts of a pixel.
    fixed: [i64; 2],
    /// Pixels.
    at: [f32; 2],
    /// 0 to 1 in the texture.
    uv: [f32; 2],
    color: [u8; 4],
}

/// Parts of a pixel that corners are rounded to.
const PARTS: i64 = 256;
/// Corners that are further away, in pixels, are drawn there.
const FAR: f32 = 2_097_152.0;
/// How far a texel's middle may be from a pixel's, in texels, for the pixel to have the texel's color.
const SAME: f32 = 1.0 / 256.0;

impl Vertex {
    pub(super) fn new(at: [f32; 2], uv: [f32; 2], color: [u8; 4]) -> Self {
        let at = at.map(|at| at.clamp(-FAR, FAR));
        let fixed = at.map(|at| (at * PARTS as f32).round() as i64);
        Self { fixed, at, uv, color }
    }
}

/// A number that changes evenly over the triangle.
#[derive(Clone, Copy)]
struct Plane {
    at: f32,
    dx: f32,
    dy: f32,
}

/// What the numbers of the corners become in between.
struct Slopes {
    origin: [f32; 2],
    sides: [[f32; 2]; 2],
    area: f32,
}

impl Slopes {
    fn new([a, b, c]: [&Vertex; 3]) -> Self {
        let side = |to: &Vertex| [to.at[0] - a.at[0], to.at[1] - a.at[1]];
        let sides = [side(b), side(c)];
        let area = sides[0][0] * sides[1][1] - sides[1][0] * sides[0][1];
        Self { origin: a.at, sides, area }
    }

    fn plane(&self, [a, b, c]: [f32; 3]) -> Plane {
        let [[bx, by], [cx, cy]] = self.sides;
        let (b, c) = (b - a, c - a);
        let dx = (b * cy - c * by) / self.area;
        let dy = (c * bx - b * cx) / self.area;
        // At the middle of the first pixel.
        let at = a + (0.5 - self.origin[0]) * dx + (0.5 - self.origin[1]) * dy;
        Plane { at, dx, dy }
    }
}

impl Plane {
    fn at(&self, x: i32, y: i32) -> f32 {
        self.at + x as f32 * self.dx + y as f32 * self.dy
    }
}

/// Draws a triangle over what is there.
pub(super) fn draw(target: &mut Target, clip: Clip, [a, b, c]: [&Vertex; 3], sampler: &Sampler) {
    let Some((corners, edges)) = edges([a, b, c]) else { return };
    let is_plain = a.uv == b.uv && a.uv == c.uv;
    let is_even = a.color == b.color && a.color == c.color;
    let slopes = Slopes::new(corners);
    let channels =
        || [0, 1, 2, 3].map(|i| slopes.plane(corners.map(|corner| f32::from(corner.color[i]))));
    if is_plain {
        let [width, height] = sampler.size();
        let [u, v] = [a.uv[0] * width, a.uv[1] * height];
        let texel = if sampler.is_nearest(0.0) {
            sampler.nearest(u, v).map(f32::from)
        } else {
            sampler.linear(u, v)
        };
        if is_even {
            let color = multiply(a.color.map(f32::from), texel);
            even(target, clip, corners, &edges, color);
        } else {
            let planes = channels();
            rows(target, clip, corners, &edges, |row, x, y| {
                let mut color = planes.map(|plane| plane.at(x, y));
                for pixel in row {
                    blend(pixel, multiply(color, texel));
                    for (value, plane) in color.iter_mut().zip(&planes) {
                        *value += plane.dx;
                    }
                }
            });
        }
        return;
    }
    let [width, height] = sampler.size();
    let u = slopes.plane(corners.map(|corner| corner.uv[0] * width));
    let v = slopes.plane(corners.map(|corner| corner.uv[1] * height));
    if is_even && let Some(from) = same_texels(&u, &v, corners) {
        return copy(target, clip, corners, &edges, sampler, from, a.color);
    }
    let step = |x: f32, y: f32| x.hypot(y);
    let nearest = sampler.is_nearest(step(u.dx, v.dx).max(step(u.dy, v.dy)));
    let planes = channels();
    rows(target, clip, corners, &edges, |row, x, y| {
        for (pixel, x) in row.iter_mut().zip(x..) {
            let (u, v) = (u.at(x, y), v.at(x, y));
            let texel =
                if nearest { sampler.nearest(u, v).map(f32::from) } else { sampler.linear(u, v) };
            blend(pixel, multiply(planes.map(|plane| plane.at(x, y)), texel));
        }
    });
}

/// One color.
fn even(
    target: &mut Target,
    clip: Clip,
    corners: [&Vertex; 3],
    edges: &[Edge; 3],
    color: [f32; 4],
) {
    let whole = color.map(|channel| channel.round() as u8);
    if whole[3] == 255 {
        rows(target, clip, corners, edges, |row, _, _| row.fill(whole));
    } else if color != [0.0; 4] {
        rows(target, clip, corners, edges, |row, _, _| {
            row.iter_mut().for_each(|pixel| blend(pixel, color));
        });
    }
}

/// Texels that are as large as pixels, in one color: letters.
fn copy(
    target: &mut Target,
    clip: Clip,
    corners: [&Vertex; 3],
    edges: &[Edge; 3],
    sampler: &Sampler,
    [left, top]: [i32; 2],
    color: [u8; 4],
) {
    let color = color.map(u32::from);
    rows(target, clip, corners, edges, |row, x, y| {
        let Some(texels) = sampler.row(x + left, y + top, row.len()) else {
            for (pixel, x) in row.iter_mut().zip(x..) {
                let texel = sampler.nearest((x + left) as f32, (y + top) as f32);
                blend_texel(
                    pixel,
                    Color32::from_rgba_premultiplied(texel[0], texel[1], texel[2], texel[3]),
                    color,
                );
            }
            return;
        };
        for (pixel, texel) in row.iter_mut().zip(texels) {
            blend_texel(pixel, *texel, color);
        }
    });
}

/// Whether every pixel has the middle of one texel, the next pixel that of the next: then what to add to a pixel's place
/// to get its texel's.
fn same_texels(u: &Plane, v: &Plane, corners: [&Vertex; 3]) -> Option<[i32; 2]> {
    let range = |axis: usize| {
        let all = corners.map(|corner| (corner.fixed[axis] / PARTS) as i32);
        [all.iter().min(), all.iter().max()].map(|at| at.copied().unwrap_or_default())
    };
    let [[left, right], [top, bottom]] = [range(0), range(1)];
    let places = [(left, top), (right, top), (left, bottom), (right, bottom)];
    let offset = |plane: &Plane, along: fn((i32, i32)) -> i32| {
        let offsets = places.map(|place| plane.at(place.0, place.1) - along(place) as f32 - 0.5);
        let whole = offsets[0].round();
        let same = offsets.iter().all(|offset| (offset - whole).abs() < SAME);
        same.then_some(whole as i32)
    };
    Some([offset(u, |place| place.0)?, offset(v, |place| place.1)?])
}

/// A side of the triangle. What is inside has `value >= 0`.
#[derive(Clone, Copy)]
struct Edge {
    /// The value at the middle of pixel 0, 0.
    at: i64,
    dx: i64,
    dy: i64,
}

/// The sides, and the corners in the order in which the inside is on the right of each; `None` if nothing is inside.
fn edges([a, b, c]: [&Vertex; 3]) -> Option<([&Vertex; 3], [Edge; 3])> {
    let area = cross(a, b, c);
    let corners = match area.signum() {
        1 => [a, b, c],
        -1 => [a, c, b],
        _ => return None,
    };
    let [a, b, c] = corners;
    Some((corners, [Edge::new(a, b), Edge::new(b, c), Edge::new(c, a)]))
}

fn cross(a: &Vertex, b: &Vertex, c: &Vertex) -> i64 {
    let side = |to: &Vertex, axis: usize| to.fixed[axis] - a.fixed[axis];
    side(b, 0) * side(c, 1) - side(c, 0) * side(b, 1)
}

impl Edge {
    fn new(from: &Vertex, to: &Vertex) -> Self {
        let [dx, dy] = [0, 1].map(|axis| to.fixed[axis] - from.fixed[axis]);
        let middle = PARTS / 2;
        let value = dx * (middle - from.fixed[1]) - dy * (middle - from.fixed[0]);
        // The upper and the left side have their centers inside.
        let inside = dy < 0 || dy == 0 && dx > 0;
        let at = value - i64::from(!inside);
        Self { at, dx: -dy * PARTS, dy: dx * PARTS }
    }
}

/// Calls `paint` with the pixels of each row, and where the first of them is.
fn rows(
    target: &mut Target,
    clip: Clip,
    corners: [&Vertex; 3],
    edges: &[Edge; 3],
    mut paint: impl FnMut(&mut [[u8; 4]], i32, i32),
) {
    let ys = corners.map(|corner| corner.fixed[1]);
    let [top, bottom] = [ys.iter().min(), ys.iter().max()].map(|y| y.copied().unwrap_or_default());
    let top = (top / PARTS - 1).max(clip.top.into());
    let bottom = (bottom / PARTS + 1).min(clip.bottom.into());
    for y in top..bottom {
        let (mut left, mut right) = (i64::from(clip.left), i64::from(clip.right));
        for Edge { at, dx, dy } in edges {
            let at = at + y * dy;
            match dx.signum() {
                // Inside from here on: the first x with at + x * dx >= 0.
                1 => left = left.max(-at.div_euclid(*dx)),
                // Inside up to here.
                -1 => right = right.min(at.div_euclid(-dx) + 1),
                _ if at < 0 => right = left,
                _ => {}
            }
        }
        if left < right {
            let start = y as usize * target.width;
            let row = &mut target.pixels[start + left as usize..start + right as usize];
            paint(row, left as i32, y as i32);
        }
    }
}

fn multiply(color: [f32; 4], texel: [f32; 4]) -> [f32; 4] {
    std::array::from_fn(|i| color[i] * texel[i] * (1.0 / 255.0))
}

/// Lays `color`, 0 to 255, over a pixel.
fn blend(pixel: &mut [u8; 4], color: [f32; 4]) {
    let rest = 1.0 - color[3] * (1.0 / 255.0);
    for (below, color) in pixel.iter_mut().zip(color) {
        *below = (color + f32::from(*below) * rest + 0.5) as u8;
    }
}

/// Lays the product of a texel and a color over a pixel.
fn blend_texel(pixel: &mut [u8; 4], texel: Color32, color: [u32; 4]) {
    const WHOLE: u32 = 255 * 255;
    let texel = texel.to_array();
    if texel == [0; 4] {
        return;
    }
    let rest = WHOLE - u32::from(texel[3]) * color[3];
    for ((below, texel), color) in pixel.iter_mut().zip(texel).zip(color) {
        let sum = u32::from(texel) * color * 255 + u32::from(*below) * rest;
        *below = ((sum + WHOLE / 2) / WHOLE).min(255) as u8;
    }
}

#[cfg(test)]
mod tests;
