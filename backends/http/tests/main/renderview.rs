use std::net::TcpStream;
use std::time::Duration;

use async_tungstenite::tungstenite::client::IntoClientRequest;
use async_tungstenite::tungstenite::{Message, WebSocket, client};
use framecast_api::{Backend, BackendCommand, BackendEvent, Button, EventKind, LogicalSize};
use framecast_http::HttpServer;
use serde_json::{Value, json};

use crate::support::{Client, Engine, driven_by, server_with, tcp};

const HOUR: Duration = Duration::from_secs(3600);

/// A client as rendercanvas' page is one: it offers no subprotocol and never introduces itself.
struct Upstream(WebSocket<TcpStream>);

/// A picture and the text before it.
struct Picture {
    text: Value,
    pixels: image::RgbImage,
}

impl Upstream {
    fn join(server: &HttpServer) -> Self {
        let address = server.local_addr();
        let mut request = format!("ws://{address}/").into_client_request().unwrap();
        request.headers_mut().insert("origin", format!("http://{address}").parse().unwrap());
        let (socket, response) = client(request, tcp(address)).unwrap();
        assert!(!response.headers().contains_key("sec-websocket-protocol"));
        Self(socket)
    }

    fn say(&mut self, message: &Value) {
        self.0.send(Message::text(message.to_string())).unwrap();
    }

    fn hear(&mut self) -> Message {
        loop {
            match self.0.read().unwrap() {
                Message::Ping(_) | Message::Pong(_) => {}
                message => return message,
            }
        }
    }

    fn text(&mut self, name: &str) -> Value {
        loop {
            if let Message::Text(text) = self.hear() {
                let value: Value = serde_json::from_str(&text).unwrap();
                if value["type"] == name {
                    return value;
                }
            }
        }
    }

    fn picture(&mut self) -> Picture {
        let text = self.text("framebufferdata");
        assert_eq!(text["nbuffers"], 1);
        let Message::Binary(bytes) = self.hear() else { panic!("the picture comes next") };
        let format = match text["mimetype"].as_str().unwrap() {
            "image/jpeg" => image::ImageFormat::Jpeg,
            "image/png" => image::ImageFormat::Png,
            other => panic!("{other}"),
        };
        let pixels = image::load_from_memory_with_format(&bytes, format).unwrap().into_rgb8();
        Picture { text, pixels }
    }

    fn feedback(&mut self, picture: &Picture) {
        let (index, timestamp) = (&picture.text["index"], &picture.text["timestamp"]);
        self.say(&json!({
            "type": "_framefeedback", "index": index, "timestamp": timestamp, "localtime": 1.7e9
        }));
    }
}

fn near(pixel: [u8; 3], color: [u8; 3]) -> bool {
    pixel.iter().zip(color).all(|(got, want)| got.abs_diff(want) <= 6)
}

#[test]
fn who_is_sent_away_in_the_middle_of_a_picture_has_no_longer_than_for_a_goodbye() {
    let server = server_with(|limits| {
        limits.close_timeout = Duration::from_millis(100);
        // Neither silence nor slowness ends it.
        (limits.write_stall, limits.dead_after) = (HOUR, HOUR);
    });
    let mut engine = Engine::at(&server, None);
    engine.backend.set_lossless(true);
    let mut guest = Upstream::join(&server);
    let id = engine.until_joined();
    // More than the kernel's buffers hold: 22 MB that no encoder makes smaller.
    let grain = |x: u32, y: u32| (x * 7919 + y * 104_729).wrapping_mul(0x9e37_79b9).to_be_bytes();
    let large = engine.draw(3000, 2500, |x, y| [grain(x, y)[0], grain(x, y)[1], grain(x, y)[2]]);
    engine.backend.present(&large).unwrap();
    // The picture comes next, and it reads nothing of it.
    guest.text("framebufferdata");
    engine.backend.apply(&BackendCommand::Disconnect(id)).unwrap();
    engine.until_left();
}

#[test]
fn it_receives_whole_pictures_while_another_client_receives_tiles() {
    let (server, mut engine) = Engine::new();
    let mut upstream = Upstream::join(&server);
    let mut other = Client::join(&server);
    for shade in 0..50 {
        let color = [shade, 200 - shade, 100];
        engine.until_wanted();
        let frame = engine.draw(300, 200, |_, _| color);
        engine.backend.present(&frame).unwrap();
        loop {
            let picture = upstream.picture();
            upstream.feedback(&picture);
            if picture.text["timestamp"] == json!(frame.timestamp()) {
                assert_eq!(picture.pixels.dimensions(), (300, 200));
                assert!(picture.pixels.pixels().all(|pixel| near(pixel.0, color)));
                break;
            }
        }
        let picture = other.picture();
        other.ack(picture.update);
    }
}

