//! The container of WebP (RFC 9649): chunks, frames, and a still made of the parts of one.

use std::io::{self, BufRead, Read, Seek, SeekFrom};
use std::ops::Range;

use super::{Bytes, vp8};

/// Of a chunk: its name and its size.
const CHUNK_HEAD: usize = 8;
/// Of the file: RIFF, its size, WEBP.
const FILE_HEAD: usize = 12;
/// Of a frame: place, size, duration and flags.
const FRAME_HEAD: usize = 16;
/// Of a lossless picture: a mark, its size, and whether it has alpha.
const LOSSLESS_HEAD: usize = 5;
/// The flag of alpha in VP8X.
const ALPHA: u8 = 0x10;
/// The flag of an animation in VP8X.
const ANIMATION: u8 = 0x02;
/// What follows a cut lossless picture is imagined up to here; no picture needs more bytes a pixel.
const IMAGINED: u64 = 16;
/// What follows a cut lossy picture is imagined to be of zeros, by which no block of pixels has
/// anything: a macroblock of 25 blocks needs a byte for each of them at most. The decoder copies
/// it, so no more than that is given …
const IMAGINED_LOSSY: u64 = 25;
/// … or the same behind so many bytes of ones, with which the next block has much.
const BURST: u64 = 64;

/// A chunk as far as it is there.
#[derive(Debug, Clone)]
pub(super) struct Chunk {
    name: [u8; 4],
    data: Range<usize>,
    /// The size it says; more than is there if it is cut.
    size: usize,
}

impl Chunk {
    fn is_cut(&self) -> bool {
        self.data.len() < self.size
    }
}

/// Goes from chunk to chunk.
#[derive(Debug, Clone)]
pub(super) struct Chunks {
    at: usize,
    end: usize,
}

impl Chunks {
    pub(super) fn new(at: usize, end: usize) -> Self {
        Self { at, end }
    }

    fn next(&mut self, file: &[u8]) -> Option<Chunk> {
        let start = self.at.checked_add(CHUNK_HEAD).filter(|start| *start <= self.end)?;
        let head = file.get(self.at..start)?;
        let size = u32::from_le_bytes([head[4], head[5], head[6], head[7]]) as usize;
        let stop = start.saturating_add(size).min(self.end).min(file.len());
        // Odd ones are followed by a byte of nothing.
        self.at = start.saturating_add(size).saturating_add(size & 1);
        Some(Chunk { name: [head[0], head[1], head[2], head[3]], data: start..stop, size })
    }
}

/// The coded picture of a still or of a frame.
#[derive(Debug, Clone)]
pub(super) struct Bitstream {
    pub(super) size: (u32, u32),
    pub(super) lossless: bool,
    alpha: Option<Range<usize>>,
    pub(super) data: Range<usize>,
    /// It goes on beyond the file's end.
    pub(super) cut: bool,
    /// What a cut lossy one is continued with.
    fills: Vec<(u8, u64)>,
}

impl Bitstream {
    /// Imagines how a cut lossy picture goes on. Each of its partitions has rows of its own, so
    /// each that is missing begins with something that can be told from zeros.
    pub(super) fn continue_lossy(&mut self, file: &[u8]) -> Result<(), String> {
        if !self.cut || self.lossless {
            return Ok(());
        }
        let data = &file[self.data.clone()];
        let starts = vp8::partitions(data)
            .ok_or_else(|| String::from("the file ends before the first row of pixels"))?;
        let blocks = u64::from(self.size.0.div_ceil(16)) * u64::from(self.size.1.div_ceil(16));
        let mut at = data.len() as u64;
        let later = starts.into_iter().filter(|start| *start > at).collect::<Vec<_>>();
        for next in later {
            let burst = BURST.min(next - at);
            self.fills.extend([(0xff, burst), (0, next - at - burst)]);
            at = next;
        }
        self.fills.extend([(0xff, BURST), (0, blocks * IMAGINED_LOSSY + 64)]);
        Ok(())
    }

    /// What the decoder copies of a lossy picture: all its bytes, twice for a moment.
    pub(super) fn copied(&self) -> u64 {
        let imagined: u64 = self.fills.iter().map(|(_, length)| length).sum();
        if self.lossless { 0 } else { 2 * (self.data.len() as u64 + imagined) }
    }

