//! What the origin's clock shows, by asking: as NTP does it (RFC 5905), the answer counts as made in the middle of the
//! round trip. Pure.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Answers that are remembered; the quickest of them tells best.
const SAMPLES: usize = 8;
/// In the beginning it is asked quickly, so that the first pictures have times that are about right.
const FIRST: Duration = Duration::from_millis(200);
const LATER: Duration = Duration::from_secs(10);
/// An answer that takes longer is of no use.
const LATE: Duration = Duration::from_secs(2);

/// Estimates the origin's clock.
#[derive(Debug)]
pub(crate) struct OriginClock {
    /// Times are counted from here.
    base: Instant,
    /// The round trip, and what the origin's clock shows at `base`, in seconds.
    samples: VecDeque<(Duration, f64)>,
    asked: Option<(u64, Instant)>,
    last: u64,
    next: Instant,
}

impl OriginClock {
    pub(crate) fn new(now: Instant) -> Self {
        Self { base: now, samples: VecDeque::new(), asked: None, last: 0, next: now }
    }

    /// It is another origin's clock from now on.
    pub(crate) fn reset(&mut self, now: Instant) {
        self.samples.clear();
        (self.asked, self.next) = (None, now);
    }

    /// The number of the question to ask now.
    pub(crate) fn poll(&mut self, now: Instant) -> Option<u64> {
        if now < self.next {
            return None;
        }
        self.last += 1;
        self.asked = Some((self.last, now));
        self.next = now + if self.samples.len() < SAMPLES / 2 { FIRST } else { LATER };
        Some(self.last)
    }

    /// When to poll again.
    pub(crate) fn wait_until(&self) -> Instant {
        self.next
    }

    /// The answer to a question: what the origin's clock shows, in seconds.
    pub(crate) fn answered(&mut self, number: u64, seconds: f64, now: Instant) {
        let Some((_, asked)) = self.asked.take_if(|(asked, _)| *asked == number) else { return };
        let trip = now.saturating_duration_since(asked);
        if trip > LATE || !seconds.is_finite() {
            return;
        }
        let middle = asked.saturating_duration_since(self.base) + trip / 2;
        if self.samples.len() == SAMPLES {
            self.samples.pop_front();
        }
        self.samples.push_back((trip, seconds - middle.as_secs_f64()));
    }

    /// How long a question and its answer take, at best; `None` while it is not known.
    pub(crate) fn round_trip(&self) -> Option<Duration> {
        self.samples.iter().map(|(trip, _)| *trip).min()
    }

    /// What the origin's clock shows at `now`, in seconds; `None` while it is not known.
    pub(crate) fn seconds(&self, now: Instant) -> Option<f64> {
        let (_, at_base) = self.samples.iter().min_by_key(|(trip, _)| *trip)?;
        Some(at_base + now.saturating_duration_since(self.base).as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn the_quickest_answer_tells_what_the_clock_shows() {
        let start = Instant::now();
        let mut clock = OriginClock::new(start);
        assert_eq!((clock.seconds(start), clock.round_trip()), (None, None));
        // The origin's clock is 100 s ahead; answers come late on the way back.
        let mut now = start;
        for trip in [80, 10, 300] {
            let number = clock.poll(now).unwrap();
            assert_eq!(clock.poll(now), None);
            let shown = 100.0 + (now + 5 * MS - start).as_secs_f64();
            clock.answered(number, shown, now + trip * MS);
            now = clock.wait_until().max(now + trip * MS);
        }
        let error = clock.seconds(now).unwrap() - 100.0 - (now - start).as_secs_f64();
        assert!(error.abs() < 1e-6, "{error}");
        assert_eq!(clock.round_trip(), Some(10 * MS));
    }

    #[test]
    fn it_asks_quickly_at_first_and_rarely_then() {
        let start = Instant::now();
        let (mut now, mut clock, mut asked) = (start, OriginClock::new(start), 0);
        while now < start + Duration::from_secs(100) {
            if let Some(number) = clock.poll(now) {
                asked += 1;
                clock.answered(number, 1.0, now + MS);
            }
            now = clock.wait_until();
        }
        assert_eq!(asked, 4 + 9 + 1);
        clock.reset(now);
        assert_eq!((clock.seconds(now), clock.poll(now).is_some()), (None, true));
    }

    #[test]
    fn answers_that_make_no_sense_count_for_nothing() {
        let start = Instant::now();
        let mut clock = OriginClock::new(start);
        let number = clock.poll(start).unwrap();
        clock.answered(number + 1, 5.0, start + MS);
        clock.answered(number, f64::NAN, start + MS);
        clock.answered(number, 5.0, start + MS);
        let number = clock.poll(start + FIRST).unwrap();
        clock.answered(number, 5.0, start + FIRST + LATE + MS);
        assert_eq!(clock.seconds(start + LATE), None);
    }
}
