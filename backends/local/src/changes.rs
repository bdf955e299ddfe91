use framecast_api::{ControlState, Cursor, DirectPicture};

/// Changes that the engine made to a view, until the view takes them. Not `Debug`, so that links and clipboard
/// text are never logged.
///
/// Not `Debug`: links and clipboards are nobody else's.
#[derive(Default)]
pub struct ViewChanges {
    /// The canvas' title.
    pub title: Option<String>,
    /// The pointer's shape.
    pub cursor: Option<Cursor>,
    /// Who drives, and the other viewers.
    pub control: Option<ControlState>,
    /// The links to the canvas' other views.
    pub links: Option<Vec<String>>,
    /// The picture that the program shows in the view's window itself; `Some(None)`: none any more.
    pub direct: Option<Option<DirectPicture>>,
    /// Text for the clipboard.
    pub clipboard: Option<String>,
}

impl ViewChanges {
    /// Adds newer changes. Of each kind, the newer one wins.
    pub fn add(&mut self, newer: Self) {
        let older = std::mem::take(self);
        *self = Self {
            title: newer.title.or(older.title),
            cursor: newer.cursor.or(older.cursor),
            control: newer.control.or(older.control),
            links: newer.links.or(older.links),
            direct: newer.direct.or(older.direct),
            clipboard: newer.clipboard.or(older.clipboard),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_each_kind_the_newer_change_wins() {
        let text = |text: &str| Some(text.to_owned());
        let mut changes = ViewChanges {
            title: text("old"),
            cursor: Some(Cursor::Default),
            clipboard: text("kept"),
            direct: Some(Some(DirectPicture::new((1, 1).into(), 1.0))),
            ..ViewChanges::default()
        };
        changes.add(ViewChanges {
            title: text("new"),
            cursor: Some(Cursor::Pointer),
            control: Some(ControlState::default()),
            links: Some(vec!["link".into()]),
            direct: Some(None),
            clipboard: None,
        });
        assert_eq!(changes.title.as_deref(), Some("new"));
        assert_eq!(changes.cursor, Some(Cursor::Pointer));
        assert_eq!(changes.control, Some(ControlState::default()));
        assert_eq!(changes.links, Some(vec!["link".to_owned()]));
        assert_eq!(changes.direct, Some(None));
        assert_eq!(changes.clipboard.as_deref(), Some("kept"));
        changes.add(ViewChanges::default());
        assert_eq!(changes.title.as_deref(), Some("new"));
        assert!(changes.cursor.is_some() && changes.control.is_some() && changes.links.is_some());
    }
}
