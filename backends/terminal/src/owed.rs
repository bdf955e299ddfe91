//! The answers that the terminal still owes, and how long leaving waits for them. Pure.
//!
//! A late answer that nobody reads ends up at the shell's prompt. A terminal answers in order, so one
//! answer of a kind says that all before it have come: DA1, which every terminal answers, is asked
//! last. What passes through tmux is answered by another terminal, and has a fence of its own.

use std::time::{Duration, Instant};

use crate::input::Reply;

/// The longest that leaving waits for an answer.
pub(crate) const LIMIT: Duration = Duration::from_secs(3);
/// The shortest patience with a terminal that answers: it may be busy just now.
const LEAST: Duration = Duration::from_secs(1);
/// Patience in round trips, as measured.
const ROUND_TRIPS: u32 = 4;
/// The most questions that are remembered. One is asked at the start, and one for each leaving.
const MAX_FENCES: usize = 16;

/// A question whose answer says that all questions before it were answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fence {
    /// DA1.
    Attributes,
    /// Whether the terminal around tmux could show this image.
    Picture(u32),
}

impl Fence {
    /// The question that is answered by `reply`.
    pub(crate) fn of(reply: &Reply) -> Option<Self> {
        match reply {
            Reply::Attributes(_) => Some(Self::Attributes),
            Reply::Graphics { image, .. } => Some(Self::Picture(*image)),
            _ => None,
        }
    }
}

/// What was asked and not answered.
#[derive(Debug)]
pub(crate) struct Owed {
    fences: Vec<(Fence, Instant)>,
    /// The longest time that an answer took; `None`: none came yet.
    slowest: Option<Duration>,
    least: Duration,
    limit: Duration,
}

impl Owed {
    /// `patience`: instead of what the measured round trips ask for.
    pub(crate) fn new(patience: Option<Duration>) -> Self {
        Self {
            fences: Vec::new(),
            slowest: None,
            least: patience.unwrap_or(LEAST),
            limit: patience.unwrap_or(LIMIT),
        }
    }

    /// It was asked at `now`.
    pub(crate) fn asked(&mut self, fence: Fence, now: Instant) {
        if self.fences.len() < MAX_FENCES {
            self.fences.push((fence, now));
        }
    }

    /// An answer came at `now`.
    pub(crate) fn answered(&mut self, fence: Fence, now: Instant) {
        let Some(index) = self.fences.iter().position(|(it, _)| *it == fence) else { return };
        let (_, asked) = self.fences.remove(index);
        let took = now.saturating_duration_since(asked);
        self.slowest = Some(self.slowest.map_or(took, |slowest| slowest.max(took)));
    }

    /// Whether the terminal answers at all, and so will answer a last question.
    pub(crate) fn answers(&self) -> bool {
        self.slowest.is_some()
    }

    /// Until when the answers are worth waiting for; `None`: none is missing.
    pub(crate) fn until(&self, now: Instant) -> Option<Instant> {
        let last = self.fences.iter().map(|(_, asked)| *asked + self.patience()).max()?;
        (last > now).then_some(last)
    }

    fn patience(&self) -> Duration {
        match self.slowest {
            Some(slowest) => (slowest * ROUND_TRIPS).clamp(self.least, self.limit),
            // It may be farther away than we ever waited.
            None => self.limit,
        }
    }

    /// What did not come until now will not be waited for again.
    pub(crate) fn give_up(&mut self) {
        self.fences.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    /// A terminal whose answers took so long.
    fn owed(took: Duration, start: Instant) -> Owed {
        let mut owed = Owed::new(None);
        owed.asked(Fence::Attributes, start);
        owed.answered(Fence::Attributes, start + took);
        owed
    }

    #[test]
    fn patience_grows_with_the_round_trip_up_to_a_limit() {
        let start = Instant::now();
        for (took, patience) in [(2, 1000), (250, 1000), (600, 2400), (900, 3000), (60_000, 3000)] {
            let mut owed = owed(ms(took), start);
            let now = start + ms(100_000);
            assert_eq!(owed.until(now), None, "nothing is owed");
            owed.asked(Fence::Attributes, now);
            assert_eq!(owed.until(now), Some(now + ms(patience)), "{took} ms");
            owed.answered(Fence::Attributes, now + ms(1));
            assert_eq!(owed.until(now), None);
        }
    }

    #[test]
    fn a_terminal_that_never_answers_is_waited_for_only_soon_after_it_was_asked() {
        let start = Instant::now();
        let mut owed = Owed::new(None);
        owed.asked(Fence::Attributes, start);
        assert!(!owed.answers());
        assert_eq!(owed.until(start + ms(200)), Some(start + LIMIT));
        assert_eq!(owed.until(start + LIMIT), None);
    }

    #[test]
    fn what_passes_through_tmux_is_owed_by_itself() {
        let start = Instant::now();
        let mut owed = Owed::new(None);
        owed.asked(Fence::Picture(31), start);
        owed.asked(Fence::Attributes, start);
        owed.answered(Fence::Attributes, start + ms(1));
        assert_eq!(owed.until(start + ms(2)), Some(start + LEAST));
        owed.answered(Fence::Picture(9), start + ms(3));
        assert!(owed.until(start + ms(3)).is_some(), "another image's");
        owed.answered(Fence::Picture(31), start + ms(400));
        assert_eq!(owed.until(start + ms(400)), None);
    }

    #[test]
    fn answers_that_nobody_asked_for_count_for_nothing() {
        let now = Instant::now();
        let mut owed = Owed::new(None);
        owed.answered(Fence::Attributes, now);
        assert!(!owed.answers());
        for _ in 0..1000 {
            owed.asked(Fence::Attributes, now);
        }
        assert_eq!(owed.fences.len(), MAX_FENCES);
        owed.give_up();
        assert_eq!(owed.until(now), None);
    }
}
