//! minifb's key levels and typed characters, as `key_down`, `key_up` and `char`.
//!
//! minifb reports where a key is (by a US keyboard) and, separately, what was typed. Put together
//! they give the browser's `code` and `key` on any layout; a US table stands in where nothing was
//! typed (Ctrl+A, dead keys).

use framecast_api::{Char, EventKind, Key, Modifiers};
use minifb::Key as Code;

use crate::names::{Meaning, code_name, is_printable, meaning};

/// What minifb's callback told, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Typed {
    /// A key went down (again, while it repeats) or up.
    Key(Code, bool),
    /// A UTF-32 code point, or a UTF-16 unit on Windows and macOS.
    Char(u32),
}

/// What differs between the systems below minifb.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Platform {
    X11,
    Wayland,
    Windows,
    MacOs,
}

impl Platform {
    /// Wayland tells the character before its key, the others after.
    fn char_comes_first(self) -> bool {
        self == Platform::Wayland
    }

    /// Whether a key typed with these modifiers is a shortcut, not text. `AltGr` is no modifier
    /// on Linux, Control and Alt on Windows; a Mac's Option composes.
    fn is_shortcut(self, modifiers: Modifiers) -> bool {
        let Modifiers { control, alt, meta, .. } = modifiers;
        meta || match self {
            Platform::X11 | Platform::Wayland => control || alt,
            Platform::Windows => control != alt,
            Platform::MacOs => control,
        }
    }
}

/// The keyboard as the application sees it.
pub(crate) struct Keyboard {
    platform: Platform,
    /// What is down, and the `key` it was reported with.
    held: Vec<(Code, String)>,
    /// The first half of a UTF-16 pair.
    high: Option<u32>,
}

impl Keyboard {
    pub(crate) fn new(platform: Platform) -> Self {
        Self { platform, held: Vec::new(), high: None }
    }

    /// The modifier keys that are down.
    pub(crate) fn modifiers(&self) -> Modifiers {
        let down = |codes: [Code; 2]| self.held.iter().any(|(code, _)| codes.contains(code));
        let mut modifiers = Modifiers::NONE;
        modifiers.shift = down([Code::LeftShift, Code::RightShift]);
        modifiers.control = down([Code::LeftCtrl, Code::RightCtrl]);
        modifiers.alt = down([Code::LeftAlt, Code::RightAlt]);
        modifiers.meta = down([Code::LeftSuper, Code::RightSuper]);
        modifiers
    }

    /// Translates what one poll brought.
    pub(crate) fn translate(&mut self, typed: &[Typed], sink: &mut dyn FnMut(EventKind)) {
        if self.platform.char_comes_first() {
            self.chars_first(typed, sink);
        } else {
            self.keys_first(typed, sink);
        }
    }

    /// Releases everything: the focus went elsewhere, and so will the key's release.
    pub(crate) fn release_all(&mut self, sink: &mut dyn FnMut(EventKind)) {
        while let Some((code, key)) = self.held.pop() {
            self.key_up(code, key, sink);
        }
    }

    fn keys_first(&mut self, typed: &[Typed], sink: &mut dyn FnMut(EventKind)) {
        for (index, &item) in typed.iter().enumerate() {
            match item {
                Typed::Key(code, true) => {
                    let typed = match typed.get(index + 1) {
                        Some(&Typed::Char(unit)) => char::from_u32(unit),
                        _ => None,
                    };
                    self.key_down(code, typed, sink);
                }
                Typed::Key(code, false) => self.release(code, sink),
                Typed::Char(unit) => {
                    let char = self.decode(unit);
                    self.text(char, sink);
                }
            }
        }
    }

    fn chars_first(&mut self, typed: &[Typed], sink: &mut dyn FnMut(EventKind)) {
        // The newest character, whose key may follow.
        let mut waiting = None;
        for &item in typed {
            match item {
                Typed::Char(unit) => {
                    self.text(waiting.take(), sink);
                    waiting = self.decode(unit);
                }
                Typed::Key(code, true) if is_printable(code) => {
                    let char = waiting.take();
                    self.key_down(code, char, sink);
                    self.text(char, sink);
                }
                Typed::Key(code, down) => {
                    self.text(waiting.take(), sink);
                    match down {
                        true => self.key_down(code, None, sink),
                        false => self.release(code, sink),
                    }
                }
            }
        }
        self.text(waiting, sink);
    }

