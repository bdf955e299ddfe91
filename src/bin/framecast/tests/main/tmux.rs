//! Pictures inside tmux: what arrives at the terminal around it, what the pane holds, what is left.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use flate2::read::ZlibDecoder;

use crate::terminal::emulator::{Emulator, PATIENCE, Style, halves};
use crate::terminal::{BLUE, GREEN, RED, WHITE, probe};

const PLACEHOLDER: char = '\u{10eeee}';
/// The first marks of placeholders, for rows and columns.
const MARKS: [char; 16] = [
    '\u{305}', '\u{30d}', '\u{30e}', '\u{310}', '\u{312}', '\u{33d}', '\u{33e}', '\u{33f}',
    '\u{346}', '\u{34a}', '\u{34b}', '\u{34c}', '\u{350}', '\u{351}', '\u{352}', '\u{357}',
];

/// Colors of characters reach the terminal as they are.
const EXACT: &str = "set -as terminal-features ',*:RGB'";

/// A tmux in a terminal, with a shell in it.
struct Tmux {
    emulator: Emulator,
    client: Child,
    server: String,
    configuration: tempfile::NamedTempFile,
    /// What the shell begins with.
    _profile: tempfile::NamedTempFile,
}

impl Tmux {
    fn start(style: Style, options: &str, test: &str) -> Self {
        let configuration = tempfile::NamedTempFile::new().unwrap();
        // A status line would show a clock.
        let lines = format!("set -g status off\nset -g escape-time 0\n{options}\n");
        std::fs::write(configuration.path(), lines).unwrap();
        let profile = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(profile.path(), "PS1='ready> '\n").unwrap();
        let emulator = Emulator::new(80, 25, style);
        let server = format!("framecast-{test}-{}", std::process::id());
        let mut client = Command::new("setsid");
        client.args(["--ctty", "tmux", "-u", "-L", &server, "-f"]).arg(configuration.path());
        client.arg("new-session");
        client.arg(format!("bash --noprofile --rcfile {}", profile.path().display()));
        let gone = [
            "COLORTERM",
            "TMUX",
            "STY",
            "DISPLAY",
            "WAYLAND_DISPLAY",
            "SSH_CONNECTION",
            "SSH_TTY",
            "FRAMECAST_BACKEND",
            "KITTY_WINDOW_ID",
            "GHOSTTY_RESOURCES_DIR",
            "TERM_PROGRAM",
        ];
        for name in gone {
            client.env_remove(name);
        }
        let streams = [emulator.stream(), emulator.stream(), emulator.stream()];
        let [input, output, errors] = streams;
        let client = client
            .env("TERM", "xterm-256color")
            .stdin(input)
            .stdout(output)
            .stderr(errors)
            .spawn()
            .expect("tmux is installed");
        let tmux = Self { emulator, client, server, configuration, _profile: profile };
        tmux.emulator.until("the shell", |screen, _| screen.contents().contains("ready>"));
        tmux
    }

    fn probe(&self, flags: &str) {
        self.emulator.write(format!("{} --backend terminal {flags}\r", probe().display()));
    }

