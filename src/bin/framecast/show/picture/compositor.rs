//! Puts the frames of an animation onto its canvas, row by row: GIF, APNG and WebP mean the same
//! by blending and disposal.

use image::RgbaImage;

/// A frame's place on the canvas; it may reach beyond.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Rect {
    pub(super) x: u32,
    pub(super) y: u32,
    pub(super) width: u32,
    pub(super) height: u32,
}

impl Rect {
    /// The part of it that is on a canvas of this size; `None`: nothing is.
    pub(super) fn clipped(self, (width, height): (u32, u32)) -> Option<Self> {
        if self.x >= width || self.y >= height || self.width == 0 || self.height == 0 {
            return None;
        }
        Some(Self {
            width: self.width.min(width - self.x),
            height: self.height.min(height - self.y),
            ..self
        })
    }
}

/// What a frame's transparent pixels do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Blend {
    /// They show what is below.
    Over,
    /// They replace it.
    Source,
}

/// What becomes of a frame before the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dispose {
    /// It stays.
    Keep,
    /// Its place becomes transparent, as browsers do whatever the background color.
    Background,
    /// Its place becomes what it was before.
    Previous,
}

/// What of the last frame is needed for the next.
#[derive(Default)]
pub(super) struct Compositor {
    /// The last frame's place on the canvas and what becomes of it.
    last: Option<(Rect, Dispose)>,
    /// What was below the last frame, if that comes back.
    saved: Vec<u8>,
    frame: Option<(Rect, Blend)>,
}

impl Compositor {
    /// Disposes of the last frame and prepares for the rows of the next.
    pub(super) fn begin(
        &mut self,
        canvas: &mut RgbaImage,
        place: Rect,
        blend: Blend,
        dispose: Dispose,
    ) {
        match self.last.take() {
            Some((rect, Dispose::Background)) => {
                for y in 0..rect.height {
                    line(canvas, rect, y).fill(0);
                }
            }
            Some((rect, Dispose::Previous)) => {
                let saved = self.saved.chunks_exact(rect.width as usize * 4);
                for (y, saved) in (0..rect.height).zip(saved) {
                    line(canvas, rect, y).copy_from_slice(saved);
                }
            }
            _ => {}
        }
        self.saved.clear();
        self.frame = Some((place, blend));
        let Some(rect) = place.clipped(canvas.dimensions()) else { return };
        if dispose == Dispose::Previous {
            for y in 0..rect.height {
                self.saved.extend_from_slice(line(canvas, rect, y));
            }
        }
        self.last = Some((rect, dispose));
    }

    /// Puts row `y` of the frame that was begun, counted from its top. What is beyond the canvas
    /// is left out.
    pub(super) fn row(&self, canvas: &mut RgbaImage, y: u32, pixels: &[u8]) {
        let Some((place, blend)) = self.frame else { return };
        let Some(rect) = place.clipped(canvas.dimensions()) else { return };
        if y >= rect.height {
            return;
        }
        let line = line(canvas, rect, y);
        let length = line.len().min(pixels.len());
        match blend {
            Blend::Source => line[..length].copy_from_slice(&pixels[..length]),
            Blend::Over => {
                let below = line.as_chunks_mut::<4>().0;
                for (below, pixel) in below.iter_mut().zip(pixels.as_chunks::<4>().0) {
                    *below = over(*below, *pixel);
                }
            }
        }
    }
}

/// Row `y` of a place on the canvas.
fn line(canvas: &mut RgbaImage, rect: Rect, y: u32) -> &mut [u8] {
    let start = ((rect.y + y) as usize * canvas.width() as usize + rect.x as usize) * 4;
    &mut canvas.as_mut()[start..start + rect.width as usize * 4]
}

