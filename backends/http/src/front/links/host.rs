//! What a host may do with links: see them, add some that give no more than its own, and revoke those. Pure.

use std::time::{Duration, Instant};

use framecast_stream::{LinkAnswer, LinkRequest, ListedLink, MadeLink, Revocation};

use super::{Entry, Keyring, Link, Owner};
use crate::Limits;

/// What came of a request.
#[derive(Debug)]
pub(crate) struct Managed {
    pub(crate) answer: LinkAnswer,
    /// What the operator should know.
    pub(crate) news: Option<String>,
}

impl Keyring {
    /// Does what a host asks, who came by the link that `by` revokes. `users`: the names of the links that clients
    /// came by, one for each. `None`: it came by no link of ours, and so has none to give.
    pub(crate) fn manage(
        &mut self,
        request: LinkRequest,
        by: &Revocation,
        users: &[String],
        now: Instant,
    ) -> Option<Managed> {
        // Those that have expired are in nobody's way.
        self.forget_expired(now);
        // Who came by another server's link may be host there, and has no say about the links here.
        let is_own = |it: &&Entry| it.revocation.is_same(by) && !it.owner.is_origin();
        let own = self.valid(now).find(is_own)?.name.clone();
        let changed = match request {
            LinkRequest::Add { name, role, lifetime } => {
                let link = Link::new(name, role);
                self.add_by_host(link, lifetime, by, now).map(|made| {
                    let news = format!("who came by the link {own} made the link {}", made.name);
                    (Some(made), Some(format!("{news}, to {}", role.name())))
                })
            }
            LinkRequest::Revoke { name } => self.revoke_by_host(&name, now).map(|()| {
                (None, Some(format!("who came by the link {own} revoked the link {name}")))
            }),
            // To list them.
            _ => Ok((None, None)),
        };
        let ((made, news), refused) = match changed {
            Ok(done) => (done, None),
            Err(why) => ((None, None), Some(why)),
        };
        let list = self.listed(by, users, now);
        Some(Managed { answer: LinkAnswer { list, made, refused }, news })
    }

    /// Adds a link that gives no more than the one that `by` revokes: no higher role, not for longer, and not when
    /// that one is revoked.
    fn add_by_host(
        &mut self,
        link: Link,
        lifetime: Option<Duration>,
        by: &Revocation,
        now: Instant,
    ) -> Result<MadeLink, String> {
        self.take_turn(now)?;
        let own =
            self.valid(now).find(|it| it.revocation.is_same(by)).ok_or("your link has ended")?;
        if link.role > own.role {
            return Err("a link cannot give more than your own".to_owned());
        }
        let left = own.expires.map(|end| end.saturating_duration_since(now));
        if self.entries.iter().filter(|it| it.owner.is_host()).count() >= Limits::HOST_LINKS {
            let most = Limits::HOST_LINKS;
            return Err(format!("{most} links were made here already; revoke one first"));
        }
        let lifetime =
            lifetime.map(|it| it.min(Limits::LONGEST_LINK)).into_iter().chain(left).min();
        let name = link.name.clone();
        let token = self.insert(link.lasting(lifetime), Owner::Host(by.clone()), now);
        let token = token.map_err(|error| error.to_string())?.ok_or("it has no secret")?;
        Ok(MadeLink { name, token: token.as_str().to_owned() })
    }

    /// Revokes a link that a host made. Those of the operator stay: who came first may be host, and could keep out
    /// the owner of the canvas.
    fn revoke_by_host(&mut self, name: &str, now: Instant) -> Result<(), String> {
        self.take_turn(now)?;
        if !self.entries.iter().any(|it| it.name == name && it.owner.is_host()) {
            return Err("only links that were made here can be revoked here".to_owned());
        }
        self.revoke(name);
        Ok(())
    }

    /// Hosts change links a few at once, and then one after the other: the operator is told of each.
    fn take_turn(&mut self, now: Instant) -> Result<(), String> {
        let turn = self.hosts_turn.filter(|at| now < *at).unwrap_or(now);
        if turn >= now + Limits::HOST_LINK_EVERY * Limits::HOST_LINKS_AT_ONCE {
            return Err("too many changes at once; try again in a second".to_owned());
        }
        self.hosts_turn = Some(turn + Limits::HOST_LINK_EVERY);
        Ok(())
    }

