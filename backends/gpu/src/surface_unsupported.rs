//! Where no window is reported that a surface could be made in.

use framecast::{Error, NativeWindow, PhysicalSize, Result};
use wgpu::{Instance, Surface};

/// What happens to a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(dead_code)]
pub(crate) enum Change {
    Size(PhysicalSize),
    Exposed,
    Gone,
}

/// None can be made.
pub(crate) enum WindowSurface {}

impl WindowSurface {
    pub(crate) fn open(_: &Instance, _: NativeWindow) -> Result<(Self, PhysicalSize)> {
        Err(Error::not_supported("windows of this system"))
    }

    pub(crate) fn listen(&self, _: impl Fn(Change) + Send + 'static) -> Result<()> {
        match *self {}
    }

    pub(crate) fn reopen(&mut self, _: &Instance) -> Result<()> {
        match *self {}
    }

    pub(crate) fn abandon(self) {
        match self {}
    }

    pub(crate) fn wait_for_display(&self) {
        match *self {}
    }

    pub(crate) fn map(&self, _: bool) {
        match *self {}
    }

    pub(crate) fn surface(&self) -> &Surface<'static> {
        match *self {}
    }
}
