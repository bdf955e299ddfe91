//! Whether what arrives is old: the answer to a mark comes back behind everything that waits for the edge. Pure.

use std::time::{Duration, Instant};

/// How often a mark is sent.
const EVERY: Duration = Duration::from_millis(500);
/// An edge that is further behind gives up what waits for it, and asks for what is new instead.
const TOO_LATE: Duration = Duration::from_secs(1);
/// Not again within this time, doubled each time, so that a connection that is always slow still brings something.
const PAUSE: Duration = Duration::from_secs(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(80);
/// After so long in time, the pause is short again.
const CALM: Duration = Duration::from_secs(120);

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LagAction {
    /// Send this mark.
    Mark(u64),
    /// What waits on the way is too old: drop it.
    Drop,
}

#[derive(Debug)]
pub(crate) struct Lag {
    /// The mark that is under way, and since when.
    sent: Option<(u64, Instant)>,
    last: u64,
    next: Instant,
    pause: Duration,
    /// When it may drop what waits again, and when it did the last time.
    not_before: Option<Instant>,
    dropped: Option<Instant>,
}

impl Lag {
    pub(crate) fn new(now: Instant) -> Self {
        Self { sent: None, last: 0, next: now, pause: PAUSE, not_before: None, dropped: None }
    }

    /// What to do now.
    pub(crate) fn poll(&mut self, now: Instant) -> Option<LagAction> {
        let Some((_, sent)) = self.sent else {
            if now < self.next {
                return None;
            }
            self.last += 1;
            self.sent = Some((self.last, now));
            return Some(LagAction::Mark(self.last));
        };
        let is_late = now.saturating_duration_since(sent) >= TOO_LATE;
        if !is_late || self.not_before.is_some_and(|at| now < at) {
            return None;
        }
        if self.dropped.is_some_and(|at| now.saturating_duration_since(at) > CALM) {
            self.pause = PAUSE;
        }
        (self.not_before, self.dropped) = (Some(now + self.pause), Some(now));
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        self.start(now);
        Some(LagAction::Drop)
    }

    /// This mark came back.
    pub(crate) fn returned(&mut self, mark: u64, now: Instant) {
        if self.sent.is_some_and(|(sent, _)| sent == mark) {
            self.sent = None;
            self.next = now + EVERY;
        }
    }

    /// The connection is another one, or gone: no mark is under way.
    pub(crate) fn start(&mut self, now: Instant) {
        self.sent = None;
        self.next = now + EVERY;
    }

    /// When to poll again.
    pub(crate) fn wait_until(&self) -> Instant {
        match self.sent {
            None => self.next,
            Some((_, sent)) => {
                let late = sent + TOO_LATE;
                self.not_before.map_or(late, |at| at.max(late))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn marks_go_out_twice_a_second_while_they_come_back() {
        let mut now = Instant::now();
        let mut lag = Lag::new(now);
        for mark in 1..=10 {
            assert_eq!(lag.poll(now), Some(LagAction::Mark(mark)));
            assert_eq!(lag.poll(now), None);
            now += SECOND / 2;
            assert_eq!(lag.poll(now), None);
            lag.returned(mark, now);
            assert_eq!(lag.poll(now), None);
            assert_eq!(lag.wait_until(), now + EVERY);
            now += EVERY;
        }
    }

    #[test]
    fn what_is_a_second_old_is_dropped_and_less_often_each_time() {
        let start = Instant::now();
        let (mut now, mut lag) = (start, Lag::new(start));
        let mut drops = Vec::new();
        while now < start + 60 * SECOND {
            match lag.poll(now) {
                Some(LagAction::Drop) => drops.push((now - start).as_secs()),
                Some(LagAction::Mark(_)) => {}
                None => now = lag.wait_until(),
            }
        }
        assert_eq!(drops, [1, 6, 16, 36]);
        // A late mark of the connection before means nothing.
        lag.returned(1, now);
        assert!(lag.sent.is_some());
    }

    #[test]
    fn after_two_minutes_in_time_it_is_as_in_the_beginning() {
        let mut now = Instant::now();
        let mut lag = Lag::new(now);
        lag.poll(now);
        now += SECOND;
        assert_eq!(lag.poll(now), Some(LagAction::Drop));
        now += CALM + SECOND;
        assert!(matches!(lag.poll(now), Some(LagAction::Mark(_))));
        now += SECOND;
        assert_eq!(lag.poll(now), Some(LagAction::Drop));
        assert_eq!(lag.not_before, Some(now + PAUSE));
    }
}
