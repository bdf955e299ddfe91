//! The stage on which the examples run here: virtual time, no flags, and a backend that plays the part
//! of somebody who looks and drags about.

use std::cell::RefCell;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::rc::Rc;
use std::time::Duration;

use real::{
    Backend, BackendEvent, BackendList, Button, CanvasBuilder, ClientId, Context, EventKind, Frame,
    Key, Pointer, ReplaySpeed, Result, Role, SizeArg,
};

/// For how long an example runs, in seconds of its own time.
const LENGTH: u32 = 60;
/// How often somebody looks and does something.
const PACE: Duration = Duration::from_millis(200);
const PER_SECOND: u32 = 5;
/// How long a session is that is recorded and replayed.
const SESSION: Duration = Duration::from_secs(5);
/// The size of a canvas that may have any: small, because every pixel takes time.
const SIZE: SizeArg = SizeArg { width: 240, height: 160 };

thread_local! {
    static RUNNING: RefCell<Option<Running>> = const { RefCell::new(None) };
}

/// What the example that runs on this thread is given, and what is seen of it.
struct Running {
    event_loop: real::EventLoop,
    options: real::Options,
    seen: Vec<Rc<RefCell<Seen>>>,
}

/// What somebody saw of one canvas.
#[derive(Default)]
struct Seen {
    /// A hash of each.
    pictures: Vec<u64>,
    /// How often the picture changed in each second.
    changes: Vec<u32>,
}

/// Runs an example's `main` for a minute; its pictures must change in every second of it.
pub(crate) fn rehearse(main: impl FnOnce() -> Result<()>) {
    for seen in run(main, Duration::from_secs(LENGTH.into()), real::Options::default()) {
        let changes = &seen.changes;
        assert!(changes.len() >= LENGTH as usize, "it ended after {} s", changes.len());
        assert!(changes.iter().all(|count| *count > 0), "it stands still: {changes:?}");
    }
}

/// Records a session of an example: a replay of it must show the same pictures, each time.
pub(crate) fn replay(name: &str, main: fn() -> Result<()>) {
    let log = std::env::temp_dir().join(format!("framecast-{name}-{}.jsonl", std::process::id()));
    let mut options = real::Options::default();
    options.record_input = Some(log.clone());
    let recorded = run(main, SESSION, options);
    for speed in [ReplaySpeed::Times(2.0), ReplaySpeed::Max] {
        let mut options = real::Options::default();
        options.replay_input = Some(log.clone());
        options.replay_speed = Some(speed);
        let replayed = run(main, SESSION * 2, options);
        // The others of several have no log.
        let (recorded, replayed) = (&recorded[0].pictures, &replayed[0].pictures);
        assert!(!recorded.is_empty());
        assert!(replayed == recorded, "{} pictures for {}", replayed.len(), recorded.len());
    }
    std::fs::remove_file(log).expect("it was recorded");
}

/// Runs an example's `main`: what was seen of each canvas.
fn run(main: impl FnOnce() -> Result<()>, length: Duration, options: real::Options) -> Vec<Seen> {
    let event_loop = real::EventLoop::in_virtual_time(length);
    RUNNING.set(Some(Running { event_loop, options, seen: Vec::new() }));
    main().expect("it ends well");
    let seen = RUNNING.take().expect("nobody else takes it").seen;
    assert!(!seen.is_empty(), "it opened no canvas");
    seen.iter().map(|seen| seen.take()).collect()
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
        let mut options = RUNNING
            .with_borrow(|running| running.as_ref().expect("an example runs").options.clone());
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
        if seen.pictures.last() != Some(&picture)
            && let Some(count) = seen.changes.last_mut()
        {
            *count += 1;
        }
        seen.pictures.push(picture);
        Ok(())
    }

    fn close(&mut self) {}
}
