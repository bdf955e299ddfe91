//! What the fuzz target of tests/fuzz, and a test of this crate, do with any bytes at all. No part of
//! the API.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use framecast_api::accessibility::{Action, ActionRequest, Node, NodeId, Role as NodeRole, Tree};
use framecast_api::{
    BackendCommand, ClientId, Clock, ControlState, Cursor, EventKind, FramePool, Member,
    PhysicalSize, Role, ViewInfo,
};

use crate::hub::{Hub, HubInput, HubOutput, Joining};
use crate::identity::{Grant, Identity};
use crate::job::{Job, Work};
use crate::ledger::Painted;
use crate::message::Message;
use crate::protocol::{ClientMessage, Dialect, MjpegConfig, View};
use crate::snapshot::SnapshotLook;
use crate::tile_update::TileUpdate;
use crate::video::{MadeUpCodec, VideoMode, VideoSettings};

const MOST_STEPS: usize = 300;
const MOST_CLIENTS: u64 = 12;
const MOST_JOBS: usize = 4;
/// Between two waits a hub has no more to say than this.
const MOST_OUTPUTS: usize = 2000;
const SIZES: [(u32, u32); 4] = [(1, 1), (130, 50), (40, 30), (256, 48)];

/// A hub, and all that it was told and has said.
struct Scene {
    hub: Hub,
    is_fed: bool,
    now: Instant,
    pool: FramePool,
    sequence: u64,
    jobs: Vec<Job>,
    /// Who was handed a message that is not written.
    writing: BTreeSet<ClientId>,
    /// The newest update of each client that was sent one.
    sent: BTreeMap<ClientId, u32>,
    updates: Vec<TileUpdate>,
    requests: Vec<u64>,
    is_closed: bool,
}

/// A history of a hub: each step is two bytes, what happens and to whom or how much.
pub fn hub(bytes: &[u8]) {
    let mut scene = Scene::new();
    // Another, which is fed with what the first hands out, on purpose or until it has frames of its own.
    let mut fed = Scene::with(bytes.first().is_some_and(|first| first.is_multiple_of(2)));
    for step in bytes.chunks_exact(2).take(MOST_STEPS) {
        scene.step(step[0], step[1]);
        scene.settle();
        for update in std::mem::take(&mut scene.updates) {
            // Some are lost, and some come twice.
            for _ in 0..step[1] % 3 {
                fed.handle(HubInput::Tiles(update.clone()));
            }
        }
        fed.step(step[1], step[0]);
        fed.settle();
    }
    scene.come_to_rest();
    fed.come_to_rest();
}

impl Scene {
    fn new() -> Self {
        Self::with(false)
    }

    /// With a hub that may be fed on purpose.
    fn with(is_fed: bool) -> Self {
        let now = Instant::now();
        let mut hub = Hub::new(Duration::from_millis(300));
        hub.handle(now, HubInput::SetFed(is_fed)).expect("it is no client's doing");
        let open = HubInput::Open { clock: Clock::start(), title: "a title".into() };
        hub.handle(now, open).expect("it is no client's doing");
        Self {
            hub,
            is_fed,
            now,
            pool: FramePool::new(),
            sequence: 0,
            jobs: Vec::new(),
            writing: BTreeSet::new(),
            sent: BTreeMap::new(),
            updates: Vec::new(),
            requests: Vec::new(),
            is_closed: false,
        }
    }

    fn handle(&mut self, input: HubInput) {
        // A flood is an answer, too.
        let _ = self.hub.handle(self.now, input);
    }

    /// One of the first clients, whether it is there or not.
    fn client(argument: u8) -> ClientId {
        ClientId(u64::from(argument) % (MOST_CLIENTS + 2))
    }

    fn join(&mut self, argument: u8) {
        let every = Duration::from_millis(u64::from(argument) * 4);
        let dialect = match argument % 4 {
            0 | 1 => Dialect::Tiles,
            2 => Dialect::Whole,
            _ => Dialect::Mjpeg(MjpegConfig { every, again_after: Duration::from_secs(10) }),
        };
        let expires = argument.is_multiple_of(5).then(|| self.now + every);
        let name = if argument.is_multiple_of(7) { "one" } else { "other" };
        let grant =
            Grant { name: name.into(), role: Role::Drive, expires, revocation: None, key: None };
        let browser = ["a", "b", "c"][usize::from(argument % 3)];
        let size = f64::from(argument);
        let view = View { width: size, height: size, ratio: 1.0 };
        self.hub.join(
            self.now,
            Joining {
                label: "somebody".into(),
                who: Identity::new(grant, None, Some(browser)),
                dialect,
                hello: argument.is_multiple_of(2).then_some((view, 50)),
                visible: !argument.is_multiple_of(11),
                info: ViewInfo::default(),
                video: argument.is_multiple_of(5),
            },
        );
    }

