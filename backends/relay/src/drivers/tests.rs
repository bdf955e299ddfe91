//! What strangers say.

use super::*;

use crate::driver_message::{self, DriverPosition};

const STARTED: u64 = 77;

struct World {
    now: Instant,
    drivers: Drivers,
    links: Vec<(WatchLink, LinkKey)>,
}

impl World {
    fn new() -> Self {
        let link = |n: u8| {
            let key = LinkKey::new([n; 32]);
            let check = driver_message::check(&key);
            (WatchLink::new(format!("desk-{n}"), check, None).unwrap(), key)
        };
        let links = vec![link(1), link(2)];
        let mut drivers = Drivers::new("lecture", 100);
        drivers.start(STARTED);
        drivers.set_links(links.clone());
        Self { now: Instant::now(), drivers, links }
    }

    fn message(&self, link: usize, edge: u64, session: u64, number: u64, text: &str) -> Vec<u8> {
        let (link, key) = &self.links[link];
        let session = SessionId { edge, number: session };
        let position = DriverPosition { started: STARTED, session, number };
        driver_message::print("lecture", link.hash(), key, position, text).to_vec()
    }

    fn say(
        &mut self,
        link: usize,
        edge: u64,
        session: u64,
        number: u64,
        text: &str,
    ) -> Vec<BackendEvent> {
        let bytes = self.message(link, edge, session, number, text);
        self.hear(&bytes)
    }

    fn hear(&mut self, bytes: &[u8]) -> Vec<BackendEvent> {
        self.drivers.receive(bytes, 1.0, self.now);
        self.drivers.take_events().into()
    }

    fn hello(&mut self, link: usize, edge: u64, session: u64) -> Vec<BackendEvent> {
        self.say(link, edge, session, 0, &hello(edge))
    }
}

fn hello(edge: u64) -> String {
    hello_of(edge, None)
}

fn hello_of(edge: u64, browser: Option<&str>) -> String {
    let hello = DriverHello {
        edge: "fra-1".into(),
        inbox: format!("_INBOX_drive.x.{edge}"),
        address: "192.0.2.7:5".into(),
        network: None,
        browser: browser.map(str::to_owned),
        replaces: None,
    };
    hello.print()
}

const KEY: &str = r#"{"type":"key_down","key":"a"}"#;
const CLOSE: &str = r#"{"type":"close"}"#;

