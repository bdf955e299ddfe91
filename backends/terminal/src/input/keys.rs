//! Key presses out of tokens: the plain encoding, xterm's modifiers, and kitty's protocol.
//!
//! Plain terminals tell only that something was typed: such a key goes down and up at once, its
//! modifiers are guessed from the character, and Ctrl+I is Tab. `code` is that of the key which
//! has the character on a US keyboard, unless the terminal tells the key's place.

use framecast_api::{Key, Modifiers};

use super::names::{application_pad, by_letter, by_number, functional, pad, us_key};
use super::tokens::Csi;

/// What happened to a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    Down,
    Repeat,
    Up,
    /// Down and up: the terminal does not tell when it is let go.
    Tap,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Press {
    pub(crate) key: Key,
    pub(crate) phase: Phase,
    /// What it types; empty for none.
    pub(crate) text: String,
}

fn press(key: &str, code: &str, modifiers: Modifiers, phase: Phase, text: String) -> Press {
    let key = Key::new(key).with_code(code).with_modifiers(modifiers);
    Press { key, phase, text }
}

/// A character of the plain encoding.
pub(super) fn from_char(char: char, alt: bool) -> Press {
    let with = |control, shift| {
        let mut modifiers = Modifiers::NONE;
        (modifiers.control, modifiers.alt, modifiers.shift) = (control, alt, shift);
        modifiers
    };
    let named = |name, control| press(name, name, with(control, false), Phase::Tap, String::new());
    match char {
        '\r' => named("Enter", false),
        '\t' => named("Tab", false),
        '\u{1b}' => named("Escape", false),
        '\u{7f}' => named("Backspace", false),
        // What terminals send for Ctrl+Backspace, and for Ctrl+H.
        '\u{8}' => named("Backspace", true),
        '\u{0}' => press(" ", "Space", with(true, false), Phase::Tap, String::new()),
        '\u{1}'..='\u{1f}' => {
            // The control character is the key's with bit 6 cleared: @ A to Z [ \ ] ^ _.
            let key = char::from(char as u8 | 0x40).to_ascii_lowercase();
            let code = us_key(key).map_or("", |(code, _)| code);
            let key = key.to_string();
            press(&key, code, with(true, false), Phase::Tap, String::new())
        }
        char => {
            let (code, shift) = us_key(char).unwrap_or(("", char.is_uppercase()));
            let key = char.to_string();
            let text = if alt || char.is_control() { String::new() } else { key.clone() };
            press(&key, code, with(false, shift), Phase::Tap, text)
        }
    }
}

/// `SS3 byte`.
pub(super) fn from_ss3(byte: u8, alt: bool) -> Option<Press> {
    let modifiers = if alt { Modifiers::NONE.with_alt() } else { Modifiers::NONE };
    if byte == b'M' {
        return Some(press("Enter", "NumpadEnter", modifiers, Phase::Tap, String::new()));
    }
    if let Some((char, code)) = application_pad(byte) {
        return Some(press(&char.to_string(), code, modifiers, Phase::Tap, char.into()));
    }
    let (key, code) = by_letter(byte)?;
    Some(press(key, code, modifiers, Phase::Tap, String::new()))
}

/// A sequence that is a key; `None` if it is none. `kitty`: the terminal speaks kitty's protocol,
/// and so a key without a phase went down.
pub(super) fn from_csi(it: &Csi, alt: bool, kitty: bool) -> Option<Press> {
    if it.private != 0 || it.intermediate != 0 {
        return None;
    }
    let bits = it.number(1).unwrap_or(1).saturating_sub(1);
    let mut modifiers = modifiers(bits);
    modifiers.alt |= alt;
    let phase = match it.part(1, 1) {
        Some(2) => Phase::Repeat,
        Some(3) => Phase::Up,
        _ if kitty => Phase::Down,
        _ => Phase::Tap,
    };
    let named = |(key, code): (&str, &str)| press(key, code, modifiers, phase, String::new());
    match it.last {
        b'u' => from_kitty(it, modifiers, phase),
        b'~' if it.number(0) == Some(27) => {
            // xterm's modifyOtherKeys: 27 ; modifiers ; character.
            let char = char::from_u32(it.number(2)?)?;
            let mut press = from_char(char, modifiers.alt);
            press.key.modifiers.shift |= modifiers.shift;
            press.key.modifiers.control |= modifiers.control;
            press.key.modifiers.meta |= modifiers.meta;
            if modifiers.control || modifiers.meta {
                press.text.clear();
            }
            Some(press)
        }
        b'~' => by_number(it.number(0)?).map(named),
        b'Z' => {
            modifiers.shift = true;
            Some(press("Tab", "Tab", modifiers, phase, String::new()))
        }
        last => by_letter(last).map(named),
    }
}

