//! What is where: pure, in terms of the `http` crate's types.

use async_tungstenite::tungstenite::handshake::server::create_response;
use bytes::Bytes;
use framecast_stream::{CanvasStats, Dialect, SUBPROTOCOL};
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Method, Request, Response, StatusCode};

use super::answer::{NOT_FOUND, Refusal, text};
use super::live::FOLDER as LIVE;
use super::pictures::Picture;
use crate::resources::{Content, Name};

const STATS: &str = "stats";
const HEALTH: &str = "healthz";
const METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD");
const WEBSOCKET_VERSION: HeaderValue = HeaderValue::from_static("13");

const NOT_ALLOWED: Refusal =
    Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "Only GET and HEAD are possible here.\n");
const BAD_HANDSHAKE: Refusal =
    Refusal::new(StatusCode::BAD_REQUEST, "The WebSocket handshake is incomplete.\n");
const OTHER_VERSION: Refusal =
    Refusal::new(StatusCode::UPGRADE_REQUIRED, "Only WebSocket version 13 is spoken here.\n");
const OTHER_PROTOCOL: Refusal = Refusal::new(
    StatusCode::BAD_REQUEST,
    "Offer the WebSocket subprotocol framecast.v1, or none (see PROTOCOL.md of framecast-stream).\n",
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
    /// A file of the page of a canvas, or nothing.
    File {
        canvas: String,
        name: Name,
    },
    /// What there is to tell of a canvas.
    Stats {
        canvas: String,
        format: StatsFormat,
    },
    /// What a canvas shows.
    Picture {
        canvas: String,
        picture: Picture,
    },
    /// What a canvas shows in segments, if the server has any: the path below their folder. Otherwise it is `name`, a
    /// file as any other.
    Live {
        canvas: String,
        path: String,
        name: Result<Option<Name>, Refusal>,
    },
}

/// How `stats` is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StatsFormat {
    Json,
    Prometheus,
}

/// Finds the answer to `request`. All paths begin with `base`, which has no slash at its end.
/// `is_canvas` tells which names are canvases; the one at `/` is called "".
pub(crate) fn route(request: &Request<()>, base: &str, is_canvas: &dyn Fn(&str) -> bool) -> Route {
    let Some(path) = request.uri().path().strip_prefix(base) else {
        return Route::Answer(NOT_FOUND.into());
    };
    let path = match path.strip_prefix('/') {
        Some(path) => path,
        None if path.is_empty() && !base.is_empty() => {
            let name = base.rsplit('/').next().unwrap_or_default();
            return Route::Answer(redirect(request, name));
        }
        // A longer name that begins as ours, or `*`.
        None if !base.is_empty() => return Route::Answer(NOT_FOUND.into()),
        None => path,
    };
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
    if let Some(picture) = Picture::at(path, request.uri().query()) {
        return match picture {
            _ if !reads(request) => Route::Answer(not_allowed()),
            Ok(picture) => Route::Picture { canvas: canvas.to_owned(), picture },
            Err(refusal) => Route::Answer(refusal.into()),
        };
    }
    if !reads(request) {
        return Route::Answer(not_allowed());
    }
    if let Some(below) = path.strip_prefix(LIVE).and_then(|rest| rest.strip_prefix('/')) {
        let (canvas, name) = (canvas.to_owned(), Name::asked(path));
        return Route::Live { canvas, path: below.to_owned(), name };
    }
    match Name::asked(path) {
        Ok(Some(name)) => Route::File { canvas: canvas.to_owned(), name },
        Ok(None) => Route::Answer(NOT_FOUND.into()),
        Err(refusal) => Route::Answer(refusal.into()),
    }
}

/// The answer to `healthz` directly below `base`: that this server answers, and nothing else. It is public and
/// ignores the `Host` header, because a load balancer or kubelet has no link and uses an IP address.
pub(crate) fn health(request: &Request<()>, base: &str) -> Option<Response<Bytes>> {
    let path = request.uri().path().strip_prefix(base)?.strip_prefix('/')?;
    if path != HEALTH {
        return None;
    }
    Some(if reads(request) { text(StatusCode::OK, "ok\n") } else { not_allowed() })
}

/// Whether `path` can be where all paths begin.
pub(crate) fn is_path(path: &str) -> bool {
    let fine = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte);
    let mut segments = path.strip_suffix('/').unwrap_or(path).split('/').skip(1);
    path.starts_with('/')
        && path.bytes().all(fine)
        && segments.all(|segment| !["", ".", ".."].contains(&segment))
}

