//! The desktop's clipboard, on a thread of its own: the program that owns the text may take seconds
//! to answer.

use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::thread::{self, JoinHandle};

/// The longest text that is taken from the clipboard, in bytes; a longer one is left there.
const MAX_TEXT: usize = 4 << 20;

enum Order {
    Copy(String),
    Paste,
}

/// The clipboard; opened when it is first used.
#[derive(Default)]
pub(crate) struct Clipboard {
    worker: Option<Worker>,
}

struct Worker {
    orders: Option<Sender<Order>>,
    pasted: Receiver<Option<String>>,
    thread: Option<JoinHandle<()>>,
    /// A paste is under way.
    asked: bool,
}

impl Clipboard {
    /// Puts text into it. Where there is no clipboard, nothing happens.
    pub(crate) fn copy(&mut self, text: String) {
        if let Some(worker) = self.worker() {
            worker.order(Order::Copy(text));
        }
    }

    /// Asks for its text, which [`pasted`](Self::pasted) gives some time later. One that is asked
    /// for already is enough.
    pub(crate) fn paste(&mut self) {
        if let Some(worker) = self.worker()
            && !worker.asked
        {
            worker.asked = true;
            worker.order(Order::Paste);
        }
    }

    /// The text that was asked for, once it is there.
    pub(crate) fn pasted(&mut self) -> Option<String> {
        let worker = self.worker.as_mut()?;
        match worker.pasted.try_recv() {
            Ok(text) => {
                worker.asked = false;
                text
            }
            Err(TryRecvError::Empty | TryRecvError::Disconnected) => None,
        }
    }

    fn worker(&mut self) -> Option<&mut Worker> {
        if self.worker.is_none() {
            self.worker = Worker::start();
        }
        self.worker.as_mut()
    }
}

impl Worker {
    fn start() -> Option<Self> {
        let (orders, waiting) = channel();
        let (answers, pasted) = channel();
        let thread = thread::Builder::new()
            .name("framecast-clipboard".to_owned())
            .spawn(move || work(&waiting, &answers))
            .ok()?;
        Some(Self { orders: Some(orders), pasted, thread: Some(thread), asked: false })
    }

    fn order(&self, order: Order) {
        // A thread that is gone found no clipboard.
        let _ = self.orders.as_ref().map(|orders| orders.send(order));
    }
}

impl Drop for Worker {
    /// Waits until the text was handed to the desktop's clipboard manager, if it has one: under X11
    /// it is gone with the program otherwise.
    fn drop(&mut self) {
        self.orders = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn work(orders: &Receiver<Order>, answers: &Sender<Option<String>>) {
    // Kept: under X11 it answers for the text that we put there.
    let mut clipboard = arboard::Clipboard::new().ok();
    for order in orders {
        if clipboard.is_none() {
            clipboard = arboard::Clipboard::new().ok();
        }
        match order {
            Order::Copy(text) => {
                if let Some(clipboard) = &mut clipboard {
                    let _ = clipboard.set_text(text);
                }
            }
            Order::Paste => {
                let text = clipboard.as_mut().and_then(|clipboard| clipboard.get_text().ok());
                let fits = |text: &String| !text.is_empty() && text.len() <= MAX_TEXT;
                if answers.send(text.filter(fits)).is_err() {
                    return;
                }
            }
        }
    }
}
