//! The stage: an X server, or a Wayland compositor on it, and our hands on it.

use std::fs::Permissions;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use x11rb::connection::Connection;
use x11rb::protocol::xproto::{
    AtomEnum, ClientMessageEvent, ConfigureWindowAux, ConnectionExt, EventMask, GrabMode,
    GrabStatus, ImageFormat, InputFocus, KeyButMask, KeyPressEvent, Window,
};
use x11rb::protocol::xtest::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;

/// The screen that every test gets.
pub(crate) const SCREEN: (u16, u16) = (800, 600);
/// The part of it that a compositor gets.
pub(crate) const OUTPUT: (u32, u32) = (640, 480);
/// Nothing that is waited for takes this long, on the busiest machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
/// How soon to look again at what tells nothing of itself, like the screen.
pub(crate) const AGAIN: Duration = Duration::from_millis(15);
/// A call that must not wait for the display may take this long on a busy machine.
pub(crate) const PROMPT: Duration = Duration::from_secs(2);
/// A test that hangs is ended.
const WATCHDOG: Duration = Duration::from_secs(120);
/// Set in the process that runs a test's body.
const INSIDE: &str = "FRAMECAST_WINDOW_TEST";
/// Set beside it: the process of the X server, or of the Wayland compositor.
const SERVER: &str = "FRAMECAST_WINDOW_TEST_SERVER";
/// Set beside it: the X server's display, for the stage.
pub(crate) const STAGE: &str = "FRAMECAST_WINDOW_TEST_STAGE";
/// What that process says at the end: a wrong name would run nothing and succeed.
const FINISHED: &str = "the body ran to its end";

/// A test whose body runs in a process of its own, on an X server of its own, and with these
/// environment variables.
macro_rules! on_a_display {
    (fn $name:ident($stage:ident $(, $variable:ident = $value:expr)*) $body:block) => {
        #[test]
        fn $name() {
            fn body($stage: &$crate::support::Stage) $body
            let name = concat!(module_path!(), "::", stringify!($name));
            let variables = [$((stringify!($variable), $value)),*];
            $crate::support::on_a_display(name, &variables, body);
        }
    };
}

/// The same with a Wayland compositor, weston, that fills the upper left of the stage's screen
/// with the newest window.
macro_rules! on_a_compositor {
    (fn $name:ident($stage:ident) $body:block) => {
        #[test]
        fn $name() {
            fn body($stage: &$crate::support::Stage) $body
            let name = concat!(module_path!(), "::", stringify!($name));
            $crate::support::on_a_compositor(name, body);
        }
    };
}

/// A test whose body runs in a process of its own, with these environment variables.
macro_rules! with_environment {
    (fn $name:ident($($variable:ident = $value:expr),*) $body:block) => {
        #[test]
        fn $name() {
            fn body() $body
            let name = concat!(module_path!(), "::", stringify!($name));
            let variables = [$((stringify!($variable), $value)),*];
            $crate::support::with_environment(name, &variables, body);
        }
    };
}

pub(crate) fn on_a_display(name: &str, variables: &[(&str, &str)], body: fn(&Stage)) {
    if std::env::var_os(INSIDE).is_some() {
        return inside(|| body(&Stage::connect()));
    }
    let server = Server::start();
    let pid = server.0.id().to_string();
    let display = server.display();
    let ours = [("DISPLAY", display.as_str()), (STAGE, &display), (SERVER, &pid)];
    outside(name, &[&ours, variables].concat());
}

pub(crate) fn on_a_compositor(name: &str, body: fn(&Stage)) {
    if std::env::var_os(INSIDE).is_some() {
        return inside(|| body(&Stage::connect()));
    }
    let server = Server::start();
    let compositor = Compositor::start(&server.display());
    let pid = compositor.process.id().to_string();
    outside(
        name,
        &[
            ("WAYLAND_DISPLAY", Compositor::SOCKET),
            ("XDG_RUNTIME_DIR", compositor.folder.to_str().expect("UTF-8")),
            (STAGE, &server.display()),
            (SERVER, &pid),
        ],
    );
}

pub(crate) fn with_environment(name: &str, variables: &[(&str, &str)], body: fn()) {
    if std::env::var_os(INSIDE).is_some() {
        return inside(body);
    }
    outside(name, variables);
}

fn inside(body: impl FnOnce()) {
    thread::spawn(|| {
        thread::sleep(WATCHDOG);
        eprintln!("the test hangs");
        std::process::exit(101);
    });
    body();
    println!("{FINISHED}");
}

