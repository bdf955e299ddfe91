//! What clients see and say. Pure but for `canvas` (a lock), `encoder` (threads) and `client`
//! (timers, over any byte stream).

pub(crate) mod canvas;
pub(crate) mod client;
pub(crate) mod encode;
pub(crate) mod encoder;
mod feed;
mod fragments;
pub(crate) mod inputs;
mod ledger;
pub(crate) mod pacing;
pub(crate) mod protocol;
mod seat;
#[cfg(test)]
mod simulated;
mod state;
pub(crate) mod stats;
mod store;
mod watched;
mod whole;
