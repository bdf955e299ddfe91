//! A connection is an open file, and the system limits their number.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Resource, Rlimit, prlimit};

use crate::PATIENCE;
use crate::program::{Running, command, join};

/// A server that everybody on this machine may use, started by a shell after `before`.
struct Server {
    running: Running,
    address: SocketAddr,
}

impl Server {
    fn start(before: &str, args: &[&str]) -> Self {
        let http = ["--backend", "http", "--listen", "127.0.0.1:0", "--draw", "auto", "--no-auth"];
        let plain = command(&[&http, args, &["demo"]].concat());
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(format!("{before} exec \"$0\" \"$@\""));
        shell.arg(plain.get_program()).args(plain.get_args());
        for (name, value) in plain.get_envs() {
            match value {
                Some(value) => shell.env(name, value),
                None => shell.env_remove(name),
            };
        }
        shell.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let running = Running::start(shell);
        let address = ([127, 0, 0, 1], running.port()).into();
        Self { running, address }
    }

    fn pid(&self) -> Pid {
        Pid::from_child(&self.running.child)
    }

    /// The lowest number that no open file has. Whoever runs the tests may hand down files with higher
    /// ones, of which a limit says nothing.
    fn first_free(&self) -> u64 {
        let all = std::fs::read_dir(format!("/proc/{}/fd", self.running.child.id())).unwrap();
        let all: Vec<u64> =
            all.map(|file| file.unwrap().file_name().to_str().unwrap().parse().unwrap()).collect();
        (0..).find(|number| !all.contains(number)).unwrap()
    }

    /// Its soft limit of open files.
    fn soft_limit(&self) -> u64 {
        let text = format!("/proc/{}/limits", self.running.child.id());
        let text = std::fs::read_to_string(text).unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix("Max open files")).unwrap();
        line.split_whitespace().next().unwrap().parse().unwrap()
    }

    /// Lets it open files with numbers below `soft` only. What it has stays open.
    fn limit(&self, soft: u64) {
        let maximum = prlimit(
            Some(self.pid()),
            Resource::Nofile,
            Rlimit { current: Some(soft), maximum: Some(soft.max(1024)) },
        );
        maximum.unwrap();
    }

    /// Processor time so far, in seconds: fields 14 and 15 of proc(5)'s stat, in ticks of which Linux
    /// tells programs that there are 100 in a second.
    fn processor_time(&self) -> f64 {
        let stat = format!("/proc/{}/stat", self.running.child.id());
        let stat = std::fs::read_to_string(stat).unwrap();
        let (_, fields) = stat.rsplit_once(')').unwrap();
        let ticks = fields.split_whitespace().skip(11).take(2).map(|it| it.parse::<f64>().unwrap());
        ticks.sum::<f64>() / 100.0
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// A connection that begins a request.
    fn stranger(&self) -> TcpStream {
        let mut stream = self.connect();
        let _ = stream.write_all(b"G");
        stream
    }

    /// A client that is hidden, for which nothing is drawn. It has shown its role.
    fn client(&self) -> TcpStream {
        join(self.address, None)
    }

    /// What comes of a GET: nothing, if the connection breaks.
    fn get(&self) -> Vec<u8> {
        let (mut stream, mut answer) = (self.connect(), Vec::new());
        let _ = stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
        let _ = stream.read_to_end(&mut answer);
        answer
    }

    fn serves_again(&self) {
        let start = Instant::now();
        while !self.get().starts_with(b"HTTP/1.1 200 ") {
            assert!(start.elapsed() < PATIENCE, "it never serves again");
        }
    }
}

/// Out of files, the server can neither accept the next connection nor refuse it, and clients are not
/// ended for strangers; the listener stays readable, and a loop without pauses would turn as quickly as
/// it can.
#[test]
fn a_server_without_files_waits_patiently_and_serves_again() {
    let server = Server::start("", &[]);
    let clients: Vec<_> = (0..8).map(|_| server.client()).collect();
    let full = server.first_free();
    server.limit(full);
    let held: Vec<_> = (0..20).map(|_| server.stranger()).collect();
    let start = Instant::now();
    let (spent, took) = loop {
        let (before, since) = (server.processor_time(), Instant::now());
        // A measurement, not a wait for something.
        while since.elapsed() < Duration::from_secs(2) && server.first_free() >= full {
            std::thread::sleep(Duration::from_millis(50));
        }
        let (spent, took) = (server.processor_time() - before, since.elapsed().as_secs_f64());
        if took > 1.0 {
            break (spent, took);
        }
        assert!(start.elapsed() < PATIENCE, "it has files enough: {full}, {took} s");
    };
    assert!(spent < 0.3 * took, "{spent} s of processor time in {took} s: it spins");
    drop((held, clients));
    server.serves_again();
}

#[test]
fn strangers_who_hold_all_files_are_ended_for_whoever_comes() {
    let server = Server::start("", &[]);
    server.limit(server.first_free() + 8);
    let start = Instant::now();
    loop {
        let strangers: Vec<_> = (0..30).map(|_| server.stranger()).collect();
        let answered = server.get().starts_with(b"HTTP/1.1 200 ");
        // Whose time was over is told so; who is ended for another is not.
        let ended = strangers.into_iter().filter(|stranger| {
            stranger.set_nonblocking(true).unwrap();
            match { stranger }.read(&mut [0; 12]) {
                Ok(length) => length == 0,
                Err(error) => error.kind() != ErrorKind::WouldBlock,
            }
        });
        if answered && ended.count() >= 8 {
            break;
        }
        assert!(start.elapsed() < PATIENCE, "they are waited for");
    }
}

#[test]
fn the_soft_limit_of_open_files_is_raised_to_what_the_limits_need() {
    let server = Server::start("ulimit -S -n 128 &&", &["--clients", "100"]);
    let limit = server.soft_limit();
    // 256 connections for 64 clients and strangers, and as many more as clients; and those that are
    // told that there is no room.
    assert!((256 + 36 + 32..1024).contains(&limit), "{limit}");
    server.serves_again();
}

#[test]
fn fewer_clients_than_asked_for_are_told_where_the_hard_limit_is_too_low() {
    let args = ["--backend", "http", "--listen", "127.0.0.1:0", "--clients", "1000", "demo"];
    let plain = command(&args);
    let mut shell = Command::new("sh");
    shell.arg("-c").arg("ulimit -n 256 && exec \"$0\" \"$@\"");
    shell.arg(plain.get_program()).args(plain.get_args()).env_remove("FRAMECAST_BACKEND");
    shell.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
    shell.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let running = Running::start(shell);
    let line = running.line("warning");
    for part in ["256 files", "and not for 1192 and 1000", "ulimit -Hn", "--clients"] {
        assert!(line.contains(part), "{part} in {line}");
    }
}
