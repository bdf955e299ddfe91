use std::io::{Read, Write};
use std::time::{Duration, Instant};

use framecast_http::{Limits, ServerConfig};

use crate::support::{
    Client, Engine, PATIENCE, body, exchange, exchange_on, get, request, server_like, server_with,
    status, tcp,
};

const UPGRADE: &str = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
     Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
const PROTOCOL: &str = "Sec-WebSocket-Protocol: framecast.v1\r\n";

#[test]
fn every_file_of_the_page_is_served_with_the_headers_of_a_careful_server() {
    let (server, _engine) = Engine::new();
    let address = server.local_addr();
    for file in framecast_viewer::FILES {
        let answer = get(address, &format!("/{}", file.path), "");
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
        if file.path != "index.html" {
            assert_eq!(body.as_bytes(), file.bytes, "{}", file.path);
        }
        let page = !["js", "css"].contains(&file.path.rsplit('.').next().unwrap());
        for header in
            ["cross-origin-opener-policy: same-origin", "permissions-policy: accelerometer=()"]
        {
            assert_eq!(head.contains(header), page, "{}: {header} in {head}", file.path);
        }
        for header in [
            "content-security-policy: default-src 'none'; script-src 'self'; ",
            "x-content-type-options: nosniff",
            "referrer-policy: no-referrer",
            "cross-origin-resource-policy: same-origin",
            "cache-control: no-cache",
            "connection: close",
            "etag: \"",
            &format!("content-type: {}", file.content_type),
            &format!("content-length: {}", body.len()),
        ] {
            assert!(head.contains(header), "{}: no {header} in {head}", file.path);
        }
        // Pages of other origins import it; nothing of anybody's rights goes with that.
        assert_eq!(head.matches("access-control").count(), 1, "{head}");
        assert!(head.contains("access-control-allow-origin: *\r\n"), "{head}");
    }
    for path in ["/nothing", "/stats"] {
        assert!(!get(address, path, "").contains("access-control"), "{path}");
    }
    assert_eq!(body(&get(address, "/", "")), body(&get(address, "/index.html", "")));
}

#[test]
fn a_page_that_did_not_change_is_not_sent_again() {
    let (server, _engine) = Engine::new();
    let page = get(server.local_addr(), "/", "");
    let tag = page.split("etag: ").nth(1).unwrap().split("\r\n").next().unwrap();
    let again = get(server.local_addr(), "/", &format!("If-None-Match: {tag}\r\n"));
    assert_eq!(status(&again), 304);
    assert!(again.ends_with("\r\n\r\n") && again.contains("content-security-policy"), "{again}");
}

#[test]
fn what_the_page_loads_is_sent_once_and_compressed_for_who_takes_that() {
    let (server, _engine) = Engine::new();
    let page = get(server.local_addr(), "/", "");
    let (_, rest) = page.split_once("src=\"").unwrap();
    let bundle = format!("/{}", rest.split_once('"').unwrap().0);
    assert!(bundle.starts_with("/bundle.js?v="), "{page}");
    let plain = get(server.local_addr(), &bundle, "");
    assert!(plain.contains("vary: accept-encoding\r\n") && !plain.contains("content-encoding"));
    assert!(body(&plain).ends_with("export * from \"./main.js\";\n"), "{plain}");
    for (accepted, coding) in [("gzip, deflate, br", "br"), ("gzip;q=0.1, br;q=0", "gzip")] {
        let more = format!("Accept-Encoding: {accepted}\r\n");
        let head = request(server.local_addr(), "HEAD", &bundle, &more);
        let (_, bytes) = framecast_viewer::file("bundle.js")
            .unwrap()
            .encodings
            .iter()
            .find(|it| it.0 == coding)
            .unwrap();
        for header in [
            &format!("content-encoding: {coding}\r\n"),
            &format!("content-length: {}\r\n", bytes.len()),
            "vary: accept-encoding\r\n",
            "cache-control: public, max-age=31536000, immutable\r\n",
            "content-security-policy: ",
        ] {
            assert!(head.contains(header), "no {header} in {head}");
        }
        let tag = head.split("etag: ").nth(1).unwrap().split("\r\n").next().unwrap();
        let again = get(server.local_addr(), &bundle, &format!("{more}If-None-Match: {tag}\r\n"));
        assert_eq!((status(&again), body(&again)), (304, ""));
        let other = get(server.local_addr(), &bundle, &format!("If-None-Match: {tag}\r\n"));
        assert_eq!(status(&other), 200, "it is the tag of the compressed one");
    }
}

