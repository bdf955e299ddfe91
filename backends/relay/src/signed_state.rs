//! What an origin says of its canvas besides pictures, signed: it names links, so nobody else may say it. Pure.
//!
//! Version (1), the origin's public key (32 bytes), when it started (u64, milliseconds since 1970), a number that grows
//! with each (u64), the signature (64 bytes), and the text, which is JSON. Numbers are little-endian.

use bytes::{Bytes, BytesMut};

use crate::keys::{OriginKey, PUBLIC_KEY, PublicKey, SIGNATURE};
use crate::report::MAX_STATE;

/// What every signed message begins with: signatures of this key are for nothing else.
const PURPOSE: &[u8] = b"framecast relay 1: state\0";
const VERSION: u8 = 1;
const HEAD: usize = 1 + PUBLIC_KEY + 8 + 8 + SIGNATURE;

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
        if version != VERSION || text.len() > MAX_STATE {
            return None;
        }
        let position = StatePosition {
            started: u64::from_le_bytes(*started),
            number: u64::from_le_bytes(*number),
        };
        Some(Self { key: PublicKey(*key), position, signature: signature.try_into().ok()?, text })
    }

    /// The text, if the key in the document has signed it, for the canvas of this name.
    pub(crate) fn verified(&self, canvas: &str) -> Option<&'a [u8]> {
        let message = message(canvas, self.position, self.text);
        self.key.has_signed(&message, &self.signature).then_some(self.text)
    }
}

/// A document with this text about a canvas.
pub(crate) fn print(key: &OriginKey, canvas: &str, position: StatePosition, text: &[u8]) -> Bytes {
    let mut bytes = BytesMut::with_capacity(HEAD + text.len());
    bytes.extend_from_slice(&[VERSION]);
    bytes.extend_from_slice(&key.public().0);
    bytes.extend_from_slice(&position.started.to_le_bytes());
    bytes.extend_from_slice(&position.number.to_le_bytes());
    bytes.extend_from_slice(&key.sign(&message(canvas, position, text)));
    bytes.extend_from_slice(text);
    bytes.freeze()
}

/// What is signed.
fn message(canvas: &str, position: StatePosition, text: &[u8]) -> Vec<u8> {
    let StatePosition { started, number } = position;
    // A name has no zeros.
    [PURPOSE, canvas.as_bytes(), b"\0", &started.to_le_bytes(), &number.to_le_bytes(), text]
        .concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Option<(PublicKey, StatePosition, Vec<u8>)> {
        let received = ReceivedState::parse(bytes)?;
        Some((received.key, received.position, received.verified("lecture")?.to_vec()))
    }

    #[test]
    fn a_document_is_read_as_it_was_signed_and_one_changed_bit_is_noticed() {
        let key = OriginKey::from_seed([7; 32]);
        let position = StatePosition { started: 5, number: 6 };
        let bytes = print(&key, "lecture", position, br#"{"title":"a"}"#);
        assert_eq!(ReceivedState::parse(&bytes).unwrap().verified("show"), None, "another canvas");
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
            read(&print(&key, "lecture", position, &vec![b' '; length])).is_some()
        };
        assert!(read(MAX_STATE) && !read(MAX_STATE + 1));
    }

    #[test]
    fn a_later_start_counts_before_a_higher_number() {
        let at = |started, number| StatePosition { started, number };
        assert!(at(1, 9) < at(2, 0) && at(2, 0) < at(2, 1));
    }
}
