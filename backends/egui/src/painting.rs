//! What egui wants drawn.

use std::fmt;

use egui::TexturesDelta;
use egui::epaint::ClippedPrimitive;

/// What egui wants drawn, for one renderer. It holds the changes of textures, which are told once: give every painting
/// of an [`EguiCanvas`](crate::EguiCanvas) to the same renderer, in order.
pub struct Painting {
    /// Meshes, from back to front.
    pub primitives: Vec<ClippedPrimitive>,
    /// What changed in the textures since the painting before.
    pub textures: TexturesDelta,
    /// Physical pixels per point of egui.
    pub pixels_per_point: f32,
}

impl fmt::Debug for Painting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Painting")
            .field("primitives", &self.primitives.len())
            .field("pixels_per_point", &self.pixels_per_point)
            .finish_non_exhaustive()
    }
}
