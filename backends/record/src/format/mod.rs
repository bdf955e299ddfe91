//! The file format `.fcast`, as FORMAT.md describes it: written and read. Pure, but for the file that is passed in.

mod chunk;
mod input;
mod reader;
mod writer;

#[cfg(feature = "play")]
pub(crate) use chunk::repaired;
pub use input::InputLog;
pub use reader::{Damage, Item, Reader};
pub use writer::Writer;

use serde::{Deserialize, Serialize};

/// How every recording begins.
pub(crate) const SIGNATURE: [u8; 8] = *b"\x89fcast\r\n";
/// The version of the format that is written, and the newest that is read.
pub(crate) const VERSION: u32 = 1;
/// Bytes of the signature and the version.
pub(crate) const START: u64 = 12;
/// The longest payload of a chunk, in bytes.
pub(crate) const MAX_PAYLOAD: usize = 16 * 1024 * 1024;
/// The longest text, in bytes.
pub(crate) const MAX_TEXT: usize = 256 * 1024;
/// The latest time: 366 days, in microseconds.
pub(crate) const MAX_TIME: u64 = 366 * 24 * 3600 * 1_000_000;
/// The longest title in a head, in characters.
const MAX_TITLE: usize = 1000;
/// The most places in the index.
pub(crate) const MAX_PLACES: usize = 32 * 1024;

/// What a recording says about itself at its beginning.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Head {
    /// The title of the canvas when the recording began.
    #[serde(default)]
    pub title: String,
    /// When the recording began, as RFC 3339 in UTC.
    #[serde(default)]
    pub created: String,
    /// What wrote it: `framecast 0.1.0`.
    #[serde(default)]
    pub program: String,
    /// Whether every picture is exact.
    #[serde(default)]
    pub lossless: bool,
    /// Whether it has the input of the presenter.
    #[serde(default)]
    pub input: bool,
}

impl Head {
    /// Creates the head of a recording of the canvas with this title that begins at `created`.
    #[must_use]
    pub fn new(title: impl Into<String>, created: std::time::SystemTime) -> Self {
        Self {
            title: title.into().chars().take(MAX_TITLE).collect(),
            created: framecast_api::utc::format(created),
            program: concat!("framecast ", env!("CARGO_PKG_VERSION")).into(),
            lossless: false,
            input: false,
        }
    }
}

/// A place where a recording can be entered.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// When, in microseconds since the recording began.
    pub time: u64,
    /// Where the chunk is in the file, in bytes.
    pub offset: u64,
    /// Bytes of pictures between the place before and this one: how much changed.
    pub bytes: u64,
}
