//! An X server for each test, in a process of its own, because `DISPLAY` belongs to the process; and what another
//! program of that display sees and does.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use x11rb::connection::Connection;
use x11rb::protocol::xproto::{
    AtomEnum, ConfigureWindowAux, ConnectionExt, CreateWindowAux, ImageFormat, Window, WindowClass,
};
use x11rb::rust_connection::RustConnection;

/// Nothing that is waited for takes this long, on the busiest machine.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);
/// A test that hangs is ended.
const WATCHDOG: Duration = Duration::from_secs(240);
/// Set in the process that runs a test's body.
const INSIDE: &str = "FRAMECAST_GPU_TEST";
/// Set beside it: the process of the X server.
const SERVER: &str = "FRAMECAST_GPU_TEST_SERVER";
/// What that process says at the end: a wrong name would run nothing and succeed.
const FINISHED: &str = "the body ran to its end";

/// Runs `body` on a display of its own, with Vulkan; `test` is the test's name below the module `window`.
pub(super) fn on_a_display(test: &str, body: impl FnOnce(&Stage)) {
    on_a_display_through("vulkan", test, body);
}

/// The same through this interface.
pub(super) fn on_a_display_through(interface: &str, test: &str, body: impl FnOnce(&Stage)) {
    if std::env::var_os(INSIDE).is_some() {
        thread::spawn(|| {
            thread::sleep(WATCHDOG);
            eprintln!("the test hangs");
            std::process::exit(101);
        });
        body(&Stage::connect());
        println!("{FINISHED}");
        return;
    }
    let server = Server::start();
    let output = Command::new(std::env::current_exe().unwrap())
        .args([&format!("window::{test}"), "--exact", "--nocapture", "--test-threads=1"])
        .env("WGPU_BACKEND", interface)
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("WAYLAND_SOCKET")
        .env("DISPLAY", format!(":{}", server.1))
        .env(SERVER, server.0.id().to_string())
        .env(INSIDE, "1")
        .output()
        .unwrap();
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

    /// `None` if it ends at once, as when somebody has the number.
    fn start_on(number: u32) -> Option<Self> {
        let mut child = Command::new("Xvfb")
            .args([&format!(":{number}"), "-displayfd", "1", "-nolisten", "tcp", "-noreset"])
            .args(["-screen", "0", "1280x1024x24"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Xvfb cannot be started; tests/run installs it (package xvfb)");
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let server = Self(child, number);
        (line.trim() == number.to_string()).then_some(server)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // A test may have killed it already.
        let _ = self.0.kill();
        let _ = self.0.wait();
        let _ = std::fs::remove_file(format!("/tmp/.X11-unix/X{}", self.1));
        let _ = std::fs::remove_file(format!("/tmp/.X{}-lock", self.1));
    }
}

pub(super) struct Stage {
    connection: RustConnection,
    root: Window,
}

/// What a window shows.
#[derive(PartialEq)]
pub(super) struct Shot {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) pixels: Vec<[u8; 3]>,
}

impl Stage {
    fn connect() -> Self {
        let (connection, screen) = RustConnection::connect(None).unwrap();
        let root = connection.setup().roots[screen].root;
        Self { connection, root }
    }

    pub(super) fn window(&self, title: &str) -> Window {
        let tree = self.connection.query_tree(self.root).unwrap().reply().unwrap();
        let called = |window| {
            let name = AtomEnum::WM_NAME;
            let property =
                self.connection.get_property(false, window, name, AtomEnum::ANY, 0, 99).unwrap();
            property.reply().is_ok_and(|it| it.value == title.as_bytes())
        };
        tree.children.into_iter().find(|window| called(*window)).expect("a window of that title")
    }

    /// The windows in `window`.
    pub(super) fn children(&self, window: Window) -> Vec<Window> {
        self.connection.query_tree(window).unwrap().reply().unwrap().children
    }

    /// What is on the screen where `window` is, which must be above all others.
    pub(super) fn shot(&self, window: Window) -> Shot {
        let place = self.connection.get_geometry(window).unwrap().reply().unwrap();
        let image = self.connection.get_image(
            ImageFormat::Z_PIXMAP,
            self.root,
            place.x,
            place.y,
            place.width,
            place.height,
            !0,
        );
        let data = image.unwrap().reply().unwrap().data;
        let pixels = data.chunks_exact(4).map(|pixel| [pixel[2], pixel[1], pixel[0]]).collect();
        Shot { width: place.width.into(), height: place.height.into(), pixels }
    }

    pub(super) fn resize(&self, window: Window, width: u32, height: u32) {
        let size = ConfigureWindowAux::new().x(0).y(0).width(width).height(height);
        self.connection.configure_window(window, &size).unwrap().check().unwrap();
    }

    /// Puts a window over everything, and takes it away again.
    pub(super) fn cover_and_uncover(&self) {
        let window = self.connection.generate_id().unwrap();
        let black = CreateWindowAux::new().background_pixel(0x12_3456).override_redirect(1);
        self.connection
            .create_window(
                x11rb::COPY_DEPTH_FROM_PARENT,
                window,
                self.root,
                0,
                0,
                1280,
                1024,
                0,
                WindowClass::INPUT_OUTPUT,
                x11rb::COPY_FROM_PARENT,
                &black,
            )
            .unwrap();
        self.connection.map_window(window).unwrap().check().unwrap();
        self.connection.destroy_window(window).unwrap().check().unwrap();
    }

    pub(super) fn map(&self, window: Window, mapped: bool) {
        let done = if mapped {
            self.connection.map_window(window)
        } else {
            self.connection.unmap_window(window)
        };
        done.unwrap().check().unwrap();
    }

    pub(super) fn destroy(&self, window: Window) {
        self.connection.destroy_window(window).unwrap().check().unwrap();
    }

    pub(super) fn point(&self, window: Window, x: i16, y: i16) {
        self.connection.warp_pointer(0u32, window, 0, 0, 0, 0, x, y).unwrap().check().unwrap();
    }

    /// Sends the X server a signal.
    pub(super) fn signal(&self, signal: &str) {
        let server = std::env::var(SERVER).unwrap();
        assert!(Command::new("kill").args([signal, &server]).status().unwrap().success());
    }
}
