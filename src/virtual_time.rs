//! Which time it is for a loop: the machine's or, in a test, one that passes only while it waits, and
//! then at once.

use std::cell::Cell;
use std::time::{Duration, Instant};

use framecast_api::Clock;

/// A loop's time.
#[derive(Debug, Default)]
pub(crate) struct VirtualTime {
    /// `None`: it is the machine's.
    virtual_time: Option<Virtual>,
}

#[derive(Debug)]
struct Virtual {
    now: Cell<Instant>,
    end: Instant,
}

impl VirtualTime {
    /// One that is over after `length`.
    pub(crate) fn of_length(length: Duration) -> Self {
        let now = Instant::now();
        Self { virtual_time: Some(Virtual { now: Cell::new(now), end: now + length }) }
    }

    pub(crate) fn now(&self) -> Instant {
        self.virtual_now().unwrap_or_else(Instant::now)
    }

    /// `None`: it is the machine's.
    pub(crate) fn virtual_now(&self) -> Option<Instant> {
        self.virtual_time.as_ref().map(|time| time.now.get())
    }

    /// What is `at` on the machine's clock, in this time.
    pub(crate) fn deadline(&self, at: Instant) -> Instant {
        let wait = || at.saturating_duration_since(Instant::now());
        self.virtual_now().map_or(at, |now| now + wait())
    }

    /// `clock`, so that it shows this time to who reads it now.
    pub(crate) fn clock(&self, clock: Clock) -> Clock {
        let shifted = self.virtual_now().and_then(|now| {
            let elapsed = now.saturating_duration_since(clock.origin());
            Instant::now().checked_sub(elapsed)
        });
        shifted.map_or(clock, Clock::since)
    }

    /// If virtual: it is `until` now, or the end; nobody waited. The machine's time takes its time.
    pub(crate) fn pass(&self, until: Option<Instant>) -> Passed {
        let Some(Virtual { now, end }) = &self.virtual_time else { return Passed::Not };
        let until = until.map_or(*end, |until| until.min(*end));
        now.set(now.get().max(until));
        if until == *end { Passed::Over } else { Passed::Yes }
    }
}

/// What [`VirtualTime::pass`] did.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Passed {
    /// It is the machine's time.
    Not,
    Yes,
    /// It is over.
    Over,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn virtual_time_passes_at_once_and_ends() {
        let minute = Duration::from_secs(60);
        let time = VirtualTime::of_length(minute);
        let start = time.now();
        let clock = Clock::since(start);
        assert_eq!(time.pass(Some(start + minute / 2)), Passed::Yes);
        assert_eq!(time.now(), start + minute / 2);
        assert!(time.clock(clock).now() >= 30.0);
        assert!(time.deadline(Instant::now() + minute) <= time.now() + minute);
        assert_eq!(time.deadline(start), time.now(), "it is over");
        assert_eq!(time.pass(Some(start)), Passed::Yes);
        assert_eq!(time.now(), start + minute / 2, "it never goes back");
        assert_eq!(time.pass(None), Passed::Over);
        assert_eq!(time.now(), start + minute);
        assert_eq!(time.pass(Some(start + 2 * minute)), Passed::Over);
        assert_eq!(time.now(), start + minute, "it stays there");
    }

    #[test]
    fn real_time_is_the_machines() {
        let (time, later) = (VirtualTime::default(), Instant::now() + Duration::from_secs(60));
        assert_eq!(time.pass(Some(later)), Passed::Not);
        assert_eq!(time.deadline(later), later);
        assert!(time.now() < later);
    }
}
