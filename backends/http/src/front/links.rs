//! Links, and the roles that come with them. Pure: `now` is passed in.
//!
//! A link is a secret in the address' fragment, which no server, proxy or log sees. What
//! somebody presents is hashed and compared with every link's hash in constant time, so that the
//! time an answer takes tells nothing about how much of it was right.

mod foreign;
mod host;

use std::convert::Infallible;
use std::time::{Duration, Instant, SystemTime};

use framecast_api::{Error, Result, Role};
use framecast_stream::{Grant, LinkKey, Revocation, WatchLink};
use smol::channel::{Receiver, Sender};
use subtle::ConstantTimeEq;

use super::secret::{LONGEST_TOKEN, Secret, Token, digest};
use crate::Limits;

/// A link: its name, its role, and how long it is valid.
///
/// ```
/// use std::time::Duration;
/// use framecast_http::Link;
///
/// let link = Link::watch("guest").expires_in(Duration::from_secs(2 * 60 * 60));
/// assert_eq!(link.name(), "guest");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    name: String,
    role: Role,
    lifetime: Option<Duration>,
    secret: Secret,
}

impl Link {
    /// A link with this role. Names are 1 to 32 letters, digits, `-` and `_`.
    pub fn new(name: impl Into<String>, role: Role) -> Self {
        Self { name: name.into(), role, lifetime: None, secret: Secret::Random }
    }

    /// A link to drive.
    pub fn drive(name: impl Into<String>) -> Self {
        Self::new(name, Role::Drive)
    }

    /// A link to watch.
    pub fn watch(name: impl Into<String>) -> Self {
        Self::new(name, Role::Watch)
    }

    /// Sets how long the link is valid, at most [`Limits::LONGEST_LINK`]. Connections that came by it end
    /// with it.
    #[must_use]
    pub fn expires_in(mut self, lifetime: Duration) -> Self {
        self.lifetime = Some(lifetime.min(Limits::LONGEST_LINK));
        self
    }

    /// Valid for so long, however long that is.
    pub(crate) fn lasting(mut self, lifetime: Option<Duration>) -> Self {
        self.lifetime = lifetime;
        self
    }

    /// With a token of your own instead of a random one, so that the address stays the same when the program
    /// is started anew.
    ///
    /// A token needs 128 random bits. How random it is cannot be measured, so what is checked is how many
    /// characters it has: at least 32 hexadecimal digits, 22 letters of both cases, digits and - . _ ~ (as
    /// base64url without padding), 28 letters of one case and digits, or 39 digits; at most 256. One that repeats
    /// itself or counts is refused. `openssl rand -hex 32` prints a good one.
    ///
    /// ```
    /// # use framecast_http::Link;
    /// let token = "vJ8_kQ2-xP7.aZ4~mT9wLb";
    /// let link = Link::drive("desk").with_token(token)?;
    /// assert!(Link::drive("desk").with_token("secret").is_err());
    /// assert!(!format!("{link:?}").contains(token));
    /// # Ok::<(), framecast_api::Error>(())
    /// ```
    ///
    /// # Errors
    /// "Invalid input", which says why without the token, if it is too short, too long, easy to guess, or has
    /// other characters.
    pub fn with_token(mut self, token: impl Into<String>) -> Result<Self> {
        self.secret = Secret::Own(Token::own(token.into())?);
        Ok(self)
    }

    /// With the token of which this is the SHA-256: `sha256:` and 64 hexadecimal digits. The server then admits
    /// who has the token, and cannot show it: links such as [`HttpServer::links`](crate::HttpServer::links) name
    /// the page without it.
    ///
    /// The hash is of the token's text, as `printf %s TOKEN | sha256sum` prints it. That the token has 128
    /// random bits cannot be checked: one that can be guessed can be found by its hash.
    ///
    /// # Errors
    /// "Invalid input" if it is no such hash.
    pub fn with_token_hash(mut self, hash: &str) -> Result<Self> {
        self.secret = Secret::hash(hash)?;
        Ok(self)
    }

    /// With either.
    pub(crate) fn with_secret(mut self, secret: Secret) -> Self {
        self.secret = secret;
        self
    }

