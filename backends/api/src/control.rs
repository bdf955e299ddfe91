use serde::{Deserialize, Serialize};

use crate::ClientId;

/// What a viewer may do. A role is a right; whether the viewer drives is decided by the control
/// policy.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// May only see the frames.
    Watch,
    /// May also become the presenter, if the control policy allows it.
    Drive,
}

impl Role {
    /// Returns "watch" or "drive".
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Role::Watch => "watch",
            Role::Drive => "drive",
        }
    }
}

/// A client's request about control. The engine decides, and ignores what the client may not do.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ControlRequest {
    /// To get control.
    Ask,
    /// To give control up, or to stop waiting for it.
    Release,
    /// As the host: to give control to the member with this number.
    Grant(u64),
    /// As the host: to take control back.
    TakeBack,
    /// As the host: to send the member with this number away.
    Disconnect(u64),
    /// As the host: to let the member with this number in again, which was sent away.
    LetIn(u64),
    /// As the host: to go on with the canvas' recordings, or with `false` to pause them.
    Record(bool),
}

/// Whether a canvas is recorded, which everybody is told.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordingState {
    /// What is shown is recorded now.
    Running,
    /// A recording pauses, and may go on.
    Paused,
}

impl RecordingState {
    /// Returns "running" or "paused".
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            RecordingState::Running => "running",
            RecordingState::Paused => "paused",
        }
    }
}

/// The audience and who drives, as one backend sees it.
#[non_exhaustive]
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ControlState {
    /// The number of the presenter; `None` if nobody drives.
    pub presenter: Option<u64>,
    /// The number of the host, who may grant control and send members away.
    pub host: Option<u64>,
    /// Whether viewers can ask for control.
    pub asking: bool,
    /// All members, in the order in which they came.
    pub members: Vec<Member>,
    /// The members that were sent away and not let in again, the latest at the end.
    pub sent_away: Vec<SentAway>,
    /// Whether the canvas is recorded; `None` if it is not.
    pub recording: Option<RecordingState>,
}

/// A member that was sent away.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentAway {
    /// The number that it had as a [`Member`].
    pub number: u64,
    /// A name for display: "guest 127.0.0.1:51234".
    pub label: String,
    /// The role that it had.
    pub role: Role,
}

impl SentAway {
    /// The number of members that a canvas remembers. Beyond that, the one that was sent away first may
    /// come back.
    pub const MOST: usize = 64;

    /// Creates a record of a member that was sent away.
    #[must_use]
    pub fn new(number: u64, label: String, role: Role) -> Self {
        Self { number, label, role }
    }
}

/// One member of the audience.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its number on this canvas. Numbers are never used again.
    pub number: u64,
    /// The client, if it is one of the backend's own.
    pub client: Option<ClientId>,
    /// A name for display: "window", "desk 127.0.0.1:51234".
    pub label: String,
    /// What the member may do.
    pub role: Role,
    /// Whether its view can be seen.
    pub visible: bool,
    /// Whether it asked for control and waits.
    pub asks: bool,
}

impl Member {
    /// Creates a member that is visible and does not ask for control.
    #[must_use]
    pub fn new(number: u64, client: Option<ClientId>, label: String, role: Role) -> Self {
        Self { number, client, label, role, visible: true, asks: false }
    }
}

impl ControlState {
    /// Creates a state with these members, in which nobody was sent away and nothing is recorded.
    #[must_use]
    pub fn new(
        presenter: Option<u64>,
        host: Option<u64>,
        asking: bool,
        members: Vec<Member>,
    ) -> Self {
        Self { presenter, host, asking, members, sent_away: Vec::new(), recording: None }
    }

    /// Returns the presenter, if there is one.
    #[must_use]
    pub fn presenter(&self) -> Option<&Member> {
        let number = self.presenter?;
        self.members.iter().find(|member| member.number == number)
    }

    /// Returns the member that is the backend's client `client`.
    #[must_use]
    pub fn of_client(&self, client: ClientId) -> Option<&Member> {
        self.members.iter().find(|member| member.client == Some(client))
    }
}
