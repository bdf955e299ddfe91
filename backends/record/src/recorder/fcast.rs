//! Writes `.fcast`.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use framecast_api::{Clock, Error, Frame, Result};
use serde_json::Value;

use super::sink::Sink;
use crate::format::{Head, Writer};
use crate::hub_source::HubSource;

/// While nothing changes, the file is told that time passed, so that a recording that is interrupted is as long as it
/// lasted.
const TELL_EVERY: Duration = Duration::from_secs(1);

/// A recording that is being written.
pub(super) struct FcastSink<W: Write> {
    name: String,
    source: HubSource,
    writer: Option<Writer<W>>,
    /// When something was last written.
    written: Instant,
    /// The time of the newest frame, until what changed with it is written.
    frame_time: Option<u64>,
    bytes: u64,
}

impl<W: Write> FcastSink<W> {
    /// Begins a recording on `out`, which errors call `name`.
    pub(super) fn new(
        out: W,
        name: String,
        head: &Head,
        clock: Clock,
        now: Instant,
    ) -> Result<Self> {
        let writer = Writer::new(out, head).map_err(|error| cannot_write(&name, error))?;
        let source = HubSource::new(clock, head.lossless, now);
        let bytes = writer.bytes();
        Ok(Self { name, source, writer: Some(writer), written: now, frame_time: None, bytes })
    }

    /// Writes, and notes how much it was.
    fn write(
        &mut self,
        now: Instant,
        write: impl FnOnce(&mut Writer<W>) -> io::Result<()>,
    ) -> Result<()> {
        let Some(writer) = &mut self.writer else { return Ok(()) };
        let done = write(writer);
        (self.written, self.bytes) = (now, writer.bytes());
        done.map_err(|error| cannot_write(&self.name, error))
    }
}

impl<W: Write + Send> Sink for FcastSink<W> {
    fn frames_ahead(&self) -> usize {
        // The next one has all that changed.
        2
    }

    fn frame(&mut self, frame: Frame, time: u64, now: Instant) -> Result<()> {
        self.frame_time = Some(time);
        self.source.frame(frame, now);
        self.advance(time, now).map(|_| ())
    }

    fn text(&mut self, text: &Value, time: u64) -> Result<()> {
        self.write(self.written, |writer| writer.text(time, text))
    }

    fn advance(&mut self, time: u64, now: Instant) -> Result<Option<Instant>> {
        let Some(writer) = &mut self.writer else { return Ok(None) };
        let mut wrote = false;
        let mut frame_time = self.frame_time.take();
        let next = self.source.advance(now, |update| {
            wrote = true;
            // What follows without a frame became exact, now.
            writer.picture(frame_time.take().unwrap_or(time), update)
        });
        self.bytes = writer.bytes();
        let next = next.map_err(|error| cannot_write(&self.name, error))?;
        if wrote {
            self.written = now;
        } else if now.saturating_duration_since(self.written) >= TELL_EVERY {
            self.write(now, |writer| writer.rest(time))?;
        }
        let tell = self.written + TELL_EVERY;
        Ok(Some(next.map_or(tell, |next| next.min(tell))))
    }

    fn finish(&mut self, time: u64, now: Instant) -> Result<()> {
        let Some(mut writer) = self.writer.take() else { return Ok(()) };
        let failed = |error| cannot_write(&self.name, error);
        self.source.rest(now, |update| writer.picture(time, update)).map_err(failed)?;
        self.bytes = writer.bytes();
        writer.finish(time).map(|_| ()).map_err(failed)
    }

    fn bytes(&self) -> u64 {
        self.bytes
    }
}

fn cannot_write(name: &str, error: io::Error) -> Error {
    Error::failed(format!("cannot write {name}: {error}")).with_source(error)
}
