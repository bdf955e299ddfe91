//! A canvas' handle for other threads.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use framecast_api::{Cursor, Result, Setting};

use crate::canvas::Canvas;
use crate::schedule::UpdateMode;
use crate::signal::Signal;

/// Reaches a canvas from any thread; made by [`Canvas::handle`].
///
/// Nothing here waits: what is asked for happens on the canvas' thread at its next turn, in
/// order. After the canvas closed it does nothing.
#[derive(Clone)]
pub struct CanvasHandle {
    remote: Arc<Remote>,
}

type Post = Box<dyn FnOnce(&Canvas) + Send>;

/// What handles leave for the canvas' thread.
pub(crate) struct Remote {
    signal: Arc<Signal>,
    draw: AtomicBool,
    close: AtomicBool,
    /// Set once by the canvas' thread.
    closed: AtomicBool,
    posts: Mutex<Vec<Post>>,
}

impl Remote {
    pub(crate) fn new(signal: Arc<Signal>) -> Arc<Self> {
        Arc::new(Self {
            signal,
            draw: AtomicBool::new(false),
            close: AtomicBool::new(false),
            closed: AtomicBool::new(false),
            posts: Mutex::new(Vec::new()),
        })
    }

    /// Whether a draw was asked for since the last call.
    pub(crate) fn take_draw(&self) -> bool {
        self.draw.swap(false, Ordering::AcqRel)
    }

    /// Whether closing was asked for.
    pub(crate) fn wants_close(&self) -> bool {
        self.close.load(Ordering::Acquire)
    }

    /// The closures posted since the last call, oldest first.
    pub(crate) fn take_posts(&self) -> Vec<Post> {
        std::mem::take(&mut self.posts.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn set_closed(&self) {
        self.closed.store(true, Ordering::Release);
        self.take_posts();
    }
}

impl CanvasHandle {
    pub(crate) fn new(remote: Arc<Remote>) -> Self {
        Self { remote }
    }

    /// Asks for a draw, like [`Canvas::request_draw`]. Cheap; many calls before a draw are one.
    pub fn request_draw(&self) {
        if !self.remote.draw.swap(true, Ordering::AcqRel) {
            self.remote.signal.notify();
        }
    }

    /// Runs `task` on the canvas' thread, where it may use all of [`Canvas`].
    ///
    /// Posted tasks wait in memory until then: post per result, not per loop.
    pub fn post(&self, task: impl FnOnce(&Canvas) + Send + 'static) {
        {
            let mut posts = self.remote.posts.lock().unwrap_or_else(PoisonError::into_inner);
            // Checked with the lock held: `set_closed` sets it first and then empties the list.
            if self.is_closed() {
                return;
            }
            posts.push(Box::new(task));
        }
        self.remote.signal.notify();
    }

    /// Sets the title, like [`Canvas::set_title`].
    pub fn set_title(&self, title: impl Into<String>) {
        let title = title.into();
        self.post(move |canvas| canvas.set_title(&title));
    }

    /// Sets the cursor, like [`Canvas::set_cursor`].
    pub fn set_cursor(&self, cursor: Cursor) {
        self.post(move |canvas| canvas.set_cursor(cursor));
    }

    /// Puts text into the clipboard of whoever drives, like [`Canvas::set_clipboard`]. Where that is
    /// not possible by then, nothing happens.
    ///
    /// # Errors
    /// "Invalid input" if it is longer than [`Setting::MAX_CLIPBOARD`] bytes.
    pub fn set_clipboard(&self, text: impl Into<String>) -> Result<()> {
        let text = text.into();
        Setting::check_clipboard(&text)?;
        self.post(move |canvas| {
            let _ = canvas.set_clipboard(&text);
        });
        Ok(())
    }

    /// Sets who decides when to draw, like [`Canvas::set_update_mode`].
    pub fn set_update_mode(&self, mode: UpdateMode) {
        self.post(move |canvas| canvas.set_update_mode(mode));
    }

    /// Sets the highest frame rate, like [`Canvas::set_max_fps`].
    pub fn set_max_fps(&self, fps: f64) {
        self.post(move |canvas| canvas.set_max_fps(fps));
    }

    /// Closes the canvas, like [`Canvas::close`].
    pub fn close(&self) {
        self.remote.close.store(true, Ordering::Release);
        self.remote.signal.notify();
    }

    /// Whether the canvas is closed, and this handle without effect.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.remote.closed.load(Ordering::Acquire)
    }
}

impl std::fmt::Debug for CanvasHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CanvasHandle").field("closed", &self.is_closed()).finish()
    }
}
