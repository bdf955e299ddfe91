//! A thousand slow connections (slowhttptest), beside a client and somebody who opens the page.

use std::cell::RefCell;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::process::{Child, Command, Stdio};
use std::rc::Rc;
use std::time::{Duration, Instant};

use smol::{LocalExecutor, Timer};

use crate::client::{self, Behaviour, Seen};
use crate::content::Content;
use crate::page;
use crate::scenarios::{Lines, WARM_UP};
use crate::server::Server;
use crate::summary::{Summary, summary};

/// Slow connections that each run of slowhttptest opens.
const CONNECTIONS: u32 = 1000;
/// How many of them a second.
const RATE: u32 = 250;
/// Files that slowhttptest may have open, for this shell and what it becomes.
const FILES: u32 = CONNECTIONS + 200;
/// Between two page loads, of one address and then of the other.
const PAUSE: Duration = Duration::from_millis(250);
/// The attack comes from this address, as does one of the two who open the page.
const SAME: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
/// The other. On Linux all of 127.0.0.0/8 is the loopback interface.
const OTHER: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));
/// Between two looks whether slowhttptest has ended.
const CHECK: Duration = Duration::from_millis(50);
/// It takes longer to open its connections.
const SHORTEST: Duration = Duration::from_secs(1);
/// What is asked for: of the page's files one of the longest, as there is more to read slowly.
const FILE: &str = "core/view.js";

/// What slowhttptest does, by its flag; the rest of the flags; and for people.
const ATTACKS: [(&str, &[&str], &str); 4] = [
    ("-H", &["-i", "2", "-x", "24"], "slow heads"),
    ("-B", &["-i", "2", "-s", "8192", "-x", "10"], "slow bodies"),
    ("-R", &["-a", "5", "-b", "3000", "-t", "HEAD"], "ranges"),
    ("-X", &["-n", "5", "-z", "1", "-w", "1", "-y", "64", "-k", "3"], "slow reading"),
];

/// How long page loads took, and how many failed, and why the last one did.
#[derive(Debug, Default)]
struct Loads {
    took: Vec<Duration>,
    files: usize,
    failed: usize,
    why: String,
}

impl Loads {
    fn add(&mut self, load: Result<(Duration, usize), String>) {
        match load {
            Ok((took, files)) => {
                self.took.push(took);
                self.files = files;
            }
            Err(why) => {
                self.failed += 1;
                self.why = why;
            }
        }
    }

    fn line(&mut self) -> String {
        self.took.sort();
        let ms = |time: Option<&Duration>| time.map_or(f64::NAN, |it| it.as_secs_f64() * 1e3);
        let (median, most) = (self.took.get(self.took.len() / 2), self.took.last());
        let failed = match self.failed {
            0 => String::new(),
            failed => format!(", {failed} failed ({})", self.why),
        };
        format!("{:.0} / {:.0} ms of {}{failed}", ms(median), ms(most), self.took.len())
    }
}

/// What happened in one stretch of time.
struct Stretch {
    client: Summary,
    same: Loads,
    other: Loads,
    /// How often slowhttptest ran.
    attacks: u32,
}

pub(crate) fn strangers(time: Duration) -> Lines {
    check_for_program()?;
    let mut lines = Vec::new();
    for (flag, flags, what) in ATTACKS {
        let mut server = Server::of(Content::Motion, 60)?;
        let [mut before, mut during] = measure(&server, flag, flags, time)?;
        if !server.runs() {
            return Err(format!("the server ended under {what}"));
        }
        lines.push((
            format!("{CONNECTIONS} strangers: {what} (`slowhttptest {flag}`)"),
            format!(
                "{:.1} fps, {:.1} % of {:.1} before; the page, median / slowest: {} from their \
                 address, {} from another ({} and {} before); of {} files; {} × {CONNECTIONS} \
                 connections; alive after",
                during.client.fps,
                during.client.fps / before.client.fps * 100.0,
                before.client.fps,
                during.same.line(),
                during.other.line(),
                before.same.line(),
                before.other.line(),
                during.same.files,
                during.attacks,
            ),
            "at least 95 %; the page in under 1 s",
        ));
    }
    Ok(lines)
}

