//! Shows pictures in the canvas' local window, without reading them.
//!
//! A thread takes the textures of the surface and presents them, which may wait for the display. The canvas draws its
//! picture into the texture that the thread has taken, and never waits for one.

use std::mem;
use std::panic::{self, AssertUnwindSafe};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use framecast::{CanvasHandle, DirectWindow, Error, PhysicalSize, Result};
use wgpu::{
    Adapter, CompositeAlphaMode, CurrentSurfaceTexture, Device, Instance, PresentMode,
    SurfaceConfiguration, SurfaceTexture, Texture, TextureFormat, TextureUsages,
};

use crate::blit::{Blit, Source};
use crate::device::{self, Loss, OpenDevice};
use crate::health::{Health, Remedy};
use crate::readback;
use crate::stats::GpuStats;
use crate::surface::{Change, WindowSurface};

/// How long dropping waits for the thread. One that the display holds up for longer is left behind.
const CLOSING: Duration = Duration::from_secs(2);

/// Shows one canvas' pictures in its window.
pub(crate) struct Presenter {
    shared: Arc<Shared>,
    blit: Arc<Blit>,
    thread: Option<JoinHandle<()>>,
    /// Disconnects when the thread is done.
    done: Receiver<()>,
}

/// What the thread that hears of the window has as well. It may end later than the others, so the device must not
/// live as long: a driver that is still at work when the process ends may crash it.
struct Shared {
    state: Mutex<State>,
    /// There is something to do for the thread.
    changed: Condvar,
    window: DirectWindow,
    canvas: CanvasHandle,
}

struct State {
    /// The window's size.
    size: PhysicalSize,
    /// The surface has another one, or is to be configured anew.
    resized: bool,
    /// What the next picture is drawn into; of the window's size, unless `resized`.
    empty: Option<SurfaceTexture>,
    /// A picture was drawn into it.
    full: Option<SurfaceTexture>,
    /// The newest picture.
    picture: Option<Source>,
    /// The program draws into its texture.
    drawing: bool,
    /// The window does not show it.
    stale: bool,
    /// The window's backend shows something else.
    hidden: bool,
    closing: bool,
    /// Why nothing is shown any more.
    failure: Option<String>,
}

/// What the thread has.
struct Worker {
    shared: Arc<Shared>,
    blit: Arc<Blit>,
    surface: WindowSurface,
    instance: Instance,
    device: Device,
    loss: Loss,
    config: SurfaceConfiguration,
    health: Health,
    stats: Arc<Mutex<GpuStats>>,
    /// The surface can be seen.
    mapped: bool,
    /// The user was told that it is.
    announced: bool,
}

/// What the thread does next.
enum Task {
    Present(SurfaceTexture),
    Hide,
    Configure(PhysicalSize),
    Acquire,
    Close,
}

impl Presenter {
    /// Shows pictures in `window` from now on.
    pub(crate) fn start(
        opened: &OpenDevice,
        window: DirectWindow,
        canvas: CanvasHandle,
        stats: Arc<Mutex<GpuStats>>,
    ) -> Result<Self> {
        let instance = opened.instance.clone().ok_or_else(|| {
            Error::failed("the program opened the device, and no surface can be made for that")
        })?;
        let (surface, size) = WindowSurface::open(&instance, window.native())?;
        let config = configuration(&surface, &opened.adapter, size)?;
        let blit = Arc::new(Blit::new(&opened.device, &opened.queue, config.format)?);
        let state = State {
            size,
            resized: true,
            empty: None,
            full: None,
            picture: None,
            drawing: false,
            stale: false,
            hidden: true,
            closing: false,
            failure: None,
        };
        let (state, changed) = (Mutex::new(state), Condvar::new());
        let shared = Arc::new(Shared { state, changed, window, canvas });
        let hidden = Arc::downgrade(&shared);
        shared.window.on_hide(move || {
            if let Some(shared) = hidden.upgrade() {
                shared.lock().hidden = true;
                shared.changed.notify_one();
            }
        });
        let listener = Arc::clone(&shared);
        surface.listen(move |change| listener.take(change))?;
        let worker = Worker {
            shared: Arc::clone(&shared),
            blit: Arc::clone(&blit),
            surface,
            instance,
            device: opened.device.clone(),
            loss: opened.loss.clone(),
            config,
            health: Health::default(),
            stats,
            mapped: false,
            announced: false,
        };
        let (finished, done) = mpsc::channel::<()>();
        let thread = thread::Builder::new()
            .name("framecast-gpu-w".into())
            .spawn(move || {
                worker.run();
                drop(finished);
            })
            .map_err(|error| Error::failed(format!("no thread for the window: {error}")))?;
        Ok(Self { shared, blit, thread: Some(thread), done })
    }