#[test]
fn head_gets_the_head_only() {
    let (server, _engine) = Engine::new();
    let head = request(server.local_addr(), "HEAD", "/", "");
    let length = body(&get(server.local_addr(), "/", "")).len();
    assert!(head.contains(&format!("content-length: {length}\r\n")), "{head}");
    assert!(head.ends_with("\r\n\r\n"), "{head}");
}

#[test]
fn other_paths_and_methods_are_refused() {
    let (server, _engine) = Engine::new();
    let address = server.local_addr();
    for path in ["/nothing", "/../etc/passwd", "/%2e%2e/", "//evil.example/"] {
        let answer = get(address, path, "");
        assert_eq!(status(&answer), 404, "{path}");
        assert!(answer.contains("content-security-policy"), "{answer}");
    }
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "NONSENSE"] {
        let answer = request(address, method, "/", "");
        assert_eq!(status(&answer), 405, "{method}");
        assert!(answer.contains("\r\nallow: GET, HEAD\r\n"), "{answer}");
    }
}

#[test]
fn a_strange_host_or_origin_is_refused() {
    let (server, _engine) = Engine::new();
    let address = server.local_addr();
    let host = |host: &str| {
        exchange(address, format!("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n").as_bytes())
    };
    for good in ["localhost", "127.0.0.1", "[::1]:99", &address.to_string()] {
        assert_eq!(status(&host(good)), 200, "{good}");
    }
    for bad in ["evil.example", "localhost.evil.example", "192.168.77.77", ""] {
        assert_eq!(status(&host(bad)), 403, "{bad}");
    }
    for (origin, expected) in [
        (format!("http://{address}"), 200),
        ("http://evil.example".into(), 403),
        ("null".into(), 403),
    ] {
        assert_eq!(status(&get(address, "/", &format!("Origin: {origin}\r\n"))), expected);
    }
}

#[test]
fn a_websocket_of_another_site_is_refused() {
    let (server, _engine) = Engine::new();
    let address = server.local_addr();
    let shake = |more: &str| status(&get(address, "/", &format!("{UPGRADE}{more}")));
    let evil = format!("{PROTOCOL}Origin: http://evil.example\r\n");
    assert_eq!(shake(&evil), 403);
    assert_eq!(shake(&format!("{PROTOCOL}Origin: https://{address}\r\n")), 403);
    assert_eq!(shake(&format!("{PROTOCOL}Origin: null\r\n")), 403);
    assert_eq!(shake("Sec-WebSocket-Protocol: mqtt\r\n"), 400, "another subprotocol");
    assert_eq!(shake("Origin: http://evil.example\r\n"), 403, "the older protocol");
    let version = UPGRADE.replace("13", "8");
    assert_eq!(status(&get(address, "/", &format!("{version}{PROTOCOL}"))), 426);
}

