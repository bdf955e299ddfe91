//! How far a wheel turned, and what turned it.

use serde::{Deserialize, Serialize};

use crate::lenient;
use crate::{Buttons, Modifiers};

/// Fields of [`EventKind::Wheel`](crate::EventKind::Wheel).
///
/// ```
/// use framecast_api::{Wheel, WheelPhase, WheelUnit};
/// // One notch of a wheel towards the user, over this place.
/// let notch = Wheel::new(0.0, 100.0)
///     .at(12.0, 34.0)
///     .with_unit(WheelUnit::Notch)
///     .with_phase(WheelPhase::Discrete);
/// assert_eq!((notch.dy, notch.x), (100.0, 12.0));
/// ```
#[non_exhaustive]
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Wheel {
    /// Distance to the right; about 100 per notch.
    #[serde(deserialize_with = "lenient::number")]
    pub dx: f64,
    /// Distance downwards; about 100 per notch.
    #[serde(deserialize_with = "lenient::number")]
    pub dy: f64,
    /// Logical pixels from the left edge of the canvas.
    #[serde(deserialize_with = "lenient::number")]
    pub x: f64,
    /// Logical pixels from the top edge of the canvas.
    #[serde(deserialize_with = "lenient::number")]
    pub y: f64,
    /// The buttons that are down.
    pub buttons: Buttons,
    /// The modifier keys that are down.
    pub modifiers: Modifiers,
    /// What `dx` and `dy` were measured in. As JSON it is left out where it is unknown.
    #[serde(deserialize_with = "lenient::or_default", skip_serializing_if = "is_default")]
    pub unit: WheelUnit,
    /// Where in a movement this turn is. As JSON it is left out where it is unknown.
    #[serde(deserialize_with = "lenient::or_default", skip_serializing_if = "is_default")]
    pub phase: WheelPhase,
}

impl Wheel {
    /// A turn by this far to the right and downwards, in logical pixels: about 100 per notch. The pointer is
    /// in the canvas' top left corner, nothing is down, unit and phase are not known.
    #[must_use]
    pub const fn new(dx: f64, dy: f64) -> Self {
        Self {
            dx,
            dy,
            x: 0.0,
            y: 0.0,
            buttons: Buttons::NONE,
            modifiers: Modifiers::NONE,
            unit: WheelUnit::Unknown,
            phase: WheelPhase::Unknown,
        }
    }

    /// With the pointer at this place, in logical pixels from the canvas' top left.
    #[must_use]
    pub const fn at(mut self, x: f64, y: f64) -> Self {
        self.x = x;
        self.y = y;
        self
    }

    /// With these [`buttons`](Self::buttons) down, and no others.
    #[must_use]
    pub fn with_buttons(mut self, buttons: impl Into<Buttons>) -> Self {
        self.buttons = buttons.into();
        self
    }

    /// With these [`modifiers`](Self::modifiers) down, and no others.
    #[must_use]
    pub const fn with_modifiers(mut self, modifiers: Modifiers) -> Self {
        self.modifiers = modifiers;
        self
    }

    /// With this [`unit`](Self::unit).
    #[must_use]
    pub const fn with_unit(mut self, unit: WheelUnit) -> Self {
        self.unit = unit;
        self
    }

    /// With this [`phase`](Self::phase).
    #[must_use]
    pub const fn with_phase(mut self, phase: WheelPhase) -> Self {
        self.phase = phase;
        self
    }
}

/// What a turn of the wheel was measured in. `dx` and `dy` are logical pixels in any case; the unit tells
/// what moved them.
///
/// | backend | tells |
/// | --- | --- |
/// | browsers | `Pixel` for trackpads, `Notch` for wheels, `Page` where the system scrolls by pages |
/// | window | `Notch` under X11 and Windows; not known under Wayland and macOS |
/// | terminal | `Notch` |
#[non_exhaustive]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WheelUnit {
    /// Not known, as with clients that do not say it.
    #[default]
    Unknown,
    /// Pixels, of a trackpad: the content follows the fingers.
    Pixel,
    /// Notches of a wheel, 100 each; a fine wheel also turns by parts of one. What steps, such as a
    /// zoom or a list, goes on by `dy / 100`.
    Notch,
    /// Pages, 100 each: the user's setting is that one notch scrolls all that is seen.
    Page,
}

/// Where in a movement a turn of the wheel is.
///
/// Window and terminal (but for the window under Wayland and on macOS) and the notches of browsers are
/// `Discrete`. Browsers tell no phases of a trackpad's movement, and minifb none at all: those turns are
/// `Unknown`. `Started`, `Moved`, `Ended` and `Momentum` come from other backends and clients only.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WheelPhase {
    /// Not known.
    #[default]
    Unknown,
    /// A turn by itself, such as a notch: nothing belongs to it.
    Discrete,
    /// Fingers begin to scroll.
    Started,
    /// Fingers scroll on.
    Moved,
    /// The fingers were lifted.
    Ended,
    /// No finger scrolls any more; the system lets the movement run out.
    Momentum,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Button;

    #[test]
    fn every_setter_sets_its_field_and_no_other() {
        assert_eq!(Wheel::new(0.0, 0.0), Wheel::default());
        let modifiers = Modifiers::NONE.with_control();
        let wheel = Wheel::new(1.0, 2.0)
            .at(3.0, 4.0)
            .with_buttons(Button::Left)
            .with_modifiers(modifiers)
            .with_unit(WheelUnit::Pixel)
            .with_phase(WheelPhase::Moved);
        let expected = Wheel {
            dx: 1.0,
            dy: 2.0,
            x: 3.0,
            y: 4.0,
            buttons: [Button::Left].into_iter().collect(),
            modifiers,
            unit: WheelUnit::Pixel,
            phase: WheelPhase::Moved,
        };
        assert_eq!(wheel, expected);
    }
}
