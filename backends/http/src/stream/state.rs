//! What the engine, the encoders and the clients of one canvas know of each other. Pure but for
//! wakers: `now` is passed in.

use std::collections::{BTreeMap, VecDeque};
use std::task::Waker;
use std::time::{Duration, Instant};

use bytes::Bytes;
use framecast_api::{
    ClientId, Clock, ControlRequest, ControlState, Cursor, EventKind, Frame, Input, LogicalSize,
    Rect, Setting, Traffic,
};
use smol::channel::Sender;

use super::canvas::Joining;
use super::encode;
use super::feed::Feed;
use super::inputs::{Flooded, Inputs};
use super::protocol::{Dialect, Part, SUBPROTOCOL, ServerMessage, View};
use super::seat::{Due, FeedKind, Seat, Sending};
use super::stats::{CanvasStats, ClientStats, Encoded, Frames};
use super::store::{self, Missing, Newest, Store};
use super::whole::{self, Audience, Whole, WholeFeed};

/// An input that is older than this did not cause a frame.
const CAUSE: f64 = 1.0;

/// Of more damage than this it is quicker to compare all.
const MOST_RECTS: usize = 256;

/// A canvas. Every change must be followed by [`settle`](State::settle).
#[derive(Debug)]
pub(super) struct State {
    phase: Phase,
    title: String,
    cursor: Cursor,
    control: ControlState,
    /// The size that the application asked for.
    logical: Option<LogicalSize>,
    lossless: bool,
    still_after: Duration,
    newest: Option<Newest>,
    /// When the oldest input that the engine took since the newest frame arrived, in seconds.
    handed: Option<f64>,
    store: Store,
    whole: Whole,
    clients: BTreeMap<ClientId, Seat>,
    last_client: u64,
    /// What was sent to clients that left.
    gone: Traffic,
    inputs: Inputs,
    /// What the engine, the encoders were last told.
    told: Told,
}

#[derive(Debug, Default)]
struct Told {
    wants_frame: bool,
    has_input: bool,
    look_at: Option<Instant>,
}

#[derive(Debug)]
enum Phase {
    New,
    Open { waker: Waker, clock: Clock },
    Closed,
}

/// What an encoder's thread is to do.
#[derive(Debug)]
pub(super) enum Work {
    Tiles(store::Job),
    Whole(whole::Job),
    /// Nothing, until then or until told.
    Wait(Option<Instant>),
    /// The canvas was closed.
    End,
}

/// What became of it.
#[derive(Debug)]
pub(super) enum Done {
    Tiles(store::Outcome),
    Whole(whole::Outcome),
}

/// Whom a change concerns.
#[derive(Debug, Default)]
pub(super) struct Wake {
    /// The engine's, if it is to be woken.
    pub(super) engine: Option<Waker>,
    /// How many of the encoders' threads.
    pub(super) encoders: usize,
}

/// What a client is sent next.
#[derive(Debug)]
pub(crate) enum Outgoing {
    Text(String),
    Part(Part),
    /// A whole picture.
    Picture(Bytes),
    /// The client was sent away.
    Away,
    /// The last message, if there is one; the connection is then closed.
    Last(Option<String>),
}

impl State {
    /// `still_after`: how long a picture must be unchanged to be sent again, exactly.
    pub(super) fn new(still_after: Duration) -> Self {
        State {
            phase: Phase::New,
            title: String::new(),
            cursor: Cursor::default(),
            control: ControlState::default(),
            logical: None,
            lossless: false,
            still_after,
            newest: None,
            handed: None,
            store: Store::default(),
            whole: Whole::new(still_after),
            clients: BTreeMap::new(),
            last_client: 0,
            gone: Traffic::default(),
            inputs: Inputs::default(),
            told: Told::default(),
        }
    }

    /// Every picture is sent exactly from the first, or not any more.
    pub(super) fn set_lossless(&mut self, lossless: bool) {
        self.lossless = lossless;
        self.whole.set_lossless(lossless);
    }

    pub(super) fn open(&mut self, waker: Waker, clock: Clock, title: String) {
        self.phase = Phase::Open { waker, clock };
        self.title = title;
    }

    pub(super) fn close(&mut self) {
        self.phase = Phase::Closed;
        self.inputs = Inputs::default();
        self.newest = None;
        self.store.clear();
        self.whole.clear();
    }

    pub(super) fn is_open(&self) -> bool {
        matches!(self.phase, Phase::Open { .. })
    }

    pub(super) fn is_closed(&self) -> bool {
        matches!(self.phase, Phase::Closed)
    }

    pub(super) fn newest(&self) -> Option<&Newest> {
        self.newest.as_ref()
    }

    pub(super) fn seat(&mut self, client: ClientId) -> Option<&mut Seat> {
        self.clients.get_mut(&client)
    }

