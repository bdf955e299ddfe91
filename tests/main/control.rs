use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use framecast::{
    Backend, BackendCommand, BackendEvent, Button, Canvas, ClientId, Context, ControlRequest,
    EventKind, Frame, LogicalSize, NullBackend, NullRemote, PhysicalSize, Pointer, Result, Role,
    Source, Step,
};

use crate::{drain, key, key_down};

fn window_and_web() -> (Canvas, NullRemote, NullRemote) {
    let (window, window_remote) = NullBackend::local();
    let (web, web_remote) = NullBackend::new();
    let canvas = Canvas::builder("test").backend(window).backend(web).open().unwrap();
    (canvas, window_remote, web_remote)
}

/// What a backend was last told about control: its presenter, and whether anybody is.
fn told(remote: &NullRemote) -> Option<(Option<u64>, bool)> {
    remote.commands().iter().rev().find_map(|setting| match setting {
        BackendCommand::Control(control) => {
            let presenter = control.presenter();
            Some((presenter.and_then(|it| it.client).map(|it| it.0), presenter.is_some()))
        }
        _ => None,
    })
}

fn press(button: Button) -> EventKind {
    EventKind::PointerDown(Pointer::at(0.0, 0.0).with_button(button).with_buttons(button))
}

#[test]
fn the_window_drives_and_browsers_observe() {
    let (canvas, window, web) = window_and_web();
    web.join(1);
    window.join(0);
    drain(&canvas);
    assert_eq!(told(&window), Some((Some(0), true)));
    assert_eq!(told(&web), Some((None, true)));
    web.event(1, key_down("w"));
    web.resize(1, 100.0, 100.0, 1.0);
    assert!(drain(&canvas).is_empty(), "an observer changes nothing");
    window.event(0, key_down("a"));
    assert_eq!(drain(&canvas), ["key_down"]);
    assert_eq!(canvas.stats().ignored, 1);
}

#[test]
fn without_a_window_the_first_browser_drives_and_the_second_takes_over() {
    let (canvas, _window, web) = window_and_web();
    web.join(1);
    web.join(2);
    web.event(1, key_down("a"));
    web.event(2, key_down("b"));
    assert_eq!(drain(&canvas), ["key_down"]);
    web.leave(1);
    web.event(2, key_down("b"));
    assert_eq!(drain(&canvas), ["key_up", "key_down"], "a is released first");
    assert_eq!(told(&web), Some((Some(2), true)));
    assert_eq!(canvas.presenter().map(|source| source.client), Some(ClientId(2)));
    assert_eq!(canvas.label(canvas.presenter().unwrap()).as_deref(), Some("script 2"));
}

/// What the application is told of control and of whether the presenter can see it.
fn visibility(canvas: &Canvas) -> Vec<String> {
    let mut told = Vec::new();
    while let Some(step) = canvas.poll() {
        if let Step::Event(event) = step {
            let who = event.source.map(|source| source.client.0.to_string());
            told.push(format!("{} {}", event.kind.name(), who.unwrap_or_default()));
        }
    }
    told
}

#[test]
fn what_a_view_said_of_itself_before_it_presented_is_told_when_it_presents() {
    let (canvas, _window, web) = window_and_web();
    web.join(1);
    web.event(1, EventKind::Hide);
    web.join(2);
    web.event(2, EventKind::Show);
    web.join(3);
    assert_eq!(visibility(&canvas), ["control_changed 1", "hide 1"]);
    web.leave(1);
    assert_eq!(visibility(&canvas), ["control_changed 2", "show 2"]);
    web.leave(2);
    assert_eq!(visibility(&canvas), ["control_changed 3"], "it is known");
    web.join(4);
    web.event(4, EventKind::Hide);
    web.leave(3);
    assert_eq!(visibility(&canvas), ["control_changed "], "nobody sees anything");
    web.event(4, EventKind::Show);
    assert_eq!(visibility(&canvas), ["control_changed 4", "show 4"]);
    web.event(4, EventKind::Hide);
    web.join(5);
    web.leave(4);
    assert_eq!(visibility(&canvas), ["hide 4", "control_changed 5", "show 5"], "it said nothing");
}

#[test]
fn the_first_show_is_told_once_though_its_sender_does_not_present_yet() {
    let (canvas, _window, web) = window_and_web();
    canvas.set_control(framecast::ControlPolicy::None);
    web.join(1);
    web.event(1, EventKind::Show);
    assert!(visibility(&canvas).is_empty());
    canvas.set_control(framecast::ControlPolicy::First);
    assert_eq!(visibility(&canvas), ["control_changed 1", "show 1"]);
    canvas.set_control(framecast::ControlPolicy::None);
    web.event(1, EventKind::Hide);
    assert_eq!(visibility(&canvas), ["control_changed "], "it does not present");
    canvas.set_control(framecast::ControlPolicy::First);
    assert!(visibility(&canvas).is_empty(), "nobody sees anything");
    web.event(1, EventKind::Show);
    assert_eq!(visibility(&canvas), ["control_changed 1", "show 1"], "once");
}

