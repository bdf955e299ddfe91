use openh264::decoder::Decoder;
use openh264::formats::YUVSource;

use super::*;
use crate::Picture;
use crate::yuv::Coefficients;

const FIXED: Settings =
    Settings { matrix: Matrix::Bt709, colors: Colors::Usual, quality: Quality::Quantizer(20) };
const RATE: Settings = Settings { quality: Quality::BitRate(500_000), ..FIXED };

/// Colors that move.
fn planes(width: u32, height: u32, n: u32) -> Yuv420 {
    let pixel = |x: u32, y: u32| {
        let (x, y) = (x + n * 2, y + n);
        [(x * 2) as u8, (y * 3) as u8, ((x / 16 + y / 16) % 2 * 90) as u8, 255]
    };
    let bytes: Vec<u8> =
        (0..height).flat_map(|y| (0..width).flat_map(move |x| pixel(x, y))).collect();
    let mut planes = Yuv420::new();
    let picture = Picture { size: PhysicalSize::new(width, height), bytes: &bytes };
    planes.convert(picture, &Coefficients::new(Matrix::Bt709));
    planes
}

fn time(n: u32) -> Duration {
    Duration::from_secs(1) * n / 60
}

/// The mean of how far samples are off.
fn error(got: &[u8], wanted: &[u8]) -> f64 {
    let sum: u64 = got.iter().zip(wanted).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / wanted.len() as f64
}

#[test]
fn what_is_decoded_is_what_was_encoded() {
    for settings in [FIXED, RATE] {
        let mut encoder = Encoder::new(settings);
        let mut decoder = Decoder::new().unwrap();
        // Another size on the way begins anew.
        for (n, (width, height)) in (0..).zip([(96, 64), (96, 64), (96, 64), (128, 80), (128, 80)])
        {
            let picture = planes(width, height, n);
            let mut bytes = Vec::new();
            encoder.encode(&picture, false, time(n)).unwrap().write_annex_b(&mut bytes);
            let decoded = decoder.decode(&bytes).unwrap().unwrap();
            assert_eq!(decoded.dimensions(), (width as usize, height as usize));
            let planes = [decoded.y(), decoded.u(), decoded.v()];
            let (luma, chroma, _) = decoded.strides();
            let widths = [(luma, width), (chroma, width / 2), (chroma, width / 2)];
            for ((plane, wanted), (stride, width)) in
                planes.into_iter().zip(picture.planes()).zip(widths)
            {
                let rows = plane.chunks(stride).flat_map(|row| &row[..width as usize]);
                let got: Vec<u8> = rows.copied().collect();
                assert!(error(&got, wanted) < 4.0, "{settings:?}, {n}: {}", error(&got, wanted));
            }
        }
    }
}

#[test]
fn both_forms_have_the_same_units() {
    let mut encoder = Encoder::new(FIXED);
    for n in 0..3 {
        let picture = planes(64, 48, n);
        let unit = encoder.encode(&picture, false, time(n)).unwrap();
        let (mut stream, mut file) = (Vec::new(), Vec::new());
        unit.write_annex_b(&mut stream);
        unit.write_with_lengths(&mut file);
        let sets = unit.parameter_sets();
        assert_eq!(unit.is_keyframe(), n == 0);
        assert_eq!(sets.sps.is_empty() || sets.pps.is_empty(), n > 0);
        assert_eq!(sets.profile().map(|profile| profile[0]), (n == 0).then_some(66));
        let start = [0, 0, 0, 1];
        let mut wanted = Vec::new();
        for set in [&sets.sps, &sets.pps].into_iter().filter(|set| !set.is_empty()) {
            wanted.extend(start);
            wanted.extend(set);
        }
        // There is one slice a picture.
        let (length, slice) = file.split_first_chunk().unwrap();
        assert_eq!(u32::from_be_bytes(*length) as usize, slice.len());
        wanted.extend(start);
        wanted.extend(slice);
        assert_eq!(stream, wanted);
    }
}

/// Reads bits of a parameter set.
struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    fn read(&mut self, count: usize) -> u32 {
        (0..count).fold(0, |value, _| {
            let bit = self.bytes[self.at / 8] >> (7 - self.at % 8) & 1;
            self.at += 1;
            value << 1 | u32::from(bit)
        })
    }

    /// Exp-Golomb.
    fn number(&mut self) -> u32 {
        let mut zeros = 0;
        while self.read(1) == 0 {
            zeros += 1;
        }
        (1 << zeros) - 1 + self.read(zeros)
    }
}

/// What a sequence parameter set says (ITU-T H.264, 7.3.2.1.1 and E.1.1).
#[derive(Debug)]
struct Sequence {
    /// `pic_order_cnt_type`; 2: pictures are shown in the order in which they come.
    order: u32,
    references: u32,
    is_full_range: bool,
    /// Primaries, transfer and matrix.
    colors: [u32; 3],
    /// `max_num_reorder_frames` and `max_dec_frame_buffering`.
    reordered: u32,
    buffered: u32,
}

