use std::net::IpAddr;

use bytes::Bytes;
use http::uri::Authority;
use http::{HeaderName, Request, Response, header};
use http_types::Method;

use super::Pieces;
use crate::front::access::{self, Allowed, Endpoints};
use crate::front::adapter;
use crate::front::answer::{Refusal, secure};
use crate::front::head::{self, HeadReader, Progress};
use crate::front::routes::{self, Route, route};
use crate::{Limits, Resources, ServerConfig};

const ALLOWED_HOST: &str = "plots.example.org";
const ALLOWED_ORIGIN: &str = "https://plots.example.org";
/// What a person can read at a glance.
const SHORT: usize = 200;

/// What a head became.
#[derive(Debug, PartialEq)]
enum Outcome {
    /// It is not complete.
    More,
    Refused(u16),
    Read {
        /// Method, target and header lines.
        said: String,
        rest: Vec<u8>,
    },
}

impl Outcome {
    /// The length of what follows the head.
    fn rest(&self) -> usize {
        if let Self::Read { rest, .. } = self { rest.len() } else { 0 }
    }
}

/// A connection's first bytes: through the reader of request heads, the checks of `Host` and `Origin`,
/// the routes, and async-h1 behind them.
pub fn gate(bytes: &[u8]) {
    let (outcome, request) = read(&mut [bytes].into_iter());
    let mut pieces = Pieces::of(bytes);
    let mut left = bytes;
    let (in_pieces, _) = read(&mut std::iter::from_fn(|| {
        let at = pieces.next(64).min(left.len());
        let (piece, rest) = left.split_at(at);
        left = rest;
        (at > 0).then_some(piece)
    }));
    assert_eq!(outcome, in_pieces, "it depends on how the bytes arrive");
    if let Outcome::Read { rest, .. } = &outcome {
        assert!(bytes.ends_with(rest), "what follows the head is changed");
        assert!(bytes.len() - rest.len() <= Limits::HEAD_BYTES);
        assert!(bytes[..bytes.len() - rest.len()].ends_with(b"\r\n\r\n"));
    }
    if let Some(request) = request {
        is_clean(&request);
        let head = &bytes[..bytes.len() - outcome.rest()];
        is_complete(head, &request);
        [false, true].into_iter().for_each(|https| answer(&request, https));
    }
}

fn read(pieces: &mut dyn Iterator<Item = &[u8]>) -> (Outcome, Option<Request<()>>) {
    let mut reader = HeadReader::default();
    while let Some(piece) = pieces.next() {
        match reader.push(piece) {
            Ok(Progress::More) => {}
            Ok(Progress::Done { request, mut rest }) => {
                pieces.for_each(|piece| rest.extend_from_slice(piece));
                let said =
                    format!("{} {} {:?}", request.method(), request.uri(), request.headers());
                return (Outcome::Read { said, rest }, Some(*request));
            }
            Err(refusal) => {
                let status = refusal.status.as_u16();
                is_refused(refusal);
                return (Outcome::Refused(status), None);
            }
        }
    }
    (Outcome::More, None)
}

/// What async-h1 and everything behind it may rely on.
fn is_clean(request: &Request<()>) {
    let headers = request.headers();
    assert!(request.uri().path().starts_with('/') && request.uri().authority().is_none());
    assert!(request.uri().to_string().len() <= Limits::TARGET_BYTES);
    assert!(headers.len() <= Limits::HEADERS);
    for once in [header::HOST, header::ORIGIN, header::AUTHORIZATION, header::SEC_WEBSOCKET_KEY] {
        let lines = headers.get_all(&once).iter().count();
        assert!(lines <= 1 && (lines == 1 || once != header::HOST), "{once}: {lines}");
    }
    for absent in [header::TRANSFER_ENCODING, header::EXPECT] {
        assert!(!headers.contains_key(&absent), "{absent}");
    }
    if let Some(length) = headers.get(header::CONTENT_LENGTH) {
        assert!(length.as_bytes().iter().all(|digit| *digit == b'0'));
    }
    // What is left out is left out whole.
    let visible = |byte: &u8| matches!(byte, b'\t' | b' '..=b'~');
    assert!(headers.values().all(|value| value.as_bytes().iter().all(visible)));
}

/// By another reader of lines than the one under test: only a line that nobody reads may be left out,
/// and only for bytes that are not ASCII. The host is that of a target in absolute form.
fn is_complete(head: &[u8], request: &Request<()>) {
    let text = String::from_utf8_lossy(head);
    let mut lines = text.trim_start_matches("\r\n").split("\r\n").filter(|line| !line.is_empty());
    let target = lines.next().and_then(|line| line.split(' ').nth(1)).unwrap_or_default();
    let mut kept = 0;
    for line in lines {
        let (name, value) = line.split_once(':').expect("a header line has a colon");
        assert!(name.bytes().all(|byte| byte.is_ascii_graphic()), "{name:?}");
        let name = HeaderName::from_bytes(name.as_bytes()).expect("it is a name");
        if value.is_ascii() {
            kept += 1;
            if name != header::HOST {
                let mut values = request.headers().get_all(&name).iter();
                assert!(
                    values.any(|it| it.as_bytes() == value.trim().as_bytes()),
                    "{name} is lost"
                );
            }
        } else {
            let all = name.as_str();
            assert!(!head::is_read(&name), "{all} is read, and has {value:?}");
        }
    }
    assert_eq!(request.headers().len(), kept, "{text:?}");
    if let Some((_, rest)) = target.split_once("://").filter(|_| !target.starts_with('/')) {
        let host = rest.split(['/', '?']).next().unwrap_or_default();
        assert_eq!(request.headers()[header::HOST], host, "{target}");
        assert!(!host.is_empty() && !host.contains('@'));
    }
}

