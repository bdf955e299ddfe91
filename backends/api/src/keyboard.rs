//! Keys, and the text that they type.

use serde::{Deserialize, Serialize};

use crate::Modifiers;
use crate::lenient;

/// Fields of [`EventKind::KeyDown`](crate::EventKind::KeyDown) and
/// [`EventKind::KeyUp`](crate::EventKind::KeyUp).
///
/// ```
/// use framecast_api::{Key, Modifiers};
/// let undo = Key::new("z").with_code("KeyZ").with_modifiers(Modifiers::NONE.with_control());
/// assert!(undo.modifiers.control && !undo.repeat);
/// assert!(Key::new("ArrowLeft").with_repeat().repeat);
/// ```
#[non_exhaustive]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Key {
    /// What the key means here and now, as in the browser's `KeyboardEvent.key`: "a", "A",
    /// "Enter", "ArrowLeft".
    #[serde(deserialize_with = "lenient::name")]
    pub key: String,
    /// Where the key is, as in the browser's `KeyboardEvent.code`: "KeyA", "ArrowLeft"; empty
    /// where unknown.
    #[serde(deserialize_with = "lenient::name")]
    pub code: String,
    /// The modifier keys that are down.
    pub modifiers: Modifiers,
    /// True if the key is held down and the system repeats it, after a delay and at a rate that the user
    /// has set (often half a second, and 25 to 40 times a second). Ignore repeats for toggles; act on
    /// each of them for moving, scrolling and deleting.
    ///
    /// Always false in `KeyUp`, and in backends that cannot tell a repeat from a press, such as a
    /// terminal without kitty's keyboard protocol. In JSON it is left out if it is false.
    #[serde(deserialize_with = "lenient::or_default", skip_serializing_if = "std::ops::Not::not")]
    pub repeat: bool,
}

impl Key {
    /// The key with this name, as in the browser's `KeyboardEvent.key`: "a", "A", "Enter", " ". Its place is
    /// not known, no modifier is down, and it is no repeat.
    #[must_use]
    pub fn new(key: impl Into<String>) -> Self {
        Self { key: key.into(), ..Self::default() }
    }

    /// In this place, as in the browser's `KeyboardEvent.code`: "KeyA", "ArrowLeft".
    #[must_use]
    pub fn with_code(mut self, code: impl Into<String>) -> Self {
        self.code = code.into();
        self
    }

    /// With these [`modifiers`](Self::modifiers) down, and no others.
    #[must_use]
    pub const fn with_modifiers(mut self, modifiers: Modifiers) -> Self {
        self.modifiers = modifiers;
        self
    }

    /// Held down and repeated by the system; see [`repeat`](Self::repeat).
    #[must_use]
    pub const fn with_repeat(mut self) -> Self {
        self.repeat = true;
        self
    }

    /// Returns the key to compare shortcuts with: [`key`](Self::key), or, in a layout without Latin letters
    /// (Russian, Greek, Hebrew), the letter or digit that a US keyboard has in the same place.
    ///
    /// ```
    /// use framecast_api::Key;
    ///
    /// assert_eq!(Key::new("я").with_code("KeyZ").shortcut(), "z");
    /// assert_eq!(Key::new("Я").with_code("KeyZ").shortcut(), "Z");
    /// // A German keyboard has its Latin letters elsewhere.
    /// assert_eq!(Key::new("z").with_code("KeyY").shortcut(), "z");
    /// assert_eq!(Key::new("ArrowLeft").with_code("ArrowLeft").shortcut(), "ArrowLeft");
    /// ```
    #[must_use]
    pub fn shortcut(&self) -> &str {
        const SMALL: &str = "abcdefghijklmnopqrstuvwxyz";
        const LARGE: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
        if self.key.is_ascii() {
            return &self.key;
        }
        if let Some(digit) = self.code.strip_prefix("Digit")
            && digit.len() == 1
        {
            return digit;
        }
        let letter = self.code.strip_prefix("Key").filter(|letter| letter.len() == 1);
        let letter = letter.and_then(|letter| LARGE.find(letter));
        let upper = self.key.chars().any(char::is_uppercase);
        let letters = if upper { LARGE } else { SMALL };
        letter.and_then(|index| letters.get(index..=index)).unwrap_or(&self.key)
    }
}

/// Fields of [`EventKind::Char`](crate::EventKind::Char).
///
/// ```
/// use framecast_api::Char;
/// let typed = Char::new("é").with_input_type("insertText");
/// assert_eq!((&*typed.data, typed.is_composing), ("é", false));
/// ```
#[non_exhaustive]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Char {
    /// The text.
    #[serde(deserialize_with = "lenient::or_default")]
    pub data: String,
    /// True while an input method composes. The text then replaces the previous composing text.
    #[serde(deserialize_with = "lenient::or_default")]
    pub is_composing: bool,
    /// As in the browser's `InputEvent.inputType`: "insertText", "insertLineBreak".
    #[serde(deserialize_with = "lenient::name")]
    pub input_type: String,
}

impl Char {
    /// This text, typed and final. How it was typed is not known: [`input_type`](Self::input_type) is empty.
    #[must_use]
    pub fn new(data: impl Into<String>) -> Self {
        Self { data: data.into(), ..Self::default() }
    }

    /// While an input method composes; see [`is_composing`](Self::is_composing).
    #[must_use]
    pub const fn with_composing(mut self) -> Self {
        self.is_composing = true;
        self
    }

    /// Typed this way, as in the browser's `InputEvent.inputType`: "insertText", "insertLineBreak".
    #[must_use]
    pub fn with_input_type(mut self, input_type: impl Into<String>) -> Self {
        self.input_type = input_type.into();
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setter_sets_its_field_and_no_other() {
        assert_eq!(Key::new(""), Key::default());
        let modifiers = Modifiers::NONE.with_shift();
        let key = Key::new("A").with_code("KeyA").with_modifiers(modifiers).with_repeat();
        let expected = Key { key: "A".into(), code: "KeyA".into(), modifiers, repeat: true };
        assert_eq!(key, expected);

        assert_eq!(Char::new(""), Char::default());
        let typed = Char::new("ä").with_composing().with_input_type("insertText");
        let expected =
            Char { data: "ä".into(), is_composing: true, input_type: "insertText".into() };
        assert_eq!(typed, expected);
    }
}
