//! What makes video for browsers, if this build has something.

#[cfg(feature = "h264")]
mod h264;

use framecast_api::{Error, Result};
use framecast_stream::{VideoMode, VideoSettings};

/// Refuses a mode that this build cannot have.
pub(crate) fn check(mode: VideoMode) -> Result<()> {
    check_for(mode, cfg!(feature = "h264"))
}

fn check_for(mode: VideoMode, is_built_in: bool) -> Result<()> {
    if mode == VideoMode::Always && !is_built_in {
        return Err(Error::invalid_input(
            "video for every client needs the feature \"h264\", which is not in this build; \
             build with it, or leave out the setting",
        ));
    }
    Ok(())
}

/// What a hub is told.
pub(crate) fn settings(mode: VideoMode) -> VideoSettings {
    #[cfg(feature = "h264")]
    let codec = Some(std::sync::Arc::new(h264::H264) as _);
    #[cfg(not(feature = "h264"))]
    let codec = None;
    VideoSettings { mode, codec }
}

#[cfg(test)]
mod tests {
    use framecast_api::ErrorKind;

    use super::*;

    #[test]
    fn only_video_for_everybody_needs_a_build_that_can() {
        for mode in [VideoMode::Auto, VideoMode::Never, VideoMode::Always] {
            assert!(check_for(mode, true).is_ok());
            let is_fine = check_for(mode, false).is_ok();
            assert_eq!(is_fine, mode != VideoMode::Always);
        }
        let error = check_for(VideoMode::Always, false).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert!(error.to_string().contains("feature \"h264\""), "{error}");
    }

    #[test]
    fn a_server_that_is_to_send_video_starts_only_where_it_can() {
        let config = crate::ServerConfig { video: VideoMode::Always, ..Default::default() };
        let server = crate::HttpServer::bind_with("127.0.0.1:0".parse().unwrap(), config);
        assert_eq!(server.is_ok(), cfg!(feature = "h264"));
    }

    #[test]
    fn a_hub_gets_the_mode_and_the_codec_of_this_build() {
        let settings = settings(VideoMode::Never);
        assert_eq!(settings.mode, VideoMode::Never);
        assert_eq!(settings.codec.is_some(), cfg!(feature = "h264"));
    }
}
