//! How often minifb is polled: it never tells us that something happened.

use std::time::Duration;

/// While somebody uses the window: 140 times a second, so that a quick click is seen.
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
pub(crate) fn next_poll(focused: bool, pointer: bool) -> Duration {
    if focused || pointer { ACTIVE } else { IDLE }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_used_window_is_polled_often_and_an_idle_one_seldom() {
        let often = [next_poll(true, false), next_poll(false, true), next_poll(true, true)];
        for interval in often {
            assert!((125.0..=250.0).contains(&(1.0 / interval.as_secs_f64())), "{interval:?}");
        }
        assert!(1.0 / next_poll(false, false).as_secs_f64() < 40.0);
    }
}
