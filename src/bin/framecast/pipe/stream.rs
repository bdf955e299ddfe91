//! Frames from bytes: YUV4MPEG2 and raw RGBA.
//!
//! Everything is checked before memory is asked for: a header cannot make this allocate more than
//! [`MAX_PIXELS`] allow, or panic. Errors name the byte at which the input went wrong.

use std::io::{BufRead, BufReader, Read};

use framecast::{Error, PhysicalSize, Result};

use super::deep::{self, DeepCoefficients};
use super::header::{self, Format, Notes};
use super::yuv::{self, Coefficients, Matrix};

/// How a YUV4MPEG2 stream begins.
const SIGNATURE: &[u8] = b"YUV4MPEG2";
/// The longest header line, in bytes; comments count.
const MAX_LINE: usize = 4096;
/// The longest side, in pixels.
const MAX_SIDE: u32 = 16_384;
/// The most pixels: 8K video.
const MAX_PIXELS: u64 = 7680 * 4320;
/// The most bytes of a frame: RGBA of that size.
pub(super) const MAX_BYTES: u64 = MAX_PIXELS * 4;

/// What all frames of a stream have in common.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Info {
    /// Pixels.
    pub(crate) size: PhysicalSize,
    /// The size in which it is shown; another where pixels are no squares.
    pub(crate) shown: PhysicalSize,
    /// Frames a second, if the stream says.
    pub(crate) rate: Option<f64>,
    pub(super) layout: Layout,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Layout {
    Rgba,
    Yuv { format: Format, coefficients: Coefficients },
    Deep { format: Format, coefficients: DeepCoefficients },
}

impl Layout {
    /// `full`: see [`Coefficients::new`].
    pub(super) fn yuv(format: Format, matrix: Matrix, full: bool) -> Self {
        if format.depth > 8 {
            let coefficients = DeepCoefficients::new(matrix, full, format.depth);
            Self::Deep { format, coefficients }
        } else {
            Self::Yuv { format, coefficients: Coefficients::new(matrix, full) }
        }
    }
}

impl Info {
    /// Raw RGBA of this size.
    ///
    /// # Errors
    /// If it is too large.
    pub(crate) fn rgba(size: PhysicalSize) -> Result<Self> {
        check_size(size).map_err(Error::invalid_input)?;
        Ok(Self { size, shown: size, rate: None, layout: Layout::Rgba })
    }

    /// Bytes of a frame, without its header.
    pub(crate) fn bytes(&self) -> usize {
        match self.layout {
            Layout::Rgba => self.size.area() as usize * 4,
            Layout::Yuv { format, .. } | Layout::Deep { format, .. } => {
                format.bytes(self.size) as usize
            }
        }
    }

    /// Converts a frame of [`bytes`](Self::bytes) bytes to pixels of [`size`](Self::size).
    pub(crate) fn convert(&self, bytes: &[u8], pixels: &mut [[u8; 4]]) {
        let width = self.size.width as usize;
        match &self.layout {
            Layout::Rgba => pixels.copy_from_slice(bytes.as_chunks().0),
            Layout::Yuv { format, coefficients } => {
                let samples = format.sampling.samples(width, self.size.height as usize);
                let (planes, alpha) = bytes.split_at(samples);
                yuv::convert(planes, width, format.sampling, coefficients, pixels);
                // None, unless there is such a plane.
                for (pixel, alpha) in pixels.iter_mut().zip(alpha) {
                    pixel[3] = *alpha;
                }
            }
            Layout::Deep { format, coefficients } => {
                deep::convert(bytes, width, format.sampling, coefficients, pixels);
            }
        }
    }
}

pub(super) fn check_size(size: PhysicalSize) -> Result<(), String> {
    if size.width == 0 || size.height == 0 {
        return Err(format!("a video of {size} pixels has no pixels"));
    }
    if size.width > MAX_SIDE || size.height > MAX_SIDE || size.area() > MAX_PIXELS {
        return Err(format!(
            "a video of {size} pixels is too large; at most {MAX_SIDE} a side and {MAX_PIXELS} in all"
        ));
    }
    Ok(())
}

