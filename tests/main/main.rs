//! One integration binary: the engine and the facade, seen from outside.
//!
//! - `accessibility`: the accessibility tree, who wants it, and actions in it
//! - `drawing`: when a canvas is drawn, and what demand and the update modes do
//! - `ask_presenter`: what is asked of the presenter's view alone, and events of the program
//! - `clipboard`: pasting, and text for the clipboard
//! - `control`: who drives, hand-over, sizes
//! - `handover`: a thousand hand-overs as they come
//! - `detached`: drawings that other threads finish
//! - `direct`: a local window in which the program shows its pictures itself
//! - `life`: opening, losing and closing backends, handles, several canvases, the async form
//! - `fuzz`: the fuzz target of the engine, for a short time
//! - `mirror`: programs that own their loop, and windows of their own
//! - `mounted`: canvases in somebody else's web application
//! - `quiet`: nothing is printed without flags
//! - `record`: recordings beside other backends
//! - `replay`: input logs
//! - `signals`: Ctrl-C closes canvases that ask for it
//! - `view_info`: what is known of the presenter's view

mod accessibility;
mod ask_presenter;
mod clipboard;
mod control;
mod detached;
mod direct;
mod drawing;
mod fuzz;
mod handover;
mod life;
mod mirror;
#[cfg(feature = "http")]
mod mounted;
#[cfg(feature = "http")]
mod quiet;
#[cfg(feature = "record")]
mod record;
mod replay;
#[cfg(all(unix, feature = "signals"))]
mod signals;
mod view_info;

use std::time::{Duration, Instant};

use framecast::{Canvas, EventKind, Step};

/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Takes steps until there is none right now; draws are presented. Names of events and "draw".
fn drain(canvas: &Canvas) -> Vec<String> {
    let mut steps = Vec::new();
    while let Some(step) = canvas.poll() {
        take(step, &mut steps);
    }
    steps
}

/// Takes steps until `done` holds for what was taken. Panics when that never happens.
fn drain_until(canvas: &Canvas, done: impl Fn(&[String]) -> bool) -> Vec<String> {
    let end = Instant::now() + PATIENCE;
    let mut steps = Vec::new();
    while !done(&steps) {
        let step = canvas.next_before(end).unwrap_or_else(|_| panic!("no more after {steps:?}"));
        take(step, &mut steps);
    }
    steps
}

fn take(step: Step, steps: &mut Vec<String>) {
    match step {
        // Told with every change of presenter; its own tests look at it.
        Step::Event(event) if matches!(event.kind, EventKind::ControlChanged { .. }) => {}
        Step::Event(event) => steps.push(event.kind.name().to_owned()),
        Step::Draw(mut frame) => {
            let shade = steps.len() as u8;
            frame.fill([shade, shade, shade, 255]);
            frame.present();
            steps.push("draw".into());
        }
    }
}

fn count(steps: &[String], name: &str) -> usize {
    steps.iter().filter(|step| *step == name).count()
}

fn key(key: &str) -> framecast::Key {
    framecast::Key::new(key)
}

fn key_down(name: &str) -> EventKind {
    EventKind::KeyDown(key(name))
}
