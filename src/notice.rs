//! Lines for the user, on standard error.

use std::cell::Cell;
use std::io::Write;

thread_local! {
    static SILENT: Cell<bool> = const { Cell::new(false) };
}

/// Says one line. Unlike `eprintln!` it does not panic when standard error is closed.
pub(crate) fn say(message: &str) {
    if !SILENT.get() {
        let _ = writeln!(std::io::stderr(), "framecast: {message}");
    }
}

/// Runs `work` without a word from this thread: where there is no user.
pub(crate) fn silently(work: impl FnOnce()) {
    SILENT.set(true);
    work();
    SILENT.set(false);
}
