use std::io::Write;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use framecast_api::{Backend, Role};
use framecast_http::{Limits, ServerConfig};

use crate::support::{
    Engine, PATIENCE, body, exchange_on, fetch, get, request, server_like, server_with, status,
    tcp, token,
};

/// Begins a GET of `path`; the answer is read later.
fn begin(address: SocketAddr, path: &str) -> std::net::TcpStream {
    let mut stream = tcp(address);
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\n\r\n").unwrap();
    stream
}

#[test]
fn a_png_has_exactly_the_pixels_and_a_jpeg_about_them() {
    let (server, mut engine) = Engine::new();
    let mut side = Engine::at(&server, Some("side"));
    for (engine, base) in [(&mut engine, "/"), (&mut side, "/side/")] {
        let frame = engine.draw(67, 41, |x, y| [x as u8 * 3, y as u8 * 5, base.len() as u8]);
        engine.backend.present(&frame).unwrap();
        let (head, png) = fetch(server.local_addr(), &format!("{base}snapshot.png"), "");
        assert_eq!(status(&head), 200, "{head}");
        let head = head.to_ascii_lowercase();
        assert!(head.contains("content-type: image/png\r\n"), "{head}");
        assert!(head.contains("cache-control: no-store\r\n"), "{head}");
        assert!(head.contains(&format!("content-length: {}\r\n", png.len())), "{head}");
        let png = image::load_from_memory_with_format(&png, image::ImageFormat::Png).unwrap();
        assert_eq!((png.width(), png.height()), (67, 41));
        assert!(png.into_rgb8().pixels().zip(frame.pixels()).all(|(a, b)| a.0 == b[..3]));
        let (head, jpeg) = fetch(server.local_addr(), &format!("{base}snapshot.jpg"), "");
        assert!(head.to_ascii_lowercase().contains("content-type: image/jpeg\r\n"), "{head}");
        let jpeg = image::load_from_memory_with_format(&jpeg, image::ImageFormat::Jpeg).unwrap();
        assert_eq!((jpeg.width(), jpeg.height()), (67, 41));
        let near = |a: &[u8], b: &[u8]| a.iter().zip(b).all(|(a, b)| a.abs_diff(*b) <= 8);
        assert!(jpeg.into_rgb8().pixels().zip(frame.pixels()).all(|(a, b)| near(&a.0, &b[..3])));
    }
}

#[test]
fn where_nobody_looks_a_frame_is_asked_for() {
    let (server, mut engine) = Engine::new();
    engine.present([1, 1, 1]);
    assert!(!engine.backend.wants_frame());
    let asked = begin(server.local_addr(), "/snapshot.png");
    engine.until_wanted();
    engine.present([2, 3, 4]);
    let mut answer = Vec::new();
    std::io::Read::read_to_end(&mut { asked }, &mut answer).unwrap();
    let start = answer.windows(8).position(|it| it == b"\x89PNG\r\n\x1a\n").unwrap();
    let png = image::load_from_memory(&answer[start..]).unwrap().into_rgb8();
    assert_eq!(png.get_pixel(0, 0).0, [2, 3, 4]);
    assert!(!engine.backend.wants_frame(), "only while somebody waits");
}

#[test]
fn without_a_frame_it_is_asked_to_come_again() {
    let (server, engine) = Engine::new();
    let answer = get(server.local_addr(), "/snapshot.png", "");
    assert_eq!(status(&answer), 503, "{answer}");
    assert!(answer.to_ascii_lowercase().contains("retry-after: 1\r\n"), "{answer}");
    assert!(!engine.backend.wants_frame());
}

#[test]
fn more_than_may_ask_at_once_are_asked_to_come_again() {
    let (server, mut engine) = Engine::new();
    let (told, answers) = std::sync::mpsc::channel();
    let asking: Vec<_> = (0..=Limits::SNAPSHOTS)
        .map(|_| {
            let (asked, told) = (begin(server.local_addr(), "/snapshot.png"), told.clone());
            std::thread::spawn(move || told.send(status(&exchange_on(asked, b""))).unwrap())
        })
        .collect();
    // There is no frame for any of them yet.
    assert_eq!(answers.recv_timeout(PATIENCE), Ok(503));
    engine.present([5, 5, 5]);
    let rest: Vec<_> = (0..Limits::SNAPSHOTS).map(|_| answers.recv_timeout(PATIENCE)).collect();
    assert_eq!(rest, [Ok(200); Limits::SNAPSHOTS]);
    asking.into_iter().for_each(|thread| thread.join().unwrap());
    assert_eq!(status(&get(server.local_addr(), "/snapshot.jpg", "")), 200);
}

