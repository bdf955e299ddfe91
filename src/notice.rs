//! Lines for the user, on standard error.

use std::io::Write;

/// Says one line. Unlike `eprintln!` it does not panic when standard error is closed.
pub(crate) fn say(message: &str) {
    let _ = writeln!(std::io::stderr(), "framecast: {message}");
}