    /// The key goes down, or is down and repeats: it keeps the name that it went down with, as
    /// its release will have it.
    fn key_down(&mut self, code: Code, typed: Option<char>, sink: &mut dyn FnMut(EventKind)) {
        let name = code_name(code);
        if name.is_empty() {
            return;
        }
        if let Some((_, key)) = self.held.iter().find(|(held, _)| *held == code) {
            let (key, modifiers) = (key.clone(), self.modifiers());
            // Windows repeats modifier keys, which says nothing and keeps moves from being merged.
            if !matches!(key.as_str(), "Shift" | "Control" | "Alt" | "Meta") {
                sink(EventKind::KeyDown(
                    Key::new(key).with_code(name).with_modifiers(modifiers).with_repeat(),
                ));
            }
            return;
        }
        let typed = typed.filter(|&char| is_text(char));
        let key = match meaning(code) {
            Meaning::Named(name) => name.to_owned(),
            Meaning::Printable(plain, shifted) => {
                let shift = self.modifiers().shift;
                typed.unwrap_or(if shift { shifted } else { plain }).to_string()
            }
            Meaning::Pad(named) => typed.map_or_else(|| named.to_owned(), String::from),
        };
        self.held.push((code, key.clone()));
        let modifiers = self.modifiers();
        sink(EventKind::KeyDown(Key::new(key).with_code(name).with_modifiers(modifiers)));
    }

    fn release(&mut self, code: Code, sink: &mut dyn FnMut(EventKind)) {
        if let Some(index) = self.held.iter().position(|(held, _)| *held == code) {
            let (code, key) = self.held.remove(index);
            self.key_up(code, key, sink);
        }
    }

    fn key_up(&self, code: Code, key: String, sink: &mut dyn FnMut(EventKind)) {
        let modifiers = self.modifiers();
        let code = code_name(code).to_owned();
        sink(EventKind::KeyUp(Key::new(key).with_code(code).with_modifiers(modifiers)));
    }

    fn text(&self, char: Option<char>, sink: &mut dyn FnMut(EventKind)) {
        let Some(char) = char.filter(|&char| is_text(char)) else {
            return;
        };
        if !self.platform.is_shortcut(self.modifiers()) {
            let input_type = "insertText".to_owned();
            sink(EventKind::Char(Char::new(char).with_input_type(input_type)));
        }
    }

    /// Puts UTF-16 pairs together; what is no character is dropped.
    fn decode(&mut self, unit: u32) -> Option<char> {
        match (self.high.take(), unit) {
            (_, 0xd800..=0xdbff) => {
                self.high = Some(unit);
                None
            }
            (Some(high), 0xdc00..=0xdfff) => {
                char::from_u32(0x1_0000 + ((high - 0xd800) << 10) + (unit - 0xdc00))
            }
            (_, unit) => char::from_u32(unit),
        }
    }
}

/// Not a control character, and none of the private ones with which a Mac types its arrow keys.
fn is_text(char: char) -> bool {
    !char.is_control() && !('\u{f700}'..='\u{f8ff}').contains(&char)
}

#[cfg(test)]
mod tests {
    use super::Typed::{Char, Key};
    use super::*;

    /// What `typed` becomes, one short line per event.
    fn run(keyboard: &mut Keyboard, typed: &[Typed]) -> Vec<String> {
        let mut lines = Vec::new();
        keyboard.translate(typed, &mut |kind| lines.push(line(&kind)));
        lines
    }

    fn line(kind: &EventKind) -> String {
        assert!(kind.validate().is_ok(), "{kind:?}");
        match kind {
            EventKind::KeyDown(key) if key.repeat => format!("*{} {}", key.key, key.code),
            EventKind::KeyDown(key) => format!("+{} {}", key.key, key.code),
            EventKind::KeyUp(key) => format!("-{} {}", key.key, key.code),
            EventKind::Char(char) => format!("\"{}\"", char.data),
            other => panic!("unexpected {other:?}"),
        }
    }

    fn x11(typed: &[Typed]) -> Vec<String> {
        run(&mut Keyboard::new(Platform::X11), typed)
    }

    fn char(char: char) -> Typed {
        Char(char.into())
    }

    #[test]
    fn a_typed_letter_names_its_key() {
        assert_eq!(
            x11(&[Key(Code::A, true), char('a'), Key(Code::A, false)]),
            ["+a KeyA", "\"a\"", "-a KeyA"]
        );
    }