pub(super) fn check_bytes(size: PhysicalSize, bytes: u64) -> Result<(), String> {
    if bytes > MAX_BYTES {
        return Err(format!(
            "a frame of {size} pixels in these colors takes {bytes} bytes, which are too many; at most {MAX_BYTES}"
        ));
    }
    Ok(())
}

/// A stream of frames, and how far it was read.
pub(crate) struct Stream<R> {
    input: BufReader<R>,
    offset: u64,
    info: Info,
    notes: Notes,
    /// The header line being read; its memory is used again.
    line: Vec<u8>,
}

impl<R: Read> Stream<R> {
    /// Raw RGBA frames.
    pub(crate) fn rgba(input: R, info: Info) -> Self {
        Self {
            input: BufReader::new(input),
            offset: 0,
            info,
            notes: Notes::default(),
            line: Vec::new(),
        }
    }

    /// Reads the header of a YUV4MPEG2 stream. `matrix`: instead of the one its size suggests.
    ///
    /// # Errors
    /// If it is none, or of a kind that cannot be played; the byte and the reason are named.
    pub(crate) fn y4m(input: R, matrix: Option<Matrix>) -> Result<Self> {
        // Replaced below; nothing is read by it before.
        let size = PhysicalSize::new(1, 1);
        let info = Info { size, shown: size, rate: None, layout: Layout::Rgba };
        let mut stream = Self::rgba(input, info);
        let found = stream.read_line("the header");
        let line = stream.line.as_slice();
        let begins = line.starts_with(SIGNATURE) || SIGNATURE.starts_with(line);
        if !begins || (line.len() > SIGNATURE.len() && line[SIGNATURE.len()] != b' ') {
            let message = format!(
                "it begins with {}, not with YUV4MPEG2; for raw pixels use --format rgba",
                quote(line)
            );
            return Err(wrong(0, message));
        }
        if !found? {
            return Err(wrong(0, "it is empty; a YUV4MPEG2 stream was expected"));
        }
        let header = stream.line.strip_prefix(SIGNATURE).unwrap_or_default();
        (stream.info, stream.notes) = header::parse(header, matrix).map_err(|why| wrong(0, why))?;
        Ok(stream)
    }

    /// What the user should know of it, who says its rate or does not.
    pub(crate) fn notes(&self, rate_is_given: bool) -> impl Iterator<Item = &str> {
        let rate = self.notes.rate.as_deref().filter(|_| !rate_is_given);
        rate.into_iter().chain(self.notes.others.iter().map(String::as_str))
    }

    /// What all frames have in common.
    pub(crate) fn info(&self) -> Info {
        self.info
    }

    /// Reads the next frame into `frame`; false at the end of the stream.
    ///
    /// # Errors
    /// If the input ends within a frame, cannot be read, or no frame comes next.
    pub(crate) fn read(&mut self, frame: &mut Vec<u8>) -> Result<bool> {
        if !matches!(self.info.layout, Layout::Rgba) {
            let start = self.offset;
            if !self.read_line("the header of a frame")? {
                return Ok(false);
            }
            let rest = self.line.strip_prefix(b"FRAME".as_slice());
            if !rest.is_some_and(|rest| matches!(rest.first(), None | Some(b' '))) {
                let message = format!("FRAME was expected, {} was found", quote(&self.line));
                return Err(wrong(start, message));
            }
        }
        let bytes = self.info.bytes();
        frame.resize(bytes, 0);
        let mut filled = 0;
        while filled < bytes {
            match self.input.read(&mut frame[filled..]) {
                Ok(0) if filled == 0 && matches!(self.info.layout, Layout::Rgba) => {
                    // A source that failed is no video of no length.
                    return match self.offset {
                        0 => Err(wrong(0, "it is empty; raw RGBA frames were expected")),
                        _ => Ok(false),
                    };
                }
                Ok(0) => {
                    let message =
                        format!("it ends within a frame, of which {filled} of {bytes} bytes came");
                    return Err(wrong(self.offset, message));
                }
                Ok(count) => {
                    filled += count;
                    self.offset += count as u64;
                }
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(unreadable(self.offset, error)),
            }
        }
        Ok(true)
    }

