//! What async-h1 2.3.4 does with hostile bytes by itself, and what our server makes of the same. Each
//! weakness is shown on the library alone first: when a later version has it no more, the test says so.

use std::io::{self, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use async_h1::server::decode;
use smol::io::{AsyncRead, AsyncReadExt as _, AsyncWrite};

use crate::support::{Engine, body, exchange, get, status, tcp};

/// A connection that reads `bytes` and then nothing, ever or at the end.
#[derive(Clone, Default)]
struct Tape {
    bytes: Arc<Vec<u8>>,
    at: Arc<AtomicUsize>,
    written: Arc<Mutex<Vec<u8>>>,
}

impl Tape {
    fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self { bytes: Arc::new(bytes.into()), ..Self::default() }
    }

    fn taken(&self) -> usize {
        self.at.load(Ordering::Relaxed)
    }
}

impl AsyncRead for Tape {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let at = self.taken();
        let length = buffer.len().min(self.bytes.len() - at);
        buffer[..length].copy_from_slice(&self.bytes[at..at + length]);
        self.at.store(at + length, Ordering::Relaxed);
        Poll::Ready(Ok(length))
    }
}

impl AsyncWrite for Tape {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.written.lock().unwrap().extend_from_slice(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// A GET with further header lines.
fn with(headers: &str) -> Vec<u8> {
    format!("GET / HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n").into_bytes()
}

/// Whether async-h1 alone takes `bytes` for a good request.
fn accepted_alone(bytes: &[u8]) -> bool {
    matches!(smol::block_on(decode(Tape::new(bytes))), Ok(Some(_)))
}

/// What a fresh server answers to each, and that it lives on.
fn answered(requests: &[(&[u8], u16)]) {
    let (server, _engine) = Engine::new();
    for (bytes, wanted) in requests {
        let answer = exchange(server.local_addr(), bytes);
        assert_eq!(status(&answer), *wanted, "{:?}: {answer}", String::from_utf8_lossy(bytes));
        assert_eq!(status(&get(server.local_addr(), "/", "")), 200, "it is alive");
    }
}

#[test]
fn a_header_value_beyond_ascii_panics_in_async_h1() {
    let bytes = with("X-Name: J\u{fc}rgen\r\n");
    let alone = catch_unwind(AssertUnwindSafe(|| accepted_alone(&bytes)));
    assert!(alone.is_err(), "it does not panic any more");
    // Nobody reads it, and it is not handed on.
    answered(&[(&bytes, 200), (&with("Connection: J\u{fc}rgen\r\n"), 400)]);
}

/// Cookies know no ports: a page of any other server on this machine sets them for ours, too.
#[test]
fn a_cookie_of_another_page_changes_nothing() {
    const COOKIE: &str = "Cookie: a=\u{fc}; b=\u{1f600}\r\n";
    let (server, mut engine) = Engine::new();
    for path in ["/", "/main.js", "/stats"] {
        let answer = get(server.local_addr(), path, COOKIE);
        assert_eq!(status(&answer), 200, "{path}: {answer}");
    }
    let mut stream = tcp(server.local_addr());
    stream.write_all(&with(&format!("{COOKIE}Connection: Upgrade\r\n{HANDSHAKE}"))).unwrap();
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 101");
    let hello = br#"{"type":"hello","width":1,"height":1,"ratio":1,"visible":true}"#;
    stream.write_all(&[0x81, 0x80 | hello.len() as u8, 0, 0, 0, 0]).unwrap();
    stream.write_all(hello).unwrap();
    engine.until_joined();
}

#[test]
fn an_absolute_target_and_empty_lines_before_the_request_are_fine() {
    let (server, _engine) = Engine::new();
    let page = get(server.local_addr(), "/", "");
    for request in [
        "GET http://localhost/ HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        "GET HTTP://127.0.0.1:1 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "\r\nGET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ] {
        let answer = exchange(server.local_addr(), request.as_bytes());
        assert_eq!((status(&answer), body(&answer)), (200, body(&page)), "{request:?}");
    }
    // Between two requests of one connection, as after a body that is one line longer than it says.
    let twice = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n\r\n\
         GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let answer = exchange(server.local_addr(), twice.as_bytes());
    assert_eq!(answer.matches("HTTP/1.1 200 ").count(), 2);
}

#[test]
fn a_line_without_an_end_is_read_without_limit_by_async_h1() {
    const LONG: usize = 4 * 1024 * 1024;
    let tape = Tape::new(vec![b'a'; LONG]);
    assert!(smol::block_on(decode(tape.clone())).is_err());
    assert_eq!(tape.taken(), LONG, "it stops earlier now");
    // A little more than our limit: what is beyond is not read, and the answer comes all the same.
    answered(&[(&vec![b'a'; 17 * 1024], 414)]);
}

#[test]
fn a_body_has_no_limit_in_async_h1() {
    let body = vec![b'x'; 1024 * 1024];
    let mut bytes = with(&format!("Content-Length: {}\r\n", body.len()));
    bytes.extend_from_slice(&body);
    let read = smol::block_on(async {
        let (mut request, _) = decode(Tape::new(bytes)).await.ok()??;
        let mut all = Vec::new();
        request.take_body().read_to_end(&mut all).await.ok()
    });
    assert_eq!(read, Some(body.len()), "it has a limit now");
    answered(&[
        (&with("Content-Length: 99999999999999\r\n"), 413),
        // Also where the connection is to be another protocol's afterwards.
        (&with("Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 5\r\n"), 413),
    ]);
}

#[test]
fn two_readers_could_disagree_about_what_async_h1_accepts() {
    let odd = [
        ("Transfer-Encoding: gzip, chunked\r\n", 400),
        ("Transfer-Encoding: identity\r\n", 400),
        ("Content-Length: +5\r\n", 400),
        ("Content-Length: 5\r\nContent-Length: 6\r\n", 400),
        ("Host: evil.example\r\n", 400),
    ];
    for (headers, wanted) in odd {
        let bytes = with(headers);
        assert!(accepted_alone(&bytes), "{headers:?} is refused now");
        answered(&[(&bytes, wanted)]);
    }
}

const HANDSHAKE: &str = "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
     Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: framecast.v1\r\n";

/// Has async-h1 alone serve `tape`, upgrading whatever asks for it. The connection that is left, if
/// it did, and what it says.
fn upgraded_alone(tape: &Tape) -> Option<Vec<u8>> {
    let promised = Mutex::new(None);
    let served = async_h1::accept(tape.clone(), |_| async {
        let mut response = http_types::Response::new(101);
        let promise = response.recv_upgrade().await;
        *promised.lock().unwrap() = Some(promise);
        Ok(response)
    });
    smol::block_on(async {
        served.await.unwrap();
        let promised = promised.lock().unwrap().take().unwrap();
        let mut connection = promised.await?;
        let mut said = Vec::new();
        connection.read_to_end(&mut said).await.unwrap();
        Some(said)
    })
}

#[test]
fn a_body_before_an_upgrade_is_drained_without_limit_by_async_h1() {
    let headers = format!("Connection: Upgrade\r\n{HANDSHAKE}Content-Length: 4000000\r\n");
    let mut bytes = with(&headers);
    bytes.resize(bytes.len() + 4_000_000, b'x');
    let tape = Tape::new(&*bytes);
    assert_eq!(upgraded_alone(&tape), Some(Vec::new()));
    assert_eq!(tape.taken(), bytes.len(), "it leaves the body now");
    // It needs not even begin.
    answered(&[(&with(&headers), 413)]);
}

#[test]
fn one_of_two_connection_lines_is_not_seen_by_async_h1() {
    let lines = ["Connection: keep-alive\r\n", "Connection: Upgrade\r\n"];
    let both = [lines.concat(), [lines[1], lines[0]].concat()];
    let requests = both.map(|lines| with(&format!("{lines}{HANDSHAKE}")));
    let seen = requests.iter().filter(|it| upgraded_alone(&Tape::new(&***it)).is_some());
    assert_eq!(seen.count(), 1, "it sees both now");
    let (server, _engine) = Engine::new();
    for bytes in requests {
        let mut stream = tcp(server.local_addr());
        stream.write_all(&bytes).unwrap();
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).unwrap();
        assert_eq!(&answer, b"HTTP/1.1 101");
    }
    assert_eq!(status(&get(server.local_addr(), "/", "")), 200, "it is alive");
}

#[test]
fn what_follows_an_upgrade_in_the_same_breath_is_lost_by_async_h1() {
    let mut bytes = with(&format!("Connection: Upgrade\r\n{HANDSHAKE}"));
    // A hello under a mask of zeroes.
    let hello = br#"{"type":"hello","width":1,"height":1,"ratio":1,"visible":true}"#;
    bytes.extend_from_slice(&[0x81, 0x80 | hello.len() as u8, 0, 0, 0, 0]);
    bytes.extend_from_slice(hello);
    assert_eq!(upgraded_alone(&Tape::new(&*bytes)), Some(Vec::new()), "it is handed on now");
    let (server, mut engine) = Engine::new();
    let mut stream = tcp(server.local_addr());
    stream.write_all(&bytes).unwrap();
    engine.until_joined();
    assert_eq!(status(&get(server.local_addr(), "/", "")), 200, "it is alive");
}

#[test]
fn a_second_request_in_the_same_breath_is_lost_by_async_h1() {
    let tape = Tape::new([with(""), with("")].concat());
    let asked = AtomicUsize::new(0);
    let served = smol::block_on(async_h1::accept(tape.clone(), |_| {
        asked.fetch_add(1, Ordering::Relaxed);
        async { Ok(http_types::Response::new(200)) }
    }));
    assert!(served.is_ok());
    assert_eq!(asked.into_inner(), 1, "it serves both now");
    assert_eq!(tape.taken(), 2 * with("").len());
    // We answer one and say that it was the last; nobody waits for the other.
    let (server, _engine) = Engine::new();
    let answer = exchange(server.local_addr(), &[with(""), with("")].concat());
    assert_eq!((status(&answer), answer.matches("HTTP/1.1 ").count()), (200, 1));
    assert!(answer.contains("\r\nconnection: close\r\n"), "{answer}");
}

#[test]
fn a_malformed_request_has_no_answer_from_async_h1() {
    let bytes = b"GET / HTTP/1.1\r\nno colon\r\n\r\n";
    let tape = Tape::new(*bytes);
    let served = smol::block_on(async_h1::accept(tape.clone(), |_| async {
        Ok(http_types::Response::new(200))
    }));
    assert!(served.is_err());
    assert!(tape.written.lock().unwrap().is_empty(), "it has an answer now");
    answered(&[(bytes, 400)]);
}

#[test]
fn every_hostile_request_has_its_documented_answer_and_the_server_lives_on() {
    let (server, _engine) = Engine::new();
    let lines = |line: &str| format!("{line}\r\nHost: localhost\r\n\r\n").into_bytes();
    let mut requests: Vec<(Vec<u8>, u16)> = Vec::new();
    for (line, wanted) in [
        ("GET /", 400),
        ("GET / HTTP/1.0", 505),
        ("GET / HTTP/1.2", 505),
        ("GET / HTTP/2.0", 505),
        ("PRI * HTTP/2.0", 505),
        ("GET  / HTTP/1.1", 400),
        ("GET / HTTP/1.1 x", 400),
        (" GET / HTTP/1.1", 400),
        ("GET\t/\tHTTP/1.1", 400),
        ("GET http://evil.example/ HTTP/1.1", 403),
        ("GET https://localhost/ HTTP/1.1", 421),
        ("GET http://a@localhost/ HTTP/1.1", 400),
        ("GET ftp://localhost/ HTTP/1.1", 400),
        ("GET http://localhost/nothing HTTP/1.1", 404),
        ("\r\n\r\n\r\n\r\n\r\nGET / HTTP/1.1", 400),
        ("GET * HTTP/1.1", 400),
        ("CONNECT localhost:80 HTTP/1.1", 400),
        ("GET /#x HTTP/1.1", 400),
        ("G\u{1}T / HTTP/1.1", 400),
        ("POST / HTTP/1.1", 405),
        ("DELETE /stats HTTP/1.1", 405),
        ("BREW / HTTP/1.1", 405),
        ("GET /../../etc/passwd HTTP/1.1", 404),
        ("GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1", 404),
        ("GET /..%5c..%5c HTTP/1.1", 404),
        ("GET //evil.example/ HTTP/1.1", 404),
        ("GET /main.js%00 HTTP/1.1", 404),
        ("", 400),
    ] {
        requests.push((lines(line), wanted));
    }
    for (headers, wanted) in [
        ("Host: localhost\r\n", 400),
        ("Origin: http://a\r\nOrigin: http://b\r\n", 400),
        ("Origin: http://evil.example\r\n", 403),
        ("Origin: null\r\n", 403),
        ("Authorization: Bearer a\r\nAuthorization: Bearer b\r\n", 400),
        ("Content-Length: 1\r\n", 413),
        ("Content-Length: -1\r\n", 400),
        ("Content-Length: 0x0\r\n", 400),
        ("Content-Length: 0, 0\r\n", 400),
        ("Content-Length: 18446744073709551616\r\n", 413),
        ("Transfer-Encoding: chunked\r\n", 400),
        ("Transfer-Encoding : chunked\r\n", 400),
        ("Transfer-Encoding: \u{b}chunked\r\n", 400),
        ("Expect: 100-continue\r\n", 417),
        ("Expect: \u{fc}\r\n", 400),
        ("Origin: http://l\u{f6}calhost\r\n", 400),
        ("X-Forwarded-For: \u{fc}\r\n", 400),
        ("K\u{f6}rper: a\r\n", 400),
        (" folded: yes\r\n", 400),
        ("X\r\n", 400),
        (": y\r\n", 400),
        ("X: a\rb\r\n", 400),
        ("X: a\nb\r\n", 400),
        ("X: \0\r\n", 400),
        ("X: \u{7f}\r\n", 400),
        ("X: \u{1b}[31m\r\n", 400),
        ("Upgrade: websocket\r\nSec-WebSocket-Version: 8\r\n", 426),
        ("Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n", 400),
    ] {
        requests.push((with(headers), wanted));
    }
    for host in ["evil.example", "localhost.", "0.0.0.0", "a@localhost", "localhost:80:80", ""] {
        let bytes = format!("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n").into_bytes();
        requests.push((bytes, 403));
    }
    requests.push((b"GET / HTTP/1.1\nHost: localhost\n\n".to_vec(), 400));
    requests.push((b"GET / HTTP/1.1\r\n\r\n".to_vec(), 400));
    requests.push((b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec(), 400));
    requests.push((with(&"X: y\r\n".repeat(100)), 431));
    requests.push((with(&format!("X: {}\r\n", "y".repeat(20_000))), 431));
    requests.push((lines(&format!("GET /{} HTTP/1.1", "x".repeat(5000))), 414));
    assert!(requests.len() >= 55);
    for (bytes, wanted) in &requests {
        let answer = exchange(server.local_addr(), bytes);
        let shown: String = String::from_utf8_lossy(bytes).chars().take(120).collect();
        assert_eq!(status(&answer), *wanted, "{shown:?}: {answer}");
        assert!(answer.contains("content-security-policy: default-src 'none'"), "{answer}");
        // A sentence for a person, which repeats nothing of what was sent.
        assert!((10..200).contains(&body(&answer).len()), "{answer}");
        assert!(answer.contains("\r\nconnection: close\r\n"), "{answer}");
    }
    assert_eq!(status(&get(server.local_addr(), "/", "")), 200, "it is alive");
}
