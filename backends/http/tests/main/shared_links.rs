use std::time::Duration;

use async_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use framecast_api::Role;
use framecast_http::{Answer, HttpServer, Limits, Link, ServerConfig, Visitor, WatchLink};
use http::Request;
use serde_json::json;

use crate::support::{Client, Engine, Heard, get, server_like, status, token};

const NO_LINK: CloseCode = CloseCode::Library(4001);

/// A server for viewers who only watch.
fn edge() -> (HttpServer, Engine) {
    let mut config = ServerConfig::default();
    config.watch_only = true;
    let server = server_like(config);
    let engine = Engine::at(&server, None);
    (server, engine)
}

fn enter(server: &HttpServer, token: &str) -> Client {
    let mut client = Client::connect(server.local_addr(), "/");
    client.say(&json!({
        "type": "hello", "width": 64, "height": 48, "ratio": 1, "visible": true, "token": token
    }));
    client
}

fn stats(server: &HttpServer, token: &str) -> u16 {
    let bearer = format!("Authorization: Bearer {token}\r\n");
    status(&get(server.local_addr(), "/stats", &bearer))
}

#[test]
fn who_watches_by_another_servers_link_is_sent_away_when_it_is_gone_there() {
    let origin = server_like(ServerConfig::default());
    let (edge, _engine) = edge();
    let (drive, watch) = (token(&origin, Role::Drive), token(&origin, Role::Watch));
    let leaving = origin.add_link(Link::watch("leaving")).unwrap().unwrap();
    let carry = || edge.shared_links().follow(&origin.shared_links().watch_links()).unwrap();
    assert_eq!(stats(&edge, &watch), 401);
    carry();
    let mut stays = enter(&edge, &watch);
    assert_eq!(stays.hear_text("welcome")["role"], "watch");
    let mut leaves = enter(&edge, leaving.as_str());
    leaves.hear_text("welcome");
    assert_eq!((stats(&edge, &watch), stats(&edge, &drive)), (200, 401));
    let mut refused = enter(&edge, &drive);
    assert_eq!(refused.until_closed(), Some(NO_LINK));
    assert!(origin.revoke("leaving"));
    carry();
    assert_eq!(leaves.until_closed(), Some(NO_LINK));
    assert_eq!(stats(&edge, leaving.as_str()), 401);
    assert_eq!(stats(&edge, &watch), 200);
    let in_use = edge.list_links().into_iter().find(|it| it.followed).unwrap().in_use;
    assert!(in_use, "the other one is still there");
    // Only links of this server are shown.
    let shown: Vec<_> = edge.links(None).into_iter().map(|link| link.name).collect();
    assert_eq!(shown, ["watch"]);
}

#[test]
fn a_link_of_another_server_ends_when_it_expires() {
    let (edge, _engine) = edge();
    let origin = server_like(ServerConfig::default());
    // On a machine that is too busy for the shorter time, the longer one.
    for seconds in [1, 4, 16, 60] {
        let link = Link::watch("short").expires_in(Duration::from_secs(seconds));
        let token = origin.add_link(link).unwrap().unwrap();
        edge.shared_links().follow(&origin.shared_links().watch_links()).unwrap();
        let mut client = enter(&edge, token.as_str());
        let came = matches!(client.hear(), Heard::Text(_));
        let code = if came { client.until_closed() } else { Some(NO_LINK) };
        assert_eq!(code, Some(NO_LINK));
        assert_eq!(stats(&edge, token.as_str()), 401);
        if came {
            return;
        }
    }
    panic!("it never counted");
}

#[test]
fn a_server_for_those_who_watch_takes_no_link_to_drive() {
    let (edge, _engine) = edge();
    let roles: Vec<_> = edge.list_links().into_iter().map(|link| link.role).collect();
    assert_eq!(roles, [Role::Watch], "by default");
    let error = edge.add_link(Link::drive("desk")).unwrap_err().to_string();
    assert!(error.contains("\"desk\"") && error.contains("only watch"), "{error}");
    let mut config = ServerConfig::default();
    config.watch_only = true;
    config.links = vec![Link::watch("guest"), Link::drive("desk")];
    let error = HttpServer::bind_with("127.0.0.1:0".parse().unwrap(), config).unwrap_err();
    assert!(error.to_string().contains("\"desk\""), "{error}");
    let mut config = ServerConfig::default();
    (config.watch_only, config.no_auth) = (true, true);
    let open = server_like(config);
    assert_eq!(open.links(None)[0].role, Role::Watch);
    let _engine = Engine::at(&open, None);
    let mut client = enter(&open, "");
    assert_eq!(client.hear_text("welcome")["role"], "watch");
    // What is open to peers of this machine is not open to visitors of another program.
    for path in ["/stats", "/snapshot.png", "/snapshot.png?token=", "/stream.mjpg?token=x"] {
        let request = Request::get(path).body(()).unwrap();
        let answer = smol::block_on(open.service().answer(&request, &Visitor::anonymous()));
        let Answer::Response(response) = answer else { panic!("{answer:?}") };
        assert_eq!(response.status(), 401, "{path}");
    }
}

#[test]
fn where_nobody_can_drive_no_place_is_kept_for_drivers() {
    let mut config = ServerConfig::default();
    config.watch_only = true;
    config.limits.clients = 8;
    let server = server_like(config);
    let _engine = Engine::at(&server, None);
    let watch = token(&server, Role::Watch);
    let mut clients: Vec<Client> = (0..8).map(|_| enter(&server, &watch)).collect();
    for client in &mut clients {
        client.hear_text("welcome");
    }
    let mut late = enter(&server, &watch);
    assert_eq!(late.until_closed(), Some(CloseCode::Again));
    // A larger application may let somebody drive here.
    drop(clients.pop());
    let _service = server.service();
    let mut refused = enter(&server, &watch);
    assert_eq!(refused.until_closed(), Some(CloseCode::Again));
}

#[test]
fn too_many_links_of_another_server_change_nothing() {
    let (edge, _engine) = edge();
    let links = |n: usize| -> Vec<WatchLink> {
        (0..n).map(|n| WatchLink::new(format!("n{n}"), [n as u8; 32], None).unwrap()).collect()
    };
    let follow = |n| edge.shared_links().follow(&links(n));
    follow(Limits::FOLLOWED_LINKS).unwrap();
    assert!(follow(Limits::FOLLOWED_LINKS + 1).is_err());
    assert_eq!(edge.list_links().len(), Limits::FOLLOWED_LINKS + 1);
}
