//! What travels on the bus, as bytes. Pure. All numbers are little-endian.
//!
//! - A signed update: version (1), the origin's public key (32 bytes), when it started (u64, milliseconds since 1970), the
//!   signature (64 bytes), and the update as [`TileUpdate::to_bytes`] writes it.
//! - A piece of one, since a server limits how long a message may be (1 MiB unless it is told otherwise): version (1), a
//!   zero, the piece's number and how many there are (u16 each), two zeros, a number that all pieces of one update have
//!   (u64), and the bytes.
//! - A request for what is newer: version (1), what for (0: something is missing, 1: the newest picture is wanted, as
//!   always), stream and revision (u64 each).

use std::collections::VecDeque;

use bytes::{Bytes, BytesMut};
use framecast_stream::TileUpdate;
use serde::{Deserialize, Serialize};

use crate::keys::{PUBLIC_KEY, PublicKey, SIGNATURE};
use crate::signed_picture::SignedUpdate;

const VERSION: u8 = 1;
const SIGNED_HEAD: usize = 1 + PUBLIC_KEY + 8 + SIGNATURE;
const PIECE_HEAD: usize = 16;
/// The longest update, in bytes: that of any picture that is worth sending over a network.
pub(crate) const MAX_UPDATE: usize = 64 * 1024 * 1024;
/// Updates whose pieces may arrive at the same time. Each subject has one sender, whose messages keep their order, so
/// more than one is rare.
const MAX_INCOMPLETE: usize = 4;
/// The most pieces of one update.
const MAX_PIECES: usize = MAX_UPDATE / LEAST_PIECE;
/// A piece is no shorter than this, but for the last.
const LEAST_PIECE: usize = 4096;
/// A piece is no longer than this, so that what is urgent does not wait behind a large one.
const PIECE: usize = 256 * 1024;

/// An answer is cut into shorter pieces: that they arrive is a sign of life on a thin link.
const ANSWER_PIECE: usize = 32 * 1024;
/// But into no more than this, so that they can wait until they are put together.
const MAX_ANSWER_PIECES: usize = 256;

/// A signed update, as it arrived: the key in it is only what the sender says.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    pub(crate) key: PublicKey,
    pub(crate) signed: SignedUpdate,
}

/// The bytes of a signed update.
pub(crate) fn print(key: &PublicKey, signed: &SignedUpdate) -> Bytes {
    let update = signed.update.to_bytes();
    let mut bytes = BytesMut::with_capacity(SIGNED_HEAD + update.len());
    bytes.extend_from_slice(&[VERSION]);
    bytes.extend_from_slice(&key.0);
    bytes.extend_from_slice(&signed.started.to_le_bytes());
    bytes.extend_from_slice(&signed.signature);
    bytes.extend_from_slice(&update);
    bytes.freeze()
}

/// Reads a signed update; `None` if it is none. The signature is not checked.
pub(crate) fn parse(bytes: &[u8]) -> Option<Received> {
    let (head, update) = bytes.split_at_checked(SIGNED_HEAD)?;
    let (&[version], head) = head.split_first_chunk()?;
    let (key, head) = head.split_first_chunk()?;
    let (started, signature) = head.split_first_chunk()?;
    if version != VERSION {
        return None;
    }
    let update = TileUpdate::from_bytes(update).ok()?;
    let started = u64::from_le_bytes(*started);
    let signature = signature.try_into().ok()?;
    Some(Received { key: PublicKey(*key), signed: SignedUpdate { started, signature, update } })
}

/// Cuts an update into messages of at most `longest` bytes. `number` is another for each update.
pub(crate) fn cut(bytes: &Bytes, number: u64, longest: usize) -> impl Iterator<Item = Bytes> {
    let length = longest.saturating_sub(PIECE_HEAD).clamp(LEAST_PIECE, PIECE);
    let count = bytes.len().div_ceil(length).max(1);
    (0..count).map(move |index| {
        let piece = &bytes[index * length..bytes.len().min((index + 1) * length)];
        let mut message = BytesMut::with_capacity(PIECE_HEAD + piece.len());
        message.extend_from_slice(&[VERSION, 0]);
        for n in [index as u16, count as u16, 0] {
            message.extend_from_slice(&n.to_le_bytes());
        }
        message.extend_from_slice(&number.to_le_bytes());
        message.extend_from_slice(piece);
        message.freeze()
    })
}

