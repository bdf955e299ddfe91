//! What the canvas' thread, the encoder's thread and the thread of the bus share of an origin.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Wake, Waker};
use std::time::Instant;

use framecast_api::{BackendCommand, BackendEvent, Clock, Frame};
use framecast_stream::{TileUpdate, UpdateEncoder, Updates};
use tokio::sync::Notify;

use crate::drivers::Drivers;
use crate::publisher::EdgeCount;
use crate::report::CanvasState;

/// Where an origin's updates come from, and what it says of its canvas.
pub(crate) struct PictureSource {
    clock: Clock,
    inner: Mutex<Inner>,
    /// Tells the encoder's thread that there is something to do.
    work: Condvar,
    /// Tells the thread of the bus.
    changed: Notify,
    closed: Notify,
}

struct Inner {
    /// The engine's.
    waker: Option<Waker>,
    /// Somebody looks, at an edge.
    wanted: bool,
    /// The bus takes another update.
    has_room: bool,
    source: Source,
    state: CanvasState,
    has_new_state: bool,
    edges: Vec<EdgeCount>,
    edges_changed: bool,
    drivers: Drivers,
    closed: bool,
}

/// Those who drive at edges have numbers as clients from here on; edges have those below.
const FIRST_DRIVER: u64 = 1 << 32;

enum Source {
    /// A hub of our own.
    Own {
        /// The newest, while the encoder has not taken it.
        frame: Option<Frame>,
        /// What is to be published.
        updates: VecDeque<TileUpdate>,
    },
    /// The hub of another backend, which encodes for its own viewers anyway.
    Shared(Box<dyn Updates>),
}

impl Source {
    fn nothing() -> Self {
        Self::Own { frame: None, updates: VecDeque::new() }
    }
}

impl PictureSource {
    /// One with an encoder of its own; run [`encode`](Self::encode) on a thread.
    pub(crate) fn own(canvas: &str, title: String, clock: Clock, waker: Waker) -> Arc<Self> {
        let source = Source::nothing();
        let state = CanvasState { title, ..CanvasState::default() };
        Arc::new(Self {
            clock,
            inner: Mutex::new(Inner {
                waker: Some(waker),
                wanted: false,
                has_room: false,
                source,
                state,
                has_new_state: true,
                edges: Vec::new(),
                edges_changed: false,
                drivers: Drivers::new(canvas, FIRST_DRIVER),
                closed: false,
            }),
            work: Condvar::new(),
            changed: Notify::new(),
            closed: Notify::new(),
        })
    }

    /// Seconds on the canvas' clock.
    pub(crate) fn now(&self) -> f64 {
        self.clock.now()
    }

