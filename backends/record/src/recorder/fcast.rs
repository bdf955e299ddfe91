//! Writes `.fcast`.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::time::{Duration, Instant};

use framecast_api::{Clock, Error, Frame, Result};
use framecast_stream::{TileUpdate, UpdateEncoder, Updates};
use serde_json::Value;

use super::sink::Sink;
use crate::file::Made;
use crate::format::{Head, Writer};
use crate::words;

/// While nothing changes, the file is told that time passed, so that a recording that is interrupted is as long as it
/// lasted.
const TELL_EVERY: Duration = Duration::from_secs(1);

/// The times of so many frames are remembered, until what changed with them comes from elsewhere.
const REMEMBERED: usize = 64;

/// A recording that is being written.
pub(super) struct FcastSink<W: Write> {
    name: String,
    clock: Clock,
    source: Source,
    /// `None` after an error, and when it is complete.
    output: Option<Output<W>>,
    /// When something was last written.
    written: Instant,
    bytes: u64,
}

/// What is written, and the file.
struct Output<W: Write> {
    writer: Writer<W>,
    /// Removes the file, until there is something in it.
    made: Option<Made>,
    /// There is a picture in it, or input.
    has_content: bool,
    /// Until when it was written, in microseconds since it began.
    until: u64,
}

impl<W: Write> Output<W> {
    fn picture(&mut self, time: u64, update: TileUpdate) -> io::Result<()> {
        self.writer.picture(time, update)?;
        self.keep();
        Ok(())
    }

    fn input(&mut self, time: u64, log: &[u8]) -> io::Result<()> {
        self.writer.input(time, log)?;
        self.keep();
        Ok(())
    }

    /// What there is, behind why there is no more.
    fn kept(&self) -> String {
        if !self.has_content {
            return String::new();
        }
        words::kept(self.until as f64 / 1e6, self.writer.bytes())
    }

    fn keep(&mut self) {
        self.made.take().into_iter().for_each(Made::keep);
        self.has_content = true;
        self.until = self.writer.time();
    }
}

/// Where what changes comes from.
enum Source {
    /// This recorder encodes it.
    Own {
        hub: Box<UpdateEncoder>,
        /// The time of the newest frame, until what changed with it is written.
        frame_time: Option<u64>,
    },
    /// It is encoded for others.
    Shared {
        updates: Box<dyn Updates>,
        /// What was drawn too late to be written now.
        waiting: Option<TileUpdate>,
        /// The newest frame.
        newest: Option<Frame>,
        /// When the picture of the newest update was drawn, on the canvas' clock.
        drawn: f64,
        /// When frames were drawn, on the canvas' clock, and their times in the recording.
        times: VecDeque<(f64, u64)>,
    },
}

impl Source {
    /// The time in the recording of an update of theirs; one that follows without a frame became exact, `now`.
    fn time_of(times: &mut VecDeque<(f64, u64)>, update: &TileUpdate, now: u64) -> u64 {
        let drawn = update.drawn();
        let at = times.iter().position(|(at, _)| *at == drawn);
        let time = at.and_then(|at| times.drain(..=at).next_back());
        time.map_or(now, |(_, time)| time)
    }
}

impl<W: Write> FcastSink<W> {
    /// Begins a recording on `out`, which errors call `name`. `made` removes the file if nothing comes into it. What changes
    /// comes from `updates`, if there are some.
    pub(super) fn new(
        out: W,
        made: Option<Made>,
        name: String,
        head: &Head,
        updates: Option<Box<dyn Updates>>,
        clock: Clock,
        now: Instant,
    ) -> Result<Self> {
        let writer = Writer::new(out, head).map_err(|error| cannot_write(&name, error, ""))?;
        let source = match updates {
            Some(updates) => Source::Shared {
                updates,
                waiting: None,
                newest: None,
                drawn: f64::NEG_INFINITY,
                times: VecDeque::new(),
            },
            None => {
                let hub = Box::new(UpdateEncoder::new(clock, head.lossless, now));
                Source::Own { hub, frame_time: None }
            }
        };
        let bytes = writer.bytes();
        let output = Some(Output { writer, made, has_content: false, until: 0 });
        Ok(Self { name, clock, source, output, written: now, bytes })
    }

