//! TLS: a certificate and its key come in, encrypted streams go out.
//!
//! Without the feature `tls` a [`Tls`] cannot be made, and everything else is the same.

#[cfg_attr(feature = "tls", path = "tls/session.rs")]
#[cfg_attr(not(feature = "tls"), path = "tls/disabled.rs")]
mod session;

mod kept;
mod rationed;

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use framecast_api::{Error, ErrorKind, Result};
use log::Level;
use smol::io::{AsyncRead, AsyncWrite};

use crate::Limits;
use crate::private_file::Stamp;
use kept::Kept;
use rationed::Rationed;

/// The first byte of a TLS connection (RFC 8446, section 5.1: a record of type "handshake"). No
/// HTTP request begins with it.
pub(crate) const FIRST_BYTE: u8 = 22;

/// A certificate and its private key, with which a server speaks TLS 1.2 and 1.3 ([`ServerConfig::tls`]).
///
/// ```no_run
/// use framecast_http::{HttpServer, ServerConfig, Tls};
///
/// let address = "0.0.0.0:8443".parse().unwrap();
/// let mut config = ServerConfig::default();
/// config.tls = Some(Tls::self_signed(address, &[])?);
/// println!("{}", config.tls.as_ref().unwrap().fingerprint());
/// let server = HttpServer::bind_with(address, config)?;
/// # Ok::<(), framecast_api::Error>(())
/// ```
///
/// [`ServerConfig::tls`]: crate::ServerConfig::tls
#[derive(Clone)]
pub struct Tls {
    acceptor: session::Acceptor,
    fingerprint: String,
    /// Where it is, if it is on the disk, and of which contents.
    source: Option<(Source, Option<Stamps>)>,
    /// What the operator should know of how it was made.
    notice: Option<(Level, String)>,
}

/// Of the files of a certificate.
pub(crate) type Stamps = (Stamp, Stamp);

/// Where a certificate and its key are on the disk.
#[derive(Debug, Clone)]
pub(crate) enum Source {
    /// The owner's, who renews it.
    Files { certificate: PathBuf, key: PathBuf },
    /// One that we made, and renew.
    Kept(Kept),
}

impl Source {
    /// Which contents the files have now.
    pub(crate) fn stamps(&self) -> Option<Stamps> {
        let (certificate, key) = match self {
            Self::Files { certificate, key } => (certificate, key),
            Self::Kept(kept) => (&kept.path, &kept.path),
        };
        Stamp::at(certificate).zip(Stamp::at(key))
    }

    /// Reads them again, while a server uses what they held. A certificate that we made is renewed if that is due at
    /// `now`, but not made where its file is gone: the folder may be so for a while.
    pub(crate) fn read_again(&self, now: SystemTime) -> Result<Tls> {
        match self {
            Self::Files { certificate, key } => Tls::from_files(certificate, key),
            Self::Kept(kept) if !kept.path.exists() => Err(Error::failed(format!(
                "the certificate file {} is gone; the next start makes a new one",
                kept.path.display()
            ))),
            Self::Kept(kept) => Tls::kept(kept.clone(), kept.open_again(now)),
        }
    }
}

impl Tls {
    /// Reads a certificate and its private key from PEM files: `fullchain.pem` and `privkey.pem` of certbot. The
    /// certificate's file may also have the intermediate certificates up to the root.
    ///
    /// A server reads the files again when they change, about two seconds after the last write. New connections
    /// get the new certificate. If it cannot use the files, it keeps the old certificate, and its
    /// [`reporter`](crate::ServerConfig::reporter) says why.
    ///
    /// # Errors
    /// "Failed" if a file cannot be read; "invalid input" if it does not contain a certificate or a key, or if the
    /// key does not belong to the certificate; "not supported" without the feature `tls`. The message names the
    /// file.
    pub fn from_files(certificate: &Path, key: &Path) -> Result<Self> {
        let read = |what: &str, path: &Path| {
            std::fs::read(path).map_err(|error| {
                Error::failed(format!(
                    "cannot read the {what} file {}: {error}; give a PEM file that this user may read",
                    path.display()
                ))
                .with_source(error)
            })
        };
        let source = Source::Files { certificate: certificate.to_owned(), key: key.to_owned() };
        let stamps = source.stamps();
        let pem = (read("certificate", certificate)?, read("key", key)?);
        let made = Self::from_pem(&pem.0, &pem.1).map_err(|error| {
            let (certificate, key) = (certificate.display(), key.display());
            match error.kind() {
                ErrorKind::InvalidInput => {
                    Error::invalid_input(format!("{certificate}, {key}: {error}"))
                }
                _ => error,
            }
        })?;
        Ok(Self { source: Some((source, stamps)), ..made })
    }

