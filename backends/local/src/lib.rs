//! What the views in front of a person share: the window and the terminal.
//!
//! [`PointerTracker`] makes pointer events out of where a pointer is and which buttons are down;
//! [`InputQueue`] keeps what happened until the engine polls, merged and bounded; [`paste`] cuts
//! pasted text into events. All are pure.
//! They decide nothing about keys, which every platform reports in its own way.

#![warn(missing_docs)]

mod paste;
mod pointer;
mod queue;

pub use paste::paste;
pub use pointer::{PointerTracker, Sample};
pub use queue::InputQueue;
