//! Without any audience: draws one picture and writes it to a PNG file.
//!
//! `cargo run --example offscreen -- --size 640x480 picture.png`

use std::fs::File;
use std::io::BufWriter;

use framecast::{Canvas, Error, Options, Result};

fn main() -> Result<()> {
    let (options, rest) = Options::from_env_with_rest();
    let path = rest.first().map_or("offscreen.png", String::as_str);
    let size = options.size.map_or((640, 480), |size| (size.width, size.height));
    let canvas = Canvas::offscreen((f64::from(size.0), f64::from(size.1)))?;
    let frame = canvas.draw(|frame| {
        let (width, height) = (f64::from(frame.width()), f64::from(frame.height()));
        for (y, row) in frame.rows_mut().enumerate() {
            for (x, pixel) in row.iter_mut().enumerate() {
                // The Mandelbrot set, where most people look first.
                let scale = 2.6 / width.min(height);
                let (re, im) =
                    ((x as f64 - width * 0.65) * scale, (y as f64 - height / 2.0) * scale);
                let (mut a, mut b, mut steps) = (0.0_f64, 0.0_f64, 0_u32);
                while a * a + b * b < 16.0 && steps < 250 {
                    (a, b) = (a * a - b * b + re, 2.0 * a * b + im);
                    steps += 1;
                }
                let shade = f64::from(steps) / 250.0;
                let glow = |power: f64| (shade.powf(power) * 255.0) as u8;
                *pixel = if steps == 250 {
                    [0, 0, 0, 255]
                } else {
                    [glow(0.9), glow(0.6), glow(0.35), 255]
                };
            }
        }
    })?;
    let failed = |why: String| Error::failed(format!("{path}: {why}"));
    let file = File::create(path).map_err(|error| failed(error.to_string()))?;
    let mut encoder = png::Encoder::new(BufWriter::new(file), frame.width(), frame.height());
    encoder.set_color(png::ColorType::Rgba);
    let mut writer = encoder.write_header().map_err(|error| failed(error.to_string()))?;
    writer.write_image_data(frame.bytes()).map_err(|error| failed(error.to_string()))?;
    writer.finish().map_err(|error| failed(error.to_string()))?;
    println!("{path}");
    Ok(())
}
