//! The lines that a program writes, and what they say of the pixels after them. Pure; PIPE.md documents them.

use std::fmt;

use framecast::{BackendCommand, Cursor, Error, PhysicalSize, PixelFormat, Rect, Result};
use serde::Deserialize;

/// The version that this framecast speaks. A program of an older version is understood, too.
pub(crate) const VERSION: u32 = 1;
/// The longest line, in bytes: a clipboard's text of which every byte is written as an escape fits.
pub(crate) const MAX_LINE: usize = 6 * BackendCommand::MAX_CLIPBOARD + 1024;
/// The longest title, in bytes.
const MAX_TITLE: usize = 4096;
/// The longest side of a frame, in pixels.
const MAX_SIDE: u32 = 16_384;
/// The most pixels of a frame: 8K video.
const MAX_PIXELS: u64 = 7680 * 4320;
/// The most damaged rectangles of a frame.
const MAX_DAMAGE: usize = 1024;
/// The most bytes of a frame, with the padding of its rows.
const MAX_BYTES: u64 = 1 << 28;

/// What a program says.
#[derive(Debug, PartialEq)]
pub(crate) enum Message {
    /// The first line.
    Hello(Hello),
    /// Pixels follow.
    Frame(FrameHeader),
    /// Sets the title.
    Title(String),
    /// Sets the cursor.
    Cursor(Cursor),
    /// Puts text into the presenter's clipboard.
    Clipboard(String),
    /// The program ends the show.
    Close,
}

/// What a program says of itself.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Hello {
    /// The title at first.
    pub(crate) title: Option<String>,
    /// The size of the canvas, in physical pixels; `None`: the canvas follows the presenter's view.
    pub(crate) fixed_size: Option<PhysicalSize>,
}

/// What a program says of a frame.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FrameHeader {
    /// Physical pixels.
    pub(crate) size: PhysicalSize,
    /// The order of the bytes.
    pub(crate) format: PixelFormat,
    /// Bytes from the start of a row to the start of the next one.
    pub(crate) stride: usize,
    /// Bytes that follow.
    pub(crate) bytes: usize,
    /// The parts whose pixels follow, one after the other; `None`: all pixels follow.
    pub(crate) damage: Option<Vec<Rect>>,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Line {
    Hello { version: u32, title: Option<String>, fixed_size: Option<(u32, u32)> },
    Frame(FrameLine),
    Title { title: String },
    Cursor { cursor: Cursor },
    Clipboard { text: String },
    Close {},
}

#[derive(Deserialize)]
struct FrameLine {
    width: u32,
    height: u32,
    #[serde(default)]
    format: Format,
    stride: Option<u64>,
    bytes: u64,
    damage: Option<Vec<(u32, u32, u32, u32)>>,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Format {
    #[default]
    Rgba,
    Bgra,
    Rgb,
}

impl Message {
    /// Reads a line, without its end.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn parse(line: &[u8]) -> Result<Self, String> {
        let line = serde_json::from_slice(line).map_err(|error| {
            format!("a message was expected, {} was found: {error}", quote(line))
        })?;
        match line {
            Line::Hello { version, title, fixed_size } => hello(version, title, fixed_size),
            Line::Frame(frame) => frame.check().map(Self::Frame),
            Line::Title { title } => check_title(&title).map(|()| Self::Title(title)),
            Line::Cursor { cursor } => Ok(Self::Cursor(cursor)),
            Line::Clipboard { text } => {
                BackendCommand::check_clipboard(&text).map_err(|error| error.to_string())?;
                Ok(Self::Clipboard(text))
            }
            Line::Close {} => Ok(Self::Close),
        }
    }
}

fn hello(
    version: u32,
    title: Option<String>,
    fixed_size: Option<(u32, u32)>,
) -> Result<Message, String> {
    if version == 0 || version > VERSION {
        return Err(format!(
            "the program speaks version {version} of the protocol, this framecast versions 1 to {VERSION}"
        ));
    }
    title.as_deref().map_or(Ok(()), check_title)?;
    let fixed_size = fixed_size.map(PhysicalSize::from);
    fixed_size.map_or(Ok(()), check_size)?;
    Ok(Message::Hello(Hello { title, fixed_size }))
}

fn check_title(title: &str) -> Result<(), String> {
    if title.len() <= MAX_TITLE {
        return Ok(());
    }
    Err(format!("a title of {} bytes is too long; at most {MAX_TITLE}", title.len()))
}

