//! One client that speaks `framecast.v1`, and what it saw.

use std::cell::RefCell;
use std::net::{SocketAddr, TcpStream};
use std::rc::Rc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use async_tungstenite::WebSocketStream;
use async_tungstenite::tungstenite::Message;
use async_tungstenite::tungstenite::client::IntoClientRequest;
use serde_json::{Value, json};
use smol::future::FutureExt;
use smol::stream::StreamExt;
use smol::{Async, Timer};

use crate::server::Place;

/// Bytes before the tile list, at least.
const HEADER: usize = 80;
const PART: u8 = 2;
const VIDEO: u8 = 3;
const PING_EVERY: Duration = Duration::from_millis(500);
/// As the page has it: until an attempt to connect is given up.
const CONNECTED_WITHIN: Duration = Duration::from_secs(5);
/// As the page has it: until a connection is given up on which nothing comes.
const DEAD: Duration = Duration::from_secs(8);

/// How a client behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Behaviour {
    /// Paints at once.
    Fast,
    /// Paints at once, and can decode video.
    Video,
    /// Reads nothing after it said hello.
    Stalled,
    /// Is there and not seen.
    Hidden,
    /// Speaks the older protocol, which sends whole pictures.
    Whole,
}

/// What a client saw.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// Updates painted: when, how old the frame was then, its sequence number, bytes.
    pub(crate) painted: Vec<Painted>,
    /// From our clock to the server's, in seconds, by the quickest ping.
    offset: Option<(Duration, f64)>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Painted {
    pub(crate) at: Instant,
    /// Seconds from drawn to painted; negative or wrong before the clocks were compared.
    pub(crate) age: f64,
    pub(crate) sequence: u64,
    pub(crate) bytes: usize,
}

/// The fields of a part's header that are needed here.
#[derive(Debug, PartialEq)]
struct Part {
    update: u32,
    last: bool,
    sequence: u64,
    drawn: f64,
}

impl Part {
    fn read(bytes: &[u8]) -> Option<Self> {
        let field = |at: usize, length: usize| bytes.get(at..at + length);
        if bytes.len() <= HEADER || !matches!(bytes[0], PART | VIDEO) {
            return None;
        }
        Some(Self {
            update: u32::from_le_bytes(field(4, 4)?.try_into().ok()?),
            // A picture of a video is a whole update.
            last: bytes[0] == VIDEO || bytes[10] & 1 != 0,
            sequence: u64::from_le_bytes(field(40, 8)?.try_into().ok()?),
            drawn: f64::from_le_bytes(field(56, 8)?.try_into().ok()?),
        })
    }
}

/// A WebSocket of ours.
pub(crate) type Socket = WebSocketStream<Async<TcpStream>>;

/// Shakes hands over `stream` with the server at `place`. `whole`: in the older protocol.
pub(crate) async fn shake_hands(
    stream: Async<TcpStream>,
    place: &Place,
    whole: bool,
) -> Result<Socket, String> {
    stream.get_ref().set_nodelay(true).map_err(|error| error.to_string())?;
    let url = format!("ws://{}/", place.address);
    let mut request = url.into_client_request().map_err(|error| error.to_string())?;
    let headers = request.headers_mut();
    if !whole {
        let protocol = "framecast.v1".parse().map_err(|_| "a header")?;
        headers.insert("sec-websocket-protocol", protocol);
    }
    if let Some(token) = &place.token {
        let bearer = format!("Bearer {token}").parse().map_err(|_| "a header")?;
        headers.insert("authorization", bearer);
    }
    let connected = async_tungstenite::client_async(request, stream).await;
    Ok(connected.map_err(|error| format!("no connection: {error}"))?.0)
}

/// The first message of a client.
pub(crate) fn hello(visible: bool) -> Value {
    json!({"type": "hello", "width": 1280, "height": 720, "ratio": 1, "visible": visible})
}