    /// Like [`from_files`](Self::from_files), from the contents of such files.
    ///
    /// # Errors
    /// As [`from_files`](Self::from_files).
    pub fn from_pem(certificate: &[u8], key: &[u8]) -> Result<Self> {
        session::from_pem(certificate, key).map(Self::from)
    }

    /// Creates a self-signed certificate that is valid for a year. Browsers warn about it, and their users compare
    /// its [`fingerprint`](Self::fingerprint). The certificate names `localhost`, this machine's address as far as
    /// `listening` tells it, and `names`.
    ///
    /// # Errors
    /// "Invalid input" if a certificate cannot contain one of the names; "not supported" without the feature
    /// `tls`.
    pub fn self_signed(listening: SocketAddr, names: &[String]) -> Result<Self> {
        session::self_signed(&all_names(listening, names)).map(Self::from)
    }

    /// As [`self_signed`](Self::self_signed), and kept in a file with its key, so that it is the same at the next start
    /// and nobody is warned again.
    ///
    /// A missing file is created, for its owner only. Nobody else may be able to read or write it (on Windows that is
    /// not checked). A certificate that has expired, or expires within 30 days, is replaced, here and while a server
    /// runs. One that does not name this machine's address and all of `names` is replaced here. A new certificate has
    /// another fingerprint, and the server's [`reporter`](crate::ServerConfig::reporter) says so. Servers with
    /// different `names` need a file each.
    ///
    /// ```
    /// # use framecast_http::Tls;
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let file = folder.path().join("mirror.pem");
    /// let address = "127.0.0.1:8443".parse().unwrap();
    /// let first = Tls::self_signed_in(&file, address, &[])?;
    /// let again = Tls::self_signed_in(&file, address, &[])?;
    /// assert_eq!(again.fingerprint(), first.fingerprint());
    /// # Ok::<(), framecast_api::Error>(())
    /// ```
    ///
    /// # Errors
    /// "Invalid input" if the file is damaged, belongs to another user, can be read by others, or was not made by this
    /// function; then it is left as it is. Also if a name cannot be in a certificate. "Failed" if it cannot be written. "Not
    /// supported" without the feature `tls`.
    pub fn self_signed_in(file: &Path, listening: SocketAddr, names: &[String]) -> Result<Self> {
        let kept = Kept { path: file.to_owned(), names: all_names(listening, names) };
        let opened = kept.open(SystemTime::now());
        Self::kept(kept, opened)
    }

    fn kept(kept: Kept, opened: Result<kept::Opened>) -> Result<Self> {
        opened.map(|opened| {
            let (acceptor, hash) = opened.made;
            let source = Some((Source::Kept(kept), Some((opened.stamp, opened.stamp))));
            Self { acceptor, fingerprint: fingerprint(&hash), source, notice: opened.notice }
        })
    }

    /// Returns the SHA-256 fingerprint of the certificate, as browsers and `openssl x509 -fingerprint -sha256`
    /// show it: `AB:CD:…`. It does not change when a server reads the files again.
    #[must_use]
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// Where it was read and of which contents, if it is on the disk.
    pub(crate) fn source(&self) -> Option<(&Source, Option<Stamps>)> {
        self.source.as_ref().map(|(source, stamps)| (source, *stamps))
    }

    /// What the operator should know: that it was made, or made anew.
    pub(crate) fn notice(&self) -> Option<(Level, &str)> {
        self.notice.as_ref().map(|(level, message)| (*level, &**message))
    }

    /// From now on new connections get the certificate of `new`.
    pub(crate) fn exchange(&self, new: &Self) {
        self.acceptor.exchange(&new.acceptor);
    }

    /// Shakes hands on a new connection. The caller limits the time.
    pub(crate) async fn accept<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        stream: S,
        limits: &Limits,
    ) -> io::Result<impl AsyncRead + AsyncWrite + Unpin + use<S>> {
        self.acceptor.accept(Rationed::new(stream, limits.bytes_per_second)).await
    }
}

