//! One connection, over any byte stream: a request is read and answered, or a client is served.

use std::cell::{Cell, RefCell};
use std::convert::Infallible;
use std::io;
use std::net::IpAddr;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use async_tungstenite::tungstenite::handshake::server::write_response;
use bytes::Bytes;
use framecast_api::Role;
use framecast_stream::{Dialect, LinkAnswer, LinkRequest, Revocation};
use http::header::{self, HeaderValue};
use http::{Request, Response, StatusCode};
use http_types::Method;
use smol::Timer;
use smol::channel::{Receiver, Sender};
use smol::future::FutureExt;
use smol::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use smol::stream::StreamExt;

use crate::Limits;
use crate::driver::canvas::Canvas;
use crate::driver::live::OpenSegment;
use crate::driver::mjpeg;
use crate::driver::websocket::{self, Address, Authenticator, Refused};
use crate::front::answer::{Refusal, secure};
use crate::front::connection_table::{ConnectionTable, Full};
use crate::front::head::{HeadReader, Progress};
use crate::front::links::Admission;
use crate::front::places::{self, Places};
use crate::front::{adapter, linger, routes};
use crate::site::{MjpegRequest, Reply, Requester, Site};
use crate::stall::{Moving, stalled};

const READ_BUFFER: usize = 2 * 1024;
/// The most bytes of a picture that the program that sends it for us gets at once.
const PIECE: usize = 64 * 1024;

pub(crate) const BUSY: Refusal =
    Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "Too many connections; try again later.\n");
const TOO_SLOW: Refusal =
    Refusal::new(StatusCode::REQUEST_TIMEOUT, "The request took too long to arrive.\n");

/// What all connections of the server's thread share.
pub(crate) struct Server {
    pub(crate) site: Arc<Site>,
    /// Closed when the server is to end.
    pub(crate) stopped: Receiver<Infallible>,
    pub(crate) places: Rc<Places>,
    pub(crate) connections: Rc<SharedTable>,
}

/// All connections. A dropped sender ends its connection.
pub(crate) type SharedTable = RefCell<ConnectionTable<Sender<Infallible>>>;

/// A connection's place in the table, given up also when the task panics.
pub(crate) struct ConnectionGuard {
    connections: Rc<SharedTable>,
    address: Cell<Option<IpAddr>>,
    /// `None`: there are too many.
    number: Option<u64>,
    /// Fails when the connection is to make room for another.
    end: Receiver<Infallible>,
    /// Its role, once it was let in: it is not ended for another any more.
    known: Cell<Option<Role>>,
}

impl ConnectionGuard {
    /// `role`: what another program says that it may do.
    pub(crate) fn new(
        connections: &Rc<SharedTable>,
        address: Option<IpAddr>,
        role: Option<Role>,
    ) -> Self {
        let (sender, end) = smol::channel::bounded(1);
        let drives = role == Some(Role::Drive);
        let number = connections.borrow_mut().enter(address, drives, sender, Instant::now()).ok();
        let address = Cell::new(address);
        Self { connections: Rc::clone(connections), address, number, end, known: Cell::new(None) }
    }

    /// Whether there was room for it.
    pub(crate) fn is_taken(&self) -> bool {
        self.number.is_some()
    }

    /// It comes from `address`, which was not known before.
    fn identify(&self, address: IpAddr) -> Result<(), Full> {
        if self.address.get().is_some() {
            return Ok(());
        }
        let number = self.number.ok_or(Full)?;
        self.address.set(Some(address));
        self.connections.borrow_mut().identify(number, address, Instant::now())
    }

    pub(crate) fn spoke(&self) {
        self.change(ConnectionTable::spoke);
    }

    pub(crate) fn heard(&self) {
        self.change(ConnectionTable::heard);
    }

    fn rests(&self) {
        self.change(|table, number| table.rests(number, Instant::now()));
    }

    fn change(&self, change: impl FnOnce(&mut ConnectionTable<Sender<Infallible>>, u64)) {
        if let Some(number) = self.number {
            change(&mut self.connections.borrow_mut(), number);
        }
    }

