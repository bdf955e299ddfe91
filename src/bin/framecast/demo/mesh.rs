//! A cube with round edges as triangles, and turning it.

use std::collections::HashMap;

/// A point or direction.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Vec3(pub [f32; 3]);

impl Vec3 {
    /// The sum.
    pub(crate) fn plus(self, other: Vec3) -> Vec3 {
        let ([a, b, c], [d, e, f]) = (self.0, other.0);
        Vec3([a + d, b + e, c + f])
    }

    /// `factor` times as long.
    pub(crate) fn times(self, factor: f32) -> Vec3 {
        let [x, y, z] = self.0;
        Vec3([x * factor, y * factor, z * factor])
    }

    /// The scalar product.
    pub(crate) fn dot(self, other: Vec3) -> f32 {
        self.0[0] * other.0[0] + self.0[1] * other.0[1] + self.0[2] * other.0[2]
    }

    /// Of length 1.
    pub(crate) fn unit(self) -> Vec3 {
        self.times(1.0 / self.dot(self).sqrt())
    }
}

/// A rotation, as a unit quaternion: it never locks up and never grows out of shape.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Spin([f32; 4]);

impl Spin {
    /// By `angle` radians about `axis`, which has length 1.
    pub(crate) fn about(axis: Vec3, angle: f32) -> Self {
        let (sin, cos) = (angle / 2.0).sin_cos();
        let [x, y, z] = axis.times(sin).0;
        Self([cos, x, y, z])
    }

    /// This, then one about `axis`.
    pub(crate) fn then(self, axis: Vec3, angle: f32) -> Self {
        let ([a, b, c, d], [e, f, g, h]) = (Self::about(axis, angle).0, self.0);
        let product = [
            a * e - b * f - c * g - d * h,
            a * f + b * e + c * h - d * g,
            a * g - b * h + c * e + d * f,
            a * h + b * g - c * f + d * e,
        ];
        // Rounding would add up over hours of spinning.
        let length = product.iter().map(|part| part * part).sum::<f32>().sqrt();
        Self(product.map(|part| part / length))
    }

    /// As the rows of a matrix.
    pub(crate) fn rows(self) -> [Vec3; 3] {
        let [w, x, y, z] = self.0;
        [
            Vec3([1.0 - 2.0 * (y * y + z * z), 2.0 * (x * y - w * z), 2.0 * (x * z + w * y)]),
            Vec3([2.0 * (x * y + w * z), 1.0 - 2.0 * (x * x + z * z), 2.0 * (y * z - w * x)]),
            Vec3([2.0 * (x * z - w * y), 2.0 * (y * z + w * x), 1.0 - 2.0 * (x * x + y * y)]),
        ]
    }
}

/// One corner of a triangle: where it is, and which way the surface faces there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Vertex {
    /// Each part is −1 to 1.
    pub(crate) place: Vec3,
    /// Of length 1, outwards.
    pub(crate) normal: Vec3,
}

/// A closed convex surface.
pub(crate) struct Mesh {
    /// The corners.
    pub(crate) vertices: Vec<Vertex>,
    /// Three corners each, anticlockwise from outside.
    pub(crate) triangles: Vec<[u32; 3]>,
}

/// Of the edges, of a cube that reaches from −1 to 1.
const RADIUS: f32 = 0.2;
/// Strips that make one half of a round edge.
const STRIPS: usize = 4;

impl Mesh {
    /// Which of the six faces a triangle is part of: twice its axis, plus 1 on the negative side.
    pub(crate) fn face(&self, triangle: usize) -> usize {
        triangle * 6 / self.triangles.len()
    }

