use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use framecast::{
    Canvas, CanvasBuilder, DetachedDrawing, EventKind, EventLoop, LogicalSize, NoStep, NullBackend,
    NullRemote, Options, PhysicalSize, ReplaySpeed, ReplayThen, Step,
};

use crate::{PATIENCE, key, key_down};

/// A folder that goes with the test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        use std::sync::atomic::AtomicU32;
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("framecast-{}-{count}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/input_log/fixtures").join(name)
}

fn open(builder: CanvasBuilder) -> (Canvas, NullRemote) {
    let (backend, remote) = NullBackend::new();
    (builder.backend(backend).open().unwrap(), remote)
}

/// A program whose picture depends on everything that it is handed.
#[derive(Default)]
struct Program {
    told: Vec<String>,
    sum: u64,
}

impl Program {
    fn step(&mut self, canvas: &Canvas, step: Result<Step, NoStep>) {
        let what = match step {
            Ok(Step::Event(event)) => format!("{event:?} {:?}", canvas.time()),
            Ok(Step::Draw(mut frame)) => {
                let (step, time, size) = (frame.step(), frame.timestamp(), frame.canvas_size());
                let what = format!("draw {step:?} {time:?} {size:?} {:?}", canvas.time());
                let [a, b, c, ..] = self.sum.to_le_bytes();
                frame.fill([a, b, c, 255]);
                frame.present();
                what
            }
            Err(why) => format!("{why:?} {:?}", canvas.time()),
        };
        for byte in what.bytes() {
            self.sum = self.sum.wrapping_mul(0x100_0000_01b3) ^ u64::from(byte);
        }
        self.told.push(what);
    }

    /// Runs with deadlines, polls and frames of its own, until the canvas is closed.
    fn run(mut self, canvas: &Canvas) -> (Vec<String>, Vec<u8>) {
        loop {
            let step = canvas.next_before(Instant::now() + Duration::from_millis(30));
            let over = matches!(step, Err(NoStep::Closed));
            let typed =
                matches!(&step, Ok(Step::Event(it)) if matches!(it.kind, EventKind::KeyDown(_)));
            if let Err(NoStep::Deadline) = step {
                canvas.request_draw();
            }
            self.step(canvas, step);
            if over {
                break;
            }
            if typed {
                let _ = canvas.submit_event(EventKind::FocusIn);
                self.step(canvas, Ok(Step::Draw(canvas.begin_frame().unwrap())));
                while let Some(step) = canvas.poll() {
                    self.step(canvas, Ok(step));
                }
                self.told.push(format!("{:?}", canvas.time()));
            }
        }
        (self.told, canvas.last_frame().unwrap().bytes().to_vec())
    }
}

/// Records a session of some virtual seconds in which a viewer joins, types and resizes.
fn recorded(log: &Path) -> (Vec<String>, Vec<u8>) {
    let time = EventLoop::in_virtual_time(Duration::from_secs(3));
    let (canvas, viewer) = open(Canvas::builder("program").on(&time).record_input(log));
    viewer.set_demand(true);
    viewer.join(1);
    viewer.resize(1, 40.5, 30.25, 1.1);
    viewer.event(1, EventKind::FocusIn);
    viewer.event(1, key_down("a"));
    viewer.event(1, EventKind::KeyUp(key("a")));
    viewer.event(1, key_down("b"));
    let handle = canvas.handle();
    handle.request_draw();
    Program::default().run(&canvas)
}

#[test]
fn a_replay_hands_out_the_same_and_ends_with_the_same_picture_each_time() {
    let folder = Folder::new();
    let log = folder.file("a.jsonl");
    let session = recorded(&log);
    assert!(session.0.len() > 100, "{:?}", session.0);
    for speed in [ReplaySpeed::Max, ReplaySpeed::Times(7.0), ReplaySpeed::Max] {
        let time = EventLoop::in_virtual_time(Duration::from_secs(100));
        let builder = Canvas::builder("program").on(&time).replay_input(&log).replay_speed(speed);
        let (canvas, viewer) = open(builder);
        // Somebody looks and does what is not passed on.
        viewer.join(1);
        viewer.resize(1, 100.0, 100.0, 1.0);
        viewer.event(1, key_down("x"));
        let (told, picture) = Program::default().run(&canvas);
        let last = told.len() - 1;
        assert_eq!(told[..last - 1], session.0[..last - 1], "but for the time of the last, close");
        assert_eq!(picture, session.1);
        canvas.finish().unwrap();
    }
}

