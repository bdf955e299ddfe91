//! Whatever happens, in whatever order: in the end every client shows the last frame, exactly, and
//! nothing is left to do.
//!
//! Each run is another history of frames, jobs of encoders, messages, acknowledgements, hiding,
//! refreshing, joining and leaving, by a seeded generator.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use framecast_api::{ClientId, PhysicalSize, Rect};

use crate::hub::HubInput;
use crate::job::{Job, Work};
use crate::ledger::Painted;
use crate::message::Message;
use crate::protocol::{ClientMessage, Part, VideoMessage};
use crate::scene::{Scene, grain};
use crate::store::tiles;
use crate::video::{Label, MadeUpCodec, VideoMode, VideoSettings};

const RUNS: u64 = 60;
const STEPS: u32 = 300;
const SIZES: [(u32, u32); 5] = [(1, 1), (129, 49), (300, 100), (127, 200), (520, 97)];

/// A generator of made-up numbers.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn below(&mut self, end: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((self.0 >> 20) % u64::from(end)) as u32
    }

    pub(crate) fn percent(&mut self, chance: u32) -> bool {
        self.below(100) < chance
    }
}

type Pixels = Vec<[u8; 4]>;

/// A client, and what it shows.
struct Viewer {
    id: ClientId,
    visible: bool,
    size: (u32, u32),
    pixels: Vec<[u8; 3]>,
    /// Painted and not acknowledged.
    owed: Vec<u32>,
    last: u32,
    part: u16,
    /// Its connection has not taken the last message.
    writing: bool,
    /// Told that its pixels are those of this frame.
    exact: Option<u64>,
    /// The last picture of a video, which the next one goes on from.
    video: Option<Label>,
    pictures: u32,
}

struct World {
    random: Random,
    scene: Scene,
    frames: BTreeMap<u64, ((u32, u32), Pixels)>,
    viewers: Vec<Viewer>,
    /// Taken by encoders and not done.
    jobs: Vec<Job>,
    size: (u32, u32),
    /// Whether encoders fail now and then.
    fails: bool,
    /// Pictures of videos that were shown.
    videos: u32,
}

impl World {
    fn new(seed: u64, fails: bool) -> Self {
        let random = Random::new(seed);
        let (frames, viewers, jobs) = (BTreeMap::new(), Vec::new(), Vec::new());
        let scene = Scene::new();
        Self { random, scene, frames, viewers, jobs, size: SIZES[2], fails, videos: 0 }
    }

    fn join(&mut self) {
        // Some can decode video.
        self.scene.video = self.random.percent(60);
        let id = self.scene.join();
        let (size, pixels, owed) = ((0, 0), Vec::new(), Vec::new());
        self.viewers.push(Viewer {
            id,
            visible: true,
            size,
            pixels,
            owed,
            last: 0,
            part: 0,
            writing: false,
            exact: None,
            video: None,
            pictures: 0,
        });
    }

    /// Changes a few rectangles of the frame before, or all; tells the damage, or not.
    fn present(&mut self) {
        let (width, height) = self.size;
        let scene = &mut self.scene;
        let mut buffer = scene.pool.lend(PhysicalSize::new(width, height)).unwrap();
        let before = self.frames.get(&scene.sequence).filter(|(size, _)| *size == self.size);
        let mut rects = vec![Rect::new(0, 0, width, height)];
        if let Some((_, pixels)) = before
            && !self.random.percent(15)
        {
            buffer.pixels_mut().copy_from_slice(pixels);
            rects.clear();
            for _ in 0..self.random.below(4) {
                let (x, y) = (self.random.below(width), self.random.below(height));
                let (right, down) = (self.random.below(width - x), self.random.below(height - y));
                rects.push(Rect::new(x, y, 1 + right.min(40), 1 + down.min(20)));
            }
        }
        for rect in &rects {
            let (seed, flat) = (self.random.below(u32::MAX), self.random.percent(40));
            for y in rect.y..rect.y + rect.height {
                for x in rect.x..rect.x + rect.width {
                    let at = (y * width + x) as usize;
                    buffer.pixels_mut()[at] =
                        if flat { seed.to_le_bytes() } else { grain(seed, at) };
                }
            }
        }
        // Sometimes one in between went elsewhere.
        scene.sequence += 1 + u64::from(self.random.percent(2));
        if self.random.percent(60) {
            rects.iter().for_each(|rect| buffer.add_damage(*rect));
            buffer.trust_damage();
        }
        self.frames.insert(scene.sequence, (self.size, buffer.pixels().to_vec()));
        let frame = scene.pool.freeze(buffer, scene.sequence, 0.0, 1.0);
        scene.show(frame);
    }

    fn take_job(&mut self) -> bool {
        self.scene.settle();
        let job = self.scene.hub.take_job(self.scene.now);
        self.scene.settle();
        let is_job = job.is_some();
        self.jobs.extend(job);
        is_job
    }

