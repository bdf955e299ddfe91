//! The messages of `PROTOCOL.md`: read, and written.

use framecast_api::{Error, Event, EventKind, PhysicalSize, Result};
use serde::{Deserialize, Serialize};

/// The WebSocket subprotocol.
pub(crate) const SUBPROTOCOL: &str = "framecast.v1";

/// Bytes before the picture in a binary message.
pub(crate) const HEADER: usize = 40;
/// Where the update number is, in that header.
pub(crate) const UPDATE_AT: std::ops::Range<usize> = 4..8;
const WHOLE_PICTURE: u8 = 1;

/// How the pixels of a picture are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    Jpeg = 1,
    Png = 2,
}

/// The size of a client's view, as it says.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub(crate) struct View {
    pub(crate) width: f64,
    pub(crate) height: f64,
    pub(crate) ratio: f64,
}

impl View {
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
    Hello { view: View, visible: bool },
    Resize(View),
    Ack { update: u32 },
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
        }
        #[derive(Deserialize)]
        struct Ack {
            update: u32,
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
                let Hello { view, visible } = read(text)?;
                ClientMessage::Hello { view, visible }
            }
            "resize" => ClientMessage::Resize(read(text)?),
            "ack" => ClientMessage::Ack { update: read::<Ack>(text)?.update },
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
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum ServerMessage<'a> {
    Welcome { client: u64 },
    Title { value: &'a str },
    Cursor { value: &'a str },
    Control { presenter: bool, held: bool },
    Pong { id: f64, time: f64 },
    Closed { reason: &'a str },
}

impl ServerMessage<'_> {
    /// The message's text.
    pub(crate) fn print(&self) -> String {
        serde_json::to_string(self).expect("strings, booleans and finite numbers always print")
    }
}

/// What stands before an encoded picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct PictureHeader {
    pub(crate) encoding: Encoding,
    pub(crate) update: u32,
    pub(crate) size: PhysicalSize,
    pub(crate) ratio: f64,
    pub(crate) timestamp: f64,
    pub(crate) sequence: u64,
}

