//! The kitty graphics protocol: every tile is an image of its own, replaced by its twin.
//!
//! <https://sw.kovidgoyal.net/kitty/graphics-protocol/>. A changed tile is sent under the other of
//! its two numbers and shown at once, and only then the old image is deleted: at no time is there a
//! hole. This needs nothing but images and their deletion, which every terminal with the protocol
//! has; the frames of an animation, which kitty could change in place, are missing in others.
//!
//! Inside tmux, which knows nothing of images, they are shown by the protocol's placeholders:
//! characters that tmux keeps like others, and the terminal draws parts of the image for (see
//! `placeholder`).

use std::collections::VecDeque;
use std::io::Write;
use std::path::{Path, PathBuf};

use flate2::{Compress, Compression, FlushCompress, Status};
use framecast_api::{Error, Result};

use super::escape::{Escapes, base64};
use super::tiles::{Picture, Tile};
use super::{Medium, PaintOptions, placeholder};

/// Bytes before base64 that make the 4096 characters that a piece may have.
const PIECE: usize = 3072;
/// Files that may wait for the terminal. It deletes what it has read; of one that reads nothing, no
/// more is kept than this, which is more than two paintings of a large screen.
pub(super) const FILES: usize = 1024;
/// What a file's name has to hold, or the terminal does not delete it.
const FILE_NAME: &str = "framecast-tty-graphics-protocol-";
/// Where files are memory; the system's place for temporary files where this is missing.
const MEMORY: &str = "/dev/shm";

pub(super) struct Kitty {
    medium: Medium,
    answer: bool,
    tmux: Option<(u16, u16)>,
    /// What numbers of images begin with.
    process: u32,
    /// For every tile, which of its two images is shown.
    shown: Vec<Option<bool>>,
    compress: Compress,
    pixels: Vec<u8>,
    payload: Vec<u8>,
    files: VecDeque<PathBuf>,
}

impl Kitty {
    pub(super) fn new(options: &PaintOptions) -> Self {
        Self {
            medium: options.kitty_medium,
            answer: options.kitty_answer,
            tmux: options.tmux_passthrough,
            process: std::process::id(),
            shown: Vec::new(),
            compress: Compress::new(Compression::fast(), true),
            pixels: Vec::new(),
            payload: Vec::new(),
            files: VecDeque::new(),
        }
    }

    /// The screen may show anything: what this painter put there is deleted.
    pub(super) fn reset(&mut self, out: &mut Vec<u8>) {
        let shown = std::mem::take(&mut self.shown);
        let mut escapes = Escapes::new(out, self.tmux);
        for (tile, twin) in (0..).zip(shown) {
            if let Some(twin) = twin {
                delete(&mut escapes, self.number(tile, twin));
            }
        }
    }

    /// Frees everything, also files that the terminal has not read.
    pub(super) fn clear(&mut self, out: &mut Vec<u8>) {
        self.reset(out);
        for file in self.files.drain(..) {
            // It is gone if the terminal has read it.
            let _ = std::fs::remove_file(file);
        }
    }

    fn number(&self, tile: usize, twin: bool) -> u32 {
        let n = tile as u32 * 2 + u32::from(twin);
        if self.tmux.is_some() {
            return placeholder::number(self.process, n);
        }
        // Two programs in one terminal seldom have the same last six bits of their process. The
        // largest frame has fewer tiles than are left.
        (0x80_0000 | (self.process & 0x3f) << 16) + n
    }

    /// How many tiles there were at most since the last reset: what may have to be deleted.
    pub(super) fn tiles(&self) -> usize {
        self.shown.len()
    }

    /// Sends these tiles. Returns the number of the image that the terminal answers.
    pub(super) fn paint(
        &mut self,
        picture: &Picture,
        tiles: &[Tile],
        scaled: bool,
        out: &mut Vec<u8>,
    ) -> Result<Option<u32>> {
        let mut escapes = Escapes::new(out, self.tmux);
        // Of more than this the first would be gone before the terminal read them.
        let medium = if tiles.len() > FILES { Medium::Direct } else { self.medium };
        let mut answered = None;
        for (n, tile) in tiles.iter().enumerate() {
            if self.shown.len() <= tile.number {
                self.shown.resize(tile.number + 1, None);
            }
            let before = self.shown[tile.number];
            let twin = !before.unwrap_or(true);
            let number = self.number(tile.number, twin);
            let answer = self.answer && n + 1 == tiles.len();
            // Cells in which a tile ends it need not fill; a terminal that does not say how large
            // its cells are has to fit it.
            let fit = if scaled || self.tmux.is_some() {
                format!(",c={},r={}", tile.columns, tile.rows)
            } else {
                String::new()
            };
            let keys = format!(
                "a=T,f=24,s={},v={},i={number},p=1,C=1,q={}{fit}{}",
                tile.width(),
                tile.height(),
                if answer { 0 } else { 2 },
                if self.tmux.is_some() { ",U=1" } else { "" },
            );
            picture.rgb(tile, &mut self.pixels);
            if self.tmux.is_none() {
                escapes.go(tile.row, tile.column);
            }
            match medium {
                Medium::Direct => self.send(&keys, &mut escapes)?,
                Medium::File => self.put(&keys, &mut escapes)?,
            }
            if self.tmux.is_some() {
                placeholder::put(&mut escapes, number, tile);
            }
            if before.is_some() {
                delete(&mut escapes, self.number(tile.number, !twin));
            }
            self.shown[tile.number] = Some(twin);
            answered = answer.then_some(number);
        }
        Ok(answered)
    }

