//! Canvases in somebody else's server: requests and byte streams come in, answers go out.

use std::future::Future;
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use bytes::Bytes;
use framecast_api::{Error, Result, Role, ViewLink};
use framecast_stream::Grant;
use http::header::{self, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use smol::Timer;
use smol::channel::Receiver;
use smol::future::FutureExt;
use smol::io::{AsyncRead, AsyncWrite};
use smol::stream::Stream;

use crate::connection::{
    self, Client, ConnectionGuard, Server, after, converse, stopped, turn_away,
};
use crate::driver::snapshot::Ticket;
use crate::driver::websocket;
use crate::front::answer::{Refusal, secure};
use crate::front::links::{Admission, Link, LinkInfo};
use crate::front::live;
use crate::front::secret::Token;
use crate::running::Running;
use crate::site::{MjpegRequest, Reply, Requester, Site};
use crate::{HttpBackend, ServerConfig, SharedLinks};

const LATE: Refusal =
    Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "This takes too long; try again later.\n");

/// A visitor's name is cut after so many characters.
const LONGEST_NAME: usize = 64;

/// Serves any number of canvases without a socket of its own, inside a larger web application and behind its
/// login.
///
/// The application accepts connections and decides who may do what. The service answers the requests that the
/// application passes on ([`answer`](Self::answer)), and serves clients on the WebSockets that it is given. With
/// the feature `tower` it is a `tower::Service`, which axum nests in one line. It works with byte streams of any
/// runtime.
///
/// This is a handle: clones refer to the same service. Its clients are served on its thread, "framecast-http",
/// until the last handle, the last of its backends and the last [`Upgrade`] are dropped. The last drop waits until
/// the thread has closed its connections, at most [`Limits::close_timeout`](crate::Limits::close_timeout).
///
/// ```
/// use framecast_http::{Answer, HttpService, Visitor};
/// use http::Request;
///
/// let service = HttpService::new()?;
/// let backend = service.canvas(None)?; // for `Canvas::builder().backend(…)`
///
/// // The path is relative to where the service is mounted.
/// let request = Request::get("/stats").body(()).unwrap();
/// let visitor = Visitor::anonymous();
/// let Answer::Response(response) = smol::block_on(service.answer(&request, &visitor)) else {
///     panic!("nobody asked for a WebSocket");
/// };
/// assert_eq!(response.status(), 404, "the canvas is not open yet");
/// # drop(backend);
/// # Ok::<(), framecast_api::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct HttpService {
    running: Arc<Running>,
    visitor: Visitor,
}

/// Who sends a request, according to the application: the role, and what other viewers see. A `tower` service
/// reads it from the request's extensions.
///
/// A `tower` service finds it in the request's extensions.
///
/// ```
/// use framecast_http::Visitor;
///
/// let visitor = Visitor::driving().named("ada").at("192.0.2.7".parse().unwrap());
/// # drop(visitor);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Visitor {
    role: Option<Role>,
    name: String,
    address: Option<IpAddr>,
    until: Option<Instant>,
}

impl Visitor {
    /// Creates a visitor without a role, who needs a link of the service, as with an
    /// [`HttpServer`](crate::HttpServer). This is the default.
    #[must_use]
    pub fn anonymous() -> Self {
        Self::default()
    }

    /// Creates a visitor with this role.
    #[must_use]
    pub fn new(role: Role) -> Self {
        Self { role: Some(role), ..Self::default() }
    }

    /// Creates a visitor who may drive.
    #[must_use]
    pub fn driving() -> Self {
        Self::new(Role::Drive)
    }

    /// Creates a visitor who may only watch.
    #[must_use]
    pub fn watching() -> Self {
        Self::new(Role::Watch)
    }

