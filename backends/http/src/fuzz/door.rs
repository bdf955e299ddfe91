use std::time::{Duration, Instant};

use framecast_api::Role;
use http::{HeaderValue, Request};

use crate::front::access;
use crate::front::links::{Admission, Keyring, Link};
use crate::{Limits, Token};
use framecast_stream::ClientMessage;

/// Stands for the secret of the newest link in what a client presents.
const SECRET: &str = "$";
const MOST_LINES: usize = 200;

/// What the keyring should know.
struct Known {
    name: String,
    role: Role,
    token: Token,
    expires: Option<Instant>,
    revoked: bool,
    /// Somebody who came by it.
    guest: Option<Admission>,
}

/// The life of a keyring, line by line: `+drive NAME`, `+watch NAME SECONDS` and `-NAME` add and revoke
/// links, `@SECONDS` lets time pass; `=` begins a header `Authorization`, `?` a query and `{` a hello
/// with what somebody presents.
pub fn tokens(bytes: &[u8]) {
    let mut now = Instant::now();
    let mut keyring = Keyring::new(false);
    let mut known: Vec<Known> = Vec::new();
    for line in bytes.split(|byte| *byte == b'\n').take(MOST_LINES) {
        let Some((mark, rest)) = line.split_first() else { continue };
        let text = String::from_utf8_lossy(rest);
        match mark {
            b'+' => add(&mut keyring, &mut known, &text, now),
            b'-' => {
                let there = known.iter_mut().find(|it| it.name == text && !it.is_over(now));
                let revoked = keyring.revoke(&text);
                assert!(there.is_none() || revoked, "{text:?} cannot be revoked");
                for it in known.iter_mut().filter(|it| it.name == text) {
                    it.revoked = true;
                }
            }
            b'@' => now += Duration::from_secs(text.trim().parse::<u16>().unwrap_or(1).into()),
            b'=' | b'?' | b'{' => present(&keyring, &mut known, *mark, rest, now),
            _ => {}
        }
        for it in &known {
            let sees = it.guest.as_ref().and_then(|guest| guest.revoked.as_ref());
            let told = sees.is_some_and(|revoked| revoked.is_closed());
            assert!(it.guest.is_none() || told || !it.revoked, "a guest of {} stays", it.name);
            assert_eq!(
                keyring
                    .links(now)
                    .any(|(_, _, one)| one.is_some_and(|one| one.as_str() == it.token.as_str())),
                !it.is_over(now)
            );
        }
        assert!(keyring.links(now).count() <= Limits::LINKS);
    }
    let shown = format!("{keyring:?}");
    assert!(known.iter().all(|it| !shown.contains(it.token.as_str())), "a secret can be printed");
}

impl Known {
    fn is_over(&self, now: Instant) -> bool {
        self.revoked || self.expires.is_some_and(|at| at <= now)
    }
}

fn add(keyring: &mut Keyring, known: &mut Vec<Known>, text: &str, now: Instant) {
    let mut words = text.split(' ');
    let role = if words.next() == Some("drive") { Role::Drive } else { Role::Watch };
    let name = words.next().unwrap_or_default();
    let lifetime = words.next().and_then(|seconds| seconds.parse().ok()).map(Duration::from_secs);
    let link = Link::new(name, role);
    let link = match lifetime {
        Some(lifetime) => link.expires_in(lifetime),
        None => link,
    };
    let valid = known.iter().filter(|it| !it.is_over(now));
    let fits = valid.clone().count() < Limits::LINKS && valid.clone().all(|it| it.name != name);
    match keyring.add(link, now) {
        Err(_) => {
            let fine = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
            let proper = (1..=32).contains(&name.len()) && name.bytes().all(fine);
            assert!(!fits || !proper, "{name:?} is refused");
        }
        Ok(None) => panic!("a random link has no token"),
        Ok(Some(token)) => {
            assert!(fits && known.iter().all(|it| it.token.as_str() != token.as_str()));
            let expires = lifetime.map(|lifetime| now + lifetime.min(Limits::LONGEST_LINK));
            let name = name.to_owned();
            known.push(Known { name, role, token, expires, revoked: false, guest: None });
        }
    }
}

fn present(keyring: &Keyring, known: &mut [Known], mark: u8, bytes: &[u8], now: Instant) {
    let newest = known.last().map_or("", |it| it.token.as_str());
    let shown = String::from_utf8_lossy(bytes).replace(SECRET, newest);
    let token = match mark {
        b'=' => {
            let Ok(value) = HeaderValue::from_str(&shown) else { return };
            let request = Request::builder().header("authorization", value).body(());
            let Ok(request) = request else { return };
            match access::bearer(&request) {
                Ok(token) => token.map(str::to_owned),
                Err(refusal) => {
                    assert_eq!(refusal.status, 401);
                    return;
                }
            }
        }
        b'?' => {
            let Ok(request) = Request::builder().uri(format!("/?{shown}")).body(()) else { return };
            access::query_token(&request).map(str::to_owned)
        }
        _ => match ClientMessage::parse(&format!("{{{shown}")) {
            Ok(ClientMessage::Hello { token, .. }) => token,
            _ => return,
        },
    };
    let granted = keyring.admit(token.as_deref(), now);
    let should = token.and_then(|token| {
        known.iter_mut().find(|it| it.token.as_str() == token && !it.is_over(now))
    });
    match (granted, should) {
        (None, None) => {}
        (Some(granted), Some(it)) => {
            assert_eq!((&granted.grant.name, granted.grant.role), (&it.name, it.role));
            assert_eq!(granted.grant.expires, it.expires);
            it.guest = Some(granted);
        }
        (granted, _) => panic!("{shown:?} is granted {granted:?}"),
    }
}