/// `pixel` over `below`; alpha is not multiplied into either.
fn over(below: [u8; 4], pixel: [u8; 4]) -> [u8; 4] {
    match (pixel[3], below[3]) {
        (255, _) | (_, 0) => pixel,
        (0, _) => below,
        (alpha, under) => {
            let (alpha, under) = (u32::from(alpha), u32::from(under));
            // Both weights and their sum are 255 times too large.
            let (front, back) = (alpha * 255, under * (255 - alpha));
            let sum = front + back;
            let mix = |channel: usize| {
                let mixed = u32::from(pixel[channel]) * front + u32::from(below[channel]) * back;
                ((mixed + sum / 2) / sum) as u8
            };
            [mix(0), mix(1), mix(2), ((sum + 127) / 255) as u8]
        }
    }
}

#[cfg(test)]
mod tests {
    use image::Rgba;

    use super::*;

    const CLEAR: [u8; 4] = [0; 4];
    const RED: [u8; 4] = [255, 0, 0, 255];
    const BLUE: [u8; 4] = [0, 0, 255, 255];

    fn rect(x: u32, y: u32, width: u32, height: u32) -> Rect {
        Rect { x, y, width, height }
    }

    fn put(
        compositor: &mut Compositor,
        canvas: &mut RgbaImage,
        place: Rect,
        color: [u8; 4],
        blend: Blend,
        dispose: Dispose,
    ) {
        compositor.begin(canvas, place, blend, dispose);
        for y in 0..place.height.min(100) {
            compositor.row(canvas, y, &color.repeat(place.width.min(100) as usize));
        }
    }

    #[test]
    fn every_disposal_meets_every_blending() {
        for blend in [Blend::Over, Blend::Source] {
            for (dispose, left) in
                [(Dispose::Keep, BLUE), (Dispose::Background, CLEAR), (Dispose::Previous, RED)]
            {
                let (mut compositor, mut canvas) = (Compositor::default(), RgbaImage::new(4, 1));
                let whole = rect(0, 0, 4, 1);
                put(&mut compositor, &mut canvas, whole, RED, Blend::Source, Dispose::Keep);
                put(&mut compositor, &mut canvas, rect(1, 0, 2, 1), BLUE, blend, dispose);
                assert_eq!(canvas.get_pixel(1, 0).0, BLUE);
                put(&mut compositor, &mut canvas, rect(2, 0, 1, 1), CLEAR, blend, Dispose::Keep);
                assert_eq!(canvas.get_pixel(0, 0).0, RED);
                assert_eq!(canvas.get_pixel(1, 0).0, left, "{dispose:?}");
                let right = if blend == Blend::Over { left } else { CLEAR };
                assert_eq!(canvas.get_pixel(2, 0).0, right, "{blend:?} {dispose:?}");
            }
        }
    }

    #[test]
    fn half_transparent_pixels_mix_by_their_weights() {
        assert_eq!(over(RED, [0, 0, 255, 128]), [127, 0, 128, 255]);
        assert_eq!(over([255, 0, 0, 128], [0, 0, 255, 128]), [85, 0, 170, 192]);
        assert_eq!(over(CLEAR, [1, 2, 3, 4]), [1, 2, 3, 4]);
        assert_eq!(over(RED, [1, 2, 3, 0]), RED);
        for alpha in 0..=255 {
            for under in 0..=255 {
                let mixed = over([200, 0, 255, under], [200, 0, 255, alpha]);
                if mixed[3] > 0 && alpha > 0 {
                    assert_eq!(mixed[..3], [200, 0, 255]);
                }
            }
        }
    }

    #[test]
    fn what_is_beyond_the_canvas_is_left_out() {
        for dispose in [Dispose::Keep, Dispose::Background, Dispose::Previous] {
            for place in [
                rect(u32::MAX, u32::MAX, u32::MAX, u32::MAX),
                rect(0, 0, u32::MAX, u32::MAX),
                rect(3, 0, 50, 50),
                rect(0, 4, 1, 1),
                rect(2, 2, 0, 9),
            ] {
                let mut canvas = RgbaImage::from_pixel(4, 4, Rgba(RED));
                let mut compositor = Compositor::default();
                for _ in 0..3 {
                    put(&mut compositor, &mut canvas, place, BLUE, Blend::Over, dispose);
                }
                assert_eq!(canvas.dimensions(), (4, 4));
            }
        }
    }
}
