//! Sixels, decoded here and by libsixel.

use framecast_api::Frame;
use framecast_terminal::measure::Screen;

use crate::Story;
use crate::terminal::{Canvas, Command, commands, through_tmux};

/// An image: its width, and its pixels.
fn decode(content: &[u8]) -> (usize, Vec<u8>) {
    let text = std::str::from_utf8(content).unwrap();
    let text = text.strip_prefix("0;1;0q\"1;1;").expect("other parameters");
    let (size, text) = text.split_at(text.find('#').unwrap());
    let (width, height) = size.split_once(';').unwrap();
    let (width, height): (usize, usize) = (width.parse().unwrap(), height.parse().unwrap());
    let mut rgb = vec![None; width * height];
    let mut palette = [[0_u8; 3]; 256];
    let (mut x, mut y, mut register, mut count) = (0, 0, 0, 1);
    let mut rest = text.as_bytes();
    let number = |rest: &mut &[u8]| {
        let length = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (digits, tail) = rest.split_at(length);
        *rest = tail;
        std::str::from_utf8(digits).unwrap().parse::<usize>().unwrap()
    };
    while let Some((first, tail)) = rest.split_first() {
        rest = tail;
        match first {
            b'#' => {
                register = number(&mut rest);
                if let Some(tail) = rest.strip_prefix(b";2;") {
                    rest = tail;
                    palette[register] = std::array::from_fn(|n| {
                        if n > 0 {
                            rest = rest.strip_prefix(b";").unwrap();
                        }
                        ((number(&mut rest) * 255 + 50) / 100) as u8
                    });
                }
            }
            b'!' => count = number(&mut rest),
            b'$' => x = 0,
            b'-' => (x, y) = (0, y + 6),
            b'?'..=b'~' => {
                for _ in 0..std::mem::replace(&mut count, 1) {
                    for bit in (0..6).filter(|bit| (first - b'?') >> bit & 1 == 1) {
                        let dot = &mut rgb[(y + bit) * width + x];
                        assert!(dot.is_none(), "a dot has two colors");
                        *dot = Some(palette[register]);
                    }
                    x += 1;
                    assert!(x <= width);
                }
            }
            other => panic!("{other}"),
        }
    }
    (width, rgb.into_iter().flat_map(|dot| dot.expect("a dot was left out")).collect())
}

/// Paints a frame and looks at the screen.
fn paint(screen: &mut Screen, frame: &Frame, canvas: &mut Canvas, tmux: bool) -> Vec<Vec<u8>> {
    let bytes = screen.paint(frame).unwrap();
    let mut cursor = (0, 0);
    let mut images = Vec::new();
    for command in if tmux { through_tmux(bytes) } else { commands(bytes) } {
        match command {
            Command::Go(row, column) => cursor = (row, column),
            Command::Device(content) => {
                let (width, rgb) = decode(&content);
                canvas.put(usize::from(cursor.1) * 8, usize::from(cursor.0) * 16, width, &rgb);
                images.push(content);
            }
            _ => {}
        }
    }
    images
}

#[test]
fn few_colors_are_kept_as_well_as_hundredths_can() {
    // Inside tmux a picture covers whole cells.
    for (setup, width, height) in [("sixel", 309, 205), ("sixel,tmux", 312, 208)] {
        let mut screen = Screen::new(setup, 40, 13, (8, 16)).unwrap();
        let mut story = Story::new(width, height, 7);
        let mut canvas = Canvas::new(400, 300);
        let mut counts = Vec::new();
        for n in 0..12 {
            let frame = if n == 0 { story.noise(5) } else { story.patches_of(1) };
            let images = paint(&mut screen, &frame, &mut canvas, setup.contains("tmux"));
            counts.push(images.len());
            let shown = canvas.cut(0, 0, width as usize, height as usize);
            for (shown, wanted) in shown.iter().zip(frame.pixels()) {
                for (shown, wanted) in shown.iter().zip(wanted) {
                    assert!(shown.abs_diff(*wanted) <= 2, "frame {n}: {shown} for {wanted}");
                }
            }
        }
        assert!(counts.iter().any(|count| *count < counts[0]), "only what changed: {counts:?}");
    }
}

