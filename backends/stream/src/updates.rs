//! Updates of a hub that somebody else drives.

use std::fmt::Debug;
use std::task::Waker;
use std::time::Instant;

use framecast_api::ClientId;

use crate::identity::Identity;
use crate::tile_update::TileUpdate;
use crate::viewers::Viewers;

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

/// A hub that is fed with updates of another; see [`HubInput::SetFed`](crate::HubInput::SetFed).
pub trait UpdateSink: Debug + Send + Sync {
    /// Takes an update, which clients then get as it is. Its times are in seconds of this canvas' clock, see
    /// [`seconds`](Self::seconds). Hand them over in order: a hub that lacks one shows what came
    /// after it, and old tiles, until an update brings what is missing.
    ///
    /// Updates that cannot be are ignored, and so is all that comes after the canvas was closed.
    fn take(&self, update: TileUpdate);

    /// Returns what the canvas' clock shows at `now`, in seconds.
    fn seconds(&self, now: Instant) -> f64;

    /// Tells that the program begins to decode a frame, which it then presents: the frame shows all updates that were
    /// taken before. Without this, a frame counts as showing all that were taken before it is presented; see
    /// [`HubInput::BeginFrame`](crate::HubInput::BeginFrame).
    fn begin_frame(&self);

    /// Returns whether the canvas was closed: it takes nothing any more, and can be dropped.
    fn is_closed(&self) -> bool;

    /// Returns how many look.
    fn viewers(&self) -> Viewers;

    /// Sets the waker that is woken whenever [`viewers`](Self::viewers) changes, also within a call to this sink. It
    /// replaces the one before, and is dropped when the canvas is closed.
    fn notify(&self, waker: Waker);

    /// Returns as whom `client` of this canvas came; `None` if it is not there, or if that is not known.
    fn identity(&self, client: ClientId) -> Option<Identity> {
        let _ = client;
        None
    }
}
