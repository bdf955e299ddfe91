//! The local window, while the program shows its pictures there itself.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use framecast_api::NativeWindow;

use crate::handle::Remote;

/// A canvas' local window in which the program shows its pictures itself, as a GPU does without reading them back;
/// made by [`Drawing::take_window`](crate::Drawing::take_window).
///
/// The window's backend reports input and visibility as before, and draws nothing from the first
/// [`Drawing::present_directly`](crate::Drawing::present_directly) on, until the program
/// [presents](crate::Drawing::present) a frame in the usual way. Dropping this, or [`give_back`](Self::give_back), lets
/// the backend show all frames again. All methods can be called on any thread.
pub struct DirectWindow {
    native: NativeWindow,
    state: Arc<DirectState>,
    canvas: Arc<Remote>,
}

/// What the engine knows of who shows the pictures.
#[derive(Default)]
pub(crate) struct DirectState {
    ready: AtomicBool,
    over: AtomicBool,
    /// Called when the backend shows a frame.
    hide: Mutex<Option<Box<dyn Fn() + Send>>>,
}

impl DirectState {
    /// Whether the next picture can be shown.
    pub(crate) fn is_ready(&self) -> bool {
        self.ready.load(Ordering::Acquire)
    }

    /// The backend shows a frame.
    pub(crate) fn hide(&self) {
        if let Some(hide) = &*self.lock() {
            hide();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Box<dyn Fn() + Send>>> {
        self.hide.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl DirectWindow {
    pub(crate) fn new(native: NativeWindow, state: Arc<DirectState>, canvas: Arc<Remote>) -> Self {
        Self { native, state, canvas }
    }

    pub(crate) fn state(&self) -> &Arc<DirectState> {
        &self.state
    }

    /// Returns the window.
    #[must_use]
    pub fn native(&self) -> NativeWindow {
        self.native
    }

    /// Sets whether the window takes a picture now; false at first. While it is visible and takes one, it wants
    /// frames, like any other view.
    pub fn set_ready(&self, ready: bool) {
        if self.state.ready.swap(ready, Ordering::AcqRel) != ready && ready {
            self.canvas.signal().notify();
        }
    }

    /// Sets what is called, on the canvas' thread, when the window's backend shows a frame: one that was not
    /// [presented directly](crate::Drawing::present_directly). What the program shows in the window must then make room
    /// until the next picture that is. `hide` must not wait, nor use the canvas.
    pub fn on_hide(&self, hide: impl Fn() + Send + 'static) {
        *self.state.lock() = Some(Box::new(hide));
    }

    /// Lets the window's backend show frames again, from the next one on. The canvas draws one. Further calls do
    /// nothing.
    pub fn give_back(&self) {
        if !self.state.over.swap(true, Ordering::AcqRel) {
            let state = Arc::clone(&self.state);
            self.canvas.post(Box::new(move |canvas| {
                canvas.member().engine.borrow_mut().give_window_back(&state);
            }));
        }
    }
}

impl Drop for DirectWindow {
    fn drop(&mut self) {
        self.give_back();
    }
}

impl fmt::Debug for DirectWindow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DirectWindow")
            .field("native", &self.native)
            .field("ready", &self.state.is_ready())
            .finish()
    }
}
