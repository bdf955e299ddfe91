//! A canvas on a thread of its own, for programs that own their loop.

mod events;
mod mailbox;
mod shared;
mod thread;

use std::fmt;
use std::future::Future;
use std::ops::Deref;
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;

use framecast_api::{CanvasSize, Error, FrameBuffer, PhysicalSize, PixelFormat, Result};

pub use self::events::MirrorEvents;
use self::shared::Shared;
use crate::builder::CanvasBuilder;
use crate::canvas::Canvas;
use crate::handle::CanvasHandle;

/// A canvas on a thread of its own, for programs that own their loop: a game loop, a renderer with a
/// window of its own, an async server, a camera's thread.
///
/// The program presents pictures and takes events whenever it likes, from any thread;
/// [`present`](Self::present) never waits for a viewer. The mirror keeps the newest picture only, and shows it when a viewer is ready for it, at most
/// [`max_fps`](CanvasBuilder::max_fps) times a second.
///
/// It dereferences to [`CanvasHandle`], which has the settings of the canvas. Dropping the mirror closes the
/// canvas, and waits until its backends are closed.
///
/// ```no_run
/// use std::time::{Duration, Instant};
///
/// use framecast::{Canvas, EventKind, Mirror, PixelFormat};
///
/// let mirror = Mirror::open(|| Canvas::builder("simulation").fixed_size((640, 480)))?;
/// let events = mirror.events();
/// let mut pixels = vec![0; 640 * 480 * 4];
/// while !mirror.is_closed() {
///     let next = Instant::now() + Duration::from_millis(10);
///     // Step the simulation here. Then take events until it is time for the next step.
///     while let Ok(event) = events.next_before(next) {
///         if let EventKind::KeyDown(key) = event.kind {
///             println!("{}", key.key);
///         }
///     }
///     if mirror.wanted() {
///         pixels.fill(200); // Draw.
///         mirror.present(&pixels, (640, 480), 640 * 4, PixelFormat::Rgba8)?;
///     }
/// }
/// mirror.finish()?;
/// # Ok::<(), framecast::Error>(())
/// ```
///
/// # Sizes
///
/// A canvas with a [fixed size](CanvasBuilder::fixed_size) keeps it, and views scale the picture. This is
/// for programs whose pictures have a size of their own; positions of pointers are then in pixels of the
/// picture, if it has the canvas' size. Call [`set_fixed_size`](CanvasHandle::set_fixed_size) when the size
/// of the pictures changes, before the first one of the new size is presented.
///
/// Any other canvas has the size of the presenter's view: [`size`](Self::size), and
/// [`EventKind::Resize`](crate::EventKind::Resize) when it changes. A program that follows it draws
/// `physical()` pixels. A picture of another size is shown as wide as the canvas (as high, if the canvas is higher
/// than wide), and positions are in the canvas' logical pixels.
///
/// # Scheduling
///
/// The program decides when it draws. The update mode, the lowest frame rate,
/// [`request_draw`](CanvasHandle::request_draw), `request_draw_at` and `request_draw_after` have no effect, except that
/// [`UpdateMode::Fastest`](crate::UpdateMode::Fastest) removes the limit of `max_fps`.
///
/// # Async programs
///
/// [`open`](Self::open), [`with`](Self::with), [`finish`](Self::finish) and dropping wait for the canvas' thread, for as long as
/// it takes to open and close backends. [`wait_until_wanted`](Self::wait_until_wanted) and iterating over the events wait
/// for viewers: use [`wait_until_wanted_async`](Self::wait_until_wanted_async) and
/// [`MirrorEvents::next_async`]. All other methods return at once.
///
/// # macOS
///
/// On macOS, windows need the main thread, so a mirror cannot open one there; the program's own window
/// can be a view of the canvas: [`OwnWindow`](crate::OwnWindow).
pub struct Mirror {
    handle: CanvasHandle,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<Result<()>>>,
}