/// One client looks all the time, and the page is loaded again and again: first without strangers.
fn measure(
    server: &Server,
    flag: &'static str,
    flags: &'static [&'static str],
    time: Duration,
) -> Result<[Stretch; 2], String> {
    let place = server.place()?;
    let address = place.address;
    let executor = Rc::new(LocalExecutor::new());
    let seen = Rc::new(RefCell::new(Seen::default()));
    let client = executor.spawn(client::run(address, place, Behaviour::Fast, Rc::clone(&seen)));
    let stretch = async |attack: Option<(&'static str, &'static [&'static str])>| {
        let from = Instant::now();
        let until = from + time;
        let loads = smol::unblock(move || load_until(address, until));
        let attack = smol::unblock(move || match attack {
            Some((flag, flags)) => attack_until(address, flag, flags, until),
            None => Ok(0),
        });
        Timer::at(until).await;
        let client = summary(&seen.borrow().painted, from, until);
        let ([same, other], attacks) = (loads.await, attack.await?);
        Ok::<_, String>(Stretch { client, same, other, attacks })
    };
    let stretches = smol::block_on(executor.run(async {
        Timer::after(WARM_UP).await;
        let stretches = [stretch(None).await?, stretch(Some((flag, flags))).await?];
        // It answers, and still knows its client.
        match server.stats()?["clients"].as_array() {
            Some(clients) if clients.len() == 1 => Ok(stretches),
            clients => Err(format!("afterwards it has these clients: {clients:?}")),
        }
    }))?;
    if client.is_finished() {
        return Err(format!("the client ended: {:?}", smol::block_on(executor.run(client))));
    }
    Ok(stretches)
}

/// Opens the page from both addresses in turn.
fn load_until(server: SocketAddr, until: Instant) -> [Loads; 2] {
    let [mut same, mut other] = [Loads::default(), Loads::default()];
    while Instant::now() < until {
        for (loads, ours) in [(&mut same, SAME), (&mut other, OTHER)] {
            loads.add(page::load(server, ours));
            std::thread::sleep(PAUSE);
        }
    }
    [same, other]
}

/// Runs slowhttptest, again whenever it has ended: it opens its connections once, and a server
/// that closes them has peace from then on. How often it ran.
fn attack_until(
    server: SocketAddr,
    flag: &str,
    flags: &[&str],
    until: Instant,
) -> Result<u32, String> {
    let mut runs = 0;
    loop {
        let began = Instant::now();
        let left = until.saturating_duration_since(began);
        if left.is_zero() {
            return Ok(runs);
        }
        let mut run = Attack(start(server, flag, flags, left)?);
        runs += 1;
        while Instant::now() < until && matches!(run.0.try_wait(), Ok(None)) {
            std::thread::sleep(CHECK);
        }
        if let Ok(Some(status)) = run.0.try_wait()
            && began.elapsed() < SHORTEST
        {
            return Err(format!(
                "slowhttptest ended at once ({status}); for {CONNECTIONS} connections it may have \
                 to open {FILES} files: see `ulimit -Hn`"
            ));
        }
    }
}

/// A running slowhttptest; ends when dropped.
struct Attack(Child);

impl Drop for Attack {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start(server: SocketAddr, flag: &str, flags: &[&str], time: Duration) -> Result<Child, String> {
    let (connections, rate) = (CONNECTIONS.to_string(), RATE.to_string());
    let seconds = (time.as_secs() + 1).to_string();
    let url = format!("http://{server}/{FILE}");
    // A shell raises its limit of open files, and then becomes the program.
    let mut command = Command::new("sh");
    let script = format!("ulimit -n {FILES}; exec slowhttptest \"$@\"");
    command.args(["-c", &script, "sh", flag, "-c", &connections, "-r", &rate, "-l", &seconds]);
    command.args(["-p", "1", "-v", "0", "-u", &url]).args(flags);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().map_err(|error| format!("cannot start a shell: {error}"))
}

/// An error if there is no slowhttptest.
fn check_for_program() -> Result<(), String> {
    let mut command = Command::new("slowhttptest");
    command.arg("-h").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let found = command.status();
    found.map(drop).map_err(|error| {
        format!("cannot run slowhttptest ({error}); on Debian: apt-get install slowhttptest")
    })
}
