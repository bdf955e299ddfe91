//! What is held down: pointer buttons and modifier keys.

use serde::{Deserialize, Serialize};

use crate::lenient::List;
use crate::{Error, Result};

/// A pointer button, by its number on the wire.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[non_exhaustive]
#[serde(into = "u8", try_from = "u8")]
#[repr(u8)]
pub enum Button {
    /// No button: a move.
    #[default]
    None = 0,
    /// The left button, a finger, a pen's tip.
    Left = 1,
    /// The right button.
    Right = 2,
    /// The middle button or the wheel.
    Middle = 3,
    /// The thumb's "back".
    Back = 4,
    /// The thumb's "forward".
    Forward = 5,
    /// A pen's eraser.
    Eraser = 6,
}

impl From<Button> for u8 {
    fn from(button: Button) -> u8 {
        button as u8
    }
}

impl TryFrom<u8> for Button {
    type Error = Error;

    fn try_from(number: u8) -> Result<Self> {
        Ok(match number {
            0 => Button::None,
            1 => Button::Left,
            2 => Button::Right,
            3 => Button::Middle,
            4 => Button::Back,
            5 => Button::Forward,
            6 => Button::Eraser,
            _ => {
                return Err(Error::invalid_input(format!(
                    "button {number} is unknown; possible are 0 to 6"
                )));
            }
        })
    }
}

/// The set of pointer buttons that are down; a list of numbers on the wire.
///
/// ```
/// use framecast_api::{Button, Buttons};
/// assert!(Buttons::from([Button::Left, Button::Right]).contains(Button::Right));
/// assert_eq!(Buttons::from(Button::None), Buttons::NONE);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "Vec<Button>", from = "List<Button>")]
pub struct Buttons(u8);

impl Buttons {
    /// No button.
    pub const NONE: Buttons = Buttons(0);

    /// Whether `button` is down.
    #[must_use]
    pub fn contains(self, button: Button) -> bool {
        self.0 & (1 << button as u8) != 0 && button != Button::None
    }

    /// Adds `button`.
    pub fn insert(&mut self, button: Button) {
        if button != Button::None {
            self.0 |= 1 << button as u8;
        }
    }

    /// Takes `button` away.
    pub fn remove(&mut self, button: Button) {
        self.0 &= !(1 << button as u8);
    }

    /// Whether no button is down.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The buttons that are down, in the order of their numbers.
    pub fn iter(self) -> impl Iterator<Item = Button> {
        use Button::{Back, Eraser, Forward, Left, Middle, Right};
        [Left, Right, Middle, Back, Forward, Eraser]
            .into_iter()
            .filter(move |button| self.contains(*button))
    }
}

/// That button alone.
impl From<Button> for Buttons {
    fn from(button: Button) -> Self {
        [button].into()
    }
}

impl<const N: usize> From<[Button; N]> for Buttons {
    fn from(buttons: [Button; N]) -> Self {
        buttons.into_iter().collect()
    }
}

impl FromIterator<Button> for Buttons {
    fn from_iter<I: IntoIterator<Item = Button>>(buttons: I) -> Self {
        let mut set = Buttons::NONE;
        buttons.into_iter().for_each(|button| set.insert(button));
        set
    }
}

impl From<List<Button>> for Buttons {
    fn from(List(buttons): List<Button>) -> Self {
        buttons.into()
    }
}

impl From<Vec<Button>> for Buttons {
    fn from(buttons: Vec<Button>) -> Self {
        buttons.into_iter().collect()
    }
}

impl From<Buttons> for Vec<Button> {
    fn from(buttons: Buttons) -> Self {
        buttons.iter().collect()
    }
}

/// The modifier keys that are down; a list of names on the wire.
///
/// ```
/// use framecast_api::Modifiers;
/// const REDO: Modifiers = Modifiers::NONE.with_control().with_shift();
/// assert!(REDO.control && REDO.shift && !REDO.alt && !REDO.meta);
/// ```
#[non_exhaustive]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "Vec<ModifierName>", from = "List<ModifierName>")]
pub struct Modifiers {
    /// Shift.
    pub shift: bool,
    /// Control.
    pub control: bool,
    /// Alt, or Option on a Mac.
    pub alt: bool,
    /// The Windows key, or Command on a Mac.
    pub meta: bool,
}

impl Modifiers {
    /// No modifier key.
    pub const NONE: Modifiers = Modifiers { shift: false, control: false, alt: false, meta: false };

    /// With [`shift`](Self::shift) down.
    #[must_use]
    pub const fn with_shift(mut self) -> Self {
        self.shift = true;
        self
    }

    /// With [`control`](Self::control) down.
    #[must_use]
    pub const fn with_control(mut self) -> Self {
        self.control = true;
        self
    }

    /// With [`alt`](Self::alt) down.
    #[must_use]
    pub const fn with_alt(mut self) -> Self {
        self.alt = true;
        self
    }

    /// With [`meta`](Self::meta) down.
    #[must_use]
    pub const fn with_meta(mut self) -> Self {
        self.meta = true;
        self
    }
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
enum ModifierName {
    Shift,
    Control,
    Alt,
    Meta,
}

impl From<List<ModifierName>> for Modifiers {
    fn from(List(names): List<ModifierName>) -> Self {
        let mut modifiers = Modifiers::default();
        for name in names {
            match name {
                ModifierName::Shift => modifiers.shift = true,
                ModifierName::Control => modifiers.control = true,
                ModifierName::Alt => modifiers.alt = true,
                ModifierName::Meta => modifiers.meta = true,
            }
        }
        modifiers
    }
}

impl From<Modifiers> for Vec<ModifierName> {
    fn from(modifiers: Modifiers) -> Self {
        [
            (modifiers.shift, ModifierName::Shift),
            (modifiers.control, ModifierName::Control),
            (modifiers.alt, ModifierName::Alt),
            (modifiers.meta, ModifierName::Meta),
        ]
        .into_iter()
        .filter_map(|(down, name)| down.then_some(name))
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setter_sets_its_modifier_and_no_other() {
        let none = Modifiers::default();
        assert_eq!(Modifiers::NONE, none);
        assert_eq!(none.with_shift(), Modifiers { shift: true, ..none });
        assert_eq!(none.with_control(), Modifiers { control: true, ..none });
        assert_eq!(none.with_alt(), Modifiers { alt: true, ..none });
        assert_eq!(none.with_meta(), Modifiers { meta: true, ..none });
    }
}
