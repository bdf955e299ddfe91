//! Many hand-overs, as they come: after each there is one presenter, and everybody says the same.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use framecast::{
    Backend, BackendCommand, BackendEvent, Canvas, Capabilities, ClientId, Context, ControlPolicy,
    ControlRequest, ControlState, EventKind, Frame, NullBackend, NullRemote, Result, Role, Source,
    Step,
};

use crate::key_down;

const HANDOVERS: usize = 1000;
/// Clients at a time.
const CLIENTS: usize = 8;
/// A hidden presenter gives control up at the next turn: nobody has to wait for that here.
const AT_ONCE: Option<Duration> = Some(Duration::ZERO);

/// Numbers that look random (Knuth's MMIX constants).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, n: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n
    }
}

/// A backend without an audience that keeps of what it is told only what counts.
struct Listening {
    inner: NullBackend,
    heard: Arc<Mutex<Heard>>,
}

#[derive(Default)]
struct Heard {
    state: ControlState,
    /// Who is to be sent away.
    away: Vec<ClientId>,
}

impl Backend for Listening {
    fn name(&self) -> &str {
        "listening"
    }

    fn capabilities(&self) -> Capabilities {
        self.inner.capabilities()
    }

    fn open(&mut self, context: Context) -> Result<()> {
        self.inner.open(context)
    }

    fn poll(&mut self, sink: &mut dyn FnMut(BackendEvent)) {
        self.inner.poll(sink);
    }

    fn wants_frame(&self) -> bool {
        self.inner.wants_frame()
    }

    fn present(&mut self, frame: &Frame) -> Result<()> {
        self.inner.present(frame)
    }

    fn apply(&mut self, setting: &BackendCommand) -> Result<()> {
        let mut heard = self.heard.lock().unwrap();
        match setting {
            BackendCommand::Control(state) => heard.state = state.clone(),
            BackendCommand::Disconnect(client) => heard.away.push(*client),
            _ => {}
        }
        Ok(())
    }

    fn close(&mut self) {
        self.inner.close();
    }
}

/// What the script knows of a client.
#[derive(Debug, Clone, Copy)]
struct Person {
    role: Role,
    hidden: bool,
    /// Gave control up since having it last.
    declined: bool,
}

struct Play {
    canvas: Canvas,
    remote: NullRemote,
    heard: Arc<Mutex<Heard>>,
    dice: Dice,
    people: BTreeMap<u64, Person>,
    newest: u64,
    /// As the application was told.
    told: Option<u64>,
    /// Keys that are down, as the application was told.
    down: usize,
}

impl Play {
    fn new(policy: ControlPolicy, seed: u64) -> Self {
        let (inner, remote) = NullBackend::new();
        let heard = Arc::new(Mutex::new(Heard::default()));
        let backend = Listening { inner, heard: Arc::clone(&heard) };
        let canvas = Canvas::builder("test").backend(backend);
        let canvas = canvas.control(policy).control_timeout(AT_ONCE).open().unwrap();
        let (dice, people) = (Dice(seed), BTreeMap::new());
        Self { canvas, remote, heard, dice, people, newest: 0, told: None, down: 0 }
    }