    fn listed(&self, by: &Revocation, users: &[String], now: Instant) -> Vec<ListedLink> {
        let listed = |entry: &Entry| ListedLink {
            name: entry.name.clone(),
            role: entry.role,
            seconds: entry.expires.map(|end| end.saturating_duration_since(now).as_secs()),
            clients: users.iter().filter(|name| **name == entry.name).count(),
            made: entry.owner.is_host(),
            own: entry.revocation.is_same(by),
        };
        // Those of another server are nobody's affair here.
        self.valid(now).filter(|entry| !entry.owner.is_origin()).map(listed).collect()
    }
}

#[cfg(test)]
mod tests {
    use framecast_api::Role;

    use super::*;

    const HOUR: Duration = Duration::from_secs(60 * 60);
    const LATER: Duration = Limits::HOST_LINK_EVERY;

    /// A server with a link "desk" to drive, one "lab" to drive for an hour, and "guest" to watch.
    struct Scene {
        keyring: Keyring,
        now: Instant,
    }

    impl Scene {
        fn new() -> Self {
            let now = Instant::now();
            let mut keyring = Keyring::new(false);
            for link in
                [Link::drive("desk"), Link::drive("lab").expires_in(HOUR), Link::watch("guest")]
            {
                keyring.add(link, now).unwrap();
            }
            Self { keyring, now }
        }

        fn by(&self, name: &str) -> Revocation {
            self.keyring.entries.iter().find(|it| it.name == name).unwrap().revocation.clone()
        }

        /// Asks when it is the host's turn again.
        fn ask(&mut self, by: &Revocation, request: LinkRequest) -> Managed {
            self.now += LATER;
            self.keyring.manage(request, by, &[], self.now).unwrap()
        }

        fn add(&mut self, by: &str, name: &str, role: Role) -> Result<String, String> {
            let by = self.by(by);
            let managed = self.ask(&by, add(name, role));
            match managed.answer.refused {
                Some(why) => Err(why),
                None => Ok(managed.answer.made.unwrap().token),
            }
        }

        fn role(&self, token: &str) -> Option<Role> {
            self.keyring.admit(Some(token), self.now).map(|it| it.grant.role)
        }
    }

    fn add(name: &str, role: Role) -> LinkRequest {
        LinkRequest::Add { name: name.into(), role, lifetime: None }
    }

    fn revoke(name: &str) -> LinkRequest {
        LinkRequest::Revoke { name: name.into() }
    }

    #[test]
    fn a_host_sees_all_links_and_no_secret() {
        let mut scene = Scene::new();
        let desk = scene.by("desk");
        let users = ["guest", "desk", "guest", ""].map(str::to_owned);
        let told = scene.keyring.manage(LinkRequest::List, &desk, &users, scene.now).unwrap();
        let list = told.answer.list.iter();
        let told: Vec<_> =
            list.map(|it| (&*it.name, it.role, it.seconds, it.clients, it.made, it.own)).collect();
        assert_eq!(
            told,
            [
                ("desk", Role::Drive, None, 1, false, true),
                ("lab", Role::Drive, Some(3600), 0, false, false),
                ("guest", Role::Watch, None, 2, false, false),
            ]
        );
    }
    #[test]
    fn a_link_that_a_host_makes_gives_no_more_than_its_own_and_ends_with_it() {
        let mut scene = Scene::new();
        let driver = scene.add("lab", "friend", Role::Drive).unwrap();
        let watcher = scene.add("lab", "wall", Role::Watch).unwrap();
        assert_eq!(scene.role(&driver), Some(Role::Drive));
        assert_eq!(scene.role(&watcher), Some(Role::Watch));
        // Not even by a link that was made by a link that was made.
        let far = scene.add("friend", "far", Role::Watch).unwrap();
        let above = scene.add("guest", "above", Role::Drive).unwrap_err();
        assert!(above.contains("more than your own"), "{above}");
        let end = scene.keyring.entries.iter().find(|it| it.name == "lab").unwrap().expires;
        for entry in scene.keyring.entries.iter().filter(|it| it.owner.is_host()) {
            assert_eq!(entry.expires, end, "{}", entry.name);
        }
        let friend = scene.by("far");
        assert!(scene.keyring.revoke("lab"));
        for token in [&driver, &watcher, &far] {
            assert_eq!(scene.role(token), None);
        }
        assert!(friend.is_revoked(), "clients by it are told");
        assert_eq!(scene.keyring.entries.len(), 2);
    }

