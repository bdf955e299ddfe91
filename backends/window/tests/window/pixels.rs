use framecast_api::{
    Backend, BackendCommand, BackendEvent, Cursor, DirectPicture, EventKind, LogicalSize,
    NativeWindow, PhysicalSize,
};
use framecast_window::WindowOptions;

use crate::support::{AGAIN, SCREEN, Shot, Stage};
use crate::view::View;

/// A picture in which every pixel differs from its neighbours.
fn pattern(x: u32, y: u32) -> [u8; 3] {
    [(x * 7 % 256) as u8, (y * 5 % 256) as u8, (x + y) as u8 | 1]
}

const RED: [u8; 3] = [255, 0, 0];
const GREEN: [u8; 3] = [0, 255, 0];
const BLACK: [u8; 3] = [0, 0, 0];

/// Where a window of this size is: in the middle of the screen.
fn corner(width: usize, height: usize) -> (usize, usize) {
    ((usize::from(SCREEN.0) - width) / 2, (usize::from(SCREEN.1) - height) / 2)
}

/// Whether the window, `width` × `height` pixels, shows exactly this.
fn shows(
    shot: &Shot,
    width: usize,
    height: usize,
    pixel: impl Fn(usize, usize) -> [u8; 3],
) -> bool {
    let (left, top) = corner(width, height);
    (0..height).all(|y| (0..width).all(|x| shot.at(left + x, top + y) == pixel(x, y)))
}

fn exact_pixels(stage: &Stage, options: WindowOptions) {
    let mut view = View::with(options, "exact", 320, 240);
    view.present(320, 240, 1.0, pattern);
    view.sees(stage, "the picture, pixel for pixel", |shot| {
        shows(shot, 320, 240, |x, y| pattern(x as u32, y as u32))
    });
    view.wait("demand for the next", |view| view.backend.wants_frame().then_some(()));
}

on_a_display! {
    fn a_frame_of_the_windows_size_is_shown_pixel_for_pixel(stage) {
        exact_pixels(stage, WindowOptions::default());
    }
}

on_a_display! {
    fn so_it_is_from_the_callers_thread(stage) {
        exact_pixels(stage, WindowOptions::default().with_inline(true));
    }
}

on_a_display! {
    fn a_frame_of_half_the_size_becomes_sharp_squares(stage) {
        let mut view = View::open("twice", 320, 240);
        view.present(160, 120, 1.0, pattern);
        view.sees(stage, "every pixel four times", |shot| {
            shows(shot, 320, 240, |x, y| pattern(x as u32 / 2, y as u32 / 2))
        });
    }
}

on_a_display! {
    fn a_frame_of_another_shape_is_centred_between_bars(stage) {
        let mut view = View::open("bars", 320, 240);
        view.present(160, 160, 1.0, |_, _| GREEN);
        view.sees(stage, "a square between bars", |shot| {
            shows(shot, 320, 240, |x, _| if (40..280).contains(&x) { GREEN } else { BLACK })
        });
        view.present(640, 120, 1.0, |_, _| RED);
        view.sees(stage, "a ribbon between bars", |shot| {
            shows(shot, 320, 240, |_, y| if (90..150).contains(&y) { RED } else { BLACK })
        });
    }
}

on_a_display! {
    fn a_window_in_which_the_program_shows_pictures_draws_nothing_and_reports_input(stage) {
        let mut view = View::open("direct", 320, 240);
        let native = view.until("its number", |it| matches!(it, BackendEvent::NativeWindow { .. }));
        let BackendEvent::NativeWindow { window, .. } = native else { unreachable!() };
        assert_eq!(window, NativeWindow::X11 { window: stage.window("direct") });
        view.present(320, 240, 1.0, |_, _| GREEN);
        view.sees(stage, "green", |shot| shows(shot, 320, 240, |_, _| GREEN));
        let picture = DirectPicture::new(PhysicalSize::new(160, 160), 2.0);
        view.backend.apply(&BackendCommand::ShownDirectly(Some(picture))).unwrap();
        view.present(320, 240, 1.0, |_, _| RED);
        // It has taken the frame, and shown what it shows.
        view.wait("demand for the next", |view| view.backend.wants_frame().then_some(()));
        let (left, top) = corner(320, 240);
        stage.point(left as i16 + 40 + 120, top as i16 + 60);
        // A picture of 80 logical pixels is 240 high.
        view.until("its place", |it| matches!(
            it, BackendEvent::Event { kind: EventKind::PointerMove(at), .. } if (at.x, at.y) == (40.0, 20.0)
        ));
        assert!(shows(&stage.shot(), 320, 240, |_, _| GREEN));
        view.backend.apply(&BackendCommand::ShownDirectly(None)).unwrap();
        view.sees(stage, "red", |shot| shows(shot, 320, 240, |_, _| RED));
    }
}

