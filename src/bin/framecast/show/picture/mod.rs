//! Reading pictures, still and animated, from files that nobody vouches for.

mod animation;
mod budget;
mod color;
mod compositor;
mod gif;
mod jpeg;
mod jpeg_segments;
mod jpeg_tables;
mod orientation;
mod other;
mod png;
mod png_chunks;
mod riff;
#[cfg(test)]
pub(super) mod tests;
mod vp8;
mod vp8l;
mod webp;

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use framecast::{Error, Result, print_notice};
use image::{ImageFormat, RgbaImage};

use self::animation::{Animation, Moved};
pub(crate) use self::budget::Budget;

/// The largest file, in bytes.
pub(super) const MAX_FILE: u64 = 1 << 29;

/// A picture.
pub(crate) struct Picture {
    /// Its file's name, without folders.
    pub(crate) name: String,
    /// What it shows now.
    pub(crate) pixels: RgbaImage,
    /// Whether anything is behind it to be seen.
    pub(crate) opaque: bool,
    /// A part of its file could not be read.
    pub(crate) damaged: bool,
    /// Grows whenever `pixels` change.
    pub(crate) version: u64,
    animation: Option<Animation>,
    /// What is wrong with its file, for [`tell`](Self::tell).
    notices: Vec<String>,
}

/// A file's content that many readers share.
#[derive(Debug, Clone)]
struct Bytes(Arc<Vec<u8>>);

impl AsRef<[u8]> for Bytes {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// What a format's reader gives.
struct Opened {
    /// The picture, or the first frame of its animation.
    pixels: RgbaImage,
    animation: Option<Animation>,
    /// What is wrong with the file, though it can be shown.
    notices: Vec<String>,
}

/// What is said of a file that is shown as far as it can be read.
fn damaged(why: &str) -> String {
    format!("{DAMAGED}{why}")
}

/// How such a notice begins.
const DAMAGED: &str = "damaged, shown as far as it can be read: ";

impl Picture {
    #[cfg(test)]
    pub(crate) fn open(path: &Path, budget: &Budget) -> Result<Self> {
        Self::read(path, File::open(path).map_err(|error| unreadable(path, error))?, budget)
    }

    /// Reads the picture in `file`, which is at `path`. If it can be shown though something is wrong
    /// with it, [`tell`](Self::tell) says what.
    ///
    /// # Errors
    /// If the file cannot be read, is no picture, or is too large.
    pub(crate) fn read(path: &Path, file: File, budget: &Budget) -> Result<Self> {
        let bytes = read(path, file)?;
        let name = path.file_name().unwrap_or(path.as_os_str());
        Self::decode(&name.to_string_lossy(), &shown(path), bytes, *budget)
    }

    /// Reads the picture in `bytes`, which is called `name`; otherwise as [`Picture::read`].
    ///
    /// # Errors
    /// If it is no picture, or is too large.
    pub(crate) fn from_bytes(name: &str, bytes: Vec<u8>, budget: &Budget) -> Result<Self> {
        Self::decode(name, &printable(name), bytes, *budget)
    }

    /// `place` names the file in messages.
    fn decode(name: &str, place: &str, bytes: Vec<u8>, budget: Budget) -> Result<Self> {
        let Opened { pixels, mut animation, notices } = opened(bytes, budget)
            .map_err(|error| Error::failed(format!("{place}: {error}")).with_source(error))?;
        let damaged = notices.iter().any(|notice| notice.starts_with(DAMAGED));
        if !notices.is_empty()
            && let Some(animation) = &mut animation
        {
            // What is wrong is told once.
            animation.set_damaged();
        }
        let notices = notices.iter().map(|it| format!("{place}: {}", printable(it))).collect();
        let opaque = is_opaque(&pixels);
        Ok(Self { name: printable(name), pixels, opaque, version: 0, animation, damaged, notices })
    }

    /// Says what is wrong with its file, once.
    pub(crate) fn tell(&mut self) {
        for notice in std::mem::take(&mut self.notices) {
            print_notice(&notice);
        }
    }

    /// Moves an animation on to what is due at `time`, in seconds. Returns when the next frame is
    /// due, if it is animated.
    pub(crate) fn advance(&mut self, time: f64) -> Option<f64> {
        let animation = self.animation.as_mut()?;
        let moved = animation.advance(&mut self.pixels, time);
        if let Some(why) = animation.damage() {
            print_notice(&format!("{}: {}", self.name, printable(&damaged(&why))));
        }
        let (frames, due) = match moved {
            Moved::On(frames, due) => (frames, Some(due)),
            Moved::Ended(frames) => {
                self.animation = None;
                (frames, None)
            }
        };
        if frames > 0 {
            self.opaque = is_opaque(&self.pixels);
            self.version += u64::from(frames);
        }
        due
    }
}

fn opened(bytes: Vec<u8>, budget: Budget) -> Result<Opened> {
    let format = image::guess_format(&bytes).map_err(|_| Error::failed("not a known picture"))?;
    let bytes = Bytes(Arc::new(bytes));
    match format {
        ImageFormat::Gif => gif::open(&bytes, budget),
        ImageFormat::Jpeg => jpeg::open(&bytes, budget),
        ImageFormat::Png => png::open(&bytes, budget),
        ImageFormat::WebP => webp::open(&bytes, budget),
        format => other::open(&bytes, format, budget),
    }
}

/// A path in a message.
pub(super) fn shown(path: &Path) -> String {
    printable(&path.to_string_lossy())
}

/// A file's name may hold anything, also what a terminal would obey.
fn printable(name: &str) -> String {
    name.replace(char::is_control, "\u{fffd}")
}

/// Says that a file cannot be opened or read.
pub(super) fn unreadable(path: &Path, error: std::io::Error) -> Error {
    Error::failed(format!("{}: {error}", shown(path))).with_source(error)
}

fn read(path: &Path, file: File) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(MAX_FILE + 1).read_to_end(&mut bytes).map_err(|error| unreadable(path, error))?;
    if bytes.len() as u64 > MAX_FILE {
        let most = MAX_FILE >> 20;
        return Err(Error::failed(format!("{}: larger than {most} MiB", shown(path))));
    }
    Ok(bytes)
}

fn is_opaque(pixels: &RgbaImage) -> bool {
    pixels.as_raw().as_chunks::<4>().0.iter().all(|pixel| pixel[3] == 255)
}
