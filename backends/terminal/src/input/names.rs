//! What keys are called in the browser's `KeyboardEvent`, by the numbers that terminals use.

/// Keys that type, on a US keyboard: `code`, and what they type without and with shift.
const US: [(&str, char, char); 48] = [
    ("Backquote", '`', '~'),
    ("Digit1", '1', '!'),
    ("Digit2", '2', '@'),
    ("Digit3", '3', '#'),
    ("Digit4", '4', '$'),
    ("Digit5", '5', '%'),
    ("Digit6", '6', '^'),
    ("Digit7", '7', '&'),
    ("Digit8", '8', '*'),
    ("Digit9", '9', '('),
    ("Digit0", '0', ')'),
    ("Minus", '-', '_'),
    ("Equal", '=', '+'),
    ("KeyQ", 'q', 'Q'),
    ("KeyW", 'w', 'W'),
    ("KeyE", 'e', 'E'),
    ("KeyR", 'r', 'R'),
    ("KeyT", 't', 'T'),
    ("KeyY", 'y', 'Y'),
    ("KeyU", 'u', 'U'),
    ("KeyI", 'i', 'I'),
    ("KeyO", 'o', 'O'),
    ("KeyP", 'p', 'P'),
    ("BracketLeft", '[', '{'),
    ("BracketRight", ']', '}'),
    ("Backslash", '\\', '|'),
    ("KeyA", 'a', 'A'),
    ("KeyS", 's', 'S'),
    ("KeyD", 'd', 'D'),
    ("KeyF", 'f', 'F'),
    ("KeyG", 'g', 'G'),
    ("KeyH", 'h', 'H'),
    ("KeyJ", 'j', 'J'),
    ("KeyK", 'k', 'K'),
    ("KeyL", 'l', 'L'),
    ("Semicolon", ';', ':'),
    ("Quote", '\'', '"'),
    ("KeyZ", 'z', 'Z'),
    ("KeyX", 'x', 'X'),
    ("KeyC", 'c', 'C'),
    ("KeyV", 'v', 'V'),
    ("KeyB", 'b', 'B'),
    ("KeyN", 'n', 'N'),
    ("KeyM", 'm', 'M'),
    ("Comma", ',', '<'),
    ("Period", '.', '>'),
    ("Slash", '/', '?'),
    ("Space", ' ', ' '),
];

/// The `code` of the key that types `char` on a US keyboard, and whether with shift.
pub(super) fn us_key(char: char) -> Option<(&'static str, bool)> {
    let key = US.iter().find(|(_, plain, shifted)| *plain == char || *shifted == char)?;
    Some((key.0, key.1 != char))
}

/// `key` and `code` of a key by its number in the kitty keyboard protocol, if it types nothing.
pub(super) fn functional(number: u32) -> Option<(&'static str, &'static str)> {
    let same = |name| Some((name, name));
    match number {
        27 => same("Escape"),
        13 => same("Enter"),
        9 => same("Tab"),
        8 | 127 => same("Backspace"),
        57_358 => same("CapsLock"),
        57_359 => same("ScrollLock"),
        57_360 => same("NumLock"),
        57_361 => same("PrintScreen"),
        57_362 => same("Pause"),
        57_363 => same("ContextMenu"),
        57_376..=57_398 => same(F_KEYS[(number - 57_376) as usize + 12]),
        57_414 => Some(("Enter", "NumpadEnter")),
        57_417 => Some(("ArrowLeft", "Numpad4")),
        57_418 => Some(("ArrowRight", "Numpad6")),
        57_419 => Some(("ArrowUp", "Numpad8")),
        57_420 => Some(("ArrowDown", "Numpad2")),
        57_421 => Some(("PageUp", "Numpad9")),
        57_422 => Some(("PageDown", "Numpad3")),
        57_423 => Some(("Home", "Numpad7")),
        57_424 => Some(("End", "Numpad1")),
        57_425 => Some(("Insert", "Numpad0")),
        57_426 => Some(("Delete", "NumpadDecimal")),
        57_427 => Some(("Clear", "Numpad5")),
        57_428..=57_430 => same("MediaPlayPause"),
        57_432 => same("MediaStop"),
        57_435 => same("MediaTrackNext"),
        57_436 => same("MediaTrackPrevious"),
        57_438 => same("AudioVolumeDown"),
        57_439 => same("AudioVolumeUp"),
        57_440 => same("AudioVolumeMute"),
        57_441 => Some(("Shift", "ShiftLeft")),
        57_442 => Some(("Control", "ControlLeft")),
        57_443 => Some(("Alt", "AltLeft")),
        57_444..=57_446 => Some(("Meta", "MetaLeft")),
        57_447 => Some(("Shift", "ShiftRight")),
        57_448 => Some(("Control", "ControlRight")),
        57_449 => Some(("Alt", "AltRight")),
        57_450..=57_452 => Some(("Meta", "MetaRight")),
        57_453 | 57_454 => Some(("AltGraph", "AltRight")),
        _ => None,
    }
}

