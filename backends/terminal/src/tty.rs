//! The terminal as the system sees it: opened, made raw, read and written without waiting.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;
use std::time::{Duration, Instant};

use framecast_api::{Error, Result};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use rustix::process::{getpgrp, getsid};
use rustix::termios::{self, LocalModes, OptionalActions, QueueSelector, Termios};

use crate::view::Window;

/// What every message about a missing terminal ends with.
const ADVICE: &str = "start this in a terminal, or leave it out, as in --backend http";

/// An open terminal. Its file description is our own, so that nobody else's reads and writes
/// stop waiting.
pub(crate) struct Tty {
    file: OwnedFd,
    /// What is restored.
    original: Termios,
    /// What we set; `None` before.
    raw: Option<Termios>,
    /// A terminal that was named, not the process' own.
    named: bool,
}

impl Tty {
    /// The process' own terminal, or the one that is named.
    pub(crate) fn open(named: Option<&Path>) -> Result<Self> {
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let open = |path: &Path| rustix::fs::open(path, flags, Mode::empty());
        let file = match named {
            Some(path) => open(path),
            None => own_terminal(&open),
        };
        let path = named.unwrap_or(Path::new("/dev/tty")).display();
        let failed = |errno: Errno| {
            let error = std::io::Error::from(errno);
            Error::failed(format!("cannot open {path}: {error} ({ADVICE})")).with_source(error)
        };
        let file = match file {
            Err(Errno::NXIO | Errno::NOENT | Errno::NODEV) => {
                return Err(Error::failed(format!("there is no terminal ({ADVICE})")));
            }
            other => other.map_err(failed)?,
        };
        let original = termios::tcgetattr(&file).map_err(failed)?;
        let tty = Self { file, original, raw: None, named: named.is_some() };
        if !tty.is_foreground() {
            return Err(Error::failed(format!("the program runs in the background ({ADVICE})")));
        }
        Ok(tty)
    }

    /// Whether the shell has given the terminal to us. A background job must not touch it.
    pub(crate) fn is_foreground(&self) -> bool {
        self.named || termios::tcgetpgrp(&self.file).is_ok_and(|group| group == getpgrp())
    }

    /// Whether somebody else has it; not that nobody does, as when it is gone.
    pub(crate) fn is_taken(&self) -> bool {
        !self.named && termios::tcgetpgrp(&self.file).is_ok_and(|group| group != getpgrp())
    }

    /// No echo, no lines, no signals from keys.
    pub(crate) fn make_raw(&mut self) -> Result<()> {
        let mut raw = self.original.clone();
        raw.make_raw();
        termios::tcsetattr(&self.file, OptionalActions::Now, &raw).map_err(|errno| {
            let error = std::io::Error::from(errno);
            Error::failed(format!("cannot make the terminal raw: {error}")).with_source(error)
        })?;
        // As the system took it, to see later whether somebody else changed it.
        self.raw = termios::tcgetattr(&self.file).ok();
        Ok(())
    }

    /// Makes it raw again if another program of the same terminal restored its own modes meanwhile. Those
    /// are then what [`restore`](Self::restore) restores.
    ///
    /// ffmpeg in front of a pipe does so: it takes echo and lines away before we open the terminal, and
    /// gives them back when it ends. Without echo and lines, the modes are not those of a shell.
    pub(crate) fn reclaim(&mut self) {
        let (Some(raw), Ok(now)) = (&self.raw, termios::tcgetattr(&self.file)) else { return };
        let changed = now.local_modes != raw.local_modes || now.input_modes != raw.input_modes;
        if changed && now.local_modes.contains(LocalModes::ICANON | LocalModes::ECHO) {
            self.original = now;
            // There is nobody left to tell.
            let _ = self.make_raw();
        }
    }

    /// As it was when it was opened, or as [`reclaim`](Self::reclaim) found it. Input that nobody read is
    /// dropped.
    pub(crate) fn restore(&self) {
        // There is nobody left to tell.
        let _ = termios::tcflush(&self.file, QueueSelector::IFlush);
        // Not TCSAFLUSH: it waits, without end, for a terminal that reads nothing.
        let _ = termios::tcsetattr(&self.file, OptionalActions::Now, &self.original);
        let _ = termios::tcflush(&self.file, QueueSelector::IFlush);
    }

    /// Drops output that the terminal has not read.
    pub(crate) fn drop_output(&self) {
        let _ = termios::tcflush(&self.file, QueueSelector::OFlush);
    }

