use super::*;
use framecast_api::ViewInfo;

use crate::message::Message;
use crate::protocol::{ClientMessage, View};
use crate::protocol::{Dialect, MjpegConfig};
use crate::scene::{STILL, Scene, identity};

#[test]
fn nobody_looking_means_no_demand_and_no_encoding() {
    let mut scene = Scene::new();
    assert!(!scene.wants_frame());
    scene.present_all(1);
    assert!(!scene.wants_frame());
    assert_eq!(scene.encode(), 0);
}

#[test]
fn a_frame_is_drawn_while_the_one_before_is_encoded_and_no_more() {
    let mut scene = Scene::new();
    let client = scene.join();
    assert!(scene.wants_frame(), "the first");
    scene.present_all(1);
    assert!(scene.wants_frame(), "the second");
    scene.present_all(2);
    assert!(!scene.wants_frame(), "one waits for the encoders already");
    assert!(scene.work());
    assert!(!scene.wants_frame());
    scene.encode();
    assert_eq!(scene.send(client).unwrap().sequence, 1, "it was begun, so it is sent");
    scene.encode();
    assert_eq!(scene.send(client).unwrap().sequence, 2);
    assert!(!scene.wants_frame(), "two are not acknowledged");
    scene.ack(client, 1);
    assert!(scene.wants_frame());
}

#[test]
fn the_time_until_a_picture_is_presented_is_a_step_of_its_own() {
    let mut scene = Scene::new();
    let client = scene.join();
    let after = |scene: &mut Scene, ms| {
        scene.now += Duration::from_millis(ms);
        scene.hub.seconds(scene.now)
    };
    let drawn = after(&mut scene, 1000);
    let buffer = scene.pool.lend(crate::scene::SIZE).unwrap();
    let frame = scene.pool.freeze(buffer, 1, drawn, 1.0);
    // Its pixels are read from a GPU meanwhile.
    let presented = after(&mut scene, 6);
    scene.show(frame);
    let encoded = after(&mut scene, 2);
    scene.encode();
    let Some(Message::Part(part)) = scene.next(client) else { panic!("nothing is sent") };
    let header = part.header;
    assert_eq!((header.drawn, header.presented, header.encoded), (drawn, presented, encoded));
    let message = part.into_bytes();
    assert_eq!(message[80..88], presented.to_le_bytes());
    scene.written(client);
    scene.ack(client, header.update);
    let stats = scene.hub.stats("", scene.now).json();
    let steps = &serde_json::from_str::<serde_json::Value>(&stats).unwrap()["clients"][0]["steps"];
    assert_eq!(
        (&steps["drawn_to_presented"], &steps["presented_to_encoded"]),
        (&6.0.into(), &2.0.into())
    );
}

#[test]
fn frames_that_nobody_has_room_for_are_skipped_and_one_difference_follows() {
    let mut scene = Scene::new();
    let client = scene.join();
    for seed in 1..=2 {
        scene.present_all(seed);
        scene.encode();
        assert_eq!(scene.send(client).unwrap().update, seed);
    }
    for seed in 3..100 {
        scene.present(seed, 400);
        assert_eq!(scene.encode(), 0, "{seed}");
    }
    scene.ack(client, 2);
    scene.encode();
    let got = scene.send(client).unwrap();
    assert_eq!(got.sequence, 99);
    assert!(scene.send(client).is_none());
}

#[test]
fn only_tiles_that_changed_are_encoded_and_sent() {
    let mut scene = Scene::new();
    let client = scene.join();
    scene.present_all(0);
    scene.encode();
    let all = scene.send(client).unwrap();
    scene.ack(client, all.update);
    let before = scene.hub.pictures.tiles.counts;
    scene.present(7, 10);
    scene.encode();
    let got = scene.send(client).unwrap();
    assert_eq!(got.tiles, 1);
    let counts = scene.hub.pictures.tiles.counts;
    assert_eq!(counts.jpeg_tiles - before.jpeg_tiles, 1);
}

#[test]
fn every_tile_is_encoded_once_for_everybody() {
    let mut scene = Scene::new();
    let clients: Vec<_> = (0..20).map(|_| scene.join()).collect();
    scene.present_all(1);
    scene.encode();
    let tiles = scene.hub.pictures.tiles.tiles().len();
    for client in clients {
        assert_eq!(scene.send(client).unwrap().tiles, tiles);
    }
    assert_eq!(scene.hub.pictures.tiles.counts.jpeg_tiles, tiles as u64);
}

