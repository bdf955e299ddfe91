//! The tree, and what is checked of it.

use std::collections::BTreeMap;

use super::{Node, NodeId, Range};
use crate::{Error, EventKind, LogicalRect, Result};

/// Everything that a canvas shows, for assistive technology.
///
/// It is the whole tree, not a change of it; what is sent to clients is what changed.
#[non_exhaustive]
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tree {
    /// The nodes. Those that cannot be reached from the root do not count.
    pub nodes: BTreeMap<NodeId, Node>,
    /// The node that everything else is in.
    pub root: NodeId,
    /// The node that has the application's focus; the root if no other has it.
    pub focus: NodeId,
}

impl Tree {
    /// The most nodes that can be reached from the root.
    pub const MAX_NODES: usize = 4096;
    /// The deepest a node can be; the root is at 0.
    pub const MAX_DEPTH: usize = 64;
    /// The longest text, in bytes. Longer ones are cut.
    pub const MAX_TEXT: usize = 4096;
    /// The most bytes that all texts have together.
    pub const MAX_TEXTS: usize = 256 * 1024;

    /// A tree of one node, which has the focus.
    #[must_use]
    pub fn new(root: NodeId, node: Node) -> Self {
        Self { nodes: BTreeMap::from([(root, node)]), root, focus: root }
    }

    /// With this node, too, or in the place of the one with the same number.
    #[must_use]
    pub fn with_node(mut self, id: NodeId, node: Node) -> Self {
        self.nodes.insert(id, node);
        self
    }

    /// With the focus on this node.
    #[must_use]
    pub const fn with_focus(mut self, focus: NodeId) -> Self {
        self.focus = focus;
        self
    }

    /// Checks the tree, and makes it fit: nodes that cannot be reached are left out, texts longer than
    /// [`MAX_TEXT`](Self::MAX_TEXT) are cut (they end in `…`), numbers that are not finite are left out, and
    /// coordinates beyond [`EventKind::MAX_COORDINATE`] become that.
    ///
    /// # Errors
    /// "Invalid input" if the root, the focus or a child is not in the tree, a node is the child of two or of
    /// itself, or there is more than the limits allow.
    pub fn checked(mut self) -> Result<Self> {
        let mut reached = BTreeMap::new();
        let mut texts = 0;
        let mut ahead = vec![(self.root, 0)];
        while let Some((id, depth)) = ahead.pop() {
            let Some(mut node) = self.nodes.remove(&id) else {
                let fault = if reached.contains_key(&id) {
                    "is in the tree twice"
                } else {
                    "is not in the tree, and is its root or a child"
                };
                return Err(Error::invalid_input(format!("the node {} {fault}", id.0)));
            };
            if depth > Self::MAX_DEPTH {
                return Err(Error::invalid_input(format!(
                    "the node {} is deeper than {}",
                    id.0,
                    Self::MAX_DEPTH
                )));
            }
            if reached.len() == Self::MAX_NODES {
                return Err(Error::invalid_input(format!(
                    "more than {} nodes in a tree",
                    Self::MAX_NODES
                )));
            }
            texts += fit(&mut node);
            ahead.extend(node.children.iter().rev().map(|child| (*child, depth + 1)));
            reached.insert(id, node);
        }
        if texts > Self::MAX_TEXTS {
            return Err(Error::invalid_input(format!(
                "{texts} bytes of text in a tree; at most {}",
                Self::MAX_TEXTS
            )));
        }
        if !reached.contains_key(&self.focus) {
            return Err(Error::invalid_input(format!(
                "the focus is on the node {}, which is not in the tree",
                self.focus.0
            )));
        }
        self.nodes = reached;
        Ok(self)
    }
}

/// Makes a node fit; the bytes of its texts.
fn fit(node: &mut Node) -> usize {
    let texts = [&mut node.name, &mut node.description, &mut node.value, &mut node.placeholder];
    let mut bytes = 0;
    for text in texts {
        cut(text);
        bytes += text.len();
    }
    node.range = node.range.filter(|range| range.value.is_finite()).map(|range| Range {
        min: range.min.filter(|number| number.is_finite()),
        max: range.max.filter(|number| number.is_finite()),
        step: range.step.filter(|number| number.is_finite()),
        ..range
    });
    node.bounds = node.bounds.and_then(|LogicalRect { x, y, width, height }| {
        let most = EventKind::MAX_COORDINATE;
        let known = ![x, y, width, height].iter().any(|number| number.is_nan());
        known.then(|| {
            let (x, y) = (x.clamp(-most, most), y.clamp(-most, most));
            LogicalRect::new(x, y, width.clamp(0.0, most), height.clamp(0.0, most))
        })
    });
    bytes
}

