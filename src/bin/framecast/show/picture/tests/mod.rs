mod damage;
mod memory;

use std::io::Cursor;

use image::codecs::gif::{GifEncoder, Repeat};
use image::{Delay, DynamicImage, Frame, Rgba};
use moxcms::ColorProfile;

use super::animation::{CATCH_UP, USUAL};
use super::orientation::{EXIF, tests::exif};
use super::*;

const FORMATS: [ImageFormat; 7] = [
    ImageFormat::Bmp,
    ImageFormat::Gif,
    ImageFormat::Jpeg,
    ImageFormat::Png,
    ImageFormat::Pnm,
    ImageFormat::Qoi,
    ImageFormat::WebP,
];

/// Files that other programs wrote, and what they show of them; see testdata/README.md.
macro_rules! data {
    ($name:literal) => {
        include_bytes!(concat!("../testdata/", $name)).to_vec()
    };
}
use data;

fn gif(delays: &[u32], repeat: Option<Repeat>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = GifEncoder::new(&mut bytes);
    if let Some(repeat) = repeat {
        encoder.set_repeat(repeat).unwrap();
    }
    for (number, delay) in delays.iter().enumerate() {
        let shade = if number % 2 == 0 { 0 } else { 255 };
        let pixels = RgbaImage::from_pixel(3, 2, Rgba([shade, shade, shade, 255]));
        let delay = Delay::from_numer_denom_ms(*delay, 1);
        encoder.encode_frame(Frame::from_parts(pixels, 0, 0, delay)).unwrap();
    }
    drop(encoder);
    bytes
}

