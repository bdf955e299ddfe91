//! Whether an edge takes everything that is published, or asks for the newest picture because its link carries no more.
//! Pure.
//!
//! An edge that takes everything from a link that is too thin is a queue: what it shows is ever older. One that asks has one
//! picture on its way at most, which is as new as it can be.

#[cfg(test)]
mod simulation;

use std::time::{Duration, Instant};

use crate::lag::{Lag, LagAction};

/// An edge that is late again within this time asks from then on.
const SOON: Duration = Duration::from_secs(60);
/// After asking for so long it takes everything again, to see whether the link carries it; twice as long after each
/// attempt that failed.
const PAUSE: Duration = Duration::from_secs(10);
const LONGEST_PAUSE: Duration = Duration::from_secs(15 * 60);
/// An attempt counts as a success after so long in time.
const CALM: Duration = Duration::from_secs(120);
/// An answer that takes so much longer than a message does fills the link.
const QUICK: Duration = Duration::from_millis(200);
/// There is no attempt within this time after an answer that filled the link.
const AFTER_SLOW: Duration = Duration::from_secs(5);

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IntakeAction {
    /// Send this mark.
    Mark(u64),
    /// What waits on the way is too old: drop it, and go on.
    Drop,
    /// Drop it, and ask from now on.
    Pull,
    /// Take everything from now on.
    Subscribe,
}

/// Decides it. At first everything is taken.
#[derive(Debug)]
pub(crate) struct Intake {
    lag: Lag,
    /// Since when it asks.
    pulling: Option<Instant>,
    /// When it was late last, or tried to take everything.
    late: Option<Instant>,
    /// How long it asks, the next time.
    pause: Duration,
    /// When an answer filled the link last.
    slow: Option<Instant>,
}

impl Intake {
    pub(crate) fn new(now: Instant) -> Self {
        Self { lag: Lag::new(now), pulling: None, late: None, pause: PAUSE, slow: None }
    }

    /// What to do now.
    pub(crate) fn poll(&mut self, now: Instant) -> Option<IntakeAction> {
        if let Some(at) = self.subscribe_at() {
            if now < at {
                return None;
            }
            self.pause = (self.pause * 2).min(LONGEST_PAUSE);
            (self.pulling, self.late) = (None, Some(now));
            self.lag.start(now);
            return Some(IntakeAction::Subscribe);
        }
        match self.lag.poll(now)? {
            LagAction::Mark(mark) => Some(IntakeAction::Mark(mark)),
            LagAction::Late => {
                let before = self.late.replace(now).map(|at| now.saturating_duration_since(at));
                if before.is_none_or(|time| time > CALM) {
                    self.pause = PAUSE;
                }
                if before.is_none_or(|time| time > SOON) {
                    return Some(IntakeAction::Drop);
                }
                (self.pulling, self.slow) = (Some(now), None);
                Some(IntakeAction::Pull)
            }
        }
    }

    /// This mark came back.
    pub(crate) fn returned(&mut self, mark: u64, now: Instant) {
        self.lag.returned(mark, now);
    }

    /// An answer is complete so long after its question. `round_trip`: of a short message, if it is known.
    pub(crate) fn answered(&mut self, took: Duration, round_trip: Option<Duration>, now: Instant) {
        if took > round_trip.unwrap_or_default() + QUICK {
            self.slow = Some(now);
        }
    }

    /// The connection is another one, or gone: no mark is under way.
    pub(crate) fn start(&mut self, now: Instant) {
        self.lag.start(now);
    }

    /// When to poll again.
    pub(crate) fn wait_until(&self) -> Instant {
        self.subscribe_at().unwrap_or_else(|| self.lag.wait_until())
    }

    /// When it takes everything again, if it asks.
    fn subscribe_at(&self) -> Option<Instant> {
        let at = self.pulling? + self.pause;
        Some(self.slow.map_or(at, |slow| at.max(slow + AFTER_SLOW)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);
    const SECOND: Duration = Duration::from_secs(1);

    /// What an edge does in this time, and when, in seconds. `late`: whether everything is late that it takes at a time.
    fn actions(
        intake: &mut Intake,
        start: Instant,
        seconds: u32,
        late: impl Fn(u64) -> bool,
    ) -> Vec<(u64, IntakeAction)> {
        let (mut now, mut actions) = (start, Vec::new());
        while now < start + seconds * SECOND {
            let passed = (now - start).as_secs();
            match intake.poll(now) {
                Some(IntakeAction::Mark(_)) if late(passed) => {}
                Some(IntakeAction::Mark(mark)) => intake.returned(mark, now),
                Some(action) => actions.push((passed, action)),
                None => now = intake.wait_until(),
            }
        }
        actions
    }

    #[test]
    fn an_edge_that_is_late_twice_asks_and_tries_ever_less_often_to_take_everything() {
        use IntakeAction::{Drop, Pull, Subscribe};

        let start = Instant::now();
        let mut intake = Intake::new(start);
        let seen = actions(&mut intake, start, 4000, |_| true);
        let all: Vec<_> = seen.iter().map(|it| it.1).collect();
        assert_eq!(all[..5], [Drop, Pull, Subscribe, Pull, Subscribe]);
        let at = |wanted| seen.iter().filter(move |it| it.1 == wanted).map(|it| it.0);
        let tries: Vec<u64> = at(Subscribe).collect();
        let pauses: Vec<u64> =
            at(Pull).zip(&tries).map(|(pull, subscribe)| subscribe - pull).collect();
        assert_eq!(pauses, [10, 20, 40, 80, 160, 320, 640, 900, 900, 900]);
        // Each attempt ends as soon as it is late.
        assert!(tries.iter().zip(at(Pull).skip(1)).all(|(subscribe, pull)| pull - subscribe <= 2));
    }

    #[test]
    fn one_delay_now_and_then_makes_nobody_ask() {
        let start = Instant::now();
        let mut intake = Intake::new(start);
        let seen = actions(&mut intake, start, 400, |second| second % 100 == 0);
        assert_eq!(seen.len(), 4);
        assert!(seen.iter().all(|it| it.1 == IntakeAction::Drop), "{seen:?}");
    }

    #[test]
    fn after_two_minutes_in_time_it_is_as_in_the_beginning() {
        let start = Instant::now();
        let mut intake = Intake::new(start);
        let seen = actions(&mut intake, start, 530, |second| !(170..500).contains(&second));
        let late: Vec<_> = seen.iter().filter(|it| it.0 >= 500).map(|it| it.1).collect();
        assert_eq!(
            late,
            [IntakeAction::Drop, IntakeAction::Pull, IntakeAction::Subscribe, IntakeAction::Pull]
        );
        assert_eq!(intake.pause, 2 * PAUSE, "{seen:?}");
    }

    #[test]
    fn it_tries_nothing_while_answers_fill_the_link() {
        let mut now = Instant::now();
        let mut intake = Intake::new(now);
        while intake.poll(now) != Some(IntakeAction::Pull) {
            now = intake.wait_until().max(now + MS);
        }
        // A long way is no thin link.
        let long = Some(400 * MS);
        for _ in 0..60 {
            intake.answered(550 * MS, None, now);
            now += SECOND;
            assert_eq!(intake.poll(now), None);
        }
        for _ in 0..3 {
            intake.answered(550 * MS, long, now);
            now += SECOND;
            assert_eq!(intake.poll(now), None);
        }
        intake.answered(QUICK, None, now);
        now += SECOND;
        assert_eq!(intake.poll(now), Some(IntakeAction::Subscribe));
    }
}
