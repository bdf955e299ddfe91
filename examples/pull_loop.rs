// For programs that own their loop: take steps while there are some, then do your own work.

use std::time::{Duration, Instant};

use framecast::{Canvas, Options, Step};

fn main() -> framecast::Result<()> {
    let canvas = Canvas::builder("pull loop").options(&Options::from_env()).open()?;
    let mut bars = [0.5_f64; 32];
    while !canvas.is_closed() {
        // Your own work …
        for (index, bar) in bars.iter_mut().enumerate() {
            *bar = 0.5 + 0.4 * (canvas.time() * 2.0 + index as f64 * 0.4).sin();
        }
        canvas.request_draw();

        // … and the canvas', for as long as you can spare. It sleeps when nothing happens.
        let until = Instant::now() + Duration::from_millis(16);
        while let Ok(step) = canvas.next_before(until) {
            if let Step::Draw(mut frame) = step {
                let (width, height) = (frame.width() as usize, f64::from(frame.height()));
                for (y, row) in frame.rows_mut().enumerate() {
                    for (x, pixel) in row.iter_mut().enumerate() {
                        let lit = height - (y as f64) < bars[x * bars.len() / width] * height;
                        *pixel = if lit { [70, 160, 255, 255] } else { [18, 22, 34, 255] };
                    }
                }
                frame.present();
            }
        }
    }
    canvas.finish()
}
