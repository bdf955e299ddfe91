//! Changes of the accessibility tree, as a text message.

use std::collections::BTreeSet;

use framecast_api::LogicalRect;
use framecast_api::accessibility::{Action, Live, Node, Range, Role, Toggled};
use serde::Serialize;

/// Coordinates are told in steps of this part of a logical pixel.
const STEPS: f64 = 16.0;

/// What changed of the accessibility tree since the update before.
#[derive(Debug, PartialEq, Serialize)]
pub(crate) struct AccessibilityMessage<'a> {
    pub(crate) number: u64,
    /// `None`: there is no tree.
    pub(crate) root: Option<u64>,
    pub(crate) focus: Option<u64>,
    pub(crate) nodes: Vec<WireNode<'a>>,
}

/// One node. What is missing is not so, or not known.
#[derive(Debug, PartialEq, Serialize)]
pub(crate) struct WireNode<'a> {
    id: u64,
    role: Role,
    #[serde(skip_serializing_if = "str::is_empty")]
    name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    value: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    placeholder: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    range: Option<WireRange>,
    #[serde(skip_serializing_if = "Option::is_none")]
    toggled: Option<Toggled>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expanded: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    selected: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    level: Option<u32>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    disabled: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    read_only: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    modal: bool,
    #[serde(skip_serializing_if = "is_off")]
    live: Live,
    #[serde(skip_serializing_if = "Option::is_none")]
    bounds: Option<[f64; 4]>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    children: Vec<u64>,
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    actions: &'a BTreeSet<Action>,
}

#[derive(Debug, PartialEq, Serialize)]
struct WireRange {
    value: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    min: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    step: Option<f64>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_off(live: &Live) -> bool {
    *live == Live::Off
}

impl<'a> WireNode<'a> {
    /// `node`, whose number is `id`, with the numbers of its children.
    pub(crate) fn new(id: u64, node: &'a Node, children: Vec<u64>) -> Self {
        let round = |at: f64| (at * STEPS).round() / STEPS;
        let bounds = |LogicalRect { x, y, width, height, .. }| [x, y, width, height].map(round);
        let range = |Range { value, min, max, step, .. }| WireRange { value, min, max, step };
        Self {
            id,
            role: node.role,
            name: &node.name,
            description: &node.description,
            value: &node.value,
            placeholder: &node.placeholder,
            range: node.range.map(range),
            toggled: node.toggled,
            expanded: node.expanded,
            selected: node.selected,
            level: node.level,
            disabled: node.disabled,
            read_only: node.read_only,
            modal: node.modal,
            live: node.live,
            bounds: node.bounds.map(bounds),
            children,
            actions: &node.actions,
        }
    }
}
