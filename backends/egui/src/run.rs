//! The loop of an application that is nothing but an interface.

use egui::Ui;
use framecast::{Canvas, Drawing, Event, EventKind, Result, Step};

use crate::app::{self, App, CreationContext, Frame};
use crate::canvas::EguiCanvas;
use crate::painter::Painter;
use crate::settings::EguiSettings;

/// Opens a canvas and shows an interface on it until it is closed.
///
/// ```no_run
/// use framecast_egui::egui;
///
/// fn main() -> framecast_egui::Result {
///     let mut name = String::new();
///     framecast_egui::run("hello", move |ui, _frame| {
///         egui::CentralPanel::default().show(ui, |ui| {
///             ui.text_edit_singleline(&mut name);
///             ui.label(format!("Hello, {name}!"));
///         });
///     })
/// }
/// ```
///
/// # Errors
/// "Invalid input" and "failed" as [`CanvasBuilder::open`](framecast::CanvasBuilder::open) and
/// [`Canvas::run`]; "failed" if a GPU is asked for and there is none, or it is lost for good.
pub fn run(
    settings: impl Into<EguiSettings>,
    ui: impl FnMut(&mut Ui, &mut Frame<'_>),
) -> Result<()> {
    run_app(settings, |_| ui)
}

/// Opens a canvas, makes an application, and runs it until the canvas is closed.
///
/// # Errors
/// As [`run`].
pub fn run_app<A: App>(
    settings: impl Into<EguiSettings>,
    app: impl FnOnce(&CreationContext) -> A,
) -> Result<()> {
    let EguiSettings { canvas, renderer } = settings.into();
    let canvas = canvas.open()?;
    let mut running = Running::new(&canvas, renderer, app)?;
    while let Some(step) = canvas.next() {
        running.step(step)?;
    }
    running.app.on_exit();
    canvas.finish()
}

/// An application on its canvas.
pub(crate) struct Running<A> {
    canvas: Canvas,
    egui: EguiCanvas,
    painter: Painter,
    pub(crate) app: A,
}

impl<A: App> Running<A> {
    pub(crate) fn new(
        canvas: &Canvas,
        renderer: crate::RendererChoice,
        app: impl FnOnce(&CreationContext) -> A,
    ) -> Result<Self> {
        let painter = Painter::open(canvas, renderer)?;
        let mut egui = EguiCanvas::new(canvas);
        egui.set_max_texture_side(painter.max_texture_side());
        let (egui_ctx, canvas) = (egui.context().clone(), canvas.clone());
        let app = app(&CreationContext { egui_ctx, canvas: canvas.clone() });
        Ok(Self { canvas, egui, painter, app })
    }

    pub(crate) fn step(&mut self, step: Step) -> Result<()> {
        match step {
            Step::Event(event) => {
                self.event(&event);
                Ok(())
            }
            Step::Draw(drawing) => self.draw(drawing),
        }
    }

    fn event(&mut self, event: &Event) {
        // A closed canvas draws no more.
        if event.kind != EventKind::Close {
            self.egui.event(event);
        }
    }

    fn draw(&mut self, drawing: Drawing) -> Result<()> {
        let Self { canvas, egui, painter, app } = self;
        let mut input = egui.input(drawing.size(), drawing.ratio(), drawing.timestamp());
        let context = egui.context().clone();
        app.raw_input_hook(&context, &mut input);
        let mut frame = Frame { canvas, painter };
        app.logic(&context, &mut frame);
        let painting = egui.run_with(input, |ui| app.ui(ui, &mut frame));
        let background = app::background(app, &context);
        painter.present(drawing, &painting, background)
    }
}
