use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use framecast_api::{Backend, BackendCommand, Frame};
use framecast_http::{Answer, HttpServer, HttpService, Link, ServerConfig, Visitor};
use framecast_stream::Segments;
use http::Request;
use serde_json::Value;

use crate::support::{
    Engine, PATIENCE, Screen, body, fetch, get, request, server_like, status, tcp,
};

/// A server that has segments.
fn live_server(change: impl FnOnce(&mut ServerConfig)) -> HttpServer {
    let mut config = ServerConfig::default();
    config.live = true;
    change(&mut config);
    server_like(config)
}

/// An application that draws whenever that is wanted: another picture each time, until it rests.
struct Application {
    rests: Arc<AtomicBool>,
    drawn: Arc<Mutex<Drawn>>,
    thread: Option<std::thread::JoinHandle<Engine>>,
    ends: Arc<AtomicBool>,
}

#[derive(Default)]
struct Drawn {
    frames: u32,
    last: Option<Frame>,
    /// Somebody wanted a frame, at the last look.
    wanted: bool,
}

impl Application {
    fn start(mut engine: Engine) -> Self {
        let (rests, ends) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
        let drawn: Arc<Mutex<Drawn>> = Arc::default();
        let thread = std::thread::spawn({
            let (rests, ends, drawn) = (Arc::clone(&rests), Arc::clone(&ends), Arc::clone(&drawn));
            move || {
                while !ends.load(Ordering::SeqCst) {
                    std::thread::sleep(Duration::from_millis(5));
                    let mut drawn = drawn.lock().unwrap();
                    drawn.wanted = engine.backend.wants_frame();
                    if drawn.wanted && !rests.load(Ordering::SeqCst) {
                        drawn.frames += 1;
                        let shade = drawn.frames;
                        let frame = engine.draw(300, 120, |x, y| {
                            let grain = ((x * 31) ^ (y * 57) ^ (shade * 91)) as u8;
                            if x < 150 { [shade as u8, 100, 200] } else { [grain, grain / 2, 9] }
                        });
                        engine.backend.present(&frame).unwrap();
                        drawn.last = Some(frame);
                    }
                }
                engine
            }
        });
        Self { rests, drawn, thread: Some(thread), ends }
    }

    fn frames(&self) -> u32 {
        self.drawn.lock().unwrap().frames
    }

    fn wants_frame(&self) -> bool {
        self.drawn.lock().unwrap().wanted
    }

    /// Draws nothing more; returns what it has drawn last.
    fn rest(&self) -> Frame {
        self.rests.store(true, Ordering::SeqCst);
        self.drawn.lock().unwrap().last.clone().unwrap()
    }

    fn end(mut self) -> Engine {
        self.ends.store(true, Ordering::SeqCst);
        self.thread.take().unwrap().join().unwrap()
    }
}

impl Drop for Application {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::SeqCst);
    }
}

/// What `live/now` says.
fn now(address: SocketAddr) -> Value {
    let answer = get(address, "/live/now", "");
    assert_eq!(status(&answer), 200, "{answer}");
    assert!(answer.to_ascii_lowercase().contains("cache-control: public, max-age=1\r\n"));
    serde_json::from_str(body(&answer)).unwrap()
}

fn first(address: SocketAddr) -> String {
    now(address)["first"].as_str().expect("there is a picture").to_owned()
}

/// The body of an answer with `head`.
fn content(head: &str, mut body: &[u8]) -> Vec<u8> {
    if !head.to_ascii_lowercase().contains("transfer-encoding: chunked\r\n") {
        return body.to_vec();
    }
    let mut content = Vec::new();
    loop {
        let end = body.windows(2).position(|two| two == b"\r\n").expect("a line");
        let length = usize::from_str_radix(str::from_utf8(&body[..end]).unwrap(), 16).unwrap();
        body = &body[end + 2..];
        content.extend_from_slice(&body[..length]);
        assert_eq!(&body[length..length + 2], b"\r\n");
        body = &body[length + 2..];
        if length == 0 {
            assert!(body.is_empty());
            return content;
        }
    }
}