    /// Its lossless part in `file` and without a head: itself, or its alpha.
    pub(super) fn coded_losslessly<'a>(&self, file: &'a [u8]) -> Option<&'a [u8]> {
        if self.lossless {
            return file.get(self.data.clone())?.get(LOSSLESS_HEAD..);
        }
        // The lowest bits of the first byte say how alpha is compressed.
        let (head, data) = file.get(self.alpha.clone()?)?.split_first()?;
        (head & 3 == 1).then_some(data)
    }

    /// The next one; other chunks are skipped, but those of the next frame.
    fn next(file: &[u8], chunks: &mut Chunks) -> Option<Self> {
        let mut alpha = None;
        while let Some(chunk) = chunks.next(file) {
            match &chunk.name {
                b"ALPH" if !chunk.is_cut() => alpha = Some(chunk.data),
                b"VP8 " | b"VP8L" => {
                    let lossless = &chunk.name == b"VP8L";
                    let data = &file[chunk.data.clone()];
                    let size = if lossless { lossless_size(data) } else { lossy_size(data) }?;
                    let cut = chunk.is_cut();
                    let (data, fills) = (chunk.data, Vec::new());
                    return Some(Self { size, lossless, alpha, data, cut, fills });
                }
                _ => {}
            }
        }
        None
    }
}

fn lossy_size(data: &[u8]) -> Option<(u32, u32)> {
    let head = data.get(..10).filter(|head| head[3..6] == [0x9d, 0x01, 0x2a])?;
    let side = |at: usize| u32::from(u16::from_le_bytes([head[at], head[at + 1]]) & 0x3fff);
    Some((side(6), side(8))).filter(|(width, height)| *width > 0 && *height > 0)
}

fn lossless_size(data: &[u8]) -> Option<(u32, u32)> {
    let head = data.get(..LOSSLESS_HEAD).filter(|head| head[0] == 0x2f)?;
    let bits = u32::from_le_bytes([head[1], head[2], head[3], head[4]]);
    Some(((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1))
}

/// An animation, as its head tells it.
#[derive(Debug)]
pub(super) struct AnimationHead {
    pub(super) size: (u32, u32),
    /// How often it is played; 0: for ever.
    pub(super) plays: u16,
    /// Where its first frame is.
    pub(super) first: usize,
}

/// What the file says about itself.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) animation: Option<AnimationHead>,
    pub(super) image: Option<Bitstream>,
    pub(super) profile: Option<Range<usize>>,
    pub(super) exif: Option<Range<usize>>,
    /// A chunk goes on beyond the file's end.
    pub(super) cut: bool,
}

impl Header {
    pub(super) fn read(file: &[u8]) -> Result<Self, String> {
        if file.len() < FILE_HEAD || &file[..4] != b"RIFF" || &file[8..12] != b"WEBP" {
            return Err("not a WebP".into());
        }
        let mut header =
            Self { animation: None, image: None, profile: None, exif: None, cut: false };
        let mut canvas = None;
        let mut plays = 1;
        // The file's own size is wrong more often than its chunks are.
        let mut chunks = Chunks::new(FILE_HEAD, file.len());
        loop {
            let before = chunks.clone();
            let Some(chunk) = chunks.next(file) else { break };
            let data = &file[chunk.data.clone()];
            header.cut |= chunk.is_cut();
            match &chunk.name {
                b"VP8X" if data.len() >= 10 && data[0] & ANIMATION != 0 => {
                    canvas = Some((three(&data[4..]) + 1, three(&data[7..]) + 1));
                }
                b"ANIM" if data.len() >= 6 => plays = u16::from_le_bytes([data[4], data[5]]),
                b"ANMF" => {
                    if let (None, Some(size)) = (&header.animation, canvas) {
                        header.animation = Some(AnimationHead { size, plays, first: before.at });
                    }
                }
                b"ALPH" | b"VP8 " | b"VP8L" if header.image.is_none() => {
                    chunks = before;
                    header.image = Bitstream::next(file, &mut chunks);
                }
                b"ICCP" if !chunk.is_cut() => header.profile = Some(chunk.data),
                b"EXIF" if !chunk.is_cut() => header.exif = Some(chunk.data),
                _ => {}
            }
        }
        Ok(header)
    }
}

fn three(data: &[u8]) -> u32 {
    u32::from_le_bytes([data[0], data[1], data[2], 0])
}

/// A frame of an animation.
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) x: u32,
    pub(super) y: u32,
    /// In milliseconds.
    pub(super) duration: u32,
    /// Transparent pixels show what is below.
    pub(super) over: bool,
    /// Its place becomes transparent before the next.
    pub(super) clear: bool,
    pub(super) image: Bitstream,
}

