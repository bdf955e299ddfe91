//! The subjects of a canvas on the bus. The permissions in `examples/edge` name the same.

/// The subjects of one canvas.
#[derive(Debug, Clone)]
pub(crate) struct Subjects {
    /// What changed: only the origin may publish here.
    pub(crate) updates: String,
    /// Title, cursor and who drives: only the origin may publish here.
    pub(crate) state: String,
    /// What edges say of themselves.
    pub(crate) edges: String,
    /// Requests for what is newer than a revision. Edges that are current answer, or else the origin.
    pub(crate) since: String,
    /// The same, for the origin alone.
    pub(crate) since_origin: String,
    /// Asks what the origin's clock shows.
    pub(crate) clock: String,
    /// What those do who drive at edges: only edges that are trusted with them may publish here.
    pub(crate) drive: String,
}

/// Where answers come to. Each kind of program has its own, so that a server can keep them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Inbox {
    Origin,
    Edge,
    /// What the origin tells an edge of those who drive there, which is not for other edges.
    Drive,
}

impl Inbox {
    pub(crate) fn prefix(self) -> &'static str {
        match self {
            Self::Origin => "_INBOX_origin",
            Self::Edge => "_INBOX_edge",
            Self::Drive => "_INBOX_drive",
        }
    }

    /// Whether somebody of this kind can be answered there: a request must not make a program publish elsewhere.
    pub(crate) fn has(self, subject: &str) -> bool {
        subject.strip_prefix(self.prefix()).is_some_and(|rest| rest.starts_with('.'))
    }
}

impl Subjects {
    /// Those who answer requests: each request goes to one of them.
    pub(crate) const QUEUE: &'static str = "current";

    pub(crate) fn new(name: &str) -> Self {
        let subject = |last: &str| format!("framecast.{name}.{last}");
        Self {
            updates: subject("updates"),
            state: subject("state"),
            edges: subject("edges"),
            since: subject("since"),
            since_origin: subject("since.origin"),
            clock: subject("clock"),
            drive: subject("drive"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_goes_to_an_inbox_and_nowhere_else() {
        assert!(Inbox::Edge.has("_INBOX_edge.abc") && Inbox::Edge.has("_INBOX_edge.abc.1"));
        let wild = [
            "framecast.lecture.updates",
            "_INBOX_edge",
            "_INBOX_edges.x",
            "_INBOX_origin.x",
            "_INBOX_drive.x",
            "x._INBOX_edge.x",
            "",
        ];
        assert!(!wild.iter().any(|subject| Inbox::Edge.has(subject)));
    }
}
