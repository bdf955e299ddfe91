//! One canvas and everybody who is sent it. Pure: inputs and `now` come in, outputs come out.

mod interface;
mod stats;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use framecast_api::{
    ClientId, Clock, EventKind, Frame, Input, LogicalSize, Role, Setting, Traffic,
};

pub use interface::{HubInput, HubOutput, Joining};

use crate::audience::Audience;
use crate::client_state::{Begun, ClientState, Clients, Place};
use crate::identity::{Grant, Identity};
use crate::inputs::{Flooded, Inputs};
use crate::job::{Job, JobResult, Outcome, Work};
use crate::kept_out::KeptOut;
use crate::message::{Goodbye, Message};
use crate::newest::Newest;
use crate::protocol::{ClientMessage, Dialect, ServerMessage, View};
use crate::session::Violation;
use crate::settings::Settings;
use crate::snapshot::{NoSnapshot, SnapshotLook, SnapshotRequests};
use crate::store::pictures::{Pictures, Source};
use crate::store::tiles::{self, Missing};
use crate::store::whole::{Demand, WholeStore};
use crate::tile_update::TileUpdate;

/// What is late comes within this time, or else is lost.
const REPAIR_AFTER: Duration = Duration::from_millis(100);
/// A repair that did not come is asked for again.
const REPAIR_AGAIN: Duration = Duration::from_secs(1);
/// An input that is older than this did not cause a frame.
const CAUSE: f64 = 1.0;

/// One canvas: takes frames, and what clients say; decides what is encoded, and what each client is
/// sent and when.
///
/// Whoever drives it calls [`handle`](Self::handle) with whatever happens, and then
/// [`poll`](Self::poll) until it answers [`HubOutput::Wait`]. It has no threads, clock or sockets.
///
/// ```
/// use std::time::{Duration, Instant};
///
/// use framecast_api::{Clock, FramePool, PhysicalSize, Role};
/// use framecast_stream::{Dialect, Grant, Hub, HubInput, HubOutput, Identity, Joining, Message};
///
/// let mut hub = Hub::new(Duration::from_millis(300));
/// let now = Instant::now();
/// let open = HubInput::Open { clock: Clock::start(), title: "a title".into() };
/// hub.handle(now, open).unwrap();
/// let grant = Grant { name: "guest".into(), role: Role::Watch, expires: None, revocation: None };
/// let client = hub.join(now, Joining {
///     label: "somebody".into(),
///     who: Identity::new(grant, None, None),
///     dialect: Dialect::Tiles,
///     hello: None,
///     visible: true,
/// });
/// let mut pool = FramePool::new();
/// let buffer = pool.lend(PhysicalSize::new(640, 480)).unwrap();
/// hub.handle(now, HubInput::Frame(pool.freeze(buffer, 1, 0.0, 1.0))).unwrap();
/// let mut pictures = 0;
/// loop {
///     match hub.poll(now) {
///         HubOutput::Send(to, message) => {
///             assert_eq!(Some(to), client);
///             pictures += usize::from(matches!(message, Message::Part(_)));
///             hub.handle(now, HubInput::Written(to)).unwrap();
///         }
///         HubOutput::Wait(_) => match hub.take_job(now) {
///             Some(job) => hub.handle(now, HubInput::Done(job.run(|_, _| false))).unwrap(),
///             None => break,
///         },
///         _ => {}
///     }
/// }
/// assert_eq!(pictures, 1);
/// ```
#[derive(Debug)]
pub struct Hub {
    phase: Phase,
    settings: Settings,
    pictures: Pictures,
    /// When the oldest input that the engine took since the newest frame arrived, in seconds.
    handed: Option<f64>,
    clients: Clients,
    audience: Audience,
    last_client: u64,
    /// What was sent to clients that left.
    gone: Traffic,
    inputs: Inputs,
    snapshots: SnapshotRequests,
    /// Who is to be told that there is a snapshot.
    answerable: VecDeque<u64>,
    goodbyes: VecDeque<(ClientId, Goodbye)>,
    kept_out: KeptOut,
    last: LastPublished,
    /// When to ask for what is missing of what comes in tiles.
    repair_at: Option<Instant>,
    /// Grows with whatever may be encoded since; and what that was when everybody had another turn.
    progress: u64,
    retried: Option<u64>,
    /// The latest time that was passed in: no time before it is.
    latest: Option<Instant>,
}

