use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use framecast_api::{Backend, BackendCommand, BackendEvent, Role};
use framecast_http::{HttpServer, Link, ServerConfig};
use serde_json::Value;

use crate::support::{
    Client, Engine, Heard, PATIENCE, body, get, request, server_like, server_with, status, tcp,
    token,
};

/// Somebody who can only read.
pub(crate) struct Reader {
    head: String,
    stream: BufReader<TcpStream>,
}

impl Reader {
    fn at(server: &HttpServer, path: &str) -> Self {
        let address = server.local_addr();
        let mut stream = tcp(address);
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\n\r\n").unwrap();
        let mut reader = Self { head: String::new(), stream: BufReader::new(stream) };
        while !reader.head.ends_with("\r\n\r\n") {
            assert!(reader.stream.read_line(&mut reader.head).unwrap() > 0, "{}", reader.head);
        }
        reader
    }

    pub(crate) fn join(server: &HttpServer) -> Self {
        let mut reader = Self::at(server, "/stream.mjpg");
        assert_eq!(status(&reader.head), 200, "{}", reader.head);
        assert_eq!(reader.line(), "--framecast-picture");
        reader
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.stream.read_line(&mut line).unwrap();
        line.strip_suffix("\r\n").expect("a whole line").to_owned()
    }

    /// The next picture, and the boundary behind it.
    fn picture(&mut self) -> image::RgbImage {
        assert_eq!(self.line(), "Content-Type: image/jpeg");
        let length = self.line();
        let length = length.strip_prefix("Content-Length: ").unwrap().parse().unwrap();
        assert_eq!(self.line(), "");
        let mut picture = vec![0; length];
        self.stream.read_exact(&mut picture).unwrap();
        assert_eq!((self.line().as_str(), self.line().as_str()), ("", "--framecast-picture"));
        image::load_from_memory_with_format(&picture, image::ImageFormat::Jpeg).unwrap().into_rgb8()
    }

    /// Reads pictures until one is about of this color.
    pub(crate) fn until(&mut self, color: [u8; 3]) {
        let near = |pixel: &image::Rgb<u8>| {
            pixel.0.iter().zip(color).all(|(got, want)| got.abs_diff(want) <= 6)
        };
        while !self.picture().pixels().all(near) {}
    }

    /// Reads what still comes; whether that has an end.
    fn ends(mut self) -> bool {
        match self.stream.read_to_end(&mut Vec::new()) {
            Ok(_) => true,
            Err(error) => error.kind() == ErrorKind::ConnectionReset,
        }
    }
}

#[test]
fn who_reads_is_shown_every_frame_that_there_is_room_for_and_watches() {
    let (server, mut engine) = Engine::new();
    let mut reader = Reader::join(&server);
    let head = reader.head.to_ascii_lowercase();
    assert!(head.contains("content-type: multipart/x-mixed-replace; boundary=framecast-picture"));
    assert!(head.contains("cache-control: no-store\r\n"), "{head}");
    assert!(!head.contains("content-length"), "{head}");
    let inputs = engine.inputs_until(|input| matches!(input, BackendEvent::Joined { .. }));
    let Some(BackendEvent::Joined { label, role, .. }) = inputs.first() else {
        panic!("{inputs:?}")
    };
    assert_eq!(*role, Role::Watch, "though everybody may drive");
    assert!(label.ends_with(" stream.mjpg"), "{label}");
    for shade in 0..30 {
        engine.until_wanted();
        engine.present([shade * 8, 100, 200]);
        reader.until([shade * 8, 100, 200]);
    }
    let stats: Value = serde_json::from_str(body(&get(server.local_addr(), "/stats", ""))).unwrap();
    let seen = &stats["clients"][0];
    assert_eq!((&seen["protocol"], &seen["presenter"]), (&"mjpeg".into(), &false.into()));
    assert!(seen["painted"].as_u64().unwrap() >= 29, "{seen}");
    drop(reader);
    engine.until_left();
    assert!(!engine.backend.wants_frame());
}

#[test]
fn two_readers_and_a_page_see_the_same() {
    let (server, mut engine) = Engine::new();
    let mut readers = [Reader::join(&server), Reader::join(&server)];
    let mut other = Client::join(&server);
    for shade in 0..20 {
        let color = [200, shade * 9, 3];
        engine.until_wanted();
        let sequence = engine.present(color);
        readers.iter_mut().for_each(|reader| reader.until(color));
        loop {
            let picture = other.picture();
            other.ack(picture.update);
            if picture.sequence == sequence {
                break;
            }
        }
    }
}

