//! The application under test: a picture with known pixels that its input changes.
//!
//! Four quadrants (red, green, blue, white); in the middle a square that is black until a key r,
//! g, b or w sets its color; a magenta marker of 9 × 9 logical pixels where a button was pressed.
//! Every event it gets goes to standard output as one line of JSON, and once a second a line
//! `{"type":"rate","frames":…,"fps":…}`. With the argument `spin` it draws all the time, and one row
//! changes with every frame. F9 makes it panic.

use std::io::Write;
use std::time::{Duration, Instant};

use framecast::{Canvas, EventKind, FrameBuffer, NoStep, Options, Step, UpdateMode};

const RED: [u8; 4] = [255, 0, 0, 255];
const GREEN: [u8; 4] = [0, 255, 0, 255];
const BLUE: [u8; 4] = [0, 0, 255, 255];
const WHITE: [u8; 4] = [255, 255, 255, 255];
const BLACK: [u8; 4] = [0, 0, 0, 255];
const MAGENTA: [u8; 4] = [255, 0, 255, 255];

struct Probe {
    middle: [u8; 4],
    marker: Option<(f64, f64)>,
    drawn: u32,
    spin: bool,
}

impl Probe {
    fn event(&mut self, kind: &EventKind) {
        match kind {
            EventKind::KeyDown(key) => {
                assert!(key.key != "F9", "F9 was pressed");
                self.middle = match key.key.as_str() {
                    "r" => RED,
                    "g" => GREEN,
                    "b" => BLUE,
                    "w" => WHITE,
                    _ => self.middle,
                };
            }
            EventKind::PointerDown(pointer) => self.marker = Some((pointer.x, pointer.y)),
            _ => {}
        }
    }

    fn draw(&mut self, frame: &mut FrameBuffer, ratio: f64) {
        let (width, height) = (frame.width() as usize, frame.height() as usize);
        for (y, row) in frame.rows_mut().enumerate() {
            let (left, right) = if y < height / 2 { (RED, GREEN) } else { (BLUE, WHITE) };
            row[..width / 2].fill(left);
            row[width / 2..].fill(right);
        }
        square(frame, width as f64 / 2.0, height as f64 / 2.0, 20.0 * ratio, self.middle);
        if let Some((x, y)) = self.marker {
            square(frame, x * ratio, y * ratio, 4.5 * ratio, MAGENTA);
        }
        if self.spin {
            self.drawn += 1;
            let shade = (self.drawn % 256) as u8;
            frame.pixels_mut()[..width].fill([shade, shade, shade, 255]);
        }
    }
}

fn square(frame: &mut FrameBuffer, x: f64, y: f64, half: f64, color: [u8; 4]) {
    let inside = |at: usize, middle: f64| (at as f64 + 0.5 - middle).abs() < half;
    for (_, row) in frame.rows_mut().enumerate().filter(|(at, _)| inside(*at, y)) {
        for (_, pixel) in row.iter_mut().enumerate().filter(|(at, _)| inside(*at, x)) {
            *pixel = color;
        }
    }
}

fn main() -> framecast::Result<()> {
    let (options, rest) = Options::from_env_with_rest();
    let spin = rest.iter().any(|word| word == "spin");
    let mode = if spin { UpdateMode::Continuous } else { UpdateMode::OnDemand };
    let canvas =
        Canvas::builder("probe").size((320.0, 240.0)).options(&options).close_on_interrupt();
    let canvas = canvas.update_mode(mode).open()?;
    let mut probe = Probe { middle: BLACK, marker: None, drawn: 0, spin };
    let mut out = std::io::stdout();
    let mut report_at = Instant::now();
    loop {
        if Instant::now() >= report_at {
            // A test that stopped reading is no reason to stop.
            let stats = canvas.stats();
            let (frames, fps) = (stats.frames, stats.fps);
            let _ = writeln!(out, r#"{{"type":"rate","frames":{frames},"fps":{fps}}}"#);
            report_at += Duration::from_secs(1);
        }
        match canvas.next_before(report_at) {
            Err(NoStep::Closed) => return canvas.finish(),
            Err(NoStep::Deadline) => {}
            Ok(Step::Draw(mut frame)) => {
                let ratio = frame.ratio();
                probe.draw(&mut frame, ratio);
                frame.present();
            }
            Ok(Step::Event(event)) => {
                probe.event(&event.kind);
                if !matches!(event.kind, EventKind::Animate { .. } | EventKind::BeforeDraw) {
                    let line = serde_json::to_string(&event).unwrap_or_default();
                    let _ = writeln!(out, "{line}");
                    canvas.request_draw();
                }
            }
        }
    }
}