    #[test]
    fn shift_changes_the_name_and_the_release_keeps_it() {
        assert_eq!(
            x11(&[
                Key(Code::LeftShift, true),
                Key(Code::A, true),
                char('A'),
                Key(Code::LeftShift, false),
                Key(Code::A, false),
            ]),
            ["+Shift ShiftLeft", "+A KeyA", "\"A\"", "-Shift ShiftLeft", "-A KeyA"]
        );
    }

    #[test]
    fn another_layout_names_keys_by_what_they_type() {
        let shifted = [Key(Code::LeftShift, true), Key(Code::Key2, true), char('"')];
        assert_eq!(x11(&shifted)[1..], ["+\" Digit2", "\"\"\""]);
    }

    #[test]
    fn without_a_character_the_us_names_stand_in() {
        assert_eq!(x11(&[Key(Code::Semicolon, true)]), ["+; Semicolon"]);
        let shifted = [Key(Code::RightShift, true), Key(Code::Slash, true)];
        assert_eq!(x11(&shifted)[1], "+? Slash");
    }

    #[test]
    fn control_characters_are_no_text() {
        assert_eq!(x11(&[Key(Code::Enter, true), char('\r')]), ["+Enter Enter"]);
        assert_eq!(x11(&[Key(Code::Escape, true), char('\u{1b}')]), ["+Escape Escape"]);
        assert_eq!(x11(&[Key(Code::Delete, true), char('\u{7f}')]), ["+Delete Delete"]);
        let control_a = [Key(Code::LeftCtrl, true), Key(Code::A, true), char('\u{1}')];
        assert_eq!(x11(&control_a), ["+Control ControlLeft", "+a KeyA"]);
        let mac = [Key(Code::Left, true), char('\u{f702}')];
        assert_eq!(run(&mut Keyboard::new(Platform::MacOs), &mac), ["+ArrowLeft ArrowLeft"]);
    }

    #[test]
    fn shortcuts_are_no_text() {
        let with = |platform, code| {
            let typed = [Key(code, true), Key(Code::Key1, true), char('1')];
            run(&mut Keyboard::new(platform), &typed).len() == 3
        };
        for platform in [Platform::X11, Platform::Windows, Platform::MacOs] {
            assert!(!with(platform, Code::LeftCtrl), "{platform:?}");
            assert!(!with(platform, Code::LeftSuper), "{platform:?}");
            assert!(with(platform, Code::LeftShift), "{platform:?}");
        }
        assert!(!with(Platform::X11, Code::LeftAlt));
        assert!(with(Platform::MacOs, Code::LeftAlt), "a Mac's Option composes");
        let alt_gr =
            [Key(Code::LeftCtrl, true), Key(Code::RightAlt, true), Key(Code::Q, true), char('@')];
        let lines = run(&mut Keyboard::new(Platform::Windows), &alt_gr);
        assert_eq!(lines[2..], ["+@ KeyQ", "\"@\""]);
    }

    #[test]
    fn a_held_key_repeats_with_its_text() {
        for platform in [Platform::X11, Platform::Windows, Platform::MacOs] {
            let mut keyboard = Keyboard::new(platform);
            assert_eq!(run(&mut keyboard, &[Key(Code::A, true), char('a')]).len(), 2);
            for _ in 0..3 {
                let repeat = [Key(Code::A, true), char('a'), Key(Code::A, true), char('a')];
                let told = run(&mut keyboard, &repeat);
                assert_eq!(told, ["*a KeyA", "\"a\"", "*a KeyA", "\"a\""], "{platform:?}");
            }
            let other = [Key(Code::A, true), char('a'), char('ö')];
            assert_eq!(run(&mut keyboard, &other), ["*a KeyA", "\"a\"", "\"ö\""]);
            let next = [Key(Code::B, true), char('b'), Key(Code::A, false)];
            assert_eq!(run(&mut keyboard, &next), ["+b KeyB", "\"b\"", "-a KeyA"]);
        }
    }

    #[test]
    fn a_held_key_that_types_nothing_repeats_too() {
        let typed = [Key(Code::Backspace, true), char('\u{8}')];
        let held = [typed, typed, typed].concat();
        let told = ["+Backspace Backspace", "*Backspace Backspace", "*Backspace Backspace"];
        for platform in [Platform::X11, Platform::Windows, Platform::MacOs] {
            assert_eq!(run(&mut Keyboard::new(platform), &held), told, "{platform:?}");
        }
        let held = [Key(Code::Left, true), Key(Code::Left, true)];
        let told = ["+ArrowLeft ArrowLeft", "*ArrowLeft ArrowLeft"];
        assert_eq!(run(&mut Keyboard::new(Platform::Wayland), &held), told);
    }

