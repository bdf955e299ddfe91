//! One chunk: a head of 20 bytes and a payload.

use super::{MAX_PAYLOAD, MAX_TEXT, MAX_TIME};

/// Bytes before the payload.
pub(super) const HEAD: usize = 20;
/// Bytes of a place in the index.
pub(super) const PLACE: usize = 24;
/// Bytes of the payload of the last chunk.
pub(super) const DONE: usize = 16;

/// What a chunk is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// What the recording says about itself; the first chunk.
    Head,
    /// A part of an update.
    Part,
    /// A line of text: JSON.
    Text,
    /// A piece of the log of what the program was handed.
    Input,
    /// A place to enter: the state, followed by as many `BasePart` as it says.
    Base,
    /// A part of the picture at a place.
    BasePart,
    /// Time passed, and nothing changed.
    Time,
    /// Where the places are.
    Index,
    /// The end: where the index is.
    Done,
    /// Something of a later version.
    Unknown,
}

impl Kind {
    const ALL: [(Kind, [u8; 4]); 9] = [
        (Kind::Head, *b"HEAD"),
        (Kind::Part, *b"PART"),
        (Kind::Text, *b"TEXT"),
        (Kind::Input, *b"INPT"),
        (Kind::Base, *b"BASE"),
        (Kind::BasePart, *b"BPRT"),
        (Kind::Time, *b"TIME"),
        (Kind::Index, *b"INDX"),
        (Kind::Done, *b"DONE"),
    ];

    fn code(self) -> [u8; 4] {
        Self::ALL.iter().find(|(kind, _)| *kind == self).map_or([0; 4], |(_, code)| *code)
    }

    fn of(code: [u8; 4]) -> Self {
        Self::ALL.iter().find(|(_, known)| *known == code).map_or(Kind::Unknown, |(kind, _)| *kind)
    }

    /// The longest payload that it may have, in bytes.
    fn most(self) -> usize {
        match self {
            Kind::Head | Kind::Text | Kind::Input | Kind::Base => MAX_TEXT,
            Kind::Part | Kind::BasePart | Kind::Index | Kind::Unknown => MAX_PAYLOAD,
            Kind::Time => 0,
            Kind::Done => DONE,
        }
    }
}

/// What stands before a payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ChunkHead {
    pub(super) kind: Kind,
    pub(super) length: usize,
    /// Microseconds since the recording began.
    pub(super) time: u64,
    crc: u32,
    plain: [u8; HEAD - 4],
}

impl ChunkHead {
    /// Reads a head; `None` if there can be no such chunk.
    pub(super) fn parse(bytes: &[u8; HEAD]) -> Option<Self> {
        let (plain, crc) = bytes.split_first_chunk::<16>()?;
        let crc = u32::from_le_bytes(crc.try_into().ok()?);
        let kind = Kind::of(plain[..4].try_into().ok()?);
        let length = u32::from_le_bytes(plain[4..8].try_into().ok()?) as usize;
        let time = u64::from_le_bytes(plain[8..16].try_into().ok()?);
        let is_code = plain[..4].iter().all(u8::is_ascii_uppercase);
        (is_code && length <= kind.most() && time <= MAX_TIME).then_some(Self {
            kind,
            length,
            time,
            crc,
            plain: *plain,
        })
    }

    /// Whether this is its payload, undamaged.
    pub(super) fn matches(&self, payload: &[u8]) -> bool {
        crc(&self.plain, payload) == self.crc
    }
}

/// What stands before this payload.
pub(super) fn head(kind: Kind, time: u64, payload: &[u8]) -> [u8; HEAD] {
    let mut head = [0; HEAD];
    head[..4].copy_from_slice(&kind.code());
    head[4..8].copy_from_slice(&(payload.len() as u32).to_le_bytes());
    head[8..16].copy_from_slice(&time.to_le_bytes());
    let crc = crc(&head[..HEAD - 4], payload);
    head[HEAD - 4..].copy_from_slice(&crc.to_le_bytes());
    head
}

/// CRC-32 (that of zlib and PNG) of the head without the checksum, and the payload.
fn crc(plain: &[u8], payload: &[u8]) -> u32 {
    let mut crc = crc32fast::Hasher::new();
    crc.update(plain);
    crc.update(payload);
    crc.finalize()
}

/// A file whose chunks have the right checksums, as far as there are any: for fuzzing.
#[cfg(feature = "play")]
pub(crate) fn repaired(file: &[u8]) -> Vec<u8> {
    let mut file = file.to_vec();
    let mut rest = file.get_mut(super::START as usize..).unwrap_or_default();
    while let Some((head, after)) = rest.split_first_chunk_mut::<HEAD>() {
        let Some(ChunkHead { length, plain, .. }) = ChunkHead::parse(head) else { break };
        let Some((payload, next)) = after.split_at_mut_checked(length) else { break };
        head[HEAD - 4..].copy_from_slice(&crc(&plain, payload).to_le_bytes());
        rest = next;
    }
    file
}
