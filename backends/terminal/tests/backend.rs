//! The backend on a pseudo-terminal: the contract, what is shown, what comes back, and what is left.

#![cfg(unix)]

mod emulator;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Wake, Waker};
use std::time::{Duration, Instant};

use emulator::{Emulator, PATIENCE, Style, halves};
use framecast_api::{
    Backend, BackendCommand, BackendEvent, ClientId, Clock, Context, ControlState, EventKind,
    Frame, FramePool, LogicalSize, Member, PhysicalSize, Role, ViewLink, conformance,
};
use framecast_terminal::{TerminalBackend, TerminalOptions, TerminalPicture};

/// A process has one open terminal; tests take turns.
fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

fn options(emulator: &Emulator) -> TerminalOptions {
    TerminalOptions::default()
        .with_tty(emulator.path())
        .with_picture(TerminalPicture::Cells)
        .with_exact_colors(true)
}

/// A backend on a terminal, of its own or not.
struct Open<E = Emulator> {
    backend: TerminalBackend,
    emulator: E,
    wakes: Arc<Wakes>,
    inputs: Vec<BackendEvent>,
    pool: FramePool,
    sequence: u64,
}

#[derive(Default)]
struct Wakes(AtomicUsize);

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

impl Open {
    fn new(columns: u16, rows: u16, style: Style) -> Self {
        let emulator = Emulator::new(columns, rows, style);
        let options = options(&emulator);
        Self::on(emulator, options)
    }
}

impl<E> Open<E> {
    fn on(emulator: E, options: TerminalOptions) -> Self {
        let mut backend = TerminalBackend::new(options);
        let wakes = Arc::new(Wakes::default());
        let waker = Waker::from(Arc::clone(&wakes));
        let size = LogicalSize::new(320.0, 240.0);
        backend.open(Context::new(waker, Clock::start(), "a test", size)).unwrap();
        let (inputs, pool) = (Vec::new(), FramePool::new());
        Self { backend, emulator, wakes, inputs, pool, sequence: 0 }
    }

    /// Presents pixels of these colors: `color(x, y)`.
    fn present(&mut self, size: PhysicalSize, color: impl Fn(u32, u32) -> [u8; 3]) -> Frame {
        let mut buffer = self.pool.lend(size).unwrap();
        for (y, row) in (0..).zip(buffer.rows_mut()) {
            for (x, pixel) in (0..).zip(row) {
                let [r, g, b] = color(x, y);
                *pixel = [r, g, b, 255];
            }
        }
        self.sequence += 1;
        let frame = self.pool.freeze(buffer, self.sequence, 0.0, 1.0);
        self.backend.present(&frame).unwrap();
        frame
    }

    /// Polls until there is an input like this; returns what came until then.
    fn input(&mut self, what: &str, like: impl Fn(&BackendEvent) -> bool) -> Vec<BackendEvent> {
        let end = Instant::now() + PATIENCE;
        loop {
            let inputs = &mut self.inputs;
            self.backend.poll(&mut |input| inputs.push(input));
            if let Some(index) = self.inputs.iter().position(&like) {
                let rest = self.inputs.split_off(index + 1);
                return std::mem::replace(&mut self.inputs, rest);
            }
            assert!(Instant::now() < end, "no {what} in {:?}", self.inputs);
            std::thread::yield_now();
        }
    }

    fn event(&mut self, name: &str) -> EventKind {
        let is = |input: &BackendEvent| matches!(input, BackendEvent::Event { kind, .. } if kind.name() == name);
        match self.input(name, is).pop() {
            Some(BackendEvent::Event { kind, .. }) => kind,
            other => panic!("{other:?} is no event"),
        }
    }

    fn wait_for_demand(&self) {
        let end = Instant::now() + PATIENCE;
        while !self.backend.wants_frame() {
            assert!(Instant::now() < end, "no demand");
            std::thread::yield_now();
        }
    }
}

#[test]
fn the_terminal_keeps_the_contract() {
    let _turn = turn();
    // They live as long as the checks.
    let mut emulators = Vec::new();
    conformance::check(|| {
        let emulator = Emulator::new(80, 25, Style::Plain);
        let backend = TerminalBackend::new(options(&emulator));
        emulators.push(emulator);
        Box::new(backend)
    });
    for emulator in emulators {
        // Lines wrap (7) as they did.
        let left = |screen: &vt100::Screen, it: &emulator::Replies| {
            // Those that were not opened have nothing to leave.
            !screen.alternate_screen() && (it.modes.is_empty() || it.modes.iter().eq([&7]))
        };
        emulator.until("it is left", left);
    }
}

