//! What egui says to assistive technology, in framecast's words, and what is asked for in egui's. Pure.

use std::collections::BTreeMap;

use egui::accesskit::{self, ActionData, TreeId, TreeUpdate};
use framecast::LogicalRect;
use framecast::accessibility::{
    Action, ActionRequest, ActionValue, Live, Node, NodeId, Range, Role, Toggled, Tree,
};

/// The tree of `update`, which egui makes anew for each picture. The root is called `title`; positions are multiplied by
/// `zoom` to get logical pixels.
pub(crate) fn tree(update: &TreeUpdate, title: &str, zoom: f32) -> Option<Tree> {
    let root = update.tree.as_ref()?.root;
    let nodes: BTreeMap<_, _> = update.nodes.iter().map(|(id, node)| (*id, node)).collect();
    let named = Node::new(Role::Window).with_name(title);
    let mut tree = Tree::new(number(root), named);
    for (id, node) in &nodes {
        // The lines of a text field are in its value, too.
        let is_line = |id: &accesskit::NodeId| {
            nodes.get(id).is_none_or(|node| node.role() == accesskit::Role::TextRun)
        };
        if is_line(id) {
            continue;
        }
        let children = node.children().iter().filter(|id| !is_line(id)).map(|id| number(*id));
        let mut made = self::node(node, &nodes, f64::from(zoom)).with_children(children);
        if *id == root {
            made.role = Role::Window;
            made.name = title.to_owned();
        }
        tree = tree.with_node(number(*id), made);
    }
    let focus = number(update.focus);
    Some(if tree.nodes.contains_key(&focus) { tree.with_focus(focus) } else { tree })
}

/// What somebody asks for, as egui takes it.
pub(crate) fn request(request: &ActionRequest) -> egui::Event {
    use accesskit::Action as A;
    let action = match request.action {
        Action::Focus => A::Focus,
        Action::Increment => A::Increment,
        Action::Decrement => A::Decrement,
        Action::SetValue => A::SetValue,
        Action::Expand => A::Expand,
        Action::Collapse => A::Collapse,
        Action::ScrollIntoView => A::ScrollIntoView,
        _ => A::Click,
    };
    let data = match &request.value {
        Some(ActionValue::Number(number)) => Some(ActionData::NumericValue(*number)),
        Some(ActionValue::Text(text)) => Some(ActionData::Value(text.as_str().into())),
        _ => None,
    };
    egui::Event::AccessKitActionRequest(accesskit::ActionRequest {
        action,
        target_tree: TreeId::ROOT,
        target_node: request.node.0.into(),
        data,
    })
}

fn number(id: accesskit::NodeId) -> NodeId {
    NodeId(id.0)
}

fn node(
    node: &accesskit::Node,
    nodes: &BTreeMap<accesskit::NodeId, &accesskit::Node>,
    zoom: f64,
) -> Node {
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let mut made = Node::new(role(node.role()));
    // A label's text is its value in AccessKit.
    let labels = node.labelled_by().iter().filter_map(|id| nodes.get(id)?.value());
    made.name = match (node.label(), node.role()) {
        (Some(label), _) => label.to_owned(),
        (None, accesskit::Role::Label) => text(node.value()),
        _ => labels.collect::<Vec<_>>().join(" "),
    };
    made.description = text(node.description());
    made.placeholder = text(node.placeholder());
    if !matches!(node.role(), accesskit::Role::Label | accesskit::Role::PasswordInput) {
        made.value = text(node.value());
    }
    made.range = node.numeric_value().map(|value| {
        let mut range = Range::new(value);
        range.min = node.min_numeric_value();
        range.max = node.max_numeric_value();
        range.step = node.numeric_value_step();
        range
    });
    made.toggled = node.toggled().map(|toggled| match toggled {
        accesskit::Toggled::False => Toggled::False,
        accesskit::Toggled::True => Toggled::True,
        accesskit::Toggled::Mixed => Toggled::Mixed,
    });
    made.expanded = node.is_expanded();
    made.selected = node.is_selected();
    made.level = node.level().and_then(|level| u32::try_from(level).ok());
    made.disabled = node.is_disabled();
    made.read_only = node.is_read_only();
    made.modal = node.is_modal();
    made.live = match node.live() {
        Some(accesskit::Live::Polite) => Live::Polite,
        Some(accesskit::Live::Assertive) => Live::Assertive,
        _ => Live::Off,
    };
    made.bounds = node.bounds().map(|bounds| {
        let accesskit::Rect { x0, y0, x1, y1 } = bounds;
        LogicalRect::new(x0 * zoom, y0 * zoom, (x1 - x0) * zoom, (y1 - y0) * zoom)
    });
    made.with_actions(ACTIONS.iter().filter(|it| node.supports_action(it.1)).map(|it| it.0))
}

