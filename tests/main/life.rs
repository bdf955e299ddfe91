use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::task::{Context, Poll, Wake, Waker};

use framecast::{
    Backend, Canvas, ControlPolicy, DrawDemand, Error, EventKind, EventLoop, Frame, NullBackend,
    PhysicalSize, Result, Step, UpdateMode,
};

use crate::{PATIENCE, count, drain, drain_until};

/// A backend that fails where it is told to.
struct Failing {
    open: bool,
    present: bool,
}

impl Backend for Failing {
    fn name(&self) -> &str {
        "failing"
    }

    fn open(&mut self, _: framecast::Context) -> Result<()> {
        if self.open { Err(Error::failed("no luck today")) } else { Ok(()) }
    }

    fn wants_frame(&self) -> bool {
        true
    }

    fn present(&mut self, _: &Frame) -> Result<()> {
        if self.present { Err(Error::failed("cannot present")) } else { Ok(()) }
    }

    fn close(&mut self) {}
}

#[test]
fn a_backend_that_cannot_open_is_left_out_and_the_others_go_on() {
    let (backend, remote) = NullBackend::new();
    let canvas = Canvas::builder("test")
        .backend(Failing { open: true, present: false })
        .backend(backend)
        .open()
        .unwrap();
    remote.set_demand(true);
    drain(&canvas);
    assert_eq!(remote.presented(), 1);
}

#[test]
fn when_no_backend_is_left_to_open_the_reasons_are_told() {
    let error =
        Canvas::builder("test").backend(Failing { open: true, present: false }).open().unwrap_err();
    assert!(error.to_string().contains("failing: no luck today"), "{error}");
}

#[test]
fn losing_the_last_backend_closes_the_canvas_with_an_error() {
    let canvas =
        Canvas::builder("test").backend(Failing { open: false, present: true }).open().unwrap();
    let error = canvas
        .run(|_, step| {
            if let Step::Draw(frame) = step {
                frame.present();
            }
        })
        .unwrap_err();
    assert!(error.to_string().contains("cannot present"), "{error}");
}

#[test]
fn closing_gives_one_last_event_and_closes_the_backends() {
    let (backend, remote) = NullBackend::new();
    let canvas = Canvas::builder("test").backend(backend).open().unwrap();
    remote.join(1);
    remote.event(1, crate::key_down("a"));
    drain(&canvas);
    canvas.close();
    canvas.close();
    assert!(canvas.is_closed() && !remote.is_closed(), "the application still gets its event");
    assert_eq!(drain(&canvas), ["key_up", "close"]);
    assert!(remote.is_closed());
    assert!(canvas.next().is_none());
    assert!(canvas.finish().is_ok());
}

#[test]
fn dropping_the_canvas_closes_its_backends_and_its_handles() {
    let (backend, remote) = NullBackend::new();
    let canvas = Canvas::builder("test").backend(backend).open().unwrap();
    let handle = canvas.handle();
    drop(canvas);
    assert!(remote.is_closed() && handle.is_closed());
    handle.request_draw();
    handle.close();
    handle.post(|_| panic!("nobody runs this"));
}

#[test]
fn a_panic_while_drawing_closes_the_backends() {
    let (backend, remote) = NullBackend::new();
    remote.set_demand(true);
    let thread = std::thread::spawn(move || {
        let canvas = Canvas::builder("test").backend(backend).open().unwrap();
        canvas.run(|_, step| {
            if let Step::Draw(_) = step {
                panic!("a bug in the application");
            }
        })
    });
    assert!(thread.join().is_err());
    assert!(remote.is_closed());
}

