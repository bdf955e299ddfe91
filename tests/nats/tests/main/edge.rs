//! The files in `examples/edge`, as they are but for addresses, names and paths.

mod stage;

use std::fs;
use std::io::Read;
use std::net::TcpStream;
use std::process::Command;

use framecast_test_nats::{Client, LIMIT, Login, NatsServer, Operation};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConnection, RootCertStore, Stream};
use tempfile::TempDir;

use crate::until;
use stage::{BUS, Stage, read, replace, run, source, trusting};

/// What the origin publishes.
const UPDATES: &str = "framecast.lecture.updates";
/// What an edge publishes, and others answer.
const SINCE: &str = "framecast.lecture.since";

/// Whether the server refuses what `ask` sends, with "Permissions Violation".
fn refused(client: &mut Client, ask: impl FnOnce(&mut Client) -> std::io::Result<()>) -> bool {
    ask(client).expect("a connection");
    let received = client.flush().expect("an answer");
    received.iter().any(|operation| operation.argument().starts_with("'Permissions Violation"))
}

fn may_publish(client: &mut Client, subject: &str) -> bool {
    !refused(client, |client| client.publish(subject, None, b""))
}

fn may_subscribe(client: &mut Client, subject: &str, queue: Option<&str>) -> bool {
    !refused(client, |client| client.subscribe(subject, queue))
}

/// Payloads of the messages with this subject.
fn payloads<'a>(received: &'a [Operation], subject: &str) -> Vec<&'a [u8]> {
    let messages = received.iter().filter_map(Operation::message);
    messages.filter(|message| message.subject == subject).map(|message| message.payload).collect()
}

/// The table of subjects in README.md: a subject, and what an origin, an edge and one where somebody drives do there.
fn table() -> Vec<[String; 4]> {
    let readme = read(&source().join("README.md"));
    let (_, rest) = readme
        .split_once("| subject | carries | origin | edge | edge with `--drive` |\n")
        .expect("the table of subjects");
    let rows = rest.lines().skip(1).take_while(|line| line.starts_with('|'));
    rows.map(|row| {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        [cells[1], cells[3], cells[4], cells[5]].map(str::to_owned)
    })
    .collect()
}

#[test]
fn each_user_may_do_what_the_table_says_and_nothing_else() {
    let stage = Stage::new();
    let server = NatsServer::start_file(&stage.path("nats.conf"));
    let mut checked = 0;
    for [subject, of_origin, of_edge, of_drive] in table() {
        let others = [
            "framecast.lecture",
            "framecast.lecture.x",
            "framecast.other.updates",
            "framecast.>",
            "_INBOX.x",
            ">",
        ];
        let subject = subject.trim_matches('`');
        let subjects = if subject == "anything else" { others.to_vec() } else { vec![subject] };
        let users = [
            ("origin", &of_origin),
            ("edge-1", &of_edge),
            ("edge-2", &of_edge),
            ("drive-1", &of_drive),
        ];
        for (user, cell) in users {
            let mut client = stage.log_in(&server, user);
            let publishes = cell.contains("publishes");
            let subscribes = cell.contains("subscribes");
            let queue_only = cell.contains("`current`");
            for subject in &subjects {
                let is = [
                    may_publish(&mut client, subject),
                    may_subscribe(&mut client, subject, None),
                    may_subscribe(&mut client, subject, Some("other")),
                    may_subscribe(&mut client, subject, Some("current")),
                ];
                let alone = subscribes && !queue_only;
                assert_eq!(is, [publishes, alone, alone, subscribes], "{user}, {subject}: {cell}");
                checked += 1;
            }
        }
    }
    assert_eq!(checked, 4 * 16, "rows of the table");
}

#[test]
fn who_has_no_password_stays_out() {
    let stage = Stage::new();
    let server = NatsServer::start_file(&stage.path("nats.conf"));
    for user in [None, Some(("edge-1", "wrong")), Some(("edge-3", "wrong"))] {
        let login = Login { user, tls: Some((BUS, stage.tls.clone())) };
        let error = Client::log_in(server.address(), &login).err().expect("nobody is let in");
        assert_eq!(error.to_string(), "'Authorization Violation'");
    }
    Client::connect(server.address()).err().expect("nobody is let in without TLS");
    let login = Login { user: None, tls: Some(("bus.example.com", stage.tls.clone())) };
    Client::log_in(server.address(), &login).err().expect("the certificate is another name's");
}

#[test]
fn an_edge_cannot_publish_by_asking_itself() {
    let stage = Stage::new();
    let server = NatsServer::start_file(&stage.path("nats.conf"));
    let mut edge = stage.log_in(&server, "edge-1");
    assert!(may_subscribe(&mut edge, SINCE, Some("current")));
    for subject in [UPDATES, "framecast.lecture.state", "_INBOX_origin.1"] {
        edge.publish(SINCE, Some(subject), b"0").expect("a connection");
        let received = edge.flush().expect("an answer");
        assert_eq!(payloads(&received, SINCE), [b"0"], "it is asked by itself");
        assert!(!may_publish(&mut edge, subject), "{subject}");
    }
}

