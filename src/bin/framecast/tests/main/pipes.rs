use std::fs::File;
use std::io::{Read, Write};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::program::{Running, command};

const DRAW: [&str; 4] = ["--backend", "none", "--draw", "always"];
const HELLO: &str = r#"{"type":"hello","version":1,"fixed_size":[2,1]}"#;
const FRAME: &str = r#"{"type":"frame","width":2,"height":1,"bytes":8}"#;

/// Runs a script of the shell, which has `say` for a line and a frame in `$hello` and `$frame`.
fn script(flags: &[&str], script: &str) -> Command {
    let script = format!("say() {{ echo \"$1\" >&$FRAMECAST_OUT; }}\nsay '{HELLO}'\n{script}");
    let mut command = command(&[&DRAW[..], &["run"], flags, &["--", "sh", "-c", &script]].concat());
    command.env("frame", FRAME);
    command
}

fn run(flags: &[&str], text: &str) -> Output {
    script(flags, text).output().unwrap()
}

fn error(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn types(lines: &str) -> Vec<String> {
    let kind = |line| {
        let value: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("{line:?}"));
        value["type"].as_str().unwrap().to_owned()
    };
    lines.lines().map(kind).collect()
}

#[test]
fn a_program_prints_freely_and_ends_the_show() {
    let output =
        run(&[], "echo results; echo notes >&2; say \"$frame\"; printf abcdefgh >&$FRAMECAST_OUT");
    assert!(output.status.success(), "{}", error(&output));
    assert_eq!(output.stdout, b"results\n");
    assert_eq!(error(&output), "notes\n");
}

#[test]
fn what_a_program_prints_is_kept_out_of_a_recording_on_standard_output() {
    let text = format!("echo '{HELLO}' >&$FRAMECAST_OUT; echo results");
    let flags = ["--backend", "none", "--record", "-", "run", "--", "sh", "-c", &text];
    let output = command(&flags).output().unwrap();
    assert!(error(&output).lines().any(|line| line == "results"), "{}", error(&output));
    assert!(!String::from_utf8_lossy(&output.stdout).contains("results"));
}

#[test]
fn a_program_hears_the_version_the_size_and_to_draw() {
    let output =
        // How many sizes and events come before it depends on how busy the machine is.
        run(&[], "while read -r line <&$FRAMECAST_IN; do echo \"$line\"; case $line in *draw*) exit;; esac; done");
    assert!(output.status.success(), "{}", error(&output));
    let heard = types(&String::from_utf8(output.stdout).unwrap());
    assert_eq!(heard[..2], ["hello", "resize"]);
    assert!(heard.contains(&"draw".to_owned()), "{heard:?}");
}

#[test]
fn descriptors_have_one_digit_however_many_files_the_canvas_opens() {
    let folder = tempfile::tempdir().unwrap();
    let files: Vec<_> = (0..8).map(|n| folder.path().join(format!("{n}.fcast"))).collect();
    let mut flags = DRAW.to_vec();
    flags.extend(files.iter().flat_map(|file| ["--record", file.to_str().unwrap()]));
    flags.extend(["run", "--", "sh", "-c", "echo $FRAMECAST_OUT $FRAMECAST_IN"]);
    let output = command(&flags).output().unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    let numbers: Vec<u32> = told.split_whitespace().map(|it| it.parse().unwrap()).collect();
    assert!(numbers.len() == 2 && numbers.iter().all(|it| *it < 10), "{told}");
}

#[test]
fn how_a_program_dies_is_told() {
    let output = run(&[], "exit 3");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(error(&output), "framecast: sh ended with exit status: 3\n");
    let output = run(&[], "say \"$frame\"; printf abc >&$FRAMECAST_OUT; kill -9 $$");
    assert_eq!(output.status.code(), Some(1));
    let text = error(&output);
    assert!(text.contains("3 of 8 bytes") && text.contains("signal: 9"), "{text}");
    let output = command(&[&DRAW[..], &["run", "--", "./no/such"]].concat()).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(error(&output).contains("cannot run \"./no/such\""), "{}", error(&output));
}