/// What was last told to whoever drives the hub.
#[derive(Debug, Default)]
struct LastPublished {
    wants_frame: bool,
    has_events: bool,
    jobs: usize,
}

#[derive(Debug)]
enum Phase {
    New,
    Open(Clock),
    Closed,
}

impl Hub {
    /// A canvas that is not open yet. `still_after`: how long a picture must be unchanged to be sent
    /// again, exactly.
    #[must_use]
    pub fn new(still_after: Duration) -> Self {
        let mut hub = Self {
            phase: Phase::New,
            settings: Settings::default(),
            pictures: Pictures::new(still_after),
            handed: None,
            clients: Clients::new(),
            audience: Audience::default(),
            last_client: 0,
            gone: Traffic::default(),
            inputs: Inputs::default(),
            snapshots: SnapshotRequests::default(),
            answerable: VecDeque::new(),
            goodbyes: VecDeque::new(),
            kept_out: KeptOut::default(),
            last: LastPublished::default(),
            repair_at: None,
            progress: 0,
            retried: None,
            latest: None,
        };
        hub.update_versions();
        hub
    }

    /// Takes what happened.
    ///
    /// # Errors
    /// If a client does more than it may: its connection is to end.
    pub fn handle(&mut self, now: Instant, input: HubInput) -> Result<(), Violation> {
        let now = self.latest(now);
        self.progress += 1;
        match input {
            HubInput::Open { clock, title } => {
                self.phase = Phase::Open(clock);
                self.settings.set_title(title);
            }
            HubInput::Frame(frame) => self.present(&frame, now),
            HubInput::Tiles(update) => self.take_update(update, now),
            HubInput::Setting(setting) => self.apply(&setting),
            HubInput::SetLossless(lossless) => self.set_lossless(lossless),
            HubInput::Received(client, message, bytes) => {
                self.audience.changed(client);
                self.receive(client, message, bytes, now)?;
            }
            HubInput::Rejected(client) => self.inputs.reject(client),
            HubInput::Taken(client) => self.audience.taken(client),
            HubInput::Written(client) => {
                self.audience.taken(client);
                if let Some(state) = self.clients.get_mut(&client) {
                    state.written(now);
                    self.audience.changed(client);
                }
            }
            HubInput::Left(client, reason) => self.leave(client, &reason),
            HubInput::Done(result) => self.done(result, now),
            HubInput::Close => self.close(),
        }
        Ok(())
    }

    /// What is to be done now. To be called until it answers [`HubOutput::Wait`].
    pub fn poll(&mut self, now: Instant) -> HubOutput {
        let now = self.latest(now);
        if let Some((client, goodbye)) = self.goodbyes.pop_front() {
            return HubOutput::Close(client, goodbye);
        }
        loop {
            while let Some(client) = self.audience.next_changed(now) {
                self.look(client, now, true);
            }
            if let Some((client, message)) = self.next_message(now) {
                return HubOutput::Send(client, message);
            }
            // Whatever is encoded was sent: the newest picture has its turn.
            if !self.advance(now) {
                break;
            }
        }
        if self.repair_at.is_some_and(|at| at <= now) {
            self.repair_at = Some(now + REPAIR_AGAIN);
            return HubOutput::Repair(self.pictures.tiles.complete());
        }
        if let Some(request) = self.answerable.pop_front() {
            return HubOutput::Snapshot(request);
        }
        let (wants_frame, has_events) = (self.wants_frame(), self.has_events());
        let wanted_frame = std::mem::replace(&mut self.last.wants_frame, wants_frame);
        let had_events = std::mem::replace(&mut self.last.has_events, has_events);
        if wants_frame && !wanted_frame || has_events && !had_events {
            return HubOutput::Wake;
        }
        let jobs = self.jobs(now);
        if jobs > std::mem::replace(&mut self.last.jobs, jobs) {
            return HubOutput::Encode(jobs);
        }
        #[cfg(debug_assertions)]
        self.check(now);
        HubOutput::Wait(self.next_look(now))
    }

