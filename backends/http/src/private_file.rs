//! Files with secrets: made so that only their owner reads them, and refused if somebody else can.
//!
//! What was opened is checked, not what the path meant before: nobody can exchange it in between.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// What tells whether a file is still what it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    modified: Option<SystemTime>,
    bytes: u64,
    /// Device, inode, and when it or its permissions were changed, as far as the system tells.
    identity: (u64, u64, i64, i64),
}

impl Stamp {
    fn of(metadata: &std::fs::Metadata) -> Self {
        #[cfg(unix)]
        let identity = {
            use std::os::unix::fs::MetadataExt;
            (metadata.dev(), metadata.ino(), metadata.ctime(), metadata.ctime_nsec())
        };
        #[cfg(not(unix))]
        let identity = Default::default();
        Self { modified: metadata.modified().ok(), bytes: metadata.len(), identity }
    }

    /// Of the file at `path`; `None` if it cannot be told.
    pub(crate) fn at(path: &Path) -> Option<Self> {
        std::fs::metadata(path).ok().map(|metadata| Self::of(&metadata))
    }
}

/// Reads at most `limit` bytes and one more, which tells that there are more.
pub(crate) fn read(path: &Path, limit: usize) -> io::Result<(Vec<u8>, Stamp)> {
    let file = open(path)?;
    let stamp = Stamp::of(&file.metadata()?);
    let mut bytes = Vec::new();
    file.take(limit as u64 + 1).read_to_end(&mut bytes)?;
    Ok((bytes, stamp))
}

/// Creates a file that does not exist yet, as a whole: nobody ever sees a part of it, even if several processes
/// start at once or this one ends.
pub(crate) fn create(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let whole = write_beside(path, bytes)?;
    // Unlike a rename this fails where somebody else was quicker.
    let linked = match std::fs::hard_link(&whole, path) {
        // A file system without hard links.
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => write_new(path, bytes),
        linked => linked,
    };
    let _ = std::fs::remove_file(&whole);
    linked
}

/// Puts a new file in the place of the one at `path`, as a whole.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let whole = write_beside(path, bytes)?;
    let replaced = std::fs::rename(&whole, path);
    if replaced.is_err() {
        let _ = std::fs::remove_file(&whole);
    }
    replaced
}

/// Writes a file in the folder of `path`, by a name that no other process has, in whatever container.
fn write_beside(path: &Path, bytes: &[u8]) -> io::Result<PathBuf> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{:016x}.new", getrandom::u64()?));
    let whole = path.with_file_name(name);
    write_new(&whole, bytes)?;
    Ok(whole)
}

fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    if written.is_err() {
        // A part of it would be taken for all of it.
        let _ = std::fs::remove_file(path);
    }
    written
}

#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::MetadataExt;

    use rustix::fs::{Mode, OFlags};
    use rustix::io::Errno;

    // A pipe would wait here for somebody who writes into it.
    let flags =
        OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NOCTTY | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = File::from(rustix::fs::open(path, flags, Mode::empty()).map_err(|errno| match errno {
        Errno::LOOP | Errno::MLINK => io::Error::other(
            "it is a symbolic link, or there are too many of them on the way; give the path of the file itself",
        ),
        errno => errno.into(),
    })?);
    let found = file.metadata()?;
    let user = rustix::process::geteuid().as_raw();
    objection(found.is_file(), found.uid(), user, found.mode())
        .map_or(Ok(file), |why| Err(io::Error::other(why)))
}

#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<File> {
    File::open(path)
}

/// Why secrets may not be read from a file, and what to do about it.
#[cfg(unix)]
fn objection(is_file: bool, owner: u32, user: u32, mode: u32) -> Option<&'static str> {
    if !is_file {
        Some("it is no regular file")
    } else if owner != user {
        Some("it belongs to somebody else; give a file of your own")
    } else if mode & 0o077 != 0 {
        Some("others may read or write it, and it holds secrets; take that away with chmod 600")
    } else {
        None
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn only_a_file_that_nobody_else_can_read_is_read() {
        assert_eq!(objection(true, 1000, 1000, 0o100_600), None);
        assert_eq!(objection(true, 1000, 1000, 0o100_400), None);
        for (is_file, owner, mode, word) in [
            (true, 1000, 0o100_640, "chmod 600"),
            (true, 1000, 0o100_604, "chmod 600"),
            (true, 1000, 0o100_620, "chmod 600"),
            (true, 0, 0o100_600, "somebody else"),
            (false, 1000, 0o40_700, "regular file"),
        ] {
            assert!(objection(is_file, owner, 1000, mode).unwrap().contains(word), "{mode:o}");
        }
    }

    #[test]
    fn a_file_that_is_made_is_private_and_never_made_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        create(&path, b"one").unwrap();
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(create(&path, b"two").unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        let (bytes, stamp) = read(&path, 2).unwrap();
        assert_eq!((&bytes[..], Some(stamp)), (&b"one"[..], Stamp::at(&path)), "one byte more");
        replace(&path, b"two").unwrap();
        let (bytes, stamp) = read(&path, 9).unwrap();
        assert_eq!(bytes, b"two", "it is private, too, or it could not be read");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o644)).unwrap();
        assert!(read(&path, 9).unwrap_err().to_string().contains("chmod 600"));
        assert_ne!(Some(stamp), Stamp::at(&path), "permissions are a change");
    }

    #[test]
    fn links_and_folders_and_pipes_are_refused_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let [file, link, pipe] = ["file", "link", "pipe"].map(|name| folder.path().join(name));
        create(&file, b"x").unwrap();
        symlink(&file, &link).unwrap();
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, 0o600.into(), 0)
            .unwrap();
        assert!(read(&link, 9).unwrap_err().to_string().contains("symbolic link"));
        for path in [folder.path(), &pipe] {
            assert!(read(path, 9).unwrap_err().to_string().contains("regular file"), "{path:?}");
        }
        let missing = read(&folder.path().join("none"), 9).unwrap_err();
        assert_eq!(missing.kind(), io::ErrorKind::NotFound);
    }
}
