//! What a client was let in for, and by what it is known when it comes again.

use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use framecast_api::Role;

/// What a client was let in for.
#[derive(Debug, Clone)]
pub struct Grant {
    /// The name of its link; empty where none is needed.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// When its link expires.
    pub expires: Option<Instant>,
    /// Tells whether its link was revoked. `None`: it came by no link that could be.
    pub revocation: Option<Revocation>,
}

impl Grant {
    /// Whether its link has expired or was revoked.
    #[must_use]
    pub fn is_over(&self, now: Instant) -> bool {
        self.expires.is_some_and(|at| at <= now)
            || self.revocation.as_ref().is_some_and(Revocation::is_revoked)
    }
}

/// Whether a link was revoked, for all who came by it. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Revocation(Arc<AtomicBool>);

impl Revocation {
    /// From now on the link is revoked.
    pub fn revoke(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// Whether it was.
    #[must_use]
    pub fn is_revoked(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// By what somebody is known.
#[derive(Debug, Clone)]
pub struct Identity {
    pub(crate) grant: Grant,
    network: Option<IpAddr>,
    pub(crate) browser: Option<Arc<str>>,
}

impl Identity {
    /// Somebody who was let in for `grant` and comes from `address`, as far as is known. `browser`:
    /// what its browser calls itself.
    #[must_use]
    pub fn new(grant: Grant, address: Option<IpAddr>, browser: Option<&str>) -> Self {
        Self { grant, network: address.map(network), browser: browser.map(Arc::from) }
    }

    /// Whether both came by the same link; of those whom an application let in, by the same name.
    pub(crate) fn shares_link(&self, other: &Self) -> bool {
        self.grant.name == other.grant.name
    }

    pub(crate) fn shares_network(&self, other: &Self) -> bool {
        self.network.is_some() && self.network == other.network
    }

    pub(crate) fn shares_browser(&self, other: &Self) -> bool {
        self.browser.is_some() && self.browser == other.browser
    }
}

/// Whose addresses count as one: whoever has one IPv6 address has 2⁶⁴.
#[must_use]
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(ip) if !ip.is_loopback() => Ipv6Addr::from_bits(ip.to_bits() >> 64 << 64).into(),
        ip => ip,
    }
}