const ACTIONS: [(Action, accesskit::Action); 8] = [
    (Action::Click, accesskit::Action::Click),
    (Action::Focus, accesskit::Action::Focus),
    (Action::Increment, accesskit::Action::Increment),
    (Action::Decrement, accesskit::Action::Decrement),
    (Action::SetValue, accesskit::Action::SetValue),
    (Action::Expand, accesskit::Action::Expand),
    (Action::Collapse, accesskit::Action::Collapse),
    (Action::ScrollIntoView, accesskit::Action::ScrollIntoView),
];

fn role(role: accesskit::Role) -> Role {
    use accesskit::Role as R;
    match role {
        R::Label | R::Caption | R::Legend => Role::Label,
        R::Paragraph => Role::Paragraph,
        R::Heading => Role::Heading,
        R::Button | R::DefaultButton | R::ColorWell | R::DisclosureTriangle => Role::Button,
        R::Link => Role::Link,
        R::CheckBox => Role::CheckBox,
        R::RadioButton => Role::RadioButton,
        R::RadioGroup => Role::RadioGroup,
        R::Switch => Role::Switch,
        R::Slider => Role::Slider,
        R::SpinButton => Role::SpinButton,
        R::ProgressIndicator => Role::ProgressBar,
        R::Meter => Role::Meter,
        R::TextInput | R::EmailInput | R::NumberInput | R::PhoneNumberInput | R::UrlInput => {
            Role::TextField
        }
        R::MultilineTextInput => Role::MultilineTextField,
        R::PasswordInput => Role::PasswordField,
        R::SearchInput => Role::SearchField,
        R::ComboBox | R::EditableComboBox => Role::ComboBox,
        R::List => Role::List,
        R::ListItem => Role::ListItem,
        R::ListBox | R::MenuListPopup => Role::ListBox,
        R::ListBoxOption | R::MenuListOption => Role::ListBoxOption,
        R::MenuBar => Role::MenuBar,
        R::Menu => Role::Menu,
        R::MenuItem => Role::MenuItem,
        R::MenuItemCheckBox => Role::MenuItemCheckBox,
        R::MenuItemRadio => Role::MenuItemRadio,
        R::TabList => Role::TabList,
        R::Tab => Role::Tab,
        R::TabPanel => Role::TabPanel,
        R::Table | R::Grid | R::TreeGrid => Role::Table,
        R::Row => Role::Row,
        R::Cell | R::GridCell => Role::Cell,
        R::ColumnHeader => Role::ColumnHeader,
        R::RowHeader => Role::RowHeader,
        R::Tree => Role::Tree,
        R::TreeItem => Role::TreeItem,
        R::Image => Role::Image,
        R::Canvas | R::Figure => Role::Canvas,
        R::ScrollView => Role::ScrollArea,
        R::ScrollBar => Role::ScrollBar,
        R::Toolbar => Role::Toolbar,
        // A window of egui is a part of the canvas.
        R::Dialog | R::Window => Role::Dialog,
        R::AlertDialog => Role::AlertDialog,
        R::Tooltip => Role::Tooltip,
        R::Status => Role::Status,
        R::Alert => Role::Alert,
        R::Splitter => Role::Separator,
        _ => Role::Group,
    }
}

#[cfg(test)]
mod tests {
    use egui::{Context, RawInput};

    use super::*;

