use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Wake, Waker};
use std::time::{Duration, Instant};

use async_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use framecast_api::{Backend, conformance};
use framecast_http::HttpServer;
use serde_json::json;

use crate::support::{
    Client, Engine, Heard, PATIENCE, body, context, exchange_on, get, server, server_with, status,
};

#[test]
fn it_keeps_the_contract_of_a_backend() {
    conformance::check(|| server().canvas(None).unwrap());
    let server = server();
    conformance::check(|| server.canvas(Some("one")).unwrap());
}

/// The suite has no audience; this has.
#[test]
fn it_keeps_the_contract_while_somebody_watches() {
    conformance::check(|| {
        let server = server();
        let backend = server.canvas(None).unwrap();
        // Connects as soon as there is something to connect to, and watches until the end.
        std::thread::spawn(move || {
            let address = server.local_addr();
            drop(server);
            while let Ok(stream) = TcpStream::connect(address) {
                let request = http::Request::builder()
                    .uri(format!("ws://{address}/"))
                    .header("host", address.to_string())
                    .header("connection", "Upgrade")
                    .header("upgrade", "websocket")
                    .header("sec-websocket-version", "13")
                    .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
                    .header("sec-websocket-protocol", "framecast.v1")
                    .body(())
                    .unwrap();
                let Ok((socket, _)) = async_tungstenite::tungstenite::client(request, stream)
                else {
                    std::thread::yield_now();
                    continue;
                };
                let mut client = Client::on(socket);
                client.hello(true);
                loop {
                    match client.hear() {
                        Heard::Picture(picture) => {
                            let ack = json!({"type": "ack", "update": picture.update});
                            let _ = client.socket.send(ack.to_string().into());
                        }
                        Heard::Text(_) => {}
                        Heard::Closed(_) => return,
                    }
                }
            }
        });
        Box::new(backend)
    });
}

#[test]
fn a_port_that_is_taken_is_named_with_what_to_do() {
    let first = server();
    let address = first.local_addr();
    let text = HttpServer::bind(address).unwrap_err().to_string();
    assert!(text.contains(&address.to_string()), "{text}");
    assert!(text.contains("another program listens there") && text.contains("--listen"), "{text}");
}

#[test]
fn an_address_of_another_machine_is_named_with_what_to_do() {
    // A documentation address: nobody has it.
    let text = HttpServer::bind("192.0.2.1:0".parse().unwrap()).unwrap_err().to_string();
    assert!(text.contains("192.0.2.1:0") && text.contains("does not have that address"), "{text}");
}

#[test]
fn several_canvases_share_one_server() {
    let server = server();
    let mut main = Engine::at(&server, None);
    let mut side = Engine::at(&server, Some("side"));
    let address = server.local_addr();
    assert_eq!(main.backend.links()[0].url, format!("http://{address}/"));
    assert_eq!(side.backend.links()[0].url, format!("http://{address}/side/"));
    let redirect = get(address, "/side", "");
    assert_eq!(status(&redirect), 308);
    assert!(redirect.contains("\r\nlocation: side/\r\n"), "{redirect}");
    assert_eq!(body(&get(address, "/side/", "")), body(&get(address, "/", "")));

    let mut clients = ["/", "/side/"].map(|path| {
        let mut client = Client::connect(address, path);
        client.hello(true);
        client
    });
    main.present([200, 10, 10]);
    side.present([10, 10, 200]);
    assert!(clients[0].picture().is([200, 10, 10]));
    assert!(clients[1].picture().is([10, 10, 200]));

    side.backend.close();
    assert_eq!(clients[1].until_closed(), Some(CloseCode::Normal));
    assert_eq!(status(&get(address, "/side/", "")), 404);
    // What came since then, and the exact picture, may be on its way.
    clients[0].heard_until_pong();
    assert_eq!(status(&get(address, "/", "")), 200);
    let _again = Engine::at(&server, Some("side"));
    assert_eq!(status(&get(address, "/side/", "")), 200);
}

#[test]
fn names_are_checked() {
    let server = server();
    let _main = server.canvas(None).unwrap();
    let _side = server.canvas(Some("a_B-9")).unwrap();
    for (name, hint) in [
        (None, "already"),
        (Some("a_B-9"), "already"),
        (Some(""), "letters"),
        (Some("a/b"), "letters"),
        (Some(".."), "letters"),
        (Some("ü"), "letters"),
        (Some("index.html"), "letters"),
    ] {
        let text = server.canvas(name).unwrap_err().to_string();
        assert!(text.contains(hint), "{name:?}: {text}");
    }
    assert!(server.canvas(Some(&"x".repeat(64))).is_ok());
    assert!(server.canvas(Some(&"x".repeat(65))).is_err());
}

