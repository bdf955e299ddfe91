//! The stage on which the examples run here: virtual time, no flags, and a backend that plays the part
//! of somebody who looks and drags about.

use std::cell::RefCell;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::rc::Rc;
use std::time::Duration;

use real::{
    Backend, BackendEvent, BackendList, Button, CanvasBuilder, ClientId, Context, EventKind, Frame,
    Key, Pointer, Result, Role, SizeArg,
};

/// For how long an example runs, in seconds of its own time.
const LENGTH: u32 = 60;
/// How often somebody looks and does something.
const PACE: Duration = Duration::from_millis(200);
const PER_SECOND: u32 = 5;
/// The size of a canvas that may have any: small, because every pixel takes time.
const SIZE: SizeArg = SizeArg { width: 240, height: 160 };

thread_local! {
    static RUNNING: RefCell<Option<Running>> = const { RefCell::new(None) };
}

/// What the example that runs on this thread is given, and what is seen of it.
struct Running {
    event_loop: real::EventLoop,
    seen: Vec<Rc<RefCell<Seen>>>,
}

/// What somebody saw of one canvas.
#[derive(Default)]
struct Seen {
    picture: u64,
    /// How often the picture changed in each second.
    changes: Vec<u32>,
}

/// Runs an example's `main` for a minute; its pictures must change in every second of it.
pub(crate) fn rehearse(main: impl FnOnce() -> Result<()>) {
    let event_loop = real::EventLoop::in_virtual_time(Duration::from_secs(LENGTH.into()));
    RUNNING.set(Some(Running { event_loop, seen: Vec::new() }));
    main().expect("it ends well");
    let seen = RUNNING.take().expect("nobody else takes it").seen;
    assert!(!seen.is_empty(), "it opened no canvas");
    for seen in seen {
        let changes = &seen.borrow().changes;
        assert!(changes.len() >= LENGTH as usize, "it ended after {} s", changes.len());
        assert!(changes.iter().all(|count| *count > 0), "it stands still: {changes:?}");
    }
}

/// Stands in for [`real::Canvas`] where a program opens one.
pub enum Canvas {}

impl Canvas {
    pub fn builder(title: &str) -> CanvasBuilder {
        RUNNING.with_borrow_mut(|running| {
            let running = running.as_mut().expect("an example runs");
            let seen = Rc::<RefCell<Seen>>::default();
            running.seen.push(Rc::clone(&seen));
            let person = Person { seen, clock: 0, here: false, waits: false, size: SIZE };
            real::Canvas::builder(title).on(&running.event_loop).backend(person)
        })
    }
}

/// Stands in for [`real::Options`] where a program reads its flags.
pub enum Options {}

impl Options {
    pub fn from_env() -> real::Options {
        let mut options = real::Options::default();
        (options.backend, options.size) = (Some(BackendList::NONE), Some(SIZE));
        options
    }
}

/// Stands in for [`real::EventLoop`] where a program makes one.
pub enum EventLoop {}

impl EventLoop {
    #[allow(clippy::new_ret_no_self, reason = "it only stands in")]
    pub fn new() -> real::EventLoop {
        RUNNING.with_borrow(|running| running.as_ref().expect("an example runs").event_loop.clone())
    }
}

/// Looks five times a second, drags the pointer about and presses keys.
struct Person {
    seen: Rc<RefCell<Seen>>,
    /// In steps of `PACE`.
    clock: u32,
    here: bool,
    waits: bool,
    size: SizeArg,
}

impl Backend for Person {
    fn name(&self) -> &str {
        "person"
    }

    fn open(&mut self, _context: Context) -> Result<()> {
        Ok(())
    }

    fn poll(&mut self, sink: &mut dyn FnMut(BackendEvent)) {
        let client = ClientId(1);
        if !self.here {
            self.here = true;
            sink(BackendEvent::Joined { client, label: "a person".into(), role: Role::Drive });
        }
        let time = f64::from(self.clock);
        let place = |turns: f64, size: u32| (0.5 + 0.4 * (time * turns).sin()) * f64::from(size);
        let pointer = Pointer::at(place(0.37, self.size.width), place(0.23, self.size.height))
            .with_button(Button::Left)
            .with_buttons([Button::Left]);
        let up = pointer.clone().with_buttons(real::Buttons::NONE);
        let names = ["ArrowUp", "ArrowLeft", "ArrowDown", "ArrowRight"];
        let key = Key::new(names[self.clock as usize % 4]);
        let moved = pointer.clone().with_button(Button::None);
        for kind in [
            EventKind::PointerMove(moved),
            EventKind::PointerUp(up),
            EventKind::PointerDown(pointer),
            EventKind::KeyDown(key.clone()),
            EventKind::KeyUp(key),
        ] {
            sink(BackendEvent::Event { client, timestamp: 0.0, kind });
        }
        if self.clock.is_multiple_of(PER_SECOND) {
            self.seen.borrow_mut().changes.push(0);
        }
        self.clock += 1;
        self.waits = true;
    }

    fn poll_interval(&self) -> Option<Duration> {
        Some(PACE)
    }

    fn wants_frame(&self) -> bool {
        self.waits
    }

    fn present(&mut self, frame: &Frame) -> Result<()> {
        self.waits = false;
        (self.size.width, self.size.height) = (frame.width(), frame.height());
        let mut hasher = DefaultHasher::new();
        frame.bytes().hash(&mut hasher);
        let mut seen = self.seen.borrow_mut();
        let picture = hasher.finish();
        if std::mem::replace(&mut seen.picture, picture) != picture
            && let Some(count) = seen.changes.last_mut()
        {
            *count += 1;
        }
        Ok(())
    }

    fn close(&mut self) {}
}