/// The most that a channel is off where a picture of about 300 colors (in hundredths), the greys of
/// text and the tints of something beside it, alternates between them after so many columns.
fn worst_of_text_beside_a_plot(columns: u32) -> u8 {
    let mut screen = Screen::new("sixel", 16, 8, (8, 16)).unwrap();
    let mut story = Story::new(128, 128, 7);
    let mut canvas = Canvas::new(400, 300);
    let frame = story.next(|story, pixels| {
        for (n, pixel) in (0_u32..).zip(pixels) {
            let grey = story.random(256) as u8;
            let text = (n % 128 / columns).is_multiple_of(2);
            let tint = [90, 150][story.random(2) as usize];
            *pixel = if text { [grey; 4] } else { [grey, tint, 200, 255] };
        }
        None
    });
    paint(&mut screen, &frame, &mut canvas, false);
    let shown = canvas.cut(0, 0, 128, 128);
    let off = |(shown, wanted): (&[u8; 3], &[u8; 4])| {
        shown.iter().zip(wanted).map(|(shown, wanted)| shown.abs_diff(*wanted)).max()
    };
    shown.iter().zip(frame.pixels()).filter_map(off).max().unwrap()
}

#[test]
fn some_more_colors_are_kept_in_quarters() {
    assert!(worst_of_text_beside_a_plot(64) <= 2);
}

#[test]
fn what_quarters_cannot_keep_is_kept_in_steps_of_four() {
    let worst = worst_of_text_beside_a_plot(16);
    assert!((3..=5).contains(&worst), "{worst}");
}

#[test]
fn many_colors_are_right_on_the_average() {
    let mut screen = Screen::new("sixel", 40, 13, (8, 16)).unwrap();
    let mut story = Story::new(320, 208, 7);
    let mut canvas = Canvas::new(400, 300);
    let frame = story.waves(3);
    paint(&mut screen, &frame, &mut canvas, false);
    let shown = canvas.cut(0, 0, 320, 208);
    let mut worst: f64 = 0.0;
    for (x, y) in (0..208).step_by(8).flat_map(|y| (0..320).step_by(8).map(move |x| (x, y))) {
        let block = || (0..64).map(|n| (y + n / 8) * 320 + x + n % 8);
        for channel in [0, 1, 2] {
            let pixel = |at: usize| (shown[at][channel], frame.pixels()[at][channel]);
            let difference = |at: usize| f64::from(pixel(at).0) - f64::from(pixel(at).1);
            for at in block() {
                assert!(difference(at).abs() <= 53.0, "more than a level: {:?}", pixel(at));
            }
            worst = worst.max(block().map(difference).sum::<f64>().abs() / 64.0);
        }
    }
    assert!(worst < 8.0, "{worst}");
}

/// What libsixel decodes from the same bytes. It is a program of Unix systems.
#[cfg(unix)]
mod libsixel {
    use std::io::Write;
    use std::process::{Command, Stdio};

    use framecast_terminal::measure::Screen;

    use super::{decode, paint};
    use crate::Story;
    use crate::terminal::Canvas;

    fn decode_with_libsixel(content: &[u8]) -> Vec<u8> {
        let mut child = Command::new("sixel2png")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("these tests need sixel2png, of Debian's libsixel-bin");
        let mut input = child.stdin.take().unwrap();
        for part in [&b"\x1bP"[..], content, b"\x1b\\"] {
            input.write_all(part).unwrap();
        }
        drop(input);
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success());
        let mut decoder = png::Decoder::new(std::io::Cursor::new(output.stdout));
        decoder.set_transformations(png::Transformations::EXPAND);
        let mut reader = decoder.read_info().unwrap();
        let mut rgb = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut rgb).unwrap();
        assert_eq!(info.color_type, png::ColorType::Rgb);
        rgb
    }

    #[test]
    fn libsixel_sees_the_same() {
        let mut screen = Screen::new("sixel", 40, 13, (8, 16)).unwrap();
        let mut story = Story::new(309, 205, 7);
        let mut canvas = Canvas::new(400, 300);
        for n in 0..2 {
            let frame = if n == 0 { story.noise(6) } else { story.waves(3) };
            let images = paint(&mut screen, &frame, &mut canvas, false);
            assert!(images.len() > 5);
            for image in images {
                let (_, rgb) = decode(&image);
                let other = decode_with_libsixel(&image);
                assert_eq!(rgb.len(), other.len());
                // Hundredths are rounded this way or that.
                let worst = rgb.iter().zip(&other).map(|(one, other)| one.abs_diff(*other)).max();
                assert!(worst <= Some(1), "{worst:?}");
            }
        }
    }
}
