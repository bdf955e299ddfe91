//! The file that `--log` names: opened so that only its owner reads it, because it holds links.

use std::fs::File;
use std::path::Path;

use framecast_api::{Error, Result};

/// Opens the log at `path` to append to it, and makes it if there is none.
///
/// What was opened is checked, not what the path meant before: nobody can exchange it in between.
#[cfg(unix)]
pub(crate) fn open(path: &Path) -> Result<File> {
    use rustix::fs::{Mode, OFlags};
    use rustix::io::Errno;

    let refused = |why: &str| {
        Error::failed(format!(
            "cannot log to {}: {why}. The log holds links, so it must be a file that only you can read",
            path.display()
        ))
    };
    let failed = |errno: Errno| match errno {
        Errno::LOOP | Errno::MLINK => refused(
            "it is a symbolic link, or there are too many of them on the way; give the path of the file itself, or - for standard error",
        ),
        Errno::NXIO => refused(Facts::NO_FILE),
        errno => {
            let error = std::io::Error::from(errno);
            Error::failed(format!(
                "cannot log to {}: {error}; give a file in a directory that exists and that you may write to",
                path.display()
            ))
            .with_source(error)
        }
    };
    // A pipe would wait here for somebody who reads from it.
    let flags = OFlags::WRONLY
        | OFlags::APPEND
        | OFlags::CREATE
        | OFlags::NOFOLLOW
        | OFlags::NOCTTY
        | OFlags::NONBLOCK
        | OFlags::CLOEXEC;
    let file = File::from(rustix::fs::open(path, flags, Mode::RUSR | Mode::WUSR).map_err(failed)?);
    let facts = Facts::of(&file).map_err(|error| refused(&error.to_string()))?;
    facts.check(rustix::process::geteuid().as_raw()).map_err(refused)?;
    // From here on a terminal that is slow is waited for, as for standard error.
    rustix::fs::fcntl_setfl(&file, OFlags::APPEND).map_err(failed)?;
    Ok(file)
}

/// Opens the log at `path` to append to it, and makes it if there is none.
#[cfg(not(unix))]
pub(crate) fn open(path: &Path) -> Result<File> {
    File::options().append(true).create(true).open(path).map_err(|error| {
        Error::failed(format!("cannot log to {}: {error}", path.display())).with_source(error)
    })
}

/// What decides whether links may be written into a file.
#[cfg(unix)]
#[derive(Debug, Clone, Copy)]
struct Facts {
    is_file: bool,
    is_character_device: bool,
    owner: u32,
    /// Permissions.
    mode: u32,
    /// Names in directories.
    names: u64,
}

#[cfg(unix)]
impl Facts {
    const NO_FILE: &str = "it is neither a regular file nor a terminal or another character device";

    fn of(file: &File) -> std::io::Result<Self> {
        use std::os::unix::fs::{FileTypeExt, MetadataExt};

        let found = file.metadata()?;
        Ok(Self {
            is_file: found.is_file(),
            is_character_device: found.file_type().is_char_device(),
            owner: found.uid(),
            mode: found.mode(),
            names: found.nlink(),
        })
    }

    /// Says why not, and what to do about it.
    fn check(self, user: u32) -> std::result::Result<(), &'static str> {
        if self.is_character_device {
            return Ok(()); // A terminal or /dev/null keeps nothing.
        }
        if !self.is_file {
            return Err(Self::NO_FILE);
        }
        if self.owner != user {
            return Err("it belongs to somebody else; give a file of your own");
        }
        if self.mode & 0o077 != 0 {
            return Err("others may read or write it; take that away with chmod 600, or give \
                        another file (its file system may know no permissions)");
        }
        if self.names != 1 {
            return Err("it has another name as well (a hard link), or none any more; give \
                        another file");
        }
        Ok(())
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn only_a_file_that_nobody_else_can_read_is_logged_to() {
        let fine = Facts {
            is_file: true,
            is_character_device: false,
            owner: 1000,
            mode: 0o100_600,
            names: 1,
        };
        assert_eq!(fine.check(1000), Ok(()));
        for (facts, word) in [
            (Facts { mode: 0o100_640, ..fine }, "chmod 600"),
            (Facts { mode: 0o100_604, ..fine }, "chmod 600"),
            (Facts { mode: 0o100_602, ..fine }, "chmod 600"),
            (Facts { owner: 0, ..fine }, "belongs to somebody else"),
            (Facts { names: 2, ..fine }, "hard link"),
            (Facts { is_file: false, ..fine }, "regular file"),
        ] {
            let why = facts.check(1000).unwrap_err();
            assert!(why.contains(word), "{facts:?}: {why}");
        }
        let device =
            Facts { is_file: false, is_character_device: true, owner: 0, mode: 0o20_666, ..fine };
        assert_eq!(device.check(1000), Ok(()));
    }
}