    fn run(&self, args: &[&str]) -> String {
        let mut command = Command::new("tmux");
        let command = command.args(["-u", "-L", &self.server, "-f"]).arg(self.configuration.path());
        let output = command.args(args).env_remove("TMUX").output().unwrap();
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// The color at the middle of a cell, as kitty would draw it from the images it holds.
    fn drawn(&self, column: u16, row: u16) -> Option<[u8; 3]> {
        let images = images(&self.emulator.graphics());
        self.emulator.look(|screen, _| {
            let cell = screen.cell(row, column)?;
            let text: Vec<char> = cell.contents().chars().collect();
            let [PLACEHOLDER, down, across, _] = *text else { return None };
            let vt100::Color::Idx(lower) = cell.fgcolor() else { return None };
            let mark = |mark| MARKS.iter().position(|it| *it == mark);
            let image = images.iter().find(|(id, _)| id.to_be_bytes()[3] == lower)?.1;
            let (width, height) = (image.size.0 / image.cells.0, image.size.1 / image.cells.1);
            let (x, y) = (mark(across)? * width + width / 2, mark(down)? * height + height / 2);
            image.rgb.as_chunks().0.get(y * image.size.0 + x).copied()
        })
    }

    /// The colors in the corners.
    fn until_drawn(&self, what: &str) {
        let end = Instant::now() + PATIENCE;
        let corners = || [(0, 0), (79, 0), (0, 23), (79, 23)].map(|(x, y)| self.drawn(x, y));
        while corners() != [Some(RED), Some(GREEN), Some(BLUE), Some(WHITE)] {
            let text = self.emulator.text();
            assert!(Instant::now() < end, "never {what}: {:?}\n{text}", corners());
            std::thread::yield_now();
        }
    }

    /// Ends the program, and waits for the prompt.
    fn leave(&self) {
        self.emulator.write("\x03");
        self.emulator.until("the shell again", |screen, _| {
            let text = screen.contents();
            text.trim_end().ends_with("ready>") && text.contains("probe")
        });
        // What came late would be shown before this.
        self.emulator.write("echo its $((6 * 7))\r");
        self.emulator.until("the echo", |screen, _| screen.contents().contains("its 42"));
        let text = self.emulator.text();
        for rubbish in ["Gi=", "^[", "OK", "kitty("] {
            assert!(!text.contains(rubbish), "{rubbish:?} is left:\n{text}");
        }
    }
}

impl Drop for Tmux {
    fn drop(&mut self) {
        let mut kill = Command::new("tmux");
        let _ = kill.args(["-L", &self.server, "kill-server"]).stderr(Stdio::null()).status();
        let _ = self.client.wait();
    }
}

struct Image {
    size: (usize, usize),
    cells: (usize, usize),
    rgb: Vec<u8>,
}

/// The images that are left of these commands.
fn images(commands: &[String]) -> BTreeMap<u32, Image> {
    let mut images = BTreeMap::new();
    let mut pending: Option<(BTreeMap<String, String>, Vec<u8>)> = None;
    for command in commands {
        let (keys, payload) = command.split_once(';').unwrap_or((command, ""));
        let keys: BTreeMap<String, String> = keys
            .split(',')
            .filter_map(|pair| pair.split_once('='))
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect();
        assert!(payload.len() <= 4096);
        if keys.get("a").is_some_and(|it| it == "d") {
            images.remove(&keys["i"].parse::<u32>().unwrap());
            continue;
        }
        let (first, mut data) = pending.take().unwrap_or_else(|| (keys.clone(), Vec::new()));
        data.extend(data_encoding::BASE64.decode(payload.as_bytes()).unwrap());
        if keys.get("m").is_some_and(|it| it == "1") {
            pending = Some((first, data));
            continue;
        }
        if first["a"] != "T" {
            continue;
        }
        assert_eq!((&first["U"][..], &first["q"][..]), ("1", "2"), "{first:?}");
        let number = |key: &str| first[key].parse::<usize>().unwrap();
        let mut rgb = Vec::new();
        ZlibDecoder::new(&data[..]).read_to_end(&mut rgb).unwrap();
        let (size, cells) = ((number("s"), number("v")), (number("c"), number("r")));
        assert_eq!(rgb.len(), size.0 * size.1 * 3);
        images.insert(number("i") as u32, Image { size, cells, rgb });
    }
    images
}

#[test]
fn pictures_pass_through_tmux_to_kitty_and_move_with_their_pane() {
    let tmux = Tmux::start(Style::Kitty, "set -g allow-passthrough on", "on");
    tmux.probe("");
    tmux.until_drawn("the four quadrants");
    assert!(tmux.run(&["capture-pane", "-p"]).contains(PLACEHOLDER), "tmux knows of them");
    // In another window there are none, and tmux brings them back by itself.
    tmux.run(&["new-window", "cat"]);
    tmux.emulator.until("another window", |screen, _| !screen.contents().contains(PLACEHOLDER));
    tmux.run(&["kill-window"]);
    tmux.until_drawn("the picture again");
    // In a smaller pane there is another picture.
    tmux.run(&["split-window", "-h", "-l", "30", "cat"]);
    let end = Instant::now() + PATIENCE;
    while [(0, 0), (48, 0), (0, 23)].map(|(x, y)| tmux.drawn(x, y)).contains(&None)
        || tmux.drawn(60, 12).is_some()
    {
        assert!(Instant::now() < end, "never narrower:\n{}", tmux.emulator.text());
        std::thread::yield_now();
    }
    tmux.run(&["kill-pane"]);
    tmux.until_drawn("the whole picture again");
    tmux.leave();
    let left: BTreeSet<u32> = images(&tmux.emulator.graphics()).into_keys().collect();
    assert!(left.is_empty(), "{left:?} are left in kitty");
}

#[test]
fn pictures_come_also_when_kitty_answers_late() {
    let tmux = Tmux::start(Style::Kitty, &format!("set -g allow-passthrough on\n{EXACT}"), "late");
    tmux.emulator.hold_answers();
    tmux.probe("");
    tmux.emulator.until("characters meanwhile", |screen, _| {
        halves(screen, 0, 0).map(|it| it[0]) == Some(RED)
    });
    tmux.emulator.release_answers();
    tmux.until_drawn("the picture");
    tmux.leave();
}

#[test]
fn tmux_that_passes_nothing_on_shows_characters_and_the_reason() {
    let tmux = Tmux::start(Style::Kitty, &format!("set -g allow-passthrough off\n{EXACT}"), "off");
    tmux.probe("--terminal kitty");
    tmux.emulator.until("characters, and why", |screen, _| {
        let corner = |column, row| halves(screen, column, row).map(|it| it[0]);
        [corner(0, 0), corner(79, 0), corner(0, 23), corner(79, 23)]
            == [Some(RED), Some(GREEN), Some(BLUE), Some(WHITE)]
            && screen.contents().contains("tmux needs set -g allow-passthrough on")
    });
    assert!(tmux.emulator.graphics().is_empty());
    tmux.leave();
}

#[test]
fn a_terminal_without_placeholders_around_tmux_shows_characters() {
    let tmux = Tmux::start(Style::Plain, &format!("set -g allow-passthrough on\n{EXACT}"), "plain");
    tmux.probe("--terminal kitty");
    tmux.emulator.until("characters, and why", |screen, _| {
        halves(screen, 0, 0).map(|it| it[0]) == Some(RED)
            && screen.contents().contains("no pictures")
    });
    tmux.leave();
}
