//! Whether a request may be answered at all: the `Host` and `Origin` headers; and what it presents
//! for a role.
//!
//! `Host` must be a name that no stranger can point at this machine (against DNS rebinding),
//! `Origin` must be the page that this server itself serves (against pages of other sites), unless
//! the owner allows others. A page cannot send `Authorization` with a WebSocket; a program can.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use http::{Request, StatusCode, header};

use super::answer::Refusal;
use super::head::TargetScheme;
use crate::ServerConfig;

const WRONG_HOST: Refusal = Refusal::new(
    StatusCode::FORBIDDEN,
    "This server answers only to localhost and to the address it was reached at; --allow-host \
     adds a name.\n",
);
const WRONG_ORIGIN: Refusal =
    Refusal::new(StatusCode::FORBIDDEN, "Pages of other sites may not use this server.\n");
const WRONG_SCHEME: Refusal = Refusal::new(
    StatusCode::MISDIRECTED_REQUEST,
    "The scheme of the request target is not that of this connection.\n",
);
const NO_ORIGIN: Refusal = Refusal::new(
    StatusCode::FORBIDDEN,
    "Programs without an Origin header may connect from this machine only.\n",
);
/// The answer to who has no link, or one that is not valid.
pub(crate) const UNAUTHORIZED: Refusal = Refusal::new(
    StatusCode::UNAUTHORIZED,
    "This needs a link: send its token as \"Authorization: Bearer TOKEN\".\n",
);

/// The two ends of a connection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Endpoints {
    pub(crate) local: IpAddr,
    pub(crate) peer: IpAddr,
    /// TLS is spoken between them.
    pub(crate) https: bool,
}

/// What a `Host` or `Origin` names.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Host {
    Ip(IpAddr),
    /// In lower case.
    Name(String),
}

/// A page's origin.
#[derive(Debug, PartialEq, Eq)]
struct Origin {
    https: bool,
    host: Host,
    port: u16,
}

/// What the owner allows besides our own.
#[derive(Debug, Default)]
pub(crate) struct Allowed {
    hosts: Vec<Host>,
    origins: Vec<Origin>,
    /// `origins` has the one we are found at from outside, so that none needs to be guessed.
    public: bool,
    /// Its host, if browsers reach it by TLS, also where the proxy before us does not say so.
    https_host: Option<Host>,
}

impl Allowed {
    pub(crate) fn new(config: &ServerConfig) -> Self {
        let public = config.public_url.as_deref().and_then(public_origin);
        let hosts = config.allow_hosts.iter().filter_map(|text| host_name(text));
        let origins = config.allow_origins.iter().filter_map(|text| origin(text));
        Self {
            hosts: hosts.chain(public.as_ref().map(|origin| origin.host.clone())).collect(),
            public: public.is_some(),
            https_host: public.as_ref().filter(|it| it.https).map(|it| it.host.clone()),
            origins: origins.chain(public).collect(),
        }
    }
}

/// Whether `text` is an origin: scheme, host and perhaps a port, and nothing after it.
pub(crate) fn is_origin(text: &str) -> bool {
    origin(text).is_some()
}

/// The origin of an address that browsers use: scheme, host, perhaps a port, and a path.
fn public_origin(url: &str) -> Option<Origin> {
    let after_scheme = url.find("://")? + 3;
    let end = url[after_scheme..].find('/').map_or(url.len(), |at| after_scheme + at);
    let path = &url[end..];
    let fine = path.is_empty() || super::routes::is_path(path);
    if fine { origin(&url[..end]) } else { None }
}

/// Whether `text` is such an address.
pub(crate) fn is_public_url(text: &str) -> bool {
    public_origin(text).is_some()
}

/// Whether `text` is a host without a port.
pub(crate) fn is_host_name(text: &str) -> bool {
    host_name(text).is_some()
}

