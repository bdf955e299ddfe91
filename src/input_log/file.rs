//! The files of input logs.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use framecast_api::{Error, Result};

use super::{Header, Player, Reader, Writer};
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
            _ => "give a file in a directory that you may write to",
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

/// Opens the log at `path`.
///
/// # Errors
/// If it cannot be read, or is no input log of this version.
pub(crate) fn open(path: &Path, speed: ReplaySpeed) -> Result<(Player, Header)> {
    let file = File::open(path).map_err(|error| {
        let message = format!("cannot replay the input log {}: {error}", path.display());
        Error::failed(message).with_source(error)
    })?;
    let from: Box<dyn BufRead> = Box::new(BufReader::new(file));
    let (reader, header) = Reader::open(from)
        .map_err(|why| Error::invalid_input(format!("cannot replay {}: {why}", path.display())))?;
    Ok((Player::new(reader, speed), header))
}
