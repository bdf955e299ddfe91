//! Hubs whose tiles come from elsewhere, and whose frames are the same picture, decoded by the program.

use std::sync::Arc;
use std::time::Duration;

use framecast_api::{BackendCommand, ClientId, Role};

use super::HubInput;
use super::relaying::{LARGE, SMALL, Sender, pass, show, take, updates};
use crate::job::Work;
use crate::message::Message;
use crate::protocol::{ClientMessage, Dialect, MjpegConfig};
use crate::scene::{Scene, identity};
use crate::snapshot::SnapshotLook;
use crate::tile_update::TileUpdate;
use crate::video::{MadeUpCodec, VideoMode, VideoSettings};
use crate::viewers::Viewers;
use crate::{VideoCodec, limits};

const MJPEG: MjpegConfig =
    MjpegConfig { every: Duration::from_millis(20), again_after: Duration::from_secs(10) };

/// One that hands out everything exactly at once, so that nothing follows.
fn exact_sender() -> Sender {
    let mut sender = Sender::new();
    sender.scene.handle(HubInput::SetLossless(true));
    sender
}

fn read_mjpeg(scene: &mut Scene) -> ClientId {
    let client = scene.join_unread(Dialect::Mjpeg(MJPEG), identity(Role::Watch)).unwrap();
    scene.settle();
    client
}