/// Checks `Host`, and `Origin` where there is one.
pub(crate) fn check(
    request: &Request<()>,
    ends: Endpoints,
    allowed: &Allowed,
) -> Result<(), Refusal> {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else {
        return Err(WRONG_HOST);
    };
    let port = default_port(ends.https);
    let (host, port) =
        host.to_str().ok().and_then(|text| authority(text, port)).ok_or(WRONG_HOST)?;
    let ours = match &host {
        Host::Ip(ip) => ip.is_loopback() || *ip == ends.local.to_canonical(),
        Host::Name(name) => name == "localhost",
    };
    if !ours && !allowed.hosts.contains(&host) {
        return Err(WRONG_HOST);
    }
    // A proxy on this machine may be known by a name that is ours, too; only its port differs.
    let is_public = !ours && allowed.https_host.as_ref() == Some(&host);
    if let Some(target) = request.extensions().get::<TargetScheme>() {
        // RFC 9110, 7.4.
        let fits = if target.https { ends.https || is_public } else { !ends.https };
        if !fits {
            return Err(WRONG_SCHEME);
        }
    }
    let Some(given) = request.headers().get(header::ORIGIN) else { return Ok(()) };
    let given = given.to_str().unwrap_or_default();
    if given == "null" && request.headers().contains_key(header::AUTHORIZATION) {
        return Ok(()); // No page has sent it.
    }
    let given = origin(given).ok_or(WRONG_ORIGIN)?;
    let own = Origin { https: ends.https, host, port };
    // A page that came without TLS may have been changed on its way, and says the same `Host`.
    let own = own == given && (ends.https || !is_public);
    if own || allowed.origins.contains(&given) { Ok(()) } else { Err(WRONG_ORIGIN) }
}

/// Checks a request that another program has accepted. Where the owner said at which hosts, it must
/// be for one of them. A page that asks must be of our public address, or one of those that are
/// allowed; where that is not known, of the host that the request is for, in whatever scheme.
pub(crate) fn check_origin(request: &Request<()>, allowed: &Allowed) -> Result<(), Refusal> {
    let given = match request.headers().get(header::ORIGIN) {
        None if allowed.hosts.is_empty() => return Ok(()),
        None => None,
        Some(given) => Some(given.to_str().ok().and_then(origin).ok_or(WRONG_ORIGIN)?),
    };
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let host = match (hosts.next(), hosts.next(), request.uri().authority()) {
        // HTTP/2 has it in its address, and a target in absolute form does, too; it counts
        // whatever `Host` says (RFC 9112, 3.2.2).
        (_, None, Some(host)) => Some(host.as_str()),
        (Some(host), None, None) => host.to_str().ok(),
        _ => return Err(WRONG_HOST),
    };
    let port = default_port(given.as_ref().is_some_and(|given| given.https));
    let (host, port) = host.and_then(|host| authority(host, port)).ok_or(WRONG_HOST)?;
    if !allowed.hosts.is_empty() && !allowed.hosts.contains(&host) {
        return Err(WRONG_HOST);
    }
    let Some(given) = given else { return Ok(()) };
    let own = !allowed.public && given.host == host && given.port == port;
    if own || allowed.origins.contains(&given) { Ok(()) } else { Err(WRONG_ORIGIN) }
}

/// What a WebSocket without a link needs beyond [`check`], on a server that asks for none: an
/// `Origin`, unless the peer is on this machine.
pub(crate) fn check_open_upgrade(request: &Request<()>, ends: Endpoints) -> Result<(), Refusal> {
    let known = has_origin(request) || ends.peer.to_canonical().is_loopback();
    if known { Ok(()) } else { Err(NO_ORIGIN) }
}

/// What a picture without a link needs beyond [`check`], on a server that asks for none: a browser
/// fetches pictures for pages of other sites without an `Origin`, and says so elsewhere (Fetch
/// Metadata).
pub(crate) fn check_open_picture(request: &Request<()>) -> Result<(), Refusal> {
    match request.headers().get("sec-fetch-site").map(|value| value.as_bytes()) {
        None | Some(b"same-origin" | b"none") => Ok(()),
        Some(_) => Err(WRONG_ORIGIN),
    }
}

/// Whether a page asks, which will present its token in its first message.
pub(crate) fn has_origin(request: &Request<()>) -> bool {
    request.headers().contains_key(header::ORIGIN)
}

