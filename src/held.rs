//! What the presenter holds down, so that it can be released when control changes hands. Pure.

use std::collections::BTreeSet;

use framecast_api::{Button, Buttons, EventKind, Key, Modifiers, Pointer};

/// The keys, buttons and touches that are down, and where the pointer is.
#[derive(Debug, Default)]
pub(crate) struct Held {
    keys: Vec<Key>,
    /// The last pointer event, if the pointer is inside or captured.
    pointer: Option<Pointer>,
    focused: bool,
}

impl Held {
    /// More keys than hands and feet can hold; further ones are dropped.
    pub(crate) const MAX_KEYS: usize = 64;

    /// Whether `kind` makes sense after what came before; notes it if so.
    ///
    /// A repeat passes while its key is down, unless that is a modifier key, whose repeats say
    /// nothing. The repeat of a key that is not down is dropped: somebody pressed the key before
    /// they got control, and nothing happens until they press it again. So are a second
    /// `key_down` without the mark, from a client that does not tell repeats, and the `key_up` of
    /// a key that is not down, which was released already.
    pub(crate) fn admit(&mut self, kind: &mut EventKind) -> bool {
        match kind {
            EventKind::KeyDown(key) => {
                let down = self.keys.iter().any(|held| same(held, key));
                if key.repeat {
                    return down && !is_modifier(key);
                }
                let fresh = !down && self.keys.len() < Self::MAX_KEYS;
                if fresh {
                    self.keys.push(key.clone());
                }
                return fresh;
            }
            EventKind::KeyUp(key) => {
                key.repeat = false;
                let found = self.keys.iter().position(|held| same(held, key));
                if let Some(index) = found {
                    self.keys.remove(index);
                }
                return found.is_some();
            }
            EventKind::PointerDown(pointer)
            | EventKind::PointerMove(pointer)
            | EventKind::PointerUp(pointer)
            | EventKind::PointerEnter(pointer)
            | EventKind::DoubleClick(pointer) => self.pointer = Some(pointer.clone()),
            EventKind::PointerLeave(pointer) => {
                let captured = !pointer.buttons.is_empty();
                self.pointer = captured.then(|| pointer.clone());
            }
            EventKind::FocusIn => self.focused = true,
            EventKind::FocusOut => self.focused = false,
            _ => {}
        }
        true
    }

    /// Whether a key or a button is down.
    pub(crate) fn is_any(&self) -> bool {
        let buttons = self.pointer.as_ref().is_some_and(|pointer| !pointer.buttons.is_empty());
        buttons || !self.keys.is_empty()
    }

    /// The events that let go of the keys.
    pub(crate) fn release_keys(&mut self) -> Vec<EventKind> {
        let mut events = Vec::new();
        let mut modifiers = self.pointer.as_ref().map_or(Modifiers::default(), |p| p.modifiers);
        for mut key in std::mem::take(&mut self.keys).into_iter().rev() {
            match key.key.as_str() {
                "Shift" => modifiers.shift = false,
                "Control" => modifiers.control = false,
                "Alt" => modifiers.alt = false,
                "Meta" => modifiers.meta = false,
                _ => {}
            }
            key.modifiers = modifiers;
            events.push(EventKind::KeyUp(key));
        }
        events
    }

    /// The events that let go of everything, in the order a person would.
    pub(crate) fn release(&mut self) -> Vec<EventKind> {
        let mut events = self.release_keys();
        if let Some(mut pointer) = self.pointer.take() {
            // All fingers are lifted with the button that stands for them.
            let mut lifted: BTreeSet<_> =
                std::mem::take(&mut pointer.touches).into_keys().collect();
            (pointer.ntouches, pointer.pressure) = (0, 0.0);
            pointer.modifiers = Modifiers::NONE;
            let mut buttons: Buttons = pointer.buttons;
            for button in pointer.buttons.iter() {
                buttons.remove(button);
                pointer.button = button;
                pointer.buttons = buttons;
                pointer.changed = std::mem::take(&mut lifted);
                events.push(EventKind::PointerUp(pointer.clone()));
            }
            (pointer.button, pointer.changed) = (Button::None, lifted);
            events.push(EventKind::PointerLeave(pointer));
        }
        if std::mem::take(&mut self.focused) {
            events.push(EventKind::FocusOut);
        }
        events
    }
}

/// The same physical key; `key` differs when Shift was let go first.
fn same(a: &Key, b: &Key) -> bool {
    if a.code.is_empty() && b.code.is_empty() { a.key == b.key } else { a.code == b.code }
}

fn is_modifier(key: &Key) -> bool {
    matches!(key.key.as_str(), "Shift" | "Control" | "Alt" | "AltGraph" | "Meta")
}

#[cfg(test)]
mod tests {
    use framecast_api::{PointerType, Touch};

    use super::*;

    fn key(key: &str, code: &str) -> Key {
        Key::new(key).with_code(code)
    }

    fn repeat(name: &str, code: &str) -> EventKind {
        EventKind::KeyDown(key(name, code).with_repeat())
    }

    #[test]
    fn a_repeat_passes_while_its_key_is_down() {
        let mut held = Held::default();
        assert!(!held.admit(&mut repeat("a", "KeyA")), "pressed before");
        assert!(!held.is_any(), "it holds nothing");
        assert!(held.admit(&mut EventKind::KeyDown(key("a", "KeyA"))));
        assert!(held.admit(&mut repeat("a", "KeyA")));
        assert!(held.admit(&mut repeat("A", "KeyA")), "Shift went down meanwhile");
        assert!(!held.admit(&mut repeat("b", "KeyB")), "another key");
        assert!(held.admit(&mut EventKind::KeyUp(key("a", "KeyA"))));
        assert!(!held.admit(&mut repeat("a", "KeyA")));
        assert!(held.release().is_empty(), "repeats hold nothing");
    }

