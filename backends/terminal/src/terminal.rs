//! The terminal's side of its thread: waiting, reading, writing, signals, coming and going.

use std::io::Read;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::thread::ThreadId;
use std::time::{Duration, Instant};

use framecast_api::{BackendEvent, Context, Error, Result, ViewInfo};
use framecast_local::Host;
use rustix::event::{PollFd, PollFlags, poll};

use crate::backend::{CLIENT, TerminalOptions, TerminalPicture};
use crate::input::{Reader, Reply, Said};
use crate::owed::Fence;
use crate::passthrough;
use crate::probe::{self, Answers, Environment, Inquiry, TMUX_IMAGE};
use crate::screen::{Guard, Screen};
use crate::session::{Effect, Session};
use crate::signals::{self, Signal, Signals};
use crate::tty::{Tty, pixel_file, timespec};

/// How long a terminal may take to say what it can do.
const ANSWERS: Duration = Duration::from_secs(1);
/// Reads between two looks at what else happened.
const READS: usize = 16;
/// How often a job in the background looks whether it is in the foreground again.
const BACKGROUND: Duration = Duration::from_millis(500);
/// What is kept of what was typed before the picture: more than hands type meanwhile.
const MAX_EARLY: usize = 1024;
/// The most that is written between two looks at what else happened, in bytes.
const WRITE: usize = 64 * 1024;

/// An open terminal, on its thread.
pub(crate) struct Terminal {
    pub(crate) screen: Arc<Screen>,
    pub(crate) session: Session,
    signals: Signals,
    woken: UnixStream,
    pub(crate) pointer_shapes: bool,
    /// What is known of the machine in front of the user.
    pub(crate) info: ViewInfo,
    /// What was typed before there was a session.
    early: Vec<Said>,
    /// Ctrl+Z was pressed, and we have not been stopped and continued yet.
    stopping: bool,
    /// We stopped ourselves: being continued is no news when it is told.
    stopped: bool,
    /// Ctrl+C was pressed before, and the application has not ended.
    ending: bool,
    /// Last, so that everything else is restored by then.
    _guard: Guard,
}

impl Terminal {
    pub(crate) fn open(
        options: &TerminalOptions,
        context: &Context,
        woken: UnixStream,
        engine: ThreadId,
    ) -> Result<Self> {
        let environment = Environment::here();
        if environment.term == "dumb" {
            return Err(Error::failed(
                "the terminal is dumb, says TERM; start this in another, or leave it out, as in --backend http",
            ));
        }
        let tty = Tty::open(options.tty.as_deref())?;
        let screen = Arc::new(Screen::new(tty, options.log.clone(), options.patience));
        let guard = Guard::new(&screen, engine)?;
        let signals = Signals::new(options.signals).map_err(|error| {
            Error::failed(format!("cannot watch for signals: {error}")).with_source(error)
        })?;
        screen.enter()?;
        let Asked { answers, rtt, rtt_through_tmux, early, reader } =
            ask(&screen, options.picture, &environment)?;
        let (wanted, exact) = (options.picture, options.exact);
        let info = environment.view_info();
        let inquiry = Inquiry { wanted, exact, environment, answers: answers.clone() };
        let plan = inquiry.plan();
        screen.listen(plan.modes);
        let mut window = screen.window();
        if window.cell.0 == 0 {
            let (area, cell) = (answers.area, answers.cell);
            window = window.with_area(area.0, area.1).with_cell(cell.0, cell.1);
        }
        let pointer_shapes = plan.modes.pointer_shapes;
        let mut session =
            Session::new(plan, &answers, rtt, window, options.pixel_ratio, context.clock);
        session.read_on(reader);
        session.set_rtt_through_tmux(rtt_through_tmux);
        if probe::asks_through_tmux(wanted, &inquiry.environment) && !answers.is_through_tmux() {
            session.hear_late(inquiry, Instant::now());
        }
        Ok(Self {
            screen,
            session,
            signals,
            woken,
            pointer_shapes,
            info,
            early,
            stopping: false,
            stopped: false,
            ending: false,
            _guard: guard,
        })
    }

    /// Until the engine closes the terminal.
    pub(crate) fn run(&mut self, host: &Host<Self>) -> Result<()> {
        let tty = self.screen.descriptor()?;
        let mut effects = Vec::new();
        let early = std::mem::take(&mut self.early);
        self.session.hear(early, Instant::now(), &mut |effect| effects.push(effect));
        loop {
            let now = Instant::now();
            if !self.take_changes(host) {
                self.session.finish();
                // As much as fits now: leaving says the same in few words.
                let _ = self.screen.write(self.session.unsent());
                self.screen.leave();
                return Ok(());
            }
            self.take_signals(now, &mut effects);
            self.give_way(now, &mut effects);
            self.come_back(&mut effects)?;
            self.read(now, &mut effects)?;
            self.session.expire(now, &mut |effect| effects.push(effect));
            if self.screen.is_entered() {
                self.pump(now)?;
                // What waited for the last byte has nothing else to wait for.
                while self.write(now)? {
                    self.pump(now)?;
                }
            }
            self.report(host, &mut effects, now);
            self.wait(&tty);
        }
    }

