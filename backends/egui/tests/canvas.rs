//! An interface on a canvas: when it is drawn, what it gets, and what it asks for.
#![cfg(all(feature = "software", feature = "fonts"))]

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::time::{Duration, Instant};

use framecast_egui::egui::{self, Context, Ui, ViewportCommand, vec2};
use framecast_egui::framecast::{
    BackendCommand, BackendEvent, Button, Canvas, Char, ClientId, ColorScheme, DrawDemand, Event,
    EventKind, EventLoop, Key, Modifiers, NullBackend, NullRemote, Pointer, Source, Step, ViewInfo,
};
use framecast_egui::{App, EguiCanvas, EguiSettings, Frame, RendererChoice, SoftwareRenderer};

/// How long something may take that has to come.
const PATIENCE: Duration = Duration::from_secs(60);

/// A canvas with a viewer who drives.
fn driven() -> (Canvas, NullRemote) {
    let (backend, remote) = NullBackend::new();
    let canvas = Canvas::builder("egui").size((400.0, 300.0)).backend(backend).open().unwrap();
    remote.set_demand(true);
    remote.join(1);
    (canvas, remote)
}

/// An interface on a canvas.
struct Shown {
    canvas: Canvas,
    egui: EguiCanvas,
    renderer: SoftwareRenderer,
    drawn: u32,
}

impl Shown {
    fn new(canvas: &Canvas) -> Self {
        let (egui, renderer) = (EguiCanvas::new(canvas), SoftwareRenderer::new());
        Self { canvas: canvas.clone(), egui, renderer, drawn: 0 }
    }

    fn step(&mut self, step: Step, ui: impl FnMut(&mut Ui)) {
        match step {
            Step::Event(event) => {
                self.egui.event(&event);
            }
            Step::Draw(mut drawing) => {
                let (size, ratio) = (drawing.size(), drawing.ratio());
                let painting = self.egui.run(size, ratio, drawing.timestamp(), ui);
                drawing.fill([0, 0, 0, 255]);
                self.renderer.draw(&mut drawing, &painting);
                drawing.present();
                self.drawn += 1;
            }
        }
    }

    /// Goes on until `done`.
    fn until(&mut self, mut ui: impl FnMut(&mut Ui), mut done: impl FnMut(&Context) -> bool) {
        let end = Instant::now() + PATIENCE;
        while !done(self.egui.context()) {
            let step = self.canvas.next_before(end.min(Instant::now() + Duration::from_millis(50)));
            assert!(Instant::now() < end, "it did not happen, in {} draws", self.drawn);
            if let Ok(step) = step {
                self.step(step, &mut ui);
            }
        }
    }

    /// Goes on until this many pictures more are drawn.
    fn draws(&mut self, ui: impl FnMut(&mut Ui), count: u32) {
        let drawn = Rc::new(RefCell::new(0));
        let counted = Rc::clone(&drawn);
        let mut ui = ui;
        self.canvas.request_draw();
        self.until(
            |shown| {
                *counted.borrow_mut() += 1;
                ui(shown);
                if *counted.borrow() < count {
                    shown.ctx().request_repaint();
                }
            },
            |_| *drawn.borrow() >= count,
        );
    }
}

/// How many pictures are drawn in `seconds` of a time in which waiting takes none.
fn pictures(seconds: u64, mut ui: impl FnMut(&mut Ui)) -> u32 {
    let events = EventLoop::in_virtual_time(Duration::from_secs(seconds));
    let canvas = Canvas::builder("").on(&events).draw_demand(DrawDemand::Always).no_backends();
    let canvas = canvas.open().unwrap();
    let mut shown = Shown::new(&canvas);
    while let Some(step) = canvas.next() {
        shown.step(step, &mut ui);
    }
    shown.drawn
}

#[test]
fn an_interface_at_rest_is_not_drawn() {
    let hour = pictures(3600, |ui| {
        egui::CentralPanel::default().show(ui, |ui| {
            ui.label("nothing moves");
            let _ = ui.button("here");
        });
    });
    // The first one, and what egui measures in it.
    assert!((1..=3).contains(&hour), "{hour} pictures in an hour");
}

#[test]
fn a_repaint_for_later_is_a_draw_for_later() {
    let seconds = pictures(20, |ui| {
        ui.label("a clock");
        ui.ctx().request_repaint_after(Duration::from_secs(1));
    });
    assert!((20..=24).contains(&seconds), "{seconds} pictures in 20 seconds");
    let all = pictures(2, |ui| ui.ctx().request_repaint());
    assert!((100..=125).contains(&all), "{all} pictures in 2 seconds of 60 a second");
}