    /// Writes, and notes how much it was.
    fn write(
        &mut self,
        now: Instant,
        write: impl FnOnce(&mut Output<W>) -> io::Result<()>,
    ) -> Result<()> {
        let Some(output) = &mut self.output else { return Ok(()) };
        let done = write(output);
        (self.written, self.bytes) = (now, output.writer.bytes());
        done.map_err(|error| self.fail(error))
    }

    /// Writes nothing any more.
    fn fail(&mut self, error: io::Error) -> Error {
        let kept = self.output.take().map(|output| output.kept());
        cannot_write(&self.name, error, &kept.unwrap_or_default())
    }
}

impl<W: Write + Send> Sink for FcastSink<W> {
    fn frames_ahead(&self) -> usize {
        // The next one has all that changed.
        2
    }

    fn frame(&mut self, frame: Frame, time: u64, now: Instant) -> Result<()> {
        let until = frame.timestamp();
        match &mut self.source {
            Source::Own { hub, frame_time } => {
                *frame_time = Some(time);
                hub.frame(frame, now);
            }
            Source::Shared { newest, times, .. } => {
                if times.len() == REMEMBERED {
                    times.pop_front();
                }
                times.push_back((frame.timestamp(), time));
                *newest = Some(frame);
            }
        }
        self.advance(time, until, now).map(|_| ())
    }

    fn text(&mut self, text: &Value, time: u64) -> Result<()> {
        self.write(self.written, |output| output.writer.text(time, text))
    }

    fn input(&mut self, log: &[u8], time: u64) -> Result<()> {
        self.write(self.written, |output| output.input(time, log))
    }

    fn pause(&mut self, now: Instant) {
        if let Source::Shared { .. } = self.source {
            // What the others are sent of the pause is not told from what comes after.
            let hub = Box::new(UpdateEncoder::new(self.clock, false, now));
            self.source = Source::Own { hub, frame_time: None };
        }
    }

    fn advance(&mut self, time: u64, until: f64, now: Instant) -> Result<Option<Instant>> {
        let Some(output) = &mut self.output else { return Ok(None) };
        let before = output.writer.bytes();
        let next = match &mut self.source {
            Source::Own { hub, frame_time } => {
                let mut frame_time = frame_time.take();
                // What follows without a frame became exact, now.
                hub.advance(now, |update| output.picture(frame_time.take().unwrap_or(time), update))
            }
            Source::Shared { updates, waiting, times, drawn, .. } => loop {
                let next = waiting.take().or_else(|| updates.take());
                let Some(update) = next else { break Ok(None) };
                if update.drawn() > until {
                    *waiting = Some(update);
                    break Ok(None);
                }
                let time = Source::time_of(times, &update, time);
                *drawn = update.drawn();
                if let Err(error) = output.picture(time, update) {
                    break Err(error);
                }
            },
        };
        self.bytes = output.writer.bytes();
        let next = next.map_err(|error| self.fail(error))?;
        if self.bytes > before {
            self.written = now;
        } else if now.saturating_duration_since(self.written) >= TELL_EVERY {
            self.write(now, |output| output.writer.rest(time))?;
        }
        let tell = self.written + TELL_EVERY;
        Ok(Some(next.map_or(tell, |next| next.min(tell))))
    }

    fn finish(&mut self, time: u64, now: Instant) -> Result<()> {
        let Some(mut output) = self.output.take() else { return Ok(()) };
        let last = match &mut self.source {
            Source::Own { hub, .. } => hub.rest(now, |update| output.picture(time, update)),
            Source::Shared { newest, drawn, .. } => match newest.take() {
                Some(frame) if !output.writer.is_exact() || *drawn < frame.timestamp() => {
                    // The hub of the others may be gone already, or be behind.
                    let mut hub = UpdateEncoder::new(self.clock, true, now);
                    hub.frame(frame, now);
                    hub.advance(now, |update| output.picture(time, update)).map(|_| ())
                }
                _ => Ok(()),
            },
        };
        let kept = output.kept();
        self.bytes = if output.made.is_some() { 0 } else { output.writer.bytes() };
        let done = last.and_then(|()| output.writer.finish(time).map(|_| ()));
        done.map_err(|error| cannot_write(&self.name, error, &kept))
    }

    fn bytes(&self) -> u64 {
        self.bytes
    }
}

fn cannot_write(name: &str, error: io::Error, kept: &str) -> Error {
    Error::failed(format!("cannot write {name}: {error}{kept}")).with_source(error)
}
