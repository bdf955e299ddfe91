//! The chart as plotters draws it into a frame.

use std::collections::VecDeque;
use std::error::Error;
use std::ops::Range;

use framecast::FrameBuffer;
use plotters::backend::BGRXPixel;
use plotters::prelude::*;

use crate::{SENSORS, Sample};

const BACK: RGBColor = RGBColor(17, 19, 29);
const INK: RGBColor = RGBColor(164, 172, 194);

/// Gives plotters its font, without which it draws no text.
pub fn register_font() -> Result<(), Box<dyn Error>> {
    plotters::style::register_font(
        "sans-serif",
        FontStyle::Normal,
        epaint_default_fonts::HACK_REGULAR,
    )
    .map_err(|_| "the font cannot be read".into())
}

/// Draws the chart, and returns its left and right edges in logical pixels.
pub fn draw(
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

#[cfg(test)]
mod tests {
    use framecast::Canvas;

    use super::*;
    use crate::measure;

    #[test]
    fn it_draws_at_any_size_and_ratio_in_the_colors_of_frames() -> Result<(), Box<dyn Error>> {
        register_font()?;
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
