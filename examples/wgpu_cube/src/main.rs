//! A cube that a GPU draws: drag to turn it, turn the wheel to come closer.
//!
//! ```sh
//! cargo run --release --manifest-path examples/wgpu_cube/Cargo.toml -- --backend window,http
//! ```
//!
//! `canvas.gpu()` opens a device, `gpu.begin()` gives a texture of the canvas' size, and `frame.present()` shows it.
//! Everything else is plain wgpu. A picture is drawn only when something changed.

mod scene;

use framecast::{Canvas, EventKind, Options, Step};
use framecast_gpu::CanvasGpu;

use crate::scene::Scene;

/// Where the eye is: angles in radians, and the distance from the middle of the cube.
struct Orbit {
    yaw: f32,
    pitch: f32,
    distance: f32,
    /// Where the pointer was last, while it turns the cube.
    grip: Option<(f64, f64)>,
}

impl Orbit {
    /// Moves the eye. Returns whether it moved.
    fn handle(&mut self, event: &EventKind) -> bool {
        match event {
            EventKind::PointerDown(pointer) => self.grip = Some((pointer.x, pointer.y)),
            EventKind::PointerUp(_) => self.grip = None,
            EventKind::PointerMove(pointer) => {
                let Some((x, y)) = self.grip.replace((pointer.x, pointer.y)) else {
                    self.grip = None;
                    return false;
                };
                self.yaw -= (pointer.x - x) as f32 * 0.01;
                self.pitch = (self.pitch + (pointer.y - y) as f32 * 0.01).clamp(-1.5, 1.5);
                return true;
            }
            EventKind::Wheel(wheel) => {
                self.distance = (self.distance * (wheel.dy as f32 * 0.001).exp()).clamp(2.5, 20.0);
                return true;
            }
            _ => {}
        }
        false
    }
}

fn main() -> framecast::Result<()> {
    let options = Options::from_env();
    let canvas = Canvas::builder("cube").options(&options).close_on_interrupt().open()?;
    let mut gpu = canvas.gpu()?;
    let mut scene = None;
    let mut orbit = Orbit { yaw: 0.6, pitch: 0.5, distance: 5.0, grip: None };
    while let Some(step) = canvas.next() {
        match step {
            Step::Event(event) if orbit.handle(&event.kind) => canvas.request_draw(),
            Step::Event(_) => {}
            Step::Draw(drawing) => {
                let frame = gpu.begin(drawing)?;
                if frame.is_first() {
                    scene = Some(Scene::new(frame.device(), frame.format()));
                }
                if let Some(scene) = &mut scene {
                    scene.draw(&frame, orbit.yaw, orbit.pitch, orbit.distance);
                }
                frame.present();
            }
        }
    }
    canvas.finish()
}
