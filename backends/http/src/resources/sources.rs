//! What a page of the owner's may load besides what this server has.

use std::collections::BTreeMap;
use std::fmt;

use data_encoding::BASE64;
use framecast_api::{Error, Result};

use crate::front::access;

/// The directives of a `Content-Security-Policy` that can be widened: what a page loads and where it
/// connects. The others say what a page may do to those who open it, and stay as they are.
const DIRECTIVES: [&str; 7] =
    ["connect-src", "font-src", "frame-src", "img-src", "media-src", "script-src", "style-src"];
/// Words of the policy, by the directive that takes them. Scripts in markup are allowed by their
/// hashes only: `'unsafe-inline'` and `'unsafe-eval'` would let a stranger's text run.
const WORDS: [(&str, &str); 2] =
    [("style-src", "'unsafe-inline'"), ("script-src", "'wasm-unsafe-eval'")];
/// Directives that take the hash of something in markup.
const HASHED: [&str; 2] = ["script-src", "style-src"];
/// How many bytes each kind of hash has.
const HASHES: [(&str, usize); 3] = [("sha256-", 32), ("sha384-", 48), ("sha512-", 64)];

/// What is allowed besides, by directive.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Sources(BTreeMap<&'static str, Vec<String>>);

impl Sources {
    /// Adds what `text` names: directives as in the policy, separated by semicolons.
    ///
    /// # Errors
    /// "Invalid input" if one of them is none, cannot be widened, or has a source that is none.
    pub(crate) fn add(&mut self, text: &str) -> Result<()> {
        for directive in text.split(';').map(str::trim).filter(|it| !it.is_empty()) {
            let mut words = directive.split_ascii_whitespace();
            let name = words.next().unwrap_or_default();
            let Some(known) = DIRECTIVES.into_iter().find(|it| it.eq_ignore_ascii_case(name))
            else {
                return Err(Error::invalid_input(format!(
                    "a page cannot be allowed more by {name:?}; possible are {}, as in \"font-src \
                     https://fonts.example.org\"",
                    DIRECTIVES.join(", ")
                )));
            };
            let sources = self.0.entry(known).or_default();
            for source in words {
                if !is_source(known, source) {
                    return Err(Error::invalid_input(format!(
                        "{known} cannot have {source:?}; write SCHEME://HOST or SCHEME://HOST:PORT, \
                         such as https://example.org, without a path{}",
                        also(known)
                    )));
                }
                if !sources.iter().any(|it| it == source) {
                    sources.push(source.to_owned());
                }
            }
        }
        self.0.retain(|_, sources| !sources.is_empty());
        Ok(())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// These and `others`.
    pub(crate) fn and(&self, others: &Self) -> Self {
        let mut both = self.clone();
        for (name, sources) in &others.0 {
            let known = both.0.entry(name).or_default();
            for source in sources {
                if !known.contains(source) {
                    known.push(source.clone());
                }
            }
        }
        both
    }

    /// `policy` with these in it.
    pub(crate) fn widen(&self, policy: &str) -> String {
        let mut more = self.0.clone();
        let mut directives: Vec<String> = policy.split("; ").map(str::to_owned).collect();
        for directive in &mut directives {
            let name = directive.split(' ').next().unwrap_or_default();
            if let Some(sources) = more.remove(name) {
                *directive = format!("{directive} {}", sources.join(" "));
            }
        }
        // Nothing of the kind was allowed so far.
        directives.extend(more.iter().map(written));
        directives.join("; ")
    }
}

impl fmt::Display for Sources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.iter().map(written).collect::<Vec<_>>().join("; "))
    }
}