    #[test]
    fn a_released_key_acts_again_only_when_it_is_pressed_again() {
        let mut held = Held::default();
        held.admit(&mut EventKind::KeyDown(key("a", "KeyA")));
        assert_eq!(held.release().len(), 1);
        assert!(!held.admit(&mut repeat("a", "KeyA")));
        assert!(!held.admit(&mut EventKind::KeyUp(key("a", "KeyA"))));
        assert!(held.admit(&mut EventKind::KeyDown(key("a", "KeyA"))));
        assert!(held.admit(&mut repeat("a", "KeyA")));
    }

    #[test]
    fn modifier_keys_do_not_repeat() {
        let mut held = Held::default();
        for name in ["Shift", "Control", "Alt", "AltGraph", "Meta"] {
            assert!(held.admit(&mut EventKind::KeyDown(key(name, name))));
            assert!(!held.admit(&mut repeat(name, name)), "{name}");
        }
        assert_eq!(held.release_keys().len(), 5);
    }

    #[test]
    fn no_release_is_a_repeat() {
        let mut held = Held::default();
        held.admit(&mut EventKind::KeyDown(key("a", "KeyA")));
        held.admit(&mut repeat("a", "KeyA"));
        let mut up = EventKind::KeyUp(key("a", "KeyA").with_repeat());
        assert!(held.admit(&mut up));
        assert_eq!(up, EventKind::KeyUp(key("a", "KeyA")));
        held.admit(&mut EventKind::KeyDown(key("a", "KeyA")));
        held.admit(&mut repeat("a", "KeyA"));
        assert_eq!(held.release(), [EventKind::KeyUp(key("a", "KeyA"))]);
    }

    #[test]
    fn a_second_press_and_stray_releases_are_dropped() {
        let mut held = Held::default();
        assert!(held.admit(&mut EventKind::KeyDown(key("a", "KeyA"))));
        assert!(!held.admit(&mut EventKind::KeyDown(key("a", "KeyA"))));
        assert!(held.admit(&mut EventKind::KeyUp(key("A", "KeyA"))));
        assert!(!held.admit(&mut EventKind::KeyUp(key("a", "KeyA"))));
    }

    #[test]
    fn keys_without_a_code_are_told_apart_by_their_meaning() {
        let mut held = Held::default();
        assert!(held.admit(&mut EventKind::KeyDown(key("ö", ""))));
        assert!(held.admit(&mut EventKind::KeyDown(key("ä", ""))));
        assert!(!held.admit(&mut EventKind::KeyDown(key("ä", ""))));
    }

    #[test]
    fn no_more_keys_are_held_than_the_limit() {
        let mut held = Held::default();
        for n in 0..Held::MAX_KEYS {
            assert!(held.admit(&mut EventKind::KeyDown(key("x", &format!("Key{n}")))));
        }
        assert!(!held.admit(&mut EventKind::KeyDown(key("x", "OneTooMany"))));
        assert_eq!(held.release().len(), Held::MAX_KEYS);
    }

    #[test]
    fn a_release_lets_go_of_keys_buttons_pointer_and_focus_once() {
        let mut held = Held::default();
        held.admit(&mut EventKind::FocusIn);
        held.admit(&mut EventKind::KeyDown(key("Shift", "ShiftLeft")));
        held.admit(&mut EventKind::KeyDown(key("A", "KeyA")));
        let buttons: Buttons = [Button::Left, Button::Right].into_iter().collect();
        held.admit(&mut EventKind::PointerDown(
            Pointer::at(5.0, 0.0)
                .with_button(Button::Right)
                .with_buttons(buttons)
                .with_modifiers(Modifiers::NONE.with_shift()),
        ));
        let events = held.release();
        let names: Vec<_> = events.iter().map(EventKind::name).collect();
        assert_eq!(
            names,
            ["key_up", "key_up", "pointer_up", "pointer_up", "pointer_leave", "focus_out"]
        );
        assert!(matches!(&events[0], EventKind::KeyUp(k) if k.code == "KeyA" && k.modifiers.shift));
        assert!(matches!(&events[1], EventKind::KeyUp(k) if !k.modifiers.shift));
        assert!(matches!(&events[2], EventKind::PointerUp(p)
            if p.button == Button::Left && p.buttons.contains(Button::Right) && p.x == 5.0));
        assert!(matches!(&events[3], EventKind::PointerUp(p) if p.buttons.is_empty()));
        assert!(held.release().is_empty());
    }

    #[test]
    fn a_release_lifts_every_finger_and_says_which() {
        let mut held = Held::default();
        held.admit(&mut EventKind::PointerMove(
            Pointer::at(0.0, 0.0)
                .with_buttons(Button::Left)
                .with_touch("4", Touch::at(0.0, 0.0))
                .with_touch("5", Touch::at(0.0, 0.0))
                .with_changed(["5"])
                .with_pointer_type(PointerType::Touch),
        ));
        let events = held.release();
        let [EventKind::PointerUp(up), EventKind::PointerLeave(leave)] = &events[..] else {
            panic!("{events:?}");
        };
        assert_eq!(up.changed, ["4".to_owned(), "5".to_owned()].into());
        assert!(up.touches.is_empty() && up.ntouches == 0 && leave.changed.is_empty());
    }

    #[test]
    fn a_pointer_that_left_is_not_released_again() {
        let mut held = Held::default();
        held.admit(&mut EventKind::PointerMove(Pointer::default()));
        held.admit(&mut EventKind::PointerLeave(Pointer::default()));
        assert!(held.release().is_empty());
    }
}
