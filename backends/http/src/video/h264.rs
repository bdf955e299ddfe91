//! H.264 for the hub, by `framecast_video`.

use std::time::Duration;

use framecast_api::{Frame, PhysicalSize, Result};
use framecast_stream::{VideoCodec, VideoEncoder, VideoPicture, VideoRung};
use framecast_video::h264::{Colors, Encoder, Quality, Settings};
use framecast_video::yuv::{Coefficients, Matrix, Yuv420};

/// The one that browsers turn back exactly, at every size: of BT.709, they miss strong blues by up to 12 levels of 255.
const MATRIX: Matrix = Matrix::Bt601;

/// Makes encoders.
#[derive(Debug)]
pub(super) struct H264;

#[derive(Debug)]
struct H264Encoder {
    half: bool,
    coefficients: Coefficients,
    planes: Yuv420,
    encoder: Encoder,
    /// Of the last keyframe.
    profile: [u8; 3],
}

impl VideoCodec for H264 {
    fn takes(&self, size: PhysicalSize, rung: VideoRung) -> bool {
        let side = |side: u32| if rung.half { side.div_ceil(2) } else { side };
        let (width, height) = (side(size.width), side(size.height));
        Encoder::takes(PhysicalSize::new(width.next_multiple_of(2), height.next_multiple_of(2)))
    }

    fn encoder(&self, rung: VideoRung) -> Result<Box<dyn VideoEncoder>> {
        let quality = Quality::BitRate(rung.bits_per_second);
        Ok(Box::new(H264Encoder {
            half: rung.half,
            coefficients: Coefficients::new(MATRIX),
            planes: Yuv420::new(),
            encoder: Encoder::new(Settings { matrix: MATRIX, colors: Colors::Srgb, quality }),
            profile: [0; 3],
        }))
    }
}

impl VideoEncoder for H264Encoder {
    fn encode(&mut self, frame: &Frame, keyframe: bool, time: Duration) -> Result<VideoPicture> {
        if self.half {
            self.planes.convert_half(frame.into(), &self.coefficients);
        } else {
            self.planes.convert(frame.into(), &self.coefficients);
        }
        let unit = self.encoder.encode(&self.planes, keyframe, time)?;
        if let Some(profile) = unit.parameter_sets().profile() {
            self.profile = profile;
        }
        let mut bytes = Vec::new();
        unit.write_annex_b(&mut bytes);
        Ok(VideoPicture {
            bytes: bytes.into(),
            keyframe: unit.is_keyframe(),
            profile: self.profile,
            size: self.planes.size(),
        })
    }

    fn retarget(&mut self, bits_per_second: u32) {
        self.encoder.set_quality(Quality::BitRate(bits_per_second));
    }
}

#[cfg(test)]
mod tests {
    use framecast_api::FramePool;

    use super::*;

    const RUNG: VideoRung = VideoRung { bits_per_second: 2_000_000, half: false };
    const HALF: VideoRung = VideoRung { half: true, ..RUNG };

    /// A frame of stripes that moves to the left.
    fn frame(pool: &mut FramePool, (width, height): (u32, u32), n: u64) -> Frame {
        let mut buffer = pool.lend(PhysicalSize::new(width, height)).unwrap();
        for (y, row) in (0..).zip(buffer.rows_mut()) {
            for (x, pixel) in (0..).zip(row.iter_mut()) {
                let x: u64 = x + n * 3;
                *pixel = [(x * 5) as u8, (x * 3 + y) as u8, if x & 8 == 0 { 30 } else { 200 }, 255];
            }
        }
        pool.freeze(buffer, n + 1, 0.0, 1.0)
    }

    fn time(n: u64) -> Duration {
        Duration::from_millis(1000 + n * 16)
    }

    /// Kinds of the NAL units.
    fn kinds(bytes: &[u8]) -> Vec<u8> {
        let starts = bytes.windows(4).filter(|window| window[..3] == [0, 0, 1]);
        starts.map(|window| window[3] & 0x1f).collect()
    }

