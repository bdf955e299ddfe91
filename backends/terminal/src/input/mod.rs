//! The terminal's bytes as keys, mouse reports, pastes and replies. Pure: bytes and `now` come
//! in, and nothing here makes an event of framecast yet (`keyboard.rs`, `mouse.rs` do).

mod keys;
mod names;
mod tokens;

pub(crate) mod keyboard;
pub(crate) mod mouse;

use std::time::Instant;

pub(crate) use keys::{Phase, Press};
pub(crate) use mouse::MouseReport;
use tokens::{Csi, Token, Tokenizer};

/// What the terminal said.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Said {
    Key(Press),
    Mouse(MouseReport),
    /// Some of what was pasted, without control characters but for tabs and line ends.
    Paste(String),
    /// The terminal's window got (true) or lost the keyboard focus.
    Focus(bool),
    Reply(Reply),
    /// Nothing that could be understood.
    Nonsense,
}

/// An answer to something that was asked.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Reply {
    /// DSR 5: everything before it was dealt with.
    Ready,
    /// DA1: the terminal's class and what it can do.
    Attributes(Vec<u32>),
    /// XTVERSION: name and version.
    Version(String),
    /// Kitty's keyboard protocol is spoken; the flags that are on.
    KeyboardFlags(u32),
    /// DECRQM: a private mode, and its state: 0 unknown, 1 set, 2 reset, 3 and 4 for good.
    Mode { mode: u32, state: u32 },
    /// Width and height of a cell, in pixels.
    CellSize(u32, u32),
    /// Width and height of the text area, in pixels.
    AreaSize(u32, u32),
    /// Kitty's graphics protocol is spoken: the number of the image asked about, and whether it
    /// could be shown.
    Graphics { image: u32, ok: bool },
    /// DECRQSS: the attributes of text, as parameters of SGR.
    TextAttributes(String),
}

/// Reads what comes from a terminal.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    tokenizer: Tokenizer,
    kitty_keys: bool,
}

impl Reader {
    /// Whether the terminal speaks kitty's keyboard protocol from now on, with all its flags.
    pub(crate) fn set_kitty_keys(&mut self, kitty: bool) {
        self.kitty_keys = kitty;
        self.tokenizer.set_escape_is_no_key(kitty);
    }

    /// Reads bytes that came at `now`, in any pieces.
    pub(crate) fn push(&mut self, bytes: &[u8], now: Instant, sink: &mut dyn FnMut(Said)) {
        let kitty = self.kitty_keys;
        self.tokenizer.push(bytes, now, &mut |token| read(token, kitty, sink));
    }

    /// When to call [`expire`](Self::expire), if no bytes come before.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.tokenizer.deadline()
    }

    /// Decides what only time decides, such as whether an escape was the key.
    pub(crate) fn expire(&mut self, now: Instant, sink: &mut dyn FnMut(Said)) {
        let kitty = self.kitty_keys;
        self.tokenizer.expire(now, &mut |token| read(token, kitty, sink));
    }
}

fn read(token: Token, kitty: bool, sink: &mut dyn FnMut(Said)) {
    match token {
        Token::Char { char, alt } => sink(Said::Key(keys::from_char(char, alt))),
        Token::Ss3 { byte, alt } => {
            sink(keys::from_ss3(byte, alt).map_or(Said::Nonsense, Said::Key));
        }
        Token::OldMouse(bytes) => sink(Said::Mouse(mouse::from_old(bytes))),
        Token::Paste(text) => sink(Said::Paste(text)),
        Token::Text { kind, content } => {
            if let Some(reply) = text_reply(kind, &content) {
                sink(Said::Reply(reply));
            }
        }
        Token::Nonsense => sink(Said::Nonsense),
        Token::Csi { sequence, alt } => sink(control_sequence(&sequence, alt, kitty)),
    }
}

