use framecast_api::{Backend, BackendEvent, Button, Char, EventKind, Key, Pointer};
use framecast_window::WindowOptions;

use crate::support::Stage;
use crate::view::{View, focused};

// Symbols of X11's keysymdef.h.
const SHIFT: u32 = 0xffe1;
const CONTROL: u32 = 0xffe3;
const BACKSPACE: u32 = 0xff08;
const ESCAPE: u32 = 0xff1b;
const RETURN: u32 = 0xff0d;
const LEFT: u32 = 0xff51;
const O_DIAERESIS: u32 = 0xf6;
// Codes of Linux' input-event-codes.h plus 8, as X servers number keys.
const KEY_ESCAPE: u8 = 9;
const DIGIT_1: u8 = 10;
const EQUAL: u8 = 21;
const KEY_Q: u8 = 24;
const KEY_E: u8 = 26;
const KEY_Y: u8 = 29;
const CONTROL_LEFT: u8 = 37;
const KEY_A: u8 = 38;
const SEMICOLON: u8 = 47;
const KEY_Z: u8 = 52;
const CONTROL_RIGHT: u8 = 105;
const ALT_GR: u8 = 108;

/// A window of 320 × 240 in the middle of the screen starts here.
const CORNER: (i16, i16) = (240, 180);

fn at(x: i16, y: i16) -> (i16, i16) {
    (CORNER.0 + x, CORNER.1 + y)
}

fn point(stage: &Stage, x: i16, y: i16) {
    let (x, y) = at(x, y);
    stage.point(x, y);
}

fn pointer(kind: EventKind) -> Pointer {
    match kind {
        EventKind::PointerDown(pointer)
        | EventKind::PointerMove(pointer)
        | EventKind::PointerUp(pointer)
        | EventKind::PointerEnter(pointer)
        | EventKind::PointerLeave(pointer)
        | EventKind::DoubleClick(pointer) => pointer,
        other => panic!("{other:?}"),
    }
}

fn key(kind: &EventKind) -> String {
    match kind {
        EventKind::KeyDown(Key { key, code, .. }) => format!("+{key} {code}"),
        EventKind::KeyUp(Key { key, code, .. }) => format!("-{key} {code}"),
        EventKind::Char(Char { data, .. }) => format!("{data:?}"),
        other => panic!("{other:?}"),
    }
}

fn keys(events: &[EventKind]) -> Vec<String> {
    events.iter().map(key).collect()
}

fn drag(stage: &Stage, options: WindowOptions) {
    point(stage, -100, -100);
    let mut view = View::with(options, "input", 320, 240);
    // Shown twice as large, two physical pixels per logical one.
    view.present(160, 120, 2.0, |_, _| [255, 0, 0]);
    view.sees(stage, "red", |shot| shot.at(400, 300) == [255, 0, 0]);
    point(stage, 40, 60);
    let enter = pointer(view.event("pointer_enter"));
    assert_eq!((enter.x, enter.y), (10.0, 15.0), "logical pixels of the canvas");
    stage.button(1, true);
    let down = pointer(view.event("pointer_down"));
    assert_eq!((down.button, down.x, down.y), (Button::Left, 10.0, 15.0));
    assert!(down.buttons.contains(Button::Left));
    point(stage, -40, -20);
    let moved = view.wait("a move outside", |view| {
        let moved = pointer(view.event("pointer_move"));
        (moved.x < 0.0).then_some(moved)
    });
    assert_eq!((moved.x, moved.y), (-10.0, -5.0), "captured");
    stage.button(1, false);
    let up = pointer(view.event("pointer_up"));
    assert_eq!((up.button, up.x), (Button::Left, -10.0));
    assert!(up.buttons.is_empty());
    pointer(view.event("pointer_leave"));
}

on_a_display! {
    fn a_drag_is_followed_outside_in_the_canvas_own_pixels(stage) {
        drag(stage, WindowOptions::default());
    }
}

