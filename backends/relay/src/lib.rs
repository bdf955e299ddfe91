//! Publishes a framecast canvas once over [NATS](https://nats.io), and serves it from any number of edges.
//!
//! The origin, a program with a [`RelayBackend`], publishes each change of its canvas once: the tiles that changed, as
//! they are encoded for browsers. An [`Edge`] follows what is published and hands it to the hub of an http backend, which
//! serves its viewers as ever, each at its own pace. Edges hold nothing that is worth keeping.
//!
//! This crate decides what is published and when (`publisher`), what an edge shows, whom it asks for what it missed and
//! what it believes (`follower`, `signed_picture`), all of that without sockets and clocks. The rest talks to the bus
//! through async-nats, on a thread and a runtime of its own. Everything that comes from the bus is checked: an edge shows
//! only what the origin has signed, whoever passed it on.
//!
//! Who has a link to drive may drive at an edge, too (`driving`, `drivers`): what they do is passed on with a proof by the
//! link's key, and the origin decides ([`EdgeBackend`]).
//!
//! It does not encode, draw or serve anything itself, and does not decide who may connect to the bus: that is the
//! business of the NATS servers; `examples/edge` has their configuration.
//!
//! ```no_run
//! use framecast_relay::{Edge, RelayBackend, RelaySettings};
//!
//! // Where the canvas is drawn; give the backend to the canvas.
//! let origin = RelayBackend::new(RelaySettings::new("tls://bus.example.org/lecture".parse()?))?;
//! println!("signed by {}", origin.public_key());
//!
//! // Elsewhere; `edge.feed(backend.feed())` hands what arrives to an http backend.
//! let edge = Edge::connect(RelaySettings::new("tls://bus.example.org/lecture".parse()?))?;
//! # Ok::<(), framecast_api::Error>(())
//! ```

#![warn(missing_docs)]

mod address;
mod answers;
mod backend;
mod bus;
mod driver_message;
mod drivers;
mod drivers_state;
mod driving;
mod edge;
mod edge_backend;
mod edge_bus;
mod follower;
#[doc(hidden)]
pub mod fuzz;
mod intake;
mod keys;
mod lag;
mod links;
mod message;
mod origin;
mod origin_clock;
mod outbox;
mod picture_source;
mod publisher;
mod report;
mod runtime;
#[cfg(test)]
mod scene;
mod settings;
mod signed_picture;
mod signed_state;
mod subjects;

pub use address::RelayAddress;
pub use backend::RelayBackend;
pub use edge::{Edge, EdgePosition, EdgeState};
pub use edge_backend::EdgeBackend;
pub use framecast_stream::{LinkKey, WatchLink};
pub use keys::PublicKey;
pub use settings::RelaySettings;

/// Compiles the README's program.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
