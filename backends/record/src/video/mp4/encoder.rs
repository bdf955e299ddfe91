//! Pictures to H.264, by OpenH264.

use framecast_api::{Error, Result};
use openh264::OpenH264API;
use openh264::encoder::{
    BitRate, Complexity, Encoder, EncoderConfig, FrameRate, QpRange, RateControlMode, UsageType,
    VuiConfig,
};
use openh264::formats::YUVSlices;

use super::super::yuv::{Matrix, Quartered};

/// How coarse coefficients become, the same for all: 0 to 51, where 6 more halve the data. 20 leaves text
/// sharp; see the README for what it costs.
const QUANTIZER: u8 = 20;
/// Kinds of NAL units.
const SEQUENCE_PARAMETERS: u8 = 7;
const PICTURE_PARAMETERS: u8 = 8;

pub(crate) struct H264Encoder {
    encoder: Encoder,
    /// A picture was encoded: the library is set up.
    has_begun: bool,
}

/// The parameter sets that came with a picture, without start codes.
#[derive(Debug, Default)]
pub(crate) struct ParameterSets {
    pub(crate) sps: Vec<u8>,
    pub(crate) pps: Vec<u8>,
}

impl H264Encoder {
    pub(crate) fn new(matrix: Matrix) -> Result<Self> {
        let vui = match matrix {
            Matrix::Bt601 => VuiConfig::bt601(),
            Matrix::Bt709 => VuiConfig::bt709(),
        };
        let config = EncoderConfig::new()
            // The quality is constant. This is the mode of the library in which the bounds of the quantizer
            // count and nothing else; it wants a bit rate, but does not use it.
            .rate_control_mode(RateControlMode::Bufferbased)
            .qp(QpRange::new(QUANTIZER, QUANTIZER))
            .bitrate(BitRate::from_bps(10_000_000))
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
        let encoder = Encoder::with_api_config(OpenH264API::from_source(), config)
            .map_err(|error| Error::failed("cannot set up the H.264 encoder").with_source(error))?;
        Ok(Self { encoder, has_begun: false })
    }

    /// Appends `picture` to `out`, each NAL unit with its length before it, and returns its parameter sets: of a
    /// keyframe they are not empty. The first picture is a keyframe.
    pub(crate) fn encode(
        &mut self,
        picture: &Quartered,
        is_keyframe: bool,
        out: &mut Vec<u8>,
    ) -> Result<ParameterSets> {
        if is_keyframe && self.has_begun {
            self.encoder.force_intra_frame();
        }
        self.has_begun = true;
        let Quartered { width, height, luma, cb, cr, .. } = picture;
        let half = width / 2;
        let source = YUVSlices::new((luma, cb, cr), (*width, *height), (*width, half, half));
        let stream = self.encoder.encode(&source).map_err(|error| {
            Error::failed(format!("cannot encode a picture of {width}x{height} pixels as H.264"))
                .with_source(error)
        })?;
        let mut sets = ParameterSets::default();
        for layer in (0..stream.num_layers()).filter_map(|n| stream.layer(n)) {
            for unit in (0..layer.nal_count()).filter_map(|n| layer.nal_unit(n)) {
                let unit = without_start_code(unit);
                match unit.first().map(|first| first & 0x1f) {
                    Some(SEQUENCE_PARAMETERS) => sets.sps = unit.to_vec(),
                    Some(PICTURE_PARAMETERS) => sets.pps = unit.to_vec(),
                    _ => {
                        out.extend((unit.len() as u32).to_be_bytes());
                        out.extend_from_slice(unit);
                    }
                }
            }
        }
        Ok(sets)
    }
}

/// Zeros and a one stand before each unit, and a unit does not begin with 0.
fn without_start_code(unit: &[u8]) -> &[u8] {
    let zeros = unit.iter().take_while(|byte| **byte == 0).count();
    unit.get(zeros + 1..).unwrap_or_default()
}
