//! The scenarios: what is set up, what is measured, and a line of the table for each.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use smol::future::FutureExt;
use smol::{LocalExecutor, Timer};

use crate::client::{self, Behaviour, Seen};
use crate::content::Content;
use crate::handovers::handovers;
use crate::link::{Link, relay};
use crate::recording::recording;
use crate::server::{Meter, Place, Reading, Server, cpu_of, socket_memory};
use crate::strangers::strangers;
use crate::summary::{Summary, summary};
use crate::unread::unread;
use crate::video::{video, watchers};

/// In the table's order.
pub(crate) const NAMES: [&str; 15] = [
    "motion",
    "audience",
    "crowd",
    "dashboard",
    "static",
    "distance",
    "company",
    "bandwidth",
    "memory",
    "strangers",
    "unread",
    "handovers",
    "recording",
    "video",
    "watchers",
];
/// Until rates, windows and caches are what they will be.
pub(crate) const WARM_UP: Duration = Duration::from_secs(3);
/// Between two clients' coming.
pub(crate) const APART: Duration = Duration::from_millis(10);
/// The bandwidth step: 5 Mbit/s.
const SLOW: f64 = 625e3;
/// After it, until pacing must have followed.
const FOLLOWS: Duration = Duration::from_secs(2);

/// Runs these scenarios and prints their lines.
pub(crate) fn run(names: &[&str], seconds: u32, seed: u64) -> Result<(), String> {
    if names.is_empty() {
        return Err(format!("name some scenarios: {}", NAMES.join(", ")));
    }
    let time = Duration::from_secs(seconds.clamp(2, 600).into());
    println!("| scenario | measured | wanted |\n| --- | --- | --- |");
    for name in names {
        let lines = match *name {
            "motion" => motion(time),
            "audience" => audience(time),
            "crowd" => crowd(time),
            "dashboard" => dashboard(time),
            "static" => still(time),
            "distance" => distance(time),
            "company" => company(time),
            "bandwidth" => bandwidth(time),
            "memory" => memory(),
            "strangers" => strangers(time),
            "unread" => unread(time),
            "handovers" => handovers(seed),
            "recording" => recording(time),
            "video" => video(time),
            "watchers" => watchers(time),
            other => Err(format!("there is no scenario {other:?}; there are {}", NAMES.join(", "))),
        };
        for (what, measured, wanted) in lines.map_err(|error| format!("{name}: {error}"))? {
            println!("| {what} | {measured} | {wanted} |");
        }
    }
    Ok(())
}

