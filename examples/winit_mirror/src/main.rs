//! A program with a window and a loop of its own, winit's, which mirrors what it draws.
//!
//! Whoever is in control paints: here in the window, or in a browser, after Ctrl+Alt+G here, or the
//! flag `--control any`. The window is a member like any other; it is the host, because it is at this
//! machine.
//!
//! ```sh
//! cargo run --manifest-path examples/winit_mirror/Cargo.toml -- --help
//! ```

mod names;

use std::num::NonZeroU32;
use std::rc::Rc;

use framecast::{
    BackendCommand, Button, Canvas, Error, Event, EventKind, Mirror, Options, OwnWindow,
    PixelFormat, Pointer,
};
use winit::application::ApplicationHandler;
use winit::dpi::PhysicalSize;
use winit::event::{ElementState, WindowEvent};
use winit::event_loop::{ActiveEventLoop, EventLoop, EventLoopProxy};
use winit::window::{Window, WindowId};

/// What the canvas has for this program.
enum Wake {
    /// The presenter did something.
    Event(Event),
    /// The window has a new caption, a new cursor.
    Command(BackendCommand),
}

type Screen = softbuffer::Surface<Rc<Window>, Rc<Window>>;

/// The window, once the system has given one.
struct Shown {
    window: Rc<Window>,
    screen: Screen,
}

impl Shown {
    fn open(event_loop: &ActiveEventLoop) -> Result<Self, Box<dyn std::error::Error>> {
        let attributes = Window::default_attributes()
            .with_title("paint")
            .with_inner_size(PhysicalSize::new(480, 320));
        let window = Rc::new(event_loop.create_window(attributes)?);
        let context = softbuffer::Context::new(Rc::clone(&window))?;
        let screen = Screen::new(&context, Rc::clone(&window))?;
        Ok(Self { window, screen })
    }
}

struct App {
    mirror: Mirror,
    own: OwnWindow,
    shown: Option<Shown>,
    /// As softbuffer has pixels: 0x00RRGGBB.
    pixels: Vec<u32>,
    size: PhysicalSize<u32>,
    /// The pointer over the window, and what is down there.
    pointer: Pointer,
    modifiers: framecast::Modifiers,
    /// Where the presenter's brush is, while it paints.
    brush: Option<(f64, f64)>,
}

impl App {
    fn open(options: Options, proxy: &EventLoopProxy<Wake>) -> framecast::Result<Self> {
        let sender = proxy.clone();
        let (own, backend) = OwnWindow::new("window", move |command| match command {
            BackendCommand::Title(_) | BackendCommand::Cursor(_) => sender
                .send_event(Wake::Command(command.clone()))
                .map_err(|_| Error::failed("the window is closed")),
            other => Err(Error::not_supported(other.describe())),
        });
        let mirror =
            Mirror::open(move || Canvas::builder("paint").options(&options).backend(backend))?;
        let (events, sender) = (mirror.events(), proxy.clone());
        // Ends with the canvas.
        std::thread::spawn(move || {
            for event in events {
                if sender.send_event(Wake::Event(event)).is_err() {
                    break;
                }
            }
        });
        Ok(Self {
            mirror,
            own,
            shown: None,
            pixels: Vec::new(),
            size: PhysicalSize::default(),
            pointer: Pointer::default(),
            modifiers: framecast::Modifiers::default(),
            brush: None,
        })
    }

    /// The picture gets the window's size, and the canvas the picture's: then positions are pixels.
    fn resize(&mut self, size: PhysicalSize<u32>) {
        if size.width == 0 || size.height == 0 || size == self.size {
            return;
        }
        let mut pixels = vec![0x00ff_fdf5; (size.width * size.height) as usize];
        for y in 0..size.height.min(self.size.height) {
            for x in 0..size.width.min(self.size.width) {
                pixels[(y * size.width + x) as usize] =
                    self.pixels[(y * self.size.width + x) as usize];
            }
        }
        (self.pixels, self.size) = (pixels, size);
        if let Err(error) = self.mirror.set_fixed_size((size.width, size.height)) {
            eprintln!("{error}");
        }
        self.show();
    }

    /// Shows the picture here and to everybody else.
    fn show(&mut self) {
        let Some(shown) = &mut self.shown else { return };
        shown.window.request_redraw();
        let bytes: Vec<u8> = self.pixels.iter().flat_map(|pixel| pixel.to_le_bytes()).collect();
        let size = (self.size.width, self.size.height);
        let stride = self.size.width as usize * 4;
        // In memory these are blue, green, red and nothing.
        if let Err(error) = self.mirror.present(&bytes, size, stride, PixelFormat::Bgra8) {
            eprintln!("{error}");
        }
    }

    fn redraw(&mut self) -> Result<(), softbuffer::SoftBufferError> {
        let Some(shown) = &mut self.shown else { return Ok(()) };
        let side = |side| NonZeroU32::new(side).unwrap_or(NonZeroU32::MIN);
        shown.screen.resize(side(self.size.width), side(self.size.height))?;
        let mut buffer = shown.screen.buffer_mut()?;
        if buffer.len() == self.pixels.len() {
            buffer.copy_from_slice(&self.pixels);
        }
        buffer.present()
    }

