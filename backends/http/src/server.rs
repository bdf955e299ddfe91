//! The only file with sockets: listening, accepting, and handing byte streams on.

use std::convert::Infallible;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use framecast_api::{Error, Result, ViewLink};
use http::StatusCode;
use http_types::Method;
use smol::future::FutureExt;
use smol::net::{TcpListener, TcpStream};
use smol::{Async, Timer};

use crate::connection::{ConnectionGuard, Server, after, answer, converse, stopped, turn_away};
use crate::front::access::Endpoints;
use crate::front::answer::Refusal;
use crate::front::links::{Link, LinkInfo};
use crate::front::secret::Token;
use crate::running::{Running, Spawner};
use crate::site::{Requester, Site};
use crate::{HttpBackend, HttpService, ServerConfig, SharedLinks, Tls};
use crate::{files, tls, tls_watch};

/// Bytes of a client's messages that the kernel may hold unsent.
#[cfg(any(target_os = "linux", target_os = "android"))]
const UNSENT: u32 = 32 * 1024;
/// Pauses after an error to accept: the process may be out of files for a while.
const PAUSES: (Duration, Duration) = (Duration::from_millis(10), Duration::from_secs(1));
/// Turns of the thread in which a connection that is ended should have closed its socket.
const TURNS: usize = 64;

const NOT_TLS: Refusal = Refusal::new(
    StatusCode::BAD_REQUEST,
    "This server speaks HTTPS: write https:// before its address.\n",
);

/// Listens on one address and serves any number of canvases.
///
/// Clones refer to the same server. It runs on a thread of its own, "framecast-http", until the last clone and the
/// last of its backends are dropped. The last drop waits for the thread, which closes its connections within
/// [`Limits::close_timeout`](crate::Limits::close_timeout).
///
/// A server is an [`HttpService`] with a listening socket of its own.
///
/// # Open files
///
/// A connection is an open file, and systems limit their number (`RLIMIT_NOFILE` on Unix). A new server raises the
/// soft limit **of this process** to what its [`Limits`](crate::Limits) need, at most to the hard limit. It never
/// lowers it. An [`HttpService`], which does not listen, changes nothing. If the hard limit is too low, the server
/// allows fewer connections and clients, and [`warning`](Self::warning) says so. A program that calls `select(2)`,
/// which cannot handle file descriptors above 1023, can lower its hard limit before it makes a server.
#[derive(Debug, Clone)]
pub struct HttpServer {
    address: SocketAddr,
    service: HttpService,
    /// Why its limits are lower than what was asked for.
    warning: Option<Arc<str>>,
}

impl HttpServer {
    /// Listens on `address`; port 0 takes any free port. The server answers connections from now on.
    ///
    /// The server has two links, "drive" and "watch"; see [`links`](Self::links).
    ///
    /// # Errors
    /// "Failed" if the server cannot listen on `address`. The message says why and what to do.
    pub fn bind(address: SocketAddr) -> Result<Self> {
        Self::bind_with(address, ServerConfig::default())
    }

    /// Like [`bind`](Self::bind), with a configuration.
    ///
    /// # Errors
    /// As [`bind`](Self::bind); "invalid input" if the configuration makes no sense, such as
    /// `no_auth` on an address that others can reach.
    pub fn bind_with(address: SocketAddr, config: impl Into<ServerConfig>) -> Result<Self> {
        let config = config.into();
        config.check()?;
        let address = canonical(address);
        check_reach(address, &config)?;
        let listener =
            std::net::TcpListener::bind(address).map_err(|error| cannot_listen(address, error))?;
        Self::from_listener(listener, config)
    }

    /// Starts a server on a socket that listens already: one that another process has handed over, or that was
    /// bound in a special way.
    ///
    /// ```
    /// # use framecast_http::{HttpServer, ServerConfig};
    /// let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    /// let server = HttpServer::from_listener(listener, ServerConfig::default())?;
    /// # Ok::<(), framecast_api::Error>(())
    /// ```
    ///
    /// # Errors
    /// "Failed" if the socket cannot be used; "invalid input" if the configuration makes no sense, such as
    /// `no_auth` on an address that others can reach.
    pub fn from_listener(
        listener: std::net::TcpListener,
        config: impl Into<ServerConfig>,
    ) -> Result<Self> {
        let mut config = config.into();
        config.check()?;
        let cannot_use = |error: io::Error| {
            Error::failed(format!(
                "cannot listen on the socket that was handed over: {error}; it must be a TCP \
                 socket that listens"
            ))
            .with_source(error)
        };
        let address = canonical(listener.local_addr().map_err(cannot_use)?);
        check_reach(address, &config)?;
        let listener = TcpListener::from(Async::new(listener).map_err(cannot_use)?);
        let tls = config.tls.clone();
        let base = base(address, outward(address.ip()), tls.is_some());
        let (files, warning) = files::reserve(&mut config.limits);
        let site = Arc::new(Site::new(base, config)?);
        if let Some((level, message)) = tls.as_ref().and_then(Tls::notice) {
            site.report(level, message);
        }
        let running = Running::start(site, move |server, spawner| async move {
            let _files = files;
            let site = Arc::clone(&server.site);
            let watching = tls_watch::run(tls.as_ref(), &site);
            accept(listener, tls.clone(), server, spawner).or(watching).await
        })?;
        let service = HttpService::from(Arc::new(running));
        Ok(Self { address, service, warning: warning.map(Arc::from) })
    }

