//! An edge and the origin together, over a way that loses, repeats and delays what travels.

use super::*;

use framecast_api::{Cursor, Key, LogicalSize};
use framecast_stream::{Grant, WatchLink};

use crate::drivers::{Drivers, MAX_DRIVERS};

const ANNA: ClientId = ClientId(1);
const BERT: ClientId = ClientId(2);
const MS: Duration = Duration::from_millis(1);
const STARTED: u64 = 77;

pub(crate) fn link(n: u8) -> (WatchLink, LinkKey) {
    let key = LinkKey::new([n; 32]);
    let link = WatchLink::new(format!("desk-{n}"), driver_message::check(&key), None).unwrap();
    (link, key)
}

fn identity(key: LinkKey) -> Identity {
    let name = "desk".to_owned();
    let grant = Grant { name, role: Role::Drive, expires: None, revocation: None, key: Some(key) };
    Identity::new(grant, "192.0.2.7".parse().ok(), Some("browser"))
}

/// What becomes of what travels, from a seed.
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963);
        (self.0 >> 33) % n
    }
}

struct World {
    now: Instant,
    start: Instant,
    edge: Driving,
    origin: Drivers,
    random: Random,
    /// One in so many is lost, and one in so many comes twice; 0: none.
    loses: u64,
    /// What is on its way, and when it arrives.
    up: Vec<(Instant, Bytes)>,
    down: Vec<(Instant, DriversState)>,
    /// What the origin's engine heard.
    events: Vec<BackendEvent>,
    commands: Vec<BackendCommand>,
}

impl World {
    fn new(seed: u64, loses: u64) -> Self {
        let now = Instant::now();
        let mut edge = Driving::new("lecture", "fra-1");
        edge.start(5, "_INBOX_drive.x.5".to_owned());
        edge.set_connected(true);
        edge.set_origin(Some(STARTED), None, now);
        let mut origin = Drivers::new("lecture", 1 << 32);
        origin.start(STARTED);
        origin.set_links(vec![link(1), link(2)]);
        Self {
            now,
            start: now,
            edge,
            origin,
            random: Random(seed),
            loses,
            up: Vec::new(),
            down: Vec::new(),
            events: Vec::new(),
            commands: Vec::new(),
        }
    }

    fn say(&mut self, event: &BackendEvent) {
        self.edge.happened(event, |_| Some(identity(link(1).1)), self.now);
    }

    fn join(&mut self, client: ClientId) {
        let label = format!("desk 192.0.2.7:{}", client.0);
        self.say(&BackendEvent::Joined { client, label, role: Role::Drive });
    }

    fn press(&mut self, client: ClientId, key: &str) {
        let kind = EventKind::KeyDown(Key::new(key));
        self.say(&BackendEvent::Event { client, timestamp: 0.0, kind });
    }

    /// How often it travels, each time with a delay.
    fn ways(&mut self) -> Vec<Duration> {
        let times = match self.loses {
            0 => 1,
            n if self.random.below(n) == 0 => 0,
            n if self.random.below(n) == 0 => 2,
            _ => 1,
        };
        let slowest = if self.loses > 0 { 40 } else { 1 };
        (0..times).map(|_| MS * (1 + self.random.below(slowest) as u32)).collect()
    }

    fn run(&mut self, time: Duration) {
        let end = self.now + time;
        while self.now <= end {
            let now = self.now;
            while let Some(bytes) = self.edge.poll(now) {
                for way in self.ways() {
                    self.up.push((now + way, bytes.clone()));
                }
            }
            while let Some((inbox, state)) = self.origin.poll(now) {
                assert_eq!(inbox, "_INBOX_drive.x.5");
                let state = DriversState::parse(&state.print()).unwrap();
                for way in self.ways() {
                    self.down.push((now + way, state.clone()));
                }
            }
            let arrived = |at: &Instant| *at <= now;
            let up: Vec<_> = self.up.extract_if(.., |(at, _)| arrived(at)).collect();
            let seconds = now.duration_since(self.start).as_secs_f64();
            let is_told = !up.is_empty();
            up.iter().for_each(|(_, bytes)| self.origin.receive(bytes, seconds, now));
            let down: Vec<_> = self.down.extract_if(.., |(at, _)| arrived(at)).collect();
            down.into_iter().for_each(|(_, state)| self.edge.told(state, now));
            self.events.extend(self.origin.take_events());
            self.commands.extend(self.edge.take_commands());
            let waits = [self.edge.wait_until(now), self.origin.wait_until(now)];
            let arrives = self.up.iter().map(|it| it.0).chain(self.down.iter().map(|it| it.0));
            let soon = is_told.then_some(now);
            let next = waits.into_iter().flatten().chain(arrives).chain(soon).min();
            self.now = next.unwrap_or(end).max(now + MS);
        }
        self.now = end;
    }

