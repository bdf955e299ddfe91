//! Links that lose, repeat, delay, hold, are thin and close.

use std::time::{Duration, Instant};

use framecast_test_nats::Direction::{FromClient, ToClient};
use framecast_test_nats::{Client, Count, Faults, NatsServer, Operation, Proxy};

/// A server, a proxy in front of it, a client behind the proxy that has subscribed to `a.>`, and one beside the proxy.
fn stage() -> (NatsServer, Proxy, Client, Client) {
    let server = NatsServer::start("");
    let proxy = Proxy::of(&server);
    let mut behind = Client::connect(proxy.address()).expect("a connection");
    behind.subscribe("a.>", None).expect("a connection");
    assert_eq!(behind.flush().expect("an answer"), []);
    let beside = Client::connect(server.address()).expect("a connection");
    (server, proxy, behind, beside)
}

/// Publishes numbers, and waits until the server has them.
fn publish(client: &mut Client, subject: &str, numbers: std::ops::Range<u32>) {
    for number in numbers {
        client.publish(subject, None, number.to_string().as_bytes()).expect("a connection");
    }
    assert_eq!(client.flush().expect("an answer"), []);
}

/// The numbers in messages.
fn numbers(received: &[Operation]) -> Vec<u32> {
    let payloads = received.iter().map(|operation| operation.message().expect("a message").payload);
    payloads.map(|payload| String::from_utf8_lossy(payload).parse().expect("a number")).collect()
}

#[test]
fn messages_are_lost_repeated_and_counted_by_their_subject_and_direction() {
    let (_server, proxy, mut behind, mut beside) = stage();
    proxy.set_faults([
        Faults::new(ToClient, "a.lost", 1).drop_one_in(1),
        Faults::new(ToClient, "a.twice", 2).repeat_one_in(1),
        Faults::new(ToClient, "a.some", 3).drop_one_in(3),
        Faults::new(FromClient, "b.lost", 4).drop_one_in(1),
    ]);
    publish(&mut beside, "a.lost.x", 0..5);
    publish(&mut beside, "a.twice", 5..7);
    assert_eq!(numbers(&behind.flush().expect("an answer")), [5, 5, 6, 6]);
    publish(&mut beside, "a.some", 0..300);
    let some = numbers(&behind.flush().expect("an answer"));
    assert!(some.is_sorted() && (160..240).contains(&some.len()), "{some:?}");

    let lost = proxy.count(ToClient, "a.lost");
    assert_eq!((lost.messages, lost.bytes, lost.dropped), (0, 0, 5));
    let twice = proxy.count(ToClient, "a.twice");
    // MSG a.twice 1 1\r\n5\r\n
    assert_eq!((twice.messages, twice.bytes, twice.repeated), (4, 4 * 20, 2));
    let all = proxy.count(ToClient, "a.");
    assert_eq!((all.messages, all.dropped), (4 + some.len() as u64, 5 + 300 - some.len() as u64));
    assert_eq!(proxy.count(FromClient, ""), Count::default());

    beside.subscribe("b.>", None).expect("a connection");
    beside.flush().expect("an answer");
    publish(&mut behind, "b.lost", 0..3);
    publish(&mut behind, "b.kept", 3..5);
    assert_eq!(numbers(&beside.flush().expect("an answer")), [3, 4]);
    assert_eq!(
        (proxy.count(FromClient, "b.").messages, proxy.count(FromClient, "b.").dropped),
        (2, 3)
    );
    assert_eq!(proxy.count(ToClient, "b."), Count::default());

    proxy.set_faults([]);
    publish(&mut beside, "a.lost.x", 0..5);
    assert_eq!(numbers(&behind.flush().expect("an answer")), [0, 1, 2, 3, 4]);
}

#[test]
fn messages_that_are_delayed_arrive_after_those_behind_them() {
    let (_server, proxy, mut behind, mut beside) = stage();
    proxy.set_faults([
        Faults::new(ToClient, "a.late", 0).delay_one_in(1, Duration::from_millis(100))
    ]);
    publish(&mut beside, "a.late", 0..2);
    publish(&mut beside, "a.soon", 2..4);
    let received: Vec<_> = (0..4).map(|_| behind.next_message().expect("a message")).collect();
    assert_eq!(numbers(&received), [2, 3, 0, 1]);
    let late = proxy.wait_for(ToClient, "a.late", |count| count.messages == 2);
    assert_eq!((late.delayed, late.dropped), (2, 0));
}

#[test]
fn what_is_held_arrives_after_the_release() {
    let (_server, proxy, mut behind, mut beside) = stage();
    proxy.hold();
    publish(&mut beside, "a.b", 0..3);
    behind.publish("c", None, b"").expect("the link only looks dead");
    // As long as the link is dead, nothing passes, and somebody new is not served.
    let address = proxy.address();
    let new = std::thread::spawn(move || Client::connect(address).map(drop));
    assert_eq!(
        (proxy.count(ToClient, "a."), proxy.count(FromClient, "c")),
        (Count::default(), Count::default())
    );
    assert!(!new.is_finished());
    proxy.release();
    assert_eq!(numbers(&behind.flush().expect("an answer")), [0, 1, 2]);
    assert_eq!(
        (proxy.count(ToClient, "a.").messages, proxy.count(FromClient, "c").messages),
        (3, 1)
    );
    new.join().expect("a thread").expect("a connection");
}

#[test]
fn no_more_passes_than_the_rate_allows_until_it_is_lifted() {
    let (_server, proxy, mut behind, mut beside) = stage();
    proxy.set_rate(Some(100e3));
    let start = Instant::now();
    beside.publish("a.b", None, &[b'1'; 25_000]).expect("a connection");
    beside.publish("a.c", None, &[b'2'; 250_000]).expect("a connection");
    beside.flush().expect("an answer");
    behind.next_message().expect("the first");
    assert!(start.elapsed() >= Duration::from_millis(250));
    proxy.set_rate(Some(1.0));
    let link = std::thread::spawn(move || behind.next_message().map(|_| behind));
    proxy.set_rate(None);
    link.join().expect("a thread").expect("the second");
}

#[test]
fn a_link_that_is_cut_closes_and_lets_in_again() {
    let (_server, proxy, mut behind, _beside) = stage();
    assert_eq!(proxy.connections(), 1);
    proxy.cut();
    behind.next_operation().expect_err("the connection is closed");
    Client::connect(proxy.address()).expect("a connection");
    // Also one that is held.
    let mut held = Client::connect(proxy.address()).expect("a connection");
    proxy.hold();
    proxy.cut();
    held.next_operation().expect_err("the connection is closed");
}

#[test]
fn the_end_of_the_server_reaches_the_client() {
    let (mut server, proxy, mut behind, _beside) = stage();
    server.kill();
    behind.next_operation().expect_err("the connection is closed");
    Client::connect(proxy.address()).err().expect("no server");
    server.start_again();
    Client::connect(proxy.address()).expect("a connection");
}

#[test]
fn a_client_behind_the_proxy_learns_of_no_other_server() {
    let servers = NatsServer::cluster(2, "");
    let info = |address| {
        use std::io::{BufRead, BufReader};
        let mut line = String::new();
        let socket = std::net::TcpStream::connect(address).expect("a connection");
        BufReader::new(socket).read_line(&mut line).expect("a line");
        line
    };
    assert!(info(servers[0].address()).contains("connect_urls"));
    let proxy = Proxy::of(&servers[0]);
    let told = info(proxy.address());
    assert!(told.starts_with("INFO {") && !told.contains("connect_urls"), "{told}");
}
