//! What clients see and say. Pure but for `canvas` (a lock), `encoder` (a thread) and `client`
//! (timers, over any byte stream).

pub(crate) mod canvas;
pub(crate) mod client;
pub(crate) mod encode;
pub(crate) mod encoder;
mod fragments;
pub(crate) mod inputs;
pub(crate) mod pacing;
pub(crate) mod pictures;
pub(crate) mod protocol;
pub(crate) mod seat;
pub(crate) mod state;
mod watched;
