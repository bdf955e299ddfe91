//! Pictures through tmux, to the terminal around it: whether they arrive, and how fast. Pure.
//!
//! tmux hands on what is wrapped if its option `allow-passthrough` is on (before tmux 3.3, always). What
//! the terminal around it answers, tmux takes for keys, which the active pane gets. That is ours just
//! after the start, and may be another later: so questions are asked at the start only, and frames are
//! paced by what was learned then, not by answers. DSR, which paces frames elsewhere, tmux answers by
//! itself, before it has handed anything on.
//!
//! While tmux has a pane yet to redraw, as after a resize or when a program takes the other screen, it
//! drops what should pass. So questions are asked again, and pictures sent again after such.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::draw::escape::{base64, pass_through_tmux};

/// The image that asks how fast pictures get through.
pub(crate) const SPEED_IMAGE: u32 = 33;
/// Its side, in pixels.
const SIDE: usize = 128;
/// Bytes before base64 in a piece of it.
const PIECE: usize = 3072;
/// How long its answer is waited for before the first frame.
pub(crate) const SPEED_WAIT: Duration = Duration::from_secs(1);
/// How often it is asked.
const SPEED_TRIES: u32 = 3;
/// When questions are asked again, and pictures sent again, that tmux may have dropped.
const AGAIN: [Duration; 3] =
    [Duration::from_millis(400), Duration::from_secs(2), Duration::from_secs(6)];
/// How long the answer of the terminal around tmux is waited for after tmux has answered; one that
/// comes later is taken as well.
pub(crate) const LATER: Duration = Duration::from_millis(250);
/// The longest name of a terminal in a message, in characters.
const MAX_NAME: usize = 20;

/// The questions for the terminal around tmux: its name, and whether it shows pictures.
pub(crate) fn questions(image: u32) -> Vec<u8> {
    let inner = format!("\x1b[>0q\x1b_Gi={image},s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\");
    let mut out = Vec::new();
    pass_through_tmux(inner.as_bytes(), &mut out);
    out
}

/// What the terminal around tmux makes of placeholders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Placeholders {
    Shown,
    NotShown,
    /// It does not say what it is.
    Unknown,
}

fn placeholders(version: &str) -> Placeholders {
    let version = version.trim();
    if version.is_empty() {
        return Placeholders::Unknown;
    }
    if let Some(number) = version.strip_prefix("kitty(") {
        let mut parts = number.split(|char: char| !char.is_ascii_digit());
        let mut part = || parts.next().and_then(|it| it.parse::<u32>().ok()).unwrap_or(0);
        // They came with 0.28.
        return if (part(), part()) >= (0, 28) {
            Placeholders::Shown
        } else {
            Placeholders::NotShown
        };
    }
    let ghostty = version.get(..7).is_some_and(|it| it.eq_ignore_ascii_case("ghostty"));
    if ghostty { Placeholders::Shown } else { Placeholders::NotShown }
}

/// Why no picture gets through tmux; `None`: they do. `version` is what the terminal around it says
/// it is, `pictures` whether it says that it shows some, if it answered. `forced`: the user says so.
pub(crate) fn refusal(version: &str, pictures: Option<bool>, forced: bool) -> Option<String> {
    let name: String = version.chars().take(MAX_NAME).collect();
    match (pictures, placeholders(version)) {
        (Some(true), Placeholders::Shown) => None,
        (Some(true), Placeholders::Unknown) if forced => None,
        (Some(true), Placeholders::Unknown) => {
            Some("no pictures: a terminal without a name is around tmux".into())
        }
        (Some(true), Placeholders::NotShown) => {
            Some(format!("no pictures: {name} shows none inside tmux"))
        }
        // It passes things on, and nobody takes them.
        (Some(false) | None, Placeholders::Shown | Placeholders::NotShown) => {
            Some(format!("no pictures: {name} does not show kitty's"))
        }
        (Some(false) | None, Placeholders::Unknown) => {
            Some("no pictures: tmux needs set -g allow-passthrough on".into())
        }
    }
}

/// The times at which to do something again.
#[derive(Debug, Default)]
pub(crate) struct Again(VecDeque<Instant>);

impl Again {
    /// It was done at `now`.
    pub(crate) fn after(now: Instant) -> Self {
        Self(AGAIN.map(|later| now + later).into())
    }

    pub(crate) fn next(&self) -> Option<Instant> {
        self.0.front().copied()
    }

    /// Whether it is time; once each time.
    pub(crate) fn is_due(&mut self, now: Instant) -> bool {
        let due = self.next().is_some_and(|at| now >= at);
        while self.next().is_some_and(|at| now >= at) {
            self.0.pop_front();
        }
        due
    }
}

/// Measures once how fast pictures get through.
#[derive(Debug)]
pub(crate) struct Speed {
    /// How long the answer to a small question took.
    rtt: Duration,
    state: State,
    bytes: usize,
    tries: u32,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum State {
    Unasked,
    Asked(Instant),
    Known,
}

impl Speed {
    pub(crate) fn new(rtt: Duration) -> Self {
        Self { rtt, state: State::Unasked, bytes: 0, tries: 0 }
    }