    /// The connection has authenticated for driving, and goes on unauthenticated.
    fn drives(&self) {
        self.change(|table, number| table.drives(number, Instant::now()));
    }

    /// The connection has authenticated, and keeps its place.
    fn is_known(&self, role: Role, keep: bool) -> Result<(), Full> {
        if self.known.get().is_none() {
            let number = self.number.ok_or(Full)?;
            let address = self.address.get();
            self.connections.borrow_mut().admit(number, address, role, keep, Instant::now())?;
            self.known.set(Some(role));
        }
        Ok(())
    }

    pub(crate) async fn ended<T>(&self) -> io::Result<T> {
        until_closed(&self.end).await;
        if self.known.get().is_some() || self.number.is_none() {
            smol::future::pending::<()>().await;
        }
        Err(io::ErrorKind::ConnectionAborted.into())
    }
}

impl Drop for ConnectionGuard {
    fn drop(&mut self) {
        self.change(ConnectionTable::leave);
        self.connections.borrow_mut().closed(self.address.get(), self.known.get());
    }
}

/// Admits WebSocket clients: checks their tokens, and how many clients there are.
struct Door<'a> {
    server: &'a Server,
    place: &'a ConnectionGuard,
    /// What it has shown with its request.
    admission: Option<Admission>,
    taken: RefCell<Option<places::Place>>,
}

impl Authenticator for Door<'_> {
    fn look_at(&self, token: Option<&str>) -> Result<Admission, Refused> {
        match self.server.site.admit(token) {
            // Where no link is needed, one of another server's still lets drive.
            Some(shown) if shown.grant.key.is_some() => Ok(shown),
            shown => self.admission.clone().or(shown).ok_or(Refused::NoLink),
        }
    }

    /// Takes a place of those for `role`.
    fn admit(&self, role: Role) -> Result<(), Refused> {
        let keep = self.server.site.keeps_places();
        let place = self.server.places.take(role, keep).ok_or(Refused::Full)?;
        self.place.is_known(role, keep).map_err(|Full| Refused::Full)?;
        self.taken.replace(Some(place));
        Ok(())
    }

    fn manage_links(&self, request: LinkRequest, by: &Revocation) -> Option<LinkAnswer> {
        self.server.site.manage_links(request, by)
    }
}

/// Admits a requester of `stream.mjpg`. It first takes a place of those for watching, even if it could take
/// another.
fn admit_mjpeg(
    request: &MjpegRequest,
    place: &ConnectionGuard,
    server: &Server,
) -> Result<places::Place, Refused> {
    let keep = server.site.keeps_places();
    let kept = || server.places.take(request.place, keep);
    let taken = server.places.take(Role::Watch, keep).or_else(kept).ok_or(Refused::Full)?;
    place.is_known(request.place, keep).map_err(|Full| Refused::Full)?;
    Ok(taken)
}

pub(crate) async fn until_closed(channel: &Receiver<Infallible>) {
    // Nothing is ever sent.
    let _ = channel.recv().await;
}

pub(crate) async fn after<T>(at: Instant) -> io::Result<T> {
    Timer::at(at).await;
    Err(io::ErrorKind::TimedOut.into())
}

pub(crate) async fn stopped<T>(server: &Server) -> io::Result<T> {
    until_closed(&server.stopped).await;
    Err(io::ErrorKind::ConnectionAborted.into())
}

/// Reads requests of `requester` and answers them, or serves a client.
pub(crate) async fn converse<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: S,
    accepted: Instant,
    requester: Requester,
    place: &ConnectionGuard,
    server: &Server,
) -> io::Result<()> {
    let (mut began, mut early) = (accepted, Vec::new());
    for number in 1.. {
        let may_go_on = number < Limits::REQUESTS && is_direct(&requester, server);
        let requester = requester.clone();
        match exchange(&mut stream, began, early, requester, may_go_on, place, server).await? {
            Some(rest) => (began, early) = (Instant::now(), rest),
            None => break,
        }
    }
    Ok(())
}

/// Whether all that a connection says is said by one. What another program hands over is for one
/// request, and a proxy speaks for many.
fn is_direct(requester: &Requester, server: &Server) -> bool {
    matches!(requester, Requester::Peer { ends, .. } if !server.site.proxies.trusts(ends.peer))
}

