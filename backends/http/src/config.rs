use framecast_api::{Error, Result};

use crate::{Limits, Link};

/// How an [`HttpServer`](crate::HttpServer) treats strangers.
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
    /// What strangers may take.
    pub limits: Limits,
    /// The links at start; by default "drive" and "watch".
    pub links: Vec<Link>,
    /// Everybody may drive, without a link. Only where nobody but this machine can connect.
    pub no_auth: bool,
    /// Origins of pages besides our own that may connect: `https://example.org`.
    pub allow_origins: Vec<String>,
    /// Names that requests may be addressed to besides `localhost` and our address:
    /// `example.org`, with any port.
    pub allow_hosts: Vec<String>,
    /// Origins of pages besides our own that may show the page in a frame.
    pub frame_ancestors: Vec<String>,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            limits: Limits::DEFAULT,
            links: vec![Link::drive("drive"), Link::watch("watch")],
            no_auth: false,
            allow_origins: Vec::new(),
            allow_hosts: Vec::new(),
            frame_ancestors: Vec::new(),
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
        Ok(())
    }
}
