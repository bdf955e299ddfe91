//! What asks for more memory than it may is refused before it gets any.

use super::*;

/// A chunk of a PNG, with its checksum.
pub(super) fn png_chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let body = [&name[..], data].concat();
    let mut crc = u32::MAX;
    for byte in &body {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
        }
    }
    [&(data.len() as u32).to_be_bytes()[..], &body, &(!crc).to_be_bytes()].concat()
}

/// A PNG that is all head.
fn png(width: u32, height: u32, depth: u8, color: u8, interlaced: bool) -> Vec<u8> {
    let head = [&width.to_be_bytes()[..], &height.to_be_bytes()].concat();
    let head = [&head[..], &[depth, color, 0, 0, interlaced.into()]].concat();
    let parts =
        [png_chunk(b"IHDR", &head), png_chunk(b"IDAT", b"\x78\x9c"), png_chunk(b"IEND", b"")];
    [&b"\x89PNG\r\n\x1a\n"[..], &parts.concat()].concat()
}

/// An animation of one pixel on a canvas as large as the format allows.
fn webp() -> Vec<u8> {
    let mut bytes = data!("animated-lossless.webp");
    let head = bytes.windows(4).position(|name| name == b"VP8X").unwrap() + 8;
    bytes[head + 4..head + 10].copy_from_slice(&[0xff, 0x7f, 0, 0xff, 0x7f, 0]);
    bytes
}

fn refused(bytes: Vec<u8>, budget: Budget) -> String {
    match opened(bytes, budget) {
        Ok(_) => panic!("it was not refused"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn bombs_are_refused_with_the_limit_the_need_and_the_flag() {
    let mut bmp = encoded(ImageFormat::Bmp);
    bmp[18..22].copy_from_slice(&60_000_u32.to_le_bytes());
    bmp[22..26].copy_from_slice(&60_000_u32.to_le_bytes());
    let mut gif = gif(&[50, 50], None);
    gif[6..10].fill(0xff);
    let mut jpeg = encoded(ImageFormat::Jpeg);
    let frame = jpeg.windows(2).position(|marker| marker == [0xff, 0xc0]).unwrap();
    jpeg[frame + 5..frame + 9].fill(0xff);
    let mut qoi = encoded(ImageFormat::Qoi);
    qoi[4..12].copy_from_slice(&[0, 0, 0x40, 0, 0, 0, 0x40, 0]);
    for bytes in [
        webp(),
        png(21_000, 21_000, 16, 6, false),
        png(30_000, 30_000, 1, 0, false),
        png(30_000, 30_000, 1, 0, true),
        bmp,
        gif,
        jpeg,
        qoi,
        b"P6 40000 40000 255\n".to_vec(),
    ] {
        let error = refused(bytes, Budget::default());
        for part in ["GiB of memory", "the limit is 1 GiB", "--max-memory"] {
            assert!(error.contains(part), "{part} is missing in {error}");
        }
    }
}

#[test]
fn every_format_is_held_to_the_budget() {
    for format in FORMATS {
        let bytes = encoded(format);
        // 12 pixels take at least their own size twice, and nothing takes more than 30 bytes a pixel.
        assert!(refused(bytes.clone(), Budget::of_bytes(12 * 8 - 1)).contains("--max-memory"));
        let opened = opened(bytes, Budget::of_bytes(12 * 30));
        assert!(opened.is_ok(), "{format:?}: {}", opened.err().unwrap());
    }
}

#[test]
fn a_long_side_is_no_reason_to_refuse() {
    // One row of 60,000 × 4 white pixels, and a column of as many.
    for (width, height) in [(240_000_u32, 1_u32), (1, 240_000)] {
        let header = format!("P5 {width} {height} 255\n").into_bytes();
        let bytes = [header, vec![255; 240_000]].concat();
        assert_eq!(decode(bytes).unwrap().pixels.dimensions(), (width, height));
    }
}

#[test]
fn frames_that_are_much_larger_than_the_canvas_cost_no_memory() {
    // 3000 frames of 65535 × 65535, beside the canvas and upon it, without pixels to speak of.
    let plain = gif(&[50], None);
    let table = 13 + 3 * (2 << (plain[10] & 7));
    let mut bytes = plain[..table].to_vec();
    bytes[10] |= 0x80;
    for number in 0..3000 {
        let at = if number % 2 == 0 { 0xff } else { 0 };
        bytes.extend([b',', at, at, at, at, 0xff, 0xff, 0xff, 0xff, 0]);
        bytes.extend([2, 2, 0x4c, 1, 0]);
    }
    bytes.push(b';');
    // The first frame makes the canvas as large as itself, beside it.
    assert!(refused(bytes.clone(), Budget::default()).contains("--max-memory"));
    let whole = gif(&[50], None);
    let bytes = [&whole[..whole.len() - 1], &bytes[table..]].concat();
    let mut opened = opened(bytes, Budget::of_bytes(3 * 2 * 12)).unwrap();
    let mut animation = opened.animation.take().unwrap();
    for step in 0..10 {
        animation.advance(&mut opened.pixels, f64::from(step));
    }
}
