//! The link file on the disk: read or made at start, and read again when it changes.

use std::convert::Infallible;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime};

use framecast_api::{Error, Result};
use log::Level;
use smol::Timer;

use crate::Limits;
use crate::front::link_file::{Changes, Line, LinkFile};
use crate::front::links::Link;
use crate::looks::{LOOK_EVERY, Looks};
use crate::private_file::{self, Stamp};
use crate::site::Site;

/// The link file of a server.
#[derive(Debug)]
pub(crate) struct LinkWatch {
    path: PathBuf,
    /// Links to drive are left out.
    watch_only: bool,
    /// What holds of it.
    file: LinkFile,
    /// The lines whose links the server has: those that had not expired at the last look.
    valid: Vec<Line>,
    /// What was told last of a file that cannot be read.
    told: Option<String>,
    /// What is to be said of links to drive.
    left_out: Option<String>,
    looks: Looks<Stamp>,
}

impl LinkWatch {
    /// Reads the file, and makes it with two random links, or with one to watch, if there is none; the second is what to
    /// tell.
    ///
    /// # Errors
    /// If it cannot be read or made, others may read it, or a line is broken.
    pub(crate) fn open(path: &Path, watch_only: bool) -> Result<(Self, Option<String>)> {
        let mut made = None;
        let found = match read(path, watch_only, false) {
            Err(Failure::Missing) => {
                let text = LinkFile::random(watch_only)?.to_text();
                match private_file::create(path, text.as_bytes()) {
                    Ok(()) => made = Some(format!("made the link file {}", path.display())),
                    // Somebody else was quicker.
                    Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                    Err(error) => {
                        return Err(Error::failed(format!(
                            "cannot make the link file {}: {error}; give a file in a directory \
                             that exists and that you may write to",
                            path.display()
                        ))
                        .with_source(error));
                    }
                }
                read(path, watch_only, false)
            }
            found => found,
        }
        .map_err(|failure| failure.error(path))?;
        let watch = Self {
            path: path.to_owned(),
            watch_only,
            file: found.file,
            valid: Vec::new(),
            told: None,
            left_out: found.left_out,
            looks: Looks::new(found.stamp),
        };
        Ok((watch, made))
    }

    /// The links at `now`, and what is to be told of others in the file.
    pub(crate) fn links(&mut self, now: SystemTime) -> (Vec<Link>, Vec<String>) {
        self.valid = self.file.valid(now);
        let path = self.path.display();
        let none =
            || self.valid.is_empty().then(|| format!("the link file {path} has no valid link"));
        let expired = expired(&self.path, &self.file, now).or_else(none);
        let left_out = self.left_out.take();
        (self.file.links(now), expired.into_iter().chain(left_out).collect())
    }

    /// Looks at the file again and again, and makes `site` do as it says.
    pub(crate) async fn run(mut self, site: &Site) -> Infallible {
        loop {
            Timer::after(LOOK_EVERY).await;
            let path = self.path.clone();
            let stamp = smol::unblock(move || Stamp::at(&path)).await;
            if !self.looks.changed(stamp) {
                // By the time of day, which may be set and goes on while the machine sleeps.
                self.follow_time(SystemTime::now(), site);
                continue;
            }
            let path = self.path.clone();
            let watch_only = self.watch_only;
            let found = smol::unblock(move || read(&path, watch_only, true)).await;
            let (level, message) = match found {
                Ok(Found { file, stamp, left_out }) => {
                    self.looks.read(stamp);
                    let applied = self.apply(file, site);
                    let more = left_out.map_or(String::new(), |it| format!("; {it}"));
                    applied.map(|(level, message)| (level, message + &more))
                }
                Err(failure) => {
                    if matches!(failure, Failure::Unreadable(_)) {
                        self.looks.failed();
                    }
                    Err(failure.error(&self.path))
                }
            }
            .unwrap_or_else(|error| (Level::Warn, format!("{error}; the links stay as they were")));
            // What is tried every second is told once.
            if self.told.as_ref() != Some(&message) {
                site.report(level, &message);
            }
            self.told = (level == Level::Warn).then_some(message);
        }
    }

    /// Has the server keep to what is valid at `now`.
    fn follow_time(&mut self, now: SystemTime, site: &Site) {
        let valid = self.file.valid(now);
        let changes = Changes::between(&self.valid, &valid, now);
        if !changes.is_empty() {
            // A link that cannot be added, because there are too many, is tried again.
            let done = site.keyring().exchange(&changes.gone, changes.added, Instant::now());
            if done.is_ok() {
                self.valid = valid;
            }
        }
    }

    fn apply(&mut self, file: LinkFile, site: &Site) -> Result<(Level, String)> {
        let now = SystemTime::now();
        let valid = file.valid(now);
        let changes = Changes::between(&self.valid, &valid, now);
        let (gone, added) = (changes.gone.len(), changes.added.len());
        site.keyring().exchange(&changes.gone, changes.added, Instant::now()).map_err(|error| {
            Error::invalid_input(format!("the link file {}: {error}", self.path.display()))
        })?;
        (self.file, self.valid) = (file, valid);
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
    /// It may be readable later.
    Unreadable(String),
    /// What it says makes no sense.
    Wrong(String),
}

impl Failure {
    fn error(self, path: &Path) -> Error {
        let why = match self {
            Self::Missing => "there is no such file".to_owned(),
            Self::Unreadable(why) | Self::Wrong(why) => why,
        };
        Error::invalid_input(format!("cannot use the link file {}: {why}", path.display()))
    }
}

/// What was read.
struct Found {
    file: LinkFile,
    stamp: Stamp,
    /// What is to be said of links to drive that do not count.
    left_out: Option<String>,
}

/// `changed`: while it is in use.
fn read(path: &Path, watch_only: bool, changed: bool) -> std::result::Result<Found, Failure> {
    let found = private_file::read(path, Limits::LINK_FILE_BYTES);
    let (bytes, stamp) = found.map_err(|error| match error.kind() {
        ErrorKind::NotFound => Failure::Missing,
        _ => Failure::Unreadable(error.to_string()),
    })?;
    let check = if changed { LinkFile::check_whole(&bytes) } else { Ok(()) };
    let parsed = check.and_then(|()| {
        if watch_only {
            LinkFile::parse_watching(&bytes)
        } else {
            Ok((LinkFile::parse(&bytes)?, Vec::new()))
        }
    });
    let (file, numbers) = parsed.map_err(|error| Failure::Wrong(error.to_string()))?;
    let lines = if numbers.len() == 1 { "line" } else { "lines" };
    let numbers: Vec<_> = numbers.iter().map(ToString::to_string).collect();
    let left_out = (!numbers.is_empty()).then(|| {
        format!(
            "links to drive in the link file {} are left out, because those who come here only watch: {lines} {}",
            path.display(),
            numbers.join(", ")
        )
    });
    Ok(Found { file, stamp, left_out })
}
