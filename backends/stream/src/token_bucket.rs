//! A rate that a peer may not exceed. Pure: `now` is passed in.

use std::time::Instant;

/// A rate limit: tokens are added continuously, up to one second's worth.
#[derive(Debug, Clone, Copy)]
pub struct TokenBucket {
    per_second: f64,
    left: f64,
    at: Instant,
}

impl TokenBucket {
    /// Creates a full bucket.
    #[must_use]
    pub fn new(per_second: u32, now: Instant) -> Self {
        let per_second = f64::from(per_second);
        Self { per_second, left: per_second, at: now }
    }

    /// Takes `amount` tokens. Returns false, and takes none, if there are fewer.
    pub fn take(&mut self, amount: f64, now: Instant) -> bool {
        let passed = now.saturating_duration_since(self.at).as_secs_f64();
        // A time that was there before is not there again.
        self.at = self.at.max(now);
        self.left = (self.left + passed * self.per_second).min(self.per_second);
        self.left -= amount;
        self.left >= 0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_bucket_holds_a_seconds_worth_and_refills() {
        let start = Instant::now();
        let mut bucket = TokenBucket::new(10, start);
        assert!((0..10).all(|_| bucket.take(1.0, start)));
        assert!(!bucket.take(1.0, start));
        let mut bucket = TokenBucket::new(10, start);
        let later = |milliseconds| start + Duration::from_millis(milliseconds);
        assert!((0..1000).all(|n| bucket.take(1.0, later(n * 100))), "ten a second for ever");
        let long = later(1_000_000);
        assert!((0..10).all(|_| bucket.take(1.0, long)));
        assert!(!bucket.take(1.0, long), "silence saves nothing up");
    }

    #[test]
    fn times_that_go_back_and_forth_refill_nothing_twice() {
        let start = Instant::now();
        let later = start + Duration::from_secs(1);
        let mut bucket = TokenBucket::new(10, later);
        let taken = (0..1000).filter(|n| bucket.take(1.0, if n % 2 == 0 { later } else { start }));
        assert_eq!(taken.count(), 10);
    }
}
