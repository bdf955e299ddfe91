//! The backend of an edge's viewers: they hear who drives at the origin, and those with a link to drive drive there.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::{Duration, Instant};

use framecast_api::{
    Backend, BackendCommand, BackendEvent, Capabilities, Context, Frame, Result, Traffic, ViewLink,
};
use framecast_stream::UpdateSink;

use crate::driving::Driving;
use crate::edge::Edge;

/// A backend, such as the http backend, whose clients are viewers of an [`Edge`].
///
/// They hear who drives at the origin, instead of here. What clients do that came by one of the origin's links to drive
/// ([`Edge::feed_drive_links`]) is passed on to the origin, which decides as about any other client: who holds control, who
/// is sent away. The canvas here is told of all clients, too; it should let nobody drive.
///
/// ```no_run
/// use framecast_http::{HttpServer, ServerConfig};
/// use framecast_relay::{Edge, EdgeBackend, RelaySettings};
///
/// let edge = Edge::connect(RelaySettings::new("nats://127.0.0.1/lecture".parse()?))?;
/// let mut config = ServerConfig::default();
/// config.watch_only = true;
/// let server = HttpServer::bind_with("127.0.0.1:8080".parse().unwrap(), config)?;
/// let mut backend = server.canvas(None)?;
/// let feed = backend.feed();
/// // Give it to a canvas; then `edge.feed(feed)`.
/// let backend = EdgeBackend::new(&edge, backend, feed);
/// # Ok::<(), framecast_api::Error>(())
/// ```
pub struct EdgeBackend<B> {
    inner: B,
    /// Says as whom a client came.
    feed: Arc<dyn UpdateSink>,
    edge: Edge,
    shared: Arc<EdgeClients>,
}

/// What the canvas' thread and the thread of the bus share.
#[derive(Debug)]
pub(crate) struct EdgeClients {
    driving: Mutex<Driving>,
    /// The engine's.
    waker: Mutex<Option<Waker>>,
}

impl EdgeClients {
    pub(crate) fn driving(&self) -> MutexGuard<'_, Driving> {
        // Every change is complete before anything in it can panic.
        self.driving.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set_waker(&self, waker: Option<Waker>) {
        *self.waker.lock().unwrap_or_else(PoisonError::into_inner) = waker;
    }

    /// Tells the engine that there is something to do. Call it while nothing is locked.
    pub(crate) fn wake(&self) {
        let waker = self.waker.lock().unwrap_or_else(PoisonError::into_inner).clone();
        waker.into_iter().for_each(Waker::wake);
    }
}

impl<B: Backend> EdgeBackend<B> {
    /// Creates the backend of viewers of `edge`, who are clients of `backend`, which `feed` is of.
    #[must_use]
    pub fn new(edge: &Edge, backend: B, feed: Arc<dyn UpdateSink>) -> Self {
        let driving = Mutex::new(edge.driving());
        let shared = Arc::new(EdgeClients { driving, waker: Mutex::default() });
        Self { inner: backend, feed, edge: edge.clone(), shared }
    }

    /// Does what the origin wants.
    fn obey(&mut self) {
        let commands = self.shared.driving().take_commands();
        for command in commands {
            // What it cannot show is nobody's fault.
            let _ = self.inner.apply(&command);
        }
    }
}

impl<B: Backend> Backend for EdgeBackend<B> {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn capabilities(&self) -> Capabilities {
        self.inner.capabilities()
    }

    fn open(&mut self, context: Context) -> Result<()> {
        let waker = context.waker.clone();
        self.inner.open(context)?;
        self.shared.set_waker(Some(waker));
        self.edge.add_clients(&self.shared);
        Ok(())
    }

    fn links(&self) -> Vec<ViewLink> {
        self.inner.links()
    }

    fn traffic(&self) -> Option<Traffic> {
        self.inner.traffic()
    }

    fn poll(&mut self, sink: &mut dyn FnMut(BackendEvent)) {
        self.obey();
        let (shared, feed) = (&self.shared, &self.feed);
        let mut is_told = false;
        self.inner.poll(&mut |event| {
            let mut driving = shared.driving();
            driving.happened(&event, |client| feed.identity(client), Instant::now());
            is_told |= !driving.is_empty();
            drop(driving);
            sink(event);
        });
        if is_told {
            self.edge.wake();
        }
    }

    fn poll_interval(&self) -> Option<Duration> {
        self.inner.poll_interval()
    }

    fn wants_frame(&self) -> bool {
        self.inner.wants_frame()
    }

    fn present(&mut self, frame: &Frame) -> Result<()> {
        self.inner.present(frame)
    }

    fn apply(&mut self, command: &BackendCommand) -> Result<()> {
        match command {
            // Who drives here is of no interest.
            BackendCommand::Control(_) => {
                let control = self.shared.driving().control();
                self.inner.apply(&BackendCommand::Control(control))
            }
            other => self.inner.apply(other),
        }
    }

    fn close(&mut self) {
        self.shared.set_waker(None);
        self.inner.close();
        self.shared.driving().close();
        self.edge.wake();
    }
}

impl<B> Drop for EdgeBackend<B> {
    fn drop(&mut self) {
        self.shared.driving().close();
        self.edge.wake();
    }
}

impl<B> fmt::Debug for EdgeBackend<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("EdgeBackend").field(&self.shared).finish()
    }
}