#[test]
fn what_a_program_must_not_write_is_told() {
    let huge =
        r#"{"type":"frame","width":1000000000,"height":1000000000,"bytes":4000000000000000000}"#;
    for (text, word) in [
        (format!("say '{huge}'"), "too large"),
        ("say 'Hello, world'".into(), "\"Hello, world\""),
        ("yes >&$FRAMECAST_OUT".into(), "\"y\""),
        ("cat /dev/zero >&$FRAMECAST_OUT".into(), "no end within"),
        ("while say '{\"type\":\"title\",\"title\":\"a\"}'; do n=$((n+1)); test $n = 3 && say x; done".into(), "\"x\""),
        (format!("say '{HELLO}'"), "second hello"),
    ] {
        let output = run(&[], &text);
        assert_eq!(output.status.code(), Some(1), "{text}");
        let said = error(&output);
        assert!(said.contains("what the program writes, byte") && said.contains(word), "{text}: {said}");
        assert!(!said.contains("panicked") && said.len() < 2000, "{text}: {said}");
    }
}

#[test]
fn what_is_wrong_is_told_before_the_program_is_waited_for() {
    let output = run(&[], "say 'Hello, world'\nwhile :; do sleep 1; done");
    assert_eq!(output.status.code(), Some(1));
    let said = error(&output);
    let wrong = said.find("\"Hello, world\"");
    assert!(wrong.is_some() && wrong < said.find("it is terminated"), "{said}");
}

#[test]
fn with_standard_output_as_the_pipe_printing_is_an_error_and_not_silent() {
    let output = run(&["--stdio"], "cat >/dev/null &\necho 'Hello from printf'");
    assert_eq!(output.status.code(), Some(1));
    let text = error(&output);
    assert!(
        text.contains("Hello from printf") && text.contains("a message was expected"),
        "{text}"
    );
}

#[test]
fn an_interrupt_tells_the_program_which_then_ends_as_it_likes() {
    let text = "echo ready >&2\nwhile read -r line <&$FRAMECAST_IN; do case $line in *'\"close\"'*) closed=1;; esac; done\n\
                echo \"over $closed\" >&2; exit 0";
    let mut running = Running::start(script(&[], text));
    running.line("ready");
    running.signal("-INT");
    running.line("over 1");
    assert_eq!(running.child.wait().unwrap().code(), Some(0));
}

#[cfg(feature = "http")]
#[test]
fn nobody_looks_and_nothing_is_drawn() {
    let text = format!(
        "echo '{HELLO}' >&$FRAMECAST_OUT\necho ready >&2\n\
         while read -r line <&$FRAMECAST_IN; do echo \"$line\"; done"
    );
    let args = ["--backend", "http", "--listen", "127.0.0.1:0", "run", "--", "sh", "-c", &text];
    let mut running = Running::start(command(&args));
    running.line("ready");
    running.signal("-INT");
    let mut heard = String::new();
    running.child.stdout.take().unwrap().read_to_string(&mut heard).unwrap();
    assert_eq!(running.child.wait().unwrap().code(), Some(0));
    let heard = types(&heard);
    assert!(!heard.contains(&"draw".to_owned()), "{heard:?}");
    assert_eq!(heard.last().unwrap(), "close");
}

#[test]
fn a_program_that_does_not_end_is_ended_with_what_it_started() {
    // The program and its child hold this pipe: it ends when both have.
    let (mut alive, held) = std::io::pipe().unwrap();
    let mut stubborn = script(
        &[],
        "trap '' TERM\n(while :; do sleep 1; done) &\necho ready >&2\nwhile :; do sleep 1; done",
    );
    stubborn.stdout(held);
    let mut running = Running::start(stubborn);
    running.line("ready");
    running.signal("-INT");
    running.line("it is terminated");
    running.line("it is killed");
    assert_eq!(running.child.wait().unwrap().code(), Some(0));
    assert_eq!(alive.read(&mut [0]).unwrap(), 0);
}

