//! Hubs that hand out what changed, and hubs that are fed with it.

use std::sync::Arc;
use std::time::Duration;

use framecast_api::{ClientId, PhysicalSize};

use super::HubInput;
use crate::message::Message;
use crate::scene::{Scene, grain};
use crate::tile_update::TileUpdate;
use crate::tiles::Grid;

pub(super) const LARGE: (u32, u32) = (400, 300);
pub(super) const SMALL: (u32, u32) = (260, 97);

/// A hub that is fed with frames, and who is handed out what changes.
pub(super) struct Sender {
    pub(super) scene: Scene,
    subscriber: ClientId,
}

impl Sender {
    pub(super) fn new() -> Self {
        let mut scene = Scene::new();
        let subscriber = scene.hub.subscribe(true);
        Self { scene, subscriber }
    }

    /// Shows a picture of which these tiles have another pixel, and returns what is handed out.
    pub(super) fn show(&mut self, size: (u32, u32), seed: u32, marked: &[u32]) -> Vec<TileUpdate> {
        show(&mut self.scene, size, seed, marked);
        self.updates()
    }

    fn updates(&mut self) -> Vec<TileUpdate> {
        updates(&mut self.scene, self.subscriber)
    }
}

pub(super) fn show(scene: &mut Scene, size: (u32, u32), seed: u32, marked: &[u32]) {
    let mut buffer = scene.pool.lend(PhysicalSize::new(size.0, size.1)).unwrap();
    for (at, pixel) in buffer.pixels_mut().iter_mut().enumerate() {
        *pixel = grain(seed, at);
    }
    let columns = size.0.div_ceil(128);
    for tile in marked {
        let (x, y) = (tile % columns * 128, tile / columns * 48);
        buffer.pixels_mut()[(y * size.0 + x) as usize] = [7; 4];
    }
    scene.sequence += 1;
    let frame = scene.pool.freeze(buffer, scene.sequence, 0.0, 1.0);
    scene.show(frame);
}

pub(super) fn updates(scene: &mut Scene, subscriber: ClientId) -> Vec<TileUpdate> {
    scene.encode();
    let mut all = Vec::new();
    while let Some(message) = scene.next(subscriber) {
        let Message::Update(update) = message else { panic!("{message:?}") };
        all.push(update);
        scene.written(subscriber);
        scene.encode();
    }
    all
}

pub(super) fn take(scene: &mut Scene, updates: Vec<TileUpdate>) {
    for update in updates {
        scene.handle(HubInput::Tiles(update));
        scene.settle();
    }
}

pub(super) fn pass(scene: &mut Scene, time: Duration) {
    scene.now += time;
    scene.settle();
}

#[test]
fn who_subscribed_is_handed_what_others_had_made_exact() {
    let mut sender = Sender::new();
    sender.show(LARGE, 1, &[]);
    sender.scene.handle(HubInput::SetLossless(true));
    sender.scene.settle();
    sender.scene.join();
    let handed = sender.updates();
    assert_eq!(handed.iter().map(TileUpdate::tiles).sum::<usize>(), 28);
}

#[test]
fn who_subscribed_is_handed_what_becomes_exact_after_much_that_others_had_made_exact() {
    let mut sender = Sender::new();
    sender.show(LARGE, 1, &[]);
    sender.scene.handle(HubInput::SetLossless(true));
    sender.scene.settle();
    let viewer = sender.scene.join();
    sender.updates();
    sender.scene.handle(HubInput::Left(viewer, "it left".into()));
    sender.scene.handle(HubInput::SetLossless(false));
    let mut handed = sender.show(LARGE, 1, &[27]);
    while let Some(at) = sender.scene.wait {
        sender.scene.now = at;
        handed.extend(sender.updates());
    }
    let last = handed.last().and_then(|update| update.tiles.last()).unwrap();
    assert_eq!((last.number, last.encoded.encoding().is_exact()), (27, true));
}