    /// Takes what the engine changed; false if it closes.
    fn take_changes(&mut self, host: &Host<Self>) -> bool {
        let mut bytes = [0; 256];
        while matches!((&self.woken).read(&mut bytes), Ok(1..)) {}
        let (frame, changes) = {
            let mut state = host.lock();
            if state.closing {
                return false;
            }
            let frame = state.frame.take();
            // Until it is known whether it is under way, nobody wants another.
            state.ready &= frame.is_none();
            (frame, std::mem::take(&mut state.changes))
        };
        if let Some(frame) = frame {
            self.session.offer(frame);
        }
        if let Some(title) = changes.title {
            self.session.set_title(title);
        }
        if let Some(text) = changes.clipboard {
            self.session.set_clipboard(text);
        }
        if let Some(cursor) = changes.cursor {
            self.session.set_cursor(cursor);
        }
        if let Some(control) = changes.control {
            self.session.set_control(&control);
        }
        if let Some(links) = changes.links {
            self.session.set_links(links);
        }
        true
    }

    fn take_signals(&mut self, now: Instant, effects: &mut Vec<Effect>) {
        for signal in self.signals.take() {
            match signal {
                Signal::Resized => {
                    let window = self.screen.window();
                    self.session.resized(window, &mut |effect| effects.push(effect));
                }
                Signal::Stop => {
                    self.leave(now, effects);
                    self.stopping = false;
                    self.stopped = true;
                    signals::stop();
                }
                Signal::Continued => {
                    self.stopping = false;
                    // Stopped without being asked, by SIGSTOP: the shell has set modes of its own
                    // since. Coming back sets ours, and is tried in any case. After a stop of our
                    // own we may be back already, and leaving drops what was typed meanwhile.
                    if !std::mem::take(&mut self.stopped) {
                        self.leave(now, effects);
                    }
                }
                Signal::End => {
                    effects.push(Effect::Report(BackendEvent::CloseRequested { client: CLIENT }));
                }
            }
        }
    }

    /// Leaves to the shell what it took without stopping us, as when the script that started us
    /// ended before us.
    fn give_way(&mut self, now: Instant, effects: &mut Vec<Effect>) {
        if self.screen.is_taken() {
            self.leave(now, effects);
        }
    }

    fn leave(&mut self, now: Instant, effects: &mut Vec<Effect>) {
        if !self.screen.is_entered() {
            return;
        }
        self.screen.leave();
        self.session.left(now, &mut |effect| effects.push(effect));
    }

    /// Whether the screen is to be entered as soon as we are in the foreground.
    fn is_away(&self) -> bool {
        !self.stopping && !self.screen.is_entered() && !self.screen.was_rescued()
    }

    fn come_back(&mut self, effects: &mut Vec<Effect>) -> Result<()> {
        if self.is_away() && self.screen.is_foreground() {
            self.screen.enter()?;
            let window = self.screen.window();
            self.session.entered(window, &mut |effect| effects.push(effect));
        }
        Ok(())
    }

    fn read(&mut self, now: Instant, effects: &mut Vec<Effect>) -> Result<()> {
        let mut buffer = [0; 4096];
        for _ in 0..READS {
            let count = self.screen.read(&mut buffer)?;
            if count == 0 {
                break;
            }
            self.session.read(&buffer[..count], now, &mut |effect| effects.push(effect));
        }
        Ok(())
    }

    fn pump(&mut self, now: Instant) -> Result<()> {
        self.session.pump(now)?;
        // Before any of it is written: whoever leaves knows.
        if let Some(fence) = self.session.take_asked() {
            self.screen.asked(fence);
        }
        let tiles = self.session.images_in_tmux();
        if tiles > 0 {
            self.screen.holds_in_tmux(tiles);
        }
        Ok(())
    }

    /// Writes some of what is unsent; true if that was something, and all of it.
    fn write(&mut self, now: Instant) -> Result<bool> {
        let mut room = WRITE;
        while room > 0 && !self.session.unsent().is_empty() {
            let unsent = self.session.unsent();
            let count = self.screen.write(&unsent[..unsent.len().min(room)])?;
            if count == 0 {
                break;
            }
            room -= count;
            self.session.took(count, now);
        }
        Ok(room < WRITE && self.session.unsent().is_empty())
    }

