//! When a recorder asks for a frame: when none came for others in the time that its rate allows. Pure.

use std::time::{Duration, Instant};

/// The rate at which frames are asked for.
#[derive(Debug)]
pub(super) struct Demand {
    every: Duration,
    /// When the last frame came.
    last: Option<Instant>,
}

impl Demand {
    /// `fps`: frames per second, above 0.
    pub(super) fn new(fps: f64) -> Self {
        Self { every: Duration::from_secs_f64(1.0 / fps), last: None }
    }

    /// A frame came, for whomever.
    pub(super) fn presented(&mut self, now: Instant) {
        self.last = Some(now);
    }

    /// Whether it asks for a frame.
    pub(super) fn is_due(&self, now: Instant) -> bool {
        self.due_at().is_none_or(|at| at <= now)
    }

    /// When it asks for the next frame; `None`: now.
    pub(super) fn due_at(&self) -> Option<Instant> {
        Some(self.last? + self.every)
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
}
