//! Pictures to H.264 (Constrained Baseline), by OpenH264.
//!
//! ```
//! use std::time::Duration;
//! use framecast_api::PhysicalSize;
//! use framecast_video::Picture;
//! use framecast_video::h264::{Colors, Encoder, Quality, Settings};
//! use framecast_video::yuv::{Coefficients, Matrix, Yuv420};
//!
//! let (matrix, colors) = (Matrix::Bt709, Colors::Usual);
//! let mut encoder = Encoder::new(Settings { matrix, colors, quality: Quality::Quantizer(24) });
//! let grey = vec![128; 64 * 48 * 4];
//! let mut planes = Yuv420::new();
//! let picture = Picture { size: PhysicalSize::new(64, 48), bytes: &grey };
//! planes.convert(picture, &Coefficients::new(matrix));
//!
//! let mut stream = Vec::new();
//! for n in 0..3 {
//!     let unit = encoder.encode(&planes, false, Duration::from_millis(n * 40))?;
//!     assert_eq!(unit.is_keyframe(), n == 0);
//!     unit.write_annex_b(&mut stream);
//! }
//! # Ok::<(), framecast_api::Error>(())
//! ```

mod options;

use std::ffi::c_int;
use std::fmt;
use std::time::Duration;

use framecast_api::{Error, PhysicalSize, Result};
use openh264::encoder::{
    BitRate, ColorPrimaries, Complexity, EncodedBitStream, EncoderConfig, FrameRate, FrameType,
    QpRange, RateControlMode, TransferCharacteristics, UsageType, VuiConfig,
};
use openh264::formats::YUVSlices;
use openh264::{OpenH264API, Timestamp};

use crate::yuv::{Matrix, Yuv420};

/// The longest sides that the encoder takes, lying or standing.
pub const MAX_SIDES: (u32, u32) = (3840, 2160);
/// The shortest side that it takes.
pub const MIN_SIDE: u32 = 16;
/// The least and the most that [`Quality::BitRate`] is brought to.
pub const BITS_PER_SECOND: (u32, u32) = (10_000, 200_000_000);

/// The finest and the coarsest quantizer with [`Quality::BitRate`]. Finer ones are not seen, and with coarser ones text
/// cannot be read.
const QUANTIZERS: (u8, u8) = (20, 40);
/// Milliseconds that the library can still add to, in 63 bits.
const LATEST: u128 = 1 << 62;
/// Kinds of NAL units.
const SEQUENCE_PARAMETERS: u8 = 7;
const PICTURE_PARAMETERS: u8 = 8;

/// How an encoder encodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// What the pictures were converted with, which the stream says.
    pub matrix: Matrix,
    /// What the stream says of the colors themselves.
    pub colors: Colors,
    /// How coarse pictures become.
    pub quality: Quality,
}

/// What a stream says of its colors, besides the matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colors {
    /// What goes with the matrix, as players assume.
    Usual,
    /// That they are sRGB's, so that no player converts them.
    Srgb,
}

/// How coarse pictures become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quality {
    /// The same for all pictures: 12 to 51, where 6 more halve the bytes. Others are brought into these bounds.
    Quantizer(u8),
    /// As coarse as this many bits per second ask for, within bounds: a picture that could not be read takes more. It is
    /// brought into [`BITS_PER_SECOND`].
    BitRate(u32),
}

/// Encodes pictures, each with what changed since the one before.
pub struct Encoder {
    settings: Settings,
    /// The library, set up for pictures of a size at a bit rate.
    running: Option<Running>,
}

struct Running {
    encoder: openh264::encoder::Encoder,
    size: PhysicalSize,
    bits_per_second: c_int,
    /// It failed, and is not used again.
    has_failed: bool,
}

