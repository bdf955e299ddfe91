use std::time::{Duration, Instant};

use async_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use framecast_api::{
    Backend, BackendCommand, BackendEvent, ControlRequest, ControlState, Member, Role,
};
use framecast_http::{HttpServer, Link, ServerConfig};
use serde_json::json;

use crate::support::{Client, Engine, Heard, body, exchange, get, request, server_like, status};

const NO_LINK: CloseCode = CloseCode::Library(4001);
const SENT_AWAY: CloseCode = CloseCode::Library(4003);
const KEPT_OUT: CloseCode = CloseCode::Library(4004);

fn guarded() -> (HttpServer, Engine) {
    let server = server_like(ServerConfig::default());
    let engine = Engine::at(&server, None);
    (server, engine)
}

/// The secret of the link called `name`.
fn token(server: &HttpServer, name: &str) -> String {
    let link = server.links(None).into_iter().find(|link| link.name == name).unwrap();
    link.url.split_once("#token=").unwrap().1.to_owned()
}

fn hello(token: Option<&str>) -> serde_json::Value {
    let mut hello = json!({
        "type": "hello", "width": 640, "height": 480, "ratio": 1, "visible": true
    });
    if let Some(token) = token {
        hello["token"] = token.into();
    }
    hello
}

fn enter(server: &HttpServer, token: Option<&str>) -> Client {
    let mut client = Client::connect(server.local_addr(), "/");
    client.say(&hello(token));
    client
}

const UPGRADE: &str = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
     Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

#[test]
fn no_right_goes_on_with_a_connection() {
    let (server, _engine) = guarded();
    let ask = |more: &str| format!("GET /stats HTTP/1.1\r\nHost: localhost\r\n{more}\r\n");
    let kept =
        format!("Connection: keep-alive\r\nAuthorization: Bearer {}\r\n", token(&server, "drive"));
    let answers = exchange(server.local_addr(), (ask(&kept) + &ask("")).as_bytes());
    assert!(answers.starts_with("HTTP/1.1 200 OK\r\n"), "{answers}");
    assert!(answers.contains("HTTP/1.1 401 Unauthorized\r\n"), "{answers}");
}

#[test]
fn a_token_in_the_hello_gives_the_role_of_its_link() {
    let (server, mut engine) = guarded();
    for (name, role) in [("drive", Role::Drive), ("watch", Role::Watch)] {
        let mut client = enter(&server, Some(&token(&server, name)));
        assert_eq!(client.hear_text("welcome")["role"], role.name());
        let inputs = engine.inputs_until(|input| matches!(input, BackendEvent::Joined { .. }));
        let Some(BackendEvent::Joined { label, role: told, .. }) = inputs.first() else {
            panic!("{inputs:?}");
        };
        assert_eq!(*told, role);
        let address = client.socket.get_ref().local_addr().unwrap();
        assert_eq!(*label, format!("{name} {address}"));
        drop(client);
        engine.until_left();
    }
}

#[test]
fn nobody_gets_in_without_a_good_token_and_the_engine_never_hears_of_it() {
    let (server, mut engine) = guarded();
    engine.present([1, 2, 3]);
    let mut wrong = token(&server, "drive");
    wrong.pop();
    for token in [None, Some(""), Some("x"), Some(&*wrong)] {
        let mut client = enter(&server, token);
        assert!(matches!(client.hear(), Heard::Closed(Some(NO_LINK))), "{token:?}");
    }
    let mut seen = Vec::new();
    engine.backend.poll(&mut |input| seen.push(input));
    assert!(seen.is_empty(), "{seen:?}");
}

