//! Servers that are started, killed and started again, and clusters.

use framecast_test_nats::{Client, Login, NatsServer};

use crate::until;

/// Publishes at `from` until it arrives at `to`: subscriptions take a moment from one server to the next.
fn pass(from: &mut Client, to: &mut Client, subject: &str) {
    until("the message arrives", || {
        from.publish(subject, None, b"here").expect("a connection");
        from.flush().expect("an answer");
        let received = to.flush().expect("an answer");
        received
            .iter()
            .any(|operation| operation.message().is_some_and(|message| message.subject == subject))
    });
}

#[test]
fn what_is_published_reaches_who_subscribed() {
    let server = NatsServer::start("");
    let mut reader = Client::connect(server.address()).expect("a connection");
    reader.subscribe("a.*", None).expect("a connection");
    assert_eq!(reader.flush().expect("an answer"), []);
    let mut writer = Client::connect(server.address()).expect("a connection");
    writer.publish("a.b", Some("c"), b"1\r\n2").expect("a connection");
    writer.publish("b", None, b"3").expect("a connection");
    assert_eq!(writer.flush().expect("an answer"), []);
    let received = reader.flush().expect("an answer");
    assert_eq!(received.len(), 1);
    let message = received[0].message().expect("a message");
    assert_eq!(
        (message.subject, message.reply, message.payload),
        ("a.b", Some("c"), &b"1\r\n2"[..])
    );
}

#[test]
fn a_server_lets_in_whom_its_configuration_names() {
    let server = NatsServer::start("authorization { user: me, password: secret }");
    let login = |password| Login { user: Some(("me", password)), tls: None };
    Client::log_in(server.address(), &login("secret")).expect("the password is right");
    let refused =
        Client::log_in(server.address(), &login("wrong")).err().expect("the password is wrong");
    assert_eq!(refused.to_string(), "'Authorization Violation'");
    server.wait_for_log("authentication error");
}

#[test]
fn a_server_that_is_killed_is_noticed_and_comes_back_at_its_port() {
    let mut server = NatsServer::start("");
    let address = server.address();
    let mut client = Client::connect(address).expect("a connection");
    server.kill();
    client.next_operation().expect_err("the connection is closed");
    Client::connect(address).err().expect("nobody listens");
    server.start_again();
    assert_eq!(server.address(), address);
    Client::connect(address).expect("a connection");
    assert_eq!(server.log().matches("Server is ready").count(), 2);
}

#[test]
#[should_panic(expected = "nats-server does not listen")]
fn a_configuration_that_is_wrong_ends_the_test_with_the_log() {
    NatsServer::start("accounts {");
}

#[test]
fn servers_of_a_cluster_pass_messages_on_also_after_one_was_killed() {
    let mut servers = NatsServer::cluster(3, "");
    let mut clients: Vec<Client> = servers
        .iter()
        .map(|server| Client::connect(server.address()).expect("a connection"))
        .collect();
    let [first, second, third] = &mut clients[..] else {
        panic!("three servers");
    };
    third.subscribe("a", None).expect("a connection");
    pass(first, third, "a");
    servers[0].kill();
    pass(second, third, "a");
    servers[0].start_again();
    servers[0].wait_for_cluster(3);
    let mut first = Client::connect(servers[0].address()).expect("a connection");
    pass(&mut first, third, "a");
}
