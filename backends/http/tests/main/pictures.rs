use std::io::Write;
use std::time::{Duration, Instant};

use async_tungstenite::tungstenite::Message;
use async_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use framecast_api::{Backend, BackendCommand, BackendEvent, Cursor};
use serde_json::json;

use crate::support::{Client, Engine, Heard, PATIENCE, driven_by, server_with};

const RED: [u8; 3] = [230, 20, 30];
const BLUE: [u8; 3] = [10, 40, 220];

fn noise(x: u32, y: u32, seed: u32) -> [u8; 3] {
    let n = (x ^ y.rotate_left(16) ^ seed.rotate_left(9)).wrapping_mul(0x9e37_79b9);
    let n = (n ^ (n >> 15)).wrapping_mul(0x85eb_ca6b);
    let [r, g, b, _] = (n ^ (n >> 13)).to_le_bytes();
    [r, g, b]
}

#[test]
fn hello_is_answered_with_everything_there_is() {
    let (server, mut engine) = Engine::new();
    engine.backend.apply(&BackendCommand::Cursor(Cursor::Grab)).unwrap();
    engine.backend.apply(&driven_by(None)).unwrap();
    let sequence = engine.present(RED);
    let mut client = Client::connect(server.local_addr(), "/");
    client.hello(true);
    let video: &[&str] = if cfg!(feature = "h264") { &["h264"] } else { &[] };
    for expected in [
        json!({"type": "welcome", "client": 1, "role": "drive", "video": video}),
        json!({"type": "title", "value": "a title"}),
        json!({"type": "cursor", "value": "grab"}),
        json!({
            "type": "control", "presenter": false, "held": true, "by": "somebody",
            "can_ask": false, "asks": false, "manages": false, "recording": null
        }),
    ] {
        let Heard::Text(text) = client.hear() else { panic!("not {expected}") };
        assert_eq!(text, expected);
    }
    let picture = client.picture();
    assert!(picture.is(RED));
    assert_eq!((picture.pixels.dimensions(), picture.ratio), ((64, 48), 1.5));
    assert_eq!((picture.sequence, picture.drawn), (sequence, 0.25));
}

#[test]
fn a_still_picture_follows_with_exact_pixels() {
    let (server, mut engine) = Engine::new();
    let mut client = Client::join(&server);
    let frame = engine.draw(67, 45, |x, y| noise(x, y, 1));
    engine.backend.present(&frame).unwrap();
    let jpeg = client.picture();
    let painted = Instant::now();
    client.ack(jpeg.update);
    let png = client.picture();
    assert!(painted.elapsed() > Duration::from_millis(150), "it was not still yet");
    assert!(png.exact && !jpeg.exact);
    assert_eq!(png.sequence, jpeg.sequence);
    assert!(png.update > jpeg.update);
    assert!(png.shows(&frame) && !jpeg.shows(&frame));
    client.ack(png.update);
    assert!(client.heard_until_pong().is_empty(), "nothing is sent twice");

    let mut late = Client::join(&server);
    let soon = late.picture();
    assert_eq!(soon.pixels, jpeg.pixels, "a late joiner sees something soon");
    late.ack(soon.update);
    assert!(late.picture().shows(&frame), "and the exact picture next");
}

