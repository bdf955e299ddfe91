//! Reads the head of an HTTP/1.1 request: bounded, pure, and stricter than the standard asks.
//!
//! What passes here is safe to hand to any other parser: visible ASCII, CRLF line ends, one
//! `Host`, no body. A header line whose value has other bytes is left out where nobody here reads
//! it: cookies belong to a host and not to a port, so a browser also sends those of other servers.

use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Method, Request, StatusCode, Uri, Version};

use super::answer::Refusal;
use crate::Limits;

const LONGEST_METHOD: usize = 16;
/// Empty lines before the request line, which some clients send after the request before (RFC 9112, 2.2).
const EMPTY_LINES: usize = 4;

/// Header lines that say one thing; two of them would mean that two readers may disagree.
const ONLY_ONCE: [HeaderName; 7] = [
    header::HOST,
    header::AUTHORIZATION,
    header::ORIGIN,
    header::CONTENT_LENGTH,
    header::UPGRADE,
    header::SEC_WEBSOCKET_KEY,
    header::SEC_WEBSOCKET_VERSION,
];

/// Header lines that are read somewhere behind this, or decide what the request is: their values are
/// visible ASCII, or the request is refused. Those that begin with one of [`READ_PREFIXES`] are, too.
const READ: [HeaderName; 17] = [
    header::HOST,
    header::ORIGIN,
    header::AUTHORIZATION,
    header::CONTENT_LENGTH,
    header::CONTENT_ENCODING,
    header::TRANSFER_ENCODING,
    header::TE,
    header::TRAILER,
    header::CONNECTION,
    header::UPGRADE,
    header::EXPECT,
    header::ACCEPT,
    header::ACCEPT_ENCODING,
    header::RANGE,
    header::IF_RANGE,
    header::IF_NONE_MATCH,
    header::FORWARDED,
];
/// `Sec-WebSocket-*`, `Sec-Fetch-*` and `X-Forwarded-*`.
const READ_PREFIXES: [&str; 3] = ["sec-websocket-", "sec-fetch-", "x-forwarded-"];

/// The scheme of a request target in absolute form, in the extensions of its request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TargetScheme {
    pub(crate) https: bool,
}

const GARBLED: Refusal =
    Refusal::new(StatusCode::BAD_REQUEST, "This is not an HTTP/1.1 request.\n");
const HEADER_GARBLED: Refusal =
    Refusal::new(StatusCode::BAD_REQUEST, "A header line is malformed.\n");
const TWICE: Refusal =
    Refusal::new(StatusCode::BAD_REQUEST, "A header that may come once came twice.\n");
const NO_HOST: Refusal = Refusal::new(StatusCode::BAD_REQUEST, "The request has no Host header.\n");
const TARGET: Refusal = Refusal::new(
    StatusCode::BAD_REQUEST,
    "The request target must be a path or an http address.\n",
);
const BODY: Refusal =
    Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "A request to this server has no body.\n");
const ENCODED_BODY: Refusal =
    Refusal::new(StatusCode::BAD_REQUEST, "A request to this server has no body.\n");
const EXPECTS: Refusal =
    Refusal::new(StatusCode::EXPECTATION_FAILED, "This server meets no expectations.\n");
const VERSION: Refusal =
    Refusal::new(StatusCode::HTTP_VERSION_NOT_SUPPORTED, "This server speaks HTTP/1.1.\n");
const LONG_TARGET: Refusal =
    Refusal::new(StatusCode::URI_TOO_LONG, "The request target is too long.\n");
const LONG_HEAD: Refusal =
    Refusal::new(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "The request head is too large.\n");

/// Collects bytes until the head is complete or known to be bad.
#[derive(Debug, Default)]
pub(crate) struct HeadReader {
    /// Invariant: at most [`Limits::HEAD_BYTES`] when `push` returns `More`.
    bytes: Vec<u8>,
    /// Everything before this was found to be allowed.
    checked: usize,
    place: Place,
}

/// Which part of the head comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// The request line, after so many empty lines.
    Before(usize),
    RequestLine,
    /// The first byte of a header line, or the end.
    LineStart,
    Name,
    Value,
}

