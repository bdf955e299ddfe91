//! Messages and pixels from bytes. Memory is asked for only after the line that announces pixels was checked;
//! errors name the byte at which the program went wrong.

use std::io::{BufRead, BufReader, ErrorKind, Read};

use framecast::{Error, FrameBuffer, PixelFormat, Result};

use super::protocol::{FrameHeader, MAX_LINE, Message, quote, wrong};

/// Bytes that are read at once. Larger pieces of a frame go past the buffer, into the frame.
const READ: usize = 64 * 1024;

/// Reads what a program writes.
pub(crate) struct Reader<R> {
    input: BufReader<R>,
    /// Whose bytes these are, for errors.
    source: &'static str,
    offset: u64,
    /// Where the newest line began.
    start: u64,
    /// The line being read; its memory is used again.
    line: Vec<u8>,
    /// A row of three bytes a pixel.
    row: Vec<u8>,
    greeted: bool,
}

impl<R: Read> Reader<R> {
    /// Reads `input`, which errors call `source`.
    pub(crate) fn new(input: R, source: &'static str) -> Self {
        Self {
            input: BufReader::with_capacity(READ, input),
            source,
            offset: 0,
            start: 0,
            line: Vec::new(),
            row: Vec::new(),
            greeted: false,
        }
    }

