//! A terminal for tests: a pseudo-terminal whose other side answers as a terminal does, and whose
//! screen can be looked at. What it reads, and when, is up to the test.

#![allow(dead_code, reason = "each test takes what it needs")]

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{Read, Write};
use std::num::NonZero;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::{Mode, OFlags};
use rustix::pty::{grantpt, ptsname, unlockpt};
use rustix::termios::{self, Termios, Winsize};

/// Longer than anything here takes on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// Both sides of a pseudo-terminal.
pub(crate) struct Emulator {
    shared: Arc<Shared>,
    /// `None` once it was hung up.
    master: Option<File>,
    reader: Option<JoinHandle<()>>,
    /// Kept open, so that the other side never ends while nobody else has it open.
    slave: OwnedFd,
    path: PathBuf,
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    parser: vt100::Parser<Replies>,
    /// Everything that was read.
    bytes: Vec<u8>,
    /// Up to where the question for colors was looked for.
    searched: usize,
    /// The same for commands of kitty's graphics protocol.
    searched_graphics: usize,
    /// Those commands, without what is around them.
    graphics: Vec<String>,
    /// The question about an image whose last piece has not come.
    unfinished: Option<String>,
    /// So many bytes may still be read; `None`: all.
    allowance: Option<usize>,
    /// Answers are held back, as on a long way; these are.
    held: Option<Vec<u8>>,
    ended: bool,
}

/// A command of kitty's graphics protocol.
const GRAPHICS: &[u8] = b"\x1b_G";
const STRING_END: &[u8] = b"\x1b\\";

/// DECRQSS: which attributes text has now.
const COLOR_QUESTION: &[u8] = b"\x1bP$qm\x1b\\";

impl State {
    /// Commands of the graphics protocol, which the parser does not tell of; kitty answers them.
    fn take_graphics(&mut self) {
        while let Some(start) = find(&self.bytes[self.searched_graphics..], GRAPHICS) {
            let start = self.searched_graphics + start + GRAPHICS.len();
            let Some(length) = find(&self.bytes[start..], STRING_END) else { return };
            let command = String::from_utf8_lossy(&self.bytes[start..start + length]).into_owned();
            self.searched_graphics = start + length;
            let keys = command.split(';').next().unwrap_or_default();
            if keys.split(',').any(|pair| pair == "a=q") {
                let image = keys.split(',').find(|pair| pair.starts_with("i="));
                self.unfinished = image.map(str::to_owned);
            }
            if !keys.split(',').any(|pair| pair == "m=1")
                && let Some(image) = self.unfinished.take()
                && self.parser.callbacks().style == Style::Kitty
            {
                let answer = format!("\x1b_G{image};OK\x1b\\");
                self.parser.callbacks_mut().out.extend(answer.bytes());
            }
            self.graphics.push(command);
        }
    }

    /// The parser does not tell of control strings.
    fn answer_color_question(&mut self) {
        let unasked = &self.bytes[self.searched..];
        let found = unasked.windows(COLOR_QUESTION.len()).position(|it| it == COLOR_QUESTION);
        if let Some(at) = found {
            self.searched += at + COLOR_QUESTION.len();
            if self.parser.callbacks().style != Style::Mute {
                self.parser.callbacks_mut().out.splice(0..0, *b"\x1bP1$r48:2:1:2:3m\x1b\\");
            }
        }
    }
}

/// What the terminal says, and what it was told that the parser does not know.
#[derive(Default)]
pub(crate) struct Replies {
    style: Style,
    out: Vec<u8>,
    /// Private modes that are set.
    pub(crate) modes: BTreeSet<u16>,
    /// Levels of kitty's keyboard protocol.
    pub(crate) kitty_levels: i32,
    /// How often it was asked whether it is ready.
    pub(crate) questions: u64,
    /// How often it was asked what it can do.
    pub(crate) attributes: u64,
    pub(crate) title: String,
}

/// What kind of terminal it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Style {
    /// Answers only what all terminals do.
    #[default]
    Plain,
    /// Speaks kitty's keyboard protocol, reports the mouse in pixels.
    Modern,
    /// Says that it is kitty, and answers its graphics protocol.
    Kitty,
    /// Answers nothing at all.
    Mute,
}

impl vt100::Callbacks for Replies {
    fn set_window_title(&mut self, _: &mut vt100::Screen, title: &[u8]) {
        self.title = String::from_utf8_lossy(title).into_owned();
    }

