//! Where a recording is, and how quickly it moves: play, pause, speed, seeking. Pure: `now` is passed in.

use std::time::{Duration, Instant};

/// The speeds that keys step through.
pub(crate) const SPEEDS: [f64; 9] = [0.1, 0.25, 0.5, 1.0, 1.5, 2.0, 4.0, 8.0, 16.0];

/// What happens at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AtEnd {
    /// The last picture stays.
    Hold,
    /// The program ends.
    Close,
    /// It begins again.
    Repeat,
}

/// The position in a recording, in microseconds.
#[derive(Debug)]
pub(crate) struct Transport {
    duration: u64,
    at_end: AtEnd,
    speed: f64,
    playing: bool,
    /// The position at `since`.
    position: u64,
    since: Instant,
}

impl Transport {
    /// Plays from `position` on, from now.
    pub(crate) fn new(
        duration: u64,
        position: u64,
        speed: f64,
        at_end: AtEnd,
        now: Instant,
    ) -> Self {
        let position = position.min(duration);
        Self { duration, at_end, speed, playing: true, position, since: now }
    }

    pub(crate) fn duration(&self) -> u64 {
        self.duration
    }

    pub(crate) fn speed(&self) -> f64 {
        self.speed
    }

    pub(crate) fn is_playing(&self) -> bool {
        self.playing
    }

    /// The position now.
    pub(crate) fn position(&self, now: Instant) -> u64 {
        if !self.playing {
            return self.position;
        }
        let passed = now.saturating_duration_since(self.since).as_secs_f64() * self.speed * 1e6;
        self.position.saturating_add(passed as u64).min(self.duration)
    }

    /// When `position` is reached; `None` while it pauses.
    pub(crate) fn when(&self, position: u64) -> Option<Instant> {
        /// Thirty years: no clock has to count further. It counts from `since`, so it is longer than anybody plays.
        const LONGEST: f64 = 1e9;
        if !self.playing {
            return None;
        }
        let left = position.saturating_sub(self.position) as f64 / 1e6 / self.speed;
        Some(self.since + Duration::from_secs_f64(left.min(LONGEST)))
    }

    /// Does what is due at the end. True: the program ends.
    pub(crate) fn end(&mut self, now: Instant) -> bool {
        if !self.playing || self.position(now) < self.duration {
            return false;
        }
        match self.at_end {
            AtEnd::Hold => {
                (self.position, self.playing) = (self.duration, false);
                false
            }
            AtEnd::Close => true,
            AtEnd::Repeat => {
                self.seek(0, now);
                // A recording of no length would begin over and over.
                self.playing = self.duration > 0;
                false
            }
        }
    }

    /// Plays or pauses. At the end it begins again.
    pub(crate) fn toggle(&mut self, now: Instant) {
        let position = self.position(now);
        self.playing = !self.playing;
        self.seek(if self.playing && position == self.duration { 0 } else { position }, now);
    }

    pub(crate) fn pause(&mut self, now: Instant) {
        self.seek(self.position(now), now);
        self.playing = false;
    }

    pub(crate) fn seek(&mut self, position: u64, now: Instant) {
        (self.position, self.since) = (position.min(self.duration), now);
    }

    /// Moves by so many seconds.
    pub(crate) fn seek_by(&mut self, seconds: f64, now: Instant) {
        let position = self.position(now) as f64 + seconds * 1e6;
        // A cast from a float saturates.
        self.seek(position as u64, now);
    }

    /// To the next of [`SPEEDS`], or the one before.
    pub(crate) fn change_speed(&mut self, faster: bool, now: Instant) {
        let next = if faster {
            SPEEDS.into_iter().find(|speed| *speed > self.speed)
        } else {
            SPEEDS.into_iter().rev().find(|speed| *speed < self.speed)
        };
        self.set_speed(next.unwrap_or(self.speed), now);
    }

