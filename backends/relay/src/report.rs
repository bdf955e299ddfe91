//! What edges and the origin say of themselves, as JSON. Pure.

use std::time::{Duration, UNIX_EPOCH};

use data_encoding::BASE64URL_NOPAD;
use framecast_stream::WatchLink;
use serde::{Deserialize, Serialize};

use crate::message::SinceRequest;

/// The longest name of an edge, in bytes.
const MAX_NAME: usize = 64;
const MAX_TITLE: usize = 1024;
const MAX_WORD: usize = 64;
/// The longest report of an edge, in bytes.
const MAX_REPORT: usize = 8 * 1024;
/// The longest text of the origin, in bytes: with all links, and titles of which every character is escaped.
pub(crate) const MAX_STATE: usize = 48 * 1024;
/// The last second in which a link may end, in seconds since 1970: that of the year 9999.
const LAST_SECOND: u64 = 253_402_300_799;

/// What an edge says of itself, about once a second.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct EdgeReport {
    /// The name that its operator gave it.
    pub(crate) name: String,
    /// Another for each run of each edge, whatever their names.
    pub(crate) id: u64,
    /// Viewers that only watch, and how many look, those included who may drive.
    pub(crate) viewers: u32,
    pub(crate) visible: u32,
    /// Whether it has the newest picture, and answers requests.
    pub(crate) current: bool,
    /// It ends.
    #[serde(default)]
    pub(crate) leaving: bool,
}

impl EdgeReport {
    pub(crate) fn print(&self) -> Vec<u8> {
        // A struct of texts and numbers can be written.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Reads a report; `None` if it is none.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let report: Self = read(bytes, MAX_REPORT)?;
        is_name(&report.name).then_some(report)
    }
}

/// What the origin says of the canvas besides its pictures.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CanvasState {
    pub(crate) title: String,
    /// The CSS name of the cursor.
    pub(crate) cursor: String,
    /// The name of who drives, for display.
    pub(crate) presenter: Option<String>,
    /// The canvas was closed.
    #[serde(default)]
    pub(crate) closed: bool,
    /// The links to watch: who has their tokens is let in at edges, too.
    #[serde(default)]
    pub(crate) links: Vec<StateLink>,
    /// The links to drive, with the hashes of their keys: edges that are named for it let in who has their tokens.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) drive_links: Vec<StateLink>,
    /// The newest revision, for edges that take no updates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) newest: Option<SinceRequest>,
}

/// A link. There is no role in it: what may be done with it is said by where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "LinkText", into = "LinkText")]
pub(crate) struct StateLink(pub(crate) WatchLink);

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LinkText {
    name: String,
    /// SHA-256 of the token, or of the key, 43 characters of base64url.
    hash: String,
    /// In seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires: Option<u64>,
}

impl From<StateLink> for LinkText {
    fn from(StateLink(link): StateLink) -> Self {
        let seconds = |at: std::time::SystemTime| {
            // A part of a second is left out: nobody is let in for longer than the origin says.
            at.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs().min(LAST_SECOND)
        };
        Self {
            name: link.name().to_owned(),
            hash: BASE64URL_NOPAD.encode(link.hash()),
            expires: link.expires().map(seconds),
        }
    }
}

impl TryFrom<LinkText> for StateLink {
    type Error = &'static str;

    fn try_from(text: LinkText) -> Result<Self, Self::Error> {
        let hash = BASE64URL_NOPAD.decode(text.hash.as_bytes()).ok();
        let hash = hash.and_then(|hash| hash.try_into().ok()).ok_or("no SHA-256")?;
        if text.expires.is_some_and(|seconds| seconds > LAST_SECOND) {
            return Err("no time");
        }
        let expires = text.expires.map(|seconds| UNIX_EPOCH + Duration::from_secs(seconds));
        WatchLink::new(text.name, hash, expires).map(Self).map_err(|_| "no name")
    }
}

impl CanvasState {
    pub(crate) fn print(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Cuts what is longer than edges take.
    pub(crate) fn shortened(mut self) -> Self {
        let cut = |text: &mut String, most| {
            let fits = |at: &usize| *at <= most && text.is_char_boundary(*at);
            text.truncate((0..=text.len().min(most)).rev().find(fits).unwrap_or_default());
        };
        cut(&mut self.title, MAX_TITLE);
        cut(&mut self.cursor, MAX_WORD);
        self.presenter.iter_mut().for_each(|presenter| cut(presenter, MAX_TITLE));
        self.links.truncate(WatchLink::MOST);
        self.drive_links.truncate(WatchLink::MOST);
        self
    }

    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let state: Self = read(bytes, MAX_STATE)?;
        let is_fine = |text: &str, most| text.len() <= most;
        let presenter = state.presenter.as_deref().unwrap_or_default();
        (is_fine(&state.title, MAX_TITLE)
            && is_fine(&state.cursor, MAX_WORD)
            && is_fine(presenter, MAX_TITLE)
            && [&state.links, &state.drive_links]
                .into_iter()
                .all(|links| links.len() <= WatchLink::MOST && are_different(links)))
        .then_some(state)
    }
}

/// Whether no two have the same name or token.
fn are_different(links: &[StateLink]) -> bool {
    let is_new = |(n, StateLink(link)): (usize, &StateLink)| {
        let mut before = links[..n].iter().map(|StateLink(before)| before);
        before.all(|before| before.name() != link.name() && before.hash() != link.hash())
    };
    links.iter().enumerate().all(is_new)
}

fn read<'a, T: Deserialize<'a>>(bytes: &'a [u8], most: usize) -> Option<T> {
    if bytes.len() > most {
        return None;
    }
    serde_json::from_slice(bytes).ok()
}