#[test]
fn it_drives_input_and_is_told_whether_it_does() {
    let (server, mut engine) = Engine::new();
    let mut upstream = Upstream::join(&server);
    assert_eq!(upstream.text("title")["value"], "a title");
    assert_eq!(upstream.text("active")["value"], false);
    let client = engine.until_joined();
    engine.backend.apply(&driven_by(Some(client))).unwrap();
    assert_eq!(upstream.text("active")["value"], true);
    upstream.say(&json!({
        "type": "resize", "width": 640, "height": 480.5, "pwidth": 1280, "pheight": 961, "ratio": 2
    }));
    upstream.say(&json!({
        "type": "pointer_down", "x": 10, "y": 20, "button": 1, "buttons": [1], "modifiers": [],
        "ntouches": 0, "touches": {}, "timestamp": 1.7e9
    }));
    let inputs = engine.inputs_until(|input| matches!(input, BackendEvent::Event { .. }));
    assert!(inputs.iter().any(|input| matches!(
        input,
        BackendEvent::Resize { size, ratio, .. }
            if *size == LogicalSize::new(640.0, 480.5) && *ratio == 2.0
    )));
    let Some(BackendEvent::Event { kind: EventKind::PointerDown(pointer), .. }) = inputs.last()
    else {
        panic!("{inputs:?}");
    };
    assert_eq!((pointer.x, pointer.y), (10.0, 20.0));
}

#[test]
fn it_gets_what_is_still_as_png_and_the_size_that_is_asked_for() {
    let (server, mut engine) = Engine::new();
    let mut upstream = Upstream::join(&server);
    let size = LogicalSize::new(320.0, 200.5);
    engine.backend.apply(&BackendCommand::LogicalSize(size)).unwrap();
    assert_eq!(upstream.text("css_width")["value"], "320px");
    assert_eq!(upstream.text("css_height")["value"], "200.5px");
    let frame = engine.draw(100, 100, |x, y| [x as u8, y as u8, (x * y) as u8]);
    engine.backend.present(&frame).unwrap();
    let jpeg = upstream.picture();
    assert_eq!(jpeg.text["mimetype"], "image/jpeg");
    upstream.feedback(&jpeg);
    let png = upstream.picture();
    assert_eq!(png.text["mimetype"], "image/png");
    assert!(png.pixels.pixels().zip(frame.pixels()).all(|(got, want)| got.0 == want[..3]));
}

#[test]
fn without_feedback_it_gets_two_pictures_and_delays_nobody() {
    let (server, mut engine) = Engine::new();
    let mut stuck = Upstream::join(&server);
    let mut other = Client::join(&server);
    let mut last = 0;
    for shade in 0..60 {
        engine.until_wanted();
        let sequence = engine.present([shade, 0, 0]);
        while last < sequence {
            let picture = other.picture();
            other.ack(picture.update);
            last = picture.sequence;
        }
    }
    let (first, second) = (stuck.picture(), stuck.picture());
    assert_eq!(first.text["index"], 1);
    engine.backend.apply(&BackendCommand::Title("now".into())).unwrap();
    assert_eq!(stuck.text("title")["value"], "now", "no third picture came before");
    stuck.feedback(&second);
    let newest = stuck.picture();
    assert!(near(newest.pixels.get_pixel(0, 0).0, [59, 0, 0]));
}

#[test]
fn the_end_of_the_application_closes_it() {
    let (server, mut engine) = Engine::new();
    let mut upstream = Upstream::join(&server);
    upstream.text("active");
    engine.backend.close();
    loop {
        if let Message::Close(frame) = upstream.hear() {
            assert_eq!(u16::from(frame.unwrap().code), 1000);
            return;
        }
    }
}

/// The position of the next event of a pointer.
fn place(engine: &mut Engine) -> (f64, f64) {
    let pointer = |input: &BackendEvent| match input {
        BackendEvent::Event { kind: EventKind::PointerDown(pointer), .. } => {
            Some((pointer.x, pointer.y))
        }
        _ => None,
    };
    let inputs = engine.inputs_until(|input| pointer(input).is_some());
    inputs.iter().find_map(pointer).expect("it was waited for")
}

