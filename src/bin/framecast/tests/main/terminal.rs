#[path = "../../../../../backends/terminal/tests/emulator/mod.rs"]
pub(crate) mod emulator;

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Instant;

use self::emulator::{Emulator, PATIENCE, Style, halves};

pub(crate) const RED: [u8; 3] = [255, 0, 0];
pub(crate) const GREEN: [u8; 3] = [0, 255, 0];
pub(crate) const BLUE: [u8; 3] = [0, 0, 255];
pub(crate) const WHITE: [u8; 3] = [255, 255, 255];

/// The application under test of tests/browser: four quadrants, a square in the middle whose
/// color keys set, a marker where a button was pressed.
pub(crate) fn probe() -> PathBuf {
    let directory = PathBuf::from(env!("CARGO_BIN_EXE_framecast"));
    let probe = directory.with_file_name("examples").join("probe");
    assert!(probe.exists(), "build the examples first: cargo build --examples");
    probe
}

/// A program that has a terminal, and only that.
pub(crate) struct Running {
    child: Child,
    pub(crate) emulator: Emulator,
    /// The terminal's settings before.
    settings: String,
}

impl Running {
    pub(crate) fn start(style: Style, program: PathBuf, args: &[&str]) -> Self {
        let mut command = Command::new(program);
        command.args(args);
        Self::start_in(Emulator::new(80, 25, style), &command)
    }