/// Whether a canvas may not be called `name`: it would hide a file of the page at `/`, or its segments if it has `live`.
pub(crate) fn is_taken(name: &str, live: bool) -> bool {
    [STATS, HEALTH].contains(&name)
        || live && name == LIVE
        || framecast_viewer::FILES.iter().any(|file| file.path.split('/').next() == Some(name))
}

/// Whether `path`, relative to a canvas, is answered here and never looked for among files.
pub(crate) fn is_answered(path: &str) -> bool {
    [STATS, HEALTH].contains(&path) || Picture::at(path, None).is_some()
}

/// The answer with a file that was looked for.
pub(crate) fn file(request: &Request<()>, found: Option<Content>) -> Response<Bytes> {
    let Some(content) = found else { return NOT_FOUND.into() };
    let mut response = content.answer(request);
    // Pages of other origins import the element from here; files are public.
    let everybody = HeaderValue::from_static("*");
    response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, everybody);
    response
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

/// Whether the sender of `request` says that more requests may follow. Saying nothing means the same in HTTP/1.1,
/// but those who say nothing are programs with one request, which wait for the end.
pub(crate) fn keeps_connection(request: &Request<()>) -> bool {
    let says = |word| lists(request.headers(), header::CONNECTION, word);
    reads(request) && says("keep-alive") && !says("close")
}