/// `CSI code : shifted : place ; modifiers : phase ; text u`.
fn from_kitty(it: &Csi, modifiers: Modifiers, phase: Phase) -> Option<Press> {
    let number = it.number(0)?;
    let text: String = it
        .parameters
        .get(2)
        .into_iter()
        .flatten()
        .filter_map(|code| char::from_u32((*code)?))
        .filter(|char| !char.is_control())
        .collect();
    if let Some((key, code)) = functional(number) {
        let modifiers = after(key, modifiers, phase);
        return Some(press(key, code, modifiers, phase, String::new()));
    }
    if let Some((char, code)) = pad(number) {
        return Some(press(&char.to_string(), code, modifiers, phase, text));
    }
    // The private-use area holds keys that have no name here.
    let plain = char::from_u32(number)
        .filter(|char| !char.is_control() && !('\u{e000}'..='\u{f8ff}').contains(char))?;
    let place = it.part(0, 2).and_then(char::from_u32).unwrap_or(plain);
    let code = us_key(place).map_or("", |(code, _)| code);
    let shifted = it.part(0, 1).and_then(char::from_u32);
    let mut typed = text.chars();
    let key = match (typed.next(), typed.next()) {
        (Some(char), None) => char.to_string(),
        _ if modifiers.shift => match shifted {
            Some(shifted) => shifted.to_string(),
            None => plain.to_uppercase().to_string(),
        },
        _ => plain.to_string(),
    };
    Some(press(&key, code, modifiers, phase, text))
}

/// A modifier key's own modifier is that after the change, as in browsers.
fn after(key: &str, mut modifiers: Modifiers, phase: Phase) -> Modifiers {
    let down = phase != Phase::Up;
    match key {
        "Shift" => modifiers.shift = down,
        "Control" => modifiers.control = down,
        "Alt" => modifiers.alt = down,
        "Meta" => modifiers.meta = down,
        _ => {}
    }
    modifiers
}

