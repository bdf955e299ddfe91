//! The bottom line: the title, who drives, where else to look. Pure.

use framecast_api::{ClientId, ControlState, is_unprintable};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The longest title that a terminal's window is given, in columns.
const MAX_CAPTION: usize = 200;
/// Columns that the title keeps, whatever else there is to say.
const LEAST_TITLE: usize = 12;
/// Between two things.
const GAP: usize = 2;
/// How to end it.
const ADVICE: &str = "Ctrl+C ends";

/// What the line says.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Status {
    pub(crate) title: String,
    /// Something about this terminal.
    pub(crate) note: String,
    /// Links to other views, the user's own first.
    pub(crate) links: Vec<String>,
    /// Who drives, if that is somebody else.
    driver: String,
    others: usize,
}

impl Status {
    pub(crate) fn with_note(note: String) -> Self {
        Self { note, ..Self::default() }
    }

    /// Who drives, as `client`, the terminal's own, sees it.
    pub(crate) fn set_control(&mut self, state: &ControlState, client: ClientId) {
        let own = state.of_client(client).map(|member| member.number);
        self.driver = match state.presenter() {
            Some(member) if Some(member.number) == own => String::new(),
            Some(member) => format!("{} drives", member.label),
            None => "nobody drives".to_owned(),
        };
        self.others = state.members.iter().filter(|member| Some(member.number) != own).count();
    }

    /// The line, at most `columns` wide. Nothing in it is a control character.
    pub(crate) fn line(&self, columns: u16) -> String {
        let columns = usize::from(columns);
        let watchers = match self.others {
            0 => String::new(),
            1 => "1 other is here".to_owned(),
            count => format!("{count} others are here"),
        };
        // A link that is cut leads nowhere: where the page is, at least.
        let link = self.links.first().map_or(String::new(), |it| printable(it));
        let place = link.split_once("/#").map_or(String::new(), |(place, _)| place.to_owned());
        let note = printable(&self.note);
        let driver = printable(&self.driver);
        // By importance, with what may stand in; shown in this order.
        let wanted =
            [vec![note], vec![driver], vec![watchers], vec![link, place], vec![ADVICE.to_owned()]];
        let title = printable(&self.title);
        let mut room = columns.saturating_sub(LEAST_TITLE.min(title.width()) + 2);
        let mut right = String::new();
        for choices in wanted {
            let fits = |text: &String| !text.is_empty() && text.width() + GAP <= room;
            if let Some(text) = choices.into_iter().find(fits) {
                room -= text.width() + GAP;
                right.extend(std::iter::repeat_n(' ', GAP));
                right.push_str(&text);
            }
        }
        let left = cut(&title, columns.saturating_sub(right.width() + 2));
        let fill = columns.saturating_sub(left.width() + right.width() + 2);
        let line = format!(" {left}{}{right} ", " ".repeat(fill));
        if columns < 2 { String::new() } else { line }
    }

    /// What the terminal's own window is called.
    pub(crate) fn caption(&self) -> String {
        cut(&printable(&self.title), MAX_CAPTION)
    }
}

/// `text` without anything that a terminal obeys, or that hides or turns other text.
pub(crate) fn printable(text: &str) -> String {
    let shown = |char: &char| !is_unprintable(*char) && char.width().is_some_and(|width| width > 0);
    text.chars().filter(shown).collect()
}

/// At most `columns` of `text`, with an ellipsis where it was cut.
fn cut(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let mut cut = String::new();
    let mut room = columns.saturating_sub(1);
    for char in text.chars() {
        let width = char.width().unwrap_or(0);
        if width > room {
            break;
        }
        room -= width;
        cut.push(char);
    }
    if columns > 0 {
        cut.push('…');
    }
    cut
}

#[cfg(test)]
mod tests {
    use framecast_api::{Member, Role};
    use proptest::prelude::*;

    use super::*;

    const OWN: ClientId = ClientId(0);

    fn member(number: u64, own: bool, label: &str) -> Member {
        Member::new(number, own.then_some(OWN), label.to_owned(), Role::Drive)
    }

    fn status() -> Status {
        let mut status = Status {
            title: "plasma".into(),
            links: vec!["http://127.0.0.1:60649/#token=abcdefghijklmnopqrstuvwxyz".into()],
            ..Status::default()
        };
        let members = vec![member(1, true, "terminal"), member(2, false, "desk 127.0.0.1:5")];
        status.set_control(&ControlState::new(Some(2), Some(1), false, members), OWN);
        status
    }

    #[test]
    fn a_wide_line_says_everything_and_a_narrow_one_what_matters() {
        let line = status().line(140);
        assert_eq!(line.width(), 140);
        for part in ["plasma", "desk 127.0.0.1:5 drives", "1 other is here", "#token=", ADVICE] {
            assert!(line.contains(part), "{part} is missing in {line:?}");
        }
        let line = status().line(60);
        assert!(line.contains("drives") && !line.contains("#token"), "{line:?}");
        assert!(status().line(85).contains("http://127.0.0.1:60649 "), "{}", status().line(85));
        assert_eq!(status().line(10).trim(), "plasma");
        assert_eq!((status().line(1), status().line(0)), (String::new(), String::new()));
    }

    #[test]
    fn nothing_is_said_of_who_drives_when_it_is_us() {
        let mut status = status();
        let members = vec![member(1, true, "terminal")];
        status.set_control(&ControlState::new(Some(1), Some(1), false, members), OWN);
        assert!(!status.line(140).contains("drives") && !status.line(140).contains("here"));
        status.set_control(&ControlState::default(), OWN);
        assert!(status.line(140).contains("nobody drives"));
    }

    #[test]
    fn no_control_characters_of_a_title_or_label_reach_the_terminal() {
        let mut status = status();
        status.title = "a\u{1b}[31m\u{7}\u{9b}31m\u{202e}b\r\n".into();
        let evil = vec![member(2, false, "\u{1b}]0;pwned\u{7}\u{90}x\u{9c}\u{200b}")];
        status.set_control(&ControlState::new(Some(2), None, false, evil), OWN);
        assert!(status.line(140).contains("]0;pwnedx drives"));
        assert_eq!(status.caption(), "a[31m31mb");
    }

    #[test]
    fn titles_are_cut_with_wide_characters_counted() {
        assert_eq!(cut("漢字漢字", 5), "漢字…");
        assert_eq!(cut("漢字", 4), "漢字");
        assert_eq!(cut("abc", 0), "");
    }

    proptest! {
        #[test]
        fn a_line_is_as_wide_as_the_terminal_and_plain(
            title in any::<String>(), note in any::<String>(), columns in 2_u16..300,
        ) {
            let line = Status { title, note, ..status() }.line(columns);
            prop_assert_eq!(line.width(), usize::from(columns));
            prop_assert!(!line.chars().any(char::is_control));
        }
    }
}
