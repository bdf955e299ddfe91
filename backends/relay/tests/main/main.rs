//! Origins and edges on a real NATS server.

mod drivers;
mod faults;
mod liars;
mod links;
mod mounted;
#[cfg(unix)]
mod operators;
mod pictures;
mod stage;