    /// How large its window is.
    pub(crate) fn window(&self) -> Window {
        match termios::tcgetwinsize(&self.file) {
            Ok(size) if size.ws_col > 0 && size.ws_row > 0 => {
                Window::new(size.ws_col, size.ws_row, (size.ws_xpixel, size.ws_ypixel))
            }
            // A serial line does not know; the VT100 had as many.
            _ => Window::new(80, 24, (0, 0)),
        }
    }

    /// What came from it; `Ok(0)`: nothing now.
    pub(crate) fn read(&self, buffer: &mut [u8]) -> Result<usize> {
        match rustix::io::read(&self.file, buffer) {
            Ok(0) => Err(gone()),
            Ok(count) => Ok(count),
            Err(Errno::AGAIN | Errno::INTR) => Ok(0),
            // A background job may not read; nor may one whose shell is gone.
            Err(Errno::IO) if !self.is_foreground() => Ok(0),
            Err(_) => Err(gone()),
        }
    }

    /// Writes what fits now; how many bytes.
    pub(crate) fn write(&self, bytes: &[u8]) -> Result<usize> {
        match rustix::io::write(&self.file, bytes) {
            Ok(count) => Ok(count),
            Err(Errno::AGAIN | Errno::INTR) => Ok(0),
            Err(_) => Err(gone()),
        }
    }

    /// Writes all of it, unless that takes longer than `patience`.
    pub(crate) fn write_all(&self, mut bytes: &[u8], patience: Duration) {
        let end = Instant::now() + patience;
        while !bytes.is_empty() {
            match self.write(bytes) {
                Ok(0) => {
                    let left = end.saturating_duration_since(Instant::now());
                    if left.is_zero() || !self.wait(PollFlags::OUT, left) {
                        return;
                    }
                }
                Ok(count) => bytes = &bytes[count..],
                Err(_) => return,
            }
        }
    }

    /// Waits until there is something to read; false after `patience`.
    pub(crate) fn wait_for_input(&self, patience: Duration) -> bool {
        self.wait(PollFlags::IN, patience)
    }

    fn wait(&self, what: PollFlags, patience: Duration) -> bool {
        let mut fds = [PollFd::new(&self.file, what)];
        matches!(poll(&mut fds, Some(&timespec(patience))), Ok(1..))
    }

    /// Whether `stream` writes to this terminal.
    pub(crate) fn is_behind(&self, stream: BorrowedFd<'_>) -> bool {
        if !termios::isatty(stream) {
            return false;
        }
        if self.named {
            let device = |fd: BorrowedFd<'_>| rustix::fs::fstat(fd).map(|stat| stat.st_rdev).ok();
            return device(stream) == device(self.file.as_fd());
        }
        // Asked of any terminal but the process' own, this is an error.
        match (termios::tcgetsid(stream), getsid(None)) {
            (Ok(session), Ok(ours)) => session == ours,
            _ => false,
        }
    }
}

impl AsFd for Tty {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }
}

pub(crate) fn timespec(duration: Duration) -> Timespec {
    Timespec {
        tv_sec: i64::try_from(duration.as_secs()).unwrap_or(i64::MAX),
        tv_nsec: duration.subsec_nanos().into(),
    }
}

fn gone() -> Error {
    Error::failed("the terminal is gone: it was closed, or the connection to it was lost")
}

/// `/dev/tty`; on a Mac by its name, since `poll` does not work on `/dev/tty` there.
fn own_terminal(
    open: &dyn Fn(&Path) -> rustix::io::Result<OwnedFd>,
) -> rustix::io::Result<OwnedFd> {
    if cfg!(target_vendor = "apple") {
        let (input, output, errors) = (std::io::stdin(), std::io::stdout(), std::io::stderr());
        for stream in [input.as_fd(), output.as_fd(), errors.as_fd()] {
            if let Ok(name) = termios::ttyname(stream, Vec::new())
                && let Ok(name) = name.to_str()
                && let Ok(file) = open(Path::new(name))
            {
                return Ok(file);
            }
        }
    }
    open(Path::new("/dev/tty"))
}

/// A file of one pixel, gone when dropped; `None` where there cannot be one.
pub(crate) fn pixel_file() -> Option<tempfile::NamedTempFile> {
    use std::io::Write;

    let mut file = tempfile::Builder::new().prefix("framecast-pixel-").tempfile().ok()?;
    file.write_all(&[0; 3]).ok()?;
    Some(file)
}
