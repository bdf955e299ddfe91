//! Cells, read by the terminal emulator of the crate vt100.

use framecast_api::Frame;
use framecast_terminal::measure::Screen;
use proptest::prelude::*;

use crate::Story;

const COLUMNS: u16 = 31;
const ROWS: u16 = 9;
/// The picture's first column and row.
const PLACE: (u16, u16) = (3, 2);

struct Terminal(vt100::Parser);

impl Terminal {
    fn new() -> Self {
        Self(crate::terminal::emulator(ROWS + 4, COLUMNS + PLACE.0))
    }

    /// What a cell's upper and lower half look like.
    fn halves(&self, x: u16, y: u16) -> [[u8; 3]; 2] {
        let cell = self.0.screen().cell(PLACE.1 + y, PLACE.0 + x).unwrap();
        let rgb = |color| match color {
            vt100::Color::Rgb(r, g, b) => [r, g, b],
            vt100::Color::Idx(n) => xterm(n),
            vt100::Color::Default => [1, 2, 3],
        };
        let (ink, paper) = (|| rgb(cell.fgcolor()), || rgb(cell.bgcolor()));
        match cell.contents() {
            "" | " " => [paper(), paper()],
            "▀" => [ink(), paper()],
            "▄" => [paper(), ink()],
            "█" => [ink(), ink()],
            other => panic!("{other:?} at {x}, {y}"),
        }
    }

    fn each(&self, frame: &Frame, mut check: impl FnMut([u8; 3], [u8; 3], (u16, u16))) {
        for y in 0..ROWS {
            for x in 0..COLUMNS {
                for (half, found) in (0..2).zip(self.halves(x, y)) {
                    let at = (usize::from(y) * 2 + half) * usize::from(COLUMNS) + usize::from(x);
                    let [r, g, b, _] = frame.pixels()[at];
                    check(found, [r, g, b], (x, y));
                }
            }
        }
    }

    fn shows(&self, frame: &Frame) {
        self.each(frame, |found, wanted, at| assert_eq!(found, wanted, "at {at:?}"));
    }
}

/// xterm's palette, as its source makes it.
fn xterm(n: u8) -> [u8; 3] {
    let level = |n: u8| if n == 0 { 0 } else { 55 + n * 40 };
    match n {
        0..16 => panic!("a color that users redefine"),
        16..232 => [level((n - 16) / 36), level((n - 16) / 6 % 6), level((n - 16) % 6)],
        _ => [8 + (n - 232) * 10; 3],
    }
}

fn screen(setup: &str) -> Screen {
    let mut screen = Screen::new(setup, COLUMNS, ROWS, (8, 16)).unwrap();
    screen.shift(PLACE.0, PLACE.1);
    screen
}

