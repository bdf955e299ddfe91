//! H.264 in fragmented MP4.
//!
//! Each fragment is written at once, so that whatever ends the program costs no more than the fragment that was
//! not written yet.

mod boxes;

use std::time::Duration;

use framecast_api::{PhysicalSize, Result};
use framecast_video::h264::{Colors, Encoder, MAX_SIDES, MIN_SIDE, Quality, Settings};
use framecast_video::yuv::{Coefficients, Matrix, Yuv420};

use self::boxes::{Entry, Header, Sample, TIMESCALE, Track};
use super::fit::reduced;
use super::output::Output;
use super::sink::{Picture, Sink, Span};

/// How coarse coefficients become, the same for all: 20 leaves text sharp; see the README for what it costs.
const QUANTIZER: u8 = 20;

/// A fragment that is as long is written.
const FRAGMENT: u64 = TIMESCALE as u64 / 2;
/// Between keyframes, where a player can start, while the picture changes.
const KEYFRAMES: u64 = TIMESCALE as u64 * 2;
/// And while it rests: a keyframe costs a hundred times what a repeated picture does.
const RESTING_KEYFRAMES: u64 = TIMESCALE as u64 * 20;
/// The longest a sample may take has 32 bits; longer pictures are repeated.
const MAX_DURATION: u64 = TIMESCALE as u64 * 3600;
/// Entries that the index may have; of longer videos it lists every second fragment, and so on.
const MAX_ENTRIES: usize = 4096;

pub(crate) struct Mp4Sink {
    output: Output,
    encoder: Encoder,
    size: PhysicalSize,
    matrix: Matrix,
    coefficients: Coefficients,
    picture: Yuv420,
    /// `None` before the first picture.
    header: Option<Header>,
    /// Samples that are not written yet, and their bytes.
    samples: Vec<Sample>,
    data: Vec<u8>,
    /// When the first of them begins, and when the last one ends. All times are in units of [`TIMESCALE`].
    start: u64,
    end: u64,
    /// When the last keyframe began.
    keyframe: u64,
    fragments: u32,
    index: Index,
}

/// Where a player can start.
#[derive(Debug)]
struct Index {
    entries: Vec<Entry>,
    /// Every how many fragments one is listed.
    step: usize,
    seen: usize,
}

impl Mp4Sink {
    /// Of `size`, which [`possible_size`] gave.
    pub(crate) fn new(output: Output, size: PhysicalSize) -> Self {
        let matrix = Matrix::guessed(size);
        let quality = Quality::Quantizer(QUANTIZER);
        Self {
            output,
            encoder: Encoder::new(Settings { matrix, colors: Colors::Usual, quality }),
            size,
            matrix,
            coefficients: Coefficients::new(matrix),
            picture: Yuv420::new(),
            header: None,
            samples: Vec::new(),
            data: Vec::new(),
            start: 0,
            end: 0,
            keyframe: 0,
            fragments: 0,
            index: Index { entries: Vec::new(), step: 1, seen: 0 },
        }
    }

    /// Appends the picture until `end`.
    fn encode(&mut self, end: u64, is_repeated: bool) -> Result<()> {
        let period = if is_repeated { RESTING_KEYFRAMES } else { KEYFRAMES };
        let is_keyframe = self.header.is_none() || self.end >= self.keyframe + period;
        if is_keyframe {
            // Players start at the beginning of a fragment.
            self.write_fragment()?;
            self.keyframe = self.end;
        }
        let before = self.data.len();
        // The quality is constant, so that no time counts.
        let unit = self.encoder.encode(&self.picture, is_keyframe, Duration::ZERO)?;
        unit.write_with_lengths(&mut self.data);
        if self.header.is_none() {
            let (size, coded, matrix) = (self.size, self.picture.size(), self.matrix);
            let sets = unit.parameter_sets();
            let header = boxes::header(&Track { size, coded, sets, matrix });
            self.output.write_head(&header.bytes)?;
            self.header = Some(header);
        }
        let size = (self.data.len() - before) as u32;
        self.samples.push(Sample { duration: (end - self.end) as u32, size, is_keyframe });
        self.end = end;
        if self.end >= self.start + FRAGMENT {
            self.write_fragment()?;
        }
        Ok(())
    }

