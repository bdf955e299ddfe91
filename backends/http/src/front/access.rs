//! Whether a request may be answered at all: the `Host` and `Origin` headers.
//!
//! `Host` must be a name that no stranger can point at this machine (against DNS rebinding),
//! `Origin` must be the page that this server itself serves (against pages of other sites).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use http::{Request, StatusCode, header};

use super::answer::Refusal;

const WRONG_HOST: Refusal = Refusal::new(
    StatusCode::FORBIDDEN,
    "This server answers only to localhost and to the address it was reached at.\n",
);
const WRONG_ORIGIN: Refusal =
    Refusal::new(StatusCode::FORBIDDEN, "Pages of other sites may not use this server.\n");
const NO_ORIGIN: Refusal = Refusal::new(
    StatusCode::FORBIDDEN,
    "Programs without an Origin header may connect from this machine only.\n",
);

const HTTP_PORT: u16 = 80;

/// The two ends of a connection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ends {
    pub(crate) local: IpAddr,
    pub(crate) peer: IpAddr,
}

/// What a `Host` or `Origin` names.
#[derive(Debug, PartialEq, Eq)]
enum Host {
    Ip(IpAddr),
    /// In lower case.
    Name(String),
}

/// Checks `Host`, and `Origin` where there is one.
pub(crate) fn check(request: &Request<()>, ends: Ends) -> Result<(), Refusal> {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else {
        return Err(WRONG_HOST);
    };
    let host = host.to_str().ok().and_then(authority).ok_or(WRONG_HOST)?;
    let ours = match &host.0 {
        Host::Ip(ip) => ip.is_loopback() || *ip == ends.local.to_canonical(),
        Host::Name(name) => name == "localhost",
    };
    if !ours {
        return Err(WRONG_HOST);
    }
    match request.headers().get(header::ORIGIN) {
        None => Ok(()),
        Some(origin) if origin.to_str().ok().and_then(origin_authority) == Some(host) => Ok(()),
        Some(_) => Err(WRONG_ORIGIN),
    }
}

/// What a WebSocket needs beyond [`check`]: an `Origin`, unless the peer is on this machine.
pub(crate) fn check_upgrade(request: &Request<()>, ends: Ends) -> Result<(), Refusal> {
    let known =
        request.headers().contains_key(header::ORIGIN) || ends.peer.to_canonical().is_loopback();
    if known { Ok(()) } else { Err(NO_ORIGIN) }
}

fn origin_authority(origin: &str) -> Option<(Host, u16)> {
    let (scheme, rest) = origin.split_once("://")?;
    scheme.eq_ignore_ascii_case("http").then(|| authority(rest))?
}

/// Reads `name`, `name:port`, `1.2.3.4:port` or `[::1]:port`.
fn authority(text: &str) -> Option<(Host, u16)> {
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (ip, port) = rest.split_once(']')?;
            let ip: Ipv6Addr = ip.parse().ok()?;
            (Host::Ip(IpAddr::V6(ip).to_canonical()), port)
        }
        None => {
            let end = text.find(':').unwrap_or(text.len());
            let (name, port) = text.split_at(end);
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
        None if port.is_empty() => HTTP_PORT,
        _ => return None,
    };
    Some((host, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: Ends = Ends {
        local: IpAddr::V4(Ipv4Addr::new(192, 168, 1, 5)),
        peer: IpAddr::V4(Ipv4Addr::new(192, 168, 1, 77)),
    };

    fn request(host: &str, origin: Option<&str>) -> Request<()> {
        let mut request = Request::builder().header("host", host);
        if let Some(origin) = origin {
            request = request.header("origin", origin);
        }
        request.body(()).unwrap()
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
            assert_eq!(check(&request(host, None), HERE), Ok(()), "{host}");
        }
        let mapped = Ends { local: "::ffff:10.0.0.1".parse().unwrap(), ..HERE };
        assert_eq!(check(&request("10.0.0.1:1", None), mapped), Ok(()));
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
            assert_eq!(check(&request(host, None), HERE), Err(WRONG_HOST), "{host}");
        }
    }

    #[test]
    fn two_hosts_are_refused() {
        let request = Request::builder().header("host", "localhost").header("host", "localhost");
        assert_eq!(check(&request.body(()).unwrap(), HERE), Err(WRONG_HOST));
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
            assert_eq!(check(&request(host, Some(origin)), HERE), Ok(()), "{host} {origin}");
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
            let checked = check(&request(host, Some(origin)), HERE);
            assert_eq!(checked, Err(WRONG_ORIGIN), "{host} {origin}");
        }
    }

    #[test]
    fn a_websocket_without_an_origin_must_come_from_this_machine() {
        let bare = request("localhost", None);
        assert_eq!(check_upgrade(&bare, HERE), Err(NO_ORIGIN));
        for peer in ["127.0.0.1", "::1", "::ffff:127.0.0.1"] {
            let ends = Ends { peer: peer.parse().unwrap(), ..HERE };
            assert_eq!(check_upgrade(&bare, ends), Ok(()), "{peer}");
        }
        let page = request("localhost", Some("http://localhost"));
        assert_eq!(check_upgrade(&page, HERE), Ok(()));
    }
}
