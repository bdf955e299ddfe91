//! The messages of `PROTOCOL.md`: read, and written.

use std::sync::Arc;

use bytes::Bytes;
use framecast_api::{
    ClientId, ControlRequest, ControlState, Error, Event, EventKind, Member, PhysicalSize, Result,
    Role,
};
use serde::{Deserialize, Deserializer, Serialize};

use super::ledger::{Painted, if_known};
use super::store::Current;
use crate::tiles::{Encoded, Form, Grid, compose};

/// The WebSocket subprotocol.
pub(crate) const SUBPROTOCOL: &str = "framecast.v1";

/// The longest name of a browser for itself, in bytes.
const LONGEST_BROWSER: usize = 64;
/// Bytes before the tile list of a part.
const HEADER: usize = 80;
const PART: u8 = 2;
const JPEG: u8 = 1;
const PNG: u8 = 2;
const LAST: u8 = 1;
const EXACT: u8 = 2;
/// What a composed picture needs besides its tiles' bytes: in all, and for each tile.
const ROOM: usize = 1024;
const ROOM_PER_TILE: usize = 32;

/// What a client speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// [`SUBPROTOCOL`].
    Tiles,
    /// The older renderview protocol, without a subprotocol.
    Whole,
}

/// The size of a client's view, as it says.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub(crate) struct View {
    pub(crate) width: f64,
    pub(crate) height: f64,
    #[serde(default = "one", deserialize_with = "ratio")]
    pub(crate) ratio: f64,
}

fn one() -> f64 {
    1.0
}

/// A size without a ratio is a size: one that cannot be read, or no view can have, counts as 1.
fn ratio<'de, D: Deserializer<'de>>(from: D) -> std::result::Result<f64, D::Error> {
    let ratio = if_known(from)?.filter(|ratio| ratio.is_finite() && *ratio > 0.0);
    Ok(ratio.unwrap_or_else(one))
}

/// A browser's name for itself. Part of one is another, so one that is too long is none.
fn browser<'de, D: Deserializer<'de>>(from: D) -> std::result::Result<Option<String>, D::Error> {
    Ok(match serde_json::Value::deserialize(from)? {
        serde_json::Value::String(name) if (1..=LONGEST_BROWSER).contains(&name.len()) => {
            Some(name)
        }
        _ => None,
    })
}

impl View {
    /// Whether it has no size that a canvas should follow.
    pub(crate) fn is_none(self) -> bool {
        self.width == 0.0 && self.height == 0.0
    }

    /// Whether a canvas could have this size. The engine clamps it.
    pub(crate) fn is_usable(self) -> bool {
        [self.width, self.height, self.ratio]
            .iter()
            .all(|number| number.is_finite() && *number > 0.0)
    }
}

/// What a client says.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum ClientMessage {
    Hello { view: View, visible: bool, token: Option<String>, browser: Option<String> },
    Control(ControlRequest),
    Resize(View),
    Ack { update: u32, painted: Painted },
    Refresh,
    Ping { id: f64 },
    Show,
    Hide,
    Close,
    Event(EventKind),
}

impl ClientMessage {
    /// Reads one text message.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        #[derive(Deserialize)]
        struct Kind<'a> {
            #[serde(borrow, rename = "type")]
            name: std::borrow::Cow<'a, str>,
        }
        #[derive(Deserialize)]
        struct Hello {
            #[serde(flatten)]
            view: View,
            visible: bool,
            token: Option<String>,
            #[serde(default, deserialize_with = "browser")]
            browser: Option<String>,
        }
        #[derive(Deserialize)]
        struct Target {
            number: u64,
        }
        #[derive(Deserialize)]
        struct Ack {
            update: u32,
            #[serde(flatten)]
            painted: Painted,
        }
        #[derive(Deserialize)]
        struct Feedback {
            index: u32,
        }
        #[derive(Deserialize)]
        struct Ping {
            id: f64,
        }
        fn read<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T> {
            serde_json::from_str(text)
                .map_err(|error| Error::invalid_input("not a message").with_source(error))
        }

        Ok(match &*read::<Kind>(text)?.name {
            "hello" => {
                let Hello { view, visible, token, browser } = read(text)?;
                ClientMessage::Hello { view, visible, token, browser }
            }
            "request_control" => ClientMessage::Control(ControlRequest::Ask),
            "release_control" => ClientMessage::Control(ControlRequest::Release),
            "take_control" => ClientMessage::Control(ControlRequest::TakeBack),
            "grant_control" => {
                ClientMessage::Control(ControlRequest::Grant(read::<Target>(text)?.number))
            }
            "disconnect" => {
                ClientMessage::Control(ControlRequest::Disconnect(read::<Target>(text)?.number))
            }
            "let_in" => ClientMessage::Control(ControlRequest::LetIn(read::<Target>(text)?.number)),
            "resize" => ClientMessage::Resize(read(text)?),
            "ack" => {
                let Ack { update, painted } = read(text)?;
                ClientMessage::Ack { update, painted }
            }
            // The older protocol's.
            "_framefeedback" => {
                let update = read::<Feedback>(text)?.index;
                ClientMessage::Ack { update, painted: Painted::default() }
            }
            "refresh" => ClientMessage::Refresh,
            "ping" => ClientMessage::Ping { id: read::<Ping>(text)?.id },
            "show" => ClientMessage::Show,
            "hide" => ClientMessage::Hide,
            "close" => ClientMessage::Close,
            _ => {
                let kind = read::<Event>(text)?.kind;
                kind.validate()?;
                ClientMessage::Event(kind)
            }
        })
    }
}

