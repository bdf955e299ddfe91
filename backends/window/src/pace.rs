//! How often minifb is polled: it never tells us that something happened.

use std::time::Duration;

/// While somebody uses the window: 140 times a second, so that a quick click is seen where minifb
/// tells only what is down.
pub(crate) const ACTIVE: Duration = Duration::from_millis(7);
/// Otherwise: 30 times a second, to notice that the pointer came.
pub(crate) const IDLE: Duration = Duration::from_millis(33);
/// Wayland does not say that the pointer left: it counts as gone when still for this long, in
/// seconds.
pub(crate) const STILL: f64 = 2.0;
/// How often a picture is shown again where nothing tells that it was damaged or dropped, in
/// seconds.
pub(crate) const REPAIR: f64 = 1.0;

/// When to poll next.
pub(crate) fn next_poll(used: bool) -> Duration {
    if used { ACTIVE } else { IDLE }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_used_window_is_polled_often_and_an_idle_one_seldom() {
        let often = 1.0 / next_poll(true).as_secs_f64();
        assert!((125.0..=250.0).contains(&often), "{often}");
        assert!(1.0 / next_poll(false).as_secs_f64() < 40.0);
    }
}
