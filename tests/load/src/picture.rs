//! Moving pictures of 1280 × 720 pixels: how they are drawn. Also what the benchmarks of
//! framecast-terminal show.

use std::str::FromStr;

use ab_glyph::{Font, FontRef, PxScale, ScaleFont};

pub(crate) const WIDTH: usize = 1280;
pub(crate) const HEIGHT: usize = 720;
/// The part of the dashboard that changes: left, top, width, height.
const REGION: (usize, usize, usize, usize) = (500, 260, 200, 150);
/// In the upper left corner, a square that changes between black and white with every press.
const MARK: usize = 24;
/// Pixels that the moving picture is wider than what is seen of it.
const SPARE: usize = 640;
/// Pixels of one step.
const STEP: usize = 4;
const PAPER: [u8; 4] = [250, 250, 247, 255];

/// A kind of picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content {
    /// Like a photograph that moves sideways: every pixel changes with every frame.
    Motion,
    /// A page of text that moves up by a line of pixels: all of it changes.
    Page,
    /// The same page, still, with a plot of 200 × 150 pixels that changes.
    Dashboard,
    /// The same page, drawn once.
    Static,
}

impl Content {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Motion => "motion",
            Self::Page => "page",
            Self::Dashboard => "dashboard",
            Self::Static => "static",
        }
    }
}

impl FromStr for Content {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let all = [Self::Motion, Self::Page, Self::Dashboard, Self::Static];
        all.into_iter().find(|content| content.name() == name).ok_or_else(|| {
            format!("there is no content {name:?}; there are motion, page, dashboard and static")
        })
    }
}

/// Draws a content, frame after frame.
pub(crate) struct Painter {
    content: Content,
    /// What frames are cut from.
    picture: Vec<[u8; 4]>,
    width: usize,
    frames: usize,
    /// Whether the mark is white, and was in the frame before.
    pub(crate) mark: (bool, bool),
}

impl Painter {
    pub(crate) fn new(content: Content) -> Self {
        let (picture, width) = match content {
            Content::Motion => (photo(WIDTH + SPARE, HEIGHT), WIDTH + SPARE),
            _ => (page(WIDTH, HEIGHT + SPARE), WIDTH),
        };
        Self { content, picture, width, frames: 0, mark: (false, false) }
    }

    /// What differs from the frame before, where that is little: left, top, width, height.
    pub(crate) fn damage(&self) -> Option<[u32; 4]> {
        let little = self.content == Content::Dashboard && self.frames > 1;
        let little = little && self.mark.0 == self.mark.1;
        let (left, top, width, height) = REGION;
        little.then_some([left, top, width, height].map(|it| it as u32))
    }

    pub(crate) fn draw(&mut self, pixels: &mut [[u8; 4]]) {
        let n = self.frames;
        self.frames += 1;
        // There and back again.
        let swing = |step: usize| {
            let at = n * step % (2 * SPARE);
            if at < SPARE { at } else { 2 * SPARE - at - 1 }
        };
        let (left, top) = match self.content {
            Content::Motion => (swing(STEP), 0),
            Content::Page => (0, swing(1)),
            Content::Dashboard | Content::Static => (0, 0),
        };
        for (y, row) in pixels.chunks_exact_mut(WIDTH).enumerate() {
            let start = (top + y) * self.width + left;
            row.copy_from_slice(&self.picture[start..start + WIDTH]);
        }
        if self.content == Content::Dashboard {
            plot(pixels, n);
        }
        let shade = if self.mark.0 { 255 } else { 0 };
        for row in pixels.chunks_exact_mut(WIDTH).take(MARK) {
            row[..MARK].fill([shade, shade, shade, 255]);
        }
    }
}

/// A curve that moves, on a ground of its own.
fn plot(pixels: &mut [[u8; 4]], n: usize) {
    let (left, top, width, height) = REGION;
    for x in 0..width {
        let at = (x + n * 3) as f32;
        let value = (at / 17.0).sin() * 0.3 + (at / 5.3).sin() * 0.15 + 0.5;
        let level = (value * height as f32) as usize;
        for y in 0..height {
            let distance = level.abs_diff(height - y);
            pixels[(top + y) * WIDTH + left + x] = match distance {
                0 | 1 => [20, 90, 200, 255],
                2 => [130, 170, 225, 255],
                _ if height - y < level => [225, 234, 248, 255],
                _ => [255, 255, 255, 255],
            };
        }
    }
}

