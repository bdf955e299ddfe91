//! What the terminal can do: questions, what the answers mean, and what follows for the picture.
//! Pure.
//!
//! Questions that a terminal does not know it passes over; every terminal answers the last one
//! (DA1), which ends the waiting. What the environment says helps where terminals cannot be asked.

use std::path::Path;

use framecast_api::{Platform, ViewInfo};

use crate::backend::TerminalPicture;
use crate::draw::{Colors, Glyphs, Medium, Method, PaintOptions};
use crate::input::Reply;
use crate::modes::Modes;
use crate::passthrough;

/// The images that are asked about: one in the escape code, one in a file.
const DIRECT_IMAGE: u32 = 31;
const FILE_IMAGE: u32 = 32;
/// The image that the terminal around tmux is asked about.
pub(crate) const TMUX_IMAGE: u32 = 34;
/// What makes a terminal with sixels say so in its DA1 reply.
const SIXEL: u32 = 4;
/// How far a moving dot may be from its color, in tenths of a CIE 1976 difference: what is just
/// noticeable side by side (see `draw::cells::tolerance`).
const TOLERANCE: u8 = 23;

/// What is between us and the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Multiplexer {
    None,
    Tmux,
    Screen,
}

/// What the environment says about the terminal.
#[derive(Debug, Clone, Default)]
pub(crate) struct Environment {
    pub(crate) term: String,
    pub(crate) colorterm: String,
    pub(crate) term_program: String,
    pub(crate) tmux: bool,
    pub(crate) screen: bool,
    pub(crate) ssh: bool,
    /// A terminal with kitty's pictures started this, perhaps with something in between.
    pub(crate) pictures: bool,
}

impl Environment {
    pub(crate) fn here() -> Self {
        let read = |name| {
            std::env::var_os(name).map_or_else(String::new, |it| it.to_string_lossy().into_owned())
        };
        let is_set = |name| std::env::var_os(name).is_some_and(|it| !it.is_empty());
        Self {
            term: read("TERM"),
            colorterm: read("COLORTERM"),
            term_program: read("TERM_PROGRAM"),
            tmux: is_set("TMUX"),
            screen: is_set("STY"),
            pictures: is_set("KITTY_WINDOW_ID") || is_set("GHOSTTY_RESOURCES_DIR"),
            ssh: is_set("SSH_CONNECTION") || is_set("SSH_TTY") || is_set("SSH_CLIENT"),
        }
    }

    /// What is known of the view: which keys are on the machine in front of the user, who may be
    /// elsewhere.
    pub(crate) fn view_info(&self) -> ViewInfo {
        let platform = if self.ssh { Platform::Unknown } else { framecast_local::platform() };
        ViewInfo::default().with_platform(platform)
    }

    fn multiplexer(&self) -> Multiplexer {
        if self.tmux || self.term.starts_with("tmux") {
            Multiplexer::Tmux
        } else if self.screen || self.term.starts_with("screen") {
            Multiplexer::Screen
        } else {
            Multiplexer::None
        }
    }
}

/// Whether the terminal around tmux is asked, too.
pub(crate) fn asks_through_tmux(wanted: TerminalPicture, environment: &Environment) -> bool {
    matches!(wanted, TerminalPicture::Auto | TerminalPicture::Kitty)
        && environment.multiplexer() == Multiplexer::Tmux
}

