//! Another program's side of X11's clipboard (ICCCM, section 2).

use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use x11rb::connection::Connection;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    Atom, AtomEnum, ChangeWindowAttributesAux, ConnectionExt, CreateWindowAux, EventMask, PropMode,
    Property, SELECTION_NOTIFY_EVENT, SelectionNotifyEvent, SelectionRequestEvent, Window,
    WindowClass,
};
use x11rb::rust_connection::RustConnection;

use crate::support::STAGE;

/// A text in the clipboard, until dropped.
pub(crate) struct Selection {
    thread: Option<thread::JoinHandle<()>>,
    /// To give it up.
    connection: RustConnection,
}

fn connect() -> (RustConnection, Window) {
    let display = std::env::var(STAGE).expect("set by the outer process");
    let (connection, screen) = RustConnection::connect(Some(&display)).expect("a connection");
    let root = connection.setup().roots[screen].root;
    let window = connection.generate_id().expect("an id");
    let (class, events) = (WindowClass::INPUT_ONLY, CreateWindowAux::new());
    connection
        .create_window(0, window, root, 0, 0, 1, 1, 0, class, x11rb::COPY_FROM_PARENT, &events)
        .expect("sent")
        .check()
        .expect("a window");
    (connection, window)
}

fn atom(connection: &RustConnection, name: &str) -> u32 {
    connection.intern_atom(false, name.as_bytes()).expect("sent").reply().expect("an atom").atom
}

/// Takes the clipboard.
fn take(connection: &RustConnection, window: Window) {
    let clipboard = atom(connection, "CLIPBOARD");
    let now = x11rb::CURRENT_TIME;
    connection.set_selection_owner(window, clipboard, now).expect("sent").check().expect("owned");
}

/// Puts `data` into the property that `request` asks for, in units of 8 or 32 bits.
fn put(
    connection: &RustConnection,
    request: &SelectionRequestEvent,
    (kind, format): (Atom, u8),
    data: &[u8],
) {
    let SelectionRequestEvent { requestor, property, .. } = *request;
    let length = data.len() as u32 / (u32::from(format) / 8);
    connection
        .change_property(PropMode::REPLACE, requestor, property, kind, format, length, data)
        .expect("sent");
}

/// Says that the property is there, or that there is no such text.
fn answer(connection: &RustConnection, request: &SelectionRequestEvent, known: bool) {
    let notify = SelectionNotifyEvent {
        response_type: SELECTION_NOTIFY_EVENT,
        sequence: 0,
        time: request.time,
        requestor: request.requestor,
        selection: request.selection,
        target: request.target,
        property: if known { request.property } else { x11rb::NONE },
    };
    connection.send_event(false, request.requestor, EventMask::NO_EVENT, notify).expect("sent");
    connection.flush().expect("sent");
}

impl Selection {
    /// Puts `text` into the clipboard, as UTF-8.
    pub(crate) fn own(text: &str) -> Self {
        Self::own_as("UTF8_STRING", text.as_bytes())
    }

    /// Puts a text into the clipboard that has only this form.
    pub(crate) fn own_as(form: &str, text: &[u8]) -> Self {
        let (connection, window) = connect();
        take(&connection, window);
        let form = atom(&connection, form);
        let text = text.to_owned();
        let (handle, _) = connect();
        let thread = thread::spawn(move || {
            while let Ok(event) = connection.wait_for_event() {
                match event {
                    Event::SelectionRequest(request) => {
                        let known = request.target == form;
                        if known {
                            put(&connection, &request, (form, 8), &text);
                        }
                        answer(&connection, &request, known);
                    }
                    Event::SelectionClear(_) => return,
                    _ => {}
                }
            }
        });
        Self { thread: Some(thread), connection: handle }
    }

