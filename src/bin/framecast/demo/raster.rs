//! Triangles to pixels: perspective, coverage by four samples a pixel, light.
//!
//! The solid is convex, so its front triangles never hide each other: each sample of a pixel
//! belongs to one of them or to the backdrop, and a pixel is the mean of its samples. That gives
//! smooth edges without a depth buffer.

use std::array::from_fn;
use std::ops::Range;

use framecast::FrameBuffer;

use super::lanes::{LANES, Lanes, dot, dot_one, unit};
use super::mesh::{Mesh, Spin, Vec3};

/// Far more than the rounding of a division, and far less than a pixel.
const HAIR: f64 = 0.01;
/// Where the four samples lie, from the pixel's middle.
const SAMPLES: [(f64, f64); 4] =
    [(-0.125, -0.375), (0.375, -0.125), (-0.375, 0.125), (0.125, 0.375)];

/// The six faces' colors.
const FACES: [[f32; 3]; 6] = [
    [0.93, 0.26, 0.27],
    [0.98, 0.56, 0.18],
    [0.97, 0.93, 0.86],
    [0.99, 0.80, 0.24],
    [0.18, 0.50, 0.95],
    [0.16, 0.70, 0.46],
];
/// Between the tiles.
const BODY: [f32; 3] = [0.055, 0.06, 0.075];

/// From the eye's point of view: right, up, towards the eye.
const LIGHT: Vec3 = Vec3([-0.48, 0.68, 0.56]);

/// Draws meshes; keeps its scratch memory.
#[derive(Default)]
pub(crate) struct Raster {
    projected: Vec<Projected>,
}

#[derive(Clone, Copy)]
struct Projected {
    /// In pixels, a multiple of 1/[`GRID`]: then f64 works out the sides of a triangle exactly, and
    /// neighbours agree about every sample.
    x: f64,
    y: f64,
    /// One over the distance from the eye.
    near: f32,
}

/// Places within a pixel that a corner can have, each way.
const GRID: f64 = 256.0;

impl Projected {
    fn new(x: f32, y: f32, near: f32) -> Self {
        let snap = |at: f32| (f64::from(at) * GRID).round() / GRID;
        Self { x: snap(x), y: snap(y), near }
    }
}

/// One side of a triangle: `a x + b y + c` is positive inside.
#[derive(Clone, Copy)]
struct Edge {
    a: f64,
    b: f64,
    c: f64,
    /// −1 over `a`.
    slope: f64,
}

impl Edge {
    fn at(&self, x: f64, y: f64) -> f64 {
        self.a * x + self.b * y + self.c
    }

    /// Cuts `span` to where the edge's value is above `least` in the row `y`.
    fn cut(&self, span: &mut (f64, f64), y: f64, least: f64) {
        let rest = self.b * y + self.c - least;
        if self.a > 0.0 {
            span.0 = span.0.max(rest * self.slope);
        } else if self.a < 0.0 {
            span.1 = span.1.min(rest * self.slope);
        } else if rest <= 0.0 {
            span.1 = f64::NEG_INFINITY;
        }
    }

    /// Whether a sample is inside; of two triangles that share an edge exactly one says yes.
    fn inside(&self, (x, y): (f64, f64)) -> bool {
        let value = self.at(x, y);
        value > 0.0 || (value == 0.0 && (self.a > 0.0 || (self.a == 0.0 && self.b > 0.0)))
    }
}

/// What shading needs, in the solid's own coordinates.
struct Scene {
    eye: Vec3,
    light: Vec3,
    up: Vec3,
    /// The solid's units that one pixel covers, about.
    footprint: f32,
}

/// Focal length and middle of the picture, in pixels.
fn camera(width: u32, height: u32) -> (f32, f32, f32) {
    let (width, height) = (width as f32, height as f32);
    (1.35 * width.min(height), width / 2.0, height / 2.0)
}

impl Raster {
    /// Draws `mesh`, turned by `spin` and seen from `distance`, over `behind`, which `frame` shows
    /// already.
    pub(crate) fn draw(
        &mut self,
        frame: &mut FrameBuffer,
        behind: &[[u8; 4]],
        mesh: &Mesh,
        spin: Spin,
        distance: f32,
    ) {
        let (width, height) = (frame.width(), frame.height());
        let (focus, middle_x, middle_y) = camera(width, height);
        let rows = spin.rows();
        self.projected.clear();
        self.projected.extend(mesh.vertices.iter().map(|vertex| {
            let [x, y, z] = rows.map(|row| row.dot(vertex.place));
            let near = 1.0 / (distance - z);
            Projected::new(middle_x + focus * x * near, middle_y - focus * y * near, near)
        }));
        // A matrix times a vector from the left turns it back.
        let back =
            |v: Vec3| rows[0].times(v.0[0]).plus(rows[1].times(v.0[1])).plus(rows[2].times(v.0[2]));
        let scene = Scene {
            eye: back(Vec3([0.0, 0.0, distance])),
            light: back(LIGHT.unit()),
            up: back(Vec3([0.0, 1.0, 0.0])),
            footprint: (distance - 0.9) / focus,
        };
        let pixels = frame.pixels_mut();
        for (number, triangle) in mesh.triangles.iter().enumerate() {
            let corners = triangle.map(|index| self.projected[index as usize]);
            let vertices = triangle.map(|index| &mesh.vertices[index as usize]);
            let places = vertices.map(|vertex| vertex.place);
            let normals = vertices.map(|vertex| vertex.normal);
            if let Some(setup) = Setup::new(corners, places, normals, width, height) {
                setup.fill(pixels, behind, width as usize, &scene, mesh.face(number));
            }
        }
    }
}

