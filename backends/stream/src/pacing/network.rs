//! The network's part of the round trip: how much it carries besides, and with which quality
//! pictures come through it often enough. Pure.
//!
//! What a client spends on decoding and painting, as it says, is left out: fewer bytes do not help
//! a slow computer. What a picture takes longer than the shortest it ever took was spent in a
//! queue, which means that bytes are what limits the rate. Only pictures that filled the window
//! tell: what came rarely or slowly otherwise was the application's doing.

use std::time::{Duration, Instant};

/// JPEG qualities, from the best. Each needs about three quarters of the bytes of the one before.
const LADDER: [u8; 5] = [80, 65, 50, 35, 20];
/// A picture that took so much longer than the shortest stood in a queue; with less it did not.
const QUEUE: (Duration, Duration) = (Duration::from_millis(15), Duration::from_millis(30));
/// Pictures that come at least this often need no less quality.
const OFTEN: Duration = Duration::from_millis(24);
/// Between two steps down: what is in flight still has the quality from before.
const STEP_DOWN: Duration = Duration::from_millis(150);
/// How long there must be no queue for a step up: at first, and at most. It doubles with every
/// step up that was too much.
const STEP_UP: (Duration, Duration) = (Duration::from_secs(2), Duration::from_secs(30));
/// A step up was too much if one down follows within this time.
const TOO_MUCH: Duration = Duration::from_secs(4);
/// How long what is sent besides may delay what changes next.
pub(super) const SLICE: Duration = Duration::from_millis(50);
/// Bytes that may be sent besides: the fewest, at first, and the most.
const SPARE: (usize, usize, usize) = (8 * 1024, 48 * 1024, 256 * 1024);
/// The shortest time is forgotten after this, so that a longer round trip is found out; with the least
/// quality at once, since a picture then takes hardly any time itself, and it can get no worse.
const FORGET: Duration = Duration::from_secs(10);

/// How one picture went through the network.
#[derive(Debug, Clone, Copy)]
pub(super) struct Delivery {
    /// From sending to the acknowledgement, without what the client did with it.
    pub(super) time: Duration,
    pub(super) bytes: usize,
    /// No more were allowed to be in flight.
    pub(super) full: bool,
    /// Nothing else was in flight when it was sent.
    pub(super) alone: bool,
    pub(super) at: Instant,
}

/// The network between us and a client.
#[derive(Debug)]
pub(super) struct Network {
    /// Index into the ladder.
    step: usize,
    spare: usize,
    shortest: Option<(Duration, Instant)>,
    /// Between acknowledgements, on average, while the window is full.
    every: Duration,
    before: Option<Instant>,
    stepped_down: Option<Instant>,
    stepped_up: Option<Instant>,
    /// Since when there was no queue.
    clear_since: Option<Instant>,
    patience: Duration,
}

impl Network {
    pub(super) fn new() -> Self {
        Self {
            step: 0,
            spare: SPARE.1,
            shortest: None,
            every: Duration::ZERO,
            before: None,
            stepped_down: None,
            stepped_up: None,
            clear_since: None,
            patience: STEP_UP.0,
        }
    }

    pub(super) fn quality(&self) -> u8 {
        LADDER[self.step]
    }

    pub(super) fn spare(&self) -> usize {
        self.spare
    }

    /// A picture came through.
    pub(super) fn measured(&mut self, delivery: &Delivery) {
        let Delivery { time, at, .. } = *delivery;
        let shortest = match self.shortest {
            Some((shortest, since)) if shortest < time => {
                let old = at.saturating_duration_since(since) > FORGET;
                let least = self.step == LADDER.len() - 1;
                if (old || least) && delivery.alone { (time, at) } else { (shortest, since) }
            }
            _ => (time, at),
        };
        self.shortest = Some(shortest);
        let queue = time - shortest.0;
        if let Some(before) = self.before.replace(at)
            && delivery.full
        {
            let gap = at.saturating_duration_since(before).min(Duration::from_secs(1));
            self.every = (self.every * 3 + gap) / 4;
        }
        self.adjust_spare(delivery.bytes, queue);
        let queued = queue > QUEUE.1 && delivery.full;
        if queued && self.every > OFTEN {
            self.step_down(at, time);
        } else if queue < QUEUE.0 {
            self.step_up(at);
        } else {
            self.clear_since = None;
        }
    }

    /// A slice that took long is made smaller, one that took no time larger.
    fn adjust_spare(&mut self, bytes: usize, queue: Duration) {
        if queue > SLICE {
            self.spare = (self.spare / 2).max(SPARE.0);
        } else if queue < SLICE / 2 {
            self.spare = self.spare.max(bytes.saturating_mul(2).min(SPARE.2));
        }
    }

    fn step_down(&mut self, now: Instant, time: Duration) {
        self.clear_since = None;
        let wait = STEP_DOWN.max(time);
        if self.stepped_down.is_some_and(|before| now < before + wait) {
            return;
        }
        if self.stepped_up.take().is_some_and(|up| now < up + TOO_MUCH) {
            self.patience = (self.patience * 2).min(STEP_UP.1);
        }
        self.stepped_down = Some(now);
        self.step = (self.step + 1).min(LADDER.len() - 1);
    }

    fn step_up(&mut self, now: Instant) {
        let since = *self.clear_since.get_or_insert(now);
        if now < since + self.patience {
            return;
        }
        self.clear_since = None;
        if self.step == 0 {
            self.patience = (self.patience / 2).max(STEP_UP.0);
            return;
        }
        self.step -= 1;
        self.stepped_up = Some(now);
    }
}
