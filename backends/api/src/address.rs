//! Which addresses an application may ask a presenter to open. Pure.
//!
//! The presenter decides by what they read, so an address is plain: what is shown is where it leads.
//! The viewer's `address.js` checks the same with a browser's own parser; both are tested with the
//! cases in `fixtures/addresses.json`.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::{BackendCommand, Error, Result};

/// What is in ASCII, can be seen, and still is in no address.
const NEVER: &[u8] = br#""<>\^`{|}"#;

/// Whether `url` is an address of http or https that says plainly where it leads.
pub(crate) fn check(url: &str) -> Result<()> {
    let most = BackendCommand::MAX_URL;
    if url.len() > most {
        let length = url.len();
        return Err(refused(&format!("it has {length} bytes, and {most} are possible")));
    }
    if let Some(odd) = url.chars().find(|char| !is_plain(*char)) {
        return Err(refused(&format!(
            "it has the character {odd:?}: write it percent-encoded, and the host in Punycode"
        )));
    }
    let (scheme, rest) = url.split_once("://").unwrap_or(("", ""));
    if !["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
        return Err(refused("it begins with neither http:// nor https://"));
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return Err(refused("it has a user name, which could pass for the host"));
    }
    let (host, port) = split_port(authority);
    if !is_host(host) {
        return Err(refused("it has no host, or one that is not plain"));
    }
    if port.is_some_and(|port| !is_port(port)) {
        return Err(refused("its port is no number up to 65535"));
    }
    Ok(())
}

fn refused(why: &str) -> Error {
    Error::invalid_input(format!("this address cannot be opened: {why}"))
}

fn is_plain(char: char) -> bool {
    char.is_ascii_graphic() && !NEVER.contains(&(char as u8))
}

/// The host, and what comes after the colon behind it.
fn split_port(authority: &str) -> (&str, Option<&str>) {
    let begins = authority.find(']').unwrap_or(0);
    match authority[begins..].find(':') {
        Some(at) => (&authority[..begins + at], Some(&authority[begins + at + 1..])),
        None => (authority, None),
    }
}

fn is_host(host: &str) -> bool {
    if let Some(inner) = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return inner.parse::<Ipv6Addr>().is_ok();
    }
    let is_label = |label: &str| {
        let fine = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        !label.is_empty() && label.bytes().all(fine)
    };
    let bare = host.strip_suffix('.').unwrap_or(host);
    // Browsers take a host whose last part is a number for an address of IPv4, also in parts (URL
    // Standard, "ends in a number"): only the usual form is plain.
    let last = bare.rsplit('.').next().unwrap_or_default();
    let is_number = last.bytes().all(|byte| byte.is_ascii_digit())
        || last.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("0x"));
    bare.split('.').all(is_label) && (!is_number || bare.parse::<Ipv4Addr>().is_ok())
}

fn is_port(port: &str) -> bool {
    !port.is_empty()
        && port.bytes().all(|byte| byte.is_ascii_digit())
        && port.parse::<u16>().is_ok()
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    struct Cases {
        accepted: Vec<String>,
        refused: Vec<String>,
    }

    #[test]
    fn the_cases_that_the_viewer_shares_are_accepted_or_refused() {
        let cases: Cases =
            serde_json::from_str(include_str!("../fixtures/addresses.json")).unwrap();
        assert!(cases.accepted.len() > 8 && cases.refused.len() > 30);
        for url in cases.accepted {
            assert!(check(&url).is_ok(), "{url}");
        }
        for url in cases.refused {
            let error = check(&url).unwrap_err();
            assert!(error.to_string().contains("cannot be opened"), "{url:?}");
        }
    }

    #[test]
    fn an_address_has_an_end() {
        let of = |length: usize| format!("https://example.com/{}", "x".repeat(length - 20));
        assert!(check(&of(BackendCommand::MAX_URL)).is_ok());
        assert!(check(&of(BackendCommand::MAX_URL + 1)).is_err());
        assert!(check(&of(50_000_000)).unwrap_err().to_string().len() < 200);
    }

    #[test]
    fn no_character_that_could_mislead_is_in_an_address() {
        for odd in ('\0'..=char::MAX).filter(|char| !is_plain(*char)) {
            for url in [format!("https://a{odd}b.example/"), format!("https://example.com/{odd}")] {
                assert!(check(&url).is_err(), "{url:?}");
            }
        }
    }
}
