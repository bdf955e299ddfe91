//! Input logs that are damaged or hostile.

use std::io::{BufRead, Cursor};
use std::time::{Duration, Instant};

use framecast_api::{CanvasSize, Clock, EventKind, PhysicalSize, SizeLimits};

use crate::control::ControlPolicy;
use crate::engine::{Engine, Settings, Turn};
use crate::input_log::{Handed, Header, Line, Player, Reader};
use crate::messages::Messages;
use crate::options::{DrawDemand, ReplaySpeed, ReplayThen};
use crate::schedule::UpdateMode;

/// More steps of one log are not looked at: one line can stand for a million.
const MOST_STEPS: usize = 5000;

/// The contents of an input log, read and replayed. Panics if a line is read that is not read again as the same
/// when it is written, if a program is handed what no program may be handed, or if the replay does not end.
pub fn input_log(bytes: &[u8]) {
    check(bytes);
    // Most bytes are no header.
    let size = CanvasSize::clamped((64.0, 48.0).into(), 1.0, SizeLimits::DEFAULT);
    let mut log = Vec::new();
    Header::new("a title", size.expect("it is usable")).write(&mut log);
    log.extend_from_slice(bytes);
    check(&log);
}

fn check(log: &[u8]) {
    let Ok((mut reader, header)) = Reader::open(log) else { return };
    let mut lines = 0;
    while let Ok(Some(line)) = reader.next() {
        lines += 1;
        let mut written = Vec::new();
        match &line {
            Line::Event(event) => Handed::Event(event).write(&mut written),
            Line::Draw(draw) => Handed::Draw(*draw).write(&mut written),
            Line::Frame(draw) => Handed::Frame(*draw).write(&mut written),
            Line::Deadline { timestamp, times } => {
                Line::write_deadlines(*timestamp, *times, &mut written);
            }
        }
        assert_eq!(Line::parse(&written), Ok(line), "{}", written.escape_ascii());
    }
    assert!(lines <= log.len(), "a line has no bytes");
    for then in ReplayThen::ALL {
        replay(log, &header, then);
    }
}

/// Replays `log` as a program that takes every kind of step.
fn replay(log: &[u8], header: &Header, then: ReplayThen) {
    let limits = SizeLimits::DEFAULT;
    let size = CanvasSize::clamped(header.size.logical(), header.size.ratio(), limits);
    let now = Instant::now();
    let mut engine = Engine::new(
        Clock::start(),
        Settings {
            title: "a title".into(),
            size: size.expect("a header has a size"),
            fixed: false,
            limits,
            mode: UpdateMode::Manual,
            max_fps: None,
            fps_cap: None,
            min_fps: None,
            demand: DrawDemand::Auto,
            control: ControlPolicy::First,
            control_timeout: None,
            messages: Messages::default(),
        },
    );
    let from: Box<dyn BufRead> = Box::new(Cursor::new(log.to_vec()));
    let Ok((reader, _)) = Reader::open(from) else { panic!("it was opened before") };
    engine.replay(Player::new(reader, ReplaySpeed::Max), "a log".into(), then, now);
    let mut time = 0.0;
    for step in 0..MOST_STEPS {
        // Sometimes it goes its own way.
        if step % 7 == 3 {
            keeps(engine.begin_frame(now).size, limits);
        }
        match engine.turn(now, step % 5 != 4) {
            Turn::Event(event) => may_be_handed(&event.kind, limits),
            Turn::Draw(draw) => keeps(draw.size, limits),
            Turn::Deadline(_) => assert!(step % 5 != 4, "nobody waits for one"),
            Turn::Wait(_) => {
                assert!(then != ReplayThen::Close, "it waits and does not close");
                assert_eq!(engine.is_replaying(), then == ReplayThen::Hold);
                assert!(!engine.is_closed());
                return;
            }
            Turn::Ended => {
                assert!(then == ReplayThen::Close, "it ends and does not stay");
                return;
            }
        }
        keeps(engine.size(), limits);
        assert!(engine.time().is_finite() && engine.time() >= time, "time goes back");
        time = engine.time();
        // Reading the clock in any time is no overflow.
        let clock = engine.program_clock(Clock::since(now));
        assert!(clock.seconds(now + Duration::from_secs(1)).is_finite());
    }
}

fn keeps(size: CanvasSize, limits: SizeLimits) {
    let PhysicalSize { width, height } = size.physical();
    assert!(width <= limits.max_side && height <= limits.max_side, "{size:?}");
    assert!(size.physical().area() <= limits.max_area, "{size:?}");
}

fn may_be_handed(kind: &EventKind, limits: SizeLimits) {
    match kind {
        EventKind::Resize(size) => {
            assert!(size.pwidth <= limits.max_side && size.pheight <= limits.max_side, "{size:?}");
        }
        EventKind::Animate { step } => assert!(step.is_finite() && *step >= 0.0),
        EventKind::Close
        | EventKind::ControlChanged { .. }
        | EventKind::ViewInfo(_)
        | EventKind::AccessibilityWanted { .. }
        | EventKind::BeforeDraw => {}
        kind => assert!(kind.validate().is_ok(), "{kind:?}"),
    }
}
