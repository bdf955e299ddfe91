//! Where there are no Unix terminals.

use framecast_api::{BackendEvent, Context, Error, Frame, Result, Traffic};
use framecast_local::ViewChanges;

use crate::backend::TerminalOptions;

/// Cannot be opened.
pub(crate) struct TerminalThread {
    pub(crate) pointer_shapes: bool,
}

impl TerminalThread {
    pub(crate) fn open(_: TerminalOptions, _: Context) -> Result<Self> {
        Err(Error::not_supported("showing a picture in a terminal of this system"))
    }

    pub(crate) fn poll(&self, _: &mut dyn FnMut(BackendEvent)) {}

    pub(crate) fn wants_frame(&self) -> bool {
        false
    }

    pub(crate) fn traffic(&self) -> Traffic {
        Traffic::default()
    }

    pub(crate) fn present(&self, _: &Frame) {}

    pub(crate) fn apply(&self, _: ViewChanges) {}

    pub(crate) fn close(self) {}
}

/// Does nothing: no canvas can be shown in a terminal on this system.
pub fn restore() {}
