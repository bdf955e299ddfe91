//! Streams one canvas to any number of clients. Each client gets what changed, at its own pace, until it shows
//! exactly the canvas' pixels.
//!
//! A [`Hub`] takes frames and clients' messages. It decides what is compared and encoded, what each client is sent
//! and when, and which clients are kept out, and counts all of it for statistics. A [`Session`] keeps the time
//! limits of one connection: hello, ping, silence, stalled writes, floods. Both are sans-IO: bytes and `now` come
//! in, actions come out. There are no threads, clocks, sockets or runtime here; `framecast-http` drives them over
//! WebSockets.
//!
//! Every message of a client is checked here before it becomes an event ([`ClientMessage::parse`]). The program
//! that drives the hub decides who may connect, and where [`Job`]s run.
//!
//! `PROTOCOL.md` beside this crate is the format of the messages.

#![warn(missing_docs)]

mod accessibility;
mod audience;
mod budget;
mod client_state;
mod decoded;
mod feed;
#[doc(hidden)]
pub mod fuzz;
mod hub;
mod identity;
mod inputs;
mod job;
mod kept_out;
mod ledger;
pub mod limits;
mod mapping;
#[doc(hidden)]
pub mod measure;
mod message;
mod newest;
mod pacing;
mod protocol;
#[cfg(test)]
mod relayed;
#[cfg(test)]
mod scene;
mod segments;
mod session;
mod settings;
#[cfg(test)]
mod simulated;
mod snapshot;
mod stats;
mod store;
mod tile_picture;
mod tile_update;
mod tiles;
mod token_bucket;
mod update_bytes;
mod update_encoder;
mod updates;
mod video;
mod viewers;
mod watch_link;
mod whole_encode;

pub use hub::{Hub, HubInput, HubOutput, Joining};
pub use identity::{Grant, Identity, LinkKey, Revocation, network};
pub use inputs::{Flooded, Inputs};
pub use job::{Job, JobResult, is_same};
pub use kept_out::KeptOut;
pub use ledger::Painted;
pub use message::{Goodbye, Message};
pub use protocol::{
    ClientMessage, Dialect, LinkAnswer, LinkRequest, ListedLink, MadeLink, MjpegConfig, NoPart,
    Part, PictureEncoding, ReadPart, SUBPROTOCOL, VideoMessage, View,
};
pub use segments::{NoSegmentName, SegmentName, SegmentPicture, SegmentRead, Segments};
pub use session::{Due, Session, SessionLimits, Violation};
pub use snapshot::{NoSnapshot, SnapshotCache, SnapshotFormat, SnapshotLook};
pub use stats::CanvasStats;
pub use tile_picture::TilePicture;
pub use tile_update::TileUpdate;
pub use token_bucket::TokenBucket;
pub use update_bytes::{NoUpdate, TileBytes};
pub use update_encoder::UpdateEncoder;
pub use updates::{UpdateSink, UpdateSource, Updates};
pub use video::{VideoCodec, VideoEncoder, VideoMode, VideoPicture, VideoRung, VideoSettings};
pub use viewers::Viewers;
pub use watch_link::WatchLink;
