//! One canvas' share of the loop: poll, route input, decide, draw, present.
//!
//! An `Engine` owns the canvas' backends and never parks or calls the application itself: each
//! [`turn`](Engine::turn) takes `now` and says what comes next. `event_loop.rs` parks, `canvas.rs`
//! is what the application sees.

use std::time::Instant;

use framecast_api::{
    Backend, CanvasSize, Clock, Context, Cursor, Error, Event, EventKind, Frame, FrameBuffer,
    FramePool, Input, LogicalSize, PhysicalSize, Resize, Result, Setting, SizeLimits, Source,
};

use crate::control::Control;
use crate::events::EventQueue;
use crate::held::Held;
use crate::notice;
use crate::options::DrawDemand;
use crate::schedule::{Due, Schedule, UpdateMode};
use crate::stats::{BackendStats, Rate, Stats};

/// What a canvas starts with.
pub(crate) struct Settings {
    pub(crate) title: String,
    pub(crate) size: CanvasSize,
    /// The size stays what the application set, whatever the views' sizes.
    pub(crate) fixed: bool,
    pub(crate) limits: SizeLimits,
    pub(crate) mode: UpdateMode,
    pub(crate) max_fps: Option<f64>,
    /// The user's, which wins.
    pub(crate) fps_cap: Option<f64>,
    pub(crate) min_fps: Option<f64>,
    pub(crate) demand: DrawDemand,
}

/// What comes next for a canvas.
pub(crate) enum Turn {
    /// The application gets this event.
    Event(Event),
    /// The application draws; the seconds since the last draw.
    Draw { step: f64 },
    /// Nothing, until a wake or this instant.
    Wait(Option<Instant>),
    /// The canvas is closed and its backends are, too.
    Ended,
}

pub(crate) struct Engine {
    clock: Clock,
    slots: Vec<Slot>,
    /// The next backend's number; numbers are not reused.
    next_backend: u32,
    control: Control,
    held: Held,
    queue: EventQueue,
    pub(crate) schedule: Schedule,
    phase: Phase,
    pool: FramePool,
    sequence: u64,
    last_frame: Option<Frame>,
    size: CanvasSize,
    fixed: bool,
    limits: SizeLimits,
    title: String,
    cursor: Cursor,
    demand: DrawDemand,
    stats: Stats,
    rate: Rate,
    /// Why the canvas closed by itself.
    error: Option<Error>,
}

struct Slot {
    id: u32,
    backend: Box<dyn Backend>,
    /// When a backend that cannot wake us is polled next.
    next_poll: Option<Instant>,
}

impl Slot {
    /// Applies `setting`, where the backend has such a thing.
    fn tell(&mut self, setting: &Setting) {
        if let Err(error) = self.backend.apply(setting)
            && !error.is_not_supported()
        {
            notice::say(&format!("{}: {error}", self.backend.name()));
        }
    }
}

/// Where the canvas is between two draws, and in its life.
#[derive(Debug, PartialEq)]
enum Phase {
    /// Waiting for input, demand or the schedule.
    Resting,
    /// `animate` and `before_draw` are in the queue; the draw follows the latter at once.
    Announced { step: f64 },
    /// `before_draw` was handed out.
    Drawing { step: f64 },
    /// `close` is in the queue.
    Closing,
    /// Over.
    Ended,
}

impl Engine {
    pub(crate) fn new(clock: Clock, settings: Settings) -> Self {
        let mut schedule = Schedule::new(settings.mode);
        if let Some(fps) = settings.max_fps {
            schedule.set_max_fps(fps);
        }
        if let Some(fps) = settings.fps_cap {
            schedule.set_cap(fps);
        }
        if let Some(fps) = settings.min_fps {
            schedule.set_min_fps(fps);
        }
        Self {
            clock,
            slots: Vec::new(),
            next_backend: 0,
            control: Control::default(),
            held: Held::default(),
            queue: EventQueue::default(),
            schedule,
            phase: Phase::Resting,
            pool: FramePool::new(),
            sequence: 0,
            last_frame: None,
            size: settings.size,
            fixed: settings.fixed,
            limits: settings.limits,
            title: settings.title,
            cursor: Cursor::Default,
            demand: settings.demand,
            stats: Stats::default(),
            rate: Rate::default(),
            error: None,
        }
    }

