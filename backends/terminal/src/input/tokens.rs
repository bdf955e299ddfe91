//! The terminal's bytes, cut into characters and control sequences (ECMA-48). Pure.

use std::time::{Duration, Instant};

use framecast_api::EventKind;

/// After a lone escape this long nothing more belongs to it: it was the key.
pub(crate) const ESCAPE_KEY: Duration = Duration::from_millis(50);
/// A sequence or a paste that stops for this long in the middle is given up.
pub(crate) const STALLED: Duration = Duration::from_secs(3);
/// The longest control sequence, in bytes; a longer one is skipped.
pub(crate) const MAX_SEQUENCE: usize = 128;
/// The most of a control string (a reply) that is kept, in bytes.
pub(crate) const MAX_STRING: usize = 1024;
/// Pasted text is handed on in pieces of at most this many bytes: as whole as an event can hold it.
pub(crate) const PASTE_PIECE: usize = EventKind::MAX_PASTE - PASTE_END.len();
/// What one paste may bring, in bytes; the rest is dropped.
pub(crate) const MAX_PASTE: usize = 1 << 20;
/// The most parameters of a sequence, and sub-parameters of a parameter, that are looked at.
const MAX_PARAMETERS: usize = 32;

/// What ends pasted text.
const PASTE_END: &[u8] = b"\x1b[201~";

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Token {
    /// A character, perhaps a control character; with Alt.
    Char { char: char, alt: bool },
    /// `CSI … final`; with Alt where a terminal writes a second escape before it.
    Csi { sequence: Csi, alt: bool },
    /// `SS3 byte`.
    Ss3 { byte: u8, alt: bool },
    /// The mouse without SGR coordinates: three bytes after `CSI M`.
    OldMouse([u8; 3]),
    /// A control string: what introduces it (P, ], _) and its content, perhaps cut.
    Text { kind: u8, content: Vec<u8> },
    /// Some of a paste.
    Paste(String),
    /// Bytes that make no sense, or too many of them.
    Nonsense,
}

/// A control sequence: `CSI < 0 ; 5 : 1 M`.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Csi {
    /// `<`, `=`, `>` or `?`, or 0.
    pub(crate) private: u8,
    /// The parameters and their sub-parameters; `None` where nothing was written.
    pub(crate) parameters: Vec<Vec<Option<u32>>>,
    /// The last intermediate byte, such as `$`, or 0.
    pub(crate) intermediate: u8,
    pub(crate) last: u8,
}

impl Csi {
    /// The first part of the parameter at `index`.
    pub(crate) fn number(&self, index: usize) -> Option<u32> {
        self.part(index, 0)
    }

    /// A sub-parameter.
    pub(crate) fn part(&self, index: usize, part: usize) -> Option<u32> {
        *self.parameters.get(index)?.get(part)?
    }

    fn parse(body: &[u8], last: u8) -> Option<Self> {
        let mut sequence = Csi { last, ..Csi::default() };
        let mut rest = body;
        if let [private @ b'<'..=b'?', tail @ ..] = rest {
            (sequence.private, rest) = (*private, tail);
        }
        let end = rest.iter().position(|byte| (0x20..=0x2f).contains(byte)).unwrap_or(rest.len());
        let (numbers, intermediates) = rest.split_at(end);
        if !numbers.iter().all(|byte| byte.is_ascii_digit() || b";:".contains(byte))
            || !intermediates.iter().all(|byte| (0x20..=0x2f).contains(byte))
        {
            return None;
        }
        sequence.intermediate = intermediates.last().copied().unwrap_or(0);
        if !numbers.is_empty() {
            let number = |text: &[u8]| {
                let digits = std::str::from_utf8(text).ok()?;
                // A number too large for anything counts as not written.
                digits.parse().ok()
            };
            let parts = |text: &[u8]| {
                text.split(|&byte| byte == b':').take(MAX_PARAMETERS).map(number).collect()
            };
            sequence.parameters =
                numbers.split(|&byte| byte == b';').take(MAX_PARAMETERS).map(parts).collect();
        }
        Some(sequence)
    }
}

