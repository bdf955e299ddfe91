//! Entering the terminal and leaving it, from whatever thread and in whatever state.
//!
//! The terminal's thread enters, writes and reads. Leaving is also for others: a panic on the
//! thread that runs the canvas, or a process that ends at once, leaves first. So every write is
//! made with the lock held, and none after leaving.

use std::fs::File;
use std::sync::{Arc, Mutex, MutexGuard, Once, PoisonError, TryLockError};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

use framecast_api::{Error, Result};
use rustix::event::{PollFd, PollFlags, poll};

use crate::capture::Capture;
use crate::command::{Command, command};
use crate::input::{Reader, Said};
use crate::modes::{self, Modes};
use crate::owed::{self, Fence, Owed};
use crate::tty::{Tty, timespec};
use crate::view::Window;

/// How long a terminal may take to read that it is left.
pub(crate) const LEAVING: Duration = Duration::from_millis(500);
/// How long somebody in a hurry waits for the terminal's thread to finish a write, or to leave.
const LOCKED: Duration = LEAVING.saturating_add(owed::LIMIT).saturating_add(Duration::from_secs(1));
/// How often leaving looks whether somebody else changed the terminal's modes.
const RECLAIM: Duration = Duration::from_millis(20);

/// A terminal that shows a picture, or did.
pub(crate) struct Screen {
    state: Mutex<State>,
    log: Option<Arc<File>>,
}

struct State {
    tty: Tty,
    /// What of it is used; `None` while it is being asked.
    modes: Option<Modes>,
    /// What it was asked and did not answer.
    owed: Owed,
    /// Tiles whose images the terminal around tmux holds, at most.
    tiles_in_tmux: usize,
    entered: bool,
    capture: Option<Capture>,
    /// It was left by somebody in a hurry, and stays so unless the canvas lives on.
    rescued: bool,
}