#[test]
fn who_subscribed_is_handed_what_was_dropped_before_it_had_room() {
    let mut sender = Sender::new();
    let viewer = sender.scene.join();
    show(&mut sender.scene, LARGE, 1, &[]);
    sender.scene.encode();
    assert!(matches!(sender.scene.next(sender.subscriber), Some(Message::Update(_))));
    // It is being written while a viewer's picture becomes exact.
    loop {
        sender.scene.encode();
        while let Some(got) = sender.scene.send(viewer) {
            sender.scene.ack(viewer, got.update);
        }
        let Some(at) = sender.scene.wait else { break };
        sender.scene.now = at;
    }
    sender.scene.hub.pictures.tiles.drop_encodings();
    sender.scene.written(sender.subscriber);
    let handed = sender.updates();
    let revision = sender.scene.hub.pictures.tiles.revision();
    assert_eq!(handed.last().map(TileUpdate::revision), Some(revision));
}

#[test]
fn what_was_dropped_is_encoded_anew_for_who_asks_for_it() {
    let mut sender = Sender::new();
    sender.show(LARGE, 1, &[]);
    sender.scene.hub.pictures.tiles.drop_encodings();
    assert!(sender.scene.hub.tiles_since(0).is_none());
    assert!(sender.scene.encode() > 0);
    assert_eq!(sender.scene.hub.tiles_since(0).map(|it| it.tiles()), Some(28));
}

#[test]
fn an_old_update_that_comes_late_does_not_cancel_a_repair() {
    let (mut sender, mut second) = (Sender::new(), Scene::new());
    let late = sender.show(LARGE, 1, &[]);
    take(&mut second, sender.show(SMALL, 1, &[]));
    let lost = sender.show(SMALL, 1, &[0]);
    assert!(!lost.is_empty());
    take(&mut second, sender.show(SMALL, 1, &[0, 1]));
    take(&mut second, late);
    pass(&mut second, Duration::from_secs(10));
    assert_eq!(second.repairs.len(), 1);
}

#[test]
fn a_third_hub_gets_what_the_second_had_repaired() {
    let (mut sender, mut second, mut third) = (Sender::new(), Scene::new(), Scene::new());
    let subscriber = second.hub.subscribe(true);
    let carry = |second: &mut Scene, third: &mut Scene, all: Vec<TileUpdate>| {
        for update in all {
            take(second, vec![update]);
            take(third, updates(second, subscriber));
        }
    };
    carry(&mut second, &mut third, sender.show(LARGE, 1, &[]));
    assert!(!sender.show(LARGE, 1, &[0]).is_empty(), "it is lost");
    carry(&mut second, &mut third, sender.show(LARGE, 1, &[0, 5]));
    pass(&mut second, Duration::from_secs(1));
    let since = second.repairs.pop().unwrap();
    let repair = sender.scene.hub.tiles_since(since).unwrap();
    carry(&mut second, &mut third, vec![repair]);
    pass(&mut third, Duration::from_secs(5));
    assert!(third.repairs.is_empty(), "it never knew of a gap");
    let all = |scene: &mut Scene| scene.hub.tiles_since(0).unwrap().tiles;
    let (first, second, third) = (all(&mut sender.scene), all(&mut second), all(&mut third));
    assert_eq!((first.len(), second.len(), third.len()), (28, 28, 28));
    for ((a, b), c) in first.iter().zip(second).zip(third) {
        assert!(Arc::ptr_eq(&a.encoded, &b.encoded), "second, tile {}", a.number);
        assert!(Arc::ptr_eq(&a.encoded, &c.encoded), "third, tile {}", a.number);
    }
}