impl Sequence {
    fn read(sps: &[u8]) -> Self {
        // What keeps start codes apart is not there: these sets have no zeros in a row.
        assert!(!sps.windows(3).any(|three| three == [0, 0, 3]));
        let mut bits = Bits { bytes: sps, at: 32 };
        bits.number(); // its number
        bits.number(); // bits of frame numbers
        let order = bits.number();
        assert_ne!(order, 1, "nobody makes those");
        if order == 0 {
            bits.number(); // bits of the order
        }
        let references = bits.number();
        bits.read(1); // gaps
        bits.number(); // width
        bits.number(); // height
        assert_eq!(bits.read(1), 1, "not interlaced");
        bits.read(1); // how vectors are inferred
        if bits.read(1) == 1 {
            (0..4).for_each(|_| _ = bits.number()); // crop
        }
        assert_eq!(bits.read(1), 1, "it has a VUI");
        assert_eq!((bits.read(1), bits.read(1)), (0, 0), "neither aspect nor overscan");
        assert_eq!(bits.read(1), 1, "it has a signal type");
        bits.read(3); // format
        let is_full_range = bits.read(1) == 1;
        assert_eq!(bits.read(1), 1, "it has colors");
        let colors = [bits.read(8), bits.read(8), bits.read(8)];
        assert_eq!(bits.read(5), 0, "no place of the chroma, no clock, no buffer, no fields");
        assert_eq!(bits.read(1), 1, "it has restrictions");
        bits.read(1); // vectors that point outside
        (0..4).for_each(|_| _ = bits.number()); // bytes, bits, vectors
        let (reordered, buffered) = (bits.number(), bits.number());
        // A one, and zeros up to the end of the byte.
        assert_eq!(bits.read(1), 1);
        assert_eq!((bits.at.div_ceil(8), bits.read(bits.at.wrapping_neg() % 8)), (sps.len(), 0));
        Self { order, references, is_full_range, colors, reordered, buffered }
    }
}

/// A decoder that goes by that gives each picture at once, instead of waiting for others.
#[test]
fn the_stream_says_that_pictures_are_shown_in_the_order_in_which_they_come() {
    for settings in [FIXED, RATE] {
        for (width, height) in [(320, 240), (854, 480), (1920, 1080), (3840, 2160)] {
            let mut encoder = Encoder::new(settings);
            let picture = planes(width, height, 0);
            let sets = encoder.encode(&picture, false, time(0)).unwrap().parameter_sets();
            let said = Sequence::read(&sets.sps);
            assert_eq!((said.order, said.reordered), (2, 0), "{said:?}");
            assert_eq!((said.references, said.buffered), (1, 1), "{said:?}");
        }
    }
}

/// A browser is asked for `avc1.42E028` before it gets any: level 4.0.
#[test]
fn the_stream_has_the_profile_that_all_decode_and_a_level_for_60_pictures_a_second() {
    // The most that a browser is sent.
    let settings = Settings { quality: Quality::BitRate(8_000_000), ..FIXED };
    for ((width, height), level) in [
        ((320, 240), 30),
        ((854, 480), 31),
        ((960, 540), 32),
        ((1280, 720), 32),
        ((1280, 800), 40),
        // 4.0 is for 30 a second.
        ((1920, 1080), 42),
        ((1080, 1920), 42),
        ((3840, 2160), 52),
    ] {
        let mut encoder = Encoder::new(settings);
        let picture = planes(width, height, 0);
        let sets = encoder.encode(&picture, false, time(0)).unwrap().parameter_sets();
        // Constrained Baseline.
        assert_eq!(sets.profile(), Some([66, 0xc0, level]), "{width} x {height}");
    }
}

#[test]
fn the_stream_says_its_colors() {
    for (matrix, said, wanted) in [
        (Matrix::Bt601, Colors::Usual, (false, [6, 6, 6])),
        (Matrix::Bt709, Colors::Usual, (false, [1, 1, 1])),
        (Matrix::Bt601, Colors::Srgb, (false, [1, 13, 6])),
        (Matrix::Bt709, Colors::Srgb, (false, [1, 13, 1])),
    ] {
        let mut encoder = Encoder::new(Settings { matrix, colors: said, ..FIXED });
        let sets = encoder.encode(&planes(64, 48, 0), false, time(0)).unwrap().parameter_sets();
        let said = Sequence::read(&sets.sps);
        assert_eq!((said.is_full_range, said.colors), wanted);
    }
}