    /// The tree of an interface.
    fn shown(context: &Context, input: RawInput, ui: impl FnMut(&mut egui::Ui)) -> Tree {
        context.enable_accesskit();
        let output = context.run_ui(input, ui);
        let update = output.platform_output.accesskit_update.unwrap();
        tree(&update, "Title", 1.0).unwrap().checked().unwrap()
    }

    fn find<'a>(tree: &'a Tree, role: Role, name: &str) -> (NodeId, &'a Node) {
        let found = tree.nodes.iter().find(|(_, node)| node.role == role && node.name == name);
        let (id, node) = found.unwrap_or_else(|| panic!("no {role:?} {name:?} in {tree:?}"));
        (*id, node)
    }

    #[test]
    fn widgets_have_roles_names_values_and_actions() {
        let mut password = "secret".to_owned();
        let mut text = "one\ntwo".to_owned();
        let mut volume = 30.0;
        let tree = shown(&Context::default(), RawInput::default(), |ui| {
            ui.label("A label");
            ui.add_enabled(false, egui::Button::new("Disabled"));
            ui.checkbox(&mut true, "Checked");
            let label = ui.label("Volume");
            ui.add(egui::Slider::new(&mut volume, 0.0..=100.0)).labelled_by(label.id);
            ui.add(egui::TextEdit::multiline(&mut text).hint_text("Hint"));
            ui.add(egui::TextEdit::singleline(&mut password).password(true));
            ui.hyperlink_to("A link", "https://example.org/");
        });
        let root = &tree.nodes[&tree.root];
        assert_eq!((root.role, root.name.as_str()), (Role::Window, "Title"));
        find(&tree, Role::Label, "A label");
        assert!(find(&tree, Role::Button, "Disabled").1.disabled);
        let (_, checked) = find(&tree, Role::CheckBox, "Checked");
        assert_eq!(checked.toggled, Some(Toggled::True));
        assert!(checked.actions.contains(&Action::Click) && checked.bounds.is_some());
        let (_, slider) = find(&tree, Role::Slider, "Volume");
        assert_eq!(
            slider.range.map(|it| (it.value, it.min, it.max)),
            Some((30.0, Some(0.0), Some(100.0)))
        );
        assert!(
            slider.actions.contains(&Action::Increment)
                && slider.actions.contains(&Action::SetValue)
        );
        let (_, field) = find(&tree, Role::MultilineTextField, "");
        assert_eq!((field.value.as_str(), field.placeholder.as_str()), ("one\ntwo", "Hint"));
        assert!(field.children.is_empty());
        assert_eq!(find(&tree, Role::PasswordField, "").1.value, "");
        // egui 0.35 says that a link whose text can be selected is a label.
        assert!(find(&tree, Role::Label, "A link").1.actions.contains(&Action::Click));
    }

    #[test]
    fn what_is_asked_for_reaches_the_widget() {
        let context = Context::default();
        let (mut clicks, mut volume) = (0, 30.0);
        let mut step = |asked: &[ActionRequest]| {
            let input =
                RawInput { events: asked.iter().map(request).collect(), ..Default::default() };
            let tree = shown(&context, input, |ui| {
                clicks += i32::from(ui.button("Button").clicked());
                ui.add(egui::Slider::new(&mut volume, 0.0..=100.0).text("Volume"));
            });
            (tree, clicks, volume)
        };
        let (tree, ..) = step(&[]);
        let (button, slider) =
            (find(&tree, Role::Button, "Button").0, find(&tree, Role::Slider, "Volume").0);
        let value = ActionValue::Number(75.0);
        let (_, clicked, set) = step(&[
            ActionRequest::new(button, Action::Click),
            ActionRequest::new(slider, Action::SetValue).with_value(value),
        ]);
        assert_eq!((clicked, set), (1, 75.0));
        let (tree, ..) = step(&[ActionRequest::new(button, Action::Focus)]);
        assert_eq!(tree.focus, button);
        let (_, _, more) = step(&[ActionRequest::new(slider, Action::Increment)]);
        assert!(more > 75.0);
        // What has left the tree, or is in none.
        let (_, clicked, _) = step(&[ActionRequest::new(NodeId(7), Action::Click)]);
        assert_eq!(clicked, 1);
    }
}