#[test]
fn three_servers_are_a_cluster_in_which_edges_and_the_origin_reach_each_other() {
    let stage = Stage::new();
    let servers: Vec<_> = stage.cluster().iter().map(|file| NatsServer::start_file(file)).collect();
    for server in &servers {
        server.wait_for_cluster(3);
    }
    let mut origin = stage.log_in(&servers[0], "origin");
    let mut asking = stage.log_in(&servers[1], "edge-1");
    let mut answering = stage.log_in(&servers[2], "edge-2");
    assert!(
        may_subscribe(&mut asking, "_INBOX_edge.1", None)
            && may_subscribe(&mut asking, UPDATES, None)
    );
    assert!(may_subscribe(&mut answering, SINCE, Some("current")));
    // Subscriptions take a moment from one server to the next.
    until("the request reaches the other edge", || {
        asking.publish(SINCE, Some("_INBOX_edge.1"), b"0").expect("a connection");
        asking.flush().expect("an answer");
        !payloads(&answering.flush().expect("an answer"), SINCE).is_empty()
    });
    until("the update reaches the edge", || {
        assert!(may_publish(&mut origin, UPDATES));
        !payloads(&asking.flush().expect("an answer"), UPDATES).is_empty()
    });
    assert!(may_publish(&mut answering, "_INBOX_edge.1"), "it was asked");
    until("the answer comes back", || {
        let received = asking.next_message().expect("a message");
        !payloads(&[received], "_INBOX_edge.1").is_empty()
    });
}

#[test]
fn a_server_without_a_certificate_of_the_cluster_cannot_join() {
    let stage = Stage::new();
    let files = stage.cluster();
    let server = NatsServer::start_file(&files[0]);
    server.wait_for_log("Listening for route connections");
    let config = read(&stage.path("cluster/cluster-1.conf"));
    let address = config
        .split_once("listen: \"")
        .and_then(|(_, rest)| rest.split('"').next())
        .expect("an address");
    let mut socket = TcpStream::connect(address).expect("a connection");
    socket.set_read_timeout(Some(LIMIT)).expect("a socket");
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_file(stage.path("cluster-ca.pem")).expect("PEM"))
        .expect("a certificate");
    let name = "127.0.0.1".try_into().expect("an address");
    let mut tls = ClientConnection::new(trusting(roots), name).expect("a client");
    Stream::new(&mut tls, &mut socket).read_to_end(&mut Vec::new()).expect_err("it is refused");
    server.wait_for_log("client didn't provide a certificate");
}

#[test]
fn nats_server_takes_every_configuration() {
    let stage = Stage::new();
    let mut files = stage.cluster();
    files.push(stage.path("nats.conf"));
    for file in files {
        run(Command::new("nats-server").arg("-t").arg("-c").arg(&file));
    }
    fs::write(stage.path("nats.conf"), "include common.conf\nnot_known: 1\n").expect("a file");
    let output = Command::new("nats-server")
        .arg("-t")
        .arg("-c")
        .arg(stage.path("nats.conf"))
        .output()
        .expect("nats-server");
    assert!(!output.status.success(), "it checks names");
}

#[test]
fn nginx_takes_its_configuration() {
    for name in ["nginx.conf", "nginx-cache.conf"] {
        let stage = Stage::new();
        let folder = stage.folder.path().to_string_lossy();
        let server = replace(
            &read(&source().join(name)),
            "/etc/ssl/lecture.example.org",
            &format!("{folder}/tls"),
        );
        let server = server.replace("/var/cache/nginx/lecture", &format!("{folder}/cache"));
        let text = format!(
            "pid {folder}/pid; error_log stderr; events {{}} http {{ access_log off; {server} }}"
        );
        fs::write(stage.path("nginx.conf"), text).expect("a file");
        run(Command::new("nginx")
            .args(["-t", "-e", "stderr", "-p", &folder, "-c"])
            .arg(stage.path("nginx.conf")));
    }
}

#[test]
fn systemd_takes_the_units() {
    let folder = TempDir::new().expect("a folder");
    for (unit, program) in
        [("framecast-origin.service", "my_app"), ("framecast-edge@.service", "framecast")]
    {
        let text = replace(
            &read(&source().join(unit)),
            &format!("/usr/local/bin/{program} "),
            "/bin/true ",
        );
        let file = folder.path().join(unit);
        fs::write(&file, text).expect("a file");
        // It warns of what it does not know, and succeeds.
        let output = Command::new("systemd-analyze")
            .arg("verify")
            .arg(&file)
            .output()
            .expect("systemd-analyze");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && !said.contains(unit), "{unit}: {said}");
    }
}

#[test]
fn the_compose_file_is_yaml_and_names_files_that_are_there_or_made() {
    let script = "import sys, yaml, json; print(json.dumps(yaml.safe_load(open(sys.argv[1]))))";
    let output = Command::new("python3")
        .args(["-c", script])
        .arg(source().join("compose.yaml"))
        .output()
        .expect("python3");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let compose: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let stage = Stage::new();
    let volumes = compose["services"]["bus"]["volumes"].as_array().expect("volumes");
    let mounted = volumes
        .iter()
        .map(|volume| volume.as_str().and_then(|text| text.split(':').next()).expect("a path"));
    let secrets = compose["secrets"].as_object().expect("secrets").values();
    let files: Vec<&str> =
        mounted.chain(secrets.map(|secret| secret["file"].as_str().expect("a file"))).collect();
    assert_eq!(files.len(), 7);
    for file in files {
        assert!(stage.path(file).exists(), "{file}");
    }
}
