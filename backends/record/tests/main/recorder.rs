//! The backend: frames of a canvas in, a file out.

use std::fs::File;
use std::path::Path;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::task::{Wake, Waker};
use std::time::{Duration, Instant};

use framecast_api::{
    Backend, BackendCommand, BackendEvent, Clock, Context, ControlState, Cursor, Frame, FramePool,
    LogicalSize, Member, PhysicalSize, Role, conformance,
};
#[cfg(target_os = "linux")]
use framecast_record::RecordFormat;
use framecast_record::{Playback, Reader, RecordBackend, RecordSettings};

/// Longer than any busy machine needs.
const LIMIT: Duration = Duration::from_secs(60);

/// Counts wakes, and waits for them.
#[derive(Default)]
struct Bell {
    rung: Mutex<u32>,
    ring: Condvar,
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        *self.rung.lock().unwrap() += 1;
        self.ring.notify_all();
    }
}

impl Bell {
    fn wait(&self, more_than: u32) -> u32 {
        let rung = self.rung.lock().unwrap();
        let waited = self.ring.wait_timeout_while(rung, LIMIT, |rung| *rung <= more_than);
        let (rung, timeout) = waited.unwrap();
        assert!(!timeout.timed_out(), "nobody woke the engine");
        *rung
    }
}

struct Stage {
    backend: RecordBackend,
    bell: Arc<Bell>,
    clock: Clock,
    pool: FramePool,
    sequence: u64,
    said: Arc<Mutex<Vec<String>>>,
}

impl Stage {
    fn try_open(settings: RecordSettings) -> framecast_api::Result<Self> {
        let said = Arc::new(Mutex::new(Vec::new()));
        let says = Arc::clone(&said);
        let settings =
            settings.with_reporter(move |_, message| says.lock().unwrap().push(message.to_owned()));
        let mut backend = RecordBackend::new(settings);
        let (bell, clock) = (Arc::<Bell>::default(), Clock::start());
        let waker = Waker::from(Arc::clone(&bell));
        backend.open(Context::new(waker, clock, "a title", LogicalSize::new(64.0, 48.0)))?;
        Ok(Self { backend, bell, clock, pool: FramePool::new(), sequence: 0, said })
    }

    fn open(path: &Path) -> Self {
        Self::try_open(RecordSettings::new(path)).unwrap()
    }

    fn frame(&mut self, color: [u8; 4]) -> Frame {
        let mut buffer = self.pool.lend(PhysicalSize::new(64, 48)).unwrap();
        buffer.fill(color);
        self.sequence += 1;
        self.pool.freeze(buffer, self.sequence, self.clock.now(), 1.0)
    }

    fn show(&mut self, color: [u8; 4]) {
        let frame = self.frame(color);
        self.backend.present(&frame).unwrap();
    }

    /// Waits until the recorder has taken everything so far.
    fn settle(&self, bytes: u64) -> u64 {
        let begin = Instant::now();
        loop {
            let now = self.backend.recorder().state().bytes;
            if now > bytes {
                return now;
            }
            assert!(begin.elapsed() < LIMIT, "nothing was written");
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

fn playback(path: &Path) -> Playback<File> {
    Playback::new(Reader::open(File::open(path).unwrap()).unwrap())
}

#[test]
fn it_is_a_backend_as_any_other() {
    let folder = tempfile::tempdir().unwrap();
    let number = AtomicU32::new(0);
    conformance::check(|| {
        let name = format!("{}.fcast", number.fetch_add(1, Ordering::Relaxed));
        Box::new(RecordBackend::new(RecordSettings::new(folder.path().join(name))))
    });
}

#[test]
fn what_was_shown_can_be_played_with_what_was_said() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("show.fcast");
    let mut stage = Stage::open(&path);
    let mut written = stage.settle(0);
    for n in 0..5 {
        stage.show([n * 40, 10, 200, 255]);
        written = stage.settle(written);
    }
    stage.backend.apply(&BackendCommand::Title("another title".into())).unwrap();
    stage.backend.apply(&BackendCommand::Cursor(Cursor::Crosshair)).unwrap();
    let mut control = ControlState::default();
    control.members.push(Member::new(7, None, "window".into(), Role::Drive));
    control.presenter = Some(7);
    stage.backend.apply(&BackendCommand::Control(control)).unwrap();
    let links = BackendCommand::Links(Vec::new());
    assert!(stage.backend.apply(&links).unwrap_err().is_not_supported());
    stage.backend.close();
    let state = stage.backend.recorder().state();
    assert_eq!((state.frames, state.dropped, state.recording), (5, 0, false));
    let said = stage.said.lock().unwrap().clone();
    assert!(said.len() == 2 && said[0].starts_with("recording in "), "{said:?}");
    assert!(said[1].contains("5 frames"), "{said:?}");
    let mut playback = playback(&path);
    assert!(playback.reader().damage().is_none());
    assert_eq!(playback.title(), "a title");
    playback.seek(u64::MAX).unwrap();
    assert_eq!(playback.title(), "another title");
    assert_eq!((playback.cursor(), playback.presenter()), ("crosshair", Some("window")));
    assert!(playback.picture().pixels().iter().all(|pixel| *pixel == [160, 10, 200, 255]));
}

#[test]
fn where_nobody_looks_it_asks_for_frames_and_wakes_the_engine() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("show.fcast");
    let settings = RecordSettings::new(&path).with_fps(50.0);
    let mut stage = Stage::try_open(settings).unwrap();
    let mut rung = stage.bell.wait(0);
    for n in 0..5 {
        assert!(stage.backend.wants_frame());
        stage.show([n, n, n, 255]);
        // It is woken again when the next one is due, though nothing else happens.
        rung = stage.bell.wait(rung);
    }
    stage.backend.recorder().pause();
    assert!(!stage.backend.wants_frame(), "it pauses");
    let frames = stage.backend.recorder().state().frames;
    stage.show([9, 9, 9, 255]);
    assert_eq!(stage.backend.recorder().state().frames, frames);
    stage.backend.recorder().resume();
    stage.bell.wait(rung);
    assert!(stage.backend.wants_frame());
    stage.backend.recorder().stop();
    assert!(!stage.backend.wants_frame());
    stage.backend.close();
}

#[test]
fn a_file_that_exists_is_not_lost() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("show.fcast");
    std::fs::write(&path, "dear").unwrap();
    let error = Stage::try_open(RecordSettings::new(&path)).err().unwrap().to_string();
    assert!(error.contains("cannot create") && error.contains("choose another name"), "{error}");
    assert_eq!(std::fs::read(&path).unwrap(), b"dear");
    let mut stage = Stage::try_open(RecordSettings::new(&path).with_overwrite(true)).unwrap();
    stage.show([1, 2, 3, 255]);
    stage.backend.close();
    assert_eq!(playback(&path).reader().head().title, "a title");
}

