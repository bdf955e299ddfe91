//! Updates of a hub that somebody else drives.

use std::fmt::Debug;
use std::task::Waker;

use crate::tile_update::TileUpdate;

/// A hub whose updates can be taken besides its clients: what they are sent anyway is not encoded again.
pub trait UpdateSource: Debug + Send + Sync {
    /// Subscribes to what is drawn for others, and to everything that the program presents; see
    /// [`Hub::subscribe`](crate::Hub::subscribe). `waker` is woken when there may be an update. The subscription ends
    /// when the result is dropped.
    fn subscribe(&self, waker: Waker) -> Box<dyn Updates>;
}

/// A subscription to a hub.
pub trait Updates: Send {
    /// Takes the next update, if there is one now. It has everything that changed since the one before, so who comes
    /// late misses nothing but what was replaced meanwhile.
    fn take(&mut self) -> Option<TileUpdate>;

    /// Sets whether frames are drawn for this subscription; at first they are not. See
    /// [`Hub::set_wants_frames`](crate::Hub::set_wants_frames).
    fn set_wants_frames(&mut self, wants_frames: bool);
}
