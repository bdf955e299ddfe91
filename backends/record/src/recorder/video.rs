//! Writes video and pictures.

use std::time::{Duration, Instant};

use framecast_api::{Frame, Result};
use serde_json::Value;

use super::sink::Sink;
use crate::video::VideoWriter;

/// Frames may wait while a keyframe is encoded or the disk is busy.
const AHEAD: usize = 16;
/// While no frame comes, the writer is told the time so often.
const TELL_EVERY: Duration = Duration::from_millis(500);

/// A video that is being written.
pub(super) struct VideoSink {
    /// Until it is complete.
    writer: Option<VideoWriter>,
    bytes: u64,
}

impl VideoSink {
    pub(super) fn new(writer: VideoWriter) -> Self {
        Self { bytes: writer.progress().bytes, writer: Some(writer) }
    }
}

impl Sink for VideoSink {
    fn frames_ahead(&self) -> usize {
        AHEAD
    }

    fn frame(&mut self, frame: Frame, time: u64, _: Instant) -> Result<()> {
        let Some(writer) = &mut self.writer else { return Ok(()) };
        let written = writer.write(&frame, Duration::from_micros(time));
        self.bytes = writer.progress().bytes;
        written
    }

    /// A video has no texts.
    fn text(&mut self, _: &Value, _: u64) -> Result<()> {
        Ok(())
    }

    /// Nor a log of input.
    fn input(&mut self, _: &[u8], _: u64) -> Result<()> {
        Ok(())
    }

    fn pause(&mut self, _: Instant) {}

    fn advance(&mut self, time: u64, _: f64, now: Instant) -> Result<Option<Instant>> {
        let Some(writer) = &mut self.writer else { return Ok(None) };
        let advanced = writer.advance(Duration::from_micros(time));
        self.bytes = writer.progress().bytes;
        advanced.map(|()| Some(now + TELL_EVERY))
    }

    fn finish(&mut self, time: u64, _: Instant) -> Result<()> {
        let Some(writer) = self.writer.take() else { return Ok(()) };
        self.bytes = writer.finish(Duration::from_micros(time))?.bytes;
        Ok(())
    }

    fn bytes(&self) -> u64 {
        self.bytes
    }
}
