//! Lines for the user: on standard error, and in the log that `--log` names. Everything that is
//! printed passes here and is cleaned here ([`printable_lines`]): names of files, arguments, headers
//! and labels are others' text.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use framecast_api::{Result, printable, printable_lines, utc};

use crate::log_file;

static LOG: Mutex<Log> = Mutex::new(Log::None);

/// Where events go, and messages besides standard error.
enum Log {
    None,
    StandardError,
    File(File),
}

fn log() -> MutexGuard<'static, Log> {
    LOG.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Logs to the file at `path` from now on; `-` is standard error.
///
/// # Errors
/// If it cannot be opened, or is not only for its owner: the log holds links.
pub(crate) fn open_log(path: &Path) -> Result<()> {
    *log() =
        if path == Path::new("-") { Log::StandardError } else { Log::File(log_file::open(path)?) };
    Ok(())
}

/// The file that is logged to, if there is one.
#[cfg(feature = "terminal")]
pub(crate) fn log_file() -> Option<File> {
    match &*log() {
        Log::File(file) => file.try_clone().ok(),
        Log::None | Log::StandardError => None,
    }
}

/// Prints a message for the user, as framecast prints its own: on standard error after
/// `framecast: `, and in the file of `--log` if there is one.
///
/// Control characters, and characters that hide or reorder text, are shown as escapes. Unlike
/// `eprintln!`, it does not panic when standard error is closed.
///
/// ```
/// framecast::print_notice("cannot read a\u{202e}b.png"); // framecast: cannot read a\u{202e}b.png
/// ```
pub fn print_notice(message: &str) {
    let line = format!("framecast: {}\n", printable_lines(message));
    if let Log::File(file) = &mut *log() {
        write_to_log(file, &line);
        if error_is_logged() {
            return; // It would be there twice.
        }
    }
    write_error(&line);
}

/// Prints a picture made of characters, and of colors, which are ours: it is not cleaned.
#[cfg(feature = "qr")]
pub(crate) fn print_picture(heading: &str, picture: &str) {
    write_error(&format!("framecast: {}\n{picture}\n", printable_lines(heading)));
}

/// Whether somebody reads events.
pub(crate) fn is_logging() -> bool {
    !matches!(&*log(), Log::None)
}

/// Writes what happened, as one line, to the log.
pub(crate) fn log_event(event: &str) {
    let line = format!("framecast: {}\n", printable(event));
    match &mut *log() {
        Log::None => {}
        Log::StandardError => write_error(&format!("{} {line}", utc::format(SystemTime::now()))),
        Log::File(file) => write_to_log(file, &line),
    }
}

/// Writes text on standard output as it is.
///
/// # Errors
/// If nobody reads it any more, for one.
pub(crate) fn print_output(text: &str) -> std::io::Result<()> {
    let mut output = std::io::stdout().lock();
    output.write_all(text.as_bytes())?;
    output.flush()
}

/// Prints a help text on standard output.
#[cfg(feature = "options")]
pub(crate) fn print_help(text: &str) {
    let lines: Vec<_> = text.split('\n').map(printable).collect();
    // Nothing to do about a reader that went away.
    let _ = std::io::stdout().write_all(lines.join("\n").as_bytes());
}

// One write, so that lines of several threads and processes do not mix. A full disk loses lines.
fn write_to_log(file: &mut File, line: &str) {
    let _ = file.write_all(format!("{} {line}", utc::format(SystemTime::now())).as_bytes());
}

fn write_error(line: &str) {
    let _ = std::io::stderr().write_all(line.as_bytes());
}

/// Whether standard error goes to the log, because the terminal shows the picture.
fn error_is_logged() -> bool {
    #[cfg(all(unix, feature = "terminal"))]
    return framecast_terminal::is_standard_error_logged();
    #[cfg(not(all(unix, feature = "terminal")))]
    return false;
}