#[test]
fn a_replay_can_be_recorded_and_is_the_same_log() {
    let folder = Folder::new();
    let (log, again) = (folder.file("a.jsonl"), folder.file("b.jsonl"));
    recorded(&log);
    let builder = Canvas::builder("program").replay_input(&log).replay_speed(ReplaySpeed::Max);
    let (canvas, _viewer) = open(builder.record_input(&again));
    Program::default().run(&canvas);
    let read = |path: &Path| {
        let text = std::fs::read_to_string(path).unwrap();
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let (last, lines) = lines.split_last().unwrap();
        assert!(last.starts_with(r#"{"type":"close","#), "{last}");
        lines.to_vec()
    };
    assert_eq!(read(&log), read(&again));
}

/// The names of what a program gets that waits without deadlines.
fn names(canvas: &Canvas) -> Vec<String> {
    let mut names = Vec::new();
    while let Some(step) = canvas.next() {
        names.push(match step {
            Step::Event(event) => event.kind.name().to_owned(),
            Step::Draw(frame) => format!("draw {}", frame.canvas_size().physical()),
        });
    }
    names
}

#[test]
fn a_log_is_replayed_with_its_sizes_and_what_is_held_is_released_at_its_end() {
    let log = fixture("damaged.jsonl");
    let builder = Canvas::builder("lamp").replay_input(&log);
    let (canvas, _) = open(builder);
    assert_eq!(canvas.size().physical(), PhysicalSize::new(128, 96), "the header's");
    assert_eq!(names(&canvas), ["control_changed", "resize", "close"]);
    assert_eq!(canvas.size().physical(), PhysicalSize::new(120, 90), "the event's");
    let error = canvas.finish().unwrap_err().to_string();
    assert!(error.contains("damaged in line 4") && error.contains("damaged.jsonl"), "{error}");

    let (canvas, _) = open(Canvas::builder("lamp").replay_input(fixture("cut_off.jsonl")));
    assert_eq!(names(&canvas), ["control_changed", "resize", "animate", "close"]);
    canvas.finish().expect("a program that was killed leaves such a log");
}

#[test]
fn a_program_that_goes_another_way_gets_what_it_can_and_the_log_goes_on() {
    let time = EventLoop::in_virtual_time(Duration::from_secs(100));
    let builder = Canvas::builder("lamp").on(&time).replay_input(fixture("session.jsonl"));
    let (canvas, _) = open(builder);
    // It waits without deadlines and begins no frame.
    let told = names(&canvas);
    assert_eq!(
        told,
        [
            "control_changed",
            "resize",
            "animate",
            "before_draw",
            "draw 120x90",
            "focus_in",
            "key_down",
            "paste",
            "accessibility_wanted",
            "accessibility_action",
            "key_up",
            "focus_out",
            "close"
        ]
    );
    let (canvas, _) = open(Canvas::builder("lamp").replay_input(fixture("session.jsonl")));
    let frame = canvas.begin_frame().expect("one that the log has not");
    assert_eq!((frame.step(), frame.canvas_size().physical()), (0.0, PhysicalSize::new(128, 96)));
}

#[test]
fn afterwards_viewers_drive_if_that_is_asked_for_and_time_goes_on() {
    let builder = Canvas::builder("lamp")
        .replay_input(fixture("session.jsonl"))
        .replay_speed(ReplaySpeed::Max)
        .replay_then(ReplayThen::Live);
    let (canvas, viewer) = open(builder);
    viewer.join(7);
    viewer.resize(7, 200.0, 100.0, 1.0);
    viewer.event(7, key_down("early"));
    viewer.set_demand(true);
    assert!(!canvas.give_control(canvas.audience().first().map(|it| it.source)));
    canvas.set_control(framecast::ControlPolicy::Any);
    let mut live = Vec::new();
    let end = Instant::now() + PATIENCE;
    while live.last().map(String::as_str) != Some("draw") {
        match canvas.next_before(end) {
            Ok(Step::Draw(frame)) if frame.timestamp() > 0.9 => live.push("draw".to_owned()),
            Ok(Step::Event(event)) if event.timestamp > 0.9 => {
                live.push(event.kind.name().to_owned());
            }
            Ok(_) => {}
            Err(NoStep::Deadline) if Instant::now() < end => {}
            Err(why) => panic!("{why} after {live:?}"),
        }
        if canvas.presenter().is_none() && live.iter().any(|it| it == "control_changed") {
            // The policy that was set meanwhile: who acts drives.
            viewer.event(7, key_down("b"));
        }
    }
    assert!(live.contains(&"control_changed".to_owned()) && live.contains(&"resize".to_owned()));
    assert!(!live.contains(&"close".to_owned()), "{live:?}");
    assert_eq!(canvas.size().logical(), LogicalSize::new(200.0, 100.0));
    assert!(canvas.time() > 0.9 && canvas.clock().now() >= canvas.time(), "{}", canvas.time());
    assert_eq!(canvas.presenter().map(|it| it.client.0), Some(7));
}

#[test]
fn afterwards_the_picture_stays_if_that_is_asked_for_until_somebody_closes() {
    let time = EventLoop::in_virtual_time(Duration::from_secs(100));
    let builder = Canvas::builder("lamp")
        .on(&time)
        .replay_input(fixture("session.jsonl"))
        .replay_then(ReplayThen::Hold);
    let (canvas, viewer) = open(builder);
    viewer.join(1);
    viewer.event(1, key_down("x"));
    viewer.set_demand(true);
    // It waits, here for the end of the virtual time, and not for the program's deadline.
    let mut told = Vec::new();
    let closed = loop {
        match canvas.next_before(Instant::now()) {
            Ok(Step::Event(event)) if event.kind == EventKind::Close => break canvas.time(),
            Ok(Step::Event(event)) => told.push(event.kind.name()),
            Ok(Step::Draw(_)) | Err(NoStep::Deadline) => {}
            Err(NoStep::Closed) => panic!("without an event"),
        }
    };
    assert!(!told.is_empty() && told.last() == Some(&"focus_out"), "{told:?}");
    assert!(closed >= 0.9);
}

#[test]
fn closing_ends_a_replay_and_releases_what_the_log_holds() {
    let builder = Canvas::builder("lamp").replay_input(fixture("session.jsonl"));
    let (canvas, _) = open(builder.replay_speed(ReplaySpeed::Max));
    let mut told = Vec::new();
    while let Some(step) = canvas.next() {
        let Step::Event(event) = step else { continue };
        told.push(event.kind.name());
        if event.kind.name() == "key_down" {
            canvas.close();
        }
    }
    assert_eq!(told[told.len() - 4..], ["key_down", "key_up", "focus_out", "close"]);
}

#[test]
fn a_canvas_that_fixes_its_size_keeps_it() {
    let builder = Canvas::builder("lamp").fixed_size((7, 5));
    let (canvas, _) =
        open(builder.replay_input(fixture("session.jsonl")).replay_speed(ReplaySpeed::Max));
    assert!(names(&canvas).contains(&"draw 7x5".to_owned()));
}

#[test]
fn what_cannot_be_replayed_or_recorded_says_why() {
    let folder = Folder::new();
    let error = |builder: CanvasBuilder| builder.no_backends().open().unwrap_err().to_string();
    let replay = |path: &Path| error(Canvas::builder("lamp").replay_input(path));
    let missing = replay(&folder.file("missing.jsonl"));
    assert!(missing.contains("missing.jsonl"), "{missing}");
    assert!(replay(&fixture("version_2.jsonl")).contains("version 2"));
    assert!(replay(Path::new(file!()).parent().unwrap()).contains("cannot replay"));
    let other = folder.file("other");
    std::fs::write(&other, "what is this?\n").unwrap();
    assert!(replay(&other).contains("no line of an input log"));
    let record = error(Canvas::builder("lamp").record_input(&other));
    assert!(record.contains("another name"), "{record}");
    assert_eq!(std::fs::read(&other).unwrap(), b"what is this?\n");
    let nowhere = error(Canvas::builder("lamp").record_input(folder.file("no/such/folder")));
    assert!(nowhere.contains("cannot record input"), "{nowhere}");
    let alone = error(Canvas::builder("lamp").replay_speed(ReplaySpeed::Max));
    assert!(alone.contains("--replay-input"), "{alone}");
}

#[test]
fn only_its_owner_reads_a_log_and_it_is_complete_at_any_time() {
    let folder = Folder::new();
    let log = folder.file("a.jsonl");
    let mut options = Options::default();
    options.record_input = Some(log.clone());
    let (canvas, viewer) = open(Canvas::builder("a").options(&options).no_backends());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&log).unwrap().permissions().mode() & 0o777, 0o600);
    }
    viewer.join(1);
    viewer.event(1, key_down("secret"));
    let lines = || std::fs::read_to_string(&log).unwrap().lines().count();
    let mut expected = 1;
    assert_eq!(lines(), expected);
    while let Some(_step) = canvas.poll() {
        expected += 1;
        assert_eq!(lines(), expected, "it is written before the program has it");
    }
    assert_eq!(lines(), expected + 1, "a poll that found nothing");
    assert!(std::fs::read_to_string(&log).unwrap().contains("secret"));
}

