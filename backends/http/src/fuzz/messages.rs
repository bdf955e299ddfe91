use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use framecast_api::accessibility::{Action, Node, NodeId, Role as NodeRole, Tree};
use framecast_api::{
    BackendCommand, BackendEvent, ClientId, Clock, ControlState, EventKind, FramePool, Member,
    PhysicalSize, Role, ViewInfo,
};
use framecast_stream::{ClientMessage, Dialect, Grant, Message};
use serde_json::Value;
use smol::channel::Receiver;

use crate::Limits;
use crate::driver::canvas::{Canvas, Outgoing};
use crate::driver::encoders;
use crate::driver::websocket::{Address, Authenticator, Connection, Refused};
use crate::front::links::Admission;

const MOST_LINES: usize = 400;
/// The one node that takes an action.
const BUTTON: NodeId = NodeId(u64::MAX);
/// Encoding is what takes time here.
const MOST_FRAMES: usize = 4;
/// A client that reads everything at once is sent no more than this in a row.
const MOST_OUTGOING: usize = 100;

/// Lets in whoever says what it wants to be.
struct Door;

impl Authenticator for Door {
    fn look_at(&self, token: Option<&str>) -> Result<Admission, Refused> {
        let role = match token {
            Some("drive") => Role::Drive,
            Some("watch") => Role::Watch,
            _ => return Err(Refused::NoLink),
        };
        let grant =
            Grant { name: role.name().into(), role, expires: None, revocation: None, key: None };
        Ok(Admission { grant, revoked: None })
    }

    fn admit(&self, _: Role) -> Result<(), Refused> {
        Ok(())
    }
}

/// What two clients of one canvas say, line by line: the first speaks the current protocol, the other
/// (`~`) the older one. `!` shows a new frame, `.` has the engine look, `+` makes the first client the
/// presenter and the host, `-` sends it away.
pub fn client_messages(bytes: &[u8]) {
    let canvas = Canvas::new(Duration::ZERO);
    let (clock, limits) = (Clock::start(), Limits::default());
    canvas.open(std::task::Waker::noop().clone(), clock, "a title".into());
    let button = Node::new(NodeRole::Button).with_actions([Action::Click]);
    canvas.apply(&BackendCommand::Accessibility(Some(Arc::new(Tree::new(BUTTON, button)))));
    let (mut pool, mut frames) = (FramePool::new(), 0);
    let mut engine = Engine::default();
    let clients = [Dialect::Tiles, Dialect::Whole].map(|dialect| {
        let (wake, woken) = smol::channel::bounded(1);
        let from = Address { label: "192.0.2.1:9".into(), ip: "192.0.2.1".parse().ok() };
        (Connection::new(&canvas, dialect, from, &limits, &Door, wake), woken)
    });
    // It does not introduce itself.
    let joined = clients[1].0.join(None, true, Some("watch"), None, ViewInfo::default(), false);
    let mut gone = [false, joined.is_err()];
    for line in bytes.split(|byte| *byte == b'\n').take(MOST_LINES) {
        // What is not UTF-8 never gets here: the WebSocket library closes the connection.
        let Ok(line) = str::from_utf8(line) else { continue };
        match line.as_bytes().first() {
            Some(b'!') if frames < MOST_FRAMES => {
                frames += 1;
                let mut buffer = pool.lend(PhysicalSize::new(40, 30)).expect("it is small");
                buffer.fill([frames as u8 * 60, line.len() as u8, 40, 255]);
                canvas.present(&pool.freeze(buffer, frames as u64, 0.0, 1.0), Instant::now());
                encoders::encode_all(&canvas);
            }
            Some(b'.') => engine.look(&canvas),
            Some(b'+') => engine.crown(&canvas),
            Some(b'-') => {
                if let (Some(client), false) = (clients[0].0.client(), gone[0]) {
                    gone[0] = true;
                    stays_away(&canvas, client, &limits);
                }
            }
            Some(_) => {
                let (number, text) = line.strip_prefix('~').map_or((0, line), |text| (1, text));
                is_read_rightly(text);
                let (connection, _) = &clients[number];
                gone[number] = gone[number] || connection.hear(text, Instant::now()).is_err();
            }
            None => {}
        }
        for ((connection, woken), gone) in clients.iter().zip(gone) {
            if let Some(client) = connection.client().filter(|_| !gone) {
                read_all(&canvas, client, woken);
            }
        }
    }
    let stats = canvas.stats("");
    assert!(serde_json::from_str::<Value>(&stats.json()).is_ok());
    assert!(!stats.prometheus().contains("NaN"));
    engine.look(&canvas);
    drop(clients);
    engine.look(&canvas);
    assert!(engine.members.is_empty(), "somebody stays: {:?}", engine.members);
}

