//! Who is here, as the application sees it.

use framecast_api::{Role, Source};

/// One of a canvas' audience; see [`Canvas::audience`](crate::Canvas::audience).
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Viewer {
    /// Who it is among the sources of events.
    pub source: Source,
    /// For people: "window", "desk 127.0.0.1:51234".
    pub label: String,
    /// What its link lets it do.
    pub role: Role,
    /// Whether its view can be seen.
    pub visible: bool,
    /// Whether it waits for control.
    pub asks: bool,
    /// Whether it is the presenter.
    pub presenter: bool,
}
