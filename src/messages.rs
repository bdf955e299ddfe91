//! Where a canvas' messages go: to the `log` facade, or to the user.

use framecast_api::{printable, printable_lines};
use log::Level;

use crate::notice;

/// The target of log records about the canvas.
const CANVAS: &str = "framecast";
/// The target of log records about who joined, left and drives.
const AUDIENCE: &str = "framecast::audience";

/// Where a canvas says what its user, or the program's author, should know.
///
/// A library is quiet by itself: only a program that takes the user's flags prints.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Messages {
    /// To whatever logger the program has.
    #[default]
    Facade,
    /// To standard error, and to the file of `--log`.
    StandardError,
}

impl Messages {
    /// Says `message`. `level` counts for the logger only.
    pub(crate) fn notice(self, level: Level, message: &str) {
        match self {
            Messages::Facade => log::log!(target: CANVAS, level, "{}", printable_lines(message)),
            Messages::StandardError => notice::print_notice(message),
        }
    }

    /// Says what happened to the audience, in one line, where somebody keeps a log.
    pub(crate) fn event(self, event: &str) {
        match self {
            Messages::Facade => log::info!(target: AUDIENCE, "{}", printable(event)),
            Messages::StandardError => notice::log_event(event),
        }
    }

    /// Whether anybody would read an [`event`](Self::event).
    pub(crate) fn wants_events(self) -> bool {
        match self {
            Messages::Facade => log::log_enabled!(target: AUDIENCE, Level::Info),
            Messages::StandardError => notice::is_logging(),
        }
    }
}