    /// Takes the updates of another backend's hub from now on.
    pub(crate) fn share(self: &Arc<Self>, subscribe: impl FnOnce(Waker) -> Box<dyn Updates>) {
        let updates = subscribe(Waker::from(Arc::clone(self)));
        self.lock().source = Source::Shared(updates);
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Every change is complete before anything in it can panic.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the engine should draw for it.
    pub(crate) fn wants_frame(&self) -> bool {
        let inner = self.lock();
        match &inner.source {
            Source::Own { frame, updates } => {
                inner.wanted && inner.has_room && frame.is_none() && updates.is_empty()
            }
            // That hub asks for frames.
            Source::Shared(_) => false,
        }
    }

    pub(crate) fn present(&self, new: &Frame) {
        if let Source::Own { frame, .. } = &mut self.lock().source {
            *frame = Some(new.clone());
        }
        self.work.notify_one();
    }

    /// What an engine's command changes of what is said.
    pub(crate) fn change(&self, change: impl FnOnce(&mut CanvasState)) {
        {
            let mut inner = self.lock();
            change(&mut inner.state);
            inner.has_new_state = true;
        }
        self.changed.notify_one();
    }

    /// Has a command reach those who drive at edges; whether it concerns one of them.
    pub(crate) fn tell_drivers(&self, command: &BackendCommand) -> bool {
        let concerns = self.lock().drivers.apply(command, Instant::now());
        self.changed.notify_one();
        concerns
    }

    /// What those did who drive at edges, oldest first.
    pub(crate) fn driver_events(&self) -> VecDeque<BackendEvent> {
        self.lock().drivers.take_events()
    }

    pub(crate) fn close(&self) {
        let source = {
            let mut inner = self.lock();
            (inner.closed, inner.waker, inner.state.closed) = (true, None, true);
            std::mem::replace(&mut inner.source, Source::nothing())
        };
        // It leaves the other backend's hub, which otherwise draws for it, and which holds on to this.
        drop(source);
        self.work.notify_all();
        self.closed.notify_one();
    }

    /// The edges, if they are others than the last time.
    pub(crate) fn new_edges(&self) -> Option<Vec<EdgeCount>> {
        let mut inner = self.lock();
        std::mem::take(&mut inner.edges_changed).then(|| inner.edges.clone())
    }

    // For the thread of the bus.

    pub(crate) async fn closed(&self) {
        while !self.lock().closed {
            self.closed.notified().await;
        }
    }

    pub(crate) async fn changed(&self) {
        self.changed.notified().await;
    }

    pub(crate) fn state(&self) -> CanvasState {
        self.lock().state.clone()
    }

    /// Whether what is said of the canvas changed since the last time.
    pub(crate) fn has_new_state(&self) -> bool {
        std::mem::take(&mut self.lock().has_new_state)
    }

    /// The edges that there are.
    pub(crate) fn set_edges(&self, edges: Vec<EdgeCount>) {
        let waker = {
            let mut inner = self.lock();
            if inner.edges == edges {
                return;
            }
            (inner.edges, inner.edges_changed) = (edges, true);
            inner.waker.clone()
        };
        waker.into_iter().for_each(Waker::wake);
    }

    /// Changes what is known of those who drive at edges, and tells the engine of what they did.
    pub(crate) fn drivers<R>(&self, change: impl FnOnce(&mut Drivers) -> R) -> R {
        let (result, waker) = {
            let mut inner = self.lock();
            let result = change(&mut inner.drivers);
            let waker = inner.waker.clone().filter(|_| inner.drivers.has_events());
            (result, waker)
        };
        waker.into_iter().for_each(Waker::wake);
        result
    }

    /// Whether somebody looks, and whether the bus takes another update.
    pub(crate) fn set_wanted(&self, wanted: bool, has_room: bool) {
        let waker = {
            let mut inner = self.lock();
            if (inner.wanted, inner.has_room) == (wanted, has_room) {
                return;
            }
            let before = std::mem::replace(&mut inner.wanted, wanted);
            inner.has_room = has_room;
            if let Source::Shared(updates) = &mut inner.source
                && before != wanted
            {
                // It wakes this thread perhaps, which takes no lock.
                updates.set_wants_frames(wanted);
            }
            inner.waker.clone()
        };
        self.work.notify_one();
        waker.into_iter().for_each(Waker::wake);
    }

    /// The next update, if there is one and somebody looks.
    pub(crate) fn take(&self) -> Option<TileUpdate> {
        let mut inner = self.lock();
        if !inner.wanted {
            return None;
        }
        let updates = match &mut inner.source {
            Source::Own { updates, .. } => updates,
            Source::Shared(updates) => return updates.take(),
        };
        let update = updates.pop_front();
        if update.is_some() && updates.is_empty() {
            // The next frame is drawn, and encoded.
            let waker = inner.waker.clone();
            drop(inner);
            self.work.notify_one();
            waker.into_iter().for_each(Waker::wake);
        }
        update
    }

    /// Encodes on this thread until the canvas is closed, or has its updates from elsewhere.
    pub(crate) fn encode(&self, lossless: bool) {
        let mut encoder = UpdateEncoder::new(self.clock, lossless, Instant::now());
        let mut deadline: Option<Instant> = None;
        while let Some(frame) = self.wait_for_work(deadline) {
            let now = Instant::now();
            if let Some(frame) = frame {
                encoder.frame(frame, now);
            }
            let mut made = Vec::new();
            let Ok(next) = encoder.advance(now, |update| {
                made.push(update);
                Ok::<(), Infallible>(())
            });
            deadline = next;
            if let Source::Own { updates, .. } = &mut self.lock().source {
                updates.extend(made);
            }
            self.changed.notify_one();
        }
    }

    /// Waits until there is something to encode: a frame, or something that became due. `None`: it is over.
    #[expect(clippy::option_option, reason = "the end, or work that may come with a frame")]
    fn wait_for_work(&self, deadline: Option<Instant>) -> Option<Option<Frame>> {
        let mut inner = self.lock();
        loop {
            if inner.closed {
                return None;
            }
            let now = Instant::now();
            let may = inner.wanted && inner.has_room;
            let Source::Own { frame, updates } = &mut inner.source else { return None };
            let may = may && updates.is_empty();
            if may && frame.is_some() {
                let frame = frame.take();
                // The engine draws the next one meanwhile.
                let waker = inner.waker.clone();
                drop(inner);
                waker.into_iter().for_each(Waker::wake);
                return Some(frame);
            }
            if may && deadline.is_some_and(|at| at <= now) {
                return Some(None);
            }
            inner = match deadline.filter(|_| may) {
                None => self.work.wait(inner).unwrap_or_else(PoisonError::into_inner),
                Some(at) => {
                    let waited = self.work.wait_timeout(inner, at.saturating_duration_since(now));
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
    }
}

impl fmt::Debug for PictureSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = self.lock();
        let state = (&inner.state, inner.wanted, inner.has_room, inner.closed);
        f.debug_tuple("PictureSource").field(&state).finish()
    }
}

/// Woken by the hub of another backend.
impl Wake for PictureSource {
    fn wake(self: Arc<Self>) {
        self.changed.notify_one();
    }
}
