//! Files of a directory, read when they are asked for.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use bytes::Bytes;
use framecast_api::{Error, Result};
use http::StatusCode;
use sha2::{Digest, Sha256};
use smol::lock::Semaphore;

use super::name::Name;
use super::{Content, Hash, kinds};
use crate::Limits;
use crate::front::answer::Refusal;

const NOT_GIVEN: Refusal =
    Refusal::new(StatusCode::FORBIDDEN, "There is a file here, but it is not given out.\n");
const UNREADABLE: Refusal =
    Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "The file here could not be read.\n");

/// A directory whose regular files are given to anybody.
///
/// Nothing outside of it is opened; on Unix also not while somebody changes directories into links.
#[derive(Debug)]
pub(crate) struct Directory {
    /// Absolute. Opened anew every time, so that one that was replaced is seen.
    root: PathBuf,
    /// One permit for each file that is being read.
    reads: Arc<Semaphore>,
    sent: Arc<Sent>,
}

/// What is on its way to somebody: however many ask for a file, and however slowly they take it, it
/// is in memory once.
#[derive(Debug, Default)]
struct Sent(Mutex<HashMap<Hash, Weak<Vec<u8>>>>);

impl Directory {
    /// # Errors
    /// "Invalid input" if it is no directory that can be opened.
    pub(crate) fn at(path: &Path) -> Result<Self> {
        let open = || {
            let root = std::path::absolute(path)?;
            std::fs::read_dir(&root)?;
            Ok(root)
        };
        let root = open().map_err(|error: io::Error| {
            Error::invalid_input(format!(
                "cannot serve files from {}: {error}; give a directory that is there and that this \
                 program may read",
                path.display()
            ))
            .with_source(error)
        })?;
        let reads = Arc::new(Semaphore::new(Limits::FILES_AT_ONCE));
        Ok(Self { root, reads, sent: Arc::default() })
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The file called `name` as it is now; `None` if there is none.
    pub(crate) async fn find(&self, name: &Name) -> std::result::Result<Option<Content>, Refusal> {
        // Whoever stops waiting leaves the reading to its end, so the permit goes along.
        let permit = self.reads.acquire_arc().await;
        let (root, sent, name) = (self.root.clone(), Arc::clone(&self.sent), name.clone());
        smol::unblock(move || {
            let found = match read(&root, &name) {
                Ok(found) => Ok(found.map(|bytes| sent.content(&name, bytes))),
                Err(error) => refusal(&error),
            };
            drop(permit);
            found
        })
        .await
    }

    /// Whether there is something at one of these paths now, whatever it is.
    pub(crate) async fn has_any(&self, paths: impl Iterator<Item = &'static str>) -> bool {
        let permit = self.reads.acquire_arc().await;
        let (root, paths) = (self.root.clone(), paths.collect::<Vec<_>>());
        smol::unblock(move || {
            let found = paths.iter().any(|path| root.join(path).symlink_metadata().is_ok());
            drop(permit);
            found
        })
        .await
    }
}

fn read(root: &Path, name: &Name) -> io::Result<Option<Vec<u8>>> {
    let Some(file) = open(root, name)? else { return Ok(None) };
    let facts = file.metadata()?;
    if !facts.is_file() {
        return Ok(None);
    }
    if facts.len() > Limits::FILE_BYTES as u64 {
        return Err(ErrorKind::FileTooLarge.into());
    }
    let mut bytes = Vec::with_capacity(facts.len() as usize);
    // It may grow meanwhile.
    file.take(Limits::FILE_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > Limits::FILE_BYTES {
        return Err(ErrorKind::FileTooLarge.into());
    }
    Ok(Some(bytes))
}

/// Where `name` leads, relative to the real `root` that comes with it, once links are followed; `None`:
/// nowhere, outside, or to a name that no request could have, such as one that begins with a dot. Those
/// are the same to a stranger, or a link would tell what there is.
fn real(root: &Path, name: &Name) -> Option<(PathBuf, PathBuf)> {
    let root = root.canonicalize().ok()?;
    let path = root.join(name.as_str()).canonicalize().ok()?;
    let inside = path.strip_prefix(&root).ok()?.to_owned();
    // The rules for names hold for what is opened, not only for what leads there.
    let parts: Option<Vec<_>> = inside.components().map(|part| part.as_os_str().to_str()).collect();
    Name::plain(&parts?.join("/"))?;
    Some((root, inside))
}

/// Opens what `name` leads to. That may be changed after it was looked for, so it is gone to from
/// directory to directory, each opened in the one before, and none by a link.
#[cfg(unix)]
fn open(root: &Path, name: &Name) -> io::Result<Option<File>> {
    use rustix::fs::{Mode, OFlags, openat};
    use rustix::io::Errno;

    let Some((root, inside)) = real(root, name) else { return Ok(None) };
    // A pipe would wait here for somebody who writes into it.
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOCTTY | OFlags::NONBLOCK;
    let mut at = File::open(root)?;
    let mut parts = inside.components().peekable();
    while let Some(part) = parts.next() {
        let kind = if parts.peek().is_some() { OFlags::DIRECTORY } else { OFlags::empty() };
        at = match openat(&at, part.as_os_str(), flags | kind | OFlags::NOFOLLOW, Mode::empty()) {
            Ok(next) => next.into(),
            // It is a link now, or a socket, which cannot be opened.
            Err(Errno::LOOP | Errno::MLINK | Errno::NXIO | Errno::OPNOTSUPP) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
    }
    Ok(Some(at))
}

/// Opens what `name` leads to. Whoever may change the directory could put a link there after
/// it was looked for.
#[cfg(not(unix))]
fn open(root: &Path, name: &Name) -> io::Result<Option<File>> {
    match real(root, name).map(|(root, inside)| root.join(inside)) {
        Some(path) if path.is_file() => File::open(path).map(Some),
        _ => Ok(None),
    }
}

fn refusal<T>(error: &io::Error) -> std::result::Result<Option<T>, Refusal> {
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::InvalidFilename => Ok(None),
        ErrorKind::FileTooLarge | ErrorKind::PermissionDenied => Err(NOT_GIVEN),
        _ => Err(UNREADABLE),
    }
}

impl Sent {
    fn content(&self, name: &Name, bytes: Vec<u8>) -> Content {
        struct Shared(Arc<Vec<u8>>);

        impl AsRef<[u8]> for Shared {
            fn as_ref(&self) -> &[u8] {
                &self.0
            }
        }

        let hash: Hash = Sha256::digest(&bytes).into();
        let mut sent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sent.retain(|_, bytes| bytes.strong_count() > 0);
        let same = sent.get(&hash).and_then(Weak::upgrade);
        let bytes = same.unwrap_or_else(|| {
            let bytes = Arc::new(bytes);
            sent.insert(hash, Arc::downgrade(&bytes));
            bytes
        });
        Content::new(kinds::of(name.as_str()), Bytes::from_owner(Shared(bytes)), &hash)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(sent: &Sent, bytes: &[u8]) -> Content {
        sent.content(&Name::plain("x.txt").unwrap(), bytes.to_vec())
    }

    #[test]
    fn what_is_sent_to_many_is_in_memory_once_and_not_for_longer() {
        let sent = Sent::default();
        let (one, other) = (content(&sent, b"the same"), content(&sent, b"the same"));
        assert_eq!(one.bytes.as_ptr(), other.bytes.as_ptr());
        let changed = content(&sent, b"changed");
        assert_ne!(one.tag, changed.tag);
        assert_eq!(sent.0.lock().unwrap().len(), 2);
        drop((one, other, changed));
        content(&sent, b"another");
        assert_eq!(sent.0.lock().unwrap().len(), 1, "the others are forgotten");
    }

    #[test]
    fn one_more_than_may_be_read_at_once_waits_for_another() {
        let around = tempfile::tempdir().unwrap();
        std::fs::write(around.path().join("x.txt"), "x").unwrap();
        let directory = Directory::at(around.path()).unwrap();
        let name = Name::plain("x.txt").unwrap();
        let mut permits: Vec<_> = (0..Limits::FILES_AT_ONCE)
            .map(|_| directory.reads.try_acquire_arc().expect("so many may be read at once"))
            .collect();
        let mut find = std::pin::pin!(directory.find(&name));
        assert!(smol::block_on(smol::future::poll_once(find.as_mut())).is_none());
        permits.pop();
        assert_eq!(smol::block_on(find).unwrap().unwrap().bytes, "x");
        assert!(directory.reads.try_acquire_arc().is_some(), "it is given back");
    }

    /// Somebody changes a folder into a link that leads outside, and back, all the time. Looking first
    /// where a path leads and opening it then fails here within some hundred rounds.
    #[test]
    #[cfg(target_os = "linux")]
    fn a_link_that_comes_in_between_leads_nowhere_either() {
        use std::os::unix::fs::symlink;
        use std::sync::atomic::{AtomicBool, Ordering};

        use rustix::fs::{CWD, RenameFlags, renameat_with};

        const ROUNDS: usize = 20_000;

        struct End<'a>(&'a AtomicBool);

        impl Drop for End<'_> {
            fn drop(&mut self) {
                self.0.store(true, Ordering::Relaxed);
            }
        }

        let around = tempfile::tempdir().unwrap();
        let web = around.path().join("web");
        std::fs::create_dir_all(web.join("folder")).unwrap();
        std::fs::write(around.path().join("x.txt"), "outside").unwrap();
        std::fs::write(web.join("folder/x.txt"), "inside").unwrap();
        symlink("..", web.join("link")).unwrap();
        let name = Name::plain("folder/x.txt").unwrap();
        let (ended, mut inside) = (AtomicBool::new(false), 0);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !ended.load(Ordering::Relaxed) {
                    let (one, other) = (web.join("folder"), web.join("link"));
                    renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE).unwrap();
                }
            });
            let _end = End(&ended);
            for _ in 0..ROUNDS {
                if let Ok(Some(bytes)) = read(&web, &name) {
                    assert_eq!(bytes, b"inside");
                    inside += 1;
                }
            }
        });
        assert!(inside > 0, "it is also there at times");
    }

    #[test]
    fn what_cannot_be_given_is_told_from_what_is_not_there() {
        for (kind, status) in [
            (ErrorKind::NotFound, None),
            (ErrorKind::NotADirectory, None),
            (ErrorKind::InvalidFilename, None),
            (ErrorKind::PermissionDenied, Some(403)),
            (ErrorKind::FileTooLarge, Some(403)),
            (ErrorKind::Other, Some(500)),
        ] {
            let refused = refusal::<()>(&kind.into()).err();
            assert_eq!(refused.map(|it| it.status.as_u16()), status, "{kind}");
        }
    }
}
