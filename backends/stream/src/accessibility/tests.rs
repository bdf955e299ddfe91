//! The tree as clients of a hub get it.

use std::sync::Arc;
use std::time::Duration;

use framecast_api::accessibility::{
    Action, ActionRequest, Live, Node, NodeId, Range, Role, Toggled, Tree,
};
use framecast_api::{BackendCommand, BackendEvent, ClientId, EventKind, LogicalRect};
use serde_json::{Value, json};

use crate::message::Message;
use crate::protocol::{ClientMessage, Dialect};
use crate::scene::Scene;

const EVERY: Duration = Duration::from_millis(100);

/// A window with these buttons, of numbers that a browser could not hold.
fn tree(buttons: &[(u64, &str)]) -> Tree {
    let id = |number| NodeId(u64::MAX - number);
    let children = buttons.iter().map(|(number, _)| id(*number));
    let mut tree = Tree::new(id(0), Node::new(Role::Window).with_children(children));
    for (number, name) in buttons {
        let button = Node::new(Role::Button).with_name(*name).with_actions([Action::Click]);
        tree.nodes.insert(id(*number), button);
    }
    tree.checked().unwrap()
}

fn set(scene: &mut Scene, buttons: &[(u64, &str)]) {
    scene.set(BackendCommand::Accessibility(Some(Arc::new(tree(buttons)))));
}

fn want(scene: &mut Scene, client: ClientId, wanted: bool) {
    scene.receive(client, ClientMessage::Accessibility(wanted));
}

/// The updates that `client` is sent now; it takes each.
fn updates(scene: &mut Scene, client: ClientId) -> Vec<Value> {
    let mut all = Vec::new();
    while let Some(message) = scene.next(client) {
        scene.written(client);
        let Message::Text(text) = message else { panic!("{message:?}") };
        let update: Value = serde_json::from_str(&text).unwrap();
        if update["type"] == "accessibility" {
            let number = update["number"].as_u64().unwrap();
            scene.receive(client, ClientMessage::AccessibilityTaken { number });
            all.push(update);
        }
    }
    all
}

/// Everything that clients said since the last call, but for who came.
fn events(scene: &mut Scene) -> Vec<BackendEvent> {
    let all = scene.hub.take_events().into_iter();
    let is_asked_for = |event: &BackendEvent| match event {
        BackendEvent::AccessibilityWanted { .. } => true,
        BackendEvent::Event { kind, .. } => matches!(kind, EventKind::AccessibilityAction(_)),
        _ => false,
    };
    all.filter(is_asked_for).collect()
}

#[test]
fn who_wants_the_tree_is_sent_all_of_it_and_then_what_changed() {
    let mut scene = Scene::new();
    let (one, other) = (scene.join(), scene.join());
    set(&mut scene, &[(1, "Open"), (2, "Save")]);
    want(&mut scene, one, true);
    let first = updates(&mut scene, one);
    let button = |id, name| json!({"id": id, "role": "button", "name": name, "actions": ["click"]});
    // Nodes are numbered as they come, in the order of the application's numbers.
    let expected = json!({
        "type": "accessibility", "number": 1, "root": 3, "focus": 3,
        "nodes": [
            button(1, "Save"), button(2, "Open"),
            {"id": 3, "role": "window", "children": [2, 1]},
        ],
    });
    assert_eq!(first, [expected]);
    assert!(updates(&mut scene, other).is_empty(), "it does not want it");

    scene.now += EVERY;
    set(&mut scene, &[(1, "Open"), (2, "Saved")]);
    let change = updates(&mut scene, one);
    assert_eq!(change[0]["nodes"], json!([button(1, "Saved")]));
    scene.now += EVERY;
    set(&mut scene, &[(3, "Quit"), (1, "Open")]);
    let change = updates(&mut scene, one);
    let window = json!({"id": 3, "role": "window", "children": [4, 2]});
    assert_eq!(change[0]["nodes"], json!([button(4, "Quit"), window]));
    scene.now += EVERY;
    scene.set(BackendCommand::Accessibility(None));
    let end = updates(&mut scene, one);
    assert_eq!(
        end,
        [json!({
            "type": "accessibility", "number": 4, "root": null, "focus": null, "nodes": []
        })]
    );
}

