//! What is switched on in the terminal, and off again. Pure: bytes.

use crate::draw::delete_in_tmux;

/// What of the terminal is used besides what all have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Modes {
    /// Kitty's keyboard protocol.
    pub(crate) kitty_keys: bool,
    /// xterm's modifyOtherKeys.
    pub(crate) other_keys: bool,
    /// The mouse in pixels.
    pub(crate) pixel_mouse: bool,
    /// Pictures of the kitty graphics protocol, which the terminal keeps.
    pub(crate) kitty_pictures: bool,
    /// The pointer's shape by its CSS name.
    pub(crate) pointer_shapes: bool,
}

/// Private modes of the input, in the order in which they are set. The terminal takes the newest
/// kind of mouse report that it knows.
const INPUT: [u16; 6] = [1000, 1002, 1003, 1006, 1004, 2004];
const PIXEL_MOUSE: u16 = 1016;

/// Kitty's flags: told apart, with phases, with the shifted and the US key, all keys, with text.
const KITTY_FLAGS: u8 = 1 | 2 | 4 | 8 | 16;

/// Another screen without a cursor, and the title kept.
///
/// Nothing wraps: a screen that became narrower must not scroll before we know.
pub(crate) fn enter() -> Vec<u8> {
    b"\x1b[22;0t\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[m\x1b[2J\x1b[H".to_vec()
}

/// Mouse, focus, pastes and the keyboard protocol.
pub(crate) fn listen(modes: Modes) -> Vec<u8> {
    let mut out = Vec::new();
    for mode in INPUT {
        private(&mut out, mode, b'h');
    }
    if modes.pixel_mouse {
        private(&mut out, PIXEL_MOUSE, b'h');
    }
    if modes.kitty_keys {
        out.extend(format!("\x1b[>{KITTY_FLAGS}u").bytes());
    }
    if modes.other_keys {
        out.extend(b"\x1b[>4;2m");
    }
    out
}

/// Undoes `listen` and `enter`, wherever the bytes before were cut off, and deletes the images of so
/// many tiles that the terminal around tmux holds.
pub(crate) fn leave(modes: Modes, tiles_in_tmux: usize) -> Vec<u8> {
    // Ends a sequence or string that was being written, and a synchronized update.
    let mut out = b"\x18\x1b\\\x1b[?2026l".to_vec();
    if modes.kitty_pictures {
        out.extend(b"\x1b_Ga=d,d=A,q=2\x1b\\");
    }
    delete_in_tmux(tiles_in_tmux, &mut out);
    if modes.pointer_shapes {
        out.extend(b"\x1b]22;default\x1b\\");
    }
    // Kitty keeps one stack of flags for each screen: before the screen changes.
    if modes.kitty_keys {
        out.extend(b"\x1b[<u");
    }
    if modes.other_keys {
        out.extend(b"\x1b[>4m");
    }
    if modes.pixel_mouse {
        private(&mut out, PIXEL_MOUSE, b'l');
    }
    for mode in INPUT.into_iter().rev() {
        private(&mut out, mode, b'l');
    }
    out.extend(b"\x1b[m\x1b[?7h\x1b[?25h\x1b[?1049l\x1b[23;0t");
    out
}

fn private(out: &mut Vec<u8>, mode: u16, set: u8) {
    out.extend(format!("\x1b[?{mode}").bytes());
    out.push(set);
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The private modes that `bytes` set and reset.
    fn modes(bytes: &[u8], set: char) -> BTreeSet<u16> {
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let found = text.split("\x1b[?").skip(1).filter_map(|rest| {
            let end = rest.find(|char: char| !char.is_ascii_digit())?;
            rest[end..].starts_with(set).then(|| rest[..end].parse().unwrap())
        });
        found.collect()
    }

    #[test]
    fn what_is_set_is_reset_and_what_is_reset_is_set() {
        for pixel_mouse in [false, true] {
            let used = Modes { pixel_mouse, ..Modes::default() };
            let start = [enter(), listen(used)].concat();
            let end = leave(used, 0);
            let mut off = modes(&end, 'l');
            assert!(off.remove(&2026));
            assert_eq!(modes(&start, 'h'), off);
            assert_eq!(modes(&start, 'l'), modes(&end, 'h'));
            assert_eq!(off.contains(&1016), pixel_mouse);
        }
    }

    #[test]
    fn what_the_terminal_around_tmux_holds_is_deleted_through_tmux() {
        let text = String::from_utf8(leave(Modes::default(), 130)).unwrap();
        assert_eq!(text.matches("a=d,d=I,i=").count(), 260);
        assert_eq!(text.matches("\x1bPtmux;\x1b\x1b_G").count(), 3);
        // None goes to tmux itself, which would take it for a title.
        assert_eq!(text.replace("\x1b\x1b", "").matches("\x1b_G").count(), 0);
        assert!(text.find("\x1bPtmux;").unwrap() < text.find("\x1b[?1049l").unwrap());
    }

    #[test]
    fn protocols_are_left_only_where_they_were_entered() {
        let plain = String::from_utf8(leave(Modes::default(), 0)).unwrap();
        for only_with in ["\x1b[<u", "\x1b[>4m", "\x1b_G", "\x1b]22"] {
            assert!(!plain.contains(only_with), "{plain:?}");
        }
        let all = Modes {
            kitty_keys: true,
            other_keys: true,
            pixel_mouse: true,
            kitty_pictures: true,
            pointer_shapes: true,
        };
        let text = String::from_utf8(leave(all, 0)).unwrap();
        let screen = text.find("\x1b[?1049l").unwrap();
        for before in ["\x1b[<u", "\x1b[>4m", "\x1b_G", "\x1b]22"] {
            assert!(text.find(before).unwrap() < screen, "{before:?} in {text:?}");
        }
    }
}