pub(crate) type Lines = Result<Vec<(String, String, &'static str)>, String>;

/// What a run gave: the server's share, and each client's.
pub(crate) struct Run {
    pub(crate) server: Reading,
    pub(crate) clients: Vec<Summary>,
}

impl Run {
    /// CPU milliseconds of the server for each frame that the application presented.
    pub(crate) fn cpu_per_frame(&self) -> f64 {
        self.server.cpu * 1e3 / self.server.presented.max(1) as f64
    }

    fn bytes_per_frame(&self, client: usize) -> f64 {
        self.clients[client].bytes as f64 / self.clients[client].frames.max(1) as f64
    }
}

/// Has clients behind these links, if there is one, look at `server`.
pub(crate) fn watch(
    server: &mut Server,
    clients: &[(Behaviour, Option<Link>)],
    warm_up: Duration,
    time: Duration,
) -> Result<Run, String> {
    let executor = Rc::new(LocalExecutor::new());
    let place = server.place()?;
    let mut seen = Vec::new();
    let mut failed = Vec::new();
    for (n, (behaviour, link)) in (0_u32..).zip(clients) {
        let at = match link {
            None => place.address,
            Some(link) => {
                relay(place.address, link.clone(), &executor).map_err(|it| it.to_string())?
            }
        };
        let record = Rc::new(RefCell::new(Seen::default()));
        seen.push(Rc::clone(&record));
        let client = client::run(at, place.clone(), *behaviour, record);
        failed.push(executor.spawn(async move {
            // Not all at once: the server takes only so many handshakes at a time.
            Timer::after(APART * n).await;
            client.await
        }));
    }
    let measured = smol::block_on(executor.run(async {
        Timer::after(warm_up).await;
        let (from, meter) = (Instant::now(), Meter::start(server)?);
        Timer::after(time).await;
        let until = Instant::now();
        Ok::<_, String>((from, until, meter.read(server)?))
    }));
    let (from, until, reading) = measured?;
    for (task, (behaviour, _)) in failed.iter_mut().zip(clients) {
        if task.is_finished() {
            let ended = smol::block_on(executor.run(task));
            return Err(format!("a client ({behaviour:?}) ended: {ended:?}"));
        }
    }
    if !server.runs() {
        return Err("the server ended".into());
    }
    let clients = seen.iter().map(|seen| summary(&seen.borrow().painted, from, until)).collect();
    Ok(Run { server: reading, clients })
}

/// Watches a server that was not started here.
pub(crate) fn watch_other(
    address: SocketAddr,
    pid: u32,
    whole: bool,
    seconds: u32,
) -> Result<(), String> {
    if !address.ip().is_loopback() {
        return Err(format!("{address} is not on the loopback interface"));
    }
    let time = Duration::from_secs(seconds.clamp(2, 120).into());
    let behaviour = if whole { Behaviour::Whole } else { Behaviour::Fast };
    let executor = Rc::new(LocalExecutor::new());
    let seen = Rc::new(RefCell::new(Seen::default()));
    let place = Place { address, token: None };
    let client = client::run(address, place, behaviour, Rc::clone(&seen));
    let measured = smol::block_on(executor.run(async {
        let wait = async {
            Timer::after(WARM_UP).await;
            let (from, before) = (Instant::now(), cpu_of(pid)?);
            Timer::after(time).await;
            Ok((from, Instant::now(), cpu_of(pid)? - before))
        };
        let ended = async { Err(format!("the client ended: {:?}", client.await)) };
        wait.or(ended).await
    }));
    let (from, until, cpu) = measured?;
    let seen = summary(&seen.borrow().painted, from, until);
    println!(
        "{:.1} fps, {:.2} ms CPU and {:.1} KB a frame",
        seen.fps,
        cpu * 1e3 / seen.frames.max(1) as f64,
        seen.bytes as f64 / 1e3 / seen.frames.max(1) as f64
    );
    Ok(())
}

pub(crate) fn fast(count: usize) -> Vec<(Behaviour, Option<Link>)> {
    vec![(Behaviour::Fast, None); count]
}

/// What drawing alone costs, in CPU milliseconds a frame.
pub(crate) fn drawing(content: Content, fps: u32, time: Duration) -> Result<f64, String> {
    let server = Server::alone(content, fps)?;
    std::thread::sleep(Duration::from_secs(1));
    let meter = Meter::start(&server)?;
    std::thread::sleep(time);
    let reading = meter.read(&server)?;
    Ok(reading.cpu * 1e3 / (reading.seconds * f64::from(fps)))
}

pub(crate) fn ages(age: [f64; 3]) -> String {
    let [p50, p95, most] = age;
    format!("age {p50:.0} / {p95:.0} / {most:.0} ms (p50 / p95 / most)")
}

fn motion(time: Duration) -> Lines {
    let drawing = drawing(Content::Motion, 60, time / 2)?;
    let run = watch(&mut Server::of(Content::Motion, 60)?, &fast(1), WARM_UP, time)?;
    let cpu = run.cpu_per_frame();
    Ok(vec![(
        "full motion, 60 fps, 1 client".into(),
        format!(
            "{cpu:.2} ms CPU a frame, {:.2} without drawing; {:.1} KB a frame; {:.1} fps; {}",
            cpu - drawing,
            run.bytes_per_frame(0) / 1e3,
            run.clients[0].fps,
            ages(run.clients[0].age)
        ),
        "see `tests/peers`",
    )])
}

fn audience(time: Duration) -> Lines {
    let mut costs = Vec::new();
    let mut lines = Vec::new();
    for count in [1, 16, 64] {
        let run = watch(&mut Server::of(Content::Motion, 20)?, &fast(count), WARM_UP, time)?;
        let least = run.clients.iter().map(|client| client.fps).fold(f64::INFINITY, f64::min);
        let age = run.clients.iter().map(|client| client.age[1]).fold(0.0, f64::max);
        costs.push((count, run.cpu_per_frame()));
        lines.push((
            format!("full motion, 20 fps, {count} clients"),
            format!(
                "{:.2} ms CPU a frame; the slowest client {least:.1} fps, p95 age {age:.0} ms",
                run.cpu_per_frame()
            ),
            "every frame to every client",
        ));
    }
    if let [(one, first), .., (many, last)] = costs[..] {
        let each = (last - first) / (many - one) as f64;
        lines.push((
            "each client more, and frame".into(),
            format!("{each:.3} ms CPU"),
            "at most 0.08 ms",
        ));
    }
    Ok(lines)
}

fn crowd(time: Duration) -> Lines {
    let mut costs = Vec::new();
    let mut lines = Vec::new();
    for count in [128, 1000] {
        let mut server = Server::for_many(Content::Dashboard, 30, count)?;
        // They come one after the other.
        let warm_up = WARM_UP + APART * count;
        let run = watch(&mut server, &fast(count as usize), warm_up, time)?;
        let frames = run.clients.iter().map(|client| client.frames);
        let fps = run.clients.iter().map(|client| client.fps);
        let cost = run.server.cpu * 1e6 / frames.sum::<usize>().max(1) as f64;
        costs.push(cost);
        lines.push((
            format!("dashboard, 30 fps, {count} clients"),
            format!(
                "{cost:.0} µs CPU a frame and client; the slowest client {:.1} fps, the quickest {:.1}",
                fps.clone().fold(f64::INFINITY, f64::min),
                fps.fold(0.0, f64::max)
            ),
            "",
        ));
    }
    let ratio = costs[1] / costs[0];
    lines.push((
        "1000 clients beside 128".into(),
        format!("{ratio:.2} times"),
        "at most 1.2 times",
    ));
    Ok(lines)
}

fn dashboard(time: Duration) -> Lines {
    let mut lines = Vec::new();
    let mut costs = Vec::new();
    for (what, content, behaviour, wanted) in [
        ("the page of text as one JPEG (older protocol)", Content::Page, Behaviour::Whole, ""),
        ("the page of text, all of it moving", Content::Page, Behaviour::Fast, ""),
        (
            "dashboard: 200×150 of the page change",
            Content::Dashboard,
            Behaviour::Fast,
            "at most 10 % of the JPEG",
        ),
    ] {
        let drawing = drawing(content, 20, time / 2)?;
        let clients = [(behaviour, None)];
        let run = watch(&mut Server::of(content, 20)?, &clients, WARM_UP, time)?;
        let (bytes, cpu) = (run.bytes_per_frame(0) / 1e3, run.cpu_per_frame() - drawing);
        costs.push((bytes, cpu));
        let share = |cost: f64, whole: f64| cost / whole * 100.0;
        let (bytes_share, cpu_share) = (share(bytes, costs[0].0), share(cpu, costs[0].1));
        lines.push((
            format!("{what}, 20 fps"),
            format!(
                "{bytes:.1} KB ({bytes_share:.1} %) and {cpu:.2} ms CPU ({cpu_share:.1} %) a frame \
                 besides drawing; {:.1} fps",
                run.clients[0].fps
            ),
            wanted,
        ));
    }
    Ok(lines)
}

fn still(time: Duration) -> Lines {
    let run = watch(&mut Server::of(Content::Static, 60)?, &fast(1), WARM_UP, time)?;
    Ok(vec![(
        "static picture, after convergence".into(),
        format!(
            "{} bytes, {:.2} % of a core",
            run.clients[0].bytes,
            run.server.cpu / run.server.seconds * 100.0
        ),
        "0 bytes, under 0.5 %",
    )])
}

fn distance(time: Duration) -> Lines {
    let far = Link::of_delay(Duration::from_millis(50));
    let jittery = Link { jitter: Duration::from_millis(10), ..far.clone() };
    let mut lines = Vec::new();
    for (name, link) in [("100 ms round trip", far), ("the same, ±10 ms jitter", jittery)] {
        let clients = [(Behaviour::Fast, Some(link))];
        let run = watch(&mut Server::of(Content::Motion, 60)?, &clients, WARM_UP, time)?;
        lines.push((
            format!("full motion, {name}"),
            format!("{:.1} of 60 fps; {}", run.clients[0].fps, ages(run.clients[0].age)),
            "at least 55 fps, p95 under 200 ms",
        ));
    }
    Ok(lines)
}

fn company(time: Duration) -> Lines {
    let alone = watch(&mut Server::of(Content::Motion, 60)?, &fast(1), WARM_UP, time)?;
    let company =
        [Behaviour::Fast, Behaviour::Stalled, Behaviour::Hidden].map(|behaviour| (behaviour, None));
    // A client that takes not one byte is dropped after 10 s, so that is how long it may take.
    let time = time.min(Duration::from_secs(6));
    let run = watch(&mut Server::of(Content::Motion, 60)?, &company, WARM_UP, time)?;
    let (before, with) = (alone.clients[0].fps, run.clients[0].fps);
    Ok(vec![(
        "a stalled and a hidden client beside a fast one".into(),
        format!(
            "{with:.1} fps, {:.1} % of {before:.1} alone; the hidden one got {} bytes",
            with / before * 100.0,
            run.clients[2].bytes
        ),
        "at least 95 %",
    )])
}

fn bandwidth(time: Duration) -> Lines {
    let mut server = Server::demo("cube", "1280x720", &[])?;
    let falls = Instant::now() + WARM_UP;
    let rates = vec![(falls, SLOW)];
    let link = Link { rates, ..Link::of_delay(Duration::from_millis(10)) };
    let clients = [(Behaviour::Fast, Some(link))];
    let run = watch(&mut server, &clients, WARM_UP + FOLLOWS, time)?;
    let client = run.clients[0];
    // What one update alone needs is no queue.
    let own = 20.0 + run.bytes_per_frame(0) / SLOW * 1e3;
    let queue = client.age[1] - own;
    Ok(vec![(
        "`cube`, from unlimited to 5 Mbit/s, from 2 s after".into(),
        format!(
            "{:.1} fps, {:.1} KB a frame; {}; about {queue:.0} ms of it in a queue (p95)",
            client.fps,
            run.bytes_per_frame(0) / 1e3,
            ages(client.age)
        ),
        "at least 20 fps, no queue above 150 ms",
    )])
}

fn memory() -> Lines {
    const STALLED: u32 = 16;
    let mut server = Server::of(Content::Motion, 60)?;
    let time = Duration::from_secs(4);
    watch(&mut server, &fast(1), WARM_UP, time)?;
    let executor = Rc::new(LocalExecutor::new());
    let place = server.place()?;
    let mut clients = fast(1);
    clients.extend(vec![(Behaviour::Stalled, None); STALLED as usize]);
    let tasks: Vec<_> = clients
        .into_iter()
        .map(|(behaviour, _)| {
            let seen = Rc::new(RefCell::new(Seen::default()));
            executor.spawn(client::run(place.address, place.clone(), behaviour, seen))
        })
        .collect();
    let (resident, kernel) = (server.resident()?, socket_memory()?);
    let after = smol::block_on(executor.run(async {
        Timer::after(time).await;
        Ok::<_, String>((server.resident()?, socket_memory()?))
    }))?;
    drop(tasks);
    let each = |after: u64, before: u64| after.saturating_sub(before) / u64::from(STALLED) / 1024;
    let (resident, kernel) = (each(after.0, resident), each(after.1, kernel));
    Ok(vec![(
        format!("each of {STALLED} stalled clients, full motion"),
        format!("{resident} KiB resident, {kernel} KiB in the kernel (both ends of the socket)"),
        "under 256 KiB together",
    )])
}
