use std::io::Write;
use std::time::{Duration, Instant};

use async_tungstenite::tungstenite::Message;
use async_tungstenite::tungstenite::protocol::CloseFrame;
use async_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use framecast_api::{
    Backend, BackendEvent, ColorScheme, EventKind, Platform, PrimaryPointer, Role, ViewInfo,
};
use framecast_http::Limits;
use serde_json::json;

use crate::support::{Client, Engine, Heard, PATIENCE, server_with};

fn is_key(input: &BackendEvent, key: &str) -> bool {
    matches!(input, BackendEvent::Event { kind: EventKind::KeyDown(down), .. } if down.key == key)
}

#[test]
fn a_client_is_announced_with_its_size_before_its_events() {
    let (server, mut engine) = Engine::new();
    let mut client = Client::join(&server);
    let address = client.socket.get_ref().local_addr().unwrap();
    client.say(&json!({"type": "pointer_move", "x": 3, "y": 4, "timestamp": 1e9}));
    client.say(&json!({"type": "key_down", "key": "a", "code": "KeyA"}));
    let inputs = engine.inputs_until(|input| is_key(input, "a"));
    let [
        BackendEvent::Joined { client: joined, label, role: Role::Drive },
        BackendEvent::Resize { client: sized, size, ratio },
        BackendEvent::Event { client: mover, timestamp, kind: EventKind::PointerMove(pointer) },
        BackendEvent::Event { client: typist, timestamp: later, .. },
    ] = &inputs[..]
    else {
        panic!("{inputs:?}");
    };
    assert_eq!(*label, address.to_string());
    assert!([sized, mover, typist].iter().all(|client| *client == joined));
    assert_eq!((size.width, size.height, *ratio), (640.5, 480.0, 2.0));
    assert_eq!((pointer.x, pointer.y), (3.0, 4.0));
    assert!(*timestamp < 1e6 && timestamp <= later, "stamped here: {timestamp} {later}");
    client.socket.close(None).unwrap();
    let inputs = engine.until_left();
    let [BackendEvent::Leaving { client: going, reason }, BackendEvent::Left { client: gone }] =
        &inputs[..]
    else {
        panic!("{inputs:?}");
    };
    assert_eq!((going, &**reason, gone), (joined, "closed by the client", joined));
}

#[test]
fn a_view_says_what_it_is_with_its_hello_and_when_that_changes() {
    let (server, mut engine) = Engine::new();
    let mut client = Client::connect(server.local_addr(), "/");
    client.say(&json!({
        "type": "hello", "width": 64, "height": 48, "ratio": 2, "visible": true,
        "platform": "ios", "color_scheme": "dark", "pointer": "coarse"
    }));
    client.say(&json!({"type": "view_info", "platform": "ios", "color_scheme": ["light"]}));
    client.say(&json!({"type": "key_down", "key": "a"}));
    let inputs = engine.inputs_until(|input| is_key(input, "a"));
    let phone = ViewInfo::default().with_platform(Platform::Ios);
    let [
        BackendEvent::Joined { client: joined, .. },
        BackendEvent::ViewInfo { client: first, info },
        BackendEvent::Resize { .. },
        BackendEvent::ViewInfo { client: then, info: later },
        BackendEvent::Event { .. },
    ] = &inputs[..]
    else {
        panic!("{inputs:?}");
    };
    assert!([first, then].iter().all(|client| *client == joined));
    let dark = phone.with_color_scheme(ColorScheme::Dark);
    assert_eq!((*info, *later), (dark.with_pointer(PrimaryPointer::Coarse), phone));
}

#[test]
fn a_view_reports_that_it_is_resized_shown_and_hidden() {
    let (server, mut engine) = Engine::new();
    let mut client = Client::join(&server);
    engine.until_joined();
    client.say(&json!({"type": "resize", "width": 1e9, "height": 0.5, "ratio": 3}));
    client.say(&json!({"type": "show"}));
    client.say(&json!({"type": "hide"}));
    client.say(&json!({"type": "hide"}));
    client.say(&json!({"type": "show"}));
    let is_show =
        |input: &BackendEvent| matches!(input, BackendEvent::Event { kind: EventKind::Show, .. });
    let inputs = engine.inputs_until(is_show);
    let changes: Vec<_> = inputs
        .iter()
        .filter_map(|input| match input {
            BackendEvent::Resize { size, .. } if size.width == 1e9 => Some("resize"),
            BackendEvent::Event { kind, .. } => Some(kind.name()),
            _ => None,
        })
        .collect();
    assert_eq!(changes, ["resize", "hide", "show"], "only changes are reported");
}