#[test]
fn a_slow_client_misses_what_was_between_and_a_resting_tree_is_silent() {
    let mut scene = Scene::new();
    let client = scene.join();
    want(&mut scene, client, true);
    let none = updates(&mut scene, client);
    assert_eq!((&none[0]["number"], &none[0]["root"]), (&json!(0), &json!(null)));
    for n in 0..50 {
        set(&mut scene, &[(1, &n.to_string())]);
        assert!(updates(&mut scene, client).is_empty(), "it was sent one just now");
    }
    assert!(scene.wait.is_some_and(|at| at <= scene.now + EVERY), "it comes by itself");
    scene.now += EVERY;
    let last = updates(&mut scene, client);
    assert_eq!((last.len(), &last[0]["nodes"][0]["name"]), (1, &json!("49")));
    scene.now += Duration::from_secs(3600);
    assert!(updates(&mut scene, client).is_empty());
    assert_eq!(scene.wait, None, "nothing is to be done");
}

#[test]
fn nothing_goes_ahead_of_a_client_that_takes_nothing() {
    let mut scene = Scene::new();
    let client = scene.join();
    set(&mut scene, &[(1, "a")]);
    want(&mut scene, client, true);
    assert!(matches!(scene.next(client), Some(Message::Text(_))));
    scene.written(client);
    for n in 0..20 {
        scene.now += EVERY;
        set(&mut scene, &[(1, &n.to_string())]);
        assert!(scene.next(client).is_none());
    }
    scene.receive(client, ClientMessage::AccessibilityTaken { number: 1 });
    assert_eq!(updates(&mut scene, client).len(), 1);
}

