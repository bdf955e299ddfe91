//! The whole picture as it was when a segment began. Pure.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use bytes::{Bytes, BytesMut};

use super::{NEXT, PART, SegmentName, TEXT, put};
use crate::tile_update::TileUpdate;

/// What somebody begins with who joins at a segment: the whole picture as it was then, and what was said.
///
/// It is composed when it is asked for the first time.
pub struct SegmentPicture(Mutex<State>);

enum State {
    Tiles { update: TileUpdate, number: u32, exact: bool, texts: Vec<String>, next: SegmentName },
    Composed(Bytes),
}

impl SegmentPicture {
    pub(super) fn new(
        update: TileUpdate,
        number: u32,
        exact: bool,
        texts: Vec<String>,
        next: SegmentName,
    ) -> Self {
        Self(Mutex::new(State::Tiles { update, number, exact, texts, next }))
    }

    /// Returns it in the format of a segment: texts, the picture as one update, and the name of the segment that goes on
    /// from there. The first call copies the tiles: hold no lock.
    #[must_use]
    pub fn bytes(&self) -> Bytes {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes = match &*state {
            State::Composed(bytes) => return bytes.clone(),
            State::Tiles { update, number, exact, texts, next } => {
                let mut bytes = BytesMut::new();
                for text in texts {
                    put(&mut bytes, TEXT, text.as_bytes());
                }
                for part in update.clone().messages(*number, *exact) {
                    put(&mut bytes, PART, &part);
                }
                put(&mut bytes, NEXT, next.to_string().as_bytes());
                bytes.freeze()
            }
        };
        // The tiles are not needed any more.
        *state = State::Composed(bytes.clone());
        bytes
    }
}

impl fmt::Debug for SegmentPicture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SegmentPicture").finish_non_exhaustive()
    }
}
