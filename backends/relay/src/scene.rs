//! An origin with made-up pictures, for tests.

use std::time::{Duration, Instant};

use bytes::Bytes;
use framecast_api::{Clock, FramePool, PhysicalSize};
use framecast_stream::{Hub, HubInput, HubOutput, Message, TileUpdate};

use crate::keys::OriginKey;
use crate::message;
use crate::signed_picture::{SignedPicture, SignedUpdate};

pub(crate) struct Origin {
    pub(crate) key: OriginKey,
    pub(crate) started: u64,
    pub(crate) picture: SignedPicture,
    pub(crate) size: (u32, u32),
    hub: Hub,
    pool: FramePool,
    sequence: u64,
    now: Instant,
}

impl Origin {
    pub(crate) fn new() -> Self {
        Self::with(OriginKey::from_seed([7; 32]), 1)
    }

    pub(crate) fn with(key: OriginKey, started: u64) -> Self {
        let mut hub = Hub::new(Duration::from_millis(300));
        hub.subscribe(true);
        let now = Instant::now();
        hub.handle(now, HubInput::Open { clock: Clock::start(), title: String::new() }).unwrap();
        Self {
            key,
            started,
            picture: SignedPicture::new("lecture"),
            size: (400, 150),
            hub,
            pool: FramePool::new(),
            sequence: 0,
            now,
        }
    }

    /// Shows a picture of which these tiles have another pixel, and signs what changed.
    pub(crate) fn show(&mut self, seed: u32, marked: &[u32]) -> SignedUpdate {
        self.try_show(seed, marked).expect("something changed")
    }

    /// The same; `None` if nothing changed.
    pub(crate) fn try_show(&mut self, seed: u32, marked: &[u32]) -> Option<SignedUpdate> {
        let (width, height) = self.size;
        let mut buffer = self.pool.lend(PhysicalSize::new(width, height)).unwrap();
        for (at, pixel) in buffer.pixels_mut().iter_mut().enumerate() {
            let noise = (at as u32 ^ seed).wrapping_mul(0x9e37_79b9).rotate_left(13);
            *pixel = noise.wrapping_mul(0x85eb_ca6b).to_le_bytes();
        }
        let columns = width.div_ceil(128);
        let tiles = columns * height.div_ceil(48);
        for tile in marked.iter().filter(|tile| **tile < tiles) {
            let (x, y) = (tile % columns * 128, tile / columns * 48);
            buffer.pixels_mut()[(y * width + x) as usize] = [7; 4];
        }
        self.sequence += 1;
        let frame = self.pool.freeze(buffer, self.sequence, 0.0, 1.0);
        self.hub.handle(self.now, HubInput::Frame(frame)).unwrap();
        let update = self.next()?;
        Some(self.sign(update))
    }

    /// What became exact, if time passes.
    pub(crate) fn rest(&mut self) -> Option<SignedUpdate> {
        self.now += Duration::from_secs(1);
        let update = self.next()?;
        Some(self.sign(update))
    }

    fn next(&mut self) -> Option<TileUpdate> {
        loop {
            match self.hub.poll(self.now) {
                HubOutput::Send(client, Message::Update(update)) => {
                    self.hub.handle(self.now, HubInput::Written(client)).unwrap();
                    return Some(update);
                }
                HubOutput::Wait(_) => {
                    let job = self.hub.take_job(self.now)?;
                    self.hub.handle(self.now, HubInput::Done(job.run(|_, _| false))).unwrap();
                }
                _ => {}
            }
        }
    }

    pub(crate) fn sign(&mut self, update: TileUpdate) -> SignedUpdate {
        self.picture.sign(self.started, update, &self.key)
    }

    pub(crate) fn print(&self, signed: &SignedUpdate) -> Bytes {
        message::print(&self.key.public(), signed)
    }

    /// What it answers to who has this revision.
    pub(crate) fn since(&self, stream: u64, revision: u64) -> Bytes {
        self.print(&self.picture.since(stream, revision).unwrap())
    }

    /// The newest revision, without tiles.
    pub(crate) fn beacon(&self) -> Bytes {
        let (stream, revision) = self.picture.revision();
        self.since(stream, revision)
    }
}