#[test]
fn keys_are_released_when_the_keyboard_goes_elsewhere() {
    let (canvas, window, _web) = window_and_web();
    window.join(0);
    window.event(0, EventKind::FocusIn);
    window.event(0, key_down("a"));
    window.event(0, EventKind::FocusOut);
    window.event(0, key_down("a"));
    assert_eq!(drain(&canvas), ["focus_in", "key_down", "key_up", "focus_out", "key_down"]);
}

fn repeat(name: &str) -> EventKind {
    EventKind::KeyDown(key(name).with_repeat())
}

/// The key events that the application gets, `*` for a repeat.
fn keys(canvas: &Canvas) -> Vec<String> {
    let mut keys = Vec::new();
    while let Some(step) = canvas.poll() {
        let Step::Event(event) = step else { continue };
        match event.kind {
            EventKind::KeyDown(key) if key.repeat => keys.push(format!("*{}", key.key)),
            EventKind::KeyDown(key) => keys.push(format!("+{}", key.key)),
            EventKind::KeyUp(key) => {
                assert!(!key.repeat, "a release repeats");
                keys.push(format!("-{}", key.key));
            }
            _ => {}
        }
    }
    keys
}

#[test]
fn a_held_key_repeats_until_it_is_released_or_the_keyboard_goes_elsewhere() {
    let (canvas, window, _web) = window_and_web();
    window.join(0);
    window.event(0, EventKind::FocusIn);
    window.event(0, key_down("Backspace"));
    (0..3).for_each(|_| window.event(0, repeat("Backspace")));
    window.event(0, EventKind::KeyUp(key("Backspace").with_repeat()));
    window.event(0, repeat("Backspace"));
    let held = ["+Backspace", "*Backspace", "*Backspace", "*Backspace", "-Backspace"];
    assert_eq!(keys(&canvas), held);
    window.event(0, key_down("a"));
    window.event(0, EventKind::FocusOut);
    window.event(0, EventKind::FocusIn);
    window.event(0, repeat("a"));
    assert_eq!(keys(&canvas), ["+a", "-a"], "it was let go with the focus");
}

#[test]
fn a_key_held_across_a_change_of_control_acts_for_nobody() {
    let (canvas, _window, web) = window_and_web();
    web.join(1);
    web.join(2);
    drain(&canvas);
    let choose = |client| {
        let source = Source::new(1, ClientId(client));
        assert!(canvas.give_control(Some(source)));
    };
    choose(1);
    web.event(1, key_down("ArrowLeft"));
    web.event(1, repeat("ArrowLeft"));
    assert_eq!(keys(&canvas), ["+ArrowLeft", "*ArrowLeft"]);
    choose(2);
    web.event(1, repeat("ArrowLeft"));
    web.event(2, repeat("ArrowLeft"));
    assert_eq!(keys(&canvas), ["-ArrowLeft"]);
    // Back again, it is still the press of before.
    choose(1);
    web.event(1, repeat("ArrowLeft"));
    web.event(1, EventKind::KeyUp(key("ArrowLeft")));
    assert!(keys(&canvas).is_empty());
    web.event(1, key_down("ArrowLeft"));
    web.event(1, repeat("ArrowLeft"));
    assert_eq!(keys(&canvas), ["+ArrowLeft", "*ArrowLeft"]);
}

#[test]
fn the_hosts_shortcut_held_down_grants_control_once() {
    let (canvas, window, web) = window_and_web();
    canvas.set_control(framecast::ControlPolicy::Request);
    window.join(0);
    web.join(1);
    web.control(1, ControlRequest::Ask);
    drain(&canvas);
    let mut shortcut = key("g").with_code("KeyG");
    (shortcut.modifiers.control, shortcut.modifiers.alt) = (true, true);
    window.event(0, EventKind::KeyDown(shortcut.clone()));
    shortcut.repeat = true;
    for _ in 0..2 {
        window.event(0, EventKind::KeyDown(shortcut.clone()));
        assert!(keys(&canvas).is_empty());
        assert_eq!(canvas.presenter().map(|source| source.client), Some(ClientId(1)));
    }
}

#[test]
fn what_a_lost_presenter_held_is_released() {
    let (canvas, window, web) = window_and_web();
    window.join(0);
    web.join(1);
    window.event(0, EventKind::FocusIn);
    window.event(0, key_down("Shift"));
    window.event(0, press(Button::Left));
    drain(&canvas);
    window.send(BackendEvent::Lost(framecast::Error::failed("the display died")));
    assert_eq!(drain(&canvas), ["key_up", "pointer_up", "pointer_leave", "focus_out"]);
    assert!(window.is_closed() && !canvas.is_closed());
    assert_eq!(told(&web), Some((Some(1), true)));
}