#[test]
fn what_was_said_once_counts_once() {
    let mut world = World::new();
    let (first, second) = (world.message(0, 5, 1, 0, &hello(5)), world.message(0, 5, 1, 1, KEY));
    assert!(matches!(world.hear(&first)[..], [BackendEvent::Joined { .. }]));
    assert_eq!(world.hear(&second).len(), 1);
    for bytes in [&first, &second] {
        assert!(world.hear(bytes).is_empty());
    }
    let closed = world.say(0, 5, 1, 2, r#"{"type":"close"}"#);
    assert!(matches!(closed[..], [BackendEvent::Leaving { .. }, BackendEvent::Left { .. }]));
    // A session that is over does not begin again, and neither does one before it.
    for bytes in [&first, &second] {
        assert!(world.hear(bytes).is_empty());
    }
    assert_eq!(world.hello(0, 5, 3).len(), 1);
    assert!(world.hello(0, 5, 2).is_empty());
    // Another run of the origin has another time.
    world.drivers = Drivers::new("lecture", 100);
    world.drivers.start(STARTED + 1);
    world.drivers.set_links(world.links.clone());
    assert!(world.hear(&first).is_empty());
    assert_eq!(world.drivers.forged(), 0);
}

#[test]
fn nobody_drives_without_the_key_of_a_link_whatever_an_edge_says() {
    let mut world = World::new();
    // What everybody on the bus knows is no key.
    let (link, _) = world.links[0].clone();
    let session = SessionId { edge: 5, number: 1 };
    let position = DriverPosition { started: STARTED, session, number: 0 };
    let check = LinkKey::new(*link.hash());
    let bytes = driver_message::print("lecture", link.hash(), &check, position, &hello(5));
    assert!(world.hear(&bytes).is_empty());
    assert_eq!(world.drivers.forged(), 1);
    // For another canvas, or by a link that there is not.
    let (_, key) = world.links[0].clone();
    let bytes = driver_message::print("show", link.hash(), &key, position, &hello(5));
    assert!(world.hear(&bytes).is_empty());
    let bytes = driver_message::print("lecture", &[0; 32], &key, position, &hello(5));
    assert!(world.hear(&bytes).is_empty());
    // Who has one link does not speak for who came by another.
    assert_eq!(world.hello(0, 5, 1).len(), 1);
    assert!(world.say(1, 5, 1, 1, KEY).is_empty());
    assert_eq!(world.say(0, 5, 1, 1, KEY).len(), 1);
    for wild in [&b""[..], b"junk", &[1; 200]] {
        assert!(world.hear(wild).is_empty());
    }
}

#[test]
fn who_has_another_link_takes_nothing_from_an_edge_by_speaking_in_its_name() {
    let mut world = World::new();
    // The highest number, so that no other comes after it; the same; and another place for answers.
    assert_eq!(world.hello(1, 5, u64::MAX).len(), 1);
    assert_eq!(world.hello(1, 6, 1).len(), 1);
    let elsewhere = hello(5).replace("x.5", "y.5");
    assert_eq!(world.say(1, 5, 1, 0, &elsewhere).len(), 0, "it is before the last of this link");
    assert_eq!(world.say(1, 7, 1, 0, &hello(7).replace("x.7", "y.7")).len(), 1);
    assert!(world.say(1, 8, 1, 0, &hello(5)).is_empty(), "the inbox of another edge");
    for edge in [5, 6, 7] {
        assert_eq!(world.hello(0, edge, 1).len(), 1);
    }
    let mut told = std::iter::from_fn(|| world.drivers.poll(world.now)).collect::<Vec<_>>();
    told.sort_by(|one, other| one.0.cmp(&other.0));
    let name = |link: usize, number| SessionName::new(number, world.links[link].0.hash());
    let told: Vec<(&str, Vec<SessionName>)> = told
        .iter()
        .map(|(inbox, state)| (&**inbox, state.sessions.iter().map(|it| it.session).collect()))
        .collect();
    for (inbox, sessions) in [
        ("_INBOX_drive.x.5", vec![name(0, 1), name(1, u64::MAX)]),
        ("_INBOX_drive.x.6", vec![name(0, 1), name(1, 1)]),
        ("_INBOX_drive.x.7", vec![name(0, 1)]),
        ("_INBOX_drive.y.7", vec![name(1, 1)]),
    ] {
        let (_, at) = told.iter().find(|it| it.0 == inbox).unwrap();
        assert_eq!(at.len(), sessions.len(), "{inbox}");
        assert!(sessions.iter().all(|it| at.contains(it)), "{inbox}");
    }
    assert_eq!(told.len(), 4);
}

#[test]
fn who_has_one_link_makes_nothing_forgotten_of_another() {
    let mut world = World::new();
    let first = world.message(0, 5, 1, 0, &hello(5));
    assert_eq!(world.hear(&first).len(), 1);
    assert_eq!(world.say(0, 5, 1, 1, CLOSE).len(), 2);
    for edge in 100..100 + 2 * MAX_EDGES as u64 {
        world.now += Duration::from_millis(1);
        world.hello(1, edge, 1);
        world.say(1, edge, 1, 1, CLOSE);
    }
    assert!(world.drivers.last.len() <= MAX_EDGES);
    assert!(world.hear(&first).is_empty(), "it was said before");
}

#[test]
fn what_is_repeated_is_no_sign_of_life() {
    let mut world = World::new();
    world.hello(0, 5, 1);
    let key = world.message(0, 5, 1, 1, KEY);
    assert_eq!(world.hear(&key).len(), 1);
    let left = (0..10).any(|_| {
        world.now += Duration::from_millis(900);
        world.drivers.expire(world.now);
        world.hear(&key).iter().any(|it| matches!(it, BackendEvent::Left { .. }))
    });
    assert!(left, "somebody who is gone would hold the key down");
}

#[test]
fn who_was_sent_away_and_comes_all_the_same_takes_nobodys_place() {
    let mut world = World::new();
    let anna = |edge: u64| hello_of(edge, Some("anna"));
    assert_eq!(world.say(0, 5, 1, 0, &anna(5)).len(), 1);
    let client = world.drivers.sessions.values().next().unwrap().client;
    world.drivers.apply(&BackendCommand::Disconnect(client), world.now);
    for session in 2..200 {
        assert!(world.say(0, 5, session, 0, &anna(5)).is_empty());
    }
    assert_eq!(world.drivers.sessions.len(), 1 + MAX_REFUSED);
    assert_eq!(world.hello(0, 6, 1).len(), 1);
}

#[test]
fn a_hello_that_makes_no_sense_is_none() {
    let mut world = World::new();
    for wild in ["", "{}", KEY, &hello(5).replace("_INBOX_drive.x.5", "framecast.lecture.updates")]
    {
        assert!(world.say(0, 5, 1, 0, wild).is_empty());
    }
    assert_eq!(world.drivers.poll(world.now), None, "nothing is published for it");
}

#[test]
fn what_pages_do_not_say_is_rejected() {
    let mut world = World::new();
    world.hello(0, 5, 1);
    for (n, wild) in [
        "junk",
        r#"{"type":"hello","width":1,"height":1,"ratio":1,"visible":true}"#,
        r#"{"type":"ack","update":1}"#,
        r#"{"type":"list_links"}"#,
        r#"{"type":"char","char_str":"\u0000"}"#,
    ]
    .into_iter()
    .enumerate()
    {
        let events = world.say(0, 5, 1, 1 + n as u64, wild);
        assert!(
            matches!(events[..], [BackendEvent::Rejected { .. } | BackendEvent::Event { .. }]),
            "{wild}: {events:?}"
        );
    }
}

#[test]
fn a_flood_ends_the_session() {
    let mut world = World::new();
    world.hello(0, 5, 1);
    let mut events = Vec::new();
    for n in 1..=u64::from(MESSAGES_PER_SECOND) + 1 {
        events = world.say(0, 5, 1, n, KEY);
    }
    assert!(
        matches!(&events[..], [BackendEvent::Leaving { reason, .. }, BackendEvent::Left { .. }]
        if reason == "too many messages")
    );
    world.hello(0, 5, 2);
    let long = format!(r#"{{"type":"paste","data":"{}"}}"#, "x".repeat(60_000));
    let ended = (1..).find(|n| world.say(0, 5, 2, *n, &long).len() == 2).unwrap();
    assert_eq!(ended, u64::from(BYTES_PER_SECOND) / 60_000 + 1);
}

#[test]
fn what_a_page_may_send_in_a_second_is_no_flood_also_if_it_comes_at_once() {
    let mut world = World::new();
    world.hello(0, 5, 1);
    let long = format!(r#"{{"type":"paste","data":"{}"}}"#, "x".repeat(65_000));
    for n in 1..=1000 {
        let text = if n <= 16 { &*long } else { KEY };
        assert_eq!(world.say(0, 5, 1, n, text).len(), 1, "message {n}");
    }
}

#[test]
fn what_is_held_back_has_a_limit() {
    let mut world = World::new();
    world.hello(0, 5, 1);
    let long = format!(r#"{{"type":"paste","data":"{}"}}"#, "x".repeat(60_000));
    for n in 2..10 {
        assert!(world.say(0, 5, 1, n, &long).is_empty());
    }
    for n in 10..3 * MAX_HELD {
        assert!(world.say(0, 5, 1, n, KEY).is_empty());
    }
    let session = world.drivers.sessions.values().next().unwrap();
    assert!(session.held_bytes <= MAX_HELD_BYTES && session.held.len() as u64 <= MAX_HELD);
    assert_eq!(session.held_bytes, session.held.values().map(String::len).sum::<usize>());
    // What is next always has room.
    world.say(0, 5, 1, 1, &long);
    let next = world.drivers.sessions.values().next().unwrap().next;
    assert!(next > 2, "and so have those after it, as far as they were kept");
}

#[test]
fn what_is_remembered_of_edges_has_a_limit() {
    let mut world = World::new();
    for edge in 0..MAX_EDGES as u64 + 10 {
        world.now += Duration::from_millis(1);
        assert_eq!(world.hello(0, edge, 1).len(), 1);
        world.say(0, edge, 1, 1, r#"{"type":"close"}"#);
        while world.drivers.poll(world.now).is_some() {}
        assert!(world.drivers.last.len() <= MAX_EDGES && world.drivers.edges.is_empty());
    }
}

#[test]
fn an_edge_is_told_again_every_second_and_not_in_vain() {
    let mut world = World::new();
    world.hello(0, 5, 1);
    let (mut number, mut told) = (0, 0);
    let mut run = |often: bool| {
        let start = world.now;
        told = 0;
        for step in 0..2000 {
            world.now = start + Duration::from_millis(5) * step;
            // That it is still there, and what was heard already.
            if step % 200 == 0 {
                number += 1;
                world.say(0, 5, 1, number, "");
            } else if often {
                world.say(0, 5, 1, number, "");
            }
            while world.drivers.poll(world.now).is_some() {
                told += 1;
            }
        }
        told
    };
    let (seldom, often) = (run(false), run(true));
    assert!((10..=12).contains(&seldom), "{seldom}");
    assert!((90..=110).contains(&often), "{often}");
}

#[test]
fn what_waits_for_an_engine_that_is_busy_has_a_limit() {
    let mut world = World::new();
    let mut said = 0;
    let bytes = world.message(0, 5, 1, 0, &hello(5));
    world.drivers.receive(&bytes, 0.0, world.now);
    while !world.drivers.sessions.is_empty() {
        said += 1;
        let bytes = world.message(0, 5, 1, said, KEY);
        world.now += Duration::from_millis(2);
        world.drivers.receive(&bytes, 0.0, world.now);
        assert!(said < 10_000);
    }
    assert_eq!(said as usize, framecast_stream::limits::PENDING_INPUTS + 1);
    assert!(world.drivers.take_events().is_empty(), "the engine never heard of it");
}
