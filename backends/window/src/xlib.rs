//! What minifb does not do with Xlib: survive the display, and hear of exposure and crossings.
//!
//! The only unsafe code of this crate. It uses the libX11 that minifb loads.
#![allow(unsafe_code)]

use std::cell::Cell;
use std::ffi::{c_int, c_ulong};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::{self, NonNull};
use std::sync::{Mutex, PoisonError};

use x11_dl::xlib::{self, Display, XErrorEvent, XEvent, Xlib};

type IoErrorHandler = unsafe extern "C" fn(*mut Display) -> c_int;
type ErrorHandler = unsafe extern "C" fn(*mut Display, *mut XErrorEvent) -> c_int;

/// The handlers that were there before ours, for displays that are not ours.
static PREVIOUS: Mutex<(Option<IoErrorHandler>, Option<ErrorHandler>)> = Mutex::new((None, None));

thread_local! {
    /// What to do when a display of this thread dies. `None`: this thread is not ours.
    static REPORT: Cell<Option<Box<dyn FnOnce()>>> = const { Cell::new(None) };
}

/// Makes this thread, rather than the process, end when a display it uses dies: `report` is
/// called, and the thread is parked for good. Xlib allows nothing else, its calls cannot return.
///
/// Errors of single requests on this thread are ignored; by default they end the process too.
/// Other threads keep the handlers they had. Without libX11 this does nothing.
pub(crate) fn survive_display(report: impl FnOnce() + 'static) {
    let Ok(lib) = Xlib::open() else {
        return;
    };
    REPORT.set(Some(Box::new(report)));
    let mut previous = PREVIOUS.lock().unwrap_or_else(PoisonError::into_inner);
    // Two windows are two threads in Xlib, which before libX11 1.8 locks nothing unless told to.
    // SAFETY: takes and touches nothing of ours; the lock above keeps it to one call at a time.
    unsafe { (lib.XInitThreads)() };
    // SAFETY: both handlers have the C signature Xlib asks for, live as long as the process, and
    // touch no Display; setting them takes only Xlib's own lock.
    let (io_error, error) = unsafe {
        ((lib.XSetIOErrorHandler)(Some(on_io_error)), (lib.XSetErrorHandler)(Some(on_error)))
    };
    if io_error.is_some_and(|it| it as usize != on_io_error as *const () as usize) {
        previous.0 = io_error;
    }
    if error.is_some_and(|it| it as usize != on_error as *const () as usize) {
        previous.1 = error;
    }
}

/// Called by Xlib on the thread whose display died, with no lock held. If it returns, Xlib ends
/// the process.
unsafe extern "C" fn on_io_error(display: *mut Display) -> c_int {
    if let Ok(Some(report)) = REPORT.try_with(Cell::take) {
        // A panic must not unwind into C; losing the report is the lesser evil.
        let _ = catch_unwind(AssertUnwindSafe(report));
        loop {
            std::thread::park();
        }
    }
    let previous = PREVIOUS.lock().unwrap_or_else(PoisonError::into_inner).0;
    match previous {
        // SAFETY: it was Xlib's handler before ours, and gets what Xlib gave us.
        Some(previous) => unsafe { previous(display) },
        None => 0,
    }
}

/// Called by Xlib on the thread that reads the error of a request.
unsafe extern "C" fn on_error(display: *mut Display, event: *mut XErrorEvent) -> c_int {
    let ours = REPORT.try_with(|report| {
        let taken = report.take();
        let ours = taken.is_some();
        report.set(taken);
        ours
    });
    if ours == Ok(true) {
        return 0;
    }
    let previous = PREVIOUS.lock().unwrap_or_else(PoisonError::into_inner).1;
    match previous {
        // SAFETY: it was Xlib's handler before ours, and gets what Xlib gave us.
        Some(previous) => unsafe { previous(display, event) },
        None => 0,
    }
}

/// Something that happened to the window and that minifb does not tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seen {
    /// A part has to be shown again.
    Exposed,
    /// The pointer is over the window, and no other window is between.
    Entered,
    /// The pointer left, or came over another window.
    Left,
    /// All of it is behind other windows, or not.
    Obscured(bool),
    /// It is on the screen at all, or minimised.
    Mapped(bool),
    /// Another program destroyed it.
    Destroyed,
}

/// Watches a window through a connection of its own: on minifb's, minifb would take the events.
pub(crate) struct Watch {
    lib: Xlib,
    /// Ours alone, open until dropped; used by one thread (the pointer is not `Send`).
    display: NonNull<Display>,
}

impl Watch {
    /// Watches `window`; `None` if the display takes no second connection.
    pub(crate) fn open(window: c_ulong) -> Option<Self> {
        let lib = Xlib::open().ok()?;
        // SAFETY: a null name means DISPLAY, as for minifb.
        let display = NonNull::new(unsafe { (lib.XOpenDisplay)(ptr::null()) })?;
        let events = xlib::ExposureMask
            | xlib::EnterWindowMask
            | xlib::LeaveWindowMask
            | xlib::VisibilityChangeMask
            | xlib::StructureNotifyMask;
        // SAFETY: the display was opened above. A window that is gone makes an X error, which
        // `on_error` ignores.
        unsafe {
            (lib.XSelectInput)(display.as_ptr(), window, events);
            // The window may be closed at once: an error must not come after that.
            (lib.XSync)(display.as_ptr(), xlib::False);
        }
        Some(Self { lib, display })
    }

    /// Hands over what happened since the last call. Never blocks.
    pub(crate) fn drain(&mut self, sink: &mut dyn FnMut(Seen)) {
        // SAFETY: the display is open; `XPending` never blocks, and after it said that an event
        // is there, neither does `XNextEvent`, which fills in the whole event.
        unsafe {
            while (self.lib.XPending)(self.display.as_ptr()) > 0 {
                let mut event = XEvent { pad: [0; 24] };
                (self.lib.XNextEvent)(self.display.as_ptr(), &raw mut event);
                if let Some(seen) = translate(&event) {
                    sink(seen);
                }
            }
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        // SAFETY: it was opened by us and is closed once.
        unsafe {
            (self.lib.XCloseDisplay)(self.display.as_ptr());
        }
    }
}

fn translate(event: &XEvent) -> Option<Seen> {
    // The pointer is still over this window, but over a child of it (an input method's, say).
    let inferior = |detail| detail == xlib::NotifyInferior;
    match event.get_type() {
        xlib::Expose => Some(Seen::Exposed),
        // SAFETY: the type says which member of the union was filled in; here and below.
        xlib::EnterNotify => (!inferior(unsafe { event.crossing.detail })).then_some(Seen::Entered),
        // SAFETY: as above.
        xlib::LeaveNotify => (!inferior(unsafe { event.crossing.detail })).then_some(Seen::Left),
        xlib::VisibilityNotify => {
            // SAFETY: as above.
            let state = unsafe { event.visibility.state };
            Some(Seen::Obscured(state == xlib::VisibilityFullyObscured))
        }
        xlib::MapNotify => Some(Seen::Mapped(true)),
        xlib::UnmapNotify => Some(Seen::Mapped(false)),
        xlib::DestroyNotify => Some(Seen::Destroyed),
        _ => None,
    }
}
