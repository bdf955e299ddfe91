//! Records a canvas while it is shown: a backend whose audience is a file.

mod demand;
mod fcast;
mod format;
mod queue;
mod settings;
mod sink;
mod thread;
mod timeline;
#[cfg(feature = "video")]
mod video;

use std::fmt;
use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Wake, Waker};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime};

use framecast_api::{Backend, BackendCommand, BackendEvent, Clock, Context, Error, Frame, Result};
use log::Level;
use serde_json::{Value, json};

pub use format::RecordFormat;
pub use settings::RecordSettings;

use crate::format::Head;
use demand::Demand;
use fcast::FcastSink;
use queue::FrameQueue;
use sink::Sink;
use timeline::Timeline;

/// An output that takes nothing for so long is not waited for when a recording ends: nobody reads the pipe.
const STALLED: Duration = Duration::from_secs(20);
/// The most bytes of the log of input that wait to be written.
const MAX_INPUT: usize = 16 * 1024 * 1024;
/// The most texts that wait to be written; of more, the oldest are left out.
const MAX_TEXTS: usize = 4096;

/// Records everything that a canvas shows in a file.
///
/// It takes what is drawn for others. Where nobody looks, it asks for frames at the rate of its settings. A thread of
/// its own encodes and writes, and holds nobody up: what is too much for it is left out, evenly, and counted.
///
/// Its [`Recorder`] tells how far it is, and pauses and ends it.
#[derive(Debug)]
pub struct RecordBackend {
    settings: RecordSettings,
    recorder: Recorder,
    thread: Option<JoinHandle<()>>,
}

/// A recording that is being made, from any thread. Clones are the same recording.
#[derive(Debug, Clone)]
pub struct Recorder {
    shared: Arc<Shared>,
}

/// How far a recording is.
#[non_exhaustive]
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RecorderState {
    /// Whether it is recording now: it began, and it neither pauses nor has ended.
    pub recording: bool,
    /// Whether it pauses.
    pub paused: bool,
    /// How long the recording is, in seconds.
    pub seconds: f64,
    /// Bytes that were written.
    pub bytes: u64,
    /// Frames that were taken.
    pub frames: u64,
    /// Frames that were left out, because the encoder or the disk was too slow.
    pub dropped: u64,
}

#[derive(Debug)]
struct Shared {
    name: String,
    inner: Mutex<Inner>,
    /// Told when the thread has something to do.
    work: Condvar,
    /// Told when the thread has ended.
    ended: Condvar,
}

/// What the engine's thread, the recorder's thread and the handles share.
struct Inner {
    phase: Phase,
    frames: FrameQueue,
    texts: Vec<(f64, Value)>,
    /// Of the log of what the program was handed, and when.
    input: Vec<u8>,
    demand: Demand,
    /// The engine knows that a frame is wanted.
    asked: bool,
    paused: bool,
    /// How many pauses began.
    pauses: u64,
    timeline: Timeline,
    state: RecorderState,
    clock: Clock,
    waker: Option<Waker>,
    /// Somebody else's hub may have something.
    called: bool,
    /// Why it ended by itself, until the engine knows.
    failed: Option<Error>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    New,
    Open,
    /// The thread completes the file.
    Ending,
    Ended,
}

impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inner").field("phase", &self.phase).field("state", &self.state).finish()
    }
}

