//! Recordings beside other backends.

use std::fs::File;
use std::path::Path;
use std::time::{Duration, Instant};

use framecast::record::RecordSettings;
use framecast::{
    BackendCommand, Canvas, ControlRequest, EventKind, Key, Modifiers, NullBackend, NullRemote,
    Options, RecordingState, Step,
};
use framecast_record::{Playback, Reader};

use crate::PATIENCE;

/// Takes steps until `count` frames were drawn for whoever wants them.
fn draw(canvas: &Canvas, count: u8) {
    let end = Instant::now() + PATIENCE;
    let mut drawn = 0;
    while drawn < count {
        canvas.request_draw();
        if let Ok(Step::Draw(mut frame)) = canvas.next_before(end) {
            drawn += 1;
            frame.fill([drawn * 20, 7, 9, 255]);
            frame.present();
        }
        assert!(Instant::now() < end, "nobody wants frames");
    }
}

fn ends_with(path: &Path, color: [u8; 4]) {
    let mut playback = Playback::new(Reader::open(File::open(path).unwrap()).unwrap());
    assert!(playback.reader().damage().is_none());
    playback.seek(u64::MAX).unwrap();
    assert!(playback.picture().pixels().iter().all(|pixel| *pixel == color));
}

#[test]
fn where_nobody_looks_frames_are_drawn_for_the_recording_at_its_rate() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("alone.fcast");
    let canvas = Canvas::builder("alone").no_backends().size((64.0, 48.0)).open().unwrap();
    let recorder = canvas.record(RecordSettings::new(&path).with_fps(200.0)).unwrap();
    draw(&canvas, 6);
    let begin = canvas.stats().frames;
    assert_eq!(begin, 6);
    canvas.close();
    while canvas.next().is_some() {}
    assert_eq!(recorder.state().frames, 6);
    assert!(!recorder.state().recording);
    assert_eq!(canvas.recorders().len(), 1);
    ends_with(&path, [120, 7, 9, 255]);
}

#[cfg(all(feature = "http", feature = "options"))]
#[test]
fn beside_browsers_a_recorder_takes_what_is_encoded_for_them() {
    let folder = tempfile::tempdir().unwrap();
    let (shared, exact) = (folder.path().join("shared.fcast"), folder.path().join("exact.fcast"));
    let flags = ["--backend", "http", "--listen", "127.0.0.1:0", "--record-fps", "200", "--record"];
    let options = Options::parse("test", &[&flags[..], &[shared.to_str().unwrap()]].concat());
    let canvas =
        Canvas::builder("both").options(&options.unwrap()).size((64.0, 48.0)).open().unwrap();
    // Exact pictures are not what browsers are sent, so this one encodes for itself.
    let own = canvas.record(RecordSettings::new(&exact).with_lossless(true)).unwrap();
    draw(&canvas, 6);
    canvas.close();
    while canvas.next().is_some() {}
    canvas.finish().unwrap();
    assert_eq!(own.state().frames, 6);
    ends_with(&shared, [120, 7, 9, 255]);
    ends_with(&exact, [120, 7, 9, 255]);
}

#[test]
fn a_recording_that_cannot_be_made_is_an_error_and_the_canvas_goes_on() {
    let canvas = Canvas::builder("plot").no_backends().open().unwrap();
    let error = canvas.record(RecordSettings::new("/nowhere/at/all.fcast")).unwrap_err();
    assert!(error.to_string().contains("/nowhere/at/all.fcast"), "{error}");
    assert!(canvas.recorders().is_empty());
    assert!(canvas.begin_frame().is_ok());
}

/// What a backend was told of recordings last.
fn told(remote: &NullRemote) -> Option<Option<RecordingState>> {
    remote.commands().into_iter().rev().find_map(|command| match command {
        BackendCommand::Control(state) => Some(state.recording),
        _ => None,
    })
}

