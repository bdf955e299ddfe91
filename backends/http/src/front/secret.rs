//! The secrets of links: random ones, an operator's own, and those of which only the hash is known.
//! Pure, but for the system's random bits.

use std::fmt;

use data_encoding::{BASE64URL_NOPAD, HEXLOWER, HEXLOWER_PERMISSIVE};
use framecast_api::{Error, Result};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

const TOKEN_BYTES: usize = 32;
/// The longest token, in bytes; more is not worth a hash.
pub(crate) const LONGEST_TOKEN: usize = 256;
/// What begins the hash of a token, where a token could stand as well.
const HASH_PREFIX: &str = "sha256:";

/// The fewest characters of a token that hold 128 random bits, by what the characters are.
mod fewest {
    /// Digits: 10^39 > 2^128.
    pub(super) const DIGITS: usize = 39;
    /// Hexadecimal digits: 16^32 = 2^128.
    pub(super) const HEX: usize = 32;
    /// Letters of one case, perhaps with digits: 26^28 > 2^128.
    pub(super) const ONE_CASE: usize = 28;
    /// Anything else, as base64url: 64^22 > 2^128.
    pub(super) const MIXED: usize = 22;
}

/// A random token has more different characters than this, but for one in a thousand million.
const FEWEST_DIFFERENT: usize = 6;

/// The secret of a link: 256 random bits from the operating system, as 43 letters, digits, `-` and `_`; or what
/// [`Link::with_token`](crate::Link::with_token) was given. `Debug` does not show it; `Display` does.
///
/// `Debug` does not show it; `Display` does.
#[derive(Clone)]
pub struct Token(String);

impl Token {
    /// A new one.
    pub(crate) fn random() -> Result<Self> {
        let mut bytes = [0; TOKEN_BYTES];
        getrandom::fill(&mut bytes).map_err(|error| {
            Error::failed(format!("cannot make a link: the system gives no random bits: {error}"))
        })?;
        Ok(Self(BASE64URL_NOPAD.encode(&bytes)))
    }

    /// An operator's own. The error never shows any of it.
    pub(crate) fn own(text: String) -> Result<Self> {
        match weakness(&text) {
            None => Ok(Self(text)),
            Some(why) => Err(Error::invalid_input(format!(
                "a link cannot have this token: {why}. A good one is what `openssl rand -hex 32` prints"
            ))),
        }
    }

    /// Returns the secret as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// Why a text cannot be a token.
///
/// How random a text is cannot be measured, but what is certainly not random enough can: it is too short for
/// 128 bits of the characters it is made of, repeats itself, or counts.
fn weakness(text: &str) -> Option<String> {
    if text.len() > LONGEST_TOKEN {
        return Some(format!("it is longer than {LONGEST_TOKEN} characters"));
    }
    let bytes = text.as_bytes();
    // What needs no escape in a fragment, a query and a header alike (RFC 3986, "unreserved").
    let fine = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~".contains(byte);
    if !bytes.iter().all(fine) {
        return Some("possible are letters, digits and - . _ ~".to_owned());
    }
    // A separator is random only in base64url, and then both cases occur.
    let plain: Vec<u8> = bytes.iter().copied().filter(u8::is_ascii_alphanumeric).collect();
    let all = |is: fn(&u8) -> bool| plain.iter().all(is);
    let lower = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let upper = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    let (fewest, length, what) = if all(u8::is_ascii_digit) {
        (fewest::DIGITS, plain.len(), "digits")
    } else if all(u8::is_ascii_hexdigit) {
        (fewest::HEX, plain.len(), "hexadecimal digits")
    } else if all(lower) || all(upper) {
        (fewest::ONE_CASE, plain.len(), "letters of one case and digits")
    } else {
        (fewest::MIXED, bytes.len(), "letters of both cases, digits and - . _ ~")
    };
    if length < fewest {
        return Some(format!(
            "it is too short to hold 128 random bits; of {what} it takes at least {fewest}"
        ));
    }
    let mut seen = [false; 256];
    bytes.iter().for_each(|byte| seen[usize::from(*byte)] = true);
    let different = seen.iter().filter(|seen| **seen).count();
    let bytes = &plain[..];
    let repeats = (1..=bytes.len() / 2).any(|by| bytes[by..] == bytes[..bytes.len() - by]);
    let steps = |by: i16| {
        let step = |pair: &&[u8]| i16::from(pair[1]) - i16::from(pair[0]) == by;
        bytes.windows(2).filter(step).count()
    };
    let counts = (steps(-1) + steps(0) + steps(1)) * 4 > (bytes.len() - 1) * 3;
    (different < FEWEST_DIFFERENT || repeats || counts)
        .then(|| "it is easy to guess: it repeats itself or counts".to_owned())
}

/// Where a link's secret comes from.
#[derive(Clone)]
pub(crate) enum Secret {
    /// It is made when the link is added.
    Random,
    Own(Token),
    /// SHA-256 of a token that is known elsewhere.
    Hash([u8; 32]),
}

impl Secret {
    /// A token, or `sha256:` and the hash of one.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        if text.starts_with(HASH_PREFIX) {
            Self::hash(text)
        } else {
            Token::own(text.to_owned()).map(Self::Own)
        }
    }

    /// `sha256:` and 64 hexadecimal digits.
    pub(crate) fn hash(text: &str) -> Result<Self> {
        let digits = text.strip_prefix(HASH_PREFIX).unwrap_or_default();
        let bytes = HEXLOWER_PERMISSIVE.decode(digits.as_bytes()).ok();
        let hash = bytes.and_then(|bytes| bytes.try_into().ok()).ok_or_else(|| {
            Error::invalid_input(
                "the hash of a token is sha256: and 64 hexadecimal digits, without spaces; \
                 `printf %s TOKEN | sha256sum` prints them",
            )
        })?;
        Ok(Self::Hash(hash))
    }

    /// As [`parse`](Self::parse) reads it; a random one has no text before it is made.
    pub(crate) fn to_text(&self) -> Option<String> {
        match self {
            Self::Random => None,
            Self::Own(token) => Some(token.to_string()),
            Self::Hash(hash) => Some(format!("{HASH_PREFIX}{}", HEXLOWER.encode(hash))),
        }
    }

    /// What the server compares; `None`: it is not made yet.
    pub(crate) fn digest(&self) -> Option<[u8; 32]> {
        match self {
            Self::Random => None,
            Self::Own(token) => Some(digest(token.as_str())),
            Self::Hash(hash) => Some(*hash),
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Random => "Random",
            Self::Own(_) => "Own(…)",
            Self::Hash(_) => "Hash(…)",
        })
    }
}

