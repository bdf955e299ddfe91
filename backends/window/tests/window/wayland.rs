use std::time::Duration;

use framecast_api::{Backend, BackendEvent, Button, Char, EventKind, Key, conformance};
use framecast_window::{WindowBackend, display_available};

use crate::support::{OUTPUT, SCREEN, Stage};
use crate::view::{View, context};

const SHIFT: u32 = 0xffe1;
const GREEN: [u8; 3] = [0, 255, 0];
const RED: [u8; 3] = [255, 0, 0];

/// A window as large as the compositor's output.
fn full(title: &str) -> View {
    assert!(display_available());
    let mut view = View::open(title, 320, 240);
    view.until("the output's size", |input| {
        matches!(input, BackendEvent::Resize { size, .. }
        if (size.width, size.height) == (f64::from(OUTPUT.0), f64::from(OUTPUT.1)))
    });
    view
}

fn show(stage: &Stage, view: &mut View, color: [u8; 3]) {
    view.present(OUTPUT.0, OUTPUT.1, 1.0, |_, _| color);
    view.sees(stage, "the color", |shot| shot.at(300, 200) == color);
}

/// Brings the pointer to this place. weston starts with a place of its own, and believes in it
/// until the pointer comes from outside.
fn enter(stage: &Stage, view: &mut View, x: i16, y: i16) {
    stage.point(SCREEN.0.cast_signed() - 1, SCREEN.1.cast_signed() - 1);
    stage.point(x, y);
    view.until("the pointer", |input| match input {
        BackendEvent::Event {
            kind: EventKind::PointerEnter(at) | EventKind::PointerMove(at),
            ..
        } => (at.x, at.y) == (f64::from(x), f64::from(y)),
        _ => false,
    });
}

on_a_compositor! {
    fn a_wayland_window_keeps_the_contract(_stage) {
        conformance::check(WindowBackend::default);
    }
}

on_a_compositor! {
    fn a_wayland_window_shows_the_pixels(stage) {
        let mut view = full("pixels");
        show(stage, &mut view, GREEN);
        enter(stage, &mut view, 2, 2);
        let pattern = |x: u32, y: u32| [(x % 256) as u8, (y % 256) as u8, 77];
        view.present(OUTPUT.0, OUTPUT.1, 1.0, pattern);
        view.sees(stage, "the picture, pixel for pixel", |shot| {
            everywhere(|x, y| shot.at(x as usize, y as usize) == pattern(x, y))
        });
        view.present(OUTPUT.0 / 2, OUTPUT.1 / 2, 1.0, pattern);
        view.sees(stage, "every pixel four times", |shot| {
            everywhere(|x, y| shot.at(x as usize, y as usize) == pattern(x / 2, y / 2))
        });
    }
}

/// All over the output, but for the cursor that weston draws in its upper left corner.
fn everywhere(right: impl Fn(u32, u32) -> bool) -> bool {
    let cursor = |x, y| x < 50 && y < 50;
    (0..OUTPUT.1).all(|y| (0..OUTPUT.0).all(|x| cursor(x, y) || right(x, y)))
}

on_a_compositor! {
    fn pointer_wheel_and_keys_arrive_over_wayland(stage) {
        let mut view = full("input");
        show(stage, &mut view, GREEN);
        enter(stage, &mut view, 100, 50);
        stage.button(3, true);
        let EventKind::PointerDown(down) = view.event("pointer_down") else { unreachable!() };
        assert_eq!(down.button, Button::Right);
        stage.button(3, false);
        view.event("pointer_up");
        stage.button(5, true);
        stage.button(5, false);
        let EventKind::Wheel(wheel) = view.event("wheel") else { unreachable!() };
        assert_eq!((wheel.dx, wheel.dy), (0.0, 100.0));
        stage.key(SHIFT, true);
        stage.key('a'.into(), true);
        stage.key('a'.into(), false);
        stage.key(SHIFT, false);
        let mut events = view.events_to("key_up");
        events.extend(view.events_to("key_up"));
        let lines: Vec<_> = events
            .iter()
            .map(|kind| match kind {
                EventKind::KeyDown(Key { key, .. }) => format!("+{key}"),
                EventKind::KeyUp(Key { key, .. }) => format!("-{key}"),
                EventKind::Char(Char { data, .. }) => format!("{data:?}"),
                other => other.name().to_owned(),
            })
            .filter(|line| line != "focus_in")
            .collect();
        assert_eq!(lines, ["+Shift", "+A", "\"A\"", "-A", "-Shift"]);
    }
}

/// Frames are taken, one after the other, whether or not the compositor shows them.
fn frames_flow(view: &mut View) {
    let frame = view.frame(OUTPUT.0, OUTPUT.1, 1.0, |_, _| RED);
    for _ in 0..100 {
        view.backend.present(&frame).expect("presenting");
        view.wait("the frame to be taken", |view| view.backend.wants_frame().then_some(()));
    }
}

on_a_compositor! {
    fn a_covered_wayland_window_stalls_nobody(stage) {
        let mut below = full("below");
        show(stage, &mut below, GREEN);
        let mut above = full("above");
        show(stage, &mut above, [0, 0, 255]);
        // minifb 0.28 waited in its update until the compositor asked for a picture.
        frames_flow(&mut below);
        below.close();
        show(stage, &mut above, GREEN);
    }
}

on_a_compositor! {
    fn a_compositor_that_dies_is_told_once_and_closes_nothing(stage) {
        let mut view = full("dying");
        show(stage, &mut view, GREEN);
        stage.signal("-KILL");
        let end = view.until("the end", |input| {
            matches!(input, BackendEvent::Lost(_) | BackendEvent::CloseRequested { .. })
        });
        let BackendEvent::Lost(error) = end else { panic!("{end:?}") };
        assert!(error.to_string().contains("compositor"), "{error}");
        let more = view.listen(Duration::from_millis(200));
        assert!(more.is_empty(), "{more:?}");
        view.close();
    }
}

on_a_compositor! {
    fn a_compositor_that_hangs_blocks_neither_presenting_nor_closing(stage) {
        let mut view = full("hung");
        show(stage, &mut view, GREEN);
        stage.signal("-STOP");
        let frame = view.frame(OUTPUT.0, OUTPUT.1, 1.0, |_, _| RED);
        view.flood(&frame);
        view.close();
        let mut other = WindowBackend::default();
        let error = other.open(context("none", 100, 100)).expect_err("nobody answers");
        assert!(error.to_string().contains("does not answer"), "{error}");
        stage.signal("-CONT");
    }
}
