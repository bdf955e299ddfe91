//! Links, and the roles that come with them. Pure: `now` is passed in.
//!
//! A link is a secret of 256 bits in the address' fragment, which no server, proxy or log sees. What
//! somebody presents is hashed and compared with every link's hash in constant time, so that the
//! time an answer takes tells nothing about how much of it was right.

use std::convert::Infallible;
use std::fmt;
use std::time::{Duration, Instant};

use data_encoding::BASE64URL_NOPAD;
use framecast_api::{Error, Result, Role};
use framecast_stream::{Grant, Revocation};
use sha2::{Digest, Sha256};
use smol::channel::{Receiver, Sender};
use subtle::ConstantTimeEq;

use crate::Limits;

const TOKEN_BYTES: usize = 32;
/// Longer than any token; more is not worth a hash.
const LONGEST_TOKEN: usize = 256;
const LONGEST_NAME: usize = 32;

/// What a link is called and allows.
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
}

impl Link {
    /// A link whose bearers may do what `role` says. Names are 1 to 32 letters, digits, - and _.
    pub fn new(name: impl Into<String>, role: Role) -> Self {
        Self { name: name.into(), role, lifetime: None }
    }

    /// A link whose bearers may take control.
    pub fn drive(name: impl Into<String>) -> Self {
        Self::new(name, Role::Drive)
    }

    /// A link whose bearers may only watch.
    pub fn watch(name: impl Into<String>) -> Self {
        Self::new(name, Role::Watch)
    }

    /// Valid for so long; who is connected by it then is disconnected.
    #[must_use]
    pub fn expires_in(mut self, lifetime: Duration) -> Self {
        self.lifetime = Some(lifetime.min(Limits::LONGEST_LINK));
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

/// A secret: 256 random bits of the operating system, as 43 letters, digits, - and _.
///
/// `Debug` does not show it; `Display` does.
#[derive(Clone)]
pub struct Token(String);

impl Token {
    fn random() -> Result<Self> {
        let mut bytes = [0; TOKEN_BYTES];
        getrandom::fill(&mut bytes).map_err(|error| {
            Error::failed(format!("cannot make a link: the system gives no random bits: {error}"))
        })?;
        Ok(Self(BASE64URL_NOPAD.encode(&bytes)))
    }

    /// The secret itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// That somebody was let in, and for what.
#[derive(Debug, Clone)]
pub(crate) struct Admission {
    pub(crate) grant: Grant,
    /// Fails when the link is revoked. `None`: it cannot be.
    pub(crate) revoked: Option<Receiver<Infallible>>,
}

/// The links of a server.
#[derive(Debug)]
pub(crate) struct Keyring {
    /// Everybody may drive, without a link.
    open: bool,
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    name: String,
    role: Role,
    token: Token,
    digest: [u8; 32],
    expires: Option<Instant>,
    revocation: Revocation,
    /// Dropped to end whoever came by this link; nothing is ever sent.
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
        Self { open, entries: Vec::new() }
    }

    pub(crate) fn is_open(&self) -> bool {
        self.open
    }

    /// Makes the secret of a link.
    pub(crate) fn add(&mut self, link: Link, now: Instant) -> Result<Token> {
        let Link { name, role, lifetime } = link;
        let fine = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        if name.is_empty() || name.len() > LONGEST_NAME || !name.bytes().all(fine) {
            return Err(Error::invalid_input(format!(
                "a link cannot be called {name:?}; possible are 1 to {LONGEST_NAME} letters, \
                 digits, - and _"
            )));
        }
        self.forget_expired(now);
        if self.entries.iter().any(|entry| entry.name == name) {
            return Err(Error::invalid_input(format!("there is a link {name:?} already")));
        }
        if self.entries.len() >= Limits::LINKS {
            return Err(Error::invalid_input(format!(
                "there are {} links already; revoke one first",
                Limits::LINKS
            )));
        }
        let token = Token::random()?;
        let digest = digest(token.as_str());
        let (valid, revoked) = smol::channel::bounded(1);
        let expires = lifetime.map(|lifetime| now + lifetime);
        self.entries.push(Entry {
            name,
            role,
            token: token.clone(),
            digest,
            expires,
            revocation: Revocation::default(),
            _valid: valid,
            revoked,
        });
        Ok(token)
    }

    /// Makes a link useless, and sends everybody away who came by it; whether there was one.
    pub(crate) fn revoke(&mut self, name: &str) -> bool {
        let before = self.entries.len();
        self.entries.retain(|entry| entry.name != name);
        self.entries.len() < before
    }

    /// What the bearer of `token` may do. Takes as long for a wrong one as for a right one.
    pub(crate) fn admit(&self, token: Option<&str>, now: Instant) -> Option<Admission> {
        if self.open {
            let name = String::new();
            let grant = Grant { name, role: Role::Drive, expires: None, revocation: None };
            return Some(Admission { grant, revoked: None });
        }
        let token = token.filter(|token| token.len() <= LONGEST_TOKEN)?;
        let digest = digest(token);
        let mut found = None;
        for entry in &self.entries {
            if bool::from(entry.digest.ct_eq(&digest)) {
                found = Some(entry);
            }
        }
        let entry = found.filter(|entry| entry.expires.is_none_or(|at| now < at))?;
        let grant = Grant {
            name: entry.name.clone(),
            role: entry.role,
            expires: entry.expires,
            revocation: Some(entry.revocation.clone()),
        };
        Some(Admission { grant, revoked: Some(entry.revoked.clone()) })
    }

    /// The links that are valid, oldest first.
    pub(crate) fn links(&self, now: Instant) -> impl Iterator<Item = (&str, Role, &Token)> {
        let valid = move |entry: &&Entry| entry.expires.is_none_or(|at| now < at);
        let entries = self.entries.iter().filter(valid);
        entries.map(|entry| (&*entry.name, entry.role, &entry.token))
    }

    fn forget_expired(&mut self, now: Instant) {
        self.entries.retain(|entry| entry.expires.is_none_or(|at| now < at));
    }
}

fn digest(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(60 * 60);

    fn keyring() -> (Keyring, Token, Token, Instant) {
        let now = Instant::now();
        let mut keyring = Keyring::new(false);
        let drive = keyring.add(Link::drive("desk"), now).unwrap();
        let watch = keyring.add(Link::watch("guest").expires_in(HOUR), now).unwrap();
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
    fn tokens_are_256_bits_and_never_the_same() {
        let (_, one, other, _) = keyring();
        assert_ne!(one.as_str(), other.as_str());
        assert_eq!(BASE64URL_NOPAD.decode(one.as_str().as_bytes()).unwrap().len(), 32);
        assert_eq!(format!("{one:?}"), "Token(…)");
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
        let token = keyring.add(link, now).unwrap();
        let end = now + Limits::LONGEST_LINK;
        assert_eq!(keyring.admit(Some(token.as_str()), now).unwrap().grant.expires, Some(end));
        assert_eq!(role(&keyring, token.as_str(), end), None);
    }

    #[test]
    fn an_open_server_asks_for_nothing() {
        let keyring = Keyring::new(true);
        assert_eq!(keyring.admit(None, Instant::now()).unwrap().grant.role, Role::Drive);
    }
}