#[test]
fn a_picture_that_does_not_change_comes_again_so_that_both_sides_are_known_to_be_there() {
    let server = server_with(|limits| limits.ping_after = Duration::from_millis(50));
    let mut engine = Engine::at(&server, None);
    let mut reader = Reader::join(&server);
    engine.present([10, 20, 30]);
    (0..4).for_each(|_| reader.until([10, 20, 30]));
    let before = engine.backend.traffic().unwrap().updates;
    assert!(before >= 4, "{before}");
    engine.present([90, 20, 30]);
    reader.until([90, 20, 30]);
}

#[test]
fn on_a_lossless_canvas_it_is_jpeg_as_well_and_what_is_still_is_not_sent_as_png() {
    let (server, mut engine) = Engine::new();
    for lossless in [true, false, true] {
        engine.backend.set_lossless(lossless);
        let mut reader = Reader::join(&server);
        engine.present([10, 200, 30]);
        // Every part must be a JPEG.
        reader.until([10, 200, 30]);
        engine.present([10, 20, 230]);
        reader.until([10, 20, 230]);
        engine.backend.set_lossless(!lossless);
        engine.present([110, 20, 130]);
        reader.until([110, 20, 130]);
    }
}

#[test]
fn one_who_does_not_read_gets_one_picture_delays_nobody_and_is_dropped() {
    let server = server_with(|limits| {
        limits.write_stall = Duration::from_secs(3);
        // The other one acknowledges as many pictures as this machine can draw.
        limits.messages_per_second = u32::MAX;
    });
    let mut engine = Engine::at(&server, None);
    let stuck = Reader::join(&server);
    engine.until_joined();
    let mut other = Client::join(&server);
    engine.until_joined();
    // It reads all the time: while it waited for this thread, it would be dropped, too.
    let (sender, seen) = channel();
    std::thread::spawn(move || {
        loop {
            match other.hear() {
                Heard::Picture(picture) => {
                    other.ack(picture.update);
                    if sender.send(picture.sequence).is_err() {
                        return;
                    }
                }
                Heard::Text(_) => {}
                Heard::Closed(_) => return, // The channel's end says so.
            }
        }
    });
    // More than the kernel's buffers hold: grain that no encoder finds simple.
    let grain = |x: u32, y: u32| (x * 7919 + y * 104_729).wrapping_mul(0x9e37_79b9).to_be_bytes();
    let large = engine.draw(3000, 2500, |x, y| [grain(x, y)[0], grain(x, y)[1], grain(x, y)[2]]);
    engine.backend.present(&large).unwrap();
    let mut left = false;
    let until = Instant::now() + PATIENCE;
    let mut shade = 0;
    while !left {
        assert!(Instant::now() < until, "it stays for ever");
        engine.until_wanted();
        shade = (shade + 1) % 200;
        let sequence = engine.present([shade, 0, 0]);
        while seen.recv_timeout(PATIENCE).expect("the other one is dropped") < sequence {}
        engine.backend.poll(&mut |input| left |= matches!(input, BackendEvent::Left { .. }));
    }
    let stats: Value = serde_json::from_str(body(&get(server.local_addr(), "/stats", ""))).unwrap();
    assert_eq!(stats["clients"].as_array().unwrap().len(), 1, "{stats}");
    drop(stuck);
}

#[test]
fn it_comes_as_slowly_as_is_asked_for() {
    let (server, mut engine) = Engine::new();
    let mut reader = Reader::at(&server, "/stream.mjpg?fps=2");
    assert_eq!(reader.line(), "--framecast-picture");
    engine.until_wanted();
    let first = Instant::now();
    engine.present([0, 0, 0]);
    reader.picture();
    // Another one is wanted in time, although nothing else happens.
    engine.until_wanted();
    engine.present([100, 0, 0]);
    reader.until([100, 0, 0]);
    engine.until_wanted();
    engine.present([200, 0, 0]);
    reader.until([200, 0, 0]);
    assert!(first.elapsed() >= Duration::from_millis(900), "{:?}", first.elapsed());
    for bad in ["0", "1000", "x"] {
        let answer = get(server.local_addr(), &format!("/stream.mjpg?fps={bad}"), "");
        assert_eq!(status(&answer), 400, "{bad}");
    }
}

