//! A canvas in segments, for HTTP caches: while somebody asks, a task on the server's thread takes what changes from the
//! hub and cuts it. What a segment is, and how many are kept, is decided in `framecast_stream`.

use std::fmt;
use std::future::poll_fn;
use std::io;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant};

use bytes::Bytes;
use framecast_stream::limits::FIRST_FRAME_TIME;
use framecast_stream::{
    SegmentName, SegmentPicture, SegmentRead, Segments, TileUpdate, UpdateSource,
};
use smol::Timer;
use smol::channel::{Receiver, Sender};
use smol::future::FutureExt;

use super::canvas::Canvas;
use super::updates::CanvasUpdates;

/// Nobody has asked for so long: nothing is drawn and encoded any more.
const IDLE: Duration = Duration::from_secs(3);
/// From one update to the next. What changes meanwhile is one update: those who are a second late gain nothing from more.
const EVERY: Duration = Duration::from_millis(50);

/// The segments of one canvas, while somebody asks for them.
#[derive(Default)]
pub(crate) struct Live(Mutex<Shared>);

#[derive(Default)]
struct Shared {
    /// `None`: nobody asks.
    segments: Option<Segments>,
    /// Which of the tasks cuts them: the last one that was started.
    task: u64,
    /// When somebody asked last.
    asked: Option<Instant>,
    /// Requests that are being answered.
    answering: usize,
    /// Those who wait for something new.
    waiting: Vec<Waker>,
}

/// Starts the task of a canvas, on the server's thread.
#[derive(Debug)]
pub(crate) struct Starter {
    starting: Sender<Start>,
    /// Until the thread takes it.
    started: Mutex<Option<Receiver<Start>>>,
}

/// A task that is to be started.
#[derive(Debug)]
pub(crate) struct Start {
    canvas: Arc<Canvas>,
    task: u64,
}

impl Starter {
    pub(crate) fn new() -> Self {
        // At most one of each canvas, every few seconds.
        let (starting, started) = smol::channel::unbounded();
        Self { starting, started: Mutex::new(Some(started)) }
    }

    /// What is to be [`run`]; `None` if somebody does that already.
    pub(crate) fn started(&self) -> Option<Receiver<Start>> {
        self.started.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Somebody asks for segments of `canvas`. It counts as asking until the result is dropped. Only who `begins` has them
    /// made where there are none: any other means some that are over.
    pub(crate) fn ask(&self, canvas: &Arc<Canvas>, begins: bool) -> Asking {
        let mut shared = canvas.live().lock();
        shared.answering += 1;
        if begins && shared.segments.is_none() {
            shared.segments = Some(Segments::new(random));
            shared.task += 1;
            // Fails if the server ends.
            let start = Start { canvas: Arc::clone(canvas), task: shared.task };
            let _ = self.starting.try_send(start);
        }
        drop(shared);
        Asking(Arc::clone(canvas))
    }
}

/// A number that nobody can guess.
fn random() -> u64 {
    let mut bytes = [0; 8];
    // A system that has none gives none to links either, and the server did not start.
    getrandom::fill(&mut bytes).expect("the system gives random numbers");
    u64::from_le_bytes(bytes)
}

impl Live {
    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the segments of `task`, and wakes those who wait.
    fn change<R>(&self, task: u64, change: impl FnOnce(&mut Segments) -> R) -> Option<R> {
        let (result, waiting) = {
            let mut shared = self.lock();
            if shared.task != task {
                return None;
            }
            let result = shared.segments.as_mut().map(change);
            (result, std::mem::take(&mut shared.waiting))
        };
        waiting.into_iter().for_each(Waker::wake);
        result
    }

    /// Ends the segments of `task` if nobody has asked for too long. Otherwise, when that may be; `None` while somebody
    /// is being answered.
    fn rest(&self, task: u64, now: Instant) -> ControlFlow<(), Option<Instant>> {
        let mut shared = self.lock();
        if shared.task != task || shared.segments.is_none() {
            return ControlFlow::Break(());
        }
        let idle_at = (shared.answering == 0).then(|| shared.asked.map_or(now, |it| it + IDLE));
        if idle_at.is_some_and(|at| at <= now) {
            // Whoever asks from here on starts another task.
            shared.segments = None;
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(idle_at)
    }
}

impl Shared {
    fn wait<T>(&mut self, context: &Context<'_>) -> Poll<T> {
        if !self.waiting.iter().any(|waker| waker.will_wake(context.waker())) {
            self.waiting.push(context.waker().clone());
        }
        Poll::Pending
    }
}

impl fmt::Debug for Live {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Live").finish_non_exhaustive()
    }
}

/// Ends the segments of a task, also when that panics: the next who asks gets others.
struct Ending<'a>(&'a Live, u64);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        let waiting = {
            let mut shared = self.0.lock();
            if shared.task == self.1 {
                shared.segments = None;
            }
            std::mem::take(&mut shared.waiting)
        };
        waiting.into_iter().for_each(Waker::wake);
    }
}

/// Wakes the task.
struct Notify(Sender<()>);

impl Wake for Notify {
    fn wake(self: Arc<Self>) {
        // Full: it is awake already.
        let _ = self.0.try_send(());
    }
}