#[test]
fn those_who_do_not_read_theirs_take_no_place_for_long() {
    let server = server_with(|limits| limits.snapshot_time = Duration::from_secs(2));
    let mut engine = Engine::at(&server, None);
    present_grain(&mut engine);
    // More than there are places: one of them is told so if we ask too early or too late.
    let stuck: Vec<_> =
        (0..2 * Limits::SNAPSHOTS).map(|_| begin(server.local_addr(), "/snapshot.png")).collect();
    let until = Instant::now() + PATIENCE;
    for wanted in [503, 200] {
        while status(&fetch(server.local_addr(), "/snapshot.jpg", "").0) != wanted {
            assert!(Instant::now() < until, "never {wanted}");
        }
    }
    drop(stuck);
}

/// Grain that no encoder finds simple: more than the kernel's buffers hold.
fn present_grain(engine: &mut Engine) {
    let grain = |x: u32, y: u32| (x * 7919 + y * 104_729).wrapping_mul(0x9e37_79b9).to_be_bytes();
    let frame = engine.draw(2000, 1500, |x, y| [grain(x, y)[0], grain(x, y)[1], grain(x, y)[2]]);
    engine.backend.present(&frame).unwrap();
}

fn bearer(token: &str) -> String {
    format!("Authorization: Bearer {token}\r\n")
}

/// Begins a GET of `path`, by whoever has `token`.
fn begin_as(address: SocketAddr, path: &str, token: &str) -> std::net::TcpStream {
    let mut stream = tcp(address);
    let head = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\n{}\r\n", bearer(token));
    stream.write_all(head.as_bytes()).unwrap();
    stream
}

#[test]
fn those_who_watch_and_do_not_read_keep_none_from_who_may_drive() {
    let mut config = ServerConfig::default();
    // Nobody is sent away during this test.
    for time in [&mut config.limits.snapshot_time, &mut config.limits.write_stall] {
        *time = Duration::from_secs(3600);
    }
    config.limits.dead_after = Duration::from_secs(3600);
    // Encoding takes long on a busy machine.
    config.limits.request_time = Duration::from_secs(3600);
    let server = server_like(config);
    let mut engine = Engine::at(&server, None);
    present_grain(&mut engine);
    let (watch, drive) = (token(&server, Role::Watch), token(&server, Role::Drive));
    let address = server.local_addr();
    let stuck: Vec<_> =
        (0..Limits::SNAPSHOTS).map(|_| begin_as(address, "/snapshot.png", &watch)).collect();
    let get = |token: &str| status(&fetch(address, "/snapshot.jpg", &bearer(token)).0);
    let until = Instant::now() + PATIENCE;
    while get(&watch) != 503 {
        assert!(Instant::now() < until, "never full");
    }
    assert_eq!((get(&drive), get(&watch)), (200, 503));
    drop(stuck);
}

#[test]
fn one_that_is_not_read_goes_when_nothing_of_it_was_taken_for_the_time_of_a_stall() {
    let server = server_with(|limits| {
        (limits.snapshot_time, limits.dead_after) =
            (Duration::from_secs(3600), Duration::from_secs(3600));
        limits.write_stall = Duration::from_secs(2);
        // Encoding takes long on a busy machine.
        limits.request_time = Duration::from_secs(3600);
    });
    let mut engine = Engine::at(&server, None);
    present_grain(&mut engine);
    let stuck: Vec<_> =
        (0..Limits::SNAPSHOTS).map(|_| begin(server.local_addr(), "/snapshot.png")).collect();
    let until = Instant::now() + PATIENCE;
    for wanted in [503, 200] {
        while status(&fetch(server.local_addr(), "/snapshot.jpg", "").0) != wanted {
            assert!(Instant::now() < until, "never {wanted}");
        }
    }
    drop(stuck);
}