impl Screen {
    /// `patience`: see [`Owed::new`].
    pub(crate) fn new(tty: Tty, log: Option<Arc<File>>, patience: Option<Duration>) -> Self {
        let state = State {
            tty,
            modes: None,
            owed: Owed::new(patience),
            tiles_in_tmux: 0,
            entered: false,
            capture: None,
            rescued: false,
        };
        Self { state: Mutex::new(state), log }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Enters: raw, the other screen, nothing else writes to it.
    ///
    /// # Errors
    /// If the terminal cannot be made raw, or the log cannot be written. Nothing changed then.
    pub(crate) fn enter(&self) -> Result<()> {
        let mut state = self.lock();
        if state.entered {
            return Ok(());
        }
        let log = self.log.as_deref().map(File::try_clone).transpose().map_err(|error| {
            Error::failed(format!("cannot use the log: {error}")).with_source(error)
        })?;
        state.capture = Capture::begin(&state.tty, log)?;
        if let Err(error) = state.tty.make_raw() {
            if let Some(capture) = state.capture.take() {
                capture.end();
            }
            return Err(error);
        }
        state.entered = true;
        let mut start = modes::enter();
        start.extend(state.modes.map(modes::listen).unwrap_or_default());
        state.tty.write_all(&start, LEAVING);
        Ok(())
    }

    /// Uses `modes` from now on. Only once: they are not switched off but by leaving.
    pub(crate) fn listen(&self, modes: Modes) {
        let mut state = self.lock();
        state.modes = Some(modes);
        if state.entered {
            state.tty.write_all(&modes::listen(modes), LEAVING);
        }
    }

    /// It is being asked: leaving waits for the answer.
    pub(crate) fn asked(&self, fence: Fence) {
        self.lock().owed.asked(fence, Instant::now());
    }

    /// So many tiles' images are in the terminal around tmux; leaving deletes them.
    pub(crate) fn holds_in_tmux(&self, tiles: usize) {
        let mut state = self.lock();
        state.tiles_in_tmux = state.tiles_in_tmux.max(tiles);
    }

    /// It answered.
    pub(crate) fn answered(&self, fence: Fence) {
        self.lock().owed.answered(fence, Instant::now());
    }

    /// Leaves, if it is entered: everything is as it was, and what was said meanwhile is shown.
    pub(crate) fn leave(&self) {
        leave(&mut self.lock());
    }

    /// Leaves from another thread that cannot wait for long.
    pub(crate) fn leave_in_a_hurry(&self) {
        let end = Instant::now() + LOCKED;
        loop {
            match self.state.try_lock() {
                Ok(mut state) => return rescue(&mut state),
                Err(TryLockError::Poisoned(state)) => return rescue(&mut state.into_inner()),
                Err(TryLockError::WouldBlock) if Instant::now() < end => {
                    thread::sleep(Duration::from_millis(1));
                }
                Err(TryLockError::WouldBlock) => return,
            }
        }
    }

    /// Whether somebody in a hurry left it.
    pub(crate) fn was_rescued(&self) -> bool {
        self.lock().rescued
    }

    /// There was no need to leave it: the canvas lives on.
    pub(crate) fn forget_rescue(&self) {
        self.lock().rescued = false;
    }

    pub(crate) fn is_entered(&self) -> bool {
        self.lock().entered
    }

    pub(crate) fn is_foreground(&self) -> bool {
        self.lock().tty.is_foreground()
    }

    /// Whether it is entered, and somebody else has the terminal.
    pub(crate) fn is_taken(&self) -> bool {
        let state = self.lock();
        state.entered && state.tty.is_taken()
    }

    pub(crate) fn window(&self) -> Window {
        self.lock().tty.window()
    }

    /// Writes what fits now; nothing after leaving.
    pub(crate) fn write(&self, bytes: &[u8]) -> Result<usize> {
        let state = self.lock();
        if state.entered { state.tty.write(bytes) } else { Ok(0) }
    }

    /// Reads what there is; nothing after leaving.
    pub(crate) fn read(&self, buffer: &mut [u8]) -> Result<usize> {
        let state = self.lock();
        if state.entered { state.tty.read(buffer) } else { Ok(0) }
    }

    /// Writes all of it, unless that takes longer than `patience`.
    pub(crate) fn write_all(&self, bytes: &[u8], patience: Duration) {
        let state = self.lock();
        if state.entered {
            state.tty.write_all(bytes, patience);
        }
    }

    /// Waits until there is something to read; false after `patience`.
    pub(crate) fn wait_for_input(&self, patience: Duration) -> Result<bool> {
        let tty = self.descriptor()?;
        let mut fds = [PollFd::new(&tty, PollFlags::IN)];
        Ok(matches!(poll(&mut fds, Some(&timespec(patience))), Ok(1..)))
    }

    /// A descriptor to wait on.
    pub(crate) fn descriptor(&self) -> Result<std::os::fd::OwnedFd> {
        let duplicate = rustix::io::fcntl_dupfd_cloexec(&self.lock().tty, 3);
        duplicate.map_err(|errno| Error::failed(format!("cannot wait for the terminal: {errno}")))
    }
}

fn rescue(state: &mut State) {
    state.rescued |= state.entered;
    leave(state);
}

fn leave(state: &mut State) {
    if !std::mem::replace(&mut state.entered, false) {
        return;
    }
    // What the terminal has not read of a picture, nobody wants to see any more.
    state.tty.drop_output();
    let mut end =
        modes::leave(state.modes.unwrap_or_default(), std::mem::take(&mut state.tiles_in_tmux));
    let foreground = state.tty.is_foreground();
    if foreground {
        // An answer must not be echoed.
        state.tty.reclaim();
    }
    if state.owed.answers() && foreground {
        end.extend(b"\x1b[c");
        state.owed.asked(Fence::Attributes, Instant::now());
    }
    state.tty.write_all(&end, LEAVING);
    if foreground {
        take_last_answers(&mut state.tty, &mut state.owed);
    }
    // The shell sets its own modes while we are in the background, and would stop us.
    if foreground {
        state.tty.restore();
    }
    if let Some(capture) = state.capture.take() {
        capture.end();
    }
}

/// Reads, and drops, what the terminal still has to say. Ctrl+C ends the waiting.
fn take_last_answers(tty: &mut Tty, owed: &mut Owed) {
    let mut reader = Reader::default();
    let mut buffer = [0; 1024];
    let mut hurry = false;
    while let Some(until) = owed.until(Instant::now()).filter(|_| !hurry) {
        let left = until.saturating_duration_since(Instant::now());
        let waited = tty.wait_for_input(left.min(RECLAIM));
        // A program before ours in a pipe ends about now.
        tty.reclaim();
        if !waited {
            continue;
        }
        let Ok(count @ 1..) = tty.read(&mut buffer) else { break };
        let now = Instant::now();
        reader.push(&buffer[..count], now, &mut |said| match said {
            Said::Reply(reply) => {
                if let Some(fence) = Fence::of(&reply) {
                    owed.answered(fence, now);
                }
            }
            Said::Key(press) => hurry |= command(&press) == Some(Command::End),
            _ => {}
        });
    }
    owed.give_up();
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.leave();
    }
}

/// The screen that is open, and the thread that runs its canvas.
static OPEN: Mutex<Option<(Arc<Screen>, ThreadId)>> = Mutex::new(None);

/// Keeps the promise that the terminal is left whatever happens, while it lives.
pub(crate) struct Guard;

impl Guard {
    /// For `screen`, whose canvas `engine` runs.
    ///
    /// # Errors
    /// If another screen is open: a terminal shows one canvas.
    pub(crate) fn new(screen: &Arc<Screen>, engine: ThreadId) -> Result<Self> {
        static HOOK: Once = Once::new();
        let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
        if open.is_some() {
            return Err(Error::failed("the terminal shows another canvas; it shows one"));
        }
        *open = Some((Arc::clone(screen), engine));
        HOOK.call_once(|| {
            let previous = std::panic::take_hook();
            std::panic::set_hook(Box::new(move |info| {
                restore_if(|engine| cfg!(panic = "abort") || engine == thread::current().id());
                previous(info);
            }));
        });
        Ok(Self)
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        *OPEN.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// Restores the terminal at once if a canvas is shown in it. For a process that is about to end without closing
/// its canvases, as with [`std::process::exit`].
pub fn restore() {
    restore_if(|_| true);
}

fn restore_if(wanted: impl Fn(ThreadId) -> bool) {
    // Whoever holds this holds it for a moment, or is us, panicking.
    let open = match OPEN.try_lock() {
        Ok(open) => open.clone(),
        Err(TryLockError::Poisoned(open)) => open.into_inner().clone(),
        Err(TryLockError::WouldBlock) => None,
    };
    if let Some((screen, engine)) = open
        && wanted(engine)
    {
        screen.leave_in_a_hurry();
    }
}