/// A viewer that reads one segment after the other, as the page does.
struct Viewer {
    address: SocketAddr,
    next: String,
    screen: Screen,
    shows: Option<crate::support::Picture>,
    title: String,
    segments: u32,
}

impl Viewer {
    fn new(address: SocketAddr) -> Self {
        let (screen, next) = (Screen::default(), first(address));
        Self { address, next, screen, shows: None, title: String::new(), segments: 0 }
    }

    /// Reads the next segment.
    fn read(&mut self) {
        let (head, body) = fetch(self.address, &format!("/live/{}", self.next), "");
        assert_eq!(status(&head), 200, "{head}");
        let lower = head.to_ascii_lowercase();
        assert!(lower.contains("cache-control: public, max-age=31536000, immutable\r\n"), "{head}");
        self.segments += 1;
        self.take(&content(&head, &body));
    }

    fn take(&mut self, mut bytes: &[u8]) {
        let mut next = None;
        while !bytes.is_empty() {
            assert_eq!(next, None, "the name of the next is the last message");
            let length = u32::from_le_bytes(bytes[1..5].try_into().unwrap()) as usize;
            let payload = &bytes[5..5 + length];
            match bytes[0] {
                0 => next = Some(str::from_utf8(payload).unwrap().to_owned()),
                1 => {
                    let text: Value = serde_json::from_slice(payload).unwrap();
                    if text["type"] == "title" {
                        self.title = text["value"].as_str().unwrap().to_owned();
                    }
                }
                2 => self.shows = self.screen.draw(payload).or(self.shows.take()),
                other => panic!("a message of kind {other}"),
            }
            bytes = &bytes[5 + length..];
        }
        self.next = next.expect("it says how to go on");
    }

    fn read_until(&mut self, ready: impl Fn(&Self) -> bool) {
        let start = Instant::now();
        while !ready(self) {
            assert!(start.elapsed() < PATIENCE, "it never came");
            self.read();
        }
    }
}

#[test]
fn segments_add_up_to_the_exact_picture_without_a_link() {
    let server = live_server(|_| {});
    let application = Application::start(Engine::at(&server, None));
    let address = server.local_addr();
    let mut viewer = Viewer::new(address);
    viewer.read_until(|viewer| viewer.segments > 2);
    assert!(viewer.shows.is_some());
    assert_eq!(viewer.title, "a title");
    let frame = application.rest();
    viewer.read_until(|viewer| viewer.shows.as_ref().is_some_and(|it| it.shows(&frame)));
    assert!(viewer.shows.as_ref().unwrap().exact);
    // Who comes now has it at once.
    let mut late = Viewer::new(address);
    late.read();
    assert!(late.shows.as_ref().is_some_and(|it| it.exact && it.shows(&frame)));
    let mut engine = application.end();
    engine.backend.apply(&BackendCommand::Title("another".into())).unwrap();
    viewer.read_until(|viewer| viewer.title == "another");
}

#[test]
fn a_segment_is_sent_while_it_is_filled_and_is_the_same_afterwards() {
    let server = live_server(|_| {});
    let application = Application::start(Engine::at(&server, None));
    let address = server.local_addr();
    let mut viewer = Viewer::new(address);
    viewer.read();
    // The head comes before the segment is over: nobody has to wait for a whole one.
    let path = format!("/live/{}", viewer.next);
    let mut stream = BufReader::new(tcp(address));
    let begun = Instant::now();
    write!(stream.get_mut(), "GET {path} HTTP/1.1\r\nHost: {address}\r\n\r\n").unwrap();
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert!(stream.read_line(&mut head).unwrap() > 0, "{head}");
    }
    let mut body = Vec::new();
    stream.read_to_end(&mut body).unwrap();
    let streamed = content(&head, &body);
    if head.to_ascii_lowercase().contains("transfer-encoding: chunked") {
        assert!(begun.elapsed() < PATIENCE);
    }
    let (head, body) = fetch(address, &path, "");
    assert!(head.to_ascii_lowercase().contains("content-length: "), "it is over: {head}");
    assert_eq!(content(&head, &body), streamed);
    drop(application);
}