#[test]
fn the_engine_hears_who_wants_it_once() {
    let mut scene = Scene::new();
    let (client, old) = (scene.join(), scene.join_as(Dialect::Whole));
    events(&mut scene);
    for wanted in [true, true, false, false] {
        want(&mut scene, client, wanted);
        want(&mut scene, old, wanted);
    }
    let heard: Vec<_> = events(&mut scene)
        .into_iter()
        .map(|event| match event {
            BackendEvent::AccessibilityWanted { client, wanted } => (client, wanted),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(heard, [(client, true), (client, false)], "the older protocol has no tree");
}

#[test]
fn an_action_reaches_the_application_under_its_own_number_and_only_if_it_is_offered() {
    let mut scene = Scene::new();
    let client = scene.join();
    set(&mut scene, &[(1, "Open")]);
    let ask = |scene: &mut Scene, node, action| {
        let request = ActionRequest::new(NodeId(node), action);
        scene.receive(client, ClientMessage::Event(EventKind::AccessibilityAction(request)));
        events(scene)
    };
    events(&mut scene);
    assert!(ask(&mut scene, 1, Action::Click).is_empty(), "it did not ask for the tree");
    want(&mut scene, client, true);
    events(&mut scene);
    let heard = ask(&mut scene, 1, Action::Click);
    let [BackendEvent::Event { kind: EventKind::AccessibilityAction(request), .. }] = &heard[..]
    else {
        panic!("{heard:?}")
    };
    assert_eq!(*request, ActionRequest::new(NodeId(u64::MAX - 1), Action::Click));
    for (node, action) in [
        (1, Action::Expand),
        (2, Action::Click),
        (3, Action::Click),
        (u64::MAX - 1, Action::Click),
        (0, Action::Click),
    ] {
        assert!(ask(&mut scene, node, action).is_empty(), "{node} {action:?}");
    }
    set(&mut scene, &[(2, "Other")]);
    assert!(ask(&mut scene, 1, Action::Click).is_empty(), "it has left the tree");
    assert_eq!(ask(&mut scene, 3, Action::Click).len(), 1);
    let mut disabled = tree(&[(2, "Other")]);
    disabled.nodes.values_mut().for_each(|node| node.disabled = true);
    scene.set(BackendCommand::Accessibility(Some(Arc::new(disabled))));
    assert!(ask(&mut scene, 3, Action::Click).is_empty(), "it is disabled");
}

#[test]
fn the_viewer_reads_the_tree_that_is_written() {
    let id = NodeId;
    let slider = Node::new(Role::Slider)
        .with_name("Volume")
        .with_description("of the left speaker")
        .with_value("half")
        .with_placeholder("none")
        .with_range(Range::new(0.5).within(-1.0, 1.5).with_step(0.25))
        .with_toggled(Toggled::Mixed)
        .with_expanded(false)
        .with_selected(true)
        .with_level(3)
        .with_disabled()
        .with_read_only()
        .with_modal()
        .with_live(Live::Assertive)
        .with_bounds(LogicalRect::new(-1.5, 2.01, 30.25, 40.0))
        .with_children([id(1)])
        .with_actions(Action::ALL.iter().copied());
    let tree = Tree::new(id(2), slider)
        .with_node(id(1), Node::new(Role::MultilineTextField))
        .with_focus(id(1));
    let mut scene = Scene::new();
    let client = scene.join();
    scene.set(BackendCommand::Accessibility(Some(Arc::new(tree.checked().unwrap()))));
    want(&mut scene, client, true);
    let fixtures: Value =
        serde_json::from_str(include_str!("../../fixtures/accessibility.json")).unwrap();
    let first = fixtures[0]["text"].as_str().unwrap();
    assert_eq!(updates(&mut scene, client), [serde_json::from_str::<Value>(first).unwrap()]);
}

/// A window of 200 nodes, as of a form: groups of a label, a field, a button and a slider.
fn form(values: impl Fn(u64) -> f64) -> Tree {
    let id = |number: u64| NodeId(number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let mut tree = Tree::new(id(0), Node::new(Role::Window).with_name("Settings"));
    let mut groups = Vec::new();
    for first in (1..199).step_by(5) {
        let y = first as f64 * 8.35;
        let at = |column: f64| LogicalRect::new(24.0 + 180.3 * column, y, 172.7, 24.3);
        let touched = [Action::Click, Action::Focus];
        let parts = [
            Node::new(Role::Label).with_name(format!("Name of channel {first}")),
            Node::new(Role::TextField)
                .with_value(format!("Channel {first}"))
                .with_actions([Action::Focus, Action::SetValue]),
            Node::new(Role::Button).with_name("Rename").with_actions(touched),
            Node::new(Role::Slider)
                .with_name("Volume")
                .with_range(Range::new(values(first)).within(0.0, 100.0).with_step(1.0))
                .with_actions([Action::Focus, Action::SetValue]),
        ];
        let group = Node::new(Role::Group).with_bounds(at(0.0));
        let ids: Vec<_> = (first + 1..first + 5).map(id).collect();
        for (column, (number, part)) in ids.iter().zip(parts).enumerate() {
            tree.nodes.insert(*number, part.with_bounds(at(column as f64)));
        }
        tree.nodes.insert(id(first), group.with_children(ids));
        groups.push(id(first));
    }
    let window = Node::new(Role::Window).with_name("Settings").with_children(groups);
    tree.nodes.insert(id(0), window);
    tree.checked().unwrap()
}

#[test]
fn a_change_of_a_large_tree_is_small() {
    let mut scene = Scene::new();
    let client = scene.join();
    let set = |scene: &mut Scene, tree| {
        scene.set(BackendCommand::Accessibility(Some(Arc::new(tree))));
        let bytes: Vec<_> =
            updates(scene, client).iter().map(|update| update.to_string().len()).collect();
        scene.now += EVERY;
        bytes
    };
    want(&mut scene, client, true);
    updates(&mut scene, client);
    scene.now += EVERY;
    let first = set(&mut scene, form(|_| 50.0));
    let change = set(&mut scene, form(|number| if number == 6 { 51.0 } else { 50.0 }));
    println!("the first {first:?} bytes, a slider that moved {change:?}");
    assert!(matches!(first[..], [20_000..30_000]), "{first:?}");
    assert!(matches!(change[..], [150..300]), "{change:?}");
}
