//! The accessibility tree: who is handed it, who wants it, and whose actions count.

use framecast::accessibility::{Action, ActionRequest, ActionValue, Node, NodeId, Role, Tree};
use framecast::{
    BackendCommand, BackendEvent, Canvas, ClientId, EventKind, NullBackend, NullRemote, Source,
    Step,
};

use crate::drain;

fn canvas() -> (Canvas, NullRemote) {
    let (web, remote) = NullBackend::new();
    (Canvas::builder("test").backend(web).open().unwrap(), remote)
}

fn tree(name: &str) -> Tree {
    Tree::new(NodeId(0), Node::new(Role::Window).with_name(name))
}

/// The names of the roots that the backend was told, in order.
fn told(remote: &NullRemote) -> Vec<Option<String>> {
    let told = |command| match command {
        BackendCommand::Accessibility(tree) => {
            Some(tree.map(|tree| tree.nodes[&tree.root].name.clone()))
        }
        _ => None,
    };
    remote.commands().into_iter().filter_map(told).collect()
}

fn want(remote: &NullRemote, client: u64, wanted: bool) {
    remote.send(BackendEvent::AccessibilityWanted { client: ClientId(client), wanted });
}

/// What the application is told of who wants a tree.
fn wanted(canvas: &Canvas) -> Vec<bool> {
    let mut told = Vec::new();
    while let Some(step) = canvas.poll() {
        if let Step::Event(event) = step
            && let EventKind::AccessibilityWanted { wanted } = event.kind
        {
            assert_eq!(event.source, None);
            told.push(wanted);
        }
    }
    told
}

#[test]
fn every_backend_is_told_a_tree_once() {
    let ((web, remote), (window, window_remote)) = (NullBackend::new(), NullBackend::local());
    let canvas = Canvas::builder("test").backend(web).backend(window).open().unwrap();
    canvas.set_accessibility(None).unwrap();
    canvas.set_accessibility(tree("one")).unwrap();
    canvas.set_accessibility(tree("one")).unwrap();
    canvas.handle().set_accessibility(tree("two")).unwrap();
    drain(&canvas);
    canvas.set_accessibility(None).unwrap();
    for remote in [remote, window_remote] {
        assert_eq!(told(&remote), [Some("one".into()), Some("two".into()), None]);
    }
}

#[test]
fn what_is_no_tree_is_refused_from_any_thread_and_the_one_before_stays() {
    let (canvas, remote) = canvas();
    canvas.set_accessibility(tree("good")).unwrap();
    let bad = || tree("bad").with_focus(NodeId(7));
    for error in [canvas.set_accessibility(bad()), canvas.handle().set_accessibility(bad())] {
        assert!(error.unwrap_err().to_string().contains("node 7"));
    }
    drain(&canvas);
    assert_eq!(told(&remote), [Some("good".into())]);
}

#[test]
fn the_application_knows_whether_anybody_wants_a_tree() {
    let ((web, remote), (other, _)) = (NullBackend::new(), NullBackend::new());
    let canvas = Canvas::builder("test").backend(web).backend(other).open().unwrap();
    remote.join(1);
    remote.join(2);
    assert!(wanted(&canvas).is_empty() && !canvas.is_accessibility_wanted());
    want(&remote, 9, true);
    assert!(wanted(&canvas).is_empty(), "it is not here");
    want(&remote, 1, true);
    want(&remote, 2, true);
    assert_eq!(wanted(&canvas), [true]);
    assert!(canvas.is_accessibility_wanted());
    want(&remote, 1, false);
    assert!(wanted(&canvas).is_empty() && canvas.is_accessibility_wanted());
    remote.leave(2);
    assert_eq!(wanted(&canvas), [false]);
    assert!(!canvas.is_accessibility_wanted());

    want(&remote, 1, true);
    assert_eq!(wanted(&canvas), [true]);
    remote.send(BackendEvent::Lost(framecast::Error::failed("gone")));
    assert_eq!(wanted(&canvas), [false], "nobody of a backend that is lost wants anything");
}

#[test]
fn only_the_presenters_actions_reach_the_application() {
    let (canvas, remote) = canvas();
    remote.join(1);
    remote.join(2);
    let set = |number| {
        let request = ActionRequest::new(NodeId(3), Action::SetValue);
        EventKind::AccessibilityAction(request.with_value(ActionValue::Number(number)))
    };
    remote.event(2, set(2.0));
    remote.event(1, set(1.0));
    remote.event(1, set(f64::NAN));
    remote.event(1, EventKind::AccessibilityWanted { wanted: true });
    let mut events = Vec::new();
    while let Some(step) = canvas.poll() {
        if let Step::Event(event) = step
            && event.kind.name().starts_with("accessibility")
        {
            events.push((event.source, event.kind));
        }
    }
    assert_eq!(events, [(Some(Source::new(0, ClientId(1))), set(1.0))]);
    assert_eq!((canvas.stats().rejected, canvas.stats().ignored), (2, 1));
}
