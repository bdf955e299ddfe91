use crate::PhysicalSize;

/// A rectangle of physical pixels, from the frame's top left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rect {
    /// Pixels from the left edge.
    pub x: u32,
    /// Pixels from the top edge.
    pub y: u32,
    /// Pixels from left to right.
    pub width: u32,
    /// Pixels from top to bottom.
    pub height: u32,
}

impl Rect {
    /// A rectangle of `width` × `height` pixels whose top left corner is at `x`, `y`.
    #[must_use]
    pub const fn new(x: u32, y: u32, width: u32, height: u32) -> Self {
        Self { x, y, width, height }
    }

    /// The part of it inside a frame of `size`.
    pub(crate) fn cut_to(self, size: PhysicalSize) -> Self {
        let (x, y) = (self.x.min(size.width), self.y.min(size.height));
        Self::new(x, y, self.width.min(size.width - x), self.height.min(size.height - y))
    }
}
