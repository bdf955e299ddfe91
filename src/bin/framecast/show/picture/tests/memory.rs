//! What asks for more memory than it may is refused before it gets any.

use super::*;

/// A chunk of a PNG, with its checksum.
pub(in super::super) fn png_chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let body = [&name[..], data].concat();
    let table: [u32; 256] = std::array::from_fn(|byte| {
        (0..8).fold(
            byte as u32,
            |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 },
        )
    });
    let crc = body.iter().fold(u32::MAX, |crc, byte| crc >> 8 ^ table[(crc as u8 ^ byte) as usize]);
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

/// Writes bits, the lowest first.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    count: usize,
}

impl Bits {
    fn put(&mut self, value: u32, count: usize) {
        for bit in 0..count {
            if self.count.is_multiple_of(8) {
                self.bytes.push(0);
            }
            *self.bytes.last_mut().unwrap() |= ((value >> bit & 1) as u8) << (self.count % 8);
            self.count += 1;
        }
    }

    /// A code of one symbol.
    fn single(&mut self, symbol: u32) {
        self.put(0b101, 3);
        self.put(symbol, 8);
    }
}

/// A lossless picture of one pixel, without its head, that names so many groups of prefix codes,
/// of two symbols of ten bits each.
fn vp8l_of_many_codes(groups: u32) -> Vec<u8> {
    let mut bits = Bits::default();
    // No transform, no cached colors, an image of groups for blocks of 512 without any either.
    bits.put(0, 2);
    bits.put(1, 1);
    bits.put(7, 3);
    bits.put(0, 1);
    let last = groups - 1;
    [last & 0xff, last >> 8, 0, 0, 0].into_iter().for_each(|symbol| bits.single(symbol));
    for _ in 0..groups * 5 {
        // Lengths 1 to 10 and 10 once more: the code for them has a length of 3 for 1 to 6 and of
        // 4 for 7 to 10.
        bits.put(0, 1);
        bits.put(10, 4);
        let lengths = [0, 0, 0, 3, 3, 3, 3, 3, 0, 3, 4, 4, 4, 4];
        lengths.into_iter().for_each(|length| bits.put(length, 3));
        bits.put(1, 1);
        bits.put(1, 3);
        bits.put(9, 4);
        for length in [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10_u32] {
            let (code, count) = if length < 7 { (length - 1, 3) } else { (length + 5, 4) };
            bits.put(code.reverse_bits() >> (32 - count), count);
        }
    }
    bits.put(0, 32);
    bits.bytes
}

fn riff(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
    [&name[..], &(data.len() as u32).to_le_bytes(), data, &[0][..data.len() % 2]].concat()
}

fn webp_of(chunks: &[Vec<u8>]) -> Vec<u8> {
    riff(b"RIFF", &[&b"WEBP"[..], &chunks.concat()].concat())
}

