//! What a client was let in for, and by what it is known when it comes again.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use framecast_api::Role;

/// The permission with which a client joined.
#[derive(Debug, Clone)]
pub struct Grant {
    /// The name of its link; empty if no link is needed.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// When its link expires.
    pub expires: Option<Instant>,
    /// Whether its link was revoked; `None` if it has no link that could be revoked.
    pub revocation: Option<Revocation>,
    /// The key of its link, if that is another server's link to drive, which decides there what becomes of it.
    pub key: Option<LinkKey>,
}

/// What proves that somebody has the token of a link to drive: the SHA-256 of the token's text. Who has it can drive.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LinkKey([u8; 32]);

impl LinkKey {
    /// Creates the key with these bytes.
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Returns its bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// A key is a secret.
impl fmt::Debug for LinkKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LinkKey")
    }
}

impl Grant {
    /// Returns whether its link has expired or was revoked.
    #[must_use]
    pub fn is_over(&self, now: Instant) -> bool {
        self.expires.is_some_and(|at| at <= now)
            || self.revocation.as_ref().is_some_and(Revocation::is_revoked)
    }
}

/// Whether a link was revoked, for all clients that joined by it. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Revocation(Arc<Link>);

#[derive(Debug, Default)]
struct Link {
    is_revoked: AtomicBool,
    /// The link of the host who made this one.
    made_by: Option<Revocation>,
}

impl Revocation {
    /// Of a link that a host made who came by this one.
    #[must_use]
    pub fn of_made_link(&self) -> Self {
        Self(Arc::new(Link { made_by: Some(self.clone()), ..Link::default() }))
    }

    /// Revokes the link.
    pub fn revoke(&self) {
        self.0.is_revoked.store(true, Ordering::Release);
    }

    /// Returns whether this is of the same link as `other`.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Returns whether the link was revoked.
    #[must_use]
    pub fn is_revoked(&self) -> bool {
        self.0.is_revoked.load(Ordering::Acquire)
    }

    /// Whether this link is `other`, or was made by somebody who came by `other`, or by such a link.
    fn comes_from(&self, other: &Self) -> bool {
        std::iter::successors(Some(self), |link| link.0.made_by.as_ref())
            .any(|link| link.is_same(other))
    }
}

/// What identifies a client that was sent away when it comes back: link, network and browser.
#[derive(Debug, Clone)]
pub struct Identity {
    pub(crate) grant: Grant,
    network: Option<IpAddr>,
    pub(crate) browser: Option<Arc<str>>,
}

impl Identity {
    /// Creates the identity of a client that joined with `grant`, from `address` if that is known. `browser` is
    /// the name that its browser has for itself.
    #[must_use]
    pub fn new(grant: Grant, address: Option<IpAddr>, browser: Option<&str>) -> Self {
        Self { grant, network: address.map(network), browser: browser.map(Arc::from) }
    }

    /// Returns the permission with which it joined.
    #[must_use]
    pub fn grant(&self) -> &Grant {
        &self.grant
    }

    /// Returns the network that it came from, as [`network`] of its address, if that is known.
    #[must_use]
    pub fn network(&self) -> Option<IpAddr> {
        self.network
    }

    /// Returns the name that its browser has for itself.
    #[must_use]
    pub fn browser(&self) -> Option<&str> {
        self.browser.as_deref()
    }

    /// Whether `other` came by the same link, or by one that was made by it; of those whom an application let in,
    /// by the same name.
    pub(crate) fn link_covers(&self, other: &Self) -> bool {
        let links = self.grant.revocation.as_ref().zip(other.grant.revocation.as_ref());
        self.grant.name == other.grant.name
            || links.is_some_and(|(own, others)| others.comes_from(own))
    }

    pub(crate) fn shares_network(&self, other: &Self) -> bool {
        self.network.is_some() && self.network == other.network
    }

    pub(crate) fn shares_browser(&self, other: &Self) -> bool {
        self.browser.is_some() && self.browser == other.browser
    }
}

/// Returns the network of an address, whose addresses count as one: an IPv4 address itself, or the /64 of an IPv6
/// address, because one client can use all 2⁶⁴ addresses of it.
#[must_use]
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(ip) if !ip.is_loopback() => Ipv6Addr::from_bits(ip.to_bits() >> 64 << 64).into(),
        ip => ip,
    }
}
