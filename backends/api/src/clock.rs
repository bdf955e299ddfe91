use std::time::{Duration, Instant};

/// The time base of one process: frames and events are stamped in seconds since its origin.
///
/// The engine makes one and hands it to every backend, so that stamps made on different threads
/// can be compared. It is monotonic; it says nothing about the time of day.
///
/// ```
/// use std::time::Duration;
/// let clock = framecast_api::Clock::start();
/// let later = clock.origin() + Duration::from_millis(1500);
/// assert_eq!(clock.seconds(later), 1.5);
/// assert_eq!(framecast_api::Clock::since(later).seconds(later), 0.0);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    origin: Instant,
}

impl Clock {
    /// A clock whose origin is now.
    #[must_use]
    pub fn start() -> Self {
        Self { origin: Instant::now() }
    }

    /// A clock whose origin is `origin`.
    #[must_use]
    pub fn since(origin: Instant) -> Self {
        Self { origin }
    }

    /// The instant that reads 0.0 seconds.
    #[must_use]
    pub fn origin(&self) -> Instant {
        self.origin
    }

    /// Seconds since the origin, now.
    #[must_use]
    pub fn now(&self) -> f64 {
        self.seconds(Instant::now())
    }

    /// Seconds from the origin to `at`; 0.0 for an instant before the origin.
    #[must_use]
    pub fn seconds(&self, at: Instant) -> f64 {
        at.checked_duration_since(self.origin).unwrap_or(Duration::ZERO).as_secs_f64()
    }
}
