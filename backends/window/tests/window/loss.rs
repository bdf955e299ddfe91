use std::time::{Duration, Instant};

use framecast_api::{Backend, BackendEvent, Error};
use framecast_window::{WindowBackend, display_available};

use crate::view::{View, context};

/// Opening without a display fails, soon, with one line that says what to do.
fn refused() -> Error {
    let start = Instant::now();
    let mut backend = WindowBackend::default();
    let error = backend.open(context("none", 100, 100)).expect_err("there is no display");
    assert!(start.elapsed() < Duration::from_secs(15), "took {:?}", start.elapsed());
    let text = error.to_string();
    assert!(text.contains("--backend http"), "{text}");
    assert!(!text.contains('\n'), "{text}");
    assert!(!error.is_not_supported() && !backend.wants_frame());
    error
}

with_environment! {
    fn without_a_display_opening_says_so() {
        assert!(!display_available());
        assert!(refused().to_string().contains("neither DISPLAY nor WAYLAND_DISPLAY"));
    }
}

with_environment! {
    fn a_display_that_nobody_serves_is_named(DISPLAY = ":59999") {
        assert!(!display_available());
        assert!(refused().to_string().contains(":59999"));
    }
}

with_environment! {
    fn a_display_of_no_sense_is_refused(DISPLAY = "\u{1}what is this") {
        assert!(!display_available());
        refused();
    }
}

with_environment! {
    fn a_compositor_that_is_not_there_is_named(
        WAYLAND_DISPLAY = "wayland-of-nobody", XDG_RUNTIME_DIR = "/nowhere"
    ) {
        assert!(!display_available());
        assert!(refused().to_string().contains("wayland-of-nobody"));
    }
}

on_a_display! {
    fn a_display_that_answers_is_available(_stage) {
        assert!(display_available());
    }
}

/// The loss is told once, nothing blocks, and the process lives on.
fn lost(view: &mut View) -> Error {
    let lost = view.until("the loss", |input| matches!(input, BackendEvent::Lost(_)));
    let BackendEvent::Lost(error) = lost else { unreachable!() };
    assert!(error.to_string().starts_with("the window is gone"), "{error}");
    assert!(!view.backend.wants_frame());
    view.present(64, 64, 1.0, |_, _| [1, 2, 3]);
    let more = view.listen(Duration::from_millis(200));
    assert!(more.is_empty(), "{more:?}");
    view.close();
    error
}

on_a_display! {
    fn a_display_that_dies_is_told_once_and_the_process_lives_on(stage) {
        let mut view = View::open("dying", 200, 150);
        let mut second = View::open("dying too", 200, 150);
        view.present(200, 150, 1.0, |_, _| [255, 0, 0]);
        view.sees(stage, "red", |shot| shot.at(350, 260) == [255, 0, 0] || shot.at(350, 260) == [0; 3]);
        stage.signal("-KILL");
        assert!(lost(&mut view).to_string().contains("display died"));
        lost(&mut second);
        refused();
    }
}

on_a_display! {
    fn a_window_whose_connection_is_cut_is_lost(stage) {
        let mut view = View::open("cut", 200, 150);
        stage.kill_client(stage.window("cut"));
        lost(&mut view);
        // The display is still there, and so is the library.
        let mut next = View::open("next", 200, 150);
        next.present(200, 150, 1.0, |_, _| [0, 255, 0]);
        next.sees(stage, "green", |shot| shot.at(400, 300) == [0, 255, 0]);
    }
}

on_a_display! {
    fn a_window_that_another_program_destroys_is_lost(stage) {
        let mut view = View::open("destroyed", 200, 150);
        view.present(200, 150, 1.0, |_, _| [0, 255, 0]);
        view.sees(stage, "green", |shot| shot.at(400, 300) == [0, 255, 0]);
        stage.destroy(stage.window("destroyed"));
        assert!(lost(&mut view).to_string().contains("destroyed"));
    }
}

on_a_display! {
    fn a_display_that_hangs_blocks_neither_presenting_nor_closing(stage) {
        let mut view = View::open("hung", 200, 150);
        view.present(200, 150, 1.0, |_, _| [0, 255, 0]);
        view.sees(stage, "green", |shot| shot.at(400, 300) == [0, 255, 0]);
        stage.signal("-STOP");
        let frame = view.frame(200, 150, 1.0, |_, _| [255, 0, 0]);
        view.flood(&frame);
        view.presents_until_none_is_wanted(&frame);
        view.close();
        assert!(refused().to_string().contains("does not answer"));
        stage.signal("-CONT");
    }
}