    /// Sets the name in the list of viewers: its first 64 characters, without control characters.
    ///
    /// When a visitor is sent away, the name takes the place of the link. Give each person a name of
    /// their own that they cannot choose, such as an account's.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        self.name = name.chars().filter(|char| !char.is_control()).take(LONGEST_NAME).collect();
        self
    }

    /// Sets the visitor's address, for the list of viewers and for limits per address.
    ///
    /// Leave it out if all requests come through one proxy and the real address is not known. A visitor
    /// who is sent away is then recognized by the browser alone.
    #[must_use]
    pub fn at(mut self, address: IpAddr) -> Self {
        self.address = Some(address);
        self
    }

    /// Sets the time at which the role ends, such as the end of a session. The visitor is then
    /// disconnected, and later requests have no role. `Canvas::disconnect` ends it earlier.
    #[must_use]
    pub fn until(mut self, at: Instant) -> Self {
        self.until = Some(at);
        self
    }

    pub(crate) fn address(&self) -> Option<IpAddr> {
        self.address
    }

    /// What the application lets it do.
    pub(crate) fn admission(&self) -> Option<Admission> {
        let role = self.role?;
        let name = self.name.clone();
        let grant = Grant { name, role, expires: self.until, revocation: None, key: None };
        Some(Admission { grant, revoked: None })
    }
}

/// How the application answers a request.
#[non_exhaustive]
#[derive(Debug)]
pub enum Answer {
    /// Send this response. It is complete, also for HEAD. A client that does not read keeps it in memory, and a
    /// picture may be large: limit how long sending may take.
    Response(Response<Bytes>),
    /// Send this head, and then the pieces as they arrive: one picture after the other. For HEAD, send only the
    /// head.
    Mjpeg(Response<()>, MjpegStream),
    /// Send [`Upgrade::response`], and then pass the byte stream to [`Upgrade::serve`].
    Upgrade(Upgrade),
}

/// The body of `stream.mjpg`: a stream of bytes that ends when the canvas closes. Poll for the next piece once the
/// previous one is sent; the stream then has the newest frame. Nothing queues. A stream that is not polled for
/// [`Limits::write_stall`](crate::Limits::write_stall) ends.
#[derive(Debug)]
pub struct MjpegStream(Pieces);

/// What is made on the service's thread for somebody on another.
pub(crate) type Pieces = Pin<Box<Receiver<Bytes>>>;

impl Stream for MjpegStream {
    type Item = Bytes;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Bytes>> {
        Pin::new(&mut self.0).poll_next(context)
    }
}

/// A WebSocket handshake that the service has accepted.
#[derive(Debug)]
#[must_use = "hand the byte stream over"]
pub struct Upgrade {
    response: Response<()>,
    client: Client,
    address: Option<IpAddr>,
    running: Arc<Running>,
}

impl Upgrade {
    /// Returns the response that opens the WebSocket: 101, with its headers.
    #[must_use]
    pub fn response(&self) -> &Response<()> {
        &self.response
    }

    /// Serves the client over `stream` on the service's thread, until it leaves. The first byte of `stream` must
    /// be the first one after the request. Returns false, and closes the stream, if too many connections are being
    /// passed on at this moment.
    pub fn serve<S>(self, stream: S) -> bool
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        self.serve_when(async { Ok(stream) })
    }

    /// Like [`serve`](Self::serve), for a stream that exists only after the response was sent. The WebSocket ends
    /// if the future returns an error, or takes longer than a request may
    /// ([`Limits::request_time`](crate::Limits::request_time)).
    pub fn serve_when<S>(self, stream: impl Future<Output = io::Result<S>> + Send + 'static) -> bool
    where
        S: AsyncRead + AsyncWrite + Unpin + 'static,
    {
        let Self { client, address, running, .. } = self;
        let role = client.admission.as_ref().map(|it| it.grant.role);
        running.hand_over(role, move |server| {
            Box::pin(async move {
                let place = ConnectionGuard::new(&server.connections, address, role);
                if !place.is_taken() && server.connections.borrow().overflows() {
                    return; // Not even a goodbye: each would take a place for a while.
                }
                place.heard();
                let late = Instant::now() + server.site.limits.request_time;
                let serving = async {
                    let stream = stream.or(after(late)).or(stopped(&server)).await?;
                    if place.is_taken() {
                        connection::serve(stream, Vec::new(), client, &place, &server).await
                    } else {
                        // A page is told by a close code only: browsers keep a status to themselves.
                        websocket::turn_away(stream, &server.site.limits).await
                    }
                };
                // A broken connection is the client's affair.
                let _ = serving.or(place.ended()).await;
            })
        })
    }
}

