//! What the fuzz targets of tests/fuzz, and the tests of this crate, do with any bytes at all. No part
//! of the API.
//!
//! Each function panics if something is let through that must not be, and is quick enough to be called
//! some thousand times a second. Their inputs are meant to be written by hand, too: a target reads what
//! a client would send, and a few marks that stand for what happens in between.

mod door;
mod gate;
mod link_file;
mod messages;
mod paths;

pub use door::tokens;
pub use gate::gate;
pub use link_file::link_file;
pub use messages::client_messages;
pub use paths::paths;

/// Numbers that look random and depend on nothing but `bytes`: where to cut them into pieces must not
/// be told by the bytes themselves, which are a request as it is sent.
struct Pieces(u32);

impl Pieces {
    fn of(bytes: &[u8]) -> Self {
        // FNV-1a, by its reference: 32 bits, offset basis and prime.
        Self(
            bytes.iter().fold(0x811c_9dc5, |hash, byte| {
                (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193)
            }),
        )
    }

    /// A number from 1 to `most`.
    fn next(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        1 + (self.0 >> 8) as usize % most
    }
}
