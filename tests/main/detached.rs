//! Drawings that other threads finish.

use std::time::{Duration, Instant};

use framecast::{
    Canvas, DetachedDrawing, DrawDemand, EventKind, EventLoop, NullBackend, NullRemote, Rect, Step,
    UpdateMode,
};

use crate::PATIENCE;

/// A canvas that draws all the time, as fast as it can.
fn canvas() -> (Canvas, NullRemote) {
    let (backend, remote) = NullBackend::new();
    let canvas = Canvas::builder("detached")
        .size((4.0, 2.0))
        .draw_demand(DrawDemand::Always)
        .update_mode(UpdateMode::Fastest)
        .backend(backend)
        .open()
        .unwrap();
    (canvas, remote)
}

/// The next drawing that is handed out now.
fn drawing(canvas: &Canvas) -> Option<DetachedDrawing> {
    std::iter::from_fn(|| canvas.poll()).find_map(|step| match step {
        Step::Draw(drawing) => Some(drawing.detach()),
        Step::Event(_) => None,
    })
}

/// Presents `drawing` in this shade on another thread.
fn finish(mut drawing: DetachedDrawing, shade: u8) {
    let thread = std::thread::spawn(move || {
        drawing.fill([shade, 0, 0, 255]);
        drawing.present();
    });
    thread.join().unwrap();
}

fn shade(canvas: &Canvas) -> Option<u8> {
    canvas.last_frame().map(|frame| frame.pixels()[0][0])
}

#[test]
fn another_thread_presents_and_the_loop_is_woken() {
    let (canvas, remote) = canvas();
    canvas.set_update_mode(UpdateMode::OnDemand);
    let mut first = drawing(&canvas).expect("something is shown at first");
    let detached_at = first.detached_at();
    let thread = std::thread::spawn(move || {
        first.fill([7, 0, 0, 255]);
        first.present();
    });
    // Nothing else is due: only the drawing wakes it.
    let end = Instant::now() + PATIENCE;
    while shade(&canvas).is_none() {
        assert!(Instant::now() < end, "nothing was presented");
        let _ = canvas.next_before(Instant::now() + Duration::from_millis(50));
    }
    thread.join().unwrap();
    let frame = canvas.last_frame().unwrap();
    assert_eq!((frame.sequence(), frame.pixels()[0]), (1, [7, 0, 0, 255]));
    assert_eq!(frame.timestamp(), canvas.clock().seconds(detached_at));
    assert_eq!(remote.presented(), 1);
}

#[test]
fn no_more_than_the_limit_are_handed_out() {
    let (canvas, _remote) = canvas();
    let mut open: Vec<_> = std::iter::from_fn(|| drawing(&canvas)).collect();
    assert_eq!(open.len(), DetachedDrawing::MOST);
    // One that is presented makes room, and so does one that is given up.
    finish(open.remove(0), 1);
    open.extend(drawing(&canvas));
    assert_eq!((open.len(), shade(&canvas)), (DetachedDrawing::MOST, Some(1)));
    assert!(drawing(&canvas).is_none());
    drop(open.remove(0));
    open.extend(drawing(&canvas));
    assert_eq!((open.len(), shade(&canvas)), (DetachedDrawing::MOST, Some(1)));
}

#[test]
fn an_older_drawing_that_is_late_is_not_shown() {
    let (canvas, remote) = canvas();
    let (old, new) = (drawing(&canvas).unwrap(), drawing(&canvas).unwrap());
    finish(new, 2);
    finish(old, 1);
    canvas.set_update_mode(UpdateMode::Manual);
    while canvas.poll().is_some() {}
    assert_eq!((shade(&canvas), remote.presented()), (Some(2), 1));
    // The same if the newer one was presented at once.
    let old = canvas.begin_frame().unwrap().detach();
    let mut new = canvas.begin_frame().unwrap();
    new.fill([4, 0, 0, 255]);
    new.present();
    finish(old, 3);
    while canvas.poll().is_some() {}
    assert_eq!((shade(&canvas), remote.presented()), (Some(4), 2));
}

#[test]
fn after_the_canvas_is_closed_nothing_is_shown_and_nothing_is_lost() {
    let (canvas, remote) = canvas();
    let (one, two) = (drawing(&canvas).unwrap(), drawing(&canvas).unwrap());
    canvas.close();
    while canvas.next().is_some() {}
    finish(one, 1);
    assert_eq!(remote.presented(), 0);
    drop(canvas);
    finish(two, 2);
}

#[test]
fn a_picture_for_a_script_is_waited_for() {
    let canvas = Canvas::offscreen((4.0, 2.0)).unwrap();
    let frame = canvas.draw_with(|_, step| {
        if let Step::Draw(drawing) = step {
            let drawing = drawing.detach();
            std::thread::spawn(move || finish(drawing, 9));
        }
    });
    assert_eq!(frame.unwrap().pixels()[0], [9, 0, 0, 255]);
    let given_up = canvas.draw_with(|_, step| {
        if let Step::Draw(drawing) = step {
            let drawing = drawing.detach();
            std::thread::spawn(move || drop(drawing));
        }
    });
    assert!(given_up.is_err());
}

