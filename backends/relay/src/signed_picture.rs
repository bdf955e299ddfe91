//! A picture in tiles, and the origin's signature of all of it. Pure.
//!
//! What is signed is the head of the newest update and a SHA-256 over the hashes of all tiles as they are after it. So one
//! signature proves that every tile is the origin's, and that none is older than the revision says: whoever passes the
//! picture on can neither change nor withhold a tile.

use framecast_stream::{TileBytes, TilePicture, TileUpdate};
use ring::digest::{Context, SHA256};

use crate::keys::{OriginKey, PublicKey, SIGNATURE};

/// What every signed message begins with: signatures of this key are for nothing else.
const PURPOSE: &[u8] = b"framecast relay 1: picture\0";

type Hash = [u8; 32];

/// An update and the origin's signature of the picture that it leads to.
#[derive(Debug, Clone)]
pub(crate) struct SignedUpdate {
    /// When the origin started, in milliseconds since 1970: of two origins, the later one counts.
    pub(crate) started: u64,
    pub(crate) signature: [u8; SIGNATURE],
    pub(crate) update: TileUpdate,
}

/// What became of an update.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Taken {
    /// The picture is now that of the update.
    Newer,
    /// The picture is as new, which the update confirms: it has no tiles.
    Same,
    /// The picture is as new, or newer.
    Known,
    /// Something that came before it is missing.
    Gap,
    /// It is not the origin's, or tiles were changed or left out.
    Forged,
}

/// The newest picture that is complete, with its signature.
#[derive(Debug)]
pub(crate) struct SignedPicture {
    /// The name of the canvas: what is signed for one counts for no other.
    canvas: String,
    picture: TilePicture,
    /// Of each tile; zeros for one that never came.
    hashes: Vec<Hash>,
    newest: Option<Newest>,
}

/// What the newest update says of the picture.
#[derive(Debug, Clone, Copy)]
struct Newest {
    started: u64,
    stream: u64,
    epoch: u64,
    revision: u64,
    signature: [u8; SIGNATURE],
}

impl SignedPicture {
    /// One of this canvas, without tiles.
    pub(crate) fn new(canvas: &str) -> Self {
        Self {
            canvas: canvas.to_owned(),
            picture: TilePicture::new(),
            hashes: Vec::new(),
            newest: None,
        }
    }

    /// Forgets everything but the name.
    pub(crate) fn clear(&mut self) {
        *self = Self::new(&self.canvas);
    }

    /// The stream and revision up to which it is complete; zeros if there is none.
    pub(crate) fn revision(&self) -> (u64, u64) {
        self.newest.as_ref().map_or((0, 0), |newest| (newest.stream, newest.revision))
    }

    /// When its origin started; 0 if there is none.
    pub(crate) fn started(&self) -> u64 {
        self.newest.as_ref().map_or(0, |newest| newest.started)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.newest.is_none()
    }

    /// Adds what the origin publishes next, and signs the picture.
    pub(crate) fn sign(
        &mut self,
        started: u64,
        update: TileUpdate,
        key: &OriginKey,
    ) -> SignedUpdate {
        let hashes = self.hashes_with(started, &update);
        let signature = key.sign(&self.message(started, &update, &hashes));
        let signed = SignedUpdate { started, signature, update };
        self.put(&signed, hashes);
        signed
    }

    /// Adds an update if it is signed by `key` and nothing is missing before it.
    pub(crate) fn take(&mut self, signed: &SignedUpdate, key: &PublicKey) -> Taken {
        let update = &signed.update;
        if let Some(newest) = &self.newest {
            let is_known = match signed.started.cmp(&newest.started) {
                std::cmp::Ordering::Less => true,
                std::cmp::Ordering::Equal => {
                    update.stream() == newest.stream && update.revision() <= newest.revision
                }
                std::cmp::Ordering::Greater => false,
            };
            if is_known && update.revision() == newest.revision && update.tiles() == 0 {
                let signed = key.has_signed(
                    &self.message(newest.started, update, &self.hashes),
                    &signed.signature,
                );
                return if signed { Taken::Same } else { Taken::Known };
            }
            if is_known {
                return Taken::Known;
            }
        }
        if !self.is_next(signed.started, update) && !is_whole(update) {
            return Taken::Gap;
        }
        let hashes = self.hashes_with(signed.started, update);
        if !key.has_signed(&self.message(signed.started, update, &hashes), &signed.signature) {
            return Taken::Forged;
        }
        self.put(signed, hashes);
        Taken::Newer
    }