#[test]
fn a_stalled_client_does_not_hold_back_another() {
    let mut scene = Scene::new();
    let (stalled, quick) = (scene.join(), scene.join());
    for seed in 1..50 {
        assert!(scene.wants_frame(), "{seed}");
        scene.present_all(seed);
        scene.encode();
        scene.send(stalled);
        let got = scene.send(quick).unwrap();
        assert_eq!(got.sequence, u64::from(seed));
        scene.ack(quick, got.update);
    }
}

#[test]
fn a_still_picture_becomes_exact_in_slices_and_once() {
    let mut scene = Scene::new();
    let client = scene.join();
    scene.present_all(1);
    scene.encode();
    let first = scene.send(client).unwrap();
    assert!(!first.exact);
    scene.ack(client, first.update);
    assert_eq!(scene.encode(), 0);
    scene.now += STILL;
    let (mut tiles, mut updates) = (0, 0);
    loop {
        scene.encode();
        let got = scene.send(client).unwrap();
        assert!(scene.send(client).is_none(), "the next slice waits for the paint");
        tiles += got.tiles;
        updates += 1;
        assert!(got.bytes <= 256 * 1024 + 4096, "{got:?}");
        scene.ack(client, got.update);
        if got.exact {
            break;
        }
    }
    assert_eq!(tiles, scene.hub.pictures.tiles.tiles().len());
    assert!(updates > 1, "360 KB of grain are more than one slice");
    scene.now += 10 * STILL;
    assert_eq!(scene.encode(), 0);
    assert!(scene.send(client).is_none());
    scene.settle();
    assert!(scene.wait.is_none() && scene.hub.take_job(scene.now).is_none());
}

#[test]
fn what_moves_is_not_made_exact_because_its_updates_take_long() {
    let mut scene = Scene::new();
    let client = scene.join();
    for seed in 1..=20 {
        scene.present_all(seed);
        scene.encode();
        let got = scene.send(client).unwrap();
        // Nobody asks for the next frame meanwhile.
        scene.now += 3 * STILL;
        scene.encode();
        assert!(scene.send(client).is_none(), "it is on its way");
        scene.ack(client, got.update);
        scene.encode();
        assert!(scene.send(client).is_none(), "the next frame may come now");
    }
    scene.now += STILL;
    scene.encode();
    assert!(scene.send(client).is_some(), "none came");
}

#[test]
fn what_rests_becomes_exact_beside_what_moves() {
    let mut scene = Scene::new();
    let client = scene.join();
    let (frames, mut sent) = (200, 0);
    for seed in 1..=frames {
        scene.present(seed, 40);
        scene.now += Duration::from_millis(20);
        scene.encode();
        while let Some(got) = scene.send(client) {
            sent += got.tiles;
            scene.ack(client, got.update);
            scene.encode();
        }
    }
    let resting = scene.hub.pictures.tiles.tiles().len() - 1;
    // Each that rests comes twice, as JPEG and exactly; the other with every frame.
    assert_eq!(sent, 2 * resting + frames as usize);
}

#[test]
fn a_picture_presented_over_and_over_is_sent_once_and_becomes_exact() {
    let mut scene = Scene::new();
    let client = scene.join();
    scene.present_all(1);
    scene.encode();
    let got = scene.send(client).unwrap();
    scene.ack(client, got.update);
    for _ in 0..100 {
        scene.present_all(1);
        scene.encode();
        assert!(scene.send(client).is_none());
    }
    for _ in 0..300 {
        scene.present_all(1);
        scene.encode();
        if let Some(got) = scene.send(client) {
            scene.ack(client, got.update);
            if got.exact {
                return;
            }
        }
    }
    panic!("it never became exact");
}

#[test]
fn parts_are_small_enough_for_a_client_that_stops_reading() {
    let mut scene = Scene::new();
    let client = scene.join();
    scene.present_all(1);
    scene.encode();
    let got = scene.send(client).unwrap();
    assert!(got.largest < 68 * 1024, "{got:?}");
}

#[test]
fn tiles_that_cannot_be_encoded_are_not_tried_over_and_over() {
    let mut scene = Scene::new();
    let client = scene.join();
    scene.present_all(1);
    let all = scene.hub.pictures.tiles.tiles().len();
    let mut failed = 0;
    loop {
        scene.settle();
        let Some(job) = scene.hub.take_job(scene.now) else { break };
        let Work::Tiles(tiles::Job::Encode { tiles, .. }) = &job.0 else { break };
        // Tile 3 cannot be encoded, alone or with others.
        let result = if tiles.contains(&3) {
            failed += 1;
            job.failure()
        } else {
            job.run(|_, _| false)
        };
        scene.handle(HubInput::Done(result));
    }
    scene.settle();
    assert_eq!(failed, 2, "with others, and alone");
    let failed = 1;
    let rest = scene.send(client).map_or(0, |got| got.tiles);
    assert_eq!(rest, all - failed);
    scene.ack(client, 1);
    scene.now += STILL;
    for _ in 0..10 {
        scene.encode();
        while let Some(got) = scene.send(client) {
            assert!(!got.exact);
            scene.ack(client, got.update);
        }
    }
    assert_eq!(scene.encode(), 0);
    scene.present_all(2);
    scene.encode();
    assert_eq!(scene.send(client).unwrap().tiles, all, "they changed");
}

