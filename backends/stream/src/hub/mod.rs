//! One canvas and everybody who is sent it. Pure: inputs and `now` come in, outputs come out.

mod clients;
#[cfg(test)]
mod fed;
#[cfg(test)]
mod histories;
mod interface;
#[cfg(test)]
mod overload;
#[cfg(test)]
mod relaying;
mod stats;
#[cfg(test)]
mod tests;
mod turns;
mod updates;
#[cfg(test)]
mod video;

use std::collections::{BTreeSet, VecDeque};
use std::time::{Duration, Instant};

use framecast_api::{
    BackendCommand, BackendEvent, ClientId, Clock, Frame, Role, TextInput, Traffic,
};

use clients::ended;
pub use interface::{HubInput, HubOutput, Joining};

use crate::accessibility::TreeStore;
use crate::audience::Audience;
use crate::client_state::{ClientState, Clients, Place};
use crate::decoded::DecodedFrames;
use crate::inputs::Inputs;
use crate::job::{Job, JobResult, Outcome, Work};
use crate::kept_out::KeptOut;
use crate::message::Goodbye;
use crate::newest::Newest;
use crate::protocol::LinkAnswer;
use crate::session::Violation;
use crate::settings::Settings;
use crate::snapshot::{NoSnapshot, SnapshotLook, SnapshotRequests};
use crate::store::pictures::{Pictures, Source};
use crate::store::tiles;
use crate::video::VideoSettings;
use crate::viewers::Viewers;

/// A repair that did not come is asked for again.
const REPAIR_AGAIN: Duration = Duration::from_secs(1);
/// Answers about links that wait for their client; what it asks meanwhile is dropped.
const LINK_ANSWERS: usize = 4;
/// An input that is older than this did not cause a frame.
const CAUSE: f64 = 1.0;

/// One canvas: takes frames, and what clients say; decides what is encoded, and what each client is
/// sent and when.
///
/// The program that drives it calls [`handle`](Self::handle) with everything that happens, and then
/// [`poll`](Self::poll) until it answers [`HubOutput::Wait`]. It has no threads, clock or sockets.
///
/// ```
/// use std::time::{Duration, Instant};
///
/// use framecast_api::{Clock, FramePool, PhysicalSize, Role, ViewInfo};
/// use framecast_stream::{Dialect, Grant, Hub, HubInput, HubOutput, Identity, Joining, Message};
///
/// let mut hub = Hub::new(Duration::from_millis(300));
/// let now = Instant::now();
/// let open = HubInput::Open { clock: Clock::start(), title: "a title".into() };
/// hub.handle(now, open).unwrap();
/// let grant = Grant { name: "guest".into(), role: Role::Watch, expires: None, revocation: None, key: None };
/// let client = hub.join(now, Joining {
///     label: "somebody".into(),
///     who: Identity::new(grant, None, None),
///     dialect: Dialect::Tiles,
///     hello: None,
///     visible: true,
///     info: ViewInfo::default(),
///     video: false,
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
    tree: TreeStore,
    pictures: Pictures,
    /// When the oldest input that the engine took since the newest frame arrived, in seconds.
    handed: Option<f64>,
    clients: Clients,
    audience: Audience,
    last_client: u64,
    /// Those of the clients that are handed out what changed.
    subscribers: BTreeSet<ClientId>,
    /// The earliest revision from which on somebody asked for everything, while not all of it is encoded.
    asked_since: Option<u64>,
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

