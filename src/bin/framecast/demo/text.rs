//! Antialiased text: glyphs are rasterised once for each size and kept.

use std::collections::HashMap;

use ab_glyph::{Font, FontRef, GlyphId, PxScale, ScaleFont};
use tiny_skia::PixmapMut;

/// A typeface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Face {
    /// For titles and labels.
    Sans,
    /// For columns of numbers and logs.
    Mono,
}

/// How text looks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Style {
    /// The typeface.
    pub(crate) face: Face,
    /// Height of the em square, in physical pixels.
    pub(crate) size: f32,
    /// Red, green, blue.
    pub(crate) color: [u8; 3],
}

/// Draws text, and remembers the shapes of the glyphs it drew.
pub(crate) struct Text {
    sans: FontRef<'static>,
    mono: FontRef<'static>,
    glyphs: HashMap<Key, Glyph>,
}

/// A glyph at one size and one of [`STEPS`] positions within a pixel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    face: Face,
    size: u32,
    id: GlyphId,
    step: u8,
}

/// Coverage of one glyph; `left` and `top` are relative to the pen's pixel on the baseline.
struct Glyph {
    left: i32,
    top: i32,
    width: usize,
    coverage: Box<[u8]>,
}

/// Horizontal positions within a pixel that a glyph is rasterised for.
const STEPS: f32 = 4.0;
/// Remembered glyphs; more than any page here uses, so that a stream of odd text stays bounded.
const MAX_GLYPHS: usize = 4096;

impl Text {
    /// With the two faces and nothing remembered.
    pub(crate) fn new() -> Self {
        let font = |bytes| FontRef::try_from_slice(bytes).expect("the font was checked by a test");
        Self {
            sans: font(epaint_default_fonts::UBUNTU_LIGHT),
            mono: font(epaint_default_fonts::HACK_REGULAR),
            glyphs: HashMap::new(),
        }
    }

    fn font(&self, face: Face) -> &FontRef<'static> {
        match face {
            Face::Sans => &self.sans,
            Face::Mono => &self.mono,
        }
    }

    /// How far `text` reaches from its start to where the next glyph would be, in pixels.
    pub(crate) fn width(&self, style: Style, text: &str) -> f32 {
        let font = self.font(style.face).as_scaled(scale(self.font(style.face), style.size));
        let mut last = None;
        text.chars().fold(0.0, |x, char| {
            let id = font.glyph_id(char);
            let kern = last.replace(id).map_or(0.0, |last| font.kern(last, id));
            x + kern + font.h_advance(id)
        })
    }

    /// Draws `text` from `x` on the baseline `y`; what lies outside the picture is cut off.
    pub(crate) fn draw(
        &mut self,
        target: &mut PixmapMut,
        x: f32,
        y: f32,
        style: Style,
        text: &str,
    ) {
        if self.glyphs.len() > MAX_GLYPHS {
            self.glyphs.clear();
        }
        let font = self.font(style.face).clone();
        let scaled = font.as_scaled(scale(&font, style.size));
        let (mut x, mut last) = (x, None);
        let right = target.width() as f32;
        for char in text.chars() {
            let id = scaled.glyph_id(char);
            x += last.replace(id).map_or(0.0, |last| scaled.kern(last, id));
            if x > right {
                break;
            }
            let quarter = (x * STEPS).round();
            let pixel = (quarter / STEPS).floor();
            let step = quarter - pixel * STEPS;
            let key = Key { face: style.face, size: style.size.to_bits(), id, step: step as u8 };
            let glyph = self
                .glyphs
                .entry(key)
                .or_insert_with(|| rasterise(&font, scale(&font, style.size), id, step / STEPS));
            blend(target, glyph, pixel as i32, y.round() as i32, style.color);
            x += scaled.h_advance(id);
        }
    }
}

/// ab_glyph measures a font from its lowest to its highest point; people mean the em square.
fn scale(font: &FontRef, size: f32) -> PxScale {
    let em = font.units_per_em().unwrap_or(1000.0);
    PxScale::from(size * font.height_unscaled() / em)
}