    /// The window whose pictures are shown; `None` if that failed.
    pub(crate) fn window(&self) -> Option<&DirectWindow> {
        let failed = self.shared.lock().failure.is_some();
        (!failed).then_some(&self.shared.window)
    }

    /// The program begins to draw into the texture of the newest picture.
    pub(crate) fn begin(&self) {
        self.shared.lock().drawing = true;
    }

    /// Shows the picture in `texture`, which the program has drawn.
    pub(crate) fn show(&self, texture: &Texture) {
        let mut state = self.shared.lock();
        if !state.picture.as_ref().is_some_and(|picture| picture.is_of(texture)) {
            match self.blit.source(texture) {
                Ok(source) => state.picture = Some(source),
                Err(error) => {
                    state.fail(error.to_string());
                    self.shared.changed.notify_one();
                    return;
                }
            }
        }
        (state.drawing, state.stale, state.hidden) = (false, true, false);
        self.shared.fill(&self.blit, &mut state);
        self.shared.changed.notify_one();
    }
}

impl Drop for Presenter {
    fn drop(&mut self) {
        self.shared.lock().closing = true;
        self.shared.changed.notify_one();
        // A driver that is still at work when the process ends may crash it.
        let ended = self.done.recv_timeout(CLOSING) == Err(RecvTimeoutError::Disconnected);
        if let Some(thread) = self.thread.take().filter(|_| ended) {
            let _ = thread.join();
            // One that was shown in vain.
            self.shared.lock().picture = None;
        }
        // A thread that is left behind does so when the display answers, and nobody waits for that.
        self.shared.window.give_back();
    }
}

impl State {
    /// Nothing can be shown any more. The first reason stays.
    fn fail(&mut self, reason: String) {
        self.failure.get_or_insert(reason);
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The window changed.
    fn take(&self, change: Change) {
        let mut state = self.lock();
        match change {
            Change::Size(size) => {
                state.resized |= size != state.size;
                state.size = size;
            }
            Change::Exposed => state.stale = true,
            Change::Gone => state.fail("its window is gone".into()),
        }
        // The picture that was shown is not there any more.
        if state.drawing {
            self.canvas.request_draw();
        }
        self.changed.notify_one();
    }

    /// Draws the newest picture into the next texture of the surface, if there are both, and it is not shown yet.
    fn fill(&self, blit: &Blit, state: &mut State) {
        if !state.stale || state.drawing || state.resized || state.hidden {
            return;
        }
        let Some(picture) = &state.picture else { return };
        let Some(texture) = state.empty.take() else { return };
        self.window.set_ready(false);
        match blit.draw(picture, &texture.texture) {
            Ok(()) => {
                state.full = Some(texture);
                state.stale = false;
            }
            Err(error) => state.fail(error.to_string()),
        }
    }
}

impl Worker {
    fn run(mut self) {
        // A surface whose device or display is lost panics in some calls of wgpu.
        let worked = panic::catch_unwind(AssertUnwindSafe(|| self.work()));
        let worked = worked.unwrap_or_else(|_| Err("wgpu panicked".into()));
        let Self { shared, surface, loss, .. } = self;
        // Dropping can panic as well, if the device is lost and nobody knows yet.
        let _ = panic::catch_unwind(AssertUnwindSafe(|| {
            {
                let mut state = shared.lock();
                if let Err(reason) = &worked {
                    state.fail(reason.clone());
                }
                // Before their surface. Nobody makes others any more.
                let textures = (state.empty.take(), state.full.take());
                state.picture = None;
                if loss.is_noted() {
                    mem::forget(textures);
                }
            }
            if loss.is_noted() {
                surface.abandon();
            }
        }));
        shared.window.give_back();
        if let Err(reason) = worked {
            let message = format!("the GPU shows no more pictures in the window itself: {reason}");
            shared.canvas.post(move |canvas| canvas.notice(&message));
            // The next one is read, if nothing else was lost.
            shared.canvas.request_draw();
        }
    }

    /// Works until there is no more to do, or it fails.
    fn work(&mut self) -> std::result::Result<(), String> {
        loop {
            match self.next()? {
                Task::Present(texture) => self.present(texture),
                Task::Hide => {
                    self.surface.map(false);
                    self.mapped = false;
                }
                Task::Configure(size) => self.configure(size)?,
                Task::Acquire => self.acquire()?,
                Task::Close => return Ok(()),
            }
        }
    }

