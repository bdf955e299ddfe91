//! Open files of this process: a connection is one, and the system limits their number. What the
//! limits of a server need is asked for, and where that is not to be had the limits are fitted to what
//! there is. [`fit`] decides and is pure; [`reserve`] asks the system.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::Limits;

/// Files that the process opens for other things later: what it serves, pipes, windows.
const MARGIN: u64 = 64;
/// No server is fitted to fewer connections; where there are not as many files, accepting one more
/// ends another.
const FEWEST: u64 = 8;

/// What the servers of this process that listen were promised, beyond what was open then.
static RESERVED: AtomicU64 = AtomicU64::new(0);

/// How many files this process may have open. `None`: the system does not say, or sets no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct OpenFiles {
    soft: Option<u64>,
    /// The most that `soft` can be raised to.
    hard: Option<u64>,
    /// Files that are open, or were promised to other servers.
    taken: u64,
}

/// What follows for a server.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Fitted {
    /// What the soft limit is to be raised to.
    raise: Option<u64>,
    limits: Limits,
    /// What could not be had, and what to do.
    warning: Option<String>,
}

/// Files that connections of a server may take. Given back when dropped.
#[derive(Debug)]
pub(crate) struct Reservation(u64);

impl Drop for Reservation {
    fn drop(&mut self) {
        RESERVED.fetch_sub(self.0, Ordering::Relaxed);
    }
}

/// The connections of a server: those within its limits, and those that are told that there is no room.
fn connections(limits: &Limits) -> u64 {
    let all = limits.connections.saturating_add(limits.handshakes.max(1));
    u64::try_from(all).unwrap_or(u64::MAX)
}

/// Fits `limits` to the files that there are.
fn fit(limits: &Limits, files: OpenFiles) -> Fitted {
    let mut fitted = Fitted { raise: None, limits: limits.clone(), warning: None };
    let others = files.taken.saturating_add(MARGIN);
    let needed = others.saturating_add(connections(limits));
    if files.soft.is_none_or(|soft| soft >= needed) {
        return fitted;
    }
    let most = files.hard.unwrap_or(needed).min(needed);
    fitted.raise = Some(most).filter(|most| files.soft.is_some_and(|soft| soft < *most));
    if most >= needed {
        return fitted;
    }
    let left = usize::try_from(most.saturating_sub(others).max(FEWEST)).unwrap_or(usize::MAX);
    let Limits { clients, connections, connections_per_address, handshakes, .. } =
        &mut fitted.limits;
    *handshakes = (*handshakes).min(left / 4);
    *connections = (*connections).min(left - (*handshakes).max(1));
    *connections_per_address = (*connections_per_address).min(*connections);
    *clients = (*clients).min(*connections - *connections / 4);
    fitted.warning = Some(format!(
        "this process may open {most} files, which is enough for {connections} connections and \
         {clients} clients, and not for {} and {}; raise the hard limit to {needed} (ulimit -Hn, or \
         LimitNOFILE= of systemd), or allow fewer with --clients",
        limits.connections, limits.clients,
    ));
    fitted
}

/// Raises the soft limit of open files to what a server with `limits` needs, at most to the hard limit, and
/// fits `limits` where that is not enough. Returns what to tell the user about that.
pub(crate) fn reserve(limits: &mut Limits) -> (Reservation, Option<String>) {
    // Two servers that start at the same time could both count on the same files; the margin, and
    // that accepting makes room, make that harmless.
    let mut fitted = fit(limits, system::open_files());
    if let Some(raise) = fitted.raise
        && let Err(error) = system::raise(raise)
    {
        fitted = fit(limits, OpenFiles { hard: system::open_files().soft, ..system::open_files() });
        if let Some(warning) = &mut fitted.warning {
            warning.push_str(&format!(" (raising the soft limit to {raise} failed: {error})"));
        }
    }
    *limits = fitted.limits;
    let promised = connections(limits);
    RESERVED.fetch_add(promised, Ordering::Relaxed);
    (Reservation(promised), fitted.warning)
}

/// Whether `error`, of accepting a connection, says that there are no files left.
pub(crate) fn is_out_of_files(error: &std::io::Error) -> bool {
    system::is_out_of_files(error)
}

#[cfg(unix)]
mod system {
    use std::io;
    use std::sync::atomic::Ordering;

    use rustix::io::Errno;
    use rustix::process::{Resource, getrlimit, setrlimit};

    use super::{OpenFiles, RESERVED};

