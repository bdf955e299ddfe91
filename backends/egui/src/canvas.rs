//! egui on a canvas, for programs that have a loop of their own.

use std::fmt;

use egui::os::OperatingSystem;
use egui::{Context, FullOutput, RequestRepaintInfo, Ui, UserData, ViewportId};
use framecast::{Canvas, CanvasHandle, Event, Frame, PhysicalSize, Platform};

use crate::accessibility;
use crate::input::Input;
use crate::output::Output;
use crate::painting::Painting;

/// egui on a canvas: takes the canvas' events, runs an interface, and gives the canvas what egui asks for. A renderer
/// draws the result: `SoftwareRenderer`, or `GpuRenderer`, which can also draw over a picture of the program's own.
///
/// [`run`](crate::run) does all of this. Use it for a program that owns its loop, or that draws with wgpu itself.
///
/// ```
/// # #[cfg(feature = "software")] {
/// use framecast::{Canvas, DrawDemand, Step};
/// use framecast_egui::{EguiCanvas, SoftwareRenderer, egui};
///
/// let canvas = Canvas::builder("mine").no_backends().draw_demand(DrawDemand::Always).open()?;
/// let mut egui = EguiCanvas::new(&canvas);
/// let mut renderer = SoftwareRenderer::new();
/// # let mut drawn = 0;
/// while let Some(step) = canvas.next() {
///     match step {
///         // An event that egui has no use for is the program's.
///         Step::Event(event) => {
///             let _taken = egui.event(&event);
///         }
///         Step::Draw(mut drawing) => {
///             let painting = egui.run(drawing.size(), drawing.ratio(), drawing.timestamp(), |ui| {
///                 egui::Window::new("Settings").show(ui.ctx(), |ui| ui.label("over the picture"));
///             });
///             drawing.fill([0, 80, 160, 255]); // the program's own picture
///             renderer.draw(&mut drawing, &painting);
///             drawing.present();
/// #           drawn += 1;
/// #           if drawn == 2 { canvas.close(); }
///         }
///     }
/// }
/// # }
/// # Ok::<(), framecast::Error>(())
/// ```
pub struct EguiCanvas {
    context: Context,
    canvas: Canvas,
    input: Input,
    output: Output,
    screenshots: Vec<UserData>,
}

impl EguiCanvas {
    /// egui with its default settings on `canvas`. A repaint that is requested, from whatever thread, is a draw of the
    /// canvas.
    #[must_use]
    pub fn new(canvas: &Canvas) -> Self {
        let context = Context::default();
        let handle = canvas.handle();
        context.set_request_repaint_callback(move |info| request(&handle, &info));
        let info = canvas.presenter_info();
        let mut input = Input::new(info);
        input.set_max_texture_side(2048);
        context.set_os(system(info.platform));
        if canvas.is_accessibility_wanted() {
            context.enable_accesskit();
        }
        let canvas = canvas.clone();
        Self { context, canvas, input, output: Output::default(), screenshots: Vec::new() }
    }

    /// Returns egui's context, to set fonts and style. It can be cloned and given to other threads.
    #[must_use]
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// Sets the longest side of the textures that egui asks for; 2048 at first. `SoftwareRenderer` and `GpuRenderer`
    /// know theirs.
    pub fn set_max_texture_side(&mut self, side: usize) {
        self.input.set_max_texture_side(side);
    }

    /// Gives egui an event of the canvas, and requests a draw if egui may look different then.
    ///
    /// Returns whether egui uses it: the pointer is over something of egui's, or a text field has the focus. Then it is
    /// not meant for what the program draws behind. This is known from the last [run](Self::run).
    pub fn event(&mut self, event: &Event) -> bool {
        use framecast::EventKind as E;
        if self.input.event(&event.kind) {
            self.context.set_os(system(self.input.platform()));
            self.canvas.request_draw();
        }
        if let E::AccessibilityWanted { wanted } = event.kind {
            self.want_accessibility(wanted);
        }
        match event.kind {
            E::PointerDown(_)
            | E::PointerMove(_)
            | E::PointerUp(_)
            | E::DoubleClick(_)
            | E::Wheel(_) => self.context.egui_wants_pointer_input(),
            E::KeyDown(_) | E::KeyUp(_) | E::Char(_) | E::Paste { .. } => {
                self.context.egui_wants_keyboard_input()
            }
            _ => false,
        }
    }