    /// What there is to tell of the canvas called `name`.
    pub(super) fn stats(&self, name: &str, now: Instant) -> CanvasStats {
        let counts = self.store.counts;
        let clients = self.clients.iter().map(|(client, seat)| {
            let whole = seat.is_whole();
            ClientStats {
                client: client.0,
                protocol: if whole { "renderview" } else { SUBPROTOCOL },
                presenter: self.control.presenter().and_then(|it| it.client) == Some(*client),
                visible: seat.visible,
                quality: if whole { encode::QUALITY } else { seat.pacing.quality() },
                bytes_per_second: seat.pacing.rate(),
                way: seat.pacing.way().map(|way| way.as_secs_f64() * 1e3),
                fps: seat.ledger.fps(now),
                counts: seat.ledger.counts(),
                steps: seat.ledger.steps(),
            }
        });
        CanvasStats {
            canvas: name.to_owned(),
            time: self.seconds(now),
            frames: Frames {
                presented: self.newest.as_ref().map_or(0, |newest| newest.number),
                compared: counts.compared,
                changed: counts.changed,
            },
            encoded: Encoded {
                jpeg_tiles: counts.jpeg_tiles,
                exact_tiles: counts.exact_tiles,
                bytes: counts.encoded_bytes,
            },
            clients: clients.collect(),
        }
    }

    /// What was sent so far.
    pub(super) fn traffic(&self) -> Traffic {
        let mut traffic = self.gone;
        for seat in self.clients.values() {
            add(&mut traffic, seat);
        }
        traffic
    }

    /// Seconds on the canvas' clock.
    fn seconds(&self, now: Instant) -> f64 {
        match &self.phase {
            Phase::Open { clock, .. } => clock.seconds(now),
            Phase::New | Phase::Closed => 0.0,
        }
    }

    pub(super) fn present(&mut self, frame: &Frame, now: Instant) {
        if !self.is_open() {
            return;
        }
        let mut input = self.handed.take().filter(|at| frame.timestamp() - at < CAUSE);
        let before = self.newest.as_ref();
        let follows = before.is_some_and(|it| {
            let it = &it.frame;
            // Damage is told in a frame's own pixels.
            let same_grid = it.size() == frame.size() && it.ratio() == frame.ratio();
            same_grid && it.sequence() + 1 == frame.sequence()
        });
        let mut damage = None;
        if follows && frame.is_damage_complete() {
            damage = Some(frame.damage().unwrap_or_default().to_vec());
        }
        if let Some(before) = before
            && !self.store.has_begun(before.number)
        {
            // It is never shown: what it changed and what caused it are seen in this one first.
            input = before.input.or(input);
            damage = both(before.damage.as_deref(), damage);
        }
        let number = before.map_or(0, |newest| newest.number) + 1;
        self.newest = Some(Newest { frame: frame.clone(), number, at: now, damage, input });
    }

