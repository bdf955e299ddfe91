//! Which requests are answered: a whole picture is much for a few bytes. Pure.

use std::time::Instant;

use crate::outbox::Outbox;

/// Answers in a second, at most; at first as many at once.
const PER_SECOND: f64 = 50.0;

/// Limits answers. Who is not answered asks again, somebody else perhaps.
#[derive(Debug)]
pub(crate) struct Answers {
    outbox: Outbox,
    /// Answers that may be given at `at`.
    left: f64,
    at: Instant,
}

impl Answers {
    pub(crate) fn new(now: Instant) -> Self {
        Self { outbox: Outbox::default(), left: PER_SECOND, at: now }
    }

    /// Whether a request is answered now.
    pub(crate) fn may(&mut self, now: Instant) -> bool {
        let passed = now.saturating_duration_since(self.at).as_secs_f64();
        self.at = self.at.max(now);
        self.left = (self.left + passed * PER_SECOND).min(PER_SECOND);
        let may = self.outbox.has_room() && self.left >= 1.0;
        // What is refused costs nothing: a flood does not keep others from answers.
        self.left -= if may { 1.0 } else { 0.0 };
        may
    }

    /// An answer of so many bytes was sent. Returns the mark to publish after it.
    pub(crate) fn sent(&mut self, bytes: usize) -> u64 {
        self.outbox.published(bytes)
    }

    /// This mark came back.
    pub(crate) fn returned(&mut self, mark: u64) {
        self.outbox.returned(mark);
    }

    /// The connection was lost.
    pub(crate) fn clear(&mut self) {
        self.outbox.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use std::time::Duration;

    #[test]
    fn a_flood_of_requests_is_answered_no_faster_than_the_link_takes_it() {
        let now = Instant::now();
        let mut answers = Answers::new(now);
        let mut marks = Vec::new();
        for _ in 0..1000 {
            if answers.may(now) {
                marks.push(answers.sent(300 * 1024));
            }
        }
        assert_eq!(marks.len(), 2, "more than half a megabyte is under way");
        answers.returned(marks[1]);
        assert!(answers.may(now));
    }

    #[test]
    fn nobody_gets_more_than_fifty_answers_a_second() {
        let start = Instant::now();
        let (mut answers, mut sent) = (Answers::new(start), 0);
        for n in 0..10_000 {
            if answers.may(start + Duration::from_millis(n)) {
                let mark = answers.sent(10);
                answers.returned(mark);
                sent += 1;
            }
        }
        assert!((540..=550).contains(&sent), "{sent}");
    }
}
