//! What X11's keys are called in the browser's `KeyboardEvent`. Pure.
//!
//! `key` comes from the symbol that the layout gives (keysymdef.h), `code` from XKB's name of the
//! key's place, which does not depend on the layout. Names: UI Events KeyboardEvent key Values and
//! code Values (W3C).

use std::borrow::Cow;

use x11_dl::keysym as sym;
use xkeysym::Keysym;

/// A key's `key`; `None` for one without a meaning.
pub(crate) fn key_name(symbol: u32) -> Option<Cow<'static, str>> {
    if let Some(name) = named(symbol) {
        return Some(Cow::Borrowed(name));
    }
    Some(Cow::Owned(key_text(symbol)?.to_string()))
}

/// The character that a key types by itself, without an input method.
pub(crate) fn key_text(symbol: u32) -> Option<char> {
    Keysym::new(symbol).key_char().filter(|char| !char.is_control())
}

/// The function keys, by either of their names.
const F: [&str; 24] = [
    "F1", "F2", "F3", "F4", "F5", "F6", "F7", "F8", "F9", "F10", "F11", "F12", "F13", "F14", "F15",
    "F16", "F17", "F18", "F19", "F20", "F21", "F22", "F23", "F24",
];

fn named(symbol: u32) -> Option<&'static str> {
    Some(match symbol {
        sym::XK_F1..=sym::XK_F24 => F[(symbol - sym::XK_F1) as usize],
        // All dead keys but those that stand for a letter.
        0xfe50..=0xfe93 => "Dead",
        sym::XK_Multi_key => "Compose",
        sym::XK_BackSpace => "Backspace",
        sym::XK_Tab | sym::XK_ISO_Left_Tab | sym::XK_KP_Tab => "Tab",
        sym::XK_Return | sym::XK_KP_Enter => "Enter",
        sym::XK_Escape => "Escape",
        sym::XK_Delete | sym::XK_KP_Delete => "Delete",
        sym::XK_Insert | sym::XK_KP_Insert => "Insert",
        sym::XK_Clear | sym::XK_KP_Begin => "Clear",
        sym::XK_Home | sym::XK_KP_Home => "Home",
        sym::XK_End | sym::XK_KP_End => "End",
        sym::XK_Page_Up | sym::XK_KP_Page_Up => "PageUp",
        sym::XK_Page_Down | sym::XK_KP_Page_Down => "PageDown",
        sym::XK_Left | sym::XK_KP_Left => "ArrowLeft",
        sym::XK_Right | sym::XK_KP_Right => "ArrowRight",
        sym::XK_Up | sym::XK_KP_Up => "ArrowUp",
        sym::XK_Down | sym::XK_KP_Down => "ArrowDown",
        sym::XK_Shift_L | sym::XK_Shift_R => "Shift",
        sym::XK_Control_L | sym::XK_Control_R => "Control",
        sym::XK_Alt_L | sym::XK_Alt_R => "Alt",
        // Shift+Alt, in most layouts.
        sym::XK_Meta_L | sym::XK_Meta_R => "Alt",
        sym::XK_Super_L | sym::XK_Super_R => "Meta",
        sym::XK_Hyper_L | sym::XK_Hyper_R => "Hyper",
        sym::XK_ISO_Level3_Shift | sym::XK_ISO_Level3_Latch | sym::XK_ISO_Level3_Lock => "AltGraph",
        sym::XK_Mode_switch => "ModeChange",
        sym::XK_ISO_Next_Group => "GroupNext",
        sym::XK_ISO_Prev_Group => "GroupPrevious",
        sym::XK_Caps_Lock => "CapsLock",
        sym::XK_Num_Lock => "NumLock",
        sym::XK_Scroll_Lock => "ScrollLock",
        sym::XK_Pause | sym::XK_Break => "Pause",
        sym::XK_Print => "PrintScreen",
        sym::XK_Menu => "ContextMenu",
        sym::XK_Help => "Help",
        sym::XK_Undo => "Undo",
        sym::XK_Redo => "Redo",
        sym::XK_Find => "Find",
        sym::XK_Select => "Select",
        sym::XK_Execute => "Execute",
        sym::XK_Cancel => "Cancel",
        sym::XK_Kanji => "KanjiMode",
        sym::XK_Muhenkan => "NonConvert",
        sym::XK_Henkan => "Convert",
        sym::XK_Romaji => "Romaji",
        sym::XK_Hiragana => "Hiragana",
        sym::XK_Katakana => "Katakana",
        sym::XK_Hiragana_Katakana => "HiraganaKatakana",
        sym::XK_Zenkaku_Hankaku => "ZenkakuHankaku",
        sym::XK_Eisu_toggle => "Eisu",
        // XK_Hangul and XK_Hangul_Hanja.
        0xff31 => "HangulMode",
        0xff34 => "HanjaMode",
        sym::XF86XK_AudioMute => "AudioVolumeMute",
        sym::XF86XK_AudioLowerVolume => "AudioVolumeDown",
        sym::XF86XK_AudioRaiseVolume => "AudioVolumeUp",
        sym::XF86XK_AudioPlay => "MediaPlayPause",
        sym::XF86XK_AudioStop => "MediaStop",
        sym::XF86XK_AudioPrev => "MediaTrackPrevious",
        sym::XF86XK_AudioNext => "MediaTrackNext",
        sym::XF86XK_Back => "BrowserBack",
        sym::XF86XK_Forward => "BrowserForward",
        sym::XF86XK_Refresh => "BrowserRefresh",
        sym::XF86XK_Search => "BrowserSearch",
        sym::XF86XK_HomePage => "BrowserHome",
        sym::XF86XK_Favorites => "BrowserFavorites",
        sym::XF86XK_Copy => "Copy",
        sym::XF86XK_Cut => "Cut",
        sym::XF86XK_Paste => "Paste",
        _ => return None,
    })
}

