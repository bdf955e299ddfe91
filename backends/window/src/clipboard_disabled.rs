//! In place of the desktop's clipboard, where the feature `clipboard` is off.

/// Has no text and takes none.
#[derive(Default)]
pub(crate) struct Clipboard(());

impl Clipboard {
    pub(crate) fn copy(&mut self, _: String) {}

    pub(crate) fn paste(&mut self) {}

    pub(crate) fn pasted(&mut self) -> Option<String> {
        None
    }
}
