//! Records what a canvas shows, as exact recordings that play again, as video and as pictures.

#![warn(missing_docs)]

pub use framecast_stream::UpdateSource;

mod file;
mod format;
#[cfg(feature = "play")]
#[doc(hidden)]
pub mod fuzz;
#[cfg(feature = "play")]
mod picture;
#[cfg(feature = "play")]
mod playback;
mod recorder;
#[cfg(all(test, feature = "play"))]
mod scene;
#[cfg(all(test, feature = "play"))]
mod tests;
#[cfg(feature = "video")]
pub mod video;
#[doc(hidden)]
pub mod words;

pub use format::{Damage, Head, InputLog, Item, Place, Reader, Writer};
#[cfg(feature = "play")]
pub use picture::Picture;
#[cfg(feature = "play")]
pub use playback::{Changed, Playback};
pub use recorder::{
    RecordBackend, RecordFormat, RecordSettings, Recorder, RecorderInput, RecorderState,
};
