//! When frames are taken, and how often each is shown. Pure.

use std::time::Duration;

/// Frames per second as a fraction, as YUV4MPEG2 has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rate {
    pub(crate) frames: u32,
    /// In this many seconds.
    pub(crate) seconds: u32,
}

impl Rate {
    /// The fraction that is meant by a number such as 60, 29.97 or 0.5.
    pub(crate) fn new(fps: f64) -> Self {
        // NTSC's rates, which are written with two or three digits.
        let ntsc = fps * 1.001;
        if (fps - fps.round()).abs() > 1e-9
            && (ntsc - ntsc.round()).abs() < 1e-3 * 1.001
            && fps > 10.0
        {
            return Self { frames: (ntsc.round() * 1000.0) as u32, seconds: 1001 };
        }
        if fps < 1.0 {
            // At most one in a day, see the options.
            return Self { frames: 10_000, seconds: (10_000.0 / fps).round() as u32 };
        }
        let (frames, seconds) = ((fps * 1000.0).round() as u32, 1000);
        let divisor = gcd(frames, seconds);
        Self { frames: frames / divisor, seconds: seconds / divisor }
    }

    /// The slot that begins nearest to `at`.
    fn slot(self, at: Duration) -> u64 {
        let second = 1_000_000_000 * u128::from(self.seconds);
        ((at.as_nanos() * u128::from(self.frames) + second / 2) / second) as u64
    }

    /// When `slot` begins.
    fn time(self, slot: u64) -> Duration {
        let scaled = u128::from(slot) * u128::from(self.seconds);
        let frames = u128::from(self.frames);
        let nanos = scaled % frames * 1_000_000_000 / frames;
        Duration::new((scaled / frames) as u64, nanos as u32)
    }

    /// Slots between two times that [`round`](Self::round) gave.
    pub(crate) fn slots(self, start: Duration, end: Duration) -> u64 {
        self.slot(end).saturating_sub(self.slot(start))
    }

    fn round(self, at: Duration) -> Duration {
        self.time(self.slot(at))
    }

    pub(crate) fn next(self, at: Duration) -> Duration {
        self.time(self.slot(at) + 1)
    }
}

fn gcd(one: u32, other: u32) -> u32 {
    if other == 0 { one } else { gcd(other, one % other) }
}

/// How a format takes frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pace {
    /// As they come, with their own times.
    Free,
    /// At most one for each slot.
    AtMost(Rate),
    /// One for each slot, repeated where nothing new came.
    Constant(Rate),
    /// Each that differs from the one before, whenever it came.
    Different,
    /// Only the newest.
    Newest,
}

impl Pace {
    /// After this long a picture that rests is written, so that a crash loses no more.
    const REST: Duration = Duration::from_millis(500);

    pub(crate) fn rate(self) -> Option<Rate> {
        match self {
            Self::AtMost(rate) | Self::Constant(rate) => Some(rate),
            Self::Free | Self::Different | Self::Newest => None,
        }
    }

    /// When a frame that comes at `at` begins to be shown.
    pub(crate) fn start(self, at: Duration) -> Duration {
        self.rate().map_or(at, |rate| rate.round(at))
    }

    /// When a picture that began at `start` and is the last one ends. It is shown for a moment at least.
    pub(crate) fn last_end(self, start: Duration, end: Duration) -> Duration {
        match self.rate() {
            Some(rate) => rate.round(end).max(rate.next(start)),
            None => end.max(start + Duration::from_millis(1)),
        }
    }

    /// Where a picture that rests since `start` is split when it is `now`; `None` if it is not.
    pub(crate) fn split(self, start: Duration, now: Duration) -> Option<Duration> {
        let now = self.start(now);
        let is_due = match self {
            Self::Constant(_) => now > start,
            Self::Free | Self::AtMost(_) => now >= start + Self::REST,
            Self::Different | Self::Newest => false,
        };
        is_due.then_some(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(frames: u32, seconds: u32) -> Rate {
        Rate { frames, seconds }
    }

    #[test]
    fn rates_become_the_fractions_that_are_meant() {
        assert_eq!(Rate::new(60.0), rate(60, 1));
        assert_eq!(Rate::new(29.97), rate(30_000, 1001));
        assert_eq!(Rate::new(23.976), rate(24_000, 1001));
        assert_eq!(Rate::new(59.94), rate(60_000, 1001));
        assert_eq!(Rate::new(12.5), rate(25, 2));
        assert_eq!(Rate::new(1000.0), rate(1000, 1));
        assert_eq!(Rate::new(0.5), rate(10_000, 20_000));
        assert_eq!(Rate::new(1e-5), rate(10_000, 1_000_000_000));
    }

    #[test]
    fn a_slot_is_found_again_by_its_time() {
        for rate in [rate(60, 1), rate(30_000, 1001), rate(25, 2), rate(10_000, 1_000_000_000)] {
            for slot in (0..1000).chain(1_000_000..1_000_100) {
                assert_eq!(rate.slot(rate.time(slot)), slot, "{rate:?}");
                assert_eq!(rate.next(rate.time(slot)), rate.time(slot + 1));
            }
        }
    }

    #[test]
    fn rounding_does_not_add_up_over_hours() {
        let rate = rate(30_000, 1001);
        let hours = Duration::from_secs(1001 * 3600);
        assert_eq!(rate.slots(Duration::ZERO, hours), 30_000 * 3600);
        assert_eq!(rate.round(hours), hours);
    }

    #[test]
    fn a_resting_picture_is_split_so_that_a_crash_loses_little() {
        let (zero, ms) = (Duration::ZERO, Duration::from_millis);
        assert_eq!(Pace::Free.split(zero, ms(499)), None);
        assert_eq!(Pace::Free.split(zero, ms(501)), Some(ms(501)));
        assert_eq!(Pace::AtMost(rate(10, 1)).split(zero, ms(520)), Some(ms(500)));
        assert_eq!(Pace::Constant(rate(10, 1)).split(zero, ms(40)), None);
        assert_eq!(Pace::Constant(rate(10, 1)).split(zero, ms(60)), Some(ms(100)));
        assert_eq!(Pace::Newest.split(zero, ms(9000)), None);
    }

    #[test]
    fn the_last_picture_is_shown_even_if_the_end_comes_at_once() {
        let at = Duration::from_millis(70);
        assert_eq!(Pace::Free.last_end(at, at), Duration::from_millis(71));
        let pace = Pace::Constant(rate(10, 1));
        assert_eq!(pace.last_end(pace.start(at), at), Duration::from_millis(200));
    }
}
