//! Where text is typed, as an application tells it.

use serde::{Deserialize, Serialize};

use crate::{Error, EventKind, Result};

/// A rectangle of logical pixels, from the canvas' top left.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct LogicalRect {
    /// Logical pixels from the left edge.
    pub x: f64,
    /// Logical pixels from the top edge.
    pub y: f64,
    /// Logical pixels from left to right.
    pub width: f64,
    /// Logical pixels from top to bottom.
    pub height: f64,
}

impl LogicalRect {
    /// A rectangle of `width` × `height` logical pixels whose top left corner is at `x`, `y`.
    #[must_use]
    pub const fn new(x: f64, y: f64, width: f64, height: f64) -> Self {
        Self { x, y, width, height }
    }
}

/// What is typed, so that a phone shows the keyboard for it.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TextInputKind {
    /// A line of text.
    #[default]
    Text,
    /// Several lines of text.
    Multiline,
    /// A number, perhaps with decimals.
    Number,
    /// An e-mail address.
    Email,
    /// An address of the web.
    Url,
}

impl TextInputKind {
    /// The name on the wire: "multiline".
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            TextInputKind::Text => "text",
            TextInputKind::Multiline => "multiline",
            TextInputKind::Number => "number",
            TextInputKind::Email => "email",
            TextInputKind::Url => "url",
        }
    }
}

/// The application has a text field that is typed into. Input methods open their windows at the
/// caret, and a phone shows its keyboard.
///
/// ```
/// use framecast_api::{LogicalRect, TextInput, TextInputKind};
/// let caret = LogicalRect::new(120.0, 48.0, 1.0, 18.0);
/// let input = TextInput::new(TextInputKind::Text, caret);
/// assert!(input.validate().is_ok());
/// ```
#[non_exhaustive]
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct TextInput {
    /// What is typed.
    pub kind: TextInputKind,
    /// Where the caret is: a thin rectangle as high as the line.
    pub caret: LogicalRect,
}

impl TextInput {
    /// Text of this kind is typed here.
    #[must_use]
    pub const fn new(kind: TextInputKind, caret: LogicalRect) -> Self {
        Self { kind, caret }
    }

    /// Checks what an application tells.
    ///
    /// # Errors
    /// "Invalid input" if a number of the caret is not finite or larger than
    /// [`EventKind::MAX_COORDINATE`], or its width or height is negative.
    pub fn validate(&self) -> Result<()> {
        let LogicalRect { x, y, width, height } = self.caret;
        let most = EventKind::MAX_COORDINATE;
        let fine = |number: f64, least: f64| (least..=most).contains(&number);
        if fine(x, -most) && fine(y, -most) && fine(width, 0.0) && fine(height, 0.0) {
            return Ok(());
        }
        Err(Error::invalid_input(format!(
            "a caret of {width} × {height} logical pixels at {x}, {y} is nowhere; numbers are finite \
             and at most {most}, width and height not negative"
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caret_that_can_be_nowhere_is_refused() {
        let check = |x, y, width, height| {
            TextInput::new(TextInputKind::Text, LogicalRect::new(x, y, width, height)).validate()
        };
        let most = EventKind::MAX_COORDINATE;
        for (x, y, width, height) in
            [(0.0, 0.0, 0.0, 0.0), (-most, most, most, 0.0), (-0.0, 1e-300, 1.0, 18.0)]
        {
            assert!(check(x, y, width, height).is_ok());
        }
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, most * 1.01, -most * 1.01] {
            for at in 0..4 {
                let mut numbers = [1.0; 4];
                numbers[at] = bad;
                let [x, y, width, height] = numbers;
                assert!(check(x, y, width, height).is_err(), "{numbers:?}");
            }
        }
        assert!(check(1.0, 1.0, -1.0, 1.0).is_err() && check(1.0, 1.0, 1.0, -0.5).is_err());
    }

    #[test]
    fn every_kind_has_the_same_name_on_the_wire_and_in_name() {
        for kind in [
            TextInputKind::Text,
            TextInputKind::Multiline,
            TextInputKind::Number,
            TextInputKind::Email,
            TextInputKind::Url,
        ] {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.name());
        }
    }
}
