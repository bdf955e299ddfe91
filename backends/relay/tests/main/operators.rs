//! With the configuration of `examples/edge`: TLS, users, and no more permissions than the files give.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use framecast_api::{Backend, BackendCommand, ClientId, ControlState, Member, Role};
use framecast_relay::{Edge, RelayBackend, RelaySettings};
use framecast_test_nats::NatsServer;
use tempfile::TempDir;

use crate::drivers::{self, DriveEdge};
use crate::stage::{Origin, TestEdge, eventually};

/// A server as an operator runs it, and what its users are given.
struct Operated {
    folder: TempDir,
    server: NatsServer,
}

impl Operated {
    fn start() -> Self {
        let folder = TempDir::new().unwrap();
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/edge");
        let here = folder.path().to_string_lossy().into_owned();
        for name in ["nats.conf", "common.conf", "accounts.conf"] {
            let text = fs::read_to_string(source.join(name)).unwrap();
            let text = text.replace("/etc/nats", &here).replace("127.0.0.1:8222", "127.0.0.1:-1");
            fs::write(folder.path().join(name), text).unwrap();
        }
        let mut passwords = String::new();
        for user in ["origin", "edge-1", "edge-2", "drive-1"] {
            let variable = user.to_uppercase().replace('-', "_");
            passwords.push_str(&format!("{variable}_PASSWORD: \"secret of {user}\"\n"));
            let file = folder.path().join(format!("{user}.creds"));
            fs::write(&file, format!("{user}:secret of {user}\n")).unwrap();
            fs::set_permissions(&file, PermissionsExt::from_mode(0o600)).unwrap();
        }
        fs::write(folder.path().join("passwords.conf"), passwords).unwrap();
        fs::create_dir(folder.path().join("tls")).unwrap();
        let request = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=bus \
             -addext basicConstraints=critical,CA:FALSE -addext subjectAltName=IP:127.0.0.1 \
             -keyout tls/privkey.pem -out tls/fullchain.pem";
        let made = Command::new("openssl")
            .args(request.split_whitespace())
            .current_dir(folder.path())
            .output()
            .unwrap();
        assert!(made.status.success(), "{made:?}");
        let server = NatsServer::start_file(&folder.path().join("nats.conf"));
        Self { folder, server }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn settings(&self, user: &str) -> RelaySettings {
        let address = format!("tls://{}/lecture", self.server.address());
        RelaySettings::new(address.parse().unwrap())
            .with_ca(self.path("tls/fullchain.pem"))
            .with_credentials(self.path(&format!("{user}.creds")))
            .with_edge_name(user)
            .unwrap()
    }
}

#[test]
fn the_permissions_of_the_example_are_enough_and_nobody_needs_more() {
    let operated = Operated::start();
    let origin = Origin::with(operated.settings("origin"));
    let first = TestEdge::of(operated.settings("edge-1"), 1);
    first.wait_for_exact(&origin);
    // The second is answered by the first.
    let second = TestEdge::of(operated.settings("edge-2"), 1);
    second.wait_for_exact(&origin);
    for seed in 2..6 {
        origin.show((400, 150), seed);
        first.wait_for_exact(&origin);
        second.wait_for_exact(&origin);
    }
    eventually("both edges", || origin.audience().len() == 2);
    let log = operated.server.log();
    assert!(!log.contains("Permissions Violation"), "{log}");
}

#[test]
fn the_permissions_of_the_example_are_enough_for_an_edge_where_somebody_drives() {
    let operated = Operated::start();
    let mut origin = RelayBackend::new(operated.settings("origin")).unwrap();
    origin.set_drive_links(|| vec![(drivers::link(), drivers::KEY)]);
    origin.open(drivers::context()).unwrap();
    let mut edge = DriveEdge::of(operated.settings("drive-1"));
    edge.remote.join(1);
    let mut events = Vec::new();
    eventually("a key", || {
        edge.press("a");
        edge.poll();
        origin.poll(&mut |event| events.push(event));
        !drivers::keys(&events).is_empty()
    });
    eventually("it hears that it drives", || {
        edge.poll();
        origin.poll(&mut |event| events.push(event));
        let (client, label) = drivers::driver(&events).unwrap();
        let member = Member::new(5, Some(client), label, Role::Drive);
        let control = ControlState::new(Some(5), None, true, vec![member]);
        origin.apply(&BackendCommand::Control(control)).unwrap();
        edge.control()
            .is_some_and(|it| it.presenter().and_then(|it| it.client) == Some(ClientId(1)))
    });
    let log = operated.server.log();
    assert!(!log.contains("Permissions Violation"), "{log}");
}

#[test]
fn without_trust_in_the_certificate_or_with_the_wrong_user_nobody_connects() {
    let operated = Operated::start();
    let wrong = operated.path("wrong.creds");
    fs::write(&wrong, "edge-1:wrong").unwrap();
    fs::set_permissions(&wrong, PermissionsExt::from_mode(0o600)).unwrap();
    let error = Edge::connect(operated.settings("edge-1").with_credentials(&wrong)).err().unwrap();
    assert!(error.to_string().contains("check the credentials"), "{error}");
    let stranger =
        RelaySettings::new(format!("tls://{}/lecture", operated.server.address()).parse().unwrap());
    let told = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let tell = std::sync::Arc::clone(&told);
    let edge = Edge::connect(
        stranger.with_reporter(move |_, message| tell.lock().unwrap().push(message.to_owned())),
    )
    .unwrap();
    eventually("why it does not connect", || !told.lock().unwrap().is_empty());
    let told = told.lock().unwrap().concat();
    assert!(told.contains("certificate") && told.contains("tried again"), "{told}");
    assert!(!edge.state().live);
}
