//! Text that is safe to show on a terminal, in a log, or as a caption. Pure.
//!
//! Names of files, arguments, labels and headers come from others. Shown as they are, they could hold
//! commands for the terminal, or characters that hide or reorder the text around them.

use std::borrow::Cow;
use std::fmt::Write;

/// Whether a terminal may obey `char`, or nobody can see it, or it hides or reorders other text:
/// control characters (C0, DEL and C1), line and paragraph separators, bidirectional controls, and
/// invisible format characters, fillers, variation selectors and tags.
///
/// ```
/// assert!(framecast_api::is_unprintable('\u{202e}') && framecast_api::is_unprintable('\u{1b}'));
/// assert!(!framecast_api::is_unprintable('ü') && !framecast_api::is_unprintable(' '));
/// ```
#[must_use]
pub fn is_unprintable(char: char) -> bool {
    char.is_control()
        || matches!(char,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{13430}'..='\u{1345f}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// `text` as one line in which everything can be seen: what [`is_unprintable`] is shown as an
/// escape, such as `\u{202e}` or `\n`.
///
/// ```
/// assert_eq!(framecast_api::printable("gpj.\u{202e}exe"), "gpj.\\u{202e}exe");
/// ```
#[must_use]
pub fn printable(text: &str) -> Cow<'_, str> {
    escaped(text, is_unprintable)
}

/// As [`printable`], but lines stay lines. Those after the first are set in by two spaces unless
/// they are empty, so that none of them can pass for the beginning of another message.
///
/// ```
/// assert_eq!(framecast_api::printable_lines("a\x1b\nb"), "a\\u{1b}\n  b");
/// ```
#[must_use]
pub fn printable_lines(text: &str) -> Cow<'_, str> {
    let escaped = escaped(text, |char| char != '\n' && is_unprintable(char));
    if !escaped.contains('\n') {
        return escaped;
    }
    let mut lines = String::with_capacity(escaped.len() + 64);
    for (number, line) in escaped.split('\n').enumerate() {
        if number > 0 {
            lines.push_str(if line.is_empty() { "\n" } else { "\n  " });
        }
        lines.push_str(line);
    }
    lines.into()
}

fn escaped(text: &str, is_escaped: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(&is_escaped) {
        return text.into();
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for char in text.chars() {
        if is_escaped(char) {
            // Also what `escape_default` would leave as it is.
            let _ = match char {
                '\n' | '\r' | '\t' => write!(shown, "{}", char.escape_default()),
                char => write!(shown, "{}", char.escape_unicode()),
            };
        } else {
            shown.push(char);
        }
    }
    shown.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_obeys_and_what_hides_or_turns_text_is_escaped() {
        for (text, shown) in [
            ("\u{1b}[31mred", "\\u{1b}[31mred"),
            ("\u{1b}]2;title\u{7}", "\\u{1b}]2;title\\u{7}"),
            ("\u{9b}2J", "\\u{9b}2J"),
            ("a\u{7f}\u{8}\r\n\t\0", "a\\u{7f}\\u{8}\\r\\n\\t\\u{0}"),
            ("photo\u{202e}gnp.exe", "photo\\u{202e}gnp.exe"),
            ("\u{2066}\u{2069}\u{200e}\u{61c}", "\\u{2066}\\u{2069}\\u{200e}\\u{61c}"),
            ("one\u{2028}two\u{2029}\u{85}", "one\\u{2028}two\\u{2029}\\u{85}"),
            ("a\u{200b}b\u{feff}\u{ad}", "a\\u{200b}b\\u{feff}\\u{ad}"),
            ("\u{e0041}\u{fe0f}\u{3164}", "\\u{e0041}\\u{fe0f}\\u{3164}"),
        ] {
            assert_eq!(printable(text), shown);
            assert!(!printable(text).contains(is_unprintable));
        }
    }

    #[test]
    fn other_text_stays_as_it_is() {
        for text in ["", "plain", "Größe 漢字 עברית عربى", "cafe\u{301}", "C:\\x", "█▀▄ ⠿", "🦀"]
        {
            assert!(matches!(printable(text), Cow::Borrowed(same) if same == text), "{text}");
            assert!(matches!(printable_lines(text), Cow::Borrowed(same) if same == text), "{text}");
        }
    }

    #[test]
    fn a_later_line_never_looks_like_a_message_of_its_own() {
        let forged = "no file x\nframecast: http    drive   http://evil.example/\r\nframecast: y";
        let shown = printable_lines(forged);
        assert!(shown.lines().skip(1).all(|line| line.starts_with("  ")), "{shown}");
        assert!(shown.contains("evil.example/\\r\n  framecast: y"), "{shown}");
        assert_eq!(printable_lines("a\n\nb\n"), "a\n\n  b\n");
    }

    #[test]
    fn no_character_is_left_that_should_not_be_printed() {
        let all: String = ('\0'..=char::MAX).collect();
        assert!(!printable(&all).contains(is_unprintable));
        assert!(!printable_lines(&all).contains(|char| char != '\n' && is_unprintable(char)));
    }
}