impl Mirror {
    /// Opens the canvas that `builder` describes, on a thread of its own. A canvas cannot change
    /// threads, so the builder is made there.
    ///
    /// Returns when the canvas is open; with `--wait-viewer`, when the first viewer looks. A program that
    /// serves the viewers itself starts its server first.
    ///
    /// ```
    /// use framecast::{Canvas, Mirror, Options};
    ///
    /// let options = Options::parse("my_app", &["--backend", "none"])?;
    /// let mirror = Mirror::open(move || Canvas::builder("my app").options(&options))?;
    /// mirror.set_title("a title");
    /// mirror.finish()?;
    /// # Ok::<(), framecast::Error>(())
    /// ```
    ///
    /// # Errors
    /// The errors of [`CanvasBuilder::open`]; "failed" if the system cannot start a thread.
    ///
    /// # Panics
    /// If `builder` panics.
    pub fn open(builder: impl FnOnce() -> CanvasBuilder + Send + 'static) -> Result<Self> {
        let (sender, opened) = mpsc::sync_channel(1);
        let thread = std::thread::Builder::new()
            .name("framecast-mirror".into())
            .spawn(move || {
                let canvas = match builder().open() {
                    Ok(canvas) => canvas,
                    Err(error) => {
                        let _ = sender.send(Err(error));
                        return Ok(());
                    }
                };
                let shared = Shared::new(&canvas);
                let _ = sender.send(Ok((canvas.handle(), Arc::clone(&shared))));
                thread::run(&canvas, &shared);
                canvas.finish()
            })
            .map_err(|error| Error::failed(format!("no thread for the mirror: {error}")))?;
        match opened.recv() {
            Ok(Ok((handle, shared))) => Ok(Self { handle, shared, thread: Some(thread) }),
            Ok(Err(error)) => Err(error),
            Err(_) => match thread.join() {
                Err(panic) => std::panic::resume_unwind(panic),
                Ok(_) => unreachable!("it says how opening went"),
            },
        }
    }

    /// Returns whether a picture that is presented now would be shown at once: a viewer is ready for a newer one, the
    /// highest frame rate allows it, and no picture waits. With [`DrawDemand::Always`](crate::DrawDemand::Always) no
    /// viewer is needed.
    ///
    /// Drawing only then saves work. A picture that is presented at another time waits, and the next one replaces
    /// it.
    #[must_use]
    pub fn wanted(&self) -> bool {
        self.shared.wanted()
    }

    /// Waits until [`wanted`](Self::wanted) is true. Returns false if the canvas was closed meanwhile.
    #[must_use]
    pub fn wait_until_wanted(&self) -> bool {
        self.shared.wait_until_wanted()
    }

