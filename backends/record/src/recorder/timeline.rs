//! The time of a recording: the canvas' seconds, without pauses. Pure.

/// From seconds on the canvas' clock to microseconds of the recording.
#[derive(Debug)]
pub(super) struct Timeline {
    /// The canvas' time at which the recording would have begun without pauses; `None` before the first frame.
    begin: Option<f64>,
    /// Since when it pauses.
    paused: Option<f64>,
    latest: u64,
}

impl Timeline {
    pub(super) fn new() -> Self {
        Self { begin: None, paused: None, latest: 0 }
    }

    /// The time of `seconds` in the recording; it never goes back, whatever clocks do.
    pub(super) fn at(&mut self, seconds: f64) -> u64 {
        let seconds = self.paused.map_or(seconds, |paused| paused.min(seconds));
        let begin = *self.begin.get_or_insert(seconds);
        // From a float to an integer, nonsense becomes 0 and too much the most.
        let time = ((seconds - begin) * 1e6) as u64;
        self.latest = self.latest.max(time);
        self.latest
    }

    /// The time of `seconds` in a recording that has begun; 0 before.
    pub(super) fn so_far(&mut self, seconds: f64) -> u64 {
        if self.has_begun() { self.at(seconds) } else { 0 }
    }

    /// Whether anything was recorded.
    pub(super) fn has_begun(&self) -> bool {
        self.begin.is_some()
    }

    pub(super) fn pause(&mut self, seconds: f64) {
        self.paused.get_or_insert(seconds);
    }

    pub(super) fn resume(&mut self, seconds: f64) {
        if let (Some(paused), Some(begin)) = (self.paused.take(), &mut self.begin) {
            *begin += (seconds - paused).max(0.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_begins_with_the_first_frame_and_stands_still_in_pauses() {
        let mut timeline = Timeline::new();
        assert!(!timeline.has_begun());
        assert_eq!(timeline.so_far(90.0), 0);
        assert_eq!(timeline.at(100.0), 0);
        assert_eq!(timeline.at(101.5), 1_500_000);
        timeline.pause(102.0);
        timeline.pause(103.0);
        assert_eq!(timeline.at(150.0), 2_000_000);
        timeline.resume(160.0);
        timeline.resume(170.0);
        assert_eq!(timeline.at(160.25), 2_250_000);
    }

    #[test]
    fn it_never_goes_back() {
        let mut timeline = Timeline::new();
        timeline.at(5.0);
        assert_eq!(timeline.at(7.0), 2_000_000);
        assert_eq!(timeline.at(6.0), 2_000_000);
        assert_eq!(timeline.at(f64::NAN), 2_000_000);
        assert_eq!(timeline.at(-1e300), 2_000_000);
    }
}
