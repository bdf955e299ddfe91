//! The renderer on the processor: draws egui's meshes as a GPU does.

mod sample;
mod triangle;

use std::fmt;

use egui::epaint::{ClippedPrimitive, Mesh, Primitive};
use egui::{Pos2, Rect};
use framecast::FrameBuffer;

use self::sample::Sampler;
use self::triangle::{Clip, Target, Vertex};
use crate::painting::Painting;
use crate::textures::Textures;

/// Draws on the processor. It needs no GPU and no driver.
///
/// What it draws differs from what `egui-wgpu` draws by rounding alone, but for two things that only a GPU can do:
/// [paint callbacks](egui::PaintCallback) and textures of the program's own (`TextureId::User`) are left out.
#[derive(Default)]
pub struct SoftwareRenderer {
    textures: Textures,
}

impl SoftwareRenderer {
    /// The longest side of a texture that egui may ask for.
    pub const MAX_TEXTURE_SIDE: usize = 8192;

    /// A renderer without textures. It must be given every painting of one [`EguiCanvas`](crate::EguiCanvas), because
    /// textures come with them.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Draws over what is in `buffer`.
    pub fn draw(&mut self, buffer: &mut FrameBuffer, painting: &Painting) {
        for (id, delta) in &painting.textures.set {
            self.textures.set(*id, delta);
        }
        let (width, height) = (buffer.width(), buffer.height());
        let mut target = Target { pixels: buffer.pixels_mut(), width: width as usize };
        let points = painting.pixels_per_point;
        let mut vertices = Vec::new();
        for ClippedPrimitive { clip_rect, primitive } in &painting.primitives {
            let Primitive::Mesh(mesh) = primitive else { continue };
            let clip = clip(clip_rect, points, [width, height]);
            self.mesh(&mut target, clip, mesh, points, &mut vertices);
        }
        for id in &painting.textures.free {
            self.textures.free(*id);
        }
    }

    fn mesh(
        &self,
        target: &mut Target,
        clip: Clip,
        mesh: &Mesh,
        points: f32,
        vertices: &mut Vec<Vertex>,
    ) {
        let Some(texture) = self.textures.get(mesh.texture_id) else { return };
        let Some(sampler) = Sampler::new(texture) else { return };
        if clip.is_empty() {
            return;
        }
        vertices.clear();
        vertices.extend(mesh.vertices.iter().map(|vertex| {
            let Pos2 { x, y } = vertex.pos * points;
            Vertex::new([x, y], [vertex.uv.x, vertex.uv.y], vertex.color.to_array())
        }));
        for corners in mesh.indices.as_chunks::<3>().0 {
            let corners = corners.map(|index| vertices.get(index as usize));
            if let [Some(a), Some(b), Some(c)] = corners {
                triangle::draw(target, clip, [a, b, c], &sampler);
            }
        }
    }
}

impl fmt::Debug for SoftwareRenderer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SoftwareRenderer").finish_non_exhaustive()
    }
}

/// The pixels that may change, rounded as `egui-wgpu` rounds them.
fn clip(rect: &Rect, points: f32, size: [u32; 2]) -> Clip {
    let pixel = |at: f32, most: u32| ((at * points).round() as u32).min(most) as i32;
    Clip {
        left: pixel(rect.min.x, size[0]),
        top: pixel(rect.min.y, size[1]),
        right: pixel(rect.max.x, size[0]),
        bottom: pixel(rect.max.y, size[1]),
    }
}
