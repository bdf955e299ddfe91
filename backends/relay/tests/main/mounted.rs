//! An edge inside somebody else's web application: axum, on tokio.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Waker;
use std::thread::JoinHandle;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use framecast_api::{Backend, Clock, Context, FramePool, LogicalSize, PhysicalSize};
use framecast_http::{HttpBackend, HttpService, Visitor};
use framecast_record::Picture;
use framecast_relay::{Edge, EdgePosition, RelaySettings};
use framecast_test_nats::NatsServer;

use crate::stage::{LIMIT, Origin, Shown, eventually};

const UPGRADE: &str = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
     Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: framecast.v1\r\n";
const USER: &str = "X-User: ada\r\n";

/// A web application with a page of its own, and the canvas of an edge at `/lecture/`.
struct Application {
    address: SocketAddr,
    _runtime: tokio::runtime::Runtime,
}

impl Application {
    fn start(lecture: HttpService) -> Self {
        let router = Router::new()
            .nest_service("/lecture", lecture)
            .layer(from_fn(only_users))
            .route("/", get(|| async { "a page of ours" }));
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        let runtime = builder.worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        runtime.spawn(async { axum::serve(listener, router).await.unwrap() });
        Self { address, _runtime: runtime }
    }

    /// Sends a request, and reads the status of the answer.
    fn ask(&self, path: &str, headers: &str) -> (u16, TcpStream) {
        let mut socket = TcpStream::connect(self.address).unwrap();
        socket.set_read_timeout(Some(LIMIT)).unwrap();
        write!(socket, "GET {path} HTTP/1.1\r\nHost: app.example\r\n{headers}\r\n").unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            socket.read_exact(&mut byte).unwrap();
            head.push(byte[0]);
        }
        (String::from_utf8(head).unwrap()["HTTP/1.1 ".len()..][..3].parse().unwrap(), socket)
    }

    /// Somebody whom the application knows looks at the canvas.
    fn watch(&self) -> TcpStream {
        let (status, mut socket) = self.ask("/lecture/", &format!("{USER}{UPGRADE}"));
        assert_eq!(status, 101);
        let hello =
            br#"{"type": "hello", "width": 400, "height": 150, "ratio": 1, "visible": true}"#;
        // A text frame, with a mask of zeros (RFC 6455).
        let head = [0x81, 0x80 | hello.len() as u8, 0, 0, 0, 0];
        socket.write_all(&[&head[..], hello].concat()).unwrap();
        socket
    }

    /// What the canvas shows, exactly.
    fn snapshot(&self) -> Option<Shown> {
        let headers = format!("{USER}Connection: close\r\n");
        let (status, mut socket) = self.ask("/lecture/snapshot.png", &headers);
        let mut body = Vec::new();
        socket.read_to_end(&mut body).ok()?;
        if status != 200 {
            return None;
        }
        let mut reader = png::Decoder::new(std::io::Cursor::new(body)).read_info().unwrap();
        let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut bytes).unwrap();
        let channels = info.color_type.samples();
        let pixel = |bytes: &[u8]| [bytes[0], bytes[1], bytes[2], 255];
        Some(Shown {
            size: Some(PhysicalSize::new(info.width, info.height)),
            pixels: bytes.chunks_exact(channels).map(pixel).collect(),
            exact: true,
        })
    }
}

/// Whoever is known watches.
async fn only_users(mut request: Request, next: Next) -> Response {
    let Some(name) = request.headers().get("x-user").and_then(|name| name.to_str().ok()) else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    let visitor = Visitor::watching().named(name);
    request.extensions_mut().insert(visitor);
    next.run(request).await
}

/// The canvas of an edge, which draws for those who need whole pictures.
struct Canvas {
    ended: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Canvas {
    fn open(mut backend: HttpBackend, edge: Edge) -> Self {
        let size = LogicalSize::new(400.0, 150.0);
        let context = Context::new(Waker::noop().clone(), Clock::start(), "lecture", size);
        backend.open(context).unwrap();
        edge.feed(backend.feed());
        let ended = Arc::new(AtomicBool::new(false));
        let is_over = Arc::clone(&ended);
        let thread = std::thread::spawn(move || {
            let (mut position, mut picture) = (EdgePosition::default(), Picture::new());
            let (mut pool, mut sequence) = (FramePool::new(), 0);
            while !is_over.load(Ordering::SeqCst) {
                backend.poll(&mut |_| {});
                if backend.wants_frame() {
                    if let Some(update) = edge.newer_than(&mut position) {
                        picture.draw_update(update).unwrap();
                    }
                    if let Some(size) = picture.size() {
                        let mut buffer = pool.lend(size).unwrap();
                        buffer.pixels_mut().copy_from_slice(picture.pixels());
                        sequence += 1;
                        backend.present(&pool.freeze(buffer, sequence, 0.0, 1.0)).unwrap();
                    }
                }
                std::thread::sleep(Duration::from_millis(5));
            }
            backend.close();
        });
        Self { ended, thread: Some(thread) }
    }
}

impl Drop for Canvas {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::SeqCst);
        let ended = self.thread.take().unwrap().join();
        assert!(ended.is_ok() || std::thread::panicking());
    }
}

#[test]
fn users_of_a_web_application_see_exactly_what_the_origin_draws() {
    let bus = NatsServer::start("");
    let origin = Origin::start(&bus.url());
    let settings = RelaySettings::new(format!("{}/lecture", bus.url()).parse().unwrap());
    let edge = Edge::connect(settings.with_edge_name("app").unwrap()).unwrap();
    let service = HttpService::new().unwrap();
    let canvas = Canvas::open(service.canvas(None).unwrap(), edge.clone());
    let app = Application::start(service);
    for (path, headers, status) in [
        ("/", "", 200),
        ("/lecture/", "", 401),
        ("/lecture/", UPGRADE, 401),
        ("/lecture/", USER, 200),
        ("/lecture/nothing", USER, 404),
    ] {
        assert_eq!(app.ask(path, headers).0, status, "{path} {headers}");
    }
    eventually("the edge is known", || origin.audience().len() == 1);
    assert_eq!(origin.frames(), 0, "nobody looks");
    let mut viewer = app.watch();
    eventually("it is drawn for somebody", || origin.frames() > 0);
    // Pictures are binary frames.
    let mut byte = [0];
    while byte != [0x82] {
        viewer.read_exact(&mut byte).unwrap();
    }
    for seed in 5..8 {
        origin.show((400, 150), seed);
        eventually("exact pixels", || app.snapshot().is_some_and(|shown| origin.shows(&shown)));
    }
    drop(viewer);
    drop(canvas);
    eventually("the canvas is gone", || app.ask("/lecture/", USER).0 == 404);
}
