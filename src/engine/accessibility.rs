//! The accessibility tree: what the application hands over, and who wants it.

use std::collections::BTreeSet;
use std::sync::Arc;

use framecast_api::accessibility::Tree;
use framecast_api::{BackendCommand, EventKind, Source};

use super::Engine;

/// What the application says of its canvas, and which clients show it.
#[derive(Default)]
pub(super) struct Accessibility {
    tree: Option<Arc<Tree>>,
    wanted_by: BTreeSet<Source>,
}

impl Engine {
    /// Hands a tree that was checked to every backend, if it is another than before.
    pub(crate) fn set_accessibility(&mut self, tree: Option<Tree>) {
        if self.accessibility.tree.as_deref() != tree.as_ref() {
            self.accessibility.tree = tree.map(Arc::new);
            self.apply(&BackendCommand::Accessibility(self.accessibility.tree.clone()));
        }
    }

    /// Whether a client shows it.
    pub(crate) fn is_accessibility_wanted(&self) -> bool {
        !self.accessibility.wanted_by.is_empty()
    }

    /// Notes whether `source` shows the tree, who has to be here for that.
    pub(super) fn set_accessibility_wanted(&mut self, source: Source, wanted: bool) {
        let wanted = wanted && self.control.label(source).is_some();
        self.change_accessibility_wanted(|by| {
            if wanted {
                by.insert(source);
            } else {
                by.remove(&source);
            }
        });
    }

    /// Nobody of this backend is here any more.
    pub(super) fn forget_accessibility_of(&mut self, backend: u32) {
        self.change_accessibility_wanted(|by| by.retain(|source| source.backend != backend));
    }

    fn change_accessibility_wanted(&mut self, change: impl FnOnce(&mut BTreeSet<Source>)) {
        let before = self.is_accessibility_wanted();
        change(&mut self.accessibility.wanted_by);
        let wanted = self.is_accessibility_wanted();
        if wanted != before {
            self.push(None, EventKind::AccessibilityWanted { wanted });
        }
    }
}
