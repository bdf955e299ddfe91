//! What the display tells of the window beside minifb: whether it is seen, and under X11 its input.

#[cfg(all(unix, not(target_os = "macos")))]
use framecast_api::Error;
use framecast_api::{EventKind, Result};
#[cfg(all(unix, not(target_os = "macos")))]
use raw_window_handle::{HasDisplayHandle, HasWindowHandle, RawDisplayHandle, RawWindowHandle};

use crate::pace;
#[cfg(all(unix, not(target_os = "macos")))]
use crate::x11;

/// A place in the window as one on the canvas, and whether the canvas is there.
pub(crate) type Map<'a> = &'a dyn Fn(f64, f64) -> ((f64, f64), bool);

/// What is known about the window's place among others, and what was done to it.
pub(crate) struct Surroundings {
    #[cfg(all(unix, not(target_os = "macos")))]
    x11: Option<X11>,
    /// Nothing tells that the picture was damaged (X11 without a connection of ours) or dropped (by
    /// minifb, while a Wayland compositor holds all its buffers): it is shown again now and then.
    repairs: bool,
    mapped: bool,
    obscured: bool,
}

#[cfg(all(unix, not(target_os = "macos")))]
struct X11 {
    connection: x11::Connection,
    translator: x11::Translator,
    /// Heard, and not yet reported.
    inputs: Vec<x11::Input>,
}

impl Surroundings {
    #[cfg(all(unix, not(target_os = "macos")))]
    pub(crate) fn of(window: &minifb::Window) -> Self {
        let handles = (
            window.window_handle().map(|handle| handle.as_raw()),
            window.display_handle().map(|handle| handle.as_raw()),
        );
        let connection = match handles {
            (Ok(RawWindowHandle::Xlib(window)), Ok(RawDisplayHandle::Xlib(display))) => display
                .display
                .and_then(|display| x11::Connection::open(window.window, display.cast())),
            _ => None,
        };
        let x11 = connection.map(|connection| X11 {
            connection,
            translator: x11::Translator::default(),
            inputs: Vec::new(),
        });
        let repairs = x11.is_none();
        Self { x11, repairs, mapped: true, obscured: false }
    }

    #[cfg(not(all(unix, not(target_os = "macos"))))]
    pub(crate) fn of(_: &minifb::Window) -> Self {
        Self { repairs: false, mapped: true, obscured: false }
    }

    /// Whether somebody can see the window, as far as is known.
    pub(crate) fn is_visible(&self) -> bool {
        self.mapped && !self.obscured
    }

    /// Looks for changes; `age` is how long ago, in seconds, the picture was shown. Returns
    /// whether it has to be shown again.
    ///
    /// # Errors
    /// If another program destroyed the window.
    pub(crate) fn look(&mut self, age: f64) -> Result<bool> {
        #[cfg_attr(not(all(unix, not(target_os = "macos"))), expect(unused_mut))]
        let mut damaged = self.repairs && age > pace::REPAIR;
        #[cfg(all(unix, not(target_os = "macos")))]
        if let Some(X11 { connection, inputs, .. }) = &mut self.x11 {
            use crate::x11::Seen;
            let mut destroyed = false;
            connection.drain(&mut |seen| match seen {
                Seen::Exposed => damaged = true,
                Seen::Obscured(obscured) => self.obscured = obscured,
                Seen::Mapped(mapped) => self.mapped = mapped,
                Seen::Destroyed => destroyed = true,
                Seen::Input(input) => inputs.push(input),
            });
            if destroyed {
                return Err(Error::failed("the window is gone: another program destroyed it"));
            }
        }
        Ok(damaged)
    }

    /// Reports what was done to the window, where the display tells it; false where minifb has to.
    #[cfg(all(unix, not(target_os = "macos")))]
    pub(crate) fn report_input(
        &mut self,
        now: f64,
        map: Map<'_>,
        sink: &mut dyn FnMut(f64, EventKind),
    ) -> bool {
        let Some(X11 { translator, inputs, .. }) = &mut self.x11 else { return false };
        let place = |x: i32, y: i32| {
            let ((x, y), inside) = map(x.into(), y.into());
            x11::Place { x, y, inside }
        };
        translator.translate(inputs, now, &place, sink);
        inputs.clear();
        true
    }

    #[cfg(not(all(unix, not(target_os = "macos"))))]
    pub(crate) fn report_input(
        &mut self,
        _: f64,
        _: Map<'_>,
        _: &mut dyn FnMut(f64, EventKind),
    ) -> bool {
        false
    }

    /// Whether somebody has the window in use, where the display tells it.
    #[cfg(all(unix, not(target_os = "macos")))]
    pub(crate) fn is_used(&self) -> Option<bool> {
        let X11 { translator, .. } = self.x11.as_ref()?;
        Some(translator.is_focused() || translator.is_pointer_busy())
    }

    #[cfg(not(all(unix, not(target_os = "macos"))))]
    pub(crate) fn is_used(&self) -> Option<bool> {
        None
    }
}