fn written((name, sources): (&&'static str, &Vec<String>)) -> String {
    format!("{name} {}", sources.join(" "))
}

/// What else than origins a directive takes, for people.
fn also(directive: &str) -> String {
    let word = WORDS.into_iter().find(|(name, _)| *name == directive);
    let word = word.map(|(_, word)| format!(", {word}")).unwrap_or_default();
    let hash = if HASHED.contains(&directive) {
        ", or 'sha256-…' of what stands in the page"
    } else {
        ""
    };
    format!("{word}{hash}")
}

fn is_source(directive: &str, source: &str) -> bool {
    WORDS.contains(&(directive, source))
        || (HASHED.contains(&directive) && is_hash(source))
        || is_place(directive, source)
}

/// An origin, perhaps of all names below one: `https://*.example.org`. Pages connect by WebSocket, too.
fn is_place(directive: &str, source: &str) -> bool {
    let Some((scheme, host)) = source.split_once("://") else { return false };
    let scheme = match scheme {
        "ws" if directive == "connect-src" => "http",
        "wss" if directive == "connect-src" => "https",
        other => other,
    };
    let named = match host.strip_prefix("*.") {
        // Not everything below `org`.
        Some(name) if !name.contains('.') => return false,
        Some(name) => name,
        None => host,
    };
    access::is_origin(&format!("{scheme}://{named}"))
}

fn is_hash(source: &str) -> bool {
    let inner = source.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
    inner.is_some_and(|hash| {
        HASHES.into_iter().any(|(kind, length)| {
            let bytes = hash.strip_prefix(kind).map(|digits| BASE64.decode(digits.as_bytes()));
            matches!(bytes, Some(Ok(bytes)) if bytes.len() == length)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'";

    fn widened(text: &str) -> String {
        let mut sources = Sources::default();
        sources.add(text).unwrap();
        sources.widen(BASE)
    }

    #[test]
    fn what_is_named_comes_to_what_is_allowed() {
        assert_eq!(
            widened(
                "font-src https://fonts.example.org; STYLE-SRC  https://a.example 'unsafe-inline' ;"
            ),
            "default-src 'none'; script-src 'self'; style-src 'self' https://a.example 'unsafe-inline'; \
             font-src 'self' https://fonts.example.org"
        );
        assert_eq!(
            widened("frame-src https://map.example:8443"),
            format!("{BASE}; frame-src https://map.example:8443")
        );
        assert_eq!(widened(" ; "), BASE);
        assert_eq!(widened("font-src"), BASE, "it names nothing");
    }

    #[test]
    fn more_may_be_named_later_and_nothing_stands_there_twice() {
        let mut sources = Sources::default();
        assert!(sources.is_empty());
        sources.add("img-src https://a.example https://a.example").unwrap();
        sources.add("img-src https://*.b.example; font-src http://127.0.0.1:8000").unwrap();
        assert_eq!(
            sources.to_string(),
            "font-src http://127.0.0.1:8000; img-src https://a.example https://*.b.example"
        );
    }

    #[test]
    fn two_owners_may_name_some_each() {
        let [mut one, mut other] = [Sources::default(), Sources::default()];
        one.add("connect-src wss://a.example; font-src https://a.example").unwrap();
        other
            .add("connect-src wss://b.example wss://a.example; img-src https://b.example")
            .unwrap();
        assert_eq!(
            one.and(&other).to_string(),
            "connect-src wss://a.example wss://b.example; font-src https://a.example; \
             img-src https://b.example"
        );
        assert_eq!(one.and(&Sources::default()), one);
    }

    #[test]
    fn a_socket_is_a_place_to_connect_to_and_nothing_else() {
        assert!(
            widened("connect-src wss://a.example ws://[::1]:9000")
                .contains("connect-src wss://a.example")
        );
        assert!(Sources::default().add("img-src wss://a.example").is_err());
    }

    #[test]
    fn markup_runs_by_its_hash_only() {
        let hash = format!("'sha256-{}'", BASE64.encode(&[7; 32]));
        assert!(widened(&format!("script-src {hash} 'wasm-unsafe-eval'")).contains(&hash));
        assert!(Sources::default().add(&format!("img-src {hash}")).is_err());
    }

    #[test]
    fn what_takes_something_away_or_lets_strangers_in_is_refused() {
        for text in [
            "default-src https://a.example",
            "frame-ancestors https://a.example",
            "base-uri https://a.example",
            "form-action https://a.example",
            "sandbox",
            "https://a.example",
            "script-src 'unsafe-inline'",
            "script-src 'unsafe-eval'",
            "script-src 'none'",
            "script-src 'strict-dynamic'",
            "script-src 'nonce-abc'",
            "script-src 'sha256-abc'",
            "script-src *",
            "script-src https:",
            "script-src https://*",
            "script-src https://*.org",
            "script-src https://a.*.example",
            "script-src a.example",
            "script-src https://a.example/path.js",
            "img-src 'unsafe-inline'",
            "img-src data:",
            "img-src https://a.example, script-src *",
            "img-src https://a.example\r\nx:y",
            "img-src https://ä.example",
        ] {
            let mut sources = Sources::default();
            let error = sources.add(text).unwrap_err().to_string();
            assert!(error.contains("example"), "{text}: {error}");
            assert!(
                sources.widen(BASE).starts_with("default-src 'none'; script-src 'self'"),
                "{text}"
            );
        }
    }
}
