//! What a canvas shows, as a tree of nodes for screen readers and other assistive technology.
//!
//! The words are those of [AccessKit](https://accesskit.dev) and ARIA. An application hands a
//! [`Tree`] to its canvas (`Canvas::set_accessibility`); views that can show it to assistive technology
//! do so: browsers, not the window or the terminal. What a person asks for there comes back as
//! [`EventKind::AccessibilityAction`](crate::EventKind::AccessibilityAction).
//!
//! ```
//! use framecast_api::LogicalRect;
//! use framecast_api::accessibility::{Action, Node, NodeId, Role, Tree};
//!
//! let (root, save) = (NodeId(0), NodeId(1));
//! let button = Node::new(Role::Button)
//!     .with_name("Save")
//!     .with_bounds(LogicalRect::new(8.0, 8.0, 80.0, 24.0))
//!     .with_actions([Action::Click, Action::Focus]);
//! let tree = Tree::new(root, Node::new(Role::Window).with_name("Editor").with_children([save]))
//!     .with_node(save, button)
//!     .with_focus(save);
//! assert_eq!(tree.checked()?.nodes.len(), 2);
//! # Ok::<(), framecast_api::Error>(())
//! ```

mod action;
mod node;
mod role;
mod tree;

pub use action::{Action, ActionRequest, ActionValue};
pub use node::{Live, Node, NodeId, Range, Toggled};
pub use role::Role;
pub use tree::Tree;