    /// Waits for something to do.
    fn next(&self) -> std::result::Result<Task, String> {
        let mut state = self.shared.lock();
        loop {
            if state.closing {
                return Ok(Task::Close);
            }
            if let Some(reason) = &state.failure {
                return Err(reason.clone());
            }
            if state.hidden && self.mapped {
                return Ok(Task::Hide);
            }
            if let Some(texture) = state.full.take() {
                return Ok(Task::Present(texture));
            }
            if state.resized {
                // The surface must have no other by then.
                state.empty = None;
                self.shared.window.set_ready(false);
                state.resized = false;
                return Ok(Task::Configure(state.size));
            }
            if state.empty.is_none() {
                return Ok(Task::Acquire);
            }
            self.shared.fill(&self.blit, &mut state);
            if state.full.is_none() && state.failure.is_none() {
                self.shared.window.set_ready(true);
                let woken = self.shared.changed.wait(state);
                state = woken.unwrap_or_else(PoisonError::into_inner);
            }
        }
    }

    fn present(&mut self, texture: SurfaceTexture) {
        // A call of wgpu that waits for the display keeps the canvas waiting as well (`Device::fence` in wgpu-core 29).
        // This does not, and a display that has just answered will take a picture.
        self.surface.wait_for_display();
        texture.present();
        self.health.recovered();
        if !self.mapped && !self.shared.lock().hidden {
            self.surface.map(true);
            self.mapped = true;
        }
        if !mem::replace(&mut self.announced, true) {
            let mode = self.config.present_mode;
            let message = format!("the GPU shows its pictures in the window itself ({mode:?})");
            self.shared.canvas.post(move |canvas| canvas.notice(&message));
        }
        readback::lock(&self.stats).shown += 1;
    }

    fn configure(&mut self, size: PhysicalSize) -> std::result::Result<(), String> {
        self.surface.wait_for_display();
        (self.config.width, self.config.height) = (size.width.max(1), size.height.max(1));
        let (_, done) = device::catch(&self.device, || {
            self.surface.surface().configure(&self.device, &self.config);
        });
        let mut state = self.shared.lock();
        match done {
            Ok(()) => state.stale = true,
            // Commands that the program submits in that moment may be in its way.
            Err(_) if self.health.outdated() == Remedy::Configure => state.resized = true,
            Err(error) => return Err(error.to_string()),
        }
        Ok(())
    }

    /// Takes the next texture of the surface. May wait for the display.
    fn acquire(&mut self) -> std::result::Result<(), String> {
        let (taken, _) =
            device::catch(&self.device, || self.surface.surface().get_current_texture());
        let remedy = match taken {
            // A suboptimal one of another size is followed by the size.
            CurrentSurfaceTexture::Success(texture)
            | CurrentSurfaceTexture::Suboptimal(texture) => {
                self.shared.lock().empty = Some(texture);
                return Ok(());
            }
            CurrentSurfaceTexture::Outdated => self.health.outdated(),
            CurrentSurfaceTexture::Lost => self.health.lost(),
            // It would hold up the canvas each time.
            CurrentSurfaceTexture::Timeout | CurrentSurfaceTexture::Occluded => {
                return Err("the display takes none".into());
            }
            CurrentSurfaceTexture::Validation => Remedy::GiveUp,
        };
        match remedy {
            Remedy::Configure => {}
            Remedy::Reopen => {
                self.surface.reopen(&self.instance).map_err(|error| error.to_string())?;
            }
            Remedy::GiveUp => return Err("the display has no place for them".into()),
        }
        self.shared.lock().resized = true;
        Ok(())
    }
}

/// How pictures are shown: exactly, and without waiting if that can be.
fn configuration(
    surface: &WindowSurface,
    adapter: &Adapter,
    size: PhysicalSize,
) -> Result<SurfaceConfiguration> {
    let can = surface.surface().get_capabilities(adapter);
    // The bytes of a picture are those of the window, so nothing is to be converted.
    let exact = |format: &&TextureFormat| {
        matches!(format, TextureFormat::Bgra8Unorm | TextureFormat::Rgba8Unorm)
    };
    let format = can.formats.iter().find(exact).copied().ok_or_else(|| {
        Error::failed(format!(
            "this GPU has no surface of 8 bits a channel there; it has {:?}",
            can.formats
        ))
    })?;
    // Both wait for the display before they show something, but only the second makes the canvas wait for that.
    let mailbox = can.present_modes.contains(&PresentMode::Mailbox);
    Ok(SurfaceConfiguration {
        usage: TextureUsages::RENDER_ATTACHMENT | (can.usages & TextureUsages::COPY_DST),
        format,
        width: size.width.max(1),
        height: size.height.max(1),
        present_mode: if mailbox { PresentMode::Mailbox } else { PresentMode::Fifo },
        desired_maximum_frame_latency: 2,
        alpha_mode: CompositeAlphaMode::Auto,
        view_formats: Vec::new(),
    })
}