#[test]
fn a_handle_sets_what_a_canvas_sets() {
    let (backend, remote) = NullBackend::new();
    let canvas = Canvas::builder("test").backend(backend).open().unwrap();
    remote.set_demand(true);
    drain(&canvas);
    let handle = canvas.handle();
    handle.set_min_fps(0.001);
    handle.set_fixed_size((31, 17)).unwrap();
    assert!(handle.set_fixed_size((0, 17)).is_err());
    assert_eq!(count(&drain(&canvas), "resize"), 1);
    assert_eq!(canvas.size().physical(), PhysicalSize::new(31, 17));
    handle.set_size((40.0, 20.0));
    assert_eq!(count(&drain(&canvas), "resize"), 1);
    // Continuous without a limit: every turn is a draw, until nobody looks.
    handle.set_update_mode(UpdateMode::Continuous);
    handle.set_max_fps(None);
    drain_until(&canvas, |steps| count(steps, "draw") == 3);
    remote.set_demand(false);
    drain(&canvas);
    handle.set_draw_demand(DrawDemand::Always);
    drain_until(&canvas, |steps| count(steps, "draw") == 3);
    handle.set_control(ControlPolicy::None);
    handle.set_control_timeout(None);
    handle.give_control(None);
    handle.close();
    drain_until(&canvas, |steps| steps.last().is_some_and(|step| step == "close"));
    assert_eq!(canvas.presenter(), None);
}

#[test]
fn a_handle_draws_posts_and_closes_from_another_thread() {
    let (backend, remote) = NullBackend::new();
    let canvas = Canvas::builder("test").backend(backend).open().unwrap();
    remote.set_demand(true);
    drain(&canvas);
    let handle = canvas.handle();
    let thread = std::thread::spawn({
        let remote = remote.clone();
        move || {
            handle.set_title("from afar");
            handle.post(|canvas| {
                let mut frame = canvas.begin_frame().unwrap();
                frame.fill([9, 8, 7, 255]);
                frame.present();
            });
            while remote.presented() < 2 {
                std::thread::yield_now();
            }
            handle.request_draw();
            while remote.presented() < 3 {
                std::thread::yield_now();
            }
            handle.close();
        }
    });
    drain_until(&canvas, |steps| steps.last().is_some_and(|step| step == "close"));
    thread.join().unwrap();
    assert_eq!(canvas.title(), "from afar");
    assert!(canvas.next().is_none());
}

#[test]
fn waiting_for_a_viewer_ends_with_the_first_one_or_with_closing() {
    let (backend, remote) = NullBackend::new();
    let canvas = Canvas::builder("test").backend(backend).open().unwrap();
    let thread = std::thread::spawn(move || remote.set_demand(true));
    assert!(canvas.wait_for_viewer());
    thread.join().unwrap();
    let (backend, _remote) = NullBackend::new();
    let canvas = Canvas::builder("test").backend(backend).open().unwrap();
    let handle = canvas.handle();
    let thread = std::thread::spawn(move || handle.close());
    assert!(!canvas.wait_for_viewer());
    thread.join().unwrap();
}

#[test]
fn waiting_for_a_viewer_ends_when_the_last_backend_is_lost() {
    let (backend, remote) = NullBackend::new();
    let canvas = Canvas::builder("test").backend(backend).open().unwrap();
    remote.send(framecast::BackendEvent::Lost(Error::failed("gone")));
    remote.join(1);
    assert!(!canvas.wait_for_viewer());
    assert_eq!(drain(&canvas), ["close"]);
    assert!(canvas.finish().unwrap_err().to_string().contains("gone"));
    assert_eq!(canvas.presenter(), None, "nobody joins a backend that is lost");
}

#[test]
fn losing_the_last_backend_while_closing_is_no_error() {
    let (backend, remote) = NullBackend::new();
    let canvas = Canvas::builder("test").backend(backend).open().unwrap();
    canvas.close();
    remote.send(framecast::BackendEvent::Lost(Error::failed("gone")));
    assert_eq!(drain(&canvas), ["close"]);
    assert!(canvas.finish().is_ok());
}