#[test]
fn it_ends_with_the_canvas_with_its_link_and_when_it_is_sent_away() {
    let server = server_like(ServerConfig::default());
    let mut engine = Engine::at(&server, None);
    engine.present([1, 2, 3]);
    let path = format!("/stream.mjpg?token={}", token(&server, Role::Watch));
    let mut reader = Reader::at(&server, &path);
    assert_eq!(reader.line(), "--framecast-picture");
    reader.until([1, 2, 3]);
    let client = engine.until_joined();
    engine.backend.apply(&BackendCommand::Disconnect(client)).unwrap();
    assert!(reader.ends());
    engine.until_left();
    assert_eq!(status(&request(server.local_addr(), "HEAD", &path, "")), 403);
    engine.backend.apply(&BackendCommand::LetIn(client)).unwrap();

    let reader = Reader::at(&server, &path);
    engine.until_joined();
    assert!(server.revoke("watch"));
    assert!(reader.ends());
    engine.until_left();

    let lent = Link::watch("lent").expires_in(Duration::from_secs(2));
    let path = format!("/stream.mjpg?token={}", server.add_link(lent).unwrap().unwrap());
    let reader = Reader::at(&server, &path);
    engine.until_joined();
    assert!(reader.ends());
    engine.until_left();
    assert_eq!(status(&get(server.local_addr(), &path, "")), 401);

    let (server, mut engine) = Engine::new();
    let reader = Reader::join(&server);
    engine.until_joined();
    engine.backend.close();
    assert!(reader.ends());
}

#[test]
fn it_needs_a_role_and_get_or_head() {
    let server = server_like(ServerConfig::default());
    let _engine = Engine::at(&server, None);
    let address = server.local_addr();
    for path in [
        "/stream.mjpg".to_owned(),
        "/stream.mjpg?token=x".to_owned(),
        format!("/stream.mjpg?token={}", token(&server, Role::Drive)),
    ] {
        assert_eq!(status(&get(address, &path, "")), 401, "{path}");
    }
    let path = format!("/stream.mjpg?token={}", token(&server, Role::Watch));
    assert_eq!(status(&request(address, "POST", &path, "")), 405);
    let answer = request(address, "HEAD", &path, "");
    assert_eq!((status(&answer), body(&answer)), (200, ""));
    let (server, _engine) = Engine::new();
    let answer = get(server.local_addr(), "/stream.mjpg", "Sec-Fetch-Site: cross-site\r\n");
    assert_eq!(status(&answer), 403);
}

#[test]
fn readers_take_the_places_of_those_who_watch() {
    let server = server_with(|limits| limits.clients = 8);
    let _engine = Engine::at(&server, None);
    let readers: Vec<_> = (0..7).map(|_| Reader::join(&server)).collect();
    let late = Reader::at(&server, "/stream.mjpg");
    assert_eq!(status(&late.head), 503, "{}", late.head);
    let _driver = Client::join(&server);
    drop(readers);
}

#[test]
fn those_who_watch_leave_a_place_to_a_reader_who_may_drive() {
    let mut config = ServerConfig::default();
    config.limits.clients = 8;
    let server = server_like(config);
    let _engine = Engine::at(&server, None);
    let (watch, drive) = (token(&server, Role::Watch), token(&server, Role::Drive));
    let path = format!("/stream.mjpg?token={watch}");
    let readers: Vec<_> = (0..7).map(|_| Reader::at(&server, &path)).collect();
    assert!(readers.iter().all(|reader| status(&reader.head) == 200));
    assert_eq!(status(&Reader::at(&server, &path).head), 503);
    let bearer = format!("Authorization: Bearer {drive}\r\n");
    let mut stream = tcp(server.local_addr());
    let address = server.local_addr();
    let request = format!("GET /stream.mjpg HTTP/1.1\r\nHost: {address}\r\n{bearer}\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut head = [0; 12];
    stream.read_exact(&mut head).unwrap();
    assert_eq!(&head, b"HTTP/1.1 200");
}

#[test]
fn whoever_goes_on_talking_is_not_listened_to_for_ever() {
    let (server, mut engine) = Engine::new();
    let mut reader = Reader::join(&server);
    engine.until_joined();
    let talk = vec![b'x'; 64 * 1024 + 1];
    let _ = reader.stream.get_mut().write_all(&talk);
    engine.until_left();
    assert!(reader.ends());
}
