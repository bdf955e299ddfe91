//! A live chart of three sensors, drawn with plotters. Drag it to look back, turn the wheel to zoom, and
//! press any key to follow the newest values again. The font is in the program, so the system needs none.

mod view;

use std::collections::VecDeque;
use std::error::Error;
use std::ops::Range;
use std::time::{Duration, Instant};

use framecast::{Canvas, Cursor, EventKind, FrameBuffer, NoStep, Options, Step};
use plotters::backend::BGRXPixel;
use plotters::prelude::*;
use plotters::style::register_font;
use view::View;

const PACE: Duration = Duration::from_millis(100);
/// Ten minutes.
const KEPT: usize = 6000;
const BACK: RGBColor = RGBColor(17, 19, 29);
const INK: RGBColor = RGBColor(164, 172, 194);
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

/// Draws the chart, and returns its left and right edges in logical pixels.
fn draw(
    samples: &VecDeque<Sample>,
    time: &Range<f64>,
    frame: &mut FrameBuffer,
    ratio: f64,
) -> Result<Range<f64>, Box<dyn Error>> {
    let size = (frame.width(), frame.height());
    let pixels = |logical: f64| (logical * ratio).round() as u32;
    let seen = |(at, _): &&Sample| (time.start..=time.end).contains(at);
    let backend = BitMapBackend::<BGRXPixel>::with_buffer_and_format(frame.bytes_mut(), size)?;
    let area = backend.into_drawing_area();
    area.fill(&BACK)?;
    let font = |color| ("sans-serif", 13.0 * ratio).into_font().color(color);
    let mut chart = ChartBuilder::on(&area)
        .margin(pixels(16.0))
        .margin_top(pixels(40.0))
        .x_label_area_size(pixels(28.0))
        .y_label_area_size(pixels(48.0))
        .build_cartesian_2d(time.clone(), 0.0..80.0)?;
    let edges = chart.plotting_area().get_pixel_range().0;
    // Three names side by side, on a phone, too.
    let column = ((f64::from(size.0) / ratio - 32.0) / 3.0).min(160.0);
    chart
        .configure_mesh()
        .x_labels(edges.len() / pixels(56.0) as usize)
        .axis_style(INK.mix(0.4))
        .bold_line_style(INK.mix(0.15))
        .light_line_style(TRANSPARENT)
        .x_label_formatter(&|at| format!("{}:{:02}", *at as i64 / 60, *at as i64 % 60))
        .y_label_formatter(&|degrees| format!("{degrees:.0} °C"))
        .label_style(font(&INK))
        .draw()?;
    for (index, (name, color)) in SENSORS.iter().enumerate() {
        let line = samples.iter().filter(seen).map(|(at, values)| (*at, values[index]));
        let last = line.clone().next_back();
        let series = AreaSeries::new(line, 0.0, color.mix(0.1));
        chart.draw_series(series.border_style(color.stroke_width(pixels(2.0))))?;
        if let Some((at, value)) = last {
            chart.draw_series([Circle::new((at, value), pixels(4.0), color.filled())])?;
            let place = (pixels(16.0 + column * index as f64) as i32, pixels(14.0) as i32);
            area.draw_text(&format!("{name} {value:.1}"), &font(color), place)?;
        }
    }
    drop((chart, area));
    // plotters wrote blue, green, red; it does not know the order that frames have.
    frame.pixels_mut().iter_mut().for_each(|pixel| pixel.swap(0, 2));
    Ok(f64::from(edges.start) / ratio..f64::from(edges.end) / ratio)
}

fn main() -> Result<(), Box<dyn Error>> {
    register_font("sans-serif", FontStyle::Normal, epaint_default_fonts::HACK_REGULAR)
        .map_err(|_| "the font cannot be read")?;
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
                view.edges = draw(&samples, &view.time(newest), &mut frame, ratio)?;
                frame.present();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_draws_at_any_size_and_ratio_in_the_colors_of_frames() -> Result<(), Box<dyn Error>> {
        register_font("sans-serif", FontStyle::Normal, epaint_default_fonts::HACK_REGULAR).ok();
        let samples: VecDeque<Sample> = (0..100).map(|it| measure(f64::from(it) / 10.0)).collect();
        for (width, height, ratio) in
            [(1.0, 1.0, 1.0), (30.0, 400.0, 1.0), (400.0, 30.0, 1.0), (300.0, 200.0, 2.0)]
        {
            let canvas = Canvas::builder("").no_backends().size((width, height)).ratio(ratio);
            let mut frame = canvas.open()?.begin_frame()?;
            let edges = draw(&samples, &(0.0..9.9), &mut frame, ratio)?;
            if height == 200.0 {
                let is = |color: RGBColor| [color.0, color.1, color.2];
                assert_eq!(frame.pixels()[0][..3], is(BACK));
                // The newest values are dots on the right edge.
                assert_eq!(edges, 64.0..284.0);
                for (name, color) in SENSORS {
                    let edge = frame.pixels().iter().skip(284 * 2).step_by(600);
                    let dot = edge.filter(|it| it[..3] == is(color)).count();
                    assert!((12..=18).contains(&dot), "{name}: {dot}");
                }
            }
        }
        Ok(())
    }
}