fn control_sequence(it: &Csi, alt: bool, kitty: bool) -> Said {
    let number = |index| it.number(index).unwrap_or(0);
    match (it.private, it.intermediate, it.last) {
        (b'<', 0, b'M' | b'm') => mouse::from_sgr(it).map_or(Said::Nonsense, Said::Mouse),
        (0, 0, b'I') => Said::Focus(true),
        (0, 0, b'O') => Said::Focus(false),
        (0, 0, b'n') => Said::Reply(Reply::Ready),
        (b'?', 0, b'c') => {
            let all = (0..it.parameters.len()).filter_map(|index| it.number(index));
            Said::Reply(Reply::Attributes(all.collect()))
        }
        (b'?', 0, b'u') => Said::Reply(Reply::KeyboardFlags(number(0))),
        (b'?', b'$', b'y') => Said::Reply(Reply::Mode { mode: number(0), state: number(1) }),
        (0, 0, b't') => match number(0) {
            6 => Said::Reply(Reply::CellSize(number(2), number(1))),
            4 => Said::Reply(Reply::AreaSize(number(2), number(1))),
            _ => Said::Nonsense,
        },
        _ => keys::from_csi(it, alt, kitty).map_or(Said::Nonsense, Said::Key),
    }
}

fn text_reply(kind: u8, content: &[u8]) -> Option<Reply> {
    let content = String::from_utf8_lossy(content);
    match kind {
        b'P' => {
            if let Some(version) = content.strip_prefix(">|") {
                return Some(Reply::Version(version.to_owned()));
            }
            let attributes = content.strip_prefix("1$r")?.strip_suffix('m')?;
            Some(Reply::TextAttributes(attributes.to_owned()))
        }
        b'_' => {
            let (keys, message) = content.strip_prefix('G')?.split_once(';')?;
            let image = keys.split(',').find_map(|pair| pair.strip_prefix("i=")?.parse().ok())?;
            Some(Reply::Graphics { image, ok: message == "OK" })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn said(bytes: &[u8]) -> Vec<Said> {
        let mut said = Vec::new();
        Reader::default().push(bytes, Instant::now(), &mut |it| said.push(it));
        said
    }

    fn replies(bytes: &[u8]) -> Vec<Reply> {
        let reply = |it| match it {
            Said::Reply(reply) => reply,
            other => panic!("unexpected {other:?}"),
        };
        said(bytes).into_iter().map(reply).collect()
    }

    #[test]
    fn replies_are_told_from_keys() {
        assert_eq!(
            replies(b"\x1b[0n\x1b[?62;4;22c"),
            [Reply::Ready, Reply::Attributes(vec![62, 4, 22])]
        );
        assert_eq!(
            replies(b"\x1bP>|tmux 3.3a\x1b\\\x1b[?0u"),
            [Reply::Version("tmux 3.3a".into()), Reply::KeyboardFlags(0)]
        );
        assert_eq!(
            replies(b"\x1b[?2026;2$y\x1b[6;20;10t\x1b[4;800;1000t"),
            [
                Reply::Mode { mode: 2026, state: 2 },
                Reply::CellSize(10, 20),
                Reply::AreaSize(1000, 800)
            ]
        );
        assert_eq!(
            replies(b"\x1b_Gi=31;OK\x1b\\\x1b_Gi=7,p=1;ENOENT:no\x1b\\"),
            [Reply::Graphics { image: 31, ok: true }, Reply::Graphics { image: 7, ok: false }]
        );
        assert_eq!(
            replies(b"\x1bP1$r0;48:2:1:2:3m\x1b\\"),
            [Reply::TextAttributes("0;48:2:1:2:3".into())]
        );
    }

    #[test]
    fn focus_is_no_key() {
        assert_eq!(said(b"\x1b[I\x1b[O"), [Said::Focus(true), Said::Focus(false)]);
    }

    #[test]
    fn strings_that_nobody_asked_for_are_passed_over() {
        assert!(said(b"\x1b]11;rgb:0000/0000/0000\x1b\\\x1bPabc\x1b\\\x1b_x\x1b\\").is_empty());
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_panic(
            bytes in prop::collection::vec(any::<u8>(), 0..200), kitty in any::<bool>(),
        ) {
            let mut reader = Reader::default();
            reader.set_kitty_keys(kitty);
            let now = Instant::now();
            reader.push(&bytes, now, &mut |_| {});
            reader.expire(now + tokens::STALLED, &mut |_| {});
            prop_assert_eq!(reader.deadline(), None);
        }

        #[test]
        fn any_sequence_is_read_without_panic(body in "\x1b\\[[<>?]?[0-9:;]{0,30}[@-~]") {
            said(body.as_bytes());
        }
    }
}
