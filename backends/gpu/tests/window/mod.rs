//! The pictures of a GPU in a local window, in which it shows them itself.

mod stage;

use std::mem;
use std::time::{Duration, Instant};

use framecast::window::{WindowBackend, WindowOptions};
use framecast::{
    BackendEvent, Canvas, ClientId, EventKind, Frame, FramePool, NativeWindow, NullBackend,
    NullRemote, PhysicalSize, Step, UpdateMode,
};
use framecast_gpu::{CanvasGpu, Gpu, GpuSettings, wgpu};
use stage::{PATIENCE, Shot, Stage, on_a_display};

use crate::scene::{self, Scene};
use crate::{FORMATS, run};

/// A canvas in a window of 320 × 200 pixels, and a remote viewer who does not look yet.
fn open() -> (Canvas, NullRemote) {
    let (backend, viewer) = NullBackend::new();
    let canvas = Canvas::builder("gpu")
        .size((320.0, 200.0))
        .backend(WindowBackend::new(WindowOptions::default()))
        .backend(backend)
        .open()
        .unwrap();
    canvas.set_max_fps(None);
    (canvas, viewer)
}

/// How the canvas draws, and the number of its last picture.
struct Show {
    canvas: Canvas,
    viewer: NullRemote,
    gpu: Gpu,
    scene: Scene,
    shade: u32,
}

impl Show {
    /// Opens a window, and draws until the GPU shows its pictures there itself, and nothing else is to be done.
    fn open(format: wgpu::TextureFormat) -> Self {
        let (canvas, viewer) = open();
        let gpu = canvas.gpu_with(GpuSettings::new().format(format)).unwrap();
        let mut show = Self { canvas, viewer, gpu, scene: Scene::default(), shade: 0 };
        show.until(|show| {
            show.canvas.request_draw();
            show.gpu.stats().shown > 0
        });
        show
    }

    /// Handles events, and draws when that is due, until `done`. Returns the events.
    fn until(&mut self, mut done: impl FnMut(&Self) -> bool) -> Vec<EventKind> {
        let end = Instant::now() + PATIENCE;
        let mut events = Vec::new();
        while !done(self) {
            assert!(
                Instant::now() < end,
                "{} {:?}: not so in time",
                self.canvas.size().physical(),
                self.gpu.stats()
            );
            if let Ok(step) = self.canvas.next_before(Instant::now() + Duration::from_millis(10)) {
                events.extend(self.handle(step));
            }
        }
        events
    }

    fn handle(&mut self, step: Step) -> Option<EventKind> {
        match step {
            Step::Draw(drawing) => {
                self.shade += 1;
                let frame = self.gpu.begin(drawing).unwrap();
                self.scene.draw(&frame, self.shade);
                frame.present();
                None
            }
            Step::Event(event) => Some(event.kind),
        }
    }

    /// Handles what is due until nothing is. A draw that was announced comes, whatever was changed since; no other
    /// does in manual mode, or while nobody looks.
    fn settle(&mut self) -> Vec<EventKind> {
        let end = Instant::now() + PATIENCE;
        let mut events = Vec::new();
        while let Ok(step) = self.canvas.next_before(Instant::now()) {
            assert!(Instant::now() < end, "something is due all the time");
            events.extend(self.handle(step));
        }
        events
    }

    /// The same, until an event for which `is_it`.
    fn until_event(&mut self, is_it: impl Fn(&EventKind) -> bool) {
        let end = Instant::now() + PATIENCE;
        while !self.until(once()).iter().any(&is_it) {
            assert!(Instant::now() < end, "the event does not come");
        }
    }

    /// The newest picture, as its pixels must be.
    fn picture(&self) -> Frame {
        let size = self.canvas.size().physical();
        let mut buffer = FramePool::new().lend(size).unwrap();
        for (y, row) in (0..).zip(buffer.rows_mut()) {
            for (x, pixel) in (0..).zip(row) {
                *pixel = [x as u8, y as u8, self.shade as u8, 255];
            }
        }
        FramePool::new().freeze(buffer, 0, 0.0, 1.0)
    }

    /// Draws until the window shows the newest picture.
    fn until_shown(&mut self, stage: &Stage) {
        let window = stage.window("gpu");
        self.until(|show| shows(&stage.shot(window), &show.picture()));
    }
}