#[test]
fn a_client_that_skipped_a_hundred_frames_gets_one_correct_difference() {
    let (server, mut engine) = Engine::new();
    let mut client = Client::join(&server);
    let page =
        |x: u32, y: u32| if (x / 3 + y / 5).is_multiple_of(2) { [250; 3] } else { [20, 30, 40] };
    let frame = engine.draw(1000, 700, page);
    engine.backend.present(&frame).unwrap();
    let first = client.picture();
    let all = first.tiles;
    client.ack(first.update);
    if !first.exact {
        client.until_exact();
    }
    client.say(&json!({"type": "hide"}));
    client.heard_until_pong();
    let mut other = Client::join(&server);
    other.until_exact();
    for step in 1..=100 {
        // A box that moves within two tiles' reach, each time seen by somebody.
        engine.until_wanted();
        let frame = engine.draw(1000, 700, |x, y| {
            if (300 + step..340 + step).contains(&x) && (300..340).contains(&y) {
                [200, 10, 10]
            } else {
                page(x, y)
            }
        });
        engine.backend.present(&frame).unwrap();
        loop {
            let picture = other.picture();
            other.ack(picture.update);
            if picture.sequence == frame.sequence() {
                break;
            }
        }
        // It answers as a browser does: on a slow machine a hundred steps last longer than the
        // server waits for a client that is silent.
        assert!(client.heard_until_pong().is_empty(), "it is hidden");
    }
    let last =
        engine.draw(1000, 700, |x, y| if (x, y) == (999, 699) { [1, 2, 3] } else { page(x, y) });
    engine.backend.present(&last).unwrap();
    client.say(&json!({"type": "show"}));
    let difference = client.picture();
    client.ack(difference.update);
    assert_eq!(difference.sequence, last.sequence());
    assert!(difference.tiles < all / 2, "{} of {all}", difference.tiles);
    let exact = if difference.exact { difference } else { client.until_exact() };
    assert!(exact.shows(&last));
    client.ack(exact.update);
    assert!(client.heard_until_pong().is_empty(), "one difference was all");
}

#[test]
fn only_what_changed_is_sent() {
    let (server, mut engine) = Engine::new();
    let mut client = Client::join(&server);
    let frame = engine.draw(1280, 720, |x, y| noise(x, y, 1));
    engine.backend.present(&frame).unwrap();
    let exact = client.until_exact();
    assert!(exact.shows(&frame));
    let mut after = engine.pool.lend(frame.size()).unwrap();
    assert!(after.copy_from(&frame));
    after.pixels_mut()[500 * 1280 + 700] = [1, 2, 3, 4];
    let after = engine.pool.freeze(after, 1000, 1000.0, 1.5);
    engine.backend.present(&after).unwrap();
    let picture = client.picture();
    assert_eq!((picture.tiles, picture.sequence), (1, 1000));
    client.ack(picture.update);
    let exact = client.until_exact();
    assert_eq!(exact.tiles, 1);
    assert!(exact.shows(&after));
}

#[test]
fn a_large_update_comes_in_several_pictures_and_is_one_frame() {
    let (server, mut engine) = Engine::new();
    let mut client = Client::join(&server);
    let frame = engine.draw(1280, 720, |x, y| noise(x, y, 1));
    engine.backend.present(&frame).unwrap();
    let picture = client.picture();
    assert!(picture.parts > 1);
    client.ack(picture.update);
    assert!(client.until_exact().shows(&frame));
}

#[test]
fn a_frame_of_another_size_is_sent_whole() {
    let (server, mut engine) = Engine::new();
    let mut client = Client::join(&server);
    for (width, height) in [(300, 200), (301, 200), (10, 1000), (300, 200), (1, 1)] {
        let frame = engine.draw(width, height, |x, y| noise(x, y, width));
        engine.backend.present(&frame).unwrap();
        let exact = client.until_exact();
        assert_eq!(exact.sequence, frame.sequence());
        assert!(exact.shows(&frame), "{width} x {height}");
    }
}

#[test]
fn a_lossless_canvas_sends_exact_pixels_from_the_first() {
    let (server, mut engine) = Engine::new();
    engine.backend.set_lossless(true);
    let mut client = Client::join(&server);
    for seed in 0..5 {
        let frame = engine.draw(300, 200, |x, y| noise(x, y, seed));
        engine.backend.present(&frame).unwrap();
        let picture = client.picture();
        assert!(picture.exact && picture.shows(&frame));
        client.ack(picture.update);
    }
}