#[test]
fn the_canvas_takes_the_size_of_the_presenters_view() {
    let (canvas, window, web) = window_and_web();
    web.join(1);
    web.resize(1, 300.0, 200.0, 2.0);
    assert_eq!(drain(&canvas), ["resize"]);
    assert_eq!(canvas.size().physical(), PhysicalSize::new(600, 400));
    window.join(0);
    window.resize(0, 500.0, 400.0, 1.0);
    assert_eq!(drain(&canvas), ["resize"]);
    assert_eq!(canvas.size().physical(), PhysicalSize::new(500, 400));
    window.leave(0);
    assert_eq!(drain(&canvas), ["resize"], "back to the browser's");
    assert_eq!(canvas.size().physical(), PhysicalSize::new(600, 400));
    web.leave(1);
    drain(&canvas);
    assert_eq!(canvas.size().physical(), PhysicalSize::new(600, 400), "it stays");
    assert_eq!(told(&web), Some((None, false)));
}

#[test]
fn absurd_sizes_from_a_view_are_refused_or_cut() {
    let (canvas, _window, web) = window_and_web();
    web.join(1);
    let before = canvas.size();
    for bad in [0.0, -5.0, f64::NAN, f64::INFINITY] {
        web.resize(1, bad, 100.0, 1.0);
        web.resize(1, 100.0, bad, 1.0);
        web.resize(1, 100.0, 100.0, bad);
    }
    assert!(drain(&canvas).is_empty());
    assert_eq!(canvas.size(), before);
    assert_eq!(canvas.stats().rejected, 12);
    let limits = framecast::SizeLimits::DEFAULT;
    for (width, height, ratio) in
        [(1e9, 1e9, 1.0), (1e308, 1e308, 1e308), (1e9, 1.0, 8.0), (1.0, 1e9, 1.0)]
    {
        web.resize(1, width, height, ratio);
        drain(&canvas);
        let size = canvas.size().physical();
        assert!(size.area() > 0 && size.area() <= limits.max_area, "{size}");
        assert!(size.width.max(size.height) <= limits.max_side, "{size}");
    }
}

#[test]
fn a_fixed_canvas_keeps_its_size() {
    let (backend, remote) = NullBackend::new();
    let canvas = Canvas::builder("fixed").fixed_size((320, 200)).backend(backend).open().unwrap();
    remote.join(1);
    remote.resize(1, 800.0, 600.0, 2.0);
    assert!(drain(&canvas).is_empty());
    assert_eq!(canvas.size().physical(), PhysicalSize::new(320, 200));
}

#[test]
fn a_program_can_ask_for_a_size() {
    let (canvas, window, _web) = window_and_web();
    canvas.set_size((200.0, 100.0)).unwrap();
    assert_eq!(canvas.size().logical(), LogicalSize::new(200.0, 100.0));
    window.join(0);
    drain(&canvas);
    canvas.set_size((300.0, 100.0)).unwrap();
    let asked = BackendCommand::LogicalSize(LogicalSize::new(300.0, 100.0));
    assert!(window.commands().contains(&asked));
    assert!(canvas.set_size((f64::NAN, 1.0)).is_err());
}

#[test]
fn only_a_local_views_close_button_ends_the_application() {
    let (canvas, window, web) = window_and_web();
    web.join(1);
    window.join(0);
    web.send(BackendEvent::CloseRequested { client: ClientId(1) });
    assert!(drain(&canvas).is_empty() && !canvas.is_closed());
    window.send(BackendEvent::CloseRequested { client: ClientId(0) });
    assert_eq!(drain(&canvas), ["close"]);
    assert!(window.is_closed() && web.is_closed());
}

#[test]
fn titles_and_cursors_reach_every_backend_once() {
    let (canvas, window, web) = window_and_web();
    canvas.set_title("new");
    canvas.set_title("new");
    canvas.set_cursor(framecast::Cursor::Grab);
    let expected =
        [BackendCommand::Title("new".into()), BackendCommand::Cursor(framecast::Cursor::Grab)];
    assert_eq!(window.commands(), expected);
    assert_eq!(web.commands(), expected);
}

#[test]
fn a_presenter_that_leaves_mid_drag_lets_go_before_the_next_one_acts() {
    let (canvas, _window, web) = window_and_web();
    web.join(1);
    web.join(2);
    web.event(1, press(Button::Right));
    web.leave(1);
    web.event(2, press(Button::Left));
    let mut buttons = Vec::new();
    while let Some(step) = canvas.poll() {
        if let Step::Event(event) = step {
            let client = event.source.map(|source| source.client.0);
            match event.kind {
                EventKind::PointerDown(p) => buttons.push(("down", p.button, client)),
                EventKind::PointerUp(p) => buttons.push(("up", p.button, client)),
                _ => {}
            }
        }
    }
    assert_eq!(
        buttons,
        [
            ("down", Button::Right, Some(1)),
            ("up", Button::Right, Some(1)),
            ("down", Button::Left, Some(2)),
        ]
    );
}

