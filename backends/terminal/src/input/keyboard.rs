//! Key presses and pasted text as events, and what is held down.

use framecast_api::{Char, EventKind, Key};

use super::{Phase, Press};

/// More keys than hands can hold; further ones are dropped.
const MAX_HELD: usize = 64;

/// The keyboard as the application sees it.
#[derive(Debug, Default)]
pub(crate) struct Keyboard {
    /// What is down, as it was reported.
    held: Vec<Key>,
}

impl Keyboard {
    /// Turns one press into events.
    ///
    /// A key that repeats goes down again, marked as a repeat, and types its text again. A key
    /// that goes down while it is down repeats, too: its release was lost, or the terminal tells
    /// none. Where the key went down elsewhere, before the focus came here, its repeats are
    /// dropped. A plain terminal tells no repeats: each is a press and a release like any other.
    pub(crate) fn press(&mut self, press: Press, sink: &mut dyn FnMut(EventKind)) {
        let Press { mut key, phase, text } = press;
        match phase {
            Phase::Tap => {
                sink(EventKind::KeyDown(key.clone()));
                type_text(text, sink);
                sink(EventKind::KeyUp(key));
            }
            Phase::Down | Phase::Repeat => {
                let down = match self.position(&key) {
                    // Named as it was pressed, as its release will be.
                    Some(index) => {
                        key.key.clone_from(&self.held[index].key);
                        key.with_repeat()
                    }
                    None if phase == Phase::Down && self.held.len() < MAX_HELD => {
                        self.held.push(key.clone());
                        key
                    }
                    None => return,
                };
                sink(EventKind::KeyDown(down));
                type_text(text, sink);
            }
            Phase::Up => {
                if let Some(index) = self.position(&key) {
                    // Named as it was pressed, whatever shift is now.
                    key.key = self.held.remove(index).key;
                    sink(EventKind::KeyUp(key));
                }
            }
        }
    }

    /// Text that was pasted, or a part of it.
    pub(crate) fn paste(&self, data: String, sink: &mut dyn FnMut(EventKind)) {
        framecast_local::paste(data, sink);
    }

    /// Releases everything: where the focus went, their release goes, too.
    pub(crate) fn release_all(&mut self, sink: &mut dyn FnMut(EventKind)) {
        while let Some(mut key) = self.held.pop() {
            key.modifiers = framecast_api::Modifiers::default();
            sink(EventKind::KeyUp(key));
        }
    }

    fn position(&self, key: &Key) -> Option<usize> {
        self.held.iter().position(|held| {
            if key.code.is_empty() { held.key == key.key } else { held.code == key.code }
        })
    }
}

