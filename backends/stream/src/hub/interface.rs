//! What goes into a hub, and what comes out.

use std::time::Instant;

use framecast_api::{BackendCommand, ClientId, Clock, Frame, ViewInfo};

use crate::identity::Identity;
use crate::job::JobResult;
use crate::message::{Goodbye, Message};
use crate::protocol::{ClientMessage, Dialect, View};
use crate::tile_update::TileUpdate;

/// Something that happened.
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
    /// The application drew a frame.
    Frame(Frame),
    /// What another hub handed out: this one has no frames of its own. Its clients are sent tiles as
    /// they come; it has no whole pictures for others. That the last update was lost shows only when another
    /// follows: whoever carries them sends [`tiles_since`](super::Hub::tiles_since) its own newest revision
    /// now and then.
    Tiles(TileUpdate),
    /// Clients are to be told something, or one is to go or may come again. What is
    /// for the presenter alone has methods of its own, such as
    /// [`Hub::set_clipboard`](super::Hub::set_clipboard).
    BackendCommand(BackendCommand),
    /// Every picture is sent exactly from the first, or not any more.
    SetLossless(bool),
    /// A client sent a message, of so many bytes.
    Received(ClientId, ClientMessage, usize),
    /// A client sent a message that makes no sense.
    Rejected(ClientId),
    /// The last [`HubOutput::Send`] to this client was taken by whoever writes it.
    Taken(ClientId),
    /// It is written. The next one comes only then.
    Written(ClientId),
    /// A client is gone; the operator's log says why.
    Left(ClientId, String),
    /// A job is done.
    Done(JobResult),
    /// The canvas was closed.
    Close,
}

/// What is to be done.
#[derive(Debug)]
pub enum HubOutput {
    /// Send this to a client, and then say [`HubInput::Written`].
    Send(ClientId, Message),
    /// End the connection of a client, when what is being written to it is; then say
    /// [`HubInput::Left`].
    Close(ClientId, Goodbye),
    /// Look at the snapshot request of this number again.
    Snapshot(u64),
    /// The engine has something to do: there are events to take, or a frame is wanted.
    Wake,
    /// Something between this revision and the newest [`HubInput::Tiles`] was lost, or is late: ask
    /// for [`tiles_since`](super::Hub::tiles_since) it where those come from. Comes again while it is
    /// missing.
    Repair(u64),
    /// So many jobs can be taken.
    Encode(usize),
    /// Nothing, until then or until something happens.
    Wait(Option<Instant>),
}

/// A client that was let in.
#[derive(Debug)]
pub struct Joining {
    /// For people.
    pub label: String,
    /// By what it is known.
    pub who: Identity,
    /// What it speaks.
    pub dialect: Dialect,
    /// Its view, and the bytes of the message that said so; one that speaks the older protocol says
    /// nothing of the kind.
    pub hello: Option<(View, usize)>,
    /// Whether somebody sees it.
    pub visible: bool,
    /// What is known of its view.
    pub info: ViewInfo,
}
