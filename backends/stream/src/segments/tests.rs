use super::*;

use framecast_api::{BackendCommand, ClientId, PhysicalSize, Rect};

use crate::message::Message;
use crate::protocol::ReadPart;
use crate::scene::{Scene, grain};
use crate::simulated::Random;
use crate::tile_update::{PictureInfo, UpdatedTile};
use crate::tiles::{EncodedTile, Grid};

const RUNS: u64 = 40;
const STEPS: u32 = 120;
const SIZES: [(u32, u32); 3] = [(200, 60), (129, 49), (260, 97)];

/// Numbers as good as random for names.
fn names(seed: u64) -> impl FnMut() -> u64 + Send {
    let mut number = seed;
    move || {
        number = (number ^ (number >> 31)).wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(seed);
        number
    }
}

/// An update of a hub whose tiles have so many bytes each.
fn update(size: (u32, u32), revision: u64, tiles: &[(u16, usize)]) -> TileUpdate {
    let tile = |(number, bytes): &(u16, usize)| UpdatedTile {
        number: *number,
        revision,
        encoded: Arc::new(EncodedTile::of_bytes(*bytes)),
    };
    TileUpdate {
        stream: 1,
        since: revision - 1,
        revision,
        epoch: 1,
        picture: PictureInfo {
            size: PhysicalSize::new(size.0, size.1),
            ratio: 1.0,
            sequence: revision,
            drawn: 0.0,
            presented: 0.0,
            input: None,
        },
        encoded: 0.0,
        tiles: tiles.iter().map(tile).collect(),
    }
}

fn all_tiles(size: (u32, u32), revision: u64, bytes: usize) -> TileUpdate {
    let tiles = Grid::new(PhysicalSize::new(size.0, size.1)).len();
    let tiles: Vec<_> = (0..tiles as u16).map(|number| (number, bytes)).collect();
    update(size, revision, &tiles)
}

/// The messages of a segment, by another reader than any that is served.
fn messages(mut bytes: &[u8]) -> Vec<(u8, Vec<u8>)> {
    let mut messages = Vec::new();
    while let Some((head, rest)) = bytes.split_first_chunk::<5>() {
        let length = u32::from_le_bytes([head[1], head[2], head[3], head[4]]) as usize;
        messages.push((head[0], rest[..length].to_vec()));
        bytes = &rest[length..];
    }
    assert!(bytes.is_empty(), "a message is cut short");
    messages
}

/// Somebody who reads segments, as a page does.
struct Reader {
    name: SegmentName,
    /// It still has to read the picture to begin with.
    joins: bool,
    read: usize,
    buffer: Vec<u8>,
    last: Option<u32>,
    size: (u32, u32),
    pixels: Vec<[u8; 3]>,
    exact: bool,
    title: String,
    lags: bool,
}

impl Reader {
    fn new(name: SegmentName, lags: bool) -> Self {
        Self {
            name,
            joins: true,
            read: 0,
            buffer: Vec::new(),
            last: None,
            size: (0, 0),
            pixels: Vec::new(),
            exact: false,
            title: String::new(),
            lags,
        }
    }

    /// Reads all that there is.
    fn catch_up(&mut self, segments: &Segments) {
        loop {
            let (bytes, is_whole) = if self.joins {
                let picture = segments.picture(self.name).expect("it joins at a new one");
                assert_eq!(picture.bytes(), picture.bytes());
                self.joins = false;
                (picture.bytes(), true)
            } else {
                match segments.read(self.name, self.read) {
                    SegmentRead::Whole(bytes) => (bytes, true),
                    SegmentRead::More(bytes) => (bytes, false),
                    SegmentRead::Later => return,
                    SegmentRead::Gone => panic!("it is not that slow"),
                }
            };
            self.read += bytes.len();
            self.buffer.extend_from_slice(&bytes);
            if is_whole {
                let messages = messages(&std::mem::take(&mut self.buffer));
                let (last, rest) = messages.split_last().expect("there is one at least");
                self.take(rest);
                assert_eq!(last.0, NEXT, "the last one names the next");
                self.name = str::from_utf8(&last.1).unwrap().parse().unwrap();
                self.read = 0;
            }
        }
    }

    fn take(&mut self, messages: &[(u8, Vec<u8>)]) {
        for (kind, payload) in messages {
            match *kind {
                TEXT => {
                    let text = str::from_utf8(payload).unwrap();
                    if let Some(title) = text.strip_prefix(r#"{"type":"title","value":""#) {
                        self.title = title.trim_end_matches("\"}").to_owned();
                    }
                }
                PART => self.draw(payload),
                other => panic!("a message of kind {other}"),
            }
        }
    }

    fn draw(&mut self, bytes: &[u8]) {
        let part = ReadPart::parse(bytes).unwrap();
        let number = u32::from_le_bytes(bytes[4..8].try_into().unwrap());
        let follows = self.last.is_none_or(|last| number == last || number == last + 1);
        assert!(follows, "{number} after {:?}", self.last);
        self.last = Some(number);
        let size = (part.size.width, part.size.height);
        if std::mem::replace(&mut self.size, size) != size {
            self.pixels = vec![[9; 3]; (size.0 * size.1) as usize];
        }
        let picture = image::load_from_memory(part.picture).unwrap().into_rgb8();
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
        if part.last {
            self.exact = part.exact;
        }
    }
}

