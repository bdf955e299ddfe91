//! A crowd of HTTP readers behind Varnish, of a canvas in segments: what the server is asked for, and what it costs.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::rc::Rc;
use std::time::{Duration, Instant};

use serde_json::Value;
use smol::LocalExecutor;
use smol::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use smol::net::TcpStream as AsyncStream;

use crate::client::{self, Behaviour, Seen};
use crate::scenarios::Lines as Part;
use crate::server::{Server, cpu_of};

/// Anything here takes less, on the busiest machine.
const PATIENCE: Duration = Duration::from_secs(30);
/// A reader that is answered nothing for so long has failed.
const STALLED: Duration = Duration::from_secs(20);

/// What `readers` cost a server behind Varnish, for `time`.
pub(crate) fn run(readers: u32, seconds: u32) -> Result<(), String> {
    let (readers, time) =
        (readers.clamp(1, 5000), Duration::from_secs(seconds.clamp(2, 120).into()));
    println!("| {readers} readers behind Varnish | measured | wanted |\n| --- | --- | --- |");
    for (what, flags) in [
        ("about 2 KB a second", &["--size", "200x100", "--max-fps", "1", "demo", "dashboard"][..]),
        ("at rest", &["demo", "paint"]),
    ] {
        let lines = crowd(what, flags, readers, time)?;
        for (what, measured, wanted) in lines {
            println!("| {what} | {measured} | {wanted} |");
        }
    }
    println!(
        "| later than by a WebSocket, 10 readers | {} | a second or two at most |",
        lateness(time)?
    );
    Ok(())
}

/// How much later readers behind Varnish have a frame than a client with a WebSocket.
fn lateness(time: Duration) -> Result<String, String> {
    let flags = ["--backend", "http", "--listen", "127.0.0.1:0", "--no-auth", "--live"];
    let shown = ["--max-fps", "10", "demo", "dashboard"];
    let server = Server::framecast(&[&flags[..], &shown].concat())?;
    let place = server.place()?;
    let varnish = Varnish::start(place.address.port())?;
    let seen = Rc::new(RefCell::new(Seen::default()));
    let executor = LocalExecutor::new();
    let client = client::run(place.address, place, Behaviour::Fast, Rc::clone(&seen));
    let client = executor.spawn(client);
    let read = read_all(varnish.address, 10, Instant::now() + time);
    let read = smol::block_on(executor.run(read))?;
    if client.is_finished() {
        return Err("the client with a WebSocket ended".to_owned());
    }
    let painted = &seen.borrow().painted;
    let first: HashMap<u64, Instant> =
        painted.iter().rev().map(|it| (it.sequence, it.at)).collect();
    let late = read.arrived.iter().filter_map(|(sequence, at)| Some((first.get(sequence)?, at)));
    let mut late: Vec<f64> = late
        .map(|(first, at)| {
            let earlier = first.saturating_duration_since(*at).as_secs_f64();
            (at.saturating_duration_since(*first).as_secs_f64() - earlier) * 1e3
        })
        .collect();
    late.sort_by(f64::total_cmp);
    let at = |part: f64| late.get((late.len() as f64 * part) as usize).copied();
    match (at(0.5), at(0.95), late.last()) {
        (Some(median), Some(most), Some(last)) => Ok(format!(
            "{median:.0} / {most:.0} / {last:.0} ms (p50 / p95 / most), of {} frames",
            late.len()
        )),
        _ => Err("no frame came by both ways".to_owned()),
    }
}

fn crowd(what: &str, shown: &[&str], readers: u32, time: Duration) -> Part {
    let flags = ["--backend", "http", "--listen", "127.0.0.1:0", "--no-auth", "--live"];
    let server = Server::framecast(&[&flags[..], shown].concat())?;
    let varnish = Varnish::start(server.place()?.address.port())?;
    let processes = [server.process_id(), varnish.worker()?];
    let cpu = || -> Result<Vec<f64>, String> { processes.iter().map(|it| cpu_of(*it)).collect() };
    let (before, fetched) = (cpu()?, varnish.fetched()?);
    let start = Instant::now();
    let read = smol::block_on(read_all(varnish.address, readers, start + time))?;
    let (after, seconds) = (cpu()?, start.elapsed().as_secs_f64());
    let fetched = varnish.fetched()? - fetched;
    let cores = |n: usize| (after[n] - before[n]) / seconds;
    let Read { objects, requests, bytes, now, joined, .. } = read;
    let segments = objects.len() as u64 - joined;
    let sizes = objects.iter().filter(|(name, _)| !name.ends_with("-full"));
    let mut sizes: Vec<usize> = sizes.map(|(_, bytes)| *bytes).collect();
    sizes.sort_unstable();
    // The first ones make exact what was drawn before.
    let median = sizes.get(sizes.len() / 2).copied().unwrap_or_default();
    Ok(vec![
        (
            format!("{what}: a segment"),
            format!("{median} bytes (median), without its HTTP head"),
            "as little as it takes",
        ),
        (
            format!("{what}: asked of Varnish, in {seconds:.0} s"),
            format!("{requests} requests, {:.1} MB", bytes as f64 / 1e6),
            "one a second for each reader",
        ),
        (
            format!("{what}: asked of the server"),
            format!(
                "{fetched} requests: {segments} segments and {joined} pictures to begin with, once each, and {} times where to begin (of {now})",
                fetched.saturating_sub(objects.len() as u64)
            ),
            "one for each object, and one a second at most",
        ),
        (
            format!("{what}: processors"),
            format!("{:.3} of a core for the server, {:.2} for Varnish", cores(0), cores(1)),
            "the server: as with one viewer",
        ),
    ])
}

