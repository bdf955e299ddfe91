use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::Error;

/// The shape of the pointer over the canvas, by its CSS name (CSS Basic User Interface level 4).
///
/// All shapes of that specification but `auto`, which a canvas shows as `Default`. A backend shows the
/// nearest shape it has.
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
    /// A context menu is there: an arrow with a menu.
    ContextMenu,
    /// Help is available.
    Help,
    /// A link or button: the pointing hand.
    Pointer,
    /// The program is busy but still reacts.
    Progress,
    /// The program is busy.
    Wait,
    /// A cell, or cells, can be selected: the thick cross.
    Cell,
    /// Precise picking.
    Crosshair,
    /// Text can be selected: the I-beam.
    Text,
    /// Vertical text can be selected: the I-beam on its side.
    VerticalText,
    /// An alias or shortcut is made of what is dragged.
    Alias,
    /// What is dragged is copied.
    Copy,
    /// Something can be moved.
    Move,
    /// What is dragged cannot be dropped here.
    NoDrop,
    /// The action is not possible here.
    NotAllowed,
    /// Something can be grabbed: the open hand.
    Grab,
    /// Something is being dragged: the closed hand.
    Grabbing,
    /// The right edge moves.
    EResize,
    /// The upper edge moves.
    NResize,
    /// The upper right corner moves.
    NeResize,
    /// The upper left corner moves.
    NwResize,
    /// The lower edge moves.
    SResize,
    /// The lower right corner moves.
    SeResize,
    /// The lower left corner moves.
    SwResize,
    /// The left edge moves.
    WResize,
    /// An edge moves left and right.
    EwResize,
    /// An edge moves up and down.
    NsResize,
    /// A corner moves along the rising diagonal.
    NeswResize,
    /// A corner moves along the falling diagonal.
    NwseResize,
    /// A column's border moves left and right.
    ColResize,
    /// A row's border moves up and down.
    RowResize,
    /// What is shown can be scrolled in every direction.
    AllScroll,
    /// A click zooms in.
    ZoomIn,
    /// A click zooms out.
    ZoomOut,
}

impl Cursor {
    /// Every shape, in the order of the enum.
    pub const ALL: &'static [Cursor] = &[
        Cursor::Default,
        Cursor::None,
        Cursor::ContextMenu,
        Cursor::Help,
        Cursor::Pointer,
        Cursor::Progress,
        Cursor::Wait,
        Cursor::Cell,
        Cursor::Crosshair,
        Cursor::Text,
        Cursor::VerticalText,
        Cursor::Alias,
        Cursor::Copy,
        Cursor::Move,
        Cursor::NoDrop,
        Cursor::NotAllowed,
        Cursor::Grab,
        Cursor::Grabbing,
        Cursor::EResize,
        Cursor::NResize,
        Cursor::NeResize,
        Cursor::NwResize,
        Cursor::SResize,
        Cursor::SeResize,
        Cursor::SwResize,
        Cursor::WResize,
        Cursor::EwResize,
        Cursor::NsResize,
        Cursor::NeswResize,
        Cursor::NwseResize,
        Cursor::ColResize,
        Cursor::RowResize,
        Cursor::AllScroll,
        Cursor::ZoomIn,
        Cursor::ZoomOut,
    ];

    /// The CSS name, as in the `cursor` property.
    #[must_use]
    pub fn css_name(self) -> &'static str {
        match self {
            Cursor::Default => "default",
            Cursor::None => "none",
            Cursor::ContextMenu => "context-menu",
            Cursor::Help => "help",
            Cursor::Pointer => "pointer",
            Cursor::Progress => "progress",
            Cursor::Wait => "wait",
            Cursor::Cell => "cell",
            Cursor::Crosshair => "crosshair",
            Cursor::Text => "text",
            Cursor::VerticalText => "vertical-text",
            Cursor::Alias => "alias",
            Cursor::Copy => "copy",
            Cursor::Move => "move",
            Cursor::NoDrop => "no-drop",
            Cursor::NotAllowed => "not-allowed",
            Cursor::Grab => "grab",
            Cursor::Grabbing => "grabbing",
            Cursor::EResize => "e-resize",
            Cursor::NResize => "n-resize",
            Cursor::NeResize => "ne-resize",
            Cursor::NwResize => "nw-resize",
            Cursor::SResize => "s-resize",
            Cursor::SeResize => "se-resize",
            Cursor::SwResize => "sw-resize",
            Cursor::WResize => "w-resize",
            Cursor::EwResize => "ew-resize",
            Cursor::NsResize => "ns-resize",
            Cursor::NeswResize => "nesw-resize",
            Cursor::NwseResize => "nwse-resize",
            Cursor::ColResize => "col-resize",
            Cursor::RowResize => "row-resize",
            Cursor::AllScroll => "all-scroll",
            Cursor::ZoomIn => "zoom-in",
            Cursor::ZoomOut => "zoom-out",
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
        Cursor::ALL.iter().copied().find(|cursor| cursor.css_name() == name).ok_or_else(|| {
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
        for &cursor in Cursor::ALL {
            assert_eq!(cursor.css_name().parse::<Cursor>().unwrap(), cursor);
            assert_eq!(serde_json::to_value(cursor).unwrap(), cursor.css_name());
        }
    }

    #[test]
    fn the_names_are_those_that_the_viewer_knows() {
        let names: Vec<String> =
            serde_json::from_str(include_str!("../fixtures/cursors.json")).unwrap();
        let mine: Vec<_> = Cursor::ALL.iter().map(|cursor| cursor.css_name()).collect();
        assert_eq!(mine, names);
    }

    #[test]
    fn an_unknown_name_lists_what_is_possible() {
        let error = "banana".parse::<Cursor>().unwrap_err().to_string();
        assert!(error.contains("banana") && error.contains("crosshair"), "{error}");
    }
}
