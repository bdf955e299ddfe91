//! Where a canvas is published: the servers, and the canvas' name.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use framecast_api::{Error, Result};

/// The longest name of a canvas, in bytes.
const MAX_NAME: usize = 64;
/// The most servers in one address.
const MAX_SERVERS: usize = 16;
const SCHEMES: [&str; 2] = ["nats://", "tls://"];
const DEFAULT_PORT: u16 = 4222;

/// The address of a canvas on a NATS bus: `nats://HOST[:PORT][,HOST[:PORT]…]/NAME`, or `tls://…` where the servers
/// must speak TLS.
///
/// ```
/// use framecast_relay::RelayAddress;
///
/// let address: RelayAddress = "nats://bus-1.example.org,bus-2.example.org:4333/lecture".parse()?;
/// assert_eq!(address.name(), "lecture");
/// assert_eq!(
///     address.servers(),
///     ["nats://bus-1.example.org:4222", "nats://bus-2.example.org:4333"]
/// );
/// # Ok::<(), framecast_api::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelayAddress {
    servers: Vec<String>,
    tls: bool,
    name: String,
}

impl RelayAddress {
    /// Returns the addresses of the servers, each with its port.
    #[must_use]
    pub fn servers(&self) -> &[String] {
        &self.servers
    }

    /// Returns whether the servers must speak TLS.
    #[must_use]
    pub fn is_encrypted(&self) -> bool {
        self.tls
    }

    /// Returns whether others may listen on the way: there is a server that is not this machine, and none must speak TLS.
    /// They can then read pictures and a password, and send what they like; so a program should ask its user first, as
    /// `framecast` does with `--insecure`.
    #[must_use]
    pub fn is_exposed(&self) -> bool {
        let is_here = |server: &String| {
            let host = server.trim_start_matches("nats://");
            let (host, _) = host.rsplit_once(':').unwrap_or((host, ""));
            let ip = host.trim_matches(['[', ']']).parse::<IpAddr>();
            host == "localhost" || ip.is_ok_and(|ip| ip.to_canonical().is_loopback())
        };
        !self.tls && !self.servers.iter().all(is_here)
    }

    /// Returns the name of the canvas on the bus.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl FromStr for RelayAddress {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        // A password in an address ends up in the list of processes and in logs.
        let shown = if text.contains('@') { "the address" } else { text };
        let wrong = |why: &str| {
            Error::invalid_input(format!(
                "{shown}: {why}; write nats://HOST[:PORT][,HOST…]/NAME, or tls://…"
            ))
        };
        let Some(scheme) = SCHEMES.into_iter().find(|scheme| text.starts_with(scheme)) else {
            return Err(wrong("no address of a NATS server"));
        };
        if text.contains('@') {
            return Err(wrong("it has a user; put user and password into a file of credentials"));
        }
        let Some((hosts, name)) = text[scheme.len()..].split_once('/') else {
            return Err(wrong("the name of the canvas is missing"));
        };
        let is_fine = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if name.is_empty() || name.len() > MAX_NAME || !name.chars().all(is_fine) {
            return Err(wrong("a name has 1 to 64 of a-z A-Z 0-9 - _"));
        }
        let hosts: Vec<&str> = hosts.split(',').collect();
        if hosts.len() > MAX_SERVERS {
            return Err(wrong("more than 16 servers"));
        }
        let servers = hosts.into_iter().map(|host| {
            let (host, port) = split(host).ok_or_else(|| wrong("a server without a host"))?;
            Ok(format!("{scheme}{host}:{port}"))
        });
        Ok(Self {
            servers: servers.collect::<Result<_>>()?,
            tls: scheme == "tls://",
            name: name.to_owned(),
        })
    }
}

/// Host and port; `[::1]` for an address with colons.
fn split(server: &str) -> Option<(&str, u16)> {
    let end = match server.strip_prefix('[') {
        Some(rest) => rest.find(']')? + 2,
        None => server.find(':').unwrap_or(server.len()),
    };
    let (host, rest) = server.split_at(end);
    let is_fine = |c: char| c.is_ascii_alphanumeric() || ".-_:[]".contains(c);
    if host.is_empty() || host == "[]" || !host.chars().all(is_fine) {
        return None;
    }
    match rest.strip_prefix(':') {
        None => rest.is_empty().then_some((host, DEFAULT_PORT)),
        Some(port) => port.parse().ok().filter(|port| *port > 0).map(|port| (host, port)),
    }
}

impl fmt::Display for RelayAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.tls { SCHEMES[1] } else { SCHEMES[0] };
        let hosts: Vec<&str> = self.servers.iter().map(|it| &it[scheme.len()..]).collect();
        write!(f, "{scheme}{}/{}", hosts.join(","), self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<RelayAddress> {
        text.parse()
    }

    #[test]
    fn servers_have_the_port_of_nats_unless_they_say_another() {
        let address = parse("nats://a,b:5,[::1],[::1]:6/x").unwrap();
        let servers = ["nats://a:4222", "nats://b:5", "nats://[::1]:4222", "nats://[::1]:6"];
        assert_eq!(address.servers(), servers);
        assert_eq!(address.to_string(), "nats://a:4222,b:5,[::1]:4222,[::1]:6/x");
        assert!(parse("tls://a/x").unwrap().is_encrypted());
    }

    #[test]
    fn only_this_machine_needs_no_tls() {
        let is_exposed = |text: &str| parse(text).unwrap().is_exposed();
        assert!(!is_exposed("nats://127.0.0.1,localhost:5,[::1]/x"));
        assert!(!is_exposed("tls://bus.example.org/x"));
        assert!(is_exposed("nats://127.0.0.1,bus.example.org/x"));
        assert!(is_exposed("nats://192.168.1.2/x") && is_exposed("nats://[fe80::1]:5/x"));
    }

    #[test]
    fn what_is_no_address_is_refused_with_the_form() {
        let wild = [
            "",
            "a",
            "http://a/x",
            "nats://a",
            "nats://a/",
            "nats:///x",
            "nats://a,/x",
            "nats://a:/x",
            "nats://a:0/x",
            "nats://a:99999/x",
            "nats://a/b.c",
            "nats://a/x>",
            "nats://a/x/y",
            "nats://[::1/x",
            "nats://[]/x",
            "nats://a b/x",
            "nats://u:p@a/x",
        ];
        for text in wild {
            let error = parse(text).unwrap_err().to_string();
            assert!(error.contains("write nats://HOST"), "{text}: {error}");
            assert!(!error.contains("u:p"), "it shows the password: {error}");
        }
        assert!(parse(&format!("nats://a/{}", "x".repeat(65))).is_err());
        assert!(parse(&format!("nats://{}/x", ["a"; 17].join(","))).is_err());
    }
}
