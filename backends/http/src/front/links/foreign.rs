//! Links that count on several servers: those of this one, for others, and those of another one, here. Pure.
//!
//! Servers tell each other hashes, never tokens. Links to watch and to drive are told apart by where they are handed over,
//! and who hands over only links to watch lets nobody drive. Of a link to drive another server is told the SHA-256 of the
//! SHA-256 of the token: the latter, the link's key, proves to the first server that somebody has the token.

use std::time::{Instant, SystemTime};

use framecast_api::{Error, Result, Role};
use framecast_stream::{LinkKey, WatchLink};
use sha2::{Digest, Sha256};

use super::{Entry, Keyring, Link, Owner};
use crate::Limits;
use crate::front::secret::Secret;

/// What other servers are told of a link with this key.
pub(super) fn check_of(key: &[u8; 32]) -> [u8; 32] {
    Sha256::digest(key).into()
}

impl Keyring {
    /// The links to watch that are valid and are this server's own, oldest first. `time` is the time of day at `now`. As
    /// long as a link is the same, it ends at the same time, whatever becomes of the clock.
    pub(crate) fn watch_links(&mut self, now: Instant, time: SystemTime) -> Vec<WatchLink> {
        let own = self.own_links(Role::Watch, now, time);
        own.filter_map(|entry| WatchLink::new(&entry.name, entry.digest, entry.ends).ok()).collect()
    }

    /// The same for links to drive, with their keys: what others are told has the SHA-256 of the key.
    pub(crate) fn drive_links(
        &mut self,
        now: Instant,
        time: SystemTime,
    ) -> Vec<(WatchLink, LinkKey)> {
        let own = self.own_links(Role::Drive, now, time);
        own.filter_map(|entry| {
            let link = WatchLink::new(&entry.name, check_of(&entry.digest), entry.ends);
            Some((link.ok()?, LinkKey::new(entry.digest)))
        })
        .collect()
    }

    fn own_links(
        &mut self,
        role: Role,
        now: Instant,
        time: SystemTime,
    ) -> impl Iterator<Item = &Entry> {
        let is_wanted = move |entry: &&mut Entry| {
            let is_valid = entry.expires.is_none_or(|at| now < at);
            entry.role == role && !entry.owner.is_origin() && is_valid
        };
        self.entries.iter_mut().filter(is_wanted).map(move |entry| {
            if let (Some(at), None) = (entry.expires, entry.ends) {
                entry.ends = time.checked_add(at.saturating_duration_since(now));
            }
            &*entry
        })
    }

    /// Has exactly these links of another server let in here to watch, besides this server's own: those that are gone are
    /// revoked, and who came by one that stays is not concerned. Names may be those of links here. A token that is known
    /// here already gives what is said here.
    ///
    /// `time` is the time of day at `now`, which decides what has expired: call it again from time to time.
    ///
    /// # Errors
    /// "Invalid input", and everything is as it was, if there are too many, or two have the same name or the same token.
    pub(crate) fn follow(
        &mut self,
        links: &[WatchLink],
        now: Instant,
        time: SystemTime,
    ) -> Result<()> {
        check(links)?;
        // Where everybody is let in, they mean nothing.
        if !self.open {
            self.follow_as(Role::Watch, links, now, time);
        }
        Ok(())
    }

    /// The same for links to drive, which are told as [`drive_links`](Self::drive_links) tells them.
    pub(crate) fn follow_drivers(
        &mut self,
        links: &[WatchLink],
        now: Instant,
        time: SystemTime,
    ) -> Result<()> {
        check(links)?;
        self.follows_drivers = true;
        self.follow_as(Role::Drive, links, now, time);
        Ok(())
    }

