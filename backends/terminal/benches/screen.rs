//! What bringing a screen from frame to frame costs: bytes, and time on one core.
//!
//! `cargo bench -p framecast-terminal` shows the pictures of the load benchmark, 1280 × 720, on 120 ×
//! 40 cells; `-- SETUP…` shows only these setups (see `measure::Screen::new`); `-- content=NAME` only
//! this content, `-- file=FILE` one of raw RGBA frames of 1280 × 720 pixels. The means of a run, as
//! Markdown; compare lines of one run. What a write to a terminal costs is not in it.
//!
//! For tests/peers:
//!
//! - `-- frames CONTENT COUNT FILE` writes raw RGBA frames;
//! - `-- play SETUP WIDTHxHEIGHT FPS FILE` shows raw RGBA frames on standard output, 120 × 40 cells.

#[path = "../../../tests/load/src/picture.rs"]
#[allow(dead_code, reason = "the load benchmark uses more of it")]
mod picture;

use std::fs::File;
use std::io::{BufWriter, Read, Write, stdout};
use std::thread::sleep;
use std::time::{Duration, Instant};

use framecast_api::{Error, Frame, FramePool, PhysicalSize, Rect, Result};
use framecast_terminal::measure::Screen;
use picture::{Content, HEIGHT, Painter, WIDTH};

const COLUMNS: u16 = 120;
const ROWS: u16 = 40;
const CELL: (u16, u16) = (8, 16);
const FRAMES: u64 = 120;
const SETUPS: [&str; 9] = [
    "cells",
    "cells,tolerance=23",
    "cells,256",
    "cells,quadrant",
    "cells,sextant",
    "kitty",
    "kitty,file",
    "sixel",
    "iterm",
];

fn main() -> Result<()> {
    // cargo adds --bench.
    let words: Vec<String> = std::env::args().skip(1).filter(|it| !it.starts_with('-')).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["frames", content, count, file] => write_frames(content, count, file),
        ["play", setup, size, fps, file] => play(setup, size, fps, file),
        _ => table(&words),
    }
}

fn table(words: &[String]) -> Result<()> {
    let named = |name: &str| words.iter().filter_map(|word| word.strip_prefix(name)).next();
    let setups: Vec<&str> = words
        .iter()
        .map(String::as_str)
        .filter(|it| !it.contains("content=") && !it.contains("file="))
        .collect();
    println!("| content | setup | ms a frame | bytes a frame | first frame |");
    println!("| --- | --- | ---: | ---: | ---: |");
    let setups = if setups.is_empty() { SETUPS.to_vec() } else { setups };
    let mut sources: Vec<(String, Vec<Frame>)> = Vec::new();
    if let Some(file) = named("file=") {
        sources.push((file.to_owned(), read_frames(file)?));
    } else {
        for content in [Content::Motion, Content::Page, Content::Dashboard] {
            if named("content=").is_none_or(|only| only == content.name()) {
                sources.push((content.name().to_owned(), drawn(content, FRAMES)?));
            }
        }
    }
    for (name, frames) in sources {
        for setup in &setups {
            let mut screen = Screen::new(setup, COLUMNS, ROWS, CELL)?;
            let first = screen.paint(&frames[0])?.len();
            let (mut bytes, start) = (0, Instant::now());
            for frame in &frames[1..] {
                bytes += screen.paint(frame)?.len();
            }
            let count = frames.len() - 1;
            let ms = start.elapsed().as_secs_f64() * 1e3 / count as f64;
            println!("| {name} | {setup} | {ms:.3} | {} | {first} |", bytes / count);
        }
    }
    Ok(())
}

/// Frames as an application presents them.
fn drawn(content: Content, count: u64) -> Result<Vec<Frame>> {
    let mut painter = Painter::new(content);
    let mut pool = FramePool::new();
    (1..=count)
        .map(|n| {
            let mut buffer = pool.lend(PhysicalSize::new(WIDTH as u32, HEIGHT as u32))?;
            painter.draw(buffer.pixels_mut());
            if let Some([x, y, width, height]) = painter.damage() {
                buffer.add_damage(Rect::new(x, y, width, height));
                buffer.trust_damage();
            }
            Ok(pool.freeze(buffer, n, n as f64 / 60.0, 1.0))
        })
        .collect()
}

fn read_frames(file: &str) -> Result<Vec<Frame>> {
    let mut source = open(file)?;
    let mut pool = FramePool::new();
    let mut frames = Vec::new();
    loop {
        let mut buffer = pool.lend(PhysicalSize::new(WIDTH as u32, HEIGHT as u32))?;
        if source.read_exact(buffer.bytes_mut()).is_err() {
            return Ok(frames);
        }
        let n = frames.len() as u64 + 1;
        frames.push(pool.freeze(buffer, n, n as f64 / 60.0, 1.0));
    }
}

fn open(file: &str) -> Result<File> {
    File::open(file).map_err(|error| Error::failed(format!("cannot read {file}: {error}")))
}

fn write_frames(content: &str, count: &str, file: &str) -> Result<()> {
    let content = content.parse::<Content>().map_err(Error::invalid_input)?;
    let count = count.parse().map_err(|_| Error::invalid_input("COUNT is a number of frames"))?;
    let failed = |error| Error::failed(format!("cannot write {file}: {error}"));
    let mut out = BufWriter::new(File::create(file).map_err(failed)?);
    for frame in drawn(content, count)? {
        out.write_all(frame.bytes()).map_err(failed)?;
    }
    out.flush().map_err(failed)
}

/// Shows frames: reading, comparing, reducing, writing.
fn play(setup: &str, size: &str, fps: &str, file: &str) -> Result<()> {
    let number = |text: &str| text.parse::<u32>().ok();
    let size = size.split_once('x').and_then(|(w, h)| Some((number(w)?, number(h)?)));
    let (width, height) = size.ok_or_else(|| Error::invalid_input("a size is like 1280x720"))?;
    let fps: f64 = fps.parse().map_err(|_| Error::invalid_input("FPS is a number"))?;
    let mut source = open(file)?;
    let mut screen = Screen::new(setup, COLUMNS, ROWS, CELL)?;
    let start = Instant::now();
    let mut pool = FramePool::new();
    let mut out = stdout().lock();
    for n in 1.. {
        let mut buffer = pool.lend(PhysicalSize::new(width, height))?;
        if source.read_exact(buffer.bytes_mut()).is_err() {
            break;
        }
        let due = start + Duration::from_secs_f64((n - 1) as f64 / fps);
        sleep(due.saturating_duration_since(Instant::now()));
        let bytes = screen.paint(&pool.freeze(buffer, n, 0.0, 1.0))?;
        out.write_all(bytes)
            .and_then(|()| out.flush())
            .map_err(|error| Error::failed(format!("cannot write to the terminal: {error}")))?;
    }
    Ok(())
}
