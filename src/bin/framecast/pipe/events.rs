//! Where `--events` writes to.

use std::fs::File;
use std::io::{Result as IoResult, Write};
use std::path::{Path, PathBuf};

use framecast::{Error, Result};

use crate::frames::Events;

/// Events to what `--events` names.
///
/// # Errors
/// If it is the number of a descriptor that is not open.
pub(super) fn open(name: &str) -> Result<Events> {
    let descriptor = descriptor(name)?;
    let file = PathBuf::from(name);
    // Opening a named pipe waits for its reader: the thread that writes does that.
    let open = move || -> IoResult<Box<dyn Write>> {
        Ok(match descriptor {
            _ if file == Path::new("-") => Box::new(std::io::stdout()),
            Some(descriptor) => Box::new(File::options().write(true).open(descriptor)?),
            None if file.is_file() || !file.exists() => Box::new(File::create(file)?),
            None => Box::new(File::options().write(true).open(file)?),
        })
    };
    Events::start(if name == "-" { "standard output" } else { name }.to_owned(), open)
}

/// The path of a descriptor; `None` if `name` is no number.
fn descriptor(name: &str) -> Result<Option<PathBuf>> {
    if name.parse::<u32>().is_err() {
        return Ok(None);
    }
    let path = Path::new("/dev/fd").join(name);
    if cfg!(unix) && path.exists() {
        return Ok(Some(path));
    }
    Err(Error::invalid_input(format!(
        "--events {name}: there is no open file descriptor of that number; open it with {name}>FILE, or give a path such as ./{name}"
    )))
}