/// Modifiers as both xterm and kitty number them, less the 1 that they add.
pub(super) fn modifiers(bits: u32) -> Modifiers {
    let has = |bit: u32| bits & bit != 0;
    let mut modifiers = Modifiers::NONE;
    modifiers.shift = has(1);
    modifiers.alt = has(2);
    modifiers.control = has(4);
    modifiers.meta = has(8) || has(32);
    modifiers
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::input::tokens::{Token, Tokenizer};

    /// `phase key code modifiers "text"` of every key in `bytes`.
    fn keys(bytes: &[u8], kitty: bool) -> Vec<String> {
        let mut lines = Vec::new();
        Tokenizer::default().push(bytes, Instant::now(), &mut |token| {
            let press = match token {
                Token::Char { char, alt } => Some(from_char(char, alt)),
                Token::Ss3 { byte, alt } => from_ss3(byte, alt),
                Token::Csi { sequence, alt } => from_csi(&sequence, alt, kitty),
                _ => None,
            };
            let Some(Press { key, phase, text }) = press else {
                lines.push("?".to_owned());
                return;
            };
            let sign = match phase {
                Phase::Down => "+",
                Phase::Repeat => "*",
                Phase::Up => "-",
                Phase::Tap => "",
            };
            let mut line = format!("{sign}{}", key.key);
            if key.code != key.key {
                line += &format!(" {}", key.code);
            }
            let held = key.modifiers;
            for (name, held) in
                [("S", held.shift), ("C", held.control), ("A", held.alt), ("M", held.meta)]
            {
                if held {
                    line += &format!(" {name}");
                }
            }
            if !text.is_empty() {
                line += &format!(" {text:?}");
            }
            lines.push(line);
        });
        lines
    }

    fn plain(bytes: &[u8]) -> Vec<String> {
        keys(bytes, false)
    }

    fn kitty(bytes: &[u8]) -> Vec<String> {
        keys(bytes, true)
    }

    #[test]
    fn plain_characters_name_their_key() {
        assert_eq!(plain(b"aA?"), ["a KeyA \"a\"", "A KeyA S \"A\"", "? Slash S \"?\""]);
        assert_eq!(plain("ö漢Ü".as_bytes()), ["ö  \"ö\"", "漢  \"漢\"", "Ü  S \"Ü\""]);
        assert_eq!(
            plain(b"\x1bx \r\t\x7f"),
            ["x KeyX A", "  Space \" \"", "Enter", "Tab", "Backspace"]
        );
    }

    #[test]
    fn control_characters_are_keys_with_control() {
        assert_eq!(plain(b"\x01\x03\x1a"), ["a KeyA C", "c KeyC C", "z KeyZ C"]);
        assert_eq!(
            plain(b"\x00\x1c\x1d\x1f"),
            ["  Space C", "\\ Backslash C", "] BracketRight C", "_ Minus C"]
        );
        assert_eq!(plain(b"\x1b\x07"), ["g KeyG C A"], "the host's key, Ctrl+Alt+G");
    }

    #[test]
    fn sequences_name_keys_and_modifiers() {
        assert_eq!(plain(b"\x1b[A\x1bOB\x1b[1;5C"), ["ArrowUp", "ArrowDown", "ArrowRight C"]);
        assert_eq!(plain(b"\x1b[3~\x1b[5;7~\x1b[24;2~"), ["Delete", "PageUp C A", "F12 S"]);
        assert_eq!(
            plain(b"\x1bOP\x1b[1;2R\x1b[Z\x1bOM"),
            ["F1", "F3 S", "Tab S", "Enter NumpadEnter"]
        );
        assert_eq!(plain(b"\x1b\x1b[D"), ["ArrowLeft A"]);
        assert_eq!(plain(b"\x1bOq"), ["1 Numpad1 \"1\""]);
    }

    #[test]
    fn xterm_tells_other_keys_with_modifiers() {
        assert_eq!(plain(b"\x1b[27;5;43~"), ["+ Equal S C"]);
        assert_eq!(plain(b"\x1b[27;5;99~"), ["c KeyC C"]);
        assert_eq!(plain(b"\x1b[27;7;45~"), ["- Minus C A"]);
    }

    #[test]
    fn kitty_tells_phases_text_and_places() {
        assert_eq!(kitty(b"\x1b[97;;97u"), ["+a KeyA \"a\""]);
        assert_eq!(kitty(b"\x1b[97;1:3u"), ["-a KeyA"]);
        assert_eq!(kitty(b"\x1b[97;1:2;97u"), ["*a KeyA \"a\""]);
        assert_eq!(kitty(b"\x1b[97:65;2;65u"), ["+A KeyA S \"A\""]);
        assert_eq!(kitty(b"\x1b[97:65;2:3u"), ["-A KeyA S"]);
        assert_eq!(kitty(b"\x1b[97;65;65u"), ["+A KeyA \"A\""], "caps lock");
        assert_eq!(kitty(b"\x1b[99;5u"), ["+c KeyC C"]);
        assert_eq!(kitty("\x1b[246::59;1;246u".as_bytes()), ["+ö Semicolon \"ö\""]);
        assert_eq!(kitty(b"\x1b[1089::99;5u"), ["+с KeyC C"], "a Cyrillic layout");
    }

    #[test]
    fn kitty_names_keys_that_type_nothing() {
        assert_eq!(kitty(b"\x1b[27u\x1b[13u\x1b[1;1:3A"), ["+Escape", "+Enter", "-ArrowUp"]);
        assert_eq!(
            kitty(b"\x1b[57441;2u\x1b[57441;2:3u"),
            ["+Shift ShiftLeft S", "-Shift ShiftLeft"]
        );
        assert_eq!(kitty(b"\x1b[57448;5u"), ["+Control ControlRight C"]);
        assert_eq!(kitty(b"\x1b[57400;129;49u"), ["+1 Numpad1 \"1\""]);
        assert_eq!(kitty(b"\x1b[57417u\x1b[57414u"), ["+ArrowLeft Numpad4", "+Enter NumpadEnter"]);
        assert_eq!(kitty(b"\x1b[13~\x1b[57428u"), ["+F3", "+MediaPlayPause"]);
        assert_eq!(kitty(b"\x1b[9999999;1u\x1b[57999;1u"), ["?", "?"], "nobody knows them");
    }
}
