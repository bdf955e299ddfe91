//! Escape codes that carry pictures, also through tmux.

use std::io::Write;

use data_encoding::BASE64;

/// Appends to what is sent. Inside tmux, whatever is between [`begin`](Self::begin) and
/// [`end`](Self::end) is handed on to the terminal around it.
pub(super) struct Escapes<'a> {
    pub(super) out: &'a mut Vec<u8>,
    /// The pane's first column and row of the terminal.
    tmux: Option<(u16, u16)>,
    /// Where what is handed on begins.
    begun: usize,
}

impl<'a> Escapes<'a> {
    pub(super) fn new(out: &'a mut Vec<u8>, tmux: Option<(u16, u16)>) -> Self {
        Self { out, tmux, begun: 0 }
    }

    /// Moves the cursor to a cell. To be called between `begin` and `end` if the terminal has to
    /// see it: tmux tells it of its own cursor when it likes.
    pub(super) fn go(&mut self, row: u16, column: u16) {
        write!(self.out, "\x1b[{};{}H", row + 1, column + 1).expect("a vector takes everything");
    }

    /// What follows is for the terminal.
    pub(super) fn begin(&mut self) {
        self.begun = self.out.len();
    }

    /// What was for the terminal ends. tmux wants it wrapped, with every escape doubled.
    pub(super) fn end(&mut self) {
        if self.tmux.is_none() {
            return;
        }
        let inner = self.out.split_off(self.begun);
        self.out.extend_from_slice(b"\x1bPtmux;");
        for part in inner.split_inclusive(|byte| *byte == 0x1b) {
            self.out.extend_from_slice(part);
            if part.ends_with(b"\x1b") {
                self.out.push(0x1b);
            }
        }
        self.out.extend_from_slice(b"\x1b\\");
    }

    /// Puts an image at a cell: inside tmux at the terminal's own, and the cursor back.
    pub(super) fn at(&mut self, row: u16, column: u16, image: impl FnOnce(&mut Vec<u8>)) {
        self.begin();
        if let Some((left, top)) = self.tmux {
            self.out.extend_from_slice(b"\x1b7");
            self.go(top + row, left + column);
        } else {
            self.go(row, column);
        }
        image(self.out);
        if self.tmux.is_some() {
            self.out.extend_from_slice(b"\x1b8");
        }
        self.end();
    }
}

/// Hands `inner` on to the terminal around tmux.
pub(crate) fn pass_through_tmux(inner: &[u8], out: &mut Vec<u8>) {
    let mut escapes = Escapes::new(out, Some((0, 0)));
    escapes.begin();
    escapes.out.extend_from_slice(inner);
    escapes.end();
}

/// Has the terminal put text into the clipboard (OSC 52 of xterm). Without passing it by, tmux does so
/// itself where it is told to (`set-clipboard`).
pub(crate) fn copy(text: &str, tmux: Option<(u16, u16)>, out: &mut Vec<u8>) {
    let mut escapes = Escapes::new(out, tmux);
    escapes.begin();
    escapes.out.extend_from_slice(b"\x1b]52;c;");
    base64(text.as_bytes(), escapes.out);
    escapes.out.extend_from_slice(b"\x1b\\");
    escapes.end();
}

/// Appends base64.
pub(crate) fn base64(bytes: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    out.resize(start + BASE64.encode_len(bytes.len()), 0);
    BASE64.encode_mut(bytes, &mut out[start..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_copied_as_base64_whatever_it_is() {
        let copied = |text, tmux| {
            let mut out = Vec::new();
            copy(text, tmux, &mut out);
            String::from_utf8(out).unwrap()
        };
        assert_eq!(copied("\u{1b}]0;x\u{7}ü\n", None), "\x1b]52;c;G10wO3gHw7wK\x1b\\");
        assert_eq!(copied("", None), "\x1b]52;c;\x1b\\");
        let passed = copied("a", Some((0, 0)));
        assert_eq!(passed, "\x1bPtmux;\x1b\x1b]52;c;YQ==\x1b\x1b\\\x1b\\");
    }

    #[test]
    fn tmux_gets_its_wrapping_and_others_get_none() {
        let sent = |tmux| {
            let mut out = b"x".to_vec();
            let mut escapes = Escapes::new(&mut out, tmux);
            escapes.at(1, 2, |out| out.extend_from_slice(b"\x1b_Gq\x1b\\"));
            String::from_utf8(out).unwrap().replace('\x1b', "E")
        };
        assert_eq!(sent(None), "xE[2;3HE_GqE\\");
        assert_eq!(sent(Some((10, 20))), "xEPtmux;EE7EE[22;13HEE_GqEE\\EE8E\\");
    }
}