/// The token in `Authorization: Bearer`. Any other use of that header is refused.
pub(crate) fn bearer(request: &Request<()>) -> Result<Option<&str>, Refusal> {
    let Some(value) = request.headers().get(header::AUTHORIZATION) else { return Ok(None) };
    let value = value.to_str().map_err(|_| UNAUTHORIZED)?;
    let (scheme, token) = value.split_once(' ').ok_or(UNAUTHORIZED)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(UNAUTHORIZED);
    }
    Ok(Some(token.trim_matches(' ')))
}

/// The token in `?token=`, for clients that have no other way to present one.
pub(crate) fn query_token(request: &Request<()>) -> Option<&str> {
    let query = request.uri().query()?;
    query.split('&').find_map(|field| field.strip_prefix("token="))
}

/// What is meant where no port is named.
fn default_port(https: bool) -> u16 {
    if https { 443 } else { 80 }
}

fn origin(text: &str) -> Option<Origin> {
    let (scheme, rest) = text.split_once("://")?;
    let https = scheme.eq_ignore_ascii_case("https");
    if !https && !scheme.eq_ignore_ascii_case("http") {
        return None;
    }
    let (host, port) = authority(rest, default_port(https))?;
    Some(Origin { https, host, port })
}

fn host_name(text: &str) -> Option<Host> {
    // Only what names a port differs with its default.
    let (host, port) = authority(text, 1)?;
    (authority(text, 2)?.1 != port).then_some(host)
}

