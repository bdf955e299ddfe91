//! What is where: pure, in terms of the `http` crate's types.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hasher};
use std::sync::OnceLock;

use async_tungstenite::tungstenite::handshake::server::create_response;
use bytes::Bytes;
use framecast_viewer::File;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Method, Request, Response, StatusCode};

use super::answer::{Refusal, text};
use crate::stream::protocol::{Dialect, SUBPROTOCOL};
use crate::stream::stats::CanvasStats;

const START_PAGE: &str = "index.html";
const STATS: &str = "stats";
const METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD");
const WEBSOCKET_VERSION: HeaderValue = HeaderValue::from_static("13");

const NOT_FOUND: Refusal = Refusal::new(StatusCode::NOT_FOUND, "There is nothing here.\n");
const NOT_ALLOWED: Refusal =
    Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "Only GET and HEAD are possible here.\n");
const BAD_HANDSHAKE: Refusal =
    Refusal::new(StatusCode::BAD_REQUEST, "The WebSocket handshake is incomplete.\n");
const OTHER_VERSION: Refusal =
    Refusal::new(StatusCode::UPGRADE_REQUIRED, "Only WebSocket version 13 is spoken here.\n");
const OTHER_PROTOCOL: Refusal = Refusal::new(
    StatusCode::BAD_REQUEST,
    "Offer the WebSocket subprotocol framecast.v1, or none (see PROTOCOL.md of framecast-http).\n",
);
/// Prometheus' text format.
const METRICS: HeaderValue = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Where a request leads.
#[derive(Debug)]
pub(crate) enum Route {
    Answer(Response<Bytes>),
    /// A WebSocket of a canvas. `response` accepts it.
    Upgrade {
        canvas: String,
        dialect: Dialect,
        response: Response<()>,
    },
    /// What there is to tell of a canvas.
    Stats {
        canvas: String,
        format: StatsFormat,
    },
}

/// How `stats` is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StatsFormat {
    Json,
    Prometheus,
}

/// Finds the answer to `request`. `is_canvas` tells which names are canvases; the one at `/` is
/// called "".
pub(crate) fn route(request: &Request<()>, is_canvas: &dyn Fn(&str) -> bool) -> Route {
    let path = request.uri().path();
    let path = path.strip_prefix('/').unwrap_or(path);
    let (first, rest) = match path.split_once('/') {
        Some((first, rest)) => (first, Some(rest)),
        None => (path, None),
    };
    let (canvas, path) = match rest {
        Some(rest) if !first.is_empty() && is_canvas(first) => (first, rest),
        None if !first.is_empty() && is_canvas(first) => {
            return Route::Answer(redirect(request, first));
        }
        _ if is_canvas("") => ("", path),
        _ => return Route::Answer(NOT_FOUND.into()),
    };
    if path.is_empty() && wants_websocket(request) {
        return match accept(request) {
            Ok((dialect, response)) => {
                Route::Upgrade { canvas: canvas.to_owned(), dialect, response }
            }
            Err(refusal) => {
                let mut response: Response<Bytes> = refusal.into();
                if response.status() == StatusCode::UPGRADE_REQUIRED {
                    let headers = response.headers_mut();
                    headers.insert(header::SEC_WEBSOCKET_VERSION, WEBSOCKET_VERSION);
                    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
                }
                Route::Answer(response)
            }
        };
    }
    if path == STATS {
        if !reads(request) {
            return Route::Answer(not_allowed());
        }
        return Route::Stats { canvas: canvas.to_owned(), format: format(request) };
    }
    let path = if path.is_empty() { START_PAGE } else { path };
    Route::Answer(match framecast_viewer::file(path) {
        None => NOT_FOUND.into(),
        Some(_) if !reads(request) => not_allowed(),
        Some(file) => page(request, file),
    })
}

/// Whether a canvas may be called `name`: it must not hide a file of the page at `/`.
pub(crate) fn is_taken(name: &str) -> bool {
    name == STATS
        || framecast_viewer::FILES.iter().any(|file| file.path.split('/').next() == Some(name))
}

