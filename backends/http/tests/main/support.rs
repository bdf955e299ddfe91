use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::task::{Wake, Waker};
use std::time::{Duration, Instant};

use async_tungstenite::tungstenite::client::IntoClientRequest;
use async_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use async_tungstenite::tungstenite::{Message, WebSocket, client};
use framecast_api::{
    Backend, BackendCommand, BackendEvent, ClientId, Clock, Context, ControlState, Frame,
    FramePool, LogicalSize, Member, PhysicalSize, Role,
};
use framecast_http::{HttpBackend, HttpServer, Limits, ServerConfig};
use serde_json::{Value, json};

/// Nothing here takes this long, even on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Counts wakes, and can be waited for.
#[derive(Default)]
pub(crate) struct Bell {
    rings: Mutex<u64>,
    rung: Condvar,
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        *self.rings.lock().unwrap() += 1;
        self.rung.notify_all();
    }
}

impl Bell {
    /// Waits for one more wake than `seen`.
    pub(crate) fn wait(&self, seen: &mut u64, until: Instant) {
        let mut rings = self.rings.lock().unwrap();
        while *rings <= *seen {
            let left = until.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "nothing rang for too long");
            rings = self.rung.wait_timeout(rings, left).unwrap().0;
        }
        *seen = *rings;
    }
}

/// The engine's side of one canvas.
pub(crate) struct Engine {
    pub(crate) backend: HttpBackend,
    pub(crate) pool: FramePool,
    pub(crate) sequence: u64,
    bell: Arc<Bell>,
    seen: u64,
}

pub(crate) fn server() -> HttpServer {
    server_with(|_| {})
}

pub(crate) fn server_with(change: impl FnOnce(&mut Limits)) -> HttpServer {
    let mut config = ServerConfig::default();
    config.no_auth = true;
    change(&mut config.limits);
    server_like(config)
}

pub(crate) fn server_like(config: ServerConfig) -> HttpServer {
    HttpServer::bind_with("127.0.0.1:0".parse().unwrap(), config).unwrap()
}

/// The secret of the link with this role.
pub(crate) fn token(server: &HttpServer, role: Role) -> String {
    let link = server.links(None).into_iter().find(|link| link.role == role).unwrap();
    link.url.split_once("#token=").unwrap().1.to_owned()
}

/// What a backend is told when `client` drives, or somebody elsewhere does.
pub(crate) fn driven_by(client: Option<ClientId>) -> BackendCommand {
    let member = Member::new(1, client, "somebody".into(), Role::Drive);
    BackendCommand::Control(ControlState::new(Some(1), Some(1), false, vec![member]))
}

pub(crate) fn context(waker: Waker) -> Context {
    Context::new(waker, Clock::start(), "a title", LogicalSize::new(64.0, 48.0))
}

impl Engine {
    pub(crate) fn at(server: &HttpServer, name: Option<&str>) -> Self {
        Self::of(server.canvas(name).unwrap())
    }

    pub(crate) fn of(mut backend: HttpBackend) -> Self {
        let bell = Arc::new(Bell::default());
        backend.open(context(Waker::from(Arc::clone(&bell)))).unwrap();
        Self { backend, pool: FramePool::new(), sequence: 0, bell, seen: 0 }
    }

    /// A server with one canvas.
    pub(crate) fn new() -> (HttpServer, Self) {
        let server = server();
        let engine = Self::at(&server, None);
        (server, engine)
    }

    pub(crate) fn draw(
        &mut self,
        width: u32,
        height: u32,
        pixel: impl Fn(u32, u32) -> [u8; 3],
    ) -> Frame {
        let mut buffer = self.pool.lend(PhysicalSize::new(width, height)).unwrap();
        for (y, row) in (0..).zip(buffer.rows_mut()) {
            for (x, out) in (0..).zip(row) {
                let [r, g, b] = pixel(x, y);
                // Alpha is to be ignored.
                *out = [r, g, b, 7];
            }
        }
        self.sequence += 1;
        self.pool.freeze(buffer, self.sequence, self.sequence as f64 / 4.0, 1.5)
    }