/// What the server says in text.
#[derive(Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum ServerMessage<'a> {
    Welcome {
        client: u64,
        role: Role,
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
    },
    /// Everybody, for whoever manages them, and who was sent away.
    Clients {
        list: Vec<Listed<'a>>,
        sent_away: Vec<ListedAway<'a>>,
    },
    Pong {
        id: f64,
        time: f64,
    },
    /// For the clipboard of whoever drives.
    Clipboard {
        text: &'a str,
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

/// A label without its address: that is for whoever manages the clients.
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
        let own = state.of_client(client);
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
    /// The message's text.
    pub(crate) fn print(&self) -> String {
        serde_json::to_string(self).expect("strings, booleans and finite numbers always print")
    }
}

/// What stands before the tiles of a part of an update. Times are seconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PartHeader {
    pub(crate) update: u32,
    pub(crate) part: u16,
    pub(crate) last: bool,
    /// With this update the client has the frame's pixels, exactly.
    pub(crate) exact: bool,
    pub(crate) grid: Grid,
    pub(crate) size: PhysicalSize,
    pub(crate) ratio: f64,
    pub(crate) sequence: u64,
    pub(crate) input: Option<f64>,
    pub(crate) drawn: f64,
    pub(crate) encoded: f64,
    pub(crate) sent: f64,
}

impl PartHeader {
    /// Of the first part of update `update`, which shows `current`.
    pub(super) fn new(update: u32, current: &Current, exact: bool) -> Self {
        let Current { newest, grid, encoded, .. } = current;
        Self {
            update,
            part: 0,
            last: false,
            exact,
            grid: *grid,
            size: newest.frame.size(),
            ratio: newest.frame.ratio(),
            sequence: newest.frame.sequence(),
            input: newest.input,
            drawn: newest.frame.timestamp(),
            encoded: *encoded,
            sent: 0.0,
        }
    }

    /// Writes the header and the tile list.
    pub(crate) fn print(
        &self,
        form: Form,
        tiles: impl ExactSizeIterator<Item = u16>,
        out: &mut Vec<u8>,
    ) {
        let encoding = if form.is_exact() { PNG } else { JPEG };
        let flags = if self.last { LAST | if self.exact { EXACT } else { 0 } } else { 0 };
        let (width, height) = self.grid.tile_size();
        out.extend_from_slice(&[PART, encoding]);
        out.extend_from_slice(&(HEADER as u16).to_le_bytes());
        out.extend_from_slice(&self.update.to_le_bytes());
        out.extend_from_slice(&self.part.to_le_bytes());
        out.extend_from_slice(&[flags, 0]);
        for number in [tiles.len() as u16, width, height, 0] {
            out.extend_from_slice(&number.to_le_bytes());
        }
        for number in [self.size.width, self.size.height, 0] {
            out.extend_from_slice(&number.to_le_bytes());
        }
        out.extend_from_slice(&self.ratio.to_le_bytes());
        out.extend_from_slice(&self.sequence.to_le_bytes());
        for time in [self.input.unwrap_or(f64::NAN), self.drawn, self.encoded, self.sent] {
            out.extend_from_slice(&time.to_le_bytes());
        }
        for tile in tiles {
            out.extend_from_slice(&tile.to_le_bytes());
        }
    }
}