on_a_display! {
    fn so_it_is_on_the_callers_thread(stage) {
        drag(stage, WindowOptions::default().with_inline(true));
    }
}

on_a_display! {
    fn a_click_is_for_the_picture_that_was_there(stage) {
        let mut view = View::with(WindowOptions::default().with_inline(true), "input", 320, 240);
        view.present(320, 240, 1.0, |_, _| [255, 0, 0]);
        view.sees(stage, "red", |shot| shot.at(400, 300) == [255, 0, 0]);
        point(stage, 40, 60);
        view.event("pointer_enter");
        // The same look at the window finds the click and the next picture.
        stage.button(1, true);
        stage.settle();
        view.present(160, 120, 2.0, |_, _| [0, 255, 0]);
        let down = pointer(view.event("pointer_down"));
        assert_eq!((down.x, down.y), (40.0, 60.0));
        view.sees(stage, "green", |shot| shot.at(400, 300) == [0, 255, 0]);
        stage.button(1, false);
        let up = pointer(view.event("pointer_up"));
        assert_eq!((up.x, up.y), (10.0, 15.0));
    }
}

on_a_display! {
    fn every_button_has_its_number(stage) {
        let mut view = View::open("input", 320, 240);
        point(stage, 10, 10);
        for (number, button) in [
            (1, Button::Left),
            (2, Button::Middle),
            (3, Button::Right),
            (8, Button::Back),
            (9, Button::Forward),
        ] {
            stage.button(number, true);
            assert_eq!(pointer(view.event("pointer_down")).button, button);
            stage.button(number, false);
            assert_eq!(pointer(view.event("pointer_up")).button, button);
        }
    }
}

on_a_display! {
    fn two_quick_clicks_are_a_double_click(stage) {
        let mut view = View::open("input", 320, 240);
        point(stage, 10, 10);
        view.event("pointer_enter");
        for _ in 0..2 {
            stage.button(1, true);
            view.event("pointer_down");
            stage.button(1, false);
            view.event("pointer_up");
        }
        assert_eq!(pointer(view.event("double_click")).button, Button::Left);
    }
}

on_a_display! {
    fn a_wheel_notch_is_100_and_down_and_right_are_positive(stage) {
        let mut view = View::open("input", 320, 240);
        point(stage, 10, 20);
        view.event("pointer_enter");
        for (number, turned) in
            [(4, (0.0, -100.0)), (5, (0.0, 100.0)), (6, (-100.0, 0.0)), (7, (100.0, 0.0))]
        {
            stage.button(number, true);
            stage.button(number, false);
            let EventKind::Wheel(wheel) = view.event("wheel") else { unreachable!() };
            assert_eq!((wheel.dx, wheel.dy), turned, "button {number}");
            assert_eq!((wheel.x, wheel.y), (10.0, 20.0));
        }
    }
}

on_a_display! {
    fn another_window_above_takes_the_pointer(stage) {
        let mut view = View::open("below", 320, 240);
        point(stage, 10, 10);
        view.event("pointer_enter");
        let mut above = View::open("above", 100, 100);
        // Over the window above, and over the window below's place.
        point(stage, 160, 120);
        above.event("pointer_enter");
        view.event("pointer_leave");
        drop(above);
        view.event("pointer_enter");
    }
}

on_a_display! {
    fn typed_letters_have_their_names_and_text(stage) {
        let mut view = focused(stage, "input");
        stage.key('a'.into(), true);
        stage.key('a'.into(), false);
        assert_eq!(keys(&view.events_to("key_up")), ["+a KeyA", "\"a\"", "-a KeyA"]);
        stage.key(SHIFT, true);
        stage.key('a'.into(), true);
        stage.key('a'.into(), false);
        stage.key('1'.into(), true);
        stage.key('1'.into(), false);
        stage.key(SHIFT, false);
        let mut events = view.events_to("key_up");
        events.extend(view.events_to("key_up"));
        events.extend(view.events_to("key_up"));
        assert_eq!(
            keys(&events),
            [
                "+Shift ShiftLeft",
                "+A KeyA",
                "\"A\"",
                "-A KeyA",
                "+! Digit1",
                "\"!\"",
                "-! Digit1",
                "-Shift ShiftLeft",
            ]
        );
        let EventKind::KeyDown(down) = &events[1] else { unreachable!() };
        assert!(down.modifiers.shift && !down.modifiers.control);
    }
}