#[test]
fn a_client_tells_that_a_key_repeats_and_one_that_does_not_is_read_as_before() {
    let (server, mut engine) = Engine::new();
    let mut client = Client::join(&server);
    engine.until_joined();
    client.say(&json!({"type": "key_down", "key": "a"}));
    client.say(&json!({"type": "key_down", "key": "a", "repeat": true}));
    client.say(&json!({"type": "key_down", "key": "a", "repeat": false}));
    client.say(&json!({"type": "key_down", "key": "a", "repeat": "yes"}));
    client.say(&json!({"type": "key_down", "key": "z"}));
    let inputs = engine.inputs_until(|input| is_key(input, "z"));
    let repeats: Vec<_> = inputs
        .iter()
        .filter_map(|input| match input {
            BackendEvent::Event { kind: EventKind::KeyDown(key), .. } => Some(key.repeat),
            _ => None,
        })
        .collect();
    assert_eq!(repeats, [false, true, false, false, false]);
}

#[test]
fn messages_that_make_no_sense_are_counted_and_dropped() {
    let (server, mut engine) = Engine::new();
    let mut client = Client::join(&server);
    engine.until_joined();
    let bad = [
        "not json",
        "[]",
        r#"{"type":"explode"}"#,
        r#"{"type":"pointer_move","x":1e999}"#,
        r#"{"type":"pointer_move","x":NaN}"#,
        r#"{"type":"resize","width":0,"height":10,"ratio":1}"#,
        r#"{"type":"resize","width":-5,"height":10,"ratio":1}"#,
        r#"{"type":"resize","width":1e400,"height":10,"ratio":1}"#,
        r#"{"type":"key_press","key":"a"}"#,
        r#"{"type":"hello","width":1,"height":1,"ratio":1,"visible":true}"#,
        r#"{"type":"animate","step":1}"#,
    ];
    for text in bad {
        client.say_text(text);
    }
    client.say_text(&format!(r#"{{"type":"show","x":{}"#, "[".repeat(50_000)));
    client.say(&json!({"type": "key_down", "key": "z"}));
    let mut rejected = 0;
    let inputs = engine.inputs_until(|input| is_key(input, "z"));
    // The count comes after the events of the same poll.
    for input in &inputs {
        match input {
            BackendEvent::Rejected { count, .. } => rejected += count,
            BackendEvent::Event { .. } => {}
            other => assert!(matches!(other, BackendEvent::Resize { .. }), "{other:?}"),
        }
    }
    assert_eq!(rejected, bad.len() as u64 + 1);
    assert!(client.heard_until_pong().is_empty());
}

#[test]
fn an_acknowledgement_of_nothing_changes_nothing() {
    let (server, mut engine) = Engine::new();
    let mut client = Client::join(&server);
    for update in [0, 1, 7, u32::MAX] {
        client.ack(update);
    }
    engine.present([5, 5, 5]);
    let picture = client.picture();
    client.ack(picture.update.wrapping_sub(1));
    client.ack(picture.update);
    client.ack(picture.update);
    let newer = engine.present([6, 5, 5]);
    assert_eq!(client.picture().sequence, newer);
}

#[test]
fn a_remote_close_detaches_that_view_and_nothing_else() {
    let (server, mut engine) = Engine::new();
    let mut client = Client::join(&server);
    engine.until_joined();
    let mut other = Client::join(&server);
    client.say(&json!({"type": "close"}));
    assert_eq!(client.until_closed(), Some(CloseCode::Normal));
    let inputs = engine.until_left();
    assert!(!inputs.iter().any(|input| matches!(input, BackendEvent::CloseRequested { .. })));
    assert!(other.heard_until_pong().is_empty());
}

#[test]
fn ten_thousand_events_at_once_close_their_client_only() {
    let (server, mut engine) = Engine::new();
    let mut flood = Client::join(&server);
    engine.until_joined();
    let mut other = Client::join(&server);
    let key = json!({"type": "key_down", "key": "x"}).to_string();
    for _ in 0..10_000 {
        // The server may hang up before the end.
        if flood.socket.send(Message::text(key.clone())).is_err() {
            break;
        }
    }
    let inputs = engine.until_left();
    let events = inputs.iter().filter(|input| is_key(input, "x")).count();
    // A second's worth at once, and what was refilled while they arrived.
    assert!((1000..6000).contains(&events), "{events}");
    assert!(matches!(flood.until_closed(), Some(CloseCode::Policy) | None));
    other.say(&json!({"type": "key_down", "key": "fine"}));
    engine.inputs_until(|input| is_key(input, "fine"));
}

#[test]
fn a_flood_is_told_why_it_is_closed() {
    let server = server_with(|limits| limits.messages_per_second = 10);
    let mut engine = Engine::at(&server, None);
    let mut client = Client::join(&server);
    engine.until_joined();
    for _ in 0..20 {
        client.say(&json!({"type": "focus_in"}));
    }
    assert_eq!(client.until_closed(), Some(CloseCode::Policy));
    engine.until_left();
}

#[test]
fn an_engine_that_does_not_poll_is_not_buried() {
    let server = server_with(|limits| limits.messages_per_second = 1_000_000);
    let mut engine = Engine::at(&server, None);
    let mut client = Client::join(&server);
    engine.until_joined();
    for _ in 0..10_000 {
        let message = json!({"type": "key_down", "key": "x"}).to_string();
        if client.socket.send(Message::text(message)).is_err() {
            break;
        }
    }
    // Hung up without the engine having done anything.
    assert!(matches!(client.until_closed(), Some(CloseCode::Policy) | None));
    let inputs = engine.until_left();
    let events = inputs.iter().filter(|input| is_key(input, "x")).count();
    // The size came with the hello.
    assert!((Limits::PENDING_INPUTS - 1..=Limits::PENDING_INPUTS).contains(&events), "{events}");
}

/// Fragments without an end and without content never become a message.
#[test]
fn a_flood_of_nothing_is_a_flood() {
    let server = server_with(|limits| limits.bytes_per_second = 100_000);
    let mut engine = Engine::at(&server, None);
    let client = Client::join(&server);
    engine.until_joined();
    let mut other = Client::join(&server);
    let mut stream = client.socket.into_inner();
    stream.write_all(&[0x01, 0x80, 0, 0, 0, 0]).unwrap();
    let fragments = [0x00, 0x80, 0, 0, 0, 0].repeat(10_000);
    let start = Instant::now();
    while stream.write_all(&fragments).is_ok() {
        assert!(start.elapsed() < Duration::from_secs(60), "it is never closed");
    }
    engine.until_left();
    assert!(other.heard_until_pong().is_empty());
}

#[test]
fn an_endless_message_of_empty_fragments_is_a_flood() {
    const BYTES: u32 = 100_000;
    let server = server_with(|limits| limits.bytes_per_second = BYTES);
    let mut engine = Engine::at(&server, None);
    let client = Client::join(&server);
    engine.until_joined();
    let mut stream = client.socket.into_inner();
    stream.write_all(&[0x01, 0x80, 0, 0, 0, 0]).unwrap();
    // Half of the bytes that are allowed; it takes 5 s to refill what their frames count for.
    let fragments = [0x00, 0x80, 0, 0, 0, 0].repeat(BYTES as usize / 12);
    stream.write_all(&fragments).unwrap();
    engine.until_left();
}

#[test]
fn a_message_that_is_too_large_closes_with_1009() {
    let (server, mut engine) = Engine::new();
    let just = |length: usize| format!(r#"{{"type":"show","x":"{}"}}"#, "x".repeat(length - 22));
    let mut client = Client::join(&server);
    engine.until_joined();
    client.say_text(&just(64 * 1024));
    assert!(client.heard_until_pong().is_empty());
    client.say_text(&just(64 * 1024 + 1));
    assert_eq!(client.until_closed(), Some(CloseCode::Size));
    engine.until_left();

    let mut client = Client::join(&server);
    client.say_text(&just(900_000));
    assert_eq!(client.until_closed(), Some(CloseCode::Size), "not reset while it still sends");
}

/// Also where more than a second's bytes are written before anything is read, in one frame or in many.
#[test]
fn a_message_of_any_size_above_the_limit_closes_with_1009() {
    // Nothing is cut off because the machine is slow.
    let server = server_with(|limits| limits.close_timeout = PATIENCE);
    let _engine = Engine::at(&server, None);
    for size in [1 << 20, 2 << 20, 16 << 20] {
        let mut client = Client::join(&server);
        client.say_text(&"x".repeat(size));
        assert_eq!(client.until_closed(), Some(CloseCode::Size), "{size} bytes");
    }
    for fragment in [1 << 10, 32 << 10, 64 << 10, 128 << 10] {
        let mut client = Client::join(&server);
        let head = |first: bool| [u8::from(first), 0x80 | 127];
        let mut bytes = Vec::new();
        for at in (0..2 << 20).step_by(fragment) {
            bytes.extend(head(at == 0));
            bytes.extend((fragment as u64).to_be_bytes());
            bytes.resize(bytes.len() + 4, 0);
            bytes.resize(bytes.len() + fragment, b'x');
        }
        client.socket.get_mut().write_all(&bytes).unwrap();
        assert_eq!(client.until_closed(), Some(CloseCode::Size), "fragments of {fragment}");
    }
}

/// A gateway says so when what is behind it is gone (IANA's registry of close codes).
#[test]
fn the_close_code_1014_is_a_goodbye_like_others() {
    let (server, mut engine) = Engine::new();
    for code in [1000, 1001, 1012, 1013, 1014, 3000, 4999] {
        let mut client = Client::join(&server);
        engine.until_joined();
        let frame = CloseFrame { code: code.into(), reason: "a reason".into() };
        client.socket.close(Some(frame)).unwrap();
        let said = client.until_closed().map(u16::from);
        let wanted = if code == 1014 { 1000 } else { code };
        assert_eq!(said, Some(wanted));
        engine.until_left();
    }
}

#[test]
fn binary_from_a_client_closes_with_1003() {
    let (server, _engine) = Engine::new();
    let mut client = Client::join(&server);
    client.socket.send(Message::binary(vec![1, 2, 3])).unwrap();
    assert_eq!(client.until_closed(), Some(CloseCode::Unsupported));
}

#[test]
fn no_hello_in_time_closes_with_1008() {
    let server = server_with(|limits| limits.hello_time = Duration::from_secs(1));
    let mut engine = Engine::at(&server, None);
    let start = Instant::now();
    let mut silent = Client::connect(server.local_addr(), "/");
    silent.say(&json!({"type": "show"}));
    silent.say(&json!({"type": "ping", "id": 1}));
    assert!(matches!(silent.hear(), Heard::Closed(Some(CloseCode::Policy))), "nothing before it");
    assert!(start.elapsed() >= Duration::from_secs(1));
    let mut polite = Client::join(&server);
    engine.until_joined();
    polite.say(&json!({"type": "focus_in"}));
    engine.inputs_until(|input| matches!(input, BackendEvent::Event { .. }));
}

#[test]
fn clients_beyond_the_limit_are_closed_with_1013() {
    let server = server_with(|limits| limits.clients = 2);
    let mut engine = Engine::at(&server, None);
    let first = Client::join(&server);
    engine.until_joined();
    let mut second = Client::join(&server);
    let mut third = Client::connect(server.local_addr(), "/");
    third.hello(true);
    assert_eq!(third.until_closed(), Some(CloseCode::Again));
    assert!(second.heard_until_pong().is_empty());
    drop(first);
    engine.until_left();
    // The place is free once the connection is over, shortly after the engine knows.
    let start = Instant::now();
    loop {
        let mut next = Client::connect(server.local_addr(), "/");
        next.hello(true);
        if matches!(next.hear(), Heard::Text(_)) {
            break;
        }
        assert!(start.elapsed() < Duration::from_secs(10), "the place is never free");
    }
}

#[test]
fn a_client_that_answers_no_ping_is_dropped() {
    let server = server_with(|limits| {
        limits.ping_after = Duration::from_millis(200);
        limits.dead_after = Duration::from_secs(3);
    });
    let mut engine = Engine::at(&server, None);
    // It lives while it reads: its library answers pings.
    let mut client = Client::join(&server);
    engine.until_joined();
    client.socket.get_ref().set_read_timeout(Some(Duration::from_millis(50))).unwrap();
    let start = Instant::now();
    let mut pings = 0;
    while start.elapsed() < Duration::from_millis(4500) {
        if let Ok(Message::Ping(_)) = client.socket.read() {
            pings += 1;
        }
        let _ = client.socket.flush();
    }
    assert!(pings >= 3, "{pings}");
    engine.backend.poll(&mut |input| assert!(!matches!(input, BackendEvent::Left { .. })));
    // Then it stops.
    engine.until_left();
}
