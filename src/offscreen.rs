//! A canvas without an audience.

use std::ops::Deref;
use std::time::Instant;

use framecast_api::{Error, EventKind, Frame, FrameBuffer, LogicalSize, Result};

use crate::canvas::Canvas;
use crate::event_loop::Step;

/// A canvas that draws on request and returns the frame, for tests and scripts.
///
/// Made by [`Canvas::offscreen`]. It dereferences to [`Canvas`], so all of its methods work.
///
/// ```
/// use framecast::{Canvas, EventKind, Key, Step};
///
/// // The same application that runs in a window …
/// let mut bright = false;
/// let mut app = |canvas: &Canvas, step: Step| match step {
///     Step::Event(event) => bright |= matches!(event.kind, EventKind::KeyDown(_)),
///     Step::Draw(mut frame) => {
///         frame.fill(if bright { [255; 4] } else { [0, 0, 0, 255] });
///         frame.present();
///     }
/// };
/// // … under test.
/// let canvas = Canvas::offscreen((4.0, 2.0))?;
/// assert_eq!(canvas.draw_with(&mut app)?.pixels()[0], [0, 0, 0, 255]);
/// canvas.send(EventKind::KeyDown(Key::new("b")))?;
/// assert_eq!(canvas.draw_with(&mut app)?.pixels()[0], [255; 4]);
/// # Ok::<(), framecast::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Offscreen {
    canvas: Canvas,
}

impl Offscreen {
    pub(crate) fn new(size: LogicalSize, ratio: f64) -> Result<Self> {
        let canvas = Canvas::builder("offscreen").size(size).ratio(ratio).no_backends().open()?;
        Ok(Self { canvas })
    }

    /// Draws one frame with `draw`, and returns it.
    ///
    /// # Errors
    /// "Invalid input" if a frame cannot have the canvas' size.
    pub fn draw(&self, draw: impl FnOnce(&mut FrameBuffer)) -> Result<Frame> {
        let before = self.sequence();
        let mut drawing = self.canvas.begin_frame()?;
        draw(&mut drawing);
        drawing.present();
        self.newer_than(before)
    }

    /// Passes the events that were [sent](Self::send) to `app`, then one draw. Returns the frame that
    /// `app` presented. If `app` [detached](crate::Drawing::detach) the drawing, this waits until another thread
    /// presents it, or until no drawing of the canvas is detached any more.
    ///
    /// # Errors
    /// "Failed" if `app` presented no frame, or the canvas is closed.
    pub fn draw_with(&self, mut app: impl FnMut(&Canvas, Step)) -> Result<Frame> {
        let before = self.sequence();
        let begun = self.canvas.member().engine.borrow().drawings();
        if !self.canvas.is_closed() {
            self.canvas.member().engine.borrow_mut().announce_draw(Instant::now());
        }
        while let Some(step) = self.canvas.poll() {
            let drawn = matches!(step, Step::Draw(_));
            app(&self.canvas, step);
            if drawn {
                break;
            }
        }
        // Other threads may be at it, and at drawings that were begun before.
        let (core, member) = (self.canvas.core(), self.canvas.member());
        let is_shown = || member.engine.borrow().presented() > begun;
        while !is_shown() && member.remote.detached() > 0 {
            core.wait_for_wake();
            core.take_requests(member);
        }
        if is_shown() { self.newer_than(before) } else { Err(nothing_presented()) }
    }

    /// Sends an event to the application, as if it came from the presenter.
    ///
    /// # Errors
    /// "Invalid input" if a number is not finite or too large, a text is too long, or only the engine
    /// may make such an event ([`EventKind::validate`]).
    pub fn send(&self, kind: EventKind) -> Result<()> {
        kind.validate()?;
        self.canvas.member().engine.borrow_mut().push(None, kind);
        Ok(())
    }

    fn sequence(&self) -> Option<u64> {
        self.canvas.last_frame().map(|frame| frame.sequence())
    }

    fn newer_than(&self, before: Option<u64>) -> Result<Frame> {
        let frame = self.canvas.last_frame().filter(|frame| Some(frame.sequence()) != before);
        frame.ok_or_else(nothing_presented)
    }
}

fn nothing_presented() -> Error {
    Error::failed("no frame was presented")
}

impl Deref for Offscreen {
    type Target = Canvas;

    fn deref(&self) -> &Canvas {
        &self.canvas
    }
}