#[test]
fn the_screen_shows_the_frame_dot_by_dot() {
    let _turn = turn();
    let mut open = Open::new(40, 13, Style::Plain);
    let color = |x: u32, y: u32| [(x * 6) as u8, (y * 10) as u8, (x * y) as u8];
    open.present(PhysicalSize::new(40, 24), color);
    open.emulator.until("the frame is shown", |screen, _| {
        (0..12_u16).all(|row| {
            (0..40_u16).all(|column| {
                let (x, y) = (u32::from(column), u32::from(row) * 2);
                halves(screen, column, row) == Some([color(x, y), color(x, y + 1)])
            })
        })
    });
    open.emulator.until("its title", |screen, replies| {
        screen.contents().contains("a test") && replies.title == "a test"
    });
}

#[test]
fn everything_is_left_as_it_was() {
    let _turn = turn();
    for style in [Style::Plain, Style::Modern, Style::Mute] {
        let emulator = Emulator::new(40, 12, style);
        let before = emulator.settings();
        emulator.look(|screen, _| assert!(!screen.alternate_screen()));
        let mut open = Open::new(40, 12, style);
        let raw = open.emulator.settings();
        assert_ne!(raw, before, "{style:?}");
        open.present(PhysicalSize::new(40, 22), |_, _| [1, 2, 3]);
        open.emulator.until("it is entered", |screen, replies| {
            screen.alternate_screen() && screen.hide_cursor() && replies.modes.contains(&1004)
        });
        open.emulator.look(|screen, replies| {
            assert!(screen.bracketed_paste());
            assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::AnyMotion);
            assert_eq!(replies.kitty_levels, i32::from(style == Style::Modern));
            assert_eq!(replies.modes.contains(&1016), style == Style::Modern);
        });
        open.backend.close();
        open.emulator.until("it is left", |screen, replies| {
            !screen.alternate_screen()
                && !screen.hide_cursor()
                && !screen.bracketed_paste()
                && screen.mouse_protocol_mode() == vt100::MouseProtocolMode::None
                && replies.kitty_levels == 0
                // Lines wrap (7) as they did.
                && replies.modes.iter().eq([&7])
        });
        assert_eq!(open.emulator.settings(), before, "{style:?}");
    }
}

/// Later than any answer was waited for without measuring the way.
const LATE: Duration = Duration::from_millis(700);
/// How long leaving waits here for an answer that never comes.
const LONG: Duration = Duration::from_secs(60);

/// Leaves a terminal by `leave`, on the thread that opened it, while its answers are on their way
/// since `held`; then does `then`, and returns what a shell would read.
fn left_by(
    held: Held,
    leave: impl FnOnce(&mut TerminalBackend) + Send,
    then: impl FnOnce(&Emulator),
) -> String {
    let emulator = Emulator::new(40, 12, Style::Plain);
    let before = emulator.settings();
    let questions = if held == Held::FromTheStart { 1 } else { 2 };
    std::thread::scope(|scope| {
        let leaving = scope.spawn(|| {
            if held == Held::FromTheStart {
                emulator.hold_answers();
            }
            let mut open = Open::on(&emulator, options(&emulator).with_patience(LONG));
            open.present(PhysicalSize::new(40, 22), |_, _| [1, 2, 3]);
            emulator.until("the frame", |screen, _| {
                screen.cell(3, 3).is_some_and(|it| it.bgcolor() != vt100::Color::Default)
            });
            if held == Held::ThenOn {
                open.wait_for_demand();
                emulator.hold_answers();
            }
            leave(&mut open.backend);
        });
        emulator.until("it is left", |screen, replies| {
            !screen.alternate_screen() && replies.attributes == questions
        });
        then(&emulator);
        // A panic was wanted.
        let _ = leaving.join();
    });
    assert_eq!(emulator.settings(), before);
    String::from_utf8_lossy(&emulator.unread()).into_owned()
}

#[derive(PartialEq, Eq, Clone, Copy)]
enum Held {
    FromTheStart,
    ThenOn,
}

fn answer_late(emulator: &Emulator) {
    // No synchronization: however long the machine takes besides, the answers are late.
    std::thread::sleep(LATE);
    emulator.release_answers();
}

#[test]
fn late_answers_are_not_left_to_the_shell_however_it_ends() {
    let _turn = turn();
    assert_eq!(left_by(Held::ThenOn, TerminalBackend::close, answer_late), "");
    assert_eq!(left_by(Held::ThenOn, |_| framecast_terminal::restore(), answer_late), "");
    let panics = |_: &mut TerminalBackend| panic!("this test panics, and that is well");
    assert_eq!(left_by(Held::ThenOn, panics, answer_late), "");
}

