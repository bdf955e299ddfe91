//! Links that count on several servers, for whoever carries them from one to another.

use std::sync::Arc;
use std::time::{Instant, SystemTime};

use framecast_api::Result;
use framecast_stream::{LinkKey, WatchLink};

use crate::site::Site;

/// The links of a server or service that count on other servers, too, or come from there. It does not keep the server
/// running. See [`HttpServer::shared_links`](crate::HttpServer::shared_links).
///
/// ```
/// use framecast_http::{HttpServer, Link, ServerConfig};
///
/// let origin = HttpServer::bind("127.0.0.1:0".parse().unwrap())?;
/// let mut config = ServerConfig::default();
/// (config.links, config.watch_only) = (vec![Link::watch("own")], true);
/// let edge = HttpServer::bind_with("127.0.0.1:0".parse().unwrap(), config)?;
///
/// // Who has the token of the origin's link "watch" is let in at the edge, too.
/// edge.shared_links().follow(&origin.shared_links().watch_links())?;
/// let names: Vec<_> = edge.list_links().into_iter().map(|link| link.name).collect();
/// assert_eq!(names, ["own", "watch"]);
/// # Ok::<(), framecast_api::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct SharedLinks(Arc<Site>);

impl SharedLinks {
    pub(crate) fn new(site: Arc<Site>) -> Self {
        Self(site)
    }

    /// Returns the links to watch of this server that are valid, oldest first, with the hashes of their tokens: those of the
    /// operator and those that hosts made, without those that it follows itself.
    ///
    /// It is cheap. As long as nothing changes, the result is the same.
    #[must_use]
    pub fn watch_links(&self) -> Vec<WatchLink> {
        self.0.keyring().watch_links(Instant::now(), SystemTime::now())
    }

    /// Has exactly these links of another server let in here, to watch all canvases of this server, besides its own links.
    /// Clients that came by a link that is not among them any more are sent away; those of a link that is the same stay.
    /// Names may be the same as here. A token that one of this server's own links has gives what that one gives.
    ///
    /// The time of day of this machine decides what has expired. Call it again about once a second, also if nothing
    /// changed, so that a machine that slept or whose clock was set follows.
    ///
    /// # Errors
    /// "Invalid input", and nothing is changed, if there are more than
    /// [`Limits::FOLLOWED_LINKS`](crate::Limits::FOLLOWED_LINKS), or two with the same name or hash.
    pub fn follow(&self, links: &[WatchLink]) -> Result<()> {
        self.0.keyring().follow(links, Instant::now(), SystemTime::now())
    }

    /// Returns the links to drive of this server that are valid, oldest first, each with its key, which others must not
    /// learn. Its [hash](WatchLink::hash) is the SHA-256 of the key, and may be told to other servers.
    #[must_use]
    pub fn drive_links(&self) -> Vec<(WatchLink, LinkKey)> {
        self.0.keyring().drive_links(Instant::now(), SystemTime::now())
    }

    /// Has exactly these links of another server let in here to drive, as [`drive_links`](Self::drive_links) there
    /// returns them, and otherwise like [`follow`](Self::follow). Who comes by one of them has the role
    /// [`Drive`](framecast_api::Role::Drive) here, also on a server where others only watch or need no link. Its
    /// identity (see [`UpdateSink::identity`](framecast_stream::UpdateSink::identity)) has the key, with which the program
    /// proves to the other server for whom it speaks.
    ///
    /// Whoever runs this server sees the tokens of those who come, and can drive there with them.
    ///
    /// # Errors
    /// As [`follow`](Self::follow).
    pub fn follow_drivers(&self, links: &[WatchLink]) -> Result<()> {
        self.0.keyring().follow_drivers(links, Instant::now(), SystemTime::now())
    }
}