#[test]
fn prefix_codes_of_a_lossless_webp_are_counted() {
    let budget = Budget::of_bytes(8 << 20);
    let vp8l = |groups| [&b"\x2f\0\0\0\0"[..], &vp8l_of_many_codes(groups)].concat();
    let still = |groups| webp_of(&[riff(b"VP8L", &vp8l(groups))]);
    let animated = |groups| {
        let head = riff(b"VP8X", &[2, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        let frame = [&[0; 16][..], &riff(b"VP8L", &vp8l(groups))].concat();
        webp_of(&[head, riff(b"ANIM", &[0; 6]), riff(b"ANMF", &frame)])
    };
    // Alpha of a lossy picture, which is of some bytes only because it is not reached.
    let alpha = |groups| {
        let head = riff(b"VP8X", &[0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        let alph = [&[1][..], &vp8l_of_many_codes(groups)].concat();
        let vp8 = riff(b"VP8 ", &[0x10, 0, 0, 0x9d, 1, 0x2a, 1, 0, 1, 0]);
        webp_of(&[head, riff(b"ALPH", &alph), vp8])
    };
    for bytes in [still(1000), animated(1000), alpha(1000)] {
        let error = refused(bytes, budget);
        for part in ["1 × 1 pixels need 2", " MiB of memory", "the limit is 8 MiB", "--max-memory"]
        {
            assert!(error.contains(part), "{part} is missing in {error}");
        }
    }
    assert!(refused(still(65_536), Budget::default()).contains("1.3 GiB"));
    for bytes in [still(200), animated(200)] {
        assert!(opened(bytes, budget).is_ok());
    }
    assert!(!refused(alpha(200), budget).contains("--max-memory"));
}

#[test]
fn the_bytes_of_a_lossy_webp_are_counted() {
    let whole = data!("lossy.webp");
    let picture = decode(whole.clone()).unwrap().pixels;
    let pixels = u64::from(picture.width()) * u64::from(picture.height());
    // What is imagined behind a cut is no more than a byte for a few pixels.
    let need = pixels * 15 + 2 * (whole.len() as u64 + pixels / 4 + 1024);
    let cut = whole[..whole.len() - 60].to_vec();
    assert!(opened(cut.clone(), Budget::of_bytes(need)).is_ok());
    for bytes in [whole.clone(), cut] {
        let error = refused(bytes, Budget::of_bytes(pixels * 15 + whole.len() as u64));
        assert!(error.contains("--max-memory"), "{error}");
    }
}

#[test]
fn a_png_that_the_decoder_refuses_tells_limit_and_flag() {
    for (width, height) in [(1_000_000, 30), (1000, 1000)] {
        let error = refused(png(width, height, 8, 6, false), Budget::of_bytes(1 << 20));
        assert!(error.contains("1 MiB") && error.contains("--max-memory"), "{error}");
    }
    // One row that fits, but not with what the decoder holds of it.
    let error = refused(png(20_000, 1, 8, 6, false), Budget::of_bytes(170_000));
    assert!(error.contains("--max-memory"), "{error}");
}

#[test]
fn large_metadata_are_no_reason_to_refuse_a_png() {
    let plain = png_with(|_| {});
    let want = quietly(plain.clone()).unwrap().pixels;
    let all = [b"eXIf", b"iCCP", b"tEXt", b"zTXt", b"iTXt"];
    // More than the budget, and more than a profile may take whatever the budget.
    for (length, budget, names) in [(2 << 20, 1 << 20, &all[..]), (17 << 20, 1 << 30, &all[..2])] {
        for name in names.iter().copied() {
            let chunk = png_chunk(name, &vec![0; length]);
            let bytes = [&plain[..33], &chunk, &plain[33..]].concat();
            let opened = opened(bytes, Budget::of_bytes(budget)).unwrap();
            assert!(opened.pixels == want);
            match (name, &opened.notices[..]) {
                (b"iCCP", [notice]) => assert!(notice.contains("damaged or too large"), "{notice}"),
                (_, notices) => assert!(notices.is_empty(), "{notices:?}"),
            }
        }
    }
}

#[test]
fn a_profile_of_a_png_that_cannot_be_read_is_noticed() {
    let plain = png_with(|_| {});
    let chunk = png_chunk(b"iCCP", b"name\0\0rubbish");
    let opened = quietly([&plain[..33], &chunk, &plain[33..]].concat()).unwrap();
    assert!(opened.notices.iter().any(|notice| notice.contains("sRGB is assumed")));
}

#[test]
fn an_interlaced_frame_far_beyond_the_canvas_ends_the_animation() {
    let plain = gif(&[50], None);
    let mut bytes = plain[..plain.len() - 1].to_vec();
    // 40,000 × 40,000 pixels on 3 × 2, interlaced, so that the second row comes late.
    bytes.extend(b",\0\0\0\0\x40\x9c\x40\x9c\xc0\0\0\0\0\0\0\x02\x02\x4c\x01\0;");
    let mut opened = opened(bytes, Budget::default()).unwrap();
    let mut animation = opened.animation.take().unwrap();
    animation.advance(&mut opened.pixels, 0.0);
    animation.advance(&mut opened.pixels, 1.0);
    assert_eq!(animation.damage().as_deref(), Some("a frame is much larger than the canvas"));
}
