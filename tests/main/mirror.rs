use std::collections::BTreeSet;
use std::sync::mpsc;
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use framecast::{
    Backend, BackendCommand, Canvas, CanvasBuilder, ControlPolicy, ControlRequest, Error, Event,
    EventKind, Frame, Key, Mirror, MirrorEvents, Modifiers, NoStep, NullBackend, NullRemote,
    OwnWindow, PhysicalSize, PixelFormat, Result,
};

use crate::{PATIENCE, key_down};

fn builder(backend: NullBackend) -> CanvasBuilder {
    Canvas::builder("mirror").backend(backend).max_fps(None)
}

fn open() -> (Mirror, NullRemote) {
    let (backend, remote) = NullBackend::new();
    let mirror = Mirror::open(move || builder(backend).fixed_size((2, 2))).unwrap();
    (mirror, remote)
}

/// Returns when the canvas' thread has seen all that was done so far: its first task comes before the
/// turn that sees it, the third one after it: tasks also run before a picture is shown.
fn settle(mirror: &Mirror) {
    for _ in 0..3 {
        mirror.with(|_| ()).expect("it is open");
    }
}

fn show(mirror: &Mirror, shade: u8) {
    mirror.present(&[shade; 16], (2, 2), 8, PixelFormat::Rgba8).unwrap();
}

fn shades(remote: &NullRemote) -> Vec<u8> {
    remote.frames().iter().map(|frame| frame.bytes()[0]).collect()
}

fn names(events: impl IntoIterator<Item = Event>) -> Vec<&'static str> {
    events.into_iter().map(|event| event.kind.name()).collect()
}

/// The events that are there, without those of changes of control.
fn now(events: &MirrorEvents) -> Vec<Event> {
    let there = std::iter::from_fn(|| events.poll());
    there.filter(|it| !matches!(it.kind, EventKind::ControlChanged { .. })).collect()
}

#[test]
fn mirrors_and_their_events_go_to_other_threads() {
    fn is_send_and_sync<T: Send + Sync>() {}
    is_send_and_sync::<Mirror>();
    is_send_and_sync::<MirrorEvents>();
    is_send_and_sync::<OwnWindow>();
}

#[test]
fn who_looks_gets_the_newest_picture_and_nobody_gets_none() {
    let (mirror, remote) = open();
    remote.keep_frames(10);
    (1..=5).for_each(|shade| show(&mirror, shade));
    settle(&mirror);
    assert_eq!(remote.presented(), 0, "nobody looks");
    remote.set_demand(true);
    settle(&mirror);
    assert_eq!(shades(&remote), [5]);
    for shade in 6..9 {
        show(&mirror, shade);
        settle(&mirror);
    }
    assert_eq!(shades(&remote), [5, 6, 7, 8]);
}

#[test]
fn a_picture_is_wanted_while_somebody_looks_and_none_waits() {
    let (mirror, remote) = open();
    settle(&mirror);
    assert!(!mirror.wanted());
    remote.set_demand(true);
    assert!(mirror.wait_until_wanted());
    remote.set_demand(false);
    settle(&mirror);
    assert!(!mirror.wanted());
    show(&mirror, 1);
    remote.set_demand(true);
    settle(&mirror);
    assert!(mirror.wanted(), "the one that waited was shown");
    let mut future = Box::pin(mirror.wait_until_wanted_async());
    let mut context = Context::from_waker(Waker::noop());
    assert_eq!(future.as_mut().poll(&mut context), Poll::Ready(true));
    drop(future);
    mirror.close();
    settle_closed(&mirror);
    assert!(!mirror.wanted() && !mirror.wait_until_wanted());
}

/// Returns when the canvas is closed.
fn settle_closed(mirror: &Mirror) {
    while mirror.with(|_| ()).is_some() {}
    assert_eq!(
        mirror.events().next_before(Instant::now() + PATIENCE).map(|it| it.kind),
        Ok(EventKind::Close)
    );
}