    /// Somebody is there. `None`: it is kept out, because it was sent away before.
    pub fn join(&mut self, now: Instant, joining: Joining) -> Option<ClientId> {
        let now = self.latest(now);
        let Joining { label, who, dialect, hello, visible } = joining;
        if self.keeps_out(&who, now) {
            return None;
        }
        let state = ClientState::new(dialect, who, visible);
        let role = state.role;
        let client = self.insert(state);
        if self.is_closed() {
            return Some(client);
        }
        self.inputs.join(client, label, role);
        if !visible {
            let _ = self.event(client, EventKind::Hide, 0, now);
        }
        // A view without a size takes the canvas as it is.
        if let Some((view, bytes)) = hello.filter(|(view, _)| !view.is_none()) {
            // The queue of a new client has room for this.
            let _ = self.resize(client, view, bytes);
        }
        Some(client)
    }

    /// Somebody is handed out what changed, for nobody in particular: as a client that is sent
    /// [`Message::Update`] and takes what it is sent, but that nobody sees among the others. A
    /// `ClientMessage::Refresh` has everything sent anew.
    pub fn subscribe(&mut self) -> ClientId {
        let grant =
            Grant { name: String::new(), role: Role::Watch, expires: None, revocation: None };
        self.insert(ClientState::new(Dialect::Updates, Identity::new(grant, None, None), true))
    }

    /// Everything newer than this revision of the tiles, as one update; `None` while there is none, or
    /// some of it is not encoded.
    #[must_use]
    pub fn tiles_since(&self, revision: u64) -> Option<TileUpdate> {
        self.pictures.tiles.update_since(revision)
    }

    /// Gives a client a number.
    fn insert(&mut self, state: ClientState) -> ClientId {
        self.last_client += 1;
        let client = ClientId(self.last_client);
        if self.is_closed() {
            self.goodbyes.push_back((client, ended(&state)));
        } else {
            self.audience.changed(client);
        }
        self.clients.insert(client, state);
        self.progress += 1;
        client
    }

    /// Whether `who` was sent away, or may be somebody who was.
    #[must_use]
    pub fn keeps_out(&self, who: &Identity, now: Instant) -> bool {
        self.kept_out.refuses(who, now)
    }

