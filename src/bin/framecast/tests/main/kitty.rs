//! What is painted, recorded and played again reaches a terminal with kitty's graphics protocol pixel by pixel.

#[path = "../../../../../backends/terminal/tests/screen/kitty_terminal.rs"]
#[allow(dead_code, reason = "other tests take the rest")]
mod kitty_terminal;
#[path = "../../../../../backends/terminal/tests/screen/terminal.rs"]
#[allow(dead_code, reason = "other tests take the rest")]
mod terminal;

use std::fs::File;
use std::path::Path;
use std::time::Instant;

use framecast_record::{Playback, Reader};

use self::kitty_terminal::{CELL, KittyTerminal};
use crate::terminal::Running;
use crate::terminal::emulator::{PATIENCE, Style};

/// The picture in 80 × 24 cells, above the bottom line.
const WIDTH: usize = 80 * CELL.0 as usize;
const HEIGHT: usize = 24 * CELL.1 as usize;
const RED: [u8; 3] = [226, 58, 66];
const GREEN: [u8; 3] = [52, 168, 98];

/// The program in the terminal, and the images that the terminal holds.
struct Shown {
    running: Running,
    kitty: KittyTerminal,
    /// So many bytes were taken.
    taken: usize,
}

impl Shown {
    fn start(args: &[&str]) -> Self {
        let args = [&["--backend", "terminal", "--terminal", "kitty"], args].concat();
        let program = env!("CARGO_BIN_EXE_framecast").into();
        let running = Running::start(Style::Kitty, program, &args);
        Self { running, kitty: KittyTerminal::default(), taken: 0 }
    }

    /// Waits until the terminal shows such a picture. Where nothing was drawn a pixel is `None`.
    fn until(&mut self, what: &str, is_so: impl Fn(&[Option<[u8; 3]>]) -> bool) {
        let end = Instant::now() + PATIENCE;
        loop {
            let bytes = self.running.emulator.bytes();
            let (commands, length) = terminal::complete_commands(&bytes[self.taken..]);
            self.taken += length;
            if !commands.is_empty() {
                self.kitty.take(commands);
                let canvas = self.kitty.canvas();
                let rows = canvas.pixels.chunks(canvas.width).take(HEIGHT);
                let pixels: Vec<_> = rows.flat_map(|row| &row[..WIDTH]).copied().collect();
                if is_so(&pixels) {
                    return;
                }
            }
            assert!(Instant::now() < end, "never {what}\n{}", self.running.emulator.text());
            std::thread::yield_now();
        }
    }

    /// Drags the mouse from one cell to another.
    fn stroke(&self, from: (i32, i32), to: (i32, i32)) {
        const STEPS: i32 = 12;
        let mut bytes = format!("\x1b[<0;{};{}M", from.0, from.1);
        for step in 1..=STEPS {
            let at = |from, to| from + (to - from) * step / STEPS;
            bytes += &format!("\x1b[<32;{};{}M", at(from.0, to.0), at(from.1, to.1));
        }
        bytes += &format!("\x1b[<0;{};{}m", to.0, to.1);
        self.running.emulator.write(bytes);
    }

    fn leave(mut self) {
        self.running.emulator.write("\x03");
        assert_eq!(self.running.wait().code(), Some(0));
    }
}

/// The pixel in the middle of a cell, whose numbers begin with 1.
fn middle(pixels: &[Option<[u8; 3]>], column: usize, row: usize) -> Option<[u8; 3]> {
    let (x, y) = ((column - 1) * 8 + 4, (row - 1) * 16 + 8);
    pixels[y * WIDTH + x]
}

fn last_picture(path: &Path) -> Vec<Option<[u8; 3]>> {
    let mut playback = Playback::new(Reader::open(File::open(path).unwrap()).unwrap());
    playback.seek(u64::MAX).unwrap();
    let picture = playback.picture();
    let size = picture.size().expect("there is one");
    assert_eq!((size.width as usize, size.height as usize), (WIDTH, HEIGHT));
    picture.pixels().iter().map(|[r, g, b, _]| Some([*r, *g, *b])).collect()
}

#[test]
fn a_recording_of_paint_ends_pixel_by_pixel_as_it_was_painted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("paint.fcast");
    let file = path.to_str().unwrap();
    let mut painted = Shown::start(&["--record", file, "demo", "paint"]);
    painted.until("paper", |pixels| !pixels.contains(&None));
    painted.running.emulator.write("2");
    painted.stroke((10, 4), (70, 10));
    painted.until("a red stroke", |pixels| middle(pixels, 10, 4) == Some(RED));
    painted.running.emulator.write("5]");
    painted.stroke((70, 3), (20, 12));
    let is_painted = |pixels: &[Option<[u8; 3]>]| {
        let ends = [(10, 4), (70, 10), (70, 3), (20, 12)];
        ends.map(|(column, row)| middle(pixels, column, row))
            == [Some(RED), Some(RED), Some(GREEN), Some(GREEN)]
    };
    painted.until("a red and a green stroke", is_painted);
    painted.leave();

    let recorded = last_picture(&path);
    assert!(is_painted(&recorded));
    let mut played = Shown::start(&["play", "--speed", "50", file]);
    played.until("the last picture, exactly", |pixels| pixels == recorded);
    played.leave();
}