#[test]
fn a_picture_that_does_not_fit_its_pixels_is_refused() {
    let (mirror, remote) = open();
    remote.set_demand(true);
    let full = [9; 16];
    for (pixels, size, stride) in [
        (&full[..15], (2, 2), 8),
        (&full[..], (2, 2), 7),
        (&full[..], (0, 2), 8),
        (&full[..], (70_000, 1), 280_000),
        (&full[..], (2, 2), usize::MAX),
    ] {
        let error = mirror.present(pixels, size, stride, PixelFormat::Rgba8).unwrap_err();
        assert_eq!(error.kind(), framecast::ErrorKind::InvalidInput, "{error}");
    }
    settle(&mirror);
    assert_eq!(remote.presented(), 0);
    show(&mirror, 9);
    settle(&mirror);
    assert_eq!(remote.presented(), 1);
}

#[test]
fn rows_are_taken_apart_and_a_buffer_is_drawn_into() {
    let (mirror, remote) = open();
    remote.set_demand(true);
    // Two rows of one BGRA pixel, padded.
    let mut pixels = [0; 12];
    pixels[..4].copy_from_slice(&[3, 2, 1, 255]);
    pixels[8..].copy_from_slice(&[6, 5, 4, 255]);
    mirror.present(&pixels, (1, 2), 8, PixelFormat::Bgra8).unwrap();
    settle(&mirror);
    let frame = remote.last_frame().unwrap();
    assert_eq!(frame.bytes(), [1, 2, 3, 255, 4, 5, 6, 255]);
    let mut buffer = mirror.begin_frame((1, 1)).unwrap();
    buffer.fill([7, 8, 9, 255]);
    // What it promises of the picture before it is not used: that one may not have been shown.
    buffer.trust_damage();
    mirror.present_buffer(buffer);
    settle(&mirror);
    let frame = remote.last_frame().unwrap();
    assert_eq!(frame.bytes(), [7, 8, 9, 255]);
    assert!(!frame.is_damage_complete());
}

#[test]
fn the_canvas_follows_its_presenter_and_other_pictures_are_scaled() {
    let (backend, remote) = NullBackend::new();
    let mirror = Mirror::open(move || builder(backend).size((4.0, 2.0))).unwrap();
    let events = mirror.events();
    remote.set_demand(true);
    remote.join(1);
    remote.resize(1, 400.0, 300.0, 2.0);
    settle(&mirror);
    assert_eq!(mirror.size().physical(), PhysicalSize::new(800, 600));
    assert_eq!(names(now(&events)), ["resize"]);
    for (size, ratio) in [((800, 600), 2.0), ((200, 150), 0.5)] {
        mirror.present_buffer(mirror.begin_frame(size).unwrap());
        settle(&mirror);
        let frame = remote.last_frame().unwrap();
        assert_eq!((frame.size(), frame.ratio()), (size.into(), ratio));
    }
}

#[test]
fn events_come_blocking_polled_and_with_a_deadline() {
    let (mirror, remote) = open();
    remote.join(1);
    remote.event(1, key_down("a"));
    settle(&mirror);
    let mut events = mirror.events();
    assert_eq!(names(now(&events)), ["key_down"], "what came before the first reader waited");
    assert!(events.poll().is_none());
    assert_eq!(events.next_before(Instant::now()), Err(NoStep::Deadline));
    remote.event(1, key_down("b"));
    assert_eq!(names(events.next_before(Instant::now() + PATIENCE)), ["key_down"]);
    let reader = std::thread::spawn(move || names(events.by_ref()));
    remote.event(1, EventKind::FocusIn);
    settle(&mirror);
    mirror.finish().unwrap();
    // What is held is released before the end.
    assert_eq!(reader.join().unwrap(), ["focus_in", "key_up", "key_up", "focus_out", "close"]);
}

#[test]
fn after_the_last_event_readers_are_told() {
    let (mirror, _remote) = open();
    let mut events = mirror.events();
    mirror.close();
    assert_eq!(events.next().map(|it| it.kind), Some(EventKind::Close));
    assert_eq!(events.next(), None);
    assert_eq!(events.next_before(Instant::now() + PATIENCE), Err(NoStep::Closed));
    assert!(events.poll().is_none());
    mirror.finish().unwrap();
}

/// Events that are neither merged nor held.
fn text(n: usize) -> EventKind {
    EventKind::Paste { data: n.to_string() }
}

