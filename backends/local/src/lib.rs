//! What the views in front of a person share: the window and the terminal.
//!
//! [`Hosted`] runs a view on a thread of its own, which the engine never waits for.
//! [`PointerTracker`] makes pointer events out of where a pointer is and which buttons are down;
//! [`InputQueue`] keeps what happened until the engine polls, merged and bounded; [`paste`] cuts
//! pasted text into events; these are pure.
//! The crate decides nothing about keys, which every platform reports in its own way, and nothing
//! about pictures.

#![warn(missing_docs)]

mod changes;
mod hosted;
mod paste;
mod platform;
mod pointer;
mod queue;

pub use changes::ViewChanges;
pub use hosted::{Host, Hosted, Panicked, State, View};
pub use paste::paste;
pub use platform::platform;
pub use pointer::{PointerTracker, Sample};
pub use queue::InputQueue;
