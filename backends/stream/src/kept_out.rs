//! Who was sent away, and by what they are known when they come again. Pure: `now` is passed in.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Instant;

use framecast_api::{ClientId, SentAway};

use crate::identity::Identity;

/// So many are remembered; of more, the one who was sent away first may come back. The engine lists
/// half as many and lets in whom it forgets, but here those count, too, who have not gone yet.
const MOST: usize = 2 * SentAway::MOST;
/// So many who left by themselves are remembered, in case they are sent away at that moment.
const LEFT: usize = 64;
/// So many browsers may come all the same from where one was sent away.
const WELCOME: usize = 1024;

/// Those who were sent away from a canvas and do not come back. [`Hub`](crate::Hub) has its own.
#[derive(Debug, Default)]
pub struct KeptOut {
    /// The last at the end. At most [`MOST`].
    entries: VecDeque<Entry>,
    /// Who left, the last at the end. At most [`LEFT`].
    left: VecDeque<(ClientId, Identity)>,
}

#[derive(Debug)]
struct Entry {
    client: ClientId,
    who: Identity,
    /// Whether everybody else from its network is refused, too.
    by_network: bool,
    /// Browsers that may come all the same. At most [`WELCOME`].
    welcome: BTreeSet<Arc<str>>,
}

impl Entry {
    fn refuses(&self, who: &Identity, now: Instant) -> bool {
        if !self.who.link_covers(who) || self.is_over(now) {
            return false;
        }
        if who.browser.as_ref().is_some_and(|browser| self.welcome.contains(browser)) {
            return false;
        }
        self.who.shares_browser(who) || self.by_network && self.who.shares_network(who)
    }

    /// Whether its link has ended. Where an application let it in, that is not a link's end.
    fn is_over(&self, now: Instant) -> bool {
        self.who.grant.revocation.is_some() && self.who.grant.is_over(now)
    }

    fn welcome(&mut self, browser: &Arc<str>) {
        if self.welcome.len() < WELCOME {
            self.welcome.insert(Arc::clone(browser));
        }
    }
}

impl KeptOut {
    /// Notes that `client` left, as who it was.
    pub fn left(&mut self, client: ClientId, who: Identity) {
        self.left.push_back((client, who));
        if self.left.len() > LEFT {
            self.left.pop_front();
        }
    }

    /// Returns who `client` was, if it left not long ago.
    #[must_use]
    pub fn who_left(&self, client: ClientId) -> Option<&Identity> {
        self.left.iter().find(|(left, _)| *left == client).map(|(_, who)| who)
    }