    /// Presents 64x48 pixels of one color.
    pub(crate) fn present(&mut self, color: [u8; 3]) -> u64 {
        let frame = self.draw(64, 48, |_, _| color);
        self.backend.present(&frame).unwrap();
        self.sequence
    }

    /// Waits until `ready`, looking after every wake as the engine would.
    pub(crate) fn until(&mut self, mut ready: impl FnMut(&mut Self) -> bool) {
        let until = Instant::now() + PATIENCE;
        while !ready(self) {
            let mut seen = self.seen;
            self.bell.wait(&mut seen, until);
            self.seen = seen;
        }
    }

    pub(crate) fn until_wanted(&mut self) {
        self.until(|engine| engine.backend.wants_frame());
    }

    /// Polls until `found` says so of an input; returns everything up to then.
    pub(crate) fn inputs_until(
        &mut self,
        found: impl Fn(&BackendEvent) -> bool,
    ) -> Vec<BackendEvent> {
        let mut inputs = Vec::new();
        self.until(|engine| {
            engine.backend.poll(&mut |input| inputs.push(input));
            inputs.iter().any(&found)
        });
        inputs
    }

    pub(crate) fn until_joined(&mut self) -> ClientId {
        let inputs = self.inputs_until(|input| matches!(input, BackendEvent::Joined { .. }));
        inputs
            .iter()
            .find_map(|input| match input {
                BackendEvent::Joined { client, .. } => Some(*client),
                _ => None,
            })
            .unwrap()
    }

    pub(crate) fn until_left(&mut self) -> Vec<BackendEvent> {
        self.inputs_until(|input| matches!(input, BackendEvent::Left { .. }))
    }
}

/// What a client shows after an update.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Picture {
    /// Exactly the frame's pixels, as the server says.
    pub(crate) exact: bool,
    pub(crate) update: u32,
    pub(crate) ratio: f64,
    pub(crate) input: Option<f64>,
    pub(crate) drawn: f64,
    pub(crate) sequence: u64,
    /// Tiles in this update.
    pub(crate) tiles: usize,
    /// Messages of this update.
    pub(crate) parts: usize,
    pub(crate) pixels: image::RgbImage,
}

impl Picture {
    /// Whether every pixel is about `color`.
    pub(crate) fn is(&self, color: [u8; 3]) -> bool {
        self.pixels
            .pixels()
            .all(|pixel| pixel.0.iter().zip(color).all(|(got, want)| got.abs_diff(want) <= 6))
    }

    /// Whether every pixel is exactly that of `frame`.
    pub(crate) fn shows(&self, frame: &Frame) -> bool {
        self.pixels.dimensions() == (frame.width(), frame.height())
            && self.pixels.pixels().zip(frame.pixels()).all(|(got, want)| got.0 == want[..3])
    }
}

/// Draws updates as `PROTOCOL.md` of `framecast-stream` says.
#[derive(Debug, Default)]
pub(crate) struct Screen {
    pixels: image::RgbImage,
    parts: u16,
    tiles: usize,
}

