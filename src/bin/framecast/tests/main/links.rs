//! Links that stay the same: `--link-file`, and variables of the environment.

use std::process::Command;

use crate::program::{Running, command};

const DEMO: [&str; 6] = ["--backend", "http", "--listen", "127.0.0.1:0", "demo", "paint"];
const ONE: &str = "vJ8_kQ2-xP7.aZ4~mT9wLb";
const TWO: &str = "9f86d081884c7d659a2feaa0c55ad015";

fn demo(more: &[&str]) -> Command {
    command(&[more, &DEMO].concat())
}

fn token(line: &str) -> String {
    let token = line.split_once("/#token=").unwrap().1;
    token.split(' ').next().unwrap().to_owned()
}

fn error(mut command: Command) -> String {
    let output = command.output().unwrap();
    assert!(!output.status.success());
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn a_link_file_is_made_and_gives_the_same_links_at_the_next_start_and_is_followed() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("links");
    let flags = ["--link-file", file.to_str().unwrap()];
    let tokens = || {
        let running = Running::start(demo(&flags));
        ["drive", "watch"].map(|role| token(&running.line(&format!("http    {role}"))))
    };
    let first = tokens();
    assert_eq!(tokens(), first);
    let running = Running::start(demo(&flags));
    running.line("http    watch");
    // In its place, so that it stays private.
    std::fs::write(&file, format!("desk drive never {ONE}\n")).unwrap();
    assert!(running.line("changed").contains("gone: 2, new ones: 1"));
    std::fs::write(&file, "desk drive never short\n").unwrap();
    assert!(running.line("stay as they were").contains("line 1: "));
    drop(running);
    let error = error(demo(&flags));
    assert!(error.contains("line 1: ") && error.contains("too short"), "{error}");
}

#[test]
fn variables_are_links_and_none_with_an_error_shows_its_value() {
    let mut with = demo(&[]);
    with.env("FRAMECAST_LINK_desk", format!("drive:{ONE}"));
    assert_eq!(token(&Running::start(with).line("(desk)")), ONE);
    let mut broken = demo(&[]);
    broken.env("FRAMECAST_LINK_desk", TWO);
    let text = error(broken);
    assert!(text.contains("FRAMECAST_LINK_desk") && !text.contains(TWO), "{text}");
    let mut open = demo(&["--no-auth"]);
    open.env("FRAMECAST_LINK_desk", format!("drive:{ONE}"));
    assert!(error(open).contains("drop one of them"));
}
