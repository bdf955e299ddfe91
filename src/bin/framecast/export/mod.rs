//! `framecast export`: a recording as video or pictures.

mod progress;

use std::io::{self, IsTerminal, Read, Seek, Write};
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use framecast::record::video::{Resizing, VideoFormat, VideoOptions, VideoWriter};
use framecast::{Error, FramePool, Result, print_notice};
use framecast_record::Playback;
use framecast_record::words::size;

use self::progress::Progress;
use crate::command::Export;
use crate::play;

/// A format of video on the command line.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ExportFormat(VideoFormat);

impl FromStr for ExportFormat {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        name.parse().map(Self)
    }
}

/// The exit code of what Ctrl-C ended.
const INTERRUPTED: i32 = 130;
/// The longest stretch that is written at once, in microseconds.
const STEP: u64 = 1_000_000;
/// How often the progress is told.
const TELL_EVERY: Duration = Duration::from_millis(500);

/// Writes the recording at `from` to `to`.
pub(crate) fn run(from: &Path, to: &Path, args: &Export) -> Result<()> {
    let mut playback = play::open(from)?;
    let told_damage = play::tell_damage(&playback, from, None);
    let range = Range::new(args, playback.reader().duration())?;
    let mut options = VideoOptions::new().with_overwrite(args.overwrite);
    options.format = args.format.map(|format| format.0);
    options.fps = args.fps.map(|fps| fps.0);
    options.size = args.size.map(|size| (size.width, size.height).into());
    if args.parts {
        options.resizing = Resizing::Parts;
    }
    playback.seek(range.from)?;
    if playback.picture().size().is_none() {
        return Err(Error::failed(format!("{}: there is no picture in it", from.display())));
    }
    let writer = if to == Path::new("-") {
        if io::stdout().is_terminal() {
            return Err(Error::invalid_input(
                "video on standard output is for another program: framecast export show.fcast - | ffmpeg -i - …",
            ));
        }
        VideoWriter::stream(io::stdout(), "standard output", options)?
    } else {
        VideoWriter::create(to, options)?
    };
    let interrupted = Arc::new(AtomicBool::new(false));
    let interrupt = Arc::clone(&interrupted);
    ctrlc::set_handler(move || {
        if interrupt.swap(true, Ordering::Relaxed) {
            std::process::exit(INTERRUPTED);
        }
    })
    .map_err(|error| Error::failed(format!("cannot wait for Ctrl-C: {error}")))?;
    let tell = io::stderr().is_terminal();
    let done = write(&mut playback, writer, &range, &interrupted, |progress| {
        if tell {
            // A closed standard error is no reason to stop.
            let _ = write!(io::stderr(), "\r\x1b[K{}", progress.line());
        }
    });
    if tell {
        let _ = write!(io::stderr(), "\r\x1b[K");
    }
    let Progress { done, bytes, .. } = match done {
        // Its reader has seen enough.
        Err(error) if to == Path::new("-") && is_broken_pipe(&error) => return Ok(()),
        done => done?,
    };
    play::tell_damage(&playback, from, told_damage.as_ref());
    let how = if interrupted.load(Ordering::Relaxed) { ", interrupted" } else { "" };
    print_notice(&format!("{}: {done:.1} s, {}{how}", to.display(), size(bytes)));
    if interrupted.load(Ordering::Relaxed) {
        std::process::exit(INTERRUPTED);
    }
    Ok(())
}

/// Whether whoever reads what is written has gone.
fn is_broken_pipe(error: &Error) -> bool {
    let causes = std::iter::successors(std::error::Error::source(error), |cause| cause.source());
    let is_it = |cause: &io::Error| cause.kind() == io::ErrorKind::BrokenPipe;
    causes.filter_map(|cause| cause.downcast_ref()).any(is_it)
}

/// What is exported, in microseconds.
#[derive(Debug, PartialEq)]
struct Range {
    from: u64,
    to: u64,
}

impl Range {
    fn new(args: &Export, duration: u64) -> Result<Self> {
        let micros = |moment: play::Moment| (moment.0 * 1e6) as u64;
        let from = args.from.map_or(0, micros);
        let to = args.to.map_or(duration, micros).min(duration);
        if from > to {
            return Err(Error::invalid_input(format!(
                "there is nothing from {:.1} s to {:.1} s; the recording has {:.1} s",
                from as f64 / 1e6,
                to as f64 / 1e6,
                duration as f64 / 1e6
            )));
        }
        Ok(Self { from, to })
    }
}

/// Writes what is in `range`; what was written until it is interrupted is completed.
fn write<R: Read + Seek>(
    playback: &mut Playback<R>,
    mut writer: VideoWriter,
    range: &Range,
    interrupted: &AtomicBool,
    mut tell: impl FnMut(Progress),
) -> Result<Progress> {
    let mut pool = FramePool::new();
    let (begin, mut told) = (Instant::now(), Instant::now());
    let mut sequence = 0;
    let mut at = range.from;
    let seconds = |micros: u64| micros as f64 / 1e6;
    let mut changed = true;
    loop {
        let since = Duration::from_micros(at - range.from);
        let picture = playback.picture();
        if let Some(size) = picture.size().filter(|_| changed) {
            let mut buffer = pool.lend(size)?;
            buffer.pixels_mut().copy_from_slice(picture.pixels());
            sequence += 1;
            let frame = pool.freeze(buffer, sequence, since.as_secs_f64(), picture.ratio());
            writer.write(&frame, since)?;
        } else {
            writer.advance(since)?;
        }
        if told.elapsed() >= TELL_EVERY {
            told = Instant::now();
            tell(Progress {
                done: since.as_secs_f64(),
                all: seconds(range.to - range.from),
                bytes: writer.progress().bytes,
                took: begin.elapsed(),
            });
        }
        if interrupted.load(Ordering::Relaxed) || at >= range.to {
            break;
        }
        // In steps, so that a picture that rests for long can be interrupted, too.
        let next = playback.next_time()?.unwrap_or(range.to).min(range.to);
        at = next.min(at.saturating_add(STEP));
        changed = playback.seek(at)?.picture;
    }
    let end = if interrupted.load(Ordering::Relaxed) { at } else { range.to };
    let written = writer.finish(Duration::from_micros(end - range.from))?;
    let done = seconds(end - range.from);
    Ok(Progress { done, all: done, bytes: written.bytes, took: begin.elapsed() })
}