/// What a key of the number pad types, and its `code`, by its number in the kitty protocol.
pub(super) fn pad(number: u32) -> Option<(char, &'static str)> {
    const DIGITS: [&str; 10] = [
        "Numpad0", "Numpad1", "Numpad2", "Numpad3", "Numpad4", "Numpad5", "Numpad6", "Numpad7",
        "Numpad8", "Numpad9",
    ];
    Some(match number {
        57_399..=57_408 => {
            let digit = (number - 57_399) as u8;
            (char::from(b'0' + digit), DIGITS[usize::from(digit)])
        }
        57_409 => ('.', "NumpadDecimal"),
        57_410 => ('/', "NumpadDivide"),
        57_411 => ('*', "NumpadMultiply"),
        57_412 => ('-', "NumpadSubtract"),
        57_413 => ('+', "NumpadAdd"),
        57_415 => ('=', "NumpadEqual"),
        57_416 => (',', "NumpadComma"),
        _ => return None,
    })
}

/// The key of `SS3 byte`, of the number pad in its application mode, if it types.
pub(super) fn application_pad(byte: u8) -> Option<(char, &'static str)> {
    pad(match byte {
        b'p'..=b'y' => 57_399 + u32::from(byte - b'p'),
        b'n' => 57_409,
        b'o' => 57_410,
        b'j' => 57_411,
        b'm' => 57_412,
        b'k' => 57_413,
        b'X' => 57_415,
        b'l' => 57_416,
        _ => return None,
    })
}

/// The key of `CSI … last` and `SS3 last`.
pub(super) fn by_letter(last: u8) -> Option<(&'static str, &'static str)> {
    let same = |name| Some((name, name));
    match last {
        b'A' => same("ArrowUp"),
        b'B' => same("ArrowDown"),
        b'C' => same("ArrowRight"),
        b'D' => same("ArrowLeft"),
        b'E' => Some(("Clear", "Numpad5")),
        b'F' => same("End"),
        b'H' => same("Home"),
        b'P' => same("F1"),
        b'Q' => same("F2"),
        b'R' => same("F3"),
        b'S' => same("F4"),
        _ => None,
    }
}

const F_KEYS: [&str; 35] = [
    "F1", "F2", "F3", "F4", "F5", "F6", "F7", "F8", "F9", "F10", "F11", "F12", "F13", "F14", "F15",
    "F16", "F17", "F18", "F19", "F20", "F21", "F22", "F23", "F24", "F25", "F26", "F27", "F28",
    "F29", "F30", "F31", "F32", "F33", "F34", "F35",
];

/// The key of `CSI number ~`.
pub(super) fn by_number(number: u32) -> Option<(&'static str, &'static str)> {
    let same = |name| Some((name, name));
    match number {
        1 | 7 => same("Home"),
        2 => same("Insert"),
        3 => same("Delete"),
        4 | 8 => same("End"),
        5 => same("PageUp"),
        6 => same("PageDown"),
        11..=15 => same(F_KEYS[number as usize - 11]),
        17..=21 => same(F_KEYS[number as usize - 12]),
        23..=26 => same(F_KEYS[number as usize - 13]),
        28 => same("F15"),
        29 => same("ContextMenu"),
        31..=34 => same(F_KEYS[number as usize - 15]),
        57_427 => Some(("Clear", "Numpad5")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn function_keys_skip_the_numbers_that_terminals_skip() {
        let name = |number| by_number(number).map(|(key, _)| key);
        assert_eq!(
            [11, 15, 17, 21, 23, 24].map(|n| name(n).unwrap()),
            ["F1", "F5", "F6", "F10", "F11", "F12"]
        );
        assert_eq!(
            (name(25), name(28), name(31), name(34)),
            (Some("F13"), Some("F15"), Some("F17"), Some("F20"))
        );
        assert_eq!((name(16), name(22), name(30)), (None, None, None));
        assert_eq!(functional(57_376), Some(("F13", "F13")));
        assert_eq!(functional(57_398), Some(("F35", "F35")));
    }

    #[test]
    fn characters_have_a_place_on_a_us_keyboard() {
        assert_eq!(us_key('a'), Some(("KeyA", false)));
        assert_eq!(us_key('A'), Some(("KeyA", true)));
        assert_eq!(us_key('?'), Some(("Slash", true)));
        assert_eq!(us_key(' '), Some(("Space", false)));
        assert_eq!(us_key('ö'), None);
    }
}