    /// Returns a warning for the user, if there is one: the system allows fewer open files than the limits need,
    /// so the server allows fewer connections and clients. The message says what to do.
    #[must_use]
    pub fn warning(&self) -> Option<&str> {
        self.warning.as_deref()
    }

    /// Returns the address that the server listens on; the port is never 0.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Returns the service behind the server, which can also answer requests that arrive in other ways.
    #[must_use]
    pub fn service(&self) -> &HttpService {
        self.service.taking_visitors()
    }

    /// Adds a link to all canvases of this server and returns its token. The token goes into the fragment of their
    /// addresses: `http://HOST:PORT/#token=TOKEN`.
    ///
    /// Returns `None` for a link [with a hash](Link::with_token_hash).
    ///
    /// # Errors
    /// "Invalid input" if another link has the name or the token, if the name is not 1 to 32 of `a-z A-Z 0-9 - _`,
    /// or if there are [`Limits::LINKS`](crate::Limits::LINKS) links already.
    pub fn add_link(&self, link: Link) -> Result<Option<Token>> {
        self.service.add_link(link)
    }

    /// Revokes a link, and ends the connections that came by it. Returns whether there was such a link.
    #[expect(clippy::must_use_candidate, reason = "it is done whether anybody asks or not")]
    pub fn revoke(&self, name: &str) -> bool {
        self.service.revoke(name)
    }

    /// Returns the valid links to the canvas `name`, oldest first. The address of a link with a hash has no token,
    /// because the server does not know it.
    #[must_use]
    pub fn links(&self, name: Option<&str>) -> Vec<ViewLink> {
        self.service.links(name)
    }

    /// Returns all valid links, oldest first: their roles, when they expire, and whether somebody is connected by
    /// them. Tokens are left out.
    #[must_use]
    pub fn list_links(&self) -> Vec<LinkInfo> {
        self.service.list_links()
    }

    /// Returns a handle to the links that count on other servers, too, or that come from there.
    #[must_use]
    pub fn shared_links(&self) -> SharedLinks {
        self.service.shared_links()
    }

    /// Creates a backend for one more canvas, at `/` or at `/NAME/`. The server answers there once the backend is
    /// opened.
    ///
    /// # Errors
    /// "Invalid input" if another canvas has the name, or if it is not 1 to 64 of `a-z A-Z 0-9 - _`.
    pub fn canvas(&self, name: Option<&str>) -> Result<HttpBackend> {
        self.service.canvas(name)
    }
}

/// Refuses a server without links where others can reach it.
fn check_reach(address: SocketAddr, config: &ServerConfig) -> Result<()> {
    if config.no_auth && !address.ip().is_loopback() {
        return Err(Error::invalid_input(format!(
            "others can reach {address}, and nothing would keep them from driving; drop \
             --no-auth, or listen on 127.0.0.1"
        )));
    }
    if config.no_auth && (config.public_url.is_some() || !config.trusted_proxies.is_empty()) {
        return Err(Error::invalid_input(
            "others can come by way of the proxy, and nothing would keep them from driving; \
             drop --no-auth, or --public-url and --trusted-proxy",
        ));
    }
    Ok(())
}

/// `[::ffff:127.0.0.1]:5` is `127.0.0.1:5`, and is shown and treated so.
fn canonical(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}

/// The address at which browsers find what listens at `address`. `outward` stands in links in the
/// place of "any address".
fn base(mut address: SocketAddr, outward: Option<IpAddr>, https: bool) -> String {
    if address.ip().is_unspecified() {
        address.set_ip(outward.unwrap_or(match address.ip() {
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        }));
    }
    let scheme = if https { "https" } else { "http" };
    format!("{scheme}://{address}/")
}