    /// Whether it was opened and not closed.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(self.phase, Phase::Open(_))
    }

    /// Whether it was closed.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        matches!(self.phase, Phase::Closed)
    }

    /// Whether somebody waits for a newer frame than the newest: for a snapshot, or to see it. True
    /// also while the frame before is encoded, so that the next is drawn meanwhile, and no more.
    #[must_use]
    pub fn wants_frame(&self) -> bool {
        self.is_open() && (self.snapshots.want_frame() || self.have_room())
    }

    fn have_room(&self) -> bool {
        let newest = self.pictures.newest.as_ref().map(|newest| newest.number);
        self.audience.wants_frame(&self.pictures, newest)
    }

    fn has_events(&self) -> bool {
        !self.inputs.is_empty()
    }

    /// What clients did, oldest first.
    pub fn take_events(&mut self) -> VecDeque<Input> {
        self.last.has_events = false;
        if !self.is_open() {
            return VecDeque::new();
        }
        let inputs = self.inputs.take();
        if self.handed.is_none() {
            self.handed = inputs.iter().find_map(|input| match input {
                Input::Event { timestamp, .. } => Some(*timestamp),
                _ => None,
            });
        }
        inputs
    }

    /// Something to compare or to encode, if there is any.
    pub fn take_job(&mut self, now: Instant) -> Option<Job> {
        let now = self.latest(now);
        if !self.is_open() {
            return None;
        }
        let newest = self.pictures.newest.as_ref();
        // One job for all of the older protocol's clients; tiles are many, and would never let it
        // have its turn where there is one thread.
        let demand = self.demand(Source::Whole);
        if let Some(job) = self.pictures.whole.take_job(newest, demand, now) {
            return Some(Job(Work::Whole(job)));
        }
        let demand = self.demand(Source::Jpeg);
        if let Some(job) = self.pictures.jpeg.take_job(newest, demand, now) {
            return Some(Job(Work::Mjpeg(job)));
        }
        Some(Job(Work::Tiles(self.pictures.tiles.take_job()?)))
    }

    /// The newest frame, and how many were presented.
    #[must_use]
    pub fn newest(&self) -> Option<(&Frame, u64)> {
        self.pictures.newest.as_ref().map(|newest| (&newest.frame, newest.number))
    }

    /// Has text for the clipboard of `client`, the newest only; whether it can be told.
    pub fn set_clipboard(&mut self, client: ClientId, text: &str) -> bool {
        match self.clients.get_mut(&client) {
            Some(state) if state.speaks_framecast() => {
                state.clipboard = Some(text.to_owned());
                self.audience.changed(client);
                true
            }
            _ => false,
        }
    }

    /// Somebody with `role` wants a snapshot; its number, unless too many do.
    pub fn request_snapshot(&mut self, role: Role, now: Instant) -> Option<u64> {
        let demanded = self.have_room();
        self.snapshots.ask(self.pictures.newest.as_ref(), demanded, role, now)
    }

    /// What there is for the snapshot request of this number.
    pub fn look_at_snapshot(&mut self, request: u64, now: Instant) -> SnapshotLook {
        if !self.is_open() {
            return SnapshotLook::Missing(NoSnapshot::Closed);
        }
        self.snapshots.look(request, self.pictures.newest.as_ref(), now)
    }

    /// The snapshot was sent, or nobody waits for it any more.
    pub fn end_snapshot(&mut self, request: u64) {
        self.snapshots.end(request);
    }

    /// `now`, or the time that was passed in before: threads that share a hub each look at the clock
    /// before they have their turn.
    fn latest(&mut self, now: Instant) -> Instant {
        let latest = self.latest.map_or(now, |latest| latest.max(now));
        *self.latest.insert(latest)
    }

    /// Seconds on the canvas' clock.
    fn seconds(&self, now: Instant) -> f64 {
        match &self.phase {
            Phase::Open(clock) => clock.seconds(now),
            Phase::New | Phase::Closed => 0.0,
        }
    }

    fn close(&mut self) {
        self.phase = Phase::Closed;
        self.inputs = Inputs::default();
        self.pictures.clear();
        self.audience = Audience::default();
        for (client, state) in &mut self.clients {
            state.place = Place::NOWHERE;
            self.goodbyes.push_back((*client, ended(state)));
        }
        self.answerable.extend(self.snapshots.answerable(None, true));
    }

    fn set_lossless(&mut self, lossless: bool) {
        if self.pictures.lossless == lossless {
            return;
        }
        let sources = self.clients.values().map(|state| state.feed.source(&self.pictures));
        let sources: Vec<_> = sources.collect();
        self.pictures.lossless = lossless;
        self.pictures.whole.set_lossless(lossless);
        self.pictures.jpeg.clear();
        for ((client, state), before) in self.clients.iter_mut().zip(sources) {
            // What it was sent was counted elsewhere.
            if state.feed.source(&self.pictures) != before {
                state.feed.refresh();
            }
            self.audience.changed(*client);
        }
        self.update_versions();
    }

    fn present(&mut self, frame: &Frame, now: Instant) {
        if !self.is_open() {
            return;
        }
        let cause = self.handed.take().filter(|at| frame.timestamp() - at < CAUSE);
        let before = self.pictures.newest.as_ref();
        let is_seen = before.is_some_and(|before| self.pictures.tiles.has_begun(before.number));
        let newest = Newest::after(before, is_seen, frame, cause, now);
        self.answerable.extend(self.snapshots.answerable(Some(&newest), false));
        self.pictures.newest = Some(newest);
    }

    fn take_update(&mut self, update: TileUpdate, now: Instant) {
        if !self.is_open() || !update.is_consistent() || self.pictures.newest.is_some() {
            return;
        }
        let (is_of_use, is_missing) = self.pictures.tiles.take_update(update, now);
        if is_of_use {
            self.changed_pictures(Source::Tiles, now);
        }
        self.repair_at = is_missing.then(|| self.repair_at.unwrap_or(now + REPAIR_AFTER));
    }

    fn apply(&mut self, setting: &Setting) {
        match setting {
            Setting::Disconnect(client) => self.send_away(*client),
            Setting::LetIn(client) => self.kept_out.let_in(*client),
            _ => {}
        }
        self.settings.apply(setting, &mut self.clients);
        for (client, state) in &self.clients {
            if state.has_message() {
                self.audience.changed(*client);
            }
        }
    }

    fn send_away(&mut self, client: ClientId) {
        let who = self.clients.get(&client).map(|state| &state.who);
        // It may have left before the engine knew.
        let Some(who) = who.or_else(|| self.kept_out.who_left(client)).cloned() else { return };
        let others = self.clients.iter().filter(|(other, _)| **other != client);
        let others = others.map(|(_, state)| &state.who);
        let host = self.settings.host().filter(|host| *host != client);
        let host = host.and_then(|host| self.clients.get(&host)).map(|state| &state.who);
        self.kept_out.add(client, &who, others, host);
        if let Some(state) = self.clients.get_mut(&client)
            && !std::mem::replace(&mut state.is_sent_away, true)
        {
            self.goodbyes.push_back((client, Goodbye::SentAway));
            self.audience.changed(client);
        }
    }

    fn leave(&mut self, client: ClientId, reason: &str) {
        if let Some(state) = self.clients.remove(&client) {
            self.audience.left(client, &state.place);
            stats::add(&mut self.gone, &state);
            self.kept_out.left(client, state.who);
        }
        self.inputs.leave(client, reason);
    }

    fn receive(
        &mut self,
        client: ClientId,
        message: ClientMessage,
        bytes: usize,
        now: Instant,
    ) -> Result<(), Flooded> {
        let Some(state) = self.clients.get_mut(&client) else { return Ok(()) };
        match message {
            ClientMessage::Ack { update, painted } => state.acknowledged(update, painted, now),
            ClientMessage::Refresh => state.refresh(now),
            ClientMessage::Ping { id } => state.ping(id),
            ClientMessage::Event(kind) => self.event(client, kind, bytes, now)?,
            ClientMessage::Resize(view) => self.resize(client, view, bytes)?,
            ClientMessage::Control(request) => {
                self.inputs.push(client, Input::Control { client, request }, 0)?;
            }
            ClientMessage::Show => self.set_visible(client, true, bytes, now)?,
            ClientMessage::Hide => self.set_visible(client, false, bytes, now)?,
            // It never ends the application, only this view.
            ClientMessage::Close => self.goodbyes.push_back((client, Goodbye::Requested)),
            ClientMessage::Hello { .. } => self.inputs.reject(client),
        }
        Ok(())
    }

    fn set_visible(
        &mut self,
        client: ClientId,
        visible: bool,
        bytes: usize,
        now: Instant,
    ) -> Result<(), Flooded> {
        let Some(state) = self.clients.get_mut(&client) else { return Ok(()) };
        let is_news = state.visible != visible || !state.said_visible;
        (state.visible, state.said_visible) = (visible, true);
        if !is_news {
            return Ok(());
        }
        let kind = if visible { EventKind::Show } else { EventKind::Hide };
        self.event(client, kind, bytes, now)
    }

    fn event(
        &mut self,
        client: ClientId,
        mut kind: EventKind,
        bytes: usize,
        now: Instant,
    ) -> Result<(), Flooded> {
        let Phase::Open(clock) = &self.phase else { return Ok(()) };
        if let Some(state) = self.clients.get_mut(&client) {
            state.map(&mut kind);
        }
        let timestamp = clock.seconds(now);
        self.inputs.push(client, Input::Event { client, timestamp, kind }, bytes)
    }

    fn resize(&mut self, client: ClientId, view: View, bytes: usize) -> Result<(), Flooded> {
        if !view.is_usable() {
            self.inputs.reject(client);
            return Ok(());
        }
        let size = LogicalSize::new(view.width, view.height);
        if let Some(state) = self.clients.get_mut(&client) {
            state.mapping.resized(size);
        }
        self.inputs.push(client, Input::Resize { client, size, ratio: view.ratio }, bytes)
    }

    fn done(&mut self, result: JobResult, now: Instant) {
        if self.is_closed() {
            return;
        }
        match result.0 {
            Outcome::Tiles(outcome) => {
                let compared = matches!(outcome, tiles::Outcome::Changed(_));
                let seconds = self.seconds(now);
                let qualities = self.pictures.tiles.qualities();
                let is_last = self.pictures.tiles.done(outcome, seconds);
                if !is_last {
                    // The presenter does not wait for what others lack.
                    self.settings.presenter().into_iter().for_each(|it| self.audience.retry(it));
                } else if compared {
                    self.changed_pictures(Source::Tiles, now);
                } else {
                    let newest = self.pictures.newest.as_ref().map(|newest| newest.number);
                    let is_late = newest.is_some_and(|number| !self.pictures.tiles.has(number));
                    self.pictures.budget.encoded(qualities, is_late, now);
                    self.audience.retry_lacking();
                }
            }
            Outcome::Whole(outcome) => {
                self.pictures.whole.done(outcome);
                self.changed_pictures(Source::Whole, now);
            }
            Outcome::Mjpeg(outcome) => {
                self.pictures.jpeg.done(outcome);
                self.changed_pictures(Source::Jpeg, now);
            }
        }
    }

    fn update_versions(&mut self) {
        for source in Source::ALL {
            let version = self.pictures.version(source);
            self.audience.set_version(source, version, &self.clients);
        }
    }

    /// There is something new of `source`.
    fn changed_pictures(&mut self, source: Source, now: Instant) {
        self.audience.set_version(source, self.pictures.version(source), &self.clients);
        if source == Source::Tiles {
            self.audience.retry_lacking();
        }
        for client in self.audience.with_room(source) {
            self.look(client, now, true);
        }
    }

    /// Notes where `client` stands now. `may_wait`: it may be sent an update.
    fn look(&mut self, client: ClientId, now: Instant, may_wait: bool) {
        let is_open = self.is_open();
        let Some(state) =
            self.clients.get_mut(&client).filter(|_| !matches!(self.phase, Phase::Closed))
        else {
            return;
        };
        state.refresh_if_due(now);
        let place = state.place(&self.pictures, now);
        self.audience.moved(client, &state.place, &place);
        state.place = place;
        let is_writing = state.is_writing();
        self.audience.set_ready(client, !is_writing && state.has_message());
        let waits = may_wait && is_open && state.wants_update(&self.pictures, now);
        self.audience.set_waiting(client, waits);
    }

    /// Whether updates in tiles may begin: what is being compared goes before what is left of the
    /// picture before it.
    fn may_update(&self) -> bool {
        !self.pictures.tiles.is_comparing()
    }

    /// The next message for whoever has the next turn.
    fn next_message(&mut self, now: Instant) -> Option<(ClientId, Message)> {
        let presenter = self.settings.presenter();
        while let Some(client) = self.audience.next_turn(presenter, self.may_update(), now) {
            let (message, begun) = self.message(client, now);
            if begun == Begun::Missing {
                self.audience.lacks(client);
            }
            self.look(client, now, begun != Begun::Nothing);
            if let Some(message) = message {
                if presenter != Some(client) {
                    self.audience.handed(client, now);
                }
                return Some((client, message));
            }
        }
        None
    }

    /// The next message for `client`.
    fn message(&mut self, client: ClientId, now: Instant) -> (Option<Message>, Begun) {
        let seconds = self.seconds(now);
        let may_begin = self.is_open() && self.may_update();
        let state = self.clients.get_mut(&client);
        let Some(state) = state.filter(|state| !state.is_sent_away) else {
            return (None, Begun::Nothing);
        };
        if state.is_writing() {
            // It follows the text that is being written.
            let begun = if may_begin {
                state.begin_update(&self.pictures, now, seconds)
            } else {
                Begun::Nothing
            };
            return (None, begun);
        }
        let mut begun = Begun::Update;
        loop {
            if !state.has_announced() && state.reads_text() {
                let text = if std::mem::take(&mut state.pending.welcome) {
                    Some(ServerMessage::Welcome { client: client.0, role: state.role }.print())
                } else {
                    self.settings.tell(state, client, seconds)
                };
                if let Some(text) = text {
                    state.writes_text();
                    return (Some(Message::Text(text)), begun);
                }
            }
            if let Some(message) = state.take_outgoing(seconds) {
                return (Some(message), begun);
            }
            if begun != Begun::Update || !may_begin {
                return (None, begun);
            }
            begun = state.begin_update(&self.pictures, now, seconds);
            if begun != Begun::Update {
                return (None, begun);
            }
        }
    }

    /// Has compared or encoded what comes next, once nothing is being; whether more can be sent now.
    fn advance(&mut self, now: Instant) -> bool {
        let (true, Some(newest)) = (self.is_open(), &self.pictures.newest) else { return false };
        if !self.pictures.tiles.is_resting() {
            return false;
        }
        // The newest picture goes before what is left of the one before.
        if self.audience.has_room(Source::Tiles) && !self.pictures.tiles.has(newest.number) {
            let before = self.pictures.tiles.version();
            self.pictures.tiles.compare(newest.clone());
            if self.pictures.tiles.version() != before {
                self.changed_pictures(Source::Tiles, now);
            }
            return self.pictures.tiles.is_resting();
        }
        self.plan(now)
    }

    /// Has encoded what those lack who have room.
    fn plan(&mut self, now: Instant) -> bool {
        self.pictures.tiles.trim();
        let mut missing = Missing::default();
        let lacking = self.audience.lacking().filter_map(|it| self.clients.get(&it));
        let presenter = self.settings.presenter().and_then(|it| self.clients.get(&it));
        let presenter = presenter.filter(|state| state.visible).map(|it| it.pacing.quality());
        let best = lacking.map(|state| state.pacing.quality()).max();
        if let Some(first) = presenter.or(best) {
            self.pictures.budget.set_first(first, now);
        }
        for client in self.audience.lacking() {
            if let Some(state) = self.clients.get(&client) {
                state.plan(&self.pictures, now, &mut missing);
            }
        }
        if missing.is_empty() {
            // Once: whoever lacks something all the same waits for something else.
            return self.retried.replace(self.progress) != Some(self.progress)
                && self.audience.retry_lacking();
        }
        self.pictures.tiles.encode(missing, presenter);
        false
    }

    /// Who is sent the pictures of `source`.
    fn demand(&self, source: Source) -> Demand {
        Demand {
            free: self.audience.has_room(source),
            takes_exact: self.audience.takes_exact(source),
        }
    }

    /// When a whole picture of `source` is to be encoded.
    fn work_at(&self, source: Source, store: &WholeStore) -> Option<Instant> {
        store.work_at(self.pictures.newest.as_ref(), self.demand(source))
    }

    fn whole_work(&self) -> impl Iterator<Item = Instant> {
        let whole = self.work_at(Source::Whole, &self.pictures.whole);
        whole.into_iter().chain(self.work_at(Source::Jpeg, &self.pictures.jpeg))
    }

    /// How many jobs can be taken.
    fn jobs(&self, now: Instant) -> usize {
        if !self.is_open() {
            return 0;
        }
        self.pictures.tiles.jobs() + self.whole_work().filter(|at| *at <= now).count()
    }

    /// When to poll again, if nothing else happens.
    fn next_look(&self, now: Instant) -> Option<Instant> {
        if !self.is_open() {
            return None;
        }
        let work = self.whole_work().filter(|at| now < *at);
        work.chain(self.repair_at).chain(self.audience.next_look(self.may_update())).min()
    }

    /// What is kept up to date client by client is what looking at all of them would tell.
    #[cfg(debug_assertions)]
    fn check(&self, now: Instant) {
        const MOST_CHECKED: usize = 64;
        if !self.is_open() || self.clients.len() > MOST_CHECKED {
            return;
        }
        for (client, state) in &self.clients {
            let place = state.place(&self.pictures, now);
            assert_eq!(place, state.place, "{client:?} was not looked at");
        }
        let number = self.pictures.newest.as_ref().map(|newest| newest.number);
        let has_room = |state: &ClientState| {
            let (source, room) = (state.place.source, state.place.room);
            let Some(number) = number else { return room > 0 };
            let is_current = self.pictures.has(source, number)
                && state.feed.version() == self.pictures.version(source);
            self.pictures.has_begun(source, number) && room > usize::from(!is_current)
        };
        assert_eq!(self.clients.values().any(has_room), self.have_room());
    }
}

/// The end of `state`'s client, when the canvas ends.
fn ended(state: &ClientState) -> Goodbye {
    let closed = ServerMessage::Closed { reason: "the application ended" };
    Goodbye::Ended(state.speaks_framecast().then(|| closed.print()))
}