/// One triangle, ready to be filled.
struct Setup {
    edges: [Edge; 3],
    /// `near`, then `place` and `normal`, each part times `near`: what changes evenly over the
    /// screen, as amounts for x, y and 1.
    evenly: [[f32; 3]; 7],
    columns: Range<usize>,
    rows: Range<usize>,
}

impl Setup {
    /// `None`: it faces away or lies outside.
    fn new(
        corners: [Projected; 3],
        places: [Vec3; 3],
        normals: [Vec3; 3],
        width: u32,
        height: u32,
    ) -> Option<Self> {
        let [p, q, r] = corners;
        // Anticlockwise with y up is clockwise on the screen, where y is down.
        let edge = |from: Projected, to: Projected| Edge {
            a: to.y - from.y,
            b: from.x - to.x,
            c: to.x * from.y - from.x * to.y,
            slope: -1.0 / (to.y - from.y),
        };
        let edges = [edge(q, r), edge(r, p), edge(p, q)];
        let area = edges[0].at(p.x, p.y);
        if area <= 0.0 {
            return None;
        }
        let span = |values: [f64; 3], end: u32| {
            let low = values.into_iter().fold(f64::INFINITY, f64::min);
            let high = values.into_iter().fold(f64::NEG_INFINITY, f64::max);
            // Casts saturate, so what lies outside becomes an empty range.
            low.floor() as usize..(high.ceil() as usize).min(end as usize)
        };
        let (columns, rows) = (span([p.x, q.x, r.x], width), span([p.y, q.y, r.y], height));
        if columns.is_empty() || rows.is_empty() {
            return None;
        }
        // The edges are also the weights of the opposite corners.
        let mix = |values: [f32; 3]| {
            let sum = |part: fn(&Edge) -> f64| {
                let parts = (0..3).map(|i| part(&edges[i]) * f64::from(values[i]));
                (parts.sum::<f64>() / area) as f32
            };
            [sum(|edge| edge.a), sum(|edge| edge.b), sum(|edge| edge.c)]
        };
        let near = corners.map(|corner| corner.near);
        let part = |vectors: [Vec3; 3], axis: usize| {
            mix([0, 1, 2].map(|corner| vectors[corner].0[axis] * near[corner]))
        };
        let evenly = [
            mix(near),
            part(places, 0),
            part(places, 1),
            part(places, 2),
            part(normals, 0),
            part(normals, 1),
            part(normals, 2),
        ];
        Some(Self { evenly, edges, columns, rows })
    }

    /// How many of a pixel's samples are inside.
    fn samples(&self, column: usize, row: usize) -> usize {
        let inside = |(dx, dy): &&(f64, f64)| {
            let sample = (column as f64 + 0.5 + dx, row as f64 + 0.5 + dy);
            self.edges.iter().all(|edge| edge.inside(sample))
        };
        SAMPLES.iter().filter(inside).count()
    }

    fn fill(
        &self,
        pixels: &mut [[u8; 4]],
        behind: &[[u8; 4]],
        width: usize,
        scene: &Scene,
        face: usize,
    ) {
        // So far from an edge, all samples of a pixel lie on the same side of it.
        let margins = self.edges.map(|edge| 0.5 * (edge.a.abs() + edge.b.abs()));
        for row in self.rows.clone() {
            let y = row as f64 + 0.5;
            let ends = (self.columns.start as f64, self.columns.end as f64);
            let (mut some, mut all) = (ends, ends);
            for (edge, margin) in self.edges.iter().zip(margins) {
                edge.cut(&mut some, y, -margin);
                edge.cut(&mut all, y, margin);
            }
            // Columns whose middles lie in between, a hair to the safe side of the rounding.
            let first = |at: f64| (at - 0.5).ceil().max(ends.0) as usize;
            let (start, end) = (first(some.0 - HAIR), first(some.1 + HAIR).min(self.columns.end));
            let full = first(all.0 + HAIR)..first(all.1 - HAIR);
            let right = self.evenly.map(|[x, _, _]| x);
            let line = self.evenly.map(|[_, y, one]| y * (row as f32 + 0.5) + one);
            for block in (start..end).step_by(LANES) {
                let colors = scene.shade(face, &right, &line, block as f32 + 0.5);
                let end = (block + LANES).min(end);
                for (column, color) in (block..end).zip(colors) {
                    let at = row * width + column;
                    if full.contains(&column) {
                        pixels[at] = color;
                    } else {
                        let samples = self.samples(column, row);
                        mix(&mut pixels[at], behind[at], color, samples as i32);
                    }
                }
            }
        }
    }
}

