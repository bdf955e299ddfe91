use std::fmt;

use crate::{Error, Rect, Result};

/// Bytes of one RGBA8 pixel.
pub(crate) const BYTES_PER_PIXEL: usize = 4;

/// A size in physical pixels: what a frame's buffer holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PhysicalSize {
    /// Pixels from left to right.
    pub width: u32,
    /// Pixels from top to bottom.
    pub height: u32,
}

impl PhysicalSize {
    /// The longest side a frame may have, in pixels: a JPEG's limit.
    pub const MAX_SIDE: u32 = 65_535;
    /// The most pixels a frame may have: 1 GiB of RGBA8.
    pub const MAX_AREA: u64 = 1 << 28;

    /// A size of `width` × `height` physical pixels.
    #[must_use]
    pub const fn new(width: u32, height: u32) -> Self {
        Self { width, height }
    }

    /// The number of pixels; never overflows.
    #[must_use]
    pub fn area(self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }

    /// The number of bytes of an RGBA8 picture of this size.
    ///
    /// # Errors
    /// If a side is zero or longer than [`MAX_SIDE`](Self::MAX_SIDE), or the area is larger than
    /// [`MAX_AREA`](Self::MAX_AREA).
    pub fn bytes(self) -> Result<usize> {
        if self.width == 0 || self.height == 0 {
            return Err(Error::invalid_input(format!("a frame of {self} pixels has no pixels")));
        }
        if self.width > Self::MAX_SIDE
            || self.height > Self::MAX_SIDE
            || self.area() > Self::MAX_AREA
        {
            return Err(Error::invalid_input(format!(
                "a frame of {self} pixels is too large; at most {} pixels a side and {} in all",
                Self::MAX_SIDE,
                Self::MAX_AREA
            )));
        }
        Ok(self.width as usize * self.height as usize * BYTES_PER_PIXEL)
    }

    /// Returns the largest centered place in a window of this size for a picture, which keeps its shape.
    ///
    /// ```
    /// use framecast_api::{PhysicalSize, Rect};
    /// let picture = PhysicalSize::new(200, 100);
    /// assert_eq!(picture.fit_into(PhysicalSize::new(400, 400)), Rect::new(0, 100, 400, 200));
    /// ```
    #[must_use]
    pub fn fit_into(self, window: PhysicalSize) -> Rect {
        let wide = |side: u32| u64::from(side);
        let (width, height) = (wide(self.width.max(1)), wide(self.height.max(1)));
        let (most_wide, most_high) = (wide(window.width), wide(window.height));
        // Rounded to nearest, so that a picture meant for this window fills it.
        let (w, h) = if most_wide * height <= most_high * width {
            (most_wide, (most_wide * height + width / 2) / width)
        } else {
            ((most_high * width + height / 2) / height, most_high)
        };
        // Never longer than the window's side, which is a u32.
        let side = |side: u64, most: u32| (side as u32).clamp(1, most.max(1));
        let (w, h) = (side(w, window.width), side(h, window.height));
        let along = |side: u32, most: u32| (most - side.min(most)) / 2;
        Rect::new(along(w, window.width), along(h, window.height), w, h)
    }
}

/// Width and height.
impl From<(u32, u32)> for PhysicalSize {
    fn from((width, height): (u32, u32)) -> Self {
        Self::new(width, height)
    }
}

impl fmt::Display for PhysicalSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}", self.width, self.height)
    }
}

/// A size in logical pixels: what layouts and pointer positions are measured in.
///
/// One logical pixel is [`CanvasSize::ratio`] physical pixels, as in CSS.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LogicalSize {
    /// Logical pixels from left to right.
    pub width: f64,
    /// Logical pixels from top to bottom.
    pub height: f64,
}

impl LogicalSize {
    /// A size of `width` × `height` logical pixels.
    #[must_use]
    pub const fn new(width: f64, height: f64) -> Self {
        Self { width, height }
    }
}

/// Width and height.
impl From<(f64, f64)> for LogicalSize {
    fn from((width, height): (f64, f64)) -> Self {
        Self::new(width, height)
    }
}

impl fmt::Display for LogicalSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}", self.width, self.height)
    }
}

