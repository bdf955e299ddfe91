use crate::PhysicalSize;

/// A window of a local view, as its display knows it: a program may show its pictures there itself, without handing
/// over their pixels.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NativeWindow {
    /// A window of the X server that the environment variable `DISPLAY` names.
    X11 {
        /// Its number.
        window: u32,
    },
}

/// A picture that is shown in a view's native window without the view.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DirectPicture {
    /// Its size. It is as large as [`fit_into`](PhysicalSize::fit_into) the window makes it.
    pub size: PhysicalSize,
    /// Its physical pixels per logical pixel.
    pub ratio: f64,
}

impl DirectPicture {
    /// A picture of this size, with this many physical pixels per logical pixel.
    #[must_use]
    pub const fn new(size: PhysicalSize, ratio: f64) -> Self {
        Self { size, ratio }
    }
}