/// Whether the window shows `frame` as it must: each of its pixels is the mean of the part that it covers.
fn shows(shot: &Shot, frame: &Frame) -> bool {
    let window = PhysicalSize::new(shot.width as u32, shot.height as u32);
    let place = frame.size().fit_into(window);
    let spans = |pixels: u32, shown: u32| -> Vec<Vec<(usize, f64)>> {
        (0..shown)
            .map(|at| {
                let (start, end) = (at * pixels, (at + 1) * pixels);
                let covered = start / shown..=(end - 1) / shown;
                let part = |pixel: u32| {
                    let part = end.min((pixel + 1) * shown) - start.max(pixel * shown);
                    (pixel as usize, f64::from(part) / f64::from(pixels))
                };
                covered.map(part).collect()
            })
            .collect()
    };
    let (columns, rows) = (spans(frame.width(), place.width), spans(frame.height(), place.height));
    let pixel_at = |x: usize, y: usize| {
        let inside = |at: usize, from: u32| at.checked_sub(from as usize);
        let column = inside(x, place.x).and_then(|x| columns.get(x));
        let row = inside(y, place.y).and_then(|y| rows.get(y));
        let (Some(column), Some(row)) = (column, row) else { return [0.0; 3] };
        let mut sum = [0.0; 3];
        for &(y, height) in row {
            for &(x, width) in column {
                let pixel = frame.pixels()[y * frame.width() as usize + x];
                for channel in 0..3 {
                    sum[channel] += f64::from(pixel[channel]) * width * height;
                }
            }
        }
        sum
    };
    let exact = (place.width % frame.width(), place.height % frame.height()) == (0, 0);
    let slack = if exact { 0.0 } else { 0.51 };
    shot.pixels.iter().enumerate().all(|(index, is)| {
        let should = pixel_at(index % shot.width, index / shot.width);
        is.iter().zip(should).all(|(is, should)| (f64::from(*is) - should).abs() <= slack)
    })
}

#[test]
fn nothing_is_read_until_somebody_else_looks() {
    on_a_display("nothing_is_read_until_somebody_else_looks", |stage| {
        for format in FORMATS {
            let mut show = Show::open(format);
            show.canvas.set_update_mode(UpdateMode::Continuous);
            let before = show.gpu.stats();
            show.until(|show| show.gpu.stats().shown >= before.shown + 30);
            let after = show.gpu.stats();
            assert_eq!((after.read, after.bytes_read), (before.read, before.bytes_read));
            // Only before the window had opened.
            assert!(before.read <= 3, "{before:?}");
            let stats = show.canvas.stats();
            assert!(stats.backends[0].direct && stats.frames >= 20, "{stats:?}");
            // Somebody looks: the picture that they get is the one that the window shows.
            show.canvas.set_update_mode(UpdateMode::OnDemand);
            show.viewer.set_demand(true);
            let window = stage.window("gpu");
            show.until(|show| {
                let Some(frame) = show.viewer.last_frame() else { return false };
                scene::shade(&frame, format) == show.shade % 256
                    && shows(&stage.shot(window), &frame)
            });
            scene::check(&show.viewer.last_frame().unwrap(), show.shade, format);
            let read = show.gpu.stats();
            assert!(read.bytes_read >= after.bytes_read + 320 * 200 * 4);
            // They leave, and nothing is read any more.
            show.viewer.set_demand(false);
            show.canvas.set_update_mode(UpdateMode::Continuous);
            let read = show.gpu.stats();
            show.until(|show| show.gpu.stats().shown >= read.shown + 10);
            assert!(show.gpu.stats().read <= read.read + 3);
        }
    });
}