impl From<Arc<Running>> for HttpService {
    fn from(running: Arc<Running>) -> Self {
        Self { running, visitor: Visitor::anonymous() }
    }
}

impl HttpService {
    /// Creates a service without links: the application decides who may do what.
    ///
    /// # Errors
    /// "Failed" if the system cannot start a thread.
    pub fn new() -> Result<Self> {
        Self::with(ServerConfig { links: Vec::new(), ..ServerConfig::default() })
    }

    /// Creates a service with this configuration. A visitor to whom the application gives no role can use one of
    /// its links.
    ///
    /// `tls` and `trusted_proxies` have no effect: they concern connections, which the application accepts. With a
    /// [`public_url`](ServerConfig::public_url) or [`allow_hosts`](ServerConfig::allow_hosts), the service refuses
    /// requests for other hosts. With a `public_url` it also refuses pages of any other origin, including other
    /// schemes and ports; without one it compares only the host.
    ///
    /// # Errors
    /// As [`new`](Self::new); "invalid input" if the configuration makes no sense. The message says why.
    pub fn with(config: ServerConfig) -> Result<Self> {
        if config.no_auth {
            return Err(Error::invalid_input(
                "nobody knows here who can connect: leave no_auth out, and say by a Visitor who may \
                 do what",
            ));
        }
        // Nobody knows where it will be.
        let site = Arc::new(Site::new("./".to_owned(), config)?);
        let running = Running::start(site, |_: Rc<Server>, _| smol::future::pending())?;
        let service = Self::from(Arc::new(running));
        service.taking_visitors();
        Ok(service)
    }

    /// The same, of which another program says what some who come may do.
    pub(crate) fn taking_visitors(&self) -> &Self {
        self.running.site.take_visitors();
        self
    }

    /// Returns the same service for requests that do not say who sends them: they count as sent by `visitor`.
    ///
    /// Everybody who can reach the service then has that role. This includes a page of another site that makes its
    /// own host name point here (DNS rebinding), unless [`public_url`](ServerConfig::public_url) or
    /// [`allow_hosts`](ServerConfig::allow_hosts) name the hosts that are allowed.
    ///
    /// ```
    /// # use framecast_http::{HttpService, Visitor};
    /// let service = HttpService::new()?;
    /// let public = service.clone().for_visitor(Visitor::watching());
    /// # drop(public);
    /// # Ok::<(), framecast_api::Error>(())
    /// ```
    #[must_use]
    pub fn for_visitor(mut self, visitor: Visitor) -> Self {
        self.visitor = visitor;
        self
    }

    /// Whom requests are of that do not say so.
    #[cfg(feature = "tower")]
    pub(crate) fn visitor(&self) -> &Visitor {
        &self.visitor
    }

    /// Creates a backend for one more canvas, at `/` or at `/NAME/`, relative to the service. The service answers
    /// there once the backend is opened.
    ///
    /// # Errors
    /// "Invalid input" if another canvas has the name, or if it is not 1 to 64 of `a-z A-Z 0-9 - _`.
    pub fn canvas(&self, name: Option<&str>) -> Result<HttpBackend> {
        let canvas = self.running.site.add_canvas(name)?;
        let name = name.unwrap_or_default().to_owned();
        Ok(HttpBackend::new(Arc::clone(&self.running), name, canvas))
    }

    /// Adds a link to all canvases and returns its token, which goes into the fragment of their addresses:
    /// `…#token=TOKEN`.
    ///
    /// Returns `None` for a link [with a hash](Link::with_token_hash).
    ///
    /// # Errors
    /// "Invalid input" if another link has the name or the token, if the name is not 1 to 32 of `a-z A-Z 0-9 - _`,
    /// or if there are [`Limits::LINKS`](crate::Limits::LINKS) links already.
    pub fn add_link(&self, link: Link) -> Result<Option<Token>> {
        self.running.site.keyring().add(link, Instant::now())
    }

    /// Revokes a link, and ends the connections that came by it. Returns whether there was such a link.
    #[expect(clippy::must_use_candidate, reason = "it is done whether anybody asks or not")]
    pub fn revoke(&self, name: &str) -> bool {
        self.running.site.keyring().revoke(name)
    }