#[test]
fn a_path_that_cannot_be_written_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("none/show.fcast");
    let error = Stage::try_open(RecordSettings::new(&path)).err().unwrap().to_string();
    assert!(error.contains("none/show.fcast"), "{error}");
    assert!(
        error.starts_with("cannot create ") && error.ends_with("create the folder first"),
        "{error}"
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_ends_the_recording_and_the_engine_is_told_why() {
    // It takes no byte.
    let settings = RecordSettings::new("/dev/full").with_overwrite(true);
    let settings = settings.with_format(RecordFormat::Fcast);
    let error = Stage::try_open(settings).err().unwrap().to_string();
    assert!(error.contains("cannot write /dev/full"), "{error}");
}

#[test]
fn a_disk_that_fails_later_ends_the_recording_and_the_engine_is_told_why() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("show.fcast");
    let left = Arc::new(AtomicUsize::new(1500));
    let disk = Small { file: File::create(&path).unwrap(), left: Arc::clone(&left) };
    let mut stage = Stage::try_open(RecordSettings::to(disk, "small disk")).unwrap();
    let begin = Instant::now();
    let lost = loop {
        stage.show([stage.sequence as u8, 7, 7, 255]);
        let mut lost = None;
        stage.backend.poll(&mut |event| {
            if let BackendEvent::Lost(error) = event {
                lost = Some(error.to_string());
            }
        });
        if let Some(lost) = lost {
            break lost;
        }
        assert!(begin.elapsed() < LIMIT);
        std::thread::sleep(Duration::from_millis(1));
    };
    assert!(lost.contains("cannot write small disk"), "{lost}");
    assert_eq!(lost.matches("what was written can be played").count(), 1, "{lost}");
    assert!(lost.ends_with("1.5 kB"), "{lost}");
    assert!(!stage.backend.wants_frame());
    stage.backend.close();
    let mut playback = playback(&path);
    assert!(playback.reader().damage().is_some_and(|damage| damage.is_cut));
    playback.seek(u64::MAX).unwrap();
    assert!(playback.picture().size().is_some());
}

#[test]
fn a_recording_into_which_nothing_came_leaves_no_file() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["show.fcast", "show.y4m"] {
        let path = folder.path().join(name);
        if RecordFormat::from_path(&path).is_err() {
            continue;
        }
        let mut stage = Stage::open(&path);
        assert!(path.exists());
        stage.backend.close();
        assert!(!path.exists(), "{name}");
        let said = stage.said.lock().unwrap().last().cloned().unwrap();
        assert!(said.contains("nothing was shown"), "{said}");
        // The next one may have the name.
        let mut stage = Stage::open(&path);
        stage.show([1, 2, 3, 255]);
        stage.backend.close();
        assert!(path.exists(), "{name}");
    }
}

/// A disk with little room.
struct Small {
    file: File,
    left: Arc<AtomicUsize>,
}

