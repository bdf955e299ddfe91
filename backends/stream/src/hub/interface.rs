//! What goes into a hub, and what comes out.

use std::time::Instant;

use framecast_api::{BackendCommand, ClientId, Clock, Frame, ViewInfo};

use crate::identity::Identity;
use crate::job::JobResult;
use crate::message::{Goodbye, Message};
use crate::protocol::{ClientMessage, Dialect, View};
use crate::tile_update::TileUpdate;
use crate::video::VideoSettings;
use crate::viewers::Viewers;

/// An input of the hub: something that happened.
#[non_exhaustive]
#[derive(Debug)]
pub enum HubInput {
    /// The canvas was opened. It is opened once.
    Open {
        /// That of the canvas: times are in its seconds.
        clock: Clock,
        /// Until there is another.
        title: String,
    },
    /// Whether the hub is fed: its picture comes in [`Tiles`](Self::Tiles), which it never compares or encodes. It may
    /// be given frames besides: the same picture, as the program decodes it. They serve those who need whole
    /// pictures: snapshots, MJPEG streams and clients of the older protocol. Only for them does the hub want frames, and
    /// only if its tiles show something newer than its newest frame. There is no video.
    ///
    /// At first a hub is not fed. This has no effect once the canvas was opened.
    SetFed(bool),
    /// The application drew a frame.
    Frame(Frame),
    /// Tiles that another hub handed out. Clients get them as they arrive. A hub that is not [fed](Self::SetFed) takes
    /// them until its first frame, and has no whole pictures; a fed hub takes them also before it is opened.
    ///
    /// The hub notices that an update was lost only when another one follows. So the program that carries updates
    /// calls [`tiles_since`](super::Hub::tiles_since) of the other hub from time to time, with this hub's newest
    /// revision.
    Tiles(TileUpdate),
    /// The program begins to decode the next [`Frame`](Self::Frame) of a [fed](Self::SetFed) hub: the frame shows the tiles
    /// that the hub has now, and may lack those that it takes meanwhile. A frame without this input counts as
    /// showing all tiles that the hub has when it comes.
    BeginFrame,
    /// A command from the engine: tell clients something, send one away, or let one in again. Commands for the
    /// presenter alone have methods of their own, such as [`Hub::set_clipboard`](super::Hub::set_clipboard).
    BackendCommand(BackendCommand),
    /// Whether every picture is sent with exact pixels from the start.
    SetLossless(bool),
    /// Which clients are sent video, and what makes it. At first there is none. Clients hear whether there may be any when
    /// they are welcomed, so this and [`SetLossless`](Self::SetLossless) come before the first of them.
    SetVideo(VideoSettings),
    /// A client sent a message; the number is its length in bytes.
    Received(ClientId, ClientMessage, usize),
    /// A client sent an invalid message.
    Rejected(ClientId),
    /// The writer of this client took its last [`HubOutput::Send`].
    Taken(ClientId),
    /// The message to this client is written. Only then comes the next one.
    Written(ClientId),
    /// A client is gone. The text is the reason, for the operator's log.
    Left(ClientId, String),
    /// A job is done.
    Done(JobResult),
    /// The canvas was closed.
    Close,
}

/// An output of the hub: something to do.
#[derive(Debug)]
pub enum HubOutput {
    /// Send this message to a client, and then report [`HubInput::Written`].
    Send(ClientId, Message),
    /// End the connection of a client once the message that is being written to it is complete; then report
    /// [`HubInput::Left`].
    Close(ClientId, Goodbye),
    /// Look again at the snapshot request with this number.
    Snapshot(u64),
    /// The number of those who look has changed; see [`Hub::viewers`](super::Hub::viewers).
    Viewers(Viewers),
    /// Wake the engine: there are events to take, or a client wants a frame.
    Wake,
    /// Tiles between this revision and the newest [`HubInput::Tiles`] were lost or are late: ask their source for
    /// [`tiles_since`](super::Hub::tiles_since) this revision. This output is repeated while they are missing.
    Repair(u64),
    /// This many jobs can be taken.
    Encode(usize),
    /// Nothing to do until this time, or until something happens.
    Wait(Option<Instant>),
}

/// A client that was let in.
#[derive(Debug)]
pub struct Joining {
    /// Its name for display.
    pub label: String,
    /// What identifies it, so that it can be kept out.
    pub who: Identity,
    /// The protocol that it speaks.
    pub dialect: Dialect,
    /// Its view, and the length in bytes of the message that reported it; `None` for a client of the older
    /// protocol, which reports no view.
    pub hello: Option<(View, usize)>,
    /// Whether its view is visible.
    pub visible: bool,
    /// What its view reports about itself.
    pub info: ViewInfo,
    /// Whether it can decode video.
    pub video: bool,
}