    #[test]
    fn a_repeat_has_the_name_that_the_key_went_down_with() {
        let mut keyboard = Keyboard::new(Platform::Windows);
        run(&mut keyboard, &[Key(Code::A, true), char('a'), Key(Code::LeftShift, true)]);
        let repeat = [Key(Code::A, true), char('A'), Key(Code::A, false)];
        assert_eq!(run(&mut keyboard, &repeat), ["*a KeyA", "\"A\"", "-a KeyA"]);
    }

    #[test]
    fn modifier_keys_do_not_repeat() {
        let held = [Key(Code::LeftShift, true), Key(Code::LeftShift, true)];
        let told = ["+Shift ShiftLeft"];
        assert_eq!(run(&mut Keyboard::new(Platform::Windows), &held), told);
        assert_eq!(run(&mut Keyboard::new(Platform::Wayland), &held), told);
    }

    #[test]
    fn a_key_outside_the_enum_gives_only_text() {
        assert_eq!(x11(&[char('ö'), char('<')]), ["\"ö\"", "\"<\""]);
        assert!(x11(&[Key(Code::Unknown, true), Key(Code::Unknown, false)]).is_empty());
        assert_eq!(x11(&[Key(Code::Unknown, true), char('ö')]), ["\"ö\""]);
    }

    #[test]
    fn wayland_tells_the_character_first() {
        let mut keyboard = Keyboard::new(Platform::Wayland);
        let typed = [
            char('ö'),
            Key(Code::LeftShift, true),
            char('A'),
            Key(Code::A, true),
            char('B'),
            Key(Code::B, true),
            Key(Code::A, false),
            char('ß'),
        ];
        assert_eq!(
            run(&mut keyboard, &typed),
            [
                "\"ö\"",
                "+Shift ShiftLeft",
                "+A KeyA",
                "\"A\"",
                "+B KeyB",
                "\"B\"",
                "-A KeyA",
                "\"ß\"",
            ]
        );
    }

    #[test]
    fn the_number_pad_means_digits_or_arrows() {
        assert_eq!(x11(&[Key(Code::NumPad4, true), char('4')]), ["+4 Numpad4", "\"4\""]);
        assert_eq!(x11(&[Key(Code::NumPad4, true)]), ["+ArrowLeft Numpad4"]);
    }

    #[test]
    fn utf_16_pairs_become_one_character() {
        let mut keyboard = Keyboard::new(Platform::Windows);
        assert_eq!(run(&mut keyboard, &[Char(0xd83d), Char(0xde00)]), ["\"😀\""]);
        assert!(run(&mut keyboard, &[Char(0xde00), Char(0x11_0000)]).is_empty());
        assert_eq!(run(&mut keyboard, &[Char(0xd83d), char('x')]), ["\"x\""]);
    }

    #[test]
    fn losing_the_focus_releases_everything_once() {
        let mut keyboard = Keyboard::new(Platform::X11);
        run(&mut keyboard, &[Key(Code::LeftShift, true), Key(Code::A, true), char('A')]);
        let mut released = Vec::new();
        keyboard.release_all(&mut |kind| released.push(line(&kind)));
        assert_eq!(released, ["-A KeyA", "-Shift ShiftLeft"]);
        assert_eq!(keyboard.modifiers(), Modifiers::default());
        assert!(run(&mut keyboard, &[Key(Code::A, false)]).is_empty(), "its late release");
        assert_eq!(run(&mut keyboard, &[Key(Code::A, true)]), ["+a KeyA"]);
    }

    #[test]
    fn modifiers_are_those_after_the_change() {
        let mut keyboard = Keyboard::new(Platform::X11);
        let mut seen = Vec::new();
        let typed = [Key(Code::LeftAlt, true), Key(Code::LeftAlt, false)];
        keyboard.translate(&typed, &mut |kind| match kind {
            EventKind::KeyDown(key) | EventKind::KeyUp(key) => seen.push(key.modifiers.alt),
            other => panic!("unexpected {other:?}"),
        });
        assert_eq!(seen, [true, false]);
    }
}
