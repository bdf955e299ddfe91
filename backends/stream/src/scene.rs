//! One canvas, with an engine, encoders and clients that do one step at a time: for tests.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use framecast_api::{
    BackendCommand, ClientId, Clock, Frame, FramePool, PhysicalSize, Role, ViewInfo,
};

use crate::hub::{Hub, HubInput, HubOutput, Joining};
use crate::identity::{Grant, Identity};
use crate::ledger::Painted;
use crate::message::{Goodbye, Message};
use crate::protocol::{ClientMessage, Dialect, View};
use crate::viewers::Viewers;

pub(crate) const STILL: Duration = Duration::from_millis(300);
pub(crate) const VIEW: View = View { width: 10.0, height: 10.0, ratio: 1.0 };
pub(crate) const SIZE: PhysicalSize = PhysicalSize::new(400, 300);

/// Somebody of whom nothing is known.
pub(crate) fn identity(role: Role) -> Identity {
    let grant = Grant { name: String::new(), role, expires: None, revocation: None, key: None };
    Identity::new(grant, None, None)
}

pub(crate) struct Scene {
    pub(crate) hub: Hub,
    pub(crate) pool: FramePool,
    pub(crate) now: Instant,
    pub(crate) sequence: u64,
    /// What was handed out and not looked at.
    inbox: BTreeMap<ClientId, Message>,
    goodbyes: BTreeMap<ClientId, Goodbye>,
    pub(crate) snapshots: Vec<u64>,
    /// What was asked for of what is missing.
    pub(crate) repairs: Vec<u64>,
    /// How many looked, whenever that changed.
    pub(crate) viewers: Vec<Viewers>,
    /// When the hub wants to be polled again.
    pub(crate) wait: Option<Instant>,
    /// Whether those who join can decode video.
    pub(crate) video: bool,
}

/// Whom a change concerns.
#[derive(Debug, Default)]
pub(crate) struct Concerns {
    pub(crate) engine: bool,
    pub(crate) encoders: usize,
}

/// What a client was sent of one update.
#[derive(Debug)]
pub(crate) struct Got {
    pub(crate) update: u32,
    pub(crate) sequence: u64,
    pub(crate) tiles: usize,
    pub(crate) exact: bool,
    pub(crate) largest: usize,
    pub(crate) bytes: usize,
}

/// Grain that no encoder finds simple.
pub(crate) fn grain(seed: u32, at: usize) -> [u8; 4] {
    let n = (at as u32 ^ seed.rotate_left(20)).wrapping_mul(0x9e37_79b9);
    let n = (n ^ (n >> 15)).wrapping_mul(0x85eb_ca6b);
    (n ^ (n >> 13)).to_le_bytes()
}

impl Scene {
    pub(crate) fn new() -> Self {
        Self::with(|_, _| {})
    }

    /// With a hub that is fed.
    pub(crate) fn fed() -> Self {
        Self::with(|hub, now| hub.handle(now, HubInput::SetFed(true)).unwrap())
    }

    /// With a hub that is made ready before it is opened.
    pub(crate) fn with(prepare: impl FnOnce(&mut Hub, Instant)) -> Self {
        let now = Instant::now();
        let mut hub = Hub::new(STILL);
        prepare(&mut hub, now);
        let open = HubInput::Open { clock: Clock::start(), title: "title".into() };
        hub.handle(now, open).unwrap();
        Self {
            hub,
            pool: FramePool::new(),
            now,
            sequence: 0,
            inbox: BTreeMap::new(),
            goodbyes: BTreeMap::new(),
            snapshots: Vec::new(),
            repairs: Vec::new(),
            viewers: Vec::new(),
            wait: None,
            video: false,
        }
    }

    /// A client that has read all that there is to read before the first picture.
    pub(crate) fn join(&mut self) -> ClientId {
        self.join_as(Dialect::Tiles)
    }

    pub(crate) fn join_as(&mut self, dialect: Dialect) -> ClientId {
        let client = self.join_unread(dialect, identity(Role::Drive)).unwrap();
        // A picture may be there already.
        while matches!(self.peek(client), Some(Message::Text(text)) if !text.contains("framebufferdata"))
        {
            self.next(client);
            self.written(client);
        }
        client
    }

    /// A client that has read nothing yet.
    pub(crate) fn join_unread(&mut self, dialect: Dialect, who: Identity) -> Option<ClientId> {
        let hello = Some((VIEW, 50));
        let label = "somebody".into();
        let info = ViewInfo::default();
        let video = self.video;
        let joining = Joining { label, who, dialect, hello, visible: true, info, video };
        self.hub.join(self.now, joining)
    }