impl PictureHeader {
    /// The header's bytes.
    pub(crate) fn print(&self) -> [u8; HEADER] {
        let mut bytes = [0; HEADER];
        bytes[0] = WHOLE_PICTURE;
        bytes[1] = self.encoding as u8;
        bytes[2..4].copy_from_slice(&(HEADER as u16).to_le_bytes());
        bytes[UPDATE_AT].copy_from_slice(&self.update.to_le_bytes());
        bytes[8..12].copy_from_slice(&self.size.width.to_le_bytes());
        bytes[12..16].copy_from_slice(&self.size.height.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.ratio.to_le_bytes());
        bytes[24..32].copy_from_slice(&self.timestamp.to_le_bytes());
        bytes[32..40].copy_from_slice(&self.sequence.to_le_bytes());
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use framecast_api::{Button, Pointer};
    use serde_json::json;

    const VIEW: View = View { width: 640.0, height: 480.5, ratio: 2.0 };

    #[test]
    fn every_client_message_is_read() {
        for (text, message) in [
            (
                r#"{"type":"hello","width":640,"height":480.5,"ratio":2,"visible":true}"#,
                ClientMessage::Hello { view: VIEW, visible: true },
            ),
            (
                r#"{"width":640,"height":480.5,"ratio":2,"type":"resize","more":[1]}"#,
                ClientMessage::Resize(VIEW),
            ),
            (r#"{"type":"ack","update":4294967295}"#, ClientMessage::Ack { update: u32::MAX }),
            (r#"{"type":"ping","id":-1.5}"#, ClientMessage::Ping { id: -1.5 }),
            (r#"{"type":"show"}"#, ClientMessage::Show),
            (r#"{"type":"hide"}"#, ClientMessage::Hide),
            (r#"{"type":"close"}"#, ClientMessage::Close),
            (r#"{"type":"\u0068ide"}"#, ClientMessage::Hide),
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
            r#"{"type":"resize","width":1e999,"height":1,"ratio":1}"#,
            r#"{"type":"resize","width":NaN,"height":1,"ratio":1}"#,
            r#"{"type":"ack","update":-1}"#,
            r#"{"type":"ack","update":1.5}"#,
            r#"{"type":"ack","update":4294967296}"#,
            r#"{"type":"ping","id":1e400}"#,
            r#"{"type":"ping"}"#,
            r#"{"type":"pointer_move","x":1e7}"#,
            r#"{"type":"before_draw"}"#,
            r#"{"type":"animate","step":1}"#,
        ] {
            assert!(ClientMessage::parse(text).is_err(), "{text}");
        }
        let deep = format!(r#"{{"type":"show","x":{}"#, "[".repeat(60_000));
        assert!(ClientMessage::parse(&deep).is_err());
        let deep = format!(r#"{{"type":"wheel","x":{}{}}}"#, "[".repeat(5000), "]".repeat(5000));
        assert!(ClientMessage::parse(&deep).is_err());
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

    #[test]
    fn server_messages_are_the_objects_of_the_protocol() {
        for (message, wire) in [
            (ServerMessage::Welcome { client: 7 }, json!({"type": "welcome", "client": 7})),
            (
                ServerMessage::Title { value: "a \"b\" <c>\u{1b}" },
                json!({"type": "title", "value": "a \"b\" <c>\u{1b}"}),
            ),
            (ServerMessage::Cursor { value: "grab" }, json!({"type": "cursor", "value": "grab"})),
            (
                ServerMessage::Control { presenter: false, held: true },
                json!({"type": "control", "presenter": false, "held": true}),
            ),
            (
                ServerMessage::Pong { id: 3.0, time: 1.5 },
                json!({"type": "pong", "id": 3.0, "time": 1.5}),
            ),
            (ServerMessage::Closed { reason: "done" }, json!({"type": "closed", "reason": "done"})),
        ] {
            let text = message.print();
            assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), wire);
        }
    }

    #[test]
    fn a_picture_header_is_forty_bytes_in_the_documented_order() {
        let header = PictureHeader {
            encoding: Encoding::Png,
            update: 0x0403_0201,
            size: PhysicalSize::new(1280, 720),
            ratio: 1.5,
            timestamp: 2.0,
            sequence: 0x0807_0605_0403_0201,
        };
        assert_eq!(
            header.print(),
            [
                1, 2, 40, 0, 1, 2, 3, 4, // kind, encoding, length, update
                0, 5, 0, 0, 0xd0, 2, 0, 0, // width, height
                0, 0, 0, 0, 0, 0, 0xf8, 0x3f, // ratio
                0, 0, 0, 0, 0, 0, 0, 0x40, // timestamp
                1, 2, 3, 4, 5, 6, 7, 8, // sequence
            ]
        );
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

    #[test]
    fn what_the_viewer_understands_is_what_is_said() {
        let mut said = 0;
        for fixture in fixtures(include_str!("../../fixtures/server-messages.json")) {
            let message = &fixture["message"];
            let string = |name: &str| message[name].as_str().unwrap_or_default();
            let mine = match string("type") {
                "welcome" => ServerMessage::Welcome { client: message["client"].as_u64().unwrap() },
                "title" => ServerMessage::Title { value: string("value") },
                "cursor" => ServerMessage::Cursor { value: string("value") },
                "control" => ServerMessage::Control {
                    presenter: message["presenter"].as_bool().unwrap(),
                    held: message["held"].as_bool().unwrap(),
                },
                "pong" => ServerMessage::Pong {
                    id: message["id"].as_f64().unwrap(),
                    time: message["time"].as_f64().unwrap(),
                },
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
    fn the_viewer_reads_the_headers_that_are_written() {
        let mut written = 0;
        for fixture in fixtures(include_str!("../../fixtures/pictures.json")) {
            let (hex, fields) = (fixture["hex"].as_str().unwrap(), &fixture["fields"]);
            // The others are of later versions, or broken.
            if fields.is_null() || hex.get(4..8).is_none_or(|length| length != "2800") {
                continue;
            }
            let integer = |name: &str| u32::try_from(fields[name].as_u64().unwrap()).unwrap();
            let encoding = match fields["encoding"].as_str().unwrap() {
                "jpeg" => Encoding::Jpeg,
                _ => Encoding::Png,
            };
            let header = PictureHeader {
                encoding,
                update: integer("update"),
                size: PhysicalSize::new(integer("width"), integer("height")),
                ratio: fields["ratio"].as_f64().unwrap(),
                timestamp: fields["time"].as_f64().unwrap(),
                sequence: fields["sequence"].as_str().unwrap().parse().unwrap(),
            };
            let print: String = header.print().iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(print, hex[..2 * HEADER]);
            written += 1;
        }
        assert!(written >= 3, "{written}");
    }
}