#[test]
fn programs_show_their_token_with_the_request() {
    let (server, _engine) = guarded();
    let address = server.local_addr();
    let bearer = |token: &str| format!("Authorization: Bearer {token}\r\n");
    let watch = bearer(&token(&server, "watch"));
    for (path, headers, wanted) in [
        ("/", String::new(), 200),
        ("/main.js", String::new(), 200),
        ("/stats", String::new(), 401),
        ("/stats", bearer("x"), 401),
        ("/stats", "Authorization: Basic eDp4\r\n".into(), 401),
        ("/stats", watch.clone(), 200),
        ("/stats?token=x", String::new(), 401),
        ("/", UPGRADE.into(), 401),
        ("/", format!("{UPGRADE}{}", bearer("x")), 401),
        ("/", format!("{UPGRADE}Sec-WebSocket-Protocol: framecast.v1\r\n"), 401),
        ("/", format!("{UPGRADE}Origin: http://evil.example\r\n{watch}"), 403),
        ("/", format!("{UPGRADE}Origin: null\r\n"), 403),
    ] {
        let answer = get(address, path, &headers);
        assert_eq!(status(&answer), wanted, "{path} {headers}");
        assert_eq!(answer.to_lowercase().contains("www-authenticate: bearer"), wanted == 401);
        assert!(!body(&answer).contains("token="), "{answer}");
    }
    assert_eq!(status(&request(address, "HEAD", "/stats", "")), 401);
}

#[test]
fn the_address_of_an_older_client_may_hold_a_watch_token_only() {
    let (server, mut engine) = guarded();
    let at = |token: &str| format!("/?token={token}");
    assert_eq!(status(&get(server.local_addr(), &at(&token(&server, "drive")), UPGRADE)), 401);
    let origin = format!("{UPGRADE}Origin: http://{}\r\n", server.local_addr());
    assert_eq!(status(&get(server.local_addr(), "/", &origin)), 401, "it has no first message");
    let path = at(&token(&server, "watch"));
    let stream = std::thread::spawn({
        let address = server.local_addr();
        move || {
            use async_tungstenite::tungstenite::client;
            let url = format!("ws://{address}{path}");
            client(url, crate::support::tcp(address)).map(|(socket, _)| socket).unwrap()
        }
    });
    let joined = engine.inputs_until(|input| matches!(input, BackendEvent::Joined { .. }));
    assert!(matches!(joined[..], [BackendEvent::Joined { role: Role::Watch, .. }]), "{joined:?}");
    drop(stream.join().unwrap());
}

#[test]
fn a_revoked_link_ends_its_connections_and_no_others() {
    let (server, _engine) = guarded();
    let secret = token(&server, "watch");
    let mut driver = enter(&server, Some(&token(&server, "drive")));
    driver.hear_text("control");
    let mut watcher = enter(&server, Some(&secret));
    watcher.hear_text("control");
    assert!(server.revoke("watch") && !server.revoke("watch"));
    assert_eq!(watcher.until_closed(), Some(NO_LINK));
    assert_eq!(enter(&server, Some(&secret)).until_closed(), Some(NO_LINK));
    assert!(driver.heard_until_pong().is_empty());
}

#[test]
fn an_expired_link_ends_its_connections() {
    let (server, _engine) = guarded();
    let lifetime = Duration::from_secs(1);
    let start = Instant::now();
    let secret = server.add_link(Link::watch("guest").expires_in(lifetime)).unwrap().unwrap();
    let mut guest = enter(&server, Some(secret.as_str()));
    assert_eq!(guest.until_closed(), Some(NO_LINK));
    assert!(start.elapsed() >= lifetime);
    assert!(server.links(None).iter().all(|link| link.name != "guest"));
}

#[test]
fn a_server_without_links_is_for_this_machine_only() {
    let mut config = ServerConfig::default();
    config.no_auth = true;
    let everywhere = "0.0.0.0:0".parse().unwrap();
    let error = HttpServer::bind_with(everywhere, config.clone()).unwrap_err().to_string();
    assert!(error.contains("--no-auth") && error.contains("127.0.0.1"), "{error}");
    let server = server_like(config);
    let _engine = Engine::at(&server, None);
    assert!(!server.links(None)[0].url.contains("token"));
    assert_eq!(status(&get(server.local_addr(), "/stats", "")), 200);
}