/// A canvas whose segments are read by some who join at any time.
struct World {
    random: Random,
    scene: Scene,
    subscriber: ClientId,
    segments: Segments,
    readers: Vec<Reader>,
    size: (u32, u32),
    pixels: Vec<[u8; 4]>,
    titles: u32,
}

impl World {
    fn new(seed: u64) -> Self {
        let mut scene = Scene::new();
        let subscriber = scene.hub.subscribe(true);
        Self {
            random: Random::new(seed),
            scene,
            subscriber,
            segments: Segments::new(names(seed)),
            readers: Vec::new(),
            size: SIZES[0],
            pixels: Vec::new(),
            titles: 0,
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
        let mut buffer = self.scene.pool.lend(PhysicalSize::new(width, height)).unwrap();
        buffer.pixels_mut().copy_from_slice(&self.pixels);
        self.scene.sequence += 1;
        let frame = self.scene.pool.freeze(buffer, self.scene.sequence, 0.0, 1.0);
        self.scene.show(frame);
    }

    /// Hands over what the hub has, as a driver does; and lets readers read.
    fn turn(&mut self) {
        self.scene.encode();
        let now = self.scene.now;
        while let Some(message) = self.scene.next(self.subscriber) {
            let Message::Update(update) = message else { panic!("{message:?}") };
            self.scene.written(self.subscriber);
            self.segments.update(update, now);
            self.scene.encode();
        }
        self.segments.texts(&self.scene.hub.texts_for_bystanders(), now);
        self.segments.advance(now);
        for reader in &mut self.readers {
            if !reader.lags || self.random.percent(10) {
                reader.catch_up(&self.segments);
            }
        }
    }

    fn step(&mut self) {
        match self.random.below(10) {
            0..5 => self.present(),
            5 => {
                self.titles += 1;
                self.scene.set(BackendCommand::Title(self.titles.to_string()));
            }
            6 => {
                if let Some(name) = self.segments.newest() {
                    let lags = self.random.percent(50);
                    self.readers.push(Reader::new(name, lags));
                }
            }
            _ => {
                let time = Duration::from_millis(self.random.below(400).into());
                self.scene.now += time;
            }
        }
        self.turn();
    }

    fn is_right(&self, reader: &Reader) -> bool {
        let mut pairs = self.pixels.iter().zip(&reader.pixels);
        reader.size == self.size && pairs.all(|(want, got)| want[..3] == got[..])
    }
}

#[test]
fn whoever_joins_at_any_segment_has_the_exact_picture_and_the_newest_title_at_rest() {
    for seed in 0..RUNS {
        let mut world = World::new(seed);
        world.present();
        world.turn();
        for _ in 0..STEPS {
            world.step();
        }
        // It rests: what moved becomes exact, and segments go on.
        for _ in 0..30 {
            world.scene.now += Duration::from_millis(200);
            world.turn();
        }
        let newest = world.segments.newest().expect("there is a picture");
        world.readers.push(Reader::new(newest, false));
        let mut readers = std::mem::take(&mut world.readers);
        assert!(readers.len() > 3, "{seed}: nobody joined");
        for reader in &mut readers {
            reader.catch_up(&world.segments);
            assert!(reader.exact && world.is_right(reader), "{seed}: not exact");
            let title = if world.titles == 0 { "title".into() } else { world.titles.to_string() };
            assert_eq!(reader.title, title, "{seed}");
        }
    }
}

#[test]
fn a_still_canvas_goes_on_with_tiny_segments() {
    let start = Instant::now();
    let mut segments = Segments::new(names(1));
    assert_eq!((segments.newest(), segments.ends_at()), (None, None), "there is no picture");
    segments.update(all_tiles((200, 40), 1, 10), start);
    let first = segments.newest().unwrap();
    assert_eq!(segments.ends_at(), Some(start + Segments::PERIOD));
    segments.advance(start + Segments::PERIOD - Duration::from_millis(1));
    assert_eq!(segments.read(first, 0), SegmentRead::Later);
    segments.advance(start + Segments::PERIOD);
    let SegmentRead::Whole(bytes) = segments.read(first, 0) else { panic!("it is over") };
    let next = segments.newest().unwrap();
    assert_eq!(messages(&bytes), [(NEXT, next.to_string().into_bytes())]);
    assert_eq!(segments.read(next, 0), SegmentRead::Later);
}

#[test]
fn a_segment_is_read_while_it_is_filled() {
    let now = Instant::now();
    let mut segments = Segments::new(names(2));
    segments.update(all_tiles((200, 40), 1, 10), now);
    let name = segments.newest().unwrap();
    let mut read = Vec::new();
    for revision in 2..6 {
        segments.update(update((200, 40), revision, &[(0, 30)]), now);
        // Wherever the reader stopped.
        let SegmentRead::More(bytes) = segments.read(name, read.len()) else { panic!("no more") };
        read.extend_from_slice(&bytes[..bytes.len() - 3]);
    }
    segments.advance(now + Segments::PERIOD);
    let SegmentRead::Whole(rest) = segments.read(name, read.len()) else { panic!("no end") };
    read.extend_from_slice(&rest);
    let SegmentRead::Whole(whole) = segments.read(name, 0) else { panic!("it is gone") };
    assert_eq!(read, whole);
    assert_eq!(messages(&whole).len(), 5);
    assert_eq!(segments.read(name, whole.len() + 9), SegmentRead::Whole(Bytes::new()));
}

#[test]
fn names_never_come_again_and_others_lead_nowhere() {
    let start = Instant::now();
    let mut segments = Segments::new(names(3));
    segments.update(all_tiles((200, 40), 1, 10), start);
    let mut seen = std::collections::HashSet::new();
    for second in 1..100 {
        let name = segments.newest().unwrap();
        assert!(seen.insert(name));
        let text = name.to_string();
        // The next one in the row, with the key of this one.
        let guess = format!("{}-{second}-{}", &text[..16], &text[text.len() - 16..]);
        assert_eq!(segments.read(guess.parse().unwrap(), 0), SegmentRead::Gone);
        assert!(segments.picture(guess.parse().unwrap()).is_none());
        segments.advance(start + second * Segments::PERIOD);
    }
}

#[test]
fn so_many_segments_are_kept_and_at_the_newest_one_can_join() {
    let start = Instant::now();
    let mut segments = Segments::new(names(4));
    segments.update(all_tiles((200, 40), 1, 10), start);
    let mut all = vec![segments.newest().unwrap()];
    for second in 1..100 {
        segments.advance(start + second * Segments::PERIOD);
        all.push(segments.newest().unwrap());
    }
    assert_eq!(segments.kept().0, Segments::KEPT);
    let there = all.iter().filter(|name| segments.read(**name, 0) != SegmentRead::Gone);
    assert!(there.eq(&all[all.len() - Segments::KEPT..]));
    let joinable = all.iter().filter(|name| segments.picture(**name).is_some());
    assert!(joinable.eq(&all[all.len() - Segments::PICTURES..]));
}

#[test]
fn bytes_are_limited_and_a_full_segment_ends_early() {
    let now = Instant::now();
    let mut segments = Segments::new(names(5));
    let size = (1280, 480);
    let tiles = Grid::new(PhysicalSize::new(size.0, size.1)).len();
    let each = Segments::PICTURE_BYTES / 2 / tiles;
    segments.update(all_tiles(size, 1, each), now);
    let mut most = 0;
    for revision in 2..40 {
        segments.update(all_tiles(size, revision, each), now);
        most = most.max(segments.kept().1);
    }
    let (kept, bytes) = segments.kept();
    assert!(kept > 2, "full segments end though their second is not over");
    assert!(most > Segments::KEPT_BYTES / 2, "the test does not reach the limit: {most}");
    let one = Segments::PICTURE_BYTES + Segments::SEGMENT_BYTES;
    assert!(most <= Segments::KEPT_BYTES + one, "{most}");
    assert!(bytes <= Segments::KEPT_BYTES, "{bytes}");
}

#[test]
fn while_a_picture_is_too_large_there_are_no_segments() {
    let now = Instant::now();
    let mut segments = Segments::new(names(6));
    let size = (1280, 480);
    let tiles = Grid::new(PhysicalSize::new(size.0, size.1)).len();
    segments.update(all_tiles(size, 1, 100), now);
    let before = segments.newest().unwrap();
    let fits = Segments::PICTURE_BYTES / tiles;
    segments.update(all_tiles(size, 2, fits), now);
    assert!(segments.newest().is_some() && !segments.is_too_large());
    segments.update(all_tiles(size, 3, fits + 1), now);
    assert!(segments.is_too_large());
    assert_eq!((segments.newest(), segments.kept(), segments.ends_at()), (None, (0, 0), None));
    assert_eq!(segments.read(before, 0), SegmentRead::Gone);
    segments.update(all_tiles(size, 4, 100), now);
    assert!(!segments.is_too_large() && segments.newest().is_some_and(|name| name != before));
}

#[test]
fn who_is_no_client_is_told_what_watchers_are_told() {
    let mut scene = Scene::new();
    let texts = scene.hub.texts_for_bystanders();
    assert_eq!(texts[0], r#"{"type":"title","value":"title"}"#);
    assert_eq!(texts[1], r#"{"type":"cursor","value":"default"}"#);
    let control = r#"{"type":"control","presenter":false,"held":false,"by":"","can_ask":false,"asks":false,"manages":false,"recording":null}"#;
    assert_eq!(texts[2], control);
    scene.set(BackendCommand::Title("other".into()));
    assert_eq!(scene.hub.texts_for_bystanders()[0], r#"{"type":"title","value":"other"}"#);
}