    fn follow_as(&mut self, role: Role, links: &[WatchLink], now: Instant, time: SystemTime) {
        self.forget_expired(now);
        let valid: Vec<&WatchLink> =
            links.iter().filter(|link| link.expires().is_none_or(|at| time < at)).collect();
        let is_followed = |entry: &Entry| entry.owner.is_origin() && entry.role == role;
        let is = |entry: &Entry, link: &WatchLink| {
            entry.name == link.name()
                && entry.digest == *link.hash()
                && entry.ends == link.expires()
        };
        self.entries.retain(|entry| !is_followed(entry) || valid.iter().any(|it| is(entry, it)));
        for link in valid {
            // Keys and their checks have nothing in common.
            if self.entries.iter().any(|entry| entry.digest == *link.hash()) {
                continue;
            }
            let left = link.expires().and_then(|at| at.duration_since(time).ok());
            let secret = Secret::Hash(*link.hash());
            let owner = if role == Role::Drive { Owner::OriginToDrive } else { Owner::Origin };
            let added = Link::new(link.name(), role).lasting(left).with_secret(secret);
            self.push(added, *link.hash(), owner, now);
            if let Some(entry) = self.entries.last_mut() {
                entry.ends = link.expires();
            }
        }
    }
}

/// Whether another server may have these links, of one role.
fn check(links: &[WatchLink]) -> Result<()> {
    if links.len() > Limits::FOLLOWED_LINKS {
        return Err(Error::invalid_input(format!(
            "another server has {} links of one role; possible are {}",
            links.len(),
            Limits::FOLLOWED_LINKS
        )));
    }
    for (n, link) in links.iter().enumerate() {
        let is_same = |it: &&WatchLink| it.name() == link.name() || it.hash() == link.hash();
        if let Some(same) = links[..n].iter().find(is_same) {
            return Err(Error::invalid_input(format!(
                "the links {:?} and {:?} of another server have the same name or token",
                same.name(),
                link.name()
            )));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const HOUR: Duration = Duration::from_secs(60 * 60);
    const TOKENS: [&str; 3] =
        ["vJ8_kQ2-xP7.aZ4~mT9wLb", "Qw3_rT5-yU7.iO9~pA1sDf", "zX2_cV4-bN6.mK8~jH0gFd"];

    fn watch(name: &str, token: &str) -> WatchLink {
        until(name, token, None)
    }

    fn until(name: &str, token: &str, expires: Option<SystemTime>) -> WatchLink {
        WatchLink::new(name, crate::front::secret::digest(token), expires).unwrap()
    }

    /// An edge with a link to watch of its own, called "guest".
    fn edge() -> (Keyring, Instant, SystemTime) {
        let (now, time) = (Instant::now(), SystemTime::UNIX_EPOCH + 500_000 * HOUR);
        let mut keyring = Keyring::new(false).watch_only();
        keyring.add(Link::watch("guest").with_token(TOKENS[2]).unwrap(), now).unwrap();
        (keyring, now, time)
    }

    fn admitted(keyring: &Keyring, token: &str, now: Instant) -> bool {
        keyring.admit(Some(token), now).is_some_and(|it| it.grant.role == Role::Watch)
    }

    #[test]
    fn links_to_watch_of_one_server_let_in_at_another_and_those_to_drive_do_not() {
        let (mut edge, now, time) = edge();
        let mut origin = Keyring::new(false);
        let drive = origin.add(Link::drive("desk"), now).unwrap().unwrap();
        let token = origin.add(Link::watch("guest"), now).unwrap().unwrap();
        let links = origin.watch_links(now, time);
        assert_eq!(links, [watch("guest", token.as_str())]);
        edge.follow(&links, now, time).unwrap();
        assert!(admitted(&edge, token.as_str(), now));
        assert!(admitted(&edge, TOKENS[2], now), "the edge's own of the same name is still there");
        assert!(edge.admit(Some(drive.as_str()), now).is_none());
        // They are not this server's, neither to be shown nor to be passed on.
        assert_eq!(edge.links(now).count(), 1);
        assert_eq!(edge.watch_links(now, time), [watch("guest", TOKENS[2])]);
        let followed: Vec<_> =
            edge.list(now).into_iter().map(|it| (it.name, it.followed)).collect();
        assert_eq!(followed, [("guest".to_owned(), false), ("guest".to_owned(), true)]);
    }

    #[test]
    fn what_a_host_made_counts_elsewhere_until_its_link_is_gone() {
        let (now, time) = (Instant::now(), SystemTime::UNIX_EPOCH);
        let mut origin = Keyring::new(false);
        origin.add(Link::drive("desk"), now).unwrap();
        let by = origin.entries[0].revocation.clone();
        let request = framecast_stream::LinkRequest::Add {
            name: "friend".into(),
            role: Role::Watch,
            lifetime: None,
        };
        origin.manage(request, &by, &[], now).unwrap();
        assert_eq!(origin.watch_links(now, time).len(), 1);
        origin.revoke("desk");
        assert_eq!(origin.watch_links(now, time).len(), 0);
    }

    #[test]
    fn what_is_gone_is_revoked_and_what_stays_keeps_its_clients() {
        let (mut edge, now, time) = edge();
        edge.follow(&[watch("a", TOKENS[0]), watch("b", TOKENS[1])], now, time).unwrap();
        let [a, b, own] = TOKENS.map(|token| edge.admit(Some(token), now).unwrap());
        edge.follow(&[watch("b", TOKENS[1])], now, time).unwrap();
        assert!(a.revoked.unwrap().is_closed() && a.grant.is_over(now));
        assert!(!b.grant.is_over(now) && !own.grant.is_over(now));
        // Another name, or another time, is another link.
        edge.follow(&[watch("c", TOKENS[1])], now, time).unwrap();
        assert!(b.revoked.unwrap().is_closed());
        let c = edge.admit(Some(TOKENS[1]), now).unwrap();
        edge.follow(&[until("c", TOKENS[1], Some(time + HOUR))], now, time).unwrap();
        assert!(c.grant.is_over(now));
        edge.follow(&[], now, time).unwrap();
        assert!(!admitted(&edge, TOKENS[1], now) && admitted(&edge, TOKENS[2], now));
    }

    #[test]
    fn the_time_of_day_decides_what_has_expired() {
        let (mut edge, now, time) = edge();
        let links = [until("a", TOKENS[0], Some(time + HOUR))];
        edge.follow(&links, now, time).unwrap();
        let came = edge.admit(Some(TOKENS[0]), now).unwrap();
        assert_eq!(came.grant.expires, Some(now + HOUR));
        // The machine slept, or its clock was set right.
        edge.follow(&links, now, time + HOUR).unwrap();
        assert!(came.grant.is_over(now) && !admitted(&edge, TOKENS[0], now));
        edge.follow(&links, now, time).unwrap();
        assert!(admitted(&edge, TOKENS[0], now));
        assert!(!admitted(&edge, TOKENS[0], now + HOUR), "also if nobody calls it again");
    }

    #[test]
    fn a_link_ends_elsewhere_at_the_same_time_however_often_that_is_asked() {
        let (now, time) = (Instant::now(), SystemTime::UNIX_EPOCH + 500_000 * HOUR);
        let mut origin = Keyring::new(false);
        origin.add(Link::watch("guest").expires_in(HOUR), now).unwrap();
        let first = origin.watch_links(now, time);
        assert_eq!(first[0].expires(), Some(time + HOUR));
        let second = origin.watch_links(now + HOUR / 2, time + HOUR / 2 + Duration::from_millis(3));
        assert_eq!(second, first);
        assert_eq!(origin.watch_links(now + HOUR, time + HOUR), []);
    }

    #[test]
    fn too_many_links_or_the_same_twice_change_nothing() {
        let (mut edge, now, time) = edge();
        let many = |n: usize| -> Vec<_> {
            (0..n).map(|n| watch(&format!("n{n}"), &format!("{n}"))).collect()
        };
        edge.follow(&many(Limits::FOLLOWED_LINKS), now, time).unwrap();
        let before = edge.list(now);
        assert_eq!(before.len(), Limits::FOLLOWED_LINKS + 1);
        for wrong in [
            many(Limits::FOLLOWED_LINKS + 1),
            vec![watch("a", TOKENS[0]), watch("a", TOKENS[1])],
            vec![watch("a", TOKENS[0]), watch("b", TOKENS[0])],
        ] {
            assert!(edge.follow(&wrong, now, time).is_err());
            assert_eq!(edge.list(now), before);
        }
        // The operator's have a limit of their own.
        for n in 1..Limits::LINKS {
            edge.add(Link::watch(format!("n{n}")), now).unwrap();
        }
        assert!(edge.add(Link::watch("more"), now).is_err());
    }

    #[test]
    fn a_token_that_is_known_here_gives_what_is_said_here() {
        let (now, time) = (Instant::now(), SystemTime::UNIX_EPOCH);
        let mut server = Keyring::new(false);
        let links = [watch("a", TOKENS[0]), watch("b", TOKENS[1])];
        server.add(Link::drive("desk").with_token(TOKENS[0]).unwrap(), now).unwrap();
        server.follow(&links, now, time).unwrap();
        let role = |server: &Keyring, token| server.admit(Some(token), now).map(|it| it.grant.role);
        assert_eq!(role(&server, TOKENS[0]), Some(Role::Drive));
        // One that is added later takes the place of the other server's, unless the change fails.
        let came = server.admit(Some(TOKENS[1]), now).unwrap();
        let own = || Link::watch("own").with_token(TOKENS[1]).unwrap();
        assert!(server.exchange(&[], [own(), Link::watch("no name")], now).is_err());
        assert!(!came.grant.is_over(now));
        server.exchange(&[], [own()], now).unwrap();
        assert!(came.grant.is_over(now));
        server.follow(&links, now, time).unwrap();
        assert_eq!(server.admit(Some(TOKENS[1]), now).unwrap().grant.name, "own");
        // It counts again when the one here is gone.
        assert!(server.revoke("own") && !server.revoke("b"), "it is not for this server to revoke");
        server.follow(&links, now, time).unwrap();
        assert_eq!(server.admit(Some(TOKENS[1]), now).unwrap().grant.name, "b");
    }

    #[test]
    fn where_viewers_only_watch_no_link_drives_wherever_it_comes_from() {
        let (mut edge, now, time) = edge();
        let drive = || Link::drive("desk").with_token(TOKENS[0]).unwrap();
        assert!(edge.add(drive(), now).unwrap_err().to_string().contains("only watch"));
        assert!(edge.exchange(&[], [drive()], now).is_err());
        assert!(edge.admit(Some(TOKENS[0]), now).is_none());
        let by = edge.entries[0].revocation.clone();
        let request = framecast_stream::LinkRequest::Add {
            name: "x".into(),
            role: Role::Drive,
            lifetime: None,
        };
        let managed = edge.manage(request, &by, &[], now).unwrap();
        assert!(managed.answer.refused.is_some() && managed.answer.made.is_none());
        let mut open = Keyring::new(true).watch_only();
        open.follow(&[watch("a", TOKENS[0])], now, time).unwrap();
        assert_eq!(open.admit(None, now).unwrap().grant.role, Role::Watch);
    }

    #[test]
    fn links_to_drive_let_in_elsewhere_with_their_keys_and_end_there() {
        let (mut edge, now, time) = edge();
        let mut origin = Keyring::new(false);
        let token = origin.add(Link::drive("desk").expires_in(HOUR), now).unwrap().unwrap();
        origin.add(Link::watch("guest"), now).unwrap();
        let (links, keys): (Vec<_>, Vec<_>) = origin.drive_links(now, time).into_iter().unzip();
        let key = crate::front::secret::digest(token.as_str());
        assert_eq!((links.len(), keys[0].as_bytes()), (1, &key));
        assert_eq!((links[0].name(), links[0].hash()), ("desk", &check_of(&key)));
        assert!(!edge.lets_drive());
        edge.follow_drivers(&links, now, time).unwrap();
        assert!(edge.lets_drive());
        let came = edge.admit(Some(token.as_str()), now).unwrap();
        assert_eq!((came.grant.role, came.grant.key), (Role::Drive, Some(keys[0])));
        assert_eq!(edge.admit(Some(TOKENS[2]), now).unwrap().grant.key, None, "its own");
        // They are not passed on, and those to watch are another list.
        assert!(edge.drive_links(now, time).is_empty());
        edge.follow(&[watch("desk", TOKENS[0])], now, time).unwrap();
        edge.follow(&[], now, time).unwrap();
        assert!(!came.grant.is_over(now));
        // What other servers are told opens nothing, neither as a token nor as a link to watch.
        let told: String = links[0].hash().iter().map(|byte| format!("{byte:02x}")).collect();
        assert!(edge.admit(Some(&told), now).is_none());
        let mut other = Keyring::new(false).watch_only();
        other.follow(&links, now, time).unwrap();
        assert!(other.admit(Some(token.as_str()), now).is_none());
        edge.follow_drivers(&links, now + HOUR, time + HOUR).unwrap();
        assert!(came.grant.is_over(now + HOUR) && came.revoked.unwrap().is_closed());
        edge.follow_drivers(&links, now, time).unwrap();
        let came = edge.admit(Some(token.as_str()), now).unwrap();
        edge.follow_drivers(&[], now, time).unwrap();
        assert!(came.grant.is_over(now));
    }

    #[test]
    fn who_came_by_a_link_of_another_server_manages_no_links_here() {
        let (mut edge, now, time) = edge();
        let mut origin = Keyring::new(false);
        let token = origin.add(Link::drive("desk"), now).unwrap().unwrap();
        let links: Vec<_> = origin.drive_links(now, time).into_iter().map(|it| it.0).collect();
        edge.follow_drivers(&links, now, time).unwrap();
        let by = edge.admit(Some(token.as_str()), now).unwrap().grant.revocation.unwrap();
        let add = framecast_stream::LinkRequest::Add {
            name: "friend".into(),
            role: Role::Watch,
            lifetime: None,
        };
        for request in [framecast_stream::LinkRequest::List, add] {
            assert!(edge.manage(request, &by, &[], now).is_none(), "it may be host there");
        }
        assert_eq!(edge.links(now).count(), 1);
    }

    #[test]
    fn who_drives_elsewhere_comes_to_where_everybody_watches() {
        let (now, time) = (Instant::now(), SystemTime::UNIX_EPOCH);
        let mut origin = Keyring::new(false);
        let token = origin.add(Link::drive("desk"), now).unwrap().unwrap();
        let links: Vec<_> = origin.drive_links(now, time).into_iter().map(|it| it.0).collect();
        let mut edge = Keyring::new(true).watch_only();
        edge.follow_drivers(&links, now, time).unwrap();
        let role = |token| edge.admit(token, now).map(|it| it.grant.role);
        assert_eq!(role(Some(token.as_str())), Some(Role::Drive));
        assert_eq!((role(None), role(Some(TOKENS[0]))), (Some(Role::Watch), Some(Role::Watch)));
    }

    #[test]
    fn too_many_links_to_drive_or_the_same_twice_change_nothing() {
        let (mut edge, now, time) = edge();
        let many: Vec<_> = (0..=Limits::FOLLOWED_LINKS)
            .map(|n| watch(&format!("n{n}"), &format!("{n}")))
            .collect();
        assert!(edge.follow_drivers(&many, now, time).is_err());
        assert!(edge.follow_drivers(&[many[0].clone(), many[0].clone()], now, time).is_err());
        assert_eq!(edge.list(now).len(), 1);
        edge.follow_drivers(&many[1..], now, time).unwrap();
        assert_eq!(edge.list(now).len(), 1 + Limits::FOLLOWED_LINKS);
    }
}
