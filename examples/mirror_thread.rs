// A thread that feeds frames at its own rate, like a camera, through a `Mirror`.
//
// The radar turns whether somebody looks or not, and is drawn only while somebody looks. A click moves its
// middle. Ctrl+C or closing the window ends it.

use std::f64::consts::TAU;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use framecast::{Canvas, EventKind, Mirror, Options, PixelFormat};

const WIDTH: usize = 400;
const HEIGHT: usize = 300;
const PACE: Duration = Duration::from_millis(20);

/// The picture at `angle`, in bytes as a camera would deliver them: blue, green, red, alpha.
fn draw(pixels: &mut [u8], middle: (f64, f64), angle: f64) {
    for (index, pixel) in pixels.chunks_exact_mut(4).enumerate() {
        let (x, y) = ((index % WIDTH) as f64 - middle.0, (index / WIDTH) as f64 - middle.1);
        let distance = x.hypot(y);
        // How long ago the beam was here, as a part of a turn.
        let age = ((angle - y.atan2(x)) / TAU).rem_euclid(1.0);
        let glow = (220.0 * (1.0 - age).powi(4)) as u8;
        let ring = if distance % 50.0 < 1.5 { 60 } else { 0 };
        let color = match distance {
            ..8.0 => [255, 255, 255, 255],
            _ => [24 + glow / 4, 30 + ring.max(glow), 20 + ring, 255],
        };
        pixel.copy_from_slice(&color);
    }
}

fn feed(mirror: &Mirror, middle: &Mutex<(f64, f64)>) -> framecast::Result<()> {
    let mut pixels = vec![0; WIDTH * HEIGHT * 4];
    let start = Instant::now();
    while !mirror.is_closed() {
        let angle = start.elapsed().as_secs_f64() * 2.0;
        if mirror.wanted() {
            let middle = *middle.lock().expect("nobody panics with it");
            draw(&mut pixels, middle, angle);
            let size = (WIDTH as u32, HEIGHT as u32);
            mirror.present(&pixels, size, WIDTH * 4, PixelFormat::Bgra8)?;
        }
        std::thread::sleep(PACE);
    }
    Ok(())
}

fn main() -> framecast::Result<()> {
    let options = Options::from_env();
    let mirror = Mirror::open(move || {
        Canvas::builder("radar").options(&options).fixed_size((WIDTH as u32, HEIGHT as u32))
    })?;
    let middle = Mutex::new((WIDTH as f64 / 2.0, HEIGHT as f64 / 2.0));
    std::thread::scope(|scope| {
        let feeder = scope.spawn(|| feed(&mirror, &middle));
        // Waits for events; ends when the canvas is closed.
        for event in mirror.events() {
            if let EventKind::PointerDown(pointer) = event.kind {
                // In pixels of the picture, since the canvas has its size.
                *middle.lock().expect("nobody panics with it") = (pointer.x, pointer.y);
            }
        }
        feeder.join().expect("it does not panic")
    })?;
    mirror.finish()
}
