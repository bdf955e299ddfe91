//! `framecast pipe`: video from standard input, in real time, whether or not somebody watches.
//!
//! The reader thread reads frames into a few buffers that go round. The player thread hands each
//! on when it is due, and drops those that are late. The canvas' thread converts and presents;
//! when it is busy, the newest frame wins. Only the reader blocks on the input, so closing the
//! canvas ends the program at any time.

mod aspect;
mod deep;
mod events;
mod header;
mod pace;
mod player;
mod stream;
mod yuv;

use std::io::IsTerminal;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use framecast::{Canvas, Error, Options, PhysicalSize, Result, Step, UpdateMode, print_notice};

use self::player::Player;
use self::stream::{Info, Stream};
use self::yuv::Matrix;
use crate::command::Pipe;
use crate::frames::{self, Events};

/// What comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// YUV4MPEG2.
    Y4m,
    /// Raw pixels of four bytes.
    Rgba,
    /// Frames with headers, as of a program that framecast runs.
    Frames,
}

impl FromStr for Format {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "y4m" => Ok(Format::Y4m),
            "rgba" => Ok(Format::Rgba),
            "frames" => Ok(Format::Frames),
            _ => Err(Error::invalid_input(format!(
                "the format {text:?} is unknown; possible are y4m, rgba and frames"
            ))),
        }
    }
}

/// The colors' matrix on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MatrixArg {
    /// By the size of the video.
    Auto,
    /// This one.
    Fixed(Matrix),
}

impl FromStr for MatrixArg {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "auto" => Ok(MatrixArg::Auto),
            "bt601" => Ok(MatrixArg::Fixed(Matrix::Bt601)),
            "bt709" => Ok(MatrixArg::Fixed(Matrix::Bt709)),
            _ => Err(Error::invalid_input(format!(
                "the matrix {text:?} is unknown; possible are auto, bt601 and bt709"
            ))),
        }
    }
}

/// How long the canvas waits for the header, to open with the video's size. A source that takes
/// longer finds an open canvas, which takes the size then.
const HEADER_WAIT: Duration = Duration::from_millis(700);

/// How long the last events wait for a reader.
const LAST_EVENTS: Duration = Duration::from_secs(2);

/// Plays standard input.
pub(crate) fn run(options: &Options, args: &Pipe) -> Result<()> {
    if std::io::stdin().is_terminal() {
        return Err(Error::invalid_input(
            "pipe plays video from standard input, which is a terminal. Try\n  ffmpeg -nostdin -i video.mp4 -f yuv4mpegpipe -pix_fmt yuv420p - | framecast pipe",
        ));
    }
    let events = args.events.as_deref().map(events::open).transpose()?;
    let format = args.format;
    if format == Format::Frames {
        return show_frames(options, args, events);
    }
    let size = options.size.map(|size| PhysicalSize::new(size.width, size.height));
    let raw = match (format, size) {
        (Format::Y4m | Format::Frames, _) => None,
        (Format::Rgba, Some(size)) => Some(Info::rgba(size)?),
        (Format::Rgba, None) => {
            return Err(Error::invalid_input(
                "raw pixels do not say their size; write it before the command: framecast --size 640x480 pipe --format rgba",
            ));
        }
    };
    let matrix = match args.matrix {
        MatrixArg::Auto => None,
        MatrixArg::Fixed(matrix) => Some(matrix),
    };
    let rate = args.rate.map(|rate| rate.0);
    let player = Player::start(rate, move || {
        let input = std::io::stdin().lock();
        let stream = match raw {
            Some(info) => Stream::rgba(input, info),
            None => Stream::y4m(input, matrix)?,
        };
        for note in stream.notes(rate.is_some()) {
            print_notice(note);
        }
        Ok(stream)
    })?;
    play(options, player, events)
}

/// Shows frames with headers.
fn show_frames(options: &Options, args: &Pipe, events: Option<Events>) -> Result<()> {
    if args.rate.is_some() || args.matrix != MatrixArg::Auto {
        return Err(Error::invalid_input(
            "--rate and --matrix are for video; frames with headers come when they are ready",
        ));
    }
    let canvas = frames::open(options, "pipe")?;
    // A program that reads no events draws when it likes.
    let events =
        events.map_or_else(|| Events::start("nobody".into(), || Ok(std::io::sink())), Ok)?;
    let shown = frames::show(&canvas, options, "standard input", std::io::stdin(), &events);
    events.finish(LAST_EVENTS);
    shown
}

