use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::Error;

/// The shape of the pointer over the canvas, by its CSS name (CSS Basic User Interface level 4).
///
/// A backend shows the nearest shape it has.
///
/// ```
/// use framecast_api::Cursor;
/// assert_eq!(Cursor::EwResize.to_string(), "ew-resize");
/// assert_eq!("grab".parse::<Cursor>().unwrap(), Cursor::Grab);
/// ```
#[non_exhaustive]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cursor {
    /// The platform's arrow.
    #[default]
    Default,
    /// No cursor at all.
    None,
    /// A link or button: the pointing hand.
    Pointer,
    /// Text can be selected: the I-beam.
    Text,
    /// Precise picking.
    Crosshair,
    /// Something can be moved.
    Move,
    /// Something can be grabbed: the open hand.
    Grab,
    /// Something is being dragged: the closed hand.
    Grabbing,
    /// The action is not possible here.
    NotAllowed,
    /// The program is busy.
    Wait,
    /// The program is busy but still reacts.
    Progress,
    /// Help is available.
    Help,
    /// An edge moves left and right.
    EwResize,
    /// An edge moves up and down.
    NsResize,
    /// A corner moves along the rising diagonal.
    NeswResize,
    /// A corner moves along the falling diagonal.
    NwseResize,
}

impl Cursor {
    /// Every shape, in the order of the enum.
    pub const ALL: [Cursor; 16] = [
        Cursor::Default,
        Cursor::None,
        Cursor::Pointer,
        Cursor::Text,
        Cursor::Crosshair,
        Cursor::Move,
        Cursor::Grab,
        Cursor::Grabbing,
        Cursor::NotAllowed,
        Cursor::Wait,
        Cursor::Progress,
        Cursor::Help,
        Cursor::EwResize,
        Cursor::NsResize,
        Cursor::NeswResize,
        Cursor::NwseResize,
    ];

    /// The CSS name, as in the `cursor` property.
    #[must_use]
    pub fn css_name(self) -> &'static str {
        match self {
            Cursor::Default => "default",
            Cursor::None => "none",
            Cursor::Pointer => "pointer",
            Cursor::Text => "text",
            Cursor::Crosshair => "crosshair",
            Cursor::Move => "move",
            Cursor::Grab => "grab",
            Cursor::Grabbing => "grabbing",
            Cursor::NotAllowed => "not-allowed",
            Cursor::Wait => "wait",
            Cursor::Progress => "progress",
            Cursor::Help => "help",
            Cursor::EwResize => "ew-resize",
            Cursor::NsResize => "ns-resize",
            Cursor::NeswResize => "nesw-resize",
            Cursor::NwseResize => "nwse-resize",
        }
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.css_name())
    }
}

impl FromStr for Cursor {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        Cursor::ALL.into_iter().find(|cursor| cursor.css_name() == name).ok_or_else(|| {
            let names: Vec<_> = Cursor::ALL.iter().map(|cursor| cursor.css_name()).collect();
            Error::invalid_input(format!(
                "unknown cursor {name:?}; possible are {}",
                names.join(", ")
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_reads_back_as_its_shape_and_is_the_serde_name() {
        for cursor in Cursor::ALL {
            assert_eq!(cursor.css_name().parse::<Cursor>().unwrap(), cursor);
            assert_eq!(serde_json::to_value(cursor).unwrap(), cursor.css_name());
        }
    }

    #[test]
    fn an_unknown_name_lists_what_is_possible() {
        let error = "banana".parse::<Cursor>().unwrap_err().to_string();
        assert!(error.contains("banana") && error.contains("crosshair"), "{error}");
    }
}
