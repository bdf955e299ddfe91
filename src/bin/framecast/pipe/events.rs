//! Where `--events` writes to.

use std::fs::File;
use std::path::{Path, PathBuf};

use framecast::{Error, Result};

use crate::frames::Events;

/// Events to what `--events` names.
///
/// # Errors
/// If it cannot be written to, is the number of a descriptor that is not open, or is what the pictures come from.
pub(super) fn open(name: &str) -> Result<Events> {
    if name == "-" {
        return Events::start("standard output".into(), || Ok(std::io::stdout()));
    }
    // A descriptor is opened anew, which begins at the start of a file: what is there already stays.
    let (path, append) = match descriptor(name)? {
        Some(path) => (path, true),
        None => (PathBuf::from(name), false),
    };
    if is_input(&path) {
        return Err(Error::invalid_input(format!(
            "--events {name}: that is standard input, which the pictures come from; give another descriptor or a path, or - for standard output"
        )));
    }
    let is_pipe = is_pipe(&path);
    let open = move || {
        let mut how = File::options();
        how.write(true).create(!append).truncate(!append).append(append).open(path)
    };
    if is_pipe {
        // To open it waits for its reader: the thread that writes does that.
        return Events::start(name.to_owned(), open);
    }
    let file = open().map_err(|error| {
        Error::failed(format!("--events {name:?}: cannot write to it: {error}")).with_source(error)
    })?;
    Events::start(name.to_owned(), || Ok(file))
}

/// Whether it is the pipe or the file that standard input is.
#[cfg(unix)]
fn is_input(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;

    let input = Path::new("/dev/fd/0");
    let is_same = || {
        let (one, other) = (path.metadata().ok()?, input.metadata().ok()?);
        let is_same = (one.dev(), one.ino()) == (other.dev(), other.ino());
        Some(is_same && (one.is_file() || is_pipe(path)))
    };
    path == input || is_same().unwrap_or(false)
}

#[cfg(not(unix))]
fn is_input(_: &Path) -> bool {
    false
}

#[cfg(unix)]
fn is_pipe(path: &Path) -> bool {
    use std::os::unix::fs::FileTypeExt;

    path.metadata().is_ok_and(|it| it.file_type().is_fifo())
}

#[cfg(not(unix))]
fn is_pipe(_: &Path) -> bool {
    false
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use framecast::{Event, EventKind};

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(60);

    #[cfg(unix)]
    #[test]
    fn a_descriptor_of_a_file_is_written_to_behind_what_is_there() {
        use std::io::Write;
        use std::os::fd::AsRawFd;

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let mut file = File::create(&path).unwrap();
        file.write_all(b"before\n").unwrap();
        let events = open(&file.as_raw_fd().to_string()).unwrap();
        events.push(Event::new(EventKind::Close, 1.0, None));
        events.finish(PATIENCE);
        let log = std::fs::read_to_string(&path).unwrap();
        assert!(log.starts_with("before\n{\"type\":\"hello\""), "{log}");
        assert!(log.ends_with("\"timestamp\":1.0}\n"), "{log}");
    }

    #[test]
    fn what_cannot_be_written_to_is_told_before_the_show() {
        let folder = tempfile::tempdir().unwrap();
        for path in [folder.path().to_owned(), folder.path().join("missing").join("events")] {
            let name = path.to_str().unwrap();
            let error = open(name).err().expect(name).to_string();
            assert!(error.contains("--events") && error.contains("cannot write"), "{error}");
        }
    }
}