/// The longest message to cut an answer of so many bytes into.
pub(crate) fn answer_piece(length: usize) -> usize {
    length.div_ceil(MAX_ANSWER_PIECES).max(ANSWER_PIECE) + PIECE_HEAD
}

/// Puts the pieces of updates together.
#[derive(Debug, Default)]
pub(crate) struct Assembler {
    /// The oldest first.
    incomplete: VecDeque<Incomplete>,
}

#[derive(Debug)]
struct Incomplete {
    number: u64,
    pieces: Vec<Option<Bytes>>,
    missing: usize,
    bytes: usize,
}

impl Assembler {
    /// Takes a piece; returns the update if it is complete now.
    pub(crate) fn add(&mut self, message: &Bytes) -> Option<Bytes> {
        let head = message.get(..PIECE_HEAD)?;
        let u16_at = |at: usize| usize::from(u16::from_le_bytes([head[at], head[at + 1]]));
        let (index, count) = (u16_at(2), u16_at(4));
        let number = u64::from_le_bytes(head[8..].try_into().ok()?);
        if head[0] != VERSION || index >= count || count > MAX_PIECES {
            return None;
        }
        if count == 1 {
            return Some(message.slice(PIECE_HEAD..));
        }
        // A copy: what arrived is a part of a larger buffer, which would be kept as a whole.
        let piece = Bytes::copy_from_slice(&message[PIECE_HEAD..]);
        let known = self.incomplete.iter().position(|it| it.number == number);
        let place = known.unwrap_or_else(|| {
            if self.incomplete.len() == MAX_INCOMPLETE {
                self.incomplete.pop_front();
            }
            let pieces = vec![None; count];
            self.incomplete.push_back(Incomplete { number, pieces, missing: count, bytes: 0 });
            self.incomplete.len() - 1
        });
        let update = &mut self.incomplete[place];
        if update.pieces.len() != count || update.pieces[index].is_some() {
            return None;
        }
        update.bytes += piece.len();
        update.missing -= 1;
        update.pieces[index] = Some(piece);
        if update.bytes > MAX_UPDATE {
            self.incomplete.remove(place);
            return None;
        }
        if update.missing > 0 {
            return None;
        }
        let Incomplete { pieces, bytes, .. } = self.incomplete.remove(place)?;
        let mut whole = BytesMut::with_capacity(bytes);
        pieces.iter().flatten().for_each(|piece| whole.extend_from_slice(piece));
        Some(whole.freeze())
    }
}

/// What a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Something is missing.
    Repair,
    /// An edge that takes nothing of what is published asks for the newest picture, again and again.
    Pull,
}

/// A request for everything that is newer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SinceRequest {
    /// The hub whose revision it is; 0: whoever asks has nothing.
    pub(crate) stream: u64,
    pub(crate) revision: u64,
}

impl SinceRequest {
    pub(crate) fn print(self, purpose: Purpose) -> Bytes {
        let head = [VERSION, u8::from(purpose == Purpose::Pull)];
        [&head[..], &self.stream.to_le_bytes(), &self.revision.to_le_bytes()].concat().into()
    }