/// Opens a canvas and plays on it until the input or the canvas ends.
fn play(options: &Options, player: Player, events: Option<Events>) -> Result<()> {
    let mut builder = Canvas::builder("pipe")
        .options(options)
        .close_on_interrupt()
        .update_mode(UpdateMode::Manual);
    if let Some(info) = player.wait_for_info(HEADER_WAIT)? {
        builder = builder.fixed_size(info.shown);
    }
    let canvas = builder.open()?;
    let player = Arc::new(player);
    Player::play_on(&player, &canvas)?;
    if let Some(events) = &events {
        events.tell_size(&canvas);
    }
    let ended = canvas.run(|_, step| {
        if let (Step::Event(event), Some(events)) = (step, &events) {
            events.push(event);
        }
    });
    if let Some(events) = events {
        events.finish(LAST_EVENTS);
    }
    print_notice(&player.summary());
    // Why the input ended says more than that the canvas closed then.
    player.outcome().and(ended)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options() -> Options {
        Options::parse("test", &["--backend", "none"]).unwrap()
    }

    fn player(rate: Option<f64>, bytes: Vec<u8>) -> Player {
        Player::start(rate, move || Stream::y4m(std::io::Cursor::new(bytes), None)).unwrap()
    }

    fn video(frames: u8) -> Vec<u8> {
        let mut bytes = b"YUV4MPEG2 W2 H1 F100:1 Cmono\n".to_vec();
        for frame in 0..frames {
            bytes.extend(b"FRAME\n");
            bytes.extend([16 + frame; 2]);
        }
        bytes
    }

    #[test]
    fn a_video_plays_in_real_time_though_nobody_watches() {
        let start = std::time::Instant::now();
        let player = player(None, video(31));
        play(&options(), player, None).unwrap();
        let took = start.elapsed().as_secs_f64();
        assert!(took > 0.29, "{took} s for 0.31 s of video");
    }

    #[test]
    fn the_last_frame_is_shown_and_all_are_counted() {
        let player = Arc::new(player(Some(1000.0), video(20)));
        let canvas = Canvas::builder("test").no_backends().open().unwrap();
        Player::play_on(&player, &canvas).unwrap();
        canvas.run(|_, _| {}).unwrap();
        player.outcome().unwrap();
        let last = canvas.last_frame().expect("a frame");
        assert_eq!(last.size(), PhysicalSize::new(2, 1));
        assert_eq!(last.pixels()[0][0], ((16.0 + 19.0 - 16.0) * 255.0_f64 / 219.0).round() as u8);
        let counts = player.counts();
        assert_eq!(counts.shown + counts.dropped, 20);
    }

    #[test]
    fn a_video_of_wide_pixels_is_shown_in_squares() {
        let bytes = b"YUV4MPEG2 W2 H1 F100:1 A3:1 Cmono\nFRAME\n\x10\xeb".to_vec();
        let player = Arc::new(player(Some(1000.0), bytes));
        let canvas = Canvas::builder("test").no_backends().open().unwrap();
        Player::play_on(&player, &canvas).unwrap();
        canvas.run(|_, _| {}).unwrap();
        player.outcome().unwrap();
        let last = canvas.last_frame().expect("a frame");
        assert_eq!(last.size(), PhysicalSize::new(6, 1));
        assert_eq!((last.pixels()[0], last.pixels()[5]), ([0, 0, 0, 255], [255; 4]));
    }

    #[test]
    fn truncated_input_shows_what_came_and_is_an_error() {
        let mut bytes = video(3);
        bytes.pop();
        let end = bytes.len();
        let player = Arc::new(player(Some(1000.0), bytes));
        let canvas = Canvas::builder("test").no_backends().open().unwrap();
        Player::play_on(&player, &canvas).unwrap();
        canvas.run(|_, _| {}).unwrap();
        assert!(canvas.last_frame().is_some());
        let error = player.outcome().unwrap_err().to_string();
        assert!(error.contains(&format!("byte {end}")), "{error}");
    }

    #[test]
    fn closing_the_canvas_ends_it_while_the_input_blocks() {
        let (reader, writer) = std::io::pipe().unwrap();
        let player = Player::start(None, move || Stream::y4m(reader, None)).unwrap();
        assert!(player.wait_for_info(Duration::ZERO).unwrap().is_none());
        let player = Arc::new(player);
        let canvas = Canvas::builder("test").no_backends().open().unwrap();
        Player::play_on(&player, &canvas).unwrap();
        let handle = canvas.handle();
        handle.close();
        canvas.run(|_, _| {}).unwrap();
        player.outcome().unwrap();
        drop(writer);
    }

    #[test]
    fn a_frame_a_century_is_closed_at_once() {
        let player = Arc::new(player(Some(1e-300), video(3)));
        let canvas = Canvas::builder("test").no_backends().open().unwrap();
        Player::play_on(&player, &canvas).unwrap();
        // Long enough for the first frame, and for the player to wait for the second.
        let end = std::time::Instant::now() + Duration::from_secs(20);
        while player.counts().shown == 0 {
            assert!(std::time::Instant::now() < end, "no frame");
            let _ = canvas.next_before(std::time::Instant::now() + Duration::from_millis(5));
        }
        canvas.close();
        canvas.run(|_, _| {}).unwrap();
        assert_eq!(player.counts().shown, 1);
    }

    #[test]
    fn wrong_input_is_an_error_before_a_canvas_opens() {
        let player = player(None, b"GIF89a".to_vec());
        let error = play(&options(), player, None).unwrap_err().to_string();
        assert!(error.contains("byte 0") && error.contains("GIF89a"), "{error}");
    }

    #[test]
    fn raw_pixels_without_a_rate_are_all_shown() {
        let info = Info::rgba(PhysicalSize::new(1, 1)).unwrap();
        let bytes: Vec<u8> = (0..200).flat_map(|shade| [shade, 0, 0, 255]).collect();
        let start = move || Ok(Stream::rgba(std::io::Cursor::new(bytes), info));
        let player = Arc::new(Player::start(None, start).unwrap());
        let canvas = Canvas::builder("test").no_backends().open().unwrap();
        Player::play_on(&player, &canvas).unwrap();
        canvas.run(|_, _| {}).unwrap();
        assert_eq!((player.counts().shown, player.counts().dropped), (200, 0));
        assert_eq!(canvas.last_frame().unwrap().pixels()[0][0], 199);
    }

    #[test]
    fn unknown_formats_and_matrices_list_what_is_possible() {
        assert!("mp4".parse::<Format>().unwrap_err().to_string().contains("rgba"));
        assert!("bt2020".parse::<MatrixArg>().unwrap_err().to_string().contains("bt709"));
        assert_eq!("bt709".parse::<MatrixArg>().unwrap(), MatrixArg::Fixed(Matrix::Bt709));
    }
}
