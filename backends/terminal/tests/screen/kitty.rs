//! kitty's protocol, read by `kitty_terminal`, which shares nothing with the painter.

use std::collections::BTreeSet;

use framecast_api::Frame;
use framecast_terminal::measure::Screen;

use crate::Story;
use crate::kitty_terminal::{CELL, KittyTerminal};
use crate::terminal::{Canvas, Command, commands, emulator, through_tmux};

fn rgb(frame: &Frame) -> Vec<[u8; 3]> {
    frame.pixels().iter().map(|[r, g, b, _]| [*r, *g, *b]).collect()
}

#[test]
fn every_pixel_arrives_and_nothing_is_left_behind() {
    for setup in ["kitty", "kitty,file", "kitty,synchronized"] {
        // 40 × 13 cells, the last of which are covered in part.
        let mut screen = Screen::new(setup, 40, 13, CELL).unwrap();
        let (width, height) = (315, 201);
        let mut story = Story::new(width, height, 11);
        let mut terminal = KittyTerminal::default();
        let mut images = 0;
        for n in 0..25 {
            let frame = if n % 9 == 0 { story.noise(200) } else { story.patches() };
            if n == 15 {
                // Where everything is sent again there may be holes for a moment.
                terminal.watch = None;
                screen.invalidate();
            }
            terminal.take(commands(screen.paint(&frame).unwrap()));
            let shown = terminal.canvas().cut(0, 0, width as usize, height as usize);
            assert!(shown == rgb(&frame), "{setup}, frame {n}");
            images = images.max(terminal.images.len());
            assert_eq!(terminal.images.len(), images, "a tile has one image");
            // From now on there never is a hole.
            terminal.watch = Some((width as usize, height as usize));
        }
        terminal.watch = None;
        terminal.take(commands(screen.clear()));
        assert!(terminal.images.is_empty());
        assert!(terminal.answers.is_empty());
        assert_eq!(terminal.files > 0, setup.contains("file"));
    }
}

#[test]
fn the_last_image_of_a_painting_is_answered_if_that_is_wanted() {
    let mut screen = Screen::new("kitty,answer", 40, 13, CELL).unwrap();
    let mut story = Story::new(320, 208, 2);
    let mut terminal = KittyTerminal::default();
    for n in 1..4 {
        let frame = story.noise(9);
        terminal.take(commands(screen.paint(&frame).unwrap()));
        assert_eq!(terminal.answers.len(), n);
        assert_eq!(screen.answer(), terminal.answers.last().copied());
    }
}

#[test]
fn files_that_the_terminal_does_not_read_are_deleted() {
    let mut screen = Screen::new("kitty,file", 40, 13, CELL).unwrap();
    let mut story = Story::new(320, 208, 2);
    let mut files = Vec::new();
    for _ in 0..400 {
        let frame = story.noise(9);
        for command in commands(screen.paint(&frame).unwrap()) {
            if let Command::Application(content) = command {
                let Some(split) = content.iter().position(|byte| *byte == b';') else { continue };
                let path = data_encoding::BASE64.decode(&content[split + 1..]).unwrap();
                files.push(String::from_utf8(path).unwrap());
            }
        }
    }
    assert!(files.len() > 1100, "{} do not reach the limit", files.len());
    let left = files.iter().filter(|file| std::path::Path::new(file).exists()).count();
    assert_eq!(left, 1024);
    drop(screen);
    assert!(!files.iter().any(|file| std::path::Path::new(file).exists()));
}

#[test]
fn more_tiles_than_files_may_wait_are_sent_without_files() {
    // Cells of one pixel make 64 × 32 tiles.
    let mut screen = Screen::new("kitty,file", 1024, 256, (1, 1)).unwrap();
    let bytes = screen.paint(&Story::new(1024, 256, 3).noise(5)).unwrap().to_vec();
    assert_eq!(bytes.windows(3).filter(|it| it == b"t=t").count(), 0);
    let mut terminal = KittyTerminal::default();
    terminal.take(commands(&bytes));
    assert_eq!(terminal.images.len(), 2048);
}