    /// Keeps out `who`, who is or was `client`. `others` are here, one of them as `host`: where both share link and
    /// network, the browser alone tells them apart.
    pub fn add<'a>(
        &mut self,
        client: ClientId,
        who: &Identity,
        others: impl Iterator<Item = &'a Identity>,
        host: Option<&Identity>,
    ) {
        if self.entries.iter().any(|entry| entry.client == client) {
            return;
        }
        let by_network =
            !host.is_some_and(|host| who.link_covers(host) && host.shares_network(who));
        let hosts = host.and_then(|host| host.browser.as_ref());
        let mut entry = Entry { client, who: who.clone(), by_network, welcome: BTreeSet::new() };
        let others = others.filter(|other| who.link_covers(other));
        hosts.into_iter().chain(others.filter_map(|other| other.browser.as_ref())).for_each(|it| {
            entry.welcome(it);
        });
        if let Some(browser) = who.browser.as_ref().filter(|browser| Some(*browser) != hosts) {
            entry.welcome.remove(browser);
            for other in self.entries.iter_mut().filter(|other| other.who.link_covers(who)) {
                other.welcome.remove(browser);
            }
        }
        self.entries.push_back(entry);
        if self.entries.len() > MOST {
            self.entries.pop_front();
        }
    }

    /// Lets in again who was `client`.
    pub fn let_in(&mut self, client: ClientId) {
        let Some(at) = self.entries.iter().position(|entry| entry.client == client) else { return };
        let Some(Entry { who, .. }) = self.entries.remove(at) else { return };
        // Whoever else was sent away from the same network.
        for entry in self.entries.iter_mut().filter(|entry| entry.who.link_covers(&who)) {
            match &who.browser {
                Some(_) if entry.who.shares_browser(&who) => {}
                Some(browser) => entry.welcome(browser),
                // Without a name nothing tells it from others there.
                None => entry.by_network &= !entry.who.shares_network(&who),
            }
        }
    }

    /// Returns whether `who` is one of them, or may be: somebody who comes by the same link, with the same browser or
    /// from the same network. It ends with the link.
    #[must_use]
    pub fn refuses(&self, who: &Identity, now: Instant) -> bool {
        self.entries.iter().any(|entry| entry.refuses(who, now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::{Grant, Revocation};
    use framecast_api::Role;

    const HOME: &str = "192.0.2.7";
    const AWAY: &str = "198.51.100.1";

    fn who(link: &str, address: &str, browser: &str) -> Identity {
        let grant = Grant {
            name: link.into(),
            role: Role::Watch,
            expires: None,
            revocation: None,
            key: None,
        };
        let address = (!address.is_empty()).then(|| address.parse().unwrap());
        Identity::new(grant, address, Some(browser).filter(|browser| !browser.is_empty()))
    }

    fn refuses(kept_out: &KeptOut, link: &str, address: &str, browser: &str) -> bool {
        kept_out.refuses(&who(link, address, browser), Instant::now())
    }

    #[test]
    fn the_same_link_with_the_same_browser_or_from_the_same_network_is_refused() {
        let mut kept_out = KeptOut::default();
        kept_out.add(ClientId(1), &who("guest", HOME, "one"), [].into_iter(), None);
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
            let got = refuses(&kept_out, link, address, browser);
            assert_eq!(got, refused, "{link} {address} {browser}");
        }
        kept_out.let_in(ClientId(2));
        assert!(refuses(&kept_out, "guest", HOME, "one"));
        kept_out.let_in(ClientId(1));
        assert!(!refuses(&kept_out, "guest", HOME, "one"));
    }

    #[test]
    fn a_link_that_was_made_by_it_is_refused_as_the_same_link_and_not_the_other_way_round() {
        let desk = Revocation::default();
        let spare = desk.of_made_link();
        let further = spare.of_made_link();
        let links = [
            ("desk", desk),
            ("spare", spare),
            ("further", further),
            ("else", Revocation::default()),
        ];
        let by = |(name, revocation): &(&str, Revocation), browser: &str| {
            let mut who = who(name, HOME, browser);
            who.grant.revocation = Some(revocation.clone());
            who
        };
        for (at, sent_away) in links.iter().enumerate() {
            let mut kept_out = KeptOut::default();
            kept_out.add(ClientId(1), &by(sent_away, "one"), [].into_iter(), None);
            for (index, link) in links.iter().enumerate() {
                let refused = index == at || index > at && index < 3;
                let got = kept_out.refuses(&by(link, "one"), Instant::now());
                assert_eq!(got, refused, "{} then {}", sent_away.0, link.0);
            }
        }
        let mut kept_out = KeptOut::default();
        let host = by(&links[1], "host");
        kept_out.add(ClientId(1), &by(&links[0], "one"), [].into_iter(), Some(&host));
        assert!(!kept_out.refuses(&host, Instant::now()), "a host by such a link stays");
    }

    #[test]
    fn an_ipv6_neighbour_is_the_same_network_and_an_address_of_unknown_kind_is_none() {
        let mut kept_out = KeptOut::default();
        kept_out.add(ClientId(1), &who("guest", "2001:db8::1", ""), [].into_iter(), None);
        kept_out.add(ClientId(2), &who("guest", "", ""), [].into_iter(), None);
        assert!(refuses(&kept_out, "guest", "2001:db8::ffff", ""));
        assert!(!refuses(&kept_out, "guest", "2001:db8:0:1::1", ""));
        assert!(!refuses(&kept_out, "guest", "", ""), "nothing is known of either");
    }

    #[test]
    fn who_was_here_by_the_same_link_may_come_again_from_the_same_network() {
        let mut kept_out = KeptOut::default();
        let here = [who("guest", HOME, "two"), who("desk", HOME, "three"), who("guest", HOME, "")];
        kept_out.add(ClientId(1), &who("guest", HOME, "one"), here.iter(), None);
        assert!(!refuses(&kept_out, "guest", HOME, "two"));
        assert!(refuses(&kept_out, "guest", HOME, "three"), "it was here by another link");
        assert!(refuses(&kept_out, "guest", HOME, "four"));
        kept_out.add(ClientId(2), &here[0], [].into_iter(), None);
        assert!(refuses(&kept_out, "guest", HOME, "two"), "sent away as well");
        kept_out.let_in(ClientId(1));
        assert!(!refuses(&kept_out, "guest", HOME, "one"), "whoever else was sent away");
        assert!(refuses(&kept_out, "guest", HOME, "two"));
    }

    #[test]
    fn a_host_is_not_locked_out_with_whom_it_sends_away() {
        for (host, same) in [("host", "one"), ("host", "host"), ("", "one")] {
            let mut kept_out = KeptOut::default();
            let host = who("desk", HOME, host);
            kept_out.add(ClientId(1), &who("desk", HOME, same), [&host].into_iter(), Some(&host));
            assert!(!kept_out.refuses(&host, Instant::now()));
            assert!(!refuses(&kept_out, "desk", HOME, "a new name of the host"));
            assert_eq!(refuses(&kept_out, "desk", HOME, "one"), same == "one");
            kept_out.add(ClientId(2), &who("desk", AWAY, "host"), [].into_iter(), None);
            assert!(refuses(&kept_out, "desk", HOME, "host"), "the application sent it away");
        }
        let mut kept_out = KeptOut::default();
        let host = who("desk", HOME, "host");
        kept_out.add(ClientId(1), &who("guest", HOME, "one"), [&host].into_iter(), Some(&host));
        assert!(refuses(&kept_out, "guest", HOME, "two"), "the host has a link of its own");
    }

    #[test]
    fn twice_is_once() {
        let mut kept_out = KeptOut::default();
        for _ in 0..3 {
            kept_out.add(ClientId(1), &who("guest", HOME, "one"), [].into_iter(), None);
        }
        kept_out.let_in(ClientId(1));
        assert!(!refuses(&kept_out, "guest", HOME, "one"));
    }

    #[test]
    fn who_has_no_name_is_let_in_though_a_neighbour_is_not() {
        let mut kept_out = KeptOut::default();
        for (client, browser) in [(1, "one"), (2, ""), (3, "three")] {
            let address = if client == 3 { AWAY } else { HOME };
            kept_out.add(ClientId(client), &who("guest", address, browser), [].into_iter(), None);
        }
        kept_out.let_in(ClientId(2));
        assert!(!refuses(&kept_out, "guest", HOME, ""));
        assert!(refuses(&kept_out, "guest", HOME, "one"), "it has a name");
        assert!(refuses(&kept_out, "guest", AWAY, ""), "that is another network");
    }

    #[test]
    fn letting_in_by_one_link_is_letting_in_by_no_other() {
        let mut kept_out = KeptOut::default();
        for (client, link) in [(1, "guest"), (2, "desk")] {
            kept_out.add(ClientId(client), &who(link, HOME, "one"), [].into_iter(), None);
        }
        kept_out.add(ClientId(3), &who("desk", HOME, "two"), [].into_iter(), None);
        kept_out.let_in(ClientId(1));
        assert!(
            !refuses(&kept_out, "guest", HOME, "one") && refuses(&kept_out, "desk", HOME, "one")
        );
        kept_out.let_in(ClientId(2));
        assert!(
            !refuses(&kept_out, "desk", HOME, "one") && refuses(&kept_out, "desk", HOME, "two")
        );
    }

    #[test]
    fn who_left_is_known_for_a_while() {
        let mut kept_out = KeptOut::default();
        for n in 0..=LEFT as u64 {
            kept_out.left(ClientId(n), who("guest", HOME, &format!("browser {n}")));
        }
        assert!(kept_out.who_left(ClientId(0)).is_none());
        let left = kept_out.who_left(ClientId(1)).unwrap();
        assert_eq!(left.browser.as_deref(), Some("browser 1"));
    }

    #[test]
    fn what_an_application_let_in_stays_away_beyond_its_session() {
        let now = Instant::now();
        let mut one = who("ada", HOME, "one");
        one.grant.expires = Some(now + MINUTE);
        let mut kept_out = KeptOut::default();
        kept_out.add(ClientId(1), &one, [].into_iter(), None);
        assert!(kept_out.refuses(&who("ada", HOME, "one"), now + MINUTE * 9));
    }

    #[test]
    fn those_who_are_welcome_are_so_many_at_most() {
        let mut kept_out = KeptOut::default();
        kept_out.add(ClientId(1), &who("guest", HOME, "one"), [].into_iter(), None);
        for n in 2..WELCOME as u64 + 9 {
            let other = who("guest", HOME, &format!("browser {n}"));
            kept_out.add(ClientId(n), &other, [].into_iter(), None);
            kept_out.let_in(ClientId(n));
        }
        assert_eq!(kept_out.entries[0].welcome.len(), WELCOME);
    }

    #[test]
    fn two_pages_of_one_browser_that_were_kept_out_are_let_in_one_by_one() {
        let mut kept_out = KeptOut::default();
        let (one, other) = (who("guest", HOME, "one"), who("guest", HOME, "one"));
        kept_out.add(ClientId(1), &one, [&other].into_iter(), None);
        assert!(refuses(&kept_out, "guest", HOME, "one"), "though another page of it is here");
        kept_out.add(ClientId(2), &other, [].into_iter(), None);
        kept_out.let_in(ClientId(1));
        assert!(refuses(&kept_out, "guest", HOME, "one"));
        kept_out.let_in(ClientId(2));
        assert!(!refuses(&kept_out, "guest", HOME, "one"));
    }

    #[test]
    fn it_ends_with_the_link() {
        let now = Instant::now();
        let revocation = Revocation::default();
        let mut one = who("guest", HOME, "one");
        one.grant.revocation = Some(revocation.clone());
        one.grant.expires = Some(now + MINUTE);
        let mut kept_out = KeptOut::default();
        kept_out.add(ClientId(1), &one, [].into_iter(), None);
        assert!(kept_out.refuses(&one, now));
        // Another link of the same name.
        let new = who("guest", HOME, "one");
        assert!(!kept_out.refuses(&new, now + MINUTE));
        revocation.revoke();
        assert!(!kept_out.refuses(&new, now));
    }

    const MINUTE: std::time::Duration = std::time::Duration::from_secs(60);

    #[test]
    fn of_too_many_the_first_is_forgotten() {
        let mut kept_out = KeptOut::default();
        let address = |n: usize| format!("10.0.{}.{}", n / 256, n % 256);
        for n in 0..=MOST {
            kept_out.add(ClientId(n as u64), &who("", &address(n), ""), [].into_iter(), None);
        }
        assert_eq!(kept_out.entries.len(), MOST);
        assert!(!refuses(&kept_out, "", &address(0), ""));
        assert!(refuses(&kept_out, "", &address(1), ""));
    }
}
