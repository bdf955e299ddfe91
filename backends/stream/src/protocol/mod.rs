//! The messages of `PROTOCOL.md`: read, and written. Pure.

mod accessibility_message;
mod client_message;
mod links;
mod part;
mod read_part;
mod server_message;
#[cfg(test)]
mod tests;
mod video_message;

use std::time::Duration;

pub(crate) use accessibility_message::{AccessibilityMessage, WireNode};
pub use client_message::{ClientMessage, View};
pub use links::{LinkAnswer, LinkRequest, ListedLink, MadeLink};
pub use part::Part;
pub(crate) use part::{NumberedTile, PartHeader};
pub use read_part::{NoPart, PictureEncoding, ReadPart};
pub(crate) use server_message::ServerMessage;
pub use video_message::VideoMessage;
pub(crate) use video_message::{TileRange, ranges};

/// The WebSocket subprotocol.
pub const SUBPROTOCOL: &str = "framecast.v1";

/// What a client speaks.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// [`SUBPROTOCOL`].
    Tiles,
    /// The older renderview protocol, without a subprotocol.
    Whole,
    /// Nothing: it takes [`TileUpdate`](crate::TileUpdate)s.
    Updates,
    /// Nothing: it can only read pictures.
    Mjpeg(MjpegConfig),
}

/// How often a client that can only read is sent pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MjpegConfig {
    /// From one picture to the next, at least.
    pub every: Duration,
    /// After so long without a new one the last is sent again and again, so that it is known on both
    /// sides that the other is there.
    pub again_after: Duration,
}