    pub(super) fn open_files() -> OpenFiles {
        let limit = getrlimit(Resource::Nofile);
        // Its own files, by number; all Unix systems that we know have it.
        let open = std::fs::read_dir("/dev/fd").map_or(0, Iterator::count) as u64;
        let taken = open.saturating_add(RESERVED.load(Ordering::Relaxed));
        OpenFiles { soft: limit.current, hard: limit.maximum, taken }
    }

    pub(super) fn raise(soft: u64) -> io::Result<()> {
        let mut limit = getrlimit(Resource::Nofile);
        if limit.current.is_none_or(|current| current >= soft) {
            return Ok(());
        }
        limit.current = Some(soft);
        Ok(setrlimit(Resource::Nofile, limit)?)
    }

    pub(super) fn is_out_of_files(error: &io::Error) -> bool {
        matches!(Errno::from_io_error(error), Some(Errno::MFILE | Errno::NFILE))
    }
}

#[cfg(not(unix))]
mod system {
    use std::io;

    use super::OpenFiles;

    /// Windows counts no sockets.
    pub(super) fn open_files() -> OpenFiles {
        OpenFiles { soft: None, hard: None, taken: 0 }
    }

    pub(super) fn raise(_: u64) -> io::Result<()> {
        Ok(())
    }

    pub(super) fn is_out_of_files(_: &io::Error) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(clients: usize) -> Limits {
        let mut limits = Limits::default();
        limits.set_clients(clients);
        limits
    }

    fn files(soft: u64, hard: Option<u64>, taken: u64) -> OpenFiles {
        OpenFiles { soft: Some(soft), hard, taken }
    }

    #[test]
    fn where_there_are_files_enough_nothing_is_asked_for() {
        let limits = limits(64);
        for files in [
            files(1024, Some(4096), 100),
            files(256 + 32 + MARGIN, Some(256 + 32 + MARGIN), 0),
            OpenFiles { soft: None, hard: None, taken: 1_000_000 },
        ] {
            let fitted = fit(&limits, files);
            assert_eq!(fitted, Fitted { raise: None, limits: limits.clone(), warning: None });
        }
    }

    #[test]
    fn the_soft_limit_is_raised_to_what_the_limits_need_and_no_further() {
        let limits = limits(1000);
        let needed = 12 + MARGIN + 256 + 936 + 32;
        for hard in [None, Some(needed), Some(1_048_576)] {
            let fitted = fit(&limits, files(1024, hard, 12));
            let raise = Some(needed);
            assert_eq!(fitted, Fitted { raise, limits: limits.clone(), warning: None });
        }
    }

    #[test]
    fn where_the_hard_limit_is_too_low_the_limits_are_fitted_and_it_is_told() {
        for (soft, hard) in [(1024, 1024), (256, 1024)] {
            let fitted = fit(&limits(1000), files(soft, Some(hard), 20));
            assert_eq!(fitted.raise, Some(hard).filter(|hard| soft < *hard));
            let all = connections(&fitted.limits);
            assert_eq!(all + MARGIN + 20, hard, "all that there is");
            assert!(fitted.limits.clients < fitted.limits.connections);
            assert_eq!(fitted.limits.handshakes, 32);
            let warning = fitted.warning.unwrap();
            for part in ["1024 files", "1192 and 1000", "ulimit -Hn", "--clients"] {
                assert!(warning.contains(part), "{part} in {warning}");
            }
        }
    }

    #[test]
    fn however_few_files_there_are_there_is_room_for_somebody() {
        for hard in 0..400 {
            for taken in [0, 10, 1000] {
                for wanted in [0, 1, 64, 1000] {
                    let fitted = fit(&limits(wanted), files(hard, Some(hard), taken)).limits;
                    assert!(fitted.connections >= 6, "{hard} {taken}: {fitted:?}");
                    assert!(fitted.clients >= wanted.min(4) && fitted.clients <= wanted);
                    assert!(fitted.handshakes >= 1);
                    assert!(fitted.connections_per_address <= fitted.connections);
                }
            }
        }
    }

    #[cfg(unix)]
    #[test]
    fn what_one_server_was_promised_another_does_not_count_on() {
        let before = RESERVED.load(Ordering::Relaxed);
        let mut limits = limits(8);
        let (reservation, _) = reserve(&mut limits);
        let taken = system::open_files().taken;
        assert!(taken >= before.min(1) + 8 && reservation.0 == connections(&limits));
        assert!(system::is_out_of_files(&std::io::Error::from_raw_os_error(
            rustix::io::Errno::MFILE.raw_os_error()
        )));
        assert!(!system::is_out_of_files(&std::io::ErrorKind::ConnectionAborted.into()));
    }
}