fn encoded(format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let pixels = RgbaImage::from_fn(4, 3, |x, y| Rgba([x as u8 * 60, y as u8 * 80, 9, 255]));
    let image = DynamicImage::from(pixels);
    let image = if matches!(format, ImageFormat::Jpeg | ImageFormat::Pnm) {
        DynamicImage::from(image.into_rgb8())
    } else {
        image
    };
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// A picture that is in no file.
pub(in crate::show) fn still(pixels: RgbaImage) -> Picture {
    let opaque = is_opaque(&pixels);
    Picture { name: "still".into(), pixels, opaque, version: 0, animation: None }
}

fn decode(bytes: Vec<u8>) -> Result<Picture> {
    Picture::from_bytes("test", bytes, &Budget::default())
}

/// Without a notice on the terminal.
fn quietly(bytes: Vec<u8>) -> Result<Opened> {
    opened(bytes, Budget::default())
}

/// What another program shows of a file.
fn reference(bytes: &[u8]) -> RgbaImage {
    image::load_from_memory(bytes).unwrap().into_rgba8()
}

/// The largest difference of two pictures; transparent pixels have no colour.
fn difference(a: &RgbaImage, b: &RgbaImage) -> u8 {
    assert_eq!(a.dimensions(), b.dimensions());
    let pairs = a.pixels().zip(b.pixels()).filter(|(a, b)| a[3] > 0 || b[3] > 0);
    pairs.flat_map(|(a, b)| a.0.into_iter().zip(b.0)).map(|(a, b)| a.abs_diff(b)).max().unwrap_or(0)
}

fn png_with(edit: impl FnOnce(&mut ::png::Info<'static>)) -> Vec<u8> {
    let mut info = ::png::Info::with_size(2, 1);
    info.color_type = ::png::ColorType::Rgb;
    info.bit_depth = ::png::BitDepth::Eight;
    edit(&mut info);
    let mut bytes = Vec::new();
    let mut writer = ::png::Encoder::with_info(&mut bytes, info).unwrap().write_header().unwrap();
    writer.write_image_data(&[200, 100, 50, 55, 55, 55]).unwrap();
    drop(writer);
    bytes
}

/// A segment behind the start of a JPEG.
fn jpeg_with(jpeg: &[u8], marker: u8, data: &[u8]) -> Vec<u8> {
    let length = (data.len() as u16 + 2).to_be_bytes();
    [&jpeg[..2], &[0xff, marker], &length, data, &jpeg[2..]].concat()
}

/// A WebP with other chunks around the picture of a simple one.
fn webp_with(webp: &[u8], before: &[(&[u8; 4], &[u8])], after: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let chunk = |(name, data): &(&[u8; 4], &[u8])| {
        let size = (data.len() as u32).to_le_bytes();
        [&name[..], &size, data, &[0][..data.len() % 2]].concat()
    };
    let mut body = b"WEBPVP8X\x0a\0\0\0\x28\0\0\0\x3f\0\0\x2f\0\0".to_vec();
    body.extend(before.iter().flat_map(chunk));
    body.extend(&webp[12..]);
    body.extend(after.iter().flat_map(chunk));
    [&b"RIFF"[..], &(body.len() as u32).to_le_bytes(), &body].concat()
}

#[test]
fn every_format_promised_is_read() {
    for format in FORMATS {
        let picture = decode(encoded(format)).unwrap_or_else(|e| panic!("{format:?}: {e}"));
        assert_eq!(picture.pixels.dimensions(), (4, 3), "{format:?}");
        assert!(picture.opaque);
    }
}

#[test]
fn every_depth_and_kind_of_png_is_read() {
    use ::png::{BitDepth, ColorType};
    let all = [BitDepth::One, BitDepth::Two, BitDepth::Four, BitDepth::Eight, BitDepth::Sixteen];
    for (color, depths) in [
        (ColorType::Grayscale, &all[..]),
        (ColorType::Indexed, &all[..4]),
        (ColorType::Rgb, &all[3..]),
        (ColorType::GrayscaleAlpha, &all[3..]),
        (ColorType::Rgba, &all[3..]),
    ] {
        for depth in depths {
            let mut bytes = Vec::new();
            let mut encoder = ::png::Encoder::new(&mut bytes, 9, 2);
            encoder.set_color(color);
            encoder.set_depth(*depth);
            encoder.set_palette(vec![255; 6]);
            let mut writer = encoder.write_header().unwrap();
            let row = (9 * color.samples() * *depth as usize).div_ceil(8);
            writer.write_image_data(&vec![0xff; row * 2]).ok();
            drop(writer);
            if color == ColorType::Indexed && *depth != BitDepth::One {
                // The index is beyond the palette: no picture, but no panic either.
                let _ = quietly(bytes);
                continue;
            }
            let picture = quietly(bytes).unwrap().pixels;
            assert_eq!(picture.dimensions(), (9, 2));
            assert!(picture.pixels().all(|pixel| pixel.0 == [255; 4]), "{color:?} {depth:?}");
        }
    }
}

#[test]
fn an_animation_shows_each_frame_for_its_time_and_starts_over() {
    let mut picture = decode(gif(&[50, 200, 100], Some(Repeat::Infinite))).unwrap();
    let shade = |picture: &Picture| picture.pixels.get_pixel(0, 0)[0];
    assert_eq!(picture.advance(10.0), Some(10.05));
    assert_eq!((shade(&picture), picture.version), (0, 0));
    assert_eq!(picture.advance(10.05), Some(10.25));
    assert_eq!((shade(&picture), picture.version), (255, 1));
    assert_eq!(picture.advance(10.24), Some(10.25));
    assert_eq!(picture.advance(10.25), Some(10.35));
    assert_eq!(shade(&picture), 0);
    // Late by several frames: 10.35 the first again, 10.4 the second.
    let due = picture.advance(10.5).unwrap();
    assert!((due - 10.6).abs() < 1e-9, "{due}");
    assert_eq!(shade(&picture), 255);
}

#[test]
fn after_a_long_pause_it_goes_on_instead_of_rushing() {
    let mut picture = decode(gif(&[100, 100, 100], None)).unwrap();
    picture.advance(0.0);
    assert_eq!(picture.advance(1e9), Some(1e9 + 0.1));
    assert_eq!(picture.version, 1);
}

#[test]
fn an_animation_faster_than_it_is_decoded_goes_slower() {
    let mut picture = decode(gif(&[20; 90], None)).unwrap();
    picture.advance(0.0);
    assert_eq!(picture.advance(0.9), Some(0.9 + 0.02));
    assert_eq!(picture.version, u64::from(CATCH_UP));
}

#[test]
fn frames_without_a_delay_get_the_usual_one() {
    let mut picture = decode(gif(&[0, 10], None)).unwrap();
    assert_eq!(picture.advance(0.0), Some(USUAL));
}

#[test]
fn a_gif_of_one_frame_is_still() {
    let mut picture = decode(gif(&[100], Some(Repeat::Infinite))).unwrap();
    assert_eq!(picture.advance(0.0), None);
}

/// Frames shown until it ends, up to 50.
fn shown(picture: &mut Picture) -> u64 {
    let mut time = 0.0;
    while let Some(due) = picture.advance(time) {
        time = due;
        if picture.version >= 50 {
            break;
        }
    }
    picture.version + 1
}

#[test]
fn an_animation_is_played_as_often_as_its_file_says() {
    // GIF: the frames come again n times; without the block not at all; 0 is for ever.
    assert_eq!(shown(&mut decode(gif(&[20; 3], None)).unwrap()), 3);
    assert_eq!(shown(&mut decode(gif(&[20; 3], Some(Repeat::Finite(2)))).unwrap()), 9);
    assert!(shown(&mut decode(gif(&[20; 3], Some(Repeat::Infinite))).unwrap()) > 50);
    // APNG and WebP: the number is how often they are played.
    let apng = data!("animated.apng.png");
    let at = apng.windows(4).position(|name| name == b"acTL").unwrap() + 8;
    let plays = u64::from(apng[at + 3]);
    assert_eq!((plays, shown(&mut decode(apng).unwrap())), (2, 14));
    let mut webp = data!("animated-lossless.webp");
    let at = webp.windows(4).position(|name| name == b"ANIM").unwrap() + 12;
    assert_eq!((webp[at], shown(&mut decode(webp.clone()).unwrap())), (3, 24));
    webp[at] = 0;
    assert!(shown(&mut decode(webp).unwrap()) > 50);
}

/// Compares every frame, and the first ones of the next time, with what another program shows.
fn assert_frames(bytes: Vec<u8>, strip: &[u8], most: u8) {
    let strip = reference(strip);
    let mut picture = decode(bytes).unwrap();
    let (width, height) = picture.pixels.dimensions();
    let count = strip.height() / height;
    let mut time = 0.0;
    for number in 0..count * 2 {
        let want = image::imageops::crop_imm(&strip, 0, number % count * height, width, height);
        let off = difference(&picture.pixels, &want.to_image());
        assert!(off <= most, "frame {number}: {off}");
        let before = picture.version;
        while picture.version == before {
            let Some(due) = picture.advance(time) else { return };
            time = due;
        }
        assert_eq!(picture.version, before + 1);
    }
}

#[test]
fn every_blending_and_disposal_of_webp_is_shown_as_by_libwebp() {
    assert_frames(data!("animated-lossless.webp"), &data!("animated-lossless.png"), 1);
    assert_frames(data!("animated-lossy.webp"), &data!("animated-lossy.png"), 6);
}

#[test]
fn every_blending_and_disposal_of_apng_and_gif_is_shown_as_by_others() {
    assert_frames(data!("animated.apng.png"), &data!("animated-apng.png"), 2);
    assert_frames(data!("animated.gif"), &data!("animated-gif.png"), 0);
    assert_frames(data!("partial.gif"), &data!("partial-gif.png"), 0);
}

#[test]
fn an_apng_whose_only_frame_is_apart_shows_that_frame() {
    let shade = |shade: u8| {
        let head = memory::png_chunk(b"IHDR", &[0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]);
        // Deflate, stored: the filter and one sample, and Adler-32 of both.
        let sum = u32::from(shade) + 1;
        let sum = ((sum + 1) << 16 | sum).to_be_bytes();
        let data = [&[0x78, 1, 1, 2, 0, 0xfd, 0xff, 0, shade][..], &sum].concat();
        (head, data)
    };
    let (head, default) = shade(10);
    let (_, frame) = shade(200);
    let bytes = [
        b"\x89PNG\r\n\x1a\n".to_vec(),
        head,
        memory::png_chunk(b"acTL", &[0, 0, 0, 1, 0, 0, 0, 0]),
        memory::png_chunk(b"IDAT", &default),
        memory::png_chunk(
            b"fcTL",
            &[0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 10, 0, 0],
        ),
        memory::png_chunk(b"fdAT", &[&[0, 0, 0, 1][..], &frame].concat()),
        memory::png_chunk(b"IEND", b""),
    ];
    let mut picture = decode(bytes.concat()).unwrap();
    assert_eq!(picture.pixels.get_pixel(0, 0).0, [200, 200, 200, 255]);
    assert_eq!(shown(&mut picture), 1);
}

#[test]
fn a_gif_without_a_screen_is_as_large_as_its_frames() {
    let mut bytes = gif(&[50, 50], None);
    bytes[6..10].fill(0);
    let picture = decode(bytes.clone()).unwrap();
    assert_eq!(picture.pixels.dimensions(), (3, 2));
    // The first frame further to the right.
    let frame = bytes.iter().position(|byte| *byte == b',').unwrap();
    bytes[frame + 1] = 7;
    assert_eq!(decode(bytes).unwrap().pixels.dimensions(), (10, 2));
}

#[test]
fn a_picture_without_pixels_is_an_error() {
    let mut gif = gif(&[50], None);
    gif[6..10].fill(0);
    let frame = gif.iter().position(|byte| *byte == b',').unwrap();
    gif[frame + 5..frame + 9].fill(0);
    let mut bmp = encoded(ImageFormat::Bmp);
    bmp[18..26].fill(0);
    let mut qoi = encoded(ImageFormat::Qoi);
    qoi[4..12].fill(0);
    let mut jpeg = encoded(ImageFormat::Jpeg);
    let frame = jpeg.windows(2).position(|marker| marker == [0xff, 0xc0]).unwrap();
    jpeg[frame + 5..frame + 9].fill(0);
    for bytes in [gif, bmp, qoi, jpeg, b"P6 0 0 255\n".to_vec()] {
        assert!(quietly(bytes.clone()).is_err(), "{bytes:?}");
    }
}

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
    let points = memory::png_chunk(b"cICP", &[12, 13, 0, 1]);
    near(shade([&plain[..33], &points, &plain[33..]].concat(), 0), [215, 93, 31, 255]);
}

#[test]
fn a_picture_on_its_side_is_set_upright_in_every_format() {
    for number in 1..=8 {
        let exif = exif(number);
        let jpeg = data!("baseline.jpg");
        // Not the first APP segment, which JFIF is.
        let with = jpeg_with(&jpeg, 0xe1, &[EXIF, &exif].concat());
        let with = jpeg_with(&with, 0xe1, b"http://ns.adobe.com/xap/1.0/\0");
        let webp = data!("lossless.webp");
        let webp_with = webp_with(&webp, &[], &[(b"EXIF", &exif)]);
        let png = png_with(|_| {});
        let chunk = memory::png_chunk(b"eXIf", &exif);
        let before = [&png[..33], &chunk, &png[33..]].concat();
        let end = png.len() - 12;
        let behind = [&png[..end], &chunk, &png[end..]].concat();
        let png_again = png.clone();
        for (plain, with) in [(jpeg, with), (webp, webp_with), (png, before), (png_again, behind)] {
            let plain = decode(plain).unwrap().pixels;
            let want = orientation::upright(plain, orientation::read(Some(&exif)));
            assert!(decode(with).unwrap().pixels == want, "{number}");
        }
    }
}