#[test]
fn a_reduced_picture_is_near_the_frame() {
    let mut screen = Screen::new("kitty", 40, 13, CELL).unwrap();
    let mut story = Story::new(640, 416, 2);
    let mut terminal = KittyTerminal::default();
    for shift in 0..3 {
        let frame = story.waves(shift);
        terminal.take(commands(screen.paint(&frame).unwrap()));
        let shown = terminal.canvas().cut(0, 0, 320, 208);
        for (n, pixel) in shown.iter().enumerate() {
            let (x, y) = (n % 320 * 2, n / 320 * 2);
            let parts = [0, 1, 640, 641].map(|at| frame.pixels()[y * 640 + x + at]);
            for channel in 0..3 {
                let mean: i32 = parts.iter().map(|it| i32::from(it[channel])).sum::<i32>() / 4;
                assert!((mean - i32::from(pixel[channel])).abs() <= 1, "{x}, {y}");
            }
        }
    }
}

#[test]
fn inside_tmux_placeholders_stand_for_the_tiles() {
    let mut screen = Screen::new("kitty,tmux", 20, 10, CELL).unwrap();
    screen.shift(2, 1);
    let mut story = Story::new(160, 160, 4);
    let mut terminal = KittyTerminal::default();
    let mut tmux = emulator(12, 30);
    let mut uppers = BTreeSet::new();
    let marks = [
        '\u{305}', '\u{30d}', '\u{30e}', '\u{310}', '\u{312}', '\u{33d}', '\u{33e}', '\u{33f}',
        '\u{346}', '\u{34a}', '\u{34b}', '\u{34c}', '\u{350}', '\u{351}', '\u{352}', '\u{357}',
    ];
    for n in 0..6 {
        let frame = if n == 0 { story.noise(99) } else { story.patches() };
        let bytes = screen.paint(&frame).unwrap();
        terminal.take(through_tmux(bytes));
        // tmux keeps what is not passed through.
        for command in commands(bytes) {
            match command {
                Command::Go(row, column) => {
                    tmux.process(format!("\x1b[{};{}H", row + 1, column + 1).as_bytes());
                }
                Command::Other(bytes) | Command::Text(bytes) => tmux.process(&bytes),
                _ => {}
            }
        }
        let mut shown = Canvas::new(160, 160);
        for row in 0..10 {
            for column in 0..20 {
                let cell = tmux.screen().cell(1 + row, 2 + column).unwrap();
                // One of 24 bits would not get through every tmux.
                let vt100::Color::Idx(lower) = cell.fgcolor() else { panic!("no number") };
                let text: Vec<char> = cell.contents().chars().collect();
                assert_eq!((text.len(), text[0]), (4, '\u{10eeee}'));
                let mark = |n: usize| marks.iter().position(|it| *it == text[n]).unwrap();
                let number = |id: &&u32| id.to_be_bytes()[3] == lower;
                let mut named = terminal.images.keys().filter(number);
                let (Some(id), None) = (named.next(), named.next()) else { panic!("ambiguous") };
                let image = &terminal.images[id];
                // The upper byte is the number of the last mark; the same for so few images.
                uppers.insert((id >> 24, text[3]));
                let (y, x) = (mark(1) * 16, mark(2) * 8);
                assert!(image.at.is_none());
                let cells = (image.width.div_ceil(8) as u16, image.height.div_ceil(16) as u16);
                assert_eq!(image.cells, Some(cells));
                let part: Vec<u8> = (y..y + 16)
                    .flat_map(|y| &image.rgb[(y * image.width + x) * 3..][..24])
                    .copied()
                    .collect();
                shown.put(usize::from(column) * 8, usize::from(row) * 16, 8, &part);
            }
        }
        assert!(shown.cut(0, 0, 160, 160) == rgb(&frame), "frame {n}");
    }
    assert_eq!(uppers.len(), 1);
    let (upper, mark) = uppers.pop_first().unwrap();
    assert!(upper > 0 && (upper >= 16 || marks[upper as usize] == mark), "{upper} {mark:?}");
    terminal.take(through_tmux(screen.clear()));
    assert!(terminal.images.is_empty());
}