fn check_size(size: PhysicalSize) -> Result<(), String> {
    if size.width == 0 || size.height == 0 {
        return Err(format!("a frame of {size} pixels has no pixels"));
    }
    if size.width > MAX_SIDE || size.height > MAX_SIDE || size.area() > MAX_PIXELS {
        return Err(format!(
            "a frame of {size} pixels is too large; at most {MAX_SIDE} a side and {MAX_PIXELS} in all"
        ));
    }
    Ok(())
}

impl FrameLine {
    fn check(self) -> Result<FrameHeader, String> {
        let size = PhysicalSize::new(self.width, self.height);
        check_size(size)?;
        let format = match self.format {
            Format::Rgba => PixelFormat::Rgba8,
            Format::Bgra => PixelFormat::Bgra8,
            Format::Rgb => PixelFormat::Rgb8,
        };
        let pixel = format.bytes_per_pixel() as u64;
        let row = u64::from(size.width) * pixel;
        let stride = self.stride.unwrap_or(row);
        let rows = stride.saturating_mul(u64::from(size.height));
        let (possible, damage) = match self.damage {
            None if stride < row || rows > MAX_BYTES => {
                return Err(format!(
                    "a stride of {stride} bytes: a row has {row}, and a frame at most {MAX_BYTES}"
                ));
            }
            // The last row needs no padding.
            None => (rows - stride + row..=rows, None),
            Some(_) if self.stride.is_some() => {
                return Err(
                    "stride and damage together: the rows of damaged parts have no padding".into(),
                );
            }
            Some(damage) => {
                let damage = check_damage(&damage, size)?;
                let area = damage.iter().map(|it| PhysicalSize::new(it.width, it.height).area());
                let bytes = area.sum::<u64>() * pixel;
                if bytes > size.area() * pixel {
                    return Err(format!("the damaged rectangles have more pixels than {size}"));
                }
                (bytes..=bytes, Some(damage))
            }
        };
        if !possible.contains(&self.bytes) {
            return Err(format!(
                "{} bytes follow, it says, but the pixels take {}",
                self.bytes,
                possible.start()
            ));
        }
        Ok(FrameHeader {
            size,
            format,
            stride: stride as usize,
            bytes: self.bytes as usize,
            damage,
        })
    }
}

fn check_damage(damage: &[(u32, u32, u32, u32)], size: PhysicalSize) -> Result<Vec<Rect>, String> {
    if damage.len() > MAX_DAMAGE {
        return Err(format!(
            "{} damaged rectangles are too many; at most {MAX_DAMAGE}",
            damage.len()
        ));
    }
    damage
        .iter()
        .map(|&(x, y, width, height)| {
            let fits = |start: u32, length: u32, all: u32| {
                start.checked_add(length).is_some_and(|end| end <= all)
            };
            if fits(x, width, size.width) && fits(y, height, size.height) {
                return Ok(Rect::new(x, y, width, height));
            }
            Err(format!(
                "the damaged rectangle [{x}, {y}, {width}, {height}] is not inside of {size} pixels"
            ))
        })
        .collect()
}

/// The first few bytes, in a form fit for a terminal.
pub(crate) fn quote(bytes: &[u8]) -> String {
    let shown = bytes[..bytes.len().min(60)].escape_ascii();
    format!("\"{shown}{}\"", if bytes.len() > 60 { "…" } else { "" })
}

