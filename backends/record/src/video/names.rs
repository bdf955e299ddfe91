//! Names of files: of further parts, and of numbered pictures.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The most digits to which a number is filled up.
const MAX_DIGITS: usize = 20;

/// The name of part `part` of a video: `out.mp4` for 1, `out-2.mp4` for 2.
pub(crate) fn part(path: &Path, part: u64) -> PathBuf {
    if part < 2 {
        return path.to_owned();
    }
    let mut name = path.file_stem().unwrap_or_default().to_owned();
    name.push(format!("-{part}"));
    if let Some(extension) = path.extension() {
        name.push(".");
        name.push(extension);
    }
    path.with_file_name(name)
}

/// A name with a number in it: `shot-%d.png` or `shot-%04d.png`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Numbered {
    folder: PathBuf,
    before: String,
    digits: usize,
    after: String,
}

impl Numbered {
    /// `None` if the name of the file has no number; a folder's does not count.
    pub(crate) fn parse(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?;
        let (at, _) = name.match_indices('%').find(|(at, _)| digits(&name[at + 1..]).is_some())?;
        let (before, rest) = (&name[..at], &name[at + 1..]);
        let (digits, after) = digits(rest)?;
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        Some(Self { folder, before: before.to_owned(), digits, after: after.to_owned() })
    }

    pub(crate) fn path(&self, number: u64) -> PathBuf {
        let Self { folder, before, digits, after } = self;
        folder.join(OsString::from(format!("{before}{number:0digits$}{after}")))
    }
}

/// `d` or `04d` at the start, and what follows.
fn digits(text: &str) -> Option<(usize, &str)> {
    let (width, after) = text.split_once('d')?;
    let width = match width {
        "" => 0,
        _ if width.bytes().all(|byte| byte.is_ascii_digit()) => width.parse().ok()?,
        _ => return None,
    };
    (width <= MAX_DIGITS).then_some((width, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn further_parts_are_numbered_before_the_extension() {
        assert_eq!(part("a/out.mp4".as_ref(), 1), Path::new("a/out.mp4"));
        assert_eq!(part("a/out.mp4".as_ref(), 2), Path::new("a/out-2.mp4"));
        assert_eq!(part("v1.2/out".as_ref(), 10), Path::new("v1.2/out-10"));
        assert_eq!(part("out.old.y4m".as_ref(), 3), Path::new("out.old-3.y4m"));
    }

    #[test]
    fn a_number_in_a_name_is_found_and_filled_up() {
        let path = |text: &str, number| Some(Numbered::parse(text.as_ref())?.path(number));
        assert_eq!(path("a/shot-%04d.png", 7), Some("a/shot-0007.png".into()));
        assert_eq!(path("%d.png", 12345), Some("12345.png".into()));
        assert_eq!(path("100%-%3d.png", 7), Some("100%-007.png".into()));
        assert_eq!(path("100% done.png", 7), None);
        assert_eq!(path("%d/shot.png", 7), None);
        assert_eq!(path("%99d.png", 7), None);
        assert_eq!(path("%-4d.png", 7), None);
    }
}
