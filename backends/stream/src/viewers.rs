//! How many look at a canvas.

/// How many look at a canvas. Besides clients, these are snapshots while somebody waits for them, and
/// [subscribers](crate::Hub::subscribe) while they want frames; both count as visible.
#[non_exhaustive]
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Viewers {
    /// All of them, also those that are hidden.
    pub all: usize,
    /// Those that see the picture. While there are none, nobody needs a newer one.
    pub visible: usize,
}

impl Viewers {
    /// Returns `all` viewers, of which `visible` see the picture.
    #[must_use]
    pub fn new(all: usize, visible: usize) -> Self {
        Self { all, visible }
    }
}