/// A running Varnish with the example's configuration; ends when dropped.
struct Varnish {
    child: Child,
    folder: PathBuf,
    address: SocketAddr,
}

impl Varnish {
    fn start(port: u16) -> Result<Self, String> {
        let wrong = |error: std::io::Error| format!("cannot prepare Varnish: {error}");
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/edge/varnish.vcl");
        let mut text = fs::read_to_string(source).map_err(wrong)?;
        for edge in ["10.0.0.11", "10.0.0.12"] {
            text = text.replace(
                &format!("\"{edge}\"; .port = \"60649\""),
                &format!("\"127.0.0.1\"; .port = \"{port}\""),
            );
        }
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|it| it.local_addr());
        let address = free.map_err(wrong)?;
        let folder = std::env::temp_dir().join(format!("framecast-load-{}", address.port()));
        fs::create_dir_all(&folder).map_err(wrong)?;
        let file = folder.join("default.vcl");
        fs::write(&file, text).map_err(wrong)?;
        let child = Command::new("varnishd")
            .args(["-F", "-j", "none", "-s", "malloc,256m", "-a", &address.to_string(), "-n"])
            .arg(folder.join("work"))
            .arg("-f")
            .arg(file)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| {
                format!("cannot run varnishd ({error}); on Debian: apt-get install varnish")
            })?;
        let mut varnish = Self { child, folder, address };
        let until = Instant::now() + PATIENCE;
        while TcpStream::connect(address).is_err() {
            if !matches!(varnish.child.try_wait(), Ok(None)) || Instant::now() > until {
                return Err("varnishd does not listen".to_owned());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(varnish)
    }

    /// The process that serves: a child of the one that was started.
    fn worker(&self) -> Result<u32, String> {
        let path = format!("/proc/{0}/task/{0}/children", self.child.id());
        let children = fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
        let first = children.split_whitespace().next().and_then(|it| it.parse().ok());
        first.ok_or_else(|| "varnishd has no worker".to_owned())
    }

    /// Requests that it sent to the server so far, but for those for its health.
    fn fetched(&self) -> Result<u64, String> {
        let output = Command::new("varnishstat")
            .args(["-1", "-f", "MAIN.backend_req", "-n"])
            .arg(self.folder.join("work"))
            .output()
            .map_err(|error| format!("cannot run varnishstat: {error}"))?;
        let text = String::from_utf8_lossy(&output.stdout);
        let number = text.split_whitespace().nth(1).and_then(|it| it.parse().ok());
        number.ok_or_else(|| format!("varnishstat says {text:?}"))
    }
}

