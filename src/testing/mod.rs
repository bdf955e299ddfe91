//! Tests of what an application draws: frames are compared with approved pictures (feature `snapshot`).
//!
//! An approved picture is a PNG in the repository. [`assert_approved`] compares a frame with it, and [`Approved`]
//! does so with a tolerance. The first time, and after an intended change, approve what the test drew:
//!
//! ```text
//! FRAMECAST_APPROVE=1 cargo test
//! ```
//!
//! Where a frame differs, the test fails and writes two pictures beside the approved one: `menu.actual.png`, and
//! `menu.diff.png`, which shows the approved picture, the actual one, and what differs. A test that passes
//! removes them. Keep them out of the repository, with `*.actual.png` and `*.diff.png` in `.gitignore`.
//!
//! ```
//! use framecast::Canvas;
//! use framecast::testing::{Approved, assert_approved};
//!
//! let canvas = Canvas::offscreen((32.0, 24.0))?;
//! let frame = canvas.draw(|frame| frame.fill([0, 80, 160, 255]))?;
//! assert_approved(&frame, "src/testing/approved/blue.png");
//!
//! // Somebody else's fonts differ by a little.
//! Approved::new("src/testing/approved/blue.png").with_channel_tolerance(2).assert(&frame);
//! # Ok::<(), framecast::Error>(())
//! ```

mod compare;

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use framecast_api::{Error, Frame, Result};

use self::compare::{Picture, Tolerance};
use crate::snapshot::encode_png;

/// Compares `frame` with the approved picture at `path`, pixel by pixel; see [`Approved::assert`].
///
/// # Panics
/// If they differ, or there is no such picture, unless `FRAMECAST_APPROVE=1` approves the frame.
#[track_caller]
pub fn assert_approved(frame: &Frame, path: impl Into<PathBuf>) {
    Approved::new(path).assert(frame);
}

/// An approved picture: what a frame must look like.
///
/// Red, green and blue are compared. Alpha is not, because no view shows it.
#[derive(Debug, Clone)]
pub struct Approved {
    path: PathBuf,
    tolerance: Tolerance,
}

impl Approved {
    /// The environment variable that approves what tests draw: set to anything but `0`.
    pub const VARIABLE: &str = "FRAMECAST_APPROVE";

    /// The picture in the PNG file at `path`. A relative path begins at the folder of the package, where
    /// `cargo test` runs tests. Every pixel must be the same.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), tolerance: Tolerance::default() }
    }

    /// Lets red, green and blue of each pixel differ by this much, of 255.
    #[must_use]
    pub fn with_channel_tolerance(mut self, most: u8) -> Self {
        self.tolerance.channel = most;
        self
    }

    /// Lets this many pixels differ by more than the tolerance of a channel.
    #[must_use]
    pub fn with_pixel_tolerance(mut self, most: usize) -> Self {
        self.tolerance.pixels = most;
        self
    }

    /// Compares `frame` with the picture.
    ///
    /// # Panics
    /// With the message of the error of [`check`](Self::check).
    #[track_caller]
    pub fn assert(&self, frame: &Frame) {
        if let Err(error) = self.check(frame) {
            panic!("{error}");
        }
    }

    /// Compares `frame` with the picture. With `FRAMECAST_APPROVE=1` it approves the frame if it differs: it
    /// writes the picture.
    ///
    /// # Errors
    /// "Failed" if they differ, and if there is no such picture or it cannot be read. The message names the files that
    /// were written, the number of pixels that differ, the first of them, and how to approve the frame.
    pub fn check(&self, frame: &Frame) -> Result<()> {
        let approves =
            std::env::var_os(Self::VARIABLE).is_some_and(|it| !it.is_empty() && it != "0");
        self.check_with(frame, approves)
    }

    fn check_with(&self, frame: &Frame, approves: bool) -> Result<()> {
        let actual = Picture::from(frame);
        let path = self.path.display();
        let approved = match std::fs::read(&self.path) {
            Ok(bytes) => Picture::from_png(&bytes)
                .map_err(|why| format!("cannot read the approved picture {path}: {why}")),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                Err(format!("there is no approved picture {path}"))
            }
            Err(error) => return Err(failed("read", &self.path, &error)),
        };
        let difference = approved.as_ref().map(|it| it.compare(&actual, self.tolerance));
        let why = match difference {
            Ok(None) => {
                self.remove_results();
                return Ok(());
            }
            Ok(Some(difference)) => format!("the frame is not as approved in {path}: {difference}"),
            Err(why) => why.clone(),
        };
        if approves {
            write(&self.path, &actual)?;
            self.remove_results();
            return Ok(());
        }
        let file = self.result("actual");
        write(&file, &actual)?;
        let mut message = format!("{why}\n  actual:     {}", file.display());
        if let Ok(approved) = &approved {
            let file = self.result("diff");
            write(&file, &approved.show_difference(&actual, self.tolerance))?;
            message +=
                &format!("\n  difference: {} (approved, actual, what differs)", file.display());
        }
        Err(Error::failed(format!(
            "{message}\nTo approve it, run the test again with {}=1, or rename the actual picture to {path}",
            Self::VARIABLE,
        )))
    }

    /// `menu.actual.png` beside `menu.png`.
    fn result(&self, what: &str) -> PathBuf {
        self.path.with_extension(format!("{what}.png"))
    }

    /// What an earlier run left says nothing any more.
    fn remove_results(&self) {
        for what in ["actual", "diff"] {
            let _ = std::fs::remove_file(self.result(what));
        }
    }
}

