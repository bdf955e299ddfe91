//! How a program is ended that was asked to end. Pure.

use std::time::{Duration, Instant};

/// How long a program has after `close`.
const AFTER_CLOSE: Duration = Duration::from_secs(3);
/// How long it has after it was told to terminate.
const AFTER_TERMINATE: Duration = Duration::from_secs(2);

/// What to do about a program that still runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    /// Wait, until then at most.
    Wait(Instant),
    /// Tell it to terminate (SIGTERM).
    Terminate,
    /// End it at once (SIGKILL).
    Kill,
}

/// Each step is taken once.
#[derive(Debug)]
pub(super) struct Ending {
    next: Option<Action>,
    at: Instant,
}

impl Ending {
    /// The program was told at `now` that it is over.
    pub(super) fn new(now: Instant) -> Self {
        Self { next: Some(Action::Terminate), at: now + AFTER_CLOSE }
    }

    /// What to do at `now`.
    pub(super) fn decide(&mut self, now: Instant) -> Action {
        if now < self.at {
            return Action::Wait(self.at);
        }
        let action = self.next;
        self.next = match action {
            Some(Action::Terminate) => Some(Action::Kill),
            _ => None,
        };
        self.at = now + AFTER_TERMINATE;
        action.unwrap_or(Action::Wait(self.at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_asked_then_told_then_ended() {
        let start = Instant::now();
        let mut ending = Ending::new(start);
        let told = start + AFTER_CLOSE;
        assert_eq!(ending.decide(start), Action::Wait(told));
        assert_eq!(ending.decide(told - Duration::from_nanos(1)), Action::Wait(told));
        assert_eq!(ending.decide(told), Action::Terminate);
        let late = told + Duration::from_secs(1);
        assert_eq!(ending.decide(late), Action::Wait(told + AFTER_TERMINATE));
        let killed = told + AFTER_TERMINATE;
        assert_eq!(ending.decide(killed), Action::Kill);
        assert_eq!(ending.decide(killed), Action::Wait(killed + AFTER_TERMINATE));
        let ages = killed + Duration::from_secs(3600);
        assert!(matches!(ending.decide(ages), Action::Wait(at) if at > ages), "once is enough");
    }
}