#[test]
fn a_program_that_goes_on_to_write_after_the_end_is_not_hurt() {
    let text = "echo ready >&2\nwhile read -r line <&$FRAMECAST_IN; do :; done\n\
                for i in 1 2 3; do say \"$frame\" || exit 4; printf abcdefgh >&$FRAMECAST_OUT; done; echo saved >&2";
    let mut running = Running::start(script(&[], text));
    running.line("ready");
    running.signal("-TERM");
    running.line("saved");
    assert_eq!(running.child.wait().unwrap().code(), Some(0));
}

/// What `pipe` writes as events, for this input.
fn pipe(flags: &[&str], input: &[u8]) -> (Output, String) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("events");
    let events = ["--events", file.to_str().unwrap()];
    let mut child = command(&[&DRAW[..], &["pipe"], flags, &events].concat())
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    // It may end before it has read everything.
    let _ = child.stdin.take().unwrap().write_all(input);
    let output = child.wait_with_output().unwrap();
    (output, std::fs::read_to_string(file).unwrap_or_default())
}

#[test]
fn frames_of_a_program_that_something_else_starts_are_shown_and_events_are_written() {
    let input = [HELLO, "\n", FRAME, "\nabcdefgh"].concat();
    let (output, events) = pipe(&["--format", "frames"], input.as_bytes());
    assert!(output.status.success(), "{}", error(&output));
    let events = types(&events);
    assert_eq!(events[..2], ["hello", "resize"]);
    assert_eq!(events.last().unwrap(), "close");
    let (output, _) = pipe(&["--format", "frames"], &input.as_bytes()[..input.len() - 1]);
    assert_eq!(output.status.code(), Some(1));
    assert!(error(&output).contains("standard input, byte"), "{}", error(&output));
}

#[test]
fn a_video_may_have_events_too() {
    let video = b"YUV4MPEG2 W2 H1 F1000:1 Cmono\nFRAME\nabFRAME\ncd";
    let (output, events) = pipe(&[], video);
    assert!(output.status.success(), "{}", error(&output));
    assert_eq!(types(&events), ["hello", "resize", "close"]);
}

#[test]
fn events_go_to_a_descriptor_or_to_standard_output() {
    let framecast = env!("CARGO_BIN_EXE_framecast");
    let flags = [&DRAW[..], &["pipe", "--format", "frames", "--events"]].concat().join(" ");
    for (events, redirect) in [("-", ""), ("3", "3>&1 >&2")] {
        let text = format!("printf '%s\\n' '{HELLO}' | {framecast} {flags} {events} {redirect}");
        let output = Command::new("sh").args(["-c", &text]).output().unwrap();
        assert!(output.status.success(), "{}", error(&output));
        let told = types(&String::from_utf8(output.stdout).unwrap());
        assert_eq!((&*told[0], &**told.last().unwrap()), ("hello", "close"), "{events}");
    }
    for (events, why) in [("77", "no open file descriptor"), ("0", "standard input")] {
        let output = command(&["pipe", "--format", "frames", "--events", events])
            .stdin(Stdio::piped())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2), "{}", error(&output));
        assert!(error(&output).contains(why), "{}", error(&output));
    }
}

#[cfg(unix)]
#[test]
fn events_are_not_written_into_the_input() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("frames");
    let input = [HELLO, "\n", FRAME, "\nabcdefgh"].concat();
    std::fs::write(&file, &input).unwrap();
    let pipe = folder.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let read = |path: &std::path::Path| File::options().read(true).open(path).unwrap();
    // A pipe with two ends of this process's own waits for nobody.
    let both = File::options().read(true).write(true).open(&pipe).unwrap();
    for (events, input) in [(file.as_path(), read(&file)), (&pipe, both)] {
        let args = ["pipe", "--format", "frames", "--events", events.to_str().unwrap()];
        let output = command(&args).stdin(input).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{}", error(&output));
        assert!(error(&output).contains("standard input"), "{}", error(&output));
    }
    assert_eq!(std::fs::read_to_string(&file).unwrap(), input);
    // What is neither a file nor a pipe may be both.
    let args = ["pipe", "--format", "frames", "--events", "/dev/null"];
    let output = command(&args).output().unwrap();
    assert!(!error(&output).contains("--events"), "{}", error(&output));
}
