//! A surface of wgpu in the window of a canvas, under X11.
//!
//! This is the only file with `unsafe`: wgpu makes a surface only from pointers and numbers, and believes that they
//! stay valid.
#![allow(unsafe_code)]

use std::mem;
use std::num::NonZeroU32;
use std::ptr::NonNull;
use std::sync::Arc;
use std::thread;

use framecast::{Error, NativeWindow, PhysicalSize, Result};
use wgpu::rwh::{XcbDisplayHandle, XcbWindowHandle};
use wgpu::{Instance, Surface, SurfaceTargetUnsafe};
use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    ChangeWindowAttributesAux, ConfigureWindowAux, ConnectionExt as _, CreateWindowAux, EventMask,
    Window, WindowClass,
};
use x11rb::xcb_ffi::XCBConnection;

/// What happens to a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    /// It has this size.
    Size(PhysicalSize),
    /// Its pixels are lost.
    Exposed,
    /// It is gone, or its display is.
    Gone,
}

/// A surface in a window of ours, which fills the canvas' window.
pub(crate) struct WindowSurface {
    /// Before the window, which it must not outlive.
    surface: Surface<'static>,
    window: ChildWindow,
}

/// A window that fills another one. minifb draws in the outer one only, as X11 cuts out windows that lie in it; and
/// input goes through to it, since none is selected here.
struct ChildWindow {
    connection: Arc<XCBConnection>,
    screen: i32,
    outer: Window,
    window: Window,
}

impl WindowSurface {
    /// Makes a surface that fills `native`, and returns it with its size. Nothing is seen of it before
    /// [`map`](Self::map).
    pub(crate) fn open(instance: &Instance, native: NativeWindow) -> Result<(Self, PhysicalSize)> {
        let NativeWindow::X11 { window: outer } = native else {
            return Err(Error::not_supported("a window of another kind than X11's"));
        };
        let (window, size) = ChildWindow::open(outer)?;
        Ok((Self { surface: window.surface(instance)?, window }, size))
    }

    /// Calls `changed` on another thread whenever something happens to the window, from its opening on, and no more
    /// after [`Change::Gone`].
    pub(crate) fn listen(&self, changed: impl Fn(Change) + Send + 'static) -> Result<()> {
        let ChildWindow { connection, outer, window, .. } = &self.window;
        let (connection, outer, window) = (Arc::clone(connection), *outer, *window);
        // Ends when the window does, or the connection.
        thread::Builder::new()
            .name("framecast-gpu-x".into())
            .spawn(move || listen(&connection, outer, window, changed))
            .map_err(|error| Error::failed(format!("no thread for the window: {error}")))?;
        Ok(())
    }

    /// Puts another surface in the place of one that was lost.
    pub(crate) fn reopen(&mut self, instance: &Instance) -> Result<()> {
        self.surface = self.window.surface(instance)?;
        Ok(())
    }

    /// Gives up the surface of a lost device without dropping it: wgpu panics if such a surface still has a
    /// texture.
    pub(crate) fn abandon(self) {
        let Self { surface, window } = self;
        mem::forget(surface);
        // What it was made from stays.
        mem::forget(Arc::clone(&window.connection));
    }

    /// Waits until the display has done everything that it was asked to.
    pub(crate) fn wait_for_display(&self) {
        // If it fails, the connection is gone, which the surface tells.
        if let Ok(asked) = self.window.connection.get_input_focus() {
            let _ = asked.reply();
        }
    }

    /// Sets whether people see it.
    pub(crate) fn map(&self, mapped: bool) {
        let ChildWindow { connection, window, .. } = &self.window;
        // If it fails, the connection is gone, which the surface tells.
        let _ =
            if mapped { connection.map_window(*window) } else { connection.unmap_window(*window) };
        let _ = connection.flush();
    }

    pub(crate) fn surface(&self) -> &Surface<'static> {
        &self.surface
    }
}

impl ChildWindow {
    fn open(outer: Window) -> Result<(Self, PhysicalSize)> {
        let failed = |what: &str, error: &dyn std::error::Error| {
            Error::failed(format!("{what} of the X11 display: {error}"))
        };
        let (connection, screen) =
            XCBConnection::connect(None).map_err(|error| failed("no connection", &error))?;
        let made = (|| {
            let listen = ChangeWindowAttributesAux::new().event_mask(EventMask::STRUCTURE_NOTIFY);
            // Before its size is asked for, so that no change is missed.
            connection.change_window_attributes(outer, &listen)?.check()?;
            let place = connection.get_geometry(outer)?.reply()?;
            let window = connection.generate_id()?;
            // Without a background: the server paints nothing of its own between two pictures.
            let attributes = CreateWindowAux::new()
                .event_mask(EventMask::EXPOSURE | EventMask::STRUCTURE_NOTIFY);
            connection
                .create_window(
                    x11rb::COPY_DEPTH_FROM_PARENT,
                    window,
                    outer,
                    0,
                    0,
                    place.width,
                    place.height,
                    0,
                    WindowClass::INPUT_OUTPUT,
                    x11rb::COPY_FROM_PARENT,
                    &attributes,
                )?
                .check()?;
            Ok((window, PhysicalSize::new(place.width.into(), place.height.into())))
        })();
        let (window, size) =
            made.map_err(|error: x11rb::errors::ReplyOrIdError| failed("no window", &error))?;
        let connection = Arc::new(connection);
        Ok((Self { connection, screen: screen as i32, outer, window }, size))
    }

    fn surface(&self, instance: &Instance) -> Result<Surface<'static>> {
        let display = XcbDisplayHandle::new(
            NonNull::new(self.connection.get_raw_xcb_connection()),
            self.screen,
        );
        let window = NonZeroU32::new(self.window)
            .ok_or_else(|| Error::failed("the X11 display gave a window no number"))?;
        let target = SurfaceTargetUnsafe::RawHandle {
            raw_display_handle: Some(display.into()),
            raw_window_handle: XcbWindowHandle::new(window).into(),
        };
        // SAFETY: the connection is open while `self.connection` is, and the window is ours and was made on it. Both
        // are parts of the `WindowSurface` that holds the surface, and are dropped after it. If somebody else destroys
        // the window, its number stays ours, and the display answers with errors. libxcb allows several threads.
        let made = unsafe { instance.create_surface_unsafe(target) };
        made.map_err(|error| Error::failed(format!("the GPU has no surface for it: {error}")))
    }
}

impl Drop for ChildWindow {
    fn drop(&mut self) {
        // Gone already, if the outer window is.
        let _ = self.connection.destroy_window(self.window);
        let _ = self.connection.flush();
    }
}

/// Tells what happens to `window`, and keeps it as large as `outer`.
fn listen(connection: &XCBConnection, outer: Window, window: Window, changed: impl Fn(Change)) {
    while let Ok(event) = connection.wait_for_event() {
        match event {
            Event::ConfigureNotify(event) if event.window == outer => {
                let (width, height) = (event.width, event.height);
                let size =
                    ConfigureWindowAux::new().width(u32::from(width)).height(u32::from(height));
                let resized = connection.configure_window(window, &size);
                if resized.is_err() || connection.flush().is_err() {
                    break;
                }
                changed(Change::Size(PhysicalSize::new(width.into(), height.into())));
            }
            Event::Expose(event) if event.window == window && event.count == 0 => {
                changed(Change::Exposed);
            }
            Event::DestroyNotify(event) if event.window == window => break,
            _ => {}
        }
    }
    changed(Change::Gone);
}