    #[test]
    fn what_a_host_made_is_gone_when_its_own_link_is_gone_from_the_file_or_over() {
        let mut scene = Scene::new();
        let token = scene.add("desk", "friend", Role::Drive).unwrap();
        let desk = scene.keyring.entries.iter().find(|it| it.name == "desk").unwrap();
        let gone = [("desk".to_owned(), desk.digest)];
        let broken = [Link::watch("new"), Link::watch("no name")];
        assert!(scene.keyring.exchange(&gone, broken, scene.now).is_err());
        assert_eq!(scene.role(&token), Some(Role::Drive), "nothing has changed");
        scene.keyring.exchange(&gone, [], scene.now).unwrap();
        assert_eq!(scene.role(&token), None);
        let token = scene.add("lab", "friend", Role::Drive).unwrap();
        scene.now += HOUR;
        assert_eq!(scene.role(&token), None);
    }

    #[test]
    fn a_time_may_be_shorter_than_the_hosts_and_no_longer_than_is_possible() {
        let mut scene = Scene::new();
        let lab_ends = scene.now + HOUR;
        for (by, asked, longest) in [
            ("desk", HOUR, None),
            ("lab", HOUR / 2, None),
            ("lab", 2 * HOUR, Some(lab_ends)),
            ("desk", Duration::MAX, Some(scene.now + Limits::LONGEST_LINK + 7 * LATER)),
        ] {
            let (by, name) = (scene.by(by), "friend".to_owned());
            let request = LinkRequest::Add { name, role: Role::Watch, lifetime: Some(asked) };
            assert_eq!(scene.ask(&by, request).answer.refused, None);
            let entry = scene.keyring.entries.iter().find(|it| it.name == "friend").unwrap();
            assert_eq!(entry.expires.unwrap(), longest.unwrap_or_else(|| scene.now + asked));
            assert_eq!(scene.ask(&by, revoke("friend")).answer.refused, None);
        }
    }

    #[test]
    fn only_what_a_host_made_can_be_revoked_in_the_page() {
        let mut scene = Scene::new();
        let token = scene.add("lab", "friend", Role::Drive).unwrap();
        let (desk, friend) = (scene.by("desk"), scene.by("friend"));
        for operators in ["desk", "lab", "guest", "nothing", ""] {
            let refused = scene.ask(&friend, revoke(operators)).answer.refused.unwrap();
            assert!(refused.contains("only links that were made here"), "{refused}");
        }
        assert_eq!(scene.keyring.entries.len(), 4);
        let managed = scene.ask(&desk, revoke("friend"));
        assert!(managed.answer.list.iter().all(|link| link.name != "friend"));
        let news = managed.news.unwrap();
        assert_eq!(news, "who came by the link desk revoked the link friend");
        assert_eq!(scene.role(&token), None);
    }

    #[test]
    fn a_made_links_secret_is_in_its_own_answer_only() {
        let mut scene = Scene::new();
        let desk = scene.by("desk");
        let managed = scene.ask(&desk, add("friend", Role::Watch));
        let token = managed.answer.made.clone().unwrap().token;
        assert!(!format!("{managed:?}").contains(&token), "nor in what is logged");
        assert!(!managed.news.unwrap().contains(&token));
        let later = scene.ask(&desk, LinkRequest::List).answer;
        assert_eq!(later.made, None);
        assert!(later.list.iter().any(|link| link.name == "friend" && link.made));
    }