/// The questions. `file` holds one pixel of three bytes, which a terminal on this machine can read.
pub(crate) fn questions(
    wanted: TerminalPicture,
    environment: &Environment,
    file: Option<&Path>,
) -> Vec<u8> {
    let mut out = Vec::new();
    if asks_through_tmux(wanted, environment) {
        out.extend(passthrough::questions(TMUX_IMAGE));
    }
    // Multiplexers take a string like this one for a title.
    if environment.multiplexer() == Multiplexer::None {
        out.extend(format!("\x1b_Gi={DIRECT_IMAGE},s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\").bytes());
        if let Some(path) = file.filter(|_| !environment.ssh) {
            let path = data_encoding::BASE64.encode(path.as_os_str().as_encoded_bytes());
            out.extend(format!("\x1b_Gi={FILE_IMAGE},s=1,v=1,a=q,t=f,f=24;{path}\x1b\\").bytes());
        }
    }
    // Name, keyboard, synchronized updates, mouse in pixels, sizes of a cell and of the area.
    out.extend(b"\x1b[>0q\x1b[?u\x1b[?2026$p\x1b[?1016$p\x1b[16t\x1b[14t");
    // Whether a color of 24 bits is kept: it is set, asked for (DECRQSS) and reset.
    out.extend(b"\x1b[48;2;1;2;3m\x1bP$qm\x1b\\\x1b[m");
    out.extend(b"\x1b[5n\x1b[c");
    out
}

/// The question for the sizes of a cell and of the area, after a resize.
pub(crate) const SIZE_QUESTIONS: &[u8] = b"\x1b[16t\x1b[14t";

/// What the terminal answered so far.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Answers {
    version: String,
    inside_tmux: bool,
    /// What the terminal around tmux says of kitty's pictures; `None`: nothing yet.
    through_tmux: Option<bool>,
    sixel: bool,
    kitty_pictures: bool,
    kitty_files: bool,
    kitty_keys: bool,
    synchronized: bool,
    pixel_mouse: bool,
    true_color: bool,
    /// It answers DSR, and so can say when it has dealt with a frame.
    pub(crate) acknowledges: bool,
    /// Of a cell in pixels; 0 if not told.
    pub(crate) cell: (u32, u32),
    /// Of the text area in pixels; 0 if not told.
    pub(crate) area: (u32, u32),
    complete: bool,
}

impl Answers {
    /// Takes an answer; others come while the picture is shown and mean other things.
    pub(crate) fn hear(&mut self, reply: &Reply) {
        match reply {
            Reply::Ready => self.acknowledges = true,
            Reply::Attributes(all) => {
                self.sixel = all.contains(&SIXEL);
                self.complete = true;
            }
            // tmux answers for itself, and the terminal around it for what passed through.
            Reply::Version(version) if version.starts_with("tmux") => self.inside_tmux = true,
            Reply::Version(version) => self.version.clone_from(version),
            Reply::KeyboardFlags(_) => self.kitty_keys = true,
            // 1 and 2: set and reset; 0: unknown, 3 and 4: cannot be changed.
            Reply::Mode { mode, state: 1 | 2 } => match mode {
                2026 => self.synchronized = true,
                1016 => self.pixel_mouse = true,
                _ => {}
            },
            Reply::Mode { .. } => {}
            Reply::CellSize(width, height) => self.cell = (*width, *height),
            Reply::AreaSize(width, height) => self.area = (*width, *height),
            Reply::Graphics { image: DIRECT_IMAGE, ok } => self.kitty_pictures = *ok,
            Reply::Graphics { image: TMUX_IMAGE, ok } => self.through_tmux = Some(*ok),
            Reply::Graphics { image: FILE_IMAGE, ok } => self.kitty_files = *ok,
            Reply::Graphics { .. } => {}
            Reply::TextAttributes(text) => {
                let text = text.replace(':', ";");
                // Some write an empty color space between the 2 and the color.
                self.true_color = text.contains("48;2;1;2;3") || text.contains("48;2;;1;2;3");
            }
        }
    }

    /// Whether the terminal around tmux said if it shows pictures.
    pub(crate) fn is_through_tmux(&self) -> bool {
        self.through_tmux.is_some()
    }

    /// Whether nothing more will come.
    pub(crate) fn is_complete(&self) -> bool {
        self.complete
    }

    fn is(&self, environment: &Environment, names: &[&str]) -> bool {
        names.iter().any(|name| {
            self.version.starts_with(name) || environment.term_program.starts_with(name)
        })
    }
}

/// How the picture is shown on this terminal.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) paint: PaintOptions,
    pub(crate) modes: Modes,
    /// Something the user should know: what was asked for cannot be told to work here.
    pub(crate) warning: Option<String>,
}

/// What a plan is made from, for making it again when an answer is late.
#[derive(Debug, Clone)]
pub(crate) struct Inquiry {
    pub(crate) wanted: TerminalPicture,
    pub(crate) exact: bool,
    pub(crate) environment: Environment,
    pub(crate) answers: Answers,
}

impl Inquiry {
    pub(crate) fn plan(&self) -> Plan {
        plan(self.wanted, self.exact, &self.environment, &self.answers)
    }
}