#[test]
fn a_client_that_left_in_the_middle_leaves_the_others_what_was_encoded() {
    let mut scene = Scene::new();
    let (one, two) = (scene.join(), scene.join());
    scene.present_all(1);
    assert!(scene.work());
    scene.handle(HubInput::Left(one, String::new()));
    scene.encode();
    assert!(scene.send(two).is_some());
}

#[test]
fn a_client_of_the_older_protocol_gets_text_and_picture_in_turn() {
    let mut scene = Scene::new();
    let (old, new) = (scene.join_as(Dialect::Whole), scene.join());
    for seed in 1..4_u32 {
        scene.present_all(seed);
        scene.encode();
        scene.receive(old, ClientMessage::Ping { id: 1.0 });
        let mut texts = Vec::new();
        let picture = loop {
            match scene.next(old) {
                Some(Message::Text(text)) => texts.push(text),
                Some(Message::Picture(bytes)) => break bytes,
                other => panic!("{other:?}"),
            }
            // Something else comes up between the two.
            scene.set(BackendCommand::Title(format!("{seed} {}", texts.len())));
            scene.written(old);
        };
        assert!(texts.last().unwrap().contains("framebufferdata"), "{texts:?}");
        assert_eq!(picture[..2], [0xff, 0xd8]);
        scene.written(old);
        let Some(Message::Text(later)) = scene.next(old) else { panic!("the title comes later") };
        assert!(later.contains("title"), "{later}");
        scene.written(old);
        while scene.next(old).is_some() {
            scene.written(old);
        }
        assert!(!scene.wants_frame() || seed < 4);
        scene.ack(old, seed);
        let mut update = None;
        while let Some(message) = scene.next(new) {
            if let Message::Part(part) = message {
                update = Some(part.header.update);
            }
            scene.written(new);
        }
        scene.ack(new, update.unwrap());
    }
    assert!(scene.wants_frame());
}

#[test]
fn the_engine_is_woken_when_demand_rises_and_when_input_comes() {
    let mut scene = Scene::new();
    assert!(!scene.settle().engine);
    let client = scene.join_unread(Dialect::Tiles, identity(Role::Drive)).unwrap();
    assert!(scene.settle().engine, "demand and input");
    assert!(!scene.settle().engine, "nothing new");
    scene.hub.take_events();
    scene.handle(HubInput::Rejected(client));
    assert!(scene.settle().engine, "input");
}

#[test]
fn a_view_without_a_size_joins_and_asks_for_none() {
    let inputs = |width, height| {
        let mut scene = Scene::new();
        let joining = Joining {
            label: "somebody".into(),
            who: identity(Role::Drive),
            dialect: Dialect::Tiles,
            hello: Some((View { width, height, ratio: 2.0 }, 50)),
            visible: true,
            info: ViewInfo::default(),
            video: false,
        };
        scene.hub.join(scene.now, joining);
        Vec::from(scene.hub.take_events())
    };
    assert!(matches!(inputs(0.0, 0.0)[..], [BackendEvent::Joined { .. }]));
    assert!(matches!(
        inputs(9.0, 9.0)[..],
        [BackendEvent::Joined { .. }, BackendEvent::Resize { .. }]
    ));
    assert!(matches!(
        inputs(0.0, 9.0)[..],
        [BackendEvent::Joined { .. }, BackendEvent::Rejected { .. }]
    ));
}

#[test]
fn the_encoders_are_told_when_there_is_work_and_when_something_has_rested() {
    let mut scene = Scene::new();
    let client = scene.join();
    assert_eq!(scene.settle().encoders, 0);
    let frame = {
        let buffer = scene.pool.lend(crate::scene::SIZE).unwrap();
        scene.pool.freeze(buffer, 1, 0.0, 1.0)
    };
    scene.handle(HubInput::Frame(frame));
    assert!(scene.settle().encoders > 0);
    scene.encode();
    scene.present_all(1);
    scene.encode();
    while let Some(got) = scene.send(client) {
        scene.ack(client, got.update);
        scene.encode();
    }
    let at = scene.wait.expect("it waits for something");
    assert!(at <= scene.now + STILL && at > scene.now);
    scene.now = at;
    assert!(scene.encode() > 0);
}

