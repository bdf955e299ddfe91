//! Full motion beside rendercanvas' http backend: the same content and clients, in turn.

use std::path::Path;
use std::time::Duration;

use crate::client::Behaviour;
use crate::content::Content;
use crate::scenarios::{Run, WARM_UP, watch};
use crate::server::Server;

/// Frames a second; the script of rendercanvas has the same.
const FPS: u32 = 60;

/// What one turn gave.
#[derive(Debug, Clone, Copy)]
struct Turn {
    /// CPU milliseconds of the server for each frame that the quickest client got.
    cpu: f64,
    /// Frames a second of the slowest client.
    fps: f64,
    kilobytes: f64,
    /// Median, of the client with the highest.
    age: f64,
}

impl Turn {
    fn of(run: &Run) -> Self {
        let clients = || run.clients.iter();
        let most = clients().map(|client| client.frames).max().unwrap_or_default().max(1) as f64;
        let first = &run.clients[0];
        Self {
            cpu: run.server.cpu * 1e3 / most,
            fps: clients().map(|client| client.fps).fold(f64::INFINITY, f64::min),
            kilobytes: first.bytes as f64 / first.frames.max(1) as f64 / 1e3,
            age: clients().map(|client| client.age[0]).fold(0.0, f64::max),
        }
    }
}

/// Prints a table: every number of clients, both servers, the medians of their turns.
pub(crate) fn run(
    python: &Path,
    script: &Path,
    counts: &[u32],
    turns: u32,
    seconds: u32,
) -> Result<(), String> {
    let time = Duration::from_secs(seconds.clamp(2, 120).into());
    println!(
        "| clients | server | CPU a frame | of rendercanvas' | frames a second, the slowest client | a frame | age, p50 |"
    );
    println!("| ---: | --- | ---: | ---: | ---: | ---: | ---: |");
    for &count in counts {
        let (mut theirs, mut ours) = (Vec::new(), Vec::new());
        for _ in 0..turns.clamp(1, 20) {
            let mut server = Server::rendercanvas(python, script)?;
            let clients = vec![(Behaviour::Whole, None); count as usize];
            theirs.push(Turn::of(&watch(&mut server, &clients, WARM_UP, time)?));
            drop(server);
            let mut server = Server::for_many(Content::Motion, FPS, count)?;
            let clients = vec![(Behaviour::Fast, None); count as usize];
            ours.push(Turn::of(&watch(&mut server, &clients, WARM_UP, time)?));
        }
        let base = median(&theirs, |turn| turn.cpu);
        for (name, turns) in [("rendercanvas", &theirs), ("framecast", &ours)] {
            let cpu = median(turns, |turn| turn.cpu);
            println!(
                "| {count} | {name} | {cpu:.2} ms | {:.2} | {:.1} | {:.1} KB | {:.1} ms |",
                cpu / base,
                median(turns, |turn| turn.fps),
                median(turns, |turn| turn.kilobytes),
                median(turns, |turn| turn.age),
            );
        }
    }
    Ok(())
}

fn median(turns: &[Turn], of: impl Fn(&Turn) -> f64) -> f64 {
    let mut values: Vec<f64> = turns.iter().map(of).collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
