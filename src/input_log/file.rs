//! The files of input logs.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;

use framecast_api::{Error, Result};
use log::Level;

use super::{Header, Listener, Player, Reader, Writer};
use crate::messages::Messages;
use crate::options::ReplaySpeed;

/// Makes the log at `path`, which its owner alone can read, and writes `header`.
///
/// # Errors
/// If there is such a file already, or it cannot be written.
pub(crate) fn create(path: &Path, header: &Header, messages: Messages) -> Result<Writer<File>> {
    let failed = |error: std::io::Error| {
        let what_to_do = match error.kind() {
            std::io::ErrorKind::AlreadyExists => {
                "a log is never continued or replaced: give another name, or remove it"
            }
            _ => "give a file in a directory that exists and that you may write to",
        };
        let message = format!("cannot record input to {}: {error}; {what_to_do}", path.display());
        Error::failed(message).with_source(error)
    };
    // `create_new` follows no symbolic link and opens nothing that is there, so the file is as this makes it.
    let mut options = File::options();
    options.append(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path).map_err(failed)?;
    Writer::new(file, path.to_owned(), header, messages).map_err(failed)
}

/// Makes a log that is a part of the recording at `path`, and writes `header`.
///
/// # Errors
/// If the recording has ended already.
pub(crate) fn record_in(
    recording: Box<dyn Write>,
    path: &Path,
    header: &Header,
    messages: Messages,
) -> Result<Box<dyn Listener>> {
    let writer = Writer::new(recording, path.to_owned(), header, messages).map_err(|error| {
        let message = format!("cannot record input in {}: {error}", path.display());
        Error::failed(message).with_source(error)
    })?;
    Ok(Box::new(writer))
}

/// Opens the log at `path`, which may be a recording that has one. Tells of a recording that was not completed.
///
/// # Errors
/// If it cannot be read, or is no input log of this version.
pub(crate) fn open(
    path: &Path,
    speed: ReplaySpeed,
    messages: Messages,
) -> Result<(Player, Header)> {
    let file = File::open(path).map_err(|error| {
        let message = format!("cannot replay the input log {}: {error}", path.display());
        Error::failed(message).with_source(error)
    })?;
    let tell = |damage: &str| {
        messages.notice(Level::Warn, &format!("input   {}: {damage}", path.display()));
    };
    let from = log_in(BufReader::new(file), tell)
        .map_err(|error| Error::failed(format!("cannot replay {}: {error}", path.display())))?;
    let (reader, header) = Reader::open(from)
        .map_err(|why| Error::invalid_input(format!("cannot replay {}: {why}", path.display())))?;
    Ok((Player::new(reader, speed), header))
}

/// The log in a file: all of it, or that of a recording. What is wrong with a recording goes to `tell`.
#[cfg(feature = "record")]
fn log_in(mut file: BufReader<File>, tell: impl FnOnce(&str)) -> Result<Box<dyn BufRead>> {
    use framecast_record::{InputLog, Reader as Recording};

    let begins = |error: std::io::Error| Error::failed(error.to_string()).with_source(error);
    // A log begins with a brace.
    if file.fill_buf().map_err(begins)?.first() != Some(&0x89) {
        return Ok(Box::new(file));
    }
    let recording = Recording::open(file)?;
    if !recording.head().input {
        return Err(Error::failed(
            "the recording has no input; record it with --record FILE --record-input FILE, of the same name",
        ));
    }
    // Other damage ends the log, which tells it then.
    if let Some(damage) = recording.damage().filter(|damage| damage.is_cut) {
        tell(&damage.to_string());
    }
    Ok(Box::new(BufReader::new(InputLog::new(recording))))
}

#[cfg(not(feature = "record"))]
#[expect(clippy::unnecessary_wraps, reason = "with the feature `record` it can fail")]
fn log_in(file: BufReader<File>, _: impl FnOnce(&str)) -> Result<Box<dyn BufRead>> {
    Ok(Box::new(file))
}
