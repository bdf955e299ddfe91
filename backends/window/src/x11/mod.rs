//! Input of an X11 window, as events instead of minifb's levels.
//!
//! A connection of our own takes over the window's buttons, keys and moves ([`Connection`]), so
//! that no press is lost however short it is, and each has the place and time it had. What they
//! mean ([`Translator`]) and what keys are called ([`names`]) is pure.

#[cfg(feature = "clipboard")]
mod clipboard;
mod connection;
mod input_method;
mod names;
mod translator;

#[cfg(feature = "clipboard")]
pub(crate) use clipboard::read_clipboard;
pub(crate) use connection::Connection;
pub(crate) use translator::{Place, Translator};

/// Something that happened to the window, as the server told it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Seen {
    /// A part has to be shown again.
    Exposed,
    /// All of it is behind other windows, or not.
    Obscured(bool),
    /// It is on the screen at all, or minimised.
    Mapped(bool),
    /// Another program destroyed it.
    Destroyed,
    /// Somebody used it.
    Input(Input),
}

/// What somebody did.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Input {
    /// The pointer came over the window, and no other window is between.
    Enter(Moment),
    /// The pointer left, or came over another window.
    Leave(Moment),
    /// The pointer moved over the window, or anywhere while a button is held.
    Move(Moment),
    /// A button, by the server's number (4 to 7 are the wheel), went down or up.
    Button(u32, bool, Moment),
    /// A key went down; again, while it repeats.
    KeyDown(KeyPress),
    /// The key with this code of the server went up.
    KeyUp(u8, Moment),
    /// What is down, a bit for each of the server's codes, as the pointer or the focus comes.
    KeysDown([u8; 32]),
    /// What was typed, by the last key or by several (dead keys, Compose).
    Text(String, Moment),
    /// The window has the keyboard.
    FocusIn,
    /// Another window has it.
    FocusOut,
    /// Another program takes the keys: their release will not be told.
    KeysTaken,
}

/// A key that went down.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct KeyPress {
    /// The server's code.
    pub(crate) number: u8,
    /// Where it is, by XKB's name of the key ("AD01"); zeros for none.
    pub(crate) place: [u8; 4],
    /// What it means in this layout with these modifiers: a symbol of keysymdef.h.
    pub(crate) symbol: u32,
    pub(crate) moment: Moment,
}

/// When and where, and what was held just before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Moment {
    /// The server's time, in milliseconds; wraps.
    pub(crate) time: u32,
    /// Pixels from the window's left edge.
    pub(crate) x: i32,
    /// Pixels from the window's top edge.
    pub(crate) y: i32,
    /// The core protocol's mask of modifiers and buttons.
    pub(crate) state: u32,
}