on_a_display! {
    fn positions_are_those_of_the_programs_picture_at_the_windows_newest_size(stage) {
        let mut view = View::open("direct", 320, 240);
        view.present(320, 240, 1.0, |_, _| GREEN);
        view.sees(stage, "green", |shot| shows(shot, 320, 240, |_, _| GREEN));
        let picture = DirectPicture::new(PhysicalSize::new(160, 160), 1.0);
        view.backend.apply(&BackendCommand::ShownDirectly(Some(picture))).unwrap();
        view.present(320, 240, 1.0, |_, _| RED);
        // It has taken the frame, and with it what is shown.
        view.wait("demand for the next", |view| view.backend.wants_frame().then_some(()));
        let (window, (left, top)) = (stage.window("direct"), corner(320, 240));
        let moved = |it: &BackendEvent| match it {
            BackendEvent::Event { kind: EventKind::PointerEnter(at) | EventKind::PointerMove(at), .. } => {
                Some((at.x, at.y))
            }
            _ => None,
        };
        stage.point((left + 160) as i16, top as i16 + 60);
        view.until("the pointer", |it| moved(it) == Some((80.0, 40.0)));
        // At the same place, but for one pixel: the window is another one, and so is the place in its picture.
        for (width, x, at) in [(640, 200, (40.0, 20.0)), (320, 202, (108.0, 40.0)), (640, 203, (41.0, 20.0))] {
            stage.resize(window, width, width * 3 / 4);
            stage.point((left + x) as i16, top as i16 + 60);
            let event = view.until("a position", |it| moved(it).is_some());
            let is = moved(&event).unwrap();
            assert!((is.0 - at.0).abs() < 0.7 && (is.1 - at.1).abs() < 0.7, "{width}: {is:?}, not {at:?}");
        }
    }
}

on_a_display! {
    fn resizing_is_reported_and_scales_the_last_picture(stage) {
        let mut view = View::open("resize", 200, 100);
        assert!(matches!(view.until("the client", |_| true), BackendEvent::Joined { .. }));
        let resized = view.until("its size", |it| matches!(it, BackendEvent::Resize { .. }));
        assert!(matches!(resized, BackendEvent::Resize { size, ratio: 1.0, .. }
            if (size.width, size.height) == (200.0, 100.0)), "{resized:?}");
        view.present(200, 100, 1.0, |_, _| GREEN);
        stage.resize(stage.window("resize"), 400, 200);
        view.until("the new size", |input| matches!(input, BackendEvent::Resize { size, .. }
            if (size.width, size.height) == (400.0, 200.0)));
        let (left, top) = corner(200, 100);
        view.sees(stage, "the picture at the new size", |shot| {
            shot.at(left + 399, top + 199) == GREEN && shot.at(left + 400, top + 199) == BLACK
        });
    }
}

on_a_display! {
    fn a_covered_window_wants_no_frames_and_is_repaired_when_uncovered(stage) {
        let mut view = View::open("below", 200, 150);
        view.present(200, 150, 1.0, |_, _| GREEN);
        view.sees(stage, "green", |shot| shows(shot, 200, 150, |_, _| GREEN));
        let mut above = View::open("above", 300, 250);
        above.present(300, 250, 1.0, |_, _| RED);
        above.sees(stage, "red", |shot| shows(shot, 300, 250, |_, _| RED));
        assert_eq!(view.event("hide"), EventKind::Hide);
        assert!(!view.backend.wants_frame(), "nobody sees it");
        view.present(200, 150, 1.0, pattern);
        drop(above);
        assert_eq!(view.event("show"), EventKind::Show);
        view.sees(stage, "the newest picture", |shot| {
            shows(shot, 200, 150, |x, y| pattern(x as u32, y as u32))
        });
        view.wait("demand", |view| view.backend.wants_frame().then_some(()));
    }
}

on_a_display! {
    fn a_partly_covered_picture_is_repaired(stage) {
        let mut view = View::open("still", 300, 250);
        view.present(300, 250, 1.0, pattern);
        let whole = |shot: &Shot| shows(shot, 300, 250, |x, y| pattern(x as u32, y as u32));
        view.sees(stage, "the picture", whole);
        let mut above = View::open("above", 100, 50);
        above.present(100, 50, 1.0, |_, _| RED);
        above.sees(stage, "red", |shot| shows(shot, 100, 50, |_, _| RED));
        assert!(view.backend.wants_frame(), "a part of it is seen");
        drop(above);
        view.sees(stage, "the picture again, without a new frame", whole);
    }
}

on_a_display! {
    fn a_minimised_window_wants_no_frames(stage) {
        let mut view = View::open("small", 200, 150);
        view.present(200, 150, 1.0, |_, _| GREEN);
        view.sees(stage, "green", |shot| shows(shot, 200, 150, |_, _| GREEN));
        let window = stage.window("small");
        stage.map(window, false);
        view.event("hide");
        assert!(!view.backend.wants_frame());
        let red = view.frame(200, 150, 1.0, |_, _| RED);
        view.flood(&red);
        stage.map(window, true);
        view.event("show");
        view.sees(stage, "the newest picture", |shot| shows(shot, 200, 150, |_, _| RED));
    }
}

on_a_display! {
    fn the_title_is_set_and_changed(stage) {
        let mut view = View::open("first ü", 100, 100);
        let window = stage.window("first ü");
        view.backend.apply(&BackendCommand::Title("second\0 \u{1b}漢".into())).unwrap();
        view.look("the new title", AGAIN, |_| {
            (stage.title(window) == "second 漢").then_some(())
        });
        view.backend.apply(&BackendCommand::Cursor(Cursor::None)).unwrap();
        view.backend.apply(&BackendCommand::Cursor(Cursor::EwResize)).unwrap();
        let size = LogicalSize::new(50.0, 50.0);
        assert!(view.backend.apply(&BackendCommand::LogicalSize(size)).unwrap_err().is_not_supported());
    }
}
