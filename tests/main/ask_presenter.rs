//! What an application asks of the presenter's view alone: where text is typed, and to open an address.

use framecast::{
    BackendCommand, Canvas, ClientId, EventKind, Key, LogicalRect, NullBackend, NullRemote,
    Pointer, Source, Step, TextInput, TextInputKind, Wheel,
};

use crate::drain;

fn canvas() -> (Canvas, NullRemote) {
    let (web, remote) = NullBackend::new();
    (Canvas::builder("test").backend(web).open().unwrap(), remote)
}

fn field(x: f64) -> TextInput {
    TextInput::new(TextInputKind::Number, LogicalRect::new(x, 10.0, 1.0, 18.0))
}

/// Who was told of text, and where it is typed.
fn typed(remote: &NullRemote) -> Vec<(u64, Option<f64>)> {
    let told = |setting| match setting {
        BackendCommand::TextInput { client, input } => {
            Some((client.0, input.map(|input| input.caret.x)))
        }
        _ => None,
    };
    remote.commands().into_iter().filter_map(told).collect()
}

/// Who was asked to open what.
fn asked(remote: &NullRemote) -> Vec<(u64, String)> {
    let told = |setting| match setting {
        BackendCommand::OpenUrl { client, url } => Some((client.0, url)),
        _ => None,
    };
    remote.commands().into_iter().filter_map(told).collect()
}

#[test]
fn an_application_that_says_nothing_of_text_has_nobody_told() {
    let (canvas, remote) = canvas();
    remote.join(1);
    remote.join(2);
    drain(&canvas);
    canvas.set_text_input(None).unwrap();
    remote.leave(1);
    drain(&canvas);
    assert!(typed(&remote).is_empty());
}

#[test]
fn the_presenter_is_told_where_text_is_typed_and_so_is_whoever_follows() {
    let (canvas, remote) = canvas();
    canvas.set_text_input(field(1.0)).unwrap();
    remote.join(1);
    remote.join(2);
    drain(&canvas);
    assert_eq!(typed(&remote), [(1, Some(1.0))]);
    canvas.set_text_input(field(2.0)).unwrap();
    canvas.set_text_input(field(2.0)).unwrap();
    assert_eq!(typed(&remote)[1..], [(1, Some(2.0))]);
    assert!(canvas.give_control(Some(Source::new(0, ClientId(2)))));
    assert_eq!(typed(&remote)[2..], [(2, Some(2.0))]);
    canvas.handle().set_text_input(None).unwrap();
    drain(&canvas);
    assert_eq!(typed(&remote)[3..], [(2, None)]);
    canvas.give_control(Some(Source::new(0, ClientId(1))));
    assert_eq!(typed(&remote).len(), 4, "nothing is typed any more");
}

#[test]
fn a_caret_that_is_nowhere_is_refused_from_any_thread() {
    let (canvas, remote) = canvas();
    remote.join(1);
    drain(&canvas);
    for bad in [field(f64::NAN), field(1e300)] {
        let errors = [canvas.set_text_input(bad), canvas.handle().set_text_input(bad)];
        for error in errors.map(Result::unwrap_err) {
            assert!(error.to_string().contains("caret"), "{error}");
        }
    }
    drain(&canvas);
    assert!(typed(&remote).is_empty());
}

#[test]
fn only_who_drives_is_asked_to_open_an_address() {
    let (canvas, remote) = canvas();
    let error = canvas.open_url("https://example.com/").unwrap_err();
    assert!(error.is_not_supported(), "{error}");
    remote.join(1);
    remote.join(2);
    drain(&canvas);
    canvas.open_url("https://example.com/a").unwrap();
    canvas.handle().open_url("http://127.0.0.1:8080/").unwrap();
    drain(&canvas);
    canvas.give_control(Some(Source::new(0, ClientId(2))));
    assert_eq!(
        asked(&remote),
        [(1, "https://example.com/a".into()), (1, "http://127.0.0.1:8080/".into())]
    );
}

#[test]
fn no_address_of_another_kind_reaches_anybody() {
    let (canvas, remote) = canvas();
    remote.join(1);
    drain(&canvas);
    let long = format!("https://example.com/{}", "x".repeat(BackendCommand::MAX_URL));
    for bad in [
        "javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "https://good.example@evil.example/",
        "https://good.example/\u{202e}gpj.exe",
        "file:///etc/passwd",
        "",
        &*long,
    ] {
        for error in [canvas.open_url(bad).unwrap_err(), canvas.handle().open_url(bad).unwrap_err()]
        {
            assert!(error.to_string().contains("cannot be opened"), "{error}");
        }
    }
    drain(&canvas);
    assert!(asked(&remote).is_empty());
}

#[test]
fn an_event_of_the_program_waits_its_turn_and_is_marked() {
    let (canvas, remote) = canvas();
    remote.join(1);
    remote.event(1, EventKind::KeyDown(Key::new("a")));
    drain(&canvas);
    canvas.submit_event(EventKind::Wheel(Wheel::new(0.0, 1.0))).unwrap();
    canvas.submit_event(EventKind::Wheel(Wheel::new(0.0, 2.0))).unwrap();
    remote.event(1, EventKind::Wheel(Wheel::new(0.0, 4.0)));
    let handle = canvas.handle();
    std::thread::spawn(move || handle.submit_event(EventKind::FocusIn).unwrap()).join().unwrap();
    let mut told = Vec::new();
    while let Some(step) = canvas.poll() {
        let Step::Event(event) = step else { continue };
        let turn = match event.kind {
            EventKind::Wheel(wheel) => wheel.dy,
            _ => 0.0,
        };
        told.push((event.kind.name(), turn, event.submitted, event.source.map(|it| it.client.0)));
        assert!(event.timestamp > 0.0);
    }
    told.sort_by(|a, b| a.0.cmp(b.0));
    assert_eq!(
        told,
        [("focus_in", 0.0, true, None), ("wheel", 3.0, true, None), ("wheel", 4.0, false, Some(1)),]
    );
}

#[test]
fn the_program_can_submit_no_event_that_the_engine_makes_or_nobody_could_cause() {
    let (canvas, _remote) = canvas();
    let far = Pointer::at(f64::INFINITY, 0.0);
    for kind in [EventKind::Close, EventKind::BeforeDraw, EventKind::PointerMove(far)] {
        assert!(canvas.submit_event(kind.clone()).is_err());
        assert!(canvas.handle().submit_event(kind).is_err());
    }
    canvas.close();
    canvas.submit_event(EventKind::FocusIn).unwrap();
    assert_eq!(drain(&canvas), ["close"], "nothing follows");
}
