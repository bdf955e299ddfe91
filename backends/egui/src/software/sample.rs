//! Colors of a texture. Pure.

use egui::{Color32, TextureFilter, TextureWrapMode};

use crate::textures::Texture;

/// Reads colors from a texture.
pub(super) struct Sampler<'a> {
    pixels: &'a [Color32],
    width: i32,
    height: i32,
    wrap: TextureWrapMode,
    magnification: TextureFilter,
    minification: TextureFilter,
}

impl<'a> Sampler<'a> {
    /// A sampler of `texture`; `None` if the texture has no pixels.
    pub(super) fn new(texture: &'a Texture) -> Option<Self> {
        let [width, height] = texture.image.size;
        let pixels = &texture.image.pixels[..];
        if pixels.is_empty() || pixels.len() != width * height {
            return None;
        }
        let options = texture.options;
        Some(Self {
            pixels,
            width: i32::try_from(width).ok()?,
            height: i32::try_from(height).ok()?,
            wrap: options.wrap_mode,
            magnification: options.magnification,
            minification: options.minification,
        })
    }

    /// The size in texels.
    pub(super) fn size(&self) -> [f32; 2] {
        [self.width as f32, self.height as f32]
    }

    /// Whether to take the nearest texel where a pixel is `step` texels from the next.
    pub(super) fn is_nearest(&self, step: f32) -> bool {
        let filter = if step > 1.0 { self.minification } else { self.magnification };
        filter == TextureFilter::Nearest
    }

    /// The texel at `x`, `y`, both in texels.
    pub(super) fn nearest(&self, x: f32, y: f32) -> [u8; 4] {
        self.texel(x.floor() as i32, y.floor() as i32)
    }

    /// The color at `x`, `y`, both in texels: between the four texels around, 0 to 255.
    pub(super) fn linear(&self, x: f32, y: f32) -> [f32; 4] {
        let (x, y) = (x - 0.5, y - 0.5);
        let (left, top) = (x.floor(), y.floor());
        let (right_part, bottom_part) = (x - left, y - top);
        let (left, top) = (left as i32, top as i32);
        let (right, bottom) = (left.saturating_add(1), top.saturating_add(1));
        let [a, b, c, d] = [(left, top), (right, top), (left, bottom), (right, bottom)]
            .map(|(x, y)| self.texel(x, y).map(f32::from));
        let mix = |a: f32, b: f32, part: f32| a + (b - a) * part;
        std::array::from_fn(|i| {
            mix(mix(a[i], b[i], right_part), mix(c[i], d[i], right_part), bottom_part)
        })
    }

    /// The texels of row `y` from column `x` on, if there are `count` of them.
    pub(super) fn row(&self, x: i32, y: i32, count: usize) -> Option<&[Color32]> {
        let (x, y) = (usize::try_from(x).ok()?, usize::try_from(y).ok()?);
        let width = self.width as usize;
        let row = self.pixels.get(y * width..(y + 1) * width)?;
        row.get(x..x + count)
    }

    fn texel(&self, x: i32, y: i32) -> [u8; 4] {
        let place = |at: i32, size: i32| match self.wrap {
            TextureWrapMode::ClampToEdge => at.clamp(0, size - 1),
            TextureWrapMode::Repeat => at.rem_euclid(size),
            TextureWrapMode::MirroredRepeat => {
                let at = at.rem_euclid(2 * size);
                at.min(2 * size - 1 - at)
            }
        };
        let (x, y) = (place(x, self.width) as usize, place(y, self.height) as usize);
        self.pixels[y * self.width as usize + x].to_array()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use egui::{ColorImage, TextureOptions};

    use super::*;

    fn texture(size: [usize; 2], options: TextureOptions) -> Texture {
        let pixels = (0..size[0] * size[1]).map(|n| Color32::from_rgb(n as u8 * 40, 0, 0));
        let image = Arc::new(ColorImage::new(size, pixels.collect()));
        Texture { image, options }
    }

    #[test]
    fn the_middle_of_a_texel_is_the_texel_and_between_two_is_their_mean() {
        let texture = texture([3, 2], TextureOptions::LINEAR);
        let sampler = Sampler::new(&texture).unwrap();
        assert_eq!(sampler.linear(1.5, 0.5), [40.0, 0.0, 0.0, 255.0]);
        assert_eq!(sampler.linear(2.0, 0.5)[0], 60.0);
        assert_eq!(sampler.linear(1.0, 1.0)[0], 80.0);
        assert_eq!(sampler.nearest(1.99, 1.01)[0], 160);
    }

    #[test]
    fn what_lies_outside_is_clamped_repeated_or_mirrored() {
        for (mode, expected) in [
            (TextureWrapMode::ClampToEdge, [0, 0, 0, 40, 80, 80, 80, 80]),
            (TextureWrapMode::Repeat, [40, 80, 0, 40, 80, 0, 40, 80]),
            (TextureWrapMode::MirroredRepeat, [40, 0, 0, 40, 80, 80, 40, 0]),
        ] {
            let options = TextureOptions { wrap_mode: mode, ..TextureOptions::NEAREST };
            let texture = texture([3, 1], options);
            let sampler = Sampler::new(&texture).unwrap();
            let row = std::array::from_fn(|x| sampler.nearest(x as f32 - 1.5, 0.5)[0]);
            assert_eq!(row, expected, "{mode:?}");
            // Numbers of a stranger's mesh.
            for odd in [f32::NAN, f32::INFINITY, f32::MIN, 1e30] {
                let _ = (sampler.nearest(odd, -odd), sampler.linear(odd, odd));
            }
        }
    }

    #[test]
    fn the_filter_depends_on_whether_texels_are_larger_than_pixels() {
        let options =
            TextureOptions { magnification: TextureFilter::Nearest, ..TextureOptions::LINEAR };
        let texture = texture([1, 1], options);
        let sampler = Sampler::new(&texture).unwrap();
        assert!(sampler.is_nearest(0.5) && sampler.is_nearest(1.0) && !sampler.is_nearest(1.5));
    }
}
