//! Links that stay the same: `--link-file`, and variables of the environment.

use std::io::{BufRead, BufReader};
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

#[test]
fn links_for_scripts_are_lines_of_json_on_standard_output_and_those_for_people_stay_where_they_are()
{
    let more = ["--print-links", "json", "--link", "desk=drive", "--link", "guest=watch"];
    let mut running = Running::start(demo(&more));
    let output = BufReader::new(running.child.stdout.take().unwrap());
    // The program goes on: they are there at once.
    let lines: Vec<String> = output.lines().take(2).map(Result::unwrap).collect();
    for (line, (name, role)) in lines.iter().zip([("desk", "drive"), ("guest", "watch")]) {
        let told = running.line(&format!("({name})"));
        let url = told.split(' ').find(|word| word.starts_with("http://")).unwrap();
        let wanted =
            format!(r#"{{"backend":"http","name":"{name}","role":"{role}","url":"{url}"}}"#);
        assert_eq!(*line, wanted);
    }
    assert!(error(demo(&["--print-links", "yaml"])).contains("possible is json"));
}

#[test]
fn a_program_whose_standard_output_nobody_reads_says_so_and_goes_on() {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut unread = demo(&["--print-links", "json"]);
    unread.stdout(writer);
    let mut running = Running::start(unread);
    running.line("--print-links: standard output cannot be written");
    assert!(running.child.try_wait().unwrap().is_none());
    let nothing = command(&["--backend", "none", "--print-links", "json", "demo", "paint"]);
    Running::start(nothing).line("--print-links: there are no links");
}