/// What follows from the answers and from what the user asks for. `exact`: no color may be off.
pub(crate) fn plan(
    wanted: TerminalPicture,
    exact: bool,
    environment: &Environment,
    answers: &Answers,
) -> Plan {
    let multiplexer =
        if answers.inside_tmux { Multiplexer::Tmux } else { environment.multiplexer() };
    let alone = multiplexer == Multiplexer::None;
    let iterm = answers.is(environment, &["iTerm", "WezTerm"]);
    let forced = wanted == TerminalPicture::Kitty;
    let refusal = match (wanted, multiplexer) {
        (TerminalPicture::Auto | TerminalPicture::Kitty, Multiplexer::Tmux) => {
            passthrough::refusal(&answers.version, answers.through_tmux, forced)
        }
        (
            TerminalPicture::Kitty | TerminalPicture::Sixel | TerminalPicture::Iterm,
            Multiplexer::Screen,
        ) => Some("no pictures: screen shows none".to_owned()),
        _ => None,
    };
    let method = match wanted {
        _ if refusal.is_some() => Method::Cells,
        TerminalPicture::Kitty => Method::Kitty,
        TerminalPicture::Sixel => Method::Sixel,
        TerminalPicture::Iterm => Method::Iterm,
        TerminalPicture::Auto if multiplexer == Multiplexer::Tmux => Method::Kitty,
        TerminalPicture::Auto if alone && answers.kitty_pictures => Method::Kitty,
        TerminalPicture::Auto if alone && iterm => Method::Iterm,
        TerminalPicture::Auto if alone && answers.sixel => Method::Sixel,
        _ => Method::Cells,
    };
    let glyphs = match wanted {
        TerminalPicture::Quadrants => Glyphs::Quadrant,
        TerminalPicture::Sextants => Glyphs::Sextant,
        TerminalPicture::Octants => Glyphs::Octant,
        _ => Glyphs::Half,
    };
    let doubt = match (wanted, multiplexer) {
        (TerminalPicture::Sixel | TerminalPicture::Iterm, Multiplexer::Tmux) => {
            Some("inside tmux this may not work; kitty or cells do")
        }
        (TerminalPicture::Kitty, Multiplexer::None) if !answers.kitty_pictures => {
            Some("this terminal does not say that it speaks the kitty graphics protocol")
        }
        (TerminalPicture::Sixel, _) if !answers.sixel => {
            Some("this terminal does not say that it shows sixels")
        }
        (TerminalPicture::Iterm, _) if !iterm => {
            Some("this terminal does not say that it is iTerm2 or WezTerm")
        }
        _ => None,
    };
    // Who did not ask for pictures is told only where there could be some.
    let told =
        wanted != TerminalPicture::Auto || environment.pictures || answers.through_tmux.is_some();
    let warning = refusal.filter(|_| told).or(doubt.map(str::to_owned));
    let in_tmux = multiplexer == Multiplexer::Tmux && method != Method::Cells;
    let paint = PaintOptions {
        method,
        colors: colors(environment, answers, multiplexer),
        glyphs,
        tolerance: if exact { 0 } else { TOLERANCE },
        synchronized: answers.synchronized,
        kitty_medium: if answers.kitty_files { Medium::File } else { Medium::Direct },
        kitty_answer: false,
        // Where the pane is, tmux does not tell those inside; at the corner, then.
        tmux_passthrough: in_tmux.then_some((0, 0)),
    };
    let modes = Modes {
        kitty_keys: answers.kitty_keys,
        other_keys: alone && !answers.kitty_keys && answers.version.starts_with("XTerm"),
        pixel_mouse: answers.pixel_mouse && alone,
        // Through tmux they are deleted one by one; those of other panes stay.
        kitty_pictures: method == Method::Kitty && !in_tmux,
        pointer_shapes: alone && answers.is(environment, &["kitty", "foot", "ghostty"]),
    };
    Plan { paint, modes, warning }
}

