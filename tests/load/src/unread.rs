//! Clients that say hello and then read nothing, or as little as they can without being dropped:
//! what each costs in memory over time, and whether anybody else notices.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::net::TcpStream;
use std::rc::Rc;
use std::time::{Duration, Instant};

use serde_json::json;
use smol::io::AsyncReadExt;
use smol::{Async, LocalExecutor, Timer};

use crate::client::{self, Behaviour, Seen, Socket};
use crate::content::Content;
use crate::scenarios::{APART, Lines, WARM_UP};
use crate::server::{Place, Server, socket_memory};
use crate::summary::summary;

const CLIENTS: u32 = 64;
/// Between two looks at the memory, and between two looks of a client at its connection.
const EVERY: Duration = Duration::from_secs(1);
/// Shorter than the server's patience with a connection that takes nothing, which is 10 s.
const SIP_EVERY: Duration = Duration::from_secs(4);
/// The healthy client is measured alone for so long at most.
const ALONE: Duration = Duration::from_secs(20);
/// What comes before it is not looked at for the slope.
const FIRST: Duration = Duration::from_secs(60);

/// How little a client reads.
#[derive(Debug, Clone, Copy)]
struct Thirst {
    what: &'static str,
    /// What it reads at once, every [`SIP_EVERY`]; 0: nothing at all.
    sip: usize,
    /// It is dropped without hearing of it, and comes again after this time; `None`: it acknowledges
    /// now and then and stays.
    again: Option<Duration>,
}

const THIRSTS: [Thirst; 3] = [
    Thirst {
        what: "never read, and come again every 15 s",
        sip: 0,
        again: Some(Duration::from_secs(15)),
    },
    Thirst {
        what: "read a byte every 4 s, and come again every 40 s",
        sip: 1,
        again: Some(Duration::from_secs(40)),
    },
    Thirst { what: "read 64 KiB every 4 s, which is enough to stay", sip: 64 * 1024, again: None },
];
/// Old connections that a client keeps open, so that it is the server who has to let them go.
const KEPT: usize = 4;
/// Sips of a large update, and small updates of a sip, about.
const SIPS: u32 = 3;

/// Memory at one moment.
#[derive(Debug, Clone, Copy)]
struct Sample {
    at: Instant,
    /// Resident in the server.
    resident: u64,
    /// In the kernel, for the server's ends, also of connections that it has closed.
    kernel: u64,
    /// In the kernel, for both ends of all sockets of the machine.
    both: u64,
    /// Clients that are there besides the healthy one.
    there: usize,
}

impl Sample {
    fn take(server: &Server) -> Result<Self, String> {
        let there = server.stats()?["clients"].as_array().map_or(0, Vec::len).saturating_sub(1);
        let (resident, kernel) = (server.resident()?, server.kernel()?);
        Ok(Self { at: Instant::now(), resident, kernel, both: socket_memory()?, there })
    }

    /// What each of the clients takes more than there was at `base`, in KiB: resident, in the
    /// kernel, and there for both ends.
    fn each(&self, base: &Sample) -> [f64; 3] {
        let each =
            |now: u64, before: u64| (now as f64 - before as f64) / f64::from(CLIENTS) / 1024.0;
        let (resident, kernel) =
            (each(self.resident, base.resident), each(self.kernel, base.kernel));
        [resident, kernel, each(self.both, base.both)]
    }

    fn line(&self, base: &Sample) -> String {
        let [resident, kernel, both] = self.each(base);
        format!("{resident:.0} + {kernel:.0} ({both:.0})")
    }
}

pub(crate) fn unread(time: Duration) -> Lines {
    THIRSTS.iter().map(|thirst| scene(*thirst, time)).collect()
}

