//! Origins and edges on a real NATS server.

mod drivers;
mod faults;
mod liars;
mod links;
#[cfg(unix)]
mod operators;
mod pictures;
mod stage;
