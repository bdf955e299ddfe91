//! What one client may take up, in numbers.

use std::time::Duration;

/// Times that are passed in are no longer: a caller that means "never" passes `Duration::MAX`.
pub(crate) const LONGEST: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);

/// The largest message from a client, in bytes.
pub const MESSAGE_BYTES: usize = 64 * 1024;
/// The largest picture in one message, in bytes. A larger JPEG is encoded again with a lower quality, and a larger
/// PNG is not sent.
pub const PICTURE_BYTES: usize = 64 * 1024 * 1024;
/// The most events of one client that wait for the engine. One more is a flood.
pub const PENDING_INPUTS: usize = 4096;
/// The most bytes of such events.
pub const PENDING_INPUT_BYTES: usize = 1024 * 1024;
/// The most snapshots of one canvas that are requested or being sent at the same time.
pub const SNAPSHOTS: usize = 8;
/// How long a snapshot waits for a new frame if the canvas has no viewers, whose last frame may be old.
pub const NEWER_FRAME_TIME: Duration = Duration::from_millis(500);
/// How long a snapshot waits for the first frame.
pub const FIRST_FRAME_TIME: Duration = Duration::from_secs(5);

/// Of so many places one is kept for those who may drive.
const KEPT_ONE_IN: usize = 8;

/// Returns how many of `most` places clients that only watch may take.
#[must_use]
pub const fn for_watchers(most: usize) -> usize {
    most - most / KEPT_ONE_IN
}

/// Returns how many of `most` places are reserved for clients that may drive.
#[must_use]
pub const fn kept_for_drivers(most: usize) -> usize {
    most / KEPT_ONE_IN
}
