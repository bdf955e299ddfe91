//! Xlib's own input method: dead keys and the Compose key.
//!
//! Programs that compose for others (`IBus`, Fcitx) are not asked: that takes a window for what is
//! being composed, and a program that hangs would hold up the window.
#![allow(unsafe_code)]

use std::ffi::{CStr, CString, c_int, c_ulong};
use std::ptr::{self, NonNull};

use x11_dl::xlib::{self, Display, XEvent, XIC, XIM, Xlib};

/// Only Xlib's own.
const BUILT_IN: &CStr = c"@im=none";
/// glibc has it without any locale installed.
const ANY_UTF_8: &CStr = c"C.UTF-8";
/// Longer than what any key or Compose sequence types.
const MAX_TEXT: usize = 256;

/// Puts key presses together to text.
pub(crate) struct InputMethod {
    lib: Xlib,
    method: NonNull<xlib::_XIM>,
    context: NonNull<xlib::_XIC>,
}

impl InputMethod {
    /// For a window on this display; `None` if Xlib knows no UTF-8 locale here.
    pub(crate) fn open(lib: &Xlib, display: NonNull<Display>, window: c_ulong) -> Option<Self> {
        let own = Xlib::open().ok()?;
        let (method, context) = in_utf_8_locale(lib, || {
            // SAFETY: the display is open, the strings end with a zero; null means the defaults.
            // `XCreateIC` takes pairs of a name and its value up to a null.
            unsafe {
                (lib.XSetLocaleModifiers)(BUILT_IN.as_ptr());
                let defaults = (ptr::null_mut(), ptr::null_mut(), ptr::null_mut());
                let method: XIM =
                    (lib.XOpenIM)(display.as_ptr(), defaults.0, defaults.1, defaults.2);
                let method = NonNull::new(method)?;
                let context: XIC = (lib.XCreateIC)(
                    method.as_ptr(),
                    xlib::XNInputStyle_0.as_ptr(),
                    c_ulong::from(
                        (xlib::XIMPreeditNothing | xlib::XIMStatusNothing).cast_unsigned(),
                    ),
                    xlib::XNClientWindow_0.as_ptr(),
                    window,
                    ptr::null::<u8>(),
                );
                let Some(context) = NonNull::new(context) else {
                    (lib.XCloseIM)(method.as_ptr());
                    return None;
                };
                (lib.XSetICFocus)(context.as_ptr());
                Some((method, context))
            }
        })?;
        Some(Self { lib: own, method, context })
    }

    /// Whether it keeps the event for itself.
    pub(crate) fn takes(&self, event: &mut XEvent) -> bool {
        // SAFETY: a whole event of an open display, whose input method lives as long as this.
        unsafe { (self.lib.XFilterEvent)(event, 0) != xlib::False }
    }

    /// Forgets what the next key would compose with.
    pub(crate) fn reset(&self) {
        // SAFETY: our context; the text, or null, is ours to free.
        unsafe {
            let text = (self.lib.Xutf8ResetIC)(self.context.as_ptr());
            if !text.is_null() {
                (self.lib.XFree)(text.cast());
            }
        }
    }

    /// What a press types; `None` while several keys compose, or for nothing.
    pub(crate) fn text(&self, event: &mut XEvent) -> Option<String> {
        if self.takes(event) {
            return None;
        }
        let mut buffer = [0u8; MAX_TEXT];
        let (mut symbol, mut status) = (0, 0);
        // SAFETY: the event is a key press, the buffer is as long as said, the results are ours.
        let length = unsafe {
            (self.lib.Xutf8LookupString)(
                self.context.as_ptr(),
                &raw mut event.key,
                buffer.as_mut_ptr().cast(),
                MAX_TEXT as c_int,
                &raw mut symbol,
                &raw mut status,
            )
        };
        if !matches!(status, xlib::XLookupChars | xlib::XLookupBoth) {
            return None;
        }
        let bytes = buffer.get(..usize::try_from(length).ok()?)?;
        let text = std::str::from_utf8(bytes).ok()?;
        (!text.is_empty()).then(|| text.to_owned())
    }
}

impl Drop for InputMethod {
    fn drop(&mut self) {
        // SAFETY: both were made by us, on a display that is still open, and go once.
        unsafe {
            (self.lib.XDestroyIC)(self.context.as_ptr());
            (self.lib.XCloseIM)(self.method.as_ptr());
        }
    }
}

/// Calls `make` while the process has a UTF-8 locale that Xlib knows: the user's, or any other if
/// `make` fails with that one.
///
/// Xlib composes in the locale that the process has when the method is opened, and a Rust program
/// starts in "C". The locale is put back, as SDL does it: the application may rely on it.
fn in_utf_8_locale<T>(lib: &Xlib, make: impl Fn() -> Option<T>) -> Option<T> {
    // SAFETY: null only asks; the answer is copied before the next call. Xlib itself, and minifb
    // with it, read the locale on this thread, too.
    let before = unsafe {
        let name = libc::setlocale(libc::LC_CTYPE, ptr::null());
        (!name.is_null()).then(|| CString::from(CStr::from_ptr(name)))
    };
    let made = [c"", ANY_UTF_8].into_iter().find_map(|locale| {
        // SAFETY: strings that end with a zero; `nl_langinfo`'s answer is read at once.
        let usable = unsafe {
            !libc::setlocale(libc::LC_CTYPE, locale.as_ptr()).is_null()
                && {
                    let charset = libc::nl_langinfo(libc::CODESET);
                    !charset.is_null() && CStr::from_ptr(charset) == c"UTF-8"
                }
                && (lib.XSupportsLocale)() != xlib::False
        };
        if usable { make() } else { None }
    });
    if let Some(before) = before {
        // SAFETY: what was there before.
        unsafe { libc::setlocale(libc::LC_CTYPE, before.as_ptr()) };
    }
    made
}
