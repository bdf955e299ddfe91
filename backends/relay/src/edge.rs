//! An edge: what the application sees of a canvas that is published elsewhere.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::task::{Wake, Waker};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use framecast_api::{Error, PhysicalSize, Result};
use framecast_stream::{TilePicture, TileUpdate, UpdateSink, WatchLink};
use tokio::sync::Notify;

use crate::driving::Driving;
use crate::edge_backend::EdgeClients;
use crate::edge_bus;
use crate::links::LinkSink;
use crate::report::CanvasState;
use crate::runtime;
use crate::settings::RelaySettings;

/// How long [`Edge::connect`] waits to learn whether the bus can be reached.
const FIRST_ATTEMPT: Duration = Duration::from_secs(3);
/// How long the end waits until the origin is told.
const CLOSE_WITHIN: Duration = Duration::from_secs(1);
/// How often links are handed over that are the same, for a clock that was set.
const LINKS_EVERY: Duration = Duration::from_secs(1);

/// A canvas that is published elsewhere, by a [`RelayBackend`](crate::RelayBackend).
///
/// What arrives is checked (it is signed by the origin), repaired if something was lost, and handed to the hub of an
/// http backend, see [`feed`](Self::feed). Other edges are answered from it. Clones are the same edge; it ends with the
/// last of them.
#[derive(Debug, Clone)]
pub struct Edge(Arc<Running>);

#[derive(Debug)]
struct Running {
    /// The names of the canvas and of the edge.
    names: (String, String),
    shared: Arc<EdgeShared>,
    thread: Mutex<Option<JoinHandle<()>>>,
    done: Mutex<mpsc::Receiver<()>>,
}

/// What is known of the canvas.
#[non_exhaustive]
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EdgeState {
    /// The title.
    pub title: String,
    /// The CSS name of the cursor.
    pub cursor: String,
    /// The name of who drives, for display.
    pub presenter: Option<String>,
    /// The size of the picture in physical pixels; `None` before the first.
    pub size: Option<PhysicalSize>,
    /// Whether the origin is heard. If it is not, viewers keep the last picture.
    pub live: bool,
    /// Whether the origin's canvas was closed.
    pub closed: bool,
}

/// Up to where a picture was read; see [`Edge::newer_than`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct EdgePosition {
    stream: u64,
    revision: u64,
}

/// What the application's threads and the thread of the bus share.
#[derive(Default)]
pub(crate) struct EdgeShared {
    inner: Mutex<Inner>,
    /// Held while updates are handed to sinks, which take them in order. Taken before `inner`.
    order: Mutex<()>,
    /// Tells the thread of the bus.
    changed: Notify,
}

#[derive(Default)]
struct Inner {
    picture: TilePicture,
    state: EdgeState,
    sinks: Vec<Arc<dyn UpdateSink>>,
    /// The origin's links to watch; `None` before it was heard.
    links: Option<Arc<[WatchLink]>>,
    link_sinks: Vec<LinkSink>,
    /// The same of its links to drive.
    drive_links: Option<Arc<[WatchLink]>>,
    drive_link_sinks: Vec<LinkSink>,
    /// When they were handed over; `None`: there is something new.
    told_links: Option<Instant>,
    /// Those who may drive here.
    clients: Vec<Arc<EdgeClients>>,
    /// Viewers besides those of the sinks, and how many of them look.
    others: (usize, usize),
    wakers: Vec<Waker>,
    failure: Option<Error>,
    closing: bool,
}

impl Edge {
    /// Connects to the bus. If it cannot be reached, it is tried again until it can; messages say so.
    ///
    /// # Errors
    /// "Invalid input" if the credentials cannot be read, "failed" if the server refuses them, or if the system cannot
    /// start a thread.
    pub fn connect(settings: RelaySettings) -> Result<Self> {
        let names = (settings.address.name().to_owned(), settings.name.clone());
        let shared = Arc::new(EdgeShared::default());
        let on_bus = Arc::clone(&shared);
        let (finish, done) = mpsc::channel();
        let (tell_first, first) = mpsc::channel();
        let thread = runtime::thread("framecast-relay", move || {
            let connected = |_: Option<&Error>| {
                // Who connects waits only so long.
                let _ = tell_first.send(());
            };
            let ran = runtime::run(edge_bus::run(&settings, &on_bus, connected));
            if let Err(error) = ran.and_then(|ran| ran) {
                on_bus.fail(error);
            }
            drop(tell_first);
            let _ = finish.send(());
        })?;
        let running =
            Running { names, shared, thread: Mutex::new(Some(thread)), done: Mutex::new(done) };
        let edge = Self(Arc::new(running));
        let _ = first.recv_timeout(FIRST_ATTEMPT);
        edge.check()?;
        Ok(edge)
    }