    fn unhandled_csi(
        &mut self,
        _: &mut vt100::Screen,
        first: Option<u8>,
        _: Option<u8>,
        parameters: &[&[u16]],
        last: char,
    ) {
        let number = parameters.first().and_then(|it| it.first()).copied().unwrap_or(0);
        match (first, last) {
            (Some(b'?'), 'h') => drop(self.modes.insert(number)),
            (Some(b'?'), 'l') => drop(self.modes.remove(&number)),
            (Some(b'>'), 'u') => self.kitty_levels += 1,
            (Some(b'<'), 'u') => self.kitty_levels -= 1,
            _ => {}
        }
        if self.style == Style::Mute {
            return;
        }
        match (first, last) {
            (None, 'n') if number == 5 => {
                self.questions += 1;
                self.out.extend(b"\x1b[0n");
            }
            (None, 'c') => {
                self.attributes += 1;
                self.out.extend(b"\x1b[?62;22c");
            }
            (Some(b'>'), 'q') if self.style == Style::Kitty => {
                self.out.extend(b"\x1bP>|kitty(0.36.4)\x1b\\");
            }
            (Some(b'?'), 'u') if self.style == Style::Modern => self.out.extend(b"\x1b[?0u"),
            (Some(b'?'), 'p') if self.style == Style::Modern => {
                self.out.extend(format!("\x1b[?{number};2$y").bytes());
            }
            _ => {}
        }
    }
}

impl Emulator {
    pub(crate) fn new(columns: u16, rows: u16, style: Style) -> Self {
        // What `openpt` opens on Linux and macOS, where it has no `CLOEXEC`. A child of another test that inherited
        // this side would keep the terminal from being hung up.
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
        let master = rustix::fs::open("/dev/ptmx", flags, Mode::empty()).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let name = ptsname(&master, Vec::new()).unwrap().into_string().unwrap();
        let path = PathBuf::from(name);
        let slave = rustix::fs::open(&path, flags, Mode::empty()).unwrap();
        let replies = Replies { style, ..Replies::default() };
        let parser = vt100::Parser::new_with_callbacks(side(rows), side(columns), 100, replies);
        let shared = Arc::new(Shared {
            state: Mutex::new(State {
                parser,
                bytes: Vec::new(),
                searched: 0,
                searched_graphics: 0,
                graphics: Vec::new(),
                unfinished: None,
                allowance: None,
                held: None,
                ended: false,
            }),
            changed: Condvar::new(),
        });
        let master = File::from(master);
        let reader = std::thread::spawn({
            let (shared, master) = (Arc::clone(&shared), master.try_clone().unwrap());
            move || read(&shared, &master)
        });
        let emulator = Self { shared, master: Some(master), reader: Some(reader), slave, path };
        emulator.set_size(columns, rows);
        emulator
    }

    /// The path of the terminal.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The terminal, for a child's standard streams.
    pub(crate) fn stream(&self) -> std::process::Stdio {
        self.slave.try_clone().unwrap().into()
    }

    /// Its settings, to be compared.
    pub(crate) fn settings(&self) -> String {
        let settings: Termios = termios::tcgetattr(&self.slave).unwrap();
        format!("{settings:?}")
    }

    /// Another program takes echo and lines away, as ffmpeg does. Returns what it will give back.
    pub(crate) fn take_echo(&self) -> Termios {
        let before = termios::tcgetattr(&self.slave).unwrap();
        let mut settings = before.clone();
        settings.local_modes.remove(termios::LocalModes::ECHO | termios::LocalModes::ICANON);
        self.give_back(&settings);
        before
    }

    /// Another program sets these settings.
    pub(crate) fn give_back(&self, settings: &Termios) {
        termios::tcsetattr(&self.slave, termios::OptionalActions::Now, settings).unwrap();
    }

    pub(crate) fn set_size(&self, columns: u16, rows: u16) {
        let size = Winsize { ws_col: columns, ws_row: rows, ws_xpixel: 0, ws_ypixel: 0 };
        termios::tcsetwinsize(self.master(), size).unwrap();
        self.lock().parser.set_size(side(rows), side(columns));
    }

    /// Somebody types, or moves the mouse.
    pub(crate) fn write(&self, bytes: impl AsRef<[u8]>) {
        self.master().write_all(bytes.as_ref()).unwrap();
    }

    fn master(&self) -> &File {
        self.master.as_ref().expect("it is there until it is hung up")
    }

    /// The window is closed, or the connection lost.
    pub(crate) fn hang_up(&mut self) {
        self.lock().ended = true;
        self.shared.changed.notify_all();
        // Ends a read that waits, unless there is something to be read already.
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC | OFlags::NONBLOCK;
        if let Ok(slave) = rustix::fs::open(&self.path, flags, Mode::empty()) {
            let _ = rustix::io::write(&slave, b" ");
        }
        if let Some(reader) = self.reader.take() {
            reader.join().expect("the reader does not panic");
        }
        self.master = None;
    }

    /// Reads no more than `bytes` from now on; `None`: all.
    pub(crate) fn allow(&self, bytes: Option<usize>) {
        self.lock().allowance = bytes;
        self.shared.changed.notify_all();
    }

    /// Holds answers back from now on: they are on their way.
    pub(crate) fn hold_answers(&self) {
        self.lock().held.get_or_insert_default();
    }