impl From<session::Made> for Tls {
    fn from((acceptor, hash): session::Made) -> Self {
        Self { acceptor, fingerprint: fingerprint(&hash), source: None, notice: None }
    }
}

fn fingerprint(hash: &[u8]) -> String {
    let pairs: Vec<String> = hash.iter().map(|byte| format!("{byte:02X}")).collect();
    pairs.join(":")
}

/// What a certificate for this machine names.
fn all_names(listening: SocketAddr, names: &[String]) -> Vec<String> {
    // Without a network there is no such address, and nobody asks for 0.0.0.0.
    let ip = crate::server::outward(listening.ip()).unwrap_or(listening.ip()).to_canonical();
    let ip = (!ip.is_unspecified()).then(|| ip.to_string());
    let mut all = vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()];
    // A name with a dot at its end is the same; certificates have none.
    let bare = |name: &String| name.trim_matches(['[', ']']).trim_end_matches('.').to_owned();
    for name in ip.into_iter().chain(names.iter().map(bare)) {
        if !all.contains(&name) {
            all.push(name);
        }
    }
    all
}

impl fmt::Debug for Tls {
    /// Without the key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tls with the certificate {}", self.fingerprint)
    }
}

#[cfg(all(test, feature = "tls"))]
mod tests {
    use super::*;

    fn made(names: &[&str]) -> (String, String) {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let made = rcgen::generate_simple_self_signed(names).unwrap();
        (made.cert.pem(), made.signing_key.serialize_pem())
    }

    #[test]
    fn what_is_no_certificate_or_key_is_told() {
        let (certificate, key) = made(&["localhost"]);
        let (_, other_key) = made(&["localhost"]);
        for (certificate, key, word) in [
            ("", &*key, "no certificate"),
            (&*key, &*key, "no certificate"),
            (&*certificate, "", "no private key"),
            (&*certificate, &*certificate, "no private key"),
            (&*certificate, &*other_key, "does not belong"),
            (
                "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
                &*key,
                "certificate",
            ),
            ("-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n", &*key, "certificate"),
            ("\u{0}\u{ff}", "\u{0}", "no certificate"),
        ] {
            let error = Tls::from_pem(certificate.as_bytes(), key.as_bytes()).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput);
            assert!(error.to_string().contains(word), "{error}");
        }
        assert!(Tls::from_pem(certificate.as_bytes(), key.as_bytes()).is_ok());
    }

    #[test]
    fn a_file_that_cannot_be_read_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let there = folder.path().join("there.pem");
        std::fs::write(&there, "").unwrap();
        let nowhere = Path::new("no/such/file.pem");
        for (certificate, key, what) in [
            (nowhere, nowhere, "certificate"),
            (nowhere, &there, "certificate"),
            (&there, nowhere, "key"),
        ] {
            let error = Tls::from_files(certificate, key).unwrap_err().to_string();
            let start = format!("cannot read the {what} file no/such/file.pem: ");
            assert!(error.starts_with(&start) && error.contains("; give a PEM file"), "{error}");
        }
    }

    #[test]
    fn a_name_that_cannot_stand_in_a_certificate_is_told() {
        let address = "127.0.0.1:0".parse().unwrap();
        let error = Tls::self_signed(address, &["h\u{e4}".to_owned()]).unwrap_err();
        assert!(
            error.kind() == ErrorKind::InvalidInput && error.to_string().contains("h\u{e4}"),
            "{error}"
        );
    }

    #[test]
    fn a_dot_at_the_end_of_a_host_is_no_part_of_its_name_and_no_address_is_no_name() {
        let names = all_names("192.0.2.7:1".parse().unwrap(), &["example.org.".to_owned()]);
        assert_eq!(names[3..], ["192.0.2.7", "example.org"]);
        let names = all_names("0.0.0.0:1".parse().unwrap(), &["0.0.0.0".to_owned()]);
        assert_eq!(names.iter().filter(|name| *name == "0.0.0.0").count(), 1, "as it is asked for");
    }

    #[test]
    fn every_certificate_made_at_start_is_another_and_debug_shows_no_key() {
        let address = "127.0.0.1:0".parse().unwrap();
        let [one, other] = [(); 2].map(|()| Tls::self_signed(address, &[]).unwrap());
        assert_ne!(one.fingerprint(), other.fingerprint());
        assert_eq!(format!("{one:?}"), format!("Tls with the certificate {}", one.fingerprint()));
    }
}