    /// Returns whether it goes on.
    ///
    /// # Errors
    /// Why it does not.
    pub fn check(&self) -> Result<()> {
        if let Some(error) = self.0.shared.lock().failure.take() {
            return Err(error);
        }
        let thread = self.0.thread.lock().unwrap_or_else(PoisonError::into_inner);
        match &*thread {
            Some(thread) if thread.is_finished() => {
                Err(Error::failed("the thread of the bus has ended"))
            }
            _ => Ok(()),
        }
    }

    /// Hands everything that arrives to `sink`, beginning with the picture as it is now, and counts its viewers. The
    /// backend of the sink is open by then. When its canvas is closed, the sink is dropped within about a second.
    ///
    /// The sink may be of a backend in a larger web application, which decides who watches:
    ///
    /// ```no_run
    /// use framecast_http::{HttpService, Visitor};
    /// use framecast_relay::{Edge, RelaySettings};
    ///
    /// let edge = Edge::connect(RelaySettings::new("nats://127.0.0.1/lecture".parse()?))?;
    /// let service = HttpService::new()?;
    /// let mut backend = service.canvas(None)?;
    /// let feed = backend.feed();
    /// // Give the backend to a canvas, and when that is open:
    /// edge.feed(feed);
    /// // Whoever the application lets in watches. With axum, nest it in a router.
    /// let watching = service.for_visitor(Visitor::watching());
    /// # drop((backend, watching));
    /// # Ok::<(), framecast_api::Error>(())
    /// ```
    pub fn feed(&self, sink: Arc<dyn UpdateSink>) {
        let shared = &self.0.shared;
        sink.notify(Waker::from(Arc::clone(shared)));
        let first = Arc::clone(&sink);
        // Nothing newer is handed over before the picture as it is now.
        let _order = shared.order();
        let picture = {
            let mut inner = shared.lock();
            inner.sinks.push(sink);
            inner.picture.update_since(0, 0)
        };
        if let Some(update) = picture {
            first.take(in_time_of(&*first, &update, None, Instant::now()));
        }
        shared.changed.notify_one();
    }

    /// Hands the origin's links to watch to `take`, so that who has the token of one is let in here, too. It gets all of
    /// them, as soon as they are known, at once when they change, and about once a second besides, also while the origin
    /// is not heard: the time of day decides what has expired. It is called on the thread that talks to the bus and must
    /// not block.
    ///
    /// ```no_run
    /// # use framecast_http::{HttpServer, ServerConfig};
    /// # use framecast_relay::{Edge, RelaySettings};
    /// let edge = Edge::connect(RelaySettings::new("nats://127.0.0.1/lecture".parse()?))?;
    /// let mut config = ServerConfig::default();
    /// config.watch_only = true;
    /// let server = HttpServer::bind_with("127.0.0.1:8080".parse().unwrap(), config)?;
    /// let links = server.shared_links();
    /// edge.feed_links(move |origins| {
    ///     if let Err(error) = links.follow(origins) {
    ///         eprintln!("{error}");
    ///     }
    /// });
    /// # Ok::<(), framecast_api::Error>(())
    /// ```
    pub fn feed_links(&self, take: impl Fn(&[WatchLink]) + Send + Sync + 'static) {
        {
            let mut inner = self.0.shared.lock();
            inner.link_sinks.push(LinkSink::new(take));
            inner.told_links = None;
        }
        self.0.shared.changed.notify_one();
    }