    /// What whoever is in control does: here or elsewhere, it is the same.
    fn act(&mut self, kind: &EventKind) {
        match kind {
            EventKind::PointerDown(it) if it.button == Button::Left => {
                self.brush = Some((it.x, it.y))
            }
            EventKind::PointerUp(it) if it.button == Button::Left => {
                self.brush = None;
                return;
            }
            EventKind::PointerMove(it) if self.brush.is_some() => self.stroke((it.x, it.y)),
            EventKind::KeyDown(key) if key.key == "c" => self.pixels.fill(0x00ff_fdf5),
            _ => return,
        }
        if let Some(at) = self.brush {
            self.dot(at);
        }
        self.show();
    }

    fn stroke(&mut self, to: (f64, f64)) {
        let from = self.brush.replace(to).unwrap_or(to);
        let steps = (to.0 - from.0).hypot(to.1 - from.1).ceil().clamp(1.0, 10_000.0);
        for step in 0..steps as u32 {
            let part = f64::from(step) / steps;
            self.dot((from.0 + (to.0 - from.0) * part, from.1 + (to.1 - from.1) * part));
        }
    }

    fn dot(&mut self, (x, y): (f64, f64)) {
        const RADIUS: i64 = 4;
        for dy in -RADIUS..=RADIUS {
            for dx in -RADIUS..=RADIUS {
                let (x, y) = (x as i64 + dx, y as i64 + dy);
                let inside = (0..i64::from(self.size.width)).contains(&x)
                    && (0..i64::from(self.size.height)).contains(&y);
                if inside && dx * dx + dy * dy <= RADIUS * RADIUS {
                    self.pixels[(y * i64::from(self.size.width) + x) as usize] = 0x0020_5fc0;
                }
            }
        }
    }

    /// Reports to the canvas what happened in the window. It comes back as an event if the window is
    /// in control.
    fn report(&self, kind: EventKind) {
        if let Err(error) = self.own.event(kind) {
            eprintln!("{error}");
        }
    }

    fn pointer(&mut self, make: fn(Pointer) -> EventKind, button: Button) {
        self.pointer.button = button;
        self.pointer.modifiers = self.modifiers;
        self.report(make(self.pointer.clone()));
    }
}

impl ApplicationHandler<Wake> for App {
    fn resumed(&mut self, event_loop: &ActiveEventLoop) {
        if self.shown.is_some() {
            return;
        }
        match Shown::open(event_loop) {
            Ok(shown) => {
                let size = shown.window.inner_size();
                self.shown = Some(shown);
                self.resize(size);
            }
            Err(error) => {
                eprintln!("no window: {error}");
                event_loop.exit();
            }
        }
    }

    fn window_event(&mut self, _: &ActiveEventLoop, _: WindowId, event: WindowEvent) {
        match event {
            // The canvas closes, and with it the program.
            WindowEvent::CloseRequested => self.own.close(),
            WindowEvent::Resized(size) => self.resize(size),
            WindowEvent::RedrawRequested => {
                if let Err(error) = self.redraw() {
                    eprintln!("{error}");
                }
            }
            WindowEvent::Focused(true) => self.report(EventKind::FocusIn),
            WindowEvent::Focused(false) => self.report(EventKind::FocusOut),
            WindowEvent::Occluded(true) => self.report(EventKind::Hide),
            WindowEvent::Occluded(false) => self.report(EventKind::Show),
            WindowEvent::ModifiersChanged(now) => self.modifiers = names::modifiers(now.state()),
            WindowEvent::CursorMoved { position, .. } => {
                (self.pointer.x, self.pointer.y) = (position.x, position.y);
                self.pointer(EventKind::PointerMove, Button::None);
            }
            WindowEvent::MouseInput { state, button, .. } => {
                let Some(button) = names::button(button) else { return };
                match state {
                    ElementState::Pressed => {
                        self.pointer.buttons.insert(button);
                        self.pointer(EventKind::PointerDown, button);
                    }
                    ElementState::Released => {
                        self.pointer.buttons.remove(button);
                        self.pointer(EventKind::PointerUp, button);
                    }
                }
            }
            WindowEvent::KeyboardInput { event, .. } => {
                let key = names::key(&event, self.modifiers);
                self.report(match event.state {
                    ElementState::Pressed => EventKind::KeyDown(key),
                    ElementState::Released => EventKind::KeyUp(key),
                });
            }
            _ => {}
        }
    }

    fn user_event(&mut self, event_loop: &ActiveEventLoop, wake: Wake) {
        match wake {
            Wake::Event(event) if event.kind == EventKind::Close => event_loop.exit(),
            Wake::Event(event) => self.act(&event.kind),
            Wake::Command(command) => {
                let Some(shown) = &self.shown else { return };
                match command {
                    BackendCommand::Title(title) => shown.window.set_title(&title),
                    BackendCommand::Cursor(cursor) => names::set_cursor(&shown.window, cursor),
                    _ => {}
                }
            }
        }
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let options = Options::from_env();
    let event_loop = EventLoop::with_user_event().build()?;
    let mut app = App::open(options, &event_loop.create_proxy())?;
    event_loop.run_app(&mut app)?;
    // Says whether the canvas closed well.
    Ok(app.mirror.finish()?)
}
