//! What to record, where and how.

use std::fmt;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use framecast_api::{Error, PhysicalSize, Reporter, Result};
use framecast_stream::UpdateSource;
use log::Level;

use super::format::RecordFormat;
use crate::file::{self, Made};
#[cfg(feature = "video")]
use crate::video::{Resizing, VideoFormat, VideoOptions, VideoWriter};

/// The rate at which frames are asked for, where nobody looks.
const FPS: f64 = 30.0;

/// Where a recording goes.
enum Target {
    File(PathBuf),
    StandardOutput,
    /// Something of the program's own, and what it is called.
    Output(Option<Box<dyn Write + Send>>, String),
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.fmt(f),
            Self::StandardOutput => f.write_str("standard output"),
            Self::Output(_, name) => f.write_str(name),
        }
    }
}

/// What is recorded, where and how.
///
/// ```
/// use framecast_record::RecordSettings;
/// let settings = RecordSettings::new("talk.fcast").with_fps(25.0).with_lossless(true);
/// ```
#[derive(Debug)]
pub struct RecordSettings {
    target: Target,
    /// `None`: as the name of the file says.
    format: Option<RecordFormat>,
    fps: Option<f64>,
    size: Option<PhysicalSize>,
    parts: bool,
    lossless: bool,
    input: bool,
    overwrite: bool,
    updates: Option<Arc<dyn UpdateSource>>,
    reporter: Reporter,
}