#[test]
fn answers_later_than_opening_waits_are_not_left_to_the_shell_either() {
    let _turn = turn();
    assert_eq!(left_by(Held::FromTheStart, TerminalBackend::close, answer_late), "");
}

#[test]
fn what_another_program_of_a_pipe_gives_back_is_left_to_the_shell() {
    let _turn = turn();
    // ffmpeg ends before the view is left, or while the last answers are awaited.
    for early in [true, false] {
        let emulator = Emulator::new(40, 12, Style::Plain);
        let before = emulator.settings();
        let shell = emulator.take_echo();
        std::thread::scope(|scope| {
            let leaving = scope.spawn(|| {
                let mut open = Open::on(&emulator, options(&emulator).with_patience(LONG));
                open.wait_for_demand();
                if early {
                    emulator.give_back(&shell);
                }
                emulator.hold_answers();
                open.backend.close();
            });
            emulator.until("it is left", |screen, replies| {
                !screen.alternate_screen() && replies.attributes == 2
            });
            if !early {
                emulator.give_back(&shell);
                let end = Instant::now() + LONG;
                while emulator.settings() == before {
                    assert!(Instant::now() < end, "never raw again");
                    std::thread::yield_now();
                }
            }
            emulator.release_answers();
            leaving.join().unwrap();
        });
        assert_eq!(emulator.settings(), before, "early: {early}");
        assert_eq!(emulator.unread(), b"", "early: {early}");
        let text = emulator.text();
        assert!(!text.contains("[?"), "an answer was echoed: {text}");
    }
}

#[test]
fn control_c_ends_the_wait_for_the_last_answers() {
    let _turn = turn();
    let start = Instant::now();
    let unread = left_by(Held::ThenOn, TerminalBackend::close, |emulator| emulator.write("\x03"));
    assert!(start.elapsed() < LONG);
    assert_eq!(unread, "");
}

#[test]
fn a_terminal_that_reads_slowly_is_shown_the_newest_frame_and_no_queue() {
    let _turn = turn();
    const FRAMES: u32 = 200;
    let mut open = Open::new(100, 41, Style::Plain);
    let size = PhysicalSize::new(100, 80);
    // Every dot differs from frame to frame, and the first tells which it is.
    let color = |frame: u32| {
        move |x: u32, y: u32| {
            if (x, y) == (0, 0) { [frame as u8, 0, 0] } else { [(x * 7 + frame) as u8, y as u8, 9] }
        }
    };
    open.present(size, color(0));
    open.emulator.until("the first", |_, replies| replies.questions >= 2);
    open.wait_for_demand();
    let (before, asked) = (open.emulator.count(), open.emulator.look(|_, it| it.questions));
    open.emulator.allow(Some(0));
    for frame in 1..=FRAMES {
        open.present(size, color(frame));
    }
    assert!(!open.backend.wants_frame(), "demand though nothing is read");
    open.emulator.allow(None);
    let last = [FRAMES as u8, 0, 0];
    open.emulator
        .until("the newest", |screen, _| halves(screen, 0, 0).is_some_and(|it| it[0] == last));
    open.wait_for_demand();
    // The one that was being written, and the newest.
    let asked = open.emulator.look(|_, it| it.questions) - asked;
    assert!((1..=3).contains(&asked), "{asked} frames were sent");
    let sent = open.emulator.count() - before;
    assert!(sent < 3 * 100 * 40 * 40, "{sent} bytes");
}

#[test]
fn demand_rises_when_a_frame_was_dealt_with_and_not_before() {
    let _turn = turn();
    let mut open = Open::new(60, 21, Style::Plain);
    let size = PhysicalSize::new(60, 40);
    for frame in 1..20_u8 {
        open.wait_for_demand();
        let before = open.emulator.look(|_, replies| replies.questions);
        let wakes = open.wakes.0.load(Ordering::SeqCst);
        open.emulator.allow(Some(0));
        open.present(size, |x, y| [frame, x as u8, y as u8]);
        assert!(!open.backend.wants_frame());
        open.emulator.allow(None);
        open.wait_for_demand();
        assert_eq!(open.emulator.look(|_, replies| replies.questions), before + 1);
        let end = Instant::now() + PATIENCE;
        while open.wakes.0.load(Ordering::SeqCst) == wakes {
            assert!(Instant::now() < end, "nobody was woken");
            std::thread::yield_now();
        }
    }
    let traffic = open.backend.traffic().unwrap();
    assert_eq!((traffic.updates, traffic.painted), (19, 19));
}

