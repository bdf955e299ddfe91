//! Animations: which frame is shown when, how often, and what it looks like.

use super::*;
use crate::show::picture::animation::{CATCH_UP, USUAL};

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
        let head = png_chunk(b"IHDR", &[0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]);
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
        png_chunk(b"acTL", &[0, 0, 0, 1, 0, 0, 0, 0]),
        png_chunk(b"IDAT", &default),
        png_chunk(
            b"fcTL",
            &[0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 10, 0, 0],
        ),
        png_chunk(b"fdAT", &[&[0, 0, 0, 1][..], &frame].concat()),
        png_chunk(b"IEND", b""),
    ];
    let mut picture = decode(bytes.concat()).unwrap();
    assert_eq!(picture.pixels.get_pixel(0, 0).0, [200, 200, 200, 255]);
    assert_eq!(shown(&mut picture), 1);
}

#[test]
fn an_apng_of_many_wide_frames_is_played_to_its_end() {
    // The rows of all frames together are more than the decoder may take for a still picture.
    let (width, count) = (10_000, 2_500);
    let mut bytes = Vec::new();
    let mut encoder = ::png::Encoder::new(&mut bytes, width, 1);
    encoder.set_animated(count, 1).unwrap();
    encoder.set_frame_delay(1, 10).unwrap();
    let mut writer = encoder.write_header().unwrap();
    for number in 0..count {
        writer.write_image_data(&vec![(number % 251) as u8; width as usize]).unwrap();
    }
    writer.finish().unwrap();
    let mut opened = quietly(bytes).unwrap();
    let mut animation = opened.animation.take().unwrap();
    let (mut frames, mut time) = (1, 0.0);
    while let Moved::On(more, due) = animation.advance(&mut opened.pixels, time) {
        (frames, time) = (frames + more, due);
    }
    assert_eq!((frames, animation.damage()), (count, None));
}