/// async-h1 panics on some of these, waits for others without limit, and takes the rest; see the
/// security notes. None may reach it, and the server must live on.
#[test]
fn hostile_heads_are_refused_and_harm_nobody() {
    let (server, _engine) = Engine::new();
    let address = server.local_addr();
    let head = |lines: &str| format!("GET / HTTP/1.1\r\nHost: localhost\r\n{lines}\r\n");
    for (bytes, expected) in [
        (head("Origin: ü\r\n").into_bytes(), 400),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nX\xff\xfe: y\r\n\r\n".to_vec(), 400),
        (head(&format!("X: {}", "x".repeat(20_000))).into_bytes(), 431),
        (format!("GET /{}", "x".repeat(20_000)).into_bytes(), 414),
        (format!("GET /{} HTTP/1.1\r\n\r\n", "x".repeat(5_000)).into_bytes(), 414),
        (head(&"X: y\r\n".repeat(100)).into_bytes(), 431),
        (head("Transfer-Encoding: gzip, chunked\r\n").into_bytes(), 400),
        (head("Transfer-Encoding: chunked\r\n").into_bytes(), 400),
        (head("Content-Length: +5\r\n").into_bytes(), 400),
        (head("Content-Length: 0\r\nContent-Length: 5\r\n").into_bytes(), 400),
        (head("Content-Length: 5\r\n").into_bytes(), 413),
        (head("Expect: 100-continue\r\n").into_bytes(), 417),
        (head("Host: localhost\r\n").into_bytes(), 400),
        (b"GET / HTTP/1.1\r\n\r\n".to_vec(), 400),
        (b"GET / HTTP/1.0\r\nHost: localhost\r\n\r\n".to_vec(), 505),
        (b"GET ftp://localhost/ HTTP/1.1\r\nHost: localhost\r\n\r\n".to_vec(), 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec(), 400),
        (b"garbage\r\n\r\n".to_vec(), 400),
        (b"GET / HTTP/1.1\nHost: localhost\n\n".to_vec(), 400),
    ] {
        let answer = exchange(address, &bytes);
        let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(80)]).into_owned();
        assert_eq!(status(&answer), expected, "{shown}: {answer}");
        assert!(answer.contains("content-security-policy"), "{shown}: {answer}");
    }
    assert_eq!(status(&get(address, "/", "")), 200, "it lives on");
}

#[test]
fn a_second_request_in_the_same_breath_is_not_answered() {
    let (server, _engine) = Engine::new();
    let one = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let answer = exchange(server.local_addr(), format!("{one}{one}").as_bytes());
    assert_eq!(answer.matches("HTTP/1.1 200").count(), 1);
    assert_eq!(body(&answer), body(&exchange(server.local_addr(), one.as_bytes())));
}

#[test]
fn a_large_body_does_not_swallow_the_refusal() {
    let (server, _engine) = Engine::new();
    let mut bytes =
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500000\r\n\r\n".to_vec();
    bytes.resize(bytes.len() + 500_000, b'x');
    assert_eq!(status(&exchange(server.local_addr(), &bytes)), 413);
}

#[test]
fn a_head_that_does_not_arrive_in_time_is_answered_with_408() {
    let server = server_with(|limits| limits.head_time = Duration::from_secs(1));
    let _engine = Engine::at(&server, None);
    let start = Instant::now();
    assert_eq!(status(&exchange(server.local_addr(), b"GET / HTTP/1.1\r\nHost: lo")), 408);
    assert!(start.elapsed() >= Duration::from_secs(1));
    assert_eq!(exchange(server.local_addr(), b""), "", "nothing was asked, nothing is said");
}

#[test]
fn a_head_that_drips_is_not_given_more_time() {
    let server = server_with(|limits| limits.head_time = Duration::from_secs(1));
    let _engine = Engine::at(&server, None);
    let mut stream = tcp(server.local_addr());
    let start = Instant::now();
    stream.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
    let mut answer = [0; 12];
    let mut drips = b"GET / HTTP/1.1\r\nHost: localhost\r\nX: ".iter().chain([b'x'].iter().cycle());
    while stream.read_exact(&mut answer).is_err() {
        assert!(start.elapsed() < Duration::from_secs(10), "it waits for ever");
        // The answer may be on its way already.
        let _ = stream.write_all(&[*drips.next().unwrap()]);
    }
    assert_eq!(&answer, b"HTTP/1.1 408");
}

#[test]
fn where_every_connection_is_a_client_one_more_is_told_so() {
    let server = server_with(|limits| limits.connections = 2);
    let _engine = Engine::at(&server, None);
    let held = [Client::join(&server), Client::join(&server)];
    assert_eq!(status(&get(server.local_addr(), "/", "")), 503);
    drop(held);
    let start = Instant::now();
    while status(&get(server.local_addr(), "/", "")) != 200 {
        assert!(start.elapsed() < Duration::from_secs(10), "it never recovers");
    }
}

