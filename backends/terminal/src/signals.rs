//! Signals that concern the terminal, as bytes in a pipe that its thread waits on.

use std::io::Read;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use signal_hook::SigId;
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGTERM, SIGTSTP, SIGWINCH};
use signal_hook::low_level;

/// What came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signal {
    /// The window's size changed.
    Resized,
    /// We are to stop until `Continued`.
    Stop,
    Continued,
    /// We are to end.
    End,
}

/// The signals, while it lives.
pub(crate) struct Signals {
    pipe: UnixStream,
    flags: Vec<(Signal, Arc<AtomicBool>)>,
    registered: Vec<SigId>,
}

/// True while no terminal is open: then signals do what they do by default.
static ASIDE: OnceLock<Arc<AtomicBool>> = OnceLock::new();

impl Signals {
    /// `ends`: also those that end the process, which nobody else handles.
    pub(crate) fn new(ends: bool) -> std::io::Result<Self> {
        let (pipe, written) = UnixStream::pair()?;
        pipe.set_nonblocking(true)?;
        let mut signals = Self { pipe, flags: Vec::new(), registered: Vec::new() };
        let aside = ASIDE.get_or_init(|| Arc::new(AtomicBool::new(true)));
        let mut wanted = vec![
            (SIGWINCH, Signal::Resized),
            (SIGTSTP, Signal::Stop),
            (SIGCONT, Signal::Continued),
        ];
        if ends {
            wanted.extend([SIGINT, SIGTERM, SIGHUP].map(|number| (number, Signal::End)));
        }
        for (number, signal) in wanted {
            if matches!(signal, Signal::Stop | Signal::End) {
                default_when_aside(number, aside)?;
            }
            let flag = Arc::new(AtomicBool::new(false));
            // The flag first: whoever reads the byte finds it set.
            signals.registered.push(signal_hook::flag::register(number, Arc::clone(&flag))?);
            signals.registered.push(low_level::pipe::register(number, written.try_clone()?)?);
            signals.flags.push((signal, flag));
        }
        aside.store(false, Ordering::SeqCst);
        Ok(signals)
    }

    /// What came since the last call.
    pub(crate) fn take(&mut self) -> Vec<Signal> {
        let mut bytes = [0; 64];
        while matches!(self.pipe.read(&mut bytes), Ok(1..)) {}
        let came = |(signal, flag): &(Signal, Arc<AtomicBool>)| {
            flag.swap(false, Ordering::SeqCst).then_some(*signal)
        };
        self.flags.iter().filter_map(came).collect()
    }
}

/// Registered once and for good: a handler that was installed stays, and without this the signal
/// would do nothing when no terminal is open.
fn default_when_aside(number: i32, aside: &Arc<AtomicBool>) -> std::io::Result<()> {
    static DONE: std::sync::Mutex<Vec<i32>> = std::sync::Mutex::new(Vec::new());
    let mut done = DONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if !done.contains(&number) {
        signal_hook::flag::register_conditional_default(number, Arc::clone(aside))?;
        done.push(number);
    }
    Ok(())
}

/// Stops the process until it is continued.
pub(crate) fn stop() {
    let _ = low_level::emulate_default_handler(SIGTSTP);
}

/// Whether somebody will continue us: a shell with job control, which gives each job a process
/// group of its own. A terminal that was started for us alone would stay stopped.
pub(crate) fn can_stop() -> bool {
    rustix::process::getsid(None).is_ok_and(|session| session != rustix::process::getpgrp())
}

/// Asks everybody in the process group to stop, as the terminal would for Ctrl+Z.
pub(crate) fn stop_group() {
    let _ = rustix::process::kill_current_process_group(rustix::process::Signal::TSTP);
}

/// Ends the process as Ctrl+C would if nobody handled it.
pub(crate) fn end() {
    let _ = low_level::emulate_default_handler(SIGINT);
}

/// Ends the process as Ctrl+\ would.
pub(crate) fn quit() {
    let _ = low_level::emulate_default_handler(signal_hook::consts::SIGQUIT);
}

impl AsFd for Signals {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.pipe.as_fd()
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        if let Some(aside) = ASIDE.get() {
            aside.store(true, Ordering::SeqCst);
        }
        for id in self.registered.drain(..) {
            low_level::unregister(id);
        }
    }
}
