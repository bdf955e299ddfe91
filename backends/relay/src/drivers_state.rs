//! What the origin tells one edge of those who drive there: how far they were heard, and who holds control. JSON. Pure.

use framecast_api::{ControlState, RecordingState, Role, SentAway, TextInput};
use serde::{Deserialize, Serialize};

use crate::driver_message::SessionName;

/// The longest document, in bytes: with all members, and a text for the clipboard of which every character is escaped.
pub(crate) const MAX_DRIVERS_STATE: usize = 1024 * 1024;
/// The most members that the host at an edge is shown.
const MAX_MEMBERS: usize = 1024;

/// A document; the newest counts.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct DriversState {
    pub(crate) control: ControlTold,
    pub(crate) sessions: Vec<SessionTold>,
}

/// What is said of one session.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct SessionTold {
    pub(crate) session: SessionName,
    /// So many of its messages arrived, in order.
    pub(crate) heard: u64,
    /// So many after these were lost, or are late: one after them arrived.
    #[serde(default)]
    pub(crate) missing: u64,
    /// It was sent away, or may not come back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) sent_away: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) text_input: Option<TextInput>,
    /// A text for its clipboard, and how many there were before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) clipboard: Option<(u64, String)>,
    /// An address to open, and how many there were before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) url: Option<(u64, String)>,
}

/// A [`ControlState`], with sessions in place of clients.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct ControlTold {
    presenter: Option<u64>,
    host: Option<u64>,
    asking: bool,
    recording: Option<Recording>,
    members: Vec<MemberTold>,
    sent_away: Vec<SentAwayTold>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Recording {
    Running,
    Paused,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct MemberTold {
    number: u64,
    /// Its session, if it is one of this edge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    session: Option<SessionName>,
    label: String,
    role: Role,
    visible: bool,
    asks: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct SentAwayTold {
    number: u64,
    label: String,
    role: Role,
}

impl ControlTold {
    /// What an edge is told of `state`. `session`: which one a client has, if it is at this edge. Who else is there is the
    /// host's affair: without a host at this edge, it is told of its own and, without the address, of who drives.
    pub(crate) fn new(
        state: &ControlState,
        session: impl Fn(framecast_api::ClientId) -> Option<SessionName>,
    ) -> Self {
        let own = |member: &framecast_api::Member| member.client.and_then(&session);
        let host = state.members.iter().find(|it| Some(it.number) == state.host);
        let manages = host.is_some_and(|host| own(host).is_some());
        let members = state.members.iter().filter_map(|member| {
            let session = own(member);
            let presents = state.presenter == Some(member.number);
            if !manages && session.is_none() && !presents {
                return None;
            }
            let is_known = manages || session.is_some();
            let name = || member.label.split(' ').next().unwrap_or_default().to_owned();
            Some(MemberTold {
                number: member.number,
                session,
                label: if is_known { member.label.clone() } else { name() },
                role: member.role,
                visible: member.visible,
                asks: member.asks,
            })
        });
        // Those of this edge first: they must not be cut off.
        let (mut members, others): (Vec<_>, Vec<_>) = members.partition(|it: &MemberTold| {
            it.session.is_some() || state.presenter == Some(it.number)
        });
        members.extend(others);
        members.truncate(MAX_MEMBERS);
        members.sort_by_key(|it| it.number);
        let sent_away = state.sent_away.iter().filter(|_| manages).map(|it| SentAwayTold {
            number: it.number,
            label: it.label.clone(),
            role: it.role,
        });
        Self {
            presenter: state.presenter,
            host: state.host.filter(|_| manages),
            asking: state.asking,
            recording: state.recording.map(|it| match it {
                RecordingState::Running => Recording::Running,
                _ => Recording::Paused,
            }),
            members,
            sent_away: sent_away.collect(),
        }
    }

    /// As the backend at the edge is told. `client`: which of its clients has a session.
    pub(crate) fn state(
        &self,
        client: impl Fn(SessionName) -> Option<framecast_api::ClientId>,
    ) -> ControlState {
        let members = self.members.iter().map(|told| {
            let own = told.session.and_then(&client);
            let mut member =
                framecast_api::Member::new(told.number, own, told.label.clone(), told.role);
            (member.visible, member.asks) = (told.visible, told.asks);
            member
        });
        let members = members.collect();
        let mut state = ControlState::new(self.presenter, self.host, self.asking, members);
        let sent_away = self.sent_away.iter();
        state.sent_away =
            sent_away.map(|it| SentAway::new(it.number, it.label.clone(), it.role)).collect();
        state.recording = self.recording.map(|it| match it {
            Recording::Running => RecordingState::Running,
            Recording::Paused => RecordingState::Paused,
        });
        state
    }
}

impl DriversState {
    pub(crate) fn print(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Reads a document; `None` if it is none.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        if bytes.len() > MAX_DRIVERS_STATE {
            return None;
        }
        serde_json::from_slice(bytes).ok()
    }
}