fn outside(name: &str, variables: &[(&str, &str)]) {
    let (_, test) = name.split_once("::").expect("a path below the crate");
    let output = Command::new(std::env::current_exe().expect("our own path"))
        .args([test, "--exact", "--nocapture", "--test-threads=1"])
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("WAYLAND_SOCKET")
        .envs(variables.iter().copied())
        .env(INSIDE, "1")
        .output()
        .expect("starting the test's own process");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains(FINISHED),
        "{test}, {}:\n{said}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
}

/// An Xvfb, until dropped, and its display's number.
struct Server(Child, u32);

impl Server {
    /// On a number of its own: a server that picks one (`-displayfd` alone) takes the lowest that
    /// is free, so the number of a server that a test has just killed.
    fn start() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let deadline = Instant::now() + PATIENCE;
        loop {
            let count = COUNT.fetch_add(1, Ordering::Relaxed);
            let number = 1000 + (std::process::id().wrapping_mul(64).wrapping_add(count)) % 50_000;
            if let Some(server) = Self::start_on(number) {
                return server;
            }
            assert!(Instant::now() < deadline, "no Xvfb starts");
        }
    }

    /// `None` when it ends at once, as when somebody has the number.
    fn start_on(number: u32) -> Option<Self> {
        let screen = format!("{}x{}x24", SCREEN.0, SCREEN.1);
        let mut child = Command::new("Xvfb")
            .args([&format!(":{number}"), "-displayfd", "1", "-nolisten", "tcp", "-noreset"])
            .args(["-screen", "0", &screen])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Xvfb cannot be started; tests/run installs it (package xvfb)");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("a pipe"))
            .read_line(&mut line)
            .expect("Xvfb tells when it is ready");
        let server = Self(child, number);
        (line.trim() == number.to_string()).then_some(server)
    }

    fn display(&self) -> String {
        format!(":{}", self.1)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // A test may have killed it already.
        let _ = self.0.kill();
        let _ = self.0.wait();
        // What a killed server leaves behind.
        let _ = std::fs::remove_file(format!("/tmp/.X11-unix/X{}", self.1));
        let _ = std::fs::remove_file(format!("/tmp/.X{}-lock", self.1));
    }
}

/// A weston in a window of the X server, until dropped.
struct Compositor {
    process: Child,
    folder: PathBuf,
}

impl Compositor {
    const SOCKET: &str = "framecast-test";

