//! NATS servers for tests: the real `nats-server` of Debian ([`NatsServer`]), a proxy that loses, repeats, delays,
//! slows down or stops what goes between it and a client ([`Proxy`]), and a small client to test with ([`Client`]).
//!
//! Everything listens on loopback addresses, at ports that the system picks. What fails here ends the test with a
//! message: it panics.
//!
//! ```no_run
//! use framecast_test_nats::{Client, Direction, Faults, NatsServer, Proxy};
//!
//! let server = NatsServer::start("");
//! let proxy = Proxy::of(&server);
//! proxy.set_faults([Faults::new(Direction::ToClient, "news.", 7).drop_one_in(3)]);
//! let mut reader = Client::connect(proxy.address())?;
//! reader.subscribe("news.>", None)?;
//! reader.flush()?;
//!
//! let mut writer = Client::connect(server.address())?;
//! for _ in 0..100 {
//!     writer.publish("news.local", None, b"rain")?;
//! }
//! let count = proxy.wait_for(Direction::ToClient, "news.", |count| count.messages + count.dropped == 100);
//! assert_eq!(reader.flush()?.len() as u64, count.messages);
//! # Ok::<(), std::io::Error>(())
//! ```

mod client;
mod faults;
mod proxy;
mod server;
mod wire;

use std::time::Duration;

pub use client::{Client, Login};
pub use faults::{Direction, Faults};
pub use proxy::{Count, Proxy};
pub use server::NatsServer;
pub use wire::{Decoder, Message, Operation};

/// How long anything here waits for what must happen before it gives up.
pub const LIMIT: Duration = Duration::from_secs(30);
