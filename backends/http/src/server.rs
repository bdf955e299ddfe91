//! The only file with sockets: listening, accepting, and handing byte streams to the two wings.

use std::cell::RefCell;
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
use framecast_api::{Error, Result};
use http::{Request, Response, StatusCode};
use http_types::Method;
use smol::channel::{Receiver, Sender};
use smol::future::FutureExt;
use smol::io::{AsyncReadExt, AsyncWriteExt};
use smol::net::{TcpListener, TcpStream};
use smol::{Async, LocalExecutor, Timer};

use crate::front::access::{self, Ends};
use crate::front::answer::{Refusal, secure};
use crate::front::head::{HeadReader, Progress};
use crate::front::routes::{self, Route, route};
use crate::front::waiting::Waiting;
use crate::front::{adapter, linger};
use crate::stream::canvas::Canvas;
use crate::stream::client;
use crate::stream::protocol::Dialect;
use crate::{HttpBackend, Limits};

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
    limits: Limits,
    /// By name; the one at `/` is "".
    canvases: Mutex<BTreeMap<String, Arc<Canvas>>>,
}

impl HttpServer {
    /// Listens on `address`; port 0 takes any free one. Connections are answered from now on.
    ///
    /// # Errors
    /// "Failed", with the address and what to do, if it cannot be listened on.
    pub fn bind(address: SocketAddr) -> Result<Self> {
        Self::bind_with(address, Limits::DEFAULT)
    }

    /// As [`bind`](Self::bind), with other limits.
    ///
    /// # Errors
    /// As [`bind`](Self::bind).
    pub fn bind_with(address: SocketAddr, limits: Limits) -> Result<Self> {
        let listen = || {
            let listener = std::net::TcpListener::bind(address)?;
            let address = listener.local_addr()?;
            Ok((TcpListener::from(Async::new(listener)?), address))
        };
        let (listener, address) = listen().map_err(|error| cannot_listen(address, error))?;
        let limits = limits.within_reason();
        let shared = Arc::new(Shared { address, limits, canvases: Mutex::default() });
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

    /// The canvas called `name`, if it was opened.
    fn open_canvas(&self, name: &str) -> Option<Arc<Canvas>> {
        self.canvases().get(name).filter(|canvas| canvas.is_open()).cloned()
    }

    fn url(&self, name: &str) -> String {
        let mut address = self.address;
        if address.ip().is_unspecified() {
            address.set_ip(match address.ip() {
                IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
                IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
            });
        }
        let slash = if name.is_empty() { "" } else { "/" };
        format!("http://{address}/{name}{slash}")
    }
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

/// The unfinished handshakes. A dropped sender ends its connection.
type Handshakes = RefCell<Waiting<Sender<Infallible>>>;

/// A connection's place among the unfinished handshakes, given up also when the task panics.
struct Place {
    handshakes: Rc<Handshakes>,
    number: u64,
    /// Fails when the connection is to make room for another.
    end: Receiver<Infallible>,
}

impl Place {
    fn new(handshakes: Rc<Handshakes>) -> Self {
        let (sender, end) = smol::channel::bounded(1);
        let number = handshakes.borrow_mut().enter(sender, Instant::now());
        Self { handshakes, number, end }
    }

    fn spoke(&self) {
        self.handshakes.borrow_mut().spoke(self.number);
    }

    async fn ended<T>(&self) -> io::Result<T> {
        until_closed(&self.end).await;
        Err(io::ErrorKind::ConnectionAborted.into())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.handshakes.borrow_mut().leave(self.number);
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
    let handshakes = Rc::new(RefCell::new(Waiting::new(limits.handshakes)));
    let mut pause = Duration::ZERO;
    loop {
        let Ok((mut stream, peer)) = listener.accept().await else {
            pause = longer(pause);
            Timer::after(pause).await;
            continue;
        };
        pause = Duration::ZERO;
        // One is ours.
        let full = connected.sender_count() > limits.connections;
        let (server, token) = (Rc::clone(&server), connected.clone());
        let place = Place::new(Rc::clone(&handshakes));
        let connection = async move {
            // A broken connection is the client's affair.
            let _ = if full {
                let late = Instant::now() + server.shared.limits.farewell;
                let busy = answer(&mut stream, BUSY.into(), Method::Get);
                busy.or(after(late)).or(place.ended()).await
            } else {
                connection(stream, peer, place, &server).await
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
    place: Place,
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
    let head = read_head(&mut stream, accepted + limits.head_time, || place.spoke());
    let head = head.or(stopped).or(place.ended()).await?;
    drop(place);
    let late = accepted + limits.request_time;
    let (reply, method, early) = match head {
        Ok((request, early)) => {
            let method =
                if request.method() == http::Method::HEAD { Method::Head } else { Method::Get };
            (reply(&request, ends, &server.shared).await, method, early)
        }
        Err(refusal) => (Err(refusal), Method::Get, Vec::new()),
    };
    let (canvas, dialect, response) = match reply {
        Ok(Reply::Upgrade(canvas, dialect, response)) => (canvas, dialect, response),
        Ok(Reply::Answer(response, method)) => {
            return answer(&mut stream, response, method).or(after(late)).await;
        }
        Err(refusal) => return answer(&mut stream, refusal.into(), method).or(after(late)).await,
    };
    shake_hands(&mut stream, response).or(after(late)).await?;
    let token = Rc::clone(&server.clients);
    // One is the server's.
    if Rc::strong_count(&token) - 1 > limits.clients {
        drop(token);
        client::turn_away(stream, early, limits).await;
    } else {
        keep_little_unsent(&stream);
        client::serve(stream, early, canvas, dialect, peer.to_string(), limits).await;
    }
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
    Upgrade(Arc<Canvas>, Dialect, Response<()>),
}

/// Decides about an accepted head.
async fn reply(
    request: &Request<()>,
    ends: Ends,
    shared: &Shared,
) -> std::result::Result<Reply, Refusal> {
    access::check(request, ends)?;
    let response = match route(request, &|name| shared.open_canvas(name).is_some()) {
        Route::Answer(response) => response,
        Route::Stats { canvas, format } => {
            let found = shared.open_canvas(&canvas).ok_or(GONE)?;
            routes::stats(&found.stats(&canvas), format)
        }
        Route::Upgrade { canvas, dialect, response } => {
            access::check_upgrade(request, ends)?;
            // It may have been closed just now.
            let canvas = shared.open_canvas(&canvas).ok_or(GONE)?;
            return Ok(Reply::Upgrade(canvas, dialect, response));
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
) -> io::Result<()> {
    secure(&mut response);
    adapter::write(response, method, &mut *stream).await?;
    linger(stream).await;
    Ok(())
}

async fn shake_hands(stream: &mut TcpStream, mut response: Response<()>) -> io::Result<()> {
    secure(&mut response);
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
            let shared = Shared { address, limits: Limits::DEFAULT, canvases: Mutex::default() };
            assert_eq!(shared.url("a"), link);
            assert_eq!(shared.url(""), link.trim_end_matches("a/"));
        }
    }
}