/// What `?format=` or else `Accept` asks for: scrapers accept `text/plain` or OpenMetrics, and
/// browsers, `curl` and scripts get JSON.
fn format(request: &Request<()>) -> StatsFormat {
    let asked = request
        .uri()
        .query()
        .and_then(|query| query.split('&').find_map(|field| field.strip_prefix("format=")));
    let scrapes = || {
        let accept = request.headers().get_all(header::ACCEPT).iter();
        accept.filter_map(|value| value.to_str().ok()).any(|value| {
            let value = value.to_ascii_lowercase();
            value.contains("openmetrics") || value.trim_start().starts_with("text/plain")
        })
    };
    match asked {
        Some("prometheus") => StatsFormat::Prometheus,
        Some(_) => StatsFormat::Json,
        None if scrapes() => StatsFormat::Prometheus,
        None => StatsFormat::Json,
    }
}

/// The answer with `stats` in `format`.
pub(crate) fn stats(stats: &CanvasStats, format: StatsFormat) -> Response<Bytes> {
    let (body, kind) = match format {
        StatsFormat::Json => (stats.json(), JSON),
        StatsFormat::Prometheus => (stats.prometheus(), METRICS),
    };
    let mut response = Response::new(Bytes::from(body));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, kind);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn reads(request: &Request<()>) -> bool {
    matches!(*request.method(), Method::GET | Method::HEAD)
}

fn not_allowed() -> Response<Bytes> {
    let mut response: Response<Bytes> = NOT_ALLOWED.into();
    response.headers_mut().insert(header::ALLOW, METHODS);
    response
}

/// `/NAME` to `/NAME/`: the page names its files relative to itself.
fn redirect(request: &Request<()>, name: &str) -> Response<Bytes> {
    if !reads(request) {
        return not_allowed();
    }
    let mut location = format!("/{name}/");
    if let Some(query) = request.uri().query() {
        location.push('?');
        location.push_str(query);
    }
    let Ok(location) = HeaderValue::try_from(location) else { return NOT_FOUND.into() };
    let mut response =
        text(StatusCode::PERMANENT_REDIRECT, "The page is at the same path and /.\n");
    response.headers_mut().insert(header::LOCATION, location);
    response
}

fn page(request: &Request<()>, file: &'static File) -> Response<Bytes> {
    let tag = tag(file);
    let known = request
        .headers()
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .flat_map(|value| value.as_bytes().split(|byte| *byte == b','))
        .map(<[u8]>::trim_ascii)
        .any(|given| given == b"*" || given.strip_prefix(b"W/").unwrap_or(given) == tag.as_bytes());
    // A 304 keeps the body: the writer counts it and does not send it.
    let mut response = Response::new(Bytes::from_static(file.bytes));
    if known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(file.content_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(header::ETAG, tag);
    response
}

/// A hash of the file's content: the same in every process of one build, so that a page survives
/// a restart in the browser's cache.
fn tag(file: &File) -> HeaderValue {
    static TAGS: OnceLock<HashMap<&'static str, HeaderValue>> = OnceLock::new();
    let tags = TAGS.get_or_init(|| {
        let tag = |file: &File| {
            let mut hasher = DefaultHasher::new();
            hasher.write(file.bytes);
            HeaderValue::try_from(format!("\"{:016x}\"", hasher.finish())).ok()
        };
        framecast_viewer::FILES.iter().filter_map(|file| Some((file.path, tag(file)?))).collect()
    });
    tags.get(file.path).cloned().unwrap_or_else(|| HeaderValue::from_static("\"\""))
}

/// Whether one of the comma-separated words of any `name` line is `word`.
fn lists(headers: &HeaderMap, name: HeaderName, word: &str) -> bool {
    headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|item| item.trim_matches([' ', '\t']).eq_ignore_ascii_case(word))
}

fn wants_websocket(request: &Request<()>) -> bool {
    request.method() == Method::GET && lists(request.headers(), header::UPGRADE, "websocket")
}

