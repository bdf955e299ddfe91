//! Video for clients whose link is the limit. What a codec is, and who is sent which video. Pure; the codec itself is
//! handed in.

mod made_up;

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use framecast_api::{Frame, PhysicalSize, Result};

#[cfg(test)]
pub(crate) use made_up::Label;
pub(crate) use made_up::MadeUpCodec;

/// One setting of a video encoder, shared by all clients on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VideoRung {
    /// Bits per second that a moving picture should take. A picture that cannot be read with so few takes more; it
    /// is then sent less often.
    pub bits_per_second: u32,
    /// Whether width and height are halved.
    pub half: bool,
}

/// Makes video encoders: the hub knows no codec itself.
pub trait VideoCodec: Debug + Send + Sync {
    /// Returns whether frames of this size can be encoded on this rung.
    fn takes(&self, size: PhysicalSize, rung: VideoRung) -> bool;

    /// Makes an encoder.
    ///
    /// # Errors
    /// If there can be none. The clients of this rung then stay on tiles.
    fn encoder(&self, rung: VideoRung) -> Result<Box<dyn VideoEncoder>>;
}

/// An H.264 encoder.
pub trait VideoEncoder: Debug + Send {
    /// Encodes a frame as one access unit. The first one is a keyframe in any case, and so is one of another size than
    /// the one before. `time` is when the frame is shown; it grows.
    ///
    /// # Errors
    /// If the frame cannot be encoded. The encoder is not used again.
    fn encode(&mut self, frame: &Frame, keyframe: bool, time: Duration) -> Result<VideoPicture>;

    /// Aims at another bit rate from the next frame on, without a keyframe.
    fn retarget(&mut self, bits_per_second: u32);
}

/// An encoded picture of a video.
#[derive(Debug, Clone)]
pub struct VideoPicture {
    /// One access unit of H.264 as a byte stream (ITU-T H.264, Annex B): start codes before its units, and the parameter
    /// sets in a keyframe.
    pub bytes: Bytes,
    /// Whether a decoder can begin here.
    pub keyframe: bool,
    /// `profile_idc`, the constraint flags and `level_idc` of the sequence parameter set.
    pub profile: [u8; 3],
    /// What a decoder shows, in pixels.
    pub size: PhysicalSize,
}

/// Which clients get video.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum VideoMode {
    /// Those whose link is the limit while much of the picture moves.
    #[default]
    Auto,
    /// None.
    Never,
    /// Every client that can take it, whenever the picture changes.
    Always,
}

/// What a hub makes of video.
#[derive(Debug, Clone, Default)]
pub struct VideoSettings {
    /// Which clients get it.
    pub mode: VideoMode,
    /// What makes it; `None`: there is none.
    pub codec: Option<Arc<dyn VideoCodec>>,
}