    /// Hands the origin's links to drive to `take`, so that who has the token of one is let in here to drive, like
    /// [`feed_links`](Self::feed_links) otherwise. Their [hashes](WatchLink::hash) are those of the links' keys. Clients who
    /// come by them drive if their backend is an [`EdgeBackend`](crate::EdgeBackend).
    ///
    /// Whoever runs this edge sees the tokens of those who come, and so can drive: the origin's operator should trust them,
    /// and let them publish at `framecast.NAME.drive` on the bus.
    ///
    /// ```no_run
    /// # use framecast_http::HttpServer;
    /// # use framecast_relay::{Edge, RelaySettings};
    /// # let edge = Edge::connect(RelaySettings::new("nats://127.0.0.1/lecture".parse()?))?;
    /// # let server = HttpServer::bind("127.0.0.1:8080".parse().unwrap())?;
    /// let links = server.shared_links();
    /// edge.feed_drive_links(move |origins| {
    ///     if let Err(error) = links.follow_drivers(origins) {
    ///         eprintln!("{error}");
    ///     }
    /// });
    /// # Ok::<(), framecast_api::Error>(())
    /// ```
    pub fn feed_drive_links(&self, take: impl Fn(&[WatchLink]) + Send + Sync + 'static) {
        {
            let mut inner = self.0.shared.lock();
            inner.drive_link_sinks.push(LinkSink::new(take));
            inner.told_links = None;
        }
        self.wake();
    }

    /// Nobody yet, who may drive here.
    pub(crate) fn driving(&self) -> Driving {
        let (canvas, edge) = &self.0.names;
        Driving::new(canvas, edge)
    }

    /// Has what `clients` do passed on to the origin, and them told what it says.
    pub(crate) fn add_clients(&self, clients: &Arc<EdgeClients>) {
        self.0.shared.lock().clients.push(Arc::clone(clients));
        self.wake();
    }

    /// Tells the thread of the bus that there is something to do.
    pub(crate) fn wake(&self) {
        self.0.shared.changed.notify_one();
    }

    /// Returns the origin's links to watch; none before it was heard.
    #[must_use]
    pub fn links(&self) -> Vec<WatchLink> {
        self.0.shared.lock().links.as_deref().unwrap_or_default().to_vec()
    }

    /// Sets how many viewers there are besides those of the sinks, and how many of them look. Without anybody who
    /// looks, nothing need be drawn.
    pub fn set_viewers(&self, all: usize, visible: usize) {
        self.0.shared.lock().others = (all, visible);
        self.0.shared.changed.notify_one();
    }

    /// Returns what is known of the canvas.
    #[must_use]
    pub fn state(&self) -> EdgeState {
        self.0.shared.lock().state.clone()
    }

    /// Has `waker` woken whenever there is a newer picture or state, or other links.
    pub fn notify(&self, waker: Waker) {
        self.0.shared.lock().wakers.push(waker);
    }

    /// Returns what is newer than `position`, which moves on; `None` if nothing is. Call it when a frame is to be drawn,
    /// and present the frame.
    pub fn newer_than(&self, position: &mut EdgePosition) -> Option<TileUpdate> {
        let sinks = self.0.shared.lock().sinks.clone();
        // What they took before is in the picture already.
        sinks.iter().for_each(|sink| sink.begin_frame());
        let inner = self.0.shared.lock();
        let update = inner.picture.update_since(position.stream, position.revision)?;
        let now = EdgePosition { stream: update.stream(), revision: update.revision() };
        (std::mem::replace(position, now) != now).then_some(update)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.shared.lock().closing = true;
        self.shared.changed.notify_one();
        let done = self.done.get_mut().unwrap_or_else(PoisonError::into_inner);
        if done.recv_timeout(CLOSE_WITHIN).is_err() {
            // A bus that does not answer: the thread ends with the process.
            return;
        }
        let thread = self.thread.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread.filter(|it| it.thread().id() != std::thread::current().id()) {
            let _ = thread.join();
        }
    }
}

impl EdgeShared {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Every change is complete before anything in it can panic.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn order(&self) -> MutexGuard<'_, ()> {
        self.order.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes something, and tells the application.
    fn change(&self, change: impl FnOnce(&mut Inner)) {
        let wakers = {
            let mut inner = self.lock();
            change(&mut inner);
            inner.wakers.clone()
        };
        wakers.iter().for_each(Waker::wake_by_ref);
    }

    fn fail(&self, error: Error) {
        self.change(|inner| inner.failure = Some(error));
    }

    // For the thread of the bus.

    pub(crate) async fn changed(&self) {
        self.changed.notified().await;
    }

    pub(crate) fn is_closing(&self) -> bool {
        self.lock().closing
    }