#[test]
fn strangers_never_keep_a_client_or_a_page_out() {
    let server = server_with(|limits| {
        limits.connections = 8;
        limits.head_time = PATIENCE * 10;
        limits.request_time = PATIENCE * 10;
    });
    let _engine = Engine::at(&server, None);
    let mut first = Client::join(&server);
    let request = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let mut held = Vec::new();
    for n in 0..100 {
        let mut stream = tcp(server.local_addr());
        // Some say nothing, some half of it, and some do not hang up when they have the answer, or
        // say that they will ask for more.
        let said = [b"", &request[..9], request, KEPT][n % 4];
        let _ = stream.write_all(said);
        held.push(stream);
        if n % 10 == 9 {
            assert_eq!(status(&get(server.local_addr(), "/", "")), 200, "{n}");
        }
    }
    let _second = Client::join(&server);
    assert!(first.heard_until_pong().is_empty());
}

#[test]
fn an_address_may_not_take_every_connection() {
    let server = server_with(|limits| limits.connections_per_address = 2);
    let _engine = Engine::at(&server, None);
    let _held = [Client::join(&server), Client::join(&server)];
    assert_eq!(status(&get(server.local_addr(), "/", "")), 503);
}

/// A request of a browser, which has more of them.
const KEPT: &[u8] = b"GET /style.css HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n";

