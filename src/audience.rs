//! Who is here, as the application sees it.

use framecast_api::{Role, Source};

/// A viewer of a canvas; see [`Canvas::audience`](crate::Canvas::audience).
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Viewer {
    /// Identifies the viewer, and the events that come from it.
    pub source: Source,
    /// A name for display: "window", "desk 127.0.0.1:51234".
    pub label: String,
    /// What the viewer may do.
    pub role: Role,
    /// Whether its view is visible.
    pub visible: bool,
    /// Whether it asked for control and waits for an answer.
    pub asks: bool,
    /// Whether it is the presenter.
    pub presenter: bool,
}
