//! Canvases that are published, and edges: what the command line says of them.

use framecast_test_nats::NatsServer;

use crate::program::{Running, command};

fn error(args: &[&str]) -> String {
    let output = command(args).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{args:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn what_is_wrong_is_told_with_what_to_write() {
    let nats = "nats://127.0.0.1:1/x";
    for (args, word) in [
        (&["edge", "x"][..], "write nats://HOST"),
        (&["edge", "nats://host"], "the name of the canvas is missing"),
        (&["edge", "nats://user:secret@host/x"], "file of credentials"),
        (&["--publish", "nats://host", "--backend", "none", "demo"], "write nats://HOST"),
        (&["edge", "nats://bus.example.org/x"], "write tls://, or add --insecure"),
        (
            &["--publish", "nats://127.0.0.1,10.0.0.5/x", "--backend", "none", "demo"],
            "write tls://, or add --insecure",
        ),
        (&["--publish", nats, "edge", nats], "for that program"),
        (&["--link", "desk=drive", "edge", nats], "desk=watch"),
        (&["edge", "--origin-key", "abc", nats], "43 characters"),
        (&["edge", "--name", "a b", nats], "a-z A-Z 0-9"),
        (&["--nats-creds", "not-there", "edge", nats], "credentials not-there"),
        (
            &["--nats-creds", "not-there", "--publish", nats, "--backend", "none", "demo"],
            "not-there",
        ),
    ] {
        let text = error(args);
        assert!(text.contains(word) && !text.contains("secret"), "{args:?}: {text}");
    }
}

#[cfg(unix)]
#[test]
fn whoever_says_that_others_may_listen_is_warned_and_served() {
    let server = NatsServer::start("");
    // This machine, by an address that does not say so.
    let nats = format!("nats://0.0.0.0:{}/x", server.address().port());
    let publish = ["--backend", "none", "--publish", &nats, "demo", "paint"];
    let edge = ["--backend", "http", "--listen", "127.0.0.1:0", "edge", &nats];
    for args in [&publish[..], &edge] {
        assert!(error(args).contains("--insecure"));
    }
    let [_origin, edge] = [&publish[..], &edge].map(|args| {
        let running = Running::start(command(&[&["--insecure"][..], args].concat()));
        running.line("nats:// is not encrypted");
        running
    });
    edge.line("the presenter is there");
}

#[cfg(unix)]
#[test]
fn an_edge_tells_that_it_waits_and_ends_well_on_an_interrupt() {
    let mut server = NatsServer::start("");
    let address = format!("{}/lecture", server.url());
    server.kill();
    let http = ["--backend", "http", "--listen", "127.0.0.1:0"];
    let mut waiting = Running::start(command(&[&http[..], &["edge", &address]].concat()));
    waiting.line("tried again until it works");
    waiting.line("http    watch");
    server.start_again();
    waiting.line("connected to");
    let origin = ["--backend", "none", "--publish", &address, "demo", "paint"];
    let mut origin = Running::start(command(&origin));
    origin.line("signed by");
    waiting.line("the presenter is there");
    origin.signal("-INT");
    assert!(origin.child.wait().unwrap().success());
    waiting.line("has closed the canvas");
    waiting.signal("-INT");
    assert!(waiting.child.wait().unwrap().success());
}

#[cfg(unix)]
#[test]
fn an_edge_tells_once_how_links_of_the_origin_are_used_there() {
    let server = NatsServer::start("");
    let address = format!("{}/lecture", server.url());
    let http = ["--backend", "http", "--listen", "127.0.0.1:0"];
    let origin = [&http[..], &["--publish", &address, "demo", "paint"]].concat();
    let origin = Running::start(command(&origin));
    origin.line("signed by");
    let edge = Running::start(command(&[&http[..], &["edge", &address]].concat()));
    let told = edge.line("the origin's links to watch work here");
    assert!(told.trim_end().ends_with("/#"), "{told}");
    for mut running in [origin, edge] {
        running.signal("-INT");
        assert!(running.child.wait().unwrap().success());
    }
}

/// The files in `examples/edge` start programs with flags that there are, in their order.
#[test]
fn the_commands_of_the_example_are_understood() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../examples/edge/");
    let unit = |name: &str| {
        let text = std::fs::read_to_string(format!("{folder}{name}")).unwrap().replace("\\\n", " ");
        let line = text.lines().find_map(|line| line.strip_prefix("ExecStart=")).unwrap();
        line.split_whitespace().skip(1).map(str::to_owned).collect::<Vec<_>>()
    };
    let compose = std::fs::read_to_string(format!("{folder}compose.yaml")).unwrap();
    let commands = compose.split("command: >-\n").skip(1).map(|rest| {
        let lines = rest.lines().take_while(|line| line.starts_with("      "));
        lines.flat_map(str::split_whitespace).map(str::to_owned).collect::<Vec<_>>()
    });
    let mut commands: Vec<Vec<String>> = commands.collect();
    assert_eq!(commands.len(), 2);
    commands.extend([unit("framecast-edge@.service"), unit("framecast-origin.service")]);
    let missing = tempfile::tempdir().unwrap();
    let missing = missing.path().to_str().unwrap();
    for mut command in commands {
        // What an operator adds, perhaps.
        command.retain(|argument| argument != "$EDGE_FLAGS");
        for argument in &mut command {
            // Nothing of this machine is read, made or listened to.
            for place in ["/etc", "/run", "/var"] {
                if argument.starts_with(place) {
                    *argument = format!("{missing}{argument}");
                }
            }
            *argument = argument
                .replace("%i", "lecture")
                .replace("0.0.0.0:443", "127.0.0.1:0")
                .replace("0.0.0.0:60649", "127.0.0.1:0");
        }
        let is_edge = command.iter().any(|argument| argument == "edge");
        if !is_edge {
            command.extend(["demo".to_owned()]);
        }
        let command: Vec<&str> = command.iter().map(String::as_str).collect();
        let output = super::program::command(&command).output().unwrap();
        let text = String::from_utf8(output.stderr).unwrap();
        // The first file that it needs is not there.
        assert!(text.contains(missing) && !text.contains("Unrecognized"), "{command:?}: {text}");
    }
}
