//! A socket that systemd hands over: `--listen systemd`.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::fd::OwnedFd;
use std::process::Command;

use crate::PATIENCE;
use crate::program::{Running, command};

/// The program with `socket` as its file 3 and the variables of systemd, which a shell sets: the number of the
/// process is known to nobody else before it starts.
fn handed(variables: &str, socket: impl Into<OwnedFd>, args: &[&str]) -> Command {
    let program = command(args);
    let mut shell = Command::new("sh");
    let line = format!("export {variables}; exec \"$0\" \"$@\" 3<&0 </dev/null");
    shell.args(["-c", &line]).arg(program.get_program()).args(program.get_args());
    shell.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY").env_remove("FRAMECAST_BACKEND");
    shell.stdin(socket.into()).stdout(std::process::Stdio::piped());
    shell.stderr(std::process::Stdio::piped());
    shell
}

const OURS: &str = "LISTEN_PID=$$ LISTEN_FDS=1";
const DEMO: [&str; 6] = ["--backend", "http", "--listen", "systemd", "demo", "paint"];

fn error(mut command: Command) -> String {
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn a_server_takes_the_socket_that_systemd_hands_over_and_passes_it_to_nobody() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    // As with systemd: somebody has connected before the program starts.
    let mut first = TcpStream::connect(address).unwrap();
    first.set_read_timeout(Some(PATIENCE)).unwrap();
    let running = Running::start(handed(OURS, listener, &DEMO));
    assert_eq!(running.port(), address.port());
    let request = format!("GET / HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    first.write_all(request.as_bytes()).unwrap();
    let mut page = String::new();
    first.read_to_string(&mut page).unwrap();
    assert!(page.starts_with("HTTP/1.1 200") && page.contains("<framecast-view"), "{page}");
    let info = std::fs::read_to_string(format!("/proc/{}/fdinfo/3", running.child.id())).unwrap();
    let flags = info.lines().find_map(|line| line.strip_prefix("flags:")).unwrap().trim();
    let close_on_exec = 0o2_000_000;
    assert_ne!(u32::from_str_radix(flags, 8).unwrap() & close_on_exec, 0, "{info}");
}

#[test]
fn a_socket_that_is_missing_or_of_another_kind_is_a_clear_error() {
    let listener = || TcpListener::bind("127.0.0.1:0").unwrap();
    assert!(error(command(&DEMO)).contains("systemd handed no socket to this process"));
    for (variables, word) in [
        ("LISTEN_PID=1 LISTEN_FDS=1", "for another process"),
        ("LISTEN_PID=$$ LISTEN_FDS=2", "2 sockets"),
        ("LISTEN_PID=$$ LISTEN_FDS=many", "no number"),
    ] {
        let text = error(handed(variables, listener(), &DEMO));
        assert!(text.contains(word), "{text}");
    }
    let closed = "LISTEN_PID=$$ LISTEN_FDS=1; exec \"$0\" \"$@\" 3<&-";
    let text = error(handed(closed, listener(), &DEMO));
    assert!(text.contains("cannot be used"), "{text}");
    let listening = listener();
    let connected = TcpStream::connect(listening.local_addr().unwrap()).unwrap();
    let datagrams = UdpSocket::bind("127.0.0.1:0").unwrap();
    let file = tempfile::tempfile().unwrap();
    for socket in [OwnedFd::from(connected), datagrams.into(), file.into()] {
        let text = error(handed(OURS, socket, &DEMO));
        assert!(text.contains("cannot be used") && text.contains("ListenStream="), "{text}");
    }
}

#[test]
fn a_socket_that_others_reach_needs_a_word_as_an_address_does() {
    let listener = || TcpListener::bind("0.0.0.0:0").unwrap();
    assert!(error(handed(OURS, listener(), &DEMO)).contains("--insecure"));
    let open = [&["--insecure", "--no-auth"][..], &DEMO].concat();
    assert!(error(handed(OURS, listener(), &open)).contains("drop --no-auth"));
    let insecure = [&["--insecure"][..], &DEMO].concat();
    Running::start(handed(OURS, listener(), &insecure)).line("nothing is encrypted");
}
