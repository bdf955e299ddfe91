//! Another program's side of X11's clipboard (ICCCM, section 2).

use std::thread;
use std::time::{Duration, Instant};

use x11rb::connection::Connection;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    AtomEnum, ConnectionExt, CreateWindowAux, EventMask, PropMode, SELECTION_NOTIFY_EVENT,
    SelectionNotifyEvent, Window, WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

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

impl Selection {
    /// Puts `text` into the clipboard, as UTF-8.
    pub(crate) fn own(text: &str) -> Self {
        let (connection, window) = connect();
        let clipboard = atom(&connection, "CLIPBOARD");
        let utf8 = atom(&connection, "UTF8_STRING");
        connection
            .set_selection_owner(window, clipboard, x11rb::CURRENT_TIME)
            .expect("sent")
            .check()
            .expect("owned");
        let text = text.to_owned();
        let (handle, _) = connect();
        let thread = thread::spawn(move || {
            while let Ok(event) = connection.wait_for_event() {
                let request = match event {
                    Event::SelectionRequest(request) => request,
                    Event::SelectionClear(_) => return,
                    _ => continue,
                };
                let known = request.target == utf8;
                if known {
                    connection
                        .change_property8(
                            PropMode::REPLACE,
                            request.requestor,
                            request.property,
                            utf8,
                            text.as_bytes(),
                        )
                        .expect("sent");
                }
                let notify = SelectionNotifyEvent {
                    response_type: SELECTION_NOTIFY_EVENT,
                    sequence: 0,
                    time: request.time,
                    requestor: request.requestor,
                    selection: request.selection,
                    target: request.target,
                    property: if known { request.property } else { x11rb::NONE },
                };
                connection
                    .send_event(false, request.requestor, EventMask::NO_EVENT, notify)
                    .expect("sent");
                connection.flush().expect("sent");
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