impl Frame {
    /// The next frame; `None`: there are no more.
    pub(super) fn next(file: &[u8], chunks: &mut Chunks) -> Result<Option<Self>, String> {
        let chunk = loop {
            match chunks.next(file) {
                Some(chunk) if &chunk.name == b"ANMF" => break chunk,
                Some(_) => {}
                None => return Ok(None),
            }
        };
        let head = file[chunk.data.clone()].get(..FRAME_HEAD).ok_or("a frame ends early")?;
        let mut parts = Chunks::new(chunk.data.start + FRAME_HEAD, chunk.data.end);
        let image = Bitstream::next(file, &mut parts).ok_or("a frame without a picture")?;
        if image.cut {
            return Err("a frame ends early".into());
        }
        if image.size != (three(&head[6..]) + 1, three(&head[9..]) + 1) {
            return Err("the sizes of a frame contradict each other".into());
        }
        Ok(Some(Self {
            x: three(head) * 2,
            y: three(&head[3..]) * 2,
            duration: three(&head[12..]),
            over: head[15] & 2 == 0,
            clear: head[15] & 1 != 0,
            image,
        }))
    }
}

/// A piece of what is read.
#[derive(Debug)]
enum Part {
    Own(Vec<u8>),
    File(Range<usize>),
    /// So many bytes of one value.
    Fill(u8, u64),
}

/// What fills a cut picture, in pieces.
static FILLS: [[u8; 1024]; 2] = [[0; 1024], [0xff; 1024]];

/// A WebP of one picture, made of parts of another without a copy.
#[derive(Debug)]
pub(super) struct Parts {
    file: Bytes,
    /// Each with the place of its first byte.
    parts: Vec<(u64, Part)>,
    length: u64,
    at: u64,
}

impl Parts {
    /// `missing`, 0 or 255, stands for what a cut picture lacks.
    pub(super) fn still(file: &Bytes, image: &Bitstream, missing: u8) -> Self {
        let mut fills = image.fills.clone();
        if missing == 0 {
            fills.iter_mut().for_each(|(value, _)| *value = 0);
        }
        if image.cut && image.lossless {
            let pixels = u64::from(image.size.0) * u64::from(image.size.1);
            fills.push((missing, pixels * IMAGINED + 1024));
        }
        let mut still = Self { file: file.clone(), parts: Vec::new(), length: 0, at: 0 };
        // Nobody asks for the size of the whole.
        still.push(Part::Own(b"RIFF\xfe\xff\xff\xffWEBP".to_vec()));
        if let Some(alpha) = image.alpha.clone().filter(|_| !image.lossless) {
            let mut head = b"VP8X\x0a\0\0\0".to_vec();
            head.extend([ALPHA, 0, 0, 0]);
            head.extend(&(image.size.0 - 1).to_le_bytes()[..3]);
            head.extend(&(image.size.1 - 1).to_le_bytes()[..3]);
            still.push(Part::Own(head));
            still.chunk(*b"ALPH", alpha, &[]);
        }
        let name = if image.lossless { *b"VP8L" } else { *b"VP8 " };
        still.chunk(name, image.data.clone(), &fills);
        still
    }

    fn chunk(&mut self, name: [u8; 4], data: Range<usize>, fills: &[(u8, u64)]) {
        let imagined: u64 = fills.iter().map(|(_, length)| length).sum();
        let size = (data.len() as u64).saturating_add(imagined);
        let mut head = name.to_vec();
        head.extend(u32::try_from(size).unwrap_or(u32::MAX - 1).to_le_bytes());
        self.push(Part::Own(head));
        self.push(Part::File(data));
        for (value, length) in fills.iter().copied().chain([(0, size & 1)]) {
            self.push(Part::Fill(value, length));
        }
    }

    fn push(&mut self, part: Part) {
        let length = match &part {
            Part::Own(bytes) => bytes.len() as u64,
            Part::File(range) => range.len() as u64,
            Part::Fill(_, length) => *length,
        };
        self.parts.push((self.length, part));
        self.length += length;
    }
}

impl BufRead for Parts {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let Some((start, part)) = self.parts.iter().rfind(|(start, _)| *start <= self.at) else {
            return Ok(&[]);
        };
        let off = self.at - start;
        Ok(match part {
            Part::Own(bytes) => bytes.get(off as usize..),
            Part::File(range) => self.file.as_ref()[range.clone()].get(off as usize..),
            Part::Fill(value, length) => {
                let left = length.saturating_sub(off).min(FILLS[0].len() as u64) as usize;
                FILLS[usize::from(*value > 0)].get(..left)
            }
        }
        .unwrap_or_default())
    }

    fn consume(&mut self, amount: usize) {
        self.at += amount as u64;
    }
}

impl Read for Parts {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        let amount = self.fill_buf()?.read(target)?;
        self.consume(amount);
        Ok(amount)
    }
}

