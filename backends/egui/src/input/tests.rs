use egui::Event as E;
use framecast::Touch;

use super::*;

const NONE: egui::Modifiers = egui::Modifiers::NONE;

fn control() -> egui::Modifiers {
    egui::Modifiers::CTRL | egui::Modifiers::COMMAND
}

fn size() -> PhysicalSize {
    PhysicalSize::new(800, 600)
}

/// What egui gets of `kinds`.
fn events(kinds: &[EventKind]) -> Vec<E> {
    events_on(Platform::Linux, kinds)
}

fn events_on(platform: Platform, kinds: &[EventKind]) -> Vec<E> {
    let mut input = Input::new(ViewInfo::default().with_platform(platform));
    for kind in kinds {
        input.event(kind);
    }
    input.take(size(), 1.0, 0.0, 1.0).events
}

fn button(pos: Pos2, button: PointerButton, pressed: bool, modifiers: egui::Modifiers) -> E {
    E::PointerButton { pos, button, pressed, modifiers }
}

fn key(key: egui::Key, pressed: bool, repeat: bool, modifiers: egui::Modifiers) -> E {
    E::Key { key, physical_key: Some(key), pressed, repeat, modifiers }
}

fn named(key: &str, code: &str) -> Key {
    Key::new(key).with_code(code)
}

#[test]
fn every_button_of_a_mouse_goes_down_and_up_where_the_pointer_is() {
    let pos = pos2(10.0, 20.0);
    for (theirs, ours) in [
        (Button::Left, PointerButton::Primary),
        (Button::Right, PointerButton::Secondary),
        (Button::Middle, PointerButton::Middle),
        (Button::Back, PointerButton::Extra1),
        (Button::Forward, PointerButton::Extra2),
    ] {
        let pointer = Pointer::at(10.0, 20.0).with_button(theirs);
        let modifiers = Modifiers::NONE.with_shift();
        let down = pointer.clone().with_buttons([theirs]).with_modifiers(modifiers);
        let got = events(&[EventKind::PointerDown(down), EventKind::PointerUp(pointer)]);
        let shift = egui::Modifiers::SHIFT;
        let moved = E::PointerMoved(pos);
        let expected =
            [moved.clone(), button(pos, ours, true, shift), moved, button(pos, ours, false, NONE)];
        assert_eq!(got, expected);
    }
}

#[test]
fn a_pointer_enters_moves_and_leaves() {
    let at = |x| Pointer::at(x, 5.0);
    let got = events(&[
        EventKind::PointerEnter(at(1.0)),
        EventKind::PointerMove(at(2.0)),
        EventKind::DoubleClick(at(2.0)),
        EventKind::PointerLeave(at(-1.0)),
    ]);
    let moved = |x| E::PointerMoved(pos2(x, 5.0));
    assert_eq!(got, [moved(1.0), moved(2.0), E::PointerGone]);
}

#[test]
fn fingers_come_move_and_go_and_the_first_is_the_pointer() {
    use TouchPhase::{End, Move, Start};
    let finger = |x: f64| Touch::at(x, 0.0).with_pressure(0.5);
    let touch = |x| Pointer::at(x, 0.0).with_pointer_type(PointerType::Touch);
    let got = events(&[
        EventKind::PointerDown(touch(1.0).with_button(Button::Left).with_touch("a", finger(1.0))),
        EventKind::PointerDown(
            touch(1.0).with_touch("a", finger(1.0)).with_touch("b", finger(9.0)),
        ),
        // Both moved, in one event.
        EventKind::PointerMove(
            touch(2.0).with_touch("a", finger(2.0)).with_touch("b", finger(8.0)),
        ),
        EventKind::PointerUp(touch(2.0).with_touch("b", finger(8.0))),
        EventKind::PointerUp(touch(2.0).with_button(Button::Left)),
    ]);
    let at = |id: &str, phase, x| {
        let force = (phase != End).then_some(0.5);
        touch_event(id, phase, pos2(x, 0.0), force)
    };
    let pos = |x| pos2(x, 0.0);
    assert_eq!(
        got,
        [
            at("a", Start, 1.0),
            E::PointerMoved(pos(1.0)),
            button(pos(1.0), PointerButton::Primary, true, NONE),
            at("b", Start, 9.0),
            E::PointerMoved(pos(1.0)),
            at("a", Move, 2.0),
            at("b", Move, 8.0),
            E::PointerMoved(pos(2.0)),
            at("a", End, 2.0),
            E::PointerMoved(pos(2.0)),
            at("b", End, 8.0),
            E::PointerMoved(pos(2.0)),
            button(pos(2.0), PointerButton::Primary, false, NONE),
            E::PointerGone,
        ]
    );
}