/// Reads `name`, `name:port`, `1.2.3.4:port` or `[::1]:port`.
fn authority(text: &str, default_port: u16) -> Option<(Host, u16)> {
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (ip, port) = rest.split_once(']')?;
            let ip: Ipv6Addr = ip.parse().ok()?;
            (Host::Ip(IpAddr::V6(ip).to_canonical()), port)
        }
        None => {
            let end = text.find(':').unwrap_or(text.len());
            let (name, port) = text.split_at(end);
            let fine = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
            if name.is_empty() || !name.bytes().all(fine) {
                return None;
            }
            let host = match name.parse::<Ipv4Addr>() {
                Ok(ip) => Host::Ip(ip.into()),
                Err(_) => Host::Name(name.to_ascii_lowercase()),
            };
            (host, port)
        }
    };
    let port = match port.strip_prefix(':') {
        // `parse` would also take a sign.
        Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => digits.parse().ok()?,
        None if port.is_empty() => default_port,
        _ => return None,
    };
    Some((host, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: Endpoints = Endpoints {
        local: IpAddr::V4(Ipv4Addr::new(192, 168, 1, 5)),
        peer: IpAddr::V4(Ipv4Addr::new(192, 168, 1, 77)),
        https: false,
    };

    fn request(host: &str, origin: Option<&str>) -> Request<()> {
        let mut request = Request::builder().header("host", host);
        if let Some(origin) = origin {
            request = request.header("origin", origin);
        }
        request.body(()).unwrap()
    }

    fn checked(request: &Request<()>, ends: Endpoints) -> Result<(), Refusal> {
        check(request, ends, &Allowed::default())
    }

    #[test]
    fn loopback_names_and_the_address_of_the_connection_are_ours() {
        for host in [
            "localhost",
            "localhost:8080",
            "LocalHost:1",
            "127.0.0.1:60649",
            "127.1.2.3",
            "[::1]:60649",
            "[::1]",
            "192.168.1.5:60649",
            "[::ffff:192.168.1.5]:1",
        ] {
            assert_eq!(checked(&request(host, None), HERE), Ok(()), "{host}");
        }
        let mapped = Endpoints { local: "::ffff:10.0.0.1".parse().unwrap(), ..HERE };
        assert_eq!(checked(&request("10.0.0.1:1", None), mapped), Ok(()));
    }

    #[test]
    fn every_other_host_is_refused() {
        for host in [
            "",
            "evil.example",
            "localhost.evil.example",
            "localhost.",
            "192.168.1.6",
            "0.0.0.0",
            "[::]",
            "127.0.0.1.evil.example",
            "0177.0.0.1",
            "2130706433",
            "user@localhost",
            "localhost:80:80",
            "localhost:",
            "localhost:+80",
            "localhost:65536",
            "[::1",
            "[::1]x",
            "[localhost]",
            "::1",
            "http://localhost",
        ] {
            assert_eq!(checked(&request(host, None), HERE), Err(WRONG_HOST), "{host}");
        }
    }

    #[test]
    fn two_hosts_are_refused() {
        let request = Request::builder().header("host", "localhost").header("host", "localhost");
        assert_eq!(checked(&request.body(()).unwrap(), HERE), Err(WRONG_HOST));
    }

    #[test]
    fn the_origin_must_be_the_host_in_scheme_name_and_port() {
        for (host, origin) in [
            ("localhost:1", "http://localhost:1"),
            ("localhost:1", "HTTP://LOCALHOST:1"),
            ("localhost", "http://localhost"),
            ("localhost:80", "http://localhost"),
            ("[::1]:1", "http://[::1]:1"),
            ("[::1]:1", "http://[0:0::1]:1"),
        ] {
            assert_eq!(checked(&request(host, Some(origin)), HERE), Ok(()), "{host} {origin}");
        }
        for (host, origin) in [
            ("localhost:1", "https://localhost:1"),
            ("localhost:1", "http://localhost:2"),
            ("localhost:1", "http://localhost"),
            ("localhost:1", "http://127.0.0.1:1"),
            ("localhost:1", "http://evil.example"),
            ("localhost:1", "http://localhost:1/"),
            ("localhost:1", "http://localhost:1.evil.example"),
            ("localhost:1", "null"),
            ("localhost:1", ""),
            ("localhost:1", "file://"),
            ("localhost:1", "http://a@localhost:1"),
        ] {
            let result = checked(&request(host, Some(origin)), HERE);
            assert_eq!(result, Err(WRONG_ORIGIN), "{host} {origin}");
        }
    }

    #[test]
    fn with_tls_the_page_is_of_https_and_its_port_is_another() {
        let tls = Endpoints { https: true, ..HERE };
        for (host, origin, fine) in [
            ("localhost", "https://localhost", true),
            ("localhost:443", "https://localhost", true),
            ("localhost:1", "https://localhost:1", true),
            ("localhost", "http://localhost", false),
            ("localhost:1", "http://localhost:1", false),
            ("localhost:80", "https://localhost", false),
        ] {
            let result = checked(&request(host, Some(origin)), tls);
            assert_eq!(result.is_ok(), fine, "{host} {origin}");
        }
    }

    #[test]
    fn a_websocket_without_an_origin_must_come_from_this_machine() {
        let bare = request("localhost", None);
        assert_eq!(check_open_upgrade(&bare, HERE), Err(NO_ORIGIN));
        for peer in ["127.0.0.1", "::1", "::ffff:127.0.0.1"] {
            let ends = Endpoints { peer: peer.parse().unwrap(), ..HERE };
            assert_eq!(check_open_upgrade(&bare, ends), Ok(()), "{peer}");
        }
        let page = request("localhost", Some("http://localhost"));
        assert_eq!(check_open_upgrade(&page, HERE), Ok(()));
    }

    #[test]
    fn a_picture_without_a_link_is_not_for_pages_of_other_sites() {
        for (site, fine) in [
            (None, true),
            (Some("same-origin"), true),
            (Some("none"), true),
            (Some("same-site"), false),
            (Some("cross-site"), false),
            (Some("anything"), false),
        ] {
            let mut request = request("localhost", None);
            if let Some(site) = site {
                request.headers_mut().insert("sec-fetch-site", site.parse().unwrap());
            }
            assert_eq!(check_open_picture(&request).is_ok(), fine, "{site:?}");
        }
    }

    #[test]
    fn the_owner_adds_hosts_and_origins() {
        let config = ServerConfig {
            allow_hosts: vec!["Plots.example.org".into(), "10.0.0.9".into()],
            allow_origins: vec!["https://example.org".into()],
            ..ServerConfig::default()
        };
        config.check().unwrap();
        let allowed = Allowed::new(&config);
        let ok = |host: &str, origin: Option<&str>| check(&request(host, origin), HERE, &allowed);
        assert_eq!(ok("plots.example.org:8080", None), Ok(()));
        assert_eq!(ok("10.0.0.9", None), Ok(()));
        assert_eq!(ok("plots.example.org", Some("http://plots.example.org")), Ok(()));
        assert_eq!(ok("localhost:1", Some("https://example.org:443")), Ok(()));
        assert_eq!(ok("example.org", None), Err(WRONG_HOST), "an origin is no host");
        for other in ["http://example.org", "https://example.org:444", "https://a.example.org"] {
            assert_eq!(ok("localhost:1", Some(other)), Err(WRONG_ORIGIN), "{other}");
        }
    }

    #[test]
    fn what_is_no_host_or_origin_is_told_at_start() {
        for bad in
            ["", "example.org", "ftp://example.org", "https://example.org/", "https://*", "null"]
        {
            assert!(!is_origin(bad), "{bad}");
        }
        for bad in ["", "example.org:80", "http://example.org", "*", "a b", "a/b", "[::1]:5"] {
            assert!(!is_host_name(bad), "{bad}");
        }
        assert!(is_host_name("[::1]") && is_host_name("my-pc.local"));
    }

    #[test]
    fn the_public_address_is_a_host_and_an_origin() {
        let config = ServerConfig {
            public_url: Some("https://plots.example.org/canvas".into()),
            ..ServerConfig::default()
        };
        config.check().unwrap();
        let allowed = Allowed::new(&config);
        let page = |origin| request("plots.example.org", Some(origin));
        assert_eq!(check(&page("https://plots.example.org"), HERE, &allowed), Ok(()));
        assert_eq!(check(&page("https://example.org"), HERE, &allowed), Err(WRONG_ORIGIN));
        for bad in [
            "",
            "plots.example.org",
            "ftp://a/",
            "https://",
            "https://a/#b",
            "https://a/?b",
            "https://a b/",
        ] {
            assert!(!is_public_url(bad), "{bad}");
        }
    }

    #[test]
    fn a_public_address_with_tls_takes_no_page_without_also_where_the_proxy_does_not_say_so() {
        let behind = |url: &str| {
            let public_url = Some(url.to_owned());
            Allowed::new(&ServerConfig { public_url, ..ServerConfig::default() })
        };
        let secure = behind("https://plots.example.org/canvas/");
        for (host, origin, wanted) in [
            ("plots.example.org", "https://plots.example.org", Ok(())),
            ("plots.example.org", "http://plots.example.org", Err(WRONG_ORIGIN)),
            ("plots.example.org:8080", "http://plots.example.org:8080", Err(WRONG_ORIGIN)),
            ("Plots.Example.org", "http://plots.example.org", Err(WRONG_ORIGIN)),
            // Whoever is on this machine comes without the proxy.
            ("localhost:1", "http://localhost:1", Ok(())),
            ("192.168.1.5:1", "http://192.168.1.5:1", Ok(())),
        ] {
            let result = check(&request(host, Some(origin)), HERE, &secure);
            assert_eq!(result, wanted, "{host} {origin}");
        }
        let tls = Endpoints { https: true, ..HERE };
        let page = request("plots.example.org:8443", Some("https://plots.example.org:8443"));
        assert_eq!(check(&page, tls, &secure), Ok(()), "TLS of our own, or the proxy says so");
        let plain = behind("http://plots.example.org/");
        let page = request("plots.example.org:81", Some("http://plots.example.org:81"));
        assert_eq!(check(&page, HERE, &plain), Ok(()));
    }

    #[test]
    fn the_scheme_of_an_absolute_target_is_that_of_the_connection() {
        let config = ServerConfig {
            public_url: Some("https://plots.example.org".into()),
            ..ServerConfig::default()
        };
        let allowed = Allowed::new(&config);
        for (target, host, tls, wanted) in [
            (false, "localhost", false, Ok(())),
            (true, "localhost", true, Ok(())),
            (true, "localhost", false, Err(WRONG_SCHEME)),
            (false, "localhost", true, Err(WRONG_SCHEME)),
            (true, "plots.example.org", false, Ok(())),
            (false, "plots.example.org", false, Ok(())),
            (false, "evil.example", false, Err(WRONG_HOST)),
        ] {
            let mut request = request(host, None);
            request.extensions_mut().insert(TargetScheme { https: target });
            let ends = Endpoints { https: tls, ..HERE };
            assert_eq!(check(&request, ends, &allowed), wanted, "{target} {host} {tls}");
        }
    }

    #[test]
    fn of_what_another_program_has_accepted_the_page_must_be_of_the_same_name() {
        let check = |request: &Request<()>| check_origin(request, &Allowed::default());
        for (host, origin, wanted) in [
            ("plots.example.org", "https://plots.example.org", Ok(())),
            ("plots.example.org", "http://plots.example.org", Ok(())),
            ("plots.example.org:81", "http://plots.example.org:81", Ok(())),
            ("plots.example.org", "https://evil.example", Err(WRONG_ORIGIN)),
            ("plots.example.org:81", "http://plots.example.org", Err(WRONG_ORIGIN)),
            ("plots.example.org", "null", Err(WRONG_ORIGIN)),
            ("", "https://plots.example.org", Err(WRONG_HOST)),
        ] {
            assert_eq!(check(&request(host, Some(origin))), wanted, "{host} {origin}");
        }
        assert_eq!(check(&request("anything", None)), Ok(()));
        let config = ServerConfig {
            public_url: Some("https://plots.example.org/canvas/".into()),
            ..ServerConfig::default()
        };
        let known = Allowed::new(&config);
        for (host, origin, wanted) in [
            ("plots.example.org", None, Ok(())),
            ("plots.example.org", Some("https://plots.example.org"), Ok(())),
            ("plots.example.org", Some("http://plots.example.org"), Err(WRONG_ORIGIN)),
            ("plots.example.org", Some("https://plots.example.org:8443"), Err(WRONG_ORIGIN)),
            ("evil.example", Some("http://evil.example"), Err(WRONG_HOST)),
            ("evil.example", None, Err(WRONG_HOST)),
        ] {
            assert_eq!(check_origin(&request(host, origin), &known), wanted, "{host} {origin:?}");
        }
        let mut second = Request::builder().uri("https://plots.example.org/");
        second = second.header("origin", "https://plots.example.org");
        assert_eq!(check(&second.body(()).unwrap()), Ok(()));
        let mut both = Request::builder().uri("http://evil.example/").header("host", "localhost");
        both = both.header("origin", "http://localhost");
        assert_eq!(check(&both.body(()).unwrap()), Err(WRONG_ORIGIN), "the target's host counts");
        let none = Request::builder().uri("/").header("origin", "https://plots.example.org");
        assert_eq!(check(&none.body(()).unwrap()), Err(WRONG_HOST));
    }

    #[test]
    fn a_page_without_an_origin_of_its_own_needs_a_bearer() {
        assert_eq!(checked(&request("localhost", Some("null")), HERE), Err(WRONG_ORIGIN));
        let mut program = request("localhost", Some("null"));
        program.headers_mut().insert("authorization", "Bearer x".parse().unwrap());
        assert_eq!(checked(&program, HERE), Ok(()));
    }

    #[test]
    fn tokens_are_found_where_programs_put_them() {
        let with =
            |value: &str| Request::builder().header("authorization", value).body(()).unwrap();
        assert_eq!(bearer(&with("Bearer abc")), Ok(Some("abc")));
        assert_eq!(bearer(&with("bearer  abc ")), Ok(Some("abc")));
        assert_eq!(bearer(&request("a", None)), Ok(None));
        for bad in ["abc", "Basic abc", ""] {
            assert_eq!(bearer(&with(bad)), Err(UNAUTHORIZED), "{bad}");
        }
        let at = |uri: &str| {
            query_token(&Request::builder().uri(uri).body(()).unwrap()).map(str::to_owned)
        };
        assert_eq!(at("/?a=b&token=x"), Some("x".into()));
        assert_eq!(at("/?tokens=x"), None);
    }
}
