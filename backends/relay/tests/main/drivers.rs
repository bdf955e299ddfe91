//! Those who drive at edges, over a real bus.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Waker;
use std::time::Instant;

use data_encoding::BASE64URL_NOPAD;
use framecast_api::{
    Backend, BackendCommand, BackendEvent, ClientId, Clock, Context, ControlState, EventKind, Key,
    LogicalSize, Member, NullBackend, NullRemote, Role, conformance,
};
use framecast_relay::{Edge, EdgeBackend, RelayBackend, RelaySettings};
use framecast_stream::{Grant, Identity, LinkKey, TileUpdate, UpdateSink, Viewers, WatchLink};
use framecast_test_nats::{Client, Direction, Faults, NatsServer, Proxy};
use ring::digest::{SHA256, digest};

use crate::stage::eventually;

const DRIVE: &str = "framecast.lecture.drive";
pub(crate) const KEY: LinkKey = LinkKey::new([3; 32]);

pub(crate) fn link() -> WatchLink {
    let mut check = [0; 32];
    check.copy_from_slice(digest(&SHA256, KEY.as_bytes()).as_ref());
    WatchLink::new("desk", check, None).unwrap()
}

pub(crate) fn context() -> Context {
    let size = LogicalSize::new(400.0, 150.0);
    Context::new(Waker::noop().clone(), Clock::start(), "lecture", size)
}

fn settings(url: &str) -> RelaySettings {
    RelaySettings::new(format!("{url}/lecture").parse().unwrap())
}

fn origin(url: &str) -> RelayBackend {
    let mut origin = RelayBackend::new(settings(url)).unwrap();
    origin.set_drive_links(|| vec![(link(), KEY)]);
    origin.open(context()).unwrap();
    origin
}

/// Everybody came by the link, but for client 2.
#[derive(Debug)]
struct Doors;

impl UpdateSink for Doors {
    fn take(&self, _: TileUpdate) {}

    fn seconds(&self, _: Instant) -> f64 {
        0.0
    }

    fn begin_frame(&self) {}

    fn viewers(&self) -> Viewers {
        Viewers::default()
    }

    fn notify(&self, _: Waker) {}

    fn is_closed(&self) -> bool {
        false
    }

    fn identity(&self, client: ClientId) -> Option<Identity> {
        let key = (client != ClientId(2)).then_some(KEY);
        let name = "desk".to_owned();
        let grant = Grant { name, role: Role::Drive, expires: None, revocation: None, key };
        Some(Identity::new(grant, None, Some("browser")))
    }
}

pub(crate) struct DriveEdge {
    _edge: Edge,
    backend: EdgeBackend<NullBackend>,
    pub(crate) remote: NullRemote,
}

impl DriveEdge {
    fn start(url: &str, name: &str) -> Self {
        Self::of(settings(url).with_edge_name(name).unwrap())
    }

    pub(crate) fn of(settings: RelaySettings) -> Self {
        let edge = Edge::connect(settings).unwrap();
        let (inner, remote) = NullBackend::new();
        let mut backend = EdgeBackend::new(&edge, inner, Arc::new(Doors));
        backend.open(context()).unwrap();
        Self { _edge: edge, backend, remote }
    }

    pub(crate) fn poll(&mut self) {
        self.backend.poll(&mut |_| {});
    }

    pub(crate) fn press(&self, key: &str) {
        self.remote.event(1, EventKind::KeyDown(Key::new(key)));
    }

    pub(crate) fn control(&self) -> Option<ControlState> {
        self.remote.commands().into_iter().rev().find_map(|command| match command {
            BackendCommand::Control(control) => Some(control),
            _ => None,
        })
    }
}

pub(crate) fn keys(events: &[BackendEvent]) -> Vec<String> {
    let pressed = events.iter().filter_map(|event| match event {
        BackendEvent::Event { kind: EventKind::KeyDown(key), .. } => Some(key.key.clone()),
        _ => None,
    });
    pressed.collect()
}

/// Whether no key came twice or after one that was pressed later. Keys are numbers. A machine that is very slow takes the
/// edge for gone, and then keys are missing; what is lost and comes again is tried in virtual time.
fn are_in_order(keys: &[String]) -> bool {
    keys.windows(2).all(|two| two[0].parse::<u32>().unwrap() < two[1].parse().unwrap())
}

/// The client of whoever came last to drive at an edge, and its label.
pub(crate) fn driver(events: &[BackendEvent]) -> Option<(ClientId, String)> {
    events.iter().rev().find_map(|event| match event {
        BackendEvent::Joined { client, label, role: Role::Drive } => Some((*client, label.clone())),
        _ => None,
    })
}