#[test]
fn a_socket_that_listens_already_is_served_and_judged_alike() {
    let bind = |address| std::net::TcpListener::bind::<&str>(address).unwrap();
    let listener = bind("127.0.0.1:0");
    let address = listener.local_addr().unwrap();
    let server = HttpServer::from_listener(listener, ServerConfig::default()).unwrap();
    let _engine = Engine::at(&server, None);
    assert_eq!(server.local_addr(), address);
    assert!(server.links(None)[0].url.starts_with(&format!("http://{address}/#token=")));
    assert_eq!(status(&get(address, "/", "")), 200);
    let mut open = ServerConfig::default();
    open.no_auth = true;
    assert!(HttpServer::from_listener(bind("127.0.0.1:0"), open.clone()).is_ok());
    let error = HttpServer::from_listener(bind("0.0.0.0:0"), open).unwrap_err().to_string();
    assert!(error.contains("--no-auth"), "{error}");
}

#[test]
fn what_the_owner_allows_is_checked_at_start() {
    for change in [
        (|config| config.allow_origins = vec!["example.org".into()]) as fn(&mut ServerConfig),
        |config| config.allow_hosts = vec!["http://example.org".into()],
        |config| config.frame_ancestors = vec!["*; script-src *".into()],
        |config| config.also = vec!["edge-2.example.org".into()],
        |config| config.also = vec!["wss://edge-2.example.org/".into()],
        |config| config.also = vec!["https://user@edge-2.example.org/".into()],
        |config| config.also = vec!["https://edge-2.example.org/?x".into()],
        |config| config.also = vec!["https://edge-2.example.org/#token=x".into()],
        |config| config.also = vec!["https://edge-2.example.org/\"><script>".into()],
        |config| config.also = vec!["https://edge-2.example.org/ https://b.example/".into()],
        |config| config.links = vec![Link::drive("a b")],
        |config| config.links = vec![Link::drive("a"), Link::watch("a")],
    ] {
        let mut config = ServerConfig::default();
        change(&mut config);
        assert!(HttpServer::bind_with("127.0.0.1:0".parse().unwrap(), config).is_err());
    }
}

#[test]
fn the_host_is_told_who_is_there_and_sends_them_away() {
    let (server, mut engine) = guarded();
    let mut clients = Vec::new();
    for name in ["drive", "watch"] {
        let mut client = enter(&server, Some(&token(&server, name)));
        client.hear_text("control");
        let joined = engine.inputs_until(|input| matches!(input, BackendEvent::Joined { .. }));
        let Some(BackendEvent::Joined { client: id, label, role }) = joined.into_iter().next()
        else {
            panic!("nobody joined");
        };
        let number = clients.len() as u64 + 1;
        clients.push((client, id, Member::new(number, Some(id), label, role)));
    }
    let members = clients.iter().map(|(_, _, member)| member.clone()).collect();
    let state = ControlState::new(Some(1), Some(1), false, members);
    let mut more = state.clone();
    more.members.push(Member::new(3, None, "window".into(), Role::Drive));
    engine.backend.apply(&BackendCommand::Control(state)).unwrap();
    let [(host, host_id, _), (guest, guest_id, _)] = &mut clients[..] else { unreachable!() };
    assert_eq!(host.hear_text("control")["manages"], true);
    let list = host.hear_text("clients");
    assert_eq!(
        (list["list"][1]["role"].as_str(), list["list"][0]["you"].as_bool()),
        (Some("watch"), Some(true))
    );
    assert_eq!(guest.hear_text("control")["manages"], false);
    assert!(guest.heard_until_pong().is_empty(), "a guest learns no addresses");
    engine.backend.apply(&BackendCommand::Control(more)).unwrap();
    assert_eq!(host.hear_text("clients")["list"][2]["label"], "window");
    assert!(guest.heard_until_pong().is_empty(), "nothing changes for a guest");
    host.say(&json!({"type": "disconnect", "number": 2}));
    let inputs = engine.inputs_until(|input| matches!(input, BackendEvent::Control { .. }));
    let Some(BackendEvent::Control { client, request: ControlRequest::Disconnect(2) }) =
        inputs.last()
    else {
        panic!("{inputs:?}");
    };
    assert_eq!(client, host_id);
    engine.backend.apply(&BackendCommand::Disconnect(*guest_id)).unwrap();
    assert_eq!(guest.until_closed(), Some(SENT_AWAY));
    engine.until_left();
}