/// Reads a request of `requester`, which begins with `early`, and answers it or serves a client. Returns
/// what was read after it if another may follow.
async fn exchange<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: &mut S,
    began: Instant,
    early: Vec<u8>,
    requester: Requester,
    may_go_on: bool,
    place: &ConnectionGuard,
    server: &Server,
) -> io::Result<Option<Vec<u8>>> {
    let limits = &server.site.limits;
    let head = read_head(&mut stream, early, began + limits.head_time, || place.spoke());
    let stop = async {
        until_closed(&server.stopped).await;
        Ok(None)
    };
    let Some(head) = head.or(stop).await? else { return Ok(None) };
    place.heard();
    let late = began + limits.request_time;
    let mut from = requester.from();
    let mut goes_on = false;
    let (reply, method, early) = match head {
        Ok((request, early)) => {
            goes_on = may_go_on && routes::keeps_connection(&request);
            let method =
                if request.method() == http::Method::HEAD { Method::Head } else { Method::Get };
            let requester = resolve_forwarded(requester, &request, server);
            from = requester.from();
            let here = requester.address().map_or(Ok(()), |address| place.identify(address));
            // A file or a picture may be long in coming.
            let reply = async {
                Ok(match here {
                    Ok(()) => reply(&request, &requester, server).await,
                    Err(Full) => Err(BUSY),
                })
            };
            (reply.or(after(late)).or(stopped(server)).await?, method, early)
        }
        Err(refusal) => (Err(refusal), Method::Get, Vec::new()),
    };
    match reply {
        // A page needs some files, and each connection costs a round trip or two.
        Ok(Reply::Answer(mut response)) if goes_on && !response.status().is_client_error() => {
            secure(&mut response, &server.site.frame_ancestors);
            write(&mut stream, response, method, true, late, server).await?;
            place.rests();
            return Ok(Some(early));
        }
        Ok(Reply::Answer(response)) => answer(&mut stream, response, method, late, server).await,
        Ok(Reply::Snapshot(mut response, ticket)) => {
            if ticket.as_ref().is_some_and(|ticket| ticket.role() == Role::Drive) {
                place.drives();
            }
            let late = Instant::now() + limits.snapshot_time;
            secure(&mut response, &server.site.frame_ancestors);
            write(&mut stream, response, method, false, late, server).await?;
            // What is not read yet is the kernel's, and others may ask.
            drop(ticket);
            linger_until(stream, late.min(Instant::now() + limits.write_stall)).await;
            Ok(())
        }
        Ok(Reply::Segment { response, segment }) => {
            let late = Instant::now() + limits.request_time;
            let has_body = method == Method::Get;
            let sent = send_segment(&mut stream, response, segment, has_body, goes_on, server);
            sent.or(after(late)).or(stopped(server)).await?;
            if goes_on {
                place.rests();
                return Ok(Some(early));
            }
            linger_until(stream, late).await;
            Ok(())
        }
        Ok(Reply::Mjpeg { response, request }) => {
            let Ok(_taken) = admit_mjpeg(&request, place, server) else {
                answer(&mut stream, BUSY.into(), method, late, server).await?;
                return Ok(None);
            };
            begin(&mut stream, response, server).or(after(late)).await?;
            if method == Method::Head {
                linger_until(stream, late).await;
                return Ok(None);
            }
            let MjpegRequest { canvas, admission, config, .. } = request;
            let Some(body) = mjpeg::stream(canvas, &from, admission.clone(), config) else {
                return Ok(None);
            };
            mjpeg::send(stream, body, &admission, limits).await
        }
        Ok(Reply::Upgrade { canvas, dialect, response, admission }) => {
            begin(&mut stream, response, server).or(after(late)).await?;
            let client = Client { canvas, dialect, admission, from };
            serve(stream, early, client, place, server).await
        }
        Err(refusal) => answer(&mut stream, refusal.into(), method, late, server).await,
    }?;
    Ok(None)
}