#[test]
fn another_shape_has_bars_and_positions_are_those_of_the_picture() {
    on_a_display("another_shape_has_bars_and_positions_are_those_of_the_picture", |stage| {
        let mut show = Show::open(wgpu::TextureFormat::Rgba8Unorm);
        let window = stage.window("gpu");
        // Exact, larger by a whole number, larger and smaller by others, and as small as can be.
        for (size, shown) in [
            ((320, 200), (320, 200)),
            ((200, 100), (400, 400)),
            ((150, 90), (400, 300)),
            ((300, 200), (400, 100)),
            ((60, 60), (1, 1)),
            ((630, 256), (10, 4)),
            ((1, 1), (64, 64)),
        ] {
            show.canvas.set_fixed_size(size).unwrap();
            stage.resize(window, shown.0, shown.1);
            show.until_shown(stage);
        }
        show.canvas.set_fixed_size((200, 100)).unwrap();
        stage.resize(window, 400, 400);
        show.until_shown(stage);
        // The window's thread may be about to take over the picture's size: again until it has.
        let end = Instant::now() + PATIENCE;
        let is_there = |event: &EventKind| {
            matches!(event, EventKind::PointerEnter(at) | EventKind::PointerMove(at)
                if (at.x, at.y) == (50.0, 25.0))
        };
        loop {
            assert!(Instant::now() < end, "the pointer is elsewhere");
            stage.point(window, 120, 150);
            stage.point(window, 100, 150);
            if show.until(once()).into_iter().chain(show.settle()).any(|event| is_there(&event)) {
                break;
            }
        }
        // A bar is no part of the canvas.
        stage.point(window, 100, 50);
        show.until_event(|event| matches!(event, EventKind::PointerLeave(_)));
    });
}

/// True at the second call.
fn once() -> impl FnMut(&Show) -> bool {
    let mut called = false;
    move |_| mem::replace(&mut called, true)
}

#[test]
fn a_storm_of_sizes_ends_in_the_last_one() {
    on_a_display("a_storm_of_sizes_ends_in_the_last_one", |stage| {
        let mut show = Show::open(wgpu::TextureFormat::Rgba8Unorm);
        show.canvas.set_update_mode(UpdateMode::Continuous);
        let window = stage.window("gpu");
        for step in 0..200 {
            stage.resize(window, 100 + step * 7 % 300, 50 + step * 13 % 200);
            show.until(once());
        }
        stage.resize(window, 333, 222);
        show.until(|show| show.canvas.size().physical().to_string() == "333x222");
        show.canvas.set_update_mode(UpdateMode::OnDemand);
        show.until_shown(stage);
        assert!(show.canvas.stats().backends[0].direct);
        assert_eq!(show.gpu.stats().lost, 0);
    });
}

#[test]
fn the_last_picture_is_shown_again_without_a_draw() {
    on_a_display("the_last_picture_is_shown_again_without_a_draw", |stage| {
        let mut show = Show::open(wgpu::TextureFormat::Rgba8Unorm);
        show.canvas.set_fixed_size((200, 100)).unwrap();
        show.until_shown(stage);
        show.canvas.set_update_mode(UpdateMode::Manual);
        show.settle();
        show.until_shown(stage);
        let (window, shade) = (stage.window("gpu"), show.shade);
        stage.cover_and_uncover();
        show.until_shown(stage);
        for size in [(400, 400), (100, 300), (640, 480)] {
            stage.resize(window, size.0, size.1);
            show.until(|show| {
                let shot = stage.shot(window);
                shot.width == size.0 as usize && shows(&shot, &show.picture())
            });
        }
        stage.map(window, false);
        show.until_event(|event| *event == EventKind::Hide);
        stage.map(window, true);
        show.until_shown(stage);
        assert_eq!(show.shade, shade);
    });
}

#[test]
fn a_window_that_nobody_sees_wants_no_picture() {
    on_a_display("a_window_that_nobody_sees_wants_no_picture", |stage| {
        let mut show = Show::open(wgpu::TextureFormat::Rgba8Unorm);
        show.canvas.set_update_mode(UpdateMode::Continuous);
        stage.map(stage.window("gpu"), false);
        show.until_event(|event| *event == EventKind::Hide);
        show.settle();
        let (before, shade) = (show.gpu.stats(), show.shade);
        for _ in 0..10 {
            show.until(once());
        }
        assert_eq!((show.gpu.stats().read, show.shade), (before.read, shade));
        // Others may look all the same.
        show.viewer.set_demand(true);
        show.until(|show| show.viewer.presented() >= 5);
        show.viewer.set_demand(false);
        stage.map(stage.window("gpu"), true);
        let shade = show.shade;
        show.until(|show| show.shade > shade + 5);
        show.canvas.set_update_mode(UpdateMode::OnDemand);
        show.until_shown(stage);
    });
}

