//! Where an application's pictures come from and go to: buffers, drawings, frames on every backend.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use framecast_api::{Frame, FrameBuffer, FramePool, Result};

use super::{Engine, Phase};
use crate::caption;
use crate::drawing::{Picture, Place};

/// Where a canvas' buffers come from; shared with the threads on which a program draws.
pub(crate) type Pool = Arc<Mutex<FramePool>>;

impl Engine {
    /// A buffer of the canvas' physical size.
    pub(crate) fn lend(&self) -> Result<FrameBuffer> {
        lock(&self.pool).lend(self.size.physical())
    }

    /// Where buffers for this canvas come from.
    pub(crate) fn pool(&self) -> &Pool {
        &self.pool
    }

    /// The place of a drawing that is begun.
    pub(crate) fn next_place(&mut self) -> Place {
        self.drawings += 1;
        let after = self.last_frame.as_ref().map(Frame::sequence);
        Place { number: self.drawings, after, since: None }
    }

    /// The number of the last drawing that was begun.
    pub(crate) fn drawings(&self) -> u64 {
        self.drawings
    }

    /// The number of the newest drawing that was presented.
    pub(crate) fn presented(&self) -> u64 {
        self.presented
    }

    /// Whether anybody would see the pixels of a picture that is presented now, or only the application knows.
    pub(crate) fn wants_picture(&self) -> bool {
        self.wants_pixels() || self.slots.is_empty() || self.schedule.is_manual()
    }

    /// Puts the drawing of this `number` off: a draw follows as soon as somebody looks.
    pub(crate) fn postpone(&mut self, buffer: FrameBuffer, number: u64) {
        lock(&self.pool).put_back(buffer);
        self.postponed = Some(number);
    }

    /// Counts a picture that the program has shown itself, and whose pixels nobody needs so far.
    pub(crate) fn end_direct(&mut self, picture: Picture, number: u64, now: Instant) {
        self.count(picture.began, picture.drawn, now);
        self.postpone(picture.buffer, number);
    }

    /// Presents what the application drew and presented itself.
    pub(crate) fn present_drawing(&mut self, mut picture: Picture, place: Place, now: Instant) {
        // A picture that took long leaves a newer one put off, and a newer one in the window that shows it.
        self.postponed = self.postponed.filter(|number| *number > place.number);
        picture.direct |= place.number < self.shown_directly;
        self.presented = self.presented.max(place.number);
        let last = self.last_frame.as_ref().map(Frame::sequence);
        let follows = match place.since {
            Some(number) => number == self.last_drawing,
            None => last == place.after,
        };
        if !follows {
            picture.buffer.clear_damage();
        }
        self.present(picture, now);
        self.last_drawing = place.number;
    }

    /// Presents what another thread has finished, unless something newer is shown.
    pub(crate) fn present_detached(&mut self, picture: Picture, place: Place, now: Instant) {
        if place.number < self.presented {
            lock(&self.pool).put_back(picture.buffer);
        } else {
            self.present_drawing(picture, place, now);
        }
    }

    /// Presents `picture` on every backend.
    pub(crate) fn present(&mut self, picture: Picture, now: Instant) {
        let Picture { mut buffer, ratio, began, drawn, direct } = picture;
        if self.phase == Phase::Ended {
            return;
        }
        if !direct {
            self.hide_direct();
        }
        if cfg!(debug_assertions) {
            self.check_damage(&mut buffer);
        }
        self.sequence += 1;
        let timestamp = self.clock.seconds(drawn);
        let frame = lock(&self.pool).freeze(buffer, self.sequence, timestamp, ratio);
        self.count(began, drawn, now);
        let mut failed = Vec::new();
        for slot in &mut self.slots {
            match slot.backend.present(&frame) {
                Err(error) if !error.is_not_supported() => failed.push((slot.id, error)),
                _ => {}
            }
        }
        self.last_frame = Some(frame);
        for (backend, error) in failed {
            self.lose(backend, &error, now);
        }
    }

    /// A picture was shown.
    fn count(&mut self, began: Instant, drawn: Instant, now: Instant) {
        self.stats.frames += 1;
        self.stats.draw_seconds = drawn.saturating_duration_since(began).as_secs_f64();
        if self.rate.count(now) && caption::is_measured(&self.title) {
            self.fps = self.rate.per_second(now);
            self.tell_title();
        }
    }
}

/// Takes a pool of frames; what somebody was doing who panicked concerned one buffer of it.
pub(crate) fn lock(pool: &Mutex<FramePool>) -> MutexGuard<'_, FramePool> {
    pool.lock().unwrap_or_else(PoisonError::into_inner)
}
