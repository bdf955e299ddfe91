//! A codec for tests and fuzzing: its pictures say which they are, and have as many bytes as the bit rate says.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use framecast_api::{Error, Frame, PhysicalSize, Result};

use super::{VideoCodec, VideoEncoder, VideoPicture, VideoRung};

/// How many times as large a keyframe is.
const KEYFRAME: usize = 6;
/// Pictures a second for which the bit rate is.
const FPS: usize = 60;

/// Makes encoders that encode nothing.
#[derive(Debug)]
pub(crate) struct MadeUpCodec {
    made: AtomicU32,
    /// Bytes that a picture of full size has at least, one of half the size a quarter.
    least: usize,
    /// The longest side that it takes.
    most: u32,
    /// It takes no rungs of half the size, or only these.
    half: Option<bool>,
}

#[derive(Debug)]
struct MadeUpEncoder {
    number: u32,
    pictures: u32,
    size: Option<PhysicalSize>,
    rung: VideoRung,
    least: usize,
}

/// What a picture says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Label {
    pub(crate) keyframe: bool,
    /// The encoder's number, and the picture's.
    pub(crate) encoder: u32,
    pub(crate) picture: u32,
}

impl MadeUpCodec {
    pub(crate) fn new(least: usize) -> Self {
        Self { made: AtomicU32::new(0), least, most: u32::MAX, half: None }
    }

    /// It takes no longer sides.
    #[cfg(test)]
    pub(crate) fn up_to(self, most: u32) -> Self {
        Self { most, ..self }
    }

    /// It takes only rungs of half the size, or none of these.
    #[cfg(test)]
    pub(crate) fn only(self, half: bool) -> Self {
        Self { half: Some(half), ..self }
    }
}

impl Label {
    const BYTES: usize = 9;

    fn print(self) -> Vec<u8> {
        let mut bytes = vec![u8::from(self.keyframe)];
        bytes.extend(self.encoder.to_le_bytes());
        bytes.extend(self.picture.to_le_bytes());
        bytes
    }

    /// Of the bytes of a picture.
    #[cfg(test)]
    pub(crate) fn read(bytes: &[u8]) -> Self {
        let number = |at: usize| bytes[at..at + 4].try_into().map_or(0, u32::from_le_bytes);
        Self { keyframe: bytes[0] != 0, encoder: number(1), picture: number(5) }
    }
}

impl VideoCodec for MadeUpCodec {
    fn takes(&self, size: PhysicalSize, rung: VideoRung) -> bool {
        self.half.is_none_or(|half| half == rung.half)
            && size.width >= 16
            && size.height >= 16
            && size.width.max(size.height) <= self.most
    }

    fn encoder(&self, rung: VideoRung) -> Result<Box<dyn VideoEncoder>> {
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        let least = if rung.half { self.least / 4 } else { self.least };
        Ok(Box::new(MadeUpEncoder { number, pictures: 0, size: None, rung, least }))
    }
}

impl VideoEncoder for MadeUpEncoder {
    fn encode(&mut self, frame: &Frame, keyframe: bool, _: Duration) -> Result<VideoPicture> {
        let size = frame.size();
        if size.width < 16 || size.height < 16 {
            return Err(Error::invalid_input("too small for video"));
        }
        let is_new = self.size.replace(size) != Some(size);
        let keyframe = keyframe || is_new;
        let label = Label { keyframe, encoder: self.number, picture: self.pictures };
        self.pictures += 1;
        let mut bytes = label.print();
        let wanted = (self.rung.bits_per_second as usize / 8 / FPS).max(self.least);
        let wanted = if keyframe { wanted * KEYFRAME } else { wanted };
        bytes.resize(wanted.max(Label::BYTES), 0);
        let half = |side: u32| if self.rung.half { side.div_ceil(2) } else { side };
        let side = |side: u32| half(side).next_multiple_of(2);
        let size = PhysicalSize::new(side(size.width), side(size.height));
        Ok(VideoPicture { bytes: bytes.into(), keyframe, profile: [0x42, 0xe0, 0x1f], size })
    }

    fn retarget(&mut self, bits_per_second: u32) {
        self.rung.bits_per_second = bits_per_second;
    }
}