    /// Starts `command` as the leader of a session whose terminal this is.
    fn start_in(emulator: Emulator, command: &Command) -> Self {
        let settings = emulator.settings();
        let child = Command::new("setsid")
            .arg("--ctty")
            .arg(command.get_program())
            .args(command.get_args())
            .stdin(emulator.stream())
            .stdout(emulator.stream())
            .stderr(emulator.stream())
            .env("TERM", "xterm")
            .envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))))
            .env_remove("COLORTERM")
            .env_remove("TMUX")
            .env_remove("STY")
            .env_remove("DISPLAY")
            .env_remove("WAYLAND_DISPLAY")
            .env_remove("SSH_CONNECTION")
            .env_remove("SSH_TTY")
            .env_remove("FRAMECAST_BACKEND")
            .spawn()
            .unwrap();
        Self { child, emulator, settings }
    }

    fn probe(style: Style, args: &[&str]) -> Self {
        let terminal = ["--backend", "terminal", "--terminal", "cells"];
        let running = Self::start(style, probe(), &[&terminal[..], args].concat());
        running.until_shown();
        running
    }

    /// Waits for the four quadrants.
    fn until_shown(&self) {
        self.emulator.until("the four quadrants", |screen, _| {
            let corner = |column, row| halves(screen, column, row).map(|it| it[0]);
            [corner(0, 0), corner(79, 0), corner(0, 23), corner(79, 23)]
                == [Some(RED), Some(GREEN), Some(BLUE), Some(WHITE)]
        });
    }

    fn until_middle(&self, color: [u8; 3]) {
        self.emulator.until("the square in the middle", |screen, _| {
            halves(screen, 40, 12) == Some([color; 2])
        });
    }

    fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([name, &id]).status().unwrap().success());
    }

    pub(crate) fn wait(&mut self) -> ExitStatus {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < end, "it does not end");
            std::thread::yield_now();
        }
    }

    /// The terminal is as it was, and shows `text`.
    fn is_left(&self, text: &str) {
        self.emulator.until("everything is as it was", |screen, replies| {
            !screen.alternate_screen()
                && !screen.hide_cursor()
                && !screen.bracketed_paste()
                && screen.mouse_protocol_mode() == vt100::MouseProtocolMode::None
                && replies.kitty_levels == 0
                && replies.modes.iter().eq([&7])
                && screen.contents().contains(text)
        });
        assert_eq!(self.emulator.settings(), self.settings);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn keys_and_clicks_reach_the_application_and_control_c_ends_it_well() {
    for style in [Style::Plain, Style::Modern] {
        let mut running = Running::probe(style, &["--lossless"]);
        let modern = style == Style::Modern;
        running.emulator.write(if modern { "\x1b[103;;103u\x1b[103;1:3u" } else { "g" });
        running.until_middle(GREEN);
        // In pixels, of which a cell has 8 × 16 where nothing else is told, or in cells.
        let press = if modern { "\x1b[<0;84;40M" } else { "\x1b[<0;11;3M" };
        running.emulator.write(press);
        running.emulator.until("the marker", |screen, _| {
            // Magenta, over red.
            halves(screen, 10, 2).is_some_and(|[[r, g, b], _]| r == 255 && g == 0 && b > 100)
        });
        running.emulator.write(if modern { "\x1b[99;5u" } else { "\x03" });
        assert_eq!(running.wait().code(), Some(0), "{style:?}");
        // What it wrote meanwhile to the same terminal is shown after.
        running.is_left("\"type\":\"close\"");
    }
}

#[test]
fn sigterm_and_sighup_restore_the_terminal() {
    for name in ["-TERM", "-HUP", "-INT"] {
        let mut running = Running::probe(Style::Modern, &[]);
        running.signal(name);
        assert_eq!(running.wait().code(), Some(0), "{name}");
        running.is_left("");
    }
}

#[test]
fn a_panic_of_the_application_restores_the_terminal_before_it_is_told() {
    for style in [Style::Plain, Style::Modern] {
        let mut running = Running::probe(style, &[]);
        running.emulator.write(if style == Style::Modern { "\x1b[20~" } else { "\x1b[20;1~" });
        assert_eq!(running.wait().code(), Some(101));
        running.is_left("F9 was pressed");
    }
}

#[test]
fn what_is_said_meanwhile_is_kept_or_goes_to_a_log() {
    let mut running = Running::start(
        Style::Plain,
        env!("CARGO_BIN_EXE_framecast").into(),
        &["--backend", "terminal,http", "--listen", "127.0.0.1:0", "demo", "plasma"],
    );
    running.emulator.until("the link is in the bottom line", |screen, replies| {
        screen.alternate_screen()
            && replies.title == "plasma"
            && screen.contents().contains("http://127.0.0.1:")
    });
    running.emulator.write("\x03");
    assert_eq!(running.wait().code(), Some(0));
    running.is_left("/#token=");
    // Leaving drops what was not read, perhaps in the middle of a character.
    let shown = running.emulator.bytes();
    let shown = String::from_utf8_lossy(&shown);
    let (before, after) = shown.split_once("\x1b[?1049l").unwrap();
    assert!(!before.contains("framecast: http"), "it was written over the picture");
    assert!(after.contains("watch"), "{after:?}");

    let log = std::env::temp_dir().join(format!("framecast-test-{}.log", std::process::id()));
    let _ = std::fs::remove_file(&log);
    let mut running = Running::probe(Style::Plain, &["--log", log.to_str().unwrap()]);
    running.emulator.write("g");
    running.until_middle(GREEN);
    running.emulator.write("\x03");
    running.wait();
    running.is_left("");
    let logged = std::fs::read_to_string(&log).unwrap();
    let mode = std::fs::metadata(&log).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "links are written to it");
    std::fs::remove_file(&log).unwrap();
    assert!(logged.contains("\"key_down\"") && logged.contains("\"close\""), "{logged}");
    assert!(!running.emulator.text().contains("key_down"));
}

