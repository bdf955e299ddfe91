use std::fmt;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use framecast_api::{Error, Frame, PhysicalSize, Result};

use super::fit::Fitter;
use super::format::VideoFormat;
use super::names;
use super::open::{Target, possible_size};
use super::options::{Resizing, VideoOptions};
use super::pace::Pace;
use super::sink::{Sink, Span};
use crate::words;

/// A new size that has lasted this long begins a new part: a window that is being dragged has many sizes.
const SETTLED: Duration = Duration::from_millis(500);

/// Writes frames with their times as a video or as pictures.
///
/// [`write`](Self::write) takes frames, [`advance`](Self::advance) the time while none come, and
/// [`finish`](Self::finish) completes the file. A call encodes and writes before it returns, so that it belongs on a
/// thread of its own. It holds one frame and what its format needs of the last picture.
///
/// Times count from the beginning of the recording; one that is before the last is taken for the last. The
/// first frame is shown from the beginning, whenever it came.
pub struct VideoWriter {
    format: VideoFormat,
    options: VideoOptions,
    pace: Pace,
    /// Where parts are named after; `None` for a stream.
    path: Option<PathBuf>,
    stage: Stage,
    fitter: Fitter,
    /// The frame that is being shown: how long is known when the next one comes.
    pending: Option<Pending>,
    /// When the file began; times that are handed to its sink count from there.
    part_start: Duration,
    /// Until when pictures were handed to the sink, since the beginning of the file.
    written: Duration,
    /// The size of the frames that the file is meant for; `None` before the first.
    part_size: Option<PhysicalSize>,
    /// Another size, and since when frames have had it.
    resized: Option<(PhysicalSize, Duration)>,
    progress: VideoProgress,
    /// Bytes of the parts before this one.
    bytes_before: u64,
}

/// What a [`VideoWriter`] has written.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct VideoProgress {
    /// Pictures written; one that is repeated counts each time.
    pub frames: u64,
    /// Bytes written, in all files.
    pub bytes: u64,
    /// The latest time that the writer was told.
    pub duration: Duration,
    /// Files that were begun because the size changed, and the first; numbered pictures count as one.
    pub parts: u64,
}

enum Stage {
    /// Before the first picture of a file is encoded.
    Opened(Target),
    Begun(Box<dyn Sink>),
    /// After an error.
    Failed,
}

struct Pending {
    frame: Frame,
    /// Since the beginning of the file.
    start: Duration,
    /// It has been written, until `start`.
    is_repeated: bool,
}

impl VideoWriter {
    /// Creates the file at `path`.
    ///
    /// A PNG appears under its name, in place of an older one, when it is complete. Where the name has a number,
    /// `shot-%d.png` or `shot-%04d.png`, each frame that differs from the one before becomes a file, from 1 on; with
    /// [`fps`](VideoOptions::fps), each moment of that rate does.
    ///
    /// # Errors
    /// "Invalid input" if the format is unknown or an option impossible, "not supported" if this build
    /// lacks the format, "failed" if the file cannot be created or exists and is not to be
    /// [replaced](VideoOptions::overwrite).
    pub fn create(path: impl AsRef<Path>, options: VideoOptions) -> Result<Self> {
        let path = path.as_ref();
        options.check()?;
        let format = options.format.map_or_else(|| VideoFormat::from_path(path), Ok)?;
        format.check()?;
        let target = Target::create(path, format, options.overwrite)?;
        Ok(Self::new(format, options, target, Some(path.to_owned())))
    }

    /// Writes to a stream, as [y4m](VideoFormat::Y4m) unless the options say otherwise. `name` is what messages call
    /// it: "standard output".
    ///
    /// ```
    /// use framecast_api::{FramePool, PhysicalSize};
    /// use framecast_record::video::{VideoOptions, VideoWriter};
    /// use std::time::Duration;
    ///
    /// let mut video = VideoWriter::stream(std::io::sink(), "nothing", VideoOptions::new())?;
    /// let mut pool = FramePool::new();
    /// let black = pool.lend(PhysicalSize::new(4, 2))?;
    /// video.write(&pool.freeze(black, 1, 0.0, 1.0), Duration::ZERO)?;
    /// assert_eq!(video.finish(Duration::from_secs(2))?.frames, 60);
    /// # Ok::<(), framecast_api::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`create`](Self::create), and if the format cannot be written to a stream.
    pub fn stream(
        stream: impl Write + Send + 'static,
        name: &str,
        options: VideoOptions,
    ) -> Result<Self> {
        options.check()?;
        let format = options.format.unwrap_or(VideoFormat::Y4m);
        format.check()?;
        Ok(Self::new(format, options, Target::stream(Box::new(stream), name, format)?, None))
    }