fn story(seed: u32) -> Story {
    Story::new(COLUMNS.into(), u32::from(ROWS) * 2, seed)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn every_half_cell_is_a_pixel_whatever_was_there(seed: u32, synchronized: bool) {
        let mut story = story(seed);
        let mut screen = screen(if synchronized { "synchronized" } else { "" });
        let mut terminal = Terminal::new();
        for n in 0..20 {
            let frame = if n % 7 == 3 { story.noise(3) } else { story.patches() };
            if story.random(6) == 0 {
                terminal.0.process(b"\x1b[H\x1b[41mother things\x1b[2J");
                screen.invalidate();
            }
            let bytes = screen.paint(&frame).unwrap();
            terminal.0.process(bytes);
            terminal.shows(&frame);
            // A status line, in colors, below.
            terminal.0.process(b"\x1b[99;1H\x1b[32;44mstatus");
            prop_assert!(screen.paint(&frame).unwrap().is_empty());
        }
        // Nothing was written beside the picture.
        for row in 0..PLACE.1 {
            let line = terminal.0.screen().rows(0, 99).nth(row.into()).unwrap();
            prop_assert_eq!(line.trim(), "");
        }
    }

    #[test]
    fn no_dot_is_further_from_its_color_than_the_tolerance(seed: u32, tenths in 5_u8..90) {
        let mut story = story(seed);
        let mut screen = screen(&format!("tolerance={tenths}"));
        let mut terminal = Terminal::new();
        let mut frame = story.waves(seed % 1000);
        for n in 0..30 {
            frame = match n % 6 {
                4 => story.patches(),
                5 => story.noise(100),
                _ => story.waves(seed % 1000 + n),
            };
            terminal.0.process(screen.paint(&frame).unwrap());
            terminal.each(&frame, |found, wanted, at| {
                let difference = difference(found, wanted);
                let most = f64::from(tenths) / 10.0 + 0.05;
                assert!(difference < most, "{found:?} for {wanted:?} at {at:?}: {difference}");
            });
        }
        let rough = screen.needs_settling();
        terminal.0.process(screen.paint(&frame).unwrap());
        terminal.shows(&frame);
        prop_assert!(!screen.needs_settling());
        prop_assert!(!rough || tenths > 0);
    }

    #[test]
    fn with_256_colors_every_dot_has_one_that_is_as_near_as_any(seed: u32) {
        let mut story = story(seed);
        let mut screen = screen("256");
        let mut terminal = Terminal::new();
        for shift in 0..3 {
            let frame = story.waves(shift);
            terminal.0.process(screen.paint(&frame).unwrap());
            terminal.each(&frame, |found, wanted, at| {
                let best = (16..=255).map(|n| distance(xterm(n), wanted)).fold(f64::MAX, f64::min);
                // By another measure than the painter's, so that they may differ a little.
                let found = distance(found, wanted);
                assert!(found <= best * 1.5 + 4.0, "{found}, {best} for {wanted:?} at {at:?}");
            });
        }
    }
}

#[test]
fn what_rests_becomes_exact_although_something_else_moves() {
    let mut story = story(5);
    let mut screen = screen("tolerance=40");
    let mut terminal = Terminal::new();
    terminal.0.process(screen.paint(&story.waves(0)).unwrap());
    assert!(screen.needs_settling());
    let mut frame = story.patches();
    for n in 0..40 {
        frame = story.next(|_, pixels| {
            pixels[40] = [n * 5, 255 - n * 3, n, 255];
            None
        });
        terminal.0.process(screen.paint(&frame).unwrap());
    }
    let mut inexact = Vec::new();
    terminal.each(&frame, |found, wanted, at| {
        if found != wanted {
            inexact.push(at);
        }
    });
    assert!(inexact.iter().all(|at| *at == (9, 0)), "{inexact:?}");
}

#[test]
fn a_tolerance_saves_bytes_and_moving_on_never_adds_up() {
    let (mut exact, mut near) = (screen(""), screen("tolerance=23"));
    let (mut story, mut sum) = (story(1), (0, 0));
    for shift in 0..50 {
        let frame = story.waves(shift);
        sum.0 += exact.paint(&frame).unwrap().len();
        sum.1 += near.paint(&frame).unwrap().len();
    }
    assert!(sum.1 < sum.0 * 9 / 10, "{sum:?}");
}

#[test]
fn finer_glyphs_show_a_picture_of_two_colors_exactly() {
    for (setup, across, down) in [("quadrant", 2, 2), ("sextant", 2, 3), ("octant", 2, 4)] {
        let mut screen = screen(setup);
        let (width, height) = (u32::from(COLUMNS) * across, u32::from(ROWS) * down);
        let mut story = Story::new(width, height, 3);
        let frame = story.next(|story, pixels| {
            for pixel in pixels {
                *pixel = if story.random(2) == 0 { [9, 99, 200, 255] } else { [250, 10, 90, 255] };
            }
            None
        });
        let mut terminal = Terminal::new();
        terminal.0.process(screen.paint(&frame).unwrap());
        for y in 0..ROWS {
            for x in 0..COLUMNS {
                let cell = terminal.0.screen().cell(PLACE.1 + y, PLACE.0 + x).unwrap();
                let mut mask = dots(setup, cell.contents());
                if cell.fgcolor() == vt100::Color::Rgb(250, 10, 90)
                    || cell.bgcolor() == vt100::Color::Rgb(9, 99, 200)
                {
                    mask = !mask;
                }
                for dot in 0..across * down {
                    let (dx, dy) = (dot % across, dot / across);
                    let at = (u32::from(y) * down + dy) * width + u32::from(x) * across + dx;
                    let first = frame.pixels()[at as usize][0] == 9;
                    assert_eq!(mask >> dot & 1 == 1, first, "{setup}, {x}, {y}, dot {dot}");
                }
            }
        }
    }
}

