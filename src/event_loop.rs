//! The loop over all canvases of a process: it parks, and hands out what comes next.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::future::Future;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Poll, Waker};
use std::time::{Duration, Instant};

use framecast_api::{Clock, Result};
use log::Level;
use parking::Parker;

use crate::Event;
use crate::canvas::Canvas;
use crate::drawing::Drawing;
use crate::engine::{Engine, Turn};
use crate::handle::Remote;
use crate::select::Servers;
use crate::signal::Signal;
use crate::timer::Timer;
use crate::virtual_time::{Passed, VirtualTime};

/// What the application has to do next: handle an event, or draw a frame.
#[derive(Debug)]
pub enum Step {
    /// Something happened: input, a new size, a new presenter.
    Event(Event),
    /// Draw a frame and [`present`](Drawing::present) it.
    Draw(Drawing),
}

/// Why [`Canvas::next_before`] returned no step, or [`MirrorEvents::next_before`](crate::MirrorEvents::next_before)
/// no event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoStep {
    /// The deadline passed. Others may come later.
    Deadline,
    /// The canvas is closed. No more will come.
    Closed,
}

impl fmt::Display for NoStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            NoStep::Deadline => "no step came before the deadline",
            NoStep::Closed => "the canvas is closed",
        })
    }
}

impl std::error::Error for NoStep {}

/// Runs several canvases on one thread. A canvas that is opened without one has a loop of its own.
///
/// The loop sleeps until a backend, a handle or a deadline wakes it, and ends when the last canvas
/// is closed.
///
/// ```no_run
/// use framecast::{Canvas, EventLoop, Step};
/// let both = EventLoop::new();
/// let left = Canvas::builder("left").on(&both).open()?;
/// let right = Canvas::builder("right").on(&both).open()?;
/// both.run(|canvas, step| {
///     if let Step::Draw(mut frame) = step {
///         frame.fill(if *canvas == left { [255, 0, 0, 255] } else { [0, 0, 255, 255] });
///         frame.present();
///     }
/// })?;
/// # Ok::<(), framecast::Error>(())
/// ```
#[derive(Clone)]
pub struct EventLoop {
    core: Rc<Core>,
}

/// What the canvases of one loop share.
pub(crate) struct Core {
    pub(crate) clock: Clock,
    pub(crate) time: VirtualTime,
    pub(crate) signal: Arc<Signal>,
    /// One HTTP server per address, shared by the canvases.
    pub(crate) servers: RefCell<Servers>,
    parker: Parker,
    canvases: RefCell<Vec<Rc<Member>>>,
    /// Somebody waited for the first viewer already: one is enough for all canvases.
    pub(crate) waited: Cell<bool>,
    /// Which canvas comes first at the next turn, so that a busy one starves no other.
    first: Cell<usize>,
}

/// One canvas of a loop.
pub(crate) struct Member {
    /// Never borrowed while the application runs.
    pub(crate) engine: RefCell<Engine>,
    pub(crate) remote: Arc<Remote>,
    /// The deadline that was over when it gave its last step.
    pub(crate) overdue: Cell<Option<Instant>>,
}

/// What a turn over the canvases gives.
enum Next {
    Step(Rc<Member>, Step),
    /// A deadline of the caller has passed in an input log.
    Deadline,
    Wait(Option<Instant>),
    Ended,
}

impl Default for EventLoop {
    fn default() -> Self {
        Self::new()
    }
}

impl EventLoop {
    /// Creates a loop without canvases.
    #[must_use]
    pub fn new() -> Self {
        Self::in_time(VirtualTime::default())
    }

    /// A loop for tests, in whose time waiting takes no time: an hour of animation is over as soon as
    /// its frames are drawn. After `length` of that time its canvases are closed.
    ///
    /// No part of the API: events of the engine's own making have the machine's time, backends know
    /// no other, and the async form waits as ever.
    #[doc(hidden)]
    #[must_use]
    pub fn in_virtual_time(length: Duration) -> Self {
        Self::in_time(VirtualTime::of_length(length))
    }

