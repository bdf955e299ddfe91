//! Damaged files are shown as far as they can be read, and none of them makes anything panic.

use super::*;

/// The picture, and that something was said about it.
fn shown_with_notice(bytes: Vec<u8>) -> RgbaImage {
    let opened = quietly(bytes).unwrap_or_else(|error| panic!("{error}"));
    assert!(!opened.notices.is_empty(), "nothing was said");
    opened.pixels
}

/// 64 × 48 pixels that compress badly.
fn noise() -> RgbaImage {
    let mut random = 7_u32;
    RgbaImage::from_fn(64, 48, |_, _| {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let [_, r, g, b] = random.to_be_bytes();
        Rgba([r, g, b, 255])
    })
}

fn encoded_noise(format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let image = DynamicImage::from(noise());
    let image = match format {
        ImageFormat::Jpeg | ImageFormat::Pnm => DynamicImage::from(image.into_rgb8()),
        _ => image,
    };
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

#[test]
fn the_upper_rows_of_cut_files_are_shown() {
    for format in [ImageFormat::Png, ImageFormat::Gif, ImageFormat::WebP, ImageFormat::Jpeg] {
        let whole = encoded_noise(format);
        let want = quietly(whole.clone()).unwrap().pixels;
        let got = shown_with_notice(whole[..whole.len() * 2 / 3].to_vec());
        assert_eq!(got.dimensions(), (64, 48), "{format:?}");
        let upper =
            |picture: &RgbaImage| image::imageops::crop_imm(picture, 0, 0, 64, 8).to_image();
        assert_eq!(difference(&upper(&got), &upper(&want)), 0, "{format:?}");
        assert_ne!(got.get_pixel(63, 47), want.get_pixel(63, 47), "{format:?}");
        assert_eq!(got.get_pixel(63, 47)[3], 0, "{format:?}: what is missing is transparent");
    }
}

#[test]
fn what_there_is_of_a_cut_bmp_is_shown() {
    let whole = encoded_noise(ImageFormat::Bmp);
    let want = quietly(whole.clone()).unwrap().pixels;
    let got = shown_with_notice(whole[..whole.len() * 2 / 3].to_vec());
    // It begins with the lowest row.
    assert_eq!(got.get_pixel(5, 47), want.get_pixel(5, 47));
}

#[test]
fn a_cut_lossy_webp_and_a_cut_progressive_jpeg_are_shown() {
    for whole in [data!("lossy.webp"), data!("progressive.jpg")] {
        let want = quietly(whole.clone()).unwrap().pixels;
        let got = shown_with_notice(whole[..whole.len() - 60].to_vec());
        assert_eq!(got.dimensions(), want.dimensions());
        assert!(got.pixels().any(|pixel| pixel[3] == 255));
    }
}

#[test]
fn a_lossy_webp_that_is_cut_before_its_pixels_is_refused() {
    let whole = data!("lossy.webp");
    let head = whole.windows(4).position(|name| name == b"VP8 ").unwrap() + 8;
    let tag = u32::from_le_bytes([whole[head], whole[head + 1], whole[head + 2], 0]);
    let first = head + 10 + (tag >> 5) as usize;
    for end in [head + 10, (head + first) / 2, first] {
        let error = quietly(whole[..end].to_vec()).err().unwrap().to_string();
        assert_eq!(error, "the file ends before the first row of pixels");
    }
    // Whatever is shown is right, wherever the file is cut.
    let want = quietly(whole.clone()).unwrap().pixels;
    for end in (first + 1..whole.len()).step_by(7) {
        let Ok(got) = quietly(whole[..end].to_vec()) else { continue };
        let pairs = got.pixels.pixels().zip(want.pixels());
        assert!(pairs.into_iter().all(|(got, want)| got[3] == 0 || got == want), "{end}");
    }
}

#[test]
fn a_cut_animation_is_played_as_far_as_it_is_whole() {
    for whole in
        [data!("animated.gif"), data!("animated.apng.png"), data!("animated-lossless.webp")]
    {
        let mut opened = quietly(whole[..whole.len() * 3 / 4].to_vec()).unwrap();
        assert!(!opened.notices.is_empty());
        let mut animation = opened.animation.take().unwrap();
        let mut time = 0.0;
        let mut frames = 0;
        for _ in 0..12 {
            match animation.advance(&mut opened.pixels, time) {
                Moved::On(count, due) => (frames, time) = (frames + count, due),
                Moved::Ended(_) => break,
            }
        }
        assert!(frames >= 3, "{frames}");
    }
}

#[test]
fn wrong_checksums_are_noticed_and_pass() {
    let whole = encoded_noise(ImageFormat::Png);
    let want = quietly(whole.clone()).unwrap().pixels;
    // The last bytes of the pixels are Adler-32 and the chunk's own; IEND has 12.
    for back in [12 + 1, 12 + 4 + 1] {
        let mut bytes = whole.clone();
        let at = bytes.len() - back;
        bytes[at] ^= 0x55;
        assert!(shown_with_notice(bytes) == want, "{back}");
    }
    let mut bytes = whole;
    bytes[8 + 8 + 13] ^= 1;
    assert!(shown_with_notice(bytes) == want);
}

#[test]
fn a_frame_of_motion_jpeg_gets_the_tables_it_leaves_out() {
    let whole = data!("baseline.jpg");
    let want = quietly(whole.clone()).unwrap().pixels;
    let mut bytes = whole;
    while let Some(at) = bytes.windows(2).position(|marker| marker == [0xff, 0xc4]) {
        let length = usize::from(u16::from_be_bytes([bytes[at + 2], bytes[at + 3]]));
        bytes.drain(at..at + 2 + length);
    }
    let got = quietly(bytes).unwrap();
    assert!(got.pixels == want && got.notices.is_empty());
}

#[test]
fn an_unusable_profile_takes_no_rows_from_a_jpeg() {
    // Below are the shades that stand for missing rows in a damaged file.
    let pixels = RgbaImage::from_fn(16, 48, |_, y| match y / 16 {
        0 => Rgba([200, 100, 50, 255]),
        1 => Rgba([128, 128, 128, 255]),
        _ => Rgba([0, 0, 0, 255]),
    });
    let mut plain = Cursor::new(Vec::new());
    let image = DynamicImage::from(DynamicImage::from(pixels).into_rgb8());
    image.write_to(&mut plain, ImageFormat::Jpeg).unwrap();
    let plain = plain.into_inner();
    let with = jpeg_with(&plain, 0xe2, b"ICC_PROFILE\0\x01\x01rubbish");
    let want = quietly(plain).unwrap().pixels;
    assert_eq!(want.get_pixel(15, 47).0, [0, 0, 0, 255]);
    let got = quietly(with).unwrap();
    assert!(got.pixels == want);
    assert!(matches!(&got.notices[..], [notice] if notice.contains("sRGB is assumed")));
}

#[test]
fn rubbish_behind_the_end_does_no_harm() {
    for format in FORMATS {
        let whole = encoded(format);
        let want = quietly(whole.clone()).unwrap().pixels;
        let got = quietly([whole, b"\0\xff\xd8rubbish GIF89a".repeat(9)].concat()).unwrap();
        assert!(got.pixels == want && got.notices.is_empty(), "{format:?} {:?}", got.notices);
    }
}

#[test]
fn rubbish_is_an_error() {
    assert!(decode(Vec::new()).is_err());
    assert!(decode(b"hello, world".to_vec()).is_err());
    let budget = Budget::default();
    let missing = Picture::open(Path::new("/no/such/picture.png"), &budget).err().unwrap();
    assert!(missing.to_string().contains("/no/such/picture.png"), "{missing}");
    assert!(Picture::open(Path::new("/"), &budget).is_err());
    let error = Picture::open(Path::new("/no/\u{1b}[31m"), &budget).err().unwrap().to_string();
    assert!(!error.contains('\u{1b}'), "{error}");
    let error = Picture::from_bytes("\u{1b}[31m", Vec::new(), &budget).err().unwrap().to_string();
    assert!(!error.contains('\u{1b}'), "{error}");
}

fn seeds() -> Vec<Vec<u8>> {
    let mut seeds: Vec<_> = FORMATS.into_iter().map(encoded).collect();
    seeds.extend([
        data!("animated-lossless.webp"),
        data!("animated-lossy.webp"),
        data!("animated.apng.png"),
        data!("animated.gif"),
        data!("baseline.jpg"),
        data!("progressive.jpg"),
        data!("lossy.webp"),
        data!("lossless.webp"),
    ]);
    seeds
}

/// Opens it and plays some of it. Sizes beyond a little memory are refused, which keeps it short.
fn attack(bytes: Vec<u8>) {
    if let Ok(mut opened) = opened(bytes, Budget::of_bytes(1 << 20)) {
        let (width, height) = opened.pixels.dimensions();
        assert!(width > 0 && height > 0);
        if let Some(mut animation) = opened.animation {
            for step in 0..8 {
                animation.advance(&mut opened.pixels, f64::from(step));
            }
        }
    }
}

#[test]
fn no_cut_makes_anything_panic() {
    for seed in seeds() {
        (0..seed.len()).for_each(|end| attack(seed[..end].to_vec()));
    }
}

#[test]
fn no_damage_makes_anything_panic() {
    let mut random = 42_u64;
    let mut next = |below: usize| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (random >> 33) as usize % below
    };
    for seed in seeds().into_iter().chain([data!("cmyk.jpg")]) {
        for _ in 0..250 {
            let mut bytes = seed.clone();
            for _ in 0..=next(4) {
                // The heads matter most.
                let reach = if next(2) == 0 { bytes.len() } else { bytes.len().min(64) };
                let at = next(reach);
                bytes[at] = [0, 1, 0x7f, 0x80, 0xff, next(256) as u8][next(6)];
            }
            attack(bytes);
        }
    }
}
