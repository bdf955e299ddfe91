// A backend of your own: every frame as text on standard output.
//
// It wants a frame twice a second, and takes the newest. `cargo run --example custom_backend`
// shows it alone, `-- --backend http` beside a browser.

use std::io::{Write, stdout};
use std::time::{Duration, Instant};

use framecast::{
    Backend, BackendList, Canvas, Context, Error, Frame, Options, Result, Step, UpdateMode,
};

const COLUMNS: usize = 72;
const ROWS: usize = 22;
const PACE: Duration = Duration::from_millis(500);
/// From dark to bright.
const INK: &[u8] = b" .:-=+*#%@";

/// Writes frames as text.
#[derive(Default)]
struct Ascii {
    /// When the next frame is wanted; `None`: not open.
    due: Option<Instant>,
}

impl Backend for Ascii {
    fn name(&self) -> &str {
        "ascii"
    }

    fn open(&mut self, _context: Context) -> Result<()> {
        self.due = Some(Instant::now());
        Ok(())
    }

    // Nothing wakes the loop when the next frame is due, so it has to look.
    fn poll_interval(&self) -> Option<Duration> {
        Some(PACE / 2)
    }

    fn wants_frame(&self) -> bool {
        self.due.is_some_and(|due| due <= Instant::now())
    }

    fn present(&mut self, frame: &Frame) -> Result<()> {
        if !self.wants_frame() {
            return Ok(());
        }
        self.due = Some(Instant::now() + PACE);
        stdout().write_all(text(frame).as_bytes()).map_err(|error| Error::failed(error.to_string()))
    }

    fn close(&mut self) {
        self.due = None;
    }
}

/// The frame in `ROWS` lines of `COLUMNS` letters, and a rule below.
fn text(frame: &Frame) -> String {
    let (width, height) = (frame.width() as usize, frame.height() as usize);
    let mut text = String::with_capacity((COLUMNS + 1) * (ROWS + 1));
    for row in 0..ROWS {
        for column in 0..COLUMNS {
            let [r, g, b, _] =
                frame.pixels()[row * height / ROWS * width + column * width / COLUMNS];
            let bright = (u32::from(r) * 2 + u32::from(g) * 5 + u32::from(b)) / 8;
            text.push(char::from(INK[bright as usize * (INK.len() - 1) / 255]));
        }
        text.push('\n');
    }
    text + &"~".repeat(COLUMNS) + "\n"
}

fn main() -> Result<()> {
    let mut options = Options::from_env();
    // Alone, unless the user wants others beside it.
    options.backend.get_or_insert(BackendList::NONE);
    let canvas = Canvas::builder("custom backend")
        .backend(Ascii::default())
        .options(&options)
        .update_mode(UpdateMode::Continuous)
        .open()?;
    canvas.run(|_canvas, step| {
        if let Step::Draw(mut frame) = step {
            let (time, width, height) =
                (frame.timestamp(), f64::from(frame.width()), f64::from(frame.height()));
            for (y, row) in frame.rows_mut().enumerate() {
                for (x, pixel) in row.iter_mut().enumerate() {
                    let (u, v) = (x as f64 / width - 0.5, y as f64 / height - 0.5);
                    let wave = (u.hypot(v) * 30.0 - time * 4.0).sin();
                    let shade = (127.5 + 127.5 * wave) as u8;
                    *pixel = [shade, shade, shade / 2 + 64, 255];
                }
            }
            frame.present();
        }
    })
}

#[cfg(test)]
mod tests {
    use framecast::{FramePool, PhysicalSize, conformance};

    use super::*;

    #[test]
    fn it_keeps_the_contract() {
        conformance::check(Ascii::default);
    }

    #[test]
    fn bright_pixels_take_more_ink() {
        let mut pool = FramePool::new();
        let mut buffer = pool.lend(PhysicalSize::new(2, 1)).unwrap();
        buffer.pixels_mut()[1] = [255; 4];
        let text = text(&pool.freeze(buffer, 1, 0.0, 1.0));
        let half = COLUMNS / 2;
        let line = " ".repeat(half) + &"@".repeat(half) + "\n";
        assert_eq!(text, line.repeat(ROWS) + &"~".repeat(COLUMNS) + "\n");
    }
}