    /// The async form of [`wait_until_wanted`](Self::wait_until_wanted), for any executor. It may be dropped and
    /// called again at any time, as `select!` does.
    pub fn wait_until_wanted_async(&self) -> impl Future<Output = bool> + Send + '_ {
        self.shared.until_wanted()
    }

    /// Copies a picture, for the mirror's thread to show. It replaces the last one if that was not shown yet.
    ///
    /// `size` is in pixels, `stride` is the number of bytes from the start of a row to the start of the next
    /// one; the last row needs no padding. After the canvas is closed, nothing is shown. A picture that is
    /// presented before the canvas is closed is shown, if a viewer is ready for it.
    ///
    /// # Errors
    /// "Invalid input" if a frame cannot have that size ([`PhysicalSize::bytes`]), `stride` is shorter than
    /// a row, or there are fewer `pixels` than it takes; then nothing is shown.
    pub fn present(
        &self,
        pixels: &[u8],
        size: impl Into<PhysicalSize>,
        stride: usize,
        format: PixelFormat,
    ) -> Result<()> {
        let mut buffer = self.begin_frame(size)?;
        match buffer.copy_from_strided(pixels, stride, format) {
            Ok(()) => self.present_buffer(buffer),
            Err(error) => {
                self.shared.put_back(buffer);
                return Err(error);
            }
        }
        Ok(())
    }

    /// Returns a buffer to draw into, which saves the copy that [`present`](Self::present) makes. It holds an
    /// older picture, or black: draw every pixel.
    ///
    /// ```
    /// # use framecast::{Canvas, Mirror};
    /// # let mirror = Mirror::open(|| Canvas::builder("").no_backends())?;
    /// let mut buffer = mirror.begin_frame((640, 480))?;
    /// buffer.fill([0, 80, 160, 255]);
    /// mirror.present_buffer(buffer);
    /// # Ok::<(), framecast::Error>(())
    /// ```
    ///
    /// # Errors
    /// "Invalid input" if a frame cannot have that size ([`PhysicalSize::bytes`]).
    pub fn begin_frame(&self, size: impl Into<PhysicalSize>) -> Result<FrameBuffer> {
        self.shared.lend(size.into())
    }

    /// Shows what was drawn into a buffer of [`begin_frame`](Self::begin_frame), as [`present`](Self::present)
    /// does.
    ///
    /// Damage that was added to the buffer is ignored, because the previous picture may never be shown.
    pub fn present_buffer(&self, buffer: FrameBuffer) {
        self.shared.present(buffer);
    }

    /// Returns a reader of the canvas' events. Of several readers, each event goes to one.
    ///
    /// While there is no reader, the newest 1024 events are kept.
    #[must_use]
    pub fn events(&self) -> MirrorEvents {
        MirrorEvents::new(Arc::clone(&self.shared))
    }

    /// Returns the canvas' size: logical, physical, and the ratio between them.
    #[must_use]
    pub fn size(&self) -> CanvasSize {
        self.shared.size()
    }

    /// Returns a handle that can be cloned and kept: it does not keep the canvas open.
    #[must_use]
    pub fn handle(&self) -> CanvasHandle {
        self.handle.clone()
    }

    /// Runs `task` on the canvas' thread, where it may call any method of [`Canvas`] that does not wait, and
    /// returns its result; `None` if the canvas is closed, or the task panicked.
    ///
    /// ```
    /// # use framecast::{Canvas, Mirror};
    /// # let mirror = Mirror::open(|| Canvas::builder("").no_backends())?;
    /// let links = mirror.with(|canvas| canvas.links()).unwrap_or_default();
    /// # assert!(links.is_empty());
    /// # Ok::<(), framecast::Error>(())
    /// ```
    ///
    /// # Panics
    /// On the canvas' thread, where it would wait for itself: in a task, or in a command of an
    /// [`OwnWindow`](crate::OwnWindow).
    pub fn with<T: Send + 'static>(
        &self,
        task: impl FnOnce(&Canvas) -> T + Send + 'static,
    ) -> Option<T> {
        assert!(!self.is_here(), "Mirror::with on the canvas' own thread would wait for itself");
        let (sender, result) = mpsc::sync_channel(1);
        self.handle.post(move |canvas| {
            let _ = sender.send(task(canvas));
        });
        result.recv().ok()
    }

    /// Closes the canvas, waits until its backends are closed, and returns the error that closed it before,
    /// if there was one.
    ///
    /// # Errors
    /// "Failed" if the canvas closed because its last backend was lost.
    ///
    /// # Panics
    /// If the canvas' thread panicked: in a task that was posted to it, a command of an
    /// [`OwnWindow`](crate::OwnWindow), or a backend of the program's own.
    pub fn finish(mut self) -> Result<()> {
        self.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }

    fn join(&mut self) -> std::thread::Result<Result<()>> {
        self.handle.close();
        // A task on the canvas' thread may own the mirror.
        let here = self.is_here();
        self.thread.take().filter(|_| !here).map_or(Ok(Ok(())), JoinHandle::join)
    }

    /// Whether this is the canvas' thread.
    fn is_here(&self) -> bool {
        let thread = self.thread.as_ref().map(|thread| thread.thread().id());
        thread == Some(std::thread::current().id())
    }
}

impl Deref for Mirror {
    type Target = CanvasHandle;

    fn deref(&self) -> &CanvasHandle {
        &self.handle
    }
}

impl Drop for Mirror {
    fn drop(&mut self) {
        // The terminal is restored and the sockets are closed when this returns.
        let _ = self.join();
    }
}

impl fmt::Debug for Mirror {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mirror")
            .field("size", &self.size())
            .field("closed", &self.is_closed())
            .finish()
    }
}
