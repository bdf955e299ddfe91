//! What viewers see when something dies: how long until every one of them has the current picture again.

use std::process::Command;
use std::time::{Duration, Instant};

use framecast_test_nats::Proxy;

use super::Part;
use super::audience::Audience;
use super::stage::{Stage, edge, origin, urls};
use super::timeline::{Timeline, WITHOUT};
use crate::client::Painted;
use crate::scenarios::APART;
use crate::server::Server;

/// At each of three edges.
const VIEWERS: u32 = 20;
/// Until everything has its place: connections count as good ones, and clocks are known.
const SETTLED: Duration = Duration::from_secs(8);
/// How long viewers are looked at after a death.
const WINDOW: Duration = Duration::from_secs(15);
/// The same, where nothing tells that a link is dead.
const LONG_WINDOW: Duration = Duration::from_secs(30);
/// Until an origin that died is started again.
const DOWN: Duration = Duration::from_secs(1);
/// As in `examples/edge`.
const BUS: &str = "ping_interval: \"3s\"\nping_max: 2\n";

const SOON: &str = "under 5 s";
const SOON_AFTER_START: &str = "under 5 s from its restart";
const WITHOUT_A_WORD: &str = "under 10 s";

type Line = Result<(String, String, &'static str), String>;

type Death = (&'static str, fn() -> Line);

/// Each death, with everything started anew.
pub(crate) const DEATHS: [Death; 8] = [
    ("edge", edge_dies),
    ("only-edge", only_edge_dies),
    ("node", || node_dies(2, "a NATS server, which an edge is connected to: `kill -9`")),
    ("origin-node", || node_dies(0, "the NATS server of the origin and an edge: `kill -9`")),
    ("origin", origin_dies),
    ("edge-link", edge_loses_link),
    ("origin-link", origin_loses_link),
    ("silent-edge", edge_is_unheard),
];

/// This one, or nothing if there is none of the name.
pub(crate) fn death(name: &str) -> Option<Part> {
    let (_, death) = DEATHS.iter().find(|(each, _)| *each == name)?;
    Some(death().map(|line| vec![line]))
}

fn edge_dies() -> Line {
    let mut stage = Stage::with(BUS, 3 * VIEWERS)?;
    let _origin = origin(&urls(&stage.nats))?;
    let audience = settled(&stage)?;
    let from = Instant::now();
    drop(stage.edges.pop());
    audience.wait(WINDOW);
    let what = "an edge: `kill -9`; its viewers go to another";
    Ok((what.into(), told(&audience.painted(), from), SOON))
}

fn only_edge_dies() -> Line {
    let mut stage = Stage::with(BUS, 3 * VIEWERS)?;
    let _origin = origin(&urls(&stage.nats))?;
    stage.edges.truncate(1);
    let place = stage.places(0)?.remove(0);
    let mut audience = Audience::default();
    audience.add(std::slice::from_ref(&place), VIEWERS);
    audience.wait(APART * VIEWERS + SETTLED);
    let from = Instant::now();
    drop(stage.edges.pop());
    let servers = urls(&stage.nats);
    let again = audience.run(move || edge(&servers, "edge-1", 3 * VIEWERS, Some(&place)))?;
    audience.wait(WINDOW);
    drop(again);
    let what = "the only edge: `kill -9`, and started again at once";
    Ok((what.into(), told(&audience.painted(), from), SOON))
}

fn node_dies(node: usize, what: &str) -> Line {
    let mut stage = Stage::with(BUS, 3 * VIEWERS)?;
    // It learns of the other servers from the first.
    let _origin = origin(&[stage.nats[0].url()])?;
    let audience = settled(&stage)?;
    let from = Instant::now();
    stage.nats[node].kill();
    audience.wait(WINDOW);
    Ok((what.into(), told(&audience.painted(), from), SOON))
}

fn origin_dies() -> Line {
    let stage = Stage::with(BUS, 3 * VIEWERS)?;
    let servers = urls(&stage.nats);
    let before = origin(&servers)?;
    let audience = settled(&stage)?;
    drop(before);
    audience.wait(DOWN);
    let from = Instant::now();
    let _again = origin(&servers)?;
    audience.wait(WINDOW);
    let what = "the origin: `kill -9`, and started again after a second";
    Ok((what.into(), told(&audience.painted(), from), SOON_AFTER_START))
}

fn edge_loses_link() -> Line {
    let mut stage = Stage::with(BUS, 3 * VIEWERS)?;
    let _origin = origin(&urls(&stage.nats))?;
    let links = [Proxy::of(&stage.nats[2]), Proxy::of(&stage.nats[1])];
    stage.edges[2] = edge(&links.each_ref().map(Proxy::url), "edge-3", 3 * VIEWERS, None)?;
    let audience = settled(&stage)?;
    let from = Instant::now();
    hold(&links)?;
    audience.wait(LONG_WINDOW);
    let what = "the link of an edge to its NATS server, without a word; another is known";
    Ok((what.into(), told(&audience.painted(), from), WITHOUT_A_WORD))
}

fn origin_loses_link() -> Line {
    let stage = Stage::with(BUS, 3 * VIEWERS)?;
    let links = [Proxy::of(&stage.nats[0]), Proxy::of(&stage.nats[1])];
    let _origin = origin(&links.each_ref().map(Proxy::url))?;
    let audience = settled(&stage)?;
    let from = Instant::now();
    hold(&links)?;
    audience.wait(LONG_WINDOW);
    let what = "the link of the origin to its NATS server, without a word; another is known";
    Ok((what.into(), told(&audience.painted(), from), WITHOUT_A_WORD))
}

fn edge_is_unheard() -> Line {
    let stage = Stage::with(BUS, 3 * VIEWERS)?;
    let _origin = origin(&urls(&stage.nats))?;
    let audience = settled(&stage)?;
    let from = Instant::now();
    stop(&stage.edges[2])?;
    audience.wait(LONG_WINDOW);
    let what = "an edge that says nothing any more (`kill -STOP`): its viewers go to another";
    Ok((what.into(), told(&audience.painted(), from), WITHOUT_A_WORD))
}

/// Viewers at each edge, who know the other edges.
fn settled(stage: &Stage) -> Result<Audience, String> {
    let mut audience = Audience::default();
    for n in 0..stage.edges.len() {
        audience.add(&stage.places(n)?, VIEWERS);
    }
    audience.wait(APART * VIEWERS + SETTLED);
    Ok(audience)
}

/// The one of these that is used is dead from now on.
fn hold(links: &[Proxy]) -> Result<(), String> {
    let used = links.iter().find(|link| link.connections() > 0);
    used.ok_or("no link is used")?.hold();
    Ok(())
}

fn stop(server: &Server) -> Result<(), String> {
    let process = server.process_id().to_string();
    let done = Command::new("kill").args(["-STOP", &process]).status();
    match done {
        Ok(status) if status.success() => Ok(()),
        other => Err(format!("kill -STOP {process}: {other:?}")),
    }
}

/// What viewers saw after a death, in words.
fn told(painted: &[Vec<Painted>], from: Instant) -> String {
    let until = Instant::now();
    let timeline = Timeline::of(painted.iter().map(Vec::as_slice), from);
    let outages: Vec<_> = painted.iter().map(|it| timeline.outage(it, from, until)).collect();
    let longest = outages.iter().map(|outage| outage.longest).max().unwrap_or_default();
    let never = outages.iter().filter(|outage| outage.back.is_none()).count();
    let back = outages.iter().filter_map(|outage| outage.back).filter(|back| !back.is_zero());
    let mut back: Vec<f64> = back.map(|back| back.as_secs_f64()).collect();
    back.sort_by(f64::total_cmp);
    let all = painted.len();
    let mut text = match &back[..] {
        [] => format!("nobody of {all} without it for more than {WITHOUT:?}"),
        [first, .., last] => format!(
            "{} of {all} viewers; they have it after {first:.2} to {last:.2} s, median {:.2} s",
            back.len(),
            back[back.len() / 2],
        ),
        [only] => format!("1 of {all} viewers, which has it after {only:.2} s"),
    };
    text += &format!("; without it for at most {:.2} s", longest.as_secs_f64());
    if never > 0 {
        text += &format!("; {never} never had it again");
    }
    text
}