#[test]
fn a_canvas_that_is_not_open_is_not_there() {
    let server = server();
    let mut backend = server.canvas(None).unwrap();
    assert_eq!(status(&get(server.local_addr(), "/", "")), 404);
    backend.open(context(Waker::noop().clone())).unwrap();
    assert_eq!(status(&get(server.local_addr(), "/", "")), 200);
}

#[test]
fn dropping_the_last_handle_ends_everything_at_once() {
    let farewell = Duration::from_secs(30);
    let server = server_with(|limits| limits.close_timeout = farewell);
    let address = server.local_addr();
    let mut engine = Engine::at(&server, None);
    let mut client = Client::join(&server);
    engine.present([1, 2, 3]);
    client.picture();
    // A connection that a browser opened in advance, and one in the middle of a request.
    let _idle = TcpStream::connect(address).unwrap();
    let reader = std::thread::spawn(move || client.until_closed());

    let clone = server.clone();
    drop(server);
    assert_eq!(status(&get(address, "/", "")), 200, "a clone is left");
    drop(clone);
    assert_eq!(status(&get(address, "/", "")), 200, "a backend is left");
    let start = Instant::now();
    drop(engine);
    let took = start.elapsed();
    assert!(took < farewell, "took {took:?} though everybody said goodbye");
    assert_eq!(reader.join().unwrap(), Some(CloseCode::Normal));
    assert!(TcpStream::connect(address).is_err(), "nobody listens any more");
    HttpServer::bind(address).expect("the port is free");
}

#[test]
fn dropping_does_not_wait_for_a_client_that_never_reads() {
    // Nothing but the time for goodbyes would end it.
    let never = Duration::from_secs(3600);
    let server = server_with(|limits| {
        (limits.write_stall, limits.ping_after, limits.dead_after) = (never, never, never);
    });
    let mut engine = Engine::at(&server, None);
    let client = Client::join(&server);
    engine.present([1, 2, 3]);
    drop(server);
    let start = Instant::now();
    drop(engine);
    let took = start.elapsed();
    assert!(took < PATIENCE, "took {took:?}");
    drop(client);
}

/// Panics, but only on the server's own thread.
struct Bomb(AtomicUsize);

impl Wake for Bomb {
    fn wake(self: Arc<Self>) {
        if std::thread::current().name() == Some("framecast-http") {
            self.0.fetch_add(1, Ordering::Relaxed);
            panic!("a test of what a panic does");
        }
    }
}

#[test]
fn a_panic_in_one_connection_ends_that_connection_only() {
    let server = server();
    let mut backend = server.canvas(None).unwrap();
    let bomb = Arc::new(Bomb(AtomicUsize::new(0)));
    backend.open(context(Waker::from(Arc::clone(&bomb)))).unwrap();
    // Its hello wakes the engine, whose waker panics.
    let mut victim = Client::connect(server.local_addr(), "/");
    victim.hello(true);
    assert_eq!(victim.until_closed(), None);
    assert!(bomb.0.load(Ordering::Relaxed) > 0);
    let mut bystander = Engine::at(&server, Some("other"));
    assert_eq!(status(&get(server.local_addr(), "/", "")), 200);
    let mut client = Client::connect(server.local_addr(), "/other/");
    client.hello(true);
    bystander.present([9, 9, 9]);
    assert!(client.picture().is([9, 9, 9]));
}

/// Opens connections until there are no more files, in a process that has few.
#[test]
#[ignore = "run by running_out_of_files_is_survived"]
fn with_few_files() {
    let (server, _engine) = Engine::new();
    let address = server.local_addr();
    for _ in 0..3 {
        let mut held = Vec::new();
        while let Ok(stream) = TcpStream::connect(address) {
            held.push(stream);
        }
        assert!(held.len() > 10, "only {}", held.len());
        drop(held);
        let start = Instant::now();
        while !TcpStream::connect(address).is_ok_and(|stream| {
            status(&exchange_on(stream, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")) == 200
        }) {
            assert!(start.elapsed() < Duration::from_secs(10), "it never recovers");
            std::thread::yield_now();
        }
    }
}

#[cfg(unix)]
#[test]
fn running_out_of_files_is_survived() {
    let output = std::process::Command::new("sh")
        .args(["-c", "ulimit -n 60 && exec \"$0\" --exact --ignored lifetime::with_few_files"])
        .arg(std::env::current_exe().unwrap())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}
