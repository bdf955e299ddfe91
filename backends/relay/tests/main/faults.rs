//! What is lost, late, cut off or dead.

use std::task::Waker;
use std::time::Duration;

use framecast_api::{Backend, Clock, Context, LogicalSize};
use framecast_http::HttpServer;
use framecast_relay::{Edge, RelaySettings};
use framecast_stream::TilePicture;
use framecast_test_nats::{Direction, Faults, NatsServer, Proxy};

use crate::stage::{Origin, TestEdge, eventually};

const SIZE: (u32, u32) = (400, 150);

#[test]
fn pictures_are_exact_though_a_third_of_the_messages_is_lost() {
    let server = NatsServer::start("");
    let origin = Origin::start(&server.url());
    let bad = Proxy::of(&server);
    let faults = Faults::new(Direction::ToClient, "", 1)
        .drop_one_in(3)
        .repeat_one_in(5)
        .delay_one_in(4, Duration::from_millis(60));
    bad.set_faults([faults]);
    let edge = TestEdge::start(&bad.url(), "fra-1");
    let good = TestEdge::start(&server.url(), "fra-2");
    for seed in 1..20 {
        origin.show(SIZE, seed);
        good.wait_for_exact(&origin);
    }
    edge.wait_for_exact(&origin);
    let lost = bad.count(Direction::ToClient, "framecast.lecture.updates").dropped;
    assert!(lost > 0);
}

#[test]
fn edges_follow_an_origin_that_starts_again() {
    let server = NatsServer::start("");
    let origin = Origin::start(&server.url());
    let edges = ["fra-1", "fra-2"].map(|name| TestEdge::start(&server.url(), name));
    origin.show(SIZE, 5);
    edges.iter().for_each(|edge| edge.wait_for_exact(&origin));
    drop(origin);
    eventually("the origin is missed", || edges.iter().all(|edge| !edge.edge.state().live));
    let before = edges[0].shown();
    assert!(before.exact, "the last picture stays");
    let origin = Origin::start(&server.url());
    origin.show((200, 100), 6);
    edges.iter().for_each(|edge| edge.wait_for_exact(&origin));
    assert!(edges.iter().all(|edge| edge.edge.state().live));
}

/// Somebody starts a second origin by mistake, and ends it.
#[test]
fn viewers_of_a_web_mirror_see_the_first_origin_again_when_a_second_one_is_gone() {
    let server = NatsServer::start("");
    let settings = RelaySettings::new(format!("{}/lecture", server.url()).parse().unwrap());
    let edge = Edge::connect(settings).unwrap();
    let http = HttpServer::bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let mut web = http.canvas(None).unwrap();
    let feed = web.feed();
    let size = LogicalSize::new(400.0, 150.0);
    web.open(Context::new(Waker::noop().clone(), Clock::start(), "edge", size)).unwrap();
    edge.feed(feed);
    edge.set_viewers(1, 1);
    // What a viewer of the web mirror gets.
    let mut updates = web.updates().subscribe(Waker::noop().clone());
    let mut picture = TilePicture::new();
    let mut shows = |wanted: (u32, u32)| {
        while let Some(update) = updates.take() {
            picture.add(&update);
        }
        picture.update().is_some_and(|update| {
            (update.size().width, update.size().height) == wanted && picture.is_exact()
        })
    };
    let first = Origin::start(&server.url());
    eventually("the first", || shows((400, 150)));
    let second = Origin::start(&server.url());
    second.show((300, 100), 2);
    eventually("the second", || shows((300, 100)));
    drop(second);
    first.show((400, 150), 3);
    eventually("the first again", || shows((400, 150)));
}

#[test]
fn all_go_on_when_the_server_starts_again() {
    let mut server = NatsServer::start("");
    let origin = Origin::start(&server.url());
    let edges = ["fra-1", "fra-2"].map(|name| TestEdge::start(&server.url(), name));
    edges.iter().for_each(|edge| edge.wait_for_exact(&origin));
    server.kill();
    origin.show(SIZE, 7);
    server.start_again();
    edges.iter().for_each(|edge| edge.wait_for_exact(&origin));
}

#[test]
fn an_edge_whose_link_is_dead_without_a_word_comes_back() {
    let server = NatsServer::start("");
    let origin = Origin::start(&server.url());
    let link = Proxy::of(&server);
    let edge = TestEdge::start(&link.url(), "fra-1");
    let other = TestEdge::start(&server.url(), "fra-2");
    edge.wait_for_exact(&origin);
    let connections = link.connections();
    link.hold();
    origin.show(SIZE, 8);
    other.wait_for_exact(&origin);
    eventually("the link is given up", || link.connections() > connections);
    link.release();
    edge.wait_for_exact(&origin);
}

#[test]
fn an_edge_behind_a_thin_link_asks_for_pictures_until_the_link_is_wide_again() {
    const SMALL: (u32, u32) = (200, 100);
    let server = NatsServer::start("");
    let origin = Origin::start(&server.url());
    let link = Proxy::of(&server);
    let far = TestEdge::start(&link.url(), "fra-1");
    let near = TestEdge::start(&server.url(), "fra-2");
    origin.show(SMALL, 1);
    far.wait_for_exact(&origin);
    let updates = || link.count(Direction::ToClient, "framecast.lecture.updates").messages;
    let questions = || link.count(Direction::FromClient, "framecast.lecture.since").messages;
    let mut seed = 1;
    let mut moves = || {
        seed += 1;
        origin.show(SMALL, seed);
    };
    // A picture takes about a second.
    link.set_rate(Some(6e3));
    let (mut published, mut asked) = (updates(), questions());
    eventually("it asks, and is sent nothing else", || {
        moves();
        if published != updates() {
            (published, asked) = (updates(), questions());
        }
        questions() >= asked + 6
    });
    near.wait_for_exact(&origin);
    far.wait_for_exact(&origin);
    assert_eq!(published, updates());
    assert!(far.edge.state().live, "it hears that the origin is there");
    link.set_rate(None);
    eventually("it is sent everything again", || {
        moves();
        updates() >= published + 20
    });
    far.wait_for_exact(&origin);
}

#[test]
fn an_origin_and_an_edge_that_come_before_the_server_wait_for_it() {
    let mut server = NatsServer::start("");
    let url = server.url();
    server.kill();
    // Both wait three seconds for the first answer at most.
    let (origin, edge) = std::thread::scope(|scope| {
        let edge = scope.spawn(|| TestEdge::start(&url, "fra-1"));
        (Origin::start(&url), edge.join().unwrap())
    });
    assert!(!edge.edge.state().live);
    server.start_again();
    edge.wait_for_exact(&origin);
}

#[test]
fn who_has_wrong_credentials_is_told_so() {
    let server = NatsServer::start("authorization { user: a, password: b }");
    let settings = RelaySettings::new(format!("{}/lecture", server.url()).parse().unwrap());
    let error = Edge::connect(settings).err().unwrap().to_string();
    assert!(error.contains("check the credentials"), "{error}");
}
