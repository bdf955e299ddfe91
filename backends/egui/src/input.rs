//! Input of the presenter, as egui takes it. Pure.

use std::collections::BTreeMap;

use egui::{
    ImeEvent, MouseWheelUnit, PointerButton, Pos2, RawInput, Rect, Theme, TouchDeviceId, TouchId,
    TouchPhase, ViewportEvent, ViewportInfo, pos2, vec2,
};
use framecast::{
    Button, Char, ColorScheme, EventKind, Key, Modifiers, PhysicalSize, Platform, Pointer,
    PointerType, ViewInfo, Wheel, WheelPhase, WheelUnit,
};

use crate::{accessibility, keys};

/// How a browser says that text comes from an input method.
const COMPOSITION: &str = "insertCompositionText";

/// Gathers events until egui is run.
#[derive(Debug, Default)]
pub(crate) struct Input {
    raw: RawInput,
    platform: Platform,
    /// Points are logical pixels divided by this: the user zooms with Ctrl and plus.
    zoom: f32,
    /// Text that may still change was given to egui.
    is_composing: bool,
    /// The fingers that are down, by framecast's names.
    touches: BTreeMap<String, Pos2>,
}

impl Input {
    /// What may wait for a frame at most. Beyond that only releases are taken.
    pub(crate) const MAX_EVENTS: usize = 4096;

    pub(crate) fn new(info: ViewInfo) -> Self {
        let mut input = Self { zoom: 1.0, ..Self::default() };
        input.set_view(info);
        input
    }

    /// Takes an event. Returns whether there is something to draw.
    pub(crate) fn event(&mut self, kind: &EventKind) -> bool {
        match kind {
            EventKind::PointerMove(pointer) | EventKind::PointerEnter(pointer) => {
                self.moved(pointer);
            }
            EventKind::PointerDown(pointer) => self.button(pointer, true),
            EventKind::PointerUp(pointer) => self.button(pointer, false),
            EventKind::PointerLeave(pointer) => {
                self.set_modifiers(pointer.modifiers);
                self.push(egui::Event::PointerGone);
            }
            EventKind::Wheel(wheel) => self.wheel(wheel),
            EventKind::KeyDown(key) => self.key(key, true),
            EventKind::KeyUp(key) => self.key(key, false),
            EventKind::Char(char) => self.char(char),
            EventKind::Paste { data } if !data.is_empty() => {
                self.push(egui::Event::Paste(data.replace("\r\n", "\n")));
            }
            EventKind::FocusIn => self.set_focus(true),
            EventKind::FocusOut => {
                self.end_composition();
                self.set_focus(false);
            }
            // Somebody else's fingers and text. Buttons and keys were released before.
            EventKind::ControlChanged { .. } => {
                self.end_composition();
                self.end_touches(TouchPhase::Cancel);
            }
            EventKind::ViewInfo(info) => self.set_view(*info),
            EventKind::AccessibilityAction(request) => self.push(accessibility::request(request)),
            EventKind::Show => self.viewport().occluded = Some(false),
            EventKind::Hide => self.viewport().occluded = Some(true),
            EventKind::Close => self.viewport().events.push(ViewportEvent::Close),
            // egui finds double clicks itself, and a new size is drawn anyway.
            _ => return false,
        }
        true
    }

    /// Hands over what was gathered, for a picture of `size`, with `ratio` physical pixels per logical pixel, at `time`
    /// in seconds.
    pub(crate) fn take(
        &mut self,
        size: PhysicalSize,
        ratio: f64,
        time: f64,
        zoom: f32,
    ) -> RawInput {
        self.zoom = zoom;
        let points = ratio as f32 * zoom;
        let size = vec2(size.width as f32, size.height as f32) / points;
        let rect = Rect::from_min_size(Pos2::ZERO, size);
        self.raw.screen_rect = Some(rect);
        self.raw.time = Some(time);
        let viewport = self.viewport();
        viewport.native_pixels_per_point = Some(ratio as f32);
        viewport.inner_rect = Some(rect);
        self.raw.take()
    }

