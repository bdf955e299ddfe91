//! How the bus is reached.

use std::path::{Path, PathBuf};
use std::{fmt, io};

use framecast_api::{Error, Reporter, Result};
use log::Level;

use crate::address::RelayAddress;
use crate::keys::PublicKey;
use crate::report;

/// How to reach a canvas on a NATS bus, as its origin or as an edge.
///
/// ```
/// use framecast_relay::RelaySettings;
///
/// let settings = RelaySettings::new("nats://127.0.0.1/lecture".parse()?)
///     .with_credentials("/etc/framecast/origin.creds");
/// # Ok::<(), framecast_api::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct RelaySettings {
    pub(crate) address: RelayAddress,
    pub(crate) credentials: Option<PathBuf>,
    pub(crate) ca: Option<PathBuf>,
    pub(crate) key: Option<PublicKey>,
    pub(crate) key_file: Option<PathBuf>,
    pub(crate) name: String,
    pub(crate) reporter: Reporter,
}

impl RelaySettings {
    /// Creates settings for the canvas at `address`. Messages go to the `log` facade, with the target
    /// `framecast_relay`.
    #[must_use]
    pub fn new(address: RelayAddress) -> Self {
        Self {
            address,
            credentials: None,
            ca: None,
            key: None,
            key_file: None,
            name: "edge".to_owned(),
            reporter: Reporter::to_log("framecast_relay"),
        }
    }

    /// Sets the file with which the server lets it in: credentials of NATS (`.creds`), the seed of an NKey, or one line
    /// `USER:PASSWORD`. Nobody but its owner may have access to the file.
    #[must_use]
    pub fn with_credentials(mut self, file: impl Into<PathBuf>) -> Self {
        self.credentials = Some(file.into());
        self
    }

    /// Sets a PEM file with the certificate of the authority that signed the servers' certificates. Default: the
    /// system's authorities.
    #[must_use]
    pub fn with_ca(mut self, file: impl Into<PathBuf>) -> Self {
        self.ca = Some(file.into());
        self
    }

    /// Sets the key of the only origin that an edge believes. Default: the key of whoever publishes, so the bus must
    /// let nobody but the origin publish.
    #[must_use]
    pub fn with_origin_key(mut self, key: PublicKey) -> Self {
        self.key = Some(key);
        self
    }

    /// Sets the file with the key with which an origin signs, so that it is the same at the next start, and edges can be
    /// told it. If the file is missing, it is made, for its owner only. Default: a new key at each start.
    #[must_use]
    pub fn with_key_file(mut self, file: impl Into<PathBuf>) -> Self {
        self.key_file = Some(file.into());
        self
    }

    /// Sets the name of an edge, which the origin's host sees.
    ///
    /// # Errors
    /// "Invalid input" if it is not 1 to 64 of `a-z A-Z 0-9 - _ .`.
    pub fn with_edge_name(mut self, name: &str) -> Result<Self> {
        if !report::is_name(name) {
            return Err(Error::invalid_input(format!(
                "{name:?} is no name of an edge: 1 to 64 of a-z A-Z 0-9 - _ ."
            )));
        }
        name.clone_into(&mut self.name);
        Ok(self)
    }

    /// Sends messages for the operator to a function. It is called on the thread that talks to the bus and must not
    /// block.
    #[must_use]
    pub fn with_reporter(mut self, report: impl Fn(Level, &str) + Send + Sync + 'static) -> Self {
        self.reporter = Reporter::new(report);
        self
    }
}

/// Reads a file that nobody but its owner may read.
pub(crate) fn read_private(path: &Path) -> io::Result<String> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;

        if path.metadata()?.permissions().mode() & 0o077 != 0 {
            return Err(io::Error::other("others can read the file; chmod 600 it"));
        }
    }
    std::fs::read_to_string(path)
}

/// What a file of credentials has.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Credentials {
    /// A JWT and a seed, as `nsc` writes them.
    Jwt(String),
    NkeySeed(String),
    Password(String, String),
}

impl Credentials {
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let wrong = |why: &dyn fmt::Display| {
            Error::invalid_input(format!("credentials {}: {why}", path.display()))
        };
        let text = read_private(path).map_err(|error| wrong(&error))?;
        Self::parse(&text).ok_or_else(|| {
            wrong(&"neither credentials of NATS, nor the seed of an NKey (SU…), nor USER:PASSWORD")
        })
    }

    fn parse(text: &str) -> Option<Self> {
        if text.contains("BEGIN NATS USER JWT") {
            return Some(Self::Jwt(text.to_owned()));
        }
        let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let (Some(line), None) = (lines.next(), lines.next()) else { return None };
        let is_seed = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit();
        if line.len() == 58 && line.starts_with("SU") && line.chars().all(is_seed) {
            return Some(Self::NkeySeed(line.to_owned()));
        }
        let (user, password) = line.split_once(':')?;
        (!user.is_empty() && !password.is_empty())
            .then(|| Self::Password(user.to_owned(), password.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_credentials_has_one_of_three_forms() {
        let parse = Credentials::parse;
        let password = |user: &str, password: &str| {
            Some(Credentials::Password(user.to_owned(), password.to_owned()))
        };
        assert!(parse("edge:a:b\n") == password("edge", "a:b"));
        let seed = format!("SU{}", "A".repeat(56));
        assert!(parse(&format!("\n{seed}\n")) == Some(Credentials::NkeySeed(seed)));
        let jwt = "-----BEGIN NATS USER JWT-----\nx\n------END NATS USER JWT------\n";
        assert!(parse(jwt) == Some(Credentials::Jwt(jwt.to_owned())));
        for wild in ["", "word", ":x", "x:", "a:b\nc:d", "SUA"] {
            assert!(parse(wild).is_none(), "{wild}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_can_read_is_refused_with_advice() {
        use std::os::unix::fs::PermissionsExt;

        let folder = std::env::temp_dir().join(format!("framecast-relay-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("creds");
        std::fs::write(&path, "a:b").unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o644)).unwrap();
        let error = Credentials::read(&path).err().unwrap().to_string();
        assert!(error.contains("chmod 600"), "{error}");
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
        assert!(Credentials::read(&path).is_ok());
        std::fs::remove_dir_all(&folder).unwrap();
        let error = Credentials::read(&path).err().unwrap().to_string();
        assert!(error.contains("creds"), "{error}");
    }
}