    /// Shows what changed. `origin`: what the origin's clock shows at `now`, in seconds.
    pub(crate) fn show(&self, update: &TileUpdate, origin: Option<f64>, now: Instant) {
        // One without tiles says that nothing is newer: only hubs need to know.
        let is_new = update.tiles() > 0;
        let _order = self.order();
        let (sinks, wakers) = {
            let mut inner = self.lock();
            if is_new {
                inner.picture.add(update);
                inner.state.size = Some(update.size());
            }
            (inner.sinks.clone(), if is_new { inner.wakers.clone() } else { Vec::new() })
        };
        for sink in sinks {
            sink.take(in_time_of(&*sink, update, origin, now));
        }
        wakers.iter().for_each(Waker::wake_by_ref);
    }

    pub(crate) fn set_state(&self, new: CanvasState) {
        self.change(|inner| {
            let state = &mut inner.state;
            (state.title, state.cursor) = (new.title, new.cursor);
            (state.presenter, state.closed) = (new.presenter, new.closed);
            let links: Arc<[WatchLink]> = new.links.into_iter().map(|link| link.0).collect();
            let drive: Arc<[WatchLink]> = new.drive_links.into_iter().map(|link| link.0).collect();
            if inner.links.as_ref() != Some(&links) || inner.drive_links.as_ref() != Some(&drive) {
                (inner.links, inner.drive_links) = (Some(links), Some(drive));
                inner.told_links = None;
            }
        });
    }

    /// Hands the links over, if they are new or that was long ago.
    pub(crate) fn tell_links(&self, now: Instant) {
        let all = {
            let mut inner = self.lock();
            if inner.told_links.is_some_and(|at| now < at + LINKS_EVERY) {
                return;
            }
            let watch = inner.links.clone().map(|links| (links, inner.link_sinks.clone()));
            let drive =
                inner.drive_links.clone().map(|links| (links, inner.drive_link_sinks.clone()));
            if watch.is_none() && drive.is_none() {
                return;
            }
            inner.told_links = Some(now);
            [watch, drive]
        };
        for (links, sinks) in all.into_iter().flatten() {
            sinks.iter().for_each(|sink| sink.take(&links));
        }
    }

    /// Those who may drive here.
    pub(crate) fn clients(&self) -> Vec<Arc<EdgeClients>> {
        self.lock().clients.clone()
    }

    pub(crate) fn remove_clients(&self, clients: &Arc<EdgeClients>) {
        self.lock().clients.retain(|it| !Arc::ptr_eq(it, clients));
    }

    /// Who drives, as everybody knows; `None` also while the origin is not heard.
    pub(crate) fn presenter(&self) -> Option<String> {
        self.lock().state.presenter.clone()
    }

    /// Forgets sinks whose canvas was closed.
    pub(crate) fn forget_closed(&self) {
        let sinks = self.lock().sinks.clone();
        let closed: Vec<_> = sinks.into_iter().filter(|sink| sink.is_closed()).collect();
        if !closed.is_empty() {
            let is_open =
                |sink: &Arc<dyn UpdateSink>| !closed.iter().any(|it| Arc::ptr_eq(it, sink));
            self.lock().sinks.retain(is_open);
        }
    }

    pub(crate) fn set_live(&self, live: bool) {
        if self.lock().state.live != live {
            self.change(|inner| inner.state.live = live);
        }
    }

    /// How many viewers there are, and how many of them look.
    pub(crate) fn viewers(&self) -> (usize, usize) {
        let (sinks, others) = {
            let inner = self.lock();
            (inner.sinks.clone(), inner.others)
        };
        sinks
            .iter()
            .map(|sink| sink.viewers())
            .fold(others, |(all, visible), viewers| (all + viewers.all, visible + viewers.visible))
    }
}

/// The update with times of the sink's clock. While the origin's clock is not known, it counts as drawn now.
fn in_time_of(
    sink: &dyn UpdateSink,
    update: &TileUpdate,
    origin: Option<f64>,
    now: Instant,
) -> TileUpdate {
    let mut update = update.clone();
    let origin = origin.unwrap_or(update.encoded());
    update.shift_times(sink.seconds(now) - origin);
    update
}

impl fmt::Debug for EdgeShared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("EdgeShared").field(&self.lock().state).finish()
    }
}

/// Woken when viewers of a sink come or go.
impl Wake for EdgeShared {
    fn wake(self: Arc<Self>) {
        self.changed.notify_one();
    }
}
