//! Code that the local views share: the window and the terminal.
//!
//! [`Hosted`] runs a view on a thread of its own; the engine never waits for it. [`PointerTracker`] derives
//! pointer events from positions and pressed buttons. [`InputQueue`] merges and bounds events until the engine
//! polls. [`paste`] cuts pasted text into events. All but `Hosted` are pure.
//!
//! This crate does not handle keys, which every platform reports in its own way, or pictures.

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
