use std::time::{Duration, Instant};

use framecast::{
    BackendCommand, Canvas, ClientId, DrawDemand, EventKind, NoStep, NullBackend, NullRemote,
    Options, PhysicalSize, Pointer, Rect, Step, UpdateMode,
};

use crate::{PATIENCE, count, drain, drain_until};

fn canvas(mode: UpdateMode) -> (Canvas, NullRemote) {
    let (backend, remote) = NullBackend::new();
    let canvas =
        Canvas::builder("test").size((8.0, 4.0)).update_mode(mode).backend(backend).open().unwrap();
    (canvas, remote)
}

#[test]
fn nothing_is_drawn_while_nobody_looks_and_the_request_stays() {
    let (canvas, remote) = canvas(UpdateMode::OnDemand);
    assert!(drain(&canvas).is_empty());
    remote.set_demand(true);
    assert_eq!(drain(&canvas), ["animate", "before_draw", "draw"]);
    assert_eq!(remote.presented(), 1);
    assert!(drain(&canvas).is_empty(), "nothing was asked for since");
}

#[test]
fn always_drawing_makes_up_a_viewer() {
    let (canvas, remote) = canvas(UpdateMode::OnDemand);
    canvas.set_draw_demand(DrawDemand::Always);
    assert_eq!(count(&drain(&canvas), "draw"), 1);
    assert_eq!(remote.presented(), 1);
}

#[test]
fn a_picture_that_was_put_off_is_drawn_when_somebody_looks() {
    let (canvas, remote) = canvas(UpdateMode::OnDemand);
    canvas.set_draw_demand(DrawDemand::Always);
    canvas.set_max_fps(None);
    let draw = |wanted: bool| {
        let steps = std::iter::from_fn(|| canvas.poll());
        let drawings = steps.filter_map(|step| match step {
            Step::Draw(drawing) => Some(drawing),
            Step::Event(_) => None,
        });
        drawings
            .map(|drawing| {
                assert_eq!(drawing.is_wanted(), wanted);
                if wanted { drawing.present() } else { drawing.postpone() }
            })
            .count()
    };
    assert_eq!(draw(false), 1);
    assert_eq!(draw(false), 0, "nobody looks, and nothing was asked for since");
    remote.set_demand(true);
    assert_eq!((draw(true), remote.presented()), (1, 1));
    assert_eq!(draw(true), 0, "it is shown");
    // A newer picture that was presented takes its place.
    remote.set_demand(false);
    canvas.request_draw();
    assert_eq!(draw(false), 1);
    canvas.begin_frame().unwrap().present();
    remote.set_demand(true);
    assert_eq!(draw(true), 0);
    // Nobody else begins a draw in manual mode, so the picture is wanted in any case.
    remote.set_demand(false);
    canvas.set_update_mode(UpdateMode::Manual);
    assert!(canvas.begin_frame().unwrap().is_wanted());
}

#[test]
fn on_demand_draws_once_for_many_requests_within_the_frame_rate() {
    let (canvas, remote) = canvas(UpdateMode::OnDemand);
    remote.set_demand(true);
    canvas.set_max_fps(0.001);
    assert_eq!(count(&drain(&canvas), "draw"), 1);
    for _ in 0..1000 {
        canvas.request_draw();
    }
    assert!(drain(&canvas).is_empty(), "not before the next slot");
    canvas.set_max_fps(None);
    assert_eq!(count(&drain(&canvas), "draw"), 1);
}

#[test]
fn continuous_goes_on_by_itself_and_stops_with_the_demand() {
    let (canvas, remote) = canvas(UpdateMode::Continuous);
    canvas.set_max_fps(1000.0);
    remote.set_demand(true);
    drain_until(&canvas, |steps| count(steps, "draw") == 5);
    remote.set_demand(false);
    let before = remote.presented();
    let steps = drain(&canvas);
    assert!(count(&steps, "draw") <= 1, "{steps:?}");
    assert!(remote.presented() <= before + 1);
}

#[test]
fn manual_draws_only_by_hand() {
    let (canvas, remote) = canvas(UpdateMode::Manual);
    remote.set_demand(true);
    canvas.request_draw();
    assert!(drain(&canvas).is_empty());
    canvas.begin_frame().unwrap().present();
    assert_eq!(remote.presented(), 1);
}

