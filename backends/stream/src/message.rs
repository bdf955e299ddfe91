//! What a client is sent.

use bytes::Bytes;

use crate::protocol::Part;
use crate::tile_update::TileUpdate;

/// One message to a client.
#[derive(Debug)]
pub enum Message {
    /// Text, in JSON.
    Text(String),
    /// A part of an update in tiles. [`Part::into_bytes`] composes it, where no lock is held.
    Part(Part),
    /// What changed, for a [subscriber](crate::Hub::subscribe).
    Update(TileUpdate),
    /// A whole picture: JPEG or PNG.
    Picture(Bytes),
}

/// Why a client is to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Goodbye {
    /// It was sent away. What is being written to it may be finished, within a limited time.
    SentAway,
    /// It asked for that.
    Requested,
    /// The canvas was closed. The text, if the client reads any, goes last.
    Ended(Option<String>),
}