fn write(path: &Path, picture: &Picture) -> Result<()> {
    let png = encode_png(picture.width, picture.height, &picture.rgb)?;
    let folder = path.parent().map_or(Ok(()), std::fs::create_dir_all);
    let written = folder.and_then(|()| std::fs::write(path, png));
    written.map_err(|error| failed("write", path, &error))
}

fn failed(what: &str, path: &Path, error: &std::io::Error) -> Error {
    Error::failed(format!("cannot {what} {}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Canvas, PhysicalSize};

    /// A frame of one color, with one other pixel.
    fn frame(color: [u8; 4], other: [u8; 4]) -> Frame {
        let canvas = Canvas::offscreen((4.0, 3.0)).unwrap();
        let frame = canvas.draw(|frame| {
            frame.fill(color);
            frame.pixels_mut()[6] = other;
        });
        frame.unwrap()
    }

    const BLUE: [u8; 4] = [0, 80, 160, 255];

    /// A folder that goes with the test.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let name = format!("framecast-approved-{name}-{}", std::process::id());
            Self(std::env::temp_dir().join(name))
        }

        fn names(&self) -> Vec<String> {
            let Ok(entries) = std::fs::read_dir(&self.0) else { return Vec::new() };
            let name = |entry: std::io::Result<std::fs::DirEntry>| {
                entry.unwrap().file_name().into_string().unwrap()
            };
            let mut names: Vec<_> = entries.map(name).collect();
            names.sort();
            names
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn a_missing_picture_fails_until_it_is_approved() {
        let folder = Folder::new("missing");
        let approved = Approved::new(folder.0.join("menu.png"));
        let error = approved.check_with(&frame(BLUE, BLUE), false).unwrap_err().to_string();
        assert!(error.contains("there is no approved picture"), "{error}");
        assert!(error.contains("menu.actual.png") && error.contains("FRAMECAST_APPROVE=1"));
        assert_eq!(folder.names(), ["menu.actual.png"], "never approved by itself");
        approved.check_with(&frame(BLUE, BLUE), true).unwrap();
        assert_eq!(folder.names(), ["menu.png"]);
        approved.check_with(&frame(BLUE, BLUE), false).unwrap();
        let transparent = [BLUE[0], BLUE[1], BLUE[2], 7];
        approved.check_with(&frame(BLUE, transparent), false).expect("no view shows alpha");
    }

    #[test]
    fn a_difference_is_told_and_shown_and_forgotten_when_it_is_gone() {
        let folder = Folder::new("difference");
        let approved = Approved::new(folder.0.join("menu.png"));
        approved.check_with(&frame(BLUE, BLUE), true).unwrap();
        let other = frame(BLUE, [0, 83, 160, 255]);
        let error = approved.check_with(&other, false).unwrap_err().to_string();
        for words in [
            "1 of 12 pixels differ, the first at (2, 1): #0053a0, not #0050a0",
            "by up to 3",
            "menu.actual.png",
            "menu.diff.png",
            "FRAMECAST_APPROVE=1",
        ] {
            assert!(error.contains(words), "{words} is not in {error}");
        }
        assert_eq!(folder.names(), ["menu.actual.png", "menu.diff.png", "menu.png"]);
        let actual = std::fs::read(folder.0.join("menu.actual.png")).unwrap();
        assert_eq!(Picture::from_png(&actual).unwrap(), Picture::from(&other));
        approved.check_with(&frame(BLUE, BLUE), false).unwrap();
        assert_eq!(folder.names(), ["menu.png"]);
    }

    #[test]
    fn tolerances_count_by_channel_and_by_pixel() {
        let folder = Folder::new("tolerance");
        let approved = Approved::new(folder.0.join("menu.png"));
        approved.check_with(&frame(BLUE, BLUE), true).unwrap();
        let other = frame(BLUE, [0, 83, 160, 255]);
        let with = |channel, pixels| {
            let approved = approved.clone().with_channel_tolerance(channel);
            approved.with_pixel_tolerance(pixels).check_with(&other, false).is_ok()
        };
        assert!(with(3, 0) && with(0, 1) && with(2, 1));
        assert!(!with(2, 0) && !with(0, 0));
    }

    #[test]
    fn another_size_and_a_file_that_is_no_picture_say_so() {
        let folder = Folder::new("size");
        let approved = Approved::new(folder.0.join("menu.png"));
        approved.check_with(&frame(BLUE, BLUE), true).unwrap();
        let canvas = Canvas::offscreen((5.0, 2.0)).unwrap();
        let other = canvas.draw(|frame| frame.fill(BLUE)).unwrap();
        assert_eq!(other.size(), PhysicalSize::new(5, 2));
        let generous = approved.clone().with_pixel_tolerance(1000);
        let error = generous.check_with(&other, false).unwrap_err().to_string();
        assert!(error.contains("5x2 pixels, not 4x3"), "{error}");
        assert!(folder.names().contains(&"menu.diff.png".to_owned()));
        std::fs::write(folder.0.join("menu.png"), "no picture").unwrap();
        let error = approved.check_with(&other, false).unwrap_err().to_string();
        assert!(error.contains("cannot read the approved picture"), "{error}");
    }
}