    fn start(display: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("framecast-window-{}-{count}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir(&folder).expect("a folder for the compositor's socket");
        std::fs::set_permissions(&folder, Permissions::from_mode(0o700)).expect("our folder");
        let (width, height) = OUTPUT;
        let process = Command::new("weston")
            .args(["--backend=x11-backend.so", "--shell=kiosk-shell.so", "--no-config"])
            .args([format!("--width={width}"), format!("--height={height}")])
            .args([format!("--socket={}", Self::SOCKET), "--idle-time=0".to_owned()])
            .env("DISPLAY", display)
            .env("XDG_RUNTIME_DIR", &folder)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("weston cannot be started; tests/run installs it (package weston)");
        let compositor = Self { process, folder };
        let deadline = Instant::now() + PATIENCE;
        while UnixStream::connect(compositor.folder.join(Self::SOCKET)).is_err() {
            assert!(Instant::now() < deadline, "weston does not listen");
            // It has no other way to tell.
            thread::sleep(Duration::from_millis(10));
        }
        compositor
    }
}

impl Drop for Compositor {
    fn drop(&mut self) {
        // A test may have killed it already.
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// What another program of the same display can see and do.
pub(crate) struct Stage {
    connection: RustConnection,
    root: Window,
    server: String,
}

/// A picture of the screen.
pub(crate) struct Shot(Vec<[u8; 3]>);

impl Shot {
    pub(crate) fn at(&self, x: usize, y: usize) -> [u8; 3] {
        self.0[y * usize::from(SCREEN.0) + x]
    }
}

impl Stage {
    fn connect() -> Self {
        let display = std::env::var(STAGE).expect("set by the outer process");
        let (connection, screen) =
            RustConnection::connect(Some(&display)).expect("the stage's connection");
        let root = connection.setup().roots[screen].root;
        let server = std::env::var(SERVER).expect("set by the outer process");
        Self { connection, root, server }
    }

    /// The server has done everything asked so far, and told it to everybody if this is asked
    /// twice.
    pub(crate) fn settle(&self) {
        self.connection.get_input_focus().expect("sent").reply().expect("answered");
    }

    /// Sends the server's process a signal.
    pub(crate) fn signal(&self, signal: &str) {
        let status = Command::new("kill").args([signal, &self.server]).status().expect("kill");
        assert!(status.success());
    }

    pub(crate) fn window(&self, title: &str) -> Window {
        let tree = self.connection.query_tree(self.root).unwrap().reply().unwrap();
        *tree
            .children
            .iter()
            .find(|&&window| self.title(window) == title)
            .unwrap_or_else(|| panic!("no window called {title:?}"))
    }

    pub(crate) fn title(&self, window: Window) -> String {
        let name = self.connection.intern_atom(false, b"_NET_WM_NAME").unwrap().reply().unwrap();
        let property = self.connection.get_property(false, window, name.atom, AtomEnum::ANY, 0, 99);
        String::from_utf8(property.unwrap().reply().unwrap().value).expect("UTF-8")
    }

    pub(crate) fn point(&self, x: i16, y: i16) {
        let motion = x11rb::protocol::xproto::MOTION_NOTIFY_EVENT;
        self.connection.xtest_fake_input(motion, 0, 0, self.root, x, y, 0).unwrap();
        self.settle();
    }

    /// Button 1 left, 2 middle, 3 right, 4 to 7 the wheel, 8 back, 9 forward.
    pub(crate) fn button(&self, number: u8, down: bool) {
        use x11rb::protocol::xproto::{BUTTON_PRESS_EVENT, BUTTON_RELEASE_EVENT};
        let kind = if down { BUTTON_PRESS_EVENT } else { BUTTON_RELEASE_EVENT };
        self.connection.xtest_fake_input(kind, number, 0, self.root, 0, 0, 0).unwrap();
        self.settle();
    }

    /// Presses or releases the key that has this symbol, shifted or not.
    pub(crate) fn key(&self, symbol: u32, down: bool) {
        use x11rb::protocol::xproto::{KEY_PRESS_EVENT, KEY_RELEASE_EVENT};
        let kind = if down { KEY_PRESS_EVENT } else { KEY_RELEASE_EVENT };
        let code = self.keycode(symbol);
        self.connection.xtest_fake_input(kind, code, 0, self.root, 0, 0, 0).unwrap();
        self.settle();
    }

    fn keycode(&self, symbol: u32) -> u8 {
        let (first, last) =
            (self.connection.setup().min_keycode, self.connection.setup().max_keycode);
        let map =
            self.connection.get_keyboard_mapping(first, last - first + 1).unwrap().reply().unwrap();
        let per_key = usize::from(map.keysyms_per_keycode);
        let index = map.keysyms.iter().position(|&it| it == symbol).expect("on the keyboard");
        first + u8::try_from(index / per_key).expect("a keycode")
    }

    /// Presses and releases the key with this code of the server, whatever it means.
    pub(crate) fn tap(&self, number: u8) {
        self.hold(number, true);
        self.hold(number, false);
    }

    /// Presses or releases the key with this code of the server.
    pub(crate) fn hold(&self, number: u8, down: bool) {
        use x11rb::protocol::xproto::{KEY_PRESS_EVENT, KEY_RELEASE_EVENT};
        let kind = if down { KEY_PRESS_EVENT } else { KEY_RELEASE_EVENT };
        self.connection.xtest_fake_input(kind, number, 0, self.root, 0, 0, 0).unwrap();
        self.settle();
    }

    /// Tells `window` that keys were pressed that never were, as programs that type for others do.
    pub(crate) fn send_keys(&self, window: Window, numbers: impl IntoIterator<Item = u8>) {
        for number in numbers {
            let press = KeyPressEvent {
                response_type: x11rb::protocol::xproto::KEY_PRESS_EVENT,
                detail: number,
                sequence: 0,
                time: x11rb::CURRENT_TIME,
                root: self.root,
                event: window,
                child: x11rb::NONE,
                root_x: 0,
                root_y: 0,
                event_x: 0,
                event_y: 0,
                state: KeyButMask::default(),
                same_screen: true,
            };
            self.connection.send_event(false, window, EventMask::KEY_PRESS, press).unwrap();
        }
        self.settle();
    }

    /// Gives the keyboard a layout, as `setxkbmap` (which comes with Xvfb) does for people.
    pub(crate) fn layout(&self, arguments: &[&str]) {
        let display = std::env::var(STAGE).expect("set by the outer process");
        let status =
            Command::new("setxkbmap").args(["-display", &display]).args(arguments).status();
        assert!(status.expect("setxkbmap").success(), "{arguments:?}");
        self.settle();
    }

    /// Takes all keys, as a window manager does for its shortcuts, or gives them back.
    pub(crate) fn grab_keys(&self, taken: bool) {
        if taken {
            let mode = GrabMode::ASYNC;
            let grab =
                self.connection.grab_keyboard(false, self.root, x11rb::CURRENT_TIME, mode, mode);
            assert_eq!(grab.unwrap().reply().unwrap().status, GrabStatus::SUCCESS);
        } else {
            self.connection.ungrab_keyboard(x11rb::CURRENT_TIME).unwrap();
            self.settle();
        }
    }

    /// Takes the pointer, as an open menu does, or gives it back.
    pub(crate) fn grab_pointer(&self, taken: bool) {
        if taken {
            let grab = self.connection.grab_pointer(
                false,
                self.root,
                EventMask::BUTTON_PRESS,
                GrabMode::ASYNC,
                GrabMode::ASYNC,
                x11rb::NONE,
                x11rb::NONE,
                x11rb::CURRENT_TIME,
            );
            assert_eq!(grab.unwrap().reply().unwrap().status, GrabStatus::SUCCESS);
        } else {
            self.connection.ungrab_pointer(x11rb::CURRENT_TIME).unwrap();
            self.settle();
        }
    }

    /// Gives a key that means nothing another symbol, as a layout would.
    pub(crate) fn add_key(&self, symbol: u32) {
        let (first, last) =
            (self.connection.setup().min_keycode, self.connection.setup().max_keycode);
        let map =
            self.connection.get_keyboard_mapping(first, last - first + 1).unwrap().reply().unwrap();
        let per_key = map.keysyms_per_keycode;
        let free = map
            .keysyms
            .chunks(usize::from(per_key))
            .position(|symbols| symbols.iter().all(|&symbol| symbol == 0))
            .expect("a free key");
        let code = first + u8::try_from(free).expect("a keycode");
        let symbols = vec![symbol; usize::from(per_key)];
        self.connection.change_keyboard_mapping(1, code, per_key, &symbols).unwrap();
        self.settle();
    }

    pub(crate) fn focus(&self, window: Window) {
        self.connection.set_input_focus(InputFocus::PARENT, window, x11rb::CURRENT_TIME).unwrap();
        self.settle();
    }

    /// Lets the focus follow the pointer, as without a window manager.
    pub(crate) fn focus_follows_the_pointer(&self) {
        self.focus(InputFocus::POINTER_ROOT.into());
    }

    /// What a window manager's close button does.
    pub(crate) fn ask_to_close(&self, window: Window) {
        let atom =
            |name: &[u8]| self.connection.intern_atom(false, name).unwrap().reply().unwrap().atom;
        let (protocols, delete) = (atom(b"WM_PROTOCOLS"), atom(b"WM_DELETE_WINDOW"));
        let message = ClientMessageEvent::new(32, window, protocols, [delete, 0, 0, 0, 0]);
        self.connection.send_event(false, window, EventMask::NO_EVENT, message).unwrap();
        self.settle();
    }

    pub(crate) fn resize(&self, window: Window, width: u32, height: u32) {
        let size = ConfigureWindowAux::new().width(width).height(height);
        self.connection.configure_window(window, &size).unwrap();
        self.settle();
    }

    pub(crate) fn map(&self, window: Window, mapped: bool) {
        if mapped {
            self.connection.map_window(window).unwrap();
        } else {
            self.connection.unmap_window(window).unwrap();
        }
        self.settle();
    }

    pub(crate) fn destroy(&self, window: Window) {
        self.connection.destroy_window(window).unwrap();
        self.settle();
    }

    /// Cuts the connection of the program that owns `window`.
    pub(crate) fn kill_client(&self, window: Window) {
        self.connection.kill_client(window).unwrap();
        self.settle();
    }

    pub(crate) fn shot(&self) -> Shot {
        let (width, height) = SCREEN;
        let format = ImageFormat::Z_PIXMAP;
        let image = self.connection.get_image(format, self.root, 0, 0, width, height, !0).unwrap();
        let bytes = image.reply().unwrap().data;
        // 32 bits a pixel, blue first: Xvfb's only order on the machines we know.
        Shot(bytes.chunks_exact(4).map(|pixel| [pixel[2], pixel[1], pixel[0]]).collect())
    }
}
