mod animated;
mod colors;
mod damage;
mod memory;

use std::io::Cursor;

use image::codecs::gif::{GifEncoder, Repeat};
use image::{Delay, DynamicImage, Frame, Rgba};

pub(super) use self::memory::png_chunk;
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
    Picture {
        name: "still".into(),
        pixels,
        opaque,
        version: 0,
        animation: None,
        damaged: false,
        notices: Vec::new(),
    }
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

/// The largest difference of two pictures; transparent pixels have no color.
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
        let chunk = png_chunk(b"eXIf", &exif);
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