    /// Everything newer than `revision` of `stream`, with the signature; `None` if there is no picture.
    pub(crate) fn since(&self, stream: u64, revision: u64) -> Option<SignedUpdate> {
        let newest = self.newest.as_ref()?;
        let update = self.picture.update_since(stream, revision)?;
        Some(SignedUpdate { started: newest.started, signature: newest.signature, update })
    }

    /// What is signed.
    fn message(&self, started: u64, update: &TileUpdate, hashes: &[Hash]) -> Vec<u8> {
        let mut context = Context::new(&SHA256);
        hashes.iter().for_each(|hash| context.update(hash));
        // A name has no zeros.
        let canvas = self.canvas.as_bytes();
        [PURPOSE, canvas, b"\0", &started.to_le_bytes(), &update.head(), &finish(context)].concat()
    }

    /// Whether `update` adds to this picture.
    fn is_next(&self, started: u64, update: &TileUpdate) -> bool {
        self.newest.as_ref().is_some_and(|newest| {
            started == newest.started
                && update.stream() == newest.stream
                && update.epoch() == newest.epoch
                && update.since() <= newest.revision
        })
    }

    /// The hashes of all tiles after `update`.
    fn hashes_with(&self, started: u64, update: &TileUpdate) -> Vec<Hash> {
        let mut hashes =
            if self.is_next(started, update) { self.hashes.clone() } else { Vec::new() };
        hashes.resize(update.grid_tiles(), [0; 32]);
        for tile in update.tile_bytes() {
            hashes[usize::from(tile.number)] = hash(&tile);
        }
        hashes
    }

    fn put(&mut self, signed: &SignedUpdate, hashes: Vec<Hash>) {
        let SignedUpdate { started, signature, update } = signed;
        if !self.is_next(*started, update) {
            self.picture = TilePicture::new();
        }
        self.picture.add(update);
        self.hashes = hashes;
        self.newest = Some(Newest {
            started: *started,
            stream: update.stream(),
            epoch: update.epoch(),
            revision: update.revision(),
            signature: *signature,
        });
    }
}

/// Whether it has all tiles: it starts before the picture had its size.
fn is_whole(update: &TileUpdate) -> bool {
    update.since() < update.epoch()
}

fn hash(tile: &TileBytes<'_>) -> Hash {
    let mut context = Context::new(&SHA256);
    context.update(&tile.head);
    context.update(tile.encoding);
    finish(context)
}