on_a_display! {
    fn named_keys_and_shortcuts_are_no_text(stage) {
        let mut view = focused(stage, "input");
        for (symbol, name) in
            [(ESCAPE, "Escape"), (RETURN, "Enter"), (LEFT, "ArrowLeft")]
        {
            stage.key(symbol, true);
            stage.key(symbol, false);
            let expected = [format!("+{name} {name}"), format!("-{name} {name}")];
            assert_eq!(keys(&view.events_to("key_up")), expected);
        }
        stage.key(CONTROL, true);
        stage.key('s'.into(), true);
        stage.key('s'.into(), false);
        let events = view.events_to("key_up");
        assert_eq!(keys(&events), ["+Control ControlLeft", "+s KeyS", "-s KeyS"]);
        let EventKind::KeyDown(down) = &events[1] else { unreachable!() };
        assert!(down.modifiers.control);
        stage.key(CONTROL, false);
        view.event("key_up");
    }
}

on_a_display! {
    fn a_key_that_no_us_keyboard_has_is_a_key_like_others(stage) {
        stage.add_key(O_DIAERESIS);
        let mut view = focused(stage, "input");
        stage.key(O_DIAERESIS, true);
        stage.key(O_DIAERESIS, false);
        let events = view.events_to("key_up");
        let names: Vec<_> = events.iter().map(EventKind::name).collect();
        assert_eq!(names, ["key_down", "char", "key_up"]);
        let EventKind::KeyDown(down) = &events[0] else { unreachable!() };
        assert_eq!(down.key, "ö");
        let EventKind::Char(char) = &events[1] else { unreachable!() };
        assert_eq!((char.data.as_str(), char.input_type.as_str()), ("ö", "insertText"));
    }
}

on_a_display! {
    fn a_held_key_repeats(stage) {
        let mut view = focused(stage, "input");
        for (symbol, name, text) in [('a'.into(), "a", true), (BACKSPACE, "Backspace", false)] {
            // The server repeats after 660 ms, 25 times a second, until it is let go.
            stage.key(symbol, true);
            let mut events = Vec::new();
            for _ in 0..3 {
                events.extend(view.events_to("key_down"));
            }
            stage.key(symbol, false);
            events.extend(view.events_to("key_up"));
            let mut repeats = Vec::new();
            for kind in &events {
                match kind {
                    EventKind::KeyDown(key) => {
                        assert_eq!(key.key, name);
                        repeats.push(key.repeat);
                    }
                    EventKind::KeyUp(key) => assert!(key.key == name && !key.repeat),
                    EventKind::Char(Char { data, .. }) => assert_eq!(data, name),
                    other => panic!("{other:?}"),
                }
            }
            assert!(repeats.len() >= 3, "{events:?}");
            assert!(!repeats[0] && repeats[1..].iter().all(|repeat| *repeat), "{events:?}");
            let typed = events.iter().filter(|kind| kind.name() == "char").count();
            assert_eq!(typed, if text { repeats.len() } else { 0 }, "{events:?}");
        }
    }
}

on_a_display! {
    fn no_click_is_too_short_and_each_is_where_it_was(stage) {
        let mut view = focused(stage, "input");
        for click in 0..10 {
            point(stage, 10 + 20 * click, 30);
            stage.button(1, true);
            stage.button(1, false);
        }
        point(stage, 300, 200);
        for click in 0..10 {
            let down = pointer(view.event("pointer_down"));
            assert_eq!((down.x, down.y), (f64::from(10 + 20 * click), 30.0));
            view.event("pointer_up");
        }
    }
}

