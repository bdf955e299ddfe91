//! What to open, and how to draw.

use std::fmt;

use framecast::{Canvas, CanvasBuilder, LogicalSize, Options};

use crate::output;

/// The canvas of an interface, and who draws it.
///
/// A title alone is enough: `run("My app", …)`. A [`CanvasBuilder`] does, too.
pub struct EguiSettings {
    pub(crate) canvas: CanvasBuilder,
    pub(crate) renderer: RendererChoice,
}

/// Who draws; for [`EguiSettings::renderer`].
#[non_exhaustive]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum RendererChoice {
    /// A GPU if there is one, the processor otherwise. A GPU that is simulated in software, such as Mesa's lavapipe,
    /// is none, unless the environment variable `WGPU_ADAPTER_NAME` names it. The canvas tells its user which it is.
    #[default]
    Auto,
    /// The processor.
    #[cfg(feature = "software")]
    Software,
    /// A GPU, even one that is simulated in software.
    #[cfg(feature = "wgpu")]
    Gpu,
}

impl EguiSettings {
    /// A canvas with this title, the user's flags from the command line ([`Options`]), and Ctrl+C to close it.
    #[must_use]
    pub fn new(title: impl AsRef<str>) -> Self {
        let title = output::caption(title.as_ref());
        Canvas::builder(title).options(&Options::from_env()).close_on_interrupt().into()
    }

    /// Sets the initial size, in logical pixels; 960 × 540 by default. `--size` and the presenter's view change it.
    #[must_use]
    pub fn size(mut self, size: impl Into<LogicalSize>) -> Self {
        self.canvas = self.canvas.size(size);
        self
    }

    /// Sets who draws; [`RendererChoice::Auto`] by default.
    #[must_use]
    pub fn renderer(mut self, renderer: RendererChoice) -> Self {
        self.renderer = renderer;
        self
    }
}

impl From<CanvasBuilder> for EguiSettings {
    fn from(canvas: CanvasBuilder) -> Self {
        Self { canvas, renderer: RendererChoice::default() }
    }
}

impl From<&str> for EguiSettings {
    fn from(title: &str) -> Self {
        Self::new(title)
    }
}

impl fmt::Debug for EguiSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EguiSettings").field("renderer", &self.renderer).finish_non_exhaustive()
    }
}
