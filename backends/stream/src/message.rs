//! What a client is sent.

use bytes::Bytes;

use crate::protocol::{Part, VideoMessage};
use crate::tile_update::TileUpdate;

/// One message to a client.
#[derive(Debug)]
pub enum Message {
    /// Text, in JSON.
    Text(String),
    /// A part of an update in tiles. [`Part::into_bytes`] composes it; call it while holding no lock.
    Part(Part),
    /// A picture of a video: an update by itself. [`VideoMessage::into_bytes`] composes it; call it while holding no
    /// lock.
    Video(VideoMessage),
    /// What changed, for a [subscriber](crate::Hub::subscribe).
    Update(TileUpdate),
    /// A whole picture: JPEG or PNG.
    Picture(Bytes),
}

/// Why the hub ends a client's connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Goodbye {
    /// It was sent away. The message that is being written may be completed, within a limited time.
    SentAway,
    /// The client asked for it.
    Requested,
    /// The canvas was closed. The text, if the client reads text, is the last message.
    Ended(Option<String>),
}
