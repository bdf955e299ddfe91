//! What a bad link does to messages. No sockets and no clock: the proxy asks for each message.

use std::time::Duration;

/// Which way a message goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the client to the server: PUB and HPUB.
    FromClient,
    /// From the server to the client: MSG and HMSG.
    ToClient,
}

/// What happens to messages of one direction whose subject begins with a text; seeded, so that one seed gives one
/// sequence of decisions.
#[derive(Clone, Debug)]
pub struct Faults {
    direction: Direction,
    subject: String,
    random: Random,
    drop: Option<u64>,
    repeat: Option<u64>,
    delay: Option<(u64, Duration)>,
}

/// What happens to one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Pass,
    Drop,
    Repeat,
    /// Goes on so much later; those behind it overtake it.
    Delay(Duration),
}

impl Faults {
    /// Faults of messages whose subject begins with `subject`. Without the methods below nothing happens to them.
    pub fn new(direction: Direction, subject: &str, seed: u64) -> Self {
        Self {
            direction,
            subject: subject.to_owned(),
            random: Random(seed),
            drop: None,
            repeat: None,
            delay: None,
        }
    }

    /// Loses one in `n` messages, by chance. With 1 all are lost.
    #[must_use]
    pub fn drop_one_in(mut self, n: u64) -> Self {
        self.drop = Some(n);
        self
    }

    /// Sends one in `n` messages twice.
    #[must_use]
    pub fn repeat_one_in(mut self, n: u64) -> Self {
        self.repeat = Some(n);
        self
    }

    /// Sends one in `n` messages later by `time`, so that those behind overtake it.
    #[must_use]
    pub fn delay_one_in(mut self, n: u64, time: Duration) -> Self {
        self.delay = Some((n, time));
        self
    }

    /// Decides on a message, or nothing if these faults are of others.
    pub(crate) fn decide(&mut self, direction: Direction, subject: &str) -> Option<Fate> {
        if direction != self.direction || !subject.starts_with(&self.subject) {
            return None;
        }
        let random = &mut self.random;
        let mut hits = |one_in: u64| random.below(one_in.max(1)) == 0;
        Some(if self.drop.is_some_and(&mut hits) {
            Fate::Drop
        } else if self.repeat.is_some_and(&mut hits) {
            Fate::Repeat
        } else {
            match self.delay {
                Some((one_in, time)) if hits(one_in) => Fate::Delay(time),
                _ => Fate::Pass,
            }
        })
    }
}

/// The generator SplitMix64.
#[derive(Clone, Debug)]
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut value = self.0;
        value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (value ^ (value >> 31)) % limit
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Direction::{FromClient, ToClient};

    fn fates(faults: &Faults) -> Vec<Fate> {
        let mut faults = faults.clone();
        (0..6000).filter_map(|_| faults.decide(ToClient, "a.b")).collect()
    }

    #[test]
    fn each_fault_is_as_frequent_as_asked_for() {
        let later = Duration::from_millis(5);
        let faults =
            Faults::new(ToClient, "a.", 1).drop_one_in(3).repeat_one_in(4).delay_one_in(5, later);
        let fates = fates(&faults);
        for (fate, expected) in [
            (Fate::Drop, 2000),
            (Fate::Repeat, 1000),
            (Fate::Delay(later), 600),
            (Fate::Pass, 2400),
        ] {
            let count = fates.iter().filter(|each| **each == fate).count();
            assert!(count.abs_diff(expected) < 200, "{fate:?}: {count}");
        }
    }

    #[test]
    fn a_seed_gives_one_sequence_and_another_seed_another() {
        let faults = |seed| Faults::new(ToClient, "", seed).drop_one_in(2);
        assert_eq!(fates(&faults(7)), fates(&faults(7)));
        assert_ne!(fates(&faults(7)), fates(&faults(8)));
    }

    #[test]
    fn one_in_one_is_every_message_and_other_messages_are_left_alone() {
        let mut faults = Faults::new(FromClient, "a.b", 0).drop_one_in(1);
        for _ in 0..20 {
            assert_eq!(faults.decide(FromClient, "a.b.c"), Some(Fate::Drop));
            assert_eq!(faults.decide(FromClient, "a.c"), None);
            assert_eq!(faults.decide(ToClient, "a.b.c"), None);
        }
        assert_eq!(Faults::new(FromClient, "", 0).decide(FromClient, "a"), Some(Fate::Pass));
    }
}
