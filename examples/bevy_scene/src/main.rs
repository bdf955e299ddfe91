//! A scene that bevy renders into a canvas: drag to look around it, turn the wheel to come closer; space stops it.
//!
//! ```sh
//! cargo run --release --manifest-path examples/bevy_scene/Cargo.toml -- --backend http
//! ```
//!
//! `engine.rs` runs bevy on the canvas' GPU, `input.rs` hands it the canvas' events, and `scene.rs` is plain bevy.

mod engine;
mod input;
mod scene;

use framecast::{Canvas, Options, Step, UpdateMode};
use framecast_gpu::CanvasGpu;

use crate::engine::Engine;

fn main() -> framecast::Result<()> {
    let options = Options::from_env();
    let canvas = Canvas::builder("bevy")
        .options(&options)
        .update_mode(UpdateMode::Continuous)
        .close_on_interrupt()
        .open()?;
    let mut gpu = canvas.gpu()?;
    let mut engine = None;
    while let Some(step) = canvas.next() {
        match step {
            Step::Event(event) => {
                if let Some(engine) = &mut engine {
                    input::send(engine, &event.kind);
                }
            }
            Step::Draw(drawing) => {
                let frame = gpu.begin(drawing)?;
                if frame.is_first() {
                    engine = Some(Engine::new(&frame, scene::build));
                }
                if let Some(engine) = &mut engine {
                    engine.render(&frame);
                }
                frame.present();
            }
        }
    }
    canvas.finish()
}