/// Where a key is; empty for a place that has no name.
pub(crate) fn code_name(place: [u8; 4]) -> &'static str {
    /// The four rows of an alphanumeric keyboard, from XKB's first key of the row on.
    const NUMBERS: [&str; 13] = [
        "Digit1", "Digit2", "Digit3", "Digit4", "Digit5", "Digit6", "Digit7", "Digit8", "Digit9",
        "Digit0", "Minus", "Equal", "IntlYen",
    ];
    const UPPER: [&str; 12] = [
        "KeyQ",
        "KeyW",
        "KeyE",
        "KeyR",
        "KeyT",
        "KeyY",
        "KeyU",
        "KeyI",
        "KeyO",
        "KeyP",
        "BracketLeft",
        "BracketRight",
    ];
    const HOME: [&str; 12] = [
        "KeyA",
        "KeyS",
        "KeyD",
        "KeyF",
        "KeyG",
        "KeyH",
        "KeyJ",
        "KeyK",
        "KeyL",
        "Semicolon",
        "Quote",
        "Backslash",
    ];
    const LOWER: [&str; 11] = [
        "KeyZ", "KeyX", "KeyC", "KeyV", "KeyB", "KeyN", "KeyM", "Comma", "Period", "Slash",
        "IntlRo",
    ];
    let [a, b, tens, ones] = place;
    if tens.is_ascii_digit() && ones.is_ascii_digit() {
        let number = usize::from(tens - b'0') * 10 + usize::from(ones - b'0');
        let row: &[&str] = match [a, b] {
            [b'A', b'E'] => &NUMBERS,
            [b'A', b'D'] => &UPPER,
            [b'A', b'C'] => &HOME,
            [b'A', b'B'] => &LOWER,
            [b'F', b'K'] => &F,
            _ => &[],
        };
        return number.checked_sub(1).and_then(|index| row.get(index)).copied().unwrap_or("");
    }
    match &place {
        b"TLDE" | b"HZTG" => "Backquote",
        b"BKSL" => "Backslash",
        b"LSGT" => "IntlBackslash",
        b"SPCE" => "Space",
        b"TAB\0" => "Tab",
        b"RTRN" => "Enter",
        b"ESC\0" => "Escape",
        b"BKSP" => "Backspace",
        b"CAPS" => "CapsLock",
        b"LFSH" => "ShiftLeft",
        b"RTSH" => "ShiftRight",
        b"LCTL" => "ControlLeft",
        b"RCTL" => "ControlRight",
        b"LALT" => "AltLeft",
        b"RALT" | b"LVL3" | b"MDSW" => "AltRight",
        b"LWIN" | b"LMTA" => "MetaLeft",
        b"RWIN" | b"RMTA" => "MetaRight",
        b"COMP" | b"MENU" => "ContextMenu",
        b"PRSC" => "PrintScreen",
        b"SCLK" => "ScrollLock",
        b"PAUS" => "Pause",
        b"INS\0" => "Insert",
        b"DELE" => "Delete",
        b"HOME" => "Home",
        b"END\0" => "End",
        b"PGUP" => "PageUp",
        b"PGDN" => "PageDown",
        b"UP\0\0" => "ArrowUp",
        b"DOWN" => "ArrowDown",
        b"LEFT" => "ArrowLeft",
        b"RGHT" => "ArrowRight",
        b"NMLK" => "NumLock",
        b"KP0\0" => "Numpad0",
        b"KP1\0" => "Numpad1",
        b"KP2\0" => "Numpad2",
        b"KP3\0" => "Numpad3",
        b"KP4\0" => "Numpad4",
        b"KP5\0" => "Numpad5",
        b"KP6\0" => "Numpad6",
        b"KP7\0" => "Numpad7",
        b"KP8\0" => "Numpad8",
        b"KP9\0" => "Numpad9",
        b"KPDL" => "NumpadDecimal",
        b"KPDV" => "NumpadDivide",
        b"KPMU" => "NumpadMultiply",
        b"KPSU" => "NumpadSubtract",
        b"KPAD" => "NumpadAdd",
        b"KPEN" => "NumpadEnter",
        b"KPEQ" => "NumpadEqual",
        b"KPPT" | b"KPCO" => "NumpadComma",
        b"HENK" => "Convert",
        b"MUHE" => "NonConvert",
        b"HKTG" => "KanaMode",
        b"HNGL" => "Lang1",
        b"HJCV" => "Lang2",
        b"KATA" => "Lang3",
        b"HIRA" => "Lang4",
        b"MUTE" => "AudioVolumeMute",
        b"VOL-" => "AudioVolumeDown",
        b"VOL+" => "AudioVolumeUp",
        b"POWR" => "Power",
        b"HELP" => "Help",
        b"UNDO" => "Undo",
        b"FIND" => "Find",
        b"CUT\0" => "Cut",
        b"COPY" => "Copy",
        b"PAST" => "Paste",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(symbol: u32) -> String {
        key_name(symbol).unwrap_or_default().into_owned()
    }

    #[test]
    fn letters_of_every_script_are_named_by_themselves() {
        assert_eq!(key(sym::XK_a), "a");
        assert_eq!(key(sym::XK_A), "A");
        assert_eq!(key(sym::XK_odiaeresis), "ö");
        assert_eq!(key(sym::XK_Cyrillic_ya), "я");
        assert_eq!(key(sym::XK_Greek_alpha), "α");
        assert_eq!(key(sym::XK_hebrew_shin), "ש");
        assert_eq!(key(0x20ac), "€");
        // Unicode beyond keysymdef.h: 0x1000000 and the code point.
        assert_eq!(key(0x0101_f600), "😀");
    }

    #[test]
    fn keys_without_a_letter_have_the_browsers_names() {
        assert_eq!(key(sym::XK_Return), "Enter");
        assert_eq!(key(sym::XK_ISO_Left_Tab), "Tab");
        assert_eq!(key(sym::XK_ISO_Level3_Shift), "AltGraph");
        assert_eq!(key(sym::XK_dead_acute), "Dead");
        assert_eq!(key(sym::XK_Multi_key), "Compose");
        assert_eq!((key(sym::XK_F1), key(sym::XK_F24)), ("F1".into(), "F24".into()));
        assert_eq!(key_name(0), None);
        assert_eq!(key_name(u32::MAX), None);
    }

    #[test]
    fn the_number_pad_means_digits_or_arrows() {
        assert_eq!((key(sym::XK_KP_4), key(sym::XK_KP_Left)), ("4".into(), "ArrowLeft".into()));
        assert_eq!((key(sym::XK_KP_Add), key(sym::XK_KP_Enter)), ("+".into(), "Enter".into()));
    }

    #[test]
    fn places_do_not_depend_on_the_layout() {
        for (place, code) in [
            (b"AD01", "KeyQ"),
            (b"AB01", "KeyZ"),
            (b"AE10", "Digit0"),
            (b"AC12", "Backslash"),
            (b"LSGT", "IntlBackslash"),
            (b"FK12", "F12"),
            (b"UP\0\0", "ArrowUp"),
            (b"RALT", "AltRight"),
        ] {
            assert_eq!(code_name(*place), code);
        }
        for nothing in [b"AE00", b"AE14", b"AE99", b"I210", b"\0\0\0\0", b"\xff\xff\xff\xff"] {
            assert_eq!(code_name(*nothing), "", "{nothing:?}");
        }
    }
}
