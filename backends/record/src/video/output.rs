//! Where bytes go: a file, or a stream.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use framecast_api::{Error, Result};

use crate::file::{self, Made, cannot_create, is_special};

/// A file or a stream that is written from beginning to end.
pub(crate) struct Output {
    target: Target,
    /// For messages: a path, or "standard output".
    name: String,
    written: u64,
    /// Removes the file, until there is a picture in it.
    made: Option<Made>,
}

enum Target {
    /// A regular file, in which what was written can be corrected and cut off.
    File(File),
    /// A pipe, a device or anything else.
    Stream(Box<dyn Write + Send>),
}

impl Output {
    /// Creates the file at `path`. With `overwrite`, one that exists is emptied; what is no regular file, such as
    /// a device, is written to in any case. A file that is new is removed again if no picture comes into it.
    ///
    /// # Errors
    /// If it cannot be created.
    pub(crate) fn create(path: &Path, overwrite: bool) -> Result<Self> {
        let (file, made) = file::create(path, overwrite, &mut OpenOptions::new())?;
        let is_file = file.metadata().is_ok_and(|metadata| metadata.is_file());
        let target = if is_file { Target::File(file) } else { Target::Stream(Box::new(file)) };
        Ok(Self { target, name: path.display().to_string(), written: 0, made })
    }

    /// `name` says what it is in messages: "standard output".
    pub(crate) fn stream(stream: Box<dyn Write + Send>, name: &str) -> Self {
        Self { target: Target::Stream(stream), name: name.to_owned(), written: 0, made: None }
    }

    /// Writes all of `bytes`, in which there is a picture, as [`write_head`](Self::write_head) does.
    ///
    /// # Errors
    /// If they cannot be written.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.write_head(bytes)?;
        self.made.take().into_iter().for_each(Made::keep);
        Ok(())
    }

    /// Writes all of `bytes`, in which there is no picture, and hands them to the operating system. If a file cannot take
    /// all of them, none are left in it, so that what was written before plays.
    ///
    /// # Errors
    /// If they cannot be written.
    pub(crate) fn write_head(&mut self, bytes: &[u8]) -> Result<()> {
        let done = match &mut self.target {
            Target::File(file) => file.write_all(bytes).inspect_err(|_| {
                // It is the first error that tells something.
                let _ = file.set_len(self.written);
            }),
            Target::Stream(stream) => stream.write_all(bytes).and_then(|()| stream.flush()),
        };
        done.map_err(|error| self.cannot_write(error))?;
        self.written += bytes.len() as u64;
        Ok(())
    }

    /// Replaces what was written at `offset`. Returns whether that is possible: not in a stream.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) fn patch(&mut self, offset: u64, bytes: &[u8]) -> Result<bool> {
        let Target::File(file) = &mut self.target else { return Ok(false) };
        let mut patch = || {
            file.seek(SeekFrom::Start(offset))?;
            file.write_all(bytes)?;
            file.seek(SeekFrom::Start(self.written))
        };
        patch().map_err(|error| self.cannot_write(error))?;
        Ok(true)
    }

    pub(crate) fn is_file(&self) -> bool {
        matches!(self.target, Target::File(_))
    }

    pub(crate) fn written(&self) -> u64 {
        self.written
    }

    fn cannot_write(&self, error: io::Error) -> Error {
        cannot_write(&self.name, error)
    }
}

impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Output {:?}, {} bytes", self.name, self.written)
    }
}

/// A file that appears under its name only when it is complete.
#[derive(Debug)]
pub(crate) struct AtomicFile {
    /// For messages.
    name: String,
    path: PathBuf,
    /// `None` once it is in its place.
    temporary: Option<(File, PathBuf)>,
}

impl AtomicFile {
    /// Creates a file beside `path` that will take its place. `None` if `path` is there and is no regular
    /// file, such as a device: that can only be written to.
    ///
    /// # Errors
    /// If it cannot be created, and without `overwrite` if there is a file.
    pub(crate) fn create(path: &Path, overwrite: bool) -> Result<Option<Self>> {
        if is_special(path) {
            return Ok(None);
        }
        let failed = |error| cannot_create(path, error);
        if path.is_dir() {
            return Err(failed(io::ErrorKind::IsADirectory.into()));
        }
        if path.exists() && !overwrite {
            return Err(failed(io::ErrorKind::AlreadyExists.into()));
        }
        // Through a symbolic link, so that the link stays one.
        let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let mut name = target.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}.tmp", std::process::id()));
        let temporary = target.with_file_name(name);
        let file = File::create(&temporary).map_err(failed)?;
        let name = path.display().to_string();
        Ok(Some(Self { name, path: target, temporary: Some((file, temporary)) }))
    }

    /// Writes `bytes`, and puts the file in its place.
    ///
    /// # Errors
    /// If that is not possible; the file at the path is then as it was.
    pub(crate) fn replace(mut self, bytes: &[u8]) -> Result<()> {
        let Some((file, temporary)) = &mut self.temporary else { return Ok(()) };
        let done = file.write_all(bytes).and_then(|()| fs::rename(temporary, &self.path));
        done.map_err(|error| cannot_write(&self.name, error))?;
        self.temporary = None;
        Ok(())
    }
}

impl Drop for AtomicFile {
    fn drop(&mut self) {
        if let Some((_, temporary)) = &self.temporary {
            // Nobody is left to be told.
            let _ = fs::remove_file(temporary);
        }
    }
}

fn cannot_write(name: &str, error: io::Error) -> Error {
    Error::failed(format!("cannot write {name}: {error}")).with_source(error)
}