#[test]
fn a_shell_gets_its_terminal_when_the_program_is_suspended() {
    let emulator = Emulator::new(80, 25, Style::Plain);
    let mut command = Command::new("bash");
    command.args(["--norc", "--noprofile", "-i"]).env("PS1", "ready> ");
    let shell = Running::start_in(emulator, &command);
    let prompts = |count: usize| {
        shell.emulator.until("the shell's prompt", |screen, _| {
            let text = screen.contents();
            !screen.alternate_screen()
                && text.matches("ready>").count() == count
                && text.trim_end().ends_with("ready>")
        });
    };
    prompts(1);
    let line = format!("{} --backend terminal --terminal cells 2>/dev/null\r", probe().display());
    shell.emulator.write(line);
    shell.until_shown();
    shell.emulator.write("g");
    shell.until_middle(GREEN);
    for _ in 0..2 {
        shell.emulator.write("\x1a");
        shell.emulator.until("the shell", |screen, replies| {
            let text = screen.contents();
            !screen.alternate_screen()
                && !screen.hide_cursor()
                && replies.modes.iter().eq([&7])
                && text.contains("Stopped")
                && text.trim_end().ends_with("ready>")
        });
        shell.emulator.write("clear -x; fg\r");
        shell.until_shown();
        shell.until_middle(GREEN);
    }
    shell.emulator.write("\x03");
    shell.emulator.until("the shell after", |screen, _| {
        !screen.alternate_screen() && screen.contents().trim_end().ends_with("ready>")
    });
    shell.emulator.write("exit\r");
    let mut shell = shell;
    shell.wait();
}

/// A shell in which `script` runs, with what it wrote to `$ids`: process numbers.
fn script(name: &str, script: &str) -> (Running, Vec<String>) {
    let ids = std::env::temp_dir().join(format!("framecast-test-{name}-{}", std::process::id()));
    let _ = std::fs::remove_file(&ids);
    let mut command = Command::new("bash");
    command.args(["--norc", "--noprofile", "-i"]).env("PS1", "ready> ");
    command.env("ids", &ids).env("probe", probe());
    let shell = Running::start_in(Emulator::new(80, 25, Style::Plain), &command);
    shell.emulator.until("the prompt", |screen, _| screen.contents().contains("ready>"));
    shell.emulator.write(format!("sh -c '{script}' 2>/dev/null\r"));
    shell.until_shown();
    let numbers = std::fs::read_to_string(&ids).unwrap();
    std::fs::remove_file(&ids).unwrap();
    (shell, numbers.split_whitespace().map(str::to_owned).collect())
}

fn signal(name: &str, id: &str) {
    assert!(Command::new("kill").args([name, id]).status().unwrap().success());
}

#[test]
fn a_program_that_was_stopped_unasked_has_the_terminal_as_before_when_it_goes_on() {
    let run = "echo $$ >$ids; exec $probe --backend terminal --terminal cells";
    let (shell, ids) = script("stopped", run);
    let raw = shell.emulator.settings();
    signal("-STOP", &ids[0]);
    shell.emulator.until("the shell", |screen, _| screen.contents().contains("Stopped"));
    // The shell may have got the answer to a question that was under way.
    shell.emulator.write("\x15fg\r");
    shell.until_shown();
    let end = Instant::now() + PATIENCE;
    while shell.emulator.settings() != raw {
        assert!(Instant::now() < end, "it is not raw again");
        std::thread::yield_now();
    }
    shell.emulator.write("g");
    shell.until_middle(GREEN);
    shell.emulator.write("\x03");
    shell.emulator.until("the shell after", |screen, _| {
        !screen.alternate_screen() && screen.contents().trim_end().ends_with("ready>")
    });
}

#[test]
fn a_shell_that_takes_the_terminal_back_gets_it_whole() {
    let run = "$probe --backend terminal --terminal cells & echo $! $$ >$ids; wait";
    let (shell, ids) = script("taken", run);
    signal("-KILL", &ids[1]);
    // Whoever types wants the shell.
    shell.emulator.until("the shell", |screen, replies| {
        shell.emulator.write("\r");
        std::thread::yield_now();
        !screen.alternate_screen() && replies.modes.iter().eq([&7])
    });
    signal("-TERM", &ids[0]);
}

#[test]
fn without_a_display_the_terminal_is_chosen() {
    let mut running =
        Running::start(Style::Plain, probe(), &["--terminal", "cells", "--listen", "127.0.0.1:0"]);
    running.until_shown();
    running.emulator.write("\x03");
    assert_eq!(running.wait().code(), Some(0));
    running.is_left("terminal open");
}