#[test]
fn fingers_and_text_of_a_viewer_end_with_its_control() {
    let touch = Pointer::at(1.0, 0.0).with_pointer_type(PointerType::Touch);
    let got = events(&[
        EventKind::PointerMove(touch.with_touch("a", Touch::at(1.0, 0.0))),
        EventKind::Char(Char::new("に").with_composing()),
        EventKind::ControlChanged { held: true },
    ]);
    let ended = E::Ime(ImeEvent::Preedit { text: String::new(), active_range_chars: None });
    let lifted = touch_event("a", TouchPhase::Cancel, pos2(1.0, 0.0), None);
    assert_eq!(got[3..], [ended, lifted]);
}

#[test]
fn a_wheel_turns_the_content_the_other_way_and_a_notch_is_a_line() {
    let turned = |unit: WheelUnit, phase: WheelPhase| {
        let wheel = Wheel::new(50.0, 100.0).with_unit(unit).with_phase(phase);
        events(&[EventKind::Wheel(wheel.with_modifiers(Modifiers::NONE.with_control()))])
    };
    for (theirs, unit, (x, y)) in [
        (WheelUnit::Notch, MouseWheelUnit::Line, (-0.5, -1.0)),
        (WheelUnit::Page, MouseWheelUnit::Page, (-0.5, -1.0)),
        (WheelUnit::Pixel, MouseWheelUnit::Point, (-50.0, -100.0)),
        (WheelUnit::Unknown, MouseWheelUnit::Point, (-50.0, -100.0)),
    ] {
        for (theirs_phase, phase) in [
            (WheelPhase::Discrete, TouchPhase::Move),
            (WheelPhase::Unknown, TouchPhase::Move),
            (WheelPhase::Started, TouchPhase::Start),
            (WheelPhase::Moved, TouchPhase::Move),
            (WheelPhase::Momentum, TouchPhase::Move),
            (WheelPhase::Ended, TouchPhase::End),
        ] {
            let delta = vec2(x, y);
            let modifiers = control();
            let expected = [E::MouseWheel { unit, delta, phase, modifiers }];
            assert_eq!(turned(theirs, theirs_phase), expected);
        }
    }
}

#[test]
fn keys_go_down_repeat_and_go_up_with_modifiers_and_places() {
    use egui::Key as K;
    let shift = Modifiers::NONE.with_shift();
    let a = named("A", "KeyA").with_modifiers(shift);
    let got = events(&[
        EventKind::KeyDown(a.clone()),
        EventKind::KeyDown(a.clone().with_repeat()),
        EventKind::KeyUp(a),
        // A French keyboard: the key is where Q is elsewhere.
        EventKind::KeyDown(named("a", "KeyQ")),
        // A key that egui has no name for.
        EventKind::KeyDown(named("CapsLock", "CapsLock")),
    ]);
    let french = E::Key {
        key: K::A,
        physical_key: Some(K::Q),
        pressed: true,
        repeat: false,
        modifiers: NONE,
    };
    let held = egui::Modifiers::SHIFT;
    assert_eq!(
        got,
        [
            key(K::A, true, false, held),
            key(K::A, true, true, held),
            key(K::A, false, false, held),
            french
        ]
    );
}