    /// What it is called in the list of viewers.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it allows.
    #[must_use]
    pub fn role(&self) -> Role {
        self.role
    }
}

/// What is known of a link of a server, without its secret.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkInfo {
    /// What it is called.
    pub name: String,
    /// What it allows.
    pub role: Role,
    /// When it ends; `None`: it does not.
    pub expires: Option<Instant>,
    /// Somebody is connected by it at this moment.
    pub in_use: bool,
    /// It is another server's, see [`SharedLinks::follow`](crate::SharedLinks::follow).
    pub followed: bool,
}

/// That somebody was let in, and for what.
#[derive(Debug, Clone)]
pub(crate) struct Admission {
    pub(crate) grant: Grant,
    /// Fails when the link is revoked. `None`: it cannot be.
    pub(crate) revoked: Option<Receiver<Infallible>>,
}

/// Whose a link is.
#[derive(Debug, Clone)]
enum Owner {
    Operator,
    /// A host made it. It ends with the host's own link, which this revokes.
    Host(Revocation),
    /// Another server, which this one follows.
    Origin,
    /// The same, of a link to drive: not the key is known, but its SHA-256.
    OriginToDrive,
}

impl Owner {
    fn is_operator(&self) -> bool {
        matches!(self, Self::Operator)
    }

    fn is_host(&self) -> bool {
        matches!(self, Self::Host(_))
    }

    fn is_origin(&self) -> bool {
        matches!(self, Self::Origin | Self::OriginToDrive)
    }
}

/// The links of a server.
#[derive(Debug)]
pub(crate) struct Keyring {
    /// Everybody is let in, without a link.
    open: bool,
    /// Nobody drives by a link of this server.
    watch_only: bool,
    /// Links to drive of another server count here.
    follows_drivers: bool,
    entries: Vec<Entry>,
    /// When the changes that hosts made so far would be over, were they made one after the other.
    hosts_turn: Option<Instant>,
}

#[derive(Debug)]
struct Entry {
    name: String,
    role: Role,
    /// `None`: only its digest is known.
    token: Option<Token>,
    /// SHA-256 of the token; of [`Owner::OriginToDrive`], that of the SHA-256.
    digest: [u8; 32],
    expires: Option<Instant>,
    /// The same by the time of day, once somebody wanted to know.
    ends: Option<SystemTime>,
    revocation: Revocation,
    owner: Owner,
    /// Dropped to end the connections that came by this link; nothing is ever sent.
    _valid: Sender<Infallible>,
    revoked: Receiver<Infallible>,
}

impl Drop for Entry {
    fn drop(&mut self) {
        // Before the channel is closed: whoever is woken by that looks at this.
        self.revocation.revoke();
    }
}

impl Keyring {
    pub(crate) fn new(open: bool) -> Self {
        Self {
            open,
            watch_only: false,
            follows_drivers: false,
            entries: Vec::new(),
            hosts_turn: None,
        }
    }

    /// Takes no links to drive from now on, but those of another server that [drive there](Self::follow_drivers); and who
    /// needs no link may only watch.
    pub(crate) fn watch_only(mut self) -> Self {
        self.watch_only = true;
        self
    }

    /// What everybody may do without a link, if there is no need of one.
    pub(crate) fn open_role(&self) -> Option<Role> {
        let role = if self.watch_only { Role::Watch } else { Role::Drive };
        self.open.then_some(role)
    }

    pub(crate) fn is_open(&self) -> bool {
        self.open
    }

    /// Whether there may be somebody who drives, now or later.
    pub(crate) fn lets_drive(&self) -> bool {
        !self.watch_only || self.follows_drivers
    }

    /// Adds a link, and makes its secret if it has none; the token, unless only its hash is known.
    ///
    /// One of the same name that a host made makes room: an operator's names are not taken by hosts.
    pub(crate) fn add(&mut self, link: Link, now: Instant) -> Result<Option<Token>> {
        self.insert(link, Owner::Operator, now)
    }