impl Encoder {
    /// Makes an encoder.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self { settings, running: None }
    }

    /// Returns whether pictures of this size can be encoded.
    #[must_use]
    pub fn takes(size: PhysicalSize) -> bool {
        let (long, short) = (size.width.max(size.height), size.width.min(size.height));
        short >= MIN_SIDE && short <= MAX_SIDES.1 && long <= MAX_SIDES.0
    }

    /// Changes the quality from the next picture on. From one bit rate to another it takes no keyframe, otherwise the next
    /// picture is one.
    pub fn set_quality(&mut self, quality: Quality) {
        let is_steady =
            matches!((self.settings.quality, quality), (Quality::BitRate(_), Quality::BitRate(_)));
        if quality == self.settings.quality {
            return;
        }
        self.settings.quality = quality;
        if let Some(running) = &mut self.running {
            let bits = quality.bits_per_second();
            let is_done = is_steady
                && options::set_bits_per_second(
                    &mut running.encoder,
                    running.bits_per_second,
                    bits,
                );
            if is_done {
                running.bits_per_second = bits;
            } else {
                self.running = None;
            }
        }
    }

    /// Encodes `picture`. The first one is a keyframe in any case, and so is one of another size than the one before.
    /// `at` is when the picture is shown, which grows and is counted in milliseconds; only a bit rate needs it.
    ///
    /// # Errors
    /// If the encoder does not [take](Self::takes) pictures of this size, or there is no memory. The next picture is a
    /// keyframe then.
    pub fn encode(
        &mut self,
        picture: &Yuv420,
        keyframe: bool,
        at: Duration,
    ) -> Result<AccessUnit<'_>> {
        let size = picture.size();
        let failed =
            move || Error::failed(format!("cannot encode a picture of {size} pixels as H.264"));
        if !Self::takes(size) {
            self.running = None;
            return Err(failed());
        }
        let running = match self.running.take() {
            Some(mut running) if running.size == size && !running.has_failed => {
                if keyframe {
                    running.encoder.force_intra_frame();
                }
                running
            }
            _ => Running::new(self.settings, size)?,
        };
        let [luma, cb, cr] = picture.planes();
        let (width, height) = (size.width as usize, size.height as usize);
        let strides = (width, width / 2, width / 2);
        let source = YUVSlices::new((luma, cb, cr), (width, height), strides);
        let running = self.running.insert(running);
        let at = Timestamp::from_millis(at.as_millis().min(LATEST) as u64);
        match running.encoder.encode_at(&source, at) {
            Ok(stream) => Ok(AccessUnit { stream }),
            Err(error) => {
                running.has_failed = true;
                Err(failed().with_source(error))
            }
        }
    }
}

impl Running {
    fn new(settings: Settings, size: PhysicalSize) -> Result<Self> {
        let vui = match settings.matrix {
            Matrix::Bt601 => VuiConfig::bt601(),
            Matrix::Bt709 => VuiConfig::bt709(),
        };
        let vui = match settings.colors {
            Colors::Usual => vui,
            Colors::Srgb => vui
                .color_primaries(ColorPrimaries::Bt709)
                .transfer_characteristics(TransferCharacteristics::Srgb),
        };
        let bits_per_second = settings.quality.bits_per_second();
        let config = EncoderConfig::new()
            .bitrate(BitRate::from_bps(bits_per_second as u32))
            .skip_frames(false)
            .adaptive_quantization(false)
            .background_detection(false)
            // The mode for screens takes up to four times as long and saves 2 % of text.
            .usage_type(UsageType::CameraVideoRealTime)
            .complexity(Complexity::Low)
            // The caller says where keyframes are.
            .scene_change_detect(false)
            .max_frame_rate(FrameRate::from_hz(60.0))
            // One slice a picture leaves nothing to share.
            .num_threads(1)
            .vui(vui);
        let config = match settings.quality {
            // The mode of the library in which the bounds of the quantizer count and nothing else; it wants a bit rate,
            // but does not use it.
            Quality::Quantizer(quantizer) => {
                let quantizer = quantizer.clamp(12, 51);
                config
                    .rate_control_mode(RateControlMode::Bufferbased)
                    .qp(QpRange::new(quantizer, quantizer))
            }
            Quality::BitRate(_) => config
                .rate_control_mode(RateControlMode::Timestamp)
                .qp(QpRange::new(QUANTIZERS.0, QUANTIZERS.1)),
        };
        let failed = || Error::failed("cannot set up the H.264 encoder");
        let api = OpenH264API::from_source();
        let mut encoder = openh264::encoder::Encoder::with_api_config(api, config)
            .map_err(|error| failed().with_source(error))?;
        if !options::silence(&mut encoder) {
            return Err(failed());
        }
        Ok(Self { encoder, size, bits_per_second, has_failed: false })
    }
}