#[test]
fn the_modifiers_of_a_system_are_those_of_its_shortcuts() {
    let pressed = |platform, modifiers: Modifiers| {
        let got = events_on(
            platform,
            &[EventKind::KeyDown(named("a", "KeyA").with_modifiers(modifiers))],
        );
        let [E::Key { modifiers, .. }] = got[..] else { panic!("{got:?}") };
        (modifiers.ctrl, modifiers.command, modifiers.mac_cmd, modifiers.alt)
    };
    let (control, meta) = (Modifiers::NONE.with_control(), Modifiers::NONE.with_meta());
    assert_eq!(pressed(Platform::Linux, control), (true, true, false, false));
    assert_eq!(pressed(Platform::Windows, meta), (false, false, false, false));
    assert_eq!(pressed(Platform::Mac, meta), (false, true, true, false));
    assert_eq!(pressed(Platform::Mac, control), (true, true, false, false));
    assert_eq!(pressed(Platform::Linux, Modifiers::NONE.with_alt()), (false, false, false, true));
}

#[test]
fn shortcuts_of_the_clipboard_are_no_keys() {
    let (control, shift) = (Modifiers::NONE.with_control(), Modifiers::NONE.with_shift());
    for (pressed, expected) in [
        (named("c", "KeyC").with_modifiers(control), Some(E::Copy)),
        (named("x", "KeyX").with_modifiers(control), Some(E::Cut)),
        (named("v", "KeyV").with_modifiers(control), None),
        (named("с", "KeyC").with_modifiers(control), Some(E::Copy)), // Russian
        (named("Insert", "Insert").with_modifiers(control), Some(E::Copy)),
        (named("Delete", "Delete").with_modifiers(shift), Some(E::Cut)),
        (named("Insert", "Insert").with_modifiers(shift), None),
        (named("Copy", "Copy"), Some(E::Copy)),
    ] {
        let got = events(&[EventKind::KeyDown(pressed)]);
        assert_eq!(got, Vec::from_iter(expected));
    }
    let got = events(&[EventKind::Paste { data: "two\r\nlines".into() }]);
    assert_eq!(got, [E::Paste("two\nlines".into())]);
    // On a Mac these are keys.
    let got = events_on(
        Platform::Mac,
        &[EventKind::KeyDown(named("Delete", "Delete").with_modifiers(shift))],
    );
    assert_eq!(got, [key(egui::Key::Delete, true, false, egui::Modifiers::SHIFT)]);
}

#[test]
fn text_is_text_but_not_that_of_enter_and_of_shortcuts() {
    let typed = |modifiers: Modifiers, data: &str| {
        let shift = EventKind::KeyDown(named("Shift", "").with_modifiers(modifiers));
        events(&[shift, EventKind::Char(Char::new(data).with_input_type("insertText"))])
    };
    let none = Modifiers::NONE;
    let alt_graph = none.with_control().with_alt();
    assert_eq!(typed(none, "ä漢"), [E::Text("ä漢".into())]);
    assert_eq!(typed(none.with_shift(), "A"), [E::Text("A".into())]);
    assert_eq!(typed(alt_graph, "@"), [E::Text("@".into())]);
    assert!(typed(none, "\n").is_empty() && typed(none, "\u{1b}").is_empty());
    assert!(typed(none.with_control(), "a").is_empty() && typed(none, "").is_empty());
}

#[test]
fn an_input_method_composes_and_commits() {
    let composing = |text: &str| EventKind::Char(Char::new(text).with_composing());
    let preedit =
        |text: &str| E::Ime(ImeEvent::Preedit { text: text.into(), active_range_chars: None });
    let commit = |text: &str| E::Ime(ImeEvent::Commit(text.into()));
    let done = |text: &str| EventKind::Char(Char::new(text).with_input_type(COMPOSITION));
    let got = events(&[composing("に"), composing("日"), done("日本"), composing("x"), done("")]);
    assert_eq!(got, [preedit("に"), preedit("日"), commit("日本"), preedit("x"), commit("")]);
    // A client that does not say how it was typed.
    let got = events(&[composing("に"), EventKind::Char(Char::new("日"))]);
    assert_eq!(got, [preedit("に"), commit("日")]);
    // Who goes elsewhere leaves nothing half typed.
    let got = events(&[composing("に"), EventKind::FocusOut]);
    assert_eq!(got[1..], [preedit(""), E::WindowFocused(false)]);
}

