use framecast_api::{Error, PhysicalSize, Result};

use super::format::VideoFormat;

/// How a video is written.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct VideoOptions {
    /// The format. `None`: as the extension of the file says.
    pub format: Option<VideoFormat>,
    /// The size of the video; frames of another shape get black bars. `None`: the size of the first frame.
    pub size: Option<PhysicalSize>,
    /// Frames per second, at most 1000: of formats with a constant rate the rate, of others the most that are
    /// taken. `None`: as the [module](crate::video) says for each format.
    pub fps: Option<f64>,
    /// What happens when the size of the frames changes.
    pub resizing: Resizing,
    /// Whether files that exist are replaced; otherwise they are errors.
    pub overwrite: bool,
}

/// What happens to a video when the size of the frames changes.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Resizing {
    /// The video keeps its size; frames are scaled to fit, centred on black.
    #[default]
    Letterbox,
    /// A new file begins when the new size has lasted for half a second: `out.mp4`, then `out-2.mp4`. A stream
    /// is letterboxed, and so is a video whose [size](VideoOptions::size) was set.
    Parts,
}

impl VideoOptions {
    /// The most frames per second.
    pub const MAX_FPS: f64 = 1000.0;

    /// Creates options that leave everything open.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            format: None,
            size: None,
            fps: None,
            resizing: Resizing::Letterbox,
            overwrite: false,
        }
    }

    /// Sets the format, whatever the extension says.
    #[must_use]
    pub const fn with_format(mut self, format: VideoFormat) -> Self {
        self.format = Some(format);
        self
    }

    /// Sets the size of the video in pixels.
    #[must_use]
    pub const fn with_size(mut self, size: PhysicalSize) -> Self {
        self.size = Some(size);
        self
    }

    /// Sets the frames per second.
    #[must_use]
    pub const fn with_fps(mut self, fps: f64) -> Self {
        self.fps = Some(fps);
        self
    }

    /// Sets what happens when the size of the frames changes.
    #[must_use]
    pub const fn with_resizing(mut self, resizing: Resizing) -> Self {
        self.resizing = resizing;
        self
    }

    /// Sets whether files that exist are replaced.
    #[must_use]
    pub const fn with_overwrite(mut self, overwrite: bool) -> Self {
        self.overwrite = overwrite;
        self
    }

    /// # Errors
    /// "Invalid input" if the size is empty or too large, or the rate is not above 0 and at most
    /// [`MAX_FPS`](Self::MAX_FPS).
    pub(crate) fn check(&self) -> Result<()> {
        if let Some(size) = self.size {
            size.bytes()?;
        }
        match self.fps {
            // Less than one in a day is no rate.
            Some(fps) if !(1e-5..=Self::MAX_FPS).contains(&fps) => {
                Err(Error::invalid_input(format!(
                    "{fps} frames per second are not possible; above 0 and at most {} are",
                    Self::MAX_FPS
                )))
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn impossible_rates_and_sizes_are_refused() {
        for fps in [0.0, -1.0, 1e-9, 1000.1, f64::NAN, f64::INFINITY] {
            let error = VideoOptions::new().with_fps(fps).check().unwrap_err();
            assert!(error.to_string().contains("at most 1000"), "{error}");
        }
        assert!(VideoOptions::new().with_size(PhysicalSize::new(0, 5)).check().is_err());
        assert!(VideoOptions::new().with_size(PhysicalSize::new(70_000, 5)).check().is_err());
        let possible = VideoOptions::new().with_fps(29.97).with_size(PhysicalSize::new(1, 1));
        assert!(possible.check().is_ok());
    }
}