    fn present(&mut self, argument: u8) {
        let (width, height) = SIZES[usize::from(argument / 64)];
        let mut buffer = self.pool.lend(PhysicalSize::new(width, height)).expect("it is small");
        buffer.fill([argument, argument.wrapping_mul(3), 7, 255]);
        let pixels = buffer.pixels_mut();
        let at = usize::from(argument) * 37 % pixels.len();
        pixels[at] = [255; 4];
        self.sequence += 1;
        let frame = self.pool.freeze(buffer, self.sequence, 0.0, 1.0);
        self.handle(HubInput::Frame(frame));
        if argument.is_multiple_of(4) {
            // The next one.
            self.handle(HubInput::BeginFrame);
        }
    }

    fn setting(&mut self, argument: u8) {
        let client = Self::client(argument);
        let setting = match argument % 6 {
            5 => BackendCommand::Accessibility((argument > 20).then(|| {
                let button = Node::new(NodeRole::Button).with_actions([Action::Click]);
                let id = NodeId((argument / 32).into());
                Arc::new(Tree::new(id, button.with_name(argument.to_string())))
            })),
            0 => BackendCommand::Title(argument.to_string()),
            1 => {
                BackendCommand::Cursor(if argument > 99 { Cursor::None } else { Cursor::default() })
            }
            2 => BackendCommand::Disconnect(client),
            3 => BackendCommand::LetIn(client),
            _ => {
                let member = |number| {
                    Member::new(number, Some(ClientId(number)), "somebody".into(), Role::Drive)
                };
                let members = (1..=MOST_CLIENTS).map(member).collect();
                let number = Some(client.0);
                BackendCommand::Control(ControlState::new(number, number, true, members))
            }
        };
        self.handle(HubInput::BackendCommand(setting));
    }

    fn message(&mut self, what: u8, argument: u8) {
        let client = Self::client(argument);
        let update = self.sent.get(&client).copied().unwrap_or_default();
        let message = match what % 8 {
            0..3 => ClientMessage::Ack { update, painted: Painted::default() },
            3 => ClientMessage::Refresh,
            4 => ClientMessage::Hide,
            5 => ClientMessage::Show,
            6 if argument > 223 => ClientMessage::Accessibility(argument.is_multiple_of(2)),
            6 if argument > 191 => ClientMessage::AccessibilityTaken { number: update.into() },
            6 if argument > 159 => {
                let request = ActionRequest::new(NodeId(argument.into()), Action::Click);
                ClientMessage::Event(EventKind::AccessibilityAction(request))
            }
            6 if argument > 127 => ClientMessage::Video(argument.is_multiple_of(3)),
            6 => ClientMessage::Ping { id: f64::from(argument) },
            _ => ClientMessage::Ack { update: argument.into(), painted: Painted::default() },
        };
        self.handle(HubInput::Received(client, message, 20));
    }

