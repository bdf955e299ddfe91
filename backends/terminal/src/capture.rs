//! Standard output and error while the screen shows a picture: kept, and shown after.

use std::fs::File;
use std::io::{PipeReader, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use framecast_api::{Error, Result};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::stdio::{dup2_stderr, dup2_stdout};

use crate::tty::Tty;

/// What is kept of the beginning (the links, why something failed), and of the end, in bytes each.
pub(crate) const KEPT: usize = 32 * 1024;

/// What is read at most after the end, in bytes: as much as a pipe holds.
const PIPE: usize = 64 * 1024;

static ERROR_IS_LOGGED: AtomicBool = AtomicBool::new(false);

/// Returns whether standard error goes to the log of [`TerminalOptions::with_log`] at this moment, because the
/// terminal shows a picture. A program that writes to both would then write everything twice.
///
/// [`TerminalOptions::with_log`]: crate::TerminalOptions::with_log
#[must_use]
pub fn is_standard_error_logged() -> bool {
    ERROR_IS_LOGGED.load(Ordering::Acquire)
}

/// The streams that would write over the picture, led elsewhere until [`end`](Self::end).
pub(crate) struct Capture {
    output: Option<OwnedFd>,
    errors: Option<OwnedFd>,
    /// Ends the thread when dropped.
    stop: UnixStream,
    thread: JoinHandle<Kept>,
}

impl Capture {
    /// Leads away what of standard output and error is this terminal; `None`: neither is. With a
    /// `log` it goes there, and nothing is kept.
    pub(crate) fn begin(tty: &Tty, log: Option<File>) -> Result<Option<Self>> {
        let (stdout, stderr) = (std::io::stdout(), std::io::stderr());
        let (output, errors) = (tty.is_behind(stdout.as_fd()), tty.is_behind(stderr.as_fd()));
        if !output && !errors {
            return Ok(None);
        }
        let failed = |error: std::io::Error| {
            Error::failed(format!("cannot lead standard error away from the picture: {error}"))
                .with_source(error)
        };
        let (reader, writer) = std::io::pipe().map_err(failed)?;
        rustix::io::ioctl_fionbio(&reader, true).map_err(|errno| failed(errno.into()))?;
        let (stop, stopped) = UnixStream::pair().map_err(failed)?;
        let keep = |fd| rustix::io::fcntl_dupfd_cloexec(fd, 3).map_err(|it| failed(it.into()));
        let output = output.then(|| keep(stdout.as_fd())).transpose()?;
        let errors = errors.then(|| keep(stderr.as_fd())).transpose()?;
        let logs = log.is_some() && errors.is_some();
        let thread = thread::Builder::new()
            .name("framecast-terminal-log".to_owned())
            .spawn(move || collect(reader, &stopped, log))
            .map_err(failed)?;
        if output.is_some() {
            dup2_stdout(&writer).map_err(|errno| failed(errno.into()))?;
        }
        if errors.is_some() {
            dup2_stderr(&writer).map_err(|errno| failed(errno.into()))?;
        }
        ERROR_IS_LOGGED.store(logs, Ordering::Release);
        Ok(Some(Self { output, errors, stop, thread }))
    }

    /// Gives the streams back and shows what was kept.
    pub(crate) fn end(self) {
        let Self { output, errors, stop, thread } = self;
        ERROR_IS_LOGGED.store(false, Ordering::Release);
        // If this fails there is nothing else to write to.
        if let Some(output) = &output {
            let _ = dup2_stdout(output);
        }
        if let Some(errors) = &errors {
            let _ = dup2_stderr(errors);
        }
        drop(stop);
        if let (Ok(kept), Some(stream)) = (thread.join(), errors.or(output)) {
            let _ = File::from(stream).write_all(&kept.into_bytes());
        }
    }
}

/// Reads until nobody is left to write, or what is there when it is stopped.
fn collect(mut reader: PipeReader, stopped: &UnixStream, mut log: Option<File>) -> Kept {
    let mut kept = Kept::default();
    let mut buffer = [0; 4096];
    let mut stopping = false;
    let mut left = PIPE;
    while left > 0 {
        // A child that has the stream, too, may go on writing: it is not waited for.
        if !stopping {
            let mut fds = [PollFd::new(stopped, PollFlags::IN)];
            stopping = matches!(poll(&mut fds, Some(&Timespec::default())), Ok(1..));
        }
        match reader.read(&mut buffer) {
            Ok(0) => return kept,
            Ok(count) => {
                if stopping {
                    left = left.saturating_sub(count);
                }
                match &mut log {
                    // A disk that is full loses lines, not the picture.
                    Some(log) => drop(log.write_all(&buffer[..count])),
                    None => kept.push(&buffer[..count]),
                }
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock && !stopping => {
                let mut fds =
                    [PollFd::new(&reader, PollFlags::IN), PollFd::new(stopped, PollFlags::IN)];
                let _ = poll(&mut fds, None);
                stopping = !fds[1].revents().is_empty();
            }
            Err(_) => return kept,
        }
    }
    kept
}

/// The first and the last of what was written.
#[derive(Debug, Default)]
struct Kept {
    first: Vec<u8>,
    /// As a ring: the oldest is at `oldest` once it is full.
    last: Vec<u8>,
    oldest: usize,
    left_out: u64,
}

impl Kept {
    fn push(&mut self, bytes: &[u8]) {
        let (first, rest) = bytes.split_at(bytes.len().min(KEPT - self.first.len()));
        self.first.extend(first);
        for &byte in rest {
            if self.last.len() < KEPT {
                self.last.push(byte);
            } else {
                self.last[self.oldest] = byte;
                self.oldest = (self.oldest + 1) % KEPT;
                self.left_out += 1;
            }
        }
    }

    fn into_bytes(self) -> Vec<u8> {
        let mut bytes = self.first;
        if self.left_out > 0 {
            let note = format!("\nframecast: ({} bytes were left out here)\n", self.left_out);
            bytes.extend(note.bytes());
        }
        bytes.extend(&self.last[self.oldest..]);
        bytes.extend(&self.last[..self.oldest]);
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_and_the_last_are_kept_and_what_is_between_is_counted() {
        let mut kept = Kept::default();
        kept.push(b"first\n");
        for _ in 0..100 {
            kept.push(&[b'x'; 1000]);
        }
        kept.push(b"last\n");
        let bytes = kept.into_bytes();
        assert!(bytes.len() < 2 * KEPT + 100);
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.starts_with("first\nxxx") && text.ends_with("xxxlast\n"));
        let left_out = 6 + 100_000 + 5 - 2 * KEPT;
        assert!(text.contains(&format!("({left_out} bytes were left out here)")));
    }

    #[test]
    fn a_child_that_goes_on_writing_is_not_waited_for() {
        let (reader, mut writer) = std::io::pipe().unwrap();
        rustix::io::ioctl_fionbio(&reader, true).unwrap();
        let (stop, stopped) = UnixStream::pair().unwrap();
        let child = thread::spawn(move || while writer.write_all(b"again and again\n").is_ok() {});
        let collecting = thread::spawn(move || collect(reader, &stopped, None));
        drop(stop);
        let kept = collecting.join().unwrap().into_bytes();
        assert!(kept.is_empty() || kept.starts_with(b"again"));
        child.join().unwrap();
    }

    #[test]
    fn a_little_is_kept_whole() {
        let mut kept = Kept::default();
        kept.push(b"one\n");
        kept.push(b"two\n");
        assert_eq!(kept.into_bytes(), b"one\ntwo\n");
    }
}
