//! When each frame of a video is to be shown.

/// Who is later than this, in seconds, did not miss frames: the source paused. The timetable then
/// starts anew, instead of running through what comes next.
const PAUSE: f64 = 0.5;

/// What to do with a frame now.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Decision {
    /// Nothing yet, for this many seconds.
    Wait(f64),
    /// Show it.
    Show,
    /// Leave it out: the next one is due too, and is there.
    Drop,
}

/// The timetable of a stream.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    /// Seconds from one frame to the next; `None`: as they come.
    period: Option<f64>,
    start: Option<f64>,
}

impl Pace {
    /// Of `rate` frames a second; `None`: as they come.
    pub(crate) fn new(rate: Option<f64>) -> Self {
        Self { period: rate.map(|rate| 1.0 / rate), start: None }
    }

    /// For how long a frame is shown.
    pub(crate) fn period(&self) -> f64 {
        self.period.unwrap_or(0.0)
    }

    /// What to do with frame `number`, counted from 0, at `now`. The first frame starts the clock.
    /// `next_is_here`: its successor could be shown instead.
    pub(crate) fn decide(&mut self, number: u64, now: f64, next_is_here: bool) -> Decision {
        let start = *self.start.get_or_insert(now);
        let Some(period) = self.period else { return Decision::Show };
        // From the start, not from the last frame, so that errors do not add up.
        let due = start + number as f64 * period;
        if now < due {
            Decision::Wait(due - now)
        } else if now > due + PAUSE {
            self.start = Some(now - number as f64 * period);
            Decision::Show
        } else if next_is_here && now >= due + period {
            Decision::Drop
        } else {
            Decision::Show
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_shown_when_they_are_due() {
        let mut pace = Pace::new(Some(25.0));
        assert_eq!(pace.decide(0, 100.0, true), Decision::Show);
        assert_eq!(pace.decide(1, 100.0, true), Decision::Wait(0.04000000000000625));
        assert_eq!(pace.decide(1, 100.04, true), Decision::Show);
        assert_eq!(pace.decide(250, 110.0, false), Decision::Show);
    }

    #[test]
    fn who_is_late_leaves_frames_out_but_never_the_newest() {
        let mut pace = Pace::new(Some(10.0));
        pace.decide(0, 0.0, false);
        assert_eq!(pace.decide(1, 0.15, true), Decision::Show);
        assert_eq!(pace.decide(1, 0.25, true), Decision::Drop);
        assert_eq!(pace.decide(2, 0.25, true), Decision::Show);
        assert_eq!(pace.decide(3, 9.0, false), Decision::Show);
    }

    #[test]
    fn after_a_pause_of_the_source_it_goes_on_in_real_time() {
        let mut pace = Pace::new(Some(10.0));
        pace.decide(0, 0.0, false);
        assert_eq!(pace.decide(1, 3.0, true), Decision::Show);
        let Decision::Wait(seconds) = pace.decide(2, 3.0, true) else { panic!("no fast-forward") };
        assert!((seconds - 0.1).abs() < 1e-9, "{seconds}");
    }

    #[test]
    fn without_a_rate_every_frame_is_shown_at_once() {
        let mut pace = Pace::new(None);
        for number in 0..10 {
            assert_eq!(pace.decide(number, 0.0, true), Decision::Show);
        }
    }

    #[test]
    fn a_day_of_ntsc_does_not_drift() {
        let mut pace = Pace::new(Some(30_000.0 / 1001.0));
        pace.decide(0, 0.0, true);
        let number = 86_400 * 30;
        let Decision::Wait(seconds) = pace.decide(number, 0.0, true) else { panic!("too early") };
        assert!((seconds - 86_400.0 * 1.001).abs() < 1e-6, "{seconds}");
    }
}