impl RecordSettings {
    /// Records in the file at `path`, in the format of its extension; `-` is standard output. The file must not exist.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        let is_standard_output = path == Path::new("-");
        Self::with_target(if is_standard_output {
            Target::StandardOutput
        } else {
            Target::File(path)
        })
    }

    /// Records in `output`, which messages call `name`. It is written from start to end; as `.fcast`, unless another
    /// format is set.
    #[must_use]
    pub fn to(output: impl Write + Send + 'static, name: impl Into<String>) -> Self {
        Self::with_target(Target::Output(Some(Box::new(output)), name.into()))
    }

    fn with_target(target: Target) -> Self {
        Self {
            target,
            format: None,
            fps: None,
            size: None,
            parts: false,
            lossless: false,
            input: false,
            overwrite: false,
            updates: None,
            reporter: Reporter::to_log("framecast_record"),
        }
    }

    /// Sets the format, whatever the name of the file says.
    #[must_use]
    pub fn with_format(mut self, format: RecordFormat) -> Self {
        self.format = Some(format);
        self
    }

    /// Sets the rate at which frames are asked for where nobody looks, in frames a second; 30 by default. For video it
    /// is also the rate of formats with a constant one, and the highest of others. Numbers that are no rate are
    /// ignored.
    #[must_use]
    pub fn with_fps(mut self, fps: f64) -> Self {
        if fps.is_finite() && fps >= 0.01 {
            self.fps = Some(fps.min(1000.0));
        }
        self
    }

    /// Sets the size of a video in pixels; by default, that of its first frame. A recording has all sizes.
    #[must_use]
    pub fn with_size(mut self, size: impl Into<PhysicalSize>) -> Self {
        self.size = Some(size.into());
        self
    }

    /// Sets whether a new file begins when the canvas gets another size: `out.mp4`, then `out-2.mp4`. Otherwise a video
    /// keeps its size, and frames are scaled to fit. A recording has all sizes in one file.
    #[must_use]
    pub fn with_parts(mut self, parts: bool) -> Self {
        self.parts = parts;
        self
    }

    /// Sets whether every picture is recorded exactly; otherwise those that rest are. Only for recordings.
    #[must_use]
    pub fn with_lossless(mut self, lossless: bool) -> Self {
        self.lossless = lossless;
        self
    }

    /// Sets whether what the program is handed is recorded, too, by [`Recorder::input`](super::Recorder::input). Only for
    /// recordings.
    #[must_use]
    pub fn with_input(mut self, input: bool) -> Self {
        self.input = input;
        self
    }

    /// Sets whether a file that exists is replaced.
    #[must_use]
    pub fn with_overwrite(mut self, overwrite: bool) -> Self {
        self.overwrite = overwrite;
        self
    }

    /// Takes what changes from a hub that encodes it for others anyway, such as that of
    /// `framecast_http::HttpBackend::updates` of the same canvas, which spares the recorder that work. Video takes no
    /// notice of it.
    #[must_use]
    pub fn with_updates(mut self, updates: Arc<dyn UpdateSource>) -> Self {
        self.updates = Some(updates);
        self
    }

    /// Sends messages to a function: how long a recording became, or why it ended. It is called on the recorder's thread.
    /// By default they go to the `log` facade, with the target `framecast_record`.
    #[must_use]
    pub fn with_reporter(mut self, report: impl Fn(Level, &str) + Send + Sync + 'static) -> Self {
        self.reporter = Reporter::new(report);
        self
    }

    /// The format.
    pub(super) fn format(&self) -> Result<RecordFormat> {
        match (self.format, &self.target) {
            (Some(format), _) => Ok(format),
            (None, Target::File(path)) => RecordFormat::from_path(path),
            #[cfg(feature = "video")]
            (None, Target::StandardOutput) => Ok(RecordFormat::Video(VideoFormat::Y4m)),
            (None, _) => Ok(RecordFormat::Fcast),
        }
    }

    /// Opens what video is written to.
    #[cfg(feature = "video")]
    pub(super) fn create_video(&mut self, format: VideoFormat) -> Result<VideoWriter> {
        let mut options = VideoOptions::new().with_format(format).with_overwrite(self.overwrite);
        (options.fps, options.size) = (self.fps, self.size);
        if self.parts {
            options.resizing = Resizing::Parts;
        }
        match &mut self.target {
            Target::File(path) => VideoWriter::create(path, options),
            Target::StandardOutput => VideoWriter::stream(io::stdout(), "standard output", options),
            Target::Output(output, name) => {
                let output = output.take().ok_or_else(|| used(name))?;
                VideoWriter::stream(output, name, options)
            }
        }
    }

    /// The rate at which frames are asked for.
    pub(super) fn fps(&self) -> f64 {
        self.fps.unwrap_or(FPS)
    }

    /// Returns whether every picture is recorded exactly.
    #[must_use]
    pub fn is_lossless(&self) -> bool {
        self.lossless
    }

    pub(super) fn has_input(&self) -> bool {
        self.input
    }

    pub(super) fn updates(&self) -> Option<&Arc<dyn UpdateSource>> {
        self.updates.as_ref()
    }

    pub(super) fn reporter(&self) -> Reporter {
        self.reporter.clone()
    }

    /// The name of the file, for people.
    pub(super) fn name(&self) -> String {
        match &self.target {
            Target::File(path) => framecast_api::printable(&path.to_string_lossy()).into_owned(),
            Target::StandardOutput => "standard output".into(),
            Target::Output(_, name) => name.clone(),
        }
    }

    /// Creates the file. Also returns what removes it if nothing is written.
    pub(super) fn create(&mut self) -> Result<(Box<dyn Write + Send>, Option<Made>)> {
        let path = match &mut self.target {
            Target::File(path) => &*path,
            Target::StandardOutput => return Ok((Box::new(io::stdout()), None)),
            Target::Output(output, name) => {
                return Ok((output.take().ok_or_else(|| used(name))?, None));
            }
        };
        let mut options = OpenOptions::new();
        #[cfg(unix)]
        if self.input {
            // It holds all that is typed.
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        }
        let (file, made) = file::create(path, self.overwrite, &mut options)?;
        Ok((Box::new(file), made))
    }
}

fn used(name: &str) -> Error {
    Error::failed(format!("{name} was recorded in already"))
}