impl PartialEq for Secret {
    /// Takes as long for a difference at the beginning as for one at the end.
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Random, Self::Random) => true,
            (Self::Own(_), Self::Own(_)) | (Self::Hash(_), Self::Hash(_)) => {
                let digests = self.digest().zip(other.digest());
                digests.is_some_and(|(one, other)| one.ct_eq(&other).into())
            }
            _ => false,
        }
    }
}

impl Eq for Secret {}

pub(crate) fn digest(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "9f86d081884c7d659a2feaa0c55ad015";

    #[test]
    fn random_tokens_are_good_tokens() {
        for _ in 0..200 {
            let token = Token::random().unwrap();
            assert_eq!(BASE64URL_NOPAD.decode(token.as_str().as_bytes()).unwrap().len(), 32);
            assert_eq!(weakness(token.as_str()), None);
        }
    }

    #[test]
    fn a_token_of_128_bits_is_taken_and_a_shorter_one_is_not() {
        for token in [
            HEX,
            "314159265358979323846264338327950288419",
            "k3m9qz7wv1xh5tcb2nrj8pdfgyas",
            "K3M9QZ7WV1XH5TCB2NRJ8PDFGYAS",
            "vJ8_kQ2-xP7.aZ4~mT9wLb",
        ] {
            assert_eq!(weakness(token), None, "{token}");
            let why = Token::own(token[1..].to_owned()).unwrap_err().to_string();
            assert!(why.contains("too short") && !why.contains(&token[1..]), "{why}");
        }
    }

    #[test]
    fn separators_make_no_token_longer() {
        for token in [
            "9f86-d081-884c-7d65-9a2f",
            "2718281828459045235.36",
            "2026-11-29-12-34-56-78.9",
            "correct-horse-battery-staple",
            "PASSWORD_PASSWORD_1234",
            "----------------------------------------",
        ] {
            assert!(weakness(token).unwrap().contains("too short"), "{token}");
        }
        assert_eq!(weakness("9f86d081-884c-7d65-9a2f-eaa0c55ad015"), None, "32 digits");
    }

    #[test]
    fn what_is_easy_to_guess_is_refused() {
        for token in [
            "a".repeat(64),
            "ab".repeat(32),
            "deadbeef".repeat(4),
            "0123456789abcdef".repeat(2),
            "abcdefghijklmnopqrstuvwxyz0123456789".to_owned(),
            "zyxwvutsrqponmlkjihgfedcba9876543210".to_owned(),
            "aaaaaaaabbbbbbbbccccccccddddddddeeeeeeeeffffffffgggg".to_owned(),
            "0110100110010110100101100110100110010110011010010110100110010110".to_owned(),
            "vJ8_kQ2-xP7.aZ4~mT9w".repeat(2),
        ] {
            let error = Token::own(token.clone()).unwrap_err().to_string();
            assert!(error.contains("easy to guess"), "{token}: {error}");
            assert!(!error.contains(&token) && error.contains("openssl"), "{error}");
        }
    }

    #[test]
    fn what_cannot_stand_in_an_address_or_is_too_long_is_refused() {
        for more in [" ", "+", "/", "=", "#", "%", "&", "\n", "\0", "ü", "\u{1b}"] {
            let why = weakness(&format!("{HEX}{more}")).unwrap();
            assert!(why.contains("possible are"), "{why}");
        }
        let long: String = (0..9).map(|_| Token::random().unwrap().to_string()).collect();
        assert_eq!(weakness(&long[..LONGEST_TOKEN]), None);
        assert!(weakness(&long[..=LONGEST_TOKEN]).unwrap().contains("longer"));
        assert!(weakness("").unwrap().contains("too short"));
    }

    #[test]
    fn a_hash_is_that_of_its_token() {
        let hash = format!("sha256:{}", HEXLOWER.encode(&digest(HEX)));
        let known = Secret::parse(&hash).unwrap();
        assert_eq!(known.digest(), Secret::parse(HEX).unwrap().digest());
        assert_eq!(known.to_text(), Some(hash.clone()));
        assert_eq!(Secret::parse(&hash.to_uppercase().replace("SHA", "sha")).unwrap(), known);
        for bad in
            ["sha256:", "sha256:00", &hash[..70], &format!("{hash}0"), &hash.replace(':', ": ")]
        {
            assert!(Secret::hash(bad).unwrap_err().to_string().contains("64"), "{bad}");
        }
    }

    #[test]
    fn debug_shows_no_secret() {
        let hash = format!("sha256:{}", HEXLOWER.encode(&digest(HEX)));
        let shown = format!(
            "{:?} {:?} {:?}",
            Secret::parse(HEX).unwrap(),
            Secret::parse(&hash).unwrap(),
            Token::own(HEX.to_owned()).unwrap()
        );
        assert_eq!(shown, "Own(…) Hash(…) Token(…)");
    }
}