impl Default for Place {
    fn default() -> Self {
        Self::Before(0)
    }
}

/// How far the head is.
#[derive(Debug)]
pub(crate) enum Progress {
    More,
    Done {
        request: Box<Request<()>>,
        /// What came after the head. For an upgrade the first bytes of the new protocol.
        rest: Vec<u8>,
    },
}

impl HeadReader {
    /// Takes the next bytes of the connection.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Result<Progress, Refusal> {
        self.bytes.extend_from_slice(bytes);
        while let Some(&byte) = self.bytes.get(self.checked) {
            if self.checked >= Limits::HEAD_BYTES {
                let in_first_line = matches!(self.place, Place::Before(_) | Place::RequestLine);
                return Err(if in_first_line { LONG_TARGET } else { LONG_HEAD });
            }
            let after_cr = self.checked > 0 && self.bytes[self.checked - 1] == b'\r';
            let allowed = match byte {
                b'\n' => after_cr,
                b'\r' | b'\t' | b' '..=b'~' => !after_cr,
                // `obs-text` (RFC 9110, 5.5): whether this value may have it is seen once the line is there.
                0x80.. => self.place == Place::Value && !after_cr,
                _ => false,
            };
            if !allowed {
                return Err(GARBLED);
            }
            self.checked += 1;
            let line_end = byte == b'\n';
            self.place = match self.place {
                Place::Before(lines) if line_end => {
                    if lines >= EMPTY_LINES {
                        return Err(GARBLED);
                    }
                    Place::Before(lines + 1)
                }
                before @ Place::Before(_) if byte == b'\r' => before,
                Place::LineStart if line_end => {
                    let rest = self.bytes.split_off(self.checked);
                    let request = Box::new(parse(&self.bytes)?);
                    return Ok(Progress::Done { request, rest });
                }
                start @ Place::LineStart if byte == b'\r' => start,
                _ if line_end => Place::LineStart,
                Place::Before(_) => Place::RequestLine,
                Place::LineStart | Place::Name if byte == b':' => Place::Value,
                Place::LineStart => Place::Name,
                same => same,
            };
        }
        Ok(Progress::More)
    }

    /// Whether not one byte came.
    pub(crate) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }
}

/// `head` ends with an empty line and holds only what `push` lets pass.
fn parse(mut head: &[u8]) -> Result<Request<()>, Refusal> {
    while let Some(rest) = head.strip_prefix(b"\r\n") {
        head = rest;
    }
    let mut lines = lines(head);
    let line = lines.next().unwrap_or_default();
    let (method, target) = request_line(str::from_utf8(line).map_err(|_| GARBLED)?)?;

    let mut headers = HeaderMap::new();
    for (number, line) in lines.enumerate() {
        if number >= Limits::HEADERS {
            return Err(LONG_HEAD);
        }
        let Some((name, value)) = header_line(line)? else { continue };
        if ONLY_ONCE.contains(&name) && headers.contains_key(&name) {
            return Err(TWICE);
        }
        headers.append(name, value);
    }
    // Also where the target names the host (RFC 9112, 3.2).
    if !headers.contains_key(header::HOST) {
        return Err(NO_HOST);
    }
    if headers.contains_key(header::TRANSFER_ENCODING) {
        return Err(ENCODED_BODY);
    }
    if let Some(length) = headers.get(header::CONTENT_LENGTH) {
        let digits = length.as_bytes();
        if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
            return Err(HEADER_GARBLED);
        }
        if digits.iter().any(|digit| *digit != b'0') {
            return Err(BODY);
        }
    }
    if headers.contains_key(header::EXPECT) {
        return Err(EXPECTS);
    }

    let mut request = Request::new(());
    if let Some((scheme, host)) = target.authority {
        // Whatever `Host` says (RFC 9112, 3.2.2).
        headers.insert(header::HOST, host);
        request.extensions_mut().insert(scheme);
    }
    *request.method_mut() = method;
    *request.uri_mut() = target.path;
    *request.version_mut() = Version::HTTP_11;
    *request.headers_mut() = headers;
    Ok(request)
}