impl Screen {
    /// Draws one message; a picture once the update is complete.
    pub(crate) fn draw(&mut self, bytes: &[u8]) -> Option<Picture> {
        let u16_at = |at: usize| u16::from_le_bytes(bytes[at..at + 2].try_into().unwrap());
        let u32_at = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
        let f64_at = |at: usize| f64::from_le_bytes(bytes[at..at + 8].try_into().unwrap());
        assert_eq!(bytes[0], 2, "a part of an update");
        let head = usize::from(u16_at(2));
        assert_eq!(head, 88);
        assert_eq!(u16_at(8), self.parts, "parts come in order");
        let (n, tile_width, tile_height) =
            (u16_at(12), u32::from(u16_at(14)), u32::from(u16_at(16)));
        let (width, height) = (u32_at(20), u32_at(24));
        let tiles: Vec<u32> = (0..usize::from(n)).map(|i| u16_at(head + 2 * i).into()).collect();
        assert!(tiles.is_sorted_by(|a, b| a < b) && (1..=256).contains(&n), "{tiles:?}");
        let format = match bytes[1] {
            1 => image::ImageFormat::Jpeg,
            2 => image::ImageFormat::Png,
            other => panic!("encoding {other}"),
        };
        let encoded = &bytes[head + 2 * tiles.len()..];
        let picture = image::load_from_memory_with_format(encoded, format).unwrap().into_rgb8();
        assert_eq!(picture.dimensions(), (tile_width, tile_height * u32::from(n)));
        let columns = width.div_ceil(tile_width);
        if self.pixels.dimensions() != (width, height) {
            self.pixels = image::RgbImage::new(width, height);
        }
        for (tile, from) in tiles.iter().zip(0..) {
            let (left, top) = (tile % columns * tile_width, tile / columns * tile_height);
            for y in 0..tile_height.min(height - top) {
                for x in 0..tile_width.min(width - left) {
                    let pixel = *picture.get_pixel(x, from * tile_height + y);
                    self.pixels.put_pixel(left + x, top + y, pixel);
                }
            }
        }
        self.parts += 1;
        self.tiles += tiles.len();
        if bytes[10] & 1 == 0 {
            assert_eq!(bytes[10], 0);
            return None;
        }
        Some(Picture {
            exact: bytes[10] & 2 != 0,
            update: u32_at(4),
            ratio: f64_at(32),
            sequence: u64::from_le_bytes(bytes[40..48].try_into().unwrap()),
            input: Some(f64_at(48)).filter(|input| !input.is_nan()),
            drawn: f64_at(56),
            tiles: std::mem::take(&mut self.tiles),
            parts: std::mem::take(&mut self.parts).into(),
            pixels: self.pixels.clone(),
        })
    }
}

/// What a client hears.
#[derive(Debug)]
pub(crate) enum Heard {
    Text(Value),
    Picture(Picture),
    /// A close frame; `None`: the connection ended without.
    Closed(Option<CloseCode>),
}

/// A program that speaks the protocol.
pub(crate) struct Client<S = TcpStream> {
    pub(crate) socket: WebSocket<S>,
    screen: Screen,
}

pub(crate) fn tcp(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_write_timeout(Some(PATIENCE)).unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}

impl Client {
    /// A connection that said nothing yet.
    pub(crate) fn connect(address: SocketAddr, path: &str) -> Self {
        Self::connect_with(address, path, &[])
    }

