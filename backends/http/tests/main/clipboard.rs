use std::fmt::Write as _;

use async_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use framecast_api::{Backend, BackendCommand, BackendEvent, ClientId, EventKind};
use serde_json::json;

use crate::support::{Client, Engine, Heard, driven_by};

fn clipboard(client: ClientId, text: &str) -> BackendCommand {
    BackendCommand::Clipboard { client, text: text.into() }
}

fn heard_of_it(client: &mut Client) -> Vec<String> {
    let text = |heard| match heard {
        Heard::Text(text) if text["type"] == "clipboard" => Some(text["text"].as_str()?.to_owned()),
        _ => None,
    };
    client.heard_until_pong().into_iter().filter_map(text).collect()
}

#[test]
fn whoever_drives_is_told_and_nobody_else() {
    let (server, mut engine) = Engine::new();
    let mut presenter = Client::join(&server);
    let driver = engine.until_joined();
    let mut observer = Client::join(&server);
    engine.until_joined();
    engine.backend.apply(&driven_by(Some(driver))).unwrap();
    let text = "two\nlines, a \"quote\" and \u{1b}[31m ü 漢";
    engine.backend.apply(&clipboard(driver, text)).unwrap();
    assert_eq!(heard_of_it(&mut presenter), [text]);
    assert!(heard_of_it(&mut observer).is_empty());
    // Once is enough, also when something else changes.
    engine.backend.apply(&BackendCommand::Title("another".into())).unwrap();
    assert!(heard_of_it(&mut presenter).is_empty());
}

#[test]
fn the_longest_text_arrives() {
    let (server, mut engine) = Engine::new();
    let mut presenter = Client::join(&server);
    let driver = engine.until_joined();
    let text = "\u{1}".repeat(BackendCommand::MAX_CLIPBOARD);
    engine.backend.apply(&clipboard(driver, &text)).unwrap();
    assert_eq!(heard_of_it(&mut presenter), [text]);
}

#[test]
fn who_is_not_here_or_knows_no_clipboard_is_said_to_have_none() {
    let (server, mut engine) = Engine::new();
    let _presenter = Client::join(&server);
    let driver = engine.until_joined();
    for client in [ClientId(driver.0 + 1), ClientId(u64::MAX)] {
        let error = engine.backend.apply(&clipboard(client, "x")).unwrap_err();
        assert!(error.is_not_supported(), "{error}");
    }
}

#[test]
fn what_is_pasted_is_one_event_of_all_its_text() {
    let (server, mut engine) = Engine::new();
    let mut presenter = Client::join(&server);
    let driver = engine.until_joined();
    let mut text = String::new();
    for line in 0..2000 {
        writeln!(text, "line {line} ü").unwrap();
    }
    assert!(text.len() > EventKind::MAX_TEXT && text.len() < EventKind::MAX_PASTE);
    presenter.say(&json!({"type": "paste", "data": text, "timestamp": 1.5}));
    let inputs = engine.inputs_until(|input| matches!(input, BackendEvent::Event { .. }));
    let Some(BackendEvent::Event { client, kind: EventKind::Paste { data }, .. }) = inputs.last()
    else {
        panic!("{inputs:?}");
    };
    assert_eq!((*client, data), (driver, &text));
}

#[test]
fn a_paste_that_is_too_long_is_dropped_and_counted() {
    let (server, mut engine) = Engine::new();
    let mut presenter = Client::join(&server);
    engine.until_joined();
    presenter.say(&json!({"type": "paste", "data": "x".repeat(EventKind::MAX_PASTE + 1)}));
    presenter.say(&json!({"type": "paste", "data": "x".repeat(EventKind::MAX_PASTE)}));
    let inputs = engine.inputs_until(|input| matches!(input, BackendEvent::Rejected { .. }));
    let pastes = inputs.iter().filter(|input| matches!(input, BackendEvent::Event { .. })).count();
    assert!(pastes <= 1, "{pastes}");
    presenter.heard_until_pong();
}

#[test]
fn odd_pastes_are_text_or_rejected_and_large_or_many_ones_end_the_connection() {
    let (server, mut engine) = Engine::new();
    let mut presenter = Client::join(&server);
    engine.until_joined();
    // Half of a surrogate pair is no text; a NUL is.
    presenter.say_text(r#"{"type": "paste", "data": "a\ud800b"}"#);
    engine.inputs_until(|input| matches!(input, BackendEvent::Rejected { .. }));
    presenter.say_text(r#"{"type": "paste", "data": "\u0000\u001b[201~"}"#);
    let inputs = engine.inputs_until(|input| matches!(input, BackendEvent::Event { .. }));
    let Some(BackendEvent::Event { kind: EventKind::Paste { data }, .. }) = inputs.last() else {
        panic!("{inputs:?}");
    };
    assert_eq!(data, "\0\u{1b}[201~");
    // What is left to write when the server closes finds nobody.
    let paste = |length| json!({"type": "paste", "data": "x".repeat(length)}).to_string();
    let _ = presenter.socket.send(paste(10 * 1024 * 1024).into());
    assert!(matches!(presenter.until_closed(), Some(CloseCode::Size) | None));
    engine.until_left();

    let mut presenter = Client::join(&server);
    engine.until_joined();
    for _ in 0..64 {
        let _ = presenter.socket.send(paste(EventKind::MAX_PASTE).into());
    }
    assert!(matches!(presenter.until_closed(), Some(CloseCode::Policy) | None));
    engine.until_left();
}