#[test]
fn a_dumb_terminal_is_left_alone() {
    let mut command = Command::new(probe());
    command.args(["--backend", "terminal"]).env("TERM", "dumb");
    let mut running = Running::start_in(Emulator::new(80, 25, Style::Mute), &command);
    assert_eq!(running.wait().code(), Some(1));
    running.emulator.until("why not", |screen, _| screen.contents().contains("dumb"));
    assert!(!running.emulator.bytes().contains(&0x1b));
}

/// A tmux server of its own, ended when dropped.
struct Tmux(String);

impl Tmux {
    fn start(command: &str) -> Self {
        let tmux = Self(format!("framecast-test-{}", std::process::id()));
        tmux.run(&["-f", "/dev/null", "new-session", "-d", "-x", "80", "-y", "25", command]);
        tmux
    }

    fn run(&self, args: &[&str]) -> String {
        let output = Command::new("tmux")
            .args(["-L", &self.0])
            .args(args)
            .env_remove("TMUX")
            .env_remove("DISPLAY")
            .env_remove("WAYLAND_DISPLAY")
            .output()
            .expect("tmux is installed");
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Waits until the pane, as tmux would draw it, looks so.
    fn until(&self, what: &str, so: impl Fn(&vt100::Screen) -> bool) {
        let end = Instant::now() + PATIENCE;
        loop {
            let pane = self.run(&["capture-pane", "-p", "-e", "-N"]).replace('\n', "\r\n");
            let side = |cells: u16| cells.try_into().unwrap();
            let mut parser = vt100::Parser::new(side(26), side(80), 0);
            parser.process(pane.as_bytes());
            if so(parser.screen()) {
                return;
            }
            assert!(Instant::now() < end, "never {what}:\n{pane}");
        }
    }
}

impl Drop for Tmux {
    fn drop(&mut self) {
        let mut kill = Command::new("tmux");
        let _ = kill.args(["-L", &self.0, "kill-server"]).stderr(Stdio::null()).status();
    }
}

#[test]
fn tmux_shows_the_picture_takes_keys_and_gets_its_pane_back() {
    let probe = probe();
    let tmux = Tmux::start("bash --norc --noprofile");
    tmux.until("the shell", |screen| {
        screen.contents().contains('$') || screen.contents().contains('#')
    });
    let line =
        format!("{} --backend terminal,http --listen 127.0.0.1:0 --lossless", probe.display());
    tmux.run(&["send-keys", &line, "Enter"]);
    let corners = |screen: &vt100::Screen| {
        [(0, 0), (79, 0), (0, 23), (79, 23)].map(|(x, y)| halves(screen, x, y).map(|it| it[0]))
    };
    tmux.until("the four quadrants", |screen| {
        corners(screen) == [Some(RED), Some(GREEN), Some(BLUE), Some(WHITE)]
            && screen.contents().contains("Ctrl+C ends")
    });
    tmux.run(&["send-keys", "r"]);
    tmux.until("the red square", |screen| halves(screen, 40, 12) == Some([RED; 2]));
    tmux.run(&["resize-window", "-x", "70", "-y", "20"]);
    tmux.until("a smaller picture", |screen| {
        [(0, 0), (69, 0), (0, 18), (69, 18)].map(|(x, y)| halves(screen, x, y).map(|it| it[0]))
            == [Some(RED), Some(GREEN), Some(BLUE), Some(WHITE)]
    });
    tmux.run(&["send-keys", "C-c"]);
    tmux.until("the shell again, and what was said", |screen| {
        screen.contents().contains("http://127.0.0.1:") && !screen.contents().contains("ends")
    });
    let modes = "#{alternate_on} #{mouse_any_flag} #{cursor_flag} #{wrap_flag}";
    assert_eq!(tmux.run(&["display-message", "-p", modes]).trim(), "0 0 1 1");
}