on_a_display! {
    fn a_click_on_a_window_above_is_not_for_the_one_below(stage) {
        let mut view = View::open("below", 320, 240);
        let mut above = View::open("above", 100, 100);
        point(stage, 160, 120);
        stage.button(1, true);
        stage.button(1, false);
        point(stage, 10, 10);
        stage.button(1, true);
        stage.button(1, false);
        above.event("pointer_up");
        let down = pointer(view.event("pointer_down"));
        assert_eq!((down.x, down.y), (10.0, 10.0));
    }
}

on_a_display! {
    fn while_another_program_has_the_pointer_no_click_is_ours(stage) {
        let mut view = focused(stage, "input");
        point(stage, 10, 10);
        view.event("pointer_enter");
        stage.grab_pointer(true);
        stage.button(1, true);
        stage.button(1, false);
        stage.grab_pointer(false);
        view.event("pointer_leave");
        point(stage, 20, 10);
        stage.button(1, true);
        stage.button(1, false);
        let down = pointer(view.event("pointer_down"));
        assert_eq!((down.x, down.y), (20.0, 10.0), "the first that is ours");
        view.event("pointer_up");
    }
}

on_a_display! {
    fn while_another_program_has_the_keys_none_stays_down(stage) {
        let mut view = focused(stage, "input");
        stage.key(CONTROL, true);
        view.event("key_down");
        stage.grab_keys(true);
        assert_eq!(keys(&[view.event("key_up")]), ["-Control ControlLeft"]);
        stage.key(CONTROL, false);
        stage.key('x'.into(), true);
        stage.key('x'.into(), false);
        stage.grab_keys(false);
        stage.tap(KEY_A);
        assert_eq!(keys(&view.events_to("key_up")), ["+a KeyA", "\"a\"", "-a KeyA"]);
    }
}

/// What the taps of these keys become.
fn taps(stage: &Stage, view: &mut View, numbers: &[u8]) -> Vec<String> {
    let mut lines = Vec::new();
    for &number in numbers {
        stage.tap(number);
        lines.extend(keys(&view.events_to("key_up")));
    }
    lines
}

on_a_display! {
    fn keys_have_their_place_and_what_the_layout_gives_them(stage) {
        let mut view = focused(stage, "input");
        for (layout, expected) in [
            ("us", ["a", "z", "y", "1"]),
            ("ru", ["ф", "я", "н", "1"]),
            ("gr", ["α", "ζ", "υ", "1"]),
            ("il", ["ש", "ז", "ט", "1"]),
            ("fr", ["q", "w", "y", "&"]),
            ("de", ["a", "y", "z", "1"]),
        ] {
            stage.layout(&[layout]);
            let codes = ["KeyA", "KeyZ", "KeyY", "Digit1"];
            for ((number, key), code) in
                [KEY_A, KEY_Z, KEY_Y, DIGIT_1].into_iter().zip(expected).zip(codes)
            {
                let lines =
                    [format!("+{key} {code}"), format!("{key:?}"), format!("-{key} {code}")];
                assert_eq!(taps(stage, &mut view, &[number]), lines, "{layout}");
            }
            stage.hold(CONTROL_LEFT, true);
            view.event("key_down");
            let lines = taps(stage, &mut view, &[KEY_Z]);
            let key = expected[1];
            assert_eq!(lines, [format!("+{key} KeyZ"), format!("-{key} KeyZ")], "{layout}");
            stage.hold(CONTROL_LEFT, false);
            view.event("key_up");
        }
    }
}