    /// Opens `backend` and presents on it from now on.
    pub(crate) fn add(
        &mut self,
        mut backend: Box<dyn Backend>,
        waker: std::task::Waker,
    ) -> Result<()> {
        let context = Context::new(waker, self.clock, self.title.clone(), self.size.logical());
        backend.open(context)?;
        let id = self.next_backend;
        self.next_backend += 1;
        let next_poll = backend.poll_interval().map(|_| self.clock.origin());
        self.slots.push(Slot { id, backend, next_poll });
        Ok(())
    }

    /// Advances the canvas and says what comes next.
    pub(crate) fn turn(&mut self, now: Instant) -> Turn {
        if let Phase::Drawing { step } = self.phase {
            self.phase = Phase::Resting;
            return Turn::Draw { step };
        }
        if self.phase == Phase::Ended {
            return Turn::Ended;
        }
        self.poll(now);
        if self.phase == Phase::Resting && self.demanded() && self.schedule.next(now) == Due::Now {
            self.announce_draw(now);
        }
        if let Some(event) = self.queue.pop() {
            if let (EventKind::BeforeDraw, &Phase::Announced { step }) = (&event.kind, &self.phase)
            {
                self.phase = Phase::Drawing { step };
            }
            self.stats.events += 1;
            return Turn::Event(event);
        }
        match self.phase {
            Phase::Closing => {
                self.end();
                Turn::Ended
            }
            _ => Turn::Wait(self.deadline(now)),
        }
    }

    /// Announces a draw now, whether it is due or not.
    pub(crate) fn announce_draw(&mut self, now: Instant) {
        let step = self.schedule.begin(now);
        self.push(None, EventKind::Animate { step });
        self.push(None, EventKind::BeforeDraw);
        self.phase = Phase::Announced { step };
    }

    /// Collects and routes the backends' input.
    pub(crate) fn poll(&mut self, now: Instant) {
        let mut inbox: Vec<(u32, Input)> = Vec::new();
        for Slot { id, backend, next_poll } in &mut self.slots {
            if next_poll.is_some_and(|at| at > now) {
                continue;
            }
            backend.poll(&mut |input| inbox.push((*id, input)));
            *next_poll = backend.poll_interval().map(|interval| now + interval);
        }
        for (id, input) in inbox {
            self.route(id, input);
        }
    }

    /// Whether somebody looks and is ready for a newer frame, or the application draws anyway.
    fn demanded(&self) -> bool {
        self.demand == DrawDemand::Always || self.watched()
    }

    /// Whether somebody looks and is ready for a newer frame.
    pub(crate) fn watched(&self) -> bool {
        self.slots.iter().any(|slot| slot.backend.wants_frame())
    }

    /// When to turn again though nobody woke us.
    pub(crate) fn deadline(&self, now: Instant) -> Option<Instant> {
        let poll = self.next_poll();
        let draw = match self.schedule.next(now) {
            Due::At(at) if self.phase == Phase::Resting && self.demanded() => Some(at),
            _ => None,
        };
        poll.into_iter().chain(draw).min()
    }

    /// When a backend that cannot wake us is polled next.
    pub(crate) fn next_poll(&self) -> Option<Instant> {
        self.slots.iter().filter_map(|slot| slot.next_poll).min()
    }

