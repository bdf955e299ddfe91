//! Mouse reports: SGR coordinates (xterm's 1006, in pixels 1016) and the old three bytes.

use framecast_api::{Button, Modifiers};

use super::keys;
use super::tokens::Csi;

/// How far one notch of the wheel scrolls, in logical pixels.
const NOTCH: f64 = 100.0;

/// One report.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct MouseReport {
    pub(crate) action: Action,
    /// Cells from the left, 1-based; pixels in mode 1016.
    pub(crate) x: u32,
    /// From the top, likewise.
    pub(crate) y: u32,
    pub(crate) modifiers: Modifiers,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Action {
    Press(Button),
    Release(Button),
    /// Of an old report, which does not say what was released.
    ReleaseAll,
    /// Moved, with this button down, or none as far as the terminal says.
    Move(Button),
    /// Right and down positive.
    Wheel(f64, f64),
    /// It left the terminal's window (kitty).
    Leave,
}

const SHIFT: u32 = 4;
const ALT: u32 = 8;
const CONTROL: u32 = 16;
const MOTION: u32 = 32;
const LEAVE: u32 = 256;

pub(super) fn from_sgr(it: &Csi) -> Option<MouseReport> {
    let (code, x, y) = (it.number(0)?, it.number(1)?, it.number(2)?);
    Some(MouseReport { action: action(code, it.last == b'M')?, x, y, modifiers: modifiers(code) })
}

/// Button and coordinates of an old report: each is a byte, 32 more than the number.
pub(super) fn from_old([code, x, y]: [u8; 3]) -> MouseReport {
    let number = |byte: u8| u32::from(byte).saturating_sub(32);
    let code = number(code);
    let action = match action(code, true) {
        Some(Action::Press(Button::None)) | None => Action::ReleaseAll,
        Some(action) => action,
    };
    MouseReport { action, x: number(x), y: number(y), modifiers: modifiers(code) }
}

fn action(code: u32, down: bool) -> Option<Action> {
    if code & LEAVE != 0 {
        return Some(Action::Leave);
    }
    // Bits 0, 1, 6 and 7 are the button; 3 is none.
    let button = match (code & 3) | ((code >> 4) & 0b1100) {
        0 => Button::Left,
        1 => Button::Middle,
        2 => Button::Right,
        3 => Button::None,
        4 => return Some(Action::Wheel(0.0, -NOTCH)),
        5 => return Some(Action::Wheel(0.0, NOTCH)),
        6 => return Some(Action::Wheel(-NOTCH, 0.0)),
        7 => return Some(Action::Wheel(NOTCH, 0.0)),
        8 => Button::Back,
        9 => Button::Forward,
        _ => return None,
    };
    Some(match (code & MOTION != 0, down) {
        (true, _) => Action::Move(button),
        (false, true) => Action::Press(button),
        (false, false) => Action::Release(button),
    })
}

fn modifiers(code: u32) -> Modifiers {
    let bit = |mask: u32, bit: u32| if code & mask != 0 { bit } else { 0 };
    keys::modifiers(bit(SHIFT, 1) | bit(ALT, 2) | bit(CONTROL, 4))
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::input::{Reader, Said};

    fn reports(bytes: &[u8]) -> Vec<MouseReport> {
        let mut reports = Vec::new();
        Reader::default().push(bytes, Instant::now(), &mut |said| match said {
            Said::Mouse(report) => reports.push(report),
            other => panic!("unexpected {other:?}"),
        });
        reports
    }

    fn actions(bytes: &[u8]) -> Vec<Action> {
        reports(bytes).into_iter().map(|report| report.action).collect()
    }

    #[test]
    fn buttons_go_down_and_up_and_the_pointer_moves() {
        assert_eq!(
            actions(b"\x1b[<0;3;4M\x1b[<32;4;4M\x1b[<0;4;4m\x1b[<35;5;5M"),
            [
                Action::Press(Button::Left),
                Action::Move(Button::Left),
                Action::Release(Button::Left),
                Action::Move(Button::None)
            ]
        );
        assert_eq!(
            actions(b"\x1b[<1;1;1M\x1b[<2;1;1M\x1b[<128;1;1M\x1b[<129;1;1m"),
            [
                Action::Press(Button::Middle),
                Action::Press(Button::Right),
                Action::Press(Button::Back),
                Action::Release(Button::Forward)
            ]
        );
    }

    #[test]
    fn the_wheel_scrolls_100_a_notch_down_and_right_positive() {
        assert_eq!(
            actions(b"\x1b[<64;1;1M\x1b[<65;1;1M\x1b[<66;1;1M\x1b[<67;1;1M"),
            [
                Action::Wheel(0.0, -100.0),
                Action::Wheel(0.0, 100.0),
                Action::Wheel(-100.0, 0.0),
                Action::Wheel(100.0, 0.0)
            ]
        );
    }

    #[test]
    fn modifiers_and_places_are_told() {
        let report = reports(b"\x1b[<20;120;40M")[0];
        assert_eq!((report.x, report.y), (120, 40));
        assert!(report.modifiers.shift && report.modifiers.control && !report.modifiers.alt);
        assert_eq!(actions(b"\x1b[<291;0;0M"), [Action::Leave]);
    }

    #[test]
    fn old_reports_do_not_say_what_was_released() {
        assert_eq!(
            actions(b"\x1b[M !!\x1b[M#!!"),
            [Action::Press(Button::Left), Action::ReleaseAll]
        );
        assert_eq!(reports(b"\x1b[M !\"")[0].y, 2);
    }
}