/// One message of an update: a picture of some tiles.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) header: PartHeader,
    pub(crate) form: Form,
    pub(crate) tiles: Vec<(u16, Arc<Encoded>)>,
}

impl Part {
    /// The message. Copies the tiles: not for where a lock is held.
    pub(crate) fn into_bytes(self) -> Bytes {
        let numbers = self.tiles.iter().map(|(n, _)| *n);
        let encoded: Vec<_> = self.tiles.iter().map(|(_, encoded)| Arc::clone(encoded)).collect();
        let bytes: usize = encoded.iter().map(|encoded| encoded.len() + ROOM_PER_TILE).sum();
        let mut message = Vec::with_capacity(HEADER + ROOM + bytes);
        self.header.print(self.form, numbers, &mut message);
        compose(&self.header.grid, self.form, &encoded, &mut message);
        message.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use framecast_api::{Button, Char, Pointer, SentAway};
    use framecast_jpeg::Sampling;
    use serde_json::json;

    const VIEW: View = View { width: 640.0, height: 480.5, ratio: 2.0 };

    fn hello(token: Option<&str>, browser: Option<&str>) -> ClientMessage {
        let [token, browser] = [token, browser].map(|text| text.map(str::to_owned));
        ClientMessage::Hello { view: VIEW, visible: true, token, browser }
    }

    #[test]
    fn a_browsers_name_that_is_too_long_or_none_is_no_name() {
        for (length, taken) in [(0, false), (1, true), (64, true), (65, false)] {
            let name = "x".repeat(length);
            let text = format!(
                r#"{{"type":"hello","width":640,"height":480.5,"ratio":2,"visible":true,"browser":"{name}"}}"#
            );
            let wanted = hello(None, Some(&*name).filter(|_| taken));
            assert_eq!(ClientMessage::parse(&text).unwrap(), wanted, "{length}");
        }
    }

    #[test]
    fn every_client_message_is_read() {
        for (text, message) in [
            (
                r#"{"type":"hello","width":640,"height":480.5,"ratio":2,"visible":true}"#,
                hello(None, None),
            ),
            (
                r#"{"type":"hello","width":640,"height":480.5,"ratio":2,"visible":true,"token":"x"}"#,
                hello(Some("x"), None),
            ),
            (
                r#"{"type":"hello","width":640,"height":480.5,"ratio":2,"visible":true,"browser":"b"}"#,
                hello(None, Some("b")),
            ),
            (
                r#"{"type":"hello","width":640,"height":480.5,"ratio":2,"visible":true,"browser":7}"#,
                hello(None, None),
            ),
            (r#"{"type":"request_control"}"#, ClientMessage::Control(ControlRequest::Ask)),
            (r#"{"type":"release_control"}"#, ClientMessage::Control(ControlRequest::Release)),
            (r#"{"type":"take_control"}"#, ClientMessage::Control(ControlRequest::TakeBack)),
            (
                r#"{"type":"grant_control","number":3}"#,
                ClientMessage::Control(ControlRequest::Grant(3)),
            ),
            (
                r#"{"type":"disconnect","number":3}"#,
                ClientMessage::Control(ControlRequest::Disconnect(3)),
            ),
            (r#"{"type":"let_in","number":3}"#, ClientMessage::Control(ControlRequest::LetIn(3))),
            (
                r#"{"width":640,"height":480.5,"ratio":2,"type":"resize","more":[1]}"#,
                ClientMessage::Resize(VIEW),
            ),
            (
                r#"{"type":"ack","update":4294967295}"#,
                ClientMessage::Ack { update: u32::MAX, painted: Painted::default() },
            ),
            (
                r#"{"type":"_framefeedback","index":7,"timestamp":1.5,"localtime":2.5}"#,
                ClientMessage::Ack { update: 7, painted: Painted::default() },
            ),
            (r#"{"type":"refresh"}"#, ClientMessage::Refresh),
            (r#"{"type":"ping","id":-1.5}"#, ClientMessage::Ping { id: -1.5 }),
            (r#"{"type":"show"}"#, ClientMessage::Show),
            (r#"{"type":"hide"}"#, ClientMessage::Hide),
            (r#"{"type":"close"}"#, ClientMessage::Close),
            (r#"{"type":"\u0068ide"}"#, ClientMessage::Hide),
            (
                r#"{"type":"paste","data":"two\nlines","timestamp":7}"#,
                ClientMessage::Event(EventKind::Paste { data: "two\nlines".into() }),
            ),
            (
                r#"{"type":"pointer_down","x":1,"y":2,"button":1,"timestamp":7}"#,
                ClientMessage::Event(EventKind::PointerDown(Pointer {
                    x: 1.0,
                    y: 2.0,
                    button: Button::Left,
                    ..Pointer::default()
                })),
            ),
        ] {
            assert_eq!(ClientMessage::parse(text).unwrap(), message, "{text}");
        }
    }

    #[test]
    fn nonsense_is_refused_without_harm() {
        for text in [
            "",
            "hello",
            "{",
            "[]",
            "null",
            "{}",
            r#"{"type":1}"#,
            r#"{"type":"explode"}"#,
            r#"{"type":"hello"}"#,
            r#"{"type":"hello","width":"1","height":1,"ratio":1,"visible":true}"#,
            r#"{"type":"hello","width":1,"height":1,"ratio":1,"visible":1}"#,
            r#"{"type":"hello","width":1,"height":1,"ratio":1,"visible":true,"token":1}"#,
            r#"{"type":"grant_control"}"#,
            r#"{"type":"grant_control","number":-1}"#,
            r#"{"type":"disconnect","number":"1"}"#,
            r#"{"type":"control_changed","held":true}"#,
            r#"{"type":"resize","width":1e999,"height":1,"ratio":1}"#,
            r#"{"type":"resize","width":NaN,"height":1,"ratio":1}"#,
            r#"{"type":"ack","update":-1}"#,
            r#"{"type":"ack","update":1.5}"#,
            r#"{"type":"ack","update":4294967296}"#,
            r#"{"type":"_framefeedback","index":-1}"#,
            r#"{"type":"ping","id":1e400}"#,
            r#"{"type":"ping"}"#,
            r#"{"type":"pointer_move","x":1e999}"#,
            r#"{"type":"resize","ratio":1}"#,
            r#"{"type":"resize","width":null,"height":1,"ratio":1}"#,
            r#"{"type":"clipboard","text":"x"}"#,
            r#"{"type":"before_draw"}"#,
            r#"{"type":"animate","step":1}"#,
        ] {
            assert!(ClientMessage::parse(text).is_err(), "{text}");
        }
        let paste = |length: usize| {
            ClientMessage::parse(&json!({"type": "paste", "data": "x".repeat(length)}).to_string())
        };
        assert!(paste(EventKind::MAX_PASTE).is_ok());
        assert!(paste(EventKind::MAX_PASTE + 1).is_err());
        let deep = format!(r#"{{"type":"show","x":{}"#, "[".repeat(60_000));
        assert!(ClientMessage::parse(&deep).is_err());
        let deep = format!(r#"{{"type":"wheel","x":{}{}}}"#, "[".repeat(5000), "]".repeat(5000));
        assert!(ClientMessage::parse(&deep).is_err());
    }

    #[test]
    fn a_field_that_is_not_understood_costs_that_field() {
        let typed = Char { input_type: "historyUndo".into(), ..Char::default() };
        let eraser = Pointer {
            x: 1.0,
            buttons: [Button::Eraser].into_iter().collect(),
            ..Pointer::default()
        };
        let painted = ClientMessage::Ack { update: 1, painted: Painted::default() };
        let resize = |ratio| ClientMessage::Resize(View { ratio, ..VIEW });
        for (text, message) in [
            (
                r#"{"type":"char","data":null,"is_composing":false,"input_type":"historyUndo"}"#,
                ClientMessage::Event(EventKind::Char(typed)),
            ),
            (
                r#"{"type":"pointer_down","x":1,"y":null,"button":9,"buttons":[6,7],"modifiers":["Fn"]}"#,
                ClientMessage::Event(EventKind::PointerDown(eraser)),
            ),
            (
                r#"{"type":"paste","data":["x"]}"#,
                ClientMessage::Event(EventKind::Paste { data: String::new() }),
            ),
            (r#"{"type":"focus_in","timestamp":null}"#, ClientMessage::Event(EventKind::FocusIn)),
            (r#"{"type":"ack","update":1,"painted":"now","received":null}"#, painted),
            (r#"{"type":"resize","width":640,"height":480.5}"#, resize(1.0)),
            (r#"{"type":"resize","width":640,"height":480.5,"ratio":null}"#, resize(1.0)),
            (r#"{"type":"resize","width":640,"height":480.5,"ratio":-2}"#, resize(1.0)),
            (r#"{"type":"resize","width":640,"height":480.5,"ratio":3}"#, resize(3.0)),
        ] {
            assert_eq!(ClientMessage::parse(text).unwrap(), message, "{text}");
        }
    }

    #[test]
    fn only_finite_sizes_above_zero_are_usable() {
        assert!(VIEW.is_usable());
        for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(!View { width: bad, ..VIEW }.is_usable());
            assert!(!View { height: bad, ..VIEW }.is_usable());
            assert!(!View { ratio: bad, ..VIEW }.is_usable());
        }
    }

    /// A window that drives, and a browser.
    fn audience(host: u64) -> ControlState {
        let window = Member::new(1, None, "window".into(), Role::Drive);
        let desk = Member::new(2, Some(ClientId(5)), "desk 10.0.0.7:5".into(), Role::Drive);
        let mut state = ControlState::new(Some(1), Some(host), true, vec![window, desk]);
        state.sent_away = vec![SentAway::new(3, "guest 10.0.0.8:5".into(), Role::Watch)];
        state
    }

    #[test]
    fn server_messages_are_the_objects_of_the_protocol() {
        for (message, wire) in [
            (
                ServerMessage::Welcome { client: 7, role: Role::Watch },
                json!({"type": "welcome", "client": 7, "role": "watch"}),
            ),
            (
                ServerMessage::Title { value: "a \"b\" <c>\u{1b}" },
                json!({"type": "title", "value": "a \"b\" <c>\u{1b}"}),
            ),
            (ServerMessage::Cursor { value: "grab" }, json!({"type": "cursor", "value": "grab"})),
            (
                ServerMessage::control(&audience(1), ClientId(5), Role::Drive),
                json!({
                    "type": "control", "presenter": false, "held": true, "by": "window",
                    "can_ask": true, "asks": false, "manages": false
                }),
            ),
            (
                ServerMessage::control(&audience(1), ClientId(6), Role::Watch),
                json!({
                    "type": "control", "presenter": false, "held": true, "by": "window",
                    "can_ask": false, "asks": false, "manages": false
                }),
            ),
            (
                ServerMessage::clients(&audience(1), ClientId(5)),
                json!({"type": "clients", "list": [], "sent_away": []}),
            ),
            (
                ServerMessage::clients(&audience(2), ClientId(5)),
                json!({"type": "clients", "list": [
                    {"number": 1, "label": "window", "role": "drive", "visible": true,
                     "presenter": true, "asks": false, "you": false},
                    {"number": 2, "label": "desk 10.0.0.7:5", "role": "drive", "visible": true,
                     "presenter": false, "asks": false, "you": true},
                ], "sent_away": [{"number": 3, "label": "guest 10.0.0.8:5", "role": "watch"}]}),
            ),
            (
                ServerMessage::Pong { id: 3.0, time: 1.5 },
                json!({"type": "pong", "id": 3.0, "time": 1.5}),
            ),
            (
                ServerMessage::Clipboard { text: "a \"b\"\n\u{1b}" },
                json!({"type": "clipboard", "text": "a \"b\"\n\u{1b}"}),
            ),
            (ServerMessage::Closed { reason: "done" }, json!({"type": "closed", "reason": "done"})),
            (ServerMessage::Active { value: true }, json!({"type": "active", "value": true})),
            (
                ServerMessage::CssWidth { value: "640px".into() },
                json!({"type": "css_width", "value": "640px"}),
            ),
            (
                ServerMessage::CssHeight { value: "480.5px".into() },
                json!({"type": "css_height", "value": "480.5px"}),
            ),
            (
                ServerMessage::Framebufferdata {
                    nbuffers: 1,
                    mimetype: "image/png",
                    timestamp: 1.5,
                    index: 7,
                },
                json!({
                    "type": "framebufferdata",
                    "nbuffers": 1,
                    "mimetype": "image/png",
                    "timestamp": 1.5,
                    "index": 7
                }),
            ),
        ] {
            let text = message.print();
            assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), wire);
        }
    }

    /// The same fixtures are read by the viewer's tests.
    fn fixtures(text: &str) -> Vec<serde_json::Value> {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn what_the_viewer_says_is_understood() {
        for fixture in fixtures(include_str!("../../fixtures/client-messages.json")) {
            let text = fixture["message"].to_string();
            let message = ClientMessage::parse(&text);
            assert!(message.is_ok(), "{text}: {message:?}");
        }
    }

    fn role(value: &serde_json::Value) -> Role {
        serde_json::from_value(value.clone()).unwrap()
    }

    fn listed(member: &serde_json::Value) -> Listed<'_> {
        let flag = |name: &str| member[name].as_bool().unwrap();
        Listed {
            number: member["number"].as_u64().unwrap(),
            label: member["label"].as_str().unwrap(),
            role: role(&member["role"]),
            visible: flag("visible"),
            presenter: flag("presenter"),
            asks: flag("asks"),
            you: flag("you"),
        }
    }

    fn away(fields: &serde_json::Value) -> ListedAway<'_> {
        ListedAway {
            number: fields["number"].as_u64().unwrap(),
            label: fields["label"].as_str().unwrap(),
            role: role(&fields["role"]),
        }
    }

    #[test]
    fn what_the_viewer_understands_is_what_is_said() {
        let mut said = 0;
        for fixture in fixtures(include_str!("../../fixtures/server-messages.json")) {
            let message = &fixture["message"];
            let string = |name: &str| message[name].as_str().unwrap_or_default();
            let mine = match string("type") {
                "welcome" => ServerMessage::Welcome {
                    client: message["client"].as_u64().unwrap(),
                    role: role(&message["role"]),
                },
                "title" => ServerMessage::Title { value: string("value") },
                "cursor" => ServerMessage::Cursor { value: string("value") },
                "control" => ServerMessage::Control {
                    presenter: message["presenter"].as_bool().unwrap(),
                    held: message["held"].as_bool().unwrap(),
                    by: string("by"),
                    can_ask: message["can_ask"].as_bool().unwrap(),
                    asks: message["asks"].as_bool().unwrap(),
                    manages: message["manages"].as_bool().unwrap(),
                },
                "clients" => ServerMessage::Clients {
                    list: message["list"].as_array().unwrap().iter().map(listed).collect(),
                    sent_away: message["sent_away"].as_array().unwrap().iter().map(away).collect(),
                },
                "pong" => ServerMessage::Pong {
                    id: message["id"].as_f64().unwrap(),
                    time: message["time"].as_f64().unwrap(),
                },
                "clipboard" => ServerMessage::Clipboard { text: string("text") },
                "closed" => ServerMessage::Closed { reason: string("reason") },
                _ => continue,
            };
            let printed: serde_json::Value = serde_json::from_str(&mine.print()).unwrap();
            assert_eq!(printed, *message);
            said += 1;
        }
        assert!(said >= 6, "{said}");
    }

    #[test]
    fn the_viewer_reads_the_parts_that_are_written() {
        let mut written = 0;
        for fixture in fixtures(include_str!("../../fixtures/parts.json")) {
            let (hex, fields) = (fixture["hex"].as_str().unwrap(), &fixture["fields"]);
            // The others are of later versions, or broken.
            if fields.is_null() || hex.get(4..8).is_none_or(|length| length != "5000") {
                continue;
            }
            let integer = |name: &str| u32::try_from(fields[name].as_u64().unwrap()).unwrap();
            let size = PhysicalSize::new(integer("width"), integer("height"));
            let grid = Grid::new(size);
            let (width, height) = grid.tile_size();
            if (integer("tileWidth"), integer("tileHeight")) != (width.into(), height.into()) {
                continue;
            }
            let number = |name: &str| fields[name].as_f64().unwrap();
            let header = PartHeader {
                update: integer("update"),
                part: integer("part") as u16,
                last: fields["last"] == true,
                exact: fields["exact"] == true,
                grid,
                size,
                ratio: number("ratio"),
                sequence: fields["sequence"].as_str().unwrap().parse().unwrap(),
                input: fields["input"].as_f64(),
                drawn: number("drawn"),
                encoded: number("encoded"),
                sent: number("sent"),
            };
            let form = match fields["encoding"].as_str().unwrap() {
                "jpeg" => Form::Jpeg(80, Sampling::Half),
                _ => Form::Png,
            };
            let tiles = fields["tiles"].as_array().unwrap();
            let tiles: Vec<u16> = tiles.iter().map(|n| n.as_u64().unwrap() as u16).collect();
            let mut out = Vec::new();
            header.print(form, tiles.iter().copied(), &mut out);
            let print: String = out.iter().map(|byte| format!("{byte:02x}")).collect();
            let payload = fields["payload"].as_str().unwrap();
            assert_eq!(print + payload, hex, "{}", fixture["name"]);
            written += 1;
        }
        assert!(written >= 3, "{written}");
    }
}