    pub(crate) fn connect_with(
        address: SocketAddr,
        path: &str,
        more: &[(&'static str, &str)],
    ) -> Self {
        let mut request = format!("ws://{address}{path}").into_client_request().unwrap();
        let headers = request.headers_mut();
        headers.insert("sec-websocket-protocol", "framecast.v1".parse().unwrap());
        headers.insert("origin", format!("http://{address}").parse().unwrap());
        for (name, value) in more {
            headers.insert(*name, value.parse().unwrap());
        }
        let (socket, response) = client(request, tcp(address)).unwrap();
        assert_eq!(response.headers()["sec-websocket-protocol"], "framecast.v1");
        Self::on(socket)
    }

    /// A client that said hello at `/`, and heard everything but pictures.
    pub(crate) fn join(server: &HttpServer) -> Self {
        Self::join_as(server, true)
    }

    pub(crate) fn join_as(server: &HttpServer, visible: bool) -> Self {
        let mut client = Self::connect(server.local_addr(), "/");
        client.hello(visible);
        client.hear_text("control");
        client
    }
}

impl<S: Read + Write> Client<S> {
    /// A connection whose handshake is done.
    pub(crate) fn on(socket: WebSocket<S>) -> Self {
        Self { socket, screen: Screen::default() }
    }

    pub(crate) fn hello(&mut self, visible: bool) {
        self.say(&json!({
            "type": "hello", "width": 640.5, "height": 480, "ratio": 2, "visible": visible
        }));
    }

    pub(crate) fn say(&mut self, message: &Value) {
        self.say_text(&message.to_string());
    }

    pub(crate) fn say_text(&mut self, text: &str) {
        self.socket.send(Message::text(text)).unwrap();
    }

    pub(crate) fn ack(&mut self, update: u32) {
        self.say(&json!({"type": "ack", "update": update}));
    }

    pub(crate) fn hear(&mut self) -> Heard {
        let start = Instant::now();
        loop {
            // Pings come for ever.
            assert!(start.elapsed() < PATIENCE, "nothing came for too long");
            return match self.socket.read() {
                Ok(Message::Text(text)) => Heard::Text(serde_json::from_str(&text).unwrap()),
                Ok(Message::Binary(bytes)) => match self.screen.draw(&bytes) {
                    Some(picture) => Heard::Picture(picture),
                    None => continue,
                },
                Ok(Message::Close(frame)) => Heard::Closed(frame.map(|frame| frame.code)),
                Ok(_) => continue,
                Err(async_tungstenite::tungstenite::Error::Io(error))
                    if error.kind() == std::io::ErrorKind::WouldBlock =>
                {
                    panic!("nothing came for too long");
                }
                Err(_) => Heard::Closed(None),
            };
        }
    }

    /// The next picture; texts before it are skipped.
    pub(crate) fn picture(&mut self) -> Picture {
        loop {
            match self.hear() {
                Heard::Picture(picture) => return picture,
                Heard::Text(_) => {}
                Heard::Closed(code) => panic!("closed: {code:?}"),
            }
        }
    }

    /// Acknowledges pictures until one is exact, which it returns.
    pub(crate) fn until_exact(&mut self) -> Picture {
        loop {
            let picture = self.picture();
            self.ack(picture.update);
            if picture.exact {
                return picture;
            }
        }
    }

    /// The next text, which must be of this type.
    pub(crate) fn hear_text(&mut self, name: &str) -> Value {
        loop {
            match self.hear() {
                Heard::Text(text) if text["type"] == name => return text,
                Heard::Text(_) => {}
                other => panic!("{other:?} instead of {name}"),
            }
        }
    }

    /// Waits for the end, and returns its close code.
    pub(crate) fn until_closed(&mut self) -> Option<CloseCode> {
        loop {
            if let Heard::Closed(code) = self.hear() {
                return code;
            }
        }
    }

    /// Everything that came before the answer to a ping sent now.
    pub(crate) fn heard_until_pong(&mut self) -> Vec<Heard> {
        self.say(&json!({"type": "ping", "id": 0.5}));
        let mut heard = Vec::new();
        loop {
            match self.hear() {
                Heard::Text(text) if text["type"] == "pong" => return heard,
                closed @ Heard::Closed(_) => panic!("{closed:?}"),
                other => heard.push(other),
            }
        }
    }
}

/// Sends `bytes` and reads until the server closes.
pub(crate) fn exchange(address: SocketAddr, bytes: &[u8]) -> String {
    exchange_on(tcp(address), bytes)
}

/// As [`exchange`]; what came before an error of the connection is the answer.
pub(crate) fn exchange_on(mut stream: TcpStream, bytes: &[u8]) -> String {
    let mut answer = Vec::new();
    if stream.write_all(bytes).is_ok() {
        let _ = stream.read_to_end(&mut answer);
    }
    String::from_utf8_lossy(&answer).into_owned()
}

/// The head and the bytes of the answer to a GET of `path` with further header lines.
pub(crate) fn fetch(address: SocketAddr, path: &str, headers: &str) -> (String, Vec<u8>) {
    let mut stream = tcp(address);
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\n{headers}\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
    let body = answer.split_off(end);
    (String::from_utf8(answer).unwrap(), body)
}

/// A GET of `path` with further header lines.
pub(crate) fn get(address: SocketAddr, path: &str, headers: &str) -> String {
    request(address, "GET", path, headers)
}

pub(crate) fn request(address: SocketAddr, method: &str, path: &str, headers: &str) -> String {
    exchange(
        address,
        format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\n{headers}\r\n").as_bytes(),
    )
}

/// The status of an answer.
pub(crate) fn status(answer: &str) -> u16 {
    answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0)
}

/// What follows the head; the head has the date.
pub(crate) fn body(answer: &str) -> &str {
    answer.split_once("\r\n\r\n").unwrap().1
}
