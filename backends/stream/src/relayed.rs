//! A hub that is fed with what another one hands out, over a way that loses some of it and delays some:
//! in the end its clients show exactly the pixels of the first. Beside every other of these hubs is a program that decodes
//! the tiles into frames. For tests.

use std::time::Duration;

use bytes::Bytes;
use framecast_api::{ClientId, Frame, PhysicalSize, Rect};

use crate::hub::HubInput;
use crate::job::Work;
use crate::ledger::Painted;
use crate::message::Message;
use crate::protocol::{ClientMessage, Dialect, ReadPart};
use crate::scene::{Scene, grain};
use crate::simulated::Random;
use crate::tile_update::TileUpdate;

const RUNS: u64 = 200;
const STEPS: u32 = 80;
const SIZES: [(u32, u32); 3] = [(200, 60), (129, 49), (260, 97)];

/// What is on its way between the two hubs, and when it arrives.
#[derive(Default)]
struct Way(Vec<(Duration, Sent)>);

enum Sent {
    Update(TileUpdate),
    /// A repair that is asked for.
    Since(u64),
}

struct World {
    random: Random,
    /// The hub that is fed with frames.
    first: Scene,
    subscriber: ClientId,
    /// The one that is fed with its updates.
    second: Scene,
    viewers: Vec<Viewer>,
    /// What decodes the tiles of the second; `None`: nobody does.
    decoder: Option<Decoder>,
    way: Way,
    /// Since the beginning.
    time: Duration,
    size: (u32, u32),
    pixels: Vec<[u8; 4]>,
    /// Nothing is lost any more.
    is_reliable: bool,
}

/// A program that is handed the second hub's tiles, and presents them to it as frames; and a client that needs whole
/// pictures.
struct Decoder {
    subscriber: ClientId,
    shows: Picture,
    /// The frame that it has begun, and when it is done.
    frame: Option<(Frame, Duration)>,
    reader: ClientId,
    /// What the reader was sent last.
    read: Bytes,
    /// So many pictures it was sent.
    pictures: u32,
}

/// A client of the second hub, and what it shows.
struct Viewer {
    id: ClientId,
    shows: Picture,
}

#[derive(Default)]
struct Picture {
    size: (u32, u32),
    pixels: Vec<[u8; 3]>,
    exact: bool,
}

impl Picture {
    /// Draws a part of an update.
    fn draw(&mut self, bytes: &[u8]) {
        let part = ReadPart::parse(bytes).unwrap();
        let picture = image::load_from_memory(part.picture).unwrap().into_rgb8();
        let size = (part.size.width, part.size.height);
        if std::mem::replace(&mut self.size, size) != size {
            self.pixels = vec![[9; 3]; (size.0 * size.1) as usize];
        }
        let (width, height) = (u32::from(part.tile_size.0), u32::from(part.tile_size.1));
        let columns = size.0.div_ceil(width);
        for (tile, row) in part.tiles.iter().zip(0..) {
            let tile = u32::from(*tile);
            let (left, top) = (tile % columns * width, tile / columns * height);
            for y in 0..height.min(size.1 - top) {
                for x in 0..width.min(size.0 - left) {
                    let pixel = picture.get_pixel(x, row * height + y).0;
                    self.pixels[((top + y) * size.0 + left + x) as usize] = pixel;
                }
            }
        }
        self.exact = part.last && part.exact;
    }

    fn is(&self, size: (u32, u32), pixels: &[[u8; 4]]) -> bool {
        let mut pairs = pixels.iter().zip(&self.pixels);
        self.size == size && pairs.all(|(want, got)| want[..3] == got[..])
    }
}

impl World {
    fn new(seed: u64) -> Self {
        let mut first = Scene::new();
        let subscriber = first.hub.subscribe(true);
        let decodes = seed.is_multiple_of(2);
        let mut second = if decodes { Scene::fed() } else { Scene::new() };
        let decoder = decodes.then(|| {
            // Whole pictures are exact, and tiles are what they are.
            second.handle(HubInput::SetLossless(true));
            Decoder {
                subscriber: second.hub.subscribe(false),
                shows: Picture::default(),
                frame: None,
                reader: second.join_as(Dialect::Whole),
                read: Bytes::new(),
                pictures: 0,
            }
        });
        Self {
            random: Random::new(seed),
            first,
            subscriber,
            second,
            viewers: Vec::new(),
            decoder,
            way: Way::default(),
            time: Duration::ZERO,
            size: SIZES[0],
            pixels: Vec::new(),
            is_reliable: false,
        }
    }

