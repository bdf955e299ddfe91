//! A tile as it was encoded.

use super::codec::Encoding;

/// A tile, ready to be copied into a picture.
#[derive(Debug)]
pub(crate) struct EncodedTile {
    pub(super) encoding: Encoding,
    /// JPEG: the entropy-coded segment. PNG: a deflate stream that does not end.
    pub(super) bytes: Box<[u8]>,
    /// PNG: the Adler-32 of what was deflated.
    pub(super) adler: u32,
}

impl EncodedTile {
    /// One that was encoded elsewhere.
    pub(crate) fn new(encoding: Encoding, bytes: Box<[u8]>, adler: u32) -> Self {
        Self { encoding, bytes, adler }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(crate) fn adler(&self) -> u32 {
        self.adler
    }

    /// May be better than what was asked for: text and plain areas are always exact.
    pub(crate) fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// Bytes.
    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// An exact one with so many bytes that nobody decodes.
    #[cfg(test)]
    pub(crate) fn of_bytes(bytes: usize) -> Self {
        Self { encoding: Encoding::Png, bytes: vec![0; bytes].into(), adler: 1 }
    }
}