/// The lines of a head, without their ends, up to the empty one.
fn lines(head: &[u8]) -> impl Iterator<Item = &[u8]> {
    let lines = head.split(|byte| *byte == b'\n');
    lines.map(|line| line.strip_suffix(b"\r").unwrap_or(line)).take_while(|line| !line.is_empty())
}

/// What a request is for.
struct Target {
    /// In origin form, without scheme and authority.
    path: Uri,
    /// Of the absolute form.
    authority: Option<(TargetScheme, HeaderValue)>,
}

fn request_line(line: &str) -> Result<(Method, Target), Refusal> {
    let mut parts = line.split(' ');
    let (Some(method), Some(target), Some(version), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(GARBLED);
    };
    if method.len() > LONGEST_METHOD {
        return Err(GARBLED);
    }
    let method = Method::from_bytes(method.as_bytes()).map_err(|_| GARBLED)?;
    if version != "HTTP/1.1" {
        return Err(if version.starts_with("HTTP/") { VERSION } else { GARBLED });
    }
    if target.len() > Limits::TARGET_BYTES {
        return Err(LONG_TARGET);
    }
    Ok((method, request_target(target)?))
}

/// Reads the origin form and the absolute form; `*` and CONNECT mean nothing to us.
fn request_target(target: &str) -> Result<Target, Refusal> {
    if target.contains('#') {
        return Err(TARGET);
    }
    let path = |text: &str| text.parse::<Uri>().map_err(|_| TARGET);
    if target.starts_with('/') {
        return Ok(Target { path: path(target)?, authority: None });
    }
    let (scheme, rest) = target.split_once("://").ok_or(TARGET)?;
    let https = scheme.eq_ignore_ascii_case("https");
    if !https && !scheme.eq_ignore_ascii_case("http") {
        return Err(TARGET);
    }
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, after) = rest.split_at(end);
    // A user has no place in there (RFC 9110, 4.2.4). What is left is judged as `Host` is.
    if authority.is_empty() || authority.contains('@') {
        return Err(TARGET);
    }
    let host = HeaderValue::from_str(authority).map_err(|_| TARGET)?;
    let path = if after.starts_with('/') { path(after)? } else { path(&format!("/{after}"))? };
    Ok(Target { path, authority: Some((TargetScheme { https }, host)) })
}

/// A header line; `None`: it is none of those that are read, and cannot be handed to other parsers.
fn header_line(line: &[u8]) -> Result<Option<(HeaderName, HeaderValue)>, Refusal> {
    let colon = line.iter().position(|byte| *byte == b':').ok_or(HEADER_GARBLED)?;
    // `HeaderName` refuses spaces: also a continued line and a space before the colon.
    let name = HeaderName::from_bytes(&line[..colon]).map_err(|_| HEADER_GARBLED)?;
    let value = &line[colon + 1..];
    if !value.is_ascii() {
        return if is_read(&name) { Err(HEADER_GARBLED) } else { Ok(None) };
    }
    let value = HeaderValue::from_bytes(value.trim_ascii()).map_err(|_| HEADER_GARBLED)?;
    Ok(Some((name, value)))
}

