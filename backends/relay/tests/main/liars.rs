//! Edges that lie.

use std::sync::atomic::{AtomicBool, Ordering};

use framecast_test_nats::{Client, Direction, NatsServer, Proxy};

use crate::stage::{Origin, TestEdge, eventually};

const SINCE: &str = "framecast.lecture.since";
const EDGES: &str = "framecast.lecture.edges";

/// Says that it is current, so that the origin leaves requests to it.
fn pretend(client: &mut Client) {
    let report = br#"{"name":"liar","id":7,"viewers":0,"visible":0,"current":true}"#;
    client.publish(EDGES, None, report).unwrap();
}

#[test]
fn lies_of_an_edge_that_answers_are_not_shown() {
    let server = NatsServer::start("");
    let to_origin = Proxy::of(&server);
    let origin = Origin::start(&to_origin.url());
    let honest = TestEdge::start(&server.url(), "honest");
    honest.wait_for_exact(&origin);
    // It keeps what the origin published, to change it, and is the only one that answers.
    let mut liar = Client::connect(server.address()).unwrap();
    liar.subscribe("_INBOX_edge.>", None).unwrap();
    liar.subscribe(SINCE, Some("current")).unwrap();
    pretend(&mut liar);
    let asked = || to_origin.count(Direction::ToClient, "framecast.lecture.since.origin").messages;
    let before = asked();
    drop(honest);
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let running = &stop;
        let lies = scope.spawn(move || {
            let (mut lies, mut n) = (0, 0_u64);
            while !running.load(Ordering::SeqCst) {
                pretend(&mut liar);
                let received = liar.flush().unwrap();
                for operation in &received {
                    let Some(message) = operation.message() else { continue };
                    let Some(reply) = message.reply.filter(|_| message.subject == SINCE) else {
                        continue;
                    };
                    n += 1;
                    // One whole piece of noise, or of nothing.
                    let mut lie = vec![1, 0, 0, 0, 1, 0, 0, 0];
                    lie.extend_from_slice(&n.to_le_bytes());
                    lie.extend((0..200 * (n % 2)).map(|at| at as u8));
                    liar.publish(reply, None, &lie).unwrap();
                    lies += 1;
                }
                std::thread::sleep(std::time::Duration::from_millis(20));
            }
            lies
        });
        let edge = TestEdge::start(&server.url(), "late");
        edge.wait_for_exact(&origin);
        running.store(true, Ordering::SeqCst);
        assert!(lies.join().unwrap() > 0, "nobody asked the liar");
        assert!(asked() > before, "the origin answered in the end");
    });
}

#[test]
fn a_request_is_answered_to_inboxes_only() {
    let server = NatsServer::start("");
    let to_origin = Proxy::of(&server);
    let origin = Origin::start(&to_origin.url());
    let edge = TestEdge::start(&server.url(), "honest");
    edge.wait_for_exact(&origin);
    let mut liar = Client::connect(server.address()).unwrap();
    let everything = [&[1, 0][..], &[0; 16]].concat();
    for subject in ["framecast.lecture.since.origin", SINCE] {
        for reply in ["framecast.lecture.state", "framecast.lecture.victim"] {
            liar.publish(subject, Some(reply), &everything).unwrap();
        }
        liar.publish(subject, Some("_INBOX_edge.liar"), &everything).unwrap();
    }
    liar.subscribe("_INBOX_edge.liar", None).unwrap();
    liar.flush().unwrap();
    liar.publish("framecast.lecture.since.origin", Some("_INBOX_edge.liar"), &everything).unwrap();
    let mut answer = None;
    eventually("the honest answer", || {
        let received = liar.flush().unwrap();
        answer = received.iter().find_map(|it| it.message()).map(|it| it.payload.to_vec());
        answer.is_some()
    });
    assert_eq!(to_origin.count(Direction::FromClient, "framecast.lecture.victim").messages, 0);
}

#[test]
fn an_edge_with_the_origins_key_believes_nobody_else() {
    let server = NatsServer::start("");
    let origin = Origin::start(&server.url());
    let pinned = TestEdge::with(&server.url(), "pinned", Some(origin.key), 1);
    pinned.wait_for_exact(&origin);
    let other = Origin::start(&server.url());
    let fooled = TestEdge::start(&server.url(), "fooled");
    other.show((300, 200), 50);
    eventually("the other one is seen where no key is known", || {
        fooled.shown().size.is_some_and(|size| size.width == 300)
    });
    origin.show((400, 150), 9);
    pinned.wait_for_exact(&origin);
}