/// The dots of a character, by its place in Unicode's blocks.
fn dots(setup: &str, text: &str) -> u8 {
    let quadrants = " ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█";
    let character = text.chars().next().unwrap_or(' ');
    if let Some(mask) = quadrants.chars().position(|it| it == character) {
        let mask = mask as u8;
        let rows = [mask & 3, mask >> 2];
        return match setup {
            "quadrant" => mask,
            // Only what is whole in both: none, left, right, all.
            "sextant" => rows[0] * 0b01_0101,
            _ => (rows[0] * 0b0101) | ((rows[1] * 0b0101) << 4),
        };
    }
    let number = character as u32;
    match setup {
        // BLOCK SEXTANT-1 to BLOCK SEXTANT-23456: every mask but 0, 21, 42 and 63.
        "sextant" => {
            let masks = (1..63).filter(|mask| ![21, 42].contains(mask));
            masks.clone().nth((number - 0x1fb00) as usize).unwrap()
        }
        _ => match number {
            0x1cea8 => 0x01,
            0x1ceab => 0x02,
            0x1cea3 => 0x40,
            0x1cea0 => 0x80,
            0x1fb82 => 0x03,
            0x2582 => 0xc0,
            0x1fbe6 => 0x14,
            0x1fbe7 => 0x28,
            0x1fb85 => 0x3f,
            0x2586 => 0xfc,
            _ => {
                let elsewhere = [
                    0, 1, 2, 3, 5, 10, 15, 20, 40, 63, 64, 80, 85, 90, 95, 128, 160, 165, 170, 175,
                    192, 240, 245, 250, 252, 255,
                ];
                let masks = (0..=255).filter(|mask| !elsewhere.contains(mask));
                masks.clone().nth((number - 0x1cd00) as usize).unwrap()
            }
        },
    }
}

fn distance(one: [u8; 3], other: [u8; 3]) -> f64 {
    let square = |n: usize| (f64::from(one[n]) - f64::from(other[n])).powi(2);
    (square(0) + square(1) + square(2)).sqrt()
}

/// The CIE 1976 color difference, from its definition.
fn difference(one: [u8; 3], other: [u8; 3]) -> f64 {
    let lab = |rgb: [u8; 3]| {
        let [r, g, b] = rgb.map(|n| {
            let n = f64::from(n) / 255.0;
            if n <= 0.04045 { n / 12.92 } else { ((n + 0.055) / 1.055).powf(2.4) }
        });
        let x = (0.412_456_4 * r + 0.357_576_1 * g + 0.180_437_5 * b) / 0.950_47;
        let y = 0.212_672_9 * r + 0.715_152_2 * g + 0.072_175 * b;
        let z = (0.019_333_9 * r + 0.119_192 * g + 0.950_304_1 * b) / 1.088_83;
        let root = |t: f64| {
            if t > 216.0 / 24389.0 { t.cbrt() } else { (24389.0 / 27.0 * t + 16.0) / 116.0 }
        };
        let (x, y, z) = (root(x), root(y), root(z));
        [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
    };
    let (one, other) = (lab(one), lab(other));
    (0..3).map(|n| (one[n] - other[n]).powi(2)).sum::<f64>().sqrt()
}