impl Quality {
    /// What the library is told.
    fn bits_per_second(self) -> c_int {
        let (least, most) = BITS_PER_SECOND;
        match self {
            Self::Quantizer(_) => 10_000_000,
            Self::BitRate(bits) => bits.clamp(least, most) as c_int,
        }
    }
}

impl fmt::Debug for Encoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size = self.running.as_ref().map(|running| running.size);
        f.debug_struct("Encoder").field("settings", &self.settings).field("size", &size).finish()
    }
}

/// An encoded picture, in the encoder's memory.
pub struct AccessUnit<'a> {
    stream: EncodedBitStream<'a>,
}

/// What a decoder needs to know before a keyframe, without start codes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ParameterSets {
    /// The sequence parameter set.
    pub sps: Vec<u8>,
    /// The picture parameter set.
    pub pps: Vec<u8>,
}

impl AccessUnit<'_> {
    /// Returns whether a decoder can begin with this picture.
    #[must_use]
    pub fn is_keyframe(&self) -> bool {
        self.stream.frame_type() == FrameType::IDR
    }

    /// Returns the parameter sets of a keyframe. Those of other pictures are empty.
    #[must_use]
    pub fn parameter_sets(&self) -> ParameterSets {
        let mut sets = ParameterSets::default();
        self.for_each_unit(|unit| {
            let unit = without_start_code(unit);
            match kind(unit) {
                SEQUENCE_PARAMETERS => sets.sps = unit.to_vec(),
                PICTURE_PARAMETERS => sets.pps = unit.to_vec(),
                _ => {}
            }
        });
        sets
    }

    /// Appends the picture as a byte stream (ITU-T H.264, Annex B): a start code before each unit, and in keyframes the
    /// parameter sets first.
    pub fn write_annex_b(&self, out: &mut Vec<u8>) {
        self.for_each_unit(|unit| out.extend_from_slice(unit));
    }

    /// Appends the picture as it lies in files such as MP4 (ISO/IEC 14496-15): the length of each unit in four bytes before
    /// it, without [parameter sets](Self::parameter_sets).
    pub fn write_with_lengths(&self, out: &mut Vec<u8>) {
        self.for_each_unit(|unit| {
            let unit = without_start_code(unit);
            if !matches!(kind(unit), SEQUENCE_PARAMETERS | PICTURE_PARAMETERS) {
                out.extend((unit.len() as u32).to_be_bytes());
                out.extend_from_slice(unit);
            }
        });
    }

    /// Hands out NAL units, each with its start code.
    fn for_each_unit(&self, mut handle: impl FnMut(&[u8])) {
        for layer in (0..self.stream.num_layers()).filter_map(|n| self.stream.layer(n)) {
            for unit in (0..layer.nal_count()).filter_map(|n| layer.nal_unit(n)) {
                handle(unit);
            }
        }
    }
}

impl fmt::Debug for AccessUnit<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessUnit").field("is_keyframe", &self.is_keyframe()).finish()
    }
}

impl ParameterSets {
    /// Returns `profile_idc`, the constraint flags and `level_idc`, as codec strings have them: `avc1.42C01F`. `None` if
    /// there is no sequence parameter set.
    #[must_use]
    pub fn profile(&self) -> Option<[u8; 3]> {
        self.sps.get(1..4).and_then(|bytes| bytes.try_into().ok())
    }
}

/// Zeros and a one stand before each unit, and a unit does not begin with 0.
fn without_start_code(unit: &[u8]) -> &[u8] {
    let zeros = unit.iter().take_while(|byte| **byte == 0).count();
    unit.get(zeros + 1..).unwrap_or_default()
}

fn kind(unit: &[u8]) -> u8 {
    unit.first().map_or(0, |first| first & 0x1f)
}

#[cfg(test)]
mod tests;
