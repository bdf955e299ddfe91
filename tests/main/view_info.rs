//! What is known of the presenter's view, and when the application is told.

use framecast::{
    BackendEvent, Canvas, ClientId, ColorScheme, ControlPolicy, EventKind, NullBackend, NullRemote,
    Platform, PrimaryPointer, Role, Source, Step, ViewInfo,
};

fn canvas() -> (Canvas, NullRemote) {
    let (web, remote) = NullBackend::new();
    (Canvas::builder("test").backend(web).open().unwrap(), remote)
}

fn tell(remote: &NullRemote, client: u64, info: ViewInfo) {
    remote.send(BackendEvent::ViewInfo { client: ClientId(client), info });
}

/// What the application is told of control and of views, and by whom.
fn told(canvas: &Canvas) -> Vec<(&'static str, Option<u64>, Option<ViewInfo>)> {
    let mut told = Vec::new();
    while let Some(step) = canvas.poll() {
        let Step::Event(event) = step else { continue };
        let client = event.source.map(|source| source.client.0);
        match event.kind {
            EventKind::ViewInfo(info) => told.push(("view_info", client, Some(info))),
            EventKind::ControlChanged { .. } => told.push(("control_changed", client, None)),
            _ => {}
        }
    }
    told
}

fn mac() -> ViewInfo {
    ViewInfo::default().with_platform(Platform::Mac).with_pointer(PrimaryPointer::Fine)
}

fn phone() -> ViewInfo {
    ViewInfo::default()
        .with_platform(Platform::Android)
        .with_color_scheme(ColorScheme::Dark)
        .with_pointer(PrimaryPointer::Coarse)
}

#[test]
fn the_presenters_view_is_known_from_its_beginning_and_when_it_changes() {
    let (canvas, remote) = canvas();
    assert_eq!(canvas.presenter_info(), ViewInfo::default());
    remote.join(1);
    tell(&remote, 1, mac());
    assert_eq!(
        told(&canvas),
        [("control_changed", Some(1), None), ("view_info", Some(1), Some(mac()))]
    );
    let dark = mac().with_color_scheme(ColorScheme::Dark);
    tell(&remote, 1, dark);
    tell(&remote, 1, dark);
    assert_eq!(told(&canvas), [("view_info", Some(1), Some(dark))]);
    assert_eq!(canvas.presenter_info(), dark);
}

#[test]
fn of_an_observer_nothing_is_told_until_it_presents() {
    let (canvas, remote) = canvas();
    remote.join(1);
    remote.join(2);
    remote.join_as(3, Role::Watch);
    tell(&remote, 1, mac());
    tell(&remote, 2, phone());
    tell(&remote, 3, phone());
    assert_eq!(told(&canvas).len(), 2);
    assert_eq!(canvas.presenter_info(), mac());
    assert!(canvas.give_control(Some(Source::new(0, ClientId(2)))));
    assert_eq!(
        told(&canvas),
        [("control_changed", Some(2), None), ("view_info", Some(2), Some(phone()))]
    );
}

#[test]
fn of_a_presenter_that_says_nothing_nothing_is_known() {
    let (canvas, remote) = canvas();
    remote.join(1);
    tell(&remote, 1, phone());
    told(&canvas);
    // A client of the older protocol comes after it.
    remote.join(2);
    remote.leave(1);
    let unknown = ViewInfo::default();
    assert_eq!(
        told(&canvas),
        [("control_changed", Some(2), None), ("view_info", Some(2), Some(unknown))]
    );
    canvas.set_control(ControlPolicy::None);
    assert_eq!(told(&canvas), [("control_changed", None, None)], "nobody has no view");
    assert_eq!(canvas.presenter_info(), unknown);
}

#[test]
fn a_view_that_changes_without_end_fills_no_queue() {
    let (canvas, remote) = canvas();
    remote.join(1);
    told(&canvas);
    for _ in 0..10_000 {
        tell(&remote, 1, mac());
        tell(&remote, 1, phone());
    }
    assert_eq!(told(&canvas), [("view_info", Some(1), Some(phone()))]);
}