    #[test]
    fn keyframes_come_first_when_asked_for_and_when_the_size_changes() {
        let mut pool = FramePool::new();
        let mut encoder = H264.encoder(RUNG).unwrap();
        let small = (150, 101);
        for (n, size, is_asked, keyframe) in [
            (0, small, false, true),
            (1, small, false, false),
            (2, small, true, true),
            (3, small, false, false),
            (4, (200, 101), false, true),
            (5, (200, 101), false, false),
            (6, small, false, true),
        ] {
            let frame = frame(&mut pool, size, n);
            let picture = encoder.encode(&frame, is_asked, time(n)).unwrap();
            assert_eq!(picture.keyframe, keyframe, "{n}");
            assert_eq!(kinds(&picture.bytes), if keyframe { &[7, 8, 5][..] } else { &[1] }, "{n}");
            assert!(picture.bytes.starts_with(&[0, 0, 0, 1]));
            // Baseline that is constrained, at a level for its size; in other pictures, too.
            let [profile, flags, level] = picture.profile;
            assert_eq!((profile, flags & 0xc0), (66, 0xc0), "{n}");
            assert!((10..=52).contains(&level), "{n}: {level}");
            assert_eq!(picture.size, PhysicalSize::new(size.0, 102), "{n}");
        }
    }

    #[test]
    fn half_the_size_is_rounded_up_to_even() {
        let mut pool = FramePool::new();
        let mut encoder = H264.encoder(HALF).unwrap();
        for (n, (size, video)) in
            [((150, 101), (76, 52)), ((64, 64), (32, 32)), ((33, 65), (18, 34))]
                .into_iter()
                .enumerate()
        {
            let frame = frame(&mut pool, size, n as u64);
            let picture = encoder.encode(&frame, false, time(n as u64)).unwrap();
            assert_eq!(picture.size, PhysicalSize::new(video.0, video.1));
        }
    }

    #[test]
    fn what_the_encoder_takes_it_encodes() {
        let mut pool = FramePool::new();
        for (size, rung, is_taken) in [
            ((15, 15), RUNG, true),
            ((14, 64), RUNG, false),
            ((29, 29), HALF, true),
            ((28, 64), HALF, false),
            ((3840, 20), RUNG, true),
            ((3841, 20), RUNG, false),
            ((20, 3840), RUNG, true),
            ((2161, 2161), RUNG, false),
            ((2160, 2160), RUNG, true),
            ((4320, 32), HALF, true),
            ((7681, 32), HALF, false),
        ] {
            let (width, height) = size;
            assert_eq!(H264.takes(PhysicalSize::new(width, height), rung), is_taken, "{size:?}");
            let encoded =
                H264.encoder(rung).unwrap().encode(&frame(&mut pool, size, 0), false, time(0));
            assert_eq!(encoded.is_ok(), is_taken, "{size:?}");
        }
    }

    #[test]
    fn another_bit_rate_counts_at_once_and_takes_no_keyframe() {
        let mut pool = FramePool::new();
        let mut encoder =
            H264.encoder(VideoRung { bits_per_second: 3_000_000, half: false }).unwrap();
        let mut bytes_at = |bits: Option<u32>, from: u64| -> usize {
            if let Some(bits) = bits {
                encoder.retarget(bits);
            }
            let sizes = (from..from + 60).map(|n| {
                let noise = noise(&mut pool, n);
                let picture = encoder.encode(&noise, false, time(n)).unwrap();
                assert_eq!(picture.keyframe, n == 0, "{n}");
                picture.bytes.len()
            });
            // When it has got used to it.
            sizes.skip(30).sum()
        };
        let before = bytes_at(None, 0);
        let less = bytes_at(Some(1_500_000), 60);
        let more = bytes_at(Some(6_000_000), 120);
        assert!(less * 3 < before * 2 && before * 3 < more * 2, "{less}, {before}, {more}");
    }

    /// Grain that differs in every frame, so that it takes what it may.
    fn noise(pool: &mut FramePool, n: u64) -> Frame {
        let mut buffer = pool.lend(PhysicalSize::new(320, 240)).unwrap();
        let mut state = n as u32 + 1;
        for pixel in buffer.pixels_mut() {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *pixel = [128 + (state >> 28) as u8 * 4; 4];
        }
        pool.freeze(buffer, n + 1, 0.0, 1.0)
    }
}