#[test]
fn pushed_frames_need_no_demand() {
    let (canvas, remote) = canvas(UpdateMode::Manual);
    for shade in 0..3 {
        let mut frame = canvas.begin_frame().unwrap();
        frame.fill([shade; 4]);
        frame.present();
    }
    assert_eq!(remote.presented(), 3);
    assert_eq!(remote.last_frame().unwrap().pixels()[0], [2; 4]);
    assert_eq!(remote.last_frame().unwrap().sequence(), 3);
}

#[test]
fn a_drawing_that_is_dropped_shows_nothing_and_is_not_asked_for_again() {
    let (canvas, remote) = canvas(UpdateMode::OnDemand);
    remote.set_demand(true);
    let mut draws = 0;
    while let Some(step) = canvas.poll() {
        draws += usize::from(matches!(step, Step::Draw(_)));
    }
    assert_eq!((draws, remote.presented()), (1, 0));
}

#[test]
fn a_draw_can_start_from_the_previous_picture_and_say_what_changed() {
    let (canvas, remote) = canvas(UpdateMode::Manual);
    let mut first = canvas.begin_frame().unwrap();
    assert!(!first.copy_previous());
    first.fill([10, 20, 30, 255]);
    first.present();
    let mut second = canvas.begin_frame().unwrap();
    assert!(second.copy_previous());
    second.pixels_mut()[3] = [1; 4];
    second.add_damage(Rect::new(3, 0, 1, 1));
    second.present();
    let frame = remote.last_frame().unwrap();
    assert_eq!(
        frame.pixels()[..4],
        [[10, 20, 30, 255], [10, 20, 30, 255], [10, 20, 30, 255], [1; 4]]
    );
    assert_eq!(frame.damage(), Some(&[Rect::new(3, 0, 1, 1)][..]));
    canvas.set_fixed_size(PhysicalSize::new(5, 5)).unwrap();
    assert!(!canvas.begin_frame().unwrap().copy_previous(), "another size");
}

/// Release builds trust the application.
#[cfg(debug_assertions)]
#[test]
fn damage_that_is_wrong_is_counted_and_nobody_is_asked_to_trust_it() {
    let (backend, remote) = NullBackend::new();
    // A program with flags prints what its author must know; others log it.
    let canvas = Canvas::builder("test").options(&Options::default()).no_backends();
    let canvas = canvas.size((8.0, 4.0)).update_mode(UpdateMode::Manual).backend(backend);
    let canvas = canvas.open().unwrap();
    let present = |changed: &[usize], damage: &[Rect]| {
        let mut frame = canvas.begin_frame().unwrap();
        if !frame.copy_previous() {
            frame.fill([0, 0, 0, 255]);
        }
        let shade = frame.previous().map_or(1, |frame| frame.sequence() as u8 + 1);
        changed.iter().for_each(|at| frame.pixels_mut()[*at] = [shade; 4]);
        damage.iter().for_each(|rect| frame.add_damage(*rect));
        frame.trust_damage();
        frame.present();
        (remote.last_frame().unwrap().is_damage_complete(), canvas.stats().wrong_damage)
    };
    assert_eq!(present(&[0, 31], &[]), (true, 0), "there was nothing before");
    assert_eq!(present(&[3], &[Rect::new(3, 0, 1, 1)]), (true, 0));
    assert_eq!(present(&[3, 20], &[Rect::new(3, 0, 1, 1)]), (false, 1));
    assert_eq!(present(&[], &[]), (true, 1));
    assert_eq!(present(&[31], &[]), (false, 2));
    canvas.set_fixed_size(PhysicalSize::new(5, 5)).unwrap();
    assert_eq!(present(&[7], &[]), (true, 2), "another size is all new");
}

/// The test above says it on standard error, in a process of its own.
#[cfg(debug_assertions)]
#[test]
fn the_author_of_wrong_damage_is_told_once_where_it_is() {
    let test = "drawing::damage_that_is_wrong_is_counted_and_nobody_is_asked_to_trust_it";
    let program = std::env::current_exe().unwrap();
    let output = std::process::Command::new(program).args(["--exact", test]).output().unwrap();
    let (said, done) = (String::from_utf8_lossy(&output.stderr), output.status.success());
    assert!(done && String::from_utf8_lossy(&output.stdout).contains("1 passed"), "{output:?}");
    assert_eq!(said.matches("calls trust_damage()").count(), 1, "{said}");
    assert!(said.contains("frame 3 of \"test\""), "{said}");
    assert!(said.contains("Rect::new(4, 2, 1, 1)"), "{said}");
}

