//! One canvas, with an engine, encoders and clients that do one step at a time: for tests.

use std::task::Waker;
use std::time::{Duration, Instant};

use framecast_api::{ClientId, Clock, FramePool, PhysicalSize, Role};

use super::canvas::Joining;
use super::encoder;
use super::kept_out::Identity;
use super::ledger::Painted;
use super::protocol::{Dialect, View};
use super::state::{Outgoing, State, Wake};
use crate::front::links::Grant;

pub(super) const STILL: Duration = Duration::from_millis(300);
pub(super) const VIEW: View = View { width: 10.0, height: 10.0, ratio: 1.0 };
pub(super) const SIZE: PhysicalSize = PhysicalSize::new(400, 300);

/// Somebody of whom nothing is known.
pub(super) fn identity(role: Role) -> Identity {
    let grant = Grant { name: String::new(), role, expires: None, revoked: None };
    Identity::new(grant, None, None)
}

pub(super) struct Scene {
    pub(super) state: State,
    pub(super) pool: FramePool,
    pub(super) now: Instant,
    pub(super) sequence: u64,
}

/// What a client was sent of one update.
#[derive(Debug)]
pub(super) struct Got {
    pub(super) update: u32,
    pub(super) sequence: u64,
    pub(super) tiles: usize,
    pub(super) exact: bool,
    pub(super) largest: usize,
    pub(super) bytes: usize,
}

/// Grain that no encoder finds simple.
pub(super) fn grain(seed: u32, at: usize) -> [u8; 4] {
    let n = (at as u32 ^ seed.rotate_left(20)).wrapping_mul(0x9e37_79b9);
    let n = (n ^ (n >> 15)).wrapping_mul(0x85eb_ca6b);
    (n ^ (n >> 13)).to_le_bytes()
}

impl Scene {
    pub(super) fn new() -> Self {
        let mut state = State::new(STILL);
        state.open(Waker::noop().clone(), Clock::start(), "title".into());
        Self { state, pool: FramePool::new(), now: Instant::now(), sequence: 0 }
    }

    pub(super) fn join(&mut self) -> ClientId {
        self.join_as(Dialect::Tiles)
    }

    pub(super) fn join_as(&mut self, dialect: Dialect) -> ClientId {
        let (wake, _) = smol::channel::bounded(1);
        let client = {
            let (label, who, hello) = ("somebody".into(), identity(Role::Drive), Some((VIEW, 50)));
            let joining = Joining { label, who, dialect, hello, visible: true };
            self.state.join(joining, wake, self.now).unwrap()
        };
        while let Some(next) = self.state.next(client, self.now) {
            assert!(matches!(next, Outgoing::Text(_)));
        }
        self.settle();
        client
    }

    pub(super) fn settle(&mut self) -> Wake {
        self.state.settle(self.now)
    }

    /// Presents a frame whose first `changed` pixels depend on `seed`.
    pub(super) fn present(&mut self, seed: u32, changed: usize) {
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

    pub(super) fn present_all(&mut self, seed: u32) {
        self.present(seed, usize::MAX);
    }

    /// Does one job, if there is one.
    pub(super) fn work(&mut self) -> bool {
        self.settle();
        let work = self.state.work(self.now);
        self.settle();
        let Some(done) = encoder::work(work) else { return false };
        self.state.done(done, self.now);
        self.settle();
        true
    }

    /// Does all there is to do, and tells how many jobs that were.
    pub(super) fn encode(&mut self) -> usize {
        let mut jobs = 0;
        while self.work() {
            jobs += 1;
            assert!(jobs < 1000, "it never ends");
        }
        jobs
    }

    /// Writes what is next to `client`.
    pub(super) fn send(&mut self, client: ClientId) -> Option<Got> {
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
                self.settle_one(client);
                return got;
            }
        }
    }

    pub(super) fn ack(&mut self, client: ClientId, update: u32) {
        self.now += Duration::from_millis(5);
        let now = self.now;
        self.state.seat(client).unwrap().acknowledged(update, Painted::default(), now);
        self.settle_one(client);
    }

    /// After a change that concerns `client` only, nothing is left to be done for others.
    fn settle_one(&mut self, client: ClientId) {
        let sending = |state: &mut State| {
            let clients: Vec<_> = state.clients().collect();
            let mut is_sending = |client: &ClientId| state.seat(*client).unwrap().sending.is_some();
            clients.iter().filter(|client| is_sending(client)).count()
        };
        self.state.settle_one(client, false, self.now);
        let before = (sending(&mut self.state), self.state.wants_frame());
        assert!(self.settle().engine.is_none());
        assert_eq!((sending(&mut self.state), self.state.wants_frame()), before);
    }
}
