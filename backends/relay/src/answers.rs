//! Which requests are answered: a whole picture is much for a few bytes. Pure.

use std::time::Instant;

use crate::message::Purpose;
use crate::outbox::Outbox;

/// Answers in a second, at most; at first as many at once.
const PER_SECOND: f64 = 50.0;
/// Of these, so many are kept for those who miss something: edges that ask all the time do not get them.
const KEPT: f64 = PER_SECOND / 2.0;

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
    pub(crate) fn may(&mut self, purpose: Purpose, now: Instant) -> bool {
        let passed = now.saturating_duration_since(self.at).as_secs_f64();
        self.at = self.at.max(now);
        self.left = (self.left + passed * PER_SECOND).min(PER_SECOND);
        let may = match purpose {
            Purpose::Repair => self.outbox.has_room() && self.left >= 1.0,
            Purpose::Pull => self.outbox.has_spare_room() && self.left >= 1.0 + KEPT,
        };
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
            if answers.may(Purpose::Repair, now) {
                marks.push(answers.sent(300 * 1024));
            }
        }
        assert_eq!(marks.len(), 2, "more than half a megabyte is under way");
        answers.returned(marks[1]);
        assert!(answers.may(Purpose::Repair, now));
    }

    #[test]
    fn nobody_gets_more_than_fifty_answers_a_second() {
        let start = Instant::now();
        let (mut answers, mut sent) = (Answers::new(start), 0);
        for n in 0..10_000 {
            if answers.may(Purpose::Repair, start + Duration::from_millis(n)) {
                let mark = answers.sent(10);
                answers.returned(mark);
                sent += 1;
            }
        }
        assert!((540..=550).contains(&sent), "{sent}");
    }

    #[test]
    fn those_who_ask_all_the_time_take_nothing_from_those_who_miss_something() {
        let start = Instant::now();
        let mut answers = Answers::new(start);
        let mut sent = [0, 0];
        for n in 0..10_000 {
            let now = start + Duration::from_millis(n);
            for _ in 0..3 {
                if answers.may(Purpose::Pull, now) {
                    let mark = answers.sent(10);
                    answers.returned(mark);
                    sent[1] += 1;
                }
            }
            // 25 at once, every two seconds.
            for _ in 0..if n % 2000 == 1999 { 25 } else { 0 } {
                assert!(answers.may(Purpose::Repair, now), "{n}");
                let mark = answers.sent(10);
                answers.returned(mark);
                sent[0] += 1;
            }
        }
        assert_eq!(sent[0], 125);
        assert!((350..=450).contains(&sent[1]), "{sent:?}");
    }

    #[test]
    fn those_who_ask_all_the_time_leave_room_on_the_way() {
        let now = Instant::now();
        let mut answers = Answers::new(now);
        let mut sent = 0;
        while answers.may(Purpose::Pull, now) {
            answers.sent(10);
            sent += 1;
        }
        assert_eq!(sent, 2);
        assert!(answers.may(Purpose::Repair, now));
    }
}
