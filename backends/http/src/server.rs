//! The only file with sockets: listening, accepting, and handing byte streams to the two wings.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::panic::AssertUnwindSafe;
use std::rc::Rc;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use async_tungstenite::tungstenite::handshake::server::write_response;
use bytes::Bytes;
use framecast_api::{Error, Result, Role, ViewLink};
use http::{Request, Response, StatusCode};
use http_types::Method;
use smol::channel::{Receiver, Sender};
use smol::future::FutureExt;
use smol::io::{AsyncReadExt, AsyncWriteExt};
use smol::net::{TcpListener, TcpStream};
use smol::{Async, LocalExecutor, Timer};

use crate::front::access::{self, Allowed, Ends, UNAUTHORIZED};
use crate::front::answer::{Refusal, secure};
use crate::front::head::{HeadReader, Progress};
use crate::front::links::{Grant, Keyring, Link, Token};
use crate::front::routes::{self, Route, route};
use crate::front::strangers::Strangers;
use crate::front::{adapter, linger};
use crate::stream::canvas::Canvas;
use crate::stream::client::{self, Doorkeeper, Refused};
use crate::stream::protocol::Dialect;
use crate::{HttpBackend, Limits, ServerConfig};

const READ_BUFFER: usize = 2 * 1024;
const LONGEST_NAME: usize = 64;
/// Bytes of a client's messages that the kernel may hold unsent.
#[cfg(any(target_os = "linux", target_os = "android"))]
const UNSENT: u32 = 32 * 1024;
/// Pauses after an error to accept: the process may be out of files for a while.
const PAUSES: (Duration, Duration) = (Duration::from_millis(10), Duration::from_secs(1));

const BUSY: Refusal =
    Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "Too many connections; try again later.\n");
const TOO_SLOW: Refusal =
    Refusal::new(StatusCode::REQUEST_TIMEOUT, "The request took too long to arrive.\n");
const GONE: Refusal = Refusal::new(StatusCode::NOT_FOUND, "There is nothing here.\n");

/// Listens on one address and serves any number of canvases.
///
/// A handle: clones are the same server. It runs on a thread of its own, "framecast-http", until
/// the last handle and the last of its backends are dropped; that drop waits for the thread, which
/// says goodbye to its clients for at most [`Limits::farewell`].
#[derive(Debug, Clone)]
pub struct HttpServer {
    running: Arc<Running>,
}

/// What handles and backends keep alive.
#[derive(Debug)]
pub(crate) struct Running {
    shared: Arc<Shared>,
    /// Closed to end the thread; nothing is ever sent.
    stop: Sender<Infallible>,
    /// Present until dropped.
    thread: Option<JoinHandle<()>>,
}

/// What the thread and the handles share.
#[derive(Debug)]
struct Shared {
    address: SocketAddr,
    /// What stands in links in the place of "any address".
    outward: Option<IpAddr>,
    limits: Limits,
    allowed: Allowed,
    frame_ancestors: Vec<String>,
    keyring: Mutex<Keyring>,
    /// By name; the one at `/` is "".
    canvases: Mutex<BTreeMap<String, Arc<Canvas>>>,
}

impl HttpServer {
    /// Listens on `address`; port 0 takes any free one. Connections are answered from now on.
    ///
    /// There are two links, "drive" and "watch"; see [`links`](Self::links).
    ///
    /// # Errors
    /// "Failed", with the address and what to do, if it cannot be listened on.
    pub fn bind(address: SocketAddr) -> Result<Self> {
        Self::bind_with(address, ServerConfig::default())
    }

