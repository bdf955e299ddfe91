//! Which rungs of video one client is on, and whether it keeps up with others there. Pure.

use std::time::{Duration, Instant};

use crate::video::VideoRung;

/// A client that is too slow for those it shares a rung with is on the slow rung for this long: at first, and at most.
/// It doubles each time that it is too slow again
const SLOW: (Duration, Duration) = (Duration::from_secs(10), Duration::from_secs(160));
/// within this time. Once is enough then.
const REMEMBERED: Duration = Duration::from_secs(60);
/// At first, it is too slow if it falls behind twice within this time.
const TWICE: Duration = Duration::from_secs(10);

/// The rungs that a client is on.
#[derive(Debug, Default)]
pub(crate) struct Membership {
    /// It is sent pictures of this one; `None`: tiles.
    pub(crate) on: Option<VideoRung>,
    /// It goes over to this one with a keyframe.
    pub(crate) joining: Option<VideoRung>,
    /// That keyframe is being encoded, or will be at once: nothing else is sent meanwhile.
    pub(crate) waits: bool,
    /// The number of its next picture; `None`: it needs a keyframe.
    pub(crate) next: Option<u64>,
    pub(crate) slowness: Slowness,
}

/// Whether a client is too slow for the others of its rung.
#[derive(Debug, Default)]
pub(crate) struct Slowness {
    until: Option<Instant>,
    time: Duration,
    fell_behind: Option<Instant>,
}

impl Slowness {
    /// Whether it belongs on the slow rung.
    pub(crate) fn is_slow(&self, now: Instant) -> bool {
        self.until.is_some_and(|until| now < until)
    }

    /// The client fell so far behind that it needs a keyframe.
    pub(crate) fn fell_behind(&mut self, now: Instant) {
        let again = self.until.is_some_and(|until| now < until + REMEMBERED);
        let twice = self.fell_behind.replace(now).is_some_and(|before| now < before + TWICE);
        if self.is_slow(now) || !again && !twice {
            return;
        }
        self.time = if again { (self.time * 2).min(SLOW.1) } else { SLOW.0 };
        self.until = Some(now + self.time);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_that_falls_behind_twice_is_slow_for_longer_and_longer() {
        let mut slowness = Slowness::default();
        let mut now = Instant::now();
        slowness.fell_behind(now);
        assert!(!slowness.is_slow(now), "once is no habit");
        now += TWICE;
        slowness.fell_behind(now);
        assert!(!slowness.is_slow(now), "nor is now and then");
        now += TWICE / 2;
        slowness.fell_behind(now);
        for seconds in [10, 20, 40, 80, 160, 160] {
            let end = now + Duration::from_secs(seconds);
            slowness.fell_behind(end - Duration::from_secs(1));
            assert!(slowness.is_slow(end - Duration::from_millis(1)), "{seconds}");
            assert!(!slowness.is_slow(end), "{seconds}");
            now = end + Duration::from_secs(1);
            slowness.fell_behind(now);
        }
        now += SLOW.1 + REMEMBERED;
        slowness.fell_behind(now);
        assert!(!slowness.is_slow(now), "it is forgotten");
    }
}