    /// Returns the valid links to the canvas `name`, oldest first. Without a
    /// [`public_url`](ServerConfig::public_url) they are relative to the service: `./#token=…`. The address of a
    /// link with a hash has no token, because the service does not know it.
    #[must_use]
    pub fn links(&self, name: Option<&str>) -> Vec<ViewLink> {
        self.running.site.links(name.unwrap_or_default())
    }

    /// Returns all valid links, oldest first: their roles, when they expire, and whether somebody is connected by
    /// them. Tokens are left out.
    #[must_use]
    pub fn list_links(&self) -> Vec<LinkInfo> {
        self.running.site.keyring().list(Instant::now())
    }

    /// Returns a handle to the links that count on other servers, too, or that come from there.
    #[must_use]
    pub fn shared_links(&self) -> SharedLinks {
        SharedLinks::new(Arc::clone(&self.running.site))
    }

    /// Answers a request. Its path is relative to where the service is mounted, unless the configuration has a
    /// [`path`](ServerConfig::path).
    ///
    /// | status | when |
    /// | --- | --- |
    /// | 101 | a WebSocket of a canvas ([`Answer::Upgrade`]) |
    /// | 200, 304 | a file of the page, `stats`, a picture, what [`live`](ServerConfig::live) serves (a segment when it is over), or pictures one after the other ([`Answer::Mjpeg`]) |
    /// | 308 | the name of a canvas without a slash after it |
    /// | 400 | an incomplete WebSocket handshake, such as one without a key; a malformed escape; an invalid `fps` |
    /// | 401 | the visitor has no role, and sends no valid token |
    /// | 403 | a request from a page of another origin, or for another host; a file that is not served |
    /// | 404 | nothing is there, for example above the service (`/../`) |
    /// | 405 | a method other than GET and HEAD |
    /// | 410 | a segment that is over |
    /// | 426 | a version of WebSocket other than 13 |
    /// | 500 | a file that cannot be read, or a picture that cannot be encoded |
    /// | 503 | no snapshot yet, too many at once, or a file that takes too long to read |
    ///
    /// The future runs on any runtime.
    pub async fn answer(&self, request: &Request<()>, visitor: &Visitor) -> Answer {
        self.respond(request, visitor).await.0
    }

    /// As [`answer`](Self::answer), with the place that a snapshot holds until it is sent.
    pub(crate) async fn respond(
        &self,
        request: &Request<()>,
        visitor: &Visitor,
    ) -> (Answer, Option<Ticket>) {
        let site = &self.running.site;
        let requester = Requester::Visitor(visitor.clone());
        let late = async {
            Timer::after(site.limits.request_time).await;
            Err(LATE)
        };
        let answer = match site.reply(request, &requester).or(late).await {
            Ok(Reply::Answer(response)) => self.response(response, request.method()),
            Ok(Reply::Snapshot(response, ticket)) => {
                return (self.response(response, request.method()), ticket);
            }
            // Whoever sends it for us gets it when it is over.
            Ok(Reply::Segment { response, segment }) => {
                let body = async { segment.whole().await.ok() };
                let late = async {
                    Timer::after(site.limits.request_time).await;
                    None
                };
                let response = match body.or(late).await {
                    Some(body) => response.map(|()| body),
                    None => live::gone(),
                };
                self.response(response, request.method())
            }
            Ok(Reply::Mjpeg { response, request: stream }) => {
                self.stream(request.method(), response, stream, &requester).await
            }
            Err(refusal) => self.response(refusal.into(), request.method()),
            Ok(Reply::Upgrade { canvas, dialect, mut response, admission }) => {
                secure(&mut response, &site.frame_ancestors);
                let from = Requester::Visitor(visitor.clone()).from();
                Answer::Upgrade(Upgrade {
                    response,
                    client: Client { canvas, dialect, admission, from },
                    address: visitor.address(),
                    running: Arc::clone(&self.running),
                })
            }
        };
        (answer, None)
    }