fn finish(context: Context) -> Hash {
    let mut hash = [0; 32];
    hash.copy_from_slice(context.finish().as_ref());
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::message;
    use crate::scene::Origin;

    fn edge(origin: &Origin, updates: &[&SignedUpdate]) -> SignedPicture {
        let mut picture = SignedPicture::new("lecture");
        for update in updates {
            assert_eq!(picture.take(update, &origin.key.public()), Taken::Newer);
        }
        picture
    }

    #[test]
    fn what_the_origin_signed_is_taken_in_order() {
        let mut origin = Origin::new();
        let (one, two) = (origin.show(1, &[]), origin.show(1, &[3]));
        let three = origin.rest().unwrap();
        let key = origin.key.public();
        let mut picture = edge(&origin, &[&one]);
        assert_eq!(picture.take(&three, &key), Taken::Gap);
        assert_eq!(picture.take(&one, &key), Taken::Known);
        assert_eq!(picture.take(&two, &key), Taken::Newer);
        assert_eq!(picture.take(&three, &key), Taken::Newer);
        assert_eq!(picture.revision(), origin.picture.revision());
        // Another may have it from this one, whatever it has.
        for updates in [&[][..], &[&one], &[&one, &two], &[&one, &two, &three]] {
            let mut other = edge(&origin, updates);
            let (stream, revision) = other.revision();
            let rest = picture.since(stream, revision).unwrap();
            let taken = other.take(&rest, &key);
            assert_eq!(taken, if updates.len() == 3 { Taken::Same } else { Taken::Newer });
            assert_eq!(other.hashes, picture.hashes);
        }
    }

    #[test]
    fn what_another_key_signed_is_not() {
        let mut origin = Origin::new();
        let mut liar = Origin::with(OriginKey::from_seed([8; 32]), 2);
        let lie = liar.show(2, &[]);
        let one = origin.show(1, &[]);
        let mut picture = edge(&origin, &[&one]);
        assert_eq!(picture.take(&lie, &origin.key.public()), Taken::Forged);
        assert_eq!(SignedPicture::new("lecture").take(&lie, &origin.key.public()), Taken::Forged);
        assert_eq!(picture.revision(), origin.picture.revision());
    }

    /// Whoever passes an answer on can change nothing of it: every byte that is another is noticed.
    #[test]
    fn an_answer_with_one_changed_bit_is_refused() {
        let mut origin = Origin::new();
        origin.show(1, &[]);
        origin.show(1, &[3]);
        let answer = origin.since(0, 0);
        let key = origin.key.public();
        let refused = |bytes: &[u8]| match message::parse(bytes) {
            None => true,
            Some(received) if received.key != key => true,
            Some(received) => {
                SignedPicture::new("lecture").take(&received.signed, &key) != Taken::Newer
            }
        };
        assert!(!refused(&answer));
        // From where an update starts is not signed, since it is another for everybody who asks.
        let since = 1 + 32 + 8 + 64 + TileUpdate::HEAD_BYTES;
        for at in (0..answer.len().min(1000)).chain((1000..answer.len()).step_by(97)) {
            let mut bytes = answer.to_vec();
            bytes[at] ^= 1;
            let is_since = (since..since + 8).contains(&at);
            assert!(is_since || refused(&bytes), "byte {at} of {}", answer.len());
        }
    }

    /// A liar leaves tiles out, or has older ones of the origin's.
    #[test]
    fn tiles_can_neither_be_withheld_nor_be_old_ones() {
        let mut origin = Origin::new();
        let one = origin.show(1, &[]);
        let two = origin.show(1, &[3, 5]);
        let key = origin.key.public();
        let withhold = |signed: &SignedUpdate, tile: usize| {
            // The update again, without one of its tiles.
            let bytes = signed.update.to_bytes();
            let heads: Vec<usize> = {
                let mut at = TileUpdate::HEAD_BYTES + 12;
                let place = |tile: TileBytes<'_>| {
                    let start = at;
                    at += tile.head.len() + tile.encoding.len();
                    start
                };
                signed.update.tile_bytes().map(place).chain([bytes.len()]).collect()
            };
            let mut less = bytes[..heads[tile]].to_vec();
            less.extend_from_slice(&bytes[heads[tile + 1]..]);
            let count = signed.update.tiles() as u32 - 1;
            less[TileUpdate::HEAD_BYTES + 8..][..4].copy_from_slice(&count.to_le_bytes());
            SignedUpdate { update: TileUpdate::from_bytes(&less).unwrap(), ..signed.clone() }
        };
        let mut picture = edge(&origin, &[&one]);
        for tile in 0..two.update.tiles() {
            assert_eq!(picture.take(&withhold(&two, tile), &key), Taken::Forged);
        }
        // The newer signature over the older tiles.
        let old = SignedUpdate { signature: two.signature, ..one.clone() };
        assert_eq!(SignedPicture::new("lecture").take(&old, &key), Taken::Forged);
        // An older picture as a whole is what it says: old.
        assert_eq!(picture.take(&two, &key), Taken::Newer);
        assert_eq!(picture.take(&one, &key), Taken::Known);
    }

    #[test]
    fn what_was_signed_for_another_canvas_is_not() {
        let mut origin = Origin::new();
        let one = origin.show(1, &[]);
        let mut other = SignedPicture::new("rehearsal");
        assert_eq!(other.take(&one, &origin.key.public()), Taken::Forged);
    }

    #[test]
    fn an_origin_that_started_later_counts() {
        let mut origin = Origin::new();
        let mut again = Origin::with(OriginKey::from_seed([7; 32]), 2);
        let (one, two) = (origin.show(1, &[]), again.show(1, &[]));
        let key = origin.key.public();
        let mut picture = edge(&origin, &[&one]);
        assert_eq!(picture.take(&two, &key), Taken::Newer);
        assert_eq!(picture.take(&one, &key), Taken::Known);
        assert_eq!(picture.take(&origin.show(1, &[2]), &key), Taken::Known);
        let later = again.show(1, &[4]);
        let mut late = edge(&origin, &[&one]);
        assert_eq!(late.take(&later, &key), Taken::Gap, "the beginning was missed");
    }

    #[test]
    fn another_size_begins_anew() {
        let mut origin = Origin::new();
        let one = origin.show(1, &[]);
        origin.size = (200, 100);
        let two = origin.show(1, &[]);
        let mut picture = edge(&origin, &[&one, &two]);
        let three = origin.show(1, &[0]);
        assert_eq!(picture.take(&three, &origin.key.public()), Taken::Newer);
        let mut other = edge(&origin, &[&one]);
        assert_eq!(other.take(&three, &origin.key.public()), Taken::Gap);
        let (stream, revision) = other.revision();
        let rest = picture.since(stream, revision).unwrap();
        assert_eq!(other.take(&rest, &origin.key.public()), Taken::Newer);
    }
}