#[test]
fn a_cancelled_wait_loses_no_event() {
    const EVENTS: usize = 500;
    let (mirror, remote) = open();
    remote.join(1);
    settle(&mirror);
    let events = mirror.events();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    let typist = std::thread::spawn(move || {
        for n in 0..EVENTS {
            remote.event(1, text(n));
        }
        remote
    });
    let texts = runtime.block_on(async {
        let mut texts = Vec::new();
        while texts.len() < EVENTS {
            // Dropped at once when the other branch is ready first, which it is most of the time.
            tokio::select! {
                event = events.next_async() => match event.expect("it is open").kind {
                    EventKind::Paste { data } => texts.push(data),
                    EventKind::ControlChanged { .. } => {}
                    other => panic!("{other:?}"),
                },
                () = tokio::task::yield_now() => {}
            }
        }
        texts
    });
    assert_eq!(texts, (0..EVENTS).map(|n| n.to_string()).collect::<Vec<_>>());
    typist.join().unwrap();
}

#[test]
fn every_task_that_waits_gets_events_of_its_own_and_the_end() {
    const EVENTS: usize = 300;
    let (mirror, remote) = open();
    remote.join(1);
    settle(&mirror);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    let readers: Vec<_> = (0..3)
        .map(|_| {
            let events = mirror.events();
            runtime.spawn(async move {
                let mut texts = Vec::new();
                while let Some(event) = events.next_async().await {
                    if let EventKind::Paste { data } = event.kind {
                        texts.push(data);
                    }
                }
                texts
            })
        })
        .collect();
    for n in 0..EVENTS {
        remote.event(1, text(n));
    }
    settle(&mirror);
    mirror.finish().unwrap();
    let mut all = BTreeSet::new();
    let mut count = 0;
    for reader in readers {
        let texts = runtime.block_on(reader).unwrap();
        count += texts.len();
        all.extend(texts);
    }
    assert_eq!((count, all.len()), (EVENTS, EVENTS), "each event once");
}

#[test]
fn pictures_go_on_though_nobody_reads_events() {
    let (mirror, remote) = open();
    let events = mirror.events();
    remote.set_demand(true);
    remote.join(1);
    for n in 0..5_000 {
        remote.event(1, text(n));
        if n % 100 == 0 {
            settle(&mirror);
        }
    }
    show(&mirror, 7);
    settle(&mirror);
    assert_eq!(shades(&remote), [7]);
    let mut texts = 0;
    while texts < 5_000 {
        let event = events.next_before(Instant::now() + PATIENCE).expect("all of them come");
        texts += usize::from(matches!(event.kind, EventKind::Paste { .. }));
    }
}

#[test]
fn a_mirror_that_is_dropped_closes_its_backends_first() {
    let (mirror, remote) = open();
    let handle = mirror.handle();
    drop(mirror);
    assert!(remote.is_closed() && handle.is_closed());
}

#[test]
fn a_task_on_the_canvas_thread_may_drop_the_mirror() {
    let (mirror, remote) = open();
    let handle = mirror.handle();
    let events = mirror.events();
    handle.post(move |_| drop(mirror));
    assert_eq!(names(events), ["close"]);
    assert!(remote.is_closed());
}

#[test]
fn a_mirror_that_cannot_open_says_why() {
    let open = || Canvas::builder("nothing").size((f64::NAN, 1.0)).no_backends();
    let error = Mirror::open(open).unwrap_err();
    assert_eq!(error.kind(), framecast::ErrorKind::InvalidInput, "{error}");
}

#[test]
#[should_panic(expected = "no builder today")]
fn a_builder_that_panics_panics_here() {
    let _ = Mirror::open(|| panic!("no builder today"));
}

/// Cannot present.
struct Broken;

impl Backend for Broken {
    fn name(&self) -> &str {
        "broken"
    }

    fn open(&mut self, _: framecast::Context) -> Result<()> {
        Ok(())
    }

    fn wants_frame(&self) -> bool {
        true
    }

    fn present(&mut self, _: &Frame) -> Result<()> {
        Err(Error::failed("the display is gone"))
    }

    fn close(&mut self) {}
}

#[test]
fn losing_the_last_backend_ends_it_with_an_error() {
    let mirror = Mirror::open(|| Canvas::builder("").backend(Broken).fixed_size((2, 2))).unwrap();
    let events = mirror.events();
    show(&mirror, 1);
    assert_eq!(names(events), ["close"]);
    assert!(mirror.is_closed());
    // Pictures for nobody are no error.
    show(&mirror, 2);
    assert!(mirror.with(|_| ()).is_none());
    let error = mirror.finish().unwrap_err();
    assert!(error.to_string().contains("the display is gone"), "{error}");
}

