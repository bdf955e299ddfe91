//! What a window costs: CPU while idle, and time and CPU per frame. Needs a display:
//! `xvfb-run -s '-screen 0 1920x1080x24' cargo bench -p framecast-window`.

use std::sync::Arc;
use std::task::{Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use framecast_api::{Backend, Clock, Context, Frame, FramePool, LogicalSize, PhysicalSize};
use framecast_window::WindowBackend;

const FRAMES: u32 = 300;
const IDLE: Duration = Duration::from_secs(5);

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// CPU time of all threads of this process so far, where the system tells.
fn cpu() -> Option<Duration> {
    let tasks = std::fs::read_dir("/proc/self/task").ok()?;
    let nanoseconds = tasks.filter_map(|task| {
        let text = std::fs::read_to_string(task.ok()?.path().join("schedstat")).ok()?;
        text.split_whitespace().next()?.parse::<u64>().ok()
    });
    Some(Duration::from_nanos(nanoseconds.sum()))
}

fn report(what: &str, before: Option<Duration>, start: Instant, per: f64, unit: &str) {
    let wall = start.elapsed().as_secs_f64() * 1000.0 / per;
    match before.zip(cpu()) {
        Some((before, after)) => {
            let cpu = (after - before).as_secs_f64() * 1000.0 / per;
            println!("{what}: {wall:.2} ms and {cpu:.2} ms of CPU per {unit}");
        }
        None => println!("{what}: {wall:.2} ms per {unit}"),
    }
}

fn wait_for_demand(backend: &mut WindowBackend) {
    loop {
        backend.poll(&mut |_| {});
        if backend.wants_frame() {
            return;
        }
        thread::park_timeout(Duration::from_secs(1));
    }
}

fn frames(pool: &mut FramePool, width: u32, height: u32) -> [Frame; 2] {
    [0_u8, 1].map(|index| {
        let size = PhysicalSize::new(width, height);
        let mut buffer = pool.lend(size).expect("a modest size");
        for (at, pixel) in buffer.pixels_mut().iter_mut().enumerate() {
            *pixel = [(at % 251) as u8, (at % 241) as u8, index * 255, 255];
        }
        pool.freeze(buffer, 1 + u64::from(index), 0.0, 1.0)
    })
}

fn present(backend: &mut WindowBackend, width: u32, height: u32) {
    let mut pool = FramePool::new();
    let frames = frames(&mut pool, width, height);
    wait_for_demand(backend);
    let (before, start) = (cpu(), Instant::now());
    for index in 0..FRAMES {
        backend.present(&frames[index as usize % 2]).expect("present");
        wait_for_demand(backend);
    }
    // The last one was taken; the next is taken when that one is on the screen.
    backend.present(&frames[0]).expect("present");
    wait_for_demand(backend);
    report(&format!("{width}x{height}"), before, start, f64::from(FRAMES + 1), "frame");
}

fn main() {
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let size = LogicalSize::new(1280.0, 720.0);
    let context = Context::new(waker, Clock::start(), "framecast-window bench", size);
    let mut backend = WindowBackend::default();
    if let Err(error) = backend.open(context) {
        println!("{error}");
        return;
    }
    println!("a window of 1280x720:");
    for (width, height) in [(1280, 720), (640, 360), (1000, 700), (1920, 1080)] {
        present(&mut backend, width, height);
    }
    let (before, start) = (cpu(), Instant::now());
    thread::sleep(IDLE);
    report("idle", before, start, IDLE.as_secs_f64(), "second");
    backend.close();
}
