//! What files say about their colors.

use moxcms::ColorProfile;

use super::*;

#[test]
fn profiles_of_every_format_are_converted() {
    let profile = ColorProfile::new_display_p3().encode().unwrap();
    let near = |got: [u8; 4], want: [u8; 4]| {
        let off = got.iter().zip(want).map(|(got, want)| got.abs_diff(want)).max();
        assert!(off <= Some(2), "{got:?} instead of {want:?}");
    };
    let png = png_with(|info| info.icc_profile = Some(profile.clone().into()));
    near(decode(png).unwrap().pixels.get_pixel(0, 0).0, [215, 93, 31, 255]);
    // Between JPEG and WebP with and without the profile is what the PNG shows, too.
    let plain = data!("baseline.jpg");
    let half = profile.len() / 2;
    let part = |number: u8, data: &[u8]| [b"ICC_PROFILE\0", &[number, 2][..], data].concat();
    let with = jpeg_with(&plain, 0xe2, &part(2, &profile[half..]));
    let with = jpeg_with(&with, 0xe2, &part(1, &profile[..half]));
    let webp = data!("lossless.webp");
    let webp_with = webp_with(&webp, &[(b"ICCP", &profile)], &[]);
    for (plain, with) in [(plain, with), (webp, webp_with)] {
        let (plain, with) = (decode(plain).unwrap().pixels, decode(with).unwrap().pixels);
        let space = color::Space::Icc(profile.clone());
        let (mut converter, _) =
            color::Converter::new(color::Channels::Rgba, color::Depth::Eight, &space);
        let mut want = plain.clone();
        converter.row_in_place(&mut want);
        assert!(difference(&with, &want) <= 1);
        assert!(difference(&with, &plain) > 20);
    }
    // GIF: an application extension with the palette's profile.
    let plain = data!("animated.gif");
    let table = 13 + 3 * (2 << (plain[10] & 7));
    let mut with = [&plain[..table], b"!\xff\x0bICCRGBG1012"].concat();
    for block in profile.chunks(255) {
        with.push(block.len() as u8);
        with.extend(block);
    }
    with.push(0);
    with.extend(&plain[table..]);
    let (plain, with) = (decode(plain).unwrap().pixels, decode(with).unwrap().pixels);
    assert!(difference(&with, &plain) > 10);
    // BMP: BITMAPV5HEADER.
    let plain = encoded(ImageFormat::Bmp);
    let pixels = u32::from_le_bytes(plain[10..14].try_into().unwrap()) as usize;
    let info = u32::from_le_bytes(plain[14..18].try_into().unwrap()) as usize;
    let mut with = [&plain[..14 + info], &vec![0; 124 - info], &plain[pixels..]].concat();
    let end = with.len() as u32;
    with[10..14].copy_from_slice(&138_u32.to_le_bytes());
    with[14..18].copy_from_slice(&124_u32.to_le_bytes());
    with[14 + 56..14 + 60].copy_from_slice(&0x4d42_4544_u32.to_le_bytes());
    with[14 + 112..14 + 116].copy_from_slice(&(end - 14).to_le_bytes());
    with[14 + 116..14 + 120].copy_from_slice(&(profile.len() as u32).to_le_bytes());
    with.extend(&profile);
    let (plain, with) = (decode(plain).unwrap().pixels, decode(with).unwrap().pixels);
    assert!(difference(&with, &plain) > 5);
}

#[test]
fn cmyk_goes_by_its_profile() {
    let picture = decode(data!("cmyk.jpg")).unwrap();
    // Littlecms interpolates in another way.
    let off = difference(&picture.pixels, &reference(&data!("cmyk.png")));
    assert!(off <= 6, "{off}");
}

#[test]
fn gamma_primaries_and_code_points_of_png_are_honoured() {
    let shade = |bytes: Vec<u8>, x: u32| decode(bytes).unwrap().pixels.get_pixel(x, 0).0;
    let near = |got: [u8; 4], want: [u8; 4]| {
        assert!(got.iter().zip(want).all(|(got, want)| got.abs_diff(want) <= 2), "{got:?}");
    };
    let linear = png_with(|info| info.source_gamma = Some(::png::ScaledFloat::new(1.0)));
    near(shade(linear, 1), [128, 128, 128, 255]);
    let p3 = ::png::SourceChromaticities::new(
        (0.3127, 0.329),
        (0.68, 0.32),
        (0.265, 0.69),
        (0.15, 0.06),
    );
    let wide = png_with(|info| {
        info.source_chromaticities = Some(p3);
        info.source_gamma = Some(::png::ScaledFloat::new(0.45455));
    });
    near(shade(wide, 0), [215, 93, 31, 255]);
    let plain = png_with(|_| {});
    assert_eq!(shade(plain.clone(), 0), [200, 100, 50, 255]);
    // cICP comes first and wins.
    let points = png_chunk(b"cICP", &[12, 13, 0, 1]);
    near(shade([&plain[..33], &points, &plain[33..]].concat(), 0), [215, 93, 31, 255]);
}

#[test]
fn of_the_color_chunks_of_a_png_the_first_that_is_understood_counts() {
    let shade = |chunks: &[&[u8]]| {
        let plain = png_with(|_| {});
        let opened = quietly([&plain[..33], &chunks.concat(), &plain[33..]].concat()).unwrap();
        (opened.pixels.get_pixel(0, 0)[0], opened.notices)
    };
    let wide = ColorProfile::new_display_p3().encode().unwrap();
    let wide = png_with(|info| info.icc_profile = Some(wide.into()));
    let start = wide.windows(4).position(|name| name == b"iCCP").unwrap() - 4;
    let length = u32::from_be_bytes(wide[start..start + 4].try_into().unwrap()) as usize;
    let profile = &wide[start..start + length + 12];
    let [known, unknown] = [[1, 13, 0, 1], [2, 2, 0, 1]].map(|it| png_chunk(b"cICP", &it));
    let srgb = png_chunk(b"sRGB", &[0]);
    let linear = png_chunk(b"gAMA", &100_000_u32.to_be_bytes());
    let rubbish = png_chunk(b"iCCP", b"name\0\0rubbish");
    // As it is, by the profile, and of linear light.
    let [plain, wide, light] = [200, 215, 229];
    for (chunks, want, noticed) in [
        (&[&known[..], profile, &srgb, &linear][..], plain, ""),
        (&[&unknown[..], profile, &srgb, &linear], wide, ""),
        (&[profile, &srgb, &linear], wide, ""),
        (&[&srgb[..], &linear, profile], wide, ""),
        (&[&unknown[..], &srgb, &linear], plain, ""),
        (&[&unknown[..], &linear], light, ""),
        (&[&unknown[..]], plain, ""),
        (&[&known[..], &rubbish, &linear], plain, ""),
        (&[&rubbish[..], &srgb, &linear], plain, "sRGB is assumed"),
        (&[&rubbish[..], &linear], light, "its gamma and primaries are used"),
    ] {
        let (got, notices) = shade(chunks);
        assert!(got.abs_diff(want) <= 2, "{got} instead of {want}");
        assert!(notices.len() == usize::from(!noticed.is_empty()), "{notices:?}");
        assert!(notices.iter().all(|notice| notice.ends_with(noticed)), "{notices:?}");
    }
}