/// A window of a program, a remote viewer, and what the window is told.
fn own_window() -> (Mirror, OwnWindow, NullRemote, mpsc::Receiver<BackendCommand>) {
    let (sender, commands) = mpsc::channel();
    let (window, own) = OwnWindow::new("my window", move |command| match command {
        BackendCommand::Cursor(_) => Err(Error::not_supported(command.describe())),
        command => sender.send(command.clone()).map_err(|_| Error::failed("nobody listens")),
    });
    let (backend, remote) = NullBackend::new();
    let open = move || builder(backend).backend(own).control(ControlPolicy::Request);
    let mirror = Mirror::open(open).unwrap();
    (mirror, window, remote, commands)
}

#[test]
fn a_window_of_the_program_drives_and_hands_over_control() {
    let (mirror, window, remote, commands) = own_window();
    let events = mirror.events();
    window.resize((320.0, 200.0), 2.0).unwrap();
    settle(&mirror);
    remote.join(1);
    settle(&mirror);
    assert_eq!(mirror.size().physical(), PhysicalSize::new(640, 400));
    let audience = mirror.with(|canvas| canvas.audience()).unwrap();
    let labels: Vec<_> = audience.iter().map(|it| (&*it.label, it.presenter)).collect();
    assert_eq!(labels, [("my window", true), ("script 1", false)]);
    assert_eq!(names(now(&events)), ["resize"]);

    // What the window does is the canvas' input, what others do is not.
    window.event(key_down("w")).unwrap();
    remote.event(1, key_down("r"));
    settle(&mirror);
    assert_eq!(names(now(&events)), ["key_down"]);

    // Somebody asks; the window's caption says so, and grants it.
    let told = |wanted: &str| {
        settle(&mirror);
        let titles = commands.try_iter().filter_map(|command| match command {
            BackendCommand::Title(title) => Some(title),
            _ => None,
        });
        let titles: Vec<_> = titles.collect();
        assert!(titles.last().is_some_and(|last| last.contains(wanted)), "{titles:?}");
    };
    told("mirror");
    remote.control(1, ControlRequest::Ask);
    told("script 1 asks for control");
    let both = Modifiers::default().with_control().with_alt();
    let grant = Key::new("g").with_code("KeyG").with_modifiers(both);
    window.event(EventKind::KeyDown(grant)).unwrap();
    told("script 1 is in control");
    assert_eq!(names(now(&events)), ["key_up"], "what the window held is released");
    window.event(key_down("x")).unwrap();
    settle(&mirror);
    assert!(now(&events).is_empty());
    window.control(ControlRequest::TakeBack);
    told("mirror");
    window.event(key_down("y")).unwrap();
    settle(&mirror);
    assert_eq!(names(now(&events)), ["key_down"]);

    assert!(window.event(EventKind::Close).is_err(), "only the engine makes it");
    drop(window);
    settle(&mirror);
    assert_eq!(mirror.with(|canvas| canvas.audience().len()), Some(1));
}

#[test]
fn closing_the_programs_window_closes_the_canvas() {
    let (mirror, window, remote, _commands) = own_window();
    window.close();
    assert_eq!(names(mirror.events()).last(), Some(&"close"));
    assert!(remote.is_closed());
    // It may outlive the canvas.
    window.resize((1.0, 1.0), 1.0).unwrap();
    window.event(key_down("a")).unwrap();
    mirror.finish().unwrap();
}

#[test]
fn the_last_picture_is_shown_before_the_end() {
    for _ in 0..50 {
        let (mirror, remote) = open();
        remote.set_demand(true);
        show(&mirror, 1);
        mirror.finish().unwrap();
        assert_eq!(shades(&remote), [1]);
    }
}

#[test]
fn a_size_that_is_fixed_before_a_picture_applies_to_it() {
    let (mirror, remote) = open();
    remote.set_demand(true);
    for side in 3..300_u32 {
        mirror.set_title(side.to_string());
        mirror.set_fixed_size((side, side)).unwrap();
        mirror.present_buffer(mirror.begin_frame((side, side)).unwrap());
        settle(&mirror);
        let frame = remote.last_frame().unwrap();
        assert_eq!((frame.width(), frame.ratio()), (side, 1.0));
    }
}