    pub(crate) fn set_max_texture_side(&mut self, side: usize) {
        self.raw.max_texture_side = Some(side);
    }

    /// Gives egui an event that no view made.
    pub(crate) fn push(&mut self, event: egui::Event) {
        let releases = matches!(
            event,
            egui::Event::PointerButton { pressed: false, .. }
                | egui::Event::Key { pressed: false, .. }
                | egui::Event::Touch { phase: TouchPhase::End | TouchPhase::Cancel, .. }
        );
        if releases || self.raw.events.len() < Self::MAX_EVENTS {
            self.raw.events.push(event);
        }
    }

    /// The operating system in front of which the presenter sits.
    pub(crate) fn platform(&self) -> Platform {
        self.platform
    }

    fn viewport(&mut self) -> &mut ViewportInfo {
        self.raw.viewports.entry(self.raw.viewport_id).or_default()
    }

    fn set_view(&mut self, info: ViewInfo) {
        self.platform = info.platform;
        self.raw.system_theme = match info.color_scheme {
            ColorScheme::Dark => Some(Theme::Dark),
            ColorScheme::Light => Some(Theme::Light),
            _ => None,
        };
    }

    fn set_focus(&mut self, focused: bool) {
        self.raw.focused = focused;
        self.viewport().focused = Some(focused);
        self.push(egui::Event::WindowFocused(focused));
    }

    fn set_modifiers(&mut self, modifiers: Modifiers) {
        let Modifiers { shift, control, alt, meta, .. } = modifiers;
        let mac = self.platform.has_command_key();
        self.raw.modifiers = egui::Modifiers {
            alt,
            ctrl: control,
            shift,
            mac_cmd: mac && meta,
            // Browsers keep the shortcuts of Command for themselves, so Control does the same on a Mac.
            command: control || mac && meta,
        };
    }

    fn position(&self, x: f64, y: f64) -> Pos2 {
        pos2(x as f32, y as f32) / self.zoom
    }

    fn moved(&mut self, pointer: &Pointer) {
        self.set_modifiers(pointer.modifiers);
        self.touch(pointer);
        self.push(egui::Event::PointerMoved(self.position(pointer.x, pointer.y)));
    }

    fn button(&mut self, pointer: &Pointer, pressed: bool) {
        self.moved(pointer);
        let button = match pointer.button {
            Button::Left => PointerButton::Primary,
            Button::Right => PointerButton::Secondary,
            Button::Middle => PointerButton::Middle,
            Button::Back => PointerButton::Extra1,
            Button::Forward => PointerButton::Extra2,
            // Another finger, or a pen's eraser, which egui does not know.
            _ => return,
        };
        let pos = self.position(pointer.x, pointer.y);
        let modifiers = self.raw.modifiers;
        self.push(egui::Event::PointerButton { pos, button, pressed, modifiers });
        // Nothing hovers where a finger was lifted.
        if !pressed && pointer.pointer_type == PointerType::Touch && self.touches.is_empty() {
            self.push(egui::Event::PointerGone);
        }
    }

    /// Tells which fingers came, moved and went. Compares with those that were down, because moves are merged.
    fn touch(&mut self, pointer: &Pointer) {
        if pointer.pointer_type != PointerType::Touch {
            self.end_touches(TouchPhase::End);
            return;
        }
        let lifted: Vec<_> =
            self.touches.keys().filter(|id| !pointer.touches.contains_key(*id)).cloned().collect();
        for id in lifted {
            let pos = self.touches.remove(&id).unwrap_or_default();
            self.push(touch_event(&id, TouchPhase::End, pos, None));
        }
        for (id, touch) in &pointer.touches {
            let pos = self.position(touch.x, touch.y);
            let phase = match self.touches.insert(id.clone(), pos) {
                None => TouchPhase::Start,
                Some(before) if before != pos => TouchPhase::Move,
                Some(_) => continue,
            };
            self.push(touch_event(id, phase, pos, Some(touch.pressure as f32)));
        }
    }