fn colors(environment: &Environment, answers: &Answers, multiplexer: Multiplexer) -> Colors {
    let named = ["truecolor", "24bit"].contains(&environment.colorterm.as_str());
    let known = ["-direct", "-truecolor", "kitty", "foot", "alacritty", "wezterm", "ghostty"];
    let known = known.iter().any(|part| environment.term.contains(part));
    // tmux takes any color, and brings it down to what its terminals have.
    let tmux = multiplexer == Multiplexer::Tmux;
    if named || known || tmux || answers.true_color || answers.kitty_pictures {
        Colors::True
    } else {
        Colors::Indexed256
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::input::{Reader, Said};

    fn answers(bytes: &str) -> Answers {
        let mut answers = Answers::default();
        Reader::default().push(bytes.as_bytes(), Instant::now(), &mut |said| match said {
            Said::Reply(reply) => answers.hear(&reply),
            other => panic!("unexpected {other:?}"),
        });
        answers
    }

    #[test]
    fn the_machine_at_the_other_end_of_ssh_is_not_known() {
        let here = Environment::default().view_info();
        assert_eq!(here.platform, framecast_local::platform());
        let away = Environment { ssh: true, ..Environment::default() };
        assert_eq!(away.view_info(), ViewInfo::default());
    }

    fn auto(environment: &Environment, bytes: &str) -> Plan {
        plan(TerminalPicture::Auto, false, environment, &answers(bytes))
    }

    const KITTY: &str = "\x1b_Gi=31;OK\x1b\\\x1b_Gi=32;OK\x1b\\\x1bP>|kitty(0.26.5)\x1b\\\x1b[?0u\
        \x1b[?2026;2$y\x1b[?1016;2$y\x1b[6;18;9t\x1b[0n\x1b[?62;c";
    const XTERM: &str = "\x1bP>|XTerm(379)\x1b\\\x1b[?2026;0$y\x1b[?1016;2$y\x1b[6;13;6t\
        \x1bP1$r48:2::1:2:3m\x1b\\\x1b[0n\x1b[?64;1;2;4;6c";

    #[test]
    fn kitty_gets_pictures_in_files_and_its_keyboard() {
        let plan = auto(&Environment::default(), KITTY);
        assert_eq!((plan.paint.method, plan.paint.kitty_medium), (Method::Kitty, Medium::File));
        assert!(plan.paint.synchronized && plan.paint.colors == Colors::True);
        assert!(plan.modes.kitty_keys && plan.modes.pixel_mouse && plan.modes.kitty_pictures);
        assert!(answers(KITTY).is_complete() && answers(KITTY).acknowledges);
        assert_eq!(answers(KITTY).cell, (9, 18));
    }

    #[test]
    fn xterm_with_sixels_gets_sixels() {
        let plan = auto(&Environment::default(), XTERM);
        assert_eq!((plan.paint.method, plan.paint.colors), (Method::Sixel, Colors::True));
        assert!(!plan.paint.synchronized && !plan.modes.kitty_keys && plan.modes.other_keys);
    }

    #[test]
    fn iterm_and_wezterm_are_known_by_their_names() {
        let environment =
            Environment { term_program: "iTerm.app".into(), ..Environment::default() };
        assert_eq!(auto(&environment, "\x1b[?62;4c").paint.method, Method::Iterm);
        let version = "\x1bP>|WezTerm 20240203\x1b\\\x1b[?65;4c";
        assert_eq!(auto(&Environment::default(), version).paint.method, Method::Iterm);
    }

    #[test]
    fn a_terminal_that_says_nothing_gets_cells_in_256_colors() {
        let plan = auto(&Environment { term: "xterm".into(), ..Environment::default() }, "");
        assert_eq!((plan.paint.method, plan.paint.colors), (Method::Cells, Colors::Indexed256));
        assert_eq!(plan.modes, Modes::default());
        let environment = Environment { colorterm: "truecolor".into(), ..Environment::default() };
        assert_eq!(auto(&environment, "").paint.colors, Colors::True);
    }

    fn inside_tmux() -> Environment {
        Environment { tmux: true, ..Environment::default() }
    }

    const TMUX: &str = "\x1bP>|tmux 3.4\x1b\\\x1b[?1016;2$y\x1b[0n\x1b[?62;4c";
    const KITTY_AROUND: &str = "\x1bP>|kitty(0.36.4)\x1b\\\x1b_Gi=34;OK\x1b\\";

    #[test]
    fn inside_tmux_pictures_pass_through_to_a_terminal_that_says_so() {
        let replies = format!("{TMUX}{KITTY_AROUND}");
        for wanted in [TerminalPicture::Auto, TerminalPicture::Kitty] {
            let plan = plan(wanted, false, &inside_tmux(), &answers(&replies));
            assert_eq!((plan.paint.method, plan.warning), (Method::Kitty, None), "{wanted}");
            assert!(plan.paint.tmux_passthrough.is_some());
            assert_eq!(plan.paint.kitty_medium, Medium::Direct);
            assert!(!plan.modes.kitty_pictures, "other panes keep theirs");
        }
    }

    #[test]
    fn inside_tmux_that_passes_nothing_on_there_are_cells_and_a_reason() {
        let chosen = auto(&inside_tmux(), TMUX);
        assert_eq!((chosen.paint.method, chosen.warning), (Method::Cells, None));
        assert_eq!(chosen.paint.colors, Colors::True);
        let forced = plan(TerminalPicture::Kitty, false, &inside_tmux(), &answers(TMUX));
        assert_eq!(forced.paint.method, Method::Cells);
        assert!(forced.paint.tmux_passthrough.is_none() && !forced.modes.kitty_pictures);
        assert!(forced.warning.unwrap().contains("allow-passthrough"));
        // Who started tmux in kitty may not know that there could be pictures.
        let environment = Environment { pictures: true, ..inside_tmux() };
        assert!(auto(&environment, TMUX).warning.unwrap().contains("allow-passthrough"));
        let wezterm = "\x1bP>|WezTerm 2024\x1b\\\x1b_Gi=34;OK\x1b\\";
        let chosen = auto(&inside_tmux(), &format!("{TMUX}{wezterm}"));
        assert_eq!(chosen.paint.method, Method::Cells);
        assert!(chosen.warning.unwrap().contains("WezTerm"));
        let remote = auto(&Environment::default(), TMUX);
        assert_eq!(remote.paint.method, Method::Cells, "tmux on the near side of ssh");
        let xterm = auto(&inside_tmux(), &format!("{TMUX}\x1bP>|XTerm(379)\x1b\\"));
        assert!(!xterm.modes.other_keys, "its keys are tmux's");
    }

    #[test]
    fn screen_shows_cells_whatever_is_wanted() {
        let environment = Environment { screen: true, ..Environment::default() };
        for wanted in [TerminalPicture::Kitty, TerminalPicture::Sixel, TerminalPicture::Iterm] {
            let plan = plan(wanted, false, &environment, &answers(KITTY));
            assert_eq!(plan.paint.method, Method::Cells, "{wanted}");
            assert!(plan.warning.unwrap().contains("screen"));
        }
        assert_eq!(auto(&environment, KITTY).warning, None);
    }

    #[test]
    fn the_terminal_around_tmux_is_asked_only_for_what_could_be_shown() {
        let asked = |wanted, environment: &Environment| {
            let bytes = questions(wanted, environment, None);
            String::from_utf8(bytes).unwrap().contains("\x1bPtmux;")
        };
        assert!(asked(TerminalPicture::Auto, &inside_tmux()));
        assert!(asked(TerminalPicture::Kitty, &inside_tmux()));
        assert!(!asked(TerminalPicture::Cells, &inside_tmux()));
        assert!(!asked(TerminalPicture::Auto, &Environment::default()));
        let screen = Environment { screen: true, ..Environment::default() };
        assert!(!asked(TerminalPicture::Kitty, &screen));
    }

    #[test]
    fn what_is_forced_is_done_and_doubted() {
        let nothing = Answers::default();
        for (wanted, method) in [
            (TerminalPicture::Kitty, Method::Kitty),
            (TerminalPicture::Sixel, Method::Sixel),
            (TerminalPicture::Iterm, Method::Iterm),
        ] {
            let plan = plan(wanted, false, &Environment::default(), &nothing);
            assert_eq!(plan.paint.method, method);
            assert!(plan.warning.is_some());
        }
        let cells = plan(TerminalPicture::Cells, true, &Environment::default(), &answers(KITTY));
        assert_eq!((cells.paint.method, cells.paint.tolerance), (Method::Cells, 0));
        assert!(cells.warning.is_none() && !cells.modes.kitty_pictures);
    }

    #[test]
    fn files_are_only_asked_about_on_this_machine() {
        let path = Some(Path::new("/tmp/x"));
        let has = |environment: &Environment, text: &str| {
            let bytes = questions(TerminalPicture::Auto, environment, path);
            String::from_utf8(bytes).unwrap().contains(text)
        };
        let here = Environment::default();
        assert!(has(&here, "i=31") && has(&here, "t=f,f=24;L3RtcC94\x1b\\"));
        let far = Environment { ssh: true, ..Environment::default() };
        assert!(has(&far, "i=31") && !has(&far, "t=f"));
        assert!(!has(&inside_tmux(), "t=f"));
        let questions = questions(TerminalPicture::Auto, &inside_tmux(), None);
        assert!(questions.ends_with(b"\x1b[c"), "what every terminal answers");
    }
}