    /// As [`bind`](Self::bind), otherwise than by default.
    ///
    /// # Errors
    /// As [`bind`](Self::bind); "invalid input" if the configuration makes no sense, such as
    /// `no_auth` on an address that others can reach.
    pub fn bind_with(address: SocketAddr, config: impl Into<ServerConfig>) -> Result<Self> {
        let config = config.into();
        config.check()?;
        if config.no_auth && !address.ip().to_canonical().is_loopback() {
            return Err(Error::invalid_input(format!(
                "others can reach {address}, and nothing would keep them from driving; drop \
                 --no-auth, or listen on 127.0.0.1"
            )));
        }
        let mut keyring = Keyring::new(config.no_auth);
        for link in config.links.iter().filter(|_| !config.no_auth) {
            keyring.add(link.clone(), Instant::now())?;
        }
        let listen = || {
            let listener = std::net::TcpListener::bind(address)?;
            let address = listener.local_addr()?;
            Ok((TcpListener::from(Async::new(listener)?), address))
        };
        let (listener, address) = listen().map_err(|error| cannot_listen(address, error))?;
        let shared = Arc::new(Shared {
            address,
            outward: outward(address.ip()),
            allowed: Allowed::new(&config),
            limits: config.limits.within_reason(),
            frame_ancestors: config.frame_ancestors,
            keyring: Mutex::new(keyring),
            canvases: Mutex::default(),
        });
        let (stop, stopped) = smol::channel::bounded(1);
        let thread = std::thread::Builder::new()
            .name("framecast-http".into())
            .spawn({
                let shared = Arc::clone(&shared);
                move || run(listener, shared, &stopped)
            })
            .map_err(|error| {
                Error::failed(format!("cannot start a thread that serves {address}: {error}"))
                    .with_source(error)
            })?;
        Ok(Self { running: Arc::new(Running { shared, stop, thread: Some(thread) }) })
    }

    /// Where it listens; the port is never 0.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.running.shared.address
    }

    /// Makes one more link, for all canvases of this server; its secret goes into the fragment of
    /// their addresses: `http://HOST:PORT/#token=SECRET`.
    ///
    /// # Errors
    /// "Invalid input" if the name is taken or is not 1 to 32 of `a-z A-Z 0-9 - _`, or there are
    /// [`Limits::LINKS`] already.
    pub fn add_link(&self, link: Link) -> Result<Token> {
        self.running.shared.keyring().add(link, Instant::now())
    }

    /// Makes a link useless, and ends the connections of whoever came by it; whether there was one.
    #[expect(clippy::must_use_candidate, reason = "it is done whether anybody asks or not")]
    pub fn revoke(&self, name: &str) -> bool {
        self.running.shared.keyring().revoke(name)
    }

    /// The links to the canvas `name` that are valid; the first is for its owner.
    #[must_use]
    pub fn links(&self, name: Option<&str>) -> Vec<ViewLink> {
        self.running.links(name.unwrap_or_default())
    }

    /// A backend for one more canvas: at `/`, or at `/NAME/`. It answers once it is opened.
    ///
    /// # Errors
    /// "Invalid input" if the name is taken or is not 1 to 64 of `a-z A-Z 0-9 - _`.
    pub fn canvas(&self, name: Option<&str>) -> Result<HttpBackend> {
        if let Some(name) = name {
            let fine = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
            if name.is_empty() || name.len() > LONGEST_NAME || !name.bytes().all(fine) {
                return Err(Error::invalid_input(format!(
                    "a canvas cannot be called {name:?}; possible are 1 to {LONGEST_NAME} \
                     letters, digits, - and _"
                )));
            }
            if routes::is_taken(name) {
                return Err(Error::invalid_input(format!(
                    "a canvas cannot be called {name:?}: the page has a file at that path"
                )));
            }
        }
        let name = name.unwrap_or_default();
        let shared = &self.running.shared;
        let mut canvases = shared.canvases();
        if canvases.contains_key(name) {
            return Err(Error::invalid_input(format!(
                "there is a canvas at {}{name} already",
                shared.url("")
            )));
        }
        let canvas = Arc::new(Canvas::new(shared.limits.still_after));
        canvases.insert(name.to_owned(), Arc::clone(&canvas));
        drop(canvases);
        Ok(HttpBackend::new(Arc::clone(&self.running), name.to_owned(), canvas))
    }
}

impl Running {
    /// Where a browser on this machine finds the canvas `name`.
    pub(crate) fn url(&self, name: &str) -> String {
        self.shared.url(name)
    }