/// Says hello from 127.0.0.1 as `browser`; whether it is let in.
fn comes_in(server: &HttpServer, token: &str, browser: Option<&str>) -> bool {
    let mut client = Client::connect(server.local_addr(), "/");
    let mut hello = hello(Some(token));
    if let Some(browser) = browser {
        hello["browser"] = browser.into();
    }
    client.say(&hello);
    match client.hear() {
        Heard::Text(text) => {
            assert_eq!(text["type"], "welcome");
            true
        }
        Heard::Closed(code) => {
            assert_eq!(code, Some(KEPT_OUT));
            false
        }
        Heard::Picture(_) => panic!("a picture before the welcome"),
    }
}

#[test]
fn who_was_sent_away_does_not_come_back_by_the_same_link_before_it_is_let_in() {
    let (server, mut engine) = guarded();
    let [drive, watch] = ["drive", "watch"].map(|name| token(&server, name));
    let mut stays = Client::connect(server.local_addr(), "/");
    let mut first = hello(Some(&watch));
    first["browser"] = "neighbour".into();
    stays.say(&first);
    stays.hear_text("welcome");
    engine.until_joined();
    first["browser"] = "guest".into();
    let mut guest = Client::connect(server.local_addr(), "/");
    guest.say(&first);
    guest.hear_text("welcome");
    let id = engine.until_joined();
    engine.present([1, 2, 3]);
    engine.backend.apply(&BackendCommand::Disconnect(id)).unwrap();
    assert_eq!(guest.until_closed(), Some(SENT_AWAY));
    engine.until_left();
    for browser in [Some("guest"), Some("another"), None] {
        assert!(!comes_in(&server, &watch, browser), "{browser:?}");
    }
    engine.backend.poll(&mut |input| {
        assert!(!matches!(input, BackendEvent::Joined { .. }), "{input:?}");
    });
    assert!(comes_in(&server, &watch, Some("neighbour")), "it was here by the same link");
    assert!(comes_in(&server, &drive, Some("guest")), "another link is another matter");
    let address = server.local_addr();
    for name in ["snapshot.png", "stream.mjpg"] {
        let path = format!("/{name}?token={watch}");
        let answer = request(address, "HEAD", &path, "");
        assert_eq!(status(&answer), 403, "{name}");
    }
    assert!(body(&get(address, &format!("/snapshot.png?token={watch}"), "")).contains("sent away"));
    engine.backend.apply(&BackendCommand::LetIn(id)).unwrap();
    assert!(comes_in(&server, &watch, Some("guest")) && comes_in(&server, &watch, None));
    assert_eq!(status(&request(address, "HEAD", &format!("/snapshot.png?token={watch}"), "")), 200);
}

#[test]
fn who_leaves_before_they_are_sent_away_is_kept_out_all_the_same() {
    let (server, mut engine) = guarded();
    let watch = token(&server, "watch");
    let mut guest = enter(&server, Some(&watch));
    guest.hear_text("welcome");
    let id = engine.until_joined();
    drop(guest);
    engine.until_left();
    engine.backend.apply(&BackendCommand::Disconnect(id)).unwrap();
    assert!(!comes_in(&server, &watch, None));
    engine.backend.apply(&BackendCommand::LetIn(id)).unwrap();
    assert!(comes_in(&server, &watch, None));
}

#[test]
fn who_is_kept_out_takes_nobodys_place() {
    let mut config = ServerConfig::default();
    config.limits.clients = 8;
    config.limits.close_timeout = Duration::from_secs(3600);
    let server = server_like(config);
    let mut engine = Engine::at(&server, None);
    let watch = token(&server, "watch");
    let mut guest = enter(&server, Some(&watch));
    guest.hear_text("welcome");
    let id = engine.until_joined();
    engine.backend.apply(&BackendCommand::Disconnect(id)).unwrap();
    // They read the goodbye and do not say it.
    let connections: Vec<_> = (0..20)
        .map(|_| {
            let mut client = enter(&server, Some(&watch));
            assert!(matches!(client.hear(), Heard::Closed(Some(KEPT_OUT))));
            client
        })
        .collect();
    engine.backend.apply(&BackendCommand::LetIn(id)).unwrap();
    assert!(comes_in(&server, &watch, None));
    drop(connections);
}

