//! A terminal that shows images, just as far as these tests need it: escape codes in, commands out.

use std::num::NonZero;

/// A terminal of text.
pub(crate) fn emulator(rows: u16, columns: u16) -> vt100::Parser {
    let size = |n| NonZero::new(n).expect("a terminal has a size");
    vt100::Parser::new(size(rows), size(columns), 0)
}

/// What came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Command {
    /// The cursor is to be at this row and column, 0-based.
    Go(u16, u16),
    /// `ESC _ … ESC \`: an application's string.
    Application(Vec<u8>),
    /// `ESC P … ESC \`: a device's string.
    Device(Vec<u8>),
    /// `ESC ] … BEL` or `ESC ] … ESC \`: a system's string.
    System(Vec<u8>),
    /// Another escape code.
    Other(Vec<u8>),
    /// Text.
    Text(Vec<u8>),
}

/// Takes bytes apart, all of them.
pub(crate) fn commands(bytes: &[u8]) -> Vec<Command> {
    let (commands, length) = complete_commands(bytes);
    assert_eq!(length, bytes.len(), "an escape code is cut off");
    commands
}

/// Takes bytes apart, up to an escape code that is not complete, and says how many these are.
pub(crate) fn complete_commands(bytes: &[u8]) -> (Vec<Command>, usize) {
    let mut commands = Vec::new();
    let mut at = 0;
    while let Some((command, length)) = next(&bytes[at..]) {
        at += length;
        commands.push(command);
    }
    (commands, at)
}

fn next(bytes: &[u8]) -> Option<(Command, usize)> {
    if *bytes.first()? != 0x1b {
        let length = bytes.iter().position(|byte| *byte == 0x1b).unwrap_or(bytes.len());
        return Some((Command::Text(bytes[..length].to_vec()), length));
    }
    Some(match *bytes.get(1)? {
        b'[' => {
            let end = 2 + bytes[2..].iter().position(|byte| (0x40..0x7f).contains(byte))?;
            let text = std::str::from_utf8(&bytes[2..end]).unwrap();
            let numbers: Vec<u16> = text.split(';').map(|n| n.parse().unwrap_or(1)).collect();
            let command = match bytes[end] {
                b'H' => Command::Go(numbers[0] - 1, numbers.get(1).map_or(0, |n| n - 1)),
                _ => Command::Other(bytes[..=end].to_vec()),
            };
            (command, end + 1)
        }
        kind @ (b'_' | b'P') => {
            let mut end = 2;
            while *bytes.get(end..end + 2)? != *b"\x1b\\" {
                // tmux's escapes are doubled.
                end += if bytes[end..end + 2] == *b"\x1b\x1b" { 2 } else { 1 };
            }
            let content = bytes[2..end].to_vec();
            let command =
                if kind == b'_' { Command::Application(content) } else { Command::Device(content) };
            (command, end + 2)
        }
        b']' => {
            let end = bytes.iter().skip(2).position(|byte| [0x07, 0x1b].contains(byte))? + 2;
            let length = if bytes[end] == 0x07 { 1 } else { bytes.get(end..end + 2)?.len() };
            (Command::System(bytes[2..end].to_vec()), end + length)
        }
        _ => (Command::Other(bytes[..2].to_vec()), 2),
    })
}

/// Hands on what is for the terminal around tmux, in place.
pub(crate) fn through_tmux(bytes: &[u8]) -> Vec<Command> {
    let inner = |command| match command {
        Command::Device(content) if content.starts_with(b"tmux;") => {
            let mut plain = Vec::new();
            let mut bytes = content[5..].iter().copied();
            while let Some(byte) = bytes.next() {
                plain.push(byte);
                if byte == 0x1b {
                    assert_eq!(bytes.next(), Some(0x1b), "an escape is not doubled");
                }
            }
            commands(&plain)
        }
        other => vec![other],
    };
    commands(bytes).into_iter().flat_map(inner).collect()
}

/// The pixels of a screen; `None` where nothing was drawn.
#[derive(Clone)]
pub(crate) struct Canvas {
    pub(crate) width: usize,
    pub(crate) pixels: Vec<Option<[u8; 3]>>,
}

impl Canvas {
    pub(crate) fn new(width: usize, height: usize) -> Self {
        Self { width, pixels: vec![None; width * height] }
    }

    pub(crate) fn put(&mut self, left: usize, top: usize, width: usize, rgb: &[u8]) {
        for (n, pixel) in rgb.as_chunks::<3>().0.iter().enumerate() {
            self.pixels[(top + n / width) * self.width + left + n % width] = Some(*pixel);
        }
    }

    /// What is at a picture's place.
    pub(crate) fn cut(&self, left: usize, top: usize, width: usize, height: usize) -> Vec<[u8; 3]> {
        let row = |y: usize| &self.pixels[(top + y) * self.width + left..][..width];
        let pixels = (0..height).flat_map(|y| row(y).iter().copied());
        pixels.map(|pixel| pixel.expect("a hole in the picture")).collect()
    }
}
