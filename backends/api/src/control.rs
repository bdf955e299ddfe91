use serde::{Deserialize, Serialize};

use crate::ClientId;

/// What somebody may do: a right, not what they do now.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// See the frames, and nothing else.
    Watch,
    /// Also become the presenter, as far as the control policy lets them.
    Drive,
}

impl Role {
    /// "watch" or "drive".
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Role::Watch => "watch",
            Role::Drive => "drive",
        }
    }
}

/// What a client wants to happen with control. The engine decides; what a client may not do is
/// ignored.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ControlRequest {
    /// To have it.
    Ask,
    /// To have it no longer, or not to wait for it any more.
    Release,
    /// As the host: that the member with this number has it.
    Grant(u64),
    /// As the host: to have it back.
    TakeBack,
    /// As the host: that the member with this number goes, and does not come back.
    Disconnect(u64),
    /// As the host: that the one with this number, who was sent away, may come back.
    LetIn(u64),
}

/// Who is there and who drives, as one backend is told it.
#[non_exhaustive]
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ControlState {
    /// The number of the presenter; `None`: nobody.
    pub presenter: Option<u64>,
    /// The number of the host, who may grant control and send members away.
    pub host: Option<u64>,
    /// Whether it means anything to ask for control.
    pub asking: bool,
    /// Everybody, in the order in which they came.
    pub members: Vec<Member>,
    /// Who was sent away and was not let in again, the last at the end.
    pub sent_away: Vec<SentAway>,
}

/// Somebody who was sent away.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentAway {
    /// Its number when it was a [`Member`].
    pub number: u64,
    /// For people: "guest 127.0.0.1:51234".
    pub label: String,
    /// What its link let it do.
    pub role: Role,
}

impl SentAway {
    /// So many of a canvas are remembered; of more, the one who was sent away first may come back.
    pub const MOST: usize = 64;

    /// Somebody with these.
    #[must_use]
    pub fn new(number: u64, label: String, role: Role) -> Self {
        Self { number, label, role }
    }
}

/// One of the audience.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its number on this canvas, never used again.
    pub number: u64,
    /// Who it is, if it is one of the backend's own clients.
    pub client: Option<ClientId>,
    /// For people: "window", "desk 127.0.0.1:51234".
    pub label: String,
    /// What it may do.
    pub role: Role,
    /// Whether its view can be seen.
    pub visible: bool,
    /// Whether it waits for control.
    pub asks: bool,
}

impl Member {
    /// A member whose view can be seen and that asks for nothing.
    #[must_use]
    pub fn new(number: u64, client: Option<ClientId>, label: String, role: Role) -> Self {
        Self { number, client, label, role, visible: true, asks: false }
    }
}

impl ControlState {
    /// A state with these members, and nobody sent away.
    #[must_use]
    pub fn new(
        presenter: Option<u64>,
        host: Option<u64>,
        asking: bool,
        members: Vec<Member>,
    ) -> Self {
        Self { presenter, host, asking, members, sent_away: Vec::new() }
    }

    /// The presenter, if somebody is.
    #[must_use]
    pub fn presenter(&self) -> Option<&Member> {
        let number = self.presenter?;
        self.members.iter().find(|member| member.number == number)
    }

    /// The member that is the backend's client `client`.
    #[must_use]
    pub fn of_client(&self, client: ClientId) -> Option<&Member> {
        self.members.iter().find(|member| member.client == Some(client))
    }
}