    /// A cube from −1 to 1 with round edges.
    pub(crate) fn cube() -> Self {
        let flat = 1.0 - RADIUS;
        // Evenly spaced by angle, so that the edge looks round rather than faceted.
        let outer = (0..=STRIPS).map(|strip| {
            let angle = std::f32::consts::FRAC_PI_4 * strip as f32 / STRIPS as f32;
            flat + RADIUS * angle.tan()
        });
        let lines: Vec<f32> = outer.clone().map(|at| -at).rev().chain(outer).collect();
        let count = lines.len();
        let mut mesh = Self { vertices: Vec::new(), triangles: Vec::new() };
        // Faces share the corners on their borders: were they worked out twice, rounding would
        // open seams between the faces.
        let mut known = HashMap::new();
        for face in 0..6 {
            let (axis, side) = (face / 2, if face % 2 == 0 { 1.0 } else { -1.0 });
            let mut corners = Vec::new();
            for v in &lines {
                for u in &lines {
                    let mut place = [0.0; 3];
                    place[axis] = side;
                    place[(axis + 1) % 3] = *u * side;
                    place[(axis + 2) % 3] = *v;
                    let key = place.map(|part| (part * 4096.0).round() as i32);
                    corners.push(*known.entry(key).or_insert_with(|| {
                        mesh.vertices.push(rounded(Vec3(place)));
                        mesh.vertices.len() as u32 - 1
                    }));
                }
            }
            for row in 0..count - 1 {
                for column in 0..count - 1 {
                    let at = row * count + column;
                    let [a, b, c, d] =
                        [at, at + 1, at + count + 1, at + count].map(|place| corners[place]);
                    mesh.triangles.extend([[a, b, c], [a, c, d]]);
                }
            }
        }
        mesh
    }
}

/// The point of the sharp cube, pulled onto the round one.
fn rounded(place: Vec3) -> Vertex {
    let flat = 1.0 - RADIUS;
    let core = Vec3(place.0.map(|part| part.clamp(-flat, flat)));
    let normal = place.plus(core.times(-1.0)).unit();
    Vertex { place: core.plus(normal.times(RADIUS)), normal }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cross(a: Vec3, b: Vec3) -> Vec3 {
        let ([a, b, c], [d, e, f]) = (a.0, b.0);
        Vec3([b * f - c * e, c * d - a * f, a * e - b * d])
    }

    #[test]
    fn every_triangle_faces_outwards() {
        let mesh = Mesh::cube();
        for triangle in &mesh.triangles {
            let [a, b, c] = triangle.map(|index| mesh.vertices[index as usize].place);
            let minus = a.times(-1.0);
            let normal = cross(b.plus(minus), c.plus(minus));
            assert!(normal.dot(a) > 0.0, "{a:?} {b:?} {c:?}");
        }
    }

    #[test]
    fn the_surface_is_closed() {
        let mesh = Mesh::cube();
        let mut edges: HashMap<_, i32> = HashMap::new();
        for [a, b, c] in &mesh.triangles {
            for (from, to) in [(a, b), (b, c), (c, a)] {
                *edges.entry((*from, *to)).or_default() += 1;
                *edges.entry((*to, *from)).or_default() -= 1;
            }
        }
        assert!(edges.values().all(|count| *count == 0));
    }

    #[test]
    fn a_spin_keeps_lengths_after_a_million_turns() {
        let mut spin = Spin::about(Vec3([0.0, 1.0, 0.0]), 0.3);
        for _ in 0..1_000_000 {
            spin = spin.then(Vec3([0.6, 0.0, 0.8]), 0.01);
        }
        for row in spin.rows() {
            assert!((row.dot(row) - 1.0).abs() < 1e-4);
        }
    }

    #[test]
    fn a_quarter_turn_about_the_upright_axis_takes_the_front_to_the_right() {
        let rows = Spin::about(Vec3([0.0, 1.0, 0.0]), std::f32::consts::FRAC_PI_2).rows();
        let front = Vec3([0.0, 0.0, 1.0]);
        let turned = rows.map(|row| row.dot(front));
        assert!((turned[0] - 1.0).abs() < 1e-6 && turned[2].abs() < 1e-6, "{turned:?}");
    }
}