    fn insert(&mut self, link: Link, owner: Owner, now: Instant) -> Result<Option<Token>> {
        let Link { name, role, lifetime, secret } = link;
        if !WatchLink::is_name(&name) {
            return Err(Error::invalid_input(format!(
                "a link cannot be called {name:?}; possible are 1 to {} letters, \
                 digits, - and _",
                WatchLink::LONGEST_NAME
            )));
        }
        if self.watch_only && role != Role::Watch {
            return Err(Error::invalid_input(format!(
                "the link {name:?} is to drive, but those who come here only watch; make it a link to watch"
            )));
        }
        self.forget_expired(now);
        let is_operators = owner.is_operator();
        let stays = |entry: &&Entry| match entry.owner {
            Owner::Operator => true,
            Owner::Host(_) => !is_operators,
            Owner::Origin | Owner::OriginToDrive => false,
        };
        if self.entries.iter().filter(stays).any(|entry| entry.name == name) {
            return Err(Error::invalid_input(format!("there is a link {name:?} already")));
        }
        // Hosts have a limit of their own.
        let operators = self.entries.iter().filter(|entry| entry.owner.is_operator()).count();
        if is_operators && operators >= Limits::LINKS {
            return Err(Error::invalid_input(format!(
                "there are {} links already; revoke one first",
                Limits::LINKS
            )));
        }
        let (token, digest) = match secret {
            Secret::Random => {
                let token = Token::random()?;
                let digest = digest(token.as_str());
                (Some(token), digest)
            }
            Secret::Own(token) => {
                let digest = digest(token.as_str());
                (Some(token), digest)
            }
            Secret::Hash(digest) => (None, digest),
        };
        // One of another server makes room: what is said here comes first.
        let has_digest = |entry: &&Entry| bool::from(entry.digest.ct_eq(&digest));
        let mut own = self.entries.iter().filter(|entry| !entry.owner.is_origin());
        if let Some(same) = own.find(has_digest) {
            return Err(Error::invalid_input(format!(
                "the links {:?} and {name:?} cannot have the same token; give each its own",
                same.name
            )));
        }
        if is_operators {
            self.revoke(&name);
        }
        self.entries.retain(|entry| !entry.owner.is_origin() || !has_digest(&entry));
        let secret = token.clone().map_or(Secret::Hash(digest), Secret::Own);
        self.push(Link { name, role, lifetime, secret }, digest, owner, now);
        Ok(token)
    }

    /// Adds what was checked.
    fn push(&mut self, link: Link, digest: [u8; 32], owner: Owner, now: Instant) {
        let (valid, revoked) = smol::channel::bounded(1);
        let revocation = match &owner {
            Owner::Host(by) => Revocation::of_made_link(by),
            Owner::Operator | Owner::Origin | Owner::OriginToDrive => Revocation::default(),
        };
        self.entries.push(Entry {
            name: link.name,
            role: link.role,
            token: match link.secret {
                Secret::Own(token) => Some(token),
                Secret::Random | Secret::Hash(_) => None,
            },
            digest,
            // What ends after all the time that can be counted does not end.
            expires: link.lifetime.and_then(|lifetime| now.checked_add(lifetime)),
            ends: None,
            revocation,
            owner,
            _valid: valid,
            revoked,
        });
    }

    /// Revokes the links of these names and digests and adds others in their place: all of it, or, after an error,
    /// nothing. Links of the same name that came from elsewhere stay.
    pub(crate) fn exchange(
        &mut self,
        gone: &[(String, [u8; 32])],
        added: impl IntoIterator<Item = Link>,
        now: Instant,
    ) -> Result<()> {
        self.forget_expired(now);
        let added: Vec<Link> = added.into_iter().collect();
        // Not dropped yet, which would send people away.
        let mut taken = Vec::new();
        let mut kept = Vec::new();
        for (at, entry) in self.entries.drain(..).enumerate() {
            let is_gone =
                gone.iter().any(|(name, digest)| *name == entry.name && *digest == entry.digest);
            let is_gone = is_gone && !entry.owner.is_origin();
            let makes_room = added.iter().any(|link| match entry.owner {
                Owner::Operator | Owner::OriginToDrive => false,
                Owner::Host(_) => link.name == entry.name,
                Owner::Origin => link.secret.digest() == Some(entry.digest),
            });
            if is_gone || makes_room { taken.push((at, entry)) } else { kept.push(entry) }
        }
        let before = kept.len();
        self.entries = kept;
        for link in added {
            if let Err(error) = self.add(link, now) {
                self.entries.truncate(before);
                for (at, entry) in taken {
                    self.entries.insert(at, entry);
                }
                return Err(error);
            }
        }
        drop(taken);
        self.forget_orphans();
        Ok(())
    }