/// The requester, if a trusted proxy passes the request on.
fn resolve_forwarded(requester: Requester, request: &Request<()>, server: &Server) -> Requester {
    match requester {
        Requester::Peer { ends, .. } if server.site.proxies.trusts(ends.peer) => {
            let ends = server.site.proxies.ends(request, ends);
            Requester::Peer { ends, label: ends.peer.to_string() }
        }
        other => other,
    }
}

async fn reply(
    request: &Request<()>,
    requester: &Requester,
    server: &Server,
) -> Result<Reply, Refusal> {
    let reply = server.site.reply(request, requester).await?;
    // Whether async-h1 knows a method that is refused anyway does not matter.
    let reads = [http::Method::GET, http::Method::HEAD].contains(request.method());
    if reads && !matches!(reply, Reply::Upgrade { .. }) {
        adapter::read(request).await?;
    }
    Ok(reply)
}

/// A client whose handshake is done.
#[derive(Debug)]
pub(crate) struct Client {
    pub(crate) canvas: Arc<Canvas>,
    pub(crate) dialect: Dialect,
    /// What it has shown with its request.
    pub(crate) admission: Option<Admission>,
    pub(crate) from: Address,
}

/// Serves a client until it goes. `early` was read after the handshake. An error: it was dropped
/// without a word.
pub(crate) async fn serve<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    early: Vec<u8>,
    client: Client,
    place: &ConnectionGuard,
    server: &Server,
) -> io::Result<()> {
    let Client { canvas, dialect, admission, from } = client;
    let door = Door { server, place, admission, taken: RefCell::default() };
    websocket::serve(stream, early, canvas, dialect, from, &server.site.limits, &door).await
}

type Head = Result<(Request<()>, Vec<u8>), Refusal>;

/// Reads a request head, which begins with `early`; `spoke` is told of every part. `None`: nobody
/// waits for an answer.
async fn read_head<S: AsyncRead + Unpin>(
    stream: &mut S,
    early: Vec<u8>,
    until: Instant,
    spoke: impl Fn(),
) -> io::Result<Option<Head>> {
    let mut reader = HeadReader::default();
    if !early.is_empty() {
        spoke();
    }
    match reader.push(&early) {
        Ok(Progress::More) => {}
        Ok(Progress::Done { request, rest }) => return Ok(Some(Ok((*request, rest)))),
        Err(refusal) => return Ok(Some(Err(refusal))),
    }
    let mut buffer = [0; READ_BUFFER];
    loop {
        let length = match stream.read(&mut buffer).or(after(until)).await {
            Ok(0) => return Ok(None),
            Ok(length) => length,
            // Browsers open connections in advance: closing those is no error.
            Err(error) if error.kind() == io::ErrorKind::TimedOut => {
                return Ok((!reader.is_empty()).then_some(Err(TOO_SLOW)));
            }
            Err(error) => return Err(error),
        };
        match reader.push(&buffer[..length]) {
            Ok(Progress::More) => spoke(),
            Ok(Progress::Done { request, rest }) => return Ok(Some(Ok((*request, rest)))),
            Err(refusal) => return Ok(Some(Err(refusal))),
        }
    }
}

/// Answers a connection for which there is no place: 503.
pub(crate) async fn turn_away<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    server: &Server,
) -> io::Result<()> {
    let late = Instant::now() + server.site.limits.close_timeout;
    answer(stream, BUSY.into(), Method::Get, late, server).await
}

/// Writes the answer to a request with `method`. An error: it was not taken by `late`, or nothing of it
/// for too long.
async fn write<S: AsyncWrite + Unpin>(
    stream: &mut S,
    response: Response<Bytes>,
    method: Method,
    goes_on: bool,
    late: Instant,
    server: &Server,
) -> io::Result<()> {
    let moved = Cell::new(Instant::now());
    let writer = Moving { writer: stream, moved: &moved };
    let stall = stalled(&moved, server.site.limits.write_stall);
    adapter::write(response, method, goes_on, writer).or(after(late)).or(stall).await
}