on_a_display! {
    fn alt_gr_dead_keys_and_compose_type_what_they_do_elsewhere(stage) {
        let mut view = focused(stage, "input");
        stage.layout(&["de", "-option", "compose:rctrl"]);
        stage.hold(ALT_GR, true);
        assert_eq!(keys(&[view.event("key_down")]), ["+AltGraph AltRight"]);
        assert_eq!(taps(stage, &mut view, &[KEY_Q]), ["+@ KeyQ", "\"@\"", "-@ KeyQ"]);
        stage.hold(ALT_GR, false);
        view.event("key_up");
        // ´ and e.
        let lines = taps(stage, &mut view, &[EQUAL, KEY_E]);
        assert_eq!(lines, ["+Dead Equal", "-Dead Equal", "+e KeyE", "\"é\"", "-e KeyE"]);
        let lines = taps(stage, &mut view, &[CONTROL_RIGHT, KEY_A, KEY_E]);
        assert_eq!(
            lines,
            [
                "+Compose ControlRight",
                "-Compose ControlRight",
                "+a KeyA",
                "-a KeyA",
                "+e KeyE",
                "\"æ\"",
                "-e KeyE",
            ]
        );
        // Greek: composed in the layout's own script.
        stage.layout(&["gr"]);
        let lines = taps(stage, &mut view, &[SEMICOLON, KEY_A]);
        assert_eq!(lines, ["+Dead Semicolon", "-Dead Semicolon", "+α KeyA", "\"ά\"", "-α KeyA"]);
    }
}

// Their `locale.alias` takes from Xlib locales that the C library has.
const WITHOUT_THE_USERS: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/tests/window/locale/without-the-users");
const WITHOUT_UTF_8: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/tests/window/locale/without-utf-8");

on_a_display! {
    fn a_locale_that_xlib_does_not_know_composes_like_others(
        stage, LC_ALL = "C.utf8", XLOCALEDIR = WITHOUT_THE_USERS
    ) {
        let mut view = focused(stage, "input");
        stage.layout(&["de"]);
        let lines = taps(stage, &mut view, &[KEY_A, EQUAL, KEY_E]);
        let composed = ["+Dead Equal", "-Dead Equal", "+e KeyE", "\"é\"", "-e KeyE"];
        assert_eq!(lines, [&["+a KeyA", "\"a\"", "-a KeyA"][..], &composed].concat());
    }
}

on_a_display! {
    fn without_any_locale_keys_type_what_they_mean(
        stage, LC_ALL = "C.utf8", XLOCALEDIR = WITHOUT_UTF_8
    ) {
        let mut view = focused(stage, "input");
        stage.layout(&["de"]);
        assert_eq!(taps(stage, &mut view, &[KEY_A]), ["+a KeyA", "\"a\"", "-a KeyA"]);
        let lines = taps(stage, &mut view, &[SEMICOLON]);
        assert_eq!(lines, ["+ö Semicolon", "\"ö\"", "-ö Semicolon"]);
        // Nothing composes.
        let lines = taps(stage, &mut view, &[EQUAL, KEY_E]);
        assert_eq!(lines, ["+Dead Equal", "-Dead Equal", "+e KeyE", "\"e\"", "-e KeyE"]);
        stage.key(RETURN, true);
        stage.key(RETURN, false);
        assert_eq!(keys(&view.events_to("key_up")), ["+Enter Enter", "-Enter Enter"]);
        stage.hold(CONTROL_LEFT, true);
        view.event("key_down");
        assert_eq!(taps(stage, &mut view, &[KEY_A]), ["+a KeyA", "-a KeyA"]);
        stage.hold(CONTROL_LEFT, false);
    }
}

on_a_display! {
    fn losing_the_focus_releases_what_was_held(stage) {
        let mut view = focused(stage, "input");
        point(stage, 10, 10);
        stage.button(1, true);
        view.event("pointer_down");
        stage.key(SHIFT, true);
        stage.key('a'.into(), true);
        view.event("char");
        let other = View::open("other", 50, 50);
        stage.focus(stage.window("other"));
        let names: Vec<_> =
            view.events_to("focus_out").iter().map(EventKind::name).collect();
        assert_eq!(names, ["pointer_up", "key_up", "key_up", "focus_out"]);
        stage.key('a'.into(), false);
        stage.key(SHIFT, false);
        stage.button(1, false);
        drop(other);
    }
}