    fn finish_job(&mut self, fails: bool) -> bool {
        if self.jobs.is_empty() {
            return false;
        }
        let count = u32::try_from(self.jobs.len()).unwrap();
        let job = self.jobs.swap_remove(self.random.below(count) as usize);
        let fails = fails && self.random.percent(5);
        let result = match &job.0 {
            Work::Tiles(tiles::Job::Encode { .. } | tiles::Job::Compare { .. })
            | Work::Video(_)
                if fails =>
            {
                job.failure()
            }
            _ => job.run(|_, _| false),
        };
        self.scene.handle(HubInput::Done(result));
        self.scene.settle();
        true
    }

    /// The next message to viewer `n`; its connection may take its time.
    fn receive(&mut self, n: usize, slow: bool) -> bool {
        let viewer = &mut self.viewers[n];
        let id = viewer.id;
        if std::mem::take(&mut viewer.writing) {
            self.scene.written(id);
            self.scene.settle();
            return true;
        }
        let Some(next) = self.scene.next(id) else { return false };
        match next {
            Message::Part(part) => viewer.draw(part, &self.frames),
            Message::Video(video) => viewer.draw_video(video),
            _ => {}
        }
        if slow {
            viewer.writing = true;
        } else {
            self.scene.written(id);
            self.scene.settle();
        }
        true
    }

    fn acknowledge(&mut self, n: usize, upto: usize) {
        let viewer = &mut self.viewers[n];
        if let Some(update) = viewer.owed.drain(..=upto).next_back() {
            let ack = ClientMessage::Ack { update, painted: Painted::default() };
            self.scene.receive(viewer.id, ack);
            self.scene.settle();
        }
    }

    fn show(&mut self, n: usize, visible: bool) {
        let viewer = &mut self.viewers[n];
        viewer.visible = visible;
        let message = if visible { ClientMessage::Show } else { ClientMessage::Hide };
        self.scene.receive(viewer.id, message);
        self.scene.hub.take_events();
        self.scene.settle();
    }

    fn step(&mut self) {
        let pass = self.random.below(20_000);
        self.scene.now += Duration::from_micros(pass.into());
        let count = u32::try_from(self.viewers.len()).unwrap();
        let n = self.random.below(count.max(1)) as usize;
        match self.random.below(100) {
            0..25 => {
                if self.scene.wants_frame() || self.random.percent(20) {
                    if self.random.percent(6) {
                        self.size = SIZES[self.random.below(5) as usize];
                    }
                    self.present();
                }
            }
            25..45 if self.jobs.len() < 4 => drop(self.take_job()),
            25..65 => drop(self.finish_job(self.fails)),
            65..70 if count < 5 => self.join(),
            _ if count == 0 => {}
            65..83 => {
                let slow = self.random.percent(50);
                self.receive(n, slow);
            }
            83..93 => {
                let owed = u32::try_from(self.viewers[n].owed.len()).unwrap();
                if owed > 0 {
                    let upto = self.random.below(owed) as usize;
                    self.acknowledge(n, upto);
                }
            }
            93..95 => self.show(n, !self.viewers[n].visible),
            95 => {
                // It lost everything; what it owes is of no use.
                let viewer = &mut self.viewers[n];
                viewer.pixels.fill([9; 3]);
                viewer.exact = None;
                self.scene.receive(viewer.id, ClientMessage::Refresh);
                self.scene.settle();
            }
            96 if self.random.percent(40) => {
                let takes = self.random.percent(50);
                self.scene.receive(self.viewers[n].id, ClientMessage::Video(takes));
                self.scene.settle();
            }
            96 => {
                let viewer = self.viewers.swap_remove(n);
                self.videos += viewer.pictures;
                self.scene.handle(HubInput::Left(viewer.id, String::new()));
                self.scene.settle();
            }
            97 => {
                let made_up = self.viewers[n].last.wrapping_add(self.random.below(4));
                let ack = ClientMessage::Ack { update: made_up, painted: Painted::default() };
                self.scene.receive(self.viewers[n].id, ack);
                self.scene.settle();
            }
            98 if self.random.percent(40) => {
                // It goes over to the slow rung, and back after a while.
                self.scene.hub.take_for_slow(self.viewers[n].id, self.scene.now);
                self.scene.settle();
            }
            _ => self.scene.now += Duration::from_millis(self.random.below(1500).into()),
        }
    }

    /// Everybody does what there is to do, until there is nothing; time passes only as somebody
    /// waits for it.
    fn come_to_rest(&mut self) {
        for _ in 0..5000 {
            let mut busy = false;
            while self.jobs.len() < 4 && self.take_job() {
                busy = true;
            }
            busy |= self.finish_job(false);
            for n in 0..self.viewers.len() {
                while self.receive(n, false) {
                    busy = true;
                }
                if let Some(upto) = self.viewers[n].owed.len().checked_sub(1) {
                    self.acknowledge(n, upto);
                    busy = true;
                }
            }
            if busy {
                continue;
            }
            self.scene.settle();
            match self.scene.wait {
                Some(at) => self.scene.now = at,
                None => return,
            }
        }
        panic!("it never comes to rest");
    }
}

