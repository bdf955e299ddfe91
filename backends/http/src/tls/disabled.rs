//! A build without TLS: an acceptor cannot be made.

use std::io;
use std::time::SystemTime;

use framecast_api::{Error, Result};
use smol::io::{AsyncRead, AsyncWrite};

#[derive(Clone)]
pub(super) enum Acceptor {}

impl Acceptor {
    pub(super) fn exchange(&self, _: &Self) {
        match *self {}
    }

    pub(super) async fn accept<S: AsyncRead + AsyncWrite + Unpin>(&self, _: S) -> io::Result<S> {
        match *self {}
    }
}

/// An acceptor, and the SHA-256 of its certificate.
pub(super) type Made = (Acceptor, Vec<u8>);

pub(super) fn from_pem(_: &[u8], _: &[u8]) -> Result<Made> {
    Err(not_built_in())
}

pub(super) fn self_signed(_: &[String]) -> Result<Made> {
    Err(not_built_in())
}

pub(super) fn self_signed_pem(_: &[String], _: SystemTime) -> Result<String> {
    Err(not_built_in())
}

pub(super) fn outdated(_: &[u8], _: &[String], _: SystemTime) -> Result<Option<String>> {
    Err(not_built_in())
}

fn not_built_in() -> Error {
    Error::not_supported(
        "TLS, in this build: framecast-http needs the feature \"tls\"; build it with: cargo build \
         --features tls",
    )
}