#[test]
fn the_picture_for_a_script_is_that_of_its_own_draw() {
    let canvas = Canvas::offscreen((4.0, 2.0)).unwrap();
    // A thread presents an older one first.
    let older = canvas.begin_frame().unwrap().detach();
    let (begin, begun) = std::sync::mpsc::channel();
    let thread = std::thread::spawn(move || {
        let drawing = begun.recv().unwrap();
        finish(older, 1);
        finish(drawing, 2);
    });
    let frame = canvas.draw_with(|_, step| {
        if let Step::Draw(drawing) = step {
            begin.send(drawing.detach()).unwrap();
        }
    });
    thread.join().unwrap();
    assert_eq!(frame.unwrap().pixels()[0], [2, 0, 0, 255]);
    // Nor is an older one taken for it that is shown meanwhile.
    finish(canvas.begin_frame().unwrap().detach(), 3);
    assert!(canvas.draw_with(|_, _| {}).is_err());
    assert_eq!(shade(&canvas), Some(3));
}

#[test]
fn damage_is_not_trusted_if_another_picture_was_shown_meanwhile() {
    let (canvas, _remote) = canvas();
    let mut first = canvas.begin_frame().unwrap();
    first.fill([1, 0, 0, 255]);
    first.present();
    // Both are told apart from the first one: the second differs from what the other one shows.
    let [mut left, mut right] = [0, 1].map(|_| canvas.begin_frame().unwrap());
    for (drawing, x) in [(&mut left, 0), (&mut right, 3)] {
        drawing.copy_previous();
        drawing.pixels_mut()[x as usize] = [9, 0, 0, 255];
        drawing.add_damage(Rect::new(x, 0, 1, 1));
        drawing.trust_damage();
    }
    for (drawing, trusted) in [(left, true), (right, false)] {
        let drawing = drawing.detach();
        std::thread::spawn(move || drawing.present()).join().unwrap();
        canvas.set_update_mode(UpdateMode::Manual);
        while canvas.poll().is_some() {}
        assert_eq!(canvas.last_frame().unwrap().is_damage_complete(), trusted);
    }
    // The application was not wrong.
    assert_eq!(canvas.stats().wrong_damage, 0);
}

#[test]
fn damage_since_a_drawing_is_trusted_if_that_one_is_shown() {
    let (canvas, _remote) = canvas();
    canvas.set_update_mode(UpdateMode::Manual);
    let [mut first, mut second, mut third] = [0; 3].map(|_| canvas.begin_frame().unwrap().detach());
    assert!(first.number() < second.number() && second.number() < third.number());
    first.fill([1, 0, 0, 255]);
    for (drawing, since) in [(&mut second, first.number()), (&mut third, first.number())] {
        drawing.fill([1, 0, 0, 255]);
        drawing.pixels_mut()[3] = [9, 0, 0, 255];
        drawing.add_damage(Rect::new(3, 0, 1, 1));
        drawing.trust_damage();
        drawing.set_damage_since(since);
    }
    // The third one follows the second, which it says nothing of.
    for (drawing, trusted) in [(first, false), (second, true), (third, false)] {
        drawing.present();
        while canvas.poll().is_some() {}
        assert_eq!(canvas.last_frame().unwrap().is_damage_complete(), trusted);
    }
    assert_eq!(canvas.stats().wrong_damage, 0);
}

#[test]
fn a_thread_that_panics_gives_its_drawing_up() {
    let (canvas, _remote) = canvas();
    let open: Vec<_> = std::iter::from_fn(|| drawing(&canvas)).collect();
    let thread = std::thread::spawn(move || {
        let _open = open;
        std::panic::resume_unwind(Box::new("given up"));
    });
    assert!(thread.join().is_err());
    assert!(drawing(&canvas).is_some());
}

#[test]
fn virtual_time_passes_while_a_canvas_that_nobody_serves_has_drawings_detached() {
    let events = EventLoop::in_virtual_time(Duration::from_secs(1));
    let open = || Canvas::builder("").on(&events).no_backends().open().unwrap();
    let (served, other) = (open(), open());
    let _kept = other.begin_frame().unwrap().detach();
    let mut later = std::iter::from_fn(|| served.next());
    assert!(later.any(|step| matches!(step, Step::Event(event) if event.kind == EventKind::Close)));
}

#[test]
fn virtual_time_waits_for_other_threads() {
    let events = EventLoop::in_virtual_time(Duration::from_secs(2));
    let canvas = Canvas::builder("virtual")
        .on(&events)
        .no_backends()
        .draw_demand(DrawDemand::Always)
        .update_mode(UpdateMode::Continuous)
        .max_fps(10.0)
        .open()
        .unwrap();
    let mut drawn = 0;
    canvas
        .run(|_, step| {
            if let Step::Draw(drawing) = step {
                drawn += 1;
                let drawing = drawing.detach();
                std::thread::spawn(move || finish(drawing, 1));
            }
        })
        .unwrap();
    // Each frame of the two seconds, but those that the end overtook.
    assert!(drawn >= 18, "{drawn}");
    assert!(canvas.stats().frames as usize + DetachedDrawing::MOST >= drawn);
}
