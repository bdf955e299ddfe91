//! A draw in progress.

mod detached;

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use framecast_api::{CanvasSize, DirectPicture, Error, Frame, FrameBuffer, PhysicalSize, Result};

pub use self::detached::DetachedDrawing;
use crate::direct::DirectWindow;
use crate::engine;
use crate::event_loop::{Core, Member};
use crate::input_log::Draw;

/// A frame to draw into. [`present`](Drawing::present) shows it; a drawing that is dropped is not
/// shown.
///
/// It dereferences to a [`FrameBuffer`] of the canvas' physical size, unless [`set_resolution`](Drawing::set_resolution)
/// changes it. The buffer holds an *older
/// picture, or black*: draw every pixel, or start with [`fill`](FrameBuffer::fill) or
/// [`copy_previous`](Drawing::copy_previous).
pub struct Drawing {
    member: Rc<Member>,
    place: Place,
    buffer: FrameBuffer,
    size: CanvasSize,
    /// Pixels of the picture per logical pixel.
    ratio: f64,
    previous: Option<Frame>,
    step: f64,
    began: Instant,
    /// The loop's time, where that is not the machine's.
    virtual_now: Option<Instant>,
    timestamp: f64,
    /// The program shows it in a window itself.
    direct: bool,
}

/// Its place among the canvas' pictures.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    /// Counts the drawings that were begun.
    pub(crate) number: u64,
    /// The sequence number of the frame that was shown when it was begun: what the application says of its damage
    /// is the difference from that one.
    pub(crate) after: Option<u64>,
    /// The number of the drawing whose picture it is the difference from instead, if the application says so.
    pub(crate) since: Option<u64>,
}

/// What was drawn, before it is a frame.
pub(crate) struct Picture {
    pub(crate) buffer: FrameBuffer,
    /// Pixels of the picture per logical pixel.
    pub(crate) ratio: f64,
    /// When the application began to draw it.
    pub(crate) began: Instant,
    /// When the application was done with it.
    pub(crate) drawn: Instant,
    /// The program shows it in a window itself.
    pub(crate) direct: bool,
}

impl Drawing {
    pub(crate) fn begin(core: &Core, member: &Rc<Member>, draw: Draw) -> Result<Self> {
        let mut engine = member.engine.borrow_mut();
        Ok(Self {
            place: engine.next_place(),
            buffer: engine.lend()?,
            size: engine.size(),
            ratio: engine.size().ratio(),
            previous: engine.last_frame().cloned(),
            step: draw.step,
            began: core.time.now(),
            virtual_now: core.time.virtual_now(),
            timestamp: draw.timestamp,
            direct: false,
            member: Rc::clone(member),
        })
    }

    /// Shows the frame on every backend. Never waits for a viewer.
    pub fn present(self) {
        let Self { member, place, buffer, ratio, began, virtual_now, direct, .. } = self;
        let drawn = virtual_now.unwrap_or_else(Instant::now);
        let picture = Picture { buffer, ratio, began, drawn, direct };
        member.engine.borrow_mut().present_drawing(picture, place, drawn);
    }

    /// Lets another thread finish the drawing, and present it: one that waits for a GPU, or that renders for
    /// longer than the canvas' events can wait. The canvas goes on meanwhile.
    ///
    /// ```
    /// use framecast::{Canvas, Step};
    /// # let canvas = Canvas::builder("").no_backends().draw_demand(framecast::DrawDemand::Always).open()?;
    /// # let mut drawn = 0;
    /// while let Some(step) = canvas.next() {
    ///     if let Step::Draw(drawing) = step {
    ///         let mut drawing = drawing.detach();
    ///         let handle = canvas.handle();
    ///         std::thread::spawn(move || {
    ///             drawing.fill([200, 40, 0, 255]);
    ///             drawing.present();
    /// #           handle.close();
    ///         });
    ///     }
    /// }
    /// # Ok::<(), framecast::Error>(())
    /// ```
    #[must_use]
    pub fn detach(self) -> DetachedDrawing {
        let Self { member, place, buffer, ratio, began, virtual_now, direct, .. } = self;
        let drawn = virtual_now.unwrap_or_else(Instant::now);
        let pool = Arc::clone(member.engine.borrow().pool());
        let picture = Picture { buffer, ratio, began, drawn, direct };
        DetachedDrawing::new(picture, place, Arc::clone(&member.remote), pool)
    }