#[test]
fn a_terminal_that_answers_nothing_is_paced_by_what_it_reads() {
    let _turn = turn();
    let mut open = Open::new(60, 21, Style::Mute);
    // It says nothing of 24-bit colors either.
    let colors = [([255, 0, 0], 196), ([0, 255, 0], 46), ([0, 0, 255], 21)];
    for (color, index) in colors.into_iter().cycle().take(10) {
        open.wait_for_demand();
        open.present(PhysicalSize::new(60, 40), |_, _| color);
        open.emulator.until("the frame", |screen, _| {
            screen.cell(0, 0).is_some_and(|it| it.bgcolor() == vt100::Color::Idx(index))
        });
    }
    let questions = b"\x1b[5n";
    let asked = open.emulator.bytes().windows(4).filter(|it| it == questions).count();
    assert_eq!(asked, 1, "only at first");
}

#[test]
fn keys_pastes_and_the_focus_become_events() {
    let _turn = turn();
    let mut open = Open::new(40, 12, Style::Modern);
    open.emulator.write("\x1b[97;;97u\x1b[97;1:2;97u\x1b[97;1:3u");
    for repeat in [false, true] {
        let EventKind::KeyDown(key) = open.event("key_down") else { panic!("no key") };
        assert_eq!((key.key.as_str(), key.code.as_str(), key.repeat), ("a", "KeyA", repeat));
        let EventKind::Char(char) = open.event("char") else { panic!("no text") };
        assert_eq!((char.data.as_str(), char.input_type.as_str()), ("a", "insertText"));
    }
    open.event("key_up");
    open.emulator.write("\x1b[200~pasted\x1b[201~");
    let EventKind::Paste { data } = open.event("paste") else { panic!("no text") };
    assert_eq!(data, "pasted");
    open.emulator.write("\x1b[57442;5u\x1b[O");
    open.event("key_down");
    let EventKind::KeyUp(key) = open.event("key_up") else { panic!("no key") };
    assert_eq!(key.key, "Control", "released where the focus went");
    open.event("focus_out");
    open.emulator.write("\x1b[99;5u");
    open.input("the wish to close", |it| matches!(it, BackendEvent::CloseRequested { .. }));
}

#[test]
fn text_for_the_clipboard_is_said_to_the_terminal_once_and_for_nobody_else() {
    let _turn = turn();
    let mut open = Open::new(40, 12, Style::Modern);
    let copies = |open: &Open| {
        let bytes = String::from_utf8_lossy(&open.emulator.bytes()).into_owned();
        bytes.matches("\x1b]52;").count()
    };
    let setting = |client, text: &str| BackendCommand::Clipboard { client, text: text.into() };
    let error = open.backend.apply(&setting(ClientId(1), "secret")).unwrap_err();
    assert!(error.is_not_supported(), "{error}");
    open.backend.apply(&setting(ClientId(0), "two\nlines")).unwrap();
    let end = Instant::now() + PATIENCE;
    let wanted = b"\x1b]52;c;dHdvCmxpbmVz\x1b\\";
    while !open.emulator.bytes().windows(wanted.len()).any(|it| it == wanted) {
        assert!(Instant::now() < end, "it is not said");
        std::thread::yield_now();
    }
    // What comes later is said after it.
    open.backend.apply(&BackendCommand::Title("later".into())).unwrap();
    open.wait_for_demand();
    open.present(PhysicalSize::new(40, 20), |_, _| [1, 2, 3]);
    open.emulator.until("the next frame", |screen, _| {
        screen.cell(0, 0).is_some_and(|it| it.bgcolor() == vt100::Color::Rgb(1, 2, 3))
    });
    assert_eq!(copies(&open), 1);
}

#[test]
fn the_mouse_points_at_the_picture() {
    let _turn = turn();
    let mut open = Open::new(40, 11, Style::Plain);
    // The picture is as wide as it may be, and has bars above and below.
    open.present(PhysicalSize::new(400, 100), |_, _| [1, 2, 3]);
    open.emulator.until("the frame", |screen, _| halves(screen, 20, 5).is_some());
    open.wait_for_demand();
    open.emulator.write("\x1b[<0;21;6M\x1b[<0;21;6m");
    let EventKind::PointerDown(at) = open.event("pointer_down") else { panic!("no press") };
    // Of 10 rows the picture covers the middle 5.
    assert_eq!((at.x.round(), at.y.round()), (205.0, 70.0));
    open.event("pointer_up");
    open.emulator.write("\x1b[<0;21;6M\x1b[<0;21;6m");
    open.event("double_click");
    open.emulator.write("\x1b[<65;21;6M");
    let EventKind::Wheel(wheel) = open.event("wheel") else { panic!("no wheel") };
    assert_eq!((wheel.dx, wheel.dy), (0.0, 100.0));
    open.emulator.write("\x1b[<35;21;1M");
    open.event("pointer_leave");
}