    fn end_touches(&mut self, phase: TouchPhase) {
        for (id, pos) in std::mem::take(&mut self.touches) {
            self.push(touch_event(&id, phase, pos, None));
        }
    }

    fn wheel(&mut self, wheel: &Wheel) {
        self.set_modifiers(wheel.modifiers);
        // framecast tells where to scroll, egui how the content moves. A notch of a wheel is 100 in framecast, and a
        // line in egui.
        let (unit, one) = match wheel.unit {
            WheelUnit::Notch => (MouseWheelUnit::Line, 100.0),
            WheelUnit::Page => (MouseWheelUnit::Page, 100.0),
            _ => (MouseWheelUnit::Point, self.zoom),
        };
        let delta = -vec2(wheel.dx as f32, wheel.dy as f32) / one;
        let phase = match wheel.phase {
            WheelPhase::Started => TouchPhase::Start,
            WheelPhase::Ended => TouchPhase::End,
            _ => TouchPhase::Move,
        };
        let modifiers = self.raw.modifiers;
        self.push(egui::Event::MouseWheel { unit, delta, phase, modifiers });
    }

    fn key(&mut self, key: &Key, pressed: bool) {
        self.set_modifiers(key.modifiers);
        let Some(name) = keys::logical(key) else { return };
        if pressed {
            match self.clipboard(name) {
                Some(Clipboard::Copy) => return self.push(egui::Event::Copy),
                Some(Clipboard::Cut) => return self.push(egui::Event::Cut),
                // The text comes as an event of its own.
                Some(Clipboard::Paste) => return,
                None => {}
            }
        }
        self.push(egui::Event::Key {
            key: name,
            physical_key: keys::physical(&key.code),
            pressed,
            repeat: key.repeat,
            modifiers: self.raw.modifiers,
        });
    }

    fn clipboard(&self, key: egui::Key) -> Option<Clipboard> {
        let egui::Modifiers { shift, ctrl, command, alt, .. } = self.raw.modifiers;
        let pc = !self.platform.has_command_key();
        Some(match key {
            egui::Key::Copy => Clipboard::Copy,
            egui::Key::Cut => Clipboard::Cut,
            egui::Key::Paste => Clipboard::Paste,
            egui::Key::C if command && !alt => Clipboard::Copy,
            egui::Key::X if command && !alt => Clipboard::Cut,
            egui::Key::V if command && !alt => Clipboard::Paste,
            egui::Key::Insert if pc && ctrl => Clipboard::Copy,
            egui::Key::Delete if pc && shift => Clipboard::Cut,
            egui::Key::Insert if pc && shift => Clipboard::Paste,
            _ => return None,
        })
    }

    fn char(&mut self, char: &Char) {
        let text = char.data.clone();
        if char.is_composing {
            self.is_composing = !text.is_empty();
            self.push(egui::Event::Ime(ImeEvent::Preedit { text, active_range_chars: None }));
            return;
        }
        if std::mem::take(&mut self.is_composing) || char.input_type == COMPOSITION {
            self.push(egui::Event::Ime(ImeEvent::Commit(text)));
            return;
        }
        // Some views give a text for a shortcut, and one for Enter. AltGr is Control and Alt on Windows.
        let egui::Modifiers { ctrl, alt, mac_cmd, .. } = self.raw.modifiers;
        let is_shortcut = mac_cmd || ctrl && !alt;
        if !text.is_empty() && !is_shortcut && !text.contains(char::is_control) {
            self.push(egui::Event::Text(text));
        }
    }

    fn end_composition(&mut self) {
        if std::mem::take(&mut self.is_composing) {
            let preedit = ImeEvent::Preedit { text: String::new(), active_range_chars: None };
            self.push(egui::Event::Ime(preedit));
        }
    }
}

enum Clipboard {
    Copy,
    Cut,
    Paste,
}

fn touch_event(id: &str, phase: TouchPhase, pos: Pos2, force: Option<f32>) -> egui::Event {
    let id = TouchId(egui::epaint::util::hash(id));
    egui::Event::Touch { device_id: TouchDeviceId(0), id, phase, pos, force }
}

#[cfg(test)]
mod tests;
