//! What became of each picture that a client was sent, and when: counts, rates and the times from
//! input to paint. Pure.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use serde::{Deserialize, Deserializer, Serialize};

/// Pictures that the medians are taken over.
const RECENT: usize = 64;
/// Pictures on their way that are remembered: as many updates as pacing allows, with eight pictures of a video each.
const IN_FLIGHT: usize = 192;
/// A client that painted nothing for this long paints nothing.
const PAUSE: Duration = Duration::from_secs(2);

/// When a picture was what, in seconds on the server's clock.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Times {
    pub(crate) input: Option<f64>,
    pub(crate) drawn: f64,
    pub(crate) presented: Option<f64>,
    pub(crate) encoded: Option<f64>,
    pub(crate) sent: f64,
}

/// When a client received and painted an update, by its estimate of the server's clock. These times are for
/// statistics only. A time that cannot be read is unknown, and the update still counts as painted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Painted {
    #[serde(deserialize_with = "if_known")]
    received: Option<f64>,
    #[serde(deserialize_with = "if_known")]
    decoded: Option<f64>,
    #[serde(deserialize_with = "if_known")]
    painted: Option<f64>,
}

/// A number, or else nothing.
pub(crate) fn if_known<'de, D: Deserializer<'de>>(from: D) -> Result<Option<f64>, D::Error> {
    serde_json::Value::deserialize(from).map(|value| value.as_f64())
}

impl Painted {
    /// From receiving to painting, if it makes sense.
    pub(crate) fn took(&self) -> Option<Duration> {
        Duration::try_from_secs_f64(self.painted? - self.received?).ok()
    }
}

/// One client's record.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    in_flight: VecDeque<(u32, Option<Times>)>,
    recent: VecDeque<(Times, Painted)>,
    painted_at: VecDeque<Instant>,
    counts: Counts,
}

/// What a client was sent so far.
#[derive(Debug, Default, Clone, Copy, Serialize)]
pub(crate) struct Counts {
    pub(crate) updates: u64,
    pub(crate) painted: u64,
    pub(crate) tiles: u64,
    pub(crate) bytes: u64,
}

/// Medians in milliseconds; `None`: not known.
#[derive(Debug, Default, Clone, Copy, PartialEq, Serialize)]
pub(crate) struct Steps {
    input_to_drawn: Option<f64>,
    drawn_to_presented: Option<f64>,
    presented_to_encoded: Option<f64>,
    encoded_to_sent: Option<f64>,
    sent_to_received: Option<f64>,
    received_to_decoded: Option<f64>,
    decoded_to_painted: Option<f64>,
    pub(crate) drawn_to_painted: Option<f64>,
    input_to_painted: Option<f64>,
}

impl Ledger {
    /// A picture of `tiles` tiles (0: a whole one) is being sent. Without times it is counted, and
    /// not timed.
    pub(crate) fn sent(&mut self, update: u32, times: Option<Times>, bytes: usize, tiles: usize) {
        if self.in_flight.len() == IN_FLIGHT {
            self.in_flight.pop_front();
        }
        self.in_flight.push_back((update, times));
        self.counts.updates += 1;
        self.counts.tiles += tiles as u64;
        self.counts.bytes += bytes as u64;
    }

    /// `update`, which is in flight, was painted, and all before it.
    pub(crate) fn painted(&mut self, update: u32, painted: Painted, now: Instant) {
        let Some(index) = self.in_flight.iter().position(|(sent, _)| *sent == update) else {
            return;
        };
        self.counts.painted += index as u64 + 1;
        if let Some((_, Some(times))) = self.in_flight.drain(..=index).next_back() {
            push(&mut self.recent, (times, painted));
        }
        push(&mut self.painted_at, now);
    }

    pub(crate) fn counts(&self) -> Counts {
        self.counts
    }

    /// Pictures painted per second, over the last of them.
    pub(crate) fn fps(&self, now: Instant) -> f64 {
        match (self.painted_at.front(), self.painted_at.back()) {
            (Some(first), Some(last)) if now.saturating_duration_since(*last) < PAUSE => {
                let time = last.saturating_duration_since(*first).as_secs_f64();
                if time > 0.0 { (self.painted_at.len() - 1) as f64 / time } else { 0.0 }
            }
            _ => 0.0,
        }
    }

