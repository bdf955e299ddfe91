//! In which format something is recorded.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use framecast_api::{Error, Result};

#[cfg(feature = "video")]
use crate::video::VideoFormat;

/// In which format a canvas is recorded.
///
/// ```
/// use framecast_record::RecordFormat;
/// assert_eq!(RecordFormat::from_path("talk.fcast".as_ref())?, RecordFormat::Fcast);
/// assert!(RecordFormat::from_path("talk.avi".as_ref()).unwrap_err().to_string().contains("fcast"));
/// # Ok::<(), framecast_api::Error>(())
/// ```
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordFormat {
    /// A recording that framecast plays again.
    Fcast,
    /// Video, or pictures.
    #[cfg(feature = "video")]
    Video(VideoFormat),
}

impl RecordFormat {
    const FCAST: &str = "fcast";

    /// Finds the format that belongs to the extension of `path`, in either case.
    ///
    /// # Errors
    /// "Invalid input" if there is no extension or an unknown one; the message lists the possible ones.
    pub fn from_path(path: &Path) -> Result<Self> {
        if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case(Self::FCAST)) {
            return Ok(Self::Fcast);
        }
        #[cfg(feature = "video")]
        let found = VideoFormat::from_path(path).map(Self::Video).map_err(|error| {
            Error::invalid_input(format!("{error}, and fcast for a recording that plays again"))
        });
        #[cfg(not(feature = "video"))]
        let found = Err(Error::invalid_input(format!(
            "the format of {} is unknown; this build writes fcast (video needs the feature `video`)",
            path.display()
        )));
        found
    }
}

/// By name, in either case.
impl FromStr for RecordFormat {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        Self::from_path(Path::new(&format!("a.{name}"))).map_err(|error| {
            let error = error.to_string().replace(&format!("a.{name}"), &format!("{name:?}"));
            Error::invalid_input(error)
        })
    }
}

impl fmt::Display for RecordFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fcast => f.write_str(Self::FCAST),
            #[cfg(feature = "video")]
            Self::Video(format) => format.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_extensions_are_found_and_others_are_told_what_is_possible() {
        assert_eq!("FCAST".parse::<RecordFormat>().unwrap(), RecordFormat::Fcast);
        assert_eq!(RecordFormat::Fcast.to_string(), "fcast");
        for error in [
            "avi".parse::<RecordFormat>().unwrap_err(),
            RecordFormat::from_path("b.avi".as_ref()).unwrap_err(),
        ] {
            let error = error.to_string();
            assert!(error.contains("avi") && error.contains("fcast"), "{error}");
            assert!(!error.contains("a.avi"), "{error}");
        }
    }

    #[cfg(feature = "video")]
    #[test]
    fn video_is_found_by_its_extension() {
        let found = RecordFormat::from_path("a/b.y4m".as_ref()).unwrap();
        assert_eq!(found, RecordFormat::Video(VideoFormat::Y4m));
        assert_eq!("gif".parse::<RecordFormat>().unwrap().to_string(), "gif");
    }
}
