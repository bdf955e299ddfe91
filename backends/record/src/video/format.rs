use std::fmt;
use std::path::Path;
use std::str::FromStr;

use framecast_api::{Error, Result};

/// What a video is written as.
///
/// ```
/// use framecast_record::video::VideoFormat;
/// assert_eq!(VideoFormat::from_path("talk.Y4M".as_ref())?, VideoFormat::Y4m);
/// assert_eq!("rgba".parse::<VideoFormat>()?, VideoFormat::Rgba);
/// let error = VideoFormat::from_path("talk.avi".as_ref()).unwrap_err();
/// assert!(error.to_string().contains("mp4, gif, apng, png, y4m and rgba"));
/// # Ok::<(), framecast_api::Error>(())
/// ```
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum VideoFormat {
    /// H.264 in fragmented MP4; needs the feature `mp4`.
    Mp4,
    /// Animated GIF; needs the feature `gif`.
    Gif,
    /// Animated PNG: exact.
    Apng,
    /// One picture, the newest frame; or numbered pictures if the file's name has a number in it.
    Png,
    /// YUV4MPEG2 in 4:4:4, for ffmpeg and other programs.
    Y4m,
    /// Raw RGBA8 without a header: exact.
    Rgba,
}

impl VideoFormat {
    const ALL: [Self; 6] = [Self::Mp4, Self::Gif, Self::Apng, Self::Png, Self::Y4m, Self::Rgba];

    /// Finds the format that belongs to the extension of `path`, in either case.
    ///
    /// # Errors
    /// "Invalid input" if there is no extension or an unknown one; the message lists the possible ones.
    pub fn from_path(path: &Path) -> Result<Self> {
        let shown = path.display();
        let Some(extension) = path.extension() else {
            return Err(Error::invalid_input(format!(
                "the format of {shown} is unknown, for its name has no extension; {}",
                Self::possible()
            )));
        };
        extension.to_str().and_then(Self::by_name).ok_or_else(|| {
            Error::invalid_input(format!("the format of {shown} is unknown; {}", Self::possible()))
        })
    }

    /// Returns the name, which is also the extension: `mp4`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mp4 => "mp4",
            Self::Gif => "gif",
            Self::Apng => "apng",
            Self::Png => "png",
            Self::Y4m => "y4m",
            Self::Rgba => "rgba",
        }
    }

    /// Returns whether this build can write it.
    #[must_use]
    pub const fn is_available(self) -> bool {
        match self {
            Self::Mp4 => cfg!(feature = "mp4"),
            Self::Gif => cfg!(feature = "gif"),
            Self::Apng | Self::Png | Self::Y4m | Self::Rgba => true,
        }
    }

    /// Returns whether it can be written to a stream, such as standard output. An animated PNG cannot: its
    /// beginning says how many frames it has.
    #[must_use]
    pub const fn is_streamable(self) -> bool {
        !matches!(self, Self::Apng)
    }

    /// # Errors
    /// "Not supported" if this build cannot write it; the message says which feature it needs.
    pub(crate) fn check(self) -> Result<()> {
        if self.is_available() { Ok(()) } else { Err(self.missing()) }
    }

    pub(crate) fn missing(self) -> Error {
        Error::not_supported(format!(
            "this build cannot write {self}; build with --features {self}"
        ))
    }

    fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name().eq_ignore_ascii_case(name))
    }

    fn possible() -> String {
        let [first @ .., last] = Self::ALL.map(Self::name);
        format!("possible are {} and {last}", first.join(", "))
    }
}

/// By [`name`](VideoFormat::name), in either case.
impl FromStr for VideoFormat {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        Self::by_name(name).ok_or_else(|| {
            Error::invalid_input(format!("the format {name:?} is unknown; {}", Self::possible()))
        })
    }
}

impl fmt::Display for VideoFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_is_found_by_its_name_and_by_a_path() {
        for format in VideoFormat::ALL {
            assert_eq!(format.name().parse::<VideoFormat>().unwrap(), format);
            let path = format!("a.b/c d.{}", format.name().to_uppercase());
            assert_eq!(VideoFormat::from_path(path.as_ref()).unwrap(), format);
        }
    }

    #[test]
    fn an_unknown_format_is_named_and_the_possible_ones_are_listed() {
        for path in ["movie.mkv", "movie", ".mp4", "movie.", "mp4/movie"] {
            let error = VideoFormat::from_path(path.as_ref()).unwrap_err().to_string();
            assert!(error.contains(path), "{error}");
            assert!(error.ends_with("possible are mp4, gif, apng, png, y4m and rgba"), "{error}");
        }
        let error = "h265".parse::<VideoFormat>().unwrap_err().to_string();
        assert!(error.contains("\"h265\"") && error.contains("y4m"), "{error}");
    }

    #[test]
    fn a_format_that_this_build_lacks_names_its_feature() {
        for format in VideoFormat::ALL {
            match format.check() {
                Ok(()) => assert!(format.is_available()),
                Err(error) => {
                    assert!(!format.is_available() && error.is_not_supported());
                    let hint = format!("build with --features {format}");
                    assert!(error.to_string().ends_with(&hint), "{error}");
                }
            }
        }
    }
}