/// Cuts bytes, which come in any pieces, into tokens. It never holds more than the named limits.
#[derive(Debug)]
pub(crate) struct Tokenizer {
    state: State,
    /// What belongs to the token that is not finished.
    held: Vec<u8>,
    /// An escape came before the escape of this sequence.
    alt: bool,
    /// When the last byte came.
    heard: Option<Instant>,
    /// The terminal writes keys in a way that a lone escape never is one.
    escape_is_no_key: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum State {
    Ground,
    /// Of a character of several bytes, so many are missing.
    Utf8 {
        missing: usize,
        alt: bool,
    },
    Escape,
    Csi,
    /// Too long: skipped to its end.
    CsiSkip,
    /// `CSI [`, a function key of the Linux console.
    Console,
    Ss3,
    OldMouse,
    Text {
        kind: u8,
        escape: bool,
    },
    /// Bytes of it so far, and how many of the last ones may be the end's beginning.
    Paste {
        taken: usize,
        matched: usize,
    },
}

impl Default for Tokenizer {
    fn default() -> Self {
        Self {
            state: State::Ground,
            held: Vec::new(),
            alt: false,
            heard: None,
            escape_is_no_key: false,
        }
    }
}

impl Tokenizer {
    /// Whether every key that is not text comes as a sequence, Escape, too.
    pub(crate) fn set_escape_is_no_key(&mut self, no_key: bool) {
        self.escape_is_no_key = no_key;
    }

    /// Takes bytes that came at `now`.
    pub(crate) fn push(&mut self, bytes: &[u8], now: Instant, sink: &mut dyn FnMut(Token)) {
        self.expire(now, sink);
        if !bytes.is_empty() {
            self.heard = Some(now);
        }
        for &byte in bytes {
            self.byte(byte, sink);
        }
        if let State::Paste { matched, .. } = self.state {
            self.hand_over_paste(matched, true, sink);
        }
    }

    /// When to call [`expire`](Self::expire), if nothing comes before.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        Some(self.heard? + self.patience()?)
    }

    /// Decides what only time decides: a lone escape, a sequence that never ends.
    pub(crate) fn expire(&mut self, now: Instant, sink: &mut dyn FnMut(Token)) {
        if self.deadline().is_none_or(|at| now < at) {
            return;
        }
        let alt = std::mem::take(&mut self.alt);
        match std::mem::replace(&mut self.state, State::Ground) {
            State::Escape => sink(Token::Char { char: '\u{1b}', alt }),
            State::Csi if self.held.is_empty() => sink(Token::Char { char: '[', alt: true }),
            State::Ss3 => sink(Token::Char { char: 'O', alt: true }),
            State::Paste { .. } => {
                self.hand_over_paste(0, false, sink);
            }
            _ => sink(Token::Nonsense),
        }
        self.held.clear();
    }

    fn patience(&self) -> Option<Duration> {
        match self.state {
            State::Ground => None,
            State::Escape | State::Ss3 if !self.escape_is_no_key => Some(ESCAPE_KEY),
            State::Csi if self.held.is_empty() && !self.escape_is_no_key => Some(ESCAPE_KEY),
            _ => Some(STALLED),
        }
    }

    fn byte(&mut self, byte: u8, sink: &mut dyn FnMut(Token)) {
        match self.state {
            State::Ground => self.ground(byte, false, sink),
            State::Utf8 { missing, alt } => self.continuation(byte, missing, alt, sink),
            State::Escape => self.escape(byte, sink),
            State::Csi | State::CsiSkip => self.csi(byte, sink),
            State::Console => {
                let keys = [11, 12, 13, 14, 15];
                let number = keys.get(usize::from(byte.wrapping_sub(b'A'))).copied();
                self.state = State::Ground;
                let alt = std::mem::take(&mut self.alt);
                sink(number.map_or(Token::Nonsense, |number: u32| Token::Csi {
                    sequence: Csi {
                        parameters: vec![vec![Some(number)]],
                        last: b'~',
                        ..Csi::default()
                    },
                    alt,
                }));
            }
            State::Ss3 => {
                // Some terminals write modifiers before the last byte; they are few and old.
                if byte.is_ascii_digit() || byte == b';' {
                    return;
                }
                self.state = State::Ground;
                let alt = std::mem::take(&mut self.alt);
                match byte {
                    0x40..=0x7e => sink(Token::Ss3 { byte, alt }),
                    _ => {
                        sink(Token::Char { char: 'O', alt: true });
                        self.ground(byte, false, sink);
                    }
                }
            }
            State::OldMouse => {
                self.held.push(byte);
                if let [button, x, y] = *self.held {
                    self.held.clear();
                    self.state = State::Ground;
                    sink(Token::OldMouse([button, x, y]));
                }
            }
            State::Text { kind, escape } => self.text(byte, kind, escape, sink),
            State::Paste { taken, matched } => self.paste(byte, taken, matched, sink),
        }
    }