impl Viewer {
    /// A picture of a video leaves nothing exact where it is drawn.
    fn draw_video(&mut self, video: VideoMessage) {
        let VideoMessage { header, ranges, picture } = video;
        let label = Label::read(&picture.bytes);
        let before = self.video.replace(label);
        let follows = before.is_some_and(|before| {
            before.encoder == label.encoder && before.picture + 1 == label.picture
        });
        assert!(follows || label.keyframe, "{label:?} after {before:?}");
        self.pictures += 1;
        let size = (header.size.width, header.size.height);
        if self.size != size {
            self.size = size;
            self.pixels = vec![[9; 3]; (size.0 * size.1) as usize];
        }
        let (width, height) = header.grid.tile_size();
        for tile in ranges.iter().flat_map(|(first, count)| *first..first + count).map(u32::from) {
            let (left, top) = (
                tile % header.grid.columns() * u32::from(width),
                tile / header.grid.columns() * u32::from(height),
            );
            for y in top..size.1.min(top + u32::from(height)) {
                for x in left..size.0.min(left + u32::from(width)) {
                    self.pixels[(y * size.0 + x) as usize] = [7; 3];
                }
            }
        }
        assert_eq!(header.update, self.last.wrapping_add(1), "updates come in order");
        self.last = header.update;
        self.owed.push(header.update);
        self.exact = None;
    }

    fn draw(&mut self, part: Part, frames: &BTreeMap<u64, ((u32, u32), Pixels)>) {
        let header = part.header;
        let tiles: Vec<u16> = part.tiles.iter().map(|(n, _)| *n).collect();
        let bytes = part.into_bytes();
        let picture = image::load_from_memory(&bytes[usize::from(bytes[2]) + 2 * tiles.len()..])
            .unwrap()
            .into_rgb8();
        assert_eq!(header.part, self.part, "parts come in order");
        self.part = if header.last { 0 } else { header.part + 1 };
        let size = (header.size.width, header.size.height);
        if self.size != size {
            self.size = size;
            self.pixels = vec![[9; 3]; (size.0 * size.1) as usize];
        }
        let (width, height) = header.grid.tile_size();
        let (width, height) = (u32::from(width), u32::from(height));
        for (tile, row) in tiles.iter().zip(0..) {
            let tile = u32::from(*tile);
            let (left, top) =
                (tile % header.grid.columns() * width, tile / header.grid.columns() * height);
            for y in 0..height.min(size.1 - top) {
                for x in 0..width.min(size.0 - left) {
                    let at = ((top + y) * size.0 + left + x) as usize;
                    self.pixels[at] = picture.get_pixel(x, row * height + y).0;
                }
            }
        }
        if !header.last {
            return;
        }
        assert_eq!(header.update, self.last.wrapping_add(1), "updates come in order");
        self.last = header.update;
        self.owed.push(header.update);
        self.exact = header.exact.then_some(header.sequence);
        // Unless it forgot: then it waits for the rest.
        if header.exact && !self.pixels.contains(&[9; 3]) {
            assert!(self.shows(&frames[&header.sequence]), "said to be exact");
        }
    }

    fn shows(&self, (size, pixels): &((u32, u32), Pixels)) -> bool {
        *size == self.size
            && pixels.iter().zip(&self.pixels).all(|(want, got)| want[..3] == got[..])
    }
}

#[test]
fn every_history_ends_with_every_client_showing_the_last_frame_exactly() {
    let mut videos = [0; 3];
    for seed in 1..=RUNS {
        for fails in [false, true] {
            let mut world = World::new(seed, fails);
            let mode = (seed % 3) as usize;
            let codec = Arc::new(MadeUpCodec::new(2000));
            world.scene.handle(HubInput::SetVideo(VideoSettings {
                mode: [VideoMode::Always, VideoMode::Auto, VideoMode::Never][mode],
                codec: Some(codec),
            }));
            world.join();
            (0..STEPS).for_each(|_| world.step());
            world.join();
            for n in 0..world.viewers.len() {
                world.show(n, true);
            }
            // Whatever failed is drawn anew.
            world.size = if fails { (77, 150) } else { world.size };
            world.present();
            world.come_to_rest();
            let last = &world.frames[&world.scene.sequence];
            for viewer in &world.viewers {
                let told = viewer.exact;
                assert!(viewer.shows(last), "seed {seed} {fails}: {:?}, {told:?}", viewer.id);
                assert!(told.is_some(), "seed {seed} {fails}: it is not told");
            }
            assert!(world.scene.wants_frame(), "seed {seed} {fails}");
            videos[mode] += world.videos + world.viewers.iter().map(|it| it.pictures).sum::<u32>();
        }
    }
    // Here every picture is new, and the link carries all of it.
    assert!(videos[0] > 300 && videos[2] == 0, "{videos:?}");
}