impl std::io::Write for Small {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let left = self.left.load(Ordering::Relaxed);
        if left == 0 {
            return Err(std::io::Error::from(std::io::ErrorKind::StorageFull));
        }
        let written = self.file.write(&bytes[..bytes.len().min(left)])?;
        self.left.store(left - written, Ordering::Relaxed);
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

#[test]
fn the_engine_is_woken_when_a_recording_goes_on_at_a_low_rate() {
    let folder = tempfile::tempdir().unwrap();
    let settings = RecordSettings::new(folder.path().join("show.fcast")).with_fps(0.01);
    let mut stage = Stage::try_open(settings).unwrap();
    stage.bell.wait(0);
    stage.show([1, 2, 3, 255]);
    stage.backend.recorder().pause();
    let rung = *stage.bell.rung.lock().unwrap();
    stage.backend.recorder().resume();
    stage.bell.wait(rung);
}

/// A server that encodes frames for others, too.
#[derive(Debug)]
struct Server(Arc<Mutex<Encoder>>);

#[derive(Debug)]
struct Encoder {
    hub: framecast_stream::Hub,
    subscribers: Vec<(framecast_api::ClientId, Waker)>,
    ready: Vec<(framecast_api::ClientId, framecast_stream::TileUpdate)>,
}

impl Encoder {
    fn settle(&mut self) {
        use framecast_stream::{HubInput, HubOutput, Message};
        loop {
            match self.hub.poll(Instant::now()) {
                HubOutput::Send(client, Message::Update(update)) => {
                    self.ready.push((client, update));
                }
                HubOutput::Wait(_) => match self.hub.take_job(Instant::now()) {
                    Some(job) => {
                        let done = HubInput::Done(job.run(|_, _| false));
                        self.hub.handle(Instant::now(), done).unwrap();
                    }
                    None => return,
                },
                _ => {}
            }
        }
    }
}

impl Server {
    fn new(clock: Clock) -> Self {
        let mut hub = framecast_stream::Hub::new(Duration::from_secs(3600));
        let open = framecast_stream::HubInput::Open { clock, title: String::new() };
        hub.handle(Instant::now(), open).unwrap();
        let encoder = Encoder { hub, subscribers: Vec::new(), ready: Vec::new() };
        Self(Arc::new(Mutex::new(encoder)))
    }

    fn show(&self, frame: &Frame) {
        let mut encoder = self.0.lock().unwrap();
        let frame = framecast_stream::HubInput::Frame(frame.clone());
        encoder.hub.handle(Instant::now(), frame).unwrap();
        encoder.settle();
        let wakers: Vec<_> = encoder.subscribers.iter().map(|(_, waker)| waker.clone()).collect();
        drop(encoder);
        wakers.into_iter().for_each(Waker::wake);
    }
}

impl framecast_stream::UpdateSource for Server {
    fn subscribe(&self, waker: Waker) -> Box<dyn framecast_stream::Updates> {
        let mut encoder = self.0.lock().unwrap();
        let client = encoder.hub.subscribe(false);
        encoder.subscribers.push((client, waker));
        encoder.settle();
        Box::new(Subscription(Arc::clone(&self.0), client))
    }
}

struct Subscription(Arc<Mutex<Encoder>>, framecast_api::ClientId);

impl framecast_stream::Updates for Subscription {
    fn take(&mut self) -> Option<framecast_stream::TileUpdate> {
        let mut encoder = self.0.lock().unwrap();
        let at = encoder.ready.iter().position(|(client, _)| *client == self.1)?;
        let (_, update) = encoder.ready.remove(at);
        encoder.hub.handle(Instant::now(), framecast_stream::HubInput::Written(self.1)).unwrap();
        encoder.settle();
        Some(update)
    }

    fn set_wants_frames(&mut self, wants_frames: bool) {
        let mut encoder = self.0.lock().unwrap();
        encoder.hub.set_wants_frames(self.1, wants_frames);
        encoder.settle();
    }
}

#[test]
fn what_is_shown_in_a_pause_is_not_recorded_where_somebody_else_encodes_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("show.fcast");
    let server = Arc::new(Server::new(Clock::start()));
    let settings = RecordSettings::new(&path).with_updates(Arc::clone(&server) as _);
    let mut stage = Stage::try_open(settings).unwrap();
    let mut written = stage.settle(0);
    let show = |stage: &mut Stage, color| {
        let frame = stage.frame(color);
        stage.backend.present(&frame).unwrap();
        server.show(&frame);
    };
    show(&mut stage, [0, 0, 250, 255]);
    written = stage.settle(written + 200);
    stage.backend.recorder().pause();
    show(&mut stage, [250, 0, 0, 255]);
    show(&mut stage, [250, 250, 0, 255]);
    stage.backend.recorder().resume();
    show(&mut stage, [0, 250, 0, 255]);
    stage.settle(written);
    stage.backend.close();
    let mut reader = Reader::open(File::open(&path).unwrap()).unwrap();
    let mut picture = framecast_record::Picture::new();
    let mut shown = Vec::new();
    while let Some((time, item)) = reader.next_item().unwrap() {
        if let framecast_record::Item::Part(part) = item {
            picture.draw(&framecast_stream::ReadPart::parse(part).unwrap()).unwrap();
            shown.push((time, picture.pixels()[0]));
        }
    }
    assert!(shown.iter().all(|(_, [red, ..])| *red < 128), "{shown:?}");
    assert!(shown.last().is_some_and(|(_, pixel)| pixel[1] > 200), "{shown:?}");
}