    /// The client at the origin.
    fn clients(&self) -> Vec<ClientId> {
        let joined = self.events.iter().filter_map(|event| match event {
            BackendEvent::Joined { client, .. } => Some(*client),
            _ => None,
        });
        joined.collect()
    }

    fn keys(&self, of: ClientId) -> Vec<String> {
        let pressed = self.events.iter().filter_map(|event| match event {
            BackendEvent::Event { client, kind: EventKind::KeyDown(key), .. } if *client == of => {
                Some(key.key.clone())
            }
            _ => None,
        });
        pressed.collect()
    }

    fn left(&self) -> usize {
        self.events.iter().filter(|it| matches!(it, BackendEvent::Left { .. })).count()
    }

    /// Has the origin's engine say who drives, and who is host.
    fn control(&mut self, presenter: ClientId, host: Option<ClientId>) {
        let member = |n: u64, client: ClientId, label: &str| {
            Member::new(n, Some(client), label.to_owned(), Role::Drive)
        };
        let mut members: Vec<Member> = self
            .clients()
            .into_iter()
            .enumerate()
            .map(|(n, client)| member(n as u64 + 1, client, "desk 192.0.2.7:1"))
            .collect();
        members.push(Member::new(100, None, "window".into(), Role::Drive));
        members.push(Member::new(101, None, "guest 203.0.113.9:4".into(), Role::Watch));
        let number = |wanted: ClientId| {
            members.iter().find(|it| it.client == Some(wanted)).map(|it| it.number)
        };
        let state =
            ControlState::new(number(presenter), host.map_or(Some(100), number), true, members);
        assert!(self.origin.apply(&BackendCommand::Control(state), self.now));
    }
}

#[test]
fn what_a_client_does_at_an_edge_happens_at_the_origin_once_and_in_order() {
    for seed in 0..100 {
        let mut world = World::new(seed, [0, 3, 8][seed as usize % 3]);
        world.join(ANNA);
        let mut wanted = Vec::new();
        for n in 0..200 {
            let key = n.to_string();
            world.press(ANNA, &key);
            wanted.push(key);
            let time = world.random.below(30) as u32;
            world.run(MS * time);
        }
        world.run(Duration::from_secs(20));
        let clients = world.clients();
        // Who is very unlucky is not told of for three seconds, and begins anew.
        let keys: Vec<_> = clients.iter().flat_map(|client| world.keys(*client)).collect();
        if clients.len() == 1 {
            assert_eq!(keys, wanted, "seed {seed}");
        }
        assert!(seed % 3 == 1 || clients.len() == 1, "seed {seed}");
        assert!(
            keys.windows(2).all(|two| two[0].parse::<u32>().unwrap() < two[1].parse().unwrap()),
            "seed {seed}"
        );
        assert_eq!(world.origin.forged(), 0);
    }
}