impl Drop for Varnish {
    fn drop(&mut self) {
        // It ends its worker, which ends with it in any case.
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let until = Instant::now() + Duration::from_secs(5);
        while matches!(self.child.try_wait(), Ok(None)) && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// What readers were answered.
#[derive(Default)]
struct Read {
    /// Segments and pictures by name, with their bytes.
    objects: HashMap<String, usize>,
    /// Pictures to begin with.
    joined: u64,
    requests: u64,
    /// How often they asked where to begin.
    now: u64,
    bytes: u64,
    /// When readers had all of a frame in a segment, by its number.
    arrived: Vec<(u64, Instant)>,
}

/// Has so many read until then, as pages do.
async fn read_all(address: SocketAddr, readers: u32, until: Instant) -> Result<Read, String> {
    let executor = LocalExecutor::new();
    let read = Rc::new(RefCell::new(Read::default()));
    let tasks: Vec<_> =
        (0..readers).map(|_| executor.spawn(one(address, Rc::clone(&read), until))).collect();
    let all = async {
        for task in tasks {
            task.await?;
        }
        Ok::<_, String>(())
    };
    executor.run(all).await?;
    Ok(std::mem::take(&mut *read.borrow_mut()))
}

async fn one(address: SocketAddr, read: Rc<RefCell<Read>>, until: Instant) -> Result<(), String> {
    let connected = AsyncStream::connect(address).await;
    let mut stream = BufReader::new(connected.map_err(|error| format!("cannot connect: {error}"))?);
    while Instant::now() < until {
        let said = get(&mut stream, address, "now", &read).await?;
        read.borrow_mut().now += 1;
        let said: Value = serde_json::from_slice(&said).map_err(|error| error.to_string())?;
        let Some(mut name) = said["first"].as_str().map(str::to_owned) else { continue };
        while Instant::now() < until {
            let bytes = get(&mut stream, address, &name, &read).await?;
            let next = next_of(&bytes).ok_or_else(|| format!("{name} names no next"))?;
            let mut read = read.borrow_mut();
            let joined = name.ends_with("-full");
            if read.objects.insert(std::mem::replace(&mut name, next), bytes.len()).is_none() {
                read.joined += u64::from(joined);
            }
        }
    }
    Ok(())
}

/// The name that a segment ends with.
fn next_of(mut bytes: &[u8]) -> Option<String> {
    loop {
        let (head, rest) = bytes.split_first_chunk::<5>()?;
        let length = u32::from_le_bytes([head[1], head[2], head[3], head[4]]) as usize;
        let payload = rest.get(..length)?;
        if head[0] == 0 {
            return Some(str::from_utf8(payload).ok()?.to_owned());
        }
        bytes = &rest[length..];
    }
}

/// The body of the answer to a GET.
async fn get(
    stream: &mut BufReader<AsyncStream>,
    address: SocketAddr,
    name: &str,
    read: &RefCell<Read>,
) -> Result<Vec<u8>, String> {
    let answer =
        async { answered(stream, address, name, read).await.map_err(|error| error.to_string()) };
    let late = async {
        smol::Timer::after(STALLED).await;
        Err("no answer".to_owned())
    };
    let body = smol::future::or(answer, late).await.map_err(|error| format!("{name}: {error}"))?;
    let mut read = read.borrow_mut();
    read.requests += 1;
    read.bytes += body.len() as u64;
    Ok(body)
}

/// Notes the frames that are there as a whole in `body` behind its first `at` bytes; where the next message begins.
fn note(body: &[u8], mut at: usize, read: &RefCell<Read>) -> usize {
    while let Some((head, rest)) = body[at..].split_first_chunk::<5>() {
        let length = u32::from_le_bytes([head[1], head[2], head[3], head[4]]) as usize;
        let Some(part) = rest.get(..length) else { break };
        at += 5 + length;
        // The last part of an update.
        if head[0] == 2
            && part.get(10).is_some_and(|flags| flags & 1 != 0)
            && let Some(sequence) = part.get(40..48).and_then(|it| it.try_into().ok())
        {
            let sequence = u64::from_le_bytes(sequence);
            read.borrow_mut().arrived.push((sequence, Instant::now()));
        }
    }
    at
}

async fn answered(
    stream: &mut BufReader<AsyncStream>,
    address: SocketAddr,
    name: &str,
    read: &RefCell<Read>,
) -> std::io::Result<Vec<u8>> {
    let request = format!("GET /live/{name} HTTP/1.1\r\nHost: {address}\r\n\r\n");
    stream.get_mut().write_all(request.as_bytes()).await?;
    let wrong = |what: &str| std::io::Error::other(what.to_owned());
    let (mut line, mut length, mut chunked) = (String::new(), 0, false);
    loop {
        line.clear();
        stream.read_line(&mut line).await?;
        let header = line.trim_end().to_ascii_lowercase();
        if header.starts_with("http/") && !header.contains(" 200") {
            return Err(wrong(&header));
        }
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse().map_err(|_| wrong("no length"))?;
        }
        chunked |= header.starts_with("transfer-encoding:") && header.ends_with("chunked");
        if header.is_empty() {
            break;
        }
    }
    // What they join with is older, and where to begin is no segment.
    let is_segment = name != "now" && !name.ends_with("-full");
    let (mut body, mut noted) = (Vec::new(), 0);
    loop {
        if chunked {
            line.clear();
            stream.read_line(&mut line).await?;
            length = usize::from_str_radix(line.trim(), 16).map_err(|_| wrong("no chunk"))?;
        }
        let at = body.len();
        body.resize(at + length, 0);
        stream.read_exact(&mut body[at..]).await?;
        if is_segment {
            noted = note(&body, noted, read);
        }
        if !chunked {
            return Ok(body);
        }
        line.clear();
        stream.read_line(&mut line).await?;
        if length == 0 {
            return Ok(body);
        }
    }
}
