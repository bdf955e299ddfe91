//! What the server says in text.

use framecast_api::{ClientId, ControlState, LogicalRect, Member, RecordingState, Role, TextInput};
use serde::Serialize;

use super::accessibility_message::AccessibilityMessage;
use super::links::LinkAnswer;

/// What the server says in text.
#[derive(Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum ServerMessage<'a> {
    Welcome {
        client: u64,
        role: Role,
        /// The codecs of which the client may be sent video, if it can decode them.
        video: &'a [&'a str],
    },
    Title {
        value: &'a str,
    },
    Cursor {
        value: &'a str,
    },
    Control {
        presenter: bool,
        held: bool,
        /// Who drives, for people.
        by: &'a str,
        can_ask: bool,
        asks: bool,
        manages: bool,
        /// "running" or "paused", if the canvas is recorded.
        recording: Option<&'static str>,
    },
    /// All clients, for the host, and those that were sent away.
    Clients {
        list: Vec<Listed<'a>>,
        sent_away: Vec<ListedAway<'a>>,
    },
    /// The links of the server, for whoever manages the clients.
    Links(&'a LinkAnswer),
    Pong {
        id: f64,
        time: f64,
    },
    /// Text for the clipboard of the presenter.
    Clipboard {
        text: &'a str,
    },
    /// Where who drives types text; of the kind "none": nowhere.
    TextInput {
        kind: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        caret: Option<LogicalRect>,
    },
    /// What changed of the accessibility tree.
    Accessibility(AccessibilityMessage<'a>),
    /// Asks the presenter whether to open this address.
    OpenUrl {
        url: &'a str,
    },
    Closed {
        reason: &'a str,
    },
    // From here on the older protocol's.
    Active {
        value: bool,
    },
    CssWidth {
        value: String,
    },
    CssHeight {
        value: String,
    },
    /// The message after this one is the picture.
    Framebufferdata {
        nbuffers: u32,
        mimetype: &'a str,
        timestamp: f64,
        index: u32,
    },
}

/// A label without its address: that is for the host.
fn name_of(label: &str) -> &str {
    label.split(' ').next().unwrap_or_default()
}

/// One of the audience, in [`ServerMessage::Clients`].
#[derive(Debug, PartialEq, Serialize)]
pub(crate) struct Listed<'a> {
    pub(crate) number: u64,
    pub(crate) label: &'a str,
    pub(crate) role: Role,
    pub(crate) visible: bool,
    pub(crate) presenter: bool,
    pub(crate) asks: bool,
    pub(crate) you: bool,
}

/// Somebody who was sent away, in [`ServerMessage::Clients`].
#[derive(Debug, PartialEq, Serialize)]
pub(crate) struct ListedAway<'a> {
    pub(crate) number: u64,
    pub(crate) label: &'a str,
    pub(crate) role: Role,
}

impl<'a> ServerMessage<'a> {
    /// Who drives, and what `client`, who may do `role`, can do about it.
    pub(crate) fn control(state: &'a ControlState, client: ClientId, role: Role) -> Self {
        Self::control_of(state, state.of_client(client), role)
    }

    /// The same for a client that is `own` among the members.
    pub(crate) fn control_of(state: &'a ControlState, own: Option<&Member>, role: Role) -> Self {
        let number = own.map(|member| member.number);
        let presenter = number.is_some() && state.presenter == number;
        let manages = number.is_some() && state.host == number;
        ServerMessage::Control {
            presenter,
            held: state.presenter.is_some(),
            by: state.presenter().map_or("", |member| name_of(&member.label)),
            can_ask: state.asking && !presenter && !manages && role == Role::Drive,
            asks: own.is_some_and(|member| member.asks),
            manages,
            recording: state.recording.map(RecordingState::name),
        }
    }

    /// Everybody, if `client` manages them.
    pub(crate) fn clients(state: &'a ControlState, client: ClientId) -> Self {
        let own = state.of_client(client).map(|member| member.number);
        let manages = own.is_some() && state.host == own;
        let members = state.members.iter().filter(|_| manages);
        let listed = |member: &'a Member| Listed {
            number: member.number,
            label: &member.label,
            role: member.role,
            visible: member.visible,
            presenter: state.presenter == Some(member.number),
            asks: member.asks,
            you: own == Some(member.number),
        };
        let sent_away = state.sent_away.iter().filter(|_| manages).map(|gone| ListedAway {
            number: gone.number,
            label: &gone.label,
            role: gone.role,
        });
        ServerMessage::Clients {
            list: members.map(listed).collect(),
            sent_away: sent_away.collect(),
        }
    }
}

impl ServerMessage<'_> {
    /// Where text is typed.
    pub(crate) fn text_input(input: Option<TextInput>) -> Self {
        match input {
            Some(input) => {
                ServerMessage::TextInput { kind: input.kind.name(), caret: Some(input.caret) }
            }
            None => ServerMessage::TextInput { kind: "none", caret: None },
        }
    }

    /// The message's text.
    pub(crate) fn print(&self) -> String {
        serde_json::to_string(self).expect("strings, booleans and finite numbers always print")
    }
}