#[test]
fn everybody_is_told_of_a_recording_and_only_the_host_pauses_it() {
    let folder = tempfile::tempdir().unwrap();
    let (window, at_window) = NullBackend::local();
    let (mirror, at_mirror) = NullBackend::new();
    let canvas =
        Canvas::builder("plot").backend(window).backend(mirror).no_backends().open().unwrap();
    at_window.join(1);
    at_mirror.join(1);
    crate::drain(&canvas);
    assert_eq!(told(&at_mirror), Some(None));
    let recorder = canvas.record(RecordSettings::new(folder.path().join("a.fcast"))).unwrap();
    crate::drain(&canvas);
    for remote in [&at_window, &at_mirror] {
        assert_eq!(told(remote), Some(Some(RecordingState::Running)));
    }
    let caption = |remote: &NullRemote| {
        remote.commands().into_iter().rev().find_map(|command| match command {
            BackendCommand::Title(title) => Some(title),
            _ => None,
        })
    };
    assert_eq!(caption(&at_window).unwrap(), "plot – recording: Ctrl+Alt+R pauses it");
    // Who is not the host asks in vain.
    at_mirror.control(1, ControlRequest::Record(false));
    crate::drain(&canvas);
    assert!(recorder.state().recording);
    let mut key = Key::new("r").with_code("KeyR");
    key.modifiers = Modifiers::default().with_control().with_alt();
    at_window.event(1, EventKind::KeyDown(key.clone()));
    let heard = crate::drain(&canvas);
    assert!(!heard.contains(&"key_down".to_owned()), "the key is not the application's: {heard:?}");
    assert!(recorder.state().paused);
    assert_eq!(told(&at_mirror), Some(Some(RecordingState::Paused)));
    assert_eq!(caption(&at_window).unwrap(), "plot – recording paused: Ctrl+Alt+R goes on");
    at_window.control(1, ControlRequest::Record(true));
    crate::drain(&canvas);
    assert!(recorder.state().recording);
    // From the program, too.
    recorder.pause();
    crate::drain(&canvas);
    assert_eq!(told(&at_mirror), Some(Some(RecordingState::Paused)));
    recorder.stop();
    let end = Instant::now() + PATIENCE;
    while told(&at_mirror) != Some(None) {
        assert!(Instant::now() < end, "nobody is told that it ended");
        let _ = canvas.next_before(Instant::now() + Duration::from_millis(5));
    }
    assert_eq!(caption(&at_window).unwrap(), "plot");
    // Without a recording the key is one like any other.
    at_window.event(1, EventKind::KeyDown(key));
    assert!(crate::drain(&canvas).contains(&"key_down".to_owned()));
}

/// Draws until nothing is wanted any more, and notes what the program was handed.
#[cfg(feature = "options")]
fn session(flags: &[&str], remote: &NullRemote, backend: NullBackend) -> Vec<String> {
    let options = Options::parse("test", flags).unwrap();
    let canvas = Canvas::builder("typist").options(&options).backend(backend).open().unwrap();
    remote.set_demand(true);
    remote.join(1);
    let mut handed = Vec::new();
    for text in ["a", "b", "c"] {
        remote.event(1, EventKind::KeyDown(Key::new(text)));
        remote.event(1, EventKind::KeyUp(Key::new(text)));
    }
    canvas.request_draw();
    let end = Instant::now() + PATIENCE;
    while let Ok(step) = canvas.next_before(end) {
        match step {
            Step::Event(event) => handed.push(format!("{:?}", event.kind)),
            Step::Draw(frame) => {
                handed.push("draw".into());
                frame.present();
                canvas.close();
            }
        }
    }
    canvas.finish().unwrap();
    handed
}

#[cfg(feature = "options")]
#[test]
fn a_recording_holds_what_the_program_was_handed_and_replays_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("session.fcast");
    let file = path.to_str().unwrap();
    let flags = ["--backend", "none", "--record", file, "--record-input", file];
    let (backend, remote) = NullBackend::new();
    let first = session(&flags, &remote, backend);
    assert!(first.iter().filter(|it| it.contains("KeyDown")).count() == 3, "{first:?}");
    let reader = Reader::open(File::open(&path).unwrap()).unwrap();
    assert!(reader.head().input);
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        assert_eq!(std::fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
    }
    let flags = ["--backend", "none", "--replay-input", file, "--replay-speed", "max"];
    let (backend, remote) = NullBackend::new();
    assert_eq!(session(&flags, &remote, backend), first);
    // One without input says so.
    let other = folder.path().join("other.fcast");
    let (backend, remote) = NullBackend::new();
    session(&["--backend", "none", "--record", other.to_str().unwrap()], &remote, backend);
    let flags = ["--backend", "none", "--replay-input", other.to_str().unwrap()];
    let options = Options::parse("test", &flags).unwrap();
    let error = Canvas::builder("plot").options(&options).open().unwrap_err().to_string();
    assert!(error.contains("has no input"), "{error}");
}
