//! Links to watch of the origin's web server, at edges.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::task::Waker;
use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;
use framecast_api::{Backend, Clock, Context, LogicalSize, Role};
use framecast_http::{HttpBackend, HttpServer, Link, ServerConfig};
use framecast_relay::PublicKey;
use framecast_test_nats::{Client, Direction, Faults, NatsServer, Proxy};

use crate::stage::{LIMIT, Origin, TestEdge, eventually};

const STATE: &str = "framecast.lecture.state";
/// The close code for those who have no valid link.
const NO_LINK: u16 = 4001;
const UPGRADE: &str = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
     Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

fn server(config: ServerConfig) -> HttpServer {
    HttpServer::bind_with("127.0.0.1:0".parse().unwrap(), config).unwrap()
}

/// The secret of the link with this role.
fn token(server: &HttpServer, role: Role) -> String {
    let link = server.links(None).into_iter().find(|link| link.role == role).unwrap();
    link.url.split_once("#token=").unwrap().1.to_owned()
}

/// An edge with a web server for those who watch, which follows the origin's links.
struct WebEdge {
    relay: TestEdge,
    server: HttpServer,
    _canvas: HttpBackend,
}

impl WebEdge {
    fn start(url: &str, name: &str) -> Self {
        Self::with(url, name, None)
    }

    fn with(url: &str, name: &str, key: Option<PublicKey>) -> Self {
        let mut config = ServerConfig::default();
        (config.watch_only, config.links) = (true, vec![Link::watch("own")]);
        let server = server(config);
        let mut canvas = server.canvas(None).unwrap();
        let waker = Waker::noop().clone();
        let size = LogicalSize::new(64.0, 48.0);
        canvas.open(Context::new(waker, Clock::start(), "edge", size)).unwrap();
        let relay = TestEdge::with(url, name, key, 1);
        let links = server.shared_links();
        relay.edge.feed_links(move |origins| links.follow(origins).unwrap());
        Self { relay, server, _canvas: canvas }
    }

    /// The status of a request with this token.
    fn status(&self, token: &str, headers: &str) -> (u16, TcpStream) {
        let mut socket = TcpStream::connect(self.server.local_addr()).unwrap();
        socket.set_read_timeout(Some(LIMIT)).unwrap();
        let path = if headers.is_empty() { "/stats" } else { "/" };
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n{headers}\r\n"
        );
        socket.write_all(request.as_bytes()).unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            socket.read_exact(&mut byte).unwrap();
            head.push(byte[0]);
        }
        let status = String::from_utf8(head).unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        (status, socket)
    }

    fn admits(&self, token: &str) -> bool {
        match self.status(token, "").0 {
            200 => true,
            401 => false,
            status => panic!("{status}"),
        }
    }

    fn until_admits(&self, token: &str) {
        eventually("the link works here", || self.admits(token));
    }

    /// Comes by a WebSocket.
    fn watch(&self, token: &str) -> Viewer {
        let (status, socket) = self.status(token, UPGRADE);
        assert_eq!(status, 101);
        Viewer(socket)
    }

    fn in_use(&self, name: &str) -> bool {
        let links = self.server.list_links();
        links.iter().any(|link| link.followed && link.in_use && link.name == name)
    }
}

/// A browser that watches.
struct Viewer(TcpStream);

impl Viewer {
    fn read<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.read_exact(&mut bytes).unwrap();
        bytes
    }

    /// Reads frames (RFC 6455) up to the last one; the code in it.
    fn until_closed(mut self) -> u16 {
        loop {
            let [first, length] = self.read();
            let length = match length {
                126 => u64::from(u16::from_be_bytes(self.read())),
                127 => u64::from_be_bytes(self.read()),
                short => u64::from(short),
            };
            if first & 0x0f == 8 {
                return u16::from_be_bytes(self.read());
            }
            std::io::copy(&mut (&mut self.0).take(length), &mut std::io::sink()).unwrap();
        }
    }
}

#[test]
fn links_to_watch_work_at_every_edge_and_no_token_or_link_to_drive_is_on_the_bus() {
    let bus = NatsServer::start("");
    let mut spy = Client::connect(bus.address()).unwrap();
    spy.subscribe(">", None).unwrap();
    spy.flush().unwrap();
    let web = server(ServerConfig::default());
    let (drive, watch) = (token(&web, Role::Drive), token(&web, Role::Watch));
    let origin = Origin::with_links_of(&bus.url(), &web);
    let mut edges = vec![WebEdge::start(&bus.url(), "fra-1"), WebEdge::start(&bus.url(), "fra-2")];
    edges.iter().for_each(|edge| edge.until_admits(&watch));
    // One made later, and an edge that comes later.
    let later = web.add_link(Link::watch("later")).unwrap().unwrap();
    edges.push(WebEdge::start(&bus.url(), "ams-1"));
    for edge in &edges {
        edge.until_admits(&watch);
        edge.until_admits(later.as_str());
        assert!(!edge.admits(&drive));
        assert_eq!(edge.status(&drive, UPGRADE).0, 401);
        assert!(edge.admits(&token(&edge.server, Role::Watch)), "its own");
        let names: Vec<_> = edge.relay.edge.links().iter().map(|it| it.name().to_owned()).collect();
        assert_eq!(names, ["watch", "later"]);
    }
    let payloads: Vec<Vec<u8>> = spy
        .flush()
        .unwrap()
        .iter()
        .filter_map(|it| it.message())
        .map(|message| message.payload.to_vec())
        .collect();
    let has = |text: &str| {
        payloads.iter().any(|it| it.windows(text.len()).any(|it| it == text.as_bytes()))
    };
    let hash = |token: &str| {
        let hash = ring::digest::digest(&ring::digest::SHA256, token.as_bytes());
        BASE64URL_NOPAD.encode(hash.as_ref())
    };
    assert!(has(&hash(&watch)) && has(&hash(later.as_str())));
    assert!(!has(&drive) && !has(&hash(&drive)) && !has(&watch) && !has(later.as_str()));
    drop(origin);
}

