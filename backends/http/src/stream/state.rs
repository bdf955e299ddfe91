//! What the engine, the encoders and the clients of one canvas know of each other. Pure but for
//! wakers: `now` is passed in.

use std::collections::VecDeque;
use std::task::Waker;
use std::time::{Duration, Instant};

use bytes::Bytes;
use framecast_api::{
    ClientId, Clock, ControlRequest, EventKind, Frame, Input, LogicalSize, Role, Setting, Traffic,
};
use smol::channel::Sender;

use super::canvas::Joining;
use super::encode;
use super::feed::Feed;
use super::film::{Manner, Reel};
use super::inputs::{Flooded, Inputs};
use super::kept_out::{Identity, KeptOut};
use super::newest::Newest;
use super::protocol::{Dialect, Part, SUBPROTOCOL, ServerMessage, View};
use super::seat::{FeedKind, Seat, Sending};
use super::settings::{Seats, Settings};
use super::snapshot::{Askers, Look, Missing as NoSnapshot};
use super::stats::{CanvasStats, ClientStats, Encoded, Frames};
use super::store::{self, Missing, Store};
use super::whole::{self, Audience, Whole, WholeFeed};

/// An input that is older than this did not cause a frame.
const CAUSE: f64 = 1.0;

/// A canvas. Every change must be followed by [`settle`](State::settle).
#[derive(Debug)]
pub(super) struct State {
    phase: Phase,
    settings: Settings,
    lossless: bool,
    still_after: Duration,
    newest: Option<Newest>,
    /// When the oldest input that the engine took since the newest frame arrived, in seconds.
    handed: Option<f64>,
    store: Store,
    whole: Whole,
    /// What films show while the pictures of `whole` are all exact: they need JPEGs.
    films: Whole,
    clients: Seats,
    /// How many of them are sent whole pictures.
    whole_clients: usize,
    last_client: u64,
    /// What was sent to clients that left.
    gone: Traffic,
    inputs: Inputs,
    askers: Askers,
    kept_out: KeptOut,
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
    Film(whole::Job),
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
    Film(whole::Outcome),
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
            settings: Settings::default(),
            lossless: false,
            still_after,
            newest: None,
            handed: None,
            store: Store::default(),
            whole: Whole::new(still_after),
            films: Whole::new(still_after),
            clients: Seats::new(),
            whole_clients: 0,
            last_client: 0,
            gone: Traffic::default(),
            inputs: Inputs::default(),
            askers: Askers::default(),
            kept_out: KeptOut::default(),
            told: Told::default(),
        }
    }

    /// Every picture is sent exactly from the first, or not any more.
    pub(super) fn set_lossless(&mut self, lossless: bool) {
        if self.lossless == lossless {
            return;
        }
        self.lossless = lossless;
        self.whole.set_lossless(lossless);
        self.films.clear();
        // What was shown was counted elsewhere.
        for seat in self.clients.values_mut() {
            if let FeedKind::Film(reel) = &mut seat.feed {
                reel.feed.reset();
            }
        }
    }

    pub(super) fn open(&mut self, waker: Waker, clock: Clock, title: String) {
        self.phase = Phase::Open { waker, clock };
        self.settings.set_title(title);
    }

    pub(super) fn close(&mut self) {
        self.phase = Phase::Closed;
        self.inputs = Inputs::default();
        self.newest = None;
        self.store.clear();
        self.whole.clear();
        self.films.clear();
    }

    /// The whole pictures of `seat`.
    fn pictures<'a>(&'a self, seat: &Seat) -> &'a Whole {
        if self.lossless && seat.is_film() { &self.films } else { &self.whole }
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

    #[cfg(test)]
    pub(super) fn clients(&self) -> impl Iterator<Item = ClientId> {
        self.clients.keys().copied()
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
                protocol: match &seat.feed {
                    FeedKind::Tiles(_) => SUBPROTOCOL,
                    FeedKind::Whole(_) => "renderview",
                    FeedKind::Film(_) => "mjpeg",
                },
                presenter: self.settings.presenter() == Some(*client),
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
        let cause = self.handed.take().filter(|at| frame.timestamp() - at < CAUSE);
        let before = self.newest.as_ref();
        let is_seen = before.is_some_and(|before| self.store.has_begun(before.number));
        self.newest = Some(Newest::after(before, is_seen, frame, cause, now));
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
        match setting {
            Setting::Disconnect(client) => self.send_away(*client),
            Setting::LetIn(client) => self.kept_out.let_in(*client),
            _ => {}
        }
        self.settings.apply(setting, &mut self.clients);
    }

    /// Has text for the clipboard of `client`, the newest only; whether it can be told.
    pub(super) fn set_clipboard(&mut self, client: ClientId, text: &str) -> bool {
        match self.clients.get_mut(&client) {
            Some(seat) if !seat.is_whole() => {
                seat.clipboard = Some(text.to_owned());
                true
            }
            _ => false,
        }
    }

    fn send_away(&mut self, client: ClientId) {
        let seat = self.clients.get(&client).map(|seat| &seat.who);
        // It may have left before the engine knew.
        let Some(who) = seat.or_else(|| self.kept_out.who_left(client)).cloned() else { return };
        let others = self.clients.iter().filter(|(other, _)| **other != client);
        let others = others.map(|(_, seat)| &seat.who);
        let host = self.settings.host().filter(|host| *host != client);
        let host = host.and_then(|host| self.clients.get(&host)).map(|seat| &seat.who);
        self.kept_out.add(client, &who, others, host);
    }

    /// Whether `client` is here and has been sent away.
    pub(super) fn is_sent_away(&self, client: ClientId) -> bool {
        self.clients.get(&client).is_some_and(|seat| seat.due.away)
    }

    /// Whether `who` was sent away, or may be somebody who was.
    pub(super) fn keeps_out(&self, who: &Identity, now: Instant) -> bool {
        self.kept_out.refuses(who, now)
    }

    /// A client is there; `None`: it is kept out, because it was sent away before.
    pub(super) fn join(
        &mut self,
        joining: Joining,
        wake: Sender<()>,
        now: Instant,
    ) -> Option<ClientId> {
        let Joining { label, who, dialect, hello, visible } = joining;
        if self.keeps_out(&who, now) {
            return None;
        }
        let feed = match dialect {
            Dialect::Tiles => FeedKind::Tiles(Feed::default()),
            Dialect::Whole => FeedKind::Whole(WholeFeed::default()),
        };
        let client = self.take_seat(Seat::new(feed, who, visible, wake), label);
        if !self.is_closed() {
            if !visible {
                let _ = self.event(client, EventKind::Hide, 0, now);
            }
            // A view without a size takes the canvas as it is.
            if let Some((view, bytes)) = hello.filter(|(view, _)| !view.is_none()) {
                // The queue of a new client has room for this.
                let _ = self.resize(client, view, bytes);
            }
        }
        Some(client)
    }

    /// Somebody is there who can only read pictures, and so only watches.
    pub(super) fn join_film(
        &mut self,
        label: String,
        who: Identity,
        manner: Manner,
        wake: Sender<()>,
    ) -> ClientId {
        let feed = FeedKind::Film(Reel::new(manner));
        let mut seat = Seat::new(feed, who, true, wake);
        seat.role = Role::Watch;
        self.take_seat(seat, label)
    }

    fn take_seat(&mut self, seat: Seat, label: String) -> ClientId {
        self.last_client += 1;
        let (client, role) = (ClientId(self.last_client), seat.role);
        self.whole_clients += usize::from(seat.is_whole());
        self.clients.insert(client, seat);
        if !self.is_closed() {
            self.inputs.join(client, label, role);
        }
        client
    }

    pub(super) fn leave(&mut self, client: ClientId, reason: &str) {
        if let Some(seat) = self.clients.remove(&client) {
            add(&mut self.gone, &seat);
            self.whole_clients -= usize::from(seat.is_whole());
            self.kept_out.left(client, seat.who);
        }
        self.inputs.leave(client, reason);
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
        let is_news = seat.visible != visible || !seat.said_visible;
        (seat.visible, seat.said_visible) = (visible, true);
        if !is_news {
            return Ok(());
        }
        let kind = if visible { EventKind::Show } else { EventKind::Hide };
        self.event(client, kind, bytes, now)
    }

    pub(super) fn event(
        &mut self,
        client: ClientId,
        mut kind: EventKind,
        bytes: usize,
        now: Instant,
    ) -> Result<(), Flooded> {
        let Phase::Open { clock, .. } = &self.phase else { return Ok(()) };
        if let Some(seat) = self.clients.get_mut(&client) {
            seat.map(&mut kind);
        }
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
        if let Some(seat) = self.clients.get_mut(&client) {
            seat.mapping.resized(size);
        }
        self.inputs.push(client, Input::Resize { client, size, ratio: view.ratio }, bytes)
    }

    /// Somebody wants a snapshot; its number, unless too many do. `wake` wakes it.
    pub(super) fn ask(&mut self, role: Role, wake: Sender<()>, now: Instant) -> Option<u64> {
        let demanded = self.have_room();
        self.askers.ask(self.newest.as_ref(), demanded, role, wake, now)
    }

    /// What there is for who wants a snapshot.
    pub(super) fn look(&mut self, asker: u64, now: Instant) -> Look {
        if !self.is_open() {
            return Look::Missing(NoSnapshot::Closed);
        }
        self.askers.look(asker, self.newest.as_ref(), now)
    }

    pub(super) fn stop_asking(&mut self, asker: u64) {
        self.askers.leave(asker);
    }

    /// Does what follows from the last change: decides what to encode, begins what can be sent,
    /// wakes clients; tells who else is to be woken.
    pub(super) fn settle(&mut self, now: Instant) -> Wake {
        self.advance(now);
        let closed = self.is_closed();
        for seat in self.clients.values() {
            if closed || seat.due.away || seat.has_message() && !seat.writing {
                seat.wake();
            }
        }
        self.askers.wake(self.newest.as_ref(), closed);
        let told = Told {
            wants_frame: self.wants_frame(),
            has_input: !self.inputs.is_empty(),
            look_at: self.look_at(),
        };
        let wake = self.tell(told, now);
        let encoders = if closed { usize::MAX } else { self.store.jobs().max(wake.encoders) };
        Wake { encoders, ..wake }
    }

    /// As [`settle`](Self::settle), after a change that concerns this client only: takes no longer
    /// for many clients than for one. `is_awake`: its task looks for a message in any case.
    pub(super) fn settle_one(&mut self, client: ClientId, is_awake: bool, now: Instant) -> Wake {
        let (Some(newest), true) = (&self.newest, self.is_open()) else { return self.settle(now) };
        let (newest, seconds) = (newest.number, self.seconds(now));
        let seat = self.clients.get_mut(&client).filter(|seat| !seat.is_whole());
        let Some(seat) = seat else { return self.settle(now) };
        seat.refresh_if_due(now);
        let is_resting = self.store.is_resting();
        if is_resting && seat.free() > 0 {
            let manner = (self.lossless, self.still_after);
            let mut missing = Missing::default();
            seat.plan(&self.store, manner, now, &mut missing);
            // What is to be compared or encoded concerns everybody.
            if !self.store.has(newest) || !missing.is_empty() {
                return self.settle(now);
            }
            seat.serve(&self.store, manner, now, seconds);
        }
        if !is_awake && (seat.due.away || seat.has_message() && !seat.writing) {
            seat.wake();
        }
        let look_at = seat.look_at(&self.whole).filter(|_| is_resting);
        let seat = self.clients.get(&client);
        let has_room = seat.is_some_and(|seat| self.has_room(seat));
        let told = Told {
            // Others have as much room as before.
            wants_frame: has_room || self.told.wants_frame && self.wants_frame(),
            has_input: !self.inputs.is_empty(),
            // It may have been this one that was to be looked at sooner.
            look_at: look_at.into_iter().chain(self.told.look_at).min(),
        };
        debug_assert_eq!(told.wants_frame, self.wants_frame());
        debug_assert!(self.look_at().is_none_or(|at| told.look_at.is_some_and(|told| told <= at)));
        self.tell(told, now)
    }

    /// Who is to be woken because of what changed since they were told last.
    fn tell(&mut self, told: Told, now: Instant) -> Wake {
        // A thread that wakes too early finds out; one that wakes too late does not.
        let sooner = match (told.look_at, self.told.look_at) {
            (Some(at), Some(before)) => at < before || before <= now,
            (Some(_), None) => true,
            (None, _) => false,
        };
        let rises =
            told.wants_frame && !self.told.wants_frame || told.has_input && !self.told.has_input;
        self.told = told;
        let engine = match &self.phase {
            Phase::Open { waker, .. } if rises => Some(waker.clone()),
            _ => None,
        };
        Wake { engine, encoders: usize::from(sooner) }
    }

    /// Goes as far as it goes without an encoder.
    fn advance(&mut self, now: Instant) {
        let (Phase::Open { .. }, Some(newest)) = (&self.phase, &self.newest) else { return };
        let seconds = self.seconds(now);
        for seat in self.clients.values_mut() {
            seat.refresh_if_due(now);
            if seat.is_whole() {
                let own = self.lossless && seat.is_film();
                let whole = if own { &self.films } else { &self.whole };
                seat.serve_whole(whole, whole.has(newest.number), now, seconds);
            }
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

    /// Whether somebody waits for a newer frame than the newest: for a snapshot, or to see it.
    pub(super) fn wants_frame(&self) -> bool {
        self.is_open() && (self.askers.want_frame() || self.have_room())
    }

    /// Whether a visible client has room for a frame after the newest, and the encoders have begun
    /// with the newest: so the engine draws a frame while the one before is encoded, and no more.
    fn have_room(&self) -> bool {
        self.clients.values().any(|seat| self.has_room(seat))
    }

    /// The same of one client.
    fn has_room(&self, seat: &Seat) -> bool {
        let free = seat.free();
        let number = match &self.newest {
            Some(newest) if free > 0 => newest.number,
            _ => return free > 0,
        };
        let whole = |whole: &Whole, feed: &WholeFeed| {
            (whole.has_begun(number), whole.has(number) && feed.is_current(whole))
        };
        let (begun, is_current) = match &seat.feed {
            FeedKind::Tiles(feed) => {
                let store = &self.store;
                (store.has_begun(number), store.has(number) && feed.is_current(store))
            }
            FeedKind::Whole(feed) => whole(&self.whole, feed),
            FeedKind::Film(reel) => whole(self.pictures(seat), &reel.feed),
        };
        begun && free > usize::from(!is_current)
    }

    /// Who is sent the pictures of `whole`.
    fn audience(&self, whole: &Whole) -> Audience {
        if self.whole_clients == 0 {
            return Audience { free: false, takes_exact: false };
        }
        let seats = self.clients.values().filter(|seat| seat.is_whole());
        let theirs = || seats.clone().filter(|seat| std::ptr::eq(self.pictures(seat), whole));
        Audience {
            free: theirs().any(|seat| seat.free() > 0),
            takes_exact: theirs().any(Seat::takes_exact),
        }
    }

    /// When one of `whole` is to be encoded.
    fn work_at(&self, whole: &Whole) -> Option<Instant> {
        whole.work_at(self.newest.as_ref(), self.audience(whole))
    }

    /// When an encoder's thread is to look again, if nothing else happens.
    fn look_at(&self) -> Option<Instant> {
        if !self.is_open() {
            return None;
        }
        let seats = self.clients.values().filter_map(|seat| {
            let at = seat.look_at(self.pictures(seat))?;
            // What waits for the encoders is looked at when they are done.
            (seat.is_whole() || self.store.is_resting()).then_some(at)
        });
        seats.chain(self.work_at(&self.whole)).chain(self.work_at(&self.films)).min()
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
        // One job for all of the older protocol's clients; tiles are many, and would never let it
        // have its turn where there is one thread.
        let audience = self.audience(&self.whole);
        if let Some(job) = self.whole.take_job(self.newest.as_ref(), audience, now) {
            return Work::Whole(job);
        }
        let audience = self.audience(&self.films);
        if let Some(job) = self.films.take_job(self.newest.as_ref(), audience, now) {
            return Work::Film(job);
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
            Done::Film(outcome) => self.films.done(outcome),
        }
    }

    /// What `client` is to be sent now.
    pub(super) fn next(&mut self, client: ClientId, now: Instant) -> Option<Outgoing> {
        let (seconds, ended) = (self.seconds(now), self.is_closed());
        let seat = self.clients.get_mut(&client)?;
        if let Some(Sending::Picture { text: None, .. }) = &seat.sending {
            // Right after its text.
            return seat.take_message(seconds);
        }
        let reads_messages = !seat.is_film();
        if reads_messages && std::mem::take(&mut seat.due.welcome) {
            let welcome = ServerMessage::Welcome { client: client.0, role: seat.role };
            return Some(Outgoing::Text(welcome.print()));
        }
        if ended {
            let closed = ServerMessage::Closed { reason: "the application ended" };
            return Some(Outgoing::Last((!seat.is_whole()).then(|| closed.print())));
        }
        if seat.due.away {
            return Some(Outgoing::Away);
        }
        if reads_messages && let Some(text) = self.settings.tell(seat, client, seconds) {
            return Some(Outgoing::Text(text));
        }
        seat.take_message(seconds)
    }
}

fn add(traffic: &mut Traffic, seat: &Seat) {
    let counts = seat.ledger.counts();
    traffic.updates += counts.updates;
    traffic.painted += counts.painted;
    traffic.bytes += counts.bytes;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::encoder;
    use crate::stream::scene::{STILL, Scene, VIEW, identity};
    use crate::stream::seat::Due;

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
        scene.state.leave(one, "");
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
        let (who, dialect) = (identity(Role::Drive), Dialect::Tiles);
        let hello = Some((VIEW, 50));
        let joining = Joining { label: "somebody".into(), who, dialect, hello, visible: true };
        let client = scene.state.join(joining, wake, scene.now).unwrap();
        assert!(scene.settle().engine.is_some(), "demand and input");
        assert!(scene.settle().engine.is_none(), "nothing new");
        scene.state.take_inputs();
        scene.state.reject(client);
        assert!(scene.settle().engine.is_some(), "input");
    }

    #[test]
    fn a_view_without_a_size_joins_and_asks_for_none() {
        let inputs = |width, height| {
            let mut scene = Scene::new();
            let (wake, _) = smol::channel::bounded(1);
            let (who, dialect) = (identity(Role::Drive), Dialect::Tiles);
            let hello = Some((View { width, height, ratio: 2.0 }, 50));
            let joining = Joining { label: "somebody".into(), who, dialect, hello, visible: true };
            scene.state.join(joining, wake, scene.now);
            Vec::from(scene.state.take_inputs())
        };
        assert!(matches!(inputs(0.0, 0.0)[..], [Input::Joined { .. }]));
        assert!(matches!(inputs(9.0, 9.0)[..], [Input::Joined { .. }, Input::Resize { .. }]));
        assert!(matches!(inputs(0.0, 9.0)[..], [Input::Joined { .. }, Input::Rejected { .. }]));
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