    fn ground(&mut self, byte: u8, alt: bool, sink: &mut dyn FnMut(Token)) {
        self.state = State::Ground;
        let missing = match byte {
            0x1b => {
                (self.state, self.alt) = (State::Escape, alt);
                return;
            }
            0x00..=0x7f => return sink(Token::Char { char: byte.into(), alt }),
            0xc2..=0xdf => 1,
            0xe0..=0xef => 2,
            0xf0..=0xf4 => 3,
            _ => return sink(Token::Nonsense),
        };
        self.held.clear();
        self.held.push(byte);
        self.state = State::Utf8 { missing, alt };
    }

    fn continuation(&mut self, byte: u8, missing: usize, alt: bool, sink: &mut dyn FnMut(Token)) {
        if !(0x80..=0xbf).contains(&byte) {
            self.held.clear();
            sink(Token::Nonsense);
            return self.ground(byte, false, sink);
        }
        self.held.push(byte);
        if missing > 1 {
            self.state = State::Utf8 { missing: missing - 1, alt };
            return;
        }
        self.state = State::Ground;
        let char = std::str::from_utf8(&self.held).ok().and_then(|text| text.chars().next());
        self.held.clear();
        sink(char.map_or(Token::Nonsense, |char| Token::Char { char, alt }));
    }

    fn escape(&mut self, byte: u8, sink: &mut dyn FnMut(Token)) {
        self.held.clear();
        match byte {
            b'[' => self.state = State::Csi,
            b'O' => self.state = State::Ss3,
            b'P' | b']' | b'_' | b'^' | b'X' => {
                self.state = State::Text { kind: byte, escape: false };
            }
            0x1b if self.alt => sink(Token::Char { char: '\u{1b}', alt: true }),
            0x1b => self.alt = true,
            _ => {
                self.alt = false;
                self.ground(byte, true, sink);
            }
        }
    }

    fn csi(&mut self, byte: u8, sink: &mut dyn FnMut(Token)) {
        match byte {
            // Cancelled by another sequence, or by CAN or SUB.
            0x1b | 0x18 | 0x1a => {
                self.held.clear();
                self.state = if byte == 0x1b { State::Escape } else { State::Ground };
                self.alt = false;
                sink(Token::Nonsense);
            }
            b'[' if self.held.is_empty() && self.state == State::Csi => self.state = State::Console,
            b'M' if self.held.is_empty() && self.state == State::Csi => {
                (self.state, self.alt) = (State::OldMouse, false);
            }
            0x40..=0x7e => {
                let skipped = self.state == State::CsiSkip;
                self.state = State::Ground;
                let alt = std::mem::take(&mut self.alt);
                let sequence = Csi::parse(&self.held, byte).filter(|_| !skipped);
                self.held.clear();
                match sequence {
                    Some(it) if it.last == b'~' && it.number(0) == Some(200) => {
                        self.state = State::Paste { taken: 0, matched: 0 };
                    }
                    Some(sequence) => sink(Token::Csi { sequence, alt }),
                    None => sink(Token::Nonsense),
                }
            }
            0x20..=0x3f if self.held.len() < MAX_SEQUENCE => self.held.push(byte),
            0x20..=0x3f => self.state = State::CsiSkip,
            _ => {
                self.held.clear();
                self.alt = false;
                sink(Token::Nonsense);
                self.ground(byte, false, sink);
            }
        }
    }

    fn text(&mut self, byte: u8, kind: u8, escape: bool, sink: &mut dyn FnMut(Token)) {
        let ended = byte == 0x07 || (escape && byte == b'\\');
        if ended {
            self.state = State::Ground;
            self.alt = false;
            let content = std::mem::take(&mut self.held);
            sink(Token::Text { kind, content });
        } else if byte == 0x1b {
            self.state = State::Text { kind, escape: true };
        } else if escape {
            // Another sequence began: the string was cut off.
            self.held.clear();
            sink(Token::Nonsense);
            self.alt = false;
            self.escape(byte, sink);
        } else if byte == 0x18 || byte == 0x1a {
            self.held.clear();
            self.state = State::Ground;
            sink(Token::Nonsense);
        } else if self.held.len() < MAX_STRING {
            self.held.push(byte);
        }
    }