    pub(crate) fn parse(bytes: &[u8]) -> Option<(Purpose, Self)> {
        let bytes: &[u8; 18] = bytes.try_into().ok()?;
        let purpose = match bytes[..2] {
            [VERSION, 0] => Purpose::Repair,
            [VERSION, 1] => Purpose::Pull,
            _ => return None,
        };
        let number = |at: usize| bytes[at..at + 8].try_into().map(u64::from_le_bytes).ok();
        Some((purpose, Self { stream: number(2)?, revision: number(10)? }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::scene::Origin;

    #[test]
    fn a_signed_update_is_read_as_it_was_written() {
        let mut origin = Origin::new();
        let signed = origin.show(1, &[]);
        let bytes = print(&origin.key.public(), &signed);
        let read = parse(&bytes).unwrap();
        assert_eq!(print(&read.key, &read.signed), bytes);
        for end in 0..bytes.len() {
            assert!(parse(&bytes[..end]).is_none(), "{end}");
        }
        assert!(parse(&[&[2], &bytes[1..]].concat()).is_none(), "another version");
    }

    #[test]
    fn pieces_are_put_together_in_any_order() {
        let whole = Bytes::from_iter((0..30_000_u32).map(|n| n as u8));
        let mut pieces: Vec<Bytes> = cut(&whole, 7, 5000).collect();
        assert!(pieces.iter().all(|piece| piece.len() <= 5000) && pieces.len() == 7);
        pieces.reverse();
        let mut assembler = Assembler::default();
        let mut done: Vec<Bytes> = pieces.iter().filter_map(|it| assembler.add(it)).collect();
        assert_eq!(done.pop(), Some(whole));
        assert!(done.is_empty() && assembler.incomplete.is_empty());
    }

    #[test]
    fn the_longest_update_is_cut_into_pieces_that_can_be_counted() {
        let whole = Bytes::from(vec![0; MAX_UPDATE]);
        let mut assembler = Assembler::default();
        let done = cut(&whole, 1, 8192).find_map(|piece| assembler.add(&piece));
        assert_eq!(done.map(|it| it.len()), Some(MAX_UPDATE));
    }

    #[test]
    fn an_update_that_fits_is_one_piece() {
        for whole in [Bytes::new(), Bytes::from_static(b"abc")] {
            let pieces: Vec<Bytes> = cut(&whole, 1, 1 << 20).collect();
            assert_eq!(pieces.len(), 1);
            assert_eq!(Assembler::default().add(&pieces[0]), Some(whole));
        }
    }

    #[test]
    fn pieces_that_fit_nothing_are_dropped() {
        let whole = Bytes::from(vec![1; 12_000]);
        let pieces: Vec<Bytes> = cut(&whole, 7, 4200).collect();
        let with = |at: usize, new: u8| {
            let mut piece = pieces[0].to_vec();
            piece[at] = new;
            Bytes::from(piece)
        };
        let mut assembler = Assembler::default();
        assert_eq!(assembler.add(&pieces[0]), None);
        for wild in [with(0, 9), with(2, 3), with(4, 0), with(4, 9), pieces[0].slice(..15)] {
            assert_eq!(assembler.add(&wild), None);
        }
        assert_eq!(assembler.add(&pieces[0]), None, "it came twice");
        assert_eq!(assembler.add(&pieces[1]), None);
        assert_eq!(assembler.add(&pieces[2]), Some(whole));
    }

    #[test]
    fn what_is_never_complete_takes_little_memory() {
        let mut assembler = Assembler::default();
        let piece = |number: u64, index: u16, bytes: usize| {
            let mut head = vec![VERSION, 0];
            head.extend_from_slice(&index.to_le_bytes());
            head.extend_from_slice(&(MAX_PIECES as u16).to_le_bytes());
            head.extend_from_slice(&[0, 0]);
            head.extend_from_slice(&number.to_le_bytes());
            head.resize(PIECE_HEAD + bytes, 0);
            Bytes::from(head)
        };
        (0..100).for_each(|number| drop(assembler.add(&piece(number, 0, 10))));
        assert_eq!(assembler.incomplete.len(), MAX_INCOMPLETE);
        let large = 1 << 20;
        (0..200).for_each(|index| {
            assembler.add(&piece(1000, index, large));
            let held: usize = assembler.incomplete.iter().map(|it| it.bytes).sum();
            assert!(held <= MAX_UPDATE + 1000);
        });
    }

    #[test]
    fn a_request_is_read_as_it_was_written() {
        let request = SinceRequest { stream: 5, revision: u64::MAX };
        for purpose in [Purpose::Repair, Purpose::Pull] {
            let bytes = request.print(purpose);
            assert_eq!(SinceRequest::parse(&bytes), Some((purpose, request)));
            let others = [[2, bytes[1]], [1, 2]].map(|head| [&head, &bytes[2..]].concat());
            for wild in [&bytes[..17], &[&bytes[..], &[0]].concat(), &others[0], &others[1]] {
                assert_eq!(SinceRequest::parse(wild), None);
            }
        }
    }

    #[test]
    fn answers_are_cut_so_that_the_first_piece_arrives_soon_and_there_are_not_too_many() {
        let pieces = |length: usize| {
            let whole = Bytes::from(vec![0; length]);
            let pieces: Vec<usize> =
                cut(&whole, 1, answer_piece(length)).map(|it| it.len()).collect();
            (pieces.len(), pieces.into_iter().max().unwrap())
        };
        assert_eq!(pieces(100_000), (4, ANSWER_PIECE + PIECE_HEAD));
        assert_eq!(pieces(16 << 20), (256, 65_536 + PIECE_HEAD));
        assert_eq!(pieces(MAX_UPDATE), (256, PIECE + PIECE_HEAD));
    }
}
