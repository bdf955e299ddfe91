//! What is painted, read by other programs' terminals and decoders, against the frames.

mod cells;
mod iterm;
mod kitty;
mod kitty_terminal;
mod sixel;
mod terminal;

use framecast_api::{Frame, FramePool, PhysicalSize, Rect};

/// Draws frames, one after the other, with a generator of its own for what is random.
pub(crate) struct Story {
    pool: FramePool,
    size: PhysicalSize,
    last: Option<Frame>,
    sequence: u64,
    state: u32,
}

impl Story {
    pub(crate) fn new(width: u32, height: u32, seed: u32) -> Self {
        let size = PhysicalSize::new(width, height);
        Self { pool: FramePool::new(), size, last: None, sequence: 0, state: seed }
    }

    /// A number below `end`.
    pub(crate) fn random(&mut self, end: u32) -> u32 {
        self.state = self.state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.state >> 8) % end
    }

    /// A frame like the last one, but for what `draw` draws; it says where, if that is all.
    pub(crate) fn next(
        &mut self,
        draw: impl FnOnce(&mut Self, &mut [[u8; 4]]) -> Option<Rect>,
    ) -> Frame {
        let mut buffer = self.pool.lend(self.size).unwrap();
        match &self.last {
            Some(last) => assert!(buffer.copy_from(last)),
            None => buffer.fill([0, 0, 0, 255]),
        }
        if let Some(rect) = draw(self, buffer.pixels_mut()) {
            buffer.add_damage(rect);
            buffer.trust_damage();
        }
        self.sequence += 1;
        let frame = self.pool.freeze(buffer, self.sequence, 0.0, 1.0);
        self.last = Some(frame.clone());
        frame
    }

    /// Every pixel is random, of so many levels.
    pub(crate) fn noise(&mut self, levels: u32) -> Frame {
        self.next(|story, pixels| {
            for pixel in pixels {
                let mut level = || (story.random(levels) * 255 / (levels - 1)) as u8;
                *pixel = [level(), level(), level(), 255];
            }
            None
        })
    }

    /// Soft colors, moved sideways by `shift` pixels.
    pub(crate) fn waves(&mut self, shift: u32) -> Frame {
        let width = self.size.width;
        self.next(|_, pixels| {
            for (n, pixel) in (0_u32..).zip(pixels) {
                let (x, y) = ((n % width + shift) as f32, (n / width) as f32);
                let wave = |a: f32, b: f32| (127.5 + 127.0 * (x / a + y / b).sin()) as u8;
                *pixel = [wave(17.0, 29.0), wave(23.0, 13.0), wave(31.0, 19.0), 255];
            }
            None
        })
    }

    /// Some rectangles of few colors, or with some grain; perhaps with their damage.
    pub(crate) fn patches(&mut self) -> Frame {
        self.patches_of(40)
    }

    /// The same, with so many levels of grain.
    pub(crate) fn patches_of(&mut self, levels: u32) -> Frame {
        self.next(|story, pixels| {
            let mut damage: Option<Rect> = None;
            let count = story.random(4);
            for _ in 0..count {
                let (width, height) = (story.size.width, story.size.height);
                let (x, y) = (story.random(width), story.random(height));
                let across = 1 + story.random(width - x);
                let down = 1 + story.random((height - y).min(9));
                let level = |story: &mut Self| (story.random(3) * 127) as u8;
                let color = [level(story), level(story), level(story), 0];
                let noise = story.random(3) == 0;
                for y in y..y + down {
                    for x in x..x + across {
                        let grain = if noise { story.random(levels) as u8 } else { 0 };
                        let pixel = &mut pixels[(y * width + x) as usize];
                        *pixel = color.map(|n| n.saturating_add(grain));
                    }
                }
                let (left, top) = damage.map_or((x, y), |it| (it.x.min(x), it.y.min(y)));
                let right = damage.map_or(0, |it| it.x + it.width).max(x + across);
                let bottom = damage.map_or(0, |it| it.y + it.height).max(y + down);
                damage = Some(Rect::new(left, top, right - left, bottom - top));
            }
            // Sometimes it is not told.
            damage.filter(|_| story.random(3) > 0)
        })
    }
}
