//! Links to watch that other servers are told of. Pure.

use std::fmt;
use std::time::SystemTime;

use framecast_api::{Error, Result};

/// A link to watch, as another server is told of it: who has its token is let in there, too. The token itself is not known.
///
/// ```
/// use framecast_stream::WatchLink;
///
/// let hash = [7; 32]; // SHA-256 of the token's text
/// let link = WatchLink::new("guest", hash, None)?;
/// assert_eq!(link.name(), "guest");
/// assert!(WatchLink::new("two words", hash, None).is_err());
/// # Ok::<(), framecast_api::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct WatchLink {
    name: String,
    hash: [u8; 32],
    expires: Option<SystemTime>,
}

impl WatchLink {
    /// The longest name of a link, in bytes.
    pub const LONGEST_NAME: usize = 32;
    /// The most links of one server that others are told of.
    pub const MOST: usize = 80;

    /// Creates the description of a link: its name, the SHA-256 of its token's text, and when it ends; `None`: it does not
    /// end by itself.
    ///
    /// # Errors
    /// "Invalid input" if the name is not 1 to 32 letters, digits, `-` and `_`.
    pub fn new(
        name: impl Into<String>,
        hash: [u8; 32],
        expires: Option<SystemTime>,
    ) -> Result<Self> {
        let name = name.into();
        if !Self::is_name(&name) {
            return Err(Error::invalid_input(format!(
                "a link cannot be called {name:?}; possible are 1 to {} letters, digits, - and _",
                Self::LONGEST_NAME
            )));
        }
        Ok(Self { name, hash, expires })
    }

    /// Returns whether a link can be called `name`.
    #[must_use]
    pub fn is_name(name: &str) -> bool {
        let fine = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        (1..=Self::LONGEST_NAME).contains(&name.len()) && name.bytes().all(fine)
    }

    /// Returns what it is called.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the SHA-256 of its token.
    #[must_use]
    pub fn hash(&self) -> &[u8; 32] {
        &self.hash
    }

    /// Returns when it ends, by the time of day.
    #[must_use]
    pub fn expires(&self) -> Option<SystemTime> {
        self.expires
    }
}

impl fmt::Debug for WatchLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WatchLink")
            .field("name", &self.name)
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_checked_and_a_hash_is_not_printed() {
        for bad in ["", "a b", "ü", "\u{1b}[31m", &"x".repeat(WatchLink::LONGEST_NAME + 1)] {
            assert!(WatchLink::new(bad, [1; 32], None).is_err(), "{bad:?}");
        }
        let link = WatchLink::new("x".repeat(WatchLink::LONGEST_NAME), [201; 32], None).unwrap();
        assert!(!format!("{link:?}").contains("201"));
    }
}
