//! What each format implements.

use std::time::Duration;

use framecast_api::Result;
pub(crate) use framecast_video::Picture;

/// When a picture is shown, since the beginning of the file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    pub(crate) start: Duration,
    /// After `start`.
    pub(crate) end: Duration,
    /// The picture is the one before.
    pub(crate) is_repeated: bool,
}

/// A file, or several, in a format.
pub(crate) trait Sink: Send {
    /// Shows `picture`, which has the size that the sink was opened with. Spans follow each other without
    /// gaps from zero on; with a constant rate, each is one frame.
    ///
    /// # Errors
    /// If it cannot be encoded or written; nothing may follow then.
    fn show(&mut self, picture: Picture<'_>, span: Span) -> Result<()>;

    /// Completes the file.
    ///
    /// # Errors
    /// If something cannot be written.
    fn finish(&mut self) -> Result<()>;

    /// Bytes written so far.
    fn bytes(&self) -> u64;

    /// When the first picture begins that is encoded and not written yet, since the beginning of the file.
    fn waits_since(&self) -> Option<Duration> {
        None
    }
}