/// The next picture of `client`; all jobs make whole pictures.
fn picture(scene: &mut Scene, client: ClientId) -> Option<bytes::Bytes> {
    scene.settle();
    while let Some(job) = scene.hub.take_job(scene.now) {
        assert!(matches!(job.0, Work::Whole(_) | Work::Mjpeg(_)), "{job:?}");
        scene.handle(HubInput::Done(job.run(|_, _| false)));
        scene.settle();
    }
    match scene.next(client)? {
        Message::Picture(bytes) => {
            scene.written(client);
            Some(bytes)
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn tiles_reach_clients_and_subscribers_as_they_are_whatever_frames_come() {
    let (mut sender, mut fed) = (exact_sender(), Scene::fed());
    let (viewer, subscriber) = (fed.join(), fed.hub.subscribe(true));
    for seed in 1..5 {
        let sent = sender.show(LARGE, seed, &[]);
        show(&mut fed, LARGE, seed, &[]);
        take(&mut fed, sent.clone());
        // Of a picture before, and of another size.
        show(&mut fed, LARGE, seed - 1, &[]);
        show(&mut fed, SMALL, seed, &[]);
        assert!(fed.hub.take_job(fed.now).is_none(), "nobody needs whole pictures");
        let handed = updates(&mut fed, subscriber);
        let tiles = |all: &[TileUpdate]| {
            all.iter()
                .flat_map(|it| it.tiles.iter().map(|tile| Arc::clone(&tile.encoded)))
                .collect()
        };
        let (sent, handed): (Vec<_>, Vec<_>) = (tiles(&sent), tiles(&handed));
        assert_eq!((sent.len(), handed.len()), (28, 28));
        assert!(sent.iter().zip(&handed).all(|(one, other)| Arc::ptr_eq(one, other)));
        let got = fed.send(viewer).unwrap();
        assert!(got.exact && got.tiles == 28);
        fed.ack(viewer, got.update);
        assert!(!fed.wants_frame(), "tiles are not made of frames");
    }
}

#[test]
fn who_needs_whole_pictures_has_a_frame_drawn_when_the_tiles_are_newer() {
    for dialect in [Dialect::Mjpeg(MJPEG), Dialect::Whole] {
        let (mut sender, mut fed) = (exact_sender(), Scene::fed());
        let client = fed.join_as(dialect);
        assert!(!fed.wants_frame(), "there is nothing to be decoded");
        for seed in 1..4 {
            take(&mut fed, sender.show(SMALL, seed, &[]));
            assert!(fed.wants_frame(), "{dialect:?} {seed}");
            fed.handle(HubInput::BeginFrame);
            show(&mut fed, SMALL, seed, &[]);
            assert!(!fed.wants_frame());
            assert!(fed.encode() > 0);
            let mut pictures = 0;
            while let Some(message) = fed.next(client) {
                pictures += usize::from(matches!(message, Message::Picture(_)));
                fed.written(client);
            }
            assert_eq!(pictures, 1);
            fed.ack(client, seed);
            pass(&mut fed, MJPEG.every);
            assert!(!fed.wants_frame(), "nothing is newer");
        }
        fed.handle(HubInput::Left(client, "it left".into()));
        take(&mut fed, sender.show(SMALL, 4, &[]));
        assert!(!fed.wants_frame(), "nobody needs a frame");
    }
}

#[test]
fn the_engine_is_woken_when_the_tiles_are_newer_than_the_frame() {
    let (mut sender, mut fed) = (exact_sender(), Scene::fed());
    let client = read_mjpeg(&mut fed);
    fed.hub.take_events();
    for seed in 1..4 {
        sender.show(SMALL, seed, &[]).into_iter().for_each(|it| fed.handle(HubInput::Tiles(it)));
        assert!(fed.settle().engine);
        show(&mut fed, SMALL, seed, &[]);
        assert!(picture(&mut fed, client).is_some());
        pass(&mut fed, MJPEG.every);
    }
}

#[test]
fn a_frame_that_lacks_what_came_while_it_was_decoded_is_followed_by_another() {
    let (mut sender, mut fed) = (exact_sender(), Scene::fed());
    let client = read_mjpeg(&mut fed);
    take(&mut fed, sender.show(SMALL, 1, &[]));
    fed.handle(HubInput::BeginFrame);
    take(&mut fed, sender.show(SMALL, 2, &[]));
    show(&mut fed, SMALL, 1, &[]);
    let first = picture(&mut fed, client).unwrap();
    pass(&mut fed, MJPEG.every);
    assert!(fed.wants_frame());
    fed.handle(HubInput::BeginFrame);
    show(&mut fed, SMALL, 2, &[]);
    let second = picture(&mut fed, client).unwrap();
    assert_ne!(first, second);
    pass(&mut fed, MJPEG.every);
    assert!(!fed.wants_frame());
}

#[test]
fn a_snapshot_is_of_the_newest_tiles() {
    let (mut sender, mut fed) = (exact_sender(), Scene::fed());
    fed.join();
    let ask = |fed: &mut Scene| fed.hub.request_snapshot(Role::Watch, fed.now).unwrap();
    let number = |fed: &mut Scene, request| match fed.hub.look_at_snapshot(request, fed.now) {
        SnapshotLook::Frame(_, number) => Some(number),
        SnapshotLook::Wait(_) => None,
        missing @ SnapshotLook::Missing(_) => panic!("{missing:?}"),
    };
    take(&mut fed, sender.show(SMALL, 1, &[]));
    assert!(!fed.wants_frame());
    let request = ask(&mut fed);
    assert_eq!(number(&mut fed, request), None);
    assert!(fed.wants_frame());
    show(&mut fed, SMALL, 1, &[]);
    assert_eq!(fed.snapshots, [request]);
    assert_eq!(number(&mut fed, request), Some(1));
    let again = ask(&mut fed);
    assert!(!fed.wants_frame());
    assert_eq!(number(&mut fed, again), Some(1), "nothing is newer");

    let request = ask(&mut fed);
    take(&mut fed, sender.show(SMALL, 2, &[]));
    fed.handle(HubInput::BeginFrame);
    take(&mut fed, sender.show(SMALL, 3, &[]));
    show(&mut fed, SMALL, 2, &[]);
    assert_eq!(number(&mut fed, request), None, "it was begun before the last update");
    assert!(fed.wants_frame());
    show(&mut fed, SMALL, 3, &[]);
    assert_eq!(number(&mut fed, request), Some(3));
}

#[test]
fn where_nobody_looked_a_snapshot_waits_until_it_is_heard_what_is_the_newest() {
    let (mut sender, mut fed) = (exact_sender(), Scene::fed());
    take(&mut fed, sender.show(SMALL, 1, &[]));
    show(&mut fed, SMALL, 1, &[]);
    let is_there = |fed: &mut Scene, request| {
        matches!(fed.hub.look_at_snapshot(request, fed.now), SnapshotLook::Frame(..))
    };
    for changes in [false, true] {
        pass(&mut fed, Duration::from_secs(10));
        fed.snapshots.clear();
        let request = fed.hub.request_snapshot(Role::Watch, fed.now).unwrap();
        assert!(!fed.wants_frame() && !is_there(&mut fed, request));
        let revision = fed.hub.tiles_since(0).unwrap().revision();
        if changes {
            let sent = sender.show(SMALL, 2, &[]);
            take(&mut fed, sent);
            assert!(!is_there(&mut fed, request) && fed.wants_frame());
            show(&mut fed, SMALL, 2, &[]);
        } else {
            // It is told that nothing is newer.
            let nothing = sender.scene.hub.tiles_since(revision).unwrap();
            assert_eq!(nothing.tiles(), 0);
            take(&mut fed, vec![nothing]);
        }
        assert_eq!(fed.snapshots, [request]);
        assert!(is_there(&mut fed, request));
    }
    // Whoever feeds it is not heard.
    pass(&mut fed, Duration::from_secs(10));
    let request = fed.hub.request_snapshot(Role::Watch, fed.now).unwrap();
    assert!(!is_there(&mut fed, request));
    pass(&mut fed, limits::NEWER_FRAME_TIME);
    assert!(is_there(&mut fed, request));
}

#[test]
fn there_is_no_video() {
    let (mut sender, mut fed) = (Sender::new(), Scene::fed());
    let codec: Arc<dyn VideoCodec> = Arc::new(MadeUpCodec::new(1000));
    let settings = VideoSettings { mode: VideoMode::Always, codec: Some(codec) };
    fed.handle(HubInput::SetVideo(settings));
    fed.video = true;
    let viewer = fed.join_unread(Dialect::Tiles, identity(Role::Watch)).unwrap();
    let Some(Message::Text(welcome)) = fed.next(viewer) else { panic!("no welcome") };
    assert!(welcome.contains(r#""video":[]"#), "{welcome}");
    fed.written(viewer);
    while let Some(Message::Text(_)) = fed.next(viewer) {
        fed.written(viewer);
    }
    for seed in 1..20 {
        take(&mut fed, sender.show(LARGE, seed, &[]));
        show(&mut fed, LARGE, seed, &[]);
        assert!(fed.hub.take_job(fed.now).is_none());
        let got = fed.send(viewer).expect("tiles");
        fed.ack(viewer, got.update);
    }
}

#[test]
fn what_is_missing_is_asked_for_also_where_frames_come() {
    let (mut sender, mut fed) = (exact_sender(), Scene::fed());
    take(&mut fed, sender.show(SMALL, 1, &[]));
    assert!(!sender.show(SMALL, 2, &[]).is_empty(), "it is lost");
    take(&mut fed, sender.show(SMALL, 2, &[0]));
    show(&mut fed, SMALL, 2, &[0]);
    pass(&mut fed, Duration::from_secs(1));
    let since = fed.repairs.pop().expect("it is asked for");
    take(&mut fed, vec![sender.scene.hub.tiles_since(since).unwrap()]);
    fed.repairs.clear();
    pass(&mut fed, Duration::from_secs(10));
    assert!(fed.repairs.is_empty());
}

#[test]
fn what_came_before_the_canvas_was_opened_is_shown() {
    let mut sender = exact_sender();
    let sent = sender.show(LARGE, 1, &[]);
    let mut viewer = None;
    let mut fed = Scene::with(|hub, now| {
        hub.handle(now, HubInput::SetFed(true)).unwrap();
        viewer = Some(hub.subscribe(false));
        let _ = hub.poll(now);
        sent.into_iter().for_each(|it| hub.handle(now, HubInput::Tiles(it)).unwrap());
        let _ = hub.poll(now);
    });
    let viewer = viewer.unwrap();
    assert!(matches!(fed.next(viewer), Some(Message::Update(update)) if update.tiles() == 28));
}

#[test]
fn a_canvas_that_was_opened_stays_as_it_is() {
    for begins_fed in [false, true] {
        let mut scene = if begins_fed { Scene::fed() } else { Scene::new() };
        scene.handle(HubInput::SetFed(!begins_fed));
        scene.join();
        assert_eq!(scene.wants_frame(), !begins_fed);
        show(&mut scene, SMALL, 1, &[]);
        take(&mut scene, Sender::new().show(LARGE, 1, &[]));
        scene.encode();
        let shown = scene.hub.tiles_since(0).unwrap().size();
        assert_eq!(shown.width, if begins_fed { LARGE.0 } else { SMALL.0 });
    }
}

#[test]
fn those_who_look_are_counted_and_every_change_is_told() {
    let mut scene = Scene::fed();
    let mut told: Vec<Viewers> = Vec::new();
    let mut is_told = |scene: &mut Scene, all, visible| {
        scene.settle();
        told.push(Viewers::new(all, visible));
        assert_eq!((&scene.viewers, scene.hub.viewers()), (&told, Viewers::new(all, visible)));
    };
    let viewer = scene.join();
    is_told(&mut scene, 1, 1);
    scene.receive(viewer, ClientMessage::Hide);
    is_told(&mut scene, 1, 0);
    let reader = read_mjpeg(&mut scene);
    is_told(&mut scene, 2, 1);
    let request = scene.hub.request_snapshot(Role::Watch, scene.now).unwrap();
    is_told(&mut scene, 3, 2);
    scene.hub.end_snapshot(request);
    is_told(&mut scene, 2, 1);
    scene.set(BackendCommand::Disconnect(reader));
    is_told(&mut scene, 1, 0);
    scene.handle(HubInput::Left(reader, "it was sent away".into()));
    let subscriber = scene.hub.subscribe(false);
    scene.settle();
    scene.hub.set_wants_frames(subscriber, true);
    is_told(&mut scene, 2, 1);
    scene.hub.set_wants_frames(subscriber, false);
    is_told(&mut scene, 1, 0);
    scene.receive(viewer, ClientMessage::Show);
    is_told(&mut scene, 1, 1);
    scene.receive(viewer, ClientMessage::Show);
    scene.handle(HubInput::Tiles(Sender::new().show(SMALL, 1, &[]).remove(0)));
    scene.settle();
    let late = scene.join();
    is_told(&mut scene, 2, 2);
    scene.handle(HubInput::Left(late, "it left".into()));
    is_told(&mut scene, 1, 1);
    scene.handle(HubInput::Close);
    is_told(&mut scene, 0, 0);
    scene.join_unread(Dialect::Tiles, identity(Role::Watch));
    scene.handle(HubInput::Left(viewer, "it left".into()));
    scene.settle();
    assert_eq!(
        (scene.viewers.last(), scene.hub.viewers()),
        (Some(&Viewers::default()), Viewers::default())
    );
}

#[test]
fn who_got_a_snapshot_looks_no_longer() {
    let (mut sender, mut fed) = (exact_sender(), Scene::fed());
    let request = fed.hub.request_snapshot(Role::Watch, fed.now).unwrap();
    take(&mut fed, sender.show(SMALL, 1, &[]));
    show(&mut fed, SMALL, 1, &[]);
    let look = fed.hub.look_at_snapshot(request, fed.now);
    assert!(matches!(look, SnapshotLook::Frame(..)), "{look:?}");
    fed.settle();
    assert_eq!(fed.viewers, [Viewers::new(1, 1), Viewers::default()]);
}
