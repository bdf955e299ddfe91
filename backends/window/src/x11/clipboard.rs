//! Reads the clipboard of X11 (ICCCM, section 2): the program that owns the text puts it into a
//! property of a window of ours, in one piece or in many.
//!
//! That program may be slow, or hostile: what it may take of time and memory is bounded here.

use std::thread;
use std::time::{Duration, Instant};

use x11rb::connection::Connection;
use x11rb::errors::ReplyOrIdError;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    Atom, AtomEnum, ConnectionExt, CreateWindowAux, EventMask, Property, Window, WindowClass,
};
use x11rb::rust_connection::RustConnection;

/// How long reading may take, all in all.
const DEADLINE: Duration = Duration::from_secs(5);
/// How soon to look again for an answer.
const AGAIN: Duration = Duration::from_millis(2);
/// How much of a property is asked for at once, in units of 4 bytes.
const PIECE: u32 = 64 << 10;

/// The text in the clipboard, if it has at most `max` bytes and comes in time.
pub(crate) fn read_clipboard(max: usize) -> Option<String> {
    let reader = Reader::connect(max).ok()?;
    // Our window goes with the connection, which tells an owner who is still sending.
    reader.read().ok().flatten()
}

/// A connection for one text.
struct Reader {
    connection: RustConnection,
    window: Window,
    atoms: Atoms,
    max: usize,
    end: Instant,
}

struct Atoms {
    clipboard: Atom,
    property: Atom,
    incr: Atom,
    /// What to ask for, the best first.
    targets: [Atom; 3],
}

/// Why there is no text.
#[derive(Debug)]
struct Failed;

impl<T: Into<ReplyOrIdError>> From<T> for Failed {
    fn from(_: T) -> Self {
        Self
    }
}

type Result<T> = std::result::Result<T, Failed>;

impl Reader {
    fn connect(max: usize) -> Result<Self> {
        let end = Instant::now() + DEADLINE;
        let (connection, screen) = RustConnection::connect(None).map_err(|_| Failed)?;
        let root = connection.setup().roots.get(screen).ok_or(Failed)?.root;
        let window = connection.generate_id()?;
        let (class, visual) = (WindowClass::INPUT_ONLY, x11rb::COPY_FROM_PARENT);
        let events = CreateWindowAux::new().event_mask(EventMask::PROPERTY_CHANGE);
        connection.create_window(0, window, root, 0, 0, 1, 1, 0, class, visual, &events)?;
        let atom = |name: &[u8]| -> Result<Atom> {
            Ok(connection.intern_atom(false, name)?.reply()?.atom)
        };
        let atoms = Atoms {
            clipboard: atom(b"CLIPBOARD")?,
            property: atom(b"FRAMECAST_CLIPBOARD")?,
            incr: atom(b"INCR")?,
            targets: [
                atom(b"UTF8_STRING")?,
                atom(b"text/plain;charset=utf-8")?,
                AtomEnum::STRING.into(),
            ],
        };
        Ok(Self { connection, window, atoms, max, end })
    }

    /// The text in the first form that the owner has; `None` if it has no text.
    fn read(&self) -> Result<Option<String>> {
        let Atoms { clipboard, property, .. } = self.atoms;
        for target in self.atoms.targets {
            let now = x11rb::CURRENT_TIME;
            self.connection.convert_selection(self.window, clipboard, target, property, now)?;
            let converted = self.next(|event| match event {
                Event::SelectionNotify(it) if it.selection == clipboard && it.target == target => {
                    Some(it.property == property)
                }
                _ => None,
            })?;
            if converted {
                let bytes = self.bytes()?;
                return Ok(if target == AtomEnum::STRING.into() {
                    // Latin-1.
                    Some(bytes.into_iter().map(char::from).collect())
                } else {
                    String::from_utf8(bytes).ok()
                });
            }
        }
        Ok(None)
    }

    /// What the owner put into the property, or puts there piece by piece.
    fn bytes(&self) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let (property, any) = (self.atoms.property, AtomEnum::ANY);
        let start =
            self.connection.get_property(false, self.window, property, any, 0, 1)?.reply()?;
        if start.type_ != self.atoms.incr {
            self.take(&mut bytes)?;
            return Ok(bytes);
        }
        // How much will come, at least.
        let least = start.value32().and_then(|mut values| values.next());
        if least.is_some_and(|least| least as usize > self.max) {
            return Err(Failed);
        }
        // Asks for the first piece.
        self.connection.delete_property(self.window, property)?;
        loop {
            self.next(|event| match event {
                Event::PropertyNotify(it) => (it.window == self.window
                    && it.atom == self.atoms.property
                    && it.state == Property::NEW_VALUE)
                    .then_some(()),
                _ => None,
            })?;
            let before = bytes.len();
            let kind = self.take(&mut bytes)?;
            // An empty piece is the last; without a type there is none yet.
            if kind != x11rb::NONE && bytes.len() == before {
                return Ok(bytes);
            }
        }
    }

    /// Appends the property's bytes and deletes it; returns its type.
    fn take(&self, bytes: &mut Vec<u8>) -> Result<Atom> {
        let (mut offset, any) = (0, AtomEnum::ANY);
        loop {
            // Only deleted with its last bytes.
            let reply = self
                .connection
                .get_property(true, self.window, self.atoms.property, any, offset, PIECE)?
                .reply()?;
            if bytes.len() + reply.value.len() > self.max || Instant::now() > self.end {
                return Err(Failed);
            }
            bytes.extend_from_slice(&reply.value);
            if reply.bytes_after == 0 {
                return Ok(reply.type_);
            }
            offset += PIECE;
        }
    }

    /// Waits for what `wanted` finds in an event.
    fn next<T>(&self, wanted: impl Fn(&Event) -> Option<T>) -> Result<T> {
        self.connection.flush()?;
        while Instant::now() < self.end {
            match self.connection.poll_for_event()? {
                Some(event) => {
                    if let Some(found) = wanted(&event) {
                        return Ok(found);
                    }
                }
                None => thread::sleep(AGAIN),
            }
        }
        Err(Failed)
    }
}