/// Answers a request with `method`, the last one of its connection. An error: the answer was not taken
/// by `late`.
pub(crate) async fn answer<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    mut response: Response<Bytes>,
    method: Method,
    late: Instant,
    server: &Server,
) -> io::Result<()> {
    secure(&mut response, &server.site.frame_ancestors);
    write(&mut *stream, response, method, false, late, server).await?;
    linger_until(stream, late).await;
    Ok(())
}

async fn linger_until<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut S, late: Instant) {
    let timeout = async {
        Timer::at(late).await;
    };
    linger(stream).or(timeout).await;
}

/// Sends a `stream.mjpg` to whoever takes its pieces, on another thread, until there are no more of them, or
/// nobody takes one for too long. Says first, by `admitted`, that there was a place.
pub(crate) async fn show(
    request: MjpegRequest,
    from: &Address,
    admitted: Sender<()>,
    pieces: Sender<Bytes>,
    place: &ConnectionGuard,
    server: &Server,
) {
    let Ok(_taken) = admit_mjpeg(&request, place, server) else { return };
    let MjpegRequest { canvas, admission, config, .. } = request;
    let Some(body) = mjpeg::stream(canvas, from, admission.clone(), config) else { return };
    let _ = admitted.try_send(());
    let showing = async {
        let mut body = pin!(body);
        while let Some(piece) = body.next().await {
            for piece in cut(piece) {
                let late = Instant::now() + server.site.limits.write_stall;
                let sent = async { pieces.send(piece).await.map_err(io::Error::other) };
                sent.or(after(late)).await?;
            }
        }
        Ok(())
    };
    let gone = async {
        pieces.closed().await;
        Ok(())
    };
    let ended = async {
        mjpeg::over(&admission).await;
        Ok(())
    };
    // Whoever takes no more is the application's affair.
    let _: io::Result<()> = showing.or(gone).or(ended).await;
}

/// `bytes` in pieces, which are memory of their own: who is stuck with one does not hold the others.
pub(crate) fn cut(bytes: Bytes) -> impl Iterator<Item = Bytes> {
    let whole = bytes.len() <= PIECE;
    let mut at = 0;
    std::iter::from_fn(move || {
        let piece = at..bytes.len().min(at + PIECE);
        at = piece.end;
        match piece.is_empty() {
            true => None,
            false if whole => Some(bytes.clone()),
            false => Some(Bytes::copy_from_slice(&bytes[piece])),
        }
    })
}

/// Writes a segment while it is filled, each piece as a chunk (RFC 9112, 7.1). An error: it was not taken, or it ended too
/// early, which the missing last chunk tells.
async fn send_segment<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    mut response: Response<()>,
    mut segment: OpenSegment,
    has_body: bool,
    goes_on: bool,
    server: &Server,
) -> io::Result<()> {
    let headers = response.headers_mut();
    headers.insert(header::TRANSFER_ENCODING, HeaderValue::from_static("chunked"));
    let connection = if goes_on { "keep-alive" } else { "close" };
    headers.insert(header::CONNECTION, HeaderValue::from_static(connection));
    begin(stream, response, server).await?;
    if !has_body {
        return Ok(());
    }
    while let Some(piece) = segment.next().await? {
        // An empty chunk would be the last one.
        if piece.is_empty() {
            continue;
        }
        let moved = Cell::new(Instant::now());
        let mut writer = Moving { writer: &mut *stream, moved: &moved };
        let written = async {
            writer.write_all(format!("{:x}\r\n", piece.len()).as_bytes()).await?;
            writer.write_all(&piece).await?;
            writer.write_all(b"\r\n").await?;
            writer.flush().await
        };
        written.or(stalled(&moved, server.site.limits.write_stall)).await?;
    }
    stream.write_all(b"0\r\n\r\n").await?;
    stream.flush().await
}

/// Writes the head of an answer that has no length.
async fn begin<S: AsyncWrite + Unpin>(
    stream: &mut S,
    mut response: Response<()>,
    server: &Server,
) -> io::Result<()> {
    secure(&mut response, &server.site.frame_ancestors);
    let mut bytes = Vec::new();
    write_response(&mut bytes, &response).map_err(io::Error::other)?;
    stream.write_all(&bytes).await?;
    stream.flush().await
}