    /// The answers held back arrive, and those after them are not held.
    pub(crate) fn release_answers(&self) {
        let held = self.lock().held.take().unwrap_or_default();
        self.write(held);
    }

    /// What a shell would find at its prompt: bytes that came and nobody read. The terminal is no
    /// more asked for whole lines afterwards.
    pub(crate) fn unread(&self) -> Vec<u8> {
        let mut settings = termios::tcgetattr(&self.slave).unwrap();
        settings.make_raw();
        termios::tcsetattr(&self.slave, termios::OptionalActions::Now, &settings).unwrap();
        let mut unread = Vec::new();
        let mut buffer = [0; 1024];
        loop {
            let mut fds = [PollFd::new(&self.slave, PollFlags::IN)];
            let none = rustix::event::Timespec { tv_sec: 0, tv_nsec: 0 };
            if !matches!(poll(&mut fds, Some(&none)), Ok(1..)) {
                return unread;
            }
            let count = rustix::io::read(&self.slave, &mut buffer).unwrap();
            unread.extend(&buffer[..count]);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks at the screen.
    pub(crate) fn look<T>(&self, look: impl FnOnce(&vt100::Screen, &Replies) -> T) -> T {
        let state = self.lock();
        look(state.parser.screen(), state.parser.callbacks())
    }

    /// The text on the screen.
    pub(crate) fn text(&self) -> String {
        self.look(|screen, _| screen.contents())
    }

    /// How many bytes were read.
    pub(crate) fn count(&self) -> usize {
        self.lock().bytes.len()
    }

    /// The commands of kitty's graphics protocol that came.
    pub(crate) fn graphics(&self) -> Vec<String> {
        self.lock().graphics.clone()
    }

    /// Everything that was read.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.lock().bytes.clone()
    }

    /// Waits until the screen looks so.
    pub(crate) fn until(&self, what: &str, so: impl Fn(&vt100::Screen, &Replies) -> bool) {
        let end = Instant::now() + PATIENCE;
        let mut state = self.lock();
        while !so(state.parser.screen(), state.parser.callbacks()) {
            let left = end.saturating_duration_since(Instant::now());
            let tail = || {
                let from = state.bytes.len().saturating_sub(2000);
                String::from_utf8_lossy(&state.bytes[from..]).into_owned()
            };
            let screen = state.parser.screen();
            assert!(
                !left.is_zero(),
                "never {what}; it read …{:?} and shows\n{}",
                tail(),
                screen.contents()
            );
            let waited = self.shared.changed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// The colors of the upper and the lower half of a cell.
    pub(crate) fn halves(&self, column: u16, row: u16) -> Option<[[u8; 3]; 2]> {
        self.look(|screen, _| halves(screen, column, row))
    }
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|it| it == what)
}

fn side(cells: u16) -> NonZero<u16> {
    NonZero::new(cells).expect("a terminal has rows and columns")
}

/// The colors of the upper and the lower half of a cell, if it shows such.
pub(crate) fn halves(screen: &vt100::Screen, column: u16, row: u16) -> Option<[[u8; 3]; 2]> {
    let cell = screen.cell(row, column)?;
    let color = |color| match color {
        vt100::Color::Rgb(r, g, b) => Some([r, g, b]),
        _ => None,
    };
    let (ink, paper) = (color(cell.fgcolor()), color(cell.bgcolor()));
    match cell.contents() {
        "▀" => Some([ink?, paper?]),
        "▄" => Some([paper?, ink?]),
        "█" => Some([ink?, ink?]),
        " " | "" => Some([paper?, paper?]),
        _ => None,
    }
}

fn read(shared: &Shared, mut master: &File) {
    let lock = || shared.state.lock().unwrap_or_else(PoisonError::into_inner);
    let mut buffer = vec![0; 16 * 1024];
    loop {
        // Only what is there is read, so that the allowance is that of now.
        let mut fds = [PollFd::new(master, PollFlags::IN)];
        if poll(&mut fds, None).is_err() {
            return;
        }
        let most = {
            let mut state = lock();
            while state.allowance == Some(0) && !state.ended {
                state = shared.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
            if state.ended {
                return;
            }
            state.allowance.map_or(buffer.len(), |most| most.min(buffer.len()))
        };
        let Ok(count @ 1..) = master.read(&mut buffer[..most]) else { return };
        let replies = {
            let mut state = lock();
            if let Some(allowance) = &mut state.allowance {
                *allowance = allowance.saturating_sub(count);
            }
            state.bytes.extend(&buffer[..count]);
            state.parser.process(&buffer[..count]);
            state.answer_color_question();
            state.take_graphics();
            let replies = std::mem::take(&mut state.parser.callbacks_mut().out);
            match &mut state.held {
                Some(held) => {
                    held.extend(replies);
                    Vec::new()
                }
                None => replies,
            }
        };
        shared.changed.notify_all();
        if master.write_all(&replies).is_err() {
            return;
        }
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.hang_up();
    }
}