#[test]
fn a_new_link_of_the_same_name_lets_in_who_was_sent_away_by_the_old_one() {
    let (server, mut engine) = guarded();
    let mut guest = enter(&server, Some(&token(&server, "watch")));
    guest.hear_text("welcome");
    let id = engine.until_joined();
    engine.backend.apply(&BackendCommand::Disconnect(id)).unwrap();
    assert_eq!(guest.until_closed(), Some(SENT_AWAY));
    assert!(!comes_in(&server, &token(&server, "watch"), None));
    assert!(server.revoke("watch"));
    let new = server.add_link(Link::watch("watch")).unwrap().unwrap();
    assert!(comes_in(&server, new.as_str(), None));
}

#[test]
fn a_crowd_that_watches_leaves_a_place_to_who_may_drive() {
    let mut config = ServerConfig::default();
    config.limits.clients = 8;
    let server = server_like(config);
    let mut engine = Engine::at(&server, None);
    let watch = token(&server, "watch");
    let mut connections = Vec::new();
    for _ in 0..7 {
        connections.push(enter(&server, Some(&watch)));
        engine.until_joined();
    }
    let mut late = enter(&server, Some(&watch));
    assert!(matches!(late.hear(), Heard::Closed(Some(CloseCode::Again))));
    let mut driver = enter(&server, Some(&token(&server, "drive")));
    assert_eq!(driver.hear_text("welcome")["role"], "drive");
}

/// A server, its engine, a host by the link "drive", and somebody else by "watch".
fn hosted(change: impl FnOnce(&mut ServerConfig)) -> (HttpServer, Engine, Client, Client) {
    let mut config = ServerConfig::default();
    change(&mut config);
    let server = server_like(config);
    let mut engine = Engine::at(&server, None);
    let mut host = enter(&server, Some(&token(&server, "drive")));
    let drives = engine.until_joined();
    let mut watcher = enter(&server, Some(&token(&server, "watch")));
    engine.until_joined();
    engine.backend.apply(&crate::support::driven_by(Some(drives))).unwrap();
    for client in [&mut host, &mut watcher] {
        client.heard_until_pong();
    }
    (server, engine, host, watcher)
}

/// What is told of links before the answer to a ping.
fn told_of_links(client: &mut Client) -> Vec<serde_json::Value> {
    let heard = client.heard_until_pong().into_iter();
    heard
        .filter_map(|heard| match heard {
            Heard::Text(text) if text["type"] == "links" => Some(text),
            _ => None,
        })
        .collect()
}

/// Has a host change links; what it is told.
fn change(host: &mut Client, request: &serde_json::Value) -> serde_json::Value {
    host.say(request);
    host.hear_text("links")
}

#[test]
fn a_host_makes_a_link_that_lets_somebody_in_and_revokes_it() {
    let (server, mut engine, mut host, _watcher) = hosted(|_| {});
    let wanted = json!({"type": "add_link", "name": "friend", "role": "watch", "lifetime": 3600});
    let answer = change(&mut host, &wanted);
    let secret = answer["made"]["token"].as_str().unwrap().to_owned();
    let names: Vec<_> =
        answer["list"].as_array().unwrap().iter().map(|link| link["name"].as_str()).collect();
    assert_eq!(names, [Some("drive"), Some("watch"), Some("friend")]);
    let mut friend = enter(&server, Some(&secret));
    assert_eq!(friend.hear_text("welcome")["role"], "watch");
    engine.until_joined();
    host.say(&json!({"type": "list_links"}));
    let answer = host.hear_text("links");
    assert_eq!(answer["list"][2]["clients"], 1);
    let text = answer.to_string();
    for link in server.links(None) {
        assert!(!text.contains(link.url.split_once("#token=").unwrap().1), "{}", link.name);
    }
    let answer = change(&mut host, &json!({"type": "revoke_link", "name": "friend"}));
    assert_eq!(answer["refused"], json!(null));
    assert_eq!(friend.until_closed(), Some(NO_LINK));
    assert_eq!(enter(&server, Some(&secret)).until_closed(), Some(NO_LINK));
    assert!(host.heard_until_pong().iter().all(|heard| !matches!(heard, Heard::Closed(_))));
}

