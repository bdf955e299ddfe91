use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use async_tungstenite::tungstenite::WebSocket;
use async_tungstenite::tungstenite::protocol::Role as Side;
use async_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use framecast_api::{Backend, BackendEvent, Role};
use framecast_http::{Answer, HttpService, Limits, Link, ServerConfig, Upgrade, Visitor};
use http::{Request, Response};
use serde_json::json;
use smol::Async;
use smol::net::TcpStream as AsyncStream;
use smol::stream::StreamExt;

use crate::support::{
    Client, Engine, PATIENCE, body, exchange, exchange_on, get, request, server_like, status, tcp,
};

fn mounted() -> (HttpService, Engine) {
    let service = HttpService::new().unwrap();
    let engine = Engine::of(service.canvas(None).unwrap());
    (service, engine)
}

pub(crate) fn handshake(origin: &str) -> http::request::Builder {
    Request::get("/")
        .header("host", "app.example.org")
        .header("origin", origin)
        .header("connection", "Upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-version", "13")
        .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
        .header("sec-websocket-protocol", "framecast.v1")
}

fn upgrade(service: &HttpService, visitor: &Visitor) -> Upgrade {
    let request = handshake("https://app.example.org").body(()).unwrap();
    match smol::block_on(service.answer(&request, visitor)) {
        Answer::Upgrade(upgrade) => upgrade,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn answer(
    service: &HttpService,
    request: http::request::Builder,
    visitor: &Visitor,
) -> Response<bytes::Bytes> {
    match smol::block_on(service.answer(&request.body(()).unwrap(), visitor)) {
        Answer::Response(response) => response,
        other => panic!("{other:?}"),
    }
}

/// The two ends of a connection that somebody else accepted.
fn connection() -> (TcpStream, AsyncStream) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let theirs = tcp(listener.local_addr().unwrap());
    (theirs, Async::new(listener.accept().unwrap().0).unwrap().into())
}

/// A client whose handshake somebody else's server has done.
fn join(service: &HttpService, visitor: &Visitor) -> Client {
    let (theirs, ours) = connection();
    assert!(upgrade(service, visitor).serve(ours));
    Client::on(WebSocket::from_raw_socket(theirs, Side::Client, None))
}

pub(crate) fn hello(token: &str) -> serde_json::Value {
    json!({
        "type": "hello", "width": 64, "height": 48, "ratio": 1, "visible": true, "token": token
    })
}

pub(crate) fn joined(engine: &mut Engine) -> (String, Role) {
    let inputs = engine.inputs_until(|input| matches!(input, BackendEvent::Joined { .. }));
    let joined = inputs.into_iter().find_map(|input| match input {
        BackendEvent::Joined { label, role, .. } => Some((label, role)),
        _ => None,
    });
    joined.unwrap()
}

#[test]
fn the_application_says_what_a_visitor_may_do_and_is_called() {
    let (service, mut engine) = mounted();
    let ada = Visitor::driving().named("ada\u{7}").at("192.0.2.7".parse().unwrap());
    for (visitor, role, label) in [
        (ada, Role::Drive, "ada 192.0.2.7"),
        (Visitor::watching().named("bob"), Role::Watch, "bob"),
    ] {
        let mut client = join(&service, &visitor);
        client.hello(true);
        assert_eq!(client.hear_text("welcome")["role"], role.name());
        assert_eq!(joined(&mut engine), (label.to_owned(), role));
        engine.present([10, 200, 30]);
        assert!(client.until_exact().is([10, 200, 30]));
        drop(client);
        engine.until_left();
    }
}

#[test]
fn whom_the_application_gives_no_role_has_to_show_a_link() {
    let mut config = ServerConfig::default();
    config.links = vec![Link::watch("guest")];
    let service = HttpService::with(config).unwrap();
    let mut engine = Engine::of(service.canvas(None).unwrap());
    let links = service.links(None);
    let token = links[0].url.strip_prefix("./#token=").unwrap();
    let mut client = join(&service, &Visitor::anonymous());
    client.hello(true);
    assert_eq!(client.until_closed(), Some(CloseCode::Library(4001)));
    let mut client = join(&service, &Visitor::anonymous());
    client.say(&hello(token));
    assert_eq!(client.hear_text("welcome")["role"], "watch");
    assert_eq!(joined(&mut engine), ("guest".to_owned(), Role::Watch));
    assert!(service.revoke("guest"));
    assert_eq!(client.until_closed(), Some(CloseCode::Library(4001)));
}

#[test]
fn every_bad_request_has_its_status() {
    let (service, _engine) = mounted();
    let anybody = Visitor::anonymous();
    let watching = Visitor::watching();
    let without = |name: &str| {
        let mut request = handshake("https://app.example.org");
        request.headers_mut().unwrap().remove(name);
        request
    };
    for (wanted, what, request, visitor) in [
        (200, "the page, which is public", Request::get("/"), &anybody),
        (200, "stats", Request::get("/stats"), &watching),
        (400, "no key", without("sec-websocket-key"), &watching),
        (401, "no role", Request::get("/stats"), &anybody),
        (401, "a token where others see it", Request::get("/stats?token=x"), &anybody),
        (401, "no role for a stream", Request::get("/stream.mjpg"), &anybody),
        (
            401,
            "a login that is the application's",
            Request::get("/stats").header("authorization", "Basic eDp5"),
            &anybody,
        ),
        (401, "a WebSocket without a role, a link or a page", without("origin"), &anybody),
        (403, "a page of another site", handshake("https://evil.example"), &watching),
        (403, "a page without an origin", handshake("null"), &watching),
        (404, "above the service", Request::get("/../"), &watching),
        (404, "an escaped way up", Request::get("/%2e%2e/stats"), &watching),
        (404, "nothing", Request::get("/nothing"), &watching),
        (405, "not even a path", Request::options("*"), &watching),
        (405, "a post", Request::post("/"), &watching),
        (405, "a tunnel", Request::builder().method("CONNECT").uri("/"), &watching),
        (426, "an older WebSocket", without("sec-websocket-version"), &watching),
    ] {
        let response = answer(&service, request, visitor);
        assert_eq!(response.status(), wanted, "{what}");
        assert!(response.headers().contains_key("content-security-policy"), "{what}");
    }
}

#[test]
fn a_visitors_right_ends_with_its_session() {
    let (service, mut engine) = mounted();
    let soon = Instant::now() + Duration::from_secs(2);
    let mut client = join(&service, &Visitor::driving().until(soon));
    client.hello(true);
    joined(&mut engine);
    assert_eq!(client.until_closed(), Some(CloseCode::Library(4001)));
    assert!(Instant::now() >= soon);
}

#[test]
fn a_film_ends_with_the_right_to_see_it_though_nobody_reads_it() {
    let (service, mut engine) = mounted();
    let soon = Instant::now() + Duration::from_secs(2);
    let request = Request::get("/stream.mjpg").body(()).unwrap();
    let visitor = Visitor::driving().until(soon);
    let stream = smol::block_on(service.answer(&request, &visitor));
    let Answer::Mjpeg(_, stream) = stream else { panic!("{stream:?}") };
    engine.present([1, 2, 3]);
    engine.until_left();
    assert!(Instant::now() >= soon);
    assert!(smol::block_on(stream.count()) < 5);
    for path in ["/stream.mjpg", "/snapshot.png", "/stats"] {
        assert_eq!(answer(&service, Request::get(path), &visitor).status(), 401, "{path}");
    }
}

/// Takes inputs until there were so many of this kind.
fn until_heard(engine: &mut Engine, wanted: usize, kind: impl Fn(&BackendEvent) -> bool) {
    let mut heard = 0;
    engine.until(|engine| {
        engine.backend.poll(&mut |input| heard += usize::from(kind(&input)));
        heard >= wanted
    });
}

#[test]
fn a_hundred_films_at_once_are_shown_or_refused() {
    let (service, mut engine) = mounted();
    let request = Request::get("/stream.mjpg").body(()).unwrap();
    let watching = Visitor::watching();
    let asking = (0..100).map(|_| service.answer(&request, &watching));
    let answers: Vec<_> = smol::block_on(async {
        let executor = smol::LocalExecutor::new();
        let tasks: Vec<_> = asking.map(|asking| executor.spawn(asking)).collect();
        executor.run(async { smol::stream::iter(tasks).then(|task| task).collect().await }).await
    });
    let mut streams = Vec::new();
    for answer in answers {
        match answer {
            Answer::Mjpeg(_, stream) => streams.push(stream),
            Answer::Response(response) => assert_eq!(response.status(), 503),
            _ => panic!("nobody asked for an upgrade"),
        }
    }
    let (all, kept) = (Limits::DEFAULT.clients, Limits::DEFAULT.clients / 8);
    assert!((1..=all - kept).contains(&streams.len()), "{}", streams.len());
    let mut client = join(&service, &Visitor::driving());
    client.hello(true);
    client.hear_text("welcome");
    engine.present([1, 2, 3]);
    let ends = |stream: &mut framecast_http::MjpegStream| {
        let mut shown = Vec::new();
        while !shown.windows(2).any(|two| two == [0xff, 0xd9]) {
            shown.extend(smol::block_on(stream.next()).expect("it goes on"));
        }
    };
    streams.iter_mut().for_each(ends);
    let there = streams.len();
    // Of whom the engine has not heard, it does not hear that they left.
    until_heard(&mut engine, there + 1, |input| matches!(input, BackendEvent::Joined { .. }));
    drop(streams);
    until_heard(&mut engine, there, |input| matches!(input, BackendEvent::Left { .. }));
}

#[test]
fn snapshots_that_an_application_has_not_sent_yet_keep_nobody_out() {
    let (service, mut engine) = mounted();
    engine.present([10, 200, 30]);
    let ask = || answer(&service, Request::get("/snapshot.png"), &Visitor::watching());
    let held: Vec<_> = (0..2 * Limits::SNAPSHOTS).map(|_| ask()).collect();
    assert!(held.iter().all(|response| response.status() == 200));
}

#[test]
fn visitors_who_watch_leave_places_to_one_who_may_drive() {
    let mut config = ServerConfig::default();
    (config.limits.clients, config.links) = (8, Vec::new());
    let service = HttpService::with(config).unwrap();
    let _engine = Engine::of(service.canvas(None).unwrap());
    let request = Request::get("/stream.mjpg").body(()).unwrap();
    let stream = |visitor: &Visitor| match smol::block_on(service.answer(&request, visitor)) {
        Answer::Mjpeg(_, stream) => Some(stream),
        _ => None,
    };
    let streams: Vec<_> = (0..8).map(|_| stream(&Visitor::watching())).collect();
    assert_eq!(streams.iter().flatten().count(), 7);
    let driving = stream(&Visitor::driving());
    assert!(driving.is_some());
    assert!(stream(&Visitor::driving()).is_none(), "all are taken");
}

#[test]
fn a_snapshot_of_a_visitor_who_may_drive_has_a_place_though_all_who_watch_do_not_read() {
    let mut config = ServerConfig::default();
    config.links = Vec::new();
    let hour = Duration::from_secs(3600);
    let limits = &mut config.limits;
    (limits.snapshot_time, limits.write_stall, limits.dead_after) = (hour, hour, hour);
    // Encoding takes long on a busy machine.
    limits.request_time = hour;
    let service = HttpService::with(config).unwrap();
    let mut engine = Engine::of(service.canvas(None).unwrap());
    // No encoder finds it simple.
    let grain = |x: u32, y: u32| (x * 7919 + y * 104_729).wrapping_mul(0x9e37_79b9).to_be_bytes();
    let frame = engine.draw(2000, 1500, |x, y| [grain(x, y)[0], grain(x, y)[1], grain(x, y)[2]]);
    engine.backend.present(&frame).unwrap();
    let ask = |visitor: Visitor| {
        let (mut client, stream) = connection();
        assert!(service.serve(stream, visitor));
        client.write_all(b"GET /snapshot.png HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
        client
    };
    let answered = |mut client: TcpStream| {
        let mut head = [0; 12];
        client.read_exact(&mut head).unwrap();
        (head, client)
    };
    let mut stuck = Vec::new();
    let start = Instant::now();
    loop {
        let (head, client) = answered(ask(Visitor::watching()));
        if &head == b"HTTP/1.1 503" {
            break;
        }
        stuck.push(client);
        assert!(stuck.len() < 100 && start.elapsed() < PATIENCE, "never full");
    }
    assert_eq!(&answered(ask(Visitor::driving())).0, b"HTTP/1.1 200");
}

#[test]
fn a_film_is_shown_piece_by_piece_and_ends_with_the_canvas() {
    let (service, mut engine) = mounted();
    let request = Request::get("/stream.mjpg").body(()).unwrap();
    let watching = Visitor::watching().named("wall");
    let stream = smol::block_on(service.answer(&request, &watching));
    let Answer::Mjpeg(head, mut stream) = stream else { panic!("{stream:?}") };
    assert!(head.headers()["content-type"].to_str().unwrap().starts_with("multipart/"));
    assert_eq!(joined(&mut engine), ("wall stream.mjpg".to_owned(), Role::Watch));
    engine.present([10, 200, 30]);
    let mut pieces = Vec::new();
    while !pieces.windows(2).any(|two| two == [0xff, 0xd9]) {
        pieces.extend(smol::block_on(stream.next()).expect("it goes on"));
    }
    assert!(String::from_utf8_lossy(&pieces).contains("Content-Type: image/jpeg"));
    engine.backend.close();
    assert!(smol::block_on(stream.count()) < 5);
}

#[test]
fn an_application_says_at_which_hosts_it_is_to_be_found() {
    let mut config = ServerConfig::default();
    config.public_url = Some("https://app.example.org/plots/".into());
    let service = HttpService::with(config).unwrap();
    let _engine = Engine::of(service.canvas(None).unwrap());
    drop(upgrade(&service, &Visitor::driving()));
    for (host, origin) in [
        ("app.example.org", "http://app.example.org"),
        ("app.example.org", "https://app.example.org:8443"),
        ("evil.example", "https://evil.example"),
    ] {
        let mut request = handshake(origin);
        request.headers_mut().unwrap().insert("host", host.parse().unwrap());
        let response = answer(&service, request, &Visitor::driving());
        assert_eq!(response.status(), 403, "{host} {origin}");
    }
    let stats = Request::get("/stats").header("host", "evil.example");
    assert_eq!(answer(&service, stats, &Visitor::watching()).status(), 403);
}

#[test]
fn anybody_may_ask_whether_it_is_alive_and_learns_nothing_else() {
    let (service, _engine) = mounted();
    let alive = Request::get("/healthz").header("host", "10.0.0.7:8080");
    let alive = answer(&service, alive, &Visitor::anonymous());
    assert_eq!((alive.status().as_u16(), &alive.body()[..]), (200, &b"ok\n"[..]));
    let head = answer(&service, Request::head("/healthz"), &Visitor::anonymous());
    assert_eq!((head.status().as_u16(), head.body().len()), (200, 0));

    let (server, _engine) = Engine::new();
    for host in ["localhost", "10.0.0.7:8080", "evil.example"] {
        let bytes = format!("GET /healthz HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        let told = exchange(server.local_addr(), bytes.as_bytes());
        assert_eq!((status(&told), body(&told)), (200, "ok\n"), "{host}");
        let told = told.to_ascii_lowercase();
        assert!(told.contains("cache-control: no-store"), "{told}");
        assert!(!told.contains("\netag:") && !told.contains("\nlocation:"), "{told}");
    }
    assert_eq!(status(&request(server.local_addr(), "HEAD", "/healthz", "")), 200);
    assert_eq!(status(&request(server.local_addr(), "POST", "/healthz", "")), 405);
}

#[test]
fn answers_are_complete() {
    let (service, _engine) = mounted();
    let anybody = Visitor::anonymous();
    let page = answer(&service, Request::get("/"), &anybody);
    let length = page.body().len().to_string();
    let head = answer(&service, Request::head("/"), &anybody);
    assert!(head.body().is_empty());
    assert_eq!(head.headers()["content-length"], *length);
    let known = Request::get("/").header("if-none-match", &page.headers()["etag"]);
    let known = answer(&service, known, &anybody);
    assert_eq!((known.status().as_u16(), known.body().len()), (304, 0));
}

#[test]
fn a_byte_stream_is_read_as_carefully_as_at_a_socket() {
    let (service, _engine) = mounted();
    for (request, wanted) in [
        ("GET / HTTP/1.1\r\nHost: whatever.example\r\n\r\n", 200),
        ("GET /stats HTTP/1.1\r\nHost: x\r\n\r\n", 200),
        ("GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: x\r\nA: \u{e4}\0\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello", 413),
        ("nonsense\r\n\r\n", 400),
    ] {
        let (theirs, ours) = connection();
        assert!(service.serve(ours, Visitor::watching()));
        assert_eq!(status(&exchange_on(theirs, request.as_bytes())), wanted, "{request}");
    }
    // Whoever handed it over has looked at the first request, and at no other.
    let kept = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\n\r\n";
    let (theirs, ours) = connection();
    assert!(service.serve(ours, Visitor::watching()));
    let answers = exchange_on(theirs, &kept.repeat(2));
    assert_eq!(answers.matches("HTTP/1.1 ").count(), 1);
    assert!(answers.contains("connection: close\r\n"), "{answers}");
}

#[test]
fn canvases_have_names_and_everything_may_be_under_a_path() {
    let mut config = ServerConfig::default();
    config.path = "/my/plots/".into();
    let service = HttpService::with(config).unwrap();
    let _engines = [None, Some("side")].map(|name| Engine::of(service.canvas(name).unwrap()));
    let anybody = Visitor::anonymous();
    for (path, wanted) in [
        ("/my/plots/", 200),
        ("/my/plots/side/", 200),
        ("/my/plots", 308),
        ("/my/plots/side", 308),
        ("/", 404),
        ("/my/plotsx/", 404),
        ("/my/plots/../", 404),
    ] {
        assert_eq!(answer(&service, Request::get(path), &anybody).status(), wanted, "{path}");
    }
    assert!(service.links(Some("side"))[0].url.starts_with("./my/plots/side/#token="));
}

#[test]
fn a_server_and_an_application_show_the_same_canvas() {
    let server = server_like(ServerConfig::default());
    let mut engine = Engine::at(&server, None);
    let mut client = join(server.service(), &Visitor::driving());
    client.hello(true);
    client.hear_text("control");
    assert_eq!(joined(&mut engine).1, Role::Drive);
    assert_eq!(status(&get(server.local_addr(), "/", "")), 200);
}

#[test]
fn clients_are_told_when_the_application_lets_go_of_the_service() {
    let (service, mut engine) = mounted();
    let mut client = join(&service, &Visitor::watching());
    client.hello(true);
    joined(&mut engine);
    drop((service, engine));
    assert_eq!(client.until_closed(), Some(CloseCode::Normal));
}

#[test]
fn a_client_for_whom_there_is_no_room_is_told_by_a_close_code() {
    let mut config = ServerConfig::default();
    config.limits.connections_per_address = 1;
    let service = HttpService::with(config).unwrap();
    let mut engine = Engine::of(service.canvas(None).unwrap());
    let ada = Visitor::watching().at("192.0.2.7".parse().unwrap());
    let mut client = join(&service, &ada);
    client.hello(true);
    joined(&mut engine);
    assert_eq!(join(&service, &ada).until_closed(), Some(CloseCode::Again));
    client.heard_until_pong();
}

#[test]
fn what_is_on_its_way_ends_with_the_canvas_and_the_service() {
    let mounted = || {
        let mut config = ServerConfig::default();
        config.limits.request_time = Duration::from_secs(600);
        let service = HttpService::with(config).unwrap();
        let engine = Engine::of(service.canvas(None).unwrap());
        (service, engine)
    };
    // The stream of an upgrade comes late.
    let (service, mut engine) = mounted();
    let (theirs, ours) = connection();
    let (hand, handed) = smol::channel::bounded(1);
    let stream = async move { handed.recv().await.map_err(std::io::Error::other) };
    assert!(upgrade(&service, &Visitor::driving()).serve_when(stream));
    engine.backend.close();
    hand.try_send(ours).unwrap();
    let mut client = Client::on(WebSocket::from_raw_socket(theirs, Side::Client, None));
    client.hello(true);
    assert_eq!(client.until_closed(), Some(CloseCode::Normal));
    // Or never.
    let (service, engine) = mounted();
    let (hand, handed) = smol::channel::bounded::<AsyncStream>(1);
    let stream = async move { handed.recv().await.map_err(std::io::Error::other) };
    assert!(upgrade(&service, &Visitor::driving()).serve_when(stream));
    drop((service, engine));
    assert!(hand.is_closed(), "somebody still waits for it");
    // A stream that nobody reads.
    let (service, mut engine) = mounted();
    let request = Request::get("/stream.mjpg").body(()).unwrap();
    let stream = smol::block_on(service.answer(&request, &Visitor::watching()));
    let Answer::Mjpeg(_, stream) = stream else { panic!("{stream:?}") };
    engine.present([1, 2, 3]);
    drop((service, engine));
    assert!(smol::block_on(stream.count()) < 5);
    // A snapshot for which there is no frame, and one that is being encoded.
    for drawn in [false, true] {
        let (service, mut engine) = mounted();
        if drawn {
            let frame = engine.draw(4000, 3000, |x, y| [x as u8, y as u8, (x * y) as u8]);
            engine.backend.present(&frame).unwrap();
        }
        let asked = service.clone();
        let asking = std::thread::spawn(move || {
            answer(&asked, Request::get("/snapshot.png"), &Visitor::watching()).status().as_u16()
        });
        engine.until_wanted();
        if drawn {
            engine.present([1, 2, 3]);
        }
        engine.backend.close();
        drop((service, engine));
        assert!([200, 404].contains(&asking.join().unwrap()));
    }
}
