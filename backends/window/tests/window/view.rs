//! The view: a window backend, driven as the engine does, and what it reports.

use std::sync::Arc;
use std::task::{Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use framecast_api::{
    Backend, BackendEvent, Clock, Context, EventKind, Frame, FramePool, LogicalSize, PhysicalSize,
};
use framecast_window::{WindowBackend, WindowOptions};

use crate::support::{AGAIN, PATIENCE, PROMPT, Shot, Stage};

/// A window backend, driven as the engine does.
pub(crate) struct View {
    pub(crate) backend: WindowBackend,
    pub(crate) context: Context,
    /// Polled and not yet looked at, oldest first.
    inputs: Vec<BackendEvent>,
    pool: FramePool,
    sequence: u64,
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

pub(crate) fn context(title: &str, width: u32, height: u32) -> Context {
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let size = LogicalSize::new(f64::from(width), f64::from(height));
    Context::new(waker, Clock::start(), title, size)
}

/// A window with the focus, and the pointer elsewhere.
pub(crate) fn focused(stage: &Stage, title: &str) -> View {
    stage.point(0, 0);
    let mut view = View::open(title, 320, 240);
    stage.focus(stage.window(title));
    view.event("focus_in");
    view
}

impl View {
    pub(crate) fn open(title: &str, width: u32, height: u32) -> Self {
        Self::with(WindowOptions::default(), title, width, height)
    }

    pub(crate) fn with(options: WindowOptions, title: &str, width: u32, height: u32) -> Self {
        let mut backend = WindowBackend::new(options);
        let context = context(title, width, height);
        if let Err(error) = backend.open(context.clone()) {
            panic!("{error}");
        }
        let (inputs, pool) = (Vec::new(), FramePool::new());
        Self { backend, context, inputs, pool, sequence: 0 }
    }

    /// Presents a frame of these pixels.
    pub(crate) fn present(
        &mut self,
        width: u32,
        height: u32,
        ratio: f64,
        pixel: impl Fn(u32, u32) -> [u8; 3],
    ) {
        let frame = self.frame(width, height, ratio, pixel);
        self.backend.present(&frame).expect("presenting");
    }

    pub(crate) fn frame(
        &mut self,
        width: u32,
        height: u32,
        ratio: f64,
        pixel: impl Fn(u32, u32) -> [u8; 3],
    ) -> Frame {
        let mut buffer = self.pool.lend(PhysicalSize::new(width, height)).expect("a modest size");
        for (y, row) in (0..).zip(buffer.rows_mut()) {
            for (x, out) in (0..).zip(row) {
                let [r, g, b] = pixel(x, y);
                *out = [r, g, b, 255];
            }
        }
        self.sequence += 1;
        self.pool.freeze(buffer, self.sequence, self.context.clock.now(), ratio)
    }

    /// Presents many frames, wanted or not: none of them may wait for the display.
    pub(crate) fn flood(&mut self, frame: &Frame) {
        for _ in 0..500 {
            let start = Instant::now();
            self.backend.present(frame).expect("presenting");
            assert!(start.elapsed() < PROMPT, "presenting took {:?}", start.elapsed());
        }
    }

    /// Presents whenever a frame is wanted, as the engine does, until none was for a second.
    pub(crate) fn presents_until_none_is_wanted(&mut self, frame: &Frame) {
        let mut wanted = Instant::now();
        self.look("the end of demand", Duration::from_millis(10), |view| {
            if view.backend.wants_frame() {
                view.backend.present(frame).expect("presenting");
                wanted = Instant::now();
            }
            (wanted.elapsed() > Duration::from_secs(1)).then_some(())
        });
    }

    /// Closes, which may wait a little, but not for a display that does not answer.
    pub(crate) fn close(&mut self) {
        let start = Instant::now();
        self.backend.close();
        assert!(start.elapsed() < PROMPT, "closing took {:?}", start.elapsed());
    }

    /// Waits, as the engine does, until `done` finds what it wants.
    pub(crate) fn wait<T>(&mut self, what: &str, done: impl FnMut(&mut Self) -> Option<T>) -> T {
        self.look(what, PATIENCE, done)
    }

    /// The same for what nobody wakes us for: looks again this often.
    pub(crate) fn look<T>(
        &mut self,
        what: &str,
        every: Duration,
        mut done: impl FnMut(&mut Self) -> Option<T>,
    ) -> T {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let inputs = &mut self.inputs;
            self.backend.poll(&mut |input| inputs.push(input));
            if let Some(found) = done(self) {
                return found;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "{what}: did not happen; at the end: {:?}", self.inputs);
            let interval = self.backend.poll_interval().unwrap_or(every);
            thread::park_timeout(interval.min(every).min(left));
        }
    }

    /// Waits for the next input that `matches`; forgets those before it.
    pub(crate) fn until(
        &mut self,
        what: &str,
        matches: impl Fn(&BackendEvent) -> bool,
    ) -> BackendEvent {
        self.wait(what, |view| {
            let index = view.inputs.iter().position(&matches)?;
            view.inputs.drain(..=index).next_back()
        })
    }

    /// Waits for the next event of this name; forgets what came before.
    pub(crate) fn event(&mut self, name: &str) -> EventKind {
        let input = self.until(
            name,
            |input| matches!(input, BackendEvent::Event { kind, .. } if kind.name() == name),
        );
        match input {
            BackendEvent::Event { kind, .. } => kind,
            other => panic!("{other:?}"),
        }
    }

    /// Whether an event of this name waits.
    #[cfg(feature = "clipboard")]
    pub(crate) fn has(&self, name: &str) -> bool {
        let named = |input: &BackendEvent| matches!(input, BackendEvent::Event { kind, .. } if kind.name() == name);
        self.inputs.iter().any(named)
    }

    /// Waits for the next event of this name; returns those before it and itself, except moves.
    pub(crate) fn events_to(&mut self, last: &str) -> Vec<EventKind> {
        self.wait(last, |view| {
            let index = view.inputs.iter().position(
                |input| matches!(input, BackendEvent::Event { kind, .. } if kind.name() == last),
            )?;
            let kinds = view.inputs.drain(..=index).filter_map(|input| match input {
                BackendEvent::Event { kind: EventKind::PointerMove(_), .. } => None,
                BackendEvent::Event { kind, .. } => Some(kind),
                _ => None,
            });
            Some(kinds.collect())
        })
    }

    /// Everything that is reported during this time.
    pub(crate) fn listen(&mut self, time: Duration) -> Vec<BackendEvent> {
        let end = Instant::now() + time;
        self.look("the end of the time", AGAIN, |view| {
            (Instant::now() >= end).then(|| std::mem::take(&mut view.inputs))
        })
    }

    /// Waits until the screen looks like this.
    pub(crate) fn sees(&mut self, stage: &Stage, what: &str, right: impl Fn(&Shot) -> bool) {
        self.look(what, AGAIN, |_| right(&stage.shot()).then_some(()));
    }
}
