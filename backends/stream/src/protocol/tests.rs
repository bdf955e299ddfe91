use super::server_message::{Listed, ListedAway};
use super::*;
use crate::ledger::Painted;
use crate::tiles::{Encoding, Grid, Jpeg};
use crate::video::VideoPicture;
use framecast_api::{
    Button, Char, ClientId, ColorScheme, ControlRequest, ControlState, EventKind, Member,
    PhysicalSize, Platform, Pointer, PrimaryPointer, Role, SentAway, TextInput, ViewInfo,
};
use framecast_jpeg::Sampling;
use serde_json::json;

const VIEW: View = View { width: 640.0, height: 480.5, ratio: 2.0 };

fn hello(token: Option<&str>, browser: Option<&str>) -> ClientMessage {
    let [token, browser] = [token, browser].map(|text| text.map(str::to_owned));
    let info = ViewInfo::default();
    ClientMessage::Hello { view: VIEW, visible: true, token, browser, info, video: false }
}

fn on_a_mac() -> ViewInfo {
    ViewInfo::default()
        .with_platform(Platform::Mac)
        .with_color_scheme(ColorScheme::Dark)
        .with_pointer(PrimaryPointer::Fine)
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

fn add_link(name: &str, role: Role, seconds: Option<u64>) -> ClientMessage {
    let lifetime = seconds.map(Duration::from_secs);
    ClientMessage::Links(LinkRequest::Add { name: name.into(), role, lifetime })
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
        (
            r#"{"type":"hello","width":640,"height":480.5,"ratio":2,"visible":true,"platform":7,"pointer":"nose"}"#,
            hello(None, None),
        ),
        (
            r#"{"type":"hello","width":640,"height":480.5,"ratio":2,"visible":true,"platform":"mac","color_scheme":"dark","pointer":"fine"}"#,
            ClientMessage::Hello {
                view: VIEW,
                visible: true,
                token: None,
                browser: None,
                info: on_a_mac(),
                video: false,
            },
        ),
        (
            r#"{"type":"hello","width":640,"height":480.5,"ratio":2,"visible":true,"video":["av2","h264"]}"#,
            ClientMessage::Hello {
                view: VIEW,
                visible: true,
                token: None,
                browser: None,
                info: ViewInfo::default(),
                video: true,
            },
        ),
        (
            r#"{"type":"hello","width":640,"height":480.5,"ratio":2,"visible":true,"video":"h264"}"#,
            hello(None, None),
        ),
        (r#"{"type":"video","codecs":["h264"]}"#, ClientMessage::Video(true)),
        (r#"{"type":"video","codecs":["H264",7]}"#, ClientMessage::Video(false)),
        (r#"{"type":"video"}"#, ClientMessage::Video(false)),
        (
            r#"{"type":"view_info","platform":"mac"}"#,
            ClientMessage::ViewInfo(serde_json::from_str(r#"{"platform":"mac"}"#).unwrap()),
        ),
        (
            r#"{"type":"view_info","platform":"mac","color_scheme":"dark","pointer":"fine"}"#,
            ClientMessage::ViewInfo(on_a_mac()),
        ),
        (
            r#"{"type":"view_info","platform":["mac"],"color_scheme":null}"#,
            ClientMessage::ViewInfo(ViewInfo::default()),
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
        (r#"{"type":"list_links","x":1}"#, ClientMessage::Links(LinkRequest::List)),
        (
            r#"{"type":"add_link","name":"guest","role":"watch","lifetime":60}"#,
            add_link("guest", Role::Watch, Some(60)),
        ),
        (
            r#"{"type":"add_link","name":"","role":"drive","lifetime":null}"#,
            add_link("", Role::Drive, None),
        ),
        (
            r#"{"type":"revoke_link","name":"guest"}"#,
            ClientMessage::Links(LinkRequest::Revoke { name: "guest".into() }),
        ),
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
            ClientMessage::Event(EventKind::PointerDown(
                Pointer::at(1.0, 2.0).with_button(Button::Left),
            )),
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
        r#"{"type":"add_link","name":"x"}"#,
        r#"{"type":"add_link","name":"x","role":"own"}"#,
        r#"{"type":"add_link","name":7,"role":"watch"}"#,
        r#"{"type":"add_link","name":"x","role":"watch","lifetime":0}"#,
        r#"{"type":"add_link","name":"x","role":"watch","lifetime":-1}"#,
        r#"{"type":"add_link","name":"x","role":"watch","lifetime":4294967296}"#,
        r#"{"type":"revoke_link"}"#,
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
    for (length, fits) in [(32, true), (33, false), (60_000, false)] {
        let name = "x".repeat(length);
        for message in [
            json!({"type": "add_link", "name": name, "role": "watch"}),
            json!({"type": "revoke_link", "name": name}),
        ] {
            assert_eq!(ClientMessage::parse(&message.to_string()).is_ok(), fits, "{length}");
        }
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
    let typed = Char::new("").with_input_type("historyUndo");
    let eraser = Pointer::at(1.0, 0.0).with_buttons([Button::Eraser]);
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
            ServerMessage::Welcome { client: 7, role: Role::Watch, video: &["h264"] },
            json!({"type": "welcome", "client": 7, "role": "watch", "video": ["h264"]}),
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
                "can_ask": true, "asks": false, "manages": false, "recording": null
            }),
        ),
        (
            ServerMessage::control(&audience(1), ClientId(6), Role::Watch),
            json!({
                "type": "control", "presenter": false, "held": true, "by": "window",
                "can_ask": false, "asks": false, "manages": false, "recording": null
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

#[test]
fn what_is_about_the_tree_and_says_nothing_of_it_is_no_message() {
    for bad in [
        json!({"type": "accessibility"}),
        json!({"type": "accessibility", "wanted": 1}),
        json!({"type": "accessibility_ack"}),
        json!({"type": "accessibility_ack", "number": -1}),
        json!({"type": "accessibility_action", "node": 1, "action": "set_value"}),
        json!({"type": "accessibility_action", "node": 1.5, "action": "click"}),
        json!({"type": "accessibility_action", "node": 1, "action": "later"}),
        json!({"type": "accessibility_wanted", "wanted": true}),
    ] {
        assert!(ClientMessage::parse(&bad.to_string()).is_err(), "{bad}");
    }
    let value = |length: usize| {
        let fields = json!({
            "type": "accessibility_action", "node": 1, "action": "set_value",
            "value": "x".repeat(length),
        });
        ClientMessage::parse(&fields.to_string())
    };
    assert!(value(EventKind::MAX_TEXT).is_ok() && value(EventKind::MAX_TEXT + 1).is_err());
}

fn role(value: &serde_json::Value) -> Role {
    serde_json::from_value(value.clone()).unwrap()
}

fn text_input(message: &serde_json::Value) -> Option<TextInput> {
    let caret = serde_json::from_value(message["caret"].clone()).ok()?;
    let kind = serde_json::from_value(message["kind"].clone()).ok()?;
    Some(TextInput::new(kind, caret))
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

fn link_answer(message: &serde_json::Value) -> LinkAnswer {
    let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
    let link = |fields: &serde_json::Value| ListedLink {
        name: text(&fields["name"]).unwrap(),
        role: role(&fields["role"]),
        seconds: fields["seconds"].as_u64(),
        clients: fields["clients"].as_u64().unwrap() as usize,
        made: fields["made"] == true,
        own: fields["own"] == true,
    };
    let made = &message["made"];
    LinkAnswer {
        list: message["list"].as_array().unwrap().iter().map(link).collect(),
        made: text(&made["name"])
            .zip(text(&made["token"]))
            .map(|(name, token)| MadeLink { name, token }),
        refused: text(&message["refused"]),
    }
}

fn strings(list: &serde_json::Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|value| value.as_str().unwrap()).collect()
}

#[test]
fn what_the_viewer_understands_is_what_is_said() {
    let mut said = 0;
    for fixture in fixtures(include_str!("../../fixtures/server-messages.json")) {
        let message = &fixture["message"];
        let string = |name: &str| message[name].as_str().unwrap_or_default();
        let (links, video);
        let mine = match string("type") {
            "welcome" => {
                video = strings(&message["video"]);
                ServerMessage::Welcome {
                    client: message["client"].as_u64().unwrap(),
                    role: role(&message["role"]),
                    video: &video,
                }
            }
            "title" => ServerMessage::Title { value: string("value") },
            "cursor" => ServerMessage::Cursor { value: string("value") },
            "control" => ServerMessage::Control {
                presenter: message["presenter"].as_bool().unwrap(),
                held: message["held"].as_bool().unwrap(),
                by: string("by"),
                can_ask: message["can_ask"].as_bool().unwrap(),
                asks: message["asks"].as_bool().unwrap(),
                manages: message["manages"].as_bool().unwrap(),
                recording: match string("recording") {
                    "running" => Some("running"),
                    "paused" => Some("paused"),
                    _ => None,
                },
            },
            "clients" => ServerMessage::Clients {
                list: message["list"].as_array().unwrap().iter().map(listed).collect(),
                sent_away: message["sent_away"].as_array().unwrap().iter().map(away).collect(),
            },
            "links" => {
                links = link_answer(message);
                ServerMessage::Links(&links)
            }
            "pong" => ServerMessage::Pong {
                id: message["id"].as_f64().unwrap(),
                time: message["time"].as_f64().unwrap(),
            },
            "clipboard" => ServerMessage::Clipboard { text: string("text") },
            "text_input" => ServerMessage::text_input(text_input(message)),
            "open_url" => ServerMessage::OpenUrl { url: string("url") },
            "closed" => ServerMessage::Closed { reason: string("reason") },
            _ => continue,
        };
        let printed: serde_json::Value = serde_json::from_str(&mine.print()).unwrap();
        assert_eq!(printed, *message);
        said += 1;
    }
    assert!(said >= 6, "{said}");
}

/// The header of a part or a picture of a video with these fields; `None`: its tiles are not of our size.
fn part_header(fields: &serde_json::Value) -> Option<PartHeader> {
    let integer = |name: &str| u32::try_from(fields[name].as_u64().unwrap()).unwrap();
    let size = PhysicalSize::new(integer("width"), integer("height"));
    let grid = Grid::new(size);
    let (width, height) = grid.tile_size();
    if (integer("tileWidth"), integer("tileHeight")) != (width.into(), height.into()) {
        return None;
    }
    let number = |name: &str| fields[name].as_f64().unwrap();
    Some(PartHeader {
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
        presented: fields["presented"].as_f64().unwrap_or(f64::NAN),
        encoded: number("encoded"),
        sent: number("sent"),
    })
}

fn bytes_of(hex: &str) -> Vec<u8> {
    (0..hex.len() / 2).map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap()).collect()
}

#[test]
fn the_viewer_reads_the_parts_that_are_written() {
    let mut written = 0;
    for fixture in fixtures(include_str!("../../fixtures/parts.json")) {
        let (hex, fields) = (fixture["hex"].as_str().unwrap(), &fixture["fields"]);
        // The others are of other versions, or broken.
        if fields.is_null() || hex.get(4..8).is_none_or(|length| length != "5800") {
            continue;
        }
        let Some(header) = part_header(fields) else { continue };
        let encoding = match fields["encoding"].as_str().unwrap() {
            "jpeg" => Encoding::Jpeg(Jpeg { quality: 80, sampling: Sampling::Half }),
            _ => Encoding::Png,
        };
        let tiles = fields["tiles"].as_array().unwrap();
        let tiles: Vec<u16> = tiles.iter().map(|n| n.as_u64().unwrap() as u16).collect();
        let mut out = Vec::new();
        header.print(encoding, tiles.iter().copied(), &mut out);
        let print: String = out.iter().map(|byte| format!("{byte:02x}")).collect();
        let payload = fields["payload"].as_str().unwrap();
        assert_eq!(print + payload, hex, "{}", fixture["name"]);
        written += 1;
    }
    assert!(written >= 3, "{written}");
}

#[test]
fn the_viewer_reads_the_pictures_of_videos_that_are_written() {
    let mut written = 0;
    for fixture in fixtures(include_str!("../../fixtures/video.json")) {
        let (hex, fields) = (fixture["hex"].as_str().unwrap(), &fixture["fields"]);
        // The others are of other versions, or broken.
        if fields.is_null() || hex.get(4..8).is_none_or(|length| length != "5800") {
            continue;
        }
        let Some(header) = part_header(fields) else { continue };
        let video = &fields["video"];
        let side = |name: &str| video[name].as_u64().unwrap() as u32;
        let profile = bytes_of(video["codec"].as_str().unwrap().strip_prefix("avc1.").unwrap());
        let tiles = fields["tiles"].as_array().unwrap();
        let tiles = tiles.iter().map(|n| n.as_u64().unwrap() as u16);
        let message = VideoMessage {
            ranges: ranges(tiles, header.grid.len()),
            picture: VideoPicture {
                bytes: bytes_of(fields["payload"].as_str().unwrap()).into(),
                keyframe: video["keyframe"] == true,
                profile: profile.try_into().unwrap(),
                size: PhysicalSize::new(side("width"), side("height")),
            },
            header,
        };
        assert_eq!(message.into_bytes(), bytes_of(hex), "{}", fixture["name"]);
        written += 1;
    }
    assert!(written >= 6, "{written}");
}

#[test]
fn parts_are_read_as_the_viewer_reads_them() {
    let mut read = 0;
    for fixture in fixtures(include_str!("../../fixtures/parts.json")) {
        let (name, hex) = (&fixture["name"], fixture["hex"].as_str().unwrap());
        let bytes = bytes_of(hex);
        let fields = &fixture["fields"];
        let part = match ReadPart::parse(&bytes) {
            Ok(part) => part,
            Err(why) => {
                assert!(fields.is_null(), "{name}: {why}");
                continue;
            }
        };
        let encoding = match part.encoding {
            PictureEncoding::Jpeg => "jpeg",
            PictureEncoding::Png => "png",
        };
        let picture: String = part.picture.iter().map(|byte| format!("{byte:02x}")).collect();
        let got = serde_json::json!({
            "encoding": encoding, "update": part.update, "part": part.part, "last": part.last,
            "exact": part.exact, "tiles": part.tiles, "tileWidth": part.tile_size.0,
            "tileHeight": part.tile_size.1, "width": part.size.width, "height": part.size.height,
            "ratio": part.ratio, "sequence": part.sequence.to_string(), "drawn": part.drawn,
            "payload": picture,
        });
        for (field, value) in got.as_object().unwrap() {
            assert_eq!(*value, fields[field], "{name}: {field}");
        }
        read += 1;
        for end in 0..bytes.len() {
            let _ = ReadPart::parse(&bytes[..end]);
        }
    }
    assert!(read >= 10, "{read}");
}
