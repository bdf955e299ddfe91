//! A program in a process of its own, and the pipes to it.

use std::ffi::OsString;
use std::io::{IsTerminal, PipeReader, PipeWriter};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use framecast::{Error, Result, print_notice};

use super::ending::{Action, Ending};
use crate::command::Run;

/// The descriptor from which the program reads events.
const IN: &str = "FRAMECAST_IN";
/// The descriptor to which the program writes frames.
const OUT: &str = "FRAMECAST_OUT";
/// How often a program that was asked to end is looked at.
const LOOK: Duration = Duration::from_millis(10);

/// This side of the pipes.
pub(super) struct Pipes {
    pub(super) frames: PipeReader,
    pub(super) events: PipeWriter,
}

/// Both sides of the pipes.
pub(super) struct Ends {
    ours: Pipes,
    program_in: PipeReader,
    program_out: PipeWriter,
}

impl Ends {
    /// Opens the pipes.
    ///
    /// # Errors
    /// If the system has no more.
    pub(super) fn open() -> Result<Self> {
        let failed = |error: std::io::Error| {
            Error::failed(format!("cannot open a pipe: {error}")).with_source(error)
        };
        let (frames, program_out) = std::io::pipe().map_err(failed)?;
        let (program_in, events) = std::io::pipe().map_err(failed)?;
        widen(&frames);
        Ok(Self { ours: Pipes { frames, events }, program_in, program_out })
    }
}

/// A program that runs.
pub(super) struct Program {
    child: Child,
    name: String,
}

/// The title of a program's canvas, until it gives it another one.
pub(super) fn title(args: &Run) -> String {
    let name = Path::new(&args.program).file_name();
    name.map_or_else(|| args.program.clone(), |name| name.to_string_lossy().into_owned())
}

impl Program {
    /// Starts a program. With `prints_aside`, what it prints goes to standard error: standard output is for something
    /// else.
    ///
    /// # Errors
    /// If there is no such program, or the system cannot start it.
    pub(super) fn start(args: &Run, ends: Ends, prints_aside: bool) -> Result<(Self, Pipes)> {
        let failed = |error: std::io::Error| {
            let program = &args.program;
            Error::failed(format!("cannot run {program:?}: {error}")).with_source(error)
        };
        let Ends { ours, program_in, program_out } = ends;
        let mut command = command(args);
        if prints_aside {
            command.stdout(std::io::stderr());
        }
        if args.stdio || cfg!(not(unix)) {
            command.stdin(program_in).stdout(program_out).env(IN, "0").env(OUT, "1");
            let child = command.spawn().map_err(failed)?;
            return Ok((Self { child, name: title(args) }, ours));
        }
        inherit(&mut command, &program_in, &program_out).map_err(failed)?;
        let child = command.spawn().map_err(failed)?;
        // Only the program may hold its ends, or they would never be closed.
        drop((program_in, program_out));
        Ok((Self { child, name: title(args) }, ours))
    }

    /// What messages call it.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Waits until the program ends, which was told that it is over. Ends it if it does not.
    ///
    /// # Errors
    /// If it ended otherwise than well.
    pub(super) fn end(&mut self) -> Result<()> {
        let mut ending = Ending::new(Instant::now());
        let mut ended_by_us = false;
        let status = loop {
            let status = self.child.try_wait();
            if let Some(status) = status.map_err(|error| self.failed(&error))? {
                break status;
            }
            let now = Instant::now();
            match ending.decide(now) {
                Action::Wait(until) => std::thread::sleep(LOOK.min(until - now)),
                Action::Terminate => {
                    print_notice(&format!(
                        "{} goes on after the show; it is terminated",
                        self.name
                    ));
                    ended_by_us = true;
                    self.terminate();
                }
                Action::Kill => {
                    print_notice(&format!("{} does not terminate; it is killed", self.name));
                    self.kill();
                }
            }
        };
        if status.success() || ended_by_us { Ok(()) } else { Err(self.ended(status)) }
    }

    fn ended(&self, status: ExitStatus) -> Error {
        Error::failed(format!("{} ended with {status}", self.name))
    }

    fn failed(&self, error: &std::io::Error) -> Error {
        Error::failed(format!("cannot wait for {}: {error}", self.name))
    }
}

/// Also when the show fails: no program is left behind.
impl Drop for Program {
    fn drop(&mut self) {
        if !matches!(self.child.try_wait(), Ok(Some(_))) {
            self.kill();
            let _ = self.child.wait();
        }
    }
}

/// The program and its arguments, as the user wrote them: they need not be text.
fn command(args: &Run) -> Command {
    let raw: Vec<OsString> = std::env::args_os().collect();
    let words = std::iter::once(&args.program).chain(&args.args);
    let count = words.clone().count();
    let raw = &raw[raw.len().saturating_sub(count)..];
    let same = raw.iter().map(|it| it.to_string_lossy()).eq(words.clone().map(String::as_str));
    let words: Vec<OsString> =
        if same { raw.to_vec() } else { words.map(OsString::from).collect() };
    let mut command = Command::new(&words[0]);
    command.args(&words[1..]);
    // In a process group of its own, it may not read from the terminal. A file or a pipe it may.
    if std::io::stdin().is_terminal() {
        command.stdin(Stdio::null());
    }
    // Ctrl-C in the terminal is for framecast, which says `close`.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command
}

/// Lets the program have both descriptors, and tells it which they are.
#[cfg(unix)]
fn inherit(command: &mut Command, reader: &PipeReader, writer: &PipeWriter) -> std::io::Result<()> {
    use std::os::fd::AsRawFd;

    use rustix::io::{FdFlags, fcntl_setfd};

    fcntl_setfd(reader, FdFlags::empty())?;
    fcntl_setfd(writer, FdFlags::empty())?;
    command.env(IN, reader.as_raw_fd().to_string()).env(OUT, writer.as_raw_fd().to_string());
    Ok(())
}

#[cfg(not(unix))]
fn inherit(_: &mut Command, _: &PipeReader, _: &PipeWriter) -> std::io::Result<()> {
    unreachable!("other systems use standard input and output")
}

/// Makes room for more of a frame, which saves changing from one process to the other. A limit of the system may
/// forbid it.
fn widen(pipe: &PipeReader) {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    let _ = rustix::pipe::fcntl_setpipe_size(pipe, 1 << 20);
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    let _ = pipe;
}

impl Program {
    #[cfg(unix)]
    fn terminate(&mut self) {
        self.signal(rustix::process::Signal::TERM);
    }

    #[cfg(unix)]
    fn kill(&mut self) {
        self.signal(rustix::process::Signal::KILL);
    }

    /// To the program, and to what it has started.
    #[cfg(unix)]
    fn signal(&self, signal: rustix::process::Signal) {
        // It may have ended.
        let group = rustix::process::Pid::from_child(&self.child);
        let _ = rustix::process::kill_process_group(group, signal);
    }

    #[cfg(not(unix))]
    fn terminate(&mut self) {
        self.kill();
    }

    #[cfg(not(unix))]
    fn kill(&mut self) {
        let _ = self.child.kill();
    }
}
