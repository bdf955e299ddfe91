//! One node of the tree.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Action, Role};
use crate::LogicalRect;

/// The number of a node: the application's choice, and the same for as long as it is the same thing.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct NodeId(pub u64);

/// Whether something is checked or pressed.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Toggled {
    /// It is not.
    False,
    /// It is.
    True,
    /// Some of what it stands for is.
    Mixed,
}

/// Whether a change is announced though the person is elsewhere.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Live {
    /// It is not.
    #[default]
    Off,
    /// When the person has time.
    Polite,
    /// At once.
    Assertive,
}

/// A number, and what it can be.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Range {
    /// The number.
    pub value: f64,
    /// The least it can be.
    pub min: Option<f64>,
    /// The most it can be.
    pub max: Option<f64>,
    /// By how much [`Action::Increment`] and [`Action::Decrement`] change it.
    pub step: Option<f64>,
}

impl Range {
    /// A number without bounds or step.
    #[must_use]
    pub const fn new(value: f64) -> Self {
        Self { value, min: None, max: None, step: None }
    }

    /// From `min` to `max`.
    #[must_use]
    pub const fn within(mut self, min: f64, max: f64) -> Self {
        (self.min, self.max) = (Some(min), Some(max));
        self
    }

    /// With this step.
    #[must_use]
    pub const fn with_step(mut self, step: f64) -> Self {
        self.step = Some(step);
        self
    }
}

/// One thing that a canvas shows: a button, a text. An empty text says nothing.
///
/// ```
/// use framecast_api::accessibility::{Action, Node, Range, Role};
/// let volume = Node::new(Role::Slider)
///     .with_name("Volume")
///     .with_range(Range::new(30.0).within(0.0, 100.0).with_step(5.0))
///     .with_actions([Action::Increment, Action::Decrement, Action::SetValue]);
/// assert!(volume.actions.contains(&Action::SetValue));
/// ```
#[non_exhaustive]
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Node {
    /// What it is.
    pub role: Role,
    /// What it is called: the text of a button or a label.
    pub name: String,
    /// More about it.
    pub description: String,
    /// Its content as text: of a text field, or a slider's value as it is spoken ("30 percent").
    pub value: String,
    /// What a text field shows while it is empty.
    pub placeholder: String,
    /// Its number.
    pub range: Option<Range>,
    /// Whether it is checked or pressed; `None` if it cannot be.
    pub toggled: Option<Toggled>,
    /// Whether what it holds is shown; `None` if it holds nothing to show or hide.
    pub expanded: Option<bool>,
    /// Whether it is selected; `None` if it cannot be.
    pub selected: Option<bool>,
    /// The level of a heading or a tree item; the first is 1.
    pub level: Option<u32>,
    /// It is there, and cannot be used now.
    pub disabled: bool,
    /// Its value cannot be changed.
    pub read_only: bool,
    /// As long as it is there, nothing else can be used.
    pub modal: bool,
    /// Whether changes in it are announced.
    pub live: Live,
    /// Where it is, in logical pixels from the canvas' top left, not from its parent.
    pub bounds: Option<LogicalRect>,
    /// What it contains, in reading order.
    pub children: Vec<NodeId>,
    /// What can be asked of it.
    pub actions: BTreeSet<Action>,
}

impl Node {
    /// A node of this role, without a name and without children.
    #[must_use]
    pub fn new(role: Role) -> Self {
        Self { role, ..Self::default() }
    }

    /// With this name.
    #[must_use]
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// With this description.
    #[must_use]
    pub fn with_description(mut self, description: impl Into<String>) -> Self {
        self.description = description.into();
        self
    }

    /// With this value.
    #[must_use]
    pub fn with_value(mut self, value: impl Into<String>) -> Self {
        self.value = value.into();
        self
    }

    /// With this placeholder.
    #[must_use]
    pub fn with_placeholder(mut self, placeholder: impl Into<String>) -> Self {
        self.placeholder = placeholder.into();
        self
    }

    /// With this number.
    #[must_use]
    pub const fn with_range(mut self, range: Range) -> Self {
        self.range = Some(range);
        self
    }

    /// Checked or pressed, or not.
    #[must_use]
    pub const fn with_toggled(mut self, toggled: Toggled) -> Self {
        self.toggled = Some(toggled);
        self
    }

    /// Expanded, or collapsed.
    #[must_use]
    pub const fn with_expanded(mut self, expanded: bool) -> Self {
        self.expanded = Some(expanded);
        self
    }

    /// Selected, or not.
    #[must_use]
    pub const fn with_selected(mut self, selected: bool) -> Self {
        self.selected = Some(selected);
        self
    }

    /// At this level.
    #[must_use]
    pub const fn with_level(mut self, level: u32) -> Self {
        self.level = Some(level);
        self
    }

    /// Disabled.
    #[must_use]
    pub const fn with_disabled(mut self) -> Self {
        self.disabled = true;
        self
    }

    /// Read-only.
    #[must_use]
    pub const fn with_read_only(mut self) -> Self {
        self.read_only = true;
        self
    }

    /// Modal.
    #[must_use]
    pub const fn with_modal(mut self) -> Self {
        self.modal = true;
        self
    }

    /// Announced like this.
    #[must_use]
    pub const fn with_live(mut self, live: Live) -> Self {
        self.live = live;
        self
    }

    /// At this place.
    #[must_use]
    pub const fn with_bounds(mut self, bounds: LogicalRect) -> Self {
        self.bounds = Some(bounds);
        self
    }

    /// With these children, in reading order.
    #[must_use]
    pub fn with_children(mut self, children: impl IntoIterator<Item = NodeId>) -> Self {
        self.children = children.into_iter().collect();
        self
    }

    /// Takes these actions.
    #[must_use]
    pub fn with_actions(mut self, actions: impl IntoIterator<Item = Action>) -> Self {
        self.actions = actions.into_iter().collect();
        self
    }
}
