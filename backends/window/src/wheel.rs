//! minifb's wheel values, which differ from platform to platform.

use framecast_api::{EventKind, WheelUnit};

use crate::keys::Platform;

/// minifb's wheel values as pixels to the right and downwards, about 100 per notch.
pub(crate) fn calibrate(platform: Platform, scroll: (f32, f32)) -> (f64, f64) {
    let (x, y) = (f64::from(scroll.0), f64::from(scroll.1));
    let (x, y) = match platform {
        // 1 for the press and 1 for the release of the "button" that a notch is, left and up
        // positive.
        Platform::X11 => (-50.0 * x, -50.0 * y),
        // The compositor's pixels, 10 per notch with weston and GNOME, right and down positive.
        Platform::Wayland => (10.0 * x, 10.0 * y),
        // A tenth of WHEEL_DELTA, 12 per notch, up positive; the tilt is not told.
        Platform::Windows => (100.0 / 12.0 * x, -100.0 / 12.0 * y),
        // Lines, left and up positive, accelerated; browsers count 40 pixels a line.
        Platform::MacOs => (-40.0 * x, -40.0 * y),
    };
    let limit = EventKind::MAX_COORDINATE;
    let sane = |value: f64| if value.is_finite() { value.clamp(-limit, limit) } else { 0.0 };
    // Without the negative zero of a wheel that did not turn.
    (sane(x) + 0.0, sane(y) + 0.0)
}

/// What minifb's wheel values count. Under Wayland and on macOS wheels and trackpads look alike.
pub(crate) fn unit(platform: Platform) -> WheelUnit {
    match platform {
        Platform::X11 | Platform::Windows => WheelUnit::Notch,
        Platform::Wayland | Platform::MacOs => WheelUnit::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notch_is_about_100_down_positive_everywhere() {
        for (platform, notch_down) in
            [(Platform::X11, -2.0), (Platform::Wayland, 10.0), (Platform::Windows, -12.0)]
        {
            let (dx, dy) = calibrate(platform, (0.0, notch_down));
            assert!(dx == 0.0 && (dy - 100.0).abs() < 0.01, "{platform:?}: {dy}");
        }
        assert_eq!(calibrate(Platform::X11, (2.0, 0.0)), (-100.0, 0.0));
        assert_eq!(calibrate(Platform::MacOs, (0.0, -2.5)), (0.0, 100.0));
        let (dx, dy) = calibrate(Platform::Wayland, (f32::NAN, f32::MAX));
        assert_eq!((dx, dy), (0.0, EventKind::MAX_COORDINATE));
    }
}