/// Bytes of pictures from `from` on of grain, which takes what it may, and the keyframes among them.
fn grain(encoder: &mut Encoder, from: u32) -> (usize, Vec<u32>) {
    let (mut bytes, mut keyframes) = (Vec::new(), Vec::new());
    for n in from..from + 60 {
        let mut state = n + 1;
        let rgba: Vec<u8> = std::iter::repeat_with(|| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            [128 + (state >> 28) as u8 * 4; 4]
        })
        .take(320 * 240)
        .flatten()
        .collect();
        let mut planes = Yuv420::new();
        let picture = Picture { size: PhysicalSize::new(320, 240), bytes: &rgba };
        planes.convert(picture, &Coefficients::new(Matrix::Bt709));
        let unit = encoder.encode(&planes, false, time(n)).unwrap();
        if unit.is_keyframe() {
            keyframes.push(n);
        }
        // When it has got used to it.
        if n >= from + 30 {
            unit.write_annex_b(&mut bytes);
        }
    }
    (bytes.len(), keyframes)
}

#[test]
fn bit_rates_hold_and_change_without_a_keyframe() {
    let mut encoder = Encoder::new(RATE);
    let mut all = Vec::new();
    for (n, bits) in (0..).zip([3_000_000, 1_500_000, 6_000_000, 3_000_000]) {
        encoder.set_quality(Quality::BitRate(bits));
        let (bytes, keyframes) = grain(&mut encoder, n * 60);
        // Half a second.
        let share = bytes as f64 * 8.0 * 2.0 / f64::from(bits);
        assert!((0.7..1.4).contains(&share), "{share} of {bits}");
        all.extend(keyframes);
    }
    assert_eq!(all, [0]);
}

#[test]
fn another_kind_of_quality_begins_with_a_keyframe() {
    let mut encoder = Encoder::new(RATE);
    let mut keyframes = Vec::new();
    for (n, quality) in
        (0..).zip([RATE.quality, FIXED.quality, FIXED.quality, RATE.quality, RATE.quality])
    {
        encoder.set_quality(quality);
        let picture = planes(64, 48, n);
        keyframes.push(encoder.encode(&picture, false, time(n)).unwrap().is_keyframe());
    }
    assert_eq!(keyframes, [true, true, false, true, false]);
}

#[test]
fn impossible_settings_are_brought_into_bounds() {
    for quality in [
        Quality::BitRate(0),
        Quality::BitRate(u32::MAX),
        Quality::Quantizer(0),
        Quality::Quantizer(255),
    ] {
        let mut encoder = Encoder::new(Settings { quality, ..FIXED });
        for n in 0..3 {
            encoder.encode(&planes(64, 48, n), false, time(n)).unwrap();
            if let Quality::BitRate(bits) = quality {
                encoder.set_quality(Quality::BitRate(!bits));
                encoder.set_quality(quality);
            }
        }
    }
}

#[test]
fn any_time_is_taken() {
    for quality in [FIXED.quality, RATE.quality] {
        let mut encoder = Encoder::new(Settings { quality, ..FIXED });
        let ages = Duration::from_secs(100 * 365 * 24 * 60 * 60);
        for (n, at) in (0..).zip([Duration::ZERO, ages, ages, Duration::MAX, Duration::MAX, ages]) {
            let unit = encoder.encode(&planes(64, 48, n), false, at).unwrap();
            assert_eq!(unit.is_keyframe(), n == 0);
        }
    }
}

#[test]
fn a_picture_of_an_impossible_size_is_an_error_and_the_next_one_is_not() {
    let mut encoder = Encoder::new(FIXED);
    assert!(encoder.encode(&planes(64, 48, 0), false, time(0)).unwrap().is_keyframe());
    for (width, height) in [(14, 64), (64, 14), (3842, 16), (2162, 2162)] {
        let error = encoder.encode(&planes(width, height, 0), false, time(1)).unwrap_err();
        assert!(error.to_string().contains(&format!("{width}x{height}")), "{error}");
    }
    assert!(encoder.encode(&Yuv420::new(), false, time(1)).is_err());
    assert!(encoder.encode(&planes(16, 16, 0), false, time(2)).unwrap().is_keyframe());
    for size in [MAX_SIDES, (MAX_SIDES.1, MAX_SIDES.0)] {
        assert!(Encoder::takes(PhysicalSize::new(size.0, size.1)));
    }
}

/// In a child process, whose standard error is read.
#[test]
fn the_library_prints_nothing() {
    const CHILD: &str = "FRAMECAST_TEST_H264_CHILD";
    if std::env::var_os(CHILD).is_some() {
        let mut encoder = Encoder::new(RATE);
        for n in 0..3 {
            encoder.encode(&planes(64, 48, n), n == 2, time(n)).unwrap();
            encoder.set_quality(Quality::BitRate(100_000 + n));
        }
        eprintln!("encoded");
        return;
    }
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "h264::tests::the_library_prints_nothing", "--nocapture"])
        .env(CHILD, "1")
        .output()
        .unwrap();
    assert!(output.status.success());
    assert_eq!(String::from_utf8_lossy(&output.stderr), "encoded\n");
}
