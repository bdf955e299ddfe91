use framecast_api::Cursor;

/// What the engine changed about the window, until its thread takes it.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    pub(crate) title: Option<String>,
    pub(crate) cursor: Option<Cursor>,
    pub(crate) clipboard: Option<String>,
}

impl Changes {
    /// The newer of each wins.
    pub(crate) fn add(&mut self, newer: Changes) {
        let older = std::mem::take(self);
        *self = Changes {
            title: newer.title.or(older.title),
            cursor: newer.cursor.or(older.cursor),
            clipboard: newer.clipboard.or(older.clipboard),
        };
    }
}