#[test]
fn who_came_by_a_line_that_is_gone_from_the_origins_link_file_is_sent_away_at_every_edge() {
    const STAYS: &str = "vJ8_kQ2-xP7.aZ4~mT9wLb";
    const GONE: &str = "9f86d081884c7d659a2feaa0c55ad015";
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("links");
    let put = |text: String| {
        let new = folder.path().join("new");
        std::fs::write(&new, text).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            std::fs::set_permissions(&new, PermissionsExt::from_mode(0o600)).unwrap();
        }
        std::fs::rename(&new, &file).unwrap();
    };
    let stays = format!("guest watch never {STAYS}\n");
    put(format!("{stays}gone watch never {GONE}\n"));
    let bus = NatsServer::start("");
    let mut config = ServerConfig::default();
    config.link_file = Some(file.clone());
    let web = server(config);
    let _origin = Origin::with_links_of(&bus.url(), &web);
    // One of them misses a third of what the origin says.
    let lossy = Proxy::of(&bus);
    lossy.set_faults([Faults::new(Direction::ToClient, STATE, 7).drop_one_in(3)]);
    let edges = [WebEdge::start(&bus.url(), "fra-1"), WebEdge::start(&lossy.url(), "fra-2")];
    let viewers = edges.each_ref().map(|edge| {
        edge.until_admits(GONE);
        (edge.watch(GONE), edge.watch(STAYS))
    });
    put(stays);
    let staying = viewers.map(|(leaves, stays)| {
        assert_eq!(leaves.until_closed(), NO_LINK);
        stays
    });
    for edge in &edges {
        assert!(!edge.admits(GONE) && edge.admits(STAYS) && edge.in_use("guest"));
    }
    drop(staying);
}

#[test]
fn a_link_ends_at_an_edge_when_it_expires_also_while_the_origin_is_gone() {
    let bus = NatsServer::start("");
    let web = server(ServerConfig::default());
    let origin = Origin::with_links_of(&bus.url(), &web);
    let edge = WebEdge::start(&bus.url(), "fra-1");
    edge.until_admits(&token(&web, Role::Watch));
    // Longer than it takes to come by it, on a busy machine, too.
    let link = Link::watch("short").expires_in(Duration::from_secs(8));
    let short = web.add_link(link).unwrap().unwrap();
    edge.until_admits(short.as_str());
    let viewer = edge.watch(short.as_str());
    drop(origin);
    assert_eq!(viewer.until_closed(), NO_LINK);
    assert!(!edge.admits(short.as_str()));
    assert!(edge.admits(&token(&web, Role::Watch)), "the others stay as they were");
}

#[test]
fn who_watches_stays_when_an_origin_with_the_same_links_starts_anew() {
    let bus = NatsServer::start("");
    let web = server(ServerConfig::default());
    let origin = Origin::with_links_of(&bus.url(), &web);
    let edge = WebEdge::start(&bus.url(), "fra-1");
    let watch = token(&web, Role::Watch);
    edge.until_admits(&watch);
    let viewer = edge.watch(&watch);
    let key = origin.key;
    drop(origin);
    eventually("it is gone", || edge.relay.edge.state().closed);
    let again = Origin::with_links_of(&bus.url(), &web);
    assert!(again.key != key);
    let more = web.add_link(Link::watch("more")).unwrap().unwrap();
    edge.until_admits(more.as_str());
    assert!(edge.in_use("watch"), "nobody was sent away");
    drop(viewer);
}

#[test]
fn an_edge_that_has_the_origins_key_takes_no_links_of_another() {
    let bus = NatsServer::start("");
    let (web, strange) = (server(ServerConfig::default()), server(ServerConfig::default()));
    let origin = Origin::with_links_of(&bus.url(), &web);
    let pinned = WebEdge::with(&bus.url(), "pinned", Some(origin.key));
    let (right, wrong) = (token(&web, Role::Watch), token(&strange, Role::Watch));
    pinned.until_admits(&right);
    let viewer = pinned.watch(&right);
    let other = Origin::with_links_of(&bus.url(), &strange);
    let fooled = WebEdge::start(&bus.url(), "fooled");
    fooled.until_admits(&wrong);
    // What was published before is published again: nothing of it is newer.
    let mut liar = Client::connect(bus.address()).unwrap();
    liar.subscribe(STATE, None).unwrap();
    let mut heard = Vec::new();
    eventually("some states", || {
        let received = liar.flush().unwrap();
        heard.extend(received.iter().filter_map(|it| it.message()).map(|it| it.payload.to_vec()));
        heard.len() >= 6
    });
    assert!(web.revoke("watch"));
    assert_eq!(viewer.until_closed(), NO_LINK);
    heard.iter().for_each(|state| liar.publish(STATE, None, state).unwrap());
    liar.flush().unwrap();
    let last = web.add_link(Link::watch("last")).unwrap().unwrap();
    pinned.until_admits(last.as_str());
    assert!(!pinned.admits(&right) && !pinned.admits(&wrong));
    drop(other);
}
