//! A link that the origin revokes: how long until viewers who came by it are sent away from edges.

use std::cell::RefCell;
use std::rc::Rc;
use std::task::Waker;
use std::time::{Duration, Instant};

use framecast::relay::{Edge, RelayBackend, RelaySettings};
use framecast::web::{HttpBackend, HttpServer, Link, ServerConfig};
use framecast::{Backend, Clock, Context, LogicalSize};
use framecast_test_nats::NatsServer;
use smol::{LocalExecutor, Timer};

use super::Part;
use super::crowd::percentile;
use super::stage::canvas;
use crate::client::{self, Behaviour, Seen};
use crate::server::Place;

const ROUNDS: u32 = 50;
/// The origin looks at its links five times a second; each round begins at another moment of that.
const STEP: Duration = Duration::from_millis(37);
/// Anything here takes less, on the busiest machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// The server of an origin, which shows nothing, and two edges with a viewer each.
pub(crate) fn revocation() -> Part {
    let bus = NatsServer::start("");
    let web = server(ServerConfig::default())?;
    let (links, mut origin) = (web.shared_links(), text(RelayBackend::new(settings(&bus)?))?);
    origin.set_links(move || links.watch_links());
    text(origin.open(context()))?;
    let edges = [WebEdge::start(&bus)?, WebEdge::start(&bus)?];
    let executor = LocalExecutor::new();
    let mut times = Vec::new();
    for n in 0..ROUNDS {
        let took = smol::block_on(executor.run(round(&web, &edges, n)))?;
        times.push(took.as_secs_f64() * 1e3);
    }
    origin.close();
    let [median, late, most] = [0.5, 0.95, 1.0].map(|share| percentile(&mut times, share));
    Ok(vec![(
        "a link to watch is revoked at the origin: until its viewers at two edges are sent away"
            .into(),
        format!("{median:.0} / {late:.0} / {most:.0} ms (p50 / p95 / most of {ROUNDS})"),
        "below 1 s",
    )])
}

/// Makes a link, waits for a viewer at each edge who comes by it, and revokes it.
async fn round(web: &HttpServer, edges: &[WebEdge], n: u32) -> Result<Duration, String> {
    let name = format!("n{n}");
    let token = text(web.add_link(Link::watch(&name)))?.ok_or("no token")?;
    let viewers = LocalExecutor::new();
    let work = async {
        let is = |edge: &WebEdge, used: bool| {
            let mut links = edge.server.list_links().into_iter();
            links.any(|link| link.followed && link.name == name && (link.in_use || !used))
        };
        wait_for("the edges have the link", || edges.iter().all(|edge| is(edge, false))).await?;
        let come = edges.iter().map(|edge| {
            let address = edge.server.local_addr();
            let place = Place { address, token: Some(token.as_str().to_owned()) };
            let seen = Rc::new(RefCell::new(Seen::default()));
            viewers.spawn(client::run(address, place, Behaviour::Hidden, seen))
        });
        let come: Vec<_> = come.collect();
        wait_for("viewers are there", || edges.iter().all(|edge| is(edge, true))).await?;
        Timer::after(STEP * (n % 7)).await;
        let start = Instant::now();
        if !web.revoke(&name) {
            return Err("the link is gone already".to_owned());
        }
        for viewer in come {
            // However it says that it was closed.
            let _ = viewer.await;
        }
        Ok(start.elapsed())
    };
    viewers.run(work).await
}

/// An edge with a web server that takes the origin's links.
struct WebEdge {
    server: HttpServer,
    _edge: Edge,
    _canvas: HttpBackend,
}

impl WebEdge {
    fn start(bus: &NatsServer) -> Result<Self, String> {
        let mut config = ServerConfig::default();
        (config.watch_only, config.links) = (true, vec![Link::watch("own")]);
        let server = server(config)?;
        let mut canvas = text(server.canvas(None))?;
        text(canvas.open(context()))?;
        let edge = text(Edge::connect(settings(bus)?))?;
        edge.feed(canvas.feed());
        let links = server.shared_links();
        edge.feed_links(move |origins| {
            if let Err(error) = links.follow(origins) {
                eprintln!("{error}");
            }
        });
        Ok(Self { server, _edge: edge, _canvas: canvas })
    }
}

fn server(config: ServerConfig) -> Result<HttpServer, String> {
    text(HttpServer::bind_with(([127, 0, 0, 1], 0).into(), config))
}

fn settings(bus: &NatsServer) -> Result<RelaySettings, String> {
    Ok(RelaySettings::new(text(canvas(&[bus.url()]).parse())?))
}

fn context() -> Context {
    let size = LogicalSize::new(64.0, 48.0);
    Context::new(Waker::noop().clone(), Clock::start(), "load", size)
}

/// The result with an error as this program has them.
fn text<T>(result: framecast::Result<T>) -> Result<T, String> {
    result.map_err(|error| error.to_string())
}

async fn wait_for(what: &str, done: impl Fn() -> bool) -> Result<(), String> {
    let until = Instant::now() + PATIENCE;
    while !done() {
        if Instant::now() > until {
            return Err(format!("it never happened: {what}"));
        }
        Timer::after(Duration::from_millis(5)).await;
    }
    Ok(())
}
