//! Those who drive at edges, as the origin sees them: who they are, what they did, and what they are told. Pure: `now` is
//! passed in.
//!
//! An edge passes on what a client does, message by message, each with the proof that the client has a link to drive. What
//! is lost is sent again, so nothing is taken twice, left out or in another order.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use framecast_api::{
    BackendCommand, BackendEvent, ClientId, ControlState, EventKind, LogicalSize, Role, TextInput,
};
use framecast_stream::{
    ClientMessage, Grant, Identity, Inputs, KeptOut, LinkKey, Revocation, TokenBucket, WatchLink,
};

use crate::driver_message::{DriverHello, ReceivedMessage, SessionId, SessionName};
use crate::drivers_state::{ControlTold, DriversState, SessionTold};

/// Who is not heard for this long has left. Edges say every second that a client is still there.
pub(crate) const SILENT: Duration = Duration::from_secs(3);
/// What edges are told is said again after this time.
const AGAIN: Duration = Duration::from_secs(1);
/// An edge is told of what changed at once, but not more often than this.
const SOONEST: Duration = Duration::from_millis(20);
/// An edge is told within this time how far its clients were heard, and again after it what is missing.
const HEARD_WITHIN: Duration = Duration::from_millis(100);
/// A text for a clipboard and an address to open are said again for this time.
const ORDER_LASTS: Duration = Duration::from_secs(3);
/// The most who drive, or might, at all edges together.
pub(crate) const MAX_DRIVERS: usize = 64;
/// The most who came all the same though they were sent away. They take nobody's place.
const MAX_REFUSED: usize = 64;
/// Messages and bytes of one of them in a second: twice what a page may send to its edge, which counts, too. What was late or
/// lost comes at once.
const MESSAGES_PER_SECOND: u32 = 2000;
const BYTES_PER_SECOND: u32 = 2 * 1024 * 1024;
/// What is held back of one of them while something before it is missing: messages, and bytes.
const MAX_HELD: u64 = 1024;
const MAX_HELD_BYTES: usize = 128 * 1024;
/// Of so many runs of edges it is remembered, for each link, what was said, so that nobody repeats it. Of more, the oldest of
/// the link with the most is forgotten: who has one link makes nothing forgotten of another.
const MAX_EDGES: usize = 1024;

/// Everybody who drives at an edge, or might.
#[derive(Debug)]
pub(crate) struct Drivers {
    canvas: String,
    /// When the origin started, in milliseconds since 1970.
    started: u64,
    links: Vec<Link>,
    sessions: BTreeMap<SessionKey, Session>,
    /// The last session by each link at each edge, and when it began: those before it are over.
    last: BTreeMap<(Check, u64), (u64, Instant)>,
    /// By their inboxes.
    edges: BTreeMap<String, Edge>,
    kept_out: KeptOut,
    control: ControlState,
    inputs: Inputs,
    /// The clients here have numbers from here on.
    first_client: u64,
    last_client: u64,
    /// Counts texts for clipboards and addresses to open.
    orders: u64,
    forged: u64,
}

/// What says which link it is.
type Check = [u8; 32];

/// Which session it is. What somebody says who has another link, in the name of the same edge, is of another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct SessionKey {
    check: Check,
    id: SessionId,
}

impl SessionKey {
    fn name(&self) -> SessionName {
        SessionName::new(self.id.number, &self.check)
    }
}

#[derive(Debug)]
struct Link {
    link: WatchLink,
    key: LinkKey,
    revocation: Revocation,
}

#[derive(Debug)]
struct Session {
    client: ClientId,
    who: Identity,
    /// The inbox of its edge.
    inbox: String,
    /// The next message.
    next: u64,
    heard: Instant,
    /// What arrived before it.
    held: BTreeMap<u64, String>,
    held_bytes: usize,
    messages: TokenBucket,
    bytes: TokenBucket,
    /// When it was sent away, or was not let in.
    sent_away: Option<Instant>,
    /// The engine does not know it.
    refused: bool,
    text_input: Option<TextInput>,
    clipboard: Option<(Instant, u64, String)>,
    url: Option<(Instant, u64, String)>,
}