    /// The ways to the canvas `name`.
    pub(crate) fn links(&self, name: &str) -> Vec<ViewLink> {
        let (url, keyring) = (self.url(name), self.shared.keyring());
        if keyring.is_open() {
            return vec![ViewLink::new("open", Role::Drive, url)];
        }
        let link = |(name, role, token): (&str, Role, &Token)| {
            ViewLink::new(name, role, format!("{url}#token={token}"))
        };
        keyring.links(Instant::now()).map(link).collect()
    }

    /// The name is free again. Does nothing if it has a new canvas already.
    pub(crate) fn remove(&self, name: &str, canvas: &Arc<Canvas>) {
        let mut canvases = self.shared.canvases();
        if canvases.get(name).is_some_and(|found| Arc::ptr_eq(found, canvas)) {
            canvases.remove(name);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.close();
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != std::thread::current().id()
        {
            // It panicked only if there is nothing left to wait for.
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn canvases(&self) -> MutexGuard<'_, BTreeMap<String, Arc<Canvas>>> {
        self.canvases.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keyring(&self) -> MutexGuard<'_, Keyring> {
        self.keyring.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn admit(&self, token: Option<&str>) -> Option<Grant> {
        self.keyring().admit(token, Instant::now())
    }

    /// The canvas called `name`, if it was opened.
    fn open_canvas(&self, name: &str) -> Option<Arc<Canvas>> {
        self.canvases().get(name).filter(|canvas| canvas.is_open()).cloned()
    }

    fn url(&self, name: &str) -> String {
        let mut address = self.address;
        if address.ip().is_unspecified() {
            address.set_ip(self.outward.unwrap_or(match address.ip() {
                IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
                IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
            }));
        }
        let slash = if name.is_empty() { "" } else { "/" };
        format!("http://{address}/{name}{slash}")
    }
}

/// The address by which others probably reach this machine, if `listening` means all of them: the
/// one that a packet to a far-away place would come from. Nothing is sent.
fn outward(listening: IpAddr) -> Option<IpAddr> {
    // Addresses that are set aside for examples (RFC 5737, RFC 3849); any port.
    let far: SocketAddr = match listening {
        IpAddr::V4(_) => (Ipv4Addr::new(192, 0, 2, 1), 9).into(),
        IpAddr::V6(_) => (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1), 9).into(),
    };
    if !listening.is_unspecified() {
        return None;
    }
    let socket = std::net::UdpSocket::bind((listening, 0)).ok()?;
    socket.connect(far).ok()?;
    socket.local_addr().ok().map(|address| address.ip()).filter(|ip| !ip.is_unspecified())
}

fn cannot_listen(address: SocketAddr, error: io::Error) -> Error {
    let hint = match error.kind() {
        io::ErrorKind::AddrInUse => {
            "another program listens there; choose another port with --listen, or port 0 for any \
             free one"
        }
        io::ErrorKind::PermissionDenied => {
            "ports below 1024 need special rights; choose another with --listen, or port 0 for \
             any free one"
        }
        io::ErrorKind::AddrNotAvailable => {
            "this machine does not have that address; try --listen 127.0.0.1:0"
        }
        _ => "try --listen 127.0.0.1:0",
    };
    Error::failed(format!("cannot listen on {address}: {error} ({hint})")).with_source(error)
}

/// What all connections share, in the server's thread.
struct Server {
    shared: Arc<Shared>,
    /// Closed when the server is to end.
    stopped: Receiver<Infallible>,
    /// One more reference for each client.
    clients: Rc<()>,
}

/// All connections. A dropped sender ends its connection.
type Crowd = RefCell<Strangers<Sender<Infallible>>>;

/// A connection's place in the crowd, given up also when the task panics.
struct Place {
    crowd: Rc<Crowd>,
    address: IpAddr,
    /// `None`: there are too many.
    number: Option<u64>,
    /// Fails when the connection is to make room for another.
    end: Receiver<Infallible>,
    /// It has shown its role: it is not ended for another any more.
    known: Cell<bool>,
}

impl Place {
    fn new(crowd: Rc<Crowd>, address: IpAddr) -> Self {
        let (sender, end) = smol::channel::bounded(1);
        let number = crowd.borrow_mut().enter(address, sender, Instant::now()).ok();
        Self { crowd, address, number, end, known: Cell::new(false) }
    }

    fn change(&self, change: impl FnOnce(&mut Strangers<Sender<Infallible>>, u64)) {
        if let Some(number) = self.number {
            change(&mut self.crowd.borrow_mut(), number);
        }
    }

    fn is_known(&self) {
        self.known.set(true);
        self.change(Strangers::leave);
    }

    async fn ended<T>(&self) -> io::Result<T> {
        until_closed(&self.end).await;
        if self.known.get() || self.number.is_none() {
            smol::future::pending::<()>().await;
        }
        Err(io::ErrorKind::ConnectionAborted.into())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.change(Strangers::leave);
        self.crowd.borrow_mut().closed(self.address);
    }
}

/// Lets WebSocket clients in: looks at their tokens, and how many there are.
struct Door<'a> {
    server: &'a Server,
    place: &'a Place,
    /// What it has shown with its request.
    grant: Option<Grant>,
    client: RefCell<Option<Rc<()>>>,
}

impl Doorkeeper for Door<'_> {
    fn admit(&self, token: Option<&str>) -> std::result::Result<Grant, Refused> {
        let shown = || self.server.shared.admit(token);
        let grant = self.grant.clone().or_else(shown).ok_or(Refused::NoLink)?;
        let client = Rc::clone(&self.server.clients);
        // One is the server's.
        if Rc::strong_count(&client) - 1 > self.server.shared.limits.clients {
            return Err(Refused::Full);
        }
        self.client.replace(Some(client));
        self.place.is_known();
        Ok(grant)
    }
}

