//! Threads, and the runtime that async-nats needs: one thread, of its own.

use std::thread::JoinHandle;
use std::time::Instant;

use framecast_api::{Error, Result};

/// Starts a thread.
pub(crate) fn thread(name: &str, run: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>> {
    std::thread::Builder::new().name(name.to_owned()).spawn(run).map_err(|error| {
        Error::failed(format!("cannot start the thread {name}: {error}")).with_source(error)
    })
}

/// Runs `future` on this thread. What it has spawned ends with it.
pub(crate) fn run<F: Future>(future: F) -> Result<F::Output> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| {
        Error::failed(format!("cannot start a runtime for the bus: {error}")).with_source(error)
    })?;
    Ok(runtime.block_on(future))
}

/// Waits until `at`, or for ever.
pub(crate) async fn until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at.into()).await,
        None => std::future::pending().await,
    }
}
