use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};

use crate::PATIENCE;

/// The program without a display, its output captured.
pub(crate) fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_framecast"));
    command
        .args(args)
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("FRAMECAST_BACKEND")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn run(args: &[&str]) -> Output {
    command(args).output().unwrap()
}

fn error(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Runs `pipe` on these bytes.
fn pipe(args: &[&str], input: &[u8]) -> Output {
    let args = [args, &["pipe"]].concat();
    pipe_with(&args, input)
}

fn pipe_with(args: &[&str], input: &[u8]) -> Output {
    let mut child = command(args).stdin(Stdio::piped()).spawn().unwrap();
    // It may end before it has read everything.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

/// A started program whose standard error is read line by line. Ended when dropped.
pub(crate) struct Running {
    pub(crate) child: Child,
    lines: Receiver<String>,
}

impl Running {
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command.spawn().unwrap();
        let (sender, lines) = channel();
        let reader = BufReader::new(child.stderr.take().unwrap());
        std::thread::spawn(move || {
            for line in reader.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Self { child, lines }
    }

    /// Waits for a line that contains `text`.
    pub(crate) fn line(&self, text: &str) -> String {
        loop {
            let line = self.lines.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("no {text:?}"));
            if line.contains(text) {
                return line;
            }
        }
    }

    pub(crate) fn port(&self) -> u16 {
        let line = self.line("http://");
        let digits = line.split("127.0.0.1:").nth(1).and_then(|rest| rest.split('/').next());
        digits.and_then(|it| it.parse().ok()).unwrap_or_else(|| panic!("no port in {line:?}"))
    }

    pub(crate) fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([name, &id]).status().unwrap().success());
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A client of the program at `address` by the link with `token`. It is hidden, and nothing is drawn for it.
pub(crate) fn join(address: SocketAddr, token: Option<&str>) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let hello = br#"{"type":"hello","width":1,"height":1,"ratio":1,"visible":false}"#;
    let bearer = token.map(|it| format!("Authorization: Bearer {it}\r\n")).unwrap_or_default();
    let head = format!(
        "GET / HTTP/1.1\r\nHost: {address}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
         {bearer}Sec-WebSocket-Protocol: framecast.v1\r\n\r\n",
    );
    // A final text frame, masked with zeros (RFC 6455, section 5.2).
    let frame = [&[0x81, 0x80 | hello.len() as u8, 0, 0, 0, 0][..], hello].concat();
    stream.write_all(&[head.as_bytes(), &frame].concat()).unwrap();
    let (mut said, mut byte) = (Vec::new(), [0]);
    while !String::from_utf8_lossy(&said).contains("welcome") {
        stream.read_exact(&mut byte).unwrap();
        said.push(byte[0]);
    }
    stream
}

#[test]
fn help_explains_flags_and_subcommands() {
    let output = run(&["--help"]);
    assert!(output.status.success());
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    for word in ["--backend", "--listen", "demo", "pipe", "run", "show", "FRAMECAST_BACKEND"] {
        assert!(text.contains(word), "{word} is missing in\n{text}");
    }
    for sub in ["demo", "pipe", "run", "show"] {
        let output = run(&[sub, "--help"]);
        assert!(output.status.success(), "{sub} --help: {}", error(&output));
        assert!(!output.stdout.is_empty());
    }
}

#[test]
fn what_is_wrong_on_the_command_line_is_told_with_what_is_possible() {
    for (args, word) in [
        (&["--backend", "banana", "demo"][..], "window"),
        (&["--size", "0x5", "demo"], "1280x720"),
        (&["--listen", "here", "demo"], "127.0.0.1"),
        (&["--max-fps", "-1", "demo"], "frame rate"),
        (&["--draw", "often", "demo"], "always"),
        (&["demo", "banana"], "plasma"),
        (&["juggle"], "demo"),
        (&["show"], "FILE"),
        (&["--backend", "none", "pipe", "--format", "banana"], "rgba"),
        (&["--backend", "none", "pipe", "--format", "rgba"], "--size"),
        (&["--no-auth", "--link", "desk=drive", "--backend", "http", "demo"], "drop one of them"),
        (&["--listen", "[::ffff:192.0.2.1]:0", "--backend", "http", "demo"], "not encrypted"),
    ] {
        let output = run(args);
        assert!(!output.status.success(), "{args:?}");
        let text = error(&output);
        assert!(text.to_lowercase().contains(&word.to_lowercase()), "{args:?}: {text}");
        assert!(!text.contains("panicked"), "{args:?}: {text}");
    }
}

#[test]
fn the_environment_overrides_the_default_and_a_flag_overrides_it() {
    let mut wrong = command(&["demo"]);
    wrong.env("FRAMECAST_BACKEND", "banana");
    let output = wrong.output().unwrap();
    assert!(!output.status.success());
    assert!(error(&output).contains("FRAMECAST_BACKEND"), "{}", error(&output));
    let mut window = command(&["demo"]);
    window.env("FRAMECAST_BACKEND", "window");
    assert!(error(&window.output().unwrap()).contains("window"));
    let mut flag = command(&["--backend", "http", "--listen", "127.0.0.1:0", "demo"]);
    flag.env("FRAMECAST_BACKEND", "banana");
    Running::start(flag).line("http://127.0.0.1:");
}

#[test]
fn every_demo_draws_and_ends_well_on_an_interrupt() {
    for demo in ["plasma", "paint", "cube", "dashboard", "events"] {
        for signal in ["-INT", "-TERM"] {
            let mut running = Running::start(command(&[
                "--backend",
                "http",
                "--listen",
                "127.0.0.1:0",
                "demo",
                demo,
            ]));
            let port = running.port();
            let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
            write!(stream, "GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n").unwrap();
            let mut page = String::new();
            stream.read_to_string(&mut page).unwrap();
            assert!(page.starts_with("HTTP/1.1 200") && page.contains("<html"), "{page}");
            running.signal(signal);
            assert_eq!(running.child.wait().unwrap().code(), Some(0), "{demo} {signal}");
        }
    }
}

#[test]
fn a_directory_with_a_page_is_served_and_one_that_is_not_there_is_told() {
    let around = std::env::temp_dir().join(format!("framecast-web-root-{}", std::process::id()));
    let args = ["--backend", "http", "--listen", "127.0.0.1:0", "--web-root"];
    let here = around.to_str().unwrap();
    let demo = |root| [&args[..], &[root, "demo"]].concat();
    let output = run(&demo(here));
    assert_eq!(output.status.code(), Some(1));
    let text = error(&output);
    assert!(text.contains(here) && text.contains("give a directory"), "{text}");
    std::fs::create_dir(&around).unwrap();
    std::fs::write(around.join("index.html"), "a page of mine").unwrap();
    let sources = ["--web-sources", "font-src https://fonts.example.org"];
    let running = Running::start(command(&[&sources[..], &demo(here)].concat()));
    let port = running.port();
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    write!(stream, "GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n").unwrap();
    let mut page = String::new();
    stream.read_to_string(&mut page).unwrap();
    let output = run(&[&["--web-sources", "default-src *"][..], &demo(here)].concat());
    std::fs::remove_dir_all(&around).unwrap();
    assert!(page.contains("font-src 'self' https://fonts.example.org;"), "{page}");
    assert!(page.ends_with("\r\n\r\na page of mine"), "{page}");
    assert_eq!(output.status.code(), Some(1));
    assert!(error(&output).contains("possible are connect-src"), "{}", error(&output));
}

#[test]
fn a_busy_port_is_a_clear_error() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = run(&["--backend", "http", "--listen", &address, "demo"]);
    assert_eq!(output.status.code(), Some(1));
    let text = error(&output);
    assert!(text.contains(&address) && text.contains("--listen"), "{text}");
}

