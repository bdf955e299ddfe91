//! Ctrl-C closes canvases that ask for it, all of a loop, and also while they wait for a viewer. Each
//! test runs in a process of its own, and interrupts itself.

use std::process::Command;

use framecast::{
    Backend, BackendEvent, Canvas, Context, EventKind, EventLoop, Frame, NullBackend, Options,
    Result, Step,
};
use rustix::process::{Signal, getpid, kill_process};

fn alone(name: &str) {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", name, "--ignored", "--nocapture"])
        .output()
        .unwrap();
    let all = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && all.contains("1 passed"), "{output:?}");
}

fn interrupt() {
    kill_process(getpid(), Signal::INT).unwrap();
}

#[test]
fn an_interrupt_closes_all_canvases_that_ask_for_it() {
    alone("signals::child_with_two_canvases");
}

#[test]
#[ignore = "in a process of its own"]
fn child_with_two_canvases() {
    let both = EventLoop::new();
    let open = |title| {
        let canvas = Canvas::builder(title).on(&both).backend(NullBackend::new().0);
        canvas.close_on_interrupt().open().unwrap()
    };
    let canvases = [open("left"), open("right")];
    interrupt();
    let mut closed = Vec::new();
    both.run(|canvas, step| {
        if let Step::Event(event) = step
            && event.kind == EventKind::Close
        {
            closed.push(canvas.title());
        }
    })
    .unwrap();
    closed.sort();
    assert_eq!(closed, ["left", "right"]);
    assert!(canvases.iter().all(Canvas::is_closed));
    // For good: what is opened now closes at once.
    assert!(!open("late").wait_for_viewer());
}

/// A view that nobody looks at; the interrupt comes when it is polled.
struct Interrupting(bool);

impl Backend for Interrupting {
    fn name(&self) -> &str {
        "interrupting"
    }

    fn open(&mut self, _: Context) -> Result<()> {
        Ok(())
    }

    fn poll(&mut self, _: &mut dyn FnMut(BackendEvent)) {
        if std::mem::take(&mut self.0) {
            interrupt();
        }
    }

    fn wants_frame(&self) -> bool {
        false
    }

    fn present(&mut self, _: &Frame) -> Result<()> {
        Ok(())
    }

    fn close(&mut self) {}
}

#[test]
fn an_interrupt_ends_waiting_for_a_viewer() {
    alone("signals::child_that_waits");
}

#[test]
#[ignore = "in a process of its own"]
fn child_that_waits() {
    let mut options = Options::default();
    options.wait_viewer = true;
    let canvas = Canvas::builder("waits").options(&options).no_backends();
    let canvas = canvas.backend(Interrupting(true)).close_on_interrupt().open().unwrap();
    assert!(canvas.is_closed());
}