    /// Makes a link useless, and sends everybody away who came by it; whether there was one.
    pub(crate) fn revoke(&mut self, name: &str) -> bool {
        let before = self.entries.len();
        self.entries.retain(|entry| entry.name != name || entry.owner.is_origin());
        let was_there = self.entries.len() < before;
        self.forget_orphans();
        was_there
    }

    /// What the bearer of `token` may do. Takes as long for a wrong one as for a right one.
    pub(crate) fn admit(&self, token: Option<&str>, now: Instant) -> Option<Admission> {
        self.admit_by_link(token, now).or_else(|| {
            let (name, role) = (String::new(), self.open_role()?);
            let grant = Grant { name, role, expires: None, revocation: None, key: None };
            Some(Admission { grant, revoked: None })
        })
    }

    fn admit_by_link(&self, token: Option<&str>, now: Instant) -> Option<Admission> {
        let token = token.filter(|token| token.len() <= LONGEST_TOKEN)?;
        let key = digest(token);
        let check = foreign::check_of(&key);
        let (mut found, mut foreign) = (None, None);
        for entry in &self.entries {
            let drives_elsewhere = matches!(entry.owner, Owner::OriginToDrive);
            let digest = if drives_elsewhere { &check } else { &key };
            if bool::from(entry.digest.ct_eq(digest)) {
                *(if drives_elsewhere { &mut foreign } else { &mut found }) = Some(entry);
            }
        }
        // Where everybody is let in, links of this server mean nothing. Otherwise what is said here comes first.
        let found = found.filter(|_| !self.open).map(|it| (it, None));
        let found = found.or(foreign.map(|it| (it, Some(LinkKey::new(key)))));
        let (entry, key) = found.filter(|(it, _)| it.expires.is_none_or(|at| now < at))?;
        let grant = Grant {
            name: entry.name.clone(),
            role: entry.role,
            expires: entry.expires,
            revocation: Some(entry.revocation.clone()),
            key,
        };
        Some(Admission { grant, revoked: Some(entry.revoked.clone()) })
    }

    /// The links that are valid and are this server's own, oldest first.
    pub(crate) fn links(&self, now: Instant) -> impl Iterator<Item = (&str, Role, Option<&Token>)> {
        self.valid(now)
            .filter(|entry| !entry.owner.is_origin())
            .map(|entry| (&*entry.name, entry.role, entry.token.as_ref()))
    }

    /// What is known of the links that are valid, oldest first.
    pub(crate) fn list(&self, now: Instant) -> Vec<LinkInfo> {
        let info = |entry: &Entry| LinkInfo {
            name: entry.name.clone(),
            role: entry.role,
            expires: entry.expires,
            // Ours is the other one.
            in_use: entry.revoked.receiver_count() > 1,
            followed: entry.owner.is_origin(),
        };
        self.valid(now).map(info).collect()
    }