/// Gives `samples` of the pixel's four to `color`; they were `behind`'s.
fn mix(pixel: &mut [u8; 4], behind: [u8; 4], color: [u8; 4], samples: i32) {
    for channel in 0..3 {
        let change = i32::from(color[channel]) - i32::from(behind[channel]);
        let mixed = i32::from(pixel[channel]) + change * samples / 4;
        pixel[channel] = mixed.clamp(0, 255) as u8;
    }
}

impl Scene {
    /// The colors of the pixels from `x` on in a line of one of the six faces, on which a value
    /// of [`Setup::evenly`] is `right * x + line`.
    fn shade(&self, face: usize, right: &[f32; 7], line: &[f32; 7], x: f32) -> [[u8; 4]; LANES] {
        let axis = face / 2;
        let x = Lanes(from_fn(|lane| x + lane as f32));
        let value = |index: usize| x * right[index] + line[index];
        let depth = value(0).inverse();
        let place = [value(1) * depth, value(2) * depth, value(3) * depth];
        let normal = unit([value(4), value(5), value(6)]);
        let (cover, shade) =
            tile(place[(axis + 1) % 3], place[(axis + 2) % 3], face, self.footprint);
        let towards = |axis: usize| Lanes::all(self.eye.0[axis]) - place[axis];
        let view = unit([towards(0), towards(1), towards(2)]);
        let half = |axis: usize| view[axis] + self.light.0[axis];
        let half = unit([half(0), half(1), half(2)]);
        let sun = dot_one(normal, self.light.0).above(0.0) * 0.68;
        let sky = dot_one(normal, self.up.0) * 0.5 + 0.5;
        let ambient = sky * 0.16 + 0.36;
        let shine = dot(normal, half).above(0.0).power(7) * (cover * 0.30 + 0.10);
        let rim = (Lanes::all(1.0) - dot(normal, view)).above(0.0).power(2) * 0.2;
        let mut colors = [[255; 4]; LANES];
        // The sun is a little warm, the rest a little cool.
        for (channel, (warm, cool)) in
            [(1.03, 0.94), (1.0, 0.97), (0.95, 1.07)].into_iter().enumerate()
        {
            let body = BODY[channel];
            let surface = (shade * FACES[face][channel] + -body) * cover + body;
            let lit = surface * (sun * warm + ambient * cool) + shine + rim * cool;
            let bytes = (lit * 255.0).below(255.0).0;
            for (color, byte) in colors.iter_mut().zip(bytes) {
                color[channel] = byte as u8;
            }
        }
        colors
    }
}

/// Three by three tiles on every face, at `u` and `v` from −1 to 1: how much of the place is tile,
/// not the body between, and how bright the tile is.
fn tile(u: Lanes, v: Lanes, face: usize, footprint: f32) -> (Lanes, Lanes) {
    let split = |at: Lanes| {
        let scaled = (at * 0.97 + 1.0) * 1.5;
        let number = scaled.exceeds(1.0) + scaled.exceeds(2.0);
        (number, (scaled - number + -0.5) * (1.0 / 1.5))
    };
    let ((column, across), (row, down)) = (split(u), split(v));
    // The distance to a square with round corners, negative inside.
    let (corner, half) = (0.085, 0.275);
    let (dx, dy) = (across.abs() + (corner - half), down.abs() + (corner - half));
    let (out_x, out_y) = (dx.above(0.0), dy.above(0.0));
    let outside = (out_x * out_x + out_y * out_y).sqrt();
    let distance = outside + dx.larger(dy).below(0.0) + -corner;
    let cover = (distance * (-1.0 / footprint) + 0.5).above(0.0).below(1.0);
    // Neighbouring tiles differ a little, as if each were cut from its own piece.
    let odd = if face.is_multiple_of(2) { -0.03 } else { 0.03 };
    let shade = (column + -1.0) * (row + -1.0) * odd + (row - column) * 0.025 + 0.96;
    (cover, shade)
}

