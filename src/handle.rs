//! A canvas' handle for other threads.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use framecast_api::accessibility::Tree;
use framecast_api::{
    BackendCommand, Cursor, EventKind, LogicalSize, PhysicalSize, Result, Source, TextInput,
};

use crate::canvas::Canvas;
use crate::control::ControlPolicy;
use crate::options::DrawDemand;
use crate::schedule::UpdateMode;
use crate::signal::Signal;

/// A handle to a canvas for other threads; made by [`Canvas::handle`].
///
/// No method waits. Requests take effect on the canvas' thread at its next turn, in order. After the
/// canvas is closed, they do nothing.
///
/// ```
/// use framecast::Canvas;
///
/// let canvas = Canvas::builder("plot").no_backends().open()?;
/// let handle = canvas.handle();
/// std::thread::spawn(move || handle.set_title("ready")).join().unwrap();
/// let _ = canvas.poll();
/// assert_eq!(canvas.title(), "ready");
/// # Ok::<(), framecast::Error>(())
/// ```
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
    /// Drawings that other threads are to finish.
    detached: AtomicUsize,
}

impl Remote {
    pub(crate) fn new(signal: Arc<Signal>) -> Arc<Self> {
        Arc::new(Self {
            signal,
            draw: AtomicBool::new(false),
            close: AtomicBool::new(false),
            closed: AtomicBool::new(false),
            posts: Mutex::new(Vec::new()),
            detached: AtomicUsize::new(0),
        })
    }

    pub(crate) fn signal(&self) -> &Arc<Signal> {
        &self.signal
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

    fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    /// Leaves `task` for the canvas' thread, unless the canvas is closed.
    pub(crate) fn post(&self, task: Post) {
        {
            let mut posts = self.posts.lock().unwrap_or_else(PoisonError::into_inner);
            // Checked with the lock held: `set_closed` sets it first and then empties the list.
            if self.is_closed() {
                drop(posts);
                return;
            }
            posts.push(task);
        }
        self.signal.notify();
    }

    /// The number of drawings that other threads are to finish.
    pub(crate) fn detached(&self) -> usize {
        self.detached.load(Ordering::Acquire)
    }

    pub(crate) fn add_detached(&self) {
        self.detached.fetch_add(1, Ordering::AcqRel);
    }

    /// One was presented or given up: the canvas may wait for that.
    pub(crate) fn remove_detached(&self) {
        self.detached.fetch_sub(1, Ordering::AcqRel);
        self.signal.notify();
    }
}

impl CanvasHandle {
    pub(crate) fn new(remote: Arc<Remote>) -> Self {
        Self { remote }
    }

    /// Requests a draw, like [`Canvas::request_draw`]. This is cheap; many calls before a draw are one
    /// request.
    pub fn request_draw(&self) {
        if !self.remote.draw.swap(true, Ordering::AcqRel) {
            self.remote.signal.notify();
        }
    }

    /// Requests a draw at a time, like [`Canvas::request_draw_at`].
    pub fn request_draw_at(&self, at: Instant) {
        self.post(move |canvas| canvas.request_draw_at(at));
    }

    /// Requests a draw after a time from now, like [`Canvas::request_draw_after`].
    pub fn request_draw_after(&self, time: Duration) {
        if let Some(at) = Instant::now().checked_add(time) {
            self.request_draw_at(at);
        }
    }

