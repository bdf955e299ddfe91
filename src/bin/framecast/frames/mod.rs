//! Frames from a program in any language, through pipes, and events to it. PIPE.md is the protocol.
//!
//! The reader's thread reads messages and pixels, the latter straight into the canvas' memory. The canvas' thread
//! presents frames and collects events. The events' thread writes them, so that a program that does not read
//! keeps nobody waiting.

mod events;
#[cfg(test)]
mod fuzz;
mod outbox;
mod protocol;
mod reader;
mod stage;

use std::io::Read;
use std::sync::Arc;
use std::thread::JoinHandle;

use framecast::{Canvas, Error, Options, Result, Step};

pub(crate) use self::events::Events;
use self::protocol::Message;
use self::reader::Reader;
use self::stage::Stage;

/// Opens a canvas for a program.
pub(crate) fn open(options: &Options, title: &str) -> Result<Canvas> {
    Canvas::builder(title).options(options).close_on_interrupt().open()
}

/// Shows what a program writes to `input`, and writes events to it, until the program or the canvas ends. `source` is
/// what errors call its output. Afterwards the rest of `input` is read and forgotten, unless there was an error.
///
/// # Errors
/// If the program writes what it must not, or the canvas closed because its last backend was lost.
pub(crate) fn show<R: Read + Send + 'static>(
    canvas: &Canvas,
    options: &Options,
    source: &'static str,
    input: R,
    events: &Events,
) -> Result<()> {
    events.tell_size(canvas);
    let stage = Stage::new(canvas, options.title.is_some());
    let reading = Arc::clone(&stage);
    spawn("framecast-frames", move || {
        let mut reader = Reader::new(input, source);
        let outcome = read(&mut reader, &reading);
        let is_fine = outcome.is_ok();
        reading.end(outcome);
        // A program that goes on a little does not fail for it. One that writes what it must not has the pipe closed.
        if is_fine {
            reader.drain();
        }
    })?;
    while let Some(step) = canvas.next() {
        match step {
            Step::Event(event) => events.push(event),
            Step::Draw(drawing) => {
                let timestamp = drawing.timestamp();
                if stage.offer(canvas, drawing) {
                    events.draw(timestamp);
                }
            }
        }
    }
    // What is wrong with the program says more than that the canvas closed then.
    stage.close().and(canvas.finish())
}

fn read<R: Read>(reader: &mut Reader<R>, stage: &Arc<Stage>) -> Result<()> {
    while let Some(message) = reader.next()? {
        match message {
            Message::Hello(hello) => stage.tell(|news| news.hello = Some(hello)),
            Message::Title(title) => stage.tell(|news| news.title = Some(title)),
            Message::Cursor(cursor) => stage.tell(|news| news.cursor = Some(cursor)),
            Message::Clipboard(text) => stage.tell(|news| news.clipboard = Some(text)),
            Message::Frame(header) => {
                let buffer = stage.buffer(&header).map_err(|why| reader.wrong(why))?;
                let Some(mut buffer) = buffer else { break };
                reader.pixels(&header, &mut buffer)?;
                stage.hand_over(buffer);
            }
            Message::Close => break,
        }
    }
    Ok(())
}