fn rasterise(font: &FontRef, scale: PxScale, id: GlyphId, offset: f32) -> Glyph {
    let glyph = id.with_scale_and_position(scale, ab_glyph::point(offset, 0.0));
    let Some(outline) = font.outline_glyph(glyph) else {
        return Glyph { left: 0, top: 0, width: 0, coverage: Box::default() };
    };
    let bounds = outline.px_bounds();
    let width = bounds.width() as usize;
    let mut coverage = vec![0; width * bounds.height() as usize].into_boxed_slice();
    outline.draw(|x, y, cover| {
        if let Some(cell) = coverage.get_mut(y as usize * width + x as usize) {
            *cell = (cover.clamp(0.0, 1.0) * 255.0).round() as u8;
        }
    });
    Glyph { left: bounds.min.x as i32, top: bounds.min.y as i32, width, coverage }
}

fn blend(target: &mut PixmapMut, glyph: &Glyph, x: i32, y: i32, color: [u8; 3]) {
    if glyph.width == 0 {
        return;
    }
    let (width, height) = (target.width() as i32, target.height() as i32);
    let left = x.saturating_add(glyph.left);
    let top = y.saturating_add(glyph.top);
    let skip = left.min(0).unsigned_abs() as usize;
    let keep = width.saturating_sub(left).clamp(0, glyph.width as i32) as usize;
    if skip >= keep || top >= height {
        return;
    }
    let pixels = target.data_mut().as_chunks_mut::<4>().0;
    for (row, covers) in (top..).zip(glyph.coverage.chunks_exact(glyph.width)) {
        if row < 0 || row >= height {
            continue;
        }
        let start = row as usize * width as usize + (left + skip as i32) as usize;
        for (pixel, cover) in pixels[start..].iter_mut().zip(&covers[skip..keep]) {
            let cover = u32::from(*cover);
            for (under, over) in pixel.iter_mut().zip(color) {
                let mixed = u32::from(*under) * (255 - cover) + u32::from(over) * cover;
                *under = ((mixed + 127) / 255) as u8;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use tiny_skia::Pixmap;

    use super::*;

    const STYLE: Style = Style { face: Face::Mono, size: 16.0, color: [255, 255, 255] };

    fn ink(pixmap: &Pixmap) -> u64 {
        pixmap.data().iter().map(|byte| u64::from(*byte)).sum()
    }

    #[test]
    fn both_fonts_load_and_have_the_letters_the_demos_use() {
        let text = Text::new();
        for face in [Face::Sans, Face::Mono] {
            for char in "aZ09 .,:·–×µ°²±%/()[]{}+-_#ä".chars() {
                assert_ne!(text.font(face).glyph_id(char), GlyphId(0), "{face:?} lacks {char}");
            }
        }
    }

    #[test]
    fn text_leaves_ink_within_its_width() {
        let mut text = Text::new();
        let mut pixmap = Pixmap::new(200, 40).unwrap();
        text.draw(&mut pixmap.as_mut(), 10.0, 25.0, STYLE, "Hello");
        let width = text.width(STYLE, "Hello");
        assert!(width > 30.0 && width < 60.0, "{width}");
        let inked = |x: usize| (0..40).any(|y| pixmap.data()[(y * 200 + x) * 4] > 0);
        assert!((10..10 + width as usize).any(inked));
        assert!(!(0..9).any(inked) && !(12 + width as usize..200).any(inked));
    }

    #[test]
    fn text_outside_the_picture_is_cut_off() {
        let mut text = Text::new();
        for (x, y) in [
            (-5.0, 3.0),
            (-1e9, 0.0),
            (7.0, 9.0),
            (1e9, 1e9),
            (0.0, -1e9),
            (3.0, 1e30),
            (-1e30, 1.0),
        ] {
            let mut pixmap = Pixmap::new(8, 8).unwrap();
            text.draw(&mut pixmap.as_mut(), x, y, STYLE, "Wide\u{1F600}\0 text");
        }
        let mut pixmap = Pixmap::new(8, 8).unwrap();
        text.draw(&mut pixmap.as_mut(), -4.0, 8.0, STYLE, "MMM");
        assert!(ink(&pixmap) > 0);
    }

    #[test]
    fn the_memory_for_glyphs_is_bounded() {
        let mut text = Text::new();
        let mut pixmap = Pixmap::new(4, 4).unwrap();
        for size in 0..MAX_GLYPHS + 50 {
            let style = Style { size: 4.0 + size as f32 / 1000.0, ..STYLE };
            text.draw(&mut pixmap.as_mut(), 0.0, 4.0, style, "i");
        }
        assert!(text.glyphs.len() <= MAX_GLYPHS + 1, "{}", text.glyphs.len());
    }
}