/// An error at a byte of what `source` says.
pub(crate) fn wrong(source: &str, offset: u64, message: impl fmt::Display) -> Error {
    Error::failed(format!("{source}, byte {offset}: {message}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Message, String> {
        Message::parse(line.as_bytes())
    }

    fn frame(line: &str) -> FrameHeader {
        match parse(line) {
            Ok(Message::Frame(header)) => header,
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn a_frame_has_tight_rows_of_rgba_unless_it_says_otherwise() {
        let header = frame(r#"{"type":"frame","width":3,"height":2,"bytes":24}"#);
        assert_eq!(header.size, PhysicalSize::new(3, 2));
        assert_eq!((header.format, header.stride, header.bytes), (PixelFormat::Rgba8, 12, 24));
        assert_eq!(header.damage, None);
        let padded =
            r#"{"type":"frame","width":3,"height":2,"format":"rgb","stride":16,"bytes":25}"#;
        let header = frame(padded);
        assert_eq!((header.format, header.stride, header.bytes), (PixelFormat::Rgb8, 16, 25));
        assert_eq!(frame(&padded.replace("25", "32")).bytes, 32);
    }

    #[test]
    fn damage_says_which_pixels_follow() {
        let line = r#"{"type":"frame","width":8,"height":8,"format":"bgra","bytes":24,"damage":[[0,0,2,2],[6,7,2,1]]}"#;
        let damage = vec![Rect::new(0, 0, 2, 2), Rect::new(6, 7, 2, 1)];
        assert_eq!(frame(line).damage, Some(damage));
        let nothing = frame(r#"{"type":"frame","width":8,"height":8,"bytes":0,"damage":[]}"#);
        assert_eq!(nothing.damage, Some(Vec::new()));
    }

    #[test]
    fn unknown_fields_are_left_to_later_versions() {
        let line = r#"{"type":"hello","version":1,"title":"a","fixed_size":[4,3],"mood":[1]}"#;
        let hello = Hello { title: Some("a".into()), fixed_size: Some(PhysicalSize::new(4, 3)) };
        assert_eq!(parse(line), Ok(Message::Hello(hello)));
        let nothing = r#"{"type":"hello","version":1,"title":null,"fixed_size":null}"#;
        assert_eq!(parse(nothing), Ok(Message::Hello(Hello::default())));
        assert_eq!(parse(r#"{"type":"close","why":"bored"}"#), Ok(Message::Close));
        let cursor = parse(r#"{"type":"cursor","cursor":"ew-resize"}"#);
        assert_eq!(cursor, Ok(Message::Cursor(Cursor::EwResize)));
    }

    #[test]
    fn what_is_wrong_is_told_in_numbers() {
        for (line, words) in [
            ("Hello, world", "\"Hello, world\""),
            ("", "a message"),
            ("[]", "a message"),
            ("{\"type\":\"titel\"}", "`title`"),
            (r#"{"type":"frame","width":2,"bytes":1}"#, "`height`"),
            (r#"{"type":"frame","width":0,"height":2,"bytes":0}"#, "no pixels"),
            (r#"{"type":"frame","width":1000000000,"height":1000000000,"bytes":1}"#, "too large"),
            (r#"{"type":"frame","width":16384,"height":16384,"bytes":1073741824}"#, "too large"),
            (r#"{"type":"frame","width":-2,"height":2,"bytes":16}"#, "-2"),
            (r#"{"type":"frame","width":2,"height":2,"bytes":15}"#, "take 16"),
            (r#"{"type":"frame","width":2,"height":2,"stride":7,"bytes":16}"#, "a row has 8"),
            (
                r#"{"type":"frame","width":2,"height":2,"stride":18446744073709551615,"bytes":16}"#,
                "at most",
            ),
            (r#"{"type":"frame","width":2,"height":2,"bytes":18446744073709551615}"#, "take 16"),
            (r#"{"type":"frame","width":2,"height":2,"format":"yuv","bytes":16}"#, "`rgba`"),
            (
                r#"{"type":"frame","width":2,"height":2,"bytes":4,"damage":[[2,0,1,1]]}"#,
                "not inside",
            ),
            (
                r#"{"type":"frame","width":2,"height":2,"bytes":4,"damage":[[4294967295,0,2,1]]}"#,
                "not inside",
            ),
            (
                r#"{"type":"frame","width":2,"height":2,"bytes":32,"damage":[[0,0,2,2],[0,0,2,2]]}"#,
                "more pixels",
            ),
            (
                r#"{"type":"frame","width":1,"height":1,"stride":4,"bytes":4,"damage":[]}"#,
                "together",
            ),
            (r#"{"type":"hello","version":2}"#, "versions 1 to 1"),
            (r#"{"type":"hello","version":0}"#, "version 0"),
            (r#"{"type":"hello","version":1,"fixed_size":[0,5]}"#, "no pixels"),
            (r#"{"type":"cursor","cursor":"hand"}"#, "`grab`"),
        ] {
            let error = parse(line).expect_err(line);
            assert!(error.contains(words), "{line}: {error}");
        }
        let many = format!(
            r#"{{"type":"frame","width":2,"height":2,"bytes":0,"damage":[{}]}}"#,
            vec!["[0,0,0,0]"; MAX_DAMAGE + 1].join(",")
        );
        assert!(parse(&many).unwrap_err().contains("1025"));
        let long = format!(r#"{{"type":"title","title":"{}"}}"#, "x".repeat(MAX_TITLE + 1));
        assert!(parse(&long).unwrap_err().contains("4097"));
    }

    #[test]
    fn the_longest_clipboard_fits_into_a_line_even_if_it_is_all_escapes() {
        let text = "\\u0001".repeat(BackendCommand::MAX_CLIPBOARD);
        let line = format!(r#"{{"type":"clipboard","text":"{text}"}}"#);
        assert!(line.len() <= MAX_LINE);
        assert!(matches!(parse(&line), Ok(Message::Clipboard(_))));
        let error = parse(&line.replacen("text\":\"", "text\":\"x", 1)).unwrap_err();
        assert!(error.contains("65537"), "{error}");
    }
}