#[test]
fn only_the_first_of_several_canvases_is_recorded() {
    let folder = Folder::new();
    let both = EventLoop::new();
    let log = folder.file("a.jsonl");
    let mut options = Options::default();
    options.record_input = Some(log.clone());
    let open = |title: &str| {
        Canvas::builder(title).on(&both).options(&options).no_backends().open().unwrap()
    };
    let (first, second) = (open("first"), open("second"));
    second.submit_event(EventKind::FocusOut).unwrap();
    first.submit_event(EventKind::FocusIn).unwrap();
    first.close();
    second.close();
    both.run(|_, _| {}).unwrap();
    let text = std::fs::read_to_string(&log).unwrap();
    assert!(text.contains("first") && text.contains("focus_in"), "{text}");
    assert!(!text.contains("focus_out"), "{text}");
}

#[test]
fn a_mirrors_events_are_recorded_and_replayed() {
    let folder = Folder::new();
    let log = folder.file("a.jsonl");
    let session = |record: bool| {
        let log = log.clone();
        let mirror = framecast::Mirror::open(move || {
            let builder = Canvas::builder("a").no_backends();
            if record { builder.record_input(log) } else { builder.replay_input(log) }
        });
        let mirror = mirror.unwrap();
        let events = mirror.events();
        if record {
            mirror.post(|canvas| canvas.submit_event(key_down("a")).unwrap());
            mirror.close();
        }
        events.map(|event| format!("{:?}", event.kind)).collect::<Vec<_>>()
    };
    let recorded = session(true);
    assert_eq!(recorded.len(), 2, "{recorded:?}");
    assert_eq!(session(false), recorded);
}

