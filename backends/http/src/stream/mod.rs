//! What clients see and say. Pure but for `canvas` (a lock), `encoder` (threads) and `client`
//! (timers, over any byte stream).

pub(crate) mod canvas;
pub(crate) mod client;
pub(crate) mod encode;
pub(crate) mod encoder;
mod feed;
pub(crate) mod film;
mod fragments;
pub(crate) mod inputs;
pub(crate) mod kept_out;
mod ledger;
mod mapping;
mod newest;
pub(crate) mod pacing;
pub(crate) mod protocol;
#[cfg(test)]
mod scene;
mod seat;
mod settings;
#[cfg(test)]
mod simulated;
pub(crate) mod snapshot;
pub(crate) mod state;
pub(crate) mod stats;
mod store;
mod watched;
mod whole;
