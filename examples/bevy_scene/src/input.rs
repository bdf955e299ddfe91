//! The canvas' events as bevy's own messages, so that systems read the mouse and the keyboard as in any program of bevy.

use bevy::input::ButtonState;
use bevy::input::keyboard::{Key, KeyboardInput, NativeKey};
use bevy::input::mouse::{MouseButtonInput, MouseMotion, MouseScrollUnit, MouseWheel};
use bevy::input::touch::TouchPhase;
use bevy::prelude::*;
use framecast::EventKind;
use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::Error;

use crate::engine::Engine;

/// Canvases are no windows of bevy's.
const WINDOW: Entity = Entity::PLACEHOLDER;

/// Hands bevy what happened.
pub fn send(engine: &mut Engine, event: &EventKind) {
    match event {
        EventKind::PointerDown(pointer) => {
            engine.pointer = Some(Vec2::new(pointer.x as f32, pointer.y as f32));
            send_button(engine, pointer.button, ButtonState::Pressed);
        }
        EventKind::PointerUp(pointer) => send_button(engine, pointer.button, ButtonState::Released),
        EventKind::PointerMove(pointer) => {
            let at = Vec2::new(pointer.x as f32, pointer.y as f32);
            if let Some(before) = engine.pointer.replace(at) {
                engine.send(MouseMotion { delta: at - before });
            }
        }
        EventKind::PointerLeave(_) => engine.pointer = None,
        // Up is positive there.
        EventKind::Wheel(wheel) => engine.send(MouseWheel {
            unit: MouseScrollUnit::Pixel,
            x: -wheel.dx as f32,
            y: -wheel.dy as f32,
            window: WINDOW,
            phase: TouchPhase::Moved,
        }),
        EventKind::KeyDown(key) => send_key(engine, key, ButtonState::Pressed),
        EventKind::KeyUp(key) => send_key(engine, key, ButtonState::Released),
        _ => {}
    }
}

fn send_button(engine: &mut Engine, button: framecast::Button, state: ButtonState) {
    let button = match button {
        framecast::Button::Left => MouseButton::Left,
        framecast::Button::Right => MouseButton::Right,
        framecast::Button::Middle => MouseButton::Middle,
        framecast::Button::Back => MouseButton::Back,
        framecast::Button::Forward => MouseButton::Forward,
        _ => return,
    };
    engine.send(MouseButtonInput { button, state, window: WINDOW });
}

fn send_key(engine: &mut Engine, key: &framecast::Key, state: ButtonState) {
    // Both have the names of the W3C's specification.
    let Ok(key_code) =
        KeyCode::deserialize(IntoDeserializer::<Error>::into_deserializer(&*key.code))
    else {
        return;
    };
    let logical_key = match key.key.chars().count() {
        1 => Key::Character((&*key.key).into()),
        _ => Key::Unidentified(NativeKey::Unidentified),
    };
    engine.send(KeyboardInput {
        key_code,
        logical_key,
        state,
        text: None,
        repeat: key.repeat,
        window: WINDOW,
    });
}