fn scene(thirst: Thirst, time: Duration) -> Result<(String, String, &'static str), String> {
    let mut server = Server::for_many(Content::Motion, 60, CLIENTS + 1)?;
    let place = server.place()?;
    let executor = Rc::new(LocalExecutor::new());
    let seen = Rc::new(RefCell::new(Seen::default()));
    let healthy = client::run(place.address, place.clone(), Behaviour::Fast, Rc::clone(&seen));
    let healthy = executor.spawn(healthy);
    let dropped = Rc::new(Cell::new(0));
    let ([alone, beside], base, samples) = smol::block_on(executor.run(async {
        Timer::after(WARM_UP).await;
        let from = Instant::now();
        Timer::after(time.min(ALONE)).await;
        let came = Instant::now();
        let base = Sample::take(&server)?;
        let tasks: Vec<_> = (0..CLIENTS)
            .map(|n| {
                let (place, dropped) = (place.clone(), Rc::clone(&dropped));
                executor.spawn(async move {
                    // Not all at once: the server takes only so many handshakes at a time.
                    Timer::after(APART * n).await;
                    let mut kept = VecDeque::new();
                    loop {
                        match thirsty(&place, thirst).await {
                            Ok(old) => kept.push_back(old),
                            Err(_) => {
                                dropped.set(dropped.get() + 1);
                                Timer::after(EVERY).await;
                            }
                        }
                        if kept.len() > KEPT {
                            kept.pop_front();
                        }
                    }
                })
            })
            .collect();
        let mut samples = Vec::new();
        while came.elapsed() < time {
            Timer::after(EVERY).await;
            samples.push(Sample::take(&server)?);
        }
        drop(tasks);
        let painted = &seen.borrow().painted;
        let summaries = [summary(painted, from, came), summary(painted, came, Instant::now())];
        Ok::<_, String>((summaries, base, samples))
    }))?;
    if healthy.is_finished() {
        let ended = smol::block_on(executor.run(healthy));
        return Err(format!("the healthy client ended: {ended:?}"));
    }
    if !server.runs() {
        return Err("the server ended".into());
    }
    let total = |sample: &&Sample| sample.resident + sample.kernel;
    let (Some(most), Some(last)) = (samples.iter().max_by_key(total), samples.last()) else {
        return Err("it was too short".into());
    };
    let minute = samples.iter().find(|sample| sample.at >= base.at + FIRST);
    let later: Vec<_> = samples.iter().filter(|sample| sample.at >= base.at + FIRST).collect();
    let slope = slope(&later, &base)
        .map_or_else(String::new, |slope| format!(", then {slope:+.2} KiB a minute"));
    Ok((
        format!("{CLIENTS} clients that {}", thirst.what),
        format!(
            "each, KiB resident + kernel (with the client's end): at most {}, after a minute {}, at the end \
             ({:.0} s) {}{slope}; dropped {} times, {} there at the end; a healthy client {:.1} \
             fps, {:.1} % of {:.1} alone",
            most.line(&base),
            minute.map_or_else(|| "–".to_owned(), |sample| sample.line(&base)),
            (last.at - base.at).as_secs_f64(),
            last.line(&base),
            dropped.get(),
            last.there,
            beside.fps,
            beside.fps / alone.fps * 100.0,
            alone.fps,
        ),
        "under 256 KiB together, and flat; 100 %",
    ))
}

/// Says hello and reads as little as `thirst` says: its connection, when it is to come again. An
/// error: the server ended it.
async fn thirsty(place: &Place, thirst: Thirst) -> Result<Socket, String> {
    let stream = Async::<TcpStream>::connect(place.address).await;
    let stream = stream.map_err(|error| error.to_string())?;
    let came = Instant::now();
    let mut socket = client::shake_hands(stream, place, false).await?;
    client::say(&mut socket, &client::hello(true)).await?;
    let mut sip = vec![0; thirst.sip];
    for sips in 1_u32.. {
        if thirst.again.is_some_and(|time| came.elapsed() >= time) {
            break;
        }
        if thirst.sip == 0 {
            Timer::after(EVERY).await;
            continue;
        }
        Timer::after(SIP_EVERY).await;
        // As much as is there, past the WebSocket.
        let read = socket.get_mut().read(&mut sip).await;
        if read.map_err(|error| error.to_string())? == 0 {
            return Err("closed".to_owned());
        }
        if thirst.again.is_none() {
            // It does not look which update it is in; what was not sent counts for nothing.
            for update in sips / SIPS..=sips * SIPS {
                client::say(&mut socket, &json!({"type": "ack", "update": update})).await?;
            }
        }
    }
    Ok(socket)
}

/// KiB a minute that each client grows by, by least squares; `None`: too few samples.
fn slope(samples: &[&Sample], base: &Sample) -> Option<f64> {
    let points: Vec<_> = samples
        .iter()
        .map(|sample| {
            let [resident, kernel, _] = sample.each(base);
            ((sample.at - base.at).as_secs_f64() / 60.0, resident + kernel)
        })
        .collect();
    let n = points.len() as f64;
    let mean = |value: fn(&(f64, f64)) -> f64| points.iter().map(value).sum::<f64>() / n;
    let (x, y) = (mean(|it| it.0), mean(|it| it.1));
    let both: f64 = points.iter().map(|it| (it.0 - x) * (it.1 - y)).sum();
    let spread: f64 = points.iter().map(|it| (it.0 - x).powi(2)).sum();
    (points.len() >= 10).then(|| both / spread)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slope_is_in_kibibytes_a_minute_and_client() {
        let start = Instant::now();
        let sample = |second: u64| Sample {
            at: start + Duration::from_secs(second),
            resident: 7_000_000 + second * 1024,
            kernel: second % 2,
            both: 0,
            there: 0,
        };
        let samples: Vec<_> = (0..100).map(sample).collect();
        let every: Vec<_> = samples.iter().collect();
        let slope_of_all = slope(&every, &samples[0]).unwrap();
        assert!((slope_of_all - 60.0 / f64::from(CLIENTS)).abs() < 0.01, "{slope_of_all}");
        assert_eq!(slope(&every[..5], &samples[0]), None);
        assert_eq!(samples[64].line(&samples[0]), "1 + 0 (0)");
    }
}