#[test]
fn steady_drawing_reuses_its_buffers() {
    let (canvas, _remote) = canvas(UpdateMode::Manual);
    let mut addresses = std::collections::BTreeSet::new();
    for _ in 0..100 {
        let frame = canvas.begin_frame().unwrap();
        addresses.insert(frame.pixels().as_ptr() as usize);
        frame.present();
    }
    assert!(addresses.len() <= 4, "{} buffers", addresses.len());
}

#[test]
fn moves_are_merged_while_the_application_is_busy_and_come_before_the_draw() {
    let (canvas, remote) = canvas(UpdateMode::OnDemand);
    remote.join(1);
    for n in 0..10_000 {
        let pointer = Pointer::at(f64::from(n), 0.0);
        remote.event(1, EventKind::PointerMove(pointer));
    }
    remote.set_demand(true);
    assert_eq!(drain(&canvas), ["pointer_move", "animate", "before_draw", "draw"]);
}

#[test]
fn input_wakes_a_parked_loop_from_another_thread() {
    let (canvas, remote) = canvas(UpdateMode::OnDemand);
    remote.join(1);
    let thread = std::thread::spawn(move || remote.event(1, crate::key_down("a")));
    assert_eq!(drain_until(&canvas, |steps| !steps.is_empty()), ["key_down"]);
    thread.join().unwrap();
}

#[test]
fn a_title_tells_the_rate_and_what_shows_it() {
    let (canvas, remote) = canvas(UpdateMode::Manual);
    let titles = || {
        let titles = remote.commands().into_iter().filter_map(|it| match it {
            BackendCommand::Title(title) => Some(title),
            _ => None,
        });
        titles.collect::<Vec<_>>()
    };
    canvas.set_title("$backend at $fps fps, $$5");
    assert_eq!(titles(), ["null at 0.0 fps, $5"]);
    assert_eq!(canvas.title(), "$backend at $fps fps, $$5");
    let end = Instant::now() + PATIENCE;
    while titles().len() < 2 && Instant::now() < end {
        canvas.begin_frame().unwrap().present();
    }
    let last = titles().pop().unwrap();
    let fps = last.strip_prefix("null at ").unwrap().strip_suffix(" fps, $5").unwrap();
    assert!(fps.parse::<f64>().unwrap() > 0.0, "{last}");
}

#[test]
fn steps_that_are_always_due_end_at_the_deadline_and_are_served_after_it() {
    let (canvas, remote) = canvas(UpdateMode::Continuous);
    canvas.set_max_fps(None);
    remote.set_demand(true);
    let end = Instant::now() + PATIENCE;
    let (until, draws) = loop {
        let until = Instant::now() + Duration::from_millis(20);
        let mut draws = 0;
        while let Ok(step) = canvas.next_before(until) {
            draws += usize::from(matches!(step, Step::Draw(_)));
        }
        assert!(Instant::now() >= until);
        // A machine that was busy all that time with something else gets another turn.
        if draws > 0 || Instant::now() > end {
            break (until, draws);
        }
    };
    assert!(draws > 0);
    assert_eq!(canvas.next_before(until).unwrap_err(), NoStep::Deadline);
    // A program that is always late is served all the same: one step for each deadline.
    let mut late = (1..=9).map(|n| canvas.next_before(until - Duration::from_nanos(n)));
    assert!(late.all(|step| step.is_ok()));
    assert!(canvas.poll().is_some() && canvas.poll().is_some());
}

#[test]
fn a_draw_is_requested_for_later() {
    let (canvas, remote) = canvas(UpdateMode::OnDemand);
    remote.set_demand(true);
    drain(&canvas);
    let (start, nap) = (Instant::now(), Duration::from_millis(30));
    canvas.request_draw_after(nap);
    drain_until(&canvas, |steps| count(steps, "draw") == 1);
    assert!(start.elapsed() >= nap);
    canvas.handle().request_draw_at(start);
    drain_until(&canvas, |steps| count(steps, "draw") == 1);
    assert!(drain(&canvas).is_empty(), "once each");
    canvas.handle().request_draw_after(Duration::MAX);
    canvas.request_draw_after(Duration::MAX);
    assert!(drain(&canvas).is_empty());
}