#[test]
fn engine_and_encoders_are_both_told_when_somebody_joins_who_needs_both() {
    for dialect in [Dialect::Tiles, Dialect::Whole] {
        let mut scene = Scene::new();
        scene.present_all(1);
        scene.join_unread(dialect, identity(Role::Drive)).unwrap();
        let concerns = scene.settle();
        assert!(concerns.engine && concerns.encoders > 0, "{dialect:?} {concerns:?}");
    }
}

#[test]
fn after_the_end_everybody_is_told_once() {
    let mut scene = Scene::new();
    let (client, old) = (scene.join(), scene.join_as(Dialect::Whole));
    scene.present_all(1);
    let job = scene.hub.take_job(scene.now).expect("there is a picture to encode");
    let request = scene.hub.request_snapshot(Role::Watch, scene.now).unwrap();
    scene.handle(HubInput::Close);
    assert!(!scene.wants_frame());
    assert_eq!(scene.snapshots, [request]);
    assert!(scene.hub.take_events().is_empty());
    scene.handle(HubInput::Done(job.run(|_, _| false)));
    assert!(scene.hub.take_job(scene.now).is_none());
    let Some(Goodbye::Ended(Some(text))) = scene.goodbye(client) else { panic!("no goodbye") };
    assert!(text.contains("closed"));
    assert_eq!(scene.goodbye(old), Some(&Goodbye::Ended(None)));
    let late = scene.join_unread(Dialect::Tiles, identity(Role::Drive)).unwrap();
    assert!(matches!(scene.goodbye(late), Some(Goodbye::Ended(Some(_)))));
    assert!(scene.wait.is_none());
}

#[test]
fn a_client_may_leave_after_the_end() {
    let mut scene = Scene::new();
    let clients = [scene.join(), scene.join_as(Dialect::Whole)];
    scene.present_all(1);
    scene.handle(HubInput::Close);
    for client in clients {
        assert!(scene.goodbye(client).is_some());
        scene.handle(HubInput::Left(client, String::new()));
    }
    assert_eq!(scene.hub.clients.len(), 0);
}

#[test]
fn a_time_before_the_last_one_counts_as_the_last_one() {
    let mut scene = Scene::new();
    let every = STILL / 10;
    let config = MjpegConfig { every, again_after: 10 * STILL };
    let client = scene.join_as(Dialect::Mjpeg(config));
    scene.present_all(1);
    scene.encode();
    assert!(scene.next(client).is_some());
    scene.written(client);
    scene.settle();
    scene.now += every;
    assert!(scene.wants_frame());
    scene.hub.take_events();
    scene.hub.handle(scene.now - every, HubInput::Rejected(client)).unwrap();
    assert!(matches!(scene.hub.poll(scene.now - every), HubOutput::Wake));
    assert!(scene.hub.wants_frame());
}

#[test]
fn whoever_lacks_nothing_any_more_has_its_turn() {
    let mut scene = Scene::new();
    let client = scene.join();
    scene.set(BackendCommand::Title("another".into()));
    scene.present(1, 1);
    for _ in 0..2 {
        scene.encode();
        while let Some(message) = scene.next(client) {
            scene.written(client);
            if let Message::Part(part) = message
                && part.header.last
            {
                scene.ack(client, part.header.update);
            }
        }
        scene.receive(client, ClientMessage::Refresh);
        scene.settle();
    }
    // Encoders were late with several qualities, so that there is one, and that was another's.
    let now = scene.now;
    (0..3).for_each(|_| scene.hub.pictures.budget.encoded(2, true, now));
    scene.hub.pictures.budget.set_first(50, now);
    scene.now = scene.wait.expect("everything is sent anew later");
    scene.encode();
    assert!(scene.send(client).is_some(), "it waits until {:?}", scene.wait);
}

#[test]
fn a_time_may_be_as_long_as_there_is() {
    let mut scene = Scene::new();
    scene.hub = Hub::new(Duration::MAX);
    scene.handle(HubInput::Open { clock: Clock::start(), title: "title".into() });
    let client = scene.join();
    let config = MjpegConfig { every: Duration::MAX, again_after: Duration::MAX };
    let reader = scene.join_unread(Dialect::Mjpeg(config), identity(Role::Watch)).unwrap();
    scene.present_all(1);
    scene.encode();
    assert!(!scene.send(client).unwrap().exact);
    assert!(scene.next(reader).is_some());
    scene.written(reader);
    scene.settle();
}