#[test]
fn a_kept_connection_takes_one_segment_after_the_other() {
    let server = live_server(|_| {});
    let application = Application::start(Engine::at(&server, None));
    let address = server.local_addr();
    let mut viewer = Viewer::new(address);
    viewer.read();
    let mut stream = BufReader::new(tcp(address));
    for _ in 0..3 {
        let path = format!("/live/{}", viewer.next);
        let head = "Connection: keep-alive\r\n";
        write!(stream.get_mut(), "GET {path} HTTP/1.1\r\nHost: {address}\r\n{head}\r\n").unwrap();
        viewer.take(&one_answer(&mut stream));
    }
    drop(application);
}

/// The content of the next answer on a connection that goes on.
fn one_answer(stream: &mut BufReader<TcpStream>) -> Vec<u8> {
    let line = |stream: &mut BufReader<TcpStream>| {
        let mut line = String::new();
        assert!(stream.read_line(&mut line).unwrap() > 0, "it ended");
        line
    };
    let (mut length, mut chunked) = (0, false);
    loop {
        let header = line(stream).to_ascii_lowercase();
        if let Some(value) = header.strip_prefix("content-length: ") {
            length = value.trim().parse().unwrap();
        }
        chunked |= header == "transfer-encoding: chunked\r\n";
        if header == "\r\n" {
            break;
        }
    }
    let mut content = Vec::new();
    loop {
        if chunked {
            length = usize::from_str_radix(line(stream).trim(), 16).unwrap();
        }
        let at = content.len();
        content.resize(at + length, 0);
        stream.read_exact(&mut content[at..]).unwrap();
        if !chunked {
            return content;
        }
        assert_eq!(line(stream), "\r\n");
        if length == 0 {
            return content;
        }
    }
}

#[test]
fn nothing_is_drawn_when_nobody_has_asked_for_a_while_and_then_again() {
    let server = live_server(|_| {});
    let application = Application::start(Engine::at(&server, None));
    let address = server.local_addr();
    std::thread::sleep(Duration::from_millis(50));
    assert_eq!(application.frames(), 0, "nobody has asked");
    let before = first(address);
    let start = Instant::now();
    loop {
        assert!(start.elapsed() < PATIENCE, "it never rests");
        let frames = application.frames();
        std::thread::sleep(Duration::from_secs(1));
        // To ask counts as asking, so not before it seems to rest.
        if application.frames() == frames
            && status(&get(address, &format!("/live/{before}"), "")) == 410
        {
            break;
        }
    }
    let frames = application.frames();
    assert!(!application.wants_frame(), "who asks for what is over has nothing drawn");
    let mut viewer = Viewer::new(address);
    assert_ne!(viewer.next, before);
    viewer.read_until(|viewer| viewer.segments > 1);
    assert!(application.frames() > frames, "the first that comes has it drawn");
}

#[test]
fn what_is_not_there_is_not_kept_for_long() {
    let server = live_server(|_| {});
    let application = Application::start(Engine::at(&server, None));
    let address = server.local_addr();
    let name = first(address);
    let name = name.strip_suffix("-full").unwrap();
    let other = format!("{}{}", &name[..name.len() - 16], "0123456789abcdef");
    for path in [other.clone(), format!("{other}-full")] {
        let answer = get(address, &format!("/live/{path}"), "");
        assert_eq!(status(&answer), 410, "{answer}");
        assert!(answer.to_ascii_lowercase().contains("cache-control: public, max-age=1\r\n"));
    }
    for path in ["/live/", "/live/then", "/live/now/", "/live"] {
        assert_eq!(status(&get(address, path, "")), 404, "{path}");
    }
    assert_eq!(status(&request(address, "POST", "/live/now", "")), 405);
    let evil = get(address, "/live/now", "Origin: http://evil.example\r\n");
    assert_eq!(status(&evil), 403, "pages of other origins read it only if some are allowed");
    drop(application);
}

