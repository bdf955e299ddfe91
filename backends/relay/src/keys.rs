//! The origin's key, and what it signs: Ed25519 (RFC 8032).

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::{fmt, io};

use data_encoding::BASE64URL_NOPAD;
use framecast_api::{Error, Result};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};

use crate::settings::read_private;

/// Bytes of a public key.
pub(crate) const PUBLIC_KEY: usize = 32;
/// Bytes of a signature.
pub(crate) const SIGNATURE: usize = 64;

/// The key with which an origin signs.
pub(crate) struct OriginKey(Ed25519KeyPair);

impl OriginKey {
    /// A new one.
    ///
    /// # Errors
    /// "Failed" if the system gives no random bytes.
    pub(crate) fn random() -> Result<Self> {
        let mut seed = [0; 32];
        fill(&mut seed)?;
        Ok(Self::from_seed(seed))
    }

    /// The one in this file, which is made if it is missing.
    ///
    /// # Errors
    /// "Invalid input" if there is no key in the file, or if others can read it; "failed" if it cannot be made.
    pub(crate) fn from_file(path: &Path) -> Result<Self> {
        let wrong =
            |why: &dyn fmt::Display| Error::invalid_input(format!("key {}: {why}", path.display()));
        match read_private(path) {
            Ok(text) => {
                let seed = BASE64URL_NOPAD.decode(text.trim().as_bytes()).ok();
                let seed = seed.and_then(|bytes| bytes.try_into().ok());
                let seed =
                    seed.ok_or_else(|| wrong(&"no key is in it, 43 characters of base64url"));
                Ok(Self::from_seed(seed?))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let mut seed = [0; 32];
                fill(&mut seed)?;
                let text = BASE64URL_NOPAD.encode(&seed) + "\n";
                let mut options = OpenOptions::new();
                options.write(true).create_new(true);
                #[cfg(unix)]
                std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
                let made = options.open(path).and_then(|mut file| file.write_all(text.as_bytes()));
                made.map_err(|error| {
                    Error::failed(format!("cannot make the key {}: {error}", path.display()))
                })?;
                Ok(Self::from_seed(seed))
            }
            Err(error) => Err(wrong(&error)),
        }
    }

    pub(crate) fn from_seed(seed: [u8; 32]) -> Self {
        let key = Ed25519KeyPair::from_seed_unchecked(&seed);
        // Every 32 bytes are a seed.
        Self(key.unwrap_or_else(|_| unreachable!("a seed of another length")))
    }

    pub(crate) fn public(&self) -> PublicKey {
        let mut key = [0; PUBLIC_KEY];
        key.copy_from_slice(self.0.public_key().as_ref());
        PublicKey(key)
    }

    pub(crate) fn sign(&self, message: &[u8]) -> [u8; SIGNATURE] {
        let mut signature = [0; SIGNATURE];
        signature.copy_from_slice(self.0.sign(message).as_ref());
        signature
    }
}

/// Random bytes of the system's.
pub(crate) fn fill(bytes: &mut [u8]) -> Result<()> {
    getrandom::fill(bytes)
        .map_err(|error| Error::failed(format!("the system gives no random bytes: {error}")))
}

impl fmt::Debug for OriginKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OriginKey({})", self.public())
    }
}

/// The public key of an origin: what it publishes is checked with it. As text, 43 characters of base64url.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(pub(crate) [u8; PUBLIC_KEY]);

impl PublicKey {
    pub(crate) fn has_signed(&self, message: &[u8], signature: &[u8; SIGNATURE]) -> bool {
        UnparsedPublicKey::new(&ED25519, self.0).verify(message, signature).is_ok()
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE64URL_NOPAD.encode(&self.0))
    }
}

impl std::str::FromStr for PublicKey {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let bytes = BASE64URL_NOPAD.decode(text.trim().as_bytes()).ok();
        let key = bytes.and_then(|bytes| bytes.try_into().ok());
        key.map(Self).ok_or_else(|| {
            Error::invalid_input(format!(
                "{text}: no key of an origin; it prints its key at start, 43 characters"
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_that_of_rfc_8032() {
        // Section 7.1, test 2.
        let hex = |text: &str| data_encoding::HEXLOWER.decode(text.as_bytes()).unwrap();
        let seed = hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
        let key = OriginKey::from_seed(seed.try_into().unwrap());
        let public = hex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
        assert_eq!(key.public().0.to_vec(), public);
        let signature = hex("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
             085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
        assert_eq!(key.sign(&[0x72]).to_vec(), signature);
        assert!(key.public().has_signed(&[0x72], &key.sign(&[0x72])));
        assert!(!key.public().has_signed(&[0x73], &key.sign(&[0x72])));
    }

    #[test]
    fn a_file_gives_the_same_key_at_each_start() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        let first = OriginKey::from_file(&path).unwrap().public();
        assert_eq!(OriginKey::from_file(&path).unwrap().public(), first);
        std::fs::write(&path, "short").unwrap();
        let error = OriginKey::from_file(&path).err().unwrap().to_string();
        assert!(error.contains("43 characters"), "{error}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "short", "it is left as it is");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;

            std::fs::set_permissions(&path, PermissionsExt::from_mode(0o644)).unwrap();
            let error = OriginKey::from_file(&path).err().unwrap().to_string();
            assert!(error.contains("chmod 600"), "{error}");
        }
        let error = OriginKey::from_file(&folder.path().join("a/b")).err().unwrap().to_string();
        assert!(error.contains("cannot make the key"), "{error}");
    }

    #[test]
    fn a_key_is_read_as_it_is_shown() {
        let key = OriginKey::random().unwrap();
        let text = key.public().to_string();
        assert_eq!((text.len(), text.parse::<PublicKey>().unwrap()), (43, key.public()));
        for wild in ["", "abc", &text[1..], &format!("{text}A")] {
            assert!(wild.parse::<PublicKey>().is_err(), "{wild}");
        }
        assert!(format!("{key:?}").contains(&text));
    }
}