/// Soft shapes of many colors, and grain.
fn photo(width: usize, height: usize) -> Vec<[u8; 4]> {
    let mut grain = 1_u32;
    let mut pixels = Vec::with_capacity(width * height);
    for y in 0..height {
        for x in 0..width {
            let (fx, fy) = (x as f32, y as f32);
            let wave = |a: f32, b: f32, c: f32| {
                let (u, v) = ((fx / a + fy / b + c).sin(), (fx / b - fy / a + 2.0 * c).cos());
                128.0 + 60.0 * u + 45.0 * v
            };
            grain = grain.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let noise = (grain >> 28) as f32 - 8.0;
            let pixel = [wave(61.0, 97.0, 0.0), wave(83.0, 71.0, 1.0), wave(131.0, 53.0, 2.0)];
            let [r, g, b] = pixel.map(|value| (value + noise).clamp(0.0, 255.0) as u8);
            pixels.push([r, g, b, 255]);
        }
    }
    pixels
}

/// Lines of text on paper, antialiased.
fn page(width: usize, height: usize) -> Vec<[u8; 4]> {
    const WORDS: &str = "The pressure in vessel 4 rose to 3.72 bar at 14:05 while the inflow of \
        coolant was held at 12 litres a minute; valve B opened by itself and closed again after \
        seven seconds. Operators saw no cause for alarm, and wrote so in the log. ";
    let mut pixels = vec![PAPER; width * height];
    let font = FontRef::try_from_slice(epaint_default_fonts::UBUNTU_LIGHT).expect("a font");
    let font = font.as_scaled(PxScale::from(17.0));
    let mut words = WORDS.chars().cycle();
    for line in 0..height / 22 {
        let (mut x, baseline) = (24.0, (line * 22 + 20) as f32);
        while x < width as f32 - 40.0 {
            let glyph = font.scaled_glyph(words.next().unwrap_or(' '));
            let advance = font.h_advance(glyph.id);
            let glyph = ab_glyph::Glyph { position: ab_glyph::point(x, baseline), ..glyph };
            if let Some(outline) = font.outline_glyph(glyph) {
                let bounds = outline.px_bounds();
                outline.draw(|dx, dy, coverage| {
                    let (x, y) = (bounds.min.x as usize + dx as usize, bounds.min.y as usize);
                    if let Some(pixel) = pixels.get_mut((y + dy as usize) * width + x) {
                        let mix = |paper: u8| (f32::from(paper) * (1.0 - coverage)) as u8;
                        *pixel = [mix(pixel[0]), mix(pixel[1]), mix(pixel[2]), 255];
                    }
                });
            }
            x += advance;
        }
    }
    pixels
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(content: Content) -> [Vec<[u8; 4]>; 2] {
        let mut painter = Painter::new(content);
        [(); 2].map(|()| {
            let mut pixels = vec![[0; 4]; WIDTH * HEIGHT];
            painter.draw(&mut pixels);
            pixels
        })
    }

    fn changed(content: Content) -> usize {
        let [one, two] = frames(content);
        one.iter().zip(&two).filter(|(one, two)| one != two).count()
    }

    #[test]
    fn contents_change_as_much_as_they_say() {
        assert!(changed(Content::Motion) > WIDTH * HEIGHT * 9 / 10);
        assert!(changed(Content::Page) > WIDTH * HEIGHT / 20);
        assert!((1000..=200 * 150).contains(&changed(Content::Dashboard)));
        assert_eq!(changed(Content::Static), 0);
    }

    #[test]
    fn a_press_changes_the_mark_and_is_declared() {
        let mut painter = Painter::new(Content::Dashboard);
        let mut pixels = vec![[0; 4]; WIDTH * HEIGHT];
        for _ in 0..2 {
            painter.draw(&mut pixels);
        }
        assert_eq!(pixels[0], [0, 0, 0, 255]);
        assert!(painter.damage().is_some());
        painter.mark.0 = true;
        painter.draw(&mut pixels);
        assert_eq!(pixels[0], [255; 4]);
        assert!(painter.damage().is_none(), "more than the plot changed");
    }

    #[test]
    fn the_page_has_letters_on_it() {
        let [page, _] = frames(Content::Static);
        let dark = page.iter().filter(|pixel| pixel[0] < 90).count();
        assert!((20_000..200_000).contains(&dark), "{dark}");
    }
}
