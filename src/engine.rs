//! One canvas' share of the loop: poll, route input, decide, draw, present.
//!
//! An `Engine` owns the canvas' backends and never parks or calls the application itself: each
//! [`turn`](Engine::turn) takes `now` and says what comes next. `event_loop.rs` parks, `canvas.rs`
//! is what the application sees.

mod accessibility;
mod control;
mod damage;
mod direct;
mod fed;
mod outputs;
mod pictures;
mod replay;
mod setters;

#[cfg(any(feature = "record", feature = "relay"))]
use std::sync::Arc;
use std::time::{Duration, Instant};

use framecast_api::{
    Backend, BackendCommand, BackendEvent, CanvasSize, Clock, Context, Cursor, Error, Event,
    EventKind, Frame, RecordingState, Result, SizeLimits, Source, TextInput, ViewInfo, ViewLink,
    printable,
};
use log::Level;

use crate::audience::Viewer;
use crate::audience_log::{AudienceLog, Line};
use crate::caption;
use crate::control::{Control, ControlPolicy};
use crate::drawing::DetachedDrawing;
use crate::events::EventQueue;
use crate::held::Held;
use crate::input_log::{Draw, Handed, Listener};
use crate::messages::Messages;
use crate::options::DrawDemand;
use crate::schedule::{Due, Schedule, UpdateMode};
use crate::stats::{BackendStats, Rate, Stats};
use accessibility::Accessibility;
use direct::Direct;
pub(crate) use pictures::{Pool, lock};
use replay::Replay;
pub(crate) use setters::fixed_size;

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
    pub(crate) control: ControlPolicy,
    /// `None`: control is never given up by itself.
    pub(crate) control_timeout: Option<Duration>,
    pub(crate) messages: Messages,
}

/// What comes next for a canvas.
pub(crate) enum Turn {
    /// The application gets this event.
    Event(Event),
    /// The application draws.
    Draw(Draw),
    /// A deadline that the application waits for has passed in the input log, at this time in seconds.
    Deadline(f64),
    /// Nothing, until a wake or this instant.
    Wait(Option<Instant>),
    /// The canvas is closed and its backends are, too.
    Ended,
}

pub(crate) struct Engine {
    clock: Clock,
    slots: Vec<Slot>,
    #[cfg(feature = "record")]
    recorders: Vec<framecast_record::Recorder>,
    /// What another backend encodes of the canvas, and whether that is exact.
    #[cfg(any(feature = "record", feature = "relay"))]
    updates: Option<(Arc<dyn framecast_stream::UpdateSource>, bool)>,
    /// The next backend's number; numbers are not reused.
    next_backend: u32,
    control: Control,
    published: LastPublished,
    held: Held,
    /// Whether the presenter's view can be seen, as the application was told; `None`: it was told
    /// nothing and takes it that it can.
    shown: Option<bool>,
    pub(crate) messages: Messages,
    /// What the application was told of the presenter's view.
    told_info: ViewInfo,
    log: AudienceLog,
    /// Why somebody leaves, until it has left.
    leaving: Option<(Source, String)>,
    queue: EventQueue,
    pub(crate) schedule: Schedule,
    phase: Phase,
    pool: Pool,
    /// The number of the last drawing that was begun.
    drawings: u64,
    /// The number of the newest drawing that was presented.
    presented: u64,
    /// Drawings that other threads are to finish.
    pub(crate) detached: usize,
    /// The number of the newest drawing that the program has shown in a window itself.
    shown_directly: u64,
    /// The number of the newest drawing that was put off until somebody looks; `None` once a newer one is presented.
    postponed: Option<u64>,
    sequence: u64,
    last_frame: Option<Frame>,
    /// The number of the drawing that it is the picture of; 0: of none.
    last_drawing: u64,
    size: CanvasSize,
    fixed: bool,
    limits: SizeLimits,
    title: String,
    cursor: Cursor,
    /// Where the application has text typed.
    text_input: Option<TextInput>,
    accessibility: Accessibility,
    demand: DrawDemand,
    stats: Stats,
    rate: Rate,
    /// The rate that titles tell.
    fps: f64,
    /// Why the canvas closed by itself.
    error: Option<Error>,
    /// Who hears what the application is handed.
    listeners: Vec<Box<dyn Listener>>,
    /// The time of what the application was handed last, in seconds on its clock.
    time: f64,
    /// That was a deadline, at this time.
    deadline_at: Option<f64>,
    /// Seconds by which the application's clock is ahead of ours, after a replay.
    shift: f64,
    /// The input log that is replayed.
    replay: Option<Replay>,
}