/// Whether the value of such a line is looked at here or behind this.
pub(crate) fn is_read(name: &HeaderName) -> bool {
    READ.contains(name) || READ_PREFIXES.iter().any(|prefix| name.as_str().starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &[u8] = b"GET /a?b HTTP/1.1\r\nHost: localhost:1\r\nAccept: \t*/* \r\n\r\n";

    fn read(bytes: &[u8]) -> Result<Progress, Refusal> {
        HeadReader::default().push(bytes)
    }

    fn refused(bytes: &[u8]) -> u16 {
        match read(bytes) {
            Err(refusal) => refusal.status.as_u16(),
            Ok(progress) => panic!("{:?}: {progress:?}", String::from_utf8_lossy(bytes)),
        }
    }

    fn with(headers: &str) -> Vec<u8> {
        format!("GET / HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n").into_bytes()
    }

    #[test]
    fn a_plain_request_is_read() {
        let Ok(Progress::Done { request, rest }) = read(GOOD) else { panic!("not read") };
        assert_eq!(request.method(), "GET");
        assert_eq!(request.uri().path(), "/a");
        assert_eq!(request.headers()["host"], "localhost:1");
        assert_eq!(request.headers()["accept"], "*/*");
        assert!(rest.is_empty());
    }

    #[test]
    fn a_request_may_arrive_in_any_pieces() {
        for at in 0..GOOD.len() {
            let mut reader = HeadReader::default();
            assert!(matches!(reader.push(&GOOD[..at]), Ok(Progress::More)), "{at}");
            assert!(matches!(reader.push(&GOOD[at..]), Ok(Progress::Done { .. })), "{at}");
        }
        let mut reader = HeadReader::default();
        for byte in &GOOD[..GOOD.len() - 1] {
            assert!(matches!(reader.push(&[*byte]), Ok(Progress::More)));
        }
        assert!(matches!(reader.push(b"\n"), Ok(Progress::Done { .. })));
    }

    #[test]
    fn what_follows_the_head_is_kept_whole_and_never_looked_at() {
        let mut bytes = GOOD.to_vec();
        bytes.extend_from_slice(b"\x81\x85\xff\x00\r\n\r\nGET");
        for at in 0..bytes.len() {
            let mut reader = HeadReader::default();
            let mut rest = match reader.push(&bytes[..at]).unwrap() {
                Progress::More => match reader.push(&bytes[at..]).unwrap() {
                    Progress::Done { rest, .. } => rest,
                    Progress::More => panic!("no end at {at}"),
                },
                Progress::Done { mut rest, .. } => {
                    rest.extend_from_slice(&bytes[at..]);
                    rest
                }
            };
            assert_eq!(rest.split_off(0), b"\x81\x85\xff\x00\r\n\r\nGET");
        }
    }

    #[test]
    fn bytes_that_are_not_visible_ascii_are_refused_at_once() {
        assert_eq!(refused(b"GET /\xc3\xbc"), 400);
        assert_eq!(refused(b"\xc3\xbc"), 400);
        assert_eq!(refused(b"GET / HTTP/1.1\xff"), 400);
        assert_eq!(refused(b"GET / HTTP/1.1\r\n\xff"), 400);
        assert_eq!(refused(b"GET / HTTP/1.1\r\nHost: localhost\r\nX\xc3\xbc"), 400);
        assert_eq!(refused(b"GET / HTTP/1.1\r\nHost: localhost\r\nX: a\r\xff"), 400);
        assert_eq!(refused(b"GET /\0 HTTP/1.1\r\n"), 400);
        assert_eq!(refused(b"\x16\x03\x01\x02\x00"), 400, "a TLS hello");
        assert_eq!(refused(b"GET / HTTP/1.1\r\nX: \x1b[31m"), 400);
        assert_eq!(refused(b"GET / HTTP/1.1\r\nX: \x7f"), 400);
    }

    #[test]
    fn a_value_that_is_not_ascii_is_left_out_where_nobody_reads_it() {
        for foreign in [
            "Cookie: a=\u{fc}; b=c",
            "Cookie: \u{fc}",
            "cookie:\u{fc}",
            "User-Agent: J\u{fc}rgen's",
            "Referer: http://localhost/\u{2028}",
            "Accept-Language: \u{202e}",
            "X-Name: \u{1f600}",
        ] {
            let bytes = with(&format!("Accept: a\r\n{foreign}\r\nCookie: plain=1\r\n"));
            for at in 0..=bytes.len() {
                let mut reader = HeadReader::default();
                let read = match reader.push(&bytes[..at]).unwrap() {
                    Progress::More => reader.push(&bytes[at..]).unwrap(),
                    done => done,
                };
                let Progress::Done { request, .. } = read else { panic!("{foreign}: no end") };
                assert_eq!(request.headers().len(), 3, "{foreign}");
                assert_eq!(request.headers()["cookie"], "plain=1");
                assert_eq!(request.headers()["accept"], "a");
            }
        }
        // Also what is no text in any encoding.
        let mut bytes = with("");
        bytes.truncate(bytes.len() - 2);
        bytes.extend_from_slice(b"Cookie: \x80\xff\xc3\r\n\r\n");
        assert!(matches!(read(&bytes), Ok(Progress::Done { .. })));
    }

    #[test]
    fn a_value_that_is_read_is_ascii_or_refused() {
        for name in [
            "Host",
            "ORIGIN",
            "Authorization",
            "Content-Length",
            "Transfer-Encoding",
            "connection",
            "Upgrade",
            "Expect",
            "Accept",
            "Accept-Encoding",
            "Range",
            "If-None-Match",
            "Forwarded",
            "X-Forwarded-For",
            "X-Forwarded-Proto",
            "X-Forwarded-Host",
            "Sec-WebSocket-Key",
            "Sec-WebSocket-Version",
            "Sec-WebSocket-Protocol",
            "Sec-WebSocket-Extensions",
            "Sec-Fetch-Site",
        ] {
            for value in ["\u{fc}", "a\u{fc}", "\u{85}", "\u{a0}"] {
                assert_eq!(refused(&with(&format!("{name}: {value}\r\n"))), 400, "{name}");
            }
        }
        assert_eq!(refused("GET / HTTP/1.1\r\nHost: localhost\u{fc}\r\n\r\n".as_bytes()), 400);
    }

    #[test]
    fn lines_that_are_left_out_count_all_the_same() {
        let lines = |count: usize| with(&"Cookie: \u{fc}\r\n".repeat(count));
        assert!(matches!(read(&lines(Limits::HEADERS - 1)), Ok(Progress::Done { .. })));
        assert_eq!(refused(&lines(Limits::HEADERS)), 431);
        let long = format!("Cookie: {}", "\u{fc}".repeat(Limits::HEAD_BYTES / 2));
        assert_eq!(refused(&with(&long)), 431);
    }

    #[test]
    fn a_few_empty_lines_may_come_first() {
        for lines in 1..=EMPTY_LINES {
            let bytes = [b"\r\n".repeat(lines), GOOD.to_vec()].concat();
            for at in 0..bytes.len() {
                let mut reader = HeadReader::default();
                assert!(matches!(reader.push(&bytes[..at]), Ok(Progress::More)), "{at}");
                assert!(matches!(reader.push(&bytes[at..]), Ok(Progress::Done { .. })), "{at}");
            }
        }
        assert_eq!(refused(&b"\r\n".repeat(EMPTY_LINES + 1)), 400);
        assert_eq!(refused(b"\r\n\n"), 400);
        assert_eq!(refused(b"\r\r\n"), 400);
        assert_eq!(refused(b"\r\n GET / HTTP/1.1\r\nHost: a\r\n\r\n"), 400);
    }

    #[test]
    fn an_absolute_target_takes_the_place_of_host() {
        for (target, host, path, https) in [
            ("http://localhost:1/a?b", "localhost:1", "/a?b", false),
            ("HTTPS://[::1]", "[::1]", "/", true),
            ("http://localhost?b=/", "localhost", "/?b=/", false),
            ("http://localhost//a", "localhost", "//a", false),
            ("http://a:b:c/", "a:b:c", "/", false),
        ] {
            let bytes = format!("GET {target} HTTP/1.1\r\nHost: evil.example\r\n\r\n");
            let Ok(Progress::Done { request, .. }) = read(bytes.as_bytes()) else {
                panic!("{target} is not read")
            };
            assert_eq!(request.headers().get_all("host").iter().collect::<Vec<_>>(), [host]);
            assert_eq!(request.uri(), path);
            assert!(request.uri().authority().is_none());
            assert_eq!(request.extensions().get(), Some(&TargetScheme { https }));
        }
        let without = b"GET http://localhost/ HTTP/1.1\r\nAccept: a\r\n\r\n";
        assert_eq!(refused(without), 400, "Host is wanted all the same");
        let Ok(Progress::Done { request, .. }) = read(GOOD) else { panic!("not read") };
        assert_eq!(request.extensions().get::<TargetScheme>(), None);
    }

    #[test]
    fn only_crlf_ends_a_line() {
        assert_eq!(refused(b"GET / HTTP/1.1\nHost: localhost\n\n"), 400);
        assert_eq!(refused(b"GET / HTTP/1.1\rHost: localhost"), 400);
        assert_eq!(refused(b"GET / HTTP/1.1\r\r\n"), 400);
        assert_eq!(refused(b"GET / HTTP/1.1\r\nHost: a\n\n"), 400);
        assert_eq!(refused(b"\nGET / HTTP/1.1\r\n"), 400);
    }

    #[test]
    fn a_line_without_an_end_is_refused_at_the_limit() {
        let mut reader = HeadReader::default();
        let chunk = [b'a'; 1024];
        for _ in 0..Limits::HEAD_BYTES / chunk.len() {
            assert!(matches!(reader.push(&chunk), Ok(Progress::More)));
        }
        assert_eq!(reader.push(b"a").unwrap_err().status, 414);

        // However it comes: what is beyond the limit is not looked at.
        let at_once = [&[b'a'; Limits::HEAD_BYTES][..], b"\r\n"].concat();
        assert_eq!(refused(&at_once), 414);

        let mut endless = with("");
        endless.truncate(endless.len() - 2);
        endless.extend_from_slice(b"X: ");
        endless.resize(Limits::HEAD_BYTES, b'x');
        let mut reader = HeadReader::default();
        assert!(matches!(reader.push(&endless), Ok(Progress::More)));
        assert_eq!(reader.push(b"x").unwrap_err().status, 431);
    }

    #[test]
    fn a_head_of_just_the_limit_passes_and_one_byte_more_does_not() {
        let sized = |size: usize| {
            let empty = with("X: \r\n").len();
            with(&format!("X: {}\r\n", "x".repeat(size - empty)))
        };
        assert!(matches!(read(&sized(Limits::HEAD_BYTES)), Ok(Progress::Done { .. })));
        assert_eq!(refused(&sized(Limits::HEAD_BYTES + 1)), 431);
    }

    #[test]
    fn too_many_headers_and_too_long_targets_are_refused() {
        let lines = |count: usize| with(&"X: y\r\n".repeat(count));
        assert!(matches!(read(&lines(Limits::HEADERS - 1)), Ok(Progress::Done { .. })));
        assert_eq!(refused(&lines(Limits::HEADERS)), 431);
        let target = |length: usize| {
            format!("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", "x".repeat(length - 1)).into_bytes()
        };
        assert!(matches!(read(&target(Limits::TARGET_BYTES)), Ok(Progress::Done { .. })));
        assert_eq!(refused(&target(Limits::TARGET_BYTES + 1)), 414);
    }

    #[test]
    fn a_request_with_a_body_is_refused() {
        assert_eq!(refused(&with("Content-Length: 5\r\n")), 413);
        assert_eq!(refused(&with("Content-Length: 99999999999999999999999\r\n")), 413);
        assert_eq!(refused(&with("Transfer-Encoding: chunked\r\n")), 400);
        assert_eq!(refused(&with("transfer-encoding: gzip, chunked\r\n")), 400);
        assert_eq!(refused(&with("Transfer-Encoding: identity\r\n")), 400);
        assert_eq!(refused(&with("Transfer-Encoding:\r\n")), 400);
        assert!(matches!(read(&with("Content-Length: 0\r\n")), Ok(Progress::Done { .. })));
    }

    #[test]
    fn an_odd_content_length_is_refused() {
        for odd in ["+0", "-0", "0x0", "0, 0", "", "1e1", "0 0"] {
            assert_eq!(refused(&with(&format!("Content-Length: {odd}\r\n"))), 400, "{odd:?}");
        }
        assert_eq!(refused(&with("Content-Length: 0\r\nContent-Length: 0\r\n")), 400);
        assert_eq!(refused(&with("Content-Length: 0\r\nTransfer-Encoding: chunked\r\n")), 400);
    }

    #[test]
    fn headers_that_may_come_once_may_not_come_twice() {
        assert_eq!(refused(&with("Host: localhost\r\n")), 400);
        assert_eq!(refused(&with("HOST: evil\r\n")), 400);
        assert_eq!(refused(&with("Origin: a\r\nOrigin: b\r\n")), 400);
        assert_eq!(refused(&with("Sec-WebSocket-Key: a\r\nSec-WebSocket-Key: b\r\n")), 400);
        assert_eq!(refused(b"GET / HTTP/1.1\r\nAccept: a\r\n\r\n"), 400);
        let lists = with("Connection: keep-alive\r\nConnection: Upgrade\r\n");
        assert!(matches!(read(&lists), Ok(Progress::Done { .. })));
    }

    #[test]
    fn malformed_header_lines_are_refused() {
        for bad in ["X : y", " X: y", "\tfolded", "X", ": y", "X y: z", "X\t: y", "(X): y"] {
            assert_eq!(refused(&with(&format!("{bad}\r\n"))), 400, "{bad:?}");
        }
    }

    #[test]
    fn malformed_request_lines_are_refused() {
        for (line, status) in [
            ("GET /", 400),
            ("GET  / HTTP/1.1", 400),
            ("GET / HTTP/1.1 ", 400),
            (" GET / HTTP/1.1", 400),
            ("GET\t/ HTTP/1.1", 400),
            ("GET / http/1.1", 400),
            ("GET / HTTP/1.0", 505),
            ("GET / HTTP/1.2", 505),
            ("PRI * HTTP/2.0", 505),
            ("GET http:///a HTTP/1.1", 400),
            ("GET http://?a HTTP/1.1", 400),
            ("GET http:/localhost/ HTTP/1.1", 400),
            ("GET http://a@localhost/ HTTP/1.1", 400),
            ("GET http://localhost/#a HTTP/1.1", 400),
            ("GET ftp://localhost/ HTTP/1.1", 400),
            ("GET ://localhost/ HTTP/1.1", 400),
            ("GET localhost/ HTTP/1.1", 400),
            ("GET * HTTP/1.1", 400),
            ("CONNECT localhost:80 HTTP/1.1", 400),
            ("GET /#x HTTP/1.1", 400),
            ("G(T / HTTP/1.1", 400),
            ("AMETHODTHATISTOOLONG / HTTP/1.1", 400),
            ("", 400),
        ] {
            let bytes = format!("{line}\r\nHost: localhost\r\n\r\n");
            assert_eq!(refused(bytes.as_bytes()), status, "{line:?}");
        }
    }

    #[test]
    fn expectations_are_not_met() {
        assert_eq!(refused(&with("Expect: 100-continue\r\n")), 417);
    }

    /// Flips, drops and doubles bytes of good requests with a small fixed generator.
    #[test]
    fn whatever_passes_after_mutation_is_clean() {
        let mut seed = 1_u32;
        let mut random = move |below: usize| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 8) as usize % below
        };
        let mut passed = 0;
        for _ in 0..20_000 {
            let mut bytes = with("Connection: close\r\nContent-Length: 0\r\nOrigin: http://a\r\n");
            for _ in 0..=random(3) {
                let at = random(bytes.len());
                match random(4) {
                    0 => bytes[at] ^= 1 << random(8),
                    1 => drop(bytes.remove(at)),
                    2 => bytes.insert(at, bytes[random(bytes.len())]),
                    _ => bytes[at] = random(256) as u8,
                }
            }
            let bytes = [b"\r\n".repeat(random(2)), bytes].concat();
            let Ok(Progress::Done { request, .. }) = read(&bytes) else { continue };
            passed += 1;
            assert_eq!(request.headers().get_all("host").iter().count(), 1);
            assert!(request.uri().path().starts_with('/'));
            assert!(!request.headers().contains_key("transfer-encoding"));
            for (_, value) in request.headers() {
                assert!(value.to_str().is_ok());
            }
        }
        assert!(passed > 500, "{passed} of 20000 passed: the mutations are too wild to tell");
    }
}