fn run(listener: TcpListener, shared: Arc<Shared>, stopped: &Receiver<Infallible>) {
    let executor = Rc::new(LocalExecutor::new());
    let farewell = shared.limits.farewell;
    let server = Rc::new(Server { shared, stopped: stopped.clone(), clients: Rc::new(()) });
    // Every connection holds a sender: `gone` fails once they are all over.
    let (connected, gone) = smol::channel::bounded::<Infallible>(1);
    let accepting = accept(listener, server, Rc::clone(&executor), connected);
    let main = async {
        accepting.or(until_closed(stopped)).await;
        let timeout = async {
            Timer::after(farewell).await;
        };
        until_closed(&gone).or(timeout).await;
    };
    smol::block_on(executor.run(main));
}

async fn until_closed(channel: &Receiver<Infallible>) {
    // Nothing is ever sent.
    let _ = channel.recv().await;
}

async fn accept(
    listener: TcpListener,
    server: Rc<Server>,
    executor: Rc<LocalExecutor<'static>>,
    connected: Sender<Infallible>,
) {
    let limits = &server.shared.limits;
    let crowd = Rc::new(RefCell::new(Strangers::new(limits)));
    let mut pause = Duration::ZERO;
    loop {
        let Ok((mut stream, peer)) = listener.accept().await else {
            pause = longer(pause);
            Timer::after(pause).await;
            continue;
        };
        pause = Duration::ZERO;
        let (server, token) = (Rc::clone(&server), connected.clone());
        let place = Place::new(Rc::clone(&crowd), peer.ip());
        if place.number.is_none() && crowd.borrow().overflows() {
            continue; // Not even an answer: each would take a place for a while.
        }
        let connection = async move {
            // A broken connection is the client's affair.
            let _ = if place.number.is_none() {
                let late = Instant::now() + server.shared.limits.farewell;
                answer(&mut stream, BUSY.into(), Method::Get, &server).or(after(late)).await
            } else {
                connection(stream, peer, &place, &server).or(place.ended()).await
            };
        };
        let guarded = async move {
            // A panic ends this connection and no other; the hook has reported it.
            let _ = AssertUnwindSafe(connection).catch_unwind().await;
            drop(token);
        };
        executor.spawn(guarded).detach();
        // Whoever has spoken already is heard before the next may take its place.
        smol::future::yield_now().await;
    }
}

fn longer(pause: Duration) -> Duration {
    (pause * 2).clamp(PAUSES.0, PAUSES.1)
}

