//! Options of OpenH264 that the crate `openh264` cannot set, through its raw interface.
#![allow(unsafe_code)]

use std::ffi::{c_int, c_void};

use openh264::encoder::Encoder;
use openh264_sys2::{
    ENCODER_OPTION, ENCODER_OPTION_BITRATE, ENCODER_OPTION_MAX_BITRATE, ENCODER_OPTION_TRACE_LEVEL,
    SBitrateInfo, SPATIAL_LAYER_0, WELS_LOG_QUIET,
};

/// Keeps the library from printing. The crate does so only after the library was set up, which prints already.
///
/// Returns whether the library takes it.
pub(super) fn silence(encoder: &mut Encoder) -> bool {
    let mut level = WELS_LOG_QUIET as c_int;
    // SAFETY: the library reads a number of 32 bits, and may be told so at any time.
    unsafe { set(encoder, ENCODER_OPTION_TRACE_LEVEL, (&raw mut level).cast()) }
}

/// Changes the bit rate of an encoder that has encoded a picture.
///
/// Returns whether the library takes it.
pub(super) fn set_bits_per_second(encoder: &mut Encoder, from: c_int, to: c_int) -> bool {
    // The bound must not be below the bit rate at any time.
    [(ENCODER_OPTION_MAX_BITRATE, from.max(to)), (ENCODER_OPTION_BITRATE, to)].into_iter().all(
        |(option, bits)| {
            let mut info = SBitrateInfo { iLayer: SPATIAL_LAYER_0, iBitrate: bits };
            // SAFETY: the library reads one `SBitrateInfo`. Before it is set up, it refuses and reads nothing.
            unsafe { set(encoder, option, (&raw mut info).cast()) }
        },
    )
}

/// # Safety
/// `value` must point to what the library reads for `option`.
unsafe fn set(encoder: &mut Encoder, option: ENCODER_OPTION, value: *mut c_void) -> bool {
    // SAFETY: `raw_api` is unsafe for what is done with it. The encoder is borrowed exclusively and lives as long as the
    // call, the library keeps no pointer to `value`, and the caller vouches for what it points to.
    unsafe { encoder.raw_api().set_option(option, value) == 0 }
}
