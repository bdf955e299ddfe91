//! What a trusted proxy says of those it speaks for: `X-Forwarded-For` and `X-Forwarded-Proto`.
//! Pure.
//!
//! Anybody can send these headers, and a proxy adds to what it was sent: so only the last entries
//! count, back to the first address that is no trusted proxy's.

use std::net::IpAddr;

use http::Request;
use http::header::HeaderMap;
use ipnet::IpNet;

use super::access::Endpoints;

const FOR: &str = "x-forwarded-for";
const PROTO: &str = "x-forwarded-proto";
/// Entries that are looked at; no chain of proxies is as long.
const MOST: usize = 32;

/// The proxies whose word counts.
#[derive(Debug, Default)]
pub(crate) struct Proxies(Vec<IpNet>);

/// Reads an address, or a network such as `10.0.0.0/8`.
pub(crate) fn network(text: &str) -> Option<IpNet> {
    let address = || text.parse::<IpAddr>().ok().map(|ip| IpNet::from(ip.to_canonical()));
    text.parse().ok().or_else(address)
}

impl Proxies {
    /// Those of `texts` that make sense.
    pub(crate) fn new(texts: &[String]) -> Self {
        Self(texts.iter().filter_map(|text| network(text)).collect())
    }

    pub(crate) fn trusts(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }

    /// The real ends of the connection that `request` came over. What a proxy says that makes
    /// no sense is not believed: then it is the proxy's own request.
    pub(crate) fn ends(&self, request: &Request<()>, ends: Endpoints) -> Endpoints {
        if !self.trusts(ends.peer) {
            return ends;
        }
        let headers = request.headers();
        let mut peer = ends.peer;
        for entry in entries(headers, FOR).take(MOST) {
            let Some(address) = address(entry) else { break };
            peer = address;
            if !self.trusts(address) {
                break;
            }
        }
        let https = match entries(headers, PROTO).next() {
            Some(scheme) => scheme.eq_ignore_ascii_case("https"),
            None => ends.https,
        };
        Endpoints { peer, https, ..ends }
    }
}

/// The comma-separated words of all `name` lines, the last first.
fn entries<'a>(headers: &'a HeaderMap, name: &str) -> impl Iterator<Item = &'a str> {
    let lines: Vec<_> = headers.get_all(name).iter().collect();
    let lines = lines.into_iter().rev().map(|line| line.to_str().unwrap_or_default());
    lines.flat_map(|line| line.rsplit(',')).map(|entry| entry.trim_matches([' ', '\t']))
}

/// Reads `1.2.3.4`, `1.2.3.4:5`, `2001:db8::1` or `[2001:db8::1]:5`.
fn address(entry: &str) -> Option<IpAddr> {
    let ip = entry.parse::<IpAddr>().ok();
    let ip = ip.or_else(|| entry.parse::<std::net::SocketAddr>().ok().map(|it| it.ip()));
    let bare = || entry.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    ip.or_else(bare).map(|ip: IpAddr| ip.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(peer: &str, headers: &[(&str, &str)]) -> (String, bool) {
        let proxies = ["127.0.0.1", "10.0.0.0/8", "fd00::/8"].map(str::to_owned);
        let mut request = Request::builder();
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let ends =
            Endpoints { local: peer.parse().unwrap(), peer: peer.parse().unwrap(), https: false };
        let ends = Proxies::new(&proxies).ends(&request.body(()).unwrap(), ends);
        (ends.peer.to_string(), ends.https)
    }

    fn client(peer: &str, forwarded: &str) -> String {
        seen(peer, &[(FOR, forwarded)]).0
    }

    #[test]
    fn a_trusted_proxy_says_who_asks_and_how() {
        let proto = (PROTO, "https");
        assert_eq!(seen("127.0.0.1", &[(FOR, "192.0.2.7"), proto]), ("192.0.2.7".into(), true));
        assert_eq!(seen("::ffff:127.0.0.1", &[proto]), ("::ffff:127.0.0.1".into(), true));
        assert_eq!(seen("127.0.0.1", &[]), ("127.0.0.1".into(), false));
        assert_eq!(client("127.0.0.1", "[2001:db8::1]:4711"), "2001:db8::1");
        assert_eq!(client("127.0.0.1", "192.0.2.7:80"), "192.0.2.7");
        assert_eq!(client("fd00::5", "::ffff:192.0.2.7"), "192.0.2.7");
    }

    #[test]
    fn nobody_else_is_believed() {
        let said = [(FOR, "127.0.0.1"), (PROTO, "https")];
        assert_eq!(seen("192.0.2.1", &said), ("192.0.2.1".into(), false));
        assert_eq!(
            client("127.0.0.1", "127.0.0.1, 192.0.2.7"),
            "192.0.2.7",
            "it wrote that itself"
        );
        assert_eq!(client("127.0.0.1", "127.0.0.1, 192.0.2.7, 10.1.1.1"), "192.0.2.7");
        let lines = [(FOR, "127.0.0.1"), (FOR, "192.0.2.7"), (PROTO, "https, http")];
        assert_eq!(seen("10.0.0.1", &lines), ("192.0.2.7".into(), false));
    }

    #[test]
    fn nonsense_ends_the_chain() {
        for nonsense in ["", "unknown", "_hidden", "192.0.2", "127.0.0.1, x", "\u{e4}", "[::1"] {
            assert_eq!(client("127.0.0.1", nonsense), "127.0.0.1", "{nonsense}");
        }
        assert_eq!(client("127.0.0.1", "192.0.2.9, x, 10.0.0.9"), "10.0.0.9");
        let long = "10.0.0.1,".repeat(5000);
        assert_eq!(client("127.0.0.1", &format!("192.0.2.7,{long}10.0.0.1")), "10.0.0.1");
    }

    #[test]
    fn addresses_and_networks_can_be_trusted() {
        for good in ["127.0.0.1", "::1", "10.0.0.0/8", "fd00::/8"] {
            assert!(network(good).is_some(), "{good}");
        }
        for bad in ["", "localhost", "10.0.0.0/33", "10.0.0.1:80", "*", "10.0.0.*"] {
            assert!(network(bad).is_none(), "{bad}");
        }
    }
}