    fn route(&mut self, backend: u32, input: Input) {
        if self.slot(backend).is_none() {
            return; // It was lost by what it said just before.
        }
        let source = |client| Source { backend, client };
        match input {
            Input::Joined { client, label } => {
                let local = self.slot(backend).is_some_and(|s| s.backend.capabilities().local);
                self.change_control(|control| control.join(source(client), local, label));
            }
            Input::Left { client } => {
                self.change_control(|control| control.leave(source(client)));
            }
            Input::Event { client, timestamp, kind } => {
                if self.control.presenter() != Some(source(client)) {
                    self.stats.ignored += 1;
                } else if kind.validate().is_err() {
                    self.stats.rejected += 1;
                } else if self.held.admit(&kind) {
                    if kind == EventKind::FocusOut {
                        // Where the keyboard went, their `key_up` goes, too.
                        for kind in self.held.release_keys() {
                            self.push(Some(source(client)), kind);
                        }
                    }
                    self.queue.push(Event { kind, timestamp, source: Some(source(client)) });
                }
            }
            Input::Resize { client, size, ratio } => {
                if CanvasSize::clamped(size, ratio, self.limits).is_err() {
                    self.stats.rejected += 1;
                    return;
                }
                self.control.set_view(source(client), size, ratio);
                if self.control.presenter() == Some(source(client)) {
                    self.follow_presenter();
                }
            }
            // A remote view only detaches, which its backend has done.
            Input::CloseRequested { client } if self.control.is_local(source(client)) => {
                self.close();
            }
            Input::Rejected { count, .. } => self.stats.rejected += count,
            Input::Lost(error) => self.lose(backend, &error),
            _ => {}
        }
    }

    fn change_control(&mut self, change: impl FnOnce(&mut Control)) {
        let before = self.control.presenter();
        change(&mut self.control);
        let after = self.control.presenter();
        if before == after {
            return;
        }
        for kind in self.held.release() {
            self.push(before, kind);
        }
        self.tell_presenter();
        self.follow_presenter();
    }

    fn tell_presenter(&mut self) {
        let presenter = self.control.presenter();
        for slot in &mut self.slots {
            let client =
                presenter.filter(|source| source.backend == slot.id).map(|source| source.client);
            let setting = Setting::Control { presenter: client, held: presenter.is_some() };
            slot.tell(&setting);
        }
    }

    /// Sizes the canvas by the presenter's view.
    fn follow_presenter(&mut self) {
        if self.fixed {
            return;
        }
        if let Some((size, ratio)) = self.control.presenter_view()
            && let Ok(size) = CanvasSize::clamped(size, ratio, self.limits)
        {
            self.set_size(size);
        }
    }

    fn set_size(&mut self, size: CanvasSize) {
        if size == self.size {
            return;
        }
        self.size = size;
        self.schedule.request();
        self.push(
            self.control.presenter(),
            EventKind::Resize(Resize {
                width: size.logical().width,
                height: size.logical().height,
                pwidth: size.physical().width,
                pheight: size.physical().height,
                ratio: size.ratio(),
            }),
        );
    }

    /// Queues an event that the engine made.
    pub(crate) fn push(&mut self, source: Option<Source>, kind: EventKind) {
        if !matches!(self.phase, Phase::Closing | Phase::Ended) {
            self.queue.push(Event { kind, timestamp: self.clock.now(), source });
        }
    }

    /// A backend cannot go on; the others do.
    fn lose(&mut self, backend: u32, error: &Error) {
        let Some(index) = self.slots.iter().position(|slot| slot.id == backend) else { return };
        let mut slot = self.slots.remove(index);
        slot.backend.close();
        let message = format!("{}: {error}", slot.backend.name());
        self.change_control(|control| control.leave_all(backend));
        if !self.slots.is_empty() || self.is_closed() {
            notice::say(&message);
        } else {
            // Whoever runs the canvas is told.
            self.error = Some(Error::failed(format!("{message}; no backend is left")));
            self.close();
        }
    }

    /// A buffer of the canvas' physical size.
    pub(crate) fn lend(&mut self) -> Result<FrameBuffer> {
        self.pool.lend(self.size.physical())
    }

    /// Presents `buffer` on every backend; the application began to draw it at `began`.
    pub(crate) fn present(&mut self, buffer: FrameBuffer, ratio: f64, began: Instant) {
        if self.phase == Phase::Ended {
            return;
        }
        let now = Instant::now();
        self.sequence += 1;
        let timestamp = self.clock.seconds(now);
        let frame = self.pool.freeze(buffer, self.sequence, timestamp, ratio);
        self.stats.frames += 1;
        self.stats.draw_seconds = now.saturating_duration_since(began).as_secs_f64();
        self.rate.count(now);
        let mut failed = Vec::new();
        for slot in &mut self.slots {
            match slot.backend.present(&frame) {
                Err(error) if !error.is_not_supported() => failed.push((slot.id, error)),
                _ => {}
            }
        }
        self.last_frame = Some(frame);
        for (backend, error) in failed {
            self.lose(backend, &error);
        }
    }

