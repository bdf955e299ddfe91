//! rustls, as a server uses it.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use framecast_api::{Error, Result};
use futures_rustls::TlsAcceptor;
use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, KeyPair, KeyUsagePurpose};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{Error as TlsError, ServerConfig};
use sha2::{Digest, Sha256};
use smol::io::{AsyncRead, AsyncWrite};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// Before now, for clocks that are behind; and after.
const VALID: (Duration, Duration) = (DAY, Duration::from_secs(365 * DAY.as_secs()));
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
        .map_err(|error| bad(format!("no certificate could be read ({error})")))?;
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

pub(super) fn self_signed(names: Vec<String>) -> Result<Made> {
    let listed = names.join(", ");
    let make = || {
        let mut params = CertificateParams::new(names)?;
        params.distinguished_name.push(DnType::CommonName, "framecast, made at start");
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let now = SystemTime::now();
        params.not_before = (now - VALID.0).into();
        params.not_after = (now + VALID.1).into();
        let key = KeyPair::generate()?;
        Ok((params.self_signed(&key)?, key))
    };
    let (certificate, key) = make().map_err(|error: rcgen::Error| {
        bad(format!("cannot make a certificate for {listed}: {error}"))
    })?;
    let key = PrivatePkcs8KeyDer::from(key.serialize_der());
    acceptor(vec![certificate.into()], key.into())
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
