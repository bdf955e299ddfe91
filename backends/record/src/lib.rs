//! Records what a canvas shows, as exact recordings that play again, as video and as pictures.

#![warn(missing_docs)]

mod format;
#[doc(hidden)]
pub mod fuzz;
mod hub_source;
mod picture;
mod playback;
mod recorder;
#[cfg(test)]
mod scene;
#[cfg(test)]
mod tests;
pub mod video;

pub use format::{Damage, Head, Item, Place, Reader, Writer};
pub use picture::Picture;
pub use playback::{Changed, Playback};
pub use recorder::{RecordBackend, RecordSettings, Recorder, RecorderState};