/// How large a canvas may become, whatever a view asks for.
///
/// ```
/// use framecast_api::{CanvasSize, LogicalSize, SizeLimits};
/// let full_hd = SizeLimits::new(1920, 1920 * 1080);
/// let size = CanvasSize::clamped(LogicalSize::new(3840.0, 2160.0), 1.0, full_hd)?;
/// assert_eq!((size.physical().to_string(), size.ratio()), ("1920x1080".into(), 0.5));
/// # Ok::<(), framecast_api::Error>(())
/// ```
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SizeLimits {
    /// Physical pixels a side.
    pub max_side: u32,
    /// Physical pixels in all.
    pub max_area: u64,
}

impl SizeLimits {
    /// 4096 pixels a side, 4096 × 2160 (4K) in all.
    pub const DEFAULT: SizeLimits = SizeLimits::new(4096, 4096 * 2160);

    /// At most this many physical pixels a side, and this many in all.
    #[must_use]
    pub const fn new(max_side: u32, max_area: u64) -> Self {
        Self { max_side, max_area }
    }
}

impl Default for SizeLimits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// The size of a canvas: logical, physical, and the ratio between them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CanvasSize {
    logical: LogicalSize,
    physical: PhysicalSize,
    ratio: f64,
}

impl CanvasSize {
    /// The smallest and largest pixel ratio a canvas has.
    pub const RATIOS: std::ops::RangeInclusive<f64> = 0.1..=8.0;

    /// The size nearest to what was asked for that keeps `limits`.
    ///
    /// A picture that would have too many physical pixels keeps its shape and gets a smaller
    /// ratio; only when even the smallest ratio is too much is the logical size cut.
    ///
    /// ```
    /// use framecast_api::{CanvasSize, LogicalSize, SizeLimits};
    /// let size = CanvasSize::clamped(LogicalSize::new(640.0, 480.0), 2.0, SizeLimits::DEFAULT)?;
    /// assert_eq!(size.physical().to_string(), "1280x960");
    /// # Ok::<(), framecast_api::Error>(())
    /// ```
    ///
    /// # Errors
    /// If a number is not finite, or not above zero.
    pub fn clamped(logical: LogicalSize, ratio: f64, limits: SizeLimits) -> Result<Self> {
        let usable = |number: f64| number.is_finite() && number > 0.0;
        if !usable(logical.width) || !usable(logical.height) || !usable(ratio) {
            return Err(Error::invalid_input(format!(
                "a canvas of {logical} logical pixels at ratio {ratio}: every number must be finite and above 0"
            )));
        }
        let max_side = f64::from(limits.max_side.clamp(1, PhysicalSize::MAX_SIDE));
        let max_area = limits.max_area.clamp(1, PhysicalSize::MAX_AREA) as f64;
        let side = |asked: f64| asked.clamp(1.0, max_side / CanvasSize::RATIOS.start());
        let (mut width, mut height) = (side(logical.width), side(logical.height));
        let ratio = ratio
            .clamp(*CanvasSize::RATIOS.start(), *CanvasSize::RATIOS.end())
            .min(max_side / width.max(height))
            .min((max_area / (width * height)).sqrt())
            .max(*CanvasSize::RATIOS.start());
        // At the smallest ratio the area can still be too large: cut the longer side first.
        let most = max_area / (ratio * ratio);
        if ratio <= *CanvasSize::RATIOS.start() && width * height > most {
            if width >= height {
                width = (most / height).max(1.0);
                height = height.min(most / width);
            } else {
                height = (most / width).max(1.0);
                width = width.min(most / height);
            }
        }
        let pixels = |logical: f64| ((logical * ratio).round() as u32).clamp(1, max_side as u32);
        let mut physical = PhysicalSize::new(pixels(width), pixels(height));
        if physical.area() as f64 > max_area {
            // Both sides were rounded up.
            physical.height = ((max_area / f64::from(physical.width)) as u32).max(1);
        }
        Ok(Self { logical: LogicalSize { width, height }, physical, ratio })
    }

    /// The size in logical pixels.
    #[must_use]
    pub fn logical(&self) -> LogicalSize {
        self.logical
    }

