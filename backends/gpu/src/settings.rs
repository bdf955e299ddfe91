//! How a GPU is opened.

use std::fmt;

use wgpu::{Features, Limits, PowerPreference, TextureFormat};

/// How [`CanvasGpu::gpu_with`](crate::CanvasGpu::gpu_with) opens a GPU.
///
/// ```
/// use framecast_gpu::{GpuSettings, wgpu};
/// let settings = GpuSettings::new()
///     .format(wgpu::TextureFormat::Rgba8Unorm)
///     .features(wgpu::Features::POLYGON_MODE_LINE);
/// # drop(settings);
/// ```
#[derive(Clone)]
pub struct GpuSettings {
    pub(crate) power: PowerPreference,
    pub(crate) hardware_only: bool,
    pub(crate) features: Features,
    pub(crate) limits: Limits,
    pub(crate) format: TextureFormat,
    pub(crate) device: Option<GpuDevice>,
    pub(crate) window: bool,
    pub(crate) compares: bool,
}

/// A device of the program's own, for [`GpuSettings::device`].
#[derive(Debug, Clone)]
pub struct GpuDevice {
    /// Where the device comes from.
    pub adapter: wgpu::Adapter,
    /// What makes textures and pipelines.
    pub device: wgpu::Device,
    /// What takes commands.
    pub queue: wgpu::Queue,
}

impl GpuSettings {
    /// A quick GPU without features beyond WebGPU's, its limits, and frames in `Bgra8UnormSrgb`, as windows have them.
    #[must_use]
    pub fn new() -> Self {
        Self {
            power: PowerPreference::HighPerformance,
            hardware_only: false,
            features: Features::empty(),
            limits: Limits::default(),
            format: TextureFormat::Bgra8UnormSrgb,
            device: None,
            window: true,
            compares: false,
        }
    }

    /// Sets whether a quick GPU is preferred, or one that uses little power.
    #[must_use]
    pub fn power(mut self, power: PowerPreference) -> Self {
        self.power = power;
        self
    }

    /// Takes no GPU that is simulated in software, unless the environment variable `WGPU_ADAPTER_NAME` names it: for
    /// programs that draw on the processor themselves if there is no GPU.
    #[must_use]
    pub fn hardware_only(mut self) -> Self {
        self.hardware_only = true;
        self
    }

    /// Sets the features that the device must have.
    #[must_use]
    pub fn features(mut self, features: Features) -> Self {
        self.features = features;
        self
    }

    /// Sets the limits that the device must allow.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets the format in which frames are rendered: `Rgba8UnormSrgb`, `Rgba8Unorm`, `Bgra8UnormSrgb` or
    /// `Bgra8Unorm`.
    ///
    /// A shader writes linear colors to the first and the third, which are converted to sRGB. What it writes to the
    /// others is shown as it is.
    #[must_use]
    pub fn format(mut self, format: TextureFormat) -> Self {
        self.format = format;
        self
    }

    /// Sets whether the GPU shows its pictures in the local window itself where it can; true by default. If false, the
    /// window shows pictures that are read back, as other backends do.
    #[must_use]
    pub fn window(mut self, window: bool) -> Self {
        self.window = window;
        self
    }

    /// Sets whether the GPU compares each picture with the last one that was read; false by default. Then only tiles of
    /// 64 × 64 pixels that changed are read, and no backend compares the picture again.
    ///
    /// This is for GPUs from which reading takes long, and pictures of which little changes. It takes memory of the GPU for five
    /// pictures. A renderer in software needs 6 to 16 times as much processor time with it, and GPUs have not been measured
    /// yet: [`GpuStats::bytes_read`](crate::GpuStats::bytes_read) and [`GpuStats::readback`](crate::GpuStats::readback) say what it
    /// brings. The frames are the same. If the GPU cannot compare, as without compute shaders, pictures are read as a whole.
    #[must_use]
    pub fn compare_on_gpu(mut self, compares: bool) -> Self {
        self.compares = compares;
        self
    }

    /// Uses a device that the program opened itself, as for an engine that has its own. Features, limits and power are
    /// what the device has, and the window shows pictures that are read back. If it is lost, [`Gpu::begin`](crate::Gpu::begin) fails.
    ///
    /// A device has one callback for its loss, and the canvas
    /// [sets it](wgpu::Device::set_device_lost_callback).
    #[must_use]
    pub fn device(mut self, device: GpuDevice) -> Self {
        self.device = Some(device);
        self
    }
}

impl Default for GpuSettings {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for GpuSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GpuSettings")
            .field("power", &self.power)
            .field("hardware_only", &self.hardware_only)
            .field("features", &self.features)
            .field("format", &self.format)
            .field("device", &self.device)
            .field("window", &self.window)
            .field("compares", &self.compares)
            .finish_non_exhaustive()
    }
}