#[test]
fn what_the_kernel_holds_for_who_does_not_read_takes_no_place() {
    let server = server_with(|limits| {
        (limits.snapshot_time, limits.dead_after) =
            (Duration::from_secs(3600), Duration::from_secs(3600));
        limits.write_stall = Duration::from_secs(3600);
    });
    let mut engine = Engine::at(&server, None);
    engine.present([5, 5, 5]);
    let stuck: Vec<_> =
        (0..Limits::SNAPSHOTS).map(|_| begin(server.local_addr(), "/snapshot.png")).collect();
    for stream in &stuck {
        assert_eq!(stream.peek(&mut [0]).unwrap(), 1, "it is answered");
    }
    let until = Instant::now() + PATIENCE;
    while status(&get(server.local_addr(), "/snapshot.jpg", "")) != 200 {
        assert!(Instant::now() < until, "they hold their places");
    }
    drop(stuck);
}

#[test]
fn only_get_and_head_are_possible() {
    let (server, mut engine) = Engine::new();
    engine.present([1, 2, 3]);
    for method in ["POST", "PUT", "DELETE", "OPTIONS"] {
        let answer = request(server.local_addr(), method, "/snapshot.png", "");
        assert_eq!(status(&answer), 405, "{method}");
    }
    let answer = request(server.local_addr(), "HEAD", "/snapshot.png", "");
    assert_eq!((status(&answer), body(&answer)), (200, ""));
    let (_, png) = fetch(server.local_addr(), "/snapshot.png", "");
    assert!(answer.to_ascii_lowercase().contains(&format!("content-length: {}\r\n", png.len())));
    for path in ["/snapshot", "/snapshot.gif", "/snapshot.png/", "/side/snapshot.png"] {
        assert_eq!(status(&get(server.local_addr(), path, "")), 404, "{path}");
    }
}

#[test]
fn it_needs_a_role_and_an_address_gives_only_that_to_watch() {
    let server = server_like(ServerConfig::default());
    let mut engine = Engine::at(&server, None);
    engine.present([1, 2, 3]);
    let (drive, watch) = (token(&server, Role::Drive), token(&server, Role::Watch));
    let address = server.local_addr();
    for (path, headers, wanted) in [
        ("/snapshot.png".to_owned(), String::new(), 401),
        ("/snapshot.png?token=".to_owned(), String::new(), 401),
        ("/snapshot.png?token=nonsense".to_owned(), String::new(), 401),
        (format!("/snapshot.png?token={drive}"), String::new(), 401),
        (format!("/snapshot.png?token={watch}"), String::new(), 200),
        (format!("/snapshot.jpg?a=b&token={watch}"), String::new(), 200),
        ("/snapshot.png".to_owned(), format!("Authorization: Bearer {drive}\r\n"), 200),
        ("/snapshot.png".to_owned(), format!("Authorization: Bearer {watch}\r\n"), 200),
        (format!("/snapshot.png?token={watch}"), "Authorization: Bearer x\r\n".to_owned(), 401),
        (format!("/snapshot.png?token={watch}"), "Sec-Fetch-Site: cross-site\r\n".to_owned(), 200),
        (format!("/snapshot.png?token={watch}"), "Origin: http://evil.example\r\n".to_owned(), 403),
    ] {
        let (head, _) = fetch(address, &path, &headers);
        assert_eq!(status(&head), wanted, "{path} {headers}");
        // Only whoever has the address with its token may show it elsewhere.
        let elsewhere = head.to_ascii_lowercase().contains("resource-policy: cross-origin");
        let by_address = wanted == 200 && path.contains("token=");
        assert_eq!(elsewhere, by_address, "{path} {headers} {head}");
    }
    assert!(server.revoke("watch"));
    let (head, _) = fetch(address, &format!("/snapshot.png?token={watch}"), "");
    assert_eq!(status(&head), 401);
}

#[test]
fn without_links_pages_of_other_sites_get_none() {
    let (server, mut engine) = Engine::new();
    engine.present([1, 2, 3]);
    for (site, wanted) in [("same-origin", 200), ("none", 200), ("cross-site", 403)] {
        let headers = format!("Sec-Fetch-Site: {site}\r\n");
        let (head, _) = fetch(server.local_addr(), "/snapshot.png", &headers);
        assert_eq!(status(&head), wanted, "{site}");
    }
}
