//! A drawing that is finished on another thread.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::Instant;

use framecast_api::{FrameBuffer, PhysicalSize};

use super::{Picture, Place};
use crate::engine;
use crate::handle::Remote;

/// A drawing that is finished later, on any thread; made by [`Drawing::detach`](crate::Drawing::detach).
///
/// It dereferences to a [`FrameBuffer`]. [`present`](Self::present) shows it; a drawing that is dropped is not
/// shown. While [`DetachedDrawing::MOST`] drawings of a canvas are detached, the canvas hands out no other
/// [`Step::Draw`](crate::Step::Draw), so a slow thread never has more than those to do.
///
/// [Damage](FrameBuffer::add_damage) is the difference from the frame that was shown when the drawing was begun, or from the
/// [drawing that is named](Self::set_damage_since). If another one is shown by the time of `present`, the damage is ignored.
pub struct DetachedDrawing {
    /// Taken by `present`.
    picture: Option<Picture>,
    place: Place,
    canvas: Arc<Remote>,
    pool: engine::Pool,
}

impl DetachedDrawing {
    /// Drawings of one canvas that may be detached before it waits for one of them: one that is read, one that
    /// is rendered, and one that waits.
    pub const MOST: usize = 3;

    pub(super) fn new(
        picture: Picture,
        place: Place,
        canvas: Arc<Remote>,
        pool: engine::Pool,
    ) -> Self {
        canvas.add_detached();
        Self { picture: Some(picture), place, canvas, pool }
    }

    /// Shows the frame on every backend at the canvas' next turn, unless one that was begun later is shown
    /// already. Never waits. Its [timestamp](crate::Frame::timestamp) is the time at which it was detached. After the
    /// canvas is closed, this does nothing.
    pub fn present(mut self) {
        let Some(picture) = self.picture.take() else { return };
        let remote = Arc::clone(&self.canvas);
        remote.post(Box::new(move |canvas| {
            let now = canvas.core().time.now();
            canvas.member().engine.borrow_mut().present_detached(picture, self.place, now);
            // It counts until here.
            drop(self);
        }));
    }

    /// Returns the physical pixels of the picture per logical pixel.
    #[must_use]
    pub fn ratio(&self) -> f64 {
        self.picture().ratio
    }

    /// Returns the instant at which the drawing was detached.
    #[must_use]
    pub fn detached_at(&self) -> Instant {
        self.picture().drawn
    }

    /// Returns the number of the drawing: each that a canvas begins has a higher one.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.place.number
    }

    /// Says that the damage is the difference from the picture of the drawing with this [number](Self::number). A thread
    /// that finishes one drawing after another knows that one, while the next has been begun before it was shown.
    ///
    /// ```
    /// use framecast::{Canvas, Rect};
    /// # let canvas = Canvas::builder("").no_backends().size((640.0, 480.0)).open()?;
    /// let (mut first, mut second) = (canvas.begin_frame()?.detach(), canvas.begin_frame()?.detach());
    /// first.fill([0, 0, 0, 255]);
    /// second.fill([0, 0, 0, 255]);
    /// second.pixels_mut()[640 * 20 + 30] = [255, 0, 0, 255];
    /// second.add_damage(Rect::new(30, 20, 1, 1));
    /// second.trust_damage();
    /// second.set_damage_since(first.number());
    /// first.present();
    /// second.present();
    /// # canvas.poll();
    /// # assert!(canvas.last_frame().unwrap().is_damage_complete());
    /// # Ok::<(), framecast::Error>(())
    /// ```
    pub fn set_damage_since(&mut self, number: u64) {
        self.place.since = Some(number);
    }

    fn picture(&self) -> &Picture {
        self.picture.as_ref().expect("only `present` takes it, with the drawing")
    }
}

impl Deref for DetachedDrawing {
    type Target = FrameBuffer;

    fn deref(&self) -> &FrameBuffer {
        &self.picture().buffer
    }
}

impl DerefMut for DetachedDrawing {
    fn deref_mut(&mut self) -> &mut FrameBuffer {
        &mut self.picture.as_mut().expect("only `present` takes it, with the drawing").buffer
    }
}

impl Drop for DetachedDrawing {
    fn drop(&mut self) {
        if let Some(picture) = self.picture.take() {
            engine::lock(&self.pool).put_back(picture.buffer);
        }
        self.canvas.remove_detached();
    }
}

impl fmt::Debug for DetachedDrawing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size: Option<PhysicalSize> = self.picture.as_ref().map(|it| it.buffer.size());
        f.debug_struct("DetachedDrawing")
            .field("number", &self.place.number)
            .field("size", &size)
            .finish()
    }
}