/// An edge where somebody drives, or might.
#[derive(Debug)]
struct Edge {
    told: Option<(Instant, DriversState)>,
    /// It is told again, though it was told.
    again: bool,
    /// When it is told, unless something happens before.
    tell_at: Instant,
}

impl Session {
    /// Keeps a message until those before it have arrived; whether it is new.
    fn hold(&mut self, number: u64, text: &str) -> bool {
        let is_near = (self.next..self.next + MAX_HELD).contains(&number);
        let fits = number == self.next || self.held_bytes + text.len() <= MAX_HELD_BYTES;
        let is_new = is_near && fits && !self.held.contains_key(&number);
        if is_new {
            self.held_bytes += text.len();
            self.held.insert(number, text.to_owned());
        }
        is_new
    }

    /// When it is over, unless it is heard before. Who was sent away has some time to be told.
    fn ends(&self) -> Instant {
        self.sent_away.unwrap_or(self.heard) + SILENT
    }
}

impl Drivers {
    /// Nobody yet. Their clients have numbers from `first_client` on.
    pub(crate) fn new(canvas: &str, first_client: u64) -> Self {
        Self {
            canvas: canvas.to_owned(),
            started: 0,
            links: Vec::new(),
            sessions: BTreeMap::new(),
            last: BTreeMap::new(),
            edges: BTreeMap::new(),
            kept_out: KeptOut::default(),
            control: ControlState::default(),
            inputs: Inputs::default(),
            first_client,
            last_client: first_client,
            orders: 0,
            forged: 0,
        }
    }

    /// Sets when the origin started, in milliseconds since 1970.
    pub(crate) fn start(&mut self, started: u64) {
        self.started = started;
    }

    /// Sets the links to drive. Who came by one that is gone has to leave.
    pub(crate) fn set_links(&mut self, links: Vec<(WatchLink, LinkKey)>) {
        let mut before = std::mem::take(&mut self.links);
        for (link, key) in links {
            let same = before.iter().position(|it| it.link == link && it.key == key);
            self.links.push(match same {
                Some(at) => before.swap_remove(at),
                None => Link { link, key, revocation: Revocation::default() },
            });
        }
        before.iter().for_each(|gone| gone.revocation.revoke());
        let is_over =
            |it: &Session| it.who.grant().revocation.as_ref().is_some_and(Revocation::is_revoked);
        let over = self.sessions.iter().filter(|(_, session)| is_over(session)).map(|it| *it.0);
        for id in over.collect::<Vec<_>>() {
            self.end(id, "its link expired or was revoked");
        }
    }

    /// Takes what somebody sent in the name of an edge. `seconds`: what the canvas' clock shows.
    pub(crate) fn receive(&mut self, bytes: &[u8], seconds: f64, now: Instant) {
        let Some(received) = ReceivedMessage::parse(bytes) else {
            self.forged += 1;
            return;
        };
        let position = received.position;
        let link = self.links.iter().find(|it| it.link.hash() == received.check);
        // Of the run before, or by a link that has just ended.
        let Some(link) = link.filter(|_| position.started == self.started) else { return };
        let Some(text) = received.verified(&self.canvas, &link.key) else {
            self.forged += 1;
            return;
        };
        let key = SessionKey { check: *received.check, id: position.session };
        match self.sessions.get_mut(&key) {
            None if position.number == 0 => {
                let link = Link {
                    link: link.link.clone(),
                    key: link.key,
                    revocation: link.revocation.clone(),
                };
                self.join(key, &link, text, now);
            }
            // It is over, or its first message was lost.
            None => {}
            Some(session) => {
                // What was said before may be repeated by others.
                if session.hold(position.number, text) {
                    session.heard = now;
                }
                let is_late = position.number < session.next;
                let lacks = !is_late && !session.held.contains_key(&session.next);
                if let Some(edge) = self.edges.get_mut(&session.inbox) {
                    let within = if lacks { SOONEST } else { HEARD_WITHIN };
                    edge.tell_at = edge.tell_at.min(now + within);
                    // What was said of it was lost.
                    edge.again |= is_late;
                }
                self.take_held(key, seconds, now);
            }
        }
    }

