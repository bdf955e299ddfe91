//! What edges show, and when anything is drawn.

use std::sync::Arc;
use std::task::Waker;

use framecast_api::{Backend, Clock, Context, FramePool, LogicalSize, PhysicalSize, conformance};
use framecast_http::HttpServer;
use framecast_relay::{RelayBackend, RelaySettings};
use framecast_test_nats::{Direction, NatsServer, Proxy};

use crate::stage::{Origin, TestEdge, eventually};

const UPDATES: &str = "framecast.lecture.updates";

#[test]
fn viewers_of_every_edge_see_exactly_what_the_origin_draws() {
    let server = NatsServer::start("");
    let origin = Origin::start(&server.url());
    let edges = ["fra-1", "fra-2"].map(|name| TestEdge::start(&server.url(), name));
    for (size, seed) in [((400, 150), 1), ((400, 150), 2), ((129, 49), 3), ((400, 150), 4)] {
        origin.show(size, seed);
        edges.iter().for_each(|edge| edge.wait_for_exact(&origin));
    }
    let late = TestEdge::start(&server.url(), "ams-1");
    late.wait_for_exact(&origin);
    let state = late.edge.state();
    assert_eq!((&*state.title, state.live, state.closed), ("lecture", true, false));
    eventually("three edges", || origin.audience().len() == 3);
    drop(late);
    eventually("two edges", || origin.audience().len() == 2);
    drop(origin);
    eventually("the end is told", || edges.iter().all(|edge| edge.edge.state().closed));
}

#[test]
fn the_origin_keeps_the_contract_of_backends() {
    let server = NatsServer::start("");
    let address = format!("{}/lecture", server.url());
    conformance::check(|| {
        Box::new(RelayBackend::new(RelaySettings::new(address.parse().unwrap())).unwrap())
    });
}

#[test]
fn an_origin_takes_what_the_web_mirror_encodes_and_wants_nothing_of_it_when_it_is_closed() {
    let server = NatsServer::start("");
    let http = HttpServer::bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let mut web = http.canvas(None).unwrap();
    let address = format!("{}/lecture", server.url());
    let mut relay = RelayBackend::new(RelaySettings::new(address.parse().unwrap())).unwrap();
    relay.set_updates(web.updates());
    let size = LogicalSize::new(400.0, 150.0);
    let context = || Context::new(Waker::noop().clone(), Clock::start(), "lecture", size);
    web.open(context()).unwrap();
    relay.open(context()).unwrap();
    let edge = TestEdge::start(&server.url(), "one");
    eventually("demand", || web.wants_frame());
    assert!(!relay.wants_frame(), "it is drawn once");
    let mut pool = FramePool::new();
    let mut buffer = pool.lend(PhysicalSize::new(400, 150)).unwrap();
    buffer.fill([10, 20, 30, 255]);
    let frame = pool.freeze(buffer, 1, 0.0, 1.0);
    web.present(&frame).unwrap();
    relay.present(&frame).unwrap();
    eventually("the picture", || {
        let shown = edge.shown();
        shown.exact && shown.pixels.iter().all(|pixel| *pixel == [10, 20, 30, 255])
    });
    relay.close();
    assert!(!web.wants_frame());
}

#[test]
fn nothing_is_drawn_or_published_while_nobody_looks() {
    let server = NatsServer::start("");
    let to_origin = Proxy::of(&server);
    let origin = Origin::start(&to_origin.url());
    let edge = TestEdge::with(&server.url(), "fra-1", None, 0);
    eventually("the edge is known", || origin.audience().len() == 1);
    assert_eq!(origin.frames(), 0);
    edge.sink.set_viewers(1, 1);
    edge.wait_for_exact(&origin);
    let more = |direction, subject: &str, n| {
        let before = to_origin.count(direction, subject).messages;
        to_origin.wait_for(direction, subject, |count| count.messages >= before + n);
    };
    edge.sink.set_viewers(1, 0);
    // The second report says it for certain, and what is published after it is the newest revision, again and again.
    more(Direction::ToClient, "framecast.lecture.edges", 2);
    more(Direction::FromClient, UPDATES, 2);
    let before = (origin.frames(), edge.sink.updates());
    origin.show((400, 150), 9);
    more(Direction::FromClient, UPDATES, 3);
    assert_eq!((origin.frames(), edge.sink.updates()), before);
    edge.sink.set_viewers(2, 1);
    edge.wait_for_exact(&origin);
}

#[test]
fn what_the_origin_sends_does_not_depend_on_the_number_of_edges() {
    let server = NatsServer::start("");
    let to_origin = Proxy::of(&server);
    let origin = Origin::start(&to_origin.url());
    let first = TestEdge::start(&server.url(), "edge-0");
    first.wait_for_exact(&origin);
    let asked = || to_origin.count(Direction::ToClient, "framecast.lecture.since").messages;
    let before = asked();
    // Those that come later are answered by the first.
    let more: Vec<_> =
        (1..8).map(|n| TestEdge::start(&server.url(), &format!("edge-{n}"))).collect();
    more.iter().for_each(|edge| edge.wait_for_exact(&origin));
    assert_eq!(asked(), before);
}

#[test]
fn an_edge_forgets_canvases_that_are_closed() {
    let server = NatsServer::start("");
    let origin = Origin::start(&server.url());
    let edge = TestEdge::start(&server.url(), "fra-1");
    let http = HttpServer::bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let mut web = http.canvas(None).unwrap();
    let size = LogicalSize::new(400.0, 150.0);
    web.open(Context::new(Waker::noop().clone(), Clock::start(), "edge", size)).unwrap();
    let feed = web.feed();
    let held = Arc::downgrade(&feed);
    edge.edge.feed(feed);
    edge.wait_for_exact(&origin);
    assert!(held.upgrade().is_some());
    web.close();
    eventually("the canvas is let go", || held.upgrade().is_none());
    // The others go on.
    origin.show((400, 150), 5);
    edge.wait_for_exact(&origin);
}
