//! The input log: everything that a program was handed, in order, as lines of JSON. `FORMAT.md` describes it.
//!
//! `line.rs` is one line (pure), `writer.rs` listens and writes, `reader.rs` reads what may be damaged or
//! hostile, `player.rs` says what is due when (pure), and `file.rs` opens files. `engine/replay.rs` hands out
//! what the player has.

mod file;
mod line;
mod player;
mod reader;
mod writer;

use framecast_api::{CanvasSize, Event};

pub(crate) use self::file::{create, open, record_in};
pub(crate) use self::line::{Header, Line};
pub(crate) use self::player::{Begun, Ending, Played, Player};
pub(crate) use self::reader::Reader;
pub(crate) use self::writer::Writer;

/// What a program is handed.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Handed<'a> {
    /// A step: something happened.
    Event(&'a Event),
    /// A step: the program draws.
    Draw(Draw),
    /// A frame that the program began itself.
    Frame(Draw),
    /// No step: a deadline of the program passed then, in seconds on the canvas' clock.
    Deadline(f64),
}

/// A frame that a program draws.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Draw {
    /// Seconds on the canvas' clock.
    pub(crate) timestamp: f64,
    /// Seconds since the draw before.
    pub(crate) step: f64,
    pub(crate) size: CanvasSize,
}

/// Hears everything that a program is handed, before the program gets it.
pub(crate) trait Listener {
    /// Returns whether it goes on listening.
    fn hear(&mut self, handed: Handed<'_>) -> bool;
}
