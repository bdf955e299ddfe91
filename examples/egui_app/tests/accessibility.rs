//! What a screen reader finds in the interface, and can do with it.

use std::time::{Duration, Instant};

use egui_app::Bench;
use framecast_egui::framecast::accessibility::{
    Action, ActionRequest, ActionValue, Node, NodeId, Role, Tree,
};
use framecast_egui::framecast::{
    BackendCommand, BackendEvent, Canvas, ClientId, EventKind, NullBackend, NullRemote, Step,
};
use framecast_egui::{EguiCanvas, SoftwareRenderer};

/// How long something may take that has to come.
const PATIENCE: Duration = Duration::from_secs(60);

/// The tree that was told last.
fn told(remote: &NullRemote) -> Option<Tree> {
    let commands = remote.commands();
    let trees = commands.iter().rev().find_map(|command| match command {
        BackendCommand::Accessibility(tree) => Some(tree.as_deref().cloned()),
        _ => None,
    });
    trees.flatten()
}

fn find(tree: &Tree, role: Role, name: &str) -> Option<(NodeId, Node)> {
    let found = tree.nodes.iter().find(|(_, node)| node.role == role && node.name == name);
    found.map(|(id, node)| (*id, node.clone()))
}

#[test]
fn a_screen_reader_finds_the_controls_and_moves_them() {
    let (backend, remote) = NullBackend::new();
    remote.set_demand(true);
    let canvas = Canvas::builder("Signal bench").size((1280.0, 720.0)).backend(backend);
    let canvas = canvas.open().unwrap();
    remote.join(1);
    let (mut egui, mut renderer) = (EguiCanvas::new(&canvas), SoftwareRenderer::new());
    let mut bench = Bench::default();
    let mut until = |what: &str, done: &mut dyn FnMut() -> bool| {
        let end = Instant::now() + PATIENCE;
        while !done() {
            assert!(Instant::now() < end, "never: {what}");
            match canvas.next_before(Instant::now() + Duration::from_millis(50)) {
                Ok(Step::Event(event)) => {
                    egui.event(&event);
                }
                Ok(Step::Draw(mut drawing)) => {
                    let (size, ratio) = (drawing.size(), drawing.ratio());
                    let painting = egui.run(size, ratio, drawing.timestamp(), |ui| {
                        bench.show(ui, false);
                    });
                    renderer.draw(&mut drawing, &painting);
                    drawing.present();
                }
                Err(_) => {}
            }
        }
    };
    // Nobody wants a tree, so there is none.
    until("a picture", &mut || remote.presented() >= 1);
    assert!(told(&remote).is_none());
    let wants = |wanted| {
        remote.send(BackendEvent::AccessibilityWanted { client: ClientId(1), wanted });
    };
    wants(true);
    until("a tree", &mut || told(&remote).is_some());
    let tree = told(&remote).unwrap();
    assert_eq!(tree.nodes[&tree.root].name, "Signal bench");
    for (role, name) in [
        (Role::Button, "Copy table"),
        (Role::Button, "▶ Run"),
        (Role::Label, "Mains"),
        (Role::Slider, "Frequency"),
        (Role::Label, "-2.40 V"),
    ] {
        assert!(find(&tree, role, name).is_some(), "no {role:?} {name:?} in {tree:?}");
    }
    let notes = tree.nodes.values().find(|node| node.role == Role::MultilineTextField).unwrap();
    assert!(notes.value.starts_with("Drag signals"));
    let (slider, amplitude) = find(&tree, Role::Slider, "Amplitude").unwrap();
    let range = amplitude.range.unwrap();
    assert_eq!((range.value, range.min, range.max), (3.0, Some(0.0), Some(4.0)));
    let bounds = amplitude.bounds.unwrap();
    assert!(bounds.x < 236.0 && bounds.width > 100.0 && bounds.y > 300.0, "{bounds:?}");

    let set = ActionRequest::new(slider, Action::SetValue).with_value(ActionValue::Number(1.5));
    remote.event(1, EventKind::AccessibilityAction(set));
    let value = || find(&told(&remote)?, Role::Slider, "Amplitude")?.1.range.map(|it| it.value);
    until("the value", &mut || value() == Some(1.5));
    let (copy, _) = find(&tree, Role::Button, "Copy table").unwrap();
    remote.event(1, EventKind::AccessibilityAction(ActionRequest::new(copy, Action::Click)));
    let copied = |it: &BackendCommand| matches!(it, BackendCommand::Clipboard { text, .. } if text.contains("Mains\tsine\t-1.4"));
    until("the text", &mut || remote.commands().iter().any(copied));

    wants(false);
    until("no tree", &mut || told(&remote).is_none());
}
