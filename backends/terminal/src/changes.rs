use framecast_api::{ControlState, Cursor};

/// What the engine changed about the view, until the thread takes it.
#[derive(Default)]
pub(crate) struct Changes {
    pub(crate) title: Option<String>,
    pub(crate) cursor: Option<Cursor>,
    pub(crate) control: Option<ControlState>,
    pub(crate) links: Option<Vec<String>>,
    pub(crate) clipboard: Option<String>,
}

impl Changes {
    /// The newer of each wins.
    pub(crate) fn add(&mut self, newer: Changes) {
        let older = std::mem::take(self);
        *self = Changes {
            title: newer.title.or(older.title),
            cursor: newer.cursor.or(older.cursor),
            control: newer.control.or(older.control),
            links: newer.links.or(older.links),
            clipboard: newer.clipboard.or(older.clipboard),
        };
    }
}
