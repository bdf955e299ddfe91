//! Draws a picture at its place: smooth when it is reduced, crisp squares when it is enlarged.

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use framecast::FrameBuffer;

use super::picture::Picture;
use super::view::Placed;

/// From this scale on pixels are shown as squares: who looks that closely wants to see them.
const SQUARES: f64 = 2.0;
/// Side of a square of the pattern behind transparent pictures, in logical pixels.
const CHECK: f64 = 10.0;
const SURROUND: [u8; 4] = [26, 27, 31, 255];
const LIGHT: u8 = 205;
const DARK: u8 = 160;

/// Draws pictures, and keeps the last one it resized.
#[derive(Default)]
pub(crate) struct Renderer {
    resizer: Resizer,
    /// The visible part of the picture at its size on the canvas.
    scaled: Vec<u8>,
    key: Option<Key>,
}

/// What `scaled` was made from.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Key {
    picture: usize,
    version: u64,
    placed: Placed,
    canvas: (u32, u32),
}

/// The part of a placed picture that is on the canvas, in canvas pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Visible {
    x: usize,
    y: usize,
    width: usize,
    height: usize,
}

impl Visible {
    fn of(placed: Placed, canvas: (u32, u32)) -> Option<Self> {
        let along = |start: i64, size: u64, canvas: u32| {
            let end = start.saturating_add_unsigned(size).min(i64::from(canvas));
            let start = start.max(0);
            (end > start).then_some((start as usize, (end - start) as usize))
        };
        let (x, width) = along(placed.left, placed.width, canvas.0)?;
        let (y, height) = along(placed.top, placed.height, canvas.1)?;
        Some(Self { x, y, width, height })
    }
}

impl Renderer {
    /// Draws `picture`, the one with this `number` among those shown.
    pub(crate) fn draw(
        &mut self,
        frame: &mut FrameBuffer,
        picture: &Picture,
        number: usize,
        placed: Placed,
        ratio: f64,
    ) {
        frame.fill(SURROUND);
        let canvas = (frame.width(), frame.height());
        let Some(visible) = Visible::of(placed, canvas) else { return };
        let key = Key { picture: number, version: picture.version, placed, canvas };
        if self.key != Some(key) {
            self.scale(picture, placed, visible);
            self.key = Some(key);
        }
        let check = (CHECK * ratio).max(1.0) as usize;
        let width = frame.width() as usize;
        let rows = self.scaled.as_chunks::<4>().0.chunks_exact(visible.width);
        for (y, scaled) in (visible.y..).zip(rows) {
            let pixels = &mut frame.pixels_mut()[y * width + visible.x..][..visible.width];
            if picture.opaque {
                pixels.copy_from_slice(scaled);
                continue;
            }
            for ((x, pixel), over) in (visible.x..).zip(pixels).zip(scaled) {
                let under = if (x / check + y / check).is_multiple_of(2) { LIGHT } else { DARK };
                *pixel = blend(under, *over);
            }
        }
    }

    fn scale(&mut self, picture: &Picture, placed: Placed, visible: Visible) {
        let (width, height) = picture.pixels.dimensions();
        // The picture's pixels for one of the canvas'.
        let step_x = f64::from(width) / placed.width as f64;
        let step_y = f64::from(height) / placed.height as f64;
        let left = (visible.x as i64 - placed.left) as f64 * step_x;
        let top = (visible.y as i64 - placed.top) as f64 * step_y;
        self.scaled.resize(visible.width * visible.height * 4, 0);
        if step_x.max(step_y) * SQUARES > 1.0 {
            let (across, down) = (visible.width as f64 * step_x, visible.height as f64 * step_y);
            if self.smooth(picture, visible, [left, top, across, down], step_x.max(step_y) > 1.0) {
                return;
            }
        }
        squares(picture, visible, [left, top], [step_x, step_y], &mut self.scaled);
    }

    /// False if the resizer refused, which it does only for sizes that do not occur.
    fn smooth(
        &mut self,
        picture: &Picture,
        visible: Visible,
        [left, top, across, down]: [f64; 4],
        reduce: bool,
    ) -> bool {
        let (width, height) = picture.pixels.dimensions();
        let filter = if reduce { FilterType::Lanczos3 } else { FilterType::CatmullRom };
        let options = ResizeOptions::new()
            .resize_alg(ResizeAlg::Convolution(filter))
            .use_alpha(!picture.opaque)
            // Rounding must not reach beyond the edge.
            .crop(
                left,
                top,
                across.min(f64::from(width) - left),
                down.min(f64::from(height) - top),
            );
        let source = ImageRef::new(width, height, picture.pixels.as_raw(), PixelType::U8x4);
        let size = (visible.width as u32, visible.height as u32);
        let target = Image::from_slice_u8(size.0, size.1, &mut self.scaled, PixelType::U8x4);
        match (source, target) {
            (Ok(source), Ok(mut target)) => {
                self.resizer.resize(&source, &mut target, &options).is_ok()
            }
            _ => false,
        }
    }
}

fn squares(
    picture: &Picture,
    visible: Visible,
    [left, top]: [f64; 2],
    [step_x, step_y]: [f64; 2],
    scaled: &mut [u8],
) {
    let (width, height) = (picture.pixels.width() as usize, picture.pixels.height() as usize);
    let pixels = picture.pixels.as_raw().as_chunks::<4>().0;
    let rows = scaled.as_chunks_mut::<4>().0.chunks_exact_mut(visible.width);
    for (row, scaled) in rows.enumerate() {
        let y = ((top + (row as f64 + 0.5) * step_y) as usize).min(height - 1);
        let line = &pixels[y * width..(y + 1) * width];
        for (column, pixel) in scaled.iter_mut().enumerate() {
            let x = ((left + (column as f64 + 0.5) * step_x) as usize).min(width - 1);
            *pixel = line[x];
        }
    }
}

