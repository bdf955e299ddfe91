//! The link file on the disk: read or made at start, and read again when it changes.

use std::convert::Infallible;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime};

use framecast_api::{Error, Result};
use log::Level;
use smol::Timer;

use crate::Limits;
use crate::front::link_file::LinkFile;
use crate::front::links::Link;
use crate::looks::{LOOK_EVERY, Looks};
use crate::private_file::{self, Stamp};
use crate::site::Site;

/// The link file of a server.
#[derive(Debug)]
pub(crate) struct LinkWatch {
    path: PathBuf,
    /// What holds of it.
    file: LinkFile,
    looks: Looks<Stamp>,
}

impl LinkWatch {
    /// Reads the file, and makes it with two random links if there is none; the second is what to tell.
    ///
    /// # Errors
    /// If it cannot be read or made, others may read it, or a line is broken.
    pub(crate) fn open(path: &Path) -> Result<(Self, Option<String>)> {
        let mut made = None;
        let (file, stamp) = match read(path) {
            Err(Failure::Missing) => {
                let text = LinkFile::random()?.to_text();
                match private_file::create(path, text.as_bytes()) {
                    Ok(()) => made = Some(format!("made the link file {}", path.display())),
                    // Somebody else was quicker.
                    Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                    Err(error) => {
                        return Err(Error::failed(format!(
                            "cannot make the link file {}: {error}; give a file in a directory \
                             that you may write to",
                            path.display()
                        ))
                        .with_source(error));
                    }
                }
                read(path)
            }
            found => found,
        }
        .map_err(|failure| failure.error(path))?;
        Ok((Self { path: path.to_owned(), file, looks: Looks::new(stamp) }, made))
    }

    /// The links at `now`, and what is to be told of those that have expired.
    pub(crate) fn links(&self, now: SystemTime) -> (Vec<Link>, Option<String>) {
        (self.file.links(now), expired(&self.path, &self.file, now))
    }

    /// Looks at the file again and again, and makes `site` do as it says.
    pub(crate) async fn run(mut self, site: &Site) -> Infallible {
        loop {
            Timer::after(LOOK_EVERY).await;
            let path = self.path.clone();
            let stamp = smol::unblock(move || Stamp::at(&path)).await;
            if !self.looks.changed(stamp) {
                continue;
            }
            let path = self.path.clone();
            let found = smol::unblock(move || read(&path)).await;
            let (level, message) = match found {
                Ok((file, stamp)) => {
                    self.looks.read(stamp);
                    self.apply(file, site)
                }
                Err(failure) => Err(failure.error(&self.path)),
            }
            .unwrap_or_else(|error| (Level::Warn, format!("{error}; the links stay as they were")));
            site.report(level, &message);
        }
    }

    fn apply(&mut self, file: LinkFile, site: &Site) -> Result<(Level, String)> {
        let now = SystemTime::now();
        let changes = self.file.changes(&file, now);
        let (gone, added) = (changes.gone.len(), changes.added.len());
        site.keyring().exchange(&changes.gone, changes.added, Instant::now()).map_err(|error| {
            Error::invalid_input(format!("the link file {}: {error}", self.path.display()))
        })?;
        self.file = file;
        let expired =
            expired(&self.path, &self.file, now).map_or(String::new(), |it| format!("; {it}"));
        Ok((
            Level::Info,
            format!(
                "the link file {} changed; links that are gone: {gone}, new ones: {added}{expired}",
                self.path.display()
            ),
        ))
    }
}

fn expired(path: &Path, file: &LinkFile, now: SystemTime) -> Option<String> {
    let names = file.expired(now).join(", ");
    (!names.is_empty()).then(|| format!("links in {} that have expired: {names}", path.display()))
}

/// Why a file gives no links.
enum Failure {
    Missing,
    Other(String),
}

impl Failure {
    fn error(self, path: &Path) -> Error {
        let why = match self {
            Self::Missing => "there is no such file".to_owned(),
            Self::Other(why) => why,
        };
        Error::invalid_input(format!("cannot use the link file {}: {why}", path.display()))
    }
}

fn read(path: &Path) -> std::result::Result<(LinkFile, Stamp), Failure> {
    let found = private_file::read(path, Limits::LINK_FILE_BYTES);
    let (bytes, stamp) = found.map_err(|error| match error.kind() {
        ErrorKind::NotFound => Failure::Missing,
        _ => Failure::Other(error.to_string()),
    })?;
    let file = LinkFile::parse(&bytes).map_err(|error| Failure::Other(error.to_string()))?;
    Ok((file, stamp))
}