    pub(crate) fn handle(&mut self, input: HubInput) {
        self.hub.handle(self.now, input).unwrap();
    }

    pub(crate) fn set(&mut self, setting: BackendCommand) {
        self.handle(HubInput::BackendCommand(setting));
    }

    pub(crate) fn receive(&mut self, client: ClientId, message: ClientMessage) {
        self.handle(HubInput::Received(client, message, 10));
    }

    /// Polls until there is nothing to be done.
    pub(crate) fn settle(&mut self) -> Concerns {
        let mut concerns = Concerns::default();
        for _ in 0..100_000 {
            match self.hub.poll(self.now) {
                HubOutput::Send(client, message) => {
                    let before = self.inbox.insert(client, message);
                    assert!(before.is_none(), "a message before the last one was written");
                    self.handle(HubInput::Taken(client));
                }
                HubOutput::Close(client, goodbye) => {
                    self.goodbyes.insert(client, goodbye);
                }
                HubOutput::Snapshot(request) => self.snapshots.push(request),
                HubOutput::Repair(revision) => self.repairs.push(revision),
                HubOutput::Viewers(viewers) => {
                    let before = self.viewers.last().copied().unwrap_or_default();
                    assert_ne!(viewers, before, "nothing changed");
                    self.viewers.push(viewers);
                }
                HubOutput::Wake => concerns.engine = true,
                HubOutput::Encode(jobs) => concerns.encoders = jobs,
                HubOutput::Wait(until) => {
                    assert!(until.is_none_or(|until| until > self.now), "it waits for the past");
                    self.wait = until;
                    return concerns;
                }
            }
        }
        panic!("it never comes to rest");
    }

    pub(crate) fn wants_frame(&mut self) -> bool {
        self.settle();
        self.hub.wants_frame()
    }

    /// What `client` is to be sent now.
    pub(crate) fn peek(&mut self, client: ClientId) -> Option<&Message> {
        self.settle();
        self.inbox.get(&client)
    }

    /// Takes what `client` is to be sent now.
    pub(crate) fn next(&mut self, client: ClientId) -> Option<Message> {
        self.settle();
        self.inbox.remove(&client)
    }

    pub(crate) fn goodbye(&mut self, client: ClientId) -> Option<&Goodbye> {
        self.settle();
        self.goodbyes.get(&client)
    }

    pub(crate) fn written(&mut self, client: ClientId) {
        self.handle(HubInput::Written(client));
    }

    /// Presents a frame whose first `changed` pixels depend on `seed`.
    pub(crate) fn present(&mut self, seed: u32, changed: usize) {
        let mut buffer = self.pool.lend(SIZE).unwrap();
        for (at, pixel) in buffer.pixels_mut().iter_mut().enumerate() {
            *pixel = grain(if at < changed { seed } else { 0 }, at);
        }
        self.sequence += 1;
        let frame = self.pool.freeze(buffer, self.sequence, 0.0, 1.0);
        self.now += Duration::from_millis(1);
        self.show(frame);
    }

    pub(crate) fn present_all(&mut self, seed: u32) {
        self.present(seed, usize::MAX);
    }

    pub(crate) fn show(&mut self, frame: Frame) {
        self.handle(HubInput::Frame(frame));
        self.settle();
    }

    /// Does one job, if there is one.
    pub(crate) fn work(&mut self) -> bool {
        self.settle();
        let Some(job) = self.hub.take_job(self.now) else { return false };
        self.settle();
        self.handle(HubInput::Done(job.run(|_, _| false)));
        self.settle();
        true
    }

    /// Does all there is to do, and tells how many jobs that were.
    pub(crate) fn encode(&mut self) -> usize {
        let mut jobs = 0;
        while self.work() {
            jobs += 1;
            assert!(jobs < 1000, "it never ends");
        }
        jobs
    }

    /// Writes the next update to `client`.
    pub(crate) fn send(&mut self, client: ClientId) -> Option<Got> {
        let mut got: Option<Got> = None;
        loop {
            let part = match self.next(client) {
                Some(Message::Part(part)) => part,
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
            self.written(client);
            if header.last {
                return got;
            }
        }
    }

    pub(crate) fn ack(&mut self, client: ClientId, update: u32) {
        self.now += Duration::from_millis(5);
        self.receive(client, ClientMessage::Ack { update, painted: Painted::default() });
        self.settle();
    }
}