    fn present(&mut self) {
        if self.pixels.is_empty() || self.random.percent(5) {
            self.size = SIZES[self.random.below(3) as usize];
            self.pixels = vec![[0; 4]; (self.size.0 * self.size.1) as usize];
        }
        let (width, height) = self.size;
        let (x, y) = (self.random.below(width), self.random.below(height));
        let area = Rect::new(x, y, (width - x).min(150), (height - y).min(60));
        let (seed, flat) = (self.random.below(u32::MAX), self.random.percent(40));
        for y in area.y..area.y + area.height {
            for x in area.x..area.x + area.width {
                let at = (y * width + x) as usize;
                self.pixels[at] = if flat { seed.to_le_bytes() } else { grain(seed, at) };
            }
        }
        let scene = &mut self.first;
        let mut buffer = scene.pool.lend(PhysicalSize::new(width, height)).unwrap();
        buffer.pixels_mut().copy_from_slice(&self.pixels);
        scene.sequence += 1;
        let frame = scene.pool.freeze(buffer, scene.sequence, 0.0, 1.0);
        scene.show(frame);
    }

    /// Sends something, if it is not lost, so that it arrives some time.
    fn send(&mut self, sent: Sent) {
        if !self.is_reliable && self.random.percent(30) {
            return;
        }
        let late = Duration::from_millis(self.random.below(300).into());
        self.way.0.push((self.time + late, sent));
    }

    fn pass(&mut self, time: Duration) {
        self.time += time;
        self.first.now += time;
        self.second.now += time;
    }

    /// Whatever has arrived is taken, and whatever is to be sent is sent; whether there was anything.
    fn carry(&mut self) -> bool {
        let mut busy = self.first.encode() > 0;
        while let Some(message) = self.first.next(self.subscriber) {
            let Message::Update(update) = message else { panic!("{message:?}") };
            self.first.written(self.subscriber);
            self.send(Sent::Update(update));
            busy = true;
        }
        let now = self.time;
        let (arrived, rest) =
            std::mem::take(&mut self.way.0).into_iter().partition(|(at, _)| *at <= now);
        self.way.0 = rest;
        for (_, sent) in arrived {
            busy = true;
            match sent {
                Sent::Update(update) => self.second.handle(HubInput::Tiles(update)),
                Sent::Since(revision) => {
                    if let Some(update) = self.first.hub.tiles_since(revision) {
                        self.send(Sent::Update(update));
                    }
                }
            }
        }
        self.second.settle();
        for revision in std::mem::take(&mut self.second.repairs) {
            self.send(Sent::Since(revision));
            busy = true;
        }
        for n in 0..self.viewers.len() {
            busy |= self.view(n);
        }
        busy | self.decode()
    }

    /// What the program beside the second hub does, and who needs its frames.
    fn decode(&mut self) -> bool {
        let Some(decoder) = &mut self.decoder else { return false };
        let (scene, mut busy) = (&mut self.second, false);
        while let Some(message) = scene.next(decoder.subscriber) {
            let Message::Update(update) = message else { panic!("{message:?}") };
            update.messages(0, false).for_each(|part| decoder.shows.draw(&part));
            scene.written(decoder.subscriber);
            busy = true;
        }
        // What follows a gap is not handed out.
        let can_decode = !decoder.shows.pixels.is_empty();
        if decoder.frame.is_none() && can_decode && scene.wants_frame() {
            let Picture { size, pixels, .. } = &decoder.shows;
            scene.handle(HubInput::BeginFrame);
            let mut buffer = scene.pool.lend(PhysicalSize::new(size.0, size.1)).unwrap();
            for (to, [red, green, blue]) in buffer.pixels_mut().iter_mut().zip(pixels) {
                *to = [*red, *green, *blue, 255];
            }
            scene.sequence += 1;
            let frame = scene.pool.freeze(buffer, scene.sequence, 0.0, 1.0);
            let takes = Duration::from_millis(self.random.below(100).into());
            decoder.frame = Some((frame, self.time + takes));
            busy = true;
        }
        if let Some((frame, _)) = decoder.frame.take_if(|(_, done)| *done <= self.time) {
            scene.show(frame);
            busy = true;
        }
        while let Some(job) = scene.hub.take_job(scene.now) {
            assert!(matches!(job.0, Work::Whole(_)), "{job:?}");
            scene.handle(HubInput::Done(job.run(|_, _| false)));
            scene.settle();
            busy = true;
        }
        while let Some(message) = scene.next(decoder.reader) {
            scene.written(decoder.reader);
            if let Message::Picture(bytes) = message {
                (decoder.read, decoder.pictures) = (bytes, decoder.pictures + 1);
                let update = decoder.pictures;
                let ack = ClientMessage::Ack { update, painted: Painted::default() };
                scene.receive(decoder.reader, ack);
            }
            busy = true;
        }
        busy
    }

