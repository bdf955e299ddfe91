//! The GPU of a canvas.

use std::fmt;
use std::sync::{Arc, Mutex};

use framecast::{
    Canvas, CanvasHandle, Drawing, Error, ErrorKind, PhysicalSize, PixelFormat, Result,
};
use wgpu::{Adapter, Device, Queue, TextureFormat};

use crate::adapter;
use crate::device::OpenDevice;
use crate::frame::GpuFrame;
use crate::presenter::Presenter;
use crate::readback::{self, Readback};
use crate::settings::GpuSettings;
use crate::stats::GpuStats;
use crate::target::{self, Target};

/// Opens a GPU for a canvas.
pub trait CanvasGpu {
    /// Opens a GPU with the default settings.
    ///
    /// # Errors
    /// "Failed" if there is no GPU, or it opens no device.
    fn gpu(&self) -> Result<Gpu> {
        self.gpu_with(GpuSettings::new())
    }

    /// Opens a GPU.
    ///
    /// # Errors
    /// "Invalid input" if frames cannot have the format of the settings; "failed" if there is no GPU, or it opens no
    /// device with the features and limits of the settings.
    fn gpu_with(&self, settings: GpuSettings) -> Result<Gpu>;
}

impl CanvasGpu for Canvas {
    fn gpu_with(&self, settings: GpuSettings) -> Result<Gpu> {
        Gpu::open(self, settings)
    }
}

/// A GPU that draws a canvas; made by [`CanvasGpu::gpu`]. Dropping it waits for the pictures that are under way.
pub struct Gpu {
    settings: GpuSettings,
    canvas: CanvasHandle,
    pixels: PixelFormat,
    opened: Opened,
    stats: Arc<Mutex<GpuStats>>,
}

/// What is lost together with a device.
struct Opened {
    device: OpenDevice,
    readback: Readback,
    /// What shows pictures in the local window; `None`: that was not tried yet.
    presenter: Option<Result<Presenter>>,
    target: Option<Target>,
    /// Frames that were begun on it.
    begun: u64,
    /// If it took the place of a lost one: the pictures that had been read or shown by then.
    reopened_at: Option<u64>,
    /// Its loss is counted.
    is_counted: bool,
}

impl Gpu {
    fn open(canvas: &Canvas, settings: GpuSettings) -> Result<Self> {
        let pixels = target::pixel_format(settings.format)?;
        let handle = canvas.handle();
        let stats = Arc::default();
        let (opened, line) = open(&settings, pixels, &handle, &stats)?;
        canvas.notice(&format!("the GPU is {line}"));
        Ok(Self { settings, canvas: handle, pixels, opened, stats })
    }