/// `/NAME` to `/NAME/`: the page names its files relative to itself.
fn redirect(request: &Request<()>, name: &str) -> Response<Bytes> {
    if !reads(request) {
        return not_allowed();
    }
    // Relative: we may be under any path.
    let mut location = format!("{name}/");
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
    use crate::Resources;

    fn site(name: &str) -> bool {
        ["", "side"].contains(&name)
    }

    fn get(path: &str) -> http::request::Builder {
        Request::builder().uri(path).header("host", "localhost")
    }

    fn found(name: &Name) -> Option<Content> {
        smol::block_on(Resources::new().find(name, "")).unwrap()
    }

    /// The viewer's page, without the hashes of what it loads.
    fn without_hashes(page: &[u8]) -> String {
        let mut parts = std::str::from_utf8(page).unwrap().split("?v=");
        let first = parts.next().unwrap().to_owned();
        parts.fold(first, |text, part| {
            text + part.trim_start_matches(|c: char| c.is_ascii_hexdigit())
        })
    }

    fn answer(request: http::request::Builder) -> Response<Bytes> {
        let request = request.body(()).unwrap();
        match route(&request, "", &site) {
            Route::Answer(response) => response,
            Route::File { name, .. } => file(&request, found(&name)),
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
        let page =
            std::str::from_utf8(framecast_viewer::file("index.html").unwrap().bytes).unwrap();
        for path in ["/", "/?x=1", "/index.html", "/side/", "/side/index.html"] {
            let response = answer(get(path));
            assert_eq!(response.status(), 200, "{path}");
            assert_eq!(without_hashes(response.body()), page, "{path}");
            assert!(response.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
            assert_eq!(response.headers()["cache-control"], "no-cache");
        }
    }

    #[test]
    fn every_file_of_the_viewer_is_served() {
        let others = |file: &&framecast_viewer::File| file.path != "index.html";
        for file in framecast_viewer::FILES.iter().filter(others) {
            for base in ["/", "/side/"] {
                let response = answer(get(&format!("{base}{}", file.path)));
                assert_eq!(response.status(), 200, "{}", file.path);
                assert_eq!(response.body(), file.bytes);
                assert_eq!(response.headers()["content-type"], file.content_type);
            }
        }
    }

    #[test]
    fn pages_of_other_origins_may_import_the_viewer() {
        let known = answer(get("/")).headers()["etag"].clone();
        for request in [
            get("/framecast-view.js"),
            get("/side/afm.js"),
            get("/core/view.js").method("HEAD"),
            get("/").header("if-none-match", known),
        ] {
            assert_eq!(answer(request).headers()["access-control-allow-origin"], "*");
        }
        for request in [get("/nothing"), get("/side"), get("/").method("POST")] {
            assert!(!answer(request).headers().contains_key("access-control-allow-origin"));
        }
    }

    #[test]
    fn a_canvas_without_its_slash_is_redirected() {
        let response = answer(get("/side?x=1"));
        assert_eq!(response.status(), 308);
        assert_eq!(response.headers()["location"], "side/?x=1");
    }

    #[test]
    fn everything_may_be_under_a_path() {
        let under = |path: &str| {
            let request = get(path).body(()).unwrap();
            match route(&request, "/my/app", &site) {
                Route::Answer(response) => response,
                Route::File { name, .. } => file(&request, found(&name)),
                other => panic!("{other:?}"),
            }
        };
        for path in ["/my/app/", "/my/app/index.html", "/my/app/side/"] {
            assert_eq!(under(path).status(), 200, "{path}");
        }
        for (path, location) in [("/my/app", "app/"), ("/my/app/side?x", "side/?x")] {
            let response = under(path);
            assert_eq!(response.status(), 308, "{path}");
            assert_eq!(response.headers()["location"], location);
        }
        for path in ["/", "/my", "/my/", "/my/app2/", "/my/app/../", "/my/app//", "/app/", "/side/"]
        {
            assert_eq!(under(path).status(), 404, "{path}");
        }
    }

    #[test]
    fn a_path_is_plain() {
        for good in ["/", "/canvas", "/canvas/", "/a/b.c/~d"] {
            assert!(is_path(good), "{good}");
        }
        for bad in
            ["", "canvas", "//", "/a//b", "/a/../b", "/.", "/a?b", "/a b", "/%2e", "https://a/"]
        {
            assert!(!is_path(bad), "{bad}");
        }
    }

    #[test]
    fn other_paths_are_not_found() {
        for path in ["/nothing", "/nothing/", "//", "//evil.example/", "/side//", "/../", "/%2e"] {
            assert_eq!(answer(get(path)).status(), 404, "{path}");
        }
        let Route::Answer(response) = route(&get("/").body(()).unwrap(), "", &|_| false) else {
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
    fn a_connection_is_kept_for_who_says_so() {
        let keeps = |connection: &str| {
            let request = get("/").header("connection", connection).body(()).unwrap();
            keeps_connection(&request)
        };
        assert!(keeps("keep-alive") && keeps("Keep-Alive") && keeps("x, keep-alive"));
        for other in ["close", "keep-alive, close", "Upgrade", ""] {
            assert!(!keeps(other), "{other}");
        }
        assert!(!keeps_connection(&get("/").body(()).unwrap()));
        let post = get("/").method("POST").header("connection", "keep-alive").body(()).unwrap();
        assert!(!keeps_connection(&post));
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
            let Route::Upgrade { canvas, dialect, response } = route(&request, "", &site) else {
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
        let Route::Upgrade { dialect, response, .. } = route(&request, "", &site) else {
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
            let Route::Stats { canvas, format } = route(&request, "", &site) else {
                panic!("{path} is something else");
            };
            assert_eq!((canvas == "side", format), (path.starts_with("/side"), wanted), "{path}");
        }
        assert_eq!(answer(get("/stats").method("POST")).status(), 405);
        assert_eq!(answer(get("/stats/")).status(), 404);
    }

    #[test]
    fn health_is_told_at_one_path_only() {
        let found = |path: &str, base| health(&get(path).body(()).unwrap(), base);
        for (path, base) in [("/healthz", ""), ("/healthz?x=1", ""), ("/my/app/healthz", "/my/app")]
        {
            let response = found(path, base).unwrap();
            assert_eq!((response.status(), &response.body()[..]), (StatusCode::OK, &b"ok\n"[..]));
            assert_eq!(response.headers()["cache-control"], "no-store");
        }
        for (path, base) in [
            ("/", ""),
            ("/healthz/", ""),
            ("/side/healthz", ""),
            ("/Healthz", ""),
            ("/%68ealthz", ""),
            ("/healthz", "/my/app"),
            ("/my/apphealthz", "/my/app"),
        ] {
            assert!(found(path, base).is_none(), "{path}");
        }
        let post = get("/healthz").method("POST").body(()).unwrap();
        assert_eq!(health(&post, "").unwrap().status(), 405);
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
        let is_taken = |name| is_taken(name, false);
        assert!(is_taken("index.html") && is_taken("stats") && is_taken("healthz"));
        assert!(is_taken("core") && is_taken("ui"), "folders of the viewer");
        assert!(!is_taken("side") && !is_taken("live"));
        assert!(super::is_taken("live", true) && !super::is_taken("side", true));
    }
}
