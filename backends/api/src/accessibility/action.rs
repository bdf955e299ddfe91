//! What a person can ask of a node.

use serde::{Deserialize, Serialize};

use super::NodeId;
use crate::{Error, EventKind, Result, lenient};

/// What a person can ask of a node. Serde names are in snake case: `set_value`.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Do what a click does.
    Click,
    /// Give it the focus.
    Focus,
    /// One step up.
    Increment,
    /// One step down.
    Decrement,
    /// Take this text or number; see [`ActionRequest::value`].
    SetValue,
    /// Show what it holds.
    Expand,
    /// Hide what it holds.
    Collapse,
    /// Scroll until it can be seen.
    ScrollIntoView,
}

impl Action {
    /// Every action, in the order of the enum.
    pub const ALL: &'static [Action] = &[
        Action::Click,
        Action::Focus,
        Action::Increment,
        Action::Decrement,
        Action::SetValue,
        Action::Expand,
        Action::Collapse,
        Action::ScrollIntoView,
    ];
}

/// A text or a number, as the node has: a slider gets a number, a text field a text.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ActionValue {
    /// For a node with a [`Node::range`](super::Node::range).
    Number(f64),
    /// For a node with a [`Node::value`](super::Node::value).
    Text(String),
}

/// Fields of [`EventKind::AccessibilityAction`].
///
/// ```
/// use framecast_api::accessibility::{Action, ActionRequest, ActionValue, NodeId};
/// let request = ActionRequest::new(NodeId(7), Action::SetValue).with_value(ActionValue::Number(0.5));
/// assert!(request.validate().is_ok());
/// ```
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ActionRequest {
    /// Of which node. It may have left the tree in the meantime.
    pub node: NodeId,
    /// What.
    pub action: Action,
    /// The value to take; always there with [`Action::SetValue`].
    #[serde(
        default,
        deserialize_with = "lenient::or_default",
        skip_serializing_if = "Option::is_none"
    )]
    pub value: Option<ActionValue>,
}

impl ActionRequest {
    /// Asks for this, without a value.
    #[must_use]
    pub const fn new(node: NodeId, action: Action) -> Self {
        Self { node, action, value: None }
    }

    /// With this value.
    #[must_use]
    pub fn with_value(mut self, value: ActionValue) -> Self {
        self.value = Some(value);
        self
    }

    /// Checks what comes from an untrusted client.
    ///
    /// # Errors
    /// "Invalid input" if a value is to be set and there is none, a number is not finite, or a text is longer
    /// than [`EventKind::MAX_TEXT`] bytes.
    pub fn validate(&self) -> Result<()> {
        match &self.value {
            None if self.action == Action::SetValue => {
                Err(Error::invalid_input("a value is to be set, and there is none"))
            }
            Some(ActionValue::Number(number)) if !number.is_finite() => {
                Err(Error::invalid_input(format!("{number} is no value to set")))
            }
            Some(ActionValue::Text(text)) if text.len() > EventKind::MAX_TEXT => {
                Err(Error::invalid_input(format!(
                    "a value of {} bytes; at most {}",
                    text.len(),
                    EventKind::MAX_TEXT
                )))
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_that_nobody_can_follow_is_refused() {
        let request =
            |value| ActionRequest { value, ..ActionRequest::new(NodeId(1), Action::SetValue) };
        let text = |length| Some(ActionValue::Text("x".repeat(length)));
        assert!(request(None).validate().is_err());
        assert!(request(text(EventKind::MAX_TEXT)).validate().is_ok());
        assert!(request(text(EventKind::MAX_TEXT + 1)).validate().is_err());
        assert!(request(Some(ActionValue::Number(-1e300))).validate().is_ok());
        for number in [f64::NAN, f64::INFINITY] {
            assert!(request(Some(ActionValue::Number(number))).validate().is_err());
        }
        for &action in Action::ALL {
            let bare = ActionRequest::new(NodeId(u64::MAX), action);
            assert_eq!(bare.validate().is_ok(), action != Action::SetValue, "{action:?}");
        }
    }
}
