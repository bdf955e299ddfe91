//! The smallest program: noise, sixty times a second, on every backend.

use framecast::{Canvas, Options, Step, UpdateMode};

fn main() -> framecast::Result<()> {
    let builder = Canvas::builder("hello").options(&Options::from_env());
    let canvas = builder.update_mode(UpdateMode::Continuous).open()?;
    let mut noise = 1_u32;
    canvas.run(|_canvas, step| {
        if let Step::Draw(mut frame) = step {
            for pixel in frame.pixels_mut() {
                noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                *pixel = [(noise >> 24) as u8; 4];
            }
            frame.present();
        }
    })
}