/// Cuts what changes on a canvas into segments, until nobody asks for them or the canvas is closed.
pub(crate) async fn run(Start { canvas, task }: Start) {
    let live = canvas.live();
    let _ending = Ending(live, task);
    let (wake, woken) = smol::channel::bounded(1);
    let waker = Waker::from(Arc::new(Notify(wake)));
    let mut updates = CanvasUpdates(Arc::clone(&canvas)).subscribe(waker);
    updates.set_wants_frames(true);
    let mut due = Instant::now();
    while canvas.is_open() {
        let now = Instant::now();
        let update = if due <= now { updates.take() } else { None };
        if update.is_some() {
            due = now + EVERY;
        }
        let ends_at = turn(&canvas, task, update, now);
        let ControlFlow::Continue(idle_at) = live.rest(task, now) else { break };
        let paced = (due > now).then_some(due);
        // While somebody is answered, its end tells when to look again.
        let until = [ends_at, idle_at, paced, Some(now + IDLE)].into_iter().flatten().min();
        let timer = async {
            Timer::at(until.unwrap_or(now)).await;
        };
        let news = async {
            // The waker lives as long as the subscription.
            let _ = woken.recv().await;
        };
        timer.or(news).await;
    }
}

/// Adds what is new; when the segment ends.
fn turn(canvas: &Canvas, task: u64, update: Option<TileUpdate>, now: Instant) -> Option<Instant> {
    let texts = canvas.texts_for_bystanders();
    canvas.live().change(task, |segments| {
        segments.texts(&texts, now);
        if let Some(update) = update {
            segments.update(update, now);
        }
        segments.advance(now);
        segments.ends_at()
    })?
}

/// Somebody who asks for segments of a canvas. While there is one, and for a while after, they go on.
pub(crate) struct Asking(Arc<Canvas>);

impl Drop for Asking {
    fn drop(&mut self) {
        let mut shared = self.0.live().lock();
        shared.answering -= 1;
        shared.asked = Some(Instant::now());
    }
}

impl fmt::Debug for Asking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Asking").finish_non_exhaustive()
    }
}

/// Why there is no segment to begin with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoSegment {
    NothingDrawn,
    TooLarge,
}

impl Asking {
    /// The newest segment at which somebody can join; waits for the first picture.
    pub(crate) async fn newest(&self) -> Result<SegmentName, NoSegment> {
        let found = poll_fn(|context| {
            let mut shared = self.0.live().lock();
            match &shared.segments {
                // It ended: there will be none.
                None => Poll::Ready(Err(NoSegment::NothingDrawn)),
                Some(segments) if segments.is_too_large() => Poll::Ready(Err(NoSegment::TooLarge)),
                Some(segments) => match segments.newest() {
                    Some(name) => Poll::Ready(Ok(name)),
                    None => shared.wait(context),
                },
            }
        });
        let late = async {
            Timer::after(FIRST_FRAME_TIME).await;
            Err(NoSegment::NothingDrawn)
        };
        found.or(late).await
    }

    /// The picture to begin with at the segment `name`, which is still to be composed.
    pub(crate) fn picture(&self, name: SegmentName) -> Option<Arc<SegmentPicture>> {
        self.0.live().lock().segments.as_ref()?.picture(name)
    }

    /// What there is of the segment `name` now, behind its first `at` bytes.
    pub(crate) fn read(&self, name: SegmentName, at: usize) -> SegmentRead {
        let shared = self.0.live().lock();
        shared.segments.as_ref().map_or(SegmentRead::Gone, |segments| segments.read(name, at))
    }
}

/// A segment that is not over when it is asked for, piece by piece.
#[derive(Debug)]
pub(crate) struct OpenSegment {
    asking: Asking,
    name: SegmentName,
    read: usize,
    is_over: bool,
}

impl OpenSegment {
    pub(crate) fn new(asking: Asking, name: SegmentName) -> Self {
        Self { asking, name, read: 0, is_over: false }
    }

    /// The next piece, when it is there; `None` at the end. An error: the rest will never be there.
    pub(crate) async fn next(&mut self) -> io::Result<Option<Bytes>> {
        if self.is_over {
            return Ok(None);
        }
        let (piece, is_over) = poll_fn(|context| {
            let mut shared = self.asking.0.live().lock();
            let found = shared.segments.as_ref().map(|it| it.read(self.name, self.read));
            Poll::Ready(match found.unwrap_or(SegmentRead::Gone) {
                SegmentRead::Later => return shared.wait(context),
                SegmentRead::More(piece) => Ok((piece, false)),
                SegmentRead::Whole(piece) => Ok((piece, true)),
                SegmentRead::Gone => Err(io::ErrorKind::ConnectionAborted),
            })
        })
        .await?;
        self.read += piece.len();
        self.is_over = is_over;
        Ok(Some(piece))
    }

    /// All of it, when it is over.
    pub(crate) async fn whole(mut self) -> io::Result<Bytes> {
        while !self.is_over {
            self.next().await?;
        }
        match self.asking.read(self.name, 0) {
            SegmentRead::Whole(bytes) => Ok(bytes),
            _ => Err(io::ErrorKind::ConnectionAborted.into()),
        }
    }
}