    fn step(&mut self, what: u8, argument: u8) {
        let client = Self::client(argument);
        match what % 32 {
            0..3 => self.join(argument),
            3..8 => self.present(argument),
            8..12 => {
                let job = self.hub.take_job(self.now).filter(|_| self.jobs.len() < MOST_JOBS);
                self.jobs.extend(job);
            }
            12..16 => self.finish(argument),
            16..20 => {
                if self.writing.remove(&client) || argument > 200 {
                    self.handle(HubInput::Written(client));
                }
            }
            20 => self.handle(HubInput::Taken(client)),
            21..25 => self.message(what / 32 + what, argument),
            25 => self.setting(argument),
            26 => {
                self.writing.remove(&client);
                self.handle(HubInput::Left(client, "it left".into()));
            }
            27 => self.now += Duration::from_millis(u64::from(argument) * 5),
            // Another thread looked at the clock before.
            28 => self.now -= Duration::from_millis(u64::from(argument) % 20),
            29 => self.requests.extend(self.hub.request_snapshot(Role::Watch, self.now)),
            30 => match argument % 8 {
                0 if argument > 127 => {
                    self.hub.set_wants_frames(client, argument.is_multiple_of(16));
                }
                0 => drop(self.hub.subscribe(argument.is_multiple_of(16))),
                1 => drop(self.hub.take_events()),
                2 => self.updates.extend(self.hub.tiles_since(argument.into())),
                3 => self.requests.drain(..).for_each(|it| self.hub.end_snapshot(it)),
                4 if argument > 200 => {
                    let mode = if argument > 230 { VideoMode::Always } else { VideoMode::Auto };
                    let codec = Arc::new(MadeUpCodec::new(1000));
                    self.handle(HubInput::SetVideo(VideoSettings { mode, codec: Some(codec) }));
                }
                4 => self.handle(HubInput::SetLossless(argument > 100)),
                5 if argument > 200 => drop(self.hub.open_url(client, "http://example.com/")),
                5 if argument > 100 => drop(self.hub.set_text_input(client, None)),
                5 => drop(self.hub.set_clipboard(client, "text")),
                6 => drop(self.hub.stats("", self.now).prometheus()),
                _ => self.handle(HubInput::Rejected(client)),
            },
            _ if argument == 255 => {
                self.is_closed = true;
                self.handle(HubInput::Close);
            }
            _ => {
                if let Some(request) = self.requests.first() {
                    let look = self.hub.look_at_snapshot(*request, self.now);
                    assert!(!matches!(look, SnapshotLook::Frame(..)) || self.sequence > 0);
                }
            }
        }
    }

    fn finish(&mut self, argument: u8) {
        if self.jobs.is_empty() {
            return;
        }
        let job = self.jobs.swap_remove(usize::from(argument) % self.jobs.len());
        let is_whole = matches!(job.0, Work::Whole(_) | Work::Mjpeg(_));
        assert!(is_whole || !self.is_fed, "tiles come from elsewhere: {job:?}");
        let failed = job.failure();
        let result = if argument > 230 { failed } else { job.run(|_, _| argument > 200) };
        self.handle(HubInput::Done(result));
    }

    /// Polls until there is nothing to be done; when to go on.
    fn settle(&mut self) -> Option<Instant> {
        for _ in 0..MOST_OUTPUTS {
            match self.hub.poll(self.now) {
                HubOutput::Send(client, message) => {
                    assert!(self.writing.insert(client), "{client:?} has not written the last one");
                    assert!(!self.is_closed, "{message:?} after the end");
                    match message {
                        Message::Part(part) => {
                            self.sent.insert(client, part.header.update);
                        }
                        Message::Video(video) => {
                            self.sent.insert(client, video.header.update);
                            assert!(!video.ranges.is_empty(), "it shows nothing");
                        }
                        Message::Update(update) => {
                            assert!(update.is_consistent());
                            self.updates.push(update);
                        }
                        Message::Text(text) => assert!(text.starts_with('{')),
                        Message::Picture(bytes) => assert!(!bytes.is_empty()),
                    }
                }
                HubOutput::Wait(until) => return until,
                HubOutput::Close(..)
                | HubOutput::Snapshot(_)
                | HubOutput::Viewers(_)
                | HubOutput::Repair(_)
                | HubOutput::Wake
                | HubOutput::Encode(_) => {}
            }
        }
        panic!("it never comes to rest");
    }

    /// Everybody does what there is to do; at last there are only those who wait for a frame.
    fn come_to_rest(&mut self) {
        for _ in 0..MOST_OUTPUTS {
            let until = self.settle();
            let writing = std::mem::take(&mut self.writing);
            self.jobs.extend(self.hub.take_job(self.now));
            if writing.is_empty() && self.jobs.is_empty() {
                // Whoever can only read is sent the last picture for ever.
                return assert!(
                    until.is_none_or(|until| until > self.now - Duration::from_secs(1))
                );
            }
            for client in writing {
                self.handle(HubInput::Written(client));
                if let Some(update) = self.sent.get(&client).copied() {
                    let ack = ClientMessage::Ack { update, painted: Painted::default() };
                    self.handle(HubInput::Received(client, ack, 20));
                }
            }
            while !self.jobs.is_empty() {
                self.finish(0);
            }
        }
        panic!("it never comes to rest");
    }
}