    /// Takes the canvas' local window from its backend, to show pictures there without their pixels, as a GPU can
    /// ([`framecast-gpu`](https://docs.rs/framecast-gpu) does it). Returns `None` if no backend has reported a
    /// [native window](framecast_api::BackendEvent::NativeWindow), or it is taken already.
    #[must_use]
    pub fn take_window(&self) -> Option<DirectWindow> {
        let (native, state) = self.member.engine.borrow_mut().take_window()?;
        Some(DirectWindow::new(native, state, Arc::clone(&self.member.remote)))
    }

    /// Ends the drawing, whose picture the program shows in `window` itself. Returns it, to be
    /// [presented](Self::present) as well, if anybody else wants it, or the window is gone or was given back.
    /// Otherwise the frame counts as presented, and as soon as somebody looks who needs its pixels, the canvas hands
    /// out another draw.
    ///
    /// The picture is shown as large as [`fit_into`](PhysicalSize::fit_into) the window makes it.
    ///
    /// ```
    /// use framecast::{BackendEvent, Canvas, ClientId, NativeWindow, NullBackend, Step};
    /// # let (backend, remote) = NullBackend::local();
    /// # remote.join(0);
    /// # let window = NativeWindow::X11 { window: 1 };
    /// # remote.send(BackendEvent::NativeWindow { client: ClientId(0), window });
    /// # remote.set_demand(true);
    /// # let canvas = Canvas::builder("").backend(backend).open()?;
    /// let mut window = None;
    /// while let Some(step) = canvas.next() {
    ///     let Step::Draw(frame) = step else { continue };
    ///     if window.is_none() {
    ///         window = frame.take_window();
    ///     }
    ///     // Show the picture in the window, then:
    ///     let others = match &window {
    ///         Some(window) => frame.present_directly(window),
    ///         None => Some(frame),
    ///     };
    ///     if let Some(mut frame) = others {
    ///         frame.fill([0, 80, 160, 255]);
    ///         frame.present();
    ///     }
    /// #   canvas.close();
    /// }
    /// # assert_eq!((canvas.stats().frames, remote.presented()), (1, 0));
    /// # Ok::<(), framecast::Error>(())
    /// ```
    #[must_use]
    pub fn present_directly(mut self, window: &DirectWindow) -> Option<Self> {
        let shown = DirectPicture::new(self.buffer.size(), self.ratio);
        let number = self.place.number;
        let wanted = {
            let mut engine = self.member.engine.borrow_mut();
            self.direct = engine.show_directly(window.state(), shown, number);
            !self.direct || engine.wants_picture()
        };
        if wanted {
            return Some(self);
        }
        let Self { member, place, buffer, ratio, began, virtual_now, direct, .. } = self;
        let drawn = virtual_now.unwrap_or_else(Instant::now);
        let picture = Picture { buffer, ratio, began, drawn, direct };
        member.engine.borrow_mut().end_direct(picture, place.number, drawn);
        None
    }

    /// Returns whether somebody looks and is ready for this frame. A window that the program [has
    /// taken](Self::take_window) does not count. Always true on a canvas without backends, and in
    /// [`UpdateMode::Manual`](crate::UpdateMode::Manual), where only the program begins draws.
    #[must_use]
    pub fn is_wanted(&self) -> bool {
        self.member.engine.borrow().wants_picture()
    }