/// An empty dusky room.
pub(crate) fn room(pixels: &mut Vec<[u8; 4]>, width: u32, height: u32) {
    let (_, middle_x, middle_y) = camera(width, height);
    let glow = 1.0 / (0.62 * (width as f32).hypot(height as f32));
    pixels.clear();
    for row in 0..height {
        let far_y = ((row as f32 + 0.5 - middle_y * 0.86) * glow).powi(2);
        pixels.extend((0..width).map(|column| {
            let far = ((column as f32 + 0.5 - middle_x) * glow).powi(2) + far_y;
            let light = (1.0 + 3.4 * far).powi(-2);
            // Half a step up or down in a fixed pattern, or the dark would show bands.
            let grain = BAYER[(row % 4) as usize][(column % 4) as usize];
            let [r, g, b] = [62.0, 68.0, 100.0].map(|full| (5.0 + full * light + grain) as u8);
            [r, g, b, 255]
        }));
    }
}

/// The shadow that a solid seen from `distance` throws below itself.
pub(crate) fn shadow(pixels: &mut [[u8; 4]], width: u32, height: u32, distance: f32) {
    let (focus, middle_x, middle_y) = camera(width, height);
    let reach = focus / distance;
    let (y, half_width, half_height) = (middle_y + 1.62 * reach, 1.75 * reach, 0.42 * reach);
    let first = (y - half_height).max(0.0) as usize;
    let end = ((y + half_height).ceil().max(0.0) as usize).min(height as usize);
    let left = (middle_x - half_width).max(0.0) as usize;
    let right = ((middle_x + half_width).ceil() as usize).min(width as usize);
    let step = 1.0 / half_width;
    for row in first..end {
        let down = (row as f32 + 0.5 - y) / half_height;
        let pixels = &mut pixels[row * width as usize..][left..right];
        for (column, pixel) in (left..).zip(pixels) {
            let across = (column as f32 + 0.5 - middle_x) * step;
            let inside = (1.0 - across * across - down * down).max(0.0);
            let keep = ((1.0 - 0.72 * inside * inside) * 256.0) as u32;
            for channel in &mut pixel[..3] {
                *channel = (u32::from(*channel) * keep / 256) as u8;
            }
        }
    }
}

/// Thresholds of an ordered dither, 0 to 1.
const BAYER: [[f32; 4]; 4] = [
    [0.0, 0.5, 0.125, 0.625],
    [0.75, 0.25, 0.875, 0.375],
    [0.1875, 0.6875, 0.0625, 0.5625],
    [0.9375, 0.4375, 0.8125, 0.3125],
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::tests::buffer;

    #[test]
    fn every_sample_inside_the_outline_belongs_to_exactly_one_triangle() {
        // Over a black backdrop, seams would be dark or too bright: compare with full coverage.
        let mesh = Mesh::cube();
        let (width, height, distance) = (257, 199, 5.0);
        let (focus, middle_x, middle_y) = camera(width, height);
        for step in 0..12 {
            let spin = Spin::about(Vec3([0.6, 0.0, 0.8]), step as f32 * 0.37);
            let rows = spin.rows();
            let project = |place: Vec3| {
                let [x, y, z] = rows.map(|row| row.dot(place));
                let near = 1.0 / (distance - z);
                Projected::new(middle_x + focus * x * near, middle_y - focus * y * near, near)
            };
            let mut counts = vec![0; (width * height) as usize];
            for triangle in &mesh.triangles {
                let vertices = triangle.map(|index| &mesh.vertices[index as usize]);
                let places = vertices.map(|vertex| vertex.place);
                let normals = vertices.map(|vertex| vertex.normal);
                let setup = Setup::new(places.map(project), places, normals, width, height);
                let Some(setup) = setup else { continue };
                for row in setup.rows.clone() {
                    for column in setup.columns.clone() {
                        counts[row * width as usize + column] += setup.samples(column, row);
                    }
                }
            }
            // On the outline, snapping can turn a sliver seen from behind to the front.
            let shared = counts.iter().filter(|count| **count > 4).count();
            assert!(shared <= 3, "{shared} samples belong to two triangles");
            let full = counts.iter().filter(|count| **count == 4).count();
            let some = counts.iter().filter(|count| **count > 0).count();
            // Only the outline may be partly covered; a seam inside would add to it.
            assert!(full > 5_000 && some - full < 800, "{full} of {some}");
        }
    }

    #[test]
    fn a_picture_of_one_pixel_is_drawn() {
        let mut behind = Vec::new();
        for (width, height) in [(1, 1), (1, 300), (300, 1)] {
            room(&mut behind, width, height);
            shadow(&mut behind, width, height, 5.0);
            let mut frame = buffer(width, height);
            frame.pixels_mut().copy_from_slice(&behind);
            let spin = Spin::about(Vec3([0.0, 1.0, 0.0]), 0.3);
            Raster::default().draw(&mut frame, &behind, &Mesh::cube(), spin, 3.2);
        }
    }
}