    fn paste(&mut self, byte: u8, taken: usize, matched: usize, sink: &mut dyn FnMut(Token)) {
        self.held.push(byte);
        let matched = match byte {
            _ if byte == PASTE_END[matched] => matched + 1,
            0x1b => 1,
            _ => 0,
        };
        self.state = State::Paste { taken, matched };
        if matched == PASTE_END.len() {
            self.held.truncate(self.held.len() - matched);
            self.hand_over_paste(0, false, sink);
            self.state = State::Ground;
        } else if self.held.len() >= PASTE_PIECE + PASTE_END.len() {
            self.hand_over_paste(matched, true, sink);
        }
    }

    /// Hands over what was pasted so far, but for the last `keep` bytes; `more` may follow.
    fn hand_over_paste(&mut self, keep: usize, more: bool, sink: &mut dyn FnMut(Token)) {
        let end = self.held.len() - keep.min(self.held.len());
        let whole = if more { whole_characters(&self.held[..end]) } else { end };
        let piece: Vec<u8> = self.held.drain(..whole).collect();
        if piece.is_empty() {
            return;
        }
        if let State::Paste { taken, .. } = &mut self.state {
            let before = *taken;
            *taken = before.saturating_add(piece.len());
            if before + piece.len() > MAX_PASTE {
                if before <= MAX_PASTE {
                    sink(Token::Nonsense);
                }
                return;
            }
        }
        let text = plain_text(&String::from_utf8_lossy(&piece));
        if !text.is_empty() {
            sink(Token::Paste(text));
        }
    }
}

/// How many bytes of `bytes` do not belong to a character that is cut at the end.
fn whole_characters(bytes: &[u8]) -> usize {
    let needs = |byte: u8| match byte {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => 1,
    };
    let lead = bytes.iter().rev().take(4).position(|byte| !(0x80..=0xbf).contains(byte));
    match lead {
        Some(back) if needs(bytes[bytes.len() - 1 - back]) > back + 1 => bytes.len() - 1 - back,
        _ => bytes.len(),
    }
}