    fn write_fragment(&mut self) -> Result<()> {
        let Some(first) = self.samples.first() else { return Ok(()) };
        if first.is_keyframe {
            self.index.add(Entry { time: self.start, offset: self.output.written() });
        }
        self.fragments += 1;
        let bytes = boxes::fragment(self.fragments, self.start, &self.samples, &self.data);
        self.output.write(&bytes)?;
        self.samples.clear();
        self.data.clear();
        self.start = self.end;
        Ok(())
    }
}

impl Sink for Mp4Sink {
    fn show(&mut self, picture: Picture<'_>, span: Span) -> Result<()> {
        if !span.is_repeated {
            self.picture.convert(picture, &self.coefficients);
        }
        // Since the beginning, so that no rounding adds up; pictures that follow too quickly are moved.
        let end = ticks(span.end).max(self.end + 1);
        let mut is_repeated = span.is_repeated;
        while end > self.end {
            self.encode(end.min(self.end + MAX_DURATION), is_repeated)?;
            is_repeated = true;
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<()> {
        self.write_fragment()?;
        let Some(header) = &self.header else { return Ok(()) };
        self.output.write(&boxes::index(&self.index.entries))?;
        // Players then need not look for the last fragment.
        for offset in header.durations {
            self.output.patch(offset, &self.end.to_be_bytes())?;
        }
        Ok(())
    }

    fn bytes(&self) -> u64 {
        self.output.written()
    }

    fn waits_since(&self) -> Option<Duration> {
        let start = Duration::from_micros(self.start * 1_000_000 / u64::from(TIMESCALE));
        (!self.samples.is_empty()).then_some(start)
    }
}

impl Index {
    fn add(&mut self, entry: Entry) {
        if self.seen.is_multiple_of(self.step) {
            self.entries.push(entry);
        }
        self.seen += 1;
        if self.entries.len() == MAX_ENTRIES {
            let mut keep = false;
            self.entries.retain(|_| {
                keep = !keep;
                keep
            });
            self.step *= 2;
        }
    }
}

/// The size nearest to `size` that the encoder takes: more is scaled down, less gets bars.
pub(crate) fn possible_size(size: PhysicalSize) -> PhysicalSize {
    let PhysicalSize { width, height } = reduced(size, MAX_SIDES.0, MAX_SIDES.1);
    PhysicalSize::new(width.max(MIN_SIDE), height.max(MIN_SIDE))
}

/// The nearest unit of [`TIMESCALE`].
fn ticks(at: Duration) -> u64 {
    ((at.as_nanos() * u128::from(TIMESCALE) + 500_000_000) / 1_000_000_000) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_rates_have_whole_times() {
        for (fps, duration) in [(24, 3750), (25, 3600), (30, 3000), (50, 1800), (60, 1500)] {
            for n in 0..1000 {
                assert_eq!(ticks(Duration::from_nanos(n * 1_000_000_000 / fps)), n * duration);
            }
        }
    }

    #[test]
    fn sizes_are_brought_to_what_the_encoder_takes() {
        let possible = |width, height| {
            let PhysicalSize { width, height } = possible_size(PhysicalSize::new(width, height));
            (width, height)
        };
        assert_eq!(possible(3840, 2160), (3840, 2160));
        assert_eq!(possible(2161, 3841), (2160, 3839));
        assert_eq!(possible(1, 1), (16, 16));
        assert_eq!(possible(65_535, 1), (3840, 16));
    }

    #[test]
    fn the_index_stays_small_and_even() {
        let mut index = Index { entries: Vec::new(), step: 1, seen: 0 };
        for time in 0..20_000 {
            index.add(Entry { time, offset: time });
        }
        assert!(index.entries.len() < MAX_ENTRIES);
        assert_eq!(index.step, 8);
        assert!(index.entries.iter().zip(0..).all(|(entry, n)| entry.time == n * 8));
    }
}