/// Whether an edge may be called so: it is shown to people.
pub(crate) fn is_name(name: &str) -> bool {
    let is_fine = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    !name.is_empty() && name.len() <= MAX_NAME && name.chars().all(is_fine)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_read_as_it_was_written() {
        let report = EdgeReport {
            name: "fra-1".into(),
            id: u64::MAX,
            viewers: 3,
            visible: 2,
            current: true,
            leaving: false,
        };
        assert_eq!(EdgeReport::parse(&report.print()), Some(report));
        let state = CanvasState { title: "Bühne".into(), ..CanvasState::default() };
        assert_eq!(CanvasState::parse(&state.print()), Some(state));
    }

    #[test]
    fn what_makes_no_sense_is_no_report() {
        let with = |name: &str| {
            let name = serde_json::to_string(name).unwrap();
            let text = format!(
                r#"{{"name":{name},"id":1,"viewers":1,"visible":1,"current":true,"leaving":false}}"#
            );
            EdgeReport::parse(text.as_bytes()).is_some()
        };
        assert!(with("fra-1.example"));
        assert!(!with("") && !with("a b") && !with("<b>") && !with(&"x".repeat(65)));
        for wild in ["", "{}", "[]", r#"{"name":"a","id":-1}"#, "\u{0}"] {
            assert!(EdgeReport::parse(wild.as_bytes()).is_none(), "{wild}");
            assert!(CanvasState::parse(wild.as_bytes()).is_none(), "{wild}");
        }
        let title = "x".repeat(MAX_TITLE + 1);
        assert!(
            CanvasState::parse(&CanvasState { title, ..CanvasState::default() }.print()).is_none()
        );
        assert!(EdgeReport::parse(&vec![b' '; MAX_REPORT + 1]).is_none());
    }

    fn link(name: &str, hash: [u8; 32], expires: Option<u64>) -> StateLink {
        let expires = expires.map(|seconds| UNIX_EPOCH + Duration::from_secs(seconds));
        StateLink(WatchLink::new(name, hash, expires).unwrap())
    }

    fn with_links(links: Vec<StateLink>) -> CanvasState {
        CanvasState { links, ..CanvasState::default() }
    }

    #[test]
    fn links_are_read_as_they_were_written() {
        let links =
            vec![link("guest", [1; 32], None), link("wall", [255; 32], Some(1_800_000_000))];
        let state = with_links(links);
        assert_eq!(CanvasState::parse(&state.print()), Some(state));
        // A part of a second does not make it longer, and what cannot be written is the last second.
        let at = UNIX_EPOCH + Duration::from_millis(1999);
        let short = with_links(vec![StateLink(WatchLink::new("a", [1; 32], Some(at)).unwrap())]);
        let read = CanvasState::parse(&short.print()).unwrap();
        assert_eq!(read.links, [link("a", [1; 32], Some(1))]);
        let late = with_links(vec![link("a", [1; 32], Some(LAST_SECOND + 1))]);
        let read = CanvasState::parse(&late.print()).unwrap();
        assert_eq!(read.links, [link("a", [1; 32], Some(LAST_SECOND))]);
    }

    #[test]
    fn a_document_with_one_link_that_makes_no_sense_is_none() {
        let good =
            r#"{"name":"guest","hash":"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE","expires":1}"#;
        let parse = |links: &str| {
            let text = format!(r#"{{"title":"","cursor":"","presenter":null,"links":[{links}]}}"#);
            CanvasState::parse(text.as_bytes()).is_some()
        };
        assert!(parse("") && parse(good));
        for (what, by) in [
            ("guest", ""),
            ("guest", "two words"),
            ("guest", "123456789012345678901234567890123"),
            ("AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE", "AQEB"),
            ("AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE", ""),
            // Not the only way to write it, and other letters.
            ("AQE\"", "AQF\""),
            ("AQE\"", "AQE=\""),
            ("AQE\"", "A+/\""),
            (":1}", ":-1}"),
            (":1}", ":253402300800}"),
            (":1}", ":18446744073709551616}"),
            (":1}", ":\"never\"}"),
            (":1}", ":1,\"role\":\"drive\"}"),
        ] {
            let wild = good.replace(what, by);
            assert!(wild != good && !parse(&wild), "{wild}");
        }
        let other_name = good.replace("guest", "other");
        assert!(!parse(&format!("{good},{good}")), "the same link twice");
        assert!(!parse(&format!("{good},{other_name}")), "the same token twice");
        assert!(parse(&format!(
            "{good},{}",
            other_name.replace("AQE\"", "AgE\"").replace("AQEB", "AgEB")
        )));
    }

    #[test]
    fn a_document_has_room_for_the_most_links_and_the_longest_titles_and_no_more_links() {
        let links = |n: usize| -> Vec<_> {
            let long = |n: usize| format!("{n:0>32}");
            (0..n).map(|n| link(&long(n), [n as u8; 32], Some(LAST_SECOND))).collect()
        };
        let text = "\u{1}".repeat(10 * MAX_TITLE);
        let full = CanvasState {
            title: text.clone(),
            cursor: text.clone(),
            presenter: Some(text),
            closed: true,
            links: links(WatchLink::MOST),
            drive_links: links(WatchLink::MOST),
            newest: Some(SinceRequest { stream: u64::MAX, revision: u64::MAX }),
        };
        assert!(CanvasState::parse(&full.print()).is_none());
        let full = full.shortened();
        assert_eq!(CanvasState::parse(&full.print()), Some(full));
        assert!(CanvasState::parse(&with_links(links(WatchLink::MOST + 1)).print()).is_none());
        let umlauts = CanvasState { title: "ü".repeat(MAX_TITLE), ..CanvasState::default() };
        assert_eq!(umlauts.shortened().title.chars().count(), MAX_TITLE / 2);
    }
}
