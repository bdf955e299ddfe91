//! The textures of egui, kept in memory. The renderer in software reads them, and a GPU that was lost gets them again.

use std::collections::HashMap;
use std::sync::Arc;

use egui::epaint::{ImageData, ImageDelta};
use egui::{ColorImage, TextureId, TextureOptions};

/// A picture that meshes show. Its pixels have premultiplied alpha.
pub(crate) struct Texture {
    pub(crate) image: Arc<ColorImage>,
    pub(crate) options: TextureOptions,
}

/// All textures that egui has at present.
#[derive(Default)]
pub(crate) struct Textures(HashMap<TextureId, Texture>);

impl Textures {
    /// Makes a texture, or changes a part of one.
    pub(crate) fn set(&mut self, id: TextureId, delta: &ImageDelta) {
        let ImageData::Color(image) = &delta.image;
        let Some([left, top]) = delta.pos else {
            self.0.insert(id, Texture { image: Arc::clone(image), options: delta.options });
            return;
        };
        let Some(texture) = self.0.get_mut(&id) else { return };
        texture.options = delta.options;
        let whole = Arc::make_mut(&mut texture.image);
        let [width, _] = whole.size;
        let rows = whole.pixels.chunks_exact_mut(width.max(1)).skip(top);
        for (row, part) in rows.zip(image.pixels.chunks_exact(image.size[0].max(1))) {
            if let Some(row) = row.get_mut(left..left + part.len()) {
                row.copy_from_slice(part);
            }
        }
    }

    pub(crate) fn free(&mut self, id: TextureId) {
        self.0.remove(&id);
    }

    #[cfg(feature = "software")]
    pub(crate) fn get(&self, id: TextureId) -> Option<&Texture> {
        self.0.get(&id)
    }

    #[cfg(feature = "wgpu")]
    pub(crate) fn iter(&self) -> impl Iterator<Item = (TextureId, &Texture)> {
        self.0.iter().map(|(id, texture)| (*id, texture))
    }
}

#[cfg(all(test, feature = "software"))]
mod tests {
    use egui::Color32;

    use super::*;

    #[test]
    fn a_part_of_a_texture_is_replaced_where_it_is() {
        let filled = |size, color| ColorImage::filled(size, color);
        let mut textures = Textures::default();
        let id = TextureId::Managed(7);
        let options = TextureOptions::LINEAR;
        textures.set(id, &ImageDelta::full(filled([4, 3], Color32::WHITE), options));
        let part =
            ImageDelta::partial([1, 1], filled([2, 2], Color32::RED), TextureOptions::NEAREST);
        textures.set(id, &part);
        let texture = textures.get(id).unwrap();
        let red: Vec<_> = (0..12).filter(|at| texture.image.pixels[*at] == Color32::RED).collect();
        assert_eq!(red, [5, 6, 9, 10]);
        assert_eq!(texture.options, TextureOptions::NEAREST);
        // What lies outside, or belongs to no texture, changes nothing.
        let outside = ImageDelta::partial([3, 2], filled([2, 2], Color32::BLUE), options);
        textures.set(id, &outside);
        textures.set(TextureId::Managed(8), &outside);
        assert!(!textures.get(id).unwrap().image.pixels.contains(&Color32::BLUE));
        textures.free(id);
        assert!(textures.get(id).is_none() && textures.get(TextureId::Managed(8)).is_none());
    }
}