    /// Something happens.
    fn step(&mut self) -> String {
        let count = self.people.len();
        if count == 0 || (count < CLIENTS && self.dice.roll(8) == 0) {
            self.newest += 1;
            let role = if self.dice.roll(4) == 0 { Role::Watch } else { Role::Drive };
            self.remote.join_as(self.newest, role);
            self.people.insert(self.newest, Person { role, hidden: false, declined: false });
            return format!("{} joins to {}", self.newest, role.name());
        }
        let mut somebody = || *self.people.keys().nth(self.dice.roll(count)).unwrap();
        let (any, other) = (somebody(), somebody());
        let presenter = self.canvas.presenter().map(|source| source.client.0);
        let who = presenter.filter(|_| self.dice.roll(2) == 0).unwrap_or(any);
        let person = self.people.get_mut(&who).unwrap();
        let request = match self.dice.roll(14) {
            0 => {
                self.people.remove(&who);
                self.remote.leave(who);
                return format!("{who} leaves");
            }
            1 => {
                let source = Source::new(0, ClientId(other));
                let choice = (self.dice.roll(3) > 0).then_some(source);
                for person in self.people.values_mut() {
                    person.declined |= choice.is_none();
                }
                self.canvas.give_control(choice);
                return format!("the application chooses {choice:?}");
            }
            2 => {
                person.hidden = true;
                self.remote.event(who, EventKind::Hide);
                return format!("{who} is hidden");
            }
            3 => {
                person.hidden = false;
                self.remote.event(who, EventKind::Show);
                return format!("{who} is seen");
            }
            4 | 5 => {
                self.remote.event(who, key_down("a"));
                return format!("{who} presses");
            }
            6 | 7 => {
                person.declined = true;
                ControlRequest::Release
            }
            8 | 9 => ControlRequest::Ask,
            10 | 11 => ControlRequest::Grant(other),
            12 => ControlRequest::TakeBack,
            _ => ControlRequest::Disconnect(other),
        };
        self.remote.control(who, request);
        format!("{who} wants {request:?}")
    }

    /// The application and the backend do what follows.
    fn settle(&mut self) {
        while let Some(step) = self.canvas.poll() {
            let Step::Event(event) = step else { continue };
            let source = event.source.map(|source| source.client.0);
            match event.kind {
                EventKind::ControlChanged { held } => {
                    assert_eq!(self.down, 0, "a key of {:?} is still down", self.told);
                    self.told = source.filter(|_| held);
                }
                EventKind::KeyDown(_) => {
                    assert_eq!(source, self.told, "the key of somebody else");
                    self.down += 1;
                }
                EventKind::KeyUp(_) => self.down -= 1,
                _ => {}
            }
        }
        let away = std::mem::take(&mut self.heard.lock().unwrap().away);
        for client in &away {
            self.people.remove(&client.0);
            self.remote.send(BackendEvent::Left { client: *client });
        }
        if !away.is_empty() {
            self.settle();
        }
    }

    /// Who has control, if everybody says the same of it.
    fn presenter(&self, what: &str) -> Option<u64> {
        let presenter = self.canvas.presenter().map(|source| source.client.0);
        let audience = self.canvas.audience();
        let listed = audience.iter().filter(|viewer| viewer.presenter);
        let listed: Vec<u64> = listed.map(|viewer| viewer.source.client.0).collect();
        assert_eq!(listed, presenter.into_iter().collect::<Vec<_>>(), "{what}");
        assert!(
            audience.iter().map(|it| it.source.client.0).eq(self.people.keys().copied()),
            "{what}"
        );
        assert_eq!(self.told, presenter, "as the application was told: {what}");
        let state = &self.heard.lock().unwrap().state;
        let told = state.presenter().and_then(|member| member.client);
        assert_eq!(told.map(|client| client.0), presenter, "as the clients are told: {what}");
        assert_eq!(state.host.is_some(), presenter.is_some(), "{what}");
        let ready = |it: &Person| it.role == Role::Drive && !it.hidden && !it.declined;
        match presenter {
            Some(presenter) => assert_eq!(self.people[&presenter].role, Role::Drive, "{what}"),
            None => assert!(!self.people.values().any(ready), "somebody is there for it: {what}"),
        }
        presenter
    }

    fn run(&mut self) {
        let (mut handovers, mut last) = (0, None);
        while handovers < HANDOVERS {
            let what = self.step();
            self.settle();
            let Some(presenter) = self.presenter(&what) else { continue };
            self.people.get_mut(&presenter).unwrap().declined = false;
            handovers += usize::from(last.replace(presenter) != Some(presenter));
        }
    }
}

#[test]
fn a_thousand_hand_overs_leave_one_presenter_each() {
    for policy in [ControlPolicy::First, ControlPolicy::Request, ControlPolicy::Any] {
        Play::new(policy, 1).run();
    }
}