    #[test]
    fn names_are_checked_and_few_and_the_operators_come_first() {
        let mut scene = Scene::new();
        let long = "x".repeat(33);
        for bad in ["", "a b", "desk", "\u{1b}[31m", &long] {
            let refused = scene.add("desk", bad, Role::Watch).unwrap_err();
            assert!(refused.contains("a link cannot be called") || refused.contains("already"));
        }
        for n in 0..Limits::HOST_LINKS {
            scene.add("desk", &n.to_string(), Role::Watch).unwrap();
        }
        let refused = scene.add("desk", "more", Role::Watch).unwrap_err();
        assert!(refused.contains("revoke one first"), "{refused}");
        // Those of the operator still fit, and take the names that they want.
        for n in 0..Limits::LINKS - 3 {
            scene.keyring.add(Link::watch(n.to_string()), scene.now).unwrap();
        }
        assert!(scene.keyring.add(Link::watch("last"), scene.now).is_err());
        assert!(scene.keyring.entries.iter().all(|it| it.owner.is_operator()));
    }

    #[test]
    fn links_that_have_expired_make_room_for_new_ones() {
        let mut scene = Scene::new();
        let desk = scene.by("desk");
        for n in 0..Limits::HOST_LINKS {
            let lifetime = Some(HOUR);
            let request = LinkRequest::Add { name: n.to_string(), role: Role::Watch, lifetime };
            assert_eq!(scene.ask(&desk, request).answer.refused, None);
        }
        assert!(scene.add("desk", "more", Role::Watch).is_err());
        scene.now += HOUR;
        assert!(scene.add("desk", "more", Role::Watch).is_ok());
    }

    #[test]
    fn a_line_of_a_file_takes_a_name_that_a_host_took_and_a_broken_change_gives_it_back() {
        let mut scene = Scene::new();
        let token = scene.add("desk", "friend", Role::Drive).unwrap();
        let broken = [Link::watch("friend"), Link::watch("no name")];
        assert!(scene.keyring.exchange(&[], broken, scene.now).is_err());
        assert_eq!(scene.role(&token), Some(Role::Drive));
        scene.keyring.exchange(&[], [Link::watch("friend")], scene.now).unwrap();
        assert_eq!(scene.role(&token), None);
    }

    #[test]
    fn hosts_make_a_few_changes_at_once_and_then_one_after_the_other_and_looking_is_free() {
        let mut scene = Scene::new();
        let (desk, lab, now) = (scene.by("desk"), scene.by("lab"), scene.now);
        // Also one that is refused for another reason takes its turn.
        for name in ["1", "2", "3", "no name"] {
            scene.keyring.manage(add(name, Role::Watch), &desk, &[], now).unwrap();
        }
        for (by, request) in [(&desk, add("4", Role::Watch)), (&lab, revoke("1"))] {
            let managed = scene.keyring.manage(request, by, &[], now).unwrap();
            assert!(managed.answer.refused.unwrap().contains("too many changes"));
            assert_eq!(managed.news, None);
        }
        let looked = scene.keyring.manage(LinkRequest::List, &desk, &[], now).unwrap();
        assert_eq!((looked.answer.refused, looked.answer.list.len()), (None, 6));
        let later = now + LATER;
        for (by, wanted) in [(&lab, true), (&desk, false)] {
            let managed = scene.keyring.manage(add("4", Role::Watch), by, &[], later).unwrap();
            assert_eq!(managed.answer.made.is_some(), wanted);
        }
    }

    #[test]
    fn who_came_by_no_link_or_one_that_ended_manages_none() {
        let mut scene = Scene::new();
        let stranger = Revocation::default();
        assert!(scene.keyring.manage(LinkRequest::List, &stranger, &[], scene.now).is_none());
        let (lab, later) = (scene.by("lab"), scene.now + HOUR);
        assert!(scene.keyring.manage(add("x", Role::Watch), &lab, &[], later).is_none());
        let desk = scene.by("desk");
        scene.keyring.revoke("desk");
        assert!(scene.keyring.manage(add("x", Role::Watch), &desk, &[], scene.now).is_none());
    }
}
