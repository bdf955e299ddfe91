//! Canvases in somebody else's web application: axum, on tokio.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Redirect;
use axum::routing::get;
use framecast::web::{HttpBackend, HttpService, Limits, ServerConfig, Visitor};
use framecast::{Backend, Canvas, EventKind, EventLoop, Step};

use crate::PATIENCE;

/// An application that listens, until it is dropped.
struct Application {
    address: SocketAddr,
    runtime: tokio::runtime::Runtime,
}

impl Application {
    fn new(router: Router) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        runtime.spawn(async { axum::serve(listener, router).await.unwrap() });
        Self { address, runtime }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    fn get(&self, path: &str, headers: &str) -> String {
        let mut stream = self.connect();
        let head = format!("GET {path} HTTP/1.1\r\nHost: app.example\r\n{headers}\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        let mut answer = Vec::new();
        let mut byte = [0];
        while !answer.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap() == 1 {
            answer.extend(byte);
        }
        String::from_utf8(answer).unwrap()
    }

    /// The whole answer to a request whose connection is closed after it.
    fn exchange(&self, method: &str, path: &str, headers: &str) -> (String, Vec<u8>) {
        let mut stream = self.connect();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: app.example\r\nConnection: close\r\n{headers}\r\n"
        );
        stream.write_all(head.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
        let body = answer.split_off(end);
        (String::from_utf8(answer).unwrap(), body)
    }

    fn status(&self, path: &str, headers: &str) -> u16 {
        self.get(path, headers)["HTTP/1.1 ".len()..][..3].parse().unwrap()
    }
}

/// The application's idea of who is who.
async fn who(mut request: Request, next: Next) -> axum::response::Response {
    let user = request.headers().get("x-user").and_then(|user| user.to_str().ok());
    let visitor = match user {
        Some("driver") => Visitor::driving().named("driver"),
        Some(_) => Visitor::watching(),
        None => Visitor::anonymous(),
    };
    request.extensions_mut().insert(visitor);
    next.run(request).await
}

const UPGRADE: &str = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
     Sec-WebSocket-Protocol: framecast.v1\r\n";
const HELLO: &str = r#"{"type": "hello", "width": 32, "height": 24, "ratio": 1, "visible": true, "padding": "________________________________________________________________"}"#;
const KEY: &str = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

/// A canvas that is shown by `backend`, in a loop of its own.
fn canvas(event_loop: &EventLoop, backend: HttpBackend) -> Canvas {
    let backend: Box<dyn Backend> = Box::new(backend);
    Canvas::builder("mounted").on(event_loop).backend(backend).fixed_size((32, 24)).open().unwrap()
}

#[test]
fn an_application_on_tokio_shows_canvases_under_its_own_paths() {
    let service = HttpService::new().unwrap();
    let event_loop = EventLoop::new();
    let _both = [None, Some("side")].map(|name| canvas(&event_loop, service.canvas(name).unwrap()));
    let router = Router::new().nest_service("/deep/canvas", service).layer(from_fn(who));
    let app = Application::new(router);
    let (driver, page) = ("X-User: driver\r\n", "Origin: http://app.example\r\n");
    for (path, headers, wanted) in [
        ("/deep/canvas/", "", 200),
        ("/deep/canvas/side/index.html", "", 200),
        ("/deep/canvas/side", "", 308),
        ("/deep/canvas/stats", "", 401),
        ("/deep/canvas/stats", driver, 200),
        ("/deep/canvas/nothing", driver, 404),
        ("/deep/canvas/../../", driver, 404),
        ("/deep/canvas/%2e%2e/", driver, 404),
        ("/", driver, 404),
        ("/deep/canvas/", &format!("{driver}{UPGRADE}"), 400),
        ("/deep/canvas/", &format!("{driver}{UPGRADE}{KEY}"), 101),
        ("/deep/canvas/", &format!("{driver}{UPGRADE}{KEY}{page}"), 101),
        ("/deep/canvas/", &format!("{UPGRADE}{KEY}"), 401),
        ("/deep/canvas/", &format!("{driver}{UPGRADE}{KEY}Origin: http://evil.example\r\n"), 403),
    ] {
        assert_eq!(app.status(path, headers), wanted, "{path} {headers}");
    }
    assert!(app.get("/deep/canvas/side", "").contains("\r\nlocation: side/\r\n"));
}

/// What a header line says.
fn said<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let line = head.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
    line.map(str::trim)
}

