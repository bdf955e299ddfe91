//! Where a pointer is, and what it presses.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::lenient;
use crate::{Button, Buttons, Modifiers};

/// Fields of the pointer events.
///
/// ```
/// use framecast_api::{Button, EventKind, Modifiers, Pointer, PointerType, Touch};
///
/// let pressed = Pointer::at(12.0, 34.0).with_button(Button::Left).with_buttons([Button::Left]);
/// assert!(matches!(EventKind::PointerDown(pressed), EventKind::PointerDown(it) if it.x == 12.0));
///
/// let finger = Pointer::at(5.0, 6.0)
///     .with_pointer_type(PointerType::Touch)
///     .with_touch("7", Touch::at(5.0, 6.0).with_pressure(0.5))
///     .with_changed(["7"]);
/// assert_eq!((finger.ntouches, finger.touches["7"].pressure), (1, 0.5));
/// ```
#[non_exhaustive]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Pointer {
    /// Logical pixels from the left edge of the canvas.
    #[serde(deserialize_with = "lenient::number")]
    pub x: f64,
    /// Logical pixels from the top edge of the canvas.
    #[serde(deserialize_with = "lenient::number")]
    pub y: f64,
    /// The button that changed; [`Button::None`] for moves.
    #[serde(deserialize_with = "lenient::or_default")]
    pub button: Button,
    /// The buttons that are down now.
    pub buttons: Buttons,
    /// The modifier keys that are down.
    pub modifiers: Modifiers,
    /// The number of fingers that touch.
    #[serde(deserialize_with = "lenient::count")]
    pub ntouches: u32,
    /// The touches, by an identifier that lasts from down to up.
    #[serde(deserialize_with = "lenient::touches")]
    pub touches: BTreeMap<String, Touch>,
    /// Which touches this event is about, by their identifiers in `touches`: the one that went down, the
    /// ones that moved, or those that were lifted, which are not in `touches` any more. Empty for mouse
    /// and pen, and from clients that do not say it. As JSON it is left out where it is empty.
    #[serde(deserialize_with = "lenient::identifiers", skip_serializing_if = "BTreeSet::is_empty")]
    pub changed: BTreeSet<String>,
    /// Mouse, touch or pen.
    #[serde(deserialize_with = "lenient::or_default")]
    pub pointer_type: PointerType,
    /// 0 to 1; a mouse has 0.5 while a button is down.
    #[serde(deserialize_with = "lenient::pressure")]
    pub pressure: f64,
}

impl Pointer {
    /// A mouse at this place, in logical pixels from the canvas' top left. Nothing is down, and no button
    /// changed.
    #[must_use]
    pub const fn at(x: f64, y: f64) -> Self {
        Self {
            x,
            y,
            button: Button::None,
            buttons: Buttons::NONE,
            modifiers: Modifiers::NONE,
            ntouches: 0,
            touches: BTreeMap::new(),
            changed: BTreeSet::new(),
            pointer_type: PointerType::Mouse,
            pressure: 0.0,
        }
    }

    /// With this [`button`](Self::button) as the one that changed. Whether it is down now is told by
    /// [`with_buttons`](Self::with_buttons).
    #[must_use]
    pub const fn with_button(mut self, button: Button) -> Self {
        self.button = button;
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

    /// With one finger more in [`touches`](Self::touches), or this one at another place;
    /// [`ntouches`](Self::ntouches) becomes their number.
    #[must_use]
    pub fn with_touch(mut self, id: impl Into<String>, touch: Touch) -> Self {
        self.touches.insert(id.into(), touch);
        self.ntouches = self.touches.len() as u32;
        self
    }

    /// With these identifiers as the [`changed`](Self::changed) touches, and no others.
    #[must_use]
    pub fn with_changed<I: Into<String>>(mut self, ids: impl IntoIterator<Item = I>) -> Self {
        self.changed = ids.into_iter().map(Into::into).collect();
        self
    }

    /// With this [`pointer_type`](Self::pointer_type).
    #[must_use]
    pub const fn with_pointer_type(mut self, pointer_type: PointerType) -> Self {
        self.pointer_type = pointer_type;
        self
    }

    /// With this [`pressure`](Self::pressure), 0 to 1.
    #[must_use]
    pub const fn with_pressure(mut self, pressure: f64) -> Self {
        self.pressure = pressure;
        self
    }
}

/// One finger on the canvas.
///
/// ```
/// let touch = framecast_api::Touch::at(3.0, 4.0).with_pressure(0.5);
/// assert_eq!((touch.x, touch.y, touch.pressure), (3.0, 4.0, 0.5));
/// ```
#[non_exhaustive]
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Touch {
    /// Logical pixels from the left edge of the canvas.
    #[serde(deserialize_with = "lenient::number")]
    pub x: f64,
    /// Logical pixels from the top edge of the canvas.
    #[serde(deserialize_with = "lenient::number")]
    pub y: f64,
    /// 0 to 1.
    #[serde(deserialize_with = "lenient::pressure")]
    pub pressure: f64,
}

impl Touch {
    /// A finger at this place, in logical pixels from the canvas' top left, that does not press.
    #[must_use]
    pub const fn at(x: f64, y: f64) -> Self {
        Self { x, y, pressure: 0.0 }
    }

    /// With this [`pressure`](Self::pressure), 0 to 1.
    #[must_use]
    pub const fn with_pressure(mut self, pressure: f64) -> Self {
        self.pressure = pressure;
        self
    }
}

/// What kind of device points.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PointerType {
    /// A mouse or touchpad.
    #[default]
    Mouse,
    /// A finger.
    Touch,
    /// A stylus.
    Pen,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_is_a_mouse_that_does_nothing_until_it_is_told_more() {
        assert_eq!(Pointer::at(0.0, 0.0), Pointer::default());
        let place = Pointer::at(1.5, -2.0);
        assert_eq!(place, Pointer { x: 1.5, y: -2.0, ..Pointer::default() });
        assert_eq!(Touch::at(0.0, 0.0), Touch::default());
        assert_eq!(
            Touch::at(1.0, 2.0).with_pressure(0.25),
            Touch { x: 1.0, y: 2.0, pressure: 0.25 }
        );
    }

    #[test]
    fn every_setter_sets_its_field_and_no_other() {
        let modifiers = Modifiers::NONE.with_alt();
        let pointer = Pointer::at(1.0, 2.0)
            .with_button(Button::Left)
            .with_buttons([Button::Left, Button::Right])
            .with_modifiers(modifiers)
            .with_touch("b", Touch::at(3.0, 4.0))
            .with_touch("a", Touch::default())
            .with_touch("b", Touch::at(5.0, 6.0))
            .with_changed(["a"])
            .with_pointer_type(PointerType::Touch)
            .with_pressure(0.5);
        let expected = Pointer {
            x: 1.0,
            y: 2.0,
            button: Button::Left,
            buttons: [Button::Left, Button::Right].into_iter().collect(),
            modifiers,
            ntouches: 2,
            touches: [("a".into(), Touch::default()), ("b".into(), Touch::at(5.0, 6.0))].into(),
            changed: ["a".into()].into(),
            pointer_type: PointerType::Touch,
            pressure: 0.5,
        };
        assert_eq!(pointer, expected);
        let again = pointer.with_buttons(Button::Middle).with_changed(["c", "d"]);
        assert_eq!(again.buttons.iter().collect::<Vec<_>>(), [Button::Middle]);
        assert_eq!(again.changed, ["c".into(), "d".into()].into());
        assert_eq!(again.with_buttons(Buttons::NONE).buttons, Buttons::NONE);
    }
}