    /// The question, if it was not asked yet. It is as large as it has to be to take some time.
    pub(crate) fn ask(&mut self, now: Instant) -> Option<Vec<u8>> {
        match self.state {
            State::Unasked => {}
            State::Asked(at) if now >= at + SPEED_WAIT && self.tries < SPEED_TRIES => {}
            _ => return None,
        }
        self.state = State::Asked(now);
        self.tries += 1;
        // Nothing that a compressed connection makes small.
        let pixels: Vec<u8> = (0..(SIDE * SIDE * 3) as u32)
            .map(|n| (n.wrapping_mul(0x9e37_79b1).wrapping_mul(n | 1) >> 24) as u8)
            .collect();
        let mut out = Vec::new();
        let last = pixels.len().div_ceil(PIECE) - 1;
        for (n, piece) in pixels.chunks(PIECE).enumerate() {
            let mut inner = b"\x1b_G".to_vec();
            if n == 0 {
                let keys = format!("i={SPEED_IMAGE},s={SIDE},v={SIDE},a=q,t=d,f=24,");
                inner.extend(keys.bytes());
            }
            inner.extend_from_slice(if n < last { b"m=1;" } else { b"m=0;" });
            base64(piece, &mut inner);
            inner.extend_from_slice(b"\x1b\\");
            pass_through_tmux(&inner, &mut out);
        }
        self.bytes = out.len();
        Some(out)
    }

    /// What is taken for the rate without an answer, in bytes a second: it took too long.
    pub(crate) fn slowest(&self) -> f64 {
        self.bytes as f64 / SPEED_WAIT.as_secs_f64()
    }

    /// The answer came: the rate in bytes a second.
    pub(crate) fn answered(&mut self, now: Instant) -> Option<f64> {
        /// No clock and no terminal is more exact.
        const LEAST: Duration = Duration::from_micros(500);
        let State::Asked(asked) = self.state else { return None };
        self.state = State::Known;
        let took = now.saturating_duration_since(asked);
        // The round trip is no part of it; but it varies.
        let transfer = took.saturating_sub(self.rtt).max(took / 8).max(LEAST);
        Some(self.bytes as f64 / transfer.as_secs_f64())
    }

    /// The question may not have been read: it is asked again, unless it was answered.
    pub(crate) fn forget(&mut self) {
        if self.state != State::Known {
            self.state = State::Unasked;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_need_a_terminal_that_shows_placeholders_and_a_tmux_that_lets_them_through() {
        for good in ["kitty(0.28.0)", "kitty(0.36.4)", "kitty(1.0.0)", "ghostty 1.2.0", "Ghostty"] {
            assert_eq!(refusal(good, Some(true), false), None, "{good}");
        }
        for bad in ["kitty(0.27.1)", "kitty(", "kitty(x", "WezTerm 20240203", "foot(1.16)", "gh"] {
            for forced in [false, true] {
                let why = refusal(bad, Some(true), forced).expect(bad);
                assert!(why.contains(bad) && why.len() < 66, "{why}");
            }
        }
        assert!(refusal("XTerm(379)", None, true).unwrap().contains("XTerm"));
        assert!(refusal("", None, true).unwrap().contains("allow-passthrough"));
        assert!(refusal("", Some(false), false).unwrap().contains("allow-passthrough"));
        assert_eq!(refusal("", Some(true), true), None, "the user knows better");
        assert!(refusal("", Some(true), false).is_some());
        // Names are what anybody wrote.
        let long = "é".repeat(500);
        assert!(refusal(&long, None, true).unwrap().chars().count() < 66);
    }

    #[test]
    fn the_question_for_the_speed_is_one_image_in_pieces_that_kitty_takes() {
        let mut speed = Speed::new(Duration::ZERO);
        let start = Instant::now();
        let out = String::from_utf8(speed.ask(start).unwrap()).unwrap();
        assert!(speed.ask(start).is_none(), "once");
        let pieces: Vec<&str> = out.split("\x1bPtmux;").skip(1).collect();
        assert_eq!(pieces.len(), 16);
        for (n, piece) in pieces.iter().enumerate() {
            let payload = piece.split_once(';').unwrap().1;
            let payload = payload.strip_suffix("\x1b\x1b\\\x1b\\").unwrap();
            assert_eq!(payload.len(), 4096);
            assert_eq!(piece.contains("m=0;"), n == 15);
        }
    }

    #[test]
    fn the_rate_is_without_the_round_trip_and_never_endless() {
        let ms = Duration::from_millis;
        let start = Instant::now();
        let rate = |rtt, took| {
            let mut speed = Speed::new(rtt);
            let bytes = speed.ask(start).unwrap().len() as f64;
            let slowest = speed.slowest();
            let rate = speed.answered(start + took).unwrap();
            assert_eq!(speed.answered(start + took), None, "once");
            (bytes / rate, bytes / slowest)
        };
        let near = |a: f64, b: f64| (a - b).abs() < 1e-9;
        assert!(near(rate(ms(100), ms(600)).0, 0.5));
        assert!(near(rate(ms(100), ms(104)).0, 0.013), "the round trip varies");
        assert!(near(rate(ms(0), ms(0)).0, 0.0005));
        assert!(near(rate(ms(0), ms(9)).1, 1.0));
    }

    #[test]
    fn a_question_that_tmux_dropped_is_asked_again_but_not_for_ever() {
        let start = Instant::now();
        let mut speed = Speed::new(Duration::ZERO);
        let asked = (0..100_u32).filter(|n| speed.ask(start + SPEED_WAIT * *n).is_some()).count();
        assert_eq!(asked as u32, SPEED_TRIES);
        let mut again = Again::after(start);
        let times = (0..100_u32).filter(|n| again.is_due(start + Duration::from_millis(100) * *n));
        assert_eq!(times.collect::<Vec<_>>(), [4, 20, 60]);
        let mut late = Again::after(start);
        assert!(late.is_due(start + AGAIN[2]) && !late.is_due(start + AGAIN[2]), "once");
    }

    #[test]
    fn a_question_that_was_cut_off_is_asked_again() {
        let start = Instant::now();
        let mut speed = Speed::new(Duration::ZERO);
        speed.ask(start);
        speed.forget();
        assert!(speed.ask(start).is_some());
        assert!(speed.answered(start + Duration::from_millis(9)).is_some());
        speed.forget();
        assert!(speed.ask(start).is_none());
    }
}