fn blend(under: u8, [r, g, b, a]: [u8; 4]) -> [u8; 4] {
    let cover = u32::from(a);
    let mix =
        |over: u8| ((u32::from(over) * cover + u32::from(under) * (255 - cover) + 127) / 255) as u8;
    [mix(r), mix(g), mix(b), 255]
}

#[cfg(test)]
mod tests {
    use framecast::{FramePool, PhysicalSize};
    use image::{Rgba, RgbaImage};

    use super::*;
    use crate::show::picture::tests::still;
    use crate::show::view::View;

    fn draw(picture: &Picture, view: &View, canvas: (u32, u32)) -> FrameBuffer {
        let size = PhysicalSize::new(canvas.0, canvas.1);
        let mut frame = FramePool::new().lend(size).unwrap();
        Renderer::default().draw(&mut frame, picture, 0, view.placed(), 1.0);
        frame
    }

    fn fitted(picture: &Picture, canvas: (u32, u32)) -> View {
        let mut view = View::new(picture.pixels.dimensions());
        view.resize(canvas.0, canvas.1, 1.0);
        view
    }

    #[test]
    fn one_to_one_is_exact_and_centred() {
        let pixels = RgbaImage::from_fn(4, 2, |x, y| Rgba([x as u8 * 50, y as u8 * 90, 7, 255]));
        let picture = still(pixels);
        let frame = draw(&picture, &fitted(&picture, (10, 8)), (10, 8));
        assert_eq!(frame.pixels()[0], SURROUND);
        for y in 0..2 {
            for x in 0..4 {
                let got = frame.pixels()[(y + 3) * 10 + x + 3];
                assert_eq!(got, picture.pixels.get_pixel(x as u32, y as u32).0);
            }
        }
    }

    #[test]
    fn a_reduced_picture_is_the_mean_of_its_pixels() {
        let pixels = RgbaImage::from_fn(400, 400, |x, y| {
            let shade = if (x + y) % 2 == 0 { 0 } else { 255 };
            Rgba([shade, shade, shade, 255])
        });
        let picture = still(pixels);
        let frame = draw(&picture, &fitted(&picture, (40, 40)), (40, 40));
        assert!(frame.pixels().iter().all(|pixel| pixel[0].abs_diff(127) < 6));
    }

    #[test]
    fn an_enlarged_picture_has_crisp_squares() {
        let picture = still(RgbaImage::from_fn(2, 1, |x, _| Rgba([x as u8 * 255, 0, 0, 255])));
        let mut view = fitted(&picture, (20, 20));
        view.zoom_middle(8.0);
        let frame = draw(&picture, &view, (20, 20));
        let row = &frame.pixels()[10 * 20..11 * 20];
        assert!(row[2..10].iter().all(|pixel| pixel[0] == 0));
        assert!(row[10..18].iter().all(|pixel| pixel[0] == 255));
        assert_eq!((row[1], row[18]), (SURROUND, SURROUND));
    }

    #[test]
    fn behind_transparency_there_is_a_pattern() {
        let picture = still(RgbaImage::from_pixel(40, 40, Rgba([255, 0, 0, 0])));
        let frame = draw(&picture, &fitted(&picture, (40, 40)), (40, 40));
        assert_eq!(frame.pixels()[0], [LIGHT, LIGHT, LIGHT, 255]);
        assert_eq!(frame.pixels()[12], [DARK, DARK, DARK, 255]);
    }

    #[test]
    fn every_zoom_of_every_shape_is_drawn() {
        for (width, height) in [(1, 1), (1, 3000), (3000, 1), (31, 17), (640, 480)] {
            let picture = still(RgbaImage::from_pixel(width, height, Rgba([9, 8, 7, 200])));
            for canvas in [(1, 1), (1, 200), (200, 1), (120, 90)] {
                let mut view = fitted(&picture, canvas);
                for step in 0..24 {
                    draw(&picture, &view, canvas);
                    view.zoom(1.9, f64::from(step), 2.0);
                    view.pan(7.0, -3.0);
                }
            }
        }
    }

    #[test]
    fn a_part_looks_as_it_does_within_the_whole() {
        let pixels = RgbaImage::from_fn(300, 300, |x, y| {
            Rgba([(x * 5 % 256) as u8, (y * 3 % 256) as u8, (x * y % 256) as u8, 255])
        });
        let picture = still(pixels);
        let placed = Placed { left: 0, top: 0, width: 200, height: 200 };
        let whole = {
            let mut frame = FramePool::new().lend(PhysicalSize::new(200, 200)).unwrap();
            Renderer::default().draw(&mut frame, &picture, 0, placed, 1.0);
            frame
        };
        let part = {
            let placed = Placed { left: -60, top: -60, ..placed };
            let mut frame = FramePool::new().lend(PhysicalSize::new(80, 80)).unwrap();
            Renderer::default().draw(&mut frame, &picture, 0, placed, 1.0);
            frame
        };
        // At the border of the part the filter sees less of the picture.
        for y in 6..74 {
            for x in 6..74 {
                let (a, b) = (part.pixels()[y * 80 + x], whole.pixels()[(y + 60) * 200 + x + 60]);
                let off = (0..3).map(|c| a[c].abs_diff(b[c])).max();
                assert!(off <= Some(2), "{x}, {y}: {a:?} {b:?}");
            }
        }
    }
}
