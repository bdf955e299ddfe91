//! Which time it is for a loop: the machine's or, in a test, one in which waiting takes no time.

use std::cell::Cell;
use std::time::{Duration, Instant};

use framecast_api::Clock;

/// A loop's time.
#[derive(Debug, Default)]
pub(crate) struct VirtualTime {
    /// How far it is ahead of the machine's time. Zero unless virtual.
    ahead: Cell<Duration>,
    /// It is virtual, and is over then.
    end: Option<Instant>,
}

impl VirtualTime {
    /// One that is over after `length`.
    pub(crate) fn of_length(length: Duration) -> Self {
        Self { ahead: Cell::default(), end: Some(Instant::now() + length) }
    }

    pub(crate) fn now(&self) -> Instant {
        Instant::now() + self.ahead.get()
    }

    /// How far it is ahead of the machine's time.
    pub(crate) fn ahead(&self) -> Duration {
        self.ahead.get()
    }

    /// `clock`, in this time.
    pub(crate) fn clock(&self, clock: Clock) -> Clock {
        match clock.origin().checked_sub(self.ahead.get()) {
            Some(origin) => Clock::since(origin),
            None => clock,
        }
    }

    pub(crate) fn is_virtual(&self) -> bool {
        self.end.is_some()
    }

    /// If virtual: it is `until` now, or the end. Whether that is the end.
    pub(crate) fn pass(&self, until: Option<Instant>) -> bool {
        let Some(end) = self.end else { return false };
        let until = until.map_or(end, |until| until.min(end));
        let wait = until.saturating_duration_since(self.now());
        self.ahead.set(self.ahead.get() + wait);
        until == end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn virtual_time_passes_at_once_and_ends() {
        let minute = Duration::from_secs(60);
        let (start, time) = (Instant::now(), VirtualTime::of_length(minute));
        let clock = Clock::since(start);
        assert!(!time.pass(Some(start + minute / 2)));
        assert!(time.now() >= start + minute / 2);
        assert!(time.clock(clock).now() >= 30.0);
        assert!(!time.pass(Some(start)), "it never goes back");
        assert!(time.now() >= start + minute / 2);
        assert!(time.pass(None));
        assert!(time.now() >= start + minute);
        assert!(time.pass(Some(start + 2 * minute)), "it stays there");
    }

    #[test]
    fn real_time_is_the_machines() {
        let time = VirtualTime::default();
        assert!(!time.pass(Some(Instant::now() + Duration::from_secs(60))));
        assert_eq!(time.ahead(), Duration::ZERO);
        assert!(!time.is_virtual());
    }
}
