//! A draw in progress.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::rc::Rc;
use std::time::Instant;

use framecast_api::{CanvasSize, Frame, FrameBuffer, Result};

use crate::event_loop::{Core, Member};

/// A frame to draw into. [`present`](Drawing::present) shows it; a drawing that is dropped is not
/// shown.
///
/// It dereferences to a [`FrameBuffer`] of the canvas' physical size. The buffer holds an *older
/// picture, or black*: draw every pixel, or start with [`fill`](FrameBuffer::fill) or
/// [`copy_previous`](Drawing::copy_previous).
pub struct Drawing {
    member: Rc<Member>,
    buffer: FrameBuffer,
    size: CanvasSize,
    previous: Option<Frame>,
    step: f64,
    began: Instant,
    /// The loop's time, where that is not the machine's.
    virtual_now: Option<Instant>,
    timestamp: f64,
}

impl Drawing {
    pub(crate) fn begin(core: &Core, member: &Rc<Member>, step: f64) -> Result<Self> {
        let engine = member.engine.borrow();
        let began = core.time.now();
        Ok(Self {
            buffer: engine.lend()?,
            size: engine.size(),
            previous: engine.last_frame().cloned(),
            step,
            began,
            virtual_now: core.time.virtual_now(),
            timestamp: core.clock.seconds(began),
            member: Rc::clone(member),
        })
    }

    /// Shows the frame on every backend. Never waits for a viewer.
    pub fn present(self) {
        let Self { member, buffer, size, began, virtual_now, .. } = self;
        let now = virtual_now.unwrap_or_else(Instant::now);
        member.engine.borrow_mut().present(buffer, size.ratio(), began, now);
    }

    /// Returns the canvas' size: logical, physical, and the ratio between them.
    #[must_use]
    pub fn canvas_size(&self) -> CanvasSize {
        self.size
    }

    /// Physical pixels per logical pixel.
    #[must_use]
    pub fn ratio(&self) -> f64 {
        self.size.ratio()
    }

    /// Returns the time at which this draw began, in seconds on the
    /// [canvas' clock](crate::Canvas::clock).
    #[must_use]
    pub fn timestamp(&self) -> f64 {
        self.timestamp
    }

    /// Returns the time since the previous draw began, in seconds; 0.0 for the first draw.
    #[must_use]
    pub fn step(&self) -> f64 {
        self.step
    }

    /// Returns the frame that was presented last, if any.
    #[must_use]
    pub fn previous(&self) -> Option<&Frame> {
        self.previous.as_ref()
    }

    /// Copies the pixels of the frame that was presented last. Returns false, and copies nothing, if
    /// there is none or its size was different.
    pub fn copy_previous(&mut self) -> bool {
        self.previous.as_ref().is_some_and(|previous| self.buffer.copy_from(previous))
    }
}

impl Deref for Drawing {
    type Target = FrameBuffer;

    fn deref(&self) -> &FrameBuffer {
        &self.buffer
    }
}

impl DerefMut for Drawing {
    fn deref_mut(&mut self) -> &mut FrameBuffer {
        &mut self.buffer
    }
}

impl fmt::Debug for Drawing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Drawing {}", self.buffer.size())
    }
}
