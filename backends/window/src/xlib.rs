//! What minifb does not do with Xlib: survive the display.
//!
//! It uses the libX11 that minifb loads.
#![allow(unsafe_code)]

use std::cell::Cell;
use std::ffi::c_int;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};

use x11_dl::xlib::{Display, XErrorEvent, Xlib};

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
