//! What the servers, the proxy and the client of this crate do, with the real `nats-server`:
//!
//! - `server`: servers that are started, killed and started again, and clusters
//! - `proxy`: links that lose, repeat, delay, hold, are thin and close
//! - `edge`: the files in `examples/edge`

mod edge;
mod proxy;
mod server;

use std::time::Instant;

use framecast_test_nats::LIMIT;

/// Asks again and again until `done` says so.
fn until(what: &str, mut done: impl FnMut() -> bool) {
    let end = Instant::now() + LIMIT;
    while !done() {
        assert!(Instant::now() < end, "not after {LIMIT:?}: {what}");
    }
}