    fn join(&mut self, key: SessionKey, link: &Link, text: &str, now: Instant) {
        let Some(hello) = DriverHello::parse(text, key.id.edge) else {
            self.forged += 1;
            return;
        };
        // What was said once counts once.
        let edge = (key.check, key.id.edge);
        if self.last.get(&edge).is_some_and(|(last, _)| key.id.number <= *last) {
            return;
        }
        // Otherwise it would hold control, and what is pressed, until it is missed.
        if let Some(number) = hello.replaces {
            let id = SessionId { edge: key.id.edge, number };
            self.end(SessionKey { check: key.check, id }, "it began anew");
        }
        let grant = Grant {
            name: link.link.name().to_owned(),
            role: Role::Drive,
            // Whose link has ended is not among the links any more.
            expires: None,
            revocation: Some(link.revocation.clone()),
            key: None,
        };
        let who = Identity::new(grant, hello.network, hello.browser.as_deref());
        let is_kept_out = self.kept_out.refuses(&who, now);
        let alike = self.sessions.values().filter(|it| it.refused == is_kept_out).count();
        if alike >= if is_kept_out { MAX_REFUSED } else { MAX_DRIVERS } {
            return;
        }
        self.last.insert(edge, (key.id.number, now));
        self.forget_edges();
        self.last_client += 1;
        let client = ClientId(self.last_client);
        if !is_kept_out {
            let words = [link.link.name(), &hello.address, "at", &hello.edge];
            let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
            let label = words.join(" ");
            self.inputs.join(client, label, Role::Drive);
        }
        let session = Session {
            client,
            who,
            inbox: hello.inbox.clone(),
            next: 1,
            heard: now,
            held: BTreeMap::new(),
            held_bytes: 0,
            messages: TokenBucket::new(MESSAGES_PER_SECOND, now),
            bytes: TokenBucket::new(BYTES_PER_SECOND, now),
            sent_away: is_kept_out.then_some(now),
            refused: is_kept_out,
            text_input: None,
            clipboard: None,
            url: None,
        };
        self.sessions.insert(key, session);
        let edge = Edge { told: None, again: false, tell_at: now };
        self.edges.entry(hello.inbox).or_insert(edge).tell_at = now;
    }

    fn forget_edges(&mut self) {
        while self.last.len() > MAX_EDGES {
            let mut of_link: BTreeMap<Check, usize> = BTreeMap::new();
            self.last.keys().for_each(|(check, _)| *of_link.entry(*check).or_default() += 1);
            let most = of_link.into_iter().max_by_key(|(_, edges)| *edges).map(|(check, _)| check);
            let of_most = self.last.iter().filter(|((check, _), _)| Some(*check) == most);
            let oldest = of_most.min_by_key(|(_, (_, at))| *at).map(|(edge, _)| *edge);
            let Some(oldest) = oldest else { return };
            self.last.remove(&oldest);
        }
    }

    /// Takes the messages of a session that are next.
    fn take_held(&mut self, id: SessionKey, seconds: f64, now: Instant) {
        while let Some(session) = self.sessions.get_mut(&id)
            && let Some(text) = session.held.remove(&session.next)
        {
            session.next += 1;
            session.held_bytes -= text.len();
            self.take(id, &text, seconds, now);
        }
    }