#[test]
fn a_sender_that_starts_anew_is_shown_and_its_past_is_not() {
    let mut second = Scene::new();
    let viewer = second.join();
    let shown = |second: &mut Scene, size: (u32, u32)| {
        let mut shown = 0;
        while let Some(message) = second.next(viewer) {
            second.written(viewer);
            let Message::Part(part) = message else { panic!("{message:?}") };
            let header = part.header;
            assert_eq!(header.size, PhysicalSize::new(size.0, size.1));
            assert_eq!(header.grid, Grid::new(header.size));
            shown += part.tiles.len();
            if header.last {
                second.ack(viewer, header.update);
            }
        }
        shown
    };
    let mut sender = Sender::new();
    for seed in 0..20 {
        take(&mut second, sender.show(LARGE, seed, &[]));
        assert_eq!(shown(&mut second, LARGE), 28);
    }
    let late = sender.show(LARGE, 20, &[]);
    // Of the same size, of another one, and then with revisions that the last one had.
    for size in [LARGE, SMALL, LARGE] {
        let mut sender = Sender::new();
        let tiles = Grid::new(PhysicalSize::new(size.0, size.1)).len();
        for seed in 0..3 {
            take(&mut second, sender.show(size, 100 + seed, &[]));
            assert_eq!(shown(&mut second, size), tiles);
        }
        pass(&mut second, Duration::from_secs(2));
        assert!(second.repairs.is_empty());
        // What was asked of the one before.
        let repair = sender.scene.hub.tiles_since(1_000_000).unwrap();
        assert_eq!((repair.since(), repair.tiles()), (0, tiles));
        if size == LARGE {
            continue;
        }
        take(&mut second, sender.show(size, 200, &[]));
        assert_eq!(shown(&mut second, size), tiles);
    }
    let mut other = Scene::new();
    take(&mut other, Sender::new().show(SMALL, 1, &[]));
    let mut newest = Sender::new();
    take(&mut other, late.clone());
    take(&mut other, newest.show(SMALL, 7, &[]));
    take(&mut other, late);
    let picture = other.hub.tiles_since(0).unwrap().picture;
    assert_eq!(
        picture.size,
        PhysicalSize::new(SMALL.0, SMALL.1),
        "a late update of the one before"
    );
}

#[test]
fn nobody_is_told_to_have_exact_pixels_while_something_is_known_to_be_missing() {
    let (mut sender, mut second) = (Sender::new(), Scene::new());
    sender.scene.handle(HubInput::SetLossless(true));
    let viewer = second.join();
    take(&mut second, sender.show(LARGE, 1, &[]));
    let got = second.send(viewer).unwrap();
    assert!(got.exact);
    second.ack(viewer, got.update);
    assert!(!sender.show(LARGE, 1, &[0]).is_empty(), "it is lost");
    take(&mut second, sender.show(LARGE, 1, &[0, 5]));
    let got = second.send(viewer).unwrap();
    assert!(!got.exact);
    second.ack(viewer, got.update);
    pass(&mut second, Duration::from_secs(1));
    let since = second.repairs.pop().unwrap();
    take(&mut second, vec![sender.scene.hub.tiles_since(since).unwrap()]);
    assert!(second.send(viewer).unwrap().exact);
}

#[test]
fn nothing_is_repaired_where_frames_come_or_after_the_end() {
    for closes in [false, true] {
        let (mut sender, mut second) = (Sender::new(), Scene::new());
        take(&mut second, sender.show(SMALL, 1, &[]));
        assert!(!sender.show(SMALL, 1, &[0]).is_empty(), "it is lost");
        take(&mut second, sender.show(SMALL, 1, &[0, 1]));
        if closes {
            second.handle(HubInput::Close);
        } else {
            show(&mut second, SMALL, 1, &[]);
        }
        (0..5).for_each(|_| pass(&mut second, Duration::from_secs(1)));
        assert!(second.repairs.is_empty(), "{:?}", second.repairs);
    }
}