impl Seek for Parts {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.length.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
        let padding = &[0][..data.len() % 2];
        [&name[..], &(data.len() as u32).to_le_bytes(), data, padding].concat()
    }

    fn file(chunks: &[Vec<u8>]) -> Vec<u8> {
        let body = chunks.concat();
        [&b"RIFF"[..], &(body.len() as u32 + 4).to_le_bytes(), b"WEBP", &body].concat()
    }

    /// The head of a lossless picture of this size.
    fn lossless(width: u32, height: u32) -> Vec<u8> {
        let bits = (width - 1) | (height - 1) << 14;
        [&[0x2f][..], &bits.to_le_bytes()].concat()
    }

    fn frame(size: (u32, u32), image: &[u8]) -> Vec<u8> {
        let three = |number: u32| number.to_le_bytes()[..3].to_vec();
        let head = [three(3), three(5), three(size.0 - 1), three(size.1 - 1), three(70), vec![3]];
        chunk(b"ANMF", &[head.concat(), image.to_vec()].concat())
    }

    fn animation(frames: &[Vec<u8>]) -> Vec<u8> {
        let head = chunk(b"VP8X", &[ANIMATION, 0, 0, 0, 99, 0, 0, 49, 0, 0]);
        file(&[head, chunk(b"ANIM", &[0, 0, 0, 0, 7, 0]), frames.concat()])
    }

    #[test]
    fn an_animation_tells_its_size_its_plays_and_its_frames() {
        let image = chunk(b"VP8L", &lossless(20, 10));
        let bytes =
            animation(&[frame((20, 10), &image), chunk(b"XMP ", b"x"), frame((20, 10), &image)]);
        let head = Header::read(&bytes).unwrap();
        assert!(!head.cut);
        let head = head.animation.unwrap();
        assert_eq!((head.size, head.plays), ((100, 50), 7));
        let mut chunks = Chunks::new(head.first, bytes.len());
        for _ in 0..2 {
            let frame = Frame::next(&bytes, &mut chunks).unwrap().unwrap();
            assert_eq!((frame.x, frame.y, frame.duration), (6, 10, 70));
            assert_eq!((frame.over, frame.clear, frame.image.size), (false, true, (20, 10)));
        }
        assert!(Frame::next(&bytes, &mut chunks).unwrap().is_none());
    }

    #[test]
    fn frames_that_contradict_themselves_are_refused() {
        let image = chunk(b"VP8L", &lossless(20, 10));
        for frame in [
            frame((20, 11), &image),
            frame((20, 10), &[]),
            frame((20, 10), &chunk(b"VP8 ", &[0; 30])),
            frame((20, 10), &chunk(b"VP8L", &[0x2f])),
            chunk(b"ANMF", &[0; 15]),
        ] {
            let bytes = animation(&[frame]);
            let head = Header::read(&bytes).unwrap().animation.unwrap();
            assert!(Frame::next(&bytes, &mut Chunks::new(head.first, bytes.len())).is_err());
        }
    }

    #[test]
    fn every_cut_and_every_size_is_survived() {
        let image = [chunk(b"ALPH", &[1, 2, 3]), chunk(b"VP8L", &lossless(20, 10))].concat();
        let seed =
            animation(&[frame((20, 10), &image), chunk(b"ICCP", b"p"), chunk(b"EXIF", b"e")]);
        let read = |bytes: &[u8]| {
            let Ok(head) = Header::read(bytes) else { return };
            let Some(head) = head.animation else { return };
            let mut chunks = Chunks::new(head.first, bytes.len());
            while let Ok(Some(_)) = Frame::next(bytes, &mut chunks) {}
        };
        for at in 0..seed.len() {
            read(&seed[..at]);
            for value in [[0; 4], [0xff; 4], [0xff, 0xff, 0xff, 0x7f], [1, 0, 0, 0]] {
                let mut bytes = seed.clone();
                bytes[at..].iter_mut().zip(value).for_each(|(byte, value)| *byte = value);
                read(&bytes);
            }
        }
    }

    #[test]
    fn a_still_is_read_in_one_piece_from_anywhere() {
        let bytes = file(&[chunk(b"ALPH", b"alpha"), chunk(b"VP8L", &lossless(1, 1))]);
        let mut image = Header::read(&bytes).unwrap().image.unwrap();
        // As if it were lossy, which may have alpha, and as if it were cut.
        (image.lossless, image.cut) = (false, true);
        image.fills = vec![(7, 9), (0xff, 1200)];
        let mut parts = Parts::still(&Bytes(Arc::new(bytes)), &image, 0xff);
        let mut whole = Vec::new();
        parts.read_to_end(&mut whole).unwrap();
        assert_eq!(whole.len() as u64, parts.length);
        assert!(whole.ends_with(&[0xff; 1000]));
        for at in 0..whole.len() + 2 {
            parts.seek(SeekFrom::Start(at as u64)).unwrap();
            let mut rest = Vec::new();
            parts.read_to_end(&mut rest).unwrap();
            assert_eq!(rest, whole.get(at..).unwrap_or_default());
        }
        assert!(parts.seek(SeekFrom::Current(i64::MIN)).is_err());
        assert!(parts.seek(SeekFrom::End(-1)).is_ok());
    }
}
