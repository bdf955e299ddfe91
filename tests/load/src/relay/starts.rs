//! Many edges that start at once: what reaches the origin.

use std::thread;
use std::time::{Duration, Instant};

use framecast::relay::{Edge, RelaySettings};
use framecast_test_nats::{Direction, NatsServer, Proxy};

use super::Part;
use super::stage::{canvas, origin};

const EDGES: u32 = 100;
/// Anything here takes less, on the busiest machine.
const PATIENCE: Duration = Duration::from_secs(30);
/// So that what is repeated counts, too.
const AFTER: Duration = Duration::from_secs(5);
/// Requests, also those that are for the origin alone.
const REQUESTS: &str = "framecast.lecture.since";

/// Beside one edge that is current, and beside none.
pub(crate) fn starts() -> Part {
    let nats = NatsServer::start("");
    let to_origin = Proxy::of(&nats);
    let of_edges = Proxy::of(&nats);
    let servers = [to_origin.url()];
    let first = origin(&servers)?;
    let current = connect(&of_edges, 0)?;
    shown(std::slice::from_ref(&current), "the first edge")?;
    let count = |subject| to_origin.count(Direction::ToClient, subject).messages;
    let asked = || of_edges.count(Direction::FromClient, REQUESTS).messages;
    let requests = |before: (u64, u64)| {
        let (made, reached) = (asked() - before.0, count(REQUESTS) - before.1);
        format!("{made} requests, of which {reached} reach the origin")
    };
    let mut lines = Vec::new();

    let (before, start) = ((asked(), count(REQUESTS)), Instant::now());
    let edges = start_edges(&of_edges)?;
    let all_at = start.elapsed();
    shown(&edges, "an edge")?;
    let done = start.elapsed();
    thread::sleep(AFTER);
    lines.push((
        format!("{EDGES} edges that start beside a current one"),
        format!(
            "{}; all have started after {:.2} s and have the picture after {:.2} s",
            requests(before),
            all_at.as_secs_f64(),
            done.as_secs_f64()
        ),
        "at most 5 reach the origin",
    ));

    let (reports, clocks) = ("framecast.lecture.edges", "framecast.lecture.clock");
    let (before, since) = ((count(reports), count(clocks)), Instant::now());
    thread::sleep(AFTER * 4);
    let rate = |count: u64| count as f64 / since.elapsed().as_secs_f64();
    lines.push((
        format!("what {EDGES} edges say to the origin later"),
        format!(
            "{:.1} reports and {:.1} questions for its clock a second",
            rate(count(reports) - before.0),
            rate(count(clocks) - before.1)
        ),
        "",
    ));

    let before = (asked(), count(REQUESTS));
    drop(first);
    let start = Instant::now();
    let again = origin(&servers)?;
    let heard = || edges.iter().all(|edge| edge.state().live) && start.elapsed() > AFTER;
    wait_for("the origin is heard again", heard)?;
    thread::sleep(AFTER);
    lines.push((format!("{EDGES} edges, the origin starts again"), requests(before), ""));
    drop((edges, current, again));

    let _again = origin(&servers)?;
    let (before, start) = ((asked(), count(REQUESTS)), Instant::now());
    let edges = start_edges(&of_edges)?;
    shown(&edges, "an edge")?;
    let done = start.elapsed();
    thread::sleep(AFTER);
    lines.push((
        format!("{EDGES} edges that start while none is current"),
        format!("{}; all have the picture after {:.2} s", requests(before), done.as_secs_f64()),
        "",
    ));
    Ok(lines)
}

fn start_edges(link: &Proxy) -> Result<Vec<Edge>, String> {
    thread::scope(|scope| {
        let start = |n| scope.spawn(move || connect(link, n));
        let started: Vec<_> = (1..=EDGES).map(start).collect();
        started.into_iter().map(|it| it.join().map_err(|_| "an edge panicked")?).collect()
    })
}

/// An edge at which somebody looks.
fn connect(link: &Proxy, number: u32) -> Result<Edge, String> {
    let address = canvas(&[link.url()]).parse().map_err(|error| format!("{error}"))?;
    let settings = RelaySettings::new(address)
        .with_edge_name(&format!("edge-{number}"))
        .map_err(|error| error.to_string())?;
    let edge = Edge::connect(settings).map_err(|error| error.to_string())?;
    edge.set_viewers(1, 1);
    Ok(edge)
}

fn shown(edges: &[Edge], what: &str) -> Result<(), String> {
    let has_picture = |edge: &Edge| edge.state().size.is_some();
    wait_for(&format!("{what} has the picture"), || edges.iter().all(has_picture))
}

fn wait_for(what: &str, done: impl Fn() -> bool) -> Result<(), String> {
    let until = Instant::now() + PATIENCE;
    while !done() {
        if Instant::now() > until {
            return Err(format!("it never happened: {what}"));
        }
        thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}