    fn new(
        format: VideoFormat,
        options: VideoOptions,
        target: Target,
        path: Option<PathBuf>,
    ) -> Self {
        Self {
            format,
            options,
            pace: target.pace(format, &options),
            path,
            stage: Stage::Opened(target),
            fitter: Fitter::default(),
            pending: None,
            part_start: Duration::ZERO,
            written: Duration::ZERO,
            part_size: None,
            resized: None,
            progress: VideoProgress { parts: 1, ..VideoProgress::default() },
            bytes_before: 0,
        }
    }

    /// Returns the format.
    #[must_use]
    pub fn format(&self) -> VideoFormat {
        self.format
    }

    /// Returns what was written so far.
    #[must_use]
    pub fn progress(&self) -> VideoProgress {
        self.progress
    }

    /// Shows `frame` from `at` on.
    ///
    /// What was shown until then may be written now. A frame like the last one only prolongs it, and of
    /// several within a moment of the rate the newest counts.
    ///
    /// # Errors
    /// If something cannot be encoded or written. What was written before plays; every later call fails.
    pub fn write(&mut self, frame: &Frame, at: Duration) -> Result<()> {
        self.guarded(|video| {
            let at = video.tell(at);
            video.follow_size(frame.size(), at)?;
            let at = at - video.part_start;
            let Some(pending) = &mut video.pending else {
                video.part_size = Some(frame.size());
                let start = Duration::ZERO;
                video.pending = Some(Pending { frame: frame.clone(), start, is_repeated: false });
                return Ok(());
            };
            if is_alike(&pending.frame, frame) {
                // The newer one is what the damage of the next refers to.
                pending.frame = frame.clone();
                return video.rest(at);
            }
            let start = video.pace.start(at);
            let is_shown = match video.pace {
                Pace::Newest => false,
                Pace::Different => true,
                Pace::Free | Pace::AtMost(_) | Pace::Constant(_) => start > pending.start,
            };
            if is_shown {
                video.show_until(start)?;
                video.pending = Some(Pending { frame: frame.clone(), start, is_repeated: false });
            } else {
                (pending.frame, pending.is_repeated) = (frame.clone(), false);
            }
            Ok(())
        })
    }

