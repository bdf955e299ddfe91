//! Files that are made, and removed again if nothing comes into them.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use framecast_api::{Error, Result};

/// A file that was made. Unless it is [kept](Self::keep), it is removed when this is dropped.
#[derive(Debug)]
pub(crate) struct Made {
    path: PathBuf,
    /// It is this file still: device and inode.
    #[cfg(unix)]
    identity: Option<(u64, u64)>,
}

impl Made {
    fn new(path: &Path, file: &File) -> Self {
        #[cfg(not(unix))]
        let _ = file;
        Self {
            path: path.to_owned(),
            #[cfg(unix)]
            identity: file.metadata().ok().map(|metadata| identity(&metadata)),
        }
    }

    /// There is something in it.
    pub(crate) fn keep(self) {
        std::mem::forget(self);
    }

    #[cfg(unix)]
    fn is_there(&self) -> bool {
        let there = fs::symlink_metadata(&self.path).ok();
        self.identity.is_some() && there.map(|metadata| identity(&metadata)) == self.identity
    }

    #[cfg(not(unix))]
    fn is_there(&self) -> bool {
        true
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        if self.is_there() {
            // Nobody is left to be told.
            let _ = fs::remove_file(&self.path);
        }
    }
}

#[cfg(unix)]
fn identity(metadata: &fs::Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt;

    (metadata.dev(), metadata.ino())
}

/// Opens the file at `path` to be written from its beginning, as `how` says. With `overwrite`, one that exists is emptied; what
/// is no regular file, such as a device, is written to in any case. Also returns what removes a file that was not there
/// before.
///
/// # Errors
/// If it cannot be created.
pub(crate) fn create(
    path: &Path,
    overwrite: bool,
    how: &mut OpenOptions,
) -> Result<(File, Option<Made>)> {
    match how.write(true).create_new(true).open(path) {
        Ok(file) => {
            let made = Made::new(path, &file);
            Ok((file, Some(made)))
        }
        Err(error)
            if error.kind() == io::ErrorKind::AlreadyExists && (overwrite || is_special(path)) =>
        {
            let opened = how.create_new(false).create(true).truncate(true).open(path);
            Ok((opened.map_err(|error| cannot_create(path, error))?, None))
        }
        Err(error) => Err(cannot_create(path, error)),
    }
}

/// A device, a named pipe and the like.
pub(crate) fn is_special(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir())
}

pub(crate) fn cannot_create(path: &Path, error: io::Error) -> Error {
    let error = if path.is_dir() { io::ErrorKind::IsADirectory.into() } else { error };
    let hint = match error.kind() {
        io::ErrorKind::NotFound => "; create the folder first",
        io::ErrorKind::IsADirectory => "; name a file in it",
        io::ErrorKind::AlreadyExists => {
            "; choose another name, or have it replaced (--record-overwrite; export: --overwrite)"
        }
        _ => "",
    };
    Error::failed(format!("cannot create {}: {error}{hint}", path.display())).with_source(error)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn made(path: &Path, overwrite: bool) -> (File, Option<Made>) {
        create(path, overwrite, &mut OpenOptions::new()).unwrap()
    }

    #[test]
    fn a_file_that_was_made_is_removed_unless_it_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        drop(made(&path, false));
        assert!(!path.exists());
        let (_, kept) = made(&path, true);
        kept.unwrap().keep();
        assert!(path.exists());
        // It was there before.
        let (_, none) = made(&path, true);
        assert!(none.is_none() && create(&path, false, &mut OpenOptions::new()).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn what_somebody_else_puts_in_its_place_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let (mut file, made) = made(&path, false);
        file.write_all(b"ours").unwrap();
        let other = folder.path().join("b");
        fs::write(&other, "theirs").unwrap();
        fs::rename(&other, &path).unwrap();
        drop(made);
        assert_eq!(fs::read(&path).unwrap(), b"theirs");
    }
}
