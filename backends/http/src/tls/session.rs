//! rustls, as a server uses it.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use data_encoding::BASE64;
use framecast_api::{Error, Result};
use futures_rustls::TlsAcceptor;
use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, KeyPair, KeyUsagePurpose};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, Error as TlsError, RootCertStore, ServerConfig};
use sha2::{Digest, Sha256};
use smol::io::{AsyncRead, AsyncWrite};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// Before now, for clocks that are behind; and after.
const VALID: (Duration, Duration) = (DAY, Duration::from_secs(365 * DAY.as_secs()));
/// How long before its end a certificate is made anew.
const RENEWED_BEFORE: Duration = Duration::from_secs(30 * DAY.as_secs());
/// Characters in a line of PEM (RFC 7468, section 2).
const PEM_LINE: usize = 64;
/// Bytes of pictures that wait in a connection's session; the rest waits where it can be replaced
/// by something newer.
const BUFFER: usize = 16 * 1024;

/// Clones have the same certificate, also when it is exchanged.
#[derive(Clone)]
pub(super) struct Acceptor(Arc<Mutex<TlsAcceptor>>);

impl Acceptor {
    fn current(&self) -> TlsAcceptor {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// From now on new connections get the certificate of `new`.
    pub(super) fn exchange(&self, new: &Self) {
        let new = new.current();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = new;
    }

    pub(super) async fn accept<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        stream: S,
    ) -> io::Result<impl AsyncRead + AsyncWrite + Unpin + use<S>> {
        let acceptor = self.current();
        acceptor.accept_with(stream, |session| session.set_buffer_limit(Some(BUFFER))).await
    }
}

/// An acceptor, and the SHA-256 of its certificate.
pub(super) type Made = (Acceptor, Vec<u8>);

pub(super) fn from_pem(certificate: &[u8], key: &[u8]) -> Result<Made> {
    let chain: Vec<_> = CertificateDer::pem_slice_iter(certificate)
        .collect::<std::result::Result<_, _>>()
        .map_err(|_| bad("no certificate could be read: the file is damaged"))?;
    if chain.is_empty() {
        return Err(bad("there is no certificate; it begins with -----BEGIN CERTIFICATE-----"));
    }
    let key = PrivateKeyDer::from_pem_slice(key).map_err(|error| {
        bad(format!(
            "there is no private key that could be read ({error}); it begins with \
             -----BEGIN PRIVATE KEY-----, and must not need a password"
        ))
    })?;
    acceptor(chain, key)
}

pub(super) fn self_signed(names: &[String]) -> Result<Made> {
    let (certificate, key) = make(names, SystemTime::now())?;
    acceptor(vec![certificate], key.into())
}

/// A certificate that is made at `now`, and its key.
pub(super) fn self_signed_pem(names: &[String], now: SystemTime) -> Result<String> {
    let (certificate, key) = make(names, now)?;
    Ok(pem("CERTIFICATE", &certificate) + &pem("PRIVATE KEY", key.secret_pkcs8_der()))
}

fn make(
    names: &[String],
    now: SystemTime,
) -> Result<(CertificateDer<'static>, PrivatePkcs8KeyDer<'static>)> {
    let make = || {
        let mut params = CertificateParams::new(names)?;
        params.distinguished_name.push(DnType::CommonName, "framecast, self-signed");
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.not_before = (now - VALID.0).into();
        params.not_after = (now + VALID.1).into();
        let key = KeyPair::generate()?;
        Ok((params.self_signed(&key)?.into(), key.serialize_der().into()))
    };
    make().map_err(|error: rcgen::Error| {
        bad(format!("cannot make a certificate for {}: {error}", names.join(", ")))
    })
}

fn pem(label: &str, der: &[u8]) -> String {
    let text = BASE64.encode(der);
    let mut lines: Vec<&str> = Vec::new();
    let mut rest = &text[..];
    while !rest.is_empty() {
        let (line, more) = rest.split_at(rest.len().min(PEM_LINE));
        lines.push(line);
        rest = more;
    }
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

/// Why the self-signed certificate in `pem` has to be made anew at `now`, to be put after it; `None` if it has not.
///
/// # Errors
/// If it is none that [`self_signed_pem`] makes.
pub(super) fn outdated(pem: &[u8], names: &[String], now: SystemTime) -> Result<Option<String>> {
    let strange =
        |error: TlsError| bad(format!("it is not self-signed as framecast's are ({error})"));
    let certificate = CertificateDer::from_pem_slice(pem)
        .map_err(|_| bad("no certificate could be read: the file is damaged"))?;
    let mut roots = RootCertStore::empty();
    roots.add(certificate.clone()).map_err(strange)?;
    let parsed = ParsedCertificate::try_from(&certificate).map_err(strange)?;
    let soon = (now + RENEWED_BEFORE).duration_since(UNIX_EPOCH).unwrap_or_default();
    let provider = rustls::crypto::ring::default_provider();
    let found = verify_server_cert_signed_by_trust_anchor(
        &parsed,
        &roots,
        &[],
        UnixTime::since_unix_epoch(soon),
        provider.signature_verification_algorithms.all,
    );
    match found {
        Err(TlsError::InvalidCertificate(
            CertificateError::Expired | CertificateError::ExpiredContext { .. },
        )) => return Ok(Some("has expired, or expires within 30 days".to_owned())),
        // The clock is behind, as where nothing keeps it while a machine is off: a new certificate would be one of
        // the past when it is right again.
        Ok(())
        | Err(TlsError::InvalidCertificate(
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. },
        )) => {}
        Err(error) => return Err(strange(error)),
    }
    // What is no name of a server, such as "-x", no client can ask for, and no certificate would do.
    let is_named = |name: &String| {
        ServerName::try_from(&**name)
            .map_or(name.is_ascii(), |name| verify_server_name(&parsed, &name).is_ok())
    };
    let missing = names.iter().find(|name| !is_named(name));
    Ok(missing.map(|name| format!("does not name {name}")))
}

fn acceptor(chain: Vec<CertificateDer<'static>>, key: PrivateKeyDer<'static>) -> Result<Made> {
    let hash = chain.first().map(|leaf| Sha256::digest(leaf).to_vec()).unwrap_or_default();
    // Not the process' default: that is the application's to choose.
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| bad(error.to_string()))?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(|error| match error {
            TlsError::InconsistentKeys(_) => bad("the key does not belong to the certificate"),
            error => bad(format!("the certificate or the key cannot be used ({error})")),
        })?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    let acceptor = TlsAcceptor::from(Arc::new(config));
    Ok((Acceptor(Arc::new(Mutex::new(acceptor))), hash))
}

fn bad(message: impl Into<String>) -> Error {
    Error::invalid_input(message)
}
