//! When a file or folder that changes is to be read anew. Pure: what the system says of it and `now`
//! come in.

use std::fs::{File, Metadata};
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

/// How often it is looked at.
pub(crate) const INTERVAL: Duration = Duration::from_millis(250);
/// What changes without a pause is read after this long all the same.
const RESTLESS: Duration = Duration::from_secs(1);
/// What could not be read is tried again after this long, though it looks the same …
const AGAIN: Duration = Duration::from_secs(1);
/// … so many times; then it has to change first.
const TRIES: u32 = 3;

/// By what two states of a file are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    modified: Option<SystemTime>,
    size: u64,
    /// Another where a new file took the old one's name.
    inode: u64,
}

impl Stamp {
    /// Of the file or folder at `path` now; `None`: there is none. A pipe or a device has no states:
    /// reading it changes it.
    pub(crate) fn of(path: &Path) -> Option<Self> {
        std::fs::metadata(path).ok().and_then(|it| Self::from_metadata(&it))
    }

    /// The same of an open file.
    pub(crate) fn of_file(file: &File) -> Option<Self> {
        file.metadata().ok().and_then(|it| Self::from_metadata(&it))
    }

    fn from_metadata(metadata: &Metadata) -> Option<Self> {
        let (modified, size) = (metadata.modified().ok(), metadata.len());
        let has_states = metadata.is_file() || metadata.is_dir();
        has_states.then(|| Self { modified, size, inode: inode(metadata) })
    }

    /// Whether it changed longer ago than this.
    pub(crate) fn is_older(&self, than: Duration, now: SystemTime) -> bool {
        let age = self.modified.and_then(|modified| now.duration_since(modified).ok());
        age.is_some_and(|age| age > than)
    }
}