/// The address by which others probably reach this machine, if `listening` means all of them: the
/// one that a packet to a far-away place would come from. Nothing is sent.
pub(crate) fn outward(listening: IpAddr) -> Option<IpAddr> {
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

async fn accept(
    listener: TcpListener,
    tls: Option<Tls>,
    server: Rc<Server>,
    spawner: Rc<Spawner>,
) -> Infallible {
    let tls = tls.map(Rc::new);
    let mut pause = Duration::ZERO;
    loop {
        let (mut stream, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) if files::is_out_of_files(&error) && make_room(&server).await => continue,
            Err(_) => {
                pause = longer(pause);
                Timer::after(pause).await;
                continue;
            }
        };
        pause = Duration::ZERO;
        set_user_timeout(&stream, server.site.limits.dead_after);
        // A proxy speaks for many.
        let address = Some(peer.ip()).filter(|peer| !server.site.proxies.trusts(*peer));
        let place = ConnectionGuard::new(&server.connections, address, None);
        if !place.is_taken() && server.connections.borrow().overflows() {
            continue; // Not even an answer: each would take a place for a while.
        }
        let (server, tls) = (Rc::clone(&server), tls.clone());
        spawner.spawn(async move {
            let socket = stream.clone();
            let ended = if place.is_taken() {
                let tls = tls.as_deref();
                connection(stream, peer, tls, &place, &server).or(place.ended()).await
            } else {
                turn_away(&mut stream, &server).await
            };
            // A broken connection is the client's affair; nobody is there for what was not sent yet.
            if ended.is_err() {
                let _ = socket2::SockRef::from(&socket).set_linger(Some(Duration::ZERO));
            }
        });
        // Whoever has spoken already is heard before the next may take its place.
        smol::future::yield_now().await;
    }
}

/// Ends the oldest connection that has not authenticated, so that there is a file for the next one, which may be
/// that of a client that may drive. Returns whether it did.
async fn make_room(server: &Server) -> bool {
    let before = server.connections.borrow().open();
    if !server.connections.borrow_mut().make_room(Instant::now()) {
        return false;
    }
    // Its task closes it when it has its turn, which takes no longer than the others' turns.
    for _ in 0..TURNS {
        smol::future::yield_now().await;
        if server.connections.borrow().open() < before {
            return true;
        }
    }
    false
}

fn longer(pause: Duration) -> Duration {
    (pause * 2).clamp(PAUSES.0, PAUSES.1)
}

async fn connection(
    mut stream: TcpStream,
    peer: SocketAddr,
    tls: Option<&Tls>,
    place: &ConnectionGuard,
    server: &Server,
) -> io::Result<()> {
    let limits = &server.site.limits;
    let accepted = Instant::now();
    // Pictures and answers to input are wanted now, not when there is more of them.
    stream.set_nodelay(true)?;
    keep_little_unsent(&stream);
    let local = stream.local_addr()?.ip();
    let requester = |https| Requester::Peer {
        ends: Endpoints { local, peer: peer.ip(), https },
        label: canonical(peer).to_string(),
    };
    let Some(tls) = tls else {
        return converse(stream, accepted, requester(false), place, server).await;
    };
    let late = accepted + limits.head_time;
    let mut first = [0];
    if stream.peek(&mut first).or(after(late)).or(stopped(server)).await? == 0 {
        return Ok(());
    }
    place.spoke();
    if first[0] != tls::FIRST_BYTE {
        let late = accepted + limits.request_time;
        return answer(&mut stream, NOT_TLS.into(), Method::Get, late, server).await;
    }
    let stream = tls.accept(stream, limits).or(after(late)).or(stopped(server)).await?;
    converse(stream, accepted, requester(true), place, server).await
}

/// What a client does not take waits in the kernel also after we have closed the connection with a
/// goodbye, for minutes: long enough for whoever comes again and again to pile it up. So the kernel
/// is to reset a connection whose other end takes nothing, or does not answer, for `time`.
fn set_user_timeout(stream: &TcpStream, time: Duration) {
    // Without it such memory is only given back later.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    let _ = socket2::SockRef::from(stream).set_tcp_user_timeout(Some(time));
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    let _ = (stream, time);
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
        for (address, https, link) in [
            ("127.0.0.1:5", false, "http://127.0.0.1:5/"),
            ("0.0.0.0:5", false, "http://127.0.0.1:5/"),
            ("[::]:5", true, "https://[::1]:5/"),
            ("192.168.7.7:5", false, "http://192.168.7.7:5/"),
        ] {
            assert_eq!(base(address.parse().unwrap(), None, https), link);
        }
        let outward = "192.168.7.7".parse().ok();
        assert_eq!(base("0.0.0.0:5".parse().unwrap(), outward, false), "http://192.168.7.7:5/");
    }
}