    /// Has egui make a tree for each picture, or does not any more.
    fn want_accessibility(&self, wanted: bool) {
        if wanted {
            self.context.enable_accesskit();
            self.canvas.request_draw();
        } else {
            self.context.disable_accesskit();
            self.output.clear_accessibility(&self.canvas);
        }
    }

    /// Runs the interface for a picture of `size` physical pixels, with `ratio` of them per logical pixel, at `time` in
    /// seconds: all three are the drawing's. Gives the canvas what egui asks for, such as the cursor, and returns what
    /// is to be drawn.
    ///
    /// egui may call `ui` more than once.
    #[must_use]
    pub fn run(
        &mut self,
        size: PhysicalSize,
        ratio: f64,
        time: f64,
        ui: impl FnMut(&mut Ui),
    ) -> Painting {
        let input = self.input(size, ratio, time);
        self.run_with(input, ui)
    }

    /// The input for [`run_with`](Self::run_with).
    pub(crate) fn input(&mut self, size: PhysicalSize, ratio: f64, time: f64) -> egui::RawInput {
        self.answer_screenshots();
        self.input.take(size, ratio, time, self.context.zoom_factor())
    }

    pub(crate) fn run_with(&mut self, input: egui::RawInput, ui: impl FnMut(&mut Ui)) -> Painting {
        let FullOutput {
            platform_output,
            textures_delta: textures,
            shapes,
            pixels_per_point,
            mut viewport_output,
        } = self.context.run_ui(input, ui);
        let zoom = self.context.zoom_factor();
        self.output.apply(&self.canvas, &platform_output, zoom);
        if let Some(update) = &platform_output.accesskit_update {
            let tree = accessibility::tree(update, &self.canvas.title(), zoom);
            self.output.set_accessibility(&self.canvas, tree);
        }
        if let Some(root) = viewport_output.get_mut(&ViewportId::ROOT) {
            let replies = self.output.follow(&self.canvas, std::mem::take(&mut root.commands));
            if !replies.events.is_empty() || !replies.screenshots.is_empty() {
                self.canvas.request_draw();
            }
            replies.events.into_iter().for_each(|event| self.input.push(event));
            self.screenshots.extend(replies.screenshots);
        }
        let primitives = self.context.tessellate(shapes, pixels_per_point);
        Painting { primitives, textures, pixels_per_point }
    }

    /// What was asked for in the run before is the picture that is shown now.
    fn answer_screenshots(&mut self) {
        let Some(frame) = self.canvas.last_frame() else { return };
        for user_data in self.screenshots.drain(..) {
            let image = std::sync::Arc::new(image(&frame));
            let viewport_id = ViewportId::ROOT;
            self.input.push(egui::Event::Screenshot { viewport_id, user_data, image });
        }
    }
}

impl fmt::Debug for EguiCanvas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EguiCanvas").field("canvas", &self.canvas).finish_non_exhaustive()
    }
}

/// Turns a request for a repaint into one for a draw. Any thread may call it, also while egui runs.
fn request(canvas: &CanvasHandle, info: &RequestRepaintInfo) {
    if info.viewport_id != ViewportId::ROOT {
        return;
    }
    if info.delay.is_zero() {
        canvas.request_draw();
    } else {
        canvas.request_draw_after(info.delay);
    }
}

fn image(frame: &Frame) -> egui::ColorImage {
    let size = [frame.width() as usize, frame.height() as usize];
    let pixels = frame.pixels().iter().map(|[r, g, b, _]| egui::Color32::from_rgb(*r, *g, *b));
    egui::ColorImage::new(size, pixels.collect())
}

/// Where the shortcuts are those of.
fn system(platform: Platform) -> OperatingSystem {
    match platform {
        Platform::Mac => OperatingSystem::Mac,
        Platform::Windows => OperatingSystem::Windows,
        Platform::Linux => OperatingSystem::Nix,
        Platform::Android => OperatingSystem::Android,
        Platform::Ios => OperatingSystem::IOS,
        _ => OperatingSystem::Unknown,
    }
}