#[test]
fn another_thread_can_ask_for_a_repaint() {
    let (canvas, _remote) = driven();
    let mut shown = Shown::new(&canvas);
    let ui = |ui: &mut Ui| {
        ui.label("waiting");
    };
    shown.draws(ui, 2);
    while let Ok(step) = canvas.next_before(Instant::now() + Duration::from_millis(200)) {
        shown.step(step, ui);
    }
    let before = canvas.stats().frames;
    let context = shown.egui.context().clone();
    let thread = std::thread::spawn(move || context.request_repaint());
    shown.until(ui, |_| canvas.stats().frames > before);
    thread.join().unwrap();
}

#[test]
fn nothing_is_drawn_while_nobody_looks() {
    let (canvas, remote) = driven();
    remote.set_demand(false);
    let mut shown = Shown::new(&canvas);
    for x in 0..20 {
        remote.event(1, EventKind::PointerMove(Pointer::at(f64::from(x), 10.0)));
        shown.egui.context().request_repaint();
        while let Some(step) = canvas.poll() {
            shown.step(step, |_| ());
        }
    }
    assert_eq!(shown.drawn, 0);
    remote.set_demand(true);
    shown.until(|_| (), |context| context.pointer_hover_pos() == Some(egui::pos2(19.0, 10.0)));
}

#[test]
fn a_person_types_composes_copies_and_pastes() {
    let (canvas, remote) = driven();
    let mut shown = Shown::new(&canvas);
    let text = Rc::new(RefCell::new("abc".to_owned()));
    let ui = {
        let text = Rc::clone(&text);
        move |ui: &mut Ui| {
            let mut text = text.borrow_mut();
            ui.add(egui::TextEdit::singleline(&mut *text).id_salt("field")).request_focus();
        }
    };
    shown.draws(&ui, 3);
    let typed = |kind: EventKind| remote.event(1, kind);
    let control = |key: &str, code: &str| {
        let key = Key::new(key).with_code(code).with_modifiers(Modifiers::NONE.with_control());
        typed(EventKind::KeyDown(key.clone()));
        typed(EventKind::KeyUp(key));
    };
    typed(EventKind::KeyDown(Key::new("End").with_code("End")));
    typed(EventKind::Char(Char::new("d")));
    shown.until(&ui, |_| *text.borrow() == "abcd");
    typed(EventKind::Char(Char::new("に").with_composing()));
    shown.until(&ui, |_| *text.borrow() == "abcdに");
    typed(EventKind::Char(Char::new("日").with_input_type("insertCompositionText")));
    shown.until(&ui, |_| *text.borrow() == "abcd日");
    control("a", "KeyA");
    control("c", "KeyC");
    let copied = |commands: &[BackendCommand]| {
        let to_him = |it: &BackendCommand| matches!(it, BackendCommand::Clipboard { client: ClientId(1), text } if text == "abcd日");
        commands.iter().filter(|it| to_him(it)).count()
    };
    shown.until(&ui, |_| copied(&remote.commands()) == 1);
    typed(EventKind::Paste { data: "pasted".into() });
    shown.until(&ui, |_| *text.borrow() == "pasted");
    control("a", "KeyA");
    control("x", "KeyX");
    shown.until(&ui, |_| text.borrow().is_empty());
    // Where the caret is was told, for input methods and keyboards on screens.
    let fields: Vec<_> = remote
        .commands()
        .iter()
        .filter_map(|it| match it {
            BackendCommand::TextInput { input, .. } => *input,
            _ => None,
        })
        .collect();
    let places: BTreeSet<_> = fields.iter().map(|input| input.caret.x as i64).collect();
    assert!(places.len() > 2, "{fields:?}");
    assert!(
        fields.iter().all(|input| input.caret.height > 8.0 && input.caret.y < 40.0),
        "{fields:?}"
    );
}

#[test]
fn whoever_takes_over_finds_nothing_pressed() {
    let (canvas, remote) = driven();
    remote.join(2);
    let mut shown = Shown::new(&canvas);
    let pointer = Pointer::at(20.0, 20.0).with_buttons([Button::Left]).with_button(Button::Left);
    remote.event(1, EventKind::PointerDown(pointer));
    remote.event(1, EventKind::KeyDown(Key::new("a").with_code("KeyA")));
    let pressed = |context: &Context| {
        context.input(|input| (input.pointer.primary_down(), input.key_down(egui::Key::A)))
    };
    shown.until(|_| (), |context| pressed(context) == (true, true));
    let other = canvas.audience().into_iter().find(|it| it.source.client == ClientId(2)).unwrap();
    assert!(canvas.give_control(Some(other.source)));
    shown.until(|_| (), |context| pressed(context) == (false, false));
    // The first one's input does not count any more.
    remote.event(1, EventKind::KeyDown(Key::new("b").with_code("KeyB")));
    remote.event(2, EventKind::KeyDown(Key::new("c").with_code("KeyC")));
    shown.until(|_| (), |context| context.input(|input| input.key_down(egui::Key::C)));
    assert!(!shown.egui.context().input(|input| input.key_down(egui::Key::B)));
}