    /// Tells the engine what happened, and does what is ours to do.
    fn report(&mut self, host: &Host<Self>, effects: &mut Vec<Effect>, now: Instant) {
        let mut inputs = Vec::new();
        let mut suspend = false;
        for effect in effects.drain(..) {
            match effect {
                Effect::Report(input @ BackendEvent::CloseRequested { .. }) => {
                    // Twice: the application does not end by itself.
                    if std::mem::replace(&mut self.ending, true) {
                        self.screen.leave();
                        signals::end();
                    }
                    inputs.push(input);
                }
                Effect::Report(input) => inputs.push(input),
                Effect::Answered(fence) => self.screen.answered(fence),
                Effect::Suspend => suspend = true,
                Effect::Quit => {
                    self.screen.leave();
                    signals::quit();
                }
            }
        }
        if suspend && signals::can_stop() {
            let mut released = Vec::new();
            self.leave(now, &mut released);
            inputs.extend(released.into_iter().filter_map(|effect| match effect {
                Effect::Report(input) => Some(input),
                _ => None,
            }));
            self.stopping = true;
            signals::stop_group();
        }
        let visible = self.screen.is_entered();
        let wake = {
            let mut state = host.lock();
            if visible != state.visible {
                state.visible = visible;
                inputs.push(self.session.visibility(visible, now));
            }
            let mut wake = false;
            for input in inputs {
                wake |= state.queue.push(input);
            }
            state.ready = self.session.wants_frame();
            state.traffic = self.session.traffic();
            let wants = state.wants_frame();
            wake |= wants && !state.told_demand;
            state.told_demand = wants;
            wake
        };
        if wake {
            host.wake_engine();
        }
    }

    /// Waits for the engine, a signal, the terminal or a deadline.
    fn wait(&self, tty: &OwnedFd) {
        let mut interest = PollFlags::IN;
        interest.set(PollFlags::OUT, !self.session.unsent().is_empty());
        let mut fds = vec![
            PollFd::new(&self.woken, PollFlags::IN),
            PollFd::new(&self.signals, PollFlags::IN),
        ];
        let entered = self.screen.is_entered();
        if entered {
            fds.push(PollFd::new(tty, interest));
        }
        let now = Instant::now();
        let deadline = self.session.deadline().filter(|_| entered);
        // Nobody says when a job comes to the foreground.
        let look = self.is_away().then(|| now + BACKGROUND);
        let patience = deadline.into_iter().chain(look).min();
        let patience = patience.map(|at| timespec(at.saturating_duration_since(now)));
        // An error is a signal, which is looked at next.
        let _ = poll(&mut fds, patience.as_ref());
    }
}

/// What was learned of the terminal.
#[derive(Default)]
struct Asked {
    answers: Answers,
    /// How long an answer takes.
    rtt: Option<Duration>,
    /// How long the answer of the terminal around tmux takes.
    rtt_through_tmux: Option<Duration>,
    /// What was typed meanwhile.
    early: Vec<Said>,
    /// It may be in the middle of an answer that is late.
    reader: Reader,
}

/// Asks the terminal what it can do.
fn ask(screen: &Screen, wanted: TerminalPicture, environment: &Environment) -> Result<Asked> {
    let file = pixel_file();
    let mut asked = Asked::default();
    let through_tmux = probe::asks_through_tmux(wanted, environment);
    if through_tmux {
        screen.asked(Fence::Picture(TMUX_IMAGE));
    }
    screen.asked(Fence::Attributes);
    screen.write_all(
        &probe::questions(wanted, environment, file.as_ref().map(tempfile::NamedTempFile::path)),
        ANSWERS,
    );
    let start = Instant::now();
    let mut reader = Reader::default();
    let mut buffer = [0; 1024];
    let mut end = start + ANSWERS;
    loop {
        let complete = asked.answers.is_complete();
        if complete && (!through_tmux || asked.answers.is_through_tmux()) {
            break;
        }
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() || !screen.wait_for_input(left)? {
            break;
        }
        let count = screen.read(&mut buffer)?;
        let now = Instant::now();
        reader.push(&buffer[..count], now, &mut |said| {
            if let Said::Reply(reply) = &said
                && let Some(fence) = Fence::of(reply)
            {
                screen.answered(fence);
            }
            asked.hear(said, now - start);
        });
        if !complete && asked.answers.is_complete() {
            // That was tmux.
            end = end.min(now + passthrough::LATER);
        }
    }
    asked.reader = reader;
    Ok(asked)
}

impl Asked {
    /// Takes what was said so long after the questions.
    fn hear(&mut self, said: Said, after: Duration) {
        match said {
            Said::Reply(reply) => {
                self.answers.hear(&reply);
                match reply {
                    Reply::Ready => self.rtt = Some(after),
                    Reply::Graphics { image: TMUX_IMAGE, .. } => {
                        self.rtt_through_tmux = Some(after);
                    }
                    _ => {}
                }
            }
            other if self.early.len() < MAX_EARLY => self.early.push(other),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_flood_before_the_answers_some_is_kept_and_the_answers_are() {
        let mut asked = Asked::default();
        let mut reader = Reader::default();
        let flood = [&[b'x'; MAX_EARLY + 10][..], b"\x1b[0n\x1b[?62c"].concat();
        let after = Duration::from_millis(7);
        reader.push(&flood, Instant::now(), &mut |said| asked.hear(said, after));
        assert_eq!((asked.early.len(), asked.rtt), (MAX_EARLY, Some(after)));
        assert!(asked.answers.is_complete());
    }
}
