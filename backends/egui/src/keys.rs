//! Keys as egui names them. Pure.

use egui::Key as EguiKey;
use framecast::Key;

/// The key that shortcuts go by: what it means in the user's layout, or, where egui has no name for that, where it is.
pub(crate) fn logical(key: &Key) -> Option<EguiKey> {
    EguiKey::from_name(key.shortcut()).or_else(|| physical(&key.code))
}

/// Where the key is on a keyboard, from a browser's `KeyboardEvent.code`.
pub(crate) fn physical(code: &str) -> Option<EguiKey> {
    let name = match code {
        "BracketLeft" => "[",
        "BracketRight" => "]",
        "NumpadAdd" => "+",
        "NumpadSubtract" => "-",
        "NumpadDivide" => "/",
        "NumpadDecimal" => ".",
        "NumpadComma" => ",",
        "NumpadEnter" => "Enter",
        "MetaLeft" => "SuperLeft",
        "MetaRight" => "SuperRight",
        _ => match code.strip_prefix("Key") {
            Some(letter) if letter.len() == 1 => letter,
            _ => code,
        },
    };
    EguiKey::from_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_the_names_of_egui() {
        use EguiKey as E;
        for (key, code, logical_key, physical_key) in [
            ("a", "KeyA", Some(E::A), Some(E::A)),
            ("A", "KeyA", Some(E::A), Some(E::A)),
            // A French keyboard, and one without Latin letters.
            ("a", "KeyQ", Some(E::A), Some(E::Q)),
            ("я", "KeyZ", Some(E::Z), Some(E::Z)),
            ("1", "Digit1", Some(E::Num1), Some(E::Num1)),
            ("!", "Digit1", Some(E::Exclamationmark), Some(E::Num1)),
            ("7", "Numpad7", Some(E::Num7), Some(E::Num7)),
            ("Enter", "NumpadEnter", Some(E::Enter), Some(E::Enter)),
            ("+", "NumpadAdd", Some(E::Plus), Some(E::Plus)),
            (".", "NumpadDecimal", Some(E::Period), Some(E::Period)),
            ("[", "BracketLeft", Some(E::OpenBracket), Some(E::OpenBracket)),
            ("ü", "BracketLeft", Some(E::OpenBracket), Some(E::OpenBracket)),
            ("ArrowLeft", "ArrowLeft", Some(E::ArrowLeft), Some(E::ArrowLeft)),
            ("PageUp", "PageUp", Some(E::PageUp), Some(E::PageUp)),
            (" ", "Space", Some(E::Space), Some(E::Space)),
            ("F12", "F12", Some(E::F12), Some(E::F12)),
            ("Shift", "ShiftLeft", Some(E::ShiftLeft), Some(E::ShiftLeft)),
            ("Control", "ControlRight", Some(E::ControlRight), Some(E::ControlRight)),
            ("Meta", "MetaLeft", Some(E::SuperLeft), Some(E::SuperLeft)),
            ("Backspace", "", Some(E::Backspace), None),
            ("CapsLock", "CapsLock", None, None),
            ("Keyä", "Keyä", None, None),
        ] {
            let pressed = Key::new(key).with_code(code);
            assert_eq!((logical(&pressed), physical(code)), (logical_key, physical_key), "{key}");
        }
    }
}