#[test]
fn what_is_drawn_without_the_gpu_is_shown_too() {
    on_a_display("what_is_drawn_without_the_gpu_is_shown_too", |stage| {
        let mut show = Show::open(wgpu::TextureFormat::Rgba8Unorm);
        let window = stage.window("gpu");
        for _ in 0..3 {
            show.until_shown(stage);
            // No draw that was asked for comes after it.
            show.canvas.set_update_mode(UpdateMode::Manual);
            show.settle();
            let mut drawing = show.canvas.begin_frame().unwrap();
            drawing.fill([9, 8, 7, 255]);
            drawing.present();
            show.until(|_| stage.shot(window).pixels.iter().all(|pixel| *pixel == [9, 8, 7]));
            // Not even a little later.
            show.settle();
            show.until(|_| stage.shot(window).pixels.iter().all(|pixel| *pixel == [9, 8, 7]));
            show.canvas.set_update_mode(UpdateMode::OnDemand);
            show.canvas.request_draw();
        }
        assert!(show.canvas.stats().backends[0].direct);
    });
}

#[test]
fn a_display_that_hangs_holds_up_no_others() {
    on_a_display("a_display_that_hangs_holds_up_no_others", |stage| {
        let mut show = Show::open(wgpu::TextureFormat::Rgba8Unorm);
        show.until_shown(stage);
        // Nothing is under way: the window takes a picture.
        show.settle();
        show.until(|show| show.canvas.stats().backends[0].wants_frame);
        stage.signal("-STOP");
        show.canvas.set_update_mode(UpdateMode::Continuous);
        show.viewer.set_demand(true);
        let presented = show.viewer.presented();
        show.until(|show| show.viewer.presented() >= presented + 100);
        // Nor does it hold up the end of the GPU, which gives the window back.
        let Show { canvas, viewer, gpu, .. } = show;
        drop(gpu);
        let presented = viewer.presented();
        let end = Instant::now() + PATIENCE;
        while canvas.stats().backends[0].direct || viewer.presented() < presented + 3 {
            assert!(Instant::now() < end, "{:?}", canvas.stats());
            canvas.request_draw();
            if let Ok(Step::Draw(mut drawing)) = canvas.next_before(end) {
                drawing.fill([9, 8, 7, 255]);
                drawing.present();
            }
        }
        stage.signal("-CONT");
        // The window of the GPU is gone, and the canvas' own shows what it was handed meanwhile.
        let window = stage.window("gpu");
        while !stage.shot(window).pixels.iter().all(|pixel| *pixel == [9, 8, 7]) {
            assert!(Instant::now() < end, "the window shows something else");
            let _ = canvas.next_before(Instant::now() + Duration::from_millis(10));
        }
    });
}

#[test]
fn a_lost_surface_is_followed_by_pictures_that_are_read() {
    on_a_display("a_lost_surface_is_followed_by_pictures_that_are_read", |stage| {
        let mut show = Show::open(wgpu::TextureFormat::Rgba8Unorm);
        show.until_shown(stage);
        let read = show.gpu.stats().read;
        let children = stage.children(stage.window("gpu"));
        assert_eq!(children.len(), 1);
        stage.destroy(children[0]);
        show.until(|show| !show.canvas.stats().backends[0].direct);
        show.until_shown(stage);
        assert!(show.gpu.stats().read > read);
        // And so on.
        let (read, shown) = (show.gpu.stats().read, show.gpu.stats().shown);
        show.canvas.set_update_mode(UpdateMode::Continuous);
        show.until(|show| show.gpu.stats().read >= read + 10);
        assert_eq!(show.gpu.stats().shown, shown);
    });
}

#[test]
fn a_lost_device_is_followed_by_another_that_shows_its_pictures_there() {
    on_a_display("a_lost_device_is_followed_by_another_that_shows_its_pictures_there", |stage| {
        let mut show = Show::open(wgpu::TextureFormat::Rgba8Unorm);
        for lost in 1..=3 {
            let shown = show.gpu.stats().shown;
            show.gpu.device().destroy();
            let _ = show.gpu.device().poll(wgpu::PollType::Poll);
            show.canvas.request_draw();
            show.until(|show| {
                show.canvas.request_draw();
                show.gpu.stats().lost == lost && show.gpu.stats().shown > shown
            });
            show.until_shown(stage);
        }
        assert_eq!(stage.children(stage.window("gpu")).len(), 1);
    });
}

