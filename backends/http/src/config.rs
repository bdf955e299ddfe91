use std::path::PathBuf;

use framecast_api::{Error, Result};

use crate::{Limits, Link, Reporter, Resources, Tls};

/// The settings of an [`HttpServer`](crate::HttpServer) or an [`HttpService`](crate::HttpService).
///
/// ```
/// use framecast_http::{HttpServer, Link, ServerConfig};
///
/// let mut config = ServerConfig::default();
/// config.links = vec![Link::drive("desk"), Link::watch("guest")];
/// config.allow_hosts = vec!["plots.example.org".into()];
/// let server = HttpServer::bind_with("127.0.0.1:0".parse().unwrap(), config)?;
/// # Ok::<(), framecast_api::Error>(())
/// ```
#[non_exhaustive]
#[derive(Debug, Clone)]
pub struct ServerConfig {
    /// Limits on what peers may send and use.
    pub limits: Limits,
    /// The links at start; by default "drive" and "watch", unless there is a link file.
    pub links: Vec<Link>,
    /// A file with more links, which the server keeps to while it runs: links that are gone from it are revoked, new
    /// ones are added, and those whose lines stay as they were keep their clients. If there is no such file
    /// it is made, with random links "drive" and "watch".
    ///
    /// One link a line, `NAME ROLE EXPIRY TOKEN-or-HASH`, such as `guest watch 2026-12-31T23:59:59Z sha256:…`; what
    /// tokens are possible says [`Link::with_token`]. EXPIRY is `never` or a time in UTC; `#` begins a comment.
    /// The file must belong to this user, and nobody else may read or write it (on Windows that is
    /// not checked). With a broken line a server does not start; when the file changes to
    /// such a one, the links stay as they were and the [`reporter`](Self::reporter) says why. A change counts
    /// about two seconds after the last byte was written.
    pub link_file: Option<PathBuf>,
    /// Where to say what the operator should know while the server runs.
    pub reporter: Reporter,
    /// The certificate for TLS; `None` for no encryption.
    pub tls: Option<Tls>,
    /// Let everybody drive without a link. Allowed only on an address that no other machine can reach.
    pub no_auth: bool,
    /// Origins of other pages that may connect: `https://example.org`.
    pub allow_origins: Vec<String>,
    /// Host names that are answered besides `localhost` and the address listened on: `example.org`, with
    /// any port.
    pub allow_hosts: Vec<String>,
    /// Origins of other pages that may show the page in a frame.
    pub frame_ancestors: Vec<String>,
    /// Proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed: addresses, or networks such
    /// as `10.0.0.0/8`. From all others, these headers are ignored.
    pub trusted_proxies: Vec<String>,
    /// The address that browsers use, for example through a proxy: `https://example.org/canvas/`. Links
    /// begin with it, and its host and its pages are allowed.
    pub public_url: Option<String>,
    /// The path that requests begin with, such as `/canvas/`; `/` by default. For a proxy or a router
    /// that does not remove it.
    pub path: String,
    /// Files that replace those of the viewer's page or are served beside them, for every canvas that
    /// has none of its own.
    pub resources: Resources,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            limits: Limits::DEFAULT,
            links: vec![Link::drive("drive"), Link::watch("watch")],
            link_file: None,
            reporter: Reporter::default(),
            tls: None,
            no_auth: false,
            allow_origins: Vec::new(),
            allow_hosts: Vec::new(),
            frame_ancestors: Vec::new(),
            trusted_proxies: Vec::new(),
            public_url: None,
            path: "/".to_owned(),
            resources: Resources::new(),
        }
    }
}

impl From<Limits> for ServerConfig {
    fn from(limits: Limits) -> Self {
        Self { limits, ..Self::default() }
    }
}

impl ServerConfig {
    /// Says what makes no sense.
    pub(crate) fn check(&self) -> Result<()> {
        if self.no_auth && (!self.own_links().is_empty() || self.link_file.is_some()) {
            return Err(Error::invalid_input(
                "no_auth lets everybody drive without a link, so the links would mean nothing; \
                 leave out one of them",
            ));
        }
        for origin in self.allow_origins.iter().chain(&self.frame_ancestors) {
            if !crate::front::access::is_origin(origin) {
                return Err(Error::invalid_input(format!(
                    "{origin:?} is no origin; write SCHEME://HOST or SCHEME://HOST:PORT, such as \
                     https://example.org, without a path"
                )));
            }
        }
        for host in &self.allow_hosts {
            if !crate::front::access::is_host_name(host) {
                return Err(Error::invalid_input(format!(
                    "{host:?} is no host name; write it without scheme, port and path, such as \
                     example.org"
                )));
            }
        }
        for proxy in &self.trusted_proxies {
            if crate::front::forwarded::network(proxy).is_none() {
                return Err(Error::invalid_input(format!(
                    "{proxy:?} is no address of a proxy; write an IP address or a network, such \
                     as 127.0.0.1 or 10.0.0.0/8"
                )));
            }
        }
        if !crate::front::routes::is_path(&self.path) {
            return Err(Error::invalid_input(format!(
                "{:?} is no path that can be served; write it with a slash first and without . \
                 and .. in it, such as /canvas/",
                self.path
            )));
        }
        if let Some(url) = &self.public_url
            && !crate::front::access::is_public_url(url)
        {
            return Err(Error::invalid_input(format!(
                "{url:?} is no address that browsers could use; write it with scheme and host, \
                 and without ? and #, such as https://example.org/canvas/"
            )));
        }
        Ok(())
    }

    /// The links that somebody asked for: without those by default.
    pub(crate) fn own_links(&self) -> &[Link] {
        if self.links == Self::default().links { &[] } else { &self.links }
    }

    /// The public address, with a slash at its end.
    pub(crate) fn public_base(&self) -> Option<String> {
        let url = self.public_url.as_deref()?;
        Some(format!("{}/", url.trim_end_matches('/')))
    }
}