#[test]
fn nobody_but_the_host_learns_of_links_or_changes_them() {
    let (server, mut engine, mut host, mut watcher) = hosted(|_| {});
    let before = server.list_links().len();
    let asks = [
        json!({"type": "list_links"}),
        json!({"type": "add_link", "name": "mine", "role": "drive"}),
        // There is no number to forge: who asks is whose connection it is.
        json!({"type": "add_link", "name": "mine", "role": "watch", "client": 1, "number": 1}),
        json!({"type": "revoke_link", "name": "watch"}),
        json!({"type": "revoke_link", "name": "drive"}),
    ];
    for ask in &asks {
        watcher.say(ask);
    }
    assert_eq!(told_of_links(&mut watcher), [] as [serde_json::Value; 0]);
    // Who was host a moment ago is nobody special.
    engine.backend.apply(&crate::support::driven_by(None)).unwrap();
    for ask in &asks {
        host.say(ask);
    }
    assert_eq!(told_of_links(&mut host), [] as [serde_json::Value; 0]);
    assert_eq!(server.list_links().len(), before);
    let mut rejected = 0;
    engine.until(|engine| {
        engine.backend.poll(&mut |input| {
            if let BackendEvent::Rejected { count, .. } = input {
                rejected += count;
            }
        });
        rejected == 2 * asks.len() as u64
    });
}

#[test]
fn a_host_revokes_no_link_of_the_operators() {
    let (server, _engine, mut host, _watcher) = hosted(|_| {});
    for name in ["drive", "watch", "nothing"] {
        let answer = change(&mut host, &json!({"type": "revoke_link", "name": name}));
        assert!(answer["refused"].as_str().unwrap().contains("made here"), "{answer}");
    }
    assert_eq!(server.list_links().len(), 2);
}

#[test]
fn where_links_are_fixed_or_there_are_none_a_host_is_told_of_none() {
    let (server, _engine, mut host, _watcher) = hosted(|config| config.fixed_links = true);
    host.say(&json!({"type": "list_links"}));
    host.say(&json!({"type": "add_link", "name": "mine", "role": "watch"}));
    assert_eq!(told_of_links(&mut host), [] as [serde_json::Value; 0]);
    assert_eq!(server.list_links().len(), 2);
    let mut config = ServerConfig::default();
    config.no_auth = true;
    let open = server_like(config);
    let mut engine = Engine::at(&open, None);
    let mut host = enter(&open, None);
    let client = engine.until_joined();
    engine.backend.apply(&crate::support::driven_by(Some(client))).unwrap();
    host.say(&json!({"type": "list_links"}));
    host.say(&json!({"type": "add_link", "name": "mine", "role": "watch"}));
    assert_eq!(told_of_links(&mut host), [] as [serde_json::Value; 0]);
}

#[test]
fn who_was_sent_away_does_not_come_back_by_a_link_that_they_made_as_host() {
    let (server, mut engine) = guarded();
    let drive = token(&server, "drive");
    let enter_as = |browser: &str, engine: &mut Engine| {
        let mut client = Client::connect(server.local_addr(), "/");
        let mut hello = hello(Some(&drive));
        hello["browser"] = browser.into();
        client.say(&hello);
        client.hear_text("welcome");
        let id = engine.until_joined();
        engine.backend.apply(&crate::support::driven_by(Some(id))).unwrap();
        client.heard_until_pong();
        (client, id)
    };
    let (mut first, id) = enter_as("first", &mut engine);
    let wanted = json!({"type": "add_link", "name": "spare", "role": "drive"});
    let answer = change(&mut first, &wanted);
    let spare = answer["made"]["token"].as_str().unwrap().to_owned();
    let (mut owner, _) = enter_as("owner", &mut engine);
    engine.backend.apply(&BackendCommand::Disconnect(id)).unwrap();
    assert_eq!(first.until_closed(), Some(SENT_AWAY));
    assert!(!comes_in(&server, &drive, Some("first")));
    assert!(!comes_in(&server, &spare, Some("first")), "it made that link itself");
    assert!(comes_in(&server, &spare, Some("friend")), "for whom it was made");
    owner.heard_until_pong();
}