fn cut(text: &mut String) {
    if text.len() > Tree::MAX_TEXT {
        const END: &str = "…";
        let mut end = Tree::MAX_TEXT - END.len();
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.truncate(end);
        text.push_str(END);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accessibility::Role;

    fn group(children: impl IntoIterator<Item = u64>) -> Node {
        Node::new(Role::Group).with_children(children.into_iter().map(NodeId))
    }

    fn tree(nodes: impl IntoIterator<Item = (u64, Node)>) -> Tree {
        let nodes = nodes.into_iter().map(|(id, node)| (NodeId(id), node)).collect();
        Tree { nodes, root: NodeId(0), focus: NodeId(0) }
    }

    fn complaint(tree: Tree) -> String {
        tree.checked().unwrap_err().to_string()
    }

    #[test]
    fn what_is_no_tree_is_refused() {
        assert!(complaint(tree([])).contains("node 0 is not in the tree"));
        assert!(complaint(tree([(0, group([5]))])).contains("node 5 is not in the tree"));
        assert!(complaint(tree([(0, group([0]))])).contains("node 0 is in the tree twice"));
        let cycle = tree([(0, group([1])), (1, group([2])), (2, group([1]))]);
        assert!(complaint(cycle).contains("node 1 is in the tree twice"));
        let twins = tree([(0, group([1, 1])), (1, group([]))]);
        assert!(complaint(twins).contains("twice"));
        let unfocused = tree([(0, group([])), (1, group([]))]).with_focus(NodeId(1));
        assert!(complaint(unfocused).contains("focus is on the node 1"));
    }

    #[test]
    fn what_cannot_be_reached_is_left_out() {
        let checked = tree([(0, group([1])), (1, group([])), (2, group([0]))]).checked().unwrap();
        assert_eq!(checked.nodes.keys().collect::<Vec<_>>(), [&NodeId(0), &NodeId(1)]);
    }

    #[test]
    fn a_tree_reaches_its_limits_and_no_further() {
        let wide = |count: u64| {
            let leaves = (1..count).map(|id| (id, group([])));
            tree(leaves.chain([(0, group(1..count))]))
        };
        let most = Tree::MAX_NODES as u64;
        assert!(wide(most).checked().is_ok());
        assert!(complaint(wide(most + 1)).contains("more than 4096 nodes"));

        let deep = |depth: u64| {
            tree((0..=depth).map(|id| (id, if id == depth { group([]) } else { group([id + 1]) })))
        };
        let most = Tree::MAX_DEPTH as u64;
        assert!(deep(most).checked().is_ok());
        assert!(complaint(deep(most + 1)).contains("deeper than 64"));

        let texts = |count: u64| {
            let text = "x".repeat(Tree::MAX_TEXT);
            let leaves = (1..=count).map(|id| (id, group([]).with_name(text.clone())));
            tree(leaves.chain([(0, group(1..=count))]))
        };
        let most = (Tree::MAX_TEXTS / Tree::MAX_TEXT) as u64;
        assert!(texts(most).checked().is_ok());
        assert!(complaint(texts(most + 1)).contains("bytes of text"));
    }

    #[test]
    fn texts_are_cut_between_characters_and_numbers_made_fit() {
        let long = "ü漢".repeat(Tree::MAX_TEXT);
        let node = group([])
            .with_name(long.clone())
            .with_value(long)
            .with_range(Range::new(1.0).within(f64::NEG_INFINITY, 5.0).with_step(f64::NAN))
            .with_bounds(LogicalRect::new(-1e9, 3.0, -1.0, f64::INFINITY));
        let checked = tree([(0, node)]).checked().unwrap();
        let node = &checked.nodes[&NodeId(0)];
        for text in [&node.name, &node.value] {
            assert!(text.len() <= Tree::MAX_TEXT && text.len() > Tree::MAX_TEXT - 8);
            assert!(text.starts_with("ü漢") && text.ends_with('…'));
        }
        assert_eq!(node.range, Some(Range { max: Some(5.0), ..Range::new(1.0) }));
        assert_eq!(node.bounds, Some(LogicalRect::new(-1e6, 3.0, 0.0, 1e6)));

        let nowhere = group([]).with_range(Range::new(f64::NAN)).with_bounds(LogicalRect::new(
            f64::NAN,
            0.0,
            1.0,
            1.0,
        ));
        let checked = tree([(0, nowhere)]).checked().unwrap();
        let node = &checked.nodes[&NodeId(0)];
        assert_eq!((node.range, node.bounds), (None, None));
    }
}