fn accept(request: &Request<()>) -> Result<(Dialect, Response<()>), Refusal> {
    let headers = request.headers();
    if headers.get(header::SEC_WEBSOCKET_VERSION) != Some(&WEBSOCKET_VERSION) {
        return Err(OTHER_VERSION);
    }
    if !lists(headers, header::CONNECTION, "upgrade") {
        return Err(BAD_HANDSHAKE);
    }
    // The library looks at one `Connection` line only, and knows one `Upgrade` word.
    let mut plain = Request::new(());
    for (name, value) in [
        (header::CONNECTION, Some(HeaderValue::from_static("Upgrade"))),
        (header::UPGRADE, Some(HeaderValue::from_static("websocket"))),
        (header::SEC_WEBSOCKET_VERSION, Some(WEBSOCKET_VERSION)),
        (header::SEC_WEBSOCKET_KEY, headers.get(header::SEC_WEBSOCKET_KEY).cloned()),
    ] {
        plain.headers_mut().insert(name, value.ok_or(BAD_HANDSHAKE)?);
    }
    let mut response = create_response(&plain).map_err(|_| BAD_HANDSHAKE)?;
    if !headers.contains_key(header::SEC_WEBSOCKET_PROTOCOL) {
        return Ok((Dialect::Whole, response));
    }
    if !lists(headers, header::SEC_WEBSOCKET_PROTOCOL, SUBPROTOCOL) {
        return Err(OTHER_PROTOCOL);
    }
    response
        .headers_mut()
        .insert(header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(SUBPROTOCOL));
    Ok((Dialect::Tiles, response))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(name: &str) -> bool {
        ["", "side"].contains(&name)
    }

    fn get(path: &str) -> http::request::Builder {
        Request::builder().uri(path).header("host", "localhost")
    }

    fn answer(request: http::request::Builder) -> Response<Bytes> {
        match route(&request.body(()).unwrap(), &site) {
            Route::Answer(response) => response,
            other => panic!("{other:?}"),
        }
    }

    fn websocket(path: &str) -> http::request::Builder {
        get(path)
            .header("connection", "keep-alive")
            .header("connection", "foo, Upgrade")
            .header("upgrade", "websocket")
            .header("sec-websocket-version", "13")
            .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
            .header("sec-websocket-protocol", "other, framecast.v1")
    }

    fn without(name: &str) -> http::request::Builder {
        let mut request = websocket("/");
        request.headers_mut().unwrap().remove(name);
        request
    }

    #[test]
    fn the_start_page_is_at_the_root_and_at_every_canvas() {
        let page = framecast_viewer::file("index.html").unwrap().bytes;
        for path in ["/", "/?x=1", "/index.html", "/side/", "/side/index.html"] {
            let response = answer(get(path));
            assert_eq!(response.status(), 200, "{path}");
            assert_eq!(response.body(), page, "{path}");
            assert!(response.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
            assert_eq!(response.headers()["cache-control"], "no-cache");
        }
    }

    #[test]
    fn every_file_of_the_viewer_is_served() {
        for file in framecast_viewer::FILES {
            for base in ["/", "/side/"] {
                let response = answer(get(&format!("{base}{}", file.path)));
                assert_eq!(response.status(), 200, "{}", file.path);
                assert_eq!(response.body(), file.bytes);
                assert_eq!(response.headers()["content-type"], file.content_type);
            }
        }
    }

    #[test]
    fn a_canvas_without_its_slash_is_redirected() {
        let response = answer(get("/side?x=1"));
        assert_eq!(response.status(), 308);
        assert_eq!(response.headers()["location"], "/side/?x=1");
    }

    #[test]
    fn other_paths_are_not_found() {
        for path in ["/nothing", "/nothing/", "//", "//evil.example/", "/side//", "/../", "/%2e"] {
            assert_eq!(answer(get(path)).status(), 404, "{path}");
        }
        let Route::Answer(response) = route(&get("/").body(()).unwrap(), &|_| false) else {
            panic!("an upgrade");
        };
        assert_eq!(response.status(), 404);
    }

    #[test]
    fn other_methods_are_not_allowed() {
        for method in ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT", "BREW"] {
            for path in ["/", "/side"] {
                let response = answer(get(path).method(method));
                assert_eq!(response.status(), 405, "{method}");
                assert_eq!(response.headers()["allow"], "GET, HEAD");
            }
        }
        assert_eq!(answer(get("/").method("HEAD")).status(), 200);
    }

    #[test]
    fn a_page_the_browser_has_is_not_sent_again() {
        let tag = answer(get("/")).headers()["etag"].clone();
        let tag = tag.to_str().unwrap();
        for known in [tag.to_owned(), format!("\"x\", W/{tag}"), "*".to_owned()] {
            assert_eq!(answer(get("/").header("if-none-match", &known)).status(), 304, "{known}");
        }
        assert_eq!(answer(get("/").header("if-none-match", "\"x\"")).status(), 200);
    }

    #[test]
    fn a_complete_handshake_is_accepted() {
        for (path, name) in [("/", ""), ("/side/", "side")] {
            let request = websocket(path).body(()).unwrap();
            let Route::Upgrade { canvas, dialect, response } = route(&request, &site) else {
                panic!("not accepted");
            };
            assert_eq!((canvas.as_str(), dialect), (name, Dialect::Tiles));
            assert_eq!(response.status(), 101);
            // The example of RFC 6455, section 1.3.
            assert_eq!(response.headers()["sec-websocket-accept"], "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
            assert_eq!(response.headers()["sec-websocket-protocol"], "framecast.v1");
        }
    }

    #[test]
    fn a_handshake_without_a_subprotocol_is_of_the_older_protocol() {
        let request = without("sec-websocket-protocol").body(()).unwrap();
        let Route::Upgrade { dialect, response, .. } = route(&request, &site) else {
            panic!("not accepted");
        };
        assert_eq!(dialect, Dialect::Whole);
        assert!(!response.headers().contains_key("sec-websocket-protocol"));
        let other = without("sec-websocket-protocol").header("sec-websocket-protocol", "mqtt");
        assert_eq!(answer(other).status(), 400);
    }

    #[test]
    fn statistics_come_as_they_are_asked_for() {
        for (path, accept, wanted) in [
            ("/stats", "*/*", StatsFormat::Json),
            ("/side/stats", "text/html,application/xhtml+xml", StatsFormat::Json),
            ("/stats?format=prometheus", "*/*", StatsFormat::Prometheus),
            ("/stats?x=1&format=json", "text/plain", StatsFormat::Json),
            ("/stats", "application/openmetrics-text;version=1.0.0", StatsFormat::Prometheus),
            ("/stats", "text/plain;version=0.0.4", StatsFormat::Prometheus),
        ] {
            let request = get(path).header("accept", accept).body(()).unwrap();
            let Route::Stats { canvas, format } = route(&request, &site) else {
                panic!("{path} is something else");
            };
            assert_eq!((canvas == "side", format), (path.starts_with("/side"), wanted), "{path}");
        }
        assert_eq!(answer(get("/stats").method("POST")).status(), 405);
        assert_eq!(answer(get("/stats/")).status(), 404);
    }

    #[test]
    fn an_incomplete_handshake_is_refused() {
        assert_eq!(answer(without("connection")).status(), 400);
        assert_eq!(answer(without("sec-websocket-key")).status(), 400);
        let other = answer(without("sec-websocket-version"));
        assert_eq!(other.status(), 426);
        assert_eq!(other.headers()["sec-websocket-version"], "13");
        let key = without("sec-websocket-key").header("sec-websocket-key", "short");
        assert_eq!(answer(key).status(), 400);
        assert_eq!(answer(without("upgrade")).status(), 200, "a plain request");
        assert_eq!(answer(websocket("/nothing")).status(), 404);
        assert_eq!(answer(websocket("/").method("POST")).status(), 405);
    }

    #[test]
    fn a_canvas_may_not_hide_a_file() {
        assert!(is_taken("index.html") && is_taken("stats"));
        assert!(!is_taken("side"));
    }
}
