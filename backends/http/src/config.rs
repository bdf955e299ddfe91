use std::path::PathBuf;

use framecast_api::{Error, Reporter, Result, Role};
use framecast_stream::VideoMode;

use crate::{Limits, Link, Resources, Tls};

/// The settings of an [`HttpServer`](crate::HttpServer) or an [`HttpService`](crate::HttpService).
///
/// Settings are checked when the server is made: what makes no sense is an "invalid input" error, which says what
/// to write instead.
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
    /// Limits on what peers may send and use. Default: [`Limits::DEFAULT`].
    pub limits: Limits,
    /// The links at start. By default these are "drive" and "watch"; with a
    /// [`link_file`](Self::link_file), the default adds none.
    pub links: Vec<Link>,
    /// A file with more links; `None`, the default, for no file. If the file is missing, the server creates it,
    /// with random links "drive" and "watch".
    ///
    /// The file has one link per line, `NAME ROLE EXPIRY TOKEN-or-HASH`, for example
    /// `guest watch 2026-12-31T23:59:59Z sha256:…`. ROLE is `drive` or `watch`. EXPIRY is `never` or a time in UTC.
    /// TOKEN is one that [`Link::with_token`] accepts, or a hash for [`Link::with_token_hash`]. A line that begins
    /// with `#` is a comment. The file has at most [`Limits::LINK_FILE_BYTES`] bytes, and a line at most
    /// [`Limits::LINK_LINE_BYTES`].
    ///
    /// The server reads the file again when it changes, about two seconds after the last write. It adds the links
    /// of new lines and revokes those of lines that were removed. A line that was changed is both: its old link is
    /// revoked. Lines that stay the same keep their clients.
    ///
    /// A changed file must not be empty and must end with a newline: otherwise it may be half written. If the server
    /// cannot use a changed file, the links stay as they were, and the [`reporter`](Self::reporter) gets a warning.
    ///
    /// # Errors
    /// The server does not start, with the error "invalid input", if a line is broken, or if the file is not a
    /// regular file that belongs to this user and that nobody else may read or write (not checked on Windows).
    pub link_file: Option<PathBuf>,
    /// Whether hosts are kept from making links in the page and from seeing which there are. Otherwise a host may make
    /// links that give no more than its own, end with it, and are gone when the server ends; and may revoke those.
    /// Default: false.
    pub fixed_links: bool,
    /// Whether viewers only watch, such as those of an edge, which serves what is drawn elsewhere. The server then takes no
    /// link to drive: one in [`links`](Self::links), in the environment or of
    /// [`HttpServer::add_link`](crate::HttpServer::add_link) is an error; in a [`link_file`](Self::link_file) it is left out
    /// with a warning that names its line, and a new file has only "watch"; by default there is only "watch"; hosts make no
    /// links; and no place is kept for those who may drive. With [`no_auth`](Self::no_auth) everybody may watch. It does not concern a
    /// [`Visitor`](crate::Visitor). Default: false.
    pub watch_only: bool,
    /// Receives messages for the operator while the server runs. By default they go to the `log` facade, with the target
    /// `framecast_http`.
    pub reporter: Reporter,
    /// The certificate and key for TLS; `None`, the default, for no encryption.
    pub tls: Option<Tls>,
    /// Whether everybody may drive without a link. This is allowed only on an address that other machines cannot
    /// reach, without other links, a public URL and proxies. Default: false.
    pub no_auth: bool,
    /// Origins of other pages that may connect, such as pages with a `<framecast-view>`: `https://example.org`.
    /// Default: none.
    pub allow_origins: Vec<String>,
    /// Host names that the server answers to, besides `localhost` and its own address: `example.org`, with any
    /// port. Requests with another `Host` header are refused. Default: none.
    pub allow_hosts: Vec<String>,
    /// Origins of other pages that may show the page in a frame. Default: none.
    pub frame_ancestors: Vec<String>,
    /// Proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` headers the server believes: addresses, or networks
    /// such as `10.0.0.0/8`. It ignores these headers from everybody else. Default: none.
    pub trusted_proxies: Vec<String>,
    /// The address that browsers use, for example through a proxy: `https://example.org/canvas/`. Links begin with
    /// it, and its host and origin are allowed. `None`, the default: the address that the server listens on.
    pub public_url: Option<String>,
    /// Addresses of other servers with the same canvases, such as edges of one origin: `https://edge-2.example.org/`, as
    /// their [`public_url`](Self::public_url). When this server does not answer, the viewer's page connects to the next
    /// of them, by the link that it was opened with. So they need the same links (see [`link_file`](Self::link_file)),
    /// must allow this server's origin ([`allow_origins`](Self::allow_origins)), and see the tokens of its viewers. A page
    /// that came by TLS connects to addresses of `https` only. An `index.html` of your own names them in the `src` of
    /// its `<framecast-view>`. Default: none.
    pub also: Vec<String>,
    /// Whether each canvas is also served in segments that any HTTP cache can keep, at `live/` below its path: for crowds
    /// behind a cache, and for networks that let no WebSocket through. The viewer's page falls back to them by itself.
    ///
    /// **Anybody who can reach the server may then watch, without a link, also through caches.** These addresses have no
    /// token, since it would stand in the logs and caches on the way; revoked links and people who were sent away do not
    /// count either. Pages of other origins can read them if [`allow_origins`](Self::allow_origins) names any. A canvas at
    /// `/` then cannot have one called `live` beside it. Default: false.
    pub live: bool,
    /// The path that requests begin with, such as `/canvas/`, for a proxy or a router that does not remove it.
    /// Default: `/`.
    pub path: String,
    /// Which clients are sent H.264 video while the picture changes. Video is less sharp than tiles, and takes a fraction
    /// of their bytes where most of the picture moves; a picture that rests is exact in any case. Browsers decode it where
    /// they have WebCodecs, which is only at `https://` addresses and on this machine.
    ///
    /// Default: [`VideoMode::Auto`], those whose connection is too slow for tiles. Without the feature `h264` nobody is sent
    /// video, and [`VideoMode::Always`] is an error.
    pub video: VideoMode,
    /// Files that replace those of the viewer's page, or are served in addition to them, for every canvas that has
    /// none of its own. Default: none.
    pub resources: Resources,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            limits: Limits::DEFAULT,
            links: vec![Link::drive("drive"), Link::watch("watch")],
            link_file: None,
            fixed_links: false,
            watch_only: false,
            reporter: Reporter::to_log("framecast_http"),
            tls: None,
            no_auth: false,
            allow_origins: Vec::new(),
            allow_hosts: Vec::new(),
            frame_ancestors: Vec::new(),
            trusted_proxies: Vec::new(),
            public_url: None,
            also: Vec::new(),
            live: false,
            path: "/".to_owned(),
            video: VideoMode::Auto,
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
        let mut own = self.own_links().iter();
        if let Some(link) = own.find(|link| self.watch_only && link.role() != Role::Watch) {
            return Err(Error::invalid_input(format!(
                "the link {:?} is to drive, but those who come here only watch; make it a link to watch",
                link.name()
            )));
        }
        crate::video::check(self.video)?;
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
        for url in self.public_url.iter().chain(&self.also) {
            if !crate::front::access::is_public_url(url) {
                return Err(Error::invalid_input(format!(
                    "{url:?} is no address that browsers could use; write it with scheme and host, \
                     and without ? and #, such as https://example.org/canvas/"
                )));
            }
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
