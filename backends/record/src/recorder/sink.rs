//! What becomes of frames and texts: a file.

use std::time::Instant;

use framecast_api::{Frame, Result};
use serde_json::Value;

/// Writes a recording. Times are microseconds since it began, and never go back.
pub(super) trait Sink: Send {
    /// The most frames that may wait for it.
    fn frames_ahead(&self) -> usize;

    /// Takes the next frame.
    fn frame(&mut self, frame: Frame, time: u64, now: Instant) -> Result<()>;

    /// Takes what happened, as a JSON object.
    fn text(&mut self, text: &Value, time: u64) -> Result<()>;

    /// Takes a piece of the log of what the program was handed.
    fn input(&mut self, log: &[u8], time: u64) -> Result<()>;

    /// Does what is due. `time` is now. What was drawn after `until`, in seconds on the canvas' clock, waits: it may belong
    /// to a pause. Returns when to call it again, if nothing else happens.
    fn advance(&mut self, time: u64, until: f64, now: Instant) -> Result<Option<Instant>>;

    /// A pause began, and may be over already: nothing that was shown in it is recorded.
    fn pause(&mut self, now: Instant);

    /// Completes the file.
    fn finish(&mut self, time: u64, now: Instant) -> Result<()>;

    /// Bytes that were written.
    fn bytes(&self) -> u64;
}