#[cfg(unix)]
fn inode(metadata: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

#[cfg(not(unix))]
fn inode(_: &Metadata) -> u64 {
    0
}

/// Watches one file or folder.
#[derive(Debug)]
pub(crate) struct Watch {
    /// What was read last, successfully.
    read: Option<Stamp>,
    /// Something else, that was seen at the last look.
    seen: Option<Seen>,
    next: Instant,
}

#[derive(Debug, Clone, Copy)]
struct Seen {
    stamp: Stamp,
    /// Since when it has not rested.
    since: Instant,
    /// It was the same at the last two looks.
    rests: bool,
    /// How often reading it failed, as it is, and when last.
    failed: u32,
    tried: Option<Instant>,
}

impl Watch {
    /// `read`: what it was just before it was read.
    pub(crate) fn new(read: Option<Stamp>, now: Instant) -> Self {
        Self { read, seen: None, next: now + INTERVAL }
    }

    /// When to look next.
    pub(crate) fn next(&self) -> Instant {
        self.next
    }

    /// It is looked at, and like `stamp`. True: it is to be read now, and [`done`](Self::done) called.
    pub(crate) fn look(&mut self, stamp: Option<Stamp>, now: Instant) -> bool {
        self.next = now + INTERVAL;
        // What is gone may come back: programs that write a file anew delete it first.
        let Some(stamp) = stamp else { return false };
        if self.read == Some(stamp) {
            self.seen = None;
            return false;
        }
        let Some(seen) = &mut self.seen else {
            self.seen = Some(Seen { stamp, since: now, rests: false, failed: 0, tried: None });
            return false;
        };
        if seen.stamp != stamp {
            // It is being written. A pause says that it is whole.
            let since = if seen.rests { now } else { seen.since };
            *seen = Seen { stamp, since, rests: false, failed: 0, ..*seen };
            return now >= seen.since + RESTLESS
                && seen.tried.is_none_or(|at| now >= at + RESTLESS);
        }
        seen.rests = true;
        match seen.tried {
            Some(at) if seen.failed > 0 => seen.failed <= TRIES && now >= at + AGAIN,
            _ => true,
        }
    }

    /// Whether a failure to read it now ends the trying, until it changes.
    pub(crate) fn is_last_try(&self) -> bool {
        self.seen.is_some_and(|seen| seen.failed >= TRIES)
    }

    /// It was read, or could not be; it was like `stamp` just before.
    pub(crate) fn done(&mut self, stamp: Option<Stamp>, success: bool, now: Instant) {
        if success {
            (self.read, self.seen) = (stamp, None);
        } else if let Some(seen) = &mut self.seen {
            seen.failed += 1;
            seen.tried = Some(now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamp(size: u64) -> Option<Stamp> {
        Some(Stamp { modified: None, size, inode: 7 })
    }

    /// Looks at the next time, and says whether to read.
    fn look(watch: &mut Watch, stamp: Option<Stamp>) -> bool {
        let now = watch.next();
        watch.look(stamp, now)
    }

    fn done(watch: &mut Watch, stamp: Option<Stamp>, success: bool) {
        let now = watch.next() - INTERVAL;
        watch.done(stamp, success, now);
    }

    #[test]
    fn what_does_not_change_is_not_read_again() {
        let start = Instant::now();
        let mut watch = Watch::new(stamp(1), start);
        assert_eq!(watch.next(), start + INTERVAL);
        for _ in 0..100 {
            assert!(!look(&mut watch, stamp(1)));
        }
        assert_eq!(watch.next(), start + INTERVAL * 101);
    }

    #[test]
    fn what_changed_is_read_once_it_rests() {
        let mut watch = Watch::new(stamp(1), Instant::now());
        assert!(!look(&mut watch, stamp(2)) && !look(&mut watch, stamp(3)));
        assert!(look(&mut watch, stamp(3)));
        done(&mut watch, stamp(3), true);
        assert!(!look(&mut watch, stamp(3)));
        let renamed = Some(Stamp { inode: 8, ..stamp(3).unwrap() });
        assert!(!look(&mut watch, renamed) && look(&mut watch, renamed), "another file");
    }

    #[test]
    fn what_never_rests_is_read_every_second() {
        let mut watch = Watch::new(stamp(0), Instant::now());
        let mut reads = 0;
        for size in 1..=40 {
            if look(&mut watch, stamp(size)) {
                reads += 1;
                done(&mut watch, stamp(size), reads % 2 == 0);
            }
        }
        assert!((7..=10).contains(&reads), "{reads} in ten seconds");
    }

    #[test]
    fn what_could_not_be_read_is_tried_again_until_it_changes() {
        let mut watch = Watch::new(stamp(1), Instant::now());
        let mut tries = 0;
        for _ in 0..100 {
            if look(&mut watch, stamp(2)) {
                tries += 1;
                done(&mut watch, stamp(2), false);
            }
        }
        assert_eq!(tries, 1 + TRIES);
        assert!(!look(&mut watch, stamp(3)) && look(&mut watch, stamp(3)));
        done(&mut watch, stamp(3), true);
        assert!(!look(&mut watch, stamp(3)));
    }

    #[test]
    fn what_vanished_is_read_when_it_is_back_and_another() {
        let mut watch = Watch::new(stamp(1), Instant::now());
        for _ in 0..9 {
            assert!(!look(&mut watch, None));
        }
        assert!(!look(&mut watch, stamp(1)) && !look(&mut watch, stamp(1)), "it is the same");
        assert!(!look(&mut watch, None) && !look(&mut watch, stamp(2)));
        assert!(look(&mut watch, stamp(2)));
    }

    #[test]
    fn what_changed_while_it_was_read_is_read_again() {
        let mut watch = Watch::new(stamp(1), Instant::now());
        assert!(!look(&mut watch, stamp(2)) && look(&mut watch, stamp(2)));
        // It was like this before the read, and is not any more.
        done(&mut watch, stamp(2), true);
        assert!(!look(&mut watch, stamp(3)) && look(&mut watch, stamp(3)));
    }
}
