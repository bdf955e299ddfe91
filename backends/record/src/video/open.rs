//! Chooses the sink of a format.

use std::io::Write;
use std::path::Path;

use framecast_api::{Error, PhysicalSize, Result};

use super::apng::ApngSink;
use super::format::VideoFormat;
#[cfg(feature = "gif")]
use super::gif::GifSink;
#[cfg(feature = "mp4")]
use super::mp4::{self, Mp4Sink};
use super::names::Numbered;
use super::options::VideoOptions;
use super::output::{AtomicFile, Output};
use super::pace::{Pace, Rate};
use super::png::{NumberedSink, PngSink, PngTarget};
use super::raw::RawSink;
use super::sink::Sink;
use super::y4m::Y4mSink;

/// Of formats with a constant rate.
const DEFAULT_FPS: f64 = 30.0;
/// A whole number of hundredths of a second each.
const GIF_FPS: f64 = 25.0;
/// Browsers show what should be quicker at ten a second.
const MAX_GIF_FPS: f64 = 50.0;

/// Where a video goes, before its size is known.
pub(crate) enum Target {
    Output(Output),
    Png(AtomicFile),
    Numbered { names: Numbered, overwrite: bool },
}

impl Target {
    /// # Errors
    /// If the file cannot be created.
    pub(crate) fn create(path: &Path, format: VideoFormat, overwrite: bool) -> Result<Self> {
        if format == VideoFormat::Png {
            if let Some(names) = Numbered::parse(path) {
                return Ok(Self::Numbered { names, overwrite });
            }
            if let Some(file) = AtomicFile::create(path, overwrite)? {
                return Ok(Self::Png(file));
            }
        }
        let output = Output::create(path, overwrite)?;
        if !output.is_file() {
            check_streamable(format, &path.display().to_string())?;
        }
        Ok(Self::Output(output))
    }

    /// # Errors
    /// If the format cannot be written to a stream.
    pub(crate) fn stream(
        stream: Box<dyn Write + Send>,
        name: &str,
        format: VideoFormat,
    ) -> Result<Self> {
        check_streamable(format, name)?;
        Ok(Self::Output(Output::stream(stream, name)))
    }

    pub(crate) fn pace(&self, format: VideoFormat, options: &VideoOptions) -> Pace {
        let rate = options.fps.map(Rate::new);
        match (format, self) {
            (VideoFormat::Mp4 | VideoFormat::Apng, _) => rate.map_or(Pace::Free, Pace::AtMost),
            (VideoFormat::Gif, _) => {
                Pace::AtMost(Rate::new(options.fps.unwrap_or(GIF_FPS).min(MAX_GIF_FPS)))
            }
            (VideoFormat::Png, Self::Numbered { .. }) => {
                rate.map_or(Pace::Different, Pace::Constant)
            }
            (VideoFormat::Png, _) => Pace::Newest,
            (VideoFormat::Y4m | VideoFormat::Rgba, _) => {
                Pace::Constant(rate.unwrap_or_else(|| Rate::new(DEFAULT_FPS)))
            }
        }
    }

    /// Begins a video of `size`, which [`possible_size`] gave.
    pub(crate) fn begin(
        self,
        format: VideoFormat,
        size: PhysicalSize,
        pace: Pace,
    ) -> Result<Box<dyn Sink>> {
        let output = match self {
            Self::Numbered { names, overwrite } => {
                return Ok(Box::new(NumberedSink::new(names, overwrite)));
            }
            Self::Png(file) => return Ok(Box::new(PngSink::new(PngTarget::File(file)))),
            Self::Output(output) => output,
        };
        match format {
            #[cfg(feature = "mp4")]
            VideoFormat::Mp4 => Ok(Box::new(Mp4Sink::new(output, size))),
            #[cfg(feature = "gif")]
            VideoFormat::Gif => Ok(Box::new(GifSink::new(output, size)?)),
            #[cfg(not(feature = "mp4"))]
            VideoFormat::Mp4 => Err(format.missing()),
            #[cfg(not(feature = "gif"))]
            VideoFormat::Gif => Err(format.missing()),
            VideoFormat::Apng => Ok(Box::new(ApngSink::new(output, size)?)),
            VideoFormat::Png => Ok(Box::new(PngSink::new(PngTarget::Stream(output)))),
            VideoFormat::Y4m => {
                let rate = pace.rate().unwrap_or_else(|| Rate::new(DEFAULT_FPS));
                Ok(Box::new(Y4mSink::new(output, size, rate)?))
            }
            VideoFormat::Rgba => Ok(Box::new(RawSink::new(output))),
        }
    }
}

fn check_streamable(format: VideoFormat, name: &str) -> Result<()> {
    if format.is_streamable() {
        return Ok(());
    }
    Err(Error::invalid_input(format!(
        "{format} cannot be written to {name}, for it begins with the number of its frames; use a file, or \
         another format"
    )))
}

/// The size nearest to `size` that the format can have.
pub(crate) fn possible_size(format: VideoFormat, size: PhysicalSize) -> PhysicalSize {
    match format {
        #[cfg(feature = "mp4")]
        VideoFormat::Mp4 => mp4::possible_size(size),
        _ => size,
    }
}