fn answer(request: &Request<()>, https: bool) {
    let config = ServerConfig {
        allow_hosts: vec![ALLOWED_HOST.into()],
        allow_origins: vec![ALLOWED_ORIGIN.into()],
        ..ServerConfig::default()
    };
    let (local, peer) = ([192, 168, 1, 5].into(), [192, 168, 1, 77].into());
    let ends = Endpoints { local, peer, https };
    match access::check(request, ends, &Allowed::new(&config)) {
        Ok(()) => is_let_in_rightly(request, ends),
        Err(refusal) => return is_refused(refusal),
    }
    // Read back by another reader than the one that writes the answer.
    let read = smol::block_on(adapter::read(request));
    let method = match read {
        Ok(read) => read.method(),
        Err(refusal) => return is_refused(refusal),
    };
    match route(request, "", &|name| ["", "side"].contains(&name)) {
        Route::Answer(response) => is_answered(response, method),
        Route::File { canvas, name } => {
            assert!(["", "side"].contains(&&*canvas));
            let found = smol::block_on(Resources::new().find(&name, "")).expect("nothing is read");
            is_answered(routes::file(request, found), method);
        }
        Route::Stats { canvas, .. }
        | Route::Picture { canvas, .. }
        | Route::Live { canvas, .. } => {
            assert!(["", "side"].contains(&&*canvas));
            assert!(["GET", "HEAD"].contains(&request.method().as_str()));
        }
        Route::Upgrade { canvas, response, .. } => {
            assert!(["", "side"].contains(&&*canvas));
            assert_eq!((request.method().as_str(), response.status().as_u16()), ("GET", 101));
            assert!(request.headers().contains_key(header::SEC_WEBSOCKET_KEY));
        }
    }
}

/// By another reader of authorities than the one under test.
fn is_let_in_rightly(request: &Request<()>, ends: Endpoints) {
    let text = |name| request.headers().get(name).map(|value| value.to_str().unwrap_or_default());
    let host = text(header::HOST).unwrap_or_default();
    let (name, port) = named(host, if ends.https { 443 } else { 80 });
    match name.parse::<IpAddr>() {
        Ok(ip) => assert!(ip.to_canonical().is_loopback() || ip.to_canonical() == ends.local),
        Err(_) => assert!(["localhost", ALLOWED_HOST].contains(&&*name), "{host} is ours"),
    }
    match text(header::ORIGIN) {
        None => {}
        Some("null") => assert!(request.headers().contains_key(header::AUTHORIZATION)),
        Some(origin) => {
            let origin = origin.to_ascii_lowercase();
            let default = if origin.starts_with("https:") { 443 } else { 80 };
            let (scheme, rest) = origin.split_once("://").unwrap_or_default();
            let (given, given_port) = named(rest, default);
            let ours = if ends.https { "https" } else { "http" };
            let own = scheme == ours && (&given, given_port) == (&name, port);
            let allowed = (scheme, &*given, given_port) == ("https", ALLOWED_HOST, 443);
            assert!(own || allowed, "{origin} may use {host}");
        }
    }
}

fn named(text: &str, default: u16) -> (String, u16) {
    let authority: Authority = text.parse().unwrap_or_else(|error| panic!("{text:?}: {error}"));
    assert!(!authority.as_str().contains('@'), "{text:?} has a user");
    let host = authority.host().trim_start_matches('[').trim_end_matches(']');
    let host = host
        .parse()
        .map_or_else(|_| host.to_ascii_lowercase(), |ip: IpAddr| ip.to_canonical().to_string());
    (host, authority.port_u16().unwrap_or(default))
}

fn is_refused(refusal: Refusal) {
    let status = refusal.status;
    // The two of the 500s are what the standard has for them.
    assert!(status.is_client_error() || [501, 505].contains(&status.as_u16()), "{status}");
    assert!(refusal.text.len() < SHORT && refusal.text.ends_with('\n'));
    is_answered(refusal.into(), Method::Get);
}

/// Writes `response` as it would be sent.
fn is_answered(mut response: Response<Bytes>, method: Method) {
    let status = response.status().as_u16();
    assert!([200, 304, 308].contains(&status) || (400..500).contains(&status) || status == 505);
    secure(&mut response, &[]);
    let mut bytes = Vec::new();
    smol::block_on(adapter::write(response, method, false, &mut bytes)).expect("it is only memory");
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("there is a head");
    let head = str::from_utf8(&bytes[..end]).expect("a head is ASCII");
    assert!(head.starts_with(&format!("HTTP/1.1 {status} ")), "{head}");
    for header in
        ["content-length: ", "content-security-policy: default-src 'none'", "connection: close"]
    {
        assert_eq!(head.matches(header).count(), 1, "{header} in {head}");
    }
    let body = bytes.len() - end - 4;
    assert!(body == 0 || method != Method::Head && status != 304);
}