#[test]
fn a_click_lands_where_it_was_seen_though_the_view_has_another_size_than_the_picture() {
    let (server, mut engine) = Engine::new();
    let mut upstream = Upstream::join(&server);
    let client = engine.until_joined();
    engine.backend.apply(&driven_by(Some(client))).unwrap();
    // What the page of the older protocol says first.
    upstream.say(&json!({
        "type": "resize", "width": 640, "height": 480, "pwidth": 640, "pheight": 480, "ratio": 1
    }));
    upstream.say(&json!({"type": "show", "timestamp": 0.1}));
    // 1280 × 720 logical pixels.
    let frame = engine.draw(1920, 1080, |_, _| [9, 99, 199]);
    engine.backend.present(&frame).unwrap();
    let picture = upstream.picture();
    assert_eq!(picture.pixels.dimensions(), (1920, 1080));
    upstream.feedback(&picture);
    let click = |x: f64, y: f64| json!({"type": "pointer_down", "x": x, "y": y, "button": 1});
    upstream.say(&click(320.0, 240.0));
    assert_eq!(place(&mut engine), (640.0, 360.0), "the centre");
    upstream.say(&click(640.0, 0.0));
    assert_eq!(place(&mut engine), (1280.0, 0.0), "the upper right corner");
}

#[test]
fn a_presenter_that_says_no_size_is_told_the_canvas_size() {
    let (server, mut engine) = Engine::new();
    let mut upstream = Upstream::join(&server);
    let client = engine.until_joined();
    // 1280 × 720 logical pixels.
    let frame = engine.draw(1920, 1080, |_, _| [9, 99, 199]);
    engine.backend.present(&frame).unwrap();
    let picture = upstream.picture();
    upstream.feedback(&picture);
    let click = json!({"type": "pointer_down", "x": 320, "y": 240, "button": 1});
    upstream.say(&click);
    assert_eq!(place(&mut engine), (320.0, 240.0), "these are the canvas' pixels");
    engine.backend.apply(&driven_by(Some(client))).unwrap();
    assert_eq!(upstream.text("css_width")["value"], "1280px");
    assert_eq!(upstream.text("css_height")["value"], "720px");
    let larger = engine.draw(2400, 1350, |_, _| [199, 99, 9]);
    engine.backend.present(&larger).unwrap();
    assert_eq!(upstream.text("css_width")["value"], "1600px");
    assert_eq!(upstream.text("css_height")["value"], "900px");
}

#[test]
fn an_event_with_a_field_that_is_not_understood_arrives_without_that_field() {
    let (server, mut engine) = Engine::new();
    let mut upstream = Upstream::join(&server);
    engine.until_joined();
    // A browser's undo, and a pen's eraser.
    upstream.say(&json!({
        "type": "char", "data": null, "is_composing": false, "input_type": "historyUndo",
        "timestamp": 1.5
    }));
    upstream.say(&json!({
        "type": "pointer_down", "x": 10, "y": 20, "button": 0, "buttons": [6], "modifiers": [],
        "ntouches": 0, "touches": {}, "timestamp": null
    }));
    let is_pointer = |input: &BackendEvent| {
        matches!(input, BackendEvent::Event { kind: EventKind::PointerDown(_), .. })
    };
    let inputs = engine.inputs_until(is_pointer);
    let kinds = inputs.iter().filter_map(|input| match input {
        BackendEvent::Event { kind, .. } => Some(kind.clone()),
        BackendEvent::Rejected { .. } => panic!("{inputs:?}"),
        _ => None,
    });
    let kinds: Vec<_> = kinds.collect();
    let [EventKind::Char(typed), EventKind::PointerDown(pointer)] = &kinds[..] else {
        panic!("{kinds:?}");
    };
    assert_eq!((&*typed.data, &*typed.input_type), ("", "historyUndo"));
    assert_eq!((pointer.x, pointer.y, pointer.button), (10.0, 20.0, Button::None));
    assert_eq!(Vec::from(pointer.buttons), [Button::Eraser]);
}

#[test]
fn its_first_show_arrives_though_it_counts_as_visible_before() {
    let (server, mut engine) = Engine::new();
    let mut upstream = Upstream::join(&server);
    engine.until_joined();
    let (show, hide) = (json!({"type": "show", "timestamp": 0.1}), json!({"type": "hide"}));
    for message in [&show, &show, &hide, &hide, &show] {
        upstream.say(message);
    }
    upstream.say(&json!({"type": "focus_in"}));
    let is_last = |input: &BackendEvent| {
        matches!(input, BackendEvent::Event { kind: EventKind::FocusIn, .. })
    };
    let inputs = engine.inputs_until(is_last);
    let names = inputs.iter().filter_map(|input| match input {
        BackendEvent::Event { kind, .. } => Some(kind.name()),
        _ => None,
    });
    assert_eq!(names.collect::<Vec<_>>(), ["show", "hide", "show", "focus_in"]);
}