#[test]
fn an_address_that_others_reach_needs_a_word_and_is_warned_about() {
    let args = ["--backend", "http", "--listen", "0.0.0.0:0", "demo"];
    let output = run(&args);
    assert_eq!(output.status.code(), Some(1));
    assert!(error(&output).contains("--insecure"), "{}", error(&output));
    let running = Running::start(command(&[&["--insecure"][..], &args].concat()));
    running.line("warning");
}

const Y4M: &[u8] =
    b"YUV4MPEG2 W4 H2 F100:1 C420jpeg\nFRAME\n\x10\x10\x10\x10\x10\x10\x10\x10\x80\x80\x80\x80";

#[test]
fn a_short_video_ends_by_itself() {
    let output = pipe(&["--backend", "none"], Y4M);
    assert!(output.status.success(), "{}", error(&output));
    assert!(error(&output).contains('1'), "{}", error(&output));
}

#[test]
fn truncated_and_wrong_video_is_told_with_its_offset() {
    let whole = Y4M.len();
    for cut in [whole - 1, whole - 12, whole - 15, 20] {
        let output = pipe(&["--backend", "none"], &Y4M[..cut]);
        assert_eq!(output.status.code(), Some(1), "cut at {cut}");
        let text = error(&output);
        assert!(text.contains(&cut.to_string()), "cut at {cut}: {text}");
    }
    for wrong in [
        &b""[..],
        b"GIF89a, really",
        b"YUV4MPEG2 W0 H0 F1:1\n",
        b"YUV4MPEG2 W99999999 H99999999 F1:1\nFRAME\n",
        b"YUV4MPEG2 W4 H4 F0:0\nFRAME\n",
        b"YUV4MPEG2 W4 H4 F25:1 C420p16\nFRAME\n",
        &[b'x'; 1 << 20],
    ] {
        let output = pipe(&["--backend", "none"], wrong);
        assert_eq!(output.status.code(), Some(1), "{:?}", &wrong[..wrong.len().min(40)]);
        let text = error(&output);
        assert!(!text.contains("panicked") && text.len() < 2000, "{text}");
    }
}