/// Connects to `at`, for the server at `place`, and behaves until dropped.
pub(crate) async fn run(
    at: SocketAddr,
    place: Place,
    behaviour: Behaviour,
    seen: Rc<RefCell<Seen>>,
) -> Result<(), String> {
    let connect = async {
        let stream = Async::<TcpStream>::connect(at).await.map_err(|error| error.to_string())?;
        shake_hands(stream, &place, behaviour == Behaviour::Whole).await
    };
    let too_late = async {
        Timer::after(CONNECTED_WITHIN).await;
        Err("the server does not answer".to_owned())
    };
    let mut socket = connect.or(too_late).await?;
    // Another server has another clock.
    seen.borrow_mut().offset = None;
    if behaviour == Behaviour::Whole {
        return whole(&mut socket, &seen).await;
    }
    let mut hello = hello(behaviour != Behaviour::Hidden);
    if behaviour == Behaviour::Video {
        hello["video"] = json!(["h264"]);
    }
    say(&mut socket, &hello).await?;
    if behaviour == Behaviour::Stalled {
        // Holds the connection open.
        return smol::future::pending().await;
    }
    let start = Instant::now();
    let (mut pinged, mut heard, mut bytes) = (None::<Instant>, start, 0);
    loop {
        if pinged.is_none_or(|at| at.elapsed() >= PING_EVERY) {
            pinged = Some(Instant::now());
            let id = start.elapsed().as_secs_f64();
            say(&mut socket, &json!({"type": "ping", "id": id})).await?;
        }
        let until = pinged.map_or(start, |at| at + PING_EVERY);
        let next = async { Some(socket.next().await) };
        let timeout = async {
            Timer::at(until).await;
            None
        };
        let message = match next.or(timeout).await {
            None if heard.elapsed() > DEAD => return Err("the server is silent".into()),
            None => continue,
            Some(None) => return Err("the server closed".into()),
            Some(Some(Err(error))) => return Err(error.to_string()),
            Some(Some(Ok(message))) => message,
        };
        heard = Instant::now();
        match message {
            Message::Text(text) => hear(&text, start, &mut seen.borrow_mut()),
            Message::Binary(message) => {
                let part = Part::read(&message).ok_or("not a part of an update")?;
                bytes += message.len();
                if !part.last {
                    continue;
                }
                say(&mut socket, &json!({"type": "ack", "update": part.update})).await?;
                let mut seen = seen.borrow_mut();
                let offset = seen.offset.map_or(f64::NAN, |(_, offset)| offset);
                let age = start.elapsed().as_secs_f64() + offset - part.drawn;
                let at = Instant::now();
                let sequence = part.sequence;
                seen.painted.push(Painted { at, age, sequence, bytes });
                bytes = 0;
            }
            _ => {}
        }
    }
}

/// Acknowledges whole pictures at once.
async fn whole(socket: &mut Socket, seen: &RefCell<Seen>) -> Result<(), String> {
    let (mut index, mut drawn) = (Value::Null, f64::NAN);
    while let Some(message) = socket.next().await {
        match message.map_err(|error| error.to_string())? {
            Message::Text(text) => {
                let message: Value = serde_json::from_str(&text).unwrap_or_default();
                if message["type"] == "framebufferdata" {
                    index = message["index"].clone();
                    drawn = message["timestamp"].as_f64().unwrap_or(f64::NAN);
                }
            }
            Message::Binary(message) => {
                let feedback = json!({
                    "type": "_framefeedback", "index": index, "timestamp": 0, "localtime": 0
                });
                say(socket, &feedback).await?;
                // Seconds since 1970, and this is the server's machine.
                let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                let age = now.as_secs_f64() - drawn;
                let sequence = index.as_u64().unwrap_or_default();
                let (at, bytes) = (Instant::now(), message.len());
                let painted = Painted { at, age, sequence, bytes };
                seen.borrow_mut().painted.push(painted);
            }
            _ => {}
        }
    }
    Err("the server closed".into())
}

/// A pong says what the server's clock was between our ping and now.
fn hear(text: &str, start: Instant, seen: &mut Seen) {
    let Ok(message) = serde_json::from_str::<Value>(text) else { return };
    let (Some(id), Some(time)) = (message["id"].as_f64(), message["time"].as_f64()) else {
        return;
    };
    let now = start.elapsed().as_secs_f64();
    let Ok(trip) = Duration::try_from_secs_f64(now - id) else { return };
    if seen.offset.is_none_or(|(best, _)| trip < best) {
        seen.offset = Some((trip, time - (id + now) / 2.0));
    }
}

pub(crate) async fn say(socket: &mut Socket, message: &Value) -> Result<(), String> {
    let sent = socket.send(Message::text(message.to_string())).await;
    sent.map_err(|error| format!("cannot send: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_read_and_nonsense_is_not() {
        let mut bytes = vec![0; HEADER + 10];
        assert_eq!(Part::read(&bytes), None);
        (bytes[0], bytes[4], bytes[10], bytes[40]) = (2, 7, 1, 9);
        bytes[56..64].copy_from_slice(&1.5_f64.to_le_bytes());
        let part = Part { update: 7, last: true, sequence: 9, drawn: 1.5 };
        assert_eq!(Part::read(&bytes), Some(part));
        (bytes[0], bytes[10]) = (3, 0);
        assert!(Part::read(&bytes).is_some_and(|part| part.last));
        for length in 0..=HEADER {
            assert_eq!(Part::read(&bytes[..length]), None);
        }
    }

    #[test]
    fn the_quickest_ping_sets_the_clock() {
        let mut seen = Seen::default();
        let start = Instant::now();
        for text in ["", "{}", r#"{"type":"pong","id":1e9,"time":5}"#] {
            hear(text, start, &mut seen);
        }
        assert_eq!(seen.offset, None);
        hear(r#"{"type":"pong","id":-4,"time":100}"#, start, &mut seen);
        hear(r#"{"type":"pong","id":-1,"time":102.5}"#, start, &mut seen);
        hear(r#"{"type":"pong","id":-9,"time":0}"#, start, &mut seen);
        let (_, offset) = seen.offset.unwrap();
        assert!((offset - 103.0).abs() < 0.1, "{offset}");
    }
}
