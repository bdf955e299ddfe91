use framecast_api::{Backend, Role};
use framecast_http::ServerConfig;
use serde_json::{Value, json};

use crate::support::{Client, Engine, body, get, server_like, status, token};

#[test]
fn statistics_tell_what_was_sent_and_painted_and_when() {
    let (server, mut engine) = Engine::new();
    let mut client = Client::join(&server);
    engine.until_joined();
    for shade in 0..5 {
        engine.until_wanted();
        engine.present([shade, 100, 200]);
        let picture = client.picture();
        client.say(&json!({
            "type": "ack", "update": picture.update,
            "received": picture.drawn + 0.010, "decoded": picture.drawn + 0.015,
            "painted": picture.drawn + 0.025,
        }));
    }
    client.heard_until_pong();
    let answer = get(server.local_addr(), "/stats", "");
    assert_eq!(status(&answer), 200);
    let stats: Value = serde_json::from_str(body(&answer)).unwrap();
    assert_eq!(stats["frames"]["presented"], 5);
    let seen = &stats["clients"][0];
    assert_eq!((&seen["updates"], &seen["painted"]), (&json!(5), &json!(5)));
    assert_eq!(seen["protocol"], "framecast.v1");
    assert_eq!(seen["steps"]["received_to_decoded"], 5.0);
    assert_eq!(seen["steps"]["drawn_to_painted"], 25.0);
    let traffic = engine.backend.traffic().unwrap();
    assert_eq!((traffic.updates, traffic.painted), (5, 5));
    assert_eq!(seen["bytes"], traffic.bytes);
    drop(client);
    engine.until_left();
    assert_eq!(engine.backend.traffic().unwrap(), traffic, "what was sent stays counted");
}

#[test]
fn a_scraper_gets_prometheus_text() {
    let (server, _engine) = Engine::new();
    let _client = Client::join(&server);
    let answer =
        get(server.local_addr(), "/stats", "Accept: text/plain;version=0.0.4;q=0.5,*/*;q=0.1\r\n");
    assert_eq!(status(&answer), 200);
    assert!(answer.to_ascii_lowercase().contains("content-type: text/plain; version=0.0.4"));
    assert!(body(&answer).contains("framecast_clients{canvas=\"\"} 1\n"), "{answer}");
}

#[test]
fn a_client_may_say_any_times_without_harm() {
    let (server, mut engine) = Engine::new();
    let mut client = Client::join(&server);
    engine.present([1, 2, 3]);
    let picture = client.picture();
    client.say(&json!({
        "type": "ack", "update": picture.update,
        "received": -1e308, "decoded": 1e308, "painted": 1e308,
    }));
    client.heard_until_pong();
    let answer = get(server.local_addr(), "/stats", "");
    let stats: Value = serde_json::from_str(body(&answer)).unwrap();
    assert_eq!(stats["clients"][0]["painted"], 1);
}

#[test]
fn they_are_for_programs_which_show_a_token_where_no_log_has_it() {
    let server = server_like(ServerConfig::default());
    let mut engine = Engine::at(&server, None);
    engine.present([1, 2, 3]);
    let (address, token) = (server.local_addr(), token(&server, Role::Watch));
    let bearer = format!("Authorization: Bearer {token}\r\n");
    assert_eq!(status(&get(address, "/stats", &bearer)), 200);
    assert_eq!(status(&get(address, &format!("/stats?token={token}"), "")), 401);
    assert_eq!(status(&get(address, &format!("/snapshot.png?token={token}"), "")), 200);
}