#[test]
fn what_has_no_body_says_of_it_what_is_true() {
    let service = HttpService::new().unwrap();
    let event_loop = EventLoop::new();
    let canvas = canvas(&event_loop, service.canvas(None).unwrap());
    let mut frame = canvas.begin_frame().unwrap();
    frame.fill([200, 30, 60, 255]);
    frame.present();
    let service = service.for_visitor(Visitor::watching());
    let app = Application::new(Router::new().nest_service("/canvas", service));
    // The page is one that the client has already.
    let mut tag = String::new();
    for path in ["", "main.js", "stats", "snapshot.png", "snapshot.jpg", "nothing"] {
        let path = format!("/canvas/{path}");
        let (got, body) = app.exchange("GET", &path, "");
        let (head, none) = app.exchange("HEAD", &path, "");
        assert!(none.is_empty(), "{path}");
        assert_eq!(got.lines().next(), head.lines().next(), "{path}");
        for name in ["content-type", "cache-control", "etag", "content-disposition"] {
            assert_eq!(said(&got, name), said(&head, name), "{path} {name}");
        }
        assert_eq!(said(&got, "content-length"), Some(&*body.len().to_string()), "{path} {got}");
        if path.ends_with("stats") {
            continue; // It tells of the time.
        }
        assert_eq!(said(&got, "content-length"), said(&head, "content-length"), "{path}");
        if let Some(etag) = said(&got, "etag") {
            tag = format!("If-None-Match: {etag}\r\n");
            for method in ["GET", "HEAD"] {
                let (head, none) = app.exchange(method, &path, &tag);
                assert!(head.starts_with("HTTP/1.1 304 "), "{path} {head}");
                assert!(none.is_empty(), "{path}");
                let length = said(&head, "content-length");
                assert!(length.is_none_or(|length| length == body.len().to_string()), "{head}");
                assert_eq!(said(&head, "transfer-encoding"), None, "{head}");
            }
        }
    }
    assert!(!tag.is_empty());
    let (stream, none) = app.exchange("HEAD", "/canvas/stream.mjpg", "");
    assert!(stream.starts_with("HTTP/1.1 200 ") && none.is_empty(), "{stream}");
    assert!(said(&stream, "content-type").unwrap().starts_with("multipart/"), "{stream}");
    assert_eq!(said(&stream, "content-length"), None, "nobody knows it: {stream}");
    let upgraded = app.get("/canvas/", &format!("{UPGRADE}{KEY}"));
    assert!(upgraded.starts_with("HTTP/1.1 101 "), "{upgraded}");
    assert_eq!(said(&upgraded, "content-length"), None, "{upgraded}");
}

#[test]
fn nested_with_its_slash_it_leaves_the_path_without_one_to_the_application() {
    let service = HttpService::new().unwrap();
    let event_loop = EventLoop::new();
    let _both = [None, Some("side")].map(|name| canvas(&event_loop, service.canvas(name).unwrap()));
    let router = Router::new()
        .route("/canvas", get(|| async { Redirect::permanent("/canvas/") }))
        .nest_service("/canvas/", service.for_visitor(Visitor::watching()));
    let app = Application::new(router);
    for (path, wanted) in [
        ("/canvas", 308),
        ("/canvas/", 200),
        ("/canvas/?x=1", 200),
        ("/canvas/main.js", 200),
        ("/canvas/stats?format=json", 200),
        ("/canvas/side", 308),
        ("/canvas/side/", 200),
        ("/canvas/side/main.js", 200),
        ("/canvas/nothing", 404),
        ("/canvas/../", 404),
        ("/canvasx", 404),
    ] {
        assert_eq!(app.status(path, ""), wanted, "{path}");
    }
    assert_eq!(app.status("/canvas/", &format!("{UPGRADE}{KEY}")), 101);
    assert_eq!(said(&app.get("/canvas/side", ""), "location"), Some("side/"));
}

/// A service with these limits, and a canvas of this size that shows what no encoder finds simple: so
/// that a picture may be more than the kernel's buffers hold.
fn with_grain(
    event_loop: &EventLoop,
    (width, height): (u32, u32),
    change: impl FnOnce(&mut Limits),
) -> (HttpService, Canvas) {
    let mut config = ServerConfig::default();
    change(&mut config.limits);
    let service = HttpService::with(config).unwrap();
    let backend: Box<dyn Backend> = Box::new(service.canvas(None).unwrap());
    let canvas = Canvas::builder("grain").on(event_loop).backend(backend);
    let canvas = canvas.fixed_size((width, height)).open().unwrap();
    let mut frame = canvas.begin_frame().unwrap();
    for (row, pixels) in (0_u32..).zip(frame.rows_mut()) {
        for (column, pixel) in (0_u32..).zip(pixels) {
            *pixel = (column * 7919 + row * 104_729).wrapping_mul(0x9e37_79b9).to_be_bytes();
        }
    }
    frame.present();
    (service.for_visitor(Visitor::watching()), canvas)
}