#[test]
fn without_the_setting_there_is_nothing_and_files_may_be_there() {
    let server = server_like(ServerConfig::default());
    let mut engine = Engine::at(&server, None);
    engine.present([1, 2, 3]);
    assert_eq!(status(&get(server.local_addr(), "/live/now", "")), 404);
    let resources = framecast_http::Resources::new();
    resources.insert("live/now", b"mine").unwrap();
    engine.backend.set_resources(resources);
    assert_eq!(body(&get(server.local_addr(), "/live/now", "")), "mine");
    server.canvas(Some("live")).unwrap();
    let server = live_server(|_| {});
    assert!(server.canvas(Some("live")).unwrap_err().to_string().contains("live"));
}

#[test]
fn pages_of_other_origins_read_it_if_some_are_allowed() {
    let server = live_server(|config| config.allow_origins = vec!["https://a.example".into()]);
    let application = Application::start(Engine::at(&server, Some("side")));
    let address = server.local_addr();
    let answer = get(address, "/side/live/now", "");
    assert!(answer.to_ascii_lowercase().contains("access-control-allow-origin: *\r\n"));
    let name: Value = serde_json::from_str(body(&answer)).unwrap();
    let path = format!("/side/live/{}", name["first"].as_str().unwrap());
    let (head, _) = fetch(address, &path, "Origin: https://a.example\r\n");
    assert!(head.to_ascii_lowercase().contains("access-control-allow-origin: *\r\n"));
    drop(application);
}

#[test]
fn whoever_asks_before_there_is_a_picture_waits_for_it() {
    let server = live_server(|config| config.links = vec![Link::drive("desk")]);
    let mut engine = Engine::at(&server, None);
    let address = server.local_addr();
    let asking = std::thread::spawn(move || now(address));
    engine.until_wanted();
    engine.present([10, 20, 30]);
    assert!(asking.join().unwrap()["first"].is_string());
}

#[test]
fn a_canvas_that_closes_ends_its_segments() {
    let server = live_server(|_| {});
    let application = Application::start(Engine::at(&server, None));
    let address = server.local_addr();
    let mut viewer = Viewer::new(address);
    viewer.read();
    let path = format!("/live/{}", viewer.next);
    let reading = std::thread::spawn(move || get(address, &path, ""));
    drop(application.end());
    // Whole, cut short, or refused: but it ends.
    let _ = reading.join().unwrap();
    assert_eq!(status(&get(address, "/live/now", "")), 404);
}

#[test]
fn inside_another_server_a_segment_comes_when_it_is_over() {
    let mut config = ServerConfig::default();
    (config.live, config.links) = (true, Vec::new());
    let service = HttpService::with(config).unwrap();
    let application = Application::start(Engine::of(service.canvas(None).unwrap()));
    let ask = |path: &str| {
        let request = Request::get(path).body(()).unwrap();
        match smol::block_on(service.answer(&request, &Visitor::anonymous())) {
            Answer::Response(response) => response,
            other => panic!("{other:?}"),
        }
    };
    let now: Value = serde_json::from_slice(ask("/live/now").body()).unwrap();
    let picture = ask(&format!("/live/{}", now["first"].as_str().unwrap()));
    let mut viewer = Viewer {
        address: ([127, 0, 0, 1], 9).into(),
        next: String::new(),
        screen: Screen::default(),
        shows: None,
        title: String::new(),
        segments: 0,
    };
    viewer.take(picture.body());
    assert!(viewer.shows.is_some());
    for _ in 0..2 {
        let segment = ask(&format!("/live/{}", viewer.next));
        assert_eq!(segment.status(), 200);
        viewer.take(segment.body());
    }
    assert!(Segments::PERIOD <= Duration::from_secs(1), "this test would take long");
    drop(application);
}
