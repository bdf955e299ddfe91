//! What one client may take up, in numbers.

use std::time::Duration;

/// Times that are passed in are no longer: whoever means "never" says `Duration::MAX`.
pub(crate) const LONGEST: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);

/// The largest message from a client, in bytes.
pub const MESSAGE_BYTES: usize = 64 * 1024;
/// The largest picture in one message, in bytes. A larger JPEG is made again with less quality, a
/// larger PNG is not sent.
pub const PICTURE_BYTES: usize = 64 * 1024 * 1024;
/// Inputs of one client that the engine has not taken yet; one more is a flood.
pub const PENDING_INPUTS: usize = 4096;
/// Bytes of such inputs.
pub const PENDING_INPUT_BYTES: usize = 1024 * 1024;
/// Snapshots of a canvas that are asked for or being sent at once.
pub const SNAPSHOTS: usize = 8;
/// How long a snapshot waits for a newer frame where nobody looks, and the newest may be old.
pub const NEWER_FRAME_TIME: Duration = Duration::from_millis(500);
/// How long a snapshot waits for the first frame.
pub const FIRST_FRAME_TIME: Duration = Duration::from_secs(5);

/// Of so many places one is kept for those who may drive.
const KEPT_ONE_IN: usize = 8;

/// How many of `most` places those may take who only watch, of whatever there is a limited number.
#[must_use]
pub const fn for_watchers(most: usize) -> usize {
    most - most / KEPT_ONE_IN
}

/// How many of `most` places are kept for those who may drive.
#[must_use]
pub const fn kept_for_drivers(most: usize) -> usize {
    most / KEPT_ONE_IN
}