impl Shared {
    /// Waits until the file is complete, or until nothing was written for `stalled`. Whether it is complete.
    fn wait_for_end(&self, stalled: Duration) -> bool {
        let mut inner = self.lock();
        while inner.phase != Phase::Ended {
            let written = inner.state.bytes;
            let wait = self.ended.wait_timeout_while(inner, stalled, |inner| {
                inner.phase != Phase::Ended && inner.state.bytes == written
            });
            let (again, waited) = wait.unwrap_or_else(PoisonError::into_inner);
            inner = again;
            if waited.timed_out() {
                return inner.phase == Phase::Ended;
            }
        }
        true
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Every change is complete before anything in it can panic.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What wakes the recorder's thread when a hub has something.
impl Wake for Shared {
    fn wake(self: Arc<Self>) {
        self.lock().called = true;
        self.work.notify_one();
    }
}

impl RecordBackend {
    /// Creates a backend that records as `settings` say. The file is made when it is opened.
    #[must_use]
    pub fn new(settings: RecordSettings) -> Self {
        let inner = Inner {
            phase: Phase::New,
            frames: FrameQueue::new(1),
            texts: Vec::new(),
            input: Vec::new(),
            demand: Demand::new(settings.fps()),
            asked: false,
            paused: false,
            pauses: 0,
            timeline: Timeline::new(),
            state: RecorderState::default(),
            clock: Clock::start(),
            waker: None,
            called: false,
            failed: None,
        };
        let shared = Shared {
            name: settings.name(),
            inner: Mutex::new(inner),
            work: Condvar::new(),
            ended: Condvar::new(),
        };
        Self { settings, recorder: Recorder { shared: Arc::new(shared) }, thread: None }
    }

    /// Returns the handle of the recording.
    #[must_use]
    pub fn recorder(&self) -> Recorder {
        self.recorder.clone()
    }

    /// Makes the file and begins to write.
    fn begin(&mut self, context: &Context, now: Instant) -> Result<Box<dyn Sink>> {
        match self.settings.format()? {
            RecordFormat::Fcast => {}
            #[cfg(feature = "video")]
            RecordFormat::Video(format) => {
                let writer = self.settings.create_video(format)?;
                return Ok(Box::new(video::VideoSink::new(writer)));
            }
        }
        let mut head = Head::new(&*context.title, SystemTime::now());
        head.lossless = self.settings.is_lossless();
        head.input = self.settings.has_input();
        let (out, made) = self.settings.create()?;
        let updates = self.settings.updates().map(|updates| {
            let shared = Arc::clone(&self.recorder.shared);
            updates.subscribe(Waker::from(shared))
        });
        let name = self.settings.name();
        let sink = FcastSink::new(out, made, name, &head, updates, context.clock, now)?;
        Ok(Box::new(sink))
    }
}

impl Backend for RecordBackend {
    fn name(&self) -> &'static str {
        "record"
    }

    fn open(&mut self, context: Context) -> Result<()> {
        let now = Instant::now();
        let sink = self.begin(&context, now)?;
        let shared = &self.recorder.shared;
        {
            let mut inner = shared.lock();
            inner.phase = Phase::Open;
            inner.state.recording = true;
            inner.state.bytes = sink.bytes();
            inner.frames = FrameQueue::new(sink.frames_ahead());
            (inner.clock, inner.waker) = (context.clock, Some(context.waker));
        }
        let (thread, reporter) = (Arc::clone(shared), self.settings.reporter());
        reporter.report(Level::Info, &format!("recording in {}", shared.name));
        let spawned = std::thread::Builder::new()
            .name("framecast-record".into())
            .spawn(move || thread::run(&thread, sink, &reporter));
        self.thread = Some(spawned.map_err(|error| {
            Error::failed(format!("cannot start a thread that records: {error}")).with_source(error)
        })?);
        Ok(())
    }

    fn poll(&mut self, sink: &mut dyn FnMut(BackendEvent)) {
        if let Some(error) = self.recorder.shared.lock().failed.take() {
            sink(BackendEvent::Lost(error));
        }
    }

    fn wants_frame(&self) -> bool {
        let mut inner = self.recorder.shared.lock();
        let wants =
            inner.phase == Phase::Open && !inner.paused && inner.demand.is_due(Instant::now());
        inner.asked = wants;
        wants
    }

    fn present(&mut self, frame: &Frame) -> Result<()> {
        let shared = &self.recorder.shared;
        let mut inner = shared.lock();
        if inner.phase == Phase::Open && !inner.paused {
            inner.demand.presented(Instant::now());
            inner.asked = false;
            inner.frames.push(frame.clone());
            inner.state.frames += 1;
            inner.state.dropped = inner.frames.dropped();
            shared.work.notify_one();
        }
        Ok(())
    }

    fn apply(&mut self, command: &BackendCommand) -> Result<()> {
        let text = match command {
            BackendCommand::Title(title) => json!({"type": "title", "value": title}),
            BackendCommand::Cursor(cursor) => {
                json!({"type": "cursor", "value": cursor.css_name()})
            }
            BackendCommand::Control(control) => {
                let presents =
                    |number: &u64| control.members.iter().find(|member| member.number == *number);
                let label = control.presenter.as_ref().and_then(presents).map(|it| &it.label);
                json!({"type": "presenter", "value": label})
            }
            _ => return Err(Error::not_supported(command.describe())),
        };
        self.recorder.note(text);
        Ok(())
    }

    fn close(&mut self) {
        self.recorder.stop();
        let Some(thread) = self.thread.take() else { return };
        if self.recorder.shared.wait_for_end(STALLED) {
            // It has told whatever went wrong.
            let _ = thread.join();
        } else {
            let name = &self.recorder.shared.name;
            let message = format!("{name} takes nothing any more; the recording is not complete");
            self.settings.reporter().report(Level::Error, &message);
        }
    }
}

impl Drop for RecordBackend {
    fn drop(&mut self) {
        self.close();
    }
}

impl Recorder {
    /// Returns the name of the file, or `standard output`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.shared.name
    }

