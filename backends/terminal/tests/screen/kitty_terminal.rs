//! A terminal with kitty's graphics protocol: commands in, images out.

use std::collections::BTreeMap;
use std::io::Read;

use flate2::read::ZlibDecoder;

use super::terminal::{Canvas, Command};

/// The pixels of a cell.
pub(crate) const CELL: (u16, u16) = (8, 16);

/// An image that the terminal holds.
pub(crate) struct Image {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) rgb: Vec<u8>,
    /// Row and column where it is shown; none of its own inside tmux.
    pub(crate) at: Option<(u16, u16)>,
    pub(crate) cells: Option<(u16, u16)>,
}

/// Holds the images that it was sent.
#[derive(Default)]
pub(crate) struct KittyTerminal {
    cursor: (u16, u16),
    pub(crate) images: BTreeMap<u32, Image>,
    /// Keys and what has come of the image that is being sent.
    pending: Option<(BTreeMap<String, String>, Vec<u8>)>,
    pub(crate) answers: Vec<u32>,
    pub(crate) files: usize,
    /// Told after every command.
    pub(crate) watch: Option<(usize, usize)>,
}

impl KittyTerminal {
    /// Takes what came.
    pub(crate) fn take(&mut self, commands: Vec<Command>) {
        for command in commands {
            match command {
                Command::Go(row, column) => self.cursor = (row, column),
                Command::Application(content) => self.graphics(&content),
                _ => {}
            }
            if let Some((width, height)) = self.watch {
                self.canvas().cut(0, 0, width, height);
            }
        }
    }

    fn graphics(&mut self, content: &[u8]) {
        let content = content.strip_prefix(b"G").expect("not a graphics command");
        let split = content.iter().position(|byte| *byte == b';').unwrap_or(content.len());
        let keys = std::str::from_utf8(&content[..split]).unwrap();
        let keys: BTreeMap<String, String> = keys
            .split(',')
            .map(|pair| pair.split_once('=').unwrap())
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect();
        let payload = content.get(split + 1..).unwrap_or_default();
        assert!(payload.len() <= 4096, "a piece is too long");
        if keys.get("a").is_some_and(|action| action == "d") {
            assert_eq!(keys["d"], "I");
            assert_eq!(keys["q"], "2");
            self.images.remove(&keys["i"].parse().unwrap()).expect("deleted twice");
            return;
        }
        let (first, mut data) = self.pending.take().unwrap_or((keys.clone(), Vec::new()));
        data.extend(data_encoding::BASE64.decode(payload).unwrap());
        if keys.get("m").is_some_and(|more| more == "1") {
            self.pending = Some((first, data));
            return;
        }
        // A question has an answer, and nothing to show.
        if first["a"] != "q" {
            self.image(&first, data);
        }
    }

    fn image(&mut self, keys: &BTreeMap<String, String>, data: Vec<u8>) {
        assert_eq!((&keys["a"][..], &keys["f"][..], &keys["C"][..]), ("T", "24", "1"));
        let number = |key: &str| keys.get(key).map(|value| value.parse::<u32>().unwrap());
        let rgb = if keys.get("t").is_some_and(|medium| medium == "t") {
            let path = String::from_utf8(data).unwrap();
            assert!(path.contains("tty-graphics-protocol"), "{path}");
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt;
                let mode = std::fs::metadata(&path).unwrap().permissions().mode();
                assert_eq!(mode & 0o777, 0o600);
            }
            self.files += 1;
            let rgb = std::fs::read(&path).unwrap();
            std::fs::remove_file(&path).unwrap();
            rgb
        } else {
            assert_eq!(keys["o"], "z");
            let mut rgb = Vec::new();
            ZlibDecoder::new(&data[..]).read_to_end(&mut rgb).unwrap();
            rgb
        };
        let (width, height) = (number("s").unwrap() as usize, number("v").unwrap() as usize);
        assert_eq!(rgb.len(), width * height * 3);
        let virtual_one = keys.contains_key("U");
        let image = Image {
            width,
            height,
            rgb,
            at: (!virtual_one).then_some(self.cursor),
            cells: number("c").map(|c| (c as u16, number("r").unwrap() as u16)),
        };
        let id = number("i").unwrap();
        if keys["q"] == "0" {
            self.answers.push(id);
        } else {
            assert_eq!(keys["q"], "2");
        }
        assert!(self.images.insert(id, image).is_none(), "an image in use was replaced");
    }

    /// What it shows.
    pub(crate) fn canvas(&self) -> Canvas {
        let mut canvas = Canvas::new(1000, 1000);
        for image in self.images.values() {
            if let Some((row, column)) = image.at {
                let (x, y) = (usize::from(column * CELL.0), usize::from(row * CELL.1));
                canvas.put(x, y, image.width, &image.rgb);
            }
        }
        canvas
    }
}