    fn in_time(time: VirtualTime) -> Self {
        let (parker, unparker) = parking::pair();
        Self {
            core: Rc::new(Core {
                clock: Clock::start(),
                time,
                signal: Signal::new(unparker),
                servers: RefCell::default(),
                parker,
                canvases: RefCell::default(),
                waited: Cell::new(false),
                first: Cell::new(0),
            }),
        }
    }

    /// Returns the HTTP servers that this loop's canvases started because of the user's flags. Use them to add,
    /// list and revoke links while the program runs. A server runs as long as somebody keeps a handle to it.
    ///
    /// ```no_run
    /// use framecast::web::Link;
    /// use framecast::{Canvas, EventLoop};
    ///
    /// let events = EventLoop::new();
    /// let canvas = Canvas::builder("plot").on(&events).open()?;
    /// for server in events.http_servers() {
    ///     server.add_link(Link::watch("guest"))?;
    /// }
    /// # Ok::<(), framecast::Error>(())
    /// ```
    #[cfg(feature = "http")]
    #[must_use]
    pub fn http_servers(&self) -> Vec<crate::web::HttpServer> {
        self.core.servers.borrow().all()
    }

    pub(crate) fn core(&self) -> &Rc<Core> {
        &self.core
    }

    /// Waits for the next step of any canvas. Returns `None` when all canvases are closed.
    #[must_use]
    pub fn next(&self) -> Option<(Canvas, Step)> {
        let (member, step) = self.core.next_before(None, None)?;
        Some((Canvas::new(Rc::clone(&self.core), member), step))
    }

    /// The async form of [`next`](Self::next), for any executor. The future is `!Send`.
    pub async fn next_async(&self) -> Option<(Canvas, Step)> {
        let (member, step) = self.core.next_async(None).await?;
        Some((Canvas::new(Rc::clone(&self.core), member), step))
    }

    /// Passes every step to `app` until all canvases are closed.
    ///
    /// # Errors
    /// "Failed" if a canvas closed because its last backend was lost.
    pub fn run(&self, mut app: impl FnMut(&Canvas, Step)) -> Result<()> {
        let mut result = Ok(());
        while let Some((canvas, step)) = self.next() {
            app(&canvas, step);
            if canvas.is_closed() {
                result = result.and(canvas.finish());
            }
        }
        result
    }
}

impl Core {
    pub(crate) fn waker(&self) -> Waker {
        Waker::from(Arc::clone(&self.signal))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.canvases.borrow().is_empty()
    }

    pub(crate) fn add(&self, engine: Engine) -> Rc<Member> {
        let remote = Remote::new(Arc::clone(&self.signal));
        let member =
            Rc::new(Member { engine: RefCell::new(engine), remote, overdue: Cell::new(None) });
        self.canvases.borrow_mut().push(Rc::clone(&member));
        member
    }

    /// Waits for the next step of `only`, or of any canvas. `None` when it is closed (all are),
    /// or at `deadline`.
    pub(crate) fn next_before(
        self: &Rc<Self>,
        only: Option<&Rc<Member>>,
        deadline: Option<Instant>,
    ) -> Option<(Rc<Member>, Step)> {
        // The caller's clock is the machine's.
        let deadline = deadline.map(|at| self.time.deadline(at));
        loop {
            let now = self.time.now();
            match self.turn(only, now, deadline.is_some()) {
                Next::Step(member, step) => return Some((member, step)),
                Next::Ended | Next::Deadline => return None,
                // A log that is replayed has its own deadlines.
                Next::Wait(_)
                    if deadline.is_some_and(|deadline| deadline <= now)
                        && !only.is_some_and(|it| it.engine.borrow().is_replaying()) =>
                {
                    if let Some(member) = only {
                        member.engine.borrow_mut().pass_deadline(now);
                    }
                    return None;
                }
                Next::Wait(until) => {
                    let deadline = deadline.filter(|at| *at > now);
                    self.park(only, until.into_iter().chain(deadline).min());
                }
            }
        }
    }

