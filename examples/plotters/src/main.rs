//! A live chart of three sensors, drawn with plotters. Drag it to look back, turn the wheel to zoom, and
//! press any key to follow the newest values again. The font is in the program, so the system needs none.

mod chart;
mod view;

use std::collections::VecDeque;
use std::error::Error;
use std::time::{Duration, Instant};

use framecast::{Canvas, Cursor, EventKind, NoStep, Options, Step};
use plotters::style::RGBColor;
use view::View;

const PACE: Duration = Duration::from_millis(100);
/// Ten minutes.
const KEPT: usize = 6000;
const SENSORS: [(&str, RGBColor); 3] = [
    ("boiler", RGBColor(255, 118, 110)),
    ("room", RGBColor(96, 214, 160)),
    ("outside", RGBColor(98, 168, 255)),
];

/// When something was measured, in seconds, and what each sensor said, in °C.
type Sample = (f64, [f64; 3]);

/// Stands in for the sensors: waves, and some noise.
fn measure(at: f64) -> Sample {
    let noise = |sensor: f64| (at * 12.9898 + sensor).sin() * 43_758.547 % 1.0;
    let boiler = 62.0 + 9.0 * (at / 9.0).sin() + 3.0 * (at / 2.3).cos() + 0.3 * noise(0.0);
    let room = 37.0 + 4.0 * (at / 13.0).cos() + 0.1 * noise(1.0);
    let outside = 15.0 + 5.0 * (at / 19.0).sin() + 2.0 * (at / 5.0).sin() + 0.2 * noise(2.0);
    (at, [boiler, room, outside])
}

fn main() -> Result<(), Box<dyn Error>> {
    chart::register_font()?;
    let canvas = Canvas::builder("sensors").options(&Options::from_env()).open()?;
    // As if it had been running for two minutes.
    let mut samples: VecDeque<Sample> = (0..1200).map(|it| measure(f64::from(it) / 10.0)).collect();
    let (mut view, mut grip, mut next) = (View::live(40.0), None, Instant::now() + PACE);
    loop {
        let [oldest, newest] =
            [samples.front(), samples.back()].map(|it| it.map_or(0.0, |it| it.0));
        match canvas.next_before(next) {
            Err(NoStep::Closed) => return Ok(canvas.finish()?),
            Err(NoStep::Deadline) => {
                next += PACE;
                samples.push_back(measure(newest + PACE.as_secs_f64()));
                samples.drain(..samples.len().saturating_sub(KEPT));
                if view.is_live() {
                    canvas.request_draw();
                }
            }
            Ok(Step::Event(event)) => {
                match event.kind {
                    EventKind::PointerDown(pointer) => grip = Some(pointer.x),
                    EventKind::PointerUp(_) => grip = None,
                    EventKind::PointerMove(pointer) => {
                        let Some(from) = grip.as_mut() else { continue };
                        view.pan(pointer.x - std::mem::replace(from, pointer.x), oldest, newest);
                    }
                    EventKind::Wheel(wheel) => {
                        view.zoom(1.25_f64.powf(wheel.dy / 100.0), wheel.x, oldest, newest);
                    }
                    EventKind::KeyDown(_) => view.follow(),
                    _ => continue,
                }
                canvas.set_cursor(if grip.is_some() { Cursor::Grabbing } else { Cursor::Grab });
                canvas.request_draw();
            }
            Ok(Step::Draw(mut frame)) => {
                let ratio = frame.ratio();
                view.edges = chart::draw(&samples, &view.time(newest), &mut frame, ratio)?;
                frame.present();
            }
        }
    }
}
