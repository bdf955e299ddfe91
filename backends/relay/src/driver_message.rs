//! What an edge passes on for somebody who drives there, with the proof that they have the link. Pure.
//!
//! Version (1), the check of the link (32 bytes: the SHA-256 of its key), when the origin started (u64, milliseconds since
//! 1970), the edge, the session and the number of the message (u64 each), the proof (32 bytes), and the text. Numbers are
//! little-endian. The proof is an HMAC-SHA256 (RFC 2104) of all the rest with the key of the link, which does not travel.
//!
//! The first text of a session, number 0, is a [`DriverHello`] as JSON. Each after it is a message as a page sends it, with
//! positions in logical pixels of the canvas, or empty: then it only says that the client is still there.

use std::net::IpAddr;

use bytes::Bytes;
use framecast_stream::LinkKey;
use framecast_stream::limits::MESSAGE_BYTES;
use ring::digest::{SHA256, digest};
use ring::hmac;
use serde::{Deserialize, Serialize};

use crate::report::is_name;
use crate::subjects::Inbox;

/// What every proof begins with: proofs by this key are for nothing else.
const PURPOSE: &[u8] = b"framecast relay 1: input\0";
const VERSION: u8 = 1;
const HASH: usize = 32;
const HEAD: usize = 1 + HASH + 4 * 8 + HASH;
/// The longest text, in bytes: that of a page.
pub(crate) const MAX_TEXT: usize = MESSAGE_BYTES;
/// The longest name of a browser or of an inbox, in bytes.
const MAX_WORD: usize = 128;

/// Which session of whom, and which message of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DriverPosition {
    /// When the origin started, in milliseconds since 1970.
    pub(crate) started: u64,
    pub(crate) session: SessionId,
    /// 0 for the first, and one more for each after it.
    pub(crate) number: u64,
}

/// One stay of one client at one edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SessionId {
    /// Another for each run of each edge.
    pub(crate) edge: u64,
    /// Higher than those before it of this edge.
    pub(crate) number: u64,
}

/// What tells apart the sessions of one edge: the number alone could be said by who has another link, too.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SessionName {
    number: u64,
    /// The first bytes of the check of its link.
    link: u64,
}

impl SessionName {
    pub(crate) fn new(number: u64, check: &[u8; HASH]) -> Self {
        let link = check.first_chunk().map_or(0, |first| u64::from_le_bytes(*first));
        Self { number, link }
    }
}

/// A message, as it arrived. Nothing of it is proven.
#[derive(Debug)]
pub(crate) struct ReceivedMessage<'a> {
    /// Says which link.
    pub(crate) check: &'a [u8; HASH],
    pub(crate) position: DriverPosition,
    proof: &'a [u8],
    text: &'a [u8],
}

impl<'a> ReceivedMessage<'a> {
    /// Reads a message; `None` if it is none.
    pub(crate) fn parse(bytes: &'a [u8]) -> Option<Self> {
        let (head, text) = bytes.split_at_checked(HEAD)?;
        let (&[version], head) = head.split_first_chunk()?;
        let (check, head) = head.split_first_chunk()?;
        let (started, head) = head.split_first_chunk()?;
        let (edge, head) = head.split_first_chunk()?;
        let (session, head) = head.split_first_chunk()?;
        let (number, proof) = head.split_first_chunk()?;
        if version != VERSION || text.len() > MAX_TEXT {
            return None;
        }
        let position = DriverPosition {
            started: u64::from_le_bytes(*started),
            session: SessionId {
                edge: u64::from_le_bytes(*edge),
                number: u64::from_le_bytes(*session),
            },
            number: u64::from_le_bytes(*number),
        };
        Some(Self { check, position, proof, text })
    }

    /// The text, if whoever sent it has the key, and meant this canvas.
    pub(crate) fn verified(&self, canvas: &str, key: &LinkKey) -> Option<&'a str> {
        let proven = proven(canvas, self.check, self.position, self.text);
        hmac::verify(&hmac_key(key), &proven, self.proof).ok()?;
        std::str::from_utf8(self.text).ok()
    }
}

/// A message of who has the link with this check and key.
pub(crate) fn print(
    canvas: &str,
    check: &[u8; HASH],
    key: &LinkKey,
    position: DriverPosition,
    text: &str,
) -> Bytes {
    let proof = hmac::sign(&hmac_key(key), &proven(canvas, check, position, text.as_bytes()));
    let head = head(check, position);
    Bytes::from([&head, proof.as_ref(), text.as_bytes()].concat())
}

/// What says which link it is: the SHA-256 of its key.
pub(crate) fn check(key: &LinkKey) -> [u8; HASH] {
    let mut check = [0; HASH];
    check.copy_from_slice(digest(&SHA256, key.as_bytes()).as_ref());
    check
}

fn hmac_key(key: &LinkKey) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes())
}

/// All before the proof.
fn head(check: &[u8; HASH], position: DriverPosition) -> Vec<u8> {
    let DriverPosition { started, session, number } = position;
    let mut head = vec![VERSION];
    head.extend_from_slice(check);
    for part in [started, session.edge, session.number, number] {
        head.extend_from_slice(&part.to_le_bytes());
    }
    head
}

