//! Animated PNG: exact, and of each frame only what changed.
//!
//! <https://www.w3.org/TR/png-3/#apng-frame-based-animation>

use framecast_api::{PhysicalSize, Rect, Result};
use png::ColorType;

use super::difference::Previous;
use super::output::Output;
use super::png::compress;
use super::sink::{Picture, Sink, Span};

const SIGNATURE: [u8; 8] = *b"\x89PNG\r\n\x1a\n";
/// Milliseconds; one frame's delay has 16 bits of them.
const MAX_DELAY: u64 = 65_535;
/// Of a frame that replaces what it covers, and of one that is laid over it.
const BLEND_SOURCE: u8 = 0;
const BLEND_OVER: u8 = 1;

pub(crate) struct ApngSink {
    output: Output,
    /// Where the number of frames stands.
    count_at: u64,
    frames: u32,
    /// Of chunks that belong to the animation.
    sequence: u32,
    previous: Previous,
}

impl ApngSink {
    /// In a file, not a stream.
    pub(crate) fn new(mut output: Output, size: PhysicalSize) -> Result<Self> {
        let mut header = SIGNATURE.to_vec();
        let mut dimensions = [size.width.to_be_bytes(), size.height.to_be_bytes()].concat();
        // RGBA of 8 bits; usual compression and filters, not interlaced.
        dimensions.extend([8, 6, 0, 0, 0]);
        chunk(&mut header, *b"IHDR", &dimensions);
        chunk(&mut header, *b"sRGB", &[0]);
        let count_at = header.len() as u64;
        chunk(&mut header, *b"acTL", &count(0));
        output.write_head(&header)?;
        Ok(Self { output, count_at, frames: 0, sequence: 0, previous: Previous::default() })
    }

    /// Appends the chunks of a frame.
    fn frame(&mut self, out: &mut Vec<u8>, rect: Rect, delay: u64, samples: &[u8]) -> Result<()> {
        let Rect { x, y, width, height } = rect;
        let is_first = self.frames == 0;
        let mut control = Vec::with_capacity(26);
        for value in [self.sequence, width, height, x, y] {
            control.extend(value.to_be_bytes());
        }
        control.extend((delay as u16).to_be_bytes());
        control.extend(1000_u16.to_be_bytes());
        // What is shown stays for the next frame.
        control.extend([0, if is_first { BLEND_SOURCE } else { BLEND_OVER }]);
        chunk(out, *b"fcTL", &control);
        self.sequence += 1;
        let data =
            image_data(&compress(PhysicalSize::new(width, height), ColorType::Rgba, samples)?);
        if is_first {
            chunk(out, *b"IDAT", &data);
        } else {
            let data = [&self.sequence.to_be_bytes()[..], &data].concat();
            chunk(out, *b"fdAT", &data);
            self.sequence += 1;
        }
        self.frames += 1;
        Ok(())
    }
}

impl Sink for ApngSink {
    fn show(&mut self, picture: Picture<'_>, span: Span) -> Result<()> {
        let milliseconds = |at: std::time::Duration| (at.as_micros() as u64 + 500) / 1000;
        let mut rest = milliseconds(span.end) - milliseconds(span.start);
        let changed = if span.is_repeated { None } else { self.previous.compare(picture) };
        let drawn = changed.map(|changed| {
            let opaque = |[red, green, blue]: [u8; 3]| [red, green, blue, 255];
            let pixels = changed.pixels().flat_map(|pixel| pixel.map_or([0; 4], opaque));
            (changed.rect, pixels.collect::<Vec<u8>>())
        });
        let mut chunks = Vec::new();
        if let Some((rect, samples)) = drawn {
            self.previous.replace(picture, rect);
            let delay = rest.min(MAX_DELAY);
            self.frame(&mut chunks, rect, delay, &samples)?;
            rest -= delay;
        }
        // Nothing, laid over what is shown, for as long as that stays.
        while rest > 0 {
            let delay = rest.min(MAX_DELAY);
            self.frame(&mut chunks, Rect::new(0, 0, 1, 1), delay, &[0; 4])?;
            rest -= delay;
        }
        self.output.write(&chunks)?;
        // With every frame: if this one is the last, the file is whole but for its end mark.
        let mut control = Vec::new();
        chunk(&mut control, *b"acTL", &count(self.frames));
        self.output.patch(self.count_at, &control)?;
        Ok(())
    }

    fn finish(&mut self) -> Result<()> {
        let mut end = Vec::new();
        chunk(&mut end, *b"IEND", &[]);
        self.output.write(&end)
    }

    fn bytes(&self) -> u64 {
        self.output.written()
    }
}

/// The number of frames, shown again and again.
fn count(frames: u32) -> Vec<u8> {
    [frames.to_be_bytes(), 0_u32.to_be_bytes()].concat()
}

fn chunk(out: &mut Vec<u8>, kind: [u8; 4], data: &[u8]) {
    out.extend((data.len() as u32).to_be_bytes());
    let checked = out.len();
    out.extend(kind);
    out.extend_from_slice(data);
    out.extend(crc32fast::hash(&out[checked..]).to_be_bytes());
}

/// The compressed pixels of a PNG file.
fn image_data(file: &[u8]) -> Vec<u8> {
    let mut data = Vec::with_capacity(file.len());
    let mut rest = &file[SIGNATURE.len()..];
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        let length = u32::from_be_bytes(*length) as usize;
        if after.starts_with(b"IDAT") {
            data.extend_from_slice(&after[4..4 + length]);
        }
        // The kind before, the checksum behind.
        rest = &after[4 + length + 4..];
    }
    data
}