    fn valid(&self, now: Instant) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(move |entry| entry.expires.is_none_or(|at| now < at))
    }

    fn forget_expired(&mut self, now: Instant) {
        self.entries.retain(|entry| entry.expires.is_none_or(|at| now < at));
        self.forget_orphans();
    }

    /// What a host made goes with its link, and what was made by that goes, too.
    fn forget_orphans(&mut self) {
        let is_orphan = |entry: &Entry| match &entry.owner {
            Owner::Host(by) => by.is_revoked(),
            Owner::Operator | Owner::Origin | Owner::OriginToDrive => false,
        };
        while self.entries.iter().any(is_orphan) {
            self.entries.retain(|entry| !is_orphan(entry));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(60 * 60);

    fn keyring() -> (Keyring, Token, Token, Instant) {
        let now = Instant::now();
        let mut keyring = Keyring::new(false);
        let drive = keyring.add(Link::drive("desk"), now).unwrap().unwrap();
        let watch = keyring.add(Link::watch("guest").expires_in(HOUR), now).unwrap().unwrap();
        (keyring, drive, watch, now)
    }

    fn role(keyring: &Keyring, token: &str, now: Instant) -> Option<Role> {
        keyring.admit(Some(token), now).map(|it| it.grant.role)
    }

    #[test]
    fn every_link_gives_its_own_role() {
        let (keyring, drive, watch, now) = keyring();
        assert_eq!(role(&keyring, drive.as_str(), now), Some(Role::Drive));
        assert_eq!(role(&keyring, watch.as_str(), now), Some(Role::Watch));
        assert_eq!(keyring.admit(Some(watch.as_str()), now).unwrap().grant.name, "guest");
    }

    #[test]
    fn nothing_else_is_let_in() {
        let (keyring, drive, _, now) = keyring();
        assert!(keyring.admit(None, now).is_none());
        let drive = drive.as_str();
        let mut changed = drive.to_owned();
        changed.replace_range(..1, if drive.starts_with('A') { "B" } else { "A" });
        for wrong in ["", "desk", &drive[1..], &format!("{drive}x"), &changed, &drive.repeat(100)] {
            assert_eq!(role(&keyring, wrong, now), None, "{wrong}");
        }
    }

    #[test]
    fn an_expired_link_is_no_link() {
        let (mut keyring, _, watch, now) = keyring();
        let later = now + HOUR;
        let just = later - Duration::from_millis(1);
        assert!(role(&keyring, watch.as_str(), just).is_some());
        assert_eq!(role(&keyring, watch.as_str(), later), None);
        assert_eq!(keyring.links(later).count(), 1);
        keyring.add(Link::watch("guest"), later).unwrap();
        assert_eq!(role(&keyring, watch.as_str(), later), None, "another secret");
    }

    #[test]
    fn who_came_by_a_revoked_link_hears_of_it() {
        let (mut keyring, drive, _, now) = keyring();
        let Admission { grant, revoked } = keyring.admit(Some(drive.as_str()), now).unwrap();
        let revoked = revoked.unwrap();
        assert!(!revoked.is_closed() && !grant.is_over(now));
        assert!(keyring.revoke("desk") && !keyring.revoke("desk"));
        assert!(revoked.is_closed() && grant.is_over(now));
        assert_eq!(role(&keyring, drive.as_str(), now), None);
    }

    #[test]
    fn names_are_checked_and_unique_and_few() {
        let (mut keyring, _, _, now) = keyring();
        for bad in ["", "a b", "ü", "\u{1b}[31m", &"x".repeat(33)] {
            assert!(keyring.add(Link::watch(bad), now).is_err(), "{bad:?}");
        }
        assert!(keyring.add(Link::watch("desk"), now).is_err());
        for n in 2..Limits::LINKS {
            keyring.add(Link::watch(n.to_string()), now).unwrap();
        }
        assert!(keyring.add(Link::watch("more"), now).is_err());
    }

    #[test]
    fn no_link_is_valid_for_longer_than_the_limit() {
        let (mut keyring, _, _, now) = keyring();
        let link = Link::watch("for-ever").expires_in(Duration::MAX);
        let token = keyring.add(link, now).unwrap().unwrap();
        let end = now + Limits::LONGEST_LINK;
        assert_eq!(keyring.admit(Some(token.as_str()), now).unwrap().grant.expires, Some(end));
        assert_eq!(role(&keyring, token.as_str(), end), None);
    }

    #[test]
    fn an_open_server_asks_for_nothing() {
        let keyring = Keyring::new(true);
        assert_eq!(keyring.admit(None, Instant::now()).unwrap().grant.role, Role::Drive);
    }

    const OWN: &str = "vJ8_kQ2-xP7.aZ4~mT9wLb";

    fn hash(token: &str) -> String {
        let digits: String = digest(token).iter().map(|byte| format!("{byte:02x}")).collect();
        format!("sha256:{digits}")
    }

    #[test]
    fn a_link_with_a_hash_admits_its_token_and_shows_none() {
        let (mut keyring, _, _, now) = keyring();
        let link = Link::watch("hashed").with_token_hash(&hash(OWN)).unwrap();
        assert!(keyring.add(link, now).unwrap().is_none());
        assert_eq!(role(&keyring, OWN, now), Some(Role::Watch));
        assert_eq!(role(&keyring, &hash(OWN), now), None, "the hash is no token");
        let shown: Vec<_> = keyring.links(now).map(|(name, _, it)| (name, it.is_some())).collect();
        assert_eq!(shown, [("desk", true), ("guest", true), ("hashed", false)]);
    }

    #[test]
    fn two_links_never_have_the_same_token() {
        let (mut keyring, _, _, now) = keyring();
        let own = Link::drive("own").with_token(OWN).unwrap();
        assert_eq!(keyring.add(own, now).unwrap().unwrap().as_str(), OWN);
        for link in [
            Link::watch("again").with_token(OWN).unwrap(),
            Link::watch("again").with_token_hash(&hash(OWN)).unwrap(),
        ] {
            let error = keyring.add(link, now).unwrap_err().to_string();
            assert!(error.contains("\"own\" and \"again\"") && !error.contains(OWN), "{error}");
        }
    }

    #[test]
    fn an_exchange_is_done_as_a_whole_or_not_at_all() {
        let (mut keyring, drive, watch, now) = keyring();
        let guest = keyring.admit(Some(watch.as_str()), now).unwrap();
        let names =
            |keyring: &Keyring| keyring.links(now).map(|it| it.0.to_owned()).collect::<Vec<_>>();
        let own = || Link::watch("own").with_token(OWN).unwrap();
        let bad = [own(), Link::watch("other").with_token(OWN).unwrap()];
        let gone = |name: &str, token: &Token| [(name.to_owned(), digest(token.as_str()))];
        let desk = gone("desk", &drive);
        assert!(keyring.exchange(&desk, bad, now).is_err());
        assert_eq!(names(&keyring), ["desk", "guest"], "as it was, in the same order");
        assert_eq!(role(&keyring, drive.as_str(), now), Some(Role::Drive));
        assert_eq!(role(&keyring, OWN, now), None);
        keyring.exchange(&gone("guest", &drive), [], now).unwrap();
        assert_eq!(names(&keyring), ["desk", "guest"], "another link of that name stays");
        keyring.exchange(&desk, [own()], now).unwrap();
        assert_eq!(names(&keyring), ["guest", "own"]);
        assert_eq!(role(&keyring, drive.as_str(), now), None);
        assert!(!guest.grant.is_over(now), "who is not concerned stays");
        keyring.exchange(&gone("guest", &watch), [own().lasting(None)], now).unwrap_err();
        assert!(!guest.grant.is_over(now) && !guest.revoked.unwrap().is_closed());
    }

    #[test]
    fn a_list_tells_what_links_there_are_and_which_are_in_use() {
        let (keyring, _, watch, now) = keyring();
        let told = |keyring: &Keyring| -> Vec<_> {
            let list = keyring.list(now);
            list.into_iter().map(|it| (it.name, it.role, it.expires, it.in_use)).collect()
        };
        let desk = ("desk".to_owned(), Role::Drive, None, false);
        let guest = |in_use| ("guest".to_owned(), Role::Watch, Some(now + HOUR), in_use);
        assert_eq!(told(&keyring), [desk.clone(), guest(false)]);
        let there = keyring.admit(Some(watch.as_str()), now);
        assert_eq!(told(&keyring), [desk.clone(), guest(true)]);
        drop(there);
        assert_eq!(told(&keyring), [desk, guest(false)]);
    }

    #[test]
    fn a_lifetime_that_cannot_be_counted_has_no_end() {
        let (mut keyring, _, _, now) = keyring();
        let link = Link::drive("own").with_token(OWN).unwrap().lasting(Some(Duration::MAX));
        keyring.add(link, now).unwrap();
        assert_eq!(keyring.admit(Some(OWN), now).unwrap().grant.expires, None);
    }
}