#[test]
fn several_canvases_take_turns_and_the_loop_ends_with_the_last() {
    let both = EventLoop::new();
    let open = |title: &str| {
        let (backend, remote) = NullBackend::new();
        remote.set_demand(true);
        let canvas = Canvas::builder(title)
            .update_mode(UpdateMode::Fastest)
            .on(&both)
            .backend(backend)
            .open()
            .unwrap();
        (canvas, remote)
    };
    let (left, left_remote) = open("left");
    let (right, right_remote) = open("right");
    let mut closed = Vec::new();
    both.run(|canvas, step| match step {
        Step::Draw(frame) => {
            frame.present();
            if *canvas == left && left_remote.presented() >= 20 {
                canvas.close();
            }
            if *canvas == right && left_remote.is_closed() && right_remote.presented() >= 30 {
                canvas.close();
            }
        }
        Step::Event(event) => {
            if event.kind == EventKind::Close {
                closed.push(canvas.title());
            }
        }
    })
    .unwrap();
    assert_eq!(closed, ["left", "right"]);
    assert_eq!(left_remote.presented(), 20);
    assert!(right_remote.presented() >= 30, "{}", right_remote.presented());
    assert!(both.next().is_none());
}

/// The smallest executor: polls, and sleeps until woken.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    struct Bell(Mutex<Sender<()>>);
    impl Wake for Bell {
        fn wake(self: Arc<Self>) {
            let _ = self.0.lock().unwrap().send(());
        }
    }
    let (sender, receiver): (_, Receiver<()>) = channel();
    let waker = Waker::from(Arc::new(Bell(Mutex::new(sender))));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(result) => return result,
            Poll::Pending => receiver.recv_timeout(PATIENCE).expect("nobody woke the task"),
        }
    }
}

#[test]
fn the_async_form_keeps_time_and_hears_of_input_on_any_executor() {
    let (backend, remote) = NullBackend::new();
    let canvas = Canvas::builder("test")
        .update_mode(UpdateMode::Continuous)
        .max_fps(100.0)
        .backend(backend)
        .open()
        .unwrap();
    remote.set_demand(true);
    let start = std::time::Instant::now();
    block_on(async {
        while let Some(step) = canvas.next_async().await {
            match step {
                Step::Draw(frame) => {
                    frame.present();
                    if remote.presented() == 10 {
                        // No deadline any more: only this thread can wake the task.
                        canvas.set_update_mode(UpdateMode::Manual);
                        let remote = remote.clone();
                        std::thread::spawn(move || {
                            remote.join(1);
                            remote.event(1, crate::key_down("q"));
                        });
                    }
                }
                Step::Event(event) => {
                    if matches!(event.kind, EventKind::KeyDown(_)) {
                        canvas.close();
                    }
                }
            }
        }
    });
    assert_eq!(remote.presented(), 10);
    assert!(start.elapsed().as_millis() >= 85, "nine gaps of 10 ms, one of them may be short");
}

#[test]
fn an_offscreen_canvas_returns_what_was_drawn() {
    let canvas = Canvas::offscreen((3.0, 2.0)).unwrap();
    let frame = canvas.draw(|frame| frame.fill([1, 2, 3, 255])).unwrap();
    assert_eq!((frame.width(), frame.height()), (3, 2));
    assert!(frame.pixels().iter().all(|pixel| *pixel == [1, 2, 3, 255]));
    assert!(canvas.draw_with(|_, _| ()).is_err(), "nothing was presented");
    assert!(canvas.send(EventKind::Close).is_err());
    assert!(Canvas::offscreen((f64::NAN, 1.0)).is_err());
    canvas.set_update_mode(UpdateMode::Fastest);
    canvas.set_draw_demand(DrawDemand::Always);
    let mut draws = 0;
    canvas
        .draw_with(|_, step| {
            if let Step::Draw(frame) = step {
                frame.present();
                draws += 1;
            }
        })
        .unwrap();
    assert_eq!(draws, 1);
    canvas.close();
    assert!(canvas.draw_with(|_, _| ()).is_err(), "it is closed");
    assert!(canvas.draw(|frame| frame.fill([4; 4])).is_err(), "and shows no old frame");
}