    fn take(&mut self, id: SessionKey, text: &str, seconds: f64, now: Instant) {
        let Some(session) = self.sessions.get_mut(&id) else { return };
        // Each of them was proven and stored, whatever its length.
        let bytes = (text.len() + 128) as f64;
        if !session.messages.take(1.0, now) || !session.bytes.take(bytes, now) {
            self.end(id, "too many messages");
            return;
        }
        let (client, is_sent_away) = (session.client, session.sent_away.is_some());
        if text.is_empty() {
            return;
        }
        let event = match ClientMessage::parse(text) {
            Ok(ClientMessage::Close) => {
                self.end(id, if is_sent_away { "sent away" } else { "closed by the client" });
                return;
            }
            _ if is_sent_away => return,
            Ok(ClientMessage::Event(kind)) => {
                BackendEvent::Event { client, timestamp: seconds, kind }
            }
            Ok(ClientMessage::Show) => {
                BackendEvent::Event { client, timestamp: seconds, kind: EventKind::Show }
            }
            Ok(ClientMessage::Hide) => {
                BackendEvent::Event { client, timestamp: seconds, kind: EventKind::Hide }
            }
            Ok(ClientMessage::Control(request)) => BackendEvent::Control { client, request },
            Ok(ClientMessage::ViewInfo(info)) => BackendEvent::ViewInfo { client, info },
            Ok(ClientMessage::Resize(view)) => {
                let size = LogicalSize::new(view.width, view.height);
                BackendEvent::Resize { client, size, ratio: view.ratio }
            }
            Ok(_) | Err(_) => {
                self.inputs.reject(client);
                return;
            }
        };
        if self.inputs.push(client, event, text.len()).is_err() {
            self.end(id, "too many messages");
        }
    }

    fn end(&mut self, id: SessionKey, reason: &str) {
        let Some(session) = self.sessions.remove(&id) else { return };
        let client = session.client;
        if session.refused {
            return;
        }
        self.kept_out.left(client, session.who);
        self.inputs.leave(client, reason);
    }

    /// What happened, oldest first.
    pub(crate) fn take_events(&mut self) -> VecDeque<BackendEvent> {
        self.inputs.take()
    }

    pub(crate) fn has_events(&self) -> bool {
        !self.inputs.is_empty()
    }

    /// Messages that nobody proved who could.
    pub(crate) fn forged(&self) -> u64 {
        self.forged
    }

    /// Whether `client` is one of these.
    pub(crate) fn has(&self, client: ClientId) -> bool {
        client.0 > self.first_client
    }

    /// Takes what the engine wants; whether it concerns somebody here.
    pub(crate) fn apply(&mut self, command: &BackendCommand, now: Instant) -> bool {
        match command {
            BackendCommand::Control(control) => {
                self.control.clone_from(control);
                let presenter = control.presenter().and_then(|it| it.client);
                let others = self.sessions.values_mut().filter(|it| Some(it.client) != presenter);
                // It is for who drives alone.
                others.for_each(|it| (it.text_input, it.clipboard, it.url) = (None, None, None));
            }
            BackendCommand::Disconnect(client) => {
                let Some(id) = self.of_client(*client) else { return false };
                let host =
                    self.control.members.iter().find(|it| Some(it.number) == self.control.host);
                let host = host.and_then(|it| self.of_client(it.client?));
                let host = host.and_then(|id| self.sessions.get(&id)).map(|it| it.who.clone());
                let others: Vec<Identity> = self
                    .sessions
                    .iter()
                    .filter(|(other, _)| **other != id)
                    .map(|(_, it)| it.who.clone())
                    .collect();
                let Some(session) = self.sessions.get_mut(&id) else { return false };
                session.sent_away.get_or_insert(now);
                self.kept_out.add(*client, &session.who, others.iter(), host.as_ref());
            }
            BackendCommand::LetIn(client) if self.has(*client) => self.kept_out.let_in(*client),
            BackendCommand::Clipboard { client, text } => {
                self.orders += 1;
                let order = (now, self.orders, text.clone());
                let Some(session) = self.session_of(*client) else { return false };
                session.clipboard = Some(order);
            }
            BackendCommand::OpenUrl { client, url } => {
                self.orders += 1;
                let order = (now, self.orders, url.clone());
                let Some(session) = self.session_of(*client) else { return false };
                session.url = Some(order);
            }
            BackendCommand::TextInput { client, input } => {
                let Some(session) = self.session_of(*client) else { return false };
                session.text_input = *input;
            }
            _ => return false,
        }
        for edge in self.edges.values_mut() {
            let soonest = edge.told.as_ref().map_or(now, |(at, _)| *at + SOONEST);
            edge.tell_at = edge.tell_at.min(soonest.max(now));
        }
        true
    }