#[test]
fn a_connection_goes_on_for_who_says_so_until_its_last_request() {
    let (server, _engine) = Engine::new();
    let answers = exchange(server.local_addr(), &KEPT.repeat(Limits::REQUESTS + 1));
    let heads =
        |connection: &str| answers.matches(&format!("connection: {connection}\r\n")).count();
    assert_eq!(answers.matches("HTTP/1.1 200 OK\r\n").count(), Limits::REQUESTS);
    assert_eq!((heads("keep-alive"), heads("close")), (Limits::REQUESTS - 1, 1));
    assert!(answers.ends_with(
        std::str::from_utf8(framecast_viewer::file("style.css").unwrap().bytes).unwrap()
    ));
    // Whatever follows is read as the first was, and what it asks for comes after the answer before.
    let unchanged = framecast_viewer::file("style.css").unwrap().bytes.len();
    for (next, last) in [
        (&b"HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n"[..], "HTTP/1.1 200 OK"),
        (b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", "HTTP/1.1 403 Forbidden"),
        (
            b"GET /nothing HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n",
            "HTTP/1.1 404 Not Found",
        ),
        (b"GET / HTTP/1.1\r\nContent-Length: 9\r\n\r\n", "HTTP/1.1 400 Bad Request"),
        (b"\x00", "HTTP/1.1 400 Bad Request"),
    ] {
        let answers = exchange(server.local_addr(), &[KEPT, next].concat());
        let (_, rest) = answers.split_once("\r\n\r\n").unwrap();
        assert!(rest[unchanged..].starts_with(last), "{rest}");
        assert!(rest[unchanged..].contains("connection: close\r\n"), "{rest}");
    }
}

#[test]
fn a_proxys_connection_is_for_one_request_since_it_speaks_for_many() {
    let mut config = ServerConfig::default();
    config.trusted_proxies = vec!["127.0.0.1".into()];
    let server = server_like(config);
    let _engine = Engine::at(&server, None);
    let answers = exchange(server.local_addr(), &KEPT.repeat(2));
    assert_eq!(answers.matches("HTTP/1.1 ").count(), 1, "{answers}");
    assert!(answers.contains("connection: close\r\n"), "{answers}");
}

#[test]
fn a_connection_that_has_no_more_requests_is_closed_without_a_word() {
    let server = server_with(|limits| limits.head_time = Duration::from_secs(2));
    let _engine = Engine::at(&server, None);
    let answers = exchange(server.local_addr(), KEPT);
    assert_eq!(answers.matches("HTTP/1.1 ").count(), 1, "{answers}");
    // One that has said a part of it is told so.
    let answers = exchange(server.local_addr(), &[KEPT, b"GET"].concat());
    assert_eq!(answers.matches("HTTP/1.1 408 Request Timeout\r\n").count(), 1, "{answers}");
}

/// A reset looks like a fault to who made it in advance.
#[test]
fn a_connection_that_was_never_used_is_closed_and_not_reset() {
    let server = server_with(|limits| limits.head_time = Duration::from_millis(200));
    let _engine = Engine::at(&server, None);
    let read = tcp(server.local_addr()).read_to_end(&mut Vec::new());
    assert_eq!(read.expect("a reset"), 0);
}

#[test]
fn a_client_that_does_not_hang_up_is_hung_up_on() {
    let time = Duration::from_secs(1);
    let server = server_with(|limits| limits.request_time = time);
    let _engine = Engine::at(&server, None);
    let start = Instant::now();
    let mut lingering = tcp(server.local_addr());
    lingering.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    lingering.read_to_end(&mut Vec::new()).unwrap();
    // It has said that it sends no more, and still reads: until it is closed, writing works.
    while lingering.write_all(b"x").is_ok() {
        assert!(start.elapsed() < Duration::from_secs(10), "it is never hung up on");
        std::thread::yield_now();
    }
    assert!(start.elapsed() >= time / 2);
}

#[test]
fn a_refused_head_request_has_no_body_either() {
    let (server, _engine) = Engine::new();
    let answer = exchange(server.local_addr(), b"HEAD / HTTP/1.1\r\nHost: evil.example\r\n\r\n");
    assert_eq!((status(&answer), body(&answer)), (403, ""));
}

#[test]
fn endless_limits_are_no_trouble() {
    let server = server_with(|limits| {
        for time in [&mut limits.head_time, &mut limits.request_time, &mut limits.close_timeout] {
            *time = Duration::MAX;
        }
    });
    let _engine = Engine::at(&server, None);
    assert_eq!(status(&get(server.local_addr(), "/", "")), 200);
}

#[test]
fn silent_connections_delay_nobody() {
    let server = server_with(|limits| limits.head_time = PATIENCE * 10);
    let _engine = Engine::at(&server, None);
    for begun in [&b""[..], b"G"] {
        let start = Instant::now();
        let mut held = Vec::new();
        for _ in 0..3 * Limits::DEFAULT.handshakes {
            let mut stream = tcp(server.local_addr());
            stream.write_all(begun).unwrap();
            held.push(stream);
        }
        assert_eq!(status(&get(server.local_addr(), "/", "")), 200);
        assert!(start.elapsed() < PATIENCE, "it waited: {:?}", start.elapsed());
        // The oldest had to go; the newest may still speak.
        assert!(matches!(held[0].read(&mut [0]), Ok(0) | Err(_)));
        let newest = held.pop().unwrap();
        let whole = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
        assert_eq!(status(&exchange_on(newest, &whole[begun.len()..])), 200);
    }
}

#[test]
fn more_refused_connections_than_can_be_told_are_dropped() {
    let server = server_with(|limits| {
        limits.connections = 0;
        limits.handshakes = 2;
        limits.close_timeout = PATIENCE * 10;
    });
    let _engine = Engine::at(&server, None);
    // They do not hang up after the answer.
    let mut held: Vec<_> = (0..10).map(|_| tcp(server.local_addr())).collect();
    let answers = held.iter_mut().map(|stream| {
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        answer.starts_with(b"HTTP/1.1 503 ")
    });
    assert_eq!(answers.filter(|told| *told).count(), 2);
    drop(held);
    let start = Instant::now();
    while status(&get(server.local_addr(), "/", "")) != 503 {
        assert!(start.elapsed() < Duration::from_secs(10), "it never recovers");
    }
}

#[test]
fn the_limits_are_those_of_the_security_notes() {
    let limits = Limits::default();
    assert_eq!((limits.clients, limits.connections, limits.handshakes), (64, 256, 32));
    assert_eq!(limits.connections_per_address, 128);
    assert_eq!(limits.messages_per_second, 1000);
    assert_eq!((Limits::HEAD_BYTES, Limits::MESSAGE_BYTES), (16 * 1024, 64 * 1024));
    let seconds = |time: Duration| time.as_secs_f64();
    assert_eq!(
        [limits.head_time, limits.request_time, limits.write_stall].map(seconds),
        [5.0, 10.0, 10.0]
    );
    assert_eq!(
        [limits.ping_after, limits.dead_after, limits.still_after].map(seconds),
        [10.0, 30.0, 0.3]
    );
}
