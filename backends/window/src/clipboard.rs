//! The desktop's clipboard, on threads of its own: the program that owns the text may take seconds
//! to answer, and no copy waits for that.

use std::sync::mpsc::{self, Receiver, Sender, TryRecvError};
use std::thread::{self, JoinHandle};

#[cfg(all(unix, not(target_os = "macos")))]
use crate::x11::read_clipboard;

/// The longest text that is taken from the clipboard, in bytes; a longer one is left there.
const MAX_TEXT: usize = 4 << 20;

/// The clipboard; opened when it is first used.
#[derive(Default)]
pub(crate) struct Clipboard {
    writer: Option<Writer>,
    /// Where the text of a paste that is under way will come.
    reading: Option<Receiver<String>>,
}

/// Copies. Under X11 its thread answers for the text that we put there.
struct Writer {
    texts: Option<Sender<String>>,
    thread: Option<JoinHandle<()>>,
}

impl Clipboard {
    /// Puts text into it. Where there is no clipboard, nothing happens.
    pub(crate) fn copy(&mut self, text: String) {
        let unsent = match &self.writer {
            Some(writer) => writer.copy(text),
            None => Err(text),
        };
        if let Err(text) = unsent {
            self.writer = Writer::start();
            let _ = self.writer.as_ref().map(|writer| writer.copy(text));
        }
    }

    /// Asks for its text, which [`pasted`](Self::pasted) gives some time later. One that is asked
    /// for already is enough.
    pub(crate) fn paste(&mut self) {
        if self.reading.is_some() {
            return;
        }
        let (answer, reading) = mpsc::channel();
        // Nobody waits for it to end: it gives up by itself, and holds nothing that matters.
        let started = spawn(move || {
            let fits = |text: &String| !text.is_empty() && text.len() <= MAX_TEXT;
            if let Some(text) = read().filter(fits) {
                let _ = answer.send(text);
            }
        });
        self.reading = started.map(|_| reading);
    }

    /// The text that was asked for, once it is there.
    pub(crate) fn pasted(&mut self) -> Option<String> {
        let text = match self.reading.as_ref()?.try_recv() {
            Ok(text) => Some(text),
            Err(TryRecvError::Empty) => return None,
            // There is no text that we take.
            Err(TryRecvError::Disconnected) => None,
        };
        self.reading = None;
        text
    }
}

impl Writer {
    fn start() -> Option<Self> {
        let (texts, waiting) = mpsc::channel();
        let thread = spawn(move || write(&waiting))?;
        Some(Self { texts: Some(texts), thread: Some(thread) })
    }

    /// Gives the text back if the thread is gone.
    fn copy(&self, text: String) -> Result<(), String> {
        match &self.texts {
            Some(texts) => texts.send(text).map_err(|unsent| unsent.0),
            None => Err(text),
        }
    }
}

impl Drop for Writer {
    /// Waits until the text was handed to the desktop's clipboard manager, if it has one: under X11
    /// it is gone with the program otherwise.
    fn drop(&mut self) {
        self.texts = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn spawn(work: impl FnOnce() + Send + 'static) -> Option<JoinHandle<()>> {
    thread::Builder::new().name("framecast-clipboard".to_owned()).spawn(work).ok()
}

fn write(texts: &Receiver<String>) {
    // Kept: under X11 it answers for the text that we put there.
    let mut clipboard = None;
    for text in texts {
        if clipboard.is_none() {
            clipboard = arboard::Clipboard::new().ok();
        }
        if let Some(clipboard) = &mut clipboard {
            let _ = clipboard.set_text(text);
        }
    }
}

/// Under X11 the owner of the text sends it to us, in as many pieces as it likes and as slowly as it
/// likes: arboard would wait and grow without an end.
#[cfg(all(unix, not(target_os = "macos")))]
fn read() -> Option<String> {
    read_clipboard(MAX_TEXT)
}

/// The system has the text already.
#[cfg(not(all(unix, not(target_os = "macos"))))]
fn read() -> Option<String> {
    arboard::Clipboard::new().ok()?.get_text().ok()
}