    pub(super) fn take_inputs(&mut self) -> VecDeque<Input> {
        self.told.has_input = false;
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

    pub(super) fn apply(&mut self, setting: &Setting) {
        let due: fn(&mut Due) = match setting {
            Setting::Title(title) if self.title != *title => {
                self.title.clone_from(title);
                |due| due.title = true
            }
            Setting::Cursor(cursor) if self.cursor != *cursor => {
                self.cursor = *cursor;
                |due| due.cursor = true
            }
            Setting::Control(control) if self.control != *control => {
                self.control.clone_from(control);
                let host = control.members.iter().find(|it| Some(it.number) == control.host);
                let host = host.and_then(|member| member.client);
                for (client, seat) in &mut self.clients {
                    seat.due.control = true;
                    let manages = host == Some(*client) && !seat.is_whole();
                    seat.due.clients |= manages || seat.manages;
                    seat.manages = manages;
                }
                return;
            }
            Setting::Disconnect(client) => {
                if let Some(seat) = self.clients.get_mut(client) {
                    seat.due.away = true;
                }
                return;
            }
            // The size of our own page is its user's affair; the older one follows.
            Setting::LogicalSize(size) if self.logical != Some(*size) => {
                self.logical = Some(*size);
                for seat in self.clients.values_mut().filter(|seat| seat.is_whole()) {
                    seat.due.size = true;
                }
                return;
            }
            _ => return,
        };
        self.clients.values_mut().for_each(|seat| due(&mut seat.due));
    }

    /// A client is there.
    pub(super) fn join(&mut self, joining: Joining, wake: Sender<()>, now: Instant) -> ClientId {
        let Joining { label, role, dialect, hello, visible } = joining;
        self.last_client += 1;
        let client = ClientId(self.last_client);
        let feed = match dialect {
            Dialect::Tiles => FeedKind::Tiles(Feed::default()),
            Dialect::Whole => FeedKind::Whole(WholeFeed::default()),
        };
        self.clients.insert(client, Seat::new(feed, role, visible, wake));
        if !self.is_closed() {
            self.inputs.join(client, label, role);
            if !visible {
                let _ = self.event(client, EventKind::Hide, 0, now);
            }
            if let Some((view, bytes)) = hello {
                // The queue of a new client has room for this.
                let _ = self.resize(client, view, bytes);
            }
        }
        client
    }

    pub(super) fn leave(&mut self, client: ClientId) {
        if let Some(seat) = self.clients.remove(&client) {
            add(&mut self.gone, &seat);
        }
        self.inputs.leave(client);
    }

    pub(super) fn reject(&mut self, client: ClientId) {
        self.inputs.reject(client);
    }

    pub(super) fn set_visible(
        &mut self,
        client: ClientId,
        visible: bool,
        bytes: usize,
        now: Instant,
    ) -> Result<(), Flooded> {
        let Some(seat) = self.clients.get_mut(&client) else { return Ok(()) };
        if seat.visible == visible {
            return Ok(());
        }
        seat.visible = visible;
        let kind = if visible { EventKind::Show } else { EventKind::Hide };
        self.event(client, kind, bytes, now)
    }

    pub(super) fn event(
        &mut self,
        client: ClientId,
        kind: EventKind,
        bytes: usize,
        now: Instant,
    ) -> Result<(), Flooded> {
        let Phase::Open { clock, .. } = &self.phase else { return Ok(()) };
        let timestamp = clock.seconds(now);
        self.inputs.push(client, Input::Event { client, timestamp, kind }, bytes)
    }

    pub(super) fn control(
        &mut self,
        client: ClientId,
        request: ControlRequest,
    ) -> Result<(), Flooded> {
        self.inputs.push(client, Input::Control { client, request }, 0)
    }

    pub(super) fn resize(
        &mut self,
        client: ClientId,
        view: View,
        bytes: usize,
    ) -> Result<(), Flooded> {
        if !view.is_usable() {
            self.inputs.reject(client);
            return Ok(());
        }
        let size = LogicalSize::new(view.width, view.height);
        self.inputs.push(client, Input::Resize { client, size, ratio: view.ratio }, bytes)
    }

    /// Does what follows from the last change: decides what to encode, begins what can be sent,
    /// wakes clients; tells who else is to be woken.
    pub(super) fn settle(&mut self, now: Instant) -> Wake {
        self.advance(now);
        let closed = self.is_closed();
        for seat in self.clients.values() {
            if closed || seat.has_message() && !seat.writing {
                seat.wake();
            }
        }
        let told = Told {
            wants_frame: self.wants_frame(),
            has_input: !self.inputs.is_empty(),
            look_at: self.look_at(),
        };
        // A thread that wakes too early finds out; one that wakes too late does not.
        let sooner = match (told.look_at, self.told.look_at) {
            (Some(at), Some(before)) => at < before || before <= now,
            (Some(_), None) => true,
            (None, _) => false,
        };
        let mut encoders = self.store.jobs().max(usize::from(sooner));
        if closed {
            encoders = usize::MAX;
        }
        let rises =
            told.wants_frame && !self.told.wants_frame || told.has_input && !self.told.has_input;
        self.told = told;
        let engine = match &self.phase {
            Phase::Open { waker, .. } if rises => Some(waker.clone()),
            _ => None,
        };
        Wake { engine, encoders }
    }

    /// Goes as far as it goes without an encoder.
    fn advance(&mut self, now: Instant) {
        let (Phase::Open { .. }, Some(newest)) = (&self.phase, &self.newest) else { return };
        let seconds = self.seconds(now);
        for seat in self.clients.values_mut() {
            seat.refresh_if_due(now);
            seat.serve_whole(&self.whole, now, seconds);
        }
        if !self.store.is_resting() {
            return;
        }
        // The newest picture goes before what is left of the one before.
        let wanted = self.clients.values().any(|seat| !seat.is_whole() && seat.free() > 0);
        if wanted && !self.store.has(newest.number) {
            self.store.compare(newest.clone());
        }
        if self.store.is_resting() {
            self.plan(now);
        }
    }

    /// Has encoded what those who have room lack, or else begins to send.
    fn plan(&mut self, now: Instant) {
        self.store.trim();
        let mut missing = Missing::default();
        let manner = (self.lossless, self.still_after);
        for seat in self.clients.values() {
            seat.plan(&self.store, manner, now, &mut missing);
        }
        if missing.is_empty() {
            self.serve(now);
        } else {
            self.store.encode(missing);
        }
    }

    fn serve(&mut self, now: Instant) {
        let (manner, seconds) = ((self.lossless, self.still_after), self.seconds(now));
        for seat in self.clients.values_mut() {
            seat.serve(&self.store, manner, now, seconds);
        }
    }

    /// Whether a visible client has room for a frame after the newest, and the encoders have begun
    /// with the newest: so the engine draws a frame while the one before is encoded, and no more.
    pub(super) fn wants_frame(&self) -> bool {
        if !self.is_open() {
            return false;
        }
        let Some(newest) = &self.newest else {
            return self.clients.values().any(|seat| seat.free() > 0);
        };
        let tiles = (self.store.has_begun(newest.number), self.store.has(newest.number));
        let whole = (self.whole.has_begun(newest.number), self.whole.has(newest.number));
        self.clients.values().any(|seat| {
            let (begun, (has, is_current)) = match &seat.feed {
                FeedKind::Tiles(feed) => (tiles.0, (tiles.1, feed.is_current(&self.store))),
                FeedKind::Whole(feed) => (whole.0, (whole.1, feed.is_current(&self.whole))),
            };
            begun && seat.free() > usize::from(!(has && is_current))
        })
    }

    fn audience(&self) -> Audience {
        let whole = || self.clients.values().filter(|seat| seat.is_whole());
        Audience {
            free: whole().any(|seat| seat.free() > 0),
            takes_exact: whole().any(Seat::takes_exact),
        }
    }

    /// When an encoder's thread is to look again, if nothing else happens.
    fn look_at(&self) -> Option<Instant> {
        if !self.is_open() {
            return None;
        }
        let seats = self.clients.values().filter_map(|seat| {
            let at = seat.look_at(&self.whole)?;
            // What waits for the encoders is looked at when they are done.
            (seat.is_whole() || self.store.is_resting()).then_some(at)
        });
        seats.chain(self.whole.work_at(self.newest.as_ref(), self.audience())).min()
    }

    /// Whether an encoder's thread is to look again at some time.
    pub(super) fn is_to_be_looked_at(&self) -> bool {
        self.told.look_at.is_some()
    }

    /// What an encoder's thread is to do now. To be asked after [`settle`](Self::settle).
    pub(super) fn work(&mut self, now: Instant) -> Work {
        match self.phase {
            Phase::New => return Work::Wait(None),
            Phase::Closed => return Work::End,
            Phase::Open { .. } => {}
        }
        let audience = self.audience();
        // One job for all of the older protocol's clients; tiles are many, and would never let it
        // have its turn where there is one thread.
        if let Some(job) = self.whole.take_job(self.newest.as_ref(), audience, now) {
            return Work::Whole(job);
        }
        if let Some(job) = self.store.take_job() {
            return Work::Tiles(job);
        }
        Work::Wait(self.look_at().filter(|at| *at > now))
    }

    pub(super) fn done(&mut self, done: Done, now: Instant) {
        if self.is_closed() {
            return;
        }
        match done {
            Done::Tiles(outcome) => {
                let compared = matches!(outcome, store::Outcome::Changed(_));
                if !self.store.done(outcome, self.seconds(now)) {
                    return;
                }
                // Before a newer frame has its turn.
                if compared { self.plan(now) } else { self.serve(now) }
            }
            Done::Whole(outcome) => self.whole.done(outcome),
        }
    }

    /// What `client` is to be sent now.
    pub(super) fn next(&mut self, client: ClientId, now: Instant) -> Option<Outgoing> {
        let seconds = self.seconds(now);
        let seat = self.clients.get_mut(&client)?;
        let whole = seat.is_whole();
        if let Some(Sending::Picture { text: None, .. }) = &seat.sending {
            // Right after its text.
            return seat.take_message(seconds);
        }
        let due = &mut seat.due;
        let message = if std::mem::take(&mut due.welcome) {
            ServerMessage::Welcome { client: client.0, role: seat.role }
        } else if let Phase::Closed = self.phase {
            let closed = ServerMessage::Closed { reason: "the application ended" };
            return Some(Outgoing::Last((!whole).then(|| closed.print())));
        } else if due.away {
            return Some(Outgoing::Away);
        } else if std::mem::take(&mut due.title) {
            ServerMessage::Title { value: &self.title }
        } else if std::mem::take(&mut due.cursor) {
            ServerMessage::Cursor { value: self.cursor.css_name() }
        } else if std::mem::take(&mut due.control) {
            let message = ServerMessage::control(&self.control, client, seat.role);
            match message {
                ServerMessage::Control { presenter, .. } if whole => {
                    ServerMessage::Active { value: presenter }
                }
                message => message,
            }
        } else if std::mem::take(&mut due.clients) {
            ServerMessage::clients(&self.control, client)
        } else if let (true, Some(size)) = (std::mem::take(&mut due.size), self.logical) {
            seat.due.height = true;
            ServerMessage::CssWidth { value: css(size.width) }
        } else if let (true, Some(size)) = (std::mem::take(&mut due.height), self.logical) {
            ServerMessage::CssHeight { value: css(size.height) }
        } else if let Some(id) = seat.take_pong() {
            ServerMessage::Pong { id, time: seconds }
        } else {
            return seat.take_message(seconds);
        };
        Some(Outgoing::Text(message.print()))
    }
}

fn add(traffic: &mut Traffic, seat: &Seat) {
    let counts = seat.ledger.counts();
    traffic.updates += counts.updates;
    traffic.painted += counts.painted;
    traffic.bytes += counts.bytes;
}

/// What either damaged, if that is known and not a lot.
fn both(one: Option<&[Rect]>, other: Option<Vec<Rect>>) -> Option<Vec<Rect>> {
    let mut all = other?;
    all.extend_from_slice(one?);
    Some(all).filter(|all| all.len() <= MOST_RECTS)
}

fn css(pixels: f64) -> String {
    format!("{pixels}px")
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::stream::encoder;
    use crate::stream::ledger::Painted;
    use framecast_api::{FramePool, PhysicalSize, Role};

    const STILL: Duration = Duration::from_millis(300);
    const VIEW: View = View { width: 10.0, height: 10.0, ratio: 1.0 };
    const SIZE: PhysicalSize = PhysicalSize::new(400, 300);

    /// A canvas, and an engine, encoders and clients that do one step at a time.
    pub(in crate::stream) struct Scene {
        pub(in crate::stream) state: State,
        pub(in crate::stream) pool: FramePool,
        pub(in crate::stream) now: Instant,
        pub(in crate::stream) sequence: u64,
    }

    /// What a client was sent of one update.
    #[derive(Debug)]
    struct Got {
        update: u32,
        sequence: u64,
        tiles: usize,
        exact: bool,
        largest: usize,
        bytes: usize,
    }

    /// Grain that no encoder finds simple.
    pub(in crate::stream) fn grain(seed: u32, at: usize) -> [u8; 4] {
        let n = (at as u32 ^ seed.rotate_left(20)).wrapping_mul(0x9e37_79b9);
        let n = (n ^ (n >> 15)).wrapping_mul(0x85eb_ca6b);
        (n ^ (n >> 13)).to_le_bytes()
    }

    impl Scene {
        pub(in crate::stream) fn new() -> Self {
            let mut state = State::new(STILL);
            state.open(Waker::noop().clone(), Clock::start(), "title".into());
            Self { state, pool: FramePool::new(), now: Instant::now(), sequence: 0 }
        }

        pub(in crate::stream) fn join(&mut self) -> ClientId {
            self.join_as(Dialect::Tiles)
        }

        fn join_as(&mut self, dialect: Dialect) -> ClientId {
            let (wake, _) = smol::channel::bounded(1);
            let client = {
                let (label, role, hello) = ("somebody".into(), Role::Drive, Some((VIEW, 50)));
                let joining = Joining { label, role, dialect, hello, visible: true };
                self.state.join(joining, wake, self.now)
            };
            while let Some(next) = self.state.next(client, self.now) {
                assert!(matches!(next, Outgoing::Text(_)));
            }
            self.settle();
            client
        }

        pub(in crate::stream) fn settle(&mut self) -> Wake {
            self.state.settle(self.now)
        }

        /// Presents a frame whose first `changed` pixels depend on `seed`.
        fn present(&mut self, seed: u32, changed: usize) {
            let mut buffer = self.pool.lend(SIZE).unwrap();
            for (at, pixel) in buffer.pixels_mut().iter_mut().enumerate() {
                *pixel = grain(if at < changed { seed } else { 0 }, at);
            }
            self.sequence += 1;
            let frame = self.pool.freeze(buffer, self.sequence, 0.0, 1.0);
            self.now += Duration::from_millis(1);
            self.state.present(&frame, self.now);
            self.settle();
        }

        fn present_all(&mut self, seed: u32) {
            self.present(seed, usize::MAX);
        }

        /// Does one job, if there is one.
        fn work(&mut self) -> bool {
            self.settle();
            let work = self.state.work(self.now);
            self.settle();
            let Some(done) = encoder::work(work) else { return false };
            self.state.done(done, self.now);
            self.settle();
            true
        }

        /// Does all there is to do, and tells how many jobs that were.
        fn encode(&mut self) -> usize {
            let mut jobs = 0;
            while self.work() {
                jobs += 1;
                assert!(jobs < 1000, "it never ends");
            }
            jobs
        }

        /// Writes what is next to `client`.
        fn send(&mut self, client: ClientId) -> Option<Got> {
            let mut got: Option<Got> = None;
            loop {
                let next = self.state.next(client, self.now);
                self.state.seat(client).unwrap().writing = false;
                let part = match next {
                    Some(Outgoing::Part(part)) => part,
                    None => return got,
                    other => panic!("{other:?}"),
                };
                let header = part.header;
                let before = got.take();
                let tiles = before.as_ref().map_or(0, |got| got.tiles) + part.tiles.len();
                let bytes = part.into_bytes().len();
                let (largest, all) = before.map_or((0, 0), |got| (got.largest, got.bytes));
                got = Some(Got {
                    update: header.update,
                    sequence: header.sequence,
                    tiles,
                    exact: header.exact && header.last,
                    largest: largest.max(bytes),
                    bytes: all + bytes,
                });
                if header.last {
                    self.settle();
                    return got;
                }
            }
        }

        fn ack(&mut self, client: ClientId, update: u32) {
            self.now += Duration::from_millis(5);
            let now = self.now;
            self.state.seat(client).unwrap().acknowledged(update, Painted::default(), now);
            self.settle();
        }
    }

    #[test]
    fn nobody_looking_means_no_demand_and_no_encoding() {
        let mut scene = Scene::new();
        assert!(!scene.state.wants_frame());
        scene.present_all(1);
        assert!(!scene.state.wants_frame());
        assert_eq!(scene.encode(), 0);
    }

    #[test]
    fn a_frame_is_drawn_while_the_one_before_is_encoded_and_no_more() {
        let mut scene = Scene::new();
        let client = scene.join();
        assert!(scene.state.wants_frame(), "the first");
        scene.present_all(1);
        assert!(scene.state.wants_frame(), "the second");
        scene.present_all(2);
        assert!(!scene.state.wants_frame(), "one waits for the encoders already");
        assert!(scene.work());
        assert!(!scene.state.wants_frame());
        scene.encode();
        assert_eq!(scene.send(client).unwrap().sequence, 1, "it was begun, so it is sent");
        scene.encode();
        assert_eq!(scene.send(client).unwrap().sequence, 2);
        assert!(!scene.state.wants_frame(), "two are not acknowledged");
        scene.ack(client, 1);
        assert!(scene.state.wants_frame());
    }

    #[test]
    fn frames_that_nobody_has_room_for_are_skipped_and_one_difference_follows() {
        let mut scene = Scene::new();
        let client = scene.join();
        for seed in 1..=2 {
            scene.present_all(seed);
            scene.encode();
            assert_eq!(scene.send(client).unwrap().update, seed);
        }
        for seed in 3..100 {
            scene.present(seed, 400);
            assert_eq!(scene.encode(), 0, "{seed}");
        }
        scene.ack(client, 2);
        scene.encode();
        let got = scene.send(client).unwrap();
        assert_eq!(got.sequence, 99);
        assert!(scene.send(client).is_none());
    }

    #[test]
    fn only_tiles_that_changed_are_encoded_and_sent() {
        let mut scene = Scene::new();
        let client = scene.join();
        scene.present_all(0);
        scene.encode();
        let all = scene.send(client).unwrap();
        scene.ack(client, all.update);
        let before = scene.state.store.counts;
        scene.present(7, 10);
        scene.encode();
        let got = scene.send(client).unwrap();
        assert_eq!(got.tiles, 1);
        let counts = scene.state.store.counts;
        assert_eq!(counts.jpeg_tiles - before.jpeg_tiles, 1);
    }

    #[test]
    fn damage_is_trusted_if_it_is_said_to_be_complete_and_adds_up_over_skipped_frames() {
        let mut scene = Scene::new();
        let client = scene.join();
        let present = |scene: &mut Scene, changed: &[usize], damage: &[Rect], trust| {
            let mut buffer = scene.pool.lend(SIZE).unwrap();
            if let Some(before) = scene.state.newest() {
                assert!(buffer.copy_from(&before.frame.clone()));
            }
            scene.sequence += 1;
            for at in changed {
                buffer.pixels_mut()[*at] = [scene.sequence as u8; 4];
            }
            damage.iter().for_each(|rect| buffer.add_damage(*rect));
            if trust {
                buffer.trust_damage();
            }
            let frame = scene.pool.freeze(buffer, scene.sequence, 0.0, 1.0);
            scene.now += Duration::from_millis(1);
            scene.state.present(&frame, scene.now);
            scene.settle();
        };
        let see = |scene: &mut Scene| {
            scene.encode();
            let got = scene.send(client)?;
            scene.ack(client, got.update);
            Some(got.tiles)
        };
        let (one, two) = (Rect::new(0, 0, 1, 1), Rect::new(300, 200, 1, 1));
        let (at_one, at_two) = (0, 200 * 400 + 300);
        present(&mut scene, &[], &[], true);
        assert!(see(&mut scene).unwrap() > 20, "there was nothing before");
        present(&mut scene, &[at_one, at_two], &[one], false);
        assert_eq!(see(&mut scene), Some(2), "a hint");
        present(&mut scene, &[at_one, at_two], &[one], true);
        assert_eq!(see(&mut scene), Some(1), "a promise, broken");
        present(&mut scene, &[at_two], &[two], true);
        assert_eq!(see(&mut scene), Some(1));
        present(&mut scene, &[], &[], true);
        assert_eq!(see(&mut scene), None);

        // Nobody has room for the first two of three.
        scene.state.seat(client).unwrap().visible = false;
        present(&mut scene, &[at_one], &[one], true);
        present(&mut scene, &[], &[], true);
        present(&mut scene, &[at_two], &[two], true);
        scene.state.seat(client).unwrap().visible = true;
        scene.settle();
        assert_eq!(see(&mut scene), Some(2));

        scene.state.seat(client).unwrap().visible = false;
        present(&mut scene, &[at_one], &[], false);
        present(&mut scene, &[at_two], &[two], true);
        scene.state.seat(client).unwrap().visible = true;
        scene.settle();
        assert_eq!(see(&mut scene), Some(2), "one of them promised nothing");
        scene.sequence += 1;
        present(&mut scene, &[at_one, at_two], &[two], true);
        assert_eq!(see(&mut scene), Some(2), "the frame before is not the one it speaks of");
    }

    #[test]
    fn damage_of_a_frame_of_another_size_that_nobody_saw_says_nothing() {
        let mut scene = Scene::new();
        let client = scene.join();
        let present = |scene: &mut Scene, size: PhysicalSize| {
            let mut buffer = scene.pool.lend(size).unwrap();
            scene.sequence += 1;
            buffer.fill([scene.sequence as u8; 4]);
            buffer.add_damage(Rect::new(0, 0, size.width, size.height));
            buffer.trust_damage();
            let frame = scene.pool.freeze(buffer, scene.sequence, 0.0, 1.0);
            scene.state.present(&frame, scene.now);
            scene.settle();
        };
        present(&mut scene, SIZE);
        scene.encode();
        let got = scene.send(client).unwrap();
        scene.ack(client, got.update);
        scene.state.seat(client).unwrap().visible = false;
        present(&mut scene, PhysicalSize::new(SIZE.width, 2 * SIZE.height));
        present(&mut scene, SIZE);
        scene.state.seat(client).unwrap().visible = true;
        scene.encode();
        let again = scene.send(client).unwrap();
        assert_eq!((again.sequence, again.tiles), (3, got.tiles));
    }

    #[test]
    fn every_tile_is_encoded_once_for_everybody() {
        let mut scene = Scene::new();
        let clients: Vec<_> = (0..20).map(|_| scene.join()).collect();
        scene.present_all(1);
        scene.encode();
        let tiles = scene.state.store.tiles().len();
        for client in clients {
            assert_eq!(scene.send(client).unwrap().tiles, tiles);
        }
        assert_eq!(scene.state.store.counts.jpeg_tiles, tiles as u64);
    }

    #[test]
    fn a_stalled_client_does_not_hold_back_another() {
        let mut scene = Scene::new();
        let (stalled, quick) = (scene.join(), scene.join());
        for seed in 1..50 {
            assert!(scene.state.wants_frame(), "{seed}");
            scene.present_all(seed);
            scene.encode();
            scene.send(stalled);
            let got = scene.send(quick).unwrap();
            assert_eq!(got.sequence, u64::from(seed));
            scene.ack(quick, got.update);
        }
    }

    #[test]
    fn a_still_picture_becomes_exact_in_slices_and_once() {
        let mut scene = Scene::new();
        let client = scene.join();
        scene.present_all(1);
        scene.encode();
        let first = scene.send(client).unwrap();
        assert!(!first.exact);
        scene.ack(client, first.update);
        assert_eq!(scene.encode(), 0);
        scene.now += STILL;
        let (mut tiles, mut updates) = (0, 0);
        loop {
            scene.encode();
            let got = scene.send(client).unwrap();
            assert!(scene.send(client).is_none(), "the next slice waits for the paint");
            tiles += got.tiles;
            updates += 1;
            assert!(got.bytes <= 256 * 1024 + 4096, "{got:?}");
            scene.ack(client, got.update);
            if got.exact {
                break;
            }
        }
        assert_eq!(tiles, scene.state.store.tiles().len());
        assert!(updates > 1, "360 KB of grain are more than one slice");
        scene.now += 10 * STILL;
        assert_eq!(scene.encode(), 0);
        assert!(scene.send(client).is_none());
        assert!(matches!(scene.state.work(scene.now), Work::Wait(None)));
    }

    #[test]
    fn what_rests_becomes_exact_beside_what_moves() {
        let mut scene = Scene::new();
        let client = scene.join();
        let (frames, mut sent) = (200, 0);
        for seed in 1..=frames {
            scene.present(seed, 40);
            scene.now += Duration::from_millis(20);
            scene.encode();
            while let Some(got) = scene.send(client) {
                sent += got.tiles;
                scene.ack(client, got.update);
                scene.encode();
            }
        }
        let resting = scene.state.store.tiles().len() - 1;
        // Each that rests comes twice, as JPEG and exactly; the other with every frame.
        assert_eq!(sent, 2 * resting + frames as usize);
    }

    #[test]
    fn a_picture_presented_over_and_over_is_sent_once_and_becomes_exact() {
        let mut scene = Scene::new();
        let client = scene.join();
        scene.present_all(1);
        scene.encode();
        let got = scene.send(client).unwrap();
        scene.ack(client, got.update);
        for _ in 0..100 {
            scene.present_all(1);
            scene.encode();
            assert!(scene.send(client).is_none());
        }
        for _ in 0..300 {
            scene.present_all(1);
            scene.encode();
            if let Some(got) = scene.send(client) {
                scene.ack(client, got.update);
                if got.exact {
                    return;
                }
            }
        }
        panic!("it never became exact");
    }

    #[test]
    fn parts_are_small_enough_for_a_client_that_stops_reading() {
        let mut scene = Scene::new();
        let client = scene.join();
        scene.present_all(1);
        scene.encode();
        let got = scene.send(client).unwrap();
        assert!(got.largest < 68 * 1024, "{got:?}");
    }

    #[test]
    fn tiles_that_cannot_be_encoded_are_not_tried_over_and_over() {
        let mut scene = Scene::new();
        let client = scene.join();
        scene.present_all(1);
        let all = scene.state.store.tiles().len();
        let mut failed = 0;
        loop {
            scene.settle();
            let work = scene.state.work(scene.now);
            let Work::Tiles(store::Job::Encode { tiles, coding, .. }) = &work else { break };
            // Tile 3 cannot be encoded, alone or with others.
            let done = if tiles.contains(&3) {
                failed += 1;
                Done::Tiles(store::Outcome::Failed(tiles.clone(), *coding))
            } else {
                encoder::work(work).unwrap()
            };
            scene.state.done(done, scene.now);
        }
        scene.settle();
        assert_eq!(failed, 2, "with others, and alone");
        let failed = 1;
        let rest = scene.send(client).map_or(0, |got| got.tiles);
        assert_eq!(rest, all - failed);
        scene.ack(client, 1);
        scene.now += STILL;
        for _ in 0..10 {
            scene.encode();
            while let Some(got) = scene.send(client) {
                assert!(!got.exact);
                scene.ack(client, got.update);
            }
        }
        assert_eq!(scene.encode(), 0);
        scene.present_all(2);
        scene.encode();
        assert_eq!(scene.send(client).unwrap().tiles, all, "they changed");
    }

    #[test]
    fn a_client_that_left_in_the_middle_leaves_the_others_what_was_encoded() {
        let mut scene = Scene::new();
        let (one, two) = (scene.join(), scene.join());
        scene.present_all(1);
        assert!(scene.work());
        scene.state.leave(one);
        scene.encode();
        assert!(scene.send(two).is_some());
    }

    #[test]
    fn a_client_of_the_older_protocol_gets_text_and_picture_in_turn() {
        let mut scene = Scene::new();
        let (old, new) = (scene.join_as(Dialect::Whole), scene.join());
        for seed in 1..4_u32 {
            scene.present_all(seed);
            scene.encode();
            scene.state.seat(old).unwrap().ping(1.0);
            let mut texts = Vec::new();
            let picture = loop {
                match scene.state.next(old, scene.now) {
                    Some(Outgoing::Text(text)) => texts.push(text),
                    Some(Outgoing::Picture(bytes)) => break bytes,
                    other => panic!("{other:?}"),
                }
                // Something else comes up between the two.
                scene.state.seat(old).unwrap().due.title = texts.len() == 2;
            };
            assert!(texts.last().unwrap().contains("framebufferdata"), "{texts:?}");
            assert_eq!(picture[..2], [0xff, 0xd8]);
            let seat = scene.state.seat(old).unwrap();
            seat.writing = false;
            assert!(seat.due.title, "later");
            seat.due = Due::NONE;
            assert!(!scene.state.wants_frame() || seed < 4);
            scene.ack(old, seed);
            let got = scene.send(new).unwrap();
            scene.ack(new, got.update);
        }
        assert!(scene.state.wants_frame());
    }

    #[test]
    fn the_engine_is_woken_when_demand_rises_and_when_input_comes() {
        let mut scene = Scene::new();
        assert!(scene.settle().engine.is_none());
        let (wake, _) = smol::channel::bounded(1);
        let (label, role, dialect) = ("somebody".into(), Role::Drive, Dialect::Tiles);
        let joining = Joining { label, role, dialect, hello: Some((VIEW, 50)), visible: true };
        let client = scene.state.join(joining, wake, scene.now);
        assert!(scene.settle().engine.is_some(), "demand and input");
        assert!(scene.settle().engine.is_none(), "nothing new");
        scene.state.take_inputs();
        scene.state.reject(client);
        assert!(scene.settle().engine.is_some(), "input");
    }

    #[test]
    fn the_encoders_are_told_when_there_is_work_and_when_something_has_rested() {
        let mut scene = Scene::new();
        let client = scene.join();
        assert_eq!(scene.settle().encoders, 0);
        scene.present_all(1);
        assert!(scene.settle().encoders > 0);
        scene.encode();
        let got = scene.send(client).unwrap();
        scene.ack(client, got.update);
        let Work::Wait(Some(at)) = scene.state.work(scene.now) else { panic!("no time") };
        assert!(at <= scene.now + STILL && at > scene.now);
        scene.now = at;
        assert!(scene.encode() > 0);
    }

    #[test]
    fn after_the_end_there_is_one_message() {
        let mut scene = Scene::new();
        let (client, old) = (scene.join(), scene.join_as(Dialect::Whole));
        scene.present_all(1);
        let work = scene.state.work(scene.now);
        assert!(matches!(work, Work::Tiles(_) | Work::Whole(_)), "{work:?}");
        scene.state.close();
        assert!(!scene.state.wants_frame());
        assert!(scene.state.take_inputs().is_empty());
        if let Some(done) = encoder::work(work) {
            scene.state.done(done, scene.now);
        }
        assert!(matches!(scene.state.work(scene.now), Work::End));
        let Some(Outgoing::Last(Some(text))) = scene.state.next(client, scene.now) else {
            panic!("no goodbye");
        };
        assert!(text.contains("closed"));
        assert!(matches!(scene.state.next(old, scene.now), Some(Outgoing::Last(None))));
    }
}