async fn after<T>(at: Instant) -> io::Result<T> {
    Timer::at(at).await;
    Err(io::ErrorKind::TimedOut.into())
}

async fn connection(
    mut stream: TcpStream,
    peer: SocketAddr,
    place: &Place,
    server: &Server,
) -> io::Result<()> {
    let limits = &server.shared.limits;
    let accepted = Instant::now();
    // Pictures and answers to input are wanted now, not when there is more of them.
    stream.set_nodelay(true)?;
    let ends = Ends { local: stream.local_addr()?.ip(), peer: peer.ip() };

    let stopped = async {
        until_closed(&server.stopped).await;
        Err(io::ErrorKind::ConnectionAborted.into())
    };
    let spoke = || place.change(Strangers::spoke);
    let head = read_head(&mut stream, accepted + limits.head_time, spoke).or(stopped).await?;
    place.change(Strangers::heard);
    let late = accepted + limits.request_time;
    let (reply, method, early) = match head {
        Ok((request, early)) => {
            let method =
                if request.method() == http::Method::HEAD { Method::Head } else { Method::Get };
            (reply(&request, ends, &server.shared).await, method, early)
        }
        Err(refusal) => (Err(refusal), Method::Get, Vec::new()),
    };
    let (canvas, dialect, response, grant) = match reply {
        Ok(Reply::Upgrade { canvas, dialect, response, grant }) => {
            (canvas, dialect, response, grant)
        }
        Ok(Reply::Answer(response, method)) => {
            return answer(&mut stream, response, method, server).or(after(late)).await;
        }
        Err(refusal) => {
            let answer = answer(&mut stream, refusal.into(), method, server);
            return answer.or(after(late)).await;
        }
    };
    shake_hands(&mut stream, response, server).or(after(late)).await?;
    keep_little_unsent(&stream);
    let door = Door { server, place, grant, client: RefCell::default() };
    client::serve(stream, early, canvas, dialect, peer.to_string(), limits, &door).await;
    Ok(())
}

/// What waits in the kernel grows old there and cannot be replaced by something newer. The buffer
/// may hold what is on its way (bandwidth × delay), but little that was not sent yet.
fn keep_little_unsent(stream: &TcpStream) {
    // Without it pictures are only older on a slow connection.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    let _ = socket2::SockRef::from(stream).set_tcp_notsent_lowat(UNSENT);
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    let _ = stream;
}

type Head = std::result::Result<(Request<()>, Vec<u8>), Refusal>;

/// Reads a request head; `spoke` is told of every part. An error: there is nobody to answer.
async fn read_head(stream: &mut TcpStream, until: Instant, spoke: impl Fn()) -> io::Result<Head> {
    let mut reader = HeadReader::default();
    let mut buffer = [0; READ_BUFFER];
    loop {
        let length = match stream.read(&mut buffer).or(after(until)).await {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(length) => length,
            // Browsers open connections in advance: closing those is no error.
            Err(error) if error.kind() == io::ErrorKind::TimedOut && !reader.is_empty() => {
                return Ok(Err(TOO_SLOW));
            }
            Err(error) => return Err(error),
        };
        match reader.push(&buffer[..length]) {
            Ok(Progress::More) => spoke(),
            Ok(Progress::Done { request, rest }) => return Ok(Ok((*request, rest))),
            Err(refusal) => return Ok(Err(refusal)),
        }
    }
}

/// What happens to a request that may be served.
enum Reply {
    Answer(Response<Bytes>, Method),
    /// Without a grant it has to show its link in its first message.
    Upgrade {
        canvas: Arc<Canvas>,
        dialect: Dialect,
        response: Response<()>,
        grant: Option<Grant>,
    },
}