#[test]
fn raw_video_needs_a_size_and_whole_frames() {
    let args = ["--backend", "none", "--size", "4x2", "pipe", "--format", "rgba"];
    let output = pipe_with(&args, &[7; 4 * 2 * 4 * 3]);
    assert!(output.status.success(), "{}", error(&output));
    let output = pipe_with(&args, &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(error(&output).contains("empty"), "{}", error(&output));
    let output = pipe_with(&args, &[7; 4 * 2 * 4 + 5]);
    assert_eq!(output.status.code(), Some(1));
    assert!(error(&output).contains("37"), "{}", error(&output));
}

#[test]
fn an_interrupt_ends_a_video_that_waits_for_input() {
    let mut command = command(&["--backend", "http", "--listen", "127.0.0.1:0", "pipe"]);
    command.stdin(Stdio::piped());
    let mut running = Running::start(command);
    running.child.stdin.as_mut().unwrap().write_all(Y4M).unwrap();
    running.port();
    running.signal("-INT");
    assert_eq!(running.child.wait().unwrap().code(), Some(0));
}

#[test]
fn each_unreadable_picture_is_named() {
    let folder = std::env::temp_dir().join(format!("framecast-show-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let broken = folder.join("broken.png");
    std::fs::write(&broken, b"\x89PNG\r\n\x1a\nnot a picture").unwrap();
    let missing = folder.join("missing.png");
    let args = ["--backend", "none", "show", broken.to_str().unwrap(), missing.to_str().unwrap()];
    let output = run(&args);
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!(output.status.code(), Some(1));
    let text = error(&output);
    assert!(text.contains("broken.png") && text.contains("missing.png"), "{text}");
    assert!(!text.contains("panicked"), "{text}");
}

/// What a terminal obeys, and what turns or hides text.
const HOSTILE: &str = "\u{1b}]0;owned\u{7}\u{1b}[31m\u{202e}\u{9b}2J\u{200b}";

/// Whether a terminal may be shown `bytes`.
fn is_clean(bytes: &[u8]) -> bool {
    let text = str::from_utf8(bytes).expect("UTF-8");
    text.chars().all(|char| char == '\n' || !framecast::is_unprintable(char))
}

#[test]
fn nothing_that_is_printed_commands_the_terminal() {
    let folder = tempfile::Builder::new().prefix(&format!("a{HOSTILE}")).tempdir().unwrap();
    let file = folder.path().join("b.png");
    std::fs::write(&file, "no picture").unwrap();
    let (file, missing) = (file.to_str().unwrap(), folder.path().join("none"));
    let missing = missing.to_str().unwrap();
    let flag = format!("--{HOSTILE}");
    for args in [
        &[HOSTILE][..],
        &["demo", HOSTILE],
        &[&*flag, "demo"],
        &["--help", HOSTILE],
        &["--backend", HOSTILE, "demo"],
        &["--size", HOSTILE, "demo"],
        &["--listen", HOSTILE, "demo"],
        &["--link", HOSTILE, "demo"],
        &["--title", HOSTILE, "--backend", "none", "--max-fps", HOSTILE, "demo"],
        &["--backend", "none", "show", file],
        &["--backend", "none", "show", missing],
        &["--backend", "http", "--listen", "127.0.0.1:0", "--web-root", missing, "demo"],
        &["--backend", "http", "--tls-cert", missing, "--tls-key", missing, "demo"],
        &["--backend", "http", "--log", &format!("{missing}/log"), "demo"],
        &["--backend", "none", "pipe", "--format", HOSTILE],
    ] {
        let output = run(args);
        assert!(is_clean(&output.stderr) && is_clean(&output.stdout), "{args:?}: {output:?}");
        assert!(!output.stderr.is_empty() || !output.stdout.is_empty(), "{args:?}");
    }
    for header in [
        format!("YUV4MPEG2 W4 H4 F{HOSTILE}\nFRAME\n"),
        format!("YUV4MPEG2 W4 H4 F25:1 C{HOSTILE}\nFRAME\n"),
        format!("{HOSTILE}\n"),
    ] {
        let output = pipe(&["--backend", "none"], header.as_bytes());
        assert!(is_clean(&output.stderr) && !output.status.success(), "{header:?}: {output:?}");
    }
    let mut environment = command(&["demo"]);
    environment.env("FRAMECAST_BACKEND", HOSTILE);
    assert!(is_clean(&environment.output().unwrap().stderr));
}

#[test]
fn an_ipv4_address_that_is_written_as_one_of_ipv6_is_loopback() {
    let flags = ["--backend", "http", "--listen", "[::ffff:127.0.0.1]:0", "--no-auth", "demo"];
    let running = Running::start(command(&flags));
    assert!(TcpStream::connect(("127.0.0.1", running.port())).is_ok());
}
