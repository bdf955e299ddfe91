//! When one client is sent what is new of the tree.

use std::time::{Duration, Instant};

/// A client is sent changes of the tree at most once in this time.
const EVERY: Duration = Duration::from_millis(100);

/// What one client was sent of the tree. It is sent the next update when it has taken the last one, not sooner than
/// [`EVERY`] after it, and then the newest: nothing queues for a slow reader. Who begins to want it is always sent one,
/// since what it shows may be of another connection.
#[derive(Debug, Default)]
pub(crate) struct TreeTurn {
    wanted: bool,
    /// The newest revision that there is.
    newest: u64,
    /// The revision that it was sent last; `None`: nothing since it wants the tree.
    sent: Option<u64>,
    /// It has not taken that yet.
    in_flight: bool,
    /// When it may be sent the next.
    next_at: Option<Instant>,
    /// It is to be sent the next now.
    ready: bool,
}

impl TreeTurn {
    /// Whether it wants the tree.
    pub(crate) fn is_wanted(&self) -> bool {
        self.wanted
    }

    /// It wants the tree, of which `newest` is the newest revision, or does not any more. Whether that is news.
    pub(crate) fn want(&mut self, wanted: bool, newest: u64) -> bool {
        if self.wanted == wanted {
            return false;
        }
        // Since the next update may be the one that it did not want any more, the pause stays.
        *self = Self { wanted, newest, next_at: self.next_at, ..Self::default() };
        true
    }

    /// There is a newer tree. Whether that is of interest to it.
    pub(crate) fn publish(&mut self, newest: u64) -> bool {
        self.newest = newest;
        self.wanted
    }

    /// It has taken the update of this revision.
    pub(crate) fn taken(&mut self, number: u64) {
        if self.sent == Some(number) {
            self.in_flight = false;
        }
    }

    /// When it can be sent an update, unless something happens before: at once, if that is past.
    fn due_at(&self, now: Instant) -> Option<Instant> {
        let is_behind = self.wanted && !self.in_flight && self.sent != Some(self.newest);
        is_behind.then(|| self.next_at.unwrap_or(now))
    }

    /// Notes whether it is to be sent an update now. `visible`: somebody can see its view.
    pub(crate) fn look(&mut self, visible: bool, now: Instant) {
        self.ready = visible && self.due_at(now).is_some_and(|at| at <= now);
    }

    /// When to look again.
    pub(crate) fn look_at(&self, visible: bool, now: Instant) -> Option<Instant> {
        self.due_at(now).filter(|at| visible && now < *at)
    }

    /// Whether it is to be sent an update.
    pub(crate) fn is_ready(&self) -> bool {
        self.ready
    }

    /// The revision since which it is to be sent what changed, if it is to be sent an update. It is sent the newest.
    pub(crate) fn take(&mut self, now: Instant) -> Option<u64> {
        if !std::mem::take(&mut self.ready) {
            return None;
        }
        (self.in_flight, self.next_at) = (true, Some(now + EVERY));
        Some(self.sent.replace(self.newest).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    fn wanting(newest: u64) -> TreeTurn {
        let mut turn = TreeTurn::default();
        assert!(turn.want(true, newest));
        turn
    }

    /// What it is sent now: since when.
    fn sent(turn: &mut TreeTurn, now: Instant) -> Option<u64> {
        turn.look(true, now);
        turn.take(now)
    }

    #[test]
    fn who_does_not_want_it_is_sent_nothing() {
        let now = Instant::now();
        let mut turn = TreeTurn::default();
        assert!(!turn.publish(1));
        assert_eq!(sent(&mut turn, now), None);
        assert!(!turn.want(false, 1), "that is no news");
    }

    #[test]
    fn who_begins_to_want_it_hears_also_that_there_is_none() {
        let now = Instant::now();
        let mut turn = wanting(0);
        assert_eq!(sent(&mut turn, now), Some(0));
        turn.taken(0);
        assert_eq!(sent(&mut turn, now + EVERY), None);
    }

    #[test]
    fn the_next_goes_when_the_last_is_taken_and_a_tenth_of_a_second_has_passed() {
        let now = Instant::now();
        let mut turn = wanting(1);
        assert_eq!(sent(&mut turn, now), Some(0));
        assert!(turn.publish(2) && turn.publish(3));
        assert_eq!(sent(&mut turn, now + 10 * EVERY), None, "it has not taken the last");
        assert_eq!(turn.look_at(true, now), None, "no timer can change that");
        turn.taken(2);
        assert_eq!(sent(&mut turn, now + EVERY), None, "that is another");
        turn.taken(1);
        assert_eq!(turn.look_at(true, now + MS), Some(now + EVERY));
        assert_eq!(sent(&mut turn, now + EVERY - MS), None);
        assert_eq!(sent(&mut turn, now + EVERY), Some(1), "the newest, and what it missed");
        turn.taken(3);
        assert_eq!(sent(&mut turn, now + 10 * EVERY), None, "it has everything");
        assert_eq!(turn.look_at(true, now + MS), None);
    }

    #[test]
    fn a_view_that_nobody_sees_is_sent_nothing_until_it_is_seen() {
        let now = Instant::now();
        let mut turn = wanting(1);
        turn.look(false, now);
        assert_eq!((turn.is_ready(), turn.look_at(false, now)), (false, None));
        assert_eq!(sent(&mut turn, now), Some(0));
    }

    #[test]
    fn who_wants_it_anew_is_sent_everything_and_not_more_often() {
        let now = Instant::now();
        let mut turn = wanting(1);
        assert_eq!(sent(&mut turn, now), Some(0));
        assert!(turn.want(false, 1) && turn.want(true, 1));
        assert_eq!(sent(&mut turn, now + MS), None);
        assert_eq!(sent(&mut turn, now + EVERY), Some(0));
    }
}