    /// Tells that it is `now` and the last frame is still shown.
    ///
    /// Call it about twice a second while no frame comes: formats with a constant rate then go on, and of the others
    /// a crash loses no more than the last second. With a stream that somebody watches, call it as often as
    /// the rate says.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    pub fn advance(&mut self, now: Duration) -> Result<()> {
        self.guarded(|video| {
            let now = video.tell(now);
            if let Some(frame) = video.pending.as_ref().map(|pending| pending.frame.clone()) {
                if video.follow_size(frame.size(), now)? {
                    let start = Duration::ZERO;
                    video.part_size = Some(frame.size());
                    video.pending = Some(Pending { frame, start, is_repeated: false });
                }
                video.rest(now - video.part_start)?;
            }
            Ok(())
        })
    }

    /// Shows the last frame until `end` and completes the file. Without any frame there is no file, but the
    /// empty one in the place of another that it replaced.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    pub fn finish(mut self, end: Duration) -> Result<VideoProgress> {
        self.guarded(|video| {
            let end = video.tell(end) - video.part_start;
            video.finish_part(end)
        })?;
        Ok(self.progress)
    }

    /// Runs `call`, after whose failure nothing more is written.
    fn guarded(&mut self, call: impl FnOnce(&mut Self) -> Result<()>) -> Result<()> {
        if matches!(self.stage, Stage::Failed) {
            let name =
                self.path.as_ref().map_or("the stream".into(), |path| path.display().to_string());
            return Err(Error::failed(format!("writing {name} ended with an earlier error")));
        }
        call(self).map_err(|error| self.fail(error))
    }

    /// Writes nothing any more. Adds to `error` what there is.
    fn fail(&mut self, error: Error) -> Error {
        let mut written = self.written;
        if let Stage::Begun(sink) = &self.stage {
            self.progress.bytes = self.bytes_before + sink.bytes();
            written = sink.waits_since().unwrap_or(written);
        }
        self.stage = Stage::Failed;
        let seconds = (self.part_start + written).as_secs_f64();
        if seconds == 0.0 {
            return error;
        }
        let kept = words::kept(seconds, self.progress.bytes);
        Error::failed(format!("{error}{kept}")).with_source(error)
    }

    /// Time never goes back.
    fn tell(&mut self, at: Duration) -> Duration {
        self.progress.duration = self.progress.duration.max(at);
        self.progress.duration
    }

    /// Begins a new part if frames have had another `size` for long enough. Returns whether it did.
    fn follow_size(&mut self, size: PhysicalSize, at: Duration) -> Result<bool> {
        let is_wanted = self.options.resizing == Resizing::Parts && self.options.size.is_none();
        let Some(path) = self.path.as_ref().filter(|_| is_wanted && !self.has_own_sizes()) else {
            return Ok(false);
        };
        if self.part_size.is_none_or(|part| part == size) {
            self.resized = None;
            return Ok(false);
        }
        match self.resized {
            Some((resized, since)) if resized == size && at >= since + SETTLED => {}
            Some((resized, _)) if resized == size => return Ok(false),
            _ => {
                self.resized = Some((size, at));
                return Ok(false);
            }
        }
        let path = names::part(path, self.progress.parts + 1);
        self.finish_part(at - self.part_start)?;
        let target = Target::create(&path, self.format, self.options.overwrite)?;
        self.bytes_before = self.progress.bytes;
        self.progress.parts += 1;
        self.stage = Stage::Opened(target);
        (self.part_start, self.part_size, self.resized) = (at, None, None);
        self.written = Duration::ZERO;
        Ok(true)
    }

    /// Each picture is a file, or the only one, and has the size of its frame.
    fn has_own_sizes(&self) -> bool {
        let is_wanted = match self.pace {
            Pace::Newest => true,
            _ => self.format == VideoFormat::Png && self.options.resizing == Resizing::Parts,
        };
        is_wanted && self.options.size.is_none()
    }

    /// Writes a picture that rests, if it is time to.
    fn rest(&mut self, now: Duration) -> Result<()> {
        let Some(pending) = &self.pending else { return Ok(()) };
        let Some(split) = self.pace.split(pending.start, now) else { return Ok(()) };
        self.show_until(split)?;
        if let Some(pending) = &mut self.pending {
            (pending.start, pending.is_repeated) = (split, true);
        }
        Ok(())
    }

    /// Shows the last picture until `end`, since the beginning of the file, and ends the file.
    fn finish_part(&mut self, end: Duration) -> Result<()> {
        if let Some(pending) = &self.pending {
            self.show_until(self.pace.last_end(pending.start, end))?;
            self.pending = None;
        }
        if let Stage::Begun(sink) = &mut self.stage {
            sink.finish()?;
            self.progress.bytes = self.bytes_before + sink.bytes();
        }
        Ok(())
    }

    /// Writes the frame that is being shown, until `end`.
    fn show_until(&mut self, end: Duration) -> Result<()> {
        let has_own_sizes = self.has_own_sizes();
        let Some(Pending { frame, start, is_repeated }) = &self.pending else { return Ok(()) };
        let part_size = self.part_size.unwrap_or(frame.size());
        let size = possible_size(self.format, self.options.size.unwrap_or(part_size));
        let sink = match &mut self.stage {
            Stage::Begun(sink) => sink,
            stage => {
                let Stage::Opened(target) = std::mem::replace(stage, Stage::Failed) else {
                    return Ok(());
                };
                *stage = Stage::Begun(target.begin(self.format, size, self.pace)?);
                let Stage::Begun(sink) = stage else { return Ok(()) };
                sink
            }
        };
        let picture = self.fitter.fit(frame, if has_own_sizes { frame.size() } else { size })?;
        let slots = match self.pace {
            Pace::Constant(rate) => rate.slots(*start, end),
            _ => 1,
        };
        let mut span = Span { start: *start, end, is_repeated: *is_repeated };
        for _ in 0..slots {
            if let Pace::Constant(rate) = self.pace {
                span.end = rate.next(span.start);
            }
            sink.show(picture, span)?;
            self.progress.frames += 1;
            self.progress.bytes = self.bytes_before + sink.bytes();
            self.written = span.end;
            (span.start, span.is_repeated) = (span.end, true);
        }
        Ok(())
    }
}

impl fmt::Debug for VideoWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VideoWriter")
            .field("format", &self.format)
            .field("path", &self.path)
            .field("progress", &self.progress)
            .finish_non_exhaustive()
    }
}

/// Whether both show the same.
fn is_alike(one: &Frame, other: &Frame) -> bool {
    one.size() == other.size()
        && (other.trusted_damage(one).is_some_and(<[_]>::is_empty) || one.bytes() == other.bytes())
}
