//! Frames from a program in any language, through pipes, and events to it. PIPE.md is the protocol.
//!
//! The reader's thread reads messages and pixels, the latter straight into the canvas' memory. The canvas' thread
//! presents frames and collects events. The events' thread writes them, so that a program that does not read
//! keeps nobody waiting.

mod events;
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
/// what errors call its output. Afterwards the rest of `input` is read and forgotten.
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
        reading.end(outcome);
        reader.drain();
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
                let Some(mut buffer) = stage.buffer(&header)? else { break };
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
