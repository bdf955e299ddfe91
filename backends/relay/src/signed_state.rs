//! What an origin says besides pictures, signed: of its canvas to all edges, which names links, and of drivers to one edge,
//! which says who holds control. Nobody else may say it. Pure.
//!
//! Version (1), the origin's public key (32 bytes), when it started (u64, milliseconds since 1970), a number that grows
//! with each (u64), the signature (64 bytes), and the text, which is JSON. Numbers are little-endian.

use bytes::{Bytes, BytesMut};

use crate::drivers_state::MAX_DRIVERS_STATE;
use crate::keys::{OriginKey, PUBLIC_KEY, PublicKey, SIGNATURE};

const VERSION: u8 = 1;
const HEAD: usize = 1 + PUBLIC_KEY + 8 + 8 + SIGNATURE;

/// Whom a document is for, and what it is about.
#[derive(Debug, Clone, Copy)]
pub(crate) enum About<'a> {
    /// For everybody, about the canvas of this name.
    Canvas(&'a str),
    /// For the edge with this inbox, about those who drive there.
    Drivers { canvas: &'a str, inbox: &'a str },
}

impl About<'_> {
    /// What the signed message begins with: signatures of this key are for nothing else.
    fn head(self) -> Vec<u8> {
        // Names and inboxes have no zeros.
        match self {
            Self::Canvas(canvas) => {
                [b"framecast relay 1: state\0", canvas.as_bytes(), b"\0"].concat()
            }
            Self::Drivers { canvas, inbox } => {
                let purpose = b"framecast relay 1: drivers\0";
                [purpose, canvas.as_bytes(), b"\0", inbox.as_bytes(), b"\0"].concat()
            }
        }
    }
}

/// Which of two documents of an origin is newer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct StatePosition {
    /// When the origin started, in milliseconds since 1970.
    pub(crate) started: u64,
    /// How many it said before.
    pub(crate) number: u64,
}

/// A document, as it arrived: the key in it is only what the sender says.
#[derive(Debug)]
pub(crate) struct ReceivedState<'a> {
    pub(crate) key: PublicKey,
    pub(crate) position: StatePosition,
    signature: [u8; SIGNATURE],
    text: &'a [u8],
}

impl<'a> ReceivedState<'a> {
    /// Reads a document; `None` if it is none. The signature is not checked.
    pub(crate) fn parse(bytes: &'a [u8]) -> Option<Self> {
        let (head, text) = bytes.split_at_checked(HEAD)?;
        let (&[version], head) = head.split_first_chunk()?;
        let (key, head) = head.split_first_chunk()?;
        let (started, head) = head.split_first_chunk()?;
        let (number, signature) = head.split_first_chunk()?;
        if version != VERSION || text.len() > MAX_DRIVERS_STATE {
            return None;
        }
        let position = StatePosition {
            started: u64::from_le_bytes(*started),
            number: u64::from_le_bytes(*number),
        };
        Some(Self { key: PublicKey(*key), position, signature: signature.try_into().ok()?, text })
    }

    /// The text, if the key in the document has signed it, and `about` this.
    pub(crate) fn verified(&self, about: About<'_>) -> Option<&'a [u8]> {
        let message = message(about, self.position, self.text);
        self.key.has_signed(&message, &self.signature).then_some(self.text)
    }
}

/// A document with this text.
pub(crate) fn print(
    key: &OriginKey,
    about: About<'_>,
    position: StatePosition,
    text: &[u8],
) -> Bytes {
    let mut bytes = BytesMut::with_capacity(HEAD + text.len());
    bytes.extend_from_slice(&[VERSION]);
    bytes.extend_from_slice(&key.public().0);
    bytes.extend_from_slice(&position.started.to_le_bytes());
    bytes.extend_from_slice(&position.number.to_le_bytes());
    bytes.extend_from_slice(&key.sign(&message(about, position, text)));
    bytes.extend_from_slice(text);
    bytes.freeze()
}

/// What is signed.
fn message(about: About<'_>, position: StatePosition, text: &[u8]) -> Vec<u8> {
    let StatePosition { started, number } = position;
    [&about.head(), &started.to_le_bytes()[..], &number.to_le_bytes(), text].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LECTURE: About<'_> = About::Canvas("lecture");

    fn read(bytes: &[u8]) -> Option<(PublicKey, StatePosition, Vec<u8>)> {
        let received = ReceivedState::parse(bytes)?;
        Some((received.key, received.position, received.verified(LECTURE)?.to_vec()))
    }

    #[test]
    fn a_document_is_read_as_it_was_signed_and_one_changed_bit_is_noticed() {
        let key = OriginKey::from_seed([7; 32]);
        let position = StatePosition { started: 5, number: 6 };
        let bytes = print(&key, LECTURE, position, br#"{"title":"a"}"#);
        let drivers = |canvas, inbox| About::Drivers { canvas, inbox };
        for other in [About::Canvas("show"), drivers("lecture", ""), drivers("", "lecture")] {
            let received = ReceivedState::parse(&bytes).unwrap();
            assert_eq!(received.verified(other), None, "{other:?}");
        }
        let bytes_for_one = print(&key, drivers("lecture", "a"), position, b"{}");
        let received = ReceivedState::parse(&bytes_for_one).unwrap();
        assert!(received.verified(drivers("lecture", "a")).is_some());
        assert!(received.verified(drivers("lecture", "b")).is_none(), "another edge");
        assert_eq!(read(&bytes), Some((key.public(), position, br#"{"title":"a"}"#.to_vec())));
        for at in 0..bytes.len() {
            let mut changed = bytes.to_vec();
            changed[at] ^= 1;
            assert_eq!(read(&changed), None, "byte {at}");
            assert_eq!(read(&bytes[..at]), None, "{at} bytes");
        }
    }

    #[test]
    fn a_text_has_a_limit() {
        let key = OriginKey::from_seed([7; 32]);
        let read = |length: usize| {
            let position = StatePosition { started: 1, number: 1 };
            read(&print(&key, LECTURE, position, &vec![b' '; length])).is_some()
        };
        assert!(read(MAX_DRIVERS_STATE) && !read(MAX_DRIVERS_STATE + 1));
    }

    #[test]
    fn a_later_start_counts_before_a_higher_number() {
        let at = |started, number| StatePosition { started, number };
        assert!(at(1, 9) < at(2, 0) && at(2, 0) < at(2, 1));
    }
}