    /// The async form, for any executor.
    pub(crate) fn next_async(
        self: &Rc<Self>,
        only: Option<Rc<Member>>,
    ) -> impl Future<Output = Option<(Rc<Member>, Step)>> {
        let core = Rc::clone(self);
        let mut timer = Timer::default();
        std::future::poll_fn(move |context| {
            // Before the turn, so that a wake during it is not lost.
            core.signal.set_task(context.waker());
            match core.turn(only.as_ref(), core.time.now(), false) {
                Next::Step(member, step) => Poll::Ready(Some((member, step))),
                Next::Ended | Next::Deadline => Poll::Ready(None),
                Next::Wait(until) => {
                    match until {
                        Some(until) => timer.set(until, context.waker()),
                        None => timer.clear(),
                    }
                    Poll::Pending
                }
            }
        })
    }

    /// Waits until somebody looks at `member`'s canvas. False if it was closed meanwhile.
    pub(crate) fn wait_for_viewer(self: &Rc<Self>, member: &Rc<Member>) -> bool {
        loop {
            let now = self.time.now();
            self.take_requests(member);
            let until = {
                let mut engine = member.engine.borrow_mut();
                engine.poll(now);
                if engine.is_closed() {
                    return false;
                }
                if engine.watched() || !engine.has_backends() {
                    return true;
                }
                engine.next_poll()
            };
            self.park(Some(member), until);
        }
    }

    /// Waits until a backend, a handle or another thread wakes the loop.
    pub(crate) fn wait_for_wake(&self) {
        self.parker.park();
    }

    /// Waits for a wake or for `until`, while `only` is served, or every canvas.
    pub(crate) fn park(&self, only: Option<&Rc<Member>>, until: Option<Instant>) {
        // What another thread has to do takes its time, in virtual time, too.
        let detached = |member: &Rc<Member>| member.remote.detached() > 0;
        let waits = || only.map_or_else(|| self.canvases.borrow().iter().any(detached), detached);
        if self.time.virtual_now().is_some() && waits() {
            self.wait_for_wake();
            return;
        }
        match self.time.pass(until) {
            Passed::Not => {}
            Passed::Yes => return,
            Passed::Over => {
                let canvases = self.canvases.borrow();
                canvases.iter().for_each(|member| member.engine.borrow_mut().close());
                return;
            }
        }
        match until {
            Some(until) => {
                self.parker.park_deadline(until);
            }
            None => self.parker.park(),
        }
    }

    fn turn(
        self: &Rc<Self>,
        only: Option<&Rc<Member>>,
        now: Instant,
        waits_for_deadline: bool,
    ) -> Next {
        let members = match only {
            Some(member) => vec![Rc::clone(member)],
            None => self.canvases.borrow().clone(),
        };
        let first = self.first.get();
        let mut until: Option<Instant> = None;
        let mut open = false;
        for index in 0..members.len() {
            let index = (first + index) % members.len();
            let member = &members[index];
            self.take_requests(member);
            let turn = member.engine.borrow_mut().turn(now, waits_for_deadline);
            let step = match turn {
                Turn::Event(event) => Step::Event(event),
                Turn::Draw(draw) => match Drawing::begin(self, member, draw) {
                    Ok(drawing) => Step::Draw(drawing),
                    Err(error) => {
                        open = true;
                        let messages = member.engine.borrow().messages;
                        messages.notice(Level::Error, &format!("cannot draw: {error}"));
                        continue;
                    }
                },
                Turn::Deadline(_) => return Next::Deadline,
                Turn::Wait(at) => {
                    open = true;
                    until = until.into_iter().chain(at).min();
                    continue;
                }
                Turn::Ended => {
                    self.remove(member);
                    continue;
                }
            };
            self.first.set(index + 1);
            return Next::Step(Rc::clone(member), step);
        }
        if open { Next::Wait(until) } else { Next::Ended }
    }

    /// Does what handles asked for since the last turn.
    pub(crate) fn take_requests(self: &Rc<Self>, member: &Rc<Member>) {
        for post in member.remote.take_posts() {
            post(&Canvas::new(Rc::clone(self), Rc::clone(member)));
        }
        let mut engine = member.engine.borrow_mut();
        engine.detached = member.remote.detached();
        if member.remote.take_draw() {
            engine.schedule.request();
        }
        if member.remote.wants_close() {
            engine.close();
        }
    }

    pub(crate) fn remove(&self, member: &Rc<Member>) {
        member.remote.set_closed();
        self.canvases.borrow_mut().retain(|other| !Rc::ptr_eq(other, member));
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        self.remote.set_closed();
    }
}