    /// Ends the drawing without showing it. As soon as somebody looks, the canvas hands out another draw.
    ///
    /// For programs that go on without viewers ([`DrawDemand::Always`](crate::DrawDemand::Always)) and whose
    /// pictures cost something besides: those that are read back from a GPU, for example.
    /// [Damage](FrameBuffer::add_damage) of the next drawing is the difference from the frame that was shown last, not
    /// from this one.
    ///
    /// ```
    /// use framecast::{Canvas, DrawDemand, NullBackend, Step};
    /// # let (backend, viewer) = NullBackend::new();
    /// # let canvas = Canvas::builder("").backend(backend).draw_demand(DrawDemand::Always).open()?;
    /// while let Some(step) = canvas.next() {
    ///     let Step::Draw(mut frame) = step else { continue };
    ///     if frame.is_wanted() {
    ///         frame.fill([0, 80, 160, 255]);
    ///         frame.present();
    /// #       canvas.close();
    ///     } else {
    ///         frame.postpone();
    /// #       viewer.set_demand(true);
    ///     }
    /// }
    /// # assert_eq!(viewer.presented(), 1);
    /// # Ok::<(), framecast::Error>(())
    /// ```
    pub fn postpone(self) {
        self.member.engine.borrow_mut().postpone(self.buffer, self.place.number);
    }

    /// Ends the drawing without showing it, and returns its picture, to save or print it. The picture's
    /// [sequence number](Frame::sequence) is 0.
    #[must_use]
    pub fn into_frame(self) -> Frame {
        engine::lock(self.member.engine.borrow().pool()).freeze(
            self.buffer,
            0,
            self.timestamp,
            self.ratio,
        )
    }

    /// Gives this picture `scale` times the canvas' resolution: less than 1 while something moves and drawing
    /// takes long, more for a print. The layout stays: [`ratio`](Self::ratio) changes with it, positions of
    /// pointers stay logical pixels of the canvas, and views scale the picture.
    ///
    /// Call it before drawing: the buffer is another one afterwards.
    ///
    /// ```
    /// # let canvas = framecast::Canvas::builder("").no_backends().size((640.0, 480.0)).open()?;
    /// let mut frame = canvas.begin_frame()?;
    /// frame.set_resolution(0.25)?;
    /// assert_eq!((frame.width(), frame.height(), frame.ratio()), (160, 120, 0.25));
    /// frame.present();
    ///
    /// // For a print, which nobody is shown.
    /// let mut frame = canvas.begin_frame()?;
    /// frame.set_resolution(4.0)?;
    /// let print = frame.into_frame();
    /// assert_eq!((print.width(), print.ratio()), (2560, 4.0));
    /// # Ok::<(), framecast::Error>(())
    /// ```
    ///
    /// # Errors
    /// "Invalid input" if `scale` is not finite or not above zero, or a frame cannot be that large
    /// ([`PhysicalSize::bytes`]); then the drawing is as it was.
    pub fn set_resolution(&mut self, scale: f64) -> Result<()> {
        if !(scale.is_finite() && scale > 0.0) {
            return Err(Error::invalid_input(format!(
                "a resolution of {scale} times the canvas': it must be finite and above 0"
            )));
        }
        let physical = self.size.physical();
        // What is too much for a u32 becomes the largest one, which is too large for a frame.
        let side = |side: u32| ((f64::from(side) * scale).round() as u32).max(1);
        let size = PhysicalSize::new(side(physical.width), side(physical.height));
        let engine = self.member.engine.borrow();
        let mut pool = engine::lock(engine.pool());
        let buffer = pool.lend(size)?;
        pool.put_back(std::mem::replace(&mut self.buffer, buffer));
        self.ratio = ratio(&self.buffer, self.size);
        Ok(())
    }

    /// Returns the canvas' size: logical, physical, and the ratio between them.
    #[must_use]
    pub fn canvas_size(&self) -> CanvasSize {
        self.size
    }

    /// Pixels of the picture per logical pixel.
    #[must_use]
    pub fn ratio(&self) -> f64 {
        self.ratio
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

/// Pixels of `buffer` per logical pixel of a canvas of this size: views show it as large as the canvas, and
/// positions in it are in the canvas' logical pixels.
pub(crate) fn ratio(buffer: &FrameBuffer, canvas: CanvasSize) -> f64 {
    if buffer.size() == canvas.physical() {
        return canvas.ratio();
    }
    // By the longer side, whose rounding matters less.
    let logical = canvas.logical();
    if logical.width >= logical.height {
        f64::from(buffer.width()) / logical.width
    } else {
        f64::from(buffer.height()) / logical.height
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