/// Begins a GET; the answer is read later.
fn begin(app: &Application, path: &str) -> TcpStream {
    let mut stream = app.connect();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: app.example\r\nConnection: close\r\n\r\n")
        .unwrap();
    stream
}

/// Everything that comes, until the other side ends it.
fn rest(mut stream: TcpStream) -> Vec<u8> {
    let mut answer = Vec::new();
    // Ended in the middle, a connection may be reset.
    let _ = stream.read_to_end(&mut answer);
    answer
}

#[test]
fn who_does_not_read_a_snapshot_holds_little_of_it_and_takes_a_place_for_a_while() {
    let event_loop = EventLoop::new();
    let size = (3000, 2000);
    let (service, _canvas) = with_grain(&event_loop, size, |_| ());
    let app = Application::new(Router::new().nest_service("/canvas", service));
    let (head, png) = app.exchange("GET", "/canvas/snapshot.png", "");
    assert_eq!(said(&head, "content-length"), Some(&*png.len().to_string()));
    assert!(png.starts_with(b"\x89PNG") && png.ends_with(b"IEND\xae\x42\x60\x82"));

    // The same picture, and nobody reads it. One place is kept for those who may drive.
    let stuck = |app: &Application| {
        let all = [(); Limits::SNAPSHOTS - 1].map(|()| begin(app, "/canvas/snapshot.png"));
        let begins = |mut stream: &TcpStream| {
            let mut begun = [0; 13];
            stream.read_exact(&mut begun).is_ok() && &begun == b"HTTP/1.1 200 "
        };
        // Each is answered, with the picture or without.
        let begun = all.iter().filter(|stream| begins(stream)).count();
        (begun == all.len()).then_some(all)
    };
    let long = |limits: &mut Limits| {
        (limits.snapshot_time, limits.write_stall) = (PATIENCE * 9, PATIENCE * 9);
    };
    let (service, _canvas) = with_grain(&event_loop, size, long);
    let app = Application::new(Router::new().nest_service("/canvas", service));
    let held = stuck(&app).expect("there are places");
    let (head, _) = app.exchange("HEAD", "/canvas/snapshot.png", "");
    assert!(head.starts_with("HTTP/1.1 503 "), "{head}");
    drop(held);

    // With less time to read it.
    let short = |limits: &mut Limits| limits.snapshot_time = Duration::from_secs(1);
    let (service, _canvas) = with_grain(&event_loop, size, short);
    let app = Application::new(Router::new().nest_service("/canvas", service));
    let until = Instant::now() + PATIENCE;
    let again = |why| {
        std::iter::repeat_with(|| stuck(&app)).find_map(|all| {
            assert!(Instant::now() < until, "{why}");
            all
        })
    };
    let first = again("there are never places enough").unwrap();
    // They came later: when all of them have places, the time of the first is over.
    again("their places are never free").unwrap();
    for stream in first {
        assert!(rest(stream).len() < png.len());
    }
}

#[test]
fn who_does_not_read_a_film_holds_little_of_it_and_leaves() {
    let event_loop = EventLoop::new();
    let stall = Duration::from_secs(3);
    let (service, canvas) =
        with_grain(&event_loop, (6000, 3000), |limits| limits.write_stall = stall);
    let app = Application::new(Router::new().nest_service("/canvas", service));
    let stuck = begin(&app, "/canvas/stream.mjpg");
    until_there_are(&canvas, 1);
    until_there_are(&canvas, 0);
    let answer = rest(stuck);
    let at = answer.windows(16).position(|at| at == b"Content-Length: ").unwrap() + 16;
    let digits = answer[at..].iter().take_while(|byte| byte.is_ascii_digit());
    let length = digits.fold(0, |length, digit| length * 10 + usize::from(digit - b'0'));
    assert!(answer.len() < length, "{} of {length}", answer.len());
}