/// What the program that drives the hub was told last.
#[derive(Debug, Default)]
struct LastPublished {
    viewers: Viewers,
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
    /// Creates a hub for a canvas that is not open yet. Clients get exact pixels once a picture was unchanged for
    /// `still_after`.
    #[must_use]
    pub fn new(still_after: Duration) -> Self {
        let mut hub = Self {
            phase: Phase::New,
            settings: Settings::default(),
            tree: TreeStore::default(),
            pictures: Pictures::new(still_after),
            handed: None,
            clients: Clients::new(),
            audience: Audience::default(),
            last_client: 0,
            subscribers: BTreeSet::new(),
            asked_since: None,
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

    /// Handles an input.
    ///
    /// # Errors
    /// A [`Violation`] if a client exceeded a limit: end its connection.
    pub fn handle(&mut self, now: Instant, input: HubInput) -> Result<(), Violation> {
        let now = self.latest(now);
        self.progress += 1;
        match input {
            HubInput::SetFed(fed) if matches!(self.phase, Phase::New) => {
                self.pictures.fed = fed.then(DecodedFrames::default);
            }
            // What it has was not made for that.
            HubInput::SetFed(_) => {}
            HubInput::Open { clock, title } if matches!(self.phase, Phase::New) => {
                self.phase = Phase::Open(clock);
                self.settings.set_title(title);
                // There may be a picture for them already.
                self.clients.keys().for_each(|client| self.audience.changed(*client));
            }
            // It does not open again.
            HubInput::Open { .. } => {}
            HubInput::Frame(frame) => self.present(&frame, now),
            HubInput::Tiles(update) => self.take_update(update, now),
            HubInput::BeginFrame => self.pictures.fed.iter_mut().for_each(DecodedFrames::begin),
            HubInput::BackendCommand(setting) => self.apply(&setting),
            HubInput::SetLossless(lossless) => self.set_lossless(lossless),
            HubInput::SetVideo(settings) => self.set_video(settings),
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

    /// Returns what to do now. Call it until it returns [`HubOutput::Wait`].
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
        let viewers = self.viewers();
        if viewers != std::mem::replace(&mut self.last.viewers, viewers) {
            return HubOutput::Viewers(viewers);
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
        if cfg!(debug_assertions) {
            self.check(now);
        }
        HubOutput::Wait(self.next_look(now))
    }

    /// Returns whether the canvas was opened and is not closed.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(self.phase, Phase::Open(_))
    }

    /// Returns whether the canvas was closed.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        matches!(self.phase, Phase::Closed)
    }

    /// Returns whether a client or a snapshot waits for a newer frame. This is also true while the previous frame
    /// is being encoded, so that the application draws the next one meanwhile, but not more.
    #[must_use]
    pub fn wants_frame(&self) -> bool {
        self.is_open()
            && (self.snapshots.want_frame(self.pictures.fed.as_ref()) || self.have_room())
    }

    /// Returns how many look, as of the last [`poll`](Self::poll). A canvas that was closed has no viewers.
    #[must_use]
    pub fn viewers(&self) -> Viewers {
        if self.is_closed() {
            return Viewers::default();
        }
        let (clients, snapshots) = (self.audience.viewers(), self.snapshots.waiting());
        Viewers::new(clients.all + snapshots, clients.visible + snapshots)
    }

    fn have_room(&self) -> bool {
        let newest = self.pictures.newest.as_ref().map(|newest| newest.number);
        self.audience.wants_frame(&self.pictures, newest)
    }

    fn has_events(&self) -> bool {
        !self.inputs.is_empty()
    }

    /// Takes the events of clients, oldest first.
    pub fn take_events(&mut self) -> VecDeque<BackendEvent> {
        self.last.has_events = false;
        if !self.is_open() {
            return VecDeque::new();
        }
        let inputs = self.inputs.take();
        if self.handed.is_none() {
            self.handed = inputs.iter().find_map(|input| match input {
                BackendEvent::Event { timestamp, .. } => Some(*timestamp),
                _ => None,
            });
        }
        inputs
    }

    /// Takes the next job, if there is one.
    pub fn take_job(&mut self, now: Instant) -> Option<Job> {
        let now = self.latest(now);
        if !self.is_open() {
            return None;
        }
        let job = self.next_job(now);
        // Whatever comes beyond these is told again.
        self.last.jobs = self.last.jobs.min(self.jobs(now));
        job
    }

    fn next_job(&mut self, now: Instant) -> Option<Job> {
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
        if let Some(job) = self.pictures.tiles.take_job() {
            return Some(Job(Work::Tiles(job)));
        }
        let job = self.pictures.video.take_job(&self.pictures.tiles, now)?;
        Some(Job(Work::Video(Box::new(job))))
    }

    /// Returns what somebody is told besides pictures who watches and is none of the clients: the texts `title`, `cursor`
    /// and `control` of the protocol, in this order.
    #[must_use]
    pub fn texts_for_bystanders(&self) -> [String; 3] {
        self.settings.for_bystanders()
    }

    /// Returns the newest frame, and the number of frames that were presented.
    #[must_use]
    pub fn newest(&self) -> Option<(&Frame, u64)> {
        self.pictures.newest.as_ref().map(|newest| (&newest.frame, newest.number))
    }

    /// Sends text for the clipboard of `client`. Only the newest text counts. Returns false if the client cannot
    /// be told.
    pub fn set_clipboard(&mut self, client: ClientId, text: &str) -> bool {
        self.tell_alone(client, |state| state.clipboard = Some(text.to_owned()))
    }

    /// Tells `client` where it types text, or with `None` that it no longer does. Returns false if the client
    /// cannot be told.
    pub fn set_text_input(&mut self, client: ClientId, input: Option<TextInput>) -> bool {
        self.tell_alone(client, |state| state.text_input = Some(input))
    }

    /// Asks `client` whether to open `url`. Only the newest address counts. Returns false if the client cannot be
    /// told.
    pub fn open_url(&mut self, client: ClientId, url: &str) -> bool {
        self.tell_alone(client, |state| state.url = Some(url.to_owned()))
    }

    /// Whether `client` manages the others at this moment, and can be told of the links.
    #[must_use]
    pub fn may_manage_links(&self, client: ClientId) -> bool {
        let has_room = |state: &ClientState| state.link_answers.len() < LINK_ANSWERS;
        self.settings.host() == Some(client)
            && self.clients.get(&client).is_some_and(|it| it.speaks_framecast() && has_room(it))
    }

    /// Answers what `client` asked of the links; whether it can be told. Ask
    /// [`may_manage_links`](Self::may_manage_links) before anything is done for it.
    pub fn answer_links(&mut self, client: ClientId, answer: LinkAnswer) -> bool {
        self.tell_alone(client, |state| state.link_answers.push_back(answer))
    }

    /// The names of the links that clients came by, one for each of them.
    pub fn links_in_use(&self) -> impl Iterator<Item = &str> {
        self.clients.values().map(|state| &*state.who.grant.name)
    }

    /// Notes what is for `client` alone, who drives, or asked for it.
    fn tell_alone(&mut self, client: ClientId, note: impl FnOnce(&mut ClientState)) -> bool {
        match self.clients.get_mut(&client) {
            Some(state) if state.speaks_framecast() => {
                note(state);
                self.audience.changed(client);
                true
            }
            _ => false,
        }
    }

    /// Requests a snapshot for somebody with `role`. Returns the number of the request; `None` if there are too
    /// many.
    pub fn request_snapshot(&mut self, role: Role, now: Instant) -> Option<u64> {
        let demanded = match self.pictures.fed {
            Some(_) => self.audience.viewers().visible > 0,
            None => self.have_room(),
        };
        self.snapshots.ask(self.pictures.newest.as_ref(), demanded, role, now)
    }

    /// Returns the state of a snapshot request.
    pub fn look_at_snapshot(&mut self, request: u64, now: Instant) -> SnapshotLook {
        if !self.is_open() {
            return SnapshotLook::Missing(NoSnapshot::Closed);
        }
        self.snapshots.look(request, self.pictures.newest.as_ref(), self.pictures.fed.as_ref(), now)
    }

    /// Ends a snapshot request: the snapshot was sent, or nobody waits for it any more.
    pub fn end_snapshot(&mut self, request: u64) {
        self.snapshots.end(request);
    }

    /// `now`, or the time that was passed in before: threads that share a hub each look at the clock
    /// before they have their turn.
    fn latest(&mut self, now: Instant) -> Instant {
        let latest = self.latest.map_or(now, |latest| latest.max(now));
        *self.latest.insert(latest)
    }

    /// Returns what the canvas' clock shows at `now`, in seconds; 0 while the canvas is not open.
    #[must_use]
    pub fn seconds(&self, now: Instant) -> f64 {
        match &self.phase {
            Phase::Open(clock) => clock.seconds(now),
            Phase::New | Phase::Closed => 0.0,
        }
    }

    fn close(&mut self) {
        self.phase = Phase::Closed;
        self.repair_at = None;
        self.inputs = Inputs::default();
        self.pictures.clear();
        self.audience = Audience::default();
        for (client, state) in &mut self.clients {
            state.place = Place::NOWHERE;
            self.goodbyes.push_back((*client, ended(state)));
        }
        self.answerable.extend(self.snapshots.all());
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

    fn set_video(&mut self, settings: VideoSettings) {
        for (client, state) in &mut self.clients {
            // It begins with a keyframe of other encoders.
            state.end_video(&mut self.pictures.video);
            self.audience.changed(*client);
        }
        self.pictures.video.set(settings);
    }

    fn present(&mut self, frame: &Frame, now: Instant) {
        if !self.is_open() {
            return;
        }
        let cause = self.handed.take().filter(|at| frame.timestamp() - at < CAUSE);
        let before = self.pictures.newest.as_ref();
        let is_seen = before.is_some_and(|before| self.pictures.tiles.has_begun(before.number));
        let newest = Newest::after(before, is_seen, frame, cause, now, self.seconds(now));
        self.pictures.newest = Some(newest);
        match &mut self.pictures.fed {
            Some(fed) => fed.presented(),
            // It has pictures of its own.
            None => self.repair_at = None,
        }
        self.answer_snapshots();
    }

    /// Has those told for whom there is a snapshot now.
    fn answer_snapshots(&mut self) {
        let Pictures { newest, fed, .. } = &self.pictures;
        self.answerable.extend(self.snapshots.answerable(newest.as_ref(), fed.as_ref()));
    }

    fn apply(&mut self, setting: &BackendCommand) {
        match setting {
            BackendCommand::Disconnect(client) => self.send_away(*client),
            BackendCommand::LetIn(client) => self.kept_out.let_in(*client),
            BackendCommand::Accessibility(tree) => {
                self.tree.set(tree.clone());
                for (client, state) in &mut self.clients {
                    if state.tree.publish(self.tree.revision()) {
                        self.audience.changed(*client);
                    }
                }
                return;
            }
            _ => {}
        }
        self.settings.apply(setting, &mut self.clients);
        for (client, state) in &self.clients {
            if state.has_message() {
                self.audience.changed(*client);
            }
        }
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
                let revision = self.pictures.tiles.revision();
                let is_last = self.pictures.tiles.done(outcome, seconds);
                self.subscribers_changed(revision);
                if !is_last {
                    // The presenter does not wait for what others lack.
                    self.settings.presenter().into_iter().for_each(|it| self.audience.retry(it));
                } else if compared {
                    self.changed_tiles(now);
                } else {
                    let newest = self.pictures.newest.as_ref().map(|newest| newest.number);
                    let is_late = newest.is_some_and(|number| !self.pictures.tiles.has(number));
                    self.pictures.budget.encoded(qualities, is_late, now);
                    self.audience.retry_lacking();
                }
            }
            Outcome::Video(outcome) => {
                let seconds = self.seconds(now);
                self.pictures.video.done(*outcome, now, seconds);
                self.audience.retry_lacking();
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

    /// There is something new of the tiles, and so of video.
    fn changed_tiles(&mut self, now: Instant) {
        self.audience.retry_lacking();
        self.changed_pictures(Source::Tiles, now);
        self.changed_pictures(Source::Video, now);
    }

    /// There is something new of `source`.
    fn changed_pictures(&mut self, source: Source, now: Instant) {
        self.audience.set_version(source, self.pictures.version(source), &self.clients);
        for client in self.audience.with_room(source) {
            self.look(client, now, true);
        }
    }
}
