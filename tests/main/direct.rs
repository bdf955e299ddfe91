//! A local window in which the program shows its pictures itself.

use std::time::Instant;

use framecast::{
    BackendCommand, BackendEvent, Canvas, ClientId, DirectPicture, DirectWindow, DrawDemand,
    Drawing, NativeWindow, NullBackend, NullRemote, PhysicalSize, Step, UpdateMode,
};

/// A canvas with a local window and a remote viewer, of which the window looks.
fn open() -> (Canvas, NullRemote, NullRemote) {
    let (local, window) = NullBackend::local();
    let (remote, viewer) = NullBackend::new();
    window.join(0);
    let native = NativeWindow::X11 { window: 7 };
    window.send(BackendEvent::NativeWindow { client: ClientId(0), window: native });
    window.set_demand(true);
    let canvas =
        Canvas::builder("direct").fixed_size((4, 3)).backend(local).backend(remote).open().unwrap();
    (canvas, window, viewer)
}

/// The draw that is due now, if one is.
fn due(canvas: &Canvas) -> Option<Drawing> {
    loop {
        match canvas.next_before(Instant::now()) {
            Ok(Step::Draw(drawing)) => return Some(drawing),
            Ok(_) => {}
            Err(_) => return None,
        }
    }
}

fn take(canvas: &Canvas) -> DirectWindow {
    canvas.set_max_fps(None);
    let drawing = due(canvas).expect("the window looks");
    let window = drawing.take_window().expect("it is free");
    assert!(drawing.take_window().is_none(), "it is taken");
    assert!(!drawing.is_wanted(), "nobody needs pixels");
    assert!(drawing.present_directly(&window).is_none());
    window
}

fn shown(remote: &NullRemote) -> Vec<Option<DirectPicture>> {
    let commands = remote.commands();
    let shown = commands.iter().filter_map(|command| match command {
        BackendCommand::ShownDirectly(picture) => Some(*picture),
        _ => None,
    });
    shown.collect()
}

#[test]
fn its_frames_count_and_reach_no_backend() {
    let (canvas, remote, viewer) = open();
    let window = take(&canvas);
    assert_eq!(window.native(), NativeWindow::X11 { window: 7 });
    for _ in 0..3 {
        canvas.request_draw();
        window.set_ready(true);
        assert!(due(&canvas).unwrap().present_directly(&window).is_none());
    }
    let stats = canvas.stats();
    assert_eq!((stats.frames, remote.presented(), viewer.presented()), (4, 0, 0));
    assert_eq!(stats.backends.iter().map(|it| it.direct).collect::<Vec<_>>(), [true, false]);
    // It is told what is shown when that changes.
    let picture = DirectPicture::new(PhysicalSize::new(4, 3), 1.0);
    assert_eq!(shown(&remote), [Some(picture)]);
    assert_eq!(shown(&viewer), []);
    canvas.set_fixed_size((8, 6)).unwrap();
    assert!(due(&canvas).unwrap().present_directly(&window).is_none());
    assert_eq!(shown(&remote)[1], Some(DirectPicture::new(PhysicalSize::new(8, 6), 1.0)));
}

#[test]
fn it_wants_frames_while_it_is_visible_and_ready() {
    let (canvas, remote, _) = open();
    let window = take(&canvas);
    canvas.request_draw();
    assert!(due(&canvas).is_none(), "it is not ready");
    window.set_ready(true);
    remote.set_demand(false);
    assert!(due(&canvas).is_none(), "nobody sees it");
    remote.set_demand(true);
    assert!(due(&canvas).is_some());
}

#[test]
fn whoever_needs_pixels_gets_a_picture() {
    let (canvas, remote, viewer) = open();
    let window = take(&canvas);
    window.set_ready(true);
    assert!(due(&canvas).is_none(), "the canvas rests");
    // Somebody comes: the picture that is shown was never read.
    viewer.set_demand(true);
    let drawing = due(&canvas).expect("the viewer wants one");
    assert!(drawing.is_wanted());
    drawing.present_directly(&window).expect("the viewer needs it").present();
    assert_eq!((viewer.presented(), remote.presented()), (1, 1));
    assert_eq!(canvas.stats().frames, 2);
    viewer.set_demand(false);
    assert!(due(&canvas).is_none(), "it has the newest");
}