    /// Begins to close: what is held is released, `close` is the last event.
    pub(crate) fn close(&mut self) {
        if matches!(self.phase, Phase::Closing | Phase::Ended) {
            return;
        }
        for kind in self.held.release() {
            self.push(self.control.presenter(), kind);
        }
        self.push(None, EventKind::Close);
        self.phase = Phase::Closing;
    }

    fn end(&mut self) {
        self.phase = Phase::Ended;
        for mut slot in self.slots.drain(..) {
            slot.backend.close();
        }
    }

    pub(crate) fn is_closed(&self) -> bool {
        matches!(self.phase, Phase::Closing | Phase::Ended)
    }

    pub(crate) fn take_error(&mut self) -> Option<Error> {
        self.error.take()
    }

    pub(crate) fn set_title(&mut self, title: &str) {
        if self.title != title {
            self.title = title.to_owned();
            self.apply(&Setting::Title(title.to_owned()));
        }
    }

    pub(crate) fn set_cursor(&mut self, cursor: Cursor) {
        if self.cursor != cursor {
            self.cursor = cursor;
            self.apply(&Setting::Cursor(cursor));
        }
    }

    fn apply(&mut self, setting: &Setting) {
        for slot in &mut self.slots {
            slot.tell(setting);
        }
    }

    /// Asks the presenter's view for a size, and sizes the canvas.
    pub(crate) fn set_logical_size(&mut self, logical: LogicalSize) -> Result<()> {
        let size = CanvasSize::clamped(logical, self.size.ratio(), self.limits)?;
        if !self.fixed
            && let Some(presenter) = self.control.presenter()
            && let Some(slot) = self.slots.iter_mut().find(|slot| slot.id == presenter.backend)
        {
            slot.backend.apply(&Setting::LogicalSize(size.logical()))?;
        }
        self.set_size(size);
        Ok(())
    }

    /// Keeps the canvas at `size` physical pixels, whatever the views' sizes.
    pub(crate) fn set_fixed_size(&mut self, size: PhysicalSize) -> Result<()> {
        let size = fixed_size(size)?;
        self.fixed = true;
        self.set_size(size);
        Ok(())
    }

    pub(crate) fn set_demand(&mut self, demand: DrawDemand) {
        self.demand = demand;
    }

    pub(crate) fn title(&self) -> &str {
        &self.title
    }

    pub(crate) fn size(&self) -> CanvasSize {
        self.size
    }

    pub(crate) fn last_frame(&self) -> Option<&Frame> {
        self.last_frame.as_ref()
    }

    pub(crate) fn presenter(&self) -> Option<Source> {
        self.control.presenter()
    }

    pub(crate) fn label(&self, source: Source) -> Option<String> {
        self.control.label(source).map(str::to_owned)
    }

    pub(crate) fn has_backends(&self) -> bool {
        !self.slots.is_empty()
    }

    pub(crate) fn stats(&self, now: Instant) -> Stats {
        let backends = self.slots.iter().map(|slot| BackendStats {
            name: slot.backend.name().to_owned(),
            link: slot.backend.link(),
            clients: self.control.count(slot.id),
            wants_frame: slot.backend.wants_frame(),
            traffic: slot.backend.traffic(),
        });
        Stats { fps: self.rate.per_second(now), backends: backends.collect(), ..self.stats.clone() }
    }

    fn slot(&self, id: u32) -> Option<&Slot> {
        self.slots.iter().find(|slot| slot.id == id)
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.end();
    }
}

/// The size of a canvas that follows nobody: one logical pixel is one physical pixel.
pub(crate) fn fixed_size(size: PhysicalSize) -> Result<CanvasSize> {
    size.bytes()?;
    let logical = LogicalSize::new(f64::from(size.width), f64::from(size.height));
    // The limits are against strangers; this size is the application's own.
    let limits = SizeLimits { max_side: PhysicalSize::MAX_SIDE, max_area: PhysicalSize::MAX_AREA };
    CanvasSize::clamped(logical, 1.0, limits)
}