/// A WebSocket that said hello.
fn joined(app: &Application) -> TcpStream {
    let mut stream = app.connect();
    let head = format!("GET /canvas/ HTTP/1.1\r\nHost: app.example\r\n{UPGRADE}{KEY}\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(&text(HELLO)).unwrap();
    stream
}

/// Takes steps until so many are there.
fn until_there_are(canvas: &Canvas, wanted: usize) {
    let until = Instant::now() + PATIENCE;
    while canvas.audience().len() != wanted {
        drop(canvas.next_before(Instant::now() + Duration::from_millis(20)));
        assert!(Instant::now() < until, "never {wanted}");
    }
}

#[test]
fn an_application_that_ends_takes_its_clients_with_it_and_no_others() {
    let service = HttpService::new().unwrap();
    let event_loop = EventLoop::new();
    let canvas = canvas(&event_loop, service.canvas(None).unwrap());
    let service = service.for_visitor(Visitor::driving());
    let apps =
        [(); 2].map(|()| Application::new(Router::new().nest_service("/canvas", service.clone())));
    let here = apps.each_ref().map(|app| (joined(app), begin(app, "/canvas/stream.mjpg")));
    until_there_are(&canvas, 4);
    let [one, other] = apps;
    drop(one);
    until_there_are(&canvas, 2);
    assert_eq!(other.status("/canvas/stats", ""), 200);
    let again = Application::new(Router::new().nest_service("/canvas", service));
    let _client = joined(&again);
    until_there_are(&canvas, 3);
    drop(here);
}

#[test]
fn a_service_ends_wherever_its_last_handle_is_dropped() {
    for on_a_worker in [false, true] {
        let service = HttpService::new().unwrap();
        let event_loop = EventLoop::new();
        let canvas = canvas(&event_loop, service.canvas(None).unwrap());
        let service = service.for_visitor(Visitor::driving());
        let app = Application::new(Router::new().nest_service("/canvas", service.clone()));
        let here = (joined(&app), begin(&app, "/canvas/stream.mjpg"), app.connect());
        until_there_are(&canvas, 2);
        let start = Instant::now();
        drop((canvas, event_loop));
        if on_a_worker {
            let (done, is_done) = std::sync::mpsc::channel();
            app.runtime.spawn(async move {
                drop(service);
                done.send(()).unwrap();
            });
            is_done.recv().unwrap();
        } else {
            drop(service);
        }
        // What it accepted holds the last handles.
        drop(app);
        assert!(start.elapsed() < PATIENCE / 4, "{:?}", start.elapsed());
        rest(here.0);
        rest(here.1);
    }
}

/// A text message of a client (RFC 6455, 5.2), with a mask of zeros.
fn text(message: &str) -> Vec<u8> {
    let length = u16::try_from(message.len()).unwrap();
    assert!((126..).contains(&length), "the longer form");
    let [high, low] = length.to_be_bytes();
    [&[0x81, 0x80 | 126, high, low, 0, 0, 0, 0], message.as_bytes()].concat()
}

#[test]
fn a_client_of_an_application_on_tokio_drives_and_sees() {
    let service = HttpService::with({
        let mut config = ServerConfig::default();
        config.path = "/canvas/".into();
        config
    });
    let service = service.unwrap();
    let event_loop = EventLoop::new();
    let canvas = canvas(&event_loop, service.canvas(None).unwrap());
    // The service knows its path, so nothing is taken away.
    let router = Router::new()
        .route_service("/canvas/", service.clone().for_visitor(Visitor::driving()))
        .route_service("/canvas", service);
    let app = Application::new(router);
    assert_eq!(app.status("/canvas", ""), 308);
    let handle = canvas.handle();
    let client = std::thread::spawn(move || {
        let mut stream = app.connect();
        let head = format!("GET /canvas/ HTTP/1.1\r\nHost: app.example\r\n{UPGRADE}{KEY}\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        let key = r#"{"type": "key_down", "key": "a", "code": "KeyA", "modifiers": [], "timestamp": 1.0, "padding": "____________________________"}"#;
        stream.write_all(&text(HELLO)).unwrap();
        let mut heard = Vec::new();
        let mut buffer = [0; 4096];
        // A picture: the JPEG's or PNG's first bytes are in it.
        let pictures: [&[u8]; 2] = [b"\xff\xd8\xff", b"\x89PNG"];
        while !pictures.iter().any(|magic| heard.windows(magic.len()).any(|at| at == *magic)) {
            let length = stream.read(&mut buffer).unwrap();
            assert!(length > 0, "closed after {:?}", String::from_utf8_lossy(&heard));
            heard.extend(&buffer[..length]);
        }
        stream.write_all(&text(key)).unwrap();
        (app, stream)
    });
    let mut pressed = false;
    event_loop
        .run(|canvas, step| match step {
            Step::Event(event) => {
                if let EventKind::KeyDown(key) = &event.kind {
                    assert_eq!(key.key, "a");
                    pressed = true;
                    canvas.close();
                }
            }
            Step::Draw(mut frame) => {
                frame.fill([200, 30, 60, 255]);
                frame.present();
            }
        })
        .unwrap();
    drop(client.join().unwrap());
    assert!(pressed && handle.is_closed());
}
