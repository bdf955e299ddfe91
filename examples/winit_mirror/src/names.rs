//! winit's words for keys, buttons and cursors in framecast's, which are those of the web. winit took most of its
//! names from there, too.

use framecast::{Button, Cursor, Key, Modifiers};
use winit::event::{KeyEvent, MouseButton};
use winit::keyboard::{Key as Logical, ModifiersState, NamedKey, PhysicalKey};
use winit::window::{CursorIcon, Window};

pub fn modifiers(state: ModifiersState) -> Modifiers {
    let pressed = [
        (state.shift_key(), Modifiers::with_shift as fn(Modifiers) -> Modifiers),
        (state.control_key(), Modifiers::with_control),
        (state.alt_key(), Modifiers::with_alt),
        (state.super_key(), Modifiers::with_meta),
    ];
    let pressed = pressed.into_iter().filter(|(down, _)| *down);
    pressed.fold(Modifiers::default(), |modifiers, (_, with)| with(modifiers))
}

pub fn button(button: MouseButton) -> Option<Button> {
    match button {
        MouseButton::Left => Some(Button::Left),
        MouseButton::Right => Some(Button::Right),
        MouseButton::Middle => Some(Button::Middle),
        _ => None,
    }
}

pub fn key(event: &KeyEvent, modifiers: Modifiers) -> Key {
    let name = match &event.logical_key {
        Logical::Character(text) => text.to_string(),
        Logical::Named(NamedKey::Space) => " ".into(),
        Logical::Named(NamedKey::Super) => "Meta".into(),
        Logical::Named(named) => format!("{named:?}"),
        _ => "Unidentified".into(),
    };
    let mut key = Key::new(name).with_modifiers(modifiers);
    if let PhysicalKey::Code(code) = event.physical_key {
        key = key.with_code(format!("{code:?}").replace("Super", "Meta"));
    }
    if event.repeat { key.with_repeat() } else { key }
}

/// Both have the names of CSS.
pub fn set_cursor(window: &Window, cursor: Cursor) {
    window.set_cursor_visible(cursor != Cursor::None);
    if let Ok(icon) = cursor.css_name().parse::<CursorIcon>() {
        window.set_cursor(icon);
    }
}