    /// The size in physical pixels: that of the next frame.
    #[must_use]
    pub fn physical(&self) -> PhysicalSize {
        self.physical
    }

    /// Physical pixels per logical pixel.
    #[must_use]
    pub fn ratio(&self) -> f64 {
        self.ratio
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clamped(width: f64, height: f64, ratio: f64) -> CanvasSize {
        CanvasSize::clamped(LogicalSize::new(width, height), ratio, SizeLimits::DEFAULT).unwrap()
    }

    #[test]
    fn pictures_fit_into_any_window() {
        let fit = |(w, h), window: (u32, u32)| {
            let Rect { x, y, width, height } = PhysicalSize::new(w, h).fit_into(window.into());
            (x, y, width, height)
        };
        assert_eq!(fit((800, 600), (801, 600)), (0, 0, 800, 600));
        assert_eq!(fit((800, 600), (1600, 1200)), (0, 0, 1600, 1200));
        assert_eq!(fit((3, 2), (4, 4)), (0, 0, 4, 3));
        assert_eq!(fit((65_535, 1), (1, 1)), (0, 0, 1, 1));
        assert_eq!(fit((1, 65_535), (u32::MAX, u32::MAX)), (2_147_450_879, 0, 65_537, u32::MAX));
        // A minimised window of another system.
        assert_eq!(fit((3, 2), (0, 0)), (0, 0, 1, 1));
        assert_eq!(fit((0, 0), (5, 5)), (0, 0, 5, 5));
    }

    #[test]
    fn a_modest_size_is_kept() {
        let size = clamped(800.0, 600.0, 1.5);
        assert_eq!(size.physical(), PhysicalSize::new(1200, 900));
        assert_eq!(size.logical(), LogicalSize::new(800.0, 600.0));
        assert_eq!(size.ratio(), 1.5);
    }

    #[test]
    fn too_many_pixels_lower_the_ratio_and_keep_the_shape() {
        let size = clamped(2560.0, 1440.0, 3.0);
        assert_eq!(size.logical(), LogicalSize::new(2560.0, 1440.0));
        assert!(size.physical().area() <= SizeLimits::DEFAULT.max_area);
        let shape = f64::from(size.physical().width) / f64::from(size.physical().height);
        assert!((shape - 16.0 / 9.0).abs() < 0.01, "{size:?}");
    }

    #[test]
    fn absurd_sizes_end_within_the_limits() {
        for (width, height, ratio) in [
            (1e9, 1e9, 1.0),
            (1e308, 1.0, 1e308),
            (1.0, 1e300, 100.0),
            (1e-300, 1e-300, 1e-300),
            (40_960.0, 40_960.0, 0.1),
            (2973.3, 2975.2, 1.0),
        ] {
            let size = clamped(width, height, ratio);
            let physical = size.physical();
            assert!(physical.width >= 1 && physical.height >= 1, "{size:?}");
            assert!(physical.width <= 4096 && physical.height <= 4096, "{size:?}");
            assert!(physical.area() <= SizeLimits::DEFAULT.max_area, "{size:?}");
            assert!(size.logical().width.is_finite() && size.logical().height.is_finite());
        }
    }

    #[test]
    fn zero_negative_and_non_finite_sizes_are_refused() {
        for bad in [0.0, -1.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let limits = SizeLimits::DEFAULT;
            assert!(CanvasSize::clamped(LogicalSize::new(bad, 10.0), 1.0, limits).is_err());
            assert!(CanvasSize::clamped(LogicalSize::new(10.0, bad), 1.0, limits).is_err());
            assert!(CanvasSize::clamped(LogicalSize::new(10.0, 10.0), bad, limits).is_err());
        }
    }

    #[test]
    fn byte_counts_are_checked() {
        assert_eq!(PhysicalSize::new(2, 3).bytes().unwrap(), 24);
        assert!(PhysicalSize::new(0, 3).bytes().is_err());
        assert!(PhysicalSize::new(65_536, 1).bytes().is_err());
        assert!(PhysicalSize::new(65_535, 65_535).bytes().is_err());
        assert!(PhysicalSize::new(u32::MAX, u32::MAX).bytes().is_err());
    }
}