struct Slot {
    id: u32,
    backend: Box<dyn Backend>,
    direct: Direct,
    /// When a backend that cannot wake us is polled next.
    next_poll: Option<Instant>,
}

impl Slot {
    /// Applies `command`, where the backend has such a thing; whether it has.
    fn tell(&mut self, command: &BackendCommand, messages: Messages) -> bool {
        let told = self.backend.apply(command);
        if let Err(error) = &told
            && !error.is_not_supported()
        {
            messages.notice(Level::Warn, &format!("{}: {error}", self.backend.name()));
        }
        told.is_ok()
    }
}

/// What the backends were told last.
#[derive(Default)]
struct LastPublished {
    revision: u64,
    recording: Option<RecordingState>,
    /// What the captions of local views say besides the title.
    hint: String,
    /// The last hint on standard error: who asks over and over is told once.
    said: String,
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
        schedule.set_max_fps(settings.max_fps);
        if let Some(fps) = settings.fps_cap {
            schedule.set_cap(fps);
        }
        schedule.set_min_fps(settings.min_fps);
        Self {
            clock,
            slots: Vec::new(),
            #[cfg(feature = "record")]
            recorders: Vec::new(),
            #[cfg(any(feature = "record", feature = "relay"))]
            updates: None,
            next_backend: 0,
            control: Control::new(settings.control, settings.control_timeout),
            published: LastPublished::default(),
            held: Held::default(),
            shown: None,
            messages: settings.messages,
            told_info: ViewInfo::default(),
            log: AudienceLog::default(),
            leaving: None,
            queue: EventQueue::default(),
            schedule,
            phase: Phase::Resting,
            pool: Pool::default(),
            drawings: 0,
            presented: 0,
            detached: 0,
            shown_directly: 0,
            postponed: None,
            sequence: 0,
            last_frame: None,
            last_drawing: 0,
            size: settings.size,
            fixed: settings.fixed,
            limits: settings.limits,
            title: settings.title,
            cursor: Cursor::Default,
            text_input: None,
            accessibility: Accessibility::default(),
            demand: settings.demand,
            stats: Stats::default(),
            rate: Rate::default(),
            fps: 0.0,
            error: None,
            listeners: Vec::new(),
            time: 0.0,
            deadline_at: None,
            shift: 0.0,
            replay: None,
        }
    }

    /// Opens `backend` and presents on it from now on.
    pub(crate) fn add(
        &mut self,
        mut backend: Box<dyn Backend>,
        waker: std::task::Waker,
    ) -> Result<()> {
        let title = caption::expand(&self.title, backend.name(), self.fps);
        let context = Context::new(waker, self.clock, title, self.size.logical());
        backend.open(context)?;
        let id = self.next_backend;
        self.next_backend += 1;
        let next_poll = backend.poll_interval().map(|_| self.clock.origin());
        self.slots.push(Slot { id, backend, direct: Direct::default(), next_poll });
        self.tell_links();
        Ok(())
    }

    /// The links of all backends.
    pub(crate) fn links(&self) -> Vec<ViewLink> {
        self.slots.iter().flat_map(|slot| slot.backend.links()).collect()
    }

    /// Local views may show where else to look; nobody else is told: a link is a right.
    fn tell_links(&mut self) {
        let links = self.links();
        let local = |slot: &&mut Slot| slot.backend.capabilities().local;
        for slot in self.slots.iter_mut().filter(local).filter(|_| !links.is_empty()) {
            slot.tell(&BackendCommand::Links(links.clone()), self.messages);
        }
    }

    /// Advances the canvas and says what comes next. `waits_for_deadline`: the application is told of a
    /// deadline in the place of a step.
    pub(crate) fn turn(&mut self, now: Instant, waits_for_deadline: bool) -> Turn {
        let turn = self.advance(now, waits_for_deadline);
        match &turn {
            Turn::Event(event) => self.hand(Handed::Event(event)),
            Turn::Draw(draw) => self.hand(Handed::Draw(*draw)),
            Turn::Deadline(time) => self.hand(Handed::Deadline(*time)),
            Turn::Wait(_) | Turn::Ended => {}
        }
        turn
    }

    fn advance(&mut self, now: Instant, waits_for_deadline: bool) -> Turn {
        if let Phase::Drawing { step } = self.phase {
            self.phase = Phase::Resting;
            return Turn::Draw(Draw { timestamp: self.elapsed(now), step, size: self.size });
        }
        if self.phase == Phase::Ended {
            return Turn::Ended;
        }
        self.poll(now);
        self.tick(now);
        if let Some(turn) = self.play(now, waits_for_deadline) {
            return turn;
        }
        if self.postponed.is_some() && self.wants_pixels() {
            self.postponed = None;
            self.schedule.request();
        }
        if self.is_free() && self.demanded() && self.schedule.next(now) == Due::Now {
            self.announce_draw(now);
        }
        if let Some(event) = self.queue.pop() {
            if let (EventKind::BeforeDraw, &Phase::Announced { step }) = (&event.kind, &self.phase)
            {
                self.phase = Phase::Drawing { step };
            }
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

    /// Does what is due by now: control that nobody uses is given up.
    fn tick(&mut self, now: Instant) {
        self.change_control(now, |control| control.tick(now));
    }

    /// Announces a draw now, whether it is due or not. A log that is replayed has draws of its own.
    pub(crate) fn announce_draw(&mut self, now: Instant) {
        if self.is_replaying() {
            return;
        }
        let step = self.schedule.begin(now);
        self.push(None, EventKind::Animate { step });
        self.push(None, EventKind::BeforeDraw);
        self.phase = Phase::Announced { step };
    }

    /// Collects and routes the backends' input, unless the application has enough to do, or is not to
    /// hear of anything any more.
    pub(crate) fn poll(&mut self, now: Instant) {
        // Somebody may type more quickly than the application reads, for as long as they like.
        if self.queue.has_enough() || self.is_closed() {
            return;
        }
        let mut inbox: Vec<(u32, BackendEvent)> = Vec::new();
        for Slot { id, backend, next_poll, .. } in &mut self.slots {
            if next_poll.is_some_and(|at| at > now) {
                continue;
            }
            backend.poll(&mut |input| inbox.push((*id, input)));
            *next_poll = backend.poll_interval().map(|interval| now + interval);
        }
        for (id, input) in inbox {
            self.route(id, input, now);
        }
    }

    /// Whether somebody looks and is ready for a newer frame, or the application draws anyway.
    fn demanded(&self) -> bool {
        self.demand == DrawDemand::Always || self.watched()
    }

    /// Whether somebody looks and is ready for a newer frame.
    pub(crate) fn watched(&self) -> bool {
        self.slots.iter().any(Slot::wants_frame)
    }

    /// Whether somebody who looks is ready for the pixels of a newer frame.
    pub(crate) fn wants_pixels(&self) -> bool {
        self.slots.iter().any(Slot::wants_pixels)
    }

    /// Whether a draw can begin: none is announced, and other threads do not have enough to finish.
    fn is_free(&self) -> bool {
        self.phase == Phase::Resting && self.detached < DetachedDrawing::MOST
    }

    /// When to turn again though nobody woke us.
    pub(crate) fn deadline(&self, now: Instant) -> Option<Instant> {
        let poll = self.next_poll();
        let draw = match self.schedule.next(now) {
            Due::At(at) if self.is_free() && self.demanded() => Some(at),
            _ => None,
        };
        poll.into_iter().chain(draw).chain(self.control.deadline()).min()
    }

    /// When a backend that cannot wake us is polled next.
    pub(crate) fn next_poll(&self) -> Option<Instant> {
        self.slots.iter().filter_map(|slot| slot.next_poll).min()
    }

    fn route(&mut self, backend: u32, input: BackendEvent, now: Instant) {
        if self.slot(backend).is_none() {
            return; // It was lost by what it said just before.
        }
        let source = |client| Source::new(backend, client);
        match input {
            BackendEvent::Joined { client, label, role } => {
                let local = self.slot(backend).is_some_and(|s| s.backend.capabilities().local);
                // It is shown, among other places, on terminals, which obey control characters.
                let label = printable(&label).into_owned();
                if self.messages.wants_events() {
                    let line = self.log.joined(&caption::plain(&self.title), &label, role, now);
                    self.say(line);
                }
                self.change_control(now, |control| {
                    control.join(source(client), local, label, role, now);
                });
            }
            BackendEvent::Renamed { client, label } => {
                let label = printable(&label).into_owned();
                self.change_control(now, |control| control.rename(source(client), label));
            }
            BackendEvent::Leaving { client, reason } => {
                self.leaving = Some((source(client), reason));
            }
            BackendEvent::Left { client } => {
                self.log_leave(source(client), now);
                self.change_control(now, |control| control.leave(source(client), now));
                self.set_accessibility_wanted(source(client), false);
            }
            BackendEvent::Control { client, request } => {
                self.request_control(source(client), request, now);
            }
            BackendEvent::Event { client, timestamp, mut kind } => {
                if kind.validate().is_err() {
                    self.stats.rejected += 1;
                    return;
                }
                if let EventKind::KeyDown(key) = &kind
                    && let Some(request) = self.hosts_key(source(client), key)
                {
                    self.request_control(source(client), request, now);
                    return;
                }
                let (holding, shown) = (self.held.is_any(), self.shown);
                self.change_control(now, |control| {
                    control.heard(source(client), &kind, holding, now);
                });
                if self.control.presenter() != Some(source(client)) {
                    self.stats.ignored += 1;
                } else if self.held.admit(&mut kind) {
                    if kind == EventKind::FocusOut {
                        // Where the keyboard went, their `key_up` goes, too.
                        for kind in self.held.release_keys() {
                            self.push(Some(source(client)), kind);
                        }
                    }
                    if let EventKind::Show | EventKind::Hide = kind {
                        let visible = Some(kind == EventKind::Show);
                        if shown != visible && self.shown == visible {
                            return; // It was told with the control that this brought.
                        }
                        self.shown = visible;
                    }
                    let timestamp = timestamp + self.shift;
                    self.queue.push(Event::new(kind, timestamp, Some(source(client))));
                }
            }
            BackendEvent::Resize { client, size, ratio } => {
                if CanvasSize::clamped(size, ratio, self.limits).is_err() {
                    self.stats.rejected += 1;
                    return;
                }
                self.control.set_view(source(client), size, ratio);
                if self.control.presenter() == Some(source(client)) {
                    self.follow_presenter();
                }
            }
            BackendEvent::ViewInfo { client, info } => {
                self.control.set_info(source(client), info);
                self.tell_info();
            }
            BackendEvent::AccessibilityWanted { client, wanted } => {
                self.set_accessibility_wanted(source(client), wanted);
            }
            BackendEvent::NativeWindow { window, .. } => {
                if let Some(slot) = self.slots.iter_mut().find(|slot| slot.id == backend) {
                    slot.direct.native = Some(window);
                }
            }
            // A remote view only detaches, which its backend has done.
            BackendEvent::CloseRequested { client } if self.control.is_local(source(client)) => {
                self.close();
            }
            BackendEvent::Rejected { count, .. } => self.stats.rejected += count,
            BackendEvent::Lost(error) => self.lose(backend, &error, now),
            _ => {}
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
        self.push(self.control.presenter(), EventKind::Resize(size.into()));
    }

    /// Queues an event that the engine made, unless the log that is replayed has it.
    pub(crate) fn push(&mut self, source: Option<Source>, kind: EventKind) {
        if !self.is_closed() && !self.is_replaying() {
            self.queue.push(Event::new(kind, self.clock.now() + self.shift, source));
        }
    }

    /// Queues an event that the program made.
    pub(crate) fn submit(&mut self, kind: EventKind) -> Result<()> {
        kind.validate()?;
        if !self.is_closed() && !self.is_replaying() {
            let event = Event::new(kind, self.clock.now() + self.shift, None);
            self.queue.push(event.with_submitted());
        }
        Ok(())
    }

    /// A backend cannot go on; the others do.
    fn lose(&mut self, backend: u32, error: &Error, now: Instant) {
        let Some(index) = self.slots.iter().position(|slot| slot.id == backend) else { return };
        let mut slot = self.slots.remove(index);
        slot.backend.close();
        let message = format!("{}: {error}", slot.backend.name());
        for source in self.control.sources().filter(|it| it.backend == backend).collect::<Vec<_>>()
        {
            self.leaving = Some((source, format!("the backend {} was lost", slot.backend.name())));
            self.log_leave(source, now);
        }
        self.change_control(now, |control| control.leave_all(backend, now));
        self.forget_accessibility_of(backend);
        if !self.slots.is_empty() || self.is_closed() {
            self.messages.notice(Level::Error, &message);
        } else {
            // Whoever runs the canvas is told.
            self.error = Some(Error::failed(format!("{message}; no backend is left")));
            self.close();
        }
    }

    /// Begins to close: what is held is released, `close` is the last event.
    pub(crate) fn close(&mut self) {
        if matches!(self.phase, Phase::Closing | Phase::Ended) {
            return;
        }
        if self.replay.take().is_some() {
            self.shift = self.time - self.clock.now();
        }
        for kind in self.held.release() {
            self.push(self.control.presenter(), kind);
        }
        self.push(None, EventKind::Close);
        self.phase = Phase::Closing;
    }

    fn end(&mut self) {
        self.phase = Phase::Ended;
        // Recorders came last, and may take the last picture from the backends before them.
        for mut slot in self.slots.drain(..).rev() {
            slot.backend.close();
        }
    }

    pub(crate) fn is_closed(&self) -> bool {
        matches!(self.phase, Phase::Closing | Phase::Ended)
    }

    /// Whether the last event was handed out.
    pub(crate) fn is_ended(&self) -> bool {
        self.phase == Phase::Ended
    }

    pub(crate) fn take_error(&mut self) -> Option<Error> {
        self.error.take()
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

    /// What is known of the presenter's view.
    pub(crate) fn presenter_info(&self) -> ViewInfo {
        self.control.presenter_info().unwrap_or_default()
    }

    /// Everybody who is here.
    pub(crate) fn audience(&self) -> Vec<Viewer> {
        let state = self.control.state(None);
        let presenter = state.presenter;
        let viewers = self.control.sources().zip(state.members);
        viewers
            .map(|(source, member)| Viewer {
                source,
                presenter: presenter == Some(member.number),
                label: member.label,
                role: member.role,
                visible: member.visible,
                asks: member.asks,
            })
            .collect()
    }

    pub(crate) fn sent_away(&self) -> Vec<Viewer> {
        let gone = self.control.sent_away();
        gone.map(|(source, gone)| Viewer {
            source,
            label: gone.label,
            role: gone.role,
            visible: false,
            asks: false,
            presenter: false,
        })
        .collect()
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
            links: slot.backend.links(),
            clients: self.control.count(slot.id),
            wants_frame: slot.wants_frame(),
            direct: slot.direct.is_taken(),
            traffic: slot.backend.traffic(),
        });
        Stats { fps: self.rate.per_second(now), backends: backends.collect(), ..self.stats.clone() }
    }

    /// Tells the operator what happened.
    fn say(&self, line: Line) {
        if let Some(line) = line {
            self.messages.event(&line);
        }
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