/// Presses and lets go of a key ten times whenever it is asked.
struct Typist {
    handed: Arc<AtomicUsize>,
}

impl Backend for Typist {
    fn name(&self) -> &str {
        "typist"
    }

    fn open(&mut self, _: Context) -> Result<()> {
        Ok(())
    }

    fn poll(&mut self, sink: &mut dyn FnMut(BackendEvent)) {
        let client = ClientId(1);
        if self.handed.load(Ordering::Relaxed) == 0 {
            sink(BackendEvent::Joined { client, label: "typist".into(), role: Role::Drive });
        }
        for _ in 0..10 {
            for kind in [EventKind::KeyDown(key("a")), EventKind::KeyUp(key("a"))] {
                sink(BackendEvent::Event { client, timestamp: 0.0, kind });
                self.handed.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    fn wants_frame(&self) -> bool {
        false
    }

    fn present(&mut self, _: &Frame) -> Result<()> {
        Ok(())
    }

    fn close(&mut self) {}
}

#[test]
fn whoever_types_more_quickly_than_the_application_reads_fills_no_memory() {
    let handed = Arc::new(AtomicUsize::new(0));
    let typist = Typist { handed: Arc::clone(&handed) };
    let canvas = Canvas::builder("test").backend(typist).open().unwrap();
    let mut taken = 0;
    let mut last = None;
    while taken < 5000 {
        let Some(Step::Event(event)) = canvas.poll() else { panic!("there is always more") };
        if matches!(event.kind, EventKind::KeyDown(_) | EventKind::KeyUp(_)) {
            assert_ne!(last.as_deref(), Some(event.kind.name()), "one is lost");
            last = Some(event.kind.name().to_owned());
            taken += 1;
        }
    }
    let waiting = handed.load(Ordering::Relaxed) - taken;
    assert!(waiting < 1100, "{waiting} wait");
}

#[test]
fn nothing_follows_the_end_not_even_what_was_typed_before_it() {
    let (canvas, _window, web) = window_and_web();
    web.join(1);
    web.event(1, key_down("a"));
    drain(&canvas);
    canvas.close();
    web.event(1, key_down("b"));
    assert_eq!(drain(&canvas), ["key_up", "close"]);
}

/// What a backend was told about its clients' going and coming back.
fn sent_away(remote: &NullRemote) -> Vec<BackendCommand> {
    let settings = remote.commands().into_iter();
    settings
        .filter(|it| matches!(it, BackendCommand::Disconnect(_) | BackendCommand::LetIn(_)))
        .collect()
}

#[test]
fn the_application_sends_somebody_away_and_lets_them_in_again() {
    let (canvas, window, web) = window_and_web();
    window.join(0);
    web.join(1);
    drain(&canvas);
    let viewer = canvas.audience().pop().unwrap();
    assert!(!canvas.let_in(viewer.source), "it is here");
    canvas.disconnect(viewer.source);
    drain(&canvas);
    assert!(canvas.sent_away().is_empty(), "its backend has not said that it left");
    web.leave(1);
    drain(&canvas);
    assert_eq!(canvas.sent_away().iter().map(|it| it.source).collect::<Vec<_>>(), [viewer.source]);
    assert!(canvas.let_in(viewer.source) && !canvas.let_in(viewer.source));
    assert!(canvas.sent_away().is_empty());
    let (disconnect, let_in) =
        (BackendCommand::Disconnect(ClientId(1)), BackendCommand::LetIn(ClientId(1)));
    assert_eq!(sent_away(&web), [disconnect, let_in]);
    assert!(sent_away(&window).is_empty());
}

#[test]
fn the_host_sends_somebody_away_and_lets_them_in_again() {
    let (canvas, window, web) = window_and_web();
    window.join(0);
    web.join(1);
    drain(&canvas);
    window.control(0, ControlRequest::Disconnect(2));
    drain(&canvas);
    web.leave(1);
    drain(&canvas);
    let told = window.commands().into_iter().rev().find_map(|setting| match setting {
        BackendCommand::Control(control) => Some(control.sent_away),
        _ => None,
    });
    let gone = told.unwrap();
    assert_eq!(gone.iter().map(|gone| gone.number).collect::<Vec<_>>(), [2]);
    window.control(0, ControlRequest::LetIn(2));
    drain(&canvas);
    assert!(canvas.sent_away().is_empty());
    assert_eq!(sent_away(&web).last(), Some(&BackendCommand::LetIn(ClientId(1))));
}
