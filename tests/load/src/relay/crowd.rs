//! Many viewers: rates, ages, and processor time, beside those of one server without a relay.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use framecast_test_nats::Direction;

use super::Part;
use super::audience::Audience;
use super::stage::{CpuMeter, Load, Stage, alone, counted_origin, origin, served_origin};
use crate::client::Painted;
use crate::scenarios::{APART, WARM_UP};
use crate::summary::summary;

const UPDATES: &str = "framecast.lecture.updates";
/// Each is measured so often, in turn.
const TURNS: u32 = 2;

/// One server, and an origin with three edges, in turn.
pub(crate) fn crowd(viewers: u32, time: Duration) -> Part {
    let viewers = viewers / 3 * 3;
    let mut lines = Vec::new();
    for turn in 1..=TURNS {
        let server = alone(viewers)?;
        let mut audience = Audience::default();
        audience.add(&[server.place()?], viewers);
        let run = watch(&audience, viewers, time, vec![vec![server.process_id()]])?;
        lines.push((
            format!("{viewers} viewers, one server, turn {turn}"),
            format!("{}; the server {:.2} cores; {}", run.seen, run.load.groups[0], beside(&run)),
            "",
        ));
        drop((audience, server));

        let stage = Stage::start(viewers)?;
        let origin = origin(&[stage.nats[0].url()])?;
        let mut audience = Audience::default();
        for n in 0..3 {
            audience.add(&stage.places(n)?[..1], viewers / 3);
        }
        let groups =
            vec![vec![origin.process_id()], stage.edge_processes(), stage.nats_processes()];
        let run = watch(&audience, viewers, time, groups)?;
        let [origin, edges, nats] = run.load.groups[..] else { return Err("no groups".into()) };
        lines.push((
            format!("{viewers} viewers, three edges, turn {turn}"),
            format!(
                "{}; the edges {edges:.2} cores together, the origin {origin:.2}, NATS {nats:.2}; {}",
                run.seen,
                beside(&run)
            ),
            "every frame to every viewer",
        ));
    }
    Ok(lines)
}

/// How much older pictures are at an edge: viewers of the origin itself, and of three edges.
pub(crate) fn age(time: Duration) -> Part {
    let mut lines = Vec::new();
    for count in [1, 1, 20] {
        let stage = Stage::start(2 * count)?;
        let origin = served_origin(&[stage.nats[0].url()])?;
        let mut audience = Audience::default();
        audience.add(&[origin.place()?], 1);
        for n in 0..3 {
            audience.add(&stage.places(n)?[..1], count);
        }
        audience.wait(WARM_UP + APART * count);
        let from = Instant::now();
        audience.wait(time);
        let painted = audience.painted();
        let (direct, relayed) = painted.split_first().ok_or("no viewers")?;
        let direct = first_of_each(direct, from);
        let mut added = Vec::new();
        let mut frames = 0;
        for viewer in relayed {
            let first = first_of_each(viewer, from);
            frames = first.len().max(frames);
            let both = first.iter().filter_map(|(frame, at)| Some((*at, *direct.get(frame)?)));
            added.extend(both.map(|(relayed, direct)| milliseconds(relayed, direct)));
        }
        let (p50, p95) = (percentile(&mut added, 0.5), percentile(&mut added, 0.95));
        lines.push((
            format!("age that the relay adds, {count} viewers at each of three edges"),
            format!(
                "{p50:.1} / {p95:.1} ms (p50 / p95); {} frames, {} at the origin's own viewer",
                frames,
                direct.len()
            ),
            "below 5 ms",
        ));
    }
    Ok(lines)
}

/// What the origin spends and sends, with one viewer at an edge and with all of them.
pub(crate) fn reach(viewers: u32, time: Duration) -> Part {
    let each = viewers / 3;
    let mut lines = Vec::new();
    for turn in 1..=TURNS {
        for all in [false, true] {
            let stage = Stage::start(2 * each)?;
            let (proxy, origin) = counted_origin(&stage.nats[0])?;
            let mut audience = Audience::default();
            for n in 0..if all { 3 } else { 1 } {
                audience.add(&stage.places(n)?[..1], if all { each } else { 1 });
            }
            audience.wait(WARM_UP + APART * if all { each } else { 1 });
            let sent = |subject| proxy.count(Direction::FromClient, subject);
            let before = (sent(UPDATES), sent(""));
            let meter = CpuMeter::start(vec![vec![origin.process_id()]])?;
            audience.wait(time);
            let load = meter.read()?;
            let updates = sent(UPDATES).messages - before.0.messages;
            let bytes = sent(UPDATES).bytes - before.0.bytes;
            let rest = sent("").bytes - before.1.bytes - bytes;
            let rate = updates as f64 / time.as_secs_f64();
            lines.push((
                format!("{} at edges, turn {turn}", if all { each * 3 } else { 1 }),
                format!(
                    "the origin publishes {rate:.1} updates a second of {:.2} KB, and {:.2} KB a second besides; {:.2} ms CPU for each, drawing included; others {:.2} cores",
                    bytes as f64 / 1e3 / updates as f64,
                    rest as f64 / 1e3 / time.as_secs_f64(),
                    load.groups[0] * 1e3 / rate,
                    load.others
                ),
                "CPU at most 1.1 times; bytes independent of viewers",
            ));
        }
    }
    Ok(lines)
}

struct Watched {
    /// Rates and ages, in words.
    seen: String,
    load: Load,
}

fn watch(
    audience: &Audience,
    viewers: u32,
    time: Duration,
    groups: Vec<Vec<u32>>,
) -> Result<Watched, String> {
    audience.wait(WARM_UP + APART * viewers);
    let (from, meter) = (Instant::now(), CpuMeter::start(groups)?);
    audience.wait(time);
    let (until, load) = (Instant::now(), meter.read()?);
    let painted = audience.painted();
    let mut rates: Vec<f64> = painted.iter().map(|it| summary(it, from, until).fps).collect();
    let slowest = rates.iter().copied().fold(f64::INFINITY, f64::min);
    let mut ages = Vec::new();
    for viewer in &painted {
        let mut last = None;
        let inside = viewer.iter().filter(|painted| (from..until).contains(&painted.at));
        let first = inside.filter(|it| last.replace(it.sequence) != Some(it.sequence));
        ages.extend(first.map(|painted| painted.age * 1e3));
    }
    let seen = format!(
        "the slowest {slowest:.1} fps, median {:.1}; age {:.0} / {:.0} ms (p50 / p95)",
        percentile(&mut rates, 0.5),
        percentile(&mut ages, 0.5),
        percentile(&mut ages, 0.95),
    );
    Ok(Watched { seen, load })
}

/// What else the two processors did.
fn beside(run: &Watched) -> String {
    format!("viewers {:.2}, others {:.2}", run.load.own, run.load.others)
}

/// When each frame came first.
fn first_of_each(viewer: &[Painted], from: Instant) -> HashMap<u64, Instant> {
    let mut first = HashMap::new();
    for painted in viewer.iter().filter(|painted| painted.at >= from) {
        first.entry(painted.sequence).or_insert(painted.at);
    }
    first
}

/// From `before` to `at`; negative if it is earlier.
fn milliseconds(at: Instant, before: Instant) -> f64 {
    match at.checked_duration_since(before) {
        Some(time) => time.as_secs_f64() * 1e3,
        None => -(before - at).as_secs_f64() * 1e3,
    }
}

/// Sorts the values.
pub(crate) fn percentile(values: &mut [f64], share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let index = (values.len().saturating_sub(1) as f64 * share).round() as usize;
    values.get(index).copied().unwrap_or(f64::NAN)
}
