//! How an input log is replayed.

use std::fmt;
use std::str::FromStr;

use framecast_api::{Error, Result};

/// How fast an input log is replayed.
///
/// ```
/// use framecast::ReplaySpeed;
/// assert_eq!("2.5".parse::<ReplaySpeed>()?, ReplaySpeed::Times(2.5));
/// assert_eq!("max".parse::<ReplaySpeed>()?, ReplaySpeed::Max);
/// assert!("0".parse::<ReplaySpeed>().is_err());
/// # Ok::<(), framecast::Error>(())
/// ```
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ReplaySpeed {
    /// So many times as fast as it was recorded; 1 is the default. What is not above 0 counts as 1.
    Times(f64),
    /// Without waiting, as fast as the program draws.
    Max,
}

impl Default for ReplaySpeed {
    fn default() -> Self {
        ReplaySpeed::Times(1.0)
    }
}

impl FromStr for ReplaySpeed {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text.trim() {
            "max" => Ok(ReplaySpeed::Max),
            number => match number.parse::<f64>() {
                Ok(times) if (0.001..=1000.0).contains(&times) => Ok(ReplaySpeed::Times(times)),
                _ => Err(Error::invalid_input(format!(
                    "{text:?} is no speed; write max, or a number from 0.001 to 1000, such as 2"
                ))),
            },
        }
    }
}

impl fmt::Display for ReplaySpeed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReplaySpeed::Times(times) => write!(f, "{times}"),
            ReplaySpeed::Max => f.write_str("max"),
        }
    }
}

/// What happens when an input log that is replayed has ended.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum ReplayThen {
    /// The canvas closes, as at the end of the session that was recorded.
    #[default]
    Close,
    /// Viewers drive, as if nothing had been replayed. The program's time goes on from the log's.
    Live,
    /// The last picture stays until the canvas is closed. The program is handed nothing more.
    Hold,
}

impl ReplayThen {
    /// Every value, in the order in which the help lists them.
    pub const ALL: [ReplayThen; 3] = [ReplayThen::Close, ReplayThen::Live, ReplayThen::Hold];

    /// Returns the name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            ReplayThen::Close => "close",
            ReplayThen::Live => "live",
            ReplayThen::Hold => "hold",
        }
    }
}

impl FromStr for ReplayThen {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let found = ReplayThen::ALL.into_iter().find(|it| it.name() == text.trim());
        found.ok_or_else(|| {
            let names = ReplayThen::ALL.map(ReplayThen::name).join(", ");
            Error::invalid_input(format!("{text:?} is unknown; possible are {names}"))
        })
    }
}

impl fmt::Display for ReplayThen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speeds_are_read_and_written() {
        for text in ["max", "1", "0.5", "1000"] {
            assert_eq!(text.parse::<ReplaySpeed>().unwrap().to_string(), text);
        }
        for bad in ["", "0", "-1", "nan", "inf", "1001", "fast"] {
            let error = bad.parse::<ReplaySpeed>().unwrap_err().to_string();
            assert!(error.contains("max"), "{error}");
        }
    }

    #[test]
    fn what_follows_a_replay_is_read_and_written() {
        for then in ReplayThen::ALL {
            assert_eq!(then.to_string().parse::<ReplayThen>().unwrap(), then);
        }
        let error = "stop".parse::<ReplayThen>().unwrap_err().to_string();
        assert!(error.contains("close, live, hold"), "{error}");
    }
}