on_a_display! {
    fn a_dead_key_is_forgotten_with_the_focus(stage) {
        let mut view = focused(stage, "input");
        stage.layout(&["de"]);
        assert_eq!(taps(stage, &mut view, &[EQUAL]), ["+Dead Equal", "-Dead Equal"]);
        let other = View::open("other", 50, 50);
        stage.focus(stage.window("other"));
        view.event("focus_out");
        stage.focus(stage.window("input"));
        view.event("focus_in");
        assert_eq!(taps(stage, &mut view, &[KEY_E]), ["+e KeyE", "\"e\"", "-e KeyE"]);
        drop(other);
    }
}

on_a_display! {
    fn where_the_focus_follows_the_pointer_no_key_stays_down(stage) {
        stage.point(0, 0);
        let mut view = View::open("input", 320, 240);
        stage.focus_follows_the_pointer();
        let press = |view: &mut View| {
            point(stage, 10, 10);
            view.event("pointer_enter");
            stage.hold(KEY_A, true);
            let EventKind::KeyDown(down) = view.event("key_down") else { unreachable!() };
            assert!(down.key == "a" && !down.repeat);
        };
        for _ in 0..2 {
            press(&mut view);
            stage.point(0, 0);
            assert_eq!(keys(&[view.event("key_up")]), ["-a KeyA"]);
            stage.hold(KEY_A, false);
        }
        press(&mut view);
        let other = View::open("other", 50, 50);
        // The pointer stays.
        stage.focus(stage.window("other"));
        assert_eq!(keys(&[view.event("key_up")]), ["-a KeyA"]);
        stage.hold(KEY_A, false);
        drop(other);
    }
}

on_a_display! {
    fn as_the_pointer_comes_the_server_tells_which_keys_are_down(stage) {
        let mut view = focused(stage, "input");
        stage.hold(CONTROL_LEFT, true);
        view.event("key_down");
        stage.send_keys(stage.window("input"), [KEY_A]);
        assert_eq!(keys(&[view.event("key_down")]), ["+a KeyA"]);
        point(stage, 10, 10);
        assert_eq!(keys(&[view.event("key_up")]), ["-a KeyA"]);
        stage.hold(CONTROL_LEFT, false);
        assert_eq!(keys(&[view.event("key_up")]), ["-Control ControlLeft"]);
    }
}

on_a_display! {
    fn however_much_another_program_sends_a_look_takes_its_share(stage) {
        /// As in `x11/connection.rs`.
        const MAX_EVENTS: usize = 1024;
        let options = WindowOptions::default().with_inline(true);
        let mut view = View::with(options, "input", 320, 240);
        let escapes = std::iter::repeat_n(KEY_ESCAPE, 3 * MAX_EVENTS);
        stage.send_keys(stage.window("input"), escapes.chain([KEY_A]));
        let mut downs = 0;
        view.backend.poll(&mut |input| {
            downs += usize::from(
                matches!(input, BackendEvent::Event { kind: EventKind::KeyDown(_), .. }),
            );
        });
        assert!(downs <= MAX_EVENTS, "{downs}");
        // None is lost.
        while downs < 3 * MAX_EVENTS {
            view.event("key_down");
            downs += 1;
        }
        assert_eq!(keys(&[view.event("key_down")]), ["+a KeyA"]);
    }
}

on_a_display! {
    fn the_close_button_asks_once_and_closes_nothing(stage) {
        let mut view = focused(stage, "input");
        let window = stage.window("input");
        stage.ask_to_close(window);
        view.until("the request", |input| matches!(input, BackendEvent::CloseRequested { .. }));
        stage.key(ESCAPE, true);
        stage.key(ESCAPE, false);
        assert_eq!(keys(&view.events_to("key_up")), ["+Escape Escape", "-Escape Escape"]);
        assert_eq!(stage.window("input"), window, "still there");
    }
}
