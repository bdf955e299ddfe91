//! An edge whose link is too thin for what the origin publishes: how old is what its viewers see?

use std::time::{Duration, Instant};

use framecast_test_nats::NatsServer;

use super::Part;
use super::audience::Audience;
use super::crowd::percentile;
use super::stage::{edge, origin};
use super::timeline::Timeline;
use crate::link::{Link, relay};
use crate::scenarios::APART;

const VIEWERS: u32 = 2;
const SETTLED: Duration = Duration::from_secs(6);
/// One line for each such time.
const STEP: Duration = Duration::from_secs(10);
const STEPS: u32 = 6;
/// Of the link to the edge, in bytes a second. A dashboard needs 1 to 1.6 Mbit/s.
const RATES: [(f64, &str); 2] = [(125e3, "1 Mbit/s"), (62.5e3, "0.5 Mbit/s")];

/// The age of what its viewers see beside those of another edge, over time.
pub(crate) fn thin() -> Part {
    let mut lines = Vec::new();
    for (rate, name) in RATES {
        // No cluster: there is no other server to go to.
        let nats = NatsServer::start("");
        let _origin = origin(&[nats.url()])?;
        let mut audience = Audience::default();
        let from = Instant::now() + SETTLED;
        let link = Link { rates: vec![(from, rate)], ..Link::of_delay(Duration::from_millis(10)) };
        let to = relay(nats.address(), link, &audience.executor);
        let to = format!("nats://{}", to.map_err(|error| error.to_string())?);
        let near = edge(&[nats.url()], "edge-1", 8, None)?;
        let far = audience.run(move || edge(&[to], "edge-2", 8, None))?;
        audience.add(&[near.place()?], VIEWERS);
        audience.add(&[far.place()?], VIEWERS);
        audience.wait(SETTLED + APART * VIEWERS);
        audience.wait(STEP * STEPS);
        let painted = audience.painted();
        let timeline = Timeline::of(painted.iter().map(Vec::as_slice), from - STEP);
        for step in 0..STEPS {
            let (start, end) = (from + STEP * step, from + STEP * (step + 1));
            let far = painted.iter().rev().take(VIEWERS as usize).flatten();
            let inside: Vec<_> = far.filter(|it| (start..end).contains(&it.at)).collect();
            let behind = inside.iter().filter_map(|it| timeline.behind(it));
            let mut behind: Vec<f64> = behind.map(|it| it.as_secs_f64()).collect();
            lines.push((
                format!("an edge with {name}, {} to {} s", (STEP * step).as_secs(), (STEP * (step + 1)).as_secs()),
                format!(
                    "its viewers see what is {:.2} / {:.2} / {:.2} s older than at another edge (p50 / p95 / most), {:.1} updates a second",
                    percentile(&mut behind, 0.5),
                    percentile(&mut behind, 0.95),
                    percentile(&mut behind, 1.0),
                    inside.len() as f64 / f64::from(VIEWERS) / STEP.as_secs_f64()
                ),
                "",
            ));
        }
    }
    Ok(lines)
}