/// Starts a thread with a name.
///
/// # Errors
/// If there can be no more threads.
fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>> {
    let thread = std::thread::Builder::new().name(name.to_owned()).spawn(work);
    thread.map_err(|error| {
        Error::failed(format!("cannot start a thread: {error}")).with_source(error)
    })
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};
    use std::time::Duration;

    use framecast::{EventKind, Key, PhysicalSize};

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(60);

    fn options() -> Options {
        Options::parse("test", &["--backend", "none", "--draw", "always"]).unwrap()
    }

    /// What is shown of `input`, and what is written to its program.
    fn shown(canvas: &Canvas, input: impl Read + Send + 'static) -> (Result<()>, String) {
        let (mut reader, writer) = std::io::pipe().unwrap();
        let events = Events::start("test".into(), || Ok(writer)).unwrap();
        let told = std::thread::spawn(move || {
            let mut told = String::new();
            reader.read_to_string(&mut told).unwrap();
            told
        });
        let result = show(canvas, &options(), "the program", input, &events);
        events.finish(PATIENCE);
        (result, told.join().unwrap())
    }

    fn program(lines: &[(&str, &[u8])]) -> Cursor<Vec<u8>> {
        let mut bytes = Vec::new();
        for (line, pixels) in lines {
            bytes.extend_from_slice(line.as_bytes());
            bytes.push(b'\n');
            bytes.extend_from_slice(pixels);
        }
        Cursor::new(bytes)
    }

    const HELLO: (&str, &[u8]) =
        (r#"{"type":"hello","version":1,"title":"a","fixed_size":[2,1]}"#, b"");

    #[test]
    fn frames_and_settings_reach_the_canvas_and_events_the_program() {
        let canvas = open(&options(), "test").unwrap();
        let (result, told) = shown(
            &canvas,
            program(&[
                HELLO,
                (r#"{"type":"frame","width":2,"height":1,"format":"rgb","bytes":6}"#, b"abcdef"),
                (r#"{"type":"title","title":"b"}"#, b""),
                (
                    r#"{"type":"frame","width":2,"height":1,"bytes":4,"damage":[[1,0,1,1]]}"#,
                    b"ABCD",
                ),
            ]),
        );
        result.unwrap();
        assert_eq!(canvas.title(), "b");
        let last = canvas.last_frame().unwrap();
        assert_eq!(last.size(), PhysicalSize::new(2, 1));
        assert_eq!(last.pixels(), [[97, 98, 99, 255], *b"ABCD"]);
        assert_eq!((last.sequence(), last.is_damage_complete()), (2, true));
        let first = "{\"type\":\"hello\",\"version\":1}\n{\"type\":\"resize\",";
        assert!(told.starts_with(first), "{told}");
        assert!(told.lines().last().unwrap().starts_with("{\"type\":\"close\""), "{told}");
    }

    #[test]
    fn the_size_follows_the_frames_or_the_view() {
        let frame = r#"{"type":"frame","width":3,"height":2,"format":"rgb","bytes":18}"#;
        let canvas = open(&options(), "test").unwrap();
        shown(&canvas, program(&[HELLO, (frame, &[7; 18])])).0.unwrap();
        assert_eq!(canvas.size().physical(), PhysicalSize::new(3, 2));
        let canvas = open(&options(), "test").unwrap();
        let size = canvas.size();
        let hello = (r#"{"type":"hello","version":1}"#, &b""[..]);
        shown(&canvas, program(&[hello, (frame, &[7; 18])])).0.unwrap();
        assert_eq!(canvas.size(), size);
        let last = canvas.last_frame().unwrap();
        assert_eq!(last.size(), PhysicalSize::new(3, 2));
        assert!((last.ratio() - 3.0 / size.logical().width).abs() < 1e-9, "{}", last.ratio());
    }

    #[test]
    fn damage_needs_a_frame_before_it() {
        let canvas = open(&options(), "test").unwrap();
        let frame = r#"{"type":"frame","width":2,"height":1,"bytes":0,"damage":[]}"#;
        let error = shown(&canvas, program(&[HELLO, (frame, b"")])).0.unwrap_err();
        assert_eq!(error.kind(), framecast::ErrorKind::Failed, "the command line is not wrong");
        let (error, at) = (error.to_string(), HELLO.0.len() + 1);
        assert!(error.starts_with(&format!("the program, byte {at}: damage of")), "{error}");
        assert!(error.contains("2x1"), "{error}");
    }

    #[test]
    fn half_a_frame_ends_the_show_after_what_was_whole() {
        let canvas = open(&options(), "test").unwrap();
        let frame = r#"{"type":"frame","width":2,"height":1,"format":"rgb","bytes":6}"#;
        let input = program(&[HELLO, (frame, b"abcdef"), (frame, b"ghi")]);
        let (result, told) = shown(&canvas, input);
        let error = result.unwrap_err().to_string();
        assert!(error.contains("3 of 6 bytes"), "{error}");
        assert_eq!(canvas.last_frame().unwrap().pixels()[0], [97, 98, 99, 255]);
        assert!(told.contains("\"close\""), "{told}");
    }

    #[test]
    fn a_program_that_reads_no_events_keeps_nobody_waiting() {
        let canvas = open(&options(), "test").unwrap();
        let (reader, writer) = std::io::pipe().unwrap();
        let events = Events::start("test".into(), || Ok(writer)).unwrap();
        let (input, mut program) = std::io::pipe().unwrap();
        let handle = canvas.handle();
        let author = std::thread::spawn(move || {
            writeln!(program, "{}", HELLO.0).unwrap();
            for _ in 0..100 {
                for _ in 0..100 {
                    handle.submit_event(EventKind::KeyDown(Key::new("a"))).unwrap();
                }
                writeln!(program, r#"{{"type":"frame","width":2,"height":1,"bytes":8}}"#).unwrap();
                program.write_all(b"abcdefgh").unwrap();
            }
        });
        show(&canvas, &options(), "the program", input, &events).unwrap();
        author.join().unwrap();
        assert_eq!(canvas.last_frame().unwrap().sequence(), 100);
        drop(reader);
        events.finish(PATIENCE);
    }

    #[test]
    fn a_frame_that_nobody_wants_holds_the_program_up() {
        let options = Options::parse("test", &["--backend", "none"]).unwrap();
        let canvas = open(&options, "test").unwrap();
        canvas.set_draw_demand(framecast::DrawDemand::Auto);
        let handle = canvas.handle();
        let (input, mut program) = std::io::pipe().unwrap();
        let author = std::thread::spawn(move || {
            writeln!(program, "{}", HELLO.0).unwrap();
            let mut written = 0;
            // As one that floods: until it is told that nobody reads any more.
            while writeln!(program, r#"{{"type":"frame","width":2,"height":1,"bytes":8}}"#).is_ok()
                && program.write_all(b"abcdefgh").is_ok()
            {
                written += 1;
                if written == 100 {
                    handle.close();
                    return;
                }
            }
        });
        let events = Events::start("test".into(), || Ok(std::io::sink())).unwrap();
        show(&canvas, &options, "the program", input, &events).unwrap();
        author.join().unwrap();
        assert!(canvas.stats().frames <= 1, "nobody looks");
    }
}