#[test]
fn pictures_have_every_pixel_of_the_view_and_its_theme() {
    let (canvas, remote) = driven();
    let mut shown = Shown::new(&canvas);
    remote.resize(1, 300.0, 200.0, 2.0);
    let info = ViewInfo::default().with_color_scheme(ColorScheme::Light);
    remote.send(BackendEvent::ViewInfo { client: ClientId(1), info });
    let size = |context: &Context| (context.pixels_per_point(), context.content_rect().size());
    shown.until(|_| (), |context| size(context) == (2.0, vec2(300.0, 200.0)));
    shown.until(|_| (), |context| context.theme() == egui::Theme::Light);
    let physical = remote.last_frame().unwrap().size();
    assert_eq!((physical.width, physical.height), (600, 400));
    let info = ViewInfo::default().with_color_scheme(ColorScheme::Dark);
    remote.send(BackendEvent::ViewInfo { client: ClientId(1), info });
    shown.until(|_| (), |context| context.theme() == egui::Theme::Dark);
}

#[test]
fn a_program_is_told_which_events_are_eguis() {
    let (canvas, remote) = driven();
    let mut shown = Shown::new(&canvas);
    let ui = |ui: &mut Ui| {
        egui::Window::new("over")
            .fixed_pos((0.0, 0.0))
            .fixed_size((100.0, 60.0))
            .show(ui.ctx(), |ui| ui.label("the picture"));
    };
    shown.draws(ui, 3);
    let mut taken = |x: f64| {
        remote.event(1, EventKind::PointerMove(Pointer::at(x, 30.0)));
        shown.draws(ui, 2);
        let source = Some(Source::new(0, ClientId(1)));
        let down = EventKind::PointerDown(Pointer::at(x, 30.0).with_button(Button::Left));
        let taken = shown.egui.event(&Event::new(down, 1.0, source));
        let up = EventKind::PointerUp(Pointer::at(x, 30.0).with_button(Button::Left));
        shown.egui.event(&Event::new(up, 1.0, source));
        taken
    };
    assert!(taken(50.0));
    assert!(!taken(350.0));
}

/// Notes what happens to it.
#[derive(Default)]
struct Noted {
    calls: Vec<&'static str>,
    shots: Rc<RefCell<Vec<[usize; 2]>>>,
    ended: Rc<RefCell<bool>>,
}

impl App for Noted {
    fn ui(&mut self, ui: &mut Ui, frame: &mut Frame<'_>) {
        self.calls.push("ui");
        let context = ui.ctx();
        ui.input(|input| {
            let shots = input.events.iter().filter_map(|event| match event {
                egui::Event::Screenshot { image, .. } => Some(image.size),
                _ => None,
            });
            self.shots.borrow_mut().extend(shots);
        });
        match self.calls.iter().filter(|it| **it == "ui").count() {
            1 => context.send_viewport_cmd(ViewportCommand::Title("100 $ms".into())),
            2 => context.send_viewport_cmd(ViewportCommand::Screenshot(egui::UserData::default())),
            _ if !self.shots.borrow().is_empty() => {
                assert_eq!(frame.canvas().title(), "100 $$ms");
                assert!(!frame.is_gpu());
                context.send_viewport_cmd(ViewportCommand::Close);
            }
            _ => {}
        }
        context.request_repaint();
    }

    fn logic(&mut self, _context: &Context, _frame: &mut Frame<'_>) {
        self.calls.push("logic");
    }

    fn raw_input_hook(&mut self, _context: &Context, input: &mut egui::RawInput) {
        assert!(input.screen_rect.is_some());
        self.calls.push("hook");
    }

    fn on_exit(&mut self) {
        assert_eq!(self.calls[..6], ["hook", "logic", "ui", "hook", "logic", "ui"]);
        *self.ended.borrow_mut() = true;
    }
}

#[test]
fn an_application_runs_until_it_closes_the_canvas() {
    let canvas =
        Canvas::builder("app").no_backends().draw_demand(DrawDemand::Always).size((64.0, 48.0));
    let settings = EguiSettings::from(canvas).renderer(RendererChoice::Software);
    let app = Noted::default();
    let (shots, ended) = (Rc::clone(&app.shots), Rc::clone(&app.ended));
    framecast_egui::run_app(settings, |context| {
        context.egui_ctx.set_theme(egui::Theme::Light);
        app
    })
    .unwrap();
    assert!(*ended.borrow());
    assert_eq!(shots.borrow()[0], [64, 48]);
}

#[test]
fn a_closure_is_an_application() {
    let canvas = Canvas::builder("app").no_backends().draw_demand(DrawDemand::Always);
    let mut drawn = 0;
    let settings = EguiSettings::from(canvas).renderer(RendererChoice::Software);
    framecast_egui::run(settings, |ui, frame| {
        ui.label("hello");
        drawn += 1;
        frame.canvas().close();
    })
    .unwrap();
    assert!(drawn >= 1);
}