    /// Begins a frame of the drawing's size.
    ///
    /// If the device was lost, this opens another one: then the frame is the [first](GpuFrame::is_first) of it.
    ///
    /// # Errors
    /// "Invalid input" if the GPU's textures or buffers cannot be that large: views give a canvas up to
    /// [4096 × 2160 pixels](framecast::SizeLimits::DEFAULT), which the default limits allow. "Failed" if the device
    /// was lost and no other can be opened: it is the program's own, or it is the second one that was lost without a
    /// picture in between. The drawing is not shown then.
    pub fn begin(&mut self, drawing: Drawing) -> Result<GpuFrame<'_>> {
        if let Some(reason) = self.opened.device.loss.reason() {
            self.open_again(&reason)?;
        }
        let size = drawing.size();
        if self.opened.target.as_ref().is_none_or(|target| target.size != size) {
            self.opened.target = Some(self.make_target(size)?);
        }
        if let Some(Ok(presenter)) = &self.opened.presenter {
            presenter.begin();
        }
        self.opened.begun += 1;
        let first = self.opened.begun == 1;
        Ok(GpuFrame::new(self, drawing, first))
    }

    fn make_target(&mut self, size: PhysicalSize) -> Result<Target> {
        match Target::new(&self.opened.device, size, self.settings.format) {
            // It was lost, which nobody has told yet; or its memory is full.
            Err(error) if error.kind() == ErrorKind::Failed => {
                let reason = error.to_string();
                self.opened.device.loss.note(|| reason.clone());
                self.open_again(&reason)?;
                Target::new(&self.opened.device, size, self.settings.format)
            }
            made => made,
        }
    }

    /// Opens another device in the place of one that was lost.
    fn open_again(&mut self, reason: &str) -> Result<()> {
        let name = adapter::describe(&self.adapter().get_info());
        let lost = format!("the device of the GPU {name} was lost ({reason})");
        let pictures = {
            let mut stats = readback::lock(&self.stats);
            if !std::mem::replace(&mut self.opened.is_counted, true) {
                stats.lost += 1;
            }
            stats.read + stats.shown
        };
        if self.settings.device.is_some() {
            return Err(Error::failed(format!(
                "{lost}; the program opened it, and has to open another one"
            )));
        }
        if self.opened.reopened_at == Some(pictures) {
            return Err(Error::failed(format!(
                "{lost}, the second one without a picture in between. See the system's log for its driver; \
                 WGPU_ADAPTER_NAME names another GPU"
            )));
        }
        let (mut opened, line) = open(&self.settings, self.pixels, &self.canvas, &self.stats)
            .map_err(|error| {
                Error::failed(format!("{lost}, and opening another one failed: {error}"))
            })?;
        opened.reopened_at = Some(pictures);
        self.opened = opened;
        let message = format!("{lost}; it was opened again: {line}");
        self.canvas.post(move |canvas| canvas.notice(&message));
        Ok(())
    }

    pub(crate) fn present(&mut self, drawing: Drawing) {
        let Some(target) = &self.opened.target else { return };
        readback::lock(&self.stats).presented += 1;
        if self.settings.window && self.opened.presenter.is_none() {
            self.opened.presenter = drawing.take_window().map(|window| {
                let (canvas, stats) = (self.canvas.clone(), Arc::clone(&self.stats));
                let started = Presenter::start(&self.opened.device, window, canvas, stats);
                if let Err(error) = &started {
                    let message = format!("the window shows pictures that are read back: {error}");
                    self.canvas.post(move |canvas| canvas.notice(&message));
                }
                started
            });
        }
        let mut drawing = drawing;
        if let Some(Ok(presenter)) = &self.opened.presenter
            && let Some(window) = presenter.window()
        {
            presenter.show(&target.texture);
            match drawing.present_directly(window) {
                Some(wanted) => drawing = wanted,
                None => return,
            }
        }
        if !drawing.is_wanted() {
            drawing.postpone();
            return;
        }
        self.opened.readback.read(&target.texture, drawing.detach());
    }

    pub(crate) fn read(&mut self, drawing: &mut Drawing) -> Result<()> {
        let Some(target) = &self.opened.target else { return Ok(()) };
        self.opened.readback.read_now(&target.texture, drawing)
    }

    pub(crate) fn target(&self) -> &Target {
        self.opened.target.as_ref().expect("a frame has begun")
    }

    /// Returns the adapter: what the GPU can do.
    #[must_use]
    pub fn adapter(&self) -> &Adapter {
        &self.opened.device.adapter
    }

    /// Returns the device. Another one takes its place if it is lost; see [`GpuFrame::is_first`].
    #[must_use]
    pub fn device(&self) -> &Device {
        &self.opened.device.device
    }

    /// Returns the queue of the device.
    #[must_use]
    pub fn queue(&self) -> &Queue {
        &self.opened.device.queue
    }

    /// Returns the format of frames.
    #[must_use]
    pub fn format(&self) -> TextureFormat {
        self.settings.format
    }

    /// Returns what was counted since the GPU was opened.
    #[must_use]
    pub fn stats(&self) -> GpuStats {
        *readback::lock(&self.stats)
    }
}

fn open(
    settings: &GpuSettings,
    pixels: PixelFormat,
    canvas: &CanvasHandle,
    stats: &Arc<Mutex<GpuStats>>,
) -> Result<(Opened, String)> {
    let woken = canvas.clone();
    let (device, line) = OpenDevice::open(settings, move || woken.request_draw())?;
    let compares = settings.compares;
    let readback = Readback::start(&device, pixels, compares, canvas.clone(), Arc::clone(stats))?;
    let opened = Opened {
        device,
        readback,
        presenter: None,
        target: None,
        begun: 0,
        reopened_at: None,
        is_counted: false,
    };
    Ok((opened, line))
}

impl fmt::Debug for Gpu {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gpu")
            .field("adapter", &self.adapter().get_info().name)
            .field("format", &self.format())
            .finish_non_exhaustive()
    }
}