/// Who was sent away does not come back, whatever it says, before it is let in.
fn stays_away(canvas: &Canvas, client: ClientId, limits: &Limits) {
    let comes_back = |browser: &str| {
        let from = Address { label: "192.0.2.1:10".into(), ip: "192.0.2.1".parse().ok() };
        let wake = smol::channel::bounded(1).0;
        let connection = Connection::new(canvas, Dialect::Tiles, from, limits, &Door, wake);
        ["drive", "watch"].map(|token| {
            connection
                .join(None, true, Some(token), Some(browser), ViewInfo::default(), false)
                .is_ok()
        })
    };
    // A host who shares link and network with it is spared, and with it whoever is new there.
    canvas.apply(&BackendCommand::Control(ControlState::default()));
    let before = comes_back("a new one");
    (0..2).for_each(|_| canvas.apply(&BackendCommand::Disconnect(client)));
    let after = comes_back("another new one");
    assert!(before != after && before == [true; 2], "{before:?} {after:?}");
    canvas.apply(&BackendCommand::LetIn(client));
    assert_eq!(comes_back("a third"), before);
}

/// Events of clients, but for those with a text that may be too long.
const EVENTS: [&str; 11] = [
    "focus_in",
    "focus_out",
    "pointer_down",
    "pointer_move",
    "pointer_up",
    "pointer_enter",
    "pointer_leave",
    "double_click",
    "wheel",
    "key_down",
    "key_up",
];

fn is_read_rightly(text: &str) {
    if let Ok(Value::Object(event)) = serde_json::from_str(text)
        && let Some(Value::String(name)) = event.get("type")
        && EVENTS.contains(&&**name)
    {
        // Written anew, so that no field is there twice.
        let text = Value::Object(event).to_string();
        let read = ClientMessage::parse(&text);
        assert!(matches!(read, Ok(ClientMessage::Event(_))), "a field costs the event: {text}");
    }
    let Ok(message) = ClientMessage::parse(text) else { return };
    if let ClientMessage::Event(kind) = message {
        assert!(kind.validate().is_ok());
        // It is what it says it is.
        let value: Value = serde_json::from_str(text).expect("it was read as one before");
        assert_eq!(value["type"], kind.name());
    }
}

/// The client reads what there is.
fn read_all(canvas: &Canvas, client: ClientId, woken: &Receiver<()>) {
    for _ in 0..MOST_OUTGOING {
        let Some(next) = canvas.next(client, Instant::now()) else {
            let _ = woken.try_recv();
            return;
        };
        match next {
            Outgoing::Message(Message::Text(text)) => {
                let value: Value = serde_json::from_str(&text).expect("what is said is JSON");
                assert!(value["type"].is_string(), "{text}");
            }
            Outgoing::Message(Message::Part(part)) => assert_eq!(part.into_bytes()[0], 2),
            Outgoing::Message(Message::Video(video)) => assert_eq!(video.into_bytes()[0], 3),
            Outgoing::Message(Message::Picture(bytes)) => {
                assert!(bytes.len() <= Limits::PICTURE_BYTES);
            }
            Outgoing::Message(Message::Update(_)) => panic!("{client:?} subscribed to nothing"),
            Outgoing::Goodbye(_) => return,
        }
        canvas.written(client, Instant::now());
    }
    panic!("there is no end of what {client:?} is sent");
}

/// The engine's side.
#[derive(Default)]
struct Engine {
    members: BTreeMap<ClientId, Role>,
}

impl Engine {
    fn look(&mut self, canvas: &Canvas) {
        let inputs = canvas.take_events();
        assert!(inputs.len() <= 2 * (Limits::PENDING_INPUTS + 3), "{}", inputs.len());
        for input in inputs {
            match input {
                BackendEvent::Joined { client, role, label } => {
                    assert_eq!(label, format!("{} 192.0.2.1:9", role.name()));
                    assert!(self.members.insert(client, role).is_none(), "it joins twice");
                }
                BackendEvent::Leaving { client, reason } => {
                    assert!(self.members.contains_key(&client) && !reason.is_empty());
                }
                BackendEvent::Left { client } => {
                    assert!(self.members.remove(&client).is_some(), "it was not here");
                }
                BackendEvent::Event { client, kind, timestamp } => {
                    assert!(self.members.contains_key(&client) && timestamp.is_finite());
                    assert!(kind.validate().is_ok(), "{kind:?}");
                    if let EventKind::AccessibilityAction(request) = kind {
                        assert_eq!((request.node, request.action), (BUTTON, Action::Click));
                    }
                }
                BackendEvent::Resize { client, size, ratio } => {
                    let fine = |number: f64| number.is_finite() && number > 0.0;
                    assert!(self.members.contains_key(&client));
                    assert!(fine(size.width) && fine(size.height) && fine(ratio));
                }
                BackendEvent::Control { client, .. }
                | BackendEvent::ViewInfo { client, .. }
                | BackendEvent::AccessibilityWanted { client, .. }
                | BackendEvent::Rejected { client, .. } => {
                    assert!(self.members.contains_key(&client));
                }
                other => panic!("a client cannot cause {other:?}"),
            }
        }
    }

    fn crown(&mut self, canvas: &Canvas) {
        self.look(canvas);
        let members = self.members.iter().map(|(client, role)| {
            Member::new(client.0, Some(*client), format!("{} 192.0.2.1:9", role.name()), *role)
        });
        let members: Vec<_> = members.collect();
        let first = members.first().map(|member| member.number);
        canvas.apply(&BackendCommand::Control(ControlState::new(first, first, true, members)));
    }
}
