//! How old a picture is when a terminal that reads slowly shows it, and how many it is shown.
//!
//! `cargo bench --bench pace` plays full motion at 120 × 39 cells, in exact colors and with the
//! tolerance, on terminals that drain at 1 MB/s, at 10 MB/s and freely, and prints for each: frames
//! per second, bytes of a frame, and the age of a frame in milliseconds when the last of it was
//! read, from when it was presented; beside it what reading alone takes at that rate.

#[cfg(not(unix))]
fn main() {}

#[cfg(unix)]
fn main() {
    // `cargo test --benches` only wants to know that it runs.
    let seconds = if std::env::args().any(|arg| arg == "--bench") { 4.0 } else { 0.2 };
    println!(
        "{:<26} {:>6} {:>9} {:>21} {:>9}",
        "", "frames", "bytes", "age ms: median worst", "reading"
    );
    for exact in [true, false] {
        for rate in [Some(1e6), Some(10e6), None] {
            unix::measure(exact, rate, seconds);
        }
    }
}

#[cfg(unix)]
mod unix {
    use std::fs::File;
    use std::io::{Read, Write};
    use std::sync::{Arc, mpsc};
    use std::task::{Wake, Waker};
    use std::thread;
    use std::time::{Duration, Instant};

    use framecast_api::{
        Backend, Clock, Context, FrameBuffer, FramePool, LogicalSize, PhysicalSize,
    };
    use framecast_terminal::{TerminalBackend, TerminalOptions, TerminalPicture};
    use rustix::fs::{Mode, OFlags};
    use rustix::pty::{grantpt, ptsname, unlockpt};
    use rustix::termios::{Winsize, tcsetwinsize};

    const COLUMNS: u16 = 120;
    const ROWS: u16 = 39;
    const FRAME: Duration = Duration::from_micros(16_667);
    /// The most that a terminal reads at once, in bytes.
    const READ: usize = 4096;

    struct Wakes(mpsc::Sender<()>);

    impl Wake for Wakes {
        fn wake(self: Arc<Self>) {
            // Nobody listens any more: it is over.
            let _ = self.0.send(());
        }
    }

    pub(crate) fn measure(exact: bool, rate: Option<f64>, seconds: f64) {
        // Not `openpt`, which cannot close it in children everywhere.
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
        let master =
            rustix::fs::open("/dev/ptmx", flags, Mode::empty()).expect("a pseudo-terminal");
        grantpt(&master).and_then(|()| unlockpt(&master)).expect("its other side");
        let path = ptsname(&master, Vec::new()).expect("its name").into_string().expect("plain");
        let size = Winsize { ws_col: COLUMNS, ws_row: ROWS + 1, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&master, size).expect("a size");
        let reader = thread::spawn(move || read(&File::from(master), rate));

        let options = TerminalOptions::default()
            .with_tty(path)
            .with_picture(TerminalPicture::Cells)
            .with_exact_colors(exact);
        let mut backend = TerminalBackend::new(options);
        let (sender, woken) = mpsc::channel();
        let waker = Waker::from(Arc::new(Wakes(sender)));
        let size = LogicalSize::new(960.0, 624.0);
        backend.open(Context::new(waker, Clock::start(), "pace", size)).expect("it opens");
        let start = Instant::now();
        let mut presented = Vec::new();
        let mut pool = FramePool::new();
        let mut next = start;
        while start.elapsed().as_secs_f64() < seconds {
            backend.poll(&mut |_| {});
            let now = Instant::now();
            if now < next || !backend.wants_frame() {
                let rest = next.saturating_duration_since(now);
                let rest = if rest.is_zero() { FRAME } else { rest };
                let _ = woken.recv_timeout(rest);
                continue;
            }
            next = (next + FRAME).max(now);
            let size = PhysicalSize::new(COLUMNS.into(), u32::from(ROWS) * 2);
            let mut buffer = pool.lend(size).expect("a modest size");
            draw(&mut buffer, presented.len());
            presented.push(Instant::now());
            let frame = pool.freeze(buffer, presented.len() as u64, 0.0, 1.0);
            backend.present(&frame).expect("it presents");
        }
        let traffic = backend.traffic().expect("it counts");
        backend.close();
        drop(backend);
        let shown = reader.join().expect("the reader reads");

        // Frames are presented when they are wanted, and so each is shown.
        let mut ages: Vec<f64> = presented
            .iter()
            .zip(&shown)
            .map(|(from, to)| (*to - *from).as_secs_f64() * 1e3)
            .collect();
        ages.sort_by(f64::total_cmp);
        let bytes = traffic.bytes as f64 / traffic.updates.max(1) as f64;
        let colors = if exact { "exact" } else { "tolerant" };
        let rate_name = rate.map_or("free".to_owned(), |rate| format!("{} MB/s", rate / 1e6));
        let median = ages.get(ages.len() / 2).copied().unwrap_or(0.0);
        let reading = rate.map_or(0.0, |rate| bytes / rate * 1e3);
        println!(
            "{:<26} {:>6.1} {bytes:>9.0} {median:>14.1} {:>6.1} {reading:>9.1}",
            format!("{colors}, {rate_name}"),
            shown.len() as f64 / seconds,
            ages.last().copied().unwrap_or(0.0),
        );
    }

    /// Waves that move everywhere.
    fn draw(buffer: &mut FrameBuffer, sequence: usize) {
        let time = sequence as f32 / 60.0;
        for (y, row) in buffer.rows_mut().enumerate() {
            for (x, pixel) in row.iter_mut().enumerate() {
                let (x, y) = (x as f32 / 12.0, y as f32 / 12.0);
                let wave = (x + time * 2.0).sin() + (y - time).cos() + ((x + y) / 2.0 + time).sin();
                let shade = |phase: f32| (127.5 + 42.0 * (wave + phase).sin() * 3.0) as u8;
                *pixel = [shade(0.0), shade(2.0), shade(4.0), 255];
            }
        }
    }

    /// Reads at most so many bytes a second, answers questions, and says when it had read each
    /// frame to its end, where the question is.
    fn read(mut master: &File, rate: Option<f64>) -> Vec<Instant> {
        let mut shown = Vec::new();
        let mut opened = false;
        let mut tail: Vec<u8> = Vec::new();
        let mut buffer = [0; READ];
        let mut free = Instant::now();
        // It ends when the other side was closed.
        while let Ok(count @ 1..) = master.read(&mut buffer) {
            if let Some(rate) = rate {
                // A line that was idle has saved up nothing.
                free = free.max(Instant::now()) + Duration::from_secs_f64(count as f64 / rate);
                thread::sleep(free.saturating_duration_since(Instant::now()));
            }
            tail.extend(&buffer[..count]);
            let mut answers = Vec::new();
            let mut seen = 0;
            for (at, four) in tail.windows(4).enumerate() {
                match four {
                    b"\x1b[5n" => {
                        answers.extend(b"\x1b[0n");
                        if opened {
                            shown.push(Instant::now());
                        }
                    }
                    [0x1b, b'[', b'c', _] | [_, 0x1b, b'[', b'c'] if !opened => {
                        opened = true;
                        answers.extend(b"\x1bP1$r48:2:1:2:3m\x1b\\\x1b[?62c");
                    }
                    _ => continue,
                }
                seen = at + 4;
            }
            tail.drain(..seen.max(tail.len().saturating_sub(3)).min(tail.len()));
            if master.write_all(&answers).is_err() {
                break;
            }
        }
        shown
    }
}
