use std::error::Error as StdError;
use std::fmt::{self, Write};

/// A result whose error is framecast's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error, as a sentence for the user: what failed, on what, and what to do about it.
///
/// "Not supported" ([`Error::is_not_supported`]) is a property of the backend and may be ignored.
/// "Failed" is an event that the user should know about.
///
/// ```
/// use framecast_api::Error;
/// let error = Error::failed("cannot listen on 127.0.0.1:80: permission denied (try a port above 1023)");
/// assert!(!error.is_not_supported());
/// assert!(error.to_string().contains("try a port"));
/// assert!(Error::not_supported("setting a cursor").is_not_supported());
/// ```
///
/// The `Debug` form is the same sentence followed by its causes, because that is what a user sees when
/// `main` returns the error. Control characters are shown as escapes
/// ([`printable_lines`](crate::printable_lines)).
pub struct Error {
    kind: ErrorKind,
    message: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// The kinds of [`Error`] that a caller may want to treat differently.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// This backend cannot do that, ever. Nothing changed.
    NotSupported,
    /// The caller passed an unusable value. Nothing changed.
    InvalidInput,
    /// It was tried and did not work.
    Failed,
}

impl Error {
    /// Creates an error for something that this backend cannot do; `what` names it: "setting a cursor".
    #[must_use]
    pub fn not_supported(what: impl Into<String>) -> Self {
        Self { kind: ErrorKind::NotSupported, message: what.into(), source: None }
    }

    /// Creates an error for an unusable value; `message` says which, why, and what is possible.
    #[must_use]
    pub fn invalid_input(message: impl Into<String>) -> Self {
        Self { kind: ErrorKind::InvalidInput, message: message.into(), source: None }
    }

    /// Creates an error for a failure; `message` says what failed, on what, and what to do.
    #[must_use]
    pub fn failed(message: impl Into<String>) -> Self {
        Self { kind: ErrorKind::Failed, message: message.into(), source: None }
    }

    /// Adds the error that caused this one; see [`StdError::source`].
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Returns the kind of the error.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Returns whether the backend can never do what was requested. Nothing changed.
    #[must_use]
    pub fn is_not_supported(&self) -> bool {
        self.kind == ErrorKind::NotSupported
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            ErrorKind::NotSupported => write!(f, "not supported: {}", self.message),
            ErrorKind::InvalidInput | ErrorKind::Failed => f.write_str(&self.message),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = self.to_string();
        let mut cause = self.source();
        while let Some(error) = cause {
            let _ = write!(text, " ({error})");
            cause = error.source();
        }
        // The standard library prints it as it is when `main` returns it.
        f.write_str(&crate::printable_lines(&text))
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_says_its_message_and_keeps_its_cause() {
        let cause = std::io::Error::other("disk on fire");
        let error = Error::failed("cannot read a.png").with_source(cause);
        assert_eq!(error.to_string(), "cannot read a.png");
        assert_eq!(error.source().unwrap().to_string(), "disk on fire");
        assert_eq!(format!("{error:?}"), "cannot read a.png (disk on fire)");
    }

    #[test]
    fn what_main_prints_of_an_error_is_clean() {
        let cause = std::io::Error::other("\u{9b}2J");
        let error =
            Error::failed("cannot read a\u{202e}\u{1b}[31m\nframecast: x").with_source(cause);
        let shown = format!("{error:?}");
        assert_eq!(shown, "cannot read a\\u{202e}\\u{1b}[31m\n  framecast: x (\\u{9b}2J)");
    }

    #[test]
    fn not_supported_is_told_apart_from_failed() {
        assert!(Error::not_supported("x").is_not_supported());
        assert!(!Error::failed("x").is_not_supported());
        assert_eq!(Error::not_supported("a cursor").to_string(), "not supported: a cursor");
    }
}