fn type_text(text: String, sink: &mut dyn FnMut(EventKind)) {
    if !text.is_empty() {
        let input_type = "insertText".to_owned();
        sink(EventKind::Char(Char::new(text).with_input_type(input_type)));
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::input::{Reader, Said};

    fn events(bytes: &[u8], kitty: bool) -> Vec<String> {
        let mut reader = Reader::default();
        reader.set_kitty_keys(kitty);
        let mut keyboard = Keyboard::default();
        let mut lines = Vec::new();
        let mut sink = |kind: EventKind| {
            assert!(kind.validate().is_ok(), "{kind:?}");
            lines.push(match kind {
                EventKind::KeyDown(key) if key.repeat => format!("*{}", key.key),
                EventKind::KeyDown(key) => format!("+{}", key.key),
                EventKind::KeyUp(key) => format!("-{}", key.key),
                EventKind::Char(char) => format!("{:?} {}", char.data, char.input_type),
                EventKind::Paste { data } => format!("{data:?} pasted"),
                other => panic!("unexpected {other:?}"),
            });
        };
        reader.push(bytes, Instant::now(), &mut |said| match said {
            Said::Key(press) => keyboard.press(press, &mut sink),
            Said::Paste(text) => keyboard.paste(text, &mut sink),
            Said::Focus(false) => keyboard.release_all(&mut sink),
            Said::Focus(true) => {}
            other => panic!("unexpected {other:?}"),
        });
        lines
    }

    #[test]
    fn a_plain_terminals_keys_go_down_and_up_at_once() {
        assert_eq!(
            events(b"a\x1b[A", false),
            ["+a", "\"a\" insertText", "-a", "+ArrowUp", "-ArrowUp"]
        );
    }

    #[test]
    fn kitty_keys_are_held_and_repeat_with_their_text() {
        let typed = b"\x1b[97;;97u\x1b[97;1:2;97u\x1b[97;1:3u\x1b[97;1:3u";
        let text = "\"a\" insertText";
        assert_eq!(events(typed, true), ["+a", text, "*a", text, "-a"]);
        let backspace = b"\x1b[127u\x1b[127;1:2u\x1b[127;1:2u\x1b[127;1:3u";
        let deleted = ["+Backspace", "*Backspace", "*Backspace", "-Backspace"];
        assert_eq!(events(backspace, true), deleted);
        let arrow = b"\x1b[1;1:1A\x1b[1;1:2A\x1b[1;1:3A";
        assert_eq!(events(arrow, true), ["+ArrowUp", "*ArrowUp", "-ArrowUp"]);
        let shift_first = b"\x1b[97:65;2;65u\x1b[57441;1:3u\x1b[97;1:3u";
        assert_eq!(events(shift_first, true), ["+A", "\"A\" insertText", "-A"]);
    }

    #[test]
    fn a_repeat_has_the_name_that_the_key_went_down_with() {
        let typed = b"\x1b[97;;97u\x1b[57441;2u\x1b[97:65;2:2;65u\x1b[97;1:3u";
        let text = ["\"a\" insertText", "\"A\" insertText"];
        assert_eq!(events(typed, true), ["+a", text[0], "+Shift", "*a", text[1], "-a"]);
    }

    #[test]
    fn a_second_press_without_a_release_is_a_repeat() {
        let twice = b"\x1b[97;;97u\x1b[97;;97u";
        let text = "\"a\" insertText";
        assert_eq!(events(twice, true), ["+a", text, "*a", text]);
    }

    #[test]
    fn a_key_that_went_down_elsewhere_does_not_repeat_here() {
        let typed = b"\x1b[97;1:2;97u\x1b[97;1:3u\x1b[98;;98u\x1b[O\x1b[I\x1b[98;1:2;98u";
        assert_eq!(events(typed, true), ["+b", "\"b\" insertText", "-b"]);
    }

    #[test]
    fn losing_the_focus_releases_keys_once() {
        let typed = b"\x1b[57442;5u\x1b[99;5u\x1b[O\x1b[99;1:3u";
        assert_eq!(events(typed, true), ["+Control", "+c", "-c", "-Control"]);
    }

    #[test]
    fn pasted_text_says_so() {
        assert_eq!(events(b"\x1b[200~two\rlines\x1b[201~", false), ["\"two\\nlines\" pasted"]);
    }

    #[test]
    fn what_is_pasted_is_one_event_and_more_than_fits_is_several() {
        let lengths = |letter: &[u8], count: usize| -> Vec<usize> {
            let paste = [b"\x1b[200~", &letter.repeat(count)[..], b"\x1b[201~"].concat();
            events(&paste, false)
                .iter()
                .map(|line| line.matches(['x', '\u{fffd}']).count())
                .collect()
        };
        assert_eq!(lengths(b"x", 30_000), [30_000]);
        let several = lengths(b"x", 100_000);
        assert_eq!((several.len(), several.iter().sum::<usize>()), (4, 100_000));
        // Each byte becomes a character of three.
        let several = lengths(b"\xff", 20_000);
        assert_eq!((several.len(), several.iter().sum::<usize>()), (2, 20_000));
    }

    #[test]
    fn no_more_keys_are_held_than_a_limit() {
        let mut typed = Vec::new();
        for letter in 0..MAX_HELD + 10 {
            typed.extend(format!("\x1b[{};1u", 0x4e00 + letter).bytes());
        }
        assert_eq!(events(&typed, true).len(), MAX_HELD);
    }
}