#[test]
fn focus_visibility_and_the_end_are_told() {
    let mut input = Input::new(ViewInfo::default());
    let mut after = |kind: EventKind| {
        assert!(input.event(&kind));
        input.take(size(), 1.0, 0.0, 1.0)
    };
    let raw = after(EventKind::FocusOut);
    assert!(!raw.focused && raw.events == [E::WindowFocused(false)]);
    let raw = after(EventKind::FocusIn);
    assert!(raw.focused && raw.viewport().focused == Some(true));
    assert_eq!(after(EventKind::Hide).viewport().occluded, Some(true));
    assert_eq!(after(EventKind::Show).viewport().occluded, Some(false));
    assert!(after(EventKind::Close).viewport().close_requested());
}

#[test]
fn the_view_tells_dark_or_light() {
    let mut input = Input::new(ViewInfo::default().with_color_scheme(ColorScheme::Dark));
    let mut theme = |scheme| {
        input.event(&EventKind::ViewInfo(ViewInfo::default().with_color_scheme(scheme)));
        input.take(size(), 1.0, 0.0, 1.0).system_theme
    };
    assert_eq!(theme(ColorScheme::Dark), Some(Theme::Dark));
    assert_eq!(theme(ColorScheme::Light), Some(Theme::Light));
    assert_eq!(theme(ColorScheme::Unknown), None);
}

#[test]
fn points_are_logical_pixels_until_the_user_zooms() {
    let mut input = Input::new(ViewInfo::default());
    let raw = input.take(size(), 2.0, 1.5, 1.0);
    assert_eq!(raw.screen_rect, Some(Rect::from_min_size(Pos2::ZERO, vec2(400.0, 300.0))));
    assert_eq!((raw.viewport().native_pixels_per_point, raw.time), (Some(2.0), Some(1.5)));
    let raw = input.take(size(), 2.0, 1.5, 1.25);
    assert_eq!(raw.screen_rect, Some(Rect::from_min_size(Pos2::ZERO, vec2(320.0, 240.0))));
    input.event(&EventKind::PointerMove(Pointer::at(100.0, 50.0)));
    let raw = input.take(size(), 2.0, 1.5, 1.25);
    assert_eq!(raw.events, [E::PointerMoved(pos2(80.0, 40.0))]);
}

#[test]
fn more_than_the_limit_is_dropped_but_for_releases() {
    let press = EventKind::PointerDown(Pointer::at(1.0, 1.0).with_button(Button::Left));
    let mut many = vec![press];
    many.resize(2 * Input::MAX_EVENTS, EventKind::PointerMove(Pointer::at(2.0, 2.0)));
    many.push(EventKind::KeyDown(named("a", "KeyA")));
    many.push(EventKind::PointerUp(Pointer::at(3.0, 3.0).with_button(Button::Left)));
    many.push(EventKind::KeyUp(named("a", "KeyA")));
    let got = events(&many);
    assert_eq!(got.len(), Input::MAX_EVENTS + 2);
    assert!(matches!(got[Input::MAX_EVENTS], E::PointerButton { pressed: false, .. }));
    assert!(matches!(got[Input::MAX_EVENTS + 1], E::Key { pressed: false, .. }));
}

#[test]
fn what_changes_nothing_asks_for_no_draw() {
    let mut input = Input::new(ViewInfo::default());
    for kind in [EventKind::BeforeDraw, EventKind::Animate { step: 0.1 }] {
        assert!(!input.event(&kind));
    }
    assert!(input.event(&EventKind::PointerMove(Pointer::at(1.0, 1.0))));
}