/// What is proven.
fn proven(canvas: &str, check: &[u8; HASH], position: DriverPosition, text: &[u8]) -> Vec<u8> {
    // A name has no zeros.
    [PURPOSE, canvas.as_bytes(), b"\0", &head(check, position), text].concat()
}

/// How a client introduces itself to the origin.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct DriverHello {
    /// The name of its edge.
    pub(crate) edge: String,
    /// Where the origin answers. It ends with the number of the edge, so that each edge has its own.
    pub(crate) inbox: String,
    /// Its address, for the host.
    pub(crate) address: String,
    /// By what it is known when it comes again.
    #[serde(default)]
    pub(crate) network: Option<IpAddr>,
    #[serde(default)]
    pub(crate) browser: Option<String>,
    /// The session that it had at this edge before it began anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) replaces: Option<u64>,
}

impl DriverHello {
    pub(crate) fn print(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads what somebody said who speaks for the edge with the number `edge`.
    pub(crate) fn parse(text: &str, edge: u64) -> Option<Self> {
        let hello: Self = serde_json::from_str(text).ok()?;
        let is_fine = |c: char| c.is_ascii_alphanumeric() || "-_.:[]%".contains(c);
        let is_word = |word: &str| word.len() <= MAX_WORD && word.chars().all(is_fine);
        // What this program publishes to has no wildcard.
        (is_name(&hello.edge)
            && is_word(&hello.inbox)
            && Inbox::Drive.has(&hello.inbox)
            && hello.inbox.rsplit('.').next() == Some(&*edge.to_string())
            && is_word(&hello.address)
            && hello.browser.as_ref().is_none_or(|it| it.len() <= MAX_WORD))
        .then_some(hello)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: LinkKey = LinkKey::new([3; 32]);
    const POSITION: DriverPosition =
        DriverPosition { started: 5, session: SessionId { edge: 6, number: 7 }, number: 8 };

    fn read(bytes: &[u8]) -> Option<(DriverPosition, String)> {
        let received = ReceivedMessage::parse(bytes)?;
        Some((received.position, received.verified("lecture", &KEY)?.to_owned()))
    }

    #[test]
    fn a_message_is_read_as_it_was_proven_and_one_changed_bit_is_noticed() {
        let bytes = print("lecture", &[9; 32], &KEY, POSITION, "a text");
        assert_eq!(read(&bytes), Some((POSITION, "a text".to_owned())));
        let received = ReceivedMessage::parse(&bytes).unwrap();
        assert_eq!(received.verified("show", &KEY), None, "another canvas");
        assert_eq!(received.verified("lecture", &LinkKey::new([4; 32])), None);
        for at in 0..bytes.len() {
            let mut changed = bytes.to_vec();
            changed[at] ^= 1;
            assert_eq!(read(&changed), None, "byte {at}");
            assert_eq!(read(&bytes[..at]), None, "{at} bytes");
        }
    }

    #[test]
    fn the_proof_is_that_of_rfc_4231() {
        // Test case 1.
        let key = hmac::Key::new(hmac::HMAC_SHA256, &[0x0b; 20]);
        let hex = "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7";
        let wanted = data_encoding::HEXLOWER.decode(hex.as_bytes()).unwrap();
        assert_eq!(hmac::sign(&key, b"Hi There").as_ref(), wanted);
    }

    #[test]
    fn a_text_has_a_limit() {
        let read = |length: usize| {
            read(&print("lecture", &[9; 32], &KEY, POSITION, &" ".repeat(length))).is_some()
        };
        assert!(read(MAX_TEXT) && !read(MAX_TEXT + 1));
    }

    #[test]
    fn a_hello_names_no_place_but_its_edges_inbox() {
        let hello = DriverHello {
            edge: "fra-1".into(),
            inbox: "_INBOX_drive.abc.5".into(),
            address: "[2001:db8::1]:5".into(),
            network: Some("2001:db8::".parse().unwrap()),
            browser: Some("abc".into()),
            replaces: Some(3),
        };
        assert_eq!(DriverHello::parse(&hello.print(), 5), Some(hello.clone()));
        let with = |change: fn(&mut DriverHello)| {
            let mut hello = hello.clone();
            change(&mut hello);
            DriverHello::parse(&hello.print(), 5).is_some()
        };
        assert!(with(|it| it.address.clear()));
        for wild in [
            (|it| it.edge = "a b".into()) as fn(&mut DriverHello),
            |it| it.inbox = "framecast.lecture.updates".into(),
            |it| it.inbox = "_INBOX_edge.abc.5".into(),
            |it| it.inbox = "_INBOX_drive.>".into(),
            |it| it.inbox = "_INBOX_drive.*.5".into(),
            |it| it.inbox = format!("_INBOX_drive.{}.5", "x".repeat(MAX_WORD)),
            |it| it.inbox = "_INBOX_drive.abc.6".into(),
            |it| it.address = "two words".into(),
            |it| it.address = "\u{1b}[31m".into(),
            |it| it.address = "x".repeat(MAX_WORD + 1),
            |it| it.browser = Some("x".repeat(MAX_WORD + 1)),
        ] {
            assert!(!with(wild));
        }
        assert!(DriverHello::parse("", 5).is_none() && DriverHello::parse("{}", 5).is_none());
    }
}
