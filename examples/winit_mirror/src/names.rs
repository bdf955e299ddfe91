//! winit's words for keys, buttons and cursors in framecast's, which are those of the web. winit took most of its
//! names from there, too.

use framecast::{Button, Cursor, Key, Modifiers};
use winit::event::{KeyEvent, MouseButton};
use winit::keyboard::{Key as Logical, ModifiersState, PhysicalKey};
use winit::window::{CursorIcon, Window};

pub fn modifiers(state: ModifiersState) -> Modifiers {
    let mut modifiers = Modifiers::default();
    modifiers.shift = state.shift_key();
    modifiers.control = state.control_key();
    modifiers.alt = state.alt_key();
    modifiers.meta = state.super_key();
    modifiers
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
    let mut key = Key::default();
    key.key = match &event.logical_key {
        Logical::Character(text) => text.to_string(),
        Logical::Named(named) => match format!("{named:?}").as_str() {
            "Space" => " ".into(),
            "Super" => "Meta".into(),
            name => name.into(),
        },
        _ => "Unidentified".into(),
    };
    if let PhysicalKey::Code(code) = event.physical_key {
        key.code = format!("{code:?}").replace("Super", "Meta");
    }
    key.modifiers = modifiers;
    key.repeat = event.repeat;
    key
}

/// Both have the names of CSS.
pub fn set_cursor(window: &Window, cursor: Cursor) {
    window.set_cursor_visible(cursor != Cursor::None);
    if let Ok(icon) = cursor.css_name().parse::<CursorIcon>() {
        window.set_cursor(icon);
    }
}