#[test]
fn an_idle_canvas_parks_and_wakes_at_its_deadline() {
    let (canvas, remote) = canvas(UpdateMode::OnDemand);
    remote.set_demand(true);
    drain(&canvas);
    let (start, nap) = (Instant::now(), Duration::from_millis(50));
    assert_eq!(canvas.next_before(start + nap).unwrap_err(), NoStep::Deadline);
    assert!(start.elapsed() >= nap);
    canvas.close();
    assert_eq!(drain(&canvas), ["close"]);
    assert_eq!(canvas.next_before(Instant::now() + PATIENCE).unwrap_err(), NoStep::Closed);
}

#[test]
fn stats_count_frames_events_and_what_was_dropped() {
    let (canvas, remote) = canvas(UpdateMode::OnDemand);
    remote.join(1);
    remote.join(2);
    remote.event(1, crate::key_down("a"));
    remote.event(2, crate::key_down("b"));
    remote.event(1, EventKind::Close);
    remote.send(framecast::BackendEvent::Rejected { client: ClientId(2), count: 5 });
    remote.set_demand(true);
    drain(&canvas);
    let stats = canvas.stats();
    assert_eq!((stats.frames, stats.ignored, stats.rejected), (1, 1, 6));
    assert_eq!(stats.events, 4, "control_changed, the key, animate, before_draw");
    assert_eq!(stats.backends.len(), 1);
    assert_eq!((stats.backends[0].name.as_str(), stats.backends[0].clients), ("null", 2));
}

#[test]
fn a_picture_may_have_a_resolution_of_its_own() {
    let (backend, remote) = NullBackend::new();
    let open = Canvas::builder("test").backend(backend).size((300.0, 200.0)).ratio(1.5);
    let canvas = open.open().unwrap();
    remote.set_demand(true);
    for (scale, width, height) in [(0.25, 113, 75), (4.0, 1800, 1200), (1e-9, 1, 1)] {
        let mut frame = canvas.begin_frame().unwrap();
        frame.set_resolution(scale).unwrap();
        assert_eq!((frame.width(), frame.height()), (width, height));
        // The layout is the canvas'.
        assert!((f64::from(width) / frame.ratio() - 300.0).abs() < 1e-9);
        assert_eq!(frame.canvas_size(), canvas.size());
        let ratio = frame.ratio();
        frame.present();
        let shown = remote.last_frame().unwrap();
        assert_eq!((shown.width(), shown.height(), shown.ratio()), (width, height, ratio));
    }
    // The next one has the canvas' again.
    let mut frame = canvas.begin_frame().unwrap();
    assert_eq!((frame.width(), frame.ratio()), (450, 1.5));
    for bad in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e9] {
        let error = frame.set_resolution(bad).unwrap_err();
        assert_eq!(error.kind(), framecast::ErrorKind::InvalidInput, "{error}");
        assert_eq!((frame.width(), frame.ratio()), (450, 1.5));
    }
    frame.set_resolution(2.0).unwrap();
    frame.set_resolution(1.0).unwrap();
    assert_eq!((frame.width(), frame.ratio()), (450, 1.5), "exactly the canvas' again");
}

#[test]
fn the_longer_side_says_how_a_picture_is_scaled() {
    let canvas = Canvas::builder("test").no_backends().size((3.0, 1000.0)).open().unwrap();
    let mut frame = canvas.begin_frame().unwrap();
    frame.set_resolution(0.25).unwrap();
    assert_eq!((frame.width(), frame.height(), frame.ratio()), (1, 250, 0.25));
}

#[test]
fn a_drawing_may_end_without_being_shown() {
    let (backend, remote) = NullBackend::new();
    let canvas = Canvas::builder("test").backend(backend).fixed_size((2, 2)).open().unwrap();
    let mut frame = canvas.begin_frame().unwrap();
    frame.fill([1, 2, 3, 255]);
    let print = frame.into_frame();
    assert_eq!((print.pixels()[3], print.sequence()), ([1, 2, 3, 255], 0));
    assert!(remote.presented() == 0 && canvas.last_frame().is_none());
    // It stays as it is while others are drawn.
    for _ in 0..10 {
        let mut frame = canvas.begin_frame().unwrap();
        frame.fill([9; 4]);
        frame.present();
    }
    assert_eq!(print.pixels()[0], [1, 2, 3, 255]);
}