    fn of_client(&self, client: ClientId) -> Option<SessionKey> {
        self.sessions.iter().find(|(_, it)| it.client == client).map(|(id, _)| *id)
    }

    fn session_of(&mut self, client: ClientId) -> Option<&mut Session> {
        self.sessions.values_mut().find(|it| it.client == client)
    }

    /// Lets those leave of whom nothing was heard for some time.
    pub(crate) fn expire(&mut self, now: Instant) {
        let over: Vec<_> =
            self.sessions.iter().filter(|(_, it)| it.ends() <= now).map(|it| *it.0).collect();
        for id in over {
            let is_sent_away = self.sessions.get(&id).is_some_and(|it| it.sent_away.is_some());
            let lost = "its edge is not heard of any more";
            self.end(id, if is_sent_away { "sent away" } else { lost });
        }
    }

    /// What an edge is to be told now: where, and what. Call it until there is nothing, while the bus is reached.
    pub(crate) fn poll(&mut self, now: Instant) -> Option<(String, DriversState)> {
        self.expire(now);
        let sessions = &self.sessions;
        self.edges.retain(|inbox, _| sessions.values().any(|it| it.inbox == *inbox));
        let due: Vec<String> =
            self.edges.iter().filter(|(_, it)| it.tell_at <= now).map(|it| it.0.clone()).collect();
        for inbox in due {
            let state = self.state(&inbox, now);
            let Some(edge) = self.edges.get_mut(&inbox) else { continue };
            let lacks = state.sessions.iter().any(|it| it.missing > 0);
            let again = if lacks { HEARD_WITHIN } else { AGAIN };
            let is_news =
                |(at, told): &(Instant, DriversState)| *at + again <= now || *told != state;
            let tell = edge.again || edge.told.as_ref().is_none_or(is_news);
            edge.again = false;
            if tell {
                edge.told = Some((now, state.clone()));
            }
            edge.tell_at = edge.told.as_ref().map_or(now, |(at, _)| *at) + again;
            if tell {
                return Some((inbox, state));
            }
        }
        None
    }

    fn state(&self, inbox: &str, now: Instant) -> DriversState {
        let order = |order: &Option<(Instant, u64, String)>| {
            let current = order.as_ref().filter(|(at, ..)| now < *at + ORDER_LASTS);
            current.map(|(_, number, text)| (*number, text.clone()))
        };
        let here = |it: &(&SessionKey, &Session)| it.1.inbox == inbox;
        let session = |client: ClientId| {
            let mut here = self.sessions.iter().filter(here);
            here.find(|(_, it)| it.client == client).map(|(key, _)| key.name())
        };
        let sessions = self.sessions.iter().filter(here).map(|(key, it)| SessionTold {
            session: key.name(),
            heard: it.next,
            missing: it.held.keys().next().map_or(0, |held| held - it.next),
            sent_away: it.sent_away.is_some(),
            text_input: it.text_input,
            clipboard: order(&it.clipboard),
            url: order(&it.url),
        });
        DriversState {
            control: ControlTold::new(&self.control, session),
            sessions: sessions.collect(),
        }
    }

    /// When to poll again, if nothing happens before.
    pub(crate) fn wait_until(&self, now: Instant) -> Option<Instant> {
        let ends = self.sessions.values().map(Session::ends);
        // What is due waits for the bus only.
        let tells = self.edges.values().map(|it| it.tell_at).filter(|at| now < *at);
        ends.chain(tells).min()
    }
}
