//! What edges and the origin say of themselves, as JSON. Pure.

use serde::{Deserialize, Serialize};

/// The longest name of an edge, in bytes.
const MAX_NAME: usize = 64;
const MAX_TITLE: usize = 1024;
const MAX_WORD: usize = 64;
/// The longest report, in bytes.
const MAX_BYTES: usize = 8 * 1024;

/// What an edge says of itself, about once a second.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct EdgeReport {
    /// The name that its operator gave it.
    pub(crate) name: String,
    /// Another for each run of each edge, whatever their names.
    pub(crate) id: u64,
    /// Viewers, and how many of them look.
    pub(crate) viewers: u32,
    pub(crate) visible: u32,
    /// Whether it has the newest picture, and answers requests.
    pub(crate) current: bool,
    /// It ends.
    #[serde(default)]
    pub(crate) leaving: bool,
}

impl EdgeReport {
    pub(crate) fn print(&self) -> Vec<u8> {
        // A struct of texts and numbers can be written.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Reads a report; `None` if it is none.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let report: Self = read(bytes)?;
        is_name(&report.name).then_some(report)
    }
}

/// What the origin says of the canvas besides its pictures.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CanvasState {
    pub(crate) title: String,
    /// The CSS name of the cursor.
    pub(crate) cursor: String,
    /// The name of who drives, for display.
    pub(crate) presenter: Option<String>,
    /// The canvas was closed.
    #[serde(default)]
    pub(crate) closed: bool,
}

impl CanvasState {
    pub(crate) fn print(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let state: Self = read(bytes)?;
        let is_fine = |text: &str, most| text.len() <= most;
        let presenter = state.presenter.as_deref().unwrap_or_default();
        (is_fine(&state.title, MAX_TITLE)
            && is_fine(&state.cursor, MAX_WORD)
            && is_fine(presenter, MAX_TITLE))
        .then_some(state)
    }
}

fn read<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Option<T> {
    if bytes.len() > MAX_BYTES {
        return None;
    }
    serde_json::from_slice(bytes).ok()
}

/// Whether an edge may be called so: it is shown to people.
pub(crate) fn is_name(name: &str) -> bool {
    let is_fine = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    !name.is_empty() && name.len() <= MAX_NAME && name.chars().all(is_fine)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_read_as_it_was_written() {
        let report = EdgeReport {
            name: "fra-1".into(),
            id: u64::MAX,
            viewers: 3,
            visible: 2,
            current: true,
            leaving: false,
        };
        assert_eq!(EdgeReport::parse(&report.print()), Some(report));
        let state = CanvasState { title: "Bühne".into(), ..CanvasState::default() };
        assert_eq!(CanvasState::parse(&state.print()), Some(state));
    }

    #[test]
    fn what_makes_no_sense_is_no_report() {
        let with = |name: &str| {
            let name = serde_json::to_string(name).unwrap();
            let text = format!(
                r#"{{"name":{name},"id":1,"viewers":1,"visible":1,"current":true,"leaving":false}}"#
            );
            EdgeReport::parse(text.as_bytes()).is_some()
        };
        assert!(with("fra-1.example"));
        assert!(!with("") && !with("a b") && !with("<b>") && !with(&"x".repeat(65)));
        for wild in ["", "{}", "[]", r#"{"name":"a","id":-1}"#, "\u{0}"] {
            assert!(EdgeReport::parse(wild.as_bytes()).is_none(), "{wild}");
            assert!(CanvasState::parse(wild.as_bytes()).is_none(), "{wild}");
        }
        let title = "x".repeat(MAX_TITLE + 1);
        assert!(
            CanvasState::parse(&CanvasState { title, ..CanvasState::default() }.print()).is_none()
        );
        assert!(EdgeReport::parse(&vec![b' '; MAX_BYTES + 1]).is_none());
    }
}