    /// Runs `task` on the canvas' thread, where it may call any method of [`Canvas`].
    ///
    /// Tasks wait in memory, without a limit, until the canvas runs them. If the canvas is closed, the
    /// task is dropped.
    pub fn post(&self, task: impl FnOnce(&Canvas) + Send + 'static) {
        self.remote.post(Box::new(task));
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

    /// Puts text into the presenter's clipboard, like [`Canvas::set_clipboard`]. Does nothing if nobody drives by
    /// then, or the presenter's view has no clipboard.
    ///
    /// # Errors
    /// "Invalid input" if the text is longer than [`BackendCommand::MAX_CLIPBOARD`] bytes.
    pub fn set_clipboard(&self, text: impl Into<String>) -> Result<()> {
        let text = text.into();
        BackendCommand::check_clipboard(&text)?;
        self.post(move |canvas| {
            let _ = canvas.set_clipboard(&text);
        });
        Ok(())
    }

    /// Tells the presenter's view about a text field, like [`Canvas::set_text_input`].
    ///
    /// # Errors
    /// "Invalid input" if a number of the caret is not finite or too large, or its width or height is negative.
    pub fn set_text_input(&self, input: impl Into<Option<TextInput>>) -> Result<()> {
        let input = input.into();
        if let Some(input) = &input {
            input.validate()?;
        }
        self.post(move |canvas| {
            let _ = canvas.set_text_input(input);
        });
        Ok(())
    }

    /// Tells everybody who looks what the canvas shows, like [`Canvas::set_accessibility`].
    ///
    /// # Errors
    /// "Invalid input" if it is no tree, or too large.
    pub fn set_accessibility(&self, tree: impl Into<Option<Tree>>) -> Result<()> {
        let tree = tree.into().map(Tree::checked).transpose()?;
        self.post(move |canvas| {
            let _ = canvas.set_accessibility(tree);
        });
        Ok(())
    }

    /// Asks the presenter to open an address, like [`Canvas::open_url`]. Does nothing if nobody drives by then, or
    /// the presenter's view is not a browser.
    ///
    /// # Errors
    /// "Invalid input" if the address cannot be opened; see [`Canvas::open_url`].
    pub fn open_url(&self, url: impl Into<String>) -> Result<()> {
        let url = url.into();
        BackendCommand::check_url(&url)?;
        self.post(move |canvas| {
            let _ = canvas.open_url(&url);
        });
        Ok(())
    }

    /// Hands the application an event, like [`Canvas::submit_event`].
    ///
    /// # Errors
    /// "Invalid input" if the event is not valid, or only the engine may make it.
    pub fn submit_event(&self, kind: EventKind) -> Result<()> {
        kind.validate()?;
        self.post(move |canvas| {
            let _ = canvas.submit_event(kind);
        });
        Ok(())
    }

    /// Sets when the canvas is drawn, like [`Canvas::set_update_mode`].
    pub fn set_update_mode(&self, mode: UpdateMode) {
        self.post(move |canvas| canvas.set_update_mode(mode));
    }

    /// Sets the highest number of draws per second, like [`Canvas::set_max_fps`].
    pub fn set_max_fps(&self, fps: impl Into<Option<f64>>) {
        let fps = fps.into();
        self.post(move |canvas| canvas.set_max_fps(fps));
    }

    /// Sets the lowest number of draws per second in on-demand mode, like [`Canvas::set_min_fps`].
    pub fn set_min_fps(&self, fps: impl Into<Option<f64>>) {
        let fps = fps.into();
        self.post(move |canvas| canvas.set_min_fps(fps));
    }

    /// Sets whether to draw when nobody looks, like [`Canvas::set_draw_demand`].
    pub fn set_draw_demand(&self, demand: DrawDemand) {
        self.post(move |canvas| canvas.set_draw_demand(demand));
    }

    /// Requests another size in logical pixels, like [`Canvas::set_size`]. Does nothing if the presenter's view
    /// cannot be resized by a program.
    pub fn set_size(&self, size: impl Into<LogicalSize>) {
        let size = size.into();
        self.post(move |canvas| {
            let _ = canvas.set_size(size);
        });
    }

    /// Fixes the size of the canvas in physical pixels, like [`Canvas::set_fixed_size`].
    ///
    /// # Errors
    /// "Invalid input" if a frame cannot have that size.
    pub fn set_fixed_size(&self, size: impl Into<PhysicalSize>) -> Result<()> {
        let size = size.into();
        size.bytes()?;
        self.post(move |canvas| {
            let _ = canvas.set_fixed_size(size);
        });
        Ok(())
    }

    /// Sets the control policy, like [`Canvas::set_control`].
    pub fn set_control(&self, policy: ControlPolicy) {
        self.post(move |canvas| canvas.set_control(policy));
    }

    /// Sets the time after which an absent presenter loses control, like
    /// [`Canvas::set_control_timeout`].
    pub fn set_control_timeout(&self, timeout: Option<Duration>) {
        self.post(move |canvas| canvas.set_control_timeout(timeout));
    }

    /// Makes a viewer the presenter, like [`Canvas::give_control`]. Does nothing if the viewer has left
    /// by then, or may only watch.
    pub fn give_control(&self, source: Option<Source>) {
        self.post(move |canvas| {
            canvas.give_control(source);
        });
    }

    /// Disconnects a viewer, like [`Canvas::disconnect`].
    pub fn disconnect(&self, source: Source) {
        self.post(move |canvas| canvas.disconnect(source));
    }

    /// Lets a viewer come back that was sent away, like [`Canvas::let_in`].
    pub fn let_in(&self, source: Source) {
        self.post(move |canvas| {
            canvas.let_in(source);
        });
    }

    /// Closes the canvas, like [`Canvas::close`].
    pub fn close(&self) {
        self.remote.close.store(true, Ordering::Release);
        self.remote.signal.notify();
    }

    /// Returns whether the canvas is closed. The other methods then do nothing.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.remote.is_closed()
    }
}

impl std::fmt::Debug for CanvasHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CanvasHandle").field("closed", &self.is_closed()).finish()
    }
}