#[test]
fn all_that_is_known_of_a_view_comes_with_it_also_when_the_origin_is_started_anew() {
    let mut world = World::new(1, 0);
    world.join(ANNA);
    let size = LogicalSize::new(640.0, 480.5);
    world.say(&BackendEvent::Resize { client: ANNA, size, ratio: 2.0 });
    let info: framecast_api::ViewInfo = serde_json::from_str(r#"{"color_scheme":"dark"}"#).unwrap();
    world.say(&BackendEvent::ViewInfo { client: ANNA, info });
    world.say(&BackendEvent::Event { client: ANNA, timestamp: 0.0, kind: EventKind::Hide });
    world.say(&BackendEvent::Control { client: ANNA, request: ControlRequest::Grant(7) });
    world.run(MS * 100);
    let check = |world: &World, client: ClientId, requests: usize| {
        let of = |test: &dyn Fn(&BackendEvent) -> bool| {
            world.events.iter().filter(|it| test(it)).count()
        };
        let sized = of(&|it| {
            matches!(it, BackendEvent::Resize { client: it, size: at, ratio: 2.0 }
                if *it == client && *at == size)
        });
        let told = of(&|it| {
            matches!(it, BackendEvent::ViewInfo { client: it, info: at }
                if *it == client && *at == info)
        });
        let hidden = of(&|it| {
            matches!(it, BackendEvent::Event { client: it, kind: EventKind::Hide, .. }
                if *it == client)
        });
        let asked = of(&|it| {
            matches!(it, BackendEvent::Control { client: it, request: ControlRequest::Grant(7) }
                if *it == client)
        });
        assert_eq!((sized, told, hidden, asked), (1, 1, 1, requests), "{:?}", world.events);
    };
    let client = world.clients()[0];
    check(&world, client, 1);
    assert!(matches!(&world.events[0], BackendEvent::Joined { label, role: Role::Drive, .. }
        if label == "desk-1 192.0.2.7:1 at fra-1"));
    // Another run of the origin.
    world.origin = Drivers::new("lecture", 1 << 40);
    world.origin.start(STARTED + 1);
    world.origin.set_links(vec![link(1)]);
    world.run(MS * 100);
    assert_eq!(world.clients().len(), 1, "it is not known yet");
    world.edge.set_origin(Some(STARTED + 1), None, world.now);
    world.run(MS * 100);
    let client = world.clients()[1];
    check(&world, client, 0);
}

#[test]
fn who_leaves_and_whose_edge_is_gone_has_left() {
    let mut world = World::new(1, 0);
    world.join(ANNA);
    world.join(BERT);
    world.run(Duration::from_secs(60));
    assert_eq!((world.clients().len(), world.left()), (2, 0), "who does nothing stays");
    world.say(&BackendEvent::Left { client: ANNA });
    world.run(MS * 10);
    assert_eq!(world.left(), 1);
    assert!(matches!(&world.events[2], BackendEvent::Leaving { reason, .. }
        if reason == "closed by the client"));
    world.run(MS * 200);
    assert_eq!(world.edge.clients.len(), 1, "nothing is left of it");
    world.edge.set_connected(false);
    world.run(Duration::from_secs(4));
    assert_eq!(world.left(), 2);
    assert_eq!(world.origin.poll(world.now), None);
    // When the bus is reached again, it comes as if it were new.
    world.edge.set_connected(true);
    world.run(Duration::from_secs(4));
    assert_eq!((world.clients().len(), world.left()), (3, 2));
}

#[test]
fn a_short_loss_of_the_bus_loses_nothing() {
    let mut world = World::new(1, 0);
    world.join(ANNA);
    world.run(MS * 100);
    world.edge.set_connected(false);
    world.press(ANNA, "a");
    world.run(Duration::from_secs(2));
    world.press(ANNA, "b");
    world.edge.set_connected(true);
    world.run(MS * 100);
    assert_eq!((world.clients().len(), world.left()), (1, 0));
    assert_eq!(world.keys(world.clients()[0]), ["a", "b"]);
}

#[test]
fn what_is_not_heard_for_long_is_not_done_late() {
    let mut world = World::new(1, 0);
    world.join(ANNA);
    world.run(MS * 100);
    world.edge.set_connected(false);
    for n in 0..3000 {
        world.press(ANNA, &n.to_string());
        let it = &world.edge.clients[&ANNA];
        assert!(it.unheard.len() <= MAX_UNHEARD && it.unheard_bytes <= MAX_UNHEARD_BYTES);
    }
    let paste = |data: String| BackendEvent::Event {
        client: ANNA,
        timestamp: 0.0,
        kind: EventKind::Paste { data },
    };
    for _ in 0..100 {
        world.say(&paste("x".repeat(10_000)));
        let it = &world.edge.clients[&ANNA];
        assert!(it.unheard.len() <= MAX_UNHEARD && it.unheard_bytes <= MAX_UNHEARD_BYTES);
    }
    let before = world.edge.clients[&ANNA].next;
    world.say(&paste("x".repeat(MAX_TEXT)));
    assert_eq!(world.edge.clients[&ANNA].next, before, "no page says so much");
}

#[test]
fn who_begins_anew_is_there_once() {
    let mut world = World::new(1, 0);
    world.join(ANNA);
    world.join(BERT);
    world.run(MS * 100);
    for n in 0..=MAX_UNHEARD {
        world.press(ANNA, &n.to_string());
    }
    world.run(MS * 100);
    assert_eq!((world.clients().len(), world.left()), (3, 1), "nobody else left");
    let left = |it: &BackendEvent| matches!(it, BackendEvent::Left { .. });
    let joined = |it: &BackendEvent| matches!(it, BackendEvent::Joined { .. });
    assert!(world.events.iter().position(left) < world.events.iter().rposition(joined));
}

#[test]
fn the_origin_tells_each_client_at_an_edge_what_becomes_of_it() {
    let mut world = World::new(1, 0);
    let control = |world: &World| {
        let last = world.commands.iter().rev().find_map(|command| match command {
            BackendCommand::Control(control) => Some(control.clone()),
            _ => None,
        });
        last.unwrap()
    };
    world.edge.set_origin(Some(STARTED), Some("anna"), world.now);
    world.run(MS * 10);
    let known = control(&world);
    assert_eq!(known.presenter().map(|it| &*it.label), Some("anna"), "as everybody is told");
    assert!(known.host.is_none() && known.members.len() == 1);

    world.join(ANNA);
    world.join(BERT);
    world.run(MS * 50);
    let [anna, bert] = world.clients()[..] else { panic!("{:?}", world.events) };
    world.control(anna, None);
    world.run(MS * 50);
    let now = control(&world);
    assert_eq!(now.presenter().and_then(|it| it.client), Some(ANNA));
    assert!(now.asking && now.host.is_none(), "the host is elsewhere");
    let labels: Vec<_> = now.members.iter().map(|it| &*it.label).collect();
    assert_eq!(labels.len(), 2, "who else is there is the host's affair: {labels:?}");
    world.control(bert, Some(anna));
    world.run(MS * 50);
    let now = control(&world);
    assert_eq!(now.presenter().and_then(|it| it.client), Some(BERT));
    assert_eq!(now.of_client(ANNA).map(|it| it.number), now.host);
    assert_eq!(now.members.len(), 4);

    // What is for one of them alone.
    world.commands.clear();
    let input = framecast_api::LogicalRect::new(1.0, 2.0, 3.0, 4.5);
    let input = Some(TextInput::new(framecast_api::TextInputKind::Email, input));
    let (text, url) = ("secret".to_owned(), "https://example.com/".to_owned());
    for command in [
        BackendCommand::Clipboard { client: bert, text: "old".into() },
        BackendCommand::Clipboard { client: bert, text: text.clone() },
        BackendCommand::OpenUrl { client: bert, url: url.clone() },
        BackendCommand::TextInput { client: bert, input },
    ] {
        assert!(world.origin.apply(&command, world.now));
    }
    world.run(Duration::from_secs(5));
    let told = [
        BackendCommand::TextInput { client: BERT, input },
        BackendCommand::Clipboard { client: BERT, text },
        BackendCommand::OpenUrl { client: BERT, url },
    ];
    assert_eq!(world.commands, told, "once, and the newest");
    world.commands.clear();
    world.control(anna, None);
    world.run(MS * 50);
    assert!(world.commands.contains(&BackendCommand::TextInput { client: BERT, input: None }));
    assert!(!world.origin.apply(&BackendCommand::Cursor(Cursor::Pointer), world.now));
    let nobody = ClientId(1);
    assert!(!world.origin.apply(&BackendCommand::Disconnect(nobody), world.now));
}

#[test]
fn who_is_sent_away_does_nothing_more_and_comes_back_when_it_is_let_in() {
    let mut world = World::new(1, 0);
    world.join(ANNA);
    world.run(MS * 50);
    let anna = world.clients()[0];
    world.commands.clear();
    assert!(world.origin.apply(&BackendCommand::Disconnect(anna), world.now));
    world.press(ANNA, "late");
    world.run(MS * 50);
    let away: Vec<_> =
        world.commands.iter().filter(|it| matches!(it, BackendCommand::Disconnect(_))).collect();
    assert_eq!(away, [&BackendCommand::Disconnect(ANNA)]);
    world.say(&BackendEvent::Left { client: ANNA });
    world.run(MS * 50);
    assert!(world.keys(anna).is_empty());
    assert_eq!((world.left(), world.clients().len()), (1, 1));
    // The edge forgets it, because the origin knows.
    assert!(world.commands.contains(&BackendCommand::LetIn(ANNA)));
    world.commands.clear();
    world.join(BERT);
    world.run(MS * 50);
    assert_eq!(world.clients().len(), 1, "the same browser by the same link");
    assert!(world.commands.contains(&BackendCommand::Disconnect(BERT)));
    world.say(&BackendEvent::Left { client: BERT });
    world.run(Duration::from_secs(5));
    assert_eq!(world.left(), 1, "it was never there");
    assert!(world.origin.apply(&BackendCommand::LetIn(anna), world.now));
    world.join(ClientId(3));
    world.run(MS * 50);
    assert_eq!(world.clients().len(), 2);
}

#[test]
fn nothing_is_left_at_the_edge_of_who_was_sent_away() {
    let mut world = World::new(1, 0);
    world.join(ANNA);
    world.run(MS * 50);
    let anna = world.clients()[0];
    assert!(world.origin.apply(&BackendCommand::Disconnect(anna), world.now));
    world.run(MS * 50);
    world.say(&BackendEvent::Left { client: ANNA });
    world.run(Duration::from_secs(5));
    assert!(world.edge.is_empty(), "it would be passed on for ever");
}

#[test]
fn who_was_sent_away_and_stays_is_gone_for_the_origin() {
    let mut world = World::new(1, 0);
    world.join(ANNA);
    world.run(MS * 50);
    let anna = world.clients()[0];
    world.origin.apply(&BackendCommand::Disconnect(anna), world.now);
    world.run(Duration::from_secs(10));
    assert_eq!((world.left(), world.clients().len()), (1, 1));
}

#[test]
fn a_link_that_ends_ends_what_was_done_by_it() {
    let mut world = World::new(1, 0);
    world.join(ANNA);
    world.run(MS * 50);
    world.origin.set_links(vec![link(2)]);
    world.press(ANNA, "late");
    world.run(Duration::from_secs(5));
    assert_eq!((world.clients().len(), world.left()), (1, 1));
    assert!(world.keys(world.clients()[0]).is_empty());
    assert!(world.events.iter().any(|it| matches!(it, BackendEvent::Leaving { reason, .. }
        if reason.contains("revoked"))));
}

#[test]
fn of_more_drivers_than_there_may_be_some_wait_and_come_when_others_have_left() {
    let mut world = World::new(1, 0);
    for n in 0..=MAX_DRIVERS as u64 {
        world.join(ClientId(n));
    }
    world.run(Duration::from_secs(1));
    assert_eq!(world.clients().len(), MAX_DRIVERS);
    world.say(&BackendEvent::Left { client: ClientId(0) });
    world.run(Duration::from_secs(5));
    assert_eq!(world.clients().len(), MAX_DRIVERS + 1);
}

#[test]
fn who_comes_without_a_link_of_the_origins_is_not_passed_on() {
    let mut world = World::new(1, 0);
    let who = |key| {
        let grant =
            Grant { name: "own".into(), role: Role::Drive, expires: None, revocation: None, key };
        Identity::new(grant, None, None)
    };
    let joined = |role| BackendEvent::Joined { client: ANNA, label: "own".into(), role };
    world.edge.happened(&joined(Role::Drive), |_| Some(who(None)), world.now);
    world.edge.happened(&joined(Role::Watch), |_| Some(who(Some(link(1).1))), world.now);
    world.edge.happened(&joined(Role::Drive), |_| None, world.now);
    world.press(ANNA, "a");
    assert!(world.edge.poll(world.now).is_none() && world.edge.is_empty());
}