    /// Reads a line without its end into `self.line`; false if the input ended before it began.
    fn read_line(&mut self, what: &str) -> Result<bool> {
        let start = self.offset;
        self.line.clear();
        let mut limited = (&mut self.input).take(MAX_LINE as u64 + 1);
        let count =
            limited.read_until(b'\n', &mut self.line).map_err(|error| unreadable(start, error))?;
        self.offset += count as u64;
        if count == 0 {
            return Ok(false);
        }
        if self.line.last() == Some(&b'\n') {
            self.line.pop();
            return Ok(true);
        }
        if count > MAX_LINE {
            let message = format!(
                "{what} has no end within {MAX_LINE} bytes, it begins with {}",
                quote(&self.line)
            );
            return Err(wrong(start, message));
        }
        Err(wrong(self.offset, format!("it ends within {what}, after {}", quote(&self.line))))
    }
}

fn wrong(offset: u64, message: impl std::fmt::Display) -> Error {
    Error::failed(format!("standard input, byte {offset}: {message}"))
}

fn unreadable(offset: u64, error: std::io::Error) -> Error {
    Error::failed(format!("standard input, byte {offset}: cannot be read: {error}"))
        .with_source(error)
}

/// The first few bytes, in a form fit for a terminal.
pub(super) fn quote(bytes: &[u8]) -> String {
    let shown: Vec<u8> =
        bytes.iter().take(24).flat_map(|byte| std::ascii::escape_default(*byte)).collect();
    format!("\"{}{}\"", String::from_utf8_lossy(&shown), if bytes.len() > 24 { "…" } else { "" })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn y4m(bytes: &[u8]) -> Result<Stream<&[u8]>> {
        Stream::y4m(bytes, None)
    }

    fn complaint(bytes: &[u8]) -> String {
        y4m(bytes).err().expect("must be refused").to_string()
    }

    /// A whole tiny stream: 2 × 2 grey pixels, two frames.
    fn tiny() -> Vec<u8> {
        let mut bytes = b"YUV4MPEG2 W2 H2 F30:1 Ip A1:1 Cmono XYSCSS=MONO\n".to_vec();
        bytes.extend(b"FRAME\n\x10\x10\xeb\xeb");
        bytes.extend(b"FRAME Ixyz\n\xeb\xeb\x10\x10");
        bytes
    }

    #[test]
    fn frames_come_one_by_one_until_the_end() {
        let bytes = tiny();
        let mut stream = y4m(&bytes).unwrap();
        assert_eq!(stream.info().rate, Some(30.0));
        let (mut frame, mut pixels) = (Vec::new(), [[0; 4]; 4]);
        assert!(stream.read(&mut frame).unwrap());
        stream.info().convert(&frame, &mut pixels);
        assert_eq!(pixels, [[0, 0, 0, 255], [0, 0, 0, 255], [255; 4], [255; 4]]);
        assert!(stream.read(&mut frame).unwrap());
        assert!(!stream.read(&mut frame).unwrap());
        assert!(!stream.read(&mut frame).unwrap());
    }

    #[test]
    fn a_stream_cut_anywhere_says_where_and_gives_what_was_whole() {
        let bytes = tiny();
        let header = bytes.iter().position(|byte| *byte == b'\n').unwrap() + 1;
        for end in 0..bytes.len() {
            let cut = &bytes[..end];
            let at = format!("byte {}", if end == 0 { 0 } else { end });
            let mut stream = match y4m(cut) {
                Err(error) => {
                    assert!(end < header && error.to_string().contains(&at), "{end}: {error}");
                    continue;
                }
                Ok(stream) => stream,
            };
            let mut frame = Vec::new();
            let mut whole = 0;
            let error = loop {
                match stream.read(&mut frame) {
                    Ok(true) => whole += 1,
                    Ok(false) => break None,
                    Err(error) => break Some(error.to_string()),
                }
            };
            let first = header + 10;
            assert_eq!(whole, usize::from(end >= first));
            if end == header || end == first {
                assert_eq!(error, None);
            } else {
                let error = error.expect("cut within a frame");
                assert!(error.contains(&at), "{end}: {error}");
            }
        }
    }

    #[test]
    fn what_is_no_video_is_named() {
        assert!(complaint(b"").contains("byte 0: it is empty"));
        assert!(complaint(b"\x89PNG\r\n\x1a\n").contains("\\x89PNG"));
        assert!(complaint(b"YUV4MPEG2W2 H2\n").contains("begins with"));
        assert!(complaint(&[b'x'; 100_000]).contains("begins with"));
        let endless = [b"YUV4MPEG2 X".as_slice(), &[b'x'; 100_000]].concat();
        assert!(complaint(&endless).contains("4096"));
        assert!(complaint(b"YUV4MPEG2 W2\n").contains("height"));
        assert!(complaint(b"YUV4MPEG2 W2 H2 Crgb\n").contains("yuv420p"));
        assert!(complaint(b"YUV4MPEG2 W H2\n").contains("no size"));
        assert!(complaint(b"YUV4MPEG2 W-2 H2\n").contains("no size"));
    }

    #[test]
    fn a_hostile_size_is_refused_before_memory_is_asked_for() {
        for size in ["W0 H2", "W99999 H1", "W16384 H16384", "W4294967295 H4294967295"] {
            let header = format!("YUV4MPEG2 {size} F25:1\n");
            assert!(complaint(header.as_bytes()).contains("pixels"), "{size}");
        }
        let largest = b"YUV4MPEG2 W7680 H4320 F25:1 C420\n";
        assert_eq!(y4m(largest).unwrap().info().bytes(), 7680 * 4320 * 3 / 2);
        assert!(complaint(b"YUV4MPEG2 W18446744073709551617 H2\n").contains("no size"));
        let info = Info::rgba(PhysicalSize::new(MAX_SIDE + 1, 1));
        assert!(info.is_err());
    }

    #[test]
    fn an_unknown_rate_and_unknown_parameters_are_no_error() {
        let stream = y4m(b"YUV4MPEG2 H4 W6 F0:0 Q\xff\xfe X Zfoo  C420mpeg2\n").unwrap();
        assert_eq!(stream.info().rate, Some(25.0));
        assert_eq!(stream.info().bytes(), 36);
        assert_eq!(stream.notes(false).count(), 1);
    }

    #[test]
    fn a_rate_of_the_users_own_makes_the_streams_no_matter() {
        let stream = y4m(b"YUV4MPEG2 W2 H2 F24000:1 It\n").unwrap();
        assert_eq!(stream.notes(false).count(), 2);
        let told: Vec<&str> = stream.notes(true).collect();
        assert!(matches!(told[..], [one] if one.contains("interlaced")), "{told:?}");
    }

    #[test]
    fn a_plane_of_alpha_says_how_opaque_pixels_are() {
        let stream = y4m(b"YUV4MPEG2 W2 H1 F1:1 C444alpha\n").unwrap();
        let mut pixels = [[9; 4]; 2];
        stream.info().convert(&[16, 235, 128, 128, 128, 128, 1, 64], &mut pixels);
        assert_eq!(pixels, [[0, 0, 0, 1], [255, 255, 255, 64]]);
    }

    #[test]
    fn the_size_chooses_the_matrix_and_the_range_is_read() {
        let red = |header: &str, matrix: Option<Matrix>| {
            let stream = Stream::y4m(header.as_bytes(), matrix).unwrap();
            let bytes = vec![128; stream.info().bytes()];
            let luma = (stream.info().size.area()) as usize;
            let mut bytes = bytes;
            bytes[luma + luma..].fill(200);
            let mut pixels = vec![[0; 4]; luma];
            stream.info().convert(&bytes, &mut pixels);
            pixels[0]
        };
        let small = red("YUV4MPEG2 W8 H8 C444\n", None);
        let large = red("YUV4MPEG2 W8 H720 C444\n", None);
        assert_eq!(small, red("YUV4MPEG2 W8 H720 C444\n", Some(Matrix::Bt601)));
        assert_eq!(large, red("YUV4MPEG2 W8 H8 C444\n", Some(Matrix::Bt709)));
        assert_ne!(small, large);
        assert_ne!(small, red("YUV4MPEG2 W8 H8 C444 XCOLORRANGE=FULL\n", None));
        assert_eq!(small, red("YUV4MPEG2 W8 H8 C444 XCOLORRANGE=LIMITED\n", None));
    }

    #[test]
    fn raw_pixels_need_no_header() {
        let info = Info::rgba(PhysicalSize::new(1, 2)).unwrap();
        let bytes: Vec<u8> = (0..20).collect();
        let mut stream = Stream::rgba(bytes.as_slice(), info);
        let (mut frame, mut pixels) = (Vec::new(), [[0; 4]; 2]);
        assert!(stream.read(&mut frame).unwrap());
        assert!(stream.read(&mut frame).unwrap());
        info.convert(&frame, &mut pixels);
        assert_eq!(pixels, [[8, 9, 10, 11], [12, 13, 14, 15]]);
        let error = stream.read(&mut frame).unwrap_err().to_string();
        assert!(error.contains("byte 20") && error.contains("4 of 8"), "{error}");
    }

    #[test]
    fn frames_look_as_ffmpeg_shows_them() {
        // What ffmpeg 5.1 wrote as YUV4MPEG2, and made of it as RGBA without smoothing the chroma.
        let hex = |text: &str| data_encoding::HEXLOWER.decode(text.as_bytes()).unwrap();
        for (colors, frame, wanted) in [
            (
                "C411",
                "4a5a3d54323a2633717b9080",
                "5d3c25ff704f38ff4e2d16ff694831ff282a1eff313327ff1a1c10ff292b1fff",
            ),
            (
                "C422p10",
                "2a016801f4005101c900e8009700ca00a501fc01a601150266022a023a02f701",
                "6d3816ff7f4a28ff452c32ff60474dff3f2500ff482e04ff161924ff252833ff",
            ),
            (
                "C444p16",
                "764a145aea3c48542f321c3add259a32c16dff52cd88be81f8673d679990a384\
                 55a3dc84ae998782e095eb7391875c7a",
                "7c2f1fff5e6400ff5d1c46ff544d53ff4b1f00ff1e4500ff260d3bff1f2b32ff",
            ),
            (
                "C420p12",
                "a704a105cf0344052303a2035e022a037206df0783094c08",
                "6b3a12ff7d4c24ff3c3130ff574c4bff4e1e00ff582700ff211615ff302524ff",
            ),
        ] {
            let header = format!("YUV4MPEG2 W4 H2 F25:1 Ip A8:9 {colors} XCOLORRANGE=LIMITED\n");
            let mut pixels = [[0; 4]; 8];
            let frame = hex(frame);
            y4m(header.as_bytes()).unwrap().info().convert(&frame, &mut pixels);
            for (got, wanted) in pixels.iter().flatten().zip(hex(wanted)) {
                assert!(got.abs_diff(wanted) <= 1, "{colors}: {pixels:?}");
            }
        }
    }
}