    pub(crate) fn steps(&self) -> Steps {
        let median = |step: &dyn Fn(&Times, &Painted) -> Option<f64>| {
            let steps = self.recent.iter().filter_map(|(times, painted)| step(times, painted));
            // A client may say anything; serde_json has no infinity.
            let mut steps: Vec<_> = steps.filter(|step| step.is_finite()).collect();
            steps.sort_by(f64::total_cmp);
            steps.get(steps.len() / 2).map(|seconds| (seconds * 1e6).round() / 1e3)
        };
        Steps {
            input_to_drawn: median(&|times, _| Some(times.drawn - times.input?)),
            drawn_to_presented: median(&|times, _| Some(times.presented? - times.drawn)),
            presented_to_encoded: median(&|times, _| Some(times.encoded? - times.presented?)),
            encoded_to_sent: median(&|times, _| Some(times.sent - times.encoded?)),
            sent_to_received: median(&|times, painted| Some(painted.received? - times.sent)),
            received_to_decoded: median(&|_, painted| Some(painted.decoded? - painted.received?)),
            decoded_to_painted: median(&|_, painted| Some(painted.painted? - painted.decoded?)),
            drawn_to_painted: median(&|times, painted| Some(painted.painted? - times.drawn)),
            input_to_painted: median(&|times, painted| Some(painted.painted? - times.input?)),
        }
    }
}

fn push<T>(queue: &mut VecDeque<T>, item: T) {
    if queue.len() == RECENT {
        queue.pop_front();
    }
    queue.push_back(item);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_steps_are_medians_of_what_is_known() {
        let mut ledger = Ledger::default();
        let start = Instant::now();
        for n in 0..5_u32 {
            let at = f64::from(n);
            let late = at + f64::from(n) / 1000.0;
            let times = Times {
                input: (n == 0).then_some(at - 0.001),
                drawn: at,
                presented: Some(late + 0.0005),
                encoded: Some(late + 0.002),
                sent: late + 0.003,
            };
            ledger.sent(n, Some(times), 100, 7);
            let painted = Painted { painted: Some(late + 0.010), ..Painted::default() };
            ledger.painted(n, painted, start + Duration::from_millis(100) * n);
        }
        let steps = ledger.steps();
        assert_eq!(steps.input_to_drawn, Some(1.0));
        assert_eq!(steps.drawn_to_presented, Some(2.5));
        assert_eq!(steps.presented_to_encoded, Some(1.5));
        assert_eq!(steps.encoded_to_sent, Some(1.0));
        assert_eq!(steps.sent_to_received, None);
        assert_eq!(steps.drawn_to_painted, Some(12.0));
        assert!((ledger.fps(start + Duration::from_millis(500)) - 10.0).abs() < 0.01);
        assert_eq!(ledger.fps(start + Duration::from_secs(10)), 0.0);
        let counts = ledger.counts();
        assert_eq!((counts.updates, counts.painted, counts.tiles, counts.bytes), (5, 5, 35, 500));
    }

    #[test]
    fn an_acknowledgement_counts_for_what_was_sent_before_and_nonsense_for_nothing() {
        let (mut ledger, now) = (Ledger::default(), Instant::now());
        for n in 1..=1000 {
            ledger.sent(n, Some(Times::default()), 1, 1);
        }
        assert_eq!(ledger.in_flight.len(), IN_FLIGHT);
        ledger.painted(5000, Painted::default(), now);
        assert_eq!(ledger.counts().painted, 0);
        let wild = Painted { painted: Some(f64::MAX), received: Some(-f64::MAX), decoded: None };
        ledger.painted(1000, wild, now);
        assert_eq!(ledger.counts().painted, IN_FLIGHT as u64);
        assert!(serde_json::to_string(&ledger.steps()).is_ok());
        assert_eq!(ledger.fps(now), 0.0);
    }
}
