//! Whether what arrives is old: the answer to a mark comes back behind everything that waits for the edge. Pure.

use std::time::{Duration, Instant};

/// How often a mark is sent.
const EVERY: Duration = Duration::from_millis(500);
/// A mark that takes longer is late, and so is what is published.
const TOO_LATE: Duration = Duration::from_secs(1);

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LagAction {
    /// Send this mark.
    Mark(u64),
    /// What waits on the way is too old.
    Late,
}

#[derive(Debug)]
pub(crate) struct Lag {
    /// The mark that is under way, and since when.
    sent: Option<(u64, Instant)>,
    last: u64,
    next: Instant,
}

impl Lag {
    pub(crate) fn new(now: Instant) -> Self {
        Self { sent: None, last: 0, next: now }
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
        if now.saturating_duration_since(sent) < TOO_LATE {
            return None;
        }
        self.start(now);
        Some(LagAction::Late)
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
            Some((_, sent)) => sent + TOO_LATE,
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
    fn what_is_a_second_old_is_late_and_what_comes_after_a_new_connection_is_another_matter() {
        let start = Instant::now();
        let (mut now, mut lag) = (start, Lag::new(start));
        let mut late = Vec::new();
        while now < start + 5 * SECOND {
            match lag.poll(now) {
                Some(LagAction::Late) => late.push((now - start).as_millis()),
                Some(LagAction::Mark(_)) => {}
                None => now = lag.wait_until(),
            }
        }
        assert_eq!(late, [1000, 2500, 4000]);
        // A late mark of the connection before means nothing.
        lag.returned(1, now);
        assert!(lag.sent.is_some());
    }
}
