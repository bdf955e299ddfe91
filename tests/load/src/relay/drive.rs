//! What somebody types at an edge: how much later the program has it than at the program itself.

use std::net::TcpStream;
use std::sync::Arc;
use std::task::{Wake, Waker};
use std::thread::Thread;
use std::time::{Duration, Instant};

use async_tungstenite::tungstenite::Message;
use framecast::relay::{Edge, EdgeBackend, RelayBackend, RelaySettings};
use framecast::web::{HttpServer, Link, ServerConfig};
use framecast::{Backend, BackendEvent, Clock, Context, EventKind, LogicalSize};
use framecast_test_nats::NatsServer;
use serde_json::json;
use smol::Async;

use super::Part;
use super::crowd::percentile;
use super::stage::canvas;
use crate::client::{self, Socket};
use crate::server::Place;

const KEYS: u32 = 500;
/// Between two keys.
const PAUSE: Duration = Duration::from_millis(5);
/// Anything here takes less, on the busiest machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// The backends of a program that is published and of an edge, on one thread, which is woken when there is something.
struct Stage {
    origin: Vec<Box<dyn Backend>>,
    edge: Box<dyn Backend>,
    web: HttpServer,
    edge_web: HttpServer,
    _relay: Edge,
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Types at the program and at the edge, in turn.
pub(crate) fn drive() -> Part {
    let bus = NatsServer::start("");
    let mut stage = Stage::start(&bus)?;
    let token = stage.web.links(None).into_iter().find_map(|link| {
        Some(link.url.split_once("#token=")?.1.to_owned()).filter(|_| link.name == "desk")
    });
    let token = token.ok_or("no link to drive")?;
    let mut times = [Vec::new(), Vec::new()];
    let direct = stage.web.local_addr();
    let edge = stage.edge_web.local_addr();
    let known = |stage: &Stage| stage.edge_web.list_links().iter().any(|link| link.name == "desk");
    let until = Instant::now() + PATIENCE;
    while !known(&stage) {
        stage.turn(Instant::now() + PAUSE);
        if Instant::now() > until {
            return Err("the edge never heard of the link".to_owned());
        }
    }
    let mut sockets = Vec::new();
    for address in [direct, edge] {
        let place = Place { address, token: Some(token.clone()) };
        sockets.push(smol::block_on(connect(&place))?);
    }
    for n in 0..2 * KEYS {
        let which = (n % 2) as usize;
        let key = json!({"type": "key_down", "key": n.to_string()}).to_string();
        let start = Instant::now();
        text(smol::block_on(sockets[which].send(Message::text(key))))?;
        let took = stage.until_typed(&n.to_string(), start)?;
        times[which].push(took.as_secs_f64() * 1e3);
        let pause = Instant::now() + PAUSE;
        while Instant::now() < pause {
            stage.turn(pause);
        }
    }
    let [mut direct, mut edge] = times;
    let of = |times: &mut Vec<f64>| [0.5, 0.95].map(|share| percentile(times, share));
    let ([median, late], [edge_median, edge_late]) = (of(&mut direct), of(&mut edge));
    Ok(vec![(
        format!("a key at the program's own web server, and at an edge, {KEYS} times each in turn"),
        format!(
            "until the program has it: {median:.2} / {late:.2} ms, {edge_median:.2} / {edge_late:.2} ms (p50 / p95)"
        ),
        "",
    )])
}

async fn connect(place: &Place) -> Result<Socket, String> {
    let stream = text(Async::<TcpStream>::connect(place.address).await)?;
    let mut socket = client::shake_hands(stream, place, false).await?;
    text(socket.send(Message::text(client::hello(false).to_string())).await)?;
    Ok(socket)
}

impl Stage {
    fn start(bus: &NatsServer) -> Result<Self, String> {
        let settings = || Ok::<_, String>(RelaySettings::new(text(canvas(&[bus.url()]).parse())?));
        let mut config = ServerConfig::default();
        config.links = vec![Link::drive("desk")];
        let web = text(HttpServer::bind_with(([127, 0, 0, 1], 0).into(), config))?;
        let links = web.shared_links();
        let mut relay = text(RelayBackend::new(settings()?))?;
        relay.set_drive_links(move || links.drive_links());
        let mut origin: Vec<Box<dyn Backend>> =
            vec![Box::new(text(web.canvas(None))?), Box::new(relay)];
        let mut config = ServerConfig::default();
        (config.watch_only, config.links) = (true, vec![Link::watch("own")]);
        let edge_web = text(HttpServer::bind_with(([127, 0, 0, 1], 0).into(), config))?;
        let relay = text(Edge::connect(settings()?))?;
        let links = edge_web.shared_links();
        relay.feed_drive_links(move |origins| {
            if let Err(error) = links.follow_drivers(origins) {
                eprintln!("{error}");
            }
        });
        let mut inner = text(edge_web.canvas(None))?;
        let feed = inner.feed();
        let mut edge: Box<dyn Backend> = Box::new(EdgeBackend::new(&relay, inner, feed));
        let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
        for backend in origin.iter_mut().chain([&mut edge]) {
            let size = LogicalSize::new(64.0, 48.0);
            text(backend.open(Context::new(waker.clone(), Clock::start(), "load", size)))?;
        }
        Ok(Self { origin, edge, web, edge_web, _relay: relay })
    }

    /// Looks once, or waits until somebody wakes it; the keys that the program has.
    fn turn(&mut self, at_most: Instant) -> Vec<String> {
        let mut typed = Vec::new();
        self.edge.poll(&mut |_| {});
        for backend in &mut self.origin {
            backend.poll(&mut |event| {
                if let BackendEvent::Event { kind: EventKind::KeyDown(key), .. } = event {
                    typed.push(key.key);
                }
            });
        }
        if typed.is_empty() {
            std::thread::park_timeout(at_most.saturating_duration_since(Instant::now()));
        }
        typed
    }

    fn until_typed(&mut self, key: &str, start: Instant) -> Result<Duration, String> {
        while start.elapsed() < PATIENCE {
            if self.turn(start + PATIENCE).iter().any(|it| it == key) {
                return Ok(start.elapsed());
            }
        }
        Err(format!("the key {key} never arrived"))
    }
}

/// The result with an error as this program has them.
fn text<T, E: std::fmt::Display>(result: Result<T, E>) -> Result<T, String> {
    result.map_err(|error| error.to_string())
}