    fn view(&mut self, n: usize) -> bool {
        let viewer = &mut self.viewers[n];
        let mut acks = Vec::new();
        let mut busy = false;
        while let Some(message) = self.second.next(viewer.id) {
            if let Message::Part(part) = message {
                acks.extend(part.header.last.then_some(part.header.update));
                viewer.shows.draw(&part.into_bytes());
            }
            self.second.written(viewer.id);
            busy = true;
        }
        for update in acks {
            let ack = ClientMessage::Ack { update, painted: Painted::default() };
            self.second.receive(viewer.id, ack);
        }
        busy
    }

    fn step(&mut self) {
        match self.random.below(10) {
            0..4 => self.present(),
            4 if self.viewers.len() < 3 => {
                let id = self.second.join();
                self.viewers.push(Viewer { id, shows: Picture::default() });
            }
            _ => {
                let time = self.random.below(60);
                self.pass(Duration::from_millis(time.into()));
            }
        }
        self.carry();
    }

    fn come_to_rest(&mut self) {
        for _ in 0..10_000 {
            if self.carry() {
                continue;
            }
            let until = |wait: Option<std::time::Instant>, now| wait.map(|at| at - now);
            let arrival = self.way.0.iter().map(|(at, _)| at.saturating_sub(self.time)).min();
            let frame = self.decoder.as_ref().and_then(|decoder| decoder.frame.as_ref());
            let next = [
                until(self.first.wait, self.first.now),
                until(self.second.wait, self.second.now),
                frame.map(|(_, done)| done.saturating_sub(self.time)),
                arrival,
            ];
            match next.into_iter().flatten().min() {
                Some(time) => self.pass(time),
                None => return,
            }
        }
        panic!("it never comes to rest");
    }
}

#[test]
fn whatever_is_lost_or_late_clients_of_a_hub_that_is_fed_with_updates_end_up_exact() {
    for seed in 1..=RUNS {
        let mut world = World::new(seed);
        (0..STEPS).for_each(|_| world.step());
        world.present();
        world.step();
        world.is_reliable = true;
        world.come_to_rest();
        // The last update may have been lost: one without tiles tells which it was.
        let revision = world.first.hub.tiles_since(0).unwrap().revision();
        let nothing = world.first.hub.tiles_since(revision).unwrap();
        assert_eq!(nothing.tiles(), 0);
        world.send(Sent::Update(nothing));
        world.come_to_rest();
        assert!(!world.viewers.is_empty());
        for viewer in &world.viewers {
            assert!(viewer.shows.exact, "seed {seed}: it is not told");
            assert!(viewer.shows.is(world.size, &world.pixels), "seed {seed}");
        }
        if let Some(decoder) = &world.decoder {
            let read = image::load_from_memory(&decoder.read).unwrap().into_rgb8();
            let pixels = read.pixels().map(|pixel| pixel.0).collect();
            let read = Picture { size: read.dimensions(), pixels, exact: true };
            assert!(read.is(world.size, &world.pixels), "seed {seed}: a whole picture");
            assert!(!world.second.wants_frame(), "seed {seed}: nothing is newer");
        }
    }
}

#[test]
fn an_update_that_fits_nothing_is_refused() {
    let mut world = World::new(1);
    world.present();
    world.first.encode();
    let Some(Message::Update(update)) = world.first.next(world.subscriber) else { panic!("none") };
    let mut wild = update.clone();
    wild.tiles[0].number = u16::MAX;
    world.second.handle(HubInput::Tiles(wild));
    assert_eq!(world.second.hub.tiles_since(0).map(|it| it.tiles()), None);
    let mut backwards = update.clone();
    backwards.since = backwards.revision + 1;
    world.second.handle(HubInput::Tiles(backwards));
    assert_eq!(world.second.hub.tiles_since(0).map(|it| it.tiles()), None);
    let tiles = update.tiles();
    world.second.handle(HubInput::Tiles(update));
    assert_eq!(world.second.hub.tiles_since(0).map(|it| it.tiles()), Some(tiles));
}
