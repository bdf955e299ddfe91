//! The newest tree, and since when each node is as it is.

use std::collections::BTreeMap;
use std::sync::Arc;

use framecast_api::accessibility::{ActionRequest, NodeId, Tree};

use crate::protocol::{AccessibilityMessage, WireNode};

/// The newest tree.
///
/// Each node has a number on the wire, because numbers of 64 bits are not exact in a browser, and because an
/// application's numbers are its own affair. No number is used twice.
#[derive(Debug, Default)]
pub(crate) struct TreeStore {
    tree: Option<Arc<Tree>>,
    /// Grows with each tree.
    revision: u64,
    nodes: BTreeMap<NodeId, Entry>,
    by_number: BTreeMap<u64, NodeId>,
    last_number: u64,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    number: u64,
    /// The revision that changed it.
    changed: u64,
}

impl TreeStore {
    /// Takes a tree in the place of the one before.
    pub(crate) fn set(&mut self, tree: Option<Arc<Tree>>) {
        self.revision += 1;
        let before = std::mem::replace(&mut self.tree, tree);
        let mut known = std::mem::take(&mut self.nodes);
        for (id, node) in self.tree.iter().flat_map(|tree| &tree.nodes) {
            let is_same = before.as_ref().and_then(|tree| tree.nodes.get(id)) == Some(node);
            let entry = match known.remove(id) {
                Some(entry) if is_same => entry,
                Some(entry) => Entry { changed: self.revision, ..entry },
                None => {
                    self.last_number += 1;
                    self.by_number.insert(self.last_number, *id);
                    Entry { number: self.last_number, changed: self.revision }
                }
            };
            self.nodes.insert(*id, entry);
        }
        for gone in known.values() {
            self.by_number.remove(&gone.number);
        }
    }

    /// The number of the newest tree; 0: there never was one.
    pub(crate) fn revision(&self) -> u64 {
        self.revision
    }

    /// What changed since `revision`.
    pub(crate) fn since(&self, revision: u64) -> AccessibilityMessage<'_> {
        let number = self.revision;
        let Some(tree) = &self.tree else {
            return AccessibilityMessage { number, root: None, focus: None, nodes: Vec::new() };
        };
        let number_of = |id: &NodeId| self.nodes.get(id).map(|entry| entry.number);
        let changed = tree.nodes.iter().filter_map(|(id, node)| {
            let entry = self.nodes.get(id).filter(|entry| entry.changed > revision)?;
            let children = node.children.iter().filter_map(number_of).collect();
            Some(WireNode::new(entry.number, node, children))
        });
        AccessibilityMessage {
            number,
            root: number_of(&tree.root),
            focus: number_of(&tree.focus),
            nodes: changed.collect(),
        }
    }

    /// Puts the application's number in the place of ours. Whether the node is there and takes such an action.
    pub(crate) fn resolve(&self, request: &mut ActionRequest) -> bool {
        let tree = self.tree.as_ref();
        let id = self.by_number.get(&request.node.0);
        let Some((id, node)) = id.and_then(|id| Some((*id, tree?.nodes.get(id)?))) else {
            return false;
        };
        request.node = id;
        node.actions.contains(&request.action) && !node.disabled
    }
}