#[test]
fn the_program_outlives_the_display() {
    on_a_display("the_program_outlives_the_display", |stage| {
        let mut show = Show::open(wgpu::TextureFormat::Rgba8Unorm);
        show.canvas.set_update_mode(UpdateMode::Continuous);
        let shown = show.gpu.stats().shown;
        show.until(|show| show.gpu.stats().shown >= shown + 5);
        stage.signal("-KILL");
        show.viewer.set_demand(true);
        show.until(|show| show.canvas.stats().backends.len() == 1);
        let presented = show.viewer.presented();
        show.until(|show| show.viewer.presented() >= presented + 5);
    });
}

#[test]
fn a_window_that_takes_no_surface_shows_what_is_read() {
    on_a_display("a_window_that_takes_no_surface_shows_what_is_read", |_| {
        let (backend, remote) = NullBackend::local();
        remote.join(0);
        // No window has this number.
        let window = NativeWindow::X11 { window: 1 };
        remote.send(BackendEvent::NativeWindow { client: ClientId(0), window });
        remote.set_demand(true);
        let canvas = Canvas::builder("gpu").size((64.0, 64.0)).backend(backend).open().unwrap();
        let mut gpu = canvas.gpu().unwrap();
        let mut scene = Scene::default();
        run(&canvas, &mut gpu, &mut scene, |_| {
            canvas.request_draw();
            remote.presented() >= 3
        });
        assert_eq!(gpu.stats().shown, 0);
        assert!(!canvas.stats().backends[0].direct);
    });
}

#[cfg(feature = "gles")]
#[test]
fn through_opengl_the_window_shows_the_same() {
    stage::on_a_display_through("gl", "through_opengl_the_window_shows_the_same", |stage| {
        let (canvas, viewer) = open();
        let settings = GpuSettings::new().format(wgpu::TextureFormat::Rgba8Unorm);
        let gpu = canvas.gpu_with(settings).unwrap();
        let mut show = Show { canvas, viewer, gpu, scene: Scene::default(), shade: 0 };
        for _ in 0..3 {
            show.canvas.request_draw();
            show.until(once());
            show.until_shown(stage);
        }
    });
}

#[test]
fn a_program_may_have_its_window_filled_with_what_is_read() {
    on_a_display("a_program_may_have_its_window_filled_with_what_is_read", |stage| {
        let (canvas, _) = open();
        let settings = GpuSettings::new().format(wgpu::TextureFormat::Rgba8Unorm).window(false);
        let gpu = canvas.gpu_with(settings).unwrap();
        let (viewer, scene) = (NullBackend::new().1, Scene::default());
        let mut show = Show { canvas, viewer, gpu, scene, shade: 0 };
        show.until(|show| show.shade >= 1);
        show.until_shown(stage);
        assert!(show.gpu.stats().read >= 1 && show.gpu.stats().shown == 0);
    });
}

/// Threads of this process whose names begin with `name`.
#[cfg(target_os = "linux")]
fn threads(name: &str) -> usize {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap();
    let names = tasks.filter_map(|it| std::fs::read_to_string(it.ok()?.path().join("comm")).ok());
    names.filter(|it| it.starts_with(name)).count()
}

/// A driver that is still at work when the process ends may crash it. Mesa's renderer in software has threads while a
/// device is open.
#[cfg(target_os = "linux")]
#[test]
fn the_device_is_closed_with_the_gpu_whatever_hears_of_the_window() {
    on_a_display("the_device_is_closed_with_the_gpu_whatever_hears_of_the_window", |stage| {
        let mut show = Show::open(wgpu::TextureFormat::Rgba8Unorm);
        show.until_shown(stage);
        // Nothing is under way: the window takes a picture.
        show.settle();
        show.until(|show| show.canvas.stats().backends[0].wants_frame);
        stage.signal("-STOP");
        // What the program made on the device is closed as well.
        let Show { canvas, gpu, scene, .. } = show;
        drop((scene, gpu));
        // This one waits for the display to tell that its window is gone.
        assert_eq!((threads("framecast-gpu-x"), threads("framecast-gpu-w")), (1, 0));
        assert_eq!(threads("llvmpipe"), 0);
        stage.signal("-CONT");
        drop(canvas);
    });
}