    /// The next message; `None` at the end. After [`Message::Frame`], [`pixels`](Self::pixels) reads what follows.
    ///
    /// # Errors
    /// If the input ends within a message, cannot be read, or no message comes next.
    pub(crate) fn next(&mut self) -> Result<Option<Message>> {
        self.start = self.offset;
        if !self.read_line()? {
            return Ok(None);
        }
        let message = Message::parse(&self.line).map_err(|why| self.wrong(why))?;
        let is_hello = matches!(message, Message::Hello(_));
        match (self.greeted, is_hello) {
            (false, false) => {
                Err(self
                    .wrong(r#"the first line is no hello, such as {"type":"hello","version":1}"#))
            }
            (true, true) => Err(self.wrong("a second hello")),
            _ => {
                self.greeted = true;
                Ok(Some(message))
            }
        }
    }

    /// What is wrong with the newest message.
    pub(crate) fn wrong(&self, why: impl std::fmt::Display) -> Error {
        wrong(self.source, self.start, why)
    }

    /// Reads the pixels of the frame that was announced into `buffer`, which has its size. Pixels outside of the
    /// damage stay as they are.
    ///
    /// # Errors
    /// If the input ends within them, or cannot be read.
    pub(crate) fn pixels(&mut self, header: &FrameHeader, buffer: &mut FrameBuffer) -> Result<()> {
        let end = self.offset + header.bytes as u64;
        let width = header.size.width as usize;
        let row = width * header.format.bytes_per_pixel();
        match &header.damage {
            None if header.stride == row && row == width * 4 => {
                self.read_row(header, end, buffer.pixels_mut())?;
            }
            None => {
                for pixels in buffer.rows_mut() {
                    self.read_row(header, end, pixels)?;
                    let padding = (header.stride - row) as u64;
                    self.skip(padding.min(end - self.offset), header, end)?;
                }
            }
            Some(damage) => {
                for rect in damage {
                    let columns = rect.x as usize..(rect.x + rect.width) as usize;
                    let rows = buffer.rows_mut().skip(rect.y as usize).take(rect.height as usize);
                    for pixels in rows {
                        self.read_row(header, end, &mut pixels[columns.clone()])?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Reads the rest, and forgets it.
    pub(crate) fn drain(&mut self) {
        let _ = std::io::copy(&mut self.input, &mut std::io::sink());
    }

    fn read_row(&mut self, header: &FrameHeader, end: u64, to: &mut [[u8; 4]]) -> Result<()> {
        if header.format == PixelFormat::Rgb8 {
            let mut row = std::mem::take(&mut self.row);
            row.resize(to.len() * 3, 0);
            let read = self.read_exact(&mut row, header, end);
            for (to, [red, green, blue]) in to.iter_mut().zip(row.as_chunks().0) {
                *to = [*red, *green, *blue, 255];
            }
            self.row = row;
            return read;
        }
        self.read_exact(to.as_flattened_mut(), header, end)?;
        if header.format == PixelFormat::Bgra8 {
            to.iter_mut().for_each(|[blue, _, red, _]| std::mem::swap(blue, red));
        }
        Ok(())
    }

    fn read_exact(&mut self, mut to: &mut [u8], header: &FrameHeader, end: u64) -> Result<()> {
        while !to.is_empty() {
            match self.input.read(to) {
                Ok(0) => return Err(self.half(header, end)),
                Ok(count) => {
                    self.offset += count as u64;
                    to = &mut to[count..];
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(self.unreadable(error)),
            }
        }
        Ok(())
    }

    fn skip(&mut self, bytes: u64, header: &FrameHeader, end: u64) -> Result<()> {
        let mut limited = (&mut self.input).take(bytes);
        let skipped = std::io::copy(&mut limited, &mut std::io::sink());
        let skipped = skipped.map_err(|error| self.unreadable(error))?;
        self.offset += skipped;
        if skipped < bytes { Err(self.half(header, end)) } else { Ok(()) }
    }

    fn half(&self, header: &FrameHeader, end: u64) -> Error {
        let came = header.bytes as u64 - (end - self.offset);
        let message =
            format!("it ends within a frame, of which {came} of {} bytes came", header.bytes);
        wrong(self.source, self.offset, message)
    }

    /// Reads a line without its end into `self.line`; false if the input ended before it began.
    fn read_line(&mut self) -> Result<bool> {
        self.line.clear();
        let start = self.offset;
        let mut limited = (&mut self.input).take(MAX_LINE as u64 + 1);
        let count = limited.read_until(b'\n', &mut self.line);
        let count = count.map_err(|error| self.unreadable(error))?;
        self.offset += count as u64;
        if count == 0 {
            return Ok(false);
        }
        if self.line.last() == Some(&b'\n') {
            self.line.pop();
            return Ok(true);
        }
        let begins = quote(&self.line);
        if count > MAX_LINE {
            let message =
                format!("a line has no end within {MAX_LINE} bytes, it begins with {begins}");
            return Err(wrong(self.source, start, message));
        }
        Err(wrong(self.source, self.offset, format!("it ends within a line, after {begins}")))
    }

    fn unreadable(&self, error: std::io::Error) -> Error {
        wrong(self.source, self.offset, format!("cannot be read: {error}")).with_source(error)
    }
}

#[cfg(test)]
mod tests {
    use framecast::{FramePool, PhysicalSize};

    use super::*;

    const HELLO: &str = "{\"type\":\"hello\",\"version\":1}\n";

    fn buffer(width: u32, height: u32) -> FrameBuffer {
        FramePool::new().lend(PhysicalSize::new(width, height)).unwrap()
    }

    /// Hello, this line, and these bytes.
    fn written(line: &str, bytes: &[u8]) -> Vec<u8> {
        [HELLO.as_bytes(), line.as_bytes(), b"\n", bytes].concat()
    }

    fn read(bytes: &[u8], buffer: &mut FrameBuffer) -> Result<Vec<[u8; 4]>> {
        let mut reader = Reader::new(bytes, "the program");
        assert!(matches!(reader.next()?, Some(Message::Hello(_))));
        let Some(Message::Frame(header)) = reader.next()? else { panic!("no frame") };
        reader.pixels(&header, buffer)?;
        assert_eq!(reader.next()?, None);
        Ok(buffer.pixels().to_vec())
    }

    fn complaint(bytes: &[u8]) -> String {
        let mut reader = Reader::new(bytes, "the program");
        loop {
            match reader.next() {
                Ok(Some(Message::Frame(header))) => {
                    let mut buffer = buffer(header.size.width, header.size.height);
                    if let Err(error) = reader.pixels(&header, &mut buffer) {
                        return error.to_string();
                    }
                }
                Ok(Some(_)) => {}
                Ok(None) => panic!("all is well"),
                Err(error) => return error.to_string(),
            }
        }
    }

    #[test]
    fn the_fixture_has_all_that_a_program_can_say() {
        let mut reader = Reader::new(&include_bytes!("../fixtures/frames.bin")[..], "the program");
        let mut buffer = buffer(4, 2);
        let mut said = Vec::new();
        while let Some(message) = reader.next().unwrap() {
            if let Message::Frame(header) = &message {
                reader.pixels(header, &mut buffer).unwrap();
                said.push(format!("{:?} {:?}", header.format, buffer.pixels()));
            } else {
                said.push(format!("{message:?}"));
            }
        }
        let rows = |first: [u8; 4], step: u8| {
            (0..4).map(|n| first.map(|byte| byte + n * step)).collect::<Vec<_>>()
        };
        let rgb = (0..8_u8).map(|n| [n * 3, n * 3 + 1, n * 3 + 2, 255]).collect::<Vec<_>>();
        let rgba = [rows([0, 1, 2, 3], 4), rows([20, 21, 22, 23], 4)].concat();
        let mut damaged = rgba.clone();
        (damaged[1], damaged[2], damaged[7]) = ([6, 5, 4, 7], [10, 9, 8, 11], [30, 29, 28, 31]);
        assert_eq!(
            said,
            [
                r#"Hello(Hello { title: Some("a \"title\" ü\\"), fixed_size: Some(PhysicalSize { width: 4, height: 2 }) })"#.to_owned(),
                format!("Rgb8 {rgb:?}"),
                format!("Rgba8 {rgba:?}"),
                format!("Bgra8 {damaged:?}"),
                r#"Title("b")"#.into(),
                "Cursor(EwResize)".into(),
                r#"Clipboard("two\nlines\t\u{1}")"#.into(),
                "Close".into(),
            ]
        );
    }

    #[test]
    fn each_format_becomes_rgba() {
        let line = |format, bytes| {
            format!(
                r#"{{"type":"frame","width":2,"height":1,"format":"{format}","bytes":{bytes}}}"#
            )
        };
        let pixels = [[1, 2, 3, 4], [5, 6, 7, 8]];
        let rgba = written(&line("rgba", 8), &[1, 2, 3, 4, 5, 6, 7, 8]);
        assert_eq!(read(&rgba, &mut buffer(2, 1)).unwrap(), pixels);
        let bgra = written(&line("bgra", 8), &[3, 2, 1, 4, 7, 6, 5, 8]);
        assert_eq!(read(&bgra, &mut buffer(2, 1)).unwrap(), pixels);
        let rgb = written(&line("rgb", 6), &[1, 2, 3, 5, 6, 7]);
        assert_eq!(read(&rgb, &mut buffer(2, 1)).unwrap(), [[1, 2, 3, 255], [5, 6, 7, 255]]);
    }

    #[test]
    fn padding_is_left_out_also_if_the_last_row_has_none() {
        for (bytes, data) in [(12, &b"abcd....efgh...."[..12]), (16, b"abcd....efgh....")] {
            let line =
                format!(r#"{{"type":"frame","width":1,"height":2,"stride":8,"bytes":{bytes}}}"#);
            let pixels = read(&written(&line, data), &mut buffer(1, 2)).unwrap();
            assert_eq!(pixels.as_flattened(), b"abcdefgh");
        }
    }

    #[test]
    fn what_is_not_damaged_stays() {
        let line = r#"{"type":"frame","width":3,"height":2,"format":"rgb","bytes":9,"damage":[[1,0,1,2],[0,1,1,1]]}"#;
        let mut buffer = buffer(3, 2);
        buffer.fill([9; 4]);
        let pixels = read(&written(line, b"aaabbbccc"), &mut buffer).unwrap();
        let [a, b, c] = [b'a', b'b', b'c'].map(|byte| [byte, byte, byte, 255]);
        assert_eq!(pixels, [[9; 4], a, [9; 4], c, b, [9; 4]]);
    }

    #[test]
    fn half_a_frame_is_told_with_its_bytes() {
        let line = r#"{"type":"frame","width":2,"height":2,"bytes":16}"#;
        let whole = written(line, &[7; 16]);
        let error = complaint(&whole[..whole.len() - 3]);
        assert!(error.contains("13 of 16 bytes"), "{error}");
        assert!(error.contains(&format!("the program, byte {}", whole.len() - 3)), "{error}");
        let padded = r#"{"type":"frame","width":1,"height":2,"stride":9,"bytes":13}"#;
        let error = complaint(&written(padded, &[7; 6]));
        assert!(error.contains("6 of 13 bytes"), "{error}");
        let error = complaint(&written(line, &[])[..HELLO.len() + 5]);
        assert!(error.contains("within a line"), "{error}");
    }

    #[test]
    fn a_program_that_prints_or_does_not_greet_is_told() {
        let error = complaint(b"Hello from printf\n");
        assert!(error.contains("byte 0") && error.contains("Hello from printf"), "{error}");
        let error = complaint(b"{\"type\":\"close\"}\n");
        assert!(error.contains("no hello"), "{error}");
        let error = complaint(&[HELLO, HELLO].concat().into_bytes());
        assert!(error.contains("byte 29: a second hello"), "{error}");
    }

    #[test]
    fn a_line_without_an_end_takes_no_more_memory_than_the_longest() {
        let mut reader = Reader::new(std::io::repeat(b'x'), "the program");
        let error = reader.next().unwrap_err().to_string();
        assert!(error.contains("no end within"), "{error}");
        assert!(reader.line.capacity() < 4 * MAX_LINE, "{}", reader.line.capacity());
    }
}
