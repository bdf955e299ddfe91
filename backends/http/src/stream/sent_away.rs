//! Who was sent away, and by what they are known when they come again. Pure: `now` is passed in.

use std::collections::{BTreeSet, VecDeque};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use framecast_api::ClientId;

use crate::front::links::Grant;
use crate::front::strangers::network;

/// So many are remembered; of more, the one who was sent away first may come back.
const MOST: usize = 64;

/// By what somebody is known.
#[derive(Debug, Clone)]
pub(crate) struct Identity {
    /// What they were let in for.
    pub(crate) grant: Grant,
    /// Their address, or an IPv6 address' network, as far as is known.
    pub(crate) network: Option<IpAddr>,
    /// What their browser calls itself, the same on all pages of an origin.
    pub(crate) browser: Option<Arc<str>>,
}

impl Identity {
    pub(crate) fn new(grant: Grant, address: Option<IpAddr>, browser: Option<&str>) -> Self {
        Self { grant, network: address.map(network), browser: browser.map(Arc::from) }
    }
}

/// Those who were sent away from a canvas, the last at the end. At most [`MOST`].
#[derive(Debug, Default)]
pub(super) struct SentAway(VecDeque<Entry>);

#[derive(Debug)]
struct Entry {
    client: ClientId,
    who: Identity,
    /// Browsers that were here by the same link then: they may come from the same network.
    welcome: BTreeSet<Arc<str>>,
}

impl Entry {
    fn refuses(&self, who: &Identity) -> bool {
        if who.browser.as_ref().is_some_and(|browser| self.welcome.contains(browser)) {
            return false;
        }
        let same_browser = who.browser.is_some() && who.browser == self.who.browser;
        let same_network = who.network.is_some() && who.network == self.who.network;
        same_browser || same_network
    }
}