    /// Sends the pixels in pieces.
    fn send(&mut self, keys: &str, escapes: &mut Escapes) -> Result<()> {
        self.compress.reset();
        self.payload.clear();
        let mut end = Status::Ok;
        while end != Status::StreamEnd {
            self.payload.reserve(self.pixels.len() / 2 + 64);
            let rest = &self.pixels[self.compress.total_in() as usize..];
            end = self
                .compress
                .compress_vec(rest, &mut self.payload, FlushCompress::Finish)
                .map_err(|error| Error::failed(format!("cannot compress a tile: {error}")))?;
        }
        let pieces = self.payload.chunks(PIECE);
        let last = pieces.len() - 1;
        for (n, piece) in pieces.enumerate() {
            escapes.begin();
            escapes.out.extend_from_slice(b"\x1b_G");
            if n == 0 {
                escapes.out.extend_from_slice(keys.as_bytes());
                escapes.out.extend_from_slice(b",o=z,");
            }
            escapes.out.extend_from_slice(if n < last { b"m=1;" } else { b"m=0;" });
            base64(piece, escapes.out);
            escapes.out.extend_from_slice(b"\x1b\\");
            escapes.end();
        }
        Ok(())
    }

    /// Puts the pixels into a file that the terminal deletes.
    fn put(&mut self, keys: &str, escapes: &mut Escapes) -> Result<()> {
        let failed = |error: &dyn std::fmt::Display| {
            Error::failed(format!("cannot write a temporary file for the terminal: {error}"))
        };
        let memory = Path::new(MEMORY);
        let folder = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
        // Readable by its owner only, with a random name that did not exist.
        let mut file = tempfile::Builder::new()
            .prefix(FILE_NAME)
            .tempfile_in(folder)
            .map_err(|error| failed(&error))?;
        file.write_all(&self.pixels).map_err(|error| failed(&error))?;
        let (_, path) = file.keep().map_err(|error| failed(&error))?;
        escapes.begin();
        write!(escapes.out, "\x1b_G{keys},t=t;").expect("a vector takes everything");
        base64(path.as_os_str().as_encoded_bytes(), escapes.out);
        escapes.out.extend_from_slice(b"\x1b\\");
        escapes.end();
        self.files.push_back(path);
        if self.files.len() > FILES
            && let Some(oldest) = self.files.pop_front()
        {
            let _ = std::fs::remove_file(oldest);
        }
        Ok(())
    }
}

/// Deletes all images of this process that its placeholders inside tmux may stand for, when
/// nobody is there to ask which are shown.
pub(crate) fn delete_in_tmux(tiles: usize, out: &mut Vec<u8>) {
    /// Few enough for what tmux takes in one piece.
    const TOGETHER: usize = 100;
    let process = std::process::id();
    let numbers: Vec<u32> =
        (0..tiles.saturating_mul(2)).map(|n| placeholder::number(process, n as u32)).collect();
    let mut escapes = Escapes::new(out, Some((0, 0)));
    for numbers in numbers.chunks(TOGETHER) {
        escapes.begin();
        for number in numbers {
            escapes.out.extend(deletion(*number));
        }
        escapes.end();
    }
}

impl Drop for Kitty {
    fn drop(&mut self) {
        for file in self.files.drain(..) {
            let _ = std::fs::remove_file(file);
        }
    }
}

/// Deletes an image and frees its pixels.
fn delete(escapes: &mut Escapes, number: u32) {
    escapes.begin();
    escapes.out.extend(deletion(number));
    escapes.end();
}

fn deletion(number: u32) -> Vec<u8> {
    format!("\x1b_Ga=d,d=I,i={number},q=2\x1b\\").into_bytes()
}