    pub(crate) fn set_speed(&mut self, speed: f64, now: Instant) {
        self.seek(self.position(now), now);
        self.speed = speed;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000;

    fn at(begin: Instant, seconds: f64) -> Instant {
        begin + Duration::from_secs_f64(seconds)
    }

    #[test]
    fn it_plays_at_its_speed_pauses_and_goes_on() {
        let begin = Instant::now();
        let mut transport = Transport::new(60 * SECOND, 0, 1.0, AtEnd::Hold, begin);
        assert_eq!(transport.position(at(begin, 2.5)), 5 * SECOND / 2);
        assert_eq!(transport.when(4 * SECOND), Some(at(begin, 4.0)));
        transport.change_speed(true, at(begin, 3.0));
        transport.change_speed(true, at(begin, 3.0));
        assert_eq!(transport.speed(), 2.0);
        assert_eq!(transport.position(at(begin, 5.0)), 7 * SECOND);
        transport.toggle(at(begin, 5.0));
        assert!(!transport.is_playing() && transport.when(8 * SECOND).is_none());
        assert_eq!(transport.position(at(begin, 50.0)), 7 * SECOND);
        transport.toggle(at(begin, 50.0));
        assert_eq!(transport.position(at(begin, 50.5)), 8 * SECOND);
        (0..20).for_each(|_| transport.change_speed(false, at(begin, 50.5)));
        assert_eq!(transport.speed(), SPEEDS[0]);
    }

    #[test]
    fn seeking_stays_within_the_recording() {
        let begin = Instant::now();
        let mut transport = Transport::new(10 * SECOND, 99 * SECOND, 1.0, AtEnd::Hold, begin);
        assert_eq!(transport.position(begin), 10 * SECOND);
        transport.seek_by(-4.0, begin);
        assert_eq!(transport.position(begin), 6 * SECOND);
        transport.seek_by(-40.0, begin);
        assert_eq!(transport.position(begin), 0);
        transport.seek_by(f64::NAN, begin);
        assert_eq!(transport.position(begin), 0);
        transport.seek_by(1e300, begin);
        assert_eq!(transport.position(begin), 10 * SECOND);
    }

    #[test]
    fn at_the_end_it_holds_closes_or_begins_again() {
        let begin = Instant::now();
        let make = |at_end| Transport::new(10 * SECOND, 0, 1.0, at_end, begin);
        let mut hold = make(AtEnd::Hold);
        assert!(!hold.end(at(begin, 9.0)) && hold.is_playing());
        assert!(!hold.end(at(begin, 10.0)) && !hold.is_playing());
        hold.toggle(at(begin, 30.0));
        assert_eq!(hold.position(at(begin, 31.0)), SECOND, "from the beginning");
        assert!(!make(AtEnd::Close).end(at(begin, 9.9)) && make(AtEnd::Close).end(at(begin, 10.0)));
        let mut repeat = make(AtEnd::Repeat);
        assert!(!repeat.end(at(begin, 10.0)) && repeat.is_playing());
        assert_eq!(repeat.position(at(begin, 12.0)), 2 * SECOND);
        let mut nothing = Transport::new(0, 0, 1.0, AtEnd::Repeat, begin);
        assert!(!nothing.end(begin) && !nothing.is_playing());
    }

    #[test]
    fn after_hours_it_still_waits_for_what_comes_next() {
        let begin = Instant::now();
        let transport = Transport::new(3 * 3600 * SECOND, 0, 1.0, AtEnd::Hold, begin);
        assert_eq!(transport.when(2 * 3600 * SECOND), Some(at(begin, 7200.0)));
    }

    #[test]
    fn a_recording_of_a_thousand_years_overflows_nothing() {
        let begin = Instant::now();
        let transport = Transport::new(u64::MAX, 0, 0.1, AtEnd::Hold, begin);
        assert!(transport.when(u64::MAX).unwrap() <= at(begin, 1e9));
        assert_eq!(transport.position(begin), 0);
    }
}