#[test]
fn a_new_size_is_told_and_the_picture_repainted() {
    let _turn = turn();
    let mut open = Open::new(40, 13, Style::Plain);
    let sized = |width: f64, height: f64| {
        move |input: &BackendEvent| {
            matches!(input, BackendEvent::Resize { size, ratio: 0.5, .. }
                if (size.width, size.height) == (width, height))
        }
    };
    open.input("the first size", sized(320.0, 192.0));
    open.present(PhysicalSize::new(200, 120), |_, _| [9, 8, 7]);
    open.emulator.until("the frame", |screen, _| halves(screen, 0, 0).is_some());
    open.emulator.set_size(60, 19);
    // Only the terminal that controls the process would send it.
    let own = rustix::process::getpid();
    rustix::process::kill_process(own, rustix::process::Signal::WINCH).unwrap();
    open.input("the new size", sized(480.0, 288.0));
    open.emulator.until("the old frame, larger", |screen, _| {
        halves(screen, 59, 0) == Some([[9, 8, 7]; 2])
            && screen.contents().trim_end().ends_with("ends")
    });
    open.emulator.write("\x1b[5;7~");
    open.input(
        "a larger ratio",
        |input| matches!(input, BackendEvent::Resize { ratio, .. } if (ratio - 0.625).abs() < 1e-9),
    );
}

#[test]
fn nothing_that_others_wrote_is_obeyed() {
    let _turn = turn();
    let mut open = Open::new(150, 12, Style::Plain);
    let evil = "\u{1b}]0,pwned\u{7}\u{1b}[2J\u{9b}31m\r\n\u{90}q\u{9c}";
    open.emulator.until("its title", |_, replies| replies.title == "a test");
    let before = open.emulator.count();
    let member = Member::new(7, Some(ClientId(9)), evil.into(), Role::Drive);
    let state = ControlState::new(Some(7), None, false, vec![member]);
    open.backend.apply(&BackendCommand::Control(state)).unwrap();
    let link = ViewLink::new("x", Role::Watch, format!("http://x/{evil}"));
    open.backend.apply(&BackendCommand::Links(vec![link])).unwrap();
    open.backend.apply(&BackendCommand::Title(format!("title{evil}end"))).unwrap();
    open.emulator.until("all of it", |screen, replies| {
        let text = screen.contents();
        replies.title.ends_with("end") && text.contains("drives") && text.contains("http://x")
    });
    let said = open.emulator.bytes()[before..].to_vec();
    let text = String::from_utf8(said).unwrap();
    for bad in ["\u{7}", "\u{9b}", "\u{90}", "\u{9c}", "\r", "\n", "\u{1b}]0", "\u{1b}[2J"] {
        assert!(!text.contains(bad), "{bad:?} is in {text:?}");
    }
}

#[test]
fn a_second_terminal_and_a_terminal_that_is_none_are_refused() {
    let _turn = turn();
    let open = Open::new(40, 12, Style::Plain);
    let refused = |options: TerminalOptions| {
        let waker = Waker::from(Arc::new(Wakes::default()));
        let size = LogicalSize::new(1.0, 1.0);
        let mut backend = TerminalBackend::new(options);
        backend.open(Context::new(waker, Clock::start(), "", size)).unwrap_err().to_string()
    };
    let other = Emulator::new(40, 12, Style::Plain);
    assert!(refused(options(&other)).contains("another canvas"));
    drop(open);
    assert!(refused(TerminalOptions::default().with_tty("/dev/null")).contains("--backend http"));
    assert!(refused(TerminalOptions::default().with_tty("/nowhere")).contains("no terminal"));
    other.look(|screen, _| assert!(!screen.alternate_screen()));
}

#[test]
fn a_terminal_that_goes_away_is_lost_once() {
    let _turn = turn();
    let mut open = Open::new(40, 12, Style::Plain);
    let Open { emulator, backend, .. } = &mut open;
    emulator.hang_up();
    let end = Instant::now() + PATIENCE;
    let mut lost = 0;
    while lost == 0 {
        backend.poll(&mut |input| lost += usize::from(matches!(input, BackendEvent::Lost(_))));
        assert!(Instant::now() < end, "it was not noticed");
        std::thread::yield_now();
    }
    assert!(!backend.wants_frame());
    backend.close();
}
