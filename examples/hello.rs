// The smallest program, as README.md and the guide print it; a test compares them.

use framecast::{Canvas, Options, Step, UpdateMode};

fn main() -> framecast::Result<()> {
    let canvas = Canvas::builder("hello")
        .options(&Options::from_env())
        .update_mode(UpdateMode::Continuous)
        .open()?;
    canvas.run(|_canvas, step| {
        if let Step::Draw(mut frame) = step {
            let shade = (128.0 + 100.0 * frame.timestamp().sin()) as u8;
            frame.fill([shade, 40, 90, 255]); // or write frame.pixels_mut(), as [r, g, b, a]
            frame.present();
        }
    })
}