    /// Returns how far the recording is.
    #[must_use]
    pub fn state(&self) -> RecorderState {
        self.shared.lock().state.clone()
    }

    /// Pauses: the recording goes on later, as if no time had passed.
    pub fn pause(&self) {
        let mut inner = self.shared.lock();
        if inner.phase == Phase::Open && !inner.paused {
            let now = inner.clock.now();
            inner.timeline.pause(now);
            inner.paused = true;
            inner.pauses += 1;
            (inner.state.paused, inner.state.recording) = (true, false);
            // Everybody is told that it pauses.
            let waker = inner.waker.clone();
            drop(inner);
            waker.into_iter().for_each(Waker::wake);
        }
    }

    /// Goes on after [`pause`](Self::pause).
    pub fn resume(&self) {
        let mut inner = self.shared.lock();
        if inner.phase == Phase::Open && inner.paused {
            let now = inner.clock.now();
            inner.timeline.resume(now);
            inner.paused = false;
            (inner.state.paused, inner.state.recording) = (false, true);
            // The thread has the engine asked for a frame.
            inner.asked = false;
            self.shared.work.notify_one();
            // Everybody is told that it goes on, also where no frame is due for long.
            let waker = inner.waker.clone();
            drop(inner);
            waker.into_iter().for_each(Waker::wake);
        }
    }

    /// Returns what takes the log of what the program is handed, which becomes part of the recording. Writing fails when the
    /// recording has ended, or when the disk is so slow that 16 MiB wait.
    #[must_use]
    pub fn input(&self) -> RecorderInput {
        RecorderInput { shared: Arc::clone(&self.shared) }
    }

    /// Ends the recording. The file is completed on the recorder's thread.
    pub fn stop(&self) {
        let mut inner = self.shared.lock();
        if inner.phase == Phase::Open {
            inner.phase = Phase::Ending;
            self.shared.work.notify_one();
        }
    }

    /// Writes a text at this moment.
    fn note(&self, text: Value) {
        let mut inner = self.shared.lock();
        if inner.phase != Phase::Open || inner.paused {
            return;
        }
        if inner.texts.len() >= MAX_TEXTS {
            inner.texts.remove(0);
        }
        let now = inner.clock.now();
        inner.texts.push((now, text));
        self.shared.work.notify_one();
    }
}

/// Takes the log of what a program is handed; from [`Recorder::input`].
#[derive(Debug)]
pub struct RecorderInput {
    shared: Arc<Shared>,
}

impl Write for RecorderInput {
    fn write(&mut self, log: &[u8]) -> io::Result<usize> {
        let mut inner = self.shared.lock();
        if inner.phase != Phase::Open {
            return Err(io::Error::other("the recording has ended"));
        }
        if inner.pauses > 0 {
            return Err(io::Error::other(
                "the recording was paused, and a log with a gap cannot be replayed",
            ));
        }
        if inner.input.len() + log.len() > MAX_INPUT {
            return Err(io::Error::other("the disk is too slow"));
        }
        inner.input.extend_from_slice(log);
        self.shared.work.notify_one();
        Ok(log.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
