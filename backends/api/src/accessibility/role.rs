//! What a node is.

use serde::{Deserialize, Serialize};

/// What a node is. Serde names are in snake case: `check_box`.
#[non_exhaustive]
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Several nodes that belong together, or anything that no other role fits.
    #[default]
    Group,
    /// The canvas as a whole: the root.
    Window,
    /// Text that stands for itself, or names another node.
    Label,
    /// A paragraph of text.
    Paragraph,
    /// A heading; see [`Node::level`](super::Node::level).
    Heading,
    /// A button; with [`Node::toggled`](super::Node::toggled) one that stays pressed.
    Button,
    /// A link.
    Link,
    /// A check box.
    CheckBox,
    /// One of several choices of which one is made.
    RadioButton,
    /// Radio buttons that belong together.
    RadioGroup,
    /// A switch: on or off.
    Switch,
    /// A slider; see [`Node::range`](super::Node::range).
    Slider,
    /// A number that can be typed, and turned up and down.
    SpinButton,
    /// How far something has come. Without a [`Node::range`](super::Node::range) nobody knows.
    ProgressBar,
    /// A quantity, such as a battery's charge.
    Meter,
    /// A line of text to edit.
    TextField,
    /// Several lines of text to edit.
    MultilineTextField,
    /// A line to type a password. Its value must not be the password.
    PasswordField,
    /// A line to type what is searched for.
    SearchField,
    /// A button or a text field that opens a list of choices.
    ComboBox,
    /// A list of items.
    List,
    /// One item of a list.
    ListItem,
    /// Choices of which some are selected.
    ListBox,
    /// One choice of a list box or a combo box.
    ListBoxOption,
    /// The bar with the menus of a program.
    MenuBar,
    /// A menu.
    Menu,
    /// One entry of a menu.
    MenuItem,
    /// An entry of a menu that is checked or not.
    MenuItemCheckBox,
    /// An entry of a menu, one of several of which one is checked.
    MenuItemRadio,
    /// Tabs that belong together.
    TabList,
    /// One tab.
    Tab,
    /// What belongs to a tab.
    TabPanel,
    /// A table; its children are rows.
    Table,
    /// One row.
    Row,
    /// One cell.
    Cell,
    /// The head of a column.
    ColumnHeader,
    /// The head of a row.
    RowHeader,
    /// A tree whose items can be expanded.
    Tree,
    /// One item of a tree.
    TreeItem,
    /// A picture; its name says what is on it.
    Image,
    /// A drawing, or a plot.
    Canvas,
    /// An area whose content scrolls.
    ScrollArea,
    /// What scrolls an area.
    ScrollBar,
    /// Buttons that belong together.
    Toolbar,
    /// A dialog.
    Dialog,
    /// A dialog that interrupts and wants an answer.
    AlertDialog,
    /// A short explanation that appears at another node.
    Tooltip,
    /// What is announced when the person has time.
    Status,
    /// What is announced at once.
    Alert,
    /// A line between two parts; with a [`Node::range`](super::Node::range) it can be moved.
    Separator,
}

impl Role {
    /// Every role, in the order of the enum.
    pub const ALL: &'static [Role] = &[
        Role::Group,
        Role::Window,
        Role::Label,
        Role::Paragraph,
        Role::Heading,
        Role::Button,
        Role::Link,
        Role::CheckBox,
        Role::RadioButton,
        Role::RadioGroup,
        Role::Switch,
        Role::Slider,
        Role::SpinButton,
        Role::ProgressBar,
        Role::Meter,
        Role::TextField,
        Role::MultilineTextField,
        Role::PasswordField,
        Role::SearchField,
        Role::ComboBox,
        Role::List,
        Role::ListItem,
        Role::ListBox,
        Role::ListBoxOption,
        Role::MenuBar,
        Role::Menu,
        Role::MenuItem,
        Role::MenuItemCheckBox,
        Role::MenuItemRadio,
        Role::TabList,
        Role::Tab,
        Role::TabPanel,
        Role::Table,
        Role::Row,
        Role::Cell,
        Role::ColumnHeader,
        Role::RowHeader,
        Role::Tree,
        Role::TreeItem,
        Role::Image,
        Role::Canvas,
        Role::ScrollArea,
        Role::ScrollBar,
        Role::Toolbar,
        Role::Dialog,
        Role::AlertDialog,
        Role::Tooltip,
        Role::Status,
        Role::Alert,
        Role::Separator,
    ];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_are_those_that_the_viewer_knows() {
        let names: Vec<String> =
            serde_json::from_str(include_str!("../../fixtures/accessibility-roles.json")).unwrap();
        let mine: Vec<_> =
            Role::ALL.iter().map(|role| serde_json::to_value(role).unwrap()).collect();
        assert_eq!(mine, names);
    }
}
