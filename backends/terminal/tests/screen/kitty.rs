//! kitty's protocol, read by a decoder that shares nothing with the painter.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use flate2::read::ZlibDecoder;
use framecast_api::Frame;
use framecast_terminal::measure::Screen;

use crate::Story;
use crate::terminal::{Canvas, Command, commands, emulator, through_tmux};

const CELL: (u16, u16) = (8, 16);

/// An image that the terminal holds.
struct Image {
    width: usize,
    height: usize,
    rgb: Vec<u8>,
    /// Row and column where it is shown; none of its own inside tmux.
    at: Option<(u16, u16)>,
    cells: Option<(u16, u16)>,
}

#[derive(Default)]
struct Terminal {
    cursor: (u16, u16),
    images: BTreeMap<u32, Image>,
    /// Keys and what has come of the image that is being sent.
    pending: Option<(BTreeMap<String, String>, Vec<u8>)>,
    answers: Vec<u32>,
    files: usize,
    /// Told after every command.
    watch: Option<(usize, usize)>,
}

impl Terminal {
    fn take(&mut self, commands: Vec<Command>) {
        for command in commands {
            match command {
                Command::Go(row, column) => self.cursor = (row, column),
                Command::Application(content) => self.graphics(&content),
                _ => {}
            }
            if let Some((width, height)) = self.watch {
                self.canvas().cut(0, 0, width, height);
            }
        }
    }

    fn graphics(&mut self, content: &[u8]) {
        let content = content.strip_prefix(b"G").expect("not a graphics command");
        let split = content.iter().position(|byte| *byte == b';').unwrap_or(content.len());
        let keys = std::str::from_utf8(&content[..split]).unwrap();
        let keys: BTreeMap<String, String> = keys
            .split(',')
            .map(|pair| pair.split_once('=').unwrap())
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect();
        let payload = content.get(split + 1..).unwrap_or_default();
        assert!(payload.len() <= 4096, "a piece is too long");
        if keys.get("a").is_some_and(|action| action == "d") {
            assert_eq!(keys["d"], "I");
            assert_eq!(keys["q"], "2");
            self.images.remove(&keys["i"].parse().unwrap()).expect("deleted twice");
            return;
        }
        let (first, mut data) = self.pending.take().unwrap_or((keys.clone(), Vec::new()));
        data.extend(data_encoding::BASE64.decode(payload).unwrap());
        if keys.get("m").is_some_and(|more| more == "1") {
            self.pending = Some((first, data));
            return;
        }
        self.image(&first, data);
    }

    fn image(&mut self, keys: &BTreeMap<String, String>, data: Vec<u8>) {
        assert_eq!((&keys["a"][..], &keys["f"][..], &keys["C"][..]), ("T", "24", "1"));
        let number = |key: &str| keys.get(key).map(|value| value.parse::<u32>().unwrap());
        let rgb = if keys.get("t").is_some_and(|medium| medium == "t") {
            let path = String::from_utf8(data).unwrap();
            assert!(path.contains("tty-graphics-protocol"), "{path}");
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt;
                let mode = std::fs::metadata(&path).unwrap().permissions().mode();
                assert_eq!(mode & 0o777, 0o600);
            }
            self.files += 1;
            let rgb = std::fs::read(&path).unwrap();
            std::fs::remove_file(&path).unwrap();
            rgb
        } else {
            assert_eq!(keys["o"], "z");
            let mut rgb = Vec::new();
            ZlibDecoder::new(&data[..]).read_to_end(&mut rgb).unwrap();
            rgb
        };
        let (width, height) = (number("s").unwrap() as usize, number("v").unwrap() as usize);
        assert_eq!(rgb.len(), width * height * 3);
        let virtual_one = keys.contains_key("U");
        let image = Image {
            width,
            height,
            rgb,
            at: (!virtual_one).then_some(self.cursor),
            cells: number("c").map(|c| (c as u16, number("r").unwrap() as u16)),
        };
        let id = number("i").unwrap();
        if keys["q"] == "0" {
            self.answers.push(id);
        } else {
            assert_eq!(keys["q"], "2");
        }
        assert!(self.images.insert(id, image).is_none(), "an image in use was replaced");
    }

    fn canvas(&self) -> Canvas {
        let mut canvas = Canvas::new(1000, 1000);
        for image in self.images.values() {
            if let Some((row, column)) = image.at {
                let (x, y) = (usize::from(column * CELL.0), usize::from(row * CELL.1));
                canvas.put(x, y, image.width, &image.rgb);
            }
        }
        canvas
    }
}

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
        let mut terminal = Terminal::default();
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
    let mut terminal = Terminal::default();
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
    let mut terminal = Terminal::default();
    terminal.take(commands(&bytes));
    assert_eq!(terminal.images.len(), 2048);
}

#[test]
fn a_reduced_picture_is_near_the_frame() {
    let mut screen = Screen::new("kitty", 40, 13, CELL).unwrap();
    let mut story = Story::new(640, 416, 2);
    let mut terminal = Terminal::default();
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
    let mut terminal = Terminal::default();
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