    /// Hands a snapshot out piece by piece, so that who does not take it in time holds no more of it;
    /// `None` if too many are being handed over at this moment.
    #[cfg(feature = "tower")]
    pub(crate) fn send(&self, snapshot: Bytes, ticket: Ticket) -> Option<Pieces> {
        let (sender, pieces) = smol::channel::bounded(1);
        let handed = self.running.hand_over(Some(ticket.role()), move |server| {
            Box::pin(async move {
                let late = Instant::now() + server.site.limits.snapshot_time;
                let sending = async {
                    for piece in connection::cut(snapshot) {
                        let stall = after(Instant::now() + server.site.limits.write_stall);
                        let sent = async { sender.send(piece).await.map_err(io::Error::other) };
                        sent.or(stall).await?;
                    }
                    Ok(())
                };
                // Whoever takes no more is the application's affair.
                let _ = sending.or(after(late)).await;
                drop(ticket);
            })
        });
        handed.then(|| Box::pin(pieces))
    }

    async fn stream(
        &self,
        method: &Method,
        mut head: Response<()>,
        stream: MjpegRequest,
        requester: &Requester,
    ) -> Answer {
        secure(&mut head, &self.running.site.frame_ancestors);
        // How the connection goes on is the application's affair.
        head.headers_mut().remove(header::CONNECTION);
        if method == Method::HEAD {
            return Answer::Response(head.map(|()| Bytes::new()));
        }
        let (address, from) = (requester.address(), requester.from());
        let (admit, admitted) = smol::channel::bounded(1);
        let (sender, pieces) = smol::channel::bounded(1);
        let role = Some(stream.place);
        self.running.hand_over(role, move |server| {
            Box::pin(async move {
                let place = ConnectionGuard::new(&server.connections, address, role);
                if place.is_taken() {
                    place.heard();
                    let showing = async {
                        connection::show(stream, &from, admit, sender, &place, &server).await;
                        Ok(())
                    };
                    // It goes as others do.
                    let _ = showing.or(stopped(&server)).or(place.ended()).await;
                }
            })
        });
        match admitted.recv().await {
            Ok(()) => Answer::Mjpeg(head, MjpegStream(Box::pin(pieces))),
            Err(_) => self.response(connection::BUSY.into(), method),
        }
    }

    fn response(&self, mut response: Response<Bytes>, method: &Method) -> Answer {
        secure(&mut response, &self.running.site.frame_ancestors);
        // Of what is not sent, the length is told; but hyper lets no 304 tell one.
        if response.status() == StatusCode::NOT_MODIFIED {
            response.body_mut().clear();
        } else if method == Method::HEAD {
            let length = HeaderValue::from(std::mem::take(response.body_mut()).len());
            response.headers_mut().insert(header::CONTENT_LENGTH, length);
        }
        Answer::Response(response)
    }

    /// Reads one HTTP/1.1 request from a byte stream that another part of the program accepted, and answers it or
    /// serves its client, on the service's thread. The same limits hold as for a connection of an
    /// [`HttpServer`](crate::HttpServer). Returns false, and closes the stream, if too many connections are being
    /// passed on at this moment.
    pub fn serve<S>(&self, mut stream: S, visitor: Visitor) -> bool
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let accepted = Instant::now();
        let role = visitor.admission().map(|it| it.grant.role);
        self.running.hand_over(role, move |server| {
            Box::pin(async move {
                let place = ConnectionGuard::new(&server.connections, visitor.address(), role);
                let _ = if place.is_taken() {
                    let requester = Requester::Visitor(visitor);
                    converse(stream, accepted, requester, &place, &server).or(place.ended()).await
                } else {
                    turn_away(&mut stream, &server).await
                };
            })
        })
    }

    /// The answer where there is no room for one more.
    #[cfg(feature = "tower")]
    pub(crate) fn busy(&self) -> Response<Bytes> {
        self.refuse(connection::BUSY)
    }

    /// The answer where the server cannot upgrade connections.
    #[cfg(feature = "tower")]
    pub(crate) fn cannot_upgrade(&self) -> Response<Bytes> {
        self.refuse(Refusal::new(
            StatusCode::NOT_IMPLEMENTED,
            "This server cannot open WebSockets here.\n",
        ))
    }

    #[cfg(feature = "tower")]
    fn refuse(&self, refusal: Refusal) -> Response<Bytes> {
        let mut response = refusal.into();
        secure(&mut response, &self.running.site.frame_ancestors);
        response
    }
}