    /// What is in the clipboard; `None` for nothing.
    pub(crate) fn read() -> Option<String> {
        let (connection, window) = connect();
        let clipboard = atom(&connection, "CLIPBOARD");
        let (utf8, property) =
            (atom(&connection, "UTF8_STRING"), atom(&connection, "FRAMECAST_TEST"));
        connection
            .convert_selection(window, clipboard, utf8, property, x11rb::CURRENT_TIME)
            .expect("sent");
        connection.flush().expect("sent");
        let end = Instant::now() + Duration::from_secs(30);
        while Instant::now() < end {
            match connection.poll_for_event().expect("connected") {
                Some(Event::SelectionNotify(notify)) if notify.property == x11rb::NONE => {
                    return None;
                }
                Some(Event::SelectionNotify(_)) => {
                    let read =
                        connection.get_property(true, window, property, AtomEnum::ANY, 0, 1 << 20);
                    return String::from_utf8(read.ok()?.reply().ok()?.value).ok();
                }
                Some(_) => {}
                None => thread::sleep(Duration::from_millis(2)),
            }
        }
        panic!("the owner of the clipboard does not answer");
    }
}

impl Drop for Selection {
    fn drop(&mut self) {
        // Whoever owns it next ends the thread.
        let clipboard = atom(&self.connection, "CLIPBOARD");
        let none = self.connection.set_selection_owner(x11rb::NONE, clipboard, x11rb::CURRENT_TIME);
        none.expect("sent").check().expect("given up");
        if let Some(thread) = self.thread.take() {
            thread.join().expect("the owner");
        }
    }
}

/// How an owner of the clipboard sends its text.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Sending {
    /// Not at all.
    Never,
    /// In this many pieces of this many bytes, and says that these are so many.
    Pieces { count: usize, bytes: usize, claim: u32 },
}

/// What becomes of a request for the text.
#[derive(Debug, PartialEq)]
pub(crate) enum Fate {
    Asked,
    /// Another program has the clipboard now.
    Taken,
    /// The window that asked is gone; that much was sent.
    Gone(usize),
}

/// Owns the clipboard and tells what becomes of each request for its text, until the process ends.
pub(crate) fn watch(sending: Sending) -> mpsc::Receiver<Fate> {
    let (connection, window) = connect();
    take(&connection, window);
    let [utf8, incr] = ["UTF8_STRING", "INCR"].map(|name| atom(&connection, name));
    let (fates, told) = mpsc::channel();
    thread::spawn(move || {
        let mut current = None;
        let (mut pieces, mut sent) = (0, 0);
        while let Ok(event) = connection.wait_for_event() {
            match event {
                Event::SelectionRequest(request) => {
                    let _ = fates.send(Fate::Asked);
                    let events = EventMask::PROPERTY_CHANGE | EventMask::STRUCTURE_NOTIFY;
                    let events = ChangeWindowAttributesAux::new().event_mask(events);
                    connection
                        .change_window_attributes(request.requestor, &events)
                        .expect("sent")
                        .check()
                        .expect("the window that asks");
                    let Sending::Pieces { claim, .. } = sending else { continue };
                    if request.target != utf8 {
                        answer(&connection, &request, false);
                        continue;
                    }
                    (pieces, sent) = (0, 0);
                    put(&connection, &request, (incr, 32), &claim.to_ne_bytes());
                    answer(&connection, &request, true);
                    current = Some(request);
                }
                Event::PropertyNotify(change) if change.state == Property::DELETE => {
                    let (Some(request), Sending::Pieces { count, bytes, .. }) = (current, sending)
                    else {
                        continue;
                    };
                    if change.atom != request.property || change.window != request.requestor {
                        continue;
                    }
                    let piece = vec![b'x'; if pieces < count { bytes } else { 0 }];
                    put(&connection, &request, (utf8, 8), &piece);
                    connection.flush().expect("sent");
                    (pieces, sent) = (pieces + 1, sent + piece.len());
                }
                Event::SelectionClear(_) => {
                    let _ = fates.send(Fate::Taken);
                }
                Event::DestroyNotify(_) => {
                    let _ = fates.send(Fate::Gone(sent));
                }
                _ => {}
            }
        }
    });
    told
}
