//! When a recorder asks for a frame: when none came for others in the time that its rate allows. Pure.

use std::time::{Duration, Instant};

/// The rate at which frames are asked for.
#[derive(Debug)]
pub(super) struct Demand {
    every: Duration,
    /// When it asks for the next frame; `None`: now.
    due: Option<Instant>,
}

impl Demand {
    /// `fps`: frames per second, above 0.
    pub(super) fn new(fps: f64) -> Self {
        Self { every: Duration::from_secs_f64(1.0 / fps), due: None }
    }

    /// A frame came, for whomever.
    ///
    /// If it was asked for, the next one is due an interval after this one was: the time that drawing took is not
    /// added. After a longer delay it is due an interval from now, so that none are made up for.
    pub(super) fn presented(&mut self, now: Instant) {
        let asked = self.due.filter(|due| *due <= now && now < *due + self.every);
        self.due = Some(asked.unwrap_or(now) + self.every);
    }

    /// Whether it asks for a frame.
    pub(super) fn is_due(&self, now: Instant) -> bool {
        self.due_at().is_none_or(|at| at <= now)
    }

    /// When it asks for the next frame; `None`: now.
    pub(super) fn due_at(&self) -> Option<Instant> {
        self.due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_asks_only_when_no_frame_comes_for_others() {
        let begin = Instant::now();
        let at = |ms| begin + Duration::from_millis(ms);
        let mut demand = Demand::new(10.0);
        assert!(demand.is_due(begin), "the first frame");
        demand.presented(begin);
        assert!(!demand.is_due(at(99)) && demand.is_due(at(100)));
        // 60 frames a second for somebody else.
        for ms in (100..1000).step_by(16) {
            demand.presented(at(ms));
            assert!(!demand.is_due(at(ms + 16)));
        }
        assert_eq!(demand.due_at(), Some(at(996 + 100)));
    }

    #[test]
    fn it_keeps_its_rate_however_long_drawing_takes() {
        let begin = Instant::now();
        let at = |ms| begin + Duration::from_millis(ms);
        let mut demand = Demand::new(10.0);
        demand.presented(begin);
        // Each frame comes 30 ms after it was asked for.
        for ms in (100..1000).step_by(100) {
            assert_eq!(demand.due_at(), Some(at(ms)));
            demand.presented(at(ms + 30));
        }
        // This one takes longer than an interval.
        demand.presented(at(1250));
        assert_eq!(demand.due_at(), Some(at(1350)), "what was missed is not made up for");
    }
}