/// Decides about an accepted head.
async fn reply(
    request: &Request<()>,
    ends: Ends,
    shared: &Shared,
) -> std::result::Result<Reply, Refusal> {
    access::check(request, ends, &shared.allowed)?;
    let bearer = access::bearer(request)?;
    let granted = match bearer {
        Some(token) => Some(shared.admit(Some(token)).ok_or(UNAUTHORIZED)?),
        None => shared.admit(None),
    };
    let response = match route(request, &|name| shared.open_canvas(name).is_some()) {
        Route::Answer(response) => response,
        Route::Stats { canvas, format } => {
            granted.ok_or(UNAUTHORIZED)?;
            let found = shared.open_canvas(&canvas).ok_or(GONE)?;
            routes::stats(&found.stats(&canvas), format)
        }
        Route::Upgrade { canvas, dialect, response } => {
            let grant = match (granted, dialect) {
                (Some(grant), _) => {
                    if bearer.is_none() {
                        access::check_open_upgrade(request, ends)?;
                    }
                    Some(grant)
                }
                // It says so in its first message.
                (None, Dialect::Tiles) if access::has_origin(request) => None,
                // It has no message for that. An address is seen by others, so it may only watch.
                (None, Dialect::Whole) => {
                    let grant = shared.admit(access::query_token(request)).ok_or(UNAUTHORIZED)?;
                    if grant.role != Role::Watch {
                        return Err(UNAUTHORIZED);
                    }
                    Some(grant)
                }
                (None, Dialect::Tiles) => return Err(UNAUTHORIZED),
            };
            // It may have been closed just now.
            let canvas = shared.open_canvas(&canvas).ok_or(GONE)?;
            return Ok(Reply::Upgrade { canvas, dialect, response, grant });
        }
    };
    // Whether async-h1 knows a method that is refused anyway does not matter.
    let method = match *request.method() {
        http::Method::GET | http::Method::HEAD => adapter::read(request).await?.method(),
        _ => Method::Get,
    };
    Ok(Reply::Answer(response, method))
}

async fn answer(
    stream: &mut TcpStream,
    mut response: Response<Bytes>,
    method: Method,
    server: &Server,
) -> io::Result<()> {
    secure(&mut response, &server.shared.frame_ancestors);
    adapter::write(response, method, &mut *stream).await?;
    linger(stream).await;
    Ok(())
}

async fn shake_hands(
    stream: &mut TcpStream,
    mut response: Response<()>,
    server: &Server,
) -> io::Result<()> {
    secure(&mut response, &server.shared.frame_ancestors);
    let mut bytes = Vec::new();
    write_response(&mut bytes, &response).map_err(io::Error::other)?;
    stream.write_all(&bytes).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_second() {
        let mut pause = Duration::ZERO;
        for milliseconds in [10, 20, 40, 80, 160, 320, 640, 1000, 1000] {
            pause = longer(pause);
            assert_eq!(pause, Duration::from_millis(milliseconds));
        }
    }

    #[test]
    fn an_error_to_listen_names_the_address_and_what_to_do() {
        let address = "127.0.0.1:80".parse().unwrap();
        for (kind, hint) in [
            (io::ErrorKind::AddrInUse, "another program listens there"),
            (io::ErrorKind::PermissionDenied, "below 1024"),
            (io::ErrorKind::AddrNotAvailable, "does not have that address"),
            (io::ErrorKind::Other, "try --listen"),
        ] {
            let text = cannot_listen(address, kind.into()).to_string();
            assert!(text.starts_with("cannot listen on 127.0.0.1:80: "), "{text}");
            assert!(text.contains(hint) && text.contains("--listen"), "{text}");
        }
    }

    #[test]
    fn a_link_leads_to_this_machine() {
        for (address, link) in [
            ("127.0.0.1:5", "http://127.0.0.1:5/a/"),
            ("0.0.0.0:5", "http://127.0.0.1:5/a/"),
            ("[::]:5", "http://[::1]:5/a/"),
            ("192.168.7.7:5", "http://192.168.7.7:5/a/"),
        ] {
            let address = address.parse().unwrap();
            let shared = Shared {
                address,
                outward: None,
                limits: Limits::DEFAULT,
                allowed: Allowed::default(),
                frame_ancestors: Vec::new(),
                keyring: Mutex::new(Keyring::new(true)),
                canvases: Mutex::default(),
            };
            assert_eq!(shared.url("a"), link);
            assert_eq!(shared.url(""), link.trim_end_matches("a/"));
        }
    }
}
