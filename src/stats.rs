//! What a canvas counts.

use std::time::{Duration, Instant};

use framecast_api::{Traffic, ViewLink};

/// Counts of one canvas since it was opened, returned by [`Canvas::stats`](crate::Canvas::stats).
#[non_exhaustive]
#[derive(Debug, Clone, Default)]
pub struct Stats {
    /// Frames presented.
    pub frames: u64,
    /// Frames per second, over about the last second.
    pub fps: f64,
    /// Seconds that the application took for its last draw.
    pub draw_seconds: f64,
    /// Events that the application got.
    pub events: u64,
    /// Events that were dropped because their source is not the presenter.
    pub ignored: u64,
    /// Messages and events that were dropped because they were malformed.
    pub rejected: u64,
    /// Frames that changed pixels outside of their damage although the application promised not to; see
    /// [`trust_damage`](crate::FrameBuffer::trust_damage). Counted in debug builds only.
    pub wrong_damage: u64,
    /// The backends that are open.
    pub backends: Vec<BackendStats>,
}

/// One open backend, as part of [`Stats`].
#[non_exhaustive]
#[derive(Debug, Clone)]
pub struct BackendStats {
    /// The name of the backend: "window", "http".
    pub name: String,
    /// The links to its views; empty for local views.
    pub links: Vec<ViewLink>,
    /// The number of clients.
    pub clients: usize,
    /// Whether one of its clients wants a newer frame now.
    pub wants_frame: bool,
    /// Whether the program shows its pictures in the backend's window itself; see
    /// [`Drawing::take_window`](crate::Drawing::take_window).
    pub direct: bool,
    /// What it has sent; `None` for local views.
    pub traffic: Option<Traffic>,
}

/// Frames per second over windows of about a second.
#[derive(Debug, Default)]
pub(crate) struct Rate {
    window: Option<(Instant, u32)>,
    /// Of the last full window.
    last: f64,
}

impl Rate {
    const WINDOW: Duration = Duration::from_secs(1);

    /// A frame was presented; whether the rate is known anew.
    pub(crate) fn count(&mut self, now: Instant) -> bool {
        let (start, frames) = self.window.get_or_insert((now, 0));
        let elapsed = now.saturating_duration_since(*start);
        if elapsed >= Self::WINDOW {
            self.last = f64::from(*frames) / elapsed.as_secs_f64();
            self.window = Some((now, 1));
            true
        } else {
            *frames += 1;
            false
        }
    }

    /// The rate, as far as known: of the last full window, or of the running one at first.
    pub(crate) fn per_second(&self, now: Instant) -> f64 {
        match self.window {
            None => 0.0,
            Some((start, frames)) => {
                let elapsed = now.saturating_duration_since(start);
                if self.last == 0.0 || elapsed >= 2 * Self::WINDOW {
                    f64::from(frames) / elapsed.as_secs_f64().max(1.0)
                } else {
                    self.last
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_steady_rate_is_measured_and_a_pause_lowers_it() {
        let start = Instant::now();
        let mut rate = Rate::default();
        assert_eq!(rate.per_second(start), 0.0);
        for n in 0..=200 {
            rate.count(start + Duration::from_millis(20) * n);
        }
        let end = start + Duration::from_millis(4000);
        assert!((rate.per_second(end) - 50.0).abs() < 1.0, "{}", rate.per_second(end));
        assert!(rate.per_second(end + Duration::from_secs(60)) < 1.0);
    }
}