#[test]
fn refresh_sends_everything_anew_but_not_all_the_time() {
    let (server, mut engine) = Engine::new();
    let mut client = Client::join(&server);
    let frame = engine.draw(300, 200, |x, y| noise(x, y, 1));
    engine.backend.present(&frame).unwrap();
    client.until_exact();
    let start = Instant::now();
    let mut complete = 0;
    while start.elapsed() < Duration::from_millis(1500) {
        client.say(&json!({"type": "refresh"}));
        for heard in client.heard_until_pong() {
            if let Heard::Picture(picture) = heard {
                client.ack(picture.update);
                complete += usize::from(picture.exact);
                assert!(!picture.exact || picture.shows(&frame));
            }
        }
        // Below the rate at which messages are a flood.
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!((1..=2).contains(&complete), "{complete}");
}

#[test]
fn a_picture_tells_which_input_caused_it() {
    let (server, mut engine) = Engine::new();
    let mut client = Client::join(&server);
    engine.until_joined();
    client.say(&json!({"type": "pointer_down", "x": 1, "y": 2, "button": 1}));
    let inputs = engine.inputs_until(|input| matches!(input, BackendEvent::Event { .. }));
    let Some(BackendEvent::Event { timestamp, .. }) = inputs.last() else { panic!("{inputs:?}") };
    engine.present(RED);
    let picture = client.picture();
    assert_eq!(picture.input, Some(*timestamp));
    client.ack(picture.update);
    engine.present(BLUE);
    assert_eq!(client.picture().input, None, "nothing new came");
}

#[test]
fn two_clients_get_the_same_frame_from_one_encoding() {
    let (server, mut engine) = Engine::new();
    let mut clients = [Client::join(&server), Client::join(&server)];
    engine.present(RED);
    let [one, two] = clients.each_mut().map(Client::picture);
    assert_eq!((one.sequence, one.pixels), (two.sequence, two.pixels));
}

#[test]
fn a_frame_of_one_pixel_is_shown() {
    let (server, mut engine) = Engine::new();
    let mut client = Client::join(&server);
    let frame = engine.draw(1, 1, |_, _| BLUE);
    engine.backend.present(&frame).unwrap();
    let picture = client.picture();
    client.ack(picture.update);
    let exact = if picture.exact { picture } else { client.until_exact() };
    assert_eq!(exact.pixels.get_pixel(0, 0).0, BLUE);
}

#[test]
fn every_frame_reaches_a_client_that_keeps_up() {
    let (server, mut engine) = Engine::new();
    let mut client = Client::join(&server);
    for shade in 0..100 {
        engine.until_wanted();
        let sequence = engine.present([shade, 200 - shade, 100]);
        let picture = client.picture();
        assert_eq!(picture.sequence, sequence);
        assert!(picture.is([shade, 200 - shade, 100]));
        client.ack(picture.update);
    }
}

#[test]
fn a_client_that_does_not_acknowledge_gets_two_pictures_and_later_the_newest() {
    let (server, mut engine) = Engine::new();
    let mut client = Client::join(&server);
    engine.until_wanted();
    engine.present([1, 1, 1]);
    let first = client.picture();
    engine.until_wanted();
    engine.present([2, 2, 2]);
    let second = client.picture();
    for shade in 3..100 {
        engine.present([shade; 3]);
    }
    assert!(!engine.backend.wants_frame());
    assert!(client.heard_until_pong().is_empty());
    client.ack(first.update);
    let newest = client.picture();
    assert_eq!(newest.sequence, 99);
    assert!(newest.is([99; 3]));
    assert_eq!([first.sequence, second.sequence], [1, 2]);
}

#[test]
fn nobody_looking_is_no_demand_and_looking_wakes_the_engine() {
    let (server, mut engine) = Engine::new();
    assert!(!engine.backend.wants_frame());
    let mut hidden = Client::join_as(&server, false);
    engine.until_joined();
    assert!(!engine.backend.wants_frame());
    hidden.say(&json!({"type": "show"}));
    engine.until_wanted();
    hidden.say(&json!({"type": "hide"}));
    hidden.heard_until_pong();
    assert!(!engine.backend.wants_frame());
}

#[test]
fn a_hidden_client_gets_nothing_until_it_is_shown() {
    let (server, mut engine) = Engine::new();
    let mut hidden = Client::join_as(&server, false);
    let mut other = Client::join(&server);
    engine.present(RED);
    other.until_exact();
    assert!(hidden.heard_until_pong().is_empty());
    hidden.say(&json!({"type": "show"}));
    assert!(hidden.picture().is(RED));
}

#[test]
fn what_was_sent_before_hiding_is_not_sent_again() {
    let (server, mut engine) = Engine::new();
    let mut client = Client::join(&server);
    engine.present(RED);
    let picture = client.picture();
    client.say(&json!({"type": "hide"}));
    client.ack(picture.update);
    client.say(&json!({"type": "show"}));
    if picture.exact {
        assert!(client.heard_until_pong().is_empty());
    } else {
        assert!(client.picture().exact);
    }
    engine.until_wanted();
    engine.present(BLUE);
    assert!(client.picture().is(BLUE), "nothing is stuck");
}

#[test]
fn settings_reach_clients_when_they_change() {
    let (server, mut engine) = Engine::new();
    let mut client = Client::join(&server);
    let me = engine.until_joined();
    engine.backend.apply(&BackendCommand::Title("<b>\u{1b}\"é".into())).unwrap();
    assert_eq!(client.hear_text("title")["value"], "<b>\u{1b}\"é");
    engine.backend.apply(&BackendCommand::Cursor(Cursor::None)).unwrap();
    assert_eq!(client.hear_text("cursor")["value"], "none");
    engine.backend.apply(&driven_by(Some(me))).unwrap();
    let control = client.hear_text("control");
    assert_eq!((&control["presenter"], &control["held"]), (&json!(true), &json!(true)));
    let mut other = Client::connect(server.local_addr(), "/");
    other.hello(true);
    let control = other.hear_text("control");
    assert_eq!((&control["presenter"], &control["held"]), (&json!(false), &json!(true)));
}

#[test]
fn a_ping_is_answered_with_the_clock_of_the_frames() {
    let (server, _engine) = Engine::new();
    let mut client = Client::join(&server);
    let mut last = 0.0;
    for id in [1.5, -7.0, 1e300] {
        client.say(&json!({"type": "ping", "id": id}));
        let pong = client.hear_text("pong");
        assert_eq!(pong["id"], json!(id));
        let time = pong["time"].as_f64().unwrap();
        assert!(time > last && time < PATIENCE.as_secs_f64(), "{time}");
        last = time;
    }
}

/// Acknowledges everything and reads nothing, so that its connection fills up.
#[test]
fn a_client_that_never_reads_delays_nobody_and_is_dropped() {
    let stall = Duration::from_secs(8);
    let server = server_with(|limits| limits.write_stall = stall);
    let mut engine = Engine::at(&server, None);
    let mut greedy = Client::join(&server);
    let stuck = engine.until_joined();
    let mut reader = Client::join(&server);
    let mut slowest = Duration::ZERO;
    let mut left = false;
    let start = Instant::now();
    // Until its connection is full it takes pictures as fast as they come, so many are needed.
    for update in 1.. {
        let frame = engine.draw(640, 480, |x, y| noise(x, y, update));
        let presented = Instant::now();
        engine.backend.present(&frame).unwrap();
        // What makes the frame before exact may come first.
        let mut picture = reader.picture();
        while picture.sequence < engine.sequence {
            reader.ack(picture.update);
            picture = reader.picture();
        }
        slowest = slowest.max(presented.elapsed());
        reader.ack(picture.update);
        // It may be gone by now.
        let ack = json!({"type": "ack", "update": picture.update}).to_string();
        let _ = greedy.socket.send(Message::text(ack));
        engine.backend.poll(&mut |input| {
            left |= matches!(input, BackendEvent::Left { client } if client == stuck);
        });
        if left {
            break;
        }
        assert!(start.elapsed() < Duration::from_secs(60), "it is never dropped");
    }
    assert!(slowest < stall, "the reader waited {slowest:?} for a frame");
}

/// What the system does with what a client did not take: elsewhere than on Linux it keeps it as long as it likes.
#[cfg(target_os = "linux")]
mod unsent {
    use std::time::{Duration, Instant};

    use framecast_api::Backend;
    use framecast_http::Limits;

    use super::noise;
    use crate::support::{Client, Engine, PATIENCE, server_with};

    /// A client is there that read nothing of a picture; then `go` happens, and soon the kernel is to
    /// forget the picture.
    fn forgets(change: impl FnOnce(&mut Limits), go: impl FnOnce(Engine)) {
        let server = server_with(change);
        let mut engine = Engine::at(&server, None);
        let mut greedy = Client::join(&server);
        engine.until_joined();
        let ports = [server.local_addr(), greedy.socket.get_mut().local_addr().unwrap()];
        let [ours, theirs] = ports.map(|address| format!(":{:04X}", address.port()));
        // The server's end, as the kernel lists it: address and port, the other's, state, bytes unsent.
        let unsent = || {
            let sockets = std::fs::read_to_string("/proc/net/tcp").unwrap();
            sockets.lines().find_map(|line| {
                let mut fields = line.split_whitespace().skip(1);
                let ends = (fields.next()?, fields.next()?);
                let queues = fields.nth(1)?;
                let is_it = ends.0.ends_with(&ours) && ends.1.ends_with(&theirs);
                is_it.then(|| u32::from_str_radix(queues.split(':').next()?, 16).ok()).flatten()
            })
        };
        // More than the connection holds.
        let frame = engine.draw(1280, 720, |x, y| noise(x, y, 1));
        engine.backend.present(&frame).unwrap();
        // Until it goes on no more: what is merely on its way is unsent for a moment, too.
        let start = Instant::now();
        let (mut before, mut looks) = (Some(0), 0);
        while before.is_some() && looks < 20 {
            assert!(start.elapsed() < PATIENCE, "the client's connection holds it all");
            std::thread::sleep(Duration::from_millis(10));
            let now = unsent();
            looks = if now == before && now != Some(0) { looks + 1 } else { 0 };
            before = now;
        }
        go(engine);
        let start = Instant::now();
        // A connection that is closing and holds nothing may be listed for a minute.
        while unsent().is_some_and(|bytes| bytes > 0) {
            assert!(start.elapsed() < PATIENCE, "the kernel still tries to send it");
            std::thread::yield_now();
        }
        drop(greedy);
    }

    const NEVER: Duration = Duration::from_secs(3600);

    #[test]
    fn what_a_dropped_client_did_not_take_is_forgotten_at_once() {
        let change = |limits: &mut Limits| {
            limits.write_stall = Duration::from_millis(300);
            limits.dead_after = NEVER;
        };
        forgets(change, |mut engine| drop(engine.until_left()));
    }

    #[test]
    fn what_one_who_was_told_goodbye_did_not_take_is_forgotten_soon() {
        let change = |limits: &mut Limits| {
            limits.write_stall = NEVER;
            limits.close_timeout = Duration::from_millis(100);
            limits.ping_after = Duration::from_secs(1);
            limits.dead_after = Duration::from_secs(3);
        };
        forgets(change, drop);
    }
}

#[test]
fn a_client_that_vanishes_in_the_middle_of_a_picture_harms_nobody() {
    let (server, mut engine) = Engine::new();
    for seed in 0..10 {
        let client = Client::join(&server);
        engine.until_joined();
        let frame = engine.draw(800, 600, |x, y| noise(x, y, seed));
        engine.backend.present(&frame).unwrap();
        let mut stream = client.socket.into_inner();
        // Half a frame of a message, and gone.
        stream.write_all(&[0x81, 0xfe, 0x10]).unwrap();
        drop(stream);
        engine.until_left();
    }
    let mut client = Client::join(&server);
    engine.present(RED);
    // Older ones that were still being encoded may come first.
    loop {
        let picture = client.picture();
        client.ack(picture.update);
        if picture.sequence == engine.sequence {
            break;
        }
    }
}

#[test]
fn the_newest_frame_wins_when_many_come_at_once() {
    let (server, mut engine) = Engine::new();
    let mut client = Client::join(&server);
    engine.until_wanted();
    for shade in 0..=255 {
        engine.present([shade; 3]);
    }
    let mut seen = 0;
    loop {
        let picture = client.picture();
        assert!(picture.sequence > seen);
        seen = picture.sequence;
        client.ack(picture.update);
        if seen == 256 {
            break;
        }
    }
    // Two that are not acknowledged hold back the others.
    assert!(engine.pool.in_use() <= 4, "{}", engine.pool.in_use());
}

#[test]
fn closing_says_goodbye_with_the_reason() {
    let (server, mut engine) = Engine::new();
    let mut client = Client::join(&server);
    engine.present(RED);
    client.picture();
    engine.backend.close();
    assert_eq!(client.hear_text("closed")["reason"], "the application ended");
    assert_eq!(client.until_closed(), Some(CloseCode::Normal));
}