#[test]
fn steps_that_a_task_takes_keep_no_picture_back() {
    let (mirror, remote) = open();
    let events = mirror.events();
    remote.set_demand(true);
    mirror.with(|canvas| {
        let _ = canvas.poll();
    });
    show(&mirror, 5);
    settle(&mirror);
    assert_eq!(shades(&remote), [5]);
    let others = now(&events);
    assert!(others.is_empty(), "{others:?}");
}

#[test]
fn a_reader_for_each_event_loses_none() {
    let (mirror, remote) = open();
    remote.join(1);
    (0..5).for_each(|n| remote.event(1, text(n)));
    settle(&mirror);
    let mut texts = Vec::new();
    while let Some(event) = mirror.events().poll() {
        if let EventKind::Paste { data } = event.kind {
            texts.push(data);
        }
    }
    assert_eq!(texts, ["0", "1", "2", "3", "4"]);
}

#[test]
fn who_reads_the_last_event_finds_the_canvas_closed() {
    for _ in 0..50 {
        let (mirror, _remote) = open();
        let events = mirror.events();
        mirror.close();
        assert_eq!((&events).last().map(|it| it.kind), Some(EventKind::Close));
        assert!(mirror.is_closed());
    }
}

#[test]
fn a_task_may_finish_the_mirror_but_not_wait_for_itself() {
    let (mirror, remote) = open();
    let handle = mirror.handle();
    let (sender, finished) = mpsc::channel();
    handle.post(move |_| sender.send(mirror.finish()).unwrap());
    finished.recv_timeout(PATIENCE).expect("it does not wait").unwrap();
    drop(handle);
    assert!(remote.last_frame().is_none());

    let (mirror, _remote) = open();
    let events = mirror.events();
    let mirror = std::sync::Arc::new(mirror);
    let same = std::sync::Arc::clone(&mirror);
    mirror.post(move |_| {
        same.with(|_| ());
    });
    // It panics instead, and whoever waits for an event is told of the end.
    assert_eq!(events.next_before(Instant::now() + PATIENCE), Err(NoStep::Closed));
    assert!(mirror.with(|_| ()).is_none());
}

#[test]
fn a_window_that_floods_its_queue_can_still_close_and_leave() {
    for close in [true, false] {
        let (mirror, window, remote, _commands) = own_window();
        settle(&mirror);
        // The canvas' thread is busy meanwhile.
        let (go, wait) = mpsc::channel::<()>();
        mirror.post(move |_| {
            let _ = wait.recv_timeout(PATIENCE);
        });
        (0..5_000).for_each(|n| window.event(text(n)).unwrap());
        if close {
            window.close();
        } else {
            drop(window);
        }
        drop(go);
        if close {
            assert_eq!(names(mirror.events()).last(), Some(&"close"));
            assert!(remote.is_closed());
        } else {
            settle(&mirror);
            assert_eq!(mirror.with(|canvas| canvas.audience().len()), Some(0));
        }
    }
}

#[test]
fn a_size_that_cannot_be_undoes_no_other() {
    let (mirror, window, _remote, _commands) = own_window();
    window.resize((320.0, 200.0), 2.0).unwrap();
    for (width, ratio) in [(f64::NAN, 1.0), (0.0, 1.0), (320.0, f64::INFINITY), (-1.0, 1.0)] {
        let error = window.resize((width, 200.0), ratio).unwrap_err();
        assert_eq!(error.kind(), framecast::ErrorKind::InvalidInput, "{error}");
    }
    settle(&mirror);
    assert_eq!(mirror.size().physical(), PhysicalSize::new(640, 400));
}

#[test]
fn a_window_without_a_caption_is_a_view_all_the_same() {
    let (window, own) = OwnWindow::new("bare", |_| Err(Error::failed("no caption today")));
    let mirror = Mirror::open(move || Canvas::builder("").backend(own)).unwrap();
    let events = mirror.events();
    window.event(EventKind::FocusIn).unwrap();
    settle(&mirror);
    assert_eq!(names(now(&events)), ["focus_in"]);
}