#[test]
fn a_picture_that_there_cannot_be_is_refused() {
    let update = Sender::new().show(SMALL, 1, &[]).remove(0);
    let sizes = [(65_535, 65_535), (u32::MAX, u32::MAX), (0, 0), (0, 5)];
    let sizes = sizes.map(|(width, height)| (PhysicalSize::new(width, height), 1.0));
    let ratios = [0.0, -1.0, f64::NAN, f64::INFINITY].map(|ratio| (update.picture.size, ratio));
    for (size, ratio) in sizes.into_iter().chain(ratios) {
        let mut wild = update.clone();
        wild.tiles.clear();
        (wild.picture.size, wild.picture.ratio) = (size, ratio);
        let mut second = Scene::new();
        second.join();
        take(&mut second, vec![wild]);
        assert!(second.hub.tiles_since(0).is_none(), "{size:?} {ratio}");
    }
    let mut second = Scene::new();
    take(&mut second, vec![update.clone()]);
    // Of the same grid, and of another size.
    let mut wild = update;
    (wild.picture.size, wild.revision) = (PhysicalSize::new(5, 5), wild.revision + 1);
    wild.tiles.clear();
    take(&mut second, vec![wild]);
    let picture = second.hub.tiles_since(0).unwrap().picture;
    assert_eq!(picture.size, PhysicalSize::new(SMALL.0, SMALL.1));
}

#[test]
fn who_takes_only_what_is_drawn_for_others_has_nothing_drawn() {
    let mut scene = Scene::new();
    let recorder = scene.hub.subscribe(false);
    assert!(!scene.wants_frame());
    for seed in 1..4 {
        // For another audience.
        show(&mut scene, SMALL, seed, &[]);
        assert_eq!(updates(&mut scene, recorder).len(), 1);
        assert!(!scene.wants_frame());
    }
    let mut other = Scene::new();
    other.hub.subscribe(false);
    let viewer = other.join();
    assert!(other.wants_frame());
    other.handle(HubInput::Left(viewer, "it left".into()));
    assert!(!other.wants_frame());
    other.hub.subscribe(true);
    assert!(other.wants_frame());
}

#[test]
fn the_demand_of_who_subscribed_begins_and_ends_and_begins_with_what_is_there() {
    let mut scene = Scene::new();
    let subscriber = scene.hub.subscribe(false);
    scene.settle();
    scene.hub.set_wants_frames(subscriber, true);
    assert!(scene.hub.wants_frame());
    assert!(scene.settle().engine, "the engine is woken");
    show(&mut scene, SMALL, 1, &[]);
    assert_eq!(updates(&mut scene, subscriber).len(), 1);
    assert!(scene.wants_frame());
    scene.hub.set_wants_frames(subscriber, false);
    assert!(!scene.hub.wants_frame());
    assert!(!scene.settle().engine);

    // It has no room for what is drawn for another audience,
    show(&mut scene, SMALL, 2, &[]);
    scene.encode();
    assert!(matches!(scene.next(subscriber), Some(Message::Update(_))));
    show(&mut scene, SMALL, 3, &[]);
    scene.hub.set_wants_frames(subscriber, true);
    assert!(!scene.wants_frame(), "it has not written its last update");
    assert!(scene.next(subscriber).is_none());
    // and gets the newest of it as soon as it has.
    scene.written(subscriber);
    let handed = updates(&mut scene, subscriber);
    let sequences: Vec<_> = handed.iter().map(|update| update.picture.sequence).collect();
    assert_eq!(sequences, [3]);
    assert!(scene.wants_frame());
}

#[test]
fn demand_is_that_of_a_subscriber_only() {
    let mut scene = Scene::new();
    let viewer = scene.join();
    assert!(scene.wants_frame());
    scene.hub.set_wants_frames(viewer, false);
    assert!(scene.wants_frame(), "a viewer says itself whether it is hidden");
    scene.handle(HubInput::Left(viewer, "it left".into()));
    scene.hub.set_wants_frames(viewer, true);
    assert!(!scene.wants_frame());
}