/// Without control characters but for tabs and line ends, which terminals paste as returns.
fn plain_text(text: &str) -> String {
    let line_end = |char| if char == '\r' { '\n' } else { char };
    text.chars().map(line_end).filter(|&char| !char.is_control() || "\n\t".contains(char)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tokens(pieces: &[&[u8]]) -> Vec<Token> {
        let mut tokenizer = Tokenizer::default();
        let mut tokens = Vec::new();
        let now = Instant::now();
        for piece in pieces {
            tokenizer.push(piece, now, &mut |token| tokens.push(token));
        }
        tokens
    }

    fn one(bytes: &[u8]) -> Token {
        let mut tokens = tokens(&[bytes]);
        assert_eq!(tokens.len(), 1, "{tokens:?}");
        tokens.remove(0)
    }

    fn char(char: char) -> Token {
        Token::Char { char, alt: false }
    }

    fn alt(char: char) -> Token {
        Token::Char { char, alt: true }
    }

    #[test]
    fn text_is_utf_8_in_any_pieces() {
        let text = "aü漢😀\r".as_bytes();
        let expected = ['a', 'ü', '漢', '😀', '\r'].map(char);
        assert_eq!(tokens(&[text]), expected);
        let bytes: Vec<&[u8]> = text.chunks(1).collect();
        assert_eq!(tokens(&bytes), expected);
        assert_eq!(tokens(&[b"\xffa"]), [Token::Nonsense, char('a')]);
        assert_eq!(tokens(&[b"\xc3a"]), [Token::Nonsense, char('a')]);
        assert_eq!(tokens(&[b"\xed\xa0\x80"]), [Token::Nonsense], "half of a UTF-16 pair");
    }

    #[test]
    fn a_sequence_has_parameters_and_parts() {
        let Token::Csi { sequence, alt: false } = one(b"\x1b[97:65:;5:3;98u") else {
            panic!("no sequence")
        };
        assert_eq!((sequence.part(0, 0), sequence.part(0, 1)), (Some(97), Some(65)));
        assert_eq!((sequence.part(0, 2), sequence.part(1, 1)), (None, Some(3)));
        assert_eq!((sequence.number(2), sequence.last, sequence.private), (Some(98), b'u', 0));
        let Token::Csi { sequence, .. } = one(b"\x1b[?2026;2$y") else { panic!("no sequence") };
        assert_eq!((sequence.private, sequence.intermediate), (b'?', b'$'));
        let Token::Csi { sequence, .. } = one(b"\x1b[99999999999;1A") else { panic!() };
        assert_eq!((sequence.number(0), sequence.number(1)), (None, Some(1)));
    }

    #[test]
    fn an_escape_before_a_key_is_alt() {
        assert_eq!(one(b"\x1bx"), alt('x'));
        assert_eq!(one("\x1bü".as_bytes()), alt('ü'));
        assert!(matches!(one(b"\x1b\x1b[A"), Token::Csi { alt: true, .. }));
        assert_eq!(one(b"\x1b\x1bOP"), Token::Ss3 { byte: b'P', alt: true });
        assert_eq!(one(b"\x1b\x07"), alt('\x07'));
    }

    #[test]
    fn only_time_tells_the_escape_key() {
        let start = Instant::now();
        for (bytes, key) in
            [(&b"\x1b"[..], char('\x1b')), (b"\x1b[", alt('[')), (b"\x1bO", alt('O'))]
        {
            let mut tokenizer = Tokenizer::default();
            let mut tokens = Vec::new();
            tokenizer.push(bytes, start, &mut |token| tokens.push(token));
            assert_eq!(tokenizer.deadline(), Some(start + ESCAPE_KEY));
            tokenizer.expire(start + ESCAPE_KEY / 2, &mut |token| tokens.push(token));
            assert!(tokens.is_empty());
            tokenizer.push(b"x", start + ESCAPE_KEY, &mut |token| tokens.push(token));
            assert_eq!(tokens, [key, char('x')]);
            assert_eq!(tokenizer.deadline(), None);
        }
        let mut tokenizer = Tokenizer::default();
        tokenizer.set_escape_is_no_key(true);
        let mut count = 0;
        tokenizer.push(b"\x1b", start, &mut |_| count += 1);
        tokenizer.push(b"[A", start + ESCAPE_KEY * 2, &mut |_| count += 1);
        assert_eq!(count, 1, "late, on a slow line, and still one key");
    }

    #[test]
    fn a_sequence_that_never_ends_is_given_up() {
        let start = Instant::now();
        let mut tokenizer = Tokenizer::default();
        let mut tokens = Vec::new();
        tokenizer.push(b"\x1b[<1;2", start, &mut |token| tokens.push(token));
        tokenizer.push(b"a", start + STALLED, &mut |token| tokens.push(token));
        assert_eq!(tokens, [Token::Nonsense, char('a')]);
    }

    #[test]
    fn long_sequences_and_strings_are_bounded() {
        let mut long = b"\x1b[".to_vec();
        long.extend(std::iter::repeat_n(b'1', MAX_SEQUENCE + 50));
        long.extend(b"Aa");
        assert_eq!(tokens(&[&long]), [Token::Nonsense, char('a')]);
        let mut long = b"\x1bP".to_vec();
        long.extend(std::iter::repeat_n(b'1', MAX_STRING + 50));
        long.extend(b"\x1b\\");
        let Token::Text { kind: b'P', content } = one(&long) else { panic!("no string") };
        assert_eq!(content.len(), MAX_STRING);
    }

    #[test]
    fn strings_end_with_bell_or_terminator_and_are_cut_by_other_sequences() {
        let text = |content: &[u8]| Token::Text { kind: b'_', content: content.to_vec() };
        assert_eq!(one(b"\x1b_Gi=31;OK\x1b\\"), text(b"Gi=31;OK"));
        assert_eq!(one(b"\x1b_a\x07"), text(b"a"));
        let cut = tokens(&[b"\x1bPabc\x1b[A"]);
        assert!(matches!(&cut[..], [Token::Nonsense, Token::Csi { .. }]), "{cut:?}");
    }

    #[test]
    fn a_paste_is_text_in_pieces_without_control_characters() {
        let pasted = |pieces: &[&[u8]]| {
            let mut text = String::new();
            for token in tokens(pieces) {
                match token {
                    Token::Paste(piece) => text += &piece,
                    other => panic!("unexpected {other:?}"),
                }
            }
            text
        };
        let paste = "\x1b[200~a\x1b[31mü\r\tb\x1b\x1b[201~".as_bytes();
        assert_eq!(pasted(&[paste]), "a[31mü\n\tb");
        let bytes: Vec<&[u8]> = paste.chunks(1).collect();
        assert_eq!(pasted(&bytes), "a[31mü\n\tb");
        let after = tokens(&[b"\x1b[200~x\x1b[201~y"]);
        assert_eq!(after, [Token::Paste("x".into()), char('y')]);
    }

    #[test]
    fn a_paste_is_cut_at_its_limit() {
        let mut paste = b"\x1b[200~".to_vec();
        paste.extend(std::iter::repeat_n(b'x', MAX_PASTE + 3 * PASTE_PIECE));
        paste.extend(b"\x1b[201~!");
        let (mut taken, mut cuts, mut after) = (0, 0, 0);
        for token in tokens(&[&paste]) {
            match token {
                Token::Paste(piece) => {
                    assert!(piece.len() <= PASTE_PIECE + PASTE_END.len());
                    taken += piece.len();
                }
                Token::Nonsense => cuts += 1,
                other => {
                    assert_eq!(other, char('!'));
                    after += 1;
                }
            }
        }
        assert!((MAX_PASTE - 2 * PASTE_PIECE..=MAX_PASTE).contains(&taken), "{taken}");
        assert_eq!((cuts, after), (1, 1));
    }

    #[test]
    fn a_paste_that_stalls_ends() {
        let start = Instant::now();
        let mut tokenizer = Tokenizer::default();
        let mut tokens = Vec::new();
        tokenizer.push(b"\x1b[200~x\x1b[20", start, &mut |token| tokens.push(token));
        tokenizer.push(b"\x03", start + STALLED, &mut |token| tokens.push(token));
        assert_eq!(tokens.last(), Some(&char('\x03')), "Ctrl-C is not lost in it: {tokens:?}");
    }

    #[test]
    fn old_mouse_reports_and_console_keys_are_understood() {
        assert_eq!(one(b"\x1b[M !!"), Token::OldMouse(*b" !!"));
        let Token::Csi { sequence, .. } = one(b"\x1b[[B") else { panic!("no sequence") };
        assert_eq!((sequence.number(0), sequence.last), (Some(12), b'~'));
    }

    proptest! {
        /// Whatever comes, in whatever pieces: no panic, bounded memory, the same tokens.
        #[test]
        fn any_bytes_in_any_pieces_are_the_same_tokens(
            parts in prop::collection::vec(prop_oneof![
                Just(b"\x1b".to_vec()), Just(b"\x1b[".to_vec()), Just(b"\x1bO".to_vec()),
                Just(b"\x1b[M".to_vec()), Just(b"\x1b[<0;1;2M".to_vec()),
                Just(b"\x1b_Gi=31;".to_vec()), Just(b"\x1b\\".to_vec()),
                Just("ü漢".as_bytes().to_vec()),
                prop::collection::vec(any::<u8>(), 0..8),
            ], 0..24),
            cut in 1_usize..7,
        ) {
            let bytes = parts.concat();
            let whole = tokens(&[&bytes]);
            let mut tokenizer = Tokenizer::default();
            let mut pieces = Vec::new();
            let now = Instant::now();
            for piece in bytes.chunks(cut) {
                tokenizer.push(piece, now, &mut |token| pieces.push(token));
                prop_assert!(tokenizer.held.len() <= MAX_STRING.max(PASTE_PIECE + 8));
            }
            prop_assert_eq!(joined(whole), joined(pieces));
            tokenizer.expire(now + STALLED, &mut |_| {});
            prop_assert_eq!(tokenizer.state, State::Ground);
            prop_assert!(tokenizer.held.is_empty());
        }

        #[test]
        fn a_paste_in_any_pieces_is_the_same_text(
            text in prop::collection::vec(any::<u8>(), 0..200), cut in 1_usize..9,
        ) {
            let bytes = [b"\x1b[200~".as_slice(), &text, b"\x1b[201~"].concat();
            let pieces: Vec<&[u8]> = bytes.chunks(cut).collect();
            prop_assert_eq!(joined(tokens(&[&bytes])), joined(tokens(&pieces)));
        }
    }

    /// With neighbouring pieces of a paste put together.
    fn joined(tokens: Vec<Token>) -> Vec<Token> {
        let mut joined: Vec<Token> = Vec::new();
        for token in tokens {
            match (joined.last_mut(), token) {
                (Some(Token::Paste(before)), Token::Paste(piece)) => before.push_str(&piece),
                (_, token) => joined.push(token),
            }
        }
        joined
    }
}
