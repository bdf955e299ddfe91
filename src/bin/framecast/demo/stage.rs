//! What every demo is: something that takes events and draws frames.
//!
//! A demo knows no canvas and no backend, so its tests need neither; [`run`] puts one on a canvas.

use framecast::{Canvas, Cursor, Event, FrameBuffer, Result, Step};

/// A program for one canvas.
pub(crate) trait Demo {
    /// Takes one event; says what it changed.
    fn event(&mut self, event: &Event) -> Reaction;

    /// Draws the whole frame. `ratio` is physical pixels per logical one, `time` in seconds.
    ///
    /// Returns whether it moves on by itself, so that the next frame would differ.
    fn draw(&mut self, frame: &mut FrameBuffer, ratio: f64, time: f64) -> bool;
}

/// Runs `demo` until the canvas is closed.
pub(crate) fn run(canvas: &Canvas, demo: &mut dyn Demo) -> Result<()> {
    canvas.run(|canvas, next| step(canvas, next, demo))
}

/// One step of it.
pub(crate) fn step(canvas: &Canvas, step: Step, demo: &mut dyn Demo) {
    match step {
        Step::Event(event) => {
            let Reaction { draw, cursor } = demo.event(&event);
            if draw {
                canvas.request_draw();
            }
            if let Some(cursor) = cursor {
                canvas.set_cursor(cursor);
            }
        }
        Step::Draw(mut frame) => {
            let (ratio, time) = (frame.ratio(), frame.timestamp());
            let moves = demo.draw(&mut frame, ratio, time);
            frame.present();
            if moves {
                canvas.request_draw();
            }
        }
    }
}

/// What an event changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Reaction {
    /// The picture: draw again.
    pub(crate) draw: bool,
    /// The pointer's shape.
    pub(crate) cursor: Option<Cursor>,
}

impl Reaction {
    /// Nothing.
    pub(crate) const NONE: Reaction = Reaction { draw: false, cursor: None };
    /// The picture.
    pub(crate) const DRAW: Reaction = Reaction { draw: true, cursor: None };

    /// And the pointer is to look like `cursor`.
    pub(crate) fn with_cursor(mut self, cursor: Cursor) -> Self {
        self.cursor = Some(cursor);
        self
    }
}