#[test]
fn a_driver_at_an_edge_is_a_client_of_the_origin_though_a_third_of_all_is_lost() {
    let server = NatsServer::start("");
    let mut origin = origin(&server.url());
    let bad = Proxy::of(&server);
    let up = Faults::new(Direction::FromClient, DRIVE, 1).drop_one_in(3).repeat_one_in(4);
    let down = Faults::new(Direction::ToClient, "_INBOX_drive", 2).drop_one_in(3);
    let mut edge = DriveEdge::start(&bad.url(), "fra-1");
    bad.set_faults([up, down]);
    edge.remote.join(1);
    edge.remote.join(2);
    let mut events = Vec::new();
    eventually("it joins", || {
        edge.poll();
        origin.poll(&mut |event| events.push(event));
        driver(&events).is_some()
    });
    // Who came by no link of the origin's only watches there.
    for n in 0..100 {
        edge.press(&n.to_string());
        edge.remote.event(2, EventKind::KeyDown(Key::new("nobody")));
        edge.poll();
    }
    let mut last = 100;
    eventually("the keys", || {
        edge.press(&last.to_string());
        last += 1;
        edge.poll();
        origin.poll(&mut |event| events.push(event));
        keys(&events).last().is_some_and(|key| key.parse::<u32>().unwrap() >= 100)
    });
    assert!(are_in_order(&keys(&events)), "{:?}", keys(&events));
    assert!(bad.count(Direction::FromClient, DRIVE).dropped > 0);

    let clipboard = |client| BackendCommand::Clipboard { client, text: "a text".into() };
    eventually("it hears that it drives, and what is for its clipboard", || {
        edge.poll();
        origin.poll(&mut |event| events.push(event));
        let (client, label) = driver(&events).unwrap();
        assert_eq!(label, "desk 1 at fra-1");
        let member = Member::new(5, Some(client), label, Role::Drive);
        let control = ControlState::new(Some(5), None, true, vec![member]);
        origin.apply(&BackendCommand::Control(control)).unwrap();
        // While it began anew, it is not there.
        let _ = origin.apply(&clipboard(client));
        let control = edge.control();
        let presenter = control.as_ref().and_then(ControlState::presenter);
        presenter.is_some_and(|it| it.client == Some(ClientId(1)))
            && edge.remote.commands().contains(&clipboard(ClientId(1)))
    });
    edge.backend.close();
    eventually("it left", || {
        origin.poll(&mut |event| events.push(event));
        let (client, _) = driver(&events).unwrap();
        events.iter().any(|it| matches!(it, BackendEvent::Left { client: it } if *it == client))
    });
}

#[test]
fn an_edge_that_lies_drives_nothing_and_repeats_nothing() {
    let server = NatsServer::start("");
    let (tell, told) = std::sync::mpsc::channel();
    let settings = settings(&server.url()).with_reporter(move |_, message| {
        let _ = tell.send(message.to_owned());
    });
    let mut origin = RelayBackend::new(settings).unwrap();
    origin.set_drive_links(|| vec![(link(), KEY)]);
    origin.open(context()).unwrap();
    // It hears all that honest edges say, which the permissions of the example do not allow.
    let mut liar = Client::connect(server.address()).unwrap();
    for subject in [DRIVE, "framecast.lecture.state"] {
        liar.subscribe(subject, None).unwrap();
    }
    let mut edge = DriveEdge::start(&server.url(), "fra-1");
    edge.remote.join(1);
    let (mut events, mut heard, mut pressed) = (Vec::new(), Vec::new(), 0);
    eventually("a key, and what the liar hears", || {
        edge.press(&pressed.to_string());
        pressed += 1;
        edge.poll();
        origin.poll(&mut |event| events.push(event));
        heard.extend(liar.flush().unwrap());
        let messages = heard.iter().filter_map(|it| it.message());
        !keys(&events).is_empty() && messages.filter(|it| it.subject == DRIVE).count() >= 2
    });
    let messages: Vec<_> = heard.iter().filter_map(|it| it.message()).collect();
    let said: Vec<&[u8]> =
        messages.iter().filter(|it| it.subject == DRIVE).map(|it| it.payload).collect();
    // The key is in nothing that travels, as bytes or as text.
    let text = BASE64URL_NOPAD.encode(KEY.as_bytes());
    for message in &messages {
        let has = |part: &[u8]| message.payload.windows(part.len()).any(|it| it == part);
        assert!(!has(KEY.as_bytes()) && !has(text.as_bytes()), "{}", message.subject);
    }
    for payload in &said {
        // Once more, for another session, and with another text.
        liar.publish(DRIVE, None, payload).unwrap();
        let mut other = payload.to_vec();
        other[50] ^= 1;
        liar.publish(DRIVE, None, &other).unwrap();
        let mut other = payload.to_vec();
        let last = other.len() - 3;
        other[last] ^= 1;
        liar.publish(DRIVE, None, &other).unwrap();
    }
    liar.publish(DRIVE, None, b"noise").unwrap();
    liar.flush().unwrap();
    // What comes behind all that tells that it was heard.
    let (behind, mut is_warned) = (pressed, false);
    eventually("a key behind all that, and a warning", || {
        edge.press(&pressed.to_string());
        pressed += 1;
        edge.poll();
        origin.poll(&mut |event| events.push(event));
        is_warned |= told.try_iter().any(|it| it.contains("without the key"));
        keys(&events).last().is_some_and(|it| it.parse::<u32>().unwrap() >= behind) && is_warned
    });
    assert!(are_in_order(&keys(&events)), "{:?}", keys(&events));
    let joined =
        events.iter().filter(|it| matches!(it, BackendEvent::Joined { role: Role::Drive, .. }));
    let left = events.iter().filter(|it| matches!(it, BackendEvent::Left { .. }));
    assert!(joined.count() <= 1 + left.count(), "somebody is there twice");
}