#[test]
fn a_log_hands_out_no_more_draws_than_other_threads_may_have_to_finish() {
    let folder = Folder::new();
    let log = folder.file("draws.jsonl");
    let size = "\"width\":4.0,\"height\":2.0,\"ratio\":1.0";
    let header =
        format!("{{\"format\":\"framecast-input\",\"version\":1,\"title\":\"\",{size}}}\n");
    let draw = |n| format!("{{\"type\":\"draw\",\"timestamp\":{n}.0,\"step\":1.0,{size}}}\n");
    std::fs::write(&log, header + &(0..1000).map(draw).collect::<String>()).unwrap();
    let (canvas, _viewer) =
        open(Canvas::builder("").replay_input(&log).replay_speed(ReplaySpeed::Max));
    // A thread that finishes one only when it has as many as there may be, or when no other comes.
    let (begin, begun) = std::sync::mpsc::channel::<DetachedDrawing>();
    let open = Arc::new(AtomicUsize::new(0));
    let finished = Arc::clone(&open);
    let thread = std::thread::spawn(move || {
        let mut drawings = VecDeque::new();
        for drawing in &begun {
            drawings.push_back(drawing);
            if drawings.len() == DetachedDrawing::MOST {
                finished.fetch_sub(1, Ordering::Relaxed);
                drawings.pop_front().into_iter().for_each(DetachedDrawing::present);
            }
        }
    });
    let mut draws = 0;
    while let Some(step) = canvas.next() {
        if let Step::Draw(drawing) = step {
            draws += 1;
            assert!(open.fetch_add(1, Ordering::Relaxed) < DetachedDrawing::MOST);
            begin.send(drawing.detach()).unwrap();
        }
    }
    drop(begin);
    thread.join().unwrap();
    assert_eq!(draws, 1000);
}