#[test]
fn a_picture_that_is_late_does_not_pass_for_the_newest() {
    let (canvas, _, viewer) = open();
    let window = take(&canvas);
    viewer.set_demand(true);
    let late = due(&canvas).unwrap().present_directly(&window).unwrap().detach();
    viewer.set_demand(false);
    canvas.request_draw();
    window.set_ready(true);
    assert!(due(&canvas).unwrap().present_directly(&window).is_none());
    late.present();
    assert!(due(&canvas).is_none());
    viewer.set_demand(true);
    due(&canvas).expect("the newest was never read").present();
    assert_eq!(viewer.presented(), 2);
}

#[test]
fn a_viewer_is_given_pictures_that_are_read_after_the_window_shows_newer_ones() {
    let (canvas, remote, viewer) = open();
    let window = take(&canvas);
    let (hide, hidden) = std::sync::mpsc::channel();
    window.on_hide(move || hide.send(()).unwrap());
    viewer.set_demand(true);
    let draw = || {
        canvas.request_draw();
        due(&canvas).unwrap().present_directly(&window).expect("the viewer wants it").detach()
    };
    // As a GPU that is two pictures behind its program.
    let mut late = std::collections::VecDeque::from([draw(), draw()]);
    for given in 1..=10 {
        late.push_back(draw());
        late.pop_front().unwrap().present();
        // The loop takes what was finished.
        drop(due(&canvas));
        assert_eq!((viewer.presented(), remote.presented()), (given, given));
    }
    assert!(hidden.try_recv().is_err(), "the window shows the newest");
}

#[test]
fn given_back_its_backend_shows_frames_again() {
    let (canvas, remote, _) = open();
    let window = take(&canvas);
    drop(window);
    let drawing = due(&canvas).expect("what it shows is old");
    assert!(drawing.is_wanted());
    drawing.present();
    assert_eq!(remote.presented(), 1);
    assert_eq!(shown(&remote).last(), Some(&None));
    assert!(!canvas.stats().backends[0].direct);
    canvas.request_draw();
    assert!(due(&canvas).unwrap().take_window().is_some(), "it can be taken again");
}

#[test]
fn a_frame_of_the_usual_kind_is_shown_by_the_backend() {
    let (canvas, remote, viewer) = open();
    let window = take(&canvas);
    let (hide, hidden) = std::sync::mpsc::channel();
    window.on_hide(move || hide.send(()).unwrap());
    // One that somebody else wants as well is none.
    viewer.set_demand(true);
    due(&canvas).unwrap().present_directly(&window).unwrap().present();
    assert!(hidden.try_recv().is_err());
    canvas.begin_frame().unwrap().present();
    assert!(hidden.try_recv().is_ok());
    canvas.begin_frame().unwrap().present();
    assert!(hidden.try_recv().is_err(), "once");
    canvas.begin_frame().unwrap().present_directly(&window).unwrap().present();
    assert_eq!(remote.presented(), 4);
    let picture = Some(DirectPicture::new(PhysicalSize::new(4, 3), 1.0));
    assert_eq!(shown(&remote), [picture, None, picture]);
}

#[test]
fn a_window_that_is_gone_shows_nothing() {
    let (canvas, remote, _) = open();
    let window = take(&canvas);
    canvas.set_draw_demand(DrawDemand::Always);
    canvas.set_update_mode(UpdateMode::Continuous);
    remote.send(BackendEvent::Lost(framecast::Error::failed("gone")));
    let drawing = due(&canvas).unwrap();
    assert!(drawing.take_window().is_none());
    drawing.present_directly(&window).expect("it is not shown").postpone();
    drop(window);
    due(&canvas).unwrap().present();
}