#[test]
fn a_link_that_was_revoked_drives_nothing_also_at_an_edge_that_does_not_say_that_it_is_there() {
    let server = NatsServer::start("");
    let is_valid = Arc::new(AtomicBool::new(true));
    let mut origin = RelayBackend::new(settings(&server.url())).unwrap();
    let valid = Arc::clone(&is_valid);
    let links = move || valid.load(Ordering::Relaxed).then(|| (link(), KEY)).into_iter().collect();
    origin.set_drive_links(links);
    origin.open(context()).unwrap();
    let silent = Proxy::of(&server);
    let reports = Faults::new(Direction::FromClient, "framecast.lecture.edges", 1).drop_one_in(1);
    silent.set_faults([reports]);
    let mut edge = DriveEdge::start(&silent.url(), "fra-1");
    edge.remote.join(1);
    let (mut events, mut titles) = (Vec::new(), 0);
    eventually("it joins", || {
        // Nothing else is published while no edge is known.
        titles += 1;
        origin.apply(&BackendCommand::Title(titles.to_string())).unwrap();
        edge.poll();
        origin.poll(&mut |event| events.push(event));
        driver(&events).is_some()
    });
    is_valid.store(false, Ordering::Relaxed);
    eventually("it is sent away", || {
        edge.press("late");
        edge.poll();
        origin.poll(&mut |event| events.push(event));
        events.iter().any(
            |it| matches!(it, BackendEvent::Leaving { reason, .. } if reason.contains("revoked")),
        )
    });
}

#[test]
fn an_edges_backend_is_one_as_any_other() {
    let server = NatsServer::start("");
    let edge = Edge::connect(settings(&server.url())).unwrap();
    conformance::check(|| Box::new(EdgeBackend::new(&edge, NullBackend::new().0, Arc::new(Doors))));
}

#[test]
fn viewers_of_an_edge_hear_who_drives_at_the_origin() {
    let server = NatsServer::start("");
    let mut origin = origin(&server.url());
    let mut edge = DriveEdge::start(&server.url(), "fra-1");
    let member = Member::new(5, None, "window".into(), Role::Drive);
    let control = ControlState::new(Some(5), None, true, vec![member]);
    origin.apply(&BackendCommand::Control(control)).unwrap();
    let mut presenter = || {
        edge.poll();
        edge.control().and_then(|it| it.presenter().map(|it| it.label.clone()))
    };
    eventually("who drives", || presenter().as_deref() == Some("window"));
    origin.apply(&BackendCommand::Control(ControlState::default())).unwrap();
    eventually("nobody", || presenter().is_none());
    // The canvas at the edge does not know better.
    let own = Member::new(1, Some(ClientId(1)), "desk".into(), Role::Drive);
    let own = ControlState::new(Some(1), Some(1), true, vec![own]);
    edge.backend.apply(&BackendCommand::Control(own)).unwrap();
    assert!(edge.control().unwrap().members.is_empty());
}