impl SentAway {
    /// `who`, who was `client`, does not come back. `others` are here, one of them as `host`, who
    /// locks nobody out with whom it shares a browser.
    pub(super) fn add<'a>(
        &mut self,
        client: ClientId,
        who: &Identity,
        others: impl Iterator<Item = &'a Identity>,
        host: Option<&Identity>,
    ) {
        let host = host.and_then(|host| host.browser.as_ref());
        let by_the_same_link = others.filter(|other| other.grant.name == who.grant.name);
        let mut welcome: BTreeSet<_> =
            by_the_same_link.filter_map(|other| other.browser.clone()).collect();
        if let Some(browser) = who.browser.as_ref().filter(|browser| Some(*browser) != host) {
            welcome.remove(browser);
            for entry in &mut self.0 {
                entry.welcome.remove(browser);
            }
        }
        welcome.extend(host.cloned());
        self.0.push_back(Entry { client, who: who.clone(), welcome });
        if self.0.len() > MOST {
            self.0.pop_front();
        }
    }

    /// Who was `client` may come back.
    pub(super) fn let_in(&mut self, client: ClientId) {
        let Some(at) = self.0.iter().position(|entry| entry.client == client) else { return };
        let Some(Entry { who, .. }) = self.0.remove(at) else { return };
        // Not for the sake of somebody else who was sent away from the same network.
        if let Some(browser) = who.browser {
            let same =
                self.0.iter_mut().filter(|entry| entry.who.browser.as_ref() != Some(&browser));
            for entry in same {
                entry.welcome.insert(Arc::clone(&browser));
            }
        }
    }

    /// Whether `who` is one of them, or may be: somebody who comes by the same link, with the same
    /// browser or from the same network. It ends with the link.
    pub(super) fn refuses(&self, who: &Identity, now: Instant) -> bool {
        let entries = self.0.iter().filter(|entry| {
            entry.who.grant.name == who.grant.name && !entry.who.grant.is_over(now)
        });
        entries.into_iter().any(|entry| entry.refuses(who))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use framecast_api::Role;

    const HOME: &str = "192.0.2.7";
    const AWAY: &str = "198.51.100.1";

    fn who(link: &str, address: &str, browser: &str) -> Identity {
        let grant = Grant { name: link.into(), role: Role::Watch, expires: None, revoked: None };
        let address = (!address.is_empty()).then(|| address.parse().unwrap());
        Identity::new(grant, address, Some(browser).filter(|browser| !browser.is_empty()))
    }

    fn refuses(sent_away: &SentAway, link: &str, address: &str, browser: &str) -> bool {
        sent_away.refuses(&who(link, address, browser), Instant::now())
    }

    #[test]
    fn the_same_link_with_the_same_browser_or_from_the_same_network_is_refused() {
        let mut sent_away = SentAway::default();
        sent_away.add(ClientId(1), &who("guest", HOME, "one"), [].into_iter(), None);
        for (link, address, browser, refused) in [
            ("guest", HOME, "one", true),
            ("guest", AWAY, "one", true),
            ("guest", "", "one", true),
            ("guest", HOME, "two", true),
            ("guest", HOME, "", true),
            ("guest", AWAY, "two", false),
            ("guest", "", "", false),
            ("desk", HOME, "one", false),
        ] {
            let got = refuses(&sent_away, link, address, browser);
            assert_eq!(got, refused, "{link} {address} {browser}");
        }
        sent_away.let_in(ClientId(2));
        assert!(refuses(&sent_away, "guest", HOME, "one"));
        sent_away.let_in(ClientId(1));
        assert!(!refuses(&sent_away, "guest", HOME, "one"));
    }

    #[test]
    fn an_ipv6_neighbour_is_the_same_network_and_an_address_of_unknown_kind_is_none() {
        let mut sent_away = SentAway::default();
        sent_away.add(ClientId(1), &who("guest", "2001:db8::1", ""), [].into_iter(), None);
        sent_away.add(ClientId(2), &who("guest", "", ""), [].into_iter(), None);
        assert!(refuses(&sent_away, "guest", "2001:db8::ffff", ""));
        assert!(!refuses(&sent_away, "guest", "2001:db8:0:1::1", ""));
        assert!(!refuses(&sent_away, "guest", "", ""), "nothing is known of either");
    }

    #[test]
    fn who_was_here_by_the_same_link_may_come_again_from_the_same_network() {
        let mut sent_away = SentAway::default();
        let here = [who("guest", HOME, "two"), who("desk", HOME, "three"), who("guest", HOME, "")];
        sent_away.add(ClientId(1), &who("guest", HOME, "one"), here.iter(), None);
        assert!(!refuses(&sent_away, "guest", HOME, "two"));
        assert!(refuses(&sent_away, "guest", HOME, "three"), "it was here by another link");
        assert!(refuses(&sent_away, "guest", HOME, "four"));
        sent_away.add(ClientId(2), &here[0], [].into_iter(), None);
        assert!(refuses(&sent_away, "guest", HOME, "two"), "sent away as well");
        sent_away.let_in(ClientId(1));
        assert!(!refuses(&sent_away, "guest", HOME, "one"), "whoever else was sent away");
        assert!(refuses(&sent_away, "guest", HOME, "two"));
    }

    #[test]
    fn a_host_never_locks_itself_out() {
        for same in ["host", "one"] {
            let mut sent_away = SentAway::default();
            let host = who("desk", HOME, "host");
            sent_away.add(ClientId(1), &who("desk", HOME, same), [&host].into_iter(), Some(&host));
            assert!(!refuses(&sent_away, "desk", HOME, "host"));
            assert!(refuses(&sent_away, "desk", HOME, "other"));
            sent_away.add(ClientId(2), &who("desk", AWAY, "host"), [].into_iter(), None);
            assert!(refuses(&sent_away, "desk", HOME, "host"), "the application sent it away");
        }
    }

    #[test]
    fn two_pages_of_one_browser_that_were_sent_away_are_let_in_one_by_one() {
        let mut sent_away = SentAway::default();
        let (one, other) = (who("guest", HOME, "one"), who("guest", HOME, "one"));
        sent_away.add(ClientId(1), &one, [&other].into_iter(), None);
        assert!(refuses(&sent_away, "guest", HOME, "one"), "though another page of it is here");
        sent_away.add(ClientId(2), &other, [].into_iter(), None);
        sent_away.let_in(ClientId(1));
        assert!(refuses(&sent_away, "guest", HOME, "one"));
        sent_away.let_in(ClientId(2));
        assert!(!refuses(&sent_away, "guest", HOME, "one"));
    }

    #[test]
    fn it_ends_with_the_link() {
        let now = Instant::now();
        let (valid, revoked) = smol::channel::bounded(1);
        let mut one = who("guest", HOME, "one");
        (one.grant.revoked, one.grant.expires) = (Some(revoked), Some(now + MINUTE));
        let mut sent_away = SentAway::default();
        sent_away.add(ClientId(1), &one, [].into_iter(), None);
        assert!(sent_away.refuses(&one, now));
        // Another link of the same name.
        let new = who("guest", HOME, "one");
        assert!(!sent_away.refuses(&new, now + MINUTE));
        drop(valid);
        assert!(!sent_away.refuses(&new, now));
    }

    const MINUTE: std::time::Duration = std::time::Duration::from_secs(60);

    #[test]
    fn of_too_many_the_first_is_forgotten() {
        let mut sent_away = SentAway::default();
        let address = |n: usize| format!("10.0.0.{n}");
        for n in 0..=MOST {
            sent_away.add(ClientId(n as u64), &who("", &address(n), ""), [].into_iter(), None);
        }
        assert_eq!(sent_away.0.len(), MOST);
        assert!(!refuses(&sent_away, "", &address(0), ""));
        assert!(refuses(&sent_away, "", &address(1), ""));
    }
}
